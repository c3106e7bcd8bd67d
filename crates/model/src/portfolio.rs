//! The answers of `ward portfolio`: what went into a portfolio, and what is said of the components that its SBOMs share.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::finding::{ComponentSummary, Confidence, State, UnassessedReason};
use crate::ids::VulnerabilityId;

/// The schema number of [`PortfolioBuilt`].
pub const PORTFOLIO_BUILD_SCHEMA: &str = "wardround/portfolio-build/1";
/// The schema number of [`PortfolioMatch`].
pub const PORTFOLIO_MATCH_SCHEMA: &str = "wardround/portfolio-match/1";

/// What went into a portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortfolioBuilt {
    /// [`PORTFOLIO_BUILD_SCHEMA`].
    pub schema: &'static str,
    /// The digest that covers every byte of the file.
    pub portfolio: Digest,
    /// How many SBOMs it holds.
    pub sboms: u32,
    /// How many different components they list.
    pub components: u32,
    /// How many components they list together.
    pub rows: u64,
    /// What could not be read as an SBOM, in the order given.
    pub set_aside: Vec<SetAsideSbom>,
}

/// Something that was given as an SBOM and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetAsideSbom {
    /// What it was called.
    pub source: String,
    /// Why it could not be read.
    pub reason: String,
}

/// What is said of every component of a portfolio, or of those of which something else is said than at an earlier moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortfolioMatch {
    /// [`PORTFOLIO_MATCH_SCHEMA`].
    pub schema: &'static str,
    /// The digest that covers every byte of the portfolio.
    pub portfolio: Digest,
    /// The identity of the knowledge that was asked.
    pub knowledge: Digest,
    /// How many SBOMs the portfolio holds.
    pub sboms: u32,
    /// How many components they list together.
    pub rows: u64,
    /// What could not be read as an SBOM when the portfolio was built: nothing is known of it.
    pub set_aside: Vec<SetAsideSbom>,
    /// What is said of each component, wherever the rest of an SBOM makes no other answer of it.
    pub components: Vec<SharedComponent>,
    /// What is said of components in SBOMs of which the rest makes another answer.
    pub elsewhere: Vec<ComponentElsewhere>,
    /// What came to be listed as exploited, or left the list, where only what changed was asked for.
    pub exploited_changed: Option<BTreeSet<VulnerabilityId>>,
}

/// What is said of a component of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedComponent {
    /// The component, without a reference of its own.
    pub component: ComponentSummary,
    /// How many SBOMs hold it.
    pub sboms: usize,
    /// What was found, by vulnerability.
    pub findings: Vec<SharedFinding>,
    /// Why it could not be assessed, where it could not.
    pub unassessed: Option<SharedUnassessed>,
}

/// A finding without its proof, which `ward scan` gives for each SBOM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedFinding {
    /// The vulnerability.
    pub vulnerability: VulnerabilityId,
    /// Affected, not affected, or unknown.
    pub state: State,
    /// By which way the component was recognised.
    pub confidence: Confidence,
}

/// Why a component could not be assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedUnassessed {
    /// Why.
    pub reason: UnassessedReason,
    /// What is known to be exploited, may touch it and is described by no record.
    pub undescribed: Vec<VulnerabilityId>,
}

/// What is said of a component in one SBOM, where that is another thing than elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComponentElsewhere {
    /// What the SBOM was called when it was taken in.
    pub sbom: String,
    /// What is said there.
    #[serde(flatten)]
    pub said: SharedComponent,
}
