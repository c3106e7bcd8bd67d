//! Versions of one record with one stamp that say different things.
//!
//! Nobody can tell which of them counts. So that no finding hangs on chance, all that they say counts: the products of each, and
//! withdrawn is only what all of them withdraw. That it is so is told, until a later version comes.

use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::source::SetAsideRecord;

/// What is told of such versions, by the digests of what they say, in the order in which they are put together.
pub(crate) fn remark(source: &str, id: &str, digests: &[Digest]) -> SetAsideRecord {
    let reason = format!("{} versions with one date say different things: all that they say counts", digests.len());
    let digest = Digest::of_parts(digests.iter().map(|digest| digest.as_bytes().as_slice()));
    SetAsideRecord::remark(source, "", Some(id), reason, digest)
}

/// Whether what was set aside is such a remark: it is of no single file.
pub(crate) fn is_remark(told: &SetAsideRecord) -> bool {
    told.file.is_empty() && told.id.is_some()
}

/// All that these versions say.
pub(crate) fn together(mut records: Vec<VulnerabilityRecord>) -> Option<VulnerabilityRecord> {
    if records.iter().any(|record| !record.withdrawn) {
        records.retain(|record| !record.withdrawn);
    }
    let mut records = records.into_iter();
    let mut whole = records.next()?;
    for record in records {
        // All of them, so that a new field cannot be forgotten here.
        let VulnerabilityRecord {
            id: _,
            aliases,
            source: _,
            published,
            modified,
            received: _,
            withdrawn: _,
            description,
            scores,
            unreadable_vectors,
            weaknesses,
            configurations,
            affected,
            upstream,
            related,
            ssvc,
            exploit_references,
            known_exploited,
            remediations,
        } = record;
        whole.published = [whole.published, published].into_iter().flatten().min();
        whole.modified = whole.modified.max(modified);
        if whole.description.is_empty() {
            whole.description = description;
        }
        add(&mut whole.aliases, aliases);
        add(&mut whole.scores, scores);
        add(&mut whole.unreadable_vectors, unreadable_vectors);
        add(&mut whole.weaknesses, weaknesses);
        add(&mut whole.configurations, configurations);
        add(&mut whole.affected, affected);
        add(&mut whole.upstream, upstream);
        add(&mut whole.related, related);
        add(&mut whole.ssvc, ssvc);
        add(&mut whole.exploit_references, exploit_references);
        add(&mut whole.known_exploited, known_exploited);
        add(&mut whole.remediations, remediations);
    }
    Some(whole)
}

fn add<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}
