//! `ward lifecycle`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ward_assess::lifecycle::{Asked, lifecycle};
use ward_model::device::Stage;
use ward_model::lifecycle::{LifecycleReport, SupportState, VersionLifecycle};
use ward_policy::Library;
use ward_publish::text::TextOptions;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::command::assess;
use crate::failure::Failure;
use crate::folder;
use crate::held::Held;
use crate::ui::{self, Ui};

/// Show where each fielded version stands in its life, what the loss of a component comes to, and whom to tell what
///
/// Stages are those of IMDRF N70, driven by what the folder declares and by when support for components ends, as SBOMs and the feed
/// of support dates say. A component of which nobody says is not known, never supported. For every component whose support ends
/// within the horizon a weakness is assumed that nobody mends: does it reach a person with today's controls? Nothing is recorded.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A device folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Tell the loss of these components, too: a reference, NAME, `NAME VERSION`, or ELEMENT/ before one of these
    #[arg(long, value_name = "COMPONENT")]
    lose: Vec<String>,
    /// How many years ahead ends of support are looked for
    #[arg(long, value_name = "YEARS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    horizon: u32,
    /// Exit with 1 if one of these holds for any version
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CONDITION,...")]
    fail_on: Vec<Condition>,
    /// Write the answer to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Condition {
    /// Support has ended for a component of the maker's, or for the version
    Unsupported,
    /// Nobody says until when a component is supported
    Unknown,
    /// The stage is, or may be, limited support or worse
    Limited,
    /// The stage is, or may be, end of support
    EndOfSupport,
    /// The declared stage contradicts what is known
    Contradiction,
    /// Some of the service life is without support
    Gap,
}

impl Condition {
    fn holds(self, version: &VersionLifecycle) -> bool {
        match self {
            Self::Unsupported => version.is_unsupported(),
            Self::Unknown => version.counts.unknown > 0,
            Self::Limited => version.stage_range[1] >= Stage::LimitedSupport,
            Self::EndOfSupport => version.stage_range[1] >= Stage::EndOfSupport,
            Self::Contradiction => !version.contradictions.is_empty(),
            // What is not known covers nothing, either.
            Self::Gap => {
                !version.gaps.is_empty()
                    || version.declared.service_until.is_none()
                        && version.support.iter().any(|one| one.state == SupportState::Ended)
            }
        }
    }
}

/// Looks and tells.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let reading = assess::read(&arguments.folder, &[], ui)?;
    let (held, as_of) = Held::open(global, arguments.as_of, ui)?;
    let rulebook = folder::rulebook(&reading, &Library::built_in()?, as_of)?;
    let asked = Asked { horizon_years: arguments.horizon, lose: arguments.lose };
    let report = lifecycle(&assess::inputs(&reading, &rulebook, &held, as_of), &reading.configurations, &asked)?;
    let answer = if global.json {
        ui::json(&report)?
    } else {
        let colour = ui.colour && arguments.output.is_none();
        ward_publish::lifecycle::text(&report, &TextOptions { width: ui.width, colour, verbose: ui.verbose })
    };
    ui.deliver(&answer, arguments.output.as_deref())?;
    let holding = holding(&arguments.fail_on, &report);
    if holding.is_empty() {
        return Ok(Ending::Done);
    }
    ui.note(format!("--fail-on holds: {}", holding.join(", ")));
    Ok(Ending::ConditionHolds)
}

fn holding(conditions: &[Condition], report: &LifecycleReport) -> Vec<String> {
    let holds = conditions.iter().filter(|condition| report.versions.iter().any(|version| condition.holds(version)));
    holds.filter_map(|condition| condition.to_possible_value().map(|value| value.get_name().to_owned())).collect()
}
