//! The table: what every room's errors mean to the caller. A new error of a room gets its line here.

use std::io;

use ward_assess::lifecycle::LifecycleError;
use ward_device::DecideError;
use ward_feeds::SyncError;
use ward_feeds::bundle::BundleError;
use ward_feeds::network::FetchError;
use ward_fleet::FleetError;
use ward_formats::feed::FeedError;
use ward_knowledge::seed::SeedError;
use ward_knowledge::{HomeError, OpenError};
use ward_match::ExplainError;
use ward_model::knowledge::KnowledgeError;
use ward_policy::PolicyError;

use super::Failure;
use crate::nearest::nearest;

/// What to do about a home that is damaged. A backup that is put back whole loses nothing; what is built upon loses what came last.
pub const DAMAGED: &str = "put the whole home back from a copy; or run `ward feeds sync`, which builds upon the latest whole state that is left, and refuses where there is none";
/// What to do where nothing is left to build upon.
const BEGIN_ANEW: &str = "move the folder `knowledge` of this home away and keep it: the days of receipt in it are evidence; then sync all sources, or take a whole bundle";

impl From<KnowledgeError> for Failure {
    fn from(error: KnowledgeError) -> Self {
        Self::environment("knowledge", "the knowledge of this home cannot be read")
            .because(&error)
            .hint("`ward verify` says what is damaged")
            .hint(DAMAGED)
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        match &error {
            HomeError::BeforeFirst { first, .. } => {
                Self::input("as-of", error.to_string()).hint(format!("ask with --as-of {} or later", first.day()))
            }
            HomeError::NotTaken { .. } => Self::input("accept", error.to_string())
                .hint("give the list that is right as it is with the same command: the mirror, or the whole bundle, that has it; a whole list of before ends it without a word")
                .hint("what the home held before is unchanged"),
            HomeError::Locked { .. } => Self::environment("lock", "the home is in use").because(&error),
            // What to do stands in the words themselves.
            HomeError::Open(OpenError::OtherFormat { .. }) => {
                Self::environment("home", "the home cannot be used").because(&error)
            }
            HomeError::NoBase { .. } => {
                Self::environment("home", "the home cannot be used").because(&error).hint(BEGIN_ANEW)
            }
            HomeError::Pointer { .. }
            | HomeError::Anchor { .. }
            | HomeError::RolledBack { .. }
            | HomeError::OtherHistory { .. }
            | HomeError::Open(_)
            | HomeError::Knowledge(_) => {
                Self::environment("home", "the home cannot be used").because(&error).hint(DAMAGED)
            }
            HomeError::Io { .. } | HomeError::Record { .. } | HomeError::TooLarge(_) => {
                Self::environment("home", "the home cannot be used").because(&error)
            }
        }
    }
}

impl From<SeedError> for Failure {
    fn from(error: SeedError) -> Self {
        Self::environment("seed", "the seed that ships with this program is broken").because(&error)
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        match &error {
            PolicyError::Unknown { nearest, .. } => {
                let failure = Self::input("policy", error.to_string());
                match nearest {
                    Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
                    None => failure,
                }
            }
            PolicyError::NotInForce { .. } => Self::input("policy", error.to_string()),
            PolicyError::NoneNamed => {
                Self::input("policy", error.to_string()).hint("name it in device.toml: policies = [...]")
            }
            PolicyError::Input { .. } | PolicyError::NoSuch { .. } => Self::input("value", error.to_string()),
            // A policy of the folder is the user's own.
            PolicyError::InFolder(_) => Self::input("policy", error.to_string()),
            PolicyError::Malformed { .. } | PolicyError::NotMonotone { .. } | PolicyError::Weakened { .. } => {
                Self::environment("policy", "the policies that ship with this program are broken").because(&error)
            }
        }
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Knowledge(error) => error.into(),
            ExplainError::UnknownComponent(_) | ExplainError::UnknownVulnerability(_) => {
                Self::input("why", error.to_string())
            }
        }
    }
}

impl From<LifecycleError> for Failure {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Knowledge(error) => error.into(),
            LifecycleError::Horizon(_) => Self::input("arguments", error.to_string()),
            LifecycleError::Unknown { ref name, ref known } => {
                let failure = Self::input("arguments", error.to_string());
                match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None if known.is_empty() => failure.hint("no element has an SBOM with components"),
                    None => failure.hint("expected a reference, NAME, `NAME VERSION`, or ELEMENT/ before one of these"),
                }
            }
        }
    }
}

impl From<DecideError> for Failure {
    fn from(error: DecideError) -> Self {
        Self::input("decide", error.to_string())
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Locked { .. } => Self::environment("lock", "the home is in use").because(&error),
            BundleError::Write { .. } => Self::environment("output", error.to_string()).because(&error),
            BundleError::Io(_) => Self::environment("bundle", "the bundle cannot be read or written").because(&error),
            BundleError::Key { .. } => Self::input("key", error.to_string()),
            BundleError::Mirror(error) => Self::from(*error),
            BundleError::Broken { .. } => Self::input("mirror", error.to_string()),
            BundleError::Untrusted { .. } => Self::input("trust", error.to_string())
                .hint("what the home holds is unchanged; `--trust KEY.pub` names somebody to trust"),
            BundleError::NotABundle { .. } | BundleError::Signature | BundleError::Altered { .. } => {
                Self::input("bundle", error.to_string()).hint("what the home holds is unchanged")
            }
        }
    }
}

impl From<FleetError> for Failure {
    fn from(error: FleetError) -> Self {
        match error {
            FleetError::Knowledge(error) => error.into(),
            FleetError::Io { ref path, ref source } => crate::files::unreadable(path, source),
            FleetError::NotOfForm { .. } | FleetError::OtherFormat { .. } => {
                Self::input("portfolio", error.to_string()).hint("`ward portfolio build FILE SBOM...` makes one")
            }
            FleetError::Sbom { ref source, .. } => Self::input("sbom", error.to_string()).because(source),
            FleetError::TooMany { .. } => Self::input("portfolio", error.to_string()),
            FleetError::Damaged { .. } | FleetError::Unreadable { .. } => {
                Self::environment("portfolio", error.to_string())
            }
        }
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        let nothing_changed = "what the home held before is unchanged";
        match error {
            SyncError::Home(error) => error.into(),
            SyncError::NotHeld { .. } => Self::input("arguments", error.to_string()).hint(nothing_changed),
            SyncError::NotTaken { .. } | SyncError::OtherTaken { .. } => Self::input("delta", error.to_string())
                .hint("take the whole bundle that it stands on, or a whole one made anew")
                .hint(nothing_changed),
            SyncError::Lost { .. } => Self::input("delta", error.to_string())
                .hint("take a whole bundle, and then once more with `--accept-lost`: the deltas on it can be taken after that")
                .hint(nothing_changed),
            SyncError::Differs { .. } => Self::input("mirror", error.to_string())
                .hint("sync them one after the other: then the later version of each record counts; or leave the source out of one of them")
                .hint(nothing_changed),
            SyncError::NothingLost => Self::input("arguments", error.to_string()).hint(nothing_changed),
            SyncError::Incomplete { .. } => {
                Self::input("delta", error.to_string()).hint("have it made anew").hint(nothing_changed)
            }
            SyncError::Network { .. }
            | SyncError::Absent { .. }
            | SyncError::Meta { .. }
            | SyncError::NoDigest { .. } => Self::input("mirror", error.to_string()).hint(nothing_changed),
            // A named folder that is not there is a wrong argument; a disk that fails is not.
            SyncError::Io { ref path, ref source } => crate::files::unreadable(path, source).hint(nothing_changed),
            SyncError::Feed { source: FeedError::Io(ref cause), .. } if !cut_off(cause) => {
                Self::environment("mirror", "the mirror cannot be read").because(&error).hint(nothing_changed)
            }
            SyncError::Feed { ref source, .. } => Self::input("mirror", error.to_string()).because(source),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        match &error {
            FetchError::Address { .. } => Self::input("address", error.to_string()),
            FetchError::Locked { .. } => Self::environment("lock", "the mirror of this home is in use").because(&error),
            FetchError::Io { .. } => {
                Self::environment("file", "the mirror of this home cannot be used").because(&error)
            }
            _ => Self::environment("network", "the network does not give what is asked for").because(&error),
        }
    }
}

/// Whether the file itself is at fault, and not the disk: compressed data that end too early or make no sense.
fn cut_off(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}
