//! A mirror folder into a bundle.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use ward_model::digest::Digest;

use super::frames::{FramesWriter, Item};
use super::head::{Head, HeadFile, HeadSource};
use super::key::Signatory;
use super::{BundleError, not_a_bundle};
use crate::mirror::{is_index, nvd_stem};
use crate::network::{State, nvd_files, nvd_folder};
use crate::source::Source;
use crate::tree::STATE;

/// How many bytes of a file one item holds.
const PART: usize = 128 << 10;
/// How deep folders are looked into. A link may lead back to where it stands.
const DEEPEST: usize = 12;

/// Writes a bundle of a mirror folder: of all of it, or of what is new since another bundle. The file is there whole or not at all.
///
/// # Errors
/// The mirror holds nothing, cannot be read or changes meanwhile, or the disk refuses.
pub fn pack(
    mirror: &Path,
    to: &Path,
    signatory: &Signatory,
    made: Timestamp,
    since: Option<&Head>,
) -> Result<Head, BundleError> {
    let before: BTreeMap<&str, Digest> =
        since.into_iter().flat_map(|head| &head.files).map(|file| (file.path.as_str(), file.sha256)).collect();
    let (mut files, mut sources) = (Vec::new(), Vec::new());
    let state = fs::read(mirror.join(STATE)).ok().and_then(|bytes| State::read(&bytes)).unwrap_or_default();
    for source in Source::ALL {
        let before = files.len();
        walk(&mirror.join(source.name()), source.name(), DEEPEST, &mut files)?;
        if files.len() > before {
            let whole = state.sources.get(source.name()).and_then(|state| state.whole);
            let compared = compared(source, &state, &files[before..]);
            sources.push(HeadSource { name: source.name().to_owned(), whole, compared });
        }
    }
    if files.is_empty() {
        return Err(not_a_bundle(format!("{} holds no file of a feed", mirror.display())));
    }
    for file in &mut files {
        file.included = before.get(file.path.as_str()) != Some(&file.sha256);
    }
    include_what_counts_together(&mut files, &before);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritten = |source: io::Error| BundleError::Write { path: to.to_owned(), source };
    let mut frames = tempfile::tempfile_in(folder).map_err(unwritten)?;
    let mut writer = FramesWriter::new(BufWriter::new(&mut frames));
    for (number, file) in files.iter().enumerate().filter(|(_, file)| file.included) {
        let number = u32::try_from(number).map_err(|_| not_a_bundle("too many files"))?;
        let (bytes, sha256) =
            read_in_parts(&mirror.join(&file.path), |part| writer.push(&Item { file: number, bytes: part.to_vec() }))?;
        if bytes != file.bytes || sha256 != file.sha256 {
            return Err(not_a_bundle(format!("`{}` changed while it was packed", file.path)));
        }
    }
    let written = writer.finish()?;
    let head = Head {
        made,
        base: since.map(Head::listing),
        files,
        items: written.items,
        length: written.length,
        sha256: written.sha256,
        sources,
    };
    let whole = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    head.write(signatory, whole.as_file())?;
    frames.seek(SeekFrom::Start(0)).map_err(unwritten)?;
    io::copy(&mut frames, &mut whole.as_file()).map_err(unwritten)?;
    whole.as_file().sync_all().map_err(unwritten)?;
    whole.persist(to).map_err(|error| unwritten(error.error))?;
    Ok(head)
}

/// Up to when what changed stands in the yearly files of NVD, of those that are as NVD had them when they came or were last compared.
/// Whoever is asked in its place may be behind it.
fn compared(source: Source, state: &State, files: &[HeadFile]) -> BTreeMap<String, Timestamp> {
    let complete = state.sources.get(source.name()).and_then(|state| state.complete).filter(|_| source == Source::Nvd);
    let Some(complete) = complete else { return BTreeMap::new() };
    let of = |file: &HeadFile| {
        let year =
            nvd_stem(file.path.split_once('/')?.1)?.strip_prefix("nvdcve-2.0-").filter(|year| year.len() == 4)?;
        let known = state.files.get(&file.path).filter(|known| known.sha256 == file.sha256)?;
        let is_its_own = known.address.starts_with(nvd_folder());
        let moment = complete.max(known.fetched).checked_sub(nvd_files::MADE_EVERY).ok()?;
        is_its_own.then(|| (year.to_owned(), moment))
    };
    files.iter().filter_map(of).collect()
}

/// Of what changed, a delta needs more than the files that did: all of a source whose files are read together, and the lists of what
/// should be there, which speak of files that come and go.
fn include_what_counts_together(files: &mut [HeadFile], before: &BTreeMap<&str, Digest>) {
    for source in Source::ALL {
        let inside = |path: &str| path.strip_prefix(source.name()).is_some_and(|rest| rest.starts_with('/'));
        let there = || files.iter().filter(|file| inside(&file.path));
        let same =
            there().all(|file| !file.included) && there().count() == before.keys().filter(|path| inside(path)).count();
        if same {
            continue;
        }
        for file in files.iter_mut().filter(|file| inside(&file.path)) {
            file.included |= source.is_one_list() || source == Source::Csaf && is_index(&file.path);
        }
    }
}

/// The files in a folder and below it, by path, without hidden ones; a folder that is not there has none.
fn walk(folder: &Path, prefix: &str, deeper: usize, files: &mut Vec<HeadFile>) -> Result<(), BundleError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().into_string().map_err(|name| {
            let path = folder.join(name);
            not_a_bundle(format!("the name of {} is not UTF-8: it cannot be written down", path.display()))
        })?;
        names.extend(Some(name).filter(|name| !name.starts_with('.')));
    }
    names.sort_unstable();
    for name in names {
        let (inner, path) = (folder.join(&name), format!("{prefix}/{name}"));
        let data = fs::metadata(&inner)?;
        if data.is_file() {
            let (bytes, sha256) = read_in_parts(&inner, |_| Ok(()))?;
            files.push(HeadFile { path, bytes, sha256, included: true });
        } else if data.is_dir() && deeper > 0 {
            walk(&inner, &path, deeper - 1, files)?;
        }
    }
    Ok(())
}

fn read_in_parts(
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), BundleError>,
) -> Result<(u64, Digest), BundleError> {
    let mut file = BufReader::with_capacity(PART, File::open(path)?);
    let (mut hasher, mut length, mut part) = (Sha256::new(), 0, vec![0; PART]);
    loop {
        let count = match file.read(&mut part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hasher.update(&part[..count]);
        length += count as u64;
        each(&part[..count])?;
    }
    Ok((length, Digest::from_bytes(hasher.finalize().into())))
}
