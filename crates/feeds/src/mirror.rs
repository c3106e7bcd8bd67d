//! A folder laid out as a mirror: which files of which feeds are in it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use ward_model::digest::Digest;

use crate::error::{SyncError, at};
use crate::source::Source;

/// What is to be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// Yearly files and the like of NVD, by name.
    pub(crate) nvd: Vec<MirrorFile>,
    /// KEV.
    pub(crate) kev: Option<MirrorFile>,
    /// The newest file of EPSS.
    pub(crate) epss: Option<MirrorFile>,
    /// Folders that no reader is for, by name.
    pub(crate) not_read: Vec<String>,
}

/// A file of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MirrorFile {
    pub(crate) path: PathBuf,
    /// Its name inside its folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl Mirror {
    /// Looks what there is. `only` limits it; a source named there must be there.
    pub(crate) fn look(folder: &Path, only: &[Source]) -> Result<Self, SyncError> {
        let mut mirror = Self::default();
        let wanted = |source: Source| only.is_empty() || only.contains(&source);
        let mut folders = Vec::new();
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            if entry.path().is_dir() {
                folders.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        folders.sort_unstable();
        for source in Source::ALL {
            if !wanted(source) {
                continue;
            }
            if folders.iter().any(|name| name == source.name()) {
                mirror.look_into(&folder.join(source.name()), source)?;
            } else if !only.is_empty() {
                return Err(SyncError::Absent { path: folder.to_owned(), wanted: format!("folder `{source}`") });
            }
        }
        folders.retain(|name| Source::ALL.iter().all(|source| source.name() != name) && !name.starts_with('.'));
        mirror.not_read = folders;
        if mirror.nvd.is_empty() && mirror.kev.is_none() && mirror.epss.is_none() {
            let wanted = "feed that can be read: no folder `nvd`, `kev` or `epss`".to_owned();
            return Err(SyncError::Absent { path: folder.to_owned(), wanted });
        }
        Ok(mirror)
    }

    fn look_into(&mut self, folder: &Path, source: Source) -> Result<(), SyncError> {
        let files = files(folder)?;
        let absent = |wanted: &str| SyncError::Absent { path: folder.to_owned(), wanted: format!("file `{wanted}`") };
        match source {
            Source::Nvd => {
                self.nvd = files.into_iter().filter(|file| nvd_stem(&file.name).is_some()).collect();
                if self.nvd.is_empty() {
                    return Err(absent("nvdcve-2.0-*.json.gz"));
                }
            }
            Source::Kev => {
                let name = "known_exploited_vulnerabilities.json";
                self.kev = Some(files.into_iter().find(|file| file.name == name).ok_or_else(|| absent(name))?);
            }
            Source::Epss => {
                // By day; where a day is there packed and plain, the plain one is as good.
                let newest = files.into_iter().filter_map(|file| Some((epss_day(&file.name)?, file)));
                let newest = newest.max_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name)));
                self.epss = Some(newest.ok_or_else(|| absent("epss_scores-YYYY-MM-DD.csv.gz"))?.1);
            }
        }
        Ok(())
    }
}

/// The files in a folder, by name.
fn files(folder: &Path) -> Result<Vec<MirrorFile>, SyncError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        // Follows links: a mirror may be made of them.
        let data = fs::metadata(&path).map_err(at(&path))?;
        if let (true, Some(name)) = (data.is_file(), path.file_name().and_then(|name| name.to_str())) {
            files.push(MirrorFile { name: name.to_owned(), bytes: data.len(), path });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// `nvdcve-2.0-2014` of `nvdcve-2.0-2014.json.gz`.
pub(crate) fn nvd_stem(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".json.gz").or_else(|| name.strip_suffix(".json"))?;
    stem.strip_prefix("nvdcve-2.0-").filter(|year| !year.is_empty()).map(|_| stem)
}

fn epss_day(name: &str) -> Option<Date> {
    let stem = name.strip_suffix(".csv.gz").or_else(|| name.strip_suffix(".csv"))?;
    stem.strip_prefix("epss_scores-")?.parse().ok()
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
        Ok(Digest::of_parts([bytes.as_slice(), &described]))
    }

    /// Its bytes, uncompressed where it is packed. `read` is told how many bytes were taken from the disk.
    pub(crate) fn open<'a>(&self, read: impl FnMut(u64) + 'a) -> Result<Box<dyn Read + 'a>, SyncError> {
        let file = File::open(&self.path).map_err(at(&self.path))?;
        let source = BufReader::with_capacity(256 << 10, Counted { file, read });
        Ok(if self.name.ends_with(".gz") { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) })
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
