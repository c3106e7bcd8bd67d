//! Pages of one answer of NVD's interface: together they show what they say only where none lacks.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use ward_formats::feed::nvd::Extent;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    /// When it was made.
    pub(crate) made: DateTime,
    /// Which part of the answer it is.
    pub(crate) extent: Extent,
}

/// More pages of one answer than there can be records for; what goes on behind that is not whole.
const MOST: usize = 10_000;

/// The pages of each answer that is not there whole, by the name of the answer and where they begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pages(BTreeMap<String, BTreeMap<u64, Page>>);

impl Pages {
    /// Takes note of a page.
    pub(super) fn add(&mut self, answer: &str, page: Page) {
        let pages = self.0.entry(answer.to_owned()).or_default();
        if pages.len() < MOST {
            pages.insert(page.extent.start, page);
        }
    }

    /// Forgets the windows of time that are not whole: where nothing lacks, what is left of them shows nothing.
    pub(super) fn forget_windows(&mut self) {
        self.0.retain(|answer, _| !answer.contains('-'));
    }

    /// When the first page of an answer was made, and whether all of it is there; it is forgotten then.
    pub(super) fn take(&mut self, answer: &str) -> Option<(DateTime, bool)> {
        let pages = self.0.get(answer)?;
        let made = pages.values().map(|page| page.made).min()?;
        let mut next = 0_u64;
        let mut total = 0;
        for (start, page) in pages {
            // None may lack between two, and each has to say how many there are.
            let Some(of_all) = page.extent.total.filter(|_| *start <= next) else { return Some((made, false)) };
            next = next.max(start.saturating_add(page.extent.held));
            total = of_all.max(total);
        }
        let whole = next >= total;
        if whole {
            self.0.remove(answer);
        }
        Some((made, whole))
    }
}
