//! What can go wrong with a portfolio.

use std::io;
use std::path::PathBuf;

use ward_formats::sbom::SbomError;
use ward_model::knowledge::KnowledgeError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The disk refused.
    #[error("{} cannot be read or written", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no portfolio, or no file of answers.
    #[error("{} is no {what}", .path.display())]
    NotOfForm {
        /// The file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
    },
    /// The file has a form that this program does not read.
    #[error("{} is a {what} of form {found}, expected {known}", .path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
        /// The form that it has.
        found: u32,
        /// The form that is read.
        known: u32,
    },
    /// Bytes do not have the digest that the file says they have.
    #[error("{} is damaged: {part} does not have its digest; build it again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which part.
        part: String,
    },
    /// Bytes have the right digest and make no sense.
    #[error("{} cannot be read: {part}: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Which part.
        part: String,
        /// What is wrong.
        reason: String,
    },
    /// An SBOM cannot be read.
    #[error("{name} cannot be read as an SBOM")]
    Sbom {
        /// What it is called.
        name: String,
        /// Why.
        source: SbomError,
    },
    /// More than one portfolio holds.
    #[error("a portfolio holds fewer than {most} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        most: u64,
    },
    /// The knowledge could not be read.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

/// An error of the system with a file.
pub(crate) fn at(path: &std::path::Path) -> impl Fn(io::Error) -> FleetError + '_ {
    |source| FleetError::Io { path: path.to_owned(), source }
}
