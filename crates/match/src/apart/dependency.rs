//! What of the knowledge an answer rests on: where none of it changes, the answer stays.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use ward_model::affected::SubjectKey;
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{
    AliasGroup, Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber, StatementCandidate,
};
use ward_model::meant::Meant;
use ward_model::vulnerability::{Epss, Exploited, Undescribed, VulnerabilityRecord};

use crate::undescribed::words_of_entry;

/// Something that the knowledge was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependency {
    /// The criteria that name a product, whether there are any, and what is set aside of it.
    Product(ProductKey),
    /// Which products carry a name.
    Name(String),
    /// The statements that are found by a key, and what is set aside of it.
    Subject(SubjectKey),
    /// Whether a source speaks for an ecosystem, or for a release of it.
    Coverage(String, Option<String>),
    /// What is exploited, described by no record, and looked up by a word.
    Word(String),
}

impl Dependency {
    /// The words by which components are found that something exploited may touch; `None` where it may touch any.
    #[must_use]
    pub fn words(undescribed: &Undescribed) -> Option<BTreeSet<String>> {
        words_of_entry(undescribed)
    }
}

/// Knowledge that takes note of what it is asked while a component is made out.
pub(super) struct Traced<'a> {
    knowledge: &'a dyn Knowledge,
    asked: Mutex<BTreeSet<Dependency>>,
}

impl<'a> Traced<'a> {
    pub(super) fn new(knowledge: &'a dyn Knowledge) -> Self {
        Self { knowledge, asked: Mutex::default() }
    }

    pub(super) fn into_asked(self) -> BTreeSet<Dependency> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, dependency: Dependency) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(dependency);
    }
}

impl Knowledge for Traced<'_> {
    fn description(&self) -> &KnowledgeDescription {
        self.knowledge.description()
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        self.note(Dependency::Product(product.clone()));
        self.knowledge.candidates(product)
    }

    fn candidates_but(
        &self,
        product: &ProductKey,
        ruled_out: &dyn Fn(&Meant<'_>) -> bool,
    ) -> Result<Vec<Candidate>, KnowledgeError> {
        self.note(Dependency::Product(product.clone()));
        self.knowledge.candidates_but(product, ruled_out)
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        self.note(Dependency::Product(product.clone()));
        self.knowledge.names_product(product)
    }

    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        self.note(Dependency::Name(product.to_owned()));
        self.knowledge.products_named(product)
    }

    // Records, and names of vulnerabilities, are asked for when a component is judged: what changed of them is judged again by itself.
    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        self.knowledge.record(number)
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        self.knowledge.find(id)
    }

    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        self.knowledge.find_all(id)
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        self.note(Dependency::Product(product.clone()));
        self.knowledge.set_aside_for(product)
    }

    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        self.note(Dependency::Subject(subject.clone()));
        self.knowledge.set_aside_about(subject)
    }

    // Whether something is exploited, and its score, are looked up when a finding is shown: no answer about a component turns on it.
    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        self.knowledge.exploited(id)
    }

    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        self.knowledge.undescribed()
    }

    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        self.knowledge.epss(id)
    }

    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        self.note(Dependency::Subject(key.clone()));
        self.knowledge.statements(key)
    }

    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        self.note(Dependency::Coverage(ecosystem.to_owned(), release.map(str::to_owned)));
        self.knowledge.covers(ecosystem, release)
    }

    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        self.knowledge.alias_group(id)
    }
}
