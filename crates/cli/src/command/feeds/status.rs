//! `ward feeds status`.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;
use ward_model::Digest;
use ward_model::coverage::{Expected, Freshness, LostReceipts, ShrunkPart, SourceCoverage, UnseenChanges};
use ward_policy::Library;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::held::Held;
use crate::home;
use crate::table::table;
use crate::ui::Ui;

/// What `stale` means, in words.
const RULE: &str = "stale: the newest day of a source, or the day of its receipt, is older than is expected of it; also a source that says no day, one of which far fewer records came than before or a part no more, or changes of which nobody saw, and nvd, kev or epss where it is missing; and a home of which receipts were lost";

/// Say how fresh the knowledge is, how much there is, and what it lacks
///
/// How old each source may be is data that ships with the program, dated and with its reason. What shrank is told until more comes
/// again, or `--accept-shrunk SOURCE` says that fewer records are right, with the `ward feeds sync` or `ward feeds import` that brings it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Exit with 1 if the knowledge is stale: a source is older than is expected of it on the day asked about, says no day,
    /// shrank, or is missing (nvd, kev, epss); or receipts were lost
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
    /// The receipts that were lost, until somebody accepts it.
    lost: Vec<LostReceipts>,
    /// What is amiss, in words.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SourceAnswer {
    name: String,
    state: Freshness,
    /// The same in words, with what is amiss beside its age.
    #[serde(skip)]
    words: String,
    newest: Option<Date>,
    days_old: Option<i32>,
    expected: Option<Expected>,
    stale: bool,
    held: bool,
    records: u64,
    without_product: u64,
    set_aside: u64,
    edition: Option<String>,
    last_received: Option<Date>,
    shrunk: Vec<ShrunkPart>,
    gaps: Vec<String>,
    /// The changes that nobody looked at.
    unseen: Option<UnseenChanges>,
}

/// Describes what is held.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let (held, as_of) = Held::open(global, arguments.as_of, ui)?;
    let library = Library::built_in()?;
    let answer = answer(&held, &library, as_of, home::folder(global.home.as_ref())?.display().to_string());
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&text(&answer))?;
    }
    match arguments.fail_on {
        Some(Condition::Stale) if answer.stale => {
            ui.note(format!("--fail-on holds: {RULE}"));
            Ok(Ending::ConditionHolds)
        }
        _ => Ok(Ending::Done),
    }
}

fn answer(held: &Held, library: &Library, as_of: Date, home: String) -> Answer {
    let description = held.description();
    let states = match held {
        Held::Generation(generation) => generation.sources(),
        Held::Seed(_) => &[],
    };
    let coverage = library.expectations().coverage(description, as_of, Vec::new());
    let notes = description.notes(&coverage);
    let source = |source: SourceCoverage| {
        let state = states.iter().find(|state| state.name == source.name);
        SourceAnswer {
            stale: source.is_stale(),
            words: source.words(),
            held: source.state != Freshness::Missing,
            edition: state.and_then(|state| state.edition.clone()),
            name: source.name,
            state: source.state,
            newest: source.newest,
            days_old: source.days_old,
            expected: source.expected,
            records: source.records,
            without_product: source.without_product,
            set_aside: source.set_aside,
            last_received: source.received,
            shrunk: source.shrunk,
            gaps: source.gaps,
            unseen: source.unseen,
        }
    };
    Answer {
        schema: "wardround/feeds-status/1",
        home,
        seed: description.seed,
        generation: description.generation,
        received: description.as_of,
        as_of,
        stale: coverage.stale,
        rule: RULE,
        sources: coverage.sources.into_iter().map(source).collect(),
        limited_to: description.limited_to.clone(),
        lost: description.lost.clone(),
        notes,
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
            vec![
                source.name.clone(),
                source.words.clone(),
                day(source.newest),
                source.days_old.map_or_else(|| "-".to_owned(), |days| format!("{days} days")),
                source.expected.map_or_else(|| "-".to_owned(), |expected| expected.to_string()),
                day(source.last_received),
                source.records.to_string(),
                source.without_product.to_string(),
                source.set_aside.to_string(),
            ]
        })
        .collect();
    out.push_str(&table(
        &["source", "state", "newest", "age", "expected", "received", "records", "no product", "set aside"],
        &rows,
    ));
    out.push('\n');
    for source in &answer.sources {
        source.gaps.iter().for_each(|gap| out.push_str(&format!("{}: {gap}\n", source.name)));
    }
    answer.notes.iter().for_each(|note| out.push_str(&format!("- {note}\n")));
    out.push_str(&format!("\n{}\n", answer.rule));
    crate::failure::render::clean(&out)
}
