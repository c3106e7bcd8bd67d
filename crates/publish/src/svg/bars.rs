//! Spans of time beside one another: how long something is used, how long it is supported, and what lies between.

use jiff::civil::Date;

use super::measure::{self, bold, plain};
use super::pen::{ACCENT, Anchor, Face, Head, INK, MARGIN, Pen, QUIET, Rect, THIN};
use crate::words::clean;

/// What a span of time stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// In use.
    Use,
    /// Supported.
    Support,
    /// Of some of its parts nobody says whether they are supported, or how far their loss reaches.
    Unknown,
    /// Supported as far as is declared, while parts of it are not any more.
    Declared,
    /// Not supported any more, until it is used no more.
    Gap,
}

impl Span {
    pub(super) const ALL: [Self; 5] = [Self::Use, Self::Support, Self::Unknown, Self::Declared, Self::Gap];

    const fn word(self) -> &'static str {
        match self {
            Self::Use => "in use",
            Self::Support => "supported",
            Self::Unknown => "not known to be supported",
            Self::Declared => "declared supported, parts are not",
            Self::Gap => "without support, until the end of use",
        }
    }
}

/// A span, with its ends where they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub span: Span,
    pub from: Option<Date>,
    pub until: Option<Date>,
}

/// A row of spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// What is said of it, in words.
    pub note: String,
    pub bars: Vec<Bar>,
}

const SIDE: i32 = 320;
const WIDE: i32 = 900;
const HIGH: i32 = 20;
const SMALL: i32 = 11;
/// Rows on one sheet take no more than this: with head, axis and legend a lying page of A4 keeps its text readable.
const SHEET: i32 = 820;

/// The sheets of some rows.
pub fn sheets(title: &str, notes: &[String], rows: &[Row], today: Date) -> Vec<String> {
    let mut parts: Vec<Vec<&Row>> = vec![Vec::new()];
    let mut height = 0;
    for row in rows {
        let high = row_height(row);
        if height > 0 && height + high > SHEET {
            parts.push(Vec::new());
            height = 0;
        }
        height += high;
        // There is always a last part.
        if let Some(part) = parts.last_mut() {
            part.push(row);
        }
    }
    let axis = Axis::of(rows, today);
    let count = parts.len();
    let titled =
        |place: usize| if count > 1 { format!("{title}, sheet {} of {count}", place + 1) } else { title.to_owned() };
    parts.iter().enumerate().map(|(place, rows)| sheet(&titled(place), notes, rows, &axis, today)).collect()
}

fn texts(row: &Row) -> (Vec<String>, Vec<String>) {
    let room = SIDE - 20;
    (measure::wrap(&clean(&row.name), room, bold(12), 6), measure::wrap(&clean(&row.note), room, plain(SMALL), 9))
}

fn row_height(row: &Row) -> i32 {
    let (name, note) = texts(row);
    let text = measure::whole(name.len()) * 16 + measure::whole(note.len()) * 15;
    text.max(measure::whole(row.bars.len()) * (HIGH + 4)) + 14
}

/// The years that are shown.
struct Axis {
    first: i32,
    last: i32,
}

impl Axis {
    fn of(rows: &[Row], today: Date) -> Self {
        let dates = rows.iter().flat_map(|row| &row.bars).flat_map(|bar| [bar.from, bar.until]).flatten();
        let years = || dates.clone().map(|date| i32::from(date.year())).chain([i32::from(today.year())]);
        // Dates that are far off would press all others together; bars that run so far end in an arrow.
        let now = i32::from(today.year());
        let first = years().min().unwrap_or(now).min(now - 1).max(now - 40);
        let last = years().max().unwrap_or(now).min(now + 60) + 1;
        Self { first, last }
    }

    /// Where a day stands, within what is shown.
    fn x(&self, date: Date) -> i32 {
        let days = (i32::from(date.year()) - self.first) * 366 + i32::from(date.day_of_year()) - 1;
        let all = ((self.last - self.first) * 366).max(1);
        MARGIN + SIDE + (days.clamp(0, all) * WIDE) / all
    }

    /// How many years lie between two marks.
    fn step(&self) -> i32 {
        let years = self.last - self.first;
        [1, 2, 5, 10, 20].into_iter().find(|step| years / step <= 15).unwrap_or(20)
    }
}

fn sheet(title: &str, notes: &[String], rows: &[&Row], axis: &Axis, today: Date) -> String {
    let width = 2 * MARGIN + SIDE + WIDE + 20;
    let head = Head::new(title, notes, width);
    let top = MARGIN + head.height() + 40;
    let body: i32 = rows.iter().map(|row| row_height(row)).sum();
    let height = top + body + 44 + MARGIN;
    let mut pen = Pen::begin(width, height, title, &description(notes, rows, today));
    head.write(&mut pen, MARGIN);
    let mut year = axis.first;
    while year < axis.last {
        let x = axis.x(day(year, 1, 1).unwrap_or(today));
        pen.path(&format!("M{x} {top} V{}", top + body), ("#c9d1d9", "1"), "");
        pen.anchored(x, top - 6, SMALL, Face::Quiet, Anchor::Start, &year.to_string());
        year += axis.step();
    }
    let mut y = top;
    for row in rows {
        let (name, note) = texts(row);
        pen.path(&format!("M{MARGIN} {y} H{}", width - MARGIN), ("#c9d1d9", "1"), "");
        let mut base = y + 4;
        for text in &name {
            base += 16;
            pen.text(MARGIN, base - 3, 12, Face::Bold, text);
        }
        for text in &note {
            base += 15;
            pen.text(MARGIN, base - 3, SMALL, Face::Quiet, text);
        }
        let mut at = y + 8;
        for bar in &row.bars {
            draw(&mut pen, bar, axis, at);
            at += HIGH + 4;
        }
        y += row_height(row);
    }
    let now = axis.x(today);
    pen.path(&format!("M{now} {} V{}", top - 20, top + body), (ACCENT, "2"), "");
    let (x, anchor) = if now > width - 140 { (now - 5, Anchor::End) } else { (now + 5, Anchor::Start) };
    pen.anchored(x, top - 20, SMALL, Face::Bold, anchor, &format!("asked about: {today}"));
    legend(&mut pen, top + body + 22);
    pen.end()
}

fn draw(pen: &mut Pen, bar: &Bar, axis: &Axis, y: i32) {
    let (left, right) = (MARGIN + SIDE, MARGIN + SIDE + WIDE);
    let x = bar.from.map_or(left, |date| axis.x(date));
    let end = bar.until.map_or(right, |date| axis.x(date)).max(x + 2);
    shape(pen, bar.span, Rect { x, y, w: end - x, h: HIGH });
    // An end that nobody knows is open.
    let open = |pen: &mut Pen, x: i32| pen.path(&format!("M{x} {y} v{HIGH}"), ("#ffffff", "3"), "3 3");
    if bar.from.is_none() {
        open(pen, x);
    }
    if bar.until.is_none() {
        open(pen, end);
    }
}

/// What is in use is white, what is supported full; what is not known has upright lines in a broken frame, what is only declared a line
/// along it, and the gap is hatched in a thick frame: five that differ in grey.
fn shape(pen: &mut Pen, span: Span, rect: Rect) {
    let Rect { x, y, w, h } = rect;
    match span {
        Span::Use => pen.frame(rect, 0, "#ffffff", (INK, "1.5"), ""),
        Span::Support => pen.frame(rect, 0, QUIET, (INK, "1"), ""),
        Span::Unknown => {
            pen.frame(rect, 0, "#ffffff", (INK, "1"), "3 3");
            let lines = (1..).map(|number| x + 8 * number).take_while(|line| *line < x + w);
            let lines: Vec<String> = lines.map(|line| format!("M{line} {} V{}", y + 3, y + h - 3)).collect();
            if !lines.is_empty() {
                pen.path(&lines.join(" "), (THIN, "1"), "");
            }
        }
        Span::Declared => {
            pen.frame(rect, 0, "#ffffff", (INK, "1"), "8 3");
            pen.path(&format!("M{x} {} H{}", y + h / 2, x + w), (QUIET, "4"), "");
        }
        Span::Gap => {
            pen.frame(rect, 0, "#ffffff", (INK, "3"), "");
            pen.hatch(rect, 6, (THIN, "2"));
        }
    }
}

fn legend(pen: &mut Pen, y: i32) {
    let mut x = MARGIN;
    for span in Span::ALL {
        shape(pen, span, Rect { x, y, w: 32, h: 12 });
        pen.text(x + 40, y + 11, SMALL, Face::Plain, span.word());
        x += 40 + measure::width(span.word(), plain(SMALL)) + 20;
    }
    pen.text(x, y + 11, SMALL, Face::Plain, "dotted end: the day is not known");
}

fn day(year: i32, month: i8, day: i8) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

fn description(notes: &[String], rows: &[&Row], today: Date) -> String {
    let mut out = format!("{} Asked about: {today}.", notes.join(" "));
    for row in rows {
        out.push_str(&format!(" {}: {}", row.name, row.note));
        for bar in &row.bars {
            let end =
                |date: Option<Date>| date.map_or_else(|| "a day that is not known".to_owned(), |date| date.to_string());
            out.push_str(&format!("; {} from {} until {}", bar.span.word(), end(bar.from), end(bar.until)));
        }
        out.push('.');
    }
    out
}
