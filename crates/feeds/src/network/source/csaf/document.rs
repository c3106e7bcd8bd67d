//! One document of a provider, with its checksum and its signature.

use std::fs;
use std::path::Path;

use url::Url;
use ward_formats::listing::csaf::Listed;
use ward_formats::listing::{Checksum, checksums};

use super::inside;
use super::keys::Keys;
use crate::network::check::{self, Content};
use crate::network::error::{FetchError, at, listing};
use crate::network::fetch::{Announced, Item, Run};
use crate::network::folder::is_plain;
use crate::openpgp::Checked;

/// A document that a provider lists.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Its name in the mirror.
    pub(crate) name: String,
    address: Url,
    updated: Option<String>,
    /// Where its checksum may be, the strongest first.
    checksums: Vec<Url>,
    signature: Url,
}

/// A checksum, with the text that it stands in.
struct Sum {
    checksum: Checksum,
    /// What the text is called after the document.
    suffix: &'static str,
    text: Vec<u8>,
}

impl Document {
    /// A document of a folder: its checksums and its signature have its name with a suffix.
    pub(crate) fn of_folder(folder: &Url, listed: Listed) -> Result<Self, FetchError> {
        let document = Self::of(folder, &listed)?;
        if document.address.path().starts_with(folder.path()) && document.address.origin() == folder.origin() {
            return Ok(document);
        }
        let reason = format!("`{}` is not below the folder that lists it", listed.address);
        Err(FetchError::Missing { address: folder.to_string(), reason })
    }

    /// A document of a feed, which may name its checksums and its signature.
    pub(crate) fn of_feed(feed: &Url, listed: Listed) -> Result<Self, FetchError> {
        let mut document = Self::of(feed, &listed)?;
        if !listed.checksums.is_empty() {
            document.checksums = listed.checksums.iter().map(|text| inside(feed, text)).collect::<Result<_, _>>()?;
            document.checksums.sort_by_key(|address| !address.path().ends_with(".sha512"));
        }
        if let Some(signature) = &listed.signature {
            document.signature = inside(feed, signature)?;
        }
        Ok(document)
    }

    fn of(from: &Url, listed: &Listed) -> Result<Self, FetchError> {
        let address = inside(from, &listed.address)?;
        let name = name(&address).ok_or_else(|| FetchError::Missing {
            address: from.to_string(),
            reason: format!("`{}` is no address of a document that is taken", listed.address),
        })?;
        let beside = |suffix: &str| {
            let mut beside = address.clone();
            beside.set_path(&format!("{}{suffix}", address.path()));
            beside
        };
        Ok(Self {
            name,
            updated: listed.updated.clone(),
            checksums: vec![beside(".sha512"), beside(".sha256")],
            signature: beside(".asc"),
            address,
        })
    }

    /// Whether this is the same document.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        self.address == other.address
    }

    /// Fetches it, unless it is held as new as it is listed.
    pub(crate) fn fetch(&self, run: &mut Run<'_, '_>, keys: &mut Keys) -> Result<(), FetchError> {
        let held = run.folder.held(&self.name).and_then(|state| state.announced.clone());
        if self.updated.is_some() && held == self.updated {
            run.unchanged(&self.name, None, None);
            return Ok(());
        }
        match self.compared(run, keys) {
            // The document may have been replaced between the two questions.
            Err(FetchError::Announced { .. } | FetchError::Signature { .. }) => self.compared(run, keys),
            other => other,
        }
    }

    fn compared(&self, run: &mut Run<'_, '_>, keys: &mut Keys) -> Result<(), FetchError> {
        let sum = self.checksum(run)?;
        let path = run.folder.path_of(&self.name);
        if let Some(sum) = &sum
            && run.folder.held(&self.name).is_some()
            && check::compare(&path, &sum.checksum).map_err(at(&path))?.is_ok()
        {
            run.unchanged(&self.name, self.updated.clone(), None);
            return Ok(());
        }
        let mut item = Item::new(self.name.clone(), self.address.clone(), Content::Json, run.plan.limits.document);
        item.announced = Announced {
            checksum: sum.as_ref().map(|sum| sum.checksum.clone()),
            state: self.updated.clone(),
            ..Announced::default()
        };
        let Some(taken) = run.take(&item, |_| Ok(None))? else { return Ok(()) };
        let signature = match self.signed(run, keys, &taken.path) {
            Ok(signature) => signature,
            Err(error) => {
                let _ = fs::remove_file(&taken.path);
                return Err(error);
            }
        };
        // What says something of the document of before goes first: it must never stand beside another one.
        for suffix in [".sha512", ".sha256", ".asc"] {
            run.folder.remove(&format!("{}{suffix}", self.name))?;
        }
        run.put(&item, &self.name, taken)?;
        let mut seen = run.report.signatures.unwrap_or_default();
        match sum {
            Some(Sum { suffix, text, .. }) => {
                run.folder.write(&format!("{}{suffix}", self.name), &text, None)?;
                seen.checksum_right += 1;
            }
            None => seen.without_checksum += 1,
        }
        match signature {
            Some((signature, is_right)) => {
                run.folder.write(&format!("{}.asc", self.name), &signature, None)?;
                *if is_right { &mut seen.signature_right } else { &mut seen.not_checked } += 1;
            }
            None => seen.unsigned += 1,
        }
        run.report.signatures = Some(seen);
        Ok(())
    }

    /// Its signature, and whether it is right and not only unchecked. One that is wrong is an error.
    fn signed(
        &self,
        run: &mut Run<'_, '_>,
        keys: &mut Keys,
        document: &Path,
    ) -> Result<Option<(Vec<u8>, bool)>, FetchError> {
        let Some(signature) = Self::beside(run, &self.signature)? else { return Ok(None) };
        let document = fs::read(document).map_err(at(document))?;
        match keys.check(run, &document, &signature) {
            Checked::Right { .. } => Ok(Some((signature, true))),
            Checked::Unknown { .. } => Ok(Some((signature, false))),
            Checked::Wrong { reason } => Err(FetchError::Signature { address: self.address.to_string(), reason }),
        }
    }

    /// The strongest checksum that there is, with the text that it stands in.
    fn checksum(&self, run: &mut Run<'_, '_>) -> Result<Option<Sum>, FetchError> {
        for address in &self.checksums {
            let Some(text) = Self::beside(run, address)? else { continue };
            let lines = checksums::read(&text).map_err(listing(address))?;
            // There is one line, or one of them names the document.
            let file = self.address.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
            let line = lines.iter().find(|line| line.name.ends_with(file)).or(lines.first());
            if let Some(line) = line {
                let suffix = match line.checksum {
                    Checksum::Sha512(_) => ".sha512",
                    Checksum::Sha256(_) => ".sha256",
                };
                return Ok(Some(Sum { checksum: line.checksum.clone(), suffix, text }));
            }
        }
        Ok(None)
    }

    /// A file that says something of the document. It may be missing, even where a feed names it: then the document counts as one
    /// without it, because a document that is not taken would be a finding that is missed.
    fn beside(run: &mut Run<'_, '_>, address: &Url) -> Result<Option<Vec<u8>>, FetchError> {
        match run.text(address, Content::Text) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The name in the mirror of a document at this address: the host, then the path. Folders above the last two are joined to one, so
/// that whoever reads the mirror need not go down deep.
fn name(address: &Url) -> Option<String> {
    let host = address.host_str()?.trim_matches(['[', ']']).replace(':', "-");
    let place = match address.port() {
        Some(port) => format!("{host}-{port}"),
        None => host,
    };
    let segments: Vec<String> = address
        .path_segments()?
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            // Hidden folders would not be looked into.
            let hidden = segment.starts_with('.').then_some('_');
            let plain = segment.chars().map(|c| if matches!(c, ':' | '*' | '|') { '_' } else { c });
            hidden.into_iter().chain(plain).collect()
        })
        .collect();
    let (above, last) = segments.split_at(segments.len().saturating_sub(3));
    let mut name = format!("csaf/{place}");
    if !above.is_empty() {
        name.push('/');
        name.push_str(&above.join("+"));
    }
    for segment in last {
        name.push('/');
        name.push_str(segment);
    }
    let is_document = name.ends_with(".json") && address.query().is_none();
    (is_document && is_plain(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::name;
    use crate::network::plan::parse;

    #[test]
    fn names_are_host_and_path() {
        for (address, expected) in [
            ("https://a.example/csaf/white/2024/a-1.json", Some("csaf/a.example/csaf/white/2024/a-1.json")),
            (
                "https://a.example/sites/default/files/csaf/OT/white/2024/a-1.json",
                Some("csaf/a.example/sites+default+files+csaf+OT/white/2024/a-1.json"),
            ),
            ("http://127.0.0.1:8080/x.json", Some("csaf/127.0.0.1-8080/x.json")),
            ("https://a.example/.well-known/a%2fb.json", Some("csaf/a.example/_.well-known/a%2fb.json")),
            ("https://a.example/a/../../b:c.json", Some("csaf/a.example/b_c.json")),
            ("https://a.example/x.html", None),
            ("https://a.example/x.json?version=1", None),
        ] {
            assert_eq!(name(&parse(address).unwrap()).as_deref(), expected, "{address}");
        }
    }
}
