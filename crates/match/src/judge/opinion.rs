//! One voice with what a finding needs of it, and which of several counts.

use ward_model::finding::{Confidence, State, Voice, VoiceState};
use ward_model::vulnerability::VulnerabilityRecord;

use crate::applicability::Application;
use crate::criterion::same_product;
use crate::identity::{Identity, Resolution};
use crate::statement::Standing;
use crate::subject::{Subject, Way};
use crate::voice::Heard;

/// More ranges than anybody reads in a sentence.
const MOST_RANGES: usize = 12;

/// One voice: what it weighs, and its words where anybody reads them.
pub(super) struct Opinion<W> {
    pub(super) weight: Weight,
    pub(super) words: W,
}

/// What decides which voice counts.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub(super) standing: Standing,
    pub(super) confidence: Confidence,
    /// Not affected because of the surroundings: worth a finding.
    loud: bool,
    /// What it speaks of may hold fixes of a distribution.
    built: bool,
    /// It is about a distribution's own package; and whether that is of a release that is known, and is cleared.
    own_package: Option<bool>,
}

impl Weight {
    /// Of a configuration.
    pub(super) fn applied(best: &Application<'_>) -> Self {
        Self {
            standing: match best.state {
                State::Affected => Standing::Affected,
                State::Unknown => Standing::Unknown,
                State::NotAffected => Standing::NotAffected,
            },
            confidence: best.identity.confidence,
            loud: true,
            built: best.identity.version.distribution.is_some(),
            own_package: None,
        }
    }

    /// Of a record that names the product of a component, and other versions of it.
    pub(super) fn outside(identity: &Identity) -> Self {
        let (standing, confidence) = (Standing::NotAffected, identity.confidence);
        Self { standing, confidence, loud: false, built: false, own_package: None }
    }

    /// Of a statement.
    pub(super) fn heard(heard: &Heard) -> Self {
        let cleared = heard.own_package.as_ref().map(|own| own.release.is_some() && own.cleared_by.is_some());
        let Heard { standing, confidence, loud, built, .. } = *heard;
        Self { standing, confidence, loud, built, own_package: cleared }
    }
}

/// The words of a voice; of type `()` where nobody reads them.
pub(super) trait Words {
    /// A configuration's.
    fn applied(record: &VulnerabilityRecord, best: &Application<'_>, all: &[Application<'_>]) -> Self;
    /// Of a record that names the product of a component, and other versions of it.
    fn outside(record: &VulnerabilityRecord, identity: &Identity) -> Self;
    /// A statement's.
    fn heard(record: &VulnerabilityRecord, heard: &Heard, subject: &Subject) -> Self;
}

impl Words for () {
    fn applied(_: &VulnerabilityRecord, _: &Application<'_>, _: &[Application<'_>]) {}
    fn outside(_: &VulnerabilityRecord, _: &Identity) {}
    fn heard(_: &VulnerabilityRecord, _: &Heard, _: &Subject) {}
}

/// All words of a voice.
pub(super) struct Told {
    pub(super) voice: Voice,
    pub(super) fixed_in: Vec<String>,
    /// The version that was compared, as people write it.
    pub(super) version: String,
    /// What a distribution says of its own package.
    own_package: Option<OwnPackage>,
}

impl Told {
    /// Whether it is a distribution's, about its own package.
    pub(super) fn is_of_own_package(&self) -> bool {
        self.own_package.is_some()
    }
}

/// What a distribution says of a package of its own.
struct OwnPackage {
    package: String,
    release: Option<String>,
    cleared_by: Option<String>,
}

impl Words for Told {
    fn applied(record: &VulnerabilityRecord, best: &Application<'_>, all: &[Application<'_>]) -> Self {
        let mut fixed_in: Vec<String> = Vec::new();
        let same = |application: &&Application<'_>| application.state == best.state && application.blocked.is_none();
        for application in all.iter().filter(same) {
            if let Some(end) = application.criterion.range.as_ref().and_then(|range| range.upper.as_ref())
                && !end.inclusive
                && !fixed_in.contains(&end.version)
            {
                fixed_in.push(end.version.clone());
            }
        }
        let voice = Voice {
            record: record.id.to_string(),
            source: record.source.clone(),
            asserter: None,
            state: match best.state {
                State::Affected => VoiceState::Affected,
                State::Unknown => VoiceState::Unknown,
                State::NotAffected => VoiceState::NotAffected,
            },
            criterion: best.criterion.cpe.to_string(),
            range: best.criterion.range_text(),
            identity: best.identity.text.clone(),
            confidence: best.identity.confidence,
            notes: best.environment.clone(),
        };
        Self { voice, fixed_in, version: best.identity.version.shown(), own_package: None }
    }

    fn outside(record: &VulnerabilityRecord, identity: &Identity) -> Self {
        let criteria = record.configurations.iter().flat_map(|all| &all.nodes).flat_map(|node| &node.criteria);
        let mut ranges: Vec<String> = Vec::new();
        for criterion in criteria.filter(|criterion| criterion.vulnerable && same_product(&criterion.cpe, identity)) {
            let range = criterion.range_text();
            if !ranges.contains(&range) {
                ranges.push(range);
            }
        }
        ranges.truncate(MOST_RANGES);
        let version = identity.version.shown();
        let voice = Voice {
            record: record.id.to_string(),
            source: record.source.clone(),
            asserter: None,
            state: VoiceState::NotAffected,
            criterion: identity.product.to_string(),
            range: ranges.join(", "),
            identity: identity.text.clone(),
            confidence: identity.confidence,
            notes: vec![format!("{version} is not among the versions or editions that it means")],
        };
        Self { voice, fixed_in: Vec::new(), version, own_package: None }
    }

    fn heard(record: &VulnerabilityRecord, heard: &Heard, subject: &Subject) -> Self {
        let own_package = match (&heard.own_package, &subject.way) {
            (Some(own), Way::Package { package, .. }) => Some(OwnPackage {
                package: package.key.to_string(),
                release: own.release.clone(),
                cleared_by: own.cleared_by.clone(),
            }),
            _ => None,
        };
        Self {
            voice: heard.voice(record, subject),
            fixed_in: heard.fixed_in.clone(),
            version: subject.version(),
            own_package,
        }
    }
}

/// The state, the voice that stands for it, and whether that counts though another one is worse; `None`: nothing to report.
pub(super) fn decide<W>(resolution: &Resolution, opinions: &[Opinion<W>]) -> Option<(State, usize, bool)> {
    let weights = || opinions.iter().map(|opinion| &opinion.weight).enumerate();
    let (best, weight) = weights().min_by_key(|(place, weight)| (weight.standing, weight.confidence, *place))?;
    let state = match weight.standing {
        Standing::Affected => State::Affected,
        Standing::Unknown | Standing::Silent => State::Unknown,
        Standing::NotAffected => {
            let (place, _) = weights()
                .filter(|(_, weight)| weight.loud)
                .min_by_key(|(place, weight)| (weight.confidence, *place))?;
            return Some((State::NotAffected, place, false));
        }
    };
    match distribution(resolution, opinions) {
        Some(place) => Some((State::NotAffected, place, true)),
        None => Some((state, best, false)),
    }
}

/// The word of a distribution about its own package, where it may stand against upstream's ranges.
fn distribution<W>(resolution: &Resolution, opinions: &[Opinion<W>]) -> Option<usize> {
    if resolution.identities.iter().chain(&resolution.unnamed).any(|identity| !identity.contradictions.is_empty()) {
        return None;
    }
    let worse = |weight: &&Weight| matches!(weight.standing, Standing::Affected | Standing::Unknown);
    let weights = || opinions.iter().map(|opinion| &opinion.weight);
    // What speaks against it must be upstream's ranges and nothing else: no doubt of the distribution, no other package.
    if weights().filter(worse).any(|weight| !weight.built || weight.own_package.is_some()) {
        return None;
    }
    weights().position(|weight| {
        weight.standing == Standing::NotAffected
            && weight.confidence <= Confidence::Derived
            && weight.own_package == Some(true)
    })
}

/// Why the word of a distribution counts though another one is worse.
pub(super) fn excuse(opinion: &Opinion<Told>) -> String {
    let own = opinion.words.own_package.as_ref();
    let of = |text: Option<&String>| text.map(String::as_str).unwrap_or_default().to_owned();
    format!(
        "{} says of its own package {} in release {}: {}. A distribution puts fixes into versions that upstream's ranges mean, so that its word counts here against theirs",
        opinion.words.voice.record,
        of(own.map(|own| &own.package)),
        of(own.and_then(|own| own.release.as_ref())),
        of(own.and_then(|own| own.cleared_by.as_ref()))
    )
}
