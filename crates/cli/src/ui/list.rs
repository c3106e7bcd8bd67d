//! One long list inside an answer, made into JSON by several threads. The bytes are those that one thread would write.

use std::io;
use std::num::NonZero;
use std::sync::mpsc::sync_channel;
use std::thread;

use serde::Serialize;

/// How many items are made into text in one go.
const PORTION: usize = 16;
/// How many portions each thread may be ahead of what is written.
const AHEAD: usize = 4;
/// More would wait for the one that writes.
const MOST_THREADS: usize = 4;

/// Writes an answer as indented JSON. `name` is a field of `answer` that holds an empty list: what it stands for is `list`.
///
/// # Errors
/// What `to` says, or that there is no such field.
pub fn write<T: Serialize + Sync>(
    to: &mut impl io::Write,
    answer: &impl Serialize,
    name: &str,
    list: &[T],
) -> io::Result<()> {
    // No text inside the answer holds a line end: only a field of the answer itself stands behind one and two blanks.
    let empty = format!("\n  \"{name}\": []");
    let mut filling = Filling { to, empty: empty.as_bytes(), held: Vec::with_capacity(2 * HELD), list: Some(list) };
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
                portions(self.to, list)?;
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
fn portions<T: Serialize + Sync>(to: &mut impl io::Write, list: &[T]) -> io::Result<()> {
    let all: Vec<&[T]> = list.chunks(PORTION).collect();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(MOST_THREADS).min(all.len());
    thread::scope(|scope| {
        // The portions go around the threads, and are taken from them in turn.
        let made: Vec<_> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(AHEAD);
                let mine = all.iter().skip(first).step_by(threads);
                let work = move || {
                    for portion in mine {
                        // Nobody listens any more where writing has failed.
                        if sender.send(portion_text(portion)).is_err() {
                            return;
                        }
                    }
                };
                thread::Builder::new().spawn_scoped(scope, work).map(|_| receiver)
            })
            .collect();
        for (number, portion) in all.iter().enumerate() {
            let text = match made.get(number % threads) {
                Some(Ok(receiver)) => receiver.recv().map_err(io::Error::other)??,
                // Where the system gives no further thread, this one makes it.
                _ => portion_text(portion)?,
            };
            // There is no comma before the first one.
            let start = if number == 0 { START + 1 } else { START };
            to.write_all(&text[start..])?;
        }
        Ok(())
    })
}

/// Items of a list, as serde_json writes them where the list is a field of an answer.
#[derive(Serialize)]
struct Around<'a, T> {
    items: &'a [T],
}

/// What stands before the first item and behind the last one.
const AROUND: (&str, &str) = ("{\n  \"items\": [\n", "\n  ]\n}");
/// Where a portion begins, with the comma behind the one before it.
const START: usize = AROUND.0.len() - ",\n".len();

/// The text of some items; what counts of it begins at [`START`].
fn portion_text<T: Serialize>(items: &[T]) -> io::Result<Vec<u8>> {
    // Little enough to be taken from what was given back before, and not from the system.
    let mut text = Vec::with_capacity(items.len() << 12);
    serde_json::to_writer_pretty(&mut text, &Around { items })?;
    text.truncate(text.len().saturating_sub(AROUND.1.len()));
    text[START] = b',';
    Ok(text)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn an_answer_without_the_list_is_refused() {
        let answer = Answer { first: String::new(), list: Vec::new(), last: Vec::new() };
        assert!(write(&mut Vec::new(), &answer, "other", &[1]).is_err());
        let full = Answer { list: vec![Item { text: String::new(), inside: Vec::new() }], ..answer };
        assert!(write(&mut Vec::new(), &full, "list", &full.list).is_err());
    }

    #[test]
    fn a_long_answer_is_written_as_it_comes() {
        for length in [4_000, 4_096, 5_000, 100_000] {
            let item = Item { text: "x".to_owned(), inside: Vec::new() };
            let mut answer = Answer { first: "a".repeat(length), list: vec![item], last: vec![7; length / 10] };
            let expected = serde_json::to_vec_pretty(&answer).unwrap();
            let list = std::mem::take(&mut answer.list);
            let mut written = Vec::new();
            write(&mut written, &answer, "list", &list).unwrap();
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
            write(&mut written, &answer, "list", &list).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(written, expected);
        }
    }
}
