//! Every reader of the program over bytes of any kind: what it answers is thrown away, that it answers is what counts.
//!
//! Each room says in its module `exercise` what it reads. Here stand the one [table](readers) of all of them, how bytes are
//! [changed](change), and the long [`run`] in processes of its own. Nothing of the program uses this room. What is deliberately
//! absent: guidance by coverage, which needs another compiler and has its place in the folder `fuzz`.

pub mod change;
pub mod readers;
pub mod run;
pub mod seeds;
pub mod worker;

mod clock;
mod memory;
