//! From answers to the base metrics of CVSS 3, and to the ways in which patients are touched.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Answer, Answers, Element};
use crate::cvss::{AttackVector, Privileges};
use crate::scale::Threat;

/// How much of something is impaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Degree {
    /// Nothing.
    None,
    /// A little.
    Low,
    /// All, or what matters; or nobody knows.
    High,
}

impl Degree {
    const fn letter(self) -> &'static str {
        match self {
            Self::None => "N",
            Self::Low => "L",
            Self::High => "H",
        }
    }
}

/// The base metrics that the answers come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Metrics {
    /// AV.
    pub attack_vector: AttackVector,
    /// AC: whether something beyond the attacker's control must fit.
    pub complex: bool,
    /// PR.
    pub privileges: Privileges,
    /// UI: whether somebody else must act.
    pub interaction: bool,
    /// S: whether another authority is touched.
    pub scope_changed: bool,
    /// C.
    pub confidentiality: Degree,
    /// I.
    pub integrity: Degree,
    /// A.
    pub availability: Degree,
}

impl fmt::Display for Metrics {
    /// As a vector of CVSS 3.1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |holds: bool, yes: &'static str, no: &'static str| if holds { yes } else { no };
        write!(
            f,
            "CVSS:3.1/AV:{}/AC:{}/PR:{}/UI:{}/S:{}/C:{}/I:{}/A:{}",
            match self.attack_vector {
                AttackVector::Network => "N",
                AttackVector::Adjacent => "A",
                AttackVector::Local => "L",
                AttackVector::Physical => "P",
            },
            letter(self.complex, "H", "L"),
            match self.privileges {
                Privileges::None => "N",
                Privileges::Low => "L",
                Privileges::High => "H",
            },
            letter(self.interaction, "R", "N"),
            letter(self.scope_changed, "C", "U"),
            self.confidentiality.letter(),
            self.integrity.letter(),
            self.availability.letter(),
        )
    }
}

/// The classes of data, by what can happen to them.
pub(super) const READ: [Element; 6] =
    [Element::Xcp, Element::Xcd, Element::Xct, Element::Xcw, Element::Xcs, Element::Xco];
pub(super) const ALTERED: [Element; 6] =
    [Element::Xip, Element::Xid, Element::Xit, Element::Xiw, Element::Xis, Element::Xio];
pub(super) const STOPPED: [Element; 6] =
    [Element::Xap, Element::Xad, Element::Xat, Element::Xaw, Element::Xas, Element::Xao];

impl Answers {
    /// The base metrics, with every unknown at its worst.
    pub fn metrics(&self) -> Metrics {
        let worst = |elements: [Element; 6]| {
            elements.into_iter().map(|element| self.degree(element)).max().unwrap_or(Degree::High)
        };
        Metrics {
            attack_vector: self.attack_vector(),
            complex: self.of(Element::Xacl) == Answer::No,
            privileges: self.privileges(),
            interaction: self.of(Element::Xui) == Answer::Yes,
            scope_changed: self.of(Element::Xs) != Answer::No,
            confidentiality: worst(READ),
            integrity: worst(ALTERED),
            availability: worst(STOPPED),
        }
    }

    /// The questions that the answers lead to; the others have no bearing.
    pub fn asked(&self) -> Vec<Element> {
        use Element::{Xacl, Xavn, Xavp, Xavpa, Xavr, Xavt, Xavw, Xcp, Xcpm, Xprl, Xprs, Xprz, Xs, Xui};
        let mut asked = vec![Xavn];
        match self.of(Xavn) {
            Answer::No => {
                asked.push(Xavp);
                asked.extend((self.of(Xavp) == Answer::Yes).then_some(Xavpa));
            }
            Answer::Yes => {
                asked.push(Xavt);
                if self.of(Xavt) == Answer::No {
                    asked.push(Xavw);
                    asked.extend((self.of(Xavw) == Answer::Yes).then_some(Xavr));
                }
            }
            _ => {}
        }
        asked.extend([Xacl, Xprl]);
        if self.of(Xprl) != Answer::No {
            asked.push(Xprz);
            asked.extend((self.of(Xprz) != Answer::No).then_some(Xprs));
        }
        asked.extend([Xui, Xs]);
        for element in READ.into_iter().chain(ALTERED).chain(STOPPED) {
            asked.push(element);
            asked.extend((element == Xcp && self.of(Xcp) != Answer::No).then_some(Xcpm));
        }
        asked
    }

    /// How much of a class of data is impaired.
    pub fn degree(&self, element: Element) -> Degree {
        let degree = match self.of(element) {
            Answer::No => return Degree::None,
            Answer::Low => Degree::Low,
            Answer::High | Answer::Yes | Answer::Unknown => Degree::High,
        };
        if element != Element::Xcp {
            return degree;
        }
        // Of personal data the number of people says how much: few are little. A degree that somebody stated stands beside it,
        // and where nobody knows whether any can be read, nobody knows how much.
        match (self.of(element), self.given(Element::Xcpm)) {
            (Answer::Yes, Some(Answer::No)) => Degree::Low,
            (Answer::Low, Some(Answer::Yes | Answer::Unknown)) => Degree::High,
            _ => degree,
        }
    }

    /// In which ways patients may be touched, and by which classes of data.
    pub fn threats(&self) -> BTreeMap<Threat, Vec<Element>> {
        let mut threats: BTreeMap<Threat, Vec<Element>> = BTreeMap::new();
        for element in READ.into_iter().chain(ALTERED).chain(STOPPED) {
            if self.degree(element) == Degree::None {
                continue;
            }
            for threat in threats_of(element) {
                threats.entry(*threat).or_default().push(element);
            }
        }
        threats
    }

    fn attack_vector(&self) -> AttackVector {
        match self.of(Element::Xavn) {
            Answer::No if self.of(Element::Xavp) == Answer::Yes => AttackVector::Physical,
            Answer::No => AttackVector::Local,
            Answer::Yes if self.of(Element::Xavt) == Answer::No => {
                let short = self.of(Element::Xavw) == Answer::Yes && self.of(Element::Xavr) == Answer::Yes;
                if short { AttackVector::Local } else { AttackVector::Adjacent }
            }
            _ => AttackVector::Network,
        }
    }

    fn privileges(&self) -> Privileges {
        let needed = |element| self.of(element) == Answer::Yes;
        match (needed(Element::Xprl) && needed(Element::Xprz), self.of(Element::Xprs)) {
            (false, _) => Privileges::None,
            (true, Answer::Yes) => Privileges::High,
            (true, _) => Privileges::Low,
        }
    }
}

/// In which ways patients are touched where a class of data is impaired. A class of which the sources say nothing is put where its
/// loss would be felt; where they say two things, both count.
fn threats_of(element: Element) -> &'static [Threat] {
    use Element::{Xad, Xao, Xap, Xas, Xat, Xaw, Xid, Xio, Xip, Xis, Xit, Xiw};
    match element {
        Xat => &[Threat::Denial, Threat::Alteration],
        Xap | Xad | Xaw | Xas | Xao => &[Threat::Denial],
        Xit | Xiw | Xis | Xio => &[Threat::Alteration],
        // Altered diagnosis is a wrong decision of a clinician, as altered health data are.
        Xip | Xid => &[Threat::DataAlteration],
        _ => &[Threat::Privacy],
    }
}
