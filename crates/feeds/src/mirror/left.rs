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

/// Whether a file by this name holds no records: a checksum, a list of what should be there, a word for people. Hidden files were
/// never looked at.
pub(crate) fn is_no_feed(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let for_people = |begin: &&str| last.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin));
    is_index(name) || ends(last, &BESIDE) || LISTS.contains(&last) || FOR_PEOPLE.iter().any(for_people)
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
            "cves/delta.json",
        ] {
            assert!(is_no_feed(name), "{name}");
        }
        for name in ["extra.json", "nvdcve-2.0-2020.json.zip", "b.json.gz", "a/b/c/", "scores.csv", "x.jsonl.xz", "LIC"]
        {
            assert!(!is_no_feed(name), "{name}");
        }
    }
}
