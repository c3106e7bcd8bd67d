//! Some records of a body of knowledge, as if nothing else were found by products and keys: what it takes to judge again only the
//! vulnerabilities whose records changed.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::affected::SubjectKey;
use ward_model::cpe::ProductKey;
use ward_model::finding::{Confidence, State, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{
    AliasGroup, Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber, StatementCandidate,
};
use ward_model::vulnerability::{Epss, Exploited, Undescribed, VulnerabilityRecord};

use super::Asked;
use crate::judge::{Judge, Known};

/// Knowledge in which only some records are found by products and keys. Asked for anything else it answers as the whole does.
pub struct Part<'a> {
    whole: &'a dyn Knowledge,
    records: BTreeMap<RecordNumber, VulnerabilityRecord>,
    products: BTreeMap<ProductKey, Vec<Candidate>>,
    statements: BTreeMap<SubjectKey, Vec<StatementCandidate>>,
}

impl<'a> Part<'a> {
    /// These records, under these numbers, in front of a whole.
    pub fn new(
        whole: &'a dyn Knowledge,
        records: impl IntoIterator<Item = (RecordNumber, VulnerabilityRecord)>,
    ) -> Self {
        let records: BTreeMap<RecordNumber, VulnerabilityRecord> = records.into_iter().collect();
        let mut products: BTreeMap<ProductKey, Vec<Candidate>> = BTreeMap::new();
        let mut statements: BTreeMap<SubjectKey, Vec<StatementCandidate>> = BTreeMap::new();
        // What was withdrawn is found by nothing.
        for (number, record) in records.iter().filter(|(_, record)| !record.withdrawn) {
            let nodes = record.configurations.iter().flat_map(|configuration| &configuration.nodes);
            for criterion in nodes.flat_map(|node| &node.criteria).filter(|criterion| criterion.vulnerable) {
                let Some(key) = criterion.cpe.product_key() else { continue };
                let candidate = Candidate { record: *number, criterion: criterion.clone() };
                products.entry(key).or_default().push(candidate);
            }
            for product in &record.affected {
                for key in product.keys().into_iter().collect::<BTreeSet<_>>() {
                    let candidate = StatementCandidate { record: *number, product: product.clone() };
                    statements.entry(key).or_default().push(candidate);
                }
            }
        }
        Self { whole, records, products, statements }
    }

    /// The products by which any of the records is found.
    pub fn products(&self) -> impl Iterator<Item = &ProductKey> {
        self.products.keys()
    }

    /// The keys by which a statement of any of the records is found.
    pub fn keys(&self) -> impl Iterator<Item = &SubjectKey> {
        self.statements.keys()
    }
}

impl Knowledge for Part<'_> {
    fn description(&self) -> &KnowledgeDescription {
        self.whole.description()
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        Ok(self.products.get(product).cloned().unwrap_or_default())
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        self.whole.names_product(product)
    }

    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        self.whole.products_named(product)
    }

    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        match self.records.get(&number) {
            Some(record) => Ok(record.clone()),
            None => self.whole.record(number),
        }
    }

    fn outline(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        match self.records.get(&number) {
            Some(record) => Ok(record.clone()),
            None => self.whole.outline(number),
        }
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        self.whole.find(id)
    }

    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        self.whole.find_all(id)
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        self.whole.set_aside_for(product)
    }

    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        self.whole.set_aside_about(subject)
    }

    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        self.whole.exploited(id)
    }

    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        self.whole.undescribed()
    }

    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        self.whole.epss(id)
    }

    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        Ok(self.statements.get(key).cloned().unwrap_or_default())
    }

    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        self.whole.covers(ecosystem, release)
    }

    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        self.whole.alias_group(id)
    }
}

/// What changed from one state of knowledge to another, for components that are made out as before.
pub struct Change<'a> {
    /// The records concerned as they were. Their numbers need not be those that they had.
    pub before: Part<'a>,
    /// All records about these vulnerabilities as they are now.
    pub after: Part<'a>,
    /// The vulnerabilities of which something else may be said, by every name under which findings are or were counted.
    pub names: BTreeSet<VulnerabilityId>,
}

/// What is said now of a component and the vulnerabilities of a [`Change`].
#[derive(Debug)]
pub struct Again {
    /// The findings, by vulnerability; those that are not there are not found.
    pub found: Vec<(VulnerabilityId, State, Confidence)>,
    /// What the host was asked for.
    pub asked: Asked,
}

/// What is looked up in both parts of a [`Change`].
#[derive(Default)]
pub struct KnownChange {
    pub(super) before: Known,
    pub(super) after: Known,
}

/// A finding without its proof.
type Found = (VulnerabilityId, State, Confidence);
/// Whether any record names a component that is not made out otherwise, and what keeps it from being assessed.
type Ground = (bool, Option<UnassessedReason>);

/// What the first stage concludes from some records about a component, beside the vulnerabilities that it is judged for: whether any of
/// them names it, and what keeps it from being assessed.
pub(super) fn ground(judge: &Judge<'_>, place: usize) -> Result<Ground, KnowledgeError> {
    let mut first = judge.first(place)?;
    judge.settle(&mut first)?;
    // Who is made out is assessed, named by a source or not.
    let named = first.named && judge.host.resolutions[place].reason.is_some();
    Ok((named, first.blocked))
}

/// What is found of a component by some records, as far as it is about these vulnerabilities; with the ground.
pub(super) fn found(
    judge: &Judge<'_>,
    place: usize,
    names: &BTreeSet<VulnerabilityId>,
) -> Result<(Vec<Found>, Ground), KnowledgeError> {
    let mut first = judge.first(place)?;
    judge.settle(&mut first)?;
    let mut vulnerabilities = BTreeSet::new();
    for record in &first.touched {
        vulnerabilities.extend(judge.names(*record)?.iter().filter(|name| names.contains(*name)).cloned());
    }
    let mut found = Vec::new();
    for id in vulnerabilities {
        let (of, _) = judge.brief(place, &mut first, &id)?;
        found.extend(of.map(|(state, confidence)| (id, state, confidence)));
    }
    let named = first.named && judge.host.resolutions[place].reason.is_some();
    Ok((found, (named, first.blocked)))
}
