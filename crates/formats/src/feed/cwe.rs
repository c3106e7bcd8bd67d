//! The names of weaknesses: the CWE list.

use std::collections::BTreeMap;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use ward_model::digest::Digest;

use super::{FeedError, SetAside};

/// The name of this feed as a source.
pub const SOURCE: &str = "cwe";

/// Everything that is taken from the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeaknessNames {
    /// The version of the list.
    pub version: Option<String>,
    /// The name of each weakness, by number.
    pub names: BTreeMap<u32, String>,
    /// What could not be read.
    pub set_aside: Vec<SetAside>,
}

/// Reads the list, uncompressed. Kinds of weaknesses, categories and views share their numbers, and feeds name any of them.
///
/// # Errors
/// The bytes cannot be had, the text is no XML or is cut off, or it is not this list.
pub fn read(source: impl BufRead) -> Result<WeaknessNames, FeedError> {
    let mut reader = Reader::from_reader(source);
    let mut list = WeaknessNames::default();
    let mut buffer = Vec::new();
    let (mut depth, mut place, mut found) = (0_u32, 0, false);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let offset = reader.buffer_position();
        let wrong = |reason: String| FeedError::Syntax { offset, reason };
        match event {
            Err(quick_xml::Error::Io(error)) => {
                return Err(FeedError::Io(std::io::Error::new(error.kind(), error.to_string())));
            }
            Err(error) => return Err(wrong(error.to_string())),
            Ok(Event::Start(element)) => {
                if depth == 0 {
                    root(&element, &mut list)?;
                    found = true;
                } else {
                    entry(&element, depth, &mut place, &mut list);
                }
                depth = depth.checked_add(1).ok_or_else(|| wrong("nested too deeply".to_owned()))?;
            }
            Ok(Event::Empty(element)) if depth > 0 => entry(&element, depth, &mut place, &mut list),
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth > 0 => return Err(wrong("the file ends inside an element".to_owned())),
            Ok(Event::Eof) if !found => {
                return Err(FeedError::WrongFeed { expected: EXPECTED, found: "no element".to_owned() });
            }
            Ok(Event::Eof) => return Ok(list),
            Ok(_) => {}
        }
    }
}

const EXPECTED: &str = "the CWE list, a `Weakness_Catalog`";

fn root(element: &BytesStart<'_>, list: &mut WeaknessNames) -> Result<(), FeedError> {
    let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
    if name != "Weakness_Catalog" {
        return Err(FeedError::WrongFeed { expected: EXPECTED, found: format!("`{name}`") });
    }
    list.version = attribute(element, "Version").ok().flatten();
    Ok(())
}

/// `<Weakness ID="79" Name="...">` stands in a list inside the catalogue.
fn entry(element: &BytesStart<'_>, depth: u32, place: &mut u64, list: &mut WeaknessNames) {
    if depth != 2 || !matches!(element.local_name().as_ref(), b"Weakness" | b"Category" | b"View") {
        return;
    }
    *place += 1;
    let read = || -> Result<(u32, String), String> {
        let number = attribute(element, "ID")?.ok_or("no attribute `ID`")?;
        let number = number.trim().parse().map_err(|_| format!("ID `{number}` is no number"))?;
        let name = attribute(element, "Name")?.ok_or("no attribute `Name`")?;
        Ok((number, name))
    };
    match read() {
        Ok((number, name)) => {
            list.names.insert(number, name);
        }
        Err(reason) => list.set_aside.push(SetAside {
            id: None,
            place: *place,
            reason,
            digest: Digest::of(element),
            products: Vec::new(),
            subjects: Vec::new(),
            last_modified: String::new(),
        }),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let attribute = element.try_get_attribute(name).map_err(|error| error.to_string())?;
    let value =
        attribute.map(|attribute| attribute.decoded_and_normalized_value(XmlVersion::Implicit1_0, element.decoder()));
    value.transpose().map(|value| value.map(std::borrow::Cow::into_owned)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
