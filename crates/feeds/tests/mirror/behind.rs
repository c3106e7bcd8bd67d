//! Parts of a mirror that stay behind the others, and lists that come back.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use ward_feeds::{Contents, Fewer, Silent, Source, SyncReport, sync_contents};
use ward_knowledge::Home;
use ward_model::knowledge::Knowledge;

use super::fixture::{Mirror, TestResult, cve};

/// As the program says it of its own data.
fn rule() -> Fewer<'static> {
    Fewer { days_apart: 14, ..Fewer::default() }
}

fn synced(mirror: &Mirror, home: &Home, on: Date) -> Result<SyncReport, Box<dyn std::error::Error>> {
    Ok(sync_contents(&Contents::of_folder(mirror.path()), &[], rule(), home, on, &mut Silent)?)
}

fn unseen(report: &SyncReport) -> Option<String> {
    let nvd = report.knowledge.sources.iter().find(|source| source.name == "nvd")?;
    nvd.unseen.as_ref().map(ToString::to_string)
}

/// Two years of a day, the older one of another.
fn years(mirror: &Mirror, day: &str, old: &str) -> TestResult {
    mirror.nvd_made("2024", old, &[cve("CVE-2024-0001", "2025-01-02", "one")])?;
    mirror.nvd_made("2026", day, &[cve("CVE-2026-0001", day, "two")])
}

#[test]
fn a_yearly_file_that_is_months_old_beside_newer_ones_is_told() -> TestResult {
    let words = |before: &str| {
        Some(format!(
            "what changed after 2026-02-01T00:10:00Z and before 2026-11-{before}T00:10:00Z was never seen, of 2024"
        ))
    };
    let mirror = Mirror::new()?;
    years(&mirror, "2026-11-28", "2026-02-01")?;
    let home = mirror.home();
    assert_eq!(unseen(&synced(&mirror, &home, date(2026, 11, 28))?), words("28"));
    // The changes of eight days are not those of ten months.
    let with_changes = Mirror::new()?;
    years(&with_changes, "2026-11-28", "2026-02-01")?;
    with_changes.nvd_made("modified", "2026-11-28", &[cve("CVE-2026-0001", "2026-11-28", "two")])?;
    let report = synced(&with_changes, &with_changes.home(), date(2026, 11, 28))?;
    assert_eq!(unseen(&report), words("20"));
    // The file of today closes it, and what it closes stays closed.
    years(&mirror, "2026-11-29", "2026-11-29")?;
    assert_eq!(unseen(&synced(&mirror, &home, date(2026, 11, 29))?), None);
    assert_eq!(unseen(&synced(&mirror, &home, date(2026, 11, 30))?), None);
    let held = home.as_of(date(2026, 11, 28))?.ok_or("nothing there")?;
    assert!(held.description().sources[0].unseen.is_some(), "on that day it was open");
    held.verify()?;
    Ok(())
}

#[test]
fn a_year_that_is_compared_with_its_publisher_is_no_gap_however_old() -> TestResult {
    let mirror = Mirror::new()?;
    years(&mirror, "2026-11-27", "2026-02-01")?;
    let compared: Timestamp = "2026-11-27T12:00:00Z".parse()?;
    let contents = || Contents::of_folder(mirror.path()).compared_on(Source::Nvd, compared);
    let sync =
        |contents: &Contents, home: &Home| sync_contents(contents, &[], rule(), home, date(2026, 11, 28), &mut Silent);
    assert_eq!(unseen(&sync(&contents(), &mirror.home())?), None);
    // Of several mirrors nobody knows from which a year is.
    let other = Mirror::new()?;
    other.kev("2026-11-28", &["CVE-2024-0001"])?;
    let both = Contents::together([contents(), Contents::of_folder(other.path())]).ok_or("none")?;
    assert!(unseen(&sync(&both, &other.home())?).is_some());
    Ok(())
}
