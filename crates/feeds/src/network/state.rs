//! What the folder remembers of where its files came from: one small file beside them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ward_model::digest::Digest;

/// The name and number of this form.
const SCHEMA: &str = "wardround/mirror-state/1";

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    schema: String,
    /// By name in the folder.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, FileState>,
    /// By name of the source.
    #[serde(default)]
    pub(crate) sources: BTreeMap<String, SourceState>,
}

/// What is remembered of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileState {
    /// Where it came from.
    pub(crate) address: String,
    #[serde(flatten)]
    pub(crate) validators: Validators,
    /// Of the file as it stands in the folder.
    pub(crate) sha256: Digest,
    pub(crate) bytes: u64,
    /// How many things it holds, where that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entries: Option<u64>,
    /// What its publisher says of its state: a digest of the unpacked text, or the time of its last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) announced: Option<String>,
    /// When it came, by this machine's clock.
    pub(crate) fetched: Timestamp,
    /// The list that names it, where there is one: of a provider, of a mirror.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) listed_by: Option<String>,
    /// Since when that list names it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unlisted: Option<Timestamp>,
}

/// By what a server knows whether a file changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
}

impl Validators {
    /// By which of them a part of the file may be asked for: only by one that stands for the very same bytes.
    pub(crate) fn strong(&self) -> Option<&str> {
        let etag = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        etag.or(self.last_modified.as_deref())
    }
}

/// What is remembered of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceState {
    /// When all of it last came, or was seen not to have changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<Timestamp>,
    /// When its complete files were last compared, where there are files of changes beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) complete: Option<Timestamp>,
    /// Up to when changes are held, by the server's clock, where changes are asked for by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<Timestamp>,
    /// The next place of a long reading that was broken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<u64>,
    /// How many records the source says it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

impl Default for State {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), files: BTreeMap::new(), sources: BTreeMap::new() }
    }
}

impl State {
    /// Reads it. What cannot be read is as good as nothing: then everything is fetched again.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|state: &Self| state.schema == SCHEMA)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        // Strings, numbers and maps keyed by strings: nothing that JSON cannot hold.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    pub(crate) fn source(&mut self, name: &str) -> &mut SourceState {
        self.sources.entry(name.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ward_model::digest::Digest;

    use super::{FileState, SourceState, State, Validators};

    #[test]
    fn what_is_written_reads_back() {
        let mut state = State::default();
        let file = FileState {
            address: "https://a.example/x".to_owned(),
            validators: Validators { etag: Some("\"a\"".to_owned()), last_modified: None },
            sha256: Digest::of(b"x"),
            bytes: 1,
            entries: None,
            announced: Some("2026".to_owned()),
            fetched: Timestamp::from_second(1).unwrap(),
            listed_by: Some("https://a.example/".to_owned()),
            unlisted: Timestamp::from_second(3).ok(),
        };
        state.files.insert("kev/x.json".to_owned(), file);
        *state.source("nvd") =
            SourceState { cursor: Timestamp::from_second(2).ok(), next: Some(3), ..SourceState::default() };
        assert_eq!(State::read(&state.bytes()), Some(state));
        assert_eq!(State::read(b"{}"), None);
        assert_eq!(State::read(br#"{"schema":"wardround/mirror-state/2"}"#), None);
    }

    #[test]
    fn a_weak_tag_is_good_for_no_part() {
        let validators = |etag: &str, last_modified: Option<&str>| Validators {
            etag: Some(etag.to_owned()),
            last_modified: last_modified.map(str::to_owned),
        };
        assert_eq!(validators("\"a\"", Some("x")).strong(), Some("\"a\""));
        assert_eq!(validators("W/\"a\"", Some("x")).strong(), Some("x"));
        assert_eq!(validators("W/\"a\"", None).strong(), None);
    }
}
