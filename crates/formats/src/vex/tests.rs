use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use ward_model::ids::VulnerabilityId;
use ward_model::vex::{
    Conclusion, DocumentState, Identity, Issuer, Justification, Product, Response, Statement, Status, VersionScope,
    VexDocument,
};

use super::{VexFormat, VexWriteError, read, write};

const OPENVEX: &str = r#"{
  "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1", "author": "Makers", "role": "Vendor",
  "timestamp": "2026-10-01T08:00:00Z", "version": 2,
  "statements": [
    {"vulnerability": {"name": "CVE-2021-3711", "aliases": ["GHSA-1"]}, "status": "not_affected", "justification": "inline_mitigations_already_exist",
     "products": [{"@id": "pkg:generic/pump@4.1", "subcomponents": [{"@id": "pkg:generic/openssl@1.1.1k"}]}]},
    {"vulnerability": {"name": "CVE-2014-0160"}, "status": "affected", "action_statement": "update",
     "products": [{"identifiers": {"cpe23": "cpe:2.3:h:acme:pump:4.1:*:*:*:*:*:*:*"}, "hashes": {"sha-256": "00"}}], "supplier": "x"}
  ]}"#;

#[test]
fn openvex_as_it_is_written() {
    let document = read(OPENVEX.as_bytes()).expect("reads");
    assert_eq!(document.version.as_deref(), Some("2"));
    assert_eq!(document.issuer.name.as_deref(), Some("Makers"));
    let [first, second] = &document.statements[..] else { panic!("two statements") };
    assert_eq!(first.status, Status::NotAffected);
    assert_eq!(first.conclusion(), Conclusion::UnverifiedControl, "a mitigation is a control that nobody has verified");
    assert_eq!(first.products[0].components[0].reference.as_deref(), Some("pkg:generic/openssl@1.1.1k"));
    assert_eq!(second.action.as_deref(), Some("update"));
    assert_eq!(second.products[0].identity.cpes.len(), 1);
    assert_eq!(document.remarks, ["statements/1: the supplier is not read"]);
    let old = r#"{"@context":"https://openvex.dev/ns","author":"A","statements":[{"vulnerability":"CVE-1","status":"fixed","products":["p","q"],"subcomponents":["s"]}]}"#;
    let old = read(old.as_bytes()).expect("reads");
    assert_eq!(old.statements[0].products.len(), 2);
    assert_eq!(old.statements[0].products[1].components[0].reference.as_deref(), Some("s"));
}

#[test]
fn a_vulnerability_without_an_analysis_is_under_investigation() {
    let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"device","bom-ref":"pump","name":"pump"}},
        "components":[{"type":"library","bom-ref":"ssl","name":"openssl","version":"1.1.1k","purl":"pkg:generic/openssl@1.1.1k"}],
        "vulnerabilities":[{"id":"CVE-2021-3711","affects":[{"ref":"ssl","versions":[{"range":"vers:generic/<1.1.1l","status":"affected"}]},{"ref":"pump"},{"ref":"urn:cdx:1/1#x"}]}]}"#;
    let document = read(text.as_bytes()).expect("reads");
    let statement = &document.statements[0];
    assert_eq!(statement.status, Status::UnderInvestigation);
    assert_eq!(document.remarks.len(), 1);
    let [whole, parts] = &statement.products[..] else { panic!("the product, and its parts") };
    assert_eq!((whole.identity.name.as_deref(), whole.components.len()), (Some("pump"), 0));
    assert_eq!(parts.components[0].purls, ["pkg:generic/openssl@1.1.1k"]);
    assert!(parts.components[0].versions[0].range);
    assert_eq!(parts.components[1].reference.as_deref(), Some("urn:cdx:1/1#x"));
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><vulnerabilities><vulnerability><id>CVE-1</id><analysis>
        <state>not_affected</state><justification>code_not_reachable</justification><responses><response>update</response></responses><detail>why</detail>
        </analysis><affects><target><ref>x</ref></target></affects></vulnerability></vulnerabilities></bom>"#;
    let statement = read(xml.as_bytes()).expect("reads").statements.remove(0);
    assert_eq!(
        (statement.status, statement.justification),
        (Status::NotAffected, Some(Justification::CodeNotReachable))
    );
    assert_eq!((statement.impact.as_deref(), &*statement.responses), (Some("why"), &[Response::Update][..]));
}

#[test]
fn csaf_says_of_every_product_what_concerns_it() {
    let text = r#"{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"M","namespace":"https://m"},
        "title":"T","tracking":{"id":"1","version":"1","initial_release_date":"2026-10-01T08:00:00Z","current_release_date":"2026-10-01T08:00:00Z"}},
      "product_tree":{"branches":[{"category":"vendor","name":"M","branches":[{"category":"product_name","name":"Pump","branches":[
          {"category":"product_version","name":"4.1","product":{"name":"Pump 4.1","product_id":"P"}}]}]}],
        "full_product_names":[{"name":"OpenSSL","product_id":"C"}],
        "relationships":[{"category":"default_component_of","product_reference":"C","relates_to_product_reference":"P","full_product_name":{"name":"x","product_id":"C-P"}}],
        "product_groups":[{"group_id":"G","product_ids":["P","Q"]}]},
      "vulnerabilities":[{"cve":"CVE-1","product_status":{"known_not_affected":["P","C-P","Q"],"known_affected":["Z"]},
        "flags":[{"label":"component_not_present","group_ids":["G"]},{"label":"inline_mitigations_already_exist","product_ids":["Q"]}],
        "threats":[{"category":"impact","details":"no code","product_ids":["C-P"]}],
        "remediations":[{"category":"vendor_fix","details":"update","product_ids":["Z"]}]}]}"#;
    let document = read(text.as_bytes()).expect("reads");
    let shown: Vec<_> = document
        .statements
        .iter()
        .map(|statement| {
            let product = &statement.products[0];
            let part = product.components.first().and_then(|part| part.name.as_deref());
            (
                statement.conclusion(),
                product.identity.reference.as_deref().unwrap_or(""),
                part,
                statement.responses.len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Conclusion::Affected, "Z", None, 1),
            (Conclusion::NotAffected, "P", None, 0),
            (Conclusion::NotAffected, "P", Some("OpenSSL"), 0),
            (Conclusion::UnverifiedControl, "Q", None, 0),
        ]
    );
    let pump = &document.statements[1].products[0].identity;
    assert_eq!((pump.name.as_deref(), pump.version.as_deref()), (Some("Pump"), Some("4.1")));
}

/// What says which ones of a product are meant is kept: without it a statement on some would be one on all.
#[test]
fn what_narrows_a_product_is_kept() {
    let branch = |category: &str, name: &str, inside: &str| {
        format!(r#"{{"branches":[{{"category":"{category}","name":"{name}",{}]}}"#, &inside[1..])
    };
    let csaf = |tree: &str| {
        let text = format!(
            r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{tree},
              "vulnerabilities":[{{"cve":"CVE-1","product_status":{{"fixed":["P"]}}}}]}}"#
        );
        let document = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let products = &document.statements[0].products;
        let mut words: Vec<String> = Vec::new();
        for product in products {
            words.extend(product.identity.narrowed.clone());
            words.extend(product.components.iter().flat_map(|part| part.narrowed.clone()));
        }
        (document, words)
    };
    let product = |helper: &str| {
        format!(r#"{{"product":{{"product_id":"P","name":"x","product_identification_helper":{helper}}}}}"#)
    };
    let plain =
        branch("vendor", "M", &branch("product_name", "kern", &branch("product_version", "1.0", &product("{}"))));
    assert_eq!(csaf(&plain).1, Vec::<String>::new());
    for (category, name) in
        [("service_pack", "SP3"), ("patch_level", "2"), ("architecture", "x86_64"), ("new_kind", "n")]
    {
        let inner = branch(category, name, &product("{}"));
        let below = branch("product_name", "kern", &branch("product_version", "1.0", &inner));
        let above =
            branch(category, name, &branch("product_name", "kern", &branch("product_version", "1.0", &product("{}"))));
        for tree in [below, above] {
            assert_eq!(csaf(&tree).1, [format!("{} {name}", category.replace('_', " "))], "{tree}");
        }
    }
    let twice = branch("product_version", "2", &branch("product_version", "1.0", &product("{}")));
    assert_eq!(csaf(&branch("product_name", "kern", &twice)).1, ["product version 1.0"]);
    for (helper, words) in [
        (r#"{"serial_numbers":["SN1"],"model_numbers":["K-2"]}"#, &["model numbers", "serial numbers"][..]),
        (r#"{"skus":["s"],"x_generic_uris":[{}]}"#, &["skus", "x generic uris"]),
        (r#"{"hashes":[{"file_hashes":[{"algorithm":"sha256"}]}]}"#, &["hashes"]),
        (r#"{"cpe":"cpe:2.3:o:m:kern:1.0:*:*:*:*:*:*:*","serial_numbers":[]}"#, &[]),
    ] {
        let tree = branch("product_name", "kern", &branch("product_version", "1.0", &product(helper)));
        let (document, mut found) = csaf(&tree);
        found.sort();
        assert_eq!(found, words, "{helper}");
        let written = write(&document, VexFormat::OpenVex);
        assert_eq!(matches!(written, Err(VexWriteError::Narrowed(_))), !words.is_empty(), "{written:?}");
    }
    // One identifier of two products, and parts of parts.
    let name = |id: &str, name: &str| format!(r#"{{"product_id":"{id}","name":"{name}"}}"#);
    let two = format!(r#"{{"full_product_names":[{},{}]}}"#, name("P", "a"), name("P", "b"));
    assert_eq!(csaf(&two).1.len(), 2);
    assert_eq!(csaf(&two.replace("\"b\"", "\"a\"")).1.len(), 0);
    let related = |category: &str, part: &str| {
        format!(
            r#"{{"full_product_names":[{},{},{}],"relationships":[
              {{"category":"default_component_of","product_reference":"A","relates_to_product_reference":"B","full_product_name":{}}},
              {{"category":"{category}","product_reference":"{part}","relates_to_product_reference":"C","full_product_name":{}}}]}}"#,
            name("A", "a"),
            name("B", "b"),
            name("C", "c"),
            name("AB", "ab"),
            name("P", "p")
        )
    };
    assert_eq!(csaf(&related("default_component_of", "A")).1, Vec::<String>::new());
    assert_eq!(csaf(&related("default_component_of", "AB")).1, ["with a"]);
    assert_eq!(csaf(&related("installed_with", "A")).1, ["installed with"]);

    let open = r#"{"@context":"openvex","statements":[{"vulnerability":"C","status":"fixed",
        "products":[{"@id":"p","identifiers":{"purl":"pkg:generic/a@1","swid":"t"},"hashes":{"sha-256":1}}]}]}"#;
    assert_eq!(read(open.as_bytes()).expect("reads").statements[0].products[0].identity.narrowed, ["swid", "sha-256"]);
    let cyclone = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","bom-ref":"a","name":"a","version":"1",
        "pedigree":{"patches":[{"type":"backport","resolves":[{"type":"security","id":"CVE-1"}]}]}}],
        "vulnerabilities":[{"id":"CVE-1","affects":[{"ref":"a","versions":[{"version":1},{"status":"affected"}]}],"analysis":{"state":"resolved_with_pedigree"}}]}"#;
    let document = read(cyclone.as_bytes()).expect("reads");
    let part = &document.statements[0].products[0].components[0];
    assert_eq!(part.narrowed, ["backport that resolves CVE-1"]);
    let scopes: Vec<(&str, bool)> = part.versions.iter().map(|scope| (scope.text.as_str(), scope.range)).collect();
    assert_eq!(scopes, [("1", false), ("", true)]);
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    let table: &[(&str, &str)] = &[
        ("", "empty"),
        ("{", "EOF"),
        ("{}", "holds no statements"),
        (r#"{"@context":"https://openvex.dev/ns/v0.2.0"}"#, "without `statements`"),
        (r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":{}}"#, "expected a list"),
        (r#"{"@context":"openvex","statements":[{"status":"fixed"}]}"#, "statements/0: expected a `vulnerability`"),
        (r#"{"@context":"openvex","statements":[{"vulnerability":"C","status":"fine"}]}"#, "`status` is fine"),
        (
            r#"{"@context":"openvex","statements":[{"vulnerability":"C","status":"not_affected","justification":"code_not_present"}]}"#,
            "not a justification of OpenVEX",
        ),
        (r#"{"@context":"openvex","statements":[{"vulnerability":"C","status":"fixed","products":[{}]}]}"#, "no `@id`"),
        (r#"{"bomFormat":"CycloneDX","specVersion":"1.5"}"#, "without `vulnerabilities`"),
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"1.5","vulnerabilities":[{"id":"C","analysis":{"state":"ok"}}]}"#,
            "not a state",
        ),
        (r#"{"document":{"csaf_version":"2.0"},"vulnerabilities":[{}]}"#, "expected a `cve`"),
        (
            r#"{"document":{"csaf_version":"2.0"},"vulnerabilities":[{"cve":"C","flags":[{"label":"x"}]}]}"#,
            "not a flag",
        ),
    ];
    for (text, part) in table {
        let error = read(text.as_bytes()).expect_err(part);
        assert!(error.to_string().contains(part), "{error} should say {part}");
    }
    for format in [VexFormat::OpenVex, VexFormat::Csaf] {
        assert!(write(&VexDocument::default(), format).is_err());
    }
}

#[test]
fn lists_that_multiply_are_refused() {
    let many = |text: &str| vec![text; 3_000].join(",");
    let old = format!(
        r#"{{"@context":"openvex","statements":[{{"vulnerability":"C","status":"fixed","products":[{}],"subcomponents":[{}]}}]}}"#,
        many("\"p\""),
        many("\"s\"")
    );
    let ids: Vec<String> = (0..3_000).map(|number| format!("\"P{number}\"")).collect();
    let csaf = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},"vulnerabilities":[{{"cve":"C","product_status":{{"fixed":[{}]}},"threats":[{}]}}]}}"#,
        ids.join(","),
        many(r#"{"category":"impact","details":"d"}"#)
    );
    for text in [old, csaf] {
        let error = read(text.as_bytes()).expect_err("too much");
        assert!(error.to_string().contains("too much is said"), "{error}");
    }
}

fn words() -> impl Strategy<Value = String> {
    "[a-z]{1,6}( [a-z&<\"]{1,6})?"
}

fn hashes() -> impl Strategy<Value = Vec<(String, String)>> {
    of("[0-9a-f]{64}").prop_map(|value| value.map(|value| ("sha-256".to_owned(), value)).into_iter().collect())
}

prop_compose! {
    /// An identity with a reference of its own.
    fn identity(prefix: &'static str)(
        number in 0_u32..1_000_000, name in words(), version in of("[0-9]\\.[0-9]"), purl in any::<bool>(), cpe in any::<bool>(),
        hashes in hashes(),
    ) -> Identity {
        Identity {
            reference: Some(format!("{prefix}-{number}")),
            purls: purl.then(|| format!("pkg:generic/p{number}@1")).into_iter().collect(),
            cpes: cpe.then(|| format!("cpe:2.3:a:v:p{number}:1:*:*:*:*:*:*:*")).into_iter().collect(),
            name: Some(name), version, hashes, versions: Vec::new(), narrowed: Vec::new(),
        }
    }
}

prop_compose! {
    fn document()(
        version in 1_u32..9, role in of(words()), updated in of(Just("2026-11-01T00:00:00Z")), tooling in of(words()),
    ) -> VexDocument {
        VexDocument {
            id: Some("urn:uuid:11111111-2222-8333-8444-555555555555".to_owned()),
            version: Some(version.to_string()),
            issuer: Issuer { name: Some("Makers".to_owned()), role, namespace: None },
            issued: Some("2026-10-01T08:00:00Z".to_owned()),
            updated: updated.map(str::to_owned),
            tooling,
            ..VexDocument::default()
        }
    }
}

prop_compose! {
    /// A statement with what any of the formats may demand.
    fn statement()(
        number in 1_u32..9_999, cve in any::<bool>(), aliases in vec("GHSA-[a-z]{4}", 0..3), description in of(words()),
        status in select(vec![Status::Affected, Status::NotAffected, Status::Fixed, Status::UnderInvestigation]),
        justification in of(select(&Justification::ALL[..5])), impact in words(), action in words(),
        notes in of(words()), id in of("urn:s:[a-z]{4}"), issued in of(Just("2026-10-02T00:00:00Z")),
    ) -> Statement {
        let (not, is) = (status == Status::NotAffected, status == Status::Affected);
        let mut aliases = aliases;
        aliases.sort();
        aliases.dedup();
        Statement {
            id,
            aliases: aliases.into_iter().map(VulnerabilityId::new).collect(),
            description,
            justification: justification.filter(|_| not),
            impact: not.then_some(impact),
            action: is.then_some(action),
            notes,
            issued: issued.map(str::to_owned),
            ..Statement::new(VulnerabilityId::new(format!("{}-2026-{number:04}", if cve { "CVE" } else { "GHSA" })), status)
        }
    }
}

fn same(document: &VexDocument, format: VexFormat) -> Result<(), TestCaseError> {
    let text = write(document, format).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let back = read(text.as_bytes()).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(document, &back, "{}", text);
    prop_assert_eq!(&text, &write(&back, format).expect("written before"));
    Ok(())
}

proptest! {
    #[test]
    fn openvex_reads_back_the_same(
        document in document(), statements in vec((statement(), vec((identity("p"), vec(identity("c"), 0..3)), 0..3)), 1..4),
    ) {
        // Names and versions have no place beside the identifiers.
        let bare = |identity: Identity| Identity { name: None, version: None, ..identity };
        let statements = statements.into_iter().map(|(statement, products)| Statement {
            products: products
                .into_iter()
                .map(|(whole, parts)| Product { identity: bare(whole), components: parts.into_iter().map(bare).collect() })
                .collect(),
            ..statement
        });
        same(&VexDocument { statements: statements.collect(), ..document }, VexFormat::OpenVex)?;
    }

    #[test]
    fn csaf_reads_back_the_same(
        document in document(), title in words(), role in select(vec!["vendor", "user", "coordinator"]),
        state in select(DocumentState::ALL),
        statements in vec((statement(), vec((identity("p"), of(identity("c"))), 1..3)), 1..4),
        responses in subsequence(vec![Response::Update, Response::WorkaroundAvailable, Response::WillNotFix], 0..3),
    ) {
        let mut number = 0;
        // Every product is one of its own: what is said of it in two statements would be said of it in both.
        let mut fresh = |identity: Identity| {
            number += 1;
            Identity { reference: Some(format!("P{number}")), ..identity }
        };
        let statements: Vec<Statement> = statements
            .into_iter()
            .enumerate()
            .map(|(place, (statement, products))| Statement {
                vulnerability: VulnerabilityId::new(format!("{}-{place}", statement.vulnerability)),
                responses: if statement.action.is_some() { responses.clone() } else { Vec::new() },
                products: products
                    .into_iter()
                    .map(|(whole, part)| Product { identity: fresh(whole), components: part.map(&mut fresh).into_iter().collect() })
                    .collect(),
                id: None, notes: None, issued: None,
                ..statement
            })
            .collect();
        let issuer = Issuer { role: Some(role.to_owned()), namespace: Some("https://m.example".to_owned()), ..document.issuer };
        let updated = document.updated.clone().or(document.issued.clone());
        let document = VexDocument { statements, issuer, updated, title: Some(title), state: Some(state), ..document };
        same(&document, VexFormat::Csaf)?;
    }

    #[test]
    fn cyclonedx_reads_back_the_same(
        document in document(), namespace in of(Just("https://m.example")), whole in identity("whole"),
        parts in vec(identity("c"), 1..4),
        statements in vec((statement(), select(Status::ALL), of(select(&Justification::ALL[5..])), any::<bool>(), 0_usize..4,
            subsequence(Response::ALL.to_vec(), 0..4), of(Just("vers:generic/<2"))), 1..4),
    ) {
        let whole = Identity { hashes: Vec::new(), ..whole };
        let parts: Vec<Identity> = parts
            .into_iter()
            .enumerate()
            .map(|(place, part)| Identity {
                reference: Some(format!("part{place}")),
                hashes: part.hashes.into_iter().map(|(_, value)| ("SHA-256".to_owned(), value)).collect(),
                ..part
            })
            .collect();
        let statements = statements.into_iter().map(|(statement, status, justification, of_whole, count, responses, range)| {
            let mut products = Vec::new();
            if of_whole || count == 0 {
                products.push(Product { identity: whole.clone(), components: Vec::new() });
            }
            if count > 0 {
                let scope = range.map(|text| VersionScope { text: text.to_owned(), range: true, status: Some("affected".to_owned()) });
                let components = parts.iter().take(count).map(|part| Identity { versions: scope.clone().into_iter().collect(), ..part.clone() });
                products.push(Product { identity: whole.clone(), components: components.collect() });
            }
            let is_impact = matches!(status, Status::NotAffected | Status::FalsePositive);
            Statement {
                status, justification, responses, products,
                impact: statement.impact.filter(|_| is_impact),
                notes: statement.notes.filter(|_| !is_impact),
                ..statement
            }
        });
        let document = VexDocument {
            statements: statements.collect(),
            issuer: Issuer { role: None, namespace: namespace.map(str::to_owned), ..document.issuer },
            updated: None,
            ..document
        };
        same(&document, VexFormat::CycloneDx)?;
    }

    #[test]
    fn damaged_statements_are_answered_or_refused(
        which in 0_usize..3, edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6),
    ) {
        let document = read(OPENVEX.as_bytes()).expect("reads");
        let document = VexDocument {
            issuer: Issuer { namespace: Some("https://m".to_owned()), ..document.issuer.clone() },
            ..document
        };
        let format = [VexFormat::OpenVex, VexFormat::Csaf, VexFormat::CycloneDx][which];
        let mut bytes = write(&document, format).expect("writes").into_bytes();
        for (place, byte, how) in edits {
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                _ => bytes.insert(place, byte),
            }
        }
        let _ = read(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }
}
