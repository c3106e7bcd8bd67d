//! Armor: bytes as text between two lines (RFC 9580, section 6).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::OpenPgpError;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of every block with this label, one behind the other; bytes that are no text are taken as they are.
///
/// The checksum at the end of a block is not looked at, as section 6.1 has it: a signature says more.
pub(super) fn bytes(expected: &'static str, label: &str, given: &[u8]) -> Result<Vec<u8>, OpenPgpError> {
    // The first bit of every packet is set, and of no letter.
    if given.first().is_some_and(|first| first & 0x80 != 0) && !given.starts_with(b"\xef\xbb\xbf") {
        return Ok(given.to_vec());
    }
    let text = std::str::from_utf8(given).map_err(|error| OpenPgpError::new(expected, error))?;
    let begin = format!("-----BEGIN PGP {label}-----");
    let end = format!("-----END PGP {label}-----");
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut out = Vec::new();
    let mut any = false;
    while lines.by_ref().any(|line| line == begin) {
        any = true;
        let mut body = String::new();
        let mut closed = false;
        // Headers end with an empty line; there may be none of either.
        let mut in_headers = true;
        for line in lines.by_ref() {
            if line == end {
                closed = true;
                break;
            }
            if in_headers && (line.is_empty() || line.contains(": ")) {
                in_headers = !line.is_empty();
                continue;
            }
            in_headers = false;
            if !line.starts_with('=') {
                body.push_str(line);
            }
        }
        if !closed {
            return Err(OpenPgpError::new(expected, format!("`{end}` is missing")));
        }
        out.extend(BASE64.decode(&body).map_err(|error| OpenPgpError::new(expected, error))?);
    }
    if any { Ok(out) } else { Err(OpenPgpError::new(expected, format!("there is no `{begin}`"))) }
}
