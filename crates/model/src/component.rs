//! Software and hardware components as an SBOM lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cpe::{Attribute, Cpe, Part};
use crate::digest::Digest;
use crate::ids::ComponentRef;
use crate::purl::Purl;

mod difference;
mod quality;
mod statement;
mod written;

pub use difference::{Change, Difference};
pub use quality::{Measure, Quality};
pub use statement::{CompiledFiles, Hash, Origin, Parties, Patch, SupportStatement};

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
    /// Who is behind it, for matching by name: its supplier, else who made it, else who published it.
    pub supplier: Option<String>,
    /// Everybody whom the SBOM names for it, kept apart.
    pub parties: Parties,
    /// Package URL.
    pub purl: Option<Purl>,
    /// Package URLs beyond the first that name another package, in the order of the SBOM.
    pub other_purls: Vec<Purl>,
    /// CPE names, in the order of the SBOM.
    pub cpes: Vec<Cpe>,
    /// The tag id of its software identification tag (ISO/IEC 19770-2).
    pub swid: Option<String>,
    /// Digests of the component itself, in the order of the SBOM.
    pub hashes: Vec<Hash>,
    /// Its licence as one SPDX expression, or in the SBOM's words where those are no expression.
    pub licence: Option<String>,
    /// What the SBOM says of its support.
    pub support: SupportStatement,
    /// Changes made to it by whoever ships it, which its version does not show.
    pub patches: Vec<Patch>,
    /// Which source files were compiled into it; `None` where the SBOM gives no such evidence.
    pub compiled_files: Option<Arc<CompiledFiles>>,
    /// What was written as an identity and could not be read: kept, and shown as a reason.
    pub unreadable_identities: Vec<String>,
    /// The component that contains it, if it is nested.
    pub parent: Option<ComponentRef>,
    /// It is what the SBOM describes, known by its name alone, and the list beside it says what it is made of. It is looked up as
    /// every component is; that no feed knows the name of a maker's own product is no gap.
    pub whole: bool,
}

impl Component {
    /// A component of which nothing is known but its reference and its name.
    pub fn named(reference: ComponentRef, name: impl Into<String>) -> Self {
        Self {
            reference,
            kind: ComponentKind::Other,
            group: None,
            name: name.into(),
            version: None,
            supplier: None,
            parties: Parties::default(),
            purl: None,
            other_purls: Vec::new(),
            cpes: Vec::new(),
            swid: None,
            hashes: Vec::new(),
            licence: None,
            support: SupportStatement::default(),
            patches: Vec::new(),
            compiled_files: None,
            unreadable_identities: Vec::new(),
            parent: None,
            whole: false,
        }
    }

    /// What an element names beside its SBOM, by a CPE name alone: hardware, an operating system, a program.
    pub fn beside_sbom(cpe: &Cpe) -> Self {
        let value = |attribute: &Attribute| match attribute {
            Attribute::Value(value) => Some(value.to_string()),
            Attribute::Any | Attribute::Na => None,
        };
        let reference = ComponentRef::new(format!("hardware:{cpe}"));
        Self {
            kind: match cpe.part {
                Part::Application => ComponentKind::Application,
                Part::OperatingSystem => ComponentKind::OperatingSystem,
                Part::Hardware | Part::Any => ComponentKind::Hardware,
            },
            version: value(&cpe.version),
            supplier: value(&cpe.vendor),
            cpes: vec![cpe.clone()],
            ..Self::named(reference, value(&cpe.product).unwrap_or_else(|| cpe.to_string()))
        }
    }
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

/// What needs what.
pub type Dependencies = BTreeMap<ComponentRef, BTreeSet<ComponentRef>>;

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
    /// The reference of what it describes, where the file gives one. It need not be among the components.
    pub described: Option<ComponentRef>,
    /// Where the SBOM itself comes from.
    pub origin: Origin,
    /// Digest of the bytes that were read.
    pub digest: Digest,
    /// Every component, nested ones included, in the order of the file.
    pub components: Vec<Component>,
    /// What needs what, by reference and sorted. A reference with no others behind it is said to need nothing; one that
    /// is not a key says nothing.
    pub dependencies: Dependencies,
    /// How many statements on vulnerabilities it carries beside its components. They are read as VEX, not here.
    pub statements: usize,
    /// The word by which it says of itself that something is left out, where it does.
    pub incomplete: Option<String>,
    /// What was odd about the file and was read all the same.
    pub remarks: Vec<String>,
}

impl Sbom {
    /// An SBOM that lists nothing.
    pub fn empty(format: SbomFormat, spec_version: impl Into<String>, digest: Digest) -> Self {
        Self {
            format,
            spec_version: spec_version.into(),
            name: None,
            version: None,
            described: None,
            origin: Origin::default(),
            digest,
            components: Vec::new(),
            dependencies: BTreeMap::new(),
            statements: 0,
            incomplete: None,
            remarks: Vec::new(),
        }
    }
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
