//! The same answers from memory: for the seed, for tests, and as the plain reading that the file is checked against.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_formats::feed::cwe::{self, WeaknessNames};
use ward_formats::feed::eol::{self, SupportCatalogue};
use ward_formats::feed::epss::Scores;
use ward_formats::feed::kev::Catalogue;
use ward_model::affected::{AffectedProduct, SubjectKey};
use ward_model::cpe::ProductKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{
    AliasAssertion, AliasGroup, Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber,
    StatementCandidate,
};
use ward_model::support::SupportCycle;
use ward_model::vulnerability::{Criterion, Epss, Exploited, Undescribed, VulnerabilityRecord};

use crate::file::unreadable;
use crate::identity::{self, Part};
use crate::reach::Reaches;
use crate::source::{Aside, EPSS, KEV, NVD, OSV, SetAsideRecord, SourceState, by_subject, is_osv};
use crate::undescribed::{Search, Seen};
use crate::{alias, content, contradiction, fact, nameless, stamp};

/// What a [`Memory`] is made from.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The last day on which something was received.
    pub as_of: Date,
    /// The records, in any order. Of two with one identifier and source, the one that was changed last counts; where both were on one day, all that they say.
    pub records: Vec<VulnerabilityRecord>,
    /// KEV, where it is part of it.
    pub exploited: Option<Catalogue>,
    /// EPSS, where it is part of it.
    pub epss: Option<Scores>,
    /// What could not be read.
    pub set_aside: Vec<SetAsideRecord>,
    /// The years of NVD that are held whole.
    pub years: BTreeSet<i16>,
    /// The ecosystems of OSV that are held whole.
    pub ecosystems: BTreeSet<String>,
    /// Support dates, where they are part of it.
    pub support: Option<SupportCatalogue>,
    /// The names of weaknesses, where they are part of it.
    pub weaknesses: Option<WeaknessNames>,
    /// Whether this is the seed.
    pub seed: bool,
    /// For a seed: the products it speaks of.
    pub limited_to: Vec<String>,
}

impl Contents {
    /// Nothing, as of this day.
    pub fn empty(as_of: Date) -> Self {
        Self {
            as_of,
            records: Vec::new(),
            exploited: None,
            epss: None,
            set_aside: Vec::new(),
            years: BTreeSet::new(),
            ecosystems: BTreeSet::new(),
            support: None,
            weaknesses: None,
            seed: false,
            limited_to: Vec::new(),
        }
    }
}

/// A body of knowledge in memory.
#[derive(Debug, Clone)]
pub struct Memory {
    description: KnowledgeDescription,
    /// By identifier, then source.
    records: Vec<VulnerabilityRecord>,
    /// Where each product is named as vulnerable; empty where it is named as environment only.
    products: BTreeMap<ProductKey, Vec<Candidate>>,
    exploited: BTreeMap<VulnerabilityId, Exploited>,
    undescribed: Vec<Undescribed>,
    epss: BTreeMap<VulnerabilityId, Epss>,
    aside: Aside,
    ecosystems: BTreeSet<String>,
    support: SupportCatalogue,
    weaknesses: BTreeMap<u32, String>,
}

impl Memory {
    /// Puts the contents in order.
    ///
    /// # Errors
    /// A record cannot be written down, which its digest needs.
    pub fn new(mut contents: Contents) -> Result<Self, KnowledgeError> {
        let mut sources = BTreeMap::new();
        let mut parts = BTreeMap::new();
        let mut put =
            |part: Part, digests: Vec<Digest>| parts.extend(identity::of_part(digests).map(|all| (part, all)));
        let mut digests = Vec::new();
        let (records, remarks) = latest(contents.records, &mut digests)?;
        contents.set_aside.extend(remarks);
        put(Part::Records, digests);
        let mut products: BTreeMap<ProductKey, Vec<Candidate>> = BTreeMap::new();
        for (number, record) in records.iter().enumerate() {
            let number = u32::try_from(number).map_err(|_| unreadable("records", "too many"))?;
            for criterion in criteria(record) {
                let Some(key) = criterion.cpe.product_key() else { continue };
                if record.withdrawn {
                    continue;
                }
                let rows = products.entry(key).or_default();
                if criterion.vulnerable {
                    rows.push(Candidate { record: RecordNumber(number), criterion: criterion.clone() });
                }
            }
            let source = state(&mut sources, &record.source);
            source.records += 1;
            source.without_product += u64::from(!nameless::is_findable(record));
            source.newest = source.newest.max(record.published).max(record.modified);
        }
        let mut exploited = BTreeMap::new();
        if let Some(catalogue) = contents.exploited {
            let source = state(&mut sources, KEV);
            source.released = catalogue.released;
            let mut digests = Vec::new();
            for entry in identity::catalogue_in_order(catalogue) {
                source.records += 1;
                source.newest = source.newest.max(entry.added);
                digests.push(identity::of_exploited(&entry));
                exploited.insert(entry.id.clone(), entry);
            }
            put(Part::Exploited, digests);
        }
        let undescribed = undescribed(exploited.values(), &records);
        let mut epss = BTreeMap::new();
        if let Some(scores) = contents.epss {
            let source = state(&mut sources, EPSS);
            (source.newest, source.released) = (Some(scores.date), Some(scores.date));
            let mut digests = Vec::new();
            for (id, score) in identity::scores_in_order(scores) {
                source.records += 1;
                digests.push(identity::of_epss(id.as_str(), score));
                epss.insert(id, score);
            }
            put(Part::Epss, digests);
        }
        let write = |error: postcard::Error| unreadable("support of products", error.to_string());
        let named = contents.support.is_some();
        let support = contents.support.unwrap_or_default();
        if named {
            let facts = fact::of_support(fact::support_by_product(support.clone())).map_err(write)?;
            let source = state(&mut sources, eol::SOURCE);
            source.records = support.cycles.len() as u64;
            source.newest = fact::newest_release(&support.cycles, contents.as_of);
            put(Part::Support, facts.iter().map(|(key, value)| identity::of_fact(key, value)).collect());
        }
        let named = contents.weaknesses.is_some();
        let weaknesses = contents.weaknesses.unwrap_or_default();
        if named {
            let facts = fact::of_weaknesses(&weaknesses);
            state(&mut sources, cwe::SOURCE).records = facts.len() as u64;
            put(Part::Weaknesses, facts.iter().map(|(key, value)| identity::of_fact(key, value)).collect());
        }
        if !contents.ecosystems.is_empty() {
            state(&mut sources, OSV);
        }
        for aside in &contents.set_aside {
            state(&mut sources, &aside.source).set_aside += 1;
        }
        put(Part::SetAside, contents.set_aside.iter().map(identity::of_set_aside).collect());
        if let Some(nvd) = sources.get_mut(NVD) {
            nvd.years = contents.years;
        }
        // The seed came with the program: nobody received it.
        let received = (!contents.seed).then_some(contents.as_of);
        let is_empty = |source: &SourceState| source.name == eol::SOURCE && source.records == 0;
        sources.values_mut().for_each(|source| source.received = received.filter(|_| !is_empty(source)));
        let aside = by_subject(&contents.set_aside);
        let description = KnowledgeDescription {
            generation: identity::of_all(&parts),
            as_of: contents.as_of,
            sources: sources.values().map(|state| state.description(&undescribed, &[], &Reaches::new())).collect(),
            seed: contents.seed,
            limited_to: contents.limited_to,
            lost: Vec::new(),
        };
        let ecosystems = contents.ecosystems;
        let weaknesses = weaknesses.names;
        Ok(Self {
            description,
            records,
            products,
            exploited,
            undescribed,
            epss,
            aside,
            ecosystems,
            support,
            weaknesses,
        })
    }
}

/// What is known to be exploited and described by none of these records.
fn undescribed<'a>(
    exploited: impl Iterator<Item = &'a Exploited>,
    records: &[VulnerabilityRecord],
) -> Vec<Undescribed> {
    let mut search = Search::new(exploited.cloned());
    for record in records {
        search.see(&record.id, if nameless::speaks(record) { Seen::Described } else { Seen::Record });
    }
    search.finish()
}

fn state<'a>(sources: &'a mut BTreeMap<String, SourceState>, name: &str) -> &'a mut SourceState {
    sources.entry(name.to_owned()).or_insert_with(|| SourceState::new(name))
}

/// Every criterion of a record, in the order of the record.
pub(crate) fn criteria(record: &VulnerabilityRecord) -> impl Iterator<Item = &Criterion> {
    record.configurations.iter().flat_map(|configuration| &configuration.nodes).flat_map(|node| &node.criteria)
}

/// By identifier and source, one of each; and what is to be told of several that say different things and were changed last alike.
fn latest(
    records: Vec<VulnerabilityRecord>,
    digests: &mut Vec<Digest>,
) -> Result<(Vec<VulnerabilityRecord>, Vec<SetAsideRecord>), KnowledgeError> {
    let digest = |record: &VulnerabilityRecord| {
        let mut content = Vec::new();
        content::write(record, &mut content).map_err(|reason| unreadable(format!("record {}", record.id), reason))?;
        Ok::<_, KnowledgeError>(identity::of_record(&content))
    };
    let mut sorted = records.into_iter().map(|record| Ok((digest(&record)?, record))).collect::<Result<Vec<_>, _>>()?;
    // The latest version first.
    sorted.sort_by(|(a, x), (b, y)| (&x.id, &x.source, y.modified, b).cmp(&(&y.id, &y.source, x.modified, a)));
    let same = |x: &VulnerabilityRecord, y: &VulnerabilityRecord| x.id == y.id && x.source == y.source;
    let (mut latest, mut remarks) = (Vec::with_capacity(sorted.len()), Vec::new());
    let mut speaking: BTreeMap<(VulnerabilityId, String), VulnerabilityRecord> = BTreeMap::new();
    sorted.dedup_by(|(a, earlier), (b, kept)| {
        let drops = same(earlier, kept) && (earlier.modified != kept.modified || a == b);
        if drops && earlier.modified.is_some() && nameless::speaks(earlier) && !nameless::speaks(kept) {
            speaking.entry((earlier.id.clone(), earlier.source.clone())).or_insert_with(|| earlier.clone());
        }
        drops
    });
    for group in sorted.chunk_by(|(_, x), (_, y)| same(x, y)) {
        let versions: Vec<VulnerabilityRecord> = group.iter().map(|(_, record)| record.clone()).collect();
        let Some(mut record) = contradiction::together(versions) else { continue };
        let before = speaking.get(&(record.id.clone(), record.source.clone()));
        if let Some(before) = before.filter(|_| !nameless::speaks(&record)) {
            record = nameless::joined(&record, before);
            let stamp = before.modified.map(|day| stamp::believed(&day.to_string(), day)).unwrap_or_default();
            remarks.push(nameless::remark(&record.source, record.id.as_str(), &stamp));
        }
        match group {
            [_] => digests.push(digest(&record)?),
            all => {
                let said: Vec<Digest> = all.iter().map(|(digest, _)| *digest).collect();
                remarks.push(contradiction::remark(&record.source, record.id.as_str(), &said));
                digests.push(digest(&record)?);
            }
        }
        latest.push(record);
    }
    Ok((latest, remarks))
}

impl Knowledge for Memory {
    fn description(&self) -> &KnowledgeDescription {
        &self.description
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        Ok(self.products.get(product).cloned().unwrap_or_default())
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        Ok(self.products.contains_key(product))
    }

    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        Ok(self.products.keys().filter(|key| &*key.product == product).cloned().collect())
    }

    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        let record = usize::try_from(number.0).ok().and_then(|number| self.records.get(number));
        record.cloned().ok_or_else(|| unreadable("record table", format!("there is no record {}", number.0)))
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        let at = self.records.partition_point(|record| record.id < *id);
        // `new` checked that record numbers fit.
        Ok(self.records.get(at).filter(|record| record.id == *id).map(|_| RecordNumber(at as u32)))
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        self.set_aside_about(&SubjectKey::Product(product.clone()))
    }

    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        Ok(self.aside.get(subject).into_iter().flatten().cloned().collect())
    }

    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        Ok(self.exploited.get(id).cloned())
    }

    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        Ok(&self.undescribed)
    }

    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        Ok(self.epss.get(id).copied())
    }

    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        let mut found = Vec::new();
        for (number, record) in (0..).zip(&self.records).filter(|(_, record)| !record.withdrawn) {
            for product in record.affected.iter().filter(|product| product.keys().contains(key)) {
                found.push(StatementCandidate { record: RecordNumber(number), product: product.clone() });
            }
        }
        Ok(found)
    }

    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        let spoken = |product: &AffectedProduct| {
            product.package.as_ref().is_some_and(|package| *package.ecosystem == *ecosystem)
                && (release.is_none() || product.release.is_none() || product.release.as_deref() == release)
        };
        let records = self.records.iter().filter(|record| is_osv(&record.source) && !record.withdrawn);
        Ok(self.ecosystems.contains(ecosystem) && records.flat_map(|record| &record.affected).any(spoken))
    }

    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        alias::group(id, |id| {
            let mut found = Vec::new();
            for record in &self.records {
                for alias in record.aliases.iter().filter(|alias| **alias != record.id) {
                    if record.id == *id || alias == id {
                        let withdrawn = record.withdrawn;
                        let (record, alias, asserter) = (record.id.clone(), alias.clone(), record.source.clone());
                        found.push(alias::Said { assertion: AliasAssertion { record, alias, asserter }, withdrawn });
                    }
                }
            }
            Ok(found)
        })
    }

    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        let all = (0..).zip(&self.records).filter(|(_, record)| record.id == *id);
        Ok(all.map(|(number, _)| RecordNumber(number)).collect())
    }

    fn weakness_name(&self, number: u32) -> Result<Option<String>, KnowledgeError> {
        Ok(self.weaknesses.get(&number).cloned())
    }

    fn support_cycles(&self, key: &SubjectKey) -> Result<Vec<SupportCycle>, KnowledgeError> {
        let mut found = Vec::new();
        for (product, _) in self.support.keys.iter().filter(|(_, keys)| keys.contains(key)) {
            found.extend(self.support.cycles.iter().filter(|cycle| cycle.product == *product).cloned());
        }
        Ok(found)
    }
}
