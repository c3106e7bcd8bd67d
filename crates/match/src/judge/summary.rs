//! What a finding shows of a vulnerability, by all records about it.

use ward_model::finding::VulnerabilitySummary;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::KnowledgeError;
use ward_model::vulnerability::VulnerabilityRecord;

use super::Judge;
use super::known::{Group, is_cve};

impl Judge<'_> {
    /// How a vulnerability is shown by all its records.
    pub(crate) fn summary_of(&self, id: &VulnerabilityId) -> Result<VulnerabilitySummary, KnowledgeError> {
        let group = self.group(id)?;
        let records = group.records.iter().map(|number| self.record(*number)).collect::<Result<Vec<_>, _>>()?;
        let records: Vec<&VulnerabilityRecord> =
            records.iter().map(|record| &**record).filter(|record| !record.withdrawn).collect();
        self.summarise(id, &group, &records)
    }

    /// What a finding shows of a vulnerability: everything that its records say of it, under all of its names.
    pub(super) fn summarise(
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
