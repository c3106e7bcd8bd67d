//! CVSS vectors of all versions: scores in fixed point, and the metrics that reasoning needs, whatever the version.

use cvss::Cvss;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

mod environment;

pub use environment::{Recovery, ResponseEffort, Safety, Setting, Supplemental, Urgency, ValueDensity};

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CvssVersion {
    /// 2.0
    V2,
    /// 3.0
    V30,
    /// 3.1
    V31,
    /// 4.0
    V4,
}

impl fmt::Display for CvssVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CvssVersion::V2 => "2.0",
            CvssVersion::V30 => "3.0",
            CvssVersion::V31 => "3.1",
            CvssVersion::V4 => "4.0",
        })
    }
}

/// A score from 0.0 to 10.0, held in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// A score from tenths; `None` above 100.
    #[must_use]
    pub fn from_tenths(tenths: u8) -> Option<Score> {
        (tenths <= 100).then_some(Score(tenths))
    }

    /// The score in tenths: 98 for 9.8.
    #[must_use]
    pub fn tenths(self) -> u8 {
        self.0
    }

    fn rounded(value: f64) -> Score {
        // The equations yield 0 to 10 in tenths with at most rounding noise; the clamp makes the cast exact.
        Score((value * 10.0).round().clamp(0.0, 100.0) as u8)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Score {
    /// A number with one decimal: tenths divided by ten is the float nearest to it, which prints back as itself.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 10.0)
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Score, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let score = Score::rounded(value);
        if (value * 10.0 - f64::from(score.0)).abs() < 1e-6 {
            Ok(score)
        } else {
            Err(de::Error::custom(format_args!("{value} is no CVSS score: 0 to 10 with one decimal")))
        }
    }
}

/// A rating in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 0.0
    None,
    /// Up to 3.9
    Low,
    /// Up to 6.9
    Medium,
    /// Up to 8.9; in version 2, up to 10.0
    High,
    /// From 9.0; not in version 2
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::None => "none",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        })
    }
}

/// The scores of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Scores {
    /// From the base metrics alone.
    pub base: Score,
    /// With the temporal metrics (version 4: the threat metric), where the vector has any.
    pub temporal_or_threat: Option<Score>,
    /// With the environmental metrics too, where the vector has any.
    pub environmental: Option<Score>,
    /// The last of the above that there is: what the vector as a whole scores.
    pub overall: Score,
    /// The rating of the overall score. Version 2 is rated as NVD does: low from 0.0, medium from 4.0, high from 7.0.
    pub severity: Severity,
}

/// Where the attacker must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttackVector {
    /// Anywhere with a route.
    Network,
    /// On the same network or in radio range.
    Adjacent,
    /// Logged in, or handing data to somebody who is.
    Local,
    /// With hands on the thing.
    Physical,
}

/// The privileges an attacker must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privileges {
    /// None.
    None,
    /// Those of a user.
    Low,
    /// Those of an administrator; in version 2, more than one login.
    High,
}

/// What exploitation demands of an attacker, by the base metrics.
///
/// Modified metrics of the environmental group speak of some user's site: they count only where they make things worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Demands {
    /// Where the attacker must be.
    pub attack_vector: AttackVector,
    /// How many conditions beyond the attacker's control: AC:H is one, in version 4 AT:P is one more.
    /// AC:M of version 2 is none.
    pub complexity: u8,
    /// Privileges needed; in version 2 one login is low, several are high.
    pub privileges: Privileges,
    /// Whether somebody else must act: UI:R of version 3 and UI:A of version 4 are one; UI:P of version 4 is none.
    pub interaction: u8,
}

/// What exploitation impairs: any impact other than None, in version 4 on the vulnerable or a subsequent system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Impacts {
    /// Something can be read.
    pub confidentiality: bool,
    /// Something can be altered.
    pub integrity: bool,
    /// Something can be stopped.
    pub availability: bool,
}

/// Why a text is no CVSS vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CvssError {
    /// It cannot be read.
    #[error("`{text}` is no CVSS vector")]
    Unreadable {
        /// The text.
        text: String,
        /// What is wrong with it.
        #[source]
        reason: cvss::Error,
    },
    /// A base metric is missing.
    #[error("`{text}` lacks the base metric {metric}")]
    Missing {
        /// The text.
        text: String,
        /// The first metric that is missing.
        metric: &'static str,
    },
}

/// A CVSS vector of any version, with all base metrics present.
#[derive(Debug, Clone)]
pub struct Vector {
    text: Box<str>,
    inner: Cvss,
}

impl Vector {
    /// Reads a vector; one without a `CVSS:` prefix is of version 2, and may stand in brackets.
    ///
    /// # Errors
    /// A metric is unknown, missing or given twice.
    pub fn parse(text: &str) -> Result<Vector, CvssError> {
        let trimmed = text.trim();
        let trimmed = trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(trimmed);
        let inner: Cvss = trimmed.parse().map_err(|reason| CvssError::Unreadable { text: text.to_owned(), reason })?;
        if let Cvss::CvssV30(vector) | Cvss::CvssV31(vector) = &inner
            && let Some(metric) = missing_v3(vector)
        {
            return Err(CvssError::Missing { text: text.to_owned(), metric });
        }
        Ok(Vector { text: inner.to_string().into(), inner })
    }

    /// The version of the standard.
    #[must_use]
    pub fn version(&self) -> CvssVersion {
        match &self.inner {
            Cvss::CvssV20(_) => CvssVersion::V2,
            Cvss::CvssV30(_) => CvssVersion::V30,
            Cvss::CvssV31(_) => CvssVersion::V31,
            // The enumeration is open; no other version can be read.
            _ => CvssVersion::V4,
        }
    }

    /// The vector as text, metrics in the order of the standard.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All scores.
    #[must_use]
    pub fn scores(&self) -> Scores {
        let (base, temporal, environmental) = match &self.inner {
            Cvss::CvssV20(v) => (
                v.score().value(),
                (v.e.is_some() || v.rl.is_some() || v.rc.is_some()).then(|| v.temporal_score().value()),
                (v.cdp.is_some() || v.td.is_some() || v.cr.is_some() || v.ir.is_some() || v.ar.is_some())
                    .then(|| v.environmental_score().value()),
            ),
            Cvss::CvssV30(v) | Cvss::CvssV31(v) => (
                v.base_score().value(),
                temporal_v3(v),
                self.has_any(&ENVIRONMENTAL_V3).then(|| v.environmental_score().value()),
            ),
            whole => {
                let threat = self.metric("E").is_some();
                let environment = self.has_any(&ENVIRONMENTAL_V4);
                (
                    self.score_of(|name| BASE_V4.contains(&name)),
                    threat.then(|| self.score_of(|name| name == "E" || BASE_V4.contains(&name))),
                    environment.then(|| whole.score()),
                )
            }
        };
        let base = Score::rounded(base);
        let temporal_or_threat = temporal.map(Score::rounded);
        let environmental = environmental.map(Score::rounded);
        let overall = environmental.or(temporal_or_threat).unwrap_or(base);
        let severity = rating(self.version(), overall);
        Scores { base, temporal_or_threat, environmental, overall, severity }
    }

    /// The rating of the worse of the base and the overall score: what somebody knows of a threat or of a site may lower a score,
    /// and is not known of the device at hand.
    #[must_use]
    pub fn worst_severity(&self) -> Severity {
        let scores = self.scores();
        rating(self.version(), scores.base.max(scores.overall))
    }

    /// What exploitation demands of an attacker.
    #[must_use]
    pub fn demands(&self) -> Demands {
        let attack_vector = match self.easier("AV", &["N", "A", "L", "P"]) {
            Some("A") => AttackVector::Adjacent,
            Some("L") => AttackVector::Local,
            Some("P") => AttackVector::Physical,
            _ => AttackVector::Network,
        };
        let one = |name, order: &[&str], value| u8::from(self.easier(name, order) == Some(value));
        let complexity = one("AC", &["L", "H"], "H") + one("AT", &["N", "P"], "P");
        let privileges = match (self.easier("PR", &["N", "L", "H"]), self.metric("Au")) {
            (Some("L"), _) | (_, Some("S")) => Privileges::Low,
            (Some("H"), _) | (_, Some("M")) => Privileges::High,
            _ => Privileges::None,
        };
        let interaction = ["N", "P", "R", "A"];
        Demands {
            attack_vector,
            complexity,
            privileges,
            interaction: one("UI", &interaction, "R") + one("UI", &interaction, "A"),
        }
    }

    /// What exploitation impairs: by the base metrics, or by modified ones that say more.
    #[must_use]
    pub fn impacts(&self) -> Impacts {
        let some = |name: &str| !matches!(self.metric(name), None | Some("N" | "X"));
        let any = |names: [&str; 3]| names.iter().any(|name| some(name) || some(&format!("M{name}")));
        let found = Impacts {
            confidentiality: any(["C", "VC", "SC"]),
            integrity: any(["I", "VI", "SI"]),
            availability: any(["A", "VA", "SA"]),
        };
        // That people may be injured by what neither alters nor stops anything contradicts itself: then all of it may be so. Only
        // version 4 has this value.
        let injures = self.metric("S") == Some("P");
        if injures && !found.integrity && !found.availability {
            return Impacts { confidentiality: true, integrity: true, availability: true };
        }
        found
    }

    /// The easier of a base metric and its modified one, by their order. Whoever raises a demand by a modified metric speaks of a
    /// site, and is not believed; whoever lowers one has seen something.
    fn easier(&self, name: &str, easiest_first: &[&str]) -> Option<&str> {
        let modified = self.metric(&format!("M{name}")).filter(|value| *value != "X");
        let rank = |value: &str| easiest_first.iter().position(|other| *other == value);
        [self.metric(name), modified].into_iter().flatten().min_by_key(|value| rank(value))
    }

    /// The value of a metric in the text.
    fn metric(&self, name: &str) -> Option<&str> {
        self.text.split('/').find_map(|item| item.split_once(':').filter(|(key, _)| *key == name).map(|(_, v)| v))
    }

    /// Whether any of these metrics is in the text.
    fn has_any(&self, names: &[&str]) -> bool {
        self.text.split('/').filter_map(|item| item.split_once(':')).any(|(name, _)| names.contains(&name))
    }

    /// The score of the vector of version 4 that keeps only these metrics.
    fn score_of(&self, keep: impl Fn(&str) -> bool) -> f64 {
        let kept: Vec<&str> = self
            .text
            .split('/')
            .filter(|item| item.split_once(':').is_some_and(|(name, _)| name == "CVSS" || keep(name)))
            .collect();
        // Leaving out optional metrics keeps a vector valid; were it not, the whole score would stand.
        kept.join("/").parse::<Cvss>().unwrap_or_else(|_| self.inner.clone()).score()
    }
}

/// The temporal score of version 3, which the library leaves out: the base score times the three factors, rounded up.
fn temporal_v3(vector: &cvss::v3::Vector) -> Option<f64> {
    use cvss::v3::Metric as _;

    if vector.e.is_none() && vector.rl.is_none() && vector.rc.is_none() {
        return None;
    }
    let factors = [
        vector.e.map_or(1.0, |metric| metric.score()),
        vector.rl.map_or(1.0, |metric| metric.score()),
        vector.rc.map_or(1.0, |metric| metric.score()),
    ];
    let product = factors.iter().fold(vector.base_score().value(), |product, factor| product * factor);
    Some(cvss::v3::Score::new(product).roundup_for_version(vector.minor_version).value())
}

/// The first base metric of version 3 that is missing; the library reads vectors without them, and scores them low.
fn missing_v3(vector: &cvss::v3::Vector) -> Option<&'static str> {
    [
        ("AV", vector.av.is_none()),
        ("AC", vector.ac.is_none()),
        ("PR", vector.pr.is_none()),
        ("UI", vector.ui.is_none()),
        ("S", vector.s.is_none()),
        ("C", vector.c.is_none()),
        ("I", vector.i.is_none()),
        ("A", vector.a.is_none()),
    ]
    .into_iter()
    .find_map(|(name, missing)| missing.then_some(name))
}

const ENVIRONMENTAL_V3: [&str; 11] = ["CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"];
const BASE_V4: [&str; 11] = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];
const ENVIRONMENTAL_V4: [&str; 14] =
    ["CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA"];

fn rating(version: CvssVersion, score: Score) -> Severity {
    match (version, score.tenths()) {
        (CvssVersion::V2, 0..40) => Severity::Low,
        (CvssVersion::V2, 70..) => Severity::High,
        (_, 0) => Severity::None,
        (_, 1..40) => Severity::Low,
        (_, 40..70) => Severity::Medium,
        (_, 70..90) => Severity::High,
        (_, 90..) => Severity::Critical,
    }
}

impl PartialEq for Vector {
    fn eq(&self, other: &Vector) -> bool {
        self.text == other.text
    }
}

impl Eq for Vector {}

impl PartialOrd for Vector {
    fn partial_cmp(&self, other: &Vector) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Vector {
    /// By the text: for a stable order, not by danger.
    fn cmp(&self, other: &Vector) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Vector {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Vector {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Vector, CvssError> {
        Vector::parse(text)
    }
}

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Vector, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Vector::parse(&text).map_err(|error| match &error {
            CvssError::Unreadable { reason, .. } => de::Error::custom(format_args!("{error}: {reason}")),
            CvssError::Missing { .. } => de::Error::custom(error),
        })
    }
}

#[cfg(test)]
mod tests;
