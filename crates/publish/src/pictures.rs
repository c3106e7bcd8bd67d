//! Every picture that an assessment gives rise to, each under a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::assessment::Assessment;
use ward_model::claim::ClaimId;
use ward_model::device::{Configuration, Configurations, Device};
use ward_model::ids::{FunctionId, LinkId};
use ward_model::verdict::{SubjectKind, Units, Verdict};

use crate::group::groups;
use crate::next::Context;
use crate::svg::{self, PolicyMatrix};
use crate::ways::{Way, ways};
use crate::words;

mod life;

pub(crate) use life::lifecycle;

/// What is told of: an assessment, the device that it is about, and what is known of its policies.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What was concluded.
    pub assessment: &'a Assessment,
    /// The device as all its units have it in common.
    pub device: &'a Device,
    /// Its variants and sites.
    pub configurations: &'a Configurations,
    /// The matrices of the policies that it was judged by.
    pub matrices: &'a [PolicyMatrix],
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A name for its file, without an ending: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The picture.
    pub svg: String,
}

/// All pictures, in the order in which the page shows them. No two have the same name.
pub fn all(subject: &Subject<'_>) -> Vec<Picture> {
    let mut all = Names::default();
    let Subject { assessment, device, configurations, matrices } = *subject;
    let context = Context::new(assessment, device);
    for policy in matrices {
        all.add(
            &format!("matrix-{}", policy.policy),
            &format!("risk matrix of {}", policy.policy),
            matrix(subject, policy),
        );
    }
    for (title, pictures) in architectures(subject) {
        let name = if title.is_empty() { "architecture".to_owned() } else { format!("architecture-{title}") };
        let of = if title.is_empty() { String::new() } else { format!(", {title}") };
        for (part, svg) in pictures {
            let part = if part.is_empty() { String::new() } else { format!(": {part}") };
            all.add(&name, &format!("architecture{of}{part}"), svg);
        }
    }
    let groups = groups(&assessment.verdicts);
    for (number, way) in ways(&groups).iter().enumerate() {
        let told_for = groups[way.groups[0]].verdict();
        let svg = path(way, told_for, device, configurations, assessment);
        all.add(&format!("path-{}", number + 1), &format!("path {}: {}", number + 1, words::subject(told_for)), svg);
    }
    for (id, title, sheets) in harm_trees(assessment, device, context.in_effect()) {
        for svg in sheets {
            all.add(&format!("harm-{id}"), &format!("harm tree: {title}"), svg);
        }
    }
    for svg in svg::several::view(assessment, device) {
        all.add("several-people", "several people at once", svg);
    }
    for svg in lifecycle(assessment, device) {
        all.add("lifecycle", "life, support and what lies between", svg);
    }
    all.0
}

/// Pictures while they are given names.
#[derive(Default)]
struct Names(Vec<Picture>);

impl Names {
    fn add(&mut self, name: &str, title: &str, svg: String) {
        let base: String = words::clean(name)
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
            .take(80)
            .collect();
        let taken = |name: &str| self.0.iter().any(|picture| picture.name == name);
        let mut name = base.clone();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{base}-{number}");
        }
        self.0.push(Picture { name, title: words::clean(title), svg });
    }
}

/// The matrix of one policy.
pub(crate) fn matrix(subject: &Subject<'_>, policy: &PolicyMatrix) -> String {
    svg::matrix::matrix(subject.assessment, policy)
}

/// The sheets of what is common and of each variant and site, each part with what it shows: the first, without a title, is what is common.
pub(crate) fn architectures(subject: &Subject<'_>) -> Vec<(String, Vec<(String, String)>)> {
    let Subject { assessment, device, configurations, .. } = *subject;
    let one = |device: &Device, of: &str, remarks: &[String]| {
        let context = Context::new(assessment, device);
        let title = if of.is_empty() {
            format!("Architecture of {}", device.name)
        } else {
            format!("Architecture of {}, {of}", device.name)
        };
        let sheets = svg::sheets(device, &title, remarks, context.in_effect());
        sheets.into_iter().map(|sheet| (sheet.of, sheet.svg)).collect::<Vec<_>>()
    };
    let mut out = vec![(String::new(), one(device, "", &[]))];
    for configuration in &configurations.each {
        let of = name(configuration);
        if !of.is_empty() {
            let remarks = differences(device, &configuration.device);
            out.push((of.clone(), one(&configuration.device, &of, &remarks)));
        }
    }
    out
}

fn name(configuration: &Configuration) -> String {
    let variant = configuration.variant.as_ref().map(|id| format!("variant {id}"));
    let site = configuration.site.as_ref().map(|id| format!("site {id}"));
    variant.into_iter().chain(site).collect::<Vec<_>>().join(", ")
}

/// What a configuration has that is not common, lacks, and has otherwise.
fn differences(common: &Device, own: &Device) -> Vec<String> {
    let mut only = Vec::new();
    let mut other = Vec::new();
    let mut missing = Vec::new();
    compare(
        &common.elements,
        &own.elements,
        &mut |id, element| (id.to_string(), element.name.clone()),
        [&mut only, &mut other, &mut missing],
    );
    compare(
        &common.links,
        &own.links,
        &mut |id, link| (id.to_string(), link.name.clone()),
        [&mut only, &mut other, &mut missing],
    );
    let line = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what}: {}.", names.join(", ")));
    let lines: Vec<String> = [
        line("Only here, and not in what is common", &only),
        line("Here otherwise than in what is common", &other),
        line("Not here, though common", &missing),
    ]
    .into_iter()
    .flatten()
    .collect();
    if lines.is_empty() { vec!["The same elements and links as in what is common.".to_owned()] } else { lines }
}

fn compare<K: Ord, V: PartialEq>(
    common: &BTreeMap<K, V>,
    own: &BTreeMap<K, V>,
    words: &mut dyn FnMut(&K, &V) -> (String, String),
    [only, other, missing]: [&mut Vec<String>; 3],
) {
    let mut name = |id: &K, value: &V| {
        let (id, name) = words(id, value);
        if id == name { id } else { format!("{name} ({id})") }
    };
    for (id, value) in own {
        match common.get(id) {
            None => only.push(name(id, value)),
            Some(before) if before != value => other.push(name(id, value)),
            Some(_) => {}
        }
    }
    missing.extend(common.iter().filter(|(id, _)| !own.contains_key(id)).map(|(id, value)| name(id, value)));
}

/// A way to harm, drawn on the architecture of the units that it is told for.
pub(crate) fn path(
    way: &Way<'_>,
    told_for: &Verdict,
    device: &Device,
    configurations: &Configurations,
    assessment: &Assessment,
) -> String {
    let device = configured(&told_for.units, device, configurations);
    let remark = format!("Told for {}{}.", words::told_for(told_for), named(told_for, device));
    svg::path(device, way.witness, Context::new(assessment, device).in_effect(), Some(remark))
}

/// What the identifiers of a verdict stand for, where the boxes and lines have other names: that of its link, secret or function, and
/// of its element.
fn named(verdict: &Verdict, device: &Device) -> String {
    let place = verdict.subject.id.split_once('@').filter(|_| verdict.subject.kind == SubjectKind::Weakness);
    let of = place.and_then(|(_, id)| {
        let link = device.links.get(&LinkId::from(id)).map(|link| &link.name);
        let function = || device.functions.get(&FunctionId::from(id)).map(|function| &function.name);
        link.or_else(function).map(|name| (id, name))
    });
    let element = device.elements.get(&verdict.element).map(|element| (verdict.element.as_str(), &element.name));
    let names = of.into_iter().chain(element).filter(|(id, name)| id != name);
    let names: Vec<String> = names.map(|(id, name)| format!("{id}: {name}")).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join("; ")) }
}

/// The device as some units have it.
fn configured<'a>(units: &Units, device: &'a Device, configurations: &'a Configurations) -> &'a Device {
    let same =
        |configuration: &&Configuration| configuration.variant == units.variant && configuration.site == units.site;
    configurations.each.iter().find(same).map_or(device, |configuration| &configuration.device)
}

/// The trees of harms that some function may lead to: identifier, words, sheets.
pub(crate) fn harm_trees(
    assessment: &Assessment,
    device: &Device,
    decided: &BTreeSet<&ClaimId>,
) -> Vec<(String, String, Vec<String>)> {
    device
        .harms
        .values()
        .filter(|harm| !svg::harm::effects(device, harm).is_empty())
        .map(|harm| (harm.id.to_string(), harm.text.clone(), svg::harm::tree(assessment, device, harm, decided)))
        .collect()
}
