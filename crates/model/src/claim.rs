//! Claims and the decisions that stand behind them.
//!
//! A claim is whatever lowers a verdict. Written in the folder it is only claimed: it changes `if_claims_hold` and nothing else.
//! A decision that names it, is not expired, and is bound to what was claimed and to its evidence gives it effect.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::design::{DesignOf, Property};
use crate::digest::Digest;
use crate::ids::{ComponentRef, ControlId, ElementId, FunctionId, HazardId, LinkId, SecretId, VulnerabilityId};

/// What is claimed. Its text (`control:signed-firmware`, `link:usb.authentication`) is how decisions name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimId {
    /// A control works as described.
    Control(ControlId),
    /// Something about a hazard that a control adds.
    ControlHazard(ControlId, HazardId, HazardClaim),
    /// Something about an element.
    Element(ElementId, ElementClaim),
    /// Something about a link.
    Link(LinkId, LinkClaim),
    /// A secret differs from unit to unit, so that one extracted copy opens one unit only.
    SecretPerUnit(SecretId),
    /// A secret is a public verification key: whoever reads it gains nothing.
    SecretPublic(SecretId),
    /// Something about a function.
    Function(FunctionId, FunctionClaim),
    /// An own finding is in the fielded versions that it names and in no others.
    FindingVersions(VulnerabilityId),
    /// A component that no feed covers was assessed by other means and has no open vulnerability.
    ComponentReviewed(ElementId, ComponentRef),
    /// On this element, a vulnerability is as the rubric's answers have it.
    Rubric(ElementId, VulnerabilityId),
    /// A design has a good property.
    Design(DesignOf, Property),
    /// What a document of statements says of components that are not affected, or no longer, is so. By its path.
    Statements(String),
    /// The lists of the source files of a component's version, and of those compiled into it, are whole. The version names the fielded
    /// versions, too, where the lists are not of all ([`CompiledComponent::claim`](crate::device::CompiledComponent::claim)).
    Compiled(ElementId, ComponentRef, String),
}

/// What can be claimed of a hazard that a control adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HazardClaim {
    /// It comes about no more often, lasts no longer and stands no longer than stated.
    Estimate,
    /// What remains of its risk is accepted.
    Residual,
}

/// What can be claimed of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementClaim {
    /// Every interface is listed as a link, and every feature of the element and of its links.
    InterfacesListed,
    /// All of its software, hardware and operating system is in its inventory.
    SoftwareListed,
    /// Every function that it takes part in is listed, with its features.
    FunctionsListed,
    /// Whoever is at it must log in with a credential that is neither default nor shared.
    LocalLogin,
}

/// What can be claimed of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkClaim {
    /// Its receiver verifies who sends, with a credential that is neither default nor shared.
    Authentication,
    /// It is exposed to fewer positions than its medium allows.
    ExposedTo,
    /// It carries less than everything.
    Carries,
    /// A message that was captured is refused when it comes again.
    AntiReplay,
    /// What it brings comes from fewer links than all that bring data to its sender.
    FedBy,
}

/// What can be claimed of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunctionClaim {
    /// It goes on when one of its elements falls, or outvotes it.
    Redundancy,
    /// Its fallback, with detection, switch-over time and staff, works.
    Fallback,
    /// What it shows or decides rests on fewer links than all that bring data to its elements.
    FedBy,
}

macro_rules! claim_words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in claim names and in the folder.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
claim_words!(HazardClaim: Estimate = "estimate", Residual = "residual");
claim_words!(ElementClaim: InterfacesListed = "interfaces_listed", SoftwareListed = "software_listed",
    FunctionsListed = "functions_listed", LocalLogin = "local_login");
claim_words!(LinkClaim: Authentication = "authentication", ExposedTo = "exposed_to", Carries = "carries",
    AntiReplay = "anti_replay", FedBy = "fed_by");
claim_words!(FunctionClaim: Redundancy = "redundancy", Fallback = "fallback", FedBy = "fed_by");

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(id) => write!(f, "control:{id}"),
            Self::ControlHazard(control, hazard, claim) => {
                write!(f, "control-hazard:{control}/{hazard}.{}", claim.word())
            }
            Self::Element(id, claim) => write!(f, "element:{id}.{}", claim.word()),
            Self::Link(id, claim) => write!(f, "link:{id}.{}", claim.word()),
            Self::SecretPerUnit(id) => write!(f, "secret:{id}.per_unit"),
            Self::SecretPublic(id) => write!(f, "secret:{id}.public"),
            Self::Function(id, claim) => write!(f, "function:{id}.{}", claim.word()),
            Self::FindingVersions(id) => write!(f, "finding:{id}.versions"),
            Self::ComponentReviewed(element, component) => write!(f, "component:{element}/{component}"),
            Self::Rubric(element, vulnerability) => write!(f, "rubric:{element}/{vulnerability}"),
            Self::Design(of, property) => write!(f, "{of}.{}", property.word()),
            Self::Statements(path) => write!(f, "statements:{path}"),
            Self::Compiled(element, component, version) => write!(f, "compiled:{element}/{component}@{version}"),
        }
    }
}

impl Serialize for ClaimId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ClaimId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClaimId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(control|control-hazard|element|link|secret|function|finding|component|rubric|statements|compiled):.+$" })
    }
}

/// A claim as the folder makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What is claimed.
    pub id: ClaimId,
    /// In words, for the person who must answer for it.
    pub statement: String,
    /// Digest of everything that the claim says, so that a decision lapses when the text behind it changes.
    pub premise: Digest,
    /// The file that is cited as evidence, and where it stands in it.
    pub evidence: Option<Evidence>,
    /// The folder file that makes the claim.
    pub file: String,
}

/// A cited evidence file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The path in the folder, as written, without the part after `#`.
    pub path: String,
    /// The place inside the file, after `#`.
    pub place: Option<String>,
    /// Digest of the file; `None` where there is no such file, and then no decision gives the claim effect.
    pub digest: Option<Digest>,
    /// What the file says for the claim.
    pub reading: EvidenceReading,
}

impl Evidence {
    /// In words, that it speaks against the claim, where it does.
    pub fn against(&self) -> Option<String> {
        let EvidenceReading::Against(reason) = &self.reading else { return None };
        Some(format!("its evidence `{}` does not support it: {reason}", self.path))
    }
}

/// What an evidence file says for the claim that cites it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EvidenceReading {
    /// Nothing is known of it but its bytes: it is of a kind that is not read.
    #[default]
    NotRead,
    /// It was read, and this is what speaks for the claim.
    Supports(String),
    /// It was read, or should have been, and does not support the claim, for this reason: then no decision gives the claim effect.
    Against(String),
}

/// Someone's answer for named claims or whole files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its place in `decisions.toml`, from 1.
    pub number: usize,
    /// The claims it answers for, as written.
    pub claims: Vec<String>,
    /// Whole files it answers for, at a digest.
    pub files: Vec<AcceptedFile>,
    /// Whether they were accepted.
    pub accepted: bool,
    /// Who answers.
    pub by: String,
    /// On what day.
    pub on: Date,
    /// Digest of the evidence that was looked at.
    pub evidence: Option<Digest>,
    /// Digest of what was claimed when it was looked at.
    pub premise: Option<Digest>,
    /// The last day on which it has effect.
    pub expires: Date,
    /// Why.
    pub rationale: String,
}

/// A whole file at its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedFile {
    /// The file's name in the folder.
    pub path: String,
    /// Its digest when it was accepted.
    pub digest: Digest,
}

/// The digest that a decision over these claims must carry as its premise: order does not matter.
pub fn joint_premise<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Digest {
    let mut lines: Vec<String> = claims.into_iter().map(|claim| format!("{}={}", claim.id, claim.premise)).collect();
    lines.sort_unstable();
    lines.dedup();
    Digest::of_parts(lines.iter().map(String::as_bytes))
}

/// The digest that a decision over these claims must carry as its evidence: the one file that all of them cite, or a digest over
/// all that are cited. `None` where none is cited, or one that is cited is missing.
pub fn joint_evidence<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Option<Digest> {
    let mut cited = std::collections::BTreeMap::new();
    for evidence in claims.into_iter().filter_map(|claim| claim.evidence.as_ref()) {
        cited.insert(evidence.path.as_str(), evidence.digest?);
    }
    match cited.len() {
        0 => None,
        1 => cited.into_values().next(),
        _ => {
            let lines: Vec<String> = cited.iter().map(|(path, digest)| format!("{path}={digest}")).collect();
            Some(Digest::of_parts(lines.iter().map(String::as_bytes)))
        }
    }
}
