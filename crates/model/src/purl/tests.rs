#![allow(clippy::unwrap_used, clippy::print_stderr)]

use super::{Purl, PurlError};
use proptest::prelude::*;
use std::collections::BTreeMap;

mod cases;

fn purl(text: &str) -> Purl {
    Purl::parse(text).unwrap()
}

#[test]
fn parts_are_decoded() {
    let read = purl("pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=sid%20(x)#usr//./share/../doc/");
    assert_eq!(read.kind, "deb");
    assert_eq!(read.namespace.as_deref(), Some("debian"));
    assert_eq!(read.name, "attr");
    assert_eq!(read.version.as_deref(), Some("1:2.4.47-2+b1"));
    assert_eq!(read.qualifiers["distro"], "sid (x)");
    assert_eq!(read.subpath.as_deref(), Some("usr/share/doc"));
    assert_eq!(read.to_string(), "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=sid%20%28x%29#usr/share/doc");
}

#[test]
fn what_is_written_and_what_is_canonical() {
    let table = [
        // A slash in a name is part of the name.
        ("pkg:generic/a%2Fb@1", "pkg:generic/a%2Fb@1"),
        ("pkg:generic/a%252Fb@1", "pkg:generic/a%252Fb@1"),
        ("pkg:generic/ns%2Fx/b", "pkg:generic/ns/x/b"),
        ("pkg:npm/%40angular/core@1", "pkg:npm/%40angular/core@1"),
        ("pkg:npm/@angular/core@1", "pkg:npm/%40angular/core@1"),
        ("pkg:npm/@angular/core", "pkg:npm/%40angular/core"),
        ("pkg:npm/%40angular%2Fcore@1", "pkg:npm/%40angular/core@1"),
        ("pkg:golang/github.com%2Fgorilla%2Fmux@v1.8.0", "pkg:golang/github.com/gorilla/mux@v1.8.0"),
        ("pkg:brew/node@20@20.10.0", "pkg:brew/node%4020@20.10.0"),
        ("PKG:PyPI/Django_Rest@3.0", "pkg:pypi/django-rest@3.0"),
        ("pkg:GitHub/OpenSSL/OpenSSL@abc", "pkg:github/openssl/openssl@abc"),
        ("pkg:bitbucket/A/B", "pkg:bitbucket/a/b"),
        ("pkg:deb/Debian/OpenSSL@1.1", "pkg:deb/debian/openssl@1.1"),
        ("pkg:maven/Org.Apache/Log4J@2", "pkg:maven/Org.Apache/Log4J@2"),
        ("pkg://maven/a/b", "pkg:maven/a/b"),
        ("pkg:huggingface/A/B@ABC", "pkg:huggingface/A/B@abc"),
        (
            "pkg:mlflow/Model?repository_url=https://x.azuredatabricks.net",
            "pkg:mlflow/model?repository_url=https:%2F%2Fx.azuredatabricks.net",
        ),
        (
            "pkg:mlflow/Model?repository_url=https://x.azureml.ms",
            "pkg:mlflow/Model?repository_url=https:%2F%2Fx.azureml.ms",
        ),
        ("pkg:git/codeberg.org/a/b@c", "pkg:git/codeberg.org/a/b@c"),
        ("pkg:generic/a?B=1&empty=&c=2", "pkg:generic/a?b=1&c=2"),
        ("pkg:generic/a@", "pkg:generic/a"),
        ("pkg:generic/ä@ü", "pkg:generic/%C3%A4@%C3%BC"),
        ("pkg:oci/Debian@sha256:AB", "pkg:oci/debian@sha256:ab"),
    ];
    for (text, canonical) in table {
        let read = purl(text);
        assert_eq!(read.to_string(), canonical, "{text}");
        assert_eq!(purl(canonical), read, "{text}");
    }
    assert_eq!(purl("pkg:generic/a%2Fb").name, "a/b");
    assert_eq!(purl("pkg:git/codeberg.org/a/b").name, "a/b");
}

#[test]
fn errors_say_what_is_wrong() {
    let table = [
        ("", "a package URL begins with `pkg:`"),
        ("npm/a", "a package URL begins with `pkg:`"),
        ("pkg:", "the type is missing"),
        ("pkg:npm", "the type is missing"),
        ("pkg:3n/a", "type `3n` is not allowed"),
        ("pkg:n:a/b", "type `n:a` is not allowed"),
        ("pkg:maven/@1.3.4", "the name is missing"),
        ("pkg:npm/a%2", "`a%2` is not percent-encoded correctly"),
        ("pkg:npm/a@%FF", "`%FF` is not percent-encoded correctly"),
        ("pkg:npm/a?b%20c=1", "qualifier `b%20c=1` has no allowed key"),
        ("pkg:swift/Alamofire@5", "type `swift` needs a namespace"),
        ("pkg:cpan/A::B", "type `cpan` names a distribution (`A-B`), not a module (`A::B`)"),
        ("pkg:julia/Dates", "type `julia` needs the qualifier `uuid`"),
    ];
    for (text, message) in table {
        assert_eq!(Purl::parse(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn building_checks_like_reading() {
    let bare = |kind: &str, name: &str| Purl {
        kind: kind.into(),
        namespace: None,
        name: name.into(),
        version: None,
        qualifiers: BTreeMap::new(),
        subpath: None,
    };
    assert_eq!(bare("PyPI", "A_b").build().unwrap().to_string(), "pkg:pypi/a-b");
    assert_eq!(bare("npm", "").build(), Err(PurlError::NoName));
    assert_eq!(bare("", "a").build(), Err(PurlError::NoType));
    let mut odd = bare("generic", "a");
    odd.qualifiers.insert("in production".into(), "true".into());
    assert_eq!(odd.build(), Err(PurlError::Qualifier("in production".into())));
}

#[test]
fn a_purl_is_its_text_in_json() {
    let read = purl("pkg:npm/%40a/b@1?x=y");
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(json, "\"pkg:npm/%40a/b@1?x=y\"");
    assert_eq!(serde_json::from_str::<Purl>(&json).unwrap(), read);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn printing_and_reading_give_the_same(
        kind in prop::sample::select(vec![
            "npm", "pypi", "golang", "git", "github", "deb", "rpm", "generic", "maven", "pub", "oci", "mlflow", "brew", "nuget",
        ]),
        namespace in prop::option::of("[a-zA-Z@:%+ä.]{1,4}(/[a-z@%#?]{1,3})?"),
        name in "[a-zA-Z0-9@/:%+#?&=_.~ ä-]{1,8}",
        version in prop::option::of("\\PC{1,6}"),
        qualifiers in prop::collection::btree_map("[a-zA-Z][a-z0-9._-]{0,3}", "\\PC{0,6}", 0..3),
        subpath in prop::option::of("[a-z./%#]{1,8}"),
    ) {
        let built = Purl { kind: kind.into(), namespace, name, version, qualifiers, subpath }.build();
        if let Ok(built) = built {
            prop_assert_eq!(Purl::parse(&built.to_string()), Ok(built.clone()), "{}", built);
        }
    }

    #[test]
    fn what_is_read_is_printed_canonically(text in "pkg:(npm|golang|git|generic|pypi)/[a-zA-Z0-9@/:%2F?#&=+._-]{1,20}") {
        if let Ok(read) = Purl::parse(&text) {
            let printed = read.to_string();
            prop_assert_eq!(Purl::parse(&printed), Ok(read), "{}", text);
        }
    }

    #[test]
    fn nothing_panics(text in "(pkg:)?\\PC{0,40}") {
        let _ = Purl::parse(&text);
    }
}
