//! CycloneDX, `vulnerabilities` with their `analysis`: 1.6 to write, every version that can be read as an SBOM to read.
//!
//! No place for: more than one product, titles, and the five justifications that only OpenVEX and CSAF have (the nearest is
//! written, or none).

use std::collections::BTreeMap;

use serde_json::Value;
use ward_model::component::Component;
use ward_model::ids::VulnerabilityId;
use ward_model::vex::{
    Identity, Issuer, Justification, Product, Response, Statement, Status, VersionScope, VexDocument,
};

use super::json::{Fields, list, made_reference, text, text_or_number, texts, values, wrong};
use super::{VexError, VexWriteError};

const SPEC_VERSION: &str = "1.6";
/// The words for states.
const STATES: &[(&str, Status)] = &[
    ("resolved", Status::Fixed),
    ("resolved_with_pedigree", Status::FixedWithPedigree),
    ("exploitable", Status::Affected),
    ("in_triage", Status::UnderInvestigation),
    ("false_positive", Status::FalsePositive),
    ("not_affected", Status::NotAffected),
];

pub(super) fn read(bytes: &[u8], value: &Value) -> Result<VexDocument, VexError> {
    let sbom = crate::sbom::read(bytes)?;
    let Some(Value::Array(vulnerabilities)) = value.get("vulnerabilities") else {
        return Err(VexError::NotVex("CycloneDX without `vulnerabilities`".to_owned()));
    };
    let origin = &sbom.origin;
    let namespace = value.pointer("/metadata/supplier/url/0").and_then(Value::as_str).map(str::to_owned);
    let mut document = VexDocument {
        id: origin.serial.clone(),
        version: text_or_number(value, "version"),
        issuer: Issuer {
            name: origin.supplier.clone().or_else(|| origin.authors.first().cloned()),
            role: None,
            namespace,
        },
        issued: origin.created.clone(),
        tooling: (!origin.tools.is_empty()).then(|| origin.tools.join(", ")),
        ..VexDocument::default()
    };
    let described = sbom.described.as_ref().map(|reference| reference.as_str().to_owned());
    let whole = Identity {
        reference: described,
        name: sbom.name.clone(),
        version: sbom.version.clone(),
        ..Identity::default()
    };
    let components: BTreeMap<&str, &Component> =
        sbom.components.iter().map(|component| (component.reference.as_str(), component)).collect();
    // What the file describes has the identities of its component, where it is one.
    let whole = match whole.reference.as_deref().and_then(|reference| components.get(reference)) {
        Some(component) => Identity { name: sbom.name.clone(), ..identity(component) },
        None => whole,
    };
    let find = |reference: &str| match components.get(reference) {
        Some(component) => identity(component),
        None => Identity { reference: Some(reference.to_owned()), ..Identity::default() },
    };
    for (number, raw) in vulnerabilities.iter().enumerate() {
        let place = format!("vulnerabilities/{number}");
        document.statements.push(statement(raw, &place, &whole, &find, &mut document.remarks)?);
    }
    Ok(document)
}

fn identity(component: &Component) -> Identity {
    let purls = component.purl.iter().chain(&component.other_purls);
    Identity {
        reference: Some(component.reference.as_str().to_owned()),
        name: Some(component.name.clone()),
        version: component.version.clone(),
        purls: purls.map(ToString::to_string).collect(),
        cpes: component.cpes.iter().map(ToString::to_string).collect(),
        hashes: component.hashes.iter().map(|hash| (hash.algorithm.clone(), hash.value.clone())).collect(),
        versions: Vec::new(),
        narrowed: component.narrowing(),
    }
}

fn statement(
    raw: &Value,
    place: &str,
    whole: &Identity,
    find: &dyn Fn(&str) -> Identity,
    remarks: &mut Vec<String>,
) -> Result<Statement, VexError> {
    let id = text(raw, "id").ok_or_else(|| wrong(place, "expected an `id` of the vulnerability"))?;
    let none = Value::Null;
    let analysis = raw.get("analysis").unwrap_or(&none);
    let status = match text(analysis, "state") {
        None => {
            // It is listed, and nobody says what it means: that is not known, and never good.
            remarks.push(format!("{place}: {id} is listed without a state; taken as under investigation"));
            Status::UnderInvestigation
        }
        Some(word) => STATES
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, status)| *status)
            .ok_or_else(|| wrong(place, format!("`{word}` is not a state of an analysis")))?,
    };
    let justification = text(analysis, "justification")
        .map(|word| {
            Justification::from_word(&word)
                .ok_or_else(|| wrong(place, format!("`{word}` is not a justification of CycloneDX")))
        })
        .transpose()?;
    let mut responses = Vec::new();
    for word in texts(analysis, "response") {
        let known = Response::from_word(&word);
        responses.push(known.ok_or_else(|| wrong(place, format!("`{word}` is not a response of CycloneDX")))?);
    }
    let (mut products, mut parts) = (Vec::new(), Vec::new());
    for raw in list(raw, "affects") {
        let reference =
            text(raw, "ref").ok_or_else(|| wrong(place, "expected a `ref` in everything that it affects"))?;
        let versions = scopes(raw);
        if whole.reference.as_ref() == Some(&reference) {
            products.push(Product { identity: Identity { versions, ..whole.clone() }, components: Vec::new() });
        } else {
            parts.push(Identity { versions, ..find(&reference) });
        }
    }
    if !parts.is_empty() {
        products.push(Product { identity: whole.clone(), components: parts });
    }
    let detail = text(analysis, "detail");
    let is_impact = matches!(status, Status::NotAffected | Status::FalsePositive);
    let (impact, notes) = if is_impact { (detail, None) } else { (None, detail) };
    let aliases = list(raw, "references").iter().filter_map(|reference| text(reference, "id"));
    Ok(Statement {
        id: text(raw, "bom-ref"),
        aliases: aliases.map(VulnerabilityId::new).collect(),
        description: text(raw, "description"),
        products,
        justification,
        impact,
        action: text(raw, "recommendation").or_else(|| text(raw, "workaround")),
        responses,
        notes,
        issued: text(analysis, "firstIssued"),
        updated: text(analysis, "lastUpdated"),
        ..Statement::new(VulnerabilityId::new(id), status)
    })
}

fn scopes(raw: &Value) -> Vec<VersionScope> {
    let scope = |raw: &Value| {
        let (text, range) = match text_or_number(raw, "version") {
            Some(version) => (version, false),
            // What cannot be read may be any version.
            None => (text(raw, "range").unwrap_or_default(), true),
        };
        VersionScope { text, range, status: self::text(raw, "status") }
    };
    list(raw, "versions").iter().map(scope).collect()
}

pub(super) fn write(document: &VexDocument) -> Result<Value, VexWriteError> {
    let mut parts = Parts::default();
    let vulnerabilities: Vec<Value> =
        document.statements.iter().map(|statement| written(statement, &mut parts)).collect();
    let supplier = document.issuer.name.as_ref().map(|name| {
        let addresses = document.issuer.namespace.iter().map(|address| address.as_str().into()).collect();
        Fields::default().with("name", name.as_str()).some("url", addresses)
    });
    let tools = document.tooling.as_ref().map(|name| {
        let tool = Fields::default().with("type", "application").with("name", name.as_str());
        Fields::default().with("components", vec![Value::from(tool)])
    });
    let remarks: Vec<Value> = document
        .remarks
        .iter()
        .map(|remark| Fields::default().with("name", "wardround:remark").with("value", remark.as_str()).into())
        .collect();
    let metadata = Fields::default()
        .maybe("timestamp", document.issued.clone())
        .maybe("tools", tools)
        .maybe("supplier", supplier)
        .maybe("component", parts.whole.as_ref().map(|whole| component("application", whole)))
        .some("properties", remarks);
    let version = document.version.as_deref().and_then(|text| text.parse::<u64>().ok()).filter(|version| *version > 0);
    let components: Vec<Value> =
        parts.components.values().map(|identity| component("library", identity).into()).collect();
    Ok(Fields::default()
        .with("bomFormat", "CycloneDX")
        .with("specVersion", SPEC_VERSION)
        .maybe("serialNumber", document.id.clone())
        .with("version", version.unwrap_or(1))
        .with("metadata", metadata)
        .some("components", components)
        .with("vulnerabilities", vulnerabilities)
        .into())
}

/// The product and its components in the making.
#[derive(Default)]
struct Parts {
    whole: Option<Identity>,
    components: BTreeMap<String, Identity>,
}

impl Parts {
    /// The reference under which something is affected.
    fn reference(&mut self, identity: &Identity, is_whole: bool) -> String {
        let reference = identity.reference.clone().unwrap_or_else(|| made_reference(identity));
        let held = Identity { reference: Some(reference.clone()), versions: Vec::new(), ..identity.clone() };
        // A link into another file, or a name and nothing else, is no component of this one.
        let known = held.name.is_some() || !held.purls.is_empty() || !held.cpes.is_empty();
        if is_whole && self.whole.as_ref().is_none_or(|whole| whole.reference == held.reference) {
            self.whole.get_or_insert(held);
        } else if known {
            self.components.entry(reference.clone()).or_insert(held);
        }
        reference
    }
}

fn component(kind: &str, identity: &Identity) -> Fields {
    let hashes: Vec<Value> = identity
        .hashes
        .iter()
        .map(|(algorithm, value)| {
            Fields::default().with("alg", algorithm.as_str()).with("content", value.as_str()).into()
        })
        .collect();
    let more_cpes: Vec<Value> = identity
        .cpes
        .iter()
        .skip(1)
        .map(|cpe| Fields::default().with("name", "wardround:cpe").with("value", cpe.as_str()).into())
        .collect();
    Fields::default()
        .with("type", kind)
        .maybe("bom-ref", identity.reference.clone())
        .with("name", identity.name.clone().unwrap_or_else(|| made_reference(identity)))
        .maybe("version", identity.version.clone())
        .maybe("purl", identity.purls.first().cloned())
        .maybe("cpe", identity.cpes.first().cloned())
        .some("hashes", hashes)
        .some("properties", more_cpes)
}

fn written(statement: &Statement, parts: &mut Parts) -> Value {
    let mut affects = Vec::new();
    for product in &statement.products {
        let named = product.identity != Identity::default();
        if named {
            let reference = parts.reference(&product.identity, true);
            if product.components.is_empty() {
                affects.push(affected(reference, &product.identity));
            }
        }
        for component in &product.components {
            let reference = parts.reference(component, false);
            affects.push(affected(reference, component));
        }
    }
    let state = STATES.iter().find(|(_, status)| *status == statement.status).map(|(word, _)| *word);
    let justification = statement.justification.and_then(|why| match why {
        Justification::ComponentNotPresent | Justification::VulnerableCodeNotPresent => Some("code_not_present"),
        Justification::VulnerableCodeNotInExecutePath => Some("code_not_reachable"),
        // Nothing here says the same: the reason stands in the detail.
        Justification::VulnerableCodeCannotBeControlledByAdversary => None,
        Justification::InlineMitigationsAlreadyExist => Some("protected_by_mitigating_control"),
        own => Some(own.word()),
    });
    let in_words = statement.justification.filter(|_| justification.is_none()).map(|why| why.word().replace('_', " "));
    let detail = statement.impact.clone().or_else(|| statement.notes.clone()).or(in_words);
    let responses: Vec<String> = statement.responses.iter().map(|response| response.word().to_owned()).collect();
    let analysis = Fields::default()
        .maybe("state", state)
        .maybe("justification", justification)
        .some("response", values(&responses))
        .maybe("detail", detail)
        .maybe("firstIssued", statement.issued.clone())
        .maybe("lastUpdated", statement.updated.clone());
    let references: Vec<Value> = statement
        .aliases
        .iter()
        .map(|alias| {
            let source = Fields::default().with("name", "another name");
            Fields::default().with("id", alias.as_str()).with("source", source).into()
        })
        .collect();
    Fields::default()
        .maybe("bom-ref", statement.id.clone())
        .with("id", statement.vulnerability.as_str())
        .some("references", references)
        .maybe("description", statement.description.clone())
        .maybe("recommendation", statement.action.clone())
        .with("analysis", analysis)
        .some("affects", affects)
        .into()
}

fn affected(reference: String, identity: &Identity) -> Value {
    let versions: Vec<Value> = identity
        .versions
        .iter()
        .map(|scope| {
            let field = if scope.range { "range" } else { "version" };
            Fields::default().with(field, scope.text.as_str()).maybe("status", scope.status.clone()).into()
        })
        .collect();
    Fields::default().with("ref", reference).some("versions", versions).into()
}
