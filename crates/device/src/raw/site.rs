//! `site.toml`: what a site lays over the maker's model.

use super::scalar::{Citation, Id};
use super::system::{Control, Element, Link, Secret, Zone};
use super::tables;
use crate::diagnostic::At;

tables! {
    /// A site's own surroundings, laid over the maker's model: it adds and confirms, and takes nothing away.
    struct SiteFile "site.toml" {
        /// The site's name for people.
        name: optional String,
        /// The cohorts of `fielded.toml` that stand here. Left out: the one that is called like the site's folder.
        cohorts: optional Vec<At<String>>,
        /// Units that `fielded.toml` does not list as a cohort.
        units: optional Vec<At<SiteUnits>>,
        /// Controls of the maker's model that this site or its users perform, with what shows it (a claim each).
        confirmed: optional Vec<At<Confirmed>>,
        /// How many people this site has for a fallback, where it has fewer than the maker counts on.
        staff: optional Vec<At<Staff>>,
        /// How many of an element this site has, where it has more than the maker counts on.
        instances: optional Vec<At<Instances>>,
        /// The site's own zones.
        zone: optional Vec<At<Zone>>,
        /// The site's own elements.
        element: optional Vec<At<Element>>,
        /// The site's own links, and links between its elements and the maker's.
        link: optional Vec<At<Link>>,
        /// The site's own secrets.
        secret: optional Vec<At<Secret>>,
        /// The site's own controls, such as the rules of a firewall. They hold for the units of this site and for no others.
        control: optional Vec<At<Control>>,
    }

    /// Units of a version that stand at the site.
    struct SiteUnits "a site's units" {
        /// The fielded version.
        version: required String,
        /// How many units. Left out where nobody knows.
        units: optional u64,
    }

    /// A control that the site confirms.
    struct Confirmed "a confirmed control" {
        /// The control: one that a site or its users perform.
        control: required Id,
        /// What shows that it is performed here.
        evidence: optional Citation,
    }

    /// People who can take over.
    struct Staff "a site's staff" {
        /// The function whose fallback they carry out, or the fallback itself.
        function: required Id,
        /// For how many people at once this site can do it.
        staff_per_site: required u64,
    }

    /// How many of an element stand at the site.
    struct Instances "a site's instances" {
        /// The element.
        element: required Id,
        /// How many.
        per_site: required u64,
    }
}
