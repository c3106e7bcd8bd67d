//! `considerations.toml`, checked.

use std::collections::BTreeMap;

use ward_model::device::{Consideration, ConsiderationAnswer, ConsiderationGroup};

use super::{duplicate, value};
use crate::diagnostic::{At, Place, Sink};
use crate::load::Loader;
use crate::raw::considerations::{Consideration as Raw, ConsiderationsFile};
use crate::raw::items;

/// Every consideration, in the order of the file.
pub(crate) fn considerations(raw: &ConsiderationsFile, loader: &mut Loader<'_>, sink: &mut Sink) -> Vec<Consideration> {
    let mut seen: BTreeMap<(ConsiderationGroup, String), Place> = BTreeMap::new();
    let mut all = Vec::new();
    for at in items(&raw.consideration) {
        loader.evidence_for(at.value.evidence.as_ref(), "until there is, nothing shows this answer", sink);
        let Some(one) = consideration(at, sink) else { continue };
        let topic = at.value.topic.as_ref().map_or(at.place, |topic| topic.place);
        match seen.get(&(one.group, one.topic.clone())) {
            Some(first) => duplicate("topic of that group", &one.topic, topic, *first, sink),
            None => {
                seen.insert((one.group, one.topic.clone()), topic);
                all.push(one);
            }
        }
    }
    all
}

fn consideration(at: &At<Raw>, sink: &mut Sink) -> Option<Consideration> {
    let raw = &at.value;
    let answer = match (value(&raw.answer), value(&raw.not_applicable)) {
        (Some(answer), None) => ConsiderationAnswer::Answered(answer),
        (None, Some(reason)) => ConsiderationAnswer::NotApplicable(reason),
        (Some(_), Some(_)) => {
            sink.error(at.place, "contradiction", "it is answered, and said not to apply")
                .expected("`answer` or `not_applicable`");
            return None;
        }
        // What is written and cannot be read has been reported.
        (None, None) if sink.has_error_in(at.place) => return None,
        (None, None) => {
            sink.error(at.place, "missing-key", "a consideration needs `answer` or `not_applicable`")
                .help("leave the topic out until you know: it shows as open then");
            return None;
        }
    };
    let evidence = raw.evidence.as_ref().map(|citation| citation.value.to_string());
    Some(Consideration { group: value(&raw.group)?, topic: value(&raw.topic)?.0, answer, evidence })
}
