//! Families of operating systems as they are written.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::cpe::ProductKey;
use ward_model::family::{Families, Family, ProductPattern};

use super::parse;
use crate::error::PolicyError;
use crate::period::date;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyFile {
    reviewed: toml::value::Datetime,
    family: Vec<FamilyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyTable {
    name: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    general: Vec<String>,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    perhaps: Vec<String>,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    includes: Vec<String>,
    #[serde(default)]
    vague: bool,
    reason: String,
}

/// Reads a file of families.
pub(crate) fn families(file: &str, text: &str) -> Result<Families, PolicyError> {
    let table: FamilyFile = parse(file, text)?;
    date(file, &table.reviewed)?;
    let malformed = |message: String| PolicyError::malformed(file, message);
    let (mut names, mut words, mut generals) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut list = Vec::with_capacity(table.family.len());
    for family in table.family {
        let of = |message: String| malformed(format!("family `{}`: {message}", family.name));
        if family.name.is_empty() || family.reason.trim().is_empty() || family.general.is_empty() {
            return Err(of("needs a name, a product that stands for any of it, and a reason".to_owned()));
        }
        let product = |text: &String| text.parse::<ProductKey>().map_err(|error| of(format!("`{text}`: {error}")));
        let pattern = |text: &String| match text.strip_suffix('*') {
            Some(beginning) => Ok(ProductPattern { product: product(&beginning.to_owned())?, open: true }),
            None => Ok(ProductPattern { product: product(text)?, open: false }),
        };
        let general = family.general.iter().map(product).collect::<Result<Vec<_>, _>>()?;
        let members = family.members.iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
        let perhaps = family.perhaps.iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
        if let Some(twice) = general.iter().find(|product| !generals.insert((*product).clone())) {
            return Err(of(format!("{twice} already stands for another family")));
        }
        if let Some(word) = family.words.iter().find(|word| **word != word.to_lowercase()) {
            return Err(of(format!("`{word}`: words are in lower case")));
        }
        if let Some(word) = family.words.iter().find(|word| !words.insert((*word).clone())) {
            return Err(of(format!("`{word}` already names another family")));
        }
        // What a family includes stands before it, and so includes nothing that is not known by then.
        if let Some(unknown) = family.includes.iter().find(|name| !names.contains(*name)) {
            return Err(of(format!("includes `{unknown}`, which is no family above it")));
        }
        if !names.insert(family.name.clone()) {
            return Err(of("is there twice".to_owned()));
        }
        let package = |text: String| match text.split_once('/') {
            Some((kind, namespace)) => (kind.to_owned(), Some(namespace.to_owned())),
            None => (text, None),
        };
        list.push(Family {
            name: family.name,
            words: family.words,
            general,
            members,
            perhaps,
            packages: family.packages.into_iter().map(package).collect(),
            includes: family.includes,
            vague: family.vague,
        });
    }
    Ok(Families::new(list))
}
