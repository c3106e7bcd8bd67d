//! What the matcher may ask about the world's knowledge. `knowledge` implements it; `match` reads through it.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use crate::affected::{AffectedProduct, SubjectKey};
use crate::coverage::{KnowledgeCoverage, LostReceipts, PartDescription, ShrunkPart, UnseenChanges};
use crate::cpe::ProductKey;
use crate::digest::Digest;
use crate::ids::VulnerabilityId;
use crate::meant::Meant;
use crate::support::SupportCycle;
use crate::vulnerability::{Criterion, Epss, Exploited, Undescribed, VulnerabilityRecord};

/// A body of knowledge at one moment. Answers are the same for the same digest. Several threads may ask at once.
pub trait Knowledge: Sync {
    /// Where it comes from and how fresh and complete it is.
    fn description(&self) -> &KnowledgeDescription;

    /// Every vulnerable criterion that names this product, with the record it stands in; by record, then place.
    ///
    /// # Errors
    /// The store could not be read or a block does not have the digest it should have.
    fn candidates(&self, product: &ProductKey) -> Result<Vec<Candidate>, KnowledgeError>;

    /// The candidates of a product but for those that are ruled out by the versions that they mean. Who cannot tell without effort
    /// what a criterion means leaves it in.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn candidates_but(
        &self,
        product: &ProductKey,
        ruled_out: &dyn Fn(&Meant<'_>) -> bool,
    ) -> Result<Vec<Candidate>, KnowledgeError> {
        let _ = ruled_out;
        self.candidates(product)
    }

    /// Whether any criterion, vulnerable or environmental, names this product.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn names_product(&self, product: &ProductKey) -> Result<bool, KnowledgeError>;

    /// The products that carry this name, of whatever vendor and part, in order.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn products_named(&self, product: &str) -> Result<Vec<ProductKey>, KnowledgeError>;

    /// The whole record behind a candidate.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`]; also where the number is not of this body of knowledge.
    fn record(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError>;

    /// The record behind a candidate as far as states and names follow from it: its identifier, other names and source, whether it is
    /// withdrawn, its configurations, and for one that is no CVE what it names as upstream's. What else is there may be all of it or
    /// nothing.
    ///
    /// # Errors
    /// As for [`Knowledge::record`].
    fn outline(&self, number: RecordNumber) -> Result<VulnerabilityRecord, KnowledgeError> {
        self.record(number)
    }

    /// The number of the record with this identifier.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn find(&self, id: &VulnerabilityId) -> Result<Option<RecordNumber>, KnowledgeError>;

    /// The records that were set aside and name this product, by identifier, in order; one without an identifier is named by its
    /// place. What they say of the product is not known, so that its components cannot be taken for assessed.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn set_aside_for(&self, product: &ProductKey) -> Result<Vec<String>, KnowledgeError> {
        let _ = product;
        Ok(Vec::new())
    }

    /// As [`Knowledge::set_aside_for`], of the records that name a product as a package, or in words alone.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn set_aside_about(&self, subject: &SubjectKey) -> Result<Vec<String>, KnowledgeError> {
        let _ = subject;
        Ok(Vec::new())
    }

    /// Whether it is known to be exploited.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn exploited(&self, id: &VulnerabilityId) -> Result<Option<Exploited>, KnowledgeError>;

    /// What is known to be exploited and described by no record that is held, by identifier.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn undescribed(&self) -> Result<&[Undescribed], KnowledgeError> {
        Ok(&[])
    }

    /// Its EPSS score.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn epss(&self, id: &VulnerabilityId) -> Result<Option<Epss>, KnowledgeError>;

    /// Every statement without configurations that is found by this key, with the record it stands in; by record, then place.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn statements(&self, key: &SubjectKey) -> Result<Vec<StatementCandidate>, KnowledgeError> {
        let _ = key;
        Ok(Vec::new())
    }

    /// Whether a source that is held speaks for this ecosystem (in the spelling of [`PackageKey`](crate::affected::PackageKey)), and
    /// for this release of it where one is given: only then does silence about a package mean that nothing is known of it.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn covers(&self, ecosystem: &str, release: Option<&str>) -> Result<bool, KnowledgeError> {
        let _ = (ecosystem, release);
        Ok(false)
    }

    /// All names of this vulnerability, and who says that they are the same.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn alias_group(&self, id: &VulnerabilityId) -> Result<AliasGroup, KnowledgeError> {
        Ok(AliasGroup { ids: vec![id.clone()], assertions: Vec::new(), former: Vec::new() })
    }

    /// The numbers of all records with this identifier, one for each source that has one, in the order of their sources.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn find_all(&self, id: &VulnerabilityId) -> Result<Vec<RecordNumber>, KnowledgeError> {
        Ok(self.find(id)?.into_iter().collect())
    }

    /// The day on which the version of a record that is held was received; [`VulnerabilityRecord::received`] is that of the first.
    ///
    /// # Errors
    /// As for [`Knowledge::record`].
    fn last_received(&self, number: RecordNumber) -> Result<Option<Date>, KnowledgeError> {
        let _ = number;
        Ok(None)
    }

    /// What this kind of weakness (a CWE number) is called.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn weakness_name(&self, number: u32) -> Result<Option<String>, KnowledgeError> {
        let _ = number;
        Ok(None)
    }

    /// The release lines of the product that is found by this key, newest first.
    ///
    /// # Errors
    /// As for [`Knowledge::candidates`].
    fn support_cycles(&self, key: &SubjectKey) -> Result<Vec<SupportCycle>, KnowledgeError> {
        let _ = key;
        Ok(Vec::new())
    }
}

/// A statement that may touch a component, and the record it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementCandidate {
    /// The record.
    pub record: RecordNumber,
    /// The statement, as it stands in that record.
    pub product: AffectedProduct,
}

/// The names of one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasGroup {
    /// All of them, in order.
    pub ids: Vec<VulnerabilityId>,
    /// Who says so; in order.
    pub assertions: Vec<AliasAssertion>,
    /// The further names that it had as long as those stood who have withdrawn what they said; in order. They are names of it no
    /// more, and show still since when somebody could know of it.
    pub former: Vec<VulnerabilityId>,
}

/// Somebody says that two names mean one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AliasAssertion {
    /// The record that says so.
    pub record: VulnerabilityId,
    /// The other name.
    pub alias: VulnerabilityId,
    /// The source of that record.
    pub asserter: String,
}

/// The place of a record inside one body of knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordNumber(pub u32);

/// A criterion that may touch a component, and the record it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The record.
    pub record: RecordNumber,
    /// The criterion, as compiled from that record.
    pub criterion: Criterion,
}

/// What a body of knowledge is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnowledgeDescription {
    /// Identity of the knowledge: a digest over what its sources said.
    pub generation: Digest,
    /// The last day on which something was received.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub as_of: Date,
    /// The sources, by name.
    pub sources: Vec<SourceDescription>,
    /// Whether this is the small seed that ships with the program, which knows only some vulnerabilities of some products.
    pub seed: bool,
    /// For a seed: the products it speaks of. Empty where every product that is named is covered as well as the feed covers it.
    pub limited_to: Vec<String>,
    /// The receipts that were lost, until somebody accepts it: what came with them may be missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub lost: Vec<LostReceipts>,
}

/// One source of a body of knowledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceDescription {
    /// `nvd`, `kev`, `epss`, …
    pub name: String,
    /// The newest date inside the records.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub newest: Option<Date>,
    /// The day of the state that it holds, where the source says one.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub released: Option<Date>,
    /// The last day on which it was received.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub received: Option<Date>,
    /// How many records.
    pub records: u64,
    /// How many of them name no product, so that no matcher can find them.
    pub without_product: u64,
    /// How many could not be read and were set aside.
    pub set_aside: u64,
    /// Which parts of the source were never received, in words: a product named there alone looks as if nothing were known of it.
    pub gaps: Vec<String>,
    /// The parts of which far fewer records came than there once were.
    pub shrunk: Vec<ShrunkPart>,
    /// The parts that age by themselves: providers of advisories.
    pub providers: Vec<PartDescription>,
    /// The changes that nobody looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub unseen: Option<UnseenChanges>,
}

impl SourceDescription {
    /// A source of which nothing is known but its name.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            newest: None,
            released: None,
            received: None,
            records: 0,
            without_product: 0,
            set_aside: 0,
            gaps: Vec::new(),
            shrunk: Vec::new(),
            providers: Vec::new(),
            unseen: None,
        }
    }
}

/// What the seed cannot be taken for.
const SEED_IS_PARTIAL: &str = "the seed knows only some vulnerabilities of some products: no component counts as assessed before `ward feeds sync`";
/// What a home without the main source cannot be taken for.
const NO_NVD: &str = "the home holds nothing of NVD: no component counts as assessed";

impl KnowledgeDescription {
    /// Why this is only a part of what is known, so that silence about a component means nothing; `None` where it is whole.
    pub fn partial(&self) -> Option<String> {
        if self.seed {
            return Some(SEED_IS_PARTIAL.to_owned());
        }
        let Some(nvd) = self.source("nvd") else { return Some(NO_NVD.to_owned()) };
        if !nvd.gaps.is_empty() {
            let gaps = nvd.gaps.join(", ");
            return Some(format!("the home holds only part of NVD ({gaps}): no component counts as assessed"));
        }
        None
    }

    /// What is known to be exploited and described by no record, in words. It does not make everything unassessed: the list says
    /// whose products these are, and components that fit are listed as unassessed by themselves.
    pub fn undescribed(&self) -> Option<String> {
        // What a list names and no record describes was never received, whatever the yearly files say of themselves.
        let kev = self.source("kev").filter(|kev| !kev.gaps.is_empty())?;
        Some(format!(
            "of the list of known exploited vulnerabilities, {}: components whose names fit do not count as assessed",
            kev.gaps.join("; ")
        ))
    }

    /// What a reader must know where receipts were lost.
    pub fn lost(&self) -> Option<String> {
        let each: Vec<String> = self.lost.iter().map(ToString::to_string).collect();
        (!each.is_empty()).then(|| {
            format!(
                "receipts of this home were lost: {}. What came with them is missing unless it came again: sync all sources whole, \
                 or take a whole bundle, then say so with `--accept-lost`",
                each.join("; ")
            )
        })
    }

    /// What a reader must know where nothing has been received for longer than a week before the day asked about.
    pub fn stale(&self, as_of: Date) -> Option<String> {
        let fresh_until = self.as_of.saturating_add(7.days());
        (as_of > fresh_until).then(|| {
            format!(
                "nothing was received after {}: what became known between then and {as_of} was not looked at",
                self.as_of
            )
        })
    }

    /// Everything that a reader must know about this knowledge, with how it is judged on the day asked about.
    pub fn notes(&self, coverage: &KnowledgeCoverage) -> Vec<String> {
        let mut notes: Vec<String> = [self.partial(), self.lost(), self.undescribed(), self.stale(coverage.as_of)]
            .into_iter()
            .flatten()
            .collect();
        notes.extend(coverage.notes());
        notes.extend(self.remarks());
        let count = |of: fn(&SourceDescription) -> u64| self.sources.iter().map(of).sum::<u64>();
        let (without_product, set_aside) = (count(|source| source.without_product), count(|source| source.set_aside));
        if without_product > 0 {
            notes.push(match without_product {
                1 => "1 record names no product, so that no component can be found in it".to_owned(),
                _ => format!("{without_product} records name no product, so that no component can be found in them"),
            });
        }
        if set_aside > 0 {
            notes.push(match set_aside {
                1 => "of 1 record something could not be read, or what came of it is told (`ward feeds sync -v`)".to_owned(),
                _ => format!("of {set_aside} records something could not be read, or what came of it is told (`ward feeds sync -v`)"),
            });
        }
        notes
    }

    /// What a reader should know of sources that only add evidence: which are missing, and of which day the others are.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (name, what, missing) in [
            (
                "kev",
                "the list of known exploited vulnerabilities",
                "no list of known exploited vulnerabilities is held",
            ),
            ("epss", "the list of EPSS scores", "no list of EPSS scores is held"),
        ] {
            match self.source(name) {
                None => remarks.push(format!("{missing}: no class is raised by it")),
                Some(source) => match source.newest {
                    Some(day) => remarks.push(format!("{what} is of {day}")),
                    None => remarks.push(format!("{what} does not say of which day it is")),
                },
            }
        }
        if let Some(day) = self.source("nvd").and_then(|nvd| nvd.newest) {
            remarks.push(format!("the newest date in NVD is {day}"));
        }
        remarks
    }

    fn source(&self, name: &str) -> Option<&SourceDescription> {
        self.sources.iter().find(|source| source.name == name)
    }
}

/// Why knowledge could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    /// Bytes do not have the digest that the generation says they have.
    #[error("knowledge is damaged: {part} does not have its digest")]
    Damaged {
        /// Which part.
        part: String,
    },
    /// Bytes have the right digest, or none, and still make no sense.
    #[error("knowledge cannot be read: {part}: {reason}")]
    Unreadable {
        /// Which part.
        part: String,
        /// What is wrong.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{KnowledgeDescription, SourceDescription};
    use crate::digest::Digest;

    fn held(seed: bool, sources: &[(&str, &[&str])]) -> KnowledgeDescription {
        let source = |(name, gaps): &(&str, &[&str])| SourceDescription {
            newest: Some(date(2026, 11, 21)),
            records: 1,
            gaps: gaps.iter().map(|gap| (*gap).to_owned()).collect(),
            ..SourceDescription::new(name)
        };
        KnowledgeDescription {
            generation: Digest::of(b""),
            as_of: date(2026, 11, 22),
            sources: sources.iter().map(source).collect(),
            seed,
            limited_to: Vec::new(),
            lost: Vec::new(),
        }
    }

    #[test]
    fn only_a_whole_nvd_is_not_partial() {
        assert_eq!(held(false, &[("nvd", &[])]).partial(), None);
        let seed = held(true, &[("nvd", &[])]).partial();
        assert!(seed.is_some_and(|words| words.starts_with("the seed knows only some")));
        let none = held(false, &[("kev", &[]), ("epss", &[])]).partial();
        assert_eq!(none.as_deref(), Some("the home holds nothing of NVD: no component counts as assessed"));
        let gaps = held(false, &[("nvd", &["no yearly file for 2003", "no yearly file for 2005 to 2007"])]).partial();
        assert_eq!(
            gaps.as_deref(),
            Some(
                "the home holds only part of NVD (no yearly file for 2003, no yearly file for 2005 to 2007): no component counts as assessed"
            )
        );
    }

    #[test]
    fn what_the_home_itself_names_and_lacks_is_a_gap() {
        let lacking = held(false, &[("kev", &["503 of 1662 have no record that is held"]), ("nvd", &[])]);
        assert_eq!(
            lacking.undescribed().as_deref(),
            Some(
                "of the list of known exploited vulnerabilities, 503 of 1662 have no record that is held: components whose names fit do not count as assessed"
            )
        );
        // The list says whose products these are: that is what the match listens to.
        assert_eq!(lacking.partial(), None);
        assert_eq!(held(false, &[("kev", &[]), ("nvd", &[])]).undescribed(), None);
    }

    #[test]
    fn old_knowledge_says_so() {
        let held = held(false, &[("nvd", &[])]);
        assert_eq!(held.stale(date(2026, 11, 29)), None);
        assert_eq!(
            held.stale(date(2026, 11, 30)).as_deref(),
            Some(
                "nothing was received after 2026-11-22: what became known between then and 2026-11-30 was not looked at"
            )
        );
    }

    #[test]
    fn missing_evidence_is_named() {
        assert_eq!(
            held(false, &[("nvd", &[])]).remarks(),
            [
                "no list of known exploited vulnerabilities is held: no class is raised by it",
                "no list of EPSS scores is held: no class is raised by it",
                "the newest date in NVD is 2026-11-21"
            ]
        );
        let all = held(false, &[("epss", &[]), ("kev", &[]), ("nvd", &[])]).remarks();
        assert!(all.iter().all(|remark| !remark.contains("is held")), "{all:?}");
    }
}
