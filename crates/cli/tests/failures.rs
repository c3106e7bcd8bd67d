//! What the program says when something is wrong, and the exit codes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use std::process::Stdio;

use support::{at, copy_of_first_pump, example, fed, spoil, ward};

#[test]
fn a_wrong_folder_is_refused_with_every_place_and_the_nearest_name() {
    let folder = copy_of_first_pump();
    spoil(folder.path(), "system.toml", "from = \"programmer\"", "from = \"programer\"");
    spoil(folder.path(), "system.toml", "severity = \"catastrophic\"", "severity = \"catastrofic\"");
    spoil(folder.path(), "device.toml", "maker = ", "makr = ");
    let path = folder.path().display().to_string();
    for command in ["assess", "lint"] {
        let run = ward(&[command, &path]).ends(2);
        assert_eq!(run.stdout, "");
        for words in [
            "device.toml:",
            "system.toml:",
            "did you mean `programmer`?",
            "did you mean `catastrophic`?",
            "did you mean `maker`?",
        ] {
            assert!(run.stderr.contains(words), "no {words} in\n{}", run.stderr);
        }
    }
    let error = ward(&["assess", "--json", &path]).ends(2).error();
    let places = error["error"]["places"].as_array().unwrap();
    assert!(places.len() >= 3);
    for place in places {
        assert!(place["line"].as_u64().unwrap() >= 1 && place["column"].as_u64().unwrap() >= 1);
        let text = std::fs::read_to_string(place["file"].as_str().unwrap()).unwrap();
        assert!(text.lines().count() as u64 >= place["line"].as_u64().unwrap());
    }
}

#[test]
fn the_place_is_the_same_in_words_and_in_json() {
    let folder = copy_of_first_pump();
    spoil(folder.path(), "system.toml", "from = \"programmer\"", "from = \"programer\"");
    let path = folder.path().display().to_string();
    let error = ward(&["assess", "--json", &path]).ends(2).error();
    let place = &error["error"]["places"][0];
    let shown = format!("{}:{}:{}", place["file"].as_str().unwrap(), place["line"], place["column"]);
    let run = ward(&["assess", &path]).ends(2);
    assert!(run.stderr.contains(&shown), "no {shown} in\n{}", run.stderr);
}

#[test]
fn what_is_not_there_is_a_wrong_argument() {
    for arguments in [["assess", "no-such-folder"], ["scan", "no-such-file"], ["lint", "no-such-thing"]] {
        let run = ward(&arguments).ends(2);
        assert!(run.stderr.contains("no-such"), "{}", run.stderr);
    }
    ward(&["asses"]).ends(2);
    ward(&["scan"]).ends(2);
    ward(&["scan", "-", "-"]).ends(2);
    ward(&["assess", &example("first-pump"), "--as-of", "yesterday"]).ends(2);
    ward(&["assess", &example("first-pump"), "--fail-on", "nonsense"]).ends(2);
}

#[test]
fn a_broken_sbom_is_refused_with_its_place() {
    let run =
        fed(&["scan", "-"], b"{\"bomFormat\": \"CycloneDX\",\n \"specVersion\": \"1.5\", \"components\": [ }").ends(2);
    assert!(run.stderr.contains("stdin:2:40"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    let run = fed(&["scan", "-"], b"<bom xmlns=\"http://cyclonedx.org/schema/bom/2.0\"/>").ends(2);
    assert!(run.stderr.contains("supported are"), "{}", run.stderr);
}

#[test]
fn one_wrong_input_among_several_gives_no_half_answer() {
    let run = ward(&["scan", "--json", &example("first-pump/sbom/pump-1.0.cdx.json"), "no-such-file"]).ends(2);
    assert_eq!(run.stdout, "");
}

#[test]
fn formats_that_do_not_fit_are_refused() {
    let sbom = example("first-pump/sbom/pump-1.0.cdx.json");
    for format in ["cyclonedx-vex", "openvex", "csaf-vex"] {
        let run = ward(&["scan", &sbom, &sbom, "--format", format]).ends(2);
        assert!(run.stderr.contains("expected one SBOM"), "{}", run.stderr);
    }
    ward(&["scan", &sbom, "--format", "sarfi"]).ends(2);
    ward(&["scan", &sbom, "--json", "--format", "table"]).ends(2);
    let device = example("first-pump");
    ward(&["assess", &device, &device, "--format", "html"]).ends(2);
}

#[test]
fn a_home_that_cannot_be_read_is_the_environment_s_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("home");
    std::fs::write(&file, "not a folder").unwrap();
    let run = at(&file, &["scan", &example("first-pump/sbom/pump-1.0.cdx.json")]).ends(3);
    assert_eq!(run.stdout, "");
    let home = folder.path().join("pointing-nowhere");
    std::fs::create_dir_all(home.join("knowledge")).unwrap();
    std::fs::write(home.join("knowledge/current"), "generation-0000000000000000.ward\n").unwrap();
    at(&home, &["assess", &example("first-pump")]).ends(3);
    std::fs::write(home.join("knowledge/current"), "../../etc/passwd\n").unwrap();
    at(&home, &["feeds", "status"]).ends(3);
}

#[test]
fn an_empty_home_says_that_the_seed_answers() {
    let run = ward(&["assess", &example("first-pump")]).ends(0);
    assert!(run.stderr.contains("seed"), "{}", run.stderr);
    assert!(run.stdout.contains("seed"), "{}", run.stdout);
    let answer = ward(&["assess", "--json", &example("first-pump")]).ends(0).json();
    assert_eq!(answer["coverage"]["knowledge"]["seed"], true);
    assert!(answer["coverage"]["notes"].to_string().contains("seed"));
    assert_eq!(ward(&["assess", "-q", &example("first-pump")]).ends(0).stderr, "");
}

#[test]
fn a_day_before_anything_was_known_is_refused() {
    let run = ward(&["assess", &example("first-pump"), "--as-of", "2026-08-21"]).ends(2);
    assert!(run.stderr.contains("2026-08-22"), "{}", run.stderr);
    ward(&["assess", &example("first-pump"), "--as-of", "2026-09-22T10:00:00Z"]).ends(0);
}

#[test]
fn conditions_end_with_1_only_where_they_hold() {
    let device = example("first-pump");
    for condition in
        ["uncontrolled", "confirmed", "presumed", "unassessed", "overdue", "stale", "provisional,uncontrolled"]
    {
        let run = ward(&["assess", &device, "--fail-on", condition]).ends(1);
        assert!(run.stdout.contains("First Pump"));
    }
    // Nothing is decided in it.
    ward(&["assess", &device, "--fail-on", "provisional"]).ends(0);
    ward(&["assess", &device, "--fail-on", "overdue", "--as-of", "2026-09-02"]).ends(0);
    ward(&["feeds", "status", "--fail-on", "stale"]).ends(1);
    ward(&["feeds", "status"]).ends(0);
}

#[test]
fn the_network_is_refused_where_that_was_asked_for() {
    let run = ward(&["feeds", "sync", "--offline"]).ends(2);
    assert!(run.stderr.contains("--offline refuses the network"), "{}", run.stderr);
    ward(&["feeds", "sync", "--offline", "--from", "https://example.org/mirror"]).ends(2);
    ward(&["feeds", "sync", "--from", ".", "--only", "osv"]).ends(2);
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let error = ward(&["asses", "--json"]).ends(2).error();
    assert_eq!(error["error"]["exit"], 2);
    let error = ward(&["feeds", "sync", "--offline", "--json"]).ends(2).error();
    assert_eq!((&error["schema"], &error["error"]["code"]), (&"wardround/error/1".into(), &"network".into()));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = tempfile::tempdir().unwrap();
    let mut child = support::command(home.path())
        .args(["inspect", "cvss", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        use std::io::Write as _;
        for _ in 0..4000 {
            let _ = stdin.write_all(b"AV:N/AC:L/Au:N/C:C/I:C/A:C\n");
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn names_from_a_file_cannot_write_to_the_terminal() {
    let folder = copy_of_first_pump();
    spoil(folder.path(), "system.toml", "from = \"programmer\"", "from = \"pro\\u001b]0;gone\\u0007\"");
    let run = ward(&["assess", &folder.path().display().to_string()]).ends(2);
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{7}'));
}

/// A control that is in effect and stops the therapy for certain does what no attacker is needed for.
#[test]
fn what_a_control_in_effect_does_itself_is_a_condition() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(place.path().join(name), text).unwrap();
    write(
        "device.toml",
        "id = \"d\"\nname = \"D\"\nmaker = \"M\"\nintended_use = \"x\"\nenvironments = [\"hospital\"]\n\
         policies = [\"fda-postmarket-2016\"]\nmodel_since = 2026-01-01\nlifecycle = { stage = \"support\" }\n",
    );
    write("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\n");
    std::fs::create_dir(place.path().join("evidence")).unwrap();
    write("evidence/e.md", "looked at");
    let listed = "claims = { interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }\n";
    write(
        "system.toml",
        &format!(
            "[[element]]\nid = \"pump\"\nkind = \"bedside-device\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = 1\n{listed}\
             [[function]]\nid = \"infuse\"\nessential = true\nrealised_by = {{ all = [\"pump\"] }}\nfed_by = []\n\
             [[function.effect]]\non = \"loss\"\nhazardous_situation = \"no drug\"\nharm = \"death\"\n\
             [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"a wrong dose\"\nharm = \"death\"\n\
             [[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\ntext = \"Death\"\n\
             [[control]]\nid = \"off\"\ncategory = \"compensating\"\ncuts = {{ presence_at = \"pump\" }}\nenforcer = {{ element = \"pump\" }}\n\
             performed_by = \"design\"\nclaimed = {{ effective = true, evidence = \"evidence/e.md\" }}\n\
             [[control.hazard]]\nid = \"stops\"\nfunction = \"infuse\"\non = \"loss\"\nhow_often = \"certain\"\n"
        ),
    );
    let folder = place.path().display().to_string();
    let ends = |condition: &str, code| {
        ward(&["assess", &folder, "--fail-on", condition, "--as-of", "2026-11-22"]).ends(code);
    };
    // Nobody answers for the control yet: it does nothing to anybody, and what it would do is told.
    ends("confirmed", 0);
    ends("hazard", 1);
    ward(&[
        "decide",
        &folder,
        "--on",
        "2026-11-01",
        "--accept-model",
        "system.toml",
        "--by",
        "officer",
        "--rationale",
        "x",
        "--expires",
        "2099-01-01",
    ])
    .ends(0);
    ends("confirmed", 1);
}

/// An element of which nobody says what runs on it has no component that could be unassessed, and is unassessed for that.
#[test]
fn an_element_without_any_sbom_is_unassessed() {
    let place = tempfile::tempdir().unwrap();
    let device = "id = \"d\"\nname = \"D\"\nmaker = \"M\"\nintended_use = \"x\"\nenvironments = [\"hospital\"]\n\
                  policies = [\"fda-postmarket-2016\"]\nmodel_since = 2026-01-01\nlifecycle = { stage = \"support\" }\n";
    let element = |sbom: &str| {
        format!(
            "[[element]]\nid = \"pump\"\nkind = \"bedside-device\"\nowner = \"maker\"\n{sbom}[[function]]\nid = \"infuse\"\nessential = true\n\
             realised_by = {{ all = [\"pump\"] }}\n[[function.effect]]\non = \"loss\"\nhazardous_situation = \"no drug\"\nharm = \"death\"\n\
             [[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\ntext = \"Death\"\n"
        )
    };
    std::fs::write(place.path().join("device.toml"), device).unwrap();
    std::fs::write(place.path().join("fielded.toml"), "[[version]]\nid = \"1\"\nunits = 10\n").unwrap();
    let folder = place.path().display().to_string();
    // A system that nobody has described, or whose file has another name, is no good news.
    for condition in ["uncontrolled", "presumed", "unassessed"] {
        ward(&["assess", &folder, "--fail-on", condition, "--as-of", "2026-11-22"]).ends(1);
    }
    ward(&["assess", &folder, "--fail-on", "confirmed,hazard", "--as-of", "2026-11-22"]).ends(0);
    for (sbom, code) in [("", 1), ("sbom = \"none\"\n", 0)] {
        std::fs::write(place.path().join("system.toml"), element(sbom)).unwrap();
        ward(&["assess", &folder, "--fail-on", "unassessed", "--as-of", "2026-11-22"]).ends(code);
    }
}
