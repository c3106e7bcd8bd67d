use proptest::prelude::*;
use ward_model::component::{ComponentKind, SbomFormat};

use super::{SbomError, read};

mod completeness;
mod graph;
mod twins;

const CYCLONEDX: &str = r#"{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "metadata": {"component": {"type": "firmware", "bom-ref": "root", "name": "pump", "version": "4.1",
    "components": [{"type": "library", "name": "inside"}]}},
  "components": [
    {"type": "operating-system", "bom-ref": "os", "name": "linux-yocto", "version": "5.10.70",
     "supplier": {"name": "Example Maker"}, "cpe": "cpe:2.3:o:linux:linux_kernel:5.10.70:*:*:*:*:*:*:*",
     "properties": [{"name": "syft:cpe23", "value": "cpe:2.3:o:linux:kernel:5.10.70:*:*:*:*:*:*:*"},
                    {"name": "syft:cpe23", "value": "cpe:2.3:o:linux:linux_kernel:5.10.70:*:*:*:*:*:*:*"},
                    {"name": "note", "value": "cpe:/a:not:this"}],
     "components": [{"type": "library", "bom-ref": "os", "name": "module", "version": "NOASSERTION",
                     "components": [{"type": "file", "name": "deep"}]}]},
    {"type": "library", "group": "org.apache.logging.log4j", "name": "log4j-core", "version": "2.14.1",
     "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "publisher": "The Apache Software Foundation",
     "evidence": {"identity": [{"field": "cpe", "concludedValue": "cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*"}]}},
    {"type": "library", "name": "odd", "version": 1.10, "purl": "not a purl", "cpe": "cpe:2.3:x:y:z", "supplier": null},
    {"type": "machine-learning-model", "name": "dose-net"},
    {"type": "firmware", "name": "dose-net", "version": ""}
  ]
}"#;

const SPDX: &str = r#"{
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "document",
  "documentDescribes": ["SPDXRef-root"],
  "packages": [
    {"SPDXID": "SPDXRef-root", "name": "server", "versionInfo": "7.1", "primaryPackagePurpose": "APPLICATION"},
    {"SPDXID": "SPDXRef-a", "name": "openssl", "versionInfo": "1.1.1k", "supplier": "Organization: OpenSSL Project (team@example.org)",
     "externalRefs": [
       {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:generic/openssl@1.1.1k"},
       {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:generic/openssl@1.1.1k?arch=x"},
       {"referenceCategory": "SECURITY", "referenceType": "cpe22Type", "referenceLocator": "cpe:/a:openssl:openssl:1.1.1k"},
       {"referenceCategory": "SECURITY", "referenceType": "http://spdx.org/rdf/references/cpe23Type", "referenceLocator": "cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*"}]},
    {"SPDXID": "SPDXRef-b", "name": "plain", "versionInfo": "NOASSERTION", "supplier": "NOASSERTION", "originator": "Person: A. Maker"}
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-a"},
    {"spdxElementId": "SPDXRef-b", "relationshipType": "CONTAINED_BY", "relatedSpdxElement": "SPDXRef-root"}
  ],
  "files": [{"SPDXID": "SPDXRef-f", "fileName": "x"}]
}"#;

#[test]
fn cyclonedx_as_tools_write_it() {
    let sbom = read(CYCLONEDX.as_bytes()).expect("reads");
    assert_eq!((sbom.format, &*sbom.spec_version), (SbomFormat::CycloneDX, "1.6"));
    assert_eq!((sbom.name.as_deref(), sbom.version.as_deref()), (Some("pump"), Some("4.1")));
    let lines: Vec<String> = sbom
        .components
        .iter()
        .map(|component| {
            format!(
                "{} | {:?} | {} | {:?} | {} cpes | {} unreadable | in {}",
                component.reference,
                component.kind,
                component.name,
                component.version,
                component.cpes.len(),
                component.unreadable_identities.len(),
                component.parent.as_ref().map_or("-", |parent| parent.as_str()),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "root | Firmware | pump | Some(\"4.1\") | 0 cpes | 0 unreadable | in -",
            "inside | Library | inside | None | 0 cpes | 0 unreadable | in -",
            "os | OperatingSystem | linux-yocto | Some(\"5.10.70\") | 2 cpes | 0 unreadable | in -",
            "os#2 | Library | module | None | 0 cpes | 0 unreadable | in os",
            "os#2/deep | File | deep | None | 0 cpes | 0 unreadable | in os#2",
            "org.apache.logging.log4j/log4j-core@2.14.1 | Library | log4j-core | Some(\"2.14.1\") | 1 cpes | 0 unreadable | in -",
            "odd | Library | odd | None | 0 cpes | 2 unreadable | in -",
            "dose-net | Asset | dose-net | None | 0 cpes | 0 unreadable | in -",
            "dose-net#2 | Firmware | dose-net | None | 0 cpes | 0 unreadable | in -",
        ]
    );
    assert_eq!(sbom.components[5].supplier.as_deref(), Some("The Apache Software Foundation"));
    assert_eq!(
        sbom.remarks,
        [
            "a component reference is used twice; the later one was renamed: `os`",
            "`version` of a component is a number and not text; left out: `odd`",
        ]
    );
}

#[test]
fn spdx_as_tools_write_it() {
    let sbom = read(SPDX.as_bytes()).expect("reads");
    assert_eq!((sbom.name.as_deref(), sbom.version.as_deref()), (Some("server"), Some("7.1")));
    assert_eq!(sbom.components.len(), 3);
    let openssl = &sbom.components[1];
    assert_eq!(openssl.supplier.as_deref(), Some("OpenSSL Project"));
    assert_eq!(openssl.cpes.len(), 1, "the two bindings of one name are one identity");
    assert_eq!(openssl.purl.as_ref().map(ToString::to_string).as_deref(), Some("pkg:generic/openssl@1.1.1k"));
    assert_eq!(openssl.parent.as_ref().map(|parent| parent.as_str()), Some("SPDXRef-root"));
    let plain = &sbom.components[2];
    assert_eq!((plain.version.as_deref(), plain.supplier.as_deref()), (None, Some("A. Maker")));
    assert_eq!(plain.parent.as_ref().map(|parent| parent.as_str()), Some("SPDXRef-root"));
    assert_eq!(plain.kind, ComponentKind::Other);
    assert_eq!(sbom.remarks, ["lists 1 files, which are not packages and are not read as components"]);
}

#[test]
fn what_an_sbom_describes_is_a_component_where_it_has_an_identity() {
    let table = [
        (r#""cpe": "cpe:2.3:o:linux:linux_kernel:4.1.15:*:*:*:*:*:*:*""#, 1, 0),
        (r#""purl": "pkg:npm/lodash@4.17.4""#, 0, 0),
        (r#""cpe": "cpe:2.3:x:y""#, 0, 1),
        (r#""properties": [{"name": "syft:cpe23", "value": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*"}]"#, 1, 0),
        (r#""evidence": {"identity": {"field": "cpe", "concludedValue": "cpe:/a:acme:tool:1"}}"#, 1, 0),
    ];
    for (identity, cpes, unreadable) in table {
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"component":{{"type":"operating-system",
                "bom-ref":"root","name":"os","version":"4.1.15",{identity}}}}},
                "components":[{{"type":"library","bom-ref":"root","name":"inner"}}]}}"#
        );
        let sbom = read(text.as_bytes()).expect("reads");
        let whole = &sbom.components[0];
        assert_eq!((whole.reference.as_str(), &*whole.name, whole.version.as_deref()), ("root", "os", Some("4.1.15")));
        assert_eq!(whole.kind, ComponentKind::OperatingSystem);
        assert_eq!((whole.cpes.len(), whole.unreadable_identities.len()), (cpes, unreadable), "{identity}");
        assert_eq!(sbom.components[1].reference.as_str(), "root#2", "nothing is mistaken for the whole");
        assert_eq!((sbom.name.as_deref(), sbom.components.len()), (Some("os"), 2));
    }
    let nameless = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"firmware","purl":"pkg:generic/x@1"}}}"#;
    let sbom = read(nameless.as_bytes()).expect("reads");
    assert_eq!(sbom.components[0].name, "pkg:generic/x@1");
    assert_eq!((sbom.name, &sbom.remarks[..]), (None, &["lists no component".to_owned()][..]));
}

#[test]
fn what_an_sbom_describes_by_name_alone_is_a_component_too() {
    let table = [
        ("operating-system", "[{\"type\":\"library\",\"name\":\"inner\"}]", false),
        ("library", "[{\"type\":\"library\",\"name\":\"inner\"}]", false),
        ("firmware", "[{\"type\":\"library\",\"name\":\"inner\"}]", true),
        ("application", "[{\"type\":\"library\",\"name\":\"inner\"}]", true),
        // Nothing says what it is made of: it is all that there is.
        ("firmware", "[]", false),
    ];
    for (kind, components, whole) in table {
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":{components},
                "metadata":{{"component":{{"type":"{kind}","name":"VxWorks","version":"6.9"}}}}}}"#
        );
        let sbom = read(text.as_bytes()).expect("reads");
        let described = &sbom.components[0];
        assert_eq!((&*described.name, described.version.as_deref(), described.whole), ("VxWorks", Some("6.9"), whole));
        assert_eq!(sbom.described.as_ref(), Some(&described.reference));
        assert!(sbom.components[1..].iter().all(|part| !part.whole));
    }
}

#[test]
fn an_inventory_of_nothing_is_remarked_upon() {
    for components in ["", r#","components":null"#, r#","components":[]"#] {
        let sbom = read(format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5"{components}}}"#).as_bytes());
        assert_eq!(sbom.expect("reads").remarks, ["lists no component"], "{components}");
    }
    for packages in ["", r#","packages":null"#, r#","packages":[]"#] {
        let sbom = read(format!(r#"{{"spdxVersion":"SPDX-2.3"{packages}}}"#).as_bytes());
        assert_eq!(sbom.expect("reads").remarks, ["lists no component"], "{packages}");
    }
}

#[test]
fn versions_that_contradict_each_other_are_remarked_upon() {
    let table = [
        (r#""version":"1.0.1f","cpe":"cpe:2.3:a:openssl:openssl:1.0.1g:*:*:*:*:*:*:*""#, true),
        (r#""version":"1.0.1g","purl":"pkg:generic/openssl@1.0.1f""#, true),
        (r#""version":"5.1.9.RELEASE","cpe":"cpe:2.3:a:vmware:spring_framework:5.1.9:*:*:*:*:*:*:*""#, false),
        (r#""version":"10.0.14393","cpe":"cpe:2.3:o:microsoft:windows_10:-:*:*:*:*:*:*:*""#, false),
        (r#""version":"2.0-beta9","cpe":"cpe:2.3:a:apache:log4j:2.0:beta9:*:*:*:*:*:*""#, false),
        (r#""version":"1.2.0","cpe":"cpe:2.3:a:acme:tool:1.2:*:*:*:*:*:*:*""#, false),
        (
            r#""version":"1.1.1k-1+deb11u1","purl":"pkg:deb/debian/openssl@1.1.1k-1%2Bdeb11u1","cpe":"cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*""#,
            false,
        ),
    ];
    for (fields, contradicts) in table {
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{{"type":"library","name":"c",{fields}}}]}}"#
        );
        let sbom = read(text.as_bytes()).expect("reads");
        assert_eq!(
            sbom.remarks.iter().any(|remark| remark.contains("contradict")),
            contradicts,
            "{fields}: {:?}",
            sbom.remarks
        );
    }
}

#[test]
fn marks_and_line_ends_make_no_difference() {
    let plain = read(CYCLONEDX.as_bytes()).expect("reads");
    let windows = format!("\u{feff}{}", CYCLONEDX.replace('\n', "\r\n"));
    let marked = read(windows.as_bytes()).expect("reads");
    assert_eq!(plain.components, marked.components);
    assert_eq!(marked.remarks[0], "begins with a byte-order mark");
    assert_ne!(plain.digest, marked.digest, "the digest is of the bytes");
}

#[test]
fn what_cannot_be_read_is_called_by_its_name() {
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","x":{}"#, "[".repeat(100_000));
    let table: &[(&[u8], &str)] = &[
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (&utf16, "written in UTF-16"),
        (b"{\0}\0", "written in UTF-16"),
        (b"{\n \"a\": \"\xff\"}", "not UTF-8 at line 2, column 8"),
        (b"{\n  \"bomFormat\": CycloneDX", "line 2, column 16: expected value"),
        (br#"{"bomFormat":"CycloneDX","specVersion":"1.1"}"#, "CycloneDX 1.1 as JSON, which cannot be read"),
        (br#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#, "CycloneDX 2.0 as JSON, which cannot be read"),
        (br#"{"bomFormat":"CycloneDX","specVersion":1.6}"#, "`specVersion` is a number"),
        (br#"{"bomFormat":"CycloneDX"}"#, "without its `specVersion`"),
        (br#"{"bomFormat":"cyclone","specVersion":"1.6"}"#, "`bomFormat` is `cyclone`"),
        (br#"{"specVersion":"1.6","components":[]}"#, "`bomFormat` is missing"),
        (br#"{"spdxVersion":"SPDX-2.1"}"#, "SPDX 2.1 as JSON, which cannot be read"),
        (
            br#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}"#,
            "without a document or a package",
        ),
        (br#"{"sbom":{"spdxVersion":"SPDX-2.3"}}"#, "inside its key `sbom`"),
        (br#"{"_type":"x","predicateType":"https://spdx.dev/Document","predicate":{}}"#, "in-toto"),
        (br#"{"a":1}"#, "neither `bomFormat` nor `spdxVersion`"),
        (b"[]", "not an object"),
        (b"<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/2.0\"/>", "CycloneDX 2.0 as XML"),
        (b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">\n<components></bom>", "line 2, column"),
        (b"<x xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>", "its root element is `x`; expected `bom`"),
        (b"<x xmlns:b=\"http://cyclonedx.org/schema/bom/1.5\"/>", "is in the namespace ``"),
        (
            b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component/></components></bom>",
            "missing field `name`",
        ),
        (b"<rdf:RDF xmlns:spdx=\"http://spdx.org/rdf/terms#\"/>", "SPDX as RDF/XML"),
        (b"SPDXVersion: SPDX-2.1\nDataLicense: CC0-1.0\n", "SPDX 2.1 as tag-value"),
        (b"SPDXVersion: SPDX-2.3\nPackageName: <text>a\nb", "line 2, column 1: `<text>` is not closed"),
        (b"---\nSPDXID: x\nspdxVersion: \"SPDX-2.3\"\n", "SPDX 2.3 as YAML"),
        (br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":{}}"#, "expected a sequence"),
        (br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library"}]}"#, "missing field `name`"),
        (deep.as_bytes(), "EOF while parsing a list"),
    ];
    for (bytes, part) in table {
        let error = read(bytes).expect_err(part);
        assert!(error.to_string().contains(part), "{error} should say {part}");
    }
}

#[test]
fn nesting_deeper_than_the_bound_is_refused() {
    let nested = |depth: usize| {
        let mut text = r#"{"name":"c","type":"library"}"#.to_owned();
        for _ in 1..depth {
            text = format!(r#"{{"name":"c","type":"library","components":[{text}]}}"#);
        }
        read(format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{text}]}}"#).as_bytes())
    };
    assert_eq!(nested(60).expect("reads").components.len(), 60);
    assert!(matches!(nested(70), Err(SbomError::Json { reason, .. }) if reason.contains("nested too deeply")));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let _ = super::check(&bytes);
    }

    #[test]
    fn a_damaged_file_is_answered_or_refused(
        which in 0_usize..5,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut bytes =
            [CYCLONEDX, SPDX, twins::CYCLONEDX_XML, twins::SPDX_TAG_VALUE, graph::YOCTO][which].as_bytes().to_vec();
        for (place, byte, how) in edits {
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                _ => bytes.insert(place, byte),
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = super::check(&bytes);
        if let Ok(sbom) = read(&bytes) {
            let mut references: Vec<_> = sbom.components.iter().map(|component| &component.reference).collect();
            references.sort();
            references.dedup();
            prop_assert_eq!(references.len(), sbom.components.len());
        }
    }

    #[test]
    fn any_value_in_any_optional_field_is_taken_or_remarked(
        field in prop::sample::select(vec!["version", "purl", "cpe", "supplier", "publisher", "group", "bom-ref", "evidence", "properties", "type", "swid", "manufacturer", "hashes", "licenses", "pedigree", "author", "authors", "versionRange"]),
        value in prop::sample::select(vec!["1", "1.5", "true", "null", "[]", "[1]", "{}", "\"\"", "\"x\"", "{\"name\": 5}", "{\"identity\": 3}", "[{\"name\": []}]", "[{\"license\": 1}]", "{\"patches\": [{\"resolves\": 1}]}"]),
    ) {
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"name":"c","{field}":{value}}}]}}"#);
        let sbom = read(text.as_bytes());
        prop_assert!(sbom.is_ok(), "{text}: {sbom:?}");
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"{field}":{value}}}}}}}"#);
        let sbom = read(text.as_bytes());
        prop_assert!(sbom.is_ok(), "{text}: {sbom:?}");
    }

    #[test]
    fn any_value_in_any_field_of_the_document_is_taken_or_remarked(
        field in prop::sample::select(vec!["serialNumber", "services", "dependencies", "vulnerabilities", "version"]),
        inner in prop::sample::select(vec!["timestamp", "authors", "tools", "lifecycles", "supplier", "manufacture", "manufacturer"]),
        value in prop::sample::select(vec!["1", "true", "null", "[]", "[1]", "{}", "\"x\"", "[{\"ref\": 1}]", "[{\"ref\": \"x\", \"dependsOn\": {}}]"]),
    ) {
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"{inner}":{value}}},"{field}":{value}}}"#);
        let sbom = read(text.as_bytes());
        prop_assert!(sbom.is_ok(), "{text}: {sbom:?}");
    }
}
