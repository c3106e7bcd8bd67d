//! The laws, as properties over random systems, and small systems whose answer is known.

mod adversarial;
mod answers;
mod cases;
mod checks;
mod claims;
mod clocks;
mod copied;
mod data;
mod designs;
mod hazards;
mod helping;
mod keys;
mod laws;
mod networks;
mod open;
mod oracle;
mod outlines;
mod passing_on;
mod patches;
mod people;
mod rings;
mod rubric;
mod sites;
mod system;
mod watching;
mod without;
