//! The verdicts: readings compared, with what each relies on and until when.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::civil::Date;
use ward_model::assessment::{Clock, DecisionWithoutEffect, Gap, Lapse, WatchItem};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::device::{ALL_UNITS, FieldedVersion, UNCONFIRMED_UNITS};
use ward_model::digest::Digest;
use ward_model::ids::{CohortId, ControlId, ElementId};
use ward_model::many::SingleAction;
use ward_model::verdict::{Outcome, PresumedBecause, SubjectKind, Units, Verdict};
use ward_policy::Policy;

mod outline;
mod verdict;

pub use outline::{Outline, outline};
use verdict::{Arising, Compared, verdict};

use crate::actions;
use crate::catalogue::Catalogue;
use crate::clock;
use crate::context::{Context, Situation, Unknowns};
use crate::effects::{Effects, spoken_of};
use crate::ground::{Like, ground_for_many};
use crate::parallel::{each_beside, each_mut, in_parts};
use crate::run::{Judged, Key, Outcomes, Run, Standing};
use crate::subject::SubjectKey;
use crate::watch::{self, Predicates, Spoken, Waiting};
use crate::without::Without;
use crate::witness::OwnSteps;

/// Everything that reasoning concludes about one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Verdicts, worst first.
    pub verdicts: Vec<Verdict>,
    /// What an attacker does once and harms several people by at the same time; none where nobody asked.
    pub single_actions: Vec<SingleAction>,
    /// What touches nothing today.
    pub watch_list: Vec<WatchItem>,
    /// What is due.
    pub clocks: Vec<Clock>,
    /// Where the model is not known to be complete.
    pub gaps: Vec<Gap>,
    /// The last days of decisions in force.
    pub lapses: Vec<Lapse>,
    /// Decisions that have no effect.
    pub decisions_without_effect: Vec<DecisionWithoutEffect>,
}

/// How much is told of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The verdicts, and what belongs to them.
    Verdicts,
    /// Besides, what single actions of an attacker bring on several people.
    Actions,
}

/// Judges a device: every subject, for every policy, fielded version and group of units.
pub fn judge(situation: Situation<'_>) -> Judgement {
    let (decided, decisions_without_effect) = Effects::decided(situation.device, situation.decisions, situation.as_of);
    Judgement { decisions_without_effect, ..judge_supposing(situation, &decided) }
}

/// Judges a device as if just these claims had effect, whatever was decided.
pub fn judge_supposing(situation: Situation<'_>, decided: &Effects) -> Judgement {
    judge_telling(situation, decided, Told::Verdicts)
}

/// The same, telling as much as is asked for.
pub fn judge_telling(situation: Situation<'_>, decided: &Effects, told: Told) -> Judgement {
    let mut judgement = Judgement::default();
    let versions = situation.device.versions.iter();
    let spoken = &spoken_of(situation, decided)[..];
    let tried: Vec<(&Policy, &FieldedVersion)> =
        versions.flat_map(|version| situation.rulebook.policies.iter().map(move |policy| (policy, version))).collect();
    // Versions and policies do not speak with each other: each is judged by itself, and what comes out is joined in their order.
    let parts: Vec<Judgement> = std::thread::scope(|scope| {
        let working: Vec<_> = tried
            .into_iter()
            .map(|(policy, version)| {
                scope.spawn(move || judge_version(situation, policy, version, (decided, spoken, told)))
            })
            .collect();
        working.into_iter().map(|work| work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    for part in parts {
        append(&mut judgement.verdicts, part.verdicts);
        append(&mut judgement.watch_list, part.watch_list);
        append(&mut judgement.single_actions, part.single_actions);
    }
    judgement.single_actions = actions::joined(judgement.single_actions);
    judgement.verdicts.sort_by_cached_key(order);
    judgement.watch_list.sort();
    judgement.watch_list.dedup();
    judgement.clocks = clock::clocks(situation, &judgement.verdicts);
    judgement.gaps = watch::gaps(situation, decided);
    judgement.lapses = decided.lapses();
    judgement
}

/// Adds a list to another, which becomes the other where that is empty.
fn append<T>(all: &mut Vec<T>, mut more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.append(&mut more);
    }
}

/// The verdicts of one policy on one version, for every group of its units.
fn judge_version(
    situation: Situation<'_>,
    policy: &Policy,
    version: &FieldedVersion,
    (decided, spoken, told): (&Effects, &[(usize, Vec<ClaimId>)], Told),
) -> Judgement {
    let mut judgement = Judgement::default();
    let catalogue = Catalogue::new(situation, policy, version);
    // Groups that have confirmed the same are judged once.
    let mut alike: BTreeMap<Vec<ControlId>, Bench> = BTreeMap::new();
    let mut groups = groups(version).into_iter().peekable();
    while let Some((units, confirmed)) = groups.next() {
        let mut bench = alike.remove(&confirmed).unwrap_or_else(|| {
            let catalogue = &catalogue;
            Bench::new(Readings { situation, policy, version, confirmed: &confirmed, decided, spoken, catalogue, told })
        });
        if groups.peek().is_none() {
            each_mut(&mut bench.verdicts, |part| part.iter_mut().for_each(|verdict| speak_of(verdict, &units)));
            judgement.verdicts.reserve_exact(bench.verdicts.iter().map(Vec::len).sum());
            judgement.verdicts.extend(bench.verdicts.into_iter().flatten());
            judgement.single_actions.extend(bench.single_actions.drain(..).map(|action| doable(action, &units)));
            judgement.watch_list.append(&mut bench.watch_list);
            break;
        }
        let verdicts = bench.verdicts.iter().flatten().cloned();
        judgement.verdicts.extend(verdicts.map(|verdict| for_units(verdict, &units)));
        judgement.single_actions.extend(bench.single_actions.iter().cloned().map(|action| doable(action, &units)));
        judgement.watch_list.extend(bench.watch_list.iter().cloned());
        alike.insert(confirmed, bench);
    }
    judgement
}

fn doable(action: SingleAction, units: &Units) -> SingleAction {
    SingleAction { cohorts: vec![units.cohort.clone()], ..action }
}

/// Hands over every reading of a version at its worst, as if just these claims had effect: by each policy, for the groups of units that
/// have confirmed the same.
pub(crate) fn each_reading(
    situation: Situation<'_>,
    version: &FieldedVersion,
    effects: &Effects,
    mut each: impl FnMut(Context<'_>),
) {
    let confirmed: BTreeSet<Vec<ControlId>> = groups(version).into_iter().map(|(_, confirmed)| confirmed).collect();
    for policy in &situation.rulebook.policies {
        let catalogue = &Catalogue::new(situation, policy, version);
        for confirmed in &confirmed {
            let unknowns = Unknowns::Worst;
            each(Context { situation, policy, version, confirmed, effects, unknowns, catalogue });
        }
    }
}

/// The groups of units of a version: each cohort, and the units of which nothing is confirmed.
pub(crate) fn groups(version: &FieldedVersion) -> Vec<(Units, Vec<ControlId>)> {
    let mut groups: Vec<(Units, Vec<ControlId>)> = version
        .cohorts
        .iter()
        .map(|cohort| {
            let mut confirmed = cohort.confirmed.clone();
            confirmed.sort();
            confirmed.dedup();
            (
                Units {
                    cohort: cohort.id.clone(),
                    count: cohort.units,
                    sites: cohort.sites,
                    variant: None,
                    site: None,
                },
                confirmed,
            )
        })
        .collect();
    let counted: Option<u64> = version.cohorts.iter().map(|cohort| cohort.units).sum();
    let rest = match (version.units, counted) {
        (Some(all), Some(counted)) => Some(all.saturating_sub(counted)),
        _ => None,
    };
    // Where every unit is known to stand in a cohort there is no rest; where the number is unknown there may be one.
    if version.cohorts.is_empty() || rest != Some(0) {
        let name = if version.cohorts.is_empty() { ALL_UNITS } else { UNCONFIRMED_UNITS };
        groups.push((
            Units { cohort: CohortId::from(name), count: rest, sites: None, variant: None, site: None },
            Vec::new(),
        ));
    }
    groups
}

pub(crate) fn for_units(mut verdict: Verdict, units: &Units) -> Verdict {
    speak_of(&mut verdict, units);
    verdict
}

/// Says which units a verdict is for, and names it.
fn speak_of(verdict: &mut Verdict, units: &Units) {
    verdict.units = units.clone();
    let because = verdict.presumed_because.map_or("", |because| because.word());
    let parts = [
        verdict.policy.as_str(),
        &verdict.subject.id,
        because,
        verdict.element.as_str(),
        verdict.fielded_version.as_str(),
        units.cohort.as_str(),
    ];
    let digest = Digest::of_parts(parts.iter().map(|part| part.as_bytes())).to_string();
    verdict.id = format!("V-{}", &digest[..12]);
}

/// Worst first; then by name, so that the order never depends on anything else.
pub fn order(verdict: &Verdict) -> impl Ord + use<> {
    use std::cmp::Reverse;
    // A death outranks an injury that reads as one because it reaches many; what needs no vulnerability outranks what does.
    let severity = verdict.harm.as_ref().map(|harm| (harm.escalated_severity, harm.severity));
    let kind = match verdict.subject.kind {
        SubjectKind::Weakness => 0,
        SubjectKind::Vulnerability => 1,
        SubjectKind::Element => 2,
    };
    (
        Reverse(verdict.verdict),
        verdict.basis,
        Reverse(severity),
        Reverse(verdict.exploitability),
        Reverse(verdict.persons_at_once),
        (kind, verdict.subject.clone(), verdict.element.clone(), verdict.presumed_because),
        (verdict.policy.clone(), verdict.fielded_version.clone(), verdict.units.cohort.clone()),
    )
}

/// The readings of one policy, version and group of units.
#[derive(Clone, Copy)]
struct Readings<'a> {
    situation: Situation<'a>,
    policy: &'a Policy,
    version: &'a FieldedVersion,
    confirmed: &'a [ControlId],
    decided: &'a Effects,
    /// What each decision speaks of, where that is more than one claim.
    spoken: &'a [(usize, Vec<ClaimId>)],
    catalogue: &'a Catalogue,
    told: Told,
}

impl<'a> Readings<'a> {
    fn context(&self, effects: &'a Effects, unknowns: Unknowns) -> Context<'a> {
        Context {
            situation: self.situation,
            policy: self.policy,
            version: self.version,
            confirmed: self.confirmed,
            effects,
            unknowns,
            catalogue: self.catalogue,
        }
    }

    /// How every subject comes out in another reading, which is built like this one.
    fn outcomes(&self, effects: &'a Effects, unknowns: Unknowns, like: &Like) -> Outcomes<'a> {
        let context = self.context(effects, unknowns);
        match unknowns {
            Unknowns::Worst => Outcomes::beside(context, like),
            Unknowns::Best => Outcomes::at_best(context, like),
        }
    }
}

/// When more claims than this are lost at once, a reading of its own is quicker than following what they change.
const MOST_FOLLOWED: usize = 100;

/// What is left on a day when decisions have lapsed.
#[derive(Debug, Clone, Copy)]
enum Lapsing {
    /// Nothing: it is as if nothing had been decided.
    Everything,
    /// What turns was followed, as the removal of this number.
    Followed(usize),
    /// A reading of its own, of this number.
    Read(usize),
}

/// The removals that are tried, each by its number.
type Tried<'t> = Vec<Cow<'t, [ClaimId]>>;

/// The readings that are asked for, each by its number.
type Read<'e> = Vec<(&'e Effects, Unknowns)>;

/// How it is found out what is left without some claims: one more removal to try, or one more reading to ask for.
fn lose<'a, 'e>(
    left: &'e Effects,
    lost: impl Iterator<Item = &'a ClaimId>,
    (tried, asked): (&mut Tried<'_>, &mut Read<'e>),
) -> Lapsing {
    let lost: Vec<ClaimId> = lost.take(MOST_FOLLOWED + 1).cloned().collect();
    if left.is_empty() {
        Lapsing::Everything
    } else if lost.len() <= MOST_FOLLOWED && !is_read(&lost) {
        tried.push(Cow::Owned(lost));
        Lapsing::Followed(tried.len() - 1)
    } else {
        asked.push((left, Unknowns::Worst));
        Lapsing::Read(asked.len() - 1)
    }
}

/// What one group of units comes to; the units themselves are filled in later.
struct Bench {
    /// In the parts in which they were worked out.
    verdicts: Vec<Vec<Verdict>>,
    single_actions: Vec<SingleAction>,
    watch_list: Vec<WatchItem>,
}

impl Bench {
    fn new(readings: Readings<'_>) -> Self {
        let decided = readings.decided;
        let none = Effects::none();
        let all = Effects::all(readings.situation.device);
        // All readings end with this function, and so does the borrow of what they read.
        Readings { decided, ..readings }.judge(&none, &all)
    }
}

impl<'a> Readings<'a> {
    fn judge<'b>(self, none: &'b Effects, all: &'b Effects) -> Bench
    where
        'a: 'b,
    {
        let readings: Readings<'b> = self;
        let decided = readings.decided;
        let (grounded, like) = ground_for_many(&readings.context(decided, Unknowns::Worst));
        // In which versions a finding is, is asked of so few that a reading of its own answers each.
        let (read, removals): (Vec<_>, Vec<_>) = removals(decided).into_iter().partition(|claims| is_read(claims));
        let read: Vec<(ClaimId, Effects)> =
            read.into_iter().flatten().map(|claim| (claim.clone(), decided.without([&claim]))).collect();
        let mut tried: Vec<Cow<'_, [ClaimId]>> = removals.iter().map(|claims| Cow::Borrowed(&claims[..1])).collect();
        let lapses: Vec<(Date, Effects)> =
            decided.last_days().into_iter().map(|day| (day, decided.after(day))).collect();
        let without_whole: Vec<Effects> = readings.spoken.iter().map(|(_, claims)| decided.without(claims)).collect();
        // Whether several decisions together keep something away is a reading of its own.
        let described = decided.without(decided.claims().filter(|claim| !watch::describes(claim)));
        // That in which nothing has effect comes first: the others take over what is the same there. Of the unknown at its best the
        // class is told too.
        let mut asked = vec![(none, Unknowns::Worst), (decided, Unknowns::Best)];
        asked.extend([all, &described].map(|effects| (effects, Unknowns::Worst)));
        let lapsing: Vec<(Date, Lapsing)> = lapses
            .iter()
            .map(|(day, left)| (*day, lose(left, decided.lapsed(*day), (&mut tried, &mut asked))))
            .collect();
        // What ends on one day may be what one decision speaks of.
        let whole = readings.spoken.iter().zip(&without_whole).map(|((number, claims), left)| {
            let same = lapsing.iter().find(|(day, _)| decided.lapsed(*day).eq(claims));
            let own = || lose(left, claims.iter(), (&mut tried, &mut asked));
            (Spoken::new(*number, claims, decided), same.map_or_else(own, |(_, lapse)| *lapse))
        });
        let whole: Vec<(Spoken<'_>, Lapsing)> = whole.collect();
        asked.extend(read.iter().map(|(_, left)| (left, Unknowns::Worst)));
        let first = || {
            let run = Run::of(readings.context(decided, Unknowns::Worst), grounded);
            let outcomes = run.outcomes();
            (run, outcomes)
        };
        let ((run, outcomes), others) =
            each_beside(&asked, |(effects, unknowns)| readings.outcomes(effects, *unknowns, &like), first);
        // What they were built like is as large as a reading.
        drop(like);
        let turns = Without::new(&run, &outcomes).remove_each(&tried);
        drop(tried);
        let run = run.once_tried();
        let compared = Compared {
            others,
            turns,
            decided: &outcomes,
            removals,
            read: read.iter().map(|(claim, _)| claim.clone()).collect(),
            lapses: lapsing,
            whole,
            points: Mutex::default(),
        };
        let subjects = outcomes.subjects();
        let gone = gone(&outcomes, compared.undecided());
        let covers = covered(&outcomes, &subjects, &gone);
        // A weakness that a decision alone makes vanish is a verdict too: someone answers for its absence. Where another weakness of
        // the link has taken its place, that one has the verdict.
        let vanished: Vec<&Key> = gone.iter().filter(|key| outcomes.outcome(key) == Outcome::Controlled).collect();
        let judge = |subjects: &[(Key, Standing)]| {
            // Vulnerabilities of one kind that the same controls name have the same verdict, but for their names.
            let mut alike: BTreeMap<Likeness, (Verdict, OwnSteps)> = BTreeMap::new();
            let judged = subjects.iter().filter_map(|(key, standing)| {
                let Standing::Judged(judged) = standing else { return None };
                let judge = || verdict(&readings, &run, &compared, key, judged);
                let (mut verdict, own) = match likeness(&readings, key) {
                    Some(likeness) => alike.entry(likeness).or_insert_with(judge).clone(),
                    None => judge(),
                };
                verdict.subject = key.subject.subject();
                run.name_own_steps(key, &mut verdict.witness, &own);
                verdict.covers = self::covers(&run, key, &covers);
                Some(verdict)
            });
            judged.collect::<Vec<Verdict>>()
        };
        let told = self.told;
        let beside = || {
            let actions = if told == Told::Actions { actions::single_actions(&run) } else { Vec::new() };
            (watch::absences(&run), actions)
        };
        let ((mut watch_list, single_actions), mut verdicts) = in_parts(&subjects, LEAST_VERDICTS, judge, beside);
        let judge =
            |keys: &[&Key]| keys.iter().map(|key| verdict(&readings, &run, &compared, key, &ABSENT).0).collect();
        verdicts.extend(in_parts(&vanished, LEAST_VERDICTS, judge, || ()).1);
        // Verdicts stand in the order of their subjects.
        let judged = subjects.iter().filter(|(_, standing)| matches!(standing, Standing::Judged(_)));
        let keys = judged.map(|(key, _)| key).chain(vanished.iter().copied());
        let told: Vec<(&Key, &Verdict)> = keys.zip(verdicts.iter().flatten()).collect();
        // What is not reached is asked for next, and no ways any more: they take as much room as all verdicts.
        let run = run.once_told();
        compared.once_told();
        let arising = compared.arising(&gone);
        let arising: Vec<(&Key, &Arising<'_>)> = arising.iter().collect();
        let predicates = Predicates::new(decided);
        let listed = |key: &Key| compared.listed().outcome(key);
        let of_told = in_parts(
            &told,
            LEAST_VERDICTS,
            |told| {
                let (run, compared) = (&run, &compared);
                let whole = |key| move |named: &[&_]| compared.whole(run.context(), key, named);
                watch::items((run, &predicates), told, |(key, verdict)| Waiting::new(key, verdict, whole(key)), listed)
            },
            || (),
        );
        let of_told = of_told.1;
        let of_arising = in_parts(
            &arising,
            LEAST_VERDICTS,
            |arising| watch::items((&run, &predicates), arising, |(key, turns)| Some(turns.waiting(key)), listed),
            || (),
        );
        let of_arising = of_arising.1;
        // What they were made of is let go first, for joining them takes room again.
        drop(predicates);
        drop((told, run));
        // As many as there are: a list that grows is there twice, for a while, and in the end half empty.
        watch_list.reserve_exact(of_told.iter().chain(&of_arising).map(Vec::len).sum());
        watch_list.extend(of_told.into_iter().chain(of_arising).flatten());
        Bench { verdicts, single_actions, watch_list }
    }
}

/// The subjects that arise where nothing is decided, and as decided do not: whatever a decision alone makes vanish is left to what is
/// not known of where it would be.
fn gone(decided: &Outcomes<'_>, undecided: &Outcomes<'_>) -> Vec<Key> {
    let subjects = undecided.subjects();
    let gone = |subjects: &[(Key, Standing)]| {
        let keys = subjects.iter().map(|(key, _)| key);
        let gone = keys.filter(|key| key.because.is_none() && decided.standing(key).is_none());
        gone.cloned().collect::<Vec<Key>>()
    };
    let ((), gone) = in_parts(&subjects, LEAST_VERDICTS, gone, || ());
    gone.concat()
}

/// For each element that is not described completely the subjects that are left to a presumption of it.
fn covered<'a>(
    outcomes: &'a Outcomes<'_>,
    subjects: &'a [(Key, Standing)],
    gone: &[Key],
) -> BTreeMap<&'a ElementId, BTreeSet<String>> {
    let mut covers: BTreeMap<&ElementId, BTreeSet<String>> = BTreeMap::new();
    for (key, standing) in subjects {
        if let Standing::Covered(elements) = standing {
            for element in &**elements {
                covers.entry(element).or_default().insert(key.subject.subject().id);
            }
        }
    }
    for key in gone {
        for element in outcomes.left_open(key) {
            covers.entry(element).or_default().insert(key.subject.subject().id);
        }
    }
    covers
}

/// The claims in effect, those together whose removal comes to the same: an element whose interfaces or functions nobody answers
/// for is not described completely either way.
fn removals(decided: &Effects) -> Vec<Vec<ClaimId>> {
    let like = |claim: &ClaimId| match claim {
        ClaimId::Element(element, ElementClaim::FunctionsListed) => {
            ClaimId::Element(element.clone(), ElementClaim::InterfacesListed)
        }
        other => other.clone(),
    };
    let mut claims: Vec<(ClaimId, &ClaimId)> = decided.claims().map(|claim| (like(claim), claim)).collect();
    // The sort is stable, and hardly anything is out of order.
    claims.sort_by(|a, b| a.0.cmp(&b.0));
    let groups = claims.chunk_by(|a, b| a.0 == b.0);
    groups.map(|group| group.iter().map(|(_, claim)| (*claim).clone()).collect()).collect()
}

/// Whether it takes a reading of its own to tell what turns without these claims.
fn is_read(claims: &[ClaimId]) -> bool {
    let is_read =
        |claim: &ClaimId| matches!(claim, ClaimId::FindingVersions(_) | ClaimId::Statements(_) | ClaimId::Compiled(..));
    claims.iter().any(is_read)
}

/// Fewer verdicts than this are not worth a thread.
const LEAST_VERDICTS: usize = 500;

const ABSENT: Judged = Judged::briefly(Outcome::Controlled);

/// What makes two vulnerabilities come out alike in every reading: element, kind in the open and in the complete reading of its
/// inventory, and the controls that name them.
type Likeness = (ElementId, Option<usize>, Option<usize>, Vec<ControlId>);

fn likeness(readings: &Readings<'_>, key: &Key) -> Option<Likeness> {
    let SubjectKey::Vulnerability(id, element) = &key.subject else { return None };
    let kind = |complete| readings.catalogue.of(element, complete).find(id).map(|known| known.kind);
    Some((element.clone(), kind(false), kind(true), readings.catalogue.naming(id, element).to_vec()))
}

/// The subjects that a presumed verdict speaks for.
fn covers(run: &Run<'_>, key: &Key, covers: &BTreeMap<&ElementId, BTreeSet<String>>) -> Vec<String> {
    match key.because {
        Some(PresumedBecause::Unmodelled) => covers.get(key.subject.element()).into_iter().flatten().cloned().collect(),
        Some(PresumedBecause::UnknownRange) => run.untold(key.subject.element()),
        Some(PresumedBecause::Unassessed) | None => Vec::new(),
    }
}
