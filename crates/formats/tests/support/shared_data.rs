//! The shared data beside the checkout, where they are.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the shared data are; `None` where there are none, which is an error only where they must be.
pub fn data(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(!root.exists() || std::env::var("CI").as_deref() != Ok("true"), "{} is missing", file.display());
    eprintln!("skipped: no {}", file.display());
    None
}

/// The files of a packed archive, by their names in it.
pub fn archive(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let packed = std::fs::File::open(path).expect("open the archive");
    let mut unpacked = Vec::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(std::io::BufReader::new(packed)).expect("zstd");
    decoder.read_to_end(&mut unpacked).expect("unpack");
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(&unpacked[..]).entries().expect("tar") {
        let mut entry = entry.expect("tar entry");
        let name = entry.path().expect("name").to_string_lossy().trim_start_matches("./").to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("read entry");
        files.insert(name, bytes);
    }
    files
}
