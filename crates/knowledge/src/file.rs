//! The file of a generation: sections of bytes, cut into compressed blocks, each with its digest.
//!
//! This room knows blocks and sections and nothing of what they mean. `docs/formats/generation.md` describes the bytes.

use ward_model::knowledge::KnowledgeError;

pub(crate) mod reader;
pub(crate) mod strings;
pub(crate) mod writer;

#[cfg(test)]
mod tests;

/// The first bytes of every generation.
pub(crate) const MAGIC: [u8; 8] = *b"WARDKNOW";
/// The format that is written and read.
pub(crate) const FORMAT: u32 = 3;
/// How many bytes of a section one block holds, but for the last one.
pub(crate) const BLOCK: usize = 16 << 10;
/// Magic, format, block size, length of the file, place and length of the directory, its digest, the digest of all that.
pub(crate) const HEADER: usize = 8 + 4 + 4 + 8 + 8 + 8 + 32 + 32;
/// How many of these bytes the header's own digest covers.
pub(crate) const HEADER_COVERED: usize = HEADER - 32;
/// Section number, first block, count of blocks, zero, length in bytes.
pub(crate) const SECTION_ENTRY: usize = 4 + 4 + 4 + 4 + 8;
/// Place, stored length, length, digest.
pub(crate) const BLOCK_ENTRY: usize = 8 + 4 + 4 + 32;

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)+) => {
        /// A part of the file. The numbers are stored: never reuse one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Section { $($(#[$doc])* $name = $number),+ }

        impl Section {
            /// Every section, in the order of the file.
            pub(crate) const ALL: &'static [Section] = &[$(Section::$name),+];

            /// Its name for people.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Section::$name => $word),+ }
            }

            /// Its place in [`Section::ALL`].
            pub(crate) const fn index(self) -> usize {
                self as usize - 1
            }
        }
    };
}

sections! {
    /// Records one after the other, by identifier, then source.
    Records = 1, "records";
    /// One entry of fixed width for each record.
    RecordTable = 2, "record table";
    /// Where each identifier ends in the next section.
    IdEnds = 3, "identifier ends";
    /// Identifiers of records, in order.
    IdBytes = 4, "identifiers";
    /// Where each product ends in the next section.
    ProductEnds = 5, "product ends";
    /// Products, in the order of their bytes.
    ProductBytes = 6, "products";
    /// Where the rows of each product end, and how many there are.
    ProductTable = 7, "product table";
    /// Vulnerable criteria, by product, record and place.
    Rows = 8, "rows";
    /// Numbers of products, by the name of the product.
    ProductNames = 9, "product names";
    /// Where each identifier of KEV ends in the next section.
    KevEnds = 10, "KEV ends";
    /// Identifiers of KEV, in order.
    KevBytes = 11, "KEV identifiers";
    /// One entry of fixed width for each.
    KevValues = 12, "KEV values";
    /// Where each identifier of EPSS ends in the next section.
    EpssEnds = 13, "EPSS ends";
    /// Identifiers of EPSS, in order.
    EpssBytes = 14, "EPSS identifiers";
    /// One score and percentile for each.
    EpssValues = 15, "EPSS scores";
    /// What could not be read.
    SetAside = 16, "records set aside";
    /// Sources, dates, the identity of the knowledge.
    Meta = 17, "description";
}

pub(crate) fn unreadable(part: impl Into<String>, reason: impl Into<String>) -> KnowledgeError {
    KnowledgeError::Unreadable { part: part.into(), reason: reason.into() }
}
