//! The same over real SBOMs.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use ward_fleet::{Answers, Reports};
use ward_formats::feed::kev;
use ward_knowledge::{Contents, Memory, seed};
use ward_model::knowledge::Knowledge;

use crate::compare::{answers_are_those_of_scans, reports_are_those_of_scans};
use crate::portfolio;
use crate::world::{TODAY, library};

/// The real files, where they are there.
fn real_sboms() -> Option<Vec<Vec<u8>>> {
    let path = data().join("sbom/sboms.tar.zst");
    let Ok(file) = File::open(&path) else {
        let missing = !data().is_dir() || std::env::var("CI").as_deref() != Ok("true");
        assert!(missing, "{} is missing", path.display());
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let unpacked = ruzstd::decoding::StreamingDecoder::new(file).unwrap();
    let mut archive = tar::Archive::new(unpacked);
    let mut files = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut bytes = Vec::new();
        entry.unwrap().read_to_end(&mut bytes).unwrap();
        if ward_formats::sbom::read(&bytes).is_ok() {
            files.push(bytes);
        }
    }
    assert!(files.len() > 300, "{} SBOMs can be read", files.len());
    Some(files)
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")
}

fn each_is_answered_alike(knowledge: &dyn Knowledge, files: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    let (portfolio, library) = (portfolio(folder.path(), files), library());
    let answers = Answers::new(&portfolio, library.aliases(), knowledge).unwrap();
    answers_are_those_of_scans(&answers, &portfolio, files, knowledge);
    let reports = Reports::new(&portfolio, library.aliases(), knowledge, library.expectations(), TODAY).unwrap();
    reports_are_those_of_scans(reports, files, knowledge);
}

#[test]
fn real_sboms_are_answered_as_if_they_were_alone() {
    let Some(files) = real_sboms() else { return };
    each_is_answered_alike(&seed::load().unwrap(), &files);
    // Of nothing but a list of what is exploited, all of it is undescribed.
    let list = File::open(data().join("kev/known_exploited_vulnerabilities.json")).unwrap();
    let mut contents = Contents::empty(date(2026, 11, 20));
    contents.exploited = Some(kev::read(list).unwrap());
    each_is_answered_alike(&Memory::new(contents).unwrap(), &files);
}
