//! Versions of one record with one stamp that say different things.
//!
//! Nobody can tell which of them counts. So that no finding hangs on chance, all that they say counts: the products of each, and
//! withdrawn is only what all of them withdraw. That it is so is told, until a later version comes.

use serde::Serialize;
use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::source::SetAsideRecord;

/// What is told of such versions, by the digests of what they say, in the order in which they are put together.
pub(crate) fn remark(source: &str, id: &str, digests: &[Digest]) -> SetAsideRecord {
    let reason = format!("{} versions with one date say different things: all that they say counts", digests.len());
    let digest = Digest::of_parts(digests.iter().map(|digest| digest.as_bytes().as_slice()));
    SetAsideRecord::remark(source, "", Some(id), reason, digest)
}

/// The same of versions of a document that say no date: it is the same in whatever order they came.
pub(crate) fn remark_of_undated(source: &str, id: &str) -> SetAsideRecord {
    let reason = "versions without a date say different things: all that they say counts".to_owned();
    SetAsideRecord::remark(source, "", Some(id), reason, Digest::of(id.as_bytes()))
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

/// All that these versions say, the same in whatever order they came, and however many of them were put together before.
pub(crate) fn in_any_order(mut records: Vec<VulnerabilityRecord>) -> Option<VulnerabilityRecord> {
    records.sort_by(|a, b| b.description.cmp(&a.description));
    let mut whole = together(records)?;
    in_order(&mut whole.aliases);
    in_order(&mut whole.scores);
    in_order(&mut whole.unreadable_vectors);
    in_order(&mut whole.weaknesses);
    in_order(&mut whole.configurations);
    in_order(&mut whole.affected);
    in_order(&mut whole.upstream);
    in_order(&mut whole.related);
    in_order(&mut whole.ssvc);
    in_order(&mut whole.exploit_references);
    in_order(&mut whole.known_exploited);
    in_order(&mut whole.remediations);
    Some(whole)
}

/// By what they are written as: not all of them have an order of their own.
fn in_order<T: Serialize>(all: &mut [T]) {
    all.sort_by_cached_key(|one| postcard::to_stdvec(one).unwrap_or_default());
}

fn add<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}
