//! Controls fall where their enforcer is altered, or the secret they rest on is known.

use ward_model::ids::ElementId;
use ward_model::scale::{Exploitability, Reach};
use ward_policy::Privilege;

use super::Builder;
use crate::fact::{Fact, SecretRef};
use crate::program::ReachRule;

pub(super) fn ground(builder: &mut Builder<'_>) {
    let context = builder.context;
    for control in context.controls() {
        let Some(enforcer) = &control.enforcer else { continue };
        builder.derive(
            vec![Fact::Gain(enforcer.element.clone(), Privilege::Alter)],
            Fact::Defeated(control.id.clone()),
            Exploitability::High,
            ReachRule::First(Reach::One),
            "who alters the enforcer has defeated the control",
        );
        if let Some(secret) = &enforcer.secret {
            builder.derive(
                vec![Fact::Know(SecretRef::Named(secret.clone()))],
                Fact::Defeated(control.id.clone()),
                Exploitability::High,
                ReachRule::First(Reach::One),
                "who knows the secret has defeated the control",
            );
            for holder in context.passes(control) {
                builder.derive(
                    vec![Fact::Gain(holder, Privilege::Alter)],
                    Fact::Defeated(control.id.clone()),
                    Exploitability::High,
                    ReachRule::First(Reach::One),
                    "who alters what passes the check has anything pass it",
                );
            }
        }
    }
    // What is kept safe by what it keeps safe itself is safe only if one of them is so without the others: by whichever stands first an
    // attacker begins, and nobody knows which that is.
    for (number, ring) in context.catalogue.rings().iter() {
        let altered =
            |element: &ElementId| Fact::Unguarded(number, Box::new(Fact::Gain(element.clone(), Privilege::Alter)));
        let premises: Vec<Fact> = ring.enforcers.iter().map(altered).collect();
        for control in context.controls().filter(|control| ring.controls.contains_key(&control.id)) {
            builder.derive(
                premises.clone(),
                Fact::Defeated(control.id.clone()),
                Exploitability::High,
                ReachRule::First(Reach::One),
                "its enforcer is kept safe by what it keeps safe itself, and none of them stands by itself",
            );
        }
    }
}
