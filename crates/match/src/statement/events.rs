//! A range of events, after OSV's published algorithm: events in the order of their versions, each switching the state on or off.

use std::cmp::Ordering;

use ward_model::affected::RangeEvent;
use ward_version::{Truth, VersionOrder};

use super::{Asked, Places, Reading, at};

/// What the events say of a version.
pub(super) struct Outcome {
    pub(super) truth: Truth,
    /// The first fix that is later than the version.
    pub(super) next_fix: Option<String>,
    /// The last fix that the version has reached.
    pub(super) passed_fix: Option<String>,
}

/// Evaluates a range. Unknown where two of its events have no order.
pub(super) fn evaluate(events: &[RangeEvent], reading: Reading, asked: Asked<'_>) -> Outcome {
    let mut outcome = Outcome { truth: Truth::Unknown, next_fix: None, passed_fix: None };
    let Some(sorted) = sort(events, reading) else { return outcome };
    let mut state = Truth::False;
    let own = reading.places(asked);
    for (event, place) in sorted {
        let order = if is_beginning(event) { VersionOrder::Greater } else { own.order(&place) };
        let (reached, to) = match event {
            RangeEvent::Introduced(_) => (reached(order, true), Truth::True),
            RangeEvent::Fixed(_) => (reached(order, true), Truth::False),
            RangeEvent::LastAffected(_) => (reached(order, false), Truth::False),
            RangeEvent::Limit(_) => continue,
        };
        match reached {
            Truth::True => state = to,
            Truth::Unknown if state != to => state = Truth::Unknown,
            Truth::Unknown | Truth::False => {}
        }
        if let RangeEvent::Fixed(version) = event {
            match reached {
                Truth::True => outcome.passed_fix = Some(version.clone()),
                Truth::False if outcome.next_fix.is_none() => outcome.next_fix = Some(version.clone()),
                _ => {}
            }
        }
    }
    let limits: Vec<&str> = events.iter().filter(|event| matches!(event, RangeEvent::Limit(_))).map(at).collect();
    let before = limits.is_empty().into();
    let before = limits.into_iter().fold(before, |before: Truth, limit| {
        before.or(match (limit, reading.order(asked, limit)) {
            ("*", _) | (_, VersionOrder::Less) => Truth::True,
            (_, VersionOrder::Unknown) => Truth::Unknown,
            _ => Truth::False,
        })
    });
    outcome.truth = state.and(before);
    outcome
}

fn is_beginning(event: &RangeEvent) -> bool {
    matches!(event, RangeEvent::Introduced(version) if version.trim() == "0")
}

fn reached(order: VersionOrder, itself: bool) -> Truth {
    match order {
        VersionOrder::Greater => Truth::True,
        VersionOrder::Equal => itself.into(),
        VersionOrder::Less => Truth::False,
        VersionOrder::Unknown => Truth::Unknown,
    }
}

/// An event and its place.
type Placed<'e> = (&'e RangeEvent, Places);

/// The events by version; of two at one version what ends comes first, so that what begins there holds.
fn sort(events: &[RangeEvent], reading: Reading) -> Option<Vec<Placed<'_>>> {
    let mut sorted: Vec<Placed<'_>> = Vec::with_capacity(events.len());
    for event in events.iter().filter(|event| !matches!(event, RangeEvent::Limit(_))) {
        let placed = (event, reading.places(Asked { text: Some(at(event)), update: None }));
        let mut place = sorted.len();
        for (index, held) in sorted.iter().enumerate().rev() {
            match order(&placed, held)? {
                Ordering::Less => place = index,
                Ordering::Equal | Ordering::Greater => break,
            }
        }
        sorted.insert(place, placed);
    }
    // Every pair was not compared with every other; neighbours are, and they settle the rest.
    sorted.windows(2).all(|pair| order(&pair[0], &pair[1]).is_some_and(Ordering::is_le)).then_some(sorted)
}

fn order(a: &Placed<'_>, b: &Placed<'_>) -> Option<Ordering> {
    let begins = |event: &RangeEvent| matches!(event, RangeEvent::Introduced(_));
    match (is_beginning(a.0), is_beginning(b.0)) {
        (true, true) => return Some(Ordering::Equal),
        (true, false) => return Some(Ordering::Less),
        (false, true) => return Some(Ordering::Greater),
        (false, false) => {}
    }
    match a.1.order(&b.1) {
        VersionOrder::Less => Some(Ordering::Less),
        VersionOrder::Greater => Some(Ordering::Greater),
        VersionOrder::Equal => Some(begins(a.0).cmp(&begins(b.0))),
        VersionOrder::Unknown => None,
    }
}

/// As `>=1.0 <1.2 or >=2.0 <2.3`, in the order of the record.
pub(super) fn shown(events: &[RangeEvent]) -> String {
    let mut text = String::new();
    for (place, event) in events.iter().enumerate() {
        if place >= 2 * super::SHOWN {
            text.push_str(" ...");
            break;
        }
        let begins = matches!(event, RangeEvent::Introduced(_));
        if place > 0 {
            text.push_str(if begins { " or " } else { " " });
        }
        let sign = match event {
            RangeEvent::Introduced(_) => ">=",
            RangeEvent::Fixed(_) | RangeEvent::Limit(_) => "<",
            RangeEvent::LastAffected(_) => "<=",
        };
        text.push_str(sign);
        text.push_str(at(event));
    }
    text
}
