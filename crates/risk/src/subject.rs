//! What a verdict can speak of.

use ward_model::design::DesignOf;
use ward_model::ids::{ElementId, RuleId, VulnerabilityId};
use ward_model::verdict::{Subject, SubjectKind};

/// A subject at an element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SubjectKey {
    /// A vulnerability in the software of an element, whichever of its components has it.
    Vulnerability(VulnerabilityId, ElementId),
    /// A weakness that a rule finds in a design, at the element that has it: of a link the one that receives on it.
    Weakness(RuleId, DesignOf, ElementId),
    /// An element about which something is not known.
    Presumed(ElementId),
}

impl SubjectKey {
    pub fn element(&self) -> &ElementId {
        match self {
            Self::Vulnerability(_, element) | Self::Weakness(_, _, element) | Self::Presumed(element) => element,
        }
    }

    pub fn subject(&self) -> Subject {
        match self {
            Self::Vulnerability(id, _) => Subject { kind: SubjectKind::Vulnerability, id: id.to_string() },
            Self::Weakness(rule, of, _) => Subject { kind: SubjectKind::Weakness, id: format!("{rule}@{}", of.id()) },
            Self::Presumed(element) => Subject { kind: SubjectKind::Element, id: element.to_string() },
        }
    }
}
