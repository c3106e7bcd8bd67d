//! What one statement says about one component: found by a key, evaluated for the component's version, and weighed by how sure
//! it is that the component is meant.

use std::sync::Arc;

use ward_model::affected::{AffectedProduct, SubjectKey, VersionStatement};
use ward_model::cpe::{Attribute, Cpe};
use ward_model::finding::{Confidence, UnassessedReason, Voice, VoiceState};
use ward_model::knowledge::{RecordNumber, StatementCandidate};
use ward_model::vulnerability::{Criterion, VulnerabilityRecord};
use ward_version::Truth;

use crate::criterion::{Role, touch};
use crate::host::Host;
use crate::identity::Identity;
use crate::package::release_fits;
use crate::platform;
use crate::statement::{Answer, Asked, Standing, at, evaluate, shown};
use crate::subject::{Subject, Way};
use crate::version::Held;

/// A statement about a component, and what came out of it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    list: Arc<Vec<StatementCandidate>>,
    place: usize,
    pub(crate) standing: Standing,
    pub(crate) confidence: Confidence,
    pub(crate) fixed_in: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) blocked: Option<UnassessedReason>,
    /// Not affected for a reason that is worth a finding: the platform.
    pub(crate) loud: bool,
    /// That of a distribution about its own package, and what clears that, where the distribution says so of its release.
    pub(crate) own_package: Option<OwnPackage>,
    /// What it is found as was built by a distribution, which may have put fixes into it.
    pub(crate) built: bool,
    /// Whether the host was asked about it.
    pub(crate) asks: bool,
    /// By which subject of its component it was found.
    pub(crate) subject: usize,
}

/// What a distribution says of a package of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnPackage {
    pub(crate) release: Option<String>,
    /// The fix that the component's version has.
    pub(crate) cleared_by: Option<String>,
}

impl Heard {
    pub(crate) fn record(&self) -> RecordNumber {
        self.list[self.place].record
    }

    pub(crate) fn product(&self) -> &AffectedProduct {
        &self.list[self.place].product
    }

    /// The same statement, about the same subject on another host.
    pub(crate) fn again(&self, subject: &Subject, host: &Host) -> Option<Self> {
        hear(&self.list, self.place, (self.subject, subject), host).map(|heard| Self { asks: self.asks, ..heard })
    }

    /// What of it decides which vulnerabilities the component is judged for, and whether it is assessed.
    pub(crate) fn weight(&self) -> (bool, bool, Option<UnassessedReason>) {
        (self.speaks(), self.standing == Standing::NotAffected, self.blocked)
    }

    /// Whether it says anything that has to be judged.
    pub(crate) fn speaks(&self) -> bool {
        matches!(self.standing, Standing::Affected | Standing::Unknown) || self.loud
    }

    /// As a proof shows it; `subject` is that by which it was found.
    pub(crate) fn voice(&self, record: &VulnerabilityRecord, subject: &Subject) -> Voice {
        let product = self.product();
        Voice {
            record: record.id.to_string(),
            source: record.source.clone(),
            asserter: (product.asserter != record.source && !product.asserter.is_empty())
                .then(|| product.asserter.clone()),
            state: match self.standing {
                Standing::Affected => VoiceState::Affected,
                Standing::Unknown => VoiceState::Unknown,
                Standing::NotAffected => VoiceState::NotAffected,
                Standing::Silent => VoiceState::Silent,
            },
            criterion: name_of(product, &subject.key),
            range: shown(product),
            identity: subject.text.clone(),
            confidence: self.confidence,
            notes: self.notes.clone(),
        }
    }
}

/// What the statement at this place of a list says about the component; `None` where it does not mean it.
pub(crate) fn hear(
    list: &Arc<Vec<StatementCandidate>>,
    place: usize,
    (number, subject): (usize, &Subject),
    host: &Host,
) -> Option<Heard> {
    let product = &list.get(place)?.product;
    let mut heard = Heard {
        list: Arc::clone(list),
        place,
        standing: Standing::Silent,
        confidence: subject.confidence,
        fixed_in: Vec::new(),
        notes: Vec::new(),
        blocked: None,
        loud: false,
        own_package: None,
        built: false,
        asks: false,
        subject: number,
    };
    let answer = match &subject.way {
        Way::Package { package, versions } => {
            let fits = release_fits(&package.key.ecosystem, product.release.as_deref(), package.release.as_deref());
            if fits.is_false() {
                return None;
            }
            let mut asked = versions.iter().map(|version| Asked { text: Some(version), update: None });
            let first = asked.next().unwrap_or(Asked { text: None, update: None });
            let mut answer =
                settle(first, asked, |asked| evaluate(product, asked, subject.native(), subject.spelling()));
            if answer.standing == Standing::Affected
                && let Some(note) = epoch_is_missing(product, first, subject)
            {
                answer.standing = Standing::Unknown;
                answer.notes.push(note);
            }
            if fits.is_unknown() && answer.standing == Standing::Affected {
                answer.standing = Standing::Unknown;
                answer.notes.push(format!(
                    "the record speaks of release {}, and nothing says that the package is of it: unknown",
                    product.release.as_deref().unwrap_or_default()
                ));
            }
            if package.distribution {
                let cleared_by = answer.cleared_by.clone().filter(|_| fits.is_true());
                let release = package.release.clone();
                heard.own_package = Some(OwnPackage { release, cleared_by });
            }
            answer
        }
        Way::Product { identity, weak } => {
            heard.built = identity.version.distribution.is_some();
            upstream(product, subject, identity, *weak)?
        }
        Way::Project { identity } => {
            heard.built = identity.version.distribution.is_some();
            upstream(product, subject, identity, false)?
        }
    };
    heard.standing = answer.standing;
    heard.fixed_in = answer.fixed_in;
    heard.notes.extend(answer.notes);
    heard.blocked = answer.blocked;
    if answer.inferred {
        heard.confidence = heard.confidence.max(Confidence::Derived);
        heard.notes.push("the record does not say how its versions are ordered: inferred from the product".to_owned());
    }
    limit_to_platform(&mut heard, host);
    Some(heard)
}

/// Where a package's version was written without its epoch and the advisory has one: whether the version with that epoch is clear.
fn epoch_is_missing(product: &AffectedProduct, asked: Asked<'_>, subject: &Subject) -> Option<String> {
    let (Way::Package { package, .. }, Some(text)) = (&subject.way, asked.text) else { return None };
    if !package.distribution || text.contains(':') {
        return None;
    }
    let epochs = versions_of(product).filter_map(|version| version.split_once(':')).map(|(epoch, _)| epoch);
    let epoch = epochs.filter(|epoch| !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit())).max()?;
    let with = format!("{epoch}:{text}");
    let answer = evaluate(product, Asked { text: Some(&with), update: None }, subject.native(), subject.spelling());
    (answer.standing != Standing::Affected).then(|| {
        format!("the advisory gives versions with the epoch {epoch}, and the component gives {text} without one: as {with} it would not be affected: unknown")
    })
}

/// The answer for a version of which only the branch is known, from those for versions that stand for all of it.
fn of_branch(held: &Held, answers: impl Iterator<Item = Answer>) -> Answer {
    let answers: Vec<Answer> = answers.collect();
    let same = answers.iter().all(|answer| answers.first().is_some_and(|first| first.standing == answer.standing));
    let worst = answers.into_iter().min_by_key(|answer| answer.standing);
    let mut answer = worst.unwrap_or_else(Answer::silent);
    if !same {
        answer.standing = Standing::Unknown;
        answer.notes.push(format!("{}: the record means some versions of it and not others: unknown", held.shown()));
    }
    answer
}

/// Every version that a statement names.
fn named_versions(product: &AffectedProduct) -> impl Iterator<Item = &str> {
    let listed = product.versions.iter().flat_map(|statement| match statement {
        VersionStatement::Listed { versions, .. } => versions.as_slice(),
        _ => &[],
    });
    versions_of(product).chain(listed.map(String::as_str))
}

/// The versions that a statement's ranges name.
fn versions_of(product: &AffectedProduct) -> impl Iterator<Item = &str> {
    product.versions.iter().flat_map(|statement| -> Vec<&str> {
        match statement {
            VersionStatement::Events { events, .. } => events.iter().map(at).collect(),
            VersionStatement::Range { interval, changes, .. } => [&interval.lower, &interval.upper]
                .into_iter()
                .flatten()
                .map(|bound| bound.version.as_str())
                .chain(changes.iter().map(|change| change.at.as_str()))
                .collect(),
            VersionStatement::Listed { .. } | VersionStatement::Prose { .. } => Vec::new(),
        }
    })
}

/// A statement for one kind of host says nothing to another one.
fn limit_to_platform(heard: &mut Heard, host: &Host) {
    if heard.standing == Standing::NotAffected {
        return;
    }
    let (truth, note) = platform::fits(heard.product(), host);
    heard.notes.extend(note);
    match truth {
        Truth::True => {}
        Truth::Unknown if heard.standing == Standing::Affected => heard.standing = Standing::Unknown,
        Truth::Unknown => {}
        Truth::False => {
            heard.standing = Standing::NotAffected;
            heard.blocked = None;
            heard.loud = true;
        }
    }
}

/// What is said of upstream's versions.
fn upstream(product: &AffectedProduct, subject: &Subject, identity: &Identity, weak: bool) -> Option<Answer> {
    let held = identity.build.as_ref().unwrap_or(&identity.version);
    let asked = Asked { text: held.text.as_deref(), update: held.update() };
    let others = identity.contradictions.iter().map(|held| Asked { text: held.text.as_deref(), update: held.update() });
    let ask = |asked| evaluate(product, asked, subject.native(), subject.spelling());
    let mut answer = match held.samples(named_versions(product)) {
        Some(samples) => {
            let samples = samples.iter().map(|sample| Asked { text: Some(sample), update: None });
            of_branch(held, samples.chain(others).map(ask))
        }
        None => settle(asked, others, ask),
    };
    if held.not_applicable && answer.blocked == Some(UnassessedReason::NoVersion) {
        // Its own name says that there is no version to be told.
        answer.blocked = None;
        answer.notes.push("the record speaks of versions, and the component says that it has none: unknown".to_owned());
    }
    let (meant, notes) = means(product, identity);
    if meant.is_false() {
        return None;
    }
    if answer.standing == Standing::Affected {
        if meant.is_unknown() {
            answer.standing = Standing::Unknown;
            answer.notes.extend(notes);
        } else if weak && !gives_product(product, identity) {
            answer.standing = Standing::Unknown;
            answer.notes.push(
                "the record and the component share a name that other things may have: unknown whether it means it"
                    .to_owned(),
            );
        } else if let Some(written) = &held.distribution {
            answer.standing = Standing::Unknown;
            answer.notes.push(format!(
                "{written} was built by a distribution or from a source tree with further changes: a back-ported fix cannot be excluded: unknown"
            ));
        }
    }
    Some(answer)
}

/// Whether the statement gives the identity's product as a CPE name, so that whom it means is settled by that.
fn gives_product(product: &AffectedProduct, identity: &Identity) -> bool {
    product.cpes.iter().any(|cpe| cpe.product_key().as_ref() == Some(&identity.product))
}

/// Whether the CPE names of a statement mean the edition that the component is.
fn means(product: &AffectedProduct, identity: &Identity) -> (Truth, Vec<String>) {
    let names: Vec<&Cpe> =
        product.cpes.iter().filter(|cpe| cpe.product_key().as_ref() == Some(&identity.product)).collect();
    let mut truth = Truth::False;
    let mut notes = Vec::new();
    for cpe in &names {
        let cpe = Cpe { version: Attribute::Any, update: Attribute::Any, ..(*cpe).clone() };
        let found = touch(&Criterion { vulnerable: true, cpe, range: None }, identity, Role::Vulnerable);
        if found.truth.is_unknown() && notes.is_empty() {
            notes = found.notes;
        }
        truth = truth.or(found.truth);
    }
    if names.is_empty() { (Truth::True, Vec::new()) } else { (truth, notes) }
}

/// The answer for the version that counts; where the component contradicts itself, no other version clears it.
fn settle<'a>(first: Asked<'a>, others: impl Iterator<Item = Asked<'a>>, ask: impl Fn(Asked<'a>) -> Answer) -> Answer {
    let mut answer = ask(first);
    for other in others {
        let second = ask(other);
        if answer.standing == Standing::NotAffected && second.standing != Standing::NotAffected {
            answer.standing = Standing::Unknown;
            answer.cleared_by = None;
            answer.fixed_in = second.fixed_in;
            answer.notes.push(format!(
                "the component contradicts itself: it says {} and {}, and the second is or may be affected: unknown",
                first.text.unwrap_or_default(),
                other.text.unwrap_or_default()
            ));
        }
        answer.cleared_by = answer.cleared_by.filter(|_| second.standing == Standing::NotAffected);
    }
    answer
}

/// What the statement names, by the key that found it.
fn name_of(product: &AffectedProduct, key: &SubjectKey) -> String {
    let release = product.release.as_ref().map(|release| format!(" in {release}")).unwrap_or_default();
    match (key, &product.package) {
        (SubjectKey::Package(_), Some(package)) => format!("{package}{release}"),
        (SubjectKey::Product(product), _) => product.to_string(),
        _ => match (&product.vendor, &product.product) {
            (Some(vendor), Some(product)) => format!("{vendor} {product}"),
            (None, Some(product)) => product.clone(),
            _ => product.package.as_ref().map(ToString::to_string).unwrap_or_default(),
        },
    }
}
