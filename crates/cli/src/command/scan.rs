//! `ward scan`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ward_assess::Known;
use ward_formats::sarif::{self, Run};
use ward_formats::vex::{self, VexFormat};
use ward_model::Sbom;
use ward_model::alias::Aliases;
use ward_model::finding::{Finding, ScanReport};
use ward_model::vex::Issuer;
use ward_policy::{Expectations, Library};
use ward_publish::statements::{Header, of_scan};
use ward_publish::text::{self, TextOptions};

use self::statements::Statements;
use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::files;
use crate::held::Held;
use crate::places;
use crate::ui::Ui;

mod many;
pub mod statements;

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
    /// Who answers for statements
    #[arg(long, value_name = "NAME", default_value = "not stated", help_heading = "Statements")]
    issuer: String,
    /// The address under which the issuer gives out names
    #[arg(long, value_name = "URL", default_value = "urn:wardround:not-stated", help_heading = "Statements")]
    issuer_namespace: String,
    #[command(flatten)]
    statements: Statements,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// The published JSON
    Json,
    /// SARIF 2.1.0, for tools that show problems beside code
    Sarif,
    /// Statements in CycloneDX 1.6; of one SBOM, as a draft
    CyclonedxVex,
    /// Statements in OpenVEX 0.2.0; of one SBOM, as a draft
    Openvex,
    /// Statements in CSAF 2.0, profile VEX; of one SBOM, as a draft
    CsafVex,
}

/// Scans every SBOM, or none where one cannot be read.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let format = chosen(arguments.format, global)?;
    let stated = stated(format);
    if stated.is_some() && arguments.sboms.len() > 1 {
        return Err(Failure::input("arguments", "statements speak of one product; expected one SBOM"));
    }
    files::stdin_once(&arguments.sboms)?;
    if !arguments.statements.is_empty() && arguments.sboms.len() > 1 {
        return Err(Failure::input("arguments", "--vex is asked of one SBOM at a time; expected one SBOM"));
    }
    let said = arguments.statements.read(ui)?;
    if arguments.sboms.len() > 1 {
        return many::run(&arguments.sboms, format, arguments.as_of, global, ui);
    }
    let Read { sboms, held, day, rules } = read_all(&arguments, global, ui)?;
    let scan = |sbom: &Sbom| -> Result<(ScanReport, Known), Failure> {
        // Of its own for each, so that it does not grow with their number.
        let known = Known::default();
        let rules = (&rules.0, &rules.1);
        Ok((ward_assess::scan_hearing(sbom, rules, held.knowledge(), day, &known, &said)?, known))
    };
    let (mut reports, mut last) = (Vec::with_capacity(sboms.len()), None);
    for sbom in &sboms {
        let (report, known) = scan(sbom)?;
        reports.push(report);
        last = Some(known);
    }
    match (format, reports.as_mut_slice()) {
        (Format::Json, [report]) => {
            let findings = std::mem::take(&mut report.findings);
            ui.print_json_with(report, "findings", &findings, shared)?;
            report.findings = findings;
        }
        (Format::Json, reports) => ui.print_json(&reports)?,
        (Format::Sarif, reports) => print_sarif(&arguments.sboms, reports, ui)?,
        (Format::Table, reports) => {
            let options = TextOptions { width: ui.width, colour: ui.colour, verbose: ui.verbose };
            let texts: Vec<String> = reports.iter().map(|report| text::scan(report, &options)).collect();
            ui.print(&texts.join("\n"))?;
        }
        (Format::CyclonedxVex | Format::Openvex | Format::CsafVex, reports) => {
            for (report, format) in reports.iter().zip(stated) {
                state(report, format, &arguments, day, ui)?;
            }
        }
    }
    // The program ends here: the system takes back all at once what would be given back piece by piece.
    std::mem::forget((reports, sboms, held, last));
    Ok(Ending::Done)
}

/// What findings share: the same place in memory is the same thing, as long as all of them are there.
fn shared(finding: &Finding, field: &'static str) -> Option<usize> {
    match field {
        "vulnerability" => Some(Arc::as_ptr(&finding.vulnerability).addr()),
        "proof" => Some(Arc::as_ptr(&finding.proof).addr()),
        _ => None,
    }
}

/// What a scan follows from.
struct Read {
    sboms: Vec<Sbom>,
    held: Held,
    day: Date,
    /// How products are called, and how fresh sources are expected to be.
    rules: (Aliases, Expectations),
}

/// Reads the SBOMs, opens the home and takes up the rules, each beside the others; of several failures the first in this order counts.
fn read_all(arguments: &Arguments, global: &Global, ui: &Ui) -> Result<Read, Failure> {
    let open = || Held::opened(global, arguments.as_of);
    thread::scope(|scope| {
        // Where the system gives no further thread, this one does it.
        let held = thread::Builder::new().spawn_scoped(scope, open);
        let rules = thread::Builder::new().spawn_scoped(scope, Library::for_scans);
        let sboms = arguments.sboms.iter().map(|path| read(path)).collect::<Result<Vec<Sbom>, Failure>>()?;
        let (held, day, notes) = held.map_or_else(|_| open(), joined)?;
        notes.iter().for_each(|note| ui.note(note));
        let rules = rules.map_or_else(|_| Library::for_scans(), joined)?;
        Ok(Read { sboms, held, day, rules })
    })
}

/// What a thread made; its panic goes on here.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Writes the statements of one scan. Time and identifier follow from the day that was asked about, so that the bytes are the same.
fn state(report: &ScanReport, format: VexFormat, arguments: &Arguments, day: Date, ui: &Ui) -> Result<(), Failure> {
    let header = Header {
        issuer: Issuer {
            name: Some(arguments.issuer.clone()),
            role: None,
            namespace: Some(arguments.issuer_namespace.clone()),
        },
        issued: format!("{day}T00:00:00Z"),
        engine: format!("Wardround {}", env!("CARGO_PKG_VERSION")),
        addresses: format == VexFormat::OpenVex,
    };
    let document = of_scan(report, &header);
    if !report.unassessed.is_empty() {
        let count = report.unassessed.len();
        ui.note(format!("{count} components could not be assessed: the statements do not speak of them"));
    }
    let text = vex::write(&document, format)
        .map_err(|error| Failure::input("vex", "the scan cannot be written as statements").because(&error))?;
    ui.print(&text)
}

/// Writes the findings of SBOMs for tools that show them beside code.
fn print_sarif(sboms: &[PathBuf], reports: &[ScanReport], ui: &Ui) -> Result<(), Failure> {
    let names: Vec<String> = sboms.iter().map(|path| shown(path)).collect();
    let runs: Vec<Run<'_>> = names.iter().zip(reports).map(|(file, report)| Run { file, report }).collect();
    ui.print(&sarif::write(&runs, env!("CARGO_PKG_VERSION")))
}

/// A file as it was named on the command line.
fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

const fn stated(format: Format) -> Option<VexFormat> {
    match format {
        Format::CyclonedxVex => Some(VexFormat::CycloneDx),
        Format::Openvex => Some(VexFormat::OpenVex),
        Format::CsafVex => Some(VexFormat::Csaf),
        Format::Table | Format::Json | Format::Sarif => None,
    }
}

fn chosen(format: Option<Format>, global: &Global) -> Result<Format, Failure> {
    match format {
        None if global.json => Ok(Format::Json),
        None => Ok(Format::Table),
        Some(Format::Table) if global.json => {
            Err(Failure::input("arguments", "--json and --format table contradict each other"))
        }
        // The others are JSON, too.
        Some(format) => Ok(format),
    }
}

/// Reads an SBOM.
pub fn read(path: &Path) -> Result<Sbom, Failure> {
    let input = files::read(path)?;
    ward_formats::sbom::read(&input.bytes).map_err(|error| places::sbom(&input, &error))
}
