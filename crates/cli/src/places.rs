//! Where something is wrong: the rooms' own places, as a person can open them from where the command was run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ward_device::{Diagnostic, Severity};
use ward_formats::sbom::SbomError;

use crate::failure::{Failure, Placed};
use crate::files::Input;

/// What is said of files in a device folder, with their text for showing the place.
pub fn in_folder(folder: &Path, found: &[Diagnostic]) -> Vec<Placed> {
    let mut sources: BTreeMap<&str, Option<Arc<str>>> = BTreeMap::new();
    found
        .iter()
        .map(|diagnostic| {
            let path = folder.join(&diagnostic.file);
            // Only for showing the lines: where the file cannot be read again, its place and the words are enough.
            let source = sources
                .entry(&diagnostic.file)
                .or_insert_with(|| std::fs::read_to_string(&path).ok().map(Arc::from))
                .clone();
            Placed {
                file: path.display().to_string(),
                line: diagnostic.line,
                column: diagnostic.column,
                code: diagnostic.code.to_owned(),
                severity: match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                message: diagnostic.message.clone(),
                expected: diagnostic.expected.clone(),
                help: diagnostic.help.clone(),
                span: diagnostic.byte_span.clone(),
                source,
            }
        })
        .collect()
}

/// Why an SBOM cannot be read, at its place where there is one.
pub fn sbom(input: &Input, error: &SbomError) -> Failure {
    let failure = Failure::input("sbom", format!("{} cannot be read as an SBOM", input.name));
    let Some((line, column)) = error.place() else { return failure.because(error) };
    let source: Option<Arc<str>> = std::str::from_utf8(&input.bytes).ok().map(Arc::from);
    let start = source.as_deref().map_or(0, |text| offset(text, line, column));
    let message = match error {
        SbomError::Json { reason, .. } => reason.clone(),
        other => other.to_string(),
    };
    failure.at([Placed {
        file: input.name.clone(),
        line,
        column,
        code: "bad-sbom".to_owned(),
        severity: "error",
        message,
        expected: None,
        help: None,
        span: start..start,
        source,
    }])
}

/// The byte that a line and a column (in bytes, from 1) mean.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
