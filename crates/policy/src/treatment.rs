//! What a treatment costs where the folder gives no cost.

use jiff::civil::Date;
use serde::Deserialize;

use crate::error::PolicyError;
use crate::file::parse;
use crate::period::{InForce, Period};

/// Costs by kind of treatment: whole units, as the `cost` of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentCosts {
    /// By name.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    period: Period,
    cost: u64,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cost: Vec<CostTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CostTable {
    name: String,
    in_force: InForce,
    cost: u32,
    reason: String,
}

/// Reads a file of costs.
pub(crate) fn costs(file: &str, text: &str) -> Result<TreatmentCosts, PolicyError> {
    let table: File = parse(file, text)?;
    let mut entries: Vec<Entry> = Vec::with_capacity(table.cost.len());
    for cost in table.cost {
        let CostTable { name, in_force, cost, reason } = cost;
        if reason.trim().is_empty() {
            return Err(PolicyError::malformed(file, format!("`{name}` needs a reason")));
        }
        let period = in_force.period(file)?;
        if entries.iter().any(|other| other.name == name && other.period.overlaps(&period)) {
            return Err(PolicyError::malformed(file, format!("two entries for `{name}` are in force on the same day")));
        }
        entries.push(Entry { name, period, cost: u64::from(cost), reason });
    }
    entries.sort_by(|a, b| (&a.name, a.period).cmp(&(&b.name, b.period)));
    Ok(TreatmentCosts { entries })
}

impl TreatmentCosts {
    /// What a kind of treatment costs on a day, with the reason: by this path where it has an entry of its own. Where no entry is
    /// in force it is what the dearest costs.
    pub fn of(&self, kind: &str, path: Option<&str>, day: Date) -> (u64, String) {
        let named = |name: &str| self.entries.iter().find(|entry| entry.name == name && entry.period.holds(day));
        let entry = path.and_then(|path| named(&format!("{kind}/{path}"))).or_else(|| named(kind));
        match entry {
            Some(entry) => (entry.cost, entry.reason.clone()),
            None => {
                let dearest = self.entries.iter().map(|entry| entry.cost).max().unwrap_or(1);
                (dearest, format!("no cost of `{kind}` is in force on {day}: taken for the dearest"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::costs;
    use crate::Library;

    #[test]
    fn the_longer_name_counts_and_what_is_not_named_is_dear() {
        let library = Library::built_in().unwrap();
        let rulebook = library.select(&["fda-postmarket-2016".to_owned()], date(2026, 11, 28)).unwrap();
        let of = |kind, path| rulebook.costs.of(kind, path, date(2026, 11, 28)).0;
        assert_eq!([of("update", None), of("update", Some("user")), of("update", Some("surgery"))], [20, 20, 1000]);
        assert_eq!([of("control", None), of("prayer", None)], [10, 1000]);
    }

    #[test]
    fn files_that_say_too_much_or_no_reason_are_refused() {
        let entry = |from: &str, reason: &str| {
            format!("[[cost]]\nname = \"a\"\nin_force = {{ from = {from} }}\ncost = 1\nreason = \"{reason}\"\n")
        };
        let good = entry("2026-01-01", "r");
        assert!(costs("f", &good).is_ok());
        for bad in [good.clone() + &entry("2027-01-01", "r"), entry("2026-01-01", " "), good.replace("= 1\n", "= -1\n")]
        {
            assert!(costs("f", &bad).is_err(), "{bad}");
        }
    }
}
