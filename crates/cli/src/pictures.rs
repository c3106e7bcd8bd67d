//! Pictures as files in a folder, each whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use ward_model::scale::{Exploitability, Severity};
use ward_policy::{Policy, Rulebook};
use ward_publish::pictures::{Picture, Subject};
use ward_publish::svg::PolicyMatrix;

use crate::failure::Failure;
use crate::ui::Ui;

/// The matrices of the policies in force, in their own words.
pub fn matrices(rulebook: &Rulebook) -> Vec<PolicyMatrix> {
    rulebook.policies.iter().map(matrix).collect()
}

fn matrix(policy: &Policy) -> PolicyMatrix {
    let row = |class: Exploitability| {
        [Severity::Negligible, Severity::Minor, Severity::Serious, Severity::Critical, Severity::Catastrophic]
            .map(|severity| policy.matrix.cell(class, severity))
    };
    PolicyMatrix {
        policy: policy.id.clone(),
        cells: [Exploitability::Low, Exploitability::Medium, Exploitability::High].map(row),
        controlled: policy.words.controlled.clone(),
        uncontrolled: policy.words.uncontrolled.clone(),
    }
}

/// Writes every picture into a folder, which is made where it is not there, and says on stderr what each file shows.
pub fn write(subject: &Subject<'_>, folder: &Path, ui: &Ui) -> Result<(), Failure> {
    let failed = |path: &Path, error: &io::Error| {
        Failure::environment("output", format!("{} cannot be written", path.display())).because(error)
    };
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            Failure::input("arguments", format!("{} is no folder that pictures can be put into", folder.display()))
        }
        _ => failed(folder, &error),
    })?;
    let pictures = ward_publish::pictures::all(subject);
    for Picture { name, svg, .. } in &pictures {
        let path = folder.join(format!("{name}.svg"));
        ward_device::replace_file(&path, svg.as_bytes()).map_err(|error| failed(&path, &error))?;
    }
    ui.note(format!("{} pictures written to {}:", pictures.len(), folder.display()));
    for Picture { name, title, .. } in &pictures {
        ui.note(format!("  {name}.svg  {title}"));
    }
    let others = others(folder, &pictures).map_err(|error| failed(folder, &error))?;
    if !others.is_empty() {
        ui.note(format!("other pictures in {}, not written now: {}", folder.display(), others.join(", ")));
    }
    Ok(())
}

/// Pictures that stand in the folder and were not written now: they may be about what is no longer so.
fn others(folder: &Path, pictures: &[Picture]) -> io::Result<Vec<String>> {
    let written: BTreeSet<String> = pictures.iter().map(|picture| format!("{}.svg", picture.name)).collect();
    let mut others = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".svg") && !written.contains(&name) {
            others.push(name);
        }
    }
    others.sort();
    Ok(others)
}
