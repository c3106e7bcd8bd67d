//! What a record names, wherever it stands and however broken the rest is: products by their CPE names, packages, and products in words.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use ward_model::affected::SubjectKey;
use ward_model::cpe::{Cpe, ProductKey};
use ward_model::purl::Purl;

use super::Unread;
use crate::feed::{affected, packages};

/// The names.
#[derive(Debug, Default)]
pub(in crate::feed) struct Names {
    /// Products by their CPE names.
    pub(in crate::feed) products: BTreeSet<ProductKey>,
    /// Packages, and products in words.
    pub(in crate::feed) subjects: BTreeSet<SubjectKey>,
}

/// The branches of a product tree above a value.
#[derive(Clone, Copy, Default)]
struct Above<'a> {
    vendor: Option<&'a str>,
    product: Option<&'a str>,
}

impl Names {
    /// What a text in JSON names; nothing where it is none.
    pub(in crate::feed) fn of(text: &[u8]) -> Self {
        let mut names = Self::default();
        if let Ok(whole) = serde_json::from_slice::<Value>(text) {
            names.add(&whole);
        }
        names
    }

    /// What is named anywhere in a value.
    pub(super) fn add(&mut self, value: &Value) {
        self.walk(value, Above::default());
    }

    /// What a text names, where it is a CPE name or a package URL.
    pub(super) fn text(&mut self, text: &str) {
        let text = text.trim();
        let begins = |with: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(with));
        if begins("cpe:") {
            self.cpe(text);
        } else if begins("pkg:")
            && let Ok(purl) = Purl::parse(text)
        {
            self.subjects.extend(packages::of_purl(&purl).map(SubjectKey::Package));
        }
    }

    // No deeper than the text could be read.
    fn walk<'a>(&mut self, value: &'a Value, above: Above<'a>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.walk(value, above)),
            Value::Object(fields) => {
                let above = self.object(fields, above);
                fields.values().for_each(|value| self.walk(value, above));
            }
            Value::String(text) => self.text(text),
            _ => {}
        }
    }

    /// What the fields of one object name together. Gives what stands above the values in it.
    fn object<'a>(&mut self, fields: &'a Map<String, Value>, mut above: Above<'a>) -> Above<'a> {
        let text = |field: &str| fields.get(field).and_then(Value::as_str);
        // A branch of a product tree, and a product in it.
        match (text("category"), text("name")) {
            (Some("vendor"), Some(name)) => above.vendor = Some(name),
            (Some("product_name" | "product_family"), Some(name)) => above.product = Some(name),
            _ => {}
        }
        if fields.contains_key("product_id")
            && let Some(product) = above.product.or(text("name"))
        {
            self.entry(&json!({ "vendor": above.vendor, "product": product }));
        }
        // A package as OSV names it.
        if let (Some(ecosystem), Some(name)) = (text("ecosystem"), text("name")) {
            self.subjects.extend(packages::package(ecosystem, name).map(|(key, _)| SubjectKey::Package(key)));
        }
        // An entry of the CVE list: what of it are texts.
        let parts = ["vendor", "product", "packageName", "packageURL", "collectionURL"];
        let known = parts.into_iter().filter_map(|part| Some((part.to_owned(), Value::from(text(part)?))));
        let known: Map<String, Value> = known.collect();
        if !known.is_empty() {
            self.entry(&Value::Object(known));
        }
        above
    }

    fn entry(&mut self, entry: &Value) {
        if let Ok(entry) = affected::Affected::deserialize(entry) {
            let products = affected::products("", &entry, &mut Unread::default());
            self.subjects.extend(products.iter().flat_map(ward_model::affected::AffectedProduct::keys));
        }
    }

    /// The product of a CPE name, however broken the name is behind it.
    fn cpe(&mut self, text: &str) {
        if let Ok(cpe) = Cpe::parse(text) {
            self.products.extend(cpe.product_key());
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
            Ok(key) => drop(self.products.insert(key)),
            Err(_) => self.products.extend(["a", "o", "h"].into_iter().filter_map(|part| key(part).ok())),
        }
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

#[cfg(test)]
mod tests {
    use ward_model::affected::SubjectKey;

    use super::Names;

    fn shown(text: &str) -> Vec<String> {
        let names = Names::of(text.as_bytes());
        let subjects = names.subjects.iter().map(|subject| match subject {
            SubjectKey::Package(package) => package.to_string(),
            SubjectKey::Named { vendor, product } => format!("{vendor}/{product}"),
            SubjectKey::Product(product) => product.to_string(),
        });
        subjects.chain(names.products.iter().map(ToString::to_string)).collect()
    }

    #[test]
    fn names_are_found_wherever_they_stand() {
        let table: [(&str, &[&str]); 9] = [
            (r#"{"a":[{"b":"cpe:2.3:a:acme:pump:*:*:*:*:*:*:*:*"}]}"#, &["a:acme:pump"]),
            (r#"{"vendor":"Acme","product":"Pump","versions":7}"#, &["acme/pump"]),
            (r#"{"vendor":7,"product":"Pump"}"#, &["/pump"]),
            (r#"{"vendor":"n/a","product":"n/a"}"#, &[]),
            (
                r#"{"collectionURL":"https://pypi.org","packageName":"Py_Lib","vendor":"v"}"#,
                &["pypi:py-lib", "v/py_lib"],
            ),
            (r#"{"affected":[{"package":{"ecosystem":"PyPI","name":"Py_Lib"},"versions":7}]}"#, &["pypi:py-lib"]),
            (r#"{"product_identification_helper":{"purl":"pkg:npm/%40a/b@1"}}"#, &["npm:@a/b"]),
            (
                r#"{"branches":[{"category":"vendor","name":"Acme","branches":[{"category":"product_name","name":"Pump","branches":[
                {"category":"product_version","name":"1.0","product":{"product_id":"P","name":"Acme Pump 1.0"}}]}]}]}"#,
                &["acme/pump"],
            ),
            (r#"{"full_product_names":[{"product_id":"P","name":"Acme Pump"}]}"#, &["/acme_pump"]),
        ];
        for (text, wanted) in table {
            assert_eq!(shown(text), wanted, "{text}");
        }
        assert_eq!(shown("{"), [""; 0]);
    }
}
