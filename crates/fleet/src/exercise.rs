//! A portfolio and its answers as functions of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is
//! that something comes out.
//!
//! A byte that changed is found by its digest before anything is made of it. So that what stands behind the digests is reached too,
//! some of these put the digests right first: as somebody would who makes such a file on purpose.

use std::hint::black_box;
use std::io::Write;
use std::sync::OnceLock;

use jiff::civil::date;
use tempfile::NamedTempFile;
use ward_formats::feed::{Item, nvd};
use ward_knowledge::{Contents, Memory};
use ward_model::alias::Aliases;
use ward_model::digest::Digest;
use ward_model::exercise::Exercise;

use crate::answers::{Answers, Kept};
use crate::build::{Source, build};
use crate::frame::seal::{laid_open, sealed};
use crate::portfolio::Portfolio;

/// By name: a portfolio as it is and with its digests put right, and answers with theirs put right.
pub const READERS: [(&str, Exercise); 3] = [
    ("portfolio", read_portfolio),
    ("portfolio-sealed", |bytes| read_portfolio(&sealed(bytes))),
    ("answers-sealed", read_answers),
];

/// The bytes that inputs of this name are made of.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let Some(made) = made() else { return Vec::new() };
    match name {
        "portfolio" => vec![made.portfolio.clone()],
        // What is packed breaks at the first change, and what is not packed is read.
        "portfolio-sealed" => vec![laid_open(&made.portfolio), made.portfolio.clone()],
        "answers-sealed" => vec![laid_open(&made.answers), made.answers.clone()],
        _ => Vec::new(),
    }
}

/// A small portfolio and what is said of it.
struct Made {
    portfolio: Vec<u8>,
    answers: Vec<u8>,
    opened: Portfolio,
}

fn made() -> Option<&'static Made> {
    static MADE: OnceLock<Option<Made>> = OnceLock::new();
    MADE.get_or_init(|| make().ok()).as_ref()
}

/// What answers follow from besides.
fn program() -> Digest {
    Digest::of(b"exercise")
}

/// An SBOM in which one component has to do with another.
const SBOM: &str = r#"{ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
  { "type": "application", "name": "tool", "version": "1.0", "cpe": "cpe:2.3:a:acme:tool:1.0:*:*:*:*:*:*:*" },
  { "type": "library", "name": "alpha", "version": "1", "purl": "pkg:npm/alpha@1" },
  { "type": "device", "name": "pump", "version": "1", "cpe": "cpe:2.3:h:acme:pump:1:*:*:*:*:*:*:*" },
  { "type": "library", "name": "nobody knows" } ] }"#;

fn make() -> Result<Made, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (path, kept) = (folder.path().join("portfolio"), folder.path().join("answers"));
    let texts: [&[u8]; 4] =
        [SBOM.as_bytes(), include_bytes!("../../../fuzz/seeds/cyclonedx-json/pump.json"), b"no SBOM", SBOM.as_bytes()];
    let sources = texts.iter().zip(0..).map(|(text, number): (_, u8)| Source::of(number.to_string(), text.to_vec()));
    build(&path, sources, false)?;
    let opened = Portfolio::open(&path)?;
    let mut contents = Contents::empty(date(2026, 1, 1));
    for item in nvd::Reader::new(&include_bytes!("../../../fuzz/seeds/nvd/one.json")[..]).filter_map(Result::ok) {
        if let Item::Record(dated) = item {
            contents.records.push(dated.record);
        }
    }
    let mut answers = Answers::new(&opened, &Aliases::default(), &Memory::new(contents)?)?;
    answers.keep(&kept, Digest::of(b"chain"), program())?;
    Ok(Made { portfolio: std::fs::read(path)?, answers: std::fs::read(kept)?, opened })
}

/// A file with these bytes.
fn file(bytes: &[u8]) -> Option<NamedTempFile> {
    let mut file = NamedTempFile::new().ok()?;
    file.write_all(bytes).ok()?;
    Some(file)
}

fn read_portfolio(bytes: &[u8]) {
    let Some(file) = file(bytes) else { return };
    let Ok(portfolio) = Portfolio::open(file.path()) else { return };
    let _ = black_box((portfolio.verify(), portfolio.set_aside()));
    let mut pairs = Vec::new();
    for number in [0, 1, u32::MAX] {
        let _ = black_box((portfolio.entry(number), portfolio.references_of(number), portfolio.holders(number)));
        let _ = black_box((portfolio.component(number), portfolio.pairs_of(number, &mut pairs)));
    }
}

fn read_answers(bytes: &[u8]) {
    let Some((made, file)) = made().zip(file(&sealed(bytes))) else { return };
    let Ok(Some(Kept { mut answers, .. })) = Kept::open(file.path(), &made.opened, program()) else { return };
    for pair in 0..made.opened.pairs() {
        for said in [answers.of_pair(pair), answers.in_sbom(0, pair)].into_iter().flatten() {
            black_box(said.found.iter().filter_map(|found| answers.vulnerability(found.vulnerability)).count());
        }
    }
    black_box((answers.elsewhere().count(), answers.among_others()));
    let _ = black_box(answers.keep(file.path(), Digest::of(b"chain"), program()));
}

#[cfg(test)]
mod tests {
    use super::{READERS, file, made, program, seeds};
    use crate::{Kept, Portfolio};

    #[test]
    fn every_reader_has_seeds_that_are_whole() {
        for (name, read) in READERS {
            let seeds = seeds(name);
            assert!(!seeds.is_empty(), "{name}");
            seeds.iter().for_each(|seed| read(seed));
        }
        for portfolio in seeds("portfolio-sealed") {
            Portfolio::open(file(&portfolio).unwrap().path()).unwrap().verify().unwrap();
        }
        for answers in seeds("answers-sealed") {
            let kept = Kept::open(file(&answers).unwrap().path(), &made().unwrap().opened, program()).unwrap().unwrap();
            assert!(kept.answers.among_others().1 > 0, "some are judged among others");
            let pairs = 0..made().unwrap().opened.pairs();
            assert!(pairs.filter_map(|pair| kept.answers.of_pair(pair)).any(|said| !said.found.is_empty()));
        }
    }
}
