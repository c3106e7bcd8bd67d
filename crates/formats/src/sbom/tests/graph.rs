//! SPDX 3: the graph, and the builds in it.

use std::collections::BTreeMap;

use ward_model::component::{ComponentKind, Hash, SbomFormat};

use crate::sbom::read;

/// In the shape that an embedded Linux build writes: a recipe with its sources and two packages, an image with what is in it.
pub(super) const YOCTO: &str = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
  {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-10-01T08:00:00Z",
   "createdBy": ["http://x/agent"], "createdUsing": ["http://x/tool"]},
  {"type": "Organization", "spdxId": "http://x/agent", "creationInfo": "_:c", "name": "Makers"},
  {"type": "Tool", "spdxId": "http://x/tool", "creationInfo": "_:c", "name": "bitbake"},
  {"type": "SpdxDocument", "spdxId": "http://x/doc", "creationInfo": "_:c", "name": "image", "rootElement": ["http://x/sbom"]},
  {"type": "software_Sbom", "spdxId": "http://x/sbom", "creationInfo": "_:c", "rootElement": ["http://x/rootfs"]},
  {"type": "software_Package", "spdxId": "http://x/rootfs", "creationInfo": "_:c", "name": "core-image", "software_packageVersion": "5.1",
   "software_primaryPurpose": "archive"},
  {"type": "software_Package", "spdxId": "http://x/kernel", "creationInfo": "_:c", "name": "kernel-image", "software_packageVersion": "6.6.1",
   "software_primaryPurpose": "install", "suppliedBy": "http://x/agent", "supportLevel": ["limitedSupport"], "validUntilTime": "2027-01-01T00:00:00Z",
   "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": "cpe:2.3:o:linux:linux_kernel:6.6.1:*:*:*:*:*:*:*"},
                          {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:generic/linux@6.6.1"}],
   "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "00FF"}]},
  {"type": "software_Package", "spdxId": "http://x/modules", "creationInfo": "_:c", "name": "kernel-modules", "software_packageVersion": "6.6.1"},
  {"type": "software_Package", "spdxId": "http://x/busybox", "creationInfo": "_:c", "name": "busybox", "software_packageVersion": "1.36.1"},
  {"type": "software_Package", "spdxId": "http://x/tarball", "creationInfo": "_:c", "name": "linux-6.6.1.tar.xz", "software_primaryPurpose": "source"},
  {"type": "build_Build", "spdxId": "http://x/build", "creationInfo": "_:c", "name": "linux:do_create_spdx"},
  {"type": "build_Build", "spdxId": "http://x/image-build", "creationInfo": "_:c", "name": "image"},
  {"type": "software_File", "spdxId": "http://x/s1", "creationInfo": "_:c", "name": "linux-6.6/init/main.c", "software_primaryPurpose": "source"},
  {"type": "software_File", "spdxId": "http://x/s2", "creationInfo": "_:c", "name": "linux-6.6/net/core/sock.c", "software_primaryPurpose": "source"},
  {"type": "software_File", "spdxId": "http://x/p", "creationInfo": "_:c", "name": "fix.patch", "software_primaryPurpose": "patch"},
  {"type": "LifecycleScopedRelationship", "spdxId": "http://x/r1", "creationInfo": "_:c", "from": "http://x/build", "relationshipType": "hasInput",
   "to": ["http://x/tarball", "http://x/s1", "http://x/s2", "http://x/p"], "scope": "build"},
  {"type": "LifecycleScopedRelationship", "spdxId": "http://x/r2", "creationInfo": "_:c", "from": "http://x/build", "relationshipType": "hasOutput",
   "to": ["http://x/kernel", "http://x/modules"], "scope": "build"},
  {"type": "LifecycleScopedRelationship", "spdxId": "http://x/r3", "creationInfo": "_:c", "from": "http://x/image-build", "relationshipType": "hasInput",
   "to": ["http://x/kernel", "http://x/busybox"], "scope": "build"},
  {"type": "LifecycleScopedRelationship", "spdxId": "http://x/r4", "creationInfo": "_:c", "from": "http://x/image-build", "relationshipType": "hasOutput",
   "to": ["http://x/rootfs"], "scope": "build"},
  {"type": "Relationship", "spdxId": "http://x/r5", "creationInfo": "_:c", "from": "http://x/rootfs", "relationshipType": "contains",
   "to": ["http://x/kernel", "http://x/busybox"]},
  {"type": "LifecycleScopedRelationship", "spdxId": "http://x/r6", "creationInfo": "_:c", "from": "http://x/busybox", "relationshipType": "dependsOn",
   "to": ["http://x/kernel"], "scope": "runtime"},
  {"type": "simplelicensing_LicenseExpression", "spdxId": "http://x/l", "creationInfo": "_:c", "simplelicensing_licenseExpression": "GPL-2.0-only"},
  {"type": "Relationship", "spdxId": "http://x/r7", "creationInfo": "_:c", "from": "http://x/kernel", "relationshipType": "hasConcludedLicense", "to": ["http://x/l"]},
  {"type": "security_VexNotAffectedVulnAssessmentRelationship", "spdxId": "http://x/v", "creationInfo": "_:c", "from": "http://x/cve",
   "relationshipType": "doesNotAffect", "to": ["http://x/kernel"]}
]}"#;

#[test]
fn a_graph_is_read_with_its_builds() {
    let sbom = read(YOCTO.as_bytes()).expect("reads");
    assert_eq!((sbom.format, &*sbom.spec_version), (SbomFormat::Spdx, "3.0.1"));
    assert_eq!((sbom.name.as_deref(), sbom.version.as_deref()), (Some("core-image"), Some("5.1")));
    assert_eq!(sbom.described.as_ref().map(|reference| reference.as_str()), Some("http://x/rootfs"));
    assert_eq!(sbom.origin.serial.as_deref(), Some("http://x/doc"));
    assert_eq!(sbom.origin.created.as_deref(), Some("2026-10-01T08:00:00Z"));
    assert_eq!((&*sbom.origin.authors, &*sbom.origin.tools), (&["Makers".into()][..], &["bitbake".into()][..]));
    assert_eq!(sbom.statements, 1);
    let by_name: BTreeMap<&str, _> = sbom.components.iter().map(|component| (&*component.name, component)).collect();
    assert_eq!(by_name.len(), 5);
    let kernel = by_name["kernel-image"];
    assert_eq!((kernel.kind, kernel.cpes.len()), (ComponentKind::Application, 1));
    assert_eq!(kernel.purl.as_ref().map(ToString::to_string).as_deref(), Some("pkg:generic/linux@6.6.1"));
    assert_eq!(kernel.hashes, [Hash { algorithm: "SHA-256".into(), value: "00ff".into() }]);
    assert_eq!((kernel.supplier.as_deref(), kernel.licence.as_deref()), (Some("Makers"), Some("GPL-2.0-only")));
    assert_eq!(kernel.support.level.as_deref(), Some("limitedSupport"));
    assert_eq!(kernel.support.ends_on.map(|day| day.to_string()).as_deref(), Some("2027-01-01"));
    assert_eq!(kernel.parent.as_ref().map(|parent| parent.as_str()), Some("http://x/rootfs"));
    let files = kernel.compiled_files.as_ref().expect("evidence");
    assert_eq!(files.paths, ["linux-6.6/init/main.c", "linux-6.6/net/core/sock.c"]);
    assert_eq!(files.unresolved, 0);
    assert_eq!(by_name["kernel-modules"].compiled_files, kernel.compiled_files);
    for without in ["busybox", "core-image", "linux-6.6.1.tar.xz"] {
        assert!(
            by_name[without].compiled_files.is_none(),
            "{without}: packages that went in are components of their own"
        );
    }
    let needs = &sbom.dependencies[&by_name["busybox"].reference];
    assert!(needs.contains(&kernel.reference) && sbom.dependencies.len() == 1);
    assert_eq!(sbom.remarks, ["lists 3 files, which are not packages and are not read as components"]);
}

#[test]
fn steps_between_source_and_package_are_followed_and_gaps_counted() {
    let text = r#"{"@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld"], "@graph": [
      {"type": "software_Package", "spdxId": "pkg", "name": "kernel"},
      {"type": "software_File", "spdxId": "image", "name": "vmlinux"},
      {"type": "software_File", "spdxId": "object", "name": "main.o"},
      {"type": "software_File", "spdxId": "source", "name": "init/main.c", "software_additionalPurpose": ["source"]},
      {"type": "build_Build", "spdxId": "link"}, {"type": "build_Build", "spdxId": "compile"},
      {"type": "Relationship", "from": "pkg", "relationshipType": "contains", "to": "image"},
      {"type": "Relationship", "from": "link", "relationshipType": "hasOutput", "to": ["image"]},
      {"type": "Relationship", "from": "link", "relationshipType": "hasInput", "to": ["object", "elsewhere"]},
      {"type": "Relationship", "from": "compile", "relationshipType": "hasOutput", "to": ["object"]},
      {"type": "Relationship", "from": "compile", "relationshipType": "hasInput", "to": ["source", "image"]}
    ]}"#;
    let sbom = read(text.as_bytes()).expect("reads");
    let files = sbom.components[0].compiled_files.as_ref().expect("evidence");
    assert_eq!(files.paths, ["init/main.c", "main.o", "vmlinux"], "what is too much is harmless");
    assert_eq!(files.unresolved, 1);
}

/// What went into a build counts as compiled in where nothing says that it is something else; what has no name, or is no file, is a
/// gap.
#[test]
fn inputs_without_a_purpose_or_a_name_are_not_passed_over() {
    let files = |input: &str| {
        let text = format!(
            r#"{{"@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld"], "@graph": [
              {{"type": "software_Package", "spdxId": "pkg", "name": "kernel"}},
              {{"type": "software_File", "spdxId": "source", "name": "init/main.c", "software_primaryPurpose": "source"}},
              {{"spdxId": "input", {input}}}, {{"type": "build_Build", "spdxId": "build"}},
              {{"type": "Relationship", "from": "build", "relationshipType": "hasOutput", "to": ["pkg"]}},
              {{"type": "Relationship", "from": "build", "relationshipType": "hasInput", "to": ["source", "input"]}}]}}"#
        );
        let sbom = read(text.as_bytes()).expect("reads");
        let files = sbom.components[0].compiled_files.clone().expect("evidence");
        (files.paths.iter().any(|path| path == "net/core.c"), files.unresolved)
    };
    for (input, expected) in [
        (r#""type": "software_File", "name": "net/core.c", "software_primaryPurpose": "source""#, (true, 0)),
        (r#""type": "software_File", "name": "net/core.c""#, (true, 0)),
        (r#""type": "software_File", "name": "net/core.c", "software_primaryPurpose": "other""#, (true, 0)),
        (r#""type": "software_File", "name": "net/core.c", "software_primaryPurpose": 3"#, (true, 0)),
        (r#""type": "software_File", "name": "net/core.c", "software_additionalPurpose": 3"#, (true, 0)),
        (
            r#""type": "software_File", "name": "net/core.c", "software_primaryPurpose": "documentation", "software_additionalPurpose": ["source"]"#,
            (true, 0),
        ),
        (r#""type": "software_File", "name": "net/core.c", "software_primaryPurpose": "documentation""#, (false, 0)),
        (r#""type": "software_File", "software_primaryPurpose": "source""#, (false, 1)),
        (r#""type": "software_File", "name": " ""#, (false, 1)),
        (r#""type": "software_File", "software_primaryPurpose": "patch""#, (false, 0)),
        (r#""type": "software_Snippet", "name": "net/core.c""#, (false, 1)),
    ] {
        assert_eq!(files(input), expected, "{input}");
    }
}

#[test]
fn odd_graphs_are_remarked_upon() {
    let text = r#"{"@context": "https://spdx.org/rdf/3.0.0/spdx-context.jsonld", "@graph": [7,
      {"type": "software_Package", "spdxId": 5, "name": "a", "software_primaryPurpose": "toaster"},
      {"type": "SpdxDocument", "spdxId": "d", "rootElement": [{"type": "software_Package", "spdxId": "b", "name": "inlined"}]},
      {"type": "Relationship", "from": ["x", "y"], "relationshipType": "dependsOn", "to": ["z"]}]}"#;
    let sbom = read(text.as_bytes()).expect("reads");
    assert_eq!((&*sbom.spec_version, sbom.components.len()), ("3.0.0", 1));
    assert_eq!(
        sbom.remarks,
        [
            "an element of the graph is a number and not an object; left out",
            "`spdxId` of a package is a number and not text; left out",
            "package purpose `toaster` is not known: `a`",
            "a package has no identifier: `a`",
            "a package is written inside another element; left out: `inlined`",
            "a relationship comes from several elements; the first is used",
            "a dependency names a reference that is no component of the file, 2 times, first at `x`",
        ]
    );
    let plural = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
      {"type": "software_Package", "spdxId": "a", "name": "a",
       "externalIdentifiers": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/a@1"}]}]}"#;
    assert!(read(plural.as_bytes()).expect("reads").components[0].purl.is_some(), "tools write the plural");
    let single =
        r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "type": "software_Package", "name": "only"}"#;
    assert_eq!(read(single.as_bytes()).expect("reads").components.len(), 1);
}

#[test]
fn a_graph_of_many_pairs_does_not_cost_their_product() {
    let list = |name: &str| (0..3_000).map(|n| format!("\"{name}{n}\"")).collect::<Vec<_>>().join(",");
    let mut elements = vec![format!(
        r#"{{"type":"Relationship","from":[{}],"relationshipType":"contains","to":[{}]}}"#,
        list("p"),
        list("f")
    )];
    for n in 0..3_000 {
        elements.push(format!(r#"{{"type":"software_Package","spdxId":"p{n}","name":"p"}}"#));
        elements.push(format!(r#"{{"type":"Relationship","from":"p{n}","relationshipType":"contains","to":"f0"}}"#));
        elements.push(format!(r#"{{"type":"Relationship","from":"b{n}","relationshipType":"hasOutput","to":"f0"}}"#));
        elements.push(format!(r#"{{"type":"Relationship","from":"b{n}","relationshipType":"hasInput","to":"f0"}}"#));
    }
    let text = format!(r#"{{"@context":"https://spdx.org/rdf/3.0.1/x","@graph":[{}]}}"#, elements.join(","));
    let sbom = read(text.as_bytes()).expect("reads");
    assert_eq!(sbom.components.len(), 3_000);
    assert!(sbom.remarks.iter().any(|remark| remark.contains("too many build steps")), "{:?}", sbom.remarks);
}
