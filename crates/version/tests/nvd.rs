//! Every version that NVD writes, as ends of ranges and in names: how many have a key, in which class, and which have none.
//!
//! `WARD_LARGE=1 cargo test --release -p ward-version --test nvd -- --nocapture` prints the report that `docs/versions.md` quotes.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::PathBuf;

use serde::Deserialize;
use ward_version::{Scheme, key};

#[derive(Deserialize)]
struct Feed {
    vulnerabilities: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    cve: Cve,
}

#[derive(Deserialize)]
struct Cve {
    #[serde(default)]
    configurations: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    cpe_match: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    criteria: String,
    version_start_including: Option<String>,
    version_start_excluding: Option<String>,
    version_end_including: Option<String>,
    version_end_excluding: Option<String>,
}

/// A version with its scheme and update field.
type Written = (Scheme, String, String);

#[derive(Default)]
struct Seen {
    rows: usize,
    ends: BTreeMap<Written, usize>,
    exact: BTreeMap<Written, usize>,
}

/// The fields of a CPE name, without escapes.
fn fields(name: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' => fields.push(String::new()),
            '\\' => fields.last_mut().unwrap().extend(chars.next()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

fn count(path: &PathBuf, seen: &mut Seen) {
    let file = BufReader::new(std::fs::File::open(path).unwrap());
    let feed: Feed = serde_json::from_reader(BufReader::new(flate2::read::GzDecoder::new(file))).unwrap();
    let nodes = feed.vulnerabilities.into_iter().flat_map(|item| item.cve.configurations).flat_map(|c| c.nodes);
    for row in nodes.flat_map(|node| node.cpe_match) {
        seen.rows += 1;
        let name = fields(&row.criteria);
        let [_, _, _, vendor, product, version, update, ..] = name.as_slice() else { continue };
        let scheme = if vendor == "openssl" && product == "openssl" { Scheme::Openssl } else { Scheme::Generic };
        if version != "*" && version != "-" {
            *seen.exact.entry((scheme, version.clone(), update.clone())).or_default() += 1;
        }
        let ends = [
            row.version_start_including,
            row.version_start_excluding,
            row.version_end_including,
            row.version_end_excluding,
        ];
        for end in ends.into_iter().flatten() {
            *seen.ends.entry((scheme, end, String::new())).or_default() += 1;
        }
    }
}

/// What a key's class is called in the report.
fn class(scheme: Scheme, code: u64) -> String {
    let family = match code.to_be_bytes()[0] {
        1 => "numbers and words",
        2 => "dates",
        3 => "year and letter",
        4 => "release trains",
        5 => "branches (7.x-1.2)",
        27 => "single numbers",
        28 => "parts counted in hexadecimal",
        _ => scheme.as_str(),
    };
    let line = if code & 0x00ff_ffff_ffff_ffff == 0 { "the common line" } else { "lines of their own" };
    format!("{scheme}: {family}, {line}")
}

/// Prints one part of the report; the distinct versions, and those without a key.
fn report(title: &str, versions: &BTreeMap<Written, usize>) -> (usize, usize) {
    let mut classes: BTreeMap<String, (usize, usize, BTreeSet<u64>)> = BTreeMap::new();
    let mut without: Vec<(usize, &Written)> = Vec::new();
    for (written @ (scheme, version, update), rows) in versions {
        match key(*scheme, version, Some(update)) {
            Some(key) => {
                let code = key.class().code();
                let entry = classes.entry(class(*scheme, code)).or_default();
                entry.0 += 1;
                entry.1 += rows;
                entry.2.insert(code);
            }
            None => without.push((*rows, written)),
        }
    }
    println!("{title}: {} distinct, in {} rows", versions.len(), versions.values().sum::<usize>());
    for (name, (distinct, rows, lines)) in &classes {
        println!("  {name}: {distinct} distinct, {rows} rows, {} classes", lines.len());
    }
    let rows: usize = without.iter().map(|(rows, _)| rows).sum();
    println!("  no key: {} distinct, {rows} rows", without.len());
    without.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let listed = if std::env::var_os("WARD_ALL").is_some() { without.len() } else { 40 };
    for (rows, (_, version, update)) in without.iter().take(listed) {
        println!("    {version} {update} ({rows} rows)");
    }
    (versions.len(), without.len())
}

#[test]
fn versions_of_all_of_nvd() {
    let Some(folder) = ward_samples::path("nvd") else { return };
    let large = ward_samples::large();
    let mut seen = Seen::default();
    let mut years = 0;
    for year in 1999..2030 {
        let path = folder.join(format!("nvdcve-2.0-{year}.json.gz"));
        // One year is enough to see that nothing got lost; the report reads them all.
        if path.exists() && (large || year == 2016) {
            count(&path, &mut seen);
            years += 1;
        }
    }
    assert!(years > 0, "no yearly file lies in {}", folder.display());
    println!("{years} yearly files, {} criteria", seen.rows);
    let (ends, keyless_ends) = report("ends of ranges", &seen.ends);
    let (exact, keyless_exact) = report("versions in names, with their update field", &seen.exact);
    assert!(ends > 1000 && exact > 3000, "{ends} {exact}");
    assert!(keyless_ends * 100 < ends * 2, "{keyless_ends} of {ends}");
    assert!(keyless_exact * 100 < exact * 4, "{keyless_exact} of {exact}");
}
