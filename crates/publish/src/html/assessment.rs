//! What stands on the page of an assessment, section by section.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use ward_model::assessment::Assessment;
use ward_model::claim::ClaimId;
use ward_model::device::Device;
use ward_model::hazard::HazardOutcome;
use ward_model::verdict::Witness;

use super::verdicts::{Fact, Section, facts, sections};
use super::{STYLE, filters, policy, rows};
use crate::group::{Group, groups, route};
use crate::hazards;
use crate::lifecycle;
use crate::next::{self, Context, Step, steps};
use crate::pictures::{self, Subject};
use crate::svg;
use crate::ways::{Way, ways};
use crate::words::{self, clean};

/// How many steps stand open on the page; the rest is folded.
const STEPS: usize = 12;
/// How many paths are drawn.
const PATHS: usize = 6;
/// How many variants and sites are drawn.
const CONFIGURATIONS: usize = 8;
/// How many identifiers a step names before the rest is counted.
const NAMED: usize = 8;

/// The page.
#[derive(Template)]
#[template(path = "assessment.html")]
pub struct Page {
    style: &'static str,
    policy: String,
    device: String,
    id: String,
    maker: String,
    intended_use: String,
    as_of: String,
    policies: String,
    headline: Headline,
    counts: Vec<Count>,
    terms: &'static [(&'static str, &'static str)],
    seed: bool,
    knowledge: Vec<String>,
    products: Vec<String>,
    steps: Vec<StepView>,
    more_steps: Vec<StepView>,
    clocks: Vec<ClockView>,
    matrices: Vec<Picture>,
    architecture: Vec<Picture>,
    configurations: Vec<Figure>,
    more_configurations: Vec<String>,
    harms: Vec<Figure>,
    bars: Vec<Picture>,
    at_once: Vec<Picture>,
    links: Vec<Vec<String>>,
    paths: Vec<PathView>,
    other_paths: Vec<(usize, String)>,
    sections: Vec<Section>,
    privacy: Vec<(usize, String)>,
    hazards_intro: &'static str,
    hazards: Vec<HazardView>,
    multi_patient: Vec<(Vec<String>, Vec<Reference>)>,
    single_actions: Vec<Vec<String>>,
    lifecycle: Vec<Vec<String>>,
    life_gaps: Vec<Vec<String>>,
    life_notes: Vec<String>,
    watch_list: Vec<Vec<String>>,
    inventories: Vec<Vec<String>>,
    sources: Vec<Vec<String>>,
    notes: Vec<String>,
    conflicts: Vec<String>,
    unassessed: Vec<UnassessedView>,
    unassessed_count: usize,
    gaps: Vec<Vec<String>>,
    without_effect: Vec<Vec<String>>,
    inputs: Vec<(&'static str, String)>,
    engine: String,
}

struct Headline {
    class: &'static str,
    word: &'static str,
    meaning: &'static str,
}

struct Count {
    class: &'static str,
    number: String,
    word: &'static str,
}

/// A step as the page shows it.
struct StepView {
    title: String,
    detail: String,
    about: String,
    command: Option<String>,
    due: Option<String>,
}

struct ClockView {
    overdue: bool,
    due: String,
    action: String,
    subjects: Vec<String>,
    rule: String,
    runs_from: String,
    source: String,
    verdicts: Vec<Reference>,
}

/// A verdict by its place on the page, or by its identifier where the page does not hold it.
pub struct Reference {
    place: Option<usize>,
    id: String,
}

struct Picture {
    svg: String,
    wide: bool,
    lying: bool,
}

/// Pictures of one thing.
struct Figure {
    title: String,
    pictures: Vec<Picture>,
}

struct PathView {
    number: usize,
    title: String,
    verdict: String,
    class: &'static str,
    /// Whose facts are told, where several verdicts take the same way.
    told_for: Option<String>,
    harm: String,
    rows: Vec<(usize, String)>,
    picture: Picture,
    facts: Vec<Fact>,
}

/// A hazard that a control adds.
struct HazardView {
    class: &'static str,
    control: String,
    hazard: String,
    what: String,
    outcome: String,
    harm: String,
    why: String,
}

impl From<&hazards::Row<'_>> for HazardView {
    fn from(row: &hazards::Row<'_>) -> Self {
        let class = match row.worst.outcome {
            HazardOutcome::Uncontrolled => "confirmed",
            HazardOutcome::Presumed => "presumed",
            HazardOutcome::Controlled | HazardOutcome::NoneStated => "controlled",
        };
        let [control, hazard, what, outcome, harm, why] = hazards::cells(row).map(|cell| clean(&cell));
        Self { class, control, hazard, what, outcome, harm, why }
    }
}

struct UnassessedView {
    reason: &'static str,
    why: &'static str,
    mend: &'static str,
    components: Vec<String>,
}

/// Everything that the page shows.
pub fn page(subject: &Subject<'_>) -> Page {
    let Subject { assessment, device, matrices, .. } = *subject;
    let groups = groups(&assessment.verdicts);
    let context = Context::new(assessment, device);
    let decided = context.in_effect();
    let place: BTreeMap<&str, usize> = groups
        .iter()
        .enumerate()
        .flat_map(|(place, group)| group.verdicts.iter().map(move |verdict| (verdict.id.as_str(), place + 1)))
        .collect();
    let references = |ids: &[String]| references(ids, &place);
    let mut drawn = ways(&groups);
    let mut other: Vec<usize> =
        drawn.split_off(drawn.len().min(PATHS)).into_iter().flat_map(|way| way.groups).collect();
    other.sort_unstable();
    let paths: Vec<PathView> =
        drawn.iter().enumerate().map(|(number, way)| path(number + 1, way, &groups, subject)).collect();
    let mut open = steps(assessment, device);
    let more_steps = open.split_off(open.len().min(STEPS));
    let inputs = &assessment.inputs;
    let sections = sections(&groups, &context, device, &|witness: &Witness| {
        let place = drawn.iter().position(|way| route(way.witness) == route(witness))?;
        Some((place + 1, drawn[place].witness == witness))
    });
    let mut architectures = pictures::architectures(subject).into_iter().map(|(title, sheets)| Figure {
        title: clean(&title),
        pictures: sheets.into_iter().map(|(_, svg)| Picture::new(svg)).collect(),
    });
    let architecture = architectures.next().map(|common| common.pictures).unwrap_or_default();
    let mut configurations: Vec<Figure> = architectures.collect();
    let more = configurations.split_off(configurations.len().min(CONFIGURATIONS));
    let harms = pictures::harm_trees(assessment, device, decided).into_iter().map(|(_, title, sheets)| Figure {
        title: clean(&title),
        pictures: sheets.into_iter().map(Picture::new).collect(),
    });
    let policies: Vec<&str> = inputs.policies.iter().map(ward_model::ids::PolicyId::as_str).collect();
    Page {
        style: STYLE,
        policy: policy(STYLE),
        device: clean(&assessment.device.name),
        id: clean(assessment.device.id.as_str()),
        maker: clean(&device.maker),
        intended_use: clean(&device.intended_use),
        as_of: inputs.as_of.to_string(),
        policies: clean(&policies.join(", ")),
        headline: headline(assessment),
        counts: counts(assessment),
        terms: words::TERMS,
        seed: assessment.coverage.knowledge.seed,
        knowledge: words::knowledge(&assessment.coverage.knowledge, &assessment.coverage.feeds, NAMED),
        products: assessment.coverage.knowledge.limited_to.iter().map(|product| clean(product)).collect(),
        steps: open.into_iter().map(StepView::from).collect(),
        more_steps: more_steps.into_iter().map(StepView::from).collect(),
        clocks: clocks(assessment, &references),
        matrices: matrices.iter().map(|policy| Picture::new(pictures::matrix(subject, policy))).collect(),
        architecture,
        configurations,
        more_configurations: more.into_iter().map(|figure| figure.title).collect(),
        harms: harms.collect(),
        bars: pictures::lifecycle(assessment, device).into_iter().map(Picture::new).collect(),
        at_once: svg::several::view(assessment, device).into_iter().map(Picture::new).collect(),
        links: links(device, decided),
        paths,
        other_paths: other.into_iter().map(|place| (place + 1, short(&groups[place]))).collect(),
        sections,
        privacy: privacy(&groups),
        hazards_intro: hazards::INTRODUCTION,
        hazards: hazards::rows(assessment).iter().map(HazardView::from).collect(),
        multi_patient: multi_patient(assessment, device, &references),
        single_actions: rows::single_actions(assessment),
        lifecycle: assessment.lifecycle.iter().map(lifecycle::stage_row).collect(),
        life_gaps: rows::life_gaps(assessment),
        life_notes: rows::life_notes(assessment),
        watch_list: rows::watch_list(assessment),
        inventories: rows::inventories(assessment),
        sources: rows::sources(assessment),
        conflicts: rows::conflicts(assessment),
        notes: assessment.coverage.notes.iter().map(|note| clean(note)).collect(),
        unassessed: unassessed(assessment),
        unassessed_count: assessment.unassessed.len(),
        gaps: rows::gaps(assessment),
        without_effect: rows::without_effect(assessment),
        inputs: vec![
            ("Device folder, without its decisions", inputs.device.to_string()),
            ("Knowledge", inputs.knowledge.to_string()),
            ("Policies, rules and aliases", inputs.rules.to_string()),
            ("Decisions", inputs.decisions.to_string()),
        ],
        engine: clean(&inputs.engine),
    }
}

/// Rows of the page, each once and in its order; then identifiers that the page has no row for.
fn references(ids: &[String], place: &BTreeMap<&str, usize>) -> Vec<Reference> {
    let rows: BTreeSet<usize> = ids.iter().filter_map(|id| place.get(id.as_str()).copied()).collect();
    let others =
        ids.iter().filter(|id| !place.contains_key(id.as_str())).map(|id| Reference { place: None, id: clean(id) });
    rows.into_iter().map(|row| Reference { place: Some(row), id: String::new() }).chain(others).collect()
}

fn headline(assessment: &Assessment) -> Headline {
    let summary = &assessment.summary;
    if summary.uncontrolled.confirmed > 0 {
        Headline {
            class: "confirmed",
            word: "Uncontrolled",
            meaning: "At least one verdict is uncontrolled and confirmed: a derivation from known facts reaches harm to a patient, and \
                      nothing that is decided cuts it.",
        }
    } else if assessment.is_uncontrolled_at_once() {
        Headline {
            class: "confirmed",
            word: "Uncontrolled",
            meaning: "No verdict on a single harm is, but one action of an attacker harms people of several groups at once: see what single \
                      actions do.",
        }
    } else if summary.uncontrolled.presumed > 0 {
        Headline {
            class: "presumed",
            word: "Uncontrolled, presumed",
            meaning: "No derivation reaches harm to a patient, but too little is known to say that none can. What is missing is listed below.",
        }
    } else if summary.controlled.provisional > 0 {
        Headline {
            class: "provisional",
            word: "Controlled, provisional",
            meaning: "Every verdict is controlled; some of them only by decisions that are entered and not yet signed.",
        }
    } else if summary.controlled.confirmed > 0 {
        Headline {
            class: "controlled",
            word: "Controlled",
            meaning: "Every verdict is controlled, by what was known on that day and by what is decided.",
        }
    } else {
        Headline {
            class: "presumed",
            word: "No verdict",
            meaning: "There was nothing to judge. That is not the same as a device without risk: see what was not looked at.",
        }
    }
}

fn counts(assessment: &Assessment) -> Vec<Count> {
    let summary = &assessment.summary;
    [
        ("confirmed", summary.uncontrolled.confirmed, "uncontrolled, confirmed"),
        ("presumed", summary.uncontrolled.presumed, "uncontrolled, presumed"),
        ("undetermined", summary.undetermined, "of all uncontrolled, undetermined"),
        ("provisional", summary.controlled.provisional, "controlled, provisional"),
        ("controlled", summary.controlled.confirmed, "controlled"),
    ]
    .into_iter()
    .map(|(class, number, word)| Count { class, number: words::number(number as u64), word })
    .collect()
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let due = step.due.map(|due| due.to_string()).filter(|due| !step.title.contains(due));
        let more = step.about.len().saturating_sub(NAMED);
        let mut about = step.about.iter().take(NAMED).map(|name| clean(name)).collect::<Vec<_>>().join(", ");
        if more > 0 {
            about.push_str(&format!(", and {} more", words::number(more as u64)));
        }
        Self {
            title: clean(&step.title),
            detail: clean(&step.detail),
            about,
            command: step.command.as_deref().map(clean),
            due,
        }
    }
}

impl Picture {
    fn new(svg: String) -> Self {
        // The width stands in the first line; pictures wider than a page are scrolled on screen instead of shrunk, and those wider than
        // an upright page lie on paper.
        let width = svg
            .split_once(" width=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .and_then(|(w, _)| w.parse::<i32>().ok());
        Self { wide: width.is_some_and(|width| width > 1400), lying: width.is_some_and(|width| width > 1045), svg }
    }
}

/// So many names stand in a cell; more are one click away.
const SHOWN: usize = 8;

fn clocks(assessment: &Assessment, references: &dyn Fn(&[String]) -> Vec<Reference>) -> Vec<ClockView> {
    crate::group::clocks(&assessment.clocks)
        .into_iter()
        .map(|group| {
            let clock = group.clock;
            let subjects: Vec<String> = group.subjects.iter().map(|subject| clean(subject)).collect();
            ClockView {
                overdue: clock.overdue,
                due: clock.due.to_string(),
                action: clean(&clock.action),
                subjects,
                rule: clean(&clock.rule),
                runs_from: format!("{}: {}", clock.starts, clean(&clock.start_evidence)),
                source: clean(&clock.source),
                verdicts: references(&group.verdicts),
            }
        })
        .collect()
}

fn links(device: &Device, decided: &BTreeSet<&ClaimId>) -> Vec<Vec<String>> {
    device
        .links
        .values()
        .map(|link| {
            let carries = link.carries.as_ref().map_or_else(
                || "not stated: everything".to_owned(),
                |carries| carries.iter().map(|what| what.word()).collect::<Vec<_>>().join(", "),
            );
            let exposed = link.exposed_to.as_ref().map_or_else(
                || format!("not stated: all that {} allows", link.medium),
                |to| to.iter().map(|position| position.word().replace('-', " ")).collect::<Vec<_>>().join(", "),
            );
            let protocol = link.protocol.as_deref().unwrap_or("not stated");
            [
                link.id.as_str(),
                &format!("{} to {}", link.from, link.to),
                &format!("{}, {protocol}", link.medium),
                &svg::sender_words(link, decided),
                &carries,
                &exposed,
            ]
            .iter()
            .map(|cell| clean(cell))
            .collect()
        })
        .collect()
}

fn path(number: usize, way: &Way<'_>, groups: &[Group<'_>], subject: &Subject<'_>) -> PathView {
    let Subject { assessment, device, configurations, .. } = *subject;
    let verdict = groups[way.groups[0]].verdict();
    let harm = verdict.harm.as_ref().map_or_else(String::new, |harm| {
        let text = device.harms.get(&harm.id).map_or_else(|| harm.id.to_string(), |harm| harm.text.clone());
        format!(
            "{} ({}), {} at once, exploitability {}",
            clean(&text),
            harm.escalated_severity,
            words::persons(verdict.persons_at_once),
            verdict.exploitability
        )
    });
    PathView {
        number,
        title: match way.groups.len() {
            1 => clean(&words::subject(verdict)),
            several => format!("{} and {} more", clean(&words::subject(verdict)), words::number(several as u64 - 1)),
        },
        verdict: words::verdict(verdict),
        class: verdict.basis.word(),
        told_for: (way.groups.len() > 1).then(|| clean(&words::subject(verdict))),
        harm,
        rows: way.groups.iter().map(|place| (place + 1, short(&groups[*place]))).collect(),
        picture: Picture::new(pictures::path(way, verdict, device, configurations, assessment)),
        facts: facts(way.witness),
    }
}

/// A group in a few words.
fn short(group: &Group<'_>) -> String {
    let verdict = group.verdict();
    let cohorts: Vec<&str> = group.units().map(|units| units.cohort.as_str()).collect();
    clean(&format!(
        "{} at {}, version {}, units: {}",
        words::subject(verdict),
        verdict.element,
        verdict.fielded_version,
        cohorts.join(", ")
    ))
}

fn privacy(groups: &[Group<'_>]) -> Vec<(usize, String)> {
    let only = |group: &&(usize, &Group<'_>)| group.1.verdict().privacy && group.1.verdict().harm.is_none();
    groups.iter().enumerate().filter(|group| only(&group)).map(|(place, group)| (place + 1, short(group))).collect()
}

fn multi_patient(
    assessment: &Assessment,
    device: &Device,
    references: &dyn Fn(&[String]) -> Vec<Reference>,
) -> Vec<(Vec<String>, Vec<Reference>)> {
    assessment
        .multi_patient
        .iter()
        .map(|row| {
            let harm = device.harms.get(&row.harm).map_or_else(|| row.harm.to_string(), |harm| harm.text.clone());
            let cells = vec![
                clean(&format!("{} ({harm})", row.harm)),
                clean(row.fielded_version.as_str()),
                words::persons(row.persons_at_once),
                row.escalated_severity.to_string(),
            ];
            (cells, references(&row.verdicts))
        })
        .collect()
}

fn unassessed(assessment: &Assessment) -> Vec<UnassessedView> {
    let mut grouped: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for at in &assessment.unassessed {
        let text = format!("{} in {}, version {}", next::unassessed(&at.what), at.element, at.fielded_version);
        grouped.entry(at.what.reason).or_default().push(clean(&text));
    }
    grouped
        .into_iter()
        .map(|(reason, components)| {
            let (why, mend) = words::unassessed(reason);
            UnassessedView { reason: reason.word(), why, mend, components }
        })
        .collect()
}
