//! Small real files as seeds, from a folder that is laid out as a mirror with SBOMs beside it. What is not there gives none.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

use super::LONGEST;
use crate::readers::Reader;

/// How many of a kind are taken, evenly from all.
const MOST: usize = 60;

/// Writes the real seeds of these readers into a folder, each in a folder of its reader's name.
///
/// # Errors
/// What is there cannot be read, or the disk refuses.
pub fn prepare(readers: &[Reader], mirror: &Path, into: &Path) -> io::Result<()> {
    for reader in readers {
        let seeds = of(reader.name, mirror)?;
        let folder = into.join(reader.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("{number:04}")), seed)?;
        }
    }
    Ok(())
}

fn of(name: &str, folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let all = match name {
        "csaf" | "csaf-vex" => below(&folder.join("csaf"), "json")?,
        "eol" => below(&folder.join("eol"), "json")?,
        "osv" => archived(&folder.join("osv"))?,
        "cve5" => lines(&folder.join("cve5/cve5-vulnrichment.jsonl.zst"), 400, 1)?,
        "cpe" => lines(&folder.join("conformance/cpe23_unique_names.txt.zst"), 20_000, 8)?,
        "cyclonedx-json" => sboms(folder, |text| text.starts_with('{') && text.contains("\"bomFormat\""))?,
        "cyclonedx-vex" => sboms(folder, |text| text.starts_with('{') && text.contains("\"vulnerabilities\""))?,
        "cyclonedx-xml" => sboms(folder, |text| text.starts_with('<') && text.contains("cyclonedx.org/schema/bom"))?,
        "spdx-json" => sboms(folder, |text| text.starts_with('{') && text.contains("\"spdxVersion\""))?,
        "spdx-tag-value" => sboms(folder, |text| text.contains("SPDXVersion:"))?,
        "spdx3" => sboms(folder, |text| text.starts_with('{') && text.contains("spdx.org/rdf/3"))?,
        _ => Vec::new(),
    };
    let step = all.len().div_ceil(MOST).max(1);
    Ok(all.into_iter().step_by(step).collect())
}

/// The small files with this ending in a folder and below it, by path.
fn below(folder: &Path, ending: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut waiting = vec![folder.to_owned()];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else if entry.path().extension().is_some_and(|found| found == ending)
                && entry.metadata()?.len() <= LONGEST
            {
                paths.push(entry.path());
            }
        }
    }
    paths.sort_unstable();
    paths.iter().map(fs::read).collect()
}

/// The first small files of every archive in the folders of a folder.
fn archived(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        folders.push(entry?.path());
    }
    folders.sort_unstable();
    let mut found = Vec::new();
    for folder in folders {
        let Ok(file) = File::open(folder.join("all.zip")) else { continue };
        let mut archive = zip::ZipArchive::new(file).map_err(io::Error::other)?;
        for index in 0..archive.len().min(MOST) {
            let mut text = Vec::new();
            archive.by_index(index).map_err(io::Error::other)?.take(LONGEST + 1).read_to_end(&mut text)?;
            found.push(text);
        }
    }
    Ok(small(found))
}

/// The first lines of a packed text, so many together.
fn lines(path: &Path, most: usize, together: usize) -> io::Result<Vec<Vec<u8>>> {
    let Ok(file) = File::open(path) else { return Ok(Vec::new()) };
    let text = BufReader::new(StreamingDecoder::new(BufReader::new(file)).map_err(io::Error::other)?);
    let lines: Vec<Vec<u8>> = text.split(b'\n').take(most).collect::<io::Result<_>>()?;
    Ok(small(lines.chunks(together).map(|lines| lines.join(&b'\n')).collect()))
}

/// The small SBOMs that begin as this format does.
fn sboms(folder: &Path, fits: impl Fn(&str) -> bool) -> io::Result<Vec<Vec<u8>>> {
    let Ok(file) = File::open(folder.join("sbom/sboms.tar.zst")) else { return Ok(Vec::new()) };
    let mut archive = tar::Archive::new(StreamingDecoder::new(BufReader::new(file)).map_err(io::Error::other)?);
    let mut found = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.size() <= LONGEST {
            let mut text = Vec::new();
            entry.read_to_end(&mut text)?;
            if fits(String::from_utf8_lossy(&text).trim_start()) {
                found.push(text);
            }
        }
    }
    Ok(found)
}

fn small(texts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    texts.into_iter().filter(|text| text.len() as u64 <= LONGEST).collect()
}
