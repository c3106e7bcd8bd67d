//! Versions of a record that name no product, and take nothing back of what one that does says.
//!
//! A record that has lost its products looks like one of which nobody knows any. Sources withdraw what they take back by a word of its own.
//! So the last version counts for what it says, and the last that names products, or withdraws, for these.

use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::memory::criteria;
use crate::source::SetAsideRecord;

/// Whether a record can be found by a product.
pub(crate) fn is_findable(record: &VulnerabilityRecord) -> bool {
    record.affected.iter().any(|product| !product.keys().is_empty())
        || criteria(record).any(|criterion| criterion.vulnerable && criterion.cpe.product_key().is_some())
}

/// Whether a version says which products are affected, or that none is any more.
pub(crate) fn speaks(record: &VulnerabilityRecord) -> bool {
    record.withdrawn || is_findable(record)
}

/// The last version with the products of the last that speaks of any.
pub(crate) fn joined(last: &VulnerabilityRecord, speaking: &VulnerabilityRecord) -> VulnerabilityRecord {
    let mut joined = last.clone();
    (joined.configurations, joined.affected) = match speaking.withdrawn {
        true => (Vec::new(), Vec::new()),
        false => (speaking.configurations.clone(), speaking.affected.clone()),
    };
    joined
}

/// What is told of a record whose products are those of an earlier version, which has this stamp.
pub(crate) fn remark(source: &str, id: &str, stamp: &str) -> SetAsideRecord {
    let reason = "its last version names no product: what the one before says of products counts on".to_owned();
    SetAsideRecord {
        stamp: stamp.to_owned(),
        ..SetAsideRecord::remark(source, source, Some(id), reason, of(id, stamp))
    }
}

/// Whether this is such a remark.
pub(crate) fn is_remark(told: &SetAsideRecord) -> bool {
    told.id.as_ref().is_some_and(|id| told.digest == of(id.as_str(), &told.stamp))
}

fn of(id: &str, stamp: &str) -> Digest {
    Digest::of_parts([b"names no product".as_slice(), id.as_bytes(), stamp.as_bytes()])
}
