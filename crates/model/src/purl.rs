//! Package URLs.
//!
//! Own parser, because identity is what matching stands on: percent-encoding is undone exactly once, so that `%2F` in
//! a name is part of the name, and printed back. The text printed is canonical, and reading it gives the same value.

mod rules;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A package URL, decoded and normalised by the rules of its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    /// The type, lower-cased: `npm`, `deb`, ...
    pub kind: String,
    /// The namespace; its segments are separated by `/`.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers; keys are lower-cased, values never empty.
    pub qualifiers: BTreeMap<String, String>,
    /// The path within the package.
    pub subpath: Option<String>,
}

/// Why a text is no package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurlError {
    /// It does not begin with `pkg:`.
    #[error("a package URL begins with `pkg:`")]
    Scheme,
    /// There is no type, or no `/` behind it.
    #[error("the type is missing")]
    NoType,
    /// The type holds other characters than letters, digits, `.`, `+`, `-`, or begins with a digit.
    #[error("type `{0}` is not allowed")]
    BadType(String),
    /// There is no name.
    #[error("the name is missing")]
    NoName,
    /// A percent sign without two hexadecimal digits, or bytes that are no text.
    #[error("`{0}` is not percent-encoded correctly")]
    Encoding(String),
    /// A qualifier without a usable key.
    #[error("qualifier `{0}` has no allowed key")]
    Qualifier(String),
    /// The type does not allow this.
    #[error("type `{kind}` {rule}")]
    Rule {
        /// The type.
        kind: String,
        /// What it demands.
        rule: &'static str,
    },
}

impl Purl {
    /// Reads a package URL, tolerant of what is not canonical: slashes behind `pkg:`, capital letters in the type and
    /// in qualifier keys, signs that should be encoded.
    ///
    /// # Errors
    /// The text is no package URL, or breaks a rule of its type.
    pub fn parse(text: &str) -> Result<Purl, PurlError> {
        let text = text.trim();
        let head = text.get(..4).ok_or(PurlError::Scheme)?;
        if !head.eq_ignore_ascii_case("pkg:") {
            return Err(PurlError::Scheme);
        }
        let rest = text.get(4..).ok_or(PurlError::Scheme)?.trim_start_matches('/');
        let (rest, subpath) = rest.split_once('#').map_or((rest, None), |(rest, path)| (rest, Some(path)));
        let (rest, qualifiers) = rest.split_once('?').map_or((rest, None), |(rest, list)| (rest, Some(list)));
        let (kind, rest) = rest.split_once('/').ok_or(PurlError::NoType)?;
        let (path, version) = split_version(rest);
        // Behind a version a slash closes nothing: what should stand there is the name.
        let path = path.trim_start_matches('/');
        let path = if version.is_some() { path } else { path.trim_end_matches('/') };
        let (namespace, name) = path.rsplit_once('/').map_or((None, path), |(space, name)| (Some(space), name));
        let mut purl = Purl {
            kind: kind.to_ascii_lowercase(),
            namespace: namespace.map(|text| segments(text, false)).transpose()?.filter(|text| !text.is_empty()),
            name: decode(name)?,
            version: version.map(decode).transpose()?.filter(|text| !text.is_empty()),
            qualifiers: qualifiers.map(read_qualifiers).transpose()?.unwrap_or_default(),
            subpath: subpath.map(|text| segments(text, true)).transpose()?.filter(|text| !text.is_empty()),
        };
        purl.check()?;
        rules::normalise(&mut purl);
        purl.check()?;
        rules::check(&purl)?;
        Ok(purl)
    }

    /// Builds a package URL from its parts, with the same checks and normalisation as reading one.
    ///
    /// # Errors
    /// As for [`Purl::parse`].
    pub fn build(mut self) -> Result<Purl, PurlError> {
        self.kind = self.kind.to_ascii_lowercase();
        self.namespace = self.namespace.map(|text| join(text.split('/'), false)).filter(|text| !text.is_empty());
        self.subpath = self.subpath.map(|text| join(text.split('/'), true)).filter(|text| !text.is_empty());
        self.version = self.version.filter(|text| !text.is_empty());
        let mut qualifiers = BTreeMap::new();
        for (key, value) in std::mem::take(&mut self.qualifiers) {
            if !is_key(&key) {
                return Err(PurlError::Qualifier(key));
            }
            if !value.is_empty() {
                qualifiers.insert(key.to_ascii_lowercase(), value);
            }
        }
        self.qualifiers = qualifiers;
        self.check()?;
        rules::normalise(&mut self);
        self.check()?;
        rules::check(&self)?;
        Ok(self)
    }

    /// Whether it is a version of a package; what that one says beside type and name, it says too.
    #[must_use]
    pub fn is_release_of(&self, package: &Purl) -> bool {
        self.kind == package.kind
            && self.namespace == package.namespace
            && self.name == package.name
            && (package.version.is_none() || self.version == package.version)
            && package.qualifiers.iter().all(|(key, value)| self.qualifiers.get(key) == Some(value))
            && (package.subpath.is_none() || self.subpath == package.subpath)
    }

    fn check(&self) -> Result<(), PurlError> {
        if self.kind.is_empty() {
            return Err(PurlError::NoType);
        }
        let allowed = self.kind.chars().all(|c| c.is_ascii_alphanumeric() || ".+-".contains(c));
        if !allowed || self.kind.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(PurlError::BadType(self.kind.clone()));
        }
        if self.name.is_empty() { Err(PurlError::NoName) } else { Ok(()) }
    }
}

/// Splits at the `@` of the version. One right behind a slash with a path behind it begins a scope (`@angular/core`).
fn split_version(text: &str) -> (&str, Option<&str>) {
    let Some((path, version)) = text.rsplit_once('@') else { return (text, None) };
    let scope = (path.is_empty() || path.ends_with('/')) && version.trim_end_matches('/').contains('/');
    if scope { (text, None) } else { (path, Some(version)) }
}

/// Decodes the segments of a path; empty ones are dropped, and in a subpath `.` and `..` too.
fn segments(text: &str, subpath: bool) -> Result<String, PurlError> {
    let decoded: Vec<String> = text.split('/').map(decode).collect::<Result<_, _>>()?;
    Ok(join(decoded.iter().flat_map(|segment| segment.split('/')), subpath))
}

fn join<'a>(segments: impl Iterator<Item = &'a str>, subpath: bool) -> String {
    let kept: Vec<&str> =
        segments.filter(|segment| !(segment.is_empty() || subpath && matches!(*segment, "." | ".."))).collect();
    kept.join("/")
}

fn read_qualifiers(list: &str) -> Result<BTreeMap<String, String>, PurlError> {
    let mut qualifiers = BTreeMap::new();
    for item in list.split('&').filter(|item| !item.is_empty()) {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        if !is_key(key) {
            return Err(PurlError::Qualifier(item.to_owned()));
        }
        let value = decode(value)?;
        if !value.is_empty() {
            qualifiers.insert(key.to_ascii_lowercase(), value);
        }
    }
    Ok(qualifiers)
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
}

fn decode(text: &str) -> Result<String, PurlError> {
    let wrong = || PurlError::Encoding(text.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or_else(wrong);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong())?);
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// Percent-encodes everything but unreserved characters and the colon; slashes are kept where they separate.
fn encode(f: &mut fmt::Formatter<'_>, text: &str, slashes_separate: bool) -> fmt::Result {
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) || (slashes_separate && byte == b'/');
        if plain { write!(f, "{}", char::from(byte))? } else { write!(f, "%{byte:02X}")? }
    }
    Ok(())
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            encode(f, namespace, true)?;
            f.write_str("/")?;
        }
        encode(f, &self.name, rules::name_is_path(&self.kind))?;
        if let Some(version) = &self.version {
            f.write_str("@")?;
            encode(f, version, false)?;
        }
        for (place, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}=", if place == 0 { '?' } else { '&' })?;
            encode(f, value, false)?;
        }
        if let Some(subpath) = &self.subpath {
            f.write_str("#")?;
            encode(f, subpath, true)?;
        }
        Ok(())
    }
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Purl, PurlError> {
        Purl::parse(text)
    }
}

impl Serialize for Purl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Purl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Purl, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Purl::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
