//! The answers of `ward inspect`, as values in and JSON out.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;
use ward_model::cpe::{Attribute, Cpe};
use ward_model::cvss::{CvssVersion, Score, Vector};
use ward_model::purl::Purl;
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
