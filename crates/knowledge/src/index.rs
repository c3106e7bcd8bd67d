//! An index as it stands in a file: sorted keys, and for each the versions of records that speak of it.

use std::borrow::Cow;

use ward_model::knowledge::KnowledgeError;

use crate::file::reader::Reader;
use crate::file::strings::Strings;
use crate::file::{Section, unreadable};
use crate::row;

/// The sections of an index: ends of keys, keys, table, rows.
pub(crate) type Sections = [Section; 4];

/// Products of criteria.
pub(crate) const PRODUCTS: Sections =
    [Section::ProductEnds, Section::ProductBytes, Section::ProductTable, Section::ProductRows];
/// Subjects of statements.
pub(crate) const SUBJECTS: Sections =
    [Section::SubjectEnds, Section::SubjectBytes, Section::SubjectTable, Section::SubjectRows];
/// Names of vulnerabilities.
pub(crate) const ALIASES: Sections = [Section::AliasEnds, Section::AliasBytes, Section::AliasTable, Section::AliasRows];
/// Where the rows of a key end, and how many they are.
pub(crate) const ENTRY: u64 = 8 + 4;
/// How many bytes a number in groups of seven bits has at most.
const LONGEST_NUMBER: usize = 10;

/// An index that is read in place.
pub(crate) struct Index<'a> {
    reader: &'a Reader,
    sections: Sections,
}

/// The rows of one key.
pub(crate) struct Rows<'a> {
    bytes: Cow<'a, [u8]>,
    count: u32,
    section: Section,
}

impl<'a> Index<'a> {
    pub(crate) fn new(reader: &'a Reader, sections: Sections) -> Self {
        Self { reader, sections }
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> Strings<'a> {
        Strings::new(self.reader, self.sections[0], self.sections[1])
    }

    fn end(&self, index: u32) -> Result<(u64, u32), KnowledgeError> {
        let entry: [u8; ENTRY as usize] = self.reader.array(self.sections[2], u64::from(index) * ENTRY)?;
        let [a, b, c, d, e, f, g, h, count @ ..] = entry;
        Ok((u64::from_le_bytes([a, b, c, d, e, f, g, h]), u32::from_le_bytes(count)))
    }

    /// Where the rows of the key at this place begin, how many bytes they have, and how many there are.
    fn extent(&self, index: u32) -> Result<(u64, usize, u32), KnowledgeError> {
        let section = self.sections[3];
        let start = if index == 0 { 0 } else { self.end(index - 1)?.0 };
        let (end, count) = self.end(index)?;
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length as u64 <= self.reader.length(section));
        Ok((start, length.ok_or_else(|| unreadable(section.word(), "not in order"))?, count))
    }

    /// The version of the first row of the key at this place. No other row is read for it.
    pub(crate) fn first(&self, index: u32) -> Result<Option<u32>, KnowledgeError> {
        let section = self.sections[3];
        let (start, length, _) = self.extent(index)?;
        if length == 0 {
            return Ok(None);
        }
        let number =
            self.reader.with(section, start, length.min(LONGEST_NUMBER), |mut bytes| row::read_number(&mut bytes))?;
        let number = number.map_err(|reason| unreadable(section.word(), reason))?;
        let wrong = |_| unreadable(section.word(), format!("there is no version {number}"));
        u32::try_from(number).map(Some).map_err(wrong)
    }

    /// The rows of the key at this place.
    pub(crate) fn rows(&self, index: u32) -> Result<Rows<'a>, KnowledgeError> {
        let section = self.sections[3];
        let (start, length, count) = self.extent(index)?;
        Ok(Rows { bytes: self.reader.bytes(section, start, length)?, count, section })
    }

    /// The rows of this key.
    pub(crate) fn find(&self, key: &[u8]) -> Result<Option<Rows<'a>>, KnowledgeError> {
        self.keys().find(key)?.map(|index| self.rows(index)).transpose()
    }

    /// The places of all keys that begin so.
    pub(crate) fn beginning(&self, prefix: &[u8]) -> Result<Vec<u32>, KnowledgeError> {
        let keys = self.keys();
        let first = keys.first_from(prefix)?;
        let mut found = Vec::new();
        for at in first..keys.len() {
            if !keys.bytes(at)?.starts_with(prefix) {
                break;
            }
            found.push(at);
        }
        Ok(found)
    }
}

impl Rows<'_> {
    /// Hands each row to `each` until it says that it has seen enough: the version of a record, and the bytes from there on, which
    /// it moves behind the row.
    pub(crate) fn walk(
        &self,
        mut each: impl FnMut(u32, &mut &[u8]) -> Result<bool, KnowledgeError>,
    ) -> Result<(), KnowledgeError> {
        let wrong = |reason: String| unreadable(self.section.word(), reason);
        let mut rest = &*self.bytes;
        let (mut version, mut seen) = (0_u64, 0);
        while !rest.is_empty() {
            version = version.saturating_add(row::read_number(&mut rest).map_err(wrong)?);
            let number = u32::try_from(version).map_err(|_| wrong(format!("there is no version {version}")))?;
            seen += 1;
            if !each(number, &mut rest)? {
                return Ok(());
            }
        }
        if seen == self.count { Ok(()) } else { Err(wrong(format!("{seen} rows where {} were written", self.count))) }
    }
}
