//! The column of EPSS scores, packed.
//!
//! A new day changes nearly every percentile, because a percentile is a rank, and few scores. (The percentiles that are published do
//! not follow from the scores that are: they rank more digits than are told.) So scores are kept in pieces of up to a hundred
//! neighbours, and of each piece the last version of a file whole and the versions before it as what they differ by from the one
//! after them: what is asked for every day is read at once, and a day of the past takes a few bits for each score.
//!
//! What differs is written in two parts. Scores that are not in both, or not the same, are told one by one. Of all others the
//! percentile moved by nearly as much as that of the neighbour in rank: what is written, in the order of rank, is by how much more.

use std::collections::BTreeMap;

use crate::fact::{self, Held, Kind};
use crate::row::{read_number, write_number};

/// After so many versions of a piece one is kept whole again, so that no day is far from one.
pub(crate) const WHOLE_AFTER: usize = 32;
/// How many characters at the end of an identifier tell those of a piece apart.
const ENDING: usize = 2;
/// Numbers of endings that are no two digits begin here.
const OTHERS: u32 = 100;
/// As [`OTHERS`], of endings that are shorter.
const SHORTER: u32 = OTHERS + (1 << 16);

/// The number of an ending that is empty.
const LAST: u32 = SHORTER + 256;

/// What the first byte of a stored value says.
const WHOLE: u8 = 0;
const DIFFERENT: u8 = 1;

/// A score of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Score {
    /// The number of its ending.
    ending: u32,
    pub(crate) score: u32,
    pub(crate) percentile: u32,
}

/// What a new column did to the scores of the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) unchanged: u64,
    pub(crate) removed: u64,
}

/// The key under which a home says that it keeps its scores so, and how many there are.
pub(crate) fn sign() -> Box<[u8]> {
    fact::key(Kind::Scores, &[])
}

/// Whether this is the key of a piece.
pub(crate) fn is_piece(key: &[u8]) -> bool {
    key.first() == Some(&(Kind::Scores as u8)) && key.len() > 1
}

/// The key of the piece in which an identifier stands, and the number of its ending there.
pub(crate) fn place(id: &str) -> (Box<[u8]>, u32) {
    let (beginning, ending) = id.as_bytes().split_at(id.len().saturating_sub(ENDING));
    let number = match *ending {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => u32::from(tens - b'0') * 10 + u32::from(ones - b'0'),
        [first, second] => OTHERS + u32::from(u16::from_be_bytes([first, second])),
        [byte] => SHORTER + u32::from(byte),
        _ => LAST,
    };
    // No identifier makes this the key of the sign.
    (fact::key(Kind::Scores, &[b"-", beginning].concat()), number)
}

/// The identifier that stands in a piece with this ending.
fn identifier(key: &[u8], ending: u32) -> Result<String, String> {
    let mut bytes = key.get(2..).ok_or("the key of no piece")?.to_vec();
    match ending {
        ..OTHERS => bytes.extend_from_slice(format!("{ending:02}").as_bytes()),
        OTHERS..SHORTER => {
            // Below 2^16.
            bytes.extend_from_slice(&((ending - OTHERS) as u16).to_be_bytes());
        }
        SHORTER..LAST => bytes.push((ending - SHORTER) as u8),
        LAST => {}
        _ => return Err("an ending that no identifier has".to_owned()),
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

/// The pieces of a column, by key, after the sign. Of two scores of one identifier the last counts.
pub(crate) fn pack<'a>(scores: impl Iterator<Item = (&'a str, u32, u32)>) -> Vec<Held> {
    let mut pieces: BTreeMap<Box<[u8]>, BTreeMap<u32, Score>> = BTreeMap::new();
    for (id, score, percentile) in scores {
        let (key, ending) = place(id);
        pieces.entry(key).or_default().insert(ending, Score { ending, score, percentile });
    }
    let count = pieces.values().map(|piece| piece.len() as u64).sum();
    let mut sign_value = Vec::new();
    write_number(count, &mut sign_value);
    let mut column = vec![(sign(), sign_value.into())];
    column.extend(pieces.into_iter().map(|(key, piece)| (key, whole(&piece.into_values().collect::<Vec<_>>()))));
    column
}

/// The scores of a piece with their identifiers.
pub(crate) fn named(key: &[u8], value: &[u8]) -> Result<Vec<(String, Score)>, String> {
    scores(value)?.into_iter().map(|score| Ok((identifier(key, score.ending)?, score))).collect()
}

/// The score with this ending.
pub(crate) fn find(value: &[u8], ending: u32) -> Result<Option<Score>, String> {
    let scores = scores(value)?;
    Ok(scores.binary_search_by_key(&ending, |score| score.ending).ok().and_then(|at| scores.get(at).copied()))
}

/// What becomes of the scores of a column when another one takes its place; both by key.
pub(crate) fn compare(held: &[Held], wanted: &[Held]) -> Result<Counts, String> {
    let mut counts = Counts::default();
    let pieces = |column: &[Held]| -> Result<BTreeMap<Box<[u8]>, Vec<Score>>, String> {
        let pieces = column.iter().filter(|(key, _)| is_piece(key));
        pieces.map(|(key, value)| Ok((key.clone(), scores(value)?))).collect()
    };
    let (mut before, after) = (pieces(held)?, pieces(wanted)?);
    for (key, scores) in after {
        let before = before.remove(&key).unwrap_or_default();
        let mut gone = before.len() as u64;
        for score in scores {
            match before.binary_search_by_key(&score.ending, |score| score.ending) {
                Ok(at) => {
                    gone -= 1;
                    let same = before.get(at) == Some(&score);
                    *(if same { &mut counts.unchanged } else { &mut counts.changed }) += 1;
                }
                Err(_) => counts.added += 1,
            }
        }
        counts.removed += gone;
    }
    counts.removed += before.values().map(|piece| piece.len() as u64).sum::<u64>();
    Ok(counts)
}

/// A piece as it is held.
fn whole(scores: &[Score]) -> Box<[u8]> {
    let mut value = vec![WHOLE];
    write(&[], scores, &mut value);
    value.into()
}

/// Whether a stored value needs no other one.
pub(crate) fn is_whole(stored: &[u8]) -> bool {
    stored.first() == Some(&WHOLE)
}

/// The scores of a piece that is whole.
fn scores(value: &[u8]) -> Result<Vec<Score>, String> {
    match value.split_first() {
        Some((&WHOLE, rest)) => read(&[], rest),
        _ => Err("not whole".to_owned()),
    }
}

/// A version of a piece as what it differs by from the version after it; whole, where that is no longer. Both are whole.
pub(crate) fn reduced(value: &[u8], next: &[u8]) -> Result<Box<[u8]>, String> {
    let mut stored = vec![DIFFERENT];
    write(&scores(next)?, &scores(value)?, &mut stored);
    Ok(if stored.len() < value.len() { stored.into() } else { value.into() })
}

/// The version that [`reduced`] wrote, whole.
pub(crate) fn restored(stored: &[u8], next: &[u8]) -> Result<Box<[u8]>, String> {
    match stored.split_first() {
        Some((&DIFFERENT, rest)) => Ok(whole(&read(&scores(next)?, rest)?)),
        Some((&WHOLE, _)) => Ok(stored.into()),
        _ => Err("a form that nobody wrote".to_owned()),
    }
}

/// Whole values of a run of versions, of which the last is whole or gone.
pub(crate) fn restored_run(stored: Vec<Option<Box<[u8]>>>) -> Result<Vec<Option<Box<[u8]>>>, String> {
    let mut run = stored;
    for at in (0..run.len().saturating_sub(1)).rev() {
        let (before, after) = run.split_at_mut(at + 1);
        let (Some(Some(value)), Some(next)) = (before.last_mut(), after.first()) else { continue };
        if !is_whole(value) {
            *value = restored(value, next.as_deref().ok_or("what a version differs from is gone")?)?;
        }
    }
    match run.last() {
        Some(Some(last)) if !is_whole(last) => Err("the last version is not whole".to_owned()),
        _ => Ok(run),
    }
}

/// Appends what `scores` differ by from others; both by ending.
fn write(others: &[Score], scores: &[Score], out: &mut Vec<u8>) {
    let (mut told, mut count, mut behind) = (Vec::new(), 0_u64, 0_u32);
    let mut tell = |ending: u32, numbers: &[u64]| {
        write_number(u64::from(ending - behind), &mut told);
        numbers.iter().for_each(|number| write_number(*number, &mut told));
        behind = ending + 1;
        count += 1;
    };
    let mut common = Vec::new();
    let (mut others, mut scores) = (others.iter().peekable(), scores.iter().peekable());
    loop {
        match (others.peek(), scores.peek()) {
            (Some(other), score) if score.is_none_or(|score| other.ending < score.ending) => {
                tell(other.ending, &[0]);
                others.next();
            }
            (other, Some(score)) if other.is_none_or(|other| score.ending < other.ending) => {
                tell(score.ending, &[u64::from(score.score), u64::from(score.percentile)]);
                scores.next();
            }
            (Some(other), Some(score)) => {
                let moved = i64::from(score.percentile) - i64::from(other.percentile);
                if other.score == score.score {
                    common.push((other.percentile, other.ending, moved));
                } else {
                    let by = i64::from(score.score) - i64::from(other.score);
                    // It is not 0, which says that it is gone.
                    tell(score.ending, &[zigzag(by), zigzag(moved)]);
                }
                others.next();
                scores.next();
            }
            (None, None) | (Some(_), None) | (None, Some(_)) => break,
        }
    }
    write_number(count, out);
    out.append(&mut told);
    common.sort_unstable();
    let mut half = Halves::default();
    let mut before = 0;
    for (_, _, moved) in common {
        half.push(zigzag(moved - before));
        before = moved;
    }
    out.append(&mut half.finish());
}

/// What [`write`] wrote about scores that differ from these.
fn read(others: &[Score], mut bytes: &[u8]) -> Result<Vec<Score>, String> {
    let small = |number: i64| u32::try_from(number).map_err(|_| "a score out of range".to_owned());
    let count = read_number(&mut bytes)?;
    let (mut found, mut common, mut behind) = (Vec::new(), Vec::new(), 0_u64);
    let mut rest = others.iter().peekable();
    for _ in 0..count {
        let ending = behind.checked_add(read_number(&mut bytes)?).ok_or("an ending out of range")?;
        behind = ending.saturating_add(1);
        let ending = u32::try_from(ending).ok().filter(|ending| *ending <= LAST).ok_or("an ending out of range")?;
        while let Some(other) = rest.next_if(|other| other.ending < ending) {
            common.push(*other);
        }
        let first = read_number(&mut bytes)?;
        let number = |bytes: &mut &[u8]| read_number(bytes);
        match rest.next_if(|other| other.ending == ending) {
            Some(_) if first == 0 => {}
            Some(other) => {
                let by = |from: u32, by: u64| small(i64::from(from).checked_add(unzigzag(by)).unwrap_or(-1));
                let score = by(other.score, first)?;
                let percentile = by(other.percentile, number(&mut bytes)?)?;
                found.push(Score { ending, score, percentile });
            }
            None => {
                let large = |number: u64| u32::try_from(number).map_err(|_| "a score out of range".to_owned());
                let percentile = large(number(&mut bytes)?)?;
                found.push(Score { ending, score: large(first)?, percentile });
            }
        }
    }
    common.extend(rest);
    common.sort_unstable_by_key(|score| (score.percentile, score.ending));
    let mut halves = ReadHalves { bytes, at: 0 };
    let mut moved = 0_i64;
    for other in common {
        moved = moved.checked_add(unzigzag(halves.next()?)).ok_or("a percentile out of range")?;
        let percentile = small(i64::from(other.percentile).checked_add(moved).unwrap_or(-1))?;
        found.push(Score { percentile, ..other });
    }
    if halves.is_left() {
        return Err("more than there are scores".to_owned());
    }
    found.sort_unstable_by_key(|score| score.ending);
    Ok(found)
}

/// Small numbers of either sign as small numbers.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Numbers in half bytes: up to 14 in one; larger ones behind one of 15, three bits in each, the lowest first.
#[derive(Default)]
struct Halves {
    halves: Vec<u8>,
}

impl Halves {
    fn push(&mut self, number: u64) {
        let Some(mut rest) = number.checked_sub(15) else {
            // Below 15.
            self.halves.push(number as u8);
            return;
        };
        self.halves.push(15);
        loop {
            let more = rest >> 3 != 0;
            self.halves.push((rest & 7) as u8 | if more { 8 } else { 0 });
            rest >>= 3;
            if !more {
                return;
            }
        }
    }

    /// The bytes; what is not there reads as 0.
    fn finish(mut self) -> Vec<u8> {
        while self.halves.last() == Some(&0) {
            self.halves.pop();
        }
        let byte = |pair: &[u8]| pair.first().copied().unwrap_or(0) | pair.get(1).copied().unwrap_or(0) << 4;
        self.halves.chunks(2).map(byte).collect()
    }
}

struct ReadHalves<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl ReadHalves<'_> {
    fn half(&mut self) -> u8 {
        let byte = self.bytes.get(self.at / 2).copied().unwrap_or(0);
        self.at += 1;
        if self.at % 2 == 1 { byte & 15 } else { byte >> 4 }
    }

    fn next(&mut self) -> Result<u64, String> {
        let first = u64::from(self.half());
        if first < 15 {
            return Ok(first);
        }
        let mut rest = 0_u64;
        for shift in (0..60).step_by(3) {
            let half = u64::from(self.half());
            rest |= (half & 7) << shift;
            if half & 8 == 0 {
                return Ok(rest + 15);
            }
        }
        Err("a percentile out of range".to_owned())
    }

    /// Whether something stands behind what was read.
    fn is_left(&self) -> bool {
        self.bytes.len() > self.at.div_ceil(2)
    }
}

#[cfg(test)]
mod tests;
