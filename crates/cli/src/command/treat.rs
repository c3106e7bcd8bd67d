//! `ward treat`.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ward_assess::{Progress, Treating, treat_configurations};
use ward_policy::Library;
use ward_publish::text::TextOptions;
use ward_publish::treatment;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::command::assess;
use crate::failure::Failure;
use crate::folder;
use crate::held::Held;
use crate::ui::{self, Ui};

/// Find the cheapest controls, patches and isolations by which every confirmed verdict becomes controlled; nothing is recorded
///
/// Each fielded version has a treatment of its own, for they are not updated alike. Costs are those of the folder, or defaults that
/// only order the kinds. Every proposal is assessed whole: what a newer version brings, and what stops without its links, counts.
/// What is presumed is left to be assessed: the answer says what to supply.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A device folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Lay a site's own surroundings over the device: a folder with site.toml, or that file. Sites under DIR/sites always are
    #[arg(long, value_name = "SITE")]
    site: Vec<PathBuf>,
    /// Treat what is presumed, too, instead of advising what to supply
    #[arg(long)]
    presumed: bool,
    /// Write the answer to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
    /// Asked of another command, and looked for here
    #[arg(long, hide = true, value_name = "CHANGE", value_delimiter = ',', allow_hyphen_values = true)]
    what_if: Vec<String>,
}

/// Searches and tells.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    if !arguments.what_if.is_empty() {
        let instead =
            format!("ask `ward assess {} --what-if {}`", arguments.folder.display(), arguments.what_if.join(","));
        return Err(Failure::input("arguments", "what follows from changes is told by `ward assess`").hint(instead));
    }
    let reading = assess::read(&arguments.folder, &arguments.site, ui)?;
    let (held, as_of) = Held::open(global, arguments.as_of, ui)?;
    let rulebook = folder::rulebook(&reading, &Library::built_in()?, as_of)?;
    let treating = Treating { presumed_too: arguments.presumed, ..Treating::default() };
    let bar = bar(ui);
    let inputs = assess::inputs(&reading, &rulebook, &held, as_of);
    let found = treat_configurations(&inputs, &reading.configurations, treating, &mut |now| {
        let Progress { version, candidates, assessed, at_least, left } = now;
        bar.set_message(format!(
            "version {version}: {assessed} sets of {candidates} changes assessed, cost at least {at_least}, {left} subjects left by the last"
        ));
        bar.tick();
    });
    bar.finish_and_clear();
    let found = found?;
    let answer = if global.json {
        ui::json(&found)?
    } else {
        let colour = ui.colour && arguments.output.is_none();
        let folder = arguments.folder.display().to_string();
        treatment::text(&found, &folder, &TextOptions { width: ui.width, colour, verbose: ui.verbose })
    };
    ui.deliver(&answer, arguments.output.as_deref())?;
    Ok(Ending::Done)
}

/// A line that says how far the search is, on a terminal only.
fn bar(ui: &Ui) -> ProgressBar {
    if !ui.draws_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar.set_message("assessing the device as it is");
    bar
}
