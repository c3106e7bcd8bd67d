//! The power fails at every step of a publication, and what was not brought to the disk may be gone.

use std::collections::BTreeSet;
use std::fs;

use jiff::civil::{Date, date};
use ward_model::Digest;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::VulnerabilityRecord;

use super::Home;
use crate::disk::Disk;
use crate::disk::failing::Loss;
use crate::testing::{TestResult, plain, stamp};
use crate::{BundleTaken, HomeError, Published};

/// A home before a publication.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// How many times something was received.
    receipts: u8,
    /// Whether all is folded by the publication.
    folds: bool,
    /// Whether what is current is damaged then.
    damaged: bool,
}

fn records(range: std::ops::Range<u32>, word: &str) -> Vec<VulnerabilityRecord> {
    range.map(|number| plain(&format!("CVE-2020-{number:04}"), date(2020, 1, 1), word)).collect()
}

/// Takes a bundle.
fn publish(home: &Home, day: Date, records: &[VulnerabilityRecord]) -> Result<Published, HomeError> {
    let mut builder = home.builder(day)?;
    let mut batch = builder.batch()?;
    batch.file("nvd", "one");
    for record in records {
        batch.record(record, &stamp(record))?;
    }
    builder.add(batch);
    builder.bundle(taken(day));
    builder.publish(&mut |_| {})
}

/// The bundle of this day.
fn taken(day: Date) -> BundleTaken {
    let listing = Digest::of(day.to_string().as_bytes());
    BundleTaken {
        made: jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(day.day_of_year().into()),
        listing,
    }
}

/// What is held: nothing, something that is damaged, or all up to this chain, with the bundle that was taken last.
fn state(home: &Home) -> Result<Option<(Digest, Option<BundleTaken>)>, String> {
    let Some(held) = home.current().map_err(|error| error.to_string())? else { return Ok(None) };
    held.verify().map_err(|damage| damage.to_string())?;
    Ok(Some((held.chain(), held.bundle().map_err(|error| error.to_string())?)))
}

impl Start {
    fn home(self, folder: &std::path::Path) -> Result<Home, Box<dyn std::error::Error>> {
        let home = Home::open(folder).on(Disk::failing(u64::MAX));
        for number in 0..self.receipts {
            let first = u32::from(number) * 10;
            publish(&home, date(2026, 1, 1 + number.cast_signed()), &records(first..first + 12, "before"))?;
        }
        if self.damaged {
            let path = home.current()?.ok_or("nothing there")?.path().to_owned();
            let mut bytes = fs::read(&path)?;
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::remove_file(&path)?;
            fs::write(&path, bytes)?;
        }
        Ok(home)
    }

    /// Every step of the publication, with this loss.
    fn fails(self, loss: Loss) -> TestResult {
        let limit = if self.folds { 0 } else { u64::MAX };
        let day = date(2026, 2, 1);
        let (mut at, mut seen) = (0, BTreeSet::new());
        loop {
            let said = format!("{self:?}, {loss:?}, step {at}");
            let folder = tempfile::tempdir()?;
            let home = self.home(folder.path())?;
            let before = state(&home);
            assert_eq!(before.is_err(), self.damaged, "{said}");
            let disk = Disk::failing(at);
            let published = publish(&home.folding_at(limit).on(disk.clone()), day, &records(5..60, "after"));
            disk.lose(home.folder(), loss)?;
            let held = state(&home);
            // Whoever comes next sees one of two states, and can go on from it.
            let after = publish(&home.folding_at(limit), day, &records(5..60, "after"))?;
            let wanted = state(&home);
            assert!(matches!(wanted, Ok(Some((_, Some(bundle)))) if bundle == taken(day)), "{said}: {wanted:?}");
            let is_before = held != wanted;
            let damaged_still = self.damaged && held.is_err();
            assert!(held == before || held == wanted || damaged_still, "{said} leaves neither: {held:?}");
            assert!(after.repaired == damaged_still, "{said}");
            // What is published stays.
            assert!(published.is_err() || held == wanted, "{said}: what was published is gone");
            assert!(super::tests::names(&home)?.iter().all(|name| !name.starts_with("part-")), "{said}");
            let now = home.current()?.ok_or("nothing there")?;
            assert_eq!(now.description().lost.is_empty(), !self.damaged, "{said}: {:?}", now.description().lost);
            seen.insert(is_before);
            if published.is_ok() && disk.steps() <= at {
                break;
            }
            at += 1;
        }
        assert!(at > 12, "only {at} steps were tried");
        assert_eq!(seen.len(), 2, "some failures come before and some after");
        Ok(())
    }
}

#[test]
fn a_failure_at_any_step_leaves_the_home_as_before_or_as_after() -> TestResult {
    // From nothing; a delta on a base; a delta for a delta; a fold; and what is current is damaged.
    for (receipts, folds, damaged) in
        [(0, false, false), (1, false, false), (2, false, false), (2, true, false), (2, false, true), (2, true, true)]
    {
        for loss in Loss::ALL {
            Start { receipts, folds, damaged }.fails(loss)?;
        }
    }
    Ok(())
}

#[test]
fn what_is_written_beside_is_the_old_or_the_new_wherever_the_power_fails() -> TestResult {
    for loss in Loss::ALL {
        let mut at = 0;
        loop {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            home.write_beside("bundle.json", "what was")?;
            let disk = Disk::failing(at);
            let done = home.on(disk.clone()).write_beside("bundle.json", "what is now").is_ok();
            disk.lose(folder.path(), loss)?;
            let found = fs::read_to_string(folder.path().join("bundle.json"))?;
            assert!(found == "what is now" || !done && found == "what was", "{loss:?} at {at}: {found}");
            home.write_beside("bundle.json", "and then")?;
            let names: Vec<_> = fs::read_dir(folder.path())?
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<_, _>>()?;
            assert_eq!(names, ["bundle.json"], "what a killed writer left is swept up");
            if done {
                assert!(disk.steps() >= 5, "every write, sync and rename is a step");
                break;
            }
            at += 1;
        }
    }
    Ok(())
}
