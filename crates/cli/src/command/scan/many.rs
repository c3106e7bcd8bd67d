//! Several SBOMs at once: what they share is matched once, and one answer after the other is given out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ward_fleet::{FleetError, Portfolio, Reports, Source, build_unnamed};
use ward_model::finding::ScanReport;
use ward_policy::Library;
use ward_publish::text::{self, TextOptions};

use super::{Format, print_sarif};
use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::files::{self, Input};
use crate::held::Held;
use crate::places;
use crate::ui::Ui;

/// Reads all SBOMs, or refuses all where one cannot be read, and answers for each in turn.
pub(super) fn run(
    paths: &[PathBuf],
    format: Format,
    as_of: Option<AsOf>,
    global: &Global,
    ui: &Ui,
) -> Result<Ending, Failure> {
    let portfolio = read(paths)?;
    let (held, day) = Held::open(global, as_of, ui)?;
    let library = Library::built_in()?;
    let mut reports = Reports::new(&portfolio, library.aliases(), held.knowledge(), library.expectations(), day)?;
    let mut all = (0..portfolio.sboms()).map(|sbom| Ok(reports.report(sbom)?));
    match format {
        Format::Json => ui.print_json_list(all)?,
        Format::Table => {
            let options = TextOptions { width: ui.width, colour: ui.colour, verbose: ui.verbose };
            for (number, report) in all.enumerate() {
                let between = if number == 0 { "" } else { "\n" };
                ui.print(&format!("{between}{}", text::scan(&report?, &options)))?;
            }
        }
        // One document holds all of them.
        Format::Sarif => print_sarif(paths, &all.by_ref().collect::<Result<Vec<ScanReport>, Failure>>()?, ui)?,
        Format::CyclonedxVex | Format::Openvex | Format::CsafVex => {
            return Err(Failure::input("arguments", "statements speak of one product; expected one SBOM"));
        }
    }
    Ok(Ending::Done)
}

/// The SBOMs as a portfolio without a name.
fn read(paths: &[PathBuf]) -> Result<Portfolio, Failure> {
    let is_stdin = |path: &Path| path == Path::new("-");
    // It can be read only once, and is needed again to show where it is wrong.
    let stdin: Option<Arc<Input>> =
        paths.iter().find(|path| is_stdin(path)).map(|path| files::read(path)).transpose()?.map(Arc::new);
    let source = |(number, path): (usize, &PathBuf)| match stdin.as_ref().filter(|_| is_stdin(path)) {
        Some(input) => {
            let input = Arc::clone(input);
            Source { name: number.to_string(), read: Box::new(move || Ok(input.bytes.clone())) }
        }
        None => Source { name: number.to_string(), ..Source::file(path) },
    };
    build_unnamed(paths.iter().enumerate().map(source)).map_err(|error| {
        let path = |name: &str| name.parse().ok().and_then(|number: usize| paths.get(number));
        match &error {
            FleetError::Sbom { name, source } => match path(name) {
                Some(path) => shown(path, stdin.as_deref(), |input| places::sbom(input, source)),
                None => error.into(),
            },
            FleetError::Io { path: name, source } => match name.to_str().and_then(path) {
                Some(path) => files::unreadable(path, &io::Error::new(source.kind(), source.to_string())),
                None => error.into(),
            },
            _ => error.into(),
        }
    })
}

/// What is wrong with an input, shown in it.
fn shown(path: &Path, stdin: Option<&Input>, wrong: impl Fn(&Input) -> Failure) -> Failure {
    match stdin.filter(|_| path == Path::new("-")) {
        Some(input) => wrong(input),
        None => files::read(path).map_or_else(|failure| failure, |input| wrong(&input)),
    }
}
