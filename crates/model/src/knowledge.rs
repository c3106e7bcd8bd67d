//! What the matcher may ask about the world's knowledge. `knowledge` implements it; `match` reads through it.

use jiff::civil::Date;
use serde::Serialize;

use crate::cpe::ProductKey;
use crate::digest::Digest;
use crate::ids::VulnerabilityId;
use crate::vulnerability::{Criterion, Epss, Exploited, VulnerabilityRecord};

/// A body of knowledge at one moment. Answers are the same for the same digest.
pub trait Knowledge {
    /// Where it comes from and how fresh and complete it is.
    fn description(&self) -> &KnowledgeDescription;

    /// Every vulnerable criterion that names this product, with the record it stands in; by record, then place.
    ///
    /// # Errors
    /// The store could not be read or a block does not have the digest it should have.
    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError>;

    /// Whether any criterion, vulnerable or environmental, names this product.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError>;

    /// The products that carry this name, of whatever vendor and part, in order.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError>;

    /// The whole record behind a candidate.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`]; also where the number is not of this body of knowledge.
    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError>;

    /// The number of the record with this identifier.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError>;

    /// Whether it is known to be exploited.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError>;

    /// Its EPSS score.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError>;
}

/// The place of a record inside one body of knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordNumber(pub u32);

/// A criterion that may touch a component, and the record it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The record.
    pub record: RecordNumber,
    /// The criterion, as compiled from that record.
    pub criterion: Criterion,
}

/// What a body of knowledge is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnowledgeDescription {
    /// Identity of the knowledge: a digest over what its sources said.
    pub generation: Digest,
    /// The last day on which something was received.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub as_of: Date,
    /// The sources, by name.
    pub sources: Vec<SourceDescription>,
    /// Whether this is the small seed that ships with the program, which knows only some vulnerabilities of some products.
    pub seed: bool,
    /// For a seed: the products it speaks of. Empty where every product that is named is covered as well as the feed covers it.
    pub limited_to: Vec<String>,
}

/// One source of a body of knowledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceDescription {
    /// `nvd`, `kev`, `epss`, …
    pub name: String,
    /// The newest date inside the records.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub newest: Option<Date>,
    /// How many records.
    pub records: u64,
    /// How many of them name no product, so that no matcher can find them.
    pub without_product: u64,
    /// How many could not be read and were set aside.
    pub set_aside: u64,
}

/// Why knowledge could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    /// Bytes do not have the digest that the generation says they have.
    #[error("knowledge is damaged: {part} does not have its digest; run `ward feeds sync` again")]
    Damaged {
        /// Which part.
        part: String,
    },
    /// Bytes have the right digest, or none, and still make no sense.
    #[error("knowledge cannot be read: {part}: {reason}")]
    Unreadable {
        /// Which part.
        part: String,
        /// What is wrong.
        reason: String,
    },
}
