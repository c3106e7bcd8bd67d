//! OpenVEX 0.2.0, and 0.0.1 to read.
//!
//! No place for: titles, the issuer's namespace, responses, versions spoken of, names and versions of products beside their
//! identifiers, more than one package URL of a product, and justifications beside the five common ones (the nearest is written, or
//! the justification in words).

use serde_json::Value;
use ward_model::ids::VulnerabilityId;
use ward_model::vex::{Identity, Issuer, Justification, Product, Statement, Status, VexDocument};

use super::json::{Budget, Fields, checked_list, made_reference, text, text_or_number, texts, wrong};
use super::{VexError, VexWriteError};

const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

pub(super) fn read(value: &Value) -> Result<VexDocument, VexError> {
    let mut document = VexDocument {
        id: text(value, "@id"),
        version: text_or_number(value, "version"),
        issuer: Issuer { name: text(value, "author"), role: text(value, "role"), namespace: None },
        issued: text(value, "timestamp"),
        updated: text(value, "last_updated"),
        tooling: text(value, "tooling"),
        ..VexDocument::default()
    };
    if value.get("statements").is_none() {
        return Err(VexError::NotVex("OpenVEX without `statements`".to_owned()));
    }
    let mut budget = Budget::new();
    for (number, raw) in checked_list(value, "statements", "")?.iter().enumerate() {
        let place = format!("statements/{number}");
        document.statements.push(statement(raw, &place, &mut budget)?);
        if text(raw, "supplier").is_some() {
            document.remarks.push(format!("{place}: the supplier is not read"));
        }
    }
    Ok(document)
}

fn statement(raw: &Value, place: &str, budget: &mut Budget) -> Result<Statement, VexError> {
    let (id, description, aliases) = match raw.get("vulnerability") {
        Some(Value::String(id)) => (Some(id.trim().to_owned()), None, Vec::new()),
        Some(struc @ Value::Object(_)) => {
            let name = text(struc, "name").or_else(|| text(struc, "@id"));
            (name, text(struc, "description"), texts(struc, "aliases"))
        }
        _ => (None, None, Vec::new()),
    };
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| wrong(place, "expected a `vulnerability` with its name"))?;
    let status = match text(raw, "status").as_deref() {
        Some("affected") => Status::Affected,
        Some("not_affected") => Status::NotAffected,
        Some("fixed") => Status::Fixed,
        Some("under_investigation") => Status::UnderInvestigation,
        other => {
            let found = other.unwrap_or("nothing");
            let reason = format!("`status` is {found}; expected affected, not_affected, fixed or under_investigation");
            return Err(wrong(place, reason));
        }
    };
    let justification = match text(raw, "justification") {
        None => None,
        Some(word) => Some(
            Justification::from_word(&word)
                .filter(|justification| justification.common() == Some(*justification))
                .ok_or_else(|| wrong(place, format!("`{word}` is not a justification of OpenVEX")))?,
        ),
    };
    let mut products = Vec::new();
    for raw in checked_list(raw, "products", place)? {
        products.push(product(raw, place)?);
    }
    // The first version kept the components of all products in one list.
    let parts = checked_list(raw, "subcomponents", place)?;
    budget.spend(parts.len().saturating_mul(products.len()), place)?;
    for raw in parts {
        let component = identity(raw, place)?;
        for product in &mut products {
            product.components.push(component.clone());
        }
    }
    Ok(Statement {
        id: text(raw, "@id"),
        aliases: aliases.into_iter().map(VulnerabilityId::new).collect(),
        description,
        products,
        justification,
        impact: text(raw, "impact_statement"),
        action: text(raw, "action_statement"),
        notes: text(raw, "status_notes"),
        issued: text(raw, "timestamp"),
        updated: text(raw, "last_updated"),
        ..Statement::new(VulnerabilityId::new(id), status)
    })
}

fn product(raw: &Value, place: &str) -> Result<Product, VexError> {
    let mut components = Vec::new();
    if raw.is_object() {
        for raw in checked_list(raw, "subcomponents", place)? {
            components.push(identity(raw, place)?);
        }
    }
    Ok(Product { identity: identity(raw, place)?, components })
}

/// The identifiers that are compared.
const COMPARED: &[&str] = &["purl", "cpe23", "cpe22"];

fn identity(raw: &Value, place: &str) -> Result<Identity, VexError> {
    if let Value::String(reference) = raw {
        return Ok(Identity { reference: Some(reference.trim().to_owned()), ..Identity::default() });
    }
    let mut identity = Identity { reference: text(raw, "@id"), ..Identity::default() };
    if let Some(identifiers) = raw.get("identifiers") {
        identity.purls.extend(text(identifiers, "purl"));
        identity.cpes.extend(text(identifiers, "cpe23"));
        identity.cpes.extend(text(identifiers, "cpe22"));
        // Of what is not compared it is not known whether it is ours.
        let fields = identifiers.as_object().into_iter().flatten();
        let others = fields.filter(|(name, value)| !(COMPARED.contains(&name.as_str()) && value.is_string()));
        identity.narrowed.extend(others.map(|(name, _)| name.replace('_', " ")));
    }
    if let Some(Value::Object(hashes)) = raw.get("hashes") {
        for (name, value) in hashes {
            match value.as_str() {
                Some(value) => identity.hashes.push((name.clone(), value.to_owned())),
                None => identity.narrowed.push(name.clone()),
            }
        }
        identity.hashes.sort();
    }
    if identity == Identity::default() {
        return Err(wrong(place, "a product or component has no `@id` and no `identifiers`"));
    }
    Ok(identity)
}

pub(super) fn write(document: &VexDocument) -> Result<Value, VexWriteError> {
    let missing = |what| VexWriteError::Missing { format: "OpenVEX", what };
    if document.statements.is_empty() {
        return Err(missing("a statement"));
    }
    let id = document.id.clone().ok_or_else(|| missing("an identifier"))?;
    let author = document.issuer.name.clone().ok_or_else(|| missing("an author"))?;
    let issued = document.issued.clone().ok_or_else(|| missing("a date"))?;
    // A version is a whole number from 1 in this format.
    let version = document.version.as_deref().and_then(|text| text.parse::<u64>().ok()).filter(|version| *version > 0);
    Ok(Fields::default()
        .with("@context", CONTEXT)
        .with("@id", id)
        .with("author", author)
        .maybe("role", document.issuer.role.clone())
        .with("timestamp", issued)
        .maybe("last_updated", document.updated.clone())
        .with("version", version.unwrap_or(1))
        .maybe("tooling", document.tooling.clone())
        .with("statements", document.statements.iter().map(written).collect::<Vec<Value>>())
        .into())
}

fn written(statement: &Statement) -> Value {
    let vulnerability = Fields::default()
        .with("name", statement.vulnerability.as_str())
        .maybe("description", statement.description.clone())
        .some("aliases", statement.aliases.iter().map(|alias| alias.as_str().into()).collect());
    let status = match statement.status {
        Status::Fixed | Status::FixedWithPedigree => Status::Fixed,
        Status::NotAffected | Status::FalsePositive => Status::NotAffected,
        other => other,
    };
    let justification = statement.justification.and_then(Justification::common);
    let in_words = statement.justification.filter(|_| justification.is_none()).map(|why| why.word().replace('_', " "));
    let mut impact = statement.impact.clone().or(in_words);
    if status == Status::NotAffected && justification.is_none() {
        impact = impact.or_else(|| Some(unstated(statement.status).to_owned()));
    }
    let action = match statement.status {
        Status::Affected => statement.action.clone().or_else(|| Some("no action is stated".to_owned())),
        _ => statement.action.clone(),
    };
    Fields::default()
        .maybe("@id", statement.id.clone())
        .with("vulnerability", vulnerability)
        .some("products", statement.products.iter().map(written_product).collect())
        .with("status", status.word())
        .maybe("justification", justification.map(Justification::word))
        .maybe("impact_statement", impact)
        .maybe("action_statement", action)
        .maybe("status_notes", statement.notes.clone())
        .maybe("timestamp", statement.issued.clone())
        .maybe("last_updated", statement.updated.clone())
        .into()
}

fn unstated(status: Status) -> &'static str {
    if status == Status::FalsePositive { "reported by mistake" } else { "no reason is stated" }
}

fn written_product(product: &Product) -> Value {
    let Value::Object(fields) = written_identity(&product.identity) else { return Value::Null };
    let mut whole = fields;
    if !product.components.is_empty() {
        let components: Vec<Value> = product.components.iter().map(written_identity).collect();
        whole.insert("subcomponents".to_owned(), components.into());
    }
    Value::Object(whole)
}

fn written_identity(identity: &Identity) -> Value {
    let (old, new): (Vec<_>, Vec<_>) = identity.cpes.iter().partition(|cpe| cpe.starts_with("cpe:/"));
    let identifiers = Fields::default()
        .maybe("purl", identity.purls.first().cloned())
        .maybe("cpe23", new.first().map(|cpe| (*cpe).clone()))
        .maybe("cpe22", old.first().map(|cpe| (*cpe).clone()));
    let identifiers = Value::from(identifiers);
    let none = identifiers.as_object().is_none_or(serde_json::Map::is_empty);
    let reference = match &identity.reference {
        Some(reference) => Some(reference.clone()),
        None => none.then(|| made_reference(identity)),
    };
    let mut hashes = Fields::default();
    for (algorithm, value) in &identity.hashes {
        hashes = hashes.with(algorithm, value.as_str());
    }
    let hashes = (!identity.hashes.is_empty()).then_some(hashes);
    Fields::default()
        .maybe("@id", reference)
        .maybe("identifiers", (!none).then_some(identifiers))
        .maybe("hashes", hashes)
        .into()
}
