//! Versions of a record that name no product, and take nothing back of what one that does says.
//!
//! A record that has lost its products looks like one of which nobody knows any. Sources withdraw what they take back by a word of its own.

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

/// What is told where a version with this stamp is passed over.
pub(crate) fn remark(source: &str, id: &str, stamp: &str) -> SetAsideRecord {
    let reason = "a later version of it names no product: what the one before names is not taken back".to_owned();
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
