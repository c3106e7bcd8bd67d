//! What the head of an answer says, as far as it matters here.

use std::time::Duration;

use jiff::Timestamp;
use ureq::http::HeaderMap;

/// The head of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) date: Option<Timestamp>,
    pub(crate) length: Option<u64>,
    pub(crate) kind: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) range: Option<Range>,
    pub(crate) retry_after: Option<String>,
    pub(crate) location: Option<String>,
}

/// Which part of a file an answer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) total: Option<u64>,
}

impl Head {
    pub(crate) fn read(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let owned = |name: &str| text(name).filter(|value| !value.is_empty()).map(str::to_owned);
        Self {
            status,
            etag: owned("etag"),
            last_modified: owned("last-modified"),
            date: text("date").and_then(time),
            length: text("content-length").and_then(|length| length.parse().ok()),
            kind: owned("content-type"),
            encoding: owned("content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity")),
            range: text("content-range").and_then(range),
            retry_after: owned("retry-after"),
            location: owned("location"),
        }
    }

    /// How long the server asks to wait, which it says in seconds or as a time.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?;
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        // Both times are the server's where it says its own: then its clock may be as wrong as it likes.
        let now = self.date.unwrap_or(now);
        let seconds = time(text)?.as_second().saturating_sub(now.as_second());
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }
}

/// A time as HTTP writes it.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// `bytes 0-9/10`, or with `*` where the whole length is not known.
fn range(text: &str) -> Option<Range> {
    let (part, total) = text.strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = part.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let range = Range { first: first.parse().ok()?, last: last.parse().ok()?, total };
    (range.first <= range.last && range.total.is_none_or(|total| range.last < total)).then_some(range)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::{Head, Range, range, time};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn times_are_those_of_http() {
        assert_eq!(time("Sun, 06 Nov 1994 08:49:37 GMT"), Some(at(784_111_777)));
        for wrong in ["", "yesterday", "1994-11-06", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn waits_are_seconds_or_times() {
        let wait = |retry: &str, date: Option<&str>| {
            let head = Head { retry_after: Some(retry.to_owned()), date: date.and_then(time), ..Head::default() };
            head.wait(at(784_111_777)).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("7", None), Some(7));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", None), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", Some("Sun, 06 Nov 1994 08:50:27 GMT")), Some(10));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT", None), Some(0), "a time that is over asks for no wait");
        for wrong in ["soon", "-1", "1.5"] {
            assert_eq!(wait(wrong, None), None, "{wrong}");
        }
        let most = Head { retry_after: Some(u64::MAX.to_string()), ..Head::default() };
        assert_eq!(most.wait(at(0)), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn ranges_are_within_their_file() {
        assert_eq!(range("bytes 5-9/10"), Some(Range { first: 5, last: 9, total: Some(10) }));
        assert_eq!(range("bytes 5-9/*"), Some(Range { first: 5, last: 9, total: None }));
        for wrong in ["", "bytes */10", "bytes 9-5/10", "bytes 5-10/10", "items 0-1/2", "bytes 5-9"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
