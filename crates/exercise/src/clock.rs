//! How long something takes. Nothing of the program's answers depends on it.

use std::fs;
use std::time::{Duration, Instant};

/// Counts from when it is made.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long a reader takes is what is asked here")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// How long this thread has been at work, whatever else the machine was at; where the system tells.
pub(crate) fn at_work() -> Option<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    times.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
