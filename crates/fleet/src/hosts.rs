//! Which of the components of an SBOM have anything to do with each other's answers.
//!
//! What components ask of a host and show to others are questions with numbers. For each component that asks, the others are picked
//! that show anything of what it asks, in the order of the SBOM: what it is judged among. Of those that only show by where they are
//! installed what system it is, the first one counts, as it does in the matcher.

use std::collections::BTreeSet;

use ward_match::{Asked, Shown};

use crate::frame::{read_number, write_number};
use ward_match::hash;

/// What a pair asks and shows, as hashes. Two things with one hash make a component be judged among more than it had to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Around {
    pub(crate) asked: Box<[u64]>,
    shown: Box<[u64]>,
    installs: Box<[u64]>,
}

impl Around {
    pub(crate) fn new(asked: &Asked, shown: &Shown) -> Self {
        let family = |family: &usize| hash::of(&("family", *family));
        let mut around = Self {
            asked: asked.products.iter().map(hash::of).chain(asked.families.iter().map(family)).collect(),
            shown: shown.products.iter().map(hash::of).chain(shown.families.iter().map(family)).collect(),
            installs: shown.installs.iter().map(family).collect(),
        };
        for list in [&mut around.asked, &mut around.shown, &mut around.installs] {
            list.sort_unstable();
        }
        around
    }

    /// Asks what the other one asks, too. Returns what was not asked before.
    pub(crate) fn ask(&mut self, other: &Around) -> Vec<u64> {
        let new: Vec<u64> =
            other.asked.iter().copied().filter(|question| self.asked.binary_search(question).is_err()).collect();
        if !new.is_empty() {
            let mut asked = std::mem::take(&mut self.asked).into_vec();
            asked.extend(&new);
            asked.sort_unstable();
            asked.dedup();
            self.asked = asked.into();
        }
        new
    }

    /// All hashes of it.
    pub(crate) fn all(&self) -> impl Iterator<Item = u64> + '_ {
        self.asked.iter().chain(&self.shown).chain(&self.installs).copied()
    }

    /// Appends it, as places in a list that has all of its hashes.
    pub(crate) fn write(&self, questions: &[u64], out: &mut Vec<u8>) {
        for list in [&self.asked, &self.shown, &self.installs] {
            let places = || list.iter().filter_map(|question| questions.binary_search(question).ok());
            write_number(places().count() as u64, out);
            places().for_each(|place| write_number(place as u64, out));
        }
    }

    /// Takes one off the front; `None` where there is none.
    pub(crate) fn read(questions: &[u64], bytes: &mut &[u8]) -> Option<Self> {
        let mut list = || {
            let count = usize::try_from(read_number(bytes)?).ok().filter(|count| *count <= bytes.len())?;
            let one = |_| questions.get(usize::try_from(read_number(bytes)?).ok()?).copied();
            let list: Box<[u64]> = (0..count).map(one).collect::<Option<_>>()?;
            list.is_sorted().then_some(list)
        };
        Some(Self { asked: list()?, shown: list()?, installs: list()? })
    }

    /// Whether it shows anything of these.
    pub(crate) fn shows_any(&self, questions: &BTreeSet<u64>) -> bool {
        self.shown.iter().chain(&self.installs).any(|question| questions.contains(question))
    }
}

/// Lists of questions, one for each pair.
#[derive(Default)]
struct Lists {
    ends: Vec<u32>,
    questions: Vec<u32>,
}

impl Lists {
    fn push(&mut self, questions: impl Iterator<Item = u32>) {
        self.questions.extend(questions);
        // Questions of all pairs together are fewer than 2^32: each takes four bytes of memory.
        self.ends.push(self.questions.len() as u32);
    }

    fn of(&self, pair: u32) -> &[u32] {
        let pair = pair as usize;
        let start = if pair == 0 { 0 } else { self.ends[pair - 1] };
        &self.questions[start as usize..self.ends[pair] as usize]
    }
}

/// What every pair asks and shows of what any of them asks.
pub(crate) struct Hosts {
    questions: usize,
    asked: Lists,
    shown: Lists,
    installs: Lists,
}

/// What is reused from one SBOM to the next.
pub(crate) struct Scratch {
    round: u32,
    /// In which round a question was shown to be answered.
    answered: Vec<u32>,
    /// In which round the first installed thing was seen that answers a question.
    installed: Vec<u32>,
    /// In which round an asking pair was dealt with.
    dealt: Vec<u32>,
    witnesses: Vec<Witness>,
    asking: Vec<(usize, u32)>,
    firsts: Vec<u32>,
    among: Vec<u32>,
}

/// A row that shows something.
#[derive(Clone, Copy)]
struct Witness {
    row: usize,
    pair: u32,
    /// Which part of the list of first installations is its own.
    firsts: (u32, u32),
}

impl Hosts {
    pub(crate) fn new<'a>(pairs: impl Iterator<Item = &'a Around> + Clone) -> Self {
        let mut questions: Vec<u64> = pairs.clone().flat_map(|around| around.asked.iter().copied()).collect();
        questions.sort_unstable();
        questions.dedup();
        let number = |hash: &u64| questions.binary_search(hash).ok().map(|number| number as u32);
        let mut hosts = Self {
            questions: questions.len(),
            asked: Lists::default(),
            shown: Lists::default(),
            installs: Lists::default(),
        };
        for around in pairs {
            hosts.asked.push(around.asked.iter().filter_map(number));
            hosts.shown.push(around.shown.iter().filter_map(number));
            hosts.installs.push(around.installs.iter().filter_map(number));
        }
        hosts
    }

    pub(crate) fn scratch(&self) -> Scratch {
        Scratch {
            round: 0,
            answered: vec![0; self.questions],
            installed: vec![0; self.questions],
            dealt: vec![0; self.asked.ends.len()],
            witnesses: Vec::new(),
            asking: Vec::new(),
            firsts: Vec::new(),
            among: Vec::new(),
        }
    }

    /// Hands over each pair of an SBOM that others have anything to do with, and the rows that it is to be judged among, itself
    /// included, in their order. Each pair comes once, in the order of its first row.
    pub(crate) fn each_dependent(&self, pairs: &[u32], scratch: &mut Scratch, mut each: impl FnMut(u32, &[u32])) {
        let Scratch { round, answered, installed, dealt, witnesses, asking, firsts, among } = scratch;
        *round += 1;
        let round = *round;
        witnesses.clear();
        asking.clear();
        firsts.clear();
        for (row, pair) in pairs.iter().copied().enumerate() {
            let (shown, installs) = (self.shown.of(pair), self.installs.of(pair));
            let start = firsts.len() as u32;
            for question in installs {
                if std::mem::replace(&mut installed[*question as usize], round) != round {
                    firsts.push(*question);
                    answered[*question as usize] = round;
                }
            }
            let end = firsts.len() as u32;
            if !shown.is_empty() || start != end {
                shown.iter().for_each(|question| answered[*question as usize] = round);
                witnesses.push(Witness { row, pair, firsts: (start, end) });
            }
            if !self.asked.of(pair).is_empty() && std::mem::replace(&mut dealt[pair as usize], round) != round {
                asking.push((row, pair));
            }
        }
        for (own_row, pair) in asking.iter().copied() {
            let asked = self.asked.of(pair);
            if !asked.iter().any(|question| answered[*question as usize] == round) {
                continue;
            }
            among.clear();
            let mut alone = true;
            let mut placed = false;
            for witness in witnesses.iter() {
                let first = &firsts[witness.firsts.0 as usize..witness.firsts.1 as usize];
                let answers = |question: &u32| asked.binary_search(question).is_ok();
                let own = witness.pair == pair;
                if !own && !self.shown.of(witness.pair).iter().any(answers) && !first.iter().any(answers) {
                    continue;
                }
                if !placed && witness.row > own_row {
                    among.push(pair);
                }
                placed |= witness.row >= own_row;
                alone &= own;
                // Twice in a row says no more than once.
                if among.last() != Some(&witness.pair) {
                    among.push(witness.pair);
                }
            }
            if !placed {
                among.push(pair);
            }
            if !alone {
                each(pair, among);
            }
        }
    }
}
