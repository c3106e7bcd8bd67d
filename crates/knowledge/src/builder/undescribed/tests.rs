use jiff::civil::{Date, date};
use ward_formats::feed::kev::Catalogue;
use ward_model::coverage::Shrinkage;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::{Exploited, VulnerabilityRecord};

use crate::testing::{TestResult, plain, stamp};
use crate::{Home, Moment};

fn catalogue(released: Date, ids: &[&str]) -> Catalogue {
    let entry = |id: &&str| Exploited {
        vendor: Some("Acme".to_owned()),
        product: Some("Pump".to_owned()),
        ..Exploited::new((*id).into())
    };
    Catalogue {
        version: Some("1".to_owned()),
        released: Some(released),
        moment: String::new(),
        entries: ids.iter().map(entry).collect(),
        set_aside: Vec::new(),
    }
}

fn publish(
    home: &Home,
    day: impl Into<Moment>,
    records: &[VulnerabilityRecord],
    list: Option<Catalogue>,
) -> TestResult {
    let mut builder = home.builder(day)?;
    builder.far_fewer(Shrinkage::new(10, 95).ok_or("no rule")?);
    let mut batch = builder.batch()?;
    batch.file("nvd", "f");
    for record in records {
        batch.record(record, &stamp(record))?;
    }
    builder.add(batch);
    if let Some(list) = list {
        builder.exploited("k", list);
    }
    builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(())
}

fn named(home: &Home, day: Date) -> Result<Vec<(String, bool)>, Box<dyn std::error::Error>> {
    let held = home.as_of(day)?.ok_or("nothing there")?;
    Ok(held.undescribed()?.iter().map(|one| (one.id.to_string(), one.recorded)).collect())
}

#[test]
fn the_gap_closes_when_a_record_names_a_product_and_is_known_for_each_day() -> TestResult {
    for limit in [0, u64::MAX] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path()).folding_at(limit);
        let day = |number| date(2026, 1, number);
        let bare = |id: &str, modified| VulnerabilityRecord {
            configurations: Vec::new(),
            ..plain(id, modified, "nothing is said of products")
        };
        let list = catalogue(day(1), &["CVE-1", "CVE-2", "CVE-3"]);
        publish(&home, day(1), &[plain("CVE-1", day(1), "")], Some(list))?;
        // Another source's record under the same name counts; an alias of it does not.
        let other = VulnerabilityRecord { source: "other".to_owned(), ..bare("CVE-2", day(2)) };
        let alias = VulnerabilityRecord { aliases: vec!["CVE-3".into()], ..plain("GHSA-3", day(2), "") };
        publish(&home, day(2), &[bare("CVE-2", day(2)), other, alias], None)?;
        let rejected = VulnerabilityRecord { withdrawn: true, ..bare("CVE-3", day(3)) };
        publish(&home, day(3), &[plain("CVE-2", day(3), ""), rejected], None)?;
        publish(&home, day(4), &[bare("CVE-5", day(4))], Some(catalogue(day(4), &["CVE-5", "CVE-4"])))?;
        // A list that becomes empty would be cut short, and keep what it named.
        publish(&home, day(5), &[], Some(catalogue(day(5), &["CVE-2"])))?;

        let text = |all: Vec<(String, bool)>| -> Vec<String> {
            all.into_iter()
                .map(|(id, recorded)| format!("{id} {}", if recorded { "recorded" } else { "not" }))
                .collect()
        };
        assert_eq!(text(named(&home, day(1))?), ["CVE-2 not", "CVE-3 not"]);
        assert_eq!(text(named(&home, day(2))?), ["CVE-2 recorded", "CVE-3 not"]);
        assert_eq!(text(named(&home, day(3))?), [""; 0]);
        assert_eq!(text(named(&home, day(4))?), ["CVE-4 not", "CVE-5 recorded"]);
        assert_eq!(text(named(&home, day(5))?), [""; 0]);
        let held = home.as_of(day(4))?.ok_or("nothing there")?;
        let kev = held.description().sources.iter().find(|source| source.name == "kev").ok_or("no KEV")?;
        assert_eq!(
            kev.gaps,
            ["1 of 2 have no record that is held (CVE-4)", "1 of 2 have only records that name no product (CVE-5)"]
        );
        let entry = held.exploited(&VulnerabilityId::from("CVE-4"))?.ok_or("not listed")?;
        assert_eq!((entry.vendor.as_deref(), entry.product.as_deref()), (Some("Acme"), Some("Pump")));
    }
    Ok(())
}

#[test]
fn a_home_in_which_nobody_looked_looks_when_it_is_opened() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let day = date(2026, 1, 1);
    let list = catalogue(day, &["CVE-1", "CVE-2"]);
    publish(&home, day, &[plain("CVE-1", day, "")], Some(list))?;
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.look_for_undescribed()?, held.undescribed()?);
    assert_eq!(held.undescribed()?.len(), 1);
    Ok(())
}
