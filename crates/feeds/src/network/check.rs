//! Whether what came is what it should be, and whole.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256, Sha512};
use ward_formats::listing::Checksum;
use ward_model::digest::Digest;
use zip::ZipArchive;

/// What a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Json,
    Gzip,
    Zip,
    Text,
    /// A file of a mirror of which only the name is known.
    Any,
}

/// Why a file is not what it should be.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The disk refuses.
    Io(io::Error),
    /// It unpacks to more than what is taken.
    Bomb,
    /// It is broken.
    Broken(String),
}

/// What is in a packed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unpacked {
    pub(crate) bytes: u64,
    /// Of the unpacked text; none of an archive.
    pub(crate) sha256: Option<Digest>,
    /// How many files an archive holds.
    pub(crate) files: Option<u64>,
    /// The name of the first file of an archive.
    pub(crate) first: Option<String>,
}

impl Content {
    /// What a file of this name holds.
    pub(crate) fn of_name(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, suffix)| suffix) {
            Some("json") => Self::Json,
            Some("gz") => Self::Gzip,
            Some("zip") => Self::Zip,
            Some("txt" | "csv" | "meta" | "asc" | "sha256" | "sha512") => Self::Text,
            _ => Self::Any,
        }
    }

    /// What it is called.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Gzip => "a gzip file",
            Self::Zip => "a zip archive",
            Self::Text => "text",
            Self::Any => "a file of a mirror",
        }
    }

    /// Looks at the first bytes. What it is instead is the error.
    pub(crate) fn sniff(self, first: &[u8]) -> Result<(), String> {
        let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
        if text.first() == Some(&b'<') {
            // Nothing that is fetched here is markup; a proxy or a portal that wants a login answers with such a page.
            return Err("a web page, as a proxy or portal that wants a login sends it".to_owned());
        }
        let fits = match self {
            Self::Json => matches!(text.first(), Some(b'{' | b'[')),
            Self::Gzip => first.starts_with(&[0x1f, 0x8b]),
            Self::Zip => first.starts_with(b"PK"),
            Self::Text => !first.contains(&0),
            Self::Any => true,
        };
        match first {
            [] => Err("nothing".to_owned()),
            _ if fits => Ok(()),
            _ => {
                let shown: String = String::from_utf8_lossy(&first[..first.len().min(40)]).escape_debug().collect();
                Err(format!("something that begins with `{shown}`"))
            }
        }
    }

    /// Reads a file whole. A file is not taken before that: a packed one carries checksums of what is in it.
    pub(crate) fn read(self, path: &Path, most: u64) -> Result<Unpacked, Fault> {
        let source = BufReader::with_capacity(256 << 10, File::open(path).map_err(Fault::Io)?);
        match self {
            Self::Gzip => unpack(MultiGzDecoder::new(source), most),
            Self::Zip => archive(source, most),
            Self::Json => {
                let mut counted = source.take(most.saturating_add(1));
                serde_json::from_reader::<_, IgnoredAny>(&mut counted).map_err(|error| {
                    if counted.limit() == 0 { Fault::Bomb } else { Fault::Broken(error.to_string()) }
                })?;
                Ok(Unpacked { bytes: most.saturating_add(1) - counted.limit(), sha256: None, files: None, first: None })
            }
            Self::Text | Self::Any => unpack(source, most),
        }
    }
}

fn unpack(mut source: impl Read, most: u64) -> Result<Unpacked, Fault> {
    let mut hasher = Sha256::new();
    let bytes = pour(&mut source, most, |piece| hasher.update(piece))?;
    let sha256 = Some(Digest::from_bytes(hasher.finalize().into()));
    Ok(Unpacked { bytes, sha256, files: None, first: None })
}

fn archive(source: BufReader<File>, most: u64) -> Result<Unpacked, Fault> {
    let broken = |error: zip::result::ZipError| Fault::Broken(error.to_string());
    let mut archive = ZipArchive::new(source).map_err(broken)?;
    let (mut bytes, mut files, mut first) = (0_u64, 0, None);
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).map_err(broken)?;
        if file.is_dir() {
            continue;
        }
        if first.is_none() {
            first = file.name().ok().map(|name| name.into_owned());
        }
        files += 1;
        // What the archive says of a length is a claim; what comes out is counted.
        bytes += pour(&mut file, most - bytes, |_| {})?;
    }
    Ok(Unpacked { bytes, sha256: None, files: Some(files), first })
}

/// Reads to the end, or until it is too much.
fn pour(source: &mut impl Read, most: u64, mut into: impl FnMut(&[u8])) -> Result<u64, Fault> {
    let mut buffer = vec![0; 64 << 10];
    let mut bytes = 0_u64;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(count) => {
                bytes += count as u64;
                if bytes > most {
                    return Err(Fault::Bomb);
                }
                // A read gives at most the length of the buffer.
                into(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::Broken(error.to_string())),
        }
    }
}

/// The digest of a file.
pub(crate) fn sha256(path: &Path) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    hash(path, |piece| hasher.update(piece))?;
    Ok(Digest::from_bytes(hasher.finalize().into()))
}

/// Compares a file with a checksum; the one that it has is the error.
pub(crate) fn compare(path: &Path, announced: &Checksum) -> io::Result<Result<(), Checksum>> {
    let found = match announced {
        Checksum::Sha256(_) => Checksum::Sha256(*sha256(path)?.as_bytes()),
        Checksum::Sha512(_) => {
            let mut hasher = Sha512::new();
            hash(path, |piece| hasher.update(piece))?;
            Checksum::Sha512(hasher.finalize().into())
        }
    };
    Ok(if found == *announced { Ok(()) } else { Err(found) })
}

fn hash(path: &Path, mut into: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            // A read gives at most the length of the buffer.
            count => into(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn first_bytes_tell_pages_from_feeds() {
        for (content, good) in [
            (Content::Json, b" {\"a\":1}".as_slice()),
            (Content::Json, b"\xef\xbb\xbf[1]"),
            (Content::Gzip, b"\x1f\x8b\x08"),
            (Content::Zip, b"PK\x03\x04"),
            (Content::Text, b"2024/a.json\n"),
            (Content::Any, b"x"),
        ] {
            assert_eq!(content.sniff(good), Ok(()), "{content:?}");
            assert!(content.sniff(b"\r\n<!DOCTYPE html><html>").unwrap_err().contains("web page"), "{content:?}");
            assert_eq!(content.sniff(b"").unwrap_err(), "nothing");
        }
        assert!(Content::Json.sniff(b"error").unwrap_err().contains("`error`"));
        assert!(Content::Text.sniff(b"a\0b").is_err());
    }

    #[test]
    fn names_say_what_is_in_a_file() {
        for (name, content) in
            [("a.json.gz", Content::Gzip), ("all.zip", Content::Zip), ("index.txt", Content::Text), ("x", Content::Any)]
        {
            assert_eq!(Content::of_name(name), content, "{name}");
        }
    }
}
