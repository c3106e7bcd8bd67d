//! What a claim rests on, written in one way, so that its digest changes with its meaning and with nothing else.
//!
//! Every model type is taken apart whole: a new field does not compile until somebody has decided that it counts. Lists whose
//! order means nothing are sorted.

use std::fmt::Display;

use ward_model::component::{CompiledFiles, Component, Patch};
use ward_model::design::{Design, DesignOf, Designs, Feature};
use ward_model::device::{
    AddedHazard, AddedHazards, Authentication, Cohort, CompiledComponent, Control, Cut, Effect, Element, Enforcer,
    Fallback, Function, Harm, Link, OwnFinding, PersonGroup, RealisedBy, Secret, Zone,
};
use ward_model::digest::Digest;
use ward_model::ids::FieldedVersionId;
use ward_model::vex::{TrustScope, TrustedFor, TrustedIssuer};

/// Collects parts; each is hashed with its length, so no two lists of parts are the same text.
#[derive(Debug)]
pub(crate) struct Canonical(Vec<String>);

impl Canonical {
    pub(crate) fn new(kind: &str) -> Self {
        // A change of the rules below is a new number, and lapses every decision made under the old ones.
        Self(vec!["wardround/premise/3".to_owned(), kind.to_owned()])
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of_parts(self.0.iter().map(String::as_bytes))
    }

    pub(crate) fn put(&mut self, key: &str, value: impl Display) {
        self.0.push(key.to_owned());
        self.0.push(value.to_string());
    }

    pub(crate) fn opt(&mut self, key: &str, value: Option<impl Display>) {
        match value {
            Some(value) => self.put(key, format_args!("={value}")),
            None => self.put(key, "-"),
        }
    }

    pub(crate) fn set<T: Display>(&mut self, key: &str, values: impl IntoIterator<Item = T>) {
        let mut values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        values.sort_unstable();
        values.dedup();
        self.put(key, values.len());
        self.0.extend(values);
    }

    fn opt_set<T: Display>(&mut self, key: &str, values: Option<impl IntoIterator<Item = T>>) {
        match values {
            Some(values) => self.set(key, values),
            None => self.put(key, "-"),
        }
    }

    pub(crate) fn zone(&mut self, zone: &Zone) {
        let Zone { id, name, owner } = zone;
        self.put("zone", id);
        self.put("name", name);
        self.put("owner", owner);
    }

    pub(crate) fn element(&mut self, element: &Element) {
        let Element { id, name, kind, owner, zone, hardware, without_software, instances_per_site, local_login } =
            element;
        self.put("element", id);
        self.put("name", name);
        self.put("kind", kind);
        self.put("owner", owner);
        self.opt("zone", zone.as_ref());
        self.set("hardware", hardware);
        self.put("without_software", without_software);
        self.opt("instances_per_site", *instances_per_site);
        self.put("local_login", local_login);
    }

    pub(crate) fn link(&mut self, link: &Link) {
        let Link {
            id,
            name,
            from,
            to,
            medium,
            protocol,
            exposed_to,
            carries,
            authentication,
            encryption,
            integrity,
            anti_replay,
            fed_by,
        } = link;
        self.put("link", id);
        self.put("name", name);
        self.put("from", from);
        self.put("to", to);
        self.put("medium", medium);
        self.opt("protocol", protocol.as_ref());
        self.opt_set("exposed_to", exposed_to.as_ref());
        self.opt_set("carries", carries.as_ref());
        match authentication {
            None => self.put("authentication", "-"),
            Some(Authentication { mechanism, secret }) => {
                self.put("authentication", format_args!("={mechanism}"));
                self.opt("with", secret.as_ref());
            }
        }
        self.opt("encryption", encryption.as_ref());
        self.opt("integrity", integrity.as_ref());
        self.opt("anti_replay", *anti_replay);
        self.opt_set("fed_by", fed_by.as_ref());
    }

    /// What something has that can be attacked. Named only where there is anything: premises of folders without it stay as they were.
    pub(crate) fn features(&mut self, of: &DesignOf, designs: &Designs) {
        let Design { has, stated: _ } = designs.of(of);
        if !has.is_empty() {
            self.put("features_of", of);
            self.set("has", has.iter().copied().map(Feature::word));
        }
    }

    pub(crate) fn secret(&mut self, secret: &Secret) {
        let Secret { id, held_by, per_unit, public } = secret;
        self.put("secret", id);
        self.set("held_by", held_by);
        self.put("per_unit", per_unit.unwrap_or(false));
        self.put("public", public);
    }

    pub(crate) fn control(&mut self, control: &Control) {
        let Control { id, name, category, cuts, enforcer, performed_by, hazard_added, hazards, cost } = control;
        self.put("control", id);
        self.put("name", name);
        self.put("category", category);
        self.set("cuts", cuts.iter().map(cut));
        match enforcer {
            None => self.put("enforcer", "-"),
            Some(Enforcer { element, secret }) => {
                self.put("enforcer", format_args!("={element}"));
                self.opt("rests_on", secret.as_ref());
            }
        }
        self.put("performed_by", performed_by);
        self.opt("hazard_added", hazard_added.as_ref());
        // That none is added, and words for people, stand in the line above as they always have. That nothing is said is no less.
        match hazards {
            AddedHazards::Unsaid if hazard_added.is_none() => self.put("hazards", "unsaid"),
            AddedHazards::Unsaid | AddedHazards::None => {}
            AddedHazards::Listed(hazards) => self.set("hazards", hazards.iter().map(added_hazard)),
        }
        self.opt("cost", *cost);
    }

    pub(crate) fn function(&mut self, function: &Function) {
        let Function { id, name, essential, realised_by, fed_by, persons, at_once_per_instance, effects } = function;
        self.put("function", id);
        self.put("name", name);
        self.put("essential", essential);
        match realised_by {
            RealisedBy::All(elements) => self.set("all", elements),
            RealisedBy::Any(elements) => self.set("any", elements),
            RealisedBy::Voted { of, required } => {
                self.set("voted", of);
                self.put("required", required);
            }
            RealisedBy::People => self.put("people", "-"),
        }
        self.opt_set("fed_by", fed_by.as_ref());
        self.opt("persons", persons.as_ref());
        self.opt("at_once_per_instance", *at_once_per_instance);
        self.set("effects", effects.iter().map(effect));
    }

    pub(crate) fn person_group(&mut self, group: &PersonGroup) {
        let PersonGroup { id, name, role } = group;
        self.put("person_group", id);
        self.put("name", name);
        self.put("role", role);
    }

    pub(crate) fn harm(&mut self, harm: &Harm) {
        let Harm { id, text, axis, severity } = harm;
        self.put("harm", id);
        self.put("text", text);
        self.put("axis", axis);
        self.put("severity", severity);
    }

    /// What an own finding says, but for when it was known: that moves a clock and no verdict.
    pub(crate) fn own_finding(&mut self, finding: &OwnFinding) {
        let OwnFinding {
            id,
            title,
            element,
            versions,
            weaknesses,
            vectors,
            known_since: _,
            source: _,
            demonstrated,
            exploited,
        } = finding;
        self.put("finding", id);
        self.put("title", title);
        self.put("element", element);
        self.set("versions", versions);
        self.set("weaknesses", weaknesses);
        self.set("vectors", vectors.iter().map(|vector| vector.as_str()));
        self.put("demonstrated", demonstrated);
        self.put("exploited", exploited);
    }

    /// Who has confirmed a control. What else a cohort has confirmed says nothing of this one.
    pub(crate) fn confirmed_by(&mut self, version: &FieldedVersionId, cohort: &Cohort) {
        let Cohort { id, units, sites, confirmed: _ } = cohort;
        self.put("confirmed_in", version);
        self.put("cohort", id);
        self.opt("units", *units);
        self.opt("sites", *sites);
    }

    /// Whom somebody believes, and of what. Why is said to people, and binds nothing.
    pub(crate) fn trusted_issuer(&mut self, issuer: &TrustedIssuer) {
        let TrustedIssuer { id, name, namespace, scope, from, until, why: _ } = issuer;
        self.put("trusted_issuer", id);
        self.put("name", name);
        self.opt("namespace", namespace.as_ref());
        match scope {
            TrustScope::Everything => self.put("scope", "everything"),
            TrustScope::Named { whole_device, components } => {
                self.put("whole_device", whole_device);
                self.set("believed_of", components.iter().map(TrustedFor::text));
            }
        }
        self.opt("from", *from);
        self.opt("until", *until);
    }

    /// What a component was compiled from: the bytes of both lists.
    pub(crate) fn compiled(&mut self, compiled: &CompiledComponent) {
        let CompiledComponent { element, component, version, fielded, sources, files } = compiled;
        self.put("compiled", element);
        self.put("component", component);
        self.put("version", version);
        self.set("fielded", fielded);
        self.put("sources", sources.digest);
        self.opt("files", files.as_ref().map(|files| files.digest));
    }

    pub(crate) fn component(&mut self, component: &Component) {
        // What is said about a component and not what it is made of: its licence, its support, and who else is named for it.
        let Component {
            reference,
            kind,
            group,
            name,
            version,
            supplier,
            parties: _,
            purl,
            other_purls,
            cpes,
            swid,
            hashes,
            licence: _,
            support: _,
            patches,
            compiled_files,
            unreadable_identities,
            parent,
            whole,
        } = component;
        self.put("component", reference);
        self.put("kind", format_args!("{kind:?}"));
        self.opt("group", group.as_ref());
        self.put("name", name);
        self.opt("version", version.as_ref());
        self.opt("supplier", supplier.as_ref());
        self.opt("purl", purl.as_ref());
        self.set("cpes", cpes);
        self.set("unreadable", unreadable_identities);
        self.opt("parent", parent.as_ref());
        // Named only where there are any: the premises of inventories without them stay as they were.
        if !other_purls.is_empty() {
            self.set("other_purls", other_purls);
        }
        if *whole {
            self.put("whole", whole);
        }
        if let Some(swid) = swid {
            self.put("swid", swid);
        }
        if !hashes.is_empty() {
            self.set("hashes", hashes.iter().map(|hash| format!("{}:{}", hash.algorithm, hash.value)));
        }
        if !patches.is_empty() {
            self.set("patches", patches.iter().map(patch));
        }
        if let Some(files) = compiled_files {
            let CompiledFiles { paths, unresolved } = &**files;
            self.set("compiled_files", paths);
            self.put("unresolved", unresolved);
        }
    }
}

fn patch(patch: &Patch) -> Digest {
    let Patch { kind, resolves } = patch;
    let mut out = Canonical(Vec::new());
    out.opt("kind", kind.as_ref());
    out.set("resolves", resolves);
    out.digest()
}

fn cut(cut: &Cut) -> Digest {
    let mut out = Canonical(Vec::new());
    match cut {
        Cut::Step { step, at } => {
            out.put("step", step);
            out.put("at", at);
        }
        Cut::Link { link, from } => {
            out.put("link", link);
            out.set("from", from);
        }
        Cut::LinksIntoZone { zone, from } => {
            out.put("links_into_zone", zone);
            out.set("from", from);
        }
        Cut::Presence { at } => out.put("presence_at", at),
        Cut::Vulnerability { id, at } => {
            out.put("vulnerability", id);
            out.put("at", at);
        }
    }
    out.digest()
}

fn added_hazard(hazard: &AddedHazard) -> Digest {
    let AddedHazard { id, function, on, how_often, for_seconds, stands } = hazard;
    let mut out = Canonical(Vec::new());
    out.put("id", id);
    out.put("function", function);
    out.put("on", on);
    out.opt("how_often", *how_often);
    out.opt("for_seconds", *for_seconds);
    out.put("stands", stands);
    out.digest()
}

fn effect(effect: &Effect) -> Digest {
    let Effect { on, hazardous_situation, harm, onset_seconds, fallback, health_data } = effect;
    let mut out = Canonical(Vec::new());
    out.put("on", on);
    out.put("hazardous_situation", hazardous_situation);
    out.put("harm", harm);
    out.opt("onset_seconds", *onset_seconds);
    match fallback {
        None => out.put("fallback", "-"),
        Some(Fallback { function, detection, detection_seconds, switch_over_seconds, staff_per_site }) => {
            out.put("fallback", format_args!("={function}"));
            out.put("detection", detection);
            out.put("detection_seconds", detection_seconds);
            out.put("switch_over_seconds", switch_over_seconds);
            out.put("staff_per_site", staff_per_site);
        }
    }
    out.put("health_data", health_data);
    out.digest()
}
