//! A folder, a clock that only goes when it is told to, and plans that lead to this machine.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha512};
use zip::write::SimpleFileOptions;

use crate::network::{Clock, FetchError, FetchPlan, FetchReport, Limits, MirrorFolder, NoProgress, SourceFetch, fetch};

/// 2026-11-27, 20:15 in UTC.
pub const NOW: i64 = 1_795_810_500;

pub struct TestClock {
    now: Cell<i64>,
    elapsed: Cell<Duration>,
    /// How much later it is at every look.
    step: Cell<Duration>,
    waits: RefCell<Vec<u64>>,
}

impl TestClock {
    /// How long was waited so far, in seconds.
    pub fn waits(&self) -> Vec<u64> {
        self.waits.borrow().clone()
    }

    pub fn step(&self, step: Duration) {
        self.step.set(step);
    }

    pub fn go(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now.get()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.set(self.elapsed.get() + self.step.get());
        self.elapsed.get()
    }

    fn wait(&self, duration: Duration) {
        self.waits.borrow_mut().push(duration.as_secs());
        self.elapsed.set(self.elapsed.get() + duration);
        self.go(i64::try_from(duration.as_secs()).unwrap());
    }
}

pub struct World {
    place: tempfile::TempDir,
    pub clock: TestClock,
    pub limits: Limits,
}

impl World {
    pub fn new() -> Self {
        let clock = TestClock {
            now: Cell::new(NOW),
            elapsed: Cell::new(Duration::ZERO),
            step: Cell::new(Duration::ZERO),
            waits: RefCell::default(),
        };
        // A test on this machine never takes so long; one that hangs should not hang for minutes.
        let real = Duration::from_secs(10);
        let limits = Limits { connect: real, answer: real, silence: real, ..Limits::default() };
        Self { place: tempfile::tempdir().unwrap(), clock, limits }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join("mirror").join(name)
    }

    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(name)).ok()
    }

    /// The names of all files but those that the fetch keeps for itself.
    pub fn files(&self) -> Vec<String> {
        let root = self.path("");
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.retain(|name| name != "fetched.json" && name != ".lock");
        found.sort();
        found
    }

    pub fn folder(&self) -> MirrorFolder {
        MirrorFolder::open(self.path("")).unwrap()
    }

    pub fn fetch(&self, plan: &FetchPlan) -> FetchReport {
        let plan = FetchPlan { limits: self.limits.clone(), ..plan.clone() };
        fetch(&plan, &mut self.folder(), &self.clock, &mut NoProgress).unwrap()
    }

    /// A fetch of one source.
    pub fn fetch_one(&self, plan: &FetchPlan) -> SourceFetch {
        self.fetch(plan).sources.pop().unwrap()
    }
}

/// A plan of one source that is at this address.
pub fn plan(name: &str, address: &str) -> FetchPlan {
    let feed = if name == "nvd-api" { "nvd" } else { name };
    FetchPlan::public().only(&[feed.to_owned()]).unwrap().at(name, address).unwrap()
}

/// Why the only thing failed that did.
#[track_caller]
pub fn reason(report: &SourceFetch) -> &FetchError {
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    &report.failed[0].error
}

/// An error with everything that it came from.
pub fn whole(error: &FetchError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

pub fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated))
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sha512(bytes: &[u8]) -> String {
    Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A catalogue of KEV with so many entries.
pub fn kev(entries: usize) -> Vec<u8> {
    let all: Vec<String> =
        (1..=entries).map(|n| format!(r#"{{"cveID":"CVE-2020-{n:04}","dateAdded":"2022-01-01"}}"#)).collect();
    format!(
        r#"{{"catalogVersion":"2026.11.27","dateReleased":"2026-11-27T00:00:00Z","count":{entries},"vulnerabilities":[{}]}}"#,
        all.join(",")
    )
    .into_bytes()
}

/// The scores of a day, unpacked.
pub fn scores(day: &str, rows: usize) -> String {
    let rows: String = (1..=rows).map(|n| format!("CVE-2020-{n:04},0.5,0.9\n")).collect();
    format!("#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n{rows}")
}

/// The text of an NVD file with so many records.
pub fn nvd(records: usize) -> String {
    let all: Vec<String> = (1..=records)
        .map(|n| {
            format!(
                r#"{{"cve":{{"id":"CVE-2020-{n:04}","published":"2020-01-01T00:00:00.000","lastModified":"2020-01-01T00:00:00.000",
                "vulnStatus":"Analyzed","descriptions":[{{"lang":"en","value":"d"}}]}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"resultsPerPage":{records},"startIndex":0,"totalResults":{records},"format":"NVD_CVE","version":"2.0","vulnerabilities":[{}]}}"#,
        all.join(",")
    )
}

/// The `.meta` file of a text.
pub fn meta(text: &str) -> String {
    format!(
        "lastModifiedDate:2026-11-27T00:00:00-05:00\r\nsize:{}\r\nsha256:{}\r\n",
        text.len(),
        sha256(text.as_bytes()).to_uppercase()
    )
}
