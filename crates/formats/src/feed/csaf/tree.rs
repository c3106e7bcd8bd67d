//! The product tree of an advisory: which product each identifier means.

use std::collections::BTreeMap;

use ward_model::affected::{AffectedProduct, PackageKey, VersionOrderKind, VersionStatement, VersionStatus};
use ward_model::cpe::Cpe;
use ward_model::purl::Purl;
use ward_version::Interval;

use super::raw;
use crate::feed::lenient::Unread;
use crate::feed::version_text::{prose, says_all, understand};
use crate::feed::{affected, packages};

/// By what products are identified beside CPE names and package URLs.
const OTHER_HELPERS: [&str; 6] = ["hashes", "model_numbers", "sbom_urls", "serial_numbers", "skus", "x_generic_uris"];

/// A product with what the tree says of its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Product {
    vendor: Option<String>,
    product: Option<String>,
    package: Option<PackageKey>,
    cpes: Vec<Cpe>,
    platforms: Vec<String>,
    /// Versions as the tree writes them.
    texts: Vec<String>,
    /// The version inside a package URL.
    exact: Option<String>,
    /// Whether the name is a whole sentence that may hold a version too.
    whole_name: bool,
}

/// The products of an advisory.
pub(super) struct Products {
    by_id: BTreeMap<String, Product>,
}

impl Products {
    /// Reads the tree. What cannot be read of an identifier is taken note of; the words beside it remain.
    pub(super) fn read(tree: &raw::Tree<'_>, unread: &mut Unread) -> Self {
        let mut products = Self { by_id: BTreeMap::new() };
        for branch in &tree.branches {
            products.branch(branch, &Product::default(), unread);
        }
        for name in &tree.full_product_names {
            let mut product = Product { whole_name: true, ..Product::default() };
            product.identify(name, unread);
            product.product = said(&name.name);
            products.add(&name.product_id, product, unread);
        }
        for relation in &tree.relationships {
            let name = &relation.full_product_name;
            let (Some(part), Some(host)) =
                (products.find(&relation.product_reference), products.find(&relation.relates_to_product_reference))
            else {
                unread.note(format!(
                    "relationship `{}` joins a product that is not in the product tree",
                    name.product_id
                ));
                continue;
            };
            let mut product = part.clone();
            product.platforms.push(host.shown());
            product.identify(name, unread);
            products.add(&name.product_id, product, unread);
        }
        products
    }

    pub(super) fn find(&self, id: &str) -> Option<&Product> {
        self.by_id.get(id)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Product> {
        self.by_id.values()
    }

    fn add(&mut self, id: &str, product: Product, unread: &mut Unread) {
        // Two products under one identifier: what a status of it means is not known.
        if self.by_id.get(id).is_some_and(|known| *known != product) {
            unread.note(format!("product identifier `{id}` means two products"));
            let words = Product { texts: vec![format!("{id}: two products")], ..product };
            self.by_id.insert(id.to_owned(), words);
            return;
        }
        self.by_id.insert(id.to_owned(), product);
    }

    fn branch(&mut self, branch: &raw::Branch<'_>, above: &Product, unread: &mut Unread) {
        let mut product = above.clone();
        let name = said(&branch.name);
        if name.is_none() && matches!(&*branch.category, "vendor" | "product_name" | "product_family") {
            unread.note(format!("a branch of the product tree of category `{}` has no name", branch.category));
        }
        match &*branch.category {
            "vendor" => product.vendor = name,
            "product_name" => product.product = name,
            "product_version" | "product_version_range" => product.texts.extend(name),
            // Not a part of the name that others know the product by.
            "product_family" => {
                if product.product.is_none() {
                    product.product = name;
                }
            }
            "architecture" | "host_name" | "language" | "platform" | "specification" => product.platforms.extend(name),
            // Patch levels, service packs and whatever is to come say which version is meant.
            category => {
                if !matches!(category, "legacy" | "patch_level" | "service_pack") {
                    unread.note(format!("category `{category}` of a branch of the product tree is not known"));
                }
                if let Some(name) = name {
                    match product.texts.last_mut() {
                        Some(text) => *text = format!("{text} {name}"),
                        None => product.texts.push(name),
                    }
                }
            }
        }
        if let Some(name) = &branch.product {
            let mut product = product.clone();
            product.identify(name, unread);
            if product.product.is_none() && product.package.is_none() && product.cpes.is_empty() {
                unread.note(format!(
                    "product `{}` is named by a sentence alone: no branch above it names a product",
                    name.product_id
                ));
                product.product = said(&name.name);
                product.whole_name = true;
            }
            self.add(&name.product_id, product, unread);
        }
        for branch in &branch.branches {
            self.branch(branch, &product, unread);
        }
    }
}

impl Product {
    /// Takes the identifiers that are given beside a name.
    fn identify(&mut self, name: &raw::FullProductName<'_>, unread: &mut Unread) {
        for field in name.others.keys().filter(|field| !field.starts_with("x_")) {
            unread.note(format!("product `{}`: `{field}` is not known", name.product_id));
        }
        if said(&name.name).is_none() {
            unread.note(format!("product `{}` has no name", name.product_id));
        }
        let Some(helper) = &name.helper else { return };
        let nothing = raw::Helper::default();
        let helper = helper.as_ref().unwrap_or(&nothing);
        let is_one = |(field, values): (&String, &serde_json::Value)| {
            let says =
                |value: &serde_json::Value| value.as_str().map_or(value.is_object(), |text| !text.trim().is_empty());
            OTHER_HELPERS.contains(&&**field) && values.as_array().is_some_and(|values| values.iter().any(says))
        };
        if helper.cpe.is_none() && helper.purl.is_none() && helper.purls.is_empty() && !helper.others.iter().any(is_one)
        {
            unread.note(format!("product `{}`: product_identification_helper identifies nothing", name.product_id));
        }
        if let Some(text) = helper.cpe.as_deref() {
            match Cpe::parse(text) {
                Ok(cpe) => {
                    // A name that was cut off names no product: nothing would be found by it.
                    if cpe.product_key().is_none() {
                        unread.note(format!("product `{}`: cpe `{text}` names no product", name.product_id));
                    }
                    if !self.cpes.contains(&cpe) {
                        self.cpes.push(cpe);
                    }
                }
                Err(error) => {
                    unread.note(format!("product `{}`: cpe `{text}`: {error}", name.product_id));
                    unread.about(text);
                }
            }
        }
        for text in helper.purl.as_deref().into_iter().chain(helper.purls.iter().map(String::as_str)) {
            match Purl::parse(text) {
                Ok(purl) => {
                    // By a type that is misspelt nothing is found.
                    if !packages::is_type(&purl.kind) {
                        unread.note(format!(
                            "product `{}`: purl `{text}` is of a type that is not known",
                            name.product_id
                        ));
                    }
                    self.package = self.package.take().or_else(|| packages::of_purl(&purl));
                    self.exact = self.exact.take().or(purl.version);
                }
                Err(error) => unread.note(format!("product `{}`: purl `{text}`: {error}", name.product_id)),
            }
        }
    }

    /// How many bytes are copied where something is said of it, about.
    pub(super) fn size(&self) -> usize {
        let words = [&self.vendor, &self.product, &self.exact].into_iter().flatten();
        let words = words.chain(&self.platforms).chain(&self.texts).map(String::len).sum::<usize>();
        let package = self.package.as_ref().map_or(0, |package| package.to_string().len());
        let cpes = self.cpes.iter().map(|cpe| size_of::<Cpe>() + cpe.to_string().len()).sum::<usize>();
        size_of::<AffectedProduct>() + words + package + cpes
    }

    /// The same product, whatever its version.
    pub(super) fn without_versions(&self) -> Self {
        let cpes =
            self.cpes.iter().map(|cpe| Cpe { version: Default::default(), update: Default::default(), ..cpe.clone() });
        Self { texts: Vec::new(), exact: None, cpes: cpes.collect(), ..self.clone() }
    }

    /// The product without statements.
    pub(super) fn affected(&self, asserter: &str) -> AffectedProduct {
        AffectedProduct {
            asserter: asserter.to_owned(),
            package: self.package.clone(),
            release: None,
            vendor: self.vendor.clone(),
            product: self.product.clone(),
            cpes: self.without_versions().cpes,
            // An advisory speaks of the products that it lists, and of no other.
            default_status: VersionStatus::Unknown,
            versions: Vec::new(),
            platforms: self.platforms.clone(),
            program_files: Vec::new(),
        }
    }

    /// What a status of this product says of its versions.
    pub(super) fn statements(&self, status: VersionStatus) -> Vec<VersionStatement> {
        let order = VersionOrderKind::Named(String::new());
        let listed = |version: String| vec![VersionStatement::Listed { versions: vec![version], status }];
        match self.texts.as_slice() {
            [text] if says_all(text) => understand(text, &order, status),
            // The words are the statement; a version inside an identifier only repeats them.
            [text] => understand(text, &order, status),
            [_, _, ..] => vec![prose(&self.texts.join(" "), status)],
            [] => {
                if let Some(version) = &self.exact {
                    return listed(version.clone());
                }
                if let [VersionStatement::Listed { versions, .. }] = affected::versions_of(&self.cpes).as_slice() {
                    return versions.iter().cloned().flat_map(listed).collect();
                }
                // A product as a whole: affected, all of it is; cleared by a name alone, nothing is.
                if self.whole_name || status == VersionStatus::Unaffected {
                    return vec![prose(&self.shown(), status)];
                }
                vec![VersionStatement::Range { order, interval: Interval::default(), status, changes: Vec::new() }]
            }
        }
    }

    /// For people.
    fn shown(&self) -> String {
        let mut words: Vec<String> = [&self.vendor, &self.product].into_iter().flatten().cloned().collect();
        if words.is_empty() {
            words.extend(self.package.iter().map(ToString::to_string));
            words.extend(self.cpes.first().map(ToString::to_string));
        }
        words.extend(self.texts.iter().cloned());
        words.join(" ")
    }
}

fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
