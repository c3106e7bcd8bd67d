//! Aliases as they are written.

use serde::Deserialize;
use ward_model::alias::Alias;
use ward_model::cpe::ProductKey;

use super::parse;
use crate::error::PolicyError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasFile {
    alias: Vec<AliasTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasTable {
    name: String,
    purl_type: Option<String>,
    namespace: Option<String>,
    supplier: Option<String>,
    products: Vec<String>,
    reason: String,
}

/// Reads a file of aliases.
pub(crate) fn aliases(file: &str, text: &str) -> Result<Vec<Alias>, PolicyError> {
    let table: AliasFile = parse(file, text)?;
    let malformed = |message: String| PolicyError::malformed(file, message);
    table
        .alias
        .into_iter()
        .map(|alias| {
            if alias.name != alias.name.to_lowercase() || alias.name.is_empty() {
                return Err(malformed(format!("alias `{}`: names are in lower case", alias.name)));
            }
            if alias.reason.trim().is_empty() || alias.products.is_empty() {
                return Err(malformed(format!("alias `{}` needs a product and a reason", alias.name)));
            }
            let products = alias
                .products
                .iter()
                .map(|product| {
                    product
                        .parse::<ProductKey>()
                        .map_err(|error| malformed(format!("alias `{}`: `{product}`: {error}", alias.name)))
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Alias {
                name: alias.name,
                purl_type: alias.purl_type,
                namespace: alias.namespace.map(|text| text.to_lowercase()),
                supplier: alias.supplier.map(|text| text.to_lowercase()),
                products,
                reason: alias.reason,
            })
        })
        .collect()
}
