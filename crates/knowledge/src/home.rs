//! The folder where knowledge is kept: files, which of them are the current ones, and what was published last.
//!
//! Readers take no lock. A file is written under another name, brought to the disk, renamed, and only then named as a current one,
//! again by a rename: whoever reads sees the earlier state or the next one, and a writer that is killed leaves the earlier one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use tempfile::NamedTempFile;
use ward_model::digest::Digest;
use ward_model::knowledge::KnowledgeError;

use crate::builder::Builder;
use crate::bundle::BundleTaken;
use crate::disk::{Disk, TEMPORARY};
use crate::error::{Damage, HomeError, OpenError, at};
use crate::file::unreadable;
use crate::generation::Generation;
use crate::layer::Layer;
use crate::lock::try_lock;
use crate::lost::Lost;
use crate::moment::Moment;

mod pointer;

use pointer::{Anchor, Current};

const POINTER: &str = "current";
const ANCHOR: &str = "anchor";
const LOCK: &str = "lock";
const BASE: &str = "generation-";
const DELTA: &str = "delta-";
const SUFFIX: &str = ".ward";
/// How many bytes a delta may have, whatever the size of its base.
const DELTA_LIMIT: u64 = 4 << 20;
/// How often a reader looks again, where files went away under its eyes.
const TRIES: u32 = 8;

/// The home of one user, as far as knowledge goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
    disk: Disk,
    delta_limit: u64,
}

impl Home {
    /// The home in this folder. Nothing is read or written yet; the folder need not exist.
    pub fn open(dir: impl AsRef<Path>) -> Self {
        Self { folder: dir.as_ref().join("knowledge"), disk: Disk::default(), delta_limit: DELTA_LIMIT }
    }

    /// The same home on a disk that fails.
    #[cfg(test)]
    pub(crate) fn on(&self, disk: Disk) -> Self {
        Self { disk, ..self.clone() }
    }

    /// The same home with another limit for its deltas: 0 folds always, when anything is published.
    #[cfg(test)]
    pub(crate) fn folding_at(&self, delta_limit: u64) -> Self {
        Self { delta_limit, ..self.clone() }
    }

    /// The folder of the files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a small file beside the folder of the files, whole or not at all. One writer at a time: what a killed one left is swept up.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write_beside(&self, name: &str, text: &str) -> Result<(), HomeError> {
        let folder = self.folder.parent().unwrap_or(&self.folder);
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let path = entry.map_err(at(folder))?.path();
            let is_left = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY));
            if is_left && path.is_file() {
                self.disk.remove(&path).map_err(at(path))?;
            }
        }
        self.disk.replace(&folder.join(name), folder, text)
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn delta_limit(&self) -> u64 {
        self.delta_limit
    }

    /// What is held now; `None` where nothing has been received yet.
    ///
    /// # Errors
    /// Something is held and cannot be opened, or it is an earlier state than the one that was published last.
    pub fn current(&self) -> Result<Option<Generation>, HomeError> {
        // First the anchor, which is written last: so what is current is at least as late, even if somebody publishes meanwhile.
        let anchor = self.anchor()?;
        let Some(mut current) = self.pointer()? else {
            return match anchor {
                None if !self.is_orphaned()? => Ok(None),
                _ => Err(HomeError::Pointer { path: self.folder.join(POINTER), found: String::new() }),
            };
        };
        for _ in 1..TRIES {
            match self.open_files(&current) {
                // Others may have come and gone since the pointer was read, and removed the files.
                Err(OpenError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    let next = self.pointer()?.unwrap_or_else(|| current.clone());
                    if next == current {
                        break;
                    }
                    current = next;
                }
                other => return Ok(Some(self.anchored(other?, anchor)?)),
            }
        }
        Ok(Some(self.anchored(self.open_files(&current)?, anchor)?))
    }

    /// What was held at this moment; a day means its end. `None` where nothing has been received yet.
    ///
    /// # Errors
    /// As for [`Home::current`]; also where the first receipt is later than the moment.
    pub fn as_of(&self, moment: impl Into<Moment>) -> Result<Option<Generation>, HomeError> {
        let moment = moment.into();
        let Some(current) = self.current()? else { return Ok(None) };
        match current.at(moment)? {
            Ok(generation) => Ok(Some(generation)),
            Err(first) => Err(HomeError::BeforeFirst { moment, first }),
        }
    }

    /// What was held when this was the [chain](Generation::chain) of all that had been received; `None` where it never was.
    ///
    /// # Errors
    /// As for [`Home::current`].
    pub fn at_chain(&self, chain: Digest) -> Result<Option<Generation>, HomeError> {
        let Some(current) = self.current()? else { return Ok(None) };
        Ok(current.at_chain(chain)?)
    }

    /// The bundle that was taken last, of what is held or, where that is damaged, of what a writer would build upon.
    ///
    /// # Errors
    /// There is nothing to build upon.
    pub fn bundle(&self) -> Result<Option<BundleTaken>, HomeError> {
        let held = match self.current() {
            Ok(held) => held,
            Err(_) => self.to_build_upon()?.0,
        };
        Ok(held.map(|held| held.bundle()).transpose()?.flatten())
    }

    /// Checks every byte of what is kept beside the current state: the state that was before it, which a writer builds upon where the
    /// current one is damaged. Gives the files.
    ///
    /// # Errors
    /// The folder cannot be read; inside, the first place that is damaged.
    pub fn verify_kept(&self, current: &Generation) -> Result<Result<Vec<PathBuf>, Damage>, HomeError> {
        let names = self.names()?;
        let is_current = |path: &PathBuf| current.files().contains(&path.as_path());
        let of = |is: fn(&str) -> bool| {
            names.iter().filter(move |name| is(name)).map(|name| self.folder.join(name)).collect::<Vec<PathBuf>>()
        };
        let (bases, deltas) = (of(is_base), of(is_delta));
        let mut kept = Vec::new();
        let before = current.transactions().saturating_sub(1);
        let mut is_there = before == 0 || current.base().last() == before;
        for path in bases.iter().chain(&deltas).filter(|path| !is_current(path)) {
            match self.verify_one(path, &bases) {
                Ok(last) => {
                    is_there |= last == Some(before);
                    kept.push(path.clone());
                }
                // A writer removes what is no longer needed.
                Err(_) if !path.exists() => is_there = true,
                Err(damage) => return Ok(Err(damage)),
            }
        }
        if !is_there {
            let part = "the state before the current one: no file holds it".to_owned();
            let source = KnowledgeError::Damaged { part };
            return Ok(Err(Damage { path: self.folder.clone(), source }));
        }
        Ok(Ok(kept))
    }

    /// Checks a file that is kept: a base, or a delta with the base that it stands on. One whose base is gone is checked by itself. Gives
    /// the number of its last transaction, where a state can be read from it.
    fn verify_one(&self, path: &Path, bases: &[PathBuf]) -> Result<Option<u32>, Damage> {
        let damaged = |error: OpenError| Damage {
            path: path.to_owned(),
            source: match error {
                OpenError::Knowledge(source) => source,
                other => unreadable("a file that is kept", other.to_string()),
            },
        };
        let layer = Layer::open(path).map_err(damaged)?;
        let of_file = |source| Damage { path: path.to_owned(), source };
        layer.file().verify().map_err(of_file)?;
        let prefix = if layer.meta.below.is_some() { DELTA } else { BASE };
        if path.file_name().and_then(|name| name.to_str()) != Some(&file_name(prefix, layer.root())) {
            let part = "the state before the current one: the file is another one than its name says".to_owned();
            return Err(of_file(KnowledgeError::Damaged { part }));
        }
        let opened = match layer.meta.below {
            None => Generation::open(path, None).ok(),
            Some(_) => bases.iter().find_map(|base| Generation::open(base, Some(path)).ok()),
        };
        let Some(opened) = opened else { return Ok(None) };
        opened.verify()?;
        Ok(Some(layer.last()))
    }

    fn open_files(&self, current: &Current) -> Result<Generation, OpenError> {
        let delta = current.delta.as_ref().map(|name| self.folder.join(name));
        Generation::open(&self.folder.join(&current.base), delta.as_deref())
    }

    /// The generation, if it goes on from what was published last.
    fn anchored(&self, generation: Generation, anchor: Option<Anchor>) -> Result<Generation, HomeError> {
        let Some(anchor) = anchor else {
            // It is missing after the very first publication only if that was interrupted.
            return match generation.transactions() {
                1 => Ok(generation),
                _ => Err(HomeError::Anchor { path: self.folder.join(ANCHOR) }),
            };
        };
        let held = generation.transactions();
        if anchor.transactions > held {
            return Err(HomeError::RolledBack { path: self.folder.clone(), held, published: anchor.transactions });
        }
        if generation.transaction_entry(anchor.transactions)?.chain != anchor.chain {
            return Err(HomeError::OtherHistory { path: self.folder.clone(), transaction: anchor.transactions });
        }
        // It is written right after each publication: at most one can be missing.
        if held - anchor.transactions > 1 {
            return Err(HomeError::Anchor { path: self.folder.join(ANCHOR) });
        }
        Ok(generation)
    }

    /// Whether there are files that nothing names as current, and that are not those of a first publication that was interrupted: then
    /// what named them is gone, and the home is not empty.
    fn is_orphaned(&self) -> Result<bool, HomeError> {
        let names = match self.names() {
            Err(HomeError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(false),
            names => names?,
        };
        let is_first = |name: &String| Layer::open(&self.folder.join(name)).is_ok_and(|base| base.last() <= 1);
        let is_later = |name: &String| is_delta(name) || is_base(name) && !is_first(name);
        // Somebody may have published meanwhile.
        Ok(names.iter().any(is_later) && !names.iter().any(|name| name == POINTER))
    }

    /// What was published last, as far as the anchor knows.
    fn anchor(&self) -> Result<Option<Anchor>, HomeError> {
        let path = self.folder.join(ANCHOR);
        let Some(text) = read(&path)? else { return Ok(None) };
        Anchor::read(&text).map(Some).ok_or(HomeError::Anchor { path })
    }

    /// Which files are the current ones.
    fn pointer(&self) -> Result<Option<Current>, HomeError> {
        let path = self.folder.join(POINTER);
        let Some(text) = read(&path)? else { return Ok(None) };
        match Current::read(&text) {
            Some(current) => Ok(Some(current)),
            // Earlier formats had nothing but the name.
            None if is_base(text.trim_end()) => {
                let base = Layer::open(&self.folder.join(text.trim_end()))?;
                Err(HomeError::Pointer { path, found: base.path().display().to_string() })
            }
            None => Err(HomeError::Pointer { path, found: text.chars().take(80).collect() }),
        }
    }

    /// Begins the next generation; what is added to it was received at this moment. Sweeps up what killed writers left.
    ///
    /// Where the moment lies before that of the last receipt, the clock went back: the past is not rewritten. What comes counts as
    /// received after what is held, and the days of receipt are those of the moment given.
    ///
    /// # Errors
    /// Somebody else is writing, the disk refuses, or what is held is damaged and there is nothing before it to build upon.
    pub fn builder(&self, received: impl Into<Moment>) -> Result<Builder, HomeError> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let lock_path = self.folder.join(LOCK);
        let lock = try_lock(&lock_path).map_err(at(lock_path))?;
        let lock = lock.ok_or_else(|| HomeError::Locked { path: self.folder.clone() })?;
        for name in self.names()? {
            if name.starts_with(TEMPORARY) {
                let path = self.folder.join(name);
                self.disk.remove(&path).map_err(at(path))?;
            }
        }
        let (held, repaired) = self.to_build_upon()?;
        let received = received.into();
        let lost = match &held {
            Some(held) if repaired => self.lost_after(held, received.day())?,
            _ => None,
        };
        Ok(Builder::new(self.clone(), lock, held, repaired, lost, received))
    }

    /// What to build upon, every stored byte of it checked, and whether it is something else than the current state.
    ///
    /// Days of receipt are carried over from it, and sources that do not come again: a damaged one must not be built upon,
    /// and must not be passed over in silence either.
    fn to_build_upon(&self) -> Result<(Option<Generation>, bool), HomeError> {
        let checked = |generation: Generation| -> Result<Generation, HomeError> {
            generation.check()?;
            Ok(generation)
        };
        let error = match self.current().and_then(|held| held.map(checked).transpose()) {
            Ok(held) => return Ok((held, false)),
            // Nothing in this folder is of a form that this program knows.
            Err(error @ HomeError::Open(OpenError::OtherFormat { .. })) => return Err(error),
            Err(error) => error,
        };
        let names = self.names()?;
        let mut found: Vec<Generation> = Vec::new();
        for base in names.iter().filter(|name| is_base(name)) {
            let deltas = names.iter().filter(|name| is_delta(name)).map(|name| Some(self.folder.join(name)));
            for delta in std::iter::once(None).chain(deltas) {
                // A delta of another base does not open.
                let opened = Generation::open(&self.folder.join(base), delta.as_deref());
                found.extend(opened.map_err(HomeError::from).and_then(checked).ok());
            }
        }
        match found.into_iter().max_by_key(|generation| (generation.transactions(), generation.root())) {
            Some(base) => Ok((Some(base), true)),
            None => Err(HomeError::NoBase { path: self.folder.clone(), source: Box::new(error) }),
        }
    }

    /// What was published after this state, which is the latest whole one that is left. What was published last says how many
    /// receipts there were, and a file that is damaged may still tell their days.
    fn lost_after(&self, left: &Generation, found: Date) -> Result<Option<Lost>, HomeError> {
        let held = left.transactions();
        let Ok(anchor) = self.anchor() else { return Ok(Some(Lost::after(left, None, Vec::new(), found))) };
        let current = self.pointer().ok().flatten();
        let names = current.iter().flat_map(|current| std::iter::once(&current.base).chain(&current.delta));
        let paths: Vec<PathBuf> = names.map(|name| self.folder.join(name)).collect();
        let (mut days, mut published) = (Vec::new(), anchor.map(|anchor| anchor.transactions));
        let mut before = Some(Vec::new());
        for layer in paths.iter().filter_map(|path| Layer::open(path).ok()) {
            published = published.max(Some(layer.last()));
            for number in held + 1..=layer.last() {
                days.extend(layer.transaction_entry(number).ok().map(|entry| entry.stated.day()));
            }
            before = before.zip(Lost::told_by(&layer, held)).map(|(before, more)| [before, more].concat());
        }
        let lost = match anchor {
            Some(anchor)
                if anchor.transactions <= held
                    && left.transaction_entry(anchor.transactions)?.chain != anchor.chain =>
            {
                Some(Lost::after(left, None, days, found))
            }
            // What is named as current is whole, and the anchor alone was away.
            None if !paths.is_empty() && paths.iter().all(|path| left.files().contains(&path.as_path())) => None,
            None => Some(Lost::after(left, None, days, found)),
            Some(_) => {
                let count = published.unwrap_or(held).saturating_sub(held);
                (count > 0).then(|| Lost::after(left, Some(count), days, found))
            }
        };
        Ok(lost.map(|lost| lost.joined(before.as_deref())))
    }

    /// Gives a finished file its name and makes it a current one: a delta together with the base below it. Removes all files but
    /// those that are current and those that were before; none where nothing was.
    pub(crate) fn publish(
        &self,
        file: NamedTempFile,
        root: Digest,
        below: Option<&Layer>,
        before: Option<&Generation>,
        anchor: (u32, Digest),
        repaired: bool,
    ) -> Result<(), HomeError> {
        let (folder, disk) = (&self.folder, &self.disk);
        let name = |prefix: &str| file_name(prefix, root);
        let name_of = |layer: &Layer| layer.path().file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let current = match below.and_then(name_of) {
            Some(base) => Current { base, delta: Some(name(DELTA)) },
            None => Current { base: name(BASE), delta: None },
        };
        disk.rename(file, &folder.join(current.delta.as_ref().unwrap_or(&current.base)))?;
        disk.sync_folder(folder)?;
        let anchor = Anchor { transactions: anchor.0, chain: anchor.1 };
        let anchor = || disk.replace(&folder.join(ANCHOR), folder, &anchor.write());
        // What was published last may be lost; then it must not be asked for any more.
        if repaired {
            anchor()?;
        }
        disk.replace(&folder.join(POINTER), folder, &current.write())?;
        if !repaired {
            anchor()?;
        }
        let before: Vec<PathBuf> = before.iter().flat_map(|before| before.files()).map(Path::to_owned).collect();
        for name in self.names()? {
            let path = folder.join(&name);
            let kept = name == current.base || Some(&name) == current.delta.as_ref() || before.contains(&path);
            // What was not built upon may be what somebody looks for whose home lost the names of its files.
            if (is_base(&name) || is_delta(&name)) && !kept && !before.is_empty() {
                // A reader may still have it open, which some systems do not allow to be removed: the next writer tries again.
                let _ = disk.remove(&path);
            }
        }
        Ok(())
    }

    /// The names of the files in the folder, in order.
    fn names(&self) -> Result<Vec<String>, HomeError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            names.extend(entry.map_err(at(&self.folder))?.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// The name of a file: it holds what the digest of its content begins with.
fn file_name(prefix: &str, root: Digest) -> String {
    format!("{prefix}{}{SUFFIX}", root.to_string().get(..16).unwrap_or_default())
}

/// A small file; none where there is none.
fn read(path: &Path) -> Result<Option<String>, HomeError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

fn is_base(name: &str) -> bool {
    is_file(name, BASE)
}

fn is_delta(name: &str) -> bool {
    is_file(name, DELTA)
}

fn is_file(name: &str, prefix: &str) -> bool {
    let digits = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| {
        digits.len() == 16 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(all(test, unix))]
mod failures;
#[cfg(test)]
mod history;
#[cfg(test)]
mod scores;
#[cfg(test)]
mod tests;
