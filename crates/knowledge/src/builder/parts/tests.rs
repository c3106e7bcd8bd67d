use jiff::civil::{Date, date};
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::coverage::{Shrinkage, ShrunkPart};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, SourceDescription};
use ward_model::vulnerability::{Epss, Exploited, VulnerabilityRecord};

use crate::Home;
use crate::builder::Builder;
use crate::testing::{TestResult, plain, stamp};

type Any<T> = Result<T, Box<dyn std::error::Error>>;

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

fn new_home() -> Any<(tempfile::TempDir, Home)> {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    Ok((folder, home))
}

/// So many records in a yearly file.
fn year(builder: &mut Builder, year: i16, count: u32) -> TestResult {
    let mut batch = builder.batch()?;
    let file = format!("nvdcve-2.0-{year}.json.gz");
    batch.input("nvd", &file, u64::from(count), Digest::of(format!("{file} {count}").as_bytes()));
    for number in 0..count {
        let record = plain(&format!("CVE-{year}-{number:04}"), date(2020, 1, 1), "");
        batch.record(&record, &stamp(&record))?;
    }
    builder.add(batch);
    Ok(())
}

fn sync(home: &Home, on: Date, count: u32, accepted: &[&str]) -> Any<SourceDescription> {
    let mut builder = home.builder(on)?;
    accepted.iter().for_each(|name| builder.accept_shrunk(name));
    year(&mut builder, 2014, count)?;
    builder.publish(&mut |_| {})?;
    described(home, on, "nvd")
}

fn described(home: &Home, on: Date, name: &str) -> Any<SourceDescription> {
    let held = home.as_of(on)?.ok_or("nothing there")?;
    held.verify()?;
    Ok(held.description().sources.iter().find(|source| source.name == name).ok_or("no source")?.clone())
}

fn part(name: &str, most: u64, now: u64, since: Date) -> ShrunkPart {
    ShrunkPart { part: Some(name.to_owned()), most, now, since, last_came: None }
}

#[test]
fn a_year_that_shrinks_is_told_until_it_grows_again_and_loses_nothing() -> TestResult {
    let (_folder, home) = new_home()?;
    assert_eq!(sync(&home, day(1), 100, &[])?.shrunk, []);
    let shrunk = sync(&home, day(2), 50, &[])?;
    assert_eq!((shrunk.shrunk, shrunk.records), (vec![part("2014", 100, 50, day(2))], 100));
    // Looking again at the same file does not make it whole.
    assert_eq!(sync(&home, day(3), 50, &[])?.shrunk, [part("2014", 100, 50, day(2))]);
    assert_eq!(sync(&home, day(4), 60, &[])?.shrunk, [part("2014", 100, 60, day(2))]);
    // Another part that is whole hides nothing.
    let mut builder = home.builder(day(5))?;
    year(&mut builder, 2014, 60)?;
    year(&mut builder, 2015, 500)?;
    builder.publish(&mut |_| {})?;
    assert_eq!(described(&home, day(5), "nvd")?.shrunk, [part("2014", 100, 60, day(2))]);
    let mut builder = home.builder(day(6))?;
    year(&mut builder, 2014, 101)?;
    year(&mut builder, 2015, 500)?;
    builder.publish(&mut |_| {})?;
    assert_eq!(described(&home, day(6), "nvd")?.shrunk, []);
    assert_eq!(described(&home, day(1), "nvd")?.shrunk, []);
    assert_eq!(described(&home, day(2), "nvd")?.shrunk, [part("2014", 100, 50, day(2))]);
    Ok(())
}

/// What comes of some years, and of what changed.
fn years(home: &Home, on: Date, given: &[i16], accepted: &[&str]) -> Any<SourceDescription> {
    let mut builder = home.builder(on)?;
    accepted.iter().for_each(|name| builder.accept_shrunk(name));
    for of in given {
        year(&mut builder, *of, 5)?;
    }
    let mut batch = builder.batch()?;
    batch.input("nvd", "nvdcve-2.0-modified.json.gz", 1, Digest::of(on.to_string().as_bytes()));
    builder.add(batch);
    builder.publish(&mut |_| {})?;
    described(home, on, "nvd")
}

#[test]
fn a_year_that_comes_no_more_is_missed_by_the_others() -> TestResult {
    let (_folder, home) = new_home()?;
    assert_eq!(years(&home, day(1), &[2014, 2015, 2016], &[])?.shrunk, []);
    // Five records are few; none of five is not too few to be told.
    let gone = |year: &str, since, last| ShrunkPart { last_came: Some(last), ..part(year, 5, 0, since) };
    let shrunk = years(&home, day(2), &[2015, 2016], &[])?;
    assert_eq!((shrunk.shrunk, shrunk.records), (vec![gone("2014", day(2), day(1))], 15));
    // What changed alone says nothing of the years, and neither does another source.
    assert_eq!(years(&home, day(3), &[], &[])?.shrunk, [gone("2014", day(2), day(1))]);
    assert_eq!(
        years(&home, day(4), &[2016], &[])?.shrunk,
        [gone("2014", day(2), day(1)), gone("2015", day(4), day(2))]
    );
    assert_eq!(years(&home, day(5), &[2014, 2016], &[])?.shrunk, [gone("2015", day(4), day(2))]);
    // What somebody has said is not missed is not, until it has come again.
    assert_eq!(years(&home, day(6), &[2014, 2016], &["nvd"])?.shrunk, []);
    assert_eq!(years(&home, day(7), &[2014, 2016], &[])?.shrunk, []);
    assert_eq!(years(&home, day(8), &[2014, 2015, 2016], &[])?.shrunk, []);
    assert_eq!(years(&home, day(9), &[2014, 2016], &[])?.shrunk, [gone("2015", day(9), day(8))]);
    Ok(())
}

#[test]
fn somebody_may_say_that_fewer_are_right() -> TestResult {
    let (_folder, home) = new_home()?;
    sync(&home, day(1), 100, &[])?;
    sync(&home, day(2), 50, &["kev"])?;
    // Also where nothing new comes.
    assert_eq!(sync(&home, day(3), 50, &["nvd"])?.shrunk, []);
    assert_eq!(sync(&home, day(4), 50, &[])?.shrunk, []);
    assert_eq!(sync(&home, day(5), 30, &[])?.shrunk, [part("2014", 50, 30, day(5))]);
    // And in the sync that finds it.
    assert_eq!(sync(&home, day(6), 10, &["nvd"])?.shrunk, []);
    Ok(())
}

fn list(released: Date, ids: std::ops::Range<u32>) -> Catalogue {
    let entry = |number| Exploited::new(VulnerabilityId::new(format!("CVE-2020-{number:04}")));
    Catalogue {
        version: Some("1".to_owned()),
        released: Some(released),
        moment: String::new(),
        entries: ids.map(entry).collect(),
        set_aside: Vec::new(),
    }
}

#[test]
fn a_list_that_was_cut_short_takes_nothing_back() -> TestResult {
    let (_folder, home) = new_home()?;
    let sync = |on: Date, ids: std::ops::Range<u32>, accept: bool| -> Any<(SourceDescription, bool, bool)> {
        let mut builder = home.builder(on)?;
        builder.far_fewer(Shrinkage::new(10, 95).ok_or("no rule")?);
        if accept {
            builder.accept_shrunk("kev");
        }
        let digest = Digest::of(format!("{ids:?}").as_bytes());
        if builder.already_read("kev", "k", digest)? {
            builder.unchanged("kev", "k");
        } else {
            builder.input("kev", "k", 1, digest);
            builder.exploited("k", list(on, ids));
        }
        builder.publish(&mut |_| {})?;
        let held = home.current()?.ok_or("nothing there")?;
        let listed = |id: &str| held.exploited(&VulnerabilityId::from(id)).map(|entry| entry.is_some());
        Ok((described(&home, on, "kev")?, listed("CVE-2020-0001")?, listed("CVE-2020-0105")?))
    };
    assert!(sync(day(1), 0..100, false)?.1);
    let (source, old, new) = sync(day(2), 100..110, false)?;
    assert_eq!((source.records, old, new), (110, true, true), "what is new is taken, and nothing is taken back");
    assert_eq!((source.shrunk[0].most, source.shrunk[0].now), (100, 10));
    let (source, old, _) = sync(day(3), 100..110, false)?;
    assert_eq!((source.shrunk.len(), old), (1, true));
    let (source, old, new) = sync(day(4), 100..110, true)?;
    assert_eq!((source.records, source.shrunk.len(), old, new), (10, 0, false, true));
    // A few that are taken back are the word of whoever makes the list.
    let (source, old, new) = sync(day(5), 101..110, false)?;
    assert_eq!((source.records, source.shrunk.len(), old, new), (9, 0, false, true));
    Ok(())
}

/// Entries that were added on a day.
fn added(on: Date, ids: std::ops::Range<u32>) -> Vec<Exploited> {
    list(on, ids).entries.into_iter().map(|entry| Exploited { added: Some(on), ..entry }).collect()
}

/// A sync of KEV, or of something else; where it comes again byte for byte it is not read.
fn kev(home: &Home, on: Date, given: Option<(Date, Vec<Exploited>)>, accept: bool) -> Any<SourceDescription> {
    let mut builder = home.builder(on)?;
    builder.far_fewer(Shrinkage::new(10, 95).ok_or("no rule")?);
    if accept {
        builder.accept_shrunk("kev");
    }
    match given {
        Some((released, entries)) => {
            let digest = Digest::of(format!("{released} {}", entries.len()).as_bytes());
            if builder.already_read("kev", "k", digest)? {
                builder.unchanged("kev", "k");
            } else {
                builder.input("kev", "k", 1, digest);
                builder.exploited("k", Catalogue { entries, ..list(released, 0..0) });
            }
        }
        None => year(&mut builder, 2014, 5)?,
    }
    builder.publish(&mut |_| {})?;
    described(home, on, "kev")
}

#[test]
fn only_a_list_that_came_and_was_taken_is_accepted() -> TestResult {
    let (_folder, home) = new_home()?;
    let whole = |on| Some((on, added(day(1), 0..100)));
    let cut = || Some((day(9), added(day(1), 0..3)));
    assert_eq!(kev(&home, day(5), whole(day(5)), false)?.shrunk, []);
    let source = kev(&home, day(9), cut(), false)?;
    assert_eq!((source.shrunk.len(), source.records), (1, 100));
    // What is held is of the list before, and so is its day.
    assert_eq!((source.released, source.newest), (Some(day(5)), Some(day(1))));
    // No list came, or it is one of before, and short.
    for given in [None, Some((day(2), added(day(1), 0..50)))] {
        let refused = kev(&home, day(10), given, true).err().ok_or("accepted")?.to_string();
        assert!(refused.starts_with("fewer entries of kev cannot be accepted: "), "{refused}");
    }
    assert_eq!(described(&home, day(10), "kev")?.shrunk.len(), 1, "nothing was written");
    // Where nothing is told nothing has to come.
    let source = kev(&home, day(10), cut(), true)?;
    assert_eq!((source.shrunk.len(), source.records, source.released), (0, 3, Some(day(9))));
    kev(&home, day(11), None, true)?;
    Ok(())
}

#[test]
fn a_whole_list_of_before_comes_back_after_one_that_was_cut_short() -> TestResult {
    let (_folder, home) = new_home()?;
    let whole = || Some((day(5), added(day(1), 0..100)));
    kev(&home, day(5), whole(), false)?;
    // It names one that is new.
    let cut: Vec<Exploited> = added(day(1), 0..3).into_iter().chain(added(day(8), 200..201)).collect();
    let source = kev(&home, day(9), Some((day(9), cut)), false)?;
    assert_eq!((source.shrunk.len(), source.records, source.newest), (1, 101, Some(day(1))));
    let source = kev(&home, day(10), whole(), false)?;
    assert_eq!((source.shrunk.len(), source.records), (0, 101));
    assert_eq!((source.released, source.newest), (Some(day(5)), Some(day(1))), "it is no newer for that");
    let held = home.current()?.ok_or("nothing there")?;
    assert!(held.exploited(&VulnerabilityId::from("CVE-2020-0200"))?.is_some(), "what became known stays known");
    // The next one says what there is.
    let next: Vec<Exploited> = added(day(1), 0..100).into_iter().chain(added(day(11), 300..301)).collect();
    let source = kev(&home, day(11), Some((day(11), next)), false)?;
    assert_eq!((source.records, source.released, source.newest), (101, Some(day(11)), Some(day(11))));
    Ok(())
}

#[test]
fn a_column_that_comes_again_after_one_that_was_cut_short_is_told_no_longer() -> TestResult {
    let (_folder, home) = new_home()?;
    let sync = |on: Date, count: u32| -> Any<SourceDescription> {
        let mut builder = home.builder(on)?;
        let digest = Digest::of(&count.to_le_bytes());
        if builder.already_read("epss", "e", digest)? {
            builder.unchanged("epss", "e");
        } else {
            let score = |number| {
                (VulnerabilityId::new(format!("CVE-2020-{number:04}")), Epss { score: 1, percentile: 1, date: day(1) })
            };
            let scores = (0..count).map(score).collect();
            builder.input("epss", "e", 1, digest);
            builder.epss(
                "e",
                Scores {
                    model_version: "1".to_owned(),
                    date: day(1),
                    moment: String::new(),
                    scores,
                    set_aside: Vec::new(),
                },
            );
        }
        builder.publish(&mut |_| {})?;
        described(&home, on, "epss")
    };
    assert_eq!(sync(day(1), 298)?.shrunk, []);
    for on in [day(2), day(3)] {
        assert_eq!(sync(on, 8)?.shrunk.len(), 1);
    }
    let source = sync(day(4), 298)?;
    assert_eq!((source.shrunk, source.records), (vec![], 298));
    assert_eq!(sync(day(5), 298)?.shrunk, []);
    Ok(())
}

#[test]
fn a_column_that_was_cut_short_replaces_none() -> TestResult {
    let (_folder, home) = new_home()?;
    let sync = |on: Date, count: u32, accept: bool| -> Any<(SourceDescription, Option<Date>)> {
        let mut builder = home.builder(on)?;
        if accept {
            builder.accept_shrunk("epss");
        }
        let score = |number| {
            let id = VulnerabilityId::new(format!("CVE-2020-{number:04}"));
            (id, Epss { score: 1, percentile: 1, date: on })
        };
        let scores = (0..count).map(score).collect();
        builder.epss(
            "e",
            Scores { model_version: "1".to_owned(), date: on, moment: String::new(), scores, set_aside: Vec::new() },
        );
        builder.publish(&mut |_| {})?;
        let held = home.current()?.ok_or("nothing there")?;
        let day = held.epss(&VulnerabilityId::from("CVE-2020-0050"))?.map(|epss| epss.date);
        Ok((described(&home, on, "epss")?, day))
    };
    assert_eq!(sync(day(1), 100, false)?.1, Some(day(1)));
    let (source, kept) = sync(day(2), 20, false)?;
    assert_eq!((source.records, source.newest, kept), (100, Some(day(1)), Some(day(1))));
    assert_eq!((source.shrunk[0].most, source.shrunk[0].now, source.shrunk[0].since), (100, 20, day(2)));
    let (source, kept) = sync(day(3), 101, false)?;
    assert_eq!((source.records, source.shrunk.len(), kept), (101, 0, Some(day(3))));
    let (source, kept) = sync(day(4), 20, true)?;
    assert_eq!((source.records, source.shrunk.len(), kept), (20, 0, None));
    Ok(())
}

#[test]
fn providers_of_advisories_age_and_shrink_by_themselves() -> TestResult {
    let (_folder, home) = new_home()?;
    let sync = |on: Date, files: &[(&str, u32, Date)]| -> Any<SourceDescription> {
        let mut builder = home.builder(on)?;
        let mut batch = builder.batch()?;
        for (provider, count, modified) in files {
            for number in 0..*count {
                let file = format!("{provider}/white/{number}.json");
                batch.input("csaf", &file, 1, Digest::of(format!("{file} {modified}").as_bytes()));
                let id = format!("{provider}-{number}/CVE-2020-0001");
                let record = VulnerabilityRecord { source: "csaf".to_owned(), ..plain(&id, *modified, "") };
                batch.record(&record, &stamp(&record))?;
            }
        }
        builder.add(batch);
        builder.publish(&mut |_| {})?;
        described(&home, on, "csaf")
    };
    let source = sync(day(1), &[("a.example", 30, day(1)), ("b.example", 2, date(2024, 1, 1))])?;
    let named: Vec<_> = source.providers.iter().map(|part| (part.name.as_str(), part.newest, part.records)).collect();
    assert_eq!(named, [("a.example", Some(day(1)), 30), ("b.example", Some(date(2024, 1, 1)), 2)]);
    assert_eq!(source.providers[0].received, Some(day(1)));
    let source = sync(day(2), &[("a.example", 9, day(1)), ("b.example", 3, date(2024, 1, 1))])?;
    assert_eq!(source.shrunk, [part("a.example", 30, 9, day(2))]);
    assert_eq!((source.records, source.providers[0].newest), (33, Some(day(1))));
    // One that does not come with the other was not received with it.
    let source = sync(day(3), &[("a.example", 30, day(1))])?;
    let gone = ShrunkPart { last_came: Some(day(2)), ..part("b.example", 3, 0, day(3)) };
    assert_eq!(source.shrunk, [gone]);
    let received: Vec<_> = source.providers.iter().map(|part| (part.received, part.records)).collect();
    assert_eq!((source.received, received), (Some(day(3)), vec![(Some(day(3)), 30), (Some(day(2)), 0)]));
    Ok(())
}
