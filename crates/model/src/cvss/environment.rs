//! The environmental and supplemental groups: what somebody says of one site or of one device. A score is worked out from the
//! environmental group; the supplemental one informs and changes no score.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CvssVersion, ENVIRONMENTAL_V3, ENVIRONMENTAL_V4, Vector};
use crate::device::UpdatePath;
use crate::scale::{Persons, Severity};

/// The supplemental metrics of version 4 that a vector states.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Supplemental {
    /// S: what it means for the safety of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<Safety>,
    /// AU: whether an attacker can automate it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatable: Option<bool>,
    /// R: how the system comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// V: how much one exploitation brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_density: Option<ValueDensity>,
    /// RE: how hard it is to respond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_effort: Option<ResponseEffort>,
    /// U: how urgent the maker says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
}

macro_rules! metric {
    ($(#[doc = $doc:literal])+ $name:ident: $($(#[doc = $value_doc:literal])+ $variant:ident = $letter:literal),+ $(,)?) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[doc = $value_doc])+ $variant),+ }

        impl $name {
            fn from_letter(letter: &str) -> Option<Self> {
                match letter { $($letter => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
metric!(
    /// What exploitation means for the safety of people.
    Safety:
    /// Negligible, as IEC 61508 has it.
    Negligible = "N",
    /// Marginal or worse, as IEC 61508 has it.
    Present = "P",
);
metric!(
    /// How a system comes back.
    Recovery:
    /// By itself.
    Automatic = "A",
    /// By its user.
    User = "U",
    /// It does not: it must be replaced.
    Irrecoverable = "I",
);
metric!(
    /// How much one exploitation brings.
    ValueDensity:
    /// Little: one device.
    Diffuse = "D",
    /// Much: a gateway, a central station.
    Concentrated = "C",
);
metric!(
    /// How hard it is to respond.
    ResponseEffort:
    /// Little.
    Low = "L",
    /// Some.
    Moderate = "M",
    /// Much.
    High = "H",
);
metric!(
    /// How urgent the maker says it is.
    Urgency:
    /// Not.
    Clear = "Clear",
    /// A little.
    Green = "Green",
    /// Somewhat.
    Amber = "Amber",
    /// Most.
    Red = "Red",
);

/// What is known of one vulnerability on one device, in the terms of its clinical use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// How severe the harm to one person is that follows when something is altered; `None` where no person comes to harm.
    pub altered: Option<Severity>,
    /// The same where something stops.
    pub stopped: Option<Severity>,
    /// How many people one attack touches at once.
    pub persons: Persons,
    /// How a fix reaches a unit.
    pub update_path: Option<UpdatePath>,
}

impl Setting {
    /// The metrics that the setting implies for a version, each with the values from the mildest on. For an implant the patient is
    /// the subsequent system: who alters the implant injures the patient.
    fn implied(&self, version: CvssVersion) -> Vec<(&'static str, &'static str, &'static [&'static str])> {
        const IMPACTS: &[&str] = &["N", "L", "H", "S"];
        const REQUIREMENTS: &[&str] = &["L", "M", "H"];
        let injures = |severity: Option<Severity>| severity >= Some(Severity::Serious);
        let mut implied: Vec<(&'static str, &'static str, &'static [&'static str])> = Vec::new();
        match version {
            CvssVersion::V2 => {}
            CvssVersion::V30 | CvssVersion::V31 => {
                for (harm, requirement, impact) in [(self.altered, "IR", "MI"), (self.stopped, "AR", "MA")] {
                    if injures(harm) {
                        implied.extend([(requirement, "H", REQUIREMENTS), (impact, "H", IMPACTS)]);
                    }
                }
            }
            CvssVersion::V4 => {
                for (harm, impact) in [(self.altered, "MSI"), (self.stopped, "MSA")] {
                    if injures(harm) {
                        implied.push((impact, "S", IMPACTS));
                    }
                }
                if let Some(worst) = self.altered.max(self.stopped) {
                    let safety = if worst >= Severity::Serious { "P" } else { "N" };
                    implied.push(("S", safety, &["N", "P"]));
                }
                if self.update_path == Some(UpdatePath::Surgery) {
                    implied.push(("R", "I", &["A", "U", "I"]));
                }
                if self.persons.several() {
                    implied.push(("V", "C", &["D", "C"]));
                }
            }
        }
        implied
    }
}

const ORDER_V3: [&str; 22] = [
    "AV", "AC", "PR", "UI", "S", "C", "I", "A", "E", "RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS",
    "MC", "MI", "MA",
];
const ORDER_V4: [&str; 32] = [
    "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA", "E", "CR", "IR", "AR", "MAV", "MAC", "MAT",
    "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA", "S", "AU", "R", "V", "RE", "U",
];

impl Vector {
    /// The environmental metrics that the vector states: requirements and modified metrics; one that is not defined is left out.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        let names: &[&'static str] = match self.version() {
            CvssVersion::V2 => &["CDP", "TD", "CR", "IR", "AR"],
            CvssVersion::V30 | CvssVersion::V31 => &ENVIRONMENTAL_V3,
            CvssVersion::V4 => &ENVIRONMENTAL_V4,
        };
        let stated = names.iter().filter_map(|name| Some((*name, self.metric(name)?.to_owned())));
        stated.filter(|(_, value)| !matches!(value.as_str(), "X" | "ND")).collect()
    }

    /// The supplemental metrics that the vector states; `None` where it states none.
    #[must_use]
    pub fn supplemental(&self) -> Option<Supplemental> {
        if self.version() != CvssVersion::V4 {
            return None;
        }
        let supplemental = Supplemental {
            safety: self.metric("S").and_then(Safety::from_letter),
            automatable: self.metric("AU").and_then(|value| match value {
                "Y" => Some(true),
                "N" => Some(false),
                _ => None,
            }),
            recovery: self.metric("R").and_then(Recovery::from_letter),
            value_density: self.metric("V").and_then(ValueDensity::from_letter),
            response_effort: self.metric("RE").and_then(ResponseEffort::from_letter),
            urgency: self.metric("U").and_then(Urgency::from_letter),
        };
        (supplemental != Supplemental::default()).then_some(supplemental)
    }

    /// The vector with what a setting implies. What the vector states already is kept where it is worse.
    #[must_use]
    pub fn in_setting(&self, setting: &Setting) -> Vector {
        let order: &[&str] = match self.version() {
            CvssVersion::V2 => return self.clone(),
            CvssVersion::V30 | CvssVersion::V31 => &ORDER_V3,
            CvssVersion::V4 => &ORDER_V4,
        };
        let mut metrics: BTreeMap<&str, &str> = self.text.split('/').filter_map(|item| item.split_once(':')).collect();
        for (name, value, mildest_first) in setting.implied(self.version()) {
            let rank = |value: &str| mildest_first.iter().position(|other| *other == value);
            if metrics.get(name).is_none_or(|stated| rank(stated) < rank(value)) {
                metrics.insert(name, value);
            }
        }
        let mut text = format!("CVSS:{}", self.version());
        for name in order {
            if let Some(value) = metrics.get(name) {
                text.push_str(&format!("/{name}:{value}"));
            }
        }
        // Every value is one of its metric's; were one not, the vector would stand as it was.
        Vector::parse(&text).unwrap_or_else(|_| self.clone())
    }
}

#[cfg(test)]
mod tests;
