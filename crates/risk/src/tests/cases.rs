//! Small systems whose answer is known.
