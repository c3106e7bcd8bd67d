//! Facts: whatever a home holds besides records, each with a key and a value: an entry of KEV, a score, the support of a product,
//! the name of a weakness, a record that could not be read, a file that was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ward_formats::feed::cwe::WeaknessNames;
use ward_formats::feed::eol::SupportCatalogue;
use ward_model::affected::SubjectKey;
use ward_model::digest::Digest;
use ward_model::ids::VulnerabilityId;
use ward_model::support::SupportCycle;
use ward_model::vulnerability::Exploited;

use crate::source::SetAsideRecord;
use crate::{day, row, stamp, subject};

/// What a fact is about; the first byte of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub(crate) enum Kind {
    SetAside = b'A',
    /// The bundle that was taken last.
    Bundle = b'B',
    Coverage = b'C',
    /// Of when the last version of a document is that came whole.
    Document = b'D',
    Epss = b'E',
    Input = b'I',
    Exploited = b'K',
    /// Receipts that were lost.
    Lost = b'L',
    /// Which lists name an entry of KEV, where that is not the last whole one alone.
    Named = b'N',
    /// The scores of EPSS, packed ([`crate::column`]). Homes from before have one fact for each score.
    Scores = b'P',
    /// Up to when the changes of a source were seen.
    Reach = b'R',
    Support = b'S',
    /// What is known to be exploited and described by no record: a conclusion, kept so that it is not drawn anew by every reader.
    Undescribed = b'U',
    Weakness = b'W',
}

/// A key with its value; no value means that it is gone.
pub(crate) type Fact = (Box<[u8]>, Option<Box<[u8]>>);
/// A key with its value, held.
pub(crate) type Held = (Box<[u8]>, Box<[u8]>);

/// The key of a fact.
pub(crate) fn key(kind: Kind, rest: &[u8]) -> Box<[u8]> {
    [&[kind as u8], rest].concat().into()
}

/// The identifier in a key.
pub(crate) fn id(key: &[u8]) -> Result<VulnerabilityId, String> {
    let text = std::str::from_utf8(key.get(1..).unwrap_or_default()).map_err(|_| "not UTF-8".to_owned())?;
    Ok(VulnerabilityId::new(text))
}

/// What has to change so that `held` becomes `wanted`; both by key.
pub(crate) fn difference(held: &[Held], wanted: &[Held]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut held = held.iter().peekable();
    for (key, value) in wanted {
        while let Some((gone, _)) = held.next_if(|(old, _)| old < key) {
            facts.push((gone.clone(), None));
        }
        if held.next_if(|(old, _)| old == key).is_none_or(|(_, old)| old != value) {
            facts.push((key.clone(), Some(value.clone())));
        }
    }
    facts.extend(held.map(|(gone, _)| (gone.clone(), None)));
    facts
}

/// An entry of KEV.
pub(crate) fn of_exploited(entry: &Exploited) -> Held {
    let mut value = [&day::pack(entry.added).to_le_bytes()[..], &[u8::from(entry.ransomware)]].concat();
    write_names(entry.vendor.as_deref(), entry.product.as_deref(), &mut value);
    (key(Kind::Exploited, entry.id.as_str().as_bytes()), value.into())
}

/// The entry of KEV that [`of_exploited`] wrote.
pub(crate) fn exploited(id: VulnerabilityId, value: &[u8]) -> Result<Exploited, String> {
    let (added, rest) = value.split_first_chunk::<4>().ok_or("ends early")?;
    let (ransomware, mut names) = rest.split_first().ok_or("ends early")?;
    let added = day::unpack(i32::from_le_bytes(*added))?;
    let (vendor, product) = read_names(&mut names)?;
    Ok(Exploited { id, added, ransomware: *ransomware != 0, vendor, product })
}

/// Appends whose product it is and which, or nothing where neither is known.
pub(crate) fn write_names(vendor: Option<&str>, product: Option<&str>, out: &mut Vec<u8>) {
    if vendor.is_some() || product.is_some() {
        row::write_text(vendor.unwrap_or_default(), out);
        row::write_text(product.unwrap_or_default(), out);
    }
}

/// The names that [`write_names`] wrote.
pub(crate) fn read_names(bytes: &mut &[u8]) -> Result<(Option<String>, Option<String>), String> {
    if bytes.is_empty() {
        return Ok((None, None));
    }
    let mut name = || row::text(bytes).map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
    Ok((name()?, name()?))
}

/// A score with its percentile, as homes from before kept it; the day is that of the column.
#[cfg(test)]
pub(crate) fn of_epss(id: &str, score: u32, percentile: u32) -> Held {
    let value: [[u8; 4]; 2] = [score.to_le_bytes(), percentile.to_le_bytes()];
    (key(Kind::Epss, id.as_bytes()), value.concat().into())
}

/// The score and percentile in a fact of a home from before scores were packed.
pub(crate) fn epss(value: &[u8]) -> Result<(u32, u32), String> {
    let (score, rest) = value.split_first_chunk::<4>().ok_or("ends early")?;
    let percentile = rest.first_chunk::<4>().ok_or("ends early")?;
    Ok((u32::from_le_bytes(*score), u32::from_le_bytes(*percentile)))
}

/// The key of a document: an advisory, by what the names of its records begin with.
pub(crate) fn document_key(source: &str, label: &str) -> Box<[u8]> {
    key(Kind::Document, [source, "\0", label].concat().as_bytes())
}

/// What is kept of a file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    /// How many bytes it has, as it stands on disk.
    pub(crate) length: u64,
    /// Their digest.
    pub(crate) digest: Digest,
    /// How many records it gave.
    pub(crate) records: u64,
    /// The earliest day in it that was not believed, because it lay after the day of receipt: from then on the file says more than was
    /// taken of it. It is kept behind the rest, where earlier programs do not look.
    #[serde(skip)]
    pub(crate) again: Option<Date>,
}

impl Input {
    /// A file of these bytes, of which nothing came yet.
    pub(crate) fn new(length: u64, digest: Digest) -> Self {
        Self { length, digest, records: 0, again: None }
    }

    /// Takes note of a day in it that was not believed.
    pub(crate) fn not_believed(&mut self, day: Option<Date>) {
        self.again = [self.again, day].into_iter().flatten().min();
    }

    /// Whether reading it on this day could bring more than was taken of it.
    pub(crate) fn says_more_on(&self, day: Date) -> bool {
        self.again.is_some_and(|again| stamp::believed_day(Some(again), day).is_some())
    }
}

/// The key of a file that was read.
pub(crate) fn input_key(source: &str, file: &str) -> Box<[u8]> {
    key(Kind::Input, [source, "\0", file].concat().as_bytes())
}

/// A file that was read.
pub(crate) fn of_input(source: &str, file: &str, input: &Input) -> Result<Held, postcard::Error> {
    let mut value = postcard::to_stdvec(input)?;
    if input.again.is_some() {
        value.extend_from_slice(&day::pack(input.again).to_le_bytes());
    }
    Ok((input_key(source, file), value.into()))
}

/// The file that [`of_input`] wrote.
pub(crate) fn input(value: &[u8]) -> Result<Input, String> {
    let (input, rest) = postcard::take_from_bytes::<Input>(value).map_err(|error| error.to_string())?;
    let again = match rest.first_chunk::<4>() {
        Some(day) => day::unpack(i32::from_le_bytes(*day))?,
        None => None,
    };
    Ok(Input { again, ..input })
}

/// A record that was set aside. What it is known by covers all of it, so that one is never taken for another.
pub(crate) fn of_set_aside(record: &SetAsideRecord) -> Result<Held, postcard::Error> {
    let mut value = postcard::to_stdvec(record)?;
    value.extend_from_slice(record.stamp.as_bytes());
    // Letters and digits, so that earlier programs read a text behind the record as well.
    for subject in &record.subjects {
        value.push(0);
        subject::bytes(subject).iter().for_each(|byte| value.extend_from_slice(format!("{byte:02x}").as_bytes()));
    }
    let place = [record.source.as_bytes(), &[0], record.file.as_bytes(), &[0], &record.place.to_be_bytes()].concat();
    Ok((key(Kind::SetAside, &[&place, Digest::of(&value).as_bytes().as_slice()].concat()), value.into()))
}

/// The record that [`of_set_aside`] wrote. One from before stamps were kept has none, and one from before subjects were none of them.
pub(crate) fn set_aside(value: &[u8]) -> Result<SetAsideRecord, String> {
    let (record, rest) = postcard::take_from_bytes::<SetAsideRecord>(value).map_err(|error| error.to_string())?;
    let rest = std::str::from_utf8(rest).map_err(|_| "a stamp is not UTF-8".to_owned())?;
    let mut parts = rest.split('\0');
    let stamp = parts.next().unwrap_or_default().to_owned();
    let subjects = parts.map(subject_of).collect::<Result<Vec<_>, _>>()?;
    Ok(SetAsideRecord { stamp, subjects, ..record })
}

/// The subject in two digits for each byte.
fn subject_of(digits: &str) -> Result<SubjectKey, String> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    subject::read(&bytes.ok_or("a subject is not written in digits")?)
}

/// The support of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Support {
    /// Its release lines, as the source orders them.
    pub(crate) cycles: Vec<SupportCycle>,
    #[serde(with = "keys")]
    /// By which names it is known elsewhere.
    pub(crate) keys: Vec<SubjectKey>,
}

impl Support {
    /// As bytes. The lines that are said no longer stand last, where earlier programs do not look, and only where there are any: what a
    /// source says has one form, whether lines of it were missed once or not.
    fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        let mut bytes = postcard::to_stdvec(self)?;
        let gone = self.cycles.iter().filter(|line| line.said_no_longer).map(|line| line.cycle.as_str());
        let gone: BTreeSet<&str> = gone.collect();
        if !gone.is_empty() {
            bytes.extend(postcard::to_stdvec(&gone)?);
        }
        Ok(bytes)
    }

    /// Whether all lines of another are among its own, as they are.
    pub(crate) fn says_all_of(&self, other: &Self) -> bool {
        let says = |one: &SupportCycle, line: &SupportCycle| {
            SupportCycle { said_no_longer: line.said_no_longer, ..one.clone() } == *line
        };
        other.cycles.iter().all(|line| self.cycles.iter().any(|one| says(one, line)))
    }

    /// What [`of_support`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let wrong = |error: postcard::Error| error.to_string();
        let (mut support, rest) = postcard::take_from_bytes::<Self>(bytes).map_err(wrong)?;
        if !rest.is_empty() {
            let gone: BTreeSet<&str> = postcard::from_bytes(rest).map_err(wrong)?;
            for line in &mut support.cycles {
                line.said_no_longer = gone.contains(line.cycle.as_str());
            }
        }
        Ok(support)
    }
}

/// The day of the newest release that release lines name, as far as it is believed.
pub(crate) fn newest_release<'a>(lines: impl IntoIterator<Item = &'a SupportCycle>, received: Date) -> Option<Date> {
    let released = lines.into_iter().map(|line| line.latest_released.max(line.released));
    released.filter_map(|day| stamp::believed_day(day, received)).max()
}

/// A catalogue of support, by product.
pub(crate) fn support_by_product(catalogue: SupportCatalogue) -> BTreeMap<String, Support> {
    let mut products = BTreeMap::<String, Support>::new();
    for cycle in catalogue.cycles {
        products.entry(cycle.product.clone()).or_default().cycles.push(cycle);
    }
    for (product, mut keys) in catalogue.keys {
        keys.sort_unstable();
        keys.dedup();
        products.entry(product).or_default().keys = keys;
    }
    products
}

/// The support of products, as facts.
pub(crate) fn of_support(products: BTreeMap<String, Support>) -> Result<Vec<Held>, postcard::Error> {
    let fact = |(product, support): (String, Support)| {
        Ok((key(Kind::Support, product.as_bytes()), support.to_bytes()?.into()))
    };
    products.into_iter().map(fact).collect()
}

/// The names of weaknesses, by number.
pub(crate) fn of_weaknesses(names: &WeaknessNames) -> Vec<Held> {
    names.names.iter().map(|(number, name)| (weakness_key(*number), name.as_bytes().into())).collect()
}

/// The key of the name of a weakness.
pub(crate) fn weakness_key(number: u32) -> Box<[u8]> {
    key(Kind::Weakness, &number.to_be_bytes())
}

/// Subjects, which the model has no encoding for.
mod keys {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{SubjectKey, subject};

    pub(super) fn serialize<S: Serializer>(keys: &[SubjectKey], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(keys.iter().map(subject::bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SubjectKey>, D::Error> {
        let keys = Vec::<Vec<u8>>::deserialize(deserializer)?;
        keys.iter().map(|bytes| subject::read(bytes).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Held, difference};

    proptest! {
        #[test]
        fn what_is_held_becomes_what_is_wanted(
            held in prop::collection::btree_map(0_u8..9, 0_u8..3, 0..9),
            wanted in prop::collection::btree_map(0_u8..9, 0_u8..3, 0..9),
        ) {
            let list = |map: &BTreeMap<u8, u8>| map.iter().map(|(key, value)| ([*key].into(), [*value].into())).collect::<Vec<Held>>();
            let facts = difference(&list(&held), &list(&wanted));
            let mut after = held.clone();
            for (key, value) in &facts {
                match value {
                    Some(value) => prop_assert_ne!(after.insert(key[0], value[0]), Some(value[0])),
                    None => prop_assert!(after.remove(&key[0]).is_some()),
                }
            }
            prop_assert_eq!(after, wanted);
            prop_assert!(facts.is_sorted_by(|(a, _), (b, _)| a < b));
        }
    }
}
