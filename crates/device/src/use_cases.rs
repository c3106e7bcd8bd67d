//! For which states of the device somebody has said what follows when a function degrades: pure.

use std::collections::BTreeSet;

use ward_model::device::{Device, Follows, Function, HowDegraded, UseCases};
use ward_model::ids::FunctionId;

/// A pair of an operational and a clinical state; `None` where the device lists none of that kind.
pub type Pair = (Option<String>, Option<String>);

/// How far one way for a function to degrade has been gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseProgress {
    /// The function.
    pub function: FunctionId,
    /// How it degrades.
    pub on: HowDegraded,
    /// The harms of its effects that follow in no state that was named.
    pub unplaced: Vec<String>,
    /// In how many pairs of states a harm follows.
    pub harmful: usize,
    /// In how many none does.
    pub harmless: usize,
    /// The pairs of which nothing is said.
    pub open: Vec<Pair>,
}

/// Every function that is essential or has effects, and every way for it to degrade that is one of its effects; for essential ones loss
/// and alteration whatever their effects. Empty where the device lists no states.
pub fn progress(device: &Device, said: &UseCases) -> Vec<CaseProgress> {
    let pairs = said.pairs();
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for function in device.functions.values() {
        for on in ways(function) {
            let cases: Vec<_> =
                said.cases.iter().filter(|case| case.function == function.id && case.on == on).collect();
            let placed: BTreeSet<&str> = cases
                .iter()
                .filter_map(|case| match &case.follows {
                    Follows::Harm(harm) => Some(harm.as_str()),
                    Follows::Nothing(_) => None,
                })
                .collect();
            let of_way = function.effects.iter().filter(|effect| effect.on == on);
            let unplaced: BTreeSet<&str> =
                of_way.map(|effect| effect.harm.as_str()).filter(|harm| !placed.contains(harm)).collect();
            let mut progress = CaseProgress {
                function: function.id.clone(),
                on,
                unplaced: unplaced.into_iter().map(str::to_owned).collect(),
                harmful: 0,
                harmless: 0,
                open: Vec::new(),
            };
            for (operational, clinical) in &pairs {
                let mut of_pair = cases.iter().filter(|case| case.speaks_of(*operational, *clinical)).peekable();
                match of_pair.peek() {
                    None => progress.open.push((operational.map(str::to_owned), clinical.map(str::to_owned))),
                    Some(case) if matches!(case.follows, Follows::Harm(_)) => progress.harmful += 1,
                    Some(_) => progress.harmless += 1,
                }
            }
            all.push(progress);
        }
    }
    all
}

/// In which ways it matters that a function degrades.
fn ways(function: &Function) -> BTreeSet<HowDegraded> {
    let mut ways: BTreeSet<HowDegraded> = function.effects.iter().map(|effect| effect.on).collect();
    if function.essential {
        ways.extend([HowDegraded::Loss, HowDegraded::Alteration]);
    }
    ways
}

/// A pair of states in words.
pub fn words((operational, clinical): &Pair) -> String {
    let named: Vec<&str> = operational.iter().chain(clinical).map(String::as_str).collect();
    named.join(" and ")
}

#[cfg(test)]
mod tests;
