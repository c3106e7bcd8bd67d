//! Every kind of data file as a function of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is
//! that something comes out.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::OnceLock;

use jiff::civil::date;
use ward_model::exercise::Exercise;

use crate::citation::Document;
use crate::file;
use crate::library::Library;
use crate::ssvc::{DecisionTable, SafetyImpact};
use crate::transfer::Transfer;

/// By name, each with the folder of this repository that holds such files.
pub const READERS: [(&str, &str, Exercise); 6] = [
    ("policy", "policies", read_policy),
    ("citations", "policies/citations", |bytes| text(bytes, |text| drop(black_box(Document::read("file", text))))),
    ("ssvc", "policies/ssvc", |bytes| text(bytes, read_tree)),
    ("transfer", "policies/transfer", |bytes| text(bytes, |text| drop(black_box(Transfer::read("file", text))))),
    ("rules", "rules", read_rules),
    ("aliases", "", |bytes| text(bytes, |text| drop(black_box(file::aliases("file", text))))),
];

/// As a folder's policy, chosen on some days.
fn read_policy(bytes: &[u8]) {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    let Some(library) = LIBRARY.get_or_init(|| Library::built_in().ok()) else { return };
    text(bytes, |text| {
        let own = BTreeMap::from([("policies/own.toml".to_owned(), text.to_owned())]);
        let Ok(library) = library.with_folder(&own) else { return };
        let names: Vec<String> =
            library.policy_names().map(str::to_owned).chain(["policies/own.toml".to_owned()]).collect();
        for (name, year) in names.into_iter().zip([2016, 2020, 2024, 2026, 9999].into_iter().cycle()) {
            let _ = black_box(library.select(&[name], date(year, 12, 31)));
        }
    });
}

fn read_tree(text: &str) {
    let _ = black_box((DecisionTable::read("file", text), SafetyImpact::read("file", text).is_ok()));
}

fn read_rules(bytes: &[u8]) {
    text(bytes, |text| {
        let _ = black_box((file::weaknesses(&[("file", text)]), file::code_execution("file", text)));
    });
}

fn text(bytes: &[u8], read: impl FnOnce(&str)) {
    // A file that is no text is refused before it is handed over.
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
    }
}
