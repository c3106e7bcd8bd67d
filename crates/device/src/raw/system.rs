//! `system.toml`.

use schemars::{Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;
use ward_model::cpe::Cpe;
use ward_model::device::{
    Carries, ElementKind, HazardStands, HowDegraded, HowOften, Medium, Owner, Performer, PersonRole,
};
use ward_model::scale::{Axis, Position, Severity};

use super::design::{
    ElementFeature, ElementProperties, FunctionFeature, FunctionProperties, LinkFeature, LinkProperties, SecretFeature,
    SecretProperties,
};
use super::scalar::{Citation, Claimed, FilePath, Id};
use super::{Decode, OneOrMany, decode_at, tables, wrong_type};
use crate::diagnostic::{At, Place, Sink};

tables! {
    /// The system: its parts, what connects them, what it does for people, and what protects it.
    struct SystemFile "system.toml" {
        /// A network or place with one owner and one level of trust.
        zone: optional Vec<At<Zone>>,
        /// A part of the system.
        element: optional Vec<At<Element>>,
        /// A communication path between two elements.
        link: optional Vec<At<Link>>,
        /// A key, password or other credential.
        secret: optional Vec<At<Secret>>,
        /// What the system does for people.
        function: optional Vec<At<Function>>,
        /// People who depend on a function.
        person_group: optional Vec<At<PersonGroup>>,
        /// A harm.
        harm: optional Vec<At<Harm>>,
        /// A measure that cuts attack steps.
        control: optional Vec<At<Control>>,
    }

    /// A network or place with one owner and one level of trust.
    struct Zone "a zone" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// Who answers for it.
        owner: required Owner,
    }

    /// A part of the system.
    struct Element "an element" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// What it is.
        kind: required ElementKind,
        /// Who answers for it.
        owner: required Owner,
        /// Where it stands.
        zone: optional Id,
        /// Its hardware and operating system, where an SBOM does not list them.
        hardware: optional Vec<At<Hardware>>,
        /// Its SBOM: a path, one path per fielded version, or `none` where it runs no software at all. Left out: what it runs is unknown.
        sbom: optional Sboms,
        /// How many of them one site has. Left out where nobody knows.
        instances_per_site: optional u64,
        /// Whether whoever is at it must log in with a credential that is neither default nor shared (a claim when true).
        local_login: optional bool,
        /// What it has that can be attacked. A feature is listed as a link is: left out, it is not there.
        has: optional Vec<At<ElementFeature>>,
        /// How it is protected: `false`, or what shows that it is so (a claim). What is left out is unknown, and no better than `false`.
        design: optional ElementProperties,
        /// What is claimed of it.
        claims: optional ElementClaims,
        /// Components that no feed covers and that were assessed by other means (a claim each).
        reviewed_components: optional Vec<At<ReviewedComponent>>,
        /// From which files components were compiled (a claim each): shows that a vulnerability is not in them.
        compiled: optional Vec<At<Compiled>>,
    }

    /// From which files one version of a component was compiled.
    struct Compiled "a compiled component" {
        /// Its reference in the SBOM.
        component: required String,
        /// Its version in the SBOM: the lists are of no other one.
        version: required String,
        /// The fielded versions that were built so. Left out: all that have it, and then their SBOMs must be the same.
        fielded: optional Vec<At<String>>,
        /// A list of every file of the source of that version, one path a line.
        sources: required FilePath,
        /// A list of every file that went into the build, headers too. Left out: the files that the SBOM names as compiled in.
        files: optional FilePath,
    }

    /// A piece of hardware or an operating system.
    struct Hardware "hardware" {
        /// Its CPE name.
        cpe: required Cpe,
    }

    /// What is claimed of an element, each with the evidence that shows it.
    struct ElementClaims "an element's claims" {
        /// Every interface is listed: as a link, or in `has` of the element, of its links and of the secrets that it holds.
        interfaces_listed: optional Claimed,
        /// All of its software, hardware and operating system is in its inventory.
        software_listed: optional Claimed,
        /// Every function that it takes part in is listed, with its features.
        functions_listed: optional Claimed,
        /// Evidence for `local_login = true`.
        local_login: optional Claimed,
    }

    /// A component that was assessed by other means than feeds.
    struct ReviewedComponent "a reviewed component" {
        /// Its reference in the SBOM.
        r#ref: required String,
        /// What shows that it was assessed and has no open vulnerability.
        evidence: optional Citation,
    }

    /// A communication path between two elements. Data, commands and code flow from `from` to `to`; both ends parse what they receive.
    struct Link "a link" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// The element that sends commands or code.
        from: required Id,
        /// The element that acts on them.
        to: required Id,
        /// What it runs over.
        medium: required Medium,
        /// What it speaks.
        protocol: optional Protocol,
        /// From where an attacker can put messages on it. Left out: from everywhere that its medium and the environments allow (a claim when narrower).
        exposed_to: optional Vec<At<Position>>,
        /// What it carries. Left out: data, commands and code (a claim when narrower).
        carries: optional Vec<At<Carries>>,
        /// How the receiver knows who sends: `none`, or a mechanism (a claim).
        authentication: optional Authentication,
        /// How what it carries is encrypted; `none` where it is not.
        encryption: optional String,
        /// How changes are noticed; `none` where they are not. A checksum is no security control.
        integrity: optional String,
        /// Whether a captured message is refused when it is sent again (a claim when true).
        anti_replay: optional bool,
        /// The links from which comes what its sender passes on by it. Left out: all that bring data to the sender (a claim when fewer).
        fed_by: optional Vec<At<Id>>,
        /// What it has that can be attacked. A feature is listed as a link is: left out, it is not there.
        has: optional Vec<At<LinkFeature>>,
        /// How it is protected: `false`, or what shows that it is so (a claim). What is left out is unknown, and no better than `false`.
        design: optional LinkProperties,
        /// Evidence for what the link claims.
        claims: optional LinkClaims,
        /// Whether it is used at all. An interface that is there and unused counts like any other.
        in_use: optional bool,
        /// What kinds of data, commands and code go over it.
        content: optional Vec<At<String>>,
        /// What the receiver can be asked to do by it.
        services: optional Vec<At<String>>,
        /// What it could be asked to do by it and does not, with how that is assured.
        dormant_services: optional Vec<At<String>>,
        /// How it is decided who may do what.
        access_control: optional String,
        /// In which roles people or programs use it.
        roles: optional Vec<At<String>>,
        /// How those who use it are told apart and managed.
        identity: optional String,
        /// How a session begins and ends.
        session: optional String,
        /// How it is handed from one asset or medium to another, and what protects it meanwhile.
        hand_off: optional String,
        /// What happens when something goes wrong on it.
        on_error: optional String,
        /// How its security is configured, and with which defaults.
        configuration: optional String,
        /// What experts found of cryptography that is not a public standard.
        cryptography_analysis: optional String,
        /// What tested it.
        tests: optional Vec<At<Citation>>,
    }

    /// What a link speaks.
    struct ProtocolTable "a protocol" {
        /// Its name.
        name: required String,
        /// Its version.
        version: optional String,
        /// Its port.
        port: optional u32,
        /// Its channel.
        channel: optional String,
        /// Its frequency.
        frequency: optional String,
    }

    /// How the receiver knows who sends.
    struct AuthenticationTable "a link's authentication" {
        /// By which mechanism.
        mechanism: required String,
        /// With which algorithm, and its version.
        algorithm: optional String,
        /// In which mode of it.
        mode: optional String,
        /// Its strength in bits.
        strength_bits: optional u32,
        /// With which secret. Left out: with one that both ends hold and that all units share.
        secret: optional Id,
        /// What shows that the receiver verifies it.
        evidence: optional Citation,
    }

    /// Evidence for what a link claims.
    struct LinkClaims "a link's claims" {
        /// What shows that it is exposed to no other positions.
        exposed_to: optional Citation,
        /// What shows that it carries nothing else.
        carries: optional Citation,
        /// What shows that a captured message is refused when it is sent again.
        anti_replay: optional Citation,
        /// What shows that what it brings comes from no other links.
        fed_by: optional Citation,
    }

    /// A key, password or other credential.
    struct Secret "a secret" {
        /// Its identifier.
        id: required Id,
        /// The elements that hold a copy that lets its holder send.
        held_by: required Vec<At<Id>>,
        /// The elements that accept who shows it: those at which the links end that are authenticated with it.
        accepted_by: optional Vec<At<Id>>,
        /// Whether every unit has its own (a claim when true).
        per_unit: optional bool,
        /// Whether it is a public verification key: reading it gives nothing (a claim when true).
        public: optional bool,
        /// What it has that can be attacked. A feature is listed as a link is: left out, it is not there.
        has: optional Vec<At<SecretFeature>>,
        /// How it is protected: `false`, or what shows that it is so (a claim). What is left out is unknown, and no better than `false`.
        design: optional SecretProperties,
        /// What shows that every unit has its own, or that it is public.
        evidence: optional Citation,
        /// How it is made.
        generated: optional String,
        /// How it is kept.
        stored: optional String,
        /// How it gets to those who hold it.
        distributed: optional String,
        /// How, and when, it is renewed.
        renewed: optional String,
        /// How it is made worthless when it is lost or no longer needed.
        revoked: optional String,
    }

    /// A clinical or technical function.
    struct Function "a function" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// Whether it is essential performance.
        essential: required bool,
        /// What realises it: `{ all = [...] }`, `{ any = [...] }` (a claim), `{ voted = { of = [...], required = 2 } }` (a claim), or `people`.
        realised_by: required RealisedBy,
        /// The links on whose data it rests. Left out: all that bring data to its elements (a claim when fewer).
        fed_by: optional Vec<At<Id>>,
        /// Who depends on it.
        persons: optional Persons,
        /// What follows when it degrades.
        effect: optional Vec<At<Effect>>,
        /// What it has that can be attacked. A feature is listed as a link is: left out, it is not there.
        has: optional Vec<At<FunctionFeature>>,
        /// How it is protected: `false`, or what shows that it is so (a claim). What is left out is unknown, and no better than `false`.
        design: optional FunctionProperties,
        /// Evidence for what the function claims.
        claims: optional FunctionClaims,
    }

    /// What realises a function: exactly one of the three.
    struct RealisedByTable "what realises a function" {
        /// All of these: one that falls or is altered takes the function with it.
        all: optional Vec<At<Id>>,
        /// Any of these: it is lost when all are, altered when one is (a claim).
        any: optional Vec<At<Id>>,
        /// So many of these must agree (a claim).
        voted: optional Voted,
    }

    /// Elements that vote.
    struct Voted "a vote" {
        /// The elements.
        of: required Vec<At<Id>>,
        /// How many must agree.
        required: required u64,
    }

    /// Who depends on a function.
    struct Persons "the persons" {
        /// The group of people.
        group: optional Id,
        /// How many people one instance serves at once. Left out where nobody knows.
        at_once_per_instance: optional u64,
    }

    /// Evidence for what a function claims.
    struct FunctionClaims "a function's claims" {
        /// What shows that it goes on when one of its elements falls, or outvotes it.
        redundancy: optional Citation,
        /// What shows that its fallbacks work.
        fallback: optional Citation,
        /// What shows that it rests on the data of no other links.
        fed_by: optional Citation,
    }

    /// What follows when a function degrades in one way.
    struct Effect "an effect" {
        /// How the function degrades.
        on: required HowDegraded,
        /// The hazardous situation.
        hazardous_situation: required String,
        /// The harm it leads to.
        harm: required Id,
        /// How long until harm begins. Left out: at once.
        onset_seconds: optional u64,
        /// What takes over when the function is lost (a claim).
        fallback: optional Fallback,
        /// Whether what is altered is health data and not therapy.
        health_data: optional bool,
    }

    /// What takes over when a function is lost.
    struct Fallback "a fallback" {
        /// The function that takes over.
        function: required Id,
        /// The function that notices the loss.
        detection: required Id,
        /// How long noticing takes.
        detection_seconds: required u64,
        /// How long taking over takes.
        switch_over_seconds: required u64,
        /// For how many people at once one site can do it.
        staff_per_site: required u64,
    }

    /// People who depend on a function.
    struct PersonGroup "a group of people" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// In which role they are touched.
        role: required PersonRole,
    }

    /// A harm.
    struct Harm "a harm" {
        /// Its identifier.
        id: required Id,
        /// In words.
        text: optional String,
        /// On which axis it counts: only `person` enters the matrix of exploitability and severity.
        axis: required Axis,
        /// How severe it is. Left out: catastrophic.
        severity: optional Severity,
    }

    /// A measure that cuts attack steps.
    struct Control "a control" {
        /// Its identifier.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// The category of FDA premarket guidance Appendix 1, or `compensating`.
        category: required String,
        /// What it cuts.
        cuts: required OneOrMany<Cut>,
        /// What enforces it. Left out, it has no effect.
        enforcer: optional Enforcer,
        /// Who performs it: what a site or a user performs holds only for units where it is confirmed.
        performed_by: required Performer,
        /// The claim that it works. Left out, it has no effect.
        claimed: optional ClaimedControl,
        /// What hazard it adds, in words; `none` where there is none. Words alone are shown and not judged.
        hazard_added: optional String,
        /// What it does to functions while it is in force, judged apart from attacks.
        hazard: optional Vec<At<Hazard>>,
        /// What it costs, in whole units of your own.
        cost: optional u64,
    }

    /// A hazard that a control adds: how a function degrades by it. The harm is that of the function's own effects.
    struct Hazard "a hazard that a control adds" {
        /// Its identifier, within the control.
        id: required Id,
        /// The function that degrades.
        function: required Id,
        /// How. A delay is a loss that ends: state `for_seconds`.
        on: required HowDegraded,
        /// How often it comes about: `remote`, `occasional` or `certain` (a claim when less than certain). Left out: nobody knows, and it counts as certain.
        how_often: optional HowOften,
        /// How long it lasts when it comes about (a claim). Left out: for as long as it takes to do harm.
        for_seconds: optional u64,
        /// `always`, as long as the control is in force, or `while-acting`, only while it acts, so that a fallback can bridge it (a claim). Left out: always.
        stands: optional HazardStands,
        /// Evidence for what the hazard claims.
        claims: optional HazardClaims,
    }

    /// Evidence for what a hazard that a control adds claims.
    struct HazardClaims "a hazard's claims" {
        /// What shows that it comes about no more often, lasts no longer and stands no longer than stated.
        estimate: optional Citation,
        /// What shows why the harm that remains is accepted for what the control prevents. Left out, nothing claims that it is.
        residual: optional Citation,
    }

    /// Something that a control cuts: `{ step, at }`, `{ link, from }`, `{ links_into_zone, from }`, `{ presence_at }` or `{ vulnerability, at }`.
    struct Cut "a cut" {
        /// A kind of step, as a rule names it: `send-command`, `install-code`, `accept-data` and others (docs/rules.md).
        step: optional Id,
        /// Putting messages on this link.
        link: optional Id,
        /// Putting messages on any link that ends in this zone.
        links_into_zone: optional Id,
        /// Touching this element.
        presence_at: optional Id,
        /// Using this vulnerability.
        vulnerability: optional String,
        /// Where.
        at: optional Id,
        /// From which positions. Left out: from all.
        from: optional Vec<At<Position>>,
    }

    /// What enforces a control.
    struct Enforcer "an enforcer" {
        /// Where it is enforced: who alters this element has defeated the control.
        element: required Id,
        /// The secret it rests on: who knows it has defeated the control, unless it is public.
        secret: optional Id,
    }

    /// The claim that a control works.
    struct ClaimedControl "a claim that a control works" {
        /// Whether it is claimed to work.
        effective: required bool,
        /// What shows it.
        evidence: optional Citation,
    }
}

/// The word for an element that runs no software; a file of that name would have to be called otherwise.
const NO_SOFTWARE: &str = "none";

/// The SBOMs of an element.
#[derive(Debug, Clone)]
pub(crate) enum Sboms {
    /// It runs no software.
    None,
    One(FilePath),
    PerVersion(Vec<(At<String>, At<FilePath>)>),
}

impl Decode for Sboms {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        match value {
            DeValue::String(text) if text == NO_SOFTWARE => Some(Self::None),
            DeValue::String(_) => FilePath::decode(value, place, sink).map(Self::One),
            DeValue::Table(table) => {
                let mut paths = Vec::new();
                for (key, value) in table {
                    let span = key.span();
                    let version = At {
                        value: key.get_ref().to_string(),
                        place: Place { file: place.file, start: span.start, end: span.end },
                    };
                    if value.get_ref().as_str() == Some(NO_SOFTWARE) {
                        let span = value.span();
                        let place = Place { file: place.file, start: span.start, end: span.end };
                        sink.error(place, "contradiction", "an element runs no software in any version, or in none")
                            .expected("a path, or `sbom = \"none\"` for all versions")
                            .help("where nobody knows what it runs in this version, leave the version out");
                        continue;
                    }
                    if let Some(path) = decode_at(value, place.file, sink) {
                        paths.push((version, path));
                    }
                }
                Some(Self::PerVersion(paths))
            }
            _ => {
                wrong_type(value, place, "a path, a table with one path per fielded version, or `none`", sink);
                None
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let path = FilePath::schema(generator);
        json_schema!({ "anyOf": [{ "const": NO_SOFTWARE }, path, { "type": "object", "additionalProperties": path }] })
    }
}

/// What a link speaks: a text, or its parts.
#[derive(Debug, Clone)]
pub(crate) enum Protocol {
    Text(String),
    Parts(Box<ProtocolTable>),
}

impl Decode for Protocol {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        match value {
            DeValue::String(_) => String::decode(value, place, sink).map(Self::Text),
            _ => ProtocolTable::decode(value, place, sink).map(|table| Self::Parts(Box::new(table))),
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let (text, parts) = (String::schema(generator), ProtocolTable::schema(generator));
        json_schema!({ "anyOf": [text, parts] })
    }
}

/// The word `none`, or how the receiver knows who sends.
#[derive(Debug, Clone)]
pub(crate) enum Authentication {
    None,
    By(Box<AuthenticationTable>),
}

impl Decode for Authentication {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        match value {
            DeValue::Table(_) => AuthenticationTable::decode(value, place, sink).map(|table| Self::By(Box::new(table))),
            DeValue::String(text) if text == "none" => Some(Self::None),
            _ => {
                wrong_type(value, place, "`none`, or a table with `mechanism`", sink);
                None
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let by = AuthenticationTable::schema(generator);
        json_schema!({ "anyOf": [{ "const": "none" }, by] })
    }
}

/// The word `people`, or the elements that realise a function.
#[derive(Debug, Clone)]
pub(crate) enum RealisedBy {
    People,
    Elements(Box<RealisedByTable>),
}

impl Decode for RealisedBy {
    fn decode(value: &DeValue<'_>, place: Place, sink: &mut Sink) -> Option<Self> {
        match value {
            DeValue::Table(_) => {
                RealisedByTable::decode(value, place, sink).map(|table| Self::Elements(Box::new(table)))
            }
            DeValue::String(text) if text == "people" => Some(Self::People),
            _ => {
                wrong_type(value, place, "`people`, or a table with `all`, `any` or `voted`", sink);
                None
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let elements = RealisedByTable::schema(generator);
        json_schema!({ "anyOf": [{ "const": "people" }, elements] })
    }
}
