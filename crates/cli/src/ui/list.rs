//! One long list inside an answer, made into JSON by several threads. The bytes are those that one thread would write.

use std::io;
use std::num::NonZero;
use std::sync::mpsc::sync_channel;
use std::thread;

use serde::Serialize;

mod shared;

pub use shared::Identity;
use shared::Texts;

/// How many items are made into text in one go.
const PORTION: usize = 16;
/// How many portions each thread may be ahead of what is written.
const AHEAD: usize = 4;
/// More would wait for the one that writes.
const MOST_THREADS: usize = 4;

/// Writes an answer as indented JSON. `name` is a field of `answer` that holds an empty list: what it stands for is `list`. What its
/// items share, by `identity`, is made into text once.
///
/// # Errors
/// What `to` says, that there is no such field, or that an item is no structure.
pub fn write<T: Serialize + Sync>(
    to: &mut impl io::Write,
    answer: &impl Serialize,
    name: &str,
    list: &[T],
    identity: Identity<T>,
) -> io::Result<()> {
    // No text inside the answer holds a line end: only a field of the answer itself stands behind one and two blanks.
    let empty = format!("\n  \"{name}\": []");
    let (empty, held, list) = (empty.as_bytes(), Vec::with_capacity(2 * HELD), Some(list));
    let mut filling = Filling { to, empty, held, list, identity };
    serde_json::to_writer_pretty(&mut filling, answer)?;
    match filling.list {
        None => Ok(()),
        Some(_) => Err(io::Error::other(format!("the answer has no empty list `{name}`"))),
    }
}

/// So much is held back until it is known that the list is not in it.
const HELD: usize = 1 << 12;

/// Writes an answer as it comes, and the list in the place of the first empty one of its name.
struct Filling<'a, W, T> {
    to: &'a mut W,
    /// How the empty list is written, with what stands before it.
    empty: &'a [u8],
    held: Vec<u8>,
    /// What is still to be written.
    list: Option<&'a [T]>,
    identity: Identity<T>,
}

impl<W: io::Write, T: Serialize + Sync> io::Write for Filling<'_, W, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(list) = self.list else { return self.to.write(bytes) };
        // What was there before holds no whole one.
        let from = self.held.len().saturating_sub(self.empty.len() - 1);
        self.held.extend_from_slice(bytes);
        if let Some(place) = self.held[from..].windows(self.empty.len()).position(|at| at == self.empty) {
            self.list = None;
            let end = from + place + self.empty.len();
            if list.is_empty() {
                self.to.write_all(&self.held[..end])?;
            } else {
                self.to.write_all(&self.held[..end - 1])?;
                portions(self.to, list, self.identity)?;
                self.to.write_all(b"\n  ]")?;
            }
            self.to.write_all(&self.held[end..])?;
            self.held = Vec::new();
        } else if self.held.len() > HELD {
            let sure = self.held.len() + 1 - self.empty.len();
            self.to.write_all(&self.held[..sure])?;
            self.held.drain(..sure);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes the items of a list, as they stand inside a field of an answer.
fn portions<T: Serialize + Sync>(to: &mut impl io::Write, list: &[T], identity: Identity<T>) -> io::Result<()> {
    let all: Vec<&[T]> = list.chunks(PORTION).collect();
    let texts = Texts::new(identity);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(MOST_THREADS).min(all.len());
    thread::scope(|scope| {
        // The portions go around the threads, of which this one is the first, and are taken from them in turn.
        let made: Vec<_> = (1..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(AHEAD);
                let mine = all.iter().skip(first).step_by(threads);
                let texts = &texts;
                let work = move || {
                    for portion in mine {
                        // Nobody listens any more where writing has failed.
                        if sender.send(portion_text(portion, texts)).is_err() {
                            return;
                        }
                    }
                };
                thread::Builder::new().spawn_scoped(scope, work).map(|_| receiver)
            })
            .collect();
        for (number, portion) in all.iter().enumerate() {
            let text = match (number % threads).checked_sub(1).and_then(|other| made.get(other)) {
                Some(Ok(receiver)) => receiver.recv().map_err(io::Error::other)??,
                // Its own portions, and all where the system gives no further thread.
                _ => portion_text(portion, &texts)?,
            };
            // There is no comma before the first one.
            to.write_all(&text[usize::from(number == 0)..])?;
        }
        Ok(())
    })
}

/// The text of some items, each with a comma and a line end before it.
fn portion_text<T: Serialize>(items: &[T], texts: &Texts<T>) -> io::Result<Vec<u8>> {
    // Little enough to be taken from what was given back before, and not from the system.
    let mut text = Vec::with_capacity(items.len() << 12);
    for item in items {
        text.extend_from_slice(b",\n    ");
        texts.write(item, &mut text)?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::write;

    #[derive(Serialize)]
    struct Answer {
        first: String,
        list: Vec<Item>,
        last: Vec<u8>,
    }

    #[derive(Debug, Clone, Serialize)]
    struct Item {
        text: String,
        inside: Vec<Item>,
    }

    #[derive(Debug, Serialize)]
    struct Part {
        text: String,
        list: Vec<u8>,
    }

    #[derive(Debug, Serialize)]
    struct Sharing {
        one: Arc<Part>,
        only: u8,
        other: Arc<Part>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        seldom: Vec<u8>,
    }

    #[derive(Serialize)]
    struct Shared<'a> {
        list: &'a [Sharing],
    }

    #[test]
    fn an_answer_without_the_list_is_refused() {
        let answer = Answer { first: String::new(), list: Vec::new(), last: Vec::new() };
        let item = Item { text: String::new(), inside: Vec::new() };
        assert!(write(&mut Vec::new(), &answer, "other", std::slice::from_ref(&item), |_, _| None).is_err());
        // Only structures have fields to share.
        assert!(write(&mut Vec::new(), &answer, "list", &[1], |_, _| None).is_err());
        let full = Answer { list: vec![item], ..answer };
        assert!(write(&mut Vec::new(), &full, "list", &full.list, |_, _| None).is_err());
    }

    #[test]
    fn a_long_answer_is_written_as_it_comes() {
        for length in [4_000, 4_096, 5_000, 100_000] {
            let item = Item { text: "x".to_owned(), inside: Vec::new() };
            let mut answer = Answer { first: "a".repeat(length), list: vec![item], last: vec![7; length / 10] };
            let expected = serde_json::to_vec_pretty(&answer).unwrap();
            let list = std::mem::take(&mut answer.list);
            let mut written = Vec::new();
            write(&mut written, &answer, "list", &list, |_, _| None).unwrap();
            assert!(written == expected, "{length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn the_bytes_are_those_of_one_thread(
            texts in prop::collection::vec("[a\n\"\\[\\], ]{0,9}", 0..200),
            odd in prop::sample::select(vec!["", "\n  \"list\": []", "\"list\": []"]),
        ) {
            let item = |text: &String| Item { text: text.clone(), inside: Vec::new() };
            let items = texts.iter().map(|text| Item { inside: vec![item(text); text.len() % 3], ..item(text) });
            let mut answer = Answer { first: odd.to_owned(), list: items.collect(), last: vec![1] };
            let expected = serde_json::to_vec_pretty(&answer).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let list = std::mem::take(&mut answer.list);
            let mut written = Vec::new();
            write(&mut written, &answer, "list", &list, |_, _| None).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(written, expected);
        }

        #[test]
        fn what_is_shared_is_written_wherever_it_stands(
            parts in prop::collection::vec(("[a\n\"]{0,5}", prop::collection::vec(0_u8..9, 0..3)), 1..6),
            items in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..3), 0..120),
        ) {
            let parts: Vec<Arc<Part>> = parts.into_iter().map(|(text, list)| Arc::new(Part { text, list })).collect();
            let sharing = |(one, other, only): (prop::sample::Index, prop::sample::Index, u8)| Sharing {
                one: Arc::clone(one.get(&parts)),
                only,
                other: Arc::clone(other.get(&parts)),
                seldom: vec![only; usize::from(only)],
            };
            let list: Vec<Sharing> = items.into_iter().map(sharing).collect();
            let expected = serde_json::to_string_pretty(&Shared { list: &list }).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let identity = |item: &Sharing, field: &'static str| match field {
                "one" => Some(Arc::as_ptr(&item.one).addr()),
                "other" => Some(Arc::as_ptr(&item.other).addr()),
                _ => None,
            };
            let mut written = Vec::new();
            write(&mut written, &Shared { list: &[] }, "list", &list, identity).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(String::from_utf8(written), Ok(expected));
        }
    }
}
