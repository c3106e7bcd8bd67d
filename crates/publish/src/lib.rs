//! What each audience is told: pages, terminal text and pictures from the model.
//!
//! Every function here is pure: the same inputs give the same bytes, and nothing is concluded that the assessment does not say.
//! Deliberately absent: reading files, the clock, and any judgement of risk.

mod group;
pub mod hazards;
pub mod html;
pub mod lifecycle;
pub mod many;
pub mod next;
pub mod paths;
pub mod pictures;
pub mod statements;
pub mod svg;
pub mod text;
pub mod treatment;
mod ways;
mod words;
