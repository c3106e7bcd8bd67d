//! Builds a portfolio from SBOMs that stream by: two are read at once, and what comes out is the same in whatever order they are done.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use ward_formats::sbom;
use ward_model::component::Sbom;
use ward_model::digest::Digest;
use ward_model::finding::SbomSummary;
use ward_model::portfolio::SetAsideSbom;

use crate::error::{FleetError, at};
use crate::frame::reader::Reader;
use crate::frame::writer::Writer;
use crate::frame::{PORTFOLIO, Section, write_number};
use crate::pair;
use crate::portfolio::{Portfolio, SbomEntry, WrittenSbom};
use ward_match::hash::Stable;

/// How far reading may run ahead of the SBOM that is written next: what is read waits in memory.
const AHEAD: usize = 64;
/// More readers would wait for the one writer.
const MOST_THREADS: usize = 8;

/// An SBOM that is to be taken in.
pub struct Source {
    /// What it is called.
    pub name: String,
    /// Gives its bytes. Asked once, by any thread.
    pub read: Box<dyn FnOnce() -> io::Result<Vec<u8>> + Send>,
}

impl Source {
    /// Bytes that are there already.
    #[must_use]
    pub fn of(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), read: Box::new(move || Ok(bytes)) }
    }

    /// A file, read when its turn comes.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        let owned = path.to_owned();
        Self { name: path.display().to_string(), read: Box::new(move || std::fs::read(owned)) }
    }
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The digest that covers every byte of the file.
    pub root: Digest,
    /// How many SBOMs it has.
    pub sboms: u32,
    /// How many different pairs of identity and version.
    pub pairs: u32,
    /// How many components all SBOMs list together.
    pub rows: u64,
    /// How many bytes of SBOMs were read.
    pub bytes: u64,
    /// What could not be read as an SBOM, in the order given.
    pub set_aside: Vec<SetAsideSbom>,
}

/// Builds a portfolio of these SBOMs, in their order, and puts it in place in one step. What cannot be read is set aside with its
/// reason and kept in the file, or, where `whole` is wanted, the first such thing refuses all.
///
/// # Errors
/// The disk refuses; there is more than a portfolio holds; or an SBOM cannot be read and all are wanted.
pub fn build(path: &Path, sources: impl Iterator<Item = Source> + Send, whole: bool) -> Result<Built, FleetError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new().prefix("part-").tempfile_in(folder).map_err(at(folder))?;
    let file = temporary.reopen().map_err(at(path))?;
    let (built, _) = write(path, file, sources, whole)?;
    temporary.persist(path).map_err(|error| at(path)(error.error))?;
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    }
    Ok(built)
}

/// Builds a portfolio that is gone with the program, in a file without a name. The first thing that cannot be read refuses all.
///
/// # Errors
/// As for [`build`].
pub fn build_unnamed(sources: impl Iterator<Item = Source> + Send) -> Result<Portfolio, FleetError> {
    let path = Path::new("a temporary file");
    let file = tempfile::tempfile().map_err(at(path))?;
    let (_, file) = write(path, file, sources, true)?;
    Portfolio::of(Reader::of(file, path, &PORTFOLIO)?)
}

fn write(
    path: &Path,
    file: File,
    sources: impl Iterator<Item = Source> + Send,
    whole: bool,
) -> Result<(Built, File), FleetError> {
    let mut building = Building::new(path, file, whole);
    read_all(sources, |read| building.take(read))?;
    building.finish()
}

/// An SBOM that was read, as it will be written.
struct Read {
    entry: SbomEntry,
    bytes: u64,
    /// The pairs of its components, one after the other, and where each ends.
    pairs: Vec<u8>,
    ends: Vec<usize>,
    references: Vec<u8>,
    keys: Vec<u128>,
}

type Outcome = Result<Read, (String, Failed)>;

enum Failed {
    Io(io::Error),
    Sbom(sbom::SbomError),
    Pair(String),
}

fn read(source: Source) -> Outcome {
    let Source { name, read } = source;
    let bytes = match read() {
        Ok(bytes) => bytes,
        Err(error) => return Err((name, Failed::Io(error))),
    };
    let sbom = match sbom::read(&bytes) {
        Ok(sbom) => sbom,
        Err(error) => return Err((name, Failed::Sbom(error))),
    };
    rows(&name, &sbom, bytes.len() as u64).map_err(|reason| (name, Failed::Pair(reason)))
}

/// The rows of an SBOM.
fn rows(name: &str, sbom: &Sbom, bytes: u64) -> Result<Read, String> {
    let entry = SbomEntry { source: name.to_owned(), summary: SbomSummary::from(sbom) };
    let (mut pairs, mut ends, mut references) = (Vec::new(), Vec::new(), Vec::new());
    let mut keys = Vec::with_capacity(sbom.components.len());
    for component in &sbom.components {
        let start = pairs.len();
        pairs = pair::write(component, pairs)?;
        ends.push(pairs.len());
        let digest = Digest::of(&pairs[start..]);
        let (half, _) = digest.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
        keys.push(u128::from_le_bytes(*half));
        write_reference(
            component.reference.as_str(),
            component.purl.as_ref().map(ToString::to_string),
            &mut references,
        );
    }
    Ok(Read { entry, bytes, pairs, ends, references, keys })
}

/// A reference; many are the package URL with something behind it, or nothing.
fn write_reference(reference: &str, purl: Option<String>, out: &mut Vec<u8>) {
    let behind = purl.as_deref().and_then(|purl| reference.strip_prefix(purl));
    let own = behind.unwrap_or(reference);
    write_number(own.len() as u64 * 2 + u64::from(behind.is_some()), out);
    out.extend_from_slice(own.as_bytes());
}

/// How far the writer has come, and whether it wants more.
#[derive(Default)]
struct Progress {
    written: usize,
    over: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads everything by several threads and hands it over in the order of the sources, until there is an error.
fn read_all(
    sources: impl Iterator<Item = Source> + Send,
    mut take: impl FnMut(Outcome) -> Result<(), FleetError>,
) -> Result<(), FleetError> {
    let sources = Mutex::new(sources.enumerate());
    let progress = (Mutex::new(Progress::default()), Condvar::new());
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let (sources, progress) = (&sources, &progress);
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || read_some(sources, progress, &sender));
        }
        drop(sender);
        let result = in_order(&receiver, progress, &mut take);
        locked(&progress.0).over = true;
        progress.1.notify_all();
        result
    })
}

/// What one thread does: it takes the next source until there is none.
fn read_some(
    sources: &Mutex<std::iter::Enumerate<impl Iterator<Item = Source>>>,
    (progress, moved): &(Mutex<Progress>, Condvar),
    sender: &SyncSender<(usize, Outcome)>,
) {
    loop {
        let Some((number, source)) = locked(sources).next() else { return };
        {
            let waiting = |progress: &mut Progress| !progress.over && number >= progress.written + AHEAD;
            let progress = moved.wait_while(locked(progress), waiting).unwrap_or_else(PoisonError::into_inner);
            if progress.over {
                return;
            }
        }
        // Nobody takes it any more where the writer has failed.
        if sender.send((number, read(source))).is_err() {
            return;
        }
    }
}

fn in_order(
    receiver: &Receiver<(usize, Outcome)>,
    (progress, moved): &(Mutex<Progress>, Condvar),
    take: &mut impl FnMut(Outcome) -> Result<(), FleetError>,
) -> Result<(), FleetError> {
    let mut waiting: BTreeMap<usize, Outcome> = BTreeMap::new();
    let mut next = 0;
    for (number, outcome) in receiver {
        waiting.insert(number, outcome);
        while let Some(outcome) = waiting.remove(&next) {
            take(outcome)?;
            next += 1;
            locked(progress).written = next;
            moved.notify_all();
        }
    }
    Ok(())
}

/// A portfolio that is being written.
struct Building<'a> {
    path: &'a Path,
    writer: Writer,
    whole: bool,
    /// The number of each pair, by half of its digest.
    numbers: HashMap<u128, u32, Stable>,
    /// The numbers of pairs of all rows, as they are written, and where those of each SBOM end.
    rows: Vec<u8>,
    row_ends: Vec<usize>,
    row_count: u64,
    bytes: u64,
    set_aside: Vec<SetAsideSbom>,
}

impl<'a> Building<'a> {
    fn new(path: &'a Path, file: File, whole: bool) -> Self {
        Self {
            path,
            writer: Writer::new(file, &PORTFOLIO),
            whole,
            numbers: HashMap::default(),
            rows: Vec::new(),
            row_ends: Vec::new(),
            row_count: 0,
            bytes: 0,
            set_aside: Vec::new(),
        }
    }

    fn write(&mut self, section: Section, bytes: &[u8]) -> Result<(), FleetError> {
        self.writer.write(section, bytes).map_err(at(self.path))
    }

    fn take(&mut self, outcome: Outcome) -> Result<(), FleetError> {
        let read = match outcome {
            Ok(read) => read,
            Err((source, failed)) => return self.set_aside(source, failed),
        };
        if self.row_ends.len() >= u32::MAX as usize {
            return Err(FleetError::TooMany { what: "SBOMs", most: u64::from(u32::MAX) });
        }
        let mut start = 0;
        for (key, end) in read.keys.iter().zip(&read.ends) {
            let count = self.numbers.len();
            let number = match self.numbers.get(key) {
                Some(number) => *number,
                None => {
                    let too_many = FleetError::TooMany { what: "different components", most: u64::from(u32::MAX) };
                    let number = u32::try_from(count).ok().filter(|number| *number < u32::MAX).ok_or(too_many)?;
                    self.numbers.insert(*key, number);
                    self.write(Section::Pairs, &read.pairs[start..*end])?;
                    let end = self.writer.length(Section::Pairs);
                    self.write(Section::PairEnds, &end.to_le_bytes())?;
                    number
                }
            };
            start = *end;
            write_number(u64::from(number), &mut self.rows);
        }
        let from = self.row_ends.last().copied().unwrap_or(0);
        self.writer.write(Section::Rows, &self.rows[from..]).map_err(at(self.path))?;
        self.row_ends.push(self.rows.len());
        self.write(Section::References, &read.references)?;
        let entry = postcard::to_extend(&WrittenSbom::from(read.entry), Vec::new());
        let entry = entry.map_err(|error| at(self.path)(io::Error::other(error)))?;
        self.write(Section::Sboms, &entry)?;
        self.row_count += read.keys.len() as u64;
        self.bytes += read.bytes;
        let [sboms, rows, references] =
            [Section::Sboms, Section::Rows, Section::References].map(|section| self.writer.length(section));
        for end in [sboms, rows, references, self.row_count] {
            self.write(Section::SbomEnds, &end.to_le_bytes())?;
        }
        Ok(())
    }

    fn set_aside(&mut self, source: String, failed: Failed) -> Result<(), FleetError> {
        let reason = match failed {
            Failed::Io(error) if self.whole => return Err(FleetError::Io { path: source.into(), source: error }),
            Failed::Sbom(error) if self.whole => return Err(FleetError::Sbom { name: source, source: error }),
            Failed::Pair(reason) => return Err(at(Path::new(&source))(io::Error::other(reason))),
            Failed::Io(error) => format!("cannot be read: {error}"),
            Failed::Sbom(error) => error.to_string(),
        };
        self.set_aside.push(SetAsideSbom { source, reason });
        Ok(())
    }

    fn finish(mut self) -> Result<(Built, File), FleetError> {
        self.holders()?;
        if !self.set_aside.is_empty() {
            let bytes = postcard::to_extend(&self.set_aside, Vec::new());
            let bytes = bytes.map_err(|error| at(self.path)(io::Error::other(error)))?;
            self.write(Section::SetAside, &bytes)?;
        }
        let (file, root) = self.writer.finish().map_err(at(self.path))?;
        let built = Built {
            root,
            // Both were counted in 32 bits as they came.
            sboms: self.row_ends.len() as u32,
            pairs: self.numbers.len() as u32,
            rows: self.row_count,
            bytes: self.bytes,
            set_aside: self.set_aside,
        };
        Ok((built, file))
    }

    /// Turns "who holds what" round.
    fn holders(&mut self) -> Result<(), FleetError> {
        let mut ends: Vec<usize> = vec![0; self.numbers.len()];
        self.each_held(|pair, _| ends[pair] += 1);
        let mut total = 0;
        for end in &mut ends {
            // For now where each begins.
            total += std::mem::replace(end, total);
        }
        let mut holders: Vec<u32> = vec![0; total];
        self.each_held(|pair, sbom| {
            holders[ends[pair]] = sbom;
            ends[pair] += 1;
        });
        let (mut start, mut bytes) = (0, Vec::new());
        for end in ends {
            bytes.clear();
            let mut next = 0;
            for sbom in &holders[start..end] {
                write_number(u64::from(sbom - next), &mut bytes);
                next = sbom + 1;
            }
            start = end;
            self.write(Section::Holders, &bytes)?;
            let end = self.writer.length(Section::Holders);
            self.write(Section::HolderEnds, &end.to_le_bytes())?;
        }
        Ok(())
    }

    /// Every pair of every SBOM, once for each SBOM, in the order of the SBOMs.
    fn each_held(&self, mut each: impl FnMut(usize, u32)) {
        // The SBOM, counted from 1, by which each pair was seen last.
        let mut seen: Vec<u32> = vec![0; self.numbers.len()];
        let mut start = 0;
        for (sbom, end) in (0_u32..).zip(&self.row_ends) {
            let mut rest = &self.rows[start..*end];
            start = *end;
            while let Some(pair) = crate::frame::read_number(&mut rest) {
                // Written here, and below the number of pairs.
                let pair = pair as usize;
                if seen[pair] != sbom + 1 {
                    seen[pair] = sbom + 1;
                    each(pair, sbom);
                }
            }
        }
    }
}
