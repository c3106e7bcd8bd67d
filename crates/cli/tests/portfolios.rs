//! Many SBOMs in one file: what is said of them as text and JSON, what is kept beside it, and what a sync changes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

#[path = "support/printed.rs"]
mod printed;

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use printed::{assert_valid, schema, sorted};
use serde_json::Value;
use support::{at, checked_in};
use ward_formats::feed::nvd::{Item, Reader};
use ward_knowledge::Home;

/// A record of a file of NVD: what is vulnerable below a version, and what has to be there.
fn record(id: &str, product: &str, below: &str, there: Option<&str>) -> String {
    let vulnerable = format!(
        r#"{{"operator":"OR","negate":false,"cpeMatch":[{{"vulnerable":true,"criteria":"cpe:2.3:{product}:*:*:*:*:*:*:*:*","versionEndExcluding":"{below}"}}]}}"#
    );
    let there = there.map(|there| {
        format!(
            r#",{{"operator":"OR","negate":false,"cpeMatch":[{{"vulnerable":false,"criteria":"cpe:2.3:{there}:-:*:*:*:*:*:*:*"}}]}}"#
        )
    });
    format!(
        r#"{{"cve":{{"id":"{id}","published":"2020-01-02T00:00:00.000","lastModified":"2020-02-02T00:00:00.000","vulnStatus":"Analyzed","descriptions":[{{"lang":"en","value":"A made-up flaw."}}],"metrics":{{}},"configurations":[{{"operator":"AND","negate":false,"nodes":[{vulnerable}{}]}}]}}}}"#,
        there.unwrap_or_default()
    )
}

fn feed(records: &[String]) -> String {
    format!(r#"{{"format":"NVD_CVE","version":"2.0","vulnerabilities":[{}]}}"#, records.join(","))
}

fn sbom(components: &[(&str, &str, &str)]) -> String {
    let one = |(name, version, product): &(&str, &str, &str)| {
        let cpe = if product.is_empty() {
            String::new()
        } else {
            format!(r#","cpe":"cpe:2.3:{product}:{version}:*:*:*:*:*:*:*""#)
        };
        format!(r#"{{"type":"application","bom-ref":"{name}","name":"{name}","version":"{version}"{cpe}}}"#)
    };
    let components: Vec<String> = components.iter().map(one).collect();
    format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{}]}}"#, components.join(","))
}

/// A home after a sync, and a portfolio of three SBOMs and a file that is none.
struct Place {
    folder: tempfile::TempDir,
    home: PathBuf,
    portfolio: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (home, sboms) = (folder.path().join("home"), folder.path().join("sboms"));
        std::fs::create_dir(&sboms).unwrap();
        let drip = ("drip", "2.3", "a:acme:drip");
        let files = [
            ("a.json", sbom(&[drip, ("nobody", "1", "")])),
            ("b.json", sbom(&[drip, ("pump", "1", "h:acme:pump")])),
            ("c.json", sbom(&[("drip", "2.4", "a:acme:drip")])),
            ("d.txt", "no SBOM".to_owned()),
        ];
        for (name, text) in files {
            std::fs::write(sboms.join(name), text).unwrap();
        }
        let portfolio = folder.path().join("all.ward").display().to_string();
        let place = Self { folder, home, portfolio };
        place.sync(
            &[
                record("CVE-2020-0001", "a:acme:drip", "2.4", None),
                record("CVE-2020-0002", "a:acme:drip", "3", Some("h:acme:pump")),
            ],
            date(2026, 1, 1),
        );
        place
    }

    /// Takes these records in, as if it were that day.
    fn sync(&self, records: &[String], day: Date) {
        let home = Home::open(&self.home);
        let mut builder = home.builder(day).unwrap();
        let mut batch = builder.batch().unwrap();
        batch.file("nvd", "nvdcve-2.0-modified.json");
        for item in Reader::new(feed(records).as_bytes()) {
            let Item::Record(dated) = item.unwrap() else { panic!("a record is set aside") };
            batch.record(&dated.record, &format!("{day}T00:00:00.000")).unwrap();
        }
        builder.add(batch);
        builder.publish(&mut |_| {}).unwrap();
    }

    fn build(&self) -> support::Run {
        let sboms = self.folder.path().join("sboms").display().to_string();
        at(&self.home, &["portfolio", "build", &self.portfolio, &sboms, "--json"]).ends(0)
    }

    fn matched(&self, more: &[&str]) -> support::Run {
        let arguments: Vec<&str> = ["portfolio", "match", &self.portfolio].iter().chain(more).copied().collect();
        at(&self.home, &arguments).ends(0)
    }

    fn answers(&self) -> PathBuf {
        Path::new(&format!("{}.answers", self.portfolio)).to_owned()
    }

    /// Without what is different wherever the test runs.
    fn text(&self, answer: &Value) -> String {
        let mut answer = answer.clone();
        answer["portfolio"] = "DIGEST".into();
        if !answer["knowledge"].is_null() {
            answer["knowledge"] = "DIGEST".into();
        }
        let text = printed::text(&sorted(answer));
        text.replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

/// What is as the schema says; and the schema asks for more than the name of the form.
#[track_caller]
fn assert_as_said(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    assert_valid(&validator, instance, "a portfolio");
    assert!(!validator.is_valid(&serde_json::json!({ "schema": instance["schema"] })));
}

#[test]
fn what_is_said_of_a_portfolio_is_as_its_schema_says() {
    let place = Place::new();
    let built = schema::<ward_model::portfolio::PortfolioBuilt>();
    let matched = schema::<ward_model::portfolio::PortfolioMatch>();
    checked_in("schemas/output/portfolio-build.schema.json", &printed::text(&built));
    checked_in("schemas/output/portfolio-match.schema.json", &printed::text(&matched));
    let build = place.build().json();
    assert_as_said(&built, &build);
    checked_in("crates/cli/tests/portfolios/build.json", &place.text(&build));
    let first = place.matched(&["--json"]);
    assert_as_said(&matched, &first.json());
    checked_in("crates/cli/tests/portfolios/match.json", &place.text(&first.json()));
    checked_in("crates/cli/tests/portfolios/match.txt", &place.matched(&[]).stdout);

    place.sync(&[record("CVE-2020-0001", "a:acme:drip", "2.5", None)], date(2026, 1, 2));
    let since = place.matched(&["--json", "--since", "2026-01-01"]);
    assert_as_said(&matched, &since.json());
    checked_in("crates/cli/tests/portfolios/since.json", &place.text(&since.json()));
    checked_in("crates/cli/tests/portfolios/since.txt", &place.matched(&["--since", "2026-01-01"]).stdout);
}

/// What was kept is used and brought up to date, and never changes what is said.
#[test]
fn answers_that_are_kept_are_those_of_matching_all_again() {
    let place = Place::new();
    place.build();
    let afresh = |more: &[&str]| place.matched(&[more, &["--json", "--no-keep"]].concat()).stdout;
    assert_eq!(place.matched(&["--json", "--no-keep"]).stdout, afresh(&[]));
    assert!(!place.answers().exists());
    assert_eq!(place.matched(&["--json"]).stdout, afresh(&[]));
    let first = std::fs::read(place.answers()).unwrap();
    assert_eq!(place.matched(&["--json"]).stdout, afresh(&[]));
    assert!(first == std::fs::read(place.answers()).unwrap());

    let changes =
        [record("CVE-2020-0001", "a:acme:drip", "2.5", None), record("CVE-2020-0003", "a:acme:drip", "9", None)];
    place.sync(&changes, date(2026, 1, 2));
    let second = place.matched(&["--json"]);
    assert_eq!(second.stdout, afresh(&[]));
    assert!(!second.stderr.contains("again"), "{}", second.stderr);
    let kept = std::fs::read(place.answers()).unwrap();
    assert!(first != kept);
    // A question about an earlier day is answered, and takes away nothing.
    let earlier = ["--as-of", "2026-01-01"];
    assert_eq!(place.matched(&[&earlier[..], &["--json"]].concat()).stdout, afresh(&earlier));
    assert!(kept == std::fs::read(place.answers()).unwrap());
    assert_eq!(place.matched(&["--json", "--since", "2026-01-01"]).stdout, afresh(&["--since", "2026-01-01"]));

    // Another portfolio under the same name, and a byte that changed.
    let aside = place.folder.path().join("sboms/d.txt");
    std::fs::write(aside, sbom(&[("drip", "2.2", "a:acme:drip")])).unwrap();
    place.build();
    let other = place.matched(&["--json"]);
    assert_eq!(other.stdout, afresh(&[]));
    assert!(other.stderr.contains("all is matched again"), "{}", other.stderr);
    let mut bytes = std::fs::read(place.answers()).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(place.answers(), bytes).unwrap();
    let damaged = place.matched(&["--json"]);
    assert_eq!(damaged.stdout, afresh(&[]));
    assert!(damaged.stderr.contains("is damaged"), "{}", damaged.stderr);
    assert_eq!(place.matched(&["--json"]).stdout, afresh(&[]));
}
