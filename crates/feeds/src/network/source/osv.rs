//! OSV: one archive for every ecosystem.

use url::Url;

use crate::network::check::Content;
use crate::network::error::FetchError;
use crate::network::fetch::{Item, Run};
use crate::network::plan::below;

/// The archives of the ecosystems of the plan.
pub(crate) fn fetch(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let ecosystems = run.plan.ecosystems.clone();
    for (place, ecosystem) in ecosystems.iter().enumerate() {
        let name = format!("osv/{ecosystem}/all.zip");
        let address = below(folder, &format!("{ecosystem}/all.zip"))?;
        let item = Item::new(name, address, Content::Zip, run.plan.limits.archive);
        let result = run.keep(&item);
        run.bear(&item.name, (ecosystems.len() - place - 1) as u64, result)?;
    }
    Ok(())
}
