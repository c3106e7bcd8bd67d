//! Where each fielded version stands in its life (IMDRF N70), driven by the ends of support of its parts.
//!
//! Pure: device, decisions, knowledge, rules and a day go in. What is not known of a part's support is a range of stages.

mod loss;
mod stage;
mod support;
mod told;

pub(crate) use told::{of_clinics, of_people, update_of};

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use ward_match::support::Shelf;
use ward_model::assessment::{DeviceSummary, Inputs as InputDigests};
use ward_model::claim::ClaimId;
use ward_model::component::Component;
use ward_model::cpe::{Cpe, Part as CpePart};
use ward_model::device::{
    Configurations, Control, Cut, Device, ElementKind, FieldedVersion, Medium, Owner, Stage, UpdatePath,
};
use ward_model::finding::State;
use ward_model::ids::{ElementId, FieldedVersionId, LinkId, VariantId};
use ward_model::knowledge::KnowledgeError;
use ward_model::lifecycle::{
    ComponentSupport, DeclaredLife, LIFECYCLE_SCHEMA, LifecycleReport, ServiceFrom, StageChange, SupportCounts,
    SupportGap, SupportState, UnknownSupport, VersionLifecycle,
};
use ward_model::treatment::TreatmentOutcome;
use ward_policy::KnownTreatment;
use ward_risk::open::open;
use ward_risk::{Effects, ElementReports};

use crate::suppose::{BY_UPDATE, findings_at, mended};
use crate::{Inputs, receipts, reports};
use loss::Asking;
use stage::{Life, Standing, by_dates, standing};
use support::{Part, Until, parts};

/// How far an assessment looks ahead, in years: the longest that IMDRF N70 speaks of when it has announcements made.
pub(crate) const SECTION_YEARS: u32 = 3;

/// What is asked of a life cycle.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// How many years ahead ends of support are looked for.
    pub horizon_years: u32,
    /// Components whose loss is to be told, whether or not it is near: by reference, name, `NAME VERSION`, or `ELEMENT/` before one
    /// of these.
    pub lose: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// The knowledge could not be read.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// Nothing is called so.
    #[error("no component is called `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are, in order.
        known: Vec<String>,
    },
    /// The horizon lies outside the calendar.
    #[error("{0} years ahead is no day of the calendar")]
    Horizon(u32),
}

/// Where the fielded versions of a device stand in their lives; of a family those of every variant.
///
/// # Errors
/// The knowledge could not be read, or a component that is named is not there.
pub fn lifecycle(
    inputs: &Inputs<'_>,
    configurations: &Configurations,
    asked: &Asked,
) -> Result<LifecycleReport, LifecycleError> {
    let horizon = years_after(inputs.as_of, asked.horizon_years).ok_or(LifecycleError::Horizon(asked.horizon_years))?;
    let mut shelf = Shelf::default();
    let (mut versions, mut named, mut known) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let common = [(None, inputs.device, inputs.decisions)];
    let each = configurations.each.iter().filter(|one| one.site.is_none());
    let each: Vec<(Option<&VariantId>, &Device, _)> =
        each.map(|one| (one.variant.as_ref(), &one.device, &one.decisions)).collect();
    let each = if each.is_empty() { common.to_vec() } else { each };
    let mut receipt = Vec::new();
    for (variant, device, decisions) in each {
        let inputs = Inputs { device, decisions, ..*inputs };
        let (effects, _) = Effects::decided(device, decisions, inputs.as_of);
        let found = reports(&inputs)?;
        receipt.push(receipts(&found).to_string());
        let partial = inputs.knowledge.description().partial();
        let open = open(inputs.situation(&found, partial.as_deref()), &effects, false, 0);
        let open = open.into_iter().map(|one| (one.fielded_version, one.element, one.subject.id));
        let uncontrolled: Uncontrolled = open.collect();
        let looking = Looking { inputs: &inputs, reports: &found, effects: &effects, horizon };
        for version in &device.versions {
            let parts = parts(device, version, &effects, inputs.knowledge, inputs.as_of, &mut shelf)?;
            known.extend(parts.iter().filter(|part| part.component.is_some()).map(Part::title));
            let lost = |part: &Part| {
                let mut is_named = false;
                for name in asked.lose.iter().filter(|name| is_called(part, name)) {
                    named.insert(name.clone());
                    is_named = true;
                }
                is_named || part.until.state(horizon) == SupportState::Ended
            };
            let mut life = looking.version(version, &parts, &uncontrolled, lost)?;
            life.variant = variant.cloned();
            versions.push(life);
        }
    }
    if let Some(name) = asked.lose.iter().find(|name| !named.contains(*name)) {
        return Err(LifecycleError::Unknown { name: name.clone(), known: known.into_iter().collect() });
    }
    Ok(LifecycleReport {
        schema: LIFECYCLE_SCHEMA,
        device: DeviceSummary { id: inputs.device.id.clone(), name: inputs.device.name.clone() },
        inputs: InputDigests {
            device: inputs.device.digest,
            knowledge: inputs.knowledge.description().generation,
            receipts: ward_model::Digest::of_parts(receipt.iter().map(String::as_bytes)),
            policies: inputs.rulebook.policies.iter().map(|policy| policy.id.clone()).collect(),
            rules: inputs.rulebook.digest,
            decisions: inputs.decisions.digest,
            as_of: inputs.as_of,
            engine: inputs.engine.to_owned(),
            // Nothing is compared with an answer about the life cycle.
            model: Vec::new(),
        },
        horizon,
        versions,
        notes: notes(inputs, configurations),
    })
}

/// The same for an assessment, whose matches are at hand: without losses, and without listing what is not known part by part.
pub(crate) fn section(
    inputs: &Inputs<'_>,
    reports: &BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    effects: &Effects,
    uncontrolled: &Uncontrolled,
) -> Result<Vec<VersionLifecycle>, KnowledgeError> {
    let horizon = years_after(inputs.as_of, SECTION_YEARS).unwrap_or(Date::MAX);
    let looking = Looking { inputs, reports, effects, horizon };
    let mut shelf = Shelf::default();
    let mut versions = Vec::new();
    for version in &inputs.device.versions {
        let parts = parts(inputs.device, version, effects, inputs.knowledge, inputs.as_of, &mut shelf)?;
        let mut life = looking.version(version, &parts, uncontrolled, |_| false)?;
        life.unknown.clear();
        life.gaps.retain(|gap| gap.state != SupportState::Unknown);
        versions.push(life);
    }
    Ok(versions)
}

/// What is confirmed uncontrolled: in which version, where, and by what.
pub(crate) type Uncontrolled = BTreeSet<(FieldedVersionId, ElementId, String)>;

/// One device, and how far ahead is looked.
struct Looking<'a> {
    inputs: &'a Inputs<'a>,
    reports: &'a BTreeMap<(FieldedVersionId, ElementId), ElementReports>,
    effects: &'a Effects,
    horizon: Date,
}

impl Looking<'_> {
    fn version(
        &self,
        version: &FieldedVersion,
        parts: &[Part],
        uncontrolled: &Uncontrolled,
        mut lost: impl FnMut(&Part) -> bool,
    ) -> Result<VersionLifecycle, KnowledgeError> {
        let (device, rules, as_of) = (self.inputs.device, &self.inputs.rulebook.lifecycle, self.inputs.as_of);
        let declared = declared(device, version, as_of);
        let life = Life {
            declared: declared.stage,
            units: version.units,
            last_manufactured: declared.last_manufactured,
            end_of_life: declared.end_of_life,
            end_of_support: declared.end_of_support,
        };
        let own: Vec<&Part> = parts.iter().filter(|part| part.owner == Owner::Maker).collect();
        let mut asking = Asking::new(self.inputs, self.reports, version, self.effects);
        let on = |day, asking: &mut Asking<'_>| standing(&life, &own, rules, day, &mut |set| asking.reach(set));
        let Standing { range, mut reasons } = on(as_of, &mut asking);
        let next_change = self.days(&declared, &own).into_iter().find_map(|day| {
            let then = on(day, &mut asking);
            (then.range != range).then_some(StageChange { on: day, to: then.range, reasons: then.reasons })
        });
        let beyond = declared.service_until.filter(|end| *end <= as_of && version.units != Some(0));
        reasons.extend(
            beyond.map(|end| format!("its service life ended on {end}: units still in use are used beyond it")),
        );
        // Where nobody says how many units there are, there may be some, and people who use them.
        let lived = range[0].max(life.declared).max(by_dates(&life, as_of).0[1]);
        let losses = parts.iter().filter(|part| lost(part));
        let mut losses: Vec<_> =
            losses.filter_map(|part| loss::loss(&mut asking, part, lived, version.update_path)).collect();
        losses.sort_by(|a, b| {
            let key = |loss: &ward_model::lifecycle::ComponentLoss| {
                (
                    loss.on.unwrap_or(Date::MIN),
                    std::cmp::Reverse(loss.if_kept.to),
                    loss.element.clone(),
                    loss.name.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        let settings = told::settings(device);
        let of = told::update_of(device, version);
        let (update, given_up) = told::update(version, &settings, of, rules);
        let open = self.open(version, uncontrolled, |_| true);
        let standing = told::Standing {
            stage: lived.max(range[0]),
            given_up: &given_up,
            of,
            open,
            at_clinics: self.open(version, uncontrolled, |at| told::of_clinics(device).any(|clinic| clinic.id == *at)),
            treatment: self.treatment(version, open)?,
            radio_off: self.radio_off(),
        };
        let advice = told::advice(device, version, &settings, &standing, rules, as_of);
        let state = |part: &&Part| part.until.state(as_of);
        let count = |wanted| own.iter().filter(|part| state(part) == wanted).count();
        Ok(VersionLifecycle {
            fielded_version: version.id.clone(),
            variant: None,
            units: version.units,
            stage: (range[0] == range[1]).then_some(range[0]),
            stage_range: range,
            contradictions: contradictions(&life, range, as_of),
            reasons,
            next_change,
            counts: SupportCounts {
                supported: count(SupportState::Supported),
                ended: count(SupportState::Ended),
                unknown: count(SupportState::Unknown),
            },
            support: known_support(parts, as_of),
            unknown: parts.iter().filter_map(unknown).collect(),
            gaps: gaps(&declared, &own, as_of),
            losses,
            missing: missing(device, version, &declared, &own),
            declared,
            update,
            advice,
        })
    }

    /// Whether something confirmed is uncontrolled at some elements or on their links, and whether updates are known that end some or all of
    /// it: a later version of a component that the maker or the people answer for, or a control that comes as an update.
    fn open(
        &self,
        version: &FieldedVersion,
        uncontrolled: &Uncontrolled,
        at: impl Fn(&ElementId) -> bool,
    ) -> told::Open {
        let device = self.inputs.device;
        let on_its_links = |subject: &str| {
            let link = subject.split_once('@').and_then(|(_, link)| device.links.get(&LinkId::from(link)));
            link.is_some_and(|link| at(&link.from) || at(&link.to))
        };
        let here = |(of, element, subject): &&(FieldedVersionId, ElementId, String)| {
            *of == version.id && (at(element) || on_its_links(subject))
        };
        let open = uncontrolled.iter().filter(here);
        let theirs = |element: &ElementId| {
            let owner = device.elements.get(element).map(|element| element.owner);
            matches!(owner, Some(Owner::Maker | Owner::Patient))
        };
        let ends = |element: &ElementId, subject: &str| {
            let findings = findings_at(self.reports, &version.id, element);
            let this = findings.filter(|finding| finding.vulnerability.id.as_str() == subject);
            this.filter(|finding| finding.state == State::Affected).any(|finding| !mended(finding).is_empty())
        };
        let by_control = |element: &ElementId, subject: &str| {
            let updates = device.controls.values().filter(|control| control.category == BY_UPDATE);
            updates.flat_map(|control| &control.cuts).any(|cut| bears_on(cut, element, subject, device))
        };
        let mends = |(_, element, subject): &(FieldedVersionId, ElementId, String)| {
            theirs(element) && ends(element, subject) || by_control(element, subject)
        };
        let supported = crate::treat::gets_nothing(device, version, self.inputs.as_of).is_none();
        let uncontrolled = open.clone().next().is_some();
        told::Open {
            uncontrolled,
            update_known: !uncontrolled || supported && open.clone().any(mends),
            mends_all: !uncontrolled || supported && open.clone().all(mends),
        }
    }

    /// Where a version cannot be updated and something confirmed is uncontrolled: whether something else treats that, and what. People are
    /// told to replace what they have only where nothing does.
    fn treatment(
        &self,
        version: &FieldedVersion,
        open: told::Open,
    ) -> Result<(KnownTreatment, Vec<String>), KnowledgeError> {
        if version.update_path != Some(UpdatePath::None) || !open.uncontrolled {
            return Ok((KnownTreatment::NotAsked, Vec::new()));
        }
        let told = crate::treat::treat_version(self.inputs, self.effects, version, self.reports)?;
        Ok(match told.outcome {
            TreatmentOutcome::NotNeeded | TreatmentOutcome::Treated => {
                let named = told.changes.into_iter().map(|change| change.title);
                (KnownTreatment::Exists, named.collect())
            }
            TreatmentOutcome::NoTreatment if crate::treat::none_exists(&told) => (KnownTreatment::None, Vec::new()),
            TreatmentOutcome::NoTreatment | TreatmentOutcome::LimitReached => (KnownTreatment::NotKnown, Vec::new()),
        })
    }

    /// Whether the folder has a control by which an implant itself closes a radio link of its own, and nobody rejects it.
    fn radio_off(&self) -> bool {
        let Inputs { device, decisions, as_of, .. } = *self.inputs;
        let rejected = ward_risk::rejected(device, decisions, as_of);
        let closes = |control: &Control, implant: &ElementId| {
            control.cuts.iter().any(|cut| match cut {
                Cut::Link { link, .. } => device.links.get(link).is_some_and(|link| {
                    let radio =
                        matches!(link.medium, Medium::Radio | Medium::Bluetooth | Medium::Wifi | Medium::Cellular);
                    radio && (link.from == *implant || link.to == *implant)
                }),
                _ => false,
            })
        };
        device.controls.values().any(|control| {
            let enforcer = control.enforcer.as_ref().and_then(|by| device.elements.get(&by.element));
            let implant = enforcer.filter(|element| element.kind == ElementKind::Implant);
            let claim = ClaimId::Control(control.id.clone());
            control.category != BY_UPDATE
                && implant.is_some_and(|implant| closes(control, &implant.id))
                && ward_risk::spoken_against(device, &rejected, &claim).is_none()
        })
    }

    /// The days within the horizon on which something ends, in order.
    fn days(&self, declared: &DeclaredLife, own: &[&Part]) -> BTreeSet<Date> {
        let days = own.iter().filter_map(|part| match part.until {
            Until::On(day) => Some(day),
            _ => None,
        });
        let declared = [declared.end_of_life, declared.end_of_support, declared.last_manufactured];
        let days = days.chain(declared.into_iter().flatten());
        days.filter(|day| *day > self.inputs.as_of && *day <= self.horizon).collect()
    }
}

/// Whether what a control cuts has to do with a subject at an element.
fn bears_on(cut: &Cut, element: &ElementId, subject: &str, device: &Device) -> bool {
    let link = subject.split_once('@').and_then(|(_, link)| device.links.get(&LinkId::from(link)));
    match cut {
        Cut::Vulnerability { id, at } => id.as_str() == subject && at == element,
        Cut::Step { at, .. } => at == element && link.is_some(),
        Cut::Link { link: closed, .. } => link.is_some_and(|link| link.id == *closed),
        Cut::Presence { .. } | Cut::LinksIntoZone { .. } => false,
    }
}

fn declared(device: &Device, version: &FieldedVersion, as_of: Date) -> DeclaredLife {
    let (life, own) = (&device.lifecycle, &version.life);
    let end_of_life = own.end_of_life.or(life.end_of_life);
    let (from, made) = match (own.last_manufactured, end_of_life) {
        (Some(day), _) => (ServiceFrom::LastManufactured, day),
        (None, Some(day)) => (ServiceFrom::EndOfLife, day),
        (None, None) => (ServiceFrom::AsOf, as_of),
    };
    let service_until = life.service_life_years.and_then(|years| years_after(made, years));
    DeclaredLife {
        stage: life.stage,
        end_of_life,
        end_of_support: own.end_of_support.or(life.end_of_support),
        service_life_years: life.service_life_years,
        last_manufactured: own.last_manufactured,
        service_until,
        service_from: service_until.map(|_| from),
    }
}

fn years_after(day: Date, years: u32) -> Option<Date> {
    let years = i16::try_from(years).ok()?;
    day.checked_add(i32::from(years).years()).ok()
}

/// Where what is declared is better than what follows, or ahead of its own dates.
fn contradictions(life: &Life, range: [Stage; 2], as_of: Date) -> Vec<String> {
    let mut found = Vec::new();
    let (dated, _) = by_dates(life, as_of);
    if life.declared < range[0] && life.declared != Stage::Development {
        found.push(format!("the folder declares {}, and by what is known it is {}", life.declared, range[0]));
    }
    if life.declared == Stage::Development && dated[0] != Stage::Development {
        let made = life.last_manufactured.filter(|made| *made <= as_of);
        found.push(made.map_or_else(
            || "the folder declares development, and counts units or dates as of a device in the field".to_owned(),
            |made| format!("the folder declares development, and the last unit was made on {made}"),
        ));
    }
    let ahead = match life.declared {
        Stage::EndOfSupport => life.end_of_support.map(|day| ("support", day)),
        Stage::LimitedSupport if range[0] <= Stage::LimitedSupport => life.end_of_life.map(|day| ("sale", day)),
        _ => None,
    };
    if let Some((what, day)) = ahead.filter(|(_, day)| *day > as_of) {
        found.push(format!("the folder declares {}, and its {what} ends only on {day}", life.declared));
    }
    found
}

fn known_support(parts: &[Part], as_of: Date) -> Vec<ComponentSupport> {
    let mut known: Vec<ComponentSupport> = parts
        .iter()
        .filter(|part| !matches!(part.until, Until::Unknown(_)))
        .filter_map(|part| {
            Some(ComponentSupport {
                element: part.element.clone(),
                owner: part.owner,
                component: part.component.clone()?,
                name: part.name.clone(),
                version: part.version.clone(),
                state: part.until.state(as_of),
                until: part.until.day(),
                sources: part.sources.clone(),
            })
        })
        .collect();
    known.sort_by(|a, b| {
        let key = |one: &ComponentSupport| {
            (std::cmp::Reverse(one.state), one.until.unwrap_or(Date::MAX), one.element.clone(), one.component.clone())
        };
        key(a).cmp(&key(b))
    });
    known
}

fn unknown(part: &Part) -> Option<UnknownSupport> {
    let Until::Unknown(reason) = &part.until else { return None };
    Some(UnknownSupport {
        element: part.element.clone(),
        component: part.component.clone(),
        name: part.title(),
        reason: reason.clone(),
    })
}

/// How much of the service life no support covers: of the version itself, and of each of the maker's parts.
fn gaps(declared: &DeclaredLife, own: &[&Part], as_of: Date) -> Vec<SupportGap> {
    let Some(service_until) = declared.service_until else { return Vec::new() };
    let gap = |state: SupportState, until: Option<Date>, (element, component, name): (_, _, String)| {
        let from = match (state, until) {
            (SupportState::Supported, Some(until)) => until.max(as_of),
            // No end is announced.
            (SupportState::Supported, None) => return None,
            (SupportState::Ended | SupportState::Unknown, _) => as_of,
        };
        let days = from.until((Unit::Day, service_until)).ok()?.get_days();
        let uncovered_days = u32::try_from(days).ok().filter(|days| *days > 0)?;
        Some(SupportGap {
            element,
            component,
            name,
            state,
            supported_until: until,
            service_until,
            uncovered_from: from,
            uncovered_days,
        })
    };
    let mut gaps: Vec<SupportGap> = own
        .iter()
        .filter_map(|part| {
            let of = (Some(part.element.clone()), part.component.clone(), part.title());
            gap(part.until.state(as_of), part.until.day(), of)
        })
        .collect();
    let state = match declared.end_of_support {
        Some(day) if day <= as_of => SupportState::Ended,
        Some(_) => SupportState::Supported,
        None => SupportState::Unknown,
    };
    gaps.extend(gap(state, declared.end_of_support, (None, None, "the version itself".to_owned())));
    gaps.sort_by(|a, b| {
        let key = |gap: &SupportGap| {
            (std::cmp::Reverse(gap.uncovered_days), gap.element.clone(), gap.name.clone(), gap.component.clone())
        };
        key(a).cmp(&key(b))
    });
    gaps
}

/// What the folder does not say and this answer would need.
fn missing(device: &Device, version: &FieldedVersion, declared: &DeclaredLife, own: &[&Part]) -> Vec<String> {
    let mut missing = Vec::new();
    let mut say = |is_missing: bool, what: &str| {
        if is_missing {
            missing.push(what.to_owned());
        }
    };
    say(
        declared.service_life_years.is_none(),
        "no service life is declared: how much of it no support covers is not known",
    );
    say(declared.end_of_support.is_none(), "no end of support is declared for the version");
    say(declared.end_of_life.is_none(), "no end of sale is declared for the version");
    say(version.update_path.is_none(), "nothing says how the version is updated");
    say(version.units.is_none(), "nobody says how many units are in the field: there may be many");
    let groups = told::settings(device);
    say(groups.is_empty(), "no function names the people who depend on it: nobody can be advised");
    let (listed, others): (Vec<&Part>, Vec<&Part>) = own.iter().partition(|part| part.component.is_some());
    let unknown = listed.iter().filter(|part| matches!(part.until, Until::Unknown(_))).count();
    if unknown > 0 {
        missing.push(format!("of {unknown} of {} components nobody says until when they are supported", listed.len()));
    }
    missing.extend(others.iter().map(|part| format!("{} is not known to be listed", part.name)));
    missing
}

/// Whether a component is meant by a name.
fn is_called(part: &Part, name: &str) -> bool {
    let Some(reference) = &part.component else { return false };
    let called = |name: &str| name == reference.as_str() || name == part.name || name == part.title();
    let inside = name.strip_prefix(part.element.as_str()).and_then(|rest| rest.strip_prefix('/'));
    called(name) || inside.is_some_and(called)
}

/// The programs and operating systems that an element names beside its SBOM. Bare hardware gets no updates of its own.
fn beside_software(hardware: &[Cpe]) -> Vec<Component> {
    hardware.iter().filter(|cpe| cpe.part != CpePart::Hardware).map(Component::beside_sbom).collect()
}

fn notes(inputs: &Inputs<'_>, configurations: &Configurations) -> Vec<String> {
    let mut notes = Vec::new();
    let sources = &inputs.knowledge.description().sources;
    match sources.iter().find(|source| source.name == "eol") {
        None => notes.push("no feed of support dates is held: only what SBOMs say of support is known".to_owned()),
        Some(source) => {
            if let Some(day) = source.received.or(source.newest) {
                notes.push(format!("the feed of support dates was received on {day}"));
            }
        }
    }
    if configurations.each.iter().any(|one| one.site.is_some()) {
        notes.push(
            "what sites have laid over the model is not looked at here: reach is as the maker describes it".to_owned(),
        );
    }
    notes.push("files and data in SBOMs, and hardware that an element names, are not asked for support".to_owned());
    notes
}
