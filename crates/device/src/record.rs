//! What the folder states of links and secrets beyond what is reasoned from: for the documents that ask for it (FDA premarket guidance,
//! Appendix 2.B), and part of what was before whoever decided on a link or a secret.

use std::collections::BTreeMap;

use ward_model::claim::ClaimId;
use ward_model::device::Device;
use ward_model::ids::{LinkId, SecretId};

use crate::canonical::Canonical;
use crate::diagnostic::At;
use crate::raw::items;
use crate::raw::system::{Authentication, Link, Protocol, Secret, SystemFile};

/// The fields of a link's record, in the order in which they are asked for.
pub const LINK_RECORD: &[&str] = &[
    "in_use",
    "content",
    "services",
    "dormant_services",
    "access_control",
    "roles",
    "identity",
    "session",
    "hand_off",
    "on_error",
    "configuration",
    "cryptography_analysis",
    "tests",
];

/// What is stated, by the name of its field. What is left out is not stated.
pub type Record = BTreeMap<&'static str, String>;

/// The records of a folder's links and secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// By link.
    pub links: BTreeMap<LinkId, Record>,
    /// By secret.
    pub secrets: BTreeMap<SecretId, Record>,
}

impl Records {
    pub(crate) fn of(system: Option<&SystemFile>) -> Self {
        let mut records = Self::default();
        let Some(system) = system else { return records };
        for link in items(&system.link).iter().map(|at| &at.value) {
            if let Some(id) = &link.id {
                records.links.insert(LinkId::from(id.value.0.as_str()), link_record(link));
            }
        }
        for secret in items(&system.secret).iter().map(|at| &at.value) {
            if let Some(id) = &secret.id {
                records.secrets.insert(SecretId::from(id.value.0.as_str()), secret_record(secret));
            }
        }
        records
    }

    /// Adds to the premise of a claim what is stated of the link or the secret that it is about, where there is any.
    pub(crate) fn rests_on(&self, id: &ClaimId, device: &Device, out: &mut Canonical) {
        let mut secret = match id {
            ClaimId::SecretPerUnit(secret) | ClaimId::SecretPublic(secret) => Some(secret.clone()),
            _ => None,
        };
        if let ClaimId::Link(link, _) = id {
            put(self.links.get(link), "link_record", out);
            let by = device.links.get(link).and_then(|link| link.authentication.as_ref());
            secret = by.and_then(|by| by.secret.clone());
        }
        put(secret.and_then(|secret| self.secrets.get(&secret)), "secret_record", out);
    }
}

fn put(record: Option<&Record>, kind: &str, out: &mut Canonical) {
    // Without any, the premise stays as it was before there were records.
    for (field, text) in record.into_iter().flatten() {
        out.put(kind, field);
        out.put(field, text);
    }
}

/// The texts of a list, in one line.
fn list(texts: &Option<At<Vec<At<String>>>>) -> Option<String> {
    let texts = texts.as_ref()?;
    Some(texts.value.iter().map(|text| text.value.as_str()).collect::<Vec<_>>().join("; "))
}

fn text(field: &Option<At<String>>) -> Option<String> {
    field.as_ref().map(|at| at.value.clone())
}

fn record<const N: usize>(fields: [(&'static str, Option<String>); N]) -> Record {
    fields.into_iter().filter_map(|(field, text)| text.map(|text| (field, text))).collect()
}

fn link_record(link: &Link) -> Record {
    let tests = link
        .tests
        .as_ref()
        .map(|tests| tests.value.iter().map(|test| test.value.to_string()).collect::<Vec<_>>().join("; "));
    let mut all = record([
        ("in_use", link.in_use.as_ref().map(|at| at.value.to_string())),
        ("content", list(&link.content)),
        ("services", list(&link.services)),
        ("dormant_services", list(&link.dormant_services)),
        ("access_control", text(&link.access_control)),
        ("roles", list(&link.roles)),
        ("identity", text(&link.identity)),
        ("session", text(&link.session)),
        ("hand_off", text(&link.hand_off)),
        ("on_error", text(&link.on_error)),
        ("configuration", text(&link.configuration)),
        ("cryptography_analysis", text(&link.cryptography_analysis)),
        ("tests", tests),
    ]);
    if let Some(Protocol::Parts(parts)) = link.protocol.as_ref().map(|at| &at.value) {
        all.extend(record([("channel", text(&parts.channel)), ("frequency", text(&parts.frequency))]));
    }
    if let Some(Authentication::By(by)) = link.authentication.as_ref().map(|at| &at.value) {
        let bits = by.strength_bits.as_ref().map(|at| at.value.to_string());
        all.extend(record([("algorithm", text(&by.algorithm)), ("mode", text(&by.mode)), ("strength_bits", bits)]));
    }
    all
}

fn secret_record(secret: &Secret) -> Record {
    let accepted = secret.accepted_by.as_ref().map(|list| {
        let mut names: Vec<&str> = list.value.iter().map(|id| id.value.0.as_str()).collect();
        names.sort_unstable();
        names.join("; ")
    });
    record([
        ("accepted_by", accepted),
        ("generated", text(&secret.generated)),
        ("stored", text(&secret.stored)),
        ("distributed", text(&secret.distributed)),
        ("renewed", text(&secret.renewed)),
        ("revoked", text(&secret.revoked)),
    ])
}
