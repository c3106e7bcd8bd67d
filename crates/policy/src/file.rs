//! The data files as they are written, and how they become values.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::alias::Alias;
use ward_model::cpe::ProductKey;
use ward_model::device::{Carries, PersonRole};
use ward_model::ids::{PolicyId, RuleId};
use ward_model::scale::{Exploitability, Severity};
use ward_model::verdict::Outcome;

use crate::error::PolicyError;
use crate::policy::{ClockRule, ClockWhen, Escalation, Matrix, Policy, Raises, Words};
use crate::rule::{CodeExecution, Gives, LinkCondition, Privilege, STEPS, SenderCheck, WeaknessRule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    name: String,
    version: String,
    title: String,
    in_force: InForce,
    source: String,
    counts: Vec<String>,
    words: WordsTable,
    matrix: MatrixTable,
    escalation: EscalationTable,
    raises: RaisesTable,
    #[serde(default)]
    clock: Vec<ClockTable>,
    watch: WatchTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InForce {
    from: toml::value::Datetime,
    to: Option<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsTable {
    controlled: String,
    uncontrolled: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixTable {
    low: Row,
    medium: Row,
    high: Row,
    #[serde(default)]
    adjustable: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    negligible: Outcome_,
    minor: Outcome_,
    serious: Outcome_,
    critical: Outcome_,
    catastrophic: Outcome_,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Outcome_ {
    Controlled,
    Uncontrolled,
}

impl From<Outcome_> for Outcome {
    fn from(outcome: Outcome_) -> Self {
        match outcome {
            Outcome_::Controlled => Self::Controlled,
            Outcome_::Uncontrolled => Self::Uncontrolled,
        }
    }
}

impl Row {
    fn cells(&self) -> [Outcome; 5] {
        [self.negligible, self.minor, self.serious, self.critical, self.catastrophic].map(Outcome::from)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationTable {
    persons_more_than: u64,
    from: Severity,
    to: Severity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RaisesTable {
    known_exploited: Exploitability,
    demonstrated: Exploitability,
    epss_score_at_least: String,
    epss_percentile_at_least: String,
    epss_raises_by: u8,
    before_market_raises_by: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockTable {
    id: String,
    days: u32,
    when: ClockWhen_,
    action: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ClockWhen_ {
    UncontrolledConfirmed,
    UncontrolledPresumed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchTable {
    review_days: u32,
    #[expect(dead_code, reason = "shown to whoever reads the file; required, so that no term stands without a source")]
    source: String,
}

/// Reads a policy file.
pub(crate) fn policy(file: &str, text: &str) -> Result<Policy, PolicyError> {
    let table: PolicyFile = parse(file, text)?;
    let malformed = |message: String| PolicyError::Malformed { file: file.to_owned(), message };
    let counts = table
        .counts
        .iter()
        .map(|word| PersonRole::from_word(word).ok_or_else(|| malformed(format!("`{word}` is no role of a person"))))
        .collect::<Result<BTreeSet<_>, _>>()?;
    for cell in &table.matrix.adjustable {
        let known = cell.split_once('/').is_some_and(|(class, severity)| {
            Exploitability::from_word(class).is_some() && Severity::from_word(severity).is_some()
        });
        if !known {
            return Err(malformed(format!("`{cell}` is no cell: write class/severity")));
        }
    }
    if table.escalation.to < table.escalation.from {
        return Err(malformed("escalation must not lead to a milder severity".to_owned()));
    }
    let matrix = Matrix::checked([table.matrix.low.cells(), table.matrix.medium.cells(), table.matrix.high.cells()])
        .map_err(|(better, worse)| PolicyError::NotMonotone { file: file.to_owned(), better, worse })?;
    Ok(Policy {
        id: PolicyId::new(format!("{}@{}", table.name, table.version)),
        name: table.name,
        title: table.title,
        source: table.source,
        in_force_from: date(file, &table.in_force.from)?,
        in_force_to: table.in_force.to.as_ref().map(|to| date(file, to)).transpose()?,
        counts,
        words: Words { controlled: table.words.controlled, uncontrolled: table.words.uncontrolled },
        matrix,
        escalation: Escalation {
            persons_more_than: table.escalation.persons_more_than,
            from: table.escalation.from,
            to: table.escalation.to,
        },
        raises: Raises {
            known_exploited: table.raises.known_exploited,
            demonstrated: table.raises.demonstrated,
            epss_score: share(file, &table.raises.epss_score_at_least)?,
            epss_percentile: share(file, &table.raises.epss_percentile_at_least)?,
            epss_by: table.raises.epss_raises_by,
            before_market_by: table.raises.before_market_raises_by,
        },
        clocks: table
            .clock
            .into_iter()
            .map(|clock| ClockRule {
                id: clock.id,
                days: clock.days,
                when: match clock.when {
                    ClockWhen_::UncontrolledConfirmed => ClockWhen::UncontrolledConfirmed,
                    ClockWhen_::UncontrolledPresumed => ClockWhen::UncontrolledPresumed,
                },
                action: clock.action,
                source: clock.source,
            })
            .collect(),
        review_days: table.watch.review_days,
    })
}

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
    let malformed = |message: String| PolicyError::Malformed { file: file.to_owned(), message };
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
                in_force_from: date(file, &rule.in_force.from)?,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasFile {
    alias: Vec<AliasTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasTable {
    name: String,
    purl_type: Option<String>,
    namespace: Option<String>,
    supplier: Option<String>,
    products: Vec<String>,
    reason: String,
}

/// Reads a file of aliases.
pub(crate) fn aliases(file: &str, text: &str) -> Result<Vec<Alias>, PolicyError> {
    let table: AliasFile = parse(file, text)?;
    let malformed = |message: String| PolicyError::Malformed { file: file.to_owned(), message };
    table
        .alias
        .into_iter()
        .map(|alias| {
            if alias.name != alias.name.to_lowercase() || alias.name.is_empty() {
                return Err(malformed(format!("alias `{}`: names are in lower case", alias.name)));
            }
            if alias.reason.trim().is_empty() || alias.products.is_empty() {
                return Err(malformed(format!("alias `{}` needs a product and a reason", alias.name)));
            }
            let products = alias
                .products
                .iter()
                .map(|product| {
                    product
                        .parse::<ProductKey>()
                        .map_err(|error| malformed(format!("alias `{}`: `{product}`: {error}", alias.name)))
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Alias {
                name: alias.name,
                purl_type: alias.purl_type,
                namespace: alias.namespace.map(|text| text.to_lowercase()),
                supplier: alias.supplier.map(|text| text.to_lowercase()),
                products,
                reason: alias.reason,
            })
        })
        .collect()
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(file: &str, text: &'a str) -> Result<T, PolicyError> {
    toml::from_str(text).map_err(|error| PolicyError::Malformed { file: file.to_owned(), message: error.to_string() })
}

fn date(file: &str, value: &toml::value::Datetime) -> Result<jiff::civil::Date, PolicyError> {
    value
        .to_string()
        .parse()
        .map_err(|_| PolicyError::Malformed { file: file.to_owned(), message: format!("`{value}` is not a date") })
}

/// A share between 0 and 1, written as a decimal, in hundred-thousandths: never a float.
fn share(file: &str, text: &str) -> Result<u32, PolicyError> {
    let malformed = || PolicyError::Malformed {
        file: file.to_owned(),
        message: format!("`{text}` is no share between 0 and 1 with at most five decimals, written as \"0.1\""),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 5 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let whole: u32 = whole.parse().map_err(|_| malformed())?;
    let decimals: u32 = format!("{decimals:0<5}").parse().map_err(|_| malformed())?;
    let value = whole.checked_mul(100_000).and_then(|whole| whole.checked_add(decimals)).ok_or_else(malformed)?;
    if value > 100_000 { Err(malformed()) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
