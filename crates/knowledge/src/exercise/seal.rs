//! The digests of a file made right, whatever its bytes are. Portfolios and answers have the same header and the same entries of blocks:
//! only where those entries begin, and how many there are, is said otherwise.

use ward_model::digest::Digest;

use crate::file::reader::{number32, number64};
use crate::file::{BLOCK_ENTRY, HEADER, HEADER_COVERED, SECTION_ENTRY};

/// Where the directory begins, where its block entries begin, and how many those are.
pub type Directory = fn(&[u8]) -> Option<(usize, usize, usize)>;

/// Where the directory begins. It is taken to stand at the end, as it is written, so that a change of length before it does not hide it.
pub fn directory_start(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(number64(bytes, 32)?).ok()?;
    bytes.len().checked_sub(length).filter(|start| *start >= HEADER)
}

fn directory(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let start = directory_start(bytes)?;
    let sections = number32(bytes, start)? as usize;
    let blocks = number32(bytes, start.checked_add(4)?)? as usize;
    Some((start, start.checked_add(8)?.checked_add(sections.checked_mul(SECTION_ENTRY)?)?, blocks))
}

/// The same bytes with the length, the digest of every block, of the directory and of the header that belong to them, as far as they
/// can be made out.
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    sealed_by(bytes, directory)
}

/// The same of a file whose directory is found so.
pub fn sealed_by(bytes: &[u8], directory: Directory) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Some((start, entries, count)) = directory(&bytes) else { return bytes };
    for index in 0..count {
        let at = entries.saturating_add(index.saturating_mul(BLOCK_ENTRY));
        let (Some(offset), Some(stored)) = (number64(&bytes, at), number32(&bytes, at.saturating_add(8))) else {
            break;
        };
        let block = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from.checked_add(stored as usize)?));
        let Some(digest) = block.map(Digest::of) else { continue };
        if let Some(place) = bytes.get_mut(at + 16..at + BLOCK_ENTRY) {
            place.copy_from_slice(digest.as_bytes());
        }
    }
    let directory = Digest::of(&bytes[start..]);
    let length = bytes.len() as u64;
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    bytes[24..32].copy_from_slice(&(start as u64).to_le_bytes());
    bytes[40..HEADER_COVERED].copy_from_slice(directory.as_bytes());
    let root = Digest::of(&bytes[..HEADER_COVERED]);
    bytes[HEADER_COVERED..HEADER].copy_from_slice(root.as_bytes());
    bytes
}

/// Where a section begins in a file that is [laid open](laid_open).
#[cfg(test)]
pub(super) fn begins(bytes: &[u8], section: crate::file::Section) -> Option<usize> {
    let (start, entries, _) = directory(bytes)?;
    let first = number32(bytes, start + 8 + section.index() * SECTION_ENTRY + 4)? as usize;
    usize::try_from(number64(bytes, entries + first * BLOCK_ENTRY)?).ok()
}

/// The same file with every block as it is when it is not packed; what cannot be unpacked stays as it stands.
pub fn laid_open(bytes: &[u8]) -> Vec<u8> {
    laid_open_by(bytes, directory)
}

/// The same of a file whose directory is found so.
pub fn laid_open_by(bytes: &[u8], directory_of: Directory) -> Vec<u8> {
    let Some((start, entries, count)) = directory_of(bytes) else { return bytes.to_vec() };
    let mut open = bytes[..HEADER].to_vec();
    let mut directory = bytes[start..].to_vec();
    for index in 0..count {
        let at = entries + index * BLOCK_ENTRY;
        let numbers = number64(bytes, at).zip(number32(bytes, at + 8)).zip(number32(bytes, at + 12));
        let Some(((offset, stored), length)) = numbers else { return bytes.to_vec() };
        let block = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from.checked_add(stored as usize)?));
        let Some(block) = block else { return bytes.to_vec() };
        let plain = match stored == length {
            true => block.to_vec(),
            false => lz4_flex::block::decompress(block, length as usize).unwrap_or_else(|_| block.to_vec()),
        };
        let entry = &mut directory[at - start..];
        entry[..8].copy_from_slice(&(open.len() as u64).to_le_bytes());
        entry[8..12].copy_from_slice(&(plain.len() as u32).to_le_bytes());
        open.extend_from_slice(&plain);
    }
    open.extend_from_slice(&directory);
    sealed_by(&open, directory_of)
}
