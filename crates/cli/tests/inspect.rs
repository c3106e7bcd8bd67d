//! `ward inspect`: the exact JSON of the contract.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use serde_json::{Value, json};
use support::{fed, has_keys, ward};

fn inspect(arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["inspect"].iter().chain(arguments).copied().collect();
    ward(&arguments).ends(0).json()
}

#[test]
fn a_vector_gives_its_scores() {
    let three = inspect(&["cvss", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P"]);
    has_keys(&three, &["vector", "version", "base", "temporal", "environmental", "overall", "severity"]);
    assert_eq!((&three["version"], &three["base"], &three["temporal"]), (&json!("3.1"), &json!(9.8), &json!(9.3)));
    assert_eq!(three.get("threat"), None);
    let four = inspect(&["cvss", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"]);
    has_keys(&four, &["vector", "version", "base", "threat", "environmental", "overall", "severity"]);
    assert_eq!((&four["base"], &four["severity"]), (&json!(9.3), &json!("critical")));
    assert_eq!(four.get("temporal"), None);
    assert_eq!(inspect(&["cvss", "AV:N/AC:L/Au:N/C:C/I:C/A:C"])["overall"], 10.0);
}

#[test]
fn names_give_their_parts_and_canonical_form() {
    let purl = inspect(&["purl", "pkg:DEB/debian/curl@7.50.3-1?arch=i386"]);
    has_keys(&purl, &["canonical", "type", "namespace", "name", "version", "qualifiers", "subpath"]);
    assert_eq!(purl["canonical"], "pkg:deb/debian/curl@7.50.3-1?arch=i386");
    let cpe = inspect(&["cpe", "cpe:/a:openssl:openssl:1.0.1f"]);
    assert_eq!(cpe["canonical"], "cpe:2.3:a:openssl:openssl:1.0.1f:*:*:*:*:*:*:*");
    assert_eq!((&cpe["part"], &cpe["update"]), (&json!("a"), &json!("*")));
}

#[test]
fn versions_and_ranges_may_be_unknown() {
    assert_eq!(
        inspect(&["versions", "generic", "1.9", "1.10"]),
        json!({ "scheme": "generic", "a": "1.9", "b": "1.10", "order": "<" })
    );
    assert_eq!(inspect(&["versions", "openssl", "1.0.1f", "1.0.1f"])["order"], "=");
    assert_eq!(inspect(&["versions", "semver", "1.0.0", "not a version"])["order"], "unknown");
    assert_eq!(inspect(&["range", "vers:npm/>=1.2|<2.0", "1.5.0"]), json!({ "contains": true }));
    assert_eq!(inspect(&["range", "vers:npm/>=1.2|<2.0", "2.0.0"]), json!({ "contains": false }));
    assert_eq!(inspect(&["range", "vers:npm/>=1.2|<2.0", "latest"]), json!({ "contains": "unknown" }));
}

#[test]
fn a_value_that_cannot_be_read_says_why_and_ends_with_2() {
    for arguments in [["cvss", "CVSS:9.9/AV:N"], ["purl", "curl"], ["cpe", "cpe:2.3:x:y"]] {
        let run = ward(&["inspect", arguments[0], arguments[1]]).ends(2);
        assert!(run.json()["error"].is_string(), "{arguments:?}");
    }
    let run = ward(&["inspect", "versions", "generik", "1", "2"]).ends(2);
    assert!(run.json()["error"].as_str().unwrap().contains("nearest is `generic`"));
    ward(&["inspect", "versions", "generic", "1"]).ends(2);
    ward(&["inspect", "range", "-", "1"]).ends(2);
}

#[test]
fn stdin_gives_one_object_a_line_whatever_the_line() {
    let run =
        fed(&["inspect", "versions", "-"], b"generic\t1.9\t1.10\r\n\nfoo\t1\t2\n\xff\xfe\nsemver\t1.0.0\t1.0.0-rc.1")
            .ends(0);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!((&lines[0]["order"], &lines[4]["order"]), (&json!("<"), &json!(">")));
    assert!(lines[1..4].iter().all(|line| line["error"].is_string()));
    let run = fed(&["inspect", "range", "-"], b"vers:npm/*\t1.0.0\n").ends(0);
    assert_eq!(run.json(), json!({ "contains": true }));
    assert_eq!(fed(&["inspect", "cvss", "-"], b"").ends(0).stdout, "");
}
