//! One voice with what a finding needs of it, and which of several counts.

use ward_model::finding::{Confidence, State, Voice, VoiceState};
use ward_model::vulnerability::VulnerabilityRecord;

use crate::applicability::Application;
use crate::identity::Resolution;
use crate::statement::Standing;
use crate::voice::OwnPackage;

/// One voice with what a finding needs of it.
pub(super) struct Opinion {
    pub(super) standing: Standing,
    pub(super) voice: Voice,
    pub(super) fixed_in: Vec<String>,
    /// Not affected because of the surroundings: worth a finding.
    pub(super) loud: bool,
    /// The version that was compared, as people write it.
    pub(super) version: String,
    /// What it speaks of may hold fixes of a distribution.
    pub(super) built: bool,
    pub(super) own_package: Option<OwnPackage>,
}

/// A configuration's word.
pub(super) fn applied(record: &VulnerabilityRecord, best: &Application<'_>, all: &[Application<'_>]) -> Opinion {
    let mut fixed_in: Vec<String> = Vec::new();
    for application in all.iter().filter(|application| application.state == best.state && application.blocked.is_none())
    {
        if let Some(end) = application.criterion.range.as_ref().and_then(|range| range.upper.as_ref())
            && !end.inclusive
            && !fixed_in.contains(&end.version)
        {
            fixed_in.push(end.version.clone());
        }
    }
    let (standing, state) = match best.state {
        State::Affected => (Standing::Affected, VoiceState::Affected),
        State::Unknown => (Standing::Unknown, VoiceState::Unknown),
        State::NotAffected => (Standing::NotAffected, VoiceState::NotAffected),
    };
    Opinion {
        standing,
        voice: Voice {
            record: record.id.to_string(),
            source: record.source.clone(),
            asserter: None,
            state,
            criterion: best.criterion.cpe.to_string(),
            range: best.criterion.range_text(),
            identity: best.identity.text.clone(),
            confidence: best.identity.confidence,
            notes: best.environment.clone(),
        },
        fixed_in,
        loud: true,
        version: best.identity.version.shown(),
        built: best.identity.version.distribution.is_some(),
        own_package: None,
    }
}

/// The state, the voice that stands for it, and why it counts though another one is worse; `None`: nothing to report.
pub(super) fn decide(resolution: &Resolution, opinions: &[Opinion]) -> Option<(State, usize, Option<String>)> {
    let (best, opinion) = opinions
        .iter()
        .enumerate()
        .min_by_key(|(place, opinion)| (opinion.standing, opinion.voice.confidence, *place))?;
    let state = match opinion.standing {
        Standing::Affected => State::Affected,
        Standing::Unknown | Standing::Silent => State::Unknown,
        Standing::NotAffected => {
            let (place, _) = opinions
                .iter()
                .enumerate()
                .filter(|(_, opinion)| opinion.loud)
                .min_by_key(|(place, opinion)| (opinion.voice.confidence, *place))?;
            return Some((State::NotAffected, place, None));
        }
    };
    match distribution(resolution, opinions) {
        Some((place, excuse)) => Some((State::NotAffected, place, Some(excuse))),
        None => Some((state, best, None)),
    }
}

/// The word of a distribution about its own package, where it may stand against upstream's ranges.
fn distribution(resolution: &Resolution, opinions: &[Opinion]) -> Option<(usize, String)> {
    if resolution.identities.iter().chain(&resolution.unnamed).any(|identity| !identity.contradictions.is_empty()) {
        return None;
    }
    let worse = |opinion: &&Opinion| matches!(opinion.standing, Standing::Affected | Standing::Unknown);
    // What speaks against it must be upstream's ranges and nothing else: no doubt of the distribution, no other package.
    if opinions.iter().filter(worse).any(|opinion| !opinion.built || opinion.own_package.is_some()) {
        return None;
    }
    let (place, opinion, package) = opinions.iter().enumerate().find_map(|(place, opinion)| {
        let package = opinion.own_package.as_ref()?;
        let clears = opinion.standing == Standing::NotAffected
            && opinion.voice.confidence <= Confidence::Derived
            && package.release.is_some();
        (clears && package.cleared_by.is_some()).then_some((place, opinion, package))
    })?;
    let excuse = format!(
        "{} says of its own package {} in release {}: {}. A distribution puts fixes into versions that upstream's ranges mean, so that its word counts here against theirs",
        opinion.voice.record,
        package.package,
        package.release.as_deref().unwrap_or_default(),
        package.cleared_by.as_deref().unwrap_or_default()
    );
    Some((place, excuse))
}
