//! What an evidence file says for the claim that cites it.
//!
//! A test case that is named must be there and have passed. A list of interfaces or functions is compared with what is modelled. What
//! was read and does not say so, and what could not be read, never supports a claim; of a kind that is not read, only the bytes count.

use std::collections::BTreeMap;

use ward_formats::evidence::{Contents, EvidenceError, Row, Table, TestCase, TestOutcome, TestReport, cell_position};
use ward_model::claim::{ClaimId, ElementClaim, EvidenceReading};
use ward_model::device::Device;

use crate::raw::scalar::Citation;
use crate::raw::shorten;

mod listing;

/// What the cited files hold, by path; those of a kind that is not read are not among them.
pub(crate) type Cited = BTreeMap<String, Result<Contents, EvidenceError>>;

/// Headings under which a table says how something came out.
const OUTCOMES: &[&str] =
    &["result", "outcome", "verdict", "passed", "test result", "test outcome", "test verdict", "pass/fail"];
/// Words that say that it came out well. Any other word does not.
const GOOD: &[&str] = &["passed", "pass", "ok", "yes", "true", "met", "fulfilled", "verified"];
/// Words that say that it did not, under whatever heading they stand alone in a cell.
const BAD: &[&str] = &[
    "fail",
    "failed",
    "fails",
    "nok",
    "not ok",
    "not passed",
    "not met",
    "not fulfilled",
    "not verified",
    "not tested",
    "not run",
    "did not pass",
    "inconclusive",
];
/// Headings of the column by which a row is named; without any of them it is the first column.
const KEYS: &[&str] = &["id", "key", "test", "requirement", "link", "interface", "function"];
/// How many findings are told in one message.
const MOST_TOLD: usize = 3;

/// What a cited file says for a claim.
pub(crate) fn reading(id: &ClaimId, citation: &Citation, cited: &Cited, device: &Device) -> EvidenceReading {
    let says = match cited.get(&citation.path) {
        None => return EvidenceReading::NotRead,
        Some(Err(error)) => Err(format!("it cannot be read: {error}")),
        Some(Ok(Contents::Tests(report))) => tests(report, citation.place.as_deref()),
        Some(Ok(Contents::Tables(tables))) => match id {
            ClaimId::Element(element, ElementClaim::InterfacesListed) => {
                listing::interfaces(element, tables, citation.place.as_deref(), device)
            }
            ClaimId::Element(element, ElementClaim::FunctionsListed) => {
                listing::functions(element, tables, citation.place.as_deref(), device)
            }
            _ => rows(tables, citation.place.as_deref()),
        },
    };
    match says {
        Ok(what) => EvidenceReading::Supports(what),
        Err(why) => EvidenceReading::Against(why),
    }
}

/// Whether the test cases of that name passed, every run of each; without a name, all of the report.
fn tests(report: &TestReport, place: Option<&str>) -> Result<String, String> {
    if let Some(contradiction) = report.contradictions.first() {
        return Err(contradiction.clone());
    }
    let is_meant = |case: &&TestCase| {
        let whole = || format!("{}.{}", case.class, case.name);
        place
            .is_none_or(|place| [&case.name, &case.class, &case.suite].contains(&&place.to_owned()) || whole() == place)
    };
    let meant: Vec<&TestCase> = report.cases.iter().filter(is_meant).collect();
    if meant.is_empty() {
        return Err(match place {
            Some(place) => format!("no test case, class or suite in it is called `{}`", shorten(place)),
            None => "it holds no test case".to_owned(),
        });
    }
    let failing = meant.iter().filter_map(|case| {
        let how = match &case.outcome {
            TestOutcome::Passed => return None,
            TestOutcome::Failed => "failed".to_owned(),
            TestOutcome::Errored => "could not be carried out".to_owned(),
            TestOutcome::Skipped => "was not run".to_owned(),
            TestOutcome::Unclear(word) => format!("is `{}`, which is not known to mean that it passed", shorten(word)),
        };
        Some(format!("line {}: `{}` {how}", case.line, shorten(&case.name)))
    });
    told(failing.collect()).map(|()| match meant.len() {
        1 => "1 test case passed".to_owned(),
        count => format!("{count} test cases passed"),
    })
}

/// What speaks against, if anything does: the first few, and how many there are.
fn told(against: Vec<String>) -> Result<(), String> {
    if against.is_empty() {
        return Ok(());
    }
    let more = against.len().saturating_sub(MOST_TOLD);
    let mut text = against.into_iter().take(MOST_TOLD).collect::<Vec<_>>().join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    Err(text)
}

/// The sheet, and what is named in it. A table of a CSV file has no name.
fn sheets<'t, 'p>(tables: &'t [Table], place: Option<&'p str>) -> (Vec<&'t Table>, Option<&'p str>) {
    let named = |name: &str| tables.iter().filter(|table| !name.is_empty() && table.name == name).collect::<Vec<_>>();
    let Some(place) = place else { return (tables.iter().collect(), None) };
    let whole = named(place);
    if !whole.is_empty() {
        return (whole, None);
    }
    match place.rsplit_once('!') {
        Some((sheet, inside)) if !named(sheet).is_empty() => (named(sheet), Some(inside)),
        _ => (tables.iter().collect(), Some(place)),
    }
}

/// Whether what a place names is there and came out well; without a name, every row.
fn rows(tables: &[Table], place: Option<&str>) -> Result<String, String> {
    let (tables, inside) = sheets(tables, place);
    let mut meant: Vec<(&Table, &Row)> = Vec::new();
    for table in &tables {
        let key = table.column(KEYS).or_else(|| table.headings.cells.first().map(|(column, _)| *column)).unwrap_or(0);
        let cell = inside.filter(|_| !table.name.is_empty()).and_then(cell_position);
        let is_meant = |row: &&Row| match (inside, cell) {
            (None, _) => true,
            (Some(_), Some((column, line))) if row.line == line => row.cell(column).is_some(),
            (Some(name), _) => row.cell(key) == Some(name),
        };
        meant.extend(table.rows.iter().filter(is_meant).map(|row| (*table, row)));
    }
    if meant.is_empty() {
        return Err(match inside {
            Some(inside) => format!("no row or cell in it is called `{}`", shorten(inside)),
            None => "it holds no row".to_owned(),
        });
    }
    let bad = meant.iter().filter_map(|(table, row)| came_out(table, row));
    told(bad.collect()).map(|()| match meant.len() {
        1 => "1 row is there".to_owned(),
        count => format!("{count} rows are there"),
    })
}

/// What a row says against itself: in any of the columns of its table for how something came out, or by a word that stands alone in
/// whichever cell.
fn came_out(table: &Table, row: &Row) -> Option<String> {
    let is_one_of = |said: &str, words: &[&str]| words.iter().any(|word| said.eq_ignore_ascii_case(word));
    let outcomes = table.headings.cells.iter().filter(|(_, heading)| is_one_of(heading, OUTCOMES));
    let said = outcomes.map(|(column, _)| row.cell(*column).unwrap_or("nothing")).find(|said| !is_one_of(said, GOOD));
    if let Some(said) = said {
        return Some(format!("{} says `{}`, which is not known to mean that it passed", at(table, row), shorten(said)));
    }
    let (_, bad) = row.cells.iter().find(|(_, cell)| is_one_of(cell, BAD))?;
    Some(format!("{} says `{}`", at(table, row), shorten(bad)))
}

/// Where a row stands.
fn at(table: &Table, row: &Row) -> String {
    if table.name.is_empty() {
        format!("line {}", row.line)
    } else {
        format!("row {} of `{}`", row.line, shorten(&table.name))
    }
}
