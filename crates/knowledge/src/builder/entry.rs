//! A record on its way into a generation: its content, and the rows by which it will be found.

use std::collections::BTreeMap;

use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::memory::criteria;
use crate::{alias, content, day, identity, row, subject};

/// What is known of an entry without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// The digest of the content.
    pub(super) digest: Digest,
    /// The newest date in the record.
    pub(super) newest: i32,
    /// Whether any vulnerable criterion, or any statement, names a product.
    pub(super) findable: bool,
    /// Whether it is withdrawn.
    pub(super) withdrawn: bool,
}

impl Facts {
    /// Whether it says which products are affected, or that none is any more.
    pub(super) fn speaks(&self) -> bool {
        self.withdrawn || self.findable
    }
}

/// In which index a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// By product: a criterion.
    Product = 0,
    /// By subject: where a statement stands; by ecosystem: that the record speaks of it.
    Subject = 1,
    /// By name: what it is equated with.
    Alias = 2,
}

/// Writes the entry of a record into `out`, which is emptied first: the length of the content, the content, the rows.
pub(super) fn encode(record: &VulnerabilityRecord, out: &mut Vec<u8>) -> Result<Facts, String> {
    out.clear();
    let mut bytes = Vec::with_capacity(1024);
    let extents = content::write(record, &mut bytes)?;
    let length = u32::try_from(bytes.len()).map_err(|_| "too long".to_owned())?;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&bytes);
    let digest = identity::of_record(&bytes);

    // By what it said, a record that was withdrawn is found no more: it gives no finding, and shows nobody to speak of a product.
    let mut push = |kind: RowKind, key: &[u8], payload: &[u8]| {
        if record.withdrawn && kind != RowKind::Alias {
            return;
        }
        out.push(kind as u8);
        for bytes in [key, payload] {
            row::write_number(bytes.len() as u64, out);
            out.extend_from_slice(bytes);
        }
    };
    let mut findable = false;
    let mut row_bytes = Vec::new();
    // Products by their bytes, with whether the record calls them vulnerable anywhere.
    let mut environment: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
    for criterion in criteria(record) {
        let Some(key) = criterion.cpe.product_key() else { continue };
        let mut key_bytes = Vec::new();
        row::key_bytes(&key, &mut key_bytes);
        if criterion.vulnerable {
            findable = true;
            row_bytes.clear();
            row::write(criterion, &mut row_bytes);
            push(RowKind::Product, &key_bytes, &row_bytes);
        }
        *environment.entry(key_bytes).or_default() |= criterion.vulnerable;
    }
    row_bytes.clear();
    row::write_environment(&mut row_bytes);
    for (key, _) in environment.into_iter().filter(|(_, vulnerable)| !vulnerable) {
        push(RowKind::Product, &key, &row_bytes);
    }

    let mut ecosystems = std::collections::BTreeSet::new();
    for (product, extent) in record.affected.iter().zip(extents) {
        row_bytes.clear();
        row::write_number(u64::from(extent.offset), &mut row_bytes);
        row::write_number(u64::from(extent.length), &mut row_bytes);
        for key in product.keys() {
            findable = true;
            push(RowKind::Subject, &subject::bytes(&key), &row_bytes);
        }
        let release = product.release.as_deref();
        ecosystems.extend(product.package.iter().map(|package| subject::release(&package.ecosystem, release)));
    }
    ecosystems.iter().for_each(|key| push(RowKind::Subject, key, &[]));

    // Whoever has withdrawn a record asserts nothing by it any more; since when it was known under its names stays to be found.
    let withdrawn = if record.withdrawn { alias::WITHDRAWN } else { 0 };
    for alias in record.aliases.iter().filter(|alias| **alias != record.id) {
        for (direction, key, other) in [(0, &record.id, alias), (alias::OF_THE_OTHER, alias, &record.id)] {
            row_bytes.clear();
            row_bytes.push(direction | withdrawn);
            row::write_text(other.as_str(), &mut row_bytes);
            push(RowKind::Alias, key.as_str().as_bytes(), &row_bytes);
        }
    }
    let newest = day::pack(record.published.max(record.modified));
    Ok(Facts { digest, newest, findable, withdrawn: record.withdrawn })
}

/// An entry that [`encode`] wrote.
pub(super) struct Entry<'a> {
    /// The content.
    pub(super) content: &'a [u8],
    rows: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Takes an entry apart.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let wrong = || "an entry ends early".to_owned();
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        let (content, rows) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(wrong)?;
        Ok(Self { content, rows })
    }

    /// Hands over each row with its key.
    pub(super) fn rows(&self, mut each: impl FnMut(RowKind, &[u8], &[u8]) -> Result<(), String>) -> Result<(), String> {
        let mut rest = self.rows;
        while !rest.is_empty() {
            let kind = match row::byte(&mut rest)? {
                0 => RowKind::Product,
                1 => RowKind::Subject,
                2 => RowKind::Alias,
                other => return Err(format!("a row of kind {other}")),
            };
            let mut part = || -> Result<&'a [u8], String> {
                let length = usize::try_from(row::read_number(&mut rest)?).map_err(|error| error.to_string())?;
                rest.split_off(..length).ok_or_else(|| "an entry ends early".to_owned())
            };
            let (key, row) = (part()?, part()?);
            each(kind, key, row)?;
        }
        Ok(())
    }
}
