//! The answers of `ward inspect`, as values in and JSON out.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;
use ward_model::cpe::{Attribute, Cpe};
use ward_model::cvss::{CvssVersion, Score, Vector};
use ward_model::purl::Purl;
use ward_model::rubric::{Answers, Element};
use ward_policy::ssvc::{Fact, Facts, Ssvc};
use ward_version::vers::Vers;
use ward_version::{Scheme, Truth, VersionOrder, compare};

/// One answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The value cannot be read.
    Error {
        /// Why.
        error: String,
    },
    /// A CVSS vector.
    Cvss(Box<CvssAnswer>),
    /// Answers to the rubric for medical devices.
    Rubric(Box<RubricAnswer>),
    /// A decision by a tree of SSVC.
    Ssvc(Box<SsvcAnswer>),
    /// A package URL.
    Purl(Box<PurlAnswer>),
    /// A CPE name.
    Cpe(Box<CpeAnswer>),
    /// Whether a range contains a version.
    Range {
        /// `true`, `false` or `"unknown"`.
        contains: serde_json::Value,
    },
    /// The order of two versions.
    Versions {
        /// The scheme, by its own name.
        scheme: &'static str,
        /// The first version, as given.
        a: String,
        /// The second version, as given.
        b: String,
        /// `<`, `=`, `>` or `unknown`.
        order: &'static str,
    },
}

/// How a CVSS vector is read.
#[derive(Debug, Serialize)]
pub struct CvssAnswer {
    vector: String,
    version: String,
    base: Score,
    /// Versions 2 and 3; `null`: the vector has no temporal metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal: Option<Option<Score>>,
    /// Version 4; `null`: the vector has no threat metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    threat: Option<Option<Score>>,
    environmental: Option<Score>,
    overall: Score,
    severity: ward_model::cvss::Severity,
    /// The requirements and modified metrics that the vector states.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    environment: BTreeMap<&'static str, String>,
    /// What it states besides; no score changes by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplemental: Option<ward_model::cvss::Supplemental>,
}

/// How answers to the rubric are read.
#[derive(Debug, Serialize)]
pub struct RubricAnswer {
    rubric: String,
    /// The questions that the answers lead to, and the ones that were answered without being asked.
    answers: Vec<RubricQuestion>,
    /// The base metrics that follow, as a vector of CVSS 3.1.
    vector: String,
    base: Score,
    severity: ward_model::cvss::Severity,
    /// In which ways patients may be touched, with the elements that say so.
    threats: BTreeMap<&'static str, Vec<&'static str>>,
    /// Whether passwords and keys are read.
    reads_secrets: bool,
    /// The questions that are open: read at their worst.
    unknown: Vec<&'static str>,
}

/// One question of the rubric.
#[derive(Debug, Serialize)]
pub struct RubricQuestion {
    element: &'static str,
    question: &'static str,
    answer: &'static str,
    /// Whether the answer has any bearing.
    asked: bool,
}

/// How a tree of SSVC decides.
#[derive(Debug, Serialize)]
pub struct SsvcAnswer {
    table: String,
    source: String,
    decision: String,
    at_best: String,
    path: Vec<SsvcStep>,
}

/// One input on the way to a decision.
#[derive(Debug, Serialize)]
pub struct SsvcStep {
    input: String,
    value: String,
    at_best: String,
    because: String,
}

/// How a package URL is read.
#[derive(Debug, Serialize)]
pub struct PurlAnswer {
    canonical: String,
    #[serde(rename = "type")]
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// How a CPE name is read; attributes as the model holds them, `*` for any and `-` for not applicable.
#[derive(Debug, Serialize)]
pub struct CpeAnswer {
    canonical: String,
    part: &'static str,
    vendor: String,
    product: String,
    version: String,
    update: String,
    edition: String,
    language: String,
    sw_edition: String,
    target_sw: String,
    target_hw: String,
    other: String,
}

impl Answer {
    /// The value cannot be read.
    pub fn error(why: impl ToString) -> Self {
        Self::Error { error: why.to_string() }
    }

    /// The value cannot be read, with what that came from.
    fn because(why: impl Error) -> Self {
        let mut error = why.to_string();
        let mut cause = why.source();
        while let Some(why) = cause {
            error.push_str(&format!(": {why}"));
            cause = why.source();
        }
        Self::Error { error }
    }
}

/// Values that were separated by tabs, as many as there should be.
fn exactly<'a, const N: usize>(values: &[&'a str], what: &str) -> Result<[&'a str; N], Answer> {
    <[&str; N]>::try_from(values).map_err(|_| Answer::error(format!("expected {what}, got {} values", values.len())))
}

/// A result whose two sides are both answers.
fn either(result: Result<Answer, Answer>) -> Answer {
    result.unwrap_or_else(|error| error)
}

/// A CVSS vector.
pub fn cvss(values: &[&str]) -> Answer {
    either((|| {
        let [text] = exactly(values, "one vector")?;
        let vector = Vector::parse(text).map_err(Answer::because)?;
        let scores = vector.scores();
        let four = vector.version() == CvssVersion::V4;
        Ok(Answer::Cvss(Box::new(CvssAnswer {
            vector: vector.as_str().to_owned(),
            version: vector.version().to_string(),
            base: scores.base,
            temporal: (!four).then_some(scores.temporal_or_threat),
            threat: four.then_some(scores.temporal_or_threat),
            environmental: scores.environmental,
            overall: scores.overall,
            severity: scores.severity,
            environment: vector.environment(),
            supplemental: vector.supplemental(),
        })))
    })())
}

/// Answers to the rubric for medical devices.
pub fn rubric(values: &[&str]) -> Answer {
    either((|| {
        let [text] = exactly(values, "one vector of the rubric")?;
        let answers: Answers = text.parse().map_err(Answer::because)?;
        let asked = answers.asked();
        let stray = answers.iter().map(|(element, _)| element).filter(|element| !asked.contains(element));
        let questions =
            asked.iter().copied().map(|element| (element, true)).chain(stray.map(|element| (element, false)));
        let questions = questions.map(|(element, asked)| RubricQuestion {
            element: element.word(),
            question: element.question(),
            answer: answers.of(element).letter(),
            asked,
        });
        // The metrics are whole, and so is their vector.
        let vector = Vector::parse(&answers.metrics().to_string()).map_err(Answer::because)?;
        let scores = vector.scores();
        let words = |elements: Vec<Element>| elements.into_iter().map(Element::word).collect();
        Ok(Answer::Rubric(Box::new(RubricAnswer {
            rubric: answers.to_string(),
            answers: questions.collect(),
            vector: vector.as_str().to_owned(),
            base: scores.base,
            severity: scores.severity,
            threats: answers.threats().into_iter().map(|(threat, by)| (threat.word(), words(by))).collect(),
            reads_secrets: answers.of(Element::Xcs) != ward_model::rubric::Answer::No,
            unknown: words(
                asked
                    .iter()
                    .copied()
                    .filter(|element| answers.of(*element) == ward_model::rubric::Answer::Unknown)
                    .collect(),
            ),
        })))
    })())
}

/// A decision by a tree of SSVC, from facts as `input:value`, separated by `/`.
pub fn ssvc(values: &[&str]) -> Answer {
    either((|| {
        let [tree, text] = exactly(values, "a tree and what is known")?;
        let mut facts = Facts::new();
        for part in text.split('/').filter(|part| !part.is_empty()) {
            let (input, value) = part
                .split_once(':')
                .ok_or_else(|| Answer::error(format!("`{part}` is no fact: write input:value, separated by `/`")))?;
            if facts.insert(input.to_owned(), Fact::new(value, "as given")).is_some() {
                return Err(Answer::error(format!("`{input}` is given twice")));
            }
        }
        let trees = Ssvc::built_in().map_err(Answer::because)?;
        let decided = trees.decide(tree, &facts, crate::clock::today()).map_err(Answer::because)?;
        let path = decided.path.into_iter().map(|step| SsvcStep {
            input: step.input,
            value: step.value,
            at_best: step.at_best,
            because: step.because,
        });
        Ok(Answer::Ssvc(Box::new(SsvcAnswer {
            table: decided.table,
            source: decided.source,
            decision: decided.outcome,
            at_best: decided.at_best,
            path: path.collect(),
        })))
    })())
}

/// A package URL.
pub fn purl(values: &[&str]) -> Answer {
    either((|| {
        let [text] = exactly(values, "one package URL")?;
        let purl = Purl::parse(text).map_err(Answer::because)?;
        Ok(Answer::Purl(Box::new(PurlAnswer {
            canonical: purl.to_string(),
            kind: purl.kind,
            namespace: purl.namespace,
            name: purl.name,
            version: purl.version,
            qualifiers: purl.qualifiers,
            subpath: purl.subpath,
        })))
    })())
}

/// A CPE name.
pub fn cpe(values: &[&str]) -> Answer {
    either((|| {
        let [text] = exactly(values, "one CPE name")?;
        let cpe = Cpe::parse(text).map_err(Answer::because)?;
        let read = |attribute: &Attribute| match attribute {
            Attribute::Any => "*".to_owned(),
            Attribute::Na => "-".to_owned(),
            Attribute::Value(value) => value.to_string(),
        };
        Ok(Answer::Cpe(Box::new(CpeAnswer {
            canonical: cpe.to_string(),
            part: cpe.part.as_str(),
            vendor: read(&cpe.vendor),
            product: read(&cpe.product),
            version: read(&cpe.version),
            update: read(&cpe.update),
            edition: read(&cpe.edition),
            language: read(&cpe.language),
            sw_edition: read(&cpe.sw_edition),
            target_sw: read(&cpe.target_sw),
            target_hw: read(&cpe.target_hw),
            other: read(&cpe.other),
        })))
    })())
}

/// Whether a range contains a version.
pub fn range(values: &[&str]) -> Answer {
    either((|| {
        let [range, version] = exactly(values, "a range and a version")?;
        let contains = Vers::parse(range).map_err(Answer::because)?.contains(version);
        Ok(Answer::Range {
            contains: match contains {
                Truth::True => true.into(),
                Truth::False => false.into(),
                Truth::Unknown => "unknown".into(),
            },
        })
    })())
}

/// The order of two versions.
pub fn versions(values: &[&str]) -> Answer {
    either((|| {
        let [scheme, a, b] = exactly(values, "a scheme and two versions")?;
        let scheme: Scheme = scheme.parse().map_err(Answer::because)?;
        let order = match compare(scheme, a, b) {
            VersionOrder::Less => "<",
            VersionOrder::Equal => "=",
            VersionOrder::Greater => ">",
            VersionOrder::Unknown => "unknown",
        };
        Ok(Answer::Versions { scheme: scheme.as_str(), a: a.to_owned(), b: b.to_owned(), order })
    })())
}
