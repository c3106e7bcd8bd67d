//! A finding: one vulnerability, one component, three values, and the proof.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::affected::SsvcStatement;
use crate::component::{Component, Sbom};
use crate::conflict::Conflict;
use crate::coverage::KnowledgeCoverage;
use crate::cvss::{Score, Vector};
use crate::digest::Digest;
use crate::ids::{ComponentRef, VulnerabilityId};
use crate::knowledge::KnowledgeDescription;
use crate::vulnerability::{Epss, ScoredVector, VulnerabilityRecord};
use jiff::civil::Date;

/// What is known about one vulnerability in one component. What many findings have in common they share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The vulnerability.
    pub vulnerability: Arc<VulnerabilitySummary>,
    /// The component.
    pub component: Arc<ComponentSummary>,
    /// Affected, not affected, or unknown.
    pub state: State,
    /// The versions at which the ranges that hit end, excluded ends only: candidates for a fix, not a promise.
    pub fixed_in: Vec<String>,
    /// By which way the component was recognised.
    pub confidence: Confidence,
    /// Why the state is what it is.
    pub proof: Arc<Proof>,
    /// What sources say differently, of its score, of the versions that are meant, or of the version that mends it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub conflicts: Vec<Conflict>,
}

impl Finding {
    /// What it shows of the vulnerability, to be changed in this finding alone.
    pub fn vulnerability_mut(&mut self) -> &mut VulnerabilitySummary {
        Arc::make_mut(&mut self.vulnerability)
    }
}

/// Three values; unknown is never silently good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The component is affected.
    Affected,
    /// It was looked at, and it is not.
    NotAffected,
    /// It cannot be told from what is known.
    Unknown,
}

/// By which way a component was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The SBOM names the product as the record does.
    Exact,
    /// The product follows from another identity in the SBOM (a distribution package's upstream).
    Derived,
    /// The product follows from a reviewed alias.
    Alias,
    /// Only the plain name, with a vendor that fits.
    Name,
}

/// Why a state is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proof {
    /// The record's identifier.
    pub record: String,
    /// The feed it came from.
    pub source: String,
    /// The criterion that touched the component.
    pub criterion: String,
    /// The versions that the criterion means.
    pub range: String,
    /// The identity of the component that was compared.
    pub identity: String,
    /// What else had to hold, and whether it did: one statement each.
    pub environment: Vec<String>,
    /// Everybody who says something about this vulnerability and this component, where that is more than one criterion of one
    /// record: agreeing or not. The state is that of the worst voice, unless `environment` says why another one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub voices: Vec<Voice>,
}

/// What one record, or one party in it, says about a vulnerability and a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Voice {
    /// The record's identifier.
    pub record: String,
    /// The feed it came from.
    pub source: String,
    /// Who says so, where that is another one than the feed.
    pub asserter: Option<String>,
    /// What it says.
    pub state: VoiceState,
    /// The criterion, package or product by which it names the component.
    pub criterion: String,
    /// The versions that it means.
    pub range: String,
    /// The identity of the component that was compared.
    pub identity: String,
    /// By which way the component was recognised.
    pub confidence: Confidence,
    /// What else had to hold, and what leaves it open: one statement each.
    pub notes: Vec<String>,
}

/// What a voice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VoiceState {
    /// The component is affected.
    Affected,
    /// What it says leaves it open.
    Unknown,
    /// The component is not affected.
    NotAffected,
    /// It names the component and says nothing of its version.
    Silent,
}

/// The part of a vulnerability record that a finding shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VulnerabilitySummary {
    /// Its identifier.
    pub id: VulnerabilityId,
    /// Its other names.
    pub aliases: Vec<VulnerabilityId>,
    /// Names that it has by withdrawn records alone. What was known under them was known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub former_names: Vec<VulnerabilityId>,
    /// The worst rating of its scores: `none`, `low`, `medium`, `high`, `critical`; `unknown` where nobody scored it.
    pub severity: String,
    /// Every score.
    pub cvss: Vec<CvssSummary>,
    /// Vectors that cannot be read: what they say is taken at its worst.
    pub unreadable_vectors: Vec<String>,
    /// CWE numbers.
    pub weaknesses: Vec<u32>,
    /// Whether it is known to be exploited (CISA KEV).
    pub kev: bool,
    /// What people state of its exploitation (SSVC).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub ssvc: Vec<SsvcStatement>,
    /// References that its record marks as an exploit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub exploit_references: Vec<String>,
    /// Its EPSS score.
    pub epss: Option<EpssSummary>,
    /// Whether its feed has withdrawn it.
    pub withdrawn: bool,
    /// When a feed first published it, in a record that was withdrawn since too.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub published: Option<Date>,
    /// When this home first received it, in a record that was withdrawn since too.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub received: Option<Date>,
    /// What it is, in the feed's words.
    pub description: String,
}

/// One CVSS score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CvssSummary {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// The vector.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub vector: Vector,
    /// The overall score.
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub score: Score,
    /// Who gave it.
    pub source: String,
}

/// An EPSS score as JSON numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EpssSummary {
    /// Probability of exploitation somewhere in the next 30 days, as its authors define it. Evidence, never a class by itself.
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    #[serde(serialize_with = "per_hundred_thousand")]
    pub score: u32,
    /// Share of vulnerabilities with this score or less.
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    #[serde(serialize_with = "per_hundred_thousand")]
    pub percentile: u32,
    /// The day it speaks of.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub date: Date,
}

// serde hands the field over by reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn per_hundred_thousand<S: serde::Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    // Five decimals of a number below two are exact enough that the shortest print gives them back.
    serializer.serialize_f64(f64::from(*value) / 100_000.0)
}

impl From<Epss> for EpssSummary {
    fn from(epss: Epss) -> Self {
        Self { score: epss.score, percentile: epss.percentile, date: epss.date }
    }
}

impl VulnerabilitySummary {
    /// What a finding shows of a record.
    pub fn new(record: VulnerabilityRecord, exploited: bool, epss: Option<Epss>) -> Self {
        let severity = record
            .scores
            .iter()
            // Temporal and environmental metrics mostly lower a score: the worse of base and overall counts.
            .map(|scored| scored.vector.worst_severity())
            .max()
            .map_or_else(|| "unknown".to_owned(), |severity| severity.to_string());
        let score = |scored: ScoredVector| CvssSummary {
            version: scored.vector.version().to_string(),
            score: scored.vector.scores().overall,
            vector: scored.vector,
            source: scored.source,
        };
        Self {
            id: record.id,
            aliases: record.aliases,
            former_names: Vec::new(),
            severity,
            cvss: record.scores.into_iter().map(score).collect(),
            unreadable_vectors: record.unreadable_vectors,
            weaknesses: record.weaknesses,
            kev: exploited,
            ssvc: record.ssvc,
            exploit_references: record.exploit_references,
            epss: epss.map(EpssSummary::from),
            withdrawn: record.withdrawn,
            published: record.published,
            received: record.received,
            description: record.description,
        }
    }
}

/// The part of a component that a finding shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComponentSummary {
    /// Its reference inside the SBOM.
    #[serde(rename = "ref")]
    pub reference: ComponentRef,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its package URL.
    pub purl: Option<String>,
    /// Its CPE names.
    pub cpes: Vec<String>,
}

impl From<&Component> for ComponentSummary {
    fn from(component: &Component) -> Self {
        Self {
            reference: component.reference.clone(),
            name: component.name.clone(),
            version: component.version.clone(),
            purl: component.purl.as_ref().map(ToString::to_string),
            cpes: component.cpes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A component that could not be assessed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unassessed {
    /// The component.
    pub component: ComponentSummary,
    /// Why.
    pub reason: UnassessedReason,
    /// What is known to be exploited, may touch it and is described by no record that is held; in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub undescribed: Vec<VulnerabilityId>,
}

impl Unassessed {
    /// How many exploited vulnerabilities are named in words.
    const NAMED: usize = 3;

    /// What may touch it and is described by no record, in words: the first few, and how many more.
    pub fn undescribed_text(&self) -> Option<String> {
        let first: Vec<&str> = self.undescribed.iter().take(Self::NAMED).map(VulnerabilityId::as_str).collect();
        let more = match self.undescribed.len().saturating_sub(Self::NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!first.is_empty()).then(|| format!("exploited: {}{more}", first.join(", ")))
    }
}

/// Why a component could not be assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnassessedReason {
    /// Nothing in the SBOM says which product it is.
    NoIdentity,
    /// The product is known, its version is not.
    NoVersion,
    /// The version has no key in its scheme, so that no range can be tested.
    UnparsableVersion,
    /// The package URL's type is not one that Wardround can look up.
    UnknownEcosystem,
    /// No feed at hand speaks of that ecosystem.
    NoDataForEcosystem,
    /// An identity is given, and no feed at hand names such a product.
    ProductNotInAnyFeed,
    /// The name fits products of several vendors, and nothing says which.
    AmbiguousName,
    /// An identity is given and cannot be read.
    UnreadableIdentity,
    /// A record that names the product could not be read and was set aside: nobody knows what it says.
    SetAsideRecord,
    /// A vulnerability that is known to be exploited may touch it, and no record that is held says which products it touches.
    ExploitedWithoutRecord,
}

impl UnassessedReason {
    /// The word used in JSON and text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoIdentity => "no-identity",
            Self::NoVersion => "no-version",
            Self::UnparsableVersion => "unparsable-version",
            Self::UnknownEcosystem => "unknown-ecosystem",
            Self::NoDataForEcosystem => "no-data-for-ecosystem",
            Self::ProductNotInAnyFeed => "product-not-in-any-feed",
            Self::AmbiguousName => "ambiguous-name",
            Self::UnreadableIdentity => "unreadable-identity",
            Self::SetAsideRecord => "set-aside-record",
            Self::ExploitedWithoutRecord => "exploited-without-record",
        }
    }
}

/// What `match` says of the inventory of one host element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchReport {
    /// Findings, by component reference, then vulnerability.
    pub findings: Vec<Finding>,
    /// Components that could not be assessed, by component reference.
    pub unassessed: Vec<Unassessed>,
    /// How many components are packages of which ecosystem that no source speaks for.
    pub uncovered: BTreeMap<String, usize>,
}

/// The answer of `ward scan` for one SBOM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScanReport {
    /// `wardround/scan/1`.
    pub schema: &'static str,
    /// The SBOM that was read.
    pub sbom: SbomSummary,
    /// What was known.
    pub knowledge: KnowledgeDescription,
    /// How fresh and complete that was on the day asked about.
    pub coverage: KnowledgeCoverage,
    /// What was not looked at, in words.
    pub notes: Vec<String>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be assessed.
    pub unassessed: Vec<Unassessed>,
}

/// The schema number of [`ScanReport`].
pub const SCAN_SCHEMA: &str = "wardround/scan/1";

/// The part of an SBOM that a report shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SbomSummary {
    /// Its format.
    pub format: crate::component::SbomFormat,
    /// The version of the format.
    pub spec_version: String,
    /// What it describes.
    pub name: Option<String>,
    /// The version of what it describes.
    pub version: Option<String>,
    /// Digest of its bytes.
    pub sha256: Digest,
    /// How many components it lists.
    pub components: usize,
    /// What was odd about the file and was read all the same.
    pub remarks: Vec<String>,
}

impl From<&Sbom> for SbomSummary {
    fn from(sbom: &Sbom) -> Self {
        Self {
            format: sbom.format,
            spec_version: sbom.spec_version.clone(),
            name: sbom.name.clone(),
            version: sbom.version.clone(),
            sha256: sbom.digest,
            components: sbom.components.len(),
            remarks: sbom.remarks.clone(),
        }
    }
}
