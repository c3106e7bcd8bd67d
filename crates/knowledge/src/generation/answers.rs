//! The answers of a generation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ward_model::affected::SubjectKey;
use ward_model::cpe::ProductKey;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{
    AliasAssertion, AliasGroup, Candidate, Knowledge, KnowledgeDescription, KnowledgeError, RecordNumber,
    StatementCandidate,
};
use ward_model::meant::Meant;
use ward_model::support::SupportCycle;
use ward_model::vulnerability::{Epss, Exploited, Undescribed, VulnerabilityRecord};

use super::Generation;
use crate::alias::Said;
use crate::fact::{self, Kind, Support};
use crate::file::{Section, unreadable};
use crate::index::{ALIASES, Index, PRODUCTS, Rows, SUBJECTS};
use crate::layer::Layer;
use crate::source::by_subject;
use crate::{alias, row, subject};

impl Generation {
    /// The keys under which a product is looked up.
    fn product_bytes(product: &ProductKey) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(product.vendor.len() + product.product.len() + 2);
        row::key_bytes(product, &mut bytes);
        bytes
    }

    /// Whether a record that is held is among the rows of the product at a place.
    fn names_in(&self, products: &Index<'_>, at: u32, place: fn(u32) -> super::Place) -> Result<bool, KnowledgeError> {
        // That of the first row is held, for the most part; a run of rows may be long.
        if products.first(at)?.is_some_and(|version| self.numbers.number(place(version)).is_some()) {
            return Ok(true);
        }
        let mut named = false;
        products.rows(at)?.walk(|version, rest| {
            row::take(rest).map_err(|reason| unreadable(Section::ProductRows.word(), reason))?;
            named = self.numbers.number(place(version)).is_some();
            Ok(!named)
        })?;
        Ok(named)
    }

    /// The identifier of a record, as bytes.
    fn id_bytes(&self, number: u32) -> Result<Cow<'_, [u8]>, KnowledgeError> {
        let (layer, version) = self.locate(RecordNumber(number))?;
        layer.ids().bytes(version)
    }

    /// The number of the first record whose identifier is no smaller than this.
    fn first_number(&self, wanted: &[u8]) -> Result<u32, KnowledgeError> {
        let of_base = self.base.ids().first_from(wanted)?;
        let of_delta = self.delta.as_ref().map(|delta| delta.ids().first_from(wanted)).transpose()?;
        Ok(self.numbers.before(of_base, of_delta.unwrap_or(0)))
    }

    /// All records whose identifiers begin so, in order.
    pub(crate) fn beginning(&self, prefix: &str) -> Result<Vec<VulnerabilityRecord>, KnowledgeError> {
        let prefix = prefix.as_bytes();
        let first = self.first_number(prefix)?;
        let mut found = Vec::new();
        for number in first..self.record_count() {
            if !self.id_bytes(number)?.starts_with(prefix) {
                break;
            }
            found.push(self.record(RecordNumber(number))?);
        }
        Ok(found)
    }

    /// The products of a file that carry this name.
    fn named_in(
        &self,
        layer: &Layer,
        place: fn(u32) -> super::Place,
        name: &str,
    ) -> Result<Vec<ProductKey>, KnowledgeError> {
        let index = layer.index(PRODUCTS);
        let keys = index.keys();
        let number = |at: u32| Ok(u32::from_le_bytes(layer.reader.array(Section::ProductNames, u64::from(at) * 4)?));
        let key = |at: u32| keys.bytes(number(at)?);
        let count = keys.len();
        let product = |at: u32| {
            Ok(match key(at)? {
                Cow::Borrowed(bytes) => Cow::Borrowed(row::key_product(bytes)),
                Cow::Owned(bytes) => Cow::Owned(row::key_product(&bytes).to_vec()),
            })
        };
        let before = |at: u32| Ok(*product(at)? < *name.as_bytes());
        let fences = layer.reader.fences(Section::ProductNames);
        let mut at = fences.partition(count, name.as_bytes(), product, before)?;
        let mut found = Vec::new();
        while at < count {
            let bytes = key(at)?;
            if row::key_product(&bytes) != name.as_bytes() {
                break;
            }
            let product = row::read_key(&bytes).map_err(|reason| unreadable(Section::ProductBytes.word(), reason))?;
            if self.names_in(&index, number(at)?, place)? {
                found.push(product);
            }
            at += 1;
        }
        Ok(found)
    }

    /// The assertions that name a name, those of withdrawn records too: also those of their earlier versions, for whoever withdraws a
    /// record may empty its names, and since when it was known under them stays so.
    fn touching(&self, id: &VulnerabilityId) -> Result<Vec<Said>, KnowledgeError> {
        let (mut found, mut earlier) = (Vec::new(), BTreeSet::new());
        for (layer, place) in self.layers() {
            let Some(rows) = layer.index(ALIASES).find(id.as_str().as_bytes())? else { continue };
            rows.walk(|version, rest| {
                let wrong = |reason: String| unreadable(Section::AliasRows.word(), reason);
                let kind = row::byte(rest).map_err(wrong)?;
                let other = VulnerabilityId::from(row::text(rest).map_err(wrong)?);
                let entry = layer.entry(version)?;
                if entry.transaction > self.limit {
                    return Ok(true);
                }
                let of_the_other = kind & alias::OF_THE_OTHER != 0;
                let (record, alias) = if of_the_other { (other, id.clone()) } else { (id.clone(), other) };
                let asserter = layer.source(&entry)?.to_owned();
                let assertion = AliasAssertion { record, alias, asserter };
                if self.numbers.number(place(version)).is_some() {
                    found.push(Said { assertion, withdrawn: kind & alias::WITHDRAWN != 0 });
                } else {
                    earlier.insert(assertion);
                }
                Ok(true)
            })?;
        }
        let mut withdrawn: BTreeMap<(VulnerabilityId, String), bool> = BTreeMap::new();
        for assertion in earlier {
            let record = (assertion.record.clone(), assertion.asserter.clone());
            let gone = match withdrawn.get(&record) {
                Some(gone) => *gone,
                None => {
                    let gone = self.is_withdrawn(&record.0, &record.1)?;
                    withdrawn.insert(record, gone);
                    gone
                }
            };
            if gone {
                found.push(Said { assertion, withdrawn: true });
            }
        }
        Ok(found)
    }

    /// Whether the record that a source holds under this name was withdrawn.
    fn is_withdrawn(&self, id: &VulnerabilityId, source: &str) -> Result<bool, KnowledgeError> {
        for number in self.find_all(id)? {
            let (layer, entry) = self.entry(number)?;
            if layer.source(&entry)? == source {
                return Ok(layer.outline(&entry)?.withdrawn);
            }
        }
        Ok(false)
    }

    /// Whether one of these sources speaks of an ecosystem in a record that is held, under this row.
    fn spoken(
        &self,
        layer: &Layer,
        place: fn(u32) -> super::Place,
        rows: &Rows<'_>,
        sources: &BTreeSet<&str>,
    ) -> Result<bool, KnowledgeError> {
        let mut spoken = false;
        rows.walk(|version, _| {
            spoken = self.numbers.number(place(version)).is_some()
                && sources.contains(layer.source(&layer.entry(version)?)?);
            Ok(!spoken)
        })?;
        Ok(spoken)
    }

    /// The support of every product, by product.
    fn support(&self) -> Result<&[Support], KnowledgeError> {
        if let Some(support) = self.support.get() {
            return Ok(support);
        }
        let read = |(_, value): fact::Held| {
            Support::from_bytes(&value).map_err(|reason| unreadable("support of products", reason))
        };
        let support = self.facts(Kind::Support)?.into_iter().map(read).collect::<Result<Vec<Support>, _>>()?;
        Ok(self.support.get_or_init(|| support))
    }
}

impl Knowledge for Generation {
    fn description(&self) -> &KnowledgeDescription {
        &self.description
    }

    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError> {
        self.candidates_but(product, &|_| false)
    }

    fn candidates_but(
        &self,
        product: &ProductKey,
        ruled_out: &dyn Fn(&Meant<'_>) -> bool,
    ) -> Result<Vec<Candidate>, KnowledgeError> {
        let key = Self::product_bytes(product);
        let mut candidates = Vec::new();
        for (layer, place) in self.layers() {
            let Some(rows) = layer.index(PRODUCTS).find(&key)? else { continue };
            rows.walk(|version, rest| {
                let wrong = |reason: String| unreadable(Section::ProductRows.word(), reason);
                if version >= layer.versions() {
                    return Err(wrong(format!("there is no version {version}")));
                }
                let row = row::take(rest).map_err(wrong)?;
                match row::meant(row).map_err(wrong)? {
                    Some(meant) if !ruled_out(&meant) => {}
                    _ => return Ok(true),
                }
                if let Some(number) = self.numbers.number(place(version))
                    && let Some(criterion) = row::read(product, row).map_err(wrong)?
                {
                    candidates.push(Candidate { record: RecordNumber(number), criterion });
                }
                Ok(true)
            })?;
        }
        // Stable: criteria of one record stand in one file, in their order.
        candidates.sort_by_key(|candidate| candidate.record);
        Ok(candidates)
    }

    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError> {
        let key = Self::product_bytes(product);
        for (layer, place) in self.layers() {
            let index = layer.index(PRODUCTS);
            if let Some(at) = index.keys().find(&key)?
                && self.names_in(&index, at, place)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError> {
        let mut found = BTreeSet::new();
        for (layer, place) in self.layers() {
            found.extend(self.named_in(layer, place, product)?);
        }
        Ok(found.into_iter().collect())
    }

    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        let (layer, entry) = self.entry(number)?;
        self.record_of(layer, &entry)
    }

    fn outline(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        let (layer, entry) = self.entry(number)?;
        layer.outline(&entry)
    }

    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError> {
        let wanted = id.as_str().as_bytes();
        let at = self.first_number(wanted)?;
        Ok((at < self.record_count() && *self.id_bytes(at)? == *wanted).then_some(RecordNumber(at)))
    }

    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        let Some(RecordNumber(first)) = self.find(id)? else { return Ok(Vec::new()) };
        let mut found = vec![RecordNumber(first)];
        for number in first + 1..self.record_count() {
            if *self.id_bytes(number)? != *id.as_str().as_bytes() {
                break;
            }
            found.push(RecordNumber(number));
        }
        Ok(found)
    }

    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        self.set_aside_about(&SubjectKey::Product(product.clone()))
    }

    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        let aside = match self.aside.get() {
            Some(aside) => aside,
            None => {
                let read = by_subject(&self.set_aside()?);
                self.aside.get_or_init(|| read)
            }
        };
        Ok(aside.get(subject).into_iter().flatten().cloned().collect())
    }

    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError> {
        let value = self.fact(&fact::key(Kind::Exploited, id.as_str().as_bytes()))?;
        let read = |value: Vec<u8>| fact::exploited(id.clone(), &value).map_err(|reason| unreadable("KEV", reason));
        value.map(read).transpose()
    }

    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        Ok(&self.undescribed)
    }

    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError> {
        let Some((score, percentile)) = self.score(id.as_str())? else { return Ok(None) };
        let date = self.state.epss_date.ok_or_else(|| unreadable("EPSS", "without a date"))?;
        Ok(Some(Epss { score, percentile, date }))
    }

    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        let key = subject::bytes(key);
        let mut found = Vec::new();
        for (layer, place) in self.layers() {
            let Some(rows) = layer.index(SUBJECTS).find(&key)? else { continue };
            rows.walk(|version, rest| {
                let mut number = || -> Result<u32, String> {
                    u32::try_from(row::read_number(rest)?).map_err(|_| "a place is too large".to_owned())
                };
                let wrong = |reason: String| unreadable(Section::SubjectRows.word(), reason);
                let (offset, length) = (number().map_err(wrong)?, number().map_err(wrong)?);
                if version >= layer.versions() {
                    return Err(wrong(format!("there is no version {version}")));
                }
                if let Some(number) = self.numbers.number(place(version)) {
                    let product =
                        layer.part(&layer.entry(version)?, offset, length, |bytes| postcard::from_bytes(bytes))?;
                    let product = product.map_err(|error| wrong(error.to_string()))?;
                    found.push(StatementCandidate { record: RecordNumber(number), product });
                }
                Ok(true)
            })?;
        }
        found.sort_by_key(|candidate| candidate.record);
        Ok(found)
    }

    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        let whole = self.state.sources.iter().filter(|source| source.ecosystems.contains(ecosystem));
        let sources: BTreeSet<&str> = whole.map(|source| source.name.as_str()).collect();
        if sources.is_empty() {
            return Ok(false);
        }
        for (layer, place) in self.layers() {
            let index = layer.index(SUBJECTS);
            let keys = match release {
                None => index.beginning(&subject::ecosystem(ecosystem))?,
                Some(_) => {
                    let mut keys = Vec::new();
                    for release in [None, release] {
                        keys.extend(index.keys().find(&subject::release(ecosystem, release))?);
                    }
                    keys
                }
            };
            for key in keys {
                if self.spoken(layer, place, &index.rows(key)?, &sources)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        alias::group(id, |id| self.touching(id))
    }

    fn last_received(&self, number: RecordNumber) -> Result<Option<Date>, KnowledgeError> {
        self.version_received(number)
    }

    fn weakness_name(&self, number: u32) -> Result<Option<String>, KnowledgeError> {
        let read =
            |value: Vec<u8>| String::from_utf8(value).map_err(|_| unreadable("names of weaknesses", "not UTF-8"));
        self.fact(&fact::weakness_key(number))?.map(read).transpose()
    }

    fn support_cycles(&self, key: &SubjectKey) -> Result<Vec<SupportCycle>, KnowledgeError> {
        let fitting = self.support()?.iter().filter(|support| support.keys.contains(key));
        Ok(fitting.flat_map(|support| support.cycles.iter().cloned()).collect())
    }
}
