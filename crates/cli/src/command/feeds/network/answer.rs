//! What came from the network, as JSON and for people.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use ward_feeds::network::{FetchError, FetchReport, Outcome, SourceFetch};

use crate::table::table;

/// How many failures of one source are shown.
const SHOWN: usize = 10;

/// What was fetched, as JSON.
#[derive(Debug, Serialize)]
pub struct NetworkAnswer {
    from: Option<String>,
    mirror: String,
    sources: Vec<FetchedSource>,
    clocks: Vec<ClockAnswer>,
}

#[derive(Debug, Serialize)]
struct FetchedSource {
    name: &'static str,
    outcome: &'static str,
    /// When all of it last came.
    whole: Option<Timestamp>,
    new: u64,
    unchanged: u64,
    bytes: u64,
    failed: Vec<FailedAnswer>,
    shrunk: Vec<ShrunkAnswer>,
    signatures: Option<SignatureAnswer>,
    notes: Vec<String>,
    /// Whether that is all that is to be said: what it hangs on was asked for before.
    #[serde(skip)]
    not_asked: bool,
}

#[derive(Debug, Serialize)]
struct FailedAnswer {
    name: String,
    error: String,
}

#[derive(Debug, Serialize)]
struct ShrunkAnswer {
    name: String,
    what: &'static str,
    before: u64,
    now: u64,
}

#[derive(Debug, Serialize)]
struct SignatureAnswer {
    checksum_right: u64,
    without_checksum: u64,
    signature_right: u64,
    not_checked: u64,
    unsigned: u64,
}

#[derive(Debug, Serialize)]
struct ClockAnswer {
    host: String,
    ahead_seconds: i64,
}

impl NetworkAnswer {
    /// The folder that it was fetched into, and the address of the mirror that it came from, where it is one.
    pub fn place(&self) -> (&str, Option<&str>) {
        (&self.mirror, self.from.as_deref())
    }

    /// What a fetch into this folder did.
    pub fn new(from: Option<&str>, folder: &Path, report: FetchReport) -> Self {
        Self {
            from: from.map(str::to_owned),
            mirror: folder.display().to_string(),
            sources: report.sources.into_iter().map(source).collect(),
            clocks: report
                .clocks
                .into_iter()
                .map(|clock| ClockAnswer { host: clock.host, ahead_seconds: clock.ahead_seconds })
                .collect(),
        }
    }
}

fn source(source: SourceFetch) -> FetchedSource {
    FetchedSource {
        name: source.name,
        not_asked: source.was_not_asked(),
        outcome: match source.outcome {
            Outcome::Whole => "whole",
            Outcome::Partly => "partly",
            Outcome::Failed => "failed",
            Outcome::Absent => "absent",
        },
        whole: source.whole,
        new: source.new,
        unchanged: source.unchanged,
        bytes: source.bytes,
        failed: source
            .failed
            .into_iter()
            .map(|failed| FailedAnswer { name: failed.name, error: with_causes(&failed.error) })
            .collect(),
        shrunk: source
            .shrunk
            .into_iter()
            .map(|shrunk| ShrunkAnswer { name: shrunk.name, what: shrunk.what, before: shrunk.before, now: shrunk.now })
            .collect(),
        signatures: source.signatures.map(|seen| SignatureAnswer {
            checksum_right: seen.checksum_right,
            without_checksum: seen.without_checksum,
            signature_right: seen.signature_right,
            not_checked: seen.not_checked,
            unsigned: seen.unsigned,
        }),
        notes: source.notes,
    }
}

/// An error and what it came from, in one line.
fn with_causes(error: &FetchError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// What was fetched, for people.
pub fn text(answer: &NetworkAnswer, verbose: bool) -> String {
    let from = answer.from.as_ref().map(|from| format!("from {from} ")).unwrap_or_default();
    let mut out = format!("fetched {from}into {}\n\n", answer.mirror);
    let rows: Vec<Vec<String>> = answer
        .sources
        .iter()
        .map(|source| {
            let counts = [source.new, source.unchanged, source.failed.len() as u64, source.bytes];
            let first = [source.name.to_owned(), source.outcome.to_owned()];
            first.into_iter().chain(counts.iter().map(ToString::to_string)).collect()
        })
        .collect();
    out.push_str(&table(&["source", "came", "new", "unchanged", "failed", "bytes"], &rows));
    out.push('\n');
    let not_asked: Vec<&str> = answer.sources.iter().filter(|source| source.not_asked).map(|of| of.name).collect();
    if !not_asked.is_empty() {
        out.push_str(&format!("{}: not asked for, as nothing came of the list before\n", not_asked.join(", ")));
    }
    for source in answer.sources.iter().filter(|source| !source.not_asked) {
        let name = source.name;
        let shown = if verbose { usize::MAX } else { SHOWN };
        for failed in source.failed.iter().take(shown) {
            out.push_str(&format!("{name}: {} did not come: {}\n", failed.name, failed.error));
        }
        if let Some(more) = source.failed.len().checked_sub(shown).filter(|more| *more > 0) {
            out.push_str(&format!("{name}: and {more} more that did not come; -v shows them\n"));
        }
        for shrunk in &source.shrunk {
            let ShrunkAnswer { name: file, what, before, now } = shrunk;
            out.push_str(&format!("{name}: {file} shrank from {before} {what} to {now}\n"));
        }
        if let Some(seen) = source.signatures.as_ref().filter(|_| source.new > 0) {
            out.push_str(&format!(
                "{name}: checksum right for {} documents, none given for {}; signature right for {}, not checked for {}, none given for {}\n",
                seen.checksum_right, seen.without_checksum, seen.signature_right, seen.not_checked, seen.unsigned
            ));
        }
        for note in &source.notes {
            out.push_str(&format!("{name}: {note}\n"));
        }
    }
    for clock in &answer.clocks {
        let ClockAnswer { host, ahead_seconds } = clock;
        let (minutes, side) = (ahead_seconds.abs() / 60, if *ahead_seconds > 0 { "ahead of" } else { "behind" });
        out.push_str(&format!(
            "the clock of {host} is {minutes} minutes {side} this machine's; one of them is wrong\n"
        ));
    }
    out.push('\n');
    crate::failure::render::clean(&out)
}
