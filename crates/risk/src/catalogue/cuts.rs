//! Where the controls of a device cut.

use ward_model::device::Cut;
use ward_model::ids::{ControlId, ElementId, LinkId, ZoneId};

use crate::context::Situation;
use crate::vocabulary::Table;

/// Where the controls of a device cut, whether or not they have effect: each with the place of the cut among its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cuts {
    /// Steps at an element.
    pub steps: Table<ElementId, Vec<(ControlId, usize)>>,
    /// Messages on a link.
    pub links: Table<LinkId, Vec<(ControlId, usize)>>,
    /// Messages on every link into a zone.
    pub zones: Table<ZoneId, Vec<(ControlId, usize)>>,
    /// Touching an element.
    pub presence: Table<ElementId, Vec<(ControlId, usize)>>,
    /// Vulnerabilities at an element.
    pub vulnerabilities: Table<ElementId, Vec<(ControlId, usize)>>,
}

impl Cuts {
    pub(super) fn of(situation: Situation<'_>) -> Self {
        let mut cuts = Self::default();
        for control in situation.device.controls.values() {
            for (place, cut) in control.cuts.iter().enumerate() {
                let here = (control.id.clone(), place);
                match cut {
                    Cut::Step { at, .. } => cuts.steps.entry(at.clone()).or_default().push(here),
                    Cut::Link { link, .. } => cuts.links.entry(link.clone()).or_default().push(here),
                    Cut::LinksIntoZone { zone, .. } => cuts.zones.entry(zone.clone()).or_default().push(here),
                    Cut::Presence { at } => cuts.presence.entry(at.clone()).or_default().push(here),
                    Cut::Vulnerability { at, .. } => cuts.vulnerabilities.entry(at.clone()).or_default().push(here),
                }
            }
        }
        cuts
    }
}
