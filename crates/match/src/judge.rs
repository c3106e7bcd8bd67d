//! All voices about one vulnerability and one component, brought to one finding.
//!
//! The state is that of the worst voice: affected before unknown before not affected. A voice that is silent about the version
//! counts only where no other one speaks, and then the state is unknown. There is one exception, for packages that a
//! distribution builds: upstream's ranges cannot tell whether a fix was back-ported into them, and the distribution's own advisory
//! can. Where it says of this package, in this release, that this vulnerability is fixed in a version that the component has, and
//! it says nothing else elsewhere, its word counts, and the proof says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ward_model::affected::SubjectKey;
use ward_model::finding::{
    ComponentSummary, Confidence, Finding, Proof, State, UnassessedReason, Voice, VoiceState, VulnerabilitySummary,
};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, KnowledgeError, RecordNumber, StatementCandidate};
use ward_model::meant::Meant;
use ward_model::vulnerability::VulnerabilityRecord;

use crate::Inventory;
use crate::applicability::{applications, strongest};
use crate::criterion::{Role, same_product, touch};
use crate::host::Host;
use crate::shelf::Shelf;
use crate::statement::Standing;
use crate::subject::Way;
use crate::voice::{Heard, hear};

mod conflict;
mod opinion;

use opinion::{Opinion, applied, decide};

/// What one body of knowledge says, as far as it was asked for.
#[derive(Default)]
pub struct Known {
    records: Shelf<RecordNumber, VulnerabilityRecord>,
    statements: Shelf<SubjectKey, Vec<StatementCandidate>>,
    groups: Shelf<VulnerabilityId, Group>,
    names: Shelf<RecordNumber, Vec<VulnerabilityId>>,
    /// Under which names each vulnerability is known, and the records of each name.
    aliases: Shelf<VulnerabilityId, Named>,
    /// What is shown of a vulnerability by the records that all its components share.
    summaries: Shelf<VulnerabilityId, VulnerabilitySummary>,
    /// How many records and statements it holds.
    held: AtomicUsize,
}

/// Says what is known about the components of one host.
pub(crate) struct Judge<'a> {
    knowledge: &'a dyn Knowledge,
    inventory: &'a Inventory<'a>,
    pub(crate) host: &'a Host,
    known: &'a Known,
    /// The component that was shown last.
    shown: Option<(usize, Arc<ComponentSummary>)>,
}

impl Known {
    /// How many records and statements it holds.
    pub(crate) fn size(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts what is taken in.
    fn hold<T>(&self, value: T, size: impl FnOnce(&T) -> usize) -> T {
        self.held.fetch_add(size(&value), Ordering::Relaxed);
        value
    }
}

/// The names of a vulnerability, each with the records of that name.
struct Named {
    now: WithRecords,
    /// The names that it has by withdrawn records alone.
    former: WithRecords,
}

/// Names with the records of each.
type WithRecords = Vec<(VulnerabilityId, Vec<RecordNumber>)>;

/// The records about one vulnerability.
pub(crate) struct Group {
    /// All names.
    ids: Vec<VulnerabilityId>,
    pub(crate) records: Vec<RecordNumber>,
    /// The names that it has by withdrawn records alone.
    former: Vec<VulnerabilityId>,
    /// What is held under those names. It says nothing of the vulnerability any more but since when somebody could know of it.
    pub(crate) former_records: Vec<RecordNumber>,
}

/// What the first stage finds about a component.
#[derive(Default)]
pub(crate) struct First {
    /// The records that touch it.
    pub(crate) touched: BTreeSet<RecordNumber>,
    /// Why its version keeps it from being assessed.
    pub(crate) blocked: Option<UnassessedReason>,
    /// Whether any source names it in a statement that surely means it.
    pub(crate) named: bool,
    /// Every statement about it.
    pub(crate) heard: Vec<Heard>,
    /// Which of the records that touch it, and of the advisories of its distribution, are about which vulnerability.
    about: Option<BTreeMap<VulnerabilityId, BTreeSet<RecordNumber>>>,
}

impl First {
    /// The records whose statements leave anything open.
    pub(crate) fn open_records(&self) -> impl Iterator<Item = RecordNumber> {
        let open = |heard: &&Heard| heard.standing != Standing::NotAffected || heard.blocked.is_some() || heard.loud;
        self.heard.iter().filter(open).map(Heard::record)
    }

    /// What a record says of it.
    fn heard_of(&self, number: RecordNumber) -> impl Iterator<Item = &Heard> {
        let from = self.heard.partition_point(|heard| heard.record() < number);
        self.heard.iter().skip(from).take_while(move |heard| heard.record() == number)
    }
}

/// All voices about a component and a vulnerability.
struct Weighed {
    group: Arc<Group>,
    /// The records that were asked, withdrawn ones too.
    records: Vec<(RecordNumber, Arc<VulnerabilityRecord>)>,
    opinions: Vec<Opinion>,
    /// The version is what leaves it open.
    blocked: Option<UnassessedReason>,
    /// The state, the voice that stands for it, and why it counts though another one is worse.
    decided: Option<(State, usize, Option<String>)>,
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
        Self { knowledge, inventory, host, known, shown: None }
    }

    pub(crate) fn record(&self, number: RecordNumber) -> Result<Arc<VulnerabilityRecord>, KnowledgeError> {
        let read = || self.knowledge.record(number).map(|record| self.known.hold(record, |_| 1));
        self.known.records.get_or(&number, read)
    }

    fn statements_of(&self, key: &SubjectKey) -> Result<Arc<Vec<StatementCandidate>>, KnowledgeError> {
        let read = || self.knowledge.statements(key).map(|list| self.known.hold(list, |list| 1 + list.len()));
        self.known.statements.get_or(key, read)
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

    /// The first stage: the rows and statements of its products and packages, without the surroundings and without the records.
    pub(crate) fn first(&self, component: usize) -> Result<First, KnowledgeError> {
        let mut first = First::default();
        let host = self.host;
        let resolution = &host.resolutions[component];
        for identity in &resolution.identities {
            // Most rows mean other versions, which their keys say; a component that contradicts itself has more than one.
            // So has one whose release is named and whose build is another, and one that may be any release.
            let settled = identity.contradictions.is_empty() && identity.build.is_none() && !identity.perhaps;
            let ruled_out = |meant: &Meant<'_>| settled && identity.version.is_surely_outside(meant);
            for candidate in self.knowledge.candidates_but(&identity.product, &ruled_out)? {
                let touch = touch(&candidate.criterion, identity, Role::Vulnerable);
                if touch.truth.is_false() {
                    continue;
                }
                first.blocked = first_reason(first.blocked, touch.blocked);
                if touch.blocked.is_none() {
                    first.touched.insert(candidate.record);
                }
            }
        }
        let mut held: BTreeMap<RecordNumber, Vec<usize>> = BTreeMap::new();
        for (number, subject) in resolution.subjects.iter().enumerate() {
            let list = self.statements_of(&subject.key)?;
            for (place, candidate) in list.iter().enumerate() {
                let questions = host.questions();
                // The same statement by a surer key is heard already.
                let held = held.entry(candidate.record).or_default();
                if held.iter().any(|place| *first.heard[*place].product() == candidate.product) {
                    continue;
                }
                if let Some(mut heard) = hear(&list, place, subject, host) {
                    heard.asks = (host.questions() != questions).then_some(number);
                    first.named |= matches!(subject.way, Way::Package { .. } | Way::Product { weak: false, .. });
                    held.push(first.heard.len());
                    first.heard.push(heard);
                }
            }
        }
        first.heard.sort_by_key(Heard::record);
        Ok(first)
    }

    /// Drops what withdrawn records say, and finds the records that touch the component. What clears needs no look at its record:
    /// where that is withdrawn, it will not be heard later either.
    pub(crate) fn settle(&self, first: &mut First) -> Result<(), KnowledgeError> {
        let mut withdrawn = BTreeSet::new();
        for number in first.open_records().collect::<BTreeSet<_>>() {
            if self.record(number)?.withdrawn {
                withdrawn.insert(number);
            }
        }
        first.heard.retain(|heard| !withdrawn.contains(&heard.record()));
        for heard in &first.heard {
            first.blocked = first_reason(first.blocked, heard.blocked);
        }
        for about in first.heard.chunk_by(|a, b| a.record() == b.record()) {
            let open = || about.iter().filter(|heard| heard.blocked.is_none());
            let spoken = open().any(Heard::speaks);
            let cleared = open().any(|heard| heard.standing == Standing::NotAffected);
            if (spoken || !cleared && open().next().is_some())
                && let Some(one) = about.first()
            {
                first.touched.insert(one.record());
            }
        }
        Ok(())
    }

    /// Reads records in the order in which they are kept: neighbours share what has to be unpacked.
    pub(crate) fn read_ahead(&self, numbers: &BTreeSet<RecordNumber>) -> Result<(), KnowledgeError> {
        for number in numbers {
            self.record(*number)?;
        }
        Ok(())
    }

    /// The vulnerabilities that a record is about, by the names under which findings are counted: its CVE where there is one.
    /// A record of several vulnerabilities speaks of each of them.
    pub(crate) fn names(&self, number: RecordNumber) -> Result<Arc<Vec<VulnerabilityId>>, KnowledgeError> {
        self.known.names.get_or(&number, || self.read_names(number))
    }

    fn read_names(&self, number: RecordNumber) -> Result<Vec<VulnerabilityId>, KnowledgeError> {
        let record = self.record(number)?;
        if is_cve(&record.id) {
            return Ok(vec![record.id.clone()]);
        }
        let cves =
            |ids: &[VulnerabilityId]| -> Vec<VulnerabilityId> { ids.iter().filter(|id| is_cve(id)).cloned().collect() };
        let own = cves(&record.aliases);
        if !own.is_empty() {
            return Ok(own);
        }
        let group = self.knowledge.alias_group(&record.id)?.ids;
        let shared = cves(&group);
        if !shared.is_empty() {
            return Ok(shared);
        }
        let upstream = cves(&record.upstream);
        if !upstream.is_empty() {
            return Ok(upstream);
        }
        Ok(vec![group.into_iter().min().unwrap_or_else(|| record.id.clone())])
    }

    /// All records about a vulnerability.
    pub(crate) fn group(&self, id: &VulnerabilityId) -> Result<Arc<Group>, KnowledgeError> {
        self.known.groups.get_or(id, || self.read_group(id))
    }

    fn read_group(&self, id: &VulnerabilityId) -> Result<Group, KnowledgeError> {
        let mut ids = Vec::new();
        let mut records = BTreeSet::new();
        let named = self.aliases(id)?;
        for (alias, numbers) in &named.now {
            let mut about = numbers.is_empty() && !(is_cve(alias) && alias != id);
            for number in numbers.iter().copied() {
                if self.names(number)?.contains(id) {
                    records.insert(number);
                    about = true;
                }
            }
            // Another vulnerability of a record that names both is no name of this one.
            if about {
                ids.push(alias.clone());
            }
        }
        if !ids.contains(id) {
            ids.push(id.clone());
        }
        ids.sort_unstable();
        let (mut former, mut former_records) = (Vec::new(), BTreeSet::new());
        for (name, numbers) in named.former.iter().filter(|(name, _)| !is_cve(name)) {
            let mut of_others = false;
            for number in numbers.iter().copied() {
                let names = self.names(number)?;
                if names.contains(id) || !names.iter().any(is_cve) {
                    former_records.insert(number);
                } else {
                    of_others = true;
                }
            }
            if !of_others {
                former.push(name.clone());
            }
        }
        let former_records = former_records.into_iter().collect();
        Ok(Group { ids, records: records.into_iter().collect(), former, former_records })
    }

    /// The groups of many vulnerabilities, their records read in the order in which they are kept.
    pub(crate) fn read_groups(&self, ids: &BTreeSet<&VulnerabilityId>) -> Result<(), KnowledgeError> {
        let mut numbers = BTreeSet::new();
        for id in ids {
            let named = self.aliases(id)?;
            numbers.extend(named.now.iter().chain(&named.former).flat_map(|(_, numbers)| numbers.iter().copied()));
        }
        self.read_ahead(&numbers)
    }

    fn aliases(&self, id: &VulnerabilityId) -> Result<Arc<Named>, KnowledgeError> {
        self.known.aliases.get_or(id, || {
            let group = self.knowledge.alias_group(id)?;
            let with_records = |alias: VulnerabilityId| self.knowledge.find_all(&alias).map(|numbers| (alias, numbers));
            let all = |names: Vec<VulnerabilityId>| names.into_iter().map(with_records).collect::<Result<_, _>>();
            Ok(Named { now: all(group.ids)?, former: all(group.former)? })
        })
    }

    /// Hears again what the host is asked about, of a component that stood on another one. Returns whether the component is judged
    /// for the same vulnerabilities on this one, and is assessed as far; otherwise nothing of `first` is changed.
    pub(crate) fn hear_again(&self, component: usize, first: &mut First) -> bool {
        let subjects = &self.host.resolutions[component].subjects;
        let mut other: Vec<(usize, Heard)> = Vec::new();
        for (number, heard) in first.heard.iter().enumerate() {
            let Some(subject) = heard.asks else { continue };
            let again = subjects.get(subject).and_then(|subject| heard.again(subject, self.host));
            match again.filter(|again| again.weight() == heard.weight()) {
                Some(again) => other.push((number, again)),
                None => return false,
            }
        }
        for (number, again) in other {
            first.heard[number] = again;
        }
        true
    }

    /// The state of a component and a vulnerability, and how surely it was recognised; and whether the host was asked for anything.
    pub(crate) fn brief(
        &self,
        component: usize,
        first: &mut First,
        id: &VulnerabilityId,
    ) -> Result<(Option<(State, Confidence)>, bool), KnowledgeError> {
        let questions = self.host.questions();
        let Weighed { records, opinions, decided, .. } = self.weigh(component, first, id)?;
        let asks = |(number, _): &(RecordNumber, _)| first.heard_of(*number).any(|heard| heard.asks.is_some());
        let asked = self.host.questions() != questions || records.iter().any(asks);
        let found = decided.map(|(state, best, _)| (state, opinions[best].voice.confidence));
        Ok((found, asked))
    }

    /// How a vulnerability is shown by all its records.
    pub(crate) fn summary_of(&self, id: &VulnerabilityId) -> Result<VulnerabilitySummary, KnowledgeError> {
        let group = self.group(id)?;
        let records = group.records.iter().map(|number| self.record(*number)).collect::<Result<Vec<_>, _>>()?;
        let records: Vec<&VulnerabilityRecord> =
            records.iter().map(|record| &**record).filter(|record| !record.withdrawn).collect();
        self.summarise(id, &group, &records)
    }

    /// Brings everything that is said of a component and a vulnerability together.
    pub(crate) fn judge(
        &mut self,
        component: usize,
        first: &mut First,
        id: &VulnerabilityId,
    ) -> Result<Judgement, KnowledgeError> {
        let Weighed { group, records, opinions, blocked, decided } = self.weigh(component, first, id)?;
        let Some((state, best, excuse)) = decided else {
            return Ok(Judgement { finding: None, voices: voices(opinions), version: String::new(), blocked });
        };
        let best = &opinions[best];
        let mut fixed_in: Vec<String> = Vec::new();
        let same = |opinion: &&Opinion| opinion.standing == best.standing;
        for end in best.fixed_in.iter().chain(opinions.iter().filter(same).flat_map(|opinion| &opinion.fixed_in)) {
            if !fixed_in.contains(end) {
                fixed_in.push(end.clone());
            }
        }
        let mut environment = best.voice.notes.clone();
        environment.extend(excuse);
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
        let (version, silent) = (best.version.clone(), best.voice.state == VoiceState::Silent);
        let Voice { record, source, criterion, range, identity, confidence, .. } = &best.voice;
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
    fn weigh(&self, component: usize, first: &mut First, id: &VulnerabilityId) -> Result<Weighed, KnowledgeError> {
        let group = self.group(id)?;
        let mut numbers: BTreeSet<RecordNumber> = group.records.iter().copied().collect();
        // Advisories of distributions name the vulnerability as upstream's, not as an alias.
        if first.about.is_none() {
            first.about = Some(self.about(first)?);
        }
        numbers.extend(first.about.iter().filter_map(|about| about.get(id)).flatten());
        let mut opinions = Vec::new();
        let mut blocked = None;
        let mut records = Vec::new();
        for number in numbers {
            let record = self.record(number)?;
            if !record.withdrawn {
                let own = self.opinions(component, first, number, &record, &mut blocked);
                opinions.extend(own);
            }
            records.push((number, record));
        }
        let decided = decide(&self.host.resolutions[component], &opinions);
        Ok(Weighed { group, records, opinions, blocked, decided })
    }

    /// The names of all vulnerabilities of which a record says anything about the component, to its good too.
    pub(crate) fn spoken_of(&self, first: &First) -> Result<BTreeSet<VulnerabilityId>, KnowledgeError> {
        let mut spoken = BTreeSet::new();
        let records: BTreeSet<RecordNumber> =
            first.touched.iter().copied().chain(first.heard.iter().map(Heard::record)).collect();
        for number in records {
            if !self.record(number)?.withdrawn {
                spoken.extend(self.names(number)?.iter().cloned());
            }
        }
        Ok(spoken)
    }

    /// Under which names of vulnerabilities there is anything that the answer about a component rests on: of those that it is judged
    /// for, and of the records whose names were looked at. `all_heard`: so were those of all records that say anything of it.
    pub(crate) fn rests_on(
        &self,
        first: &First,
        vulnerabilities: &BTreeSet<VulnerabilityId>,
        all_heard: bool,
    ) -> Result<BTreeSet<VulnerabilityId>, KnowledgeError> {
        let mut ids = BTreeSet::new();
        for vulnerability in vulnerabilities {
            let named = self.aliases(vulnerability)?;
            ids.extend(named.now.iter().chain(&named.former).map(|(id, _)| id.clone()));
        }
        let heard = first.heard.iter().filter(|heard| all_heard || heard.own_package.is_some()).map(Heard::record);
        let records: BTreeSet<RecordNumber> = first.touched.iter().copied().chain(heard).collect();
        for number in records {
            let record = self.record(number)?;
            // Which name such a record goes by follows from its group.
            if !is_cve(&record.id) && !record.aliases.iter().any(is_cve) {
                ids.extend(self.aliases(&record.id)?.now.iter().map(|(id, _)| id.clone()));
            }
            ids.insert(record.id.clone());
        }
        Ok(ids)
    }

    fn about(&self, first: &First) -> Result<BTreeMap<VulnerabilityId, BTreeSet<RecordNumber>>, KnowledgeError> {
        let mut about: BTreeMap<VulnerabilityId, BTreeSet<RecordNumber>> = BTreeMap::new();
        let advisories = first.heard.iter().filter(|heard| heard.own_package.is_some()).map(Heard::record);
        let records: BTreeSet<RecordNumber> = first.touched.iter().copied().chain(advisories).collect();
        for number in records {
            for name in self.names(number)?.iter() {
                about.entry(name.clone()).or_default().insert(number);
            }
        }
        Ok(about)
    }

    /// What one record says: by its configurations, and by its statements.
    fn opinions(
        &self,
        component: usize,
        first: &First,
        number: RecordNumber,
        record: &VulnerabilityRecord,
        blocked: &mut Option<UnassessedReason>,
    ) -> Vec<Opinion> {
        let mut opinions = Vec::new();
        let applications = applications(record, self.host, component);
        match strongest(&applications) {
            Some(best) => opinions.push(applied(record, best, &applications)),
            None if applications.is_empty() => opinions.extend(self.outside(component, record)),
            None => *blocked = applications.iter().fold(*blocked, |held, open| first_reason(held, open.blocked)),
        }
        for heard in first.heard_of(number) {
            if heard.blocked.is_some() {
                *blocked = first_reason(*blocked, heard.blocked);
                continue;
            }
            opinions.push(Opinion {
                standing: heard.standing,
                voice: heard.voice(record),
                fixed_in: heard.fixed_in.clone(),
                loud: heard.loud,
                version: heard.version.clone(),
                built: heard.built,
                own_package: heard.own_package.clone(),
            });
        }
        opinions
    }

    /// The record names a product of the component, and other versions of it.
    fn outside(&self, component: usize, record: &VulnerabilityRecord) -> Option<Opinion> {
        let criteria = record.configurations.iter().flat_map(|configuration| &configuration.nodes);
        let criteria: Vec<_> =
            criteria.flat_map(|node| &node.criteria).filter(|criterion| criterion.vulnerable).collect();
        for identity in &self.host.resolutions[component].identities {
            let mut ranges: Vec<String> = Vec::new();
            for criterion in criteria.iter().filter(|criterion| same_product(&criterion.cpe, identity)) {
                let range = criterion.range_text();
                if !ranges.contains(&range) {
                    ranges.push(range);
                }
            }
            if !ranges.is_empty() {
                ranges.truncate(12);
                return Some(Opinion {
                    standing: Standing::NotAffected,
                    voice: Voice {
                        record: record.id.to_string(),
                        source: record.source.clone(),
                        asserter: None,
                        state: VoiceState::NotAffected,
                        criterion: identity.product.to_string(),
                        range: ranges.join(", "),
                        identity: identity.text.clone(),
                        confidence: identity.confidence,
                        notes: vec![format!(
                            "{} is not among the versions or editions that it means",
                            identity.version.shown()
                        )],
                    },
                    fixed_in: Vec::new(),
                    loud: false,
                    version: identity.version.shown(),
                    built: false,
                    own_package: None,
                });
            }
        }
        None
    }

    /// What a finding shows of a vulnerability: everything that its records say of it, under all of its names.
    fn summarise(
        &self,
        id: &VulnerabilityId,
        group: &Group,
        records: &[&VulnerabilityRecord],
    ) -> Result<VulnerabilitySummary, KnowledgeError> {
        let order = |record: &VulnerabilityRecord| match record.source.as_str() {
            "nvd" => 0,
            "cve5" => 1,
            _ => 2,
        };
        let base = records.iter().min_by(|a, b| {
            let key = |record: &VulnerabilityRecord| (record.id != *id, order(record));
            key(a).cmp(&key(b)).then_with(|| (&a.source, &a.id).cmp(&(&b.source, &b.id)))
        });
        let mut whole = base.map_or_else(|| VulnerabilityRecord::new(id.clone(), ""), |record| shown_part(record));
        for record in records.iter().filter(|record| (&record.source, &record.id) != (&whole.source, &whole.id)) {
            for score in &record.scores {
                if !whole.scores.contains(score) {
                    whole.scores.push(score.clone());
                }
            }
            for vector in &record.unreadable_vectors {
                if !whole.unreadable_vectors.contains(vector) {
                    whole.unreadable_vectors.push(vector.clone());
                }
            }
            whole.weaknesses.extend(&record.weaknesses);
            whole.ssvc.extend(record.ssvc.iter().cloned());
            whole.exploit_references.extend(record.exploit_references.iter().cloned());
            // The earliest of each: that is when somebody could know.
            whole.received = [whole.received, record.received].into_iter().flatten().min();
            whole.published = [whole.published, record.published].into_iter().flatten().min();
        }
        whole.weaknesses.sort_unstable();
        whole.weaknesses.dedup();
        whole.ssvc.sort_unstable();
        whole.ssvc.dedup();
        whole.exploit_references.sort_unstable();
        whole.exploit_references.dedup();
        // Who withdraws a record does not make others learn of it later.
        for number in group.records.iter().chain(&group.former_records) {
            let record = self.record(*number)?;
            whole.received = [whole.received, record.received].into_iter().flatten().min();
            whole.published = [whole.published, record.published].into_iter().flatten().min();
        }
        let ids = &group.ids;
        let mut aliases: Vec<VulnerabilityId> =
            whole.aliases.iter().chain(ids).cloned().chain([whole.id.clone()]).collect();
        aliases.sort_unstable();
        aliases.dedup();
        aliases.retain(|alias| alias != id && !(is_cve(alias) && is_cve(id)));
        whole.id = id.clone();
        whole.aliases = aliases;
        // A record may state by itself what the list of exploited vulnerabilities at hand does not name yet.
        let mut exploited = records.iter().any(|record| !record.known_exploited.is_empty());
        let mut epss = None;
        for name in ids {
            exploited |= self.knowledge.exploited(name)?.is_some();
            let score = self.knowledge.epss(name)?;
            epss = [epss, score].into_iter().flatten().max_by_key(|epss| epss.score);
        }
        let former_names = group.former.iter().filter(|name| !whole.aliases.contains(name)).cloned().collect();
        Ok(VulnerabilitySummary { former_names, ..VulnerabilitySummary::new(whole, exploited, epss) })
    }
}

/// What a finding shows of a record. What it says of products, often the most of it, stands in the proof.
fn shown_part(record: &VulnerabilityRecord) -> VulnerabilityRecord {
    VulnerabilityRecord {
        aliases: record.aliases.clone(),
        published: record.published,
        modified: record.modified,
        received: record.received,
        withdrawn: record.withdrawn,
        description: record.description.clone(),
        scores: record.scores.clone(),
        unreadable_vectors: record.unreadable_vectors.clone(),
        weaknesses: record.weaknesses.clone(),
        ssvc: record.ssvc.clone(),
        exploit_references: record.exploit_references.clone(),
        ..VulnerabilityRecord::new(record.id.clone(), &record.source)
    }
}

/// The voices, each once: some records say the same several times, for each of several names of one product.
fn voices(opinions: Vec<Opinion>) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::with_capacity(opinions.len());
    for Opinion { voice, .. } in opinions {
        if !voices.contains(&voice) {
            voices.push(voice);
        }
    }
    voices
}

/// A missing version says more than one without a key, and either is said once.
pub(crate) fn first_reason(held: Option<UnassessedReason>, new: Option<UnassessedReason>) -> Option<UnassessedReason> {
    match (held, new) {
        (Some(UnassessedReason::UnparsableVersion), Some(UnassessedReason::NoVersion)) => new,
        (Some(_), _) => held,
        (None, _) => new,
    }
}

fn is_cve(id: &VulnerabilityId) -> bool {
    id.as_str().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-"))
}
