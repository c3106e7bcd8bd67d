//! CSAF: the documents of providers, found by their metadata (CSAF 2.0, section 7.1).

use std::collections::BTreeMap;

use url::Url;
use ward_formats::listing::csaf::{self, Distribution, Listed, Provider};
use ward_formats::listing::security_txt;

use super::csaf::document::Document;
use super::csaf::keys::Keys;
use crate::network::check::Content;
use crate::network::error::{FetchError, listing};
use crate::network::fetch::Run;
use crate::network::plan::{below, parse};
use crate::network::report::{FailedFile, Signatures};

mod document;
mod keys;

const METADATA: &str = "provider-metadata.json";

/// The documents of every provider of the plan.
pub(crate) fn fetch(run: &mut Run<'_, '_>) -> Result<(), FetchError> {
    run.report.signatures = Some(Signatures::default());
    let mut places = vec![run.plan.address("csaf")?];
    places.extend(run.plan.providers.iter().cloned());
    let count = places.len();
    for (number, place) in places.into_iter().enumerate() {
        let result = provider(run, &place);
        run.bear(place.as_str(), (count - number - 1) as u64, result)?;
    }
    Ok(())
}

/// One provider: all ways to its documents that are open to everybody.
fn provider(run: &mut Run<'_, '_>, place: &Url) -> Result<(), FetchError> {
    let (address, provider) = metadata(run, place)?;
    let mut found = Vec::new();
    for distribution in &provider.distributions {
        match distribution {
            Distribution::Folder { address: folder, label } => {
                if let Some(folder) = open(run, &address, folder, label.as_deref())? {
                    for document in of_folder(run, &folder)? {
                        found.push((false, folder.to_string(), document));
                    }
                }
            }
            Distribution::Feed { address: feed, label } => {
                if let Some(feed) = open(run, &address, feed, label.as_deref())? {
                    let entries = csaf::rolie(&run.text(&feed, Content::Json)?).map_err(listing(&feed))?;
                    for entry in entries {
                        let document = entry.map_err(listing(&feed)).and_then(|entry| Document::of_feed(&feed, entry));
                        found.push((true, feed.to_string(), document));
                    }
                }
            }
        }
    }
    let documents = documents(run, found);
    if documents.is_empty() {
        let reason = format!("{} lists no document that is open to everybody", provider.name);
        return Err(FetchError::Missing { address: address.to_string(), reason });
    }
    run.begin_list("csaf", &address, &documents.keys().cloned().collect());
    let count = documents.len();
    let mut keys = Keys::new(&address, provider.keys);
    for (place, document) in documents.values().enumerate() {
        let result = document.fetch(run, &mut keys);
        run.bear(&document.name, (count - place - 1) as u64, result)?;
    }
    keys.tell(run);
    Ok(())
}

/// Each document once, by name. A line of a listing that cannot be used is told and does not hide the others.
fn documents(
    run: &mut Run<'_, '_>,
    mut found: Vec<(bool, String, Result<Document, FetchError>)>,
) -> BTreeMap<String, Document> {
    // A feed says more than a folder: what stands in both is taken as the feed has it.
    found.sort_by_key(|(of_feed, _, _)| !of_feed);
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    for (_, listing, document) in found {
        let error = match document {
            Ok(document) => match documents.get(&document.name) {
                None => {
                    documents.insert(document.name.clone(), document);
                    continue;
                }
                Some(same) if same.is_at(&document) => continue,
                Some(_) => {
                    let reason = format!("two documents would be kept as {}", document.name);
                    FetchError::Missing { address: listing.clone(), reason }
                }
            },
            Err(error) => error,
        };
        run.report.failed.push(FailedFile { name: listing, error });
    }
    documents
}

/// The metadata of a provider: given directly, at the well-known place of a domain, or where its `security.txt` says.
fn metadata(run: &mut Run<'_, '_>, place: &Url) -> Result<(Url, Provider), FetchError> {
    let read = |run: &mut Run<'_, '_>, address: Url| {
        let bytes = run.text(&address, Content::Json)?;
        Ok((address.clone(), csaf::provider(&bytes).map_err(listing(&address))?))
    };
    if place.path().ends_with(METADATA) {
        return read(run, place.clone());
    }
    let root = place.join("/").unwrap_or_else(|_| place.clone());
    let first = match read(run, below(&root, &format!(".well-known/csaf/{METADATA}"))?) {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    let security = below(&root, ".well-known/security.txt")?;
    // Its absence is no news: then what the first place said is the reason.
    let Ok(text) = run.text(&security, Content::Text) else { return Err(first) };
    let text = String::from_utf8_lossy(&text).into_owned();
    let Some(named) = security_txt::csaf(&text).first().copied() else { return Err(first) };
    let named = inside(&security, named)?;
    read(run, named)
}

/// A distribution, if it is open to everybody. What is not is said.
fn open(run: &mut Run<'_, '_>, metadata: &Url, address: &str, label: Option<&str>) -> Result<Option<Url>, FetchError> {
    let is_open = label.is_none_or(|label| {
        ["WHITE", "CLEAR", "UNLABELED"].iter().any(|open| label.trim_start_matches("TLP:").eq_ignore_ascii_case(open))
    });
    if !is_open {
        let label = label.unwrap_or_default();
        run.note(format!("{address} is labelled {label} and needs a login; it was not fetched"));
        return Ok(None);
    }
    inside(metadata, address).map(Some)
}

/// An address that stands in something that was fetched: it may not lead out of TLS.
fn inside(from: &Url, address: &str) -> Result<Url, FetchError> {
    let joined = from.join(address).map(|joined| joined.to_string()).unwrap_or_else(|_| address.to_owned());
    let address = parse(&joined)?;
    if from.scheme() == "https" && address.scheme() != "https" {
        return Err(FetchError::Redirect {
            address: from.to_string(),
            target: address.to_string(),
            reason: "it leaves TLS",
        });
    }
    Ok(address)
}

/// The documents of a folder: all that its index names, with the times of its changes.
fn of_folder(run: &mut Run<'_, '_>, folder: &Url) -> Result<Vec<Result<Document, FetchError>>, FetchError> {
    let mut folder = folder.clone();
    if !folder.path().ends_with('/') {
        folder.set_path(&format!("{}/", folder.path()));
    }
    let index = below(&folder, "index.txt")?;
    let paths = csaf::index(&run.text(&index, Content::Text)?).map_err(listing(&index))?;
    let changes = below(&folder, "changes.csv")?;
    let changes = csaf::changes(&run.text(&changes, Content::Text)?).map_err(listing(&changes))?;
    let mut updated: BTreeMap<String, String> = BTreeMap::new();
    for (path, time) in changes {
        // The newest comes first; where it does not, the greater one is the newer one, as these times are written.
        let newest = updated.entry(path).or_default();
        if *newest < time {
            *newest = time;
        }
    }
    // A document may stand in one of the two alone.
    let mut all: Vec<&String> = paths.iter().chain(updated.keys()).collect();
    all.sort_unstable();
    all.dedup();
    let listed = |path: &String| {
        let path_below = path.trim_start_matches("./");
        if path_below.split('/').any(|segment| segment.is_empty() || segment == ".." || segment.ends_with(':')) {
            let reason = format!("`{path}` is not below the folder that lists it");
            return Err(FetchError::Missing { address: folder.to_string(), reason });
        }
        let address = below(&folder, path_below)?;
        Document::of_folder(
            &folder,
            Listed {
                address: address.to_string(),
                updated: updated.get(path).cloned(),
                checksums: Vec::new(),
                signature: None,
            },
        )
    };
    Ok(all.into_iter().map(listed).collect())
}
