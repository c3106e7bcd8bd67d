//! The product index as it grows: which products there are, and the rows of each.

use std::collections::HashMap;
use std::io;

use crate::file::Section;
use crate::file::strings::StringsBuilder;
use crate::file::writer::Writer;
use crate::row;

/// A row that waits for its place.
#[derive(Clone, Copy)]
struct Row {
    product: u32,
    record: u32,
    /// Where its bytes end; they begin where those of the row before end.
    end: u32,
}

/// Collects rows record by record and writes them product by product.
#[derive(Default)]
pub(super) struct Products {
    // Only looked up in; what is written comes from sorted lists.
    numbers: HashMap<Box<[u8]>, u32>,
    last: Option<(Box<[u8]>, u32)>,
    rows: Vec<Row>,
    bytes: Vec<u8>,
}

fn large<T>(_: T) -> io::Error {
    io::Error::other("too large for one generation")
}

impl Products {
    /// Adds a product that a record names; `row` is empty where it names it as environment only. Records come in order.
    pub(super) fn push(&mut self, key: &[u8], record: u32, row: &[u8]) -> io::Result<()> {
        let product = self.number(key)?;
        if row.is_empty() {
            return Ok(());
        }
        self.bytes.extend_from_slice(row);
        self.rows.push(Row { product, record, end: u32::try_from(self.bytes.len()).map_err(large)? });
        Ok(())
    }

    fn number(&mut self, key: &[u8]) -> io::Result<u32> {
        // Most criteria of a record name the product of the one before.
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

    /// Writes the sections of the index.
    pub(super) fn write(self, writer: &mut Writer) -> io::Result<()> {
        let mut keys: Vec<(Box<[u8]>, u32)> = self.numbers.into_iter().collect();
        keys.sort_unstable();
        // The rank of each product among the sorted ones, by the number it had so far.
        let mut ranks = vec![0_usize; keys.len()];
        for (rank, (_, number)) in keys.iter().enumerate() {
            ranks[*number as usize] = rank;
        }
        let mut names: Vec<u32> = (0..u32::try_from(keys.len()).map_err(large)?).collect();
        let name = |rank: u32| row::key_product(&keys[rank as usize].0);
        names.sort_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));

        let mut strings = StringsBuilder::default();
        for (key, _) in &keys {
            strings.push(key).ok_or_else(|| large(()))?;
        }
        writer.section(Section::ProductEnds, &strings.ends)?;
        writer.section(Section::ProductBytes, &strings.bytes)?;

        // Counting sort: rows of one product keep the order of their records.
        let mut starts = vec![0_usize; keys.len() + 1];
        for row in &self.rows {
            starts[ranks[row.product as usize] + 1] += 1;
        }
        for rank in 0..keys.len() {
            starts[rank + 1] += starts[rank];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; self.rows.len()];
        for (index, row) in self.rows.iter().enumerate() {
            let slot = &mut next[ranks[row.product as usize]];
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
                row::write_number(u64::from(row.record - before), &mut all);
                before = row.record;
                all.extend_from_slice(&self.bytes[start as usize..row.end as usize]);
            }
            table.extend_from_slice(&(all.len() as u64).to_le_bytes());
            table.extend_from_slice(&u32::try_from(mine.len()).map_err(large)?.to_le_bytes());
        }
        writer.section(Section::ProductTable, &table)?;
        writer.section(Section::Rows, &all)?;
        let names: Vec<u8> = names.iter().flat_map(|rank| rank.to_le_bytes()).collect();
        writer.section(Section::ProductNames, &names)
    }
}
