//! What makes two bodies of knowledge the same: what their sources said, whenever it came and however it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Epss, Exploited};

use crate::layer::VersionEntry;
use crate::source::SetAsideRecord;

/// The digest of a record's content, as [`content::write`](crate::content::write) writes it.
pub(crate) fn of_record(content: &[u8]) -> Digest {
    Digest::of_parts([b"record".as_slice(), content])
}

/// The digest of an entry of KEV.
pub(crate) fn of_exploited(entry: &Exploited) -> Digest {
    let added = crate::day::pack(entry.added).to_le_bytes();
    let mut names = Vec::new();
    crate::fact::write_names(entry.vendor.as_deref(), entry.product.as_deref(), &mut names);
    // Homes from before the names were kept go on with the digest that they have.
    let names = Some(names.as_slice()).filter(|names| !names.is_empty());
    let ransomware = [u8::from(entry.ransomware)];
    let parts = [b"exploited".as_slice(), entry.id.as_str().as_bytes(), &added, &ransomware];
    Digest::of_parts(parts.into_iter().chain(names))
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

/// The digest of any other fact: the support of a product, the name of a weakness.
pub(crate) fn of_fact(key: &[u8], value: &[u8]) -> Digest {
    Digest::of_parts([b"fact".as_slice(), key, value])
}

/// A part of what is held that has a digest of its own, so that what did not change need not be read to know the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Part {
    /// What every source says of vulnerabilities.
    Records,
    /// KEV.
    Exploited,
    /// EPSS.
    Epss,
    /// What could not be read.
    SetAside,
    /// Until when products are supported.
    Support,
    /// What weaknesses are called.
    Weaknesses,
}

/// The digest of a part: over the sorted digests of all that it holds. A part that holds nothing has none.
pub(crate) fn of_part(mut digests: Vec<Digest>) -> Option<Digest> {
    digests.sort_unstable();
    let mut hasher = Sha256::new();
    for digest in &digests {
        hasher.update(digest.as_bytes());
    }
    (!digests.is_empty()).then(|| Digest::from_bytes(hasher.finalize().into()))
}

/// The identity of a body of knowledge: a digest over those of its parts.
pub(crate) fn of_all(parts: &BTreeMap<Part, Digest>) -> Digest {
    let word = |part: &Part| match part {
        Part::Records => "records",
        Part::Exploited => "exploited",
        Part::Epss => "epss",
        Part::SetAside => "set aside",
        Part::Support => "support",
        Part::Weaknesses => "weaknesses",
    };
    let parts = parts.iter().flat_map(|(part, digest)| [word(part).as_bytes(), digest.as_bytes()]);
    Digest::of_parts([b"knowledge".as_slice()].into_iter().chain(parts))
}

/// The digest of a version of a record that a transaction brought: what it says, and when it was received.
pub(crate) fn of_version(id: &str, source: &str, stamp: &str, digest: Digest, entry: &VersionEntry) -> Digest {
    Digest::of_parts([
        b"version".as_slice(),
        id.as_bytes(),
        source.as_bytes(),
        stamp.as_bytes(),
        digest.as_bytes(),
        &entry.received.to_le_bytes(),
        &entry.version_received.to_le_bytes(),
    ])
}

/// The digest of a fact that a transaction brought or took away.
pub(crate) fn of_change(key: &[u8], value: Option<&[u8]>) -> Digest {
    Digest::of_parts([b"change".as_slice(), key, &[u8::from(value.is_some())], value.unwrap_or_default()])
}

/// The digest of all that a transaction changed.
pub(crate) fn of_changes(digests: Vec<Digest>) -> Digest {
    of_part(digests).unwrap_or_else(|| Digest::of(b""))
}

/// The entries by identifier; of two with one identifier, everything bad that either says.
pub(crate) fn catalogue_in_order(catalogue: Catalogue) -> Vec<Exploited> {
    let mut entries = catalogue.entries;
    let order = |entry: &Exploited| (entry.added, entry.ransomware, entry.vendor.clone(), entry.product.clone());
    entries.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| order(a).cmp(&order(b))));
    entries.dedup_by(|later, kept| {
        let same = later.id == kept.id;
        if same {
            kept.ransomware |= later.ransomware;
            // No date sorts first and would hide the earliest one.
            kept.added = kept.added.or(later.added);
            join(&mut kept.vendor, later.vendor.take());
            join(&mut kept.product, later.product.take());
        }
        same
    });
    entries
}

/// Both names, where there are two.
fn join(kept: &mut Option<String>, other: Option<String>) {
    match (kept.as_mut(), other) {
        (Some(kept), Some(other)) if *kept != other => *kept = format!("{kept}, {other}"),
        (None, Some(other)) => *kept = Some(other),
        _ => {}
    }
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
