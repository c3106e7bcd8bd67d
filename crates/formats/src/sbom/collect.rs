//! What both readers need: unique references, identities, remarks that do not repeat themselves.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::component::{Component, Dependencies, Hash};
use ward_model::cpe::Cpe;
use ward_model::ids::ComponentRef;
use ward_model::purl::Purl;

/// Remarks in the order in which they first came up, each with a count and one example.
#[derive(Default)]
pub(super) struct Remarks {
    list: Vec<(String, usize, String)>,
    places: BTreeMap<String, usize>,
}

impl Remarks {
    /// Remembers that `what` was seen at `example`.
    pub(super) fn add(&mut self, what: impl Into<String>, example: &str) {
        let what = what.into();
        match self.places.get(&what) {
            Some(&place) => self.list[place].1 += 1,
            None => {
                self.places.insert(what.clone(), self.list.len());
                self.list.push((what, 1, example.to_owned()));
            }
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.list
            .into_iter()
            .map(|(what, count, example)| match (count, example.is_empty()) {
                (1, true) => what,
                (1, false) => format!("{what}: `{example}`"),
                (count, true) => format!("{what}, {count} times"),
                (count, false) => format!("{what}, {count} times, first at `{example}`"),
            })
            .collect()
    }
}

/// Hands out references that are unique in one SBOM.
#[derive(Default)]
pub(super) struct References {
    taken: BTreeSet<String>,
    given: BTreeSet<String>,
    /// The next number to try behind a reference that was wanted again.
    next: BTreeMap<String, usize>,
}

impl References {
    /// The component that the file calls so: the first one, where several are.
    pub(super) fn given(&self, name: &str) -> Option<ComponentRef> {
        self.given.contains(name).then(|| ComponentRef::new(name))
    }

    /// The reference as given, or with a number behind it where it was handed out before.
    pub(super) fn unique(&mut self, wanted: String, remarks: &mut Remarks, given: bool) -> ComponentRef {
        if self.taken.insert(wanted.clone()) {
            if given {
                self.given.insert(wanted.clone());
            }
            return ComponentRef::new(wanted);
        }
        if given {
            remarks.add("a component reference is used twice; the later one was renamed", &wanted);
        }
        // Ends: each step tries a number that was not tried, and finitely many were handed out. Nothing is tried twice, so a
        // file that uses one reference everywhere costs no more than one that does not.
        let next = self.next.entry(wanted.clone()).or_insert(2);
        loop {
            let candidate = format!("{wanted}#{next}");
            *next += 1;
            if self.taken.insert(candidate.clone()) {
                return ComponentRef::new(candidate);
            }
        }
    }
}

/// The text, unless it is one of the ways to say that there is none.
pub(super) fn meaningful(text: &str) -> Option<&str> {
    let text = text.trim();
    let none = ["", "NOASSERTION", "NONE", "UNKNOWN", "N/A", "NULL", "UNDEFINED"];
    (!none.iter().any(|word| text.eq_ignore_ascii_case(word))).then_some(text)
}

/// How many identities of a kind one component may have. Real ones have some dozens; each is compared with those before it.
const MAX_IDENTITIES: usize = 1_000;

/// Adds a CPE name to a component: once, and where it cannot be read as an unreadable identity.
pub(super) fn add_cpe(component: &mut Component, text: &str) {
    let Some(text) = meaningful(text) else { return };
    match Cpe::parse(text) {
        Ok(cpe) => {
            if component.cpes.len() >= MAX_IDENTITIES {
                add_unreadable(component, TOO_MANY.to_owned());
            } else if !component.cpes.contains(&cpe) {
                component.cpes.push(cpe);
            }
        }
        Err(error) => add_unreadable(component, format!("{text}: {error}")),
    }
}

/// Sets the package URL of a component. A second, different one is remarked upon and kept apart.
pub(super) fn add_purl(component: &mut Component, text: &str, remarks: &mut Remarks) {
    let Some(text) = meaningful(text) else { return };
    match Purl::parse(text) {
        Ok(purl) => match &component.purl {
            None => component.purl = Some(purl),
            Some(held) if same_package(held, &purl) => {}
            Some(_) => {
                remarks.add("a component has several package URLs; the first is used", component.reference.as_str());
                if component.other_purls.len() >= MAX_IDENTITIES {
                    add_unreadable(component, TOO_MANY.to_owned());
                } else if !component.other_purls.iter().any(|other| same_package(other, &purl)) {
                    component.other_purls.push(purl);
                }
            }
        },
        Err(error) => add_unreadable(component, format!("{text}: {error}")),
    }
}

/// Qualifiers such as the repository it came from make no other package of it.
fn same_package(a: &Purl, b: &Purl) -> bool {
    (&a.kind, &a.namespace, &a.name, &a.version) == (&b.kind, &b.namespace, &b.name, &b.version)
}

/// What stands for the identities beyond the bound: they are not known, and the component is not assessed without a word.
const TOO_MANY: &str = "more identities than are read: the rest is left out";

fn add_unreadable(component: &mut Component, text: String) {
    let text = if component.unreadable_identities.len() < MAX_IDENTITIES { text } else { TOO_MANY.to_owned() };
    if !component.unreadable_identities.contains(&text) {
        component.unreadable_identities.push(text);
    }
}

/// A digest, brought into one spelling. What is no digest is remarked upon and left out.
pub(super) fn hash_of(algorithm: &str, value: &str, example: &str, remarks: &mut Remarks) -> Option<Hash> {
    let value = value.trim().to_ascii_lowercase();
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        remarks.add("a digest is not written in hexadecimal digits; left out", example);
        return None;
    }
    let plain: String = algorithm.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let algorithm = match plain.strip_prefix("SHA3") {
        // `SHA384` is of the second family, `SHA3-384` and `SHA3_384` of the third.
        Some(bits @ ("224" | "256" | "384" | "512")) => format!("SHA3-{bits}"),
        _ => match plain.strip_prefix("SHA") {
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) && !bits.is_empty() => format!("SHA-{bits}"),
            _ => match plain.strip_prefix("BLAKE2B") {
                Some(bits) if !bits.is_empty() => format!("BLAKE2b-{bits}"),
                _ => plain,
            },
        },
    };
    Some(Hash { algorithm, value })
}

/// One licence expression of several licences that all apply. Where one of them is only a name, they are listed as they are.
pub(super) fn joined_licence(all: Vec<String>) -> Option<String> {
    let is_name = |text: &String| {
        let words = text.split([' ', '(', ')']).filter(|word| !word.is_empty()).count();
        let joined = [" AND ", " OR ", " WITH "].iter().any(|word| text.contains(word));
        words > 1 && !joined
    };
    match &all[..] {
        [] => None,
        [only] => Some(only.clone()),
        many if many.iter().any(is_name) => Some(many.join("; ")),
        many => {
            let parts: Vec<String> =
                many.iter().map(|text| if text.contains(' ') { format!("({text})") } else { text.clone() }).collect();
            Some(parts.join(" AND "))
        }
    }
}

/// Collects what needs what, by the names that the file uses.
pub(super) struct Graph<F, G> {
    resolve: F,
    other: G,
    dependencies: Dependencies,
    missing: BTreeMap<String, usize>,
}

impl<F: Fn(&str) -> Option<ComponentRef>, G: Fn(&str) -> bool> Graph<F, G> {
    /// `resolve` finds a component by its name in the file; `other` knows names of what is no component.
    pub(super) fn new(resolve: F, other: G) -> Self {
        Self { resolve, other, dependencies: Dependencies::new(), missing: BTreeMap::new() }
    }

    /// Something is said about what this needs.
    pub(super) fn node(&mut self, name: &str) {
        if let Some(reference) = self.find(name) {
            self.dependencies.entry(reference).or_default();
        }
    }

    /// One needs another.
    pub(super) fn edge(&mut self, from: &str, to: &str) {
        if let (Some(from), Some(to)) = (self.find(from), self.find(to)) {
            self.dependencies.entry(from).or_default().insert(to);
        }
    }

    fn find(&mut self, name: &str) -> Option<ComponentRef> {
        let name = name.trim();
        let found = (self.resolve)(name);
        if found.is_none() && !(self.other)(name) {
            *self.missing.entry(name.to_owned()).or_default() += 1;
        }
        found
    }

    /// The graph. Names that mean nothing in the file are remarked upon.
    pub(super) fn into_dependencies(self, remarks: &mut Remarks) -> Dependencies {
        for name in self.missing.keys() {
            remarks.add("a dependency names a reference that is no component of the file", name);
        }
        self.dependencies
    }
}

/// An inventory of nothing: it may be the right one, and more often it is one that a tool could not fill.
pub(super) const NO_COMPONENT: &str = "lists no component";

/// Remarks upon a component whose version, package URL and CPE names do not mean the same version.
///
/// The matcher judges for each product by its own scheme; this is for whoever made the SBOM.
pub(super) fn remark_contradiction(component: &Component, remarks: &mut Remarks) {
    if let Some((first, other)) = component.contradicting_versions() {
        remarks.add(
            "a component gives versions that contradict each other; what hits one of them counts as possible",
            &format!("{}: {first}, {other}", component.reference),
        );
    }
}
