//! A workbook of Office Open XML: its sheets as tables of text.
//!
//! Read by what is here already for archives and XML ([why](../../../../docs/decisions/0040-workbooks.md)), with bounds on what it
//! unpacks to. Formulas are not computed: what the writer stored as their value counts.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::xml::walk::{Step, attribute, walk};

use super::{Bounds, EvidenceError, Row, Table, utf8};

/// How many bytes all parts that are read may unpack to.
const MOST_UNPACKED: u64 = 96 << 20;
/// The last column that a sheet can have.
const LAST_COLUMN: usize = 16_384;
/// How many sheets a workbook may have.
const MOST_SHEETS: usize = 500;

/// Reads every sheet of a workbook, in its order.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Table>, EvidenceError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let archive = archive.map_err(|error| EvidenceError::new(format!("this is no workbook: {error}")))?;
    let mut book = Book { archive, left: MOST_UNPACKED };
    let main = book.related("_rels/.rels", "")?.into_values().find(|part| part.kind == "officeDocument");
    let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |part| part.path);
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
    let parts = book.related(&join(folder, &format!("_rels/{file}.rels")), folder)?;
    let names = sheet_names(&book.part(&main)?).map_err(|error| named(&main, error))?;
    let strings = match parts.values().find(|part| part.kind == "sharedStrings") {
        Some(part) => shared_strings(&book.part(&part.path)?).map_err(|error| named(&part.path, error))?,
        None => Vec::new(),
    };
    let mut bounds = Bounds::default();
    let mut tables = Vec::new();
    for (name, relation) in names {
        let part = parts.get(&relation).ok_or_else(|| EvidenceError::new(format!("the sheet `{name}` is missing")))?;
        // A sheet that is a chart holds no cells.
        if part.kind == "worksheet" {
            let text = book.part(&part.path)?;
            let table = sheet(&text, name, &strings, &mut bounds).map_err(|error| named(&part.path, error))?;
            tables.push(table);
        }
    }
    Ok(tables)
}

fn named(part: &str, error: EvidenceError) -> EvidenceError {
    EvidenceError::new(format!("{part}: {error}"))
}

/// Another part of the workbook.
struct Part {
    kind: String,
    path: String,
}

struct Book<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl Book<'_> {
    /// The text of a part, unpacked as far as is left of what all may unpack to.
    fn part(&mut self, path: &str) -> Result<String, EvidenceError> {
        let fail = |error: &dyn std::fmt::Display| EvidenceError::new(format!("{path}: {error}"));
        let entry = self.archive.by_name(path).map_err(|error| fail(&error))?;
        let mut bytes = Vec::new();
        let count = entry.take(self.left.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
        self.left = u64::try_from(count)
            .ok()
            .and_then(|count| self.left.checked_sub(count))
            .ok_or_else(|| EvidenceError::new(format!("it unpacks to more than {MOST_UNPACKED} bytes")))?;
        utf8(&bytes).map(str::to_owned).map_err(|error| fail(&error))
    }

    /// The parts that another one names, by the name it gives them.
    fn related(&mut self, path: &str, folder: &str) -> Result<BTreeMap<String, Part>, EvidenceError> {
        let mut parts = BTreeMap::new();
        let text = self.part(path)?;
        let read = walk(&text, |step| {
            let Step::Open { name: "Relationship", attributes, .. } = step else { return Ok(()) };
            let said = |name: &str| attribute(attributes, name).unwrap_or_default();
            if said("TargetMode") != "External" {
                let kind = said("Type").rsplit('/').next().unwrap_or_default().to_owned();
                let target = said("Target");
                let path = target.strip_prefix('/').map_or_else(|| join(folder, target), str::to_owned);
                parts.insert(said("Id").to_owned(), Part { kind, path });
            }
            Ok(())
        });
        read.map_err(|error| named(path, EvidenceError::at(error.line, error.reason)))?;
        Ok(parts)
    }
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The sheets, each with the name of the relation that leads to it.
fn sheet_names(text: &str) -> Result<Vec<(String, String)>, EvidenceError> {
    let mut names = Vec::new();
    walk(text, |step| {
        let Step::Open { name: "sheet", attributes, .. } = step else { return Ok(()) };
        let said = |name: &str| attribute(attributes, name).unwrap_or_default().to_owned();
        names.push((said("name"), said("id")));
        if names.len() > MOST_SHEETS { Err(format!("it has more than {MOST_SHEETS} sheets")) } else { Ok(()) }
    })
    .map_err(|error| EvidenceError::at(error.line, error.reason))?;
    Ok(names)
}

/// The texts that cells share. What is set above letters to say how they are read is no part of the text.
fn shared_strings(text: &str) -> Result<Vec<String>, EvidenceError> {
    let (mut strings, mut inside) = (Vec::new(), Vec::new());
    let mut bounds = Bounds::default();
    walk(text, |step| {
        match step {
            Step::Open { name, .. } => {
                if name == "si" {
                    bounds.cell(0)?;
                    strings.push(String::new());
                }
                inside.push(name.to_owned());
            }
            Step::Close => drop(inside.pop()),
            Step::Text(part) => {
                let shown = inside.last().is_some_and(|name| name == "t") && !inside.iter().any(|name| name == "rPh");
                if let Some(string) = strings.last_mut().filter(|_| shown) {
                    string.push_str(part);
                }
            }
        }
        Ok(())
    })
    .map_err(|error| EvidenceError::at(error.line, error.reason))?;
    Ok(strings)
}

/// One cell that has begun.
struct Cell {
    column: usize,
    kind: String,
    value: String,
    inline: String,
}

fn sheet(text: &str, name: String, strings: &[String], bounds: &mut Bounds) -> Result<Table, EvidenceError> {
    let mut table = Table { name, ..Table::default() };
    let mut rows: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
    let (mut row, mut next_column) = (0_usize, 0_usize);
    let mut cell: Option<Cell> = None;
    let mut inside: Vec<String> = Vec::new();
    walk(text, |step| {
        match step {
            Step::Open { name, attributes, .. } => {
                match name {
                    "row" => {
                        bounds.row()?;
                        let said = attribute(attributes, "r").map(str::parse::<usize>);
                        row = match said {
                            Some(Ok(number)) if number > 0 => number,
                            Some(_) => return Err("a row has no number".to_owned()),
                            None => row + 1,
                        };
                        next_column = 0;
                    }
                    "c" => {
                        let column = match attribute(attributes, "r") {
                            Some(place) => match position(place) {
                                Some((column, line)) if line == row => column,
                                _ => return Err(format!("`{place}` is no cell of row {row}")),
                            },
                            None => next_column,
                        };
                        next_column = column + 1;
                        let kind = attribute(attributes, "t").unwrap_or("n").to_owned();
                        cell = Some(Cell { column, kind, value: String::new(), inline: String::new() });
                    }
                    _ => {}
                }
                inside.push(name.to_owned());
            }
            Step::Text(part) => {
                if let Some(cell) = &mut cell {
                    match inside.last().map(String::as_str) {
                        Some("v") => cell.value.push_str(part),
                        Some("t") if !inside.iter().any(|name| name == "rPh") => cell.inline.push_str(part),
                        _ => {}
                    }
                }
            }
            Step::Close => {
                if inside.pop().as_deref() == Some("c")
                    && let Some(cell) = cell.take()
                {
                    let shown = shown(&cell, strings)?;
                    let shown = shown.trim();
                    if !shown.is_empty() {
                        bounds.cell(shown.len())?;
                        rows.entry(row).or_default().insert(cell.column, shown.to_owned());
                    }
                }
            }
        }
        Ok(())
    })
    .map_err(|error| EvidenceError::at(error.line, error.reason))?;
    let mut rows = rows.into_iter().map(|(line, cells)| Row { line, cells: cells.into_iter().collect() });
    table.headings = rows.next().unwrap_or_default();
    table.rows = rows.collect();
    Ok(table)
}

/// What a cell shows.
fn shown(cell: &Cell, strings: &[String]) -> Result<String, String> {
    Ok(match cell.kind.as_str() {
        "s" => {
            let number: Option<usize> = cell.value.trim().parse().ok();
            let string = number.and_then(|number| strings.get(number));
            string.cloned().ok_or_else(|| format!("there is no shared text `{}`", cell.value.trim()))?
        }
        "inlineStr" => cell.inline.clone(),
        "b" if cell.value.trim() == "1" => "true".to_owned(),
        "b" => "false".to_owned(),
        _ => cell.value.clone(),
    })
}

/// Column from 0 and row from 1 of a cell's name such as `B7`.
pub(super) fn position(name: &str) -> Option<(usize, usize)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || digits.starts_with('0') || digits.len() > 7 {
        return None;
    }
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        letter.is_ascii_uppercase().then(|| column * 26 + usize::from(letter - b'A') + 1)
    })?;
    (column <= LAST_COLUMN).then_some((column - 1, digits.parse().ok()?))
}
