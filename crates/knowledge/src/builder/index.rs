//! An index as it grows: which keys there are, and the rows of each.

use std::collections::HashMap;
use std::io;

use crate::file::Section;
use crate::file::strings::StringsBuilder;
use crate::file::writer::Writer;
use crate::index::Sections;
use crate::row;

/// A row that waits for its place.
#[derive(Clone, Copy)]
struct Row {
    key: u32,
    version: u32,
    /// Where its bytes end; they begin where those of the row before end.
    end: u32,
}

/// Collects rows version by version and writes them key by key.
#[derive(Default)]
pub(super) struct IndexBuilder {
    // Only looked up in; what is written comes from sorted lists.
    numbers: HashMap<Box<[u8]>, u32>,
    last: Option<(Box<[u8]>, u32)>,
    rows: Vec<Row>,
    bytes: Vec<u8>,
}

fn large<T>(_: T) -> io::Error {
    io::Error::other("too large for one generation")
}

impl IndexBuilder {
    /// Adds a row. Versions come in order.
    pub(super) fn push(&mut self, key: &[u8], version: u32, row: &[u8]) -> io::Result<()> {
        let key = self.number(key)?;
        self.bytes.extend_from_slice(row);
        self.rows.push(Row { key, version, end: u32::try_from(self.bytes.len()).map_err(large)? });
        Ok(())
    }

    fn number(&mut self, key: &[u8]) -> io::Result<u32> {
        // Most rows of a record have the key of the one before.
        if let Some((last, number)) = &self.last
            && **last == *key
        {
            return Ok(*number);
        }
        let number = match self.numbers.get(key) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.numbers.len()).map_err(large)?;
                self.numbers.insert(key.into(), number);
                number
            }
        };
        self.last = Some((key.into(), number));
        Ok(number)
    }

    /// Writes the sections of the index; where a section for names is given, also the numbers of the keys by the name of the
    /// product.
    pub(super) fn write(self, writer: &mut Writer, sections: Sections, names_to: Option<Section>) -> io::Result<()> {
        let [ends, bytes, table_to, rows] = sections;
        let mut keys: Vec<(Box<[u8]>, u32)> = self.numbers.into_iter().collect();
        keys.sort_unstable();
        // The rank of each key among the sorted ones, by the number it had so far.
        let mut ranks = vec![0_usize; keys.len()];
        for (rank, (_, number)) in keys.iter().enumerate() {
            ranks[*number as usize] = rank;
        }
        let mut strings = StringsBuilder::default();
        for (key, _) in &keys {
            strings.push(key).ok_or_else(|| large(()))?;
        }
        writer.section(ends, &strings.ends)?;
        writer.section(bytes, &strings.bytes)?;

        // Counting sort: rows of one key keep the order of their versions.
        let mut starts = vec![0_usize; keys.len() + 1];
        for row in &self.rows {
            starts[ranks[row.key as usize] + 1] += 1;
        }
        for rank in 0..keys.len() {
            starts[rank + 1] += starts[rank];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; self.rows.len()];
        for (index, row) in self.rows.iter().enumerate() {
            let slot = &mut next[ranks[row.key as usize]];
            order[*slot] = u32::try_from(index).map_err(large)?;
            *slot += 1;
        }

        let mut table = Vec::with_capacity(keys.len() * 12);
        let mut all = Vec::with_capacity(self.bytes.len() + self.rows.len() * 3);
        for rank in 0..keys.len() {
            let mut before = 0;
            let mine = &order[starts[rank]..starts[rank + 1]];
            for index in mine {
                let index = *index as usize;
                let row = self.rows[index];
                let start = if index == 0 { 0 } else { self.rows[index - 1].end };
                row::write_number(u64::from(row.version - before), &mut all);
                before = row.version;
                all.extend_from_slice(&self.bytes[start as usize..row.end as usize]);
            }
            table.extend_from_slice(&(all.len() as u64).to_le_bytes());
            table.extend_from_slice(&u32::try_from(mine.len()).map_err(large)?.to_le_bytes());
        }
        writer.section(table_to, &table)?;
        writer.section(rows, &all)?;
        let Some(names_to) = names_to else { return Ok(()) };
        let mut names: Vec<u32> = (0..u32::try_from(keys.len()).map_err(large)?).collect();
        let name = |rank: u32| row::key_product(&keys[rank as usize].0);
        names.sort_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
        let names: Vec<u8> = names.iter().flat_map(|rank| rank.to_le_bytes()).collect();
        writer.section(names_to, &names)
    }
}
