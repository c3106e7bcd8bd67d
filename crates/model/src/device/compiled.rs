//! Evidence of what a component was compiled from: which files its source has, and which of them were compiled in.
//!
//! It shows that a vulnerability is not there only where every file that the vulnerability is in stood in the source of that very
//! version, and none of them was compiled in. Both lists must be whole, which nobody can see from the lists: somebody answers for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::component::CompiledFiles;
use crate::digest::Digest;
use crate::ids::{ComponentRef, ElementId};

/// What one version of a component was compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledComponent {
    /// The element that runs it.
    pub element: ElementId,
    /// Its reference in the SBOMs of the element.
    pub component: ComponentRef,
    /// The version that the lists are of.
    pub version: String,
    /// The files of its source.
    pub sources: Arc<FileList>,
    /// The files that were compiled in; without a list of the folder those that the SBOM names.
    pub files: Option<Arc<FileList>>,
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
}

/// Both lists of a component, ready to be asked: they can be what they are said to be.
#[derive(Debug)]
pub struct Lists<'a> {
    /// The files of the source, with and without the name of the tree before them.
    sources: BTreeSet<&'a str>,
    /// The compiled files by their last part: builds put the names of trees before them.
    compiled: BTreeMap<&'a str, Vec<&'a str>>,
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
        let mut compiled: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &listed.paths {
            compiled.entry(last(path)).or_default().push(path);
        }
        let lists = Self { sources: within_tree(&sources.paths), compiled };
        if ALWAYS_IN_LINUX.iter().all(|file| lists.sources.contains(file))
            && let Some(missing) = ALWAYS_IN_LINUX.iter().find(|file| !lists.may_be_compiled(file))
        {
            return Err(NothingShown::NotWhole(missing));
        }
        if !listed.paths.iter().any(|path| path.ends_with(".h")) {
            return Err(NothingShown::NoHeaders);
        }
        if !lists.sources.iter().any(|path| path.contains('/') && lists.may_be_compiled(path)) {
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
            let plain = plain(file);
            if self.may_be_compiled(plain) {
                return Err(NothingShown::CompiledIn(file.clone()));
            }
            if !self.sources.contains(plain) {
                return Err(NothingShown::NotInSource(file.clone()));
            }
        }
        Ok(())
    }

    /// Whether a file of the source may have been compiled in: a listed path is this one, or ends with it behind a slash.
    fn may_be_compiled(&self, file: &str) -> bool {
        let ends =
            |listed: &&str| listed.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        self.compiled.get(last(file)).into_iter().flatten().any(ends)
    }
}

fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn plain(path: &str) -> &str {
    path.trim_start_matches("./").trim_start_matches('/')
}

/// Paths, and the same without the one folder that all of them stand in, where there is one: it may be the tree's name or part of it.
fn within_tree(paths: &[String]) -> BTreeSet<&str> {
    let split: Vec<Option<(&str, &str)>> = paths.iter().map(|path| plain(path).split_once('/')).collect();
    let tops: BTreeSet<Option<&str>> = split.iter().map(|split| split.map(|(top, _)| top)).collect();
    let one_tree = tops.len() == 1;
    let inside = split.into_iter().flatten().map(|(_, inside)| inside).filter(|_| one_tree);
    paths.iter().map(|path| plain(path)).chain(inside).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Lists, NothingShown};
    use crate::component::CompiledFiles;

    fn list(paths: &[&str]) -> CompiledFiles {
        CompiledFiles::new(paths.iter().map(|path| (*path).to_owned()).collect(), 0)
    }

    /// Whatever is not shown leaves a vulnerability where it is.
    #[test]
    fn absence_is_shown_by_whole_lists_of_one_tree() {
        let sources = list(&[
            "linux-6.6/init/main.c",
            "linux-6.6/kernel/fork.c",
            "linux-6.6/net/core/sock.c",
            "linux-6.6/net/can/raw.c",
            "linux-6.6/include/net/sock.h",
            "linux-6.6/include/linux/can.h",
        ]);
        let built = ["k/init/main.c", "k/kernel/fork.c", "k/net/core/sock.c", "k/include/net/sock.h"];
        let asked = |compiled: Option<&CompiledFiles>, files: &[&str]| {
            let files: BTreeSet<String> = files.iter().map(|file| (*file).to_owned()).collect();
            Lists::new(&sources, compiled)?.lack(&files)
        };
        let whole = list(&built);
        assert_eq!(asked(Some(&whole), &["net/can/raw.c"]), Ok(()));
        assert_eq!(asked(Some(&whole), &["./net/can/raw.c", "include/linux/can.h"]), Ok(()));
        let file = str::to_owned;
        for (files, why) in [
            (&[][..], NothingShown::NoFiles),
            (&["net/core/sock.c"][..], NothingShown::CompiledIn(file("net/core/sock.c"))),
            (&["net/can/raw.c", "net/core/sock.c"], NothingShown::CompiledIn(file("net/core/sock.c"))),
            (&["net/can/raw.c", "include/net/sock.h"], NothingShown::CompiledIn(file("include/net/sock.h"))),
            // The file was called otherwise in this version: what it holds may have been compiled in.
            (&["net/can/raw-new.c"], NothingShown::NotInSource(file("net/can/raw-new.c"))),
            // Only a part of a path is no path.
            (&["can/raw.c"], NothingShown::NotInSource(file("can/raw.c"))),
        ] {
            assert_eq!(asked(Some(&whole), files), Err(why), "{files:?}");
        }
        let can = &["net/can/raw.c"];
        assert_eq!(asked(None, can), Err(NothingShown::NoList));
        let gaps = CompiledFiles { unresolved: 2, ..whole.clone() };
        assert_eq!(asked(Some(&gaps), can), Err(NothingShown::Unresolved(2)));
        assert_eq!(asked(Some(&list(&built[1..])), can), Err(NothingShown::NotWhole("init/main.c")));
        assert_eq!(asked(Some(&list(&built[..3])), can), Err(NothingShown::NoHeaders));
        // Lists of a program that is no kernel.
        let other = list(&["src/a.c", "src/b.c", "src/b.h"]);
        let of_other = |compiled: &[&str]| Lists::new(&other, Some(&list(compiled))).map(|_| ());
        assert_eq!(of_other(&["t/src/a.c", "t/src/b.h"]), Ok(()));
        assert_eq!(of_other(&["t/lib/z.c", "t/lib/z.h"]), Err(NothingShown::OtherTree));
    }
}
