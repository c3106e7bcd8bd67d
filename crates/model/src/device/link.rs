//! Communication paths and the secrets that protect them (FDA premarket guidance, Appendix 2.B).

use crate::ids::{ElementId, LinkId, SecretId};
use crate::scale::Position;

/// A communication path between two elements. Data, commands and code flow from `from` to `to`; both ends parse what they receive.
/// Data that flow both ways are two links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its identifier.
    pub id: LinkId,
    /// Its name for people.
    pub name: String,
    /// The end that sends commands or code.
    pub from: ElementId,
    /// The end that acts on them.
    pub to: ElementId,
    /// What it runs over.
    pub medium: Medium,
    /// What it speaks, for people.
    pub protocol: Option<String>,
    /// From which positions an attacker can put messages on it; `None`: from all that its medium allows.
    pub exposed_to: Option<Vec<Position>>,
    /// What it carries; `None`: everything.
    pub carries: Option<Vec<Carries>>,
    /// How the receiver knows who sends; `None`: it does not, or nobody has said.
    pub authentication: Option<Authentication>,
    /// Whether what it carries is encrypted, for people; it lowers nothing yet.
    pub encryption: Option<String>,
    /// How changes are noticed, for people; a checksum is no security control.
    pub integrity: Option<String>,
    /// Whether a captured message is refused when it is sent again.
    pub anti_replay: Option<bool>,
    /// The links from which comes what its sender passes on; `None`: all that bring data to the sender.
    pub fed_by: Option<Vec<LinkId>>,
}

impl Link {
    /// The positions from which messages can be put on it where nothing else is known, of those that the environments allow.
    ///
    /// What its medium allows; whoever supplies code, where it may carry code; whoever deceives the person who plugs something in.
    /// It believes `carries` as it stands here: where that is not decided, ask a copy of the link without it.
    pub fn default_positions(&self, within_reach: &[Position]) -> Vec<Position> {
        let by_hand = matches!(self.medium, Medium::Usb | Medium::RemovableMedia);
        let mut positions: Vec<Position> = within_reach
            .iter()
            .copied()
            .filter(|position| match position {
                Position::SupplyChain => self.may_carry(Carries::Code),
                Position::Deception => by_hand,
                _ => self.medium.positions().contains(position),
            })
            .collect();
        positions.sort_unstable();
        positions
    }

    /// Whether it begins or ends at an element.
    pub fn touches(&self, element: &ElementId) -> bool {
        self.from == *element || self.to == *element
    }

    /// Its end that is not this one.
    pub fn other_end(&self, end: &ElementId) -> &ElementId {
        if self.from == *end { &self.to } else { &self.from }
    }

    /// Whether it carries this, or nobody has said what it carries.
    pub fn may_carry(&self, what: Carries) -> bool {
        self.carries.as_ref().is_none_or(|carries| carries.contains(&what))
    }
}

/// How a receiver knows who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// By which mechanism.
    pub mechanism: String,
    /// With which secret; undeclared, every end is taken to hold one that is shared by all units.
    pub secret: Option<SecretId>,
}

/// What a link carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carries {
    /// Values that the receiver parses and shows or stores.
    Data,
    /// Messages on which the receiver acts: settings, doses, limits, modes.
    Command,
    /// Programs that the receiver will run.
    Code,
}
crate::scale::words!(Carries: Data = "data", Command = "command", Code = "code");

/// What a link runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// Routed packets over a cable or an unnamed network.
    Ip,
    /// Routed packets over a wireless local network.
    Wifi,
    /// A public mobile network.
    Cellular,
    /// Bluetooth, classic or low energy.
    Bluetooth,
    /// Any other radio, medical telemetry included.
    Radio,
    /// Near-field or inductive coupling.
    Inductive,
    /// USB.
    Usb,
    /// A serial line.
    Serial,
    /// A debug or programming port.
    Debug,
    /// Media carried by hand.
    RemovableMedia,
    /// A bus inside one enclosure.
    InternalBus,
}
crate::scale::words!(Medium: Ip = "ip", Wifi = "wifi", Cellular = "cellular", Bluetooth = "bluetooth", Radio = "radio",
    Inductive = "inductive", Usb = "usb", Serial = "serial", Debug = "debug", RemovableMedia = "removable-media",
    InternalBus = "internal-bus");

impl Medium {
    /// The positions from which this medium can be reached where nothing else is known.
    ///
    /// Supply chain, insider and deception are not properties of a medium: they reach what carries code, whatever it runs over,
    /// and what a link names.
    pub fn positions(self) -> &'static [Position] {
        use Position::{HomeNetwork, HospitalNetwork, Internet, Physical, Radio};
        match self {
            Self::Ip => &[Internet, HospitalNetwork, HomeNetwork, Physical],
            Self::Wifi => &[Internet, HospitalNetwork, HomeNetwork, Radio, Physical],
            Self::Cellular => &[Internet, Radio, Physical],
            Self::Bluetooth | Self::Radio | Self::Inductive => &[Radio, Physical],
            Self::Usb | Self::Serial | Self::Debug | Self::RemovableMedia | Self::InternalBus => &[Physical],
        }
    }

    /// Whether it is reached by touching a port, so that what is plugged in does what a hand at the port can do.
    pub fn needs_touch(self) -> bool {
        matches!(self, Self::Usb | Self::Serial | Self::Debug | Self::RemovableMedia | Self::InternalBus)
    }

    /// Whether what arrives on it comes in by the network that the receiver stands in. A modem brings its own way in.
    pub fn enters_by_network(self) -> bool {
        matches!(self, Self::Ip | Self::Wifi)
    }

    /// Whether it can be disturbed by radio from nearby.
    pub fn is_radio(self) -> bool {
        matches!(self, Self::Wifi | Self::Cellular | Self::Bluetooth | Self::Radio | Self::Inductive)
    }

    /// Whether packets on it are routed, so that a far attacker can send them.
    pub fn routed(self) -> bool {
        matches!(self, Self::Ip | Self::Wifi | Self::Cellular)
    }
}

/// A key, password or other credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its identifier.
    pub id: SecretId,
    /// Who holds a copy that lets its holder send.
    pub held_by: Vec<ElementId>,
    /// Whether every unit has its own (a claim when it is true); `None`: nobody says, which is no better than that it has not.
    pub per_unit: Option<bool>,
    /// Whether it is a public verification key: reading it gives nothing.
    pub public: bool,
}
