//! Device folders from the first to the decision.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use support::{copy_of_first_pump, example, has_keys, spoil, ward};

#[test]
fn a_new_folder_can_be_linted_and_assessed() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("my-pump").display().to_string();
    let answer = ward(&["new", &folder, "--json"]).ends(0).json();
    has_keys(&answer, &["schema", "folder", "files"]);
    assert!(answer["files"].to_string().contains("device.toml"));
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "nothing else is left");
    ward(&["lint", &folder]).ends(0);
    ward(&["assess", &folder]).ends(0);
    let run = ward(&["new", &folder]).ends(2);
    assert!(run.stderr.contains("not empty"), "{}", run.stderr);
}

#[test]
fn an_example_can_be_copied() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("copy").display().to_string();
    ward(&["new", &folder, "--from", "first-pump"]).ends(0);
    let copy = ward(&["assess", "--json", "--as-of", "2026-11-22", &folder]).ends(0).json();
    let original = ward(&["assess", "--json", "--as-of", "2026-11-22", &example("first-pump")]).ends(0).json();
    assert_eq!(copy, original);
    let run = ward(&["new", &place.path().join("other").display().to_string(), "--from", "frist-pump"]).ends(2);
    assert!(run.stderr.contains("did you mean `first-pump`?"), "{}", run.stderr);
}

#[test]
fn a_threat_model_becomes_a_folder() {
    let place = tempfile::tempdir().unwrap();
    let model = place.path().join("model.json");
    std::fs::write(
        &model,
        r#"{"otmVersion":"0.2.0","project":{"name":"Pump","id":"p"},"components":[{"id":"a","name":"Pump"},{"id":"b","name":"Portal"}],
        "dataflows":[{"id":"f","name":"doses","source":"a","destination":"b"}],"assets":[{"id":"x","name":"Doses"}]}"#,
    )
    .unwrap();
    let (folder, model) = (place.path().join("pump").display().to_string(), model.display().to_string());
    let answer = ward(&["new", "--json", &folder, "--from", &model]).ends(0).json();
    has_keys(&answer["imported"], &["format", "zones", "elements", "links", "threats", "left_open", "left_out"]);
    assert_eq!((&answer["imported"]["elements"], &answer["imported"]["links"]), (&2.into(), &1.into()));
    assert_eq!(answer["imported"]["left_out"][0]["what"], "assets");
    ward(&["lint", &folder]).ends(0);
    ward(&["assess", &folder]).ends(0);
    std::fs::write(&model, "{\"version\":\"2\",\"summary\":{}}").unwrap();
    let other = place.path().join("other");
    let run = ward(&["new", &other.display().to_string(), "--from", &model]).ends(2);
    assert!(run.stderr.contains("`summary"), "{}", run.stderr);
    assert!(!other.exists(), "nothing is half-written");
}

#[test]
fn a_table_of_hazards_becomes_a_folder() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).display().to_string();
    std::fs::write(at("risks.csv"), "Function,Situation,Harm,S\nDeliver,over-infusion,death,5\n").unwrap();
    let mapping =
        "[columns]\nfunction = \"Function\"\nhazardous_situation = \"Situation\"\nharm = \"Harm\"\nseverity = \"S\"\n";
    std::fs::write(at("map.toml"), format!("{mapping}[severity]\n\"5\" = \"critical\"\n")).unwrap();
    let arguments = |folder: &str| {
        ["new", "--json", folder, "--from", &at("risks.csv"), "--mapping", &at("map.toml")].map(String::from)
    };
    let run = |folder: &str| ward(&arguments(folder).each_ref().map(String::as_str));
    let answer = run(&at("pump")).ends(0).json();
    assert_eq!((&answer["imported"]["functions"], &answer["imported"]["harms"]), (&1.into(), &1.into()));
    ward(&["lint", &at("pump")]).ends(0);
    ward(&["assess", &at("pump")]).ends(0);
    std::fs::write(at("map.toml"), mapping.replace("\"Harm\"", "\"Harms\"")).unwrap();
    let wrong = run(&at("other")).ends(2);
    assert!(wrong.stderr.contains("did you mean `Harm`?"), "{}", wrong.stderr);
}

#[test]
fn lint_answers_for_folders_and_sboms() {
    let answer = ward(&["lint", "--json", &example("first-pump")]).ends(0).json();
    has_keys(&answer, &["schema", "device", "problems", "links"]);
    has_keys(&answer["links"][0], &["link", "stated", "of", "missing"]);
    has_keys(&answer["problems"][0], &["file", "line", "column", "code", "severity", "message", "expected", "help"]);
    let sbom = ward(&["lint", "--json", &example("first-pump/sbom/pump-1.0.cdx.json")]).ends(0).json();
    assert_eq!(sbom["components"], 8);
    has_keys(&sbom, &["schema", "format", "with_purl", "with_cpe", "without_version", "remarks"]);
}

#[test]
fn an_answer_goes_to_the_file_that_is_named() {
    let place = tempfile::tempdir().unwrap();
    let page = place.path().join("page.html");
    let arguments = ["assess", &example("first-pump"), "--format", "html", "-o", &page.display().to_string()];
    let run = ward(&arguments).ends(0);
    assert_eq!(run.stdout, "");
    assert!(std::fs::read_to_string(&page).unwrap().starts_with("<!"));
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    let nowhere = place.path().join("no/such/folder/page.html").display().to_string();
    ward(&["assess", &example("first-pump"), "--format", "html", "-o", &nowhere]).ends(3);
}

/// A way is drawn on what the units have that it is told for, whichever command draws it.
#[test]
fn a_way_drawn_alone_is_the_picture_of_the_assessment() {
    let place = tempfile::tempdir().unwrap();
    let into = place.path().display().to_string();
    let (device, day) = (example("monitor-family"), ["--as-of", "2026-11-22"]);
    ward(&[&["assess", &device, "--json", "--pictures", &into], &day[..]].concat()).ends(0);
    let found = ward(&[&["paths", &device, "--json"], &day[..]].concat()).ends(0).json();
    let paths = found["paths"].as_array().unwrap();
    assert!(paths.iter().any(|path| path["told_for"].as_str().unwrap().contains("variant")), "{paths:#?}");
    for path in paths {
        let number = path["number"].to_string();
        let alone = ward(&[&["paths", &device, "--format", "svg", "--number", &number], &day[..]].concat()).ends(0);
        let file = place.path().join(format!("path-{number}.svg"));
        assert_eq!(alone.stdout, std::fs::read_to_string(file).unwrap(), "way {number}");
    }
}

#[test]
fn pictures_go_into_a_folder_and_each_is_told() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("made/here");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("path-99.svg"), "old").unwrap();
    let into = folder.display().to_string();
    let run = ward(&["assess", &example("first-pump"), "--json", "--pictures", &into]).ends(0);
    assert_eq!(run.json()["schema"], "wardround/assessment/1");
    for name in ["architecture.svg", "path-1.svg", "harm-over-infusion.svg", "matrix-fda-postmarket-2016-1.svg"] {
        let svg = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{name}");
        assert!(run.stderr.contains(name), "{name} is not told: {}", run.stderr);
    }
    let told = run.stderr.lines().filter(|line| line.starts_with("  ")).count();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), told + 1, "{}", run.stderr);
    assert!(run.stderr.contains("not written now: path-99.svg"), "{}", run.stderr);
    // The same inputs give the same files.
    let before = std::fs::read(folder.join("path-1.svg")).unwrap();
    ward(&["assess", &example("first-pump"), "--json", "--pictures", &into]).ends(0);
    assert_eq!(before, std::fs::read(folder.join("path-1.svg")).unwrap());
    ward(&["assess", &example("first-pump"), &example("first-pump"), "--pictures", &into]).ends(2);
    ward(&["assess", &example("first-pump"), "--what-if", "isolate:pump", "--pictures", &into]).ends(2);
    let file = folder.join("path-1.svg").display().to_string();
    ward(&["assess", &example("first-pump"), "--pictures", &file]).ends(2);
}

#[test]
fn why_tells_presence_and_absence() {
    let sbom = example("first-pump/sbom/pump-1.0.cdx.json");
    let why = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["why"].iter().chain(arguments).copied().chain(["--sbom", &sbom]).collect();
        ward(&arguments)
    };
    let affected = why(&["CVE-2014-0160", "openssl", "--json"]).ends(0).json();
    has_keys(&affected, &["schema", "vulnerability", "component", "state", "finding", "identities", "reasons"]);
    assert_eq!(affected["state"], "affected");
    let absent = why(&["CVE-2014-0160", "busybox", "--json"]).ends(0).json();
    assert_eq!(absent["state"], "not_affected");
    assert!(!absent["reasons"].as_array().unwrap().is_empty());
    assert!(why(&["CVE-2014-0160", "opensl"]).ends(2).stderr.contains("did you mean `openssl`?"));
    assert!(why(&["CVE-1999-0001", "openssl"]).ends(2).stderr.contains("seed"));
}

/// The folder with one claim that cites evidence.
fn folder_with_a_claim() -> tempfile::TempDir {
    let folder = copy_of_first_pump();
    spoil(folder.path(), "system.toml", "[[element]]", CONTROL);
    std::fs::create_dir_all(folder.path().join("evidence")).unwrap();
    std::fs::write(folder.path().join("evidence/report.txt"), "passed").unwrap();
    folder
}

const CONTROL: &str = r#"[[control]]
id = "signed-settings"
category = "authentication"
cuts = { step = "send-command", at = "pump" }
enforcer = { element = "pump" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/report.txt" }

[[element]]"#;

#[test]
fn a_decision_is_entered_and_lapses_when_its_evidence_changes() {
    let folder = folder_with_a_claim();
    let path = folder.path().display().to_string();
    let listed = || ward(&["decide", &path, "--list", "--json", "--as-of", "2026-11-22"]).ends(0).json();
    let state = || {
        let claims = listed()["claims"].as_array().unwrap().clone();
        claims.into_iter().find(|claim| claim["id"] == "control:signed-settings").unwrap()
    };
    assert_eq!(state()["state"], "claimed");
    let decide = |more: &[&str]| {
        let common = ["decide", &path, "--by", "product security", "--rationale", "report read", "--on", "2026-11-01"];
        ward(&common.iter().chain(more).copied().collect::<Vec<_>>())
    };
    let claim = ["--claim", "control:signed-settings", "--expires", "2027-11-01"];
    std::fs::write(folder.path().join("decisions.toml"), "# our own words\n").unwrap();
    decide(&claim).ends(0);
    let text = std::fs::read_to_string(folder.path().join("decisions.toml")).unwrap();
    assert!(text.starts_with("# our own words\n"), "{text}");
    assert_eq!((&state()["state"], &state()["until"]), (&"decided".into(), &"2027-11-01".into()));
    let before = ward(&["decide", &path, "--list", "--json", "--as-of", "2027-11-02"]).ends(0).json();
    assert!(before["claims"].to_string().contains("expired"), "{before}");
    std::fs::write(folder.path().join("evidence/report.txt"), "failed").unwrap();
    assert_eq!(state()["state"], "lapsed");
    assert!(state()["reasons"][0].as_str().unwrap().contains("decision 1"));
    decide(&claim).ends(0);
    decide(&["--claim", "control:signed-settings", "--expires", "2027-01-01", "--reject"]).ends(0);
    assert_eq!(state()["state"], "rejected");
}

#[test]
fn a_decision_that_cannot_stand_changes_nothing() {
    let folder = folder_with_a_claim();
    let path = folder.path().display().to_string();
    let claim = "control:signed-settings";
    let full = ["decide", &path, "--by", "me", "--rationale", "because", "--expires", "2027-01-01", "--claim"];
    let with = |more: &[&str]| ward(&full.iter().chain(more).copied().collect::<Vec<_>>());
    assert!(with(&["control:signed-setings"]).ends(2).stderr.contains("did you mean `control:signed-settings`?"));
    with(&[claim, "--evidence-seen", &"0".repeat(64)]).ends(2);
    with(&[claim, "--on", "2028-01-01"]).ends(2);
    ward(&["decide", &path, "--claim", claim, "--by", "me"]).ends(2);
    ward(&["decide", &path]).ends(2);
    std::fs::remove_file(folder.path().join("evidence/report.txt")).unwrap();
    with(&[claim]).ends(2);
    assert!(!folder.path().join("decisions.toml").exists());
}

#[test]
fn a_whole_file_can_be_accepted() {
    let folder = folder_with_a_claim();
    let path = folder.path().display().to_string();
    let common =
        ["decide", &path, "--by", "me", "--rationale", "read whole", "--expires", "2027-01-01", "--on", "2026-11-01"];
    let with = |more: &[&str]| ward(&common.iter().chain(more).copied().collect::<Vec<_>>());
    with(&["--accept-model", "system.toml", "--json"]).ends(0);
    let list = ward(&["decide", &path, "--list", "--json", "--as-of", "2026-11-22"]).ends(0).json();
    // Whatever cites evidence has effect; of what cites none it is said that it has not.
    for claim in list["claims"].as_array().unwrap() {
        let cites = !claim["evidence"].is_null();
        assert_eq!(claim["state"] == "decided", cites, "{claim}");
        assert!(cites || claim["reasons"][0].as_str().unwrap().contains("it cites no evidence"), "{claim}");
    }
    assert!(with(&["--accept-model", "sytem.toml"]).ends(2).stderr.contains("did you mean `system.toml`?"));
    // What only people decided on is provisional: that the link carries no code, between elements that are described completely.
    let listed = "claims = { interfaces_listed = \"evidence/report.txt\", software_listed = \"evidence/report.txt\", functions_listed = \"evidence/report.txt\" }";
    for kind in ["kind = \"bedside-device\"", "kind = \"programmer\""] {
        spoil(folder.path(), "system.toml", kind, &format!("{kind}\n{listed}"));
    }
    let carries = "anti_replay = false\nclaims = { carries = \"evidence/report.txt\" }";
    spoil(folder.path(), "system.toml", "anti_replay = false", carries);
    std::fs::remove_file(folder.path().join("decisions.toml")).unwrap();
    with(&["--accept-model", "system.toml"]).ends(0);
    ward(&["assess", &path, "--fail-on", "provisional", "--as-of", "2026-11-22"]).ends(1);
}
