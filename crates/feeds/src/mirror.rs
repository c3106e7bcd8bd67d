//! A folder laid out as a mirror: which files of which feeds are in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use ward_formats::feed::osv;
use ward_knowledge::Builder;
use ward_model::digest::Digest;

use crate::error::{SyncError, at};
use crate::file::MirrorFile;
use crate::source::Source;

/// How deep folders are looked into. A link may lead back to where it stands.
const DEEPEST: usize = 8;
/// How many small files one thread takes at once.
const FILES_AT_ONCE: usize = 500;

/// What is to be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// What gives records, in parts that can be read at the same time.
    pub(crate) jobs: Vec<Job>,
    /// KEV.
    pub(crate) kev: Option<MirrorFile>,
    /// The newest file of EPSS.
    pub(crate) epss: Option<MirrorFile>,
    /// Support dates, by name.
    pub(crate) eol: Vec<MirrorFile>,
    /// The newest CWE list.
    pub(crate) cwe: Option<MirrorFile>,
    /// Folders that no reader is for, by name.
    pub(crate) not_read: Vec<String>,
}

/// Files that one thread reads, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// The feed.
    pub(crate) source: Source,
    /// What its records are kept as.
    pub(crate) name: String,
    /// What the files are.
    pub(crate) kind: Kind,
    /// The files, by name.
    pub(crate) files: Vec<MirrorFile>,
}

impl Job {
    /// How many bytes there are on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// How the records stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A list of them inside one object (NVD).
    List,
    /// One a line (CVE list).
    Lines,
    /// One a file.
    Single,
    /// One a file, packed together.
    Archive,
    /// The list of what should be there (CSAF).
    Index,
}

impl Mirror {
    /// Looks what there is. `only` limits it; a source named there must be there.
    pub(crate) fn look(folder: &Path, only: &[Source]) -> Result<Self, SyncError> {
        let mut mirror = Self::default();
        let wanted = |source: Source| only.is_empty() || only.contains(&source);
        let mut folders = subfolders(folder)?;
        let mut found = false;
        for source in Source::ALL {
            if !wanted(source) {
                continue;
            }
            if folders.iter().any(|name| name == source.name()) {
                mirror.look_into(&folder.join(source.name()), source)?;
                found = true;
            } else if !only.is_empty() {
                return Err(SyncError::Absent { path: folder.to_owned(), wanted: format!("folder `{source}`") });
            }
        }
        folders.retain(|name| Source::ALL.iter().all(|source| source.name() != name) && !name.starts_with('.'));
        mirror.not_read.append(&mut folders);
        mirror.not_read.sort_unstable();
        if !found {
            let names: Vec<String> = Source::ALL.iter().map(|source| format!("`{source}`")).collect();
            let wanted = format!("feed that can be read: no folder {}", names.join(", "));
            return Err(SyncError::Absent { path: folder.to_owned(), wanted });
        }
        Ok(mirror)
    }

    /// Leaves out what the home has read before, byte for byte, and tells it so.
    pub(crate) fn keep_news(&mut self, builder: &mut Builder) -> Result<(), SyncError> {
        for job in &mut self.jobs {
            if job.kind == Kind::Index {
                continue;
            }
            let mut news = Vec::new();
            for file in std::mem::take(&mut job.files) {
                news.extend(news_of(&job.name, file, builder)?);
            }
            job.files = news;
        }
        self.jobs.retain(|job| !job.files.is_empty());
        for (source, slot) in
            [(Source::Kev, &mut self.kev), (Source::Epss, &mut self.epss), (Source::Cwe, &mut self.cwe)]
        {
            *slot = slot.take().map(|file| news_of(source.name(), file, builder)).transpose()?.flatten();
        }
        for file in &mut self.eol {
            file.digest = Some(file.digest()?);
        }
        // Support dates are many small files and one source: they are read together or not at all.
        let name = Source::Eol.name();
        if !self.eol.is_empty() && builder.already_read(name, name, together(&self.eol))? {
            builder.unchanged(name, name);
            self.eol.clear();
        }
        Ok(())
    }

    fn look_into(&mut self, folder: &Path, source: Source) -> Result<(), SyncError> {
        let absent = |wanted: &str| SyncError::Absent { path: folder.to_owned(), wanted: format!("file `{wanted}`") };
        let before = self.jobs.len();
        match source {
            Source::Nvd => {
                let list = files(folder)?.into_iter().filter(|file| nvd_stem(&file.name).is_some());
                self.alone(source, source.name(), Kind::List, list);
                if self.jobs.len() == before {
                    return Err(absent("nvdcve-2.0-*.json.gz"));
                }
            }
            Source::Kev => {
                let name = "known_exploited_vulnerabilities.json";
                self.kev = Some(files(folder)?.into_iter().find(|file| file.name == name).ok_or_else(|| absent(name))?);
            }
            Source::Epss => {
                // By day; where a day is there packed and plain, the plain one is as good.
                let newest = files(folder)?.into_iter().filter_map(|file| Some((epss_day(&file.name)?, file)));
                let newest = newest.max_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name)));
                self.epss = Some(newest.ok_or_else(|| absent("epss_scores-YYYY-MM-DD.csv.gz"))?.1);
            }
            Source::Cve5 => {
                let mut all = walk(folder)?;
                let lines = take(&mut all, |name| ends(name, &[".jsonl", ".jsonl.gz", ".jsonl.zst"]));
                self.alone(source, source.name(), Kind::Lines, lines);
                let archives = take(&mut all, |name| ends(name, &[".zip"]));
                self.alone(source, source.name(), Kind::Archive, archives);
                self.together(source, source.name(), take(&mut all, is_cve_record));
                if self.jobs.len() == before {
                    return Err(absent("cves/YYYY/Nxxx/CVE-*.json, *.jsonl or *.zip"));
                }
            }
            Source::Osv => {
                for ecosystem in subfolders(folder)? {
                    let here = self.jobs.len();
                    self.osv(&walk_below(folder, &ecosystem)?, &osv::source_of(&ecosystem));
                    if self.jobs.len() == here {
                        self.not_read.push(format!("{source}/{ecosystem}"));
                    }
                }
                self.osv(&files(folder)?, source.name());
                if self.jobs.len() == before {
                    return Err(absent("ECOSYSTEM/all.zip"));
                }
            }
            Source::Csaf => {
                let mut all = walk(folder)?;
                let index = take(&mut all, |name| name.rsplit('/').next() == Some("index.txt"));
                let descriptions = ["provider-metadata.json", "aggregator.json"];
                let advisories = take(&mut all, |name| {
                    ends(name, &[".json"]) && !descriptions.contains(&name.rsplit('/').next().unwrap_or(name))
                });
                if advisories.is_empty() {
                    return Err(absent("*.json"));
                }
                self.alone(source, source.name(), Kind::Index, index);
                self.together(source, source.name(), advisories);
            }
            Source::Eol => {
                self.eol = files(folder)?.into_iter().filter(|file| ends(&file.name, &[".json"])).collect();
                if self.eol.is_empty() {
                    return Err(absent("PRODUCT.json"));
                }
            }
            Source::Cwe => {
                let newest = files(folder)?.into_iter().filter_map(|file| Some((cwe_version(&file.name)?, file)));
                let newest = newest.max_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name)));
                self.cwe = Some(newest.ok_or_else(|| absent("cwec-*.xml.zip"))?.1);
            }
        }
        Ok(())
    }

    fn osv(&mut self, found: &[MirrorFile], name: &str) {
        let of = |ending: &str| found.iter().filter(|file| ends(&file.name, &[ending])).cloned().collect::<Vec<_>>();
        self.alone(Source::Osv, name, Kind::Archive, of(".zip"));
        self.together(Source::Osv, name, of(".json"));
    }

    /// Each of these files by itself.
    fn alone(&mut self, source: Source, name: &str, kind: Kind, files: impl IntoIterator<Item = MirrorFile>) {
        self.jobs.extend(files.into_iter().map(|file| Job { source, name: name.to_owned(), kind, files: vec![file] }));
    }

    /// Many small files, some at a time.
    fn together(&mut self, source: Source, name: &str, files: Vec<MirrorFile>) {
        for some in files.chunks(FILES_AT_ONCE) {
            self.jobs.push(Job { source, name: name.to_owned(), kind: Kind::Single, files: some.to_vec() });
        }
    }

    /// How many files there are for each name that records are kept as.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for job in self.jobs.iter().filter(|job| job.kind != Kind::Index) {
            *counts.entry(job.name.clone()).or_default() += job.files.len();
        }
        let single = [(Source::Kev, &self.kev), (Source::Epss, &self.epss), (Source::Cwe, &self.cwe)];
        counts.extend(
            single.into_iter().filter(|(_, file)| file.is_some()).map(|(source, _)| (source.name().to_owned(), 1)),
        );
        if !self.eol.is_empty() {
            counts.insert(Source::Eol.name().to_owned(), self.eol.len());
        }
        counts
    }
}

/// The file with its digest, where the home has not read it before; otherwise the home is told that it was looked at.
fn news_of(source: &str, mut file: MirrorFile, builder: &mut Builder) -> Result<Option<MirrorFile>, SyncError> {
    let digest = file.digest()?;
    if builder.already_read(source, &file.name, digest)? {
        builder.unchanged(source, &file.name);
        return Ok(None);
    }
    file.digest = Some(digest);
    Ok(Some(file))
}

/// One digest for files that are read together.
pub(crate) fn together(files: &[MirrorFile]) -> Digest {
    let of = |file: &MirrorFile| {
        let digest = file.digest.as_ref().map_or(&[][..], |digest| digest.as_bytes());
        Digest::of_parts([file.name.as_bytes(), digest])
    };
    let each: Vec<Digest> = files.iter().map(of).collect();
    Digest::of_parts(each.iter().map(|digest| digest.as_bytes().as_slice()))
}

/// The names of the folders in a folder, in order.
fn subfolders(folder: &Path) -> Result<Vec<String>, SyncError> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if entry.path().is_dir() {
            folders.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    folders.sort_unstable();
    Ok(folders)
}

/// The files in a folder, by name.
fn files(folder: &Path) -> Result<Vec<MirrorFile>, SyncError> {
    let mut found = Vec::new();
    gather(folder, "", 0, &mut found)?;
    Ok(found)
}

/// The files in a folder and below it, by name.
fn walk(folder: &Path) -> Result<Vec<MirrorFile>, SyncError> {
    let mut found = Vec::new();
    gather(folder, "", DEEPEST, &mut found)?;
    Ok(found)
}

/// The files in a folder of a folder, named from the outer one.
fn walk_below(folder: &Path, inner: &str) -> Result<Vec<MirrorFile>, SyncError> {
    let mut found = Vec::new();
    gather(&folder.join(inner), &format!("{inner}/"), DEEPEST, &mut found)?;
    Ok(found)
}

fn gather(folder: &Path, prefix: &str, deeper: usize, found: &mut Vec<MirrorFile>) -> Result<(), SyncError> {
    let mut entries: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.')) {
            entries.push((name.to_owned(), path.clone()));
        }
    }
    entries.sort_unstable();
    for (name, path) in entries {
        // Follows links: a mirror may be made of them.
        let data = fs::metadata(&path).map_err(at(&path))?;
        if data.is_file() {
            found.push(MirrorFile { name: format!("{prefix}{name}"), bytes: data.len(), path, digest: None });
        } else if data.is_dir() && deeper > 0 {
            gather(&path, &format!("{prefix}{name}/"), deeper - 1, found)?;
        }
    }
    Ok(())
}

/// Takes those out whose name is wanted.
fn take(files: &mut Vec<MirrorFile>, wanted: impl Fn(&str) -> bool) -> Vec<MirrorFile> {
    let (taken, rest) = std::mem::take(files).into_iter().partition(|file| wanted(&file.name));
    *files = rest;
    taken
}

fn ends(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| {
        name.len() > ending.len()
            && name.as_bytes()[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
    })
}

/// Whether this is one record of the CVE list, and no list of what has changed.
pub(crate) fn is_cve_record(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cve-")) && ends(name, &[".json"])
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

/// 4 and 15 of `cwec-4.15.xml.zip` or `cwec_v4.15.xml`; a list without a version counts as the oldest.
fn cwe_version(name: &str) -> Option<Vec<u32>> {
    let stem = [".xml.zip", ".xml.gz", ".xml"].iter().find_map(|ending| name.strip_suffix(ending))?;
    let version = stem.strip_prefix("cwec")?.trim_start_matches(['-', '_', 'v']);
    Some(version.split('.').filter_map(|part| part.parse().ok()).collect())
}

/// Whether the CWE list is packed as an archive, and not as a stream.
pub(crate) fn cwe_is_packed(name: &str) -> bool {
    name.ends_with(".zip")
}
