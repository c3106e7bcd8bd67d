//! `ward paths`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ward_model::ids::HarmId;
use ward_model::paths::Paths;
use ward_publish::text::TextOptions;
use ward_publish::{many, paths};

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::command::assess;
use crate::failure::Failure;
use crate::nearest::nearest;
use crate::ui::{self, Ui};

/// Show the ways by which something uncontrolled reaches a patient, step by step
///
/// Each distinct way is told once, for the worst verdict that takes it: the worst way to each harm first. As a picture, one way is
/// drawn on the architecture.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A device folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only the ways to this harm
    #[arg(long, value_name = "HARM")]
    to: Option<String>,
    /// Instead tell every single action that harms several people at once: whom it reaches, by what they have in common, and
    /// whether there is staff for all of them
    #[arg(long, conflicts_with_all = ["to", "number"])]
    many: bool,
    /// How to answer; svg draws one way
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Lay a site's own surroundings over the device: a folder with site.toml, or that file. Sites under DIR/sites always are
    #[arg(long, value_name = "SITE")]
    site: Vec<PathBuf>,
    /// The number of the way to draw; default: the first
    #[arg(long, value_name = "N")]
    number: Option<usize>,
    /// Write the answer to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The day that the question is about; default: today in UTC
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    Text,
    /// The published JSON
    Json,
    /// A picture of one way
    Svg,
}

/// Assesses the device and shows its ways to harm.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let format = arguments.format(global)?;
    let (reading, assessment) = assess::one(&arguments.folder, &arguments.site, global, arguments.as_of, ui)?;
    if arguments.many {
        let answer = match format {
            Format::Json => ui::json(&many::many(&assessment))?,
            _ => many::text(&assessment, &reading.device, &arguments.text(ui)),
        };
        ui.deliver(&answer, arguments.output.as_deref())?;
        return Ok(Ending::Done);
    }
    let to = arguments.to.as_deref().map(HarmId::from);
    if let Some(to) = to.as_ref().filter(|to| !reading.device.harms.contains_key(*to)) {
        let known: Vec<&str> = reading.device.harms.keys().map(HarmId::as_str).collect();
        let failure = Failure::input("arguments", format!("no harm is called `{to}`"))
            .hint(format!("expected one of {}", known.join(", ")));
        return Err(match nearest(to.as_str(), known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    let found = paths::paths(&assessment, to.as_ref());
    let answer = match format {
        Format::Json => ui::json(&found)?,
        Format::Svg => {
            let number = wanted(&found, arguments.number)?;
            paths::picture(number, &assessment, &reading.device, &reading.configurations)
                .ok_or_else(|| Failure::input("arguments", format!("there is no way {number}")))?
        }
        Format::Text => paths::text(&found, &reading.device, &arguments.text(ui)),
    };
    ui.deliver(&answer, arguments.output.as_deref())?;
    Ok(Ending::Done)
}

/// The way of this number, or the first.
fn wanted(found: &Paths, number: Option<usize>) -> Result<usize, Failure> {
    let way = match number {
        None => found.paths.first(),
        Some(number) => found.paths.iter().find(|path| path.number == number),
    };
    way.map(|way| way.number).ok_or_else(|| {
        let numbers: Vec<String> = found.paths.iter().map(|path| path.number.to_string()).collect();
        match (number, numbers.is_empty()) {
            (_, true) => Failure::input("arguments", "no way to harm is uncontrolled, so there is none to draw"),
            (number, false) => Failure::input("arguments", format!("there is no way {}", number.unwrap_or_default()))
                .hint(format!("expected one of {}", numbers.join(", "))),
        }
    })
}

impl Arguments {
    fn text(&self, ui: &Ui) -> TextOptions {
        TextOptions { width: ui.width, colour: ui.colour && self.output.is_none(), verbose: ui.verbose }
    }

    fn format(&self, global: &Global) -> Result<Format, Failure> {
        let format = match (self.format, global.json) {
            (None | Some(Format::Json), true) => Format::Json,
            (None, false) => Format::Text,
            (Some(format), false) => format,
            (Some(_), true) => return Err(Failure::input("arguments", "--json and --format contradict each other")),
        };
        if self.number.is_some() && format != Format::Svg {
            return Err(Failure::input("arguments", "--number chooses the way to draw: it goes with --format svg"));
        }
        if self.many && format == Format::Svg {
            return Err(Failure::input("arguments", "--many goes with --format text and json"));
        }
        Ok(format)
    }
}
