//! `ward lint`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::Ending;
use crate::arguments::Global;
use crate::failure::{Failure, Placed, render::clean};
use crate::folder;
use crate::places;
use crate::table::table;
use crate::ui::Ui;

mod sbom;
mod schema;

/// Say what is missing or contradictory in a device folder or an SBOM
///
/// For a folder: everything that is open or odd, how much of each link is stated, and which questions of the five groups of
/// considerations have no answer yet. For an SBOM: how it is read, which of the minimum elements of NTIA and of what FDA asks
/// about support are there, how well its components can be identified, and with --strict what its format does not allow: then it
/// ends with 2.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A device folder, or an SBOM file; `-` is an SBOM on stdin
    #[arg(value_name = "DIR|SBOM")]
    target: PathBuf,
    /// For an SBOM: check what its format demands, too, and refuse it where something is against that
    #[arg(long)]
    strict: bool,
    /// For an SBOM: check against this published JSON Schema, too; a folder of them works. XML and tag-value are not spoken of by
    /// such schemas and are checked as with --strict alone
    #[arg(long, value_name = "FILE|DIR")]
    schema: Option<PathBuf>,
    /// For a folder: lay a site's own surroundings over the device, a folder with site.toml, or that file
    #[arg(long, value_name = "SITE")]
    site: Vec<PathBuf>,
    /// For an SBOM: say what differs from this older one
    #[arg(long, value_name = "SBOM")]
    against: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct FolderAnswer {
    schema: &'static str,
    device: String,
    problems: Vec<Placed>,
    links: Vec<LinkAnswer>,
    considerations: Vec<GroupAnswer>,
    /// What is said to follow in each state of the device; empty where it lists no states.
    use_cases: Vec<CaseAnswer>,
}

#[derive(Debug, Serialize)]
struct CaseAnswer {
    function: String,
    on: &'static str,
    harmful: usize,
    harmless: usize,
    /// Harms of its effects that follow in no state that is named.
    unplaced: Vec<String>,
    open: Vec<PairAnswer>,
}

#[derive(Debug, Serialize)]
struct PairAnswer {
    operational: Option<String>,
    clinical: Option<String>,
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
    recorded: usize,
    of_record: usize,
    unrecorded: Vec<&'static str>,
}

/// Lints the folder or the SBOM.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    if !arguments.target.is_dir() {
        return sbom::run(&arguments, ui);
    }
    if arguments.schema.is_some() || arguments.against.is_some() {
        return Err(Failure::input("arguments", "--schema and --against are about an SBOM, and this is a folder"));
    }
    device(&arguments.target, &arguments.site, ui)
}

fn device(path: &Path, sites: &[PathBuf], ui: &Ui) -> Result<Ending, Failure> {
    let reading = folder::read_at(path, sites)?;
    // A policy of the folder that is refused is an error of the folder, whatever the day.
    ward_policy::Library::built_in()?.with_folder(&reading.policy_files)?;
    let mut found = reading.warnings.clone();
    found.extend(ward_device::lint(&reading));
    found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let answer = FolderAnswer {
        schema: "wardround/lint/1",
        device: reading.device.id.to_string(),
        problems: places::in_folder(path, &folder::Sites::open(sites)?.placed(found)),
        links: ward_device::completeness(&reading)
            .into_iter()
            .map(|link| {
                let (stated, of) = link.score();
                let of_record = ward_device::LINK_RECORD.len();
                LinkAnswer {
                    link: link.link.to_string(),
                    stated,
                    of,
                    missing: link.missing,
                    recorded: of_record.saturating_sub(link.unrecorded.len()),
                    of_record,
                    unrecorded: link.unrecorded,
                }
            })
            .collect(),
        considerations: considerations(&reading)?,
        use_cases: use_cases(&reading),
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
            .map(|link| {
                let (stated, recorded) =
                    (format!("{} of {}", link.stated, link.of), format!("{} of {}", link.recorded, link.of_record));
                vec![link.link.clone(), stated, recorded, link.missing.join(", ")]
            })
            .collect();
        out.push('\n');
        out.push_str(&table(&["link", "stated", "for documents", "missing"], &rows));
    }
    out.push('\n');
    let rows: Vec<Vec<String>> = answer.considerations.iter().map(GroupAnswer::row).collect();
    out.push_str(&table(&["considerations", "answered", "not applicable", "with evidence", "open"], &rows));
    out.push('\n');
    if answer.use_cases.is_empty() {
        out.push_str(
            "no states of the device are listed in use-cases.toml, so nobody has said what follows in which\n",
        );
    } else {
        let rows: Vec<Vec<String>> = answer.use_cases.iter().map(CaseAnswer::row).collect();
        out.push_str(&table(&["function", "degrades by", "states with harm", "without", "open"], &rows));
    }
    ui.print(&out)?;
    Ok(Ending::Done)
}

fn use_cases(reading: &ward_device::Reading) -> Vec<CaseAnswer> {
    let progress = ward_device::use_cases::progress(&reading.device, &reading.use_cases);
    let answer = |way: ward_device::use_cases::CaseProgress| CaseAnswer {
        function: way.function.to_string(),
        on: way.on.word(),
        harmful: way.harmful,
        harmless: way.harmless,
        unplaced: way.unplaced,
        open: way.open.into_iter().map(|(operational, clinical)| PairAnswer { operational, clinical }).collect(),
    };
    progress.into_iter().map(answer).collect()
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

impl CaseAnswer {
    fn row(&self) -> Vec<String> {
        let counts = [self.harmful, self.harmless, self.open.len()].map(|count| count.to_string());
        [self.function.clone(), self.on.to_owned()].into_iter().chain(counts).collect()
    }
}

impl GroupAnswer {
    fn row(&self) -> Vec<String> {
        let open: Vec<&str> = self.open.iter().map(|open| open.topic.as_str()).collect();
        let counts = [self.answered, self.not_applicable, self.with_evidence].map(|count| count.to_string());
        [self.group.clone()].into_iter().chain(counts).chain([open.join(", ")]).collect()
    }
}
