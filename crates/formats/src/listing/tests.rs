use super::cvelist::{Asset, Holds};
use super::{Checksum, checksums, csaf, cvelist, endoflife, nvd, security_txt};

const A: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn checksums_are_known_by_their_length() {
    assert_eq!(Checksum::from_hex(A).map(|sum| sum.to_string()).as_deref(), Some(A));
    assert_eq!(Checksum::from_hex(&A.to_uppercase()), Checksum::from_hex(A));
    assert_eq!(Checksum::from_hex(&A.repeat(2)).map(|sum| sum.name()), Some("SHA-512"));
    for wrong in ["", "abc", &A[2..], &A.replace('a', "g"), &A.repeat(3), "ä", &"é".repeat(32)] {
        assert_eq!(Checksum::from_hex(wrong), None, "{wrong}");
    }
}

#[test]
fn lists_of_checksums() {
    let text = format!("{A}  ./nvd/a.json.gz\r\n{A} *kev/b.json\n\n# remark\n{A}\n");
    let names: Vec<_> = checksums::read(text.as_bytes()).unwrap().into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["nvd/a.json.gz", "kev/b.json", ""]);
    for wrong in ["", "\n", "<html>", "a.json"] {
        assert!(checksums::read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(checksums::read(b"\xff").is_err());
}

#[test]
fn meta_files_name_a_digest() {
    let meta = nvd::meta(format!("lastModifiedDate:2026-08-22T00:00:00-04:00\r\nsize:12\r\nsha256:{A}\r\n").as_bytes())
        .unwrap();
    assert_eq!((meta.size, meta.sha256.to_string().as_str()), (Some(12), A));
    assert_eq!(meta.last_modified.as_deref(), Some("2026-08-22T00:00:00-04:00"));
    assert!(nvd::meta(b"size:12\n").is_err() && nvd::meta(b"<html>login</html>").is_err());
}

#[test]
fn pages_say_where_they_stand() {
    let text = br#"{"resultsPerPage":2,"startIndex":4,"totalResults":6,"format":"NVD_CVE","version":"2.0",
        "timestamp":"2026-11-27T20:15:00.123","vulnerabilities":[{"cve":{}},{"cve":{"a":[1]}}]}"#;
    let page = nvd::page(text.as_slice()).unwrap();
    assert_eq!((page.start, page.total, page.held), (4, 6, 2));
    assert_eq!(page.timestamp.as_deref(), Some("2026-11-27T20:15:00.123"));
    let text_of_ids = br#"{"vulnerabilities":[{"cve":{"id":"CVE-2020-1","a":1}},{"cve":{}},7]}"#;
    assert_eq!(nvd::identifiers(text_of_ids.as_slice()).unwrap(), [Some("CVE-2020-1".to_owned()), None, None]);
    assert!(nvd::page(&text[..text.len() - 3]).is_err(), "a cut page is none");
    assert!(nvd::page(b"{}".as_slice()).is_err());
}

#[test]
fn releases_of_the_cve_list() {
    let text = format!(
        r#"{{"tag_name":"cve_2026-11-27_1800Z","name":"x","assets":[
        {{"name":"2026-11-27_all_CVEs_at_midnight.zip.zip","browser_download_url":"https://a.example/all","size":7,"digest":"sha256:{A}"}},
        {{"name":"2026-11-27_delta_CVEs_at_1800Z.zip","browser_download_url":"https://a.example/delta","digest":null}}]}}"#
    );
    let release = cvelist::release(text.as_bytes()).unwrap();
    assert_eq!(release.assets[0].kind(), Some(("2026-11-27", Holds::Everything)));
    assert_eq!(release.assets[1].kind(), Some(("2026-11-27", Holds::ChangesSoFar)));
    assert_eq!((release.assets[0].bytes, release.assets[0].checksum.clone()), (Some(7), Checksum::from_hex(A)));
    let kind = |name: &str| {
        let asset = Asset { name: name.to_owned(), address: String::new(), bytes: None, checksum: None };
        asset.kind().map(|(_, holds)| holds)
    };
    assert_eq!(kind("2026-11-26_delta_CVEs_at_end_of_day.zip"), Some(Holds::ChangesOfDay));
    for other in [
        "",
        "release_notes.md",
        "2026-11-26_delta_CVEs_at_0100Z.txt",
        "2026-11-2é_all_CVEs_at_midnight.zip",
        "../26-11-26_all",
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
    assert!(cvelist::release(br#"{"message":"API rate limit exceeded"}"#).is_err());
}

#[test]
fn products_of_endoflife_and_their_identifiers() {
    assert_eq!(endoflife::products(br#"["alpine","go"]"#).unwrap(), ["alpine", "go"]);
    assert!(endoflife::products(b"[]").is_err() && endoflife::products(b"{}").is_err());
    let full = br#"{"schema_version":"1","total":2,"result":[{"name":"go","label":"Go","identifiers":[{"id":"cpe:/a:golang:go","type":"cpe"},
        {"id":"pkg:x/go","type":"purl"}],"releases":[]},{"name":"none","identifiers":[]}]}"#;
    assert_eq!(endoflife::identifiers(full).unwrap(), r#"{"go":[{"cpe":"cpe:/a:golang:go"},{"purl":"pkg:x/go"}]}"#);
    assert!(endoflife::identifiers(br#"{"result":[]}"#).is_err());
}

#[test]
fn providers_and_their_distributions() {
    let text = br#"{"canonical_url":"https://a.example/provider-metadata.json","role":"csaf_trusted_provider",
        "publisher":{"name":"Acme","namespace":"https://a.example","category":"vendor"},
        "distributions":[{"rolie":{"feeds":[{"url":"https://a.example/white.json","tlp_label":"WHITE","summary":"s"}]}},
        {"directory_url":"https://a.example/csaf/"},{"directory":{"url":"https://a.example/new/","tlp_label":"CLEAR"}}],
        "public_openpgp_keys":[{"fingerprint":"AB","url":"https://a.example/key.asc"}]}"#;
    let provider = csaf::provider(text).unwrap();
    assert_eq!((provider.name.as_str(), provider.distributions.len(), provider.keys.len()), ("Acme", 3, 1));
    assert!(
        matches!(&provider.distributions[0], csaf::Distribution::Feed { label: Some(label), .. } if label == "WHITE")
    );
    assert!(csaf::provider(b"[]").is_err());
}

#[test]
fn rolie_feeds_name_documents() {
    let text = br#"{"feed":{"id":"x","title":"t","link":[],"updated":"2026-01-01T00:00:00Z","entry":[
        {"id":"A-1","title":"t","published":"2026-01-01T00:00:00Z","updated":"2026-01-02T00:00:00Z",
         "link":[{"rel":"self","href":"https://a.example/a-1.json"},{"rel":"hash","href":"https://a.example/a-1.json.sha512"},
         {"rel":"signature","href":"https://a.example/a-1.json.asc"}],"content":{"type":"application/json","src":"https://a.example/x.json"}},
        {"id":"A-2","content":{"src":"https://a.example/a-2.json"}}]}}"#;
    let listed: Vec<_> = csaf::rolie(text).unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(listed[0].address, "https://a.example/a-1.json");
    assert_eq!(listed[0].checksums, ["https://a.example/a-1.json.sha512"]);
    assert_eq!(listed[0].signature.as_deref(), Some("https://a.example/a-1.json.asc"));
    assert_eq!((listed[1].address.as_str(), &listed[1].updated), ("https://a.example/a-2.json", &None));
    let lost = csaf::rolie(br#"{"feed":{"entry":[{"id":"A-3"},{"id":"A-4","content":{"src":"a-4.json"}}]}}"#).unwrap();
    assert!(lost[0].as_ref().unwrap_err().to_string().contains("A-3") && lost[1].is_ok());
}

#[test]
fn folders_list_documents_and_changes() {
    assert_eq!(csaf::index(b"\xef\xbb\xbf2024/a.json\r\n\r\n2023/b.json").unwrap(), ["2024/a.json", "2023/b.json"]);
    let changes =
        csaf::changes(b"\"2024/a.json\",\"2024-09-10T06:00:00Z\"\n2023/b.json,2023-01-01T00:00:00Z\n").unwrap();
    assert_eq!(changes[1], ("2023/b.json".to_owned(), "2023-01-01T00:00:00Z".to_owned()));
    assert!(csaf::changes(b"<html>\n").is_err());
    assert!(csaf::changes(b"").unwrap().is_empty());
}

#[test]
fn security_txt_names_metadata() {
    let text = "# x\nContact: mailto:a@b\nCSAF: https://a.example/csaf/provider-metadata.json\ncsaf:https://b.example/p\nCSAF:\n";
    assert_eq!(security_txt::csaf(text), ["https://a.example/csaf/provider-metadata.json", "https://b.example/p"]);
}

#[test]
fn nothing_makes_a_reader_panic() {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(64), |(bytes in proptest::collection::vec(any::<u8>(), 0..200))| {
        let _ = (checksums::read(&bytes), nvd::meta(&bytes), nvd::page(bytes.as_slice()), cvelist::release(&bytes));
        let _ = (endoflife::products(&bytes), endoflife::identifiers(&bytes), csaf::provider(&bytes), csaf::rolie(&bytes));
        let _ = (csaf::index(&bytes), csaf::changes(&bytes), security_txt::csaf(&String::from_utf8_lossy(&bytes)));
        let text = String::from_utf8_lossy(&bytes);
        let _ = Checksum::from_hex(&text);
        let asset = Asset { name: format!("2026-11-27{text}"), address: String::new(), bytes: None, checksum: None };
        let _ = asset.kind();
    });
}
