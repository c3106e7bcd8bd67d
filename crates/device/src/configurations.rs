//! The configurations of a folder: every variant, at every site, as a device of its own, with the units that it speaks for.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::{Claim, ClaimId, Decision};
use ward_model::device::configuration::Group;
use ward_model::device::{
    ALL_UNITS, Cohort, Configuration, Configurations, Decisions, Device, FieldedVersion, UNCONFIRMED_UNITS,
};
use ward_model::digest::Digest;
use ward_model::ids::{CohortId, ControlId, FieldedVersionId};

use crate::check::{Kind, Names, Pending, decisions, not_empty};
use crate::diagnostic::{At, Location, Severity, Sink};
use crate::expand::{self, Gone};
use crate::load::Loader;
use crate::nearest::nearest;
use crate::raw::decisions::DecisionsFile;
use crate::raw::scalar::Id;
use crate::raw::site::SiteFile;
use crate::raw::{items, shorten};
use crate::read::{DECISIONS, Raw, draft};
use crate::record::Records;

/// Where the sites stand in a folder, each in a folder of its own.
pub(crate) const SITES: &str = "sites";
/// What a site lays over the maker's model.
pub(crate) const SITE: &str = "site.toml";

/// A site as written.
pub(crate) struct Site {
    id: String,
    /// Its folder, as the device folder names it.
    pub folder: String,
    file: SiteFile,
    decisions: Option<DecisionsFile>,
}

impl Site {
    /// The cohorts that it says stand here.
    fn cohorts(&self) -> BTreeSet<&str> {
        let named = items(&self.file.cohorts).iter().map(|cohort| cohort.value.as_str());
        if self.file.cohorts.is_some() { named.collect() } else { BTreeSet::from([self.id.as_str()]) }
    }
}

/// The sites of a folder, in the order of their names.
pub(crate) fn sites(loader: &mut Loader<'_>, sink: &mut Sink) -> Vec<Site> {
    let mut sites = Vec::new();
    for name in loader.list(SITES) {
        let Some(id) = name.strip_suffix('/').filter(|name| !name.starts_with('.')) else { continue };
        let folder = format!("{SITES}/{id}");
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !plain {
            let place = Location::start_of(&folder);
            let message = format!("`{}` cannot be the name of a site", shorten(id));
            let found = place.diagnostic(Severity::Error, "bad-name", message);
            sink.found.push(found.expecting("letters, digits, `-`, `_` and `.`"));
            continue;
        }
        let path = format!("{folder}/{SITE}");
        let file = loader.parse(&path, sink);
        let decisions = loader.parse(&format!("{folder}/{DECISIONS}"), sink);
        match file {
            Some(file) => sites.push(Site { id: id.to_owned(), folder, file, decisions }),
            None if loader.is_missing(&path) => {
                let place = Location::start_of(&path);
                sink.found.push(place.diagnostic(Severity::Error, "missing-file", format!("there is no {SITE} here")));
            }
            None => {}
        }
    }
    sites
}

/// One configuration before its claims are made.
pub(crate) struct Draft<'s> {
    pub variant: Option<String>,
    site: Option<&'s Site>,
    device: Device,
    pub pending: Vec<Pending>,
    records: Records,
    /// The cohorts that stand at the site, where there is one.
    here: BTreeSet<Group>,
}

/// Every configuration but the folder as it stands. None where what is common has errors: everything would be said again.
pub(crate) fn drafts<'s>(
    raw: &Raw,
    known: &Names,
    sites: &'s [Site],
    loader: &mut Loader<'_>,
    sink: &mut Sink,
) -> Vec<Draft<'s>> {
    let mut drafts = Vec::new();
    if sink.has_errors() {
        return drafts;
    }
    let listed = raw.variants.as_ref().map_or(&[][..], |file| items(&file.variant));
    // The functions at which sites count staff who carry out no fallback in any configuration yet.
    let mut idle: Vec<&At<Id>> = sites
        .iter()
        .flat_map(|site| items(&site.file.staff))
        .filter_map(|staff| staff.value.function.as_ref())
        .collect();
    for variant in std::iter::once(None).chain(listed.iter().map(Some)) {
        let name = variant.and_then(|at| at.value.id.as_ref()).map(|id| id.value.0.clone());
        let before = sink.found.len();
        let (of_variant, gone) = match variant {
            Some(at) => expand::variant(raw, &at.value, known, sink),
            None => (raw.clone(), Gone::default()),
        };
        idle.retain(|function| !expand::has_fallback(&of_variant, &function.value.0));
        let at = name.as_ref().map_or_else(String::new, |name| format!("in the variant `{name}`: "));
        if let (Some(variant), false) = (&name, sink.has_errors())
            && let Some((device, pending)) = draft(&of_variant, loader, sink)
        {
            let (variant, here) = (Some(variant.clone()), BTreeSet::new());
            let records = Records::of(of_variant.system.as_ref());
            drafts.push(Draft { variant, site: None, device, pending, records, here });
        }
        label(before, &at, sink);
        for site in sites {
            if sink.has_errors() {
                break;
            }
            let before = sink.found.len();
            let laid = expand::site(&of_variant, &site.file, &site.folder, &gone, known, sink);
            if let Some((device, pending)) = draft(&laid, loader, sink) {
                let records = Records::of(laid.system.as_ref());
                let (variant, here) = (name.clone(), BTreeSet::new());
                let mut draft = Draft { variant, site: Some(site), device, pending, records, here };
                stand_here(&mut draft, site, sink);
                confirm(&mut draft, site, &gone, loader, sink);
                drafts.push(draft);
            }
            label(before, &format!("{at}at the site `{}`: ", site.id), sink);
        }
        if sink.has_errors() {
            break;
        }
    }
    // Of a name that does not resolve it is said already.
    for function in idle.into_iter().filter(|_| !sink.has_errors()).collect::<Vec<_>>() {
        let message =
            format!("`{}` has no fallback and is none, so this staff counts for nothing", shorten(&function.value.0));
        sink.error(function.place, "no-fallback", message)
            .help("name the function whose fallback they carry out, or the fallback");
    }
    drafts
}

/// Says in which configuration something was found, and leaves out what was found before.
fn label(before: usize, label: &str, sink: &mut Sink) {
    for mut found in sink.found.split_off(before) {
        let same = |other: &crate::Diagnostic| {
            (&other.file, &other.byte_span, other.code) == (&found.file, &found.byte_span, found.code)
                && other.message.ends_with(&found.message)
        };
        if !sink.found.iter().any(same) {
            found.message.insert_str(0, label);
            sink.found.push(found);
        }
    }
}

/// The units that stand at a site: cohorts of the maker's, and those that only the site counts.
fn stand_here(draft: &mut Draft<'_>, site: &Site, sink: &mut Sink) {
    let wanted = site.cohorts();
    for version in &draft.device.versions {
        let cohorts = version.cohorts.iter().filter(|cohort| wanted.contains(cohort.id.as_str()));
        draft.here.extend(cohorts.map(|cohort| (version.id.clone(), cohort.id.clone())));
    }
    let known: BTreeSet<&str> =
        draft.device.versions.iter().flat_map(|version| &version.cohorts).map(|cohort| cohort.id.as_str()).collect();
    for cohort in items(&site.file.cohorts).iter().filter(|cohort| !known.contains(cohort.value.as_str())) {
        sink.error(cohort.place, "dangling-name", format!("no cohort is called `{}`", shorten(&cohort.value)))
            .did_you_mean(nearest(&cohort.value, known.iter().copied()));
    }
    for units in items(&site.file.units) {
        let (Some(named), place) = (&units.value.version, units.place) else { continue };
        let versions: Vec<String> = draft.device.versions.iter().map(|version| version.id.to_string()).collect();
        let Some(version) = draft.device.versions.iter_mut().find(|version| version.id.as_str() == named.value) else {
            sink.error(
                named.place,
                "dangling-name",
                format!("no fielded version is called `{}`", shorten(&named.value)),
            )
            .did_you_mean(nearest(&named.value, versions.iter().map(String::as_str)));
            continue;
        };
        let id = CohortId::from(site.id.as_str());
        if version.cohorts.iter().any(|cohort| cohort.id == id) {
            sink.error(place, "duplicate-name", "the units of this site in this version are listed already")
                .help("a cohort of fielded.toml has their number");
            continue;
        }
        let units = units.value.units.as_ref().map(|units| units.value);
        version.cohorts.push(Cohort { id: id.clone(), units, sites: Some(1), confirmed: Vec::new() });
        draft.here.insert((version.id.clone(), id));
    }
    if draft.here.is_empty() && !sink.has_errors() {
        let place = Location::start_of(&format!("{}/{SITE}", site.folder));
        let message = format!("nothing says which units stand at the site `{}`", site.id);
        let found = place.diagnostic(Severity::Error, "no-units", message);
        sink.found.push(found.expecting("`cohorts`, as fielded.toml names them, or [[units]]"));
    }
}

/// What the site performs: its own controls, and those of the maker's that it confirms, of which the claim is the site's then.
fn confirm(draft: &mut Draft<'_>, site: &Site, gone: &Gone, loader: &mut Loader<'_>, sink: &mut Sink) {
    let own = items(&site.file.control).iter().filter_map(|control| control.value.id.as_ref());
    let mut performed: BTreeSet<ControlId> = own.map(|id| ControlId::from(id.value.0.as_str())).collect();
    performed.retain(|id| draft.device.controls.contains_key(id));
    for confirmed in items(&site.file.confirmed).iter().map(|at| &at.value) {
        let Some(named) = confirmed.control.as_ref().filter(|named| !gone.controls.contains(&named.value.0)) else {
            continue;
        };
        let id = ControlId::from(named.value.0.as_str());
        let Some(control) = draft.device.controls.get(&id) else {
            sink.error(named.place, "dangling-name", format!("no control is called `{id}`"))
                .did_you_mean(nearest(id.as_str(), draft.device.controls.keys().map(ControlId::as_str)));
            continue;
        };
        if !control.performed_by.must_be_confirmed() {
            sink.error(named.place, "nothing-to-confirm", format!("`{id}` is not performed by a site or a user"));
            continue;
        }
        let claim = ClaimId::Control(id.clone());
        let evidence = expand::cited(&site.folder, &confirmed.evidence);
        loader.evidence(evidence.as_ref(), sink);
        draft.pending.retain(|pending| pending.id != claim);
        draft.pending.push(Pending { id: claim, evidence, place: named.place });
        performed.insert(id);
    }
    for version in &mut draft.device.versions {
        for cohort in &mut version.cohorts {
            if draft.here.contains(&(version.id.clone(), cohort.id.clone())) {
                cohort.confirmed.extend(performed.iter().cloned());
                cohort.confirmed.sort();
                cohort.confirmed.dedup();
            }
        }
    }
}

/// A decision as entered, and what it is made for.
pub(crate) struct Scoped {
    pub decision: Decision,
    pub variants: Vec<String>,
    pub sites: Vec<String>,
}

impl Scoped {
    /// Whether it is made for this variant and site, among others or alone.
    pub fn is_for(&self, variant: Option<&str>, site: Option<&str>) -> bool {
        let fits = |named: &[String], this: Option<&str>| {
            named.is_empty() || this.is_some_and(|this| named.iter().any(|named| named == this))
        };
        fits(&self.variants, variant) && fits(&self.sites, site)
    }
}

/// The names of an optional list.
pub(crate) fn names(list: &Option<crate::diagnostic::At<Vec<crate::diagnostic::At<Id>>>>) -> Vec<String> {
    items(list).iter().map(|id| id.value.0.clone()).collect()
}

/// What is common to all configurations when they are put together.
pub(crate) struct Common<'a> {
    pub raw: &'a Raw,
    pub device: &'a Device,
    pub entered: &'a [Scoped],
    pub sites: &'a [Site],
    pub digest: Digest,
}

/// Puts the configurations together. `make` makes the claims of one.
pub(crate) fn finish<'s>(
    common: &Common<'_>,
    drafts: Vec<Draft<'s>>,
    mut make: impl FnMut(&mut Device, &[Pending], &Records, &mut Sink),
    sink: &mut Sink,
) -> Configurations {
    let listed = common.raw.variants.as_ref().map_or(&[][..], |file| items(&file.variant));
    if listed.is_empty() && common.sites.is_empty() {
        return Configurations::default();
    }
    let variants: Vec<&str> =
        listed.iter().filter_map(|at| at.value.id.as_ref()).map(|id| id.value.0.as_str()).collect();
    let mut at_sites: BTreeMap<Group, &str> = BTreeMap::new();
    for draft in &drafts {
        let Some(site) = draft.site else { continue };
        for group in &draft.here {
            if let Some(other) = at_sites.insert(group.clone(), &site.id).filter(|other| *other != site.id) {
                let place = Location::start_of(&format!("{}/{SITE}", site.folder));
                let message = format!("the cohort `{}` stands at the site `{other}` too", group.1);
                sink.found.push(place.diagnostic(Severity::Error, "duplicate-name", message));
            }
        }
    }
    let groups = groups(common.raw, common.device, &drafts, &variants, &at_sites);
    let mut all = Configurations::default();
    let mut push = |variant: Option<&str>, site: Option<&str>, device: Device, decisions: Decisions| {
        let mut speaks_for = BTreeMap::new();
        for (group, of) in groups.iter().filter(|(_, of)| of.site.as_deref() == site) {
            let may_be = match variant {
                None => variants.is_empty().then_some(true),
                Some(variant) => of.may_be(variant),
            };
            speaks_for.extend(may_be.map(|sure| (group.clone(), sure)));
        }
        all.each.push(Configuration {
            variant: variant.map(Into::into),
            site: site.map(Into::into),
            device,
            decisions,
            speaks_for,
        });
    };
    let decided = |variant: Option<&str>, site: Option<&str>| {
        let fitting = common.entered.iter().filter(|one| one.is_for(variant, site));
        fitting.map(|one| one.decision.clone()).collect::<Vec<Decision>>()
    };
    push(None, None, common.device.clone(), Decisions { entered: decided(None, None), digest: common.digest });
    let mut said: BTreeSet<&str> = BTreeSet::new();
    for mut draft in drafts {
        make(&mut draft.device, &draft.pending, &draft.records, sink);
        let (variant, site) = (draft.variant.as_deref(), draft.site.map(|site| site.id.as_str()));
        let mut entered = decided(variant, site);
        if let Some(site) = draft.site {
            entered.retain(|decision| !reaches_into(decision, site, &draft.device));
            let offset = common.entered.len();
            let first = said.insert(&site.id);
            entered.extend(of_site(site, offset, &draft.device, first, sink));
        }
        restrict(&mut draft.device, variant, &draft.here, draft.site.is_some(), &groups);
        push(variant, site, draft.device, Decisions { entered, digest: common.digest });
    }
    if !variants.is_empty() {
        for (group, of) in groups.iter().filter(|(_, of)| of.open && of.variant.is_none()) {
            all.undescribed.entry(of.site.as_deref().map(Into::into)).or_default().insert(group.clone());
        }
    }
    // Units that nothing speaks for would be judged by nobody, and what nobody judges is found by nobody.
    let spoken_for: BTreeSet<Group> = all.each.iter().flat_map(|one| one.speaks_for.keys().cloned()).collect();
    for (group, of) in groups.iter().filter(|(group, _)| !spoken_for.contains(group)) {
        all.undescribed.entry(of.site.as_deref().map(Into::into)).or_default().insert(group.clone());
    }
    all
}

/// Whether a decision of the maker's accepts what a site claims: that is for the site to answer for.
fn reaches_into(decision: &Decision, site: &Site, device: &Device) -> bool {
    let folder = format!("{}/", site.folder);
    let of_site = |claim: &Claim| claim.file.starts_with(&folder);
    let mut claims = device.claims.values().filter(|claim| of_site(claim));
    decision.accepted
        && (decision.files.iter().any(|file| file.path.starts_with(&folder))
            || claims.any(|claim| decision.claims.contains(&claim.id.to_string())))
}

/// The decisions of a site: on what it claims itself, and on nothing else.
fn of_site(site: &Site, offset: usize, device: &Device, first: bool, sink: &mut Sink) -> Vec<Decision> {
    let Some(file) = &site.decisions else { return Vec::new() };
    let folder = format!("{}/", site.folder);
    let own: BTreeSet<String> = device
        .claims
        .values()
        .filter(|claim| claim.file.starts_with(&folder))
        .map(|claim| claim.id.to_string())
        .collect();
    let mut entered = Vec::new();
    for (place, at) in items(&file.decision).iter().enumerate() {
        for named in items(&at.value.claims).iter().filter(|named| first && !own.contains(&named.value)) {
            let message =
                format!("the site does not claim `{}`: it answers for what it claims itself", shorten(&named.value));
            sink.error(named.place, "not-the-sites", message)
                .did_you_mean(nearest(&named.value, own.iter().map(String::as_str)));
        }
        // What is odd about it is said once.
        let mut unheard = Sink::default();
        let heard = if first { &mut *sink } else { &mut unheard };
        if let Some(mut decision) = decisions::decision(offset + place + 1, at, None, heard) {
            for file in &mut decision.files {
                file.path = expand::inside(&site.folder, &file.path);
            }
            decision.claims.retain(|claim| own.contains(claim));
            if !(decision.claims.is_empty() && decision.files.is_empty()) {
                entered.push(decision);
            }
        }
    }
    entered
}

/// Leaves the versions and cohorts of which the configuration may speak: nothing is judged that would be thrown away.
fn restrict(
    device: &mut Device,
    variant: Option<&str>,
    here: &BTreeSet<Group>,
    at_site: bool,
    groups: &BTreeMap<Group, Units>,
) {
    let may_speak = |version: &FieldedVersion| {
        let mut of = groups.iter().filter(|((id, _), _)| *id == version.id);
        variant.is_none_or(|variant| of.any(|(_, of)| of.may_be(variant).is_some()))
            && (!at_site || here.iter().any(|(id, _)| *id == version.id))
    };
    device.versions.retain(may_speak);
    if at_site {
        for version in &mut device.versions {
            version.cohorts.retain(|cohort| here.contains(&(version.id.clone(), cohort.id.clone())));
            version.units = version.cohorts.iter().map(|cohort| cohort.units).sum();
        }
    }
}

/// What is known of a group of units.
struct Units {
    variant: Option<String>,
    /// The variants that exist in its version.
    possible: BTreeSet<String>,
    /// Whether it may be of one that nobody has described.
    open: bool,
    site: Option<String>,
}

impl Units {
    /// Whether it may be of a variant; and if so, whether it is known to be.
    fn may_be(&self, variant: &str) -> Option<bool> {
        match &self.variant {
            Some(own) => (own == variant).then_some(true),
            None => self.possible.contains(variant).then_some(!self.open && self.possible.len() == 1),
        }
    }
}

/// Every group of units, with its variant and its site, as far as they are known.
fn groups(
    raw: &Raw,
    device: &Device,
    drafts: &[Draft<'_>],
    variants: &[&str],
    at_sites: &BTreeMap<Group, &str>,
) -> BTreeMap<Group, Units> {
    let written = raw.fielded.as_ref().map_or(&[][..], |file| items(&file.version));
    let mut groups = BTreeMap::new();
    let only_at_sites = drafts.iter().flat_map(|draft| &draft.here);
    for version in &device.versions {
        let raw = written
            .iter()
            .map(|at| &at.value)
            .find(|raw| raw.id.as_ref().is_some_and(|id| id.value == version.id.as_str()));
        let listed =
            raw.and_then(|raw| raw.variants.as_ref()).map(|_| raw.map_or_else(Vec::new, |raw| names(&raw.variants)));
        let open = listed.is_none();
        let possible: BTreeSet<String> = listed
            .unwrap_or_else(|| variants.iter().map(|variant| (*variant).to_owned()).collect())
            .into_iter()
            .collect();
        let cohorts = raw.map_or(&[][..], |raw| items(&raw.cohort));
        let variant_of = |id: &CohortId| {
            let cohort =
                cohorts.iter().find(|at| at.value.id.as_ref().is_some_and(|named| named.value == id.as_str()))?;
            cohort.value.variant.as_ref().map(|variant| variant.value.0.clone())
        };
        let rest = if version.cohorts.is_empty() { ALL_UNITS } else { UNCONFIRMED_UNITS };
        let here = only_at_sites.clone().filter(|(id, _)| *id == version.id).map(|(_, cohort)| cohort.clone());
        let all = version.cohorts.iter().map(|cohort| cohort.id.clone()).chain(here).chain([CohortId::from(rest)]);
        for cohort in all {
            let group: (FieldedVersionId, CohortId) = (version.id.clone(), cohort);
            let site = at_sites.get(&group).map(|site| (*site).to_owned());
            let variant = variant_of(&group.1);
            groups.insert(group, Units { variant, possible: possible.clone(), open, site });
        }
    }
    groups
}

/// Names of variants in fielded.toml, and in decisions, that no variant has.
pub(crate) fn check_names(raw: &Raw, known: &Names, sink: &mut Sink) {
    let versions = raw.fielded.as_ref().map_or(&[][..], |file| items(&file.version));
    for version in versions.iter().map(|at| &at.value) {
        for variant in items(&version.variants) {
            known.resolve(Kind::Variant, variant, sink);
        }
        for cohort in items(&version.cohort).iter().map(|at| &at.value) {
            let Some(variant) = &cohort.variant else { continue };
            let known = known.resolve(Kind::Variant, variant, sink).is_some();
            let listed = version.variants.is_none() || names(&version.variants).contains(&variant.value.0);
            if known && !listed {
                let message = format!("this version does not exist of the variant `{}`", variant.value.0);
                sink.error(variant.place, "contradiction", message).expected("one of `variants` of the version");
            }
        }
    }
    let decisions = raw.decisions.as_ref().map_or(&[][..], |file| items(&file.decision));
    for decision in decisions.iter().map(|at| &at.value) {
        not_empty(&decision.variants, "left out, it is made for every variant whose claims say the same", sink);
        not_empty(&decision.sites, "left out, it is made for every site where its claims say the same", sink);
        for variant in items(&decision.variants) {
            known.resolve(Kind::Variant, variant, sink);
        }
    }
    let variants = raw.variants.as_ref().map_or(&[][..], |file| items(&file.variant));
    for variant in variants.iter().map(|at| &at.value) {
        let Some(without) = variant.without.as_ref().map(|without| &without.value) else { continue };
        let own = |ids: Vec<&Option<crate::diagnostic::At<Id>>>| {
            ids.into_iter().flatten().map(|id| id.value.0.clone()).collect::<BTreeSet<String>>()
        };
        for (gone, own) in [
            (&without.elements, own(items(&variant.element).iter().map(|one| &one.value.id).collect())),
            (&without.links, own(items(&variant.link).iter().map(|one| &one.value.id).collect())),
            (&without.functions, own(items(&variant.function).iter().map(|one| &one.value.id).collect())),
            (&without.controls, own(items(&variant.control).iter().map(|one| &one.value.id).collect())),
        ] {
            for id in items(gone).iter().filter(|id| own.contains(&id.value.0)) {
                let message = format!("the variant has a `{}` of its own, and is said to be without", id.value.0);
                sink.error(id.place, "contradiction", message).help("its own takes the place of the family's");
            }
        }
    }
}
