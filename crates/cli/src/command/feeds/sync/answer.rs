//! What a sync did, as JSON and for people.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use ward_feeds::{MirrorPart, SyncReport};
use ward_knowledge::Behind;
use ward_model::Digest;
use ward_model::coverage::{LostReceipts, ShrunkPart, UnseenChanges};
use ward_policy::Library;

use super::super::network::NetworkAnswer;
use crate::clock;
use crate::failure::Failure;
use crate::table::table;
use crate::ui::Ui;

/// What a sync did.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub schema: &'static str,
    pub home: String,
    /// What was fetched before, where it was.
    pub network: Option<NetworkAnswer>,
    /// What was fetched from further addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_networks: Vec<NetworkAnswer>,
    /// Where several mirrors were read as one: what each of them holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<MirrorAnswer>,
    pub generation: Digest,
    pub root: Digest,
    pub new: bool,
    pub received: Date,
    /// Where the clock went back: the day of the receipt before, after which this one counts.
    pub clock_went_back: Option<Date>,
    pub sources: Vec<SourceAnswer>,
    /// Sources of which far fewer records came than before, in this sync or an earlier one.
    pub shrunk: Vec<ShrunkAnswer>,
    pub untouched: Vec<String>,
    pub not_read: Vec<String>,
    pub repaired: bool,
    /// By source, the changes that nobody looked at.
    pub unseen: BTreeMap<String, UnseenChanges>,
    /// The receipts of this home that were lost, until somebody accepts it.
    pub lost: Vec<LostReceipts>,
    /// The sources that `ward feeds status` calls stale now, by name.
    pub stale_sources: Vec<String>,
    /// Of how many.
    #[serde(skip)]
    judged: usize,
}

/// One of several mirrors that were read as one.
#[derive(Debug, Serialize)]
pub struct MirrorAnswer {
    pub folder: String,
    /// Where it comes from, if it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How many files of each source.
    pub files: BTreeMap<&'static str, usize>,
}

/// A source of which far fewer records came than before.
#[derive(Debug, Serialize)]
pub struct ShrunkAnswer {
    pub source: String,
    pub parts: Vec<ShrunkPart>,
}

/// What a sync did with one source.
#[derive(Debug, Serialize)]
pub struct SourceAnswer {
    pub name: String,
    pub files: usize,
    pub newest: Option<Date>,
    pub records: u64,
    pub without_product: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub removed: u64,
    /// Held, and not in what came: kept.
    pub absent: u64,
    /// Came in an older state than is held: not taken.
    pub older: u64,
    pub older_as_a_whole: bool,
    /// Of when what came is, and what is held, where nothing of it was taken because it is older.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    pub set_aside: Vec<SetAsideAnswer>,
}

/// A record that could not be read.
#[derive(Debug, Serialize)]
pub struct SetAsideAnswer {
    pub id: Option<String>,
    pub file: String,
    pub place: u64,
    pub reason: String,
}

/// The answer to a sync of this home.
pub fn of(home: String, networks: Vec<NetworkAnswer>, report: SyncReport) -> Result<Answer, Failure> {
    let library = Library::built_in()?;
    let coverage = library.expectations().coverage(&report.knowledge, clock::today(), Vec::new());
    let stale = coverage.sources.iter().filter(|source| source.is_stale());
    let (stale_sources, judged) = (stale.map(|source| source.name.clone()).collect(), coverage.sources.len());
    let address = |folder: &str| {
        let fetched = networks.iter().map(NetworkAnswer::place).find(|(place, _)| *place == folder);
        fetched.and_then(|(_, address)| address.map(str::to_owned))
    };
    let mirror = |part: &MirrorPart| {
        let folder = part.folder.display().to_string();
        let files = part.files.iter().map(|(source, files)| (source.name(), *files)).collect();
        MirrorAnswer { address: address(&folder), folder, files }
    };
    let mirrors = report.mirrors.iter().filter(|_| report.mirrors.len() > 1).map(mirror).collect();
    let mut networks = networks.into_iter();
    let lost = report.knowledge.lost;
    let unseen = report.knowledge.sources.iter().filter_map(|of| Some((of.name.clone(), of.unseen.clone()?))).collect();
    Ok(Answer {
        schema: "wardround/feeds-sync/1",
        home,
        network: networks.next(),
        further_networks: networks.collect(),
        mirrors,
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
                newest: source.state.newest.max(source.state.released),
                records: source.state.records,
                without_product: source.state.without_product,
                added: source.changes.added,
                changed: source.changes.changed,
                unchanged: source.changes.unchanged,
                removed: source.changes.removed,
                absent: source.changes.absent,
                older: source.changes.older,
                older_as_a_whole: source.changes.older_as_a_whole,
                behind: source.changes.behind,
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
        unseen,
        lost,
        stale_sources,
        judged,
    })
}

/// Says which sources shrank, to people who only look at what went wrong.
pub fn warn(answer: &Answer, ui: &Ui) {
    for shrunk in &answer.shrunk {
        ui.note(format!("{} SHRANK; see below, and `ward feeds status`", shrunk.source));
    }
    // Folders that no reader is for hold other things; a file beside those that are read was meant to be one of them.
    let files = answer.not_read.iter().filter(|name| name.contains('/')).count();
    if files > 0 {
        let words = if files == 1 { "1 file or folder".to_owned() } else { format!("{files} files or folders") };
        ui.note(format!("NOT READ inside known folders of the mirror: {words}; see below"));
    }
    for (source, unseen) in &answer.unseen {
        ui.note(format!("{source}: {unseen}"));
    }
    for lost in &answer.lost {
        ui.note(format!("LOST: {lost}; see below, and `ward feeds status`"));
    }
}

/// That sources came older than they are held: the rest of what came was taken.
pub fn behind(answer: &Answer) -> Option<Failure> {
    let behind = answer.sources.iter().filter_map(|source| Some((&source.name, source.behind.as_ref()?)));
    let words = |(name, Behind { came, held }): (&String, &Behind)| format!("{name} ({came}; held is {held})");
    let names: Vec<String> = behind.map(words).collect();
    (!names.is_empty()).then(|| {
        let failure =
            Failure::environment("behind", format!("older than what is held, and not taken: {}", names.join(", ")))
                .hint("what is held of these is kept, and the rest was taken");
        // Of others no list that is older is ever taken.
        let may = |source: &&SourceAnswer| source.behind.is_some() && matches!(source.name.as_str(), "eol" | "cwe");
        let accepting: Vec<String> =
            answer.sources.iter().filter(may).map(|source| format!("`--accept-shrunk {}`", source.name)).collect();
        failure.hint(match accepting.as_slice() {
            [] => "bring what is newer".to_owned(),
            words => format!(
                "bring what is newer; if the older one is right all the same, say so with {}",
                words.join(" and ")
            ),
        })
    })
}

/// Which sources are stale, in words.
fn stale_in_words(answer: &Answer) -> String {
    let (stale, named) = (answer.stale_sources.len(), 8);
    let mut names: Vec<&str> = answer.stale_sources.iter().take(named).map(String::as_str).collect();
    if stale > named {
        names.push("...");
    }
    match stale {
        0 => "receipts were lost".to_owned(),
        _ => format!("{stale} of {} sources ({})", answer.judged, names.join(", ")),
    }
}

/// The answer for people.
pub fn text(answer: &Answer, verbose: bool) -> String {
    let stale = !answer.stale_sources.is_empty() || !answer.lost.is_empty();
    let first = match (answer.new, stale) {
        (false, _) => "nothing is new",
        // What it brought may be old.
        (true, true) => "taken",
        (true, false) => "knowledge is up to date",
    };
    let mut out = format!(
        "{first}, received {}\nhome       {}\ngeneration {}\n",
        answer.received, answer.home, answer.generation
    );
    if stale {
        out.push_str(&format!("stale      {}: `ward feeds status` says why\n", stale_in_words(answer)));
    }
    out.push('\n');
    for mirror in &answer.mirrors {
        let files: Vec<String> = mirror.files.iter().map(|(source, files)| format!("{source} {files}")).collect();
        let files = if files.is_empty() { "nothing".to_owned() } else { files.join(", ") };
        let name = mirror.address.as_ref().unwrap_or(&mirror.folder);
        out.push_str(&format!("mirror     {name}: {files}\n"));
    }
    for shrunk in &answer.shrunk {
        let shown = if verbose { usize::MAX } else { 10 };
        for part in shrunk.parts.iter().take(shown) {
            out.push_str(&format!("SHRUNK     {} {part}\n", shrunk.source));
        }
        if let Some(more @ 1..) = shrunk.parts.len().checked_sub(shown) {
            out.push_str(&format!("SHRUNK     {} and {more} more parts; -v shows them\n", shrunk.source));
        }
    }
    if !answer.shrunk.is_empty() {
        out.push_str(
            "What came of these is far less than it was: a feed or mirror that lost records, or was cut short. What is held of them is\n\
             kept and may be out of date. Every answer says so until more comes again; if fewer records are right, say so: run the same\n\
             command again with `--accept-shrunk SOURCE`.\n\n",
        );
    }
    for (source, unseen) in &answer.unseen {
        out.push_str(&format!("GAP        {source}: {unseen}\n\n"));
    }
    for lost in &answer.lost {
        out.push_str(&format!("LOST       {lost}\n"));
    }
    if !answer.lost.is_empty() {
        out.push_str(
            "What came with these is missing unless it came again. Every answer says so until somebody accepts it: sync all sources whole,\n\
             or take a whole bundle, and run that command again with `--accept-lost`.\n\n",
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
            out.push_str(&match source.absent {
                1 => format!("{}: 1 record that is held did not come again; it is kept\n", source.name),
                absent => {
                    format!("{}: {absent} records that are held did not come again; they are kept\n", source.name)
                }
            });
        }
        if let Some(Behind { came, held }) = &source.behind {
            out.push_str(&format!(
                "{}: NOT TAKEN: what came is older ({came}) than what is held ({held})\n",
                source.name
            ));
        } else if source.older > 0 {
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
                // What is told of something that was read.
                Some((_, told)) if record.place == 0 => {
                    format!("{name}: {}: {told}\n", record.id.as_deref().unwrap_or(file))
                }
                Some((before, part)) => format!("{name}: a part of {id} in {file} could not be read: {before}{part}\n"),
                None => format!("{name}: {id} in {file} could not be read: {reason}\n"),
            });
        }
        let told = |record: &&SetAsideAnswer| record.place == 0 && record.reason.contains("in part: ");
        let (told, unread): (Vec<_>, Vec<_>) = source.set_aside.iter().skip(shown).partition(told);
        let more = [(unread, "that could not be read"), (told, "of which something is to be told")];
        for (records, what) in more.iter().filter(|(records, _)| !records.is_empty()) {
            out.push_str(&format!("{}: and {} more records {what}; -v shows them\n", source.name, records.len()));
        }
    }
    if !answer.untouched.is_empty() {
        out.push_str(&format!("held and not part of this sync: {}\n", answer.untouched.join(", ")));
    }
    if !answer.not_read.is_empty() {
        let shown = if verbose { usize::MAX } else { 10 };
        let names: Vec<&str> = answer.not_read.iter().take(shown).map(String::as_str).collect();
        let more = answer.not_read.len() - names.len();
        let more = if more > 0 { format!(" and {more} more; -v shows them") } else { String::new() };
        let (count, names) = (answer.not_read.len(), names.join(", "));
        out.push_str(&format!("in the mirror and not read ({count}): {names}{more}\n"));
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
