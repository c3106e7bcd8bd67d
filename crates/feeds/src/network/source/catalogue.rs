//! Sources that are one file each: KEV, EPSS and the list of CWE. They are read as what they are before they are taken.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use url::Url;
use ward_formats::feed::{FeedError, epss, kev};

use crate::network::check::Content;
use crate::network::error::{FetchError, at};
use crate::network::fetch::{Item, Run};

pub(crate) const KEV: &str = "kev/known_exploited_vulnerabilities.json";

/// CISA's catalogue.
pub(crate) fn kev(run: &mut Run<'_, '_>, address: Url) -> Result<(), FetchError> {
    let item = Item::new(KEV, address, Content::Json, run.plan.limits.document);
    let taken = run.take(&item, |path| {
        let catalogue = kev::read(open(path)?).map_err(|error| not(&item.address, "CISA's KEV catalogue", &error))?;
        Ok(Some((catalogue.entries.len() + catalogue.set_aside.len()) as u64))
    })?;
    taken.map_or(Ok(()), |taken| run.put(&item, KEV, taken))
}

/// The scores of a day. Their day stands in the file, and gives it its name; the ones before are no longer needed.
pub(crate) fn epss(run: &mut Run<'_, '_>, address: Url) -> Result<(), FetchError> {
    let held = of_address(run, "epss", &address).unwrap_or_else(|| "epss/epss_scores-current.csv.gz".to_owned());
    let item = Item::new(held, address, Content::Gzip, run.plan.limits.document);
    let mut day = None;
    // Read unpacked below: the caps hold there as in the check before it.
    let unpacked = item.caps.unpacked;
    let taken = run.take(&item, |path| {
        let text = MultiGzDecoder::new(open(path)?).take(unpacked);
        let scores = epss::read(text).map_err(|error| not(&item.address, "EPSS scores", &error))?;
        day = Some(scores.date);
        Ok(Some((scores.scores.len() + scores.set_aside.len()) as u64))
    })?;
    let (Some(taken), Some(day)) = (taken, day) else { return Ok(()) };
    let name = format!("epss/epss_scores-{day}.csv.gz");
    run.put(&item, &name, taken)?;
    only(run, "epss", &name)
}

/// The list of CWE. Its version stands in the name of the file inside.
pub(crate) fn cwe(run: &mut Run<'_, '_>, address: Url) -> Result<(), FetchError> {
    let held = of_address(run, "cwe", &address).unwrap_or_else(|| "cwe/cwec-latest.xml.zip".to_owned());
    let item = Item::new(held, address, Content::Zip, run.plan.limits.document);
    let Some(taken) = run.take(&item, |_| Ok(None))? else { return Ok(()) };
    let inner = taken.unpacked.first.as_deref().and_then(|name| name.strip_prefix("cwec_v")?.strip_suffix(".xml"));
    let version = inner.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    let Some(name) = version.map(|version| format!("cwe/cwec-{version}.xml.zip")) else {
        let found = format!("an archive of `{}`", taken.unpacked.first.as_deref().unwrap_or_default());
        let _ = std::fs::remove_file(&taken.path);
        return Err(FetchError::Content { address: item.address.to_string(), expected: "the list of CWE", found });
    };
    run.put(&item, &name, taken)?;
    only(run, "cwe", &name)
}

/// The file that came from this address before.
fn of_address(run: &Run<'_, '_>, folder: &str, address: &Url) -> Option<String> {
    let came = |name: &String| run.folder.state.files.get(name).is_some_and(|state| state.address == address.as_str());
    run.names(folder).into_iter().rfind(came)
}

/// Removes the other files that were fetched of a source of which only the newest counts.
fn only(run: &mut Run<'_, '_>, folder: &str, name: &str) -> Result<(), FetchError> {
    run.names(folder).into_iter().filter(|other| other != name).try_for_each(|other| run.folder.remove(&other))
}

fn open(path: &Path) -> Result<BufReader<File>, FetchError> {
    File::open(path).map(BufReader::new).map_err(at(path))
}

fn not(address: &Url, expected: &'static str, error: &FeedError) -> FetchError {
    FetchError::Content { address: address.to_string(), expected, found: error.to_string() }
}
