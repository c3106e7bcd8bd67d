//! One year of a source, or all of it where it has no years: up to when its changes were seen, and the gap before that.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Up to when changes were seen, and between which moments before that none were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) until: Option<DateTime>,
    pub(super) unseen: Option<(DateTime, DateTime)>,
}

impl Line {
    /// All of it came as it was at this moment. Where that is news, it was seen as far as `seen`.
    pub(super) fn came(&mut self, made: DateTime, seen: DateTime) {
        self.unseen.take_if(|(_, before)| made >= *before);
        if self.until.is_none_or(|until| made > until) {
            self.until = Some(seen);
        }
    }

    /// What changed from one moment to another came. Where nothing is known to have been seen before, `nothing` says from when on
    /// it is missed.
    pub(super) fn changed(&mut self, since: DateTime, until: DateTime, nothing: Option<DateTime>) {
        if let Some(seen) = self.until.or(nothing).filter(|seen| since > *seen) {
            self.miss(seen, since);
        }
        if since < until {
            self.unseen = self.unseen.and_then(|gap| without(gap, since, until));
        }
        self.until = self.until.max(Some(until));
    }

    /// Nobody saw what changed between these moments. Two gaps are told as one.
    pub(super) fn miss(&mut self, after: DateTime, before: DateTime) {
        let (first, last) = self.unseen.unwrap_or((after, before));
        self.unseen = Some((first.min(after), last.max(before)));
    }
}

/// What is left of a gap after all that changed from one moment to another was seen.
fn without(
    (mut after, mut before): (DateTime, DateTime),
    since: DateTime,
    until: DateTime,
) -> Option<(DateTime, DateTime)> {
    if since <= after {
        after = after.max(until);
    } else if until >= before {
        before = before.min(since);
    }
    (after < before).then_some((after, before))
}
