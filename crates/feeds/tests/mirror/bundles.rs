//! What a bundle brings is what the mirror would have brought that it was made from.

use std::fs;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use ward_feeds::bundle::head::Head;
use ward_feeds::bundle::key::Signatory;
use ward_feeds::bundle::{pack::pack, unpack::unpack};
use ward_feeds::{Contents, Fewer, Silent, SyncError, SyncReport, sync, sync_contents};
use ward_knowledge::Home;
use ward_model::coverage::ShrunkPart;
use ward_model::knowledge::Knowledge;

use super::fixture::{Mirror, TestResult, cve};
use super::sources::{csaf, everything};

type Any<T> = Result<T, Box<dyn std::error::Error>>;

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

/// The moment of a day of the month at which a bundle is made.
fn made(day: i64) -> Any<Timestamp> {
    Ok(format!("2026-01-{day:02}T12:00:00Z").parse()?)
}

/// Whoever has the mirror, a home beside it, and a plant that takes what is signed.
struct World {
    mirror: Mirror,
    place: tempfile::TempDir,
    key: Signatory,
    last: Option<Head>,
}

impl World {
    fn new() -> Any<Self> {
        let mirror = everything()?;
        for number in 0..30 {
            let text = csaf(&format!("ICSMA-21-{number:03}-01"));
            mirror.any(&format!("csaf/OT/white/2021/{number}.json"), text.as_bytes())?;
            mirror.any(&format!("eol/product{number}.json"), br#"[{"cycle":"1","eol":"2026-09-07"}]"#)?;
        }
        mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
        mirror.nvd("2021", &[cve("CVE-2021-0001", "2021-01-02", "one")])?;
        Ok(Self { mirror, place: tempfile::tempdir()?, key: Signatory::from_random([7; 32]), last: None })
    }

    fn plant(&self) -> Home {
        Home::open(self.place.path().join("plant"))
    }

    /// A bundle of what is new, and what it holds, unpacked.
    fn bundle(&mut self, second: i64) -> Any<(Head, Contents)> {
        let file = self.place.path().join(format!("{second}.bundle"));
        pack(self.mirror.path(), &file, &self.key, made(second)?, self.last.as_ref())?;
        let into = self.place.path().join(format!("unpacked{second}"));
        fs::create_dir(&into)?;
        let head = unpack(&file, &[self.key.trusted()], &into)?;
        self.last = Some(head.clone());
        Ok((head.clone(), Contents::of_bundle(into, &head)))
    }

    /// The plant takes what is new, and the home beside the mirror reads the mirror. Both know the same then, to the last number.
    fn day(&mut self, number: i8) -> Any<SyncReport> {
        let (_, contents) = self.bundle(i64::from(number))?;
        let taken = sync_contents(&contents, &[], Fewer::default(), &self.plant(), day(number), &mut Silent)?;
        let read = sync(self.mirror.path(), &[], &self.mirror.home(), day(number), &mut Silent)?;
        assert_eq!(taken.knowledge, read.knowledge);
        self.plant().current()?.ok_or("nothing there")?.verify()?;
        Ok(taken)
    }
}

fn shrunk(report: &SyncReport) -> Vec<(&str, &ShrunkPart)> {
    let sources = report.knowledge.sources.iter();
    sources.flat_map(|source| source.shrunk.iter().map(|part| (source.name.as_str(), part))).collect()
}

#[test]
fn a_delta_says_what_the_whole_mirror_says() -> TestResult {
    let mut world = World::new()?;
    world.day(1)?;
    // One advisory and one list of support dates are new; one more is there that was only listed before.
    world.mirror.any("csaf/OT/white/2021/3.json", csaf("ICSMA-21-777-01").as_bytes())?;
    world.mirror.any("csaf/OT/white/2020/icsma-20-002-01.json", csaf("ICSMA-20-002-01").as_bytes())?;
    world.mirror.any("eol/product3.json", br#"[{"cycle":"2","eol":"2027-09-07"},{"cycle":"1"}]"#)?;
    let report = world.day(2)?;
    assert_eq!(shrunk(&report), []);
    let unread = |report: &SyncReport| {
        report.sources.iter().filter(|of| of.state.name == "csaf").map(|of| of.set_aside.len()).sum::<usize>()
    };
    assert_eq!(unread(&report), 0, "{:#?}", report.sources);
    // Nothing is new, and everything was looked at.
    let report = world.day(3)?;
    assert!(!report.new);
    assert!(report.knowledge.sources.iter().all(|source| source.received == Some(day(3))), "{:#?}", report.knowledge);
    // A document that is gone is missed by its list, and a year by the other.
    fs::remove_file(world.mirror.path().join("csaf/OT/white/2020/icsma-20-002-01.json"))?;
    fs::remove_file(world.mirror.path().join("nvd/nvdcve-2.0-2020.json.gz"))?;
    let report = world.day(4)?;
    let expected =
        ShrunkPart { part: Some("2020".to_owned()), most: 1, now: 0, since: day(4), last_came: Some(day(3)) };
    assert!(shrunk(&report).contains(&("nvd", &expected)), "{:#?}", shrunk(&report));
    assert_eq!(unread(&report), 1);
    Ok(())
}

/// Nobody looked at a source since it came into the mirror, whenever that was packed and taken.
#[test]
fn a_bundle_makes_nothing_fresher_than_its_mirror() -> TestResult {
    let mut world = World::new()?;
    let state = |kev: &str| {
        format!(
            r#"{{"schema":"wardround/mirror-state/1","sources":{{"kev":{{"whole":"{kev}T10:00:00Z"}},"nvd":{{"whole":"2026-01-05T10:00:00Z"}},"csaf":{{}}}}}}"#
        )
    };
    world.mirror.kev("2026-01-01", &["CVE-2020-0001"])?;
    world.mirror.any("fetched.json", state("2026-01-02").as_bytes())?;
    let (head, contents) = world.bundle(20)?;
    let names: Vec<&str> = head.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["nvd", "kev", "cve5", "osv", "csaf", "eol", "cwe"]);
    let report = sync_contents(&contents, &[], Fewer::default(), &world.plant(), day(25), &mut Silent)?;
    let received = |report: &SyncReport, name: &str| {
        report.knowledge.sources.iter().find(|source| source.name == name).and_then(|source| source.received)
    };
    assert_eq!((received(&report, "nvd"), received(&report, "kev")), (Some(day(5)), Some(day(2))));
    // One of which it is not known is no better than the worst of those of which it is.
    assert_eq!((received(&report, "csaf"), received(&report, "osv/pypi")), (Some(day(2)), Some(day(2))));
    let providers = report.knowledge.sources.iter().flat_map(|source| &source.providers);
    assert!(providers.clone().all(|provider| provider.received == Some(day(2))), "{:#?}", report.knowledge);
    assert!(providers.count() > 0);
    // What came was received when it came.
    let held = world.plant().current()?.ok_or("nothing there")?;
    let number = held.find(&"CVE-2020-0001".into())?.ok_or("not held")?;
    assert_eq!((held.record(number)?.received, report.knowledge.as_of), (Some(day(25)), day(25)));
    // The next one says that somebody has looked again.
    world.mirror.any("fetched.json", state("2026-01-26").as_bytes())?;
    let (_, contents) = world.bundle(26)?;
    let report = sync_contents(&contents, &[], Fewer::default(), &world.plant(), day(27), &mut Silent)?;
    assert_eq!((received(&report, "nvd"), received(&report, "kev")), (Some(day(5)), Some(day(26))));
    assert_eq!(received(&report, "csaf"), Some(day(5)));
    Ok(())
}

#[test]
fn a_home_that_was_emptied_does_not_take_a_delta_for_all() -> TestResult {
    let mut world = World::new()?;
    world.bundle(1)?;
    world.mirror.nvd("2021", &[cve("CVE-2021-0001", "2021-01-02", "two")])?;
    let (head, contents) = world.bundle(2)?;
    let taken = sync_contents(&contents, &[], Fewer::default(), &world.plant(), day(2), &mut Silent);
    assert!(matches!(taken, Err(SyncError::NotTaken { .. })), "{taken:?}");
    assert!(world.plant().current()?.is_none());
    // Nor some of the support dates for all of them.
    let mut torn = head;
    for file in torn.files.iter_mut().filter(|file| file.path.starts_with("eol/")) {
        file.included = file.path.ends_with("product3.json");
    }
    let contents = Contents::of_bundle(world.mirror.path(), &torn);
    let only = [ward_feeds::Source::Eol];
    let taken = sync_contents(&contents, &only, Fewer::default(), &world.plant(), day(2), &mut Silent);
    assert!(matches!(taken, Err(SyncError::Incomplete { .. })), "{taken:?}");
    Ok(())
}

#[test]
fn what_is_listed_no_more_is_kept_and_does_not_count_as_come() -> TestResult {
    let world = World::new()?;
    let (path, home) = (world.mirror.path(), world.mirror.home());
    sync(path, &[], &home, day(1), &mut Silent)?;
    let names = || {
        let documents = (0..20).map(|number| format!("csaf/OT/white/2021/{number}.json"));
        documents.chain((0..20).map(|number| format!("eol/product{number}.json")))
    };
    let contents = Contents::of_folder(path).unlisted(names());
    let report = sync_contents(&contents, &[], Fewer::default(), &home, day(2), &mut Silent)?;
    let found: Vec<_> = shrunk(&report).into_iter().map(|(name, part)| (name, part.most - part.now)).collect();
    assert_eq!(found, [("csaf", 20), ("eol", 20)]);
    let eol = report.knowledge.sources.iter().find(|source| source.name == "eol").ok_or("no eol")?;
    assert_eq!(eol.records, 31, "what the list lost is kept");
    // A home that begins anew has the records all the same.
    let anew = Home::open(world.place.path().join("anew"));
    let only = [ward_feeds::Source::Csaf];
    let fresh = sync_contents(&contents, &only, Fewer::default(), &anew, day(2), &mut Silent)?;
    let records =
        |report: &SyncReport| report.knowledge.sources.iter().find(|of| of.name == "csaf").map(|of| of.records);
    assert_eq!(records(&fresh), records(&report));
    Ok(())
}

#[test]
fn what_nobody_could_be_asked_about_is_read_and_does_not_count_as_come() -> TestResult {
    let world = World::new()?;
    world.mirror.kev("2026-01-01", &["CVE-2020-0001"])?;
    let (path, home) = (world.mirror.path(), world.mirror.home());
    sync(path, &[], &home, day(1), &mut Silent)?;
    let silent = |all: bool| {
        let documents = (0..20).map(|number| format!("csaf/OT/white/2021/{number}.json"));
        let lists = (0..31).map(|number| format!("eol/product{number}.json"));
        let kev = ["kev/known_exploited_vulnerabilities.json".to_owned()];
        documents.chain(lists).chain(kev).filter(move |name| all || !name.contains("csaf"))
    };
    let received = |report: &SyncReport, name: &str| {
        report.knowledge.sources.iter().find(|source| source.name == name).and_then(|source| source.received)
    };
    let contents = Contents::of_folder(path).from_before(silent(true));
    let report = sync_contents(&contents, &[], Fewer::default(), &home, day(2), &mut Silent)?;
    assert_eq!(shrunk(&report), [], "nothing is missing");
    let days = ["csaf", "eol", "kev", "nvd"].map(|name| received(&report, name));
    // Of the documents some were not among those that nobody answered for.
    assert_eq!(days, [Some(day(2)), Some(day(1)), Some(day(1)), Some(day(2))]);
    // What came before and was not read counts when it is read.
    world.mirror.kev("2026-01-03", &["CVE-2020-0001", "CVE-2021-0001"])?;
    let contents = Contents::of_folder(path).from_before(silent(false));
    let report = sync_contents(&contents, &[], Fewer::default(), &home, day(3), &mut Silent)?;
    assert_eq!((received(&report, "kev"), received(&report, "eol")), (Some(day(3)), Some(day(1))));
    // Nobody answered at all.
    let only = [ward_feeds::Source::Kev, ward_feeds::Source::Eol];
    let report = sync_contents(&contents, &only, Fewer::default(), &home, day(4), &mut Silent)?;
    assert!(!report.new && received(&report, "kev") == Some(day(3)), "{:?}", report.knowledge);
    // A home that begins anew reads it all.
    let anew = Home::open(world.place.path().join("anew"));
    let fresh = sync_contents(&contents, &[], Fewer::default(), &anew, day(4), &mut Silent)?;
    assert_eq!(received(&fresh, "eol"), Some(day(4)));
    Ok(())
}

#[test]
fn a_delta_is_refused_where_the_home_read_something_else_under_a_name_that_it_leaves_out() -> TestResult {
    for other in ["kev", "nvd"] {
        let mut world = World::new()?;
        world.mirror.kev("2026-01-01", &["CVE-2020-0001"])?;
        let (_, whole) = world.bundle(1)?;
        sync_contents(&whole, &[], Fewer::default(), &world.plant(), day(1), &mut Silent)?;
        let between = Mirror::new()?;
        match other {
            "kev" => between.kev("2026-01-02", &["CVE-2021-0001"])?,
            _ => between.nvd("2020", &[cve("CVE-2020-0001", "2020-01-03", "other")])?,
        }
        sync(between.path(), &[], &world.plant(), day(2), &mut Silent)?;
        world.mirror.nvd("2021", &[cve("CVE-2021-0001", "2021-01-03", "two")])?;
        let (_, delta) = world.bundle(3)?;
        let taken = sync_contents(&delta, &[], Fewer::default(), &world.plant(), day(3), &mut Silent);
        assert!(matches!(&taken, Err(SyncError::OtherTaken { name }) if name.starts_with(other)), "{taken:?}");
        // A whole one brings it all again.
        world.last = None;
        let (_, whole) = world.bundle(4)?;
        sync_contents(&whole, &[], Fewer::default(), &world.plant(), day(4), &mut Silent)?;
    }
    Ok(())
}

/// A plant that takes a bundle a month has no gap for a year that rests, and has one for a year that nobody compared.
#[test]
fn a_bundle_says_of_years_that_rest_that_they_were_compared() -> TestResult {
    let mut world = World::new()?;
    let unseen = |report: &SyncReport| {
        let nvd = report.knowledge.sources.iter().find(|source| source.name == "nvd");
        nvd.and_then(|nvd| nvd.unseen.as_ref()).map(ToString::to_string)
    };
    let rule = || Fewer { days_apart: 14, ..Fewer::default() };
    let taken = |number: i64, world: &mut World, is_its_own: bool| -> Any<SyncReport> {
        let on = format!("2026-01-{number:02}");
        world.mirror.nvd_made("2020", "2025-12-01", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
        world.mirror.nvd_made("2021", &on, &[cve("CVE-2021-0001", &on, "two")])?;
        world.mirror.nvd_made("modified", &on, &[cve("CVE-2021-0001", &on, "two")])?;
        let mut files = Vec::new();
        for year in ["2020", "2021"] {
            let path = format!("nvd/nvdcve-2.0-{year}.json.gz");
            let bytes = fs::read(world.mirror.path().join(&path))?;
            let host = if is_its_own { "nvd.nist.gov" } else { "mirror.example" };
            files.push(format!(
                r#""{path}":{{"address":"https://{host}/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz","sha256":"{}","bytes":{},"fetched":"2026-01-01T00:00:00Z"}}"#,
                ward_model::Digest::of(&bytes),
                bytes.len()
            ));
        }
        let state = format!(
            r#"{{"schema":"wardround/mirror-state/1","files":{{{}}},"sources":{{"nvd":{{"whole":"{on}T10:00:00Z","complete":"2026-01-{:02}T10:00:00Z"}}}}}}"#,
            files.join(","),
            number - 4
        );
        world.mirror.any("fetched.json", state.as_bytes())?;
        let (_, contents) = world.bundle(number)?;
        Ok(sync_contents(&contents, &[], rule(), &world.plant(), day(i8::try_from(number)?), &mut Silent)?)
    };
    assert_eq!(unseen(&taken(5, &mut world, true)?), None);
    assert_eq!(unseen(&taken(31, &mut world, true)?), None);
    let mut other = World::new()?;
    let told = unseen(&taken(5, &mut other, false)?);
    assert!(told.is_some_and(|told| told.ends_with("of 2020")), "nobody knows of one that is a mirror's");
    Ok(())
}
