//! What differs between two SBOMs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Component, Sbom};
use crate::finding::ComponentSummary;

/// What differs between an older and a newer SBOM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// Components that only the newer one lists.
    pub added: Vec<ComponentSummary>,
    /// Components that only the older one lists.
    pub removed: Vec<ComponentSummary>,
    /// Components that both list, in other versions.
    pub changed: Vec<Change>,
    /// How many components both list in the same version.
    pub same: usize,
}

/// A component in other versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// What it is called.
    pub name: String,
    /// As it was: every version that the older one lists and the newer one does not.
    pub before: Vec<ComponentSummary>,
    /// As it is.
    pub after: Vec<ComponentSummary>,
}

/// What a component is, whatever its version.
type Identity = (String, String, String);

impl Difference {
    /// Compares two SBOMs. Components are the same thing where their package URLs, or else their groups and names, are the same but for
    /// the version; their references and places in the files do not matter.
    pub fn between(before: &Sbom, after: &Sbom) -> Self {
        let (old, new) = (grouped(before), grouped(after));
        let identities: BTreeSet<&Identity> = old.keys().chain(new.keys()).collect();
        let mut difference = Self::default();
        let none = BTreeMap::new();
        for identity in identities {
            let (old, new) = (old.get(identity).unwrap_or(&none), new.get(identity).unwrap_or(&none));
            let only = |these: &BTreeMap<String, &Component>, others: &BTreeMap<String, &Component>| {
                let gone = these.iter().filter(|(version, _)| !others.contains_key(*version));
                gone.map(|(_, component)| ComponentSummary::from(*component)).collect::<Vec<_>>()
            };
            let (mut gone, mut come) = (only(old, new), only(new, old));
            difference.same += old.len() - gone.len();
            match (gone.is_empty(), come.is_empty()) {
                (true, _) => difference.added.append(&mut come),
                (_, true) => difference.removed.append(&mut gone),
                (false, false) => {
                    difference.changed.push(Change { name: come[0].name.clone(), before: gone, after: come });
                }
            }
        }
        difference.added.sort();
        difference.removed.sort();
        difference.changed.sort();
        difference
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// The components of an SBOM by what they are, then by version. What is listed twice counts once.
fn grouped(sbom: &Sbom) -> BTreeMap<Identity, BTreeMap<String, &Component>> {
    let mut grouped: BTreeMap<Identity, BTreeMap<String, &Component>> = BTreeMap::new();
    for component in &sbom.components {
        let version = component.version.clone().unwrap_or_default();
        grouped.entry(identity(component)).or_default().entry(version).or_insert(component);
    }
    grouped
}

fn identity(component: &Component) -> Identity {
    match &component.purl {
        Some(purl) => (purl.kind.clone(), purl.namespace.clone().unwrap_or_default(), purl.name.clone()),
        None => (String::new(), component.group.clone().unwrap_or_default(), component.name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::Difference;
    use crate::component::{Component, Sbom, SbomFormat};
    use crate::digest::Digest;
    use crate::ids::ComponentRef;
    use crate::purl::Purl;

    fn sbom(components: &[(&str, &str)]) -> Sbom {
        let mut sbom = Sbom::empty(SbomFormat::CycloneDX, "1.6", Digest::of(b""));
        for (place, (name, version)) in components.iter().enumerate() {
            sbom.components.push(Component {
                version: (!version.is_empty()).then(|| (*version).to_owned()),
                purl: name.strip_prefix("p:").and_then(|name| Purl::parse(&format!("pkg:npm/{name}@{version}")).ok()),
                ..Component::named(ComponentRef::new(format!("r{place}")), *name)
            });
        }
        sbom
    }

    #[test]
    fn components_are_added_removed_and_changed() {
        let before = sbom(&[("a", "1"), ("b", "1"), ("p:c", "1"), ("d", "1"), ("d", "2"), ("e", "")]);
        let after = sbom(&[("e", ""), ("p:c", "2"), ("a", "1"), ("d", "2"), ("d", "3"), ("f", "1")]);
        let difference = Difference::between(&before, &after);
        let names = |list: &[crate::finding::ComponentSummary]| {
            list.iter().map(|it| format!("{}@{}", it.name, it.version.as_deref().unwrap_or(""))).collect::<Vec<_>>()
        };
        assert_eq!((names(&difference.added), names(&difference.removed)), (vec!["f@1".into()], vec!["b@1".into()]));
        let changed: Vec<String> = difference
            .changed
            .iter()
            .map(|change| format!("{}: {:?} {:?}", change.name, names(&change.before), names(&change.after)))
            .collect();
        assert_eq!(changed, [r#"d: ["d@1"] ["d@3"]"#, r#"p:c: ["p:c@1"] ["p:c@2"]"#]);
        assert_eq!(difference.same, 3);
        assert!(Difference::between(&before, &before).is_empty());
        let back = Difference::between(&after, &before);
        assert_eq!((back.added, back.removed), (difference.removed, difference.added));
    }
}
