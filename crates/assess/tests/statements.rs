//! What others say of components (VEX), and lists of compiled files: what takes a finding away, what never does, and that each turns on
//! exactly the evidence that should turn it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use jiff::civil::date;
use ward_model::Assessment;
use ward_model::finding::State;
use ward_model::verdict::{Basis, Outcome, PresumedBecause};
use ward_model::vulnerability::VulnerabilityRecord;

#[path = "support/pump.rs"]
mod pump;
#[path = "support/small.rs"]
mod small;

use pump::{SYSTEM, assessed, assessed_as, criterion, record, verdict};

const CVE: &str = "CVE-2026-0001";
const FILE: &str = "vex/acme.openvex.json";
const CLAIM: &str = "statements:vex/acme.openvex.json";
const VIEWER: &str = "cpe:2.3:a:acme:viewer:1.5:*:*:*:*:*:*:*";
const TRUST: &str = r#"
[[issuer]]
id = "acme"
name = "ACME PSIRT"
components = ["viewer"]
until = 2027-12-31
why = "supplies it"
"#;

/// A document of statements: each of a vulnerability, a product by its CPE name, a status and a justification.
fn document(author: &str, on: &str, statements: &[(&str, &str, &str, &str)]) -> String {
    let statement = |(id, cpe, status, why): &(&str, &str, &str, &str)| {
        let why = if why.is_empty() { String::new() } else { format!(r#","justification":"{why}""#) };
        format!(
            r#"{{"vulnerability":{{"name":"{id}"}},"status":"{status}"{why},
                "products":[{{"@id":"urn:product","identifiers":{{"cpe23":"{cpe}"}}}}]}}"#
        )
    };
    let statements: Vec<String> = statements.iter().map(statement).collect();
    format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:{author}:{on}","author":"{author}","version":1,
            "timestamp":"{on}","statements":[{}]}}"#,
        statements.join(",")
    )
}

fn vulnerable() -> Vec<VulnerabilityRecord> {
    vec![record("nvd", CVE, vec![vec![criterion(true, "a:viewer", Some((None, "2.0")))]])]
}

/// The pump runs a viewer in this version, and the gateway one that is fixed.
fn run(version: &str, more: &[(&str, &str)], but: &[&str]) -> Assessment {
    let but = [but, &["control:viewer-off"]].concat();
    assessed(vulnerable(), [&[("a:viewer", version)], &[("a:viewer", "2.1")]], more, &but)
}

/// The outcome of the vulnerability, and what its finding on the pump says.
fn told(assessment: &Assessment) -> (Option<Outcome>, Option<State>, String) {
    let outcome = verdict(assessment, CVE, None).map(|verdict| verdict.verdict);
    let found = assessment
        .findings
        .iter()
        .find(|at| at.element.as_str() == "pump" && at.finding.vulnerability.id.as_str() == CVE);
    let proof = found.map(|at| at.finding.proof.environment.join("\n")).unwrap_or_default();
    (outcome, found.map(|at| at.finding.state), proof)
}

const GOOD: (&str, &str, &str, &str) = (CVE, VIEWER, "not_affected", "vulnerable_code_not_present");
const SAID: &str = "2026-11-01T00:00:00Z";
const OPEN: (Option<Outcome>, Option<State>) = (Some(Outcome::Uncontrolled), Some(State::Affected));
const CLEARED: (Option<Outcome>, Option<State>) = (Some(Outcome::Controlled), Some(State::NotAffected));

/// A statement of a trusted issuer that names exactly this component in this version, and that somebody has accepted, takes the finding
/// away; the verdict is provisional and turns on that.
#[test]
fn a_trusted_statement_that_is_decided() {
    let good = document("ACME PSIRT", SAID, &[GOOD]);
    let assessment = run("1.5", &[(FILE, &good), ("trust.toml", TRUST)], &[]);
    let (outcome, state, proof) = told(&assessment);
    assert_eq!((outcome, state), CLEARED, "{proof}");
    for part in ["ACME PSIRT says `not_affected, vulnerable_code_not_present`", FILE, "statement 1", "2027-06-30"] {
        assert!(proof.contains(part), "{part}: {proof}");
    }
    let verdict = verdict(&assessment, CVE, None).expect("a verdict");
    assert!(verdict.provisional);
    assert_eq!(verdict.valid_until, Some(date(2027, 6, 30)));
    assert!(verdict.sensitivity.iter().any(|point| point.claim.to_string() == CLAIM), "{verdict:#?}");
    // Nothing is presumed in its place.
    assert!(assessment.verdicts.iter().all(|verdict| verdict.basis == Basis::Confirmed), "{:#?}", assessment.verdicts);
    // Until it is decided it is only claimed.
    let undecided = run("1.5", &[(FILE, &good), ("trust.toml", TRUST)], &[CLAIM]);
    let open = pump::verdict(&undecided, CVE, None).expect("a verdict");
    assert_eq!((open.verdict, open.if_claims_hold), (Outcome::Uncontrolled, Outcome::Controlled));
    assert!(told(&undecided).2.contains("it counts where `statements:vex/acme.openvex.json` is decided"));
}

/// Everything that is short of that leaves the finding as it is.
#[test]
fn whatever_is_short_of_it_changes_nothing() {
    let cpe = |version: &str| format!("cpe:2.3:a:acme:viewer:{version}:*:*:*:*:*:*:*");
    let one = |status: &'static str, why: &'static str| document("ACME PSIRT", SAID, &[(CVE, VIEWER, status, why)]);
    let good = document("ACME PSIRT", SAID, &[GOOD]);
    let expired = TRUST.replace("2027-12-31", "2026-11-21");
    let later = TRUST.replace("until", "from = 2026-11-23\nuntil");
    let other_component = TRUST.replace("viewer", "reader");
    let namespace = TRUST.replace("components", "namespace = \"https://acme.example\"\ncomponents");
    for (what, text, trust, reason) in [
        ("nobody trusts anybody", &good, "", "nobody believes its issuer"),
        ("somebody else", &document("Mallory", SAID, &[GOOD]), TRUST, "nobody believes its issuer"),
        ("trusted for another component", &good, &other_component, "nobody believes its issuer"),
        ("of another namespace", &good, &namespace, "nobody believes its issuer"),
        ("trusted no longer", &good, &expired, ""),
        ("not yet trusted", &good, &later, ""),
        ("another version", &document("ACME PSIRT", SAID, &[(CVE, &cpe("1.6"), GOOD.2, GOOD.3)]), TRUST, ""),
        ("every version", &document("ACME PSIRT", SAID, &[(CVE, &cpe("*"), GOOD.2, GOOD.3)]), TRUST, "exactly"),
        (
            "another vulnerability",
            &document("ACME PSIRT", SAID, &[("CVE-2026-0009", VIEWER, GOOD.2, GOOD.3)]),
            TRUST,
            "",
        ),
        ("no reason", &one("not_affected", ""), TRUST, "no justification"),
        ("a control", &one("not_affected", "inline_mitigations_already_exist"), TRUST, "a control"),
        // What only the maker of the device can know: who sends what to it, and what else is there.
        (
            "of the device",
            &one("not_affected", "vulnerable_code_cannot_be_controlled_by_adversary"),
            TRUST,
            "a control",
        ),
        ("not there, and listed", &one("not_affected", "component_not_present"), TRUST, "one of the two is wrong"),
        ("nobody knows", &one("under_investigation", ""), TRUST, "it counts: not known"),
        ("no date", &document("ACME PSIRT", "", &[GOOD]), TRUST, "no date"),
        ("said after the day", &document("ACME PSIRT", "2026-11-23T00:00:00Z", &[GOOD]), TRUST, ""),
        ("fixed in another", &document("ACME PSIRT", SAID, &[(CVE, &cpe("2.0"), "fixed", "")]), TRUST, ""),
    ] {
        let mut files = vec![(FILE, text.as_str())];
        if !trust.is_empty() {
            files.push(("trust.toml", trust));
        }
        let (outcome, state, proof) = told(&run("1.5", &files, &[]));
        assert_eq!((outcome, state), OPEN, "{what}: {proof}");
        assert!(proof.contains(reason), "{what}: {proof}");
    }
    // Who is believed of the whole device may say what is around a component.
    let whole = TRUST.replace("components", "whole_device = true\ncomponents");
    let around = one("not_affected", "vulnerable_code_cannot_be_controlled_by_adversary");
    let (outcome, state, proof) = told(&run("1.5", &[(FILE, &around), ("trust.toml", &whole)], &[]));
    assert_eq!((outcome, state), CLEARED, "{proof}");
    // What says that this version is the fixed one counts.
    let fixed = document("ACME PSIRT", SAID, &[(CVE, VIEWER, "fixed", "")]);
    let (outcome, state, _) = told(&run("1.5", &[(FILE, &fixed), ("trust.toml", TRUST)], &[]));
    assert_eq!((outcome, state), CLEARED);
}

/// The newest word of an issuer counts, and of several issuers the worst.
#[test]
fn the_newest_of_one_and_the_worst_of_several() {
    const SECOND: &str = "vex/second.openvex.json";
    let both = format!("{TRUST}{}", TRUST.replace("\"acme\"", "\"other\"").replace("ACME PSIRT", "Other"));
    let word = |author: &str, on: &str, status: &str, why: &str| document(author, on, &[(CVE, VIEWER, status, why)]);
    let good = |author: &str, on: &str| word(author, on, GOOD.2, GOOD.3);
    let (old, new) = ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    for (what, first, second, expected) in [
        ("taken back", good("ACME PSIRT", old), word("ACME PSIRT", new, "affected", ""), OPEN),
        ("back in question", good("ACME PSIRT", old), word("ACME PSIRT", new, "under_investigation", ""), OPEN),
        (
            "only a control by now",
            good("ACME PSIRT", old),
            word("ACME PSIRT", new, "not_affected", "inline_mitigations_already_exist"),
            OPEN,
        ),
        ("at one time", good("ACME PSIRT", old), word("ACME PSIRT", old, "affected", ""), OPEN),
        ("cleared since", word("ACME PSIRT", old, "affected", ""), good("ACME PSIRT", new), CLEARED),
        ("another one warns", good("ACME PSIRT", new), word("Other", old, "affected", ""), OPEN),
        ("another one agrees", good("ACME PSIRT", new), good("Other", old), CLEARED),
        ("nobody trusted warns", good("ACME PSIRT", old), word("Mallory", new, "affected", ""), CLEARED),
    ] {
        let files = [(FILE, first.as_str()), (SECOND, second.as_str()), ("trust.toml", both.as_str())];
        let (outcome, state, proof) = told(&run("1.5", &files, &[]));
        assert_eq!((outcome, state), expected, "{what}: {proof}");
    }
}

/// What the newest version of a document does not say any more is taken back; where it cannot be told which one is the newest, nothing
/// that they say makes anything better.
#[test]
fn the_newest_version_of_a_document_counts() {
    const SECOND: &str = "vex/second.openvex.json";
    let version = |number: &str, on: &str, id: &str, status: &str, why: &str| {
        document("ACME PSIRT", on, &[(id, VIEWER, status, why)])
            .replace(&format!("urn:ACME PSIRT:{on}"), "urn:one")
            .replace(r#""version":1"#, &format!(r#""version":{number}"#))
    };
    let (old, new) = ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    let good = |number: &str, on: &str| version(number, on, CVE, GOOD.2, GOOD.3);
    let silent = |number: &str, on: &str| version(number, on, "CVE-2026-0009", GOOD.2, GOOD.3);
    for (what, first, second, expected) in [
        ("withdrawn", good("1", old), silent("2", new), OPEN),
        ("said since", silent("1", old), good("2", new), CLEARED),
        ("said again", good("1", old), good("2", new), CLEARED),
        ("two of one number", good("1", old), silent("1", new), OPEN),
        ("a number against its date", good("1", new), silent("2", old), OPEN),
        ("the older says it is affected", version("1", old, CVE, "affected", ""), good("2", new), CLEARED),
        ("at the same time", version("1", old, CVE, "affected", ""), good("2", old), OPEN),
    ] {
        let files = [(FILE, first.as_str()), (SECOND, second.as_str()), ("trust.toml", TRUST)];
        let (outcome, state, proof) = told(&run("1.5", &files, &[]));
        assert_eq!((outcome, state), expected, "{what}: {proof}");
    }
}

/// An advisory in CSAF that says of the viewer that a version of it is fixed.
fn advisory(status: &str, leaf: &str) -> String {
    format!(
        r#"{{"document":{{"category":"csaf_vex","csaf_version":"2.0","publisher":{{"category":"vendor","name":"ACME PSIRT","namespace":"https://a"}},
          "title":"T","tracking":{{"id":"1","version":"1","status":"{status}","initial_release_date":"{SAID}","current_release_date":"{SAID}"}}}},
          "product_tree":{{"branches":[{{"category":"product_name","name":"viewer","branches":[{{"category":"product_version","name":"1.5",{leaf}}}]}}]}},
          "vulnerabilities":[{{"cve":"{CVE}","product_status":{{"fixed":["P"]}}}}]}}"#
    )
}

/// A draft clears nothing, nor does what is said of a part of the units, or of one that was patched.
#[test]
fn an_advisory_must_be_final_and_of_this_very_product() {
    let cpe = r#""cpe":"cpe:2.3:a:acme:viewer:1.5:*:*:*:*:*:*:*""#;
    let product = |more: &str| {
        format!(r#""product":{{"product_id":"P","name":"viewer 1.5","product_identification_helper":{{{cpe}{more}}}}}"#)
    };
    let plain = product("");
    let branch = |category: &str| format!(r#""branches":[{{"category":"{category}","name":"2",{plain}}}]"#);
    for (what, text, expected, reason) in [
        ("final", advisory("final", &plain), CLEARED, "decided until"),
        ("interim", advisory("interim", &plain), CLEARED, "decided until"),
        ("draft", advisory("draft", &plain), OPEN, "the document is a draft"),
        ("of a kind that nobody knows", advisory("ready", &plain), OPEN, "the document is a draft"),
        ("a service pack", advisory("final", &branch("service_pack")), OPEN, "not name exactly"),
        ("a patch level", advisory("final", &branch("patch_level")), OPEN, "not name exactly"),
        ("an architecture", advisory("final", &branch("architecture")), OPEN, "not name exactly"),
        ("some units", advisory("final", &product(r#","serial_numbers":["SN1"]"#)), OPEN, "not name exactly"),
        ("a model", advisory("final", &product(r#","model_numbers":["K-2"]"#)), OPEN, "not name exactly"),
    ] {
        let (outcome, state, proof) = told(&run("1.5", &[(FILE, &text), ("trust.toml", TRUST)], &[]));
        assert_eq!((outcome, state), expected, "{what}: {proof}");
        assert!(proof.contains(reason), "{what}: {proof}");
    }
}

/// What says *affected* and names no product, or names it as people do, is heard; what fits nothing is told.
#[test]
fn a_warning_without_exact_names_is_heard() {
    let says = |status: &str, products: &str| {
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:one","author":"ACME PSIRT","version":1,"timestamp":"{SAID}",
              "statements":[{{"vulnerability":{{"name":"CVE-2026-0007"}},"status":"{status}"{products}}}]}}"#
        )
    };
    let heard = |text: &str| {
        let assessment = run("2.1", &[(FILE, text), ("trust.toml", TRUST)], &[]);
        let outcome = verdict(&assessment, "CVE-2026-0007", None).map(|verdict| verdict.verdict);
        (outcome, assessment.coverage.notes.iter().any(|note| note.contains("fit nothing") && note.contains("0007")))
    };
    for products in [
        "",
        r#","products":[{"@id":"viewer"}]"#,
        r#","products":["viewer 2.1"]"#,
        r#","products":["pkg:generic/viewer"]"#,
    ] {
        let text = says("affected", products);
        assert_eq!(heard(&text), (Some(Outcome::Uncontrolled), false), "{text}");
    }
    for products in [r#","products":["viewer 2.0"]"#, r#","products":["reader"]"#] {
        let text = says("affected", products);
        assert_eq!(heard(&text), (None, true), "{text}");
    }
    // To the better it says nothing of anything.
    assert_eq!(heard(&says("not_affected", "")), (None, false));
}

/// What somebody who is trusted says to the worse is a finding where nothing else is one; of others it is only shown.
#[test]
fn a_statement_of_affected() {
    let fixed = "cpe:2.3:a:acme:viewer:2.1:*:*:*:*:*:*:*";
    let any = "cpe:2.3:a:acme:viewer:*:*:*:*:*:*:*:*";
    let says = |author: &str, cpe: &str, status: &str| document(author, SAID, &[("CVE-2026-0007", cpe, status, "")]);
    let open = |text: &str| {
        let assessment = run("2.1", &[(FILE, text), ("trust.toml", TRUST)], &[]);
        let presumed = verdict(&assessment, "pump", Some(PresumedBecause::UnknownRange)).is_some();
        (verdict(&assessment, "CVE-2026-0007", None).map(|verdict| verdict.verdict), presumed, assessment)
    };
    for cpe in [fixed, any] {
        let (outcome, presumed, assessment) = open(&says("ACME PSIRT", cpe, "affected"));
        assert_eq!((outcome, presumed), (Some(Outcome::Uncontrolled), false), "{cpe}");
        let found = assessment.findings.iter().find(|at| at.element.as_str() == "pump").expect("a finding");
        assert_eq!((found.finding.proof.source.as_str(), found.finding.state), ("vex", State::Affected));
        assert!(found.finding.proof.environment[0].ends_with("it counts: affected"), "{:#?}", found.finding.proof);
        let (outcome, presumed, _) = open(&says("ACME PSIRT", cpe, "under_investigation"));
        assert_eq!((outcome, presumed), (None, true), "{cpe}");
        let (outcome, presumed, assessment) = open(&says("Mallory", cpe, "affected"));
        assert_eq!((outcome, presumed), (None, false), "{cpe}");
        assert!(assessment.coverage.notes.iter().any(|note| note.contains("Mallory") && note.contains("1 of them")));
    }
}

/// Taking away any file, any entry of the trust list or any decision improves nothing, and adding what nobody trusts improves nothing,
/// whatever else is there: over all small sets of documents that can only clear.
#[test]
fn removing_improves_nothing() {
    let rank = |assessment: &Assessment| {
        let uncontrolled =
            assessment.verdicts.iter().filter(|verdict| verdict.verdict == Outcome::Uncontrolled).count();
        let found = assessment.findings.iter().filter(|at| at.finding.state == State::Affected).count();
        (uncontrolled, found)
    };
    let clearing = document("ACME PSIRT", SAID, &[GOOD]);
    let again = document("Other", "2026-10-01T00:00:00Z", &[GOOD]);
    let foreign = document("Mallory", SAID, &[GOOD]);
    let other = TRUST.replace("\"acme\"", "\"other\"").replace("ACME PSIRT", "Other");
    let both = format!("{TRUST}{other}");
    let files = [
        (FILE, clearing.as_str()),
        ("vex/other.openvex.json", again.as_str()),
        ("vex/mallory.openvex.json", foreign.as_str()),
    ];
    let trusts = ["", TRUST, &other, &both];
    let ranked = |chosen: usize, trust: &str, but: &[&str]| {
        let chosen = (0..files.len()).filter(|place| chosen & (1 << place) != 0).map(|place| files[place]);
        let trust = (!trust.is_empty()).then_some(("trust.toml", trust));
        rank(&run("1.5", &chosen.chain(trust).collect::<Vec<_>>(), but))
    };
    for chosen in 0..8 {
        for trust in trusts {
            let whole = ranked(chosen, trust, &[]);
            for less in (0..3).map(|place| chosen & !(1 << place)).filter(|less| *less != chosen) {
                assert!(ranked(less, trust, &[]) >= whole, "{less:03b} of {chosen:03b}: {trust}");
            }
            if trust == both {
                for fewer in &trusts[..3] {
                    assert!(ranked(chosen, fewer, &[]) >= whole, "{chosen:03b} with {fewer}");
                }
            }
            for but in [CLAIM, "statements:vex/other.openvex.json"] {
                assert!(ranked(chosen, trust, &[but]) >= whole, "{chosen:03b} without {but}");
            }
            if chosen & 0b100 == 0 {
                assert_eq!(ranked(chosen | 0b100, trust, &[]), whole, "a foreign file changes nothing");
            }
        }
    }
}

/// A vulnerability of a program whose source is known: nothing of it was compiled in.
#[test]
fn code_that_is_not_compiled_in() {
    const SOURCES: &str = "viewer-1.5/src/draw.c\nviewer-1.5/src/print.c\nviewer-1.5/include/view.h\n";
    const FILES: &str = "# what the compiler read\nbuild/src/draw.c\nbuild/include/view.h\n";
    const COMPILED: &str = "compiled:pump/viewer@1.5";
    let system = SYSTEM.replacen(
        "claims = { interfaces_listed",
        r#"compiled = [{ component = "viewer", version = "1.5", sources = "evidence/sources.txt", files = "evidence/files.txt" }]
claims = { interfaces_listed"#,
        1,
    );
    let run = |program_files: &[&str], sources: &str, files: &str, but: &[&str]| {
        let in_files = pump::in_files(CVE, program_files);
        let more = [("evidence/sources.txt", sources), ("evidence/files.txt", files)];
        let but = [but, &["control:viewer-off"]].concat();
        let records = [vulnerable(), vec![in_files]].concat();
        assessed_as(&system, records, [&[("a:viewer", "1.5")], &[("a:viewer", "2.1")]], &more, &but)
    };
    let absent = run(&["src/print.c"], SOURCES, FILES, &[]);
    let (outcome, state, proof) = told(&absent);
    assert_eq!((outcome, state), CLEARED, "{proof}");
    assert!(proof.contains("none of the files that it is in was compiled in (src/print.c)"), "{proof}");
    assert!(proof.contains(COMPILED), "{proof}");
    let turned = verdict(&absent, CVE, None).expect("a verdict");
    assert!(turned.sensitivity.iter().any(|point| point.claim.to_string() == COMPILED), "{turned:#?}");
    for (what, files, sources, compiled, but) in [
        ("nobody answers for the lists", &["src/print.c"][..], SOURCES, FILES, &[COMPILED][..]),
        ("no record names files", &[], SOURCES, FILES, &[]),
        ("one of them was compiled", &["src/print.c", "src/draw.c"], SOURCES, FILES, &[]),
        ("the file had another name", &["src/printing.c"], SOURCES, FILES, &[]),
        ("the list has no headers", &["src/print.c"], SOURCES, "build/src/draw.c\n", &[]),
        ("nothing was compiled", &["src/print.c"], SOURCES, "", &[]),
        ("another program was compiled", &["src/print.c"], SOURCES, "x/y.c\nx/y.h\n", &[]),
        ("there is no source", &["src/print.c"], "# none\n", FILES, &[]),
    ] {
        let (outcome, state, proof) = told(&run(files, sources, compiled, but));
        assert_eq!((outcome, state), OPEN, "{what}: {proof}");
    }
}
