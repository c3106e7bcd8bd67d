//! What the matcher answers beside what people say of the same packages.
//!
//! [`labels`] reads judgements of people on packages and vulnerabilities, asks the matcher the same, and counts how far both agree,
//! with the cause of every disagreement. Nothing of the program uses this room. What is deliberately absent: comparisons with other
//! programs, which have to be installed and stand in the folder `benches/compare`.

pub mod labels;
