//! All readers, by name. What a reader is, its room says; here stands where its seeds are and how often it is tried.

use ward_model::exercise::Exercise;

/// What a reader reads, and with it how often the long run tries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Feeds and what publishers say about them, and what is kept of them.
    Feed,
    /// SBOMs, statements on vulnerabilities, versions, names and vectors.
    Sbom,
    /// Files of our own that people write.
    Own,
}

/// Makes the seeds of the reader with this name.
pub type Made = fn(&str) -> Vec<Vec<u8>>;

/// A reader of bytes.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Its name, which is that of the folder of its seeds.
    pub name: &'static str,
    /// What it reads.
    pub kind: Kind,
    /// The reader itself.
    pub read: Exercise,
    /// A folder of this repository whose files are seeds besides.
    pub folder: Option<&'static str>,
    /// Makes seeds that are no files, because their format is binary.
    pub made: Option<Made>,
}

/// What a room says that it reads.
type Room = [(&'static str, Exercise)];

/// All of them, in the order of the rooms.
pub fn all() -> Vec<Reader> {
    let rooms: [(Kind, &Room, Option<Made>); 9] = [
        (Kind::Feed, &ward_formats::exercise::FEEDS, None),
        (Kind::Feed, &ward_feeds::exercise::READERS, Some(ward_feeds::exercise::seeds)),
        (Kind::Feed, &ward_knowledge::exercise::READERS, Some(ward_knowledge::exercise::seeds)),
        (Kind::Feed, &ward_fleet::exercise::READERS, Some(ward_fleet::exercise::seeds)),
        (Kind::Sbom, &ward_formats::exercise::SBOMS, None),
        (Kind::Own, &ward_formats::exercise::EVIDENCE, Some(ward_formats::exercise::evidence_seeds)),
        (Kind::Sbom, &ward_model::exercise::READERS, None),
        (Kind::Sbom, &ward_version::exercise::READERS, None),
        (Kind::Own, &ward_device::exercise::READERS, None),
    ];
    let mut all = Vec::new();
    for (kind, readers, made) in rooms {
        all.extend(readers.iter().map(|(name, read)| Reader { name, kind, read: *read, folder: None, made }));
    }
    all.extend(ward_policy::exercise::READERS.into_iter().map(|(name, folder, read)| Reader {
        name,
        kind: Kind::Own,
        read,
        folder: Some(folder).filter(|folder| !folder.is_empty()),
        made: None,
    }));
    all
}

/// The reader of this name.
pub fn named(name: &str) -> Option<Reader> {
    all().into_iter().find(|reader| reader.name == name)
}
