//! The keys of a provider: fetched when the first signed document comes, and what came of the signatures.

use std::collections::BTreeMap;

use url::Url;
use ward_formats::listing::csaf::Key;

use super::inside;
use crate::network::check::Content;
use crate::network::error::FetchError;
use crate::network::fetch::Run;
use crate::openpgp::{Checked, Keyring, check};

/// The keys that a provider names in its metadata.
pub(super) struct Keys {
    metadata: Url,
    named: Vec<Key>,
    fetched: Option<Keyring>,
    /// How many signatures could not be checked, by reason.
    unknown: BTreeMap<String, u64>,
}

/// So many keys of a provider are fetched.
const MOST_KEYS: usize = 50;

impl Keys {
    pub(super) fn new(metadata: &Url, named: Vec<Key>) -> Self {
        Self { metadata: metadata.clone(), named, fetched: None, unknown: BTreeMap::new() }
    }

    /// What a signature says of a document.
    pub(super) fn check(&mut self, run: &mut Run<'_, '_>, document: &[u8], signature: &[u8]) -> Checked {
        let keyring = match self.fetched.take() {
            Some(keyring) => keyring,
            None => self.fetch(run),
        };
        let checked = check(document, signature, &keyring, run.now().as_second())
            .unwrap_or_else(|error| Checked::Unknown { reason: error.to_string() });
        self.fetched = Some(keyring);
        if let Checked::Unknown { reason } = &checked {
            *self.unknown.entry(reason.clone()).or_default() += 1;
        }
        checked
    }

    fn fetch(&self, run: &mut Run<'_, '_>) -> Keyring {
        let mut keyring = Keyring::default();
        if self.named.len() > MOST_KEYS {
            run.note(format!("{} names {} keys, of which {MOST_KEYS} are used", self.metadata, self.named.len()));
        }
        for key in self.named.iter().take(MOST_KEYS) {
            if let Err(reason) = self.fetch_one(run, key, &mut keyring) {
                run.note(format!("the key at {} cannot be used: {reason}", key.address));
            }
        }
        keyring
    }

    fn fetch_one(&self, run: &mut Run<'_, '_>, key: &Key, keyring: &mut Keyring) -> Result<(), String> {
        let told = |error: FetchError| error.to_string();
        let address = inside(&self.metadata, &key.address).map_err(told)?;
        let bytes = run.text(&address, Content::Any).map_err(told)?;
        match keyring.add(&bytes, key.fingerprint.as_deref()).map_err(|error| error.to_string())? {
            0 => Err("no key there has the fingerprint that the provider names".to_owned()),
            _ => Ok(()),
        }
    }

    /// Tells why signatures could not be checked.
    pub(super) fn tell(&self, run: &mut Run<'_, '_>) {
        for (reason, count) in &self.unknown {
            run.note(format!("the signatures of {count} documents of {} were not checked: {reason}", self.metadata));
        }
    }
}
