//! Software and hardware components as an SBOM lists them.

use serde::{Deserialize, Serialize};

use crate::cpe::Cpe;
use crate::digest::Digest;
use crate::ids::ComponentRef;
use crate::purl::Purl;

/// One component of an SBOM, with every identity that its SBOM gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its reference inside the SBOM; unique there (made from name, version and place where the SBOM gives none).
    pub reference: ComponentRef,
    /// What the component is.
    pub kind: ComponentKind,
    /// Group or namespace that the SBOM keeps apart from the name (Maven group, npm scope).
    pub group: Option<String>,
    /// Its name as written.
    pub name: String,
    /// Its version as written; `None` where the SBOM gives none or says that there is none.
    pub version: Option<String>,
    /// Who supplies it.
    pub supplier: Option<String>,
    /// Package URL.
    pub purl: Option<Purl>,
    /// CPE names, in the order of the SBOM.
    pub cpes: Vec<Cpe>,
    /// What was written as an identity and could not be read: kept, and shown as a reason.
    pub unreadable_identities: Vec<String>,
    /// The component that contains it, if it is nested.
    pub parent: Option<ComponentRef>,
}

/// What kind of thing a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// A program or application.
    Application,
    /// A library, framework or package.
    Library,
    /// An operating system.
    OperatingSystem,
    /// Firmware.
    Firmware,
    /// A piece of hardware.
    Hardware,
    /// A container image.
    Container,
    /// A single file.
    File,
    /// Data, a model, a certificate or key: something that no vulnerability feed speaks of.
    Asset,
    /// Anything else.
    Other,
}

/// A software bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sbom {
    /// What it was written in.
    pub format: SbomFormat,
    /// Version of that format, for example `1.6`.
    pub spec_version: String,
    /// What it describes.
    pub name: Option<String>,
    /// The version of what it describes.
    pub version: Option<String>,
    /// Digest of the bytes that were read.
    pub digest: Digest,
    /// Every component, nested ones included, in the order of the file.
    pub components: Vec<Component>,
    /// What was odd about the file and was read all the same.
    pub remarks: Vec<String>,
}

/// A family of SBOM formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SbomFormat {
    /// OWASP CycloneDX.
    CycloneDX,
    /// SPDX.
    #[serde(rename = "SPDX")]
    Spdx,
}
