//! What an SBOM says of its own completeness: the same in every format, in other words.
//!
//! That it leaves something out contradicts whoever claims that everything is listed. That it does not know is remarked upon, and
//! whoever claims it knows better.

use super::collect::Remarks;

/// What was said so far.
#[derive(Default)]
pub(super) struct Completeness {
    incomplete: Option<String>,
}

impl Completeness {
    /// It says by a word that something is left out.
    pub(super) fn leaves_out(&mut self, word: &str, example: &str, remarks: &mut Remarks) {
        remarks.add(format!("says of itself that something is left out (`{word}`)"), example);
        self.incomplete.get_or_insert_with(|| word.to_owned());
    }

    /// It says by a word that it does not know.
    pub(super) fn does_not_know(word: &str, example: &str, remarks: &mut Remarks) {
        remarks.add(format!("says of itself that it does not know whether it lists everything (`{word}`)"), example);
    }

    /// The first word by which it said that something is left out.
    pub(super) fn incomplete(self) -> Option<String> {
        self.incomplete
    }
}
