//! `use-cases.toml`, checked.

use std::collections::BTreeMap;

use ward_model::device::{DeviceState, Follows, Function, StateKind, UseCase, UseCases};
use ward_model::ids::{FunctionId, HarmId};

use super::element::name;
use super::{Kind, Names, value};
use crate::diagnostic::{At, Sink};
use crate::load::Loader;
use crate::raw::items;
use crate::raw::use_cases::{State as RawState, UseCase as RawCase, UseCasesFile};

/// So many states of one kind are read: every pair of states is gone through for every function.
const MOST_STATES: usize = 50;

/// The states and the use cases, in the order of the file. `functions` are empty where the system could not be built.
pub(crate) fn use_cases<'f>(
    raw: &UseCasesFile,
    names: &mut Names,
    function: impl Fn(&FunctionId) -> Option<&'f Function>,
    loader: &mut Loader<'_>,
    sink: &mut Sink,
) -> UseCases {
    let mut all = UseCases::default();
    for at in items(&raw.state) {
        names.define(Kind::State, &at.value.id, sink);
        let Some(state) = state(at) else { continue };
        if all.states.iter().any(|other| other.id == state.id) {
            continue;
        }
        if all.states.iter().filter(|other| other.kind == state.kind).count() == MOST_STATES {
            let message = format!("more than {MOST_STATES} {} states", state.kind.word());
            sink.error(at.place, "out-of-range", message).help("join those in which the same follows");
            return all;
        }
        all.states.push(state);
    }
    let kinds: BTreeMap<String, StateKind> = all.states.iter().map(|state| (state.id.clone(), state.kind)).collect();
    let mut read: Vec<(&At<RawCase>, UseCase)> = Vec::new();
    for at in items(&raw.use_case) {
        loader.evidence_for(at.value.evidence.as_ref(), "until there is, nothing shows this answer", sink);
        let Some(case) = use_case(at, names, &kinds, sink) else { continue };
        if let (Follows::Harm(harm), Some(function)) = (&case.follows, function(&case.function))
            && !function.effects.iter().any(|effect| effect.on == case.on && effect.harm == *harm)
        {
            let place = at.value.harm.as_ref().map_or(at.place, |harm| harm.place);
            let message = format!("no effect of `{}` leads to `{harm}` on {}", function.id, case.on.word());
            sink.error(place, "no-such-effect", message)
                .help("a harm that can follow belongs into a [[function.effect]]: verdicts rest on those");
        }
        read.push((at, case));
    }
    let pairs = all.pairs();
    let mut contradictions = Vec::new();
    for (number, (at, case)) in read.iter().enumerate() {
        let is_harmless = |case: &UseCase| matches!(case.follows, Follows::Nothing(_));
        let both = |other: &UseCase| {
            let same = other.function == case.function && other.on == case.on;
            let mut common =
                pairs.iter().filter(|(one, two)| other.speaks_of(*one, *two) && case.speaks_of(*one, *two));
            same && is_harmless(other) != is_harmless(case) && common.next().is_some()
        };
        if let Some((first, _)) = read.iter().take(number).find(|(_, other)| both(other)) {
            contradictions.push((at.place, first.place));
        }
    }
    for (place, first) in contradictions {
        let first = sink.locate(first);
        sink.error(place, "contradiction", "a harm and no harm are said to follow in the same state")
            .help(format!("the other stands at {}:{}", first.file, first.line));
    }
    all.cases = read.into_iter().map(|(_, case)| case).collect();
    all
}

fn state(at: &At<RawState>) -> Option<DeviceState> {
    let raw = &at.value;
    Some(DeviceState { id: value(&raw.id)?.0, name: name(&raw.name, &raw.id)?, kind: value(&raw.kind)? })
}

fn use_case(at: &At<RawCase>, names: &Names, kinds: &BTreeMap<String, StateKind>, sink: &mut Sink) -> Option<UseCase> {
    let raw = &at.value;
    let function = raw.function.as_ref().and_then(|function| names.resolve(Kind::Function, function, sink));
    let harm = raw.harm.as_ref().map(|harm| names.resolve(Kind::Harm, harm, sink));
    let states: Option<Vec<String>> =
        items(&raw.states).iter().map(|state| names.resolve(Kind::State, state, sink).map(str::to_owned)).collect();
    let follows = match (harm, value(&raw.harmless)) {
        (Some(harm), None) => Follows::Harm(HarmId::from(harm?)),
        (None, Some(reason)) => Follows::Nothing(reason),
        (Some(_), Some(_)) => {
            sink.error(at.place, "contradiction", "a harm follows, and none is said to")
                .expected("`harm` or `harmless`");
            return None;
        }
        // What is written and cannot be read has been reported.
        (None, None) if sink.has_error_in(at.place) => return None,
        (None, None) => {
            sink.error(at.place, "missing-key", "a use case needs `harm` or `harmless`")
                .help("leave the state out until you know: it shows as open then");
            return None;
        }
    };
    let of = |kind: StateKind, states: &[String]| -> Vec<String> {
        states.iter().filter(|state| kinds.get(*state) == Some(&kind)).cloned().collect()
    };
    let states = states?;
    let evidence = value(&raw.evidence).map(|citation| match citation.place {
        Some(place) => format!("{}#{place}", citation.path),
        None => citation.path,
    });
    Some(UseCase {
        function: FunctionId::from(function?),
        on: value(&raw.on)?,
        operational: of(StateKind::Operational, &states),
        clinical: of(StateKind::Clinical, &states),
        follows,
        evidence,
    })
}
