//! XML as a tree of elements, with every bound that keeps a hostile file from costing more than it weighs.
//!
//! Namespaces are resolved; what is in another namespace than the root is left out with everything in it. Document types are
//! refused, so there are no entities but the five of XML and character references, and nothing is expanded.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub(crate) mod walk;

/// How deep elements may be nested. Real files stay under thirty.
pub(crate) const MAX_DEPTH: usize = 120;
/// How many attributes one element may have.
const MAX_ATTRIBUTES: usize = 256;

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name without a prefix.
    pub(crate) name: String,
    /// Its attributes without a prefix, in order.
    pub(crate) attributes: Vec<(String, String)>,
    /// The elements in it that are in the namespace of the root.
    pub(crate) children: Vec<Element>,
    /// The text directly in it.
    pub(crate) text: String,
}

/// What is wrong with a text that should be XML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct XmlError {
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column in bytes, from 1.
    pub(crate) column: usize,
    /// What is wrong there.
    pub(crate) reason: String,
}

/// A root element and the namespace it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// The namespace of the root.
    pub(crate) namespace: String,
    /// The root.
    pub(crate) root: Element,
}

/// Reads a text whole. Only elements in the namespace of the root are kept.
pub(crate) fn read(text: &str) -> Result<Document, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let fail = |reason: String| Err(error_at(text, place, reason));
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let place = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                return Err(error_at(text, place, error.to_string()));
            }
        };
        let taken = match event {
            Event::Start(start) => tree.open(&start),
            Event::Empty(start) => tree.open(&start).and_then(|()| tree.close()),
            Event::End(_) => tree.close(),
            Event::Text(part) => {
                part.decode().map_err(|error| error.to_string()).and_then(|part| tree.text(&normal_line_ends(&part)))
            }
            Event::CData(part) => {
                part.decode().map_err(|error| error.to_string()).and_then(|part| tree.text(&normal_line_ends(&part)))
            }
            Event::GeneralRef(reference) => entity(&reference).and_then(|part| tree.text(&part)),
            Event::DocType(_) => Err("a document type is not allowed here".to_owned()),
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(()),
        };
        if let Err(reason) = taken {
            return fail(reason);
        }
    }
    match tree.root {
        Some(document) if tree.open.is_empty() => Ok(document),
        _ => Err(error_at(text, text.len(), "the file ends inside an element".to_owned())),
    }
}

/// The place of a byte offset as line and column.
fn error_at(text: &str, offset: usize, reason: String) -> XmlError {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
    XmlError { line, column, reason }
}

fn normal_line_ends(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, String> {
    if let Some(letter) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(letter.to_string());
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    let letter = match &*name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        other => return Err(format!("entity `&{other};` is not defined")),
    };
    Ok(letter.to_owned())
}

#[derive(Default)]
struct Tree {
    root: Option<Document>,
    open: Vec<Open>,
    /// What each prefix means, innermost last. The empty prefix is the default.
    prefixes: BTreeMap<String, Vec<String>>,
}

struct Open {
    element: Element,
    /// Whether it is in the namespace of the root, and all around it too.
    kept: bool,
    /// The prefixes that it declares.
    declared: Vec<String>,
}

/// The attributes of an element as written, with their prefixes, none twice.
fn written(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    // The bound comes first: the reader's own test of repeated attributes compares each with each.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err(format!("an element has more than {MAX_ATTRIBUTES} attributes"));
        }
        let key = std::str::from_utf8(attribute.key.as_ref()).map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?
            .into_owned();
        if attributes.iter().any(|(known, _)| known == key) {
            return Err(format!("attribute `{key}` is given twice"));
        }
        attributes.push((key.to_owned(), value));
    }
    Ok(attributes)
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nested too deeply: more than {MAX_DEPTH} levels"));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err("expected one root element and found a second".to_owned());
        }
        let mut attributes = Vec::new();
        let mut declared = Vec::new();
        for (key, value) in written(start)? {
            if key == "xmlns" {
                declared.push((String::new(), value));
            } else if let Some(prefix) = key.strip_prefix("xmlns:") {
                declared.push((prefix.to_owned(), value));
            } else if !key.contains(':') {
                attributes.push((key, value));
            }
        }
        for (prefix, namespace) in &declared {
            self.prefixes.entry(prefix.clone()).or_default().push(namespace.clone());
        }
        let whole = start.name();
        let name = std::str::from_utf8(whole.as_ref()).map_err(|error| error.to_string())?;
        let (prefix, name) = name.split_once(':').unwrap_or(("", name));
        let namespace = self.prefixes.get(prefix).and_then(|all| all.last()).cloned().unwrap_or_default();
        let kept = match &self.root {
            None => {
                self.root = Some(Document { namespace, root: Element::default() });
                true
            }
            Some(document) => document.namespace == namespace && self.open.last().is_none_or(|around| around.kept),
        };
        let element = Element { name: name.to_owned(), attributes, ..Element::default() };
        let declared = declared.into_iter().map(|(prefix, _)| prefix).collect();
        self.open.push(Open { element, kept, declared });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(Open { element, kept, declared }) = self.open.pop() else {
            return Err("an element is closed that was not opened".to_owned());
        };
        for prefix in declared {
            if let Some(meanings) = self.prefixes.get_mut(&prefix) {
                meanings.pop();
            }
        }
        match (self.open.last_mut(), &mut self.root) {
            (Some(around), _) if kept => around.element.children.push(element),
            (Some(_), _) => {}
            (None, Some(document)) => document.root = element,
            (None, None) => {}
        }
        Ok(())
    }

    fn text(&mut self, part: &str) -> Result<(), String> {
        match self.open.last_mut() {
            Some(open) => {
                if open.kept {
                    open.element.text.push_str(part);
                }
                Ok(())
            }
            None if part.trim_start_matches('\u{feff}').trim().is_empty() => Ok(()),
            None => Err("text outside of the root element".to_owned()),
        }
    }
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, read};

    #[test]
    fn a_tree_is_read_with_its_namespaces() {
        let text = "<?xml version='1.0'?>\r\n<!-- c --><b:bom xmlns:b='urn:x' xmlns:y='urn:y' version='1&#x32;' y:z='no'>\
            <b:a>x &amp; y<![CDATA[<z>\r\n]]></b:a><y:a><b:a>not</b:a></y:a><a xmlns='urn:x'/></b:bom>\n";
        let document = read(text).expect("reads");
        assert_eq!((&*document.namespace, &*document.root.name), ("urn:x", "bom"));
        assert_eq!(document.root.attributes, [("version".to_owned(), "12".to_owned())]);
        let texts: Vec<&str> = document.root.children.iter().map(|child| child.text.as_str()).collect();
        assert_eq!(texts, ["x & y<z>\n", ""]);
    }

    #[test]
    fn what_is_no_xml_or_costs_too_much_is_refused() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        let wide = format!("<a {}/>", (0..300).map(|n| format!("a{n}='' ")).collect::<String>());
        let table = [
            ("<a><b></a>", "line 1, column"),
            ("<a>", "ends inside an element"),
            ("<a/><b/>", "found a second"),
            ("<a/>x", "outside of the root"),
            ("<a>&lol;</a>", "`&lol;` is not defined"),
            ("<!DOCTYPE a [<!ENTITY l 'l'>]><a>&l;</a>", "document type"),
            ("<a b='1' b='2'/>", "given twice"),
            ("", "ends inside"),
            (&deep, "nested too deeply"),
            (&wide, "more than 256 attributes"),
        ];
        for (text, part) in table {
            let error = read(text).expect_err(part);
            let text = format!("line {}, column {}: {}", error.line, error.column, error.reason);
            assert!(text.contains(part), "{text} should say {part}");
        }
    }
}
