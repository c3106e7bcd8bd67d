//! One sync: look, read, publish.

use std::path::Path;

use ward_formats::feed::{FeedError, epss, kev};
use ward_knowledge::{Builder, Home, Moment};
use ward_model::digest::Digest;

use crate::error::SyncError;
use crate::mirror::{Mirror, MirrorFile};
use crate::nvd;
use crate::progress::{Progress, Step};
use crate::report::{SourceReport, SyncReport};
use crate::source::Source;

/// Brings what a mirror holds into a home. What comes is received at the moment `received`; a day means its end.
///
/// A file that the home has read before, byte for byte, is not read again: nothing could come of it.
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
    received: impl Into<Moment>,
    progress: &mut dyn Progress,
) -> Result<SyncReport, SyncError> {
    if let Some(address) = mirror.to_str().filter(|text| text.contains("://")) {
        return Err(SyncError::Network { address: address.to_owned() });
    }
    let mirror = Mirror::look(mirror, only)?;
    progress.step(Step::Checking);
    let received = received.into();
    let mut builder = home.builder(received)?;
    let kev = mirror.kev.iter().cloned().collect();
    if let Some((file, digest)) = news(&mut builder, Source::Kev, kev)?.pop() {
        progress.step(Step::Reading { source: Source::Kev, files: 1, bytes: file.bytes });
        let catalogue = read(&file, progress, |source| kev::read(source))?;
        progress.records(catalogue.entries.len() as u64);
        builder.input(Source::Kev.name(), &file.name, file.bytes, digest);
        builder.exploited(&file.name, catalogue);
    }
    let epss = mirror.epss.iter().cloned().collect();
    if let Some((file, digest)) = news(&mut builder, Source::Epss, epss)?.pop() {
        progress.step(Step::Reading { source: Source::Epss, files: 1, bytes: file.bytes });
        let scores = read(&file, progress, |source| epss::read(source))?;
        progress.records(scores.scores.len() as u64);
        builder.input(Source::Epss.name(), &file.name, file.bytes, digest);
        builder.epss(&file.name, scores);
    }
    let files = news(&mut builder, Source::Nvd, mirror.nvd.clone())?;
    if !files.is_empty() {
        let bytes = files.iter().map(|(file, _)| file.bytes).sum();
        progress.step(Step::Reading { source: Source::Nvd, files: files.len(), bytes });
        nvd::read_all(&files, &mut builder, progress)?;
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
        received: received.day(),
        clock_went_back: published.clock_went_back.map(|_| published.received.day()),
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

/// The files that the home has not read before, with their digests; it is told of the others.
fn news(builder: &mut Builder, source: Source, files: Vec<MirrorFile>) -> Result<Vec<(MirrorFile, Digest)>, SyncError> {
    let mut news = Vec::new();
    for file in files {
        let digest = file.digest()?;
        if builder.already_read(source.name(), &file.name, digest)? {
            builder.unchanged(source.name(), &file.name);
        } else {
            news.push((file, digest));
        }
    }
    Ok(news)
}

fn read<T>(
    file: &MirrorFile,
    progress: &mut dyn Progress,
    reader: impl FnOnce(Box<dyn std::io::Read + '_>) -> Result<T, FeedError>,
) -> Result<T, SyncError> {
    let source = file.open(|more| progress.bytes(more))?;
    reader(source).map_err(|source| SyncError::Feed { path: file.path.clone(), source })
}
