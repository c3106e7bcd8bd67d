//! `ward new`.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use ward_device::import::{Imported, Mapping, hazard_folder, imported_folder};
use ward_formats::evidence::{self, Contents};
use ward_formats::threat_model;

use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::ui::Ui;

/// The name of an example, and its files by path.
type Example = (&'static str, &'static [(&'static str, &'static [u8])]);

// `EXAMPLES`: every example folder of the repository with its files, sorted.
include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// Write a commented device folder to start from
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write; it must be empty or not there yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Copy one of the examples that ship with the program, for example first-pump (a wrong name lists them), or carry over the
    /// threat model in a file: of Threagile, the Open Threat Model, Threat Dragon, TM-BOM or CycloneDX
    #[arg(long, value_name = "EXAMPLE|MODEL", conflicts_with = "name")]
    from: Option<String>,
    /// For a table of hazards (CSV or XLSX) in place of a model: which column means what
    #[arg(long, value_name = "FILE.toml", requires = "from")]
    mapping: Option<PathBuf>,
    /// The device's name; default: the folder's
    #[arg(long)]
    name: Option<String>,
}

fn example_names() -> Vec<&'static str> {
    EXAMPLES.iter().map(|(name, _)| *name).collect()
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    folder: String,
    files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<ImportAnswer>,
}

/// What came of an import.
#[derive(Debug, Serialize)]
struct ImportAnswer {
    format: String,
    zones: usize,
    elements: usize,
    links: usize,
    threats: usize,
    functions: usize,
    harms: usize,
    /// What the model leaves open.
    left_open: Vec<Listed>,
    /// What it says and the folder has no place for.
    left_out: Vec<Listed>,
}

/// Names of what one thing is said of.
#[derive(Debug, Serialize)]
struct Listed {
    what: String,
    names: Vec<String>,
}

/// Writes the folder whole, or not at all.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = &arguments.folder;
    refuse_occupied(folder)?;
    let (files, imported) = files(&arguments)?;
    write(folder, &files).map_err(|error| {
        Failure::environment("output", format!("{} cannot be written", folder.display())).because(&error)
    })?;
    let note = imported.as_ref().map(|imported| told(imported, folder));
    let answer = Answer {
        schema: "wardround/new/1",
        folder: folder.display().to_string(),
        files: files.into_iter().map(|(name, _)| name).collect(),
        imported: imported.map(answer_of),
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        let list: String = answer.files.iter().map(|file| format!("{}\n", folder.join(file).display())).collect();
        ui.print(&list)?;
        if let Some(note) = note {
            ui.note(note);
        }
        ui.note(format!("written; next: ward lint {0}, ward assess {0}", folder.display()));
    }
    Ok(Ending::Done)
}

fn answer_of(imported: Imported) -> ImportAnswer {
    let Imported { format, zones, elements, links, threats, functions, harms, left_open, left_out } = imported;
    let listed = |(what, names)| Listed { what, names };
    ImportAnswer {
        format,
        zones,
        elements,
        links,
        threats,
        functions,
        harms,
        left_open: left_open.into_iter().map(|(what, names)| listed((what.to_string(), names))).collect(),
        left_out: left_out.into_iter().map(listed).collect(),
    }
}

fn told(imported: &Imported, folder: &Path) -> String {
    let page = folder.join("imported.md");
    format!(
        "from {}: {} carried over; {} kinds of things left open and {} without a place are listed in {}",
        imported.format,
        imported.counts(),
        imported.left_open.len(),
        imported.left_out.len(),
        page.display()
    )
}

fn refuse_occupied(folder: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Failure::input("occupied", format!("{} is not empty", folder.display()))
            .hint("name a folder that is not there yet")),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(crate::files::unreadable(folder, &error)),
    }
}

type Files = Vec<(String, Vec<u8>)>;

fn files(arguments: &Arguments) -> Result<(Files, Option<Imported>), Failure> {
    if let Some(wanted) = &arguments.from {
        if let Some((_, files)) = EXAMPLES.iter().find(|(name, _)| name == wanted) {
            return Ok((files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(), None));
        }
        if let Some(mapping) = &arguments.mapping {
            return hazards(Path::new(wanted), mapping, &arguments.folder);
        }
        if Path::new(wanted).is_file() {
            return import(Path::new(wanted));
        }
        let failure = Failure::input("example", format!("there is no example and no file `{wanted}`"))
            .hint(format!("examples: {}", example_names().join(", ")));
        return Err(match nearest(wanted, example_names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    let name = arguments.name.clone().unwrap_or_else(|| name_of(&arguments.folder));
    let texts = ward_device::new_folder(&name, clock::today());
    Ok((texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect(), None))
}

/// What the last part of a path is called.
fn name_of(folder: &Path) -> String {
    let real = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn hazards(path: &Path, mapping: &Path, folder: &Path) -> Result<(Files, Option<Imported>), Failure> {
    let wrong = |error: &dyn std::error::Error| {
        Failure::input("hazard-table", format!("{} cannot be imported", path.display())).because(error)
    };
    let text = crate::files::read(mapping)?;
    let text = String::from_utf8(text.bytes).map_err(|error| {
        Failure::input("mapping", format!("{} is no text in UTF-8", mapping.display())).because(&error)
    })?;
    let mapping = Mapping::read(&text)
        .map_err(|error| Failure::input("mapping", format!("{} cannot be used", mapping.display())).because(&error))?;
    let bytes = crate::files::read(path)?.bytes;
    let tables = match evidence::read(&path.to_string_lossy(), &bytes) {
        Some(Ok(Contents::Tables(tables))) => tables,
        Some(Err(error)) => return Err(wrong(&error)),
        Some(Ok(_)) | None => {
            let failure = Failure::input("hazard-table", format!("{} is no table", path.display()));
            return Err(failure.hint("expected a file whose name ends in .csv, .tsv or .xlsx"));
        }
    };
    let (files, imported) =
        hazard_folder(&tables, &mapping, &name_of(folder), clock::today()).map_err(|error| wrong(&error))?;
    Ok((files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect(), Some(imported)))
}

fn import(path: &Path) -> Result<(Files, Option<Imported>), Failure> {
    let bytes = crate::files::read(path)?.bytes;
    let model = threat_model::read(&bytes).map_err(|error| {
        Failure::input("threat-model", format!("{} cannot be imported", path.display()))
            .because(&error)
            .hint("a table of hazards (CSV, TSV, XLSX) needs `--mapping FILE`, which says what its columns mean")
    })?;
    let (files, imported) = imported_folder(&model, clock::today());
    Ok((files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect(), Some(imported)))
}

/// Builds the folder beside its place and moves it there, so that a crash leaves no half of it.
fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    let folder = std::path::absolute(folder)?;
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no folder"));
    };
    std::fs::create_dir_all(parent)?;
    let temporary = parent.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    std::fs::create_dir(&temporary)?;
    let fill = || {
        for (name, bytes) in files {
            let path = temporary.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            ward_device::replace_file(&path, bytes)?;
        }
        // Fails where something was put there in the meantime: only an empty folder can be removed.
        match std::fs::remove_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::rename(&temporary, &folder)
    };
    fill().inspect_err(|_| {
        // The first error is the one to tell.
        let _ = std::fs::remove_dir_all(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ward_device::MemoryFiles;

    use super::EXAMPLES;

    #[test]
    fn every_example_reads() {
        assert!(EXAMPLES.iter().any(|(name, _)| *name == "first-pump"));
        for (name, files) in EXAMPLES {
            let files: BTreeMap<String, Vec<u8>> =
                files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
            if let Err(found) = ward_device::read(&MemoryFiles(files)) {
                panic!("{name}: {found}");
            }
        }
    }
}
