use serde_json::{Value, json};
use ward_model::affected::{RangeEvent, VersionOrderKind, VersionStatement, VersionStatus};
use ward_model::vulnerability::VulnerabilityRecord;

use super::{Item, record, source_of};
use crate::feed::SetAside;

fn read(value: &Value) -> Result<(VulnerabilityRecord, Option<SetAside>), String> {
    let mut items = record("osv/pypi", value.to_string().as_bytes(), 1).into_iter();
    match (items.next(), items.next()) {
        (Some(Item::Record(dated)), None) => Ok((dated.record, None)),
        (Some(Item::Record(dated)), Some(Item::SetAside(aside))) => Ok((dated.record, Some(aside))),
        (Some(Item::SetAside(aside)), None) => Err(aside.reason),
        other => Err(format!("{other:?}")),
    }
}

fn ids(ids: &[ward_model::ids::VulnerabilityId]) -> Vec<&str> {
    ids.iter().map(|id| id.as_str()).collect()
}

#[test]
fn a_whole_record_is_mapped() -> Result<(), String> {
    let (record, aside) = read(&json!({
        "schema_version": "1.7.0", "id": "PYSEC-2020-1", "modified": "2021-02-03T04:05:06.789Z", "published": "2020-01-02T00:00:00Z",
        "aliases": ["CVE-2020-1", "GHSA-x", "CVE-2020-1", "PYSEC-2020-1"], "upstream": ["CVE-2019-1"], "related": ["CVE-2018-1"],
        "summary": "a flaw", "details": "in detail",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }, { "type": "Ubuntu", "score": "medium" }],
        "references": [{ "type": "EVIDENCE", "url": "https://example.org/poc" }, { "type": "WEB", "url": "https://example.org" }],
        "database_specific": { "cwe_ids": ["CWE-79"], "severity": "HIGH" },
        "affected": [{ "package": { "ecosystem": "PyPI", "name": "Some_Thing", "purl": "pkg:pypi/some-thing" },
            "severity": [{ "type": "CVSS_V4", "score": "CVSS:4.0/AV:Q" }],
            "ranges": [{ "type": "GIT", "repo": "https://example.org/r", "events": [{ "introduced": "0" }, { "fixed": "abc" }] },
                { "type": "ECOSYSTEM", "events": [{ "introduced": "1.0" }, { "fixed": "1.5" }, { "introduced": "2.0" }, { "last_affected": "2.3" }, { "limit": "3" }] }],
            "versions": ["1.0", "1.1"], "ecosystem_specific": { "odd": [] } }]
    }))?;
    assert_eq!(aside, None);
    assert_eq!((record.id.as_str(), record.source.as_str()), ("PYSEC-2020-1", "osv/pypi"));
    assert_eq!(ids(&record.aliases), ["CVE-2020-1", "GHSA-x"]);
    assert_eq!((ids(&record.upstream), ids(&record.related)), (vec!["CVE-2019-1"], vec!["CVE-2018-1"]));
    assert_eq!((record.description.as_str(), record.weaknesses.as_slice()), ("a flaw\n\nin detail", [79].as_slice()));
    assert_eq!(
        (record.scores.len(), record.unreadable_vectors.as_slice()),
        (1, ["CVSS:4.0/AV:Q".to_owned()].as_slice())
    );
    assert_eq!(record.exploit_references, ["https://example.org/poc"]);
    let [one] = record.affected.as_slice() else { return Err("one product".to_owned()) };
    assert_eq!(one.package.as_ref().map(ToString::to_string).as_deref(), Some("pypi:some-thing"));
    assert_eq!((one.default_status, one.product.as_deref()), (VersionStatus::Unaffected, None));
    let [
        VersionStatement::Listed { versions, .. },
        VersionStatement::Events { order: VersionOrderKind::Git, .. },
        VersionStatement::Events { order, events },
    ] = one.versions.as_slice()
    else {
        return Err(format!("{:?}", one.versions));
    };
    assert_eq!((versions.len(), order), (2, &VersionOrderKind::Ecosystem));
    let text = |text: &str| text.to_owned();
    let wanted = [
        RangeEvent::Introduced(text("1.0")),
        RangeEvent::Fixed(text("1.5")),
        RangeEvent::Introduced(text("2.0")),
        RangeEvent::LastAffected(text("2.3")),
        RangeEvent::Limit(text("3")),
    ];
    assert_eq!(events.as_slice(), wanted);
    Ok(())
}

#[test]
fn silence_clears_a_version_only_where_the_record_says_all() -> Result<(), String> {
    let range = |kind: &str| json!({ "type": kind, "events": [{ "introduced": "0" }, { "fixed": "1" }] });
    for (ecosystem, ranges, versions, wanted) in [
        ("Go", json!([range("SEMVER")]), json!([]), VersionStatus::Unaffected),
        ("PyPI", json!([range("ECOSYSTEM"), range("GIT")]), json!(["0.1"]), VersionStatus::Unaffected),
        ("PyPI", json!([]), json!(["0.1"]), VersionStatus::Unaffected),
        ("PyPI", json!([]), json!([]), VersionStatus::Unknown),
        ("PyPI", json!([range("GIT")]), json!(["0.1"]), VersionStatus::Unknown),
        ("OSS-Fuzz", json!([range("GIT")]), json!(["0.1"]), VersionStatus::Unknown),
        ("OSS-Fuzz", json!([]), json!(["0.1"]), VersionStatus::Unknown),
        ("Go", json!([range("SEMVER"), range("MOON")]), json!([]), VersionStatus::Unknown),
        (
            "Go",
            json!([range("SEMVER"), { "type": "SEMVER", "events": [{ "fixed": "1" }] }]),
            json!([]),
            VersionStatus::Unknown,
        ),
        (
            "Go",
            json!([range("SEMVER"), { "type": "SEMVER", "events": [{ "introduced": "0", "fixed": "1" }] }]),
            json!([]),
            VersionStatus::Unknown,
        ),
        (
            "Go",
            json!([range("SEMVER"), { "type": "SEMVER", "events": [{ "introduced": 0 }] }]),
            json!([]),
            VersionStatus::Unknown,
        ),
        ("Go", json!([range("SEMVER")]), json!([1.5]), VersionStatus::Unknown),
    ] {
        let (record, _) = read(&json!({ "id": "X-1", "affected": [
            { "package": { "ecosystem": ecosystem, "name": "n" }, "ranges": ranges, "versions": versions }] }))?;
        assert_eq!(record.affected[0].default_status, wanted, "{ecosystem} {ranges} {versions}");
    }
    Ok(())
}

#[test]
fn releases_names_and_withdrawals_are_read() -> Result<(), String> {
    let (record, _) = read(
        &json!({ "id": "ALSA-1", "withdrawn": "2020-01-01T00:00:00Z", "modified": "0001-01-01T00:00:00Z", "affected": [
        { "package": { "ecosystem": "AlmaLinux:8", "name": "kernel" } }, { "ranges": [] }] }),
    )?;
    assert!(record.withdrawn && record.modified.is_none());
    assert_eq!(record.affected[0].release.as_deref(), Some("8"));
    assert_eq!(record.affected[0].keys().len(), 1);
    assert!(record.affected[1].keys().is_empty());
    let cpe = |product: &str| format!("cpe:2.3:a:acme:{product}:*:*:*:*:*:*:*:*");
    for (cpes, count, wanted) in [
        (json!([cpe("pump"), cpe("pump").replace(":*:*:*:*:*:*:*", ":*:*:*:*:windows:*:*")]), 1, 2),
        (json!([cpe("pump"), cpe("tool")]), 1, 0),
        (json!([cpe("pump")]), 2, 0),
    ] {
        let entry = json!({ "package": { "ecosystem": "Bitnami", "name": "pump" } });
        let affected: Vec<_> = (0..count).map(|_| entry.clone()).collect();
        let (record, _) = read(&json!({ "id": "BIT-1", "affected": affected, "database_specific": { "cpes": cpes } }))?;
        assert_eq!(record.affected[0].cpes.len(), wanted, "{cpes}");
        assert_eq!(record.affected[0].product.as_deref(), Some("pump"));
    }
    assert_eq!(source_of("OSS-Fuzz"), "osv/oss-fuzz");
    Ok(())
}

#[test]
fn what_cannot_be_read_is_set_aside() -> Result<(), String> {
    let good = json!({ "package": { "ecosystem": "Go", "name": "n" } });
    for (fields, entries, reason) in [
        (json!({ "affected": [good, { "package": 3 }] }), 1, "affected 2: "),
        (json!({ "affected": [good, 7] }), 1, "affected 2: "),
        (json!({ "affected": [good], "withdrawn": true }), 1, "withdrawn: expected a text"),
        (json!({ "affected": [good], "aliases": ["a", 3] }), 1, "aliases 2: "),
        (json!({ "affected": [good], "severity": [{ "type": "CVSS_V3" }] }), 1, "severity 1: "),
        (json!({ "affected": {} }), 0, "affected: expected a list"),
    ] {
        let mut value = fields.clone();
        value["id"] = json!("X-1");
        let (record, aside) = read(&value)?;
        let aside = aside.ok_or_else(|| format!("nothing set aside of {fields}"))?;
        assert!(aside.reason.starts_with("in part: ") && aside.reason.contains(reason), "{}", aside.reason);
        assert_eq!((record.affected.len(), record.withdrawn), (entries, false), "{fields}");
    }
    for (value, id) in [(json!({ "id": 3 }), None), (json!({}), None), (json!({ "id": " " }), None), (json!([]), None)]
    {
        let items = record("osv/go", value.to_string().as_bytes(), 2);
        assert!(
            matches!(items.as_slice(), [Item::SetAside(aside)] if aside.id.as_ref().map(|id| id.as_str()) == id && aside.place == 2),
            "{value}"
        );
    }
    let (record, aside) = read(&json!({ "id": "X-1", "aliases": null, "affected": [good], "withdrawn": null }))?;
    assert!(aside.is_none() && record.affected.len() == 1 && !record.withdrawn);
    Ok(())
}

#[test]
fn a_record_that_names_too_little_takes_the_place_of_none_that_names_more() -> Result<(), String> {
    let good = json!({ "package": { "ecosystem": "Go", "name": "n" } });
    let package = |ecosystem: &str, name: &str| json!([good, { "package": { "ecosystem": ecosystem, "name": name } }]);
    for affected in [
        json!(null),
        json!([]),
        json!([{}]),
        json!([good, { "versions": ["1"] }]),
        package("PyPI", ""),
        package("", "n"),
        package("PyPII", "n"),
    ] {
        let (record, aside) = read(&json!({ "id": "X-1", "aliases": ["CVE-2020-1"], "affected": affected }))?;
        assert_eq!(
            (record.id.as_str(), ids(&record.aliases)),
            ("X-1~in-part", vec!["X-1", "CVE-2020-1"]),
            "{affected}"
        );
        assert!(aside.is_some_and(|aside| aside.reason.contains("takes") || aside.reason.contains("not taken back")));
    }
    // A release belongs to an ecosystem, and a source may be of one that came to be later.
    for known in ["Debian:12", "crates.io", "PyPI"] {
        assert_eq!(read(&json!({ "id": "X-1", "affected": package(known, "n") }))?.1, None, "{known}");
    }
    for name in ["Some New", "Some New:2"] {
        let text = json!({ "id": "X-1", "affected": package(name, "n") }).to_string();
        assert_eq!(record("osv/some new", text.as_bytes(), 1).len(), 1, "{name}");
    }
    let spaced = read(&json!({ "id": "X-1", "affected": package("Debian :12", "n") }))?.0;
    let named = spaced.affected.last().and_then(|one| one.package.as_ref()).map(ToString::to_string);
    assert_eq!(named.as_deref(), Some("debian:n"));
    // What is withdrawn need name nothing, and what is known by commits alone has no package.
    let commits = json!([{ "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }]);
    for (affected, withdrawn) in [(json!(null), "2020-01-01"), (commits, "")] {
        let (record, aside) = read(&json!({ "id": "X-1", "affected": affected, "withdrawn": withdrawn }))?;
        assert_eq!((record.id.as_str(), aside), ("X-1", None), "{affected}");
    }
    Ok(())
}

#[test]
fn only_a_day_withdraws_a_record() -> Result<(), String> {
    for (word, day) in [
        ("2020-01-02T00:00:00Z", Some("2020-01-02")),
        // Real ones are withdrawn long after what they call their last change.
        ("2024-01-02", Some("2024-01-02")),
        ("2099-01-01T00:00:00Z", Some("2099-01-01")),
        ("0001-01-01T00:00:00Z", None),
        ("false", None),
    ] {
        let affected = json!([{ "package": { "ecosystem": "Go", "name": "n" } }]);
        let text = json!({ "id": "X-1", "modified": "2020-01-02T00:00:00Z", "withdrawn": word, "affected": affected })
            .to_string();
        let items = record("osv/go", text.as_bytes(), 1);
        let Some(Item::Record(dated)) = items.first() else { return Err(format!("{word}: {items:?}")) };
        assert_eq!(dated.withdrawn_on.map(|day| day.to_string()).as_deref(), day);
        assert_eq!((dated.record.withdrawn, items.len()), (day.is_some(), 1 + usize::from(day.is_none())), "{word}");
    }
    Ok(())
}

#[test]
fn a_range_that_ends_in_two_ways_clears_nothing() -> Result<(), String> {
    let range = |events: Value| {
        read(&json!({ "id": "X-1", "modified": "2020-01-01T00:00:00Z", "affected": [{
            "package": { "ecosystem": "PyPI", "name": "foo" },
            "ranges": [{ "type": "ECOSYSTEM", "events": events }] }] }))
    };
    let (record, aside) = range(json!([{ "introduced": "0" }, { "last_affected": "0.9" }, { "fixed": "2.0" }]))?;
    assert!(aside.is_some());
    assert_eq!(record.affected[0].default_status, VersionStatus::Unknown);
    assert!(matches!(record.affected[0].versions.as_slice(), [VersionStatement::Prose { .. }]));
    assert_eq!(range(json!([{ "introduced": "0" }, { "fixed": "2.0" }]))?.1, None);
    Ok(())
}
