//! A policy's matrix with the verdicts counted in its cells.

use ward_model::assessment::Assessment;
use ward_model::ids::PolicyId;
use ward_model::scale::{Exploitability, Severity};
use ward_model::verdict::{Basis, Outcome, Verdict};

use super::measure::{self, bold, plain};
use super::pen::{Anchor, Face, Head, INK, MARGIN, Pen, Rect, THIN};
use crate::many;
use crate::words::{clean, count, number};

/// Width of a cell, and height of one whose word stands in one line.
const CELL: (i32, i32) = (172, 124);
/// So many lines a policy's word may take, and how high each is.
const WORD: (usize, i32) = (3, 14);
/// Room for the names of the rows.
const SIDE: i32 = 112;
/// Height of the names of the columns.
const TOP: i32 = 44;

/// What a policy makes of each class and severity, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyMatrix {
    /// The policy.
    pub policy: PolicyId,
    /// By class, then by severity, the lowest first.
    pub cells: [[Outcome; 5]; 3],
    /// Its word for controlled.
    pub controlled: String,
    /// Its word for uncontrolled.
    pub uncontrolled: String,
}

/// The verdicts that stand in one cell.
#[derive(Default)]
struct Cell {
    confirmed: usize,
    presumed: usize,
    controlled: usize,
    provisional: usize,
    escalated: usize,
}

impl Cell {
    fn of<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Self {
        let mut cell = Self::default();
        for verdict in verdicts {
            match (verdict.verdict, verdict.basis) {
                (Outcome::Uncontrolled, Basis::Confirmed) => cell.confirmed += 1,
                (Outcome::Uncontrolled, Basis::Presumed) => cell.presumed += 1,
                (Outcome::Controlled, _) if verdict.provisional => cell.provisional += 1,
                (Outcome::Controlled, _) => cell.controlled += 1,
            }
            cell.escalated +=
                usize::from(verdict.harm.as_ref().is_some_and(|harm| harm.escalated_severity > harm.severity));
        }
        cell
    }

    fn total(&self) -> usize {
        self.confirmed + self.presumed + self.controlled + self.provisional
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (count, word) in [
            (self.confirmed, "uncontrolled"),
            (self.presumed, "presumed"),
            (self.provisional, "provisional"),
            (self.controlled, "controlled"),
        ] {
            if count > 0 {
                lines.push(format!("{} {word}", number(count as u64)));
            }
        }
        if self.escalated > 0 {
            lines.push(format!("▲ {} escalated", number(self.escalated as u64)));
        }
        lines
    }
}

/// The matrix of one policy, with the verdicts that were judged by it.
pub fn matrix(assessment: &Assessment, policy: &PolicyMatrix) -> String {
    let own = || assessment.verdicts.iter().filter(|verdict| verdict.policy == policy.policy);
    let without = Cell::of(own().filter(|verdict| verdict.harm.is_none()));
    let title = format!("Risk matrix of {} by {}", assessment.device.name, policy.policy);
    let mut notes = vec![format!(
        "Each verdict stands once, at its worst harm. Hatched cells are {} (\"{}\"), plain ones {} (\"{}\"); the thick line is the boundary. ▲: severity \
             was raised because several people may be hit at once.",
        Outcome::Uncontrolled,
        policy.uncontrolled,
        Outcome::Controlled,
        policy.controlled
    )];
    let at_once = assessment.single_actions.iter();
    let at_once = at_once.filter(|action| action.policy == policy.policy && many::together(action)).count();
    if at_once > 0 {
        notes.insert(
            0,
            format!(
                "Uncontrolled, whatever the cells say: {} of an attacker, by what people of several groups come to together. {} in no cell, for \
                 cells hold verdicts on single harms; see several people at once.",
                count(at_once, "single action", "single actions"),
                if at_once == 1 { "It stands" } else { "They stand" }
            ),
        );
    }
    if without.total() > 0 {
        let parts = without.lines().join(", ");
        let open = without.confirmed + without.presumed;
        let open = match open {
            0 => String::new(),
            1 => " That is no good news: one of them is uncontrolled, for what nobody has described may do harm that nobody has named.".to_owned(),
            some => format!(
                " That is no good news: {} of them are uncontrolled, for what nobody has described may do harm that nobody has named.",
                number(some as u64)
            ),
        };
        notes.push(format!(
            "{} in no cell, because no harm to a person that the policy counts is described on their ways: {parts}.{open}",
            count(without.total(), "verdict stands", "verdicts stand")
        ));
    }
    let width = 2 * MARGIN + SIDE + 5 * CELL.0;
    let head = Head::new(&title, &notes, width);
    let top = MARGIN + head.height() + TOP;
    // As high as the longer of the policy's words needs.
    let lines = [&policy.controlled, &policy.uncontrolled].map(|word| worded(word).len());
    let tall = CELL.1 + measure::whole(lines.into_iter().max().unwrap_or(1).saturating_sub(1)) * WORD.1;
    let height = top + 3 * tall + 34 + MARGIN;
    let mut pen = Pen::begin(width, height, &title, &description(&notes, own, policy));
    head.write(&mut pen, MARGIN);
    let left = MARGIN + SIDE;
    pen.text(left, top - 26, 11, Face::Aside, "Severity of harm to a patient, after escalation");
    for (place, severity) in Severity::ALL.iter().enumerate() {
        let x = left + measure::whole(place) * CELL.0 + CELL.0 / 2;
        pen.anchored(x, top - 8, 12, Face::Bold, Anchor::Middle, severity.word());
    }
    pen.text(MARGIN, top - 8, 11, Face::Aside, "Exploitability");
    let rect = |row: usize, column: usize| Rect {
        x: left + measure::whole(column) * CELL.0,
        y: top + measure::whole(row) * tall,
        w: CELL.0,
        h: tall,
    };
    let outcome = |class: Exploitability, severity: Severity| policy.cells[class as usize][severity as usize];
    let rows: Vec<Exploitability> = Exploitability::ALL.iter().rev().copied().collect();
    for (row, class) in rows.iter().enumerate() {
        pen.text(MARGIN, rect(row, 0).y + tall / 2 + 4, 12, Face::Bold, class.word());
        for (column, severity) in Severity::ALL.iter().enumerate() {
            let verdicts = own().filter(|verdict| stands_at(verdict, *class, *severity));
            let word = match outcome(*class, *severity) {
                Outcome::Uncontrolled => &policy.uncontrolled,
                Outcome::Controlled => &policy.controlled,
            };
            cell(&mut pen, rect(row, column), (outcome(*class, *severity), word), &Cell::of(verdicts));
        }
    }
    // The boundary runs between cells of different outcome.
    let mut boundary = String::new();
    for (row, class) in rows.iter().enumerate() {
        for (column, severity) in Severity::ALL.iter().enumerate() {
            let Rect { x, y, w, h } = rect(row, column);
            let own = outcome(*class, *severity);
            if Severity::ALL.get(column + 1).is_some_and(|next| outcome(*class, *next) != own) {
                boundary.push_str(&format!("M{} {y} v{h} ", x + w));
            }
            if rows.get(row + 1).is_some_and(|next| outcome(*next, *severity) != own) {
                boundary.push_str(&format!("M{x} {} h{w} ", y + h));
            }
        }
    }
    if !boundary.is_empty() {
        pen.path(boundary.trim_end(), (INK, "5"), "");
    }
    pen.text(left, top + 3 * tall + 24, 11, Face::Aside, "Classes are ordinal; none of them is a probability.");
    pen.end()
}

/// A policy's word, in lines that fit into a cell.
fn worded(word: &str) -> Vec<String> {
    measure::wrap(&clean(word), CELL.0 - 24, plain(11), WORD.0)
}

fn stands_at(verdict: &Verdict, class: Exploitability, severity: Severity) -> bool {
    verdict.exploitability == class && verdict.harm.as_ref().is_some_and(|harm| harm.escalated_severity == severity)
}

fn cell(pen: &mut Pen, rect: Rect, (outcome, word): (Outcome, &str), counts: &Cell) {
    pen.frame(rect, 0, "#ffffff", (THIN, "1"), "");
    if outcome == Outcome::Uncontrolled {
        pen.hatch(rect, 11, ("#b9c2cb", "2"));
    }
    // Text stands on white: a pattern behind letters is hard to read.
    let plate = |pen: &mut Pen, x: i32, y: i32, w: i32, h: i32| {
        pen.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>"));
    };
    let words = worded(word);
    let wide = measure::widest(&words, plain(11));
    let below = measure::whole(words.len().saturating_sub(1)) * WORD.1;
    plate(pen, rect.x + 8, rect.y + 6, wide + 8, 17 + below);
    for (place, word) in words.iter().enumerate() {
        pen.text(rect.x + 12, rect.y + 18 + measure::whole(place) * WORD.1, 11, Face::Quiet, word);
    }
    if counts.total() == 0 {
        return;
    }
    let total = number(counts.total() as u64);
    let lines = counts.lines();
    let wide = measure::width(&total, bold(20)).max(measure::widest(&lines, plain(11)));
    plate(pen, rect.x + 8, rect.y + 26 + below, wide + 8, 24 + measure::whole(lines.len()) * 14);
    pen.text(rect.x + 12, rect.y + 45 + below, 20, Face::Bold, &total);
    let mut y = rect.y + 46 + below;
    for line in &lines {
        y += 14;
        pen.text(rect.x + 12, y, 11, Face::Plain, line);
    }
}

fn description<'a, I: Iterator<Item = &'a Verdict>>(
    notes: &[String],
    own: impl Fn() -> I,
    policy: &PolicyMatrix,
) -> String {
    let mut out = notes.join(" ");
    for class in Exploitability::ALL.iter().rev() {
        for severity in Severity::ALL {
            let cell = Cell::of(own().filter(|verdict| stands_at(verdict, *class, *severity)));
            let outcome = policy.cells[*class as usize][*severity as usize];
            let counted = if cell.total() == 0 { "none".to_owned() } else { cell.lines().join(", ") };
            out.push_str(&format!(" Exploitability {class}, severity {severity}, {outcome}: {counted}."));
        }
    }
    out
}
