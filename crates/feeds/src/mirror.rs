//! A folder laid out as a mirror: which files of which feeds are in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use ward_formats::feed::{epss, osv};
use ward_knowledge::Builder;
use ward_model::coverage::latest_meant;
use ward_model::digest::Digest;

use crate::error::SyncError;
use crate::file::{MirrorFile, Standing};
use crate::source::Source;
use crate::tree::Contents;

mod left;

pub(crate) use left::is_no_feed;

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
    /// Folders that no reader is for, and files of known folders that are not read, by name.
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
    /// Where the files of the source are not all in its folder: the names of all that there are.
    pub(crate) beside: Option<Arc<BTreeSet<String>>>,
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
    /// `received` is the day of receipt.
    pub(crate) fn look(contents: &Contents, only: &[Source], received: Date) -> Result<Self, SyncError> {
        let mut mirror = Self::default();
        let folder = contents.root();
        let wanted = |source: Source| only.is_empty() || only.contains(&source);
        let mut folders = contents.subfolders("")?;
        let mut found = false;
        for source in Source::ALL {
            if !wanted(source) {
                continue;
            }
            if folders.iter().any(|name| name == source.name()) {
                mirror.look_into(contents, source, received)?;
                found = true;
            } else if !only.is_empty() {
                return Err(SyncError::Absent { path: folder.to_owned(), wanted: format!("folder `{source}`") });
            }
        }
        folders.retain(|name| Source::ALL.iter().all(|source| source.name() != name) && !name.starts_with('.'));
        mirror.not_read.append(&mut folders);
        let beside = contents.beside_the_folders()?.into_iter().filter(|name| !left::is_no_feed(name));
        mirror.not_read.extend(beside);
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
                // What it says is held, from when it came.
                let is_held = builder.held_sources().any(|name| name == job.name);
                job.files.retain(|file| file.standing != Standing::FromBefore || !is_held);
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
        self.keep_news_of_support(builder)
    }

    /// Support dates are many small files and one source: they are read together or not at all.
    fn keep_news_of_support(&mut self, builder: &mut Builder) -> Result<(), SyncError> {
        let name = Source::Eol.name();
        // What is listed no more is not part of the list that replaces the one that is held.
        self.eol.retain(|file| file.standing != Standing::Unlisted);
        let left_out = self.eol.iter().find(|file| file.standing == Standing::LeftOut);
        if let Some(left_out) = left_out {
            if self.eol.iter().any(|file| file.standing != Standing::LeftOut) {
                return Err(SyncError::Incomplete { source_name: name, left_out: left_out.name.clone() });
            }
            let name_of_it = format!("{name}/{}", left_out.name);
            is_held(builder, name, name, Some(together(&self.eol)), name_of_it)?;
            builder.unchanged(name, name);
            self.eol.clear();
            return Ok(());
        }
        for file in &mut self.eol {
            file.digest = Some(file.digest()?);
        }
        if !self.eol.is_empty() && builder.already_read(name, name, together(&self.eol))? {
            if self.eol.iter().all(|file| file.standing == Standing::Here) {
                builder.unchanged(name, name);
            } else {
                builder.from_before(name, name);
            }
            self.eol.clear();
        }
        Ok(())
    }

    fn look_into(&mut self, contents: &Contents, source: Source, received: Date) -> Result<(), SyncError> {
        let absent = |wanted: &str| SyncError::Absent {
            path: contents.root().join(source.name()),
            wanted: format!("file `{wanted}`"),
        };
        let files = || contents.files(source.name(), "", 0);
        let walk = || contents.files(source.name(), "", DEEPEST);
        let before = self.jobs.len();
        match source {
            Source::Nvd => {
                let mut all = files()?;
                let list = take(&mut all, |name| nvd_stem(name).is_some());
                let read: BTreeSet<&str> = list.iter().filter_map(|file| nvd_stem(&file.name)).collect();
                self.name_left(source, all.iter().filter(|file| !left::is_twin(&file.name, &read)));
                self.alone(source, source.name(), Kind::List, list);
                if self.jobs.len() == before {
                    return Err(absent("nvdcve-2.0-*.json.gz"));
                }
            }
            Source::Kev => {
                let name = "known_exploited_vulnerabilities.json";
                let mut all = files()?;
                self.kev = Some(take(&mut all, |of| of == name).pop().ok_or_else(|| absent(name))?);
                self.name_left(source, &all);
            }
            Source::Epss => {
                let mut all = files()?;
                let dated = take(&mut all, |name| epss_day(name).is_some());
                self.name_left(source, &all);
                self.epss =
                    Some(newest_scores(dated, received).ok_or_else(|| absent("epss_scores-YYYY-MM-DD.csv.gz"))?);
            }
            Source::Cve5 => {
                let mut all = walk()?;
                let lines = take(&mut all, |name| ends(name, &[".jsonl", ".jsonl.gz", ".jsonl.zst"]));
                self.alone(source, source.name(), Kind::Lines, lines);
                let archives = take(&mut all, |name| ends(name, &[".zip"]));
                self.alone(source, source.name(), Kind::Archive, archives);
                self.together(source, source.name(), take(&mut all, is_cve_record));
                self.name_left(source, &all);
                if self.jobs.len() == before {
                    return Err(absent("cves/YYYY/Nxxx/CVE-*.json, *.jsonl or *.zip"));
                }
            }
            Source::Osv => {
                for ecosystem in contents.subfolders(source.name())? {
                    let here = self.jobs.len();
                    let found = contents.files(source.name(), &ecosystem, DEEPEST)?;
                    self.osv(&found, &osv::source_of(&ecosystem));
                    match self.jobs.len() == here {
                        true => self.not_read.push(format!("{source}/{ecosystem}")),
                        false => self.name_left(source, found.iter().filter(|file| !is_osv_file(&file.name))),
                    }
                }
                let found = files()?;
                self.osv(&found, source.name());
                // Its folders are the ecosystems.
                self.name_left(
                    source,
                    found.iter().filter(|file| !is_osv_file(&file.name) && !file.name.ends_with('/')),
                );
                if self.jobs.len() == before {
                    return Err(absent("ECOSYSTEM/all.zip"));
                }
            }
            Source::Csaf => {
                let mut all = walk()?;
                let beside = contents.listed_below(source.name(), &all).map(Arc::new);
                let index = take(&mut all, is_index);
                let descriptions = ["provider-metadata.json", "aggregator.json"];
                let advisories = take(&mut all, |name| {
                    ends(name, &[".json"]) && !descriptions.contains(&name.rsplit('/').next().unwrap_or(name))
                });
                if advisories.is_empty() {
                    return Err(absent("*.json"));
                }
                // Nothing can be said of a list that a delta leaves out: then nothing of this source changed.
                let index = index.into_iter().filter(|file| file.standing != Standing::LeftOut);
                self.alone(source, source.name(), Kind::Index, index);
                self.jobs.iter_mut().filter(|job| job.kind == Kind::Index).for_each(|job| job.beside = beside.clone());
                self.together(source, source.name(), advisories);
                self.name_left(source, &all);
            }
            Source::Eol => {
                let mut all = files()?;
                self.eol = take(&mut all, |name| ends(name, &[".json"]));
                self.name_left(source, &all);
                if self.eol.is_empty() {
                    return Err(absent("PRODUCT.json"));
                }
            }
            Source::Cwe => {
                let mut all = files()?;
                let lists = take(&mut all, |name| cwe_version(name).is_some());
                self.name_left(source, &all);
                let newest = lists.into_iter().filter_map(|file| Some((cwe_version(&file.name)?, file)));
                let newest = newest.max_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name)));
                self.cwe = Some(newest.ok_or_else(|| absent("cwec-*.xml.zip"))?.1);
            }
        }
        Ok(())
    }

    /// Takes note of files of a source that nobody reads, and that somebody may have meant to be read.
    fn name_left<'a>(&mut self, source: Source, files: impl IntoIterator<Item = &'a MirrorFile>) {
        let meant = files.into_iter().filter(|file| !left::is_no_feed(&file.name));
        self.not_read.extend(meant.map(|file| format!("{source}/{}", file.name)));
    }

    fn osv(&mut self, found: &[MirrorFile], name: &str) {
        let of = |ending: &str| found.iter().filter(|file| ends(&file.name, &[ending])).cloned().collect::<Vec<_>>();
        self.alone(Source::Osv, name, Kind::Archive, of(".zip"));
        self.together(Source::Osv, name, of(".json"));
    }

    /// Each of these files by itself.
    fn alone(&mut self, source: Source, name: &str, kind: Kind, files: impl IntoIterator<Item = MirrorFile>) {
        self.jobs.extend(files.into_iter().map(|file| Job {
            source,
            name: name.to_owned(),
            kind,
            files: vec![file],
            beside: None,
        }));
    }

    /// Many small files, some at a time.
    fn together(&mut self, source: Source, name: &str, files: Vec<MirrorFile>) {
        for some in files.chunks(FILES_AT_ONCE) {
            let (name, files) = (name.to_owned(), some.to_vec());
            self.jobs.push(Job { source, name, kind: Kind::Single, files, beside: None });
        }
    }

    /// The files that a sync reads, by their names in the mirror, and those that it reads beside them.
    pub(crate) fn claimed(&self) -> BTreeSet<String> {
        let of_jobs = self.jobs.iter().flat_map(|job| job.files.iter().map(|file| (job.source, file)));
        let single = [(Source::Kev, &self.kev), (Source::Epss, &self.epss), (Source::Cwe, &self.cwe)];
        let single = single.into_iter().filter_map(|(source, file)| Some((source, file.as_ref()?)));
        let all = of_jobs.chain(single).chain(self.eol.iter().map(|file| (Source::Eol, file)));
        let mut names = BTreeSet::new();
        for (source, file) in all {
            names.insert(format!("{source}/{}", file.name));
            // What describes a file of NVD goes with it.
            let described = nvd_stem(&file.name).filter(|_| source == Source::Nvd).map(|stem| format!("{stem}.meta"));
            let described = described.filter(|name| file.path.with_file_name(name).is_file());
            names.extend(described.map(|name| format!("{source}/{name}")));
        }
        names
    }

    /// How many files of each source come from below a folder.
    pub(crate) fn counts_below(&self, root: &Path) -> BTreeMap<Source, usize> {
        let jobs = self.jobs.iter().filter(|job| job.kind != Kind::Index);
        let many = jobs.flat_map(|job| job.files.iter().map(|file| (job.source, file)));
        let single = [(Source::Kev, &self.kev), (Source::Epss, &self.epss), (Source::Cwe, &self.cwe)];
        let single = single.into_iter().filter_map(|(source, file)| Some((source, file.as_ref()?)));
        let mut counts = BTreeMap::new();
        for (source, file) in many.chain(single).chain(self.eol.iter().map(|file| (Source::Eol, file))) {
            if file.path.starts_with(root) {
                *counts.entry(source).or_default() += 1;
            }
        }
        counts
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

/// The file, where the home has not read it before; with its digest, if it shall count as having come. Otherwise the home is told
/// that it was looked at.
fn news_of(source: &str, mut file: MirrorFile, builder: &mut Builder) -> Result<Option<MirrorFile>, SyncError> {
    match file.standing {
        Standing::Here | Standing::FromBefore => {
            let digest = file.digest()?;
            if builder.already_read(source, &file.name, digest)? {
                match file.standing {
                    Standing::Here => builder.unchanged(source, &file.name),
                    // That nobody could ask is no look at it.
                    _ => builder.from_before(source, &file.name),
                }
                return Ok(None);
            }
            file.digest = Some(digest);
            Ok(Some(file))
        }
        // Whoever signed the bundle has looked at it, and the home has taken it with the one before.
        Standing::LeftOut => {
            is_held(builder, source, &file.name, file.digest, format!("{source}/{}", file.name))?;
            builder.unchanged(source, &file.name);
            Ok(None)
        }
        // What was taken of it is kept. A home that has not read it yet must not lack it.
        Standing::Unlisted if builder.has_read(source, &file.name)? => Ok(None),
        Standing::Unlisted => Ok(Some(file)),
    }
}

/// Whether the home holds what a delta leaves out as it stands in the mirror that the delta was made from. `called` is what the file
/// is called in that mirror.
fn is_held(
    builder: &Builder,
    source: &str,
    file: &str,
    digest: Option<Digest>,
    called: String,
) -> Result<(), SyncError> {
    if !builder.has_read(source, file)? {
        return Err(SyncError::NotTaken { name: called });
    }
    match digest {
        Some(digest) if !builder.stands_by(source, file, digest)? => Err(SyncError::OtherTaken { name: called }),
        _ => Ok(()),
    }
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

/// Takes those out whose name is wanted.
fn take(files: &mut Vec<MirrorFile>, wanted: impl Fn(&str) -> bool) -> Vec<MirrorFile> {
    let (taken, rest) = std::mem::take(files).into_iter().partition(|file| wanted(&file.name));
    *files = rest;
    taken
}

/// Of the files of EPSS the one with the latest day in it; where that cannot be read, or lies after the day of receipt, the day in its name
/// counts. Where a day is there packed and plain, the plain one is as good.
fn newest_scores(files: Vec<MirrorFile>, received: Date) -> Option<MirrorFile> {
    let one = files.len() == 1;
    let dated = files.into_iter().filter_map(|file| {
        let named = epss_day(&file.name)?;
        let inner = if one { None } else { inner_day(&file).filter(|day| *day <= latest_meant(received)) };
        Some((inner.unwrap_or(named), file))
    });
    dated.max_by(|(a, x), (b, y)| (a, &x.name).cmp(&(b, &y.name))).map(|(_, file)| file)
}

/// The day that stands in the first line of a file of EPSS.
fn inner_day(file: &MirrorFile) -> Option<Date> {
    // A bundle may have left it out; then its name is all there is.
    let source = file.open(|_| {}).ok()?;
    epss::day_of(source).ok()
}

fn is_osv_file(name: &str) -> bool {
    ends(name, &[".zip", ".json"])
}

/// Whether a name has one of these endings, in whatever case, and something before it.
pub(crate) fn ends(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| {
        name.len() > ending.len()
            && name.as_bytes()[name.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
    })
}

/// Whether this is a provider's list of what should be there.
pub(crate) fn is_index(name: &str) -> bool {
    name.rsplit('/').next() == Some("index.txt")
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
