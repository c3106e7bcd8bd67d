//! What a statement about versions says of one version: CVE 5 intervals, OSV events, lists, and words.
//!
//! Pure evaluation in three values and a fourth: a statement may be *silent*, where it neither covers the version nor says what
//! holds for versions that it does not cover. Silence yields to any other voice, and alone it is unknown.

use std::collections::BTreeSet;

use ward_model::affected::{
    AffectedProduct, RangeEvent, StatusChange, VersionOrderKind, VersionStatement, VersionStatus,
};
use ward_model::finding::UnassessedReason;
use ward_version::{Interval, Truth, VersionOrder};

mod events;
mod reading;

pub(crate) use reading::{Asked, Native, Places, Reading};

/// What a statement says of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Affected,
    Unknown,
    NotAffected,
    Silent,
}

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) standing: Standing,
    /// The versions from which on it is fixed, as far as they are later.
    pub(crate) fixed_in: Vec<String>,
    /// Where it is not affected because the statement covers it: what says so. A version that is merely not listed has none.
    pub(crate) cleared_by: Option<String>,
    pub(crate) notes: Vec<String>,
    /// The version is what leaves it open.
    pub(crate) blocked: Option<UnassessedReason>,
    /// Nobody said how the versions are ordered.
    pub(crate) inferred: bool,
}

impl Answer {
    /// Nothing is said.
    pub(crate) fn silent() -> Self {
        Self {
            standing: Standing::Silent,
            fixed_in: Vec::new(),
            cleared_by: None,
            notes: Vec::new(),
            blocked: None,
            inferred: false,
        }
    }
}

/// How names of versions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As a registry keeps them: another text is another version.
    Registry,
    /// As people write them: another text may be the same version unless both can be ordered.
    Free,
    /// Tags of a repository: `v1.2`, `openssl-3.0.0`, `R_2_4_1`.
    Tags,
}

/// What one statement covers, and with which status.
struct Cover {
    truth: Truth,
    statuses: BTreeSet<VersionStatus>,
    by: Option<String>,
}

impl Cover {
    fn none() -> Self {
        Self { truth: Truth::False, statuses: BTreeSet::new(), by: None }
    }
}

/// Evaluates what is said of a product for one version of it.
pub(crate) fn evaluate(product: &AffectedProduct, asked: Asked<'_>, native: Native, spelling: Spelling) -> Answer {
    let mut certain: BTreeSet<VersionStatus> = BTreeSet::new();
    let mut possible: BTreeSet<VersionStatus> = BTreeSet::new();
    let mut answer = Answer::silent();
    // Commits say nothing of versions; beside ranges of versions they are the same thing once more.
    let ordered = product.versions.iter().any(|statement| match statement {
        VersionStatement::Range { order, interval, .. } => {
            *order != VersionOrderKind::Git && !is_between_commits(interval)
        }
        VersionStatement::Events { order, .. } => *order != VersionOrderKind::Git,
        VersionStatement::Listed { .. } | VersionStatement::Prose { .. } => false,
    });
    let (mut keyless, mut commits) = (false, false);
    for statement in &product.versions {
        let cover = match statement {
            VersionStatement::Listed { versions, status } => {
                if !versions.is_empty() && versions.iter().all(|version| is_commit(version) && !asked.is(version)) {
                    commits = true;
                    continue;
                }
                let reading = list_reading(product, native);
                let truth = listed(versions, asked, reading, spelling);
                keyless |= truth.is_unknown() && !reading.has_key(asked);
                Cover { truth, statuses: [*status].into(), by: None }
            }
            VersionStatement::Range { order, interval, status, changes } => {
                let reading = Reading::of(order, native);
                if (reading == Reading::Commits || is_between_commits(interval)) && !is_everything(interval) {
                    commits = true;
                    continue;
                }
                answer.inferred |= matches!(reading, Reading::One { inferred: true, .. });
                let cover = range(interval, *status, changes, reading, asked, &mut answer.fixed_in);
                keyless |= cover.truth.is_unknown() && !reading.has_key(asked);
                cover
            }
            VersionStatement::Events { order, events } => {
                let reading = Reading::of(order, native);
                if reading == Reading::Commits {
                    commits = true;
                    continue;
                }
                let outcome = events::evaluate(events, reading, asked);
                keyless |= outcome.truth.is_unknown() && !reading.has_key(asked);
                answer.fixed_in.extend(outcome.next_fix);
                if let (Truth::False, Some(fix)) = (outcome.truth, outcome.passed_fix) {
                    answer.cleared_by = Some(format!("fixed in {fix}"));
                }
                Cover { truth: outcome.truth, statuses: [VersionStatus::Affected].into(), by: None }
            }
            VersionStatement::Prose { text, .. } => {
                answer.notes.push(format!("the record says in words that cannot be evaluated: \"{text}\": unknown"));
                possible.insert(VersionStatus::Unknown);
                Cover::none()
            }
        };
        match cover.truth {
            Truth::True => {
                if cover.statuses.len() == 1 && cover.statuses.contains(&VersionStatus::Unaffected) {
                    answer.cleared_by = cover.by.or(answer.cleared_by);
                }
                if cover.statuses.len() == 1 { certain.extend(cover.statuses) } else { possible.extend(cover.statuses) }
            }
            Truth::Unknown => possible.extend(cover.statuses),
            Truth::False => {}
        }
    }
    answer.standing = standing(product, &certain, &possible, commits && !ordered);
    if answer.standing == Standing::Unknown || answer.standing == Standing::Silent {
        explain(&mut answer, asked, keyless, commits && !ordered);
    }
    if answer.standing != Standing::NotAffected {
        answer.cleared_by = None;
    }
    if answer.standing == Standing::NotAffected {
        answer.fixed_in.clear();
    }
    answer
}

fn standing(
    product: &AffectedProduct,
    certain: &BTreeSet<VersionStatus>,
    possible: &BTreeSet<VersionStatus>,
    only_commits: bool,
) -> Standing {
    use VersionStatus::{Affected, Unaffected, Unknown};
    if certain.contains(&Affected) {
        return Standing::Affected;
    }
    let mut all: BTreeSet<VersionStatus> = certain.union(possible).copied().collect();
    if certain.is_empty() {
        // What holds for versions that are not covered holds for this one, unless only commits were covered.
        let default = if only_commits { Unknown } else { product.default_status };
        if possible.is_empty() && default == Unknown {
            return Standing::Silent;
        }
        all.insert(default);
    }
    if all.iter().all(|status| *status == Affected) {
        Standing::Affected
    } else if all.iter().all(|status| *status == Unaffected) {
        Standing::NotAffected
    } else {
        Standing::Unknown
    }
}

/// Why it is open, and whether a better version would settle it.
fn explain(answer: &mut Answer, asked: Asked<'_>, keyless: bool, only_commits: bool) {
    match asked.text {
        None => answer.blocked = Some(UnassessedReason::NoVersion),
        Some(_) if only_commits && answer.standing == Standing::Silent => answer
            .notes
            .push("the record gives commits, and the version is not among those that it lists: unknown".to_owned()),
        Some(text) if keyless => {
            answer.notes.push(format!("version {text} has no place in the order of the record's versions: unknown"));
            answer.blocked = Some(UnassessedReason::UnparsableVersion);
        }
        Some(text) if answer.standing == Standing::Silent => {
            answer.notes.push(format!("the record does not say what holds for version {text}: unknown"));
        }
        Some(text) if answer.notes.is_empty() => {
            answer.notes.push(format!("whether the record means version {text} cannot be told: unknown"));
        }
        Some(_) => {}
    }
}

/// The order in which a list's versions are compared: that of a range beside it, else the native one.
fn list_reading(product: &AffectedProduct, native: Native) -> Reading {
    let order = product.versions.iter().find_map(|statement| match statement {
        VersionStatement::Range { order, .. } | VersionStatement::Events { order, .. }
            if *order != VersionOrderKind::Git =>
        {
            Some(order)
        }
        _ => None,
    });
    match (order, native) {
        (Some(order), _) => Reading::of(order, native),
        (None, Native::Ecosystem(Some(scheme)) | Native::Product(scheme)) => Reading::One { scheme, inferred: false },
        (None, Native::Ecosystem(None)) => Reading::None,
    }
}

/// Whether the version is one of a list.
fn listed(versions: &[String], asked: Asked<'_>, reading: Reading, spelling: Spelling) -> Truth {
    let Some(text) = asked.text else { return if versions.is_empty() { Truth::False } else { Truth::Unknown } };
    let own = reading.places(asked);
    Truth::any(versions.iter().map(|version| {
        let tag = spelling == Spelling::Tags && is_tag(version, text);
        if tag || asked.is(version) {
            return Truth::True;
        }
        let place = reading.places(Asked { text: Some(version), update: None });
        match (own.order(&place), spelling) {
            (VersionOrder::Equal, _) => Truth::True,
            (VersionOrder::Less | VersionOrder::Greater, _) | (_, Spelling::Registry | Spelling::Tags) => Truth::False,
            (VersionOrder::Unknown, Spelling::Free) => Truth::Unknown,
        }
    }))
}

/// Whether a repository's tag means this version: the numbers and words behind a name, whatever separates them.
fn is_tag(tag: &str, version: &str) -> bool {
    let normal = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], ".");
    let (tag, version) = (normal(tag), normal(version));
    let version = version.trim_start_matches('v');
    let Some(head) = tag.strip_suffix(version) else { return false };
    // What stands in front must not be more of the number.
    let bare = head.trim_end_matches('.').trim_end_matches('v').trim_end_matches('.');
    version.starts_with(|c: char| c.is_ascii_digit())
        && !head.ends_with(|c: char| c.is_ascii_digit())
        && !bare.ends_with(|c: char| c.is_ascii_digit())
}

fn is_everything(interval: &Interval) -> bool {
    interval.lower.as_ref().is_none_or(|bound| bound.inclusive && bound.version.trim() == "0")
        && interval.upper.is_none()
}

/// Whether an end is the hash of a commit, whatever the record calls its versions.
fn is_between_commits(interval: &Interval) -> bool {
    [&interval.lower, &interval.upper].into_iter().flatten().any(|bound| is_commit(&bound.version))
}

/// Whether a text is the hash of a commit: at least seven hexadecimal digits, some of them letters and some not.
fn is_commit(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 7
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A range with one status that may change inside it. The statuses that may hold, where it is not known which.
fn range(
    interval: &Interval,
    status: VersionStatus,
    changes: &[StatusChange],
    reading: Reading,
    asked: Asked<'_>,
    fixed_in: &mut Vec<String>,
) -> Cover {
    let truth = reading.contains(interval, asked);
    if truth.is_false() {
        return Cover::none();
    }
    let mut sorted: Vec<&StatusChange> = changes.iter().collect();
    sorted.sort_by(|a, b| match reading.between(&a.at, &b.at) {
        VersionOrder::Less => std::cmp::Ordering::Less,
        VersionOrder::Greater => std::cmp::Ordering::Greater,
        VersionOrder::Equal | VersionOrder::Unknown => std::cmp::Ordering::Equal,
    });
    let in_order = sorted
        .windows(2)
        .all(|pair| matches!(reading.between(&pair[0].at, &pair[1].at), VersionOrder::Less | VersionOrder::Equal));
    let mut statuses: BTreeSet<VersionStatus> = [status].into();
    let mut by = format!("the record says {} for {interval}", word(status));
    if in_order {
        for change in sorted {
            match reading.order(asked, &change.at) {
                VersionOrder::Greater | VersionOrder::Equal => {
                    statuses = [change.status].into();
                    by = format!("the record says {} from {} on", word(change.status), change.at);
                }
                VersionOrder::Less => {
                    if change.status == VersionStatus::Unaffected && status == VersionStatus::Affected {
                        fixed_in.push(change.at.clone());
                    }
                    break;
                }
                VersionOrder::Unknown => {
                    statuses.insert(change.status);
                }
            }
        }
    } else {
        statuses.extend(changes.iter().map(|change| change.status));
    }
    if status == VersionStatus::Affected
        && changes.is_empty()
        && let Some(end) = interval.upper.as_ref().filter(|end| !end.inclusive)
    {
        fixed_in.push(end.version.clone());
    }
    Cover { truth, statuses, by: Some(by) }
}

fn word(status: VersionStatus) -> &'static str {
    match status {
        VersionStatus::Affected => "affected",
        VersionStatus::Unaffected => "unaffected",
        VersionStatus::Unknown => "unknown",
    }
}

/// More pieces of a statement than anybody reads in a sentence.
const SHOWN: usize = 8;

/// What a statement says, for people.
pub(crate) fn shown(product: &AffectedProduct) -> String {
    let mut pieces = Vec::new();
    for statement in &product.versions {
        match statement {
            VersionStatement::Listed { versions, status } => {
                let some: Vec<&str> = versions.iter().take(SHOWN).map(String::as_str).collect();
                let more = versions.len().saturating_sub(SHOWN);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                pieces.push(format!("{}{}{more}", prefix(*status), some.join(", ")));
            }
            VersionStatement::Range { order, interval, status, changes } => {
                let commits = if *order == VersionOrderKind::Git { "commits " } else { "" };
                let mut piece = format!("{}{commits}{interval}", prefix(*status));
                for change in changes.iter().take(SHOWN) {
                    piece.push_str(&format!(", {} from {}", word(change.status), change.at));
                }
                pieces.push(piece);
            }
            VersionStatement::Events { order: VersionOrderKind::Git, .. } => {
                pieces.push("a range of commits".to_owned())
            }
            VersionStatement::Events { events, .. } => pieces.push(events::shown(events)),
            VersionStatement::Prose { text, status } => pieces.push(format!("{}\"{text}\"", prefix(*status))),
        }
    }
    if pieces.len() > SHOWN {
        let more = pieces.len() - SHOWN;
        pieces.truncate(SHOWN);
        pieces.push(format!("and {more} more"));
    }
    if product.default_status == VersionStatus::Affected {
        pieces.push("all others affected".to_owned());
    }
    if pieces.is_empty() { "no versions".to_owned() } else { pieces.join("; ") }
}

/// A range is one of affected versions unless it says otherwise.
fn prefix(status: VersionStatus) -> String {
    if status == VersionStatus::Affected { String::new() } else { format!("{} ", word(status)) }
}

/// The version of an event.
pub(crate) fn at(event: &RangeEvent) -> &str {
    match event {
        RangeEvent::Introduced(version)
        | RangeEvent::Fixed(version)
        | RangeEvent::LastAffected(version)
        | RangeEvent::Limit(version) => version.trim(),
    }
}
