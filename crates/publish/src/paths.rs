//! The ways to harm by themselves: each distinct derivation once, with every verdict that takes it.

use ward_model::assessment::Assessment;
use ward_model::device::{Configurations, Device};
use ward_model::ids::HarmId;
use ward_model::paths::{PATHS_SCHEMA, Path, Paths};

use crate::group::groups;
use crate::pictures;
use crate::text::TextOptions;
use crate::text::paper::Paper;
use crate::ways::ways;
use crate::words;

/// The ways to harm, or those to one harm. Each is known by the same number whether or not a harm is asked for.
pub fn paths(assessment: &Assessment, to: Option<&HarmId>) -> Paths {
    let groups = groups(&assessment.verdicts);
    let paths = ways(&groups).into_iter().enumerate().map(|(place, way)| {
        // A way is made with its first group in `ways`, the only place that makes one.
        let verdict = groups[way.groups[0]].verdict();
        let takers = way.groups.iter().flat_map(|place| &groups[*place].verdicts);
        Path {
            number: place + 1,
            harm: verdict.harm.clone(),
            exploitability: verdict.exploitability,
            persons_at_once: verdict.persons_at_once,
            basis: verdict.basis,
            told_for: words::told_for(verdict),
            verdicts: takers.map(|verdict| verdict.id.clone()).collect(),
            witness: way.witness.clone(),
        }
    });
    let wanted = |path: &Path| to.is_none_or(|to| path.harm.as_ref().is_some_and(|harm| harm.id == *to));
    Paths { schema: PATHS_SCHEMA, device: assessment.device.id.clone(), paths: paths.filter(wanted).collect() }
}

/// The ways as text.
pub fn text(paths: &Paths, device: &Device, options: &TextOptions) -> String {
    let mut paper = Paper::new(options.width, options.colour);
    if paths.paths.is_empty() {
        paper.item(
            0,
            "",
            "No way to harm is uncontrolled. That says nothing of what was not looked at: see `ward assess`.",
        );
    }
    for path in &paths.paths {
        let harm = path.harm.as_ref().map_or_else(
            || "no harm to a person".to_owned(),
            |harm| {
                let text = device.harms.get(&harm.id).map_or("", |harm| harm.text.as_str());
                format!("{}: {text}; {}", harm.id, harm.escalated_severity)
            },
        );
        paper.heading(&format!("{}. {harm}", path.number));
        paper.field(3, "Told for", &path.told_for);
        let others = path.verdicts.len().saturating_sub(1);
        if others > 0 {
            let verdicts = words::count(others, "verdict", "verdicts");
            paper.field(3, "", &format!("{verdicts} more take the same way"));
        }
        paper.field(3, "Exploitability", path.exploitability.word());
        paper.field(3, "At once", &words::persons(path.persons_at_once));
        paper.field(3, "Basis", path.basis.word());
        for (place, node) in path.witness.nodes.iter().enumerate() {
            let fact = format!("{} [{}; {}]", node.fact, node.by, node.class);
            paper.item(3, &format!("{:>2}. ", place + 1), &fact);
        }
    }
    paper.finish()
}

/// One way, by its number, drawn on the architecture of the units that it is told for; nothing where no way has the number.
pub fn picture(
    number: usize,
    assessment: &Assessment,
    device: &Device,
    configurations: &Configurations,
) -> Option<String> {
    let groups = groups(&assessment.verdicts);
    let ways = ways(&groups);
    let way = ways.get(number.checked_sub(1)?)?;
    Some(pictures::path(way, groups[way.groups[0]].verdict(), device, configurations, assessment))
}
