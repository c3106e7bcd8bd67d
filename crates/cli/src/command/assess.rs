//! `ward assess`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ward_assess::{SupposeError, UnknownName};
use ward_device::Reading;
use ward_model::hazard::HazardOutcome;
use ward_model::hypothesis::Change;
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Verdict};
use ward_model::{Assessment, Device};
use ward_policy::Library;
use ward_publish::pictures::Subject;
use ward_publish::svg::PolicyMatrix;
use ward_publish::text::{self, TextOptions};

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::folder;
use crate::held::Held;
use crate::nearest::nearest;
use crate::pictures;
use crate::ui::{self, Ui};

mod since;

/// The engine, as every assessment names it.
const ENGINE: &str = concat!("wardround ", env!("CARGO_PKG_VERSION"));

/// Assess devices: which weaknesses reach a patient, and whether that risk is controlled; nothing is recorded
///
/// The answer follows from the folder, the knowledge, the policies and rules, the decisions and the day, and from nothing else:
/// the same inputs give the same bytes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Device folders. Several give a JSON array
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// How to answer; html is one self-contained page for one device
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Exit with 1 if one of these holds for any of the devices
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CONDITION,...")]
    fail_on: Vec<Condition>,
    /// Write the answer to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also write pictures of one device into this folder: matrices, architecture, paths, harm trees, who is hit at once, its life
    #[arg(long, value_name = "OUTDIR")]
    pictures: Option<PathBuf>,
    /// Lay a site's own surroundings over the devices: a folder with site.toml, or that file. Sites under DIR/sites always are
    #[arg(long, value_name = "SITE")]
    site: Vec<PathBuf>,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
    /// Also tell what is different from an earlier answer, and by what: what became live, what left the watch list, which
    /// verdicts turned. A file that --json has written, or a day: the same folder by what was known then
    #[arg(long, value_name = "FILE|DATE")]
    since: Option<String>,
    /// Answer as if these changes were made: +CONTROL (it works, everywhere), -CONTROL (it does not), fix:VULNERABILITY (mended
    /// where a fixed version is known), update:ELEMENT/COMPONENT@VERSION, secure:LINK (senders are verified), isolate:ELEMENT
    /// (none of its links is there). Nothing is recorded
    #[arg(long, value_delimiter = ',', value_name = "CHANGE,...", allow_hyphen_values = true)]
    what_if: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    Table,
    /// The published JSON
    Json,
    /// For people, as a page
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Condition {
    /// A verdict is uncontrolled, confirmed or presumed, what a control in effect does itself is, or no element is described
    Uncontrolled,
    /// A verdict is uncontrolled and confirmed, or what a control in effect does itself is uncontrolled
    Confirmed,
    /// A verdict rests on decisions that are entered and not signed
    Provisional,
    /// A verdict is presumed from something that is not known, or no element is described
    Presumed,
    /// A component could not be assessed, or no element is described
    Unassessed,
    /// What a control does to people itself is not controlled, or not known
    Hazard,
    /// Something was due before the day asked about
    Overdue,
    /// The knowledge is stale, as `ward feeds status` says
    Stale,
}

impl Condition {
    /// Whether it holds. Of a device of which no element is described nothing is good news: there was nothing to judge.
    fn holds(self, assessment: &Assessment, device: &Device) -> bool {
        let verdicts = &assessment.verdicts;
        let nothing = device.elements.is_empty();
        let at_once = || assessment.is_uncontrolled_at_once();
        let does_harm = || {
            let mut hazards = assessment.control_hazards.iter();
            hazards.any(|one| one.outcome == HazardOutcome::Uncontrolled && !one.in_effect_in.is_empty())
        };
        let uncontrolled = |basis: &[Basis]| {
            verdicts.iter().any(|verdict| verdict.verdict == Outcome::Uncontrolled && basis.contains(&verdict.basis))
        };
        match self {
            Self::Uncontrolled => {
                nothing || does_harm() || at_once() || uncontrolled(&[Basis::Confirmed, Basis::Presumed])
            }
            Self::Confirmed => does_harm() || at_once() || uncontrolled(&[Basis::Confirmed]),
            Self::Provisional => verdicts.iter().any(|verdict| verdict.provisional),
            Self::Presumed => nothing || verdicts.iter().any(|verdict| verdict.basis == Basis::Presumed),
            // An element without any SBOM has no component that could be unassessed.
            Self::Unassessed => {
                let unassessed = |verdict: &Verdict| verdict.presumed_because == Some(PresumedBecause::Unassessed);
                nothing || !assessment.unassessed.is_empty() || verdicts.iter().any(unassessed)
            }
            Self::Hazard => assessment.control_hazards.iter().any(|one| one.outcome.is_open()),
            Self::Overdue => assessment.clocks.iter().any(|clock| clock.overdue),
            Self::Stale => assessment.coverage.feeds.stale,
        }
    }
}

/// Assesses every device, or none.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let format = arguments.format(global)?;
    let changes = arguments.changes()?;
    let readings = arguments
        .folders
        .iter()
        .map(|path| read(path, &arguments.site, ui))
        .collect::<Result<Vec<Reading>, Failure>>()?;
    let (held, as_of) = Held::open(global, arguments.as_of, ui)?;
    let library = Library::built_in()?;
    let assessments = readings
        .iter()
        .map(|reading| {
            let answer = assessment(reading, &library, &held, as_of, &changes)?;
            match &arguments.since {
                Some(from) => since::compare(answer, from, reading, &library, (global, ui)),
                None => Ok(answer),
            }
        })
        .collect::<Result<Vec<Assessment>, Failure>>()?;
    let rulebooks = readings
        .iter()
        .map(|reading| folder::rulebook(reading, &library, as_of))
        .collect::<Result<Vec<_>, Failure>>()?;
    let matrices: Vec<Vec<PolicyMatrix>> = rulebooks.iter().map(pictures::matrices).collect();
    let subjects: Vec<Subject<'_>> = assessments
        .iter()
        .zip(&readings)
        .zip(&matrices)
        .map(|((assessment, reading), matrices)| {
            let Reading { device, configurations, .. } = reading;
            Subject { assessment, device, configurations, matrices }
        })
        .collect();
    let answer = answer(format, &assessments, &subjects, &arguments, ui)?;
    if let (Some(to), [subject]) = (&arguments.pictures, subjects.as_slice()) {
        pictures::write(subject, to, ui)?;
    }
    ui.deliver(&answer, arguments.output.as_deref())?;
    let holds =
        |condition: &Condition| subjects.iter().any(|subject| condition.holds(subject.assessment, subject.device));
    let holding: Vec<String> = arguments
        .fail_on
        .iter()
        .filter(|condition| holds(condition))
        .filter_map(|condition| condition.to_possible_value().map(|value| value.get_name().to_owned()))
        .collect();
    if holding.is_empty() {
        return Ok(Ending::Done);
    }
    ui.note(format!("--fail-on holds: {}", holding.join(", ")));
    Ok(Ending::ConditionHolds)
}

/// The assessment of one device, for commands that show a part of it.
pub fn one(
    path: &Path,
    sites: &[PathBuf],
    global: &Global,
    as_of: Option<AsOf>,
    ui: &Ui,
) -> Result<(Reading, Assessment), Failure> {
    let reading = read(path, sites, ui)?;
    let (held, as_of) = Held::open(global, as_of, ui)?;
    let assessment = assessment(&reading, &Library::built_in()?, &held, as_of, &[])?;
    Ok((reading, assessment))
}

fn assessment(
    reading: &Reading,
    library: &Library,
    held: &Held,
    as_of: Date,
    changes: &[Change],
) -> Result<Assessment, Failure> {
    let rulebook = folder::rulebook(reading, library, as_of)?;
    let inputs = inputs(reading, &rulebook, held, as_of);
    if changes.is_empty() {
        return Ok(ward_assess::assess_configurations(&inputs, &reading.configurations)?);
    }
    ward_assess::what_if_configurations(&inputs, &reading.configurations, changes).map_err(|error| match error {
        SupposeError::Knowledge(error) => Failure::from(error),
        SupposeError::Unknown(unknown) => unknown_name(&unknown),
    })
}

/// What an answer about one device follows from.
pub fn inputs<'a>(
    reading: &'a Reading,
    rulebook: &'a ward_policy::Rulebook,
    held: &'a Held,
    as_of: Date,
) -> ward_assess::Inputs<'a> {
    ward_assess::Inputs {
        device: &reading.device,
        decisions: &reading.decisions,
        knowledge: held.knowledge(),
        rulebook,
        as_of,
        engine: ENGINE,
        rest_on: ward_device::rest_on,
    }
}

/// How many names are told where one is not known.
const NAMES: usize = 12;

fn unknown_name(unknown: &UnknownName) -> Failure {
    let UnknownName { change, kind, name, known } = unknown;
    let failure = Failure::input("arguments", format!("`{change}`: no {kind} is called `{name}`"));
    let failure = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    };
    match known.len() {
        0 => failure.hint(format!("there is no {kind} here")),
        count if count > NAMES => {
            failure.hint(format!("expected one of {count}, among them {}", known[..NAMES].join(", ")))
        }
        _ => failure.hint(format!("expected one of {}", known.join(", "))),
    }
}

impl Arguments {
    fn changes(&self) -> Result<Vec<Change>, Failure> {
        let parse = |text: &String| {
            let failure = || Failure::input("arguments", format!("`{text}` is no change that can be supposed"));
            Change::parse(text).ok_or_else(|| failure().hint(format!("expected {}", Change::FORMS)))
        };
        self.what_if.iter().map(parse).collect()
    }

    fn format(&self, global: &Global) -> Result<Format, Failure> {
        let format = match (self.format, global.json) {
            (None | Some(Format::Json), true) => Format::Json,
            (None, false) => Format::Table,
            (Some(format), false) => format,
            (Some(_), true) => return Err(Failure::input("arguments", "--json and --format contradict each other")),
        };
        if format == Format::Html && self.folders.len() > 1 {
            return Err(Failure::input("arguments", "a page is about one device; several were named"));
        }
        if format == Format::Html && !self.what_if.is_empty() {
            let message = "a page is about the device as it is; --what-if goes with table and json";
            return Err(Failure::input("arguments", message));
        }
        if self.since.is_some() && format == Format::Html {
            return Err(Failure::input("arguments", "a page is about one day; --since goes with table and json"));
        }
        if self.pictures.is_some() && self.folders.len() > 1 {
            return Err(Failure::input("arguments", "pictures are of one device; several were named"));
        }
        if self.pictures.is_some() && !self.what_if.is_empty() {
            let message = "pictures are of the device as it is; --what-if goes with table and json";
            return Err(Failure::input("arguments", message));
        }
        Ok(format)
    }
}

fn answer(
    format: Format,
    assessments: &[Assessment],
    subjects: &[Subject<'_>],
    arguments: &Arguments,
    ui: &Ui,
) -> Result<String, Failure> {
    match (format, assessments) {
        (Format::Json, [assessment]) => ui::json(assessment),
        (Format::Json, assessments) => ui::json(&assessments),
        (Format::Html, _) => Ok(subjects.iter().map(ward_publish::html::assessment).collect()),
        (Format::Table, _) => {
            let colour = ui.colour && arguments.output.is_none();
            let options = TextOptions { width: ui.width, colour, verbose: ui.verbose };
            let texts: Vec<String> =
                subjects.iter().map(|of| text::assessment(of.assessment, of.device, &options)).collect();
            Ok(texts.join("\n"))
        }
    }
}

/// Reads a folder with the sites laid over it, and says how many warnings there are about it.
pub fn read(path: &Path, sites: &[PathBuf], ui: &Ui) -> Result<Reading, Failure> {
    let reading = folder::read_at(path, sites)?;
    match reading.warnings.len() {
        0 => {}
        1 => ui.note(format!("1 warning about {0}: `ward lint {0}` shows it", path.display())),
        count => ui.note(format!("{count} warnings about {0}: `ward lint {0}` shows them", path.display())),
    }
    Ok(reading)
}
