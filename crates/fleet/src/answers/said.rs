//! What is said of pairs, as few bytes: most of what a portfolio answers are numbers of vulnerabilities close to each other.

use ward_model::finding::{Confidence, State, UnassessedReason};

use crate::frame::{read_number, write_number};

/// What is said of a pair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Why it could not be assessed.
    pub reason: Option<UnassessedReason>,
    /// What is exploited, may touch it and is described by no record, by its number.
    pub undescribed: Box<[u32]>,
    /// What was found, by the vulnerabilities' identifiers.
    pub found: Box<[Found]>,
    /// Its ecosystem, or a release of that, where no source speaks for it.
    pub uncovered: Option<Box<str>>,
}

/// One finding of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The number of the vulnerability.
    pub vulnerability: u32,
    /// Affected, not affected, or unknown.
    pub state: State,
    /// By which way the pair was recognised.
    pub confidence: Confidence,
}

/// Every reason by its number in a file: add at the end.
const REASONS: [UnassessedReason; 10] = [
    UnassessedReason::NoIdentity,
    UnassessedReason::NoVersion,
    UnassessedReason::UnparsableVersion,
    UnassessedReason::UnknownEcosystem,
    UnassessedReason::NoDataForEcosystem,
    UnassessedReason::ProductNotInAnyFeed,
    UnassessedReason::AmbiguousName,
    UnassessedReason::UnreadableIdentity,
    UnassessedReason::SetAsideRecord,
    UnassessedReason::ExploitedWithoutRecord,
];
const STATES: [State; 3] = [State::Affected, State::NotAffected, State::Unknown];
const CONFIDENCES: [Confidence; 4] = [Confidence::Exact, Confidence::Derived, Confidence::Alias, Confidence::Name];

/// The number of one of these; each of them is there.
fn place<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().position(|other| other == one).map_or(all.len(), |place| place) as u64
}

/// State and confidence as one byte.
pub(super) fn write_found(state: State, confidence: Confidence, out: &mut Vec<u8>) {
    write_number(place(&STATES, &state) * CONFIDENCES.len() as u64 + place(&CONFIDENCES, &confidence), out);
}

pub(super) fn read_found(bytes: &mut &[u8]) -> Option<(State, Confidence)> {
    let number = usize::try_from(read_number(bytes)?).ok()?;
    Some((*STATES.get(number / CONFIDENCES.len())?, *CONFIDENCES.get(number % CONFIDENCES.len())?))
}

/// A number as the way from the one before it.
pub(super) fn write_step(before: &mut u32, number: u32, out: &mut Vec<u8>) {
    let step = i64::from(number) - i64::from(*before);
    write_number(((step << 1) ^ (step >> 63)) as u64, out);
    *before = number;
}

pub(super) fn read_step(before: &mut u32, bytes: &mut &[u8]) -> Option<u32> {
    let coded = read_number(bytes)?;
    let step = ((coded >> 1) as i64) ^ -((coded & 1) as i64);
    *before = u32::try_from(i64::from(*before).checked_add(step)?).ok()?;
    Some(*before)
}

pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn read_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(read_number(bytes)?).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

impl Said {
    /// Appends it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let reason = self.reason.map_or(0, |reason| 1 + place(&REASONS, &reason));
        write_number(2 * reason + u64::from(self.uncovered.is_some()), out);
        if let Some(name) = &self.uncovered {
            write_text(name, out);
        }
        write_number(self.undescribed.len() as u64, out);
        let mut before = 0;
        self.undescribed.iter().for_each(|number| write_step(&mut before, *number, out));
        write_number(self.found.len() as u64, out);
        let mut before = 0;
        for found in &self.found {
            write_step(&mut before, found.vulnerability, out);
            write_found(found.state, found.confidence, out);
        }
    }

    /// Takes one off the front; `None` where there is none.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let head = read_number(bytes)?;
        let reason = match usize::try_from(head / 2).ok()?.checked_sub(1) {
            None => None,
            Some(number) => Some(*REASONS.get(number)?),
        };
        let uncovered = if head % 2 == 1 { Some(read_text(bytes)?.into()) } else { None };
        // Each takes a byte at least, so that no count makes room for more than there is.
        let count = |bytes: &mut &[u8]| {
            read_number(bytes).and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= bytes.len())
        };
        let undescribed = count(bytes)?;
        let mut before = 0;
        let undescribed = (0..undescribed).map(|_| read_step(&mut before, bytes)).collect::<Option<_>>()?;
        let found = count(bytes)?;
        let mut before = 0;
        let one = |_| {
            let vulnerability = read_step(&mut before, bytes)?;
            let (state, confidence) = read_found(bytes)?;
            Some(Found { vulnerability, state, confidence })
        };
        let found = (0..found).map(one).collect::<Option<_>>()?;
        Some(Self { reason, undescribed, found, uncovered })
    }
}

/// What is said of each pair. What is said no longer stays until all is written anew.
#[derive(Default)]
pub(super) struct Sayings {
    bytes: Vec<u8>,
    /// Where what is said of a pair begins and ends.
    spans: Vec<(u64, u64)>,
}

impl Sayings {
    /// Nothing of so many pairs yet.
    pub(super) fn of(count: usize) -> Self {
        let mut bytes = Vec::new();
        Said::default().write(&mut bytes);
        let span = (0, bytes.len() as u64);
        Self { bytes, spans: vec![span; count] }
    }

    /// Of a file: one after the other, and where each ends. `None` where one of them is none.
    pub(super) fn from_parts(bytes: Vec<u8>, ends: &[u64], vulnerabilities: u32) -> Option<Self> {
        let mut start = 0;
        let mut spans = Vec::with_capacity(ends.len());
        for end in ends {
            spans.push((start, *end));
            start = *end;
        }
        let sayings = Self { bytes, spans };
        let known = |number: &u32| *number < vulnerabilities;
        let sound = |pair: u32| {
            let mut bytes = sayings.bytes_of(pair)?;
            let said = Said::read(&mut bytes).filter(|_| bytes.is_empty())?;
            let all = said.found.iter().all(|found| known(&found.vulnerability)) && said.undescribed.iter().all(known);
            all.then_some(())
        };
        let count = u32::try_from(ends.len()).ok()?;
        (start == sayings.bytes.len() as u64 && (0..count).all(|pair| sound(pair).is_some())).then_some(sayings)
    }

    pub(super) fn bytes_of(&self, pair: u32) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(pair as usize)?;
        self.bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// What is said of a pair.
    pub(super) fn get(&self, pair: u32) -> Option<Said> {
        self.bytes_of(pair).and_then(|mut bytes| Said::read(&mut bytes))
    }

    /// Says something of a pair. Returns whether that is another thing than before.
    pub(super) fn set(&mut self, pair: u32, said: &Said) -> bool {
        let start = self.bytes.len();
        said.write(&mut self.bytes);
        let (before, now) = self.bytes.split_at(start);
        let Some(span) = self.spans.get_mut(pair as usize) else { return false };
        if before.get(span.0 as usize..span.1 as usize) == Some(now) {
            self.bytes.truncate(start);
            return false;
        }
        *span = (start as u64, self.bytes.len() as u64);
        true
    }
}

/// What is said of a pair in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Case {
    /// What is said of it alone but for these vulnerabilities, by number: not found, or found so.
    But(Box<[Otherwise]>),
    /// All of this.
    Whole(Box<Said>),
}

/// A vulnerability, and what is found of it.
pub(super) type Otherwise = (u32, Option<(State, Confidence)>);

impl Case {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::But(list) => {
                write_number(1 + list.len() as u64, out);
                let mut before = 0;
                for (number, found) in list {
                    write_step(&mut before, *number, out);
                    match found {
                        Some((state, confidence)) => write_found(*state, *confidence, out),
                        None => out.push(NOT_FOUND),
                    }
                }
            }
            Self::Whole(said) => {
                write_number(0, out);
                said.write(out);
            }
        }
    }

    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let Some(count) = read_number(bytes)?.checked_sub(1) else {
            return Said::read(bytes).map(|said| Self::Whole(Box::new(said)));
        };
        let count = usize::try_from(count).ok().filter(|count| *count <= bytes.len())?;
        let mut before = 0;
        let one = |_| {
            let number = read_step(&mut before, bytes)?;
            match bytes.split_first() {
                Some((&NOT_FOUND, rest)) => {
                    *bytes = rest;
                    Some((number, None))
                }
                _ => Some((number, Some(read_found(bytes)?))),
            }
        };
        (0..count).map(one).collect::<Option<_>>().map(Self::But)
    }

    /// The greatest number of a vulnerability in it.
    pub(super) fn greatest(&self) -> Option<u32> {
        match self {
            Self::But(list) => list.iter().map(|(number, _)| *number).max(),
            Self::Whole(said) => {
                said.found.iter().map(|found| found.vulnerability).chain(said.undescribed.iter().copied()).max()
            }
        }
    }
}

/// The byte of a vulnerability that is not found; none of those of what is.
const NOT_FOUND: u8 = 0x7f;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::finding::State;

    use super::{CONFIDENCES, Case, Found, REASONS, STATES, Said, Sayings};

    fn said() -> impl Strategy<Value = Said> {
        let found = (any::<u32>(), prop::sample::select(&STATES[..]), prop::sample::select(&CONFIDENCES[..]))
            .prop_map(|(vulnerability, state, confidence)| Found { vulnerability, state, confidence });
        let reason = prop::option::of(prop::sample::select(&REASONS[..]));
        let uncovered = prop::option::of("[a-z é]{0,5}");
        (reason, prop::collection::vec(any::<u32>(), 0..3), prop::collection::vec(found, 0..5), uncovered).prop_map(
            |(reason, undescribed, found, uncovered)| Said {
                reason,
                undescribed: undescribed.into(),
                found: found.into(),
                uncovered: uncovered.map(Into::into),
            },
        )
    }

    fn case() -> impl Strategy<Value = Case> {
        (said(), any::<bool>()).prop_map(|(said, whole)| {
            if whole {
                return Case::Whole(Box::new(said));
            }
            let found_so =
                |found: &Found| (found.state != State::NotAffected).then_some((found.state, found.confidence));
            Case::But(said.found.iter().map(|found| (found.vulnerability, found_so(found))).collect())
        })
    }

    proptest! {
        #[test]
        fn what_is_written_comes_back(said in prop::collection::vec(said(), 1..4), case in case()) {
            let mut sayings = Sayings::of(said.len());
            for (pair, said) in (0..).zip(&said) {
                prop_assert_eq!(sayings.set(pair, said), *said != Said::default());
                prop_assert!(!sayings.set(pair, said));
                let back = sayings.get(pair);
                prop_assert_eq!(back.as_ref(), Some(said));
            }
            let mut bytes = Vec::new();
            case.write(&mut bytes);
            let mut rest = &bytes[..];
            prop_assert_eq!(Case::read(&mut rest), Some(case));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Said::read(&mut &bytes[..]);
            let _ = Case::read(&mut &bytes[..]);
        }
    }
}
