//! Nothing overlaps, whatever the system looks like.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;
use ward_model::assessment::Assessment;
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::lifecycle::{
    ComponentSupport, DeclaredLife, ServiceFrom, SupportCounts, SupportGap, SupportState, UpdateSituation,
    VersionLifecycle,
};
use ward_model::scale::Exploitability;
use ward_model::verdict::{Outcome, Place, Witness, WitnessNode};

use super::bars::{self, Bar, Row, Span};
use super::draw::scene;
use super::fold::View;
use super::pen::Rect;
use super::tree::{self, Frame, Gate, Node, Tree};
use super::{PolicyMatrix, architecture, path, sheets};

mod drawn;
use drawn::clear;

#[path = "../../tests/support/hospital.rs"]
mod hospital;
use crate::next::tests::lvp;

fn device(zones: usize, elements: &[(usize, usize, usize)], links: &[(usize, usize, usize)]) -> Device {
    let names = [
        "pump",
        "Central station",
        "Hospital interface engine for drug libraries and orders",
        "Gerät",
        "W".repeat(60).leak(),
    ];
    let mut device =
        Device { name: "Device <&> \u{1b}".into(), maker: "m".into(), ..Device::new("d", date(2026, 1, 1)) };
    for zone in 0..zones {
        let id = ward_model::ids::ZoneId::new(format!("z{zone}"));
        let owner = Owner::ALL[zone % Owner::ALL.len()];
        device.zones.insert(id.clone(), Zone { id, name: names[zone % names.len()].to_owned(), owner });
    }
    for (number, (zone, kind, name)) in elements.iter().enumerate() {
        let id = ward_model::ids::ElementId::new(format!("e{number:02}"));
        let element = Element {
            id: id.clone(),
            name: names[name % names.len()].to_owned(),
            kind: ElementKind::ALL[kind % ElementKind::ALL.len()],
            owner: Owner::ALL[name % Owner::ALL.len()],
            zone: (*zone < zones).then(|| format!("z{zone}").as_str().into()),
            hardware: Vec::new(),
            without_software: false,
            instances_per_site: None,
            local_login: false,
        };
        device.elements.insert(id, element);
    }
    for (number, (from, to, name)) in links.iter().enumerate() {
        let id = ward_model::ids::LinkId::new(format!("l{number:02}"));
        let end = |place: usize| format!("e{:02}", place % elements.len()).as_str().into();
        let link = Link {
            id: id.clone(),
            name: names[name % names.len()].to_owned(),
            from: end(*from),
            to: end(*to),
            medium: Medium::Ip,
            protocol: None,
            exposed_to: None,
            carries: None,
            authentication: (name % 2 == 1).then(|| Authentication {
                mechanism: "mutual TLS 1.3 with hospital certificates".into(),
                secret: None,
            }),
            encryption: None,
            integrity: None,
            anti_replay: None,
            fed_by: None,
        };
        device.links.insert(id, link);
    }
    device
}

fn witness(steps: &[usize], elements: usize, links: usize) -> Witness {
    let nodes = steps
        .iter()
        .enumerate()
        .map(|(number, step)| WitnessNode {
            id: format!("n{number}").into(),
            fact: "a fact".into(),
            by: "a rule".into(),
            class: Exploitability::High,
            at: match step % 4 {
                0 => Place::Position("hospital-network".into()),
                1 => Place::Element(format!("e{:02}", step % elements.max(1))),
                2 => Place::Link(format!("l{:02}", step % links.max(1))),
                _ => Place::Harm("a harm with a long text that goes on and on and on".into()),
            },
        })
        .collect();
    Witness { nodes, edges: Vec::new() }
}

fn check(device: &Device, witness: Option<&Witness>) -> Result<(), TestCaseError> {
    let decided = BTreeSet::new();
    let view = View::whole(device, &decided);
    let scene = scene(&view, "Architecture of a device with a long name that goes on", witness, &decided);
    let inner = |rect: Rect| Rect { x: rect.x + 16, y: rect.y + scene.top, ..rect };
    let layout = &scene.layout;
    let mut solid: Vec<(String, Rect)> = Vec::new();
    solid.extend(layout.boxes.iter().enumerate().map(|(n, placed)| (format!("box {n}"), inner(placed.rect))));
    solid.extend(layout.links.iter().map(|line| (format!("label {}", line.link.id), inner(line.label))));
    solid.extend(layout.zones.iter().enumerate().map(|(n, zone)| (format!("head {n}"), inner(zone.head))));
    solid.extend(scene.before.iter().chain(&scene.after).map(|note| (format!("note {}", note.mark), note.rect)));
    solid.extend(scene.legend.iter().enumerate().map(|(n, (_, rect))| (format!("legend {n}"), *rect)));
    for (place, (name, rect)) in solid.iter().enumerate() {
        let inside = rect.x >= 0 && rect.y >= 0 && rect.x + rect.w <= scene.width && rect.y + rect.h <= scene.height;
        prop_assert!(inside, "{name} {rect:?} is outside {} x {}", scene.width, scene.height);
        for (other, other_rect) in &solid[place + 1..] {
            prop_assert!(!rect.overlaps(other_rect), "{name} {rect:?} overlaps {other} {other_rect:?}");
        }
    }
    for (place, zone) in layout.zones.iter().enumerate() {
        for other in &layout.zones[place + 1..] {
            prop_assert!(!zone.rect.overlaps(&other.rect), "zones overlap: {:?} {:?}", zone.rect, other.rect);
        }
    }
    for line in &layout.links {
        for pair in line.points.windows(2) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            prop_assert!(ax == bx || ay == by, "a line runs askew");
            let thin = Rect { x: ax.min(bx), y: ay.min(by), w: (ax - bx).abs().max(1), h: (ay - by).abs().max(1) };
            let thin = inner(thin);
            for (name, rect) in solid
                .iter()
                .filter(|(name, _)| name.starts_with("box") || name.starts_with("label") || name.starts_with("head"))
            {
                // A line ends on the border of a box.
                let rect = Rect { x: rect.x + 1, y: rect.y + 1, w: rect.w - 2, h: rect.h - 2 };
                prop_assert!(!thin.overlaps(&rect), "line {} {thin:?} crosses {name} {rect:?}", line.link.id);
            }
        }
    }
    let pieces: Vec<(usize, Rect)> = layout
        .links
        .iter()
        .enumerate()
        .flat_map(|(number, line)| {
            line.points.windows(2).map(move |pair| {
                let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
                (number, Rect { x: ax.min(bx), y: ay.min(by), w: (ax - bx).abs(), h: (ay - by).abs() })
            })
        })
        .collect();
    for (place, (line, a)) in pieces.iter().enumerate() {
        for (other, b) in pieces[place + 1..].iter().filter(|(other, _)| other != line) {
            let level = a.h == 0 && b.h == 0 && a.y == b.y && a.x < b.x + b.w && b.x < a.x + a.w;
            let upright = a.w == 0 && b.w == 0 && a.x == b.x && a.y < b.y + b.h && b.y < a.y + a.h;
            prop_assert!(!level && !upright, "lines {line} and {other} run on one another: {a:?} {b:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn boxes_labels_and_lines_keep_apart(
        zones in 0_usize..9,
        elements in prop::collection::vec((0_usize..9, 0_usize..13, 0_usize..5), 1..=40),
        links in prop::collection::vec((0_usize..40, 0_usize..40, 0_usize..5), 0..60),
        steps in prop::collection::vec(0_usize..60, 0..14),
    ) {
        let device = device(zones, &elements, &links);
        check(&device, None)?;
        check(&device, Some(&witness(&steps, elements.len(), links.len())))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Up to 200 elements: what is drawn is read back from the pictures themselves.
    #[test]
    fn sheets_of_large_systems_keep_apart_and_cut_nothing(
        zones in 0_usize..12,
        elements in prop::collection::vec((0_usize..12, 0_usize..13, 0_usize..5), 1..=200),
        links in prop::collection::vec((0_usize..200, 0_usize..200, 0_usize..5), 0..260),
        steps in prop::collection::vec(0_usize..60, 0..14),
    ) {
        let device = device(zones, &elements, &links);
        for sheet in sheets(&device, "Architecture", &["A remark.".to_owned()], &BTreeSet::new()) {
            clear(&sheet.svg).map_err(|why| TestCaseError::fail(format!("{}: {why}", sheet.of)))?;
        }
        let way = path(&device, &witness(&steps, elements.len(), links.len()), &BTreeSet::new(), Some("Told for something.".to_owned()));
        clear(&way).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_keep_apart_and_cut_nothing(roots in prop::collection::vec(node(), 0..5)) {
        let columns = [("Harm", 170), ("Hazardous situation", 200), ("Function", 190), ("Steps", 330)];
        let tree = Tree { title: "Tree <&>".into(), notes: vec!["A note.".into()], columns: &columns, onward: false, roots };
        for sheet in tree::sheets(&tree) {
            clear(&sheet).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn bars_keep_apart_and_cut_nothing(
        rows in prop::collection::vec((0_usize..5, prop::collection::vec((0_usize..5, 0_i16..90, 0_i16..90), 0..5)), 0..60),
    ) {
        let day = |year: i16| (year < 80).then(|| date(1990 + year, 3, 1));
        let bar = |&(span, from, until): &(usize, i16, i16)| {
            let span = Span::ALL[span];
            Bar { span, from: day(from.min(until)), until: day(from.max(until)) }
        };
        let row = |(name, bars): &(usize, Vec<(usize, i16, i16)>)| {
            let (name, note) = (words(*name), words(name + 1));
            Row { name, note, bars: bars.iter().map(bar).collect() }
        };
        let rows: Vec<Row> = rows.iter().map(row).collect();
        for sheet in bars::sheets("Life", &["A note.".to_owned()], &rows, date(2026, 11, 28)) {
            clear(&sheet).map_err(TestCaseError::fail)?;
        }
    }
}

fn matrix() -> PolicyMatrix {
    let policy = lvp::assessment().verdicts[0].policy.clone();
    PolicyMatrix {
        policy,
        cells: lvp::matrix_cells(),
        controlled: "controlled risk".into(),
        uncontrolled: "uncontrolled risk".into(),
    }
}

/// Words of several lengths.
fn words(number: usize) -> String {
    let texts = ["pump", "the attacker can alter what pump-controller does, by CVE-2014-0160", "Überlänge", "W"];
    match number % 5 {
        4 => "W".repeat(300),
        short => texts[short].to_owned(),
    }
}

fn node() -> impl Strategy<Value = Node> {
    let of = (0_usize..5, prop::collection::vec(0_usize..5, 0..4), 0_usize..3, 0_usize..4).prop_map(
        |(heading, lines, frame, gate)| Node {
            heading: words(heading),
            lines: lines.into_iter().map(words).collect(),
            frame: [Frame::Plain, Frame::Reached, Frame::Apart][frame],
            gate: [None, Some(Gate::Or), Some(Gate::And), Some(Gate::Voted(12, 133))][gate].clone(),
            from: Vec::new(),
        },
    );
    of.prop_recursive(3, 40, 12, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..12)).prop_map(|(node, from)| Node { from, ..node })
    })
}

#[test]
fn every_element_of_a_hospital_of_two_hundred_is_drawn_once_by_itself() {
    let device = hospital::device(200);
    assert_eq!(device.elements.len(), 200);
    let sheets = sheets(&device, "Architecture", &[], &BTreeSet::new());
    assert!(sheets.len() > 1 && sheets.len() < 40, "{}", sheets.len());
    let texts: Vec<String> = sheets
        .iter()
        .map(|sheet| {
            let drawn = clear(&sheet.svg).unwrap_or_else(|why| panic!("{}: {why}", sheet.of));
            let words: Vec<String> = drawn.texts.into_iter().map(|text| text.words).collect();
            format!(" {} ", words.join(" "))
        })
        .collect();
    for element in device.elements.values() {
        // A name may take several lines.
        assert!(
            texts.iter().any(|texts| texts.contains(&format!(" {} ", element.name))),
            "{} is on no sheet",
            element.name
        );
    }
    for sheet in &sheets {
        let drawn = clear(&sheet.svg).unwrap_or_else(|why| panic!("{}: {why}", sheet.of));
        let (w, h) = (drawn.width, drawn.height);
        assert!(
            (w <= 1620 && h <= 1075) || (w <= 1045 && h <= 1550),
            "{} is {} x {}",
            sheet.of,
            drawn.width,
            drawn.height
        );
    }
}

#[test]
fn every_picture_of_an_assessment_is_xml_with_a_title_and_a_description() {
    let (mut assessment, device) = (lvp::assessment(), lvp::device());
    assessment.lifecycle = vec![life()];
    let matrices = [matrix()];
    let configurations = Configurations::default();
    let subject = crate::pictures::Subject {
        assessment: &assessment,
        device: &device,
        configurations: &configurations,
        matrices: &matrices,
    };
    let all = crate::pictures::all(&subject);
    let names: BTreeSet<&str> = all.iter().map(|picture| picture.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    for wanted in ["matrix-", "architecture", "path-1", "harm-", "several-people", "lifecycle"] {
        assert!(names.iter().any(|name| name.starts_with(wanted)), "{wanted} is not among {names:?}");
    }
    for picture in &all {
        clear(&picture.svg).unwrap_or_else(|why| panic!("{}: {why}", picture.name));
    }
    assert_eq!(all, crate::pictures::all(&subject));
}

/// What is drawn as supported ends with the first part that is not, and what is not known is not drawn as known.
#[test]
fn nothing_is_drawn_as_supported_that_has_lost_a_part_or_of_which_nobody_knows() {
    let part = |until, state| ComponentSupport {
        element: "pump-controller".into(),
        owner: Owner::Maker,
        component: "linux".into(),
        name: "linux-imx".into(),
        version: Some("4.9".into()),
        state,
        until,
        sources: Vec::new(),
    };
    let drawn = |support: Vec<ComponentSupport>, unknown: usize, stage: Option<Stage>| {
        let counts = SupportCounts { supported: 1, ended: support.len(), unknown };
        let stage_range = stage.map_or([Stage::Support, Stage::EndOfSupport], |stage| [stage; 2]);
        let life = VersionLifecycle { support, counts, stage, stage_range, ..life() };
        let assessment = Assessment { lifecycle: vec![life], ..lvp::assessment() };
        crate::pictures::lifecycle(&assessment, &lvp::device()).concat()
    };
    let whole = drawn(Vec::new(), 0, Some(Stage::Support));
    assert!(whole.contains("; supported from a day that is not known until 2031-06-30"), "{whole}");
    assert!(!whole.contains("own parts are supported") && !whole.contains("own part is supported"), "{whole}");
    // The first part ended two years ago: so did the support, whatever is declared.
    let lost = vec![part(Some(date(2024, 12, 5)), SupportState::Ended)];
    let lost = drawn(lost, 0, Some(Stage::EndOfSupport));
    assert!(lost.contains("; supported from a day that is not known until 2024-12-05"), "{lost}");
    assert!(lost.contains("; declared supported, parts are not from 2024-12-05 until 2031-06-30"), "{lost}");
    assert!(lost.contains("without support since 2024-12-05: linux-imx 4.9"), "{lost}");
    // Of a day that nobody says no more is known than today.
    let today = drawn(vec![part(None, SupportState::Ended)], 0, Some(Stage::LimitedSupport));
    assert!(today.contains("; supported from a day that is not known until 2026-11-22"), "{today}");
    // Of parts of which nobody says anything nothing is known, of the past neither.
    for (unknown, stage) in [(181, None), (181, Some(Stage::Support)), (0, None)] {
        let drawn = drawn(Vec::new(), unknown, stage);
        assert!(drawn.contains("; not known to be supported from a day that is not known until 2031-06-30"), "{drawn}");
        assert!(!drawn.contains("; supported from a day that is not known until 2031"), "{drawn}");
        assert_eq!(
            drawn.contains("nobody says until when 181 of its 182 own parts are supported"),
            unknown > 0,
            "{drawn}"
        );
    }
    // A part is hatched from the day on which its support ends.
    assert!(whole.contains("; without support, until the end of use from 2027-01-01 until 2038-06-30"), "{whole}");
}

/// The picture of several people tells the actions that the table tells, with what joins the people, and the staff for them.
#[test]
fn the_picture_of_several_people_tells_what_the_table_tells() {
    let (assessment, device) = (lvp::assessment(), lvp::device());
    let drawn = super::several::view(&assessment, &device).concat();
    let rows = crate::many::rows(&assessment);
    assert!(!rows.is_empty());
    for row in &rows {
        let action = row.action;
        let mut texts = vec![crate::many::title(action)];
        texts.extend(action.shared.iter().map(|one| one.text.clone()));
        texts.extend(action.fallbacks.iter().map(crate::many::fallback));
        for text in texts {
            assert!(drawn.contains(&super::pen::escape(&text)), "{text} is not in {drawn}");
        }
    }
    let nobody = Assessment { single_actions: Vec::new(), ..assessment };
    assert!(super::several::view(&nobody, &device).is_empty());
}

/// Where people of several groups come to harm together, one of each, the picture tells who and what, and the matrix that cells do not.
#[test]
fn what_comes_to_several_groups_together_is_drawn() {
    let (mut assessment, device) = (lvp::assessment(), lvp::device());
    for action in &mut assessment.single_actions {
        action.verdict = Outcome::Uncontrolled;
        for harm in &mut action.harms {
            harm.persons_at_once = ward_model::scale::Persons::Count(1);
            harm.verdict = Outcome::Controlled;
        }
    }
    let drawn = super::several::view(&assessment, &device).concat();
    assert!(drawn.contains("uncontrolled together") && drawn.contains("of several groups at once"), "{drawn}");
    assert!(!drawn.contains("to one person alone") && drawn.contains("alone controlled"), "{drawn}");
    let policy = PolicyMatrix { policy: assessment.single_actions[0].policy.clone(), ..matrix() };
    let cells = super::matrix::matrix(&assessment, &policy);
    assert!(cells.contains("Uncontrolled, whatever the cells say: "), "{cells}");
    assessment.single_actions.clear();
    assert!(!super::matrix::matrix(&assessment, &policy).contains("whatever the cells say"));
}

#[test]
fn every_variant_and_site_has_a_picture_that_says_what_differs() {
    let (assessment, device) = (lvp::assessment(), lvp::device());
    let mut own = device.clone();
    let gone = own.links.keys().next().unwrap().clone();
    own.links.remove(&gone);
    let added = own.elements.values().next().unwrap().clone();
    own.elements
        .insert("second-pump".into(), Element { id: "second-pump".into(), name: "Second pump".into(), ..added });
    let configuration = |variant: Option<&str>, site: Option<&str>, device: &Device| Configuration {
        variant: variant.map(Into::into),
        site: site.map(Into::into),
        device: device.clone(),
        decisions: Decisions { entered: Vec::new(), digest: Digest::of(b"") },
        speaks_for: BTreeMap::new(),
    };
    let each = vec![
        configuration(None, None, &device),
        configuration(Some("two-channels"), None, &own),
        configuration(Some("two-channels"), Some("st-anne"), &own),
    ];
    let configurations = Configurations { each, ..Configurations::default() };
    let subject = crate::pictures::Subject {
        assessment: &assessment,
        device: &device,
        configurations: &configurations,
        matrices: &[],
    };
    let all = crate::pictures::all(&subject);
    for name in ["architecture-variant-two-channels", "architecture-variant-two-channels--site-st-anne"] {
        let picture = all.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("{name} is missing"));
        clear(&picture.svg).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(
            picture.svg.contains("Second pump (second-pump)") && picture.svg.contains(gone.as_str()),
            "{}",
            picture.svg
        );
    }
}

#[test]
fn a_harm_that_no_verdict_tells_a_way_to_is_not_called_unreachable() {
    let (assessment, mut device) = (lvp::assessment(), lvp::device());
    for harm in device.harms.values_mut() {
        harm.axis = ward_model::scale::Axis::Privacy;
    }
    let none = ward_model::assessment::Assessment {
        verdicts: assessment
            .verdicts
            .into_iter()
            .map(|verdict| ward_model::verdict::Verdict { harms: Vec::new(), ..verdict })
            .collect(),
        ..lvp::assessment()
    };
    for harm in device.harms.values().filter(|harm| !super::harm::effects(&device, harm).is_empty()) {
        for svg in super::harm::tree(&none, &device, harm, &BTreeSet::new()) {
            clear(&svg).unwrap();
            assert!(svg.contains("an axis of its own, to which no ways are told"), "{svg}");
        }
    }
}

#[test]
fn verdicts_are_counted_in_their_cells_and_each_once() {
    let assessment = lvp::assessment();
    let matrix = matrix();
    let svg = super::matrix::matrix(&assessment, &matrix);
    let judged = assessment.verdicts.iter().filter(|verdict| verdict.policy == matrix.policy);
    let drawn = clear(&svg).unwrap();
    // The counts are the only text of their size.
    let counted: usize =
        drawn.texts.iter().filter(|text| text.size == 20).map(|text| text.words.parse::<usize>().unwrap()).sum();
    assert_eq!(counted, judged.clone().filter(|verdict| verdict.harm.is_some()).count());
    assert!(svg.contains("uncontrolled") && svg.contains("<desc>"));
}

#[test]
fn an_empty_device_still_gives_a_picture() {
    let device = device(0, &[], &[]);
    let svg = architecture(&device, None);
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
}

#[test]
fn text_is_escaped_and_bytes_are_the_same() {
    let device = device(1, &[(0, 0, 0), (0, 1, 1)], &[(0, 1, 0)]);
    let svg = architecture(&device, None);
    assert!(svg.contains("Device &lt;&amp;&gt; \u{fffd}") && !svg.contains('\u{1b}'));
    assert_eq!(svg, architecture(&device, None));
}

/// A version that is used for longer than it and one of its components are supported.
fn life() -> VersionLifecycle {
    let until = date(2038, 6, 30);
    let gap = |element: Option<&str>, name: &str, supported_until, uncovered_from| SupportGap {
        element: element.map(Into::into),
        component: element.map(|_| "lib".into()),
        name: name.to_owned(),
        state: SupportState::Supported,
        supported_until,
        service_until: until,
        uncovered_from,
        uncovered_days: 1_000,
    };
    VersionLifecycle {
        fielded_version: "4.2".into(),
        variant: None,
        units: None,
        declared: DeclaredLife {
            stage: Stage::Support,
            end_of_life: Some(date(2028, 6, 30)),
            end_of_support: Some(date(2031, 6, 30)),
            service_life_years: Some(10),
            last_manufactured: None,
            service_until: Some(until),
            service_from: Some(ServiceFrom::EndOfLife),
        },
        stage: None,
        stage_range: [Stage::Support, Stage::LimitedSupport],
        reasons: Vec::new(),
        contradictions: Vec::new(),
        next_change: None,
        counts: SupportCounts::default(),
        support: Vec::new(),
        unknown: Vec::new(),
        gaps: vec![
            gap(None, "version 4.2", Some(date(2031, 6, 30)), date(2031, 7, 1)),
            gap(Some("pump-controller"), "a library with a long name 1.0.2", Some(date(2027, 1, 1)), date(2027, 1, 2)),
            gap(Some("pump-controller"), "another", None, date(2026, 11, 28)),
        ],
        losses: Vec::new(),
        update: UpdateSituation {
            path: None,
            text: "nobody says".to_owned(),
            impossible: false,
            risks: Vec::new(),
            given_up: Vec::new(),
        },
        advice: Vec::new(),
        missing: Vec::new(),
    }
}
