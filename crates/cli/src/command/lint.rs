//! `ward lint`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use ward_model::Sbom;
use ward_model::component::Component;

use crate::Ending;
use crate::arguments::Global;
use crate::command::scan;
use crate::failure::{Failure, Placed, render::clean};
use crate::folder;
use crate::places;
use crate::table::table;
use crate::ui::Ui;

/// Say what is missing or contradictory in a device folder or an SBOM
///
/// For a folder: everything that is open or odd, how much of each link is stated, and which questions of the five groups of
/// considerations have no answer yet. For an SBOM: how it is read, and how many
/// of its components can be identified.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A device folder, or an SBOM file; `-` is an SBOM on stdin
    #[arg(value_name = "DIR|SBOM")]
    target: PathBuf,
}

#[derive(Debug, Serialize)]
struct FolderAnswer {
    schema: &'static str,
    device: String,
    problems: Vec<Placed>,
    links: Vec<LinkAnswer>,
    considerations: Vec<GroupAnswer>,
}

#[derive(Debug, Serialize)]
struct GroupAnswer {
    group: String,
    answered: usize,
    not_applicable: usize,
    with_evidence: usize,
    open: Vec<OpenTopic>,
}

#[derive(Debug, Serialize)]
struct OpenTopic {
    topic: String,
    question: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct LinkAnswer {
    link: String,
    stated: usize,
    of: usize,
    missing: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct SbomAnswer<'a> {
    schema: &'static str,
    format: ward_model::component::SbomFormat,
    spec_version: &'a str,
    name: Option<&'a str>,
    version: Option<&'a str>,
    sha256: ward_model::Digest,
    components: usize,
    with_purl: usize,
    with_cpe: usize,
    without_purl_and_cpe: usize,
    without_version: usize,
    without_supplier: usize,
    unreadable_identities: Vec<Unreadable<'a>>,
    remarks: &'a [String],
}

#[derive(Debug, Serialize)]
struct Unreadable<'a> {
    component: &'a str,
    identity: &'a str,
}

/// Lints the folder or the SBOM.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    if arguments.target.is_dir() { device(&arguments.target, ui) } else { sbom(&arguments.target, ui) }
}

fn device(path: &Path, ui: &Ui) -> Result<Ending, Failure> {
    let reading = folder::read(path)?;
    // A policy of the folder that is refused is an error of the folder, whatever the day.
    ward_policy::Library::built_in()?.with_folder(&reading.policy_files)?;
    let mut found = reading.warnings.clone();
    found.extend(ward_device::lint(&reading));
    found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let answer = FolderAnswer {
        schema: "wardround/lint/1",
        device: reading.device.id.to_string(),
        problems: places::in_folder(path, &found),
        links: ward_device::completeness(&reading)
            .into_iter()
            .map(|link| {
                let (stated, of) = link.score();
                LinkAnswer { link: link.link.to_string(), stated, of, missing: link.missing }
            })
            .collect(),
        considerations: considerations(&reading)?,
    };
    if ui.json {
        ui.print_json(&answer)?;
        return Ok(Ending::Done);
    }
    let mut out = String::new();
    for problem in &answer.problems {
        out.push_str(&format!(
            "{}: {}[{}]: {}\n",
            problem.place(),
            problem.severity,
            problem.code,
            clean(&problem.message)
        ));
        if let Some(help) = &problem.help {
            out.push_str(&format!("    {}\n", clean(help)));
        }
    }
    match answer.problems.len() {
        0 => out.push_str("nothing is open or odd\n"),
        1 => out.push_str("\n1 thing is open or odd\n"),
        count => out.push_str(&format!("\n{count} things are open or odd\n")),
    }
    if !answer.links.is_empty() {
        let rows: Vec<Vec<String>> = answer
            .links
            .iter()
            .map(|link| vec![link.link.clone(), format!("{} of {}", link.stated, link.of), link.missing.join(", ")])
            .collect();
        out.push('\n');
        out.push_str(&table(&["link", "stated", "missing"], &rows));
    }
    out.push('\n');
    let rows: Vec<Vec<String>> = answer.considerations.iter().map(GroupAnswer::row).collect();
    out.push_str(&table(&["considerations", "answered", "not applicable", "with evidence", "open"], &rows));
    ui.print(&out)?;
    Ok(Ending::Done)
}

fn considerations(reading: &ward_device::Reading) -> Result<Vec<GroupAnswer>, Failure> {
    let topics = ward_policy::considerations::topics()?;
    let groups = ward_device::considerations::progress(&reading.considerations, &topics);
    let open = |topic: &&ward_policy::considerations::Topic| OpenTopic {
        topic: topic.id.clone(),
        question: topic.question.clone(),
        why: topic.why.clone(),
    };
    let answer = |group: ward_device::considerations::GroupProgress<'_>| GroupAnswer {
        group: group.group.to_string(),
        answered: group.answered,
        not_applicable: group.not_applicable,
        with_evidence: group.with_evidence,
        open: group.open.iter().map(open).collect(),
    };
    Ok(groups.into_iter().map(answer).collect())
}

impl GroupAnswer {
    fn row(&self) -> Vec<String> {
        let open: Vec<&str> = self.open.iter().map(|open| open.topic.as_str()).collect();
        let counts = [self.answered, self.not_applicable, self.with_evidence].map(|count| count.to_string());
        [self.group.clone()].into_iter().chain(counts).chain([open.join(", ")]).collect()
    }
}

fn sbom(path: &Path, ui: &Ui) -> Result<Ending, Failure> {
    let sbom = scan::read(path)?;
    let answer = look(&sbom);
    if ui.json {
        ui.print_json(&answer)?;
        return Ok(Ending::Done);
    }
    let name = answer.name.unwrap_or("without a name");
    let version = answer.version.map_or_else(String::new, |version| format!(" {version}"));
    let format = serde_json::to_value(answer.format).ok();
    let format = format.as_ref().and_then(serde_json::Value::as_str).unwrap_or("SBOM");
    let mut out = format!("{format} {}: {name}{version}\n\n", answer.spec_version);
    let rows = [
        ("components", answer.components),
        ("with a package URL", answer.with_purl),
        ("with a CPE name", answer.with_cpe),
        ("with neither: only a name", answer.without_purl_and_cpe),
        ("without a version", answer.without_version),
        ("without a supplier", answer.without_supplier),
    ];
    for (what, count) in rows {
        out.push_str(&format!("{count:>8}  {what}\n"));
    }
    for unreadable in &answer.unreadable_identities {
        out.push_str(&format!("\nunreadable identity of {}: {}", unreadable.component, unreadable.identity));
    }
    for remark in answer.remarks {
        out.push_str(&format!("\nnote: {remark}"));
    }
    ui.print(&format!("{}\n", clean(out.trim_end())))?;
    Ok(Ending::Done)
}

fn look(sbom: &Sbom) -> SbomAnswer<'_> {
    let count = |test: fn(&Component) -> bool| sbom.components.iter().filter(|component| test(component)).count();
    SbomAnswer {
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
        unreadable_identities: sbom
            .components
            .iter()
            .flat_map(|component| {
                let reference = component.reference.as_str();
                component
                    .unreadable_identities
                    .iter()
                    .map(move |identity| Unreadable { component: reference, identity })
            })
            .collect(),
        remarks: &sbom.remarks,
    }
}
