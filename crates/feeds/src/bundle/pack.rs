//! A mirror folder into a bundle.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::Offset;
use sha2::{Digest as _, Sha256};
use ward_model::digest::Digest;

use super::frames::{FramesWriter, Item};
use super::head::{Head, HeadFile, HeadSource};
use super::key::Signatory;
use super::{BundleError, not_a_bundle};
use crate::mirror::{Mirror, is_index, nvd_stem};
use crate::network::{State, nvd_files, nvd_folder};
use crate::source::Source;
use crate::tree::{Contents, STATE};

/// How many bytes of a file one item holds.
const PART: usize = 128 << 10;

/// Writes a bundle of a mirror folder: of all that a sync would read of it, or of what is new of that since another bundle. The file is
/// there whole or not at all. Whether the files are whole is to be asked before ([`super::check::check`]).
///
/// # Errors
/// The mirror holds no feed, cannot be read or changes meanwhile, or the disk refuses.
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
    // What nobody reads is nobody's feed, and not for others.
    let looked = Mirror::look(&Contents::of_folder(mirror), &[], Offset::UTC.to_datetime(made).date());
    let claimed = looked.map_err(Box::new)?.claimed();
    for source in Source::ALL {
        let before = files.len();
        let inside = |name: &&String| name.strip_prefix(source.name()).is_some_and(|rest| rest.starts_with('/'));
        for name in claimed.iter().filter(inside) {
            let path = mirror.join(name);
            if !path.is_file() {
                let words = format!("`{name}` is not there by that name: it is gone, or its name is not UTF-8");
                return Err(not_a_bundle(words));
            }
            let (bytes, sha256) = read_in_parts(&path, |_| Ok(()))?;
            files.push(HeadFile { path: name.clone(), bytes, sha256, included: true });
        }
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
