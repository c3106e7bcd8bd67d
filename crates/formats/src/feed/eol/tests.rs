use ward_model::affected::SubjectKey;
use ward_model::digest::Digest;
use ward_model::support::SupportEnd;

use super::SupportCatalogue;

fn cycles(text: &str) -> SupportCatalogue {
    let mut catalogue = SupportCatalogue::default();
    catalogue.add_product("some-thing", text.as_bytes(), 3);
    catalogue
}

#[test]
fn dates_and_words_mean_what_they_say_and_no_more() -> Result<(), String> {
    let on = |text: &str| text.parse().map(SupportEnd::On).map_err(|_| text.to_owned());
    let (ended, open, unknown) = (SupportEnd::Ended, SupportEnd::NotAnnounced, SupportEnd::Unknown);
    // The fields, then active, security and extended support.
    for (fields, wanted) in [
        (r#""eol":"2026-09-07","eoes":false"#, [unknown, on("2026-09-07")?, open]),
        (r#""eol":false"#, [unknown, open, unknown]),
        (r#""eol":true"#, [unknown, ended, unknown]),
        ("", [unknown, unknown, unknown]),
        (r#""eol":null,"support":null"#, [unknown, unknown, unknown]),
        // Whether `true` says that support goes on or that it has ended depends on who wrote it.
        (r#""eol":true,"support":true"#, [ended, ended, unknown]),
        (r#""eol":false,"support":true"#, [unknown, open, unknown]),
        (r#""eol":false,"support":false"#, [unknown, open, unknown]),
        (
            r#""eol":"2026-09-07","support":"2025-01-01","extendedSupport":true"#,
            [on("2025-01-01")?, on("2026-09-07")?, unknown],
        ),
        (r#""eol":"2026-09-07","eoas":false,"eoes":true"#, [open, on("2026-09-07")?, ended]),
        (
            r#""eol":"2026-09-07","eoas":"2026-01-01","eoes":"2030-01-01""#,
            [on("2026-01-01")?, on("2026-09-07")?, on("2030-01-01")?],
        ),
    ] {
        let gap = if fields.is_empty() { "" } else { "," };
        let catalogue = cycles(&format!(r#"[{{"cycle":"3.0"{gap}{fields}}}]"#));
        let [cycle] = catalogue.cycles.as_slice() else { return Err(format!("{fields}: {:?}", catalogue.set_aside)) };
        assert_eq!([cycle.active_until, cycle.security_until, cycle.extended_until], wanted, "{fields}");
    }
    Ok(())
}

/// Whichever came last would count, and may be the one that says that support goes on.
#[test]
fn a_line_that_is_there_twice_says_nothing() {
    let catalogue =
        cycles(r#"[{"cycle":"1","eol":"2023-09-11"},{"cycle":"2","eol":false},{"cycle":" 1","eol":"2035-01-01"}]"#);
    let names: Vec<_> = catalogue.cycles.iter().map(|cycle| cycle.cycle.as_str()).collect();
    assert_eq!(names, ["2"]);
    assert_eq!(catalogue.set_aside.len(), 2);
    assert!(catalogue.set_aside[0].reason.contains("the release line `1` is there more than once"));
    assert!(catalogue.unread.contains("some-thing"));
}

#[test]
fn what_cannot_be_read_is_set_aside_alone() {
    let catalogue = cycles(
        r#"[{"cycle":"1","releaseDate":"2020-01-02","latest":"1.9","latestReleaseDate":"2021-01-02"},{"cycle":2},
        {"eol":true},{"cycle":"3","eol":"soon"},{"cycle":"4","eol":7},{"cycle":"5","releaseDate":"2020"},3]"#,
    );
    let names: Vec<_> = catalogue.cycles.iter().map(|cycle| cycle.cycle.as_str()).collect();
    assert_eq!(names, ["1", "2"]);
    assert_eq!(catalogue.cycles[0].latest.as_deref(), Some("1.9"));
    assert_eq!(catalogue.set_aside.len(), 5);
    assert!(
        catalogue.set_aside.iter().all(|aside| aside.place == 3 && aside.reason.starts_with("some-thing.json, line "))
    );
    assert!(catalogue.unread.contains("some-thing"));
    for text in ["", "{}", "[", "3"] {
        let catalogue = cycles(text);
        assert_eq!((catalogue.cycles.len(), catalogue.set_aside.len()), (0, 1), "{text}");
        assert!(catalogue.set_aside[0].reason.starts_with("some-thing.json: "), "{:?}", catalogue.set_aside);
        assert_eq!((catalogue.unread.len(), catalogue.keys.len()), (1, 0), "it takes nothing back");
    }
}

#[test]
fn products_are_found_by_their_names_elsewhere() {
    let mut catalogue = SupportCatalogue::default();
    catalogue.add_identifiers(
        br#"{"some-thing":[{"cpe":"cpe:/a:acme:some_thing"},{"cpe":"cpe:2.3:a:acme:some_thing"},{"purl":"pkg:pypi/Some.Thing"},
        {"purl":"pkg:docker/library/thing"},{"purl":"pkg:deb/debian/libthing"},{"repology":"thing"},{"cpe":"thing"},{"odd":1}],
        "other":{}}"#,
        9,
    );
    catalogue.add_product("some-thing", b"[]", 1);
    let keys = catalogue.keys.get("some-thing").map(|keys| {
        keys.iter()
            .map(|key| match key {
                SubjectKey::Package(package) => package.to_string(),
                SubjectKey::Product(product) => product.to_string(),
                SubjectKey::Named { vendor, product } => format!("{vendor}/{product}"),
            })
            .collect::<Vec<_>>()
    });
    let wanted = ["pypi:some-thing", "a:acme:some_thing", "/libthing", "/some_thing", "/thing"];
    assert_eq!(keys, Some(wanted.map(str::to_owned).to_vec()));
    let reasons: Vec<_> = catalogue.set_aside.iter().map(|aside| aside.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
}

/// Each part that could not be read was set aside with the digest and the products of the whole file: eighty kilobytes took seconds.
#[test]
fn what_is_set_aside_names_the_products_of_its_own_part() {
    let mut catalogue = SupportCatalogue::default();
    let text = br#"{"a":[{"cpe":"cpe:2.3:a:acme:one:1"},{"cpe":"cpe:2.3:q:acme:two:*"}],"b":[{"purl":"no"}],"c":{"cpe":"cpe:2.3:o:acme:three:*"}}"#;
    catalogue.add_identifiers(text, 1);
    let products: Vec<Vec<String>> =
        catalogue.set_aside.iter().map(|aside| aside.products.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(products, [vec!["a:acme:two", "o:acme:two", "h:acme:two"], vec![], vec!["o:acme:three"]]);
    assert!(catalogue.set_aside.iter().all(|aside| aside.digest == Digest::of(text)), "the file is what was looked at");
    let mut broken = SupportCatalogue::default();
    broken.add_identifiers(br#"["cpe:2.3:a:acme:one:1:*:*:*:*:*:*:*"]"#, 1);
    assert_eq!(broken.set_aside[0].products.len(), 1, "of a file that cannot be read all products");
}
