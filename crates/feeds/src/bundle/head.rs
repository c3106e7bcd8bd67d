//! What a bundle says of itself, signed.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;

use super::key::{Signatory, Trusted, fingerprint};
use super::{BundleError, not_a_bundle};

const MAGIC: &[u8; 8] = b"WARDBNDL";
/// The format that is written.
pub const FORMAT: u32 = 3;
/// The format before it, which says nothing of when parts of sources were compared. It is read.
const WITHOUT_PARTS: u32 = 2;
/// The format before that, which says nothing of when sources came. It is read.
const WITHOUT_SOURCES: u32 = 1;
/// The longest head that is read: some hundred thousand files.
const LONGEST: usize = 64 << 20;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it was made.
    pub made: Timestamp,
    /// For a delta: the listing of the bundle that it stands on.
    pub base: Option<Digest>,
    /// Every file of the mirror, by path, whether or not it is in the bundle.
    pub files: Vec<HeadFile>,
    /// How many items follow.
    pub items: u64,
    /// How many bytes of frames follow.
    pub length: u64,
    /// The SHA-256 of those bytes.
    pub sha256: Digest,
    /// What is known of when the sources of the mirror came, by name; empty in a bundle of format 1.
    pub sources: Vec<HeadSource>,
}

/// A head of the format before parts of sources were in it.
#[derive(Deserialize)]
struct OfSources {
    made: Timestamp,
    base: Option<Digest>,
    files: Vec<HeadFile>,
    items: u64,
    length: u64,
    sha256: Digest,
    sources: Vec<OfSource>,
}

#[derive(Deserialize)]
struct OfSource {
    name: String,
    whole: Option<Timestamp>,
}

impl From<OfSources> for Head {
    fn from(earlier: OfSources) -> Self {
        let OfSources { made, base, files, items, length, sha256, sources } = earlier;
        let whole = |OfSource { name, whole }| HeadSource { name, whole, compared: BTreeMap::new() };
        let sources = sources.into_iter().map(whole).collect();
        Self { made, base, files, items, length, sha256, sources }
    }
}

/// A head of the format before sources were in it.
#[derive(Deserialize)]
struct Earlier {
    made: Timestamp,
    base: Option<Digest>,
    files: Vec<HeadFile>,
    items: u64,
    length: u64,
    sha256: Digest,
}

impl From<Earlier> for Head {
    fn from(earlier: Earlier) -> Self {
        let Earlier { made, base, files, items, length, sha256 } = earlier;
        Self { made, base, files, items, length, sha256, sources: Vec::new() }
    }
}

/// A source of the mirror that the bundle was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadSource {
    /// Its name, which is that of its folder.
    pub name: String,
    /// When all of it last came into the mirror, or was seen not to have changed; `None` where it never did, or nobody knows.
    pub whole: Option<Timestamp>,
    /// Up to when what changed stands in the whole file of a part (a year of NVD), by comparison with what its publisher has; a part of which
    /// that is not known is not in it.
    pub compared: BTreeMap<String, Timestamp>,
}

/// A file of the mirror that the bundle was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadFile {
    /// Its path inside the mirror, with `/`.
    pub path: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// Whether the bundle holds it; one that it does not hold is as in the base.
    pub included: bool,
}

impl Head {
    /// By what a delta names the bundle that it stands on: a digest over all files of the mirror.
    pub fn listing(&self) -> Digest {
        Digest::of_parts(self.files.iter().flat_map(|file| [file.path.as_bytes(), file.sha256.as_bytes().as_slice()]))
    }

    /// When all of a source last came, as far as the bundle shows it: never after it was made. Of one of which that is not
    /// known, it is no later than of any of which it is.
    pub fn last_came(&self, source: &str) -> Timestamp {
        let known = || self.sources.iter().filter_map(|source| source.whole);
        let own = self.sources.iter().find(|of| of.name == source).and_then(|of| of.whole);
        own.or_else(|| known().min()).map_or(self.made, |whole| whole.min(self.made))
    }

    /// Up to when what changed stands in the whole files of parts of a source, as far as the bundle shows it: never after it was made.
    pub fn compared(&self, source: &str) -> impl Iterator<Item = (&str, Timestamp)> {
        let of = self.sources.iter().filter(move |of| of.name == source).flat_map(|of| &of.compared);
        of.map(|(part, moment)| (part.as_str(), (*moment).min(self.made)))
    }

    /// Writes the head and the signature over it.
    ///
    /// # Errors
    /// The disk refuses, or the head is too long.
    pub fn write(&self, signatory: &Signatory, mut to: impl Write) -> Result<(), BundleError> {
        let head = postcard::to_stdvec(self).map_err(|error| not_a_bundle(error.to_string()))?;
        let length = u32::try_from(head.len()).ok().filter(|_| head.len() <= LONGEST);
        let length = length.ok_or_else(|| not_a_bundle("its head would be too long"))?;
        let mut signed = Vec::with_capacity(head.len() + 16);
        signed.extend_from_slice(MAGIC);
        signed.extend_from_slice(&FORMAT.to_le_bytes());
        signed.extend_from_slice(&length.to_le_bytes());
        signed.extend_from_slice(&head);
        to.write_all(&signed)?;
        to.write_all(signatory.trusted().bytes())?;
        to.write_all(&signatory.sign(&signed))?;
        Ok(())
    }

    /// Reads the head, and checks that somebody who is trusted signed it. Gives the key as well.
    ///
    /// # Errors
    /// It is no bundle, was altered, or is signed by nobody trusted.
    pub fn read(mut from: impl Read, trusted: &[Trusted]) -> Result<(Self, Trusted), BundleError> {
        let mut start = [0_u8; 16];
        from.read_exact(&mut start).map_err(|error| cut(error, "it ends within its first bytes"))?;
        let [magic @ .., f0, f1, f2, f3, l0, l1, l2, l3] = start;
        if magic != *MAGIC {
            return Err(not_a_bundle("it does not begin as one"));
        }
        let format = u32::from_le_bytes([f0, f1, f2, f3]);
        if !(WITHOUT_SOURCES..=FORMAT).contains(&format) {
            let words = format!("it has format {format}, and this program reads formats {WITHOUT_SOURCES} to {FORMAT}");
            return Err(not_a_bundle(words));
        }
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        if length > LONGEST {
            return Err(not_a_bundle("its head is too long"));
        }
        let mut signed = start.to_vec();
        // Grows with what is there, not with what is announced.
        let taken = (&mut from).take(length as u64).read_to_end(&mut signed)?;
        if taken < length {
            return Err(not_a_bundle("it ends within its head"));
        }
        let (mut key, mut signature) = ([0; 32], [0; 64]);
        from.read_exact(&mut key).map_err(|error| cut(error, "it ends within its signature"))?;
        from.read_exact(&mut signature).map_err(|error| cut(error, "it ends within its signature"))?;
        let known = trusted.iter().find(|trusted| *trusted.bytes() == key);
        let known = known.ok_or_else(|| BundleError::Untrusted { key: fingerprint(&key) })?;
        if !known.verifies(&signed, &signature) {
            return Err(BundleError::Signature);
        }
        let read = match format {
            WITHOUT_SOURCES => {
                postcard::take_from_bytes::<Earlier>(&signed[16..]).map(|(head, rest)| (head.into(), rest))
            }
            WITHOUT_PARTS => {
                postcard::take_from_bytes::<OfSources>(&signed[16..]).map(|(head, rest)| (head.into(), rest))
            }
            _ => postcard::take_from_bytes::<Self>(&signed[16..]),
        };
        let (head, rest) = read.map_err(|error| not_a_bundle(error.to_string()))?;
        if !rest.is_empty() {
            return Err(not_a_bundle("something follows its head"));
        }
        Ok((head, *known))
    }
}

fn cut(error: std::io::Error, reason: &str) -> BundleError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => not_a_bundle(reason),
        _ => BundleError::Io(error),
    }
}
