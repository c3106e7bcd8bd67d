//! Where the model is not known to be complete.

use ward_model::assessment::Gap;
use ward_model::claim::{ClaimId, ElementClaim};

use crate::catalogue;
use crate::context::Situation;
use crate::effects::Effects;
use crate::presume::{COMPLETENESS, unsaid};

/// Every element that is not known to be described completely, with what is missing.
pub(crate) fn gaps(situation: Situation<'_>, decided: &Effects) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let undescribed = catalogue::unsaid(situation.device);
    for element in situation.device.elements.values() {
        for claim in COMPLETENESS {
            let id = ClaimId::Element(element.id.clone(), claim);
            if decided.holds(&id) {
                continue;
            }
            let claimed = situation.device.claims.contains_key(&id);
            gaps.push(Gap {
                element: element.id.clone(),
                fielded_version: None,
                missing: match claim {
                    ElementClaim::InterfacesListed => "nobody answers for its interfaces being listed completely",
                    ElementClaim::SoftwareListed => "nobody answers for its software being listed completely",
                    ElementClaim::FunctionsListed => "nobody answers for its functions being listed completely",
                    ElementClaim::LocalLogin => "nobody answers for its login",
                }
                .to_owned(),
                closed_by: if claimed {
                    format!("`ward decide DIR --claim {id}` after looking at its evidence")
                } else {
                    format!(
                        "claims = {{ {} = \"evidence/…\" }} on the element in system.toml, and a decision",
                        claim.word()
                    )
                },
            });
        }
        for (function, on) in undescribed.get(&element.id).into_iter().flatten() {
            gaps.push(Gap {
                element: element.id.clone(),
                fielded_version: None,
                missing: unsaid(function, *on),
                closed_by: format!(
                    "[[function.effect]] with on = \"{on}\" in system.toml; where it harms nobody, with a harm of severity negligible"
                ),
            });
        }
        for version in &situation.device.versions {
            if !element.without_software && !version.inventories.contains_key(&element.id) {
                gaps.push(Gap {
                    element: element.id.clone(),
                    fielded_version: Some(version.id.clone()),
                    missing: "it has no SBOM".to_owned(),
                    closed_by: "sbom = \"sbom/…\" on the element in system.toml".to_owned(),
                });
            }
        }
    }
    gaps.sort();
    gaps
}
