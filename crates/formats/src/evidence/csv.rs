//! A table as CSV: a row of headings, then rows of as many cells. Lines that begin with `#` are remarks.

use super::{Bounds, EvidenceError, Row, Table, utf8};

/// Reads a CSV file. Without a delimiter, the row of headings says which: a comma, else a semicolon, else a tab.
pub(super) fn read(bytes: &[u8], delimiter: Option<u8>) -> Result<Table, EvidenceError> {
    let text = utf8(bytes)?;
    let headings = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let delimiter =
        delimiter.or_else(|| b",;\t".iter().copied().find(|one| headings.as_bytes().contains(one))).unwrap_or(b',');
    // Rows of another length are refused: a cell that is one too many has moved all that come after it.
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let (mut bounds, mut table) = (Bounds::default(), Table::default());
    let mut record = ::csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record).map_err(|error| wrong(&error))?;
        if !more {
            break;
        }
        let line = record.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let too_much = |reason: String| EvidenceError::at(line, reason);
        bounds.row().map_err(too_much)?;
        let mut cells = Vec::new();
        for (column, cell) in record.iter().enumerate() {
            let cell = cell.trim();
            if !cell.is_empty() {
                bounds.cell(cell.len()).map_err(too_much)?;
                cells.push((column, cell.to_owned()));
            }
        }
        match cells.is_empty() {
            true => {}
            false if table.headings.cells.is_empty() => table.headings = Row { line, cells },
            false => table.rows.push(Row { line, cells }),
        }
    }
    if table.headings.cells.is_empty() {
        return Err(EvidenceError::new("it has no row of headings"));
    }
    Ok(table)
}

fn wrong(error: &::csv::Error) -> EvidenceError {
    let line = error.position().map(|position| usize::try_from(position.line()).unwrap_or(usize::MAX));
    let reason = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this row has {len} cells, and the headings are {expected_len}")
        }
        _ => error.to_string(),
    };
    EvidenceError { line, reason }
}
