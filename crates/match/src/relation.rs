//! How attributes and names of CPE relate, after NISTIR 7696, and its wildcards.

use ward_model::cpe::Attribute;
#[cfg(test)]
use ward_model::cpe::{Cpe, Part};
pub(crate) use ward_model::cpe::{has_wildcard, literal};

/// How a source relates to a target, as sets of what they describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The source takes in the target and more.
    Superset,
    /// The target takes in the source and more.
    Subset,
    /// Both describe the same.
    Equal,
    /// Nothing is described by both.
    Disjoint,
    /// The standard does not say: the target holds wildcards.
    Undefined,
}

/// The relation of two attributes (NISTIR 7696, table 6-2).
pub(crate) fn relate(source: &Attribute, target: &Attribute) -> Relation {
    match (source, target) {
        (_, Attribute::Value(target)) if has_wildcard(target) => Relation::Undefined,
        (Attribute::Any, Attribute::Any) | (Attribute::Na, Attribute::Na) => Relation::Equal,
        (Attribute::Any, _) => Relation::Superset,
        (_, Attribute::Any) => Relation::Subset,
        (Attribute::Na, Attribute::Value(_)) | (Attribute::Value(_), Attribute::Na) => Relation::Disjoint,
        (Attribute::Value(source), Attribute::Value(target)) => {
            if source == target {
                Relation::Equal
            } else if has_wildcard(source) && wildcard_matches(source, target) {
                Relation::Superset
            } else {
                Relation::Disjoint
            }
        }
    }
}

/// The relation of two names, from those of their eleven attributes (NISTIR 7696, 6.3). The matcher takes criteria apart and asks for
/// single attributes; the tests hold that to the standard's relation of whole names.
#[cfg(test)]
pub(crate) fn relate_names(source: &Cpe, target: &Cpe) -> Relation {
    let relations: Vec<Relation> =
        attributes(source).iter().zip(&attributes(target)).map(|(source, target)| relate(source, target)).collect();
    let all = |allowed: &[Relation]| relations.iter().all(|relation| allowed.contains(relation));
    if relations.contains(&Relation::Disjoint) {
        Relation::Disjoint
    } else if all(&[Relation::Equal]) {
        Relation::Equal
    } else if all(&[Relation::Subset, Relation::Equal]) {
        Relation::Subset
    } else if all(&[Relation::Superset, Relation::Equal]) {
        Relation::Superset
    } else {
        Relation::Undefined
    }
}

/// The eleven attributes of a name.
#[cfg(test)]
fn attributes(name: &Cpe) -> [Attribute; 11] {
    let part = match name.part {
        Part::Any => Attribute::Any,
        part => Attribute::Value(part.as_str().into()),
    };
    [
        part,
        name.vendor.clone(),
        name.product.clone(),
        name.version.clone(),
        name.update.clone(),
        name.edition.clone(),
        name.language.clone(),
        name.sw_edition.clone(),
        name.target_sw.clone(),
        name.target_hw.clone(),
        name.other.clone(),
    ]
}

/// Whether a text is what a value with wildcards describes: `*` any run, `?` at most one sign.
pub(crate) fn wildcard_matches(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    // One row of the usual table: which places in the text the pattern so far can end at.
    let text: Vec<char> = text.chars().collect();
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let mut next = vec![false; text.len() + 1];
        match c {
            '*' => {
                let mut any = false;
                for (place, end) in ends.iter().enumerate() {
                    any |= *end;
                    next[place] = any;
                }
            }
            '?' => {
                for (place, end) in ends.iter().enumerate() {
                    next[place] |= *end;
                    if *end && place < text.len() {
                        next[place + 1] = true;
                    }
                }
            }
            c => {
                let wanted = if c == '\\' { chars.next().unwrap_or(c) } else { c };
                for (place, own) in text.iter().enumerate() {
                    next[place + 1] = ends[place] && *own == wanted;
                }
            }
        }
        ends = next;
    }
    ends.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{Relation, has_wildcard, literal, relate, relate_names, wildcard_matches};
    use ward_model::cpe::{Attribute, Cpe};

    fn attribute(text: &str) -> Attribute {
        match text {
            "*" => Attribute::Any,
            "-" => Attribute::Na,
            value => Attribute::Value(value.into()),
        }
    }

    #[test]
    fn the_matrix_of_the_standard() {
        use Relation::{Disjoint, Equal, Subset, Superset, Undefined};
        let table = [
            ("*", "*", Equal),
            ("*", "-", Superset),
            ("*", "1.0", Superset),
            ("*", "1.?", Undefined),
            ("-", "*", Subset),
            ("-", "-", Equal),
            ("-", "1.0", Disjoint),
            ("-", "1.?", Undefined),
            ("1.0", "*", Subset),
            ("1.0", "-", Disjoint),
            ("1.0", "1.0", Equal),
            ("1.0", "2.0", Disjoint),
            ("1.0", "1.*", Undefined),
            ("1.*", "*", Subset),
            ("1.*", "-", Disjoint),
            ("1.*", "1.0", Superset),
            ("1.*", "2.0", Disjoint),
            ("1.*", "1.?", Undefined),
            ("1\\.0\\*", "1\\.0\\*", Equal),
        ];
        for (source, target, expected) in table {
            assert_eq!(relate(&attribute(source), &attribute(target)), expected, "{source} {target}");
        }
    }

    #[test]
    fn names_relate_by_all_their_attributes() {
        use Relation::{Disjoint, Equal, Subset, Superset, Undefined};
        let name = |text: &str| Cpe::parse(&format!("cpe:2.3:{text}")).expect("a CPE name");
        let whole = "a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*";
        let table = [
            (whole, whole, Equal),
            ("a:microsoft:internet_explorer:8.*:*:*:*:*:*:*:*", whole, Superset),
            (whole, "a:microsoft:internet_explorer:*:*:*:*:*:*:*:*", Subset),
            ("a:microsoft:internet_explorer:9.*:*:*:*:*:*:*:*", whole, Disjoint),
            ("a:microsoft:internet_explorer:8.0.6001:-:*:*:*:*:*:*", whole, Disjoint),
            (
                "a:microsoft:internet_explorer:*:beta:*:*:*:*:*:*",
                "a:microsoft:internet_explorer:8.0.6001:*:*:*:*:*:*:*",
                Undefined,
            ),
            ("*:microsoft:*:*:*:*:*:*:*:*:*", whole, Superset),
            ("o:microsoft:*:*:*:*:*:*:*:*:*", whole, Disjoint),
            ("a:microsoft:*:*:*:*:*:*:*:x86:*", whole, Undefined),
        ];
        for (source, target, expected) in table {
            assert_eq!(relate_names(&name(source), &name(target)), expected, "{source} {target}");
        }
        // Every attribute counts: another value in any of the eleven makes the names disjoint.
        for place in 0..11 {
            let mut fields = ["a", "b", "c", "1", "u", "e", "en", "s", "t", "h", "o"];
            let own = fields.join(":");
            fields[place] = if place == 0 { "h" } else { "other" };
            assert_eq!(relate_names(&name(&own), &name(&fields.join(":"))), Disjoint, "{place}");
            fields[place] = "*";
            assert_eq!(relate_names(&name(&own), &name(&fields.join(":"))), Subset, "{place}");
            assert_eq!(relate_names(&name(&fields.join(":")), &name(&own)), Superset, "{place}");
        }
    }

    #[test]
    fn wildcards() {
        let table = [
            ("1.*", "1.2.3", true),
            ("1.*", "2.1", false),
            ("1.?", "1.2", true),
            ("1.?", "1.", true),
            ("1.?", "1.23", false),
            ("*", "", true),
            ("a\\*b", "a*b", false),
            ("plain", "plain", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(wildcard_matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!has_wildcard("a\\*b") && has_wildcard("a\\\\*"));
        assert_eq!(literal("a\\*b\\\\c"), "a*b\\c");
    }
}
