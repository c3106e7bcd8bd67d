//! `ward feeds status`.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;
use ward_model::Digest;
use ward_model::knowledge::SourceDescription;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::freshness::{self, Freshness};
use crate::held::Held;
use crate::home;
use crate::table::table;
use crate::ui::Ui;

/// Say how fresh the knowledge is, how much there is, and what it lacks
#[derive(Debug, Args)]
pub struct Arguments {
    /// Exit with 1 if the knowledge is stale: the newest record of nvd, kev or epss is more than 7 days older than the day
    /// asked about, or one of them is missing
    #[arg(long, value_enum, value_name = "CONDITION")]
    fail_on: Option<Condition>,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Condition {
    Stale,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    home: String,
    /// Whether this is the built-in seed, because the home holds nothing.
    seed: bool,
    generation: Digest,
    /// The day of the last receipt.
    received: Date,
    as_of: Date,
    stale: bool,
    rule: &'static str,
    sources: Vec<SourceAnswer>,
    limited_to: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SourceAnswer {
    #[serde(flatten)]
    freshness: Freshness,
    held: bool,
    records: u64,
    without_product: u64,
    set_aside: u64,
    edition: Option<String>,
    last_received: Option<Date>,
}

/// Describes what is held.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let (held, as_of) = Held::open(global, arguments.as_of, ui)?;
    let answer = answer(&held, as_of, home::folder(global.home.as_ref())?.display().to_string());
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&text(&answer))?;
    }
    match arguments.fail_on {
        Some(Condition::Stale) if answer.stale => {
            ui.note(format!("--fail-on holds: {}", freshness::RULE));
            Ok(Ending::ConditionHolds)
        }
        _ => Ok(Ending::Done),
    }
}

fn answer(held: &Held, as_of: Date, home: String) -> Answer {
    let description = held.description();
    let states = match held {
        Held::Generation(generation) => generation.sources(),
        Held::Seed(_) => &[],
    };
    let sources: Vec<SourceAnswer> = freshness::of(description, as_of)
        .into_iter()
        .map(|freshness| {
            let source: Option<&SourceDescription> =
                description.sources.iter().find(|source| source.name == freshness.name);
            let state = states.iter().find(|state| state.name == freshness.name);
            SourceAnswer {
                held: source.is_some(),
                records: source.map_or(0, |source| source.records),
                without_product: source.map_or(0, |source| source.without_product),
                set_aside: source.map_or(0, |source| source.set_aside),
                edition: state.and_then(|state| state.edition.clone()),
                last_received: state.and_then(|state| state.received),
                freshness,
            }
        })
        .collect();
    Answer {
        schema: "wardround/feeds-status/1",
        home,
        seed: description.seed,
        generation: description.generation,
        received: description.as_of,
        as_of,
        stale: sources.iter().any(|source| source.freshness.stale),
        rule: freshness::RULE,
        sources,
        limited_to: description.limited_to.clone(),
    }
}

fn text(answer: &Answer) -> String {
    let mut out = if answer.seed {
        format!(
            "the built-in seed: some vulnerabilities of {} products as of {}\n",
            answer.limited_to.len(),
            answer.received
        )
    } else {
        format!("knowledge last received on {}\n", answer.received)
    };
    out.push_str(&format!(
        "home       {}\ngeneration {}\nas of      {}\n\n",
        answer.home, answer.generation, answer.as_of
    ));
    let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let rows: Vec<Vec<String>> = answer
        .sources
        .iter()
        .map(|source| {
            let age = source.freshness.days_old.map_or_else(|| "-".to_owned(), |days| format!("{days} days"));
            let state = match (source.held, source.freshness.stale) {
                (false, _) => "missing",
                (true, true) => "stale",
                // Nothing is said of how old the others may be.
                (true, false) if !freshness::is_wanted(&source.freshness.name) => "held",
                (true, false) => "fresh",
            };
            vec![
                source.freshness.name.clone(),
                state.to_owned(),
                day(source.freshness.newest),
                age,
                day(source.last_received),
                source.records.to_string(),
                source.without_product.to_string(),
                source.set_aside.to_string(),
            ]
        })
        .collect();
    out.push_str(&table(
        &["source", "state", "newest", "age", "received", "records", "no product", "set aside"],
        &rows,
    ));
    out.push_str(&format!("\n{}\n", answer.rule));
    out
}
