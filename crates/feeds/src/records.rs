//! Reads the files that give records, several at a time.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use sha2::{Digest as _, Sha256};
use ward_formats::feed::nvd::Reader;
use ward_formats::feed::{Item, LONGEST_RECORD, SetAside, csaf, cve5, osv};
use ward_formats::listing::nvd::{self, Meta};
use ward_knowledge::{Batch, Builder, SetAsideRecord};
use ward_model::digest::Digest;

use crate::error::{SyncError, at};
use crate::file::{Entry, MirrorFile};
use crate::mirror::{Job, Kind, ends, is_cve_record, is_no_feed, nvd_stem};
use crate::progress::Progress;
use crate::source::Source;

/// More threads do not help: the home is written by one.
const MOST_THREADS: usize = 4;
/// How many records are read between two words about it.
const RECORDS_AT_ONCE: u64 = 500;

enum News {
    Bytes(Source, u64),
    Records(u64),
}

/// Reads every file into the builder. Which thread reads what, and when it is done, makes no difference to what comes out.
pub(crate) fn read_all(jobs: &[Job], builder: &mut Builder, progress: &mut dyn Progress) -> Result<(), SyncError> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(jobs.len());
    let mut batches = (0..threads).map(|_| builder.batch()).collect::<Result<Vec<Batch>, _>>()?;
    // The largest first, so that no thread is left with one when the others are done.
    let mut queue: Vec<&Job> = jobs.iter().collect();
    queue.sort_by_key(|job| (job.bytes(), job.files.first().map(|file| &file.name)));
    let queue = Mutex::new(queue);
    let stop = AtomicBool::new(false);
    let (sender, receiver) = channel();
    let mut errors = thread::scope(|scope| {
        let workers: Vec<_> = batches
            .iter_mut()
            .map(|batch| {
                let (sender, queue, stop) = (sender.clone(), &queue, &stop);
                scope.spawn(move || work(queue, stop, Worker { batch, news: &sender, count: 0 }))
            })
            .collect();
        // The loop ends when the last worker has dropped its sender.
        drop(sender);
        for news in receiver {
            match news {
                News::Bytes(source, more) => progress.bytes(source, more),
                News::Records(more) => progress.records(more),
            }
        }
        let mut errors = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => errors.push(error),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        errors
    });
    // Of several, the one of the first file.
    errors.sort_by(|(a, _), (b, _)| a.cmp(b));
    if let Some((_, error)) = errors.into_iter().next() {
        return Err(error);
    }
    batches.into_iter().for_each(|batch| builder.add(batch));
    Ok(())
}

/// Takes one job after the other until there are none, or somebody failed. An error comes with the name of its file.
fn work(
    queue: &Mutex<Vec<&Job>>,
    stop: &AtomicBool,
    mut worker: Worker<'_>,
) -> Result<(), ((Source, String), SyncError)> {
    while !stop.load(Ordering::Relaxed) {
        // Taking the last element leaves the list in order even if somebody panicked.
        let Some(job) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop() else { break };
        for (index, file) in job.files.iter().enumerate() {
            worker.read(job, file, index as u64 + 1).map_err(|error| {
                stop.store(true, Ordering::Relaxed);
                ((job.source, file.name.clone()), error)
            })?;
        }
    }
    worker.tell();
    Ok(())
}

/// What one thread needs.
struct Worker<'a> {
    batch: &'a mut Batch,
    news: &'a Sender<News>,
    /// Records that nobody was told of yet.
    count: u64,
}

impl Worker<'_> {
    fn read(&mut self, job: &Job, file: &MirrorFile, place: u64) -> Result<(), SyncError> {
        match file.digest {
            // What an index lists may come and go while the index stays: it is looked at every time.
            _ if job.kind == Kind::Index => {}
            Some(digest) => self.batch.input(&job.name, &file.name, file.bytes, digest),
            None => self.batch.file(&job.name, &file.name),
        }
        match job.kind {
            Kind::List => self.list(job, file),
            Kind::Lines => self.lines(job, file),
            Kind::Single => self.single(job, file, place),
            Kind::Archive => self.archive(job, file),
            Kind::Index => self.index(job, file),
        }
    }

    /// Nobody listens any more once the whole sync is over; there is nothing to do about that here.
    fn bytes(&self, source: Source) -> impl FnMut(u64) + use<> {
        let news = self.news.clone();
        move |more| drop(news.send(News::Bytes(source, more)))
    }

    fn tell(&mut self) {
        let _ = self.news.send(News::Records(std::mem::take(&mut self.count)));
    }

    fn item(&mut self, job: &Job, file: &str, item: Item) -> Result<(), SyncError> {
        match item {
            Item::Record(dated) => self.batch.dated(&dated)?,
            Item::SetAside(aside) => self.batch.set_aside(SetAsideRecord::new(&job.name, file, aside)),
        }
        self.count += 1;
        if self.count >= RECORDS_AT_ONCE {
            self.tell();
        }
        Ok(())
    }

    fn list(&mut self, job: &Job, file: &MirrorFile) -> Result<(), SyncError> {
        let wrong = |source| SyncError::Feed { path: file.path.clone(), source };
        let announced = announced(&file.path, &file.name)?;
        let source = file.open(self.bytes(job.source))?;
        let mut hashed = Hashed { source, hasher: announced.is_some().then(Sha256::new), length: 0 };
        let mut reader = Reader::new(&mut hashed);
        for item in reader.by_ref() {
            self.item(job, &file.name, item.map_err(wrong)?)?;
        }
        self.batch.made(&job.name, &file.name, reader.made(), reader.extent());
        match announced {
            Some(announced) => check(&announced, file, hashed),
            None => Ok(()),
        }
    }

    fn lines(&mut self, job: &Job, file: &MirrorFile) -> Result<(), SyncError> {
        // Both kinds of error come out of one reader: of the feed, and of the home that takes its records.
        enum Either {
            Feed(ward_formats::feed::FeedError),
            Sync(SyncError),
        }
        impl From<ward_formats::feed::FeedError> for Either {
            fn from(error: ward_formats::feed::FeedError) -> Self {
                Self::Feed(error)
            }
        }
        let source = BufReader::with_capacity(256 << 10, file.open(self.bytes(job.source))?);
        cve5::lines(source, |item| self.item(job, &file.name, item).map_err(Either::Sync)).map_err(
            |error| match error {
                Either::Feed(source) => SyncError::Feed { path: file.path.clone(), source },
                Either::Sync(error) => error,
            },
        )
    }

    fn single(&mut self, job: &Job, file: &MirrorFile, place: u64) -> Result<(), SyncError> {
        let mut text = Vec::new();
        if !file.text(self.bytes(job.source), &mut text)? {
            return self.item(job, &file.name, too_long(&file.name, place));
        }
        let items = match job.source {
            Source::Csaf if csaf::is_catalogue(&text) => Vec::new(),
            Source::Csaf => {
                let advisory = csaf::advisory(&text, place);
                if let Some(document) = advisory.document {
                    self.batch.document(&job.name, document);
                }
                advisory.items
            }
            _ => parse(job, &text, place),
        };
        for item in items {
            self.item(job, &file.name, item)?;
        }
        Ok(())
    }

    fn archive(&mut self, job: &Job, file: &MirrorFile) -> Result<(), SyncError> {
        let source = job.source;
        // One that is packed by itself is read as what it is.
        let wanted = move |name: &str| {
            let name = if ends(name, &[".gz"]) { &name[..name.len() - ".gz".len()] } else { name };
            match source {
                Source::Cve5 => is_cve_record(name),
                _ => ends(name, &[".json"]),
            }
        };
        let mut left = Left::default();
        file.entries(self.bytes(source), &wanted, &mut |name, place, entry| {
            let items = match entry {
                Entry::Text(text) => parse(job, text, place),
                Entry::TooLong => vec![too_long(name, place)],
                Entry::NotRead => {
                    left.add(name);
                    Vec::new()
                }
            };
            for mut item in items {
                if let Item::SetAside(aside) = &mut item {
                    aside.reason = format!("{name}: {}", aside.reason);
                }
                self.item(job, &file.name, item)?;
            }
            Ok(())
        })?;
        left.into_item().map_or(Ok(()), |item| self.item(job, &file.name, item))
    }

    /// What the publisher lists and the mirror does not hold is missing, and not merely absent.
    fn index(&mut self, job: &Job, file: &MirrorFile) -> Result<(), SyncError> {
        let mut text = Vec::new();
        if !file.text(self.bytes(job.source), &mut text)? {
            return self.item(job, &file.name, too_long(&file.name, 1));
        }
        self.batch.file(&job.name, &file.name);
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let inside = file.name.rsplit_once('/').map_or("", |(inside, _)| inside);
        let is_there = |line: &str| match &job.beside {
            Some(names) => names.contains(&joined(inside, line)),
            None => folder.join(line).is_file(),
        };
        for (index, line) in String::from_utf8_lossy(&text).lines().enumerate() {
            let line = line.trim();
            // A line that leads out of the folder names nothing that a mirror could hold.
            if line.is_empty() || line.split('/').any(|part| part == "..") || is_there(line) {
                continue;
            }
            let reason = format!("`{line}` is listed and not in the mirror");
            let aside = SetAside {
                id: None,
                place: index as u64 + 1,
                reason,
                digest: Digest::of(line.as_bytes()),
                products: Vec::new(),
                subjects: Vec::new(),
                last_modified: String::new(),
            };
            self.item(job, &file.name, Item::SetAside(aside))?;
        }
        Ok(())
    }
}

/// The name of a file that a list in this folder names.
fn joined(folder: &str, line: &str) -> String {
    let parts = folder.split('/').chain(line.split('/')).filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// The records in the text of one file.
fn parse(job: &Job, text: &[u8], place: u64) -> Vec<Item> {
    match job.source {
        Source::Osv => osv::record(&job.name, text, place),
        _ => cve5::record(text, place),
    }
}

/// Files in an archive that nobody reads, and that somebody may have meant to be read.
#[derive(Default)]
struct Left {
    names: Vec<String>,
    more: u64,
}

impl Left {
    /// So many are named; more say the same.
    const NAMED: usize = 5;

    fn add(&mut self, name: &str) {
        let is_hidden = name.split('/').any(|part| part.starts_with('.'));
        if name.ends_with('/') || is_hidden || is_no_feed(name) {
            return;
        }
        match self.names.len() < Self::NAMED {
            true => self.names.push(name.to_owned()),
            false => self.more += 1,
        }
    }

    fn into_item(self) -> Option<Item> {
        let mut names = self.names.join(", ");
        if names.is_empty() {
            return None;
        }
        if self.more > 0 {
            names.push_str(&format!(" and {} more", self.more));
        }
        Some(Item::SetAside(SetAside {
            id: None,
            place: 0,
            digest: Digest::of(names.as_bytes()),
            reason: format!("not read, as nothing is known that reads it: {names}"),
            products: Vec::new(),
            subjects: Vec::new(),
            last_modified: String::new(),
        }))
    }
}

fn too_long(name: &str, place: u64) -> Item {
    let reason = format!("{name}: more than {} MiB", LONGEST_RECORD >> 20);
    Item::SetAside(SetAside {
        id: None,
        place,
        reason,
        digest: Digest::of(name.as_bytes()),
        products: Vec::new(),
        subjects: Vec::new(),
        last_modified: String::new(),
    })
}

/// What the `.meta` file beside this file says of its text, where there is one.
fn announced(path: &Path, name: &str) -> Result<Option<Meta>, SyncError> {
    let Some(stem) = nvd_stem(name) else { return Ok(None) };
    let path = path.with_file_name(format!("{stem}.meta"));
    match fs::read(&path) {
        Ok(text) => nvd::meta(&text).map(Some).map_err(|_| SyncError::NoDigest { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// Compares what was read with what was announced.
fn check(announced: &Meta, file: &MirrorFile, hashed: Hashed<'_>) -> Result<(), SyncError> {
    let wrong =
        |what, expected: String, found: String| SyncError::Meta { path: file.path.clone(), what, expected, found };
    if let Some(size) = announced.size.filter(|size| *size != hashed.length) {
        return Err(wrong("its length", size.to_string(), hashed.length.to_string()));
    }
    match hashed.hasher.map(|hasher| Digest::from_bytes(hasher.finalize().into())) {
        Some(digest) if digest != announced.sha256 => {
            Err(wrong("its digest", announced.sha256.to_string(), digest.to_string()))
        }
        _ => Ok(()),
    }
}

/// Hashes what is read. The reader of a feed goes on to the end of the text, so that it is hashed whole.
struct Hashed<'a> {
    source: Box<dyn Read + 'a>,
    hasher: Option<Sha256>,
    length: u64,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.length += count as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&buffer[..count]);
        }
        Ok(count)
    }
}
