//! Parts of a program that are taken over from another reading as they are.
//!
//! What a part comes to follows from the device, from the units that are looked at, from how the unknown is read, and from what the part
//! asks about claims. Readings of the same units that read the unknown alike differ in the last alone. So it is noted what each part asks
//! where it is built, and where another reading answers all of that alike, the part is not built again: its derivations are taken over by
//! their numbers, with the groups that they belong to.

use std::ops::Range;
use std::sync::Arc;

use ward_model::claim::ClaimId;

use super::{Builder, Group, Steps};
use crate::effects::{Effects, Heard};
use crate::keyed::Keyed;
use crate::program::{DerivationId, Program};
use crate::vocabulary::Table;

/// A reading as it was built, for others to take parts over from. Parts have the numbers that they have in the first reading.
#[derive(Debug)]
pub(crate) struct Built {
    effects: Effects,
    program: Arc<Program>,
    groups: Arc<Keyed<Group, Steps>>,
    noted: Noted,
}

impl Built {
    /// Whether nothing claimed has effect in it.
    pub fn is_of_none(&self) -> bool {
        self.effects.is_empty()
    }
}

/// What is noted of parts while they are built.
#[derive(Debug, Default)]
struct Noted {
    /// Where each stands.
    places: Vec<Range<u32>>,
    /// The groups whose steps are among its derivations, by their numbers.
    filled: Table<u32, Vec<u32>>,
    /// The parts that ask about a claim.
    asking: Table<ClaimId, Vec<u32>>,
}

/// A reading that is being built, and noted.
pub(super) struct Noting {
    heard: Heard,
    noted: Noted,
    /// The groups that the part which is built has filled so far.
    filled: Vec<u32>,
}

impl Noting {
    /// Notes what is asked of these.
    pub fn of(effects: &Effects) -> (Effects, Self) {
        let (effects, heard) = effects.listening();
        (effects, Self { heard, noted: Noted::default(), filled: Vec::new() })
    }

    /// A part begins: what was asked before belongs to none.
    pub fn begin(&mut self) {
        self.heard.take();
        self.filled.clear();
    }

    /// The part that is built fills a group of this number.
    pub fn fills(&mut self, group: usize) {
        // More than four thousand million do not fit into memory.
        self.filled.push(u32::try_from(group).unwrap_or(u32::MAX));
    }

    /// The part of this number is built, and stands here.
    pub fn end(&mut self, part: usize, place: Range<u32>) {
        let noted = &mut self.noted;
        let empty = 0..0;
        noted.places.resize(noted.places.len().max(part + 1), empty);
        noted.places[part] = place;
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        let mut asked = self.heard.take();
        asked.sort_unstable();
        asked.dedup();
        asked.into_iter().for_each(|claim| noted.asking.entry(claim).or_default().push(part));
        if !self.filled.is_empty() {
            self.filled.sort_unstable();
            self.filled.dedup();
            noted.filled.insert(part, std::mem::take(&mut self.filled));
        }
    }

    /// The whole is built.
    pub fn finish(self, effects: &Effects, program: &Arc<Program>, groups: &Arc<Keyed<Group, Steps>>) -> Arc<Built> {
        let (program, groups) = (Arc::clone(program), Arc::clone(groups));
        Arc::new(Built { effects: effects.clone(), program, groups, noted: self.noted })
    }
}

/// A reading from which parts are taken over, and which of them are not: something that they ask is answered differently.
pub(super) struct Source {
    built: Arc<Built>,
    differs: Vec<bool>,
}

impl Source {
    /// What of a reading is the same where these claims have effect.
    pub fn of(built: &Arc<Built>, effects: &Effects) -> Self {
        let Built { effects: before, noted, .. } = &**built;
        let mut differs = vec![false; noted.places.len()];
        for claim in before.differing(effects) {
            noted.asking.get(claim).into_iter().flatten().for_each(|part| differs[*part as usize] = true);
        }
        Self { built: Arc::clone(built), differs }
    }

    /// The program that it has.
    pub fn program(&self) -> &Arc<Program> {
        &self.built.program
    }

    /// Whether the part of this number is the same.
    pub fn has(&self, part: usize) -> bool {
        self.differs.get(part) == Some(&false)
    }

    /// Takes a part over.
    pub fn copy(&self, part: usize, builder: &mut Builder<'_>) {
        let Built { program, groups, noted, .. } = &*self.built;
        let place = &noted.places[part];
        let from = builder.program.next().0;
        builder.program.derive_as(program, place.start as usize..place.end as usize);
        let filled = u32::try_from(part).ok().and_then(|part| noted.filled.get(&part));
        for group in filled.into_iter().flatten() {
            let Some((group, steps)) = groups.at_number(*group as usize) else { continue };
            let moved = |step: &DerivationId| DerivationId(step.0 - place.start + from);
            let steps = steps.iter().map(|(profile, steps)| (*profile, steps.iter().map(moved).collect()));
            *builder.group(group.clone()) = steps.collect();
        }
    }
}
