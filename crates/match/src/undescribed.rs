//! Which components may be touched by what is known to be exploited and described by no record.
//!
//! The list of exploited vulnerabilities says in words whose product it is and which. That is too little for a finding, and
//! enough to know that silence about a component means nothing. So words are compared generously: whole product names by
//! themselves, and single words of them where the vendor fits. What is unassessed without need costs somebody a look; what is
//! exploited and missed costs more.

use std::collections::{BTreeSet, HashMap};

use ward_model::component::Component;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::Undescribed;

use crate::criterion::is_language;
use crate::hash::Stable;
use crate::identity::{Facts, Resolution};
use crate::names::{origin_names_squeezed, squeeze};
use crate::relation::literal;

/// Words that many products share: they tell none of them from the others.
const GENERAL: [&str; 44] = [
    "and",
    "api",
    "app",
    "application",
    "chipsets",
    "cli",
    "client",
    "cloud",
    "common",
    "component",
    "core",
    "desktop",
    "device",
    "devices",
    "edition",
    "enterprise",
    "firewalls",
    "firmware",
    "for",
    "framework",
    "library",
    "management",
    "manager",
    "mobile",
    "multiple",
    "of",
    "platform",
    "product",
    "products",
    "project",
    "routers",
    "runtime",
    "sdk",
    "series",
    "server",
    "service",
    "services",
    "software",
    "suite",
    "system",
    "the",
    "tool",
    "tools",
    "web",
];
/// Products that go by another name than the list writes: whose, which, and how they are called too.
const ALSO_CALLED: [(&str, &str, &str); 1] = [("linux", "kernel", "linux")];

/// What is exploited and not described, by the words that it is looked up by.
pub(crate) struct Exploited {
    entries: Vec<Entry>,
    /// Nothing is told in the order of this table.
    by_word: HashMap<String, Vec<usize>, Stable>,
    /// Those that say nothing of a product: they fit everything.
    nameless: Vec<usize>,
}

struct Entry {
    id: VulnerabilityId,
    vendors: Vec<Origin>,
    /// The products that it may mean.
    products: Vec<Name>,
    /// Their names behind those of the vendors.
    with_vendors: Vec<Name>,
    /// It names no product in particular: any of its vendor's fits.
    any_of_vendor: bool,
}

/// Whose a product is, as written and squeezed.
struct Origin {
    text: String,
    plain: String,
}

impl Origin {
    fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { plain: squeeze(&text), text }
    }
}

/// A name as it is compared.
#[derive(PartialEq, Eq)]
struct Name {
    /// Its words, without the numbers at their ends.
    words: Vec<String>,
    joined: String,
}

impl Name {
    fn of(text: &str) -> Self {
        let words = words(text);
        Self { joined: words.concat(), words }
    }

    fn is_general(&self) -> bool {
        self.words.iter().all(|word| is_general(word))
    }

    fn begins_with(&self, other: &Name) -> bool {
        self.words.starts_with(&other.words)
    }
}

/// Words in lower case. A number at the end of one counts versions: `log4j2` is a `log4j`.
fn words(text: &str) -> Vec<String> {
    let word = |word: &str| {
        let word = word.to_lowercase();
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if stem.is_empty() { word } else { stem.to_owned() }
    };
    text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(word).collect()
}

fn is_general(word: &str) -> bool {
    GENERAL.binary_search(&word).is_ok() || word.chars().all(|c| c.is_ascii_digit()) || word.len() < 2
}

/// `iOS, iPadOS, and macOS`: each of them.
fn alternatives(text: &str) -> Vec<String> {
    let parts = text.split([',', ';', '/']).flat_map(|part| part.split(" and "));
    let plain = |part: &str| part.trim().trim_start_matches("and ").trim().to_owned();
    parts.map(plain).filter(|part| !part.is_empty()).collect()
}

impl Entry {
    fn of(undescribed: &Undescribed) -> Self {
        let vendors = undescribed.vendor.as_deref().map(alternatives).unwrap_or_default();
        let vendors: Vec<Origin> = vendors.into_iter().map(Origin::of).collect();
        let product = undescribed.product.as_deref().unwrap_or_default();
        let mut products: Vec<Name> = alternatives(product).iter().map(|product| Name::of(product)).collect();
        products.push(Name::of(product));
        for (vendor, product, other) in ALSO_CALLED {
            if vendors.iter().any(|own| own.plain == vendor) && products.iter().any(|own| own.joined == product) {
                products.push(Name::of(other));
            }
        }
        products.retain(|name| !name.is_general());
        let any_of_vendor = products.is_empty();
        let with_vendors = products.iter().flat_map(|product| {
            let product = product.words.join(" ");
            vendors.iter().map(move |vendor| Name::of(&format!("{} {product}", vendor.text)))
        });
        let with_vendors = with_vendors.collect();
        Self { id: undescribed.id.clone(), vendors, products, with_vendors, any_of_vendor }
    }

    fn fits(&self, called: &Called) -> bool {
        let named = self.products.iter().chain(&self.with_vendors).any(|product| {
            called.names.iter().any(|name| {
                name.joined == product.joined
                    || !called.language
                        && (name.begins_with(product) || product.begins_with(name) && !name.is_general())
            })
        });
        named
            || self.vendors.iter().any(|vendor| called.comes_from(vendor))
                && (self.any_of_vendor || self.shares(called))
    }

    fn shares(&self, called: &Called) -> bool {
        let own = || self.products.iter().flat_map(|product| &product.words).filter(|word| !is_general(word));
        own().any(|word| called.names.iter().any(|name| name.words.contains(word)))
    }

    /// Every word by which it may be found.
    fn keys(&self) -> BTreeSet<String> {
        let mut keys: BTreeSet<String> = self.vendors.iter().flat_map(|vendor| words(&vendor.text)).collect();
        keys.extend(self.vendors.iter().map(|vendor| vendor.plain.clone()));
        for product in &self.products {
            keys.extend(product.words.iter().filter(|word| !is_general(word)).cloned());
            keys.insert(product.joined.clone());
            keys.extend(self.vendors.iter().map(|vendor| words(&vendor.text).concat() + &product.joined));
        }
        keys
    }
}

/// What a component is called, and where it comes from.
struct Called {
    names: Vec<Name>,
    texts: Vec<String>,
    origins: Vec<Origin>,
    /// Whose products its identities are.
    vendors: Vec<Origin>,
    /// A package of a language: its plain name is shared with other things.
    language: bool,
}

impl Called {
    fn of(component: &Component, resolution: &Resolution) -> Self {
        let facts = Facts::of(component);
        let mut texts: Vec<String> = facts.names.iter().map(|(name, _)| name.clone()).collect();
        let vendors = resolution.products.iter().map(|product| Origin::of(literal(&product.vendor))).collect();
        texts.extend(resolution.products.iter().map(|product| literal(&product.product).into_owned()));
        // The namespace of a distribution's package is the distribution.
        let namespace = facts.namespace.clone().filter(|_| !facts.is_distribution());
        let origins = [component.supplier.clone(), namespace, component.group.clone()];
        Self {
            names: texts.iter().map(|text| Name::of(text)).filter(|name| !name.words.is_empty()).collect(),
            texts,
            origins: origins.into_iter().flatten().map(Origin::of).collect(),
            vendors,
            language: facts.kind.is_some_and(is_language),
        }
    }

    fn comes_from(&self, vendor: &Origin) -> bool {
        let names = |text: &str, vendor: &Origin| origin_names_squeezed(text, &vendor.plain);
        self.origins.iter().any(|origin| names(&origin.text, vendor))
            || self
                .vendors
                .iter()
                .any(|own| own.plain == vendor.plain || names(&vendor.text, own) || names(&own.text, vendor))
            || !self.language && self.texts.iter().any(|name| names(name, vendor))
    }

    /// Hands over every word by which entries may be found that fit.
    fn each_key(&self, mut each: impl FnMut(&str)) {
        for name in &self.names {
            name.words.iter().for_each(|word| each(word));
            each(&name.joined);
        }
        for origin in self.origins.iter().chain(&self.vendors) {
            each(&origin.plain);
            words(&origin.text).iter().for_each(|word| each(word));
        }
        // Whoever is named by a number at the end of a word, which is no version then.
        for text in self.origins.iter().chain(&self.vendors).map(|origin| &origin.text).chain(&self.texts) {
            let parts = text.split(|c: char| !c.is_alphanumeric());
            parts.filter(|part| part.ends_with(|c: char| c.is_ascii_digit())).for_each(|part| each(&squeeze(part)));
        }
    }
}

/// The words by which a component is looked up among what is exploited and not described.
pub(crate) fn words_of_component(component: &Component, resolution: &Resolution) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    Called::of(component, resolution).each_key(|key| {
        if !words.contains(key) {
            words.insert(key.to_owned());
        }
    });
    words
}

/// The words by which components are found that an entry may touch; `None` where it fits everything.
pub(crate) fn words_of_entry(undescribed: &Undescribed) -> Option<BTreeSet<String>> {
    let entry = Entry::of(undescribed);
    (!(entry.any_of_vendor && entry.vendors.is_empty())).then(|| entry.keys())
}

impl Exploited {
    pub(crate) fn new(undescribed: &[Undescribed]) -> Self {
        let entries: Vec<Entry> = undescribed.iter().map(Entry::of).collect();
        let mut by_word: HashMap<String, Vec<usize>, Stable> = HashMap::default();
        let mut nameless = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.any_of_vendor && entry.vendors.is_empty() {
                nameless.push(at);
            }
            for key in entry.keys() {
                by_word.entry(key).or_default().push(at);
            }
        }
        Self { entries, by_word, nameless }
    }

    /// What may touch this component, in order.
    pub(crate) fn fitting(&self, component: &Component, resolution: &Resolution) -> Vec<VulnerabilityId> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let called = Called::of(component, resolution);
        let mut near: BTreeSet<usize> = BTreeSet::new();
        called.each_key(|key| near.extend(self.by_word.get(key).into_iter().flatten()));
        let fitting = near.into_iter().filter(|at| self.entries[*at].fits(&called));
        let mut ids: Vec<VulnerabilityId> =
            fitting.chain(self.nameless.iter().copied()).map(|at| self.entries[at].id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::{GENERAL, alternatives, words};

    #[test]
    fn the_general_words_are_in_order() {
        assert!(GENERAL.is_sorted());
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(words("Apache Log4j2 (core)"), ["apache", "log4j", "core"]);
        assert_eq!(words("windows_10_1809"), ["windows", "10", "1809"]);
        assert_eq!(alternatives("iOS, iPadOS, and macOS"), ["iOS", "iPadOS", "macOS"]);
        assert_eq!(alternatives("Reader and Acrobat"), ["Reader", "Acrobat"]);
        assert_eq!(alternatives(" "), [""; 0]);
    }
}
