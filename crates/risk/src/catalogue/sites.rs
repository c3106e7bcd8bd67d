//! Which elements stay where they are, which go home with patients, and which serve many sites: looked up for every link of every reading.

use ward_model::device::{Device, Element};
use ward_model::ids::ElementId;

use crate::vocabulary::Table;

/// What [`Device::goes_home`] and [`Device::spans_sites`] say, known once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sites {
    going: Table<ElementId, ()>,
    staying: Table<ElementId, ()>,
    serving: Table<ElementId, ()>,
}

impl Sites {
    pub(super) fn of(device: &Device) -> Self {
        let those = |wanted: &dyn Fn(&Element) -> bool| {
            let elements = device.elements.values().filter(|element| wanted(element));
            elements.map(|element| (element.id.clone(), ())).collect()
        };
        Self {
            going: those(&|element| device.may_be_with_patients(element)),
            staying: those(&|element| device.may_be_elsewhere(element)),
            serving: those(&|element| element.kind.serves_many_sites()),
        }
    }

    /// Whether an element may go home with patients, from where another one stays.
    pub fn goes_home(&self, going: &ElementId, staying: &ElementId) -> bool {
        going != staying && self.going.contains_key(going) && self.staying.contains_key(staying)
    }

    /// Whether one instance of an element may have to do with instances of another at many sites.
    pub fn spans(&self, one: &ElementId, other: &ElementId) -> bool {
        self.serving.contains_key(one) || self.goes_home(other, one)
    }
}
