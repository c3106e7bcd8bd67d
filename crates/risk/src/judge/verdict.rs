//! One verdict: what a subject comes to in the reading of what was decided, beside what it comes to in the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use ward_model::claim::ClaimId;
use ward_model::ids::{CohortId, ControlId};
use ward_model::scale::{Exploitability, Persons};
use ward_model::verdict::{Basis, HarmReached, Outcome, ReachedHarm, Sensitivity, Units, Verdict};

use super::{Lapsing, Readings};
use crate::context::{Context, Unknowns};
use crate::run::{Judged, Key, Outcomes, Run, Standing};
use crate::vocabulary::Table;
use crate::watch::{Spoken, Waiting};
use crate::without::Turns;
use crate::witness::OwnSteps;

/// Other readings of the same, to compare with.
pub(super) struct Compared<'a> {
    /// Nothing claimed in effect, the unknown at its best, everything claimed in effect, and only that all of the elements is listed; then some of the
    /// lapses, then what is `read`.
    pub(super) others: Vec<Outcomes<'a>>,
    pub(super) decided: &'a Outcomes<'a>,
    /// What turns when claims lose their effect: first each of the removals, then some of the lapses.
    pub(super) turns: Turns,
    /// The claims that are taken away, those together of which one is as good as another.
    pub(super) removals: Vec<Vec<ClaimId>>,
    /// The claims that are taken away each for a reading of its own: the last ones.
    pub(super) read: Vec<ClaimId>,
    /// The days on which decisions lapse, in order.
    pub(super) lapses: Vec<(Date, Lapsing)>,
    /// The decisions that speak of several claims, and what is left without each.
    pub(super) whole: Vec<(Spoken<'a>, Lapsing)>,
    /// Single points by the numbers of what turns them: removals, and behind these what is read.
    pub(super) points: Mutex<Table<Vec<usize>, Arc<[Sensitivity]>>>,
}

impl<'a> Compared<'a> {
    /// As decided, the unknown read at its best.
    fn best(&self) -> &Outcomes<'a> {
        &self.others[1]
    }

    /// Nothing claimed has effect.
    pub(super) fn undecided(&self) -> &Outcomes<'a> {
        &self.others[0]
    }

    /// Everything claimed has effect.
    fn claimed(&self) -> &Outcomes<'a> {
        &self.others[2]
    }

    /// Nothing claimed has effect but that all of the elements is listed, where that is decided.
    pub(super) fn listed(&self) -> &Outcomes<'a> {
        &self.others[3]
    }

    /// The claims that are taken away each for a reading of its own, with that reading.
    fn read(&self) -> impl Iterator<Item = (&ClaimId, &Outcomes<'a>)> {
        self.read.iter().zip(&self.others[self.others.len() - self.read.len()..])
    }

    /// Whether a subject that is controlled no longer is where these are lost; it turns in these removals.
    fn turned(&self, lapse: Lapsing, key: &Key, turning: &[usize]) -> bool {
        match lapse {
            Lapsing::Everything => self.undecided().outcome(key) == Outcome::Uncontrolled,
            Lapsing::Followed(number) => turning.contains(&number),
            Lapsing::Read(number) => self.others[number].outcome(key) == Outcome::Uncontrolled,
        }
    }

    /// The first day after which a subject that is controlled no longer is; it turns in these removals.
    fn valid_until(&self, key: &Key, turning: &[usize]) -> Option<Date> {
        self.lapses.iter().find(|(_, lapse)| self.turned(*lapse, key, turning)).map(|(day, _)| *day)
    }

    /// The decisions without all of which a subject is not controlled, although none of the claims that they speak of is among those
    /// that are needed alone.
    pub(super) fn whole(&self, context: &Context<'_>, key: &Key, alone: &[&ClaimId]) -> Vec<Spoken<'a>> {
        let needs_one = |claims: &[ClaimId]| alone.iter().any(|claim| claims.binary_search(claim).is_ok());
        let mut others = self.whole.iter().filter(|(decision, _)| !needs_one(decision.claims)).peekable();
        if others.peek().is_none() {
            return Vec::new();
        }
        let turning = self.turns.of(self.decided, context, key);
        others.filter(|(_, lapse)| self.turned(*lapse, key, &turning)).map(|(decision, _)| *decision).collect()
    }

    /// Nobody asks for single points any more.
    pub(super) fn once_told(&self) {
        drop(std::mem::take(&mut *self.points.lock().unwrap_or_else(PoisonError::into_inner)));
    }

    /// The claims without each of which a subject that is controlled no longer is; it turns in these removals.
    fn single_points(&self, key: &Key, turning: &[usize]) -> Arc<[Sensitivity]> {
        let removed = turning.iter().copied().filter(|number| *number < self.removals.len());
        // Behind the removals come the readings.
        let read = (self.removals.len()..).zip(self.read());
        let read = read.filter(|(_, (_, without))| without.outcome(key) == Outcome::Uncontrolled);
        let numbers: Vec<usize> = removed.chain(read.map(|(number, _)| number)).collect();
        let points = || self.points.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(points) = points().get(&numbers) {
            return Arc::clone(points);
        }
        let claims = numbers.iter().flat_map(|number| match self.removals.get(*number) {
            Some(claims) => claims.iter(),
            None => std::slice::from_ref(&self.read[number - self.removals.len()]).iter(),
        });
        let mut single: Vec<Sensitivity> =
            claims.map(|claim| Sensitivity { claim: claim.clone(), then: Outcome::Uncontrolled }).collect();
        single.sort_by(|a, b| a.claim.cmp(&b.claim));
        Arc::clone(points().entry(numbers).or_insert_with(|| single.into()))
    }

    /// What does not arise as decided and arises uncontrolled without one claim, or without one decision; what has a verdict because it
    /// arises where nothing is decided is not among it.
    pub(super) fn arising(&self, gone: &[Key]) -> BTreeMap<Key, Arising<'_>> {
        let followed = self.turns.arising(self.decided);
        let reads = self.whole.iter().filter_map(|(.., lapse)| match lapse {
            Lapsing::Read(number) => self.others.get(*number),
            Lapsing::Everything => Some(self.undecided()),
            Lapsing::Followed(_) => None,
        });
        let arises = |outcomes: &Outcomes<'_>, key: &Key| {
            outcomes.standing(key).is_some_and(|standing| standing.outcome() == Outcome::Uncontrolled)
        };
        let read = self.read().map(|(_, outcomes)| outcomes).chain(reads).flat_map(|outcomes| {
            let uncontrolled = outcomes.subjects_where(|standing| standing.outcome() == Outcome::Uncontrolled);
            let keys = uncontrolled.into_iter().map(|(key, _)| key);
            keys.filter(|key| self.decided.standing(key).is_none()).collect::<Vec<_>>()
        });
        let gone: BTreeSet<&Key> = gone.iter().collect();
        let told = |key: &Key| gone.contains(key) && self.decided.outcome(key) == Outcome::Controlled;
        let keys: BTreeSet<Key> = followed.keys().cloned().chain(read).filter(|key| !told(key)).collect();
        let nothing = BTreeSet::new();
        let arising = keys.into_iter().filter_map(|key| {
            let numbers = followed.get(&key).unwrap_or(&nothing);
            let turned = |lapse: Lapsing| match lapse {
                Lapsing::Everything => arises(self.undecided(), &key),
                Lapsing::Followed(number) => numbers.contains(&number),
                Lapsing::Read(number) => arises(&self.others[number], &key),
            };
            let removed = numbers.iter().filter_map(|number| self.removals.get(*number)).flatten();
            let read = self.read().filter(|(_, outcomes)| arises(outcomes, &key)).map(|(claim, _)| claim);
            let mut claims: Vec<&ClaimId> = removed.chain(read).collect();
            claims.sort();
            let needs_one = |of: &[ClaimId]| claims.iter().any(|claim| of.binary_search(claim).is_ok());
            let whole = self.whole.iter().filter(|(decision, lapse)| !needs_one(decision.claims) && turned(*lapse));
            let whole: Vec<Spoken<'_>> = whole.map(|(decision, _)| *decision).collect();
            let until = self.lapses.iter().find(|(_, lapse)| turned(*lapse)).map(|(day, _)| *day);
            (!claims.is_empty() || !whole.is_empty()).then(|| (key.clone(), Arising { claims, whole, until }))
        });
        arising.collect()
    }
}

/// Without what a subject arises that does not as decided.
pub(super) struct Arising<'a> {
    /// Each of these claims alone.
    pub(super) claims: Vec<&'a ClaimId>,
    /// Each of these decisions, although none of its claims alone.
    pub(super) whole: Vec<Spoken<'a>>,
    /// The last day on which it does not arise.
    pub(super) until: Option<Date>,
}

impl<'a> Arising<'a> {
    /// What is told of a subject that arises only so.
    pub(super) fn waiting<'w>(&'w self, key: &'w Key) -> Waiting<'w>
    where
        'a: 'w,
    {
        Waiting::of(key, self.claims.clone(), |_| self.whole.clone(), self.until)
    }
}

/// The verdict on one subject, with the steps of its derivation that are its own.
pub(super) fn verdict(
    readings: &Readings<'_>,
    run: &Run<'_>,
    compared: &Compared<'_>,
    key: &Key,
    judged: &Judged,
) -> (Verdict, OwnSteps) {
    let controlled = judged.outcome == Outcome::Controlled;
    let turning = if controlled { compared.turns.of(compared.decided, run.context(), key) } else { Vec::new() };
    let single = if controlled { compared.single_points(key, &turning) } else { Arc::default() };
    let lapse = if controlled { compared.valid_until(key, &turning) } else { None };
    let undecided = compared.undecided().outcome(key) == Outcome::Uncontrolled;
    let provisional = controlled && (undecided || !single.is_empty() || lapse.is_some());
    // A policy that changes ends what it has found acceptable, whoever has decided what: that makes nothing provisional.
    let cells = judged.harms.iter().chain(&judged.cell);
    let by_policy = readings.policy.holds_until(cells.map(|cell| (cell.class, cell.severity, cell.escalated)));
    let by_policy = by_policy.filter(|_| controlled);
    let valid_until = lapse.into_iter().chain(by_policy).min();
    let best = match compared.best().standing(key) {
        Some(Standing::Judged(judged)) => judged.cell.as_ref().map(|cell| cell.class),
        _ => None,
    };
    let class = judged.cell.as_ref().map_or(Exploitability::Low, |cell| cell.class);
    let device = readings.situation.device;
    let mut reasons = reasons(readings, run, key, judged, provisional, device.harms.is_empty());
    reasons.extend(
        by_policy.map(|day| format!("{} finds it acceptable until {day}: it changes or ends then", readings.policy.id)),
    );
    let (witness, own) = if judged.cell.is_some() { run.witness(key) } else { Default::default() };
    let verdict = Verdict {
        id: String::new(),
        policy: readings.policy.id.clone(),
        outcome: readings.policy.word(judged.outcome).to_owned(),
        subject: key.subject.subject(),
        element: key.subject.element().clone(),
        fielded_version: readings.version.id.clone(),
        units: Units { cohort: CohortId::from(""), count: None, sites: None, variant: None, site: None },
        exploitability: class,
        exploitability_range: [best.unwrap_or(Exploitability::Low).min(class), class],
        harm: judged.cell.as_ref().map(|cell| HarmReached {
            id: cell.harm.clone(),
            severity: cell.severity,
            escalated_severity: cell.escalated,
        }),
        harms: judged
            .harms
            .iter()
            .map(|cell| ReachedHarm {
                id: cell.harm.clone(),
                severity: cell.severity,
                escalated_severity: cell.escalated,
                exploitability: cell.class,
                persons_at_once: cell.persons,
                verdict: cell.outcome,
            })
            .collect(),
        threats: judged.threats.iter().copied().collect(),
        verdict: judged.outcome,
        if_claims_hold: if_claims_hold(compared.claimed(), key, judged.outcome),
        provisional,
        basis: key.basis(),
        presumed_because: key.because,
        undetermined: !controlled && compared.best().outcome(key) == Outcome::Controlled,
        privacy: judged.privacy,
        persons_at_once: judged.cell.as_ref().map_or(Persons::Count(0), |cell| cell.persons),
        witness,
        controls_relied_on: controls_relied_on(readings, &single, provisional),
        sensitivity: single,
        valid_until,
        reasons: reasons.iter().map(|reason| run.keep(reason)).collect(),
        covers: Vec::new(),
    };
    (verdict, own)
}

/// How a subject comes out if all claims hold. Where they make it vanish, and it is not known what is where it would be, it is no worse
/// than it is while it is there.
fn if_claims_hold(claimed: &Outcomes<'_>, key: &Key, decided: Outcome) -> Outcome {
    let outcome = claimed.outcome(key);
    if claimed.standing(key).is_some() { outcome } else { outcome.min(decided) }
}

/// The controls among the single points; where there is no single point, every control in effect, for some of them must hold.
fn controls_relied_on(readings: &Readings<'_>, single: &[Sensitivity], provisional: bool) -> Vec<ControlId> {
    if !provisional {
        return Vec::new();
    }
    let controls = single.iter().filter_map(|point| match &point.claim {
        ClaimId::Control(id) => Some(id.clone()),
        _ => None,
    });
    let mut relied: Vec<ControlId> = controls.collect();
    if single.is_empty() {
        let context = readings.context(readings.decided, Unknowns::Worst);
        relied = context.controls().map(|control| control.id.clone()).collect();
    }
    relied
}

fn reasons(
    readings: &Readings<'_>,
    run: &Run<'_>,
    key: &Key,
    judged: &Judged,
    provisional: bool,
    no_harms: bool,
) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(cell) = &judged.cell {
        if cell.escalated > cell.severity {
            reasons.push(format!("{} people at once: {} reads as {}", cell.persons, cell.severity, cell.escalated));
        }
        if cell.outcome == judged.outcome {
            reasons.push(format!(
                "exploitability {} and severity {} make {} in {}",
                cell.class,
                cell.escalated,
                readings.policy.word(cell.outcome),
                readings.policy.id
            ));
        } else {
            reasons.push("what nobody has described may do harm that the model does not name".to_owned());
        }
    }
    match (key.basis(), &judged.cell) {
        (Basis::Presumed, cell) => {
            reasons.extend(run.missing(key));
            if cell.is_none() && no_harms {
                reasons.push("the model names no harm to persons at all".to_owned());
            }
        }
        (Basis::Confirmed, None) => match run.lacking(key) {
            None => reasons.push("it does not arise: the decisions in force say so".to_owned()),
            Some(lacking) if lacking.is_empty() => {
                reasons
                    .push("its steps can be taken, and lead to no harm to a person that the policy counts".to_owned());
            }
            Some(lacking) => {
                reasons.push(format!("its steps cannot be taken: it is not so that {}", lacking.join("; or that ")))
            }
        },
        (Basis::Confirmed, Some(_)) => {}
    }
    if judged.outcome == Outcome::Controlled && key.basis() == Basis::Confirmed {
        reasons
            .push("every element that it touches is described completely, so that nothing unknown leads on".to_owned());
    }
    if judged.privacy {
        reasons.push(
            "personal data can become known; that is an axis of its own and never makes a risk uncontrolled".to_owned(),
        );
    }
    if provisional {
        reasons.push("it rests on decisions that are entered and not signed".to_owned());
    }
    reasons
}
