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
fn environment_and_supplement_of_a_vector_are_shown() {
    let text = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:H/SI:H/SA:H/MSI:S/S:P/R:I/U:Red";
    let four = inspect(&["cvss", text]);
    assert_eq!((&four["vector"], &four["environmental"], &four["overall"]), (&json!(text), &json!(9.1), &json!(9.1)));
    assert_eq!(four["environment"], json!({ "MSI": "S" }));
    assert_eq!(four["supplemental"], json!({ "safety": "present", "recovery": "irrecoverable", "urgency": "red" }));
    let plain = inspect(&["cvss", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
    assert!(plain.get("environment").is_none() && plain.get("supplemental").is_none());
}

#[test]
fn answers_to_the_rubric_give_metrics_and_threats() {
    let text = "XAVN:Y/XAVT:N/XAVW:Y/XAVR:N/XAVP:Y/XACL:N/XPRL:N/XUI:N/XS:N/XCP:N/XCD:N/XCT:N/XCW:N/XCS:N/XCO:N/XIP:N/XID:N\
                /XIT:H/XIW:N/XIS:N/XIO:N/XAP:N/XAD:N/XAT:H/XAW:N/XAS:N/XAO:N";
    let answer = inspect(&["rubric", text]);
    has_keys(&answer, &["rubric", "answers", "vector", "base", "severity", "threats", "reads_secrets", "unknown"]);
    assert_eq!(answer["rubric"], text);
    assert_eq!(answer["vector"], "CVSS:3.1/AV:A/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H");
    assert_eq!(answer["threats"], json!({ "alteration": ["XIT", "XAT"], "denial": ["XAT"] }));
    assert_eq!((&answer["reads_secrets"], &answer["unknown"]), (&json!(false), &json!([])));
    let stray = answer["answers"].as_array().unwrap().iter().find(|question| question["asked"] == false).unwrap();
    assert_eq!(stray["element"], "XAVP");
    let open = inspect(&["rubric", "XCS:N"]);
    assert_eq!(
        (&open["vector"], &open["base"]),
        (&json!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), &json!(10.0))
    );
    assert!(open["unknown"].as_array().unwrap().len() > 20);
    let run = ward(&["inspect", "rubric", "XCIA:H"]).ends(2);
    assert!(run.json()["error"].as_str().unwrap().contains("no element of the rubric"));
}

#[test]
fn a_tree_of_ssvc_decides_and_says_by_what() {
    let answer = inspect(&[
        "ssvc",
        "supplier",
        "exploitation:poc/utility:laborious/technical-impact:total/safety-impact:critical",
    ]);
    has_keys(&answer, &["table", "source", "decision", "at_best", "path"]);
    assert_eq!((&answer["table"], &answer["decision"]), (&json!("supplier@1.0.0"), &json!("immediate")));
    assert_eq!(answer["path"].as_array().unwrap().len(), 5);
    let nothing = inspect(&["ssvc", "deployer", ""]);
    assert_eq!((&nothing["decision"], &nothing["at_best"]), (&json!("immediate"), &json!("defer")));
    for wrong in [["deployer", "exposure:open"], ["deployer", "automatable"], ["suplier", ""]] {
        ward(&["inspect", "ssvc", wrong[0], wrong[1]]).ends(2);
    }
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
