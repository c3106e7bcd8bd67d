//! The body of an answer, watched: how much came, and whether it comes fast enough.

use std::io::{self, Read};
use std::time::Duration;

use super::clock::Clock;
use super::limits::Limits;

/// A reader that gives up on whoever is too slow.
pub(crate) struct Watched<'a, R> {
    body: R,
    clock: &'a dyn Clock,
    limits: &'a Limits,
    began: Duration,
    received: u64,
}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TooSlow(pub(crate) String);

impl<'a, R: Read> Watched<'a, R> {
    pub(crate) fn new(body: R, clock: &'a dyn Clock, limits: &'a Limits) -> Self {
        Self { body, clock, limits, began: clock.elapsed(), received: 0 }
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.body.read(buffer)?;
        self.received += count as u64;
        let taken = self.clock.elapsed().saturating_sub(self.began);
        let slow = |reason: String| io::Error::new(io::ErrorKind::TimedOut, TooSlow(reason));
        if count > 0 && taken > self.limits.whole {
            return Err(slow(format!("it is not done after {} s", self.limits.whole.as_secs())));
        }
        let least = self.limits.least_bytes_per_second.saturating_mul(taken.as_secs());
        if count > 0 && taken > self.limits.grace && self.received < least {
            return Err(slow(format!(
                "{} bytes in {} s, less than {} a second",
                self.received,
                taken.as_secs(),
                self.limits.least_bytes_per_second
            )));
        }
        Ok(count)
    }
}
