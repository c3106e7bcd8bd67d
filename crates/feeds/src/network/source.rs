//! The sources: where their files are, how to tell what is new, and under which names they are kept.

use super::error::FetchError;
use super::fetch::Run;
use super::plan::Nvd;
use crate::source::Source;

mod catalogue;
mod csaf;
mod cvelist;
mod endoflife;
mod mirror;
mod nvd_api;
pub(crate) mod nvd_files;
mod osv;

pub(crate) use mirror::Listing;

/// Fetches one source. What fails of its files is in the report; an error is what ends it.
pub(crate) fn fetch(source: Source, run: &mut Run<'_, '_>) -> Result<(), FetchError> {
    let name = source.name();
    if let Some(root) = run.plan.mirror.clone() {
        return mirror::fetch(source, run, &root);
    }
    match source {
        Source::Nvd => match run.plan.nvd {
            Nvd::Files => nvd_files::fetch(run, &run.plan.folder(name)?),
            Nvd::Api => nvd_api::fetch(run, &run.plan.address("nvd-api")?),
        },
        Source::Kev => catalogue::kev(run, run.plan.address(name)?),
        Source::Epss => catalogue::epss(run, run.plan.address(name)?),
        Source::Cwe => catalogue::cwe(run, run.plan.address(name)?),
        Source::Osv => osv::fetch(run, &run.plan.folder(name)?),
        Source::Eol => endoflife::fetch(run, &run.plan.folder(name)?),
        Source::Cve5 => cvelist::fetch(run, &run.plan.folder(name)?),
        Source::Csaf => csaf::fetch(run),
    }
}
