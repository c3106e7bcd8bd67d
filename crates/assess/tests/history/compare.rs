//! What comes out beside what is expected; every difference in one line.

use std::collections::BTreeSet;

use jiff::civil::Date;
use ward_model::Assessment;
use ward_model::verdict::{Basis, Outcome, Place, Verdict};

use crate::case::Case;
use crate::expected::{Flip, Row, Turn};

/// The verdict of a row of which nothing comes out.
const ABSENT: &str = "absent";

fn basis(verdict: &Verdict) -> &'static str {
    match (verdict.basis, verdict.presumed_because) {
        (Basis::Presumed, Some(because)) => because.word(),
        (basis, _) => basis.word(),
    }
}

fn among(listed: &[String], name: &str) -> bool {
    listed.is_empty() || listed.iter().any(|one| one == name)
}

fn speaks_of(row: &Row, verdict: &Verdict) -> bool {
    row.subjects.contains(&verdict.subject.id)
        && among(&row.elements, verdict.element.as_str())
        && row.basis.iter().any(|one| one == basis(verdict))
        && among(&row.versions, verdict.fielded_version.as_str())
        && among(&row.cohorts, verdict.units.cohort.as_str())
}

/// A verdict in words.
fn told(verdict: &Verdict) -> String {
    let harm = verdict.harm.as_ref().map_or("-", |harm| harm.id.as_str());
    let turning: Vec<String> = verdict.sensitivity.iter().map(|point| point.claim.to_string()).collect();
    format!(
        "{} at {} in {}, {}: {} {}{}{} harm {harm} {} {} until {:?} on [{}] {}",
        verdict.subject.id,
        verdict.element,
        verdict.fielded_version,
        verdict.units.cohort,
        verdict.verdict,
        basis(verdict),
        if verdict.provisional { " provisional" } else { "" },
        if verdict.privacy { " privacy" } else { "" },
        verdict.exploitability,
        verdict.persons_at_once,
        verdict.valid_until,
        turning.join(" "),
        verdict.reasons.join("; "),
    )
}

/// Everything in which the verdicts of a day differ from the rows.
pub fn rows(case: &Case, day: Date, assessment: &Assessment) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |text: String| wrong.push(format!("{} on {day}: {text}", case.name));
    let rows: Vec<(&Row, Option<&str>)> = case.expected.rows_on(day).collect();
    let named: BTreeSet<&String> = rows.iter().flat_map(|(row, _)| &row.subjects).collect();
    for verdict in &assessment.verdicts {
        match rows.iter().filter(|(row, _)| speaks_of(row, verdict)).count() {
            1 => {}
            // That other ways are closed may go without saying: nothing uncontrolled may.
            0 if verdict.verdict == Outcome::Controlled && !named.contains(&verdict.subject.id) => {}
            0 => say(format!("nothing is expected of {}", told(verdict))),
            _ => say(format!("several rows speak of {}", told(verdict))),
        }
    }
    for (row, should_be) in rows {
        let found: Vec<&Verdict> = assessment.verdicts.iter().filter(|verdict| speaks_of(row, verdict)).collect();
        if row.verdict == ABSENT {
            found.iter().for_each(|verdict| say(format!("it is there now: {}", told(verdict))));
            continue;
        }
        for (what, named, of) in named_by(row) {
            for name in named.iter().filter(|name| !found.iter().any(|verdict| of(verdict) == name.as_str())) {
                say(format!("no verdict for the {what} {name} of the row on {}", row.subjects.join(", ")));
            }
        }
        if should_be.is_some_and(|should_be| should_be == row.verdict) {
            say(format!("{} is expected to be what it should be: make it a row", row.subjects.join(", ")));
        }
        for verdict in found {
            for difference in differences(row, verdict) {
                say(format!("{difference}; {}", told(verdict)));
            }
        }
    }
    // On other days other clocks run, and a decision may not have been made yet, or have expired: that is what they are asked about for.
    if case.expected.as_of.first() == Some(&day) {
        for decision in &assessment.decisions_without_effect {
            say(format!("a decision without effect: {decision:?}"));
        }
        for due in &case.expected.clock {
            for subject in &due.subjects {
                let running =
                    assessment.clocks.iter().find(|clock| clock.rule == due.rule && clock.subject == *subject);
                let days = running.map(|clock| (clock.starts, clock.due));
                if days != Some(due.days()) {
                    say(format!("{} for {subject} should run {:?} and runs {days:?}", due.rule, due.days()));
                }
            }
        }
    }
    wrong
}

/// A kind of name, the names of that kind that a row lists, and what a verdict has for it.
type Named<'a> = (&'static str, &'a [String], fn(&Verdict) -> &str);

fn named_by(row: &Row) -> [Named<'_>; 5] {
    [
        ("basis", &row.basis, basis),
        ("subject", &row.subjects, |verdict| &verdict.subject.id),
        ("element", &row.elements, |verdict| verdict.element.as_str()),
        ("version", &row.versions, |verdict| verdict.fielded_version.as_str()),
        ("group of units", &row.cohorts, |verdict| verdict.units.cohort.as_str()),
    ]
}

fn differences(row: &Row, verdict: &Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut differ = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what} should be {expected} and is {found}"));
        }
    };
    differ("verdict", row.verdict.clone(), verdict.verdict.to_string());
    differ("provisional", row.provisional.to_string(), verdict.provisional.to_string());
    differ("privacy", row.privacy.to_string(), verdict.privacy.to_string());
    if let Some(harm) = &row.harm {
        differ("harm", harm.clone(), verdict.harm.as_ref().map_or_else(String::new, |harm| harm.id.to_string()));
    }
    if let Some(several) = row.several {
        differ("several", several.to_string(), verdict.persons_at_once.several().to_string());
    }
    if let Some(day) = row.valid_until() {
        differ("valid until", day.to_string(), verdict.valid_until.map_or_else(String::new, |day| day.to_string()));
    }
    let because: BTreeSet<String> = because(verdict);
    for named in row.because.iter().filter(|named| !because.contains(*named)) {
        wrong.push(format!("it is not because of {named}, but of {because:?}"));
    }
    for covered in row.covers.iter().filter(|covered| !verdict.covers.contains(covered)) {
        wrong.push(format!("it does not speak for {covered}, but for {:?}", verdict.covers));
    }
    if row.reason.is_empty() {
        wrong.push("nobody says why".to_owned());
    }
    wrong
}

/// What makes a verdict so: of a controlled one the claims that turn it, of another what stands on its derivation.
fn because(verdict: &Verdict) -> BTreeSet<String> {
    if verdict.verdict == Outcome::Controlled {
        return verdict.sensitivity.iter().map(|point| point.claim.to_string()).collect();
    }
    let mut named = BTreeSet::new();
    for node in &verdict.witness.nodes {
        named.insert(match &node.at {
            Place::Position(id) => format!("position:{id}"),
            Place::Element(id) => format!("element:{id}"),
            Place::Link(id) => format!("link:{id}"),
            Place::Secret(id) => format!("secret:{id}"),
            Place::Control(id) => format!("control:{id}"),
            Place::Function(id) => format!("function:{id}"),
            Place::Harm(id) => format!("harm:{id}"),
        });
        named.extend(node.by.split_whitespace().next().map(str::to_owned));
    }
    named
}

fn turns(turn: &Turn, verdict: &Verdict) -> bool {
    turn.subjects.contains(&verdict.subject.id)
        && turn.basis.iter().any(|one| one == basis(verdict))
        && among(&turn.elements, verdict.element.as_str())
        && among(&turn.versions, verdict.fielded_version.as_str())
        && among(&turn.cohorts, verdict.units.cohort.as_str())
}

/// Whether a verdict says itself that it turns without a claim.
fn foretells(verdict: &Verdict, without: &str) -> bool {
    verdict.sensitivity.iter().any(|point| point.claim.to_string() == without)
}

/// The verdicts afterwards, each with whether it turned, and whether it was there before. One that was not is one that the decision
/// kept away.
fn turned<'a>(
    before: &'a Assessment,
    after: &'a Assessment,
) -> impl Iterator<Item = (&'a Verdict, bool, Option<&'a Verdict>)> {
    after.verdicts.iter().map(|verdict| {
        let was = before.verdicts.iter().find(|was| was.id == verdict.id);
        (verdict, was.is_none_or(|was| was.verdict != verdict.verdict), was)
    })
}

/// Whether a controlled verdict speaks of another weakness of the same link, for the same units.
fn is_in_place_of(now: &Verdict, was: &Verdict) -> bool {
    let link = |verdict: &Verdict| verdict.subject.id.split_once('@').map(|(_, link)| link.to_owned());
    link(was).is_some()
        && link(now) == link(was)
        && (&now.element, &now.fielded_version, &now.units.cohort)
            == (&was.element, &was.fielded_version, &was.units.cohort)
        && now.verdict == Outcome::Controlled
}

/// Everything in which what turns without a claim differs from what the verdicts before said themselves.
pub fn foretold(case: &Case, without: &str, before: &Assessment, after: &Assessment) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |text: String| wrong.push(format!("{} without {without}: {text}", case.name));
    for (verdict, turned, was) in turned(before, after) {
        if was.is_some_and(|was| foretells(was, without) != turned) {
            say(format!("turned is {turned}, which was not foretold: {}", told(verdict)));
        }
    }
    let gone = before.verdicts.iter().filter(|was| !after.verdicts.iter().any(|now| now.id == was.id));
    for verdict in gone.filter(|was| was.verdict == Outcome::Controlled && !foretells(was, without)) {
        // Where another weakness of the same link takes its place, that one has the verdict.
        let in_its_place = after.verdicts.iter().any(|now| is_in_place_of(now, verdict));
        if !in_its_place {
            say(format!("vanished: {}", told(verdict)));
        }
    }
    wrong
}

/// The verdicts that name a last day and do not hold then, or hold on the day after.
pub fn lasting(case: &Case, last: Date, before: &Assessment, then_and_after: [&Assessment; 2]) -> Vec<String> {
    let ending = before.verdicts.iter().filter(|verdict| verdict.valid_until == Some(last));
    let controlled = |assessment: &Assessment, verdict: &Verdict| {
        assessment.verdicts.iter().any(|now| now.id == verdict.id && now.verdict == Outcome::Controlled)
    };
    ending
        .filter(|verdict| then_and_after.map(|assessment| controlled(assessment, verdict)) != [true, false])
        .map(|verdict| format!("{}: does not last until {last} and no longer: {}", case.name, told(verdict)))
        .collect()
}

/// Everything in which what turns without a decision differs from what should.
pub fn flip(case: &Case, flip: &Flip, before: &Assessment, after: &Assessment) -> Vec<String> {
    let mut wrong = foretold(case, &flip.without, before, after);
    let mut say = |text: String| wrong.push(format!("{} without {}: {text}", case.name, flip.without));
    let mut seen = vec![false; flip.turns.len()];
    for (verdict, turned, _) in turned(before, after) {
        match (turned, flip.turns.iter().position(|turn| turns(turn, verdict))) {
            (true, Some(turn)) => seen[turn] = true,
            (true, None) => say(format!("should not turn: {}", told(verdict))),
            (false, Some(_)) => say(format!("does not turn: {}", told(verdict))),
            (false, None) => {}
        }
    }
    for (turn, _) in flip.turns.iter().zip(seen).filter(|(_, seen)| !seen) {
        say(format!("{} is not there to turn", turn.subjects.join(", ")));
    }
    wrong
}
