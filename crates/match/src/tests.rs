//! Known answers and laws, over a body of knowledge written by hand.

mod doubts;
mod known_answers;
mod laws;
mod renamed;
mod slow;
mod statements;
mod surroundings;
pub(crate) mod world;
