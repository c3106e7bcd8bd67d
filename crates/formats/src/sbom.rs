//! Software bills of materials: bytes in, [`Sbom`] out.
//!
//! CycloneDX 1.2 to 1.7 as JSON and 1.0 to 1.7 as XML, SPDX 2.2 and 2.3 as JSON and tag-value, and SPDX 3.0 as JSON-LD, as real
//! tools write them. Every other format, version and encoding is refused with a message that says what the file is. What is odd and was read all the same stands in [`Sbom::remarks`];
//! what was written as an identity and could not be read stands at its component. Nothing is left out without a word.
//!
//! Deliberately absent: services, snippets and files as components of their own, and the statements on vulnerabilities that a file may
//! carry, which are counted here and read as VEX.

use ward_model::component::Sbom;

mod collect;
mod completeness;
mod cyclonedx;
mod detect;
mod error;
mod loose;
mod spdx;
mod spdx3;
mod strict;
mod support;

pub use error::{SUPPORTED, SbomError};
pub use strict::{Violation, as_json, check};

/// Reads an SBOM.
///
/// CycloneDX: `components` in the order of the file, each followed by those nested in it. `metadata.component` is what the SBOM
/// describes: it gives the name and version of the whole and is not a component of itself; those nested in it are.
/// SPDX: every package in the order of the file, the described ones included, since a package is all that SPDX knows.
///
/// # Errors
/// The bytes are not text in UTF-8, not JSON, not an SBOM, not one of the supported formats and versions, or a required field
/// is missing or of another type.
pub fn read(bytes: &[u8]) -> Result<Sbom, SbomError> {
    let text = detect::text(bytes)?;
    let mut sbom = match detect::format(text.body)? {
        detect::Format::CycloneDxJson { spec_version } => cyclonedx::read(text.body, spec_version)?,
        detect::Format::CycloneDxXml { spec_version, document } => {
            cyclonedx::read_xml(text.body, &document, spec_version)?
        }
        detect::Format::SpdxJson { spec_version } => spdx::read(text.body, spec_version)?,
        detect::Format::SpdxTagValue { spec_version } => spdx::read_tag_value(text.body, spec_version)?,
        detect::Format::SpdxGraph => spdx3::read(text.body)?,
    };
    sbom.digest = ward_model::Digest::of(bytes);
    if text.byte_order_mark {
        sbom.remarks.insert(0, "begins with a byte-order mark".to_owned());
    }
    Ok(sbom)
}

/// The text of a file without its byte-order mark.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, SbomError> {
    Ok(detect::text(bytes)?.body)
}

/// CycloneDX as XML in the shape of its JSON.
pub(crate) fn cyclonedx_json(body: &str) -> Result<serde_json::Value, SbomError> {
    match detect::format(body)? {
        detect::Format::CycloneDxXml { spec_version, document } => {
            Ok(cyclonedx::to_json(&document.root, &spec_version))
        }
        _ => Err(SbomError::NotAnSbom { reason: "XML that is not CycloneDX".to_owned() }),
    }
}

#[cfg(test)]
mod tests;
