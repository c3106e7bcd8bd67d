//! All readers, by name. What a reader is, its room says; here stands where its seeds are and how often it is tried.

use ward_version::exercise::Exercise;

/// What a reader reads, and with it how often the long run tries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Feeds and what publishers say about them, and what is kept of them.
    Feed,
    /// SBOMs, statements on vulnerabilities, versions, names and vectors.
    Sbom,
    /// Files of our own that people write or carry.
    Own,
}

/// A reader of bytes.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Its name, which is that of the folder of its seeds.
    pub name: &'static str,
    /// What it reads.
    pub kind: Kind,
    /// The reader itself.
    pub read: Exercise,
    /// Folders of this repository whose files are seeds besides.
    pub folders: &'static [&'static str],
    /// Makes seeds that are no files, because their format is binary.
    pub made: Option<fn() -> Vec<Vec<u8>>>,
}

/// All of them, in the order of the rooms.
pub fn all() -> Vec<Reader> {
    let rooms: [(Kind, &[(&'static str, Exercise)]); 4] = [
        (Kind::Feed, &ward_formats::exercise::FEEDS),
        (Kind::Sbom, &ward_formats::exercise::SBOMS),
        (Kind::Sbom, &ward_model::exercise::READERS),
        (Kind::Sbom, &ward_version::exercise::READERS),
    ];
    let readers =
        rooms.into_iter().flat_map(|(kind, readers)| readers.iter().map(move |(name, read)| (kind, *name, *read)));
    readers.map(|(kind, name, read)| Reader { name, kind, read, folders: &[], made: None }).collect()
}

/// The reader of this name.
pub fn named(name: &str) -> Option<Reader> {
    all().into_iter().find(|reader| reader.name == name)
}
