//! Rules and weakness classes as they are written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use ward_model::design::{DesignKind, Feature, Property};
use ward_model::device::{Carries, ElementKind, Medium};
use ward_model::ids::RuleId;
use ward_model::scale::{Exploitability, Reach};

use super::parse;
use crate::error::PolicyError;
use crate::period::InForce;
use crate::rule::{
    CodeExecution, Condition, ElementCondition, FunctionCondition, Gives, LinkCondition, STEPS, SecretCondition,
    SenderCheck, Way, WeaknessRule,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    rule: Vec<RuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    id: String,
    title: String,
    in_force: InForce,
    element: Option<ElementTable>,
    link: Option<LinkTable>,
    secret: Option<SecretTable>,
    function: Option<FunctionTable>,
    lacks: Option<String>,
    #[serde(default)]
    by: Vec<String>,
    reach: Option<Reach>,
    step: String,
    gives: String,
    class: Exploitability,
    cwe: Vec<u32>,
    #[serde(default)]
    references: Vec<String>,
    mitigation: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ElementTable {
    kind: Vec<String>,
    battery: bool,
    essential: bool,
    has: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkTable {
    carries: Option<String>,
    authentication: Option<String>,
    #[serde(default)]
    medium: Vec<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    from: ElementTable,
    #[serde(default)]
    to: ElementTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretTable {
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    held_by: ElementTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionTable {
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    realised_by: ElementTable,
}

/// The value of a word, or what was expected in its place.
fn known<T: Copy>(what: &str, word: &str, all: &[T], spelt: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|one| spelt(*one) == word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().copied().map(spelt).collect();
        format!("`{word}` is no {what}; expected one of {}", words.join(", "))
    })
}

fn all_known<T: Copy + Ord>(
    what: &str,
    words: &[String],
    all: &[T],
    spelt: fn(T) -> &'static str,
) -> Result<BTreeSet<T>, String> {
    let found = words.iter().map(|word| known(what, word, all, spelt)).collect::<Result<BTreeSet<T>, _>>()?;
    if found.len() < words.len() { Err(format!("one {what} stands twice in a list")) } else { Ok(found) }
}

fn features(kind: DesignKind, words: &[String]) -> Result<BTreeSet<Feature>, String> {
    let all: Vec<Feature> = Feature::of(kind).collect();
    all_known(&format!("feature of the kind `{kind}`"), words, &all, Feature::word)
}

impl ElementTable {
    fn condition(&self) -> Result<ElementCondition, String> {
        Ok(ElementCondition {
            kinds: all_known("kind of element", &self.kind, ElementKind::ALL, ElementKind::word)?,
            battery: self.battery,
            essential: self.essential,
            has: features(DesignKind::Element, &self.has)?,
        })
    }
}

impl LinkTable {
    fn condition(&self) -> Result<LinkCondition, String> {
        let carries =
            self.carries.as_deref().map(|word| known("thing that a link carries", word, Carries::ALL, Carries::word));
        let sender = self.authentication.as_deref();
        let sender = sender.map(|word| known("failing authentication", word, SenderCheck::ALL, SenderCheck::word));
        Ok(LinkCondition {
            carries: carries.transpose()?,
            sender: sender.transpose()?,
            media: all_known("medium", &self.medium, Medium::ALL, Medium::word)?,
            has: features(DesignKind::Link, &self.has)?,
            from: self.from.condition()?,
            to: self.to.condition()?,
        })
    }
}

impl RuleTable {
    fn condition(&self) -> Result<Condition, String> {
        match (&self.element, &self.link, &self.secret, &self.function) {
            (Some(element), None, None, None) => element.condition().map(Condition::Element),
            (None, Some(link), None, None) => link.condition().map(Condition::Link),
            (None, None, Some(secret), None) => Ok(Condition::Secret(SecretCondition {
                has: features(DesignKind::Secret, &secret.has)?,
                held_by: secret.held_by.condition()?,
            })),
            (None, None, None, Some(function)) => Ok(Condition::Function(FunctionCondition {
                has: features(DesignKind::Function, &function.has)?,
                realised_by: function.realised_by.condition()?,
            })),
            _ => Err("a rule speaks of exactly one of `element`, `link`, `secret` and `function`".to_owned()),
        }
    }

    fn rule(self, in_force_from: jiff::civil::Date) -> Result<WeaknessRule, String> {
        let finds = self.condition()?;
        let kind = finds.kind();
        let properties: Vec<Property> = Property::of(kind).collect();
        let property = |word: &str| known(&format!("property of the kind `{kind}`"), word, &properties, Property::word);
        let lacks = self.lacks.as_deref().map(property).transpose()?;
        let ways = all_known("way", &self.by, Way::ALL, Way::word)?;
        let gives = known("gain", &self.gives, Gives::ALL, Gives::word)?;
        let checks_sender = matches!(&finds, Condition::Link(link) if link.sender.is_some());
        if let Some(way) = ways.iter().find(|way| !way.leads_to(kind)) {
            return Err(format!("nobody comes by the way `{}` to something of the kind `{kind}`", way.word()));
        }
        if !gives.comes_of(kind) {
            return Err(format!("`{}` does not come of something of the kind `{kind}`", self.gives));
        }
        if checks_sender != ways.is_empty() {
            return Err("a rule has ways in `by`, or `authentication`, which has its own".to_owned());
        }
        if lacks.is_none() && !checks_sender {
            return Err(
                "a rule says what is lacking, in `lacks` or `authentication`: otherwise nothing could remove it"
                    .to_owned(),
            );
        }
        if gives == Gives::Silence && finds.has().is_empty() {
            return Err("only a link of which features are listed is told to be silenced".to_owned());
        }
        if self.reach.is_some() && !ways.iter().any(|way| matches!(way, Way::At(_))) {
            return Err("`reach` belongs to a way that is a position".to_owned());
        }
        if !STEPS.contains(&self.step.as_str()) {
            return Err(format!("`{}` is no step; steps are {}", self.step, STEPS.join(", ")));
        }
        if self.cwe.is_empty() || self.mitigation.trim().is_empty() || self.title.trim().is_empty() {
            return Err("a rule has a title, at least one CWE and a mitigation".to_owned());
        }
        Ok(WeaknessRule {
            id: RuleId::new(self.id),
            title: self.title,
            in_force_from,
            finds,
            lacks,
            ways,
            reach: self.reach,
            step: self.step,
            gives,
            class: self.class,
            weaknesses: self.cwe,
            references: self.references,
            mitigation: self.mitigation,
        })
    }
}

/// Reads files of weakness rules, each with its name, into one list by identifier.
pub(crate) fn weaknesses(files: &[(&str, &str)]) -> Result<Vec<WeaknessRule>, PolicyError> {
    let mut rules: BTreeMap<RuleId, WeaknessRule> = BTreeMap::new();
    for (file, text) in files {
        let table: RulesFile = parse(file, text)?;
        for rule in table.rule {
            let id = RuleId::new(rule.id.as_str());
            let from = rule.in_force.period(file)?.from;
            let rule =
                rule.rule(from).map_err(|message| PolicyError::malformed(file, format!("rule `{id}`: {message}")))?;
            if let Some(twin) = rules.values().find(|other| other.is_twin_of(&rule)) {
                let message =
                    format!("rule `{id}` finds the same as `{}`, in the same way, and gives the same", twin.id);
                return Err(PolicyError::malformed(file, message));
            }
            if rules.insert(id.clone(), rule).is_some() {
                return Err(PolicyError::malformed(file, format!("rule `{id}` stands twice")));
            }
        }
    }
    Ok(rules.into_values().collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeaknessGroups {
    group: Vec<WeaknessGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeaknessGroup {
    #[expect(dead_code, reason = "for whoever reads the file")]
    title: String,
    cwe: Vec<u32>,
    #[serde(default)]
    unless_a_vector_only_reads: bool,
}

/// Reads the file of CWE numbers that stand for code execution.
pub(crate) fn code_execution(file: &str, text: &str) -> Result<CodeExecution, PolicyError> {
    let table: WeaknessGroups = parse(file, text)?;
    let mut numbers = CodeExecution::default();
    for group in table.group {
        let set = if group.unless_a_vector_only_reads { &mut numbers.unless_only_read } else { &mut numbers.always };
        set.extend(group.cwe);
    }
    Ok(numbers)
}
