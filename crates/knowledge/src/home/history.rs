//! A home fed day by day against homes that stopped on each of these days, whatever was folded in between.

use std::collections::BTreeSet;
use std::fs;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::Index;
use ward_formats::feed::cwe::WeaknessNames;
use ward_formats::feed::eol::SupportCatalogue;
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use super::Home;
use crate::generation::Generation;
use crate::generation::tests::answers;
use crate::testing::{TestResult, catalogue, plain, record, scores, stamp, support, sync, weaknesses};
use crate::{HomeError, Moment, Published};

/// What comes in one sync.
#[derive(Debug, Clone)]
struct Delivery {
    /// How many days after the one before; 0 is the same day.
    after: i32,
    records: Vec<VulnerabilityRecord>,
    exploited: Option<Catalogue>,
    epss: Option<Scores>,
    support: Option<SupportCatalogue>,
    weaknesses: Option<WeaknessNames>,
    whole: bool,
    odd: u64,
    /// Whether the home folds its files here.
    folds: bool,
}

fn delivery() -> impl Strategy<Value = Delivery> {
    (
        (0..3, any::<bool>(), 0_u64..3, any::<bool>()),
        prop::collection::vec(record(), 0..6),
        (prop::option::of(catalogue()), prop::option::of(scores())),
        (prop::option::of(support()), prop::option::of(weaknesses())),
    )
        .prop_map(|((after, whole, odd, folds), records, (exploited, epss), (support, weaknesses))| Delivery {
            after,
            records,
            exploited,
            epss,
            support,
            weaknesses,
            whole,
            odd,
            folds,
        })
}

fn publish(home: &Home, moment: impl Into<Moment>, delivery: &Delivery) -> Result<Published, HomeError> {
    let mut builder = home.builder(moment)?;
    let mut batch = builder.batch()?;
    batch.file("nvd", "nvdcve-2.0-2004.json");
    for record in &delivery.records {
        batch.record(record, &stamp(record))?;
    }
    for place in 0..delivery.odd {
        batch.set_aside(crate::testing::aside("nvdcve-2.0-2004.json", place, None));
    }
    if delivery.whole {
        batch.file("osv", "PyPI/all.zip");
    }
    builder.add(batch);
    if let Some(catalogue) = &delivery.exploited {
        builder.exploited("k", catalogue.clone());
    }
    if let Some(scores) = &delivery.epss {
        builder.epss("e", scores.clone());
    }
    if let Some(support) = &delivery.support {
        builder.support("s", support.clone());
    }
    if let Some(weaknesses) = &delivery.weaknesses {
        builder.weakness_names("w", weaknesses.clone());
    }
    builder.publish(&mut |_| {})
}

/// Everything that can be asked about all that was ever delivered.
fn all(generation: &Generation, deliveries: &[Delivery]) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut records: Vec<VulnerabilityRecord> =
        deliveries.iter().flat_map(|delivery| delivery.records.clone()).collect();
    for delivery in deliveries {
        let exploited = delivery.exploited.iter().flat_map(|all| &all.entries).map(|entry| &entry.id);
        let scored = delivery.epss.iter().flat_map(|all| &all.scores).map(|(id, _)| id);
        records.extend(exploited.chain(scored).map(|id| plain(id.as_str(), date(2000, 1, 1), "")));
    }
    let mut answers = answers(generation, &records, &[])?;
    answers.push(format!("{:?} {:?}", generation.set_aside()?, generation.sources()));
    Ok(answers)
}

fn day_of(deliveries: &[Delivery], upto: usize) -> Date {
    let days: i32 = deliveries.iter().take(upto + 1).map(|delivery| delivery.after).sum();
    date(2026, 1, 1).saturating_add(jiff::Span::new().days(days))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_day_is_answered_as_by_a_home_that_stopped_then(deliveries in prop::collection::vec(delivery(), 1..6)) {
        let check = || -> TestResult {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path().join("all"));
            for (number, delivery) in deliveries.iter().enumerate() {
                let home = if delivery.folds { home.folding_at(0) } else { home.clone() };
                publish(&home, day_of(&deliveries, number), delivery)?;
                home.current()?.ok_or("nothing there")?.verify()?;
            }
            for upto in 0..deliveries.len() {
                let day = day_of(&deliveries, upto);
                if day_of(&deliveries, upto + 1) == day && upto + 1 < deliveries.len() {
                    continue;
                }
                // The home that stopped folds never, or always.
                for limit in [u64::MAX, 0] {
                    let stopped = Home::open(folder.path().join(format!("{upto} {limit}"))).folding_at(limit);
                    for (number, delivery) in deliveries[..=upto].iter().enumerate() {
                        publish(&stopped, day_of(&deliveries, number), delivery)?;
                    }
                    let stopped = stopped.current()?.ok_or("nothing there")?;
                    let then = home.as_of(day)?.ok_or("nothing there")?;
                    assert_eq!(all(&then, &deliveries)?, all(&stopped, &deliveries)?);
                    assert_eq!((then.chain(), then.transactions()), (stopped.chain(), stopped.transactions()));
                    then.verify()?;
                }
            }
            let before = day_of(&deliveries, 0).yesterday()?;
            assert!(matches!(home.as_of(before), Err(HomeError::BeforeFirst { .. })));
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }

    #[test]
    fn identity_depends_neither_on_order_nor_on_days(
        records in prop::collection::vec(record(), 0..12),
        exploited in catalogue(),
        epss in scores(),
        parts in prop::collection::vec((any::<Index>(), any::<bool>(), 0..3), 1..5),
    ) {
        let check = || -> TestResult {
            let folder = tempfile::tempdir()?;
            // Of two versions with one moment of change the one that comes last counts, which is about order: only others.
            let mut seen = BTreeSet::new();
            let key = |record: &VulnerabilityRecord| (record.id.clone(), record.source.clone(), stamp(record));
            let records: Vec<_> = records.iter().filter(|record| !stamp(record).is_empty() && seen.insert(key(record))).cloned().collect();
            let empty = Delivery {
                after: 0, records: Vec::new(), exploited: None, epss: None, support: None, weaknesses: None, whole: false, odd: 0, folds: false,
            };
            let whole = Delivery { records: records.clone(), exploited: Some(exploited.clone()), epss: Some(epss.clone()), ..empty.clone() };
            let at_once = publish(&Home::open(folder.path().join("one")), date(2026, 1, 1), &whole)?;
            let home = Home::open(folder.path().join("other"));
            let mut rest = records.clone();
            let mut day = date(2026, 5, 1);
            for (cut, folds, after) in &parts {
                let cut = if rest.is_empty() { 0 } else { cut.index(rest.len() + 1) };
                let part = rest.split_off(cut);
                let home = if *folds { home.folding_at(0) } else { home.clone() };
                publish(&home, day, &Delivery { records: part, epss: folds.then(|| epss.clone()), ..empty.clone() })?;
                day = day.saturating_add(jiff::Span::new().days(*after));
            }
            let last = Delivery { records: rest, exploited: Some(exploited.clone()), epss: Some(epss.clone()), ..empty };
            let in_turn = publish(&home, day, &last)?;
            assert_eq!(at_once.description.generation, in_turn.description.generation);
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }

    #[test]
    fn any_changed_byte_of_a_home_is_found(
        deliveries in prop::collection::vec(delivery(), 1..4),
        flips in prop::collection::vec((any::<Index>(), any::<Index>(), 0_u8..8), 40),
    ) {
        let check = || -> TestResult {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            for (number, delivery) in deliveries.iter().enumerate() {
                publish(&home, day_of(&deliveries, number), delivery)?;
            }
            let right = all(&home.current()?.ok_or("nothing there")?, &deliveries)?;
            let mut paths: Vec<_> = home.current()?.ok_or("nothing there")?.files().into_iter().map(std::path::Path::to_owned).collect();
            paths.extend(["current", "anchor"].map(|name| home.folder().join(name)));
            let now = home.current()?.ok_or("nothing there")?;
            let kept = home.verify_kept(&now)??;
            assert!(kept.iter().all(|path| !paths.contains(path)));
            paths.extend(kept.iter().cloned());
            for (file, place, bit) in &flips {
                let path = file.get(&paths);
                let bytes = fs::read(path)?;
                let mut changed = bytes.clone();
                let place = place.index(bytes.len());
                changed[place] ^= 1 << bit;
                fs::write(path, &changed)?;
                if let Ok(opened) = home.current() {
                    let opened = opened.ok_or("the home counts as empty")?;
                    let found = opened.verify().and_then(|()| home.verify_kept(&opened).unwrap().map(drop));
                    let Err(damage) = found else { panic!("bit {bit} of byte {place} of {} passes", path.display()) };
                    assert_eq!(damage.path, *path, "{}", damage.source);
                    if let Ok(read) = all(&opened, &deliveries) {
                        assert_eq!(read, right, "byte {place} of {} changes an answer", path.display());
                    }
                }
                fs::write(path, &bytes[..place])?;
                let passes = home.current().is_ok_and(|held| held.is_some_and(|held| home.verify_kept(&held).unwrap().is_ok()));
                assert!(!passes, "{place} bytes of {} pass", path.display());
                fs::write(path, &bytes)?;
            }
            assert_eq!(all(&home.current()?.ok_or("nothing there")?, &deliveries)?, right);
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn a_clock_that_goes_back_rewrites_nothing() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, date(2026, 3, 3), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let published = sync(
        &home,
        date(2026, 1, 1),
        &[plain("CVE-2020-1", date(2020, 2, 2), "two"), plain("CVE-2020-2", date(2020, 1, 1), "new")],
    )?;
    assert_eq!(published.clock_went_back, Some(Moment::from(date(2026, 1, 1))));
    assert_eq!(published.received, Moment::from(date(2026, 3, 3)));
    // The past stays as it was, and the days of receipt are the earlier ones: they start clocks.
    assert!(matches!(home.as_of(date(2026, 3, 2)), Err(HomeError::BeforeFirst { .. })));
    let now = home.as_of(date(2026, 3, 3))?.ok_or("nothing there")?;
    assert_eq!((now.transactions(), now.description().as_of), (2, date(2026, 3, 3)));
    for number in 0..2 {
        let number = ward_model::knowledge::RecordNumber(number);
        assert_eq!(now.record(number)?.received, Some(date(2026, 1, 1)));
        assert_eq!(now.version_received(number)?, Some(date(2026, 1, 1)));
    }
    Ok(())
}

#[test]
fn somebody_who_looks_again_is_known_to_have_looked() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let records = [plain("CVE-2020-1", date(2020, 1, 1), "one")];
    let digest = ward_model::Digest::of(b"the file");
    let look = |day: Date, digest, records: &[VulnerabilityRecord], skip: bool| -> Result<Published, HomeError> {
        let mut builder = home.builder(day)?;
        if skip {
            assert!(builder.already_read("nvd", "one", digest)?);
            builder.unchanged("nvd", "one");
        } else {
            let mut batch = builder.batch()?;
            batch.input("nvd", "one", 8, digest);
            records.iter().try_for_each(|record| batch.record(record, &stamp(record)))?;
            builder.add(batch);
        }
        builder.publish(&mut |_| {})
    };
    let first = look(date(2026, 1, 1), digest, &records, false)?;
    assert!(!home.builder(date(2026, 1, 1))?.already_read("nvd", "other", digest)?);
    assert!(!home.builder(date(2026, 1, 1))?.already_read("nvd", "one", ward_model::Digest::of(b"another"))?);
    // On the same day nothing is written; on another day that day is.
    let again = look(date(2026, 1, 1), digest, &records, true)?;
    assert_eq!((again.new, again.root), (false, first.root));
    let later = look(date(2026, 1, 5), digest, &records, true)?;
    assert!(!later.new && later.root != first.root);
    let counts = &later.sources[0].1;
    assert_eq!((counts.unchanged, counts.absent, counts.added), (1, 0, 0));
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.sources()[0].received, Some(date(2026, 1, 5)));
    assert_eq!(held.description().as_of, date(2026, 1, 5));
    assert_eq!(later.description.generation, first.description.generation);
    // Reading it all the same gives the same, even if another file brought another version of a record since.
    sync(&home, date(2026, 1, 6), &[plain("CVE-2020-1", date(2020, 1, 1), "corrected elsewhere")])?;
    let read_again = look(date(2026, 1, 7), digest, &records, false)?;
    let number = ward_model::knowledge::RecordNumber(0);
    assert_eq!(home.current()?.ok_or("nothing there")?.record(number)?.description, "corrected elsewhere");
    let skipped = look(date(2026, 1, 7), digest, &records, true)?;
    assert_eq!(read_again.root, skipped.root);
    // The same name with other bytes is read, and with the first bytes again after that too.
    assert_eq!(look(date(2026, 1, 8), ward_model::Digest::of(b"another"), &records, false)?.sources[0].1.changed, 1);
    assert!(!home.builder(date(2026, 1, 8))?.already_read("nvd", "one", digest)?);
    Ok(())
}

#[test]
fn many_days_make_few_files_and_lose_no_version() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path()).folding_at(4_000);
    let mut folds = 0;
    let mut base = None;
    for day in 1..=28 {
        let records: Vec<_> = (0..12)
            .map(|number| plain(&format!("CVE-2020-{number}"), date(2026, 1, day), &format!("as of {day}")))
            .collect();
        sync(&home, date(2026, 1, day), &records)?;
        let held = home.current()?.ok_or("nothing there")?;
        assert!(held.files().len() <= 2);
        let now = held.files().first().map(|path| path.to_path_buf());
        folds += u32::from(base.is_some() && base != now);
        base = now;
    }
    assert!(folds > 1, "it was folded {folds} times");
    for day in 1..=28 {
        let held = home.as_of(date(2026, 1, day))?.ok_or("nothing there")?;
        assert_eq!(held.record_count(), 12);
        for number in 0..12 {
            let record = held.record(ward_model::knowledge::RecordNumber(number))?;
            assert_eq!((record.description, record.received), (format!("as of {day}"), Some(date(2026, 1, 1))));
        }
        assert_eq!(held.candidates(&"a:acme:pump".parse()?)?.len(), 12);
    }
    Ok(())
}
