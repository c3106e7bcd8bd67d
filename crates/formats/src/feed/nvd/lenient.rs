//! Records that are not shaped as they should be: what can be read of them all the same.

use serde::Deserialize;
use serde_json::Value;

use super::{Dated, raw};
use crate::feed::lenient::{Unread, keep_readable};

/// Reads a record of which some field is not shaped as it should be. Fields that only describe are left out where they cannot
/// be read, a metric becomes an unreadable vector, and an identifier or a configuration stays an error.
pub(super) fn record(text: &[u8], unread: &mut Unread) -> Result<Dated, String> {
    let mut whole: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let cve = whole.get_mut("cve").and_then(Value::as_object_mut).ok_or("no field `cve` with fields")?;
    let texts = ["published", "lastModified", "vulnStatus", "cisaExploitAdd"];
    // What may name products is taken note of; what only describes is left out.
    for (name, readable) in [("affected", affected as fn(&Value) -> _), ("references", reference)] {
        if cve.get(name).is_some_and(|value| !value.is_null()) {
            keep_readable(cve, name, name, unread, readable);
        } else {
            cve.remove(name);
        }
    }
    cve.retain(|name, value| match name.as_str() {
        name if texts.contains(&name) => value.is_string(),
        "descriptions" => Vec::<raw::Text<'_>>::deserialize(&*value).is_ok(),
        "weaknesses" => Vec::<raw::Weakness<'_>>::deserialize(&*value).is_ok(),
        _ => true,
    });
    let mut unreadable = Vec::new();
    match cve.get_mut("metrics") {
        None => {}
        Some(Value::Object(groups)) => {
            for (_, group) in groups.iter_mut().filter(|(name, _)| name.starts_with("cvssMetric")) {
                match group {
                    Value::Array(metrics) => metrics.retain(|metric| {
                        let read = raw::Metric::deserialize(metric).is_ok();
                        if !read {
                            unreadable.push(words(metric));
                        }
                        read
                    }),
                    other => {
                        let odd = std::mem::replace(other, Value::Array(Vec::new()));
                        unreadable.extend((!odd.is_null()).then(|| words(&odd)));
                    }
                }
            }
        }
        Some(other) => {
            let odd = std::mem::replace(other, Value::Object(serde_json::Map::new()));
            unreadable.extend((!odd.is_null()).then(|| words(&odd)));
        }
    }
    if let Some(metrics) = cve.get_mut("metrics").and_then(Value::as_object_mut) {
        metrics.retain(|name, value| !name.starts_with("ssvc") || Vec::<raw::Ssvc<'_>>::deserialize(&*value).is_ok());
    }
    let element = raw::Element::deserialize(&whole).map_err(|error| error.to_string())?;
    super::record(&element.cve, unreadable, unread)
}

fn affected(value: &Value) -> Result<(), serde_json::Error> {
    raw::Affected::deserialize(value).map(drop)
}

fn reference(value: &Value) -> Result<(), serde_json::Error> {
    raw::Reference::deserialize(value).map(drop)
}

/// The vector of a metric, or else all of it.
fn words(metric: &Value) -> String {
    let vector = metric.pointer("/cvssData/vectorString").and_then(Value::as_str);
    vector.map_or_else(|| metric.to_string(), str::to_owned)
}
