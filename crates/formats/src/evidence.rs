//! Files that are cited as evidence: test reports and tables, read into what they say.
//!
//! What a file means for a claim is not decided here. A file of another kind (a PDF, a text) is not read at all; one of these kinds
//! that cannot be read whole says nothing.

mod csv;
mod junit;
mod xlsx;

/// A larger file is not read: a report that people can look through is smaller.
pub const LARGEST: usize = 16 << 20;

/// How many rows, or test cases, one file may have.
const MOST_ROWS: usize = 200_000;
/// How many cells, blank ones not counted, one file may have.
const MOST_CELLS: usize = 2_000_000;
/// How many bytes of text are kept of one file.
const MOST_TEXT: usize = 32 << 20;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// Test cases, and how each came out.
    Tests(TestReport),
    /// Tables: one of a CSV file, one for each sheet of a workbook.
    Tables(Vec<Table>),
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct EvidenceError {
    /// The line, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl EvidenceError {
    fn new(reason: impl Into<String>) -> Self {
        Self { line: None, reason: reason.into() }
    }

    fn at(line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), reason: reason.into() }
    }
}

/// A test report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestReport {
    /// Its test cases, in the order of the file.
    pub cases: Vec<TestCase>,
    /// What the report says that its own test cases contradict.
    pub contradictions: Vec<String>,
}

/// One run of one test case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// The class or group that it belongs to; blank where none is named.
    pub class: String,
    /// The suite that it stands in; blank where that has no name.
    pub suite: String,
    /// How it came out.
    pub outcome: TestOutcome,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// How a test case came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It was run and passed.
    Passed,
    /// It failed, or did in one of its runs.
    Failed,
    /// It could not be carried out, or could not in one of its runs.
    Errored,
    /// It was not run.
    Skipped,
    /// The report says something of it that is not known to mean that it passed.
    Unclear(String),
}

/// A table with a row of headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The name of the sheet; blank in a CSV file.
    pub name: String,
    /// The first row that holds anything.
    pub headings: Row,
    /// The rows after it that hold anything.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file, or the number of the row, from 1.
    pub line: usize,
    /// The cells that hold anything, by column from 0, in order; without spaces around them.
    pub cells: Vec<(usize, String)>,
}

impl Row {
    /// What stands in a column; nothing where it is blank.
    pub fn cell(&self, column: usize) -> Option<&str> {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        self.cells.get(at).map(|(_, text)| text.as_str())
    }
}

impl Table {
    /// The column under one of these headings, by the first of them that is there; upper and lower case are the same.
    pub fn column(&self, headings: &[&str]) -> Option<usize> {
        headings.iter().find_map(|wanted| {
            let same = |(_, heading): &&(usize, String)| heading.eq_ignore_ascii_case(wanted);
            self.headings.cells.iter().find(same).map(|(column, _)| *column)
        })
    }
}

/// Reads a file by what its name says that it is. `None`: a file of a kind that is not read.
pub fn read(path: &str, bytes: &[u8]) -> Option<Result<Contents, EvidenceError>> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (_, kind) = name.rsplit_once('.')?;
    if !matches!(kind, "xml" | "csv" | "tsv" | "xlsx" | "xlsm") {
        return None;
    }
    if bytes.len() > LARGEST {
        let reason = format!("it has {} bytes, and at most {LARGEST} are read", bytes.len());
        return Some(Err(EvidenceError::new(reason)));
    }
    match kind {
        "xml" => junit::read(bytes).map(|report| report.map(Contents::Tests)).transpose(),
        "csv" => Some(csv::read(bytes, None).map(|table| Contents::Tables(vec![table]))),
        "tsv" => Some(csv::read(bytes, Some(b'\t')).map(|table| Contents::Tables(vec![table]))),
        _ => Some(xlsx::read(bytes).map(Contents::Tables)),
    }
}

/// Where a cell of a sheet stands that is named like `B7`: its column from 0 and its row from 1.
pub fn cell_position(name: &str) -> Option<(usize, usize)> {
    xlsx::position(name)
}

/// Counts what is kept of one file, and refuses what is too much.
#[derive(Debug, Default)]
struct Bounds {
    rows: usize,
    cells: usize,
    text: usize,
}

impl Bounds {
    fn row(&mut self) -> Result<(), String> {
        self.rows += 1;
        if self.rows > MOST_ROWS { Err(format!("it has more than {MOST_ROWS} rows")) } else { Ok(()) }
    }

    fn cell(&mut self, text: usize) -> Result<(), String> {
        self.cells += 1;
        self.text = self.text.saturating_add(text);
        if self.cells > MOST_CELLS {
            return Err(format!("it has more than {MOST_CELLS} cells"));
        }
        if self.text > MOST_TEXT { Err(format!("it holds more than {MOST_TEXT} bytes of text")) } else { Ok(()) }
    }
}

/// The text of a file.
fn utf8(bytes: &[u8]) -> Result<&str, EvidenceError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        EvidenceError::at(line, "this is not UTF-8 text")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
