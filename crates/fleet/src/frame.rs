//! The files of a portfolio and of its answers: sections of bytes, cut into compressed blocks, each with its digest.
//!
//! This room knows blocks and sections and nothing of what they mean; `docs/formats/portfolio.md` describes the bytes. Unlike the file
//! of a generation all sections grow at once, as SBOMs come in, so that blocks of different sections stand in one another's way.

pub(crate) mod reader;
pub(crate) mod seal;
pub(crate) mod writer;

#[cfg(test)]
mod tests;

/// A kind of file: how it begins, and which sections it has.
#[derive(Debug)]
pub(crate) struct Form {
    /// The first bytes of every file.
    pub(crate) magic: [u8; 8],
    /// The number of the form that is written and read.
    pub(crate) number: u32,
    /// What such a file is called.
    pub(crate) what: &'static str,
    /// In the order of their numbers.
    pub(crate) sections: &'static [Section],
}

/// SBOMs.
pub(crate) static PORTFOLIO: Form =
    Form { magic: *b"WARDPORT", number: 1, what: "portfolio", sections: Section::ALL.split_at(9).0 };
/// What is said of them.
pub(crate) static ANSWERS: Form =
    Form { magic: *b"WARDANSW", number: 1, what: "file of answers", sections: Section::ALL.split_at(9).1 };

/// How many bytes of a section one block holds, but for the last one.
pub(crate) const BLOCK: usize = 64 << 10;
/// Magic, form, block size, length of the file, place and length of the directory, its digest, the digest of all that.
pub(crate) const HEADER: usize = 8 + 4 + 4 + 8 + 8 + 8 + 32 + 32;
/// How many of these bytes the header's own digest covers.
pub(crate) const HEADER_COVERED: usize = HEADER - 32;
/// Section number, count of blocks, length in bytes.
pub(crate) const SECTION_ENTRY: usize = 4 + 4 + 8;
/// Place, stored length, length, digest.
pub(crate) const BLOCK_ENTRY: usize = 8 + 4 + 4 + 32;

/// A part of the file. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    /// Pairs, in the order in which they were first seen.
    Pairs = 1,
    /// Where each pair ends.
    PairEnds = 2,
    /// What each SBOM is, in their order.
    Sboms = 3,
    /// For each SBOM the numbers of its components' pairs, in its order.
    Rows = 4,
    /// For each row the reference that the component has in its SBOM.
    References = 5,
    /// Where each SBOM ends in the three sections before.
    SbomEnds = 6,
    /// For each pair the numbers of the SBOMs that hold it.
    Holders = 7,
    /// Where each pair ends in the section before.
    HolderEnds = 8,
    /// What could not be read as an SBOM.
    SetAside = 9,
    /// What was asked, of what, and by what.
    Head = 10,
    /// The names of vulnerabilities, by their numbers.
    Vulnerabilities = 11,
    /// What is said of each pair.
    Said = 12,
    /// Where that ends.
    SaidEnds = 13,
    /// The hashes of what pairs ask of hosts and show on them.
    Questions = 14,
    /// For each pair what it asks and shows.
    Around = 15,
    /// What is said of pairs among others, each once.
    Cases = 16,
    /// Pairs, what they are judged among, and which of these holds then.
    Among = 17,
    /// For each SBOM the pairs that are judged among others.
    Elsewhere = 18,
    /// The hashes of what pairs rest on.
    Hashes = 19,
    /// For each of them the pairs.
    Resting = 20,
    /// Where those end.
    RestingEnds = 21,
    /// Which advisories name which vulnerabilities as upstream's.
    Advisories = 22,
}

impl Section {
    /// Every section, in the order of their numbers.
    pub(crate) const ALL: [Section; 22] = [
        Self::Pairs,
        Self::PairEnds,
        Self::Sboms,
        Self::Rows,
        Self::References,
        Self::SbomEnds,
        Self::Holders,
        Self::HolderEnds,
        Self::SetAside,
        Self::Head,
        Self::Vulnerabilities,
        Self::Said,
        Self::SaidEnds,
        Self::Questions,
        Self::Around,
        Self::Cases,
        Self::Among,
        Self::Elsewhere,
        Self::Hashes,
        Self::Resting,
        Self::RestingEnds,
        Self::Advisories,
    ];

    /// Its name for people.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pairs => "pairs",
            Self::PairEnds => "ends of pairs",
            Self::Sboms => "SBOMs",
            Self::Rows => "rows",
            Self::References => "references",
            Self::SbomEnds => "ends of SBOMs",
            Self::Holders => "holders",
            Self::HolderEnds => "ends of holders",
            Self::SetAside => "what was set aside",
            Self::Head => "what was asked",
            Self::Vulnerabilities => "names of vulnerabilities",
            Self::Said => "what is said",
            Self::SaidEnds => "ends of what is said",
            Self::Questions => "questions",
            Self::Around => "what pairs ask and show",
            Self::Cases => "cases",
            Self::Among => "pairs among others",
            Self::Elsewhere => "cases of SBOMs",
            Self::Hashes => "what pairs rest on",
            Self::Resting => "pairs that rest",
            Self::RestingEnds => "ends of pairs that rest",
            Self::Advisories => "advisories",
        }
    }

    /// Its place in [`Section::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize - 1
    }
}

/// Appends a number with seven bits in a byte, the lowest first.
pub(crate) fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front.
#[inline]
pub(crate) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0_u32);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift == 63 && *byte > 1 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}
