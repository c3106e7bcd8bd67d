//! Renamed products as they are written.

use serde::Deserialize;
use ward_model::cpe::ProductKey;
use ward_model::renamed::{Release, Rename, Renamed, Renames};

use super::parse;
use crate::error::PolicyError;
use crate::period::date;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RenamedFile {
    reviewed: toml::value::Datetime,
    renamed: Vec<RenamedTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RenamedTable {
    product: String,
    also: Option<String>,
    versions: Option<String>,
    #[serde(default)]
    releases: Vec<ReleaseTable>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseTable {
    version: Option<String>,
    update: Option<String>,
    also: Option<String>,
    builds: String,
}

/// Reads a file of renamed products.
pub(crate) fn renamed(file: &str, text: &str) -> Result<Renames, PolicyError> {
    let table: RenamedFile = parse(file, text)?;
    date(file, &table.reviewed)?;
    let mut list = Vec::new();
    for entry in table.renamed {
        let of = |message: String| PolicyError::malformed(file, format!("renamed `{}`: {message}", entry.product));
        let read = |text: &String| text.parse::<ProductKey>().map_err(|error| of(format!("`{text}`: {error}")));
        let product = read(&entry.product)?;
        if entry.reason.trim().is_empty() || entry.also.is_some() != entry.releases.is_empty() {
            return Err(of("needs a reason, and either another name or releases".to_owned()));
        }
        let rename = |also: Option<ProductKey>, what: Renamed| match &also {
            Some(also) if *also == product => Err(of(format!("{also} is no other name"))),
            _ => Ok(Rename { product: product.clone(), also, what, reason: entry.reason.clone() }),
        };
        if let Some(also) = &entry.also {
            list.push(rename(Some(read(also)?), Renamed::Versions(entry.versions.clone()))?);
        } else if entry.versions.is_some() {
            return Err(of("versions limit another name, and each release has its builds".to_owned()));
        }
        for release in &entry.releases {
            let version = release.version.as_ref();
            if release.builds.is_empty() || version.is_some_and(|version| *version != version.to_lowercase()) {
                return Err(of("a release needs its builds, and its version in lower case".to_owned()));
            }
            let also = release.also.as_ref().map(read).transpose()?;
            let release = Release {
                version: release.version.clone(),
                update: release.update.clone(),
                builds: release.builds.clone(),
            };
            list.push(rename(also, Renamed::Release(release))?);
        }
    }
    Ok(Renames::new(list))
}
