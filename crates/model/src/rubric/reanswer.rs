//! What answers about a device do to what a vector says.
//!
//! A vector speaks of the component wherever it runs; the rubric speaks of it on this device. A metric of which no question is
//! answered stays as the vector has it.

use super::rollup::{ALTERED, READ, STOPPED};
use super::{Answer, Answers, Element};
use crate::cvss::{AttackVector, Demands, Impacts, Privileges};

/// What exploitation demands and impairs on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reanswered {
    /// What it demands of an attacker.
    pub demands: Demands,
    /// What it impairs.
    pub impacts: Impacts,
    /// Whether reading yields the passwords and keys that are kept there too.
    pub reads_secrets: bool,
}

impl Reanswered {
    /// What a vector says, before anybody has answered anything.
    pub fn unanswered(demands: Demands, impacts: Impacts) -> Self {
        Self { demands, impacts, reads_secrets: true }
    }

    /// The worse of the two in every respect.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let (ours, theirs) = (self.demands, other.demands);
        Self {
            demands: Demands {
                attack_vector: easier(ours.attack_vector, theirs.attack_vector),
                complexity: ours.complexity.min(theirs.complexity),
                privileges: ours.privileges.min(theirs.privileges),
                interaction: ours.interaction.min(theirs.interaction),
            },
            impacts: Impacts {
                confidentiality: self.impacts.confidentiality || other.impacts.confidentiality,
                integrity: self.impacts.integrity || other.impacts.integrity,
                availability: self.impacts.availability || other.impacts.availability,
            },
            reads_secrets: self.reads_secrets || other.reads_secrets,
        }
    }
}

/// The easier of two: what demands a login on the device is met by whatever data reach it over any link, so it is easier than what
/// demands to be near.
fn easier(a: AttackVector, b: AttackVector) -> AttackVector {
    let rank = |vector| match vector {
        AttackVector::Network => 0,
        AttackVector::Local => 1,
        AttackVector::Adjacent => 2,
        AttackVector::Physical => 3,
    };
    if rank(b) < rank(a) { b } else { a }
}

impl Answers {
    /// What a vector says, as the answers have it: to go by where somebody answers for them.
    pub fn answering(&self, demands: Demands, impacts: Impacts) -> Reanswered {
        use Element::{Xacl, Xavn, Xavp, Xavr, Xavt, Xavw, Xprl, Xprs, Xprz, Xui};
        let metrics = self.metrics();
        let attack_vector = if self.any_given(&[Xavn, Xavt, Xavw, Xavr, Xavp]) {
            // A wireless link of short reach is called local in the score; whoever uses it stands near, and that is the demand.
            let wireless = self.of(Xavn) == Answer::Yes && metrics.attack_vector == AttackVector::Local;
            if wireless { AttackVector::Adjacent } else { metrics.attack_vector }
        } else {
            demands.attack_vector
        };
        let complexity = if self.any_given(&[Xacl]) { u8::from(metrics.complex) } else { demands.complexity };
        let privileges: Privileges =
            if self.any_given(&[Xprl, Xprz, Xprs]) { metrics.privileges } else { demands.privileges };
        let interaction = if self.any_given(&[Xui]) { u8::from(metrics.interaction) } else { demands.interaction };
        Reanswered {
            demands: Demands { attack_vector, complexity, privileges, interaction },
            impacts: Impacts {
                confidentiality: self.impaired(READ, impacts.confidentiality),
                integrity: self.impaired(ALTERED, impacts.integrity),
                availability: self.impaired(STOPPED, impacts.availability),
            },
            reads_secrets: self.of(Element::Xcs) != Answer::No,
        }
    }

    /// What a vector says, where nobody answers for the answers: what they make worse is a fact at once, what they make better is
    /// only claimed.
    pub fn claiming(&self, demands: Demands, impacts: Impacts) -> Reanswered {
        self.answering(demands, impacts).worse(Reanswered::unanswered(demands, impacts))
    }

    /// Whether anything of these classes is impaired: by an answer, or by the vector for the classes that nobody answered.
    fn impaired(&self, classes: [Element; 6], by_vector: bool) -> bool {
        classes.iter().any(|class| match self.given(*class) {
            Some(answer) => answer != Answer::No,
            None => by_vector,
        })
    }
}
