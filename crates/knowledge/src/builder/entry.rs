//! A record on its way into a generation: its content, and the rows that it will have in the product index.

use ward_model::digest::Digest;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::memory::criteria;
use crate::{day, identity, row};

/// What is known of an entry without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// The digest of the content.
    pub(super) digest: Digest,
    /// The newest date in the record.
    pub(super) newest: i32,
    /// When the source last changed it.
    pub(super) modified: i32,
    /// Whether any vulnerable criterion names a product.
    pub(super) findable: bool,
}

/// Writes the entry of a record into `out`, which is emptied first: the length of the content, the content, the rows.
pub(super) fn encode(record: &VulnerabilityRecord, out: &mut Vec<u8>) -> Result<Facts, String> {
    out.clear();
    out.extend_from_slice(&[0; 4]);
    *out = identity::content(record, std::mem::take(out)).map_err(|error| error.to_string())?;
    let length = u32::try_from(out.len() - 4).map_err(|_| "too long".to_owned())?;
    out[..4].copy_from_slice(&length.to_le_bytes());
    let digest = identity::of_record(&out[4..]);
    let mut findable = false;
    let mut key_bytes = Vec::new();
    let mut row_bytes = Vec::new();
    for criterion in criteria(record) {
        let Some(key) = criterion.cpe.product_key() else { continue };
        key_bytes.clear();
        row::key_bytes(&key, &mut key_bytes);
        row_bytes.clear();
        if criterion.vulnerable {
            findable = true;
            row::write(criterion, &mut row_bytes);
        }
        for bytes in [&key_bytes, &row_bytes] {
            row::write_number(bytes.len() as u64, out);
            out.extend_from_slice(bytes);
        }
    }
    let newest = day::pack(record.published.max(record.modified));
    Ok(Facts { digest, newest, modified: day::pack(record.modified), findable })
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

    /// Hands over each product with its row; the row is empty where the product is named as environment only.
    pub(super) fn rows(&self, mut each: impl FnMut(&[u8], &[u8]) -> Result<(), String>) -> Result<(), String> {
        let mut rest = self.rows;
        while !rest.is_empty() {
            let mut part = || -> Result<&'a [u8], String> {
                let length = usize::try_from(row::read_number(&mut rest)?).map_err(|error| error.to_string())?;
                rest.split_off(..length).ok_or_else(|| "an entry ends early".to_owned())
            };
            let (key, row) = (part()?, part()?);
            each(key, row)?;
        }
        Ok(())
    }
}
