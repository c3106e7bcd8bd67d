//! One sync: look, read, publish.

use std::io::{BufReader, Read};
use std::path::Path;

use ward_formats::feed::eol::{self, SupportCatalogue};
use ward_formats::feed::{FeedError, cwe, epss, kev};
use ward_knowledge::{Builder, Home, Moment};
use ward_model::coverage::Shrinkage;

use crate::error::SyncError;
use crate::file::MirrorFile;
use crate::mirror::{Mirror, cwe_is_packed, together};
use crate::progress::{Progress, Step};
use crate::records;
use crate::report::{MirrorPart, SourceReport, SyncReport};
use crate::source::Source;
use crate::tree::Contents;

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
    sync_contents(&Contents::of_folder(mirror), only, Fewer::default(), home, received, progress)
}

/// What is to be said of sources of which fewer records come than came before, or older ones than of others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fewer<'a> {
    /// From when on they are far fewer; any that lacks, where nothing is said.
    pub far: Shrinkage,
    /// How many days the yearly files of a source may lie apart; none, where nothing is said.
    pub days_apart: u16,
    /// The names of sources of which somebody says that fewer are right: they are told as shrunk no longer, and what was kept against
    /// a list that was cut short is given up.
    pub accepted: &'a [String],
    /// Whether somebody says that what came with receipts that were lost has come again, or is not missed.
    pub accept_lost: bool,
}

/// As [`sync`], of whatever holds the files, with what is to be said where fewer records come.
///
/// # Errors
/// As for [`sync`]; also where a name is that of no source that is held or comes, and where a delta leaves out what the home has never
/// read.
pub fn sync_contents(
    contents: &Contents,
    only: &[Source],
    fewer: Fewer<'_>,
    home: &Home,
    received: impl Into<Moment>,
    progress: &mut dyn Progress,
) -> Result<SyncReport, SyncError> {
    let received = received.into();
    let mut mirror = Mirror::look(contents, only, received.day())?;
    let counts = mirror.counts();
    let part = |root: &Path| MirrorPart { folder: root.to_owned(), files: mirror.counts_below(root) };
    let mirrors: Vec<MirrorPart> = contents.roots().into_iter().map(part).collect();
    progress.step(Step::Checking);
    let mut builder = home.builder(received)?;
    let lost = builder.lost();
    if contents.is_delta() && !lost.is_empty() {
        let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
        return Err(SyncError::Lost { lost: lost.join("; ") });
    }
    if fewer.accept_lost {
        if lost.is_empty() {
            return Err(SyncError::NothingLost);
        }
        builder.accept_lost();
    }
    if let Some(bundle) = contents.bundle() {
        builder.bundle(bundle);
    }
    builder.far_fewer(fewer.far);
    builder.days_apart(fewer.days_apart);
    contents.compared().for_each(|(source, part, moment)| builder.compared(source.name(), part, moment));
    contents.came().for_each(|(source, moment)| builder.came_on(source.name(), moment));
    for name in fewer.accepted {
        let is = |source: &str| {
            source.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !builder.held_sources().any(is) && !counts.keys().any(|source| is(source)) {
            return Err(SyncError::NotHeld { source_name: name.clone() });
        }
        builder.accept_shrunk(name);
    }
    mirror.keep_news(&mut builder)?;
    read_whole_sources(&mirror, &mut builder, progress)?;
    for source in Source::ALL {
        let jobs = || mirror.jobs.iter().filter(|job| job.source == source);
        let files = jobs().map(|job| job.files.len()).sum();
        if files > 0 {
            progress.step(Step::Reading { source, files, bytes: jobs().map(crate::mirror::Job::bytes).sum() });
        }
    }
    records::read_all(&mirror.jobs, &mut builder, progress)?;
    progress.step(Step::Writing);
    let published = builder.publish(&mut |more| progress.records(more))?;

    let mut report = SyncReport {
        knowledge: published.description,
        root: published.root,
        chain: published.chain,
        new: published.new,
        received: received.day(),
        clock_went_back: published.clock_went_back.map(|_| published.received.day()),
        mirrors,
        sources: Vec::new(),
        untouched: Vec::new(),
        not_read: mirror.not_read.clone(),
        repaired: published.repaired,
    };
    for (state, changes) in published.sources {
        match counts.get(&state.name).copied() {
            None => report.untouched.push(state),
            Some(files) => {
                let set_aside =
                    published.set_aside.iter().filter(|record| record.source == state.name).cloned().collect();
                report.sources.push(SourceReport { state, files, changes, set_aside });
            }
        }
    }
    Ok(report)
}

/// Reads the sources that are replaced as a whole.
fn read_whole_sources(mirror: &Mirror, builder: &mut Builder, progress: &mut dyn Progress) -> Result<(), SyncError> {
    if let Some(file) = &mirror.kev {
        begin(Source::Kev, std::slice::from_ref(file), progress);
        let catalogue = read(Source::Kev, file, progress, |source| kev::read(source))?;
        progress.records(catalogue.entries.len() as u64);
        note(Source::Kev, file, builder);
        builder.exploited(&file.name, catalogue);
    }
    if let Some(file) = &mirror.epss {
        begin(Source::Epss, std::slice::from_ref(file), progress);
        let scores = read(Source::Epss, file, progress, |source| epss::read(source))?;
        progress.records(scores.scores.len() as u64);
        note(Source::Epss, file, builder);
        builder.epss(&file.name, scores);
    }
    if !mirror.eol.is_empty() {
        begin(Source::Eol, &mirror.eol, progress);
        let catalogue = support(&mirror.eol, progress)?;
        progress.records(catalogue.cycles.len() as u64);
        let name = Source::Eol.name();
        let bytes = mirror.eol.iter().map(|file| file.bytes).sum();
        builder.input(name, name, bytes, together(&mirror.eol));
        builder.support(name, catalogue);
    }
    if let Some(file) = &mirror.cwe {
        begin(Source::Cwe, std::slice::from_ref(file), progress);
        let names = if cwe_is_packed(&file.name) {
            file.entry(|more| progress.bytes(Source::Cwe, more), ".xml", |source| cwe::read(BufReader::new(source)))?
        } else {
            read(Source::Cwe, file, progress, |source| cwe::read(BufReader::new(source)))?
        };
        progress.records(names.names.len() as u64);
        note(Source::Cwe, file, builder);
        builder.weakness_names(&file.name, names);
    }
    Ok(())
}

/// Takes note of a file that was read, so that it is known the next time.
fn note(source: Source, file: &MirrorFile, builder: &mut Builder) {
    if let Some(digest) = file.digest {
        builder.input(source.name(), &file.name, file.bytes, digest);
    }
}

fn begin(source: Source, files: &[MirrorFile], progress: &mut dyn Progress) {
    let bytes = files.iter().map(|file| file.bytes).sum();
    progress.step(Step::Reading { source, files: files.len(), bytes });
}

/// All support dates. The files are small, and one of them holds the names of all products.
fn support(files: &[MirrorFile], progress: &mut dyn Progress) -> Result<SupportCatalogue, SyncError> {
    let mut catalogue = SupportCatalogue::default();
    let mut text = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let place = index as u64 + 1;
        let product = file.name.trim_end_matches(".json");
        if !file.text(|more| progress.bytes(Source::Eol, more), &mut text)? {
            catalogue.add_too_long(product, place);
        } else if product == eol::IDENTIFIERS {
            catalogue.add_identifiers(&text, place);
        } else {
            catalogue.add_product(product, &text, place);
        }
    }
    Ok(catalogue)
}

fn read<T>(
    of: Source,
    file: &MirrorFile,
    progress: &mut dyn Progress,
    reader: impl FnOnce(Box<dyn Read + '_>) -> Result<T, FeedError>,
) -> Result<T, SyncError> {
    let source = file.open(|more| progress.bytes(of, more))?;
    reader(source).map_err(|source| SyncError::Feed { path: file.path.clone(), source })
}
