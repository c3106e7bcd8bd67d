//! Statements on vulnerabilities in products (VEX): OpenVEX, CSAF and CycloneDX, in and out.
//!
//! What is read is what the issuer claims. What is written reads back the same, where the format has a place for it; each writer says
//! at its head what it has no place for. Identifiers and times are the caller's, so that the same statements give the same bytes.

use serde_json::Value;
use ward_model::vex::VexDocument;

use crate::sbom::SbomError;

mod csaf;
mod cyclonedx;
mod json;
mod openvex;

pub(crate) use json::print;

/// A format of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VexFormat {
    /// OpenVEX 0.2.0.
    OpenVex,
    /// CSAF 2.0, profile VEX.
    Csaf,
    /// CycloneDX 1.6.
    CycloneDx,
}

/// Why statements could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexError {
    /// The text or its format cannot be read at all.
    #[error(transparent)]
    Text(#[from] SbomError),
    /// It is something else.
    #[error(
        "this holds no statements on vulnerabilities: {0}; expected OpenVEX, CSAF or CycloneDX with `vulnerabilities`"
    )]
    NotVex(String),
    /// A statement cannot be understood. Left out it would be missed, so the whole is refused.
    #[error("{place}: {reason}")]
    Statement {
        /// Where it stands, as a path of names and numbers.
        place: String,
        /// What was expected.
        reason: String,
    },
}

/// Why statements could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexWriteError {
    /// The format demands what the document does not have.
    #[error("{format} demands {what}, and the document has none")]
    Missing {
        /// The format.
        format: &'static str,
        /// What it demands.
        what: &'static str,
    },
    /// A product is narrowed by what no format has the same place for. Without it more would be said than was.
    #[error("a product is narrowed by `{0}`, for which there is no place")]
    Narrowed(String),
}

/// Reads statements in any of the formats.
///
/// # Errors
/// The bytes are no text in UTF-8, no JSON or XML, hold no statements, or a statement lacks its vulnerability or its status or has
/// words that the format does not know.
pub fn read(bytes: &[u8]) -> Result<VexDocument, VexError> {
    let text = crate::sbom::text(bytes)?;
    if text.trim_start().is_empty() {
        return Err(VexError::NotVex("the file is empty".to_owned()));
    }
    if text.trim_start().starts_with('<') {
        return cyclonedx::read(bytes, &crate::sbom::cyclonedx_json(text)?);
    }
    let value: Value = serde_json::from_str(text).map_err(SbomError::from)?;
    if value.get("bomFormat").is_some() {
        return cyclonedx::read(bytes, &value);
    }
    if value.pointer("/document/csaf_version").is_some() {
        return csaf::read(&value);
    }
    let context = value.get("@context").and_then(Value::as_str).unwrap_or_default();
    if context.contains("openvex") {
        return openvex::read(&value);
    }
    Err(VexError::NotVex("JSON of an unknown kind".to_owned()))
}

/// Writes statements.
///
/// # Errors
/// The format demands an identifier, an issuer or a date that the document does not have, or has no place for what narrows a product.
pub fn write(document: &VexDocument, format: VexFormat) -> Result<String, VexWriteError> {
    let products = document.statements.iter().flat_map(|statement| &statement.products);
    let mut identities = products.flat_map(|product| std::iter::once(&product.identity).chain(&product.components));
    if let Some(narrowed) = identities.find_map(|identity| identity.narrowed.first()) {
        return Err(VexWriteError::Narrowed(narrowed.clone()));
    }
    let value = match format {
        VexFormat::OpenVex => openvex::write(document)?,
        VexFormat::Csaf => csaf::write(document)?,
        VexFormat::CycloneDx => cyclonedx::write(document)?,
    };
    Ok(json::print(&value))
}

#[cfg(test)]
mod tests;
