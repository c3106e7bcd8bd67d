//! What an SBOM says about itself and about a component, beside the component's identity.

use jiff::civil::Date;

use super::Component;

/// Where an SBOM comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its own identifier: a serial number or a document namespace.
    pub serial: Option<String>,
    /// The people and organizations that made it.
    pub authors: Vec<String>,
    /// The tools that made it.
    pub tools: Vec<String>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// Who supplies what it describes.
    pub supplier: Option<String>,
    /// In which phases of the product's life it was made (design, build, operations, ...), as written.
    pub lifecycles: Vec<String>,
}

/// Everybody whom an SBOM names for a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties {
    /// Who supplies it.
    pub supplier: Option<String>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
}

/// A digest of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash {
    /// The algorithm, spelled as CycloneDX does (`SHA-256`).
    pub algorithm: String,
    /// The digest, hexadecimal digits in lower case.
    pub value: String,
}

/// What an SBOM says of the support of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupportStatement {
    /// How it is supported, in the SBOM's words.
    pub level: Option<String>,
    /// Until when it is supported, as written.
    pub ends: Option<String>,
    /// The same as a day, where it can be read as one.
    pub ends_on: Option<Date>,
}

/// A change made to a component by whoever ships it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patch {
    /// What kind of change: `backport`, `cherry-pick`, `unofficial`, `monkey`, as written.
    pub kind: Option<String>,
    /// The issues that it is said to resolve, vulnerabilities among them.
    pub resolves: Vec<String>,
}

impl Patch {
    /// What it is, in words.
    fn words(&self) -> String {
        format!("{} that resolves {}", self.kind.as_deref().unwrap_or("a patch"), self.resolves.join(", "))
    }
}

impl Component {
    /// What it is beside its name, version, package URLs, CPE names and digests, in words: what is said of a component that was
    /// patched is said of no other one.
    pub fn narrowing(&self) -> Vec<String> {
        // A package URL says the group by itself.
        let group = self.group.iter().filter(|_| self.purl.is_none()).map(|group| format!("of the group {group}"));
        let tag = self.swid.iter().map(|tag| format!("with the tag {tag}"));
        let unread = self.unreadable_identities.iter().map(|text| format!("called {text}"));
        group.chain(tag).chain(unread).chain(self.patches.iter().map(Patch::words)).collect()
    }
}

/// The source files from which a component was compiled, as the build recorded them.
///
/// This is evidence for *not affected: the vulnerable code is not in there*, and only in one direction: a file that is listed may
/// have been compiled in; one that is not listed was not, if the list is whole. Whether it is whole cannot be seen from the list
/// alone. Builds leave gaps (`unresolved`), and a recipe may list a few local files and nothing else. Whoever concludes from
/// it must first find files in it without which the product cannot be built: for the Linux kernel `init/main.c` and
/// `kernel/fork.c`. A list that is too long is harmless.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompiledFiles {
    /// The paths as written, sorted, each once.
    pub paths: Vec<String>,
    /// How many links lead to files that the SBOM does not hold. With any, the list proves nothing.
    pub unresolved: usize,
}

impl CompiledFiles {
    /// A list, sorted and freed of repetitions.
    pub fn new(mut paths: Vec<String>, unresolved: usize) -> Self {
        paths.sort_unstable();
        paths.dedup();
        Self { paths, unresolved }
    }
}
