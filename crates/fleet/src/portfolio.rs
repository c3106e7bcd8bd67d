//! A portfolio as it is read: pairs, SBOMs, and who holds what.

use std::path::Path;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use ward_model::component::{Component, SbomFormat};
use ward_model::digest::Digest;
use ward_model::finding::SbomSummary;
use ward_model::portfolio::SetAsideSbom;

use crate::error::FleetError;
use crate::frame::reader::Reader;
use crate::frame::{PORTFOLIO, Section, read_number};
use crate::pair;

/// A portfolio, open. What is asked for is read then; pairs and rows stay in memory once they were needed.
pub struct Portfolio {
    reader: Reader,
    pair_ends: Vec<u64>,
    /// For each SBOM where it ends among the entries, the rows and the references, and how many rows there are up to its end.
    sbom_ends: Vec<[u64; 4]>,
    holder_ends: Vec<u64>,
    pairs: OnceLock<Vec<u8>>,
    rows: OnceLock<Vec<u8>>,
}

/// One SBOM of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SbomEntry {
    /// What it was called when it was taken in: the name of a file.
    pub source: String,
    /// What is shown of it.
    pub summary: SbomSummary,
}

/// An SBOM as it is written.
#[derive(Serialize, Deserialize)]
pub(crate) struct WrittenSbom {
    source: String,
    spdx: bool,
    spec_version: String,
    name: Option<String>,
    version: Option<String>,
    digest: [u8; 32],
    components: u64,
    remarks: Vec<String>,
}

impl From<SbomEntry> for WrittenSbom {
    fn from(SbomEntry { source, summary }: SbomEntry) -> Self {
        let SbomSummary { format, spec_version, name, version, sha256, components, remarks } = summary;
        let (spdx, digest, components) = (format == SbomFormat::Spdx, *sha256.as_bytes(), components as u64);
        Self { source, spdx, spec_version, name, version, digest, components, remarks }
    }
}

impl From<WrittenSbom> for SbomEntry {
    fn from(written: WrittenSbom) -> Self {
        let summary = SbomSummary {
            format: if written.spdx { SbomFormat::Spdx } else { SbomFormat::CycloneDX },
            spec_version: written.spec_version,
            name: written.name,
            version: written.version,
            sha256: Digest::from_bytes(written.digest),
            components: usize::try_from(written.components).unwrap_or(usize::MAX),
            remarks: written.remarks,
        };
        Self { source: written.source, summary }
    }
}

impl Portfolio {
    /// Opens a portfolio and checks its header and its directory. Blocks are checked as they are read.
    ///
    /// # Errors
    /// The file is not there, is no portfolio, is damaged, or has another form.
    pub fn open(path: &Path) -> Result<Self, FleetError> {
        Self::of(Reader::open(path, &PORTFOLIO)?)
    }

    pub(crate) fn of(reader: Reader) -> Result<Self, FleetError> {
        let (pair_ends, holder_ends) = (reader.numbers(Section::PairEnds)?, reader.numbers(Section::HolderEnds)?);
        let (sbom_ends, rest) = {
            let numbers = reader.numbers(Section::SbomEnds)?;
            let (ends, rest) = numbers.as_chunks::<4>();
            (ends.to_vec(), rest.len())
        };
        let most = u64::from(u32::MAX);
        let lengths = [
            (Section::PairEnds, pair_ends.last().copied().unwrap_or(0), reader.length(Section::Pairs)),
            (Section::HolderEnds, holder_ends.last().copied().unwrap_or(0), reader.length(Section::Holders)),
            (Section::HolderEnds, holder_ends.len() as u64, pair_ends.len() as u64),
            (Section::SbomEnds, rest as u64, 0),
            (Section::SbomEnds, (sbom_ends.len() as u64).min(most), sbom_ends.len() as u64),
            (Section::PairEnds, (pair_ends.len() as u64).min(most), pair_ends.len() as u64),
        ];
        let last = sbom_ends.last().copied().unwrap_or_default();
        let of_sboms = [Section::Sboms, Section::Rows, Section::References].into_iter().zip(last);
        let of_sboms = of_sboms.map(|(section, end)| (section, end, reader.length(section)));
        for (section, found, wanted) in lengths.into_iter().chain(of_sboms) {
            if found != wanted {
                return Err(reader.unreadable(section, format!("{found} instead of {wanted}")));
            }
        }
        let (pairs, rows) = (OnceLock::new(), OnceLock::new());
        Ok(Self { reader, pair_ends, sbom_ends, holder_ends, pairs, rows })
    }

    /// The digest that covers every byte of the file.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.reader.root()
    }

    /// How many SBOMs there are.
    #[must_use]
    pub fn sboms(&self) -> u32 {
        // `open` checked that they can be numbered.
        self.sbom_ends.len() as u32
    }

    /// How many different pairs of identity and version there are.
    #[must_use]
    pub fn pairs(&self) -> u32 {
        // `open` checked that they can be numbered.
        self.pair_ends.len() as u32
    }

    /// How many components all SBOMs list together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sbom_ends.last().map_or(0, |ends| ends[3])
    }

    /// A pair as a component without a reference.
    ///
    /// # Errors
    /// The file is damaged, or there is no such pair.
    pub fn component(&self, pair: u32) -> Result<Component, FleetError> {
        pair::read(self.pair_bytes(pair)?).map_err(|reason| self.reader.unreadable(Section::Pairs, reason))
    }

    /// The bytes of a pair. They begin with its name, so that their order brings together what is called alike.
    pub(crate) fn pair_bytes(&self, pair: u32) -> Result<&[u8], FleetError> {
        let pairs = self.kept(&self.pairs, Section::Pairs)?;
        let (start, end) = self.between(Section::Pairs, &self.pair_ends, pair, |end| *end)?;
        pairs.get(start..end).ok_or_else(|| self.reader.unreadable(Section::PairEnds, "not in order"))
    }

    /// What an SBOM is.
    ///
    /// # Errors
    /// The file is damaged, or there is no such SBOM.
    pub fn entry(&self, sbom: u32) -> Result<SbomEntry, FleetError> {
        let (start, end) = self.between(Section::Sboms, &self.sbom_ends, sbom, |ends| ends[0])?;
        let bytes = self.reader.read(Section::Sboms, start as u64, end as u64)?;
        let written: WrittenSbom =
            postcard::from_bytes(&bytes).map_err(|error| self.reader.unreadable(Section::Sboms, error.to_string()))?;
        Ok(written.into())
    }

    /// The pairs of an SBOM's components, in its order, into a list that is emptied first.
    ///
    /// # Errors
    /// The file is damaged, or there is no such SBOM.
    pub fn pairs_of(&self, sbom: u32, into: &mut Vec<u32>) -> Result<(), FleetError> {
        into.clear();
        let rows = self.kept(&self.rows, Section::Rows)?;
        let (start, end) = self.between(Section::Rows, &self.sbom_ends, sbom, |ends| ends[1])?;
        let wrong = |reason: &str| self.reader.unreadable(Section::Rows, reason);
        let mut bytes = rows.get(start..end).ok_or_else(|| wrong("not in order"))?;
        while !bytes.is_empty() {
            let pair = read_number(&mut bytes).and_then(|number| u32::try_from(number).ok());
            let pair = pair.filter(|pair| *pair < self.pairs()).ok_or_else(|| wrong("a row of no pair"))?;
            into.push(pair);
        }
        Ok(())
    }

    /// The references that an SBOM's components have there, in its order.
    ///
    /// # Errors
    /// The file is damaged, or there is no such SBOM.
    pub fn references_of(&self, sbom: u32) -> Result<Vec<String>, FleetError> {
        let mut pairs = Vec::new();
        self.pairs_of(sbom, &mut pairs)?;
        let (start, end) = self.between(Section::References, &self.sbom_ends, sbom, |ends| ends[2])?;
        let bytes = self.reader.read(Section::References, start as u64, end as u64)?;
        let wrong = || self.reader.unreadable(Section::References, "no reference for each row");
        let mut rest = &bytes[..];
        let mut references = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let length = read_number(&mut rest).ok_or_else(wrong)?;
            let own = usize::try_from(length / 2).ok().and_then(|length| rest.split_at_checked(length));
            let (own, behind) = own.ok_or_else(wrong)?;
            rest = behind;
            let own = std::str::from_utf8(own).map_err(|_| wrong())?;
            references.push(if length % 2 == 1 {
                let purl = self.component(pair)?.purl.ok_or_else(wrong)?;
                format!("{purl}{own}")
            } else {
                own.to_owned()
            });
        }
        if rest.is_empty() { Ok(references) } else { Err(wrong()) }
    }

    /// The SBOMs that hold a pair, in order.
    ///
    /// # Errors
    /// The file is damaged, or there is no such pair.
    pub fn holders(&self, pair: u32) -> Result<Vec<u32>, FleetError> {
        let (start, end) = self.between(Section::Holders, &self.holder_ends, pair, |end| *end)?;
        let bytes = self.reader.read(Section::Holders, start as u64, end as u64)?;
        let wrong = || self.reader.unreadable(Section::Holders, "an SBOM that there is not");
        let (mut rest, mut next, mut holders) = (&bytes[..], 0_u64, Vec::new());
        while !rest.is_empty() {
            next = next.checked_add(read_number(&mut rest).ok_or_else(wrong)?).ok_or_else(wrong)?;
            holders.push(u32::try_from(next).ok().filter(|sbom| *sbom < self.sboms()).ok_or_else(wrong)?);
            next += 1;
        }
        Ok(holders)
    }

    /// What was given as an SBOM and could not be read.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn set_aside(&self) -> Result<Vec<SetAsideSbom>, FleetError> {
        let bytes = self.reader.whole(Section::SetAside)?;
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        postcard::from_bytes(&bytes).map_err(|error| self.reader.unreadable(Section::SetAside, error.to_string()))
    }

    /// Reads all of it, and compares who holds what with what is held by whom.
    ///
    /// # Errors
    /// Something is damaged or contradicts the rest.
    pub fn verify(&self) -> Result<(), FleetError> {
        let mut held = vec![Vec::new(); self.pair_ends.len()];
        let mut pairs = Vec::new();
        for sbom in 0..self.sboms() {
            self.pairs_of(sbom, &mut pairs)?;
            let listed = self.entry(sbom)?.summary.components;
            if self.references_of(sbom)?.len() != listed || pairs.len() != listed {
                return Err(self.reader.unreadable(Section::Rows, format!("SBOM {sbom} lists {listed} components")));
            }
            for pair in &pairs {
                let holders: &mut Vec<u32> = &mut held[*pair as usize];
                if holders.last() != Some(&sbom) {
                    holders.push(sbom);
                }
            }
        }
        for (pair, holders) in (0..).zip(&held) {
            self.component(pair)?;
            if self.holders(pair)? != *holders {
                return Err(self.reader.unreadable(Section::Holders, format!("not who holds pair {pair}")));
            }
        }
        self.set_aside().map(drop)
    }

    /// A section that stays in memory.
    fn kept<'a>(&self, kept: &'a OnceLock<Vec<u8>>, section: Section) -> Result<&'a [u8], FleetError> {
        if let Some(bytes) = kept.get() {
            return Ok(bytes);
        }
        let bytes = self.reader.whole(section)?;
        Ok(kept.get_or_init(|| bytes))
    }

    fn between<T>(
        &self,
        section: Section,
        ends: &[T],
        number: u32,
        end: impl Fn(&T) -> u64,
    ) -> Result<(usize, usize), FleetError> {
        let at = |number: usize| ends.get(number).map(&end).and_then(|end| usize::try_from(end).ok());
        let start = if number == 0 { Some(0) } else { at(number as usize - 1) };
        let found = start.zip(at(number as usize)).filter(|(start, end)| start <= end);
        found.ok_or_else(|| self.reader.unreadable(section, format!("there is no number {number}, or not in order")))
    }
}

impl std::fmt::Debug for Portfolio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Portfolio").field("path", &self.reader.path()).finish_non_exhaustive()
    }
}
