//! Which files of a known folder may be passed over without a word: those that go with a feed and hold no records.

use std::collections::BTreeSet;

use super::{ends, is_index};

/// What says something of other files, or to people.
const BESIDE: [&str; 14] = [
    ".meta", ".sha256", ".sha512", ".sha1", ".md5", ".asc", ".sig", ".md", ".txt", ".html", ".htm", ".xsd", ".etag",
    ".pem",
];
/// Lists that go with a feed, by their whole names.
const LISTS: [&str; 11] = [
    "changes.csv",
    "modified_id.csv",
    "provider-metadata.json",
    "aggregator.json",
    "delta.json",
    "deltaLog.json",
    "recent_activities.json",
    "known_exploited_vulnerabilities.csv",
    "known_exploited_vulnerabilities_schema.json",
    "SHA256SUMS",
    "SHA512SUMS",
];
/// What people put beside anything, whatever its ending.
const FOR_PEOPLE: [&str; 4] = ["README", "LICENSE", "LICENCE", "NOTICE"];

/// In what feeds come.
const FEEDS: [&str; 10] = ["json", "jsonl", "csv", "xml", "zip", "gz", "zst", "xz", "bz2", "tar"];

/// Whether a file by this name holds no records: a checksum, a list of what should be there, a word for people. Hidden files were
/// never looked at.
pub(crate) fn is_no_feed(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    // Its whole name, or with one ending that is none of a feed.
    let (stem, ending) = last.split_once('.').unwrap_or((last, ""));
    let for_people = FOR_PEOPLE.iter().any(|name| stem.eq_ignore_ascii_case(name));
    let may_be_fed = ending.split('.').any(|part| FEEDS.iter().any(|feed| part.eq_ignore_ascii_case(feed)));
    is_index(name) || ends(last, &BESIDE) || LISTS.contains(&last) || for_people && !may_be_fed
}

/// Whether this is another packing of a file of NVD that is read.
pub(super) fn is_twin(name: &str, read: &BTreeSet<&str>) -> bool {
    name.strip_suffix(".json.zip").is_some_and(|stem| read.contains(stem))
}

#[cfg(test)]
mod tests {
    use super::is_no_feed;

    #[test]
    fn only_what_may_hold_records_is_named() {
        for name in [
            "nvdcve-2.0-2020.meta",
            "OT/white/2021/a.json.sha512",
            "OT/index.txt",
            "changes.csv",
            "README",
            "readme.md",
            "License.rst",
            "LICENSE",
            "cves/delta.json",
        ] {
            assert!(is_no_feed(name), "{name}");
        }
        for name in [
            "extra.json",
            "nvdcve-2.0-2020.json.zip",
            "b.json.gz",
            "a/b/c/",
            "scores.csv",
            "x.jsonl.xz",
            "LIC",
            "NOTICE-2026-01.json.gz",
            "README.json",
        ] {
            assert!(!is_no_feed(name), "{name}");
        }
    }
}
