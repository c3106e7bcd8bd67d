//! Known answers and laws, over a body of knowledge written by hand.

mod branches;
mod doubts;
mod known_answers;
mod laws;
mod namesakes;
mod slow;
mod statements;
pub(crate) mod world;
