//! The file of a generation: sections of bytes, cut into compressed blocks, each with its digest.
//!
//! This room knows blocks and sections and nothing of what they mean. `docs/formats/generation.md` describes the bytes.

use ward_model::knowledge::KnowledgeError;

mod fences;
pub(crate) mod reader;
pub(crate) mod strings;
pub(crate) mod writer;

#[cfg(test)]
mod tests;

/// The first bytes of every generation.
pub(crate) const MAGIC: [u8; 8] = *b"WARDKNOW";
/// The format that is written.
pub(crate) const FORMAT: u32 = 7;
/// The formats that are read.
pub(crate) const FORMATS: [u32; 4] = [4, 5, 6, FORMAT];
/// How many bytes of a section one block holds at most.
pub(crate) const LARGEST_BLOCK: usize = 16 << 10;

/// How many bytes of a section one block holds, but for the last one: a power of two. What is looked up is spread over a file: a
/// large block is verified and unpacked for the sake of a few bytes, while small ones take more room.
pub(crate) const fn block(format: u32, section: Section) -> usize {
    match (format, section) {
        (4, _) => LARGEST_BLOCK,
        (_, Section::Records) => 8 << 10,
        (5, _) => 4 << 10,
        // Rows are read by the run, and the others from one end to the other.
        (
            _,
            Section::ProductRows | Section::SubjectRows | Section::Digests | Section::Superseded | Section::Positions,
        ) => 4 << 10,
        _ => 1 << 10,
    }
}
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
    /// Versions of records one after the other, by identifier, source and transaction: each its stamp, then its content.
    Records = 1, "records";
    /// One entry of fixed width for each version.
    RecordTable = 2, "record table";
    /// The digest of each version's content.
    Digests = 3, "record digests";
    /// Where each identifier ends in the next section.
    IdEnds = 4, "identifier ends";
    /// Identifiers of versions, in order.
    IdBytes = 5, "identifiers";
    /// Numbers of versions that a later one in this file follows.
    Superseded = 6, "superseded versions";
    /// For a delta: where each version belongs among those of the base.
    Positions = 7, "positions in the base";
    /// Where each product ends in the next section.
    ProductEnds = 8, "product ends";
    /// Products, in the order of their bytes.
    ProductBytes = 9, "products";
    /// Where the rows of each product end, and how many there are.
    ProductTable = 10, "product table";
    /// Criteria, by product, version and place.
    ProductRows = 11, "product rows";
    /// Numbers of products, by the name of the product.
    ProductNames = 12, "product names";
    /// Where each subject of a statement ends in the next section.
    SubjectEnds = 13, "subject ends";
    /// Subjects of statements, in the order of their bytes.
    SubjectBytes = 14, "subjects";
    /// Where the rows of each subject end, and how many there are.
    SubjectTable = 15, "subject table";
    /// Where each statement stands, by subject, version and place.
    SubjectRows = 16, "subject rows";
    /// Where each name of a vulnerability ends in the next section.
    AliasEnds = 17, "alias ends";
    /// Names of vulnerabilities that somebody equates with another, in order.
    AliasBytes = 18, "aliases";
    /// Where the rows of each name end, and how many there are.
    AliasTable = 19, "alias table";
    /// What each name is equated with, and by which version of a record.
    AliasRows = 20, "alias rows";
    /// Where the key of each fact ends in the next section.
    FactEnds = 21, "fact ends";
    /// Keys of facts, by key, then transaction.
    FactKeys = 22, "facts";
    /// The transaction of each fact, and whether it took it away.
    FactTimes = 23, "fact times";
    /// Where each value ends in the next section.
    FactValueEnds = 24, "fact value ends";
    /// Values of facts.
    FactValues = 25, "fact values";
    /// One entry of fixed width for each transaction.
    Transactions = 26, "transactions";
    /// What was known of the sources after each transaction.
    States = 27, "states";
    /// What the file is part of.
    Meta = 28, "description";
}

pub(crate) fn unreadable(part: impl Into<String>, reason: impl Into<String>) -> KnowledgeError {
    KnowledgeError::Unreadable { part: part.into(), reason: reason.into() }
}
