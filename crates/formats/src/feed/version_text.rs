//! Words about versions: `<= 1.2`, `>= 1.3.4 | < 1.5.3`, `8.0.26 and prior`, `4.x`.
//!
//! What can be understood with certainty becomes a list or a range; everything else stays as it is written and makes the answer
//! unknown. A guess here would be a wrong *not affected* later: a version that is not on a list of misread words looks safe.

use ward_model::affected::{VersionOrderKind, VersionStatement, VersionStatus};
use ward_version::vers::{Comparator, Vers};
use ward_version::{Bound, Interval, Scheme, VersionOrder, compare};

/// Longer texts are descriptions.
const LONGEST: usize = 400;
/// Words that stand inside the name of one version.
const VERSION_WORDS: [&str; 16] = [
    "build",
    "sp",
    "service",
    "pack",
    "update",
    "patch",
    "rev",
    "revision",
    "release",
    "hotfix",
    "hf",
    "beta",
    "alpha",
    "rc",
    "mr",
    "maintenance",
];
const BEFORE: [&str; 8] =
    ["prior to ", "before ", "earlier than ", "lower than ", "older than ", "less than ", "below ", "versions before "];
const AND_EARLIER: [&str; 6] = ["prior", "earlier", "below", "lower", "older", "previous"];
const AND_LATER: [&str; 6] = ["later", "newer", "above", "higher", "greater", "up"];

/// What a text says of versions.
enum Piece {
    Version(String),
    From(Bound),
    Until(Bound),
    Between(Bound, Bound),
}

/// Reads a text about versions.
pub(super) fn understand(text: &str, order: &VersionOrderKind, status: VersionStatus) -> Vec<VersionStatement> {
    let range = |interval| VersionStatement::Range { order: order.clone(), interval, status, changes: Vec::new() };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.len() > LONGEST {
        return vec![prose(text, status)];
    }
    if says_all(&words) {
        return vec![range(Interval::default())];
    }
    if words.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("vers:")) {
        return notation(&words, status).unwrap_or_else(|| vec![prose(text, status)]);
    }
    let Some(pieces) = words
        .replace("&&", ",")
        .split(['|', ',', ';'])
        .map(|part| piece(without_noun(part.trim()), status))
        .collect::<Option<Vec<_>>>()
    else {
        return vec![prose(text, status)];
    };
    let versions: Vec<String> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Version(version) => Some(version.clone()),
            _ => None,
        })
        .collect();
    if versions.len() == pieces.len() {
        return vec![VersionStatement::Listed { versions, status }];
    }
    match intervals(pieces) {
        Some(intervals) => intervals.into_iter().map(range).collect(),
        None => vec![prose(text, status)],
    }
}

/// A statement that nobody can evaluate.
pub(super) fn prose(text: &str, status: VersionStatus) -> VersionStatement {
    VersionStatement::Prose { text: text.trim().to_owned(), status }
}

/// Whether nobody has filled in a version.
pub(super) fn is_placeholder(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "" | "-"
            | "n/a"
            | "na"
            | "none"
            | "unspecified"
            | "unknown"
            | "not specified"
            | "not applicable"
            | "undefined"
            | "null"
    )
}

/// Whether every version is meant.
pub(super) fn says_all(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "*" | "all" | "all versions" | "all version" | "any" | "any version" | "every version" | "vers:all/*"
    )
}

/// The upper end that `<` or `<=` and this text mean. `None` where it is no version; `Some(None)` where there is no end.
pub(super) fn upper(text: &str, inclusive: bool) -> Option<Option<Bound>> {
    let text = text.trim();
    if text == "*" {
        return Some(None);
    }
    if let Some((line, next)) = line_of(text) {
        // Of a whole line: up to its end where the line is included, up to its beginning where it is not. CVE 5 writes `2.*`
        // behind `lessThan` too, and means the end of the line.
        let version = if inclusive || text.ends_with('*') { next } else { line };
        return Some(Some(Bound { version, inclusive: false }));
    }
    is_plain(text).then(|| Some(Bound { version: text.to_owned(), inclusive }))
}

/// The lower end that this text means; `None` where it is no version.
pub(super) fn lower(text: &str) -> Option<Bound> {
    let text = text.trim();
    if let Some((line, _)) = line_of(text) {
        return Some(Bound { version: line, inclusive: true });
    }
    is_plain(text).then(|| Bound { version: text.to_owned(), inclusive: true })
}

/// Whether a text is the name of one version, and cannot be anything else.
pub(super) fn is_one_version(text: &str) -> bool {
    is_plain(text) && line_of(text).is_none() && !may_be_a_span(text)
}

fn is_plain(text: &str) -> bool {
    let mut tokens = text.split_whitespace();
    let Some(first) = tokens.next() else { return false };
    let letters = |token: &str| token.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-~:()".contains(&b));
    let digit = |token: &str| token.bytes().any(|b| b.is_ascii_digit());
    let mut rest = tokens.peekable();
    // `S4 A.07.107` may be a product and its version: what begins with a word and goes on is no plain version.
    let bare = first.strip_prefix(['v', 'V']).unwrap_or(first);
    if rest.peek().is_some() && !bare.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    letters(first)
        && digit(first)
        && line_of(first).is_none_or(|_| rest.peek().is_none())
        && rest.all(|token| {
            let bracket = token.starts_with('(');
            let known = VERSION_WORDS.iter().any(|word| token.trim_end_matches('.').eq_ignore_ascii_case(word));
            letters(token) && !bracket && (digit(token) || known)
        })
}

/// `1.0-2.0` may be a version and may be a span of them.
fn may_be_a_span(text: &str) -> bool {
    let Some((left, right)) = text.split_once('-') else { return false };
    let dots = |side: &str| {
        let numeric = !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        numeric.then(|| side.matches('.').count())
    };
    dots(left).is_some() && dots(left) == dots(right)
}

/// `12.2` and `12.3` of `12.2.x.x`: where the line begins and where the next one does.
fn line_of(text: &str) -> Option<(String, String)> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let mut parts: Vec<&str> = bare.split('.').collect();
    let whole = parts.len();
    while parts.last().is_some_and(|part| matches!(*part, "x" | "X" | "*")) {
        parts.pop();
    }
    if parts.is_empty() || parts.len() == whole {
        return None;
    }
    if !parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let next = parts.last()?.parse::<u64>().ok()?.checked_add(1)?.to_string();
    let line = parts.join(".");
    *parts.last_mut()? = &next;
    Some((line, parts.join(".")))
}

/// Without the word `version` in front.
fn without_noun(text: &str) -> &str {
    const NOUNS: [&str; 8] =
        ["all versions ", "all version ", "versions ", "version ", "ver. ", "ver ", "releases ", "release "];
    NOUNS.iter().find_map(|noun| after(text, noun)).unwrap_or(text)
}

/// What stands behind these words at the beginning, whatever their case.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    head.eq_ignore_ascii_case(words).then(|| text[words.len()..].trim())
}

fn piece(text: &str, status: VersionStatus) -> Option<Piece> {
    for (sign, below, inclusive) in [
        ("<=", true, true),
        ("=<", true, true),
        (">=", false, true),
        ("=>", false, true),
        ("\u{2264}", true, true),
        ("\u{2265}", false, true),
        ("<", true, false),
        (">", false, false),
    ] {
        if let Some(rest) = text.strip_prefix(sign) {
            let rest = without_noun(rest.trim());
            return if below {
                // An end that is no version at all, as in `< *`, says nothing.
                Some(Piece::Until(upper(rest, inclusive)??))
            } else {
                let mut bound = lower(rest)?;
                if !inclusive {
                    match line_of(rest) {
                        Some((_, next)) => bound.version = next,
                        None => bound.inclusive = false,
                    }
                }
                Some(Piece::From(bound))
            };
        }
    }
    if let Some(rest) = text.strip_prefix("==").or_else(|| text.strip_prefix('=')) {
        let rest = rest.trim();
        return is_one_version(rest).then(|| Piece::Version(rest.to_owned()));
    }
    if let Some(rest) = BEFORE.iter().find_map(|words| after(text, words)) {
        return Some(Piece::Until(upper(without_noun(rest), false)??));
    }
    for (words, sure) in [("up to and including ", true), ("through ", true), ("up to ", false)] {
        if let Some(rest) = after(text, words) {
            // Whether `up to 2.0` means 2.0 too is not said. Taken to mean it where that makes more versions affected.
            return match sure || status != VersionStatus::Unaffected {
                true => Some(Piece::Until(upper(without_noun(rest), true)??)),
                false => None,
            };
        }
    }
    if let Some(piece) = with_suffix(text) {
        return piece;
    }
    if let Some(span) = span(text) {
        return span;
    }
    if let Some((line, next)) = line_of(text) {
        let from = Bound { version: line, inclusive: true };
        return Some(Piece::Between(from, Bound { version: next, inclusive: false }));
    }
    is_one_version(text).then(|| Piece::Version(text.to_owned()))
}

/// `2.3.6 and below`, `8.0 or later`.
fn with_suffix(text: &str) -> Option<Option<Piece>> {
    let lower_case = text.to_ascii_lowercase();
    let lower_case =
        lower_case.strip_suffix(" versions").or(lower_case.strip_suffix(" version")).unwrap_or(&lower_case);
    for (words, below) in [(AND_EARLIER, true), (AND_LATER, false)] {
        for word in words {
            let Some(rest) = lower_case.strip_suffix(word).and_then(|rest| rest.strip_suffix(' ')) else { continue };
            let rest = rest.strip_suffix(" all").unwrap_or(rest);
            let Some(rest) = rest.strip_suffix(" and").or(rest.strip_suffix(" or")) else { continue };
            // Only ASCII letters changed their case, so that the places are the same.
            let version = without_noun(text.get(..rest.len())?.trim());
            return Some(match below {
                true => upper(version, true).flatten().map(Piece::Until),
                false => lower(version).map(Piece::From),
            });
        }
    }
    None
}

/// `1.0 to 1.3.7`, `5.0 - 5.6`, `from 1.0 before 1.2`.
fn span(text: &str) -> Option<Option<Piece>> {
    let (text, from) = match after(text, "from ") {
        Some(rest) => (without_noun(rest), true),
        None => (text, false),
    };
    for (words, inclusive) in [
        (" to ", true),
        (" through ", true),
        (" thru ", true),
        (" - ", true),
        (" \u{2013} ", true),
        (" before ", false),
        (" prior to ", false),
    ] {
        if let Some((first, last)) = text.split_once(words) {
            let ends = lower(first).zip(upper(without_noun(last), inclusive).flatten());
            return Some(ends.map(|(first, last)| Piece::Between(first, last)));
        }
    }
    from.then(|| lower(text).map(Piece::From))
}

/// Ranges from their ends, in the order in which they stand: a lower end and the upper one behind it belong together.
fn intervals(pieces: Vec<Piece>) -> Option<Vec<Interval>> {
    let mut all: Vec<Interval> = Vec::new();
    let count = pieces.len();
    for piece in pieces {
        match piece {
            // A version beside ends: whether it is one more or a part of the range is not said.
            Piece::Version(_) => return None,
            Piece::Between(first, last) => all.push(Interval { lower: Some(first), upper: Some(last) }),
            Piece::From(bound) => {
                // `< 2 | > 1` may mean what lies between, or nearly everything.
                if all.last().is_some_and(|last| last.lower.is_none() || last.upper.is_none()) {
                    return None;
                }
                all.push(Interval { lower: Some(bound), upper: None });
            }
            Piece::Until(bound) => match all.last_mut() {
                Some(last) if last.upper.is_none() => last.upper = Some(bound),
                None if count == 1 => all.push(Interval { lower: None, upper: Some(bound) }),
                _ => return None,
            },
        }
    }
    let reversed = |interval: &Interval| match (&interval.lower, &interval.upper) {
        (Some(lower), Some(upper)) => compare(Scheme::Generic, &lower.version, &upper.version) == VersionOrder::Greater,
        _ => false,
    };
    (!all.iter().any(reversed)).then_some(all)
}

/// A range in the `vers` notation.
fn notation(text: &str, status: VersionStatus) -> Option<Vec<VersionStatement>> {
    let vers = Vers::parse(text).ok()?;
    let order = VersionOrderKind::Named(vers.scheme().as_str().to_owned());
    let mut pieces = Vec::new();
    let mut listed = Vec::new();
    for constraint in vers.constraints() {
        let bound = |inclusive| Bound { version: constraint.version.clone(), inclusive };
        match constraint.comparator {
            Comparator::Equal => listed.push(constraint.version.clone()),
            // A hole in a range: the answer is left to nobody here.
            Comparator::NotEqual => return None,
            Comparator::Less => pieces.push(Piece::Until(bound(false))),
            Comparator::LessOrEqual => pieces.push(Piece::Until(bound(true))),
            Comparator::Greater => pieces.push(Piece::From(bound(false))),
            Comparator::GreaterOrEqual => pieces.push(Piece::From(bound(true))),
        }
    }
    let mut statements = Vec::new();
    if vers.constraints().is_empty() {
        statements.push(VersionStatement::Range {
            order: order.clone(),
            interval: Interval::default(),
            status,
            changes: Vec::new(),
        });
    }
    if !listed.is_empty() {
        statements.push(VersionStatement::Listed { versions: listed, status });
    }
    // Sorted, so that `<1|>=2|<3` begins with an end that stands alone.
    let mut rest = pieces.into_iter().peekable();
    let mut ranges = Vec::new();
    if let Some(Piece::Until(bound)) = rest.next_if(|piece| matches!(piece, Piece::Until(_))) {
        ranges.push(Interval { lower: None, upper: Some(bound) });
    }
    ranges.extend(intervals(rest.collect())?);
    statements.extend(ranges.into_iter().map(|interval| VersionStatement::Range {
        order: order.clone(),
        interval,
        status,
        changes: Vec::new(),
    }));
    Some(statements)
}

#[cfg(test)]
mod tests;
