//! `ward feeds sync`.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use ward_feeds::{Fewer, Silent, Source, SyncReport, UnknownSource};
use ward_knowledge::Home;
use ward_model::Digest;
use ward_model::coverage::ShrunkPart;
use ward_policy::Library;

use super::network::{self, Fetched, Network, NetworkAnswer};
use super::progress::Bars;
use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::home;
use crate::table::table;
use crate::ui::Ui;

/// Bring the home's knowledge up to date, from the public sources or from a mirror
///
/// Without --from the public sources are fetched into the folder `mirror` of the home, which is then read like any mirror; what did
/// not change is not fetched again. A source that does not come is named, exit code 3; what came is taken all the same.
///
/// A mirror is a folder with some of: nvd/nvdcve-2.0-*.json.gz, kev/known_exploited_vulnerabilities.json,
/// epss/epss_scores-*.csv.gz, cve5/ (the tree cves/YYYY/Nxxx/CVE-*.json, a zip of it, or *.jsonl.zst), osv/ECOSYSTEM/all.zip,
/// csaf/ (advisories in folders), eol/PRODUCT.json and cwe/cwec-*.xml.zip. Other folders are named and ignored. What comes is
/// received today. A record that cannot be read is set aside and named; a broken file changes nothing.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A mirror: its folder, or the address of one that is laid out so
    #[arg(long, value_name = "DIR|URL")]
    from: Option<PathBuf>,
    /// Only these sources: nvd, kev, epss, cve5, osv, csaf, eol, cwe
    #[arg(long, value_name = "SOURCE,...", value_delimiter = ',')]
    only: Vec<String>,
    /// These sources rightly hold fewer records than before: tell them as shrunk no longer, and give up what was kept against
    /// lists that seemed cut short. A name as `ward feeds status` shows it, or `osv` for all below it
    #[arg(long, value_name = "SOURCE,...", value_delimiter = ',')]
    accept_shrunk: Vec<String>,
    #[command(flatten)]
    network: Network,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    home: String,
    /// What was fetched before, where it was.
    network: Option<NetworkAnswer>,
    generation: Digest,
    root: Digest,
    new: bool,
    received: Date,
    /// Where the clock went back: the day of the receipt before, after which this one counts.
    clock_went_back: Option<Date>,
    sources: Vec<SourceAnswer>,
    /// Sources of which far fewer records came than before, in this sync or an earlier one.
    shrunk: Vec<ShrunkAnswer>,
    untouched: Vec<String>,
    not_read: Vec<String>,
    repaired: bool,
}

#[derive(Debug, Serialize)]
struct ShrunkAnswer {
    source: String,
    parts: Vec<ShrunkPart>,
}

#[derive(Debug, Serialize)]
struct SourceAnswer {
    name: String,
    files: usize,
    newest: Option<Date>,
    records: u64,
    without_product: u64,
    added: u64,
    changed: u64,
    unchanged: u64,
    removed: u64,
    /// Held, and not in what came: kept.
    absent: u64,
    /// Came in an older state than is held: not taken.
    older: u64,
    older_as_a_whole: bool,
    set_aside: Vec<SetAsideAnswer>,
}

#[derive(Debug, Serialize)]
struct SetAsideAnswer {
    id: Option<String>,
    file: String,
    place: u64,
    reason: String,
}

/// Syncs whole, or not at all.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let fetched = fetched(&arguments, global, &folder, ui)?;
    let (mirror, only) = match (&fetched, &arguments.from) {
        (Some(fetched), _) => (&fetched.folder, held(fetched)?),
        (None, Some(mirror)) => (mirror, sources(&arguments.only)?),
        // `fetched` fetches where no folder is named.
        (None, None) => return Ok(Ending::Done),
    };
    let home = Home::open(&folder);
    let now = clock::now();
    let far = Library::built_in()?.expectations().far_fewer(clock::today());
    let fewer = Fewer { far, accepted: &arguments.accept_shrunk };
    let report = if ui.draws_progress() {
        let mut bars = Bars::new();
        let report = ward_feeds::sync_accepting(mirror, &only, fewer, &home, now, &mut bars);
        bars.clear();
        report?
    } else {
        ward_feeds::sync_accepting(mirror, &only, fewer, &home, now, &mut Silent)?
    };
    let (network, stale) = fetched.map_or((None, None), |fetched| (Some(fetched.answer), fetched.stale));
    let answer = answer(folder.display().to_string(), network, report);
    for shrunk in &answer.shrunk {
        ui.note(format!("{} SHRANK; see below, and `ward feeds status`", shrunk.source));
    }
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        let before = answer.network.as_ref().map(|network| network::text(network, ui.verbose)).unwrap_or_default();
        ui.print(&(before + &text(&answer, ui.verbose)))?;
    }
    stale.map_or(Ok(Ending::Done), Err)
}

/// What came from the network, where no folder is named.
fn fetched(arguments: &Arguments, global: &Global, home: &Path, ui: &Ui) -> Result<Option<Fetched>, Failure> {
    let address = match &arguments.from {
        Some(from) if network::is_address(from) => from.to_str(),
        Some(_) => return Ok(None),
        None => None,
    };
    if global.offline {
        return Err(Failure::input("network", "--offline refuses the network").hint("ward feeds sync --from DIR"));
    }
    network::bring(&arguments.network, address, &arguments.only, home, ui).map(Some)
}

/// The sources that are there to be read, of those that were to be fetched. Without any, nothing is read.
fn held(fetched: &Fetched) -> Result<Vec<Source>, Failure> {
    let held: Vec<Source> = fetched.held.iter().filter_map(|name| name.parse().ok()).collect();
    match &fetched.stale {
        _ if !held.is_empty() => Ok(held),
        Some(stale) => Err(stale.clone()),
        None => Err(Failure::input("mirror", "nothing that was fetched can be read")),
    }
}

fn sources(named: &[String]) -> Result<Vec<Source>, Failure> {
    let read = |name: &String| {
        name.parse().map_err(|error: UnknownSource| Failure::input("arguments", format!("--only: {error}")))
    };
    named.iter().map(read).collect()
}

fn answer(home: String, network: Option<NetworkAnswer>, report: SyncReport) -> Answer {
    Answer {
        schema: "wardround/feeds-sync/1",
        home,
        network,
        generation: report.knowledge.generation,
        root: report.root,
        new: report.new,
        received: report.received,
        clock_went_back: report.clock_went_back,
        sources: report
            .sources
            .into_iter()
            .map(|source| SourceAnswer {
                name: source.state.name,
                files: source.files,
                newest: source.state.newest,
                records: source.state.records,
                without_product: source.state.without_product,
                added: source.changes.added,
                changed: source.changes.changed,
                unchanged: source.changes.unchanged,
                removed: source.changes.removed,
                absent: source.changes.absent,
                older: source.changes.older,
                older_as_a_whole: source.changes.older_as_a_whole,
                set_aside: source
                    .set_aside
                    .into_iter()
                    .map(|record| SetAsideAnswer {
                        id: record.id.map(|id| id.to_string()),
                        file: record.file,
                        place: record.place,
                        reason: record.reason,
                    })
                    .collect(),
            })
            .collect(),
        shrunk: report
            .knowledge
            .sources
            .into_iter()
            .filter(|source| !source.shrunk.is_empty())
            .map(|source| ShrunkAnswer { source: source.name, parts: source.shrunk })
            .collect(),
        untouched: report.untouched.into_iter().map(|state| state.name).collect(),
        not_read: report.not_read,
        repaired: report.repaired,
    }
}

fn text(answer: &Answer, verbose: bool) -> String {
    let mut out = format!(
        "{}, received {}\nhome       {}\ngeneration {}\n\n",
        if answer.new { "knowledge is up to date" } else { "nothing is new" },
        answer.received,
        answer.home,
        answer.generation
    );
    for shrunk in &answer.shrunk {
        for part in &shrunk.parts {
            out.push_str(&format!("SHRUNK     {} {part}\n", shrunk.source));
        }
    }
    if !answer.shrunk.is_empty() {
        out.push_str(
            "What came of these is far less than it was: a feed or mirror that lost records, or was cut short. What is held of them is\n\
             kept and may be out of date. Every answer says so until more comes again; if fewer records are right, say so with\n\
             `ward feeds sync --accept-shrunk SOURCE`.\n\n",
        );
    }
    let rows: Vec<Vec<String>> = answer
        .sources
        .iter()
        .map(|source| {
            let numbers = [
                source.records,
                source.added,
                source.changed,
                source.unchanged,
                source.removed,
                source.absent,
                source.older,
                source.set_aside.len() as u64,
            ];
            let newest = source.newest.map_or_else(|| "-".to_owned(), |day| day.to_string());
            [source.name.clone(), newest].into_iter().chain(numbers.iter().map(ToString::to_string)).collect()
        })
        .collect();
    let head =
        ["source", "newest", "records", "added", "changed", "unchanged", "removed", "kept", "older", "set aside"];
    out.push_str(&table(&head, &rows));
    out.push('\n');
    for source in &answer.sources {
        if source.absent > 0 {
            out.push_str(&format!(
                "{}: {} records that are held did not come again; they are kept\n",
                source.name, source.absent
            ));
        }
        if source.older > 0 || source.older_as_a_whole {
            out.push_str(&format!(
                "{}: the mirror is older than what is held in part; the newer state is kept\n",
                source.name
            ));
        }
        let shown = if verbose { usize::MAX } else { 10 };
        for record in source.set_aside.iter().take(shown) {
            let id = record.id.as_deref().unwrap_or("a record without an identifier");
            let (name, file, reason) = (&source.name, &record.file, &record.reason);
            out.push_str(&match reason.split_once("in part: ") {
                Some((before, part)) => format!("{name}: a part of {id} in {file} could not be read: {before}{part}\n"),
                None => format!("{name}: {id} in {file} could not be read: {reason}\n"),
            });
        }
        if let Some(more) = source.set_aside.len().checked_sub(shown).filter(|more| *more > 0) {
            out.push_str(&format!("{}: and {more} more records that could not be read; -v shows them\n", source.name));
        }
    }
    if !answer.untouched.is_empty() {
        out.push_str(&format!("held and not part of this sync: {}\n", answer.untouched.join(", ")));
    }
    if !answer.not_read.is_empty() {
        out.push_str(&format!("in the mirror and not read yet: {}\n", answer.not_read.join(", ")));
    }
    if let Some(day) = answer.clock_went_back {
        out.push_str(&format!(
            "the clock went back: something was received on {day} before; this counts as received after that, by the day {}\n",
            answer.received
        ));
    }
    if answer.repaired {
        out.push_str(
            "what was current was damaged or not what was published last; the latest whole state was built upon\n",
        );
    }
    crate::failure::render::clean(&out)
}
