//! Wrong folders, and everything that is said about them.

use super::{DECISIONS, DEVICE, FIELDED, SBOM, SYSTEM, VULNERABILITIES, whole, with};
use crate::diagnostic::Severity;
use crate::files::MemoryFiles;
use crate::read::read;

/// The errors of a folder, one a line.
fn errors(files: &MemoryFiles) -> String {
    let found = match read(files) {
        Ok(reading) => reading.warnings,
        Err(wrong) => wrong.0,
    };
    let errors: Vec<String> =
        found.iter().filter(|found| found.severity == Severity::Error).map(ToString::to_string).collect();
    errors.join("\n")
}

/// The errors after one change of one file of the whole folder.
fn after(changes: &[(&str, &str, &str)]) -> String {
    let mut out = String::new();
    for (path, from, to) in changes {
        let text = match *path {
            "device.toml" => DEVICE,
            "system.toml" => SYSTEM,
            "fielded.toml" => FIELDED,
            "vulnerabilities.toml" => VULNERABILITIES,
            "decisions.toml" => DECISIONS,
            _ => SBOM,
        };
        assert!(text.contains(from), "{path} has no {from}");
        let said = errors(&with(whole(), path, &text.replacen(from, to, 1)));
        assert!(!said.is_empty(), "{from} -> {to} is not noticed");
        out.push_str(&format!("{} -> {}\n{said}\n\n", from.replace('\n', "⏎"), to.replace('\n', "⏎")));
    }
    out
}

#[test]
fn keys_and_types() {
    let said = after(&[
        ("device.toml", "maker =", "makers ="),
        ("device.toml", "model_since = 2026-03-01\n", ""),
        ("device.toml", "model_since = 2026-03-01", "model_since = \"2026-03-01\""),
        ("device.toml", "model_since = 2026-03-01", "model_since = 2026-02-30"),
        ("device.toml", "model_since = 2026-03-01", "model_since = 2026-03-01T10:00:00Z"),
        ("device.toml", "\"hospital\"", "\"hopsital\""),
        ("device.toml", "environments = [\"hospital\"]", "environments = []"),
        ("device.toml", "[\"fda-postmarket-2016\"]", "[\"fda-postmarket-2016\", \"fda-postmarket-2016\"]"),
        ("device.toml", "[\"fda-postmarket-2016\"]", "[\"fda-postmarket-2016\", \"fda-postmarket-2016@1\"]"),
        ("device.toml", "environments = [\"hospital\"]", "environments = \"hospital\""),
        ("device.toml", "stage = \"support\"", "stage = \"supported\""),
        ("device.toml", "service_life_years = 10", "service_life_years = -1"),
        ("device.toml", "id = \"lvp-200\"", "id = \"lvp 200\""),
        ("device.toml", "maker = \"Example Medical\"", "maker = \" \""),
        ("device.toml", "id = \"lvp-200\"", "id = \"lvp-200\"\nid = \"again\""),
        ("device.toml", "id = \"lvp-200\"", "id = \"lvp-200\"\nfamily = \"lvp\""),
        ("system.toml", "[[zone]]", "[[zones]]"),
        ("system.toml", "instances_per_site = 300", "instances_per_site = 3.5"),
        ("system.toml", "instances_per_site = 300", "instances_per_sit = 300"),
        ("system.toml", "[[zone]]", "[zone]"),
        (
            "system.toml",
            "secret = \"service-key\" }\nperformed",
            "secret = \"service-key\", public = true }\nperformed",
        ),
        ("system.toml", "cpe:2.3:h", "cpe:2.3:x"),
        ("vulnerabilities.toml", "AV:P", "AV:Q"),
        ("vulnerabilities.toml", "known_since = 2026-03-14\n", ""),
        ("vulnerabilities.toml", "known_since = 2026-03-14", "known_since = 2206-03-14"),
        ("vulnerabilities.toml", "known_since = 2026-03-14", "known_since = 1926-03-14"),
        ("vulnerabilities.toml", "\nsince = 2026-03-01", "\nsince = 2101-01-01"),
        ("decisions.toml", "evidence_sha256 = \"e3b0", "evidence_sha256 = \"zzz"),
        ("decisions.toml", "\"accepted\"", "\"accept\""),
        ("fielded.toml", "units = 18400", "units = 0x7fffffffffffffffffff"),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn names_and_numbers() {
    let said = after(&[
        ("system.toml", "from = \"server\"", "from = \"sever\""),
        ("system.toml", "zone = \"ward-network\"", "zone = \"ward\""),
        ("system.toml", "secret = \"service-key\", evidence", "secret = \"service\", evidence"),
        ("system.toml", "held_by = [\"server\", \"pump\"]", "held_by = [\"server\", \"pmup\"]"),
        ("system.toml", "harm = \"interrupted\"", "harm = \"interruption\""),
        ("system.toml", "group = \"patient\"", "group = \"patients\""),
        ("system.toml", "detection = \"alarm\"", "detection = \"alarms\""),
        ("system.toml", "detection = \"alarm\"", "detection = \"infuse\""),
        ("system.toml", "links_into_zone = \"ward-network\"", "links_into_zone = \"wardnetwork\""),
        ("system.toml", "{ link = \"library\" }", "{ link = \"libary\" }"),
        ("system.toml", "ref = \"motor\"", "ref = \"moter\""),
        ("system.toml", "id = \"server\"", "id = \"pump\""),
        ("system.toml", "{ \"4.1\" =", "{ \"4.0\" ="),
        ("fielded.toml", "confirmed = [\"isolate\"]", "confirmed = [\"isolated\"]"),
        ("fielded.toml", "units = 310", "units = 31000"),
        ("fielded.toml", "id = \"4.1\"", "id = \"4.2\""),
        ("fielded.toml", "[[version.cohort]]", "[[version.cohort]]\nid = \"site-017\"\n[[version.cohort]]"),
        ("vulnerabilities.toml", "element = \"pump\"", "element = \"pumps\""),
        ("vulnerabilities.toml", "\"4.1\", \"4.2\"", "\"4.3\""),
        ("vulnerabilities.toml", "@library", "@libraries"),
        ("decisions.toml", "expires = 2027-04-02", "expires = 2025-04-02"),
        ("decisions.toml", "claims = [\"control:signed-firmware\"]\n", ""),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn forms_and_contradictions() {
    let said = after(&[
        (
            "system.toml",
            "sbom = { \"4.1\" = \"sbom/pump.json\", \"4.2\" = \"sbom/pump.json\" }",
            "sbom = \"sbom/pump.json\"",
        ),
        ("system.toml", "sbom = { \"4.1\" = \"sbom/pump.json\"", "sbom = { \"4.1\" = \"none\""),
        (
            "system.toml",
            "owner = \"hospital\"\nzone = \"ward-network\"\nsbom = \"sbom/pump.json\"",
            "owner = \"hospital\"\nsbom = \"none\"\nhardware = [{ cpe = \"cpe:2.3:o:linux:linux_kernel:6.1:*:*:*:*:*:*:*\" }]",
        ),
        ("system.toml", "local_login = true", "local_login = false"),
        ("system.toml", "instances_per_site = 300", "instances_per_site = 0"),
        ("system.toml", "at_once_per_instance = 1", "at_once_per_instance = 0"),
        ("system.toml", "anti_replay = true", "anti_replay = true\nfed_by = [\"nothing\"]"),
        ("fielded.toml", "id = \"site-017\"", "id = \"unconfirmed units\""),
        ("fielded.toml", "id = \"site-017\"", "id = \"all units\""),
        ("system.toml", "carries = [\"data\", \"command\"]", "carries = []"),
        ("system.toml", "authentication = \"none\"", "authentication = \"mutual TLS\""),
        ("system.toml", "authentication = \"none\"", "authentication = { mechanism = \"none\" }"),
        ("system.toml", "required = 1", "required = 3"),
        ("system.toml", "of = [\"pump\", \"server\"]", "of = [\"pump\", \"pump\"]"),
        ("system.toml", "{ any = [\"pump\"] }", "{ any = [\"pump\"], all = [\"pump\"] }"),
        ("system.toml", "{ any = [\"pump\"] }", "{}"),
        ("system.toml", "{ any = [\"pump\"] }", "{ any = [] }"),
        ("system.toml", "{ any = [\"pump\"] }", "\"person\""),
        ("system.toml", "on = \"loss\"", "on = \"alteration\""),
        ("system.toml", "detection_seconds = 5, ", ""),
        ("system.toml", "{ step = \"install-code\", at = \"pump\" }", "{ step = \"install-code\" }"),
        (
            "system.toml",
            "{ step = \"install-code\", at = \"pump\" }",
            "{ step = \"install-code\", link = \"library\" }",
        ),
        ("system.toml", "{ step = \"install-code\", at = \"pump\" }", "{ at = \"pump\" }"),
        ("system.toml", "{ step = \"install-code\", at = \"pump\" }", "[]"),
        ("system.toml", "from = [\"internet\"]", "from = []"),
        ("system.toml", "{ presence_at = \"pump\" }", "{ presence_at = \"pump\", from = [\"physical\"] }"),
        ("vulnerabilities.toml", "[\"4.1\", \"4.2\"]", "[]"),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn files() {
    let said = after(&[
        ("system.toml", "\"4.1\" = \"sbom/pump.json\"", "\"4.1\" = \"sbom/pomp.json\""),
        ("system.toml", "\"4.1\" = \"sbom/pump.json\"", "\"4.1\" = \"../pump.json\""),
        ("system.toml", "\"4.1\" = \"sbom/pump.json\"", "\"4.1\" = \"/etc/passwd\""),
        ("system.toml", "evidence = \"evidence/gone.pdf\"", "evidence = \"../gone.pdf\""),
        ("system.toml", "evidence = \"evidence/gone.pdf\"", "evidence = \"evidence/gone.pdf#\""),
        ("sbom/pump.json", "\"version\":\"1.2.11\"},\n", "\"version\":"),
        ("sbom/pump.json", "CycloneDX", "Cyclone"),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn syntax_hides_what_follows_from_it_and_nothing_else() {
    let said = after(&[
        ("system.toml", "[[zone]]", "[[zone]"),
        ("system.toml", "kind = \"bedside-device\"", "kind = bedside-device"),
        ("fielded.toml", "units = 18400", "units = 18,400"),
        ("device.toml", "maker = \"Example Medical\"", "maker = \"Example Medical"),
        ("device.toml", "class = { us = \"II\", eu = \"IIb\" }", "class = { us = \"II\", eu = \"IIb\""),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn everything_at_once_sorted_by_file_and_line() {
    let files = MemoryFiles::from_iter([
        ("device.toml", DEVICE.replace("maker =", "makers =").replace("\"support\"", "\"suport\"")),
        ("system.toml", SYSTEM.replace("from = \"server\"", "from = \"sever\"").replace("severity", "severe")),
        ("fielded.toml", FIELDED.replace("310", "-310")),
        ("vulnerabilities.toml", "[[finding]]\n".to_owned()),
        ("decisions.toml", "[[decision]]\nby = 3\n".to_owned()),
        ("vulnerabilites.toml", String::new()),
        ("considerations.toml", String::new()),
        ("evidence/unused.csv", String::new()),
        ("sbom/pump.json", "{".to_owned()),
    ]);
    let said = read(&files).unwrap_err().to_string();
    insta::assert_snapshot!(said);
}

#[test]
fn files_that_are_no_text_or_not_there() {
    let mut files = whole();
    files.0.insert("system.toml".to_owned(), b"[[zone]]\nid = \"\xff\"".to_vec());
    files.0.remove("device.toml");
    let said = read(&files).unwrap_err().to_string();
    insta::assert_snapshot!(said);
    assert_eq!(
        read(&MemoryFiles::default()).unwrap_err().0.iter().filter(|found| found.severity == Severity::Error).count(),
        1
    );
}

#[test]
fn odd_bytes_are_answered() {
    for text in [
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        "a.".repeat(100_000),
    ] {
        assert!(read(&with(whole(), "system.toml", &text)).is_err());
    }
    // A byte-order mark, and line ends of another system.
    let marked = format!("\u{feff}{}", DEVICE.replace('\n', "\r\n"));
    assert_eq!(errors(&with(whole(), "device.toml", &marked)), "");
}

/// What looks as if it were meant for the model and is not read is told, whatever it is written in.
#[test]
fn what_is_not_read_is_told() {
    let said = |path: &str| {
        let reading = read(&with(whole(), path, "x")).unwrap_or_else(|wrong| panic!("{path}: {wrong:#?}"));
        let told = reading.warnings.iter().filter(|one| one.code == "not-read");
        told.map(|one| format!("{}: {}", one.file, one.help.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    for (path, told) in [
        ("vulnerabilities.yaml", "vulnerabilities.yaml: did you mean `vulnerabilities.toml`?"),
        ("vex.json", "vex.json: did you mean `vex/`?"),
        ("sbom.xml", "sbom.xml: did you mean `sbom/`?"),
        ("site/north/site.toml", "site/: did you mean `sites/`?"),
        ("evidense/review.md", "evidense/: did you mean `evidence/`?"),
        ("notes.csv", "notes.csv: "),
    ] {
        assert_eq!(said(path), [told], "{path}");
    }
    for path in ["README.md", "LICENSE", "docs/a.md", "policies/a.md", "pictures/a.svg", ".git/config", "photo.png"] {
        assert_eq!(said(path), Vec::<String>::new(), "{path}");
    }
}
