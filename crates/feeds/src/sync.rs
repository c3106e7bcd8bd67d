//! One sync: look, read, publish.

use std::path::Path;

use jiff::civil::Date;
use ward_formats::feed::{FeedError, epss, kev};
use ward_knowledge::Home;

use crate::error::SyncError;
use crate::mirror::{Mirror, MirrorFile};
use crate::nvd;
use crate::progress::{Progress, Step};
use crate::report::{SourceReport, SyncReport};
use crate::source::Source;

/// Brings what a mirror holds into a home. What comes is received on the day `received`.
///
/// `only` limits it to some sources; without it every source that the mirror holds and this program reads is taken.
/// Sources that are not part of it stay as the home holds them.
///
/// # Errors
/// The mirror is an address or cannot be read, lacks what was asked for, or one of its files is broken; or the home refuses.
/// The home holds then what it held before.
pub fn sync(
    mirror: &Path,
    only: &[Source],
    home: &Home,
    received: Date,
    progress: &mut dyn Progress,
) -> Result<SyncReport, SyncError> {
    if let Some(address) = mirror.to_str().filter(|text| text.contains("://")) {
        return Err(SyncError::Network { address: address.to_owned() });
    }
    let mirror = Mirror::look(mirror, only)?;
    progress.step(Step::Checking);
    let mut builder = home.builder(received)?;
    if let Some(file) = &mirror.kev {
        progress.step(Step::Reading { source: Source::Kev, files: 1, bytes: file.bytes });
        let catalogue = read(file, progress, |source| kev::read(source))?;
        progress.records(catalogue.entries.len() as u64);
        builder.exploited(&file.name, catalogue);
    }
    if let Some(file) = &mirror.epss {
        progress.step(Step::Reading { source: Source::Epss, files: 1, bytes: file.bytes });
        let scores = read(file, progress, |source| epss::read(source))?;
        progress.records(scores.scores.len() as u64);
        builder.epss(&file.name, scores);
    }
    if !mirror.nvd.is_empty() {
        let bytes = mirror.nvd.iter().map(|file| file.bytes).sum();
        progress.step(Step::Reading { source: Source::Nvd, files: mirror.nvd.len(), bytes });
        nvd::read_all(&mirror.nvd, &mut builder, progress)?;
    }
    progress.step(Step::Writing);
    let published = builder.publish(&mut |more| progress.records(more))?;

    let files = |name: &str| match name {
        name if name == Source::Nvd.name() => mirror.nvd.len(),
        name if name == Source::Kev.name() => usize::from(mirror.kev.is_some()),
        name if name == Source::Epss.name() => usize::from(mirror.epss.is_some()),
        _ => 0,
    };
    let mut report = SyncReport {
        knowledge: published.description,
        root: published.root,
        new: published.new,
        received,
        sources: Vec::new(),
        untouched: Vec::new(),
        not_read: mirror.not_read.clone(),
        repaired: published.repaired,
    };
    for (state, changes) in published.sources {
        match files(&state.name) {
            0 => report.untouched.push(state),
            files => {
                let set_aside =
                    published.set_aside.iter().filter(|record| record.source == state.name).cloned().collect();
                report.sources.push(SourceReport { state, files, changes, set_aside });
            }
        }
    }
    Ok(report)
}

fn read<T>(
    file: &MirrorFile,
    progress: &mut dyn Progress,
    reader: impl FnOnce(Box<dyn std::io::Read + '_>) -> Result<T, FeedError>,
) -> Result<T, SyncError> {
    let source = file.open(|more| progress.bytes(more))?;
    reader(source).map_err(|source| SyncError::Feed { path: file.path.clone(), source })
}
