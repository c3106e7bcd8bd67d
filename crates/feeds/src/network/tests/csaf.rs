//! Providers of CSAF.

use super::server::{Server, Site};
use super::world::{World, plan, reason, sha256, sha512};
use crate::network::{FetchError, FetchPlan, Outcome, Signatures};

const DOCUMENT: &str = r#"{"document":{"title":"a"}}"#;

struct Vendor {
    site: Site,
    server: Server,
}

impl Vendor {
    /// With a folder and a feed, which list the same documents.
    fn new(distributions: &str) -> Self {
        let site = Site::default();
        let server = site.serve();
        let distributions = distributions.replace("BASE", &server.at(""));
        let text = format!(r#"{{"publisher":{{"name":"Acme"}},"distributions":[{distributions}]}}"#);
        site.put("/provider-metadata.json", text);
        Self { site, server }
    }

    fn folder() -> Self {
        let vendor = Self::new(r#"{"directory_url":"BASE/white"}"#);
        vendor.site.put("/white/index.txt", "2024/a.json\n2023/b.json\n");
        vendor.site.put(
            "/white/changes.csv",
            "\"2024/a.json\",\"2024-09-10T06:00:00Z\"\n\"2023/b.json\",\"2023-01-01T00:00:00Z\"\n",
        );
        vendor.site.put("/white/2024/a.json", DOCUMENT);
        vendor.site.put("/white/2023/b.json", DOCUMENT);
        vendor
    }

    fn plan(&self) -> FetchPlan {
        plan("csaf", &self.server.at("/provider-metadata.json"))
    }

    fn name(&self, path: &str) -> String {
        format!("csaf/127.0.0.1-{}{path}", self.server.port)
    }
}

#[test]
fn a_folder_is_read_by_its_index_and_its_changes() {
    let (world, vendor) = (World::new(), Vendor::folder());
    vendor.site.put("/white/2024/a.json.sha256", format!("{}  a.json\n", sha256(DOCUMENT.as_bytes())));
    vendor.site.put("/white/2024/a.json.asc", "-----BEGIN PGP SIGNATURE-----\n");
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 2), "{report:#?}");
    let expected =
        Signatures { checksum_right: 1, without_checksum: 1, signature_right: 0, not_checked: 1, unsigned: 1 };
    assert_eq!(report.signatures, Some(expected));
    let name = |path| vendor.name(path);
    assert_eq!(
        world.files(),
        [
            name("/white/2023/b.json"),
            name("/white/2024/a.json"),
            name("/white/2024/a.json.asc"),
            name("/white/2024/a.json.sha256")
        ]
    );

    // What did not change is not asked for again.
    let asked = vendor.server.seen().len();
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.new, report.unchanged, vendor.server.seen().len()), (0, 2, asked + 3));

    // What changed is, with its own checksum.
    let newer = r#"{"document":{"title":"b"}}"#;
    vendor.site.put("/white/2024/a.json", newer);
    vendor.site.put("/white/2024/a.json.sha512", sha512(newer.as_bytes()));
    vendor.site.put("/white/changes.csv", "2024/a.json,2024-10-10T06:00:00Z\n2023/b.json,2023-01-01T00:00:00Z\n");
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.new, report.unchanged), (1, 1));
    assert_eq!(world.read(&name("/white/2024/a.json")).as_deref(), Some(newer.as_bytes()));
    assert!(world.read(&name("/white/2024/a.json.sha256")).is_none(), "the checksum of the document of before is gone");
}

/// The document that `four.sig.asc` is over.
const SIGNED: &str = "{\"document\":{\"title\":\"an advisory\"}}";
const CERTIFICATE: &str = include_str!("../../openpgp/tests/four.asc");
const SIGNATURE: &str = include_str!("../../openpgp/tests/json.sig.asc");

#[test]
fn a_signature_is_checked_with_the_keys_that_the_provider_names() {
    let fingerprint = "92d48257fb4403720074e9667ed622aa7b144445";
    let keys = |vendor: &Vendor, fingerprint: &str| {
        let key = format!(r#"{{"fingerprint":"{fingerprint}","url":"{}"}}"#, vendor.server.at("/keys/acme.asc"));
        let folder = vendor.server.at("/white");
        vendor.site.put(
            "/provider-metadata.json",
            format!(
                r#"{{"publisher":{{"name":"Acme"}},"public_openpgp_keys":[{key}],"distributions":[{{"directory_url":"{folder}"}}]}}"#
            ),
        );
        vendor.site.put("/keys/acme.asc", CERTIFICATE);
    };
    let (world, vendor) = (World::new(), Vendor::folder());
    keys(&vendor, fingerprint);
    vendor.site.put("/white/2024/a.json", SIGNED);
    vendor.site.put("/white/2024/a.json.asc", SIGNATURE);
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 2), "{report:#?}");
    let expected =
        Signatures { checksum_right: 0, without_checksum: 2, signature_right: 1, not_checked: 0, unsigned: 1 };
    assert_eq!((report.signatures, report.notes.as_slice()), (Some(expected), [].as_slice()), "{report:#?}");
    assert_eq!(vendor.server.count("/keys/acme.asc"), 1);

    // Another document under the same signature does not replace the one that was right.
    vendor.site.put("/white/2024/a.json", SIGNED.replace("an advisory", "no advisory"));
    vendor.site.put("/white/changes.csv", "2024/a.json,2024-10-10T06:00:00Z\n2023/b.json,2023-01-01T00:00:00Z\n");
    let report = world.fetch_one(&vendor.plan());
    assert!(matches!(reason(&report), FetchError::Signature { .. }), "{report:#?}");
    assert_eq!(report.outcome, Outcome::Partly);
    assert_eq!(world.read(&vendor.name("/white/2024/a.json")).as_deref(), Some(SIGNED.as_bytes()));

    // A key that is not the one that is named is none, and the document counts as one whose signature was not checked.
    let (world, vendor) = (World::new(), Vendor::folder());
    keys(&vendor, "00");
    vendor.site.put("/white/2024/a.json", SIGNED);
    vendor.site.put("/white/2024/a.json.asc", SIGNATURE);
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 2), "{report:#?}");
    assert_eq!(report.signatures.map(|seen| (seen.signature_right, seen.not_checked)), Some((0, 1)));
    for told in ["no key there has the fingerprint", "of 1 documents", "not among those that the publisher names"] {
        assert!(report.notes.iter().any(|note| note.contains(told)), "{told}: {report:#?}");
    }
}

#[test]
fn a_document_with_another_checksum_is_not_taken() {
    let (world, vendor) = (World::new(), Vendor::folder());
    vendor.site.put("/white/2024/a.json.sha512", format!("{} a.json", sha512(b"another")));
    let report = world.fetch_one(&vendor.plan());
    assert!(matches!(reason(&report), FetchError::Announced { what: "SHA-512", .. }), "{report:#?}");
    assert_eq!((report.outcome, world.files()), (Outcome::Partly, vec![vendor.name("/white/2023/b.json")]));
    assert_eq!(vendor.server.count("/white/2024/a.json"), 2, "it may have been replaced meanwhile");
    // As soon as it is right it comes.
    vendor.site.put("/white/2024/a.json.sha512", format!("{} a.json", sha512(DOCUMENT.as_bytes())));
    assert_eq!(world.fetch_one(&vendor.plan()).outcome, Outcome::Whole);
}

#[test]
fn a_checksum_file_that_holds_none_does_not_pass_for_one() {
    let (world, vendor) = (World::new(), Vendor::folder());
    vendor.site.put("/white/2024/a.json.sha512", "not yet\n");
    let report = world.fetch_one(&vendor.plan());
    assert!(matches!(reason(&report), FetchError::Listing { .. }), "{report:#?}");
}

#[test]
fn a_feed_names_everything() {
    let vendor = Vendor::new(
        r#"{"rolie":{"feeds":[{"url":"BASE/feed.json","tlp_label":"WHITE"},{"url":"BASE/amber.json","tlp_label":"AMBER"}]}}"#,
    );
    let world = World::new();
    let feed = r#"{"feed":{"entry":[
        {"id":"A","updated":"2024-01-01T00:00:00Z","link":[{"rel":"self","href":"BASE/docs/a.json"},{"rel":"hash","href":"BASE/sums/a.sha256"},
         {"rel":"hash","href":"BASE/sums/a.sha512"},{"rel":"signature","href":"BASE/sums/a.asc"}]},
        {"id":"B","updated":"2024-01-01T00:00:00Z","content":{"src":"BASE/docs/b.json"}}]}}"#;
    vendor.site.put("/feed.json", feed.replace("BASE", &vendor.server.at("")));
    vendor.site.put("/docs/a.json", DOCUMENT);
    vendor.site.put("/docs/b.json", DOCUMENT);
    vendor.site.put("/sums/a.sha512", sha512(DOCUMENT.as_bytes()));
    vendor.site.put("/sums/a.asc", "-----BEGIN PGP SIGNATURE-----\n");
    let report = world.fetch_one(&vendor.plan());
    assert_eq!((report.outcome, report.new), (Outcome::Whole, 2), "{report:#?}");
    let expected =
        Signatures { checksum_right: 1, without_checksum: 1, signature_right: 0, not_checked: 1, unsigned: 1 };
    assert_eq!(report.signatures, Some(expected));
    assert!(report.notes.iter().any(|note| note.contains("AMBER")), "{report:#?}");
    assert_eq!(vendor.server.count("/amber.json"), 0);
}

#[test]
fn nothing_outside_the_folder_is_a_document_of_it() {
    for path in ["../secret.json", "/secret.json", "https://a.example/x.json", "2024/x.html"] {
        let (world, vendor) = (World::new(), Vendor::folder());
        vendor.site.put("/secret.json", DOCUMENT);
        vendor.site.put("/white/index.txt", format!("{path}\n2024/a.json\n"));
        let report = world.fetch_one(&vendor.plan());
        assert_eq!((report.outcome, report.new), (Outcome::Partly, 2), "{path}: {report:#?}");
        assert!(matches!(reason(&report), FetchError::Missing { .. }), "{path}: {report:#?}");
        assert!(!world.files().iter().any(|name| name.contains("secret") || name.contains("x.")), "{path}");
    }
}

#[test]
fn a_provider_is_found_by_its_domain() {
    let world = World::new();
    let vendor = Vendor::folder();
    let metadata = vendor.site.get("/provider-metadata.json").unwrap();
    vendor.site.put("/.well-known/csaf/provider-metadata.json", metadata);
    let plan = |server: &Server| plan("csaf", &server.at("/"));
    assert_eq!(world.fetch_one(&plan(&vendor.server)).outcome, Outcome::Whole);

    let (world, vendor) = (World::new(), Vendor::folder());
    let text = format!("Contact: mailto:a@a.example\nCSAF: {}\n", vendor.server.at("/provider-metadata.json"));
    vendor.site.put("/.well-known/security.txt", text);
    assert_eq!(world.fetch_one(&plan(&vendor.server)).outcome, Outcome::Whole);

    let server = Site::default().serve();
    let report = world.fetch_one(&plan(&server));
    assert!(matches!(reason(&report), FetchError::Status { status: 404, .. }), "{report:#?}");
}

#[test]
fn one_provider_that_fails_does_not_hinder_another() {
    let (world, vendor) = (World::new(), Vendor::folder());
    let plan = plan("csaf", "http://127.0.0.1:1/provider-metadata.json")
        .provider(&vendor.server.at("/provider-metadata.json"));
    let report = world.fetch_one(&plan.unwrap());
    assert_eq!((report.outcome, report.new, report.failed.len()), (Outcome::Partly, 2, 1), "{report:#?}");
}

#[test]
fn a_provider_that_lists_fewer_documents_is_told_and_another_is_not_blamed() {
    let (world, vendor, other) = (World::new(), Vendor::folder(), Vendor::folder());
    let both = vendor.plan().provider(&other.server.at("/provider-metadata.json")).unwrap();
    assert_eq!(world.fetch_one(&both).new, 4);
    // Who asks one of them alone has not lost the other.
    assert_eq!(world.fetch_one(&vendor.plan()).shrunk, []);
    vendor.site.put("/white/index.txt", "2024/a.json\n");
    vendor.site.put("/white/changes.csv", "\"2024/a.json\",\"2024-09-10T06:00:00Z\"\n");
    let report = world.fetch_one(&both);
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert_eq!((report.shrunk[0].before, report.shrunk[0].now), (2, 1), "{report:#?}");
    assert_eq!(world.folder().unlisted().collect::<Vec<_>>(), [vendor.name("/white/2023/b.json")]);
}
