//! How far people and the matcher agree.

use std::collections::BTreeMap;

use super::Verdict;
use super::cause::Cause;
use super::form::Form;
use super::judge::{Answer, Judged};

/// Answers by what people say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Where people say that the package is touched.
    pub touched: BTreeMap<Answer, usize>,
    /// Where they say that it is not.
    pub untouched: BTreeMap<Answer, usize>,
}

/// A share as two numbers.
pub type Share = (usize, usize);

impl Counts {
    /// How many were asked.
    pub fn asked(&self) -> usize {
        self.touched.values().chain(self.untouched.values()).sum()
    }

    /// Of what is answered by these answers, how much people confirm; and of what people confirm, how much is so answered.
    fn shares(&self, positive: &[Answer]) -> (Share, Share) {
        let count = |of: &BTreeMap<Answer, usize>| positive.iter().filter_map(|answer| of.get(answer)).sum::<usize>();
        let (right, wrong) = (count(&self.touched), count(&self.untouched));
        ((right, right + wrong), (right, self.touched.values().sum()))
    }

    /// Precision and recall where only *affected* is an alarm.
    pub fn strict(&self) -> (Share, Share) {
        self.shares(&[Answer::Affected])
    }

    /// Precision and recall where a finding that is *unknown* is an alarm too.
    pub fn cautious(&self) -> (Share, Share) {
        self.shares(&[Answer::Affected, Answer::Unknown])
    }

    /// Precision and recall where all that is not said to be good is an alarm: a component that was not assessed too.
    pub fn raised(&self) -> (Share, Share) {
        self.shares(&[Answer::Affected, Answer::Unknown, Answer::Unassessed])
    }

    /// How many are told to be not affected, of what people say is touched: what must not be.
    pub fn denied(&self) -> Share {
        (self.touched.get(&Answer::NotAffected).copied().unwrap_or_default(), self.touched.values().sum())
    }
}

/// Everything that was asked.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Packages as a language or a maker gives them out.
    pub upstream: Counts,
    /// Packages that a distribution built, kept apart.
    pub distribution: Counts,
    /// How many of the first kind were asked with a package URL.
    pub packaged: usize,
    /// Disagreements of the first kind, by what people say, the answer and the cause.
    pub causes: BTreeMap<(Verdict, Answer, Cause), usize>,
}

impl Tally {
    /// Counts what was judged.
    pub fn of(judged: &[Judged]) -> Self {
        let mut tally = Self::default();
        for one in judged {
            let apart = matches!(one.question.form, Form::Distribution(_));
            let counts = if apart { &mut tally.distribution } else { &mut tally.upstream };
            let side = match one.question.verdict {
                Verdict::True => &mut counts.touched,
                Verdict::False => &mut counts.untouched,
            };
            *side.entry(one.answer).or_default() += 1;
            tally.packaged += usize::from(one.packaged && !apart);
            if let (Some(cause), false) = (one.cause, apart) {
                *tally.causes.entry((one.question.verdict, one.answer, cause)).or_default() += 1;
            }
        }
        tally
    }
}
