//! Products and versions as CVE 5 writes them. NVD hands the same on as `affected`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use ward_model::affected::{
    AffectedProduct, PackageKey, StatusChange, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::cpe::Cpe;
use ward_model::purl::Purl;
use ward_version::{Bound, Interval};

use super::lenient::{self, Unread};
use super::packages;
use super::version_text::{is_one_version, is_placeholder, lower, prose, says_all, understand, upper};

/// One entry, as it stands there.
#[derive(Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(borrow)]
    pub vendor: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub product: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "packageName")]
    pub package_name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "packageURL")]
    pub package_url: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "collectionURL")]
    pub collection_url: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "defaultStatus")]
    pub default_status: Option<Cow<'a, str>>,
    #[serde(default)]
    pub cpes: Vec<String>,
    #[serde(borrow, default)]
    pub versions: Vec<Version<'a>>,
    #[serde(default)]
    pub platforms: Vec<String>,
    #[serde(default, rename = "programFiles")]
    pub program_files: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Version<'a> {
    #[serde(borrow)]
    pub version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub status: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "versionType")]
    pub order: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "lessThan")]
    pub less_than: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "lessThanOrEqual")]
    pub less_than_or_equal: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Change<'a> {
    #[serde(borrow)]
    pub at: Cow<'a, str>,
    #[serde(borrow)]
    pub status: Cow<'a, str>,
}

/// What stands for versions that cannot be read: words that nobody can evaluate.
const UNREADABLE: &str = "versions that cannot be read";

/// Takes out of the list of products what cannot be read, and takes note of it. A product of which only the versions cannot be read
/// stays: it may be affected, whatever it is called.
pub(super) fn keep_readable(container: &mut Map<String, Value>, name: &str, unread: &mut Unread) {
    if let Some(Value::Array(entries)) = container.get_mut("affected") {
        for (index, entry) in entries.iter_mut().enumerate() {
            if let Err(error) = Affected::deserialize(&*entry)
                && let Some(kept) = without_versions(entry)
            {
                unread.part(format!("{name} {}: {error}", index + 1), entry);
                *entry = kept;
            }
        }
    }
    lenient::keep_readable(container, "affected", name, unread, |value| Affected::deserialize(value).map(drop));
}

/// An entry without the versions that cannot be read, where that is all that is wrong with it.
fn without_versions(entry: &Value) -> Option<Value> {
    let mut kept = entry.as_object()?.clone();
    let unreadable = || json!({ "version": UNREADABLE, "status": "affected" });
    let versions = match kept.remove("versions")? {
        Value::Array(mut versions) => {
            versions.iter_mut().filter(|one| Version::deserialize(&**one).is_err()).for_each(|one| *one = unreadable());
            versions
        }
        _ => vec![unreadable()],
    };
    kept.insert("versions".to_owned(), Value::Array(versions));
    let kept = Value::Object(kept);
    Affected::deserialize(&kept).is_ok().then_some(kept)
}

/// The products of one entry, as `asserter` states them; none where the entry names nothing.
pub(super) fn products(asserter: &str, raw: &Affected<'_>, unread: &mut Unread) -> Vec<AffectedProduct> {
    let said = |text: &Option<Cow<'_, str>>| {
        text.as_deref().map(str::trim).filter(|text| !is_placeholder(text)).map(str::to_owned)
    };
    let (vendor, product, name) = (said(&raw.vendor), said(&raw.product), said(&raw.package_name));
    let mut cpes = Vec::new();
    for text in &raw.cpes {
        match Cpe::parse(text) {
            Ok(cpe) => cpes.push(cpe),
            Err(error) => {
                unread.note(format!("cpe `{text}`: {error}"));
                unread.about(text);
            }
        }
    }
    let collection = raw.collection_url.as_deref().unwrap_or_default();
    let of_url =
        raw.package_url.as_deref().and_then(|url| package_url(url, unread)).and_then(|url| packages::of_purl(&url));
    if raw.package_name.as_deref().is_some_and(|name| name.trim().is_empty()) && !collection.trim().is_empty() {
        unread.name(format!("packageName of `{collection}` is empty: {NOTHING_TAKEN_BACK}"), collection);
    }
    let package = of_url.or_else(|| packages::of_collection(collection, name.as_deref()?));
    if vendor.is_none() && product.is_none() && cpes.is_empty() && package.is_none() && name.is_none() {
        return Vec::new();
    }
    let mut statement = AffectedProduct {
        asserter: asserter.to_owned(),
        package,
        release: None,
        vendor,
        product: product.or_else(|| name.clone()),
        cpes,
        default_status: raw.default_status.as_deref().map_or(VersionStatus::Unknown, status),
        versions: raw.versions.iter().flat_map(version).collect(),
        platforms: raw.platforms.clone(),
        program_files: raw.program_files.clone(),
    };
    match name {
        Some(name) if packages::is_distribution(collection) => in_distribution(statement, &name),
        _ => {
            // The version of a name that stands beside statements about versions is one of them, and no more than an example.
            if statement.versions.is_empty() && statement.default_status == VersionStatus::Unknown {
                statement.versions = versions_of(&statement.cpes);
            }
            vec![statement]
        }
    }
}

/// What is told behind a package that is named and cannot be read.
const NOTHING_TAKEN_BACK: &str = "what earlier versions say is not taken back";

/// The package URL of a product. By one that cannot be read, or is of a type that nobody knows, nothing is found.
fn package_url(text: &str, unread: &mut Unread) -> Option<Purl> {
    match Purl::parse(text) {
        Ok(url) if packages::is_type(&url.kind) => return Some(url),
        Ok(_) => unread.name(format!("packageURL `{text}` is of a type that is not known: {NOTHING_TAKEN_BACK}"), text),
        Err(error) => unread.name(format!("packageURL `{text}`: {error}: {NOTHING_TAKEN_BACK}"), text),
    }
    None
}

/// A package of a distribution: the versions are those of the package, while product and CPE names say which release it is part
/// of. Taken for names of the product they would compare the version of a system with that of a package.
fn in_distribution(statement: AffectedProduct, name: &str) -> Vec<AffectedProduct> {
    let vendor = statement.vendor.as_deref().unwrap_or_default().to_lowercase();
    let system = statement.product.clone().filter(|product| product != name);
    let key = |ecosystem: &str| PackageKey { ecosystem: ecosystem.into(), name: name.into() };
    let of_release = |ecosystem: &str, release: String| AffectedProduct {
        package: Some(key(ecosystem)),
        release: Some(release.clone()),
        product: None,
        cpes: Vec::new(),
        platforms: statement.platforms.iter().cloned().chain([release]).collect(),
        ..statement.clone()
    };
    let ecosystem = if vendor.is_empty() { "unknown" } else { &vendor };
    if statement.cpes.is_empty() {
        return vec![of_release(ecosystem, system.unwrap_or_else(|| "unknown".to_owned()))];
    }
    let releases = statement.cpes.iter().map(|cpe| {
        // As OSV writes the releases of Red Hat: the name behind the vendor.
        let text = cpe.to_string();
        let fields: Vec<&str> = text.split(':').skip(4).map(|field| if field == "*" { "" } else { field }).collect();
        fields.join(":").trim_end_matches(':').to_owned()
    });
    releases.map(|release| of_release(ecosystem, release)).collect()
}

/// The versions that CPE names state, where nothing else does.
pub(super) fn versions_of(cpes: &[Cpe]) -> Vec<VersionStatement> {
    let mut versions: Vec<String> = Vec::new();
    for cpe in cpes {
        let Some(version) = cpe.version.value() else { continue };
        let text = match cpe.update.value() {
            Some(update) => format!("{version} {update}"),
            None => version.to_owned(),
        };
        if !versions.contains(&text) {
            versions.push(text);
        }
    }
    if versions.is_empty() {
        Vec::new()
    } else {
        vec![VersionStatement::Listed { versions, status: VersionStatus::Affected }]
    }
}

/// What a status is called. A word that nobody knows says nothing.
fn status(text: &str) -> VersionStatus {
    match text.trim().to_ascii_lowercase().as_str() {
        "affected" => VersionStatus::Affected,
        "unaffected" => VersionStatus::Unaffected,
        _ => VersionStatus::Unknown,
    }
}

fn version(raw: &Version<'_>) -> Vec<VersionStatement> {
    let text = raw.version.as_deref().unwrap_or_default().trim();
    let status = raw.status.as_deref().map_or(VersionStatus::Unknown, self::status);
    let order = order(raw.order.as_deref());
    let end = match (raw.less_than.as_deref(), raw.less_than_or_equal.as_deref()) {
        (None, None) => return alone(text, &order, status, &raw.changes),
        (Some(end), None) => (end, false),
        (None, Some(end)) => (end, true),
        // Two ends contradict each other, or one of them is superfluous: nobody can say which.
        (Some(less), Some(equal)) => return vec![prose(&format!("{text} < {less} <= {equal}"), status)],
    };
    let words = || {
        let sign = if end.1 { "<=" } else { "<" };
        vec![prose(&format!("{text} {sign} {}", end.0), status)]
    };
    let Some(upper) = upper(end.0, end.1) else { return words() };
    let same = upper.as_ref().is_some_and(|upper| upper.version == text && !upper.inclusive);
    let lower = if text == "*" || is_placeholder(text) || same {
        // From the first version on, whichever that is. Some write the fixed version at both ends, which taken by the letter would
        // be no version at all. Where the range clears versions, no more of them are cleared than it says.
        match status {
            VersionStatus::Unaffected => return words(),
            _ => None,
        }
    } else {
        match lower(text) {
            Some(lower) => Some(lower),
            None => return words(),
        }
    };
    vec![VersionStatement::Range { order, interval: Interval { lower, upper }, status, changes: changes(&raw.changes) }]
}

/// A version without an end: itself, or words; with changes, from it on.
fn alone(text: &str, order: &VersionOrderKind, status: VersionStatus, after: &[Change<'_>]) -> Vec<VersionStatement> {
    if after.is_empty() {
        if says_all(text) && !matches!(order, VersionOrderKind::Git) {
            return vec![VersionStatement::Range {
                order: order.clone(),
                interval: Interval::default(),
                status,
                changes: Vec::new(),
            }];
        }
        return match order {
            VersionOrderKind::Git => vec![VersionStatement::Listed { versions: vec![text.to_owned()], status }],
            _ => understand(text, order, status),
        };
    }
    if !is_one_version(text) {
        return vec![prose(text, status)];
    }
    let lower = Some(Bound { version: text.to_owned(), inclusive: true });
    vec![VersionStatement::Range {
        order: order.clone(),
        interval: Interval { lower, upper: None },
        status,
        changes: changes(after),
    }]
}

fn changes(raw: &[Change<'_>]) -> Vec<StatusChange> {
    raw.iter().map(|change| StatusChange { at: change.at.trim().to_owned(), status: status(&change.status) }).collect()
}

fn order(text: Option<&str>) -> VersionOrderKind {
    let text = text.unwrap_or_default().trim();
    match text.to_ascii_lowercase().as_str() {
        "semver" => VersionOrderKind::Semver,
        "git" | "original_commit_for_fix" => VersionOrderKind::Git,
        _ => VersionOrderKind::Named(text.to_owned()),
    }
}
