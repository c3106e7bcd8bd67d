use jiff::civil::{Date, date};
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Home;
use crate::testing::{TestResult, plain, sync};

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

fn said(product: &str, withdrawn: bool) -> VulnerabilityRecord {
    let mut record = plain("CVE-2020-1", day(1), product);
    record.configurations[0].nodes[0].criteria[0].cpe.product = ward_model::cpe::Attribute::Value(product.into());
    VulnerabilityRecord { withdrawn, ..record }
}

#[test]
fn of_versions_with_one_stamp_all_count_whatever_their_order() -> TestResult {
    let (pump, valve, rejected) = (said("pump", false), said("valve", false), said("pump", true));
    let orders = [[&pump, &valve, &rejected], [&rejected, &valve, &pump], [&valve, &rejected, &pump]];
    let mut identities = Vec::new();
    for order in orders {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let published = sync(&home, day(2), &order.map(Clone::clone))?;
        assert_eq!(published.set_aside.len(), 1);
        assert_eq!(published.set_aside[0].id.as_ref().map(|id| id.as_str()), Some("CVE-2020-1"));
        let held = home.current()?.ok_or("nothing there")?;
        let record = held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?;
        assert!(!record.withdrawn);
        assert_eq!(record.configurations.len(), 2);
        for product in ["a:acme:pump", "a:acme:valve"] {
            assert_eq!(held.candidates(&product.parse()?)?.len(), 1, "{product}");
        }
        held.verify()?;
        identities.push(held.description().generation);
        // It is told until a later version comes.
        sync(&home, day(3), &[plain("CVE-2020-2", day(1), "")])?;
        assert_eq!(home.current()?.ok_or("nothing there")?.set_aside()?.len(), 1);
        sync(&home, day(4), &[VulnerabilityRecord { modified: Some(day(4)), ..said("valve", false) }])?;
        assert_eq!(home.current()?.ok_or("nothing there")?.set_aside()?, []);
    }
    assert!(identities.windows(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}

/// A contradiction does not end by one of its files being read again: what the others say was not taken back.
#[test]
fn one_of_several_versions_that_comes_again_takes_nothing_back() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, day(2), &[said("pump", false), said("valve", false)])?;
    for (number, again) in [said("valve", false), said("pump", true), said("pump", false)].into_iter().enumerate() {
        let published = sync(&home, day(3 + i8::try_from(number)?), &[again])?;
        assert_eq!(published.set_aside.len(), 1, "{number}");
        let held = home.current()?.ok_or("nothing there")?;
        for product in ["a:acme:pump", "a:acme:valve"] {
            assert_eq!(held.candidates(&product.parse()?)?.len(), 1, "{number}: {product}");
        }
        assert!(!held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?.withdrawn);
    }
    // One that is new among them counts too, and all of it ends with a later version.
    sync(&home, day(7), &[said("tube", false)])?;
    assert_eq!(home.current()?.ok_or("nothing there")?.candidates(&"a:acme:tube".parse()?)?.len(), 1);
    sync(&home, day(8), &[VulnerabilityRecord { modified: Some(day(8)), ..said("valve", false) }])?;
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!((held.set_aside()?.len(), held.candidates(&"a:acme:pump".parse()?)?.len()), (0, 0));
    Ok(())
}

#[test]
fn what_all_versions_withdraw_is_withdrawn_and_the_same_twice_is_no_contradiction() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let published = sync(&home, day(2), &[said("pump", true), said("valve", true)])?;
    assert_eq!(published.set_aside.len(), 1);
    let held = home.current()?.ok_or("nothing there")?;
    assert!(held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?.withdrawn);
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    assert_eq!(sync(&home, day(2), &[said("pump", false), said("pump", false)])?.set_aside, []);
    Ok(())
}
