//! `ward verify`.

use clap::Args;
use serde::Serialize;
use ward_knowledge::Home;
use ward_model::Digest;
use ward_model::knowledge::Knowledge as _;

use crate::Ending;
use crate::arguments::Global;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// Check every byte of the knowledge that the home holds against its digests
#[derive(Debug, Args)]
pub struct Arguments {}

#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    home: String,
    file: String,
    generation: Digest,
    root: Digest,
    records: u32,
    intact: bool,
}

/// Checks the current generation.
pub fn run(_: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let Some(generation) = Home::open(&folder).current()? else {
        return Err(Failure::input(
            "no-knowledge",
            format!("{} holds no knowledge, so there is nothing to check", folder.display()),
        )
        .hint("`ward feeds sync --from DIR` brings it"));
    };
    generation.verify().map_err(|error| {
        Failure::environment("damaged", format!("{} is damaged", generation.path().display()))
            .because(&error)
            .hint("`ward feeds sync --from DIR` builds upon the generation before it, where there is one")
    })?;
    let answer = Answer {
        schema: "wardround/verify/1",
        home: folder.display().to_string(),
        file: generation.path().display().to_string(),
        generation: generation.description().generation,
        root: generation.root(),
        records: generation.record_count(),
        intact: true,
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&format!(
            "intact: {} records in {}\ngeneration {}\nroot       {}\n",
            answer.records, answer.file, answer.generation, answer.root
        ))?;
    }
    Ok(Ending::Done)
}
