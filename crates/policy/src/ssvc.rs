//! SSVC: from what is known of a vulnerability to how urgent it is for a maker, a hospital or an authority.
//!
//! The trees are data. An input that nobody has stated is read at its worst, and the decision says what it would be at best; an
//! input that another table gives (utility, human impact, public safety impact) is worked out from that table's inputs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::affected::SsvcStatement;
use ward_model::scale::{Persons, Severity};

use crate::error::PolicyError;

mod safety;
mod table;

pub use table::{DecisionTable, Scale};

pub(crate) use safety::SafetyImpact;
use table::Reading;

const TABLES: &[(&str, &str)] = &[
    ("policies/ssvc/bod-26-04.toml", include_str!("../../../policies/ssvc/bod-26-04.toml")),
    ("policies/ssvc/cisa-coordinator.toml", include_str!("../../../policies/ssvc/cisa-coordinator.toml")),
    ("policies/ssvc/deployer.toml", include_str!("../../../policies/ssvc/deployer.toml")),
    ("policies/ssvc/human-impact.toml", include_str!("../../../policies/ssvc/human-impact.toml")),
    ("policies/ssvc/public-safety-impact.toml", include_str!("../../../policies/ssvc/public-safety-impact.toml")),
    ("policies/ssvc/supplier.toml", include_str!("../../../policies/ssvc/supplier.toml")),
    ("policies/ssvc/utility.toml", include_str!("../../../policies/ssvc/utility.toml")),
];
const SAFETY: (&str, &str) =
    ("policies/ssvc/safety-impact.toml", include_str!("../../../policies/ssvc/safety-impact.toml"));

/// What stands where nobody has said anything.
const NOT_STATED: &str = "nobody has said: read at its worst";

/// How many tables may stand above each other: a guard against tables that ask for each other.
const DEEPEST: usize = 1;

/// The input that says whether somebody exploits it.
pub const EXPLOITATION: &str = "exploitation";
/// The input that says whether an attacker can automate it.
pub const AUTOMATABLE: &str = "automatable";
/// The input that says how much of the component an attacker gains.
pub const TECHNICAL_IMPACT: &str = "technical-impact";
/// The input that says whether CISA lists it as exploited.
pub const KNOWN_EXPLOITED: &str = "known-exploited";
/// The input that says what happens to people.
pub const SAFETY_IMPACT: &str = "safety-impact";

/// Something that is known of an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The value, by the word of the table.
    pub value: String,
    /// From where it is known.
    pub because: String,
}

impl Fact {
    /// A value with where it is known from.
    pub fn new(value: impl Into<String>, because: impl Into<String>) -> Self {
        Self { value: value.into(), because: because.into() }
    }
}

/// What is known, by the name of the input.
pub type Facts = BTreeMap<String, Fact>;

/// A decision with the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The table, as `name@version`.
    pub table: String,
    /// The document that the table follows.
    pub source: String,
    /// What is decided, unknown inputs read at their worst.
    pub outcome: String,
    /// What would be decided with unknown inputs at their best.
    pub at_best: String,
    /// What led there: inputs in the order of the table, each preceded by what it was worked out from.
    pub path: Vec<Step>,
}

/// One input on the way to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The input.
    pub input: String,
    /// The value that was used.
    pub value: String,
    /// The best value that it could have.
    pub at_best: String,
    /// From where it is known.
    pub because: String,
}

/// Every tree, loaded and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssvc {
    tables: Vec<DecisionTable>,
    safety: SafetyImpact,
}

impl Ssvc {
    /// The trees that ship with the program.
    ///
    /// # Errors
    /// One of them is malformed; a test keeps that from being shipped.
    pub fn built_in() -> Result<Self, PolicyError> {
        let tables = TABLES.iter().map(|(file, text)| DecisionTable::read(file, text)).collect::<Result<_, _>>()?;
        Ok(Self { tables, safety: SafetyImpact::read(SAFETY.0, SAFETY.1)? })
    }

    /// The tables, by name.
    pub fn tables(&self) -> &[DecisionTable] {
        &self.tables
    }

    /// Decides by the table of this name, as in force on a day.
    ///
    /// # Errors
    /// There is no such table, it is not in force then, or a fact names an input or a value that there is not.
    pub fn decide(&self, table: &str, facts: &Facts, on: Date) -> Result<Decided, PolicyError> {
        let table = self.find(table, on)?;
        let known: BTreeSet<&str> =
            self.tables.iter().flat_map(|table| &table.inputs).map(|input| input.name.as_str()).collect();
        if let Some(stray) = facts.keys().find(|input| !known.contains(input.as_str())) {
            let asked = self.asked(table, on).join(", ");
            return Err(table.refuses(format!("there is no input `{stray}`; this table asks for {asked}")));
        }
        self.evaluate(table, facts, on, DEEPEST)
    }

    /// Every input that a table asks for, those of the tables that it rests on included.
    pub fn inputs(&self, table: &str, on: Date) -> Result<Vec<&str>, PolicyError> {
        Ok(self.asked(self.find(table, on)?, on))
    }

    /// The safety impact of a harm of this severity to so many people at once.
    pub fn safety_impact(&self, severity: Severity, persons: Persons) -> Fact {
        let value = self.safety.of(severity, persons);
        let several = if persons.several() { format!("{persons} people at once") } else { "one person".to_owned() };
        Fact::new(value, format!("a harm of severity {severity} to {several} ({})", self.safety.source))
    }

    fn find(&self, name: &str, on: Date) -> Result<&DecisionTable, PolicyError> {
        let named: Vec<&DecisionTable> = self.tables.iter().filter(|table| table.name == name).collect();
        match named.iter().find(|table| table.period.holds(on)) {
            Some(table) => Ok(table),
            None if named.is_empty() => {
                let known: Vec<&str> = self.tables.iter().map(|table| table.name.as_str()).collect();
                Err(PolicyError::Unknown { name: name.to_owned(), known: known.join(", "), nearest: None })
            }
            None => Err(PolicyError::NotInForce {
                name: name.to_owned(),
                on,
                in_force: named.iter().map(|table| table.period.to_string()).collect::<Vec<_>>().join("; "),
            }),
        }
    }

    /// The table that gives an input, where one does.
    fn giving(&self, input: &str, on: Date) -> Option<&DecisionTable> {
        self.tables.iter().find(|table| table.outcome.name == input && table.name == input && table.period.holds(on))
    }

    fn asked<'a>(&'a self, table: &'a DecisionTable, on: Date) -> Vec<&'a str> {
        let mut asked: Vec<&str> = Vec::new();
        for input in &table.inputs {
            let below = self.giving(&input.name, on).into_iter().flat_map(|below| &below.inputs);
            for input in below.chain([input]) {
                if !asked.contains(&input.name.as_str()) {
                    asked.push(&input.name);
                }
            }
        }
        asked
    }

    fn evaluate(&self, table: &DecisionTable, facts: &Facts, on: Date, depth: usize) -> Result<Decided, PolicyError> {
        let mut path = Vec::new();
        let mut readings = Vec::new();
        for input in &table.inputs {
            let place = |value: &str| input.place(value).map_err(|message| table.refuses(message));
            let below = self.giving(&input.name, on).filter(|_| depth > 0);
            let (reading, because) = match (facts.get(&input.name), below) {
                (Some(fact), _) => (Reading::is(place(&fact.value)?), fact.because.clone()),
                (None, Some(below)) => {
                    let decided = self.evaluate(below, facts, on, depth - 1)?;
                    let reading = Reading { best: place(&decided.at_best)?, worst: place(&decided.outcome)? };
                    path.extend(decided.path);
                    (reading, format!("{} ({})", decided.table, decided.source))
                }
                (None, None) => (Reading { best: 0, worst: input.values.len() - 1 }, NOT_STATED.to_owned()),
            };
            path.push(Step {
                input: input.name.clone(),
                value: input.values[reading.worst].clone(),
                at_best: input.values[reading.best].clone(),
                because,
            });
            readings.push(reading);
        }
        Ok(table.decided(&readings, path))
    }
}

/// What is known of exploitation: the worst that anybody says. Nothing, where nobody says anything.
pub fn exploitation(
    known_exploited: bool,
    statements: &[SsvcStatement],
    exploit_references: &[String],
) -> Option<Fact> {
    if known_exploited {
        return Some(Fact::new("active", "it is in the list of known exploited vulnerabilities"));
    }
    let stated = statements.iter().filter_map(|statement| {
        let word = statement.exploitation.as_deref()?.trim().to_ascii_lowercase();
        let rank = match word.as_str() {
            "none" => 0,
            "poc" | "public poc" | "public_poc" => 1,
            "active" => 2,
            _ => return None,
        };
        Some((rank, format!("{} says so", statement.asserter)))
    });
    let shown = exploit_references.first().map(|reference| (1, format!("an exploit is public: {reference}")));
    let (rank, because) = stated.chain(shown).max()?;
    Some(Fact::new(["none", "poc", "active"][rank], because))
}

/// What a record says, in the inputs of the trees. What it does not say is left out.
pub fn facts(known_exploited: Option<bool>, statements: &[SsvcStatement], exploit_references: &[String]) -> Facts {
    let mut facts = Facts::new();
    if let Some(known) = known_exploited {
        let value = if known { "yes" } else { "no" };
        facts.insert(KNOWN_EXPLOITED.to_owned(), Fact::new(value, "the list of known exploited vulnerabilities"));
    }
    if let Some(fact) = exploitation(known_exploited == Some(true), statements, exploit_references) {
        facts.insert(EXPLOITATION.to_owned(), fact);
    }
    type Read = fn(&SsvcStatement) -> Option<&String>;
    let automatable: Read = |statement| statement.automatable.as_ref();
    let technical: Read = |statement| statement.technical_impact.as_ref();
    for (input, read, values) in
        [(AUTOMATABLE, automatable, ["no", "yes"]), (TECHNICAL_IMPACT, technical, ["partial", "total"])]
    {
        let said = statements.iter().filter_map(|statement| {
            let word = read(statement)?.trim().to_ascii_lowercase();
            Some((values.iter().position(|value| *value == word)?, statement.asserter.as_str()))
        });
        if let Some((place, asserter)) = said.max_by_key(|(place, _)| *place) {
            facts.insert(input.to_owned(), Fact::new(values[place], format!("{asserter} says so")));
        }
    }
    facts
}

#[cfg(test)]
mod tests;
