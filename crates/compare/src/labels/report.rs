//! What came out, for people.

use std::fmt::Write;

use super::judge::{Answer, Judged};
use super::tally::{Counts, Share, Tally};
use super::{Subset, Verdict};

const ANSWERS: [(Answer, &str); 4] = [
    (Answer::Affected, "affected"),
    (Answer::Unknown, "unknown"),
    (Answer::Unassessed, "not assessed"),
    (Answer::NotAffected, "not affected"),
];

/// What was asked, and what could not be.
pub fn subset(subset: &Subset) -> String {
    let mut text = format!("{} labels: {} questions that NVD can answer\n", subset.labels, subset.questions.len());
    for (reason, count) in &subset.excluded {
        line(&mut text, format_args!("{count:>7}  left out: {}", reason.words()));
    }
    text
}

/// Precision, recall and every cause of disagreement.
pub fn tally(tally: &Tally) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "{} packages of languages and makers, {} with a package URL",
            tally.upstream.asked(),
            tally.packaged
        ),
    );
    counts(&mut text, &tally.upstream);
    line(&mut text, format_args!("disagreements, by cause"));
    let mut causes: Vec<_> = tally.causes.iter().collect();
    causes.sort_by_key(|(key, count)| (std::cmp::Reverse(**count), **key));
    for ((verdict, answer, cause), count) in causes {
        let people = match verdict {
            Verdict::True => "touched",
            Verdict::False => "untouched",
        };
        let answer = ANSWERS.iter().find(|(one, _)| one == answer).map_or("", |(_, word)| word);
        line(&mut text, format_args!("{count:>7}  people: {people:<9}  answer: {answer:<12}  {}", cause.words()));
    }
    line(&mut text, format_args!("{} packages of distributions, kept apart", tally.distribution.asked()));
    counts(&mut text, &tally.distribution);
    text
}

/// One line for each disagreement, its parts parted by tabs.
pub fn disagreements(judged: &[Judged]) -> String {
    let mut text = String::new();
    for one in judged {
        let Some(cause) = one.cause else { continue };
        let (question, answer) = (&one.question, one.answer);
        line(
            &mut text,
            format_args!(
                "{:?}\t{answer:?}\t{cause:?}\t{}\t{}\t{}\t{:?}\t{}",
                question.verdict, question.name, question.version, question.vulnerability, question.form, one.words
            ),
        );
    }
    text
}

fn counts(text: &mut String, counts: &Counts) {
    line(text, format_args!("{:>28} {:>15}", "people: touched", "untouched"));
    for (answer, word) in ANSWERS {
        let of = |side: &std::collections::BTreeMap<Answer, usize>| side.get(&answer).copied().unwrap_or_default();
        line(text, format_args!("{word:>12} {:>15} {:>15}", of(&counts.touched), of(&counts.untouched)));
    }
    for (name, (precision, recall)) in [
        ("affected", counts.strict()),
        ("affected or unknown", counts.cautious()),
        ("not said to be good", counts.raised()),
    ] {
        line(text, format_args!("{name:>22}: precision {}, recall {}", share(precision), share(recall)));
    }
}

fn share((part, whole): Share) -> String {
    if whole == 0 {
        return format!("{part} of {whole}");
    }
    let tenths = (part * 1000 + whole / 2) / whole;
    format!("{part} of {whole} ({}.{} %)", tenths / 10, tenths % 10)
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail.
    let _ = writeln!(text, "{words}");
}
