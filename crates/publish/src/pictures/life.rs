//! Lives in pictures: until when each version is used and supported, and what nobody says.

use jiff::civil::Date;
use ward_model::assessment::Assessment;
use ward_model::device::{Device, Owner, Stage};
use ward_model::ids::ElementId;
use ward_model::lifecycle::{ComponentSupport, SupportCounts, SupportGap, SupportState, VersionLifecycle};

use crate::svg;
use crate::svg::bars::{Bar, Row, Span};
use crate::words;

/// The sheets of lives: how long each version is used, until when it is supported, and which parts of it are not any more. What nobody
/// says is drawn as not known.
pub(crate) fn lifecycle(assessment: &Assessment, device: &Device) -> Vec<String> {
    let today = assessment.inputs.as_of;
    let mut rows = Vec::new();
    for version in &assessment.lifecycle {
        rows.push(of_version(version, today));
        rows.extend(version.gaps.iter().filter(|gap| gap.element.is_some()).map(|gap| of_part(gap, device)));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let notes = vec![
        "A version is drawn as supported until the first of the end that is declared and the ends of its own parts, and as not known to be \
         where nobody says so of its stage or of some part."
            .to_owned(),
    ];
    svg::bars::sheets(&format!("Life and support of {}", device.name), &notes, &rows, today)
}

/// A span of time, if it is one.
fn span(span: Span, from: Option<Date>, until: Option<Date>) -> Option<Bar> {
    let until = until?;
    from.is_none_or(|from| from < until).then_some(Bar { span, from, until: Some(until) })
}

fn of_version(version: &VersionLifecycle, today: Date) -> Row {
    let (declared, counts) = (&version.declared, version.counts);
    let own = || version.support.iter().filter(|part| part.owner == Owner::Maker);
    // A part whose support has ended on a day that nobody says had none at the latest today.
    let end = |part: &ComponentSupport| match (part.state, part.until) {
        (SupportState::Ended, None) => Some(today),
        (_, until) => until,
    };
    let first_end = own().filter_map(end).min();
    let first_parts: Vec<&ComponentSupport> =
        own().filter(|part| first_end.is_some() && end(part) == first_end).collect();
    let ends = [declared.end_of_support, first_end].into_iter().flatten().min();
    // What has reached the end of its support for whatever reason has none today.
    let ended = version.stage_range[0] == Stage::EndOfSupport;
    let ends = if ended { Some(ends.map_or(today, |day| day.min(today))) } else { ends };
    // Where nobody says anything of a part, nobody knows whether it is supported: neither today nor before.
    let is_known = version.stage.is_some() && counts.unknown == 0 && (declared.end_of_support.is_some() || ended);
    let open = |span: Span, from: Option<Date>| Bar { span, from, until: None };
    let first = if is_known { Span::Support } else { Span::Unknown };
    // What is declared to be in development, and by no date is beyond it, is in use by nobody's word.
    let in_development = declared.stage == Stage::Development && version.stage_range[0] == Stage::Development;
    let used = || span(Span::Use, None, declared.service_until).or_else(|| Some(open(Span::Use, None)));
    let mut bars = vec![if in_development { None } else { used() }];
    match (declared.end_of_support, ended) {
        (Some(declared_end), _) => bars.extend([
            span(first, None, ends),
            span(Span::Declared, ends, Some(declared_end)),
            span(Span::Gap, Some(declared_end), declared.service_until),
        ]),
        (None, true) => {
            let gap = span(Span::Gap, ends, declared.service_until);
            let gap = gap.or_else(|| declared.service_until.is_none().then(|| open(Span::Gap, ends)));
            bars.extend([span(first, None, ends), gap]);
        }
        (None, false) => {
            let unknown = span(Span::Unknown, None, declared.service_until);
            bars.push(unknown.or_else(|| Some(open(Span::Unknown, None))));
        }
    }
    let mut note = vec![format!("stage: {}", crate::lifecycle::range(version.stage_range))];
    note.push(match declared.service_until {
        _ if in_development => match version.units {
            Some(0) => "in development, and no unit is in use".to_owned(),
            _ => "declared to be in development; nobody says whether units are in use".to_owned(),
        },
        Some(day) => format!("used until {day}"),
        None => "nobody says until when it is used".to_owned(),
    });
    note.push(match declared.end_of_support {
        Some(day) => format!("declared to be supported until {day}"),
        None if ended => "it has reached the end of its support".to_owned(),
        None => "nobody says until when it is supported".to_owned(),
    });
    note.extend(first_end.map(|day| first_to_end(&first_parts, day, today)));
    note.extend(unknown_parts(counts));
    Row { name: crate::lifecycle::title(version), note: note.join("; "), bars: bars.into_iter().flatten().collect() }
}

/// Which parts are the first of which support ends: all of them where several end on one day.
fn first_to_end(parts: &[&ComponentSupport], day: Date, today: Date) -> String {
    let name = |part: &&ComponentSupport| {
        let version = part.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
        format!("{}{version}", part.name)
    };
    let mut names: Vec<String> = parts.iter().map(name).collect();
    names.sort();
    names.dedup();
    let since = match (names.len(), day <= today) {
        (1, true) => "the first of its own parts has been without support since",
        (1, false) => "the first of its own parts is without support from",
        (_, true) => "the first of its own parts have been without support since",
        (_, false) => "the first of its own parts are without support from",
    };
    let tie = if names.len() > 1 {
        format!("{} on the same day, ", words::number(names.len() as u64))
    } else {
        String::new()
    };
    format!("{since} {day}: {tie}{}", names.join(", "))
}

/// Of how many parts nobody says until when they are supported.
fn unknown_parts(counts: SupportCounts) -> Option<String> {
    let all = counts.supported + counts.ended + counts.unknown;
    let (unknown, of) = (words::number(counts.unknown as u64), words::number(all as u64));
    match (counts.unknown, all) {
        (0, _) => None,
        (1, 1) => Some("nobody says until when its one own part is supported".to_owned()),
        (some, all) if some == all => Some(format!("nobody says until when any of its {of} own parts is supported")),
        (1, _) => Some(format!("nobody says until when one of its {of} own parts is supported")),
        _ => Some(format!("nobody says until when {unknown} of its {of} own parts are supported")),
    }
}

fn of_part(gap: &SupportGap, device: &Device) -> Row {
    let note = match (gap.supported_until, gap.state) {
        (Some(day), _) => format!("supported until {day}"),
        (None, SupportState::Ended) => "its support has ended, on a day that nobody says".to_owned(),
        (None, _) => "nobody says until when it is supported".to_owned(),
    };
    let used = Some(gap.service_until);
    // Support of which nobody says anything may have ended or not.
    let bars = match (gap.supported_until, gap.state) {
        (None, SupportState::Unknown | SupportState::Supported) => [span(Span::Unknown, None, used), None],
        (end, _) => {
            let from = end.unwrap_or(gap.uncovered_from);
            [span(Span::Support, None, end), span(Span::Gap, Some(from), used)]
        }
    };
    let named = |id: &ElementId| device.elements.get(id).map_or_else(|| id.to_string(), |element| element.name.clone());
    let name = match &gap.element {
        // What nobody has listed has the element in its name already.
        Some(id) => match gap.name.strip_suffix(id.as_str()).filter(|_| gap.component.is_none()) {
            Some(what) => format!("{what}{}", named(id)),
            None => format!("{} in {}", gap.name, named(id)),
        },
        None => gap.name.clone(),
    };
    Row { name, note, bars: bars.into_iter().flatten().collect() }
}

#[cfg(test)]
mod tests;
