//! Components one by one, for whoever has many inventories that share them: each is made out and judged once.
//!
//! What is said of a component rests on the component, on the knowledge, and on what its host answers to the questions that the
//! records put to it ("is Windows there?"). Most records ask nothing. So a component is first judged alone, and what was [`Asked`]
//! is noted; on a host on which nothing is [`Shown`] that was asked for, the answer is the same. Where something is, the component
//! is judged again among just that: everything else on the host could be asked nothing, and so changes nothing.
//!
//! Most of what is said of it has nothing to do with what was asked, so that only the vulnerabilities with which anything was
//! asked are judged again ([`Alone`]).
//!
//! A host is here always a bare inventory: nothing is claimed of it, and no hardware is listed beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ward_model::alias::Aliases;
use ward_model::component::Component;
use ward_model::finding::{ComponentSummary, Confidence, Finding, MatchReport, State, Unassessed, UnassessedReason};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};

use crate::Inventory;
use crate::host::Host;
use crate::identity::{Resolution, resolve};
use crate::judge::{First, Judge, Known};
use crate::report::{Answer, answers, package_of, put_in_order, said, uncovered_name};
use crate::undescribed::{Exploited, words_of_component};

mod dependency;
mod part;
mod surroundings;

pub use dependency::Dependency;
pub use part::{Again, Change, KnownChange, Part};
pub use surroundings::{Asked, Shown};

use dependency::Traced;

/// How many records and statements a [`Known`] keeps at most. A kernel alone has twenty thousand; records without words take a
/// kilobyte or two.
const MOST_KNOWN: usize = 80_000;

/// Judges components one by one.
pub struct Matcher<'a> {
    aliases: &'a Aliases,
    knowledge: &'a dyn Knowledge,
    exploited: Exploited,
}

/// A component that has been made out.
#[derive(Debug, Clone)]
pub struct Recognised {
    component: Component,
    resolution: Arc<Resolution>,
    uncovered: Option<String>,
}

/// What is said of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Why it could not be assessed.
    pub reason: Option<UnassessedReason>,
    /// What is known to be exploited, may touch it and is described by no record.
    pub undescribed: Vec<VulnerabilityId>,
    /// The findings, by vulnerability.
    pub findings: Vec<Finding>,
}

/// An answer, and what it rests on.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub apart: Apart,
    /// What the host was asked for.
    pub asked: Asked,
}

/// What is said of one component, without proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// Why it could not be assessed.
    pub reason: Option<UnassessedReason>,
    /// What is known to be exploited, may touch it and is described by no record.
    pub undescribed: Vec<VulnerabilityId>,
    /// The findings, by vulnerability.
    pub found: Vec<(VulnerabilityId, State, Confidence)>,
}

/// A component that was judged alone, with what it takes to judge it among others.
pub struct Alone {
    /// The component.
    pub recognised: Recognised,
    /// What is said of it.
    pub brief: Brief,
    /// What the host was asked for.
    pub asked: Asked,
    /// The records about it that name vulnerabilities as those of upstream, where that was wanted.
    pub advisories: Vec<RecordNumber>,
    first: First,
    /// The vulnerabilities with which the host was asked for anything; all others are found, or not, wherever it stands.
    asking: Vec<VulnerabilityId>,
}

/// What is said of a component among others.
#[derive(Debug)]
pub enum Among {
    /// What is said of it alone, but for these vulnerabilities: not found, or found so.
    But(Vec<(VulnerabilityId, Option<(State, Confidence)>)>),
    /// All of it.
    Whole(Brief),
}

impl Recognised {
    /// The component.
    #[must_use]
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// Its ecosystem or a release of that, where it is a package of one that no source speaks for.
    #[must_use]
    pub fn uncovered(&self) -> Option<&str> {
        self.uncovered.as_deref()
    }
}

impl<'a> Matcher<'a> {
    /// Judges by this knowledge.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn new(aliases: &'a Aliases, knowledge: &'a dyn Knowledge) -> Result<Self, KnowledgeError> {
        Ok(Self { aliases, knowledge, exploited: Exploited::new(knowledge.undescribed()?) })
    }

    /// Makes out which products and packages a component is.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn recognise(&self, component: Component) -> Result<Recognised, KnowledgeError> {
        self.recognise_by(component, self.knowledge)
    }

    /// The same, with everything that was asked of the knowledge, and that will be for the sake of what it is.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn recognise_tracing(
        &self,
        component: Component,
    ) -> Result<(Recognised, BTreeSet<Dependency>), KnowledgeError> {
        let traced = Traced::new(self.knowledge);
        let recognised = self.recognise_by(component, &traced)?;
        let mut asked = traced.into_asked();
        let resolution = &recognised.resolution;
        asked.extend(resolution.subjects.iter().map(|subject| Dependency::Subject(subject.key.clone())));
        let identities = resolution.identities.iter().map(|identity| &identity.product);
        asked.extend(identities.chain(&resolution.products).cloned().map(Dependency::Product));
        asked.extend(words_of_component(&recognised.component, resolution).into_iter().map(Dependency::Word));
        Ok((recognised, asked))
    }

    fn recognise_by(&self, component: Component, knowledge: &dyn Knowledge) -> Result<Recognised, KnowledgeError> {
        let resolution = resolve(&component, self.aliases, knowledge)?;
        let uncovered = match package_of(&resolution).filter(|_| !resolution.covered) {
            Some(package) => uncovered_name(package, knowledge)?,
            None => None,
        };
        Ok(Recognised { component, resolution: Arc::new(resolution), uncovered })
    }

    /// What a component shows to others on its host.
    #[must_use]
    pub fn shown(&self, recognised: &Recognised) -> Shown {
        Shown::of(&recognised.component, &recognised.resolution, self.aliases.families())
    }

    /// Judges a component among others of its host, which stand before and after it in the inventory.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn judge(
        &self,
        known: &mut Known,
        among: (&[&Recognised], &Recognised, &[&Recognised]),
    ) -> Result<Answered, KnowledgeError> {
        let place = among.0.len();
        let (one, asked) = self.with_host(among, |host, inventory| {
            let judge = &mut Judge::new(self.knowledge, inventory, host, bounded(known));
            let answers = answers(judge, (inventory, self.knowledge), &self.exploited, &[place])?;
            answers.into_iter().next().ok_or_else(unanswered)
        })?;
        Ok(Answered {
            apart: Apart { reason: one.reason, undescribed: one.undescribed, findings: one.findings },
            asked,
        })
    }

    /// Judges a component alone. `advisories`: what names vulnerabilities as upstream's is wanted, too.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn alone(&self, known: &mut Known, recognised: Recognised, advisories: bool) -> Result<Alone, KnowledgeError> {
        let mut asking = Vec::new();
        let ((brief, advisories, first), asked) =
            self.on_host(known, (&[], &recognised, &[]), |judge, inventory| {
                self.briefly(judge, inventory, 0, advisories, |id| asking.push(id.clone()))
            })?;
        Ok(Alone { recognised, brief, asked, advisories, first, asking })
    }

    /// Judges a component among others of its host, which stand before and after it in the inventory.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn among(
        &self,
        known: &mut Known,
        alone: &mut Alone,
        (before, after): (&[&Recognised], &[&Recognised]),
    ) -> Result<Among, KnowledgeError> {
        let Alone { recognised, first, asking, .. } = alone;
        let place = before.len();
        let (among, _) = self.on_host(known, (before, recognised, after), |judge, inventory| {
            if !judge.hear_again(place, first) {
                let (brief, ..) = self.briefly(judge, inventory, place, false, |_| ())?;
                return Ok(Among::Whole(brief));
            }
            let again = |id: &VulnerabilityId| Ok((id.clone(), judge.brief(place, first, id)?.0));
            asking.iter().map(again).collect::<Result<_, _>>().map(Among::But)
        })?;
        Ok(among)
    }

    /// Judges a component, alone or among others of its host, again for the vulnerabilities of a change; `None` where more of its
    /// answer may be another one, so that it has to be judged whole. The component and the others must be made out as they were before the
    /// change, and this matcher must know what holds after it.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn again(
        &self,
        known: &mut KnownChange,
        change: &Change<'_>,
        among: (&[&Recognised], &Recognised, &[&Recognised]),
    ) -> Result<Option<Again>, KnowledgeError> {
        let (place, one) = (among.0.len(), among.1);
        // Whether what nothing describes is described by what is said of it under another name.
        if self.exploited.fitting(&one.component, &one.resolution).iter().any(|id| change.names.contains(id)) {
            return Ok(None);
        }
        let (result, asked) = self.with_host(among, |host, inventory| {
            let judge = Judge::new(&change.after, inventory, host, bounded(&mut known.after)).without_words();
            let (found, now) = part::found(&judge, place, &change.names)?;
            let judge = Judge::new(&change.before, inventory, host, bounded(&mut known.before)).without_words();
            Ok((found, now == part::ground(&judge, place)?))
        })?;
        let (found, same_ground) = result;
        Ok(same_ground.then_some(Again { found, asked }))
    }

    /// Judges something without words on a host with these components, and tells what that was asked for.
    fn on_host<R>(
        &self,
        known: &mut Known,
        among: (&[&Recognised], &Recognised, &[&Recognised]),
        work: impl FnOnce(&mut Judge<'_>, &Inventory<'_>) -> Result<R, KnowledgeError>,
    ) -> Result<(R, Asked), KnowledgeError> {
        self.with_host(among, |host, inventory| {
            work(&mut Judge::new(self.knowledge, inventory, host, bounded(known)).without_words(), inventory)
        })
    }

    /// Does something with a host that has these components, and tells what that was asked for.
    fn with_host<R>(
        &self,
        (before, component, after): (&[&Recognised], &Recognised, &[&Recognised]),
        work: impl FnOnce(&Host, &Inventory<'_>) -> Result<R, KnowledgeError>,
    ) -> Result<(R, Asked), KnowledgeError> {
        let all = || before.iter().copied().chain([component]).chain(after.iter().copied());
        let components: Vec<Component> = all().map(|one| one.component.clone()).collect();
        let resolutions: Vec<Arc<Resolution>> = all().map(|one| Arc::clone(&one.resolution)).collect();
        let inventory = Inventory { components: &components, hardware: &[], complete: false };
        let host = Host::of(&inventory, resolutions, (0..components.len()).collect(), self.aliases).noting();
        let result = work(&host, &inventory)?;
        Ok((result, host.into_asked()))
    }

    /// What is said of the component at a place, the advisories about it where they are wanted, and what it follows from. Hands over the
    /// vulnerabilities with which the host is asked for anything.
    fn briefly(
        &self,
        judge: &mut Judge<'_>,
        inventory: &Inventory<'_>,
        place: usize,
        advisories: bool,
        mut asks: impl FnMut(&VulnerabilityId),
    ) -> Result<(Brief, Vec<RecordNumber>, First), KnowledgeError> {
        let of = (inventory, self.knowledge);
        let said = said(judge, of, &self.exploited, &[place], advisories, |judge, number, first, id| {
            let (found, asked) = judge.brief(number, first, id)?;
            if asked {
                asks(id);
            }
            Ok(found.map(|(state, confidence)| (id.clone(), state, confidence)))
        })?;
        let (Answer { reason, undescribed, findings, advisories }, first) =
            said.into_iter().next().ok_or_else(unanswered)?;
        Ok((Brief { reason, undescribed, found: findings }, advisories, first))
    }
}

/// What is known, forgotten where it is too much.
fn bounded(known: &mut Known) -> &Known {
    if known.size() > MOST_KNOWN {
        *known = Known::default();
    }
    known
}

/// Who asks about one component gets one answer. Should that ever not be so, nothing is answered.
fn unanswered() -> KnowledgeError {
    let reason = "one component was asked about, and nothing was answered".to_owned();
    KnowledgeError::Unreadable { part: "answers".to_owned(), reason }
}

/// The report that [`match_inventory`](crate::match_inventory) gives of an inventory, put together from what is said of its components,
/// each under its own reference there.
pub fn report_of_parts<'p>(parts: impl Iterator<Item = (ComponentRef, &'p Recognised, &'p Apart)>) -> MatchReport {
    let mut report = MatchReport::default();
    for (reference, recognised, apart) in parts {
        let summary = ComponentSummary { reference, ..ComponentSummary::from(&recognised.component) };
        if !apart.findings.is_empty() {
            let shown = Arc::new(summary.clone());
            let here = |finding: &Finding| Finding { component: Arc::clone(&shown), ..finding.clone() };
            report.findings.extend(apart.findings.iter().map(here));
        }
        if let Some(name) = &recognised.uncovered {
            *report.uncovered.entry(name.clone()).or_default() += 1;
        }
        if let Some(reason) = apart.reason {
            let undescribed = apart.undescribed.clone();
            report.unassessed.push(Unassessed { component: summary, reason, undescribed });
        }
    }
    put_in_order(&mut report);
    report
}
