//! A record as bytes: what its source said, and nothing of ours.

use std::marker::PhantomData;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, VulnerabilityRecord};

/// Where a statement stands in the bytes of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) offset: u32,
    pub(crate) length: u32,
}

/// Appends a record without the day it was received, in postcard's encoding, and says where each of `affected` stands in it: a
/// statement is read by itself, without the rest of a long record.
pub(crate) fn write(record: &VulnerabilityRecord, out: &mut Vec<u8>) -> Result<Vec<Extent>, String> {
    // All of them, so that a new field cannot be forgotten here. The bytes of a struct are those of its fields in order.
    let VulnerabilityRecord {
        id,
        aliases,
        source,
        published,
        modified,
        received: _,
        withdrawn,
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
    let start = out.len();
    let received: Option<jiff::civil::Date> = None;
    append(&(id, aliases, source, published, modified, received, withdrawn, description, scores), out)?;
    append(&(unreadable_vectors, weaknesses, configurations), out)?;
    append(&affected.len(), out)?;
    let mut extents = Vec::with_capacity(affected.len());
    for product in affected {
        let offset = out.len();
        append(product, out)?;
        let number = |number: usize| u32::try_from(number).map_err(|_| "too long".to_owned());
        extents.push(Extent { offset: number(offset - start)?, length: number(out.len() - offset)? });
    }
    append(&(upstream, related, ssvc, exploit_references, known_exploited, remediations), out)?;
    Ok(extents)
}

/// The first part of a record's bytes, without its words: up to the configurations.
#[derive(Deserialize)]
struct Beginning<'a> {
    id: VulnerabilityId,
    aliases: Vec<VulnerabilityId>,
    source: String,
    #[serde(borrow)]
    withdrawn: Withdrawn<'a>,
    #[serde(borrow)]
    _scores: PassedOver<(&'a str, &'a str)>,
    #[serde(borrow)]
    _unreadable_vectors: PassedOver<&'a str>,
    _weaknesses: PassedOver<u32>,
    configurations: Vec<Configuration>,
}

/// Three dates that nobody reads here, whether it is withdrawn, and a description that nobody reads here.
type Withdrawn<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, bool, &'a str);

/// A list whose items are read and not kept.
struct PassedOver<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PassedOver<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = PassedOver<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                while items.next_element::<T>()?.is_some() {}
                Ok(PassedOver(PhantomData))
            }
        }
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// A record without what only words are made of: where its identifier is a CVE, nothing behind its configurations is read.
pub(crate) fn outline(bytes: &[u8]) -> Result<VulnerabilityRecord, postcard::Error> {
    let (beginning, _) = postcard::take_from_bytes::<Beginning<'_>>(bytes)?;
    let Beginning { id, aliases, source, withdrawn: (_, _, _, withdrawn, _), configurations, .. } = beginning;
    if !id.as_str().starts_with("CVE-") {
        return postcard::from_bytes(bytes);
    }
    Ok(VulnerabilityRecord { aliases, withdrawn, configurations, ..VulnerabilityRecord::new(id, &source) })
}

fn append<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    *out = postcard::to_extend(value, std::mem::take(out)).map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::affected::AffectedProduct;
    use ward_model::vulnerability::VulnerabilityRecord;

    use super::{outline, write};
    use crate::testing::record;

    proptest! {
        #[test]
        fn it_is_the_record_and_its_statements_stand_where_it_says(record in record()) {
            let mut bytes = vec![7];
            let extents = write(&VulnerabilityRecord { received: Some(jiff::civil::date(2026, 1, 1)), ..record.clone() }, &mut bytes);
            let extents = extents.map_err(TestCaseError::fail)?;
            prop_assert_eq!(postcard::from_bytes::<VulnerabilityRecord>(&bytes[1..]), Ok(record.clone()));
            let plain = VulnerabilityRecord { received: None, ..record.clone() };
            let plain = postcard::to_stdvec(&plain).unwrap_or_default();
            prop_assert_eq!(&plain, &bytes[1..]);
            let short = outline(&bytes[1..]).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(
                (&short.id, &short.aliases, &short.source, short.withdrawn, &short.configurations),
                (&record.id, &record.aliases, &record.source, record.withdrawn, &record.configurations)
            );
            prop_assert!(record.id.as_str().starts_with("CVE-") || short.upstream == record.upstream);
            prop_assert_eq!(extents.len(), record.affected.len());
            for (extent, product) in extents.iter().zip(&record.affected) {
                let slice = &bytes[1 + extent.offset as usize..][..extent.length as usize];
                let read = postcard::from_bytes::<AffectedProduct>(slice).ok();
                prop_assert_eq!(read.as_ref(), Some(product));
            }
        }
    }
}
