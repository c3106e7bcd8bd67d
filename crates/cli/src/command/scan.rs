//! `ward scan`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ward_model::Sbom;
use ward_model::finding::ScanReport;
use ward_policy::Library;
use ward_publish::text::{self, TextOptions};

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::files;
use crate::held::Held;
use crate::places;
use crate::ui::Ui;

/// Find known vulnerabilities in bare SBOMs; no device folder needed
///
/// Reads CycloneDX 1.2 to 1.7 as JSON and 1.0 to 1.7 as XML, SPDX 2.2 and 2.3 as JSON and tag-value, and SPDX 3.0 as JSON-LD. A
/// finding is affected, not affected or unknown, and carries its proof. What could not be assessed is listed with the reason: it
/// is not the same as nothing being wrong.
#[derive(Debug, Args)]
pub struct Arguments {
    /// SBOM files; `-` is stdin. Several give a JSON array
    #[arg(required = true, value_name = "SBOM")]
    sboms: Vec<PathBuf>,
    /// How to answer
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// The published JSON
    Json,
    #[value(hide = true)]
    Sarif,
    #[value(hide = true)]
    CyclonedxVex,
    #[value(hide = true)]
    Openvex,
    #[value(hide = true)]
    CsafVex,
}

/// Scans every SBOM, or none.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let json = as_json(arguments.format, global)?;
    files::stdin_once(&arguments.sboms)?;
    let sboms = arguments.sboms.iter().map(|path| read(path)).collect::<Result<Vec<Sbom>, Failure>>()?;
    let (held, _) = Held::open(global, arguments.as_of, ui)?;
    let library = Library::built_in()?;
    let reports = sboms
        .iter()
        .map(|sbom| Ok(ward_assess::scan(sbom, library.aliases(), held.knowledge())?))
        .collect::<Result<Vec<ScanReport>, Failure>>()?;
    match (json, reports.as_slice()) {
        (true, [report]) => ui.print_json(report)?,
        (true, reports) => ui.print_json(&reports)?,
        (false, reports) => {
            let options = TextOptions { width: ui.width, colour: ui.colour, verbose: ui.verbose };
            let texts: Vec<String> = reports.iter().map(|report| text::scan(report, &options)).collect();
            ui.print(&texts.join("\n"))?;
        }
    }
    Ok(Ending::Done)
}

fn as_json(format: Option<Format>, global: &Global) -> Result<bool, Failure> {
    match format {
        None => Ok(global.json),
        Some(Format::Json) => Ok(true),
        Some(Format::Table) if global.json => {
            Err(Failure::input("arguments", "--json and --format table contradict each other"))
        }
        Some(Format::Table) => Ok(false),
        Some(other) => {
            let name = other.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            Err(Failure::input("arguments", format!("format `{name}` cannot be written yet"))
                .hint("these can: table, json"))
        }
    }
}

/// Reads an SBOM.
pub fn read(path: &Path) -> Result<Sbom, Failure> {
    let input = files::read(path)?;
    ward_formats::sbom::read(&input.bytes).map_err(|error| places::sbom(&input, &error))
}
