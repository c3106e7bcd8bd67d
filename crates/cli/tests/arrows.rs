//! Rooms use rooms only downward, as the table of the architecture says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each room may use beside what those may use.
const ROOMS: &[(&str, &[&str])] = &[
    // No part of the program: nothing uses it.
    ("ward-compare", &["ward-feeds", "ward-match", "ward-policy"]),
    ("ward-exercise", &["ward-feeds", "ward-fleet", "ward-device", "ward-policy"]),
    ("ward-samples", &[]),
    ("ward-server", &["ward-round", "ward-publish", "ward-record", "ward-fleet"]),
    ("ward-pdf", &["ward-document"]),
    ("ward-publish", &["ward-document", "ward-formats", "ward-policy", "ward-model"]),
    ("ward-document", &[]),
    ("ward-fleet", &["ward-assess", "ward-knowledge", "ward-model"]),
    ("ward-round", &["ward-assess", "ward-record", "ward-knowledge", "ward-feeds", "ward-device"]),
    ("ward-record", &["ward-model"]),
    ("ward-feeds", &["ward-knowledge", "ward-formats"]),
    ("ward-assess", &["ward-match", "ward-risk"]),
    ("ward-risk", &["ward-model", "ward-policy"]),
    ("ward-match", &["ward-version", "ward-model"]),
    ("ward-knowledge", &["ward-formats", "ward-version", "ward-model"]),
    ("ward-policy", &["ward-model"]),
    ("ward-device", &["ward-formats", "ward-policy", "ward-model"]),
    ("ward-formats", &["ward-model", "ward-version"]),
    ("ward-version", &[]),
    ("ward-model", &["ward-version"]),
];

/// The command line may use every room.
const EVERYTHING: &str = "ward";

fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    fn add(room: &str, to: &mut BTreeSet<&'static str>) {
        for (_, uses) in ROOMS.iter().filter(|(name, _)| *name == room) {
            for used in *uses {
                if to.insert(used) {
                    add(used, to);
                }
            }
        }
    }
    let mut allowed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (room, _) in ROOMS {
        add(room, allowed.entry(room).or_default());
    }
    allowed.insert(EVERYTHING, ROOMS.iter().map(|(room, _)| *room).filter(|room| *room != "ward-exercise").collect());
    allowed
}

/// The arrows that are not allowed.
fn wrong<'a>(arrows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let allowed = allowed();
    arrows
        .into_iter()
        .filter_map(|(from, to)| match allowed.get(from) {
            None => Some(format!("{from} is not in the table")),
            Some(uses) if uses.contains(to) => None,
            Some(_) => Some(format!("{from} must not use {to}")),
        })
        .collect()
}

#[test]
fn every_arrow_is_in_the_table() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let rooms: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    assert!(rooms.len() > 10, "{rooms:?}");
    let known = allowed();
    for room in &rooms {
        assert!(known.contains_key(room.as_str()), "{room} is not in the table");
    }
    let mut arrows = Vec::new();
    for package in &metadata.packages {
        // Tests may look at anything.
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            if rooms.contains(&dependency.name) {
                arrows.push((package.name.to_string(), dependency.name.clone()));
            }
        }
    }
    assert!(arrows.len() > 20);
    let wrong = wrong(arrows.iter().map(|(from, to)| (from.as_str(), to.as_str())));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_has_no_circle_and_the_check_can_fail() {
    for (room, uses) in allowed() {
        assert!(!uses.contains(room), "{room} uses itself");
    }
    assert_eq!(wrong([("ward-model", "ward-formats")]), ["ward-model must not use ward-formats"]);
    assert_eq!(wrong([("ward-helper", "ward-model")]), ["ward-helper is not in the table"]);
    assert!(wrong([("ward-risk", "ward-version"), ("ward", "ward-risk")]).is_empty());
}
