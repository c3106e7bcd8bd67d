//! What would follow if enforcers that keep each other safe did not.

use ward_model::ids::ElementId;

use super::Builder;
use crate::fact::Fact;

impl<'a> Builder<'a> {
    /// The same derivation for each ring of enforcers at one of which its conclusion is: without the cuts that they make for each other.
    /// What holds elsewhere is asked for as it is.
    pub(super) fn supposing(&self, premises: &[Fact], conclusion: &Fact) -> Vec<(Vec<Fact>, Fact)> {
        let rings = self.context.catalogue.rings();
        if rings.is_empty() {
            return Vec::new();
        }
        let mut around: Vec<u32> = self.at(conclusion).flat_map(|element| rings.around(element)).copied().collect();
        around.sort_unstable();
        around.dedup();
        let supposing = around.into_iter().filter_map(|number| {
            let ring = rings.at(number)?;
            let suppose = |fact: &Fact| match self.at(fact).any(|element| ring.members.contains(element)) {
                true => Fact::Unguarded(number, Box::new(fact.clone())),
                false => fact.clone(),
            };
            // What one does for itself, or on a link of its own, it does whoever else there is.
            let kept = |fact: &&Fact| match fact {
                Fact::Defeated(control) => {
                    ring.controls.get(control).is_none_or(|own| self.at(conclusion).any(|here| own.contains(here)))
                }
                _ => true,
            };
            Some((premises.iter().filter(kept).map(suppose).collect(), suppose(conclusion)))
        });
        supposing.collect()
    }

    /// The elements at which an attacker is, or arrives, by a fact.
    fn at<'f>(&self, fact: &'f Fact) -> impl Iterator<Item = &'f ElementId> + use<'a, 'f>
    where
        'a: 'f,
    {
        let links = &self.context.device().links;
        let ends: [Option<&ElementId>; 2] = match fact {
            Fact::Present(element) | Fact::Plugged(_, element) | Fact::Gain(element, _) => [Some(element), None],
            Fact::Inject(link, ..) | Fact::Speak(link) => {
                links.get(link).map_or([None, None], |link| [Some(&link.from), Some(&link.to)])
            }
            _ => [None, None],
        };
        ends.into_iter().flatten()
    }
}
