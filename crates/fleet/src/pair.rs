//! A pair of identity and version: everything of a component that matching looks at, as bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::Cpe;
use ward_model::ids::ComponentRef;
use ward_model::purl::Purl;

/// What was written as an identity and cannot be read is not kept; that there is such a thing is.
const UNREADABLE: &str = "an identity that cannot be read";

/// A pair as it is written.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    name: &'a str,
    version: Option<&'a str>,
    kind: ComponentKind,
    group: Option<&'a str>,
    supplier: Option<&'a str>,
    #[serde(borrow)]
    purl: Option<WrittenPurl<'a>>,
    cpes: Vec<Cpe>,
    unreadable: bool,
    whole: bool,
}

#[derive(Serialize, Deserialize)]
struct WrittenPurl<'a> {
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    version: Option<&'a str>,
    #[serde(borrow)]
    qualifiers: BTreeMap<&'a str, &'a str>,
    subpath: Option<&'a str>,
}

/// The bytes of a component's pair. Two components have the same ones if and only if nothing that matching looks at differs.
pub(crate) fn write(component: &Component, out: Vec<u8>) -> Result<Vec<u8>, String> {
    // All fields by name, so that a new one cannot be forgotten here. Those that are left out say nothing to the matcher.
    let Component {
        reference: _,
        kind,
        group,
        name,
        version,
        supplier,
        parties: _,
        purl,
        other_purls: _,
        cpes,
        swid: _,
        hashes: _,
        licence: _,
        support: _,
        patches: _,
        compiled_files: _,
        unreadable_identities,
        parent: _,
        whole,
    } = component;
    let purl = purl.as_ref().map(|purl| WrittenPurl {
        kind: &purl.kind,
        namespace: purl.namespace.as_deref(),
        name: &purl.name,
        version: purl.version.as_deref(),
        qualifiers: purl.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        subpath: purl.subpath.as_deref(),
    });
    let written = Written {
        name,
        version: version.as_deref(),
        kind: *kind,
        group: group.as_deref(),
        supplier: supplier.as_deref(),
        purl,
        cpes: cpes.clone(),
        unreadable: !unreadable_identities.is_empty(),
        whole: *whole,
    };
    postcard::to_extend(&written, out).map_err(|error| error.to_string())
}

/// The component of these bytes, without a reference.
pub(crate) fn read(bytes: &[u8]) -> Result<Component, String> {
    let written: Written<'_> = postcard::from_bytes(bytes).map_err(|error| error.to_string())?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let purl = written.purl.map(|purl| Purl {
        kind: purl.kind.to_owned(),
        namespace: owned(purl.namespace),
        name: purl.name.to_owned(),
        version: owned(purl.version),
        qualifiers: purl.qualifiers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        subpath: owned(purl.subpath),
    });
    Ok(Component {
        kind: written.kind,
        group: owned(written.group),
        version: owned(written.version),
        supplier: owned(written.supplier),
        purl,
        cpes: written.cpes,
        unreadable_identities: written.unreadable.then(|| UNREADABLE.to_owned()).into_iter().collect(),
        whole: written.whole,
        ..Component::named(ComponentRef::new(""), written.name)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use ward_model::component::{Component, ComponentKind};
    use ward_model::ids::ComponentRef;

    use super::{read, write};

    fn component() -> impl Strategy<Value = Component> {
        let text = || "[a-z:@ é.]{0,6}";
        let maybe = move || prop::option::of(text());
        let purl = prop::option::of(prop::sample::select(vec![
            "pkg:npm/%40a/b@1.0?x=y%26z#c/d",
            "pkg:deb/debian/zlib1g@1:1.2-3?arch=amd64&upstream=zlib",
            "pkg:generic/x",
        ]));
        let cpes = prop::collection::vec(
            prop::sample::select(vec![
                "cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*",
                "cpe:2.3:o:linux:linux_kernel:4.9:rc1:*:*:*:*:*:*",
                r"cpe:2.3:a:a\:b:c\\d:-:*:*:*:*:*:*:*",
            ]),
            0..3,
        );
        (text(), maybe(), maybe(), maybe(), purl, cpes, any::<[bool; 3]>()).prop_map(
            |(name, version, group, supplier, purl, cpes, [unreadable, whole, library])| Component {
                version,
                group,
                supplier,
                purl: purl.and_then(|purl| purl.parse().ok()),
                cpes: cpes.iter().filter_map(|cpe| cpe.parse().ok()).collect(),
                unreadable_identities: unreadable.then(|| "x".to_owned()).into_iter().collect(),
                whole,
                kind: if library { ComponentKind::Library } else { ComponentKind::Other },
                licence: Some("MIT".to_owned()),
                ..Component::named(ComponentRef::new("ref"), name)
            },
        )
    }

    proptest! {
        #[test]
        fn what_matching_looks_at_comes_back(component in component(), other in component()) {
            let bytes = write(&component, Vec::new()).unwrap();
            let back = read(&bytes).unwrap();
            prop_assert_eq!(write(&back, Vec::new()).unwrap(), bytes.clone());
            prop_assert_eq!(&back.purl, &component.purl);
            prop_assert_eq!(&back.cpes, &component.cpes);
            prop_assert_eq!((&back.name, &back.version, &back.group), (&component.name, &component.version, &component.group));
            prop_assert_eq!((&back.supplier, back.kind, back.whole), (&component.supplier, component.kind, component.whole));
            let seen = |one: &Component| (one.name.clone(), one.version.clone(), one.group.clone(), one.supplier.clone(),
                one.purl.clone(), one.cpes.clone(), one.unreadable_identities.is_empty(), one.whole, one.kind);
            prop_assert_eq!(write(&other, Vec::new()).unwrap() == bytes, seen(&other) == seen(&component));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _: BTreeSet<bool> = read(&bytes).is_ok().then_some(true).into_iter().collect();
        }
    }
}
