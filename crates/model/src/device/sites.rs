//! With whom elements are: numbers per site of a clinic and of a home speak of different sites, and do not compare.

use super::{Carries, Device, Element, ElementKind, Environment, Link, Owner};
use crate::ids::ElementId;

impl Device {
    /// Whether one instance of an element may have to do with instances of another at many sites, whatever numbers are given for each:
    /// it serves many by its kind, or it is not with the patients and the other one goes home with them. What nobody says is taken at its
    /// worst.
    pub fn spans_sites(&self, one: &ElementId, other: &ElementId) -> bool {
        let by_kind = self.elements.get(one).is_some_and(|element| element.kind.serves_many_sites());
        by_kind || self.goes_home(other, one)
    }

    /// Whether an element may go home with patients, from where another one stays.
    pub fn goes_home(&self, going: &ElementId, staying: &ElementId) -> bool {
        let (Some(to), Some(from)) = (self.elements.get(going), self.elements.get(staying)) else { return false };
        going != staying && self.may_be_elsewhere(from) && self.may_be_with_patients(to)
    }

    /// Whether an element is where what is signed comes from, so that a private half may be there that nobody is named to hold: an update
    /// server, and whatever of the maker's, or of somebody's for him, serves others and sends code, or what nobody names.
    pub fn ships_code(&self, element: &Element) -> bool {
        let code = |link: &Link| link.carries.as_ref().is_none_or(|carried| carried.contains(&Carries::Code));
        let makers = matches!(element.owner, Owner::Maker | Owner::ThirdParty);
        element.kind == ElementKind::UpdateServer
            || makers
                && matches!(element.kind, ElementKind::Server | ElementKind::CloudService | ElementKind::Gateway)
                && self.links.values().any(|link| link.from == element.id && code(link))
    }

    /// Whether an element may stand where many patients come and go, or where nobody is treated at all.
    pub fn may_be_elsewhere(&self, element: &Element) -> bool {
        match self.owner_of_zone(element) {
            Some(Owner::Hospital) => true,
            Some(Owner::Patient) => false,
            // What is inside a device is its maker's, and wherever the device is.
            Some(Owner::Maker | Owner::ThirdParty) => serves_others(element.kind),
            None => {
                serves_others(element.kind) || self.may_be_used_in(|environment| environment == Environment::Hospital)
            }
        }
    }

    /// Whether an element may be with one patient, wherever that patient goes.
    pub fn may_be_with_patients(&self, element: &Element) -> bool {
        match self.owner_of_zone(element) {
            Some(owner) => owner == Owner::Patient,
            None => {
                element.kind == ElementKind::Implant
                    || self.may_be_used_in(|environment| environment != Environment::Hospital)
            }
        }
    }

    fn owner_of_zone(&self, element: &Element) -> Option<Owner> {
        element.zone.as_ref().and_then(|id| self.zones.get(id)).map(|zone| zone.owner)
    }

    /// Whether the device is used in some environments; where nobody lists any, it may be.
    fn may_be_used_in(&self, wanted: impl Fn(Environment) -> bool) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|environment| wanted(*environment))
    }
}

/// Whether an element of a kind is there for other elements.
fn serves_others(kind: ElementKind) -> bool {
    use ElementKind::{Gateway, Network, Programmer, Server, ServiceTool};
    matches!(kind, Gateway | Network | Programmer | Server | ServiceTool) || kind.serves_many_sites()
}
