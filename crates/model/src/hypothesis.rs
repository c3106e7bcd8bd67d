//! What is supposed for the sake of argument: changes of a device that nobody has made and nobody has decided.

use std::fmt;

use serde::Serialize;

use crate::ids::{ComponentRef, ControlId, ElementId, LinkId, VulnerabilityId};

/// One change. Its text (`+CONTROL`, `fix:CVE`) is how the command line and the advice name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// `+CONTROL`: the control works, for all units.
    Rely(ControlId),
    /// `-CONTROL`: the control has no effect.
    Drop(ControlId),
    /// `fix:VULNERABILITY`: every component that it touches is at a version that mends it, where one is known.
    Fix(VulnerabilityId),
    /// `update:ELEMENT/COMPONENT@VERSION`: one component is at another version.
    Update(ElementId, ComponentRef, String),
    /// `secure:LINK`: its receiver verifies every sender by a secret of each unit's own, and refuses what it has seen.
    Secure(LinkId),
    /// `isolate:ELEMENT`: none of its links is there.
    Isolate(ElementId),
}

impl Change {
    /// The forms that a change can be written in.
    pub const FORMS: &'static str =
        "+CONTROL, -CONTROL, fix:VULNERABILITY, update:ELEMENT/COMPONENT@VERSION, secure:LINK, isolate:ELEMENT";

    /// The change that a text writes; whether its names are known is not asked here.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let named = |rest: &str| (!rest.is_empty()).then(|| rest.to_owned());
        if let Some(rest) = text.strip_prefix('+') {
            return named(rest).map(|id| Self::Rely(ControlId::new(id)));
        }
        if let Some(rest) = text.strip_prefix('-') {
            return named(rest).map(|id| Self::Drop(ControlId::new(id)));
        }
        let (kind, rest) = text.split_once(':')?;
        let rest = named(rest)?;
        match kind {
            "fix" => Some(Self::Fix(VulnerabilityId::new(rest))),
            "secure" => Some(Self::Secure(LinkId::new(rest))),
            "isolate" => Some(Self::Isolate(ElementId::new(rest))),
            "update" => {
                // References are often package URLs, with both signs in them: the first and the last of these count.
                let (element, rest) = rest.split_once('/')?;
                let (component, version) = rest.rsplit_once('@')?;
                let whole = !element.is_empty() && !component.is_empty() && !version.is_empty();
                whole.then(|| Self::Update(element.into(), component.into(), version.to_owned()))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rely(control) => write!(f, "+{control}"),
            Self::Drop(control) => write!(f, "-{control}"),
            Self::Fix(vulnerability) => write!(f, "fix:{vulnerability}"),
            Self::Update(element, component, version) => write!(f, "update:{element}/{component}@{version}"),
            Self::Secure(link) => write!(f, "secure:{link}"),
            Self::Isolate(element) => write!(f, "isolate:{element}"),
        }
    }
}

impl Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Change {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([+-]|fix:|update:|secure:|isolate:).+$" })
    }
}

/// A change that an answer supposes, and what it came to in the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Supposed {
    /// The change.
    pub change: Change,
    /// Whether it changed anything.
    pub effective: bool,
    /// What it came to, one statement each.
    pub effects: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn what_is_printed_reads_back_the_same() {
        let texts = [
            "+signed-firmware",
            "-signed-firmware",
            "fix:CVE-2014-0160",
            "update:pump/pkg:generic/openssl@1.0.1f@1.0.1g",
            "secure:usb",
            "isolate:gateway",
        ];
        for text in texts {
            assert_eq!(Change::parse(text).map(|change| change.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_names_nothing_is_none() {
        for text in
            ["", "+", "-", "fix:", "isolate:", "update:pump/x", "update:pump@1", "update:/x@1", "mend:CVE-1", "pump"]
        {
            assert_eq!(Change::parse(text), None, "{text}");
        }
    }
}
