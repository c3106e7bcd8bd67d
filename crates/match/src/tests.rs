//! Known answers and laws, over a body of knowledge written by hand.

mod branches;
mod conflicts;
mod doubts;
mod known_answers;
mod laws;
mod namesakes;
mod renamed;
mod ruled_out;
mod slow;
mod statements;
mod surroundings;
mod undescribed;
mod withdrawn;
pub(crate) mod world;
