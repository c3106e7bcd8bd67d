//! The laws, as properties over random systems, and small systems whose answer is known.

mod cases;
mod laws;
mod oracle;
mod rubric;
mod system;
mod without;
