//! The interface of NVD, version 2.0: everything once, page by page, then what changed since, in windows of time.
//!
//! Up to when changes are held is said by the server's clock, which stands on every page, and is no later than this machine's when the
//! page came: what had not happened then stands on no page. This machine's clock says how far to ask: if it is ahead, nothing is missed,
//! and if it is behind, that is noticed.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use url::Url;
use ward_formats::listing::nvd::{self, Page};
use ward_model::digest::Digest;

use crate::network::check::Content;
use crate::network::download::Got;
use crate::network::error::{FetchError, listing};
use crate::network::fetch::Run;
use crate::network::state::{FileState, Validators};

const SOURCE: &str = "nvd";
/// The most records that a page may hold.
const ON_A_PAGE: u64 = 2000;
/// The longest window that may be asked for.
const WINDOW: SignedDuration = SignedDuration::from_hours(24 * 120);
/// Windows overlap by this: a record may become visible a while after the time that it bears.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// How many requests are allowed in [`PER`], without a key and with one.
const WITHOUT_KEY: usize = 5;
const WITH_KEY: usize = 50;
const PER: Duration = Duration::from_secs(30);
/// More pages than there can be records for.
const MOST_PAGES: u64 = 10_000;

/// Everything, or what changed since the last time.
pub(crate) fn fetch(run: &mut Run<'_, '_>, address: &Url) -> Result<(), FetchError> {
    let requests = if run.plan.key.is_some() { WITH_KEY } else { WITHOUT_KEY };
    run.client.pace(address.host_str().unwrap_or_default(), requests, PER);
    let state = run.folder.state.source(SOURCE).clone();
    let base_is_there = run.names(SOURCE).iter().any(|name| name.starts_with(&base_name(0)));
    match state.cursor {
        Some(cursor) if state.next.is_none() && base_is_there => changes(run, address, cursor),
        _ => {
            everything(run, address)?;
            match run.folder.state.source(SOURCE).cursor {
                Some(cursor) => changes(run, address, cursor),
                None => Ok(()),
            }
        }
    }
}

fn base_name(start: u64) -> String {
    format!("nvd/nvdcve-2.0-api-{start:08}.json")
}

/// All records, in the interface's own order, in which new ones come last. What was broken off is gone on with: what changed
/// meanwhile is asked for afterwards, from the moment at which the first page was made.
fn everything(run: &mut Run<'_, '_>, address: &Url) -> Result<(), FetchError> {
    let state = run.folder.state.source(SOURCE).clone();
    let first_is_there = run.folder.held(&base_name(0)).is_some();
    let mut start = state.next.filter(|_| state.cursor.is_some() && first_is_there).unwrap_or(0);
    if start == 0 {
        *run.folder.state.source(SOURCE) = Default::default();
        // Pages and windows of an earlier time would be read beside these.
        for name in run.names(SOURCE).into_iter().filter(|name| name.starts_with("nvd/nvdcve-2.0-api-")) {
            run.folder.remove(&name)?;
        }
    }
    let mut seen = Seen::default();
    if start > 0 {
        for name in run.names(SOURCE).into_iter().filter(|name| name.starts_with("nvd/nvdcve-2.0-api-")) {
            // One that cannot be read names nothing, and all is asked for again.
            if let Ok(ids) = fs::read(run.folder.path_of(&name)).map(|bytes| nvd::identifiers(bytes.as_slice())) {
                seen.add(ids.unwrap_or_default());
            }
        }
    }
    for _ in 0..MOST_PAGES {
        let name = base_name(start);
        let (page, at, ids) = page(run, address, &[], start, &name)?;
        seen.add(ids);
        let at = at.min(run.now());
        let source = run.folder.state.source(SOURCE);
        if start == 0 {
            source.cursor = Some(at);
        }
        source.total = Some(page.total);
        start = page.start + page.held;
        source.next = Some(start).filter(|next| *next < page.total);
        let done = source.next.is_none();
        if done && seen.count() < page.total {
            // All of it is asked for again; without its last page nothing is taken for whole until then.
            source.next = Some(0);
            run.folder.remove(&name)?;
            run.folder.save()?;
            return Err(seen.lacking(address, page.total));
        }
        // A page is a lot of waiting: what is there is remembered at once.
        run.folder.save()?;
        if done {
            return Ok(());
        }
    }
    Err(FetchError::Missing { address: address.to_string(), reason: format!("no end after {MOST_PAGES} pages") })
}

/// What changed since then, in windows that are not too long.
fn changes(run: &mut Run<'_, '_>, address: &Url, cursor: Timestamp) -> Result<(), FetchError> {
    let now = run.now();
    if now < cursor.checked_sub(SignedDuration::from_hours(1)).unwrap_or(cursor) {
        return Err(FetchError::ClockBehind { now: now.to_string(), held: cursor.to_string() });
    }
    let mut from = cursor.checked_sub(OVERLAP).unwrap_or(cursor);
    while from < now {
        let until = from.checked_add(WINDOW).map_or(now, |end| end.min(now));
        let Window { made, held } = window(run, address, from, until)?;
        // What the server had not seen yet when it answered is asked for the next time. A window without changes leaves no file that
        // shows that it was looked at: the next one begins where this one did.
        if held > 0 {
            run.folder.state.source(SOURCE).cursor = Some(until.min(made));
            run.folder.save()?;
        }
        from = until;
    }
    Ok(())
}

/// A window that came whole.
struct Window {
    /// When the first of its pages was made.
    made: Timestamp,
    /// How many records it has.
    held: u64,
}

/// The pages of one window.
fn window(run: &mut Run<'_, '_>, address: &Url, from: Timestamp, until: Timestamp) -> Result<Window, FetchError> {
    let times = [("lastModStartDate", written(from)), ("lastModEndDate", written(until))];
    let (mut first, mut start, mut most, mut seen) = (None, 0, 0, Seen::default());
    for _ in 0..MOST_PAGES {
        let name = format!("nvd/nvdcve-2.0-api-{}-{}-{start:06}.json", compact(from), compact(until));
        let (page, made, ids) = page(run, address, &times, start, &name)?;
        seen.add(ids);
        let made = *first.get_or_insert(made);
        start = page.start + page.held;
        // What changed once more meanwhile left the window, and what came behind it moved up: some of it may be on no page.
        most = page.total.max(most);
        if page.total < most {
            let reason = format!("{most} changes became {} while their pages were read", page.total);
            return Err(FetchError::Missing { address: address.to_string(), reason });
        }
        if start >= page.total {
            if seen.count() < page.total {
                run.folder.remove(&name)?;
                return Err(seen.lacking(address, page.total));
            }
            return Ok(Window { made, held: start });
        }
    }
    Err(FetchError::Missing { address: address.to_string(), reason: format!("no end after {MOST_PAGES} pages") })
}

/// Which records stood on pages: one that repeats those of another brings less than it counts.
#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    without: u64,
}

impl Seen {
    fn add(&mut self, ids: Vec<Option<String>>) {
        for id in ids {
            match id {
                Some(id) => drop(self.ids.insert(id)),
                None => self.without += 1,
            }
        }
    }

    fn count(&self) -> u64 {
        self.ids.len() as u64 + self.without
    }

    fn lacking(&self, address: &Url, total: u64) -> FetchError {
        let reason = format!("its pages repeat records: {} different ones came of {total}", self.count());
        FetchError::Missing { address: address.to_string(), reason }
    }
}

/// Fetches a page and keeps it, if there is anything on it. Says when the server made it, and which records it names.
fn page(
    run: &mut Run<'_, '_>,
    address: &Url,
    times: &[(&str, String)],
    start: u64,
    name: &str,
) -> Result<(Page, Timestamp, Vec<Option<String>>), FetchError> {
    let mut asked = address.clone();
    let mut query = asked.query_pairs_mut();
    query.extend_pairs(times);
    query.append_pair("startIndex", &start.to_string()).append_pair("resultsPerPage", &ON_A_PAGE.to_string());
    drop(query);
    let key = run.plan.key.clone();
    let secret = key.as_ref().map(|key| ("apiKey", key.text()));
    let bytes = match run.text_if_new(&asked, Content::Json, None, secret)? {
        Got::New(small) => small.bytes,
        // Nothing was asked on condition; `small` refuses such an answer already.
        Got::Unchanged => Vec::new(),
    };
    let page = nvd::page(bytes.as_slice()).map_err(listing(&asked))?;
    let ids = nvd::identifiers(bytes.as_slice()).map_err(listing(&asked))?;
    let missing = |reason: String| FetchError::Missing { address: asked.to_string(), reason };
    if page.start != start {
        return Err(missing(format!("the page begins at {} where {start} was asked for", page.start)));
    }
    if page.held == 0 && start < page.total {
        return Err(missing(format!("the page is empty, and {} records are still to come", page.total - start)));
    }
    let made = page.timestamp.as_deref().and_then(time);
    let made = made.ok_or_else(|| missing("the page does not say when it was made".to_owned()))?;
    if page.held > 0 {
        let state = FileState {
            address: asked.to_string(),
            validators: Validators::default(),
            sha256: Digest::of(&bytes),
            bytes: bytes.len() as u64,
            entries: Some(page.held),
            announced: None,
            fetched: run.now(),
            listed_by: None,
            unlisted: None,
        };
        run.folder.write(name, &bytes, Some(state))?;
        run.report.new += 1;
    } else {
        run.report.unchanged += 1;
    }
    Ok((page, made, ids))
}

/// A time as the interface takes it.
fn written(time: Timestamp) -> String {
    Offset::UTC.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn compact(time: Timestamp) -> String {
    Offset::UTC.to_datetime(time).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A time as the interface writes it: in UTC, without saying so.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Offset::UTC.to_timestamp(text.parse().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{compact, time, written};

    #[test]
    fn times_of_the_interface() {
        let moment = Timestamp::from_second(1_764_274_500).unwrap();
        assert_eq!(written(moment), "2025-11-27T20:15:00.000Z");
        assert_eq!(compact(moment), "20251127T201500Z");
        assert_eq!(time("2025-11-27T20:15:00.000"), Some(moment));
        assert_eq!(time("2025-11-27T20:15:00Z"), Some(moment));
        assert_eq!(time("yesterday"), None);
    }
}
