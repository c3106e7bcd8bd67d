//! Puts the example folders into the program, so that `ward new --from` needs no file beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let examples = here.join("../../examples").canonicalize()?;
    println!("cargo::rerun-if-changed={}", examples.display());
    let mut out = String::from("const EXAMPLES: &[Example] = &[\n");
    for name in names(&examples)? {
        let folder = examples.join(&name);
        // A folder without its device file is not an example of a device folder.
        if !folder.join("device.toml").is_file() {
            continue;
        }
        let mut files = Vec::new();
        collect(&folder, "", &mut files)?;
        files.sort();
        let _ = writeln!(out, "    ({name:?}, &[");
        for file in files {
            let path = folder.join(&file);
            println!("cargo::rerun-if-changed={}", path.display());
            let _ = writeln!(out, "        ({file:?}, include_bytes!({:?})),", path.display().to_string());
        }
        out.push_str("    ]),\n");
    }
    out.push_str("];\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?).join("examples.rs");
    fs::write(target, out)
}

/// The names in a folder, sorted, so that the same tree gives the same program.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().into_string().map_err(|_| io::ErrorKind::InvalidData)?;
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for name in names(folder)? {
        let path = folder.join(&name);
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
