//! Checking an SBOM against a published JSON Schema that the user has.

use std::path::{Path, PathBuf};

use serde_json::Value;
use ward_formats::sbom::Violation;
use ward_model::Sbom;
use ward_model::component::SbomFormat;

use crate::failure::Failure;
use crate::files;

/// How many violations are listed. A file of another kind breaks every rule.
const LISTED: usize = 200;

/// What a schema does not allow. `path` is the schema, or a folder that holds it under its published name; other schemas beside it
/// are those that it refers to.
pub fn violations(path: &Path, sbom: &Sbom, instance: &Value) -> Result<Vec<Violation>, Failure> {
    let file = if path.is_dir() { path.join(name(sbom)) } else { path.to_owned() };
    let schema = load(&file)?;
    let mut registry = jsonschema::Registry::new();
    for (name, other) in beside(&file)? {
        registry = registry
            .add(format!("http://cyclonedx.org/schema/{name}"), other)
            .map_err(|error| Failure::input("schema", format!("{name} is no JSON Schema")).because(&error))?;
    }
    let no_schema = |error: &dyn std::error::Error| {
        Failure::input("schema", format!("{} is no JSON Schema", file.display())).because(error)
    };
    let registry = registry.prepare().map_err(|error| no_schema(&error))?;
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| no_schema(&error))?;
    Ok(validator
        .iter_errors(instance)
        .take(LISTED)
        .map(|error| Violation { path: error.instance_path().to_string(), message: error.to_string() })
        .collect())
}

/// The published name of the schema of an SBOM's format and version.
fn name(sbom: &Sbom) -> String {
    match sbom.format {
        SbomFormat::CycloneDX => format!("bom-{}.schema.json", sbom.spec_version),
        SbomFormat::Spdx => format!("spdx-{}.schema.json", sbom.spec_version),
    }
}

fn load(file: &Path) -> Result<Value, Failure> {
    let input = files::read(file)?;
    serde_json::from_slice(&input.bytes)
        .map_err(|error| Failure::input("schema", format!("{} is not JSON", file.display())).because(&error))
}

/// The schemas beside one, by name, in order.
fn beside(file: &Path) -> Result<Vec<(String, Value)>, Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| files::unreadable(folder, &error))?;
    let mut names: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    names.sort();
    let mut schemas = Vec::new();
    for path in names {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // The formats' own schemas do not refer to each other.
        if name.ends_with(".schema.json") && !name.starts_with("bom-") && path != *file {
            schemas.push((name.to_owned(), load(&path)?));
        }
    }
    Ok(schemas)
}
