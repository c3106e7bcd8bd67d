//! What a folder states of its design beyond the structure: what something has that can be attacked, and how it is protected.
//!
//! A *feature* is part of the structure, as a link is: whoever states one more can only find more, and that none was left out is
//! answered for by the claims that everything of an element is listed. A *property* is something good that a design has or lacks.
//! Stated as true it is a claim; stated as false it is a fact; not stated it is unknown, and unknown is no better than false.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ids::{ElementId, FunctionId, LinkId, SecretId};

mod feature;
mod property;

pub use feature::Feature;
pub use property::Property;

/// Kinds of things that have a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DesignKind {
    /// Parts of the system.
    Element,
    /// Communication paths.
    Link,
    /// Credentials.
    Secret,
    /// What the system does for people.
    Function,
}
crate::scale::words!(DesignKind: Element = "element", Link = "link", Secret = "secret", Function = "function");

/// Something that has a design.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DesignOf {
    /// A part of the system.
    Element(ElementId),
    /// A communication path.
    Link(LinkId),
    /// A credential.
    Secret(SecretId),
    /// What the system does for people.
    Function(FunctionId),
}

impl DesignOf {
    /// What kind of thing it is.
    pub const fn kind(&self) -> DesignKind {
        match self {
            Self::Element(_) => DesignKind::Element,
            Self::Link(_) => DesignKind::Link,
            Self::Secret(_) => DesignKind::Secret,
            Self::Function(_) => DesignKind::Function,
        }
    }

    /// Its name in the folder.
    pub fn id(&self) -> &str {
        match self {
            Self::Element(id) => id.as_str(),
            Self::Link(id) => id.as_str(),
            Self::Secret(id) => id.as_str(),
            Self::Function(id) => id.as_str(),
        }
    }
}

impl fmt::Display for DesignOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.id())
    }
}

/// What is stated of the design of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Design {
    /// What it has that can be attacked.
    pub has: BTreeSet<Feature>,
    /// The properties that are stated: that it has them (a claim each), or that it has them not.
    pub stated: BTreeMap<Property, bool>,
}

impl Design {
    const NONE: &'static Self = &Self { has: BTreeSet::new(), stated: BTreeMap::new() };

    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        self.has.is_empty() && self.stated.is_empty()
    }
}

/// What is stated of the designs of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Designs(BTreeMap<DesignOf, Design>);

impl Designs {
    /// The design of something; an empty one where nothing is stated.
    pub fn of(&self, of: &DesignOf) -> &Design {
        self.0.get(of).unwrap_or(Design::NONE)
    }

    /// States the design of something, in place of what was stated of it.
    pub fn state(&mut self, of: DesignOf, design: Design) {
        if !design.is_empty() {
            self.0.insert(of, design);
        }
    }

    /// Every design of which anything is stated.
    pub fn iter(&self) -> impl Iterator<Item = (&DesignOf, &Design)> {
        self.0.iter()
    }

    /// The properties that are claimed.
    pub fn claimed(&self) -> impl Iterator<Item = (&DesignOf, Property)> {
        self.0.iter().flat_map(|(of, design)| {
            design.stated.iter().filter(|(_, is_so)| **is_so).map(move |(property, _)| (of, *property))
        })
    }
}

/// Defines words of one vocabulary, each with the kind of thing that it speaks of and a sentence.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($kind:ident { $($variant:ident = $word:literal: $text:literal,)+ })+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $text] $variant,)+)+
        }

        impl $name {
            /// Every word, by the kind of thing that it speaks of.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// The word used in files.
            pub const fn word(self) -> &'static str {
                match self { $($(Self::$variant => $word,)+)+ }
            }

            /// What it says of the thing that it speaks of, in words.
            pub const fn text(self) -> &'static str {
                match self { $($(Self::$variant => $text,)+)+ }
            }

            /// The kind of thing that it speaks of.
            pub const fn kind(self) -> $crate::design::DesignKind {
                match self { $($(Self::$variant => $crate::design::DesignKind::$kind,)+)+ }
            }

            /// The words that speak of one kind of thing.
            pub fn of(kind: $crate::design::DesignKind) -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied().filter(move |one| one.kind() == kind)
            }

            /// The value of a word, if it is one that speaks of this kind of thing.
            pub fn from_word(kind: $crate::design::DesignKind, word: &str) -> Option<Self> {
                Self::of(kind).find(|one| one.word() == word)
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Design, DesignKind, DesignOf, Designs, Feature, Property};

    #[test]
    fn a_word_means_one_thing_of_its_kind() {
        for kind in DesignKind::ALL {
            let features: Vec<&str> = Feature::of(*kind).map(Feature::word).collect();
            let properties: Vec<&str> = Property::of(*kind).map(Property::word).collect();
            for words in [&features, &properties] {
                assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{kind}");
            }
            assert!(properties.iter().all(|word| !word.contains('-')), "properties are keys");
        }
    }

    #[test]
    fn what_is_not_stated_is_empty() {
        let mut designs = Designs::default();
        let pump = DesignOf::Element("pump".into());
        designs.state(pump.clone(), Design::default());
        assert!(designs.of(&pump).is_empty() && designs.iter().next().is_none());
        let stated = [(Property::GuessingLimited, true), (Property::SessionsEnd, false)].into_iter().collect();
        designs.state(pump.clone(), Design { stated, ..Design::default() });
        assert_eq!(designs.claimed().collect::<Vec<_>>(), [(&pump, Property::GuessingLimited)]);
    }
}
