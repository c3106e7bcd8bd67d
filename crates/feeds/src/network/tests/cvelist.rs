//! Releases of the CVE list.

use super::server::{Server, Site};
use super::world::{World, plan, reason, sha256, zipped};
use crate::network::{FetchError, FetchPlan, Outcome};

struct Releases {
    site: Site,
    server: Server,
}

impl Releases {
    fn new() -> Self {
        let site = Site::default();
        let server = site.serve();
        Self { site, server }
    }

    fn plan(&self) -> FetchPlan {
        plan("cve5", &self.server.at("/releases"))
    }

    /// A release of a day: everything as of its midnight, and the changes under this name.
    fn release(&self, at: &str, day: &str, changes: &str) {
        let mut assets = Vec::new();
        for (name, inner) in [
            (format!("{day}_all_CVEs_at_midnight.zip.zip"), "cves.zip"),
            (format!("{day}_delta_CVEs_at_{changes}.zip"), "deltaCves/CVE-2026-0001.json"),
        ] {
            let bytes = zipped(&[(inner, name.as_bytes())]);
            assets.push(format!(
                r#"{{"name":"{name}","browser_download_url":"{}","size":{},"digest":"sha256:{}"}}"#,
                self.server.at(&format!("/download/{name}")),
                bytes.len(),
                sha256(&bytes)
            ));
            self.site.put(&format!("/download/{name}"), bytes);
        }
        let text = format!(r#"{{"tag_name":"cve_{day}_{changes}","assets":[{}]}}"#, assets.join(","));
        self.site.put(&format!("/releases/{at}"), text);
    }
}

#[test]
fn everything_once_and_then_days_of_changes() {
    let (world, releases) = (World::new(), Releases::new());
    releases.release("latest", "2026-11-25", "0100Z");
    let report = world.fetch_one(&releases.plan());
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert_eq!(
        world.files(),
        ["cve5/2026-11-25_all_CVEs_at_midnight.zip.zip", "cve5/2026-11-25_delta_CVEs_at_0100Z.zip"]
    );

    releases.release("tags/cve_2026-11-25_at_end_of_day", "2026-11-25", "end_of_day");
    releases.release("tags/cve_2026-11-26_at_end_of_day", "2026-11-26", "end_of_day");
    releases.release("latest", "2026-11-27", "1800Z");
    let report = world.fetch_one(&releases.plan());
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    assert_eq!(
        world.files(),
        [
            "cve5/2026-11-25_all_CVEs_at_midnight.zip.zip",
            "cve5/2026-11-25_delta_CVEs_at_end_of_day.zip",
            "cve5/2026-11-26_delta_CVEs_at_end_of_day.zip",
            "cve5/2026-11-27_delta_CVEs_at_1800Z.zip",
        ]
    );
    assert_eq!(releases.server.count("/download/2026-11-27_all_CVEs_at_midnight.zip.zip"), 0);
}

#[test]
fn after_long_everything_comes_anew() {
    let (world, releases) = (World::new(), Releases::new());
    releases.release("latest", "2026-11-01", "0100Z");
    world.fetch(&releases.plan());
    releases.release("latest", "2026-11-27", "1800Z");
    world.fetch(&releases.plan());
    assert_eq!(
        world.files(),
        ["cve5/2026-11-27_all_CVEs_at_midnight.zip.zip", "cve5/2026-11-27_delta_CVEs_at_1800Z.zip"]
    );
}

#[test]
fn a_day_that_is_missing_is_said_and_nothing_is_swept_up() {
    let (world, releases) = (World::new(), Releases::new());
    releases.release("latest", "2026-11-26", "0100Z");
    world.fetch(&releases.plan());
    releases.release("latest", "2026-11-27", "1800Z");
    let report = world.fetch_one(&releases.plan());
    assert!(matches!(reason(&report), FetchError::Status { status: 404, .. }), "{report:#?}");
    assert_eq!(report.outcome, Outcome::Partly);
    assert!(world.read("cve5/2026-11-26_delta_CVEs_at_0100Z.zip").is_some());
}

#[test]
fn an_archive_with_another_digest_is_not_taken() {
    let (world, releases) = (World::new(), Releases::new());
    releases.release("latest", "2026-11-27", "1800Z");
    let name = "/download/2026-11-27_all_CVEs_at_midnight.zip.zip";
    let length = releases.site.get(name).unwrap().len();
    let mut other = zipped(&[("cves.zip", b"2026-11-27_all_CVEs_at_midnight.zip.ZIP")]);
    other.resize(length, 0);
    releases.site.put(name, other);
    let report = world.fetch_one(&releases.plan());
    assert!(matches!(reason(&report), FetchError::Announced { .. }), "{report:#?}");
    assert!(world.files().is_empty());
}
