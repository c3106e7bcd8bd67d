//! Which claims have effect on a day.
//!
//! A claim has effect only through a decision that names it (or its whole file), accepts it, has begun and has not expired, and is
//! bound to what was claimed and to the evidence as they are now. Whatever fails is said with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use ward_model::assessment::{DecisionWithoutEffect, Lapse};
use ward_model::claim::{Claim, ClaimId, Decision, ElementClaim, Evidence, joint_evidence, joint_premise};
use ward_model::device::{Decisions, Device};
use ward_model::digest::Digest;

use crate::context::Situation;
use crate::vocabulary::{Places, digest};

/// The claims that have effect, each with the last day on which it has.
///
/// What is left without some of them shares the rest: a device has many claims, and each is taken away once, and many of them together.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    holding: Arc<Holding>,
    /// The places of claims that were taken away: a few in order, and of many a mark at the place of each.
    few: Vec<u32>,
    many: Option<Arc<[u64]>>,
    /// The newest day on which somebody answered for each review of a component; none where it is supposed.
    entered: Arc<BTreeMap<ClaimId, Date>>,
    /// Who notes what is asked of them.
    heard: Option<Heard>,
}

/// The claims that were asked about, as they were asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<ClaimId>>>);

impl Heard {
    /// What was asked since the last time.
    pub fn take(&self) -> Vec<ClaimId> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Claims in order, each with the last day on which it has effect, and where each stands.
#[derive(Debug, Default)]
struct Holding {
    claims: Vec<(ClaimId, Option<Date>)>,
    places: Places,
}

impl Holding {
    fn place(&self, id: &ClaimId) -> Option<usize> {
        if self.claims.is_empty() {
            return None;
        }
        self.places.find(digest(id), |place| self.claims[place].0 == *id)
    }
}

/// When more claims than this are taken away, the place of each is marked.
const MOST_WITHOUT: usize = 16;

/// The mark of a place, and in which word it stands.
fn mark(place: usize) -> (usize, u64) {
    (place / 64, 1 << (place % 64))
}

impl Effects {
    fn new(holding: BTreeMap<ClaimId, Option<Date>>) -> Self {
        let claims: Vec<(ClaimId, Option<Date>)> = holding.into_iter().collect();
        let mut places = Places::for_so_many(claims.len());
        claims.iter().enumerate().for_each(|(place, (claim, _))| places.add(digest(claim), place));
        Self { holding: Arc::new(Holding { claims, places }), ..Self::default() }
    }

    /// Whether the claim at a place has not been taken away.
    fn is_left(&self, place: usize) -> bool {
        let (word, mark) = mark(place);
        let gone = |many: &Arc<[u64]>| many.get(word).is_some_and(|marks| marks & mark != 0);
        !self.few.iter().any(|few| *few as usize == place) && !self.many.as_ref().is_some_and(gone)
    }

    /// The places of claims that have effect.
    fn left(&self) -> impl Iterator<Item = usize> {
        (0..self.holding.claims.len()).filter(|place| self.is_left(*place))
    }

    /// The claims that have effect, in order, each with the last day on which it has.
    fn holding_until(&self) -> impl Iterator<Item = (&ClaimId, Option<Date>)> {
        self.left().map(|place| {
            let (id, until) = &self.holding.claims[place];
            (id, *until)
        })
    }

    /// Until when a claim has effect, if it has.
    fn holding(&self, id: &ClaimId) -> Option<Option<Date>> {
        if let Some(Heard(heard)) = &self.heard {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(id.clone());
        }
        let place = self.holding.place(id)?;
        self.is_left(place).then(|| self.holding.claims[place].1)
    }

    /// The same, and whatever is asked of them is noted.
    pub(crate) fn listening(&self) -> (Self, Heard) {
        let heard = Heard::default();
        (Self { heard: Some(heard.clone()), ..self.clone() }, heard)
    }

    /// The same without what stands at these places.
    fn without_places(&self, places: impl Iterator<Item = usize>) -> Self {
        let mut rest = self.clone();
        // More than four thousand million claims do not fit into memory.
        rest.few.extend(places.map(|place| u32::try_from(place).unwrap_or(u32::MAX)));
        rest.few.sort_unstable();
        rest.few.dedup();
        if rest.few.len() > MOST_WITHOUT {
            let none = || vec![0; rest.holding.claims.len().div_ceil(64)];
            let mut marks: Vec<u64> = rest.many.as_deref().map_or_else(none, <[u64]>::to_vec);
            for place in std::mem::take(&mut rest.few) {
                let (word, mark) = mark(place as usize);
                marks[word] |= mark;
            }
            rest.many = Some(marks.into());
        }
        rest
    }

    /// Nothing that is claimed has effect.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything that is claimed has effect, as if all of it were true.
    pub fn all(device: &Device) -> Self {
        Self::new(device.claims.keys().map(|id| (id.clone(), None)).collect())
    }

    /// The same with these claims besides, without any end: as somebody supposes for the sake of argument.
    #[must_use]
    pub fn supposing<'a>(&self, claims: impl IntoIterator<Item = &'a ClaimId>) -> Self {
        let kept = self.holding_until().map(|(id, until)| (id.clone(), until));
        let supposed: Vec<&ClaimId> = claims.into_iter().collect();
        let mut entered = (*self.entered).clone();
        entered.retain(|id, _| !supposed.contains(&id));
        let all = Self::new(kept.chain(supposed.into_iter().map(|id| (id.clone(), None))).collect());
        Self { entered: Arc::new(entered), ..all }
    }

    /// Just these claims have effect, without any end.
    #[cfg(test)]
    pub(crate) fn of(claims: impl IntoIterator<Item = ClaimId>) -> Self {
        Self::new(claims.into_iter().map(|id| (id, None)).collect())
    }

    /// What people have decided, as of a day; and the decisions without effect, with the reason.
    pub fn decided(device: &Device, decisions: &Decisions, as_of: Date) -> (Self, Vec<DecisionWithoutEffect>) {
        let mut holding: BTreeMap<ClaimId, Option<Date>> = BTreeMap::new();
        let mut entered: BTreeMap<ClaimId, Date> = BTreeMap::new();
        let mut rejected: BTreeSet<ClaimId> = BTreeSet::new();
        let mut rejected_later: BTreeMap<ClaimId, Date> = BTreeMap::new();
        let mut without = Vec::new();
        let names = Names::of(device);
        let said_no = lapsed_rejections(&names, decisions, as_of);
        for decision in &decisions.entered {
            if !decision.accepted && decision.on > as_of {
                // Somebody has said no as of a day to come: until then, and no longer.
                let begun = judge_decision(&names, decision, decision.on);
                for id in begun.into_iter().filter_map(|(_, outcome)| outcome.ok()) {
                    let first = rejected_later.entry(id).or_insert(decision.on);
                    *first = decision.on.min(*first);
                }
            }
            for (named, outcome) in judge_decision(&names, decision, as_of) {
                match outcome {
                    // A rejection that has run out gives no word back that was given before it.
                    Ok(id) if decision.accepted && said_no.get(&id).is_some_and(|day| *day >= decision.on) => {
                        let reason = format!("it was rejected on {}, and has not been accepted since", said_no[&id]);
                        without.push(DecisionWithoutEffect { number: decision.number, claim: named, reason });
                    }
                    Ok(id) if decision.accepted => {
                        let (_, believed) = believed(device, &id);
                        let expires = believed.map_or(decision.expires, |until| until.min(decision.expires));
                        if matches!(id, ClaimId::ComponentReviewed(..)) {
                            let on = entered.entry(id.clone()).or_insert(decision.on);
                            *on = decision.on.max(*on);
                        }
                        let until = holding.entry(id).or_insert(Some(expires));
                        *until = (*until).max(Some(expires));
                    }
                    Ok(id) => {
                        rejected.insert(id);
                    }
                    Err(reason) => {
                        without.push(DecisionWithoutEffect { number: decision.number, claim: named, reason });
                    }
                }
            }
        }
        // Someone who says no outweighs someone who says yes: to lift it, the rejection itself must go or lapse.
        for id in rejected {
            if holding.remove(&id).is_some() {
                without.push(DecisionWithoutEffect {
                    number: 0,
                    claim: id.to_string(),
                    reason: "another decision in force rejects the same claim".to_owned(),
                });
            }
        }
        for (id, first) in rejected_later {
            if let (Some(until), Ok(last)) = (holding.get_mut(&id), first.yesterday()) {
                *until = Some(until.map_or(last, |until| until.min(last)));
            }
        }
        without.sort();
        (Self { entered: Arc::new(entered), ..Self::new(holding) }, without)
    }

    /// Whether a claim has effect.
    pub fn holds(&self, id: &ClaimId) -> bool {
        self.holding(id).is_some()
    }

    /// The last day on which it has effect, where there is one.
    pub fn until(&self, id: &ClaimId) -> Option<Date> {
        self.holding(id).flatten()
    }

    /// The newest day on which somebody answered for the review of a component, where that has effect and is not supposed.
    pub(crate) fn entered(&self, id: &ClaimId) -> Option<Date> {
        self.entered.get(id).copied().filter(|_| self.holds(id))
    }

    /// The claims that have effect here or in another, and not in both.
    pub(crate) fn differing<'e>(&'e self, other: &'e Self) -> Vec<&'e ClaimId> {
        if Arc::ptr_eq(&self.holding, &other.holding) {
            let claims = self.holding.claims.iter().enumerate();
            let differing = claims.filter(|(place, _)| self.is_left(*place) != other.is_left(*place));
            return differing.map(|(_, (id, _))| id).collect();
        }
        let gone = self.claims().filter(|claim| !other.holds(claim));
        gone.chain(other.claims().filter(|claim| !self.holds(claim))).collect()
    }

    /// Whether nothing has effect.
    pub(crate) fn is_empty(&self) -> bool {
        self.left().next().is_none()
    }

    /// The claims that have effect, in order.
    pub fn claims(&self) -> impl Iterator<Item = &ClaimId> {
        self.holding_until().map(|(id, _)| id)
    }

    /// The last days on which claims have effect, with the claims of each.
    pub fn lapses(&self) -> Vec<Lapse> {
        let mut days: BTreeMap<Date, Vec<ClaimId>> = BTreeMap::new();
        for (claim, until) in self.holding_until() {
            if let Some(day) = until {
                days.entry(day).or_default().push(claim.clone());
            }
        }
        days.into_iter().map(|(after, claims)| Lapse { after, claims }).collect()
    }

    /// The claims that have no effect any more after a day: their decisions do not last longer.
    pub fn lapsed(&self, day: Date) -> impl Iterator<Item = &ClaimId> {
        let lapsed = self.holding_until().filter(move |(_, until)| until.is_some_and(|until| until <= day));
        lapsed.map(|(id, _)| id)
    }

    /// The same without those claims.
    #[must_use]
    pub fn after(&self, day: Date) -> Self {
        let until = |place: &usize| self.holding.claims[*place].1;
        self.without_places(self.left().filter(|place| until(place).is_some_and(|until| until <= day)))
    }

    /// The last days on which claims have effect.
    pub fn last_days(&self) -> BTreeSet<Date> {
        self.holding_until().filter_map(|(_, until)| until).collect()
    }

    /// The same without these claims.
    #[must_use]
    pub fn without<'a>(&self, claims: impl IntoIterator<Item = &'a ClaimId>) -> Self {
        self.without_places(claims.into_iter().filter_map(|claim| self.holding.place(claim)))
    }
}

/// The last day on which each claim was rejected, where the rejection is in force no more.
fn lapsed_rejections(names: &Names<'_>, decisions: &Decisions, as_of: Date) -> BTreeMap<ClaimId, Date> {
    let mut said_no: BTreeMap<ClaimId, Date> = BTreeMap::new();
    for decision in decisions.entered.iter().filter(|decision| !decision.accepted && decision.expires < as_of) {
        for (_, outcome) in judge_decision(names, decision, decision.on) {
            if let Ok(id) = outcome {
                let day = said_no.entry(id).or_insert(decision.on);
                *day = decision.on.max(*day);
            }
        }
    }
    said_no
}

/// The claims of a device by the names that decisions give them: there may be a decision for each.
struct Names<'d> {
    device: &'d Device,
    claims: BTreeMap<String, &'d Claim>,
}

impl<'d> Names<'d> {
    fn of(device: &'d Device) -> Self {
        Self { device, claims: device.claims.values().map(|claim| (claim.id.to_string(), claim)).collect() }
    }
}

/// For every claim that a decision names: the claim, if the decision reaches it, or why it does not.
fn judge_decision(names: &Names<'_>, decision: &Decision, as_of: Date) -> Vec<(String, Result<ClaimId, String>)> {
    let Names { device, claims: known } = names;
    let mut outcomes = Vec::new();
    let in_time = if decision.on > as_of {
        Err(format!("it was entered on {}, after {as_of}", decision.on))
    } else if decision.expires < as_of {
        Err(format!("it expired on {}", decision.expires))
    } else {
        Ok(())
    };
    if !decision.claims.is_empty() {
        let named: Vec<&Claim> = decision.claims.iter().filter_map(|name| known.get(name).copied()).collect();
        let bound = bound(decision, &named);
        for name in &decision.claims {
            let outcome = match known.get(name) {
                None => Err("nothing in the folder claims this".to_owned()),
                Some(claim) if !decision.accepted => in_time.clone().map(|()| *claim),
                Some(claim) => in_time
                    .clone()
                    .and_then(|()| bound.clone())
                    .and_then(|()| in_belief(device, &claim.id, as_of))
                    .and_then(|()| supported(device, claim)),
            };
            outcomes.push((name.clone(), outcome.map(|claim| claim.id.clone())));
        }
    }
    for file in &decision.files {
        let claims: Vec<&Claim> = device.claims.values().filter(|claim| claim.file == file.path).collect();
        let same = match device.files.get(&file.path) {
            None => Err("the folder has no such file".to_owned()),
            // A rejection needs no binding: it can only make things worse.
            Some(_) if !decision.accepted => Ok(()),
            Some(now) if *now == file.digest => Ok(()),
            Some(_) => Err("the file has changed since it was accepted".to_owned()),
        };
        let settled = in_time.clone().and(same).and_then(|()| bound(decision, &claims));
        if let Err(reason) = settled {
            outcomes.push((file.path.clone(), Err(reason)));
            continue;
        }
        for claim in claims {
            let believed = || in_belief(device, &claim.id, as_of).and_then(|()| supported(device, claim));
            let reached = if decision.accepted { believed() } else { Ok(claim) };
            outcomes.push((claim.id.to_string(), reached.map(|claim| claim.id.clone())));
        }
    }
    outcomes
}

/// Whether a decision is bound to these claims as they stand now. A rejection needs no binding: it can only make things worse.
fn bound(decision: &Decision, claims: &[&Claim]) -> Result<(), String> {
    if !decision.accepted {
        return Ok(());
    }
    match decision.premise {
        None => {
            return Err(
                "it is not bound to what was claimed: it has no premise_sha256 (`ward decide` writes it)".to_owned()
            );
        }
        Some(premise) if premise != joint_premise(claims.iter().copied()) => {
            return Err("what is claimed has changed since it was decided".to_owned());
        }
        Some(_) => {}
    }
    let cites = claims.iter().any(|claim| claim.evidence.is_some());
    let cited: Option<Digest> = joint_evidence(claims.iter().copied());
    if cites && cited.is_none() {
        return Err("a file that is cited as evidence is missing".to_owned());
    }
    if cited != decision.evidence {
        return Err("the evidence is not the one that was looked at".to_owned());
    }
    Ok(())
}

/// What each decision speaks of that has effect, by its number, where that is more than one claim: whoever takes a decision back takes
/// back all of them.
pub(crate) fn spoken_of(situation: Situation<'_>, effects: &Effects) -> Vec<(usize, Vec<ClaimId>)> {
    let Situation { device, decisions, as_of, .. } = situation;
    let of_several =
        |decision: &&Decision| decision.accepted && (decision.claims.len() > 1 || !decision.files.is_empty());
    let mut several = decisions.entered.iter().filter(of_several).peekable();
    if several.peek().is_none() {
        return Vec::new();
    }
    let names = Names::of(device);
    let spoken_of = several.map(|decision| {
        let reached = judge_decision(&names, decision, as_of).into_iter().filter_map(|(_, outcome)| outcome.ok());
        let claims: BTreeSet<ClaimId> = reached.filter(|id| effects.holds(id)).collect();
        (decision.number, claims.into_iter().collect::<Vec<_>>())
    });
    spoken_of.filter(|(_, claims)| claims.len() > 1).collect()
}

/// The claims that decisions in force reject, each with the number of the first of these.
pub fn rejected(device: &Device, decisions: &Decisions, as_of: Date) -> BTreeMap<ClaimId, usize> {
    let mut rejected = BTreeMap::new();
    let mut rejections = decisions.entered.iter().filter(|decision| !decision.accepted).peekable();
    if rejections.peek().is_none() {
        return rejected;
    }
    let names = Names::of(device);
    for decision in rejections {
        for id in judge_decision(&names, decision, as_of).into_iter().filter_map(|(_, outcome)| outcome.ok()) {
            rejected.entry(id).or_insert(decision.number);
        }
    }
    rejected
}

/// Why nobody may count on a claim, whatever else is decided: its evidence speaks against it, or it is among those that are rejected.
pub fn spoken_against(device: &Device, rejected: &BTreeMap<ClaimId, usize>, id: &ClaimId) -> Option<String> {
    let evidence = device.claims.get(id)?.evidence.as_ref();
    let number = || rejected.get(id).map(|number| format!("decision {number} rejects it"));
    evidence.and_then(Evidence::against).or_else(number)
}

/// What a claim lacks before any decision could give it effect: the evidence.
pub fn not_shown(device: &Device, id: &ClaimId) -> Option<String> {
    let claim = device.claims.get(id)?;
    supported(device, claim).err()
}

/// Whether a claim cites evidence, and it is there: whatever lowers a verdict is shown by something that can be looked at again. Nor
/// has it effect against what the folder itself says.
fn supported<'c>(device: &Device, claim: &'c Claim) -> Result<&'c Claim, String> {
    if let Some(reason) = claim.evidence.as_ref().and_then(Evidence::against) {
        return Err(reason);
    }
    match &claim.evidence {
        Some(evidence) if evidence.digest.is_none() => Err(format!("its evidence `{}` is missing", evidence.path)),
        Some(evidence) if evidence.digest == Some(Digest::of(b"")) => {
            Err(format!("its evidence `{}` is empty", evidence.path))
        }
        None => Err("it cites no evidence".to_owned()),
        Some(_) => contradicted(device, &claim.id).map_or(Ok(claim), Err),
    }
}

/// The days on which what a claim rests on is believed, beside those of its decision: an issuer's word counts from the day on which it
/// was all said, as long as the issuer is trusted.
fn believed(device: &Device, id: &ClaimId) -> (Option<Date>, Option<Date>) {
    let ClaimId::Statements(path) = id else { return (None, None) };
    let Some(file) = device.statements.iter().find(|file| file.path == *path) else { return (None, None) };
    let trusted = file.trusted.as_ref();
    (trusted.and_then(|by| by.from).max(file.whole_since()), trusted.and_then(|by| by.until))
}

/// Whether what a claim rests on is believed on a day.
fn in_belief(device: &Device, id: &ClaimId, as_of: Date) -> Result<(), String> {
    match believed(device, id) {
        (Some(from), _) if as_of < from => Err(format!("its issuer is believed from {from}")),
        (_, Some(until)) if as_of > until => Err(format!("its issuer is believed until {until}")),
        _ => Ok(()),
    }
}

/// What the folder says against a claim: that everything is listed, where an SBOM of the element says that something is left out.
fn contradicted(device: &Device, id: &ClaimId) -> Option<String> {
    let ClaimId::Element(element, ElementClaim::SoftwareListed) = id else { return None };
    let said = device.versions.iter().find_map(|version| {
        let word = version.inventories.get(element)?.incomplete.as_ref()?;
        Some((&version.id, word))
    });
    said.map(|(version, word)| {
        format!("its SBOM in version {version} says of itself that something is left out (`{word}`)")
    })
}
