use jiff::civil::{Date, date};
use ward_formats::feed::Dated;
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::{Exploited, VulnerabilityRecord};

use crate::testing::{TestResult, aside, plain, stamp};
use crate::{Home, Published, SetAsideRecord};

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

/// A file of NVD with these records, and with what could not be read of it.
fn file(
    home: &Home,
    on: Date,
    name: &str,
    records: &[VulnerabilityRecord],
    unread: &[SetAsideRecord],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on)?;
    let mut batch = builder.batch()?;
    batch.file("nvd", name);
    for record in records {
        batch.record(record, &stamp(record))?;
    }
    unread.iter().for_each(|one| batch.set_aside(one.clone()));
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    let held = home.current()?.ok_or("nothing there")?;
    held.verify()?;
    Ok(held.set_aside()?.iter().map(SetAsideRecord::label).collect())
}

fn unread(name: &str, stamp: &str) -> SetAsideRecord {
    SetAsideRecord { stamp: stamp.to_owned(), ..aside(name, 1, Some("CVE-2020-1")) }
}

const CHANGES: &str = "nvdcve-2.0-modified.json";
const YEAR: &str = "nvdcve-2.0-2020.json";

#[test]
fn what_a_list_of_changes_no_longer_names_is_not_known_either() -> TestResult {
    for stamp in ["", "2026-01-03T00:00:00"] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        assert_eq!(file(&home, day(3), CHANGES, &[], &[unread(CHANGES, stamp)])?, ["CVE-2020-1"]);
        assert_eq!(file(&home, day(4), CHANGES, &[plain("CVE-2020-2", day(4), "")], &[])?, ["CVE-2020-1"]);
        assert_eq!(file(&home, day(5), CHANGES, &[plain("CVE-2020-1", day(5), "")], &[])?, [""; 0]);
    }
    Ok(())
}

#[test]
fn a_version_that_is_held_already_replaces_no_later_one_that_could_not_be_read() -> TestResult {
    for stamp in ["", "2026-01-03T00:00:00"] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let old = plain("CVE-2020-1", day(1), "not affected");
        file(&home, day(2), YEAR, std::slice::from_ref(&old), &[])?;
        assert_eq!(file(&home, day(3), CHANGES, &[], &[unread(CHANGES, stamp)])?, ["CVE-2020-1"]);
        let with_another = [old, plain("CVE-2020-2", day(4), "")];
        assert_eq!(file(&home, day(4), YEAR, &with_another, &[])?, ["CVE-2020-1"]);
        assert_eq!(file(&home, day(5), YEAR, &[plain("CVE-2020-1", day(4), "")], &[])?, [""; 0]);
    }
    Ok(())
}

#[test]
fn what_could_not_be_read_was_received_all_the_same() -> TestResult {
    for folds in [false, true] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let home = if folds { home.folding_at(0) } else { home };
        let first = unread(CHANGES, "");
        file(&home, day(2), CHANGES, &[], std::slice::from_ref(&first))?;
        // The same record, unreadable in another way later.
        let later =
            SetAsideRecord { digest: ward_model::Digest::of(b"other"), ..unread(CHANGES, "2026-01-09T00:00:00") };
        file(&home, day(9), CHANGES, &[plain("CVE-2020-2", day(9), "")], &[later])?;
        let same_name = VulnerabilityRecord { source: "other".to_owned(), ..plain("CVE-2020-1", day(9), "") };
        file(&home, day(20), CHANGES, &[plain("CVE-2020-1", day(10), ""), same_name], &[])?;
        let held = home.current()?.ok_or("nothing there")?;
        let received = |id: &str| -> Result<Vec<_>, Box<dyn std::error::Error>> {
            let numbers = held.find_all(&id.into())?;
            numbers
                .into_iter()
                .map(|number| Ok((held.record(number)?.received, held.version_received(number)?)))
                .collect()
        };
        // From another source nothing of it was received before.
        assert_eq!(received("CVE-2020-1")?, [(Some(day(2)), Some(day(20))), (Some(day(20)), Some(day(20)))]);
        assert_eq!(received("CVE-2020-2")?, [(Some(day(9)), Some(day(9)))]);
    }
    Ok(())
}

#[test]
fn an_older_version_replaces_no_later_one_that_could_not_be_read() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    file(&home, day(2), YEAR, &[plain("CVE-2020-1", day(1), "")], &[])?;
    file(&home, day(6), CHANGES, &[], &[unread(CHANGES, "2026-01-05T12:00:00")])?;
    assert_eq!(file(&home, day(7), YEAR, &[plain("CVE-2020-1", day(4), "other")], &[])?, ["CVE-2020-1"]);
    assert_eq!(file(&home, day(8), YEAR, &[plain("CVE-2020-1", day(6), "third")], &[])?, [""; 0]);
    Ok(())
}

#[test]
fn what_could_not_be_read_once_more_is_told_once() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let first = unread(YEAR, "");
    file(&home, day(2), YEAR, &[], std::slice::from_ref(&first))?;
    // It has moved inside the file.
    let moved = SetAsideRecord { place: 2, ..first.clone() };
    assert_eq!(file(&home, day(3), YEAR, &[], &[moved])?, ["CVE-2020-1"]);
    // A record without a name is what its file says it is.
    let nameless = SetAsideRecord { id: None, ..aside(YEAR, 7, None) };
    assert_eq!(file(&home, day(4), YEAR, &[], &[first.clone(), nameless])?.len(), 2);
    assert_eq!(file(&home, day(5), YEAR, &[], &[first])?, ["CVE-2020-1"]);
    Ok(())
}

#[test]
fn a_stamp_ahead_of_its_receipt_does_not_outrank_what_comes_later() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let slip = plain("CVE-2020-1", date(2206, 1, 1), "a slip");
    assert_eq!(file(&home, day(2), YEAR, std::slice::from_ref(&slip), &[])?, ["CVE-2020-1"]);
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.description().sources[0].newest, None);
    // One that was written before it came may be the older: then it stands beside, until a later one comes.
    assert_eq!(file(&home, day(3), YEAR, &[plain("CVE-2020-1", day(1), "right")], &[])?, ["CVE-2020-1~undated"]);
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?.description, "right");
    assert_eq!(held.description().sources[0].newest, Some(day(1)));
    Ok(())
}

#[test]
fn stamps_are_compared_as_moments_in_whatever_zone_they_were_written() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    for (on, moment, text) in [
        (12, "2026-01-12T01:00:00+09:00", "first"),
        (13, "2026-01-11T20:00:00Z", "second"),
        (14, "2026-01-11T19:00:00Z", "third"),
    ] {
        let mut builder = home.builder(day(on))?;
        let mut batch = builder.batch()?;
        batch.record(&plain("CVE-2020-1", day(11), text), moment)?;
        builder.add(batch);
        builder.publish(&mut |_| {})?;
    }
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?.description, "second");
    Ok(())
}

#[test]
fn what_is_withdrawn_on_a_day_to_come_is_not() -> TestResult {
    for (on, withdrawn) in [(date(2099, 1, 1), false), (day(3), true), (day(2), true)] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let mut builder = home.builder(day(2))?;
        let mut batch = builder.batch()?;
        let record = VulnerabilityRecord { withdrawn: true, ..plain("CVE-2020-1", day(1), "") };
        batch.dated(&Dated { record, last_modified: "2026-01-01".to_owned(), withdrawn_on: Some(on) })?;
        builder.add(batch);
        let published = builder.publish(&mut |_| {})?;
        let held = home.current()?.ok_or("nothing there")?;
        let record = held.record(held.find(&"CVE-2020-1".into())?.ok_or("not found")?)?;
        assert_eq!((record.withdrawn, published.set_aside.is_empty()), (withdrawn, withdrawn), "{on}");
    }
    Ok(())
}

fn kev(home: &Home, on: Date, released: Option<Date>, names: &[&str]) -> Result<Published, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on)?;
    let entry =
        |id: &&str| Exploited { id: (*id).into(), added: Some(day(1)), ransomware: false, vendor: None, product: None };
    let entries = names.iter().map(entry).collect();
    builder.exploited(
        "f",
        Catalogue { version: Some("1".to_owned()), released, moment: String::new(), entries, set_aside: Vec::new() },
    );
    Ok(builder.publish(&mut |_| {})?)
}

#[test]
fn a_catalogue_with_a_date_ahead_or_without_one_is_not_the_last_that_is_taken() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let known = |id: &str| -> Result<bool, Box<dyn std::error::Error>> {
        Ok(home.current()?.ok_or("nothing there")?.exploited(&id.into())?.is_some())
    };
    let published = kev(&home, day(2), Some(date(2062, 1, 1)), &["CVE-2020-1"])?;
    assert_eq!((published.set_aside.len(), published.sources[0].0.released), (1, None));
    let published = kev(&home, day(3), Some(day(3)), &["CVE-2020-1", "CVE-2020-2"])?;
    assert_eq!((published.set_aside.len(), published.sources[0].0.released), (0, Some(day(3))));
    assert!(known("CVE-2020-2")?);
    assert!(kev(&home, day(4), Some(day(2)), &["CVE-2020-1"])?.sources[0].1.older_as_a_whole);
    kev(&home, day(5), None, &["CVE-2020-1", "CVE-2020-2", "CVE-2020-3"])?;
    assert!(known("CVE-2020-3")?);
    Ok(())
}

#[test]
fn a_column_of_scores_with_a_date_ahead_is_not_the_last_that_is_taken() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    for (on, date, aside) in [(2, date(2062, 1, 1), 1), (3, day(3), 0)] {
        let mut builder = home.builder(day(on))?;
        let score = ward_model::vulnerability::Epss { score: 1, percentile: 1, date };
        let scores = vec![("CVE-2020-1".into(), score)];
        builder.epss(
            "f",
            Scores { model_version: "1".to_owned(), date, moment: String::new(), scores, set_aside: Vec::new() },
        );
        let published = builder.publish(&mut |_| {})?;
        assert_eq!((published.set_aside.len(), published.sources[0].1.older_as_a_whole), (aside, false));
    }
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.epss(&"CVE-2020-1".into())?.map(|epss| epss.date), Some(day(3)));
    Ok(())
}

#[test]
fn a_list_that_became_empty_is_cut_short_however_few_it_named() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    kev(&home, day(2), Some(day(2)), &["CVE-2020-1"])?;
    let mut builder = home.builder(day(3))?;
    builder.far_fewer(ward_model::coverage::Shrinkage::new(10, 95).ok_or("no rule")?);
    let (released, entries) = (Some(day(3)), Vec::new());
    builder.exploited(
        "f",
        Catalogue { version: Some("1".to_owned()), released, moment: String::new(), entries, set_aside: Vec::new() },
    );
    let published = builder.publish(&mut |_| {})?;
    assert!(published.sources[0].1.far_fewer);
    let held = home.current()?.ok_or("nothing there")?;
    assert!(held.exploited(&"CVE-2020-1".into())?.is_some());
    assert_eq!(held.description().sources[0].shrunk.len(), 1);
    Ok(())
}

#[test]
fn a_file_that_withdraws_on_a_day_ahead_is_read_again_when_that_day_has_come() -> TestResult {
    let digest = ward_model::digest::Digest::of(b"the file");
    let read = |home: &Home, on: i8| -> Result<(bool, crate::Published), crate::HomeError> {
        let mut builder = home.builder(day(on))?;
        let again = !builder.already_read("nvd", "f", digest)?;
        if again {
            let mut batch = builder.batch()?;
            batch.input("nvd", "f", 8, digest);
            // One is withdrawn, and another was changed, on a day that has not come.
            let withdrawn = VulnerabilityRecord { withdrawn: true, ..plain("CVE-2020-1", day(2), "") };
            batch.dated(&Dated {
                record: withdrawn,
                last_modified: "2026-01-02".to_owned(),
                withdrawn_on: Some(day(20)),
            })?;
            batch.record(&plain("CVE-2020-2", day(25), "new"), "2026-01-25")?;
            builder.add(batch);
        } else {
            builder.unchanged("nvd", "f");
        }
        Ok((again, builder.publish(&mut |_| {})?))
    };
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path().join("early"));
    for (on, wanted, told) in
        [(2, true, 2), (5, false, 2), (18, false, 2), (20, true, 1), (21, false, 1), (26, false, 1), (27, false, 1)]
    {
        let (again, published) = read(&home, on)?;
        assert_eq!((again, published.set_aside.len()), (wanted, told), "{on}: {:?}", published.set_aside);
    }
    let late = Home::open(folder.path().join("late"));
    read(&late, 27)?;
    // What was ahead when it came is no later than that; a later one makes homes the same that received it before its day and after.
    let mut generations = Vec::new();
    for home in [home, late] {
        let mut builder = home.builder(day(28))?;
        let mut batch = builder.batch()?;
        batch.record(&plain("CVE-2020-2", day(26), "later"), "2026-01-26")?;
        builder.add(batch);
        let published = builder.publish(&mut |_| {})?;
        assert_eq!(published.sources[0].1.changed, 1);
        generations.push(published.description.generation);
    }
    assert_eq!(generations[0], generations[1]);
    Ok(())
}

/// What is told of changes that nobody saw, after files that say when they were made came on these days.
fn unseen(files: &[(i8, &str, &str, &str)]) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    for (on, file, bytes, made) in files {
        let mut builder = home.builder(day(*on))?;
        let digest = ward_model::digest::Digest::of(bytes.as_bytes());
        let mut batch = builder.batch()?;
        batch.input("nvd", file, 1, digest);
        batch.record(&plain("CVE-2020-1", day(1), bytes), "2026-01-01")?;
        let extent = ward_formats::feed::nvd::Extent { start: 0, held: 1, total: Some(1) };
        batch.made("nvd", file, made, extent);
        builder.add(batch);
        builder.publish(&mut |_| {})?;
    }
    let held = home.current()?.ok_or("nothing there")?;
    Ok(held.description().sources[0].unseen.as_ref().map(ToString::to_string))
}

#[test]
fn a_file_that_says_a_moment_ahead_was_made_when_it_came_at_the_latest() -> TestResult {
    let year = |on, bytes, made| (on, YEAR, bytes, made);
    let changes = (29, CHANGES, "m", "2026-01-29T05:00:00");
    let right = unseen(&[year(2, "a", "2026-01-02T05:00:00"), changes])?;
    assert!(right.is_some());
    let ahead = unseen(&[year(2, "a", "2026-01-28T05:00:00"), changes])?.ok_or("no gap")?;
    assert!(ahead.contains("2026-01-02") && ahead.contains("2026-01-21"), "{ahead}");
    // The same file once more, when that day has come.
    let again = [year(2, "a", "2026-01-28T05:00:00"), year(28, "b", "2026-01-28T05:00:00"), changes];
    assert_eq!(unseen(&again)?.as_ref(), Some(&ahead));
    Ok(())
}

#[test]
fn a_record_that_pages_repeat_is_counted_once() -> TestResult {
    for (ids, whole) in [([1, 2, 3, 4], true), ([1, 2, 1, 2], false), ([1, 2, 3, 3], false)] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let mut builder = home.builder(day(2))?;
        for (page, ids) in ids.chunks(2).enumerate() {
            let file = format!("nvdcve-2.0-api-{:08}.json", page * 2);
            let mut batch = builder.batch()?;
            batch.input("nvd", &file, 1, ward_model::digest::Digest::of(file.as_bytes()));
            for id in ids {
                batch.record(&plain(&format!("CVE-2020-{id}"), day(1), ""), "2026-01-01")?;
            }
            let extent = ward_formats::feed::nvd::Extent { start: page as u64 * 2, held: 2, total: Some(4) };
            batch.made("nvd", &file, "2026-01-02T05:00:00", extent);
            builder.add(batch);
        }
        builder.publish(&mut |_| {})?;
        let held = home.current()?.ok_or("nothing there")?;
        assert_eq!(held.description().sources[0].unseen.is_none(), whole, "{ids:?}");
    }
    Ok(())
}

#[test]
fn an_archive_that_was_of_a_day_to_come_shows_nothing_when_that_day_has_come() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let all = "2026-01-28_all_CVEs_at_midnight.zip";
    let deltas = ["2026-01-28_delta_CVEs_at_end_of_day.zip", "2026-01-29_delta_CVEs_at_end_of_day.zip"];
    for (on, files) in [(8, vec![all]), (29, vec![all, deltas[0], deltas[1]])] {
        let mut builder = home.builder(day(on))?;
        for file in files {
            let digest = ward_model::digest::Digest::of(file.as_bytes());
            if builder.already_read("cve5", file, digest)? {
                builder.unchanged("cve5", file);
                continue;
            }
            let mut batch = builder.batch()?;
            batch.input("cve5", file, 1, digest);
            builder.add(batch);
        }
        builder.publish(&mut |_| {})?;
    }
    let held = home.current()?.ok_or("nothing there")?;
    assert!(held.description().sources[0].unseen.is_some());
    Ok(())
}
