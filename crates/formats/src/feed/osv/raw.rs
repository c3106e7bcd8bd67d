//! The fields of an OSV record that are read, as they stand there. Everything else in it is passed over.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub modified: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub published: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub withdrawn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub summary: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub details: Option<Cow<'a, str>>,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub upstream: Vec<String>,
    #[serde(default)]
    pub related: Vec<String>,
    #[serde(borrow, default)]
    pub severity: Vec<Severity<'a>>,
    #[serde(borrow, default)]
    pub references: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub affected: Vec<Affected<'a>>,
    #[serde(default, rename = "database_specific")]
    pub database: Database,
}

#[derive(Default, Deserialize)]
pub(super) struct Database {
    #[serde(default)]
    pub cpes: Vec<String>,
    #[serde(default, rename = "cwe_ids")]
    pub weaknesses: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Severity<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub score: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub url: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(borrow)]
    pub package: Option<Package<'a>>,
    #[serde(default)]
    pub ranges: Vec<Range>,
    #[serde(default)]
    pub versions: Vec<String>,
    #[serde(borrow, default)]
    pub severity: Vec<Severity<'a>>,
    /// No field of the format: set where a part had to be left out.
    #[serde(default)]
    pub partly_read: bool,
}

#[derive(Deserialize)]
pub(super) struct Package<'a> {
    #[serde(borrow)]
    pub ecosystem: Cow<'a, str>,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub events: Vec<Event>,
}

pub(super) type Event = BTreeMap<String, String>;
