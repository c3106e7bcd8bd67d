//! The list of all rules for people equals the rules, and every word that a folder can state of a design is one that a rule asks for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::date;
use ward_model::design::{Feature, Property};
use ward_policy::{Condition, ElementCondition, Library, LinkCondition, WeaknessRule};

const PAGE: &str = "docs/rules.md";

fn rules() -> Vec<WeaknessRule> {
    let library = Library::built_in().unwrap();
    library.select(&["fda-postmarket-2016".to_owned()], date(2026, 11, 28)).unwrap().rules
}

#[test]
fn the_list_of_rules_is_the_rules() {
    let written = page(&rules());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PAGE);
    if std::env::var_os("WARD_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let read = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(read == written, "{PAGE} differs: WARD_BLESS=1 cargo test -p ward-policy --test rules_page");
}

/// A word that no rule asks for would be stated in vain.
#[test]
fn every_word_of_a_design_has_a_rule() {
    let rules = rules();
    let elements = |condition: &Condition| match condition {
        Condition::Element(element) => vec![element.clone()],
        Condition::Link(link) => vec![link.from.clone(), link.to.clone()],
        Condition::Secret(secret) => vec![secret.held_by.clone()],
        Condition::Function(function) => vec![function.realised_by.clone()],
    };
    let mut asked: BTreeSet<Feature> = rules.iter().flat_map(|rule| rule.finds.has().clone()).collect();
    for element in rules.iter().flat_map(|rule| elements(&rule.finds)) {
        asked.extend(element.battery.then_some(Feature::Battery));
        asked.extend(element.has);
    }
    let lacking: BTreeSet<Property> = rules.iter().filter_map(|rule| rule.lacks).collect();
    assert_eq!(Feature::ALL.iter().find(|one| !asked.contains(one)), None);
    assert_eq!(Property::ALL.iter().find(|one| !lacking.contains(one)), None);
}

fn page(rules: &[WeaknessRule]) -> String {
    let mut out = format!(
        "# The rules\n\nWeaknesses of a design that need no vulnerability record: {} of them. What the words mean, and how a folder \
         answers, stands in [the form of rules](formats/rules.md). This page is written by a test from `rules/`.\n\nA control cuts the \
         step of a rule with `cuts = {{ step = \"...\", at = \"ELEMENT\" }}`.\n",
        rules.len()
    );
    let mut by_kind: BTreeMap<&str, Vec<&WeaknessRule>> = BTreeMap::new();
    for rule in rules {
        by_kind.entry(rule.finds.kind().word()).or_default().push(rule);
    }
    for (kind, rules) in by_kind {
        let head =
            "| rule | weakness | found where | unless | by | step, and what it gives | mitigation | references |";
        let title = format!("{}{}s", kind[..1].to_uppercase(), &kind[1..]);
        let _ = write!(out, "\n## {title}\n\n{head}\n|---|---|---|---|---|---|---|---|\n");
        rules.into_iter().for_each(|rule| out.push_str(&row(rule)));
    }
    out
}

fn row(rule: &WeaknessRule) -> String {
    let unless = rule.lacks.map_or_else(String::new, |property| format!("`{}`: {}", property.word(), property.text()));
    let ways: Vec<&str> = rule.ways.iter().map(|way| way.word()).collect();
    let numbers = rule.weaknesses.iter().map(|number| format!("CWE-{number}"));
    let references: Vec<String> = numbers.chain(rule.references.iter().cloned()).collect();
    format!(
        "| {} | {} | {} | {unless} | {} | `{}`: {}, {} | {} | {} |\n",
        rule.id,
        rule.title,
        found(&rule.finds).join("; "),
        ways.join(", "),
        rule.step,
        rule.gives.word(),
        rule.class,
        rule.mitigation,
        references.join(", ")
    )
}

fn found(condition: &Condition) -> Vec<String> {
    let has = condition.has().iter();
    let mut words: Vec<String> = has.map(|feature| format!("has `{}`: {}", feature.word(), feature.text())).collect();
    match condition {
        // Its features are told above.
        Condition::Element(element) => {
            words.extend(of_element("it", &ElementCondition { has: BTreeSet::new(), ..element.clone() }));
        }
        Condition::Link(LinkCondition { carries, sender, media, from, to, has: _ }) => {
            words.extend(carries.map(|carries| format!("may carry {carries}")));
            words.extend(sender.map(|sender| format!("authentication is `{}`", sender.word())));
            let media: Vec<&str> = media.iter().map(|medium| medium.word()).collect();
            words.extend((!media.is_empty()).then(|| format!("runs over {}", media.join(", "))));
            words.extend(of_element("its sender", from));
            words.extend(of_element("its receiver", to));
        }
        Condition::Secret(secret) => words.extend(of_element("its holder", &secret.held_by)),
        Condition::Function(function) => words.extend(of_element("what realises it", &function.realised_by)),
    }
    words
}

fn of_element(
    name: &str,
    ElementCondition { kinds, battery, essential, has }: &ElementCondition,
) -> impl Iterator<Item = String> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let kinds = (!kinds.is_empty()).then(|| format!("{name} is a {}", kinds.join(" or ")));
    let battery = battery.then(|| format!("{name} runs on a battery"));
    let essential = essential.then(|| {
        format!("{name} takes part in essential performance, or in a function that harms people when it degrades")
    });
    let has = has.iter().map(|feature| format!("{name} has `{}`", feature.word())).collect::<Vec<_>>();
    kinds.into_iter().chain(battery).chain(essential).chain(has)
}
