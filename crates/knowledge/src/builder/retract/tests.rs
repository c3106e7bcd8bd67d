use jiff::civil::{Date, date};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Home;
use crate::testing::{TestResult, aside, plain, stamp};

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

/// The records of one advisory with their version, and whether the document says that these are all.
fn sync(home: &Home, on: Date, modified: Date, names: &[&str], whole: bool) -> TestResult {
    let mut builder = home.builder(on)?;
    let mut batch = builder.batch()?;
    batch.file("csaf", &format!("{on}"));
    for name in names {
        let record = VulnerabilityRecord {
            source: "csaf".to_owned(),
            aliases: vec![(*name).into()],
            ..plain(&format!("ADV-1/{name}"), modified, "")
        };
        batch.record(&record, &stamp(&record))?;
    }
    if whole {
        batch.document("csaf", "ADV-1", &modified.to_string());
    }
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(())
}

/// Which of the two are held and not withdrawn.
fn standing(home: &Home, on: Date) -> Result<Vec<&'static str>, Box<dyn std::error::Error>> {
    let held = home.as_of(on)?.ok_or("nothing there")?;
    let mut found = Vec::new();
    for name in ["CVE-2020-1", "CVE-2020-2"] {
        let number = held.find(&VulnerabilityId::new(format!("ADV-1/{name}")))?;
        if let Some(number) = number
            && !held.record(number)?.withdrawn
        {
            found.push(name);
        }
    }
    Ok(found)
}

#[test]
fn what_a_newer_version_of_an_advisory_leaves_out_is_withdrawn_and_stays_in_the_history() -> TestResult {
    for limit in [0, u64::MAX] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path()).folding_at(limit);
        sync(&home, day(1), day(1), &["CVE-2020-1", "CVE-2020-2"], true)?;
        sync(&home, day(2), day(2), &["CVE-2020-1"], true)?;
        assert_eq!(standing(&home, day(1))?, ["CVE-2020-1", "CVE-2020-2"]);
        assert_eq!(standing(&home, day(2))?, ["CVE-2020-1"]);
        let held = home.current()?.ok_or("nothing there")?;
        assert_eq!(held.alias_group(&"CVE-2020-2".into())?.assertions, [], "who takes it back asserts nothing by it");
        // An older version, read later, changes nothing.
        sync(&home, day(3), day(1), &["CVE-2020-1"], true)?;
        assert_eq!(standing(&home, day(3))?, ["CVE-2020-1"]);
        // It may come back, and all of it may be taken back.
        sync(&home, day(4), day(4), &["CVE-2020-1", "CVE-2020-2"], true)?;
        assert_eq!(standing(&home, day(4))?, ["CVE-2020-1", "CVE-2020-2"]);
        sync(&home, day(5), day(5), &[], true)?;
        assert_eq!(standing(&home, day(5))?, [""; 0]);
    }
    Ok(())
}

#[test]
fn a_document_that_was_read_in_part_or_is_older_takes_nothing_back() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, day(1), day(5), &["CVE-2020-1", "CVE-2020-2"], true)?;
    sync(&home, day(2), day(6), &["CVE-2020-1"], false)?;
    sync(&home, day(3), day(4), &["CVE-2020-1"], true)?;
    assert_eq!(standing(&home, day(3))?, ["CVE-2020-1", "CVE-2020-2"]);
    // What could not be read is not left out.
    let mut builder = home.builder(day(4))?;
    let mut batch = builder.batch()?;
    batch.file("csaf", "f");
    batch.document("csaf", "ADV-1", "2027");
    batch.set_aside(crate::SetAsideRecord { source: "csaf".to_owned(), ..aside("f", 1, Some("ADV-1")) });
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    assert_eq!(standing(&home, day(4))?, ["CVE-2020-1", "CVE-2020-2"]);
    Ok(())
}
