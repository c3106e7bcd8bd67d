//! Evidence of what a component was compiled from: which files its source has, and which of them were compiled in.
//!
//! It shows that a vulnerability is not there only where every file that the vulnerability is in stood in the source of that very
//! version, and none of them was compiled in. Both lists must be whole, which nobody can see from the lists: somebody answers for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::claim::ClaimId;
use crate::component::CompiledFiles;
use crate::digest::Digest;
use crate::ids::{ComponentRef, ElementId, FieldedVersionId};

/// What one version of a component was compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledComponent {
    /// The element that runs it.
    pub element: ElementId,
    /// Its reference in the SBOMs of the element.
    pub component: ComponentRef,
    /// The version that the lists are of.
    pub version: String,
    /// The fielded versions that were built so; none: all that have it.
    pub fielded: Vec<FieldedVersionId>,
    /// The files of its source.
    pub sources: Arc<FileList>,
    /// The files that were compiled in; without a list of the folder those that the SBOM names.
    pub files: Option<Arc<FileList>>,
}

impl CompiledComponent {
    /// The claim that its lists are whole.
    pub fn claim(&self) -> ClaimId {
        let fielded: Vec<&str> = self.fielded.iter().map(FieldedVersionId::as_str).collect();
        let of = if fielded.is_empty() { String::new() } else { format!(" in {}", fielded.join(", ")) };
        ClaimId::Compiled(self.element.clone(), self.component.clone(), format!("{}{of}", self.version))
    }

    /// Whether a fielded version was built so.
    pub fn is_of(&self, version: &FieldedVersionId) -> bool {
        self.fielded.is_empty() || self.fielded.contains(version)
    }
}

/// A list of files, as it stood in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileList {
    /// Where it stood.
    pub path: String,
    /// Digest of that.
    pub digest: Digest,
    /// The files.
    pub files: CompiledFiles,
}

/// Without these no Linux kernel can be built: a list without them is not whole.
const ALWAYS_IN_LINUX: [&str; 2] = ["init/main.c", "kernel/fork.c"];

/// How files begin that say what is built, and are themselves never compiled.
const SAY_WHAT_IS_BUILT: [&str; 3] = ["kconfig", "makefile", "kbuild"];

/// Why nothing follows for a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NothingShown {
    /// No record says which files it is in.
    #[error("no record says which source files it is in")]
    NoFiles,
    /// There is no list of what was compiled in.
    #[error("nothing lists the files that were compiled in")]
    NoList,
    /// The list has gaps, and says so.
    #[error("{0} of the files that were compiled in are named and not listed")]
    Unresolved(usize),
    /// An entry of the list is no file.
    #[error("`{0}` in the list of compiled files is no path of a file")]
    NoPath(String),
    /// The list lacks what every build has.
    #[error("the list of compiled files lacks {0}, without which the kernel cannot be built")]
    NotWhole(&'static str),
    /// The list names no header, so that it cannot be one of all that went into the build.
    #[error("the list of compiled files names no header: files that others include are missing from it")]
    NoHeaders,
    /// The lists have nothing in common.
    #[error("no compiled file stands in the source: the lists are not of one tree")]
    OtherTree,
    /// A file did not exist in this version: it may have had another name.
    #[error("{0} is no file of the source of this version: the code may stand under another name")]
    NotInSource(String),
    /// A file was compiled in.
    #[error("{0} was compiled in")]
    CompiledIn(String),
    /// A file is of a kind that the list does not hold.
    #[error("{0} is no file of a kind that the list of compiled files holds: that it is not there shows nothing")]
    OtherKind(String),
    /// A file of the same name was compiled in, and it cannot be told which one.
    #[error("{file} may have been compiled in: of `{listed}` it cannot be told which file of the source it is")]
    Unplaced {
        /// The file.
        file: String,
        /// What is listed.
        listed: String,
    },
}

/// Both lists of a component, ready to be asked: they can be what they are said to be.
#[derive(Debug)]
pub struct Lists<'a> {
    source: Tree,
    /// The compiled files by their last part, in small letters: some systems do not tell them apart.
    compiled: BTreeMap<String, Vec<Listed<'a>>>,
    /// The kinds of files that are listed, by how their names end.
    kinds: BTreeSet<&'a str>,
}

/// A compiled file.
#[derive(Debug)]
struct Listed<'a> {
    written: &'a str,
    path: FromEnd,
    /// Whether it can be told which file of the source it is. Builds list files through links, from other folders, and generated ones.
    placed: bool,
}

impl<'a> Lists<'a> {
    /// Looks at two lists.
    ///
    /// # Errors
    /// They cannot be whole, or not of one tree.
    pub fn new(sources: &'a CompiledFiles, compiled: Option<&'a CompiledFiles>) -> Result<Self, NothingShown> {
        let listed = compiled.ok_or(NothingShown::NoList)?;
        if listed.unresolved > 0 {
            return Err(NothingShown::Unresolved(listed.unresolved));
        }
        let source = Tree::new(&sources.paths);
        let mut lists = Self { source, compiled: BTreeMap::new(), kinds: BTreeSet::new() };
        let mut of_this_tree = false;
        for written in &listed.paths {
            let path = FromEnd::of(written);
            let Some(last) = path.last() else { return Err(NothingShown::NoPath(written.clone())) };
            let inside = lists.source.ends(&path);
            of_this_tree |= inside;
            let placed = !path.outside && (inside || lists.source.ends_with(&path));
            lists.kinds.extend(kind(written));
            lists.compiled.entry(last.to_lowercase()).or_default().push(Listed { written, path, placed });
        }
        let always = ALWAYS_IN_LINUX.map(|file| (file, FromEnd::of(file)));
        if always.iter().all(|(_, path)| lists.source.files.contains(&path.text))
            && let Some((missing, _)) = always.iter().find(|(_, path)| !lists.is_compiled(path))
        {
            return Err(NothingShown::NotWhole(missing));
        }
        if !lists.kinds.contains("h") {
            return Err(NothingShown::NoHeaders);
        }
        if !of_this_tree {
            return Err(NothingShown::OtherTree);
        }
        Ok(lists)
    }

    /// Whether a vulnerability in these files is not in what was compiled.
    ///
    /// # Errors
    /// Why that is not shown.
    pub fn lack(&self, vulnerable: &BTreeSet<String>) -> Result<(), NothingShown> {
        if vulnerable.is_empty() {
            return Err(NothingShown::NoFiles);
        }
        for file in vulnerable {
            let path = FromEnd::of(file);
            let candidates = self.source.files_of(&path);
            let meant = || std::iter::once(path.text.as_str()).chain(candidates.iter().copied());
            let named_so = || self.named_like(&path);
            if named_so().any(|listed| meant().any(|path| listed.path.may_be(path))) {
                return Err(NothingShown::CompiledIn(file.clone()));
            }
            if candidates.is_empty() || path.outside {
                return Err(NothingShown::NotInSource(file.clone()));
            }
            let says_what_is_built = |name: &str| SAY_WHAT_IS_BUILT.iter().any(|word| name.starts_with(word));
            if path.last().is_none_or(|name| says_what_is_built(&name.to_lowercase()))
                || !kind(file).is_some_and(|kind| self.kinds.contains(kind))
            {
                return Err(NothingShown::OtherKind(file.clone()));
            }
            if let Some(listed) = named_so().find(|listed| !listed.placed) {
                return Err(NothingShown::Unplaced { file: file.clone(), listed: listed.written.to_owned() });
            }
        }
        Ok(())
    }

    /// The compiled files with the same last part.
    fn named_like(&self, path: &FromEnd) -> impl Iterator<Item = &Listed<'a>> {
        let last = path.last().map(str::to_lowercase);
        last.and_then(|last| self.compiled.get(&last)).into_iter().flatten()
    }

    /// Whether a file of the source surely was compiled in.
    fn is_compiled(&self, path: &FromEnd) -> bool {
        self.named_like(path).any(|listed| listed.path.text.starts_with(&path.text))
    }
}

/// A path from its end: its parts in reverse, each with a slash behind it, so that where two paths end alike one begins as the other
/// does. Parts that lead nowhere are gone, and what stands before `..` with it.
#[derive(Debug)]
struct FromEnd {
    text: String,
    /// It leads out of the folder that it begins in: where it leads to cannot be told, but for how it ends.
    outside: bool,
}

impl FromEnd {
    fn of(path: &str) -> Self {
        let mut parts: Vec<&str> = Vec::new();
        let mut outside = false;
        for part in path.trim().split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => outside |= parts.pop().is_none(),
                part => parts.push(part),
            }
        }
        let text = parts.into_iter().rev().flat_map(|part| [part, "/"]).collect();
        Self { text, outside }
    }

    fn last(&self) -> Option<&str> {
        self.text.split_once('/').map(|(last, _)| last)
    }

    /// Whether they may be one file: builds put the names of trees before paths, or begin inside a tree.
    fn may_be(&self, other: &str) -> bool {
        self.text.starts_with(other) || other.starts_with(&self.text)
    }
}

/// The files of a source.
#[derive(Debug)]
struct Tree {
    /// The files, without the one folder that all of them stand in, where there is one: it may be the tree's name or part of it.
    files: BTreeSet<String>,
    /// That folder, with a slash.
    folder: Option<String>,
}

impl Tree {
    fn new(paths: &[String]) -> Self {
        // Where a path leads out of its folder it cannot be told which file it is.
        let paths: Vec<FromEnd> = paths.iter().map(|path| FromEnd::of(path)).filter(|path| !path.outside).collect();
        let top = |path: &FromEnd| {
            let (_, first) = path.text.strip_suffix('/')?.rsplit_once('/')?;
            Some(format!("{first}/"))
        };
        let tops: BTreeSet<Option<String>> = paths.iter().map(top).collect();
        let mut tops = tops.into_iter();
        let folder = tops.next().flatten().filter(|_| tops.next().is_none());
        let files = paths.into_iter().map(|path| match &folder {
            Some(folder) => path.text.strip_suffix(folder.as_str()).unwrap_or(&path.text).to_owned(),
            None => path.text,
        });
        Self { files: files.filter(|path| !path.is_empty()).collect(), folder }
    }

    /// The files that a path may mean: whether it begins with the tree's folder or behind it is not known.
    fn files_of<'t>(&'t self, path: &FromEnd) -> Vec<&'t str> {
        let inside = self.folder.as_deref().and_then(|folder| path.text.strip_suffix(folder));
        let both = std::iter::once(path.text.as_str()).chain(inside);
        both.filter_map(|path| self.files.get(path)).map(String::as_str).collect()
    }

    /// Whether a path ends with a file of the source and its folder, or is one.
    fn ends(&self, path: &FromEnd) -> bool {
        let text = path.text.as_str();
        let is_file = |text: &str| {
            let inside = self.folder.as_deref().and_then(|folder| text.strip_suffix(folder));
            self.files.contains(text) || inside.is_some_and(|inside| self.files.contains(inside))
        };
        let ends = text.match_indices('/').skip(1).map(|(at, _)| &text[..=at]);
        is_file(text) || ends.into_iter().any(is_file)
    }

    /// Whether a file of the source ends with a path.
    fn ends_with(&self, path: &FromEnd) -> bool {
        let next = self.files.range::<str, _>((Bound::Included(path.text.as_str()), Bound::Unbounded)).next();
        next.is_some_and(|file| file.starts_with(&path.text))
    }
}

/// How the name of a file ends.
fn kind(path: &str) -> Option<&str> {
    let name = path.trim().rsplit(['/', '\\']).next()?;
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests;
