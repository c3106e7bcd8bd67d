//! Answers on disk, beside their portfolio: as they were when they were written, or not at all.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;

use super::Answers;
use super::advisories::Advisories;
use super::depends::Depends;
use super::said::{Case, Sayings, read_step, read_text, write_step, write_text};
use super::variants::Variants;
use crate::error::{FleetError, at};
use crate::frame::reader::Reader;
use crate::frame::writer::Writer;
use crate::frame::{ANSWERS, Section, read_number, write_number};
use crate::hosts::Around;
use crate::portfolio::Portfolio;
use ward_match::hash::Stable;

/// Answers that were kept, and by what they came about.
pub struct Kept {
    /// The answers.
    pub answers: Answers,
    /// The chain of the home that they are of: what it had received by then.
    pub chain: Digest,
}

/// What is said of the whole file.
#[derive(Serialize, Deserialize)]
struct Head {
    portfolio: [u8; 32],
    knowledge: [u8; 32],
    chain: [u8; 32],
    program: [u8; 32],
    coverage: Vec<(String, Option<String>, bool)>,
}

impl Answers {
    /// Writes the answers to a file, in one step. `chain` is that of the home whose knowledge they are of; `program` stands for everything
    /// else that they follow from.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep(&mut self, path: &Path, chain: Digest, program: Digest) -> Result<(), FleetError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix("part-").tempfile_in(folder).map_err(at(folder))?;
        let file = temporary.reopen().map_err(at(path))?;
        self.depends.put_together();
        self.write(file, chain, program).map_err(at(path))?;
        temporary.persist(path).map_err(|error| at(path)(error.error))?;
        if cfg!(unix) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
        }
        Ok(())
    }

    fn write(&self, file: File, chain: Digest, program: Digest) -> std::io::Result<()> {
        let mut writer = Writer::new(file, &ANSWERS);
        let coverage = self.coverage.iter();
        let coverage =
            coverage.map(|((ecosystem, release), covered)| (ecosystem.clone(), release.clone(), *covered)).collect();
        let head = Head {
            portfolio: *self.portfolio.as_bytes(),
            knowledge: *self.knowledge.as_bytes(),
            chain: *chain.as_bytes(),
            program: *program.as_bytes(),
            coverage,
        };
        writer.write(Section::Head, &postcard::to_allocvec(&head).map_err(std::io::Error::other)?)?;
        let mut bytes = Vec::new();
        for id in &self.vulnerabilities {
            bytes.clear();
            write_text(id.as_str(), &mut bytes);
            writer.write(Section::Vulnerabilities, &bytes)?;
        }
        for pair in 0..self.around.len() as u32 {
            writer.write(Section::Said, self.pairs.bytes_of(pair).unwrap_or_default())?;
            let end = writer.length(Section::Said);
            writer.write(Section::SaidEnds, &end.to_le_bytes())?;
        }
        let mut questions: Vec<u64> = self.around.iter().flat_map(Around::all).collect();
        questions.sort_unstable();
        questions.dedup();
        for question in &questions {
            writer.write(Section::Questions, &question.to_le_bytes())?;
        }
        for around in &self.around {
            bytes.clear();
            around.write(&questions, &mut bytes);
            writer.write(Section::Around, &bytes)?;
        }
        self.write_cases(&mut writer)?;
        for hash in &self.depends.hashes {
            writer.write(Section::Hashes, &hash.to_le_bytes())?;
        }
        for end in &self.depends.ends {
            writer.write(Section::RestingEnds, &end.to_le_bytes())?;
        }
        writer.write(Section::Resting, &self.depends.pairs)?;
        for (name, advisory) in self.advisories.each() {
            bytes.clear();
            write_text(name.as_str(), &mut bytes);
            write_text(advisory.as_str(), &mut bytes);
            writer.write(Section::Advisories, &bytes)?;
        }
        writer.finish().map(drop)
    }

    /// Only the cases that hold in some SBOM; what is answered alike stands there once.
    fn write_cases(&self, writer: &mut Writer) -> std::io::Result<()> {
        let mut places: HashMap<Vec<u8>, u32, Stable> = HashMap::default();
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        let mut bytes = Vec::new();
        for sbom in self.variants.by_sbom() {
            for (_, number) in sbom {
                let next = numbers.len() as u32;
                if numbers.contains_key(number) {
                    continue;
                }
                let Some(case) = self.variants.said(*number) else { continue };
                numbers.insert(*number, next);
                let (pair, among) = self.variants.key(*number);
                let mut content = Vec::new();
                case.write(&mut content);
                let place = places.len() as u32;
                let place = match places.get(&content) {
                    Some(place) => *place,
                    None => {
                        writer.write(Section::Cases, &content)?;
                        places.insert(content, place);
                        place
                    }
                };
                bytes.clear();
                write_number(u64::from(place), &mut bytes);
                write_number(u64::from(pair), &mut bytes);
                write_number(among.len() as u64, &mut bytes);
                let mut before = 0;
                among.iter().for_each(|other| write_step(&mut before, *other, &mut bytes));
                writer.write(Section::Among, &bytes)?;
            }
            bytes.clear();
            let held = sbom.iter().filter_map(|(_, number)| numbers.get(number));
            write_number(held.clone().count() as u64, &mut bytes);
            let mut before = 0;
            held.for_each(|number| write_step(&mut before, *number, &mut bytes));
            writer.write(Section::Elsewhere, &bytes)?;
        }
        Ok(())
    }
}

impl Kept {
    /// Reads the answers of a portfolio that were kept in a file; `None` where they are of another portfolio, or not what this program
    /// would answer.
    ///
    /// # Errors
    /// The file is not there, or is damaged, or has another form.
    pub fn open(path: &Path, portfolio: &Portfolio, program: Digest) -> Result<Option<Self>, FleetError> {
        let reader = Reader::open(path, &ANSWERS)?;
        let head: Head = postcard::from_bytes(&reader.whole(Section::Head)?)
            .map_err(|error| reader.unreadable(Section::Head, error.to_string()))?;
        if head.portfolio != *portfolio.root().as_bytes() || head.program != *program.as_bytes() {
            return Ok(None);
        }
        let wrong = |section: Section| reader.unreadable(section, "it makes no sense");
        let bytes = reader.whole(Section::Vulnerabilities)?;
        let (mut rest, mut vulnerabilities) = (&bytes[..], Vec::new());
        while !rest.is_empty() {
            let name = read_text(&mut rest).ok_or_else(|| wrong(Section::Vulnerabilities))?;
            vulnerabilities.push(VulnerabilityId::from(name));
        }
        let count = vulnerabilities.len() as u32;
        let numbers: HashMap<VulnerabilityId, u32, Stable> = vulnerabilities.iter().cloned().zip(0..).collect();
        let ends = reader.numbers(Section::SaidEnds)?;
        if ends.len() != portfolio.pairs() as usize || numbers.len() != vulnerabilities.len() {
            return Err(wrong(Section::SaidEnds));
        }
        let pairs = Sayings::from_parts(reader.whole(Section::Said)?, &ends, count);
        let pairs = pairs.ok_or_else(|| wrong(Section::Said))?;
        let questions = reader.numbers(Section::Questions)?;
        let bytes = reader.whole(Section::Around)?;
        let (mut rest, mut around) = (&bytes[..], Vec::with_capacity(ends.len()));
        for _ in 0..ends.len() {
            around.push(Around::read(&questions, &mut rest).ok_or_else(|| wrong(Section::Around))?);
        }
        if !rest.is_empty() {
            return Err(wrong(Section::Around));
        }
        let variants = read_cases(&reader, portfolio, count)?;
        let (hashes, ends) = (reader.numbers(Section::Hashes)?, reader.numbers(Section::RestingEnds)?);
        let depends = Depends::from_parts(hashes, ends, reader.whole(Section::Resting)?, portfolio.pairs());
        let depends = depends.ok_or_else(|| wrong(Section::Resting))?;
        let bytes = reader.whole(Section::Advisories)?;
        let (mut rest, mut advisories) = (&bytes[..], Advisories::default());
        while !rest.is_empty() {
            let mut text = || read_text(&mut rest).map(VulnerabilityId::from);
            let (name, advisory) = text().zip(text()).ok_or_else(|| wrong(Section::Advisories))?;
            advisories.add(name, advisory);
        }
        let coverage = head.coverage.into_iter().map(|(ecosystem, release, covered)| ((ecosystem, release), covered));
        let answers = Answers {
            portfolio: portfolio.root(),
            knowledge: Digest::from_bytes(head.knowledge),
            vulnerabilities,
            numbers,
            pairs,
            around,
            variants,
            advisories,
            depends,
            coverage: coverage.collect(),
        };
        Ok(Some(Self { answers, chain: Digest::from_bytes(head.chain) }))
    }
}

fn read_cases(reader: &Reader, portfolio: &Portfolio, vulnerabilities: u32) -> Result<Variants, FleetError> {
    let wrong = |section: Section| reader.unreadable(section, "it makes no sense");
    let bytes = reader.whole(Section::Cases)?;
    let (mut rest, mut said) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        let case = Case::read(&mut rest).filter(|case| case.greatest().is_none_or(|number| number < vulnerabilities));
        said.push(Arc::new(case.ok_or_else(|| wrong(Section::Cases))?));
    }
    let bytes = reader.whole(Section::Among)?;
    let (mut rest, mut variants) = (&bytes[..], Variants::default());
    while !rest.is_empty() {
        let one = |rest: &mut &[u8]| {
            let place = usize::try_from(read_number(rest)?).ok()?;
            let pair = u32::try_from(read_number(rest)?).ok()?;
            let count = usize::try_from(read_number(rest)?).ok().filter(|count| *count <= rest.len())?;
            let mut before = 0;
            let known = |pair: &u32| *pair < portfolio.pairs();
            let among =
                (0..count).map(|_| read_step(&mut before, rest).filter(known)).collect::<Option<Box<[u32]>>>()?;
            Some((Arc::clone(said.get(place)?), pair, among)).filter(|(_, pair, among)| among.contains(pair))
        };
        let (said, pair, among) = one(&mut rest).ok_or_else(|| wrong(Section::Among))?;
        variants.add(pair, among, said);
    }
    let bytes = reader.whole(Section::Elsewhere)?;
    let mut rest = &bytes[..];
    for _ in 0..portfolio.sboms() {
        let one = |rest: &mut &[u8]| {
            let count = usize::try_from(read_number(rest)?).ok().filter(|count| *count <= rest.len())?;
            let mut before = 0;
            (0..count).map(|_| read_step(&mut before, rest)).collect::<Option<Vec<u32>>>()
        };
        let own = one(&mut rest).and_then(|own| variants.add_sbom(&own));
        own.ok_or_else(|| wrong(Section::Elsewhere))?;
    }
    if rest.is_empty() { Ok(variants) } else { Err(wrong(Section::Elsewhere)) }
}
