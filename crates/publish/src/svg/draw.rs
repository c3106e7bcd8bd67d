//! The picture as SVG text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ward_model::claim::ClaimId;
use ward_model::device::{Device, ElementKind, Link, Owner};
use ward_model::ids::{ElementId, FunctionId, HarmId};
use ward_model::verdict::{Place, Witness, WitnessNode};

use super::layout::{BOX, LINE, Layout, LinkLine, MARK, Rect, SMALL, layout};
use super::{Sender, icon, measure, sender, sender_words};
use crate::words::{clean, count};

const INK: &str = "#1c2733";
const QUIET: &str = "#4a5866";
const ACCENT: &str = "#0b4f8a";
const MARGIN: i32 = 16;

/// A numbered note above or below the picture: a step that stands at no element and no link.
pub struct Note {
    pub mark: usize,
    pub text: String,
    pub rect: Rect,
}

/// Everything with its place: what is tested for overlaps is what is drawn.
pub struct Scene<'a> {
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
    Step,
}

impl Sample {
    const fn text(self) -> &'static str {
        match self {
            Self::Unverified => "short dashes: no authentication, or none stated",
            Self::Claimed => "long dashes: authentication is claimed",
            Self::Decided => "unbroken: authentication is claimed and decided",
            Self::Boundary => "dashed frame: a link leads to another owner's zone",
            Self::Step => "thick line and number: a step of the path",
        }
    }
}

/// Places everything.
pub fn scene<'a>(device: &'a Device, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> Scene<'a> {
    let nodes: &[WitnessNode] = witness.map_or(&[], |witness| &witness.nodes);
    let numbers = |fits: &dyn Fn(&Place) -> bool| -> Vec<usize> {
        nodes.iter().enumerate().filter(|(_, node)| fits(&node.at)).map(|(place, _)| place + 1).collect()
    };
    let element_marks = |id: &ElementId| numbers(&|at| matches!(at, Place::Element(at) if at == id.as_str()));
    let link_marks = |link: &Link| numbers(&|at| matches!(at, Place::Link(at) if at == link.id.as_str()));
    let layout = layout(device, &element_marks, &link_marks, &|link| sender_words(link, decided));

    let width = (layout.width + 2 * MARGIN).max(640);
    let mut y = MARGIN;
    let note = |(place, node): (usize, &WitnessNode)| Some((place + 1, note_text(device, &node.at)?));
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
    if !nodes.is_empty() {
        kinds.push(Sample::Step);
    }
    let mut legend = Vec::new();
    let mut x = MARGIN;
    for sample in kinds {
        let w = 40 + measure::width(sample.text(), SMALL) + 16;
        if x + w > width - MARGIN && x > MARGIN {
            x = MARGIN;
            y += LINE + 8;
        }
        legend.push((sample, Rect { x, y, w, h: LINE + 4 }));
        x += w;
    }
    Scene { layout, before, after, legend, top, width, height: y + LINE + 8 + MARGIN }
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
        Place::Link(id) if !device.links.contains_key(&ward_model::ids::LinkId::from(id.as_str())) => {
            Some((false, id.clone()))
        }
        Place::Element(_) | Place::Link(_) => None,
    }
}

/// Sets notes in rows as wide as the picture.
fn flow(notes: Vec<(usize, String)>, width: i32, y: &mut i32) -> Vec<Note> {
    let mut out = Vec::new();
    let mut x = MARGIN;
    for (mark, text) in notes {
        let room = width - 2 * MARGIN - 2 * MARK - 24;
        let text = measure::wrap(&clean(&text), room, 12, 1).remove(0);
        let w = 2 * MARK + 10 + measure::width(&text, 12) + 18;
        if x + w > width - MARGIN && x > MARGIN {
            x = MARGIN;
            *y += 28;
        }
        out.push(Note { mark, text, rect: Rect { x, y: *y, w, h: 22 } });
        x += w;
    }
    if !out.is_empty() {
        *y += 32;
    }
    out
}

/// The whole picture.
pub fn picture(device: &Device, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> String {
    let scene = scene(device, witness, decided);
    let mut out = Pen(String::new());
    let (width, height) = (scene.width, scene.height);
    out.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\">"
    ));
    let what = if witness.is_some() { "Path through the architecture of" } else { "Architecture of" };
    out.put(format_args!("<title>{what} {}</title>", escape(&device.name)));
    out.put(format_args!("<desc>{}</desc>", escape(&description(device, witness, decided))));
    out.put(format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"));
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
    out.put(format_args!("</svg>"));
    out.0
}

struct Pen(String);

impl Pen {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }

    fn text(&mut self, x: i32, y: i32, size: i32, style: &str, text: &str) {
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" {style}>{}</text>", escape(text)));
    }

    fn mark(&mut self, x: i32, y: i32, number: &str) {
        self.put(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{MARK}\" fill=\"{ACCENT}\" stroke=\"#ffffff\" stroke-width=\"1\"/>"
        ));
        let style = "fill=\"#ffffff\" font-weight=\"700\" text-anchor=\"middle\"";
        self.text(x, y + 4, if number.chars().count() > 2 { 8 } else { 11 }, style, number);
    }

    /// Marks in a row; more than seven end in one that says so.
    fn marks(&mut self, x: i32, y: i32, numbers: &[usize]) {
        let mut x = x;
        for (place, number) in numbers.iter().enumerate() {
            if place == 6 && numbers.len() > 7 {
                self.mark(x, y, "…");
                break;
            }
            self.mark(x, y, &number.to_string());
            x += 2 * MARK + 2;
        }
    }
}

fn zones(out: &mut Pen, layout: &Layout<'_>) {
    for (span, frame) in layout.grid.zones.iter().zip(&layout.zones) {
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
        let (name, owner) = match span.zone {
            Some(zone) => (clean(&zone.name), format!("zone of the {}", owner(zone.owner))),
            None => ("No zone stated".to_owned(), "position not known".to_owned()),
        };
        let name = measure::wrap(&name, frame.head.w, 13, 1).remove(0);
        out.text(frame.head.x, frame.head.y + 14, 13, &format!("fill=\"{INK}\" font-weight=\"700\""), &name);
        out.text(frame.head.x, frame.head.y + 29, SMALL, &format!("fill=\"{QUIET}\""), &owner);
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
    let (x, anchor) = if line.rightward { (line.label.x, "start") } else { (line.label.x + line.label.w, "end") };
    let mut y = line.label.y;
    if step {
        out.marks(line.label.x + MARK, y + MARK + 1, &line.marks);
        y += 2 * MARK + 4;
    }
    let weight = if step { " font-weight=\"700\"" } else { "" };
    for text in &line.name {
        y += LINE;
        out.text(x, y - 3, SMALL, &format!("fill=\"{INK}\" text-anchor=\"{anchor}\"{weight}"), text);
    }
    for text in &line.note {
        y += LINE;
        out.text(x, y - 3, SMALL, &format!("fill=\"{QUIET}\" text-anchor=\"{anchor}\" font-style=\"italic\""), text);
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
        out.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\" fill=\"#ffffff\" stroke=\"{colour}\" stroke-width=\"{thick}\"/>"
        ));
        let mut line = y + 24;
        for text in &placed.name {
            out.text(x + 12, line, 13, &format!("fill=\"{INK}\" font-weight=\"700\""), text);
            line += 17;
        }
        out.put(format_args!(
            "<path transform=\"translate({} {})\" d=\"{}\" fill=\"none\" stroke=\"{QUIET}\" stroke-width=\"1.3\" stroke-linejoin=\"round\"/>",
            x + BOX - 28,
            line - 9,
            icon::path(element.kind)
        ));
        out.text(x + 12, line, SMALL, &format!("fill=\"{QUIET}\""), &element.kind.word().replace('-', " "));
        out.text(x + 12, line + LINE, SMALL, &format!("fill=\"{QUIET}\""), &format!("of the {}", owner(element.owner)));
        out.marks(x + 16, y, &placed.marks);
    }
}

fn notes(out: &mut Pen, notes: &[Note]) {
    for note in notes {
        let Rect { x, y, .. } = note.rect;
        out.mark(x + MARK, y + 11, &note.mark.to_string());
        out.text(x + 2 * MARK + 6, y + 15, 12, &format!("fill=\"{INK}\""), &note.text);
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
            Sample::Boundary => out.put(format_args!(
                "<rect x=\"{x}\" y=\"{}\" width=\"32\" height=\"12\" rx=\"3\" fill=\"none\" stroke=\"#6b7885\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"/>",
                y + 2
            )),
        }
        out.text(x + 40, y + 12, SMALL, &format!("fill=\"{INK}\""), sample.text());
    }
}

const fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Maker => "maker",
        Owner::Hospital => "hospital",
        Owner::Patient => "patient",
        Owner::ThirdParty => "third party",
    }
}

/// The picture in words, for whoever does not see it.
fn description(device: &Device, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> String {
    let mut out = format!(
        "{} in {}, {}.",
        count(device.elements.len(), "element", "elements"),
        count(device.zones.len(), "zone", "zones"),
        count(device.links.len(), "link", "links")
    );
    for link in device.links.values() {
        let _ = write!(out, " {}: from {} to {}, {}.", link.name, link.from, link.to, sender_words(link, decided));
    }
    for (place, node) in witness.iter().flat_map(|witness| &witness.nodes).enumerate() {
        let _ = write!(out, " Step {}: {}.", place + 1, node.fact);
    }
    out
}

/// Text for SVG and HTML.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
