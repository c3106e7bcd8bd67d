//! The picture as SVG text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ward_model::claim::ClaimId;
use ward_model::device::{Device, ElementKind, Link, Owner};
use ward_model::ids::{ElementId, FunctionId, HarmId, LinkId};
use ward_model::verdict::{Place, Witness, WitnessNode};

use super::fold::View;
use super::layout::{BOX, LINE, Layout, LinkLine, NAME, SMALL, layout};
use super::measure::{self, plain};
use super::pen::{ACCENT, Anchor, Face, Head, INK, MARGIN, MARK, Pen, QUIET, Rect};
use super::{Sender, icon, sender};
use crate::words::{clean, count};

/// A numbered note above or below the picture: a step that stands at no element and no link.
pub struct Note {
    pub mark: usize,
    pub lines: Vec<String>,
    pub rect: Rect,
}

/// Everything with its place: what is tested for overlaps is what is drawn.
pub struct Scene<'a> {
    pub head: Head,
    pub layout: Layout<'a>,
    pub before: Vec<Note>,
    pub after: Vec<Note>,
    pub legend: Vec<(Sample, Rect)>,
    /// Where the picture itself begins.
    pub top: i32,
    pub width: i32,
    pub height: i32,
}

/// What the legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    Unverified,
    Claimed,
    Decided,
    Boundary,
    Several,
    Step,
}

impl Sample {
    const fn text(self) -> &'static str {
        match self {
            Self::Unverified => "short dashes: no authentication, or none stated",
            Self::Claimed => "long dashes: authentication is claimed",
            Self::Decided => "unbroken: authentication is claimed and decided",
            Self::Boundary => "dashed frame: a link leads to another owner's zone",
            Self::Several => "double frame: several elements, drawn together",
            Self::Step => "thick line and number: a step of the path",
        }
    }
}

/// Places everything.
pub fn scene<'a>(
    view: &'a View<'_>,
    title: &str,
    witness: Option<&Witness>,
    decided: &BTreeSet<&ClaimId>,
) -> Scene<'a> {
    let nodes: &[WitnessNode] = witness.map_or(&[], |witness| &witness.nodes);
    let numbers = |fits: &dyn Fn(&Place) -> bool| -> Vec<usize> {
        nodes.iter().enumerate().filter(|(_, node)| fits(&node.at)).map(|(place, _)| place + 1).collect()
    };
    let drawn_as = |id: &str| view.drawn_as(&LinkId::from(id));
    let element_marks = |id: &ElementId| {
        numbers(&|at| match at {
            Place::Element(at) => view.drawn_in(&ElementId::from(at.as_str())) == id,
            Place::Link(at) => drawn_as(at).is_err_and(|inside| inside.as_ref() == Some(id)),
            _ => false,
        })
    };
    let link_marks =
        |link: &Link| numbers(&|at| matches!(at, Place::Link(at) if drawn_as(at).as_ref() == Ok(&link.id)));
    let layout = layout(view, &element_marks, &link_marks);

    let width = (layout.width + 2 * MARGIN).max(640);
    let head = Head::new(title, &view.remarks, width);
    let mut y = MARGIN + head.height();
    let note = |(place, node): (usize, &WitnessNode)| Some((place + 1, note_text(view.whole, &node.at)?));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (mark, (start, text)) in nodes.iter().enumerate().filter_map(note) {
        let side = if start { &mut before } else { &mut after };
        side.push((mark, text));
    }
    let before = flow(before, width, &mut y);
    let top = y;
    y += layout.height + if after.is_empty() { 8 } else { 20 };
    let after = flow(after, width, &mut y);
    let mut kinds: Vec<Sample> = Vec::new();
    for (kind, sample) in [
        (Sender::Unverified, Sample::Unverified),
        (Sender::Claimed, Sample::Claimed),
        (Sender::Decided, Sample::Decided),
    ] {
        if layout.links.iter().any(|line| sender(line.link, decided) == kind) {
            kinds.push(sample);
        }
    }
    if layout.grid.zones.iter().any(|zone| zone.boundary) {
        kinds.push(Sample::Boundary);
    }
    if !view.folded.is_empty() {
        kinds.push(Sample::Several);
    }
    if !nodes.is_empty() {
        kinds.push(Sample::Step);
    }
    let mut legend = Vec::new();
    let mut x = MARGIN;
    for sample in kinds {
        let w = 40 + measure::width(sample.text(), plain(SMALL)) + 16;
        if x + w > width - MARGIN && x > MARGIN {
            x = MARGIN;
            y += LINE + 8;
        }
        legend.push((sample, Rect { x, y, w, h: LINE + 4 }));
        x += w;
    }
    Scene { head, layout, before, after, legend, top, width, height: y + LINE + 8 + MARGIN }
}

/// What a step is called that stands at no element and no link, and whether it is where an attacker begins.
fn note_text(device: &Device, at: &Place) -> Option<(bool, String)> {
    match at {
        Place::Position(id) => Some((true, format!("attacker: {}", id.replace('-', " ")))),
        Place::Secret(id) => Some((false, format!("secret {id}"))),
        Place::Control(id) => Some((false, format!("control {id}"))),
        Place::Function(id) => {
            let name = device.functions.get(&FunctionId::from(id.as_str())).map_or(id, |function| &function.name);
            Some((false, format!("function: {name}")))
        }
        Place::Harm(id) => {
            let text = device.harms.get(&HarmId::from(id.as_str())).map_or(id, |harm| &harm.text);
            Some((false, format!("harm: {text}")))
        }
        // Those that the picture does not show get a note, so that no number is missing.
        Place::Element(id) if !device.elements.contains_key(&ElementId::from(id.as_str())) => Some((false, id.clone())),
        Place::Link(id) if !device.links.contains_key(&LinkId::from(id.as_str())) => Some((false, id.clone())),
        Place::Element(_) | Place::Link(_) => None,
    }
}

/// Sets notes in rows as wide as the picture; a long one takes several lines.
fn flow(notes: Vec<(usize, String)>, width: i32, y: &mut i32) -> Vec<Note> {
    let mut out: Vec<Note> = Vec::new();
    let (mut x, mut high) = (MARGIN, 0);
    for (mark, text) in notes {
        let room = width - 2 * MARGIN - 2 * MARK - 28;
        let lines = measure::wrap(&clean(&text), room, plain(12), 4);
        let w = 2 * MARK + 10 + measure::widest(&lines, plain(12)) + 18;
        if x + w > width - MARGIN && x > MARGIN {
            x = MARGIN;
            *y += high + 6;
            high = 0;
        }
        let h = 6 + measure::whole(lines.len()) * 16;
        high = high.max(h);
        out.push(Note { mark, lines, rect: Rect { x, y: *y, w, h } });
        x += w;
    }
    if !out.is_empty() {
        *y += high + 10;
    }
    out
}

/// The whole picture.
pub fn picture(view: &View<'_>, title: &str, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> String {
    let scene = scene(view, title, witness, decided);
    let mut out = Pen::begin(scene.width, scene.height, title, &description(view, witness));
    scene.head.write(&mut out, MARGIN);
    notes(&mut out, &scene.before);
    out.put(format_args!("<g transform=\"translate({MARGIN} {})\">", scene.top));
    zones(&mut out, &scene.layout);
    let plain = witness.is_none();
    // Steps of the path lie above the other lines.
    for line in scene.layout.links.iter().filter(|line| line.marks.is_empty()) {
        link(&mut out, line, sender(line.link, decided), plain);
    }
    for line in scene.layout.links.iter().filter(|line| !line.marks.is_empty()) {
        link(&mut out, line, sender(line.link, decided), plain);
    }
    boxes(&mut out, &scene.layout);
    out.put(format_args!("</g>"));
    notes(&mut out, &scene.after);
    legend(&mut out, &scene.legend);
    out.end()
}

fn zones(out: &mut Pen, layout: &Layout<'_>) {
    for ((span, frame), (name, owner)) in layout.grid.zones.iter().zip(&layout.zones).zip(&layout.heads) {
        let Rect { x, y, w, h } = frame.rect;
        let fill = match span.zone.map(|zone| zone.owner) {
            Some(Owner::Maker) => "#eef4fa",
            Some(Owner::Hospital) => "#f3f5ee",
            Some(Owner::Patient) => "#f8f2ee",
            Some(Owner::ThirdParty) => "#f3f1f6",
            None => "#ffffff",
        };
        let dash = if span.boundary { " stroke-dasharray=\"9 5\"" } else { "" };
        out.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"10\" fill=\"{fill}\" stroke=\"#6b7885\" stroke-width=\"1.5\"{dash}/>"
        ));
        let mut base = frame.head.y - 4;
        for text in name {
            base += 17;
            out.text(frame.head.x, base, NAME, Face::Bold, text);
        }
        out.text(frame.head.x, base + 15, SMALL, Face::Quiet, owner);
    }
}

fn link(out: &mut Pen, line: &LinkLine<'_>, sender: Sender, plain: bool) {
    let step = !line.marks.is_empty();
    let (colour, thick) = match (step, plain) {
        (true, _) => (ACCENT, "4"),
        (false, true) => (INK, "1.5"),
        (false, false) => ("#6b7885", "1.5"),
    };
    let dash = match sender {
        Sender::Unverified => " stroke-dasharray=\"4 4\"",
        Sender::Claimed => " stroke-dasharray=\"12 4\"",
        Sender::Decided => "",
    };
    let end = line.points.last().copied().unwrap_or_default();
    let before = line.points.iter().rev().nth(1).copied().unwrap_or(end);
    let inward = (end.0 - before.0).signum();
    let size = if step { 11 } else { 8 };
    let mut points = line.points.clone();
    if let Some(last) = points.last_mut() {
        last.0 -= inward * (size - 1);
    }
    out.put(format_args!(
        "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dash}/>",
        rounded(&points)
    ));
    let (base, half) = (end.0 - inward * size, size / 2 + 1);
    out.put(format_args!(
        "<path d=\"M{} {} L{base} {} L{base} {} Z\" fill=\"{colour}\"/>",
        end.0,
        end.1,
        end.1 - half,
        end.1 + half
    ));
    let (x, anchor) =
        if line.rightward { (line.label.x, Anchor::Start) } else { (line.label.x + line.label.w, Anchor::End) };
    let mut y = line.label.y;
    if step {
        out.marks(line.label.x + MARK, y + MARK + 1, &line.marks);
        y += 2 * MARK + 4;
    }
    for text in &line.name {
        y += LINE;
        out.anchored(x, y - 3, SMALL, if step { Face::Bold } else { Face::Plain }, anchor, text);
    }
    for text in &line.note {
        y += LINE;
        out.anchored(x, y - 3, SMALL, Face::Aside, anchor, text);
    }
}

/// A path with rounded corners.
fn rounded(points: &[(i32, i32)]) -> String {
    let mut out = String::new();
    for (place, &(x, y)) in points.iter().enumerate() {
        let corner = place.checked_sub(1).and_then(|before| points.get(before)).zip(points.get(place + 1));
        let _ = match corner {
            None => write!(out, "{}{x} {y}", if place == 0 { "M" } else { " L" }),
            Some((&(ax, ay), &(bx, by))) => {
                let reach = |px: i32, py: i32| ((px - x).abs() + (py - y).abs()).min(12) / 2;
                let (a, b) = (reach(ax, ay), reach(bx, by));
                write!(
                    out,
                    " L{} {} Q{x} {y} {} {}",
                    x + (ax - x).signum() * a,
                    y + (ay - y).signum() * a,
                    x + (bx - x).signum() * b,
                    y + (by - y).signum() * b
                )
            }
        };
    }
    out
}

fn boxes(out: &mut Pen, layout: &Layout<'_>) {
    for (element, placed) in layout.grid.elements.iter().zip(&layout.boxes) {
        let Rect { x, y, w, h } = placed.rect;
        let (colour, thick) = if placed.marks.is_empty() { (INK, "1.25") } else { (ACCENT, "3.5") };
        // What is on a body or in it has round ends, what is far or a network is angular.
        let round = match element.kind {
            ElementKind::Implant | ElementKind::Wearable => 18,
            ElementKind::CloudService | ElementKind::UpdateServer | ElementKind::Network => 0,
            _ => 6,
        };
        if placed.folded {
            out.path(&format!("M{} {} v{h} h-{w}", x + w + 4, y + 4), (colour, "1.25"), "");
        }
        out.frame(Rect { x, y, w, h }, round, "#ffffff", (colour, thick), "");
        let mut line = y + 24;
        for text in &placed.name {
            out.text(x + 12, line, NAME, Face::Bold, text);
            line += 17;
        }
        if !placed.folded {
            out.put(format_args!(
                "<path transform=\"translate({} {})\" d=\"{}\" fill=\"none\" stroke=\"{QUIET}\" stroke-width=\"1.3\" stroke-linejoin=\"round\"/>",
                x + BOX - 28,
                line - 9,
                icon::path(element.kind)
            ));
        }
        for text in &placed.lines {
            out.text(x + 12, line, SMALL, Face::Quiet, text);
            line += LINE;
        }
        out.marks(x + 16, y, &placed.marks);
    }
}

fn notes(out: &mut Pen, notes: &[Note]) {
    for note in notes {
        let Rect { x, y, .. } = note.rect;
        out.mark(x + MARK, y + 11, &note.mark.to_string());
        let mut base = y + 15;
        for line in &note.lines {
            out.text(x + 2 * MARK + 6, base, 12, Face::Plain, line);
            base += 16;
        }
    }
}

fn legend(out: &mut Pen, items: &[(Sample, Rect)]) {
    for (sample, Rect { x, y, .. }) in items {
        let middle = y + 8;
        let line = |out: &mut Pen, colour: &str, thick: &str, dash: &str| {
            out.put(format_args!(
                "<path d=\"M{x} {middle} H{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dash}/>",
                x + 32
            ));
        };
        match sample {
            Sample::Unverified => line(out, INK, "1.5", " stroke-dasharray=\"4 4\""),
            Sample::Claimed => line(out, INK, "1.5", " stroke-dasharray=\"12 4\""),
            Sample::Decided => line(out, INK, "1.5", ""),
            Sample::Step => line(out, ACCENT, "4", ""),
            Sample::Several => {
                out.frame(Rect { x: *x, y: y + 1, w: 28, h: 11 }, 3, "#ffffff", (INK, "1.25"), "");
                out.path(&format!("M{} {} v11 h-28", x + 32, y + 5), (INK, "1.25"), "");
            }
            Sample::Boundary => out.put(format_args!(
                "<rect x=\"{x}\" y=\"{}\" width=\"32\" height=\"12\" rx=\"3\" fill=\"none\" stroke=\"#6b7885\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"/>",
                y + 2
            )),
        }
        out.text(x + 40, y + 12, SMALL, Face::Plain, sample.text());
    }
}

/// The picture in words, for whoever does not see it.
fn description(view: &View<'_>, witness: Option<&Witness>) -> String {
    let device = view.whole;
    let mut out = format!(
        "{} in {}, {}.",
        count(device.elements.len(), "element", "elements"),
        count(device.zones.len(), "zone", "zones"),
        count(device.links.len(), "link", "links")
    );
    for remark in &view.remarks {
        let _ = write!(out, " {remark}");
    }
    for element in view.elements.iter().filter(|_| !view.folded.is_empty()) {
        let zone = element.zone.as_ref().and_then(|zone| device.zones.get(zone)).map_or("no zone", |zone| &zone.name);
        let _ = write!(out, " In {zone}: {}", element.name);
        let _ = match view.folded.get(&element.id) {
            Some(kinds) => write!(out, " ({}).", kinds.join(", ")),
            None => write!(out, " ({}).", element.id),
        };
    }
    for link in &view.links {
        let end = |id: &ElementId| match view.elements.iter().find(|element| element.id == *id) {
            Some(element) if view.folded.contains_key(id) => {
                let zone = element.zone.as_ref().and_then(|zone| device.zones.get(zone));
                format!("{} in {}", element.name, zone.map_or("no zone", |zone| &zone.name))
            }
            _ => id.to_string(),
        };
        let note = view.notes.get(&link.id).map_or("", String::as_str);
        let _ = write!(out, " {}: from {} to {}, {note}.", link.name, end(&link.from), end(&link.to));
    }
    for (place, node) in witness.iter().flat_map(|witness| &witness.nodes).enumerate() {
        let _ = write!(out, " Step {}: {}.", place + 1, node.fact);
    }
    out
}
