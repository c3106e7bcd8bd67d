//! How many people one attacker action touches at once, and how many others then wait for the same helpers.

use std::collections::BTreeMap;

use ward_model::device::{Device, Function, HowDegraded};
use ward_model::ids::{ElementId, FunctionId, PersonGroupId};
use ward_model::scale::{Persons, Reach};
use ward_policy::Policy;

use crate::context::Unknowns;

/// How many people one action touches by way of a function that degrades through one element, or through several together.
///
/// A function serves as many people at a site as the most numerous of its elements have instances; one instance of a scarcer
/// element serves its share of them. Whatever number is not known counts as many, and whoever is touched is at least one.
pub(crate) fn persons(
    device: &Device,
    unknowns: Unknowns,
    function: &Function,
    via: Option<&ElementId>,
    reach: Reach,
) -> Persons {
    let unknown = match unknowns {
        Unknowns::Worst => None,
        Unknowns::Best => Some(1),
    };
    let per_instance = function.at_once_per_instance.or(unknown).map(|count| count.max(1));
    // A site that has none of an element is not one where it is attacked.
    let instances = |id: &ElementId| {
        let element = device.elements.get(id);
        element.and_then(|element| element.instances_per_site).or(unknown).map(|count| count.max(1))
    };
    let elements = function.realised_by.elements();
    // One service for many sites serves all of their people, wherever it is reached from; and what stands in a clinic those who go home
    // with the other elements.
    let wide = |id: &ElementId| {
        let spans = |other: &ElementId| device.spans_sites(id, other);
        spans(id) || unknowns == Unknowns::Worst && elements.iter().any(spans)
    };
    let everybody = match (via, reach) {
        (Some(via), _) => wide(via),
        (None, Reach::One) => !elements.is_empty() && elements.iter().all(wide),
        (None, _) => elements.iter().any(wide),
    };
    // How many of them there are at a site, whom no element of it serves, nobody says.
    let uncounted = elements.is_empty() && reach == Reach::Site && unknowns == Unknowns::Worst;
    if everybody || uncounted {
        return Persons::Many;
    }
    let here = elements.iter().filter(|id| !wide(id));
    let at_site = here.map(instances).try_fold(1, |most: u64, count| count.map(|count| most.max(count)));
    let share = |id: &ElementId| match (elements, at_site, instances(id)) {
        ([only], ..) if only == id => Some(1),
        (_, Some(all), Some(own)) => Some(all.div_ceil(own)),
        _ => None,
    };
    match reach {
        // Several elements together harm only those whom all of them serve.
        Reach::One => Persons::times(
            via.map_or_else(|| elements.iter().filter(|id| !wide(id)).filter_map(share).min(), share),
            per_instance,
        ),
        Reach::Site => Persons::times(at_site, per_instance),
        Reach::Fleet => Persons::Many,
    }
}

/// Whose harm a function's is. Groups are different people, and those of one group may be the same by whatever function; where nobody has
/// said who depends on a function it may be others than of any other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depending<'a> {
    Group(&'a PersonGroupId),
    OnFunction(&'a FunctionId),
}

impl<'a> Depending<'a> {
    pub fn on(function: &'a Function) -> Self {
        function.persons.as_ref().map_or(Self::OnFunction(&function.id), Self::Group)
    }
}

/// People who come to harm beside others: of each group as many as by the function that touches most of them, for they may be the same.
#[derive(Debug, Default)]
pub(crate) struct Beside<'a>(BTreeMap<Depending<'a>, Persons>);

impl<'a> Beside<'a> {
    pub fn touched(&mut self, depending: Depending<'a>, persons: Persons) {
        let most = self.0.entry(depending).or_insert(persons);
        *most = persons.max(*most);
    }

    /// All groups together.
    pub fn persons(self) -> Persons {
        self.0.into_values().fold(Persons::Count(0), Persons::and)
    }
}

/// Whether a policy counts the people who depend on a function; where nobody has said who they are, it does.
pub(crate) fn counts(device: &Device, policy: &Policy, function: &Function) -> bool {
    let group = function.persons.as_ref().and_then(|id| device.person_groups.get(id));
    group.is_none_or(|group| policy.counts.contains(&group.role))
}

/// A sum of people from which each can be taken out again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    many: u64,
    count: u128,
}

impl Tally {
    fn of(persons: Persons) -> Self {
        match persons {
            Persons::Many => Self { many: 1, count: 0 },
            Persons::Count(count) => Self { many: 0, count: u128::from(count) },
        }
    }

    fn and(self, other: Self) -> Self {
        Self { many: self.many.saturating_add(other.many), count: self.count.saturating_add(other.count) }
    }

    fn without(self, other: Self) -> Self {
        Self { many: self.many.saturating_sub(other.many), count: self.count.saturating_sub(other.count) }
    }

    fn persons(self) -> Persons {
        match u64::try_from(self.count) {
            Ok(count) if self.many == 0 => Persons::Count(count),
            _ => Persons::Many,
        }
    }
}

/// The functions whose loss one fallback takes over.
#[derive(Debug, Clone, Default)]
struct Relying {
    /// For how many people there is staff, by the least that any of them says.
    staff: Option<u64>,
    /// All of their people, by reach; where one instance is touched, the instance that serves most.
    all: [Tally; 3],
    /// By element: the people of one of its instances, and what those functions count for in `all` at reach one.
    at: BTreeMap<ElementId, (Tally, Tally)>,
}

/// Who relies on which fallback. Whoever takes over for one function cannot take over for another at the same time, and one action
/// may stop them all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Staff(BTreeMap<FunctionId, Relying>);

impl Staff {
    /// Counts who relies on whom.
    pub fn new(device: &Device, unknowns: Unknowns) -> Self {
        let mut staff: BTreeMap<FunctionId, Relying> = BTreeMap::new();
        for function in device.functions.values() {
            for (fallback, fewest) in fallbacks(function) {
                let relying = staff.entry(fallback.clone()).or_default();
                relying.staff = Some(relying.staff.map_or(fewest, |staff| staff.min(fewest)));
                let most = Self::own(device, unknowns, function);
                for (all, own) in relying.all.iter_mut().zip(most) {
                    *all = all.and(own);
                }
                for element in function.realised_by.elements() {
                    let there = Tally::of(persons(device, unknowns, function, Some(element), Reach::One));
                    let (at, counted) = relying.at.entry(element.clone()).or_default();
                    (*at, *counted) = (at.and(there), counted.and(most[Reach::One as usize]));
                }
            }
        }
        Self(staff)
    }

    /// The people of one function by reach, through the element that serves most of them where one instance is touched.
    fn own(device: &Device, unknowns: Unknowns, function: &Function) -> [Tally; 3] {
        let through = |via, reach| persons(device, unknowns, function, via, reach);
        let one = function.realised_by.elements().iter().map(|element| through(Some(element), Reach::One));
        let one = one.max().unwrap_or(Persons::Count(0));
        [one, through(None, Reach::Site), through(None, Reach::Fleet)].map(Tally::of)
    }

    /// Whether one fallback has staff for the people of a function and for all others who rely on it, when one action reaches so far.
    pub fn suffices(
        &self,
        (device, unknowns): (&Device, Unknowns),
        fallback: &FunctionId,
        function: &Function,
        via: Option<&ElementId>,
        reach: Reach,
    ) -> bool {
        let Some(relying) = self.0.get(fallback) else { return false };
        let own = Tally::of(persons(device, unknowns, function, via, reach));
        let mut all = relying.all[reach as usize];
        let mut counted = Self::own(device, unknowns, function)[reach as usize];
        if reach == Reach::One
            && let Some((id, (at, most))) = via.and_then(|via| relying.at.get_key_value(via))
        {
            all = all.without(*most).and(*at);
            if function.realised_by.elements().contains(id) {
                counted = own;
            }
        }
        relying.staff.is_some_and(|staff| all.without(counted).and(own).persons() <= Persons::Count(staff))
    }
}

/// The fallbacks of a function's loss, each with the least staff that it is said to have.
fn fallbacks(function: &Function) -> BTreeMap<&FunctionId, u64> {
    let mut fallbacks: BTreeMap<&FunctionId, u64> = BTreeMap::new();
    for effect in function.effects.iter().filter(|effect| effect.on == HowDegraded::Loss) {
        if let Some(fallback) = &effect.fallback {
            let fewest = fallbacks.entry(&fallback.function).or_insert(fallback.staff_per_site);
            *fewest = (*fewest).min(fallback.staff_per_site);
        }
    }
    fallbacks
}
