//! One inventory in two spellings of one format gives one answer.

use std::collections::BTreeMap;

use ward_model::component::{Hash, Parties, Patch, Sbom};

use crate::sbom::read;

const CYCLONEDX_JSON: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
  "serialNumber": "urn:uuid:11111111-2222-4333-8444-555555555555",
  "metadata": {
    "timestamp": "2026-10-01T08:00:00Z",
    "lifecycles": [{"phase": "build"}, {"name": "field"}],
    "tools": {"components": [{"type": "application", "name": "maker", "version": "2.1"}]},
    "authors": [{"name": "A. Author"}],
    "supplier": {"name": "Supply House"},
    "component": {"type": "firmware", "bom-ref": "pump", "name": "pump", "version": "4.1"}
  },
  "components": [
    {"type": "library", "bom-ref": "ssl", "name": "openssl", "version": "1.1.1k", "author": "Those Who Wrote It",
     "supplier": {"name": "Supply House"}, "manufacturer": {"name": "The Makers"}, "publisher": "The Publishers",
     "hashes": [{"alg": "SHA-256", "content": "AB12"}],
     "licenses": [{"license": {"id": "OpenSSL"}}, {"license": {"id": "MIT"}}],
     "purl": "pkg:generic/openssl@1.1.1k",
     "swid": {"tagId": "swid-1", "name": "openssl"},
     "pedigree": {"patches": [{"type": "backport", "resolves": [{"type": "security", "id": "CVE-2021-3711"}]}]},
     "properties": [{"name": "cdx:lifecycle:milestone:endOfSupport", "value": "2023-09-11"},
                    {"name": "acme:supportLevel", "value": "abandoned"}],
     "evidence": {"identity": [{"field": "cpe", "concludedValue": "cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*"}]},
     "components": [{"type": "file", "bom-ref": "file", "name": "libssl.so"}]},
    {"type": "application", "bom-ref": "app", "name": "ui & more", "version": "7"}
  ],
  "services": [{"bom-ref": "cloud", "name": "cloud"}],
  "dependencies": [{"ref": "pump", "dependsOn": ["app", "ssl"]}, {"ref": "app", "dependsOn": ["ssl", "cloud", "gone"]}, {"ref": "ssl"}],
  "vulnerabilities": [{"id": "CVE-2021-3711"}]
}"#;

pub(super) const CYCLONEDX_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:x="urn:other" version="1" serialNumber="urn:uuid:11111111-2222-4333-8444-555555555555">
  <metadata>
    <timestamp>2026-10-01T08:00:00Z</timestamp>
    <lifecycles><lifecycle><phase>build</phase></lifecycle><lifecycle><name>field</name></lifecycle></lifecycles>
    <tools><components><component type="application"><name>maker</name><version>2.1</version></component></components></tools>
    <authors><author><name>A. Author</name></author></authors>
    <component type="firmware" bom-ref="pump"><name>pump</name><version>4.1</version></component>
    <supplier><name>Supply House</name></supplier>
  </metadata>
  <components>
    <component type="library" bom-ref="ssl">
      <supplier><name>Supply House</name></supplier><manufacturer><name>The Makers</name></manufacturer>
      <author>Those Who Wrote It</author><publisher>The Publishers</publisher>
      <name>openssl</name><version>1.1.1k</version>
      <hashes><hash alg="SHA-256">AB12</hash></hashes>
      <licenses><license><id>OpenSSL</id></license><license><id>MIT</id></license></licenses>
      <purl>pkg:generic/openssl@1.1.1k</purl>
      <swid tagId="swid-1" name="openssl"/>
      <pedigree><patches><patch type="backport"><resolves><issue type="security"><id>CVE-2021-3711</id></issue></resolves></patch></patches></pedigree>
      <properties><property name="cdx:lifecycle:milestone:endOfSupport">2023-09-11</property>
        <property name="acme:supportLevel"><![CDATA[abandoned]]></property></properties>
      <components><component type="file" bom-ref="file"><name>libssl.so</name></component></components>
      <evidence><identity><field>cpe</field><concludedValue>cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*</concludedValue></identity></evidence>
      <x:other><x:component/></x:other>
    </component>
    <component type="application" bom-ref="app"><name>ui &amp; more</name><version>7</version></component>
  </components>
  <services><service bom-ref="cloud"><name>cloud</name></service></services>
  <dependencies>
    <dependency ref="pump"><dependency ref="app"/><dependency ref="ssl"/></dependency>
    <dependency ref="app"><dependency ref="ssl"/><dependency ref="cloud"/><dependency ref="gone"/></dependency>
    <dependency ref="ssl"/>
  </dependencies>
  <vulnerabilities><vulnerability><id>CVE-2021-3711</id></vulnerability></vulnerabilities>
</bom>"#;

const SPDX_JSON: &str = r#"{
  "spdxVersion": "SPDX-2.2", "SPDXID": "SPDXRef-DOCUMENT", "name": "doc", "documentNamespace": "https://example.org/doc",
  "creationInfo": {"created": "2026-10-01T08:00:00Z", "creators": ["Tool: maker-2", "Organization: Makers (m@example.org)"]},
  "packages": [
    {"SPDXID": "SPDXRef-k", "name": "linux", "versionInfo": "6.6.1", "supplier": "Organization: Supply House", "originator": "Person: L. T.",
     "licenseConcluded": "NOASSERTION", "licenseDeclared": "GPL-2.0-only", "validUntilDate": "2026-12-31T00:00:00Z",
     "checksums": [{"algorithm": "SHA1", "checksumValue": "00ff"}],
     "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:o:linux:linux_kernel:6.6.1:*:*:*:*:*:*:*"}]},
    {"SPDXID": "SPDXRef-b", "name": "busybox", "versionInfo": "1.36.1", "licenseConcluded": "GPL-2.0-only"}
  ],
  "files": [
    {"SPDXID": "SPDXRef-v", "fileName": "./boot/vmlinux"},
    {"SPDXID": "SPDXRef-s1", "fileName": "linux-6.6/init/main.c"},
    {"SPDXID": "SPDXRef-s2", "fileName": "linux-6.6/net/core/sock.c"}
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-k"},
    {"spdxElementId": "SPDXRef-k", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-v"},
    {"spdxElementId": "SPDXRef-v", "relationshipType": "GENERATED_FROM", "relatedSpdxElement": "SPDXRef-s1"},
    {"spdxElementId": "SPDXRef-v", "relationshipType": "GENERATED_FROM", "relatedSpdxElement": "SPDXRef-s2"},
    {"spdxElementId": "SPDXRef-v", "relationshipType": "GENERATED_FROM", "relatedSpdxElement": "DocumentRef-x:SPDXRef-s3"},
    {"spdxElementId": "SPDXRef-k", "relationshipType": "RUNTIME_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-b"},
    {"spdxElementId": "SPDXRef-k", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"}
  ]
}"#;

pub(super) const SPDX_TAG_VALUE: &str = "# made by hand\r
SPDXVersion: SPDX-2.2\r
SPDXID: SPDXRef-DOCUMENT\r
DocumentName: doc\r
DocumentNamespace: https://example.org/doc\r
Creator: Tool: maker-2\r
Creator: Organization: Makers (m@example.org)\r
Created: 2026-10-01T08:00:00Z\r
CreatorComment: <text>PackageName: not one\r
of two lines</text>\r
\r
PackageName: linux\r
SPDXID: SPDXRef-k\r
PackageVersion: 6.6.1\r
PackageSupplier: Organization: Supply House\r
PackageOriginator: Person: L. T.\r
PackageLicenseConcluded: NOASSERTION\r
PackageLicenseDeclared: GPL-2.0-only\r
ValidUntilDate: 2026-12-31T00:00:00Z\r
PackageChecksum: SHA1: 00ff\r
ExternalRef: SECURITY cpe23Type cpe:2.3:o:linux:linux_kernel:6.6.1:*:*:*:*:*:*:*\r
\r
FileName: ./boot/vmlinux\r
SPDXID: SPDXRef-v\r
FileName: linux-6.6/init/main.c\r
SPDXID: SPDXRef-s1\r
FileName: linux-6.6/net/core/sock.c\r
SPDXID: SPDXRef-s2\r
\r
PackageName: <text>busybox</text>\r
SPDXID: SPDXRef-b\r
PackageVersion: 1.36.1\r
PackageLicenseConcluded: GPL-2.0-only\r
\r
LicenseID: LicenseRef-1\r
SPDXID: SPDXRef-no-package\r
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-k\r
Relationship: SPDXRef-k CONTAINS SPDXRef-v\r
Relationship: SPDXRef-v GENERATED_FROM SPDXRef-s1\r
Relationship: SPDXRef-v GENERATED_FROM SPDXRef-s2\r
Relationship: SPDXRef-v GENERATED_FROM DocumentRef-x:SPDXRef-s3\r
Relationship: SPDXRef-k RUNTIME_DEPENDENCY_OF SPDXRef-b\r
Relationship: SPDXRef-k DEPENDS_ON NONE\r
";

fn needs(sbom: &Sbom) -> BTreeMap<&str, Vec<&str>> {
    sbom.dependencies
        .iter()
        .map(|(from, on)| (from.as_str(), on.iter().map(|reference| reference.as_str()).collect()))
        .collect()
}

/// The same without what is of the spelling.
fn same(sbom: Sbom) -> Sbom {
    Sbom { digest: ward_model::Digest::of(b""), ..sbom }
}

#[test]
fn cyclonedx_in_json_and_xml() {
    let json = same(read(CYCLONEDX_JSON.as_bytes()).expect("reads"));
    assert_eq!(json, same(read(CYCLONEDX_XML.as_bytes()).expect("reads")));
    assert_eq!(json.origin.serial.as_deref(), Some("urn:uuid:11111111-2222-4333-8444-555555555555"));
    assert_eq!(json.origin.created.as_deref(), Some("2026-10-01T08:00:00Z"));
    assert_eq!((&*json.origin.authors, &*json.origin.tools), (&["A. Author".into()][..], &["maker 2.1".into()][..]));
    assert_eq!(json.origin.lifecycles, ["build", "field"]);
    assert_eq!(json.origin.supplier.as_deref(), Some("Supply House"));
    assert_eq!(json.described.as_ref().map(|reference| reference.as_str()), Some("pump"));
    assert_eq!(json.statements, 1);
    let [whole, ssl, ..] = &json.components[..] else { panic!("too few") };
    assert_eq!((&whole.reference, whole.whole), (json.described.as_ref().expect("it describes"), true));
    assert_eq!(
        ssl.parties,
        Parties {
            supplier: Some("Supply House".into()),
            manufacturer: Some("The Makers".into()),
            publisher: Some("The Publishers".into()),
            author: Some("Those Who Wrote It".into()),
        }
    );
    assert_eq!(ssl.hashes, [Hash { algorithm: "SHA-256".into(), value: "ab12".into() }]);
    assert_eq!(ssl.licence.as_deref(), Some("OpenSSL AND MIT"));
    assert_eq!(ssl.swid.as_deref(), Some("swid-1"));
    assert_eq!(ssl.patches, [Patch { kind: Some("backport".into()), resolves: vec!["CVE-2021-3711".into()] }]);
    assert_eq!(ssl.support.level.as_deref(), Some("abandoned"));
    assert_eq!(ssl.support.ends_on.map(|day| day.to_string()).as_deref(), Some("2023-09-11"));
    assert_eq!(ssl.cpes.len(), 1);
    assert_eq!(json.components[2].parent.as_ref(), Some(&ssl.reference));
    assert_eq!(json.components[3].name, "ui & more");
    assert_eq!(needs(&json), BTreeMap::from([("app", vec!["ssl"]), ("pump", vec!["app", "ssl"]), ("ssl", vec![])]));
    assert_eq!(
        json.remarks,
        [
            "lists services, which are not components and are not read: `cloud`",
            "a dependency names a reference that is no component of the file: `gone`",
        ]
    );
}

#[test]
fn spdx_in_json_and_tag_value() {
    let json = same(read(SPDX_JSON.as_bytes()).expect("reads"));
    assert_eq!(json, same(read(SPDX_TAG_VALUE.as_bytes()).expect("reads")));
    assert_eq!((json.name.as_deref(), json.version.as_deref()), (Some("linux"), Some("6.6.1")));
    assert_eq!(json.origin.serial.as_deref(), Some("https://example.org/doc"));
    assert_eq!((&*json.origin.authors, &*json.origin.tools), (&["Makers".into()][..], &["maker-2".into()][..]));
    let linux = &json.components[0];
    assert_eq!(
        (linux.parties.supplier.as_deref(), linux.parties.manufacturer.as_deref()),
        (Some("Supply House"), Some("L. T."))
    );
    assert_eq!(linux.licence.as_deref(), Some("GPL-2.0-only"));
    assert_eq!(linux.hashes, [Hash { algorithm: "SHA-1".into(), value: "00ff".into() }]);
    assert_eq!(linux.support.ends_on.map(|day| day.to_string()).as_deref(), Some("2026-12-31"));
    let files = linux.compiled_files.as_ref().expect("evidence");
    assert_eq!(files.paths, ["linux-6.6/init/main.c", "linux-6.6/net/core/sock.c"]);
    assert_eq!(files.unresolved, 1, "a source stands in another document");
    assert!(json.components[1].compiled_files.is_none());
    assert_eq!(needs(&json), BTreeMap::from([("SPDXRef-b", vec!["SPDXRef-k"]), ("SPDXRef-k", vec![])]));
    assert_eq!(json.remarks, ["lists 3 files, which are not packages and are not read as components"]);
}

#[test]
fn odd_tag_values_are_remarked_upon() {
    let text = "SPDXVersion: SPDX-2.3\nPackageVersion: 1\nnot a tag\nPackageName: a\nPackageChecksum: 00\nExternalRef: x\nRelationship: a b\n";
    let sbom = read(text.as_bytes()).expect("reads");
    assert_eq!(sbom.components.len(), 1);
    assert_eq!(
        sbom.remarks,
        [
            "a tag of a package stands outside of one; left out: `PackageVersion`",
            "a line is not a tag with its value; left out: `not a tag`",
            "a checksum has no algorithm before it; left out: `00`",
            "an external reference is not a category, a type and a locator; left out: `x`",
            "a relationship is not two elements with a type between them; left out: `a b`",
            "a package has no SPDXID: `a`",
        ]
    );
}

#[test]
fn xml_nested_deeper_than_the_bound_is_refused() {
    let nested = |depth: usize| {
        let text = format!(
            "<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>{}{}</bom>",
            "<components><component type='file'><name>n</name>".repeat(depth),
            "</component></components>".repeat(depth)
        );
        read(text.as_bytes())
    };
    assert_eq!(nested(50).expect("reads").components.len(), 50);
    assert!(nested(70).is_err());
}

#[test]
fn one_reference_everywhere_costs_no_more_than_many() {
    let components = vec![r#"{"type":"file","name":"a","bom-ref":"r"}"#; 20_000].join(",");
    let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{components}]}}"#);
    let sbom = read(text.as_bytes()).expect("reads");
    assert_eq!(sbom.components.last().expect("many").reference.as_str(), "r#20000");
}

#[test]
fn many_different_oddities_cost_no_more_than_one() {
    let components: Vec<String> = (0..20_000).map(|number| format!(r#"{{"type":"t{number}","name":"a"}}"#)).collect();
    let names: Vec<String> = (0..3_000)
        .map(|number| format!(r#"{{"name":"cpe","value":"cpe:2.3:a:v:p{number}:1:*:*:*:*:*:*:*"}}"#))
        .collect();
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{},{{"type":"file","name":"b","properties":[{}]}}]}}"#,
        components.join(","),
        names.join(",")
    );
    let sbom = read(text.as_bytes()).expect("reads");
    assert_eq!(sbom.remarks.len(), 20_000);
    let last = sbom.components.last().expect("many");
    assert_eq!((last.cpes.len(), last.unreadable_identities.len()), (1_000, 1), "what is left out is said");
}
