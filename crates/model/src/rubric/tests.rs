use proptest::prelude::*;

use super::{Answer, Answers, Degree, Element, Kind, RubricError};
use crate::cvss::{AttackVector, Demands, Impacts, Privileges, Vector};
use crate::scale::Threat;

fn read(text: &str) -> Answers {
    text.parse().unwrap()
}

const NOTHING: &str =
    "XCP:N/XCD:N/XCT:N/XCW:N/XCS:N/XCO:N/XIP:N/XID:N/XIT:N/XIW:N/XIS:N/XIO:N/XAP:N/XAD:N/XAT:N/XAW:N/XAS:N/XAO:N";

/// The flow of each question (domain: the rubric), every way through it.
#[test]
fn the_attack_vector_follows_the_questions() {
    for (text, expected) in [
        ("XAVN:U", "N"),
        ("XAVN:Y", "N"),
        ("XAVN:Y/XAVT:Y", "N"),
        ("XAVN:Y/XAVT:U", "N"),
        ("XAVN:Y/XAVT:N", "A"),
        ("XAVN:Y/XAVT:N/XAVW:N", "A"),
        ("XAVN:Y/XAVT:N/XAVW:U", "A"),
        ("XAVN:Y/XAVT:N/XAVW:Y", "A"),
        ("XAVN:Y/XAVT:N/XAVW:Y/XAVR:N", "A"),
        ("XAVN:Y/XAVT:N/XAVW:Y/XAVR:Y", "L"),
        ("XAVN:N", "L"),
        ("XAVN:N/XAVP:N", "L"),
        ("XAVN:N/XAVP:U", "L"),
        ("XAVN:N/XAVP:Y", "P"),
        // What is not asked has no bearing.
        ("XAVN:Y/XAVT:Y/XAVP:Y", "N"),
        ("XAVP:Y", "N"),
    ] {
        let vector = read(text).metrics().to_string();
        assert!(vector.contains(&format!("/AV:{expected}/")), "{text} gave {vector}");
    }
}

#[test]
fn the_other_demands_follow_theirs() {
    for (text, expected) in [
        ("XACL:Y", "AC:L"),
        ("XACL:U", "AC:L"),
        ("XACL:N", "AC:H"),
        ("XPRL:N/XPRZ:Y/XPRS:Y", "PR:N"),
        ("XPRL:U/XPRZ:Y/XPRS:Y", "PR:N"),
        ("XPRL:Y/XPRZ:N/XPRS:Y", "PR:N"),
        ("XPRL:Y/XPRZ:U/XPRS:Y", "PR:N"),
        ("XPRL:Y/XPRZ:Y/XPRS:Y", "PR:H"),
        ("XPRL:Y/XPRZ:Y/XPRS:N", "PR:L"),
        ("XPRL:Y/XPRZ:Y/XPRS:U", "PR:L"),
        ("XUI:Y", "UI:R"),
        ("XUI:N", "UI:N"),
        ("XUI:U", "UI:N"),
        ("XS:N", "S:U"),
        ("XS:Y", "S:C"),
        ("XS:U", "S:C"),
    ] {
        let vector = read(text).metrics().to_string();
        assert!(vector.split('/').any(|metric| metric == expected), "{text} gave {vector}");
    }
}

#[test]
fn impacts_are_the_worst_of_the_six_classes() {
    let impacts = |text: &str| {
        let metrics = read(text).metrics();
        [metrics.confidentiality, metrics.integrity, metrics.availability]
    };
    let (none, low, high) = (Degree::None, Degree::Low, Degree::High);
    assert_eq!(impacts(NOTHING), [none; 3]);
    assert_eq!(impacts("XUI:N"), [high; 3]);
    assert_eq!(
        impacts(&NOTHING.replace("XCO:N", "XCO:L").replace("XIT:N", "XIT:H").replace("XAW:N", "XAW:U")),
        [low, high, high]
    );
    assert_eq!(impacts(&NOTHING.replace("XIT:N", "XIT:L").replace("XID:N", "XID:Y")), [none, high, none]);
}

/// Of personal data the number of people counts, and where it and a stated degree disagree, the worse.
#[test]
fn personal_data_count_by_the_number_of_people() {
    for (text, expected) in [
        ("XCP:N/XCPM:Y", Degree::None),
        ("XCP:Y/XCPM:N", Degree::Low),
        ("XCP:Y/XCPM:Y", Degree::High),
        ("XCP:Y/XCPM:U", Degree::High),
        ("XCP:Y", Degree::High),
        ("XCP:U/XCPM:N", Degree::High),
        ("XCP:L", Degree::Low),
        ("XCP:L/XCPM:N", Degree::Low),
        ("XCP:L/XCPM:Y", Degree::High),
        ("XCP:L/XCPM:U", Degree::High),
        ("XCP:H/XCPM:N", Degree::High),
    ] {
        assert_eq!(read(text).degree(Element::Xcp), expected, "{text}");
    }
}

/// The four threats of the source text (domain: threat class map).
#[test]
fn classes_of_data_are_threats() {
    for (class, expected) in [
        ("XAT", &[Threat::Denial, Threat::Alteration][..]),
        ("XAD", &[Threat::Denial]),
        ("XAW", &[Threat::Denial]),
        ("XIT", &[Threat::Alteration]),
        ("XIP", &[Threat::DataAlteration]),
        ("XID", &[Threat::DataAlteration]),
        ("XCP", &[Threat::Privacy]),
        ("XCS", &[Threat::Privacy]),
    ] {
        let threats = read(&NOTHING.replace(&format!("{class}:N"), &format!("{class}:L"))).threats();
        assert_eq!(threats.keys().copied().collect::<Vec<_>>(), expected, "{class}");
        assert!(threats.values().all(|by| by.len() == 1 && by[0].word() == class));
    }
    assert!(read(NOTHING).threats().is_empty());
    assert_eq!(read("XUI:N").threats().len(), 4);
}

#[test]
fn what_is_no_answer_is_refused() {
    let refused = |text: &str| text.parse::<Answers>().unwrap_err().to_string();
    assert_eq!(" ".parse::<Answers>(), Err(RubricError::Empty));
    assert!(refused("XAVN").contains("write ELEMENT:ANSWER"));
    assert!(refused("XAVN:Y/").contains("`` is no answer"));
    assert!(refused("XCIA:H").contains("no element of the rubric"));
    assert_eq!(refused("XAVN:H"), "XAVN is answered by Y, N or U, not by `H`");
    assert!(refused("XIT:X").contains("N, L, H, U"));
    assert_eq!(refused("XIT:H/XIT:H"), "XIT is answered twice");
    assert!(refused("CVSS:3.1/AV:N").contains("`CVSS` is no element"));
}

const WORST: (Demands, Impacts) = (
    Demands { attack_vector: AttackVector::Network, complexity: 0, privileges: Privileges::None, interaction: 0 },
    Impacts { confidentiality: true, integrity: true, availability: true },
);

/// CareLink: health data can be read on the disk of a monitor, and no credentials are among them.
#[test]
fn an_answer_speaks_of_its_own_metric_only() {
    let answered = read("XCS:N").answering(WORST.0, WORST.1);
    assert_eq!((answered.demands, answered.impacts, answered.reads_secrets), (WORST.0, WORST.1, false));
    assert!(read("XCP:H").answering(WORST.0, WORST.1).reads_secrets);
    let answered = read("XAVN:N/XAVP:Y/XPRL:Y/XPRZ:Y").answering(WORST.0, WORST.1);
    assert_eq!(answered.demands.attack_vector, AttackVector::Physical);
    assert_eq!((answered.demands.privileges, answered.demands.complexity), (Privileges::Low, 0));
    // All six classes must be answered before reading comes to nothing.
    let some = "XCP:N/XCD:N/XCT:N/XCW:N/XCS:N";
    assert!(read(some).answering(WORST.0, WORST.1).impacts.confidentiality);
    assert!(!read(&format!("{some}/XCO:N")).answering(WORST.0, WORST.1).impacts.confidentiality);
}

#[test]
fn what_is_only_claimed_makes_nothing_better_and_may_make_it_worse() {
    let mild =
        Demands { attack_vector: AttackVector::Physical, complexity: 1, privileges: Privileges::High, interaction: 1 };
    let none = Impacts { confidentiality: false, integrity: false, availability: false };
    let claimed = read("XAVN:Y/XAVT:N/XCS:N/XIT:H").claiming(mild, none);
    assert_eq!(claimed.demands, Demands { attack_vector: AttackVector::Adjacent, ..mild });
    assert_eq!(claimed.impacts, Impacts { integrity: true, ..none });
    assert!(claimed.reads_secrets);
}

fn any_answers() -> impl Strategy<Value = Answers> {
    let pairs = proptest::collection::btree_map(0..Element::ALL.len(), 0_usize..5, 1..Element::ALL.len());
    pairs.prop_map(|pairs| {
        let letters = |element: Element| {
            if element.kind() == Kind::YesNo { &["Y", "N", "U"][..] } else { &["N", "L", "H", "Y", "U"] }
        };
        let parts = pairs.into_iter().map(|(element, answer)| {
            let element = Element::ALL[element];
            let letters = letters(element);
            format!("{element}:{}", letters[answer % letters.len()])
        });
        parts.collect::<Vec<_>>().join("/").parse().unwrap()
    })
}

fn any_reading() -> impl Strategy<Value = (Demands, Impacts)> {
    let vectors = [AttackVector::Network, AttackVector::Adjacent, AttackVector::Local, AttackVector::Physical];
    let privileges = [Privileges::None, Privileges::Low, Privileges::High];
    (0_usize..4, 0_u8..3, 0_usize..3, 0_u8..2, any::<[bool; 3]>()).prop_map(
        move |(av, complexity, pr, interaction, [c, i, a])| {
            let demands = Demands { attack_vector: vectors[av], complexity, privileges: privileges[pr], interaction };
            (demands, Impacts { confidentiality: c, integrity: i, availability: a })
        },
    )
}

/// How far an answer is from danger: 0 is the worst.
fn places(reading: super::Reanswered) -> [u8; 8] {
    let demands = reading.demands;
    let av = match demands.attack_vector {
        AttackVector::Network => 0,
        AttackVector::Local => 1,
        AttackVector::Adjacent => 2,
        AttackVector::Physical => 3,
    };
    [
        av,
        demands.complexity,
        demands.privileges as u8,
        demands.interaction,
        u8::from(!reading.impacts.confidentiality),
        u8::from(!reading.impacts.integrity),
        u8::from(!reading.impacts.availability),
        u8::from(!reading.reads_secrets),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(answers in any_answers()) {
        prop_assert_eq!(answers.to_string().parse::<Answers>().unwrap(), answers.clone());
        prop_assert!(Vector::parse(&answers.metrics().to_string()).is_ok());
        let asked = answers.asked();
        prop_assert!(asked.iter().all(|element| asked.iter().filter(|other| *other == element).count() == 1));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[XACVNPRLYU:/H]{0,40}") {
        if let Ok(answers) = text.parse::<Answers>() {
            prop_assert_eq!(answers.to_string().parse::<Answers>().unwrap(), answers);
        }
    }

    /// Not knowing an answer is never better than any answer.
    #[test]
    fn an_unknown_is_never_better(answers in any_answers(), which in 0..Element::ALL.len(), (demands, impacts) in any_reading()) {
        let element = Element::ALL[which];
        prop_assume!(answers.given(element).is_some());
        let mut unknown = answers.clone();
        unknown.0.insert(element, Answer::Unknown);
        let (with, without) = (answers.answering(demands, impacts), unknown.answering(demands, impacts));
        prop_assert!(places(without).iter().zip(places(with)).all(|(unknown, known)| *unknown <= known));
        let (with, without) = (answers.metrics(), unknown.metrics());
        prop_assert!(without.confidentiality >= with.confidentiality && without.integrity >= with.integrity);
        prop_assert!(without.availability >= with.availability && without.privileges <= with.privileges);
        prop_assert!(without.scope_changed >= with.scope_changed && without.attack_vector <= with.attack_vector);
        prop_assert!(without.complex <= with.complex && without.interaction <= with.interaction);
    }

    /// Answers that nobody answers for are never better than the vector, nor than the answers.
    #[test]
    fn a_claim_is_the_worse_of_both(answers in any_answers(), (demands, impacts) in any_reading()) {
        let claimed = places(answers.claiming(demands, impacts));
        let vector = places(super::Reanswered::unanswered(demands, impacts));
        let answered = places(answers.answering(demands, impacts));
        prop_assert!((0..8).all(|at| claimed[at] == vector[at].min(answered[at])));
    }
}
