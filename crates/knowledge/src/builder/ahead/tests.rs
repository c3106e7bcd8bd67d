use jiff::civil::{Date, date};
use ward_formats::feed::Dated;
use ward_formats::feed::csaf::Document;
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::digest::Digest;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::{Epss, Exploited, VulnerabilityRecord};

use crate::testing::{TestResult, plain};
use crate::{Home, Published};

fn day(month: i8, number: i8) -> Date {
    date(2026, month, number)
}

/// A record of this day, with its file.
struct Said<'a> {
    file: &'a str,
    bytes: &'a str,
    on: Date,
    text: &'a str,
}

const YEAR: &str = "nvdcve-2.0-2024.json";
const ID: &str = "CVE-2024-1111";

fn sync(home: &Home, on: Date, source: &str, said: &[Said<'_>]) -> Result<Published, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on)?;
    for one in said {
        let digest = Digest::of(one.bytes.as_bytes());
        if builder.already_read(source, one.file, digest)? {
            builder.unchanged(source, one.file);
            continue;
        }
        let mut batch = builder.batch()?;
        batch.input(source, one.file, 1, digest);
        let mut record = VulnerabilityRecord { withdrawn: one.text == "rejected", ..plain(ID, one.on, one.text) };
        source.clone_into(&mut record.source);
        batch.dated(&Dated { record, last_modified: format!("{}T10:00:00", one.on), withdrawn_on: None })?;
        builder.add(batch);
    }
    let published = builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(published)
}

/// What the record says itself, and not what stands beside it.
fn says(home: &Home) -> Result<String, Box<dyn std::error::Error>> {
    let held = home.current()?.ok_or("nothing there")?;
    let record = held.record(held.find(&ID.into())?.ok_or("not found")?)?;
    Ok(if record.withdrawn { "rejected".to_owned() } else { record.description })
}

#[test]
fn what_was_ahead_when_it_came_is_no_later_than_that_once_its_day_has_come() -> TestResult {
    for source in ["nvd", "cve5", "osv/pypi"] {
        for slip in ["slip", "rejected"] {
            for (again, first) in [("a", "a"), ("a", "b"), ("a", "c")] {
                let folder = tempfile::tempdir()?;
                let home = Home::open(folder.path());
                let slip = |bytes| Said { file: YEAR, bytes, on: day(9, 1), text: slip };
                let right = || Said { file: "nvdcve-2.0-modified.json", bytes: "m", on: day(8, 19), text: "right" };
                sync(&home, day(8, 8), source, &[slip(first)])?;
                if first == "c" {
                    // With the right one known already, it may be passed over when it comes once more.
                    sync(&home, day(8, 19), source, &[Said { on: day(8, 18), ..right() }])?;
                }
                sync(&home, day(8, 20), source, &[slip(first), right()])?;
                assert_eq!(says(&home)?, "right");
                let generation = home.current()?.ok_or("nothing there")?.description().generation;
                // The same file, and one that was made anew around the same record.
                sync(&home, day(9, 7), source, &[slip(again), right()])?;
                assert_eq!(says(&home)?, "right", "{source}");
                assert_eq!(home.current()?.ok_or("nothing there")?.description().generation, generation);
                // What is of a later moment replaces it.
                sync(&home, day(9, 8), source, &[Said { on: day(9, 7), text: "last", bytes: "n", ..right() }])?;
                assert_eq!(says(&home)?, "last");
            }
        }
    }
    Ok(())
}

#[test]
fn a_home_from_before_this_was_kept_knows_that_the_file_was_read_before_its_day() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let slip = || Said { file: YEAR, bytes: "a", on: day(9, 1), text: "slip" };
    let right = || Said { file: "nvdcve-2.0-modified.json", bytes: "m", on: day(8, 19), text: "right" };
    // As it kept it: the day stands with the file alone.
    let mut builder = home.builder(day(8, 8))?;
    let mut batch = builder.batch()?;
    let digest = Digest::of(b"a");
    batch.input("nvd", YEAR, 1, digest);
    batch.not_believed(Some(day(9, 1)));
    batch.record(&plain(ID, day(9, 1), "slip"), "")?;
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    sync(&home, day(8, 20), "nvd", &[slip(), right()])?;
    sync(&home, day(9, 7), "nvd", &[slip(), right()])?;
    assert_eq!(says(&home)?, "right");
    Ok(())
}

#[test]
fn a_version_of_an_advisory_that_was_ahead_when_it_came_takes_nothing_back_later() -> TestResult {
    for withdraws in [false, true] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let sync = |on: Date, file: &str, said: (Date, &[&str])| -> TestResult {
            let mut builder = home.builder(on)?;
            let mut batch = builder.batch()?;
            batch.file("csaf", file);
            let last_modified = format!("{}T00:00:00#011", said.0);
            batch.document(
                "csaf",
                Document {
                    label: "ADV-1@p".to_owned(),
                    former: "ADV-1@p".to_owned(),
                    publisher: "P".to_owned(),
                    last_modified: last_modified.clone(),
                    whole: true,
                },
            );
            for name in said.1 {
                let record = VulnerabilityRecord::new(format!("ADV-1@p/{name}").as_str().into(), "csaf");
                batch.dated(&Dated { record, last_modified: last_modified.clone(), withdrawn_on: None })?;
            }
            builder.add(batch);
            builder.publish(&mut |_| {})?;
            Ok(())
        };
        let slip: &[&str] = if withdraws { &[] } else { &["CVE-2023-1"] };
        let standing = || -> Result<Vec<String>, Box<dyn std::error::Error>> {
            let held = home.current()?.ok_or("nothing there")?;
            let all = held.beginning("ADV-1@p/")?;
            Ok(all.iter().filter(|one| !one.withdrawn).map(|one| one.id.as_str().to_owned()).collect())
        };
        sync(day(8, 8), "agg/a.json", (day(9, 1), slip))?;
        sync(day(8, 20), "acme/a.json", (day(8, 20), &["CVE-2023-1", "CVE-2023-2"]))?;
        sync(day(9, 7), "agg/b.json", (day(9, 1), slip))?;
        let standing = standing()?;
        for name in ["ADV-1@p/CVE-2023-1", "ADV-1@p/CVE-2023-2"] {
            assert!(standing.iter().any(|one| one == name), "{standing:?}");
        }
    }
    Ok(())
}

#[test]
fn a_list_that_was_ahead_when_it_came_takes_nothing_back_later() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let others: Vec<String> = (0..30).map(|number| format!("CVE-2019-{number:04}")).collect();
    let sync = |on: Date, bytes: &str, released: Date, name: Option<&str>| -> Result<_, Box<dyn std::error::Error>> {
        let mut builder = home.builder(on)?;
        let names = || others.iter().map(String::as_str).chain(name);
        let entry = |id: &str| Exploited {
            id: id.into(),
            added: Some(day(1, 1)),
            ransomware: false,
            vendor: None,
            product: None,
        };
        builder.input("kev", "k", 1, Digest::of(bytes.as_bytes()));
        builder.exploited(
            "k",
            Catalogue {
                version: None,
                released: Some(released),
                moment: format!("{released}T10:00:00"),
                entries: names().map(entry).collect(),
                set_aside: Vec::new(),
            },
        );
        let score = if name.is_some() { 97 } else { 1 };
        let one = |id: &str| (id.into(), Epss { score, percentile: 1, date: released });
        builder.input("epss", "e", 1, Digest::of(bytes.as_bytes()));
        builder.epss(
            "e",
            Scores {
                model_version: "1".to_owned(),
                date: released,
                moment: String::new(),
                scores: others.iter().map(String::as_str).chain([ID]).map(one).collect(),
                set_aside: Vec::new(),
            },
        );
        builder.publish(&mut |_| {})?;
        let held = home.current()?.ok_or("nothing there")?;
        held.verify()?;
        Ok((held.exploited(&ID.into())?.is_some(), held.epss(&ID.into())?.map(|epss| epss.score)))
    };
    sync(day(8, 8), "slip", day(9, 1), None)?;
    assert_eq!(sync(day(8, 20), "right", day(8, 20), Some(ID))?, (true, Some(97)));
    assert_eq!(sync(day(8, 21), "slip", day(9, 1), None)?, (true, Some(97)));
    assert_eq!(sync(day(9, 7), "slip", day(9, 1), None)?, (true, Some(97)));
    // Another list of that day is of that day.
    assert!(!sync(day(9, 7), "of the day", day(9, 1), Some("CVE-2018-0001"))?.0);
    Ok(())
}
