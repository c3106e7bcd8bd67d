//! Why an SBOM was refused.

/// What can be read, in words for messages.
pub const SUPPORTED: &str =
    "CycloneDX 1.2 to 1.7 as JSON, 1.0 to 1.7 as XML; SPDX 2.2 and 2.3 as JSON or tag-value, 3.0 as JSON-LD";

/// Why an SBOM was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SbomError {
    /// There is nothing in it.
    #[error("the file is empty; expected an SBOM: {SUPPORTED}")]
    Empty,
    /// Text in another encoding.
    #[error("the file is written in {encoding}; expected UTF-8")]
    Encoding {
        /// The encoding.
        encoding: &'static str,
    },
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 at line {line}, column {column}")]
    NotUtf8 {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// Broken JSON, XML or tag-value, or a field that is missing or of a wrong type.
    #[error("line {line}, column {column}: {reason}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A field that is missing or of a wrong type, in a file whose places are lost when it is looked at.
    #[error("{reason}")]
    Shape {
        /// What is wrong.
        reason: String,
    },
    /// An SBOM that cannot be read yet.
    #[error("this is {what}, which cannot be read; supported are {SUPPORTED}")]
    Unsupported {
        /// What it is.
        what: String,
    },
    /// Not an SBOM, as far as can be seen.
    #[error("this is not an SBOM that is known here: {reason}; supported are {SUPPORTED}")]
    NotAnSbom {
        /// What was seen, or missed.
        reason: String,
    },
}

impl SbomError {
    /// The place of the fault, line and column from 1, where there is one.
    pub const fn place(&self) -> Option<(usize, usize)> {
        match self {
            Self::NotUtf8 { line, column } | Self::Json { line, column, .. } => Some((*line, *column)),
            _ => None,
        }
    }
}

impl From<crate::xml::XmlError> for SbomError {
    fn from(error: crate::xml::XmlError) -> Self {
        let crate::xml::XmlError { line, column, reason } = error;
        Self::Json { line, column, reason }
    }
}

impl From<serde_json::Error> for SbomError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        // serde_json ends its text with the place, which stands at the front here.
        let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        let reason =
            if reason == "recursion limit exceeded" { "nested too deeply: more than 127 levels" } else { reason };
        Self::Json { line, column, reason: reason.to_owned() }
    }
}
