//! What a file is: its encoding, its format, its version.

use serde::Deserialize;

use super::cyclonedx;
use super::error::SbomError;
use super::loose::{Loose, Text, Texts};
use crate::xml::{self, Document};
use serde::de::IgnoredAny;

/// The text of a file.
pub(super) struct FileText<'a> {
    pub(super) body: &'a str,
    pub(super) byte_order_mark: bool,
}

/// A format that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    CycloneDxJson { spec_version: String },
    CycloneDxXml { spec_version: String, document: Document },
    SpdxJson { spec_version: String },
    SpdxTagValue { spec_version: String },
    SpdxGraph,
}

/// The versions that can be read.
const CYCLONEDX_JSON: &[&str] = &["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];
const CYCLONEDX_XML: &[&str] = &["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];
const SPDX: &[&str] = &["2.2", "2.3"];

/// The text without its byte-order mark.
pub(super) fn text(bytes: &[u8]) -> Result<FileText<'_>, SbomError> {
    let encoding = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        // Without a mark, the zero byte beside the first ASCII character gives it away.
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, first, ..] | [first, 0, ..] if first.is_ascii() && *first != 0 => Some("UTF-16"),
        [0x1f, 0x8b, ..] => Some("gzip"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Err(SbomError::Encoding { encoding });
    }
    let (rest, byte_order_mark) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (rest, true),
        rest => (rest, false),
    };
    let body = std::str::from_utf8(rest).map_err(|error| {
        let before = &rest[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        SbomError::NotUtf8 { line, column }
    })?;
    Ok(FileText { body, byte_order_mark })
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow, default, rename = "bomFormat")]
    bom_format: Text<'a>,
    #[serde(borrow, default, rename = "specVersion")]
    spec_version: Text<'a>,
    #[serde(borrow, default, rename = "$schema")]
    schema: Text<'a>,
    #[serde(borrow, default, rename = "spdxVersion")]
    spdx_version: Text<'a>,
    #[serde(borrow, default, rename = "SPDXID")]
    spdx_id: Text<'a>,
    #[serde(borrow, default, rename = "@context")]
    context: Loose<Texts<'a>>,
    #[serde(default, rename = "@graph")]
    graph: Option<IgnoredAny>,
    #[serde(borrow, default, rename = "predicateType")]
    predicate_type: Text<'a>,
    #[serde(default)]
    sbom: Option<IgnoredAny>,
    #[serde(default)]
    components: Option<IgnoredAny>,
}

/// Which of the supported formats a text is in.
pub(super) fn format(body: &str) -> Result<Format, SbomError> {
    let start = body.trim_start();
    match start.as_bytes().first() {
        None => return Err(SbomError::Empty),
        Some(b'{') => {}
        Some(b'<') => return xml(body, start),
        Some(_) => return other(body, start),
    }
    let header: Header<'_> = serde_json::from_str(body)?;
    let unsupported = |what: String| Err(SbomError::Unsupported { what });
    let missing = |reason: &str| Err(SbomError::NotAnSbom { reason: reason.to_owned() });
    match (&header.bom_format, &header.spec_version) {
        (Loose::Good(format), version) if format == "CycloneDX" => {
            return match version {
                Loose::Good(version) if CYCLONEDX_JSON.contains(&&**version) => {
                    Ok(Format::CycloneDxJson { spec_version: version.clone().into_owned() })
                }
                Loose::Good(version) => unsupported(format!("CycloneDX {version} as JSON")),
                Loose::Absent => missing("it is CycloneDX without its `specVersion`"),
                Loose::Wrong(found) => {
                    missing(&format!("its `specVersion` is {found}; expected a text such as \"1.6\""))
                }
            };
        }
        (Loose::Good(format), _) => return missing(&format!("its `bomFormat` is `{format}`; expected `CycloneDX`")),
        (Loose::Wrong(found), _) => return missing(&format!("its `bomFormat` is {found}; expected `CycloneDX`")),
        (Loose::Absent, _) => {}
    }
    match &header.spdx_version {
        Loose::Good(version) => {
            let version = version.strip_prefix("SPDX-").unwrap_or(version);
            if SPDX.contains(&version) {
                return Ok(Format::SpdxJson { spec_version: version.to_owned() });
            }
            return unsupported(format!("SPDX {version} as JSON"));
        }
        Loose::Wrong(found) => {
            return missing(&format!("its `spdxVersion` is {found}; expected the text \"SPDX-2.3\""));
        }
        Loose::Absent => {}
    }
    let spdx_context = match &header.context {
        Loose::Good(Texts(contexts)) => contexts.iter().any(|context| context.contains("spdx.org")),
        _ => false,
    };
    if header.graph.is_some() || spdx_context {
        return Ok(Format::SpdxGraph);
    }
    if let Loose::Good(kind) = &header.predicate_type {
        return unsupported(format!("an in-toto statement about `{kind}` (take the SBOM out of its `predicate`)"));
    }
    if header.sbom.is_some() {
        return unsupported("JSON with the SBOM inside its key `sbom` (take it out)".to_owned());
    }
    if matches!(&header.schema, Loose::Good(schema) if schema.contains("cyclonedx")) || header.components.is_some() {
        return missing("it may be CycloneDX, and its `bomFormat` is missing");
    }
    if header.spdx_id != Loose::Absent {
        return missing("it may be SPDX, and its `spdxVersion` is missing");
    }
    missing("JSON with neither `bomFormat` nor `spdxVersion`")
}

fn xml(body: &str, start: &str) -> Result<Format, SbomError> {
    // What it is stands in the root element, close to the start even behind a long comment.
    let head: String = start.chars().take(16_384).collect();
    let what = if head.contains(cyclonedx::NAMESPACE) {
        let document = xml::read(body)?;
        let Some(version) = cyclonedx::version_of(&document.namespace) else {
            let namespace = &document.namespace;
            return Err(SbomError::NotAnSbom { reason: format!("its root element is in the namespace `{namespace}`") });
        };
        if document.root.name != "bom" {
            let name = &document.root.name;
            return Err(SbomError::NotAnSbom { reason: format!("its root element is `{name}`; expected `bom`") });
        }
        if CYCLONEDX_XML.contains(&version) {
            return Ok(Format::CycloneDxXml { spec_version: version.to_owned(), document });
        }
        format!("CycloneDX {version} as XML")
    } else if head.contains("spdx.org/rdf") {
        "SPDX as RDF/XML".to_owned()
    } else if head.contains("<SoftwareIdentity") {
        "a SWID tag".to_owned()
    } else if head.to_ascii_lowercase().starts_with("<!doctype html") || head.to_ascii_lowercase().starts_with("<html")
    {
        return Err(SbomError::NotAnSbom { reason: "a web page".to_owned() });
    } else {
        return Err(SbomError::NotAnSbom { reason: "XML of an unknown kind".to_owned() });
    };
    Err(SbomError::Unsupported { what })
}

/// Text that begins neither like an object nor like XML.
fn other(body: &str, start: &str) -> Result<Format, SbomError> {
    let value_of = |key: &str| {
        body.lines().take(4_096).find_map(|line| {
            line.trim_start()
                .strip_prefix(key)
                .map(|rest| rest.trim_matches([' ', '"', '\'', '\t', '\r', ',']).to_owned())
        })
    };
    if let Some(version) = value_of("SPDXVersion:") {
        let version = version.trim_start_matches("SPDX-");
        if SPDX.contains(&version) {
            return Ok(Format::SpdxTagValue { spec_version: version.to_owned() });
        }
        return Err(SbomError::Unsupported { what: format!("SPDX {version} as tag-value") });
    }
    if let Some(version) = value_of("spdxVersion:").or_else(|| value_of("\"spdxVersion\":")) {
        let what = format!("SPDX {} as YAML", version.trim_start_matches("SPDX-"));
        return Err(SbomError::Unsupported { what });
    }
    if value_of("bomFormat:").is_some() {
        return Err(SbomError::Unsupported { what: "CycloneDX as YAML".to_owned() });
    }
    if start.starts_with("@prefix") || start.starts_with("PREFIX") {
        return Err(SbomError::Unsupported { what: "RDF as Turtle".to_owned() });
    }
    // Anything else that parses as JSON is no object; what does not parse says where.
    match serde_json::from_str::<IgnoredAny>(body) {
        Ok(_) => Err(SbomError::NotAnSbom { reason: "JSON, and not an object".to_owned() }),
        Err(error) => Err(error.into()),
    }
}
