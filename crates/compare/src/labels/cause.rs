//! Why the matcher answers otherwise than people, told from what the proof says.

use ward_model::finding::{Confidence, Finding, UnassessedReason};

use super::Verdict;
use super::judge::Answer;

/// A cause of disagreement. Which one it is follows from the proof by rule, so that nobody has to be believed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The name alone fits nothing, or products of several vendors; nothing says which.
    NameAlone,
    /// A package of an ecosystem, or a product, that no source at hand speaks of.
    NoSource,
    /// The version has no place in the order.
    Version,
    /// The record names other products.
    OtherProducts,
    /// The record names the product, and its versions do not hold this one.
    OtherVersions,
    /// The record names the product without versions.
    Unversioned,
    /// Products of other vendors have that name.
    Namesakes,
    /// The package has the name of the product, and nothing says that it is the product.
    PackageOfThatName,
    /// The record means an edition or a software around it that the component does not name.
    Edition,
    /// A platform is asked for that is not in the inventory.
    Platform,
    /// A distribution built it and may have mended it.
    BackPort,
    /// Recognised by its name alone as the product of that name.
    TakenByName,
    /// Recognised by its origin as the product.
    TakenByOrigin,
    /// Recognised by a reviewed alias as the product.
    TakenByAlias,
}

/// What the words of a proof hold where they leave the answer open, the first that fits.
const OPEN: [(&str, Cause); 8] = [
    ("other vendors have products of this name", Cause::Namesakes),
    ("does not say that it means the package", Cause::PackageOfThatName),
    ("share a name that other things may have", Cause::PackageOfThatName),
    ("the component does not say its own", Cause::Edition),
    ("the inventory is not claimed complete", Cause::Platform),
    ("a back-ported fix cannot be excluded", Cause::BackPort),
    ("names the product without versions", Cause::Unversioned),
    ("cannot be compared with", Cause::Version),
];

impl Cause {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NameAlone => "the name alone does not say which product it is",
            Self::NoSource => "no source at hand speaks of such packages",
            Self::Version => "the version has no place in the order of the record's",
            Self::OtherProducts => "the record names other products",
            Self::OtherVersions => "the record names the product, and other versions",
            Self::Unversioned => "the record names the product without versions",
            Self::Namesakes => "products of several vendors have that name",
            Self::PackageOfThatName => "the package has the product's name, and nothing says that it is the product",
            Self::Edition => "the record means an edition or surroundings that the component does not name",
            Self::Platform => "the record asks for a platform that is not in the inventory",
            Self::BackPort => "a distribution built it and may have mended it",
            Self::TakenByName => "taken for the product by its name alone",
            Self::TakenByOrigin => {
                "taken for the product by its origin; people mean another part of it, or another thing"
            }
            Self::TakenByAlias => "taken for the product by a reviewed alias; people mean another thing of that name",
        }
    }

    /// Nothing where people and the answer agree.
    pub(super) fn of(
        verdict: Verdict,
        packaged: bool,
        answer: Answer,
        unassessed: Option<UnassessedReason>,
        finding: Option<&Finding>,
        words: &str,
    ) -> Option<Self> {
        match (verdict, answer) {
            (Verdict::True, Answer::Affected) | (Verdict::False, Answer::NotAffected) => None,
            (Verdict::True, Answer::NotAffected) if words.contains("is not among the versions") => {
                Some(Self::OtherVersions)
            }
            (Verdict::True, Answer::NotAffected) => Some(Self::OtherProducts),
            (_, Answer::Unassessed) => Some(match unassessed {
                Some(UnassessedReason::NoIdentity | UnassessedReason::AmbiguousName) => Self::NameAlone,
                Some(UnassessedReason::NoVersion | UnassessedReason::UnparsableVersion) => Self::Version,
                _ => Self::NoSource,
            }),
            (_, Answer::Unknown) => {
                Some(OPEN.iter().find(|(text, _)| words.contains(text)).map_or(Self::Version, |(_, cause)| *cause))
            }
            (Verdict::False, Answer::Affected) => Some(match finding.map(|finding| finding.confidence) {
                Some(Confidence::Alias) => Self::TakenByAlias,
                _ if !packaged => Self::TakenByName,
                _ => Self::TakenByOrigin,
            }),
        }
    }
}
