//! A sorted list of texts in two sections: where each ends, and their bytes.

use std::borrow::Cow;

use ward_model::knowledge::KnowledgeError;

use super::reader::Reader;
use super::{Section, unreadable};

/// A sorted list that is looked up in place.
pub(crate) struct Strings<'a> {
    reader: &'a Reader,
    ends: Section,
    bytes: Section,
}

impl<'a> Strings<'a> {
    pub(crate) fn new(reader: &'a Reader, ends: Section, bytes: Section) -> Self {
        Self { reader, ends, bytes }
    }

    /// How many there are. A list has fewer than 2^32 entries: the writer numbers them so.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.reader.length(self.ends) / 4).unwrap_or(u32::MAX)
    }

    /// One of them.
    pub(crate) fn bytes(&self, index: u32) -> Result<Cow<'a, [u8]>, KnowledgeError> {
        let at = u64::from(index) * 4;
        let (start, end) = if index == 0 {
            (0, u32::from_le_bytes(self.reader.array(self.ends, 0)?))
        } else {
            let both: [u8; 8] = self.reader.array(self.ends, at - 4)?;
            let [a, b, c, d, e, f, g, h] = both;
            (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
        };
        let length = end.checked_sub(start).ok_or_else(|| unreadable(self.ends.word(), "not in order"))?;
        self.reader.bytes(self.bytes, u64::from(start), length as usize)
    }

    /// One of them as text.
    pub(crate) fn text(&self, index: u32) -> Result<String, KnowledgeError> {
        String::from_utf8(self.bytes(index)?.into_owned()).map_err(|_| unreadable(self.bytes.word(), "not UTF-8"))
    }

    /// The first that is no smaller than the wanted one; behind the last one where there is none.
    pub(crate) fn first_from(&self, wanted: &[u8]) -> Result<u32, KnowledgeError> {
        self.partition(wanted, |index| Ok(*self.bytes(index)? < *wanted))
    }

    /// The first for which `before` does not hold; it must hold for all up to some place and for none after, for every text below `wanted`
    /// and for none above it.
    pub(crate) fn partition(
        &self,
        wanted: &[u8],
        before: impl Fn(u32) -> Result<bool, KnowledgeError>,
    ) -> Result<u32, KnowledgeError> {
        self.reader.fences(self.bytes).partition(self.len(), wanted, |index| self.bytes(index), before)
    }

    /// The first that is equal to the wanted one.
    pub(crate) fn find(&self, wanted: &[u8]) -> Result<Option<u32>, KnowledgeError> {
        let at = self.first_from(wanted)?;
        Ok((at < self.len() && *self.bytes(at)? == *wanted).then_some(at))
    }
}

/// The first of `count` numbers for which `before` does not hold; it must hold for all up to some place and for none after.
pub(crate) fn partition(
    count: u32,
    before: impl Fn(u32) -> Result<bool, KnowledgeError>,
) -> Result<u32, KnowledgeError> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Collects a sorted list for [`Strings`].
#[derive(Default)]
pub(crate) struct StringsBuilder {
    pub(crate) ends: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

impl StringsBuilder {
    /// Appends one; `None` where the list has become too long.
    pub(crate) fn push(&mut self, text: &[u8]) -> Option<()> {
        self.bytes.extend_from_slice(text);
        self.ends.extend_from_slice(&u32::try_from(self.bytes.len()).ok()?.to_le_bytes());
        Some(())
    }
}
