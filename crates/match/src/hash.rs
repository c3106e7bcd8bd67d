//! A hash that is the same in every run, for tables that are only looked up in. Two things with one hash cost time and no truth:
//! who uses it compares the things, or errs by looking at too much.

use std::hash::{BuildHasherDefault, Hasher};

/// FNV-1a over eight bytes at a time, stirred at the end.
#[derive(Debug, Clone, Default)]
pub struct Stirred(u64);

/// How a table of this hash is built.
pub type Stable = BuildHasherDefault<Stirred>;

const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Hasher for Stirred {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        for chunk in chunks {
            self.write_u64(u64::from_le_bytes(*chunk));
        }
        for byte in rest {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(PRIME).wrapping_add(number >> 32);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        let stirred = (self.0 ^ (self.0 >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        stirred ^ (stirred >> 29)
    }
}

/// The hash of anything that can be hashed.
#[must_use]
pub fn of(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = Stirred::default();
    value.hash(&mut hasher);
    hasher.finish()
}
