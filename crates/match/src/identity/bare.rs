//! What a bare name says: which products have it, and whether that tells which of them the component is.

use std::collections::BTreeSet;

use ward_model::cpe::ProductKey;
use ward_model::finding::Confidence;
use ward_model::knowledge::KnowledgeError;

use super::{Doubt, Identity, Resolver};
use crate::criterion::is_language;
use crate::names::{is_own_vendor, spellings, squeeze};
use crate::package::packages;

/// How a product was found by a plain name.
#[derive(Clone, Copy)]
enum ByName {
    /// The component's origin names its vendor.
    Origin,
    /// No other vendor has a product of that name.
    Alone,
    /// The origin names the vendor of another product, and this one is its own vendor.
    Beside,
    /// Several vendors have one.
    Among { vendors: usize, own: bool },
}

/// The products that one name fits and whose vendors the component's origin does not name.
pub(super) struct Named {
    fitting: Vec<ProductKey>,
    /// Whether it is the name of a source package.
    source: bool,
}

impl Resolver<'_> {
    /// Looks up the names, where neither a CPE name nor an alias says what it is.
    pub(super) fn by_name(&mut self) -> Result<(), KnowledgeError> {
        let (of_names, decided) = self.by_name_and_origin()?;
        for named in of_names {
            self.by_bare_name(named, decided)?;
        }
        Ok(())
    }

    /// Looks up the names and takes the products whose vendor the origin names. Gives back the others, and whether the origin
    /// named any vendor.
    pub(super) fn by_name_and_origin(&mut self) -> Result<(Vec<Named>, bool), KnowledgeError> {
        let mut of_names = Vec::new();
        let mut decided = false;
        for (name, source) in self.facts.names.clone() {
            let mut fitting: Vec<ProductKey> = Vec::new();
            for spelling in spellings(&name) {
                for product in self.knowledge.products_named(&spelling)? {
                    if !self.part_fits(product.part) {
                        continue;
                    }
                    if self.origin_fits(&product.vendor) {
                        decided = true;
                        self.add_by_name(product, ByName::Origin, source)?;
                    } else if !fitting.contains(&product) {
                        fitting.push(product);
                    }
                }
            }
            decided |= self.by_vendor_in_name(&name, source)?;
            of_names.push(Named { fitting, source });
        }
        Ok((of_names, decided))
    }

    /// What the products of one name, whose vendors the component's origin does not name, are to it.
    fn by_bare_name(&mut self, named: Named, decided: bool) -> Result<(), KnowledgeError> {
        let Named { fitting, source } = named;
        let vendors = fitting.iter().map(|product| &product.vendor).collect::<BTreeSet<_>>().len();
        let is_own = |product: &ProductKey| is_own_vendor(&product.vendor, &product.product);
        // Distributions keep the names of what they package.
        let kept = self.facts.is_distribution() || fitting.iter().any(is_own);
        // A registry has one package of a name: where a feed speaks for it, products of other vendors tell nothing more.
        let by_registry = self.facts.kind.is_some_and(is_language) && self.is_spoken_for()?;
        self.found.undecided |= !decided && (vendors > 1 || vendors == 1 && !kept);
        for product in fitting {
            // The same project often stands under its own name too; whose product another one is has been decided.
            let own = is_own(&product);
            if decided && own {
                self.add_by_name(product, ByName::Beside, source)?;
            } else if decided {
                continue;
            } else if kept && vendors == 1 {
                self.add_by_name(product, ByName::Alone, source)?;
            } else if kept && (own || !by_registry) {
                self.add_by_name(product, ByName::Among { vendors, own }, source)?;
            } else {
                let text = format!("the name fits {product}, and nothing says whose it is");
                let identity = self.identity(product, Confidence::Name, text, source);
                self.found.possible.push(identity);
            }
        }
        Ok(())
    }

    /// Whether a feed speaks for the ecosystem of its package.
    fn is_spoken_for(&self) -> Result<bool, KnowledgeError> {
        for package in packages(self.component, None) {
            if self.knowledge.covers(&package.key.ecosystem, package.release.as_deref())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `Apache Tomcat`: the vendor in front of the product. Whether there is such a product.
    fn by_vendor_in_name(&mut self, name: &str, source: bool) -> Result<bool, KnowledgeError> {
        let words: Vec<&str> = name.split_whitespace().collect();
        let mut any = false;
        for split in 1..words.len().min(4) {
            let vendor = squeeze(&words[..split].concat());
            for spelling in spellings(&words[split..].join(" ")) {
                for product in self.knowledge.products_named(&spelling)? {
                    if self.part_fits(product.part) && squeeze(&product.vendor) == vendor {
                        any = true;
                        self.add_by_name(product, ByName::Origin, source)?;
                    }
                }
            }
        }
        Ok(any)
    }

    fn add_by_name(&mut self, product: ProductKey, way: ByName, source: bool) -> Result<(), KnowledgeError> {
        let distribution = self.facts.is_distribution();
        let language = self.facts.kind.is_some_and(is_language);
        let why = match way {
            ByName::Origin => "its origin names the vendor".to_owned(),
            ByName::Alone if distribution => "the package has the product's name".to_owned(),
            ByName::Alone => "the product is its own vendor".to_owned(),
            ByName::Beside => "the product is its own vendor, beside the vendor that its origin names".to_owned(),
            ByName::Among { vendors, .. } => {
                format!("{vendors} vendors have a product of that name, and nothing says whose it is")
            }
        };
        let text = format!("the name of {} fits {product}: {why}", self.shown());
        let doubt = match way {
            ByName::Origin => None,
            ByName::Alone | ByName::Among { own: true, .. } if language => Some(Doubt::Package),
            ByName::Alone => None,
            ByName::Beside | ByName::Among { .. } => Some(Doubt::Namesakes),
        };
        let derived = distribution && doubt.is_none();
        let confidence = if derived { Confidence::Derived } else { Confidence::Name };
        let identity = Identity { doubt, ..self.identity(product, confidence, text, source) };
        self.add(identity)
    }
}
