//! How a version is updated, what that risks, and what its people are told: words of the rules, chosen by what the folder says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::device::{Device, ElementKind, FieldedVersion, GivenUp, Stage, UpdatePath, UpdateRisk};
use ward_model::ids::PersonGroupId;
use ward_model::lifecycle::{Advice, Setting, Stated, UpdateSituation};
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

/// What an update is and risks, for the people that are closest to the device.
pub(super) fn update(
    version: &FieldedVersion,
    settings: &BTreeMap<PersonGroupId, Setting>,
    rules: &LifecycleRules,
) -> (UpdateSituation, Vec<GivenUp>) {
    let setting = settings.values().copied().min().unwrap_or(Setting::Bedside);
    let rule = version.update_path.and_then(|path| rules.path(path, setting));
    let by_rule = version.update_path.map_or_else(String::new, |path| format!("path {path}, {setting}"));
    let mut risks: BTreeMap<UpdateRisk, String> = BTreeMap::new();
    let mut given_up: BTreeMap<GivenUp, String> = BTreeMap::new();
    for risk in rule.iter().flat_map(|rule| &rule.risks) {
        risks.insert(*risk, by_rule.clone());
    }
    for what in rule.iter().flat_map(|rule| &rule.given_up) {
        given_up.insert(*what, by_rule.clone());
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

/// What the people are told.
pub(super) fn advice(
    device: &Device,
    version: &FieldedVersion,
    settings: &BTreeMap<PersonGroupId, Setting>,
    (stage, given_up, uncontrolled): (Stage, &[GivenUp], bool),
    rules: &LifecycleRules,
    day: Date,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut seen = BTreeSet::new();
    for (group, setting) in settings {
        let Some(group) = device.person_groups.get(group) else { continue };
        let told =
            Told { setting: *setting, role: group.role, path: version.update_path, stage, given_up, uncontrolled };
        for rule in rules.advice(&told, day).filter(|rule| seen.insert((group.id.clone(), rule.name.clone()))) {
            advice.push(Advice {
                person_group: group.id.clone(),
                persons: group.name.clone(),
                role: group.role,
                setting: *setting,
                rule: rule.name.clone(),
                text: rule.text.clone(),
                source: rule.source.clone(),
            });
        }
    }
    advice
}
