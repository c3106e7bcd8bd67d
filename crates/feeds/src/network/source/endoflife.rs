//! endoflife.date: a file for every product, and the identifiers by which other people know the products.

use url::Url;
use ward_formats::listing::endoflife;
use ward_model::digest::Digest;

use crate::network::check::Content;
use crate::network::download::Got;
use crate::network::error::{FetchError, listing};
use crate::network::fetch::{Item, Run};
use crate::network::plan::below;
use crate::network::state::FileState;

const IDENTIFIERS: &str = "eol/identifiers.json";

/// All products.
pub(crate) fn fetch(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let list = below(folder, "all.json")?;
    let products = endoflife::products(&run.text(&list, Content::Json)?).map_err(listing(&list))?;
    // What is derived stands in no list.
    let result = identifiers(run, folder);
    let file_name = |product: &str| format!("eol/{product}.json");
    run.begin_list("eol", &list, &products.iter().map(|product| file_name(product)).collect());
    run.bear(IDENTIFIERS, products.len() as u64, result)?;
    for (place, product) in products.iter().enumerate() {
        let name = file_name(product);
        let item = Item::new(name, below(folder, &format!("{product}.json"))?, Content::Json, run.plan.limits.document);
        // The name would stand for two things.
        let result = if item.name == IDENTIFIERS {
            Err(FetchError::Missing {
                address: list.to_string(),
                reason: format!("a product may not be called {product}"),
            })
        } else {
            run.keep(&item)
        };
        run.bear(&item.name, (products.len() - place - 1) as u64, result)?;
    }
    Ok(())
}

/// The identifiers of all products stand in one long list, of which nothing else is kept.
fn identifiers(run: &mut Run<'_, '_>, folder: &Url) -> Result<(), FetchError> {
    let address = below(folder, "v1/products/full")?;
    let held = run.folder.held(IDENTIFIERS).map(|state| state.validators.clone());
    let small = match run.text_if_new(&address, Content::Json, held.as_ref(), None)? {
        Got::New(small) => small,
        Got::Unchanged => {
            run.unchanged(IDENTIFIERS, None, None);
            return Ok(());
        }
    };
    let text = endoflife::identifiers(&small.bytes).map_err(listing(&address))?;
    let sha256 = Digest::of(text.as_bytes());
    if run.folder.held(IDENTIFIERS).is_some_and(|state| state.sha256 == sha256) {
        run.unchanged(IDENTIFIERS, None, Some(small.validators));
        return Ok(());
    }
    let state = FileState {
        address: address.to_string(),
        validators: small.validators,
        sha256,
        bytes: text.len() as u64,
        entries: None,
        announced: None,
        fetched: run.now(),
        listed_by: None,
        unlisted: None,
    };
    run.folder.write(IDENTIFIERS, text.as_bytes(), Some(state))?;
    run.report.new += 1;
    Ok(())
}
