//! What every picture is written with: shapes and text as SVG, in colours that stay apart in grey.

use std::fmt::Write as _;

use super::measure::{self, bold, plain};
use crate::words::clean;

/// The colour of text and frames.
pub const INK: &str = "#1c2733";
/// The colour of what stands back.
pub const QUIET: &str = "#4a5866";
/// The colour of what is pointed out; never without a second sign.
pub const ACCENT: &str = "#0b4f8a";
/// The colour of thin lines.
pub const THIN: &str = "#6b7885";
/// The fonts; none is shipped.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
/// Radius of a numbered mark.
pub const MARK: i32 = 9;
/// From the border of a picture to what it shows.
pub const MARGIN: i32 = 16;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    /// Whether two rectangles share any area.
    #[cfg(test)]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Plain,
    Bold,
    Quiet,
    /// Quiet and slanted.
    Aside,
}

/// From where text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture while it is being written.
pub struct Pen(String);

impl Pen {
    /// Begins a picture: its size, what it is called, and what it shows in words.
    pub fn begin(width: i32, height: i32, title: &str, description: &str) -> Self {
        let mut pen = Self(String::new());
        let title = escape(title);
        pen.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-label=\"{title}\" font-family=\"{FONTS}\">"
        ));
        pen.put(format_args!("<title>{title}</title>"));
        pen.put(format_args!("<desc>{}</desc>", escape(description)));
        pen.put(format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"));
        pen
    }

    /// Ends it.
    pub fn end(mut self) -> String {
        self.put(format_args!("</svg>"));
        self.0
    }

    /// A line of SVG as it stands.
    pub fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }

    /// A line of text; `y` is where it stands on.
    pub fn text(&mut self, x: i32, y: i32, size: i32, face: Face, text: &str) {
        self.anchored(x, y, size, face, Anchor::Start, text);
    }

    /// A line of text that ends at `x`, or has its middle there.
    pub fn anchored(&mut self, x: i32, y: i32, size: i32, face: Face, anchor: Anchor, text: &str) {
        let style = match face {
            Face::Plain => format!("fill=\"{INK}\""),
            Face::Bold => format!("fill=\"{INK}\" font-weight=\"700\""),
            Face::Quiet => format!("fill=\"{QUIET}\""),
            Face::Aside => format!("fill=\"{QUIET}\" font-style=\"italic\""),
        };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" {style}{anchor}>{}</text>",
            escape(text)
        ));
    }

    /// A frame of something: its fill, the colour and thickness of its line, in dashes or unbroken.
    pub fn frame(&mut self, rect: Rect, round: i32, fill: &str, line: (&str, &str), dash: &str) {
        let Rect { x, y, w, h } = rect;
        let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>",
            line.0, line.1
        ));
    }

    /// A line from point to point.
    pub fn path(&mut self, points: &str, line: (&str, &str), dash: &str) {
        let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        self.put(format_args!(
            "<path d=\"{points}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>",
            line.0, line.1
        ));
    }

    /// Slanting lines over a rectangle, so that it differs from others in grey too.
    pub fn hatch(&mut self, rect: Rect, step: i32, line: (&str, &str)) {
        let Rect { x, y, w, h } = rect;
        let mut points = String::new();
        let mut at = step;
        while at < w + h {
            // From the left or the lower edge to the upper or the right one.
            let (ax, ay) = if at <= h { (x, y + at) } else { (x + at - h, y + h) };
            let (bx, by) = if at <= w { (x + at, y) } else { (x + w, y + at - w) };
            let _ = write!(points, "M{ax} {ay} L{bx} {by} ");
            at += step;
        }
        self.path(points.trim_end(), line, "");
    }

    /// A number in a disc.
    pub fn mark(&mut self, x: i32, y: i32, number: &str) {
        self.put(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{MARK}\" fill=\"{ACCENT}\" stroke=\"#ffffff\" stroke-width=\"1\"/>"
        ));
        let size = if number.chars().count() > 2 { 8 } else { 11 };
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{}\" font-size=\"{size}\" fill=\"#ffffff\" font-weight=\"700\" text-anchor=\"middle\">{}</text>",
            y + 4,
            escape(number)
        ));
    }

    /// Marks in a row; more than seven end in one that says so.
    pub fn marks(&mut self, x: i32, y: i32, numbers: &[usize]) {
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

/// The head of a picture: its title, and sentences under it.
pub struct Head {
    title: Vec<String>,
    notes: Vec<String>,
}

impl Head {
    /// A head as wide as the picture.
    pub fn new(title: &str, notes: &[String], width: i32) -> Self {
        let room = width - 2 * MARGIN;
        let title = measure::wrap(&clean(title), room, bold(15), 4);
        let notes = notes.iter().flat_map(|note| measure::wrap(&clean(note), room, plain(12), 12)).collect();
        Self { title, notes }
    }

    /// How high it is.
    pub fn height(&self) -> i32 {
        measure::whole(self.title.len()) * 20 + measure::whole(self.notes.len()) * 16 + 14
    }

    /// Writes it; gives where what follows begins.
    pub fn write(&self, pen: &mut Pen, top: i32) -> i32 {
        let mut y = top;
        for line in &self.title {
            y += 20;
            pen.text(MARGIN, y - 4, 15, Face::Bold, line);
        }
        for line in &self.notes {
            y += 16;
            pen.text(MARGIN, y - 3, 12, Face::Quiet, line);
        }
        y + 14
    }
}

/// Text for SVG and HTML.
pub fn escape(text: &str) -> String {
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
