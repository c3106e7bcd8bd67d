//! What of a life is drawn as supported, and what as not known.

use jiff::civil::date;
use ward_model::lifecycle::{DeclaredLife, UpdateSituation};

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn version(stage: [Stage; 2], [end, used]: [Option<Date>; 2], counts: [usize; 3]) -> VersionLifecycle {
    let [supported, ended, unknown] = counts;
    VersionLifecycle {
        fielded_version: "1".into(),
        variant: None,
        units: None,
        declared: DeclaredLife {
            stage: stage[0],
            end_of_life: None,
            end_of_support: end,
            service_life_years: None,
            last_manufactured: None,
            service_until: used,
            service_from: None,
        },
        stage: (stage[0] == stage[1]).then_some(stage[0]),
        stage_range: stage,
        reasons: Vec::new(),
        contradictions: Vec::new(),
        next_change: None,
        counts: SupportCounts { supported, ended, unknown },
        support: Vec::new(),
        unknown: Vec::new(),
        gaps: Vec::new(),
        losses: Vec::new(),
        update: UpdateSituation {
            path: None,
            text: String::new(),
            impossible: false,
            risks: Vec::new(),
            given_up: Vec::new(),
        },
        advice: Vec::new(),
        missing: Vec::new(),
    }
}

fn part(name: &str, until: Date) -> ComponentSupport {
    ComponentSupport {
        element: "pump".into(),
        owner: Owner::Maker,
        component: name.into(),
        name: name.to_owned(),
        version: None,
        state: SupportState::Supported,
        until: Some(until),
        sources: Vec::new(),
    }
}

/// The spans of a version, each with whether its ends are known.
fn spans(version: &VersionLifecycle) -> Vec<(Span, Option<Date>, Option<Date>)> {
    of_version(version, TODAY).bars.into_iter().map(|bar| (bar.span, bar.from, bar.until)).collect()
}

#[test]
fn what_nobody_says_of_any_part_is_not_drawn_as_supported() {
    use Span::{Gap, Support, Unknown, Use};
    use Stage::{EndOfSupport, LimitedSupport};
    let (end, used) = (Some(date(2030, 1, 1)), Some(date(2035, 1, 1)));
    let supported = [Stage::Support; 2];
    for (version, expected) in [
        (version(supported, [end, used], [2, 0, 0]), vec![(Use, None, used), (Support, None, end), (Gap, end, used)]),
        // Of no part, of one of them, of the stage.
        (version(supported, [end, used], [0, 0, 2]), vec![(Use, None, used), (Unknown, None, end), (Gap, end, used)]),
        (version(supported, [end, used], [1, 0, 1]), vec![(Use, None, used), (Unknown, None, end), (Gap, end, used)]),
        (
            version([Stage::Support, LimitedSupport], [end, used], [2, 0, 0]),
            vec![(Use, None, used), (Unknown, None, end), (Gap, end, used)],
        ),
        // Without any day, as many folders are.
        (version(supported, [None, None], [0, 0, 1]), vec![(Use, None, None), (Unknown, None, None)]),
        (
            version([EndOfSupport; 2], [None, None], [0, 0, 1]),
            vec![(Use, None, None), (Unknown, None, Some(TODAY)), (Gap, Some(TODAY), None)],
        ),
    ] {
        assert_eq!(spans(&version), expected, "{version:#?}");
    }
    let note = of_version(&version(supported, [end, used], [0, 0, 2]), TODAY).note;
    assert!(note.contains("nobody says until when any of its 2 own parts is supported"), "{note}");
    let note = of_version(&version(supported, [None, None], [9, 0, 181]), TODAY).note;
    assert!(note.contains("nobody says until when 181 of its 190 own parts are supported"), "{note}");
}

#[test]
fn parts_whose_support_ends_on_one_day_are_all_named() {
    let mut version = version([Stage::Support; 2], [Some(date(2030, 1, 1)), None], [3, 0, 0]);
    version.support = vec![part("b", date(2028, 1, 1)), part("a", date(2028, 1, 1)), part("c", date(2029, 1, 1))];
    let row = of_version(&version, TODAY);
    let told = "the first of its own parts are without support from 2028-01-01: 2 on the same day, a, b";
    assert!(row.note.contains(told), "{}", row.note);
}
