//! Rules and weakness classes as they are written.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::device::Carries;
use ward_model::ids::RuleId;
use ward_model::scale::Exploitability;

use super::parse;
use crate::error::PolicyError;
use crate::period::InForce;
use crate::rule::{CodeExecution, Gives, LinkCondition, Privilege, STEPS, SenderCheck, WeaknessRule};

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
    link: LinkTable,
    step: String,
    gives: Given,
    class: Exploitability,
    cwe: Vec<u32>,
    #[serde(default)]
    references: Vec<String>,
    mitigation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkTable {
    carries: String,
    authentication: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Given {
    Read,
    Stop,
    Alter,
    Execute,
    FalseData,
}

/// Reads a file of weakness rules.
pub(crate) fn weaknesses(file: &str, text: &str) -> Result<Vec<WeaknessRule>, PolicyError> {
    let table: RulesFile = parse(file, text)?;
    let malformed = |message: String| PolicyError::malformed(file, message);
    let mut seen = BTreeSet::new();
    table
        .rule
        .into_iter()
        .map(|rule| {
            if !seen.insert(rule.id.clone()) {
                return Err(malformed(format!("rule `{}` stands twice", rule.id)));
            }
            let carries = Carries::from_word(&rule.link.carries)
                .ok_or_else(|| malformed(format!("`{}` is nothing a link carries", rule.link.carries)))?;
            let sender = match rule.link.authentication.as_str() {
                "none" => SenderCheck::Missing,
                "without-anti-replay" => SenderCheck::WithoutAntiReplay,
                "shared-secret" => SenderCheck::SharedSecret,
                other => {
                    return Err(malformed(format!(
                        "authentication is `none`, `without-anti-replay` or `shared-secret`, not `{other}`"
                    )));
                }
            };
            if !STEPS.contains(&rule.step.as_str()) {
                return Err(malformed(format!("`{}` is no step; steps are {}", rule.step, STEPS.join(", "))));
            }
            Ok(WeaknessRule {
                id: RuleId::new(rule.id),
                title: rule.title,
                in_force_from: rule.in_force.period(file)?.from,
                link: LinkCondition { carries, sender },
                step: rule.step,
                gives: match rule.gives {
                    Given::Read => Gives::Privilege(Privilege::Read),
                    Given::Stop => Gives::Privilege(Privilege::Stop),
                    Given::Alter => Gives::Privilege(Privilege::Alter),
                    Given::Execute => Gives::Privilege(Privilege::Execute),
                    Given::FalseData => Gives::FalseData,
                },
                class: rule.class,
                weaknesses: rule.cwe,
                references: rule.references,
                mitigation: rule.mitigation,
            })
        })
        .collect()
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
