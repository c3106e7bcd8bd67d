//! At most so many requests in so long a time, to one host.

use std::collections::VecDeque;
use std::time::Duration;

/// Remembers when the last requests were made.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    requests: usize,
    per: Duration,
    made: VecDeque<Duration>,
}

impl Pace {
    pub(crate) fn new(requests: usize, per: Duration) -> Self {
        Self { requests: requests.max(1), per, made: VecDeque::new() }
    }

    /// How long to wait before the next request may be made, if it is now this late. Remembers it as made then.
    pub(crate) fn next(&mut self, now: Duration) -> Duration {
        let at = match self.made.len().checked_sub(self.requests).and_then(|first| self.made.get(first)) {
            Some(before) => now.max(before.saturating_add(self.per)),
            None => now,
        };
        self.made.push_back(at);
        while self.made.len() > self.requests {
            self.made.pop_front();
        }
        at.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::Pace;

    #[test]
    fn five_in_thirty_seconds() {
        let mut pace = Pace::new(5, Duration::from_secs(30));
        let mut now = Duration::from_secs(100);
        let waits: Vec<u64> = (0..11)
            .map(|_| {
                let wait = pace.next(now);
                now += wait + Duration::from_secs(1);
                wait.as_secs()
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 25, 0, 0, 0, 0, 25]);
    }

    proptest! {
        #[test]
        fn no_window_holds_more(requests in 1_usize..6, gaps in proptest::collection::vec(0_u64..20, 1..60)) {
            let per = Duration::from_secs(30);
            let mut pace = Pace::new(requests, per);
            let mut now = Duration::ZERO;
            let mut made = Vec::new();
            for gap in gaps {
                now += Duration::from_secs(gap);
                now += pace.next(now);
                made.push(now);
            }
            for window in made.windows(requests + 1) {
                prop_assert!(window[requests] - window[0] >= per);
            }
        }
    }
}
