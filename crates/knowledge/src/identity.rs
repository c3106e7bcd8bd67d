//! What makes two bodies of knowledge the same: what their sources said, whenever it came and however it is stored.

use postcard::to_extend;
use sha2::{Digest as _, Sha256};
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Epss, Exploited, VulnerabilityRecord};

use crate::source::SetAsideRecord;

/// The digest of a record's content, as [`content`] writes it.
pub(crate) fn of_record(content: &[u8]) -> Digest {
    Digest::of_parts([b"record".as_slice(), content])
}

/// A record without the day it was received: what its source said, and nothing of ours.
pub(crate) fn content(record: &VulnerabilityRecord, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    if record.received.is_none() {
        return to_extend(record, out);
    }
    to_extend(&VulnerabilityRecord { received: None, ..record.clone() }, out)
}

/// The digest of an entry of KEV.
pub(crate) fn of_exploited(entry: &Exploited) -> Digest {
    let added = crate::day::pack(entry.added).to_le_bytes();
    Digest::of_parts([b"exploited".as_slice(), entry.id.as_str().as_bytes(), &added, &[u8::from(entry.ransomware)]])
}

/// The digest of an EPSS score.
pub(crate) fn of_epss(id: &str, epss: Epss) -> Digest {
    let day = crate::day::pack(Some(epss.date)).to_le_bytes();
    Digest::of_parts([
        b"epss".as_slice(),
        id.as_bytes(),
        &day,
        &epss.score.to_le_bytes(),
        &epss.percentile.to_le_bytes(),
    ])
}

/// The digest of what could not be read: of its bytes, not of our reason.
pub(crate) fn of_set_aside(record: &SetAsideRecord) -> Digest {
    Digest::of_parts([b"set aside".as_slice(), record.source.as_bytes(), record.digest.as_bytes()])
}

/// The identity of a body of knowledge: a digest over the sorted digests of all that it holds.
pub(crate) fn of_all(mut digests: Vec<Digest>) -> Digest {
    digests.sort_unstable();
    let mut hasher = Sha256::new();
    for digest in &digests {
        hasher.update(digest.as_bytes());
    }
    Digest::from_bytes(hasher.finalize().into())
}

/// The entries by identifier; of two with one identifier, everything bad that either says.
pub(crate) fn catalogue_in_order(catalogue: Catalogue) -> Vec<Exploited> {
    let mut entries = catalogue.entries;
    entries.sort_by(|a, b| (&a.id, a.added, a.ransomware).cmp(&(&b.id, b.added, b.ransomware)));
    entries.dedup_by(|later, kept| {
        let same = later.id == kept.id;
        if same {
            kept.ransomware |= later.ransomware;
            // No date sorts first and would hide the earliest one.
            kept.added = kept.added.or(later.added);
        }
        same
    });
    entries
}

/// The scores by identifier; of two with one identifier, the higher one.
pub(crate) fn scores_in_order(scores: Scores) -> Vec<(VulnerabilityId, Epss)> {
    let date = scores.date;
    let mut scores = scores.scores;
    // The column has one date.
    scores.iter_mut().for_each(|(_, epss)| epss.date = date);
    scores.sort_by(|(a, x), (b, y)| (a, y.score, y.percentile).cmp(&(b, x.score, x.percentile)));
    scores.dedup_by(|(later, _), (kept, _)| later == kept);
    scores
}
