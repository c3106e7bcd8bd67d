//! The whole of a generation against its digests: bytes, contents, what is held, and the history.

use std::collections::BTreeMap;

use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::KnowledgeError;
use ward_model::vulnerability::Epss;

use super::Generation;
use super::numbers::Place;
use crate::column::{self, Score};
use crate::error::Damage;
use crate::fact::{self, Kind};
use crate::file::{Section, unreadable};
use crate::identity::{self, Part};
use crate::layer::Layer;
use crate::source::SetAsideRecord;

impl Generation {
    /// Compares every stored byte with its digest, without looking into what it means.
    ///
    /// # Errors
    /// The first place that is damaged.
    pub(crate) fn check(&self) -> Result<(), KnowledgeError> {
        self.base.file().check()?;
        self.delta.as_ref().map_or(Ok(()), |delta| delta.file().check())
    }

    /// Checks every byte against its digest, every version of every record against its own, what each transaction changed
    /// against the transaction, the transactions against their chain, and all that is held against its identity.
    ///
    /// # Errors
    /// The first place that is damaged, or that makes no sense, with the file in which it is. Of what both files hold together that is
    /// the one written last.
    pub fn verify(&self) -> Result<(), Damage> {
        let damaged = |part: String| KnowledgeError::Damaged { part };
        let of = |layer: &Layer| {
            let path = layer.path().to_owned();
            move |source| Damage { path, source }
        };
        let layers = || [Some(&self.base), self.delta.as_ref()].into_iter().flatten();
        let mut changes: BTreeMap<u32, Vec<Digest>> = BTreeMap::new();
        for layer in layers() {
            layer.file().verify().and_then(|()| changes_of(layer, &mut changes)).map_err(of(layer))?;
        }
        let mut before = None;
        for layer in layers() {
            for number in layer.meta.first + 1..=layer.last() {
                let (entry, state) = layer.transaction_bytes(number).map_err(of(layer))?;
                let changed = identity::of_changes(changes.remove(&number).unwrap_or_default());
                if changed != entry.changes || entry.chained(before, &state) != entry.chain {
                    return Err(of(layer)(damaged(format!("transaction {number}"))));
                }
                before = Some(entry.chain);
            }
        }
        let last = of(self.delta.as_ref().unwrap_or(&self.base));
        if let Some(number) = changes.into_keys().next() {
            return Err(last(unreadable(Section::Transactions.word(), format!("there is no transaction {number}"))));
        }
        let parts = match self.parts() {
            Ok(parts) => parts,
            Err(error) => return Err(last(error)),
        };
        if parts != self.state.parts || identity::of_all(&parts) != self.transaction.identity {
            return Err(last(damaged("identity of the knowledge".to_owned())));
        }
        Ok(())
    }

    /// The digest of each part of what is held, from what is held.
    fn parts(&self) -> Result<BTreeMap<Part, Digest>, KnowledgeError> {
        let mut records = Vec::with_capacity(self.record_count() as usize);
        self.each_held(|layer, version, _| {
            records.push(layer.digest(version)?);
            Ok(())
        })?;
        let mut parts = BTreeMap::new();
        parts.extend(identity::of_part(records).map(|digest| (Part::Records, digest)));
        for (part, kind) in PARTS {
            // One from before scores were packed has the same digest.
            let facts = if kind == Kind::Scores { self.column()?.0 } else { self.facts(kind)? };
            let facts = facts.iter().map(|(key, value)| (&**key, &**value));
            parts.extend(part_of(kind, facts, self.state.epss_date)?.map(|digest| (part, digest)));
        }
        Ok(parts)
    }

    /// Hands over every version that is held, file by file, with its entry.
    pub(crate) fn each_held(
        &self,
        mut each: impl FnMut(&Layer, u32, &crate::layer::VersionEntry) -> Result<(), KnowledgeError>,
    ) -> Result<(), KnowledgeError> {
        for (layer, place) in self.layers() {
            let all = self.numbers.all_of_base() && matches!(place(0), Place::Base(_));
            for (version, entry) in (0..).zip(&layer.entries()?) {
                if all || self.numbers.number(place(version)).is_some() {
                    each(layer, version, entry)?;
                }
            }
        }
        Ok(())
    }
}

/// The parts of what is held that are facts.
pub(crate) const PARTS: [(Part, Kind); 5] = [
    (Part::Exploited, Kind::Exploited),
    (Part::Epss, Kind::Scores),
    (Part::SetAside, Kind::SetAside),
    (Part::Support, Kind::Support),
    (Part::Weaknesses, Kind::Weakness),
];

/// The digest of a part of what is held, by its facts.
pub(crate) fn part_of<'a>(
    kind: Kind,
    facts: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    epss_date: Option<jiff::civil::Date>,
) -> Result<Option<Digest>, KnowledgeError> {
    let wrong = |reason: String| unreadable(format!("facts of kind {kind:?}"), reason);
    let mut digests = Vec::new();
    for (key, value) in facts {
        digests.push(match kind {
            Kind::Exploited => {
                let id: VulnerabilityId = fact::id(key).map_err(wrong)?;
                identity::of_exploited(&fact::exploited(id, value).map_err(wrong)?)
            }
            Kind::Scores => {
                if column::is_piece(key) {
                    let date = epss_date.ok_or_else(|| wrong("without a date".to_owned()))?;
                    let scores = column::named(key, value).map_err(wrong)?.into_iter();
                    digests.extend(scores.map(|(id, Score { score, percentile, .. })| {
                        identity::of_epss(&id, Epss { score, percentile, date })
                    }));
                }
                continue;
            }
            Kind::SetAside => {
                let record: SetAsideRecord = postcard::from_bytes(value).map_err(|error| wrong(error.to_string()))?;
                identity::of_set_aside(&record)
            }
            Kind::Support
            | Kind::Weakness
            | Kind::Bundle
            | Kind::Document
            | Kind::Epss
            | Kind::Input
            | Kind::Coverage
            | Kind::Lost
            | Kind::Named
            | Kind::Reach
            | Kind::Undescribed => identity::of_fact(key, value),
        });
    }
    Ok(identity::of_part(digests))
}

/// What a file says that each transaction changed; every content is compared with its digest on the way.
fn changes_of(layer: &Layer, changes: &mut BTreeMap<u32, Vec<Digest>>) -> Result<(), KnowledgeError> {
    for (version, entry) in (0..).zip(&layer.entries()?) {
        let (id, digest) = (layer.ids().text(version)?, layer.digest(version)?);
        if layer.part(entry, 0, entry.length, identity::of_record)? != digest {
            return Err(KnowledgeError::Damaged { part: format!("record {id}") });
        }
        let stamp = layer.stamp(entry)?;
        let change = identity::of_version(&id, layer.source(entry)?, &stamp, digest, entry);
        changes.entry(entry.transaction).or_default().push(change);
    }
    layer.each_fact(|row| {
        changes.entry(row.transaction).or_default().push(identity::of_change(row.key, row.value));
        Ok(())
    })
}
