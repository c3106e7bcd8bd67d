//! How a version is updated, what that risks, and what its people are told: words of the rules, chosen by what the folder says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::device::{
    Device, Element, ElementKind, FieldedVersion, GivenUp, Owner, PersonRole, Stage, UpdatePath, UpdateRisk,
};
use ward_model::ids::PersonGroupId;
use ward_model::lifecycle::{Advice, Setting, Stated, UpdateOf, UpdateSituation};
use ward_policy::{KnownTreatment, LifecycleRules, Told};

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

/// What people have in or on them.
pub(crate) fn of_people(device: &Device) -> impl Iterator<Item = &Element> {
    let theirs = |element: &&Element| matches!(element.kind, ElementKind::Implant | ElementKind::Wearable);
    device.elements.values().filter(theirs)
}

/// The maker's own devices by which clinics set up what people have.
pub(crate) fn of_clinics(device: &Device) -> impl Iterator<Item = &Element> {
    let set_up = |element: &&Element| {
        element.owner == Owner::Maker && matches!(element.kind, ElementKind::Programmer | ElementKind::ServiceTool)
    };
    device.elements.values().filter(set_up)
}

/// Of what the update path of a version speaks. Where the maker owns both what people have and what clinics set it up by, it is told by the
/// path itself, and else by which of them is another one in other versions.
pub(crate) fn update_of(device: &Device, version: &FieldedVersion) -> UpdateOf {
    let theirs: Vec<&Element> = of_people(device).collect();
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

/// What is uncontrolled of a version, or of some of its elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// Whether a confirmed verdict is.
    pub uncontrolled: bool,
    /// Whether an update is known that ends something of that, or nothing is.
    pub update_known: bool,
    /// Whether the updates that are known end all of it.
    pub mends_all: bool,
}

/// What stands of a version, as far as advice turns on it.
pub(super) struct Standing<'a> {
    /// The worst stage that is known.
    pub stage: Stage,
    /// What is given up without an update.
    pub given_up: &'a [GivenUp],
    /// Of what the update path speaks.
    pub of: UpdateOf,
    /// What is uncontrolled anywhere.
    pub open: Open,
    /// What is uncontrolled at what clinics have, or on its links.
    pub at_clinics: Open,
    /// Where the version cannot be updated: whether something else treats what is uncontrolled, and what.
    pub treatment: (KnownTreatment, Vec<String>),
    /// Whether the folder has a control that switches off the radio of an implant.
    pub radio_off: bool,
}

/// What the people are told.
pub(super) fn advice(
    device: &Device,
    version: &FieldedVersion,
    settings: &BTreeMap<PersonGroupId, Setting>,
    standing: &Standing<'_>,
    rules: &LifecycleRules,
    day: Date,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut seen = BTreeSet::new();
    let common = |open: Open| Told {
        setting: Setting::Bedside,
        role: PersonRole::User,
        path: version.update_path,
        stage: standing.stage,
        given_up: standing.given_up,
        uncontrolled: open.uncontrolled,
        of: standing.of,
        update_known: open.update_known,
        mends_all: open.mends_all,
        treatment: standing.treatment.0,
        radio_off: standing.radio_off,
        to_clinic: false,
    };
    let mut tell = |person_group: Option<&PersonGroupId>, persons: &str, told: &Told<'_>, all: bool| {
        for rule in rules.advice(told, day).filter(|rule| all || rule.is_for_some_roles()) {
            if person_group.is_none_or(|group| seen.insert((group.clone(), rule.name.clone()))) {
                let named = match &standing.treatment.1[..] {
                    named if rule.names_treatment() && !named.is_empty() => format!(" It is: {}.", named.join("; ")),
                    _ => String::new(),
                };
                advice.push(Advice {
                    person_group: person_group.cloned(),
                    persons: persons.to_owned(),
                    role: told.role,
                    setting: told.setting,
                    rule: rule.name.clone(),
                    text: format!("{}{named}", rule.text),
                    source: rule.source.clone(),
                });
            }
        }
    };
    let mut roles: BTreeSet<PersonRole> = BTreeSet::new();
    for (group, setting) in settings {
        let Some(group) = device.person_groups.get(group) else { continue };
        roles.extend((*setting == Setting::Bedside).then_some(group.role));
        let told = Told { setting: *setting, role: group.role, ..common(standing.open) };
        tell(Some(&group.id), &group.name, &told, true);
    }
    // Who lies at the bedside does not run what stands there.
    if !roles.is_empty() && !roles.contains(&PersonRole::User) {
        tell(None, "whoever runs it where it stands", &common(standing.open), false);
    }
    let clinics: Vec<&str> = of_clinics(device).map(|element| element.name.as_str()).collect();
    if !clinics.is_empty() {
        let told = Told { to_clinic: true, ..common(standing.at_clinics) };
        tell(None, &format!("whoever has {}", clinics.join(" or ")), &told, true);
    }
    advice
}
