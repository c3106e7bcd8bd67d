//! The digests of a file made right, whatever its bytes are: for runs that try bytes of any kind.

use ward_model::digest::Digest;

use super::{BLOCK_ENTRY, HEADER, HEADER_COVERED, SECTION_ENTRY};

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Where the directory begins, where its block entries begin, and how many those are. The directory is taken to stand at the end, as
/// it is written, so that a change of length before it does not hide it.
fn directory(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let length = usize::try_from(number64(bytes, 32)?).ok()?;
    let start = bytes.len().checked_sub(length).filter(|start| *start >= HEADER)?;
    let sections = number32(bytes, start)? as usize;
    let entries = start.checked_add(4)?.checked_add(sections.checked_mul(SECTION_ENTRY)?)?;
    let count = bytes.len().checked_sub(entries)? / BLOCK_ENTRY;
    Some((start, entries, count))
}

/// The same bytes with the length, the digest of every block, of the directory and of the header that belong to them, as far as they
/// can be made out.
pub(crate) fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Some((start, entries, count)) = directory(&bytes) else { return bytes };
    for index in 0..count {
        let at = entries + index * BLOCK_ENTRY;
        let place = number64(&bytes, at).and_then(|place| usize::try_from(place).ok());
        let Some((place, stored)) = place.zip(number32(&bytes, at + 8)) else { break };
        let block = bytes.get(place..place.saturating_add(stored as usize));
        let Some(digest) = block.map(Digest::of) else { continue };
        bytes[at + 16..at + BLOCK_ENTRY].copy_from_slice(digest.as_bytes());
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

/// The same file with every block as it is when it is not packed; what cannot be unpacked stays as it stands.
pub(crate) fn laid_open(bytes: &[u8]) -> Vec<u8> {
    let Some((start, entries, count)) = directory(bytes) else { return bytes.to_vec() };
    let mut open = bytes[..HEADER].to_vec();
    let mut directory = bytes[start..].to_vec();
    for index in 0..count {
        let at = entries + index * BLOCK_ENTRY;
        let place = number64(bytes, at).and_then(|place| usize::try_from(place).ok());
        let numbers = place.zip(number32(bytes, at + 8)).zip(number32(bytes, at + 12));
        let Some(((place, stored), length)) = numbers else { return bytes.to_vec() };
        let Some(block) = bytes.get(place..place.saturating_add(stored as usize)) else { return bytes.to_vec() };
        let plain = match stored == length {
            true => block.to_vec(),
            false => lz4_flex::block::decompress(block, length as usize).unwrap_or_else(|_| block.to_vec()),
        };
        let entry = &mut directory[at - start..];
        entry[..8].copy_from_slice(&(open.len() as u64).to_le_bytes());
        entry[8..12].copy_from_slice(&(plain.len() as u32).to_le_bytes());
        open.extend_from_slice(&plain);
    }
    let start = open.len() as u64;
    open.extend_from_slice(&directory);
    open[24..32].copy_from_slice(&start.to_le_bytes());
    sealed(&open)
}
