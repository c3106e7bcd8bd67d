//! Which kinds of operating system a host shows, and whether it is the platform that a statement is limited to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::affected::AffectedProduct;
use ward_model::component::Component;
use ward_model::cpe::ProductKey;
use ward_model::family::Families;
use ward_version::Truth;

use crate::host::Host;

/// The families of operating systems, and which of them an inventory shows.
pub(crate) struct Platforms {
    families: Arc<Families>,
    /// By the place of the family in the table.
    shown: BTreeMap<usize, Showing>,
}

/// How a family is shown.
#[derive(Clone)]
pub(crate) struct Showing {
    /// Whether that leaves no doubt.
    sure: bool,
    /// What shows it.
    by: String,
    /// A product that stands for any system of the family, where the inventory holds one.
    general: Option<ProductKey>,
}

impl Platforms {
    /// What products and packages show.
    pub(crate) fn new(families: &Arc<Families>, products: &BTreeSet<ProductKey>, components: &[Component]) -> Self {
        let mut shown: BTreeMap<usize, Showing> = BTreeMap::new();
        for (number, family) in families.list().iter().enumerate() {
            let held =
                || products.iter().find(|product| family.holds(product)).map(|product| (true, product.to_string()));
            let installed = || {
                let purls = components.iter().filter_map(|component| component.purl.as_ref());
                let mut fitting = purls.filter(|purl| family.installs(&purl.kind, purl.namespace.as_deref()));
                fitting.next().map(|purl| (true, purl.to_string()))
            };
            let perhaps =
                || products.iter().find(|product| family.may_hold(product)).map(|product| (false, product.to_string()));
            // What a family includes stands before it.
            let included = || {
                let of = |name: &String| families.list().iter().position(|other| other.name == *name);
                let parts = family.includes.iter().filter_map(of).filter_map(|part| shown.get(&part));
                parts.max_by_key(|part| part.sure).map(|part| (part.sure, part.by.clone()))
            };
            let found =
                [held().or_else(installed), included(), perhaps()].into_iter().flatten().max_by_key(|found| found.0);
            if let Some((sure, by)) = found {
                let general = family.general.iter().find(|product| products.contains(product)).cloned();
                shown.insert(number, Showing { sure, by, general });
            }
        }
        Self { families: Arc::clone(families), shown }
    }

    /// The table of families.
    pub(crate) fn families(&self) -> &Families {
        &self.families
    }

    /// Whether the inventory shows a family: `None` where it does not.
    fn of(&self, family: usize) -> Option<Truth> {
        self.shown.get(&family).map(|showing| if showing.sure { Truth::True } else { Truth::Unknown })
    }

    /// Whether it shows any family.
    fn any(&self) -> bool {
        self.shown.values().any(|showing| showing.sure)
    }

    /// What the inventory tells of a product that it does not list, as a system of a family: that it is there, or may be.
    /// `more` says that it is asked for in a version or an edition.
    pub(crate) fn tell(&self, product: &ProductKey, more: bool) -> Option<(Truth, String)> {
        if let Some(number) = self.families.of_general(product) {
            let (family, showing) = (&self.families.list()[number], self.shown.get(&number)?);
            let (name, by) = (&family.name, &showing.by);
            return Some(if !showing.sure {
                (Truth::Unknown, format!("{by} in this element's inventory may count as a system of the family {name}"))
            } else if more {
                (
                    Truth::Unknown,
                    format!("{by} shows a system of the family {name}, and nothing says whether it is this one"),
                )
            } else {
                (Truth::True, format!("{by} in this element's inventory shows a system of the family {name}"))
            });
        }
        let vague = self.families.list().iter().enumerate().filter(|(_, family)| family.vague && family.holds(product));
        vague.filter_map(|(number, _)| self.shown.get(&number)?.general.as_ref()).next().map(|general| {
            (
                Truth::Unknown,
                format!("this element's inventory holds {general}, which stands for any of its kind and may be it"),
            )
        })
    }
}

impl Host {
    /// Whether the host runs this kind of operating system: known where it shows one, and not to be so only where it shows
    /// another one and everything on it is listed and recognised.
    fn is_of(&self, family: usize) -> Truth {
        self.note(|asked| asked.family(family, self.platforms.families()));
        match self.platforms.of(family) {
            Some(truth) => truth,
            None if self.lists_every_system() && self.platforms.any() => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// The family that a platform names and nothing besides; `None` where it names a processor, an edition, or several things.
    fn family(&self, platform: &str) -> Option<usize> {
        self.platforms.families.of_word(&platform.trim().to_lowercase())
    }
}

/// Whether the host is a platform of the statement, and why that is not known or not so.
pub(crate) fn fits(product: &AffectedProduct, host: &Host) -> (Truth, Option<String>) {
    // What is said of a release of a distribution names it here once more.
    let platforms: Vec<&String> =
        product.platforms.iter().filter(|platform| Some(*platform) != product.release.as_ref()).collect();
    // Where nobody filled it in, nothing is limited.
    let filled =
        |platform: &&String| !matches!(&*platform.trim().to_lowercase(), "" | "-" | "*" | "n/a" | "unknown" | "all");
    if !platforms.iter().all(filled) {
        return (Truth::True, None);
    }
    if platforms.is_empty() {
        return (Truth::True, None);
    }
    let truth = Truth::any(platforms.iter().map(|platform| match host.family(platform) {
        Some(family) => host.is_of(family),
        None => Truth::Unknown,
    }));
    let listed = platforms.iter().map(|platform| platform.as_str()).collect::<Vec<_>>().join(", ");
    let note = match truth {
        Truth::True => format!("the record means {listed}, and the host is such a one"),
        Truth::False => {
            format!("the record means {listed} alone, and the host, which is claimed complete, is another one")
        }
        Truth::Unknown => {
            format!("the record means {listed} alone, and nothing says whether the host is such a one: unknown")
        }
    };
    (truth, Some(note))
}
