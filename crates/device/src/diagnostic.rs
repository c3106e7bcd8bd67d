//! What is wrong with a folder, and exactly where.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// Something that is wrong with, or worth knowing about, a device folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// A short stable name of the kind of problem, for example `unknown-key`.
    pub code: &'static str,
    /// Whether the folder can be read all the same.
    pub severity: Severity,
    /// The file, as named in the folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes of the file that it is about.
    pub byte_span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What to do, often the nearest valid name.
    pub help: Option<String>,
}

/// Whether a problem stops the folder from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The folder cannot be read; from lint: the folder contradicts what it claims.
    Error,
    /// The folder can be read; something in it has no effect or is missing.
    Warning,
}

impl Diagnostic {
    /// Sets what would have been right.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Sets what to do.
    #[must_use]
    pub fn helping(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn order(&self) -> (&str, usize, usize, &str, &str) {
        (&self.file, self.line, self.column, self.code, &self.message)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}:{}: {word}[{}]: {}", self.file, self.line, self.column, self.code, self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a folder, sorted by file, line and column; at least one is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, diagnostic) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Sorts by file, line and column and removes what is said twice.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics.dedup();
}

/// Bytes of one of the files in a [`Sink`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub value: T,
    pub place: Place,
}

/// Where something stands, once the text is no longer at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub byte_span: Range<usize>,
}

impl Location {
    pub(crate) fn start_of(file: &str) -> Self {
        Self { file: file.to_owned(), line: 1, column: 1, byte_span: 0..0 }
    }

    pub(crate) fn diagnostic(self, severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            file: self.file,
            line: self.line,
            column: self.column,
            byte_span: self.byte_span,
            message: message.into(),
            expected: None,
            help: None,
        }
    }
}

/// Collects diagnostics, and knows the texts that turn bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    sources: Vec<Source>,
    pub found: Vec<Diagnostic>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
    /// How many characters begin before each [`MARK`] bytes: a long line with many faults is counted through once.
    marks: Vec<usize>,
    broken_lines: BTreeSet<usize>,
}

/// How many bytes lie between two marks.
const MARK: usize = 1024;

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl Source {
    fn new(name: &str, text: &str) -> Self {
        let mut marks = vec![0];
        for chunk in text.as_bytes().chunks_exact(MARK) {
            marks.push(marks.last().copied().unwrap_or(0) + characters(chunk));
        }
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let (name, text) = (name.to_owned(), text.to_owned());
        Self { name, text, line_starts, marks, broken_lines: BTreeSet::new() }
    }

    /// How many characters begin before a place inside the text.
    fn characters_before(&self, at: usize) -> usize {
        let mark = (at / MARK).min(self.marks.len() - 1);
        self.marks[mark] + characters(&self.text.as_bytes()[mark * MARK..at])
    }

    /// How many characters lie between two places; bytes, where one of them is inside a character.
    fn characters_between(&self, start: usize, end: usize) -> usize {
        if self.text.is_char_boundary(start) && self.text.is_char_boundary(end) {
            self.characters_before(end) - self.characters_before(start)
        } else {
            end - start
        }
    }
}

impl Sink {
    /// Adds a text and returns its number.
    pub(crate) fn add_source(&mut self, name: &str, text: &str) -> usize {
        self.sources.push(Source::new(name, text));
        self.sources.len() - 1
    }

    /// Line and column of a place.
    pub(crate) fn locate(&self, place: Place) -> Location {
        let Some(source) = self.sources.get(place.file) else {
            return Location::start_of("");
        };
        let start = place.start.min(source.text.len());
        let line = source.line_starts.partition_point(|&line_start| line_start <= start).max(1);
        let line_start = source.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = source.characters_between(line_start, start) + 1;
        let end = place.end.clamp(start, source.text.len());
        Location { file: source.name.clone(), line, column, byte_span: start..end }
    }

    /// The name of a text.
    pub(crate) fn name(&self, file: usize) -> &str {
        self.sources.get(file).map_or("", |source| &source.name)
    }

    /// Whether a text could not be parsed, so that what it names is only partly known.
    pub(crate) fn is_broken(&self, file: usize) -> bool {
        self.sources.get(file).is_some_and(|source| !source.broken_lines.is_empty())
    }

    /// Whether anything found so far stops the folder from being read.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether an error was found inside this place: what is empty then may only seem so.
    pub(crate) fn has_error_in(&self, place: Place) -> bool {
        let Location { file, byte_span, .. } = self.locate(place);
        self.found.iter().any(|found| {
            found.severity == Severity::Error
                && found.file == file
                && byte_span.start <= found.byte_span.start
                && found.byte_span.end <= byte_span.end
        })
    }

    /// Reports an error in the syntax; what else is found on its line is not reported, because it follows from it.
    /// One that is only `repeated` still hides the rest of its line.
    pub(crate) fn syntax_error(&mut self, place: Place, message: &str, repeated: bool) {
        let location = self.locate(place);
        if let Some(source) = self.sources.get_mut(place.file) {
            source.broken_lines.insert(location.line);
        }
        if !repeated {
            self.found.push(location.diagnostic(Severity::Error, "syntax", message));
        }
    }

    /// Reports an error; the returned value takes what was expected and what helps.
    pub(crate) fn error(&mut self, place: Place, code: &'static str, message: impl Into<String>) -> Hints<'_> {
        self.report(place, Severity::Error, code, message.into())
    }

    /// Reports a warning.
    pub(crate) fn warning(&mut self, place: Place, code: &'static str, message: impl Into<String>) -> Hints<'_> {
        self.report(place, Severity::Warning, code, message.into())
    }

    fn report(&mut self, place: Place, severity: Severity, code: &'static str, message: String) -> Hints<'_> {
        let location = self.locate(place);
        let follows = self.sources.get(place.file).is_some_and(|source| source.broken_lines.contains(&location.line));
        if follows {
            return Hints(None);
        }
        self.found.push(location.diagnostic(severity, code, message));
        Hints(self.found.last_mut())
    }
}

/// Adds to the diagnostic that was just reported.
pub(crate) struct Hints<'a>(Option<&'a mut Diagnostic>);

impl Hints<'_> {
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        if let Some(diagnostic) = self.0.as_mut() {
            diagnostic.expected = Some(expected.into());
        }
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = self.0.as_mut() {
            diagnostic.help = Some(help.into());
        }
        self
    }

    pub(crate) fn did_you_mean(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(nearest) => self.help(format!("did you mean `{nearest}`?")),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Sink};

    /// Every fault on a line counted the line through from its start: a quarter of a megabyte on one line took seconds.
    #[test]
    fn columns_of_long_lines_are_counted_in_characters() {
        let text = format!("a\n{}\n\n{}", "ä€b".repeat(2000), "x".repeat(3000));
        let mut sink = Sink::default();
        let file = sink.add_source("f", &text);
        for (start, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let place = sink.locate(Place { file, start, end: start });
            let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let wanted = (text[..start].matches('\n').count() + 1, text[line_start..start].chars().count() + 1);
            assert_eq!((place.line, place.column), wanted, "at {start}");
        }
        // Inside a character, and behind the end.
        assert_eq!(sink.locate(Place { file, start: 3, end: 3 }).column, 2);
        assert_eq!(sink.locate(Place { file, start: usize::MAX, end: 0 }).column, 3001);
    }
}
