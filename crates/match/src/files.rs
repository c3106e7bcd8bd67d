//! What is known of one vulnerability apart from any component: how it is shown, and which source files it is in.

use std::collections::BTreeSet;

use ward_model::alias::Aliases;
use ward_model::finding::VulnerabilitySummary;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError};

use crate::Inventory;
use crate::host::Host;
use crate::judge::{Judge, Known};

/// How a vulnerability is shown that somebody names: with all that is known of it, or by its name alone, which nobody has scored.
///
/// # Errors
/// The knowledge could not be read.
pub fn summary(
    id: &VulnerabilityId,
    knowledge: &dyn Knowledge,
    known: &Known,
) -> Result<VulnerabilitySummary, KnowledgeError> {
    let inventory = Inventory { components: &[], hardware: &[], complete: false };
    let host = Host::new(&inventory, &Aliases::default(), knowledge)?;
    Judge::new(knowledge, &inventory, &host, known).summary_of(id)
}

/// The source files that a vulnerability is in, by all records of it that name any. A withdrawn record names none.
///
/// # Errors
/// The knowledge could not be read.
pub fn program_files(id: &VulnerabilityId, knowledge: &dyn Knowledge) -> Result<BTreeSet<String>, KnowledgeError> {
    let mut files = BTreeSet::new();
    for number in knowledge.find_all(id)? {
        let record = knowledge.record(number)?;
        if !record.withdrawn {
            files.extend(record.affected.iter().flat_map(|product| product.program_files.iter().cloned()));
        }
    }
    Ok(files)
}
