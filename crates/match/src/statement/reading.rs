//! How the versions of a statement are read: by which scheme, and how sure that is.

use ward_model::affected::VersionOrderKind;
use ward_version::{Interval, Key, Scheme, Truth, VersionOrder, key};

/// The version that is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) text: Option<&'a str>,
    /// The update field of a CPE name.
    pub(crate) update: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether it is the same text, with nothing more said.
    pub(crate) fn is(self, version: &str) -> bool {
        self.update.is_none() && self.text.is_some_and(|text| text.trim().eq_ignore_ascii_case(version.trim()))
    }
}

/// By what the versions of a statement are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// By one scheme; inferred where the record does not say which.
    One { scheme: Scheme, inferred: bool },
    /// Semantic Versioning, as the record says, of a product of which nobody knows whether it is numbered so: only what the
    /// generic reading confirms counts.
    SemverOfAnything,
    /// Commits: without an order.
    Commits,
    /// Nobody knows.
    None,
}

/// How the versions of what is asked about are ordered, where its identity says so.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Native {
    /// The scheme of its ecosystem, where one is known.
    Ecosystem(Option<Scheme>),
    /// The scheme in which the feeds write versions of the product.
    Product(Scheme),
}

impl Reading {
    /// By the order that the record names, and the native one where it names none.
    pub(crate) fn of(order: &VersionOrderKind, native: Native) -> Reading {
        let one = |scheme, inferred| Reading::One { scheme, inferred };
        match (order, native) {
            (VersionOrderKind::Git, _) => Reading::Commits,
            (
                VersionOrderKind::Semver,
                Native::Ecosystem(Some(scheme @ (Scheme::Go | Scheme::Nuget | Scheme::Npm))),
            ) => one(scheme, false),
            (VersionOrderKind::Semver, Native::Ecosystem(_)) => one(Scheme::Npm, false),
            (VersionOrderKind::Semver, Native::Product(_)) => Reading::SemverOfAnything,
            (VersionOrderKind::Ecosystem, Native::Ecosystem(scheme)) => {
                scheme.map_or(Reading::None, |scheme| one(scheme, false))
            }
            // Somebody's ecosystem, and nobody knows which.
            (VersionOrderKind::Ecosystem, Native::Product(scheme)) => one(scheme, true),
            (VersionOrderKind::Named(name), native) => match (named(name), native) {
                (Some(scheme), _) => one(scheme, false),
                (None, Native::Ecosystem(scheme)) => scheme.map_or(Reading::None, |scheme| one(scheme, true)),
                (None, Native::Product(scheme)) => one(scheme, true),
            },
        }
    }

    /// The schemes that are asked; all that know the version must agree.
    fn schemes(self) -> &'static [Scheme] {
        const BOTH: &[Scheme] = &[Scheme::Npm, Scheme::Generic];
        match self {
            Reading::One { scheme, .. } => Scheme::ALL
                .iter()
                .position(|known| *known == scheme)
                .and_then(|place| SINGLE.get(place..=place))
                .unwrap_or_default(),
            Reading::SemverOfAnything => BOTH,
            Reading::Commits | Reading::None => &[],
        }
    }

    /// Whether the version has a place in the order.
    pub(crate) fn has_key(self, asked: Asked<'_>) -> bool {
        self.knowing(asked).next().is_some()
    }

    /// The schemes in which the version has a place.
    fn knowing<'a>(self, asked: Asked<'a>) -> impl Iterator<Item = Scheme> + 'a {
        self.schemes().iter().copied().filter(move |scheme| {
            asked.text.is_some_and(|text| key(*scheme, text, update_for(*scheme, asked.update)).is_some())
        })
    }

    pub(crate) fn contains(self, range: &Interval, asked: Asked<'_>) -> Truth {
        if range.lower.is_none() && range.upper.is_none() {
            return Truth::True;
        }
        let Some(text) = asked.text else { return Truth::Unknown };
        let truths = self.knowing(asked).map(|scheme| range.contains(scheme, text, update_for(scheme, asked.update)));
        agreed(truths, Truth::Unknown)
    }

    /// The order of the version that is asked about and another one.
    pub(crate) fn order(self, asked: Asked<'_>, other: &str) -> VersionOrder {
        self.places(asked).order(&self.places(Asked { text: Some(other), update: None }))
    }

    /// The order of two versions of the record.
    pub(crate) fn between(self, a: &str, b: &str) -> VersionOrder {
        self.order(Asked { text: Some(a), update: None }, b)
    }

    /// The places of a version, to be compared with many others.
    pub(crate) fn places(self, asked: Asked<'_>) -> Places {
        let key = |scheme: &Scheme| asked.text.and_then(|text| key(*scheme, text, update_for(*scheme, asked.update)));
        Places(self.schemes().iter().map(key).collect())
    }
}

/// The places of a version in the orders of one reading.
#[derive(Debug)]
pub(crate) struct Places(Vec<Option<Key>>);

impl Places {
    /// The order of two versions of one reading: what all schemes that know the first one say.
    pub(crate) fn order(&self, other: &Places) -> VersionOrder {
        let known = self.0.iter().zip(&other.0).filter_map(|(own, other)| Some((own.as_ref()?, other.as_ref())));
        agreed(
            known.map(|(own, other)| other.map_or(VersionOrder::Unknown, |other| own.compare(other))),
            VersionOrder::Unknown,
        )
    }
}

/// Every scheme as a list of one, in the order of [`Scheme::ALL`].
static SINGLE: [Scheme; Scheme::ALL.len()] = Scheme::ALL;

/// Only two schemes know an update field; what another one is asked must do without.
fn update_for(scheme: Scheme, update: Option<&str>) -> Option<&str> {
    update.filter(|_| matches!(scheme, Scheme::Generic | Scheme::Openssl))
}

/// The one answer that all give, or that there is none.
fn agreed<T: PartialEq + Copy>(answers: impl IntoIterator<Item = T>, unknown: T) -> T {
    let mut answers = answers.into_iter();
    let Some(first) = answers.next() else { return unknown };
    if answers.all(|answer| answer == first) { first } else { unknown }
}

/// The scheme that records mean by this name; `None` where the name says nothing.
fn named(name: &str) -> Option<Scheme> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "python" | "pep440" | "pypi" => Scheme::Pep440,
        "semver" | "cargo" | "npm" => Scheme::Npm,
        "dpkg" | "deb" | "debian" => Scheme::Deb,
        "rpm" | "rhel" => Scheme::Rpm,
        "apk" | "alpine" => Scheme::Apk,
        "gem" | "rubygems" | "ruby" => Scheme::Gem,
        "go" | "golang" => Scheme::Go,
        "composer" | "packagist" => Scheme::Composer,
        other => {
            return Scheme::named(other).filter(|scheme| !matches!(scheme, Scheme::Lexicographic | Scheme::Datetime));
        }
    })
}
