//! The sources: where their files are, how to tell what is new, and under which names they are kept.

use super::error::FetchError;
use super::fetch::Run;
use super::plan::Nvd;

mod catalogue;
mod csaf;
mod cvelist;
mod endoflife;
mod mirror;
mod nvd_api;
mod nvd_files;
mod osv;

/// Fetches one source. What fails of its files is in the report; an error is what ends it.
pub(crate) fn fetch(name: &'static str, run: &mut Run<'_, '_>) -> Result<(), FetchError> {
    if let Some(root) = run.plan.mirror.clone() {
        return mirror::fetch(name, run, &root);
    }
    match name {
        "nvd" => match run.plan.nvd {
            Nvd::Files => nvd_files::fetch(run, &run.plan.folder(name)?),
            Nvd::Api => nvd_api::fetch(run, &run.plan.address("nvd-api")?),
        },
        "kev" => catalogue::kev(run, run.plan.address(name)?),
        "epss" => catalogue::epss(run, run.plan.address(name)?),
        "cwe" => catalogue::cwe(run, run.plan.address(name)?),
        "osv" => osv::fetch(run, &run.plan.folder(name)?),
        "eol" => endoflife::fetch(run, &run.plan.folder(name)?),
        "cve5" => cvelist::fetch(run, &run.plan.folder(name)?),
        "csaf" => csaf::fetch(run),
        // `plan` takes no other name.
        _ => Ok(()),
    }
}
