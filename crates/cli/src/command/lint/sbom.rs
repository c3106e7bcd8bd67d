//! `ward lint` of an SBOM.

use std::path::Path;

use serde::Serialize;
use ward_formats::sbom::Violation;
use ward_model::component::{Component, Difference, Measure, Quality};
use ward_model::finding::ComponentSummary;
use ward_model::ids::ComponentRef;
use ward_model::{Digest, Sbom};

use super::{Arguments, schema};
use crate::Ending;
use crate::command::scan;
use crate::failure::{Failure, render::clean};
use crate::files;
use crate::places;
use crate::table::table;
use crate::ui::Ui;

/// How many components, violations or changes of a kind are named unless everything is asked for.
const NAMED: usize = 3;
const LISTED: usize = 20;

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: &'static str,
    format: ward_model::component::SbomFormat,
    spec_version: &'a str,
    name: Option<&'a str>,
    version: Option<&'a str>,
    sha256: Digest,
    components: usize,
    with_purl: usize,
    with_cpe: usize,
    without_purl_and_cpe: usize,
    without_version: usize,
    without_supplier: usize,
    unreadable_identities: Vec<Unreadable<'a>>,
    authors: &'a [String],
    tools: &'a [String],
    created: Option<&'a str>,
    statements: usize,
    quality: &'a Quality,
    checked: &'a [String],
    violations: Option<Vec<Broken<'a>>>,
    difference: Option<&'a Difference>,
    remarks: &'a [String],
}

#[derive(Debug, Serialize)]
struct Unreadable<'a> {
    component: &'a str,
    identity: &'a str,
}

#[derive(Debug, Serialize)]
struct Broken<'a> {
    path: &'a str,
    message: &'a str,
}

/// Lints one SBOM.
pub fn run(arguments: &Arguments, ui: &Ui) -> Result<Ending, Failure> {
    let input = files::read(&arguments.target)?;
    let sbom = ward_formats::sbom::read(&input.bytes).map_err(|error| places::sbom(&input, &error))?;
    let mut checked = Vec::new();
    let violations = match (arguments.strict, &arguments.schema) {
        (false, None) => None,
        (_, path) => Some(violations(&input, &sbom, path.as_deref(), &mut checked, ui)?),
    };
    let difference = match &arguments.against {
        Some(path) => Some(Difference::between(&scan::read(path)?, &sbom)),
        None => None,
    };
    let quality = Quality::of(&sbom);
    if ui.json {
        ui.print_json(&Answer {
            checked: &checked,
            ..answer(&sbom, &quality, violations.as_deref(), difference.as_ref())
        })?;
    } else {
        let found = violations.as_deref().map(|found| (found, checked.as_slice()));
        ui.print(&text(&sbom, &quality, found, difference.as_ref(), ui))?;
    }
    match violations.as_deref() {
        None | Some([]) => Ok(Ending::Done),
        Some([first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            let place = if first.path.is_empty() { "the whole" } else { &first.path };
            let message = format!("{} is not as its format demands: {place}: {}{more}", input.name, first.message);
            Err(Failure::input("schema", clean(&message)))
        }
    }
}

/// What is against the rules, and against which rules the file was checked.
fn violations(
    input: &files::Input,
    sbom: &Sbom,
    path: Option<&Path>,
    checked: &mut Vec<String>,
    ui: &Ui,
) -> Result<Vec<Violation>, Failure> {
    let cannot = |error| places::sbom(input, &error);
    let mut found = Vec::new();
    match ward_formats::sbom::check(&input.bytes).map_err(cannot)? {
        Some(violations) => {
            found = violations;
            checked.push("the rules that Wardround knows".to_owned());
        }
        None => ui.note("no rules are known for this format beyond what reading it needs"),
    }
    if let Some(path) = path {
        match ward_formats::sbom::as_json(&input.bytes).map_err(cannot)? {
            Some(instance) => {
                found.extend(schema::violations(path, sbom, &instance)?);
                checked.push(path.display().to_string());
            }
            None => ui.note("a JSON Schema says nothing of XML and tag-value: it was not used"),
        }
    }
    Ok(found)
}

fn answer<'a>(
    sbom: &'a Sbom,
    quality: &'a Quality,
    violations: Option<&'a [Violation]>,
    difference: Option<&'a Difference>,
) -> Answer<'a> {
    let count = |test: fn(&Component) -> bool| sbom.components.iter().filter(|component| test(component)).count();
    Answer {
        schema: "wardround/lint-sbom/1",
        format: sbom.format,
        spec_version: &sbom.spec_version,
        name: sbom.name.as_deref(),
        version: sbom.version.as_deref(),
        sha256: sbom.digest,
        components: sbom.components.len(),
        with_purl: count(|component| component.purl.is_some()),
        with_cpe: count(|component| !component.cpes.is_empty()),
        without_purl_and_cpe: count(|component| component.purl.is_none() && component.cpes.is_empty()),
        without_version: count(|component| component.version.is_none()),
        without_supplier: count(|component| component.supplier.is_none()),
        unreadable_identities: unreadable(sbom).collect(),
        authors: &sbom.origin.authors,
        tools: &sbom.origin.tools,
        created: sbom.origin.created.as_deref(),
        statements: sbom.statements,
        quality,
        checked: &[],
        violations: violations.map(|found| {
            found.iter().map(|violation| Broken { path: &violation.path, message: &violation.message }).collect()
        }),
        difference,
        remarks: &sbom.remarks,
    }
}

fn unreadable(sbom: &Sbom) -> impl Iterator<Item = Unreadable<'_>> {
    sbom.components.iter().flat_map(|component| {
        let reference = component.reference.as_str();
        component.unreadable_identities.iter().map(move |identity| Unreadable { component: reference, identity })
    })
}

fn text(
    sbom: &Sbom,
    quality: &Quality,
    violations: Option<(&[Violation], &[String])>,
    difference: Option<&Difference>,
    ui: &Ui,
) -> String {
    let format = serde_json::to_value(sbom.format).ok();
    let format = format.as_ref().and_then(serde_json::Value::as_str).unwrap_or("SBOM");
    let name = sbom.name.as_deref().unwrap_or("without a name");
    let version = sbom.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
    let mut out = format!(
        "{format} {}: {name}{version}\n{} components; minimum elements {} % there\n",
        sbom.spec_version,
        sbom.components.len(),
        quality.score
    );
    let groups = [
        ("minimum elements (NTIA)", &quality.minimum_elements),
        ("support (FDA premarket)", &quality.support),
        ("identity", &quality.identity),
    ];
    for (title, measures) in groups {
        let rows: Vec<Vec<String>> = measures
            .iter()
            .map(|measure| {
                vec![measure.what.to_owned(), format!("{} of {}", measure.present, measure.of), lacking(measure, ui)]
            })
            .collect();
        out.push('\n');
        out.push_str(&table(&[title, "there", "missing at"], &rows));
    }
    let shown = if ui.verbose { usize::MAX } else { LISTED };
    section(
        &mut out,
        "unreadable identities",
        unreadable(sbom).map(|it| format!("{}: {}", it.component, it.identity)),
        shown,
    );
    if let Some((found, checked)) = violations {
        let lines = found.iter().map(|violation| {
            let place = if violation.path.is_empty() { "/" } else { &violation.path };
            format!("{place}: {}", violation.message)
        });
        section(&mut out, "not as the format demands", lines, shown);
        match (found, checked) {
            (_, []) => out.push_str("\nnot checked: no rules are at hand for this format\n"),
            ([], checked) => out.push_str(&format!("\nnothing is against {}\n", checked.join(" and "))),
            _ => {}
        }
    }
    if let Some(difference) = difference {
        let named = |it: &ComponentSummary| match &it.version {
            Some(version) => format!("{} {version}", it.name),
            None => it.name.clone(),
        };
        let versions = |list: &[ComponentSummary]| {
            let all: Vec<&str> = list.iter().map(|it| it.version.as_deref().unwrap_or("no version")).collect();
            all.join(", ")
        };
        section(&mut out, "added", difference.added.iter().map(named), shown);
        section(&mut out, "removed", difference.removed.iter().map(named), shown);
        let changed = difference
            .changed
            .iter()
            .map(|change| format!("{}: {} -> {}", change.name, versions(&change.before), versions(&change.after)));
        section(&mut out, "changed", changed, shown);
        out.push_str(&format!("\n{} components are the same\n", difference.same));
    }
    for remark in &sbom.remarks {
        out.push_str(&format!("\nnote: {remark}"));
    }
    format!("{}\n", clean(out.trim_end()))
}

/// Where something is missing.
fn lacking(measure: &Measure, ui: &Ui) -> String {
    if measure.is_whole() {
        return String::new();
    }
    if measure.missing.is_empty() {
        return "the document".to_owned();
    }
    let shown = if ui.verbose { usize::MAX } else { NAMED };
    let names: Vec<&str> = measure.missing.iter().take(shown).map(ComponentRef::as_str).collect();
    let rest = measure.missing.len() - names.len();
    if rest == 0 { names.join(", ") } else { format!("{} and {rest} more", names.join(", ")) }
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>, shown: usize) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title}:\n"));
    for line in lines.iter().take(shown) {
        out.push_str(&format!("  {line}\n"));
    }
    if lines.len() > shown {
        out.push_str(&format!("  and {} more; -v shows all\n", lines.len() - shown));
    }
}
