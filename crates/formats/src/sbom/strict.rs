//! What the specification of CycloneDX demands of a file beyond what reading it needs, as our own reading of it; and of SPDX 2 the
//! fields that must be there.
//!
//! Not every rule is here: whoever has the published schema checks against that too. What is here needs no file from elsewhere.
//! XML is looked at in the shape of the JSON.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::SbomError;
use super::detect::{self, Format};
use super::{cyclonedx, detect::text};

/// Something that the specification does not allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where, as a JSON pointer.
    pub path: String,
    /// What was expected.
    pub message: String,
}

/// An SBOM as the JSON that a published schema speaks of. `None` where it is written in XML or tag-value.
///
/// # Errors
/// As for [`super::read`].
pub fn as_json(bytes: &[u8]) -> Result<Option<Value>, SbomError> {
    let body = text(bytes)?.body;
    Ok(match detect::format(body)? {
        Format::CycloneDxXml { .. } | Format::SpdxTagValue { .. } => None,
        Format::CycloneDxJson { .. } | Format::SpdxJson { .. } | Format::SpdxGraph => Some(serde_json::from_str(body)?),
    })
}

/// What the specification does not allow in a file, sorted by place. `None` where no rules are known beyond what reading needs: for
/// tag-value and for SPDX 3.
///
/// # Errors
/// As for [`super::read`].
pub fn check(bytes: &[u8]) -> Result<Option<Vec<Violation>>, SbomError> {
    let body = text(bytes)?.body;
    let mut check = Check::default();
    match detect::format(body)? {
        Format::CycloneDxXml { spec_version, document } => {
            check.version = minor(&spec_version);
            check.xml = true;
            check.bom(&cyclonedx::to_json(&document.root, &spec_version));
        }
        Format::CycloneDxJson { spec_version } => {
            check.version = minor(&spec_version);
            check.bom(&serde_json::from_str(body)?);
        }
        Format::SpdxJson { .. } => check.spdx(&serde_json::from_str(body)?),
        Format::SpdxTagValue { .. } | Format::SpdxGraph => return Ok(None),
    }
    check.violations.sort();
    check.violations.dedup();
    Ok(Some(check.violations))
}

/// The number behind `1.`.
fn minor(spec_version: &str) -> u32 {
    spec_version.strip_prefix("1.").and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Component types and the version that brought them.
const TYPES: &[(&str, u32)] = &[
    ("application", 0),
    ("framework", 0),
    ("library", 0),
    ("operating-system", 0),
    ("device", 0),
    ("file", 1),
    ("container", 2),
    ("firmware", 2),
    ("platform", 5),
    ("device-driver", 5),
    ("machine-learning-model", 5),
    ("data", 5),
    ("cryptographic-asset", 6),
];
/// Hash algorithms and the number of hexadecimal digits of each.
const ALGORITHMS: &[(&str, usize)] = &[
    ("MD5", 32),
    ("SHA-1", 40),
    ("SHA-256", 64),
    ("SHA-384", 96),
    ("SHA-512", 128),
    ("SHA3-256", 64),
    ("SHA3-384", 96),
    ("SHA3-512", 128),
    ("BLAKE2b-256", 64),
    ("BLAKE2b-384", 96),
    ("BLAKE2b-512", 128),
    ("BLAKE3", 64),
    ("Streebog-256", 64),
    ("Streebog-512", 128),
];
const SCOPES: &[&str] = &["required", "optional", "excluded"];
const PATCHES: &[&str] = &["unofficial", "monkey", "backport", "cherry-pick"];
const ISSUES: &[&str] = &["defect", "enhancement", "security"];
const FLOWS: &[&str] = &["inbound", "outbound", "bi-directional", "unknown"];
const METADATA: &[&str] = &[
    "authors",
    "component",
    "distributionConstraints",
    "licenses",
    "lifecycles",
    "manufacture",
    "manufacturer",
    "properties",
    "supplier",
    "timestamp",
    "tools",
];

#[derive(Default)]
struct Check {
    version: u32,
    xml: bool,
    references: BTreeSet<String>,
    violations: Vec<Violation>,
}

impl Check {
    fn say(&mut self, path: &str, message: impl Into<String>) {
        self.violations.push(Violation { path: path.to_owned(), message: message.into() });
    }

    fn bom(&mut self, bom: &Value) {
        if let Some(serial) = bom.get("serialNumber")
            && !serial.as_str().is_some_and(is_serial)
        {
            self.say("/serialNumber", "expected `urn:uuid:` and a UUID");
        }
        if let Some(Value::Object(metadata)) = bom.get("metadata") {
            for name in metadata.keys().filter(|name| !METADATA.contains(&name.as_str())) {
                self.say("/metadata", format!("`{name}` is not a field of the metadata"));
            }
            if let Some(time) = metadata.get("timestamp")
                && !time.as_str().is_some_and(is_time)
            {
                self.say("/metadata/timestamp", "expected a date and a time as 2026-10-01T08:00:00Z");
            }
        }
        self.walk(bom, "", "");
    }

    /// Looks at a value under the name that it has in what holds it. Depth is bounded by that of the file.
    fn walk(&mut self, value: &Value, name: &str, path: &str) {
        match value {
            Value::Object(fields) => {
                self.object(fields, name, path);
                for (field, inner) in fields {
                    self.walk(inner, field, &format!("{path}/{field}"));
                }
            }
            Value::Array(items) => {
                if name == "licenses" {
                    self.licences(items, path);
                }
                for (place, inner) in items.iter().enumerate() {
                    self.walk(inner, name, &format!("{path}/{place}"));
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, name: &str, path: &str) {
        match name {
            "components" | "component" | "ancestors" | "descendants" | "variants" => {
                self.component(fields, path);
            }
            "hashes" => self.hash(fields, path),
            "patches" => self.word(fields, "type", PATCHES, path),
            "resolves" => self.word(fields, "type", ISSUES, path),
            "properties" => self.property(fields, path),
            "dependencies" if !path.contains("/compositions/") && says_nothing(fields.get("ref")) => {
                self.say(path, "a dependency needs a `ref` that says something");
            }
            "swid" => {
                for field in ["tagId", "name"] {
                    if !fields.contains_key(field) {
                        self.say(path, format!("a SWID tag needs its `{field}`"));
                    }
                }
            }
            "citations" => self.citation(fields, path),
            "services" => self.flows(fields.get("data"), path),
            _ => {}
        }
        if let Some(encoding) = fields.get("encoding")
            && ["text", "attachment", "content"].contains(&name)
            && encoding.as_str() != Some("base64")
        {
            self.say(path, "expected the encoding `base64`");
        }
        // The XML of patents names others by elements that are called so.
        if let Some(reference) = fields.get("bom-ref").filter(|_| name != "patentRefs") {
            match reference.as_str() {
                Some("") | None => self.say(path, "a `bom-ref` that is given must say something"),
                Some(text) => {
                    if !self.references.insert(text.to_owned()) {
                        self.say(path, format!("`bom-ref` `{text}` is used twice"));
                    }
                }
            }
        }
    }

    fn component(&mut self, fields: &Map<String, Value>, path: &str) {
        for field in ["type", "name"] {
            if !fields.contains_key(field) {
                self.say(path, format!("a component needs its `{field}`"));
            }
        }
        // Versions could be left out only since 1.4.
        if self.version < 4 && !fields.contains_key("version") {
            self.say(path, "a component needs its `version` before CycloneDX 1.4");
        }
        if let Some(kind) = fields.get("type") {
            let known = TYPES.iter().any(|(word, since)| Some(*word) == kind.as_str() && *since <= self.version);
            if !known {
                self.say(path, format!("{kind} is not a component type of CycloneDX 1.{}", self.version));
            }
        }
        self.word(fields, "scope", SCOPES, path);
        if fields.contains_key("versionRange") {
            if fields.get("isExternal") != Some(&Value::Bool(true)) {
                self.say(path, "only an external component may have a `versionRange`");
            }
            if fields.contains_key("version") {
                self.say(path, "a component has a `version` or a `versionRange`, not both");
            }
        }
    }

    fn word(&mut self, fields: &Map<String, Value>, field: &str, words: &[&str], path: &str) {
        if let Some(word) = fields.get(field)
            && !word.as_str().is_some_and(|word| words.contains(&word))
        {
            self.say(&format!("{path}/{field}"), format!("{word} is none of {}", words.join(", ")));
        }
    }

    fn hash(&mut self, fields: &Map<String, Value>, path: &str) {
        let algorithm = fields.get("alg").and_then(Value::as_str).unwrap_or_default();
        let Some((_, digits)) = ALGORITHMS.iter().find(|(known, _)| *known == algorithm) else {
            self.say(path, format!("`{algorithm}` is not a hash algorithm of CycloneDX"));
            return;
        };
        let content = fields.get("content").and_then(Value::as_str).unwrap_or_default();
        if content.len() != *digits || !content.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.say(path, format!("a digest by {algorithm} has {digits} hexadecimal digits"));
        }
    }

    fn property(&mut self, fields: &Map<String, Value>, path: &str) {
        // Early versions did not demand a name.
        if self.version >= 6 && !fields.contains_key("name") {
            self.say(path, "a property needs its `name`");
        }
        if let Some(field) = fields.keys().find(|field| !["name", "value", "bom-ref"].contains(&field.as_str())) {
            self.say(path, format!("`{field}` is not a field of a property"));
        }
    }

    fn citation(&mut self, fields: &Map<String, Value>, path: &str) {
        if fields.contains_key("pointers") == fields.contains_key("expressions") {
            self.say(path, "a citation has `pointers` or `expressions`, one of them");
        }
        if !fields.contains_key("attributedTo") && !fields.contains_key("process") {
            self.say(path, "a citation needs `attributedTo` or `process`");
        }
    }

    fn flows(&mut self, data: Option<&Value>, path: &str) {
        match data {
            Some(Value::Object(fields)) => {
                self.word(fields, "flow", FLOWS, path);
                fields.values().for_each(|inner| self.flows(Some(inner), path));
            }
            Some(Value::Array(items)) => items.iter().for_each(|inner| self.flows(Some(inner), path)),
            _ => {}
        }
    }

    fn licences(&mut self, items: &[Value], path: &str) {
        let expressions = items.iter().filter(|item| item.get("expression").is_some()).count();
        // Since 1.7 both may stand side by side; the JSON of the first versions did not say.
        let single = self.version < 7 && (self.xml || self.version >= 5);
        if single && expressions > 0 && items.len() > 1 {
            self.say(path, "one expression, or any number of licences");
        }
        for (place, item) in items.iter().enumerate() {
            let path = format!("{path}/{place}");
            let licence = item.get("license");
            if licence.is_some() == item.get("expression").is_some() {
                self.say(&path, "expected a `license` or an `expression`, one of them");
            }
            let Some(licence) = licence else { continue };
            let (id, name) = (licence.get("id"), licence.get("name"));
            if id.is_some() == name.is_some() {
                self.say(&path, "a licence has an `id` or a `name`, one of them");
            }
            for value in [id, name].into_iter().flatten() {
                match value.as_str() {
                    None => self.say(&path, "a licence has one `id` or one `name`"),
                    Some(text)
                        if id == Some(value)
                            && spdx::license_id(text).is_none()
                            && spdx::exception_id(text).is_none() =>
                    {
                        self.say(&path, format!("`{text}` is not in the SPDX list of licences"));
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn spdx(&mut self, document: &Value) {
        for field in ["SPDXID", "dataLicense", "name", "documentNamespace", "creationInfo"] {
            if document.get(field).is_none() {
                self.say("", format!("a document needs its `{field}`"));
            }
        }
        for field in ["created", "creators"] {
            if document.get("creationInfo").is_some_and(|creation| creation.get(field).is_none()) {
                self.say("/creationInfo", format!("needs its `{field}`"));
            }
        }
        let packages = document.get("packages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut ids = BTreeSet::new();
        for (place, package) in packages.iter().enumerate() {
            let path = format!("/packages/{place}");
            for field in ["SPDXID", "name", "downloadLocation"] {
                if package.get(field).is_none() {
                    self.say(&path, format!("a package needs its `{field}`"));
                }
            }
            if let Some(id) = package.get("SPDXID").and_then(Value::as_str) {
                if !id.starts_with("SPDXRef-") {
                    self.say(&path, "an `SPDXID` begins with `SPDXRef-`");
                }
                if !ids.insert(id) {
                    self.say(&path, format!("`SPDXID` `{id}` is used twice"));
                }
            }
        }
    }
}

fn says_nothing(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
}

fn is_serial(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = uuid.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
        })
}

/// A date with a time, with or without a zone: XML allows both.
fn is_time(text: &str) -> bool {
    text.as_bytes().get(10).is_some_and(|byte| matches!(byte, b'T' | b't'))
        && (text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok())
}
