//! The feed files of NVD: one for every year, and one of everything that changed in the last eight days.
//!
//! Every file has a small one beside it that says the digest of its text. The files of the years are compared once a week; on the
//! days between, the file of changes is enough, because it reaches back farther than that. So the folder is complete at any moment,
//! also for a home that reads it for the first time.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jiff::SignedDuration;
use jiff::tz::Offset;
use url::Url;
use ward_formats::listing::nvd;
pub(crate) use ward_knowledge::source::FIRST_YEAR;

use crate::network::check::Content;
use crate::network::error::{FetchError, at, listing};
use crate::network::fetch::{Announced, Item, Run};
use crate::network::plan::below;
use crate::network::state::Validators;

const CHANGES: &str = "modified";
/// For how long the file of changes stands for the files of the years. It reaches back eight days.
const DAYS_OF_CHANGES: i64 = 7;
/// So long before they were asked for the files of the years may have been made anew for the last time: it is done once a day.
pub(crate) const MADE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// The files that are due.
pub(crate) fn fetch(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let now = run.now();
    let this_year = Offset::UTC.to_datetime(now).year();
    if this_year < FIRST_YEAR {
        return Err(FetchError::ClockBehind { now: now.to_string(), held: FIRST_YEAR.to_string() });
    }
    let years: Vec<i16> = (FIRST_YEAR..=this_year).collect();
    let failed = run.report.failed.len();
    if !is_complete(run, folder, &years)? {
        for (place, year) in years.iter().enumerate() {
            let result = match one(run, folder, &year.to_string()) {
                // The file of a year begins with its first record.
                Err(error) if error.is_absent() && *year == this_year => {
                    run.note(format!("there is no file of {year} yet"));
                    Ok(())
                }
                other => other,
            };
            run.bear(&file_name(&year.to_string()), (years.len() - place) as u64, result)?;
        }
        if run.report.failed.len() == failed {
            run.folder.state.source("nvd").complete = Some(now);
        }
    }
    if run.report.failed.len() == failed {
        let complete = run.folder.state.source("nvd").complete;
        run.folder.compared = complete.and_then(|complete| complete.checked_sub(MADE_EVERY).ok());
    }
    let result = one(run, folder, CHANGES);
    run.bear(&file_name(CHANGES), 0, result)
}

/// Whether the file of changes reaches back to when the files of the years were all there, from there.
fn is_complete(run: &mut Run<'_, '_>, folder: &Url, years: &[i16]) -> Result<bool, FetchError> {
    let Some(complete) = run.folder.state.source("nvd").complete else { return Ok(false) };
    let since = run.now().duration_since(complete);
    if since < SignedDuration::ZERO || since >= SignedDuration::from_hours(24 * DAYS_OF_CHANGES) {
        return Ok(false);
    }
    // The last one may not be there yet.
    let due = years.split_last().map_or(years, |(_, before)| before);
    for year in due {
        let address = address_of(folder, &year.to_string())?;
        let held = run.folder.held(&file_name(&year.to_string()));
        // The folder may hold what was fetched from another mirror.
        if held.is_none_or(|held| held.address != address.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn address_of(folder: &Url, part: &str) -> Result<Url, FetchError> {
    below(folder, &format!("nvdcve-2.0-{part}.json.gz"))
}

fn file_name(part: &str) -> String {
    format!("nvd/nvdcve-2.0-{part}.json.gz")
}

/// One file, if its digest is not the one that is held.
pub(crate) fn one(run: &mut Run<'_, '_>, folder: &Url, part: &str) -> Result<(), FetchError> {
    match compared(run, folder, part) {
        // The file may have been made anew between the two questions.
        Err(FetchError::Announced { .. }) => compared(run, folder, part),
        other => other,
    }
}

fn compared(run: &mut Run<'_, '_>, folder: &Url, part: &str) -> Result<(), FetchError> {
    let (name, meta_name) = (file_name(part), format!("nvd/nvdcve-2.0-{part}.meta"));
    let meta_address = below(folder, &format!("nvdcve-2.0-{part}.meta"))?;
    let text = run.text(&meta_address, Content::Text)?;
    let meta = nvd::meta(&text).map_err(listing(&meta_address))?;
    let announced = meta.sha256.to_string();
    if run.folder.held(&name).is_some_and(|state| state.announced.as_deref() == Some(&announced)) {
        run.unchanged(&name, None, None);
        // It may be what another mirror had, by whose tags this one is not to be asked.
        let address = address_of(folder, part)?.to_string();
        if let Some(state) = run.folder.state.files.get_mut(&name).filter(|state| state.address != address) {
            (state.address, state.validators) = (address, Validators::default());
        }
        return write_meta(run, &meta_name, &text);
    }
    let mut item = Item::new(name, address_of(folder, part)?, Content::Gzip, run.plan.limits.feed);
    item.announced = Announced {
        unpacked: Some(meta.sha256),
        unpacked_bytes: meta.size,
        state: Some(announced),
        ..Announced::default()
    };
    item.grows = grows(&item.name);
    if let Some(taken) = run.take(&item, |path| count(&item.address, path).map(Some))? {
        // A reader must never see a file beside the digest of another one.
        run.folder.remove(&meta_name)?;
        run.put(&item, &item.name, taken)?;
    }
    write_meta(run, &meta_name, &text)
}

/// Whether a file of this name should never hold less than before: what changed in the last days is now more and now less.
pub(crate) fn grows(name: &str) -> bool {
    !name.contains(CHANGES)
}

/// How many records a file holds. It was unpacked within its bounds already.
fn count(address: &Url, path: &Path) -> Result<u64, FetchError> {
    let file = File::open(path).map_err(at(path))?;
    let text = BufReader::with_capacity(1 << 20, MultiGzDecoder::new(BufReader::new(file)));
    Ok(nvd::page(text).map_err(listing(address))?.held)
}

fn write_meta(run: &mut Run<'_, '_>, name: &str, text: &[u8]) -> Result<(), FetchError> {
    if std::fs::read(run.folder.path_of(name)).is_ok_and(|held| held == text) {
        return Ok(());
    }
    run.folder.write(name, text, None)
}
