//! Reads the files of NVD, several at a time.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use sha2::{Digest as _, Sha256};
use ward_formats::feed::nvd::{Item, Reader, SOURCE};
use ward_knowledge::{Batch, Builder, SetAsideRecord};
use ward_model::digest::Digest;

use crate::error::{SyncError, at};
use crate::mirror::{MirrorFile, nvd_stem};
use crate::progress::Progress;

/// More threads do not help: the home is written by one.
const MOST_THREADS: usize = 4;
/// How many records are read between two words about it.
const RECORDS_AT_ONCE: u64 = 500;

enum News {
    Bytes(u64),
    Records(u64),
}

/// Reads every file into the builder. Which thread reads what, and when it is done, makes no difference to what comes out.
pub(crate) fn read_all(
    files: &[(MirrorFile, Digest)],
    builder: &mut Builder,
    progress: &mut dyn Progress,
) -> Result<(), SyncError> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(files.len());
    let mut batches = (0..threads).map(|_| builder.batch()).collect::<Result<Vec<Batch>, _>>()?;
    // The largest first, so that no thread is left with one when the others are done.
    let mut queue: Vec<&(MirrorFile, Digest)> = files.iter().collect();
    queue.sort_by(|(a, _), (b, _)| (a.bytes, &b.name).cmp(&(b.bytes, &a.name)));
    let queue = Mutex::new(queue);
    let stop = AtomicBool::new(false);
    let (sender, receiver) = channel();
    let mut errors = thread::scope(|scope| {
        let workers: Vec<_> = batches
            .iter_mut()
            .map(|batch| {
                let (sender, queue, stop) = (sender.clone(), &queue, &stop);
                scope.spawn(move || work(queue, stop, batch, &sender))
            })
            .collect();
        // The loop ends when the last worker has dropped its sender.
        drop(sender);
        for news in receiver {
            match news {
                News::Bytes(more) => progress.bytes(more),
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

/// Reads one file after the other until there are none, or somebody failed. An error comes with the name of its file.
fn work(
    queue: &Mutex<Vec<&(MirrorFile, Digest)>>,
    stop: &AtomicBool,
    batch: &mut Batch,
    news: &Sender<News>,
) -> Result<(), (String, SyncError)> {
    while !stop.load(Ordering::Relaxed) {
        // Taking the last element leaves the list in order even if somebody panicked.
        let Some((file, digest)) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop() else { break };
        read_one(file, *digest, batch, news).map_err(|error| {
            stop.store(true, Ordering::Relaxed);
            (file.name.clone(), error)
        })?;
    }
    Ok(())
}

fn read_one(file: &MirrorFile, digest: Digest, batch: &mut Batch, news: &Sender<News>) -> Result<(), SyncError> {
    let wrong = |source| SyncError::Feed { path: file.path.clone(), source };
    let announced = announced(&file.path, &file.name)?;
    // Nobody listens any more once the whole sync is over; there is nothing to do about that here.
    let source = file.open(|more| drop(news.send(News::Bytes(more))))?;
    let mut hashed = Hashed { source, hasher: announced.is_some().then(Sha256::new), length: 0 };
    batch.input(SOURCE, &file.name, file.bytes, digest);
    let mut count = 0;
    for item in Reader::new(&mut hashed) {
        match item.map_err(wrong)? {
            Item::Record(dated) => batch.record(&dated.record, &dated.last_modified)?,
            Item::SetAside(aside) => batch.set_aside(SetAsideRecord::new(SOURCE, &file.name, aside)),
        }
        count += 1;
        if count == RECORDS_AT_ONCE {
            let _ = news.send(News::Records(count));
            count = 0;
        }
    }
    let _ = news.send(News::Records(count));
    match announced {
        Some(announced) => announced.check(file, hashed),
        None => Ok(()),
    }
}

/// What a `.meta` file says of the uncompressed text.
struct Announced {
    sha256: Digest,
    size: Option<u64>,
}

fn announced(path: &Path, name: &str) -> Result<Option<Announced>, SyncError> {
    let Some(stem) = nvd_stem(name) else { return Ok(None) };
    let meta = path.with_file_name(format!("{stem}.meta"));
    let text = match fs::read_to_string(&meta) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(meta)(error)),
    };
    let field = |wanted: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim() == wanted)
            .map(|(_, value)| value.trim())
    };
    let sha256 = field("sha256").and_then(|digest| digest.parse().ok());
    let sha256 = sha256.ok_or(SyncError::NoDigest { path: meta })?;
    Ok(Some(Announced { sha256, size: field("size").and_then(|size| size.parse().ok()) }))
}

impl Announced {
    fn check(&self, file: &MirrorFile, hashed: Hashed<'_>) -> Result<(), SyncError> {
        let wrong =
            |what, expected: String, found: String| SyncError::Meta { path: file.path.clone(), what, expected, found };
        if let Some(size) = self.size.filter(|size| *size != hashed.length) {
            return Err(wrong("its length", size.to_string(), hashed.length.to_string()));
        }
        let digest = hashed.hasher.map(|hasher| Digest::from_bytes(hasher.finalize().into()));
        match digest {
            Some(digest) if digest != self.sha256 => {
                Err(wrong("its digest", self.sha256.to_string(), digest.to_string()))
            }
            _ => Ok(()),
        }
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
