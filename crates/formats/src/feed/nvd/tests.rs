use serde_json::{Value, json};
use ward_model::vulnerability::{Operator, VulnerabilityRecord};

use super::{FeedError, Item, Reader};

fn file(elements: &[Value]) -> String {
    json!({ "resultsPerPage": elements.len(), "startIndex": 0, "totalResults": elements.len(), "format": "NVD_CVE",
        "version": "2.0", "timestamp": "2026-08-22T00:00:00.000", "vulnerabilities": elements })
    .to_string()
}

fn items(text: &str) -> Result<Vec<Item>, FeedError> {
    Reader::new(text.as_bytes()).collect()
}

fn one(cve: Value) -> Result<VulnerabilityRecord, String> {
    match items(&file(&[json!({ "cve": cve })])).map_err(|error| error.to_string())?.pop() {
        Some(Item::Record(dated)) => Ok(dated.record),
        Some(Item::SetAside(aside)) => Err(aside.reason),
        None => Err("nothing".to_owned()),
    }
}

fn with_match(criterion: Value) -> Result<VulnerabilityRecord, String> {
    one(
        json!({ "id": "CVE-2000-1", "configurations": [{ "nodes": [{ "operator": "OR", "negate": false, "cpeMatch": [criterion] }] }] }),
    )
}

#[test]
fn a_criterion_that_ends_before_the_product_is_none() -> Result<(), String> {
    let with = |criteria: &str| with_match(json!({ "vulnerable": true, "criteria": criteria }));
    for criteria in ["cpe:2.3:a:acme", "cpe:2.3:a", "cpe:2.3:a:acme:a:b:c:d:e:f:g:h:i:j"] {
        assert!(with(criteria).is_err(), "{criteria}");
    }
    // What is left out behind it is any.
    with("cpe:2.3:a:acme:tool").map(drop)
}

#[test]
fn a_whole_record_is_mapped() -> Result<(), String> {
    let record = one(json!({
        "id": "CVE-2020-0001", "sourceIdentifier": "x@example.org", "published": "2020-01-02T03:04:05.678", "lastModified": "2021-02-03T00:00:00.000",
        "vulnStatus": "Analyzed", "evaluatorComment": "unknown fields are passed over",
        "descriptions": [{ "lang": "es", "value": "hola" }, { "lang": "en", "value": "a \"flaw\"\n" }],
        "metrics": { "cvssMetricV2": [{ "source": "nvd@nist.gov", "type": "Primary", "cvssData": { "version": "2.0", "vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P" } }],
            "cvssMetricV30": [{ "source": "c", "type": "Secondary", "cvssData": { "vectorString": "CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } }],
            "cvssMetricV31": [{ "source": "nvd@nist.gov", "type": "Primary", "cvssData": { "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8 } }],
            "cvssMetricV40": [{ "source": "b", "type": "Secondary", "cvssData": { "vectorString": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" } }],
            "ssvcV203": [{ "odd": 1 }] },
        "weaknesses": [{ "source": "a", "description": [{ "lang": "en", "value": "CWE-787" }, { "lang": "en", "value": "NVD-CWE-noinfo" }] },
            { "source": "b", "description": [{ "lang": "en", "value": "CWE-79" }, { "lang": "en", "value": "CWE-787" }] }],
        "configurations": [
            { "operator": "AND", "negate": true, "nodes": [
                { "operator": "OR", "negate": false, "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:o:acme:pump_firmware:*:*:*:*:*:*:*:*", "versionStartExcluding": "1.0", "versionEndIncluding": "2.0", "matchCriteriaId": "A" }] },
                { "operator": "AND", "negate": true, "cpeMatch": [{ "vulnerable": false, "criteria": "cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*", "matchCriteriaId": "B" }] }] },
            { "nodes": [{ "operator": "OR", "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:3\\:1:rc1:*:*:*:*:*:*" }] }] }]
    }))?;
    assert_eq!((record.id.as_str(), record.source.as_str(), record.withdrawn), ("CVE-2020-0001", "nvd", false));
    assert_eq!(record.description, "a \"flaw\"\n");
    assert_eq!(record.published.map(|date| date.to_string()).as_deref(), Some("2020-01-02"));
    assert_eq!(record.modified.map(|date| date.to_string()).as_deref(), Some("2021-02-03"));
    assert_eq!((record.weaknesses.as_slice(), record.received), ([79, 787].as_slice(), None));
    let scores: Vec<_> = record
        .scores
        .iter()
        .map(|score| (score.vector.as_str().split('/').next().unwrap_or(""), score.source.as_str()))
        .collect();
    assert_eq!(scores, [("AV:N", "nvd@nist.gov"), ("CVSS:3.0", "c"), ("CVSS:3.1", "nvd@nist.gov"), ("CVSS:4.0", "b")]);
    let [first, second] = record.configurations.as_slice() else { return Err("two configurations".to_owned()) };
    assert_eq!((first.operator, first.negate, first.nodes.len()), (Operator::And, true, 2));
    assert_eq!((first.nodes[0].operator, first.nodes[0].negate), (Operator::Or, false));
    assert_eq!((first.nodes[1].operator, first.nodes[1].negate), (Operator::And, true));
    assert_eq!(first.nodes[0].criteria[0].range_text(), ">1.0 <=2.0");
    assert!(!first.nodes[1].criteria[0].vulnerable);
    assert_eq!((second.operator, second.negate), (Operator::Or, false));
    assert_eq!(second.nodes[0].criteria[0].range_text(), "=3:1 rc1");
    Ok(())
}

#[test]
fn what_nvd_hands_on_of_products_and_evidence_is_kept() -> Result<(), String> {
    let record = one(json!({
        "id": "CVE-2026-1", "lastModified": "2026-08-17T06:38:46.547", "cisaExploitAdd": "2026-08-01", "cisaActionDue": "2026-08-22",
        "affected": [
            { "source": "security@acme.example", "affectedData": [{ "vendor": "Acme", "product": "Edge Gateway", "defaultStatus": "unaffected",
                "cpes": ["cpe:2.3:o:acme:edge_gateway_firmware:*:*:*:*:*:*:*:*"],
                "versions": [{ "version": "1.0", "lessThan": "1.5", "versionType": "semver", "status": "affected" }] }] },
            { "source": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "affectedData": [{ "vendor": "n/a", "product": "n/a" }, { "vendor": "acme", "product": "edge_gateway" }] }],
        "metrics": { "ssvcV203": [{ "source": "134c704f", "ssvcData": { "timestamp": "2026-08-02T00:00:00Z", "role": "CISA Coordinator", "version": "2.0.3",
            "options": [{ "exploitation": "active" }, { "automatable": "yes" }, { "technicalImpact": "total" }] } }] },
        "references": [{ "url": "https://example.org/a", "source": "x", "tags": ["Exploit", "Third Party Advisory"] }, { "url": "https://example.org/b" },
            { "url": "https://example.org/c", "tags": ["Patch"] }]
    }))?;
    let [first, second] = record.affected.as_slice() else { return Err(format!("{:?}", record.affected)) };
    assert_eq!((first.asserter.as_str(), first.versions.len(), first.cpes.len()), ("security@acme.example", 1, 1));
    assert_eq!(second.product.as_deref(), Some("edge_gateway"));
    assert_eq!(record.exploit_references, ["https://example.org/a"]);
    assert_eq!(
        record.known_exploited.iter().map(|one| one.added).collect::<Vec<_>>(),
        [Some(jiff::civil::date(2026, 8, 1))]
    );
    let decisions: Vec<_> =
        record.ssvc.iter().map(|one| (one.exploitation.as_deref(), one.technical_impact.as_deref())).collect();
    assert_eq!(decisions, [(Some("active"), Some("total"))]);
    Ok(())
}

#[test]
fn a_product_that_nvd_hands_on_broken_is_set_aside_beside_its_record() -> Result<(), FeedError> {
    let tool = "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*";
    for affected in [
        json!([{ "source": "a", "affectedData": [{ "product": 3, "cpes": [tool] }] }]),
        json!([{ "source": "a", "affectedData": { "cpes": [tool] } }]),
        json!({ "cpes": [tool] }),
        json!([{ "source": "a", "affectedData": [{ "product": "tool", "cpes": ["cpe:2.3:q:acme:tool:1", tool.to_owned() + ":*:*"] }] }]),
    ] {
        let next = json!({ "cve": { "id": "CVE-2000-3" } });
        let read = items(&file(&[json!({ "cve": { "id": "CVE-2000-2", "affected": affected } }), next]))?;
        let [Item::Record(_), Item::SetAside(aside), Item::Record(_)] = read.as_slice() else {
            return Err(FeedError::Incomplete { announced: 3, held: read.len() as u64 });
        };
        assert_eq!((aside.id.as_ref().map(|id| id.as_str()), aside.place), (Some("CVE-2000-2"), 1));
        assert!(aside.products.iter().any(|product| product.to_string() == "a:acme:tool"), "{affected}");
    }
    Ok(())
}

#[test]
fn scores_stand_in_the_order_of_the_feed() -> Result<(), FeedError> {
    let v31 = r#""cvssMetricV31":[{"source":"a","cvssData":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]"#;
    let v2 = r#""cvssMetricV2":[{"source":"b","cvssData":{"vectorString":"AV:N/AC:L/Au:N/C:P/I:P/A:P"}}]"#;
    for (first, second, wanted) in [(v31, v2, ["a", "b"]), (v2, v31, ["b", "a"])] {
        let text = file(&[json!({ "cve": { "id": "CVE-2000-1", "metrics": {} } })])
            .replace("\"metrics\":{}", &format!("\"metrics\":{{{first},{second}}}"));
        let read = items(&text)?;
        let [Item::Record(dated)] = read.as_slice() else {
            return Err(FeedError::Incomplete { announced: 1, held: 0 });
        };
        assert_eq!(dated.record.scores.iter().map(|score| score.source.as_str()).collect::<Vec<_>>(), wanted);
    }
    Ok(())
}

#[test]
fn rejected_means_withdrawn_and_little_is_needed() -> Result<(), String> {
    let record = one(json!({ "id": "CVE-2014-1", "vulnStatus": "Rejected" }))?;
    assert!(record.withdrawn && record.configurations.is_empty() && record.published.is_none());
    Ok(())
}

#[test]
fn ranges_are_read_as_they_mean() -> Result<(), String> {
    for (extra, wanted) in [
        (json!({ "versionEndExcluding": "1.2" }), "<1.2"),
        (json!({ "versionStartIncluding": "1.0", "versionEndExcluding": "1.2" }), ">=1.0 <1.2"),
        (json!({ "versionStartIncluding": "-", "versionEndExcluding": "1.2" }), "<1.2"),
        (json!({ "versionStartIncluding": "", "versionEndIncluding": "1.2" }), "<=1.2"),
        (json!({ "versionEndIncluding": "-" }), "<=-"),
        (json!({}), "all versions (no range given)"),
    ] {
        let mut criterion = json!({ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*" });
        for (name, value) in extra.as_object().into_iter().flatten() {
            criterion[name] = value.clone();
        }
        let record = with_match(criterion)?;
        assert_eq!(record.configurations[0].nodes[0].criteria[0].range_text(), wanted);
    }
    let record = with_match(
        json!({ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:-:*:*:*:*:*:*:*", "versionEndExcluding": "2" }),
    )?;
    assert_eq!(record.configurations[0].nodes[0].criteria[0].cpe.to_string(), "cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*");
    Ok(())
}

#[test]
fn what_cannot_be_read_is_set_aside_and_the_rest_is_read() -> Result<(), FeedError> {
    let node = |node: Value| json!({ "cve": { "id": "CVE-2000-2", "configurations": [{ "nodes": [node] }] } });
    let good = || json!({ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*" });
    let bad = [
        (json!({ "cve": { "id": 7 } }), None),
        (json!({ "other": {} }), None),
        (json!({ "cve": { "id": " " } }), None),
        (json!(3), None),
        (json!({ "cve": { "id": "CVE-2000-2", "configurations": 3 } }), Some("CVE-2000-2")),
        (node(json!({ "operator": "XOR", "cpeMatch": [] })), Some("CVE-2000-2")),
        (node(json!({ "operator": "OR", "cpeMatch": [], "children": [{}] })), Some("CVE-2000-2")),
        (node(json!({ "operator": "OR" })), Some("CVE-2000-2")),
        (
            node(json!({ "operator": "OR", "cpeMatch": [good(), { "vulnerable": true, "criteria": "openssl" }] })),
            Some("CVE-2000-2"),
        ),
        (
            node(
                json!({ "operator": "OR", "cpeMatch": [good(), { "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*" }] }),
            ),
            Some("CVE-2000-2"),
        ),
        (
            node(
                json!({ "operator": "OR", "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*", "versionEndExcluding": "2" }] }),
            ),
            Some("CVE-2000-2"),
        ),
        (
            node(
                json!({ "operator": "OR", "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:*:*:*:*:*:*:*:*", "versionEndExcluding": "2", "versionEndIncluding": "2" }] }),
            ),
            Some("CVE-2000-2"),
        ),
    ];
    let last = json!({ "cve": { "id": "CVE-2000-9" } });
    let all: Vec<Value> = bad.iter().map(|(element, _)| element.clone()).chain([last]).collect();
    let read = items(&file(&all))?;
    assert_eq!(read.len(), all.len());
    for (index, (item, (_, id))) in read.iter().zip(&bad).enumerate() {
        let Item::SetAside(aside) = item else {
            return Err(FeedError::Incomplete { announced: index as u64, held: 0 });
        };
        assert_eq!((aside.id.as_ref().map(|id| id.as_str()), aside.place), (*id, index as u64 + 1), "{}", aside.reason);
    }
    assert!(matches!(read.last(), Some(Item::Record(_))));
    Ok(())
}

#[test]
fn what_only_describes_does_not_set_a_record_aside() -> Result<(), String> {
    let good = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let metric = |vector: Value| json!({ "source": "a", "cvssData": { "vectorString": vector } });
    let tool = json!([{ "nodes": [{ "cpeMatch": [{ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*" }] }] }]);
    // Metrics, the readable scores, the unreadable vectors.
    for (metrics, scores, unreadable) in [
        (json!({ "cvssMetricV31": [metric(json!("CVSS:3.1/AV:Q")), metric(json!(good))] }), 1, vec!["CVSS:3.1/AV:Q"]),
        (
            json!({ "cvssMetricV31": [metric(json!(good))], "cvssMetricV50": [metric(json!("CVSS:5.0/X:Y"))] }),
            1,
            vec!["CVSS:5.0/X:Y"],
        ),
        (json!({ "cvssMetricV31": [metric(json!(good)), { "source": "b" }] }), 1, vec![r#"{"source":"b"}"#]),
        (json!({ "cvssMetricV31": [{ "source": 3, "cvssData": { "vectorString": good } }] }), 0, vec![good]),
        (json!({ "cvssMetricV31": 3 }), 0, vec!["3"]),
        (json!("none"), 0, vec![r#""none""#]),
        (json!(null), 0, vec![]),
    ] {
        let record = one(json!({ "id": "CVE-2000-2", "metrics": metrics, "configurations": tool }))?;
        assert_eq!(
            (record.scores.len(), record.unreadable_vectors),
            (scores, unreadable.into_iter().map(str::to_owned).collect())
        );
        assert_eq!(record.configurations.len(), 1);
    }
    for (field, value) in [
        ("published", json!("some day")),
        ("published", json!(3)),
        ("lastModified", json!("some day")),
        ("lastModified", json!([])),
        ("descriptions", json!(3)),
        ("weaknesses", json!("CWE-79")),
        ("vulnStatus", json!(1)),
    ] {
        let mut cve = json!({ "id": "CVE-2000-2", "configurations": tool });
        cve[field] = value;
        let read = items(&file(&[json!({ "cve": cve })])).map_err(|error| error.to_string())?;
        let [Item::Record(dated)] = read.as_slice() else { return Err(format!("{field} sets the record aside")) };
        assert_eq!(
            (dated.record.published, dated.record.modified, dated.last_modified.as_str()),
            (None, None, ""),
            "{field}"
        );
        assert_eq!(dated.record.configurations.len(), 1);
    }
    Ok(())
}

#[test]
fn a_record_that_is_set_aside_still_names_its_products() -> Result<(), FeedError> {
    for (criteria, wanted) in [
        (
            json!([{ "vulnerable": true, "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*" }, { "vulnerable": true, "criteria": "openssl" }]),
            vec!["a:acme:tool"],
        ),
        (
            json!([{ "vulnerable": true, "criteria": "cpe:2.3:o:acme:tool_os:1:*:*:*:*:*:*:*:*:*:*:*" }]),
            vec!["o:acme:tool_os"],
        ),
        (json!([{ "criteria": "cpe:2.3:a:acme:a\\:b:1:x" }]), vec!["a:acme:a\\:b"]),
        (
            json!([{ "vulnerable": true, "criteria": "cpe:2.3:q:acme:tool:1:*:*:*:*:*:*:*" }]),
            vec!["a:acme:tool", "o:acme:tool", "h:acme:tool"],
        ),
        (json!([{ "criteria": "cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*" }]), vec!["a:acme:tool"]),
        (json!([{ "criteria": "cpe:2.3:a" }]), vec![]),
    ] {
        let element =
            json!({ "cve": { "id": "CVE-2000-2", "configurations": [{ "nodes": [{ "cpeMatch": criteria }] }] } });
        let read = items(&file(&[element]))?;
        let [Item::SetAside(aside)] = read.as_slice() else {
            return Err(FeedError::Incomplete { announced: 1, held: 0 });
        };
        let named: Vec<String> = aside.products.iter().map(ToString::to_string).collect();
        let mut wanted = wanted;
        wanted.sort_by_key(|key| key.parse::<ward_model::cpe::ProductKey>().ok());
        assert_eq!(named, wanted);
    }
    Ok(())
}

#[test]
fn a_file_that_is_not_whole_is_an_error() {
    let element = json!({ "cve": { "id": "CVE-2000-1" } });
    let whole = file(&[element.clone(), element]);
    for end in 1..whole.len() {
        assert!(items(&whole[..end]).is_err(), "{}", &whole[..end]);
    }
    assert!(
        matches!(items(&whole.replace("\"totalResults\":2", "\"totalResults\":9")), Ok(read) if read.len() == 2),
        "a page of several"
    );
    let more = whole
        .replace("\"totalResults\":2", "\"totalResults\":9")
        .replace("\"resultsPerPage\":2", "\"resultsPerPage\":9");
    assert!(matches!(items(&more), Err(FeedError::Incomplete { announced: 9, held: 2 })));
    assert!(matches!(items(&whole.replace("NVD_CVE", "OTHER")), Err(FeedError::WrongFeed { .. })));
    assert!(matches!(items(&whole.replace("\"2.0\"", "\"1.1\"")), Err(FeedError::WrongFeed { .. })));
    assert!(items(&whole.replace("{\"id\":\"CVE-2000-1\"}", "{\"id\":}")).is_err());
}

#[test]
fn one_text_that_is_none_costs_no_record() -> Result<(), String> {
    let whole =
        file(&[json!({ "cve": { "id": "CVE-2000-1", "descriptions": [{ "lang": "en", "value": "a QQQQQQ b" }] } })]);
    let place = whole.find("QQQQQQ").ok_or("not there")?;
    for odd in [br"\ud800".as_slice(), br"\uDFFF", b"\xffQQQQQ", b"\tQQQQQ"] {
        let mut bytes = whole.clone().into_bytes();
        bytes[place..place + 6].copy_from_slice(odd);
        let read =
            super::Reader::new(bytes.as_slice()).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        assert!(matches!(read.as_slice(), [Item::Record(_)]), "{odd:?}: {read:?}");
    }
    // Both halves make one character, and a backslash before `u` takes its meaning away.
    for (fine, wanted) in [(r"\ud83d\ude00", "\u{1f600}"), (r"\\ud800", "\\ud800")] {
        let text = whole.replace("QQQQQQ", fine).replace("b\"", "\u{1}\"");
        let read = super::Reader::new(text.as_bytes()).next().ok_or("nothing")?.map_err(|error| error.to_string())?;
        let Item::Record(dated) = read else { return Err(format!("{read:?}")) };
        assert_eq!(dated.record.description, format!("a {wanted}  "));
    }
    Ok(())
}

#[test]
fn a_word_that_stands_twice_takes_no_finding_back() -> Result<(), String> {
    let criterion = |name: &str| {
        format!(r#""configurations":[{{"nodes":[{{"cpeMatch":[{{"vulnerable":true,"criteria":"{name}"}}]}}]}}]"#)
    };
    let (pump, valve) = ("cpe:2.3:a:acme:pump:1.0:*:*:*:*:*:*:*", "cpe:2.3:a:acme:valve:1.0:*:*:*:*:*:*:*");
    for (fields, products) in [
        (format!(r#""vulnStatus":"Analyzed","vulnStatus":"Rejected",{}"#, criterion(pump)), vec!["a:acme:pump"]),
        (format!("{},{}", criterion(valve), criterion(pump)), vec!["a:acme:pump", "a:acme:valve"]),
    ] {
        let text = file(&[json!({ "cve": { "id": "CVE-2000-1", "QQ": 1 } })]).replace(r#""QQ":1"#, &fields);
        let read = items(&text).map_err(|error| error.to_string())?;
        let [Item::Record(dated), Item::SetAside(aside)] = read.as_slice() else { return Err(format!("{read:?}")) };
        assert!(!dated.record.withdrawn && aside.reason.contains("duplicate field"), "{}", aside.reason);
        let named: Vec<String> = aside.products.iter().map(ToString::to_string).collect();
        assert_eq!(named, products);
    }
    Ok(())
}

#[test]
fn an_identifier_has_no_blanks_around_it_and_a_stamp_no_zone() -> Result<(), String> {
    let text = file(&[json!({ "cve": { "id": "CVE-2000-1 ", "lastModified": "2026-03-12T01:00:00+09:00" } })]);
    let read = items(&text).map_err(|error| error.to_string())?;
    let [Item::Record(dated)] = read.as_slice() else { return Err(format!("{read:?}")) };
    assert_eq!((dated.record.id.as_str(), dated.last_modified.as_str()), ("CVE-2000-1", "2026-03-11T16:00:00"));
    Ok(())
}
