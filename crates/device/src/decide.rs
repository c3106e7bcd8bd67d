//! Entering decisions in `decisions.toml`: edited in place, so that comments and order survive.

use jiff::civil::Date;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};
use ward_model::claim::{Claim, joint_evidence, joint_premise};
use ward_model::digest::Digest;

/// Who decides what, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Who answers.
    pub by: &'a str,
    /// On what day.
    pub on: Date,
    /// The last day on which the decision has effect.
    pub expires: Date,
    /// Why.
    pub rationale: &'a str,
    /// Whether the claims are accepted.
    pub accepted: bool,
    /// The variant and the site that it is made for alone.
    pub scope: Scope<'a>,
}

/// What a decision is made for alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// A variant; `None`: all whose claims say the same.
    pub variant: Option<&'a str>,
    /// A site that is laid over the maker's model; `None`: all, likewise.
    pub site: Option<&'a str>,
}

/// Why a decision cannot be entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// The file cannot be parsed.
    #[error("decisions.toml cannot be parsed: {reason}")]
    Syntax {
        /// What the parser says.
        reason: String,
        /// The bytes it is about.
        span: Option<std::ops::Range<usize>>,
    },
    /// `decision` is something else than a list of tables.
    #[error("`decision` in decisions.toml is not written as [[decision]]")]
    NotAList,
    /// No claim is named.
    #[error("no claim is named")]
    NothingNamed,
    /// The file makes no claim.
    #[error("`{file}` makes no claim")]
    NoClaims {
        /// The file.
        file: String,
    },
    /// A claim that stands in another file than the one that is accepted.
    #[error("the claim `{claim}` does not stand in `{file}`")]
    OtherFile {
        /// The claim.
        claim: String,
        /// The file that was to be accepted.
        file: String,
    },
    /// The evidence of a claim is not there.
    #[error("the evidence `{path}` of `{claim}` is missing")]
    MissingEvidence {
        /// The claim.
        claim: String,
        /// The path that it cites.
        path: String,
    },
    /// The claims cite several files, and one decision carries the digest of one.
    #[error("the claims cite different evidence files ({}); decide them one by one", paths.join(", "))]
    SeveralEvidenceFiles {
        /// The paths.
        paths: Vec<String>,
    },
    /// It would expire before it is made.
    #[error("the decision would expire on {expires}, before it is made on {on}")]
    ExpiresFirst {
        /// When it is made.
        on: Date,
        /// When it expires.
        expires: Date,
    },
    /// Nobody answers, or nobody says why.
    #[error("the decision needs {what}")]
    Blank {
        /// What is missing.
        what: &'static str,
    },
}

/// Adds a decision on claims to the text of `decisions.toml` (empty where there is no such file) and returns the new text.
///
/// It is bound to what is claimed now and to the evidence as it is now.
///
/// # Errors
/// See [`DecideError`]; evidence that is missing is refused even for a rejection, because nobody can have looked at it.
pub fn decide(decisions_toml: &str, claims: &[&Claim], answer: &Answer<'_>) -> Result<String, DecideError> {
    if claims.is_empty() {
        return Err(DecideError::NothingNamed);
    }
    let mut paths: Vec<String> =
        claims.iter().filter_map(|claim| claim.evidence.as_ref()).map(|evidence| evidence.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    if paths.len() > 1 {
        return Err(DecideError::SeveralEvidenceFiles { paths });
    }
    let mut names: Vec<String> = claims.iter().map(|claim| claim.id.to_string()).collect();
    names.sort_unstable();
    names.dedup();
    let mut table = Table::new();
    table.insert("claims", Item::Value(Value::Array(lines(names.into_iter().map(Value::from)))));
    enter(decisions_toml, table, claims, answer)
}

/// Adds a decision on a whole file at its digest: on every claim that the file makes.
///
/// `claims` are all claims of the device that stand in that file, which is called `path` in the device folder and `named` in the
/// decisions: those of a site name its files from its own folder.
///
/// # Errors
/// As [`decide`]; several evidence files are fine here, and the decision carries one digest over all of them.
pub fn accept_file(
    decisions_toml: &str,
    (path, named): (&str, &str),
    digest: Digest,
    claims: &[&Claim],
    answer: &Answer<'_>,
) -> Result<String, DecideError> {
    if claims.is_empty() {
        return Err(DecideError::NoClaims { file: path.to_owned() });
    }
    if let Some(other) = claims.iter().find(|claim| claim.file != path) {
        return Err(DecideError::OtherFile { claim: other.id.to_string(), file: path.to_owned() });
    }
    let mut file = toml_edit::InlineTable::new();
    file.insert("path", named.into());
    file.insert("sha256", digest.to_string().into());
    let mut table = Table::new();
    table.insert("files", Item::Value(Value::Array(Array::from_iter([Value::InlineTable(file)]))));
    enter(decisions_toml, table, claims, answer)
}

fn enter(text: &str, mut table: Table, claims: &[&Claim], answer: &Answer<'_>) -> Result<String, DecideError> {
    check(claims, answer)?;
    for (key, name) in [("variants", answer.scope.variant), ("sites", answer.scope.site)] {
        if let Some(name) = name {
            table.insert(key, value(Array::from_iter([name])));
        }
    }
    table.insert("outcome", value(if answer.accepted { "accepted" } else { "rejected" }));
    table.insert("by", value(answer.by));
    table.insert("on", value(day(answer.on)));
    if let Some(evidence) = joint_evidence(claims.iter().copied()) {
        table.insert("evidence_sha256", value(evidence.to_string()));
    }
    table.insert("premise_sha256", value(joint_premise(claims.iter().copied()).to_string()));
    table.insert("expires", value(day(answer.expires)));
    table.insert("rationale", value(answer.rationale));

    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| DecideError::Syntax {
        reason: error.message().to_owned(),
        span: error.span(),
    })?;
    match document.get_mut("decision") {
        None | Some(Item::ArrayOfTables(_)) => Ok(append(text, table)),
        Some(Item::Value(Value::Array(array))) if array.iter().all(Value::is_inline_table) => {
            array.push(Value::InlineTable(table.into_inline_table()));
            Ok(document.to_string())
        }
        Some(_) => Err(DecideError::NotAList),
    }
}

/// Puts the new table at the end. A list of tables can be continued anywhere, so every byte before it stays as it is.
fn append(text: &str, table: Table) -> String {
    let mut tables = ArrayOfTables::new();
    tables.push(table);
    let mut added = DocumentMut::new();
    added.insert("decision", Item::ArrayOfTables(tables));
    let gap = match text {
        "" => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{added}")
}

fn check(claims: &[&Claim], answer: &Answer<'_>) -> Result<(), DecideError> {
    for claim in claims {
        if let Some(evidence) = claim.evidence.as_ref().filter(|evidence| evidence.digest.is_none()) {
            return Err(DecideError::MissingEvidence { claim: claim.id.to_string(), path: evidence.path.clone() });
        }
    }
    if answer.by.trim().is_empty() {
        return Err(DecideError::Blank { what: "the name or role of who answers" });
    }
    if answer.rationale.trim().is_empty() {
        return Err(DecideError::Blank { what: "a rationale" });
    }
    if answer.expires < answer.on {
        return Err(DecideError::ExpiresFirst { on: answer.on, expires: answer.expires });
    }
    Ok(())
}

/// A list with one item a line, where it has several.
fn lines(items: impl ExactSizeIterator<Item = Value>) -> Array {
    let several = items.len() > 1;
    let mut array = Array::new();
    for mut item in items {
        if several {
            item.decor_mut().set_prefix("\n  ");
        }
        array.push_formatted(item);
    }
    if several {
        array.set_trailing_comma(true);
        array.set_trailing("\n");
    }
    array
}

/// A day as TOML writes it.
fn day(day: Date) -> toml_edit::Datetime {
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    toml_edit::Datetime {
        date: Some(toml_edit::Date {
            // Years before year 0 are no dates in TOML; nobody decided anything then.
            year: u16::try_from(day.year()).unwrap_or_default(),
            month: part(day.month()),
            day: part(day.day()),
        }),
        time: None,
        offset: None,
    }
}

#[cfg(test)]
mod tests;
