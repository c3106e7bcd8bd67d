//! What an inventory tells about its surroundings without listing them by the record's name.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::cpe::{Attribute, Part, ProductKey};
use ward_model::family::Families;
use ward_model::vulnerability::Criterion;
use ward_version::Truth;

use super::{Host, Listed};

/// What a firmware's name has behind the name of the hardware that it is for.
pub(crate) const FIRMWARE: [&str; 2] = ["_firmware", "_bios"];

/// The first operating system or firmware of each maker, by product. Systems of a family run on anybody's hardware.
pub(super) fn systems(products: &BTreeSet<ProductKey>, families: &Families) -> BTreeMap<Box<str>, ProductKey> {
    let mut systems = BTreeMap::new();
    for product in products {
        let firmware = FIRMWARE.iter().any(|suffix| product.product.ends_with(suffix));
        let own = product.part == Part::OperatingSystem || product.part == Part::Application && firmware;
        if own && !families.list().iter().any(|family| family.holds(product)) {
            systems.entry(product.vendor.clone()).or_insert_with(|| product.clone());
        }
    }
    systems
}

impl Host {
    /// Whether something in the inventory tells that what a criterion asks for is there, or may be.
    pub(super) fn implied(&self, criterion: &Criterion, listed: &Listed) -> Option<(Truth, String)> {
        let product = criterion.cpe.product_key()?;
        match product.part {
            // Hardware that the element names itself, in its revision, is known better than from a firmware.
            Part::Hardware if !listed.as_hardware => self.by_firmware(criterion, &product),
            // So is a system that is listed in another version than the one that is asked for.
            Part::OperatingSystem if !(listed.any && asks_for_more(criterion)) => {
                self.platforms.tell(&product, asks_for_more(criterion))
            }
            _ => None,
        }
    }

    /// `X_firmware` runs on the hardware `X` of the same maker. Of hardware in one revision alone it tells only that it may be it.
    fn by_firmware(&self, criterion: &Criterion, hardware: &ProductKey) -> Option<(Truth, String)> {
        let named = FIRMWARE.iter().flat_map(|suffix| {
            let product: Box<str> = format!("{}{suffix}", hardware.product).into();
            [Part::OperatingSystem, Part::Application].map(|part| ProductKey {
                part,
                vendor: hardware.vendor.clone(),
                product: product.clone(),
            })
        });
        let mut possible = None;
        for firmware in named {
            if self.products.contains(&firmware) {
                return Some(if asks_for_more(criterion) {
                    let because =
                        format!("its firmware is listed as {firmware}, and nothing says which revision it is");
                    (Truth::Unknown, because)
                } else {
                    (Truth::True, format!("its firmware is listed as {firmware}"))
                });
            }
            if self.by_product.contains_key(&firmware) {
                possible = Some((Truth::Unknown, format!("something that is listed may be its firmware {firmware}")));
            }
        }
        possible
    }

    /// Why a claim that everything is listed does not speak of the hardware of a maker.
    ///
    /// All software runs on something: an inventory that names no hardware, or only hardware of others beside a maker's own
    /// system, has left some out.
    pub(super) fn hardware_gap(&self, vendor: Option<&str>) -> Option<String> {
        let mut named = self.hardware.iter().filter(|identity| identity.product.part == Part::Hardware).peekable();
        if named.peek().is_none() {
            return Some("the element names no hardware, and its software must run on some".to_owned());
        }
        let vendor = vendor?;
        let system = self.systems.get(vendor)?;
        let same = named.any(|identity| &*identity.product.vendor == vendor);
        (!same).then(|| format!("it holds {system}, and the element names no hardware of that maker"))
    }
}

/// Whether a criterion asks for more than the product: for a version, an update or an edition.
fn asks_for_more(criterion: &Criterion) -> bool {
    let name = &criterion.cpe;
    let open = |attribute: &Attribute| *attribute == Attribute::Any;
    let versionless = |attribute: &Attribute| matches!(attribute, Attribute::Any | Attribute::Na);
    let bare = versionless(&name.version)
        && versionless(&name.update)
        && [&name.edition, &name.language, &name.sw_edition, &name.target_sw, &name.target_hw, &name.other]
            .into_iter()
            .all(open);
    criterion.range.is_some() || !bare
}
