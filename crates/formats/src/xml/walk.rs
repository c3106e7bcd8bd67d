//! XML piece by piece, for files of which only a part is kept: the same bounds, and no tree.
//!
//! Namespaces are not resolved: elements are known by their name without a prefix.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{MAX_DEPTH, XmlError, entity, error_at, normal_line_ends, written};

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// An element begins.
    Open {
        /// Its name without a prefix.
        name: &'a str,
        /// Its attributes as written, prefixes included.
        attributes: &'a [(String, String)],
        /// The line on which it begins, from 1.
        line: usize,
    },
    /// The element that began last and has not ended ends.
    Close,
    /// Text in the element that began last and has not ended.
    Text(&'a str),
}

/// The value of an attribute, by its name without a prefix.
pub(crate) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let local = |key: &str| key.rsplit_once(':').map_or(key, |(_, local)| local) == name;
    // One without a prefix is meant before one with.
    let plain = attributes.iter().find(|(key, _)| key == name);
    plain.or_else(|| attributes.iter().find(|(key, _)| local(key))).map(|(_, value)| value.as_str())
}

/// Goes through a text whole, from its one root element to that element's end.
pub(crate) fn walk(text: &str, mut each: impl FnMut(Step<'_>) -> Result<(), String>) -> Result<(), XmlError> {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut begun) = (0_usize, false);
    let (mut line, mut counted) = (1_usize, 0_usize);
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let place = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                return Err(error_at(text, place, error.to_string()));
            }
        };
        let upto = place.min(text.len()).max(counted);
        line += text.as_bytes()[counted..upto].iter().filter(|byte| **byte == b'\n').count();
        counted = upto;
        let mut open = |start: &BytesStart<'_>, depth: usize| {
            if depth >= MAX_DEPTH {
                return Err(format!("nested too deeply: more than {MAX_DEPTH} levels"));
            }
            if depth == 0 && std::mem::replace(&mut begun, true) {
                return Err("expected one root element and found a second".to_owned());
            }
            let attributes = written(start)?;
            let whole = start.name();
            let name = std::str::from_utf8(whole.as_ref()).map_err(|error| error.to_string())?;
            let name = name.split_once(':').map_or(name, |(_, name)| name);
            each(Step::Open { name, attributes: &attributes, line })
        };
        let taken = match event {
            Event::Start(start) => open(&start, depth).inspect(|()| depth += 1),
            Event::Empty(start) => open(&start, depth).and_then(|()| each(Step::Close)),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                each(Step::Close)
            }
            Event::Text(part) => part.decode().map_err(|error| error.to_string()).and_then(|part| {
                let part = normal_line_ends(&part);
                match depth {
                    0 if part.trim_start_matches('\u{feff}').trim().is_empty() => Ok(()),
                    0 => Err("text outside of the root element".to_owned()),
                    _ => each(Step::Text(&part)),
                }
            }),
            Event::CData(part) => part
                .decode()
                .map_err(|error| error.to_string())
                .and_then(|part| each(Step::Text(&normal_line_ends(&part)))),
            Event::GeneralRef(reference) => entity(&reference).and_then(|part| each(Step::Text(&part))),
            Event::DocType(_) => Err("a document type is not allowed here".to_owned()),
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(()),
        };
        if let Err(reason) = taken {
            return Err(error_at(text, place, reason));
        }
    }
    match begun && depth == 0 {
        true => Ok(()),
        false => Err(error_at(text, text.len(), "the file ends inside an element".to_owned())),
    }
}
