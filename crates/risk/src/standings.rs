//! How the groups of a reading come out, in little room: a verdict is compared with ten readings, each of hundreds of thousands of groups.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::ground::Group;
use crate::keyed::Keyed;
use crate::outcomes::Standing;
use crate::vocabulary::Table;

/// How groups come out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standings {
    groups: Keyed<Group, Told>,
    /// What is told of them, each once.
    told: Vec<Standing>,
}

/// The place of what is told, counted from one.
#[derive(Debug, Clone, Copy)]
struct Told(NonZeroU32);

impl Standings {
    /// How these groups come out.
    pub fn of<V>(groups: &Keyed<Group, V>, mut each: impl FnMut(&Group, &V) -> Standing) -> Self {
        let mut told: Vec<Standing> = Vec::new();
        // What is shared is told once; what has the same place in memory is kept there by what is told already.
        let mut places: Table<(bool, usize), Told> = Table::default();
        let groups = groups.map(|group, value| {
            let standing = each(group, value);
            let place = match &standing {
                Standing::Judged(judged) => (true, Arc::as_ptr(judged).addr()),
                Standing::Covered(elements) => (false, Arc::as_ptr(elements).addr()),
            };
            *places.entry(place).or_insert_with(|| {
                told.push(standing);
                // More than four thousand million do not fit into memory.
                Told(u32::try_from(told.len()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX))
            })
        });
        told.shrink_to_fit();
        Self { groups, told }
    }

    fn at(&self, told: Told) -> &Standing {
        &self.told[told.0.get() as usize - 1]
    }

    /// How a group comes out.
    pub fn get(&self, group: &Group) -> Option<&Standing> {
        self.groups.get(group).map(|told| self.at(*told))
    }

    /// The group as it stands there, if it is one.
    pub fn find(&self, group: &Group) -> Option<&Group> {
        self.groups.get_key_value(group).map(|(group, _)| group)
    }

    /// Every group with how it comes out.
    pub fn iter(&self) -> impl Iterator<Item = (&Group, &Standing)> {
        self.groups.iter().map(|(group, told)| (group, self.at(*told)))
    }
}
