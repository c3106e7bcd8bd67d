//! What can be true of an attacker, the system and the people in it.

use ward_model::device::HowDegraded;
use ward_model::ids::{ControlId, ElementId, FunctionId, LinkId, SecretId, ZoneId};
use ward_model::scale::Position;
use ward_model::verdict::Place;
use ward_policy::Privilege;

/// A fact. Facts only ever come to be: "a control is defeated" is one, "a control works" is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fact {
    /// The attacker stands at a position.
    At(Position),
    /// The attacker is beside an element and can touch it.
    Present(ElementId),
    /// The attacker holds an element inside a zone's network.
    Inside(ZoneId),
    /// The attacker holds an element on a network of which nobody has said which it is: it may be any.
    InsideUnnamed,
    /// The attacker holds an element inside some network, which may be one that nobody has named.
    InsideSome,
    /// The attacker can put messages on a link that arrive at these ends: from anywhere, or as a neighbour.
    Inject(LinkId, Arrival, Nearness),
    /// The attacker has something plugged into a port of an element: what is there can do what a hand can.
    Plugged(LinkId, ElementId),
    /// The attacker's messages on a link are taken for the rightful sender's.
    Speak(LinkId),
    /// The receiver of a link takes false data on it for true.
    FalseData(LinkId),
    /// Nothing that its rightful sender says arrives by a link, and nobody notices.
    Silenced(LinkId),
    /// Nothing that its rightful sender says arrives by a link, whether or not that is noticed.
    Quiet(LinkId),
    /// An element does not get to know what it would be told, by whichever of its links that came.
    Uninformed(ElementId),
    /// An element works with false data, by whichever of its links they came.
    Misinformed(ElementId),
    /// An element obeys commands that rest on false data: whoever sends them is itself, and is wrong.
    Misled(ElementId),
    /// What an element contributes to a function is false: it is altered itself, or works with false data.
    Swayed(FunctionId, ElementId),
    /// An element contributes nothing to a function: it is stopped itself, or hears nothing.
    Mute(FunctionId, ElementId),
    /// An element is not told what it would be told, and does not notice.
    Unaware(ElementId),
    /// An element is of no help in a function on which others fall back: it is stopped, or told nothing or what is false.
    Idle(FunctionId, Aid, ElementId),
    /// A function is of no help any more to those that fall back on it.
    Helpless(FunctionId, Aid),
    /// The attacker has a privilege at an element.
    Gain(ElementId, Privilege),
    /// The attacker knows a secret.
    Know(SecretRef),
    /// A control no longer works.
    Defeated(ControlId),
    /// What would be the case if none of those who keep each other safe in a ring, by its number, kept another one safe.
    Unguarded(u32, Box<Fact>),
    /// A function has degraded, by way of one element or of several together.
    Degraded(FunctionId, HowDegraded, Option<ElementId>),
    /// An effect of a function (by its number) has come about, unless a fallback takes over.
    Harmed(FunctionId, usize, Option<ElementId>),
    /// An effect has come about, and what would take over or notice it can be stopped.
    Unrelieved(FunctionId, usize, Option<ElementId>),
}

/// What a function does for another one that falls back on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Aid {
    /// It notices what the other has become.
    Notices,
    /// It takes over.
    TakesOver,
}

/// From how near a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Nearness {
    /// From the same network, radio range or cable.
    Near,
    /// From anywhere that packets are routed from.
    Far,
}

/// At which ends of a link a message arrives. The ends are told apart only where a control may cut what enters one end's zone and
/// not the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Arrival {
    /// At either end.
    Either,
    /// At the end that sends commands and code.
    From,
    /// At the end that acts on them.
    To,
}

/// A secret that the folder names, or the one that an authenticating link must have although nobody names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SecretRef {
    /// Named.
    Named(SecretId),
    /// Of a link, unnamed: shared by all units, held by both ends.
    OfLink(LinkId),
}

impl Fact {
    /// The fact in words.
    pub fn words(&self) -> String {
        match self {
            Self::At(position) => match position {
                Position::Internet => "an attacker is on the internet".to_owned(),
                Position::HospitalNetwork => "an attacker has a foothold in the hospital network".to_owned(),
                Position::HomeNetwork => "an attacker has a foothold in the home network".to_owned(),
                Position::Radio => "an attacker is within radio range".to_owned(),
                Position::Physical => "an attacker stands at the device".to_owned(),
                Position::SupplyChain => "an attacker is in the supply chain".to_owned(),
                Position::Insider => "an attacker has legitimate access".to_owned(),
                Position::Deception => "an attacker deceives a person with access".to_owned(),
                Position::Specimen => "an attacker owns a unit of the same kind".to_owned(),
            },
            Self::Present(element) => format!("the attacker can touch {element}"),
            Self::Inside(zone) => format!("the attacker holds an element inside {zone}"),
            Self::InsideUnnamed => {
                "the attacker holds an element of which nobody says in which network it stands".to_owned()
            }
            Self::InsideSome => "the attacker holds an element inside a network that may be this one".to_owned(),
            Self::Inject(link, arrival, nearness) => {
                let toward = match arrival {
                    Arrival::Either => "",
                    Arrival::From => ", toward its sender,",
                    Arrival::To => ", toward its receiver,",
                };
                let from = match nearness {
                    Nearness::Near => "from nearby",
                    Nearness::Far => "from afar",
                };
                format!("the attacker can put messages on {link}{toward} {from}")
            }
            Self::Plugged(link, element) => format!("what is plugged into {element} on {link} is the attacker's"),
            Self::Speak(link) => format!("messages of the attacker on {link} are taken for the rightful sender's"),
            Self::FalseData(link) => format!("false data on {link} are taken for true"),
            Self::Silenced(link) => format!("nothing that its sender says arrives by {link}"),
            Self::Quiet(link) => format!("nothing comes by {link} any more"),
            Self::Uninformed(element) => format!("{element} is not told what it would be told"),
            Self::Misinformed(element) => format!("{element} works with false data"),
            Self::Misled(element) => format!("{element} obeys commands that rest on false data"),
            Self::Swayed(function, element) => format!("what {element} contributes to {function} is false"),
            Self::Mute(function, element) => format!("{element} contributes nothing to {function}"),
            Self::Unaware(element) => format!("{element} does not notice that it is not told what it would be told"),
            Self::Idle(function, _, element) => format!("{element} does nothing for {function}"),
            Self::Helpless(function, Aid::Notices) => format!("{function} notices nothing"),
            Self::Helpless(function, Aid::TakesOver) => format!("{function} does not take over"),
            Self::Gain(element, Privilege::Read) => format!("the attacker can read what {element} keeps"),
            Self::Gain(element, Privilege::Look) => {
                format!("the attacker can read what {element} keeps, but for its secrets")
            }
            Self::Gain(element, Privilege::Stop) => format!("the attacker can stop {element}"),
            Self::Gain(element, Privilege::Alter) => format!("the attacker can alter what {element} does"),
            Self::Gain(element, Privilege::Execute) => format!("the attacker can run code on {element}"),
            Self::Know(SecretRef::Named(secret)) => format!("the attacker knows {secret}"),
            Self::Know(SecretRef::OfLink(link)) => format!("the attacker knows the undeclared secret of {link}"),
            Self::Defeated(control) => format!("{control} no longer works"),
            Self::Unguarded(_, fact) => format!("if it were not for each other, {}", fact.words()),
            Self::Degraded(function, HowDegraded::Loss, _) => format!("{function} stops"),
            Self::Degraded(function, HowDegraded::Alteration, _) => format!("{function} does something else"),
            Self::Degraded(function, HowDegraded::Disclosure, _) => format!("what {function} keeps becomes known"),
            Self::Harmed(function, _, _) => format!("{function} leads to harm"),
            Self::Unrelieved(function, _, _) => format!("{function} leads to harm, and nothing takes over"),
        }
    }

    /// Where in the model it stands.
    pub fn place(&self) -> Place {
        match self {
            Self::At(position) => Place::Position(position.word().to_owned()),
            Self::Present(element)
            | Self::Plugged(_, element)
            | Self::Gain(element, _)
            | Self::Uninformed(element)
            | Self::Misinformed(element)
            | Self::Misled(element)
            | Self::Swayed(_, element)
            | Self::Unaware(element)
            | Self::Idle(_, _, element)
            | Self::Mute(_, element) => Place::Element(element.to_string()),
            // A foothold is where the elements of the zone are; the pictures draw zones by their elements.
            Self::Inside(zone) => Place::Position(zone.to_string()),
            Self::InsideUnnamed | Self::InsideSome => Place::Position("network".to_owned()),
            Self::Inject(link, ..)
            | Self::Speak(link)
            | Self::FalseData(link)
            | Self::Silenced(link)
            | Self::Quiet(link)
            | Self::Know(SecretRef::OfLink(link)) => Place::Link(link.to_string()),
            Self::Know(SecretRef::Named(secret)) => Place::Secret(secret.to_string()),
            Self::Defeated(control) => Place::Control(control.to_string()),
            Self::Unguarded(_, fact) => fact.place(),
            Self::Degraded(function, ..)
            | Self::Harmed(function, ..)
            | Self::Unrelieved(function, ..)
            | Self::Helpless(function, _) => Place::Function(function.to_string()),
        }
    }
}
