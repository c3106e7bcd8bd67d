//! The rubric for medical devices: questions about a vulnerability on a device, answered one by one, from which the metrics of CVSS
//! follow (MITRE, rubric for applying CVSS to medical devices; the identifiers of its elements, our own words).
//!
//! An answer that is missing or unknown is read at its worst. Where descriptions of the rubric disagree, the worse reading is taken:
//! a connection that is not wireless is adjacent and not local; all six classes of data may be impaired a little, not only wholly;
//! what the number of people says of personal data and what the degree says are compared, and the worse counts.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

mod reanswer;
mod rollup;

pub use reanswer::Reanswered;
pub use rollup::{Degree, Metrics};

macro_rules! elements {
    ($($variant:ident = $word:literal, $kind:ident, $question:literal;)+) => {
        /// An element of the rubric: one question.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Element {
            $(#[doc = $question] $variant,)+
        }

        impl Element {
            /// Every element, in the order in which a vector holds them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its identifier.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What it asks, in our words.
            pub const fn question(self) -> &'static str {
                match self { $(Self::$variant => $question),+ }
            }

            const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind),+ }
            }
        }
    };
}

/// Which answers an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Yes, no or unknown.
    YesNo,
    /// How much of a class of data is impaired.
    Degree,
}

elements! {
    Xavn = "XAVN", YesNo, "Can an attacker use it over a network or another communication protocol?";
    Xavt = "XAVT", YesNo, "Is that protocol carried by IP, TCP or UDP?";
    Xavw = "XAVW", YesNo, "Is the connection wireless?";
    Xavr = "XAVR", YesNo, "Does the wireless connection reach no further than about three metres?";
    Xavp = "XAVP", YesNo, "Must the attacker touch the device?";
    Xavpa = "XAVPA", YesNo, "Is it touched where people operate it: screen, keys, buttons?";
    Xacl = "XACL", YesNo, "Can an attacker succeed at will?";
    Xprl = "XPRL", YesNo, "Does the device know several roles with different rights?";
    Xprz = "XPRZ", YesNo, "Must the attacker be authorised first?";
    Xprs = "XPRS", YesNo, "Is that the authority of an administrator, a maintainer or the system itself?";
    Xui = "XUI", YesNo, "Must somebody else do something?";
    Xs = "XS", YesNo, "Is a component touched that another authority governs?";
    Xcp = "XCP", Degree, "How much personal or health information can be read?";
    Xcpm = "XCPM", YesNo, "Does that concern 500 people or more, or must the breach be notified?";
    Xcd = "XCD", Degree, "How much of diagnosis and monitoring can be read?";
    Xct = "XCT", Degree, "How much of the therapy can be read?";
    Xcw = "XCW", Degree, "How much of the clinical workflow can be read?";
    Xcs = "XCS", Degree, "How much of the system's own private data can be read: passwords, keys?";
    Xco = "XCO", Degree, "How much other data can be read?";
    Xip = "XIP", Degree, "How much personal or health information can be altered?";
    Xid = "XID", Degree, "How much of diagnosis and monitoring can be altered?";
    Xit = "XIT", Degree, "How much of the therapy can be altered?";
    Xiw = "XIW", Degree, "How much of the clinical workflow can be altered?";
    Xis = "XIS", Degree, "How much of the system's own private data can be altered: passwords, keys?";
    Xio = "XIO", Degree, "How much other data can be altered?";
    Xap = "XAP", Degree, "How much personal or health information can be made unavailable?";
    Xad = "XAD", Degree, "How much of diagnosis and monitoring can be made unavailable?";
    Xat = "XAT", Degree, "How much of the therapy can be made unavailable?";
    Xaw = "XAW", Degree, "How much of the clinical workflow can be made unavailable?";
    Xas = "XAS", Degree, "How much of the system's own private data can be made unavailable?";
    Xao = "XAO", Degree, "How much other data can be made unavailable?";
}

impl Element {
    /// The element of this identifier.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|element| element.word() == word)
    }

    /// The answers that it takes, as letters.
    pub const fn letters(self) -> &'static str {
        match self.kind() {
            Kind::YesNo => "Y, N or U",
            Kind::Degree => "N, L, H, U, or Y where the degree is not known",
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// No; of a class of data: nothing.
    No,
    /// A little of it.
    Low,
    /// All of it, or what matters.
    High,
    /// Yes; of a class of data: some, the degree not known.
    Yes,
    /// Nobody knows.
    Unknown,
}

impl Answer {
    /// The letter in a vector.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::No => "N",
            Self::Low => "L",
            Self::High => "H",
            Self::Yes => "Y",
            Self::Unknown => "U",
        }
    }

    fn from_letter(letter: &str, of: Element) -> Option<Self> {
        let answer = [Self::No, Self::Low, Self::High, Self::Yes, Self::Unknown]
            .into_iter()
            .find(|answer| answer.letter() == letter)?;
        let degree = matches!(answer, Self::Low | Self::High);
        (of.kind() == Kind::Degree || !degree).then_some(answer)
    }
}

/// Why a text is no vector of the rubric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RubricError {
    /// There is nothing in it.
    #[error("no answer is given")]
    Empty,
    /// A part is not `ELEMENT:ANSWER`.
    #[error("`{part}` is no answer: write ELEMENT:ANSWER, for example XAVN:Y")]
    NoAnswer {
        /// The part.
        part: String,
    },
    /// There is no such element.
    #[error("`{word}` is no element of the rubric; its elements are {}", known())]
    NoElement {
        /// The word.
        word: String,
    },
    /// An element does not take this answer.
    #[error("{element} is answered by {}, not by `{letter}`", element.letters())]
    NoLetter {
        /// The element.
        element: Element,
        /// The letter.
        letter: String,
    },
    /// An element is answered twice.
    #[error("{element} is answered twice")]
    Twice {
        /// The element.
        element: Element,
    },
}

fn known() -> String {
    Element::ALL.iter().map(|element| element.word()).collect::<Vec<_>>().join(", ")
}

/// Answers to some of the questions. What is not among them is not answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answers(BTreeMap<Element, Answer>);

impl Answers {
    /// The answer that was given, where one was.
    pub fn given(&self, element: Element) -> Option<Answer> {
        self.0.get(&element).copied()
    }

    /// The answer to go by: unknown where none was given.
    pub fn of(&self, element: Element) -> Answer {
        self.given(element).unwrap_or(Answer::Unknown)
    }

    /// The answers that were given, in the order of the elements.
    pub fn iter(&self) -> impl Iterator<Item = (Element, Answer)> + '_ {
        self.0.iter().map(|(element, answer)| (*element, *answer))
    }

    fn any_given(&self, elements: &[Element]) -> bool {
        elements.iter().any(|element| self.0.contains_key(element))
    }
}

impl FromStr for Answers {
    type Err = RubricError;

    /// Reads a vector: elements in any order, each at most once.
    fn from_str(text: &str) -> Result<Self, RubricError> {
        let mut answers = BTreeMap::new();
        if text.trim().is_empty() {
            return Err(RubricError::Empty);
        }
        for part in text.trim().split('/') {
            let short = || part.chars().take(40).collect::<String>();
            let (word, letter) = part.split_once(':').ok_or_else(|| RubricError::NoAnswer { part: short() })?;
            let element = Element::from_word(word)
                .ok_or_else(|| RubricError::NoElement { word: word.chars().take(40).collect() })?;
            let answer = Answer::from_letter(letter, element)
                .ok_or_else(|| RubricError::NoLetter { element, letter: letter.chars().take(40).collect() })?;
            if answers.insert(element, answer).is_some() {
                return Err(RubricError::Twice { element });
            }
        }
        Ok(Self(answers))
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (element, answer)) in self.iter().enumerate() {
            let gap = if place == 0 { "" } else { "/" };
            write!(f, "{gap}{element}:{}", answer.letter())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
