//! Loads each file of a folder once, and reports what cannot be loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::component::{CompiledFiles, Sbom};
use ward_model::device::compiled::FileList;
use ward_model::digest::Digest;
use ward_model::vex::VexDocument;

use crate::check::trust::VEX;
use crate::configurations::SITES;
use crate::diagnostic::{At, Diagnostic, Location, Place, Severity, Sink};
use crate::evidence::Cited;
use crate::files::Files;
use crate::nearest::nearest;
use crate::raw::scalar::{Citation, FilePath};
use crate::raw::{Decode, decode_file, shorten};
use crate::read::{CONSIDERATIONS, DECISIONS, DEVICE, FIELDED, SYSTEM, TRUST, USE_CASES, VARIANTS, VULNERABILITIES};

/// Folders of which every file should be named somewhere.
const NAMED_FOLDERS: &[&str] = &["evidence", "sbom", SITES, VEX];

/// What an example is expected to come to: for those who check it. No assessment reads it.
const EXPECTED: &str = "expected.toml";

/// How deep sub-folders are looked through: a guard against endless trees.
const DEEPEST: usize = 16;

pub(crate) struct Loader<'a> {
    folder: &'a dyn Files,
    files: BTreeMap<String, State>,
    sboms: BTreeMap<String, Option<Arc<Sbom>>>,
    sources: BTreeMap<String, usize>,
    statements: BTreeMap<String, Option<Arc<VexDocument>>>,
    lists: BTreeMap<String, Option<Arc<FileList>>>,
}

enum State {
    Missing,
    Unreadable(String),
    Read(Vec<u8>),
}

impl<'a> Loader<'a> {
    pub(crate) fn new(folder: &'a dyn Files) -> Self {
        Self {
            folder,
            files: BTreeMap::new(),
            sboms: BTreeMap::new(),
            sources: BTreeMap::new(),
            statements: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }

    fn load(&mut self, path: &str) -> &State {
        let folder = self.folder;
        self.files.entry(path.to_owned()).or_insert_with(|| match folder.read(path) {
            Ok(Some(bytes)) => State::Read(bytes),
            Ok(None) => State::Missing,
            Err(error) => State::Unreadable(error.to_string()),
        })
    }

    /// Reads and decodes one of the folder's own files; nothing where it is missing or no text.
    pub(crate) fn parse<T: Decode>(&mut self, path: &str, sink: &mut Sink) -> Option<T> {
        let start = Location::start_of(path);
        let bytes = match self.load(path) {
            State::Missing => return None,
            State::Unreadable(error) => {
                sink.found.push(start.diagnostic(
                    Severity::Error,
                    "unreadable-file",
                    format!("{path} cannot be read: {error}"),
                ));
                return None;
            }
            State::Read(bytes) => bytes,
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                // What stands before the fault is text, and gives its line.
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
                let end = valid.len();
                let file = sink.add_source(path, &valid);
                sink.error(Place { file, start: end, end }, "not-utf8", "this is not UTF-8 text")
                    .expected("TOML, which is UTF-8");
                return None;
            }
        };
        let file = sink.add_source(path, text);
        let text = text.to_owned();
        self.sources.insert(path.to_owned(), file);
        decode_file(file, &text, sink)
    }

    /// Whether there is no such file.
    pub(crate) fn is_missing(&self, path: &str) -> bool {
        matches!(self.files.get(path), Some(State::Missing))
    }

    /// Whether a file is there and not every name in it is known.
    pub(crate) fn is_unclear(&self, path: &str, sink: &Sink) -> bool {
        match (self.files.get(path), self.sources.get(path)) {
            (Some(State::Read(_)), Some(&source)) => sink.is_broken(source),
            (Some(State::Missing) | None, _) => false,
            (Some(State::Unreadable(_) | State::Read(_)), _) => true,
        }
    }

    /// The bytes of a file that was read.
    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        match self.files.get(path) {
            Some(State::Read(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// An SBOM, read once; what is wrong with it is reported once.
    pub(crate) fn sbom(&mut self, path: &At<FilePath>, sink: &mut Sink) -> Option<Arc<Sbom>> {
        let name = &path.value.0;
        if let Some(known) = self.sboms.get(name) {
            return known.clone();
        }
        let sbom = self.read_sbom(path, sink).map(Arc::new);
        self.sboms.insert(name.clone(), sbom.clone());
        sbom
    }

    fn read_sbom(&mut self, path: &At<FilePath>, sink: &mut Sink) -> Option<Sbom> {
        let name = path.value.0.as_str();
        let parent = name.rsplit_once('/').map_or("", |(parent, _)| parent);
        let bytes = match self.load(name) {
            State::Read(bytes) => bytes,
            State::Unreadable(error) => {
                let message = format!("`{}` cannot be read: {error}", shorten(name));
                sink.error(path.place, "unreadable-file", message);
                return None;
            }
            State::Missing => {
                let siblings = self.folder.list(parent).unwrap_or_default();
                let beside: Vec<String> = siblings
                    .into_iter()
                    .map(|file| if parent.is_empty() { file } else { format!("{parent}/{file}") })
                    .collect();
                sink.error(path.place, "missing-file", format!("there is no file `{}`", shorten(name)))
                    .expected("an SBOM in this folder")
                    .did_you_mean(nearest(name, beside.iter().map(String::as_str)));
                return None;
            }
        };
        match ward_formats::sbom::read(bytes) {
            Ok(sbom) => Some(sbom),
            Err(error) => {
                let named = sink.locate(path.place);
                // Some parsers count the column after a line end as 0.
                let (line, column) = error.place().map_or((1, 1), |(line, column)| (line.max(1), column.max(1)));
                let start = offset(bytes, line, column);
                let place = Location { file: name.to_owned(), line, column, byte_span: start..start };
                sink.found.push(
                    place
                        .diagnostic(Severity::Error, "bad-sbom", format!("this SBOM cannot be read: {error}"))
                        .helping(format!("it is named at {}:{}", named.file, named.line)),
                );
                None
            }
        }
    }

    /// A document of statements, read once; what is wrong with it is reported once. It is an error: what it may say to the worse must
    /// not go unheard.
    pub(crate) fn statements(&mut self, path: &str, sink: &mut Sink) -> Option<(Digest, Arc<VexDocument>)> {
        if !self.statements.contains_key(path) {
            let read = match self.load(path) {
                State::Read(bytes) => ward_formats::vex::read(bytes).map_err(|error| error.to_string()),
                State::Unreadable(error) => Err(error.clone()),
                State::Missing => return None,
            };
            let document = match read {
                Ok(document) => Some(Arc::new(document)),
                Err(error) => {
                    let message = format!("these statements cannot be read: {error}");
                    let found = Location::start_of(path).diagnostic(Severity::Error, "bad-statements", message);
                    sink.found.push(found.expecting("OpenVEX, CSAF or CycloneDX with `vulnerabilities`"));
                    None
                }
            };
            self.statements.insert(path.to_owned(), document);
        }
        let document = self.statements.get(path)?.clone()?;
        Some((Digest::of(self.bytes(path)?), document))
    }

    /// A list of files, one path a line, read once.
    pub(crate) fn file_list(&mut self, path: &At<FilePath>, sink: &mut Sink) -> Option<Arc<FileList>> {
        let name = path.value.0.as_str();
        if let Some(known) = self.lists.get(name) {
            return known.clone();
        }
        let list = self.text(path, "a list of files, one path a line", sink).map(|text| {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let files = CompiledFiles::new(lines.map(str::to_owned).collect(), 0);
            Arc::new(FileList { path: name.to_owned(), digest: Digest::of(text.as_bytes()), files })
        });
        self.lists.insert(name.to_owned(), list.clone());
        list
    }

    /// The text of a file that is named in the folder.
    pub(crate) fn text(&mut self, path: &At<FilePath>, expected: &str, sink: &mut Sink) -> Option<String> {
        let name = path.value.0.as_str();
        let error = match self.load(name) {
            State::Read(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => return Some(text.to_owned()),
                Err(_) => ("not-utf8", format!("`{}` is not UTF-8 text", shorten(name))),
            },
            State::Unreadable(error) => ("unreadable-file", format!("`{}` cannot be read: {error}", shorten(name))),
            State::Missing => ("missing-file", format!("there is no file `{}`", shorten(name))),
        };
        sink.error(path.place, error.0, error.1).expected(expected);
        None
    }

    /// Reads a cited evidence file; that it is missing is a warning, because then no decision gives the claim effect.
    pub(crate) fn evidence(&mut self, citation: Option<&At<Citation>>, sink: &mut Sink) {
        self.evidence_for(citation, "until there is, no decision gives the claim effect", sink);
    }

    /// The same, with what follows where it is missing.
    pub(crate) fn evidence_for(&mut self, citation: Option<&At<Citation>>, otherwise: &str, sink: &mut Sink) {
        let Some(citation) = citation else { return };
        let path = citation.value.path.as_str();
        match self.load(path) {
            State::Read(_) => {}
            State::Missing => {
                sink.warning(
                    citation.place,
                    "missing-evidence",
                    format!("there is no evidence file `{}`", shorten(path)),
                )
                .help(otherwise);
            }
            State::Unreadable(error) => {
                let message = format!("`{}` cannot be read: {error}", shorten(path));
                sink.error(citation.place, "unreadable-file", message);
            }
        }
    }

    /// What the cited files hold that are of a kind that is read.
    pub(crate) fn contents<'c>(&self, citations: impl Iterator<Item = &'c Citation>) -> Cited {
        let paths: BTreeSet<&str> = citations.map(|citation| citation.path.as_str()).collect();
        let read = |path: &str| Some((path.to_owned(), ward_formats::evidence::read(path, self.bytes(path)?)?));
        paths.into_iter().filter_map(read).collect()
    }

    /// Reports files that stand in the folder and were not read.
    pub(crate) fn look_around(&self, sink: &mut Sink) {
        let own =
            [DEVICE, SYSTEM, VARIANTS, FIELDED, CONSIDERATIONS, USE_CASES, VULNERABILITIES, TRUST, DECISIONS, EXPECTED];
        let folders = || NAMED_FOLDERS.iter().copied();
        for name in self.folder.list("").unwrap_or_default() {
            let warning = |message| Location::start_of(&name).diagnostic(Severity::Warning, "not-read", message);
            let asking = |warning: Diagnostic, near: Option<String>| match near {
                Some(near) => warning.helping(format!("did you mean `{near}`?")),
                None => warning,
            };
            if let Some(folder) = name.strip_suffix('/') {
                // Other folders may stand here for whatever they are good for: one that is called nearly like one that is read is a slip.
                let near = nearest(folder, folders()).filter(|near| *near != folder);
                if let Some(near) = near.filter(|_| !folder.starts_with('.') && !folders().any(|known| known == folder))
                {
                    let warning = warning("this folder is not part of a device folder: nothing in it is read");
                    sink.found.push(asking(warning, Some(format!("{near}/"))));
                }
            } else if is_data(&name) && !own.contains(&name.as_str()) && !self.files.contains_key(&name) {
                let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
                let in_folder = folders().find(|folder| *folder == stem).map(|folder| format!("{folder}/"));
                // Of another kind of file only the name itself can be meant.
                let meant = if name.ends_with(".toml") {
                    nearest(&name, own).map(str::to_owned)
                } else {
                    let stems = own.iter().filter_map(|name| name.strip_suffix(".toml"));
                    nearest(stem, stems).map(|stem| format!("{stem}.toml"))
                };
                let warning = warning("this file is not part of a device folder");
                sink.found.push(asking(warning, in_folder.or(meant)));
            }
        }
        for folder in NAMED_FOLDERS {
            self.unnamed(folder, DEEPEST, sink);
        }
    }

    fn unnamed(&self, folder: &str, depth: usize, sink: &mut Sink) {
        for name in self.folder.list(folder).unwrap_or_default() {
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{folder}/{name}");
            match path.strip_suffix('/') {
                Some(inner) if depth > 0 => self.unnamed(inner, depth - 1, sink),
                Some(_) => {}
                None if self.files.contains_key(&path) => {}
                None => sink.found.push(Location::start_of(&path).diagnostic(
                    Severity::Warning,
                    "not-read",
                    "nothing names this file; not read",
                )),
            }
        }
    }

    /// The names in a sub-folder.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let mut names = self.folder.list(folder).unwrap_or_default();
        names.sort_unstable();
        names
    }

    /// Digests of the files that were read, but some.
    pub(crate) fn digests(&self, but: impl Fn(&str) -> bool) -> BTreeMap<String, Digest> {
        self.read_but(&but).map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect()
    }

    /// One digest over names and bytes of the files that were read, but some.
    pub(crate) fn digest(&self, but: impl Fn(&str) -> bool) -> Digest {
        Digest::of_parts(self.read_but(&but).flat_map(|(path, bytes)| [path.as_bytes(), bytes]))
    }

    fn read_but<'b>(&'b self, but: &'b impl Fn(&str) -> bool) -> impl Iterator<Item = (&'b String, &'b [u8])> {
        self.files.iter().filter_map(move |(path, state)| match state {
            State::Read(bytes) if !but(path) => Some((path, bytes.as_slice())),
            _ => None,
        })
    }
}

/// Whether a file is of a kind in which somebody writes data, so that it may be meant for the model.
fn is_data(name: &str) -> bool {
    let kinds = ["toml", "yaml", "yml", "json", "xml", "csv"];
    let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_lowercase());
    kind.is_some_and(|kind| kinds.contains(&kind.as_str()))
}

/// The byte at a line and a column in bytes, both from 1.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let start =
        bytes.split_inclusive(|&byte| byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    start.saturating_add(column.saturating_sub(1)).min(bytes.len())
}
