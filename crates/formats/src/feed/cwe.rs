//! The names of weaknesses: the CWE list.

use std::collections::BTreeMap;

use super::SetAside;

/// The name of this feed as a source.
pub const SOURCE: &str = "cwe";

/// Everything that is taken from the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeaknessNames {
    /// The version of the list.
    pub version: Option<String>,
    /// The name of each weakness, by number.
    pub names: BTreeMap<u32, String>,
    /// What could not be read.
    pub set_aside: Vec<SetAside>,
}
