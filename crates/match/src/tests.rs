//! Known answers and laws, over a body of knowledge written by hand.

mod conflicts;
mod doubts;
mod known_answers;
mod laws;
mod slow;
mod statements;
mod undescribed;
pub(crate) mod world;
