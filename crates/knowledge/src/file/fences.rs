//! The beginnings of some texts of a sorted list, as far apart as a block of the list has ends: a search that knows them reads what
//! lies between two of them, and not a block for each step.

use std::borrow::Cow;
use std::sync::OnceLock;

use ward_model::knowledge::KnowledgeError;

use super::strings::partition;

/// How far apart they stand.
const APART: u32 = 256;
/// How many bytes of each are known.
const KNOWN: usize = 16;

/// What is known of one list. It fills with what is asked for.
#[derive(Default)]
pub(crate) struct Fences(OnceLock<Box<[OnceLock<u128>]>>);

impl Fences {
    /// The first of `count` texts for which `before` does not hold; it must hold for all up to some place and for none after, for every
    /// text below `wanted` and for none above it.
    pub(crate) fn partition<'a>(
        &self,
        count: u32,
        wanted: &[u8],
        text: impl Fn(u32) -> Result<Cow<'a, [u8]>, KnowledgeError>,
        before: impl Fn(u32) -> Result<bool, KnowledgeError>,
    ) -> Result<u32, KnowledgeError> {
        let fences = self.0.get_or_init(|| (0..count / APART).map(|_| OnceLock::new()).collect());
        let wanted = beginning(wanted);
        let (mut low, mut high) = (0, fences.len());
        while low < high {
            let middle = low + (high - low) / 2;
            // The last text before the next fence; there are no more fences than `count` has such places.
            let at = (middle as u32 + 1) * APART - 1;
            let held = match fences[middle].get() {
                Some(held) => *held,
                None => {
                    let read = beginning(&text(at)?);
                    *fences[middle].get_or_init(|| read)
                }
            };
            let is_before = if held == wanted { before(at)? } else { held < wanted };
            if is_before { low = middle + 1 } else { high = middle }
        }
        // Fences are places below `count`.
        let from = low as u32 * APART;
        let left = (count - from).min(APART);
        Ok(from + partition(left, |at| before(from + at))?)
    }
}

/// The first bytes of a text as a number: of two texts whose numbers differ, the one with the smaller number is the smaller one.
fn beginning(text: &[u8]) -> u128 {
    let mut bytes = [0; KNOWN];
    let length = text.len().min(KNOWN);
    bytes[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{APART, Fences, partition};

    proptest! {
        #[test]
        fn a_search_finds_what_one_without_fences_finds(
            texts in prop::collection::btree_set("[a\\x00b]{0,18}|aaaaaaaaaaaaaaaa[ab\\x00]{0,4}", 0..40),
            times in prop::collection::vec(1_usize..120, 40),
            wanted in prop::collection::vec("[a\\x00b]{0,18}|aaaaaaaaaaaaaaaa[ab\\x00]{0,4}", 1..12),
        ) {
            // Each as often as it comes: a list of facts holds a key once for each transaction.
            let list: Vec<(&String, usize)> =
                texts.iter().zip(times).flat_map(|(text, times)| (0..times).map(move |time| (text, time))).collect();
            let count = list.len() as u32;
            let fences = Fences::default();
            for wanted in wanted.iter().chain(texts.iter().take(5)) {
                for limit in [0, 1, 50, usize::MAX] {
                    let before = |at: u32| Ok((list[at as usize].0, list[at as usize].1) < (wanted, limit));
                    let text = |at: u32| Ok(Cow::Borrowed(list[at as usize].0.as_bytes()));
                    let found = fences.partition(count, wanted.as_bytes(), text, before);
                    prop_assert_eq!(found.unwrap(), partition(count, before).unwrap());
                }
            }
            prop_assert!(fences.0.get().is_none_or(|fences| fences.len() as u32 == count / APART));
        }
    }
}
