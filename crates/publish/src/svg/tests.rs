//! Nothing overlaps, whatever the system looks like.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::scale::Exploitability;
use ward_model::verdict::{Place, Witness, WitnessNode};

use super::architecture;
use super::draw::scene;
use super::layout::Rect;

fn device(zones: usize, elements: &[(usize, usize, usize)], links: &[(usize, usize, usize)]) -> Device {
    let names = [
        "pump",
        "Central station",
        "Hospital interface engine for drug libraries and orders",
        "Gerät",
        "W".repeat(60).leak(),
    ];
    let mut device = Device {
        id: "d".into(),
        name: "Device <&> \u{1b}".into(),
        maker: "m".into(),
        intended_use: String::new(),
        environments: Vec::new(),
        policies: Vec::new(),
        lifecycle: Lifecycle {
            stage: Stage::Support,
            end_of_life: None,
            end_of_support: None,
            service_life_years: None,
        },
        model_since: date(2026, 1, 1),
        zones: BTreeMap::new(),
        elements: BTreeMap::new(),
        links: BTreeMap::new(),
        secrets: BTreeMap::new(),
        functions: BTreeMap::new(),
        person_groups: BTreeMap::new(),
        harms: BTreeMap::new(),
        controls: BTreeMap::new(),
        versions: Vec::new(),
        statements: Vec::new(),
        compiled: Vec::new(),
        own_findings: Vec::new(),
        known_since: Vec::new(),
        rubrics: std::collections::BTreeMap::new(),
        designs: Default::default(),
        claims: BTreeMap::new(),
        digest: Digest::of(b""),
        files: BTreeMap::new(),
    };
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
            id: format!("n{number}"),
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
    let scene = scene(device, witness, &BTreeSet::new());
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
