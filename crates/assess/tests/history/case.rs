//! A case on the disk: its folder, its records, and how it is judged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use ward_assess::{Inputs, assess};
use ward_device::{Answer, DECISIONS, DirFiles, Files, Reading, decide, read};
use ward_formats::feed::nvd::{Item, Reader};
use ward_knowledge::{Contents, Memory};
use ward_model::Assessment;
use ward_model::claim::Claim;
use ward_model::device::Device;
use ward_policy::Library;

use crate::expected::Expected;

/// The folder in which the records stand.
const RECORDS: &str = "records";

/// What the home of every case holds: that NVD is there, and what it said of none of these devices.
const BEFORE: &str = "before.json";

/// The day on which that was received.
const BEGAN: Date = date(2016, 12, 28);

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("built in"));

/// One folder with what is expected of it.
pub struct Case {
    pub name: String,
    pub expected: Expected,
    files: DirFiles,
}

/// A folder with other decisions than those on the disk.
struct Redecided<'a>(&'a DirFiles, String);

impl Files for Redecided<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        if path == DECISIONS { Ok(Some(self.1.clone().into_bytes())) } else { self.0.read(path) }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }
}

fn history() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/history")
}

fn reading(name: &str, files: &dyn Files) -> Reading {
    let reading = match read(files) {
        Ok(reading) => reading,
        Err(error) => panic!("{name}: {error:#?}"),
    };
    assert_eq!(reading.warnings, Vec::new(), "{name} is read without a word");
    reading
}

impl Case {
    /// Every case, by name.
    pub fn all() -> Vec<Self> {
        let folders = fs::read_dir(history()).expect("there are cases");
        let mut names: Vec<String> = folders
            .map(|entry| entry.expect("a readable folder"))
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().expect("a name in letters"))
            .filter(|name| name != RECORDS)
            .collect();
        names.sort();
        names.iter().map(|name| Self::load(name)).collect()
    }

    /// The case of this name.
    pub fn load(name: &str) -> Self {
        let folder = history().join(name);
        let text = fs::read_to_string(folder.join("expected.toml")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected: Expected = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!expected.as_of.is_empty() && !expected.row.is_empty(), "{name} expects nothing");
        let stated = [&expected.case, &expected.assumed].into_iter().chain(&expected.source).chain(&expected.later);
        assert!(stated.into_iter().all(|text| !text.is_empty()) && !expected.source.is_empty(), "{name}: a blank");
        Self { name: name.to_owned(), expected, files: DirFiles::new(&folder).expect("a folder") }
    }

    pub fn device(&self) -> Device {
        reading(&self.name, &self.files).device
    }

    /// What the world had said, received on the day that the case names.
    fn knowledge(&self, day: Date) -> Memory {
        let received = self.expected.received();
        assert!(self.expected.records.is_empty() || received.is_some(), "{}: received when?", self.name);
        let mut contents = Contents { years: (1999..=day.year()).collect(), ..Contents::empty(day) };
        let own = self.expected.records.iter().map(|file| (file.as_str(), received));
        for (file, received) in own.chain([(BEFORE, Some(BEGAN))]) {
            let text = fs::read(history().join(RECORDS).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            for item in Reader::new(text.as_slice()) {
                match item.unwrap_or_else(|error| panic!("{file}: {error}")) {
                    Item::Record(dated) => {
                        let mut record = dated.record;
                        record.received = received;
                        contents.records.push(record);
                    }
                    Item::SetAside(aside) => panic!("{file}: {aside:?}"),
                }
            }
        }
        // What was received later was not held on that day.
        contents.records.retain(|record| record.received.is_some_and(|received| received <= day));
        Memory::new(contents).expect("the records make sense")
    }

    /// What is answered about the folder on a day.
    pub fn asked<T>(&self, day: Date, ask: impl FnOnce(&Inputs<'_>) -> T) -> T {
        self.asked_without(day, None, ask)
    }

    /// The assessment on a day, as decided or with one claim rejected.
    pub fn assess(&self, day: Date, without: Option<&str>) -> Assessment {
        self.asked_without(day, without, assess).expect("knowledge in memory can be read")
    }

    /// What is answered about the folder on a day, as decided or with one claim rejected.
    pub fn asked_without<T>(&self, day: Date, without: Option<&str>, ask: impl FnOnce(&Inputs<'_>) -> T) -> T {
        let mut read = reading(&self.name, &self.files);
        if let Some(name) = without {
            let claims: Vec<&Claim> =
                read.device.claims.values().filter(|claim| claim.id.to_string() == name).collect();
            assert!(!claims.is_empty(), "{}: there is no claim `{name}`", self.name);
            let before = self.files.read(DECISIONS).expect("readable").expect("there are decisions");
            let answer = Answer {
                scope: Default::default(),
                by: "test",
                on: day,
                expires: day,
                rationale: "taken away to see what turns",
                accepted: false,
            };
            let after = decide(&String::from_utf8(before).expect("text"), &claims, &answer).expect("can be rejected");
            read = reading(&self.name, &Redecided(&self.files, after));
        }
        let rulebook =
            LIBRARY.select(&read.device.policies, day).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        ask(&Inputs {
            device: &read.device,
            decisions: &read.decisions,
            knowledge: &self.knowledge(day),
            rulebook: &rulebook,
            as_of: day,
            engine: "wardround test",
            rest_on: ward_device::rest_on,
        })
    }
}
