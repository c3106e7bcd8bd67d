//! Controls: measures that cut attack steps, with who enforces and who performs them, and the hazards that they add.

use serde::Serialize;

use crate::device::HowDegraded;
use crate::ids::{ControlId, ElementId, FunctionId, HazardId, LinkId, SecretId, VulnerabilityId, ZoneId};
use crate::scale::Position;

/// A control. It has effect only where a decision stands behind its claim, and falls with its enforcer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its identifier.
    pub id: ControlId,
    /// Its name for people.
    pub name: String,
    /// The FDA category, or `compensating` (FDA premarket guidance, Appendix 1).
    pub category: String,
    /// What it cuts: every listed cut.
    pub cuts: Vec<Cut>,
    /// What enforces it; `None`: nobody has said, and it has no effect.
    pub enforcer: Option<Enforcer>,
    /// Who performs it.
    pub performed_by: Performer,
    /// What hazard it adds, for people.
    pub hazard_added: Option<String>,
    /// What it does to functions while it is in force.
    pub hazards: AddedHazards,
    /// What it costs, in the maker's own whole units.
    pub cost: Option<u64>,
}

/// What is said of the hazards that a control adds. Words for people ([`Control::hazard_added`]) say nothing that could be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AddedHazards {
    /// Nothing, or words for people alone.
    #[default]
    Unsaid,
    /// That it adds none.
    None,
    /// Which, at least one.
    Listed(Vec<AddedHazard>),
}

impl AddedHazards {
    /// Those that are listed.
    pub fn listed(&self) -> &[AddedHazard] {
        match self {
            Self::Listed(hazards) => hazards,
            Self::Unsaid | Self::None => &[],
        }
    }
}

/// A hazard that a control adds: how a function degrades by it. What follows are the effects of that function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedHazard {
    /// Its identifier, within the control.
    pub id: HazardId,
    /// The function that degrades.
    pub function: FunctionId,
    /// How.
    pub on: HowDegraded,
    /// How often; `None` where nobody has said.
    pub how_often: Option<HowOften>,
    /// How long it lasts when it comes about; `None`: for as long as it takes to do harm. A delay is a loss that ends.
    pub for_seconds: Option<u64>,
    /// When it is there.
    pub stands: HazardStands,
}

impl AddedHazard {
    /// Whether anything is stated that makes it milder than its worst: somebody must answer for that.
    pub fn is_estimated(&self) -> bool {
        let often = self.how_often.is_some_and(|often| often < HowOften::Certain);
        often || self.for_seconds.is_some() || self.stands == HazardStands::WhileActing
    }
}

/// How often something comes about that no attacker brings about: the levels of P1 in the transfer between security and safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HowOften {
    /// Hardly ever.
    Remote,
    /// Now and then.
    Occasional,
    /// It happens.
    Certain,
}
crate::scale::words!(HowOften: Remote = "remote", Occasional = "occasional", Certain = "certain");

/// When a hazard that a control adds is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HazardStands {
    /// Only while the control acts: it ends by itself, and a fallback can bridge it.
    WhileActing,
    /// As long as the control is in force.
    #[default]
    Always,
}
crate::scale::words!(HazardStands: WhileActing = "while-acting", Always = "always");

/// Something that a control cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// A kind of step at an element: `send-command`, `install-code`.
    Step {
        /// The step that a rule names.
        step: String,
        /// Where.
        at: ElementId,
    },
    /// Putting messages on a link from these positions.
    Link {
        /// The link.
        link: LinkId,
        /// From where; all positions where empty.
        from: Vec<Position>,
    },
    /// Putting messages from these positions on any link that ends in a zone.
    LinksIntoZone {
        /// The zone.
        zone: ZoneId,
        /// From where; all positions where empty.
        from: Vec<Position>,
    },
    /// Touching an element that one stands beside.
    Presence {
        /// The element.
        at: ElementId,
    },
    /// Using one vulnerability at an element.
    Vulnerability {
        /// The vulnerability.
        id: VulnerabilityId,
        /// Where.
        at: ElementId,
    },
}

/// What enforces a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforcer {
    /// Where it is enforced: who alters this element has defeated the control.
    pub element: ElementId,
    /// The secret it rests on: who knows it has defeated the control, unless it is public.
    pub secret: Option<SecretId>,
}

/// Who performs a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Performer {
    /// It is part of the design.
    Design,
    /// The maker, while the device is in use.
    Maker,
    /// The site: holds only for units whose site has confirmed it.
    Site,
    /// The user or patient: holds only for units whose user has confirmed it.
    User,
}
crate::scale::words!(Performer: Design = "design", Maker = "maker", Site = "site", User = "user");

impl Performer {
    /// Whether it holds only where it is confirmed.
    pub fn must_be_confirmed(self) -> bool {
        matches!(self, Self::Site | Self::User)
    }
}
