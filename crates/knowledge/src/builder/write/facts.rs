//! Writes facts by key, then transaction: those of the files that are replaced, and the news.

use std::cmp::Ordering;
use std::io;

use ward_model::knowledge::KnowledgeError;

use crate::column;
use crate::fact::Fact;
use crate::file::Section;
use crate::file::writer::Writer;
use crate::layer::{FactWalk, GONE, Layer};

/// What is written.
struct Merged<'a> {
    layers: &'a [&'a Layer],
    news: &'a [Fact],
    /// That of the news.
    transaction: u32,
}

/// One that waits for the next one, from which it may differ little.
struct Waiting {
    key: Box<[u8]>,
    /// None: it is gone.
    value: Option<Box<[u8]>>,
    transaction: u32,
    /// From which of the files, or the news.
    from: usize,
    /// How many versions of it are before it.
    number: usize,
}

/// Goes through them once for each section, so that they need not be held.
pub(super) fn write(writer: &mut Writer, layers: &[&Layer], news: &[Fact], transaction: u32) -> io::Result<()> {
    let merged = Merged { layers, news, transaction };
    writer.begin(Section::FactEnds)?;
    let mut end = 0;
    merged.each(false, |one| writer.write(&behind(&mut end, one.key.len())?).map(drop))?;
    writer.begin(Section::FactKeys)?;
    merged.each(false, |one| writer.write(&one.key).map(drop))?;
    writer.begin(Section::FactTimes)?;
    merged.each(false, |one| {
        let gone = if one.value.is_some() { 0 } else { GONE };
        writer.write(&(one.transaction | gone).to_le_bytes()).map(drop)
    })?;
    writer.begin(Section::FactValueEnds)?;
    let mut end = 0;
    merged.each(true, |one| {
        let length = one.value.as_ref().map_or(0, |value| value.len());
        writer.write(&behind(&mut end, length)?).map(drop)
    })?;
    writer.begin(Section::FactValues)?;
    merged.each(true, |one| writer.write(one.value.as_deref().unwrap_or_default()).map(drop))
}

/// Where a text ends that begins where the one before ends.
fn behind(end: &mut u32, length: usize) -> io::Result<[u8; 4]> {
    let next = u32::try_from(length).ok().and_then(|length| end.checked_add(length));
    *end = next.ok_or_else(|| io::Error::other("too large for one file"))?;
    Ok(end.to_le_bytes())
}

impl Merged<'_> {
    /// Hands all of them over in their order. Where only keys and times are asked for, values may be longer than they will be.
    fn each(&self, values: bool, mut each: impl FnMut(&Waiting) -> io::Result<()>) -> io::Result<()> {
        let walks = self.layers.iter().map(|layer| layer.facts()).collect::<Result<Vec<FactWalk<'_>>, _>>();
        let mut walks = walks.map_err(io::Error::other)?;
        let mut news = self.news.iter().peekable();
        let mut waiting: Option<Waiting> = None;
        while let Some((mut next, place)) = self.next(&mut walks, &mut news).map_err(io::Error::other)? {
            if let Some(one) = waiting.as_mut().filter(|one| one.key == next.key) {
                next.number = one.number + 1;
                if values && column::is_piece(&one.key) {
                    self.reduce(one, &next, place)?;
                }
            }
            if let Some(one) = waiting.replace(next) {
                each(&one)?;
            }
        }
        waiting.iter().try_for_each(each)
    }

    /// The last version of a piece in a file that another one goes on from is no longer the last.
    fn reduce(&self, one: &mut Waiting, next: &Waiting, place: u32) -> io::Result<()> {
        let (Some(value), Some(stored)) = (&one.value, &next.value) else { return Ok(()) };
        if one.from == next.from || (one.number + 1).is_multiple_of(column::WHOLE_AFTER) {
            return Ok(());
        }
        let whole = match self.layers.get(next.from) {
            Some(layer) => layer.value_at(place, &next.key).map_err(io::Error::other)?,
            None => Some(stored.to_vec()),
        };
        if let Some(whole) = whole {
            one.value = Some(column::reduced(value, &whole).map_err(io::Error::other)?);
        }
        Ok(())
    }

    /// The first file with the least key; on equal keys the earlier file, and the news last. Also its place there.
    fn next(
        &self,
        walks: &mut [FactWalk<'_>],
        news: &mut std::iter::Peekable<std::slice::Iter<'_, Fact>>,
    ) -> Result<Option<(Waiting, u32)>, KnowledgeError> {
        let mut least = None;
        for (from, walk) in walks.iter().enumerate() {
            if let Some(row) = walk.row()?
                && least.is_none_or(|(_, key)| row.key < key)
            {
                least = Some((from, row.key));
            }
        }
        let held = match (least, news.peek()) {
            (Some((from, key)), new) if new.is_none_or(|(new, _)| key.cmp(new) != Ordering::Greater) => Some(from),
            _ => None,
        };
        if let Some(walk) = held.and_then(|from| walks.get_mut(from))
            && let Some(row) = walk.row()?
        {
            let (key, value) = (row.key.into(), row.value.map(Box::from));
            let one = Waiting { key, value, transaction: row.transaction, from: held.unwrap_or_default(), number: 0 };
            let place = walk.place();
            walk.advance()?;
            return Ok(Some((one, place)));
        }
        let new = news.next().map(|(key, value)| Waiting {
            key: key.clone(),
            value: value.clone(),
            transaction: self.transaction,
            from: self.layers.len(),
            number: 0,
        });
        Ok(new.map(|new| (new, 0)))
    }
}
