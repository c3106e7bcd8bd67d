//! `variants.toml`.

use super::scalar::Id;
use super::system::{Control, Element, Function, Harm, Link, PersonGroup, Secret, Zone};
use super::tables;
use crate::diagnostic::At;

tables! {
    /// The variants of a family: each says in what it differs from what the other files describe.
    struct VariantsFile "variants.toml" {
        /// A variant of the family.
        variant: optional Vec<At<Variant>>,
    }

    /// A variant of the family: what it does not have, and the tables of `system.toml` that it has otherwise or besides. A table whose identifier the family has takes that one's place, whole.
    struct Variant "a variant" {
        /// Its identifier.
        id: required Id,
        /// Its name, as it is sold.
        name: optional String,
        /// What of the family it does not have.
        without: optional Without,
        /// Its own zones.
        zone: optional Vec<At<Zone>>,
        /// Its own elements.
        element: optional Vec<At<Element>>,
        /// Its own links.
        link: optional Vec<At<Link>>,
        /// Its own secrets.
        secret: optional Vec<At<Secret>>,
        /// Its own functions.
        function: optional Vec<At<Function>>,
        /// Its own groups of people.
        person_group: optional Vec<At<PersonGroup>>,
        /// Its own harms.
        harm: optional Vec<At<Harm>>,
        /// Its own controls.
        control: optional Vec<At<Control>>,
    }

    /// What of the family a variant does not have. With an element go its links, what it enforces, and the findings on it.
    struct Without "what a variant does not have" {
        /// Elements.
        elements: optional Vec<At<Id>>,
        /// Links.
        links: optional Vec<At<Id>>,
        /// Functions.
        functions: optional Vec<At<Id>>,
        /// Controls.
        controls: optional Vec<At<Id>>,
    }
}
