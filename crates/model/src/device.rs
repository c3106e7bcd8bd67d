//! A device and the system it works in, as its maker describes it.
//!
//! A device folder becomes this; the reasoner reads nothing else. Whatever lowers a verdict stands here as stated,
//! and has effect only where [`crate::claim`] says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use crate::claim::{Claim, ClaimId, Decision};
use crate::component::Sbom;
use crate::cvss::Vector;
use crate::design::Designs;
use crate::digest::Digest;
use crate::ids::{
    CohortId, ControlId, DeviceId, ElementId, FieldedVersionId, FunctionId, HarmId, LinkId, PersonGroupId, SecretId,
    VulnerabilityId, ZoneId,
};
use crate::rubric::Answers;
use crate::scale::{Axis, Position, Severity};
use crate::vex::VexFile;

pub mod compiled;
pub mod configuration;
pub mod consideration;
pub mod control;
pub mod element;
pub mod function;
pub mod link;
mod sites;
pub mod use_case;

pub use compiled::CompiledComponent;
pub use configuration::{Configuration, Configurations};
pub use consideration::{Consideration, ConsiderationAnswer, ConsiderationGroup};
pub use control::{AddedHazard, AddedHazards, Control, Cut, Enforcer, HazardStands, HowOften, Performer};
pub use element::{Element, ElementKind, Owner, Zone};
pub use function::{Effect, Fallback, Function, Harm, HowDegraded, PersonGroup, PersonRole, RealisedBy};
pub use link::{Authentication, Carries, Link, Medium, Secret};
pub use use_case::{DeviceState, Follows, StateKind, UseCase, UseCases};

/// A device folder, read and checked: every name resolves.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Its identifier.
    pub id: DeviceId,
    /// Its name, as its maker sells it.
    pub name: String,
    /// Its maker.
    pub maker: String,
    /// What it is for.
    pub intended_use: String,
    /// Where it is used.
    pub environments: Vec<Environment>,
    /// The policies it is judged by, as written: `name` or `name@version`.
    pub policies: Vec<String>,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
    /// The day since which this model has been kept: its maker has known what it says since then, at the latest.
    pub model_since: Date,
    /// Zones, by identifier.
    pub zones: BTreeMap<ZoneId, Zone>,
    /// Elements, by identifier.
    pub elements: BTreeMap<ElementId, Element>,
    /// Links, by identifier.
    pub links: BTreeMap<LinkId, Link>,
    /// Secrets, by identifier.
    pub secrets: BTreeMap<SecretId, Secret>,
    /// Functions, by identifier.
    pub functions: BTreeMap<FunctionId, Function>,
    /// Groups of people, by identifier.
    pub person_groups: BTreeMap<PersonGroupId, PersonGroup>,
    /// Harms, by identifier.
    pub harms: BTreeMap<HarmId, Harm>,
    /// Controls, by identifier.
    pub controls: BTreeMap<ControlId, Control>,
    /// Versions in the field, in the order of the folder; at least one (a device not yet released has one with no units).
    pub versions: Vec<FieldedVersion>,
    /// The maker's own findings.
    pub own_findings: Vec<OwnFinding>,
    /// Since when something has been known, where the maker can say.
    pub known_since: Vec<KnownSince>,
    /// What the rubric's questions were answered, by element and vulnerability (a claim each).
    pub rubrics: BTreeMap<(ElementId, VulnerabilityId), Answers>,
    /// What is stated of the designs of elements, links, secrets and functions.
    pub designs: Designs,
    /// What others say of its components (VEX), in the order of the paths, each with whom the maker trusts.
    pub statements: Vec<VexFile>,
    /// Which files components were compiled from, in the order of the folder.
    pub compiled: Vec<CompiledComponent>,
    /// Everything that is claimed, by name.
    pub claims: BTreeMap<ClaimId, Claim>,
    /// Digest over every file of the folder that was read, except the decisions.
    pub digest: Digest,
    /// The folder's files and their digests, for decisions that answer for whole files.
    pub files: BTreeMap<String, Digest>,
}

/// What people have decided, with the digest of the file they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// The decisions, in the order of the file.
    pub entered: Vec<Decision>,
    /// Digest of the file; that of no bytes where there is none.
    pub digest: Digest,
}

/// Where a device is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// A hospital or clinic.
    Hospital,
    /// A home.
    Home,
    /// An ambulance or another place on the move.
    Ambulance,
    /// Public places: worn or carried there.
    Public,
}
crate::scale::words!(Environment: Hospital = "hospital", Home = "home", Ambulance = "ambulance", Public = "public");

/// Where a device stands in its life (IMDRF N70).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// Its stage.
    pub stage: Stage,
    /// When it stops being sold.
    pub end_of_life: Option<Date>,
    /// When support ends.
    pub end_of_support: Option<Date>,
    /// For how many years a unit is meant to be used.
    pub service_life_years: Option<u32>,
}

/// Stages of IMDRF N70, each later one worse for who depends on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Not yet on the market.
    Development,
    /// On the market and fully supported.
    Support,
    /// No longer sold, or with parts that are no longer supported, and still protectable.
    LimitedSupport,
    /// Support has ended.
    EndOfSupport,
}
crate::scale::words!(Stage: Development = "development", Support = "support", LimitedSupport = "limited-support", EndOfSupport = "end-of-support");

/// A released version and the units that run it.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldedVersion {
    /// Its identifier, as printed on the device.
    pub id: FieldedVersionId,
    /// How many units run it; `None` where nobody knows.
    pub units: Option<u64>,
    /// How it is updated.
    pub update_path: Option<UpdatePath>,
    /// Where it stands in its life.
    pub life: VersionLife,
    /// Units at known sites, with what those sites or users have confirmed.
    pub cohorts: Vec<Cohort>,
    /// What each element runs in this version. An element without an entry has no known inventory.
    pub inventories: BTreeMap<ElementId, Arc<Sbom>>,
}

/// Where a version stands in its life, as far as it is said of it and not of the whole device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionLife {
    /// The day on which the last unit of it was made.
    pub last_manufactured: Option<Date>,
    /// When it stops being sold, where that is not the day of the device.
    pub end_of_life: Option<Date>,
    /// When its support ends, where that is not the day of the device.
    pub end_of_support: Option<Date>,
    /// What an update of it risks.
    pub update_risks: Vec<UpdateRisk>,
    /// What is given up where protection takes the place of an update.
    pub given_up_without_update: Vec<GivenUp>,
}

/// What an update itself risks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateRisk {
    /// The therapy pauses, or runs in a fixed mode, while it is installed.
    TherapyPause,
    /// It may fail and leave the unit without its function.
    FailedUpdate,
    /// Settings or stored data may be lost.
    LostSettings,
    /// It takes from a battery that cannot be charged.
    Battery,
    /// It takes an operation.
    Surgery,
    /// Remote monitoring stops with it.
    RemoteMonitoring,
    /// The unit is away meanwhile.
    UnitAway,
    /// It needs the user to do it right.
    UserError,
}
crate::scale::words!(UpdateRisk: TherapyPause = "therapy-pause", FailedUpdate = "failed-update",
    LostSettings = "lost-settings", Battery = "battery", Surgery = "surgery", RemoteMonitoring = "remote-monitoring",
    UnitAway = "unit-away", UserError = "user-error");

/// What is given up where protection takes the place of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GivenUp {
    /// Remote monitoring.
    RemoteMonitoring,
    /// Control from a distance.
    RemoteControl,
    /// Exchange of data with other systems.
    DataExchange,
    /// Battery that the protection takes.
    Battery,
    /// The device itself: it is replaced by an operation.
    Surgery,
    /// The device itself: it is replaced by another.
    Device,
}
crate::scale::words!(GivenUp: RemoteMonitoring = "remote-monitoring", RemoteControl = "remote-control",
    DataExchange = "data-exchange", Battery = "battery", Surgery = "surgery", Device = "device");

/// How an update reaches a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UpdatePath {
    /// Over the air, by itself.
    Automatic,
    /// By the user.
    User,
    /// By a technician at the unit.
    Technician,
    /// At a visit to the clinic.
    Clinic,
    /// By sending the unit to its maker.
    ReturnToMaker,
    /// By surgery.
    Surgery,
    /// There is none.
    None,
}
crate::scale::words!(UpdatePath: Automatic = "automatic", User = "user", Technician = "technician", Clinic = "clinic",
    ReturnToMaker = "return-to-maker", Surgery = "surgery", None = "none");

/// Units that share what their sites or users have confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Its identifier.
    pub id: CohortId,
    /// How many units.
    pub units: Option<u64>,
    /// At how many sites.
    pub sites: Option<u64>,
    /// The controls, performed by a site or a user, that are confirmed there.
    pub confirmed: Vec<ControlId>,
}

/// The cohort of a version that names none.
pub const ALL_UNITS: &str = "all units";
/// The cohort of the units that stand in none of those a version names.
pub const UNCONFIRMED_UNITS: &str = "unconfirmed units";
/// What units are called that may be of a variant that nobody has described; no variant can have this name.
pub const VARIANT_NOT_DESCRIBED: &str = "a variant not described";
/// Names that no cohort of a folder may have: two groups of units would have one name.
pub const RESERVED_COHORTS: [&str; 2] = [ALL_UNITS, UNCONFIRMED_UNITS];

/// A vulnerability that the maker found or was told of, whether or not a feed holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFinding {
    /// The maker's number.
    pub id: VulnerabilityId,
    /// What it is.
    pub title: String,
    /// The element that has it.
    pub element: ElementId,
    /// The fielded versions that have it; empty: all. That the others do not have it is a claim.
    pub versions: Vec<FieldedVersionId>,
    /// CWE numbers.
    pub weaknesses: Vec<u32>,
    /// Its vectors; none: everything is assumed.
    pub vectors: Vec<Vector>,
    /// Since when the maker has known.
    pub known_since: Date,
    /// Where it comes from.
    pub source: String,
    /// Whether somebody has carried it out in a test.
    pub demonstrated: bool,
    /// Whether it is known to be exploited.
    pub exploited: bool,
}

/// Since when something has been known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSince {
    /// A vulnerability, or a weakness as `RULE@LINK`.
    pub subject: String,
    /// The earliest day on which the maker knew.
    pub since: Date,
    /// From where.
    pub source: String,
}

impl Device {
    /// The links that begin or end at an element, in order.
    pub fn links_of<'d>(&'d self, element: &'d ElementId) -> impl Iterator<Item = &'d Link> {
        self.links.values().filter(move |link| link.touches(element))
    }

    /// A device of which nothing is known but how it is called: what a program makes up begins with it.
    pub fn new(id: &str, model_since: Date) -> Self {
        Self {
            id: id.into(),
            name: id.to_owned(),
            maker: String::new(),
            intended_use: String::new(),
            environments: Vec::new(),
            policies: Vec::new(),
            lifecycle: Lifecycle {
                stage: Stage::Support,
                end_of_life: None,
                end_of_support: None,
                service_life_years: None,
            },
            model_since,
            zones: BTreeMap::new(),
            elements: BTreeMap::new(),
            links: BTreeMap::new(),
            secrets: BTreeMap::new(),
            functions: BTreeMap::new(),
            person_groups: BTreeMap::new(),
            harms: BTreeMap::new(),
            controls: BTreeMap::new(),
            versions: Vec::new(),
            statements: Vec::new(),
            compiled: Vec::new(),
            own_findings: Vec::new(),
            known_since: Vec::new(),
            rubrics: BTreeMap::new(),
            designs: Designs::default(),
            claims: BTreeMap::new(),
            digest: Digest::of(b""),
            files: BTreeMap::new(),
        }
    }

    /// The severity of a harm, or nothing where it is not on the person axis.
    pub fn person_severity(&self, harm: &HarmId) -> Option<Severity> {
        let harm = self.harms.get(harm)?;
        match harm.axis {
            Axis::Person => Some(harm.severity),
            Axis::Privacy | Axis::Reputation => None,
        }
    }

    /// The ways in which a function degrades and of which nobody has said what follows for people, where it is essential: essential
    /// performance is what people come to harm without, so that silence about it does not mean that nothing does.
    pub fn undescribed_degradations<'a>(&'a self, function: &'a Function) -> impl Iterator<Item = HowDegraded> + 'a {
        let described = |on: HowDegraded| {
            let mut effects = function.effects.iter().filter(|effect| effect.on == on);
            effects.any(|effect| self.person_severity(&effect.harm).is_some())
        };
        let ways = [HowDegraded::Loss, HowDegraded::Alteration].into_iter();
        ways.filter(move |on| function.essential && !described(*on))
    }

    /// The positions that the environments of the device put within reach, whatever a link says.
    pub fn positions(&self) -> Vec<Position> {
        Position::ALL
            .iter()
            .copied()
            .filter(|position| match position {
                Position::HospitalNetwork => self
                    .environments
                    .iter()
                    .any(|place| matches!(place, Environment::Hospital | Environment::Ambulance)),
                Position::HomeNetwork => {
                    self.environments.iter().any(|place| matches!(place, Environment::Home | Environment::Public))
                }
                _ => true,
            })
            .collect()
    }
}
