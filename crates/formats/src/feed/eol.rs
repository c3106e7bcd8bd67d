//! Support dates of products, in the shape of the endoflife.date API: one file a product, and one with the names of all.
//!
//! Dates are taken as they are. The words `true` and `false` are not: which of them says that support goes on has changed over the
//! years for `support`, so that they count only where the other fields leave no doubt.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use ward_model::affected::{SubjectKey, plain_name};
use ward_model::cpe::Cpe;
use ward_model::digest::Digest;
use ward_model::purl::Purl;
use ward_model::support::{SupportCycle, SupportEnd};

use super::{SetAside, day, lenient, packages};

/// The name of this feed as a source.
pub const SOURCE: &str = "eol";

/// Everything that the feed says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SupportCatalogue {
    /// Release lines, by product, then as the feed orders them.
    pub cycles: Vec<SupportCycle>,
    /// By which names each product is known elsewhere.
    pub keys: BTreeMap<String, Vec<SubjectKey>>,
    /// What could not be read.
    pub set_aside: Vec<SetAside>,
    /// The products of whose file something could not be read: release lines of them may be missing.
    pub unread: BTreeSet<String>,
    /// The products of which all is known that the list of names says; none, where it did not come.
    pub identified: BTreeSet<String>,
}

/// The name of the file with the names of all products, without its ending.
pub const IDENTIFIERS: &str = "identifiers";

/// By what a product is known to be called as it is called here: a component often is.
pub fn own_name(product: &str) -> SubjectKey {
    SubjectKey::Named { vendor: "".into(), product: plain_name(&product.replace('-', "_")).into() }
}

#[derive(Deserialize)]
struct Identifier<'a> {
    #[serde(borrow)]
    purl: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cpe: Option<Cow<'a, str>>,
    #[serde(borrow)]
    repology: Option<Cow<'a, str>>,
}

impl SupportCatalogue {
    /// Takes the release lines of one product. `place` is the place of its file among the files of the feed.
    pub fn add_product(&mut self, product: &str, text: &[u8], place: u64) {
        let file = Whole::new(text, place);
        let read = serde_json::from_slice(text).map_err(|error| error.to_string());
        let lines = match read {
            Ok(Value::Array(lines)) => lines,
            Ok(_) => return self.unread(product, &file, "expected a list of release lines", text),
            Err(reason) => return self.unread(product, &file, &reason, text),
        };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for cycle in lines.iter().filter_map(|line| cycle(product, line).ok()) {
            *counts.entry(cycle.cycle).or_default() += 1;
        }
        for (index, line) in lines.iter().enumerate() {
            let read = cycle(product, line).and_then(|read| match counts.get(&read.cycle) {
                // Which of them holds nobody can tell.
                Some(2..) => Err(format!("the release line `{}` is there more than once", read.cycle)),
                _ => Ok(read),
            });
            match read {
                Ok(cycle) => self.cycles.push(cycle),
                Err(reason) => {
                    self.unread.insert(product.to_owned());
                    self.part_aside(&file, format!("{product}.json, line {}: {reason}", index + 1), line);
                }
            }
        }
        self.name(product, vec![own_name(product)]);
    }

    /// Sets the file of a product aside; it is one that there is all the same.
    fn unread(&mut self, product: &str, file: &Whole, reason: &str, text: &[u8]) {
        self.unread.insert(product.to_owned());
        self.aside(file, format!("{product}.json: {reason}"), text);
    }

    /// Takes note that the file of a product, or the list of names, is longer than what is read. `place` is its place among the files of the feed.
    pub fn add_too_long(&mut self, product: &str, place: u64) {
        let file = Whole::new(product.as_bytes(), place);
        self.unread(product, &file, &format!("more than {} MiB", super::LONGEST_RECORD >> 20), b"");
    }

    /// Takes the names of all products. `place` is the place of the file among the files of the feed.
    pub fn add_identifiers(&mut self, text: &[u8], place: u64) {
        let file = Whole::new(text, place);
        let products: BTreeMap<String, Value> = match serde_json::from_slice(text) {
            Ok(products) => products,
            Err(error) => return self.unread(IDENTIFIERS, &file, &error.to_string(), text),
        };
        for (product, identifiers) in products {
            let Value::Array(identifiers) = identifiers else {
                self.part_aside(&file, format!("{IDENTIFIERS}.json, of {product}: expected a list"), &identifiers);
                continue;
            };
            let (mut keys, mut all_read) = (Vec::new(), true);
            for identifier in &identifiers {
                match Identifier::deserialize(identifier).map_err(|error| error.to_string()).and_then(|one| key(&one)) {
                    Ok(key) => keys.extend(key),
                    Err(reason) => {
                        all_read = false;
                        self.part_aside(&file, format!("{IDENTIFIERS}.json, of {product}: {reason}"), identifier);
                    }
                }
            }
            self.name(&product, keys);
            if all_read {
                self.identified.insert(product);
            }
        }
    }

    fn name(&mut self, product: &str, keys: Vec<SubjectKey>) {
        let known = self.keys.entry(product.to_owned()).or_default();
        known.extend(keys);
        known.sort_unstable();
        known.dedup();
    }

    /// Sets a file aside, with the products that its text names.
    fn aside(&mut self, file: &Whole, reason: String, text: &[u8]) {
        let lenient::Names { products, .. } = lenient::Names::of(text);
        // What has no support dates is not looked up by a package.
        self.set_aside.push(SetAside {
            id: None,
            place: file.place,
            reason,
            digest: file.digest,
            products: products.into_iter().collect(),
            subjects: Vec::new(),
            last_modified: String::new(),
        });
    }

    /// Sets a part of a file aside, with the products that this part names: the others were read, and a file may have many such parts.
    fn part_aside(&mut self, file: &Whole, reason: String, part: &Value) {
        self.aside(file, reason, part.to_string().as_bytes());
    }
}

/// By what a file is known, of which something is set aside.
struct Whole {
    place: u64,
    digest: Digest,
}

impl Whole {
    fn new(text: &[u8], place: u64) -> Self {
        Self { place, digest: Digest::of(text) }
    }
}

fn cycle(product: &str, line: &Value) -> Result<SupportCycle, String> {
    let text = |field: &str| line.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let cycle = match line.get("cycle") {
        Some(Value::String(text)) => text.trim().to_owned(),
        // Written as a number by some.
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err("no field `cycle`".to_owned()),
    };
    if cycle.is_empty() {
        return Err("an empty name of a release line".to_owned());
    }
    let security_until = match line.get("eol") {
        // False says that no end is announced, and not that there is none.
        Some(Value::Bool(ended)) => named(*ended),
        other => end("eol", other)?,
    };
    let active_until = match (line.get("eoas"), line.get("support")) {
        (Some(Value::Bool(ended)), _) => named(*ended),
        (None, Some(Value::Bool(_))) => match security_until {
            // Nobody develops a line that gets no fixes any more.
            SupportEnd::Ended => SupportEnd::Ended,
            _ => SupportEnd::Unknown,
        },
        (Some(value), _) => end("eoas", Some(value))?,
        (None, value) => end("support", value)?,
    };
    let extended_until = match (line.get("eoes"), line.get("extendedSupport")) {
        (Some(Value::Bool(ended)), _) => named(*ended),
        (None, Some(Value::Bool(_))) => SupportEnd::Unknown,
        (Some(value), _) => end("eoes", Some(value))?,
        (None, value) => end("extendedSupport", value)?,
    };
    let date =
        |field: &str| text(field).map(|text| day(text).ok_or(format!("{field} `{text}` is not a date"))).transpose();
    Ok(SupportCycle {
        product: product.to_owned(),
        cycle,
        released: date("releaseDate")?,
        active_until,
        security_until,
        extended_until,
        latest: text("latest").map(str::to_owned),
        latest_released: date("latestReleaseDate")?,
        said_no_longer: false,
    })
}

fn named(ended: bool) -> SupportEnd {
    if ended { SupportEnd::Ended } else { SupportEnd::NotAnnounced }
}

fn end(field: &str, value: Option<&Value>) -> Result<SupportEnd, String> {
    match value {
        None | Some(Value::Null) => Ok(SupportEnd::Unknown),
        Some(Value::String(text)) => {
            day(text.trim()).map(SupportEnd::On).ok_or_else(|| format!("{field} `{text}` is not a date"))
        }
        Some(other) => Err(format!("{field} `{other}` is neither a date nor true or false")),
    }
}

/// The key that an identifier gives; none where nothing is looked up by it.
fn key(identifier: &Identifier<'_>) -> Result<Option<SubjectKey>, String> {
    if let Some(text) = identifier.cpe.as_deref() {
        let cpe = Cpe::parse(text).map_err(|error| format!("cpe `{text}`: {error}"))?;
        return Ok(cpe.product_key().map(SubjectKey::Product));
    }
    let by_name = |name: &str| Some(SubjectKey::Named { vendor: "".into(), product: plain_name(name).into() });
    if let Some(text) = identifier.purl.as_deref() {
        let purl = Purl::parse(text).map_err(|error| format!("purl `{text}`: {error}"))?;
        if let Some(package) = packages::of_purl(&purl) {
            return Ok(Some(SubjectKey::Package(package)));
        }
        // Images, repositories and installers are called in many ways, packages of a distribution as the product.
        return Ok(matches!(purl.kind.as_str(), "deb" | "rpm" | "apk" | "alpm" | "generic")
            .then(|| by_name(&purl.name))
            .flatten());
    }
    Ok(identifier.repology.as_deref().and_then(by_name))
}

#[cfg(test)]
mod tests;
