//! `ward verify`.

use clap::Args;
use serde::Serialize;
use ward_knowledge::{Damage, Home};
use ward_model::Digest;
use ward_model::coverage::LostReceipts;
use ward_model::knowledge::Knowledge as _;

use crate::Ending;
use crate::arguments::Global;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// Check every byte of the knowledge that the home holds against its digests, and its history against what was published last
///
/// The files of the state before the current one, which are kept, are checked as well.
///
/// Receipts that were lost before, by damage, are named until somebody accepts it (`ward feeds sync --accept-lost`), exit code 1.
///
/// The anchor that it prints covers all that was ever received. Kept elsewhere and given with --anchor, it shows whether somebody has
/// put an earlier state of the whole folder back, or another one in its place.
#[derive(Debug, Args)]
pub struct Arguments {
    /// An anchor that was printed before: it must be part of the history
    #[arg(long, value_name = "DIGEST")]
    anchor: Option<Digest>,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    home: String,
    file: String,
    files: Vec<String>,
    /// The files of the state before that, which were checked too.
    kept: Vec<String>,
    generation: Digest,
    root: Digest,
    /// A digest over all that was ever received.
    anchor: Digest,
    /// How many times something was received.
    transactions: u32,
    records: u32,
    intact: bool,
    /// The receipts that were lost, until somebody accepts it.
    lost: Vec<LostReceipts>,
}

/// Checks the current generation.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let home = Home::open(&folder);
    let Some(generation) = home.current()? else {
        return Err(Failure::input(
            "no-knowledge",
            format!("{} holds no knowledge, so there is nothing to check", folder.display()),
        )
        .hint("`ward feeds sync --from DIR` brings it"));
    };
    let damaged = |error: Damage| Failure::environment("damaged", error.to_string()).because(&error.source);
    generation.verify().map_err(|error| damaged(error).hint(crate::failure::DAMAGED))?;
    let kept = home.verify_kept(&generation)?.map_err(|error| {
        damaged(error)
            .hint("what is current is intact: this is the state before it, which is built upon where the current one is damaged")
            .hint("put the file back from a copy; the next sync that brings anything new removes it")
    })?;
    if let Some(anchor) = arguments.anchor
        && !generation.has_chain(anchor)?
    {
        return Err(Failure::environment(
            "rolled-back",
            format!("{} does not go back to the anchor {anchor}", generation.path().display()),
        )
        .hint("an earlier state was put back, or another home in its place: restore the folder"));
    }
    let answer = Answer {
        schema: "wardround/verify/1",
        home: folder.display().to_string(),
        file: generation.path().display().to_string(),
        files: generation.files().iter().map(|path| path.display().to_string()).collect(),
        kept: kept.iter().map(|path| path.display().to_string()).collect(),
        anchor: generation.chain(),
        transactions: generation.transactions(),
        generation: generation.description().generation,
        root: generation.root(),
        records: generation.record_count(),
        intact: true,
        lost: generation.description().lost.clone(),
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&format!(
            "intact: {} records, {} receipts in {}\ngeneration {}\nroot       {}\nanchor     {}\n",
            answer.records,
            answer.transactions,
            answer.files.join(" and "),
            answer.generation,
            answer.root,
            answer.anchor
        ))?;
        for lost in &answer.lost {
            ui.print(&format!("LOST       {lost}\n"))?;
        }
    }
    // Every byte is as it was written, and not all that was received is there.
    if answer.lost.is_empty() {
        return Ok(Ending::Done);
    }
    ui.note("receipts were lost: sync all sources whole, or take a whole bundle, then say so with `--accept-lost`");
    Ok(Ending::ConditionHolds)
}
