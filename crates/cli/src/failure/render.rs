//! A failure in words, with the lines of the file that it is about.

use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, ThemeCharacters, ThemeStyles};

use super::{Failure, Placed};

/// A line longer than this is not shown: the file is not written for people.
const LONGEST_LINE_SHOWN: usize = 300;

/// How to show it.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With colour.
    pub colour: bool,
    /// With drawn lines instead of plain signs.
    pub drawn: bool,
    /// Columns.
    pub width: usize,
}

/// The whole failure.
pub fn text(failure: &Failure, style: Style) -> String {
    let mut out = all_placed(&failure.places, style);
    let mark = if style.colour { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    out.push_str(&format!("{mark}: {}\n", clean(&failure.message)));
    for cause in &failure.causes {
        out.push_str(&format!("  because: {}\n", clean(cause)));
    }
    for hint in &failure.hints {
        out.push_str(&format!("  help: {}\n", clean(hint)));
    }
    out
}

/// Each thing that is wrong, with its place.
pub fn all_placed(places: &[Placed], style: Style) -> String {
    places.iter().map(|placed| one(placed, style)).collect()
}

fn one(placed: &Placed, style: Style) -> String {
    if let Some(source) = shown_source(placed) {
        let characters = if style.drawn { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        let styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_width(style.width)
            .with_context_lines(1)
            // Terminals wrap by themselves, and whoever searches for a place finds it whole.
            .with_wrap_lines(false)
            .with_links(false);
        let mut out = String::new();
        if handler.render_report(&mut out, &Report(placed, NamedSource::new(&placed.file, source))).is_ok() {
            out.push('\n');
            return out;
        }
    }
    let mut out = format!("{}: {}[{}]: {}\n", placed.place(), placed.severity, placed.code, clean(&placed.message));
    if let Some(help) = help(placed) {
        out.push_str(&format!("  help: {help}\n"));
    }
    out.push('\n');
    out
}

/// The file's text, where showing a part of it helps and cannot disturb the terminal.
fn shown_source(placed: &Placed) -> Option<Arc<str>> {
    let source = placed.source.as_ref()?;
    let around = source.lines().skip(placed.line.saturating_sub(2)).take(3);
    let readable = |line: &str| line.len() <= LONGEST_LINE_SHOWN && !line.chars().any(|c| c.is_control() && c != '\t');
    let fits = source.get(placed.span.clone()).is_some_and(|text| text.len() <= LONGEST_LINE_SHOWN);
    (fits && around.into_iter().all(readable)).then(|| Arc::clone(source))
}

fn help(placed: &Placed) -> Option<String> {
    let expected = placed.expected.as_ref().map(|expected| format!("expected {}", clean(expected)));
    let help = placed.help.as_deref().map(clean);
    match (expected, help) {
        (Some(expected), Some(help)) => Some(format!("{expected}; {help}")),
        (one, other) => one.or(other),
    }
}

/// Text without signs that would move the cursor or ring a bell: names in messages come from files.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// One placed problem as the renderer takes it.
struct Report<'a>(&'a Placed, NamedSource<Arc<str>>);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.place(), clean(&self.0.message))
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}[{}]", self.0.severity, self.0.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(if self.0.severity == "warning" { miette::Severity::Warning } else { miette::Severity::Error })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        help(self.0).map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.1)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.0.span.clone();
        Some(Box::new(std::iter::once(LabeledSpan::underline(span))))
    }
}
