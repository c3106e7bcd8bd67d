use serde_json::{Value, json};
use ward_model::affected::{VersionOrderKind, VersionStatement, VersionStatus};
use ward_model::vulnerability::VulnerabilityRecord;

use super::{Item, lines, record};
use crate::feed::{FeedError, SetAside};

fn read(value: &Value) -> Result<(VulnerabilityRecord, Option<SetAside>), String> {
    let mut items = record(value.to_string().as_bytes(), 1).into_iter();
    match (items.next(), items.next()) {
        (Some(Item::Record(dated)), None) => Ok((dated.record, None)),
        (Some(Item::Record(dated)), Some(Item::SetAside(aside))) => Ok((dated.record, Some(aside))),
        (Some(Item::SetAside(aside)), None) => Err(aside.reason),
        other => Err(format!("{other:?}")),
    }
}

fn with(cna: Value) -> Value {
    json!({ "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": { "cveId": "CVE-2000-0001", "state": "PUBLISHED", "datePublished": "2000-01-02T03:04:05" },
        "containers": { "cna": cna } })
}

/// The statements about versions of one entry.
fn versions(affected: Value) -> Result<Vec<VersionStatement>, String> {
    let (record, aside) = read(&with(json!({ "affected": [affected] })))?;
    match (record.affected.as_slice(), aside) {
        ([one], None) => Ok(one.versions.clone()),
        other => Err(format!("{other:?}")),
    }
}

fn shown(statement: &VersionStatement) -> String {
    match statement {
        VersionStatement::Listed { versions, status } => format!("{status:?} {}", versions.join(" ")),
        VersionStatement::Range { order, interval, status, changes } => {
            let changes: Vec<_> =
                changes.iter().map(|change| format!(" {:?} from {}", change.status, change.at)).collect();
            let order = match order {
                VersionOrderKind::Named(name) => name.as_str(),
                VersionOrderKind::Semver => "semver",
                VersionOrderKind::Git => "git",
                VersionOrderKind::Ecosystem => "ecosystem",
            };
            format!("{status:?} {interval} ({order}){}", changes.concat())
        }
        VersionStatement::Prose { text, status } => format!("{status:?} words: {text}"),
        VersionStatement::Events { .. } => "events".to_owned(),
    }
}

#[test]
fn every_voice_of_a_record_is_kept() -> Result<(), String> {
    let mut value = with(json!({
        "providerMetadata": { "orgId": "1", "shortName": "acme", "dateUpdated": "2020-01-01T00:00:00Z" },
        "descriptions": [{ "lang": "es", "value": "hola" }, { "lang": "en-US", "value": "a flaw" }],
        "affected": [
            { "vendor": "Acme", "product": "Pump", "defaultStatus": "unaffected", "platforms": ["ARM"], "programFiles": ["a.c"],
              "versions": [{ "version": "1.0", "lessThan": "2.0", "status": "affected", "versionType": "semver" }] },
            { "vendor": "n/a", "product": "n/a", "versions": [{ "version": "n/a", "status": "affected" }] }],
        "problemTypes": [{ "descriptions": [{ "lang": "en", "cweId": "CWE-787", "description": "x" }, { "description": "CWE-79 words" }] }],
        "metrics": [{ "format": "CVSS", "cvssV3_1": { "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } },
                    { "cvssV2_0": { "vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P" } },
                    { "cvssV4_0": { "vectorString": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" } },
                    { "cvssV3_1": { "vectorString": "CVSS:3.1/AV:Q" } }],
        "references": [{ "url": "https://example.org/1", "tags": ["vendor-advisory"] }, { "url": "https://example.org/2", "tags": ["exploit"] }],
        "workarounds": [{ "lang": "en", "value": "unplug it" }]
    }));
    value["containers"]["adp"] = json!([{
        "providerMetadata": { "orgId": "2", "shortName": "CISA-ADP", "dateUpdated": "2024-05-06T07:08:09Z" },
        "affected": [{ "vendor": "acme", "product": "pump", "cpes": ["cpe:2.3:o:acme:pump_firmware:1.5:*:*:*:*:*:*:*"], "defaultStatus": "unknown" }],
        "metrics": [{ "other": { "type": "ssvc", "content": { "role": "CISA Coordinator", "timestamp": "2024-05-06T07:08:09Z", "options": [
                { "Exploitation": "PoC" }, { "Automatable": "yes" }, { "Technical Impact": "total" }] } } },
            { "other": { "type": "kev", "content": { "dateAdded": "2024-05-07", "reference": "x" } } },
            { "other": { "type": "unheard of", "content": "words" } }],
        "cpeApplicability": [{ "operator": "AND", "nodes": [{ "operator": "OR", "negate": false, "cpeMatch": [
            { "vulnerable": true, "criteria": "cpe:2.3:o:acme:pump_firmware:*:*:*:*:*:*:*:*", "versionEndExcluding": "2.0" }] }] }]
    }]);
    let (record, aside) = read(&value)?;
    assert_eq!(aside, None);
    assert_eq!((record.id.as_str(), record.source.as_str(), record.withdrawn), ("CVE-2000-0001", "cve5", false));
    assert_eq!((record.description.as_str(), record.weaknesses.as_slice()), ("a flaw", [79, 787].as_slice()));
    assert_eq!(record.modified.map(|day| day.to_string()).as_deref(), Some("2024-05-06"), "the newest voice");
    let [pump, adp] = record.affected.as_slice() else { return Err(format!("{:?}", record.affected)) };
    assert_eq!(
        (pump.asserter.as_str(), pump.product.as_deref(), pump.default_status),
        ("acme", Some("Pump"), VersionStatus::Unaffected)
    );
    assert_eq!(
        (pump.platforms.as_slice(), pump.program_files.as_slice()),
        (["ARM".to_owned()].as_slice(), ["a.c".to_owned()].as_slice())
    );
    assert_eq!(pump.versions.iter().map(shown).collect::<Vec<_>>(), ["Affected >=1.0 <2.0 (semver)"]);
    assert_eq!((adp.asserter.as_str(), adp.cpes.len()), ("CISA-ADP", 1));
    assert_eq!(adp.versions.iter().map(shown).collect::<Vec<_>>(), ["Affected 1.5"], "stated by the name alone");
    assert_eq!(record.scores.iter().map(|score| score.source.as_str()).collect::<Vec<_>>(), ["acme", "acme", "acme"]);
    assert_eq!(record.unreadable_vectors, ["CVSS:3.1/AV:Q"]);
    let [ssvc] = record.ssvc.as_slice() else { return Err("one decision".to_owned()) };
    assert_eq!(
        (
            ssvc.asserter.as_str(),
            ssvc.exploitation.as_deref(),
            ssvc.automatable.as_deref(),
            ssvc.technical_impact.as_deref()
        ),
        ("CISA-ADP", Some("poc"), Some("yes"), Some("total"))
    );
    assert_eq!(
        record.known_exploited.iter().map(|one| one.added.map(|day| day.to_string())).collect::<Vec<_>>(),
        [Some("2024-05-07".to_owned())]
    );
    assert_eq!(record.exploit_references, ["https://example.org/2"]);
    assert_eq!(
        record.remediations.iter().map(|one| (one.kind.as_str(), one.text.as_str())).collect::<Vec<_>>(),
        [("workaround", "unplug it")]
    );
    assert_eq!(record.configurations[0].nodes[0].criteria[0].range_text(), "<2.0");
    Ok(())
}

#[test]
fn versions_mean_what_they_say() -> Result<(), String> {
    for (version, wanted) in [
        (json!({ "version": "1.2.3", "status": "affected" }), "Affected 1.2.3"),
        (
            json!({ "version": "0", "lessThan": "2.0", "status": "affected", "versionType": "semver" }),
            "Affected >=0 <2.0 (semver)",
        ),
        (
            json!({ "version": "1.0", "lessThanOrEqual": "2.0", "status": "affected", "versionType": "custom" }),
            "Affected >=1.0 <=2.0 (custom)",
        ),
        (json!({ "version": "1.0", "lessThan": "*", "status": "affected" }), "Affected >=1.0 ()"),
        (
            json!({ "version": "6.6.31", "lessThanOrEqual": "6.6.*", "status": "unaffected", "versionType": "semver" }),
            "Unaffected >=6.6.31 <6.7 (semver)",
        ),
        (
            json!({ "version": "6.9", "lessThanOrEqual": "*", "status": "unaffected", "versionType": "original_commit_for_fix" }),
            "Unaffected >=6.9 (git)",
        ),
        (
            json!({ "version": "2.0.0", "lessThan": "2.*", "status": "affected", "changes": [{ "at": "2.5.2", "status": "unaffected" }, { "at": "2.6.0", "status": "affected" }] }),
            "Affected >=2.0.0 <3 () Unaffected from 2.5.2 Affected from 2.6.0",
        ),
        (json!({ "version": "unspecified", "lessThan": "2.0", "status": "affected" }), "Affected <2.0 ()"),
        (
            json!({ "version": "unspecified", "lessThan": "2.0", "status": "unaffected" }),
            "Unaffected words: unspecified < 2.0",
        ),
        (
            json!({ "version": "116.0.5845.187", "lessThan": "116.0.5845.187", "status": "affected", "versionType": "custom" }),
            "Affected <116.0.5845.187 (custom)",
        ),
        (json!({ "version": "8.0.26 and prior", "status": "affected" }), "Affected <=8.0.26 ()"),
        (json!({ "version": ">= 8.0.0, < 8.5.15", "status": "affected" }), "Affected >=8.0.0 <8.5.15 ()"),
        (json!({ "version": "All versions", "status": "affected" }), "Affected * ()"),
        (json!({ "version": "Android 12, 13", "status": "affected" }), "Affected words: Android 12, 13"),
        (
            json!({ "version": "1.0", "lessThan": "Upgrade to the latest version.", "status": "affected" }),
            "Affected words: 1.0 < Upgrade to the latest version.",
        ),
        (json!({ "version": "n/a", "status": "affected" }), "Affected words: n/a"),
        (json!({ "version": "1.0", "status": "perhaps" }), "Unknown 1.0"),
        (json!({ "version": "1.0" }), "Unknown 1.0"),
        (
            json!({ "version": "1da177e4c3f4", "lessThan": "b0d7583", "status": "affected", "versionType": "git" }),
            "Affected >=1da177e4c3f4 <b0d7583 (git)",
        ),
        (json!({ "version": "deadbeef", "status": "affected", "versionType": "git" }), "Affected deadbeef"),
        (
            json!({ "version": "1.0", "lessThan": "2.0", "lessThanOrEqual": "3.0", "status": "affected" }),
            "Affected words: 1.0 < 2.0 <= 3.0",
        ),
    ] {
        let read =
            versions(json!({ "vendor": "v", "product": "p", "defaultStatus": "unaffected", "versions": [version] }))?;
        assert_eq!(read.iter().map(shown).collect::<Vec<_>>(), [wanted], "{version}");
    }
    let (record, _) = read(&with(json!({ "affected": [{ "vendor": "v", "product": "p" }] })))?;
    assert_eq!(record.affected[0].default_status, VersionStatus::Unknown, "what nobody says is unknown");
    Ok(())
}

#[test]
fn packages_of_a_distribution_are_not_the_distribution() -> Result<(), String> {
    let (record, _) = read(&with(json!({ "affected": [
        { "vendor": "Red Hat", "product": "Red Hat Enterprise Linux 8", "packageName": "kernel", "defaultStatus": "affected",
          "collectionURL": "https://access.redhat.com/downloads/content/package-browser/",
          "cpes": ["cpe:/o:redhat:enterprise_linux:8::baseos", "cpe:/a:redhat:enterprise_linux:8::nfv"],
          "versions": [{ "version": "0:4.18.0-553.el8", "lessThan": "*", "versionType": "rpm", "status": "unaffected" }] },
        { "vendor": "djangoproject", "product": "Django", "packageName": "django", "collectionURL": "https://pypi.org/project" }
    ] })))?;
    let shown: Vec<_> = record
        .affected
        .iter()
        .map(|one| {
            (
                one.package.as_ref().map(ToString::to_string),
                one.release.as_deref(),
                one.product.as_deref(),
                one.cpes.len(),
                one.keys().len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Some("red hat:kernel".to_owned()), Some("enterprise_linux:8::baseos"), None, 0, 1),
            (Some("red hat:kernel".to_owned()), Some("enterprise_linux:8::nfv"), None, 0, 1),
            (Some("pypi:django".to_owned()), None, Some("Django"), 0, 2)
        ]
    );
    Ok(())
}

#[test]
fn a_rejected_record_is_withdrawn() -> Result<(), String> {
    let (record, _) = read(
        &json!({ "cveMetadata": { "cveId": "CVE-2000-0001", "state": "REJECTED" }, "containers": { "cna": {
        "providerMetadata": { "orgId": "1" }, "replacedBy": ["CVE-2000-0002"], "rejectedReasons": [{ "lang": "en", "value": "a duplicate" }] } } }),
    )?;
    assert!(record.withdrawn && record.affected.is_empty() && record.aliases.is_empty());
    assert_eq!((record.description.as_str(), record.related[0].as_str()), ("a duplicate", "CVE-2000-0002"));
    Ok(())
}

#[test]
fn a_part_that_cannot_be_read_is_set_aside_and_the_rest_is_read() -> Result<(), String> {
    let good = json!({ "vendor": "Acme", "product": "Pump", "versions": [{ "version": "1", "status": "affected" }] });
    // What stands beside the good entry, the entries that remain, and what is said to be set aside.
    for (cna, entries, reason) in [
        (
            json!({ "affected": [good, { "vendor": "Acme", "product": 3, "cpes": ["cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*"] }] }),
            1,
            "cna affected 2: ",
        ),
        (
            json!({ "affected": [good, { "vendor": "Acme", "product": "Tool", "versions": [{ "version": 1.5, "status": "affected" }] }] }),
            2,
            "cna affected 2: ",
        ),
        (json!({ "affected": [good, { "vendor": "Acme", "product": "Tool", "versions": 7 }] }), 2, "cna affected 2: "),
        (
            json!({ "affected": [good, { "vendor": "Acme", "cpes": ["cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*:*:*:*"] }] }),
            2,
            "cpe `cpe:2.3:a:acme:tool",
        ),
        (
            json!({ "affected": [good], "cpeApplicability": [{ "nodes": [{ "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:q:acme:tool:1" }] }] }] }),
            1,
            "cpeApplicability 1",
        ),
        (json!({ "affected": [good], "cpeApplicability": 3 }), 1, "cna cpeApplicability: expected a list"),
        (json!({ "affected": [good], "references": "none" }), 1, "cna references: expected a list"),
        (json!({ "affected": "all", "descriptions": [] }), 0, "cna affected: expected a list"),
    ] {
        let (record, aside) = read(&with(cna.clone()))?;
        let aside = aside.ok_or_else(|| format!("nothing set aside of {cna}"))?;
        assert_eq!(record.affected.len(), entries, "{cna}");
        if cna.to_string().contains("\"Tool\"") {
            // Whatever it is called, it may be affected.
            let [VersionStatement::Prose { status: VersionStatus::Affected, .. }] = &record.affected[1].versions[..]
            else {
                return Err(format!("{:?}", record.affected[1]));
            };
        }
        assert!(aside.reason.starts_with("in part: ") && aside.reason.contains(reason), "{}", aside.reason);
        assert_eq!(aside.id.as_ref().map(|id| id.as_str()), Some("CVE-2000-0001"));
        if cna.to_string().contains(":acme:tool") {
            assert!(aside.products.iter().any(|product| product.to_string().contains("acme:tool")), "{cna}");
        }
    }
    let (record, aside) =
        read(&with(json!({ "metrics": [{ "cvssV3_1": { "vectorString": 3 } }, 7], "affected": null, "title": null })))?;
    assert_eq!((record.unreadable_vectors.len(), aside), (2, None), "a vector that cannot be read counts at its worst");
    Ok(())
}

#[test]
fn what_is_no_record_is_set_aside_whole() {
    for (text, id) in [
        ("", None),
        ("{", None),
        ("[]", None),
        ("{}", None),
        (r#"{"cveMetadata":{"cveId":""},"containers":{"cna":{}}}"#, None),
        (r#"{"cveMetadata":{"cveId":"CVE-2000-0001"}}"#, Some("CVE-2000-0001")),
        (r#"{"cveMetadata":{"cveId":"CVE-2000-0001"},"containers":{"cna":3}}"#, Some("CVE-2000-0001")),
        (r#"{"cveMetadata":{"cveId":"CVE-2000-0001"},"containers":{"cna":{"#, None),
    ] {
        let items = record(text.as_bytes(), 5);
        assert!(
            matches!(items.as_slice(), [Item::SetAside(aside)] if aside.place == 5 && aside.id.as_ref().map(|id| id.as_str()) == id),
            "{text}: {items:?}"
        );
    }
}

#[test]
fn lines_are_read_one_by_one() -> Result<(), FeedError> {
    let one = |id: &str| json!({ "cveMetadata": { "cveId": id }, "containers": { "cna": {} } }).to_string();
    let text = format!("{}\n\nnonsense\n{}", one("CVE-2000-1"), one("CVE-2000-2"));
    let mut read = Vec::new();
    lines(text.as_bytes(), |item| -> Result<(), FeedError> {
        read.push(match item {
            Item::Record(dated) => dated.record.id.to_string(),
            Item::SetAside(aside) => format!("line {}", aside.place),
        });
        Ok(())
    })?;
    assert_eq!(read, ["CVE-2000-1", "line 3", "CVE-2000-2"]);
    Ok(())
}

#[test]
fn a_package_that_is_named_and_cannot_be_read_takes_none_back() -> Result<(), String> {
    let named = |field: &str, text: &str| {
        let mut entry = json!({ "vendor": "Foo", "product": "foo", "defaultStatus": "affected" });
        entry[field] = json!(text);
        if field == "packageName" {
            entry["collectionURL"] = json!("https://pypi.org/project");
        }
        read(&with(json!({ "affected": [entry] })))
    };
    for (field, text) in [
        ("packageURL", "pkg:pyip/foo"),
        ("packageURL", "pypi/foo"),
        ("packageURL", "pkg:pypi"),
        ("packageURL", ""),
        ("packageName", " "),
    ] {
        let (record, aside) = named(field, text)?;
        assert_eq!(record.id.as_str(), "CVE-2000-0001~in-part", "{field} {text}");
        assert_eq!(record.aliases[0].as_str(), "CVE-2000-0001");
        assert!(aside.is_some_and(|aside| aside.reason.contains("is not taken back")), "{field} {text}");
    }
    for (field, text) in [("packageURL", "pkg:pypi/foo"), ("packageURL", "pkg:generic/foo"), ("packageName", "foo")] {
        let (record, aside) = named(field, text)?;
        assert_eq!((record.id.as_str(), aside), ("CVE-2000-0001", None), "{field} {text}");
        // A type of which no source speaks can be read, and names no package that is looked for.
        assert_eq!(record.affected[0].package.is_some(), text != "pkg:generic/foo", "{text}");
    }
    Ok(())
}

#[test]
fn a_time_of_day_that_cannot_be_read_may_be_the_newest() -> Result<(), String> {
    let stamp = |of_voice: &str| {
        let mut value = with(json!({ "providerMetadata": { "orgId": "1", "dateUpdated": of_voice } }));
        value["cveMetadata"]["dateUpdated"] = json!("2020-01-02T10:00:00Z");
        match record(value.to_string().as_bytes(), 1).into_iter().next() {
            Some(Item::Record(dated)) => Ok(dated.last_modified),
            other => Err(format!("{other:?}")),
        }
    };
    assert_eq!(stamp("2020-01-02T24:00:00Z")?, "");
    assert_eq!(stamp("2020-01-01T24:00:00Z")?, "2020-01-02T10:00:00");
    Ok(())
}
