//! A family's files made into those of one variant, and a site's surroundings laid over them: pure functions of what is written.
//!
//! What comes out is checked like any folder. A claim has effect there only where a decision fits what it says there, so a variant
//! that differs, and a site that adds something, lose the decisions that were made on other ground.

use std::collections::BTreeSet;

use crate::check::{Kind, Names};
use crate::diagnostic::{At, Sink};
use crate::raw::OneOrMany;
use crate::raw::design::Stated;
use crate::raw::items;
use crate::raw::scalar::{Citation, Claimed, FilePath, Id};
use crate::raw::site::SiteFile;
use crate::raw::system::{self, Authentication, Sboms, SystemFile};
use crate::raw::variants::Variant;
use crate::read::Raw;

type Tables<T> = Option<At<Vec<At<T>>>>;

/// What is gone, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gone {
    elements: BTreeSet<String>,
    links: BTreeSet<String>,
    functions: BTreeSet<String>,
    pub controls: BTreeSet<String>,
}

fn names(list: &Tables<Id>, kind: Kind, known: &Names, sink: &mut Sink) -> BTreeSet<String> {
    items(list).iter().filter_map(|id| known.resolve(kind, id, sink)).map(str::to_owned).collect()
}

/// The files of one variant, and what of the family is gone.
pub(crate) fn variant(family: &Raw, variant: &Variant, known: &Names, sink: &mut Sink) -> (Raw, Gone) {
    let mut raw = family.clone();
    let mut gone = Gone::default();
    if let Some(without) = &variant.without {
        let without = &without.value;
        gone.elements = names(&without.elements, Kind::Element, known, sink);
        gone.links = names(&without.links, Kind::Link, known, sink);
        gone.functions = names(&without.functions, Kind::Function, known, sink);
        gone.controls = names(&without.controls, Kind::Control, known, sink);
    }
    let system = raw.system.get_or_insert_default();
    without(system, &mut gone);
    lay(&mut system.zone, &variant.zone, |one| &one.id);
    lay(&mut system.element, &variant.element, |one| &one.id);
    lay(&mut system.link, &variant.link, |one| &one.id);
    lay(&mut system.secret, &variant.secret, |one| &one.id);
    lay(&mut system.function, &variant.function, |one| &one.id);
    lay(&mut system.person_group, &variant.person_group, |one| &one.id);
    lay(&mut system.harm, &variant.harm, |one| &one.id);
    lay(&mut system.control, &variant.control, |one| &one.id);
    beside_system(&mut raw, &gone);
    (raw, gone)
}

/// Takes out what a variant does not have, with what cannot be without it. Only what attackers use may go with an element; what
/// protects it goes too, and that makes nothing better.
fn without(system: &mut SystemFile, gone: &mut Gone) {
    let is = |set: &BTreeSet<String>, id: &Option<At<Id>>| id.as_ref().is_some_and(|id| set.contains(&id.value.0));
    keep(&mut system.element, |one| !is(&gone.elements, &one.id));
    for link in items(&system.link) {
        let ends = is(&gone.elements, &link.value.from) || is(&gone.elements, &link.value.to);
        if let Some(id) = link.value.id.as_ref().filter(|_| ends) {
            gone.links.insert(id.value.0.clone());
        }
    }
    keep(&mut system.link, |one| !is(&gone.links, &one.id));
    keep(&mut system.function, |one| !is(&gone.functions, &one.id));
    each(&mut system.secret, |secret| {
        keep_names(&mut secret.held_by, &gone.elements);
        keep_names(&mut secret.accepted_by, &gone.elements);
    });
    each(&mut system.link, |link| keep_names(&mut link.fed_by, &gone.links));
    each(&mut system.function, |function| keep_names(&mut function.fed_by, &gone.links));
    each(&mut system.control, |control| {
        if let Some(OneOrMany(cuts)) = control.cuts.as_mut().map(|cuts| &mut cuts.value) {
            cuts.retain(|cut| {
                let cut = &cut.value;
                !is(&gone.elements, &cut.at) && !is(&gone.elements, &cut.presence_at) && !is(&gone.links, &cut.link)
            });
        }
    });
    // A function that is not there is degraded by nothing. Where that leaves no hazard nobody has said that there is none: words stay.
    each(&mut system.control, |control| {
        let listed = !items(&control.hazard).is_empty();
        keep(&mut control.hazard, |one| !is(&gone.functions, &one.function));
        if listed && items(&control.hazard).is_empty() {
            control.hazard = None;
        }
    });
    for control in items(&system.control) {
        let enforcer = control.value.enforcer.as_ref().and_then(|by| by.value.element.as_ref());
        let fallen = enforcer.is_some_and(|element| gone.elements.contains(&element.value.0));
        let idle = control.value.cuts.as_ref().is_some_and(|cuts| cuts.value.0.is_empty());
        if let Some(id) = control.value.id.as_ref().filter(|_| fallen || idle) {
            gone.controls.insert(id.value.0.clone());
        }
    }
    keep(&mut system.control, |one| !is(&gone.controls, &one.id));
}

/// What other files say of what is gone.
fn beside_system(raw: &mut Raw, gone: &Gone) {
    let is = |set: &BTreeSet<String>, id: &Option<At<Id>>| id.as_ref().is_some_and(|id| set.contains(&id.value.0));
    if let Some(fielded) = &mut raw.fielded {
        each(&mut fielded.version, |version| {
            each(&mut version.cohort, |cohort| keep_names(&mut cohort.confirmed, &gone.controls));
        });
    }
    if let Some(vulnerabilities) = &mut raw.vulnerabilities {
        keep(&mut vulnerabilities.finding, |one| !is(&gone.elements, &one.element));
        keep(&mut vulnerabilities.rubric, |one| !is(&gone.elements, &one.element));
        keep(&mut vulnerabilities.known, |one| {
            let place = one.subject.as_ref().and_then(|subject| subject.value.split_once('@'));
            let sets = [&gone.links, &gone.elements, &gone.functions];
            place.is_none_or(|(_, place)| !sets.iter().any(|gone| gone.contains(place)))
        });
    }
}

/// A site's surroundings laid over a device. Names that the device has are refused when it is checked: a site replaces nothing. What
/// leads to something that a variant does not have is not there for that variant.
pub(crate) fn site(device: &Raw, site: &SiteFile, folder: &str, gone: &Gone, known: &Names, sink: &mut Sink) -> Raw {
    let mut raw = device.clone();
    let system = raw.system.get_or_insert_default();
    let mut own = SystemFile {
        zone: site.zone.clone(),
        element: site.element.clone(),
        link: site.link.clone(),
        secret: site.secret.clone(),
        control: site.control.clone(),
        ..SystemFile::default()
    };
    into_folder(&mut own, folder);
    for control in items(&own.control) {
        let by = control.value.performed_by.as_ref();
        if let Some(by) = by.filter(|by| !by.value.must_be_confirmed()) {
            sink.error(by.place, "contradiction", "what a site adds is performed by the site or its users")
                .expected("`site` or `user`");
        }
    }
    add(&mut system.zone, own.zone);
    add(&mut system.element, own.element);
    add(&mut system.link, own.link);
    add(&mut system.secret, own.secret);
    add(&mut system.control, own.control);
    without(system, &mut gone.clone());
    for staff in items(&site.staff).iter().map(|at| &at.value) {
        let Some(function) = staff.function.as_ref().and_then(|id| known.resolve(Kind::Function, id, sink)) else {
            continue;
        };
        let Some(here) = &staff.staff_per_site else { continue };
        each_fallback(system, function, |fallback| {
            if let Some(said) = &mut fallback.staff_per_site {
                said.value = said.value.min(here.value);
            }
        });
    }
    for instances in items(&site.instances).iter().map(|at| &at.value) {
        let Some(element) = instances.element.as_ref().and_then(|id| known.resolve(Kind::Element, id, sink)) else {
            continue;
        };
        let Some(here) = &instances.per_site else { continue };
        each(&mut system.element, |one| {
            if let Some(said) =
                one.instances_per_site.as_mut().filter(|_| one.id.as_ref().is_some_and(|id| id.value.0 == element))
            {
                said.value = said.value.max(here.value);
            }
        });
    }
    raw
}

/// Whether staff who are counted at a function carry out this fallback: it is of an effect of that function, or that function is it.
fn is_carried_out(at: &str, lost: Option<&At<Id>>, fallback: &system::Fallback) -> bool {
    lost.into_iter().chain(&fallback.function).any(|id| id.value.0 == at)
}

/// The fallbacks that staff who are counted at a function carry out.
fn each_fallback(system: &mut SystemFile, function: &str, mut change: impl FnMut(&mut system::Fallback)) {
    each(&mut system.function, |one| {
        let lost = one.id.as_ref();
        each(&mut one.effect, |effect| {
            if let Some(fallback) = effect.fallback.as_mut().map(|fallback| &mut fallback.value)
                && is_carried_out(function, lost, fallback)
            {
                change(fallback);
            }
        });
    });
}

/// Whether staff who are counted at a function carry out any fallback.
pub(crate) fn has_fallback(raw: &Raw, function: &str) -> bool {
    let functions = raw.system.as_ref().map_or(&[][..], |system| items(&system.function));
    functions.iter().any(|one| {
        let fallbacks = items(&one.value.effect).iter().filter_map(|effect| effect.value.fallback.as_ref());
        fallbacks.map(|fallback| &fallback.value).any(|it| is_carried_out(function, one.value.id.as_ref(), it))
    })
}

/// The path of a file of a site's folder, as the device folder names it.
pub(crate) fn inside(folder: &str, path: &str) -> String {
    format!("{folder}/{path}")
}

/// The citation of a file of a site's folder.
pub(crate) fn cited(folder: &str, citation: &Option<At<Citation>>) -> Option<At<Citation>> {
    let mut citation = citation.clone();
    into(&mut citation, folder);
    citation
}

fn into(citation: &mut Option<At<Citation>>, folder: &str) {
    if let Some(citation) = citation {
        citation.value.path = inside(folder, &citation.value.path);
    }
}

/// Names the files of a site's tables as the device folder does.
///
/// Each table is taken apart whole, so that a key that comes to name a file cannot be forgotten: its evidence would be looked for among
/// the maker's.
fn into_folder(system: &mut SystemFile, folder: &str) {
    let path = |path: &mut FilePath| path.0 = inside(folder, &path.0);
    let SystemFile { zone: _, element, link, secret, function: _, person_group: _, harm: _, control } = system;
    each(element, |element| {
        #[rustfmt::skip]
        let system::Element {
            id: _, name: _, kind: _, owner: _, zone: _, hardware: _, sbom, instances_per_site: _, local_login: _, has: _, design, claims,
            reviewed_components, compiled,
        } = element;
        match sbom.as_mut().map(|sbom| &mut sbom.value) {
            Some(Sboms::One(one)) => path(one),
            Some(Sboms::PerVersion(paths)) => paths.iter_mut().for_each(|(_, one)| path(&mut one.value)),
            Some(Sboms::None) | None => {}
        }
        if let Some(claims) = claims.as_mut().map(|claims| &mut claims.value) {
            let system::ElementClaims { interfaces_listed, software_listed, functions_listed, local_login } = claims;
            let all = [interfaces_listed, software_listed, functions_listed, local_login];
            all.into_iter().flatten().for_each(|claimed| claimed_in(claimed, folder));
        }
        each(reviewed_components, |reviewed| into(&mut reviewed.evidence, folder));
        each(compiled, |compiled| {
            for one in [&mut compiled.sources, &mut compiled.files].into_iter().flatten() {
                path(&mut one.value);
            }
        });
        stated_in(design.as_mut().map(|design| &mut design.value.0), folder);
    });
    each(link, |link| {
        #[rustfmt::skip]
        let system::Link {
            id: _, name: _, from: _, to: _, medium: _, protocol: _, exposed_to: _, carries: _, authentication, encryption: _, integrity: _,
            anti_replay: _, fed_by: _, has: _, design, claims, in_use: _, content: _, services: _, dormant_services: _, access_control: _,
            roles: _, identity: _, session: _, hand_off: _, on_error: _, configuration: _, cryptography_analysis: _, tests,
        } = link;
        for test in tests.iter_mut().flat_map(|tests| &mut tests.value) {
            test.value.path = inside(folder, &test.value.path);
        }
        if let Some(Authentication::By(by)) = authentication.as_mut().map(|by| &mut by.value) {
            into(&mut by.evidence, folder);
        }
        if let Some(claims) = claims.as_mut().map(|claims| &mut claims.value) {
            let system::LinkClaims { exposed_to, carries, anti_replay, fed_by } = claims;
            for citation in [exposed_to, carries, anti_replay, fed_by] {
                into(citation, folder);
            }
        }
        stated_in(design.as_mut().map(|design| &mut design.value.0), folder);
    });
    each(secret, |secret| {
        #[rustfmt::skip]
        let system::Secret {
            id: _, held_by: _, accepted_by: _, per_unit: _, public: _, has: _, design, evidence, generated: _, stored: _, distributed: _,
            renewed: _, revoked: _,
        } = secret;
        into(evidence, folder);
        stated_in(design.as_mut().map(|design| &mut design.value.0), folder);
    });
    each(control, |control: &mut system::Control| {
        #[rustfmt::skip]
        let system::Control {
            id: _, name: _, category: _, cuts: _, enforcer: _, performed_by: _, claimed, hazard_added: _, hazard, cost: _,
        } = control;
        each(hazard, |hazard| {
            let system::Hazard { id: _, function: _, on: _, how_often: _, for_seconds: _, stands: _, claims } = hazard;
            if let Some(system::HazardClaims { estimate, residual }) = claims.as_mut().map(|claims| &mut claims.value) {
                into(estimate, folder);
                into(residual, folder);
            }
        });
        if let Some(claimed) = claimed.as_mut() {
            into(&mut claimed.value.evidence, folder);
        }
    });
}

fn claimed_in(claimed: &mut At<Claimed>, folder: &str) {
    if let Claimed::Cited(citation) = &mut claimed.value {
        citation.path = inside(folder, &citation.path);
    }
}

fn stated_in(stated: Option<&mut Vec<Stated>>, folder: &str) {
    stated.into_iter().flatten().for_each(|(_, claimed)| claimed_in(claimed, folder));
}

fn keep<T>(tables: &mut Tables<T>, mut wanted: impl FnMut(&T) -> bool) {
    if let Some(tables) = tables {
        tables.value.retain(|one| wanted(&one.value));
    }
}

fn keep_names(names: &mut Tables<Id>, gone: &BTreeSet<String>) {
    keep(names, |name| !gone.contains(&name.0));
}

fn each<T>(tables: &mut Tables<T>, mut change: impl FnMut(&mut T)) {
    if let Some(tables) = tables {
        tables.value.iter_mut().for_each(|one| change(&mut one.value));
    }
}

fn add<T>(tables: &mut Tables<T>, more: Tables<T>) {
    match (tables, more) {
        (Some(tables), Some(more)) => tables.value.extend(more.value),
        (tables @ None, more) => *tables = more,
        (Some(_), None) => {}
    }
}

/// Puts tables over others: one of the same name takes its place.
fn lay<T: Clone>(tables: &mut Tables<T>, over: &Tables<T>, id: impl Fn(&T) -> &Option<At<Id>>) {
    let Some(over) = over else { return };
    let named = |one: &T| id(one).as_ref().map(|id| id.value.0.clone());
    let taken: BTreeSet<Option<String>> = over.value.iter().map(|one| named(&one.value)).collect();
    keep(tables, |one| !taken.contains(&named(one)));
    add(tables, Some(over.clone()));
}
