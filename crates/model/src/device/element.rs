//! Elements and the zones they stand in.

use serde::Serialize;

use crate::cpe::Cpe;
use crate::ids::{ElementId, ZoneId};

/// A network or place with one owner and one level of trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its identifier.
    pub id: ZoneId,
    /// Its name for people.
    pub name: String,
    /// Who answers for it.
    pub owner: Owner,
}

/// A part of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its identifier.
    pub id: ElementId,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub kind: ElementKind,
    /// Who answers for it.
    pub owner: Owner,
    /// Where it stands.
    pub zone: Option<ZoneId>,
    /// Its hardware and operating system, where an SBOM does not list them.
    pub hardware: Vec<Cpe>,
    /// Whether it is stated to run no software at all, so that an inventory would be empty.
    pub without_software: bool,
    /// How many of them one site has; `None` where nobody knows.
    pub instances_per_site: Option<u64>,
    /// Whether whoever is at it must log in (a claim when it is true).
    pub local_login: bool,
}

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementKind {
    /// Inside a body.
    Implant,
    /// On a body.
    Wearable,
    /// At a bed or in an operating room.
    BedsideDevice,
    /// A clinician's programmer or a service tool of the maker.
    Programmer,
    /// A patient's or user's hand-held control.
    RemoteControl,
    /// An app on a phone or tablet.
    PhoneApp,
    /// A gateway or interface engine.
    Gateway,
    /// A server on a site.
    Server,
    /// A cloud service.
    CloudService,
    /// A network with its switches, access points and firewalls.
    Network,
    /// Where updates come from.
    UpdateServer,
    /// A tool used in manufacturing or service.
    ServiceTool,
    /// Another maker's device or system.
    Other,
}
crate::scale::words!(ElementKind: Implant = "implant", Wearable = "wearable", BedsideDevice = "bedside-device",
    Programmer = "programmer", RemoteControl = "remote-control", PhoneApp = "phone-app", Gateway = "gateway",
    Server = "server", CloudService = "cloud-service", Network = "network", UpdateServer = "update-server",
    ServiceTool = "service-tool", Other = "other");

impl ElementKind {
    /// Whether it stands in a network whatever links are listed.
    pub fn is_networked(self) -> bool {
        matches!(self, Self::Gateway | Self::Server | Self::CloudService | Self::Network | Self::UpdateServer)
    }

    /// Whether it is in or on a body, and so runs on a battery.
    pub fn is_worn(self) -> bool {
        matches!(self, Self::Implant | Self::Wearable)
    }

    /// Whether one instance serves more than one site, so that whoever holds it holds units at many sites.
    pub fn serves_many_sites(self) -> bool {
        matches!(self, Self::CloudService | Self::UpdateServer)
    }
}

/// Who answers for an element or a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The maker of the device.
    Maker,
    /// The hospital or clinic.
    Hospital,
    /// The patient or user.
    Patient,
    /// Somebody else.
    ThirdParty,
}
crate::scale::words!(Owner: Maker = "maker", Hospital = "hospital", Patient = "patient", ThirdParty = "third-party");
