//! One fetch: source by source, file by file.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use url::Url;
use ward_formats::listing::Checksum;
use ward_model::digest::Digest;

use super::check::{self, Content, Fault, Unpacked};
use super::client::Client;
use super::clock::Clock;
use super::download::{self, Fetched, Got, Small, Want};
use super::error::{FetchError, at};
use super::folder::MirrorFolder;
use super::limits::Caps;
use super::plan::FetchPlan;
use super::report::{ClockNote, FailedFile, FetchProgress, FetchReport, Outcome, Shrunk, SourceFetch};
use super::source;
use super::state::{FileState, Validators};

/// After so many new files what is remembered is brought to the disk, so that a fetch that is killed need not begin again.
const FILES_BETWEEN_SAVES: u64 = 100;
/// How many notes of one source are kept: more would say the same.
const MOST_NOTES: usize = 20;

/// Brings the sources of a plan into a folder.
///
/// A source that fails is told in the report and does not hinder the others; what the folder held of it before, it still holds.
///
/// # Errors
/// The folder cannot be written.
pub fn fetch(
    plan: &FetchPlan,
    folder: &mut MirrorFolder,
    clock: &dyn Clock,
    progress: &mut dyn FetchProgress,
) -> Result<FetchReport, FetchError> {
    let client = Client::new(&plan.route, &plan.limits, clock);
    let (mut sources, mut listing) = (Vec::new(), None);
    for source in plan.wanted.iter().copied() {
        let name = source.name();
        progress.source(name);
        let report = SourceFetch::new(name);
        let listing = &mut listing;
        let mut run = Run { plan, client: &client, folder, progress, report, in_a_row: 0, list: None, listing };
        let result = source::fetch(source, &mut run);
        let mut report = run.report;
        if let Err(error) = result {
            report.failed.push(FailedFile { name: name.to_owned(), error });
        }
        let now = clock.now();
        report.outcome = match (report.failed.is_empty(), report.new + report.unchanged) {
            (true, _) if report.outcome == Outcome::Absent => Outcome::Absent,
            (true, _) => Outcome::Whole,
            (false, 0) => Outcome::Failed,
            (false, _) => Outcome::Partly,
        };
        let state = folder.state.source(name);
        if report.outcome == Outcome::Whole {
            state.whole = Some(now);
        }
        report.whole = state.whole;
        folder.save()?;
        sources.push(report);
    }
    if sources.iter().all(|source| matches!(source.outcome, Outcome::Whole | Outcome::Absent)) {
        folder.sweep();
    }
    let clocks = client.clocks_apart().into_iter();
    let clocks = clocks.map(|(host, ahead_seconds)| ClockNote { host, ahead_seconds }).collect();
    Ok(FetchReport { sources, clocks })
}

impl SourceFetch {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            outcome: Outcome::Failed,
            whole: None,
            new: 0,
            unchanged: 0,
            bytes: 0,
            failed: Vec::new(),
            shrunk: Vec::new(),
            signatures: None,
            notes: Vec::new(),
        }
    }
}

/// What the fetching of one source has at hand.
pub(crate) struct Run<'r, 'c> {
    pub(crate) plan: &'r FetchPlan,
    pub(crate) client: &'r Client<'c>,
    pub(crate) folder: &'r mut MirrorFolder,
    progress: &'r mut dyn FetchProgress,
    pub(crate) report: SourceFetch,
    in_a_row: u32,
    /// The list that is worked through, where there is one.
    list: Option<String>,
    /// What became of the list of the mirror's files, once it was asked for: it is the same for all sources.
    pub(crate) listing: &'r mut Option<source::Listing>,
}

/// A file that is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Its name in the folder, as far as it is known before it came.
    pub(crate) name: String,
    pub(crate) address: Url,
    pub(crate) content: Content,
    pub(crate) caps: Caps,
    pub(crate) announced: Announced,
    /// Whether it should never hold less than before.
    pub(crate) grows: bool,
}

/// What its publisher says of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Announced {
    pub(crate) checksum: Option<Checksum>,
    pub(crate) bytes: Option<u64>,
    pub(crate) unpacked: Option<Digest>,
    pub(crate) unpacked_bytes: Option<u64>,
    /// By which it is known whether it changed: remembered as it stands.
    pub(crate) state: Option<String>,
}

impl Announced {
    fn is_digest(&self) -> bool {
        self.checksum.is_some() || self.unpacked.is_some()
    }
}

/// A whole file that is not in its place yet.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) path: PathBuf,
    pub(crate) unpacked: Unpacked,
    pub(crate) entries: Option<u64>,
    fetched: Fetched,
}

impl Item {
    pub(crate) fn new(name: impl Into<String>, address: Url, content: Content, caps: Caps) -> Self {
        Self { name: name.into(), address, content, caps, announced: Announced::default(), grows: true }
    }
}

impl<'c> Run<'_, 'c> {
    /// Fetches a file and puts it in its place.
    pub(crate) fn keep(&mut self, item: &Item) -> Result<(), FetchError> {
        match self.take(item, |_| Ok(None))? {
            Some(taken) => self.put(item, &item.name, taken),
            None => Ok(()),
        }
    }

    /// Fetches a file and looks whether it is what it should be; `inspect` reads it as what it is and counts what it holds.
    /// `None` where what is held is what there is.
    pub(crate) fn take(
        &mut self,
        item: &Item,
        inspect: impl FnOnce(&std::path::Path) -> Result<Option<u64>, FetchError>,
    ) -> Result<Option<Taken>, FetchError> {
        self.progress.file(&item.name);
        let held = self.folder.held(&item.name).filter(|state| state.address == item.address.as_str()).cloned();
        let want = Want {
            address: &item.address,
            content: item.content,
            most: item.caps.bytes,
            // Where a digest is announced that is not held, the file is wanted whatever the server says of its age.
            held: held.as_ref().map(|state| &state.validators).filter(|_| !item.announced.is_digest()),
            secret: None,
        };
        let fetched = match download::file(self.client, &want, &self.folder.parts(), self.progress)? {
            Got::New(fetched) => fetched,
            Got::Unchanged => {
                self.unchanged(&item.name, item.announced.state.clone(), None);
                return Ok(None);
            }
        };
        self.report.bytes += fetched.bytes;
        if let Some(future) = &fetched.future {
            let note = format!(
                "{} says it was changed at {future}, which is in the future; that is not believed",
                fetched.address
            );
            self.note(note);
        }
        let result = examine(item, &fetched).and_then(|unpacked| Ok((unpacked, inspect(&fetched.path)?)));
        match result {
            Ok(_) if held.as_ref().is_some_and(|held| held.sha256 == fetched.sha256) => {
                // The server only did not know that it has not changed.
                let _ = fs::remove_file(&fetched.path);
                self.unchanged(&item.name, item.announced.state.clone(), Some(fetched.validators));
                Ok(None)
            }
            Ok((unpacked, entries)) => {
                let entries = entries.or(unpacked.files);
                Ok(Some(Taken { path: fetched.path.clone(), unpacked, entries, fetched }))
            }
            Err(error) => {
                let _ = fs::remove_file(&fetched.path);
                Err(error)
            }
        }
    }

    /// Puts a file that was taken in its place.
    pub(crate) fn put(&mut self, item: &Item, name: &str, taken: Taken) -> Result<(), FetchError> {
        let Taken { path, entries, fetched, .. } = taken;
        // What was held of it, perhaps under the name of another day.
        let before = self.folder.state.files.get(name).or_else(|| self.folder.state.files.get(&item.name)).cloned();
        let state = FileState {
            address: item.address.to_string(),
            validators: fetched.validators,
            sha256: fetched.sha256,
            bytes: fetched.bytes,
            entries,
            announced: item.announced.state.clone(),
            fetched: self.now(),
            listed_by: self.list.clone(),
            unlisted: None,
        };
        if let Some(before) = before.filter(|_| item.grows) {
            let counted = before.entries.zip(entries).map(|(before, now)| ("entries", before, now));
            let (what, before, now) = counted.unwrap_or(("bytes", before.bytes, state.bytes));
            if now < before {
                self.report.shrunk.push(Shrunk { name: name.to_owned(), what, before, now });
            }
        }
        self.folder.place(&path, name, state)?;
        self.report.new += 1;
        if self.report.new.is_multiple_of(FILES_BETWEEN_SAVES) {
            self.folder.save()?;
        }
        Ok(())
    }

    /// What follows stands in this list, which names these files of a folder. Files that it named before and names no more are kept:
    /// they are told, and no longer count as having come.
    pub(crate) fn begin_list(&mut self, folder: &str, list: &Url, names: &BTreeSet<String>) {
        let (now, list) = (self.now(), list.to_string());
        let (mut before, mut gone) = (0, 0);
        let prefix = format!("{folder}/");
        for (name, state) in self.folder.state.files.iter_mut().filter(|(name, _)| name.starts_with(&prefix)) {
            if names.contains(name) {
                before += u64::from(state.unlisted.is_none() && state.listed_by.as_ref() == Some(&list));
                state.listed_by = Some(list.clone());
                state.unlisted = None;
            } else if state.listed_by.as_ref() == Some(&list) && state.unlisted.is_none() {
                state.unlisted = Some(now);
                (before, gone) = (before + 1, gone + 1);
            }
        }
        if gone > 0 {
            self.report.shrunk.push(Shrunk { name: list.clone(), what: "listed files", before, now: before - gone });
        }
        self.list = Some(list);
    }

    /// A mirror lacks the whole source. That is said, and is an error only where somebody asked for it by name.
    pub(crate) fn absent(&mut self, address: &Url, reason: String) -> Result<(), FetchError> {
        if self.plan.named {
            return Err(FetchError::Missing { address: address.to_string(), reason });
        }
        self.report.outcome = Outcome::Absent;
        self.note(reason);
        Ok(())
    }

    /// Whether this list named any file of a folder before.
    pub(crate) fn was_listed(&self, folder: &str, list: &Url) -> bool {
        let states = self.names(folder).into_iter().filter_map(|name| self.folder.state.files.get(&name));
        states.into_iter().any(|state| state.listed_by.as_deref() == Some(list.as_str()))
    }

    /// Tells something else that somebody should know.
    pub(crate) fn note(&mut self, note: String) {
        if self.report.notes.len() < MOST_NOTES {
            self.report.notes.push(note);
        }
    }

    /// Remembers that a file was seen not to have changed.
    pub(crate) fn unchanged(&mut self, name: &str, announced: Option<String>, validators: Option<Validators>) {
        self.report.unchanged += 1;
        self.folder.saw(name);
        if let Some(state) = self.folder.state.files.get_mut(name) {
            state.announced = announced.or(state.announced.take());
            if let Some(validators) = validators {
                state.validators = validators;
            }
        }
    }

    /// Fetches a small text.
    pub(crate) fn text(&mut self, address: &Url, content: Content) -> Result<Vec<u8>, FetchError> {
        match self.text_if_new(address, content, None, None)? {
            Got::New(small) => Ok(small.bytes),
            // Nothing was asked on condition; `small` refuses such an answer already.
            Got::Unchanged => Ok(Vec::new()),
        }
    }

    /// Fetches a small text if it is not the one that is held.
    pub(crate) fn text_if_new(
        &mut self,
        address: &Url,
        content: Content,
        held: Option<&Validators>,
        secret: Option<(&'static str, &str)>,
    ) -> Result<Got<Small>, FetchError> {
        self.progress.file(address.as_str());
        let want = Want { address, content, most: self.plan.limits.listing, held, secret };
        let got = download::small(self.client, &want, self.progress)?;
        if let Got::New(small) = &got {
            self.report.bytes += small.bytes.len() as u64;
        }
        Ok(got)
    }

    /// Goes on with the other files of a source after one of them failed, unless too many did, one after the other.
    pub(crate) fn bear(&mut self, name: &str, left: u64, result: Result<(), FetchError>) -> Result<(), FetchError> {
        match result {
            Ok(()) => {
                self.in_a_row = 0;
                Ok(())
            }
            // The disk will refuse the next one too.
            Err(error @ FetchError::Io { .. }) => Err(error),
            Err(error) => {
                self.in_a_row += 1;
                self.report.failed.push(FailedFile { name: name.to_owned(), error });
                if self.in_a_row >= self.plan.limits.failures_in_a_row && left > 0 {
                    return Err(FetchError::GaveUp { failed: self.in_a_row, left });
                }
                Ok(())
            }
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.client.clock.now()
    }

    /// The names of the files of a source that are remembered, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let inside = |name: &&String| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.folder.state.files.keys().filter(inside).cloned().collect()
    }
}

/// Looks whether a file is whole and what was announced.
fn examine(item: &Item, fetched: &Fetched) -> Result<Unpacked, FetchError> {
    let address = || item.address.to_string();
    let differs = |what, expected: String, found: String| {
        Err(FetchError::Announced { address: address(), what, expected, found })
    };
    if let Some(bytes) = item.announced.bytes.filter(|bytes| *bytes != fetched.bytes) {
        return differs("its length", bytes.to_string(), fetched.bytes.to_string());
    }
    if let Some(announced) = &item.announced.checksum
        && let Err(found) = check::compare(&fetched.path, announced).map_err(at(&fetched.path))?
    {
        return differs(announced.name(), announced.to_string(), found.to_string());
    }
    let unpacked = item.content.read(&fetched.path, item.caps.unpacked).map_err(|fault| match fault {
        Fault::Io(source) => at(&fetched.path)(source),
        Fault::Bomb => FetchError::Bomb { address: address(), most: item.caps.unpacked },
        Fault::Broken(found) => FetchError::Content { address: address(), expected: item.content.words(), found },
    })?;
    if let Some(bytes) = item.announced.unpacked_bytes.filter(|bytes| *bytes != unpacked.bytes) {
        return differs("its unpacked length", bytes.to_string(), unpacked.bytes.to_string());
    }
    if let Some((announced, found)) = item.announced.unpacked.zip(unpacked.sha256).filter(|(a, b)| a != b) {
        return differs("its digest", announced.to_string(), found.to_string());
    }
    Ok(unpacked)
}
