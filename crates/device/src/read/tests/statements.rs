//! The trust list, the statements of others, and lists of compiled files: what is refused, what they claim, and what is odd.

use ward_model::claim::{Claim, EvidenceReading};

use super::{SYSTEM, must, whole, with};
use crate::files::MemoryFiles;
use crate::read::read;

pub(crate) const TRUST: &str = r#"
[[issuer]]
id = "zlib"
name = "Zlib Maintainers"
components = ["zlib", "pkg:deb/debian/zlib"]
from = 2026-01-01
until = 2027-12-31
why = "they make it"
"#;

const VEX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
  "metadata":{"timestamp":"2026-10-01T00:00:00Z","supplier":{"name":"Zlib Maintainers"}},
  "components":[{"type":"library","bom-ref":"z","name":"zlib","version":"1.2.11"}],
  "vulnerabilities":[{"id":"CVE-2026-0001","affects":[{"ref":"z"}],
    "analysis":{"state":"not_affected","justification":"code_not_present"}}]}"#;

const PATH: &str = "vex/zlib.cdx.json";

fn folder(trust: &str, vex: &str) -> MemoryFiles {
    with(with(whole(), "trust.toml", trust), PATH, vex)
}

fn claimed(files: &MemoryFiles, name: &str) -> Option<Claim> {
    let device = read(files).unwrap_or_else(|wrong| panic!("{wrong:#?}")).device;
    device.claims.values().find(|claim| claim.id.to_string() == name).cloned()
}

fn codes(files: &MemoryFiles) -> Vec<String> {
    let reading = read(files).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    let found = crate::lint(&reading).into_iter().filter(|found| found.file.starts_with("vex/"));
    found.map(|found| found.code.to_owned()).collect()
}

#[test]
fn a_document_of_a_trusted_issuer_is_a_claim_bound_to_its_bytes() {
    let name = "statements:vex/zlib.cdx.json";
    let claim = claimed(&folder(TRUST, VEX), name).expect("a claim");
    let evidence = claim.evidence.as_ref().expect("itself");
    assert_eq!((evidence.path.as_str(), claim.file.as_str()), (PATH, "trust.toml"));
    assert_eq!(evidence.reading, EvidenceReading::Supports("1 of its statements count".to_owned()));
    assert!(claim.statement.contains("Zlib Maintainers"), "{}", claim.statement);
    // Whom nobody trusts claims nothing, nor who says only what is worse.
    assert_eq!(claimed(&folder(&TRUST.replace("Zlib Main", "Other Main"), VEX), name), None);
    let affected = VEX.replace("not_affected", "exploitable").replace(r#","justification":"code_not_present""#, "");
    assert_eq!(claimed(&folder(TRUST, &affected), name), None);
    // What binds a decision: the entry but for its reason, the bytes, and what runs.
    let premise = |trust: &str, vex: &str| claimed(&folder(trust, vex), name).expect("a claim").premise;
    assert_eq!(premise(&TRUST.replace("they make it", "we asked"), VEX), claim.premise);
    for other in [
        TRUST.replace("2027-12-31", "2028-12-31"),
        TRUST.replace("from = 2026-01-01\n", ""),
        TRUST.replace("pkg:deb/debian/zlib", "pkg:deb/ubuntu/zlib"),
        TRUST.replace("why", "whole_device = true\nwhy"),
    ] {
        assert_ne!(premise(&other, VEX), claim.premise, "{other}");
    }
    let reworded = VEX.replace("CVE-2026-0001", "CVE-2026-0002");
    let other = claimed(&folder(TRUST, &reworded), name).expect("a claim");
    assert_ne!(other.evidence.expect("itself").digest, evidence.digest);
    let sbom = whole();
    let newer = String::from_utf8(sbom.0["sbom/pump.json"].clone()).expect("text").replace("\"3\"", "\"4\"");
    let files = with(folder(TRUST, VEX), "sbom/pump.json", &newer);
    assert_ne!(claimed(&files, name).expect("a claim").premise, claim.premise);
    // What fits nothing here supports nothing.
    let other_version = VEX.replace("1.2.11", "1.2.12");
    let reading = claimed(&folder(TRUST, &other_version), name).expect("a claim").evidence.expect("itself").reading;
    assert!(matches!(reading, EvidenceReading::Against(reason) if reason.contains("nothing that the device has")));
}

#[test]
fn what_is_odd_about_a_document_is_said() {
    assert_eq!(codes(&folder(TRUST, VEX)), Vec::<String>::new());
    assert_eq!(codes(&with(whole(), PATH, VEX)), ["not-trusted"]);
    assert_eq!(codes(&folder(&TRUST.replace("2027-12-31", "2026-09-30"), VEX)), ["not-trusted"]);
    assert_eq!(codes(&with(whole(), PATH, &VEX.replace("1.2.11", "1"))), ["names-nothing", "not-trusted"]);
}

/// What an element names beside its SBOM is spoken of, too: a decision that was made before it was there does not cover it.
#[test]
fn what_stands_beside_an_sbom_is_spoken_of() {
    let name = "statements:vex/zlib.cdx.json";
    let vex = VEX
        .replace(r#""version":"1.2.11"}"#, r#""version":"1.2.11","cpe":"cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*"}"#);
    // The server has no SBOM here.
    let bare = SYSTEM.replace("sbom = \"sbom/pump.json\"\n", "");
    let premise =
        |system: &str| claimed(&with(folder(TRUST, &vex), "system.toml", system), name).expect("a claim").premise;
    let gains = |cpe: &str| {
        let named = format!("id = \"server\"\nhardware = [{{ cpe = \"{cpe}\" }}]\n");
        premise(&bare.replacen("id = \"server\"\n", &named, 1))
    };
    assert_ne!(gains("cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*"), premise(&bare));
    assert_eq!(gains("cpe:2.3:h:acme:board:1:*:*:*:*:*:*:*"), premise(&bare), "nothing is said of that");
}

#[test]
fn what_contradicts_the_inventory_or_is_not_final_is_said() {
    let open = |version: u8, status: &str, products: &str| {
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:z","author":"Zlib Maintainers","version":{version},"timestamp":"2026-10-0{version}T00:00:00Z",
              "statements":[{{"vulnerability":"CVE-2026-0001",{status}{products}}},
                {{"vulnerability":"CVE-2026-0003","status":"fixed","products":["pkg:deb/debian/zlib@1.2.11"]}}]}}"#
        )
    };
    let named = r#","products":[{"@id":"urn:p","identifiers":{"cpe23":"cpe:2.3:a:zlib:zlib:1.2.11:*:*:*:*:*:*:*"}}]"#;
    let gone = r#""status":"not_affected","justification":"component_not_present""#;
    let table: Vec<(String, Vec<&str>)> = vec![
        (open(1, r#""status":"affected""#, named), vec![]),
        (open(1, r#""status":"affected""#, ""), vec![]),
        (open(1, r#""status":"affected""#, r#","products":["zlib"]"#), vec![]),
        (open(1, r#""status":"affected""#, r#","products":["minizip"]"#), vec!["names-nothing"]),
        (open(1, gone, r#","products":["minizip"]"#), vec![]),
    ];
    for (text, expected) in table {
        assert_eq!(codes(&folder(TRUST, &text)), expected, "{text}");
    }
    let two = with(folder(TRUST, &open(1, gone, "")), "vex/newer.json", &open(2, gone, ""));
    assert_eq!(codes(&two), ["superseded"]);
    let absent = r#"{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"name":"Zlib Maintainers"},
          "tracking":{"status":"final","initial_release_date":"2026-10-01T00:00:00Z"}},
        "product_tree":{"branches":[{"category":"product_name","name":"zlib","branches":[
          {"category":"product_version","name":"1.2.11","product":{"product_id":"P","name":"zlib 1.2.11"}}]}]},
        "vulnerabilities":[{"cve":"CVE-2026-0001","product_status":{"known_not_affected":["P"]},"flags":[{"label":"component_not_present"}]}]}"#;
    // The pump and the server run it.
    assert_eq!(codes(&folder(TRUST, absent)), ["contradicted", "contradicted"]);
    assert_eq!(
        codes(&folder(TRUST, &absent.replace("component_not_present", "vulnerable_code_not_present"))),
        Vec::<String>::new()
    );
    let csaf = |status: &str| {
        format!(
            r#"{{"document":{{"category":"csaf_vex","csaf_version":"2.0","publisher":{{"name":"Zlib Maintainers"}},"tracking":{{"status":"{status}"}}}},
              "product_tree":{{"full_product_names":[{{"product_id":"P","name":"zlib"}}]}},
              "vulnerabilities":[{{"cve":"CVE-2026-0001","product_status":{{"known_affected":["P"]}}}}]}}"#
        )
    };
    assert_eq!(codes(&folder(TRUST, &csaf("draft"))), ["not-final"]);
    assert_eq!(codes(&folder(TRUST, &csaf("interim"))), ["not-final"]);
    assert_eq!(codes(&folder(TRUST, &csaf("final"))), Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_refused() {
    for (trust, vex, code) in [
        (TRUST, "{}", "bad-statements"),
        (TRUST, &VEX.replace("not_affected", "fine"), "bad-statements"),
        (&TRUST.replace("components = [\"zlib\", \"pkg:deb/debian/zlib\"]\n", ""), VEX, "missing-key"),
        (&TRUST.replace("[\"zlib\", \"pkg:deb/debian/zlib\"]", "[]"), VEX, "empty-list"),
        (&TRUST.replace("debian/zlib", "debian/zlib@1"), VEX, "bad-purl"),
        (&TRUST.replace("pkg:deb/debian/zlib", "pkg:deb"), VEX, "bad-purl"),
        (&TRUST.replace("2026-01-01", "2028-01-01"), VEX, "odd-dates"),
        (&TRUST.replace("until = 2027-12-31\n", ""), VEX, "missing-key"),
        (&format!("{TRUST}{TRUST}"), VEX, "duplicate-name"),
    ] {
        let wrong = read(&folder(trust, vex)).err().unwrap_or_else(|| panic!("{code} was read: {trust}"));
        assert!(wrong.0.iter().any(|found| found.code == code), "{code}: {wrong:#?}");
    }
}

#[test]
fn lists_of_compiled_files_are_a_claim() {
    let system = SYSTEM.replacen(
        "reviewed_components = [",
        r#"compiled = [{ component = "zlib", version = "1.2.11", sources = "evidence/sources.txt", files = "evidence/files.txt" }]
reviewed_components = ["#,
        1,
    );
    let folder = |sources: &str, files: &str, system: &str| {
        let texts = with(with(whole(), "evidence/sources.txt", sources), "evidence/files.txt", files);
        with(texts, "system.toml", system)
    };
    let name = "compiled:pump/zlib@1.2.11";
    let (sources, files) = ("zlib/src/a.c\r\nzlib/src/b.c\nzlib/include/z.h\n", "# read\nb/src/a.c\nb/include/z.h\n");
    let claim = claimed(&folder(sources, files, &system), name).expect("a claim");
    let evidence = claim.evidence.expect("the list");
    assert_eq!(evidence.path, "evidence/files.txt");
    assert_eq!(evidence.reading, EvidenceReading::Supports("3 files of the source, 2 of what was compiled".to_owned()));
    let more = format!("{sources}zlib/src/c.c\n");
    assert_ne!(claimed(&folder(&more, files, &system), name).expect("a claim").premise, claim.premise);
    for (files, system, reason) in [
        ("b/src/a.c\n", &system, "names no header"),
        ("", &system, "names no header"),
        (files, &system.replace("version = \"1.2.11\"", "version = \"1\""), "no SBOM of pump has zlib in version 1"),
        // Without a list of its own the SBOM's counts, and this one has none.
        (files, &system.replace(", files = \"evidence/files.txt\"", ""), "nothing lists the files"),
    ] {
        let device = read(&folder(sources, files, system)).unwrap_or_else(|wrong| panic!("{wrong:#?}")).device;
        let claim =
            device.claims.values().find(|claim| claim.id.to_string().starts_with("compiled:")).expect("a claim");
        let reading = &claim.evidence.as_ref().expect("a list").reading;
        assert!(matches!(reading, EvidenceReading::Against(why) if why.contains(reason)), "{reason}: {reading:?}");
    }
    let missing = with(whole(), "system.toml", &system);
    assert!(read(&missing).is_err_and(|wrong| wrong.0.iter().any(|found| found.code == "missing-file")));
    let unknown = folder(sources, files, &system.replace("component = \"zlib\"", "component = \"zlob\""));
    assert!(read(&unknown).is_err_and(|wrong| wrong.0.iter().any(|found| found.code == "dangling-name")));
    // Nothing of it changes a folder without it.
    assert!(must(&whole()).device.compiled.is_empty());
}

/// Lists are of a build, not of a version of the component: of which fielded ones is said in words, and by name where they differ.
#[test]
fn lists_of_compiled_files_are_of_builds() {
    let entry = |more: &str| {
        format!(
            r#"{{ component = "zlib", version = "1.2.11", sources = "evidence/sources.txt", files = "evidence/files.txt"{more} }}"#
        )
    };
    let folder = |entries: &[String], second: bool| {
        let compiled = format!("compiled = [{}]\nreviewed_components = [", entries.join(", "));
        let mut system = SYSTEM.replacen("reviewed_components = [", &compiled, 1);
        if second {
            system = system.replace(r#""4.2" = "sbom/pump.json""#, r#""4.2" = "sbom/other.json""#);
        }
        let sbom = String::from_utf8(whole().0["sbom/pump.json"].clone()).expect("text").replace("\"3\"", "\"4\"");
        let texts =
            with(with(whole(), "evidence/sources.txt", "z/src/a.c\nz/src/b.c\nz/z.h\n"), "sbom/other.json", &sbom);
        with(with(texts, "evidence/files.txt", "b/src/a.c\nb/z.h\n"), "system.toml", &system)
    };
    let claims = |files: &MemoryFiles| -> Vec<(String, bool, String)> {
        let device = read(files).unwrap_or_else(|wrong| panic!("{wrong:#?}")).device;
        let lists = device.claims.values().filter(|claim| claim.id.to_string().starts_with("compiled:"));
        let shown = |claim: &Claim| {
            let reading = &claim.evidence.as_ref().expect("a list").reading;
            (claim.id.to_string(), matches!(reading, EvidenceReading::Supports(_)), claim.statement.clone())
        };
        lists.map(shown).collect()
    };
    let only = |files: &MemoryFiles| claims(files).remove(0);
    let (id, supports, words) = only(&folder(&[entry("")], false));
    assert_eq!((id.as_str(), supports), ("compiled:pump/zlib@1.2.11", true));
    assert!(words.ends_with("in the fielded versions: 4.1, 4.2"), "{words}");
    // Two builds of one version of the component.
    assert!(!only(&folder(&[entry("")], true)).1);
    let (id, supports, words) = only(&folder(&[entry(r#", fielded = ["4.2"]"#)], true));
    assert_eq!((id.as_str(), supports), ("compiled:pump/zlib@1.2.11 in 4.2", true));
    assert!(words.ends_with("in the fielded versions: 4.2"), "{words}");
    let both = [entry(r#", fielded = ["4.1"]"#), entry(r#", fielded = ["4.2"]"#)];
    assert_eq!(claims(&folder(&both, true)).len(), 2);
    for (entries, code) in [
        (vec![entry(""), entry("")], "duplicate-name"),
        (vec![entry(""), entry(r#", fielded = ["4.1"]"#)], "duplicate-name"),
        (vec![entry(r#", fielded = ["4.1", "4.2"]"#), entry(r#", fielded = ["4.1"]"#)], "duplicate-name"),
        (vec![entry(r#", fielded = ["9"]"#)], "dangling-name"),
        (vec![entry(", fielded = []")], "empty-list"),
    ] {
        let wrong = read(&folder(&entries, true)).err().unwrap_or_else(|| panic!("{code} was read: {entries:?}"));
        assert!(wrong.0.iter().any(|found| found.code == code), "{code}: {wrong:#?}");
    }
}
