//! Records that are not shaped as they should be: what can be read of them all the same.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use ward_model::cpe::{Cpe, ProductKey};

use super::{Dated, raw};

/// Reads a record of which some field is not shaped as it should be. Fields that only describe are left out where they cannot
/// be read, a metric becomes an unreadable vector, and an identifier or a configuration stays an error.
pub(super) fn record(text: &[u8]) -> Result<Dated, String> {
    let mut whole: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let cve = whole.get_mut("cve").and_then(Value::as_object_mut).ok_or("no field `cve` with fields")?;
    let texts = ["published", "lastModified", "vulnStatus"];
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
    let element = raw::Element::deserialize(&whole).map_err(|error| error.to_string())?;
    super::record(&element.cve, unreadable)
}

/// The vector of a metric, or else all of it.
fn words(metric: &Value) -> String {
    let vector = metric.pointer("/cvssData/vectorString").and_then(Value::as_str);
    vector.map_or_else(|| metric.to_string(), str::to_owned)
}

/// Every product that a record names in a CPE name, wherever it stands, and however broken the name is behind the product.
pub(super) fn products(text: &[u8]) -> Vec<ProductKey> {
    let mut found = BTreeSet::new();
    if let Ok(whole) = serde_json::from_slice::<Value>(text) {
        let mut waiting = vec![&whole];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Array(values) => waiting.extend(values),
                Value::Object(fields) => waiting.extend(fields.values()),
                Value::String(text) => named(text, &mut found),
                _ => {}
            }
        }
    }
    found.into_iter().collect()
}

fn named(text: &str, found: &mut BTreeSet<ProductKey>) {
    let text = text.trim();
    if !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cpe:")) {
        return;
    }
    if let Ok(cpe) = Cpe::parse(text) {
        found.extend(cpe.product_key());
        return;
    }
    let fields = fields(text);
    // `cpe:2.3:PART:VENDOR:PRODUCT`, or `cpe:/PART:VENDOR:PRODUCT` of the older form.
    let (part, vendor, product) = match fields.as_slice() {
        [_, part, vendor, product, ..] if part.starts_with('/') => (&part[1..], *vendor, *product),
        [_, _, part, vendor, product, ..] => (*part, *vendor, *product),
        _ => return,
    };
    // Which part it is may be what cannot be read: it may then be any.
    let key = |part: &str| format!("{part}:{vendor}:{product}").parse::<ProductKey>();
    match key(part) {
        Ok(key) => drop(found.insert(key)),
        Err(_) => found.extend(["a", "o", "h"].into_iter().filter_map(|part| key(part).ok())),
    }
}

/// Splits at colons that no backslash takes the meaning from.
fn fields(text: &str) -> Vec<&str> {
    let (mut fields, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        if letter == ':' && !quoted {
            fields.push(&text[start..at]);
            start = at + 1;
        }
        quoted = letter == '\\' && !quoted;
    }
    fields.push(&text[start..]);
    fields
}
