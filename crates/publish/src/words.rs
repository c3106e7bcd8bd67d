//! The words that every rendering shares, so that the page, the terminal and the picture say the same thing.

use ward_model::claim::{ClaimId, ElementClaim, FunctionClaim, HazardClaim, LinkClaim};
use ward_model::coverage::KnowledgeCoverage;
use ward_model::device::VARIANT_NOT_DESCRIBED;
use ward_model::finding::{Confidence, EpssSummary, State, UnassessedReason};
use ward_model::ids::VariantId;
use ward_model::knowledge::KnowledgeDescription;
use ward_model::scale::Persons;
use ward_model::verdict::{Outcome, PresumedBecause, SubjectKind, Units, Verdict};

/// The terms of a verdict, each explained in one line.
pub const TERMS: &[(&str, &str)] = &[
    ("controlled", "the residual risk of patient harm is sufficiently low, by what is known and decided."),
    ("uncontrolled", "the residual risk of patient harm is not sufficiently low, or nobody can tell."),
    ("confirmed", "a derivation from known facts stands behind the verdict."),
    ("presumed", "something is not known and is read at its worst; counted apart from confirmed verdicts."),
    ("provisional", "controlled only by decisions that are entered and not yet signed."),
    ("undetermined", "what is not known decides the verdict; it counts as uncontrolled until it is known."),
];

/// Text from outside without control characters or marks that reorder a line: it could otherwise rewrite what the reader sees.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' => Some(' '),
            c if c.is_control() => Some('\u{fffd}'),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                None
            }
            c => Some(c),
        })
        .collect()
}

/// A number with a comma at every thousand.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A fragment as the beginning of a sentence.
pub fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 thing`, `2 things`, `1,200 things`.
pub fn count(value: usize, one: &str, several: &str) -> String {
    let noun = if value == 1 { one } else { several };
    format!("{} {noun}", number(value as u64))
}

/// How many people at once.
pub fn persons(persons: Persons) -> String {
    match persons {
        Persons::Count(1) => "1 person".to_owned(),
        Persons::Count(count) => format!("up to {} people", number(count)),
        Persons::Many => "many people (the number is not known)".to_owned(),
    }
}

/// How many people at once, for a table cell.
pub fn persons_short(persons: Persons) -> String {
    match persons {
        Persons::Count(count) => number(count),
        Persons::Many => "many".to_owned(),
    }
}

/// Which units, how many, at how many sites.
pub fn units(units: &Units) -> String {
    let count =
        units.count.map_or_else(|| "number of units not known".to_owned(), |units| plural(units, "unit", "units"));
    let sites = units.sites.map_or_else(String::new, |sites| format!(" at {}", plural(sites, "site", "sites")));
    let variant = units.variant.as_ref().map_or_else(String::new, |variant| format!("{variant}: "));
    format!("{variant}{} ({count}{sites})", units.cohort)
}

fn plural(value: u64, one: &str, several: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { several })
}

/// An EPSS score as a percentage.
pub fn epss(epss: &EpssSummary) -> String {
    // Parts per hundred thousand to tenths of a percent, rounded to the nearest.
    let tenths = (u64::from(epss.score) + 50) / 100;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// The word for a finding's state.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Affected => "affected",
        State::NotAffected => "not affected",
        State::Unknown => "unknown",
    }
}

/// How a component was recognised, in a word.
pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Exact => "exact",
        Confidence::Derived => "derived",
        Confidence::Alias => "alias",
        Confidence::Name => "name",
    }
}

/// How a component was recognised, in a sentence.
pub const fn confidence_long(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Exact => "exact: the inventory names the product as the record does",
        Confidence::Derived => "derived: the product follows from another identity in the inventory",
        Confidence::Alias => "alias: the product follows from a reviewed alias",
        Confidence::Name => "name: only the plain name and a vendor that fits",
    }
}

/// Why a component could not be assessed, and what would mend it.
pub const fn unassessed(reason: UnassessedReason) -> (&'static str, &'static str) {
    match reason {
        UnassessedReason::NoIdentity => {
            ("nothing in the inventory says which product it is", "add a package URL or a CPE name to the component")
        }
        UnassessedReason::NoVersion => ("the product is known, its version is not", "add the version to the component"),
        UnassessedReason::UnparsableVersion => {
            ("its version cannot be compared with a range", "write the version as its supplier does")
        }
        UnassessedReason::UnknownEcosystem => {
            ("its package URL is of a kind that cannot be looked up", "add a CPE name to the component")
        }
        UnassessedReason::NoDataForEcosystem => {
            ("no feed at hand speaks of its ecosystem", "bring in a feed that covers it, or review it by other means")
        }
        UnassessedReason::ProductNotInAnyFeed => {
            ("no feed at hand names such a product", "check its identity, or review it by other means")
        }
        UnassessedReason::AmbiguousName => (
            "its name fits products of several vendors, and nothing says whose it is",
            "add a supplier, a package URL or a CPE name to the component",
        ),
        UnassessedReason::UnreadableIdentity => {
            ("its package URL or CPE name cannot be read", "correct the identity in the inventory")
        }
        UnassessedReason::SetAsideRecord => (
            "a record that names its product could not be read and was set aside",
            "read that record at its source, and review the component by other means",
        ),
        UnassessedReason::ExploitedWithoutRecord => (
            "a vulnerability that is known to be exploited may touch it, and no record at hand says which products it touches",
            "bring in a feed that describes it, or compare the component with the advisory of its maker",
        ),
    }
}

/// What is not known behind a presumed verdict.
pub const fn presumed(because: PresumedBecause) -> &'static str {
    match because {
        PresumedBecause::Unmodelled => "the element is not known to be described completely",
        PresumedBecause::Unassessed => "components of the element could not be assessed",
        PresumedBecause::UnknownRange => "it cannot be told whether known vulnerabilities touch its components",
    }
}

/// What kind of thing a verdict speaks of.
pub const fn subject_kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Vulnerability => "vulnerability",
        SubjectKind::Weakness => "weakness of the design",
        SubjectKind::Element => "element",
    }
}

/// What a verdict speaks of; for an element, with what is not known about it.
pub fn subject(verdict: &Verdict) -> String {
    match verdict.presumed_because {
        Some(because) => format!("{} ({because})", verdict.subject.id),
        None => verdict.subject.id.clone(),
    }
}

/// Of which variant something is told, after what it is told of.
pub fn of_variant(variant: &VariantId) -> String {
    if variant.as_str() == VARIANT_NOT_DESCRIBED { format!(", {variant}") } else { format!(", variant {variant}") }
}

/// Of which verdict a way to harm is told, where others take the same way: with the variant and the site for which alone it may be so.
pub fn told_for(verdict: &Verdict) -> String {
    let variant = verdict.units.variant.as_ref().map_or_else(String::new, of_variant);
    let site = verdict.units.site.as_ref().map_or_else(String::new, |id| format!(", with the surroundings of {id}"));
    format!("{} at {} in version {}{variant}{site}", subject(verdict), verdict.element, verdict.fielded_version)
}

/// The verdict with its qualifications, in words that stand alone.
pub fn verdict(verdict: &Verdict) -> String {
    let mut words = vec![verdict.verdict.word()];
    match verdict.verdict {
        Outcome::Uncontrolled => words.push(verdict.basis.word()),
        Outcome::Controlled if verdict.provisional => words.push("provisional"),
        Outcome::Controlled => {}
    }
    if verdict.undetermined {
        words.push("undetermined");
    }
    words.join(", ")
}

/// The knowledge that was used; for the seed, what it does not cover and what brings the rest.
///
/// Of the products of a seed, `named` are named and the rest is counted.
pub fn knowledge(knowledge: &KnowledgeDescription, coverage: &KnowledgeCoverage, named: usize) -> Vec<String> {
    if knowledge.seed {
        let products = &knowledge.limited_to;
        let first: Vec<&str> = products.iter().take(named).map(String::as_str).collect();
        let covers = match products.len().saturating_sub(first.len()) {
            _ if products.is_empty() => "it knows some vulnerabilities of some products".to_owned(),
            0 => format!("it knows some vulnerabilities of these products only: {}", first.join(", ")),
            more => format!(
                "it knows some vulnerabilities of {} only: {}, and {more} more",
                count(products.len(), "product", "products"),
                first.join(", ")
            ),
        };
        return vec![
            format!("Only the small built-in seed was used, as of {}: {covers}.", knowledge.as_of),
            "It does not cover any other product, and not every vulnerability of these: that it holds no record of a component says nothing about it."
                .to_owned(),
            "`ward feeds sync` brings the rest.".to_owned(),
        ];
    }
    let sources: Vec<String> = knowledge
        .sources
        .iter()
        .map(|source| {
            let newest = source.newest.map_or_else(String::new, |day| format!(", newest {day}"));
            let without = match source.without_product {
                0 => String::new(),
                some => format!(", {} without a product", number(some)),
            };
            let judged = coverage.sources.iter().find(|judged| judged.name == source.name);
            let state = judged.map_or_else(String::new, |judged| format!(", {}", judged.words()));
            let records = match source.records {
                1 => "1 record".to_owned(),
                records => format!("{} records", number(records)),
            };
            format!("{} ({records}{newest}{without}{state})", source.name)
        })
        .collect();
    let sources = if sources.is_empty() { "no source".to_owned() } else { sources.join("; ") };
    vec![format!("Last received {}: {sources}.", knowledge.as_of)]
}

/// What a claim says, in words.
pub fn claim(claim: &ClaimId) -> String {
    match claim {
        ClaimId::Control(id) => format!("the control {id} works as described"),
        ClaimId::Element(id, ElementClaim::InterfacesListed) => {
            format!("every interface of {id} is listed, with the features of it and of its links")
        }
        ClaimId::Element(id, ElementClaim::SoftwareListed) => {
            format!("all software and hardware of {id} is in its inventory")
        }
        ClaimId::ControlHazard(control, hazard, HazardClaim::Estimate) => {
            format!("the hazard {hazard} that {control} adds is no worse than stated")
        }
        ClaimId::ControlHazard(control, hazard, HazardClaim::Residual) => {
            format!("what remains of the hazard {hazard} that {control} adds is accepted")
        }
        ClaimId::Element(id, ElementClaim::FunctionsListed) => {
            format!("every function that {id} takes part in is listed, with its features")
        }
        ClaimId::Element(id, ElementClaim::LocalLogin) => format!("whoever is at {id} must log in"),
        ClaimId::Link(id, LinkClaim::Authentication) => format!("the receiver of {id} verifies who sends"),
        ClaimId::Link(id, LinkClaim::ExposedTo) => format!("{id} is exposed to fewer positions than its medium allows"),
        ClaimId::Link(id, LinkClaim::Carries) => format!("{id} carries less than everything"),
        ClaimId::Link(id, LinkClaim::AntiReplay) => format!("a captured message of {id} cannot be sent again"),
        ClaimId::Link(id, LinkClaim::FedBy) => {
            format!("what is passed on by {id} comes from the links that it names alone")
        }
        ClaimId::SecretPerUnit(id) => format!("{id} differs from unit to unit"),
        ClaimId::SecretPublic(id) => format!("{id} is a public key, so that reading it gives nothing"),
        ClaimId::Function(id, FunctionClaim::Redundancy) => format!("{id} goes on when one of its elements falls"),
        ClaimId::Function(id, FunctionClaim::Fallback) => format!("the fallback of {id} works"),
        ClaimId::Function(id, FunctionClaim::FedBy) => {
            format!("{id} rests on the data of the links that it names alone")
        }
        ClaimId::FindingVersions(id) => format!("{id} is in the versions that it names alone"),
        ClaimId::ComponentReviewed(element, component) => {
            format!("{component} of {element} was reviewed and has no open vulnerability")
        }
        ClaimId::Design(of, property) => format!("of the {} {} it is so that {}", of.kind(), of.id(), property.text()),
        ClaimId::Statements(path) => format!("what {path} says of components that are not affected is so"),
        ClaimId::Compiled(element, component, version) => {
            format!("the lists of the files of {component} {version} on {element} are whole")
        }
        ClaimId::Rubric(element, vulnerability) => {
            format!("the questions about {vulnerability} on {element} are answered as they stand")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, count, epss, number};
    use ward_model::finding::EpssSummary;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(18_400), "18,400");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(count(1, "unit", "units"), "1 unit");
    }

    #[test]
    fn a_percentage_is_rounded_to_a_tenth() {
        let day = jiff::civil::date(2026, 11, 1);
        let of = |score| epss(&EpssSummary { score, percentile: 0, date: day });
        assert_eq!(of(94_362), "94.4 %");
        assert_eq!(of(43), "0.0 %");
        assert_eq!(of(100_000), "100.0 %");
    }

    #[test]
    fn escapes_do_not_reach_the_reader() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d"), "a\u{fffd}[31mb cd");
    }
}
