//! Aliases: which products a name or package URL stands for, where the SBOM does not say so itself.
//!
//! The data are reviewed files under `rules/`; this is what they become. `match` looks names up here.

use std::sync::Arc;

use serde::Serialize;

use crate::cpe::ProductKey;
use crate::family::Families;
use crate::renamed::Renames;

/// A reviewed table of aliases, and what products are called besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    entries: Vec<Alias>,
    families: Arc<Families>,
    renames: Renames,
}

/// One alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// The component name it speaks of, in lower case.
    pub name: String,
    /// The package URL type that it is limited to, if any.
    pub purl_type: Option<String>,
    /// The namespace or group that it is limited to, in lower case, if any.
    pub namespace: Option<String>,
    /// A word that the supplier must contain, in lower case, if any.
    pub supplier: Option<String>,
    /// The products that the feeds know it by.
    #[serde(serialize_with = "products_as_text")]
    pub products: Vec<ProductKey>,
    /// Why this is so.
    pub reason: String,
}

fn products_as_text<S: serde::Serializer>(products: &[ProductKey], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(products.iter().map(ToString::to_string))
}

/// What a component says about itself, for looking it up.
#[derive(Debug, Clone, Copy, Default)]
pub struct NamedThing<'a> {
    /// Its name.
    pub name: &'a str,
    /// The type of its package URL.
    pub purl_type: Option<&'a str>,
    /// Its namespace or group.
    pub namespace: Option<&'a str>,
    /// Its supplier.
    pub supplier: Option<&'a str>,
}

impl Aliases {
    /// Sorts the entries by name, so that a look-up does not depend on the order of the file.
    pub fn new(mut entries: Vec<Alias>) -> Self {
        entries.sort_by(|a, b| {
            (&a.name, &a.purl_type, &a.namespace, &a.supplier).cmp(&(&b.name, &b.purl_type, &b.namespace, &b.supplier))
        });
        Self { entries, families: Arc::default(), renames: Renames::default() }
    }

    /// The same with the families of operating systems.
    #[must_use]
    pub fn with_families(self, families: Families) -> Self {
        Self { families: Arc::new(families), ..self }
    }

    /// The families of operating systems.
    pub fn families(&self) -> &Arc<Families> {
        &self.families
    }

    /// The same with the table of renamed products.
    #[must_use]
    pub fn with_renames(self, renames: Renames) -> Self {
        Self { renames, ..self }
    }

    /// The products that the feeds have under several names.
    pub fn renames(&self) -> &Renames {
        &self.renames
    }

    /// Every entry, by name.
    pub fn entries(&self) -> &[Alias] {
        &self.entries
    }

    /// The entries that speak of this thing, in order.
    pub fn lookup<'a>(&'a self, thing: NamedThing<'a>) -> impl Iterator<Item = &'a Alias> {
        let name = thing.name.to_lowercase();
        let start = self.entries.partition_point(|alias| alias.name < name);
        self.entries[start..].iter().take_while(move |alias| alias.name == name).filter(move |alias| alias.fits(thing))
    }
}

impl Alias {
    fn fits(&self, thing: NamedThing<'_>) -> bool {
        let same = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| given.is_some_and(|given| given.eq_ignore_ascii_case(wanted)))
        };
        same(&self.purl_type, thing.purl_type)
            && same(&self.namespace, thing.namespace)
            && self.supplier.as_ref().is_none_or(|word| {
                thing.supplier.is_some_and(|supplier| supplier.to_lowercase().contains(word.as_str()))
            })
    }
}
