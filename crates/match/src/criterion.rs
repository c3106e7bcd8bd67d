//! One criterion of a record against one identity of a component, after NISTIR 7696 with three values.

use ward_model::cpe::{Attribute, Cpe, Part};
use ward_model::finding::UnassessedReason;
use ward_model::vulnerability::Criterion;
use ward_version::Truth;

use crate::identity::{Doubt, Identity};
use crate::relation::{Relation, literal, relate, wildcard_matches};
use crate::version::Held;

/// What a criterion is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Whether it hits the component itself.
    Vulnerable,
    /// Whether the thing is there.
    Environment,
}

/// How a criterion and an identity of the same product relate.
#[derive(Debug, Clone)]
pub(crate) struct Touch {
    pub(crate) truth: Truth,
    /// The version is what leaves it open: the component cannot be assessed.
    pub(crate) blocked: Option<UnassessedReason>,
    /// What made it unknown, in words.
    pub(crate) notes: Vec<String>,
    /// The component gives another version too, for which the answer is another one.
    pub(crate) contradicted: bool,
    /// The record names the product without versions, and the component has one.
    pub(crate) unversioned: bool,
}

/// Whether the criterion names the product of the identity.
pub(crate) fn same_product(criterion: &Cpe, identity: &Identity) -> bool {
    criterion.part == identity.product.part
        && criterion.product.value() == Some(&*identity.product.product)
        && criterion.vendor.value() == Some(&*identity.product.vendor)
}

/// Compares versions and attributes; the product must be the same.
pub(crate) fn touch(criterion: &Criterion, identity: &Identity, role: Role) -> Touch {
    // Ranges are written in builds where a product has them.
    let build = identity.build.as_ref().filter(|_| criterion.range.is_some());
    let held = build.unwrap_or(&identity.version);
    let (mut version, mut blocked, mut note) = version_truth(criterion, held);
    if !identity.other_releases.is_empty()
        && let (None, Attribute::Value(release)) = (&criterion.range, &criterion.cpe.version)
        && identity.is_other_than(release)
    {
        (version, blocked, note) = (Truth::False, None, None);
    }
    let unversioned = version.is_unknown() && held.text.is_some() && is_unversioned(criterion);
    let notes = note.into_iter().collect();
    let mut touch = Touch { truth: version, blocked, notes, contradicted: false, unversioned };
    for other in &identity.contradictions {
        let (truth, ..) = version_truth(criterion, other);
        if truth == version {
            continue;
        }
        touch.contradicted = true;
        // The name's own version counts where it hits. Neither excludes anything while the other one may be right, and
        // what surrounds a component may be asked for under a negation, where there is nothing worse than unknown.
        if version.is_false() || role == Role::Environment {
            touch.truth = Truth::Unknown;
        }
        touch.notes.push(format!(
            "the component contradicts itself: its identity says {}, and elsewhere it says {}; {} {} the versions that the record means: {}",
            held.shown(),
            other.shown(),
            if version.is_false() { "the second" } else { "the first" },
            if truth.or(version).is_true() { "is among" } else { "may be among" },
            touch.truth.as_str()
        ));
        break;
    }
    if touch.truth.is_false() {
        return touch;
    }
    for (name, wanted, own) in attributes(criterion, identity) {
        let truth = relation(name, wanted, own, identity);
        touch.truth = touch.truth.and(truth);
        match truth {
            Truth::True => {}
            Truth::False => {
                let (notes, blocked) = (Vec::new(), None);
                return Touch { truth: Truth::False, blocked, notes, contradicted: false, unversioned };
            }
            Truth::Unknown => {
                let packed = match &identity.purl_kind {
                    Some(kind) if name == "target_sw" && *own == Attribute::Any => {
                        format!(" (it is a package of the type `{kind}`, into which other things are packed too)")
                    }
                    _ => String::new(),
                };
                touch.notes.push(format!(
                    "the record means {name} `{}`, and the component does not say its own{packed}: unknown",
                    shown(wanted)
                ));
            }
        }
    }
    if identity.perhaps && touch.truth.is_true() {
        touch.truth = Truth::Unknown;
        touch.notes.push(format!(
            "the component does not say which release it is, and {} is one of them: unknown",
            identity.product
        ));
    }
    if touch.truth.is_true() {
        let build = identity.build.as_ref().filter(|_| role == Role::Vulnerable && criterion.range.is_none());
        if let Some(written) = identity.version.distribution.as_ref().filter(|_| role == Role::Vulnerable) {
            touch.truth = Truth::Unknown;
            touch.notes.push(format!(
                "{written} was built by a distribution or from a source tree with further changes: a back-ported fix cannot be excluded: unknown"
            ));
        } else if let (Some(build), Attribute::Value(_)) = (build, &criterion.cpe.version) {
            touch.truth = Truth::Unknown;
            touch.notes.push(format!(
                "the record names the release without its builds, and the component has {}, which may hold the fix: unknown",
                build.shown()
            ));
        } else if let Some(doubt) = doubt(criterion, identity) {
            touch.truth = Truth::Unknown;
            touch.notes.push(doubt.to_owned());
        }
    }
    touch
}

/// Whether a criterion names a product, not hardware, by `-`: as one without versions.
fn is_unversioned(criterion: &Criterion) -> bool {
    criterion.range.is_none() && criterion.cpe.version == Attribute::Na && criterion.cpe.part != Part::Hardware
}

/// Why the criterion may mean another thing of the component's name; nothing where the component is known to be the product.
fn doubt(criterion: &Criterion, identity: &Identity) -> Option<&'static str> {
    match identity.doubt? {
        Doubt::Package if is_of_ecosystem(identity, criterion.cpe.target_sw.value()) => None,
        Doubt::Package => Some(
            "the package has the name of this product, and the record does not say that it means the package: unknown",
        ),
        Doubt::Namesakes => {
            Some("other vendors have products of this name, and nothing says which of them the component is: unknown")
        }
    }
}

fn version_truth(criterion: &Criterion, held: &Held) -> (Truth, Option<UnassessedReason>, Option<String>) {
    let blocked = || match (&held.text, held.not_applicable) {
        (None, true) => None,
        (None, false) => Some(UnassessedReason::NoVersion),
        (Some(_), _) if !held.has_key() => Some(UnassessedReason::UnparsableVersion),
        (Some(_), _) => None,
    };
    let open = |truth: Truth| match truth {
        Truth::Unknown => {
            let note = format!("{} cannot be compared with {}: unknown", held.shown(), criterion.range_text());
            (truth, blocked(), Some(note))
        }
        known => (known, None, None),
    };
    match (&criterion.range, &criterion.cpe.version) {
        (Some(range), _) => open(held.within(range, criterion.cpe.update.value())),
        (None, Attribute::Any) => (Truth::True, None, None),
        (None, Attribute::Value(version)) => open(held.is(version, &criterion.cpe.update)),
        // `-` is how records write hardware: whatever its version.
        (None, Attribute::Na) if criterion.cpe.part == Part::Hardware || held.not_applicable => {
            (Truth::True, None, None)
        }
        // Records say so of systems that have versions too, whose build the component then gives.
        (None, Attribute::Na) => match &held.text {
            Some(_) => {
                let note = format!(
                    "the record names the product without versions, and the component has {}: unknown",
                    held.shown()
                );
                (Truth::Unknown, None, Some(note))
            }
            None => open(Truth::Unknown),
        },
    }
}

/// The attributes that are compared as such. The update belongs to the version wherever there is one.
fn attributes<'a>(
    criterion: &'a Criterion,
    identity: &'a Identity,
) -> impl Iterator<Item = (&'static str, &'a Attribute, &'a Attribute)> {
    let wanted = &criterion.cpe;
    let own = identity.cpe.as_ref();
    let update_apart = criterion.range.is_none() && !matches!(wanted.version, Attribute::Value(_));
    let of = move |field: fn(&Cpe) -> &Attribute| own.map_or(&Attribute::Any, field);
    [
        ("update", if update_apart { &wanted.update } else { &Attribute::Any }, of(|cpe| &cpe.update)),
        ("edition", &wanted.edition, of(|cpe| &cpe.edition)),
        ("language", &wanted.language, of(|cpe| &cpe.language)),
        ("sw_edition", &wanted.sw_edition, of(|cpe| &cpe.sw_edition)),
        ("target_sw", &wanted.target_sw, of(|cpe| &cpe.target_sw)),
        ("target_hw", &wanted.target_hw, of(|cpe| &cpe.target_hw)),
        ("other", &wanted.other, of(|cpe| &cpe.other)),
    ]
    .into_iter()
    .filter(|(_, wanted, _)| **wanted != Attribute::Any)
}

fn relation(name: &str, wanted: &Attribute, own: &Attribute, identity: &Identity) -> Truth {
    match (relate(wanted, own), wanted, own) {
        (Relation::Equal | Relation::Superset, ..) => Truth::True,
        (Relation::Disjoint, ..) => Truth::False,
        // The standard leaves open what a name with wildcards of its own is; where the criterion takes in all of them, it is meant.
        (_, Attribute::Value(wanted), Attribute::Value(own)) => {
            if wildcard_matches(wanted, own) {
                Truth::True
            } else {
                Truth::Unknown
            }
        }
        // Packages of one ecosystem are packed again in others: only what the component's own name says excludes it.
        (_, Attribute::Value(wanted), Attribute::Any)
            if name == "target_sw" && is_of_ecosystem(identity, Some(wanted)) =>
        {
            Truth::True
        }
        // The component says less than the criterion asks for.
        (Relation::Subset | Relation::Undefined, ..) => Truth::Unknown,
    }
}

/// What each type of package URL says about the software that a package runs in.
const ECOSYSTEMS: &[(&str, &[&str])] = &[
    ("npm", &["node.js", "nodejs", "javascript"]),
    ("pypi", &["python", "pypi"]),
    ("gem", &["ruby", "rubygems", "rails", "ruby_on_rails"]),
    ("cargo", &["rust"]),
    ("composer", &["php", "composer"]),
    ("golang", &["go", "golang"]),
    ("nuget", &[".net", ".net_framework", ".net_core", "asp.net", "nuget"]),
    ("maven", &["maven", "java"]),
    ("hex", &["erlang", "elixir"]),
    ("pub", &["dart", "flutter"]),
    ("swift", &["swift"]),
    ("cran", &["r"]),
];

/// Whether the component's package URL says that it runs in the software that is wanted. That it does not say so
/// excludes nothing.
fn is_of_ecosystem(identity: &Identity, wanted: Option<&str>) -> bool {
    let (Some(kind), Some(wanted)) = (identity.purl_kind.as_deref(), wanted.map(literal)) else { return false };
    if crate::version::is_distribution(kind) {
        return wanted == "linux";
    }
    // What the makers of Jenkins give out as packages of Maven are its plugins, and nothing else runs them.
    if kind == "maven" && wanted == "jenkins" && &*identity.product.vendor == "jenkins" {
        return true;
    }
    ECOSYSTEMS.iter().any(|(name, words)| *name == kind && words.contains(&&*wanted))
}

/// Whether a package URL of this type names a package of one language, where names are shared with other things.
pub(crate) fn is_language(kind: &str) -> bool {
    ECOSYSTEMS.iter().any(|(name, _)| *name == kind)
}

fn shown(attribute: &Attribute) -> &str {
    match attribute {
        Attribute::Any => "*",
        Attribute::Na => "-",
        Attribute::Value(value) => value,
    }
}
