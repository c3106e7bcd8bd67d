//! All voices about one vulnerability and one component, brought to one finding.
//!
//! The state is that of the worst voice: affected before unknown before not affected. A voice that is silent about the version
//! counts only where no other one speaks, and then the state is unknown. There is one exception, for packages that a
//! distribution builds: upstream's ranges cannot tell whether a fix was back-ported into them, and the distribution's own advisory
//! can. Where it says of this package, in this release, that this vulnerability is fixed in a version that the component has, and
//! it says nothing else elsewhere, its word counts, and the proof says so.

use std::collections::BTreeSet;
use std::sync::Arc;

use ward_model::finding::{ComponentSummary, Confidence, Finding, Proof, State, UnassessedReason, Voice, VoiceState};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber};
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Inventory;
use crate::applicability::{applications, strongest};
use crate::criterion::same_product;
use crate::host::Host;
use crate::identity::Identity;

mod conflict;
mod first;
mod known;
mod opinion;
mod summary;

pub(crate) use first::{First, first_reason};
use known::Group;
pub use known::Known;
use opinion::{Opinion, Told, Weight, Words, decide, excuse};

/// Says what is known about the components of one host.
pub(crate) struct Judge<'a> {
    knowledge: &'a dyn Knowledge,
    inventory: &'a Inventory<'a>,
    pub(crate) host: &'a Host,
    known: &'a Known,
    /// Nobody asks for more than states and names.
    without_words: bool,
    /// The component that was shown last.
    shown: Option<(usize, Arc<ComponentSummary>)>,
}

/// All voices about a component and a vulnerability.
struct Weighed<W> {
    group: Arc<Group>,
    /// The records that were asked, withdrawn ones too.
    records: Vec<(RecordNumber, Arc<VulnerabilityRecord>)>,
    opinions: Vec<Opinion<W>>,
    /// The version is what leaves it open.
    blocked: Option<UnassessedReason>,
    /// The state, the voice that stands for it, and whether that counts though another one is worse.
    decided: Option<(State, usize, bool)>,
}

/// What is said of one component and one vulnerability.
pub(crate) struct Judgement {
    pub(crate) finding: Option<Finding>,
    /// Every voice that speaks, in the order of the records; where the proof of the finding lists them, they stand there alone.
    pub(crate) voices: Vec<Voice>,
    /// The version that the finding's own voice compared.
    pub(crate) version: String,
    /// The version is what leaves it open.
    pub(crate) blocked: Option<UnassessedReason>,
}

impl<'a> Judge<'a> {
    /// `known` must be of this knowledge.
    pub(crate) fn new(
        knowledge: &'a dyn Knowledge,
        inventory: &'a Inventory<'a>,
        host: &'a Host,
        known: &'a Known,
    ) -> Self {
        Self { knowledge, inventory, host, known, without_words: false, shown: None }
    }

    /// The same for whoever asks for states and names alone.
    pub(crate) fn without_words(self) -> Self {
        Self { without_words: true, ..self }
    }

    /// A component as its findings show it.
    fn shown(&mut self, component: usize) -> Arc<ComponentSummary> {
        match &self.shown {
            Some((number, summary)) if *number == component => Arc::clone(summary),
            _ => {
                let summary = Arc::new(ComponentSummary::from(&self.inventory.components[component]));
                self.shown = Some((component, Arc::clone(&summary)));
                summary
            }
        }
    }

    /// The state of a component and a vulnerability, and how surely it was recognised; and whether the host was asked for anything.
    pub(crate) fn brief(
        &self,
        component: usize,
        first: &mut First,
        id: &VulnerabilityId,
    ) -> Result<(Option<(State, Confidence)>, bool), KnowledgeError> {
        let questions = self.host.questions();
        // Without words: nobody reads them.
        let Weighed { records, opinions, decided, .. } = self.weigh::<()>(component, first, id)?;
        let asks = |(number, _): &(RecordNumber, _)| first.heard_of(*number).any(|heard| heard.asks);
        let asked = self.host.questions() != questions || records.iter().any(asks);
        let found = decided.map(|(state, best, _)| (state, opinions[best].weight.confidence));
        Ok((found, asked))
    }

    /// Brings everything that is said of a component and a vulnerability together.
    pub(crate) fn judge(
        &mut self,
        component: usize,
        first: &mut First,
        id: &VulnerabilityId,
    ) -> Result<Judgement, KnowledgeError> {
        let Weighed { group, records, opinions, blocked, decided } = self.weigh::<Told>(component, first, id)?;
        let Some((state, best, excused)) = decided else {
            return Ok(Judgement { finding: None, voices: voices(opinions), version: String::new(), blocked });
        };
        let best = &opinions[best];
        let mut fixed_in: Vec<String> = Vec::new();
        let same = opinions.iter().filter(|opinion| opinion.weight.standing == best.weight.standing);
        for end in best.words.fixed_in.iter().chain(same.flat_map(|opinion| &opinion.words.fixed_in)) {
            if !fixed_in.contains(end) {
                fixed_in.push(end.clone());
            }
        }
        let mut environment = best.words.voice.notes.clone();
        environment.extend(excused.then(|| excuse(best)));
        for (_, record) in records.iter().filter(|(_, record)| record.withdrawn && group.ids.contains(&record.id)) {
            environment
                .push(format!("{} was withdrawn by {}; other records still speak of it", record.id, record.source));
        }
        let shared: Vec<&VulnerabilityRecord> = records
            .iter()
            .filter(|(number, record)| group.records.contains(number) && !record.withdrawn)
            .map(|(_, record)| &**record)
            .collect();
        let all: Vec<&VulnerabilityRecord> =
            records.iter().map(|(_, record)| &**record).filter(|r| !r.withdrawn).collect();
        let vulnerability = if shared.is_empty() {
            Arc::new(self.summarise(id, &group, &all)?)
        } else {
            self.known.summaries.get_or(id, || self.summarise(id, &group, &shared))?
        };
        let conflicts = conflict::conflicts(&vulnerability.cvss, &opinions, state);
        let (version, silent) = (best.words.version.clone(), best.words.voice.state == VoiceState::Silent);
        let Voice { record, source, criterion, range, identity, confidence, .. } = &best.words.voice;
        let confidence = *confidence;
        let mut proof = Proof {
            record: record.clone(),
            source: source.clone(),
            criterion: criterion.clone(),
            range: range.clone(),
            identity: identity.clone(),
            environment,
            voices: Vec::new(),
        };
        let mut voices = voices(opinions);
        // One criterion of one record is its own proof.
        if voices.len() > 1 || silent {
            proof.voices = std::mem::take(&mut voices);
        }
        let (component, proof) = (self.shown(component), Arc::new(proof));
        let finding = Finding { vulnerability, component, state, fixed_in, confidence, proof, conflicts };
        Ok(Judgement { finding: Some(finding), voices, version, blocked })
    }

    /// Hears all voices, and says which of them counts.
    fn weigh<W: Words>(
        &self,
        component: usize,
        first: &mut First,
        id: &VulnerabilityId,
    ) -> Result<Weighed<W>, KnowledgeError> {
        let group = self.group(id)?;
        let mut numbers: BTreeSet<RecordNumber> = group.records.iter().copied().collect();
        // Advisories of distributions name the vulnerability as upstream's, not as an alias.
        self.find_out_about(first)?;
        numbers.extend(first.about.iter().filter_map(|about| about.get(id)).flatten());
        let mut opinions = Vec::new();
        let mut blocked = None;
        let mut records = Vec::new();
        for number in numbers {
            let record = self.outline(number)?;
            if !record.withdrawn {
                let own = self.opinions(component, first, number, &record, &mut blocked);
                opinions.extend(own);
            }
            records.push((number, record));
        }
        let decided = decide(&self.host.resolutions[component], &opinions);
        Ok(Weighed { group, records, opinions, blocked, decided })
    }

    /// What one record says: by its configurations, and by its statements.
    fn opinions<W: Words>(
        &self,
        component: usize,
        first: &First,
        number: RecordNumber,
        record: &VulnerabilityRecord,
        blocked: &mut Option<UnassessedReason>,
    ) -> Vec<Opinion<W>> {
        let mut opinions = Vec::new();
        let resolution = &self.host.resolutions[component];
        let applications = applications(record, self.host, component);
        match strongest(&applications) {
            Some(best) => {
                opinions.push(Opinion { weight: Weight::applied(best), words: W::applied(record, best, &applications) })
            }
            None if applications.is_empty() => {
                let identity = resolution.identities.iter().find(|identity| names(record, identity));
                opinions.extend(identity.map(|identity| Opinion {
                    weight: Weight::outside(identity),
                    words: W::outside(record, identity),
                }));
            }
            None => *blocked = applications.iter().fold(*blocked, |held, open| first_reason(held, open.blocked)),
        }
        for heard in first.heard_of(number) {
            if heard.blocked.is_some() {
                *blocked = first_reason(*blocked, heard.blocked);
                continue;
            }
            // By which subject it was found is a place in the list of the very component.
            let Some(subject) = resolution.subjects.get(heard.subject) else { continue };
            opinions.push(Opinion { weight: Weight::heard(heard), words: W::heard(record, heard, subject) });
        }
        opinions
    }
}

/// Whether a record names a product of an identity as vulnerable.
fn names(record: &VulnerabilityRecord, identity: &Identity) -> bool {
    let mut criteria = record.configurations.iter().flat_map(|all| &all.nodes).flat_map(|node| &node.criteria);
    criteria.any(|criterion| criterion.vulnerable && same_product(&criterion.cpe, identity))
}

/// The voices, each once: some records say the same several times, for each of several names of one product.
fn voices(opinions: Vec<Opinion<Told>>) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::with_capacity(opinions.len());
    for Opinion { words: Told { voice, .. }, .. } in opinions {
        if !voices.contains(&voice) {
            voices.push(voice);
        }
    }
    voices
}
