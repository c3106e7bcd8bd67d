//! What names a component and cannot be compared with its version: whoever looks at the component by other means has to know of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::alias::Aliases;
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};

use crate::Inventory;
use crate::criterion::{Role, touch};
use crate::host::Host;
use crate::judge::{Judge, Known};
use crate::voice::hear;

/// Vulnerabilities, each with the first day on which it could be known of, where a record says one.
pub type Uncompared = BTreeMap<VulnerabilityId, Option<Date>>;

/// For each of these components: the vulnerabilities whose records name its product, and of which it cannot be told whether they mean
/// its version, because that is missing or has no key. Withdrawn records say nothing.
///
/// What was set aside unread has no day, and is not among them.
///
/// # Errors
/// The knowledge could not be read.
pub fn uncompared(
    inventory: &Inventory<'_>,
    aliases: &Aliases,
    (knowledge, known): (&dyn Knowledge, &Known),
    wanted: &BTreeSet<&ComponentRef>,
) -> Result<BTreeMap<ComponentRef, Uncompared>, KnowledgeError> {
    let host = Host::new(inventory, aliases, knowledge)?;
    let judge = Judge::new(knowledge, inventory, &host, known);
    let mut found = BTreeMap::new();
    for (number, component) in inventory.components.iter().enumerate() {
        if !wanted.contains(&component.reference) {
            continue;
        }
        let resolution = &host.resolutions[number];
        let mut records: BTreeSet<RecordNumber> = BTreeSet::new();
        for identity in &resolution.identities {
            for candidate in knowledge.candidates(&identity.product)? {
                let touch = touch(&candidate.criterion, identity, Role::Vulnerable);
                if !touch.truth.is_false() && touch.blocked.is_some() {
                    records.insert(candidate.record);
                }
            }
        }
        for (place, subject) in resolution.subjects.iter().enumerate() {
            let list = judge.statements_of(&subject.key)?;
            let heard = (0..list.len()).filter_map(|at| hear(&list, at, (place, subject), &host));
            records.extend(heard.filter(|heard| heard.blocked.is_some()).map(|heard| heard.record()));
        }
        let mut named = Uncompared::new();
        for record in records {
            let outline = knowledge.outline(record)?;
            if outline.withdrawn {
                continue;
            }
            // A home may be younger than what it holds.
            let day = outline.published.or(outline.received);
            let earliest = named.entry(outline.id).or_insert(day);
            *earliest = day.into_iter().chain(*earliest).min();
        }
        if !named.is_empty() {
            found.insert(component.reference.clone(), named);
        }
    }
    Ok(found)
}
