//! The host element with everything on it recognised, and indexed by product.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::{Cpe, Part, ProductKey};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::vulnerability::Criterion;
use ward_version::Truth;

use crate::Inventory;
use crate::criterion::{Role, touch};
use crate::identity::{Identity, Resolution, of_hardware, resolve};
use crate::platform::{Family, families};
use crate::spread::spread;
use crate::twins::{distinct, twins};

/// A host element, ready to be asked what it has.
pub(crate) struct Host {
    /// In the order of the inventory's components; twins share one.
    pub(crate) resolutions: Vec<Arc<Resolution>>,
    /// For each component the first one that is the same but for its reference.
    pub(crate) twins: Vec<usize>,
    hardware: Vec<Identity>,
    /// Where each product stands.
    by_product: BTreeMap<ProductKey, Vec<Place>>,
    /// What nothing says the product of, and may therefore be any.
    strangers: Strangers,
    /// The kinds of operating system that it shows.
    families: BTreeSet<Family>,
    complete: bool,
}

/// Things of the inventory that nothing says the product of: how each is called.
#[derive(Default)]
struct Strangers {
    /// What may be a platform: everything but libraries, files and assets.
    platforms: Vec<String>,
    /// What may be an application: everything but assets.
    applications: Vec<String>,
}

impl Strangers {
    fn of(inventory: &Inventory<'_>, resolutions: &[Arc<Resolution>]) -> Self {
        let mut strangers = Self::default();
        let unrecognised = |(_, resolution): &(&Component, &Arc<Resolution>)| !resolution.recognised;
        for (component, _) in inventory.components.iter().zip(resolutions).filter(unrecognised) {
            let name = format!("`{}`", component.name);
            match component.kind {
                ComponentKind::Asset => {}
                ComponentKind::Library | ComponentKind::File => strangers.applications.push(name),
                _ => {
                    strangers.platforms.push(name.clone());
                    strangers.applications.push(name);
                }
            }
        }
        for cpe in inventory.hardware.iter().filter(|cpe| cpe.product_key().is_none()) {
            strangers.platforms.push(cpe.to_string());
        }
        strangers
    }

    /// Those that may be what a criterion of this part asks for.
    fn of_part(&self, part: Part) -> &[String] {
        match part {
            Part::OperatingSystem | Part::Hardware => &self.platforms,
            Part::Any if self.applications.is_empty() => &self.platforms,
            Part::Application | Part::Any => &self.applications,
        }
    }
}

#[derive(Clone, Copy)]
enum Place {
    Component(usize, usize),
    Possible(usize, usize),
    Hardware(usize),
}

impl Host {
    pub(crate) fn new(
        inventory: &Inventory<'_>,
        aliases: &Aliases,
        knowledge: &dyn Knowledge,
    ) -> Result<Self, KnowledgeError> {
        let twins = twins(inventory.components);
        let distinct = distinct(&twins);
        let resolve = |number: &usize| resolve(&inventory.components[*number], aliases, knowledge).map(Arc::new);
        let resolved = spread(distinct.len(), || (), |(), part| distinct[part].iter().map(resolve).collect())?;
        let mut resolved = resolved.into_iter();
        let mut resolutions: Vec<Arc<Resolution>> = Vec::with_capacity(twins.len());
        for twin in &twins {
            // A twin stands in front of its own number; what stands for itself is among the distinct ones, in their order.
            let resolution = resolutions.get(*twin).map(Arc::clone).or_else(|| resolved.next());
            resolutions.extend(resolution);
        }
        let hardware: Vec<Identity> = inventory.hardware.iter().flat_map(of_hardware).collect();
        let mut by_product: BTreeMap<ProductKey, Vec<Place>> = BTreeMap::new();
        let mut put = |identity: &Identity, place| by_product.entry(identity.product.clone()).or_default().push(place);
        for (number, resolution) in resolutions.iter().enumerate() {
            for (index, identity) in resolution.identities.iter().enumerate() {
                put(identity, Place::Component(number, index));
            }
            for (index, identity) in resolution.possible.iter().enumerate() {
                put(identity, Place::Possible(number, index));
            }
        }
        for (number, identity) in hardware.iter().enumerate() {
            put(identity, Place::Hardware(number));
        }
        let strangers = Strangers::of(inventory, &resolutions);
        let products = resolutions.iter().flat_map(|resolution| &resolution.products);
        let families = families(products, inventory.components);
        Ok(Self { resolutions, twins, hardware, by_product, strangers, families, complete: inventory.complete })
    }

    /// Whether the host runs this kind of operating system: known where it shows one, and not to be so only where it shows
    /// another one and everything on it is listed and recognised.
    pub(crate) fn is_of(&self, family: Family) -> Truth {
        if self.families.contains(&family) {
            return Truth::True;
        }
        let listed = self.complete && self.strangers.of_part(Part::OperatingSystem).is_empty();
        if listed && !self.families.is_empty() { Truth::False } else { Truth::Unknown }
    }

    /// Whether the host has what a criterion asks for, and the statement about it.
    pub(crate) fn has(&self, criterion: &Criterion) -> (Truth, String) {
        let name = &criterion.cpe;
        let what = || format!("{name} ({})", criterion.range_text());
        let mut truth = Truth::False;
        let mut because = String::new();
        let mut elsewhere = String::new();
        for place in places(&self.by_product, name) {
            let (identity, sure) = match place {
                Place::Component(number, index) => (&self.resolutions[number].identities[index], true),
                Place::Possible(number, index) => (&self.resolutions[number].possible[index], false),
                Place::Hardware(number) => (&self.hardware[number], true),
            };
            let touch = touch(criterion, identity, Role::Environment);
            let found = if sure { touch.truth } else { touch.truth.and(Truth::Unknown) };
            match found {
                Truth::True => {
                    return (Truth::True, format!("{}: in this element's inventory as {}", what(), identity.text));
                }
                Truth::Unknown => {
                    truth = Truth::Unknown;
                    because = match touch.notes.first() {
                        Some(note) => format!("{}; {note}", identity.text),
                        None => format!("{}: unknown", identity.text),
                    };
                }
                Truth::False => elsewhere = format!("; what is there is another one: {}", identity.text),
            }
        }
        if truth.is_unknown() {
            return (truth, format!("{}: {because}", what()));
        }
        if self.complete
            && let [first, more @ ..] = self.strangers.of_part(name.part)
        {
            let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
            let text = format!(
                "{}: not in this element's inventory{elsewhere}, which is claimed complete; but nothing says which product {first}{more} is, which may be it: unknown",
                what()
            );
            (Truth::Unknown, text)
        } else if self.complete {
            (
                Truth::False,
                format!("{}: not in this element's inventory, which is claimed complete{elsewhere}: false", what()),
            )
        } else {
            let text = format!(
                "{}: not in this element's inventory{elsewhere}; the inventory is not claimed complete: unknown",
                what()
            );
            (Truth::Unknown, text)
        }
    }
}

/// Where the product of a criterion stands. Vendor and product that are no values are matched by nothing here: the
/// feeds have no such criteria, and what they would mean is "anything".
fn places(index: &BTreeMap<ProductKey, Vec<Place>>, name: &Cpe) -> Vec<Place> {
    let Some(key) = name.product_key() else { return Vec::new() };
    let parts: &[Part] = match key.part {
        Part::Any => &[Part::Application, Part::OperatingSystem, Part::Hardware],
        _ => &[key.part],
    };
    parts
        .iter()
        .filter_map(|part| index.get(&ProductKey { part: *part, ..key.clone() }))
        .flat_map(|places| places.iter().copied())
        .collect()
}
