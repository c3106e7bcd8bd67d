//! `ward portfolio`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ward_fleet::{Answers, Changed, Portfolio, Said, Source, build};
use ward_knowledge::Home;
use ward_model::finding::{ComponentSummary, State};
use ward_model::portfolio::{
    ComponentElsewhere, PORTFOLIO_BUILD_SCHEMA, PORTFOLIO_MATCH_SCHEMA, PortfolioBuilt, PortfolioMatch,
    SharedComponent, SharedFinding, SharedUnassessed,
};
use ward_policy::Library;

use crate::Ending;
use crate::arguments::Global;
use crate::clock::AsOf;
use crate::failure::Failure;
use crate::held::Held;
use crate::home;
use crate::ui::Ui;

mod keeping;

use keeping::Keeping;

/// Keep the SBOMs of many devices in one file, and match what they share once
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Build(BuildArguments),
    Match(MatchArguments),
}

/// Put SBOMs into a portfolio
///
/// What cannot be read as an SBOM is set aside with its reason, which the portfolio keeps and every answer repeats.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// The portfolio that is written, whole or not at all
    #[arg(value_name = "FILE")]
    portfolio: PathBuf,
    /// SBOM files, and folders whose files are all taken
    #[arg(required = true, value_name = "SBOM|DIR")]
    sboms: Vec<PathBuf>,
}

/// Match every component of a portfolio once, and say which SBOMs hold it
///
/// As JSON, each component of the portfolio with its findings and the number of SBOMs that hold it, and beside it the cases in which
/// the rest of an SBOM makes another answer of it. `ward scan` gives the proofs of one SBOM.
///
/// The answers are kept in a file beside the portfolio, with `.answers` behind its name. After the next sync only what changed is
/// matched again. The file may be deleted at any time.
#[derive(Debug, Args)]
pub struct MatchArguments {
    /// A portfolio
    #[arg(value_name = "FILE")]
    portfolio: PathBuf,
    /// The day or time asked about: what was held then counts; default: now
    #[arg(long, value_name = "DATE|TIME")]
    as_of: Option<AsOf>,
    /// Only what is answered otherwise than by what the home held then
    #[arg(long, value_name = "DATE|TIME")]
    since: Option<AsOf>,
    /// Neither use answers that were kept nor keep these
    #[arg(long)]
    no_keep: bool,
}

/// Runs one of them.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    match arguments.what {
        What::Build(arguments) => run_build(&arguments, ui),
        What::Match(arguments) => run_match(&arguments, global, ui),
    }
}

fn run_build(arguments: &BuildArguments, ui: &Ui) -> Result<Ending, Failure> {
    let mut paths = Vec::new();
    for path in &arguments.sboms {
        if !path.is_dir() {
            paths.push(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(path).and_then(|files| files.map(|file| file.map(|file| file.path())).collect());
        let mut listed: Vec<PathBuf> = listed.map_err(|error| crate::files::unreadable(path, &error))?;
        listed.retain(|path| path.is_file());
        listed.sort();
        paths.append(&mut listed);
    }
    let built = build(&arguments.portfolio, paths.iter().map(|path| Source::file(path)), false)?;
    for aside in &built.set_aside {
        ui.note(format!("set aside: {}: {}", aside.source, aside.reason));
    }
    let answer = PortfolioBuilt {
        schema: PORTFOLIO_BUILD_SCHEMA,
        portfolio: built.root,
        sboms: built.sboms,
        components: built.pairs,
        rows: built.rows,
        set_aside: built.set_aside,
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&format!(
            "{}: {} SBOMs with {} components, {} of them different; {} set aside\n",
            arguments.portfolio.display(),
            answer.sboms,
            answer.rows,
            answer.components,
            answer.set_aside.len()
        ))?;
    }
    Ok(Ending::Done)
}

fn run_match(arguments: &MatchArguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let portfolio = Portfolio::open(&arguments.portfolio)?;
    let library = Library::built_in()?;
    let (held, _) = Held::open(global, arguments.as_of, ui)?;
    let mut exploited_changed = None;
    let (answers, pairs, all_elsewhere) = match (&held, arguments.since) {
        (Held::Seed(seed), None) => {
            let answers = Answers::new(&portfolio, library.aliases(), &**seed)?;
            (answers, (0..portfolio.pairs()).collect(), true)
        }
        (Held::Seed(_), Some(_)) => {
            return Err(Failure::input("since", "the home holds nothing, so nothing can have changed"));
        }
        (Held::Generation(now), since) => {
            let home = Home::open(home::folder(global.home.as_ref())?);
            let mut kept = Keeping::new((!arguments.no_keep).then_some(&*arguments.portfolio), &portfolio, &home, ui);
            match since {
                None => {
                    let answers = kept.answers(library.aliases(), now)?;
                    (kept.keep(answers, now)?, (0..portfolio.pairs()).collect(), true)
                }
                Some(since) => {
                    let before = home.as_of(since.moment)?;
                    let before = before.ok_or_else(|| {
                        Failure::input("since", "the home holds nothing, so nothing can have changed")
                    })?;
                    let difference = now
                        .difference_from(&before)?
                        .ok_or_else(|| Failure::input("since", "expected a moment before the one asked about"))?;
                    let mut answers = kept.answers(library.aliases(), &before)?;
                    let changed = Changed::between(&before, &**now, &difference.records, &difference.set_aside)?;
                    let updated = answers.update(&portfolio, library.aliases(), &**now, &changed)?;
                    exploited_changed = Some(difference.exploited);
                    (kept.keep(answers, now)?, updated.changed, false)
                }
            }
        }
    };
    let matched = PortfolioMatch {
        schema: PORTFOLIO_MATCH_SCHEMA,
        portfolio: portfolio.root(),
        knowledge: answers.knowledge(),
        sboms: portfolio.sboms(),
        rows: portfolio.rows(),
        set_aside: portfolio.set_aside()?,
        components: pairs
            .iter()
            .map(|pair| component(&portfolio, &answers, *pair, answers.of_pair(*pair)))
            .collect::<Result<_, Failure>>()?,
        elsewhere: elsewhere(&portfolio, &answers, &pairs, all_elsewhere)?,
        exploited_changed,
    };
    if !matched.set_aside.is_empty() {
        ui.note(format!(
            "{} files were set aside when the portfolio was built: nothing is known of them",
            matched.set_aside.len()
        ));
    }
    if ui.json {
        ui.print_json(&matched)?;
    } else {
        ui.print(&table(&matched, arguments.since.is_some()))?;
    }
    Ok(Ending::Done)
}

fn component(
    portfolio: &Portfolio,
    answers: &Answers,
    pair: u32,
    said: Option<Said>,
) -> Result<SharedComponent, Failure> {
    let said =
        said.ok_or_else(|| Failure::environment("portfolio", format!("there is no answer for component {pair}")))?;
    let names = |numbers: &[u32]| numbers.iter().filter_map(|number| answers.vulnerability(*number).cloned()).collect();
    let findings = said.found.iter().filter_map(|found| {
        let vulnerability = answers.vulnerability(found.vulnerability)?.clone();
        Some(SharedFinding { vulnerability, state: found.state, confidence: found.confidence })
    });
    Ok(SharedComponent {
        component: ComponentSummary::from(&portfolio.component(pair)?),
        sboms: portfolio.holders(pair)?.len(),
        findings: findings.collect(),
        unassessed: said.reason.map(|reason| SharedUnassessed { reason, undescribed: names(&said.undescribed) }),
    })
}

/// The cases in which the rest of an SBOM makes another answer of a component.
fn elsewhere(
    portfolio: &Portfolio,
    answers: &Answers,
    pairs: &[u32],
    all: bool,
) -> Result<Vec<ComponentElsewhere>, Failure> {
    let mut found = Vec::new();
    for (sbom, pair, said) in answers.elsewhere() {
        if all || pairs.binary_search(&pair).is_ok() {
            let said = component(portfolio, answers, pair, Some(said))?;
            found.push(ComponentElsewhere { sbom: portfolio.entry(sbom)?.source, said });
        }
    }
    Ok(found)
}

fn table(matched: &PortfolioMatch, changes: bool) -> String {
    let count = |state: State| {
        let has = |component: &&SharedComponent| component.findings.iter().any(|finding| finding.state == state);
        matched.components.iter().filter(has).count()
    };
    let unassessed = matched.components.iter().filter(|component| component.unassessed.is_some()).count();
    let of = if changes { "changed" } else { "different" };
    let mut text = format!(
        "{} SBOMs with {} components; {} {of}: {} affected, {} unknown, {unassessed} unassessed\n",
        matched.sboms,
        matched.rows,
        matched.components.len(),
        count(State::Affected),
        count(State::Unknown)
    );
    let mut worst: Vec<&SharedComponent> = matched.components.iter().collect();
    let affected = |component: &SharedComponent| {
        component.findings.iter().filter(|finding| finding.state == State::Affected).count()
    };
    worst.sort_by_key(|component| std::cmp::Reverse((affected(component) * component.sboms, component.sboms)));
    worst.truncate(20);
    for component in worst {
        let ComponentSummary { name, version, .. } = &component.component;
        text.push_str(&format!(
            "{} {}: {} affected of {} findings, in {} SBOMs\n",
            name,
            version.as_deref().unwrap_or("without version"),
            affected(component),
            component.findings.len(),
            component.sboms
        ));
    }
    if let Some(exploited) = &matched.exploited_changed {
        text.push_str(&format!("{} entries of the list of exploited vulnerabilities changed\n", exploited.len()));
    }
    text
}
