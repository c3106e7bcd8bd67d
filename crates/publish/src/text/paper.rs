//! Lines of text on a page of limited width: paragraphs, hanging indents and tables.

use crate::words::clean;

/// A page that is being written.
pub struct Paper {
    out: String,
    width: usize,
    colour: bool,
}

/// How a piece of text stands out. Each is visible without colour too, by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// As the terminal shows it.
    Plain,
    /// Headings and what matters first.
    Bold,
    /// Uncontrolled, confirmed.
    Confirmed,
    /// Uncontrolled, presumed.
    Presumed,
    /// Controlled.
    Controlled,
    /// Aside.
    Dim,
}

impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Confirmed => "\u{1b}[1;33m",
            Self::Presumed => "\u{1b}[36m",
            Self::Controlled => "\u{1b}[32m",
            Self::Dim => "\u{1b}[2m",
        }
    }
}

/// The head of a table column.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether its cells are numbers, set to the right.
    pub right: bool,
}

/// Columns by name; a name that begins with `>` holds numbers.
pub fn columns(names: &[&'static str]) -> Vec<Column> {
    names
        .iter()
        .map(|name| match name.strip_prefix('>') {
            Some(name) => Column { name, right: true },
            None => Column { name, right: false },
        })
        .collect()
}

impl Paper {
    /// An empty page.
    pub fn new(width: usize, colour: bool) -> Self {
        Self { out: String::new(), width: width.clamp(40, 200), colour }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless one is there already.
    pub fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading of a section, set off by an empty line.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(0, Ink::Bold, text);
    }

    /// A paragraph.
    pub fn line(&mut self, indent: usize, ink: Ink, text: &str) {
        self.hanging(indent, "", indent, ink, text);
    }

    /// A paragraph after a label; its following lines stand under its first.
    pub fn item(&mut self, indent: usize, label: &str, text: &str) {
        self.hanging(indent, label, indent + length(label), Ink::Plain, text);
    }

    /// A command, in one line however long it is: whoever copies it gets the whole of it, and nothing else.
    pub fn command(&mut self, indent: usize, command: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str("$ ");
        self.out.push_str(&clean(command));
        self.out.push('\n');
    }

    /// A paragraph after a label that is filled up to a column.
    pub fn field(&mut self, indent: usize, label: &str, text: &str) {
        const LABEL: usize = 16;
        self.hanging(indent, &pad(label, LABEL, false), indent + LABEL, Ink::Plain, text);
    }

    fn hanging(&mut self, indent: usize, label: &str, hang: usize, ink: Ink, text: &str) {
        let text = clean(text);
        for (row, line) in wrap(&text, self.width.saturating_sub(hang).max(16)).iter().enumerate() {
            if row == 0 {
                self.out.push_str(&" ".repeat(indent));
                self.out.push_str(&clean(label));
            } else {
                self.out.push_str(&" ".repeat(hang));
            }
            self.write(ink, line);
            self.end();
        }
    }

    /// A table; cells wrap where it would be wider than the page. The first cell of a row carries its ink.
    pub fn table(&mut self, indent: usize, columns: &[Column], rows: &[(Ink, Vec<String>)]) {
        let rows: Vec<(Ink, Vec<String>)> =
            rows.iter().map(|(ink, cells)| (*ink, cells.iter().map(|cell| clean(cell)).collect())).collect();
        let mut widths: Vec<usize> = columns.iter().map(|column| length(column.name)).collect();
        for (_, cells) in &rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = length(cell).max(*width);
            }
        }
        let between = 2 * columns.len().saturating_sub(1);
        let room = self.width.saturating_sub(indent + between);
        // The widest column gives way, first down to the words of its head, then further where even that is too wide.
        for floor in [true, false] {
            while widths.iter().sum::<usize>() > room {
                let least = |column: &Column| if floor { longest_word(column.name).max(8) } else { 4 };
                let giving = widths.iter_mut().zip(columns).filter(|(width, column)| **width > least(column));
                match giving.max_by_key(|(width, _)| **width) {
                    Some((widest, _)) => *widest -= 1,
                    None => break,
                }
            }
        }
        let names = columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>();
        self.row(indent, columns, &widths, &names, Ink::Dim, true);
        for (ink, cells) in &rows {
            self.row(indent, columns, &widths, cells, *ink, false);
        }
    }

    fn row(&mut self, indent: usize, columns: &[Column], widths: &[usize], cells: &[String], ink: Ink, all: bool) {
        let wrapped: Vec<Vec<String>> = widths.iter().zip(cells).map(|(width, cell)| wrap(cell, *width)).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            self.out.push_str(&" ".repeat(indent));
            for (place, ((column, width), lines)) in columns.iter().zip(widths).zip(&wrapped).enumerate() {
                let text = lines.get(line).map_or("", String::as_str);
                self.write(if all || place == 0 { ink } else { Ink::Plain }, &pad(text, *width, column.right));
                self.out.push_str("  ");
            }
            self.end();
        }
    }

    fn write(&mut self, ink: Ink, text: &str) {
        if self.colour && ink != Ink::Plain && !text.trim().is_empty() {
            self.out.push_str(ink.code());
            self.out.push_str(text);
            self.out.push_str("\u{1b}[0m");
        } else {
            self.out.push_str(text);
        }
    }

    fn end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let fill = " ".repeat(width.saturating_sub(length(text)));
    if right { format!("{fill}{text}") } else { format!("{text}{fill}") }
}

/// Breaks text into lines of at most `width` characters: at spaces, within long words after punctuation, else anywhere.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        loop {
            let space = usize::from(!line.is_empty());
            if length(&line) + space + length(&word) <= width {
                if space == 1 {
                    line.push(' ');
                }
                line.push_str(&word);
                break;
            }
            if !line.is_empty() && (length(&word) <= width || length(&line) * 2 >= width) {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            let room = width - (length(&line) + space).min(width - 1);
            let cut = breaking_place(&word, room);
            let rest = word.split_off(cut);
            if space == 1 {
                line.push(' ');
            }
            line.push_str(&word);
            lines.push(std::mem::take(&mut line));
            word = rest;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The byte at which a word that is longer than `room` is cut: after the last punctuation that fits, else where the room ends.
fn breaking_place(word: &str, room: usize) -> usize {
    let mut last = 0;
    let mut end = 0;
    for c in word.chars().take(room.max(1)) {
        end += c.len_utf8();
        if matches!(c, '-' | '/' | ':' | '@' | '_' | ',' | '=' | ';') {
            last = end;
        }
    }
    if last > 0 { last } else { end }
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(length).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Ink, Paper, columns, wrap};
    use proptest::prelude::*;

    #[test]
    fn words_break_at_spaces_then_at_punctuation() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unauthenticated-command@drug-library", 18), ["unauthenticated-", "command@drug-", "library"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_wide_table_wraps_its_cells() {
        let mut paper = Paper::new(40, false);
        let rows = [(Ink::Plain, vec!["a".repeat(30), "12".to_owned(), "b c ".repeat(10)])];
        paper.table(0, &columns(&["name", ">n", "text"]), &rows);
        let text = paper.finish();
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(text in "[a-zA-Zäß./@: -]{0,120}", width in 1_usize..40) {
            let lines = wrap(&text, width);
            let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
        }
    }
}
