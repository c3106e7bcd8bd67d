//! What follows from what, from left to right: boxes in columns, each beside the first of those that it follows from.

use super::measure::{self, bold, plain};
use super::pen::{ACCENT, Anchor, Face, Head, INK, MARGIN, Pen, QUIET, Rect, THIN};
use crate::words::clean;

/// Room between two columns, for the lines.
const CHANNEL: i32 = 72;
/// Room between two boxes above one another.
const GAP: i32 = 14;
/// From the border of a box to its text.
const PAD: i32 = 10;
/// Height of a line of a heading, and of one of its text.
const HEADING: i32 = 16;
const LINE: i32 = 15;
/// Most lines of a paragraph; what is longer stands whole in the description.
const LINES: usize = 9;
/// How high what stands on a sheet may be: with head and margins a lying page of A4 keeps its text readable.
const SHEET: i32 = 880;

/// How a box is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// As the model has it.
    Plain,
    /// Thick: what was found leads here.
    Reached,
    /// Dashed: nothing that is told leads here.
    Apart,
}

/// How many of what follows must come together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Any one.
    Or,
    /// All.
    And,
    /// So many of so many.
    Voted(usize, usize),
}

impl Gate {
    fn word(&self) -> String {
        match self {
            Self::Or => "OR".to_owned(),
            Self::And => "AND".to_owned(),
            Self::Voted(needed, of) => format!("{needed}/{of}"),
        }
    }
}

/// A box, and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub heading: String,
    /// Paragraphs under the heading.
    pub lines: Vec<String>,
    pub frame: Frame,
    /// What holds between the boxes that it follows from, where there may be several.
    pub gate: Option<Gate>,
    pub from: Vec<Node>,
}

/// A tree to be drawn: its title, sentences under it, what each column holds, and how wide it is.
pub struct Tree<'a> {
    pub title: String,
    pub notes: Vec<String>,
    pub columns: &'a [(&'a str, i32)],
    /// Whether what stands on the right comes of what stands on the left, and not the other way round.
    pub onward: bool,
    pub roots: Vec<Node>,
}

/// A node with its place.
struct Placed<'n> {
    node: &'n Node,
    heading: Vec<String>,
    lines: Vec<String>,
    rect: Rect,
    column: usize,
    from: Vec<Placed<'n>>,
}

/// The sheets of a tree: one where it fits on a page, otherwise as many as it takes. A box whose lines go on stands on each of them.
pub fn sheets(tree: &Tree<'_>) -> Vec<String> {
    let roots: Vec<Node> = tree.roots.iter().flat_map(|root| split(root, tree.columns, 0)).collect();
    let parts = pack(roots, tree.columns, 0);
    let count = parts.len();
    parts.iter().enumerate().map(|(place, roots)| sheet(tree, roots, (place + 1, count))).collect()
}

/// Nodes in groups that are each no higher than a sheet, but for one that is so alone.
fn pack(nodes: Vec<Node>, columns: &[(&str, i32)], depth: usize) -> Vec<Vec<Node>> {
    let mut groups: Vec<Vec<Node>> = vec![Vec::new()];
    let mut height = 0;
    for node in nodes {
        let high = block(&node, columns, depth) + GAP;
        if height > 0 && height + high > SHEET {
            groups.push(Vec::new());
            height = 0;
        }
        height += high;
        // There is always a last group.
        if let Some(group) = groups.last_mut() {
            group.push(node);
        }
    }
    groups
}

/// A node, as often as it takes to stand beside all that it follows from.
fn split(node: &Node, columns: &[(&str, i32)], depth: usize) -> Vec<Node> {
    let from: Vec<Node> = node.from.iter().flat_map(|child| split(child, columns, depth + 1)).collect();
    pack(from, columns, depth + 1)
        .into_iter()
        .enumerate()
        .map(|(place, from)| {
            let heading = if place == 0 { node.heading.clone() } else { format!("{} (continued)", node.heading) };
            let lines = if place == 0 { node.lines.clone() } else { Vec::new() };
            Node { heading, lines, frame: node.frame, gate: node.gate.clone(), from }
        })
        .collect()
}

fn column(columns: &[(&str, i32)], place: usize) -> i32 {
    columns.get(place).or(columns.last()).map_or(160, |(_, width)| *width)
}

fn texts(node: &Node, columns: &[(&str, i32)], place: usize) -> (Vec<String>, Vec<String>) {
    let room = column(columns, place) - 2 * PAD;
    let heading = measure::wrap(&clean(&node.heading), room, bold(12), LINES);
    (heading, node.lines.iter().flat_map(|line| measure::wrap(&clean(line), room, plain(11), LINES)).collect())
}

fn box_height(node: &Node, columns: &[(&str, i32)], place: usize) -> i32 {
    let (heading, lines) = texts(node, columns, place);
    measure::whole(heading.len()) * HEADING + measure::whole(lines.len()) * LINE + 2 * PAD
}

/// The height of a node with all that it follows from.
fn block(node: &Node, columns: &[(&str, i32)], place: usize) -> i32 {
    let below: i32 = node.from.iter().map(|child| block(child, columns, place + 1) + GAP).sum();
    box_height(node, columns, place).max(below - GAP)
}

fn place<'n>(node: &'n Node, columns: &[(&str, i32)], depth: usize, x: i32, top: i32) -> (Placed<'n>, i32) {
    let (heading, lines) = texts(node, columns, depth);
    let w = column(columns, depth);
    let rect = Rect { x, y: top, w, h: box_height(node, columns, depth) };
    let mut y = top;
    let mut from = Vec::new();
    for child in &node.from {
        let (placed, bottom) = place(child, columns, depth + 1, x + w + CHANNEL, y);
        from.push(placed);
        y = bottom + GAP;
    }
    let bottom = (top + rect.h).max(y - GAP);
    (Placed { node, heading, lines, rect, column: depth, from }, bottom)
}

fn depth(placed: &Placed<'_>) -> usize {
    placed.from.iter().map(depth).max().unwrap_or(placed.column)
}

fn sheet(tree: &Tree<'_>, roots: &[Node], (number, of): (usize, usize)) -> String {
    let columns = tree.columns;
    let mut width = 2 * MARGIN + (measure::whole(columns.len()) - 1) * CHANNEL;
    width += columns.iter().map(|(_, width)| *width).sum::<i32>();
    let title = if of > 1 { format!("{}, sheet {number} of {of}", tree.title) } else { tree.title.clone() };
    let head = Head::new(&title, &tree.notes, width);
    let names = MARGIN + head.height();
    let mut top = names + 22;
    let mut placed = Vec::new();
    for root in roots {
        let (root, bottom) = place(root, columns, 0, MARGIN, top);
        placed.push(root);
        top = bottom + GAP;
    }
    let mut pen = Pen::begin(width, top + MARGIN, &title, &description(tree, roots));
    head.write(&mut pen, MARGIN);
    let mut x = MARGIN;
    let used = placed.iter().map(depth).max().unwrap_or(0);
    for (name, wide) in columns.iter().take(used + 1) {
        pen.text(x, names + 8, 11, Face::Aside, name);
        x += wide + CHANNEL;
    }
    for root in &placed {
        draw(&mut pen, root, tree.onward);
    }
    pen.end()
}

fn draw(pen: &mut Pen, placed: &Placed<'_>, onward: bool) {
    let Rect { x, y, w, h } = placed.rect;
    let middle = |rect: Rect| rect.y + rect.h.min(44) / 2;
    let out = middle(placed.rect);
    let arrow = |pen: &mut Pen, x: i32, y: i32, to: i32| {
        pen.put(format_args!("<path d=\"M{x} {y} l{to} -5 v10 Z\" fill=\"{INK}\"/>"));
    };
    if let (Some(first), Some(last)) = (placed.from.first(), placed.from.last()) {
        let several = placed.from.len() > 1;
        let bus = x + w + CHANNEL - 20;
        let line = (THIN, "1.5");
        let reached = |child: &Placed<'_>| if child.node.frame == Frame::Reached { (ACCENT, "3") } else { line };
        if several || middle(first.rect) != out {
            pen.path(&format!("M{bus} {} V{}", middle(first.rect).min(out), middle(last.rect).max(out)), line, "");
        }
        // The whole line from what leads here is as thick as its end.
        let thick: Vec<i32> =
            placed.from.iter().filter(|child| reached(child) != line).map(|child| middle(child.rect)).collect();
        let stem = if thick.is_empty() || (onward && several) { line } else { (ACCENT, "3") };
        if let (false, Some(top), Some(bottom)) = (onward, thick.iter().min(), thick.iter().max())
            && (several || *top != out)
        {
            pen.path(&format!("M{bus} {} V{}", (*top).min(out), (*bottom).max(out)), stem, "");
        }
        pen.path(&format!("M{} {out} H{bus}", x + w), stem, "");
        for child in &placed.from {
            let (x, y) = (child.rect.x, middle(child.rect));
            pen.path(&format!("M{bus} {y} H{}", if onward { x - 6 } else { x }), reached(child), "");
            if onward {
                arrow(pen, x, y, -8);
            }
        }
        // Arrows point at what follows.
        if !onward {
            arrow(pen, x + w, out, 8);
        }
        if let Some(gate) = &placed.node.gate {
            gate_sign(pen, gate, Rect { x: x + w + 8, y: out - 9, w: CHANNEL - 30, h: 18 });
        }
    }
    let (line, dash) = match placed.node.frame {
        Frame::Plain => ((INK, "1.25"), ""),
        Frame::Reached => ((ACCENT, "3"), ""),
        Frame::Apart => ((QUIET, "1.25"), "5 4"),
    };
    pen.frame(Rect { x, y, w, h }, 5, "#ffffff", line, dash);
    let mut base = y + PAD;
    for text in &placed.heading {
        base += HEADING;
        pen.text(x + PAD, base - 4, 12, Face::Bold, text);
    }
    for text in &placed.lines {
        base += LINE;
        pen.text(x + PAD, base - 4, 11, Face::Plain, text);
    }
    for child in &placed.from {
        draw(pen, child, onward);
    }
}

/// The sign of a gate: round where any one is enough, angular where all are needed, underlined where some are.
fn gate_sign(pen: &mut Pen, gate: &Gate, rect: Rect) {
    pen.frame(rect, if *gate == Gate::Or { 9 } else { 0 }, "#ffffff", (INK, "1.5"), "");
    if matches!(gate, Gate::Voted(..)) {
        pen.path(&format!("M{} {} H{}", rect.x, rect.y + rect.h + 3, rect.x + rect.w), (INK, "1.5"), "");
    }
    let word = gate.word();
    let size = if measure::width(&word, bold(11)) > rect.w - 4 { 8 } else { 11 };
    pen.anchored(rect.x + rect.w / 2, rect.y + 13, size, Face::Bold, Anchor::Middle, &word);
}

/// The tree in words.
fn description(tree: &Tree<'_>, roots: &[Node]) -> String {
    let mut out = tree.notes.join(" ");
    for root in roots {
        tell(root, tree.onward, &mut out);
    }
    out
}

fn tell(node: &Node, onward: bool, out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(&node.heading);
    for line in &node.lines {
        out.push_str("; ");
        out.push_str(line);
    }
    match (&node.gate, node.from.as_slice()) {
        (_, []) => {}
        (None | Some(Gate::Or), [_]) => out.push_str(if onward { "; then:" } else { "; follows from:" }),
        (None | Some(Gate::Or), _) if onward => out.push_str("; then each of:"),
        (None | Some(Gate::Or), _) => out.push_str("; follows from any one of:"),
        (Some(Gate::And), _) => out.push_str("; follows from all of:"),
        (Some(Gate::Voted(needed, of)), _) => out.push_str(&format!("; follows from {needed} of {of}:")),
    }
    for child in &node.from {
        tell(child, onward, out);
    }
    out.push('.');
}
