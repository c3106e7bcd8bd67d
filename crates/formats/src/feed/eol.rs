//! Support dates of products, in the shape of the endoflife.date API.

use std::collections::BTreeMap;

use ward_model::affected::SubjectKey;
use ward_model::support::SupportCycle;

use super::SetAside;

/// The name of this feed as a source.
pub const SOURCE: &str = "eol";

/// Everything that the feed says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupportCatalogue {
    /// Release lines, by product, then as the feed orders them.
    pub cycles: Vec<SupportCycle>,
    /// By which names each product is known elsewhere.
    pub keys: BTreeMap<String, Vec<SubjectKey>>,
    /// What could not be read.
    pub set_aside: Vec<SetAside>,
}
