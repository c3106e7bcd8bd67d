//! Known answers and laws, over a body of knowledge written by hand.

mod branches;
mod doubts;
mod known_answers;
mod laws;
mod namesakes;
mod renamed;
mod slow;
mod statements;
mod surroundings;
pub(crate) mod world;
