//! One file, until it is there: asked for on conditions, tried again, resumed where it was cut.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;
use ward_model::digest::Digest;

use super::check::{self, Content};
use super::client::{Answer, Ask, Client};
use super::error::{FetchError, at};
use super::headers::{Head, time};
use super::report::FetchProgress;
use super::state::Validators;
use part::Part;

mod part;

/// Whoever brought so much more is not given up on, however often it is cut off.
const WORTH_ANOTHER: u64 = 1 << 20;

/// What is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Want<'w> {
    pub(crate) address: &'w Url,
    pub(crate) content: Content,
    /// How large it may be.
    pub(crate) most: u64,
    /// What is held of it.
    pub(crate) held: Option<&'w Validators>,
    pub(crate) secret: Option<(&'static str, &'w str)>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Got<T> {
    /// What is held is what there is.
    Unchanged,
    /// It is new.
    New(T),
}

/// A file that came whole, in the folder of parts.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
    pub(crate) validators: Validators,
    /// Who answered in the end.
    pub(crate) address: Url,
    /// A time of change that lies in the future.
    pub(crate) future: Option<String>,
}

/// A text that came whole.
#[derive(Debug)]
pub(crate) struct Small {
    pub(crate) bytes: Vec<u8>,
    pub(crate) validators: Validators,
}

/// An attempt that failed, and what the server said of another one.
struct Failed {
    error: FetchError,
    wait: Option<Duration>,
    /// Whether it came so much farther that it counts as a first attempt.
    farther: bool,
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self { error, wait: None, farther: false }
    }
}

/// Fetches a file into the folder of parts.
pub(crate) fn file(
    client: &Client<'_>,
    want: &Want<'_>,
    parts: &Path,
    progress: &mut dyn FetchProgress,
) -> Result<Got<Fetched>, FetchError> {
    let mut part = Part::open(parts, want.address)?;
    let result = again(client, want.address, progress, |progress| {
        let before = part.bytes;
        attempt(client, want, &mut part, progress).map_err(|mut failed| {
            failed.farther = part.is_resumable() && part.bytes.saturating_sub(before) >= WORTH_ANOTHER;
            failed
        })
    });
    match &result {
        // What can be gone on with is kept for the next time.
        Err(error) if error.is_passing() && part.is_resumable() => {}
        Ok(Got::New(_)) => {}
        _ => part.remove(),
    }
    result
}

/// Fetches a text into memory.
pub(crate) fn small(
    client: &Client<'_>,
    want: &Want<'_>,
    progress: &mut dyn FetchProgress,
) -> Result<Got<Small>, FetchError> {
    again(client, want.address, progress, |progress| {
        let mut ask = question(want);
        on_condition(&mut ask, want.held);
        let mut answer = client.ask(&ask)?;
        match answer.head.status {
            200 => {}
            304 if want.held.is_some() => return Ok(Got::Unchanged),
            _ => return Err(refused(client, &answer)),
        }
        encoded_as_it_is(&answer, want.content)?;
        let mut bytes = Vec::new();
        answer.pour(want.most, |piece| {
            progress.bytes(piece.len() as u64);
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        sniff(want, &bytes)?;
        let (validators, _) = validators(client, &answer.head);
        Ok(Got::New(Small { bytes, validators }))
    })
}

/// Tries until it works, cannot work, or was tried often enough.
fn again<T>(
    client: &Client<'_>,
    address: &Url,
    progress: &mut dyn FetchProgress,
    mut attempt: impl FnMut(&mut dyn FetchProgress) -> Result<T, Failed>,
) -> Result<T, FetchError> {
    let limits = client.limits;
    let mut tried = 0;
    loop {
        let failed = match attempt(progress) {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        tried = if failed.farther { 1 } else { tried + 1 };
        if !failed.error.is_passing() || tried >= limits.attempts {
            return Err(failed.error);
        }
        let back_off = limits.back_off.saturating_mul(2_u32.saturating_pow(tried - 1));
        let wait = failed.wait.unwrap_or(back_off);
        if wait > limits.longest_wait {
            return Err(FetchError::Busy { address: address.to_string(), asked: wait, most: limits.longest_wait });
        }
        progress.waiting(wait, &failed.error);
        client.clock.wait(wait);
    }
}

fn attempt(
    client: &Client<'_>,
    want: &Want<'_>,
    part: &mut Part,
    progress: &mut dyn FetchProgress,
) -> Result<Got<Fetched>, Failed> {
    let mut ask = question(want);
    let resumed = part.resume();
    match &resumed {
        Some(same) => {
            ask.headers.push(("range", format!("bytes={}-", part.bytes)));
            ask.headers.push(("if-range", same.clone()));
        }
        None => on_condition(&mut ask, want.held),
    }
    let mut answer = client.ask(&ask)?;
    let mut future = None;
    let whole = match answer.head.status {
        200 => {
            let (validators, later) = validators(client, &answer.head);
            future = later;
            part.begin(validators, answer.head.length)?;
            answer.head.length
        }
        206 if resumed.is_some() => {
            let range = answer.head.range.filter(|range| range.first == part.bytes);
            let Some(range) = range.filter(|range| part.fits(range.total)) else {
                // Another part than was asked for: from the beginning, then.
                let received = part.bytes;
                part.discard()?;
                let address = answer.address.to_string();
                return Err(FetchError::Truncated { address, received, expected: None }.into());
            };
            range.total.or(part.side.total)
        }
        304 if resumed.is_none() && want.held.is_some() => return Ok(Got::Unchanged),
        416 if resumed.is_some() => {
            // What is held of it is more than there is now: from the beginning, then.
            let received = part.bytes;
            part.discard()?;
            return Err(FetchError::Truncated { address: answer.address.to_string(), received, expected: None }.into());
        }
        _ => return Err(refused(client, &answer)),
    };
    encoded_as_it_is(&answer, want.content)?;
    if let Some(most) = whole.filter(|whole| *whole > want.most).map(|_| want.most) {
        part.discard()?;
        return Err(FetchError::TooLarge { address: answer.address.to_string(), most }.into());
    }
    progress.size(whole, part.bytes);
    let left = want.most.saturating_sub(part.bytes);
    answer
        .pour(left, |piece| {
            progress.bytes(piece.len() as u64);
            part.append(piece)
        })
        .map_err(|error| match error {
            FetchError::TooLarge { address, .. } => FetchError::TooLarge { address, most: want.most },
            FetchError::Truncated { address, .. } => {
                FetchError::Truncated { address, received: part.bytes, expected: whole }
            }
            other => other,
        })?;
    if whole.is_some_and(|whole| whole != part.bytes) {
        let address = answer.address.to_string();
        return Err(FetchError::Truncated { address, received: part.bytes, expected: whole }.into());
    }
    sniff(want, &part.first()?)?;
    part.finish()?;
    let sha256 = check::sha256(&part.path).map_err(at(&part.path))?;
    let validators = part.side.validators.clone();
    Ok(Got::New(Fetched {
        path: part.path.clone(),
        bytes: part.bytes,
        sha256,
        validators,
        address: answer.address,
        future,
    }))
}

fn question<'w>(want: &Want<'w>) -> Ask<'w> {
    Ask { secret: want.secret, ..Ask::new(want.address) }
}

fn on_condition(ask: &mut Ask<'_>, held: Option<&Validators>) {
    let Some(held) = held else { return };
    ask.headers.extend(held.etag.clone().map(|etag| ("if-none-match", etag)));
    ask.headers.extend(held.last_modified.clone().map(|time| ("if-modified-since", time)));
}

fn refused(client: &Client<'_>, answer: &Answer<'_>) -> Failed {
    let error = FetchError::Status { address: answer.address.to_string(), status: answer.head.status };
    Failed { error, wait: answer.head.wait(client.clock.now()), farther: false }
}

fn content(answer: &Answer<'_>, expected: Content, found: String) -> FetchError {
    FetchError::Content { address: answer.address.to_string(), expected: expected.words(), found }
}

/// Refuses what was packed on the way. A gzip file that is called packed is what was meant all the same.
fn encoded_as_it_is(answer: &Answer<'_>, expected: Content) -> Result<(), FetchError> {
    match answer.head.encoding.as_deref() {
        None => Ok(()),
        Some("gzip" | "x-gzip") if expected == Content::Gzip => Ok(()),
        Some(other) => Err(content(answer, expected, format!("it encoded as `{other}`, which was not asked for"))),
    }
}

fn sniff(want: &Want<'_>, first: &[u8]) -> Result<(), FetchError> {
    want.content.sniff(first).map_err(|found| FetchError::Content {
        address: want.address.to_string(),
        expected: want.content.words(),
        found,
    })
}

/// By what the server will know the file again, and a time of change in the future, by which nothing is known.
fn validators(client: &Client<'_>, head: &Head) -> (Validators, Option<String>) {
    let modified = head.last_modified.clone();
    let is_future = modified.as_deref().and_then(time).is_some_and(|time| client.is_future(time));
    let (last_modified, future) = if is_future { (None, modified) } else { (modified, None) };
    (Validators { etag: head.etag.clone(), last_modified }, future)
}
