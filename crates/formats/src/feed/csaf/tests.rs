use serde_json::{Value, json};
use ward_model::affected::{AffectedProduct, VersionStatement, VersionStatus};
use ward_model::vulnerability::VulnerabilityRecord;

use super::{Item, advisory, is_catalogue};
use crate::feed::SetAside;

fn read(value: &Value) -> (Vec<VulnerabilityRecord>, Vec<SetAside>) {
    let (mut records, mut aside) = (Vec::new(), Vec::new());
    for item in advisory(value.to_string().as_bytes(), 4).items {
        match item {
            Item::Record(dated) => records.push(dated.record),
            Item::SetAside(one) => aside.push(one),
        }
    }
    (records, aside)
}

fn document(tree: Value, vulnerabilities: Value) -> Value {
    json!({ "document": { "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Acme pumps",
            "publisher": { "category": "coordinator", "name": "Somebody", "namespace": "https://www.example.org/x" },
            "tracking": { "id": "ICSMA-20-001-01", "status": "final", "version": "2", "initial_release_date": "2020-01-02T00:00:00Z",
                "current_release_date": "2021-02-03T04:05:06.000Z" } },
        "product_tree": tree, "vulnerabilities": vulnerabilities })
}

/// A tree with one product in these versions, each a category and a name; their identifiers are `P1`, `P2`, …
fn tree(versions: &[(&str, &str)]) -> Value {
    let leaves: Vec<Value> = versions
        .iter()
        .enumerate()
        .map(|(index, (category, name))| {
            json!({ "category": category, "name": name, "product": { "product_id": format!("P{}", index + 1), "name": format!("Acme Pump: {name}") } })
        })
        .collect();
    json!({ "branches": [{ "category": "vendor", "name": "Acme", "branches": [{ "category": "product_name", "name": "Pump", "branches": leaves }] }] })
}

fn shown(product: &AffectedProduct) -> Vec<String> {
    let words = product.versions.iter().map(|statement| match statement {
        VersionStatement::Listed { versions, status } => format!("{status:?} [{}]", versions.join(" ")),
        VersionStatement::Range { interval, status, .. } => format!("{status:?} {interval}"),
        VersionStatement::Prose { text, status } => format!("{status:?} words: {text}"),
        VersionStatement::Events { .. } => "events".to_owned(),
    });
    words.collect()
}

#[test]
fn products_without_identifiers_become_names_and_versions() -> Result<(), String> {
    let tree = tree(&[
        ("product_version", "1.0"),
        ("product_version", "1.1"),
        ("product_version_range", ">= 1.3.4 | < 1.5.3"),
        ("product_version_range", "< august 28"),
        ("product_version", "2.0"),
    ]);
    let (records, aside) = read(&document(
        tree,
        json!([{ "cve": "CVE-2020-1", "cwe": { "id": "CWE-306", "name": "x" }, "notes": [{ "category": "summary", "text": "a flaw" }],
            "product_status": { "known_affected": ["P1", "P2", "P3", "P4"], "fixed": ["P5"] },
            "scores": [{ "products": ["P1"], "cvss_v3": { "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } },
                { "products": ["P2"], "cvss_v3": { "vectorString": "nonsense" } }],
            "remediations": [{ "category": "vendor_fix", "details": "update", "product_ids": ["P1"], "url": "https://example.org" }] },
            { "cve": "CVE-2020-2", "title": "another", "product_status": { "under_investigation": ["P1"] } }]),
    ));
    assert_eq!(aside, []);
    let ids: Vec<_> = records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(
        ids,
        ["ICSMA-20-001-01@www.example.org%2Fx/CVE-2020-1", "ICSMA-20-001-01@www.example.org%2Fx/CVE-2020-2"]
    );
    let [first, second] = records.as_slice() else { return Err("two records".to_owned()) };
    assert_eq!(
        (first.aliases[0].as_str(), first.source.as_str(), first.weaknesses.as_slice()),
        ("CVE-2020-1", "csaf", [306].as_slice())
    );
    assert_eq!((first.description.as_str(), second.description.as_str()), ("a flaw", "another"));
    assert_eq!((first.scores.len(), first.unreadable_vectors.as_slice()), (1, ["nonsense".to_owned()].as_slice()));
    assert_eq!(first.scores[0].source, "Somebody");
    assert_eq!(first.modified.map(|day| day.to_string()).as_deref(), Some("2021-02-03"));
    assert_eq!(first.remediations[0].kind, "vendor_fix");
    let [pump] = first.affected.as_slice() else { return Err(format!("{:?}", first.affected)) };
    assert_eq!(
        (pump.vendor.as_deref(), pump.product.as_deref(), pump.default_status),
        (Some("Acme"), Some("Pump"), VersionStatus::Unknown)
    );
    assert_eq!(
        shown(pump),
        ["Affected [1.0 1.1]", "Affected >=1.3.4 <1.5.3", "Affected words: < august 28", "Unaffected [2.0]"]
    );
    assert_eq!(shown(&second.affected[0]), ["Unknown [1.0]"]);
    Ok(())
}

#[test]
fn identifiers_and_relationships_are_read() -> Result<(), String> {
    let tree = json!({
        "branches": [{ "category": "vendor", "name": "Acme", "branches": [
            { "category": "product_name", "name": "Tool", "product": { "product_id": "T", "name": "Acme Tool" } },
            { "category": "product_name", "name": "Lib", "branches": [{ "category": "product_version", "name": "1.2",
                "product": { "product_id": "L", "name": "Lib 1.2", "product_identification_helper": { "purl": "pkg:pypi/Acme_Lib@1.2" } } }] },
            { "category": "product_name", "name": "Os", "branches": [{ "category": "product_version", "name": "9", "branches": [
                { "category": "service_pack", "name": "SP2", "product": { "product_id": "O", "name": "Os" } }] }] }] }],
        "full_product_names": [
            { "product_id": "F", "name": "Acme Firmware 3.1", "product_identification_helper": { "cpe": "cpe:2.3:o:acme:firmware:3.1:*:*:*:*:*:*:*" } },
            { "product_id": "W", "name": "Acme Thing, all of it" },
            { "product_id": "B", "name": "Broken", "product_identification_helper": { "cpe": "cpe:2.3:q:acme:broken", "purl": "nonsense" } }],
        "relationships": [
            { "category": "installed_on", "product_reference": "L", "relates_to_product_reference": "O", "full_product_name": { "product_id": "LO", "name": "Lib on Os" } },
            { "category": "installed_on", "product_reference": "L", "relates_to_product_reference": "?", "full_product_name": { "product_id": "X", "name": "x" } }]
    });
    let (records, aside) = read(&document(
        tree,
        json!([{ "ids": [{ "system_name": "tracker", "text": "A-1" }],
            "product_status": { "known_affected": ["T", "L", "O", "F", "W", "B", "LO", "gone"], "known_not_affected": ["T"] } }]),
    ));
    let [record] = records.as_slice() else { return Err("one record".to_owned()) };
    assert_eq!((record.id.as_str(), record.aliases.len()), ("ICSMA-20-001-01@www.example.org%2Fx/A-1~in-part", 0));
    let all: Vec<(Option<String>, usize, Vec<String>)> = record
        .affected
        .iter()
        .map(|one| {
            (one.package.as_ref().map(ToString::to_string).or(one.product.clone()), one.platforms.len(), shown(one))
        })
        .collect();
    let entry = |name: &str, platforms, versions: &[&str]| {
        (Some(name.to_owned()), platforms, versions.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        all,
        [
            // Cleared by its name alone nothing is, so that the two together leave the answer open.
            entry("Tool", 0, &["Affected *", "Unaffected words: Acme Tool"]),
            entry("pypi:acme-lib", 0, &["Affected [1.2]"]),
            entry("Os", 0, &["Affected [9 SP2]"]),
            entry("Acme Firmware 3.1", 0, &["Affected [3.1]"]),
            entry("Acme Thing, all of it", 0, &["Affected words: Acme Thing, all of it"]),
            entry("Broken", 0, &["Affected words: Broken"]),
            entry("pypi:acme-lib", 1, &["Affected [1.2]"]),
        ]
    );
    assert_eq!(
        record.affected[3].cpes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["cpe:2.3:o:acme:firmware:*:*:*:*:*:*:*:*"]
    );
    assert_eq!(record.affected[6].platforms, ["Acme Os 9 SP2"]);
    let [aside] = aside.as_slice() else { return Err(format!("{aside:?}")) };
    for part in [
        "cpe `cpe:2.3:q:acme:broken`",
        "purl `nonsense`",
        "relationship `X`",
        "`gone`, which is not in the product tree",
    ] {
        assert!(aside.reason.contains(part), "{part}: {}", aside.reason);
    }
    assert!(aside.products.iter().any(|product| product.to_string() == "a:acme:broken"));
    Ok(())
}

#[test]
fn no_record_of_an_advisory_overwrites_another() {
    let status = || json!({ "known_affected": ["P1"] });
    let flaw = |cve: &str| json!({ "cve": cve, "product_status": status() });
    let mut value = document(
        tree(&[("product_version", "1.0")]),
        json!([flaw("CVE-2020-1"), flaw("CVE-2020-1"), { "product_status": status() }, flaw("CVE-2020-2")]),
    );
    let ids = |value: &Value| -> Vec<String> { read(value).0.iter().map(|record| record.id.to_string()).collect() };
    // Which of those of one number was meant to have another one is not known: they take nothing back.
    let wanted = ["CVE-2020-1", "CVE-2020-1#2", "#3", "CVE-2020-2"];
    assert_eq!(ids(&value), wanted.map(|name| format!("ICSMA-20-001-01@www.example.org%2Fx/{name}~in-part")));
    value["document"]["tracking"]["id"] = json!("CVE-2020-1");
    assert_eq!(ids(&value), wanted.map(|name| format!("CVE-2020-1@www.example.org%2Fx/{name}~in-part")));
    value["document"]["category"] = json!("csaf_withdrawn");
    assert!(read(&value).0.iter().all(|record| record.withdrawn));
}

#[test]
fn the_names_of_two_documents_never_begin_alike() {
    let named = |tracking: &str, namespace: &str, name: &str| {
        let mut value = document(json!({}), json!([{ "cve": "CVE-2020-1" }]));
        value["document"]["tracking"]["id"] = json!(tracking);
        value["document"]["publisher"]["namespace"] = json!(namespace);
        value["document"]["publisher"]["name"] = json!(name);
        let advisory = advisory(value.to_string().as_bytes(), 1);
        advisory.document.map(|document| (document.label, document.former)).unwrap_or_default()
    };
    let table = [
        ("SA-1", "https://acme.example", "Acme", "SA-1@acme.example", "SA-1"),
        ("SA-1", "https://Bolt.example/", "Bolt", "SA-1@bolt.example", "SA-1"),
        ("SA-1", "https://host.example/acme", "Acme", "SA-1@host.example%2Facme", "SA-1"),
        ("SA/7", "https://acme.example", "Acme", "SA%2F7@acme.example", "SA/7"),
        ("SA%2F7", "https://acme.example", "Acme", "SA%252F7@acme.example", "SA%2F7"),
        ("SA@b", "c", "Acme", "SA@b@c", "SA@b"),
        ("SA", "b@c", "Acme", "SA@b%40c", "SA"),
        // Whoever names no namespace is known by a name at least.
        ("SA-1", "", "Acme", "SA-1@acme", "SA-1"),
        (
            "CVE-2020-1",
            "https://host.example/acme",
            "Acme",
            "CVE-2020-1@host.example%2Facme",
            "CVE-2020-1@host.example",
        ),
    ];
    for (tracking, namespace, name, label, former) in table {
        assert_eq!(named(tracking, namespace, name), (label.to_owned(), former.to_owned()), "{tracking} {namespace}");
    }
}

#[test]
fn what_cannot_be_read_is_set_aside() -> Result<(), String> {
    let good = || json!({ "cve": "CVE-2020-1", "product_status": { "known_affected": ["P1"] } });
    let tree = || tree(&[("product_version", "1.0")]);
    for (vulnerabilities, records, reason) in [
        (json!([good(), { "cve": 3 }]), 1, "vulnerability 2: "),
        (json!([good(), 3]), 1, "vulnerability 2: "),
        (
            json!([{ "cve": "CVE-2020-1", "scores": [{ "cvss_v3": 3 }], "cwe": "CWE-1", "product_status": { "fixed": ["P1"] } }]),
            1,
            "vulnerability 1 scores 1: ",
        ),
        (json!({}), 0, "vulnerability: expected a list"),
    ] {
        let (read, aside) = read(&document(tree(), vulnerabilities.clone()));
        let [aside] = aside.as_slice() else { return Err(format!("{vulnerabilities}: {aside:?}")) };
        assert!(read.len() == records && aside.reason.contains(reason) && aside.place == 4, "{}", aside.reason);
        assert_eq!(aside.id.as_ref().map(|id| id.as_str()), Some("ICSMA-20-001-01@www.example.org%2Fx"));
    }
    // Of which products nobody can read: then it is not known of any, and said of those that have an identifier.
    let mut named = tree();
    named["full_product_names"] = json!([{ "product_id": "C", "name": "Pump", "product_identification_helper": { "cpe": "cpe:2.3:a:acme:pump:1.0:*:*:*:*:*:*:*" } }]);
    for (vulnerability, records) in [
        (json!({ "cve": "CVE-2020-2", "product_status": 7 }), 2),
        (json!({ "cve": "CVE-2020-2", "product_status": { "known_affected": ["P1", 7], "fixed": 1 } }), 2),
        (json!({ "cve": 7, "product_status": { "known_affected": ["P1"] } }), 1),
    ] {
        let (read, aside) = read(&document(named.clone(), json!([good(), vulnerability])));
        let [aside] = aside.as_slice() else { return Err(format!("{vulnerability}: {aside:?}")) };
        assert_eq!(aside.products, ["a:acme:pump".parse().map_err(|_| "no product")?], "{vulnerability}");
        assert_eq!(read.len(), records, "{vulnerability}");
        if let Some(record) = read.get(1) {
            let unknown = |product: &AffectedProduct| shown(product).iter().any(|words| words.starts_with("Unknown"));
            assert!(record.affected.len() == 2 && record.affected.iter().all(unknown), "{:?}", record.affected);
        }
    }
    // A tree that cannot be read would leave every status without its product.
    let (records, aside) = read(&document(json!({ "branches": [{ "product": 3 }] }), json!([good()])));
    assert_eq!((records.len(), aside.len()), (0, 1));
    for text in ["", "{", "[]", "{}", r#"{"document":{"tracking":{"id":" "}}}"#] {
        let items = advisory(text.as_bytes(), 4).items;
        assert!(matches!(items.as_slice(), [Item::SetAside(_)]), "{text}");
    }
    Ok(())
}

#[test]
fn odd_bytes_do_not_hide_an_advisory() -> Result<(), String> {
    let text = document(
        tree(&[("product_version", "1.0")]),
        json!([{ "cve": "CVE-2020-1", "title": "a QQ b", "product_status": { "known_affected": ["P1"] } }]),
    );
    let text = text.to_string();
    let place = text.find("QQ").ok_or("not there")?;
    for odd in [[0x96, b' '], [b'\t', 0x01]] {
        let mut bytes = text.clone().into_bytes();
        bytes[place..place + 2].copy_from_slice(&odd);
        let items = advisory(&bytes, 1).items;
        assert!(matches!(items.as_slice(), [Item::Record(dated)] if dated.record.affected.len() == 1), "{items:?}");
    }
    Ok(())
}

#[test]
fn lists_of_advisories_are_told_from_advisories() {
    assert!(is_catalogue(br#"{"feed":{"entry":[]}}"#));
    assert!(is_catalogue(br#"{"canonical_url":"x","publisher":{}}"#));
    assert!(!is_catalogue(br#"{"document":{},"feed":{}}"#));
    assert!(!is_catalogue(b"{}") && !is_catalogue(b"nonsense"));
    let mut notice = document(json!({}), json!([]));
    notice["document"]["category"] = json!("csaf_informational_advisory");
    let notice = advisory(notice.to_string().as_bytes(), 1);
    assert!(notice.without_vulnerabilities && notice.items.is_empty());
    assert!(notice.document.is_some_and(|document| !document.whole), "it takes nothing back");
}

#[test]
fn a_cve_in_small_letters_is_the_same_cve() {
    let status = json!({ "known_affected": ["P1"] });
    let flaws = json!([{ "cve": "cve-2020-1 ", "product_status": status }]);
    let (records, _) = read(&document(tree(&[("product_version", "1.0")]), flaws));
    let names: Vec<_> = records.iter().flat_map(|record| record.aliases.iter().chain([&record.id])).collect();
    assert_eq!(names, [&"CVE-2020-1".into(), &"ICSMA-20-001-01@www.example.org%2Fx/CVE-2020-1".into()]);
}

mod size;

/// Names and stamp of what a version of a document with one vulnerability gives, whether it is whole, and why not.
fn version(change: impl FnOnce(&mut Value)) -> (Vec<String>, String, bool, Vec<String>) {
    let mut value = document(
        tree(&[("product_version", "1.0")]),
        json!([{ "cve": "CVE-2020-1", "product_status": { "known_affected": ["P1"] } }]),
    );
    change(&mut value);
    let advisory = advisory(value.to_string().as_bytes(), 1);
    let (mut names, mut reasons) = (Vec::new(), Vec::new());
    for item in advisory.items {
        match item {
            Item::Record(dated) => {
                names.push(dated.record.id.as_str().rsplit('/').next().unwrap_or_default().to_owned())
            }
            Item::SetAside(aside) => reasons.push(aside.reason),
        }
    }
    let (stamp, whole) = advisory.document.map(|document| (document.last_modified, document.whole)).unwrap_or_default();
    (names, stamp, whole, reasons)
}

#[test]
fn a_version_says_of_when_it_is_and_which_it_is() {
    let of = |number: Value| version(|value| value["document"]["tracking"]["version"] = number).1;
    let moment = "2021-02-03T04:05:06";
    let order = [json!("0.9"), json!("1"), json!("1.2.0-beta.1"), json!("1.2.0+build"), json!(2), json!("10.0.0")];
    let stamps: Vec<String> = order.into_iter().map(of).collect();
    assert!(stamps.iter().all(|stamp| stamp.starts_with(&format!("{moment}#"))), "{stamps:?}");
    assert!(stamps.is_sorted() && stamps.windows(2).all(|pair| pair[0] != pair[1]), "{stamps:?}");
    assert_eq!(of(json!("3")), of(json!("3.0.0")));
    assert_eq!(of(json!(null)), moment);
    for odd in [json!("first"), json!({}), json!("1.2.3.4"), json!("99999999999999999999"), json!("-1"), json!("v1.1")]
    {
        let (names, stamp, whole, reasons) = version(|value| value["document"]["tracking"]["version"] = odd.clone());
        assert_eq!((names, stamp, whole), (vec!["CVE-2020-1~undated".to_owned()], String::new(), false), "{odd}");
        assert!(reasons[0].contains("is no number"), "{reasons:?}");
    }
    let undated =
        version(|value| drop(value["document"]["tracking"].as_object_mut().unwrap().remove("current_release_date")));
    assert_eq!(
        (undated.0, undated.1, undated.2),
        (vec!["CVE-2020-1~undated".to_owned()], "#012010010~".to_owned(), true)
    );
}

#[test]
fn what_is_no_whole_final_version_stands_beside_those_that_are() {
    let whole = version(|_| {});
    assert_eq!((whole.0, whole.2, whole.3), (vec!["CVE-2020-1".to_owned()], true, vec![]));
    let draft = version(|value| value["document"]["tracking"]["status"] = json!("draft"));
    assert_eq!((draft.0, draft.2), (vec!["CVE-2020-1~draft".to_owned()], false));
    assert!(draft.3[0].contains("a draft by its own words"), "{:?}", draft.3);
    let misspelt = version(|value| value["document"]["tracking"]["status"] = json!("fnial"));
    assert_eq!((misspelt.0, misspelt.2, misspelt.3.len()), (vec!["CVE-2020-1~draft".to_owned()], false, 1));
    let part = version(|value| value["vulnerabilities"][0]["product_status"]["fixed"] = json!(["P9"]));
    assert_eq!((part.0, part.2, part.3.len()), (vec!["CVE-2020-1~in-part".to_owned()], false, 1));
    // An interim version is one that its publisher stands by.
    assert!(version(|value| value["document"]["tracking"]["status"] = json!("interim")).2);
}

#[test]
fn a_torn_version_is_none_that_takes_back() {
    type Change = fn(&mut Value);
    let table: [(&str, Change); 33] = [
        ("no vulnerabilities", |value| drop(value.as_object_mut().unwrap().remove("vulnerabilities"))),
        ("null vulnerabilities", |value| value["vulnerabilities"] = json!(null)),
        ("empty vulnerabilities", |value| value["vulnerabilities"] = json!([])),
        ("an empty vulnerability", |value| value["vulnerabilities"] = json!([{}])),
        ("no status", |value| drop(value["vulnerabilities"][0].as_object_mut().unwrap().remove("product_status"))),
        ("null status", |value| value["vulnerabilities"][0]["product_status"] = json!(null)),
        ("empty status", |value| value["vulnerabilities"][0]["product_status"] = json!({})),
        ("list as status", |value| value["vulnerabilities"][0]["product_status"] = json!([])),
        ("null list", |value| value["vulnerabilities"][0]["product_status"] = json!({ "known_affected": null })),
        ("null beside a list", |value| {
            value["vulnerabilities"][0]["product_status"] = json!({ "known_affected": null, "fixed": ["P1"] });
        }),
        ("empty list", |value| value["vulnerabilities"][0]["product_status"] = json!({ "known_affected": [] })),
        ("misspelt list", |value| {
            value["vulnerabilities"][0]["product_status"] = json!({ "Known_Affected": ["P1"], "fixed": ["P1"] });
        }),
        ("a category that is misspelt", |value| {
            value["product_tree"]["branches"][0]["branches"][0]["category"] = json!("product_nane");
        }),
        ("no category", |value| {
            drop(value["product_tree"]["branches"][0]["branches"][0].as_object_mut().unwrap().remove("category"));
        }),
        ("no name of a product", |value| value["product_tree"]["branches"][0]["branches"][0]["name"] = json!("")),
        ("no name of a vendor", |value| value["product_tree"]["branches"][0]["name"] = json!(" ")),
        ("helper misspelt", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": "x", "product_identification_helpr": { "cpe": "cpe:2.3:a:acme:pump" } }]);
        }),
        ("empty helper", |value| {
            value["product_tree"]["full_product_names"] =
                json!([{ "product_id": "C", "name": "x", "product_identification_helper": {} }]);
        }),
        ("null helper", |value| {
            value["product_tree"]["full_product_names"] =
                json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "cpe": null } }]);
        }),
        ("helper without a hash", |value| {
            value["product_tree"]["full_product_names"] =
                json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "hashes": [] } }]);
        }),
        ("helper with a blank", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "model_numbers": [" "] } }]);
        }),
        ("helper in capitals", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "CPE": "cpe:2.3:a:acme:pump" } }]);
        }),
        ("helper that is null", |value| {
            value["product_tree"]["full_product_names"] =
                json!([{ "product_id": "C", "name": "x", "product_identification_helper": null }]);
        }),
        ("helper that is null, where other parts are odd", |value| {
            value["product_tree"]["full_product_names"] =
                json!([{ "product_id": "C", "name": "x", "product_identification_helper": null }]);
            value["vulnerabilities"][0]["scores"] = json!(null);
        }),
        ("a purl of no type that is known", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "purl": "pkg:pyip/foo@1.0" } }]);
        }),
        ("a product with an empty name", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": " " }]);
        }),
        ("a product without a name", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C" }]);
        }),
        ("no product above a version", |value| {
            value["product_tree"]["branches"][0]["branches"][0]["category"] = json!("architecture");
        }),
        ("a number that is none of a CVE", |value| value["vulnerabilities"][0]["cve"] = json!("CVE-2020")),
        ("one CVE twice", |value| {
            let twice = value["vulnerabilities"][0].clone();
            value["vulnerabilities"].as_array_mut().unwrap().push(twice);
        }),
        ("no tree", |value| drop(value.as_object_mut().unwrap().remove("product_tree"))),
        ("empty tree", |value| value["product_tree"] = json!({})),
        ("a name cut off", |value| {
            value["product_tree"]["full_product_names"] = json!([{ "product_id": "C", "name": "x", "product_identification_helper": { "cpe": "cpe:2.3:a:acme" } }]);
        }),
    ];
    for (what, change) in table {
        let (names, _, whole, reasons) = version(change);
        assert!(
            !whole && reasons.len() == 1 && names.iter().all(|name| name.ends_with("~in-part")),
            "{what}: {names:?} {reasons:?}"
        );
    }
    // Products are identified by what is not read here, too.
    let other = version(|value| {
        let helper = json!({ "serial_numbers": ["1"] });
        value["product_tree"]["full_product_names"] =
            json!([{ "product_id": "C", "name": "x", "product_identification_helper": helper }]);
    });
    assert_eq!((other.2, other.3), (true, vec![]));
    // What a publisher withdraws need not be named.
    let withdrawn = version(|value| {
        value["document"]["category"] = json!("csaf_withdrawn");
        value["vulnerabilities"] = json!([]);
        value["product_tree"] = json!({});
    });
    assert_eq!((withdrawn.0.len(), withdrawn.2, withdrawn.3), (0, true, vec![]));
}
