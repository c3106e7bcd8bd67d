//! The data files that ship with the program or stand in a device folder, and the choice that one assessment uses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::alias::Aliases;
use ward_model::digest::Digest;

use crate::draft::Draft;
use crate::error::PolicyError;
use crate::file;
use crate::freshness::{self, Expectations};
use crate::lifecycle::{self, LifecycleRules};
use crate::policy::Policy;
use crate::rule::{CodeExecution, WeaknessRule};
use crate::transfer::{self, Transfer};
use crate::treatment::{self, TreatmentCosts};

const POLICIES: &[(&str, &str)] = &[
    ("policies/eu-mdr-mdcg-2019-16.toml", include_str!("../../../policies/eu-mdr-mdcg-2019-16.toml")),
    ("policies/fda-postmarket-2016.toml", include_str!("../../../policies/fda-postmarket-2016.toml")),
    ("policies/tga-cyber-security.toml", include_str!("../../../policies/tga-cyber-security.toml")),
];
const WEAKNESSES: &[(&str, &str)] = &[
    ("rules/weaknesses.toml", include_str!("../../../rules/weaknesses.toml")),
    ("rules/weaknesses/accounts.toml", include_str!("../../../rules/weaknesses/accounts.toml")),
    ("rules/weaknesses/availability.toml", include_str!("../../../rules/weaknesses/availability.toml")),
    ("rules/weaknesses/data.toml", include_str!("../../../rules/weaknesses/data.toml")),
    ("rules/weaknesses/people.toml", include_str!("../../../rules/weaknesses/people.toml")),
    ("rules/weaknesses/ports.toml", include_str!("../../../rules/weaknesses/ports.toml")),
    ("rules/weaknesses/supply.toml", include_str!("../../../rules/weaknesses/supply.toml")),
    ("rules/weaknesses/therapy.toml", include_str!("../../../rules/weaknesses/therapy.toml")),
    ("rules/weaknesses/updates.toml", include_str!("../../../rules/weaknesses/updates.toml")),
];
const CODE_EXECUTION: (&str, &str) = ("rules/code-execution.toml", include_str!("../../../rules/code-execution.toml"));
const FAMILIES: (&str, &str) = ("rules/families.toml", include_str!("../../../rules/families.toml"));
const RENAMED: (&str, &str) = ("rules/renamed.toml", include_str!("../../../rules/renamed.toml"));
const FRESHNESS: (&str, &str) = ("rules/freshness.toml", include_str!("../../../rules/freshness.toml"));
const LIFECYCLE: (&str, &str) = ("rules/lifecycle.toml", include_str!("../../../rules/lifecycle.toml"));
const TREATMENT: (&str, &str) = ("rules/treatment.toml", include_str!("../../../rules/treatment.toml"));
const ALIASES: (&str, &str) = ("rules/aliases.toml", include_str!("../../../rules/aliases.toml"));

/// How many policies may extend one another in a row.
const DEEPEST: usize = 8;

/// Every policy and rule at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The policies, by name and version.
    drafts: Vec<Draft>,
    rules: Vec<WeaknessRule>,
    code_execution: CodeExecution,
    aliases: Aliases,
    expectations: Expectations,
    costs: TreatmentCosts,
    lifecycle: LifecycleRules,
    transfers: Vec<Transfer>,
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
    /// How fresh the sources of knowledge are expected to be.
    pub expectations: Expectations,
    /// What treatments cost where the folder gives no cost; no assessment rests on it, and it is no part of the digest.
    pub costs: TreatmentCosts,
    /// What follows from the loss of a component, and what people are told.
    pub lifecycle: LifecycleRules,
    /// How often something comes about, read as a class: the transfer between security and safety in force.
    pub transfer: Transfer,
    /// Digest of all the data files it was chosen from.
    pub digest: Digest,
}

fn aliases() -> Result<Aliases, PolicyError> {
    Ok(Aliases::new(file::aliases(ALIASES.0, ALIASES.1)?)
        .with_families(file::families(FAMILIES.0, FAMILIES.1)?)
        .with_renames(file::renamed(RENAMED.0, RENAMED.1)?))
}

fn expectations() -> Result<Expectations, PolicyError> {
    freshness::expectations(FRESHNESS.0, FRESHNESS.1)
}

impl Library {
    /// The files that ship with the program.
    ///
    /// # Errors
    /// One of them is malformed; a test keeps that from being shipped.
    pub fn built_in() -> Result<Self, PolicyError> {
        let mut drafts = POLICIES.iter().map(|(name, text)| file::policy(name, text)).collect::<Result<Vec<_>, _>>()?;
        drafts.sort_by_key(Draft::id);
        let rules = file::weaknesses(WEAKNESSES)?;
        let texts = POLICIES.iter().chain(WEAKNESSES);
        let texts = texts.chain(transfer::METHODS);
        let texts = texts.chain([&CODE_EXECUTION, &ALIASES, &FAMILIES, &RENAMED, &FRESHNESS, &LIFECYCLE]);
        let library = Self {
            drafts,
            rules,
            code_execution: file::code_execution(CODE_EXECUTION.0, CODE_EXECUTION.1)?,
            aliases: aliases()?,
            expectations: expectations()?,
            costs: treatment::costs(TREATMENT.0, TREATMENT.1)?,
            lifecycle: lifecycle::lifecycle(LIFECYCLE.0, LIFECYCLE.1)?,
            transfers: Transfer::all()?,
            digest: Digest::of_parts(texts.flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()])),
        };
        library.drafts.iter().try_for_each(|draft| library.check(draft))?;
        Ok(library)
    }

    /// Of the files that ship with the program what a scan goes by: names of products, and how fresh sources are expected to be. No
    /// other file is read for it.
    ///
    /// # Errors
    /// One of these is malformed; a test keeps that from being shipped.
    pub fn for_scans() -> Result<(Aliases, Expectations), PolicyError> {
        Ok((aliases()?, expectations()?))
    }

    /// All files with the policy files of a device folder, by their paths in it.
    ///
    /// # Errors
    /// One of them is malformed, takes a name that is taken, or is weaker than the policy that it extends where it may not be.
    pub fn with_folder(&self, files: &BTreeMap<String, String>) -> Result<Self, PolicyError> {
        let mut library = self.clone();
        let read = |library: &mut Self| {
            let mut own = files.iter().map(|(path, text)| file::policy(path, text)).collect::<Result<Vec<_>, _>>()?;
            // One that extends another is held to it; one that stands alone may call anything controlled.
            for draft in own.iter_mut().filter(|draft| draft.extends.is_none()) {
                let alone = "it stands alone in the folder, so that none of its cells was compared with a policy that \
                             ships with the program";
                draft.unverified =
                    Some(draft.unverified.take().map_or(alone.into(), |what| format!("{alone}; {what}")));
            }
            for (draft, text) in own.iter().zip(files.values()) {
                if let Some(other) = library.drafts.iter().find(|other| other.name == draft.name) {
                    let message = format!("the name `{}` is taken by {}", draft.name, other.file);
                    return Err(PolicyError::malformed(&draft.file, message));
                }
                library.drafts.push(draft.clone());
                let before = library.digest;
                library.digest =
                    Digest::of_parts([before.as_bytes().as_slice(), draft.file.as_bytes(), text.as_bytes()]);
            }
            library.drafts.sort_by_key(Draft::id);
            own.iter().try_for_each(|draft| library.check(draft))
        };
        read(&mut library).map_err(|error| PolicyError::InFolder(Box::new(error)))?;
        Ok(library)
    }

    /// The names of the policies at hand.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.drafts.iter().map(|draft| draft.name.as_str())
    }

    /// The aliases.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// How fresh the sources of knowledge are expected to be.
    pub fn expectations(&self) -> &Expectations {
        &self.expectations
    }

    /// The policies of these names (`name`, `name@version`, or the path of a file of the folder) as in force on a day, with the
    /// rules.
    ///
    /// # Errors
    /// A name is unknown, no version of it is in force then, or no name is given.
    pub fn select(&self, names: &[String], on: Date) -> Result<Rulebook, PolicyError> {
        if names.is_empty() {
            return Err(PolicyError::NoneNamed);
        }
        let policies = names.iter().map(|name| {
            let policy = self.on(name, on, 0)?;
            let later = self.turns(name, 0).into_iter().filter(|day| *day > on);
            Ok(Policy { ahead: later.map(|day| (day, self.on(name, day, 0).ok())).collect(), ..policy })
        });
        let policies = policies.collect::<Result<Vec<_>, _>>()?;
        Ok(Rulebook {
            policies,
            // A rule describes what can be done to a device, not what is allowed: it holds for every day asked about.
            rules: self.rules.clone(),
            code_execution: self.code_execution.clone(),
            aliases: self.aliases.clone(),
            expectations: self.expectations.clone(),
            costs: self.costs.clone(),
            lifecycle: self.lifecycle.clone(),
            transfer: Transfer::chosen(&self.transfers, on)?.clone(),
            digest: self.digest,
        })
    }

    /// The policy of this name as it is on a day.
    fn on(&self, name: &str, day: Date, depth: usize) -> Result<Policy, PolicyError> {
        self.resolve(self.find(name, day)?, day, depth)
    }

    fn resolve(&self, draft: &Draft, day: Date, depth: usize) -> Result<Policy, PolicyError> {
        if depth > DEEPEST {
            let message = format!("more than {DEEPEST} policies extend one another, or one extends itself");
            return Err(PolicyError::malformed(&draft.file, message));
        }
        let base = draft.extends.as_ref().map(|base| self.on(base, day, depth + 1)).transpose()?;
        draft.on(day, base.as_ref())
    }

    /// Checks a policy on every day on which it, or one that it rests on, changes; and that no other version is in force beside it.
    fn check(&self, draft: &Draft) -> Result<(), PolicyError> {
        let twin =
            |other: &&Draft| other.name == draft.name && (other.version != draft.version || other.file != draft.file);
        if let Some(other) = self.drafts.iter().filter(twin).find(|other| other.period.overlaps(&draft.period)) {
            let message = format!("{} is in force on the same days as {}", draft.id(), other.id());
            return Err(PolicyError::malformed(&draft.file, message));
        }
        for day in self.edges(draft, 0) {
            match self.resolve(draft, day, 0) {
                // What it extends may begin later or have ended: on those days it cannot be chosen.
                Ok(_) | Err(PolicyError::NotInForce { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn edges(&self, draft: &Draft, depth: usize) -> Vec<Date> {
        let mut days = draft.edges();
        let base = draft.extends.as_deref().filter(|_| depth < DEEPEST);
        for base in base.into_iter().flat_map(|name| self.named(name)) {
            days.extend(self.edges(base, depth + 1).into_iter().filter(|day| draft.period.holds(*day)));
        }
        days.into_iter().collect()
    }

    /// The days on which what a name stands for may change, and those after it has ended.
    fn turns(&self, name: &str, depth: usize) -> BTreeSet<Date> {
        let mut days = BTreeSet::new();
        for draft in self.named(name) {
            days.extend(draft.edges());
            days.extend(draft.period.edges());
            if let Some(base) = draft.extends.as_deref().filter(|_| depth < DEEPEST) {
                days.extend(self.turns(base, depth + 1));
            }
        }
        days
    }

    fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Draft> {
        self.drafts.iter().filter(move |draft| draft.name == name || draft.id().as_str() == name || draft.file == name)
    }

    fn find<'a>(&'a self, name: &str, on: Date) -> Result<&'a Draft, PolicyError> {
        let named: Vec<&Draft> = self.named(name).collect();
        if named.is_empty() {
            let known: Vec<&str> = self.policy_names().collect();
            let nearest = known
                .iter()
                .filter(|other| other.split('-').next() == name.split('-').next())
                .map(|other| (*other).to_owned())
                .next();
            return Err(PolicyError::Unknown { name: name.to_owned(), known: known.join(", "), nearest });
        }
        named.iter().find(|draft| draft.period.holds(on)).copied().ok_or_else(|| PolicyError::NotInForce {
            name: name.to_owned(),
            on,
            in_force: named.iter().map(|draft| draft.period.to_string()).collect::<Vec<_>>().join("; "),
        })
    }
}

#[cfg(test)]
mod tests;
