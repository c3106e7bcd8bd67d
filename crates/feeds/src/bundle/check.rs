//! Whether a mirror is fit to be signed: what nobody here can read nobody there can either.

use std::path::Path;

use jiff::Timestamp;
use ward_knowledge::{Home, SetAsideRecord};

use super::BundleError;
use crate::error::SyncError;
use crate::progress::Progress;
use crate::source::Source;
use crate::sync::{Fewer, sync_contents};
use crate::tree::Contents;

/// What is to be told of a mirror that can be signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files that no reader is for: they do not come into a bundle.
    pub left_out: Vec<String>,
    /// Records that cannot be read. They are handed over: whoever takes the bundle is told of them as well.
    pub set_aside: Vec<SetAsideRecord>,
}

/// Reads all of a mirror as a home would, into a home of its own in this folder that is removed again.
///
/// # Errors
/// A file is broken or cut off, also one that holds a single document; the mirror holds no feed; or the disk refuses.
pub fn check(mirror: &Path, place: &Path, now: Timestamp, progress: &mut dyn Progress) -> Result<Checked, BundleError> {
    let place = tempfile::Builder::new().prefix("check-").tempdir_in(place)?;
    let home = Home::open(place.path());
    let report = sync_contents(&Contents::of_folder(mirror), &[], Fewer::default(), &home, now, progress);
    let report = report.map_err(Box::<SyncError>::new)?;
    let set_aside: Vec<SetAsideRecord> = report.sources.into_iter().flat_map(|source| source.set_aside).collect();
    // Of a document that is a file of its own, not even the name could be read, and it is not in part.
    let is_document = |one: &&SetAsideRecord| {
        let of_documents = one.source == Source::Csaf.name() && !crate::mirror::is_index(&one.file);
        one.id.is_none() && !one.reason.starts_with("in part: ") && (of_documents || one.source == Source::Eol.name())
    };
    if let Some(broken) = set_aside.iter().find(is_document) {
        // The files of support dates are read together, and the reason begins with the name of the one.
        let file = if broken.file == broken.source { String::new() } else { format!("/{}", broken.file) };
        return Err(BundleError::Broken { file: format!("{}{file}", broken.source), reason: broken.reason.clone() });
    }
    Ok(Checked { left_out: report.not_read, set_aside })
}
