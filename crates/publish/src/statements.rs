//! A scan as statements on vulnerabilities (VEX), for other machines.
//!
//! A statement says what the scan says and nothing more: what is affected is affected, what cannot be told is under investigation, and
//! what was looked at and excluded is not affected, with the reason in words. Somebody has to answer for them before they are sent:
//! until then they are a draft.

use std::collections::BTreeMap;

use ward_model::Digest;
use ward_model::finding::{ComponentSummary, Finding, ScanReport, State};
use ward_model::vex::{DocumentState, Identity, Issuer, Product, Statement, Status, VexDocument};

/// What a document says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Who answers for it.
    pub issuer: Issuer,
    /// When it is issued, as a point in time.
    pub issued: String,
    /// The program and its version.
    pub engine: String,
    /// Whether products and components must be named by addresses, as in OpenVEX.
    pub addresses: bool,
}

/// The statements of a scan: one for each vulnerability, state and reason. The identifier follows from the content.
pub fn of_scan(report: &ScanReport, header: &Header) -> VexDocument {
    let product = product(report, header);
    let mut grouped: BTreeMap<GroupKey<'_>, Statement> = BTreeMap::new();
    for finding in &report.findings {
        let said = statement(finding);
        let key = (
            finding.vulnerability.id.as_str(),
            finding.state,
            said.impact.clone().or(said.action.clone()).or(said.notes.clone()),
        );
        let held = grouped.entry(key).or_insert_with(|| Statement {
            products: vec![Product { identity: product.clone(), components: Vec::new() }],
            ..said
        });
        held.products[0].components.push(component(&finding.component, header));
    }
    let remarks = remarks(report);
    let mut tooling = header.engine.clone();
    // OpenVEX has no place but this for what the statements do not speak of.
    if !report.unassessed.is_empty() {
        tooling
            .push_str(&format!("; {} components could not be assessed and are not spoken of", report.unassessed.len()));
    }
    VexDocument {
        id: Some(identifier(report, header)),
        version: Some("1".to_owned()),
        state: Some(DocumentState::Draft),
        title: Some(title(report)),
        issuer: header.issuer.clone(),
        issued: Some(header.issued.clone()),
        updated: Some(header.issued.clone()),
        tooling: Some(tooling),
        statements: grouped.into_values().collect(),
        remarks,
    }
}

/// What findings share that are put into one statement.
type GroupKey<'a> = (&'a str, State, Option<String>);

fn statement(finding: &Finding) -> Statement {
    let (status, mut impact, mut action, mut notes) = match finding.state {
        State::Affected => (Status::Affected, None, Some(String::new()), None),
        State::Unknown => (Status::UnderInvestigation, None, None, Some(String::new())),
        State::NotAffected => (Status::NotAffected, Some(String::new()), None, None),
    };
    let proof = &finding.proof;
    if let Some(action) = &mut action {
        *action = if finding.fixed_in.is_empty() {
            "No version without the vulnerability is known to the feeds: reduce the exposure, or replace the component."
                .to_owned()
        } else {
            format!(
                "The affected ranges end before {}: update, after checking with the supplier that the vulnerability is fixed there.",
                finding.fixed_in.join(", ")
            )
        };
    }
    let why = || {
        let mut parts = vec![format!("{}: {}", proof.source, proof.range)];
        parts.extend(proof.environment.iter().cloned());
        parts.join("; ")
    };
    if let Some(impact) = &mut impact {
        *impact = why();
    }
    if let Some(notes) = &mut notes {
        *notes = format!("It cannot be told from what is known. {}", why());
    }
    let vulnerability = &finding.vulnerability;
    Statement {
        aliases: vulnerability.aliases.clone(),
        description: Some(vulnerability.description.clone()).filter(|text| !text.trim().is_empty()),
        impact,
        action,
        notes,
        ..Statement::new(vulnerability.id.clone(), status)
    }
}

fn title(report: &ScanReport) -> String {
    let name = report.sbom.name.as_deref().unwrap_or("a product without a name");
    let version = report.sbom.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
    format!("Vulnerabilities in {name}{version}: draft from a scan")
}

fn product(report: &ScanReport, header: &Header) -> Identity {
    let digest = report.sbom.sha256;
    let reference = if header.addresses { format!("urn:wardround:sbom:{digest}") } else { format!("sbom-{digest}") };
    Identity {
        reference: Some(reference),
        name: Some(report.sbom.name.clone().unwrap_or_else(|| "product without a name".to_owned())),
        version: report.sbom.version.clone(),
        ..Identity::default()
    }
}

fn component(component: &ComponentSummary, header: &Header) -> Identity {
    let reference = component.reference.as_str();
    let reference =
        if header.addresses { format!("urn:wardround:component:{}", encoded(reference)) } else { reference.to_owned() };
    Identity {
        reference: Some(reference),
        name: Some(component.name.clone()).filter(|name| !name.is_empty()),
        version: component.version.clone(),
        purls: component.purl.iter().cloned().collect(),
        cpes: component.cpes.clone(),
        ..Identity::default()
    }
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'@' | b'/' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// What the statements do not speak of.
fn remarks(report: &ScanReport) -> Vec<String> {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unassessed in &report.unassessed {
        let component = &unassessed.component;
        let version = component.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        reasons.entry(unassessed.reason.word()).or_default().push(format!("{}{version}", component.name));
    }
    let not_assessed = reasons
        .into_iter()
        .map(|(reason, names)| format!("Not assessed, and nothing is stated of them ({reason}): {}", names.join(", ")));
    let read = report.sbom.remarks.iter().map(|remark| format!("The SBOM {remark}"));
    not_assessed.chain(read).collect()
}

/// A UUID of the eighth kind out of what the document speaks of.
fn identifier(report: &ScanReport, header: &Header) -> String {
    let generation = report.knowledge.generation;
    let parts: [&[u8]; 4] =
        [report.sbom.sha256.as_bytes(), generation.as_bytes(), header.issued.as_bytes(), header.engine.as_bytes()];
    let digest = Digest::of_parts(parts);
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
