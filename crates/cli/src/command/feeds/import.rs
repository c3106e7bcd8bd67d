//! `ward feeds import`: a signed bundle into the home of a plant without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ward_feeds::bundle::head::Head;
use ward_feeds::bundle::key::Trusted;
use ward_feeds::bundle::place::Place;
use ward_feeds::bundle::unpack;
use ward_feeds::{Contents, SyncReport};
use ward_knowledge::{Behind, BundleTaken, Home};
use ward_model::Digest;
use ward_model::coverage::LostReceipts;

use super::bundle::{of, text};
use super::sync::answer::{self, ShrunkAnswer};
use super::sync::{Accepted, into_home};
use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// Where the home keeps whom it trusts.
const TRUSTED: &str = "trusted";
/// Where the home keeps which bundle it took last.
const LAST: &str = "bundle.json";
/// How far the clock of whoever made a bundle may be ahead of this one: clocks of plants are set by hand, and to the hour of the
/// place. One that is further ahead would make every right bundle an older one.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Take a signed bundle: what it holds is received now
///
/// Refused is a bundle that nobody trusted has signed, that was altered, that was made before the one taken last or more than a day in
/// the future of this machine's clock, or that stands on one that is not part of
/// what the home holds. Then the home holds what it held before. What a delta
/// leaves out counts as looked at: whoever signed it has. The bundle taken last may be taken again.
///
/// A source that is older in the bundle than what the home holds of it, however that came, is not taken: it is named with both moments,
/// exit code 3, and the rest is taken.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A public key that is trusted, beside those in `trusted/*.pub` of the home; may be given several times
    #[arg(long, value_name = "KEY.pub")]
    trust: Vec<PathBuf>,
    /// These sources rightly hold fewer records than before, as for `ward feeds sync`
    #[arg(long, value_name = "SOURCE,...", value_delimiter = ',')]
    accept_shrunk: Vec<String>,
    /// Receipts of this home were lost, and this whole bundle brings again what came with them, as for `ward feeds sync`
    #[arg(long)]
    accept_lost: bool,
}

#[derive(Debug, Serialize)]
struct ImportAnswer {
    schema: &'static str,
    home: String,
    made: Timestamp,
    listing: Digest,
    signed_by: String,
    new: bool,
    generation: Digest,
    sources: Vec<ImportedSource>,
    /// Sources of which far fewer records came than before, in this bundle or an earlier one.
    shrunk: Vec<ShrunkAnswer>,
    /// The receipts of this home that were lost, until somebody accepts it.
    lost: Vec<LostReceipts>,
    /// Every record that could not be read.
    could_not_be_read: Vec<Unread>,
}

#[derive(Debug, Serialize)]
struct ImportedSource {
    name: String,
    records: u64,
    added: u64,
    changed: u64,
    set_aside: u64,
    /// Of when what came is, and what is held, where nothing of it was taken because it is older.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<Behind>,
}

#[derive(Debug, Serialize)]
struct Unread {
    source: String,
    id: Option<String>,
    file: String,
    place: u64,
    reason: String,
}

/// The bundle that a home took last.
#[derive(Debug, Serialize, Deserialize)]
struct Last {
    made: Timestamp,
    listing: Digest,
    /// The chain of the home when it had been taken; earlier programs did not write it down.
    #[serde(default)]
    chain: Option<Digest>,
    /// Whether that is part of the history of what the home holds now. It is not where the knowledge was replaced or lost.
    #[serde(skip)]
    is_held: bool,
}

/// Takes a bundle, or nothing.
pub fn run(arguments: ImportArguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let trusted = trusted(&folder, &arguments.trust)?;
    let (head, by) = unpack::head(&arguments.file, &trusted).map_err(|error| of(&arguments.file, error))?;
    // Nothing is written before it is known that somebody trusted has signed.
    let place = Place::new(&folder).map_err(|error| of(&folder, error))?;
    let home = Home::open(&folder);
    let now = clock::now();
    fits(&head, last(&folder, &home, now)?.as_ref(), now, &folder.join(LAST))?;
    let head = unpack::unpack(&arguments.file, &trusted, place.path()).map_err(|error| of(&arguments.file, error))?;
    let contents = Contents::of_bundle(place.path(), &head);
    let accepted = Accepted { shrunk: &arguments.accept_shrunk, lost: arguments.accept_lost };
    let report = into_home(&contents, &[], accepted, &home, ui)?;
    remember(&home, &head, report.chain)?;
    tell(&folder, &head, &by, report, ui)
}

/// Whether something was made further ahead of this clock than clocks differ.
fn is_ahead(made: Timestamp, now: Timestamp) -> bool {
    made.duration_since(now) > AHEAD
}

/// Refuses what is older than the bundle taken last, or of a time that has not come, and a delta that stands on another one.
fn fits(head: &Head, last: Option<&Last>, now: Timestamp, kept: &Path) -> Result<(), Failure> {
    let unchanged = "what the home holds is unchanged";
    if is_ahead(head.made, now) {
        let words = format!("this bundle was made at {}, and it is {now} by the clock of this machine", head.made);
        return Err(Failure::input("future", words)
            .hint("one of the two clocks is wrong: set this one right, or have the bundle made anew")
            .hint(unchanged));
    }
    let Some(last) = last else {
        let words = "this bundle is a delta, and no bundle was taken here";
        return match head.base {
            Some(_) => Err(Failure::input("delta", words).hint("take the whole bundle that it stands on first")),
            None => Ok(()),
        };
    };
    let stands = head.base.is_none() || last.is_held;
    if head.made == last.made && head.listing() == last.listing && stands {
        return Ok(());
    }
    if head.made < last.made || head.made == last.made && head.listing() != last.listing {
        let words = format!("this bundle was made at {}, and one of {} was taken already", head.made, last.made);
        let failure = Failure::input("older", words);
        // However little: what is right is refused until that moment has come.
        if last.made > now {
            return Err(failure
                .hint(format!(
                    "the one taken last was made by a clock that was ahead: if this bundle is newer all the same, remove {} and take a whole bundle",
                    kept.display()
                ))
                .hint(unchanged));
        }
        return Err(failure.hint(unchanged));
    }
    match head.base {
        Some(base) if base != last.listing => {
            let words = "this bundle is a delta, and the one that it stands on is not the one taken last here";
            Err(Failure::input("delta", words).hint("take the whole bundle, or the deltas in their order"))
        }
        Some(_) if !stands => {
            let words =
                "this bundle is a delta, and what this home holds does not go back to the one that it stands on";
            Err(Failure::input("delta", words)
                .hint("the knowledge was replaced or lost since, or an earlier program took that bundle: take a whole one once")
                .hint(unchanged))
        }
        _ => Ok(()),
    }
}

fn tell(folder: &Path, head: &Head, by: &Trusted, report: SyncReport, ui: &Ui) -> Result<Ending, Failure> {
    let (made, listing, signed_by) = (head.made, head.listing(), by.fingerprint());
    let synced = answer::of(folder.display().to_string(), Vec::new(), report)?;
    answer::warn(&synced, ui);
    let behind = answer::behind(&synced);
    let ending = || behind.map_or(Ok(Ending::Done), Err);
    if !ui.json {
        let text = answer::text(&synced, ui.verbose);
        ui.print(&format!("taken      the bundle of {made}\nsigned by  {signed_by}\n{text}"))?;
        return ending();
    }
    let mut could_not_be_read = Vec::new();
    let mut sources = Vec::new();
    for source in synced.sources {
        sources.push(ImportedSource {
            name: source.name.clone(),
            records: source.records,
            added: source.added,
            changed: source.changed,
            set_aside: source.set_aside.len() as u64,
            behind: source.behind,
        });
        could_not_be_read.extend(source.set_aside.into_iter().map(|record| Unread {
            source: source.name.clone(),
            id: record.id,
            file: record.file,
            place: record.place,
            reason: record.reason,
        }));
    }
    ui.print_json(&ImportAnswer {
        schema: "wardround/import/1",
        home: synced.home,
        made,
        listing,
        signed_by,
        new: synced.new,
        generation: synced.generation,
        sources,
        shrunk: synced.shrunk,
        lost: synced.lost,
        could_not_be_read,
    })?;
    ending()
}

/// The keys named and those that the home keeps.
fn trusted(folder: &Path, named: &[PathBuf]) -> Result<Vec<Trusted>, Failure> {
    let mut paths = named.to_vec();
    let kept = folder.join(TRUSTED);
    match fs::read_dir(&kept) {
        Ok(entries) => {
            let mut found = Vec::new();
            for entry in entries {
                let path = entry.map_err(|error| crate::files::unreadable(&kept, &error))?.path();
                if path.extension().is_some_and(|ending| ending == "pub") {
                    found.push(path);
                }
            }
            found.sort();
            paths.extend(found);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(crate::files::unreadable(&kept, &error)),
    }
    if paths.is_empty() {
        return Err(Failure::input("trust", "nobody is trusted here")
            .hint(format!("name a public key with --trust, or put it into {}", kept.display())));
    }
    paths.iter().map(|path| Ok(Trusted::from_pem(&text(path)?, path)?)).collect()
}

/// The bundle taken last. A home that holds nothing, because its knowledge was moved away, has taken none.
fn last(folder: &Path, home: &Home, now: Timestamp) -> Result<Option<Last>, Failure> {
    let held = home.current();
    if matches!(held, Ok(None)) {
        return Ok(None);
    }
    let mut kept = kept(&folder.join(LAST))?;
    if let Some(kept) = &mut kept {
        kept.is_held = match (&held, kept.chain) {
            (Ok(Some(held)), Some(chain)) => held.has_chain(chain)?,
            // What is damaged is looked into when it is built upon; a delta is refused there.
            (Err(_), chain) => chain.is_some(),
            _ => false,
        };
    }
    let published = match &held {
        Ok(held) => held.as_ref().map(ward_knowledge::Generation::bundle).transpose()?.flatten(),
        // Where there is nothing to build upon, the sync says so.
        Err(_) => home.bundle().unwrap_or_default(),
    };
    Ok(latest(kept, published, now))
}

/// The bundle that counts: the later one of that in the home's file and that in what is held. An import that was ended may have come
/// to the second alone, and a home that lost receipts knows of the last ones by the first alone. Without the file one that was made
/// by a clock that was ahead counts as none.
fn latest(kept: Option<Last>, published: Option<BundleTaken>, now: Timestamp) -> Option<Last> {
    let published = published.filter(|published| kept.is_some() || !is_ahead(published.made, now));
    let Some(BundleTaken { made, listing }) = published else { return kept };
    match kept {
        Some(kept) if kept.made > made => Some(kept),
        _ => Some(Last { made, listing, chain: None, is_held: true }),
    }
}

/// What the home's file says of the bundle taken last.
fn kept(path: &Path) -> Result<Option<Last>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(crate::files::unreadable(path, &error)),
    };
    let unclear = |error: serde_json::Error| {
        Failure::environment("home", format!("{} does not say which bundle was taken last", path.display()))
            .because(&error)
    };
    serde_json::from_slice(&bytes).map(Some).map_err(unclear)
}

fn remember(home: &Home, head: &Head, chain: Digest) -> Result<(), Failure> {
    let text = crate::ui::json(&Last { made: head.made, listing: head.listing(), chain: Some(chain), is_held: true })?;
    Ok(home.write_beside(LAST, &text)?)
}

#[cfg(test)]
mod tests;
