//! How a version is updated, what that risks, and what its people are told: words of the rules, chosen by what the folder says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::device::{
    Device, Element, ElementKind, FieldedVersion, GivenUp, Owner, PersonRole, Stage, UpdatePath, UpdateRisk,
};
use ward_model::ids::PersonGroupId;
use ward_model::lifecycle::{Advice, Setting, Stated, UpdateOf, UpdateSituation};
use ward_policy::{LifecycleRules, Told};

/// How the device stands to the bodies of each group of people: by the elements of the functions that serve them, the closest first.
pub(super) fn settings(device: &Device) -> BTreeMap<PersonGroupId, Setting> {
    let mut settings: BTreeMap<PersonGroupId, Setting> = BTreeMap::new();
    for function in device.functions.values() {
        let Some(group) = &function.persons else { continue };
        let kinds = function.realised_by.elements().iter().filter_map(|id| device.elements.get(id));
        let setting = kinds
            .map(|element| match element.kind {
                ElementKind::Implant => Setting::Implanted,
                ElementKind::Wearable => Setting::Worn,
                _ => Setting::Bedside,
            })
            .min()
            .unwrap_or(Setting::Bedside);
        let known = settings.entry(group.clone()).or_insert(setting);
        *known = (*known).min(setting);
    }
    settings
}

/// The maker's own devices by which clinics set up what people have.
fn of_clinics(device: &Device) -> impl Iterator<Item = &Element> {
    let set_up = |element: &&Element| {
        element.owner == Owner::Maker && matches!(element.kind, ElementKind::Programmer | ElementKind::ServiceTool)
    };
    device.elements.values().filter(set_up)
}

/// Of what the update path of a version speaks. Where the maker owns both what people have and what clinics set it up by, it is told by the
/// path itself, and else by which of them is another one in other versions.
pub(super) fn update_of(device: &Device, version: &FieldedVersion) -> UpdateOf {
    let theirs = |element: &&Element| matches!(element.kind, ElementKind::Implant | ElementKind::Wearable);
    let theirs: Vec<&Element> = device.elements.values().filter(theirs).collect();
    let clinics: Vec<&Element> = of_clinics(device).collect();
    if clinics.is_empty() || theirs.is_empty() {
        return UpdateOf::Person;
    }
    let implants = theirs.iter().all(|element| element.kind == ElementKind::Implant);
    match version.update_path {
        Some(UpdatePath::Clinic | UpdatePath::Surgery) => return UpdateOf::Person,
        Some(UpdatePath::Technician | UpdatePath::ReturnToMaker) if implants => return UpdateOf::Clinic,
        _ => {}
    }
    let differs = |elements: &[&Element]| {
        elements.iter().any(|element| {
            let of = |version: &FieldedVersion| version.inventories.get(&element.id).map(|sbom| sbom.digest);
            device.versions.iter().any(|other| of(other) != of(version))
        })
    };
    match (differs(&theirs), differs(&clinics)) {
        (true, false) => UpdateOf::Person,
        (false, true) => UpdateOf::Clinic,
        _ => UpdateOf::NotSaid,
    }
}

/// What an update is and risks, for the people that are closest to what is updated.
pub(super) fn update(
    version: &FieldedVersion,
    settings: &BTreeMap<PersonGroupId, Setting>,
    of: UpdateOf,
    rules: &LifecycleRules,
) -> (UpdateSituation, Vec<GivenUp>) {
    let closest = settings.values().copied().min().unwrap_or(Setting::Bedside);
    let possible = match of {
        UpdateOf::Person => vec![closest],
        UpdateOf::Clinic => vec![Setting::Bedside],
        UpdateOf::NotSaid => vec![closest, Setting::Bedside],
    };
    let mut risks: BTreeMap<UpdateRisk, String> = BTreeMap::new();
    let mut given_up: BTreeMap<GivenUp, String> = BTreeMap::new();
    let mut rule = None;
    for setting in possible {
        let Some((path, one)) = version.update_path.and_then(|path| Some((path, rules.path(path, setting)?))) else {
            continue;
        };
        let unsure = if of == UpdateOf::NotSaid { ", if it is theirs" } else { "" };
        let by_rule = || format!("path {path}, {setting}{unsure}");
        for risk in &one.risks {
            risks.entry(*risk).or_insert_with(by_rule);
        }
        for what in &one.given_up {
            given_up.entry(*what).or_insert_with(by_rule);
        }
        rule = rule.or(Some(one));
    }
    // There is no update whose risks would count.
    if version.update_path != Some(UpdatePath::None) {
        risks.extend(version.life.update_risks.iter().map(|risk| (*risk, "folder".to_owned())));
    }
    given_up.extend(version.life.given_up_without_update.iter().map(|what| (*what, "folder".to_owned())));
    let situation = UpdateSituation {
        path: version.update_path,
        text: rule.map_or_else(|| "nobody says how".to_owned(), |rule| rule.text.clone()),
        impossible: version.update_path == Some(UpdatePath::None),
        risks: risks.iter().map(|(risk, by)| stated(risk.word(), rules.risk(*risk), by)).collect(),
        given_up: given_up.iter().map(|(what, by)| stated(what.word(), rules.given_up(*what), by)).collect(),
    };
    (situation, given_up.into_keys().collect())
}

fn stated(word: &str, text: &str, by: &str) -> Stated {
    Stated { word: word.to_owned(), text: text.to_owned(), by: by.to_owned() }
}

/// What is uncontrolled of a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// Whether a confirmed verdict is.
    pub uncontrolled: bool,
    /// Whether an update is known that ends something of that, or nothing is.
    pub update_known: bool,
}

/// What the people are told.
pub(super) fn advice(
    device: &Device,
    version: &FieldedVersion,
    settings: &BTreeMap<PersonGroupId, Setting>,
    (stage, given_up, of, open): (Stage, &[GivenUp], UpdateOf, Open),
    rules: &LifecycleRules,
    day: Date,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut seen = BTreeSet::new();
    let common = Told {
        setting: Setting::Bedside,
        role: PersonRole::User,
        path: version.update_path,
        stage,
        given_up,
        uncontrolled: open.uncontrolled,
        of,
        update_known: open.update_known,
        to_clinic: true,
    };
    let mut tell = |person_group: Option<&PersonGroupId>, persons: &str, told: &Told<'_>| {
        for rule in rules.advice(told, day) {
            if person_group.is_none_or(|group| seen.insert((group.clone(), rule.name.clone()))) {
                advice.push(Advice {
                    person_group: person_group.cloned(),
                    persons: persons.to_owned(),
                    role: told.role,
                    setting: told.setting,
                    rule: rule.name.clone(),
                    text: rule.text.clone(),
                    source: rule.source.clone(),
                });
            }
        }
    };
    for (group, setting) in settings {
        let Some(group) = device.person_groups.get(group) else { continue };
        let told = Told { setting: *setting, role: group.role, to_clinic: false, ..common };
        tell(Some(&group.id), &group.name, &told);
    }
    let clinics: Vec<&str> = of_clinics(device).map(|element| element.name.as_str()).collect();
    if !clinics.is_empty() {
        tell(None, &format!("whoever has {}", clinics.join(" or ")), &common);
    }
    advice
}
