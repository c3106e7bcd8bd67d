//! CSAF, profile VEX: 2.0 to write, 2.0 and 2.1 to read.
//!
//! No place for: identifiers and dates of single statements, notes on a status, and justifications beside the five common ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use ward_model::ids::VulnerabilityId;
use ward_model::vex::{
    DocumentState, Identity, Issuer, Justification, Product, Response, Statement, Status, VersionScope, VexDocument,
};

use super::json::{Budget, Fields, list, made_reference, text, texts, values, wrong};
use super::{VexError, VexWriteError};

/// Lists of products by what is said of them, in the order of reading.
const STATUSES: &[(&str, Status)] = &[
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("known_not_affected", Status::NotAffected),
    ("under_investigation", Status::UnderInvestigation),
    ("unknown", Status::UnderInvestigation),
];
/// Kinds of remediation that say what the issuer does.
const REMEDIES: &[(&str, Response)] = &[
    ("vendor_fix", Response::Update),
    ("workaround", Response::WorkaroundAvailable),
    ("no_fix_planned", Response::WillNotFix),
];
/// A remediation that says nothing of that.
const PLAIN_REMEDY: &str = "mitigation";

pub(super) fn read(value: &Value) -> Result<VexDocument, VexError> {
    let head = value.get("document").unwrap_or(&Value::Null);
    let tracking = head.get("tracking").unwrap_or(&Value::Null);
    let publisher = head.get("publisher").unwrap_or(&Value::Null);
    let mut document = VexDocument {
        id: text(tracking, "id"),
        version: text(tracking, "version"),
        // What nobody calls finished is not.
        state: Some(
            text(tracking, "status").as_deref().and_then(DocumentState::from_word).unwrap_or(DocumentState::Draft),
        ),
        title: text(head, "title"),
        issuer: Issuer {
            name: text(publisher, "name"),
            role: text(publisher, "category"),
            namespace: text(publisher, "namespace"),
        },
        issued: text(tracking, "initial_release_date"),
        updated: text(tracking, "current_release_date"),
        tooling: tracking.pointer("/generator/engine").and_then(|engine| text(engine, "name")),
        ..VexDocument::default()
    };
    match text(head, "category").as_deref() {
        Some("csaf_vex" | "csaf_security_advisory") => {}
        other => {
            let found = other.unwrap_or("nothing");
            document.remarks.push(format!("the category of the document is {found}, which promises no statements"));
        }
    }
    let products = Products::read(value);
    let mut budget = Budget::new();
    for (number, raw) in list(value, "vulnerabilities").iter().enumerate() {
        vulnerability(raw, &format!("vulnerabilities/{number}"), &products, &mut document, &mut budget)?;
    }
    Ok(document)
}

/// The products of a document by their identifiers.
#[derive(Default)]
struct Products {
    by_id: BTreeMap<String, Vec<Product>>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Products {
    fn read(value: &Value) -> Self {
        let mut products = Self::default();
        let Some(tree) = value.get("product_tree") else { return products };
        for product in list(tree, "full_product_names") {
            products.add(product, &Around::default());
        }
        products.branches(tree, &Around::default());
        for relationship in list(tree, "relationships") {
            let Some(id) = relationship.get("full_product_name").and_then(|name| text(name, "product_id")) else {
                continue;
            };
            let end = |field: &str| {
                let id = text(relationship, field).unwrap_or_default();
                let Some(product) = products.find(&id).into_iter().next() else { return Identity::default() };
                // What it is a part of, or has in it, is said besides.
                let mut identity = product.identity;
                identity.narrowed.extend(product.components.iter().map(|part| format!("with {}", full_name(part))));
                identity
            };
            let mut part = end("product_reference");
            let category = text(relationship, "category").unwrap_or_default();
            if !PART_OF.contains(&category.as_str()) {
                part.narrowed.push(category.replace('_', " "));
            }
            let product = Product { identity: end("relates_to_product_reference"), components: vec![part] };
            products.by_id.entry(id).or_default().push(product);
        }
        for group in list(tree, "product_groups") {
            if let Some(id) = text(group, "group_id") {
                products.groups.insert(id, texts(group, "product_ids"));
            }
        }
        products
    }

    /// Depth is bounded by that of the JSON.
    fn branches(&mut self, value: &Value, around: &Around<'_>) {
        for branch in list(value, "branches") {
            let label = branch.get("name").and_then(Value::as_str);
            let mut inside = around.clone();
            let category = branch.get("category").and_then(Value::as_str);
            let known = match category {
                // Whoever makes it, and what it is sold beside, narrows nothing: the product has a name of its own.
                Some("vendor" | "product_family") => true,
                Some("product_name") => inside.name.replace(label.unwrap_or_default()).is_none(),
                Some("product_version") => inside.version.replace(label.unwrap_or_default()).is_none(),
                Some("product_version_range") => inside.range.replace(label.unwrap_or_default()).is_none(),
                _ => false,
            };
            if !known || label.is_none() {
                let category = category.unwrap_or("branch").replace('_', " ");
                inside.narrowed.push(format!("{category} {}", label.unwrap_or("without a name")));
            }
            if let Some(product) = branch.get("product") {
                self.add(product, &inside);
            }
            self.branches(branch, &inside);
        }
    }

    fn add(&mut self, product: &Value, around: &Around<'_>) {
        let Some(id) = text(product, "product_id") else { return };
        let helper = product.get("product_identification_helper").unwrap_or(&Value::Null);
        let Around { name, version, range, narrowed } = around;
        let (mut hashes, mut narrowed) = (Vec::new(), narrowed.clone());
        for file in list(helper, "hashes").iter().flat_map(|hashes| list(hashes, "file_hashes")) {
            match text(file, "algorithm").zip(text(file, "value")) {
                Some(hash) => hashes.push(hash),
                None => narrowed.push("hashes".to_owned()),
            }
        }
        // Serial numbers, models, and whatever else says which of all these are meant.
        let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let helpers = helper.as_object().into_iter().flatten();
        let others = helpers.filter(|(field, value)| !COMPARED.contains(&field.as_str()) && !empty(value));
        narrowed.extend(others.map(|(field, _)| field.replace('_', " ")));
        let named = name.filter(|_| version.is_some() || range.is_some()).map(str::to_owned);
        let identity = Identity {
            reference: Some(id.clone()),
            name: named.or_else(|| text(product, "name")),
            version: version.map(str::to_owned),
            purls: text(helper, "purl").into_iter().chain(texts(helper, "purls")).collect(),
            cpes: text(helper, "cpe").into_iter().collect(),
            hashes,
            narrowed,
            versions: range
                .map(|text| VersionScope { text: text.to_owned(), range: true, status: None })
                .into_iter()
                .collect(),
        };
        self.by_id.entry(id).or_default().push(Product { identity, components: Vec::new() });
    }

    /// The product of an identifier; what is defined nowhere still has its identifier. Where several things have it, each may be meant.
    fn find(&self, id: &str) -> Vec<Product> {
        let Some(known) = self.by_id.get(id) else {
            let identity = Identity { reference: Some(id.to_owned()), ..Identity::default() };
            return vec![Product { identity, components: Vec::new() }];
        };
        let mut found = known.clone();
        if found.iter().any(|product| Some(product) != known.first()) {
            found
                .iter_mut()
                .for_each(|product| product.identity.narrowed.push("one of several of this name".to_owned()));
        } else {
            found.truncate(1);
        }
        found
    }

    /// The identifiers that something speaks of; nothing named means all.
    fn concerns(&self, raw: &Value) -> Option<BTreeSet<String>> {
        let (ids, groups) = (texts(raw, "product_ids"), texts(raw, "group_ids"));
        if ids.is_empty() && groups.is_empty() {
            return None;
        }
        let members = groups.iter().filter_map(|group| self.groups.get(group)).flatten().cloned();
        Some(ids.into_iter().chain(members).collect())
    }
}

/// What helps to know a product by, and is compared.
const COMPARED: &[&str] = &["hashes", "purl", "purls", "cpe"];
/// How a part and a product belong together where the product surely has the part.
const PART_OF: &[&str] = &["default_component_of", "optional_component_of", "installed_on"];

/// What stands around a product in the tree.
#[derive(Default, Clone)]
struct Around<'v> {
    name: Option<&'v str>,
    version: Option<&'v str>,
    range: Option<&'v str>,
    /// What else says which ones are meant.
    narrowed: Vec<String>,
}

/// What is said of a product beside its status.
#[derive(Default, Clone, PartialEq, Eq)]
struct Said {
    justification: Option<Justification>,
    impact: Vec<String>,
    action: Vec<String>,
    responses: Vec<Response>,
}

fn vulnerability(
    raw: &Value,
    place: &str,
    products: &Products,
    document: &mut VexDocument,
    budget: &mut Budget,
) -> Result<(), VexError> {
    let mut names: Vec<String> = text(raw, "cve").into_iter().collect();
    names.extend(list(raw, "ids").iter().filter_map(|id| text(id, "text")));
    let mut names = names.into_iter().map(VulnerabilityId::new);
    let id = names.next().ok_or_else(|| wrong(place, "expected a `cve` or one of `ids`"))?;
    let aliases: Vec<VulnerabilityId> = names.collect();
    let about = |note: &&Value| note.get("category").and_then(Value::as_str) == Some("description");
    let description = list(raw, "notes").iter().find(about).and_then(|note| text(note, "text"));

    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    let empty = Value::Null;
    let status = raw.get("product_status").unwrap_or(&empty);
    let listed: Vec<(Status, Vec<String>)> =
        STATUSES.iter().map(|(field, meaning)| (*meaning, texts(status, field))).collect();
    for id in listed.iter().flat_map(|(_, ids)| ids) {
        said.entry(id.clone()).or_default();
    }
    let mut each = |raw: &Value, budget: &mut Budget, change: &dyn Fn(&mut Said)| {
        match products.concerns(raw) {
            None => {
                budget.spend(said.len(), place)?;
                said.values_mut().for_each(change);
            }
            Some(ids) => {
                budget.spend(ids.len(), place)?;
                ids.iter().for_each(|id| {
                    if let Some(said) = said.get_mut(id) {
                        change(said);
                    }
                });
            }
        }
        Ok::<(), VexError>(())
    };
    for flag in list(raw, "flags") {
        let word = text(flag, "label").unwrap_or_default();
        let justification = Justification::from_word(&word)
            .filter(|justification| justification.common() == Some(*justification))
            .ok_or_else(|| wrong(place, format!("`{word}` is not a flag of CSAF")))?;
        // Of two flags the one that says less counts: a control is no absence.
        each(flag, budget, &|said| match said.justification {
            Some(held) if held.is_control() || !justification.is_control() => {}
            _ => said.justification = Some(justification),
        })?;
    }
    for threat in list(raw, "threats") {
        if let (Some("impact"), Some(details)) =
            (threat.get("category").and_then(Value::as_str), text(threat, "details"))
        {
            each(threat, budget, &|said| push(&mut said.impact, &details))?;
        }
    }
    for remedy in list(raw, "remediations") {
        let category = text(remedy, "category").unwrap_or_default();
        let response = REMEDIES.iter().find(|(word, _)| *word == category).map(|(_, response)| *response);
        let details = text(remedy, "details");
        each(remedy, budget, &|said| {
            if let Some(details) = &details {
                push(&mut said.action, details);
            }
            if let Some(response) = response.filter(|response| !said.responses.contains(response)) {
                said.responses.push(response);
            }
        })?;
    }
    for (status, ids) in listed {
        // Products of which the same is said share a statement.
        let mut groups: Vec<(Said, Vec<Product>)> = Vec::new();
        for id in ids {
            let said = said.get(&id).cloned().unwrap_or_default();
            let found = products.find(&id);
            budget.spend(groups.len().saturating_add(found.len()), place)?;
            match groups.iter_mut().find(|(known, _)| *known == said) {
                Some((_, members)) => members.extend(found),
                None => groups.push((said, found)),
            }
        }
        for (said, products) in groups {
            budget.spend(aliases.len(), place)?;
            let joined = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join("\n"));
            document.statements.push(Statement {
                aliases: aliases.clone(),
                description: description.clone(),
                products,
                justification: said.justification,
                impact: joined(said.impact),
                action: joined(said.action),
                responses: said.responses,
                ..Statement::new(id.clone(), status)
            });
        }
    }
    Ok(())
}

/// Two statements may say the same of the same products.
fn once(values: &mut Vec<Value>, value: Value) {
    if !values.contains(&value) {
        values.push(value);
    }
}

fn push(texts: &mut Vec<String>, text: &str) {
    if !texts.iter().any(|known| known == text) {
        texts.push(text.to_owned());
    }
}

pub(super) fn write(document: &VexDocument) -> Result<Value, VexWriteError> {
    let missing = |what| VexWriteError::Missing { format: "CSAF", what };
    if document.statements.is_empty() {
        return Err(missing("a statement"));
    }
    let id = document.id.clone().ok_or_else(|| missing("an identifier"))?;
    let name = document.issuer.name.clone().ok_or_else(|| missing("a publisher"))?;
    let namespace = document.issuer.namespace.clone().ok_or_else(|| missing("a namespace of the publisher"))?;
    let issued = document.issued.clone().ok_or_else(|| missing("a date"))?;
    let updated = document.updated.clone().unwrap_or_else(|| issued.clone());
    let version = document.version.clone().unwrap_or_else(|| "1".to_owned());
    let role = document.issuer.role.as_deref().filter(|role| PUBLISHERS.contains(role)).unwrap_or("other");
    let revision =
        Fields::default().with("date", updated.as_str()).with("number", version.as_str()).with("summary", "generated");
    let generator = document
        .tooling
        .as_ref()
        .map(|name| Fields::default().with("engine", Fields::default().with("name", name.as_str())));
    let tracking = Fields::default()
        .with("id", id)
        .with("initial_release_date", issued)
        .with("current_release_date", updated)
        .maybe("generator", generator)
        .with("revision_history", vec![Value::from(revision)])
        // Somebody has to answer for it before it is final.
        .with("status", document.state.unwrap_or(DocumentState::Draft).word())
        .with("version", version);
    let publisher = Fields::default().with("category", role).with("name", name).with("namespace", namespace);
    let title = document.title.clone().unwrap_or_else(|| "Statements on vulnerabilities".to_owned());
    let notes: Vec<Value> = document
        .remarks
        .iter()
        .map(|remark| Fields::default().with("category", "general").with("text", remark.as_str()).into())
        .collect();
    let head = Fields::default()
        .with("category", "csaf_vex")
        .with("csaf_version", "2.0")
        .with("publisher", publisher)
        .with("title", title)
        .some("notes", notes)
        .with("tracking", tracking);
    let mut tree = Tree::default();
    let mut vulnerabilities: Vec<(&VulnerabilityId, Vec<&Statement>)> = Vec::new();
    for statement in &document.statements {
        match vulnerabilities.iter_mut().find(|(id, _)| **id == statement.vulnerability) {
            Some((_, statements)) => statements.push(statement),
            None => vulnerabilities.push((&statement.vulnerability, vec![statement])),
        }
    }
    let vulnerabilities: Vec<Value> =
        vulnerabilities.into_iter().map(|(id, statements)| written(id, &statements, &mut tree)).collect();
    Ok(Fields::default()
        .with("document", head)
        .with("product_tree", tree.into_value())
        .some("vulnerabilities", vulnerabilities)
        .into())
}

/// The roles of publishers that CSAF knows.
const PUBLISHERS: &[&str] = &["coordinator", "discoverer", "other", "translator", "user", "vendor"];

/// The products of a document in the making.
#[derive(Default)]
struct Tree {
    names: BTreeMap<String, Value>,
    branches: BTreeMap<String, Value>,
    relationships: BTreeMap<String, Value>,
    by_identity: BTreeMap<Identity, String>,
}

impl Tree {
    /// The identifiers under which a product, or its components in it, are listed.
    fn ids(&mut self, product: &Product) -> Vec<String> {
        let whole = self.id(&product.identity);
        if product.components.is_empty() {
            return vec![whole];
        }
        product
            .components
            .iter()
            .map(|component| {
                let part = self.id(component);
                let id = format!("{whole}:{part}");
                let name = format!("{} as a part of {}", full_name(component), full_name(&product.identity));
                let relationship = Fields::default()
                    .with("category", "default_component_of")
                    .with("product_reference", part)
                    .with("relates_to_product_reference", whole.as_str())
                    .with("full_product_name", Fields::default().with("name", name).with("product_id", id.as_str()));
                self.relationships.entry(id.clone()).or_insert_with(|| relationship.into());
                id
            })
            .collect()
    }

    fn id(&mut self, identity: &Identity) -> String {
        if let Some(known) = self.by_identity.get(identity) {
            return known.clone();
        }
        let wanted = identity.reference.clone().unwrap_or_else(|| made_reference(identity));
        let mut id = wanted.clone();
        let mut number = 2_usize;
        // Ends: finitely many are taken.
        while self.names.contains_key(&id) || self.branches.contains_key(&id) {
            id = format!("{wanted}#{number}");
            number += 1;
        }
        self.by_identity.insert(identity.clone(), id.clone());
        let (cpes, purls) = (identity.cpes.first().cloned(), identity.purls.first().cloned());
        let file_hashes: Vec<Value> = identity
            .hashes
            .iter()
            .map(|(algorithm, value)| {
                Fields::default().with("algorithm", algorithm.as_str()).with("value", value.as_str()).into()
            })
            .collect();
        let hashes = (!file_hashes.is_empty()).then(|| {
            let files = Fields::default().with("file_hashes", file_hashes).with("filename", full_name(identity));
            vec![Value::from(files)]
        });
        let helper = Value::from(Fields::default().maybe("cpe", cpes).maybe("purl", purls).maybe("hashes", hashes));
        let helper = Some(helper).filter(|helper| helper.as_object().is_some_and(|fields| !fields.is_empty()));
        let product = Fields::default()
            .with("name", full_name(identity))
            .with("product_id", id.as_str())
            .maybe("product_identification_helper", helper);
        let range =
            identity.versions.iter().find(|scope| scope.range).map(|scope| ("product_version_range", &scope.text));
        let leaf = identity.version.as_ref().map(|version| ("product_version", version)).or(range);
        match (&identity.name, leaf) {
            (Some(name), Some((category, label))) => {
                let inner =
                    Fields::default().with("category", category).with("name", label.as_str()).with("product", product);
                let branch = Fields::default()
                    .with("category", "product_name")
                    .with("name", name.as_str())
                    .with("branches", vec![Value::from(inner)]);
                self.branches.insert(id.clone(), branch.into());
            }
            _ => drop(self.names.insert(id.clone(), product.into())),
        }
        id
    }

    fn into_value(self) -> Value {
        Fields::default()
            .some("full_product_names", self.names.into_values().collect())
            .some("branches", self.branches.into_values().collect())
            .some("relationships", self.relationships.into_values().collect())
            .into()
    }
}

fn full_name(identity: &Identity) -> String {
    let name = identity.name.clone().or_else(|| identity.reference.clone()).unwrap_or_else(|| made_reference(identity));
    match &identity.version {
        Some(version) => format!("{name} {version}"),
        None => name,
    }
}

fn written(id: &VulnerabilityId, statements: &[&Statement], tree: &mut Tree) -> Value {
    let mut status: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut flags, mut threats, mut remedies) = (Vec::new(), Vec::new(), Vec::new());
    let mut names: Vec<&str> = Vec::new();
    for statement in statements {
        names.extend(statement.aliases.iter().map(VulnerabilityId::as_str));
        let mut ids: Vec<String> = statement.products.iter().flat_map(|product| tree.ids(product)).collect();
        if ids.is_empty() {
            ids.push(tree.id(&Identity { name: Some("every product".to_owned()), ..Identity::default() }));
        }
        let (field, said) = match statement.status {
            Status::Affected => ("known_affected", None),
            Status::Fixed | Status::FixedWithPedigree => ("fixed", None),
            Status::UnderInvestigation => ("under_investigation", None),
            Status::NotAffected => ("known_not_affected", Some("no reason is stated")),
            Status::FalsePositive => ("known_not_affected", Some("reported by mistake")),
        };
        let listed = status.entry(field).or_default();
        listed.extend(ids.iter().filter(|id| !listed.contains(id)).cloned().collect::<Vec<_>>());
        let of = |fields: Fields| Value::from(fields.with("product_ids", values(&ids)));
        let flag = statement.justification.and_then(Justification::common);
        if let Some(flag) = flag {
            once(&mut flags, of(Fields::default().with("label", flag.word())));
        }
        let in_words = statement.justification.filter(|_| flag.is_none()).map(|why| why.word().replace('_', " "));
        let unstated = said.filter(|_| flag.is_none()).map(str::to_owned);
        if let Some(impact) = statement.impact.clone().or(in_words).or(unstated) {
            once(&mut threats, of(Fields::default().with("category", "impact").with("details", impact)));
        }
        let action = statement.action.clone();
        let action = if statement.status == Status::Affected {
            Some(action.unwrap_or_else(|| "no action is stated".to_owned()))
        } else {
            action
        };
        let mut words: Vec<&str> = statement
            .responses
            .iter()
            .map(|response| match response {
                Response::Update => "vendor_fix",
                Response::WorkaroundAvailable => "workaround",
                Response::CanNotFix | Response::WillNotFix => "no_fix_planned",
                Response::Rollback => PLAIN_REMEDY,
            })
            .collect();
        if words.is_empty() {
            words.push(PLAIN_REMEDY);
        }
        if let Some(action) = action {
            for word in words {
                once(&mut remedies, of(Fields::default().with("category", word).with("details", action.as_str())));
            }
        }
    }
    names.dedup();
    let mut ids: Vec<&str> = Vec::new();
    let cve = id.as_str().starts_with("CVE-").then(|| id.as_str());
    for name in std::iter::once(id.as_str()).filter(|_| cve.is_none()).chain(names) {
        if !ids.contains(&name) {
            ids.push(name);
        }
    }
    let ids: Vec<Value> = ids
        .into_iter()
        .map(|name| Fields::default().with("system_name", "another name").with("text", name).into())
        .collect();
    let description = statements.iter().find_map(|statement| statement.description.as_ref());
    // The profile demands a note.
    let note = description.map_or_else(|| format!("No description of {id} is given."), Clone::clone);
    let category = if description.is_some() { "description" } else { "general" };
    let note = Fields::default().with("category", category).with("text", note);
    let mut listed = Fields::default();
    for (field, ids) in status {
        listed = listed.with(field, values(&ids));
    }
    Fields::default()
        .maybe("cve", cve)
        .some("ids", ids)
        .with("notes", vec![Value::from(note)])
        .with("product_status", listed)
        .some("flags", flags)
        .some("threats", threats)
        .some("remediations", remedies)
        .into()
}
