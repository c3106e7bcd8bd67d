//! A record as bytes: what its source said, and nothing of ours.

use serde::Serialize;
use ward_model::vulnerability::VulnerabilityRecord;

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

fn append<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    *out = postcard::to_extend(value, std::mem::take(out)).map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::affected::AffectedProduct;
    use ward_model::vulnerability::VulnerabilityRecord;

    use super::write;
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
            prop_assert_eq!(extents.len(), record.affected.len());
            for (extent, product) in extents.iter().zip(&record.affected) {
                let slice = &bytes[1 + extent.offset as usize..][..extent.length as usize];
                let read = postcard::from_bytes::<AffectedProduct>(slice).ok();
                prop_assert_eq!(read.as_ref(), Some(product));
            }
        }
    }
}
