//! A mirror into a bundle, and a bundle into the home of a plant without a network.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Run, at};
use tempfile::TempDir;

fn kev(folder: &Path, day: &str, ids: &[&str]) {
    let entries: Vec<String> = ids
        .iter()
        .map(|id| {
            format!(
                r#"{{"cveID":"{id}","vendorProject":"Acme","product":"Drip","vulnerabilityName":"n","dateAdded":"{day}","shortDescription":"s","requiredAction":"r","dueDate":"{day}","knownRansomwareCampaignUse":"Unknown","notes":"","cwes":[]}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"title":"t","catalogVersion":"{day}","dateReleased":"{day}T00:00:00.000Z","count":{},"vulnerabilities":[{}]}}"#,
        ids.len(),
        entries.join(",")
    );
    fs::create_dir_all(folder.join("kev")).unwrap();
    fs::write(folder.join("kev/known_exploited_vulnerabilities.json"), text).unwrap();
}

/// A maker with a mirror and a key, and a plant that has neither.
struct World {
    place: TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { place: tempfile::tempdir().unwrap() };
        kev(&world.path("mirror"), "2026-01-02", &["CVE-2020-0001"]);
        fs::create_dir_all(world.path("mirror/epss")).unwrap();
        let scores =
            "#model_version:v2020,score_date:2026-01-04T00:00:00+0000\ncve,epss,percentile\nCVE-2020-0001,0.5,0.9\n";
        fs::write(world.path("mirror/epss/epss_scores-2026-01-04.csv"), scores).unwrap();
        world.maker(&["feeds", "key", &world.text("key.pem")]).ends(0);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn maker(&self, arguments: &[&str]) -> Run {
        at(&self.path("maker"), arguments)
    }

    fn export(&self, name: &str, since: Option<&str>) -> Run {
        let (file, key, mirror) = (self.text(name), self.text("key.pem"), self.text("mirror"));
        let mut arguments = vec!["feeds", "export", &file, "--key", &key, "--from", &mirror, "--json"];
        let since = since.map(|since| self.text(since));
        if let Some(since) = &since {
            arguments.extend(["--since", since]);
        }
        self.maker(&arguments)
    }

    fn import(&self, name: &str) -> Run {
        at(&self.path("plant"), &["feeds", "import", &self.text(name), "--trust", &self.text("key.pem.pub"), "--json"])
    }
}

#[test]
fn a_bundle_brings_what_the_mirror_holds() {
    let world = World::new();
    let written = world.export("whole", None).ends(0).json();
    assert_eq!((&written["files"], &written["included"]), (&2.into(), &2.into()));
    let taken = world.import("whole").ends(0).json();
    assert_eq!(taken["listing"], written["listing"]);
    let names: Vec<&str> = taken["sources"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["epss", "kev"]);
    // The same knowledge as by the mirror itself.
    let synced = world.maker(&["feeds", "sync", "--from", &world.text("mirror"), "--json"]).ends(0).json();
    assert_eq!(synced["generation"], taken["generation"]);
    assert!(
        !fs::read_dir(world.path("plant"))
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("bundle-") })
    );
}

#[test]
fn nobody_is_believed_who_is_not_trusted() {
    let world = World::new();
    world.export("whole", None).ends(0);
    let plant = world.path("plant");
    let nobody = at(&plant, &["feeds", "import", &world.text("whole")]).ends(2);
    assert!(nobody.stderr.contains("nobody is trusted here"), "{}", nobody.stderr);
    world.maker(&["feeds", "key", &world.text("other.pem")]).ends(0);
    let other = at(&plant, &["feeds", "import", &world.text("whole"), "--trust", &world.text("other.pem.pub")]).ends(2);
    assert!(other.stderr.contains("nobody here trusts that key"), "{}", other.stderr);
    // A key that the home keeps is as good as one that is named.
    fs::create_dir_all(plant.join("trusted")).unwrap();
    fs::copy(world.path("key.pem.pub"), plant.join("trusted/maker.pub")).unwrap();
    at(&plant, &["feeds", "import", &world.text("whole")]).ends(0);
    let again = world.maker(&["feeds", "key", &world.text("key.pem")]).ends(2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
}

#[test]
fn an_altered_an_older_and_a_strange_bundle_change_nothing() {
    let world = World::new();
    world.export("first", None).ends(0);
    kev(&world.path("mirror"), "2026-02-02", &["CVE-2020-0001", "CVE-2020-0002"]);
    world.export("second", None).ends(0);
    kev(&world.path("mirror"), "2026-03-02", &["CVE-2020-0001", "CVE-2020-0002", "CVE-2020-0003"]);
    let delta = world.export("delta", Some("second")).ends(0).json();
    assert_eq!(delta["included"], 1);

    let before = world.import("first").ends(0).json();
    let mut bytes = fs::read(world.path("second")).unwrap();
    let end = bytes.len() - 5;
    bytes[end] ^= 1;
    fs::write(world.path("altered"), bytes).unwrap();
    world.import("altered").ends(2);
    let early = world.import("delta").ends(2);
    assert!(early.stderr.contains("is a delta"), "{}", early.stderr);
    let status = at(&world.path("plant"), &["feeds", "status", "--json"]).ends(0).json();
    assert_eq!(status["generation"], before["generation"]);

    world.import("second").ends(0);
    let older = world.import("first").ends(2);
    assert!(older.stderr.contains("was taken already"), "{}", older.stderr);
    let taken = world.import("delta").ends(0).json();
    let records: Vec<(&str, u64)> = taken["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| (source["name"].as_str().unwrap(), source["records"].as_u64().unwrap()))
        .collect();
    // What the delta leaves out was looked at all the same.
    assert_eq!(records, [("epss", 1), ("kev", 3)]);
    let synced = world.maker(&["feeds", "sync", "--from", &world.text("mirror"), "--json"]).ends(0).json();
    assert_eq!(synced["generation"], taken["generation"]);
}

#[test]
fn a_plant_is_told_what_shrank_and_may_say_that_it_is_right() {
    let world = World::new();
    let ids: Vec<String> = (0..60).map(|number| format!("CVE-2020-{number:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    kev(&world.path("mirror"), "2026-02-02", &ids);
    world.export("first", None).ends(0);
    assert_eq!(world.import("first").ends(0).json()["shrunk"], serde_json::json!([]));
    kev(&world.path("mirror"), "2026-03-02", &ids[..20]);
    world.export("second", Some("first")).ends(0);
    let taken = world.import("second").ends(0).json();
    assert_eq!(taken["shrunk"][0]["source"], "kev");
    assert_eq!(taken["could_not_be_read"], serde_json::json!([]));

    // The bundle taken last may be taken again, and it is no other one for it.
    let (plant, file, key) = (world.path("plant"), world.text("second"), world.text("key.pem.pub"));
    let arguments = ["feeds", "import", &file, "--trust", &key];
    let told = at(&plant, &arguments).ends(0);
    assert!(told.stdout.contains("SHRUNK     kev 20 records came where there were 60"), "{}", told.stdout);
    assert!(told.stdout.contains("command again with `--accept-shrunk SOURCE`"), "{}", told.stdout);
    let again = at(&plant, &[&arguments[..], &["--accept-shrunk", "kev", "--json"]].concat()).ends(0).json();
    assert_eq!(again["shrunk"], serde_json::json!([]));
    let records: Vec<u64> =
        again["sources"].as_array().unwrap().iter().map(|of| of["records"].as_u64().unwrap()).collect();
    assert_eq!(records, [1, 20], "what was kept against it is given up");

    // A delta without anything new is an answer too.
    assert_eq!(world.export("third", Some("second")).ends(0).json()["included"], 0);
    let nothing = world.import("third").ends(0).json();
    assert_eq!((&nothing["new"], &nothing["schema"]), (&false.into(), &"wardround/import/1".into()));
}

#[test]
fn a_bundle_that_cannot_be_written_is_said_to_be_so() {
    let world = World::new();
    let run = world.export("nowhere/b.bundle", None).ends(3);
    assert!(run.stderr.contains("b.bundle cannot be written"), "{}", run.stderr);
}

#[test]
fn what_a_killed_import_left_is_removed() {
    let world = World::new();
    world.export("first", None).ends(0);
    let left = world.path("plant/bundle-left/kev");
    fs::create_dir_all(&left).unwrap();
    world.import("first").ends(0);
    assert!(!left.exists());
}

/// What an import publishes and what it writes beside it are two files: one that is ended in between must not forget what it took.
#[test]
fn an_import_that_was_ended_lets_no_older_bundle_in() {
    let world = World::new();
    let ids = ["CVE-2020-0001", "CVE-2020-0002", "CVE-2020-0003", "CVE-2020-0004"];
    world.export("first", None).ends(0);
    for (number, name) in ["second", "third"].into_iter().enumerate() {
        kev(&world.path("mirror"), &format!("2026-0{}-02", number + 2), &ids[..number + 2]);
        world.export(name, None).ends(0);
    }
    kev(&world.path("mirror"), "2026-04-02", &ids);
    world.export("delta", Some("third")).ends(0);
    let file = world.path("plant/bundle.json");
    // One that is the first of all, and one after another.
    for first in [false, true] {
        let _ = fs::remove_dir_all(world.path("plant"));
        if first {
            world.import("first").ends(0);
        }
        let before = fs::read(&file).ok();
        let taken = world.import("third").ends(0).json();
        match before {
            Some(before) => fs::write(&file, before).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let older = world.import("second").ends(2);
        assert!(older.stderr.contains("was taken already"), "{}", older.stderr);
        let status = at(&world.path("plant"), &["feeds", "status", "--json"]).ends(0).json();
        assert_eq!(status["generation"], taken["generation"]);
        // It may be taken again, and what stands on it may come.
        let again = world.import("third").ends(0).json();
        assert_eq!((&again["new"], &again["generation"]), (&false.into(), &taken["generation"]));
        world.import("delta").ends(0);
    }
}

/// A delta brings what is new since all that came before it: where some of that was lost, or another knowledge stands in its place,
/// taking it would make up a whole that nobody has ever signed.
#[test]
fn a_delta_is_not_taken_by_a_home_that_lost_what_it_stands_on() {
    let world = World::new();
    let plant = world.path("plant");
    let ids = ["CVE-2020-0001", "CVE-2020-0002", "CVE-2020-0003", "CVE-2020-0004"];
    world.export("first", None).ends(0);
    for (number, (name, since)) in [("second", "first"), ("third", "second")].into_iter().enumerate() {
        kev(&world.path("mirror"), &format!("2026-0{}-02", number + 2), &ids[..number + 2]);
        world.export(name, Some(since)).ends(0);
    }
    let verify = |code| at(&plant, &["verify", "--json"]).ends(code).json();
    world.import("first").ends(0);
    world.import("second").ends(0);
    assert_eq!(verify(0)["lost"], serde_json::json!([]));
    let knowledge = plant.join("knowledge");
    let named = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path();
    let delta = fs::read_dir(&knowledge).unwrap().map(named).find(|path| path.to_string_lossy().contains("/delta-"));
    let delta = delta.unwrap();
    let mut bytes = fs::read(&delta).unwrap();
    bytes[110] ^= 1;
    fs::write(&delta, bytes).unwrap();

    let refused = world.import("third").ends(2);
    assert!(refused.stderr.contains("receipts of this home were lost"), "{}", refused.stderr);
    // A sync goes on from what is left, and nothing is as if nothing had been.
    let epss = world.text("mirror");
    let synced = at(&plant, &["feeds", "sync", "--from", &epss, "--only", "epss"]).ends(0);
    // The damaged file does not tell any more what had been lost before it, so nobody knows how many there are.
    let unknown = "it is not known how many receipts after that of";
    assert!(synced.stderr.contains(&format!("LOST: {unknown}")), "{}", synced.stderr);
    assert!(synced.stdout.contains("LOST ") && synced.stdout.contains("after that of"), "{}", synced.stdout);
    let status = at(&plant, &["feeds", "status", "--json"]).ends(0).json();
    assert_eq!(status["lost"][0]["receipts"], serde_json::Value::Null);
    assert_eq!(status["lost"].as_array().map(Vec::len), Some(1));
    assert!(status["notes"].to_string().contains("receipts of this home were lost"), "{}", status["notes"]);
    at(&plant, &["feeds", "status", "--fail-on", "stale"]).ends(1);
    assert_eq!(verify(1)["lost"], status["lost"]);
    world.import("third").ends(2);
    // Whole again, and somebody says so.
    world.export("whole", None).ends(0);
    assert_eq!(world.import("whole").ends(0).json()["lost"], status["lost"]);
    let (file, key) = (world.text("whole"), world.text("key.pem.pub"));
    let accepted = at(&plant, &["feeds", "import", &file, "--trust", &key, "--accept-lost", "--json"]).ends(0).json();
    assert_eq!(accepted["lost"], serde_json::json!([]));
    verify(0);
    let again = at(&plant, &["feeds", "sync", "--from", &epss, "--accept-lost"]).ends(2);
    assert!(again.stderr.contains("are known to be lost"), "{}", again.stderr);
    kev(&world.path("mirror"), "2026-04-02", &ids);
    world.export("fourth", Some("whole")).ends(0);

    // Another knowledge in the place of the one that took the bundle, with files of the same names.
    let kept = world.path("kept");
    fs::rename(&knowledge, &kept).unwrap();
    kev(&world.path("other"), "2026-01-01", &ids[..1]);
    fs::create_dir_all(world.path("other/epss")).unwrap();
    let scores = "epss/epss_scores-2026-01-04.csv";
    fs::copy(world.path("mirror").join(scores), world.path("other").join(scores)).unwrap();
    at(&plant, &["feeds", "sync", "--from", &world.text("other")]).ends(0);
    let refused = world.import("fourth").ends(2);
    assert!(refused.stderr.contains("does not go back to the one that it stands on"), "{}", refused.stderr);
    fs::remove_dir_all(&knowledge).unwrap();
    fs::rename(&kept, &knowledge).unwrap();
    world.import("fourth").ends(0);
}

/// What is signed is what a sync would read, and reads whole.
#[test]
fn only_what_a_source_claims_is_signed_and_nothing_that_is_broken() {
    let world = World::new();
    fs::write(world.path("mirror/kev/passwords.txt.bak"), "secret").unwrap();
    fs::create_dir_all(world.path("mirror/notes")).unwrap();
    fs::write(world.path("mirror/notes/plan.json"), "{}").unwrap();
    let written = world.export("whole", None).ends(0);
    assert!(written.stderr.contains("left out, for no reader is for it: kev/passwords.txt.bak"), "{}", written.stderr);
    let written = written.json();
    assert_eq!(written["files"], 2);
    assert_eq!(written["left_out"], serde_json::json!(["kev/passwords.txt.bak", "notes"]));
    let bytes = fs::read(world.path("whole")).unwrap();
    assert!(!bytes.windows(8).any(|part| part == b"password"));
    // A list that is cut off, and a document that is.
    let list = world.path("mirror/kev/known_exploited_vulnerabilities.json");
    let whole = fs::read(&list).unwrap();
    fs::write(&list, &whole[..whole.len() - 9]).unwrap();
    let refused = world.export("other", None).ends(2);
    assert!(refused.stderr.contains("known_exploited_vulnerabilities.json"), "{}", refused.stderr);
    fs::write(&list, &whole).unwrap();
    fs::create_dir_all(world.path("mirror/eol")).unwrap();
    fs::write(world.path("mirror/eol/openssl.json"), r#"[{"cycle":"3.0","eol":"2026-09"#).unwrap();
    let refused = world.export("other", None).ends(2);
    assert!(refused.stderr.contains("openssl.json"), "{}", refused.stderr);
    assert!(!world.path("other").exists());
    assert!(
        !fs::read_dir(world.place.path())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("check-") })
    );
    // A folder without any feed is said to be one.
    let (file, key, empty) = (world.text("other"), world.text("key.pem"), world.path("empty"));
    fs::create_dir_all(&empty).unwrap();
    let empty = empty.display().to_string();
    let refused = world.maker(&["feeds", "export", &file, "--key", &key, "--from", &empty]).ends(2);
    assert!(refused.stderr.contains("holds no feed that can be read"), "{}", refused.stderr);
}

/// A folder that is newer than a bundle was made counts, however it came.
#[test]
fn what_the_home_received_otherwise_is_not_taken_back_by_an_older_bundle() {
    let world = World::new();
    let plant = world.path("plant");
    let support = |eol: &str| {
        fs::create_dir_all(world.path("mirror/eol")).unwrap();
        fs::write(world.path("mirror/eol/openssl.json"), format!(r#"[{{"cycle":"3.0","eol":{eol}}}]"#)).unwrap();
    };
    support("false");
    world.export("older", None).ends(0);
    support(r#""2026-09-07""#);
    kev(&world.path("mirror"), "2026-03-02", &["CVE-2020-0001", "CVE-2020-0002"]);
    let synced = at(&plant, &["feeds", "sync", "--from", &world.text("mirror"), "--json"]).ends(0).json();
    let refused = world.import("older").ends(3);
    assert!(refused.stderr.contains("older than what is held, and not taken: eol (received "), "{}", refused.stderr);
    assert!(refused.stderr.contains("kev (2026-01-02; held is 2026-03-02)"), "{}", refused.stderr);
    let taken: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!((&taken["new"], &taken["generation"]), (&false.into(), &synced["generation"]));
    assert_eq!(taken["sources"][0]["behind"]["held"].as_str().map(|held| &held[..11]), Some("received 20"));
    let told = at(&plant, &["feeds", "import", &world.text("older"), "--trust", &world.text("key.pem.pub")]).ends(3);
    assert!(told.stdout.contains("eol: NOT TAKEN: what came is older (received "), "{}", told.stdout);
    world.export("newer", None).ends(0);
    world.import("newer").ends(0);
}
