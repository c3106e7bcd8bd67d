//! Syncs of small mirrors that are written here.

use std::fs;

use jiff::civil::date;
use ward_feeds::{Progress, Silent, Source, Step, SyncError, sync};
use ward_formats::feed::FeedError;
use ward_knowledge::{Changes, Home, HomeError};
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

mod behind;
mod bundles;
mod fixture;
mod lost;
mod older;
mod sources;

use fixture::{Mirror, TestResult, cve};

#[test]
fn a_whole_mirror_is_read_and_what_is_not_is_named() -> TestResult {
    let mirror = Mirror::new()?;
    mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one"), cve("CVE-2020-0002", "2020-01-03", "two")])?;
    mirror.plain_nvd("modified", &[cve("CVE-2020-0002", "2020-02-03", "two, corrected")])?;
    mirror.kev("2026-08-07", &["CVE-2020-0001"])?;
    mirror.epss("2026-01-30", &[("CVE-2020-0001", "0.5", "0.9")])?;
    for other in ["sbom", "schemas", ".cache"] {
        fs::create_dir(mirror.path().join(other))?;
    }
    fs::write(mirror.path().join("README.md"), "not a folder")?;
    let home = mirror.home();
    let report = sync(mirror.path(), &[], &home, date(2026, 11, 22), &mut Silent)?;
    assert!(report.new && !report.repaired);
    assert_eq!(report.not_read, ["sbom", "schemas"]);
    let sources: Vec<_> =
        report.sources.iter().map(|source| (source.state.name.as_str(), source.files, source.state.records)).collect();
    assert_eq!(sources, [("epss", 1, 1), ("kev", 1, 1), ("nvd", 2, 2)]);
    assert!(report.untouched.is_empty());

    let generation = home.current()?.ok_or("nothing there")?;
    generation.verify()?;
    assert_eq!(*generation.description(), report.knowledge);
    assert_eq!(generation.description().as_of, date(2026, 11, 22));
    let id = VulnerabilityId::from("CVE-2020-0002");
    let record = generation.record(generation.find(&id)?.ok_or("not found")?)?;
    assert_eq!((record.description.as_str(), record.received), ("two, corrected", Some(date(2026, 11, 22))));
    let product: ProductKey = "a:acme:pump".parse()?;
    assert_eq!(generation.candidates(&product)?.len(), 2);
    let id = VulnerabilityId::from("CVE-2020-0001");
    assert!(generation.exploited(&id)?.is_some());
    assert_eq!(generation.epss(&id)?.map(|epss| (epss.score, epss.date)), Some((50_000, date(2026, 1, 30))));
    Ok(())
}

#[test]
fn records_that_cannot_be_read_are_reported_and_harm_no_other() -> TestResult {
    let mirror = Mirror::new()?;
    let odd = cve("CVE-2020-0002", "2020-01-02", "odd").replace("cpe:2.3:a:acme", "cpe:2.3:q:acme");
    mirror
        .nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one"), odd, cve("CVE-2020-0003", "2020-01-02", "three")])?;
    mirror.epss("2026-01-30", &[("CVE-2020-0001", "0.5", "0.9"), ("CVE-2020-0002", "half", "0.9")])?;
    let home = mirror.home();
    let report = sync(mirror.path(), &[], &home, date(2026, 11, 22), &mut Silent)?;
    let aside: Vec<_> = report
        .sources
        .iter()
        .flat_map(|source| &source.set_aside)
        .map(|record| (record.file.as_str(), record.place, record.id.as_ref().map(VulnerabilityId::as_str)))
        .collect();
    assert_eq!(
        aside,
        [
            ("epss_scores-2026-01-30.csv.gz", 2, Some("CVE-2020-0002")),
            ("nvdcve-2.0-2020.json.gz", 2, Some("CVE-2020-0002"))
        ]
    );
    let counts: Vec<_> = report
        .knowledge
        .sources
        .iter()
        .map(|source| (source.name.as_str(), source.records, source.set_aside))
        .collect();
    assert_eq!(counts, [("epss", 1, 1), ("nvd", 2, 1)]);
    Ok(())
}

/// Syncs a good mirror, spoils it, and checks that the next sync fails and leaves everything as it was.
fn spoiled(spoil: impl FnOnce(&Mirror) -> TestResult) -> Result<SyncError, Box<dyn std::error::Error>> {
    let mirror = Mirror::new()?;
    let many: Vec<String> =
        (0..300).map(|number| cve(&format!("CVE-2020-{number:04}"), "2020-01-02", "one of many")).collect();
    mirror.nvd("2020", &many)?;
    mirror.nvd("2021", &[cve("CVE-2021-0001", "2021-01-02", "one")])?;
    mirror.kev("2026-08-07", &["CVE-2020-0001"])?;
    mirror.epss("2026-01-30", &[("CVE-2020-0001", "0.5", "0.9")])?;
    let home = mirror.home();
    let before = sync(mirror.path(), &[], &home, date(2026, 1, 1), &mut Silent)?;
    spoil(&mirror)?;
    let Err(error) = sync(mirror.path(), &[], &home, date(2026, 1, 2), &mut Silent) else {
        return Err("a spoiled mirror was read".into());
    };
    let after = home.current()?.ok_or("nothing there")?;
    after.verify()?;
    assert_eq!(after.root(), before.root);
    assert!(
        fs::read_dir(home.folder())?
            .all(|entry| entry.is_ok_and(|entry| !entry.file_name().to_string_lossy().starts_with("part-")))
    );
    Ok(error)
}

#[test]
fn a_broken_file_fails_the_sync_whole() -> TestResult {
    let cut = |name: &'static str| {
        move |mirror: &Mirror| -> TestResult {
            let path = mirror.path().join(name);
            let bytes = fs::read(&path)?;
            fs::write(path, &bytes[..bytes.len() * 2 / 3])?;
            Ok(())
        }
    };
    for name in [
        "nvd/nvdcve-2.0-2020.json.gz",
        "epss/epss_scores-2026-01-30.csv.gz",
        "kev/known_exploited_vulnerabilities.json",
    ] {
        let error = spoiled(cut(name))?;
        assert!(matches!(&error, SyncError::Feed { path, .. } if path.ends_with(name)), "{error:?}");
    }
    let error = spoiled(|mirror| {
        let path = mirror.path().join("nvd/nvdcve-2.0-2020.json.gz");
        let mut bytes = fs::read(&path)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        Ok(fs::write(path, bytes)?)
    })?;
    assert!(matches!(error, SyncError::Feed { .. }), "{error:?}");
    let error = spoiled(|mirror| mirror.nvd("2022", &["{\"cve\":}".to_owned()]))?;
    assert!(matches!(error, SyncError::Feed { source: FeedError::Syntax { .. }, .. }), "{error:?}");
    let error =
        spoiled(|mirror| Ok(fs::write(mirror.path().join("nvd/nvdcve-2.0-2022.json"), "{\"format\":\"NVD_CVE\"}")?))?;
    assert!(matches!(error, SyncError::Feed { source: FeedError::WrongFeed { .. }, .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_meta_file_is_held_to_its_word() -> TestResult {
    for (announced, wanted) in [
        ("sha256:0000000000000000000000000000000000000000000000000000000000000000\r\n", "digest"),
        ("size:3\r\nsha256:0000000000000000000000000000000000000000000000000000000000000000\r\n", "length"),
        ("lastModifiedDate:2026-08-22T00:00:00-04:00\r\n", "none"),
        ("sha256:12\r\n", "none"),
    ] {
        let error = spoiled(|mirror| Ok(fs::write(mirror.path().join("nvd/nvdcve-2.0-2020.meta"), announced)?))?;
        match wanted {
            "none" => assert!(matches!(error, SyncError::NoDigest { .. }), "{error:?}"),
            _ => assert!(matches!(&error, SyncError::Meta { what, .. } if what.contains(wanted)), "{error:?}"),
        }
    }
    let mirror = Mirror::new()?;
    let text = mirror
        .nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])
        .map(|()| fixture::nvd_text(&[cve("CVE-2020-0001", "2020-01-02", "one")]))?;
    let digest = ward_model::Digest::of(text.as_bytes()).to_string().to_uppercase();
    fs::write(mirror.path().join("nvd/nvdcve-2.0-2020.meta"), format!("size:{}\r\nsha256:{digest}\r\n", text.len()))?;
    sync(mirror.path(), &[], &mirror.home(), date(2026, 1, 1), &mut Silent)?;
    Ok(())
}

#[test]
fn what_is_asked_for_must_be_there() -> TestResult {
    let mirror = Mirror::new()?;
    let home = mirror.home();
    let ask = |only: &[Source]| sync(mirror.path(), only, &home, date(2026, 1, 1), &mut Silent);
    assert!(matches!(ask(&[]), Err(SyncError::Absent { .. })), "an empty mirror");
    mirror.kev("2026-08-07", &["CVE-2020-0001"])?;
    assert!(matches!(ask(&[Source::Nvd]), Err(SyncError::Absent { .. })));
    assert!(matches!(ask(&[Source::Kev, Source::Epss]), Err(SyncError::Absent { .. })));
    fs::create_dir(mirror.path().join("nvd"))?;
    fs::write(mirror.path().join("nvd/nvdcve-1.1-2020.json.gz"), "an older format")?;
    assert!(matches!(ask(&[]), Err(SyncError::Absent { wanted, .. }) if wanted.contains("nvdcve-2.0")));
    assert!(home.current()?.is_none());
    assert_eq!(ask(&[Source::Kev])?.sources.len(), 1);
    assert!(matches!(
        sync(&mirror.path().join("elsewhere"), &[], &home, date(2026, 1, 1), &mut Silent),
        Err(SyncError::Io { .. })
    ));
    for address in ["https://example.org/mirror", "http://example.org", "file:///mirror"] {
        let refused = sync(address.as_ref(), &[], &home, date(2026, 1, 1), &mut Silent);
        assert!(
            matches!(&refused, Err(error @ SyncError::Network { .. }) if error.to_string().contains("is no folder"))
        );
    }
    Ok(())
}

#[test]
fn sources_outside_of_a_sync_stay_and_the_newest_scores_count() -> TestResult {
    let mirror = Mirror::new()?;
    mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
    mirror.epss("2026-01-30", &[("CVE-2020-0001", "0.5", "0.9")])?;
    mirror.epss("2025-12-31", &[("CVE-2020-0001", "0.1", "0.2")])?;
    let home = mirror.home();
    sync(mirror.path(), &[], &home, date(2026, 2, 1), &mut Silent)?;
    mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-03-02", "changed")])?;
    mirror.epss("2026-02-28", &[("CVE-2020-0001", "0.75", "0.95")])?;
    let report = sync(mirror.path(), &[Source::Epss], &home, date(2026, 3, 1), &mut Silent)?;
    assert_eq!(
        report.untouched.iter().map(|state| (state.name.as_str(), state.received)).collect::<Vec<_>>(),
        [("nvd", Some(date(2026, 2, 1)))]
    );
    let generation = home.current()?.ok_or("nothing there")?;
    let id = VulnerabilityId::from("CVE-2020-0001");
    assert_eq!(generation.epss(&id)?.map(|epss| epss.score), Some(75_000));
    let number = generation.find(&id)?.ok_or("not found")?;
    assert_eq!(generation.record(number)?.description, "one");

    let report = sync(mirror.path(), &[Source::Nvd], &home, date(2026, 3, 2), &mut Silent)?;
    assert_eq!(report.sources[0].changes, Changes { changed: 1, ..Changes::default() });
    let generation = home.current()?.ok_or("nothing there")?;
    let record = generation.record(number)?;
    assert_eq!((record.description.as_str(), record.received), ("changed", Some(date(2026, 2, 1))));
    Ok(())
}

#[test]
fn the_same_mirror_gives_the_same_bytes_every_time() -> TestResult {
    let mirror = Mirror::new()?;
    for year in 2000..2012 {
        let records: Vec<String> = (0..100)
            // Every file brings some records of its neighbours too, in versions of its own.
            .map(|number| {
                cve(
                    &format!("CVE-{}-{number:04}", year + number % 3),
                    &format!("2020-01-{:02}", 1 + (year + number) % 28),
                    &format!("as of {year}"),
                )
            })
            .collect();
        mirror.nvd(&year.to_string(), &records)?;
    }
    let roots: Vec<_> = (0..6)
        .map(|round| {
            let home = Home::open(mirror.path().join(format!(".home{round}")));
            sync(mirror.path(), &[], &home, date(2026, 1, 1), &mut Silent)
                .map(|report| (report.root, report.knowledge.generation))
        })
        .collect::<Result<_, _>>()?;
    assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "{roots:?}");
    Ok(())
}

#[test]
fn a_home_that_somebody_writes_to_is_left_alone() -> TestResult {
    let mirror = Mirror::new()?;
    mirror.kev("2026-08-07", &["CVE-2020-0001"])?;
    let home = mirror.home();
    let _writer = home.builder(date(2026, 1, 1))?;
    let refused = sync(mirror.path(), &[], &home, date(2026, 1, 1), &mut Silent);
    assert!(matches!(refused, Err(SyncError::Home(HomeError::Locked { .. }))));
    Ok(())
}

#[test]
fn progress_adds_up() -> TestResult {
    #[derive(Default)]
    struct Sums(Vec<(Step, u64, u64)>);
    impl Progress for Sums {
        fn step(&mut self, step: Step) {
            self.0.push((step, 0, 0));
        }
        fn bytes(&mut self, of: Source, more: u64) {
            let mine = |step: &Step| matches!(step, Step::Reading { source, .. } if *source == of);
            if let Some(one) = self.0.iter_mut().find(|(step, ..)| mine(step)) {
                one.1 += more;
            }
        }
        fn records(&mut self, more: u64) {
            if let Some(last) = self.0.last_mut() {
                last.2 += more;
            }
        }
    }
    let mirror = Mirror::new()?;
    mirror.nvd("2020", &[cve("CVE-2020-0001", "2020-01-02", "one")])?;
    mirror.nvd("2021", &[cve("CVE-2021-0001", "2020-01-02", "one"), cve("CVE-2021-0002", "2020-01-02", "two")])?;
    mirror.kev("2026-08-07", &["CVE-2020-0001"])?;
    let mut sums = Sums::default();
    sync(mirror.path(), &[], &mirror.home(), date(2026, 1, 1), &mut sums)?;
    let mut reading = 0;
    for (step, bytes, records) in &sums.0 {
        match step {
            Step::Reading { bytes: announced, source, .. } => {
                assert_eq!(bytes, announced);
                assert_eq!(*records, if *source == Source::Nvd { 3 } else { 1 });
                reading += 1;
            }
            Step::Writing => assert_eq!(*records, 3),
            Step::Checking => {}
        }
    }
    assert_eq!(reading, 2);
    Ok(())
}
