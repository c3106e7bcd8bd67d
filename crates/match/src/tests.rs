//! Known answers and laws, over a body of knowledge written by hand.

mod doubts;
mod known_answers;
mod laws;
mod ruled_out;
mod slow;
mod statements;
pub(crate) mod world;
