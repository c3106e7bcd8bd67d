//! Controls fall where their enforcer is altered, or the secret they rest on is known.

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
        }
    }
}
