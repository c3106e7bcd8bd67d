//! What a policy may change of the one it extends. It may always be stricter. Weaker it may be in the cells that the other leaves
//! open, and only where somebody says why and answers for it.

use ward_model::verdict::Outcome;

use super::{CellChange, Draft};
use crate::error::PolicyError;
use crate::policy::{ClockRule, Policy, Weakened, Words, cell_name};

const NEVER: &str = "a policy that extends another may be stricter, never weaker";

/// Whether a changed cell may be as it is, and the record of it where it is weaker.
pub(super) fn cell(draft: &Draft, change: &CellChange, base: &Policy) -> Result<Option<Weakened>, PolicyError> {
    let (class, severity) = change.cell;
    let weaker = change.outcome == Outcome::Controlled && base.matrix.cell(class, severity) == Outcome::Uncontrolled;
    if !weaker {
        return Ok(None);
    }
    let what = format!("the cell {}", cell_name(class, severity));
    if !base.adjustable.contains(&change.cell) {
        let open: Vec<String> = base.adjustable.iter().map(|(class, severity)| cell_name(*class, *severity)).collect();
        let needs = match open.as_slice() {
            [] => "it leaves no cell open".to_owned(),
            open => format!("it leaves open only {}", open.join(", ")),
        };
        return Err(weakened(draft, base, what, needs));
    }
    match (&change.justification, &change.approved_by) {
        (Some(justification), Some(approved_by)) => Ok(Some(Weakened {
            cell: cell_name(class, severity),
            justification: justification.clone(),
            approved_by: approved_by.clone(),
        })),
        _ => Err(weakened(draft, base, what, "it needs a `justification` and who has `approved_by` it".to_owned())),
    }
}

/// Whether everything but the cells is at least as strict.
pub(super) fn check(draft: &Draft, policy: &Policy, base: &Policy) -> Result<(), PolicyError> {
    let refuse = |what: String| Err(weakened(draft, base, what, NEVER.to_owned()));
    if let Some(left_out) = base.counts.difference(&policy.counts).next() {
        return refuse(format!("`counts` without `{left_out}`"));
    }
    if let Some((class, severity)) = policy.adjustable.difference(&base.adjustable).next() {
        return refuse(format!("`adjustable` with {}", cell_name(*class, *severity)));
    }
    if base.question.is_some() && policy.question != base.question {
        return refuse("another `question`".to_owned());
    }
    if let Some(own) = draft.words.as_ref().filter(|own| turns(own, &base.words)) {
        let what = format!("`words` with `{}` and `{}`", own.controlled, own.uncontrolled);
        let needs = format!(
            "it says `{}` and `{}`, and no word may be taken for the other one",
            base.words.controlled, base.words.uncontrolled
        );
        return Err(weakened(draft, base, what, needs));
    }
    let (own, theirs) = (&policy.escalation, &base.escalation);
    if own.persons_more_than > theirs.persons_more_than || own.from > theirs.from || own.to < theirs.to {
        return refuse("`escalation`".to_owned());
    }
    if policy.review_days > base.review_days {
        return refuse(format!("a review after {} days", policy.review_days));
    }
    for clock in &policy.clocks {
        let same = base.clocks.iter().find(|other| other.id == clock.id);
        let shorter =
            |other: &ClockRule| clock.days <= other.days && clock.unit <= other.unit && clock.when == other.when;
        if same.is_some_and(|other| !shorter(other)) {
            return refuse(format!("the clock `{}`", clock.id));
        }
    }
    Ok(())
}

/// Whether words could be read as the opposite of what another policy means by its own.
fn turns(own: &Words, theirs: &Words) -> bool {
    let plain = |word: &str| word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let [good, bad] = [&own.controlled, &own.uncontrolled].map(|word| plain(word));
    let [their_good, their_bad] = [&theirs.controlled, &theirs.uncontrolled].map(|word| plain(word));
    // The word for uncontrolled often has the other in it.
    good == bad || good.contains(&their_bad) || (bad.contains(&their_good) && !bad.contains(&their_bad))
}

/// The clock that takes the place of one of the same name: what that asks for is still due, and the own text stands beside it.
pub(super) fn clock(own: &ClockRule, theirs: Option<&ClockRule>) -> ClockRule {
    let action = match theirs {
        Some(theirs) if theirs.action.contains(&own.action) => theirs.action.clone(),
        Some(theirs) => format!("{}; {}", theirs.action, own.action),
        None => own.action.clone(),
    };
    ClockRule { action, ..own.clone() }
}

fn weakened(draft: &Draft, base: &Policy, what: String, needs: String) -> PolicyError {
    PolicyError::Weakened { file: draft.file.clone(), what, base: base.id.to_string(), needs }
}
