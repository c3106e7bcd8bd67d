//! The CVE list, version 5, from the releases of its repository: an archive of everything, and archives of what changed since.
//!
//! The large archive is fetched anew only now and then. Between, the changes of every whole day since then and those of today so far
//! make the folder complete.

use jiff::ToSpan as _;
use jiff::civil::Date;
use url::Url;
use ward_formats::listing::cvelist::{self, Asset, Holds, Release};

use crate::network::check::Content;
use crate::network::error::{FetchError, listing};
use crate::network::fetch::{Announced, Item, Run};
use crate::network::plan::{below, parse};

/// After so many days of changes everything is fetched again.
const DAYS_OF_CHANGES: i32 = 14;

/// What is due of the newest release and those before.
pub(crate) fn fetch(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let newest = release(run, &below(folder, "latest")?)?;
    let missing = |reason: &str| FetchError::Missing { address: folder.to_string(), reason: reason.to_owned() };
    let of_kind = |wanted| {
        newest
            .assets
            .iter()
            .find_map(|asset| dated(asset).filter(|(_, holds)| *holds == wanted).map(|(day, _)| (day, asset)))
    };
    let (today, everything) =
        of_kind(Holds::Everything).ok_or_else(|| missing("the newest release holds no archive of everything"))?;
    let base = match base(run) {
        Some(base) if base <= today && (today - base).get_days() <= DAYS_OF_CHANGES => base,
        _ => {
            keep(run, everything)?;
            today
        }
    };
    // The changes of the whole days between.
    let mut day = base;
    while day < today {
        let address = below(folder, &format!("tags/cve_{day}_at_end_of_day"))?;
        let result = changes_of(run, &address, day);
        run.bear(&format!("cve5/{day}_delta_CVEs_at_end_of_day.zip"), u64::from(day < today), result)?;
        day = day.checked_add(1.day()).map_err(|error| missing(&error.to_string()))?;
    }
    let so_far = of_kind(Holds::ChangesSoFar).or_else(|| of_kind(Holds::ChangesOfDay));
    if let Some((_, asset)) = so_far {
        keep(run, asset)?;
    }
    if run.report.failed.is_empty() {
        sweep(run, base, so_far.map(|(_, asset)| asset.name.as_str()))?;
    }
    Ok(())
}

/// The day of the archive of everything that is held.
fn base(run: &Run<'_, '_>) -> Option<Date> {
    let held = run.names("cve5").into_iter().filter(|name| run.folder.held(name).is_some());
    let days =
        held.filter_map(|name| day_of(&name).filter(|(_, holds)| *holds == Holds::Everything).map(|(day, _)| day));
    days.max()
}

fn changes_of(run: &mut Run<'_, '_>, address: &Url, day: Date) -> Result<(), FetchError> {
    let name = format!("cve5/{day}_delta_CVEs_at_end_of_day.zip");
    if run.folder.held(&name).is_some() {
        run.unchanged(&name, None, None);
        return Ok(());
    }
    let release = release(run, address)?;
    let of_day = release.assets.iter().find(|asset| dated(asset) == Some((day, Holds::ChangesOfDay)));
    let reason = || format!("the release {} holds no changes of {day}", release.tag);
    keep(run, of_day.ok_or_else(|| FetchError::Missing { address: address.to_string(), reason: reason() })?)
}

fn release(run: &mut Run<'_, '_>, address: &Url) -> Result<Release, FetchError> {
    cvelist::release(&run.text(address, Content::Json)?).map_err(listing(address))
}

fn keep(run: &mut Run<'_, '_>, asset: &Asset) -> Result<(), FetchError> {
    let name = format!("cve5/{}", asset.name);
    if run.folder.held(&name).is_some_and(|state| Some(state.bytes) == asset.bytes) {
        // The files of a release do not change.
        run.unchanged(&name, None, None);
        return Ok(());
    }
    let mut item = Item::new(name, parse(&asset.address)?, Content::Zip, run.plan.limits.archive);
    item.announced = Announced { checksum: asset.checksum.clone(), bytes: asset.bytes, ..Announced::default() };
    run.keep(&item)
}

/// Removes what the archive of everything and the newest changes stand for.
fn sweep(run: &mut Run<'_, '_>, base: Date, so_far: Option<&str>) -> Result<(), FetchError> {
    for name in run.names("cve5") {
        let is_old = match day_of(&name) {
            Some((day, Holds::Everything | Holds::ChangesOfDay)) => day < base,
            Some((_, Holds::ChangesSoFar)) => name.strip_prefix("cve5/") != so_far,
            None => false,
        };
        if is_old {
            run.folder.remove(&name)?;
        }
    }
    Ok(())
}

fn day_of(name: &str) -> Option<(Date, Holds)> {
    let name = name.strip_prefix("cve5/")?.to_owned();
    dated(&Asset { name, address: String::new(), bytes: None, checksum: None })
}

fn dated(asset: &Asset) -> Option<(Date, Holds)> {
    let (day, holds) = asset.kind()?;
    Some((day.parse().ok()?, holds))
}
