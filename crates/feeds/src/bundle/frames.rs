//! Items as compressed frames, hashed as they pass.

use std::io::{Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ward_model::digest::Digest;

use super::head::Head;
use super::{BundleError, altered, not_a_bundle};

/// How much is compressed at once. One item may make a frame longer.
const FRAME: usize = 256 << 10;
/// The longest frame that is read, uncompressed.
const LONGEST: usize = 32 << 20;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The number of the file in the head.
    pub file: u32,
    /// Its next bytes.
    pub bytes: Vec<u8>,
}

/// Writes items.
pub struct FramesWriter<W> {
    to: W,
    pending: Vec<u8>,
    hasher: Sha256,
    length: u64,
    items: u64,
}

/// What was written: the part of a [`Head`] that speaks of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// How many items.
    pub items: u64,
    /// How many bytes.
    pub length: u64,
    /// Their digest.
    pub sha256: Digest,
}

impl<W: Write> FramesWriter<W> {
    /// Nothing is written yet.
    pub fn new(to: W) -> Self {
        Self { to, pending: Vec::with_capacity(FRAME), hasher: Sha256::new(), length: 0, items: 0 }
    }

    /// Adds an item.
    ///
    /// # Errors
    /// The disk refuses, or the item is too long.
    pub fn push(&mut self, item: &impl Serialize) -> Result<(), BundleError> {
        let bytes = postcard::to_stdvec(item).map_err(|error| not_a_bundle(error.to_string()))?;
        let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() < LONGEST / 2);
        let length = length.ok_or_else(|| not_a_bundle("one item is too long"))?;
        self.pending.extend_from_slice(&length.to_le_bytes());
        self.pending.extend_from_slice(&bytes);
        self.items += 1;
        if self.pending.len() >= FRAME { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), BundleError> {
        let stored = lz4_flex::block::compress(&self.pending);
        // Both are far below four gigabytes: an item is at most half of LONGEST.
        let lengths = [stored.len() as u32, self.pending.len() as u32].map(u32::to_le_bytes).concat();
        for bytes in [lengths.as_slice(), &stored] {
            self.hasher.update(bytes);
            self.length += bytes.len() as u64;
            self.to.write_all(bytes)?;
        }
        self.pending.clear();
        Ok(())
    }

    /// Writes what is left, and says what was written.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn finish(mut self) -> Result<Written, BundleError> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        self.to.flush()?;
        let sha256 = Digest::from_bytes(self.hasher.finalize().into());
        Ok(Written { items: self.items, length: self.length, sha256 })
    }
}

/// Hands every item to `each` and then checks that they are those that were signed. What `each` was given counts only if this
/// function succeeds.
///
/// # Errors
/// The frames are not those of the head, cannot be read, or `each` refuses.
pub fn read_all<T: DeserializeOwned, E: From<BundleError>>(
    head: &Head,
    mut from: impl Read,
    mut each: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut hasher = Sha256::new();
    let mut left = head.length;
    let mut items = 0_u64;
    let mut stored = Vec::new();
    while left > 0 {
        let mut lengths = [0_u8; 8];
        take(&mut from, &mut lengths, &mut left, &mut hasher)?;
        let [a, b, c, d, e, f, g, h] = lengths;
        let stored_length = u32::from_le_bytes([a, b, c, d]) as usize;
        let length = u32::from_le_bytes([e, f, g, h]) as usize;
        if length > LONGEST || stored_length > lz4_flex::block::get_maximum_output_size(LONGEST) {
            return Err(altered("a frame is too long").into());
        }
        // The announced length was signed, and what is not there any more cannot be allocated for.
        if stored_length as u64 > left {
            return Err(altered("a frame reaches beyond the end").into());
        }
        stored.resize(stored_length, 0);
        take(&mut from, &mut stored, &mut left, &mut hasher)?;
        let frame = lz4_flex::block::decompress(&stored, length).map_err(|error| altered(error.to_string()))?;
        let mut rest = frame.as_slice();
        while !rest.is_empty() {
            let length = rest.split_off(..4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            let length = length.map(|bytes| u32::from_le_bytes(bytes) as usize);
            let item = length.filter(|length| *length <= rest.len()).and_then(|length| rest.split_off(..length));
            let item = item.ok_or_else(|| altered("an item is cut off"))?;
            each(postcard::from_bytes(item).map_err(|error| altered(error.to_string()))?)?;
            items += 1;
        }
    }
    if from.read(&mut [0]).map_err(BundleError::from)? != 0 {
        return Err(altered("something follows the end").into());
    }
    if Digest::from_bytes(hasher.finalize().into()) != head.sha256 {
        return Err(altered("its digest is not the one that was signed").into());
    }
    if items != head.items {
        return Err(altered(format!("{} items were signed, and {items} are there", head.items)).into());
    }
    Ok(())
}

fn take(from: &mut impl Read, bytes: &mut [u8], left: &mut u64, hasher: &mut Sha256) -> Result<(), BundleError> {
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(|| altered("a frame reaches beyond the end"))?;
    from.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => altered("it ends early"),
        _ => BundleError::Io(error),
    })?;
    hasher.update(bytes);
    Ok(())
}
