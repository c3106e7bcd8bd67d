//! The digests of a file made right, whatever its bytes are: for runs that try bytes of any kind. The files of a home have the same header
//! and entries of blocks.

use ward_knowledge::exercise::{directory_start, laid_open_by, sealed_by};

use super::{BLOCK_ENTRY, SECTION_ENTRY};

/// Where the directory begins, where its block entries begin, and how many those are: all that there is behind the sections.
fn directory(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let start = directory_start(bytes)?;
    let sections = u32::from_le_bytes(*bytes.get(start..)?.first_chunk()?) as usize;
    let entries = start.checked_add(4)?.checked_add(sections.checked_mul(SECTION_ENTRY)?)?;
    let count = bytes.len().checked_sub(entries)? / BLOCK_ENTRY;
    Some((start, entries, count))
}

/// The same bytes with the length, the digest of every block, of the directory and of the header that belong to them, as far as they
/// can be made out.
pub(crate) fn sealed(bytes: &[u8]) -> Vec<u8> {
    sealed_by(bytes, directory)
}

/// The same file with every block as it is when it is not packed; what cannot be unpacked stays as it stands.
pub(crate) fn laid_open(bytes: &[u8]) -> Vec<u8> {
    laid_open_by(bytes, directory)
}
