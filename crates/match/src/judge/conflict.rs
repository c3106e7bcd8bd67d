//! Where the voices about one vulnerability and one component differ.
//!
//! What counts is decided elsewhere (the worst); here it is said who says what. The outcome does not depend on the order in which
//! records are kept or came: statements are sorted and said once.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::conflict::{Conflict, ConflictKind, Said};
use ward_model::finding::{CvssSummary, State, VoiceState};

use super::opinion::{Opinion, Told};
use crate::statement::Standing;

/// Everything that sources disagree about, in the order score, range, fix.
pub(super) fn conflicts(cvss: &[CvssSummary], opinions: &[Opinion<Told>], state: State) -> Vec<Conflict> {
    let mut conflicts = scores(cvss);
    conflicts.extend(ranges(opinions, state));
    conflicts.extend(fixes(opinions));
    conflicts
}

/// Different scores in one version of CVSS.
fn scores(cvss: &[CvssSummary]) -> Vec<Conflict> {
    let mut versions: BTreeMap<&str, Vec<&CvssSummary>> = BTreeMap::new();
    for score in cvss {
        versions.entry(&score.version).or_default().push(score);
    }
    let differing =
        versions.into_iter().filter(|(_, given)| given.windows(2).any(|pair| pair[0].score != pair[1].score));
    differing
        .map(|(version, mut given)| {
            // The worst first.
            given.sort_by(|a, b| {
                (b.score, &a.source, a.vector.to_string()).cmp(&(a.score, &b.source, b.vector.to_string()))
            });
            let mut statements: Vec<Said> = given
                .iter()
                .map(|score| Said { who: score.source.clone(), what: format!("{} {}", score.score, score.vector) })
                .collect();
            statements.dedup();
            let worst = given.first().map(|score| score.score.to_string()).unwrap_or_default();
            Conflict {
                about: ConflictKind::Score,
                cvss: Some(version.to_owned()),
                statements,
                used: format!("the worst, {worst}"),
            }
        })
        .collect()
}

/// Who an opinion is of.
fn who(opinion: &Opinion<Told>) -> String {
    let voice = &opinion.words.voice;
    match &voice.asserter {
        Some(asserter) => format!("{} ({}, {asserter})", voice.record, voice.source),
        None => format!("{} ({})", voice.record, voice.source),
    }
}

/// Different words on whether the version is meant. Silence is no word.
fn ranges(opinions: &[Opinion<Told>], state: State) -> Option<Conflict> {
    let speaking = || opinions.iter().filter(|opinion| opinion.words.voice.state != VoiceState::Silent);
    let words: BTreeSet<VoiceState> = speaking().map(|opinion| opinion.words.voice.state).collect();
    if words.len() < 2 {
        return None;
    }
    let word = |state| match state {
        VoiceState::Affected => "affected",
        VoiceState::Unknown => "unknown",
        VoiceState::NotAffected => "not affected",
        VoiceState::Silent => "nothing",
    };
    let said: BTreeSet<(VoiceState, Said)> = speaking()
        .map(|opinion| {
            let voice = &opinion.words.voice;
            let what = format!("{}: {} {}", word(voice.state), voice.criterion, voice.range);
            (voice.state, Said { who: who(opinion), what: what.trim().to_owned() })
        })
        .collect();
    let used = match state {
        State::Affected => "affected, the worst",
        State::Unknown => "unknown, the worst",
        State::NotAffected => "not affected, for the reason that the proof gives",
    };
    Some(Conflict {
        about: ConflictKind::Range,
        cvss: None,
        statements: said.into_iter().map(|(_, said)| said).collect(),
        used: used.to_owned(),
    })
}

/// Different ends of the ranges that mean the component. A distribution counts its packages in another way than upstream does.
fn fixes(opinions: &[Opinion<Told>]) -> Option<Conflict> {
    let open = |opinion: &&Opinion<Told>| {
        matches!(opinion.weight.standing, Standing::Affected | Standing::Unknown)
            && !opinion.words.is_of_own_package()
            && !opinion.words.fixed_in.is_empty()
    };
    let mut by_voice: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for opinion in opinions.iter().filter(open) {
        let ends = opinion.words.fixed_in.iter().map(|end| end.trim_start_matches(['v', 'V']));
        by_voice.entry(who(opinion)).or_default().extend(ends);
    }
    let different: BTreeSet<&BTreeSet<&str>> = by_voice.values().collect();
    if different.len() < 2 {
        return None;
    }
    let statements = by_voice
        .iter()
        .map(|(who, ends)| Said {
            who: who.clone(),
            what: format!("fixed in {}", ends.iter().copied().collect::<Vec<_>>().join(", ")),
        })
        .collect();
    Some(Conflict {
        about: ConflictKind::Fix,
        cvss: None,
        statements,
        used: "a version counts as fixed only where no source means it any more".to_owned(),
    })
}
