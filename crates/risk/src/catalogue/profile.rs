//! What the vectors of a vulnerability demand of an attacker and give in return.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::affected::SsvcStatement;
use ward_model::cvss::{AttackVector, Demands, Impacts, Privileges, Vector};
use ward_model::device::{OwnFinding, Stage};
use ward_model::ids::VulnerabilityId;
use ward_model::rubric::{Answers, Reanswered};
use ward_model::scale::Exploitability;
use ward_policy::{Evidence, Policy, Privilege};

use crate::context::Situation;

/// What one vector of a vulnerability demands of an attacker and gives in return, with what is known of its exploitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Profile {
    pub vector: AttackVector,
    /// Demands that hold whichever way the attacker comes.
    pub always: u8,
    /// Demands that hold where a login is really enforced.
    pub login: u8,
    /// The privileges gained, by their order.
    gains: [bool; Privilege::ALL.len()],
    raised_by: u8,
    at_least: Exploitability,
    /// Whether nobody has scored it, so that all of this is the worst reading of nothing.
    pub unscored: bool,
}

impl Profile {
    /// Stands where a step is a rule's and not a vulnerability's.
    pub const OF_A_RULE: Self = Self {
        vector: AttackVector::Network,
        always: 0,
        login: 0,
        gains: [false; Privilege::ALL.len()],
        raised_by: 0,
        at_least: Exploitability::Low,
        unscored: false,
    };

    /// The privileges gained.
    pub fn gains(&self) -> impl Iterator<Item = Privilege> + use<> {
        let gains = self.gains;
        Privilege::ALL.iter().copied().filter(move |privilege| gains[*privilege as usize])
    }

    /// The class of a step with so many demands, after what is known of exploitation. Nothing lowers it.
    pub fn class(&self, demands: u8) -> Exploitability {
        Exploitability::after_demands(demands).raised_by(self.raised_by).max(self.at_least)
    }
}

/// What the vectors of a vulnerability come to, each with what a step by it is said to follow by.
pub(super) type Profiles = Vec<(Profile, Arc<str>)>;

/// What is known of one vulnerability at an element, whichever component or finding says so.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered<'a> {
    pub vectors: BTreeMap<&'a str, &'a Vector>,
    /// Whether somebody's vector cannot be read.
    pub unreadable: bool,
    pub weaknesses: BTreeSet<u32>,
    pub exploited: bool,
    demonstrated: bool,
    pub statements: BTreeSet<&'a SsvcStatement>,
    pub exploit_references: BTreeSet<&'a str>,
    pub epss: Option<(u32, u32)>,
    pub found_in: String,
}

/// What vectors demand and give: few of them are written differently.
pub(super) type Vectors<'a> = BTreeMap<&'a str, (Demands, Impacts)>;

impl<'a> Gathered<'a> {
    pub fn found_by(&mut self, own: &'a OwnFinding) {
        self.vectors.extend(own.vectors.iter().map(|vector| (vector.as_str(), vector)));
        self.weaknesses.extend(&own.weaknesses);
        self.exploited |= own.exploited;
        self.demonstrated |= own.demonstrated;
        if self.found_in.is_empty() {
            self.found_in.clone_from(&own.title);
        }
    }
}

/// How answers to the rubric change what a vector says.
pub(super) type Answering = fn(&Answers, Demands, Impacts) -> Reanswered;

/// What is read where nobody has said anything.
const WORST: (Demands, Impacts) = (
    Demands { attack_vector: AttackVector::Network, complexity: 0, privileges: Privileges::None, interaction: 0 },
    Impacts { confidentiality: true, integrity: true, availability: true },
);

/// Every vector is a profile of its own, never mixed with another's.
pub(super) fn profiles<'a>(
    situation: Situation<'_>,
    policy: &Policy,
    id: &VulnerabilityId,
    gathered: &Gathered<'a>,
    vectors: &mut Vectors<'a>,
    answers: Option<(&Answers, Answering)>,
) -> Profiles {
    let weaknesses: Vec<u32> = gathered.weaknesses.iter().copied().collect();
    let (raised_by, at_least) = raises(situation, policy, gathered);
    let profile = |(demands, impacts): (Demands, Impacts), unscored: bool| {
        let read = match answers {
            Some((answers, answering)) => answering(answers, demands, impacts),
            None => Reanswered::unanswered(demands, impacts),
        };
        let Reanswered { demands, impacts, reads_secrets } = read;
        let only_read = impacts.confidentiality && !impacts.integrity && !impacts.availability;
        let everything = impacts.confidentiality && impacts.integrity && impacts.availability;
        // That weaknesses of a kind always run code is no question of the rubric: no answer takes it back.
        let runs_code = everything || situation.rulebook.code_execution.follows_from(&weaknesses, only_read);
        let mut gains = [false; Privilege::ALL.len()];
        gains[Privilege::Execute as usize] = runs_code;
        gains[Privilege::Read as usize] = !runs_code && impacts.confidentiality && reads_secrets;
        gains[Privilege::Look as usize] = !runs_code && impacts.confidentiality && !reads_secrets;
        gains[Privilege::Alter as usize] = !runs_code && impacts.integrity;
        gains[Privilege::Stop as usize] = !runs_code && impacts.availability;
        Profile {
            vector: demands.attack_vector,
            always: demands.complexity.saturating_add(demands.interaction),
            login: match demands.privileges {
                Privileges::None => 0,
                Privileges::Low => 1,
                Privileges::High => 2,
            },
            gains,
            raised_by,
            at_least,
            unscored,
        }
    };
    let answered = answers.map_or_else(String::new, |(answers, _)| format!(", answered {answers}"));
    let mut profiles: Profiles = gathered
        .vectors
        .iter()
        .map(|(text, vector)| {
            let read = *vectors.entry(text).or_insert_with(|| (vector.demands(), vector.impacts()));
            let by = format!("{id} in {}, {}{answered}", gathered.found_in, vector.as_str());
            (profile(read, false), by.into())
        })
        .collect();
    // What cannot be read, and what nobody has said, is taken at its worst.
    if profiles.is_empty() || gathered.unreadable {
        let by = format!(
            "{id} in {}, which nobody has scored so that it can be read: taken at its worst{answered}",
            gathered.found_in
        );
        profiles.push((profile(WORST, true), by.into()));
    }
    profiles
}

/// By how much what is known of exploitation raises a class, and to what at least. Absent evidence raises nothing.
fn raises(situation: Situation<'_>, policy: &Policy, gathered: &Gathered<'_>) -> (u8, Exploitability) {
    let raised = policy.raised(&Evidence {
        known_exploited: gathered.exploited,
        statements: gathered.statements.iter().map(|statement| (*statement).clone()).collect(),
        exploit_references: gathered.exploit_references.iter().map(|reference| (*reference).to_owned()).collect(),
        demonstrated: gathered.demonstrated,
        epss: gathered.epss,
        before_market: situation.device.lifecycle.stage == Stage::Development,
        ..Evidence::default()
    });
    (raised.by, raised.at_least)
}
