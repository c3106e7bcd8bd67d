//! The bytes of a mirror's files, unpacked, with limits: a small file that unpacks without end is refused.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use sha2::{Digest as _, Sha256};
use ward_formats::feed::{FeedError, LONGEST_RECORD};
use ward_model::digest::Digest;
use zip::ZipArchive;

use crate::error::{SyncError, at};
use crate::mirror::{ends, nvd_stem};

/// What feeds unpack to is some twenty times as long.
const MOST_TIMES: u64 = 200;
/// A small file may unpack to this whatever its size.
const SMALL: u64 = 64 << 20;
/// The releases of the CVE list are an archive in an archive.
const DEEPEST: u32 = 1;

/// A file of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MirrorFile {
    pub(crate) path: PathBuf,
    /// Its name inside the folder of its source, with `/` between folders.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// The digest of what stands on disk, once it was taken: by it the home knows the file again.
    pub(crate) digest: Option<Digest>,
    pub(crate) standing: Standing,
}

/// How a file stands in a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is there.
    Here,
    /// A delta leaves it out: it is as in the bundle that the delta stands on.
    LeftOut,
    /// It is there, and whoever it came from names it no more.
    Unlisted,
    /// It is there since a fetch before, and this time whoever it came from did not say whether it is still what there is.
    FromBefore,
}

/// A file inside an archive.
pub(crate) enum Entry<'a> {
    /// Its whole text.
    Text(&'a [u8]),
    /// It is longer than any record.
    TooLong,
    /// It is none that was wanted.
    NotRead,
}

impl MirrorFile {
    /// A digest over its bytes as they stand on disk, and over those of the file that describes it, where there is one: a change
    /// of either is worth another look.
    pub(crate) fn digest(&self) -> Result<Digest, SyncError> {
        let mut hasher = Sha256::new();
        let mut file = File::open(&self.path).map_err(at(&self.path))?;
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => hasher.update(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(at(&self.path)(error)),
            }
        }
        let meta = nvd_stem(&self.name).map(|stem| self.path.with_file_name(format!("{stem}.meta")));
        let described = match meta.map(|meta| fs::read(&meta).map_err(|error| (meta, error))) {
            None => Vec::new(),
            Some(Ok(bytes)) => bytes,
            Some(Err((_, error))) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Some(Err((meta, error))) => return Err(at(meta)(error)),
        };
        let bytes: [u8; 32] = hasher.finalize().into();
        Ok(Self::digest_with(&bytes, &described))
    }

    /// The digest of a file with this SHA-256, and of these bytes of the file that describes it.
    pub(crate) fn digest_with(sha256: &[u8; 32], described: &[u8]) -> Digest {
        Digest::of_parts([sha256.as_slice(), described])
    }

    /// Its bytes, uncompressed where it is packed. `read` is told how many bytes were taken from the disk.
    pub(crate) fn open<'a>(&self, read: impl FnMut(u64) + 'a) -> Result<Box<dyn Read + 'a>, SyncError> {
        let file = File::open(&self.path).map_err(at(&self.path))?;
        let source = BufReader::with_capacity(256 << 10, Counted { file, read });
        let limited = |source: Box<dyn Read + 'a>| Box::new(Limited { source, left: most(self.bytes) });
        Ok(if self.name.ends_with(".gz") {
            limited(Box::new(MultiGzDecoder::new(source)))
        } else if self.name.ends_with(".zst") {
            limited(Box::new(Zstd { source: Some(source), frame: None }))
        } else {
            Box::new(source)
        })
    }

    /// Its whole text; `None` where it is longer than any record.
    pub(crate) fn text(&self, read: impl FnMut(u64), text: &mut Vec<u8>) -> Result<bool, SyncError> {
        text.clear();
        self.open(read)?.take(LONGEST_RECORD as u64 + 1).read_to_end(text).map_err(at(&self.path))?;
        Ok(text.len() <= LONGEST_RECORD)
    }

    /// Hands over every file in an archive, in its order, with its place from 1 among those that are wanted; one that is packed by
    /// itself (`.gz`) as its text. Archives inside it are opened too.
    pub(crate) fn entries(
        &self,
        read: impl FnMut(u64),
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(&str, u64, Entry<'_>) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        let wrong = |source: FeedError| SyncError::Feed { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(at(&self.path))?;
        let file = BufReader::with_capacity(64 << 10, Counted { file, read });
        let mut left = most(self.bytes);
        let mut place = 0;
        archive(file, 0, &mut left, &mut place, wanted, each, &wrong)
    }

    /// Hands over the first file with this ending in an archive, as a stream.
    pub(crate) fn entry<T>(
        &self,
        read: impl FnMut(u64),
        ending: &str,
        reader: impl FnOnce(&mut dyn Read) -> Result<T, FeedError>,
    ) -> Result<T, SyncError> {
        let wrong = |source: FeedError| SyncError::Feed { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(at(&self.path))?;
        let mut archive = open(Counted { file, read }).map_err(wrong)?;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(|error| wrong(broken(error)))?;
            if name_of(&entry).ends_with(ending) {
                let mut limited = Limited { source: Box::new(entry), left: most(self.bytes) };
                return reader(&mut limited).map_err(wrong);
            }
        }
        Err(wrong(FeedError::WrongFeed { expected: "an archive with an XML file", found: "none in it".to_owned() }))
    }
}

/// What a file of this size may unpack to.
fn most(bytes: u64) -> u64 {
    bytes.saturating_mul(MOST_TIMES).saturating_add(SMALL)
}

fn bomb() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("unpacks to more than {MOST_TIMES} times its size"))
}

fn broken(error: impl std::fmt::Display) -> FeedError {
    FeedError::Io(io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

fn open<R: Read + Seek>(source: R) -> Result<ZipArchive<R>, FeedError> {
    ZipArchive::new(source).map_err(broken)
}

fn name_of<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> String {
    String::from_utf8_lossy(entry.name_raw()).into_owned()
}

fn archive<R: Read + Seek>(
    source: R,
    depth: u32,
    left: &mut u64,
    place: &mut u64,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(&str, u64, Entry<'_>) -> Result<(), SyncError>,
    wrong: &dyn Fn(FeedError) -> SyncError,
) -> Result<(), SyncError> {
    let mut zip = open(source).map_err(wrong)?;
    let mut text = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| wrong(broken(error)))?;
        let name = name_of(&entry);
        if name.ends_with(".zip") && depth < DEEPEST {
            // Too large for memory, and a stream cannot be read as an archive.
            let mut inner = tempfile::tempfile().map_err(|error| wrong(error.into()))?;
            let count = io::copy(&mut (&mut entry).take(left.saturating_add(1)), &mut inner);
            let count = count.map_err(|error| wrong(error.into()))?;
            *left = left.checked_sub(count).ok_or_else(|| wrong(bomb().into()))?;
            inner.seek(SeekFrom::Start(0)).map_err(|error| wrong(error.into()))?;
            let mut inner_left = most(count);
            archive(BufReader::new(inner), depth + 1, &mut inner_left, place, wanted, each, wrong)?;
            continue;
        }
        if !wanted(&name) {
            each(&name, 0, Entry::NotRead)?;
            continue;
        }
        *place += 1;
        text.clear();
        let limit = (LONGEST_RECORD as u64).min(*left).saturating_add(1);
        let mut source: Box<dyn Read + '_> = match ends(&name, &[".gz"]) {
            true => Box::new(MultiGzDecoder::new(BufReader::new(&mut entry))),
            false => Box::new(&mut entry),
        };
        let count = (&mut source).take(limit).read_to_end(&mut text).map_err(|error| wrong(error.into()))?;
        drop(source);
        *left = left.checked_sub(count as u64).ok_or_else(|| wrong(bomb().into()))?;
        let content = if text.len() > LONGEST_RECORD { Entry::TooLong } else { Entry::Text(&text) };
        each(&name, *place, content)?;
    }
    Ok(())
}

/// Refuses to go on where more comes than is to be expected.
struct Limited<'a> {
    source: Box<dyn Read + 'a>,
    left: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(bomb)?;
        Ok(count)
    }
}

/// Zstandard, of however many frames.
struct Zstd<R: BufRead> {
    source: Option<R>,
    frame: Option<Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>>,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let count = frame.read(buffer)?;
                if count > 0 {
                    return Ok(count);
                }
                self.source = self.frame.take().map(|frame| frame.into_inner());
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = StreamingDecoder::new(source)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            self.frame = Some(Box::new(frame));
        }
    }
}

struct Counted<F> {
    file: File,
    read: F,
}

impl<F: FnMut(u64)> Read for Counted<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        (self.read)(count as u64);
        Ok(count)
    }
}

impl<F> Seek for Counted<F> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{MirrorFile, Standing, most};

    fn written(name: &str, bytes: &[u8]) -> Result<(tempfile::TempDir, MirrorFile), std::io::Error> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        let (name, bytes) = (name.to_owned(), bytes.len() as u64);
        Ok((folder, MirrorFile { path, name, bytes, digest: None, standing: Standing::Here }))
    }

    fn text(file: &MirrorFile) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut text = Vec::new();
        file.open(drop)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn several_frames_are_one_text() -> Result<(), Box<dyn std::error::Error>> {
        let pack = |text: &[u8]| ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
        let (first, second) = (pack(b"one\n"), pack(b"two\n"));
        let whole = [&first[..], &second].concat();
        let (_folder, file) = written("a.jsonl.zst", &whole)?;
        assert_eq!(text(&file)?, b"one\ntwo\n");
        for end in 1..whole.len() {
            let (_folder, file) = written("a.jsonl.zst", &whole[..end])?;
            // Between two frames nothing tells that more was to follow; anywhere else it is seen.
            match text(&file) {
                Ok(read) => assert!(end == first.len() && read == b"one\n", "{end}"),
                Err(_) => assert_ne!(end, first.len()),
            }
        }
        Ok(())
    }

    #[test]
    fn what_unpacks_without_end_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0_u8; 1 << 20];
        for _ in 0..100 {
            encoder.write_all(&zeros)?;
        }
        let packed = encoder.finish()?;
        assert!(most(packed.len() as u64) < 100 << 20);
        let (_folder, file) = written("a.json.gz", &packed)?;
        let error = text(&file).err().ok_or("a bomb was unpacked")?;
        assert!(error.to_string().contains("unpacks to more than"), "{error}");
        Ok(())
    }
}
