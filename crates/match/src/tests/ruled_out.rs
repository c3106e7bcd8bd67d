//! What keys alone rule out, the whole comparison rules out too.

use proptest::prelude::*;
use ward_model::cpe::{Attribute, Cpe};
use ward_model::finding::Confidence;
use ward_model::vulnerability::Criterion;
use ward_version::{Bound, Interval};

use crate::criterion::{Role, touch};
use crate::identity::Identity;
use crate::version::Held;

/// Versions that are written in many ways and lie close to each other.
fn version() -> impl Strategy<Value = String> {
    let odd = [
        "0",
        "1.0",
        "1.0.0",
        "1",
        "1.0.1f",
        "1.0.1",
        "1.0.1-beta1",
        "1.0rc1",
        "1.0-rc1",
        "1.0-2",
        "1.0p1",
        "1.0sp1",
        "1.0 sp1",
        "1.0.1.1",
        "2009a",
        "20200101",
        "2020-01-01",
        "12.2(33)sxi",
        "7.x-1.2",
        "1.2-acme",
        "acme-1.2",
        "unknown",
        "1.0+dfsg",
        "1.0~rc1",
        "12345",
        "1.x",
        "-",
        "v1.0",
        "1.0.b",
        "1.0.final",
    ];
    prop_oneof![
        prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        "[0-2](\\.[0-2]){0,3}([a-c]|rc[12]|-[12]|p[12]|sp[12]|\\.beta[12])?",
    ]
}

fn update() -> impl Strategy<Value = Option<String>> {
    let words = ["rc1", "beta1", "sp1", "update1", "p1", "1", "a", "hotfix"];
    prop::option::of(prop::sample::select(words.to_vec()).prop_map(str::to_owned))
}

fn attribute(value: Option<String>, otherwise: bool) -> Attribute {
    match value {
        Some(value) => Attribute::Value(value.into()),
        None if otherwise => Attribute::Na,
        None => Attribute::Any,
    }
}

fn criterion(product: &'static str) -> impl Strategy<Value = Criterion> {
    let bound =
        || prop::option::of((version(), any::<bool>()).prop_map(|(version, inclusive)| Bound { version, inclusive }));
    let range = prop::option::of((bound(), bound()).prop_map(|(lower, upper)| Interval { lower, upper }));
    let one = (prop::option::weighted(0.9, version()), any::<bool>());
    (range, one, update(), any::<bool>()).prop_map(move |(range, (version, na), update, no_update)| {
        let name = Cpe::parse(&format!("cpe:2.3:{product}")).expect("a name");
        let version = if range.is_some() { Attribute::Any } else { attribute(version, na) };
        Criterion { vulnerable: true, cpe: Cpe { version, update: attribute(update, no_update), ..name }, range }
    })
}

fn case() -> impl Strategy<Value = (Criterion, Identity)> {
    prop::sample::select(vec!["a:openssl:openssl", "a:acme:acme", "o:linux:linux_kernel"]).prop_flat_map(|product| {
        let kind = prop::option::of(prop::sample::select(vec!["deb", "rpm", "apk", "pypi"]));
        (criterion(product), version(), update(), kind, any::<bool>()).prop_map(
            |(criterion, version, update, kind, as_built)| {
                let product = criterion.cpe.product_key().expect("a product");
                // A kernel by the name of its build is any version of its branch.
                let written = if as_built { format!("{version}-76-generic") } else { version };
                let held = Held::of(&product, Some(&written), update.as_deref(), kind);
                let identity = Identity {
                    product,
                    confidence: Confidence::Exact,
                    text: String::new(),
                    version: held,
                    contradictions: Vec::new(),
                    cpe: None,
                    purl_kind: kind.map(str::to_owned),
                    doubt: None,
                    build: None,
                    perhaps: false,
                    other_releases: Vec::new(),
                };
                (criterion, identity)
            },
        )
    })
}

fn is_ruled_out(criterion: &Criterion, identity: &Identity) -> bool {
    identity.version.is_surely_outside(&criterion.meant(&criterion.keys()))
}

proptest! {
    #![proptest_config(super::laws::cases(4000))]

    #[test]
    fn nothing_is_ruled_out_that_may_hit((criterion, identity) in case()) {
        if is_ruled_out(&criterion, &identity) {
            for role in [Role::Vulnerable, Role::Environment] {
                let touch = touch(&criterion, &identity, role);
                prop_assert!(touch.truth.is_false(), "{:?} {:?}", touch.truth, touch.notes);
            }
        }
    }
}

#[test]
fn most_of_what_does_not_hit_is_ruled_out() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut ruled_out, mut missed) = (0, 0);
    for _ in 0..4000 {
        let (criterion, identity) = case().new_tree(&mut runner).expect("a case").current();
        match is_ruled_out(&criterion, &identity) {
            true => ruled_out += 1,
            false => missed += usize::from(touch(&criterion, &identity, Role::Vulnerable).truth.is_false()),
        }
    }
    assert!(ruled_out > 2 * missed, "{ruled_out} ruled out by their keys, {missed} by a closer look");
}
