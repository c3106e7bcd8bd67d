//! The same over real SBOMs.

use std::fs::File;

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
    let files: Vec<Vec<u8>> = ward_samples::archive("sbom/sboms.tar.zst")?
        .into_values()
        .filter(|bytes| ward_formats::sbom::read(bytes).is_ok())
        .collect();
    assert!(files.len() > 300, "{} SBOMs can be read", files.len());
    Some(files)
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
    let list = File::open(ward_samples::root().join("kev/known_exploited_vulnerabilities.json")).unwrap();
    let mut contents = Contents::empty(date(2026, 11, 20));
    contents.exploited = Some(kev::read(list).unwrap());
    each_is_answered_alike(&Memory::new(contents).unwrap(), &files);
}
