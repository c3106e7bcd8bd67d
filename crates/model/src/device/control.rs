//! Controls: measures that cut attack steps, with who enforces and who performs them.

use crate::ids::{ControlId, ElementId, LinkId, SecretId, VulnerabilityId, ZoneId};
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
    /// What it costs, in the maker's own whole units.
    pub cost: Option<u64>,
}

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
