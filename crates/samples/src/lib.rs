//! The real data beside the checkout, for tests: where they lie, and what it means that they do not.
//!
//! Without the data a test is skipped and says so. Where they are and `CI` is `true`, one that lacks its file fails: a gate that skips proves
//! nothing.
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "only tests use it; they fail by it and say that they skip"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

/// The folder that the data lie in, where there is one or not.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")
}

/// A file or folder of the data; `""` for all of them. `None` where there are no data, which is said.
///
/// # Panics
///
/// Where the data are there without this one, and `CI` is `true`.
pub fn path(name: &str) -> Option<PathBuf> {
    let (root, path) = (root(), root().join(name));
    if path.exists() {
        return Some(path);
    }
    let must_be = root.exists() && std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!must_be, "{} is missing", path.display());
    eprintln!("skipped: there is no {}", path.display());
    None
}

/// Whether tests that take minutes are to run: `WARD_LARGE` is `1` or `true`.
pub fn large() -> bool {
    std::env::var_os("WARD_LARGE").is_some_and(|value| value == "1" || value == "true")
}

/// What a file of the data holds, packed by zstd.
///
/// # Panics
///
/// As [`path`], and where the file cannot be read.
pub fn unpacked(name: &str) -> Option<Vec<u8>> {
    path(name).map(|path| unpack(&path))
}

/// The regular files of a packed archive of the data, by their names in it.
///
/// # Panics
///
/// As [`unpacked`].
pub fn archive(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    path(name).map(|path| unpack_archive(&path))
}

/// The same of an archive that was found by [`path`].
///
/// # Panics
///
/// Where the file cannot be read.
pub fn unpack_archive(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let unpacked = unpack(path);
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(&unpacked[..]).entries().expect("an archive of tar") {
        let mut entry = entry.expect("an entry");
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path().expect("a name").to_string_lossy().trim_start_matches("./").to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("an entry's bytes");
        files.insert(name, bytes);
    }
    files
}

fn unpack(path: &Path) -> Vec<u8> {
    let read = || -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut bytes = Vec::new();
        StreamingDecoder::new(BufReader::new(File::open(path)?))?.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
