//! CycloneDX as XML, brought into the shape that the same CycloneDX has as JSON.
//!
//! The two are one model with two spellings: wrappers around repeated elements become lists, attributes become fields, and a text
//! with attributes becomes an object. So everything that reads or checks the JSON serves for both.

use serde_json::{Map, Value};

use crate::xml::Element;

/// The namespace of every version of CycloneDX, with the version behind it.
pub(in crate::sbom) const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// Wrappers that hold any number of elements and are a list in JSON.
const LISTS: &[&str] = &[
    // Kept in the order of the alphabet.
    "advisories",
    "affects",
    "aliases",
    "altIds",
    "algorithmRef",
    "ancestors",
    "annotations",
    "annotators",
    "assemblies",
    "assessors",
    "attestations",
    "attributes",
    "authors",
    "certificates",
    "certificationLevels",
    "citations",
    "claims",
    "classification-list",
    "commits",
    "components",
    "compositions",
    "controls",
    "counterClaims",
    "counterEvidence",
    "cryptoFunctions",
    "cwes",
    "datasets",
    "definitions-list",
    "dependencies",
    "descendants",
    "domains",
    "endpoints",
    "environmentVars",
    "ethicalConsiderations",
    "evidence-list",
    "exploits",
    "externalReferences",
    "fairnessAssessments",
    "formulation",
    "frames",
    "governors",
    "graphics",
    "hashes",
    "identifiers",
    "individuals",
    "inputs",
    "levels",
    "licenseTypes",
    "licenses",
    "lifecycles",
    "mappings",
    "methods",
    "notes",
    "occurrences",
    "organizations",
    "outputs",
    "owners",
    "parameters",
    "patches",
    "patentAssertions",
    "performanceMetrics",
    "performanceTradeoffs",
    "projects",
    "properties",
    "ratings",
    "recommendations",
    "references",
    "requirements",
    "resolves",
    "responses",
    "runtimeTopology",
    "services",
    "signatories",
    "standards",
    "stewards",
    "steps",
    "subjects",
    "swhid-list",
    "tags",
    "targets-list",
    "taskTypes",
    "tasks",
    "technicalLimitations",
    "tools",
    "triggers",
    "useCases",
    "users",
    "variants",
    "versions",
    "volumes",
    "vulnerabilities",
    "workflows",
    "workspaces",
];
/// Elements that stand repeated without a wrapper and are a list in JSON: the element that holds them, and their name.
const REPEATED: &[(&str, &str)] = &[
    ("*", "contact"),
    ("supplier", "url"),
    ("manufacturer", "url"),
    ("manufacture", "url"),
    ("provider", "url"),
    ("organization", "url"),
    ("evidence", "identity"),
    ("component", "omniborId"),
    ("component", "swhid"),
];
/// Elements that are an object in JSON even where nothing is in them.
const OBJECTS: &[&str] = &[
    "analysis",
    "component",
    "dependency",
    "evidence",
    "license",
    "manufacture",
    "manufacturer",
    "metadata",
    "patch",
    "pedigree",
    "property",
    "service",
    "source",
    "supplier",
    "swid",
    "target",
    "tool",
    "vulnerability",
];
/// Elements that have another name in JSON: what holds them, their name, and the other one.
const RENAMED: &[(&str, &str, &str)] = &[("analysis", "responses", "response")];
/// Fields that are numbers in JSON, with the element that holds them.
const NUMBERS: &[(&str, &str)] = &[
    ("bom", "version"),
    ("cwes", "cwe"),
    ("rating", "score"),
    ("identity", "confidence"),
    ("method", "confidence"),
    ("frame", "line"),
    ("frame", "column"),
    ("occurrence", "line"),
    ("occurrence", "offset"),
];
/// Fields that are true or false in JSON.
const TRUTHS: &[&str] = &["modified", "authenticated", "x-trust-boundary", "isExternal"];

/// The version of CycloneDX that a namespace names.
pub(in crate::sbom) fn version_of(namespace: &str) -> Option<&str> {
    namespace.strip_prefix(NAMESPACE)
}

/// The root element as the JSON of the same version.
pub(in crate::sbom) fn to_json(root: &Element, spec_version: &str) -> Value {
    let mut bom = object(root);
    bom.insert("bomFormat".to_owned(), "CycloneDX".into());
    bom.insert("specVersion".to_owned(), spec_version.into());
    Value::Object(bom)
}

fn value(element: &Element, around: &str) -> Value {
    let name = element.name.as_str();
    match name {
        // A tree of dependencies has one kind of element for both ends.
        "dependency" if around == "dependencies" => return dependency(element),
        "assembly" | "dependency" | "subject" | "vulnerability" if is_reference(element) => {
            return element.attribute("ref").unwrap_or_default().into();
        }
        "licenses" => return Value::Array(element.children.iter().map(licence).collect()),
        // Tools were a list of their own kind once, and hold components and services now.
        "tools" if element.children.iter().any(|child| child.name == "components" || child.name == "services") => {
            return Value::Object(object(element));
        }
        // The evidence of a claim is a list of references, that of a component an object.
        "properties" => {
            return Value::Array(element.children.iter().map(|property| texted(property, "value")).collect());
        }
        "hash" | "text" | "attachment" if !element.attributes.is_empty() || name == "hash" => {
            return texted(element, "content");
        }
        "text" if around != "copyright" => return texted(element, "content"),
        "copyright" if !element.children.is_empty() => {
            let texts = element.children.iter().map(|text| texted(text, "text")).collect();
            return Value::Array(texts);
        }
        _ => {}
    }
    if LISTS.contains(&name) && element.text.trim().is_empty() {
        return Value::Array(element.children.iter().map(|child| value(child, name)).collect());
    }
    let bare = element.children.is_empty() && element.attributes.is_empty();
    if bare && !(element.text.trim().is_empty() && OBJECTS.contains(&name)) {
        return scalar(around, name, element.text.trim());
    }
    Value::Object(object(element))
}

/// Attributes and children as fields.
fn object(element: &Element) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, text) in &element.attributes {
        fields.insert(name.clone(), scalar(&element.name, name, text));
    }
    for child in &element.children {
        let new = value(child, &element.name);
        let repeated =
            REPEATED.iter().any(|(around, name)| *name == child.name && (*around == "*" || *around == element.name));
        let renamed = RENAMED.iter().find(|(around, name, _)| *around == element.name && *name == child.name);
        let field = renamed.map_or(child.name.as_str(), |(_, _, other)| other);
        match fields.get_mut(field) {
            None if repeated => drop(fields.insert(field.to_owned(), Value::Array(vec![new]))),
            None => drop(fields.insert(field.to_owned(), new)),
            Some(Value::Array(list)) => list.push(new),
            // It should stand there once: a list says that it does not.
            Some(held) => {
                let first = held.take();
                *held = Value::Array(vec![first, new]);
            }
        }
    }
    let text = element.text.trim();
    if !text.is_empty() && element.children.is_empty() {
        fields.insert("content".to_owned(), text.into());
    }
    fields
}

/// A text with its attributes.
fn texted(element: &Element, field: &str) -> Value {
    let mut fields = object(element);
    fields.remove("content");
    fields.insert(field.to_owned(), element.text.trim().into());
    Value::Object(fields)
}

/// `<dependency ref="a"><dependency ref="b"/></dependency>` says that a needs b.
fn dependency(element: &Element) -> Value {
    let mut fields = Map::new();
    fields.insert("ref".to_owned(), element.attribute("ref").map_or(Value::Null, Value::from));
    for (inner, field) in [("dependency", "dependsOn"), ("provides", "provides")] {
        let ends: Vec<Value> = element
            .children
            .iter()
            .filter(|child| child.name == inner)
            .map(|child| child.attribute("ref").map_or(Value::Null, Value::from))
            .collect();
        if !ends.is_empty() {
            fields.insert(field.to_owned(), Value::Array(ends));
        }
    }
    Value::Object(fields)
}

/// An element that is nothing but a reference to another.
fn is_reference(element: &Element) -> bool {
    element.children.is_empty() && matches!(&element.attributes[..], [(name, _)] if name == "ref")
}

/// One choice of a list of licences.
fn licence(element: &Element) -> Value {
    match element.name.as_str() {
        "expression" => texted(element, "expression"),
        // Since 1.7 the expression may be an attribute, with its details as elements.
        "expression-detailed" => Value::Object(object(element)),
        name => Value::Object(Map::from_iter([(name.to_owned(), Value::Object(object(element)))])),
    }
}

fn scalar(around: &str, name: &str, text: &str) -> Value {
    let is = |list: &[(&str, &str)]| list.contains(&(around, name));
    if is(NUMBERS) {
        // What is no number stays a text: whoever checks the shape sees it.
        return text.parse::<serde_json::Number>().map_or_else(|_| text.into(), Value::Number);
    }
    if TRUTHS.contains(&name) {
        return match text {
            "true" | "1" => true.into(),
            "false" | "0" => false.into(),
            other => other.into(),
        };
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::to_json;

    #[test]
    fn both_spellings_have_one_shape() {
        let text = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="2">
            <metadata><tools><tool><name>t</name></tool></tools><supplier><name>S</name><url>u</url></supplier></metadata>
            <components><component type="library" bom-ref="a"><name> n </name><modified>false</modified>
              <hashes><hash alg="MD5">ab</hash></hashes>
              <licenses><license><id>MIT</id></license><expression>A OR B</expression></licenses>
              <properties><property name="p">v</property></properties>
              <evidence><identity><field>cpe</field><confidence>0.5</confidence></identity></evidence>
              <pedigree><patches><patch type="backport"><resolves><issue type="security"><id>CVE-1</id></issue></resolves></patch></patches></pedigree>
            </component></components>
            <dependencies><dependency ref="a"><dependency ref="b"/></dependency><dependency ref="b"/></dependencies>
            <vulnerabilities><vulnerability bom-ref="v"><cwes><cwe>79</cwe></cwes>
              <affects><target><ref>a</ref></target></affects></vulnerability></vulnerabilities></bom>"#;
        let document = crate::xml::read(text).expect("reads");
        assert_eq!(
            to_json(&document.root, "1.6"),
            json!({
                "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 2,
                "metadata": {"tools": [{"name": "t"}], "supplier": {"name": "S", "url": ["u"]}},
                "components": [{"type": "library", "bom-ref": "a", "name": "n", "modified": false,
                    "hashes": [{"alg": "MD5", "content": "ab"}],
                    "licenses": [{"license": {"id": "MIT"}}, {"expression": "A OR B"}],
                    "properties": [{"name": "p", "value": "v"}],
                    "evidence": {"identity": [{"field": "cpe", "confidence": 0.5}]},
                    "pedigree": {"patches": [{"type": "backport", "resolves": [{"type": "security", "id": "CVE-1"}]}]}}],
                "dependencies": [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b"}],
                "vulnerabilities": [{"bom-ref": "v", "cwes": [79], "affects": [{"ref": "a"}]}],
            })
        );
    }
}
