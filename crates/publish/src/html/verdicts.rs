//! The rows of the verdict tables, with the proof behind each.

use ward_model::assessment::FindingAt;
use ward_model::device::Device;
use ward_model::ids::ControlId;
use ward_model::verdict::{Outcome, Verdict, Witness};

use crate::group::{Group, Part};
use crate::next::{Context, component, for_verdict};
use crate::words::{self, clean};

/// Verdicts of one part.
pub struct Section {
    pub id: &'static str,
    pub title: &'static str,
    pub intro: &'static str,
    /// How many verdicts its rows hold.
    pub verdicts: usize,
    pub rows: Vec<Row>,
}

/// Verdicts that differ in their units only.
pub struct Row {
    pub place: usize,
    pub class: &'static str,
    pub verdict: String,
    pub subject: String,
    pub kind: &'static str,
    pub element: String,
    pub version: String,
    pub units: String,
    pub harm: String,
    pub severity: String,
    pub exploitability: String,
    pub at_once: String,
    pub details: Vec<(&'static str, Vec<String>)>,
    /// The number of the drawn path.
    pub drawn: Option<usize>,
    /// The place of an earlier row with the same path.
    pub same_path: Option<usize>,
    pub facts: Vec<Fact>,
    pub findings: Vec<Proof>,
}

/// A fact of a path.
pub struct Fact {
    pub text: String,
    pub by: String,
    pub class: &'static str,
}

/// The proof of a finding.
pub struct Proof {
    pub title: String,
    pub description: String,
    pub rows: Vec<(&'static str, String)>,
}

/// The facts of a path, in its order.
pub fn facts(witness: &Witness) -> Vec<Fact> {
    let fact = |node: &ward_model::verdict::WitnessNode| Fact {
        text: clean(&node.fact),
        by: clean(&node.by),
        class: node.class.word(),
    };
    witness.nodes.iter().map(fact).collect()
}

/// All verdicts, by part. `drawn` gives the number under which a path is drawn, and whether its facts are told there.
pub fn sections(
    groups: &[Group<'_>],
    context: &Context<'_>,
    device: &Device,
    drawn: &dyn Fn(&Witness) -> Option<(usize, bool)>,
) -> Vec<Section> {
    let parts = [
        (
            Part::Confirmed,
            "confirmed",
            "Uncontrolled, confirmed",
            "A derivation from known facts reaches a harm, and nothing that is decided cuts it.",
        ),
        (
            Part::Presumed,
            "presumed",
            "Uncontrolled, presumed",
            "Something is not known and is read at its worst. Nothing derives these harms, and nothing excludes them.",
        ),
        (
            Part::Provisional,
            "provisional",
            "Controlled, provisional",
            "Controlled by decisions that are entered and not yet signed, and only as long as they have effect.",
        ),
        (
            Part::Controlled,
            "controlled",
            "Controlled",
            "Controlled by what is known, without any decision or by signed ones.",
        ),
    ];
    let mut told: Vec<(&Witness, usize)> = Vec::new();
    let mut sections: Vec<Section> =
        parts.iter().map(|(_, id, title, intro)| Section { id, title, intro, verdicts: 0, rows: Vec::new() }).collect();
    for (place, group) in groups.iter().enumerate() {
        let number = parts.iter().position(|(part, ..)| *part == group.part());
        let Some(section) = number.and_then(|number| sections.get_mut(number)) else { continue };
        let witness = &group.verdict().witness;
        let drawn = drawn(witness);
        let mut row = row(place + 1, section.id, group, context, device);
        let same = told.iter().find(|(before, _)| *before == witness).map(|(_, place)| *place);
        row.drawn = drawn.map(|(number, _)| number);
        match same {
            _ if drawn.is_some_and(|(_, told)| told) || witness.nodes.is_empty() => {}
            Some(place) => row.same_path = Some(place),
            None => {
                row.facts = facts(witness);
                told.push((witness, place + 1));
            }
        }
        section.verdicts += group.verdicts.len();
        section.rows.push(row);
    }
    sections
}

fn row(place: usize, class: &'static str, group: &Group<'_>, context: &Context<'_>, device: &Device) -> Row {
    let verdict = group.verdict();
    let (harm, severity) = match &verdict.harm {
        Some(harm) => {
            let severity = if harm.severity == harm.escalated_severity {
                harm.severity.to_string()
            } else {
                format!("{} (one person: {})", harm.escalated_severity, harm.severity)
            };
            (clean(harm.id.as_str()), severity)
        }
        None => ("none reached".to_owned(), "-".to_owned()),
    };
    Row {
        place,
        class,
        verdict: words::verdict(verdict),
        subject: clean(&words::subject(verdict)),
        kind: words::subject_kind(verdict.subject.kind),
        element: clean(verdict.element.as_str()),
        version: clean(verdict.fielded_version.as_str()),
        units: group.unit_count().map_or_else(|| "not known".to_owned(), words::number),
        harm,
        severity,
        // Both speak of the way to a harm.
        exploitability: verdict.harm.as_ref().map_or_else(|| "-".to_owned(), |_| verdict.exploitability.to_string()),
        at_once: verdict
            .harm
            .as_ref()
            .map_or_else(|| "-".to_owned(), |_| words::persons_short(verdict.persons_at_once)),
        details: details(group, context, device),
        drawn: None,
        same_path: None,
        facts: Vec::new(),
        findings: context.findings_of(verdict).into_iter().map(proof).collect(),
    }
}

fn details(group: &Group<'_>, context: &Context<'_>, device: &Device) -> Vec<(&'static str, Vec<String>)> {
    let verdict = group.verdict();
    let mut out: Vec<(&'static str, Vec<String>)> = Vec::new();
    let mut put = |label, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push((label, lines.iter().map(|line| clean(line)).collect()));
        }
    };
    put("Because", verdict.reasons.iter().map(|reason| reason.to_string()).collect());
    if let Some(harm) = verdict.harm.as_ref().and_then(|harm| device.harms.get(&harm.id)) {
        put("Harm", vec![harm.text.clone()]);
    }
    put("Threats", verdict.threats.iter().map(|threat| threat.word().replace('-', " ")).collect());
    put("What to do next", for_verdict(context, verdict));
    let [best, worst] = verdict.exploitability_range;
    if best != worst {
        put("Exploitability, by what is not known", vec![format!("from {best} to {worst}")]);
    }
    put("Not known", verdict.presumed_because.map(words::presumed).map(str::to_owned).into_iter().collect());
    if !verdict.covers.is_empty() {
        put("Speaks for", vec![verdict.covers.join(", ")]);
    }
    put("Relies on controls", verdict.controls_relied_on.iter().map(ControlId::to_string).collect());
    put("Turns on", sensitivity(verdict));
    put("Valid until", verdict.valid_until.map(|until| until.to_string()).into_iter().collect());
    put("If everything claimed were true", vec![verdict.if_claims_hold.to_string()]);
    put(
        "Privacy",
        verdict
            .privacy
            .then(|| "personal data can be disclosed, on an axis of its own".to_owned())
            .into_iter()
            .collect(),
    );
    put("Units", group.units().map(words::units).collect());
    put("In the policy's words", vec![format!("{} ({})", verdict.outcome, verdict.policy)]);
    put("Verdict", group.verdicts.iter().map(|verdict| verdict.id.clone()).collect());
    out
}

fn sensitivity(verdict: &Verdict) -> Vec<String> {
    let line = |point: &ward_model::verdict::Sensitivity| {
        let then = match point.then {
            Outcome::Uncontrolled => "uncontrolled",
            Outcome::Controlled => "controlled",
        };
        format!("{then} if this fails: {} ({})", point.claim, words::claim(&point.claim))
    };
    verdict.sensitivity.iter().map(line).collect()
}

fn proof(at: &FindingAt) -> Proof {
    let finding = &at.finding;
    let vulnerability = &finding.vulnerability;
    let mut rows = vec![
        ("Component", format!("{} ({})", component(&finding.component), finding.component.reference)),
        ("State", words::state(finding.state).to_owned()),
        ("Record", format!("{} from {}", finding.proof.record, finding.proof.source)),
        ("Criterion", finding.proof.criterion.clone()),
        ("Versions meant", finding.proof.range.clone()),
        ("Identity compared", finding.proof.identity.clone()),
        ("Recognised", words::confidence_long(finding.confidence).to_owned()),
    ];
    rows.extend(finding.proof.environment.iter().map(|statement| ("Environment", statement.clone())));
    for score in &vulnerability.cvss {
        rows.push(("CVSS", format!("{} {} ({}, by {})", score.version, score.score, score.vector, score.source)));
    }
    if vulnerability.cvss.is_empty() {
        rows.push(("CVSS", "nobody has scored it".to_owned()));
    }
    let kev = if vulnerability.kev { "yes, in CISA's catalogue (KEV)" } else { "not in the catalogue at hand (KEV)" };
    rows.push(("Known to be exploited", kev.to_owned()));
    let epss = vulnerability.epss.as_ref().map_or_else(
        || "no score at hand".to_owned(),
        |epss| format!("{} on {}: evidence, never a class by itself", words::epss(epss), epss.date),
    );
    rows.push(("EPSS", epss));
    let fixed = if finding.fixed_in.is_empty() {
        "no version is known".to_owned()
    } else {
        format!("{} (where the ranges that hit end: a candidate)", finding.fixed_in.join(", "))
    };
    rows.push(("Fixed in", fixed));
    if let Some(received) = vulnerability.received {
        rows.push(("First received", received.to_string()));
    }
    if vulnerability.withdrawn {
        rows.push(("Withdrawn", "its feed has withdrawn it".to_owned()));
    }
    Proof {
        title: clean(&format!("{} in {}", vulnerability.id, component(&finding.component))),
        description: clean(&vulnerability.description),
        rows: rows.into_iter().map(|(label, text)| (label, clean(&text))).collect(),
    }
}
