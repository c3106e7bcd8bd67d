//! From a weakness to a patient: attack steps, the harm they reach, and the verdict, each with a derivation that can be checked.
//!
//! In come a device, what `match` found on each element, a rulebook, the decisions of people and a day. Out go verdicts.
//! Everything here is a pure function of those. The order of work is the order of the modules:
//!
//! 1. [`effects`]: which claims have effect, and why others do not;
//! 2. [`ground`]: the device becomes facts ([`vocabulary`]) and derivations between them ([`program`]), laid flat to be gone
//!    through often ([`graph`]);
//! 3. [`fixpoint`]: which facts an attacker can reach, how easily, and in how many places at once ([`value`]);
//! 4. [`attribute`]: what can be reached *through* one subject;
//! 5. [`cells`]: which harms those are, and how the policy judges them;
//! 6. [`run`]: every subject judged under one reading ([`outcomes`]);
//! 7. [`without`]: which subjects turn when claims lose their effect, on a [`network`] that follows only what changes ([`levels`]);
//! 8. [`judge`]: readings compared, the verdicts, with witness, sensitivity and what they rely on.
//!
//! Beside it stand [`actions`], what one action brings on several people at once, and what a search asks for: [`open`], only what
//! is uncontrolled and by which way, in one reading, and [`choices`], which changes it takes; [`reach`], how far single vulnerabilities
//! reach; [`loss`], what is lost by design when an element is taken off its links; and [`hazards`], what controls themselves do to people,
//! apart from every verdict.

pub mod choices;
pub mod effects;
pub mod hazards;
pub mod loss;
pub mod open;
pub mod reach;

mod actions;
mod answered;
mod at_once;
mod attribute;
mod catalogue;
mod cells;
mod clock;
mod context;
mod fact;
mod fixpoint;
mod graph;
mod ground;
mod judge;
mod keyed;
mod labels;
mod levels;
mod lists;
mod network;
mod outcomes;
mod parallel;
mod people;
mod presume;
mod program;
mod run;
mod standings;
mod subject;
mod texts;
mod value;
mod vocabulary;
mod watch;
mod without;
mod witness;

pub use actions::order as order_of_actions;
pub use answered::is_answered;
pub use at_once::at_once;
pub use context::{ElementReports, FindingAnswers, Situation};
pub use effects::{Effects, not_shown, rejected, spoken_against};
pub use judge::{Judgement, Outline, Told, judge, judge_supposing, judge_telling, order, outline};

#[cfg(test)]
mod tests;
