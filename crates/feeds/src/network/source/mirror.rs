//! A mirror at an address, laid out like a mirror folder.
//!
//! An address has no list of files. Where the mirror has one at its root, as `sha256sum` prints it, that is what is fetched, and
//! every file is compared with it. Otherwise the files whose names are known beforehand are asked for; what cannot be found that way
//! is said.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::tz::Offset;
use url::Url;
use ward_formats::listing::{Checksum, checksums, csaf};

use super::catalogue::{self, KEV};
use super::nvd_files::{self, FIRST_YEAR};
use crate::network::check::{self, Content};
use crate::network::error::{FetchError, at, listing};
use crate::network::fetch::{Announced, Item, Run};
use crate::network::folder::is_plain;
use crate::network::plan::below;
use crate::source::Source;

/// The list of files and their digests at the root of a mirror.
const LIST: &str = "SHA256SUMS";
/// What became of the list of a mirror's files.
#[derive(Debug)]
pub(crate) enum Listing {
    /// What it names.
    Lines(Arc<[checksums::Line]>),
    /// The mirror has none.
    Absent,
    /// It could not be had, or not be read; the error was told where it was asked for.
    Failed,
}

/// How many days back the scores of EPSS are looked for.
const DAYS_OF_SCORES: i32 = 10;

/// One source of a mirror.
pub(crate) fn fetch(source: Source, run: &mut Run<'_, '_>, root: &Url) -> Result<(), FetchError> {
    let address = below(root, LIST)?;
    match list(run, &address)? {
        Some(lines) => listed(source.name(), run, root, &address, &lines),
        None => by_name(source, run, root),
    }
}

/// The list of all files of a mirror, which is asked for once in a fetch, whatever came of it; `None` where there is none.
fn list(run: &mut Run<'_, '_>, address: &Url) -> Result<Option<Arc<[checksums::Line]>>, FetchError> {
    match &run.listing {
        Some(Listing::Lines(lines)) => return Ok(Some(Arc::clone(lines))),
        Some(Listing::Absent) => return Ok(None),
        Some(Listing::Failed) => return Err(FetchError::NotAskedAgain { address: address.to_string() }),
        None => {}
    }
    match run.text(address, Content::Text).and_then(|text| checksums::read(&text).map_err(listing(address))) {
        Ok(lines) => {
            let lines: Arc<[checksums::Line]> = lines.into();
            *run.listing = Some(Listing::Lines(Arc::clone(&lines)));
            Ok(Some(lines))
        }
        Err(error) if error.is_absent() => {
            *run.listing = Some(Listing::Absent);
            Ok(None)
        }
        Err(error) => {
            *run.listing = Some(Listing::Failed);
            Err(error)
        }
    }
}

/// Every file of the source that stands in the list.
fn listed(
    name: &'static str,
    run: &mut Run<'_, '_>,
    root: &Url,
    list: &Url,
    lines: &[checksums::Line],
) -> Result<(), FetchError> {
    let prefix = format!("{name}/");
    // In order of names: a `.meta` file comes after the file that it describes.
    let files: BTreeMap<String, Checksum> = lines
        .iter()
        .filter(|line| line.name.starts_with(&prefix))
        .map(|line| (line.name.clone(), line.checksum.clone()))
        .collect();
    if files.is_empty() {
        let reason = format!("{LIST} names no file below {prefix}");
        // A mirror may hold any choice of sources; one that it held before is missed.
        if run.was_listed(name, list) {
            return Err(FetchError::Missing { address: root.to_string(), reason });
        }
        return run.absent(root, reason);
    }
    run.begin_list(name, list, &files.keys().cloned().collect());
    let count = files.len();
    for (place, (file, checksum)) in files.into_iter().enumerate() {
        let described = file.strip_suffix(".meta").map(|stem| format!("{stem}.json.gz"));
        if described.is_some_and(|described| run.report.failed.iter().any(|failed| failed.name == described)) {
            // It would stand beside the file of before.
            continue;
        }
        let result = one(run, root, &file, checksum);
        run.bear(&file, (count - place - 1) as u64, result)?;
    }
    Ok(())
}

fn one(run: &mut Run<'_, '_>, root: &Url, name: &str, checksum: Checksum) -> Result<(), FetchError> {
    if !is_plain(name) {
        return Err(FetchError::Missing {
            address: root.to_string(),
            reason: "this file name is not taken".to_owned(),
        });
    }
    let path = run.folder.path_of(name);
    let same = path.is_file() && check::compare(&path, &checksum).map_err(at(&path))?.is_ok();
    if same {
        run.unchanged(name, None, None);
        return Ok(());
    }
    let content = Content::of_name(name);
    let caps = if content == Content::Zip { run.plan.limits.archive } else { run.plan.limits.feed };
    let mut item = Item::new(name, below(root, name)?, content, caps);
    item.announced = Announced { checksum: Some(checksum), ..Announced::default() };
    item.grows = nvd_files::grows(name);
    let Some(taken) = run.take(&item, |_| Ok(None))? else { return Ok(()) };
    if let Some(stem) = name.strip_suffix(".json.gz") {
        // A reader must never see a file beside the digest of another one.
        run.folder.remove(&format!("{stem}.meta"))?;
    }
    run.put(&item, name, taken)
}

/// The files whose names are known beforehand.
fn by_name(source: Source, run: &mut Run<'_, '_>, root: &Url) -> Result<(), FetchError> {
    let folder = below(root, source.name())?;
    match source {
        Source::Nvd => years(run, &folder),
        Source::Kev => catalogue::kev(run, below(root, KEV)?),
        Source::Epss => scores(run, &folder),
        Source::Osv => super::osv::fetch(run, &folder),
        Source::Csaf => documents(run, root),
        Source::Cve5 | Source::Eol | Source::Cwe => run.absent(
            &folder,
            format!("which files there are is not said: put a list of them, as `sha256sum` prints it, at {root}{LIST}"),
        ),
    }
}

/// Every year that is there. A mirror may hold less than all of NVD, which is seen where it is read.
fn years(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let this_year = Offset::UTC.to_datetime(run.now()).year();
    let before = run.report.new + run.report.unchanged;
    let mut absent = Vec::new();
    // Mirrors that were made from older feeds have files of earlier years.
    for part in (1999..=this_year).map(|year| year.to_string()).chain(["modified".to_owned()]) {
        let name = format!("nvd/nvdcve-2.0-{part}.json.gz");
        let result = match nvd_files::one(run, folder, &part) {
            // Without its `.meta`, a file is known by what the server says of it.
            Err(error) if error.is_absent() => {
                let address = below(folder, &format!("nvdcve-2.0-{part}.json.gz"))?;
                run.keep(&Item::new(name.clone(), address, Content::Gzip, run.plan.limits.feed))
            }
            other => other,
        };
        match result {
            Err(error) if error.is_absent() => absent.push(part),
            other => run.bear(&name, 1, other)?,
        }
    }
    if run.report.new + run.report.unchanged == before && run.report.failed.is_empty() {
        let reason = "there is no file of any year".to_owned();
        return Err(FetchError::Missing { address: folder.to_string(), reason });
    }
    let file_name = |part: &String| format!("nvd/nvdcve-2.0-{part}.json.gz");
    let there =
        run.names("nvd").into_iter().filter(|name| !absent.iter().any(|part| file_name(part) == *name)).collect();
    run.begin_list("nvd", folder, &there);
    absent.retain(|part| part.parse().is_ok_and(|year: i16| year >= FIRST_YEAR));
    if !absent.is_empty() {
        run.note(format!("the mirror has no file of {}", absent.join(", ")));
    }
    Ok(())
}

/// The newest scores: their day stands in their name.
fn scores(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let today = Offset::UTC.to_datetime(run.now()).date();
    for days in 0..DAYS_OF_SCORES {
        let day = today.saturating_sub(days.days());
        match catalogue::epss(run, below(folder, &format!("epss_scores-{day}.csv.gz"))?) {
            Err(error) if error.is_absent() => {}
            other => return other,
        }
    }
    let reason = format!("there are no scores of {today} or the {DAYS_OF_SCORES} days before");
    Err(FetchError::Missing { address: folder.to_string(), reason })
}

/// The documents that an `index.txt` names.
fn documents(run: &mut Run<'_, '_>, root: &Url) -> Result<(), FetchError> {
    let folder = below(root, "csaf")?;
    let address = below(&folder, "index.txt")?;
    let paths = csaf::index(&run.text(&address, Content::Text)?).map_err(listing(&address))?;
    run.begin_list("csaf", &address, &paths.iter().map(|path| format!("csaf/{path}")).collect());
    for (place, path) in paths.iter().enumerate() {
        let item = Item::new(format!("csaf/{path}"), below(&folder, path)?, Content::Json, run.plan.limits.document);
        let result = if is_plain(&item.name) {
            run.keep(&item)
        } else {
            Err(FetchError::Missing { address: address.to_string(), reason: "this file name is not taken".to_owned() })
        };
        run.bear(&item.name, (paths.len() - place - 1) as u64, result)?;
    }
    Ok(())
}
