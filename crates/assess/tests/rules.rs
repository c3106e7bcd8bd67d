//! Every rule with a small system in which it finds its weakness, and the smallest changes after which it does not.
//!
//! What is said of the property that a rule finds lacking is varied in every case alike: stated as lacking, not stated, claimed, and
//! claimed and decided.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde::Deserialize;
use ward_assess::{Inputs, assess};
use ward_device::{Answer, DECISIONS, MemoryFiles, Reading, decide, read};
use ward_knowledge::{Contents, Memory};
use ward_model::claim::Claim;
use ward_model::verdict::{Outcome, SubjectKind, Verdict};
use ward_policy::{Library, Rulebook};

const TODAY: Date = date(2026, 11, 28);

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let library = Library::built_in().expect("built in");
    library.select(&["fda-postmarket-2016".to_owned()], TODAY).expect("built in")
});
static KNOWLEDGE: LazyLock<Memory> =
    LazyLock::new(|| Memory::new(Contents::empty(TODAY)).expect("nothing makes sense"));

/// The harm that every case leads to, and the function of one whose rule speaks of none.
const HARM: &str = "\n[[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\n";
const FUNCTION: &str = r#"
[[function]]
id = "treat"
essential = true
realised_by = { all = ["device"] }
effect = [
    { on = "loss", hazardous_situation = "it stops", harm = "death" },
    { on = "alteration", hazardous_situation = "it is wrong", harm = "death" },
    { on = "disclosure", hazardous_situation = "it is known", harm = "death" },
]
"#;
const EXPOSED: &str = "exposed_to = [\"internet\", \"hospital-network\", \"radio\", \"physical\"]";
const LISTED: &str = "sbom = \"none\", claims = { interfaces_listed = \"evidence/e\", software_listed = \"evidence/e\", functions_listed = \"evidence/e\" }";
const DEVICE: &str = r#"
id = "small"
name = "Small"
maker = "Example Medical"
intended_use = "To be weak in one way"
environments = ["hospital", "home"]
policies = ["fda-postmarket-2016"]
model_since = 2026-11-01
lifecycle = { stage = "support" }
"#;
const FIELDED: &str = "[[version]]\nid = \"1\"\nunits = 1\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// A system in which a rule finds a weakness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    /// The element, link, secret or function that has it.
    at: String,
    /// The property that it lacks, stated in the system as `false`.
    property: Option<String>,
    /// The claims that are decided, where they are made.
    #[serde(default)]
    decided: Vec<String>,
    /// Whether what the element `device` does for people is added, with the harm that follows when it degrades.
    #[serde(default)]
    harmed: bool,
    system: String,
    /// Texts of the system and what stands in their place after which nothing is found, each pair for itself.
    not: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let read = |file: &Path| {
        let text = std::fs::read_to_string(file).expect("readable");
        toml::from_str::<Cases>(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).case
    };
    files.iter().flat_map(|file| read(file)).collect()
}

impl Case {
    fn subject(&self) -> String {
        format!("{}@{}", self.rule, self.at)
    }

    /// The whole system. That every element is listed whole is claimed, and decided in no case; who reaches a link and what it carries
    /// is stated, so that only the property is unknown.
    fn text(&self) -> String {
        let mut system = self.system.replace("to = \"device\", ", &format!("to = \"device\", {EXPOSED}, "));
        if !system.contains("carries = ") {
            system = system.replace(EXPOSED, &format!("{EXPOSED}, carries = [\"data\", \"command\", \"code\"]"));
        }
        for owner in ["owner = \"maker\"", "owner = \"hospital\""] {
            system = system.replace(owner, &format!("{owner}, {LISTED}"));
        }
        format!("{system}{}{HARM}", if self.harmed { FUNCTION } else { "" })
    }

    /// The system with one text in the place of another that stands in it.
    fn changed(&self, from: &str, to: &str) -> String {
        let text = self.text();
        assert!(text.contains(from), "{}: `{from}` does not stand in the case", self.rule);
        text.replacen(from, to, 1)
    }

    /// What comes out of a system, with the claims decided that are named beside those of the case.
    fn verdicts(&self, system: String, decided: &[&str]) -> Vec<Verdict> {
        let mut files = MemoryFiles(
            [("device.toml", DEVICE.to_owned()), ("fielded.toml", FIELDED.to_owned()), ("system.toml", system)]
                .into_iter()
                .chain([("evidence/e", "it was tested".to_owned())])
                .map(|(path, text)| (path.to_owned(), text.into_bytes()))
                .collect(),
        );
        let mut reading = self.read(&files);
        let named = self.decided.iter().map(String::as_str).chain(decided.iter().copied());
        let named: BTreeSet<&str> = named.collect();
        let claims = reading.device.claims.values().filter(|claim| named.contains(claim.id.to_string().as_str()));
        let claims: Vec<&Claim> = claims.collect();
        if !claims.is_empty() {
            let answer = Answer {
                by: "test",
                on: TODAY,
                expires: date(2027, 1, 1),
                rationale: "looked at",
                accepted: true,
                scope: Default::default(),
            };
            let text = decide("", &claims, &answer).expect("can be decided");
            files.0.insert(DECISIONS.to_owned(), text.into_bytes());
            reading = self.read(&files);
        }
        let assessment = assess(&Inputs {
            device: &reading.device,
            decisions: &reading.decisions,
            knowledge: &*KNOWLEDGE,
            rulebook: &RULEBOOK,
            as_of: TODAY,
            engine: "wardround test",
            rest_on: ward_device::rest_on,
        })
        .expect("knowledge in memory can be read");
        assert_eq!(assessment.decisions_without_effect, Vec::new(), "{}", self.rule);
        assessment.verdicts.into_iter().filter(|verdict| verdict.subject.kind == SubjectKind::Weakness).collect()
    }

    fn read(&self, files: &MemoryFiles) -> Reading {
        read(files).unwrap_or_else(|error| panic!("{}: {error:#?}", self.rule))
    }

    /// The verdict on the weakness, where it is there and uncontrolled.
    fn found(&self, system: String, decided: &[&str]) -> Option<Verdict> {
        let verdicts = self.verdicts(system, decided).into_iter();
        let mut own = verdicts.filter(|verdict| verdict.subject.id == self.subject());
        own.find(|verdict| verdict.verdict == Outcome::Uncontrolled)
    }

    /// The claim that the property is there.
    fn claim(&self, property: &str) -> String {
        let kind = match self.at.as_str() {
            "device" => "element",
            "link" => "link",
            "key" => "secret",
            _ => "function",
        };
        format!("{kind}:{}.{property}", self.at)
    }
}

#[test]
fn every_rule_has_a_case_that_finds_it_and_one_that_does_not() {
    let cases = cases();
    let tried: BTreeSet<&str> = cases.iter().map(|case| case.rule.as_str()).collect();
    let rules = &RULEBOOK.rules;
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(tried, known);
    assert!(known.len() >= 79, "{}", known.len());
    assert_eq!(tried.len(), cases.len(), "one case for each rule");
    for case in &cases {
        assert!(!case.not.is_empty(), "{}", case.rule);
        let rule = rules.iter().find(|rule| rule.id.as_str() == case.rule).expect("known");
        assert_eq!(rule.lacks.map(|property| property.word()), case.property.as_deref(), "{}", case.rule);
    }
}

#[test]
fn a_rule_finds_its_weakness_and_nothing_where_it_is_not() {
    let mut wrong = Vec::new();
    for case in cases() {
        if case.found(case.text(), &[]).is_none_or(|verdict| verdict.harm.is_none()) {
            wrong.push(format!("{} is not found, or leads to no harm", case.subject()));
        }
        for (from, to) in &case.not {
            if let Some(verdict) = case.found(case.changed(from, to), &[]) {
                wrong.push(format!("{} is found with `{to}` for `{from}`: {verdict:#?}", case.subject()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// That a function is not essential is a word without evidence: where people come to harm by it, it takes no weakness away.
#[test]
fn a_function_that_harms_people_is_essential_whatever_it_is_called() {
    let mut tried = 0;
    for case in cases() {
        if !case.text().contains("essential = true") {
            continue;
        }
        tried += 1;
        let called = case.changed("essential = true", "essential = false");
        assert!(case.found(called, &[]).is_some_and(|verdict| verdict.harm.is_some()), "{}", case.subject());
    }
    assert!(tried > 10, "{tried}");
}

/// A property that is stated to lack is a fact. One that nobody states, or that is claimed and not decided, is unknown: the weakness
/// counts, and is told apart. One that is claimed and decided is there.
#[test]
fn what_is_not_known_counts_and_is_told_apart() {
    let mut wrong = Vec::new();
    for case in cases() {
        let Some(property) = &case.property else { continue };
        let stated = format!("{property} = false");
        let claim = case.claim(property);
        let mut differ = |what: &str, expected: (bool, bool, bool), found: Option<&Verdict>| {
            let found = found.map_or((false, false, false), |verdict| {
                (true, verdict.undetermined, verdict.if_claims_hold == Outcome::Controlled)
            });
            if found != expected {
                wrong.push(format!("{} {what}: {found:?} and not {expected:?}", case.subject()));
            }
        };
        let words = |verdict: Option<&Verdict>, expected: &str| {
            let nodes = verdict.into_iter().flat_map(|verdict| &verdict.witness.nodes);
            assert!(nodes.into_iter().any(|node| node.by.contains(expected)), "{}: {expected}", case.rule);
        };
        let lacking = case.found(case.text(), &[]);
        differ("stated to lack", (true, false, false), lacking.as_ref());
        let unstated = case.found(case.changed(&stated, ""), &[]);
        differ("not stated", (true, true, false), unstated.as_ref());
        words(unstated.as_ref(), "; nobody says that ");
        let cited = case.changed(&stated, &format!("{property} = \"evidence/e\""));
        let claimed = case.found(cited.clone(), &[]);
        differ("claimed", (true, true, true), claimed.as_ref());
        words(claimed.as_ref(), " is claimed and not decided");
        differ("decided", (false, false, false), case.found(cited, &[&claim]).as_ref());
        // A claim that nobody has decided changes nothing but what would be if it held.
        for (unstated, claimed) in unstated.iter().zip(&claimed) {
            let told = |one: &Verdict| (one.verdict, one.harm.clone(), one.exploitability, one.persons_at_once);
            assert_eq!(told(unstated), told(claimed), "{}", case.rule);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
