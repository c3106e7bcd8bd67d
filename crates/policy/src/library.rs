//! The data files that ship with the program, and the choice that one assessment uses.

use jiff::civil::Date;
use ward_model::alias::Aliases;
use ward_model::digest::Digest;

use crate::error::PolicyError;
use crate::file;
use crate::policy::Policy;
use crate::rule::{CodeExecution, WeaknessRule};

const POLICIES: &[(&str, &str)] =
    &[("policies/fda-postmarket-2016.toml", include_str!("../../../policies/fda-postmarket-2016.toml"))];
const WEAKNESSES: (&str, &str) = ("rules/weaknesses.toml", include_str!("../../../rules/weaknesses.toml"));
const CODE_EXECUTION: (&str, &str) = ("rules/code-execution.toml", include_str!("../../../rules/code-execution.toml"));
const ALIASES: (&str, &str) = ("rules/aliases.toml", include_str!("../../../rules/aliases.toml"));

/// Every policy and rule at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    policies: Vec<Policy>,
    rules: Vec<WeaknessRule>,
    code_execution: CodeExecution,
    aliases: Aliases,
    digest: Digest,
}

/// What one assessment uses: policies in force on its day, the rules, the aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rulebook {
    /// The policies, in the order of the folder.
    pub policies: Vec<Policy>,
    /// The rules in force, by identifier.
    pub rules: Vec<WeaknessRule>,
    /// CWE numbers that stand for code execution.
    pub code_execution: CodeExecution,
    /// Names of products.
    pub aliases: Aliases,
    /// Digest of all the data files it was chosen from.
    pub digest: Digest,
}

impl Library {
    /// The files that ship with the program.
    ///
    /// # Errors
    /// One of them is malformed; a test keeps that from being shipped.
    pub fn built_in() -> Result<Self, PolicyError> {
        let mut policies =
            POLICIES.iter().map(|(name, text)| file::policy(name, text)).collect::<Result<Vec<_>, _>>()?;
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        let mut rules = file::weaknesses(WEAKNESSES.0, WEAKNESSES.1)?;
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let texts = POLICIES.iter().chain([&WEAKNESSES, &CODE_EXECUTION, &ALIASES]);
        Ok(Self {
            policies,
            rules,
            code_execution: file::code_execution(CODE_EXECUTION.0, CODE_EXECUTION.1)?,
            aliases: Aliases::new(file::aliases(ALIASES.0, ALIASES.1)?),
            digest: Digest::of_parts(texts.flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()])),
        })
    }

    /// The names of the policies at hand.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|policy| policy.name.as_str())
    }

    /// The aliases.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The policies of these names (`name` or `name@version`) as in force on a day, with the rules of that day.
    ///
    /// # Errors
    /// A name is unknown, no version of it is in force then, or no name is given.
    pub fn select(&self, names: &[String], on: Date) -> Result<Rulebook, PolicyError> {
        if names.is_empty() {
            return Err(PolicyError::NoneNamed);
        }
        let policies = names.iter().map(|name| self.find(name, on)).collect::<Result<Vec<_>, _>>()?;
        Ok(Rulebook {
            policies,
            // A rule describes what can be done to a device, not what is allowed: it holds for every day asked about.
            rules: self.rules.clone(),
            code_execution: self.code_execution.clone(),
            aliases: self.aliases.clone(),
            digest: self.digest,
        })
    }

    fn find(&self, name: &str, on: Date) -> Result<Policy, PolicyError> {
        let named: Vec<&Policy> =
            self.policies.iter().filter(|policy| policy.name == name || policy.id.as_str() == name).collect();
        if named.is_empty() {
            let known: Vec<&str> = self.policy_names().collect();
            let nearest = known
                .iter()
                .filter(|other| other.split('-').next() == name.split('-').next())
                .map(|other| (*other).to_owned())
                .next();
            return Err(PolicyError::Unknown { name: name.to_owned(), known: known.join(", "), nearest });
        }
        named
            .iter()
            .find(|policy| policy.in_force_from <= on && policy.in_force_to.is_none_or(|to| on <= to))
            .map(|policy| (*policy).clone())
            .ok_or_else(|| PolicyError::NotInForce {
                name: name.to_owned(),
                on,
                in_force: named
                    .iter()
                    .map(|policy| match policy.in_force_to {
                        Some(to) => format!("from {} to {to}", policy.in_force_from),
                        None => format!("from {}", policy.in_force_from),
                    })
                    .collect::<Vec<_>>()
                    .join("; "),
            })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use ward_model::scale::{Exploitability, Persons, Severity};
    use ward_model::verdict::Outcome;

    use super::Library;
    use crate::error::PolicyError;

    #[test]
    fn the_shipped_files_are_sound() {
        let library = Library::built_in().unwrap();
        assert!(library.policy_names().any(|name| name == "fda-postmarket-2016"));
        assert!(library.code_execution.follows_from(&[787], true));
        assert!(library.rules.iter().any(|rule| rule.step == "send-command"));
    }

    #[test]
    fn a_policy_is_chosen_by_name_and_day() {
        let library = Library::built_in().unwrap();
        let choose = |name: &str, on| library.select(&[name.to_owned()], on);
        let today = date(2026, 11, 22);
        assert_eq!(choose("fda-postmarket-2016", today).unwrap().policies.len(), 1);
        assert_eq!(choose("fda-postmarket-2016@1", today).unwrap().policies.len(), 1);
        assert!(matches!(choose("fda-postmarket-2016", date(2016, 1, 1)), Err(PolicyError::NotInForce { .. })));
        let Err(PolicyError::Unknown { nearest, .. }) = choose("fda-postmarket", today) else {
            panic!("should be unknown")
        };
        assert_eq!(nearest.as_deref(), Some("fda-postmarket-2016"));
        assert_eq!(library.select(&[], today), Err(PolicyError::NoneNamed));
    }

    /// Cells of the default matrix (domain reference 1.3) and escalation for several people.
    #[test]
    fn the_fda_matrix_has_its_cells() {
        let library = Library::built_in().unwrap();
        let rulebook = library.select(&["fda-postmarket-2016".to_owned()], date(2026, 11, 22)).unwrap();
        let fda = &rulebook.policies[0];
        let one = Persons::Count(1);
        let rows = [(Exploitability::Low, "CCCCU"), (Exploitability::Medium, "CCUUU"), (Exploitability::High, "CUUUU")];
        for (class, row) in rows {
            for (&severity, cell) in Severity::ALL.iter().zip(row.chars()) {
                let expected = if cell == 'C' { Outcome::Controlled } else { Outcome::Uncontrolled };
                assert_eq!(fda.cell(class, severity, one), expected, "{class}/{severity}");
            }
        }
        assert_eq!(fda.cell(Exploitability::Low, Severity::Serious, Persons::Count(2)), Outcome::Uncontrolled);
        assert_eq!(fda.cell(Exploitability::Low, Severity::Minor, Persons::Many), Outcome::Controlled);
        assert_eq!(fda.escalate(Severity::Critical, Persons::Many), Severity::Catastrophic);
    }
}
