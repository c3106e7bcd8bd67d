//! Which files a mirror has: those of a folder, or those that a bundle lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ward_knowledge::{BundleTaken, Moment};
use ward_model::digest::Digest;

use crate::bundle::head::{Head, HeadFile};
use crate::error::{SyncError, at};
use crate::file::{MirrorFile, Standing};
use crate::mirror::{is_index, is_no_feed, nvd_stem};
use crate::source::Source;

/// What a folder that was fetched remembers of itself.
pub(crate) const STATE: &str = "fetched.json";

/// Behind the name of what is neither a file nor a folder.
const NO_FILE: &str = " (neither a file nor a folder)";

/// What a sync reads: a folder laid out as a mirror, or what a bundle brings of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    root: PathBuf,
    /// Of a bundle: every file of the mirror that it was made from.
    listed: Option<BTreeMap<String, Listed>>,
    /// Whether that bundle stands on another one.
    delta: bool,
    /// Which bundle that is.
    bundle: Option<BundleTaken>,
    /// When each source of that mirror last came whole.
    came: BTreeMap<Source, Timestamp>,
    /// Files that are there and that whoever they came from names no more.
    unlisted: BTreeSet<String>,
    /// Files that are there from before, and that nobody could ask about now.
    from_before: BTreeSet<String>,
    /// When the whole files of parts of sources were last seen to be what their publisher has; those of all without a part.
    compared: BTreeMap<(Source, String), Timestamp>,
    /// The sources that count of it; all, where nothing is said.
    sources: Option<BTreeSet<String>>,
    /// What is read beside it, as if it were one mirror.
    further: Vec<Contents>,
}

impl Contents {
    /// All that is in a folder.
    pub fn of_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            root: folder.into(),
            listed: None,
            delta: false,
            bundle: None,
            came: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            from_before: BTreeSet::new(),
            compared: BTreeMap::new(),
            sources: None,
            further: Vec::new(),
        }
    }

    /// What a bundle lists, unpacked into this folder: what it leaves out is as in the bundle that it stands on.
    pub fn of_bundle(folder: impl Into<PathBuf>, head: &Head) -> Self {
        let of = |file: &HeadFile| Listed { bytes: file.bytes, here: file.included, sha256: file.sha256 };
        let listed = head.files.iter().map(|file| (file.path.clone(), of(file))).collect();
        let came = Source::ALL.into_iter().map(|source| (source, head.last_came(source.name()))).collect();
        let compared =
            Source::ALL.into_iter().flat_map(|source| head.compared(source.name()).map(move |of| (source, of)));
        let compared = compared.map(|(source, (part, moment))| ((source, part.to_owned()), moment)).collect();
        let bundle = Some(BundleTaken { made: head.made, listing: head.listing() });
        Self { listed: Some(listed), delta: head.base.is_some(), bundle, came, compared, ..Self::of_folder(folder) }
    }

    /// The bundle that it is, where it is one.
    pub(crate) fn bundle(&self) -> Option<BundleTaken> {
        self.bundle
    }

    /// When each source last came into the mirror that a bundle was made from; of a folder nothing is known.
    pub(crate) fn came(&self) -> impl Iterator<Item = (Source, Moment)> + '_ {
        self.came.iter().map(|(source, moment)| (*source, Moment::from(*moment)))
    }

    /// What several mirrors hold, as if they were one; `None` of none. A file that two of them hold has to be the same in both.
    pub fn together(parts: impl IntoIterator<Item = Contents>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut first = parts.next()?;
        first.further.extend(parts);
        Some(first)
    }

    /// Says that only these sources count of it.
    #[must_use]
    pub fn only<'a>(mut self, sources: impl IntoIterator<Item = &'a str>) -> Self {
        self.sources = Some(sources.into_iter().map(str::to_owned).collect());
        self
    }

    /// Says that these files, by their paths in the folder, are named no more by whoever they came from: they do not count as
    /// having come.
    #[must_use]
    pub fn unlisted(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.unlisted.extend(names);
        self
    }

    /// Says that these files, by their paths in the folder, were there before, and that whoever they came from could not be asked
    /// about them now: what the home has not read of them yet counts, and they do not count as having come.
    #[must_use]
    pub fn from_before(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.from_before.extend(names);
        self
    }

    /// Says that all yearly files of a source were seen, at this moment, to be what their publisher has.
    #[must_use]
    pub fn compared_on(mut self, source: Source, moment: Timestamp) -> Self {
        self.compared.insert((source, String::new()), moment);
        self
    }

    /// When the whole files of parts of sources were last seen to be what their publisher has. Where several mirrors are read together,
    /// nobody knows which of them a year is from.
    pub(crate) fn compared(&self) -> impl Iterator<Item = (Source, &str, Moment)> {
        let alone = self.further.is_empty().then_some(&self.compared);
        alone.into_iter().flatten().map(|((source, part), moment)| (*source, part.as_str(), Moment::from(*moment)))
    }

    /// Whether it says only what is new since something that has to be held already.
    pub(crate) fn is_delta(&self) -> bool {
        self.delta
    }

    /// Where its files are.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where each of the mirrors is that are read together.
    pub(crate) fn roots(&self) -> Vec<&Path> {
        self.parts().map(|part| part.root.as_path()).collect()
    }

    fn parts(&self) -> impl Iterator<Item = &Contents> {
        std::iter::once(self).chain(&self.further)
    }

    /// Whether a source counts of it.
    fn counts(&self, source: &str) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }

    /// The names of all files of a source, where they are not all in one folder: a bundle lists them, or there are several mirrors. A
    /// folder knows by itself.
    pub(crate) fn listed_below(&self, below: &str, walked: &[MirrorFile]) -> Option<BTreeSet<String>> {
        if !self.further.is_empty() {
            return Some(walked.iter().map(|file| file.name.clone()).collect());
        }
        let listed = self.listed.as_ref()?;
        Some(listed.keys().filter_map(|name| Some(name.strip_prefix(below)?.strip_prefix('/')?.to_owned())).collect())
    }

    /// The names of the folders in a folder, in order; the empty name is that of the mirror itself.
    pub(crate) fn subfolders(&self, below: &str) -> Result<Vec<String>, SyncError> {
        let mut names = BTreeSet::new();
        for part in self.parts().filter(|part| below.is_empty() || self.has(part, below)) {
            let of_part = part.own_subfolders(below)?;
            names.extend(of_part.into_iter().filter(|name| !below.is_empty() || part.counts(name)));
        }
        Ok(names.into_iter().collect())
    }

    /// Whether a folder is to be looked for in a part: of several, one that lacks it is not asked.
    fn has(&self, part: &Contents, folder: &str) -> bool {
        let source = folder.split('/').next().unwrap_or(folder);
        part.counts(source) && (self.further.is_empty() || part.root.join(folder).is_dir())
    }

    fn own_subfolders(&self, below: &str) -> Result<Vec<String>, SyncError> {
        if let Some(listed) = &self.listed {
            let inside = |name: &String| match below {
                "" => Some(name.split_once('/')?.0.to_owned()),
                _ => Some(name.strip_prefix(below)?.strip_prefix('/')?.split_once('/')?.0.to_owned()),
            };
            let names: BTreeSet<String> = listed.keys().filter_map(inside).collect();
            return Ok(names.into_iter().collect());
        }
        let folder = self.root.join(below);
        let mut folders = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            if entry.path().is_dir() {
                folders.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        folders.sort_unstable();
        Ok(folders)
    }

    /// The files beside the folders of the sources, in order, of all that is read. Hidden ones, and its own, are passed over.
    pub(crate) fn beside_the_folders(&self) -> Result<Vec<String>, SyncError> {
        let mut names = BTreeSet::new();
        for part in self.parts() {
            if let Some(listed) = &part.listed {
                names.extend(listed.keys().filter(|path| !path.contains('/')).cloned());
                continue;
            }
            for entry in fs::read_dir(&part.root).map_err(at(&part.root))? {
                let entry = entry.map_err(at(&part.root))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.path().is_file() && !name.starts_with('.') && name != STATE {
                    names.insert(name);
                }
            }
        }
        Ok(names.into_iter().collect())
    }

    /// The files of a source in a folder of it and so many folders below, by name: `inner` is the folder, where it is not the
    /// source's own, and begins their names. A folder that lies deeper stands among them, unread, with a `/` at the end of its name; so does
    /// what is no file, with words behind it.
    ///
    /// Of several mirrors, each file once; one that is not the same in two of them is an error.
    pub(crate) fn files(&self, source: &str, inner: &str, deeper: usize) -> Result<Vec<MirrorFile>, SyncError> {
        if self.further.is_empty() {
            return self.own_files(source, inner, deeper);
        }
        let folder = if inner.is_empty() { source.to_owned() } else { format!("{source}/{inner}") };
        let mut found: BTreeMap<String, MirrorFile> = BTreeMap::new();
        for part in self.parts().filter(|part| self.has(part, &folder)) {
            for file in part.own_files(source, inner, deeper)? {
                match found.get_mut(&file.name) {
                    Some(other) if !file.name.ends_with('/') && counts_by_content(&file.name) => {
                        if other.bytes != file.bytes || other.digest()? != file.digest()? {
                            let (first, second) = (other.path.clone(), file.path);
                            return Err(SyncError::Differs { first, second });
                        }
                        // What one of them could be asked about came.
                        if file.standing == Standing::Here {
                            other.standing = Standing::Here;
                        }
                    }
                    Some(_) => {}
                    None => drop(found.insert(file.name.clone(), file)),
                }
            }
        }
        Ok(found.into_values().collect())
    }

    fn own_files(&self, source: &str, inner: &str, deeper: usize) -> Result<Vec<MirrorFile>, SyncError> {
        let prefix = if inner.is_empty() { String::new() } else { format!("{inner}/") };
        let mut found = Vec::new();
        if let Some(listed) = &self.listed {
            for (path, Listed { bytes, here, sha256 }) in listed {
                let Some(name) = path.strip_prefix(source).and_then(|rest| rest.strip_prefix('/')) else { continue };
                let is_there = name.strip_prefix(&prefix).is_some_and(|rest| rest.matches('/').count() <= deeper);
                if is_there {
                    let standing = if *here { Standing::Here } else { Standing::LeftOut };
                    let mut file = self.file(path, name.to_owned(), *bytes, standing);
                    if standing == Standing::LeftOut {
                        file.digest = self.digest_of_left_out(listed, path, *sha256)?;
                    }
                    found.push(file);
                }
            }
            return Ok(found);
        }
        let folder = self.root.join(source).join(prefix.trim_end_matches('/'));
        self.gather(source, &folder, &prefix, deeper, &mut found)?;
        Ok(found)
    }

    /// As [`MirrorFile::digest`] of a file that a delta leaves out, by what its signed head says. `None` where the file that
    /// describes it is left out as well: its bytes are not known.
    fn digest_of_left_out(
        &self,
        listed: &BTreeMap<String, Listed>,
        path: &str,
        sha256: Digest,
    ) -> Result<Option<Digest>, SyncError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let meta = nvd_stem(name).map(|stem| format!("{folder}/{stem}.meta"));
        let described = match meta.and_then(|meta| Some((listed.get(&meta)?.here, self.root.join(meta)))) {
            None => Vec::new(),
            Some((true, meta)) => fs::read(&meta).map_err(at(&meta))?,
            Some((false, _)) => return Ok(None),
        };
        Ok(Some(MirrorFile::digest_with(sha256.as_bytes(), &described)))
    }

    fn file(&self, path: &str, name: String, bytes: u64, standing: Standing) -> MirrorFile {
        let standing = match standing {
            _ if self.unlisted.contains(path) => Standing::Unlisted,
            Standing::Here if self.from_before.contains(path) => Standing::FromBefore,
            other => other,
        };
        MirrorFile { path: self.root.join(path), name, bytes, digest: None, standing }
    }

    fn gather(
        &self,
        source: &str,
        folder: &Path,
        prefix: &str,
        deeper: usize,
        found: &mut Vec<MirrorFile>,
    ) -> Result<(), SyncError> {
        let mut entries: Vec<(String, PathBuf)> = Vec::new();
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let path = entry.map_err(at(folder))?.path();
            // A name in another encoding is shown as far as it can be read, and its file is read all the same.
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !name.is_empty() && !name.starts_with('.') {
                entries.push((name, path));
            }
        }
        entries.sort_unstable();
        for (name, path) in entries {
            // Follows links: a mirror may be made of them.
            let data = fs::metadata(&path).map_err(at(&path))?;
            if data.is_file() {
                let name = format!("{prefix}{name}");
                let file = self.file(&format!("{source}/{name}"), name, data.len(), Standing::Here);
                found.push(MirrorFile { path, ..file });
            } else if data.is_dir() && deeper > 0 {
                self.gather(source, &path, &format!("{prefix}{name}/"), deeper - 1, found)?;
            } else if data.is_dir() {
                let name = format!("{prefix}{name}/");
                found.push(self.file(&format!("{source}/{name}"), name, 0, Standing::Here));
            } else if !data.is_dir() {
                // A pipe or the like: whoever opened it might wait for ever.
                let name = format!("{prefix}{name}{NO_FILE}");
                found.push(self.file(&format!("{source}/{name}"), name, 0, Standing::Here));
            }
        }
        Ok(())
    }
}

/// A file of the mirror that a bundle was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    bytes: u64,
    /// Whether the bundle holds it.
    here: bool,
    sha256: Digest,
}

/// Whether it matters what a file holds: what is said of others, or to people, may be said otherwise.
fn counts_by_content(name: &str) -> bool {
    !name.ends_with(NO_FILE) && (is_index(name) || !is_no_feed(name))
}
