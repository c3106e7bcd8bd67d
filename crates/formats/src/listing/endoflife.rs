//! endoflife.date: which products there are, and by which identifiers other people know them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ListingError, json};

/// Reads the list of products of API version 0.
///
/// # Errors
/// It is no list of names, or an empty one.
pub fn products(bytes: &[u8]) -> Result<Vec<String>, ListingError> {
    const EXPECTED: &str = "the list of products of endoflife.date";
    let products: Vec<String> = json(EXPECTED, bytes)?;
    if products.is_empty() {
        return Err(ListingError::new(EXPECTED, "it names none"));
    }
    Ok(products)
}

#[derive(Deserialize)]
struct Full {
    result: Vec<Product>,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    #[serde(default)]
    identifiers: Vec<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Takes the identifiers of every product out of the full list of API version 1, as the text of `identifiers.json`: for each product the
/// identifiers, each an object of its kind and itself.
///
/// # Errors
/// It is not the full list, or no product of it has an identifier.
pub fn identifiers(bytes: &[u8]) -> Result<String, ListingError> {
    const EXPECTED: &str = "the full list of products of endoflife.date";
    #[derive(Serialize)]
    #[serde(transparent)]
    struct Named(BTreeMap<String, String>);
    let full: Full = json(EXPECTED, bytes)?;
    let mut all: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for product in full.result.into_iter().filter(|product| !product.identifiers.is_empty()) {
        let named = |identifier: Identifier| Named(BTreeMap::from([(identifier.kind, identifier.id)]));
        all.insert(product.name, product.identifiers.into_iter().map(named).collect());
    }
    if all.is_empty() {
        return Err(ListingError::new(EXPECTED, "no product has an identifier"));
    }
    serde_json::to_string(&all).map_err(|error| ListingError::new(EXPECTED, error))
}
