//! What the commands print on a terminal: the same words with and without colour, wrapped to its width.

use ward_model::assessment::Assessment;
use ward_model::device::Device;
use ward_model::finding::ScanReport;

mod assessment;
pub(crate) mod paper;
mod scan;
mod since;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the terminal; narrower ones than 40 are taken as 40.
    pub width: usize,
    /// Whether to colour words. Colour only repeats what the words say.
    pub colour: bool,
    /// Whether to print every verdict in full instead of the worst ones and counted groups.
    pub verbose: bool,
}

/// What `ward assess` prints.
pub fn assessment(assessment: &Assessment, device: &Device, options: &TextOptions) -> String {
    assessment::print(assessment, device, options)
}

/// What `ward scan` prints for one SBOM.
pub fn scan(report: &ScanReport, options: &TextOptions) -> String {
    scan::print(report, options)
}
