//! Where everything stands, in pixels: boxes on a grid, links in the channels between its columns and rows.
//!
//! Boxes and labels never overlap by construction: a label stands in the channel beside its sender, above its own line;
//! lines turn only in the part of a channel that holds no label.

use ward_model::device::{Link, Owner};
use ward_model::ids::ElementId;

use super::fold::View;
use super::grid::{Grid, Span, grid};
use super::measure::{self, bold, plain};
use super::pen::{MARK, Rect};
use crate::words::clean;

/// Width of an element's box.
pub const BOX: i32 = 168;
/// From a box to the border of its zone.
const PAD: i32 = 16;
/// Distance between parallel lines.
const TRACK: i32 = 12;
/// Room for the name of a zone.
const HEAD_ROOM: i32 = BOX + 2 * PAD - 24;
/// Widest label of a link.
const LABEL: i32 = 120;
/// Size of names, which are bold.
pub const NAME: i32 = 13;
/// Most lines of a name and of a note; what is longer stands whole in the description.
const LINES: usize = 6;
/// Size of small text.
pub const SMALL: i32 = 11;
/// Height of a line of small text.
pub const LINE: i32 = 14;
/// An element's box with its text.
pub struct ElementBox {
    pub rect: Rect,
    pub name: Vec<String>,
    pub lines: Vec<String>,
    /// Whether it stands for several.
    pub folded: bool,
    pub marks: Vec<usize>,
}

/// A zone's frame with its head.
pub struct ZoneFrame {
    pub rect: Rect,
    pub head: Rect,
}

/// A link's line with its label.
pub struct LinkLine<'a> {
    pub link: &'a Link,
    pub points: Vec<(i32, i32)>,
    pub label: Rect,
    /// Whether the label stands to the right of its sender, so that its text begins at the sender.
    pub rightward: bool,
    pub name: Vec<String>,
    pub note: Vec<String>,
    pub marks: Vec<usize>,
}

/// Everything that is drawn between the head and the foot of a picture.
pub struct Layout<'a> {
    pub grid: Grid<'a>,
    pub boxes: Vec<ElementBox>,
    /// What is written in the head of each zone.
    pub heads: Vec<(Vec<String>, String)>,
    pub zones: Vec<ZoneFrame>,
    pub links: Vec<LinkLine<'a>>,
    pub width: i32,
    pub height: i32,
}

/// A link while its way is being found.
struct Way {
    from: usize,
    to: usize,
    right_out: bool,
    right_in: bool,
    /// Channels between columns at its two ends; the same one where they meet.
    channels: (usize, usize),
    /// The channel between rows that it takes from one to the other.
    across: Option<usize>,
    height: i32,
}

/// Lays out a view; the functions give the numbers of an element or a link.
pub fn layout<'a>(
    view: &'a View<'_>,
    element_marks: &dyn Fn(&ElementId) -> Vec<usize>,
    link_marks: &dyn Fn(&Link) -> Vec<usize>,
) -> Layout<'a> {
    let elements: Vec<_> = view.elements.iter().collect();
    let place = |id: &ElementId| elements.iter().position(|element| element.id == *id);
    let drawn: Vec<(&Link, usize, usize)> =
        view.links.iter().filter_map(|link| Some((link, place(&link.from)?, place(&link.to)?))).collect();
    let pairs: Vec<(usize, usize)> = drawn.iter().map(|(_, from, to)| (*from, *to)).collect();
    let grid = grid(view.whole, elements, &pairs);

    let mut links: Vec<LinkLine<'_>> = drawn
        .iter()
        .map(|(link, _, _)| {
            let name = measure::wrap(&clean(&link.name), LABEL, bold(SMALL), LINES);
            let note = view.notes.get(&link.id).map_or("", String::as_str);
            let note = measure::wrap(&clean(note), LABEL, plain(SMALL), LINES);
            let label = Rect { x: 0, y: 0, w: 0, h: 0 };
            LinkLine { link, points: Vec::new(), label, rightward: true, name, note, marks: link_marks(link) }
        })
        .collect();
    for line in &mut links {
        let text = measure::widest(&line.name, bold(SMALL)).max(measure::widest(&line.note, plain(SMALL)));
        let marks = measure::whole(line.marks.len()).min(7) * (2 * MARK + 2);
        line.label.w = text.max(marks);
        let lines = measure::whole(line.name.len() + line.note.len());
        line.label.h = lines * LINE + if line.marks.is_empty() { 0 } else { 2 * MARK + 4 };
    }
    let ways: Vec<Way> =
        drawn.iter().zip(&links).map(|((_, from, to), line)| way(&grid, *from, *to, line.label.h)).collect();
    let ports = Ports::new(&grid, &ways);

    let boxes: Vec<ElementBox> = grid
        .elements
        .iter()
        .enumerate()
        .map(|(index, element)| {
            let name = measure::wrap(&clean(&element.name), BOX - 24, bold(NAME), LINES);
            let folded = view.folded.get(&element.id);
            let lines = match folded {
                // The kinds are few: the vocabulary has thirteen.
                Some(kinds) => kinds.iter().flat_map(|kind| measure::wrap(kind, BOX - 24, plain(SMALL), 2)).collect(),
                None => vec![element.kind.word().replace('-', " "), format!("of the {}", owner(element.owner))],
            };
            let text = 20 + measure::whole(name.len()) * 17 + measure::whole(lines.len()) * LINE;
            let h = text.max(ports.height(index));
            let rect = Rect { x: 0, y: 0, w: BOX, h };
            ElementBox { rect, name, lines, folded: folded.is_some(), marks: element_marks(&element.id) }
        })
        .collect();
    let heads = grid.zones.iter().map(|zone| head(zone)).collect();
    let mut layout = Layout { grid, boxes, heads, zones: Vec::new(), links, width: 0, height: 0 };
    layout.settle(&ways, &ports);
    layout
}

/// The name of a zone, and what is written under it.
fn head(span: &Span<'_>) -> (Vec<String>, String) {
    let (name, owner) = match span.zone {
        Some(zone) => (clean(&zone.name), format!("zone of the {}", owner(zone.owner))),
        None => ("No zone stated".to_owned(), "position not known".to_owned()),
    };
    (measure::wrap(&name, HEAD_ROOM, bold(NAME), LINES), owner)
}

/// Whose it is, in a word.
pub const fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Maker => "maker",
        Owner::Hospital => "hospital",
        Owner::Patient => "patient",
        // Of what others described, and nobody's word of whose it is, the same is written into a folder.
        Owner::ThirdParty => "third party?",
    }
}

fn way(grid: &Grid<'_>, from: usize, to: usize, label: i32) -> Way {
    let ((a, row_a), (b, row_b)) = (grid.cells[from], grid.cells[to]);
    let last = a + 1 == grid.columns && a > 0;
    // Within a column a line leaves and comes back on the same side.
    let right_out = if a == b { !last } else { a < b };
    let right_in = if a == b { !last } else { a > b };
    let channels = (a + usize::from(right_out), b + usize::from(right_in));
    let across = (channels.0 != channels.1).then(|| if row_b < row_a { row_a } else { row_a + 1 });
    Way { from, to, right_out, right_in, channels, across, height: (label + 10 + 7) / 8 * 8 }
}

/// A place on the side of a box where a line ends.
struct Port {
    link: usize,
    sends: bool,
    height: i32,
    order: (usize, usize, usize),
}

/// The places where lines end, by element and side.
struct Ports {
    left: Vec<Vec<Port>>,
    right: Vec<Vec<Port>>,
}

impl Ports {
    fn new(grid: &Grid<'_>, ways: &[Way]) -> Self {
        let empty = || (0..grid.elements.len()).map(|_| Vec::new()).collect::<Vec<Vec<Port>>>();
        let mut ports = Self { left: empty(), right: empty() };
        for (link, way) in ways.iter().enumerate() {
            let order = |other: usize| (grid.cells[other].1, grid.cells[other].0, link);
            let out = Port { link, sends: true, height: way.height, order: order(way.to) };
            let back = Port { link, sends: false, height: 24, order: order(way.from) };
            let side = |ports: &mut Self, right: bool, element: usize, port: Port| {
                if right { ports.right[element].push(port) } else { ports.left[element].push(port) }
            };
            side(&mut ports, way.right_out, way.from, out);
            side(&mut ports, way.right_in, way.to, back);
        }
        for side in ports.left.iter_mut().chain(&mut ports.right) {
            side.sort_by_key(|port| (port.order, !port.sends));
        }
        ports
    }

    fn height(&self, element: usize) -> i32 {
        let sum = |ports: &[Port]| ports.iter().map(|port| port.height).sum::<i32>();
        sum(&self.left[element]).max(sum(&self.right[element])) + 16
    }
}

impl Layout<'_> {
    fn settle(&mut self, ways: &[Way], ports: &Ports) {
        let (columns, rows) = (self.grid.columns, self.grid.rows);
        // Tracks between rows, known before any y: what matters is which columns a line passes.
        let across: Vec<Option<usize>> = ways.iter().map(|way| way.across).collect();
        let mut band_tracks = vec![0_i32; rows + 1];
        let mut across_track = vec![0_i32; ways.len()];
        for (band, count) in band_tracks.iter_mut().enumerate() {
            let spans: Vec<(usize, i32, i32)> = ways
                .iter()
                .enumerate()
                .filter(|(link, _)| across[*link] == Some(band))
                .map(|(link, way)| {
                    let (a, b) = (way.channels.0.min(way.channels.1), way.channels.0.max(way.channels.1));
                    (link, i32::try_from(a).unwrap_or(0), i32::try_from(b).unwrap_or(0))
                })
                .collect();
            *count = tracks(&spans, 0, &mut across_track);
        }
        // Rows.
        let head = |band: usize| {
            let here = self.grid.zones.iter().zip(&self.heads).filter(|(zone, _)| zone.rows.0 == band);
            here.map(|(_, (name, _))| measure::whole(name.len()) * 17 + 23).max().unwrap_or(0)
        };
        let heads: Vec<i32> = (0..=rows).map(head).collect();
        let mut y = 0;
        let mut row_top = vec![0; rows];
        let mut row_height = vec![0; rows];
        let mut band_top = vec![0; rows + 1];
        for band in 0..=rows {
            y += if band == 0 { 4 } else { PAD + 4 };
            band_top[band] = y;
            y += band_tracks[band] * TRACK + 4;
            if band == rows {
                break;
            }
            y += heads[band] + PAD;
            row_top[band] = y;
            let in_row = |index: &usize| self.grid.cells[*index].1 == band;
            row_height[band] =
                (0..self.boxes.len()).filter(in_row).map(|index| self.boxes[index].rect.h).max().unwrap_or(0);
            y += row_height[band];
        }
        self.height = y;
        for (index, element) in self.boxes.iter_mut().enumerate() {
            let row = self.grid.cells[index].1;
            element.rect.y = row_top[row] + (row_height[row] - element.rect.h) / 2;
        }
        // Ends of lines, then tracks between columns.
        let mut out_y = vec![0; ways.len()];
        let mut in_y = vec![0; ways.len()];
        for (index, element) in self.boxes.iter().enumerate() {
            for (side, offset) in [(&ports.left[index], 4), (&ports.right[index], 0)] {
                let sum: i32 = side.iter().map(|port| port.height).sum();
                let middle = element.rect.y + (element.rect.h - sum) / 2;
                // Lines from the two sides of a channel never run at the same height: they would look like one.
                let mut top = (middle - offset).div_euclid(8) * 8 + offset;
                for port in side {
                    if port.sends {
                        out_y[port.link] = top + port.height - 4;
                    } else {
                        in_y[port.link] = top + port.height / 2;
                    }
                    top += port.height;
                }
            }
        }
        let across_y = |link: usize| across[link].map(|band| band_top[band] + across_track[link] * TRACK + TRACK / 2);
        let mut channel_tracks = vec![0_i32; columns + 1];
        let mut out_track = vec![0_i32; ways.len()];
        let mut in_track = vec![0_i32; ways.len()];
        for (channel, count) in channel_tracks.iter_mut().enumerate() {
            // Each line takes up to two pieces of a channel; even numbers are leaving pieces, odd ones arriving.
            let mut spans = Vec::new();
            for (link, way) in ways.iter().enumerate() {
                let (leave, arrive) = (out_y[link], in_y[link]);
                match across_y(link) {
                    None if way.channels.0 == channel => spans.push((2 * link, leave.min(arrive), leave.max(arrive))),
                    Some(y) if way.channels.0 == channel => spans.push((2 * link, leave.min(y), leave.max(y))),
                    Some(y) if way.channels.1 == channel => spans.push((2 * link + 1, arrive.min(y), arrive.max(y))),
                    _ => {}
                }
            }
            let mut found = vec![0_i32; 2 * ways.len()];
            *count = tracks(&spans, 26, &mut found);
            for (piece, _, _) in &spans {
                let side = if piece % 2 == 0 { &mut out_track } else { &mut in_track };
                side[piece / 2] = found[*piece];
            }
        }
        // Columns.
        let mut x = 0;
        let mut column_x = vec![0; columns];
        let mut track_x = vec![0; columns + 1];
        for channel in 0..=columns {
            let widest = |right: bool| {
                let here = |way: &&(usize, &Way)| way.1.channels.0 == channel && way.1.right_out == right;
                ways.iter()
                    .enumerate()
                    .filter(|way| here(&way))
                    .map(|(link, _)| self.links[link].label.w + 12)
                    .max()
                    .unwrap_or(0)
            };
            let (left, right) = (widest(true), widest(false));
            x += if channel == 0 { 4 } else { PAD } + left;
            track_x[channel] = x + TRACK / 2;
            x += channel_tracks[channel] * TRACK + 8 + right;
            if channel < columns {
                x += PAD;
                column_x[channel] = x;
                x += BOX;
            }
        }
        self.width = x + 4;
        for (index, element) in self.boxes.iter_mut().enumerate() {
            element.rect.x = column_x[self.grid.cells[index].0];
        }
        for (link, way) in ways.iter().enumerate() {
            let (from, to) = (self.boxes[way.from].rect, self.boxes[way.to].rect);
            let start = (if way.right_out { from.x + BOX } else { from.x }, out_y[link]);
            let end = (if way.right_in { to.x + BOX } else { to.x }, in_y[link]);
            let leave_x = track_x[way.channels.0] + out_track[link] * TRACK;
            let mut points = vec![start, (leave_x, start.1)];
            if let Some(y) = across_y(link) {
                let arrive_x = track_x[way.channels.1] + in_track[link] * TRACK;
                points.extend([(leave_x, y), (arrive_x, y), (arrive_x, end.1)]);
            } else {
                points.push((leave_x, end.1));
            }
            points.push(end);
            points.dedup();
            let line = &mut self.links[link];
            line.points = points;
            line.rightward = way.right_out;
            line.label.x = if way.right_out { start.0 + PAD + 6 } else { start.0 - PAD - 6 - line.label.w };
            line.label.y = start.1 - 3 - line.label.h;
        }
        self.zones = self
            .grid
            .zones
            .iter()
            .map(|zone| {
                let (left, right) = (column_x[zone.columns.0] - PAD, column_x[zone.columns.1] + BOX + PAD);
                let high = heads[zone.rows.0];
                let top = row_top[zone.rows.0] - PAD - high;
                let bottom = row_top[zone.rows.1] + row_height[zone.rows.1] + PAD;
                let head = Rect { x: left + 12, y: top + 4, w: HEAD_ROOM, h: high - 4 };
                ZoneFrame { rect: Rect { x: left, y: top, w: right - left, h: bottom - top }, head }
            })
            .collect();
    }
}

/// Gives each span a track that no other span on it comes near, writes it to `found`, and says how many tracks there are.
fn tracks(spans: &[(usize, i32, i32)], apart: i32, found: &mut [i32]) -> i32 {
    let mut order: Vec<&(usize, i32, i32)> = spans.iter().collect();
    order.sort_by_key(|(piece, low, high)| (*low, *high, *piece));
    let mut ends: Vec<i32> = Vec::new();
    for (piece, low, high) in order {
        let free = ends.iter().position(|end| end + apart < *low);
        let track = free.unwrap_or(ends.len());
        match ends.get_mut(track) {
            Some(end) => *end = *high,
            None => ends.push(*high),
        }
        found[*piece] = i32::try_from(track).unwrap_or(0);
    }
    i32::try_from(ends.len()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{BOX, HEAD_ROOM, Owner, SMALL, owner};
    use crate::svg::measure::{plain, width};

    /// Whose something is stands in its box and in the head of its zone in one line: beside the icon, within the frame.
    #[test]
    fn every_owner_has_room() {
        for whose in [Owner::Maker, Owner::Hospital, Owner::Patient, Owner::ThirdParty] {
            assert!(width(&format!("of the {}", owner(whose)), plain(SMALL)) <= BOX - 24 - 28, "{whose}");
            assert!(width(&format!("zone of the {}", owner(whose)), plain(SMALL)) <= HEAD_ROOM, "{whose}");
        }
    }
}
