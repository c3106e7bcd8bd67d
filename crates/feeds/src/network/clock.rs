//! The time, as the room needs it.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and waits. The command line has the real one.
pub trait Clock {
    /// The time of day, as this machine has it.
    fn now(&self) -> Timestamp;

    /// How long it is since some moment that stays the same. Never goes backwards.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn wait(&self, duration: Duration);
}
