//! Products that the feeds have under several names, one after the other or side by side.
//!
//! The data are a reviewed file under `rules/`; this is what it becomes. `match` looks a component up under all of its names.

use std::collections::BTreeMap;

use crate::cpe::ProductKey;

/// A reviewed table of renamed products.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    list: Vec<Rename>,
    /// The places of the entries that speak of a product, on either side.
    by_product: BTreeMap<ProductKey, Vec<usize>>,
}

/// Two names of one product, or one release of a product that may have a name of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The product.
    pub product: ProductKey,
    /// Its other name, or that of the release.
    pub also: Option<ProductKey>,
    /// What is the same under both names.
    pub what: Renamed,
    /// Why this is so.
    pub reason: String,
}

/// What stands under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renamed {
    /// The product in the versions that begin so, or in all of them: versions count alike under both names.
    Versions(Option<String>),
    /// One release: a version under the first name, and a product with builds for versions under the second.
    Release(Release),
}

/// A release of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The version under the first name, in lower case; `-` for the release that has none, `None` where builds alone tell it.
    pub version: Option<String>,
    /// The update under the first name that makes it this release.
    pub update: Option<String>,
    /// How its builds begin.
    pub builds: String,
}

impl Release {
    /// Whether a version is a build of it.
    #[must_use]
    pub fn built(&self, version: &str) -> bool {
        begins(version, &self.builds)
    }

    /// The version that names it under the first name, where one does.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        self.version.as_deref().filter(|version| *version != "-")
    }
}

/// Whether a version is another one or a part of it: `10.15` begins with `10`, and `100` does not.
#[must_use]
pub fn begins(version: &str, with: &str) -> bool {
    version.trim().strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Renames {
    /// A table of these entries.
    #[must_use]
    pub fn new(list: Vec<Rename>) -> Self {
        let mut by_product: BTreeMap<ProductKey, Vec<usize>> = BTreeMap::new();
        for (number, rename) in list.iter().enumerate() {
            for product in std::iter::once(&rename.product).chain(&rename.also) {
                by_product.entry(product.clone()).or_default().push(number);
            }
        }
        Self { list, by_product }
    }

    /// Every entry, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Rename] {
        &self.list
    }

    /// The entries that speak of a product, on either side.
    pub fn of<'a>(&'a self, product: &ProductKey) -> impl Iterator<Item = &'a Rename> {
        self.by_product.get(product).into_iter().flatten().map(|number| &self.list[*number])
    }

    /// The releases of a product that stand under its first name.
    pub fn releases_of<'a>(&'a self, product: &'a ProductKey) -> impl Iterator<Item = &'a Release> {
        self.of(product).filter(move |rename| rename.product == *product).filter_map(|rename| match &rename.what {
            Renamed::Release(release) => Some(release),
            Renamed::Versions(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn versions_begin_at_their_dots() {
        let table = [("10.15.7", "10", true), ("10", "10", true), ("100", "10", false), ("1", "10", false)];
        for (version, with, expected) in table {
            assert_eq!(begins(version, with), expected, "{version} {with}");
        }
    }
}
