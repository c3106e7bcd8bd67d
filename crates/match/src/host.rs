//! The host element with everything on it recognised, and indexed by product.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::{Cpe, Part, ProductKey};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::vulnerability::Criterion;
use ward_version::Truth;

use crate::Inventory;
use crate::apart::Asked;
use crate::criterion::{Role, touch};
use crate::identity::{Identity, Resolution, of_hardware, resolve};
use crate::platform::Platforms;
use crate::spread::spread;
use crate::twins::{distinct, twins};

mod implied;

pub(crate) use implied::FIRMWARE;

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
    pub(crate) platforms: Platforms,
    /// Every product that something listed is, known to a feed or not.
    products: BTreeSet<ProductKey>,
    /// The first operating system or firmware of each maker among them.
    systems: BTreeMap<Box<str>, ProductKey>,
    complete: bool,
    /// What of the host was asked for, and how often anything was, where somebody wants to know.
    asked: Option<Mutex<(usize, Asked)>>,
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
        Ok(Self::of(inventory, resolutions, twins, aliases))
    }

    /// The host of components that have been made out already.
    pub(crate) fn of(
        inventory: &Inventory<'_>,
        resolutions: Vec<Arc<Resolution>>,
        twins: Vec<usize>,
        aliases: &Aliases,
    ) -> Self {
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
        // What may be another thing shows nothing: the family of a namesake would stand against that of another record.
        let products = resolutions.iter().flat_map(|resolution| {
            let identities = resolution.identities.iter().chain(&resolution.unnamed);
            let sure = identities.filter(|identity| identity.doubt.is_none()).map(|identity| &identity.product);
            sure.filter(|product| !resolution.renamed.contains(*product))
        });
        let products = products.chain(hardware.iter().map(|identity| &identity.product)).cloned().collect();
        let platforms = Platforms::new(aliases.families(), &products, inventory.components);
        let systems = implied::systems(&products, aliases.families());
        let (complete, asked) = (inventory.complete, None);
        Self { resolutions, twins, hardware, by_product, strangers, platforms, products, systems, complete, asked }
    }

    /// The same host, which takes note of what it is asked.
    pub(crate) fn noting(self) -> Self {
        Self { asked: Some(Mutex::default()), ..self }
    }

    /// What it was asked, where it took note.
    pub(crate) fn into_asked(self) -> Asked {
        self.asked.map(|asked| asked.into_inner().unwrap_or_else(PoisonError::into_inner).1).unwrap_or_default()
    }

    /// How many questions it has taken note of.
    pub(crate) fn questions(&self) -> usize {
        self.asked.as_ref().map_or(0, |asked| asked.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Takes note of a question.
    pub(crate) fn note(&self, ask: impl FnOnce(&mut Asked)) {
        if let Some(asked) = &self.asked {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.0 += 1;
            ask(&mut asked.1);
        }
    }

    /// Whether every operating system on it is listed and recognised.
    pub(crate) fn lists_every_system(&self) -> bool {
        self.complete && self.strangers.of_part(Part::OperatingSystem).is_empty()
    }

    /// Whether the host has what a criterion asks for, and the statement about it.
    pub(crate) fn has(&self, criterion: &Criterion) -> (Truth, String) {
        self.note(|asked| asked.criterion(criterion, self.platforms.families()));
        let what = format!("{} ({})", criterion.cpe, criterion.range_text());
        let listed = self.listed(criterion);
        if listed.truth.is_true() {
            return (Truth::True, format!("{what}: {}", listed.because));
        }
        // What is there under another name counts only where it tells more.
        let implied = self.implied(criterion, &listed);
        match implied {
            Some((truth, because)) if truth.is_true() => (truth, format!("{what}: {because}")),
            _ if listed.truth.is_unknown() => (Truth::Unknown, format!("{what}: {}", listed.because)),
            Some((truth, because)) => (truth, format!("{what}: {because}: {}", truth.as_str())),
            None => {
                let (truth, because) = self.absent(criterion.cpe.part, criterion.cpe.vendor.value(), &listed.because);
                (truth, format!("{what}: not in this element's inventory{because}: {}", truth.as_str()))
            }
        }
    }

    /// What stands in the inventory under the very product of the criterion.
    fn listed(&self, criterion: &Criterion) -> Listed {
        let mut listed = Listed { truth: Truth::False, because: String::new(), any: false, as_hardware: false };
        for place in places(&self.by_product, &criterion.cpe) {
            let (identity, sure) = match place {
                Place::Component(number, index) => (&self.resolutions[number].identities[index], true),
                Place::Possible(number, index) => (&self.resolutions[number].possible[index], false),
                Place::Hardware(number) => (&self.hardware[number], true),
            };
            listed.any = true;
            listed.as_hardware |= matches!(place, Place::Hardware(_));
            let touch = touch(criterion, identity, Role::Environment);
            let found = if sure { touch.truth } else { touch.truth.and(Truth::Unknown) };
            match found {
                Truth::True => {
                    listed.truth = Truth::True;
                    listed.because = format!("in this element's inventory as {}", identity.text);
                    return listed;
                }
                Truth::Unknown => {
                    listed.truth = Truth::Unknown;
                    listed.because = match touch.notes.first() {
                        Some(note) => format!("{}; {note}", identity.text),
                        None => format!("{}: unknown", identity.text),
                    };
                }
                Truth::False if listed.truth.is_false() => {
                    listed.because = format!("; what is there is another one: {}", identity.text);
                }
                Truth::False => {}
            }
        }
        listed
    }

    /// What follows from not finding it: it is absent only where the inventory is claimed to list everything of its kind, and
    /// nothing in the inventory may be it.
    fn absent(&self, part: Part, vendor: Option<&str>, elsewhere: &str) -> (Truth, String) {
        if !self.complete {
            return (Truth::Unknown, format!("{elsewhere}; the inventory is not claimed complete"));
        }
        if let [first, more @ ..] = self.strangers.of_part(part) {
            let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
            let text = format!(
                "{elsewhere}, which is claimed complete; but nothing says which product {first}{more} is, which may be it"
            );
            return (Truth::Unknown, text);
        }
        if part == Part::Hardware
            && let Some(gap) = self.hardware_gap(vendor)
        {
            return (Truth::Unknown, format!("{elsewhere}, which is claimed complete; but {gap}"));
        }
        (Truth::False, format!(", which is claimed complete{elsewhere}"))
    }
}

/// What an inventory holds under the product of a criterion.
struct Listed {
    truth: Truth,
    /// Why it is so; where it is not there, what is there instead.
    because: String,
    /// Whether the product stands there at all, in whatever version.
    any: bool,
    /// Whether the element's list of hardware names the product.
    as_hardware: bool,
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
