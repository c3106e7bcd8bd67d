//! Parts of a mirror that stay behind the others, and lists that come back.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use ward_feeds::{Contents, Fewer, Silent, Source, SyncReport, sync_contents};
use ward_knowledge::Home;
use ward_model::affected::SubjectKey;
use ward_model::coverage::Shrinkage;
use ward_model::cpe::Cpe;
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

/// Counted and kept are release lines, whatever the list of names still says.
#[test]
fn products_whose_files_are_gone_keep_their_lines() -> TestResult {
    let names: Vec<String> = (0..31).map(|number| format!("product{number}")).collect();
    let identifiers: Vec<String> =
        names.iter().map(|name| format!(r#""{name}":[{{"cpe":"cpe:2.3:a:acme:{name}"}}]"#)).collect();
    let identifiers = format!("{{{}}}", identifiers.join(","));
    let of = |present: &[String]| -> Result<Mirror, Box<dyn std::error::Error>> {
        let mirror = Mirror::new()?;
        mirror.any("eol/identifiers.json", identifiers.as_bytes())?;
        for name in present {
            mirror.any(&format!("eol/{name}.json"), br#"[{"cycle":"1","eol":"2020-01-01"},{"cycle":"2"}]"#)?;
        }
        Ok(mirror)
    };
    let whole = of(&names)?;
    let home = whole.home();
    let lines = |number: usize| -> Result<usize, Box<dyn std::error::Error>> {
        let held = home.current()?.ok_or("nothing there")?;
        held.verify()?;
        let cpe = Cpe::parse(&format!("cpe:2.3:a:acme:product{number}"))?;
        Ok(held.support_cycles(&SubjectKey::Product(cpe.product_key().ok_or("no product")?))?.len())
    };
    let rule = || Fewer { far: Shrinkage::new(10, 95).unwrap_or_default(), ..rule() };
    let sync =
        |mirror: &Mirror, on: i8, accepted: &[String]| -> Result<(u64, Vec<String>), Box<dyn std::error::Error>> {
            let contents = Contents::of_folder(mirror.path());
            let fewer = Fewer { accepted, ..rule() };
            let report = sync_contents(&contents, &[], fewer, &home, date(2026, 1, on), &mut Silent)?;
            let eol = &report.knowledge.sources[0];
            Ok((eol.records, eol.shrunk.iter().map(ToString::to_string).collect()))
        };
    assert_eq!(sync(&whole, 1, &[])?, (62, vec![]));
    let one_gone = of(&names[1..])?;
    let words = "product0: none came of 2 records, since 2026-01-02, received last on 2026-01-01";
    assert_eq!(sync(&one_gone, 2, &[])?, (62, vec![words.to_owned()]));
    let most_gone = of(&names[20..])?;
    let (records, told) = sync(&most_gone, 3, &[])?;
    assert_eq!((records, told[0].as_str()), (62, "22 records came where there were 62, since 2026-01-03"));
    assert_eq!((lines(0)?, lines(5)?, lines(25)?), (2, 2, 2));
    assert_eq!(sync(&most_gone, 4, &["eol".to_owned()])?, (22, vec![]));
    assert_eq!((lines(0)?, lines(5)?, lines(25)?), (0, 0, 2));
    assert_eq!(sync(&whole, 5, &[])?, (62, vec![]));
    Ok(())
}
