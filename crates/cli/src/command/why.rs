//! `ward why`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use ward_match::{Explanation, Inventory, Known, explain};
use ward_model::Sbom;
use ward_model::component::Component;
use ward_model::finding::{Finding, MatchReport, State};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::Knowledge;
use ward_model::vex::VexFile;
use ward_policy::Library;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::command::scan::{self, statements::Statements};
use crate::failure::{Failure, render::clean};
use crate::held::Held;
use crate::nearest::nearest;
use crate::ui::Ui;

/// Show the whole proof why a component is affected by a vulnerability, is not, or cannot be told
#[derive(Debug, Args)]
pub struct Arguments {
    /// The vulnerability, for example CVE-2014-0160
    vulnerability: String,
    /// The component: its reference in the SBOM, or its name, or name@version, where only one has it
    component: String,
    /// The SBOM; `-` is stdin
    #[arg(long, value_name = "FILE")]
    sbom: PathBuf,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
    #[command(flatten)]
    statements: Statements,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Explains one pair.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let sbom = scan::read(&arguments.sbom)?;
    let component = find(&sbom.components, &arguments.component)?;
    let said = arguments.statements.read(ui)?;
    let (held, day) = Held::open(global, arguments.as_of, ui)?;
    let library = Library::built_in()?;
    let inventory = Inventory { components: &sbom.components, hardware: &[], complete: false };
    let vulnerability = VulnerabilityId::new(arguments.vulnerability.trim());
    let mut explanation = explain(&inventory, library.aliases(), held.knowledge(), &component, &vulnerability)
        .map_err(|error| {
            let failure = Failure::from(error);
            if held.description().seed { failure.hint("only the small built-in seed was asked") } else { failure }
        })?;
    if !said.is_empty() {
        hear(&mut explanation, &sbom, &said, held.knowledge(), day)?;
    }
    if ui.json {
        ui.print_json(&Answer { schema: "wardround/why/1", explanation: &explanation })?;
    } else {
        ui.print(&text(&explanation))?;
    }
    Ok(Ending::Done)
}

/// Adds what documents say of the pair. Where nothing was found, a statement alone may be the finding.
fn hear(
    explanation: &mut Explanation,
    sbom: &Sbom,
    said: &[VexFile],
    knowledge: &dyn Knowledge,
    day: Date,
) -> Result<(), Failure> {
    let mut report =
        MatchReport { findings: explanation.finding.take().into_iter().collect(), ..MatchReport::default() };
    let before = report.findings.first().map_or(0, |finding| finding.proof.environment.len());
    ward_assess::hear(sbom, &mut report, said, knowledge, day, &Known::default())?;
    let is_it = |finding: &Finding| {
        let vulnerability = &finding.vulnerability;
        let asked = &explanation.vulnerability;
        finding.component.reference == explanation.component.reference
            && (vulnerability.id == *asked || vulnerability.aliases.contains(asked))
    };
    let Some(finding) = report.findings.into_iter().find(is_it) else { return Ok(()) };
    explanation.state = finding.state;
    explanation.reasons.extend(finding.proof.environment.iter().skip(before).cloned());
    explanation.finding = Some(finding);
    Ok(())
}

/// The component that is meant.
fn find(components: &[Component], named: &str) -> Result<ComponentRef, Failure> {
    if let Some(component) = components.iter().find(|component| component.reference.as_str() == named) {
        return Ok(component.reference.clone());
    }
    let shown = |component: &Component| match &component.version {
        Some(version) => format!("{}@{version}", component.name),
        None => component.name.clone(),
    };
    let fitting: Vec<&Component> =
        components.iter().filter(|component| component.name == named || shown(component) == named).collect();
    match fitting.as_slice() {
        [component] => Ok(component.reference.clone()),
        [] => {
            let names = components.iter().flat_map(|component| [component.reference.as_str(), component.name.as_str()]);
            let failure = Failure::input("component", format!("the SBOM has no component `{named}`"));
            Err(match nearest(named, names) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            })
        }
        several => {
            let references: Vec<&str> = several.iter().take(12).map(|component| component.reference.as_str()).collect();
            Err(Failure::input("component", format!("`{named}` is the name of {} components", several.len()))
                .hint(format!("name one by its reference: {}", references.join(", "))))
        }
    }
}

fn text(explanation: &Explanation) -> String {
    let state = match explanation.state {
        State::Affected => "affected",
        State::NotAffected => "not affected",
        State::Unknown => "unknown: what is known does not tell",
    };
    let component = &explanation.component;
    let version = component.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
    let mut out =
        format!("{} and {}{version} ({}): {state}\n", explanation.vulnerability, component.name, component.reference);
    if let Some(finding) = &explanation.finding {
        out.push_str(&format!("\nrecord      {} ({})\n", finding.proof.record, finding.proof.source));
        out.push_str(&format!("criterion   {}\n", finding.proof.criterion));
        out.push_str(&format!("range       {}\n", finding.proof.range));
        if !finding.fixed_in.is_empty() {
            out.push_str(&format!("fixed in    {}\n", finding.fixed_in.join(", ")));
        }
    }
    if let Some(reason) = explanation.unassessed {
        out.push_str(&format!("\nnot assessed: {}\n", reason.word()));
    }
    for (title, lines) in [("recognised as", &explanation.identities), ("because", &explanation.reasons)] {
        if !lines.is_empty() {
            out.push_str(&format!("\n{title}:\n"));
            lines.iter().for_each(|line| out.push_str(&format!("  - {line}\n")));
        }
    }
    clean(&out)
}
