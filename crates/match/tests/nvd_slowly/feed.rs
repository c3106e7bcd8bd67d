//! Records of NVD as plain data, straight from the JSON: nothing here is shared with the readers of the product.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde_json::Value as Json;

/// An attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    Any,
    Na,
    Text(Box<str>),
}

/// A name: its eleven attributes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub [Attribute; 11]);

pub const PART: usize = 0;
pub const VERSION: usize = 3;
pub const UPDATE: usize = 4;

impl Name {
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("cpe:2.3:")?;
        let mut fields = vec![String::new()];
        let mut escaped = false;
        for c in rest.chars() {
            match c {
                _ if escaped => {
                    escaped = false;
                    // A sign that would be a wildcard, or begin an escape, keeps its backslash.
                    if matches!(c, '*' | '?' | '\\') {
                        fields.last_mut()?.push('\\');
                    }
                    fields.last_mut()?.extend(c.to_lowercase());
                }
                '\\' => escaped = true,
                ':' => fields.push(String::new()),
                ' ' => fields.last_mut()?.push('_'),
                c => fields.last_mut()?.extend(c.to_lowercase()),
            }
        }
        let mut attributes = fields.into_iter().map(|text| match text.as_str() {
            "" | "*" => Attribute::Any,
            "-" => Attribute::Na,
            _ => Attribute::Text(text.into()),
        });
        let name: [Attribute; 11] = std::array::from_fn(|_| attributes.next().unwrap_or(Attribute::Any));
        attributes.next().is_none().then_some(Self(name))
    }

    pub fn text(&self, place: usize) -> Option<&str> {
        match &self.0[place] {
            Attribute::Text(text) => Some(text),
            Attribute::Any | Attribute::Na => None,
        }
    }

    /// Part, vendor and product.
    pub fn product(&self) -> Product {
        std::array::from_fn(|place| self.text(place).unwrap_or("*").into())
    }
}

pub type Product = [Box<str>; 3];

/// An end of a range: the version, and whether it is meant itself.
pub type End = Option<(Box<str>, bool)>;

#[derive(Debug)]
pub struct Match {
    pub vulnerable: bool,
    pub name: Name,
    pub from: End,
    pub to: End,
}

#[derive(Debug)]
pub struct Node {
    pub and: bool,
    pub negate: bool,
    pub matches: Vec<Match>,
}

#[derive(Debug)]
pub struct Configuration {
    pub and: bool,
    pub negate: bool,
    pub nodes: Vec<Node>,
}

#[derive(Debug)]
pub struct Record {
    pub id: String,
    pub rejected: bool,
    pub configurations: Vec<Configuration>,
}

/// All records, and where each product is named.
#[derive(Default)]
pub struct Feed {
    pub records: Vec<Record>,
    pub by_product: BTreeMap<Product, Vec<usize>>,
}

impl Feed {
    /// Reads a yearly file.
    pub fn take(&mut self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let file: Json = serde_json::from_reader(BufReader::new(MultiGzDecoder::new(File::open(path)?)))?;
        for element in list(&file, "vulnerabilities") {
            let cve = &element["cve"];
            let record = Record {
                id: cve["id"].as_str().ok_or("no id")?.to_owned(),
                rejected: cve["vulnStatus"] == "Rejected",
                configurations: list(cve, "configurations").map(configuration).collect::<Option<_>>().ok_or("odd")?,
            };
            let matches = record.configurations.iter().flat_map(|one| &one.nodes).flat_map(|node| &node.matches);
            for product in matches.map(|one| one.name.product()) {
                let places = self.by_product.entry(product).or_default();
                if places.last() != Some(&self.records.len()) {
                    places.push(self.records.len());
                }
            }
            self.records.push(record);
        }
        Ok(())
    }
}

fn list<'a>(value: &'a Json, field: &str) -> impl Iterator<Item = &'a Json> {
    value[field].as_array().into_iter().flatten()
}

fn configuration(value: &Json) -> Option<Configuration> {
    Some(Configuration {
        and: value["operator"] == "AND",
        negate: value["negate"] == true,
        nodes: list(value, "nodes").map(node).collect::<Option<_>>()?,
    })
}

fn node(value: &Json) -> Option<Node> {
    Some(Node {
        and: value["operator"] == "AND",
        negate: value["negate"] == true,
        matches: list(value, "cpeMatch").map(match_of).collect::<Option<_>>()?,
    })
}

fn match_of(value: &Json) -> Option<Match> {
    let end = |field: &str, itself: bool| value_of(value, field).map(|text| (text, itself));
    Some(Match {
        vulnerable: value["vulnerable"] == true,
        name: Name::read(value["criteria"].as_str()?)?,
        from: end("versionStartIncluding", true).or_else(|| end("versionStartExcluding", false)),
        to: end("versionEndIncluding", true).or_else(|| end("versionEndExcluding", false)),
    })
}

fn value_of(value: &Json, field: &str) -> Option<Box<str>> {
    value[field].as_str().map(Into::into)
}
