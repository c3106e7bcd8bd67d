//! What an SBOM says of its own completeness is heard.

use crate::sbom::read;

fn cyclonedx(compositions: &str) -> String {
    format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "compositions": {compositions},
            "components": [{{"type": "library", "name": "zlib", "version": "1.3"}}]}}"#
    )
}

#[test]
fn a_composition_that_leaves_something_out_is_remembered_and_remarked_upon() {
    let table = [
        (r#"[]"#, None, ""),
        (r#"[{"aggregate": "complete"}]"#, None, ""),
        (r#"[{"aggregate": "incomplete"}]"#, Some("incomplete"), "something is left out (`incomplete`)"),
        (
            r#"[{"aggregate": "complete"}, {"aggregate": "incomplete_third_party_only", "assemblies": ["zlib"]}]"#,
            Some("incomplete_third_party_only"),
            "something is left out (`incomplete_third_party_only`)",
        ),
        (r#"[{"aggregate": "unknown"}]"#, None, "does not know whether it lists everything (`unknown`)"),
        (r#"[{"aggregate": "not_specified"}]"#, None, "does not know whether it lists everything (`not_specified`)"),
        (r#"[{}]"#, None, "does not know whether"),
        (r#"[{"aggregate": 3}]"#, None, "`compositions.aggregate` is"),
        (r#""all""#, None, "`compositions` is"),
    ];
    for (compositions, incomplete, remark) in table {
        let sbom = read(cyclonedx(compositions).as_bytes()).expect("reads");
        assert_eq!(sbom.incomplete.as_deref(), incomplete, "{compositions}");
        let said = sbom.remarks.join("; ");
        assert_eq!(said.is_empty(), remark.is_empty(), "{compositions}: {said}");
        assert!(said.contains(remark), "{compositions}: {said}");
    }
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library"><name>zlib</name></component></components>
        <compositions><composition><aggregate>incomplete</aggregate><assemblies><assembly ref="zlib"/></assemblies></composition></compositions></bom>"#;
    assert_eq!(read(xml.as_bytes()).expect("reads").incomplete.as_deref(), Some("incomplete"));
}

#[test]
fn a_relationship_to_nobody_knows_what_is_remarked_upon() {
    let spdx = |kind: &str, to: &str| {
        let body = format!(
            r#"{{"spdxVersion": "SPDX-2.3", "name": "x", "SPDXID": "SPDXRef-DOCUMENT",
                "packages": [{{"SPDXID": "SPDXRef-a", "name": "zlib", "versionInfo": "1.3"}}],
                "relationships": [{{"spdxElementId": "SPDXRef-a", "relationshipType": "{kind}", "relatedSpdxElement": "{to}"}}]}}"#
        );
        read(body.as_bytes()).expect("reads")
    };
    let open = spdx("CONTAINS", "NOASSERTION");
    assert_eq!(
        open.remarks,
        ["says of itself that it does not know whether it lists everything (`NOASSERTION`): `SPDXRef-a`"]
    );
    assert_eq!(open.incomplete, None);
    assert_eq!(spdx("DEPENDS_ON", "NOASSERTION").remarks.len(), 1);
    assert!(spdx("DEPENDS_ON", "NONE").remarks.is_empty(), "it says that there is nothing");
    assert!(spdx("GENERATED_FROM", "NOASSERTION").remarks.is_empty(), "where it comes from is no part of it");
}

#[test]
fn a_relationship_of_spdx_3_says_how_complete_it_is() {
    let spdx = |completeness: &str, to: &str| {
        let body = format!(
            r#"{{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
                {{"type": "SpdxDocument", "spdxId": "urn:d", "creationInfo": "_:c"}},
                {{"type": "software_Package", "spdxId": "urn:a", "name": "zlib", "software_packageVersion": "1.3"}},
                {{"type": "software_Package", "spdxId": "urn:b", "name": "curl", "software_packageVersion": "8.0"}},
                {{"type": "Relationship", "spdxId": "urn:r", "relationshipType": "contains", "from": "urn:b", "to": ["{to}"]{completeness}}}]}}"#
        );
        read(body.as_bytes()).expect("reads")
    };
    let left_out = spdx(r#", "completeness": "incomplete""#, "urn:a");
    assert_eq!(left_out.incomplete.as_deref(), Some("incomplete"));
    assert_eq!(left_out.remarks, ["says of itself that something is left out (`incomplete`): `urn:b`"]);
    let open = spdx(r#", "completeness": "noAssertion""#, "urn:a");
    assert_eq!((open.incomplete, open.remarks.len()), (None, 1));
    assert_eq!(spdx(r#", "completeness": "complete""#, "urn:a").remarks.len(), 0);
    assert_eq!(spdx("", "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement").remarks.len(), 1);
}
