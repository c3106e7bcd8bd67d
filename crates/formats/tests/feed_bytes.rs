//! Every reader of a feed over bytes of any kind: the small files of `fuzz/seeds`, and what comes of them by changing them.
//!
//! The long runs are guided by coverage (`docs/fuzzing.md`); these find what is found easily, on every machine.

use std::fs;
use std::path::{Path, PathBuf};

use ward_formats::feed::exercise::READERS;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How often each seed is changed.
const CHANGES: u64 = 400;
/// What a reader may take, all in all.
const MOST_MEMORY_KIB: u64 = 256 << 10;

fn seeds(reader: &str) -> TestResult<Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(reader);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort_unstable();
    Ok(paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect::<Result<_, _>>()?)
}

/// Numbers that look like chance and are the same every time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }
}

/// Pieces that mean something to one of the readers.
const PIECES: [&[u8]; 22] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"null",
    b"true",
    b"1e999",
    b"-0.1",
    b"\"\"",
    b"<",
    b">",
    b"&amp;",
    b"*",
    b"|",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\x93",
    b"cpe:2.3:",
    b"vers:",
    b"99999999999999999999",
];

fn changed(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let end = (at + 1 + numbers.below(40)).min(bytes.len());
        match numbers.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                bytes.splice(at..end, piece.iter().copied());
            }
            5 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                // Deep, or long.
                let piece = PIECES[numbers.below(PIECES.len())].repeat(1 + numbers.below(3000));
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn no_bytes_make_a_reader_fall_over() -> TestResult {
    for (name, read) in READERS {
        let seeds = seeds(name)?;
        assert!(!seeds.is_empty(), "no seeds for {name}");
        read(b"");
        for (place, (_, seed)) in seeds.iter().enumerate() {
            read(seed);
            let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ place as u64);
            for _ in 0..CHANGES {
                read(&changed(seed, &mut numbers));
            }
        }
    }
    // The highest that this process ever took, where the system tells.
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        assert!(peak.is_none_or(|peak: u64| peak < MOST_MEMORY_KIB), "{peak:?} KiB");
    }
    Ok(())
}

#[test]
fn depth_without_end_is_refused() {
    for open in ["[", "{\"a\":", "<a>"] {
        let deep = open.repeat(200_000);
        for whole in [
            deep.clone(),
            format!("{{\"vulnerabilities\":[{deep}"),
            format!("{{\"product_tree\":{{\"branches\":{deep}"),
        ] {
            for (_, read) in READERS {
                read(whole.as_bytes());
            }
        }
    }
}
