//! Answers that are kept by what SBOMs share are those of scanning each SBOM alone, also after knowledge has changed.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by it")]

mod compare;
mod known_answers;
mod real;
mod world;

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use ward_fleet::{Answers, Changed, Kept, Portfolio, Reports, Source, build};
use ward_model::affected::SubjectKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;

use compare::{answers_are_those_of_scans, reports_are_those_of_scans};
use world::{TODAY, Told, correction, library, sboms, told};

/// So many cases, unless the long run asks for more by `PROPTEST_CASES`.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), ..ProptestConfig::default() }
}

/// A portfolio of these SBOMs, in a folder that is gone with the test.
fn portfolio(folder: &Path, files: &[Vec<u8>]) -> Portfolio {
    let path = folder.join("portfolio.ward");
    let sources = files.iter().cloned().enumerate().map(|(number, bytes)| Source::of(number.to_string(), bytes));
    build(&path, sources, true).unwrap();
    let portfolio = Portfolio::open(&path).unwrap();
    portfolio.verify().unwrap();
    portfolio
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn each_sbom_is_answered_as_if_it_were_alone(told in told(), files in sboms()) {
        let folder = tempfile::tempdir().unwrap();
        let portfolio = portfolio(folder.path(), &files);
        let (knowledge, library) = (told.held(), library());
        let answers = Answers::new(&portfolio, library.aliases(), &knowledge).unwrap();
        answers_are_those_of_scans(&answers, &portfolio, &files, &knowledge);
        let reports = Reports::new(&portfolio, library.aliases(), &knowledge, library.expectations(), TODAY).unwrap();
        reports_are_those_of_scans(reports, &files, &knowledge);
    }

    /// Law 10, where records are corrected, withdrawn, joined and parted, and nothing else happens.
    #[test]
    fn judging_again_what_was_corrected_is_matching_all_again(
        before in told(), which in prop::collection::vec((any::<prop::sample::Index>(), correction()), 1..3), files in sboms(),
    ) {
        let mut after = before.clone();
        which.iter().for_each(|(which, correction)| after.correct(*which, correction));
        let folder = tempfile::tempdir().unwrap();
        let portfolio = portfolio(folder.path(), &files);
        let library = library();
        let (old, new) = (before.held(), after.held());
        let mut answers = Answers::new(&portfolio, library.aliases(), &old).unwrap();
        let (records, aside) = differences(&before, &after);
        for (from, to) in [(&old, &new), (&new, &old)] {
            let changed = Changed::between(from, to, &records, &aside).unwrap();
            let updated = answers.update(&portfolio, library.aliases(), to, &changed).unwrap();
            answers_are_those_of_scans(&answers, &portfolio, &files, to);
            compare::nothing_else_changed(&portfolio, &updated, from, to);
        }
    }

    /// Law 10.
    #[test]
    fn matching_again_what_changed_is_matching_all_again(
        before in told(), mut after in told(), kept in any::<u32>(), files in sboms(),
    ) {
        after.keep_some_of(&before, kept);
        let folder = tempfile::tempdir().unwrap();
        let portfolio = portfolio(folder.path(), &files);
        let library = library();
        let (old, new) = (before.held(), after.held());
        let mut answers = Answers::new(&portfolio, library.aliases(), &old).unwrap();
        let (records, aside) = differences(&before, &after);
        let changed = Changed::between(&old, &new, &records, &aside).unwrap();
        let updated = answers.update(&portfolio, library.aliases(), &new, &changed).unwrap();
        answers_are_those_of_scans(&answers, &portfolio, &files, &new);
        compare::nothing_else_changed(&portfolio, &updated, &old, &new);

        // Kept on disk, and once more, back to where it came from.
        let mut answers = from_disk(answers, &portfolio, folder.path());
        answers_are_those_of_scans(&answers, &portfolio, &files, &new);
        let changed = Changed::between(&new, &old, &records, &aside).unwrap();
        answers.update(&portfolio, library.aliases(), &old, &changed).unwrap();
        answers_are_those_of_scans(&answers, &portfolio, &files, &old);
    }
}

/// The answers as they come back from a file.
fn from_disk(mut answers: Answers, portfolio: &Portfolio, folder: &Path) -> Answers {
    let (chain, program) = (Digest::of(b"chain"), Digest::of(b"program"));
    let path = folder.join("answers");
    answers.keep(&path, chain, program).unwrap();
    assert!(Kept::open(&path, portfolio, chain).unwrap().is_none(), "by another program");
    let back = Kept::open(&path, portfolio, program).unwrap().unwrap();
    assert_eq!((back.chain, back.answers.knowledge()), (chain, answers.knowledge()));
    back.answers
}

/// The names of the records, and the products and packages of what was set aside, that are not the same in both.
fn differences(before: &Told, after: &Told) -> (BTreeSet<VulnerabilityId>, BTreeSet<SubjectKey>) {
    let mut records = BTreeSet::new();
    for (one, other) in [(before, after), (after, before)] {
        records.extend(
            one.records.iter().filter(|record| !other.records.contains(record)).map(|record| record.id.clone()),
        );
    }
    let aside = |told: &Told| told.aside.iter().cloned().collect::<BTreeSet<_>>();
    (records, aside(before).symmetric_difference(&aside(after)).cloned().collect())
}
