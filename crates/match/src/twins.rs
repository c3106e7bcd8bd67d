//! Components that an SBOM lists more than once. What is true of one is true of the other: it is made out once.

use std::collections::BTreeMap;

use ward_model::component::Component;
use ward_model::cpe::Cpe;
use ward_model::purl::Purl;

/// By what components are told apart at first sight.
type Sight<'a> = (&'a str, Option<&'a str>, Option<&'a Purl>, &'a [Cpe]);

/// For each component the first one that differs from it in nothing but its reference and its place: often itself.
pub(crate) fn twins(components: &[Component]) -> Vec<usize> {
    let mut firsts: BTreeMap<Sight<'_>, usize> = BTreeMap::new();
    let mut twins = Vec::with_capacity(components.len());
    for (number, component) in components.iter().enumerate() {
        let sight = (&*component.name, component.version.as_deref(), component.purl.as_ref(), &*component.cpes);
        let first = *firsts.entry(sight).or_insert(number);
        // Of those that look alike, only the first one is compared: the others stand for themselves.
        let is_twin = components.get(first).is_some_and(|first| are_twins(first, component));
        twins.push(if is_twin { first } else { number });
    }
    twins
}

/// Those that stand for themselves.
pub(crate) fn distinct(twins: &[usize]) -> Vec<usize> {
    twins.iter().enumerate().filter(|(number, twin)| number == *twin).map(|(number, _)| number).collect()
}

fn are_twins(a: &Component, b: &Component) -> bool {
    // All fields by name, so that a new one cannot be forgotten here.
    let Component {
        reference: _,
        kind,
        group,
        name,
        version,
        supplier,
        parties,
        purl,
        other_purls,
        cpes,
        swid,
        hashes,
        licence,
        support,
        patches,
        compiled_files,
        unreadable_identities,
        parent: _,
        whole,
    } = a;
    *kind == b.kind
        && *whole == b.whole
        && *group == b.group
        && *name == b.name
        && *version == b.version
        && *supplier == b.supplier
        && *parties == b.parties
        && *purl == b.purl
        && *other_purls == b.other_purls
        && *cpes == b.cpes
        && *swid == b.swid
        && *hashes == b.hashes
        && *licence == b.licence
        && *support == b.support
        && *patches == b.patches
        && *compiled_files == b.compiled_files
        && *unreadable_identities == b.unreadable_identities
}

#[cfg(test)]
mod tests {
    use ward_model::component::Component;
    use ward_model::ids::ComponentRef;

    use super::twins;

    #[test]
    fn only_what_differs_in_its_reference_alone_is_a_twin() {
        let named = |reference: &str, name: &str, supplier: &str| {
            let component = Component::named(ComponentRef::new(reference), name);
            Component { supplier: (!supplier.is_empty()).then(|| supplier.to_owned()), ..component }
        };
        let mut nested = named("f", "zlib", "");
        nested.parent = Some(ComponentRef::new("a"));
        let components = [
            named("a", "zlib", ""),
            named("b", "zlib", "acme"),
            named("c", "zlib", ""),
            named("d", "zlib", "acme"),
            named("e", "curl", ""),
            nested,
        ];
        assert_eq!(twins(&components), [0, 1, 0, 3, 4, 0]);
        assert!(twins(&[]).is_empty());
    }
}
