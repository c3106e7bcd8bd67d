//! Packets: a kind, a length, bytes (RFC 9580, section 4).

use super::OpenPgpError;
use super::cursor::Cursor;

pub(super) mod tag {
    pub(in super::super) const SIGNATURE: u8 = 2;
    pub(in super::super) const PUBLIC_KEY: u8 = 6;
    pub(in super::super) const MARKER: u8 = 10;
    pub(in super::super) const TRUST: u8 = 12;
    pub(in super::super) const USER_ID: u8 = 13;
    pub(in super::super) const PUBLIC_SUBKEY: u8 = 14;
    pub(in super::super) const USER_ATTRIBUTE: u8 = 17;
    pub(in super::super) const PADDING: u8 = 21;
}

/// A packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// Splits bytes into packets.
pub(super) fn split<'a>(expected: &'static str, bytes: &'a [u8]) -> Result<Vec<Packet<'a>>, OpenPgpError> {
    let mut packets = Vec::new();
    let mut rest = Cursor(bytes);
    while !rest.is_empty() {
        let at = bytes.len() - rest.0.len();
        let packet = next(&mut rest).ok_or_else(|| {
            OpenPgpError::new(expected, format!("the packet at byte {at} is cut off or has no length"))
        })?;
        packets.push(packet);
    }
    Ok(packets)
}

fn next<'a>(rest: &mut Cursor<'a>) -> Option<Packet<'a>> {
    let first = rest.byte()?;
    if first & 0x80 == 0 {
        return None;
    }
    let (tag, length) = if first & 0x40 != 0 {
        // A length in parts, which begins with 224 to 254, is for data alone.
        (first & 0x3f, variable(rest, 224)?)
    } else {
        let length = match first & 3 {
            0 => usize::from(rest.byte()?),
            1 => rest.two()?,
            2 => rest.length()?,
            _ => return None,
        };
        (first >> 2 & 0xf, length)
    };
    Some(Packet { tag, body: rest.take(length)? })
}

/// A length in one, two or five bytes; the first below `most`, or 255.
pub(super) fn variable(rest: &mut Cursor<'_>, most: u8) -> Option<usize> {
    let first = rest.byte()?;
    match first {
        0..192 => Some(usize::from(first)),
        255 => rest.length(),
        _ if first < most => Some((usize::from(first) - 192) * 256 + usize::from(rest.byte()?) + 192),
        _ => None,
    }
}
