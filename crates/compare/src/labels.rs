//! Judgements of people on whether a vulnerability touches a package (`TP`, `FP`), against the matcher.
//!
//! A label gives a name, a version and a CVE, and no SBOM. It can be asked only where NVD can answer it: see [`Exclusion`]. Labels
//! of packages that a distribution built are kept apart: what people judged there is the distribution's own fix, of which NVD
//! knows nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};

use serde::Deserialize;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError};

mod cause;
mod form;
mod judge;
mod packages;
pub mod report;
mod tally;

pub use cause::Cause;
pub use form::{Distribution, Form};
pub use judge::{Answer, Asker, Judged, Reading};
pub use packages::Packages;
pub use tally::{Counts, Tally};

/// Where the labels are in the folder of data.
pub const FILE: &str = "conformance/anchore-vulnerability-match-labels.jsonl.zst";

/// What people say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It touches the package.
    True,
    /// It does not.
    False,
}

/// One question: a vulnerability and a package, however many labels ask it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The package's name.
    pub name: String,
    /// Its version as written.
    pub version: String,
    /// What the form of name and version says of it.
    pub form: Form,
    /// The vulnerability.
    pub vulnerability: VulnerabilityId,
    /// What people say.
    pub verdict: Verdict,
}

/// Why a label cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// The person who looked could not tell (`??`).
    Undecided,
    /// The label gives a path in an image in place of a name and a version.
    NoPackage,
    /// The label names no CVE.
    NoCve,
    /// No record of NVD at hand has that CVE.
    NoRecord,
    /// NVD has rejected it.
    Rejected,
    /// The record names no product.
    NoConfigurations,
    /// People say both of the same package and version, of different images.
    Contradicted,
    /// The same question was asked before.
    Repeated,
}

impl Exclusion {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Undecided => "whoever looked could not tell",
            Self::NoPackage => "a path in an image, no package name and version",
            Self::NoCve => "no CVE is named",
            Self::NoRecord => "no record of NVD at hand has that CVE",
            Self::Rejected => "NVD has rejected the CVE",
            Self::NoConfigurations => "the record of NVD names no product",
            Self::Contradicted => "people say both of the same package, version and CVE",
            Self::Repeated => "the same package, version and CVE again",
        }
    }
}

/// The labels that NVD can answer, and why the others cannot be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subset {
    /// All labels that were read.
    pub labels: usize,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// How many labels are left out, by reason.
    pub excluded: BTreeMap<Exclusion, usize>,
}

/// Why labels could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The file could not be read or unpacked.
    #[error("the labels cannot be read")]
    Io(#[from] io::Error),
    /// A line is no label.
    #[error("line {line} is no label")]
    Line {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A line says another thing than `TP`, `FP` or `??`.
    #[error("line {line} says `{said}`; expected `TP`, `FP` or `??`")]
    Verdict {
        /// Which line.
        line: usize,
        /// What it says.
        said: String,
    },
    /// The knowledge could not be read.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

#[derive(Deserialize)]
struct Line {
    effective_cve: Option<String>,
    vulnerability_id: String,
    label: String,
    package: Option<Package>,
    image: Option<Image>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
}

#[derive(Deserialize)]
struct Image {
    exact: Option<String>,
}

/// Reads labels, one JSON object a line, and says which of them this knowledge can answer.
///
/// # Errors
/// They cannot be read, one of them is no label, or the knowledge cannot be read.
pub fn read(labels: impl Read, knowledge: &dyn Knowledge) -> Result<Subset, LabelError> {
    let mut subset = Subset::default();
    let mut said: BTreeMap<(String, String, Form, VulnerabilityId), Vec<Verdict>> = BTreeMap::new();
    for (number, text) in BufReader::new(labels).lines().enumerate() {
        let text = text?;
        if text.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&text).map_err(|source| LabelError::Line { line: number + 1, source })?;
        subset.labels += 1;
        match question(line, number + 1, knowledge)? {
            Ok((key, verdict)) => said.entry(key).or_default().push(verdict),
            Err(reason) => *subset.excluded.entry(reason).or_default() += 1,
        }
    }
    for ((name, version, form, vulnerability), verdicts) in said {
        let distinct: BTreeSet<Verdict> = verdicts.iter().copied().collect();
        let (reason, count) = match distinct.len() {
            1 => (Exclusion::Repeated, verdicts.len() - 1),
            _ => (Exclusion::Contradicted, verdicts.len()),
        };
        if count > 0 {
            *subset.excluded.entry(reason).or_default() += count;
        }
        if let [verdict] = distinct.into_iter().collect::<Vec<_>>()[..] {
            subset.questions.push(Question { name, version, form, vulnerability, verdict });
        }
    }
    Ok(subset)
}

type Asked = ((String, String, Form, VulnerabilityId), Verdict);

fn question(line: Line, number: usize, knowledge: &dyn Knowledge) -> Result<Result<Asked, Exclusion>, LabelError> {
    let verdict = match &*line.label {
        "TP" => Verdict::True,
        "FP" => Verdict::False,
        "??" => return Ok(Err(Exclusion::Undecided)),
        said => return Err(LabelError::Verdict { line: number, said: said.to_owned() }),
    };
    let package = line.package.and_then(|package| Some((package.name, package.version?)));
    let Some((name, version)) = package.filter(|(name, version)| !name.is_empty() && !version.is_empty()) else {
        return Ok(Err(Exclusion::NoPackage));
    };
    let cve = line.effective_cve.unwrap_or(line.vulnerability_id);
    if !cve.starts_with("CVE-") {
        return Ok(Err(Exclusion::NoCve));
    }
    let id = VulnerabilityId::new(cve);
    let mut records = Vec::new();
    for record in knowledge.find_all(&id)? {
        records.push(knowledge.record(record)?);
    }
    records.retain(|record| record.source == "nvd");
    let reason = if records.is_empty() {
        Some(Exclusion::NoRecord)
    } else if records.iter().all(|record| record.withdrawn) {
        Some(Exclusion::Rejected)
    } else if records.iter().all(|record| record.configurations.is_empty()) {
        Some(Exclusion::NoConfigurations)
    } else {
        None
    };
    if let Some(reason) = reason {
        return Ok(Err(reason));
    }
    let image = line.image.and_then(|image| image.exact).unwrap_or_default();
    let form = Form::of(&name, &version, &image);
    Ok(Ok(((name, version, form, id), verdict)))
}

#[cfg(test)]
mod tests;
