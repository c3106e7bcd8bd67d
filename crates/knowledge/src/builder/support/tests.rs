use jiff::civil::{Date, date};
use ward_formats::feed::eol::SupportCatalogue;
use ward_model::affected::SubjectKey;
use ward_model::coverage::Shrinkage;
use ward_model::digest::Digest;
use ward_model::knowledge::{Knowledge, SourceDescription};

use crate::testing::TestResult;
use crate::{Home, HomeError, Published};

type Any<T> = Result<T, Box<dyn std::error::Error>>;

fn day(number: i8) -> Date {
    date(2026, 1, number)
}

/// The text of a product's file with these release lines.
fn lines(cycles: &[&str]) -> String {
    let lines: Vec<String> =
        cycles.iter().map(|cycle| format!(r#"{{"cycle":"{cycle}","eol":"2020-01-01"}}"#)).collect();
    format!("[{}]", lines.join(","))
}

const NAMES: &str = r#"{"openssl":[{"cpe":"cpe:2.3:a:openssl:openssl"}],"zlib":[{"cpe":"cpe:2.3:a:zlib:zlib"}]}"#;

/// Files by product; the list of names is one of them.
fn catalogue(files: &[(&str, String)]) -> SupportCatalogue {
    let mut catalogue = SupportCatalogue::default();
    for (place, (product, text)) in files.iter().enumerate() {
        match *product {
            "identifiers" => catalogue.add_identifiers(text.as_bytes(), place as u64 + 1),
            _ => catalogue.add_product(product, text.as_bytes(), place as u64 + 1),
        }
    }
    catalogue
}

fn publish(home: &Home, on: Date, files: &[(&str, String)], accept: bool) -> Result<Published, HomeError> {
    let mut builder = home.builder(on)?;
    if let Some(rule) = Shrinkage::new(10, 95) {
        builder.far_fewer(rule);
    }
    if accept {
        builder.accept_shrunk("eol");
    }
    let digest = Digest::of(format!("{files:?}").as_bytes());
    if builder.already_read("eol", "eol", digest)? {
        builder.unchanged("eol", "eol");
    } else {
        builder.input("eol", "eol", 1, digest);
        builder.support("eol", catalogue(files));
    }
    builder.publish(&mut |_| {})
}

/// What is known of the source, and the release lines of the product that a CPE name stands for.
fn held(home: &Home, product: &str) -> Any<(SourceDescription, Vec<String>)> {
    let held = home.current()?.ok_or("nothing there")?;
    held.verify()?;
    let key = ward_model::cpe::Cpe::parse(&format!("cpe:2.3:a:{product}:{product}"))?.product_key().ok_or("no key")?;
    let lines = held.support_cycles(&SubjectKey::Product(key))?;
    let source = held.description().sources.iter().find(|source| source.name == "eol").ok_or("no source")?;
    Ok((source.clone(), lines.into_iter().map(|line| line.cycle).collect()))
}

/// Twenty products that always come, so that one more or less is few.
fn others() -> Vec<(&'static str, String)> {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"];
    names.map(|name| (name, lines(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]))).to_vec()
}

fn files(openssl: Option<&str>, names: Option<&str>) -> Vec<(&'static str, String)> {
    let mut files = others();
    files.push(("zlib", lines(&["1"])));
    files.extend(openssl.map(|text| ("openssl", text.to_owned())));
    files.extend(names.map(|text| ("identifiers", text.to_owned())));
    files
}

#[test]
fn a_product_that_does_not_come_or_cannot_be_read_keeps_its_lines() -> TestResult {
    let whole = lines(&["3.0", "1.1.1", "1.0.2"]);
    let html = "<html>please log in</html>";
    for (text, set_aside) in [(None, 0), (Some(&whole[..40]), 1), (Some(""), 1), (Some(html), 1), (Some("[]"), 0)] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let first = publish(&home, day(1), &files(Some(&whole), Some(NAMES)), false)?;
        assert_eq!((first.sources[0].1.added, first.sources[0].0.records), (204, 204), "release lines are counted");
        let published = publish(&home, day(2), &files(text, Some(NAMES)), false)?;
        assert_eq!(published.set_aside.len(), set_aside, "{text:?}");
        assert!(published.set_aside.iter().all(|aside| aside.reason.starts_with("openssl.json: ")));
        let changes = &published.sources[0].1;
        assert_eq!((changes.absent, changes.removed, changes.changed, changes.unchanged), (3, 0, 0, 201), "{text:?}");
        let (source, lines) = held(&home, "openssl")?;
        assert_eq!((source.records, lines), (204, vec!["3.0".to_owned(), "1.1.1".to_owned(), "1.0.2".to_owned()]));
        let told: Vec<String> = source.shrunk.iter().map(ToString::to_string).collect();
        let words = "openssl: none came of 3 records, since 2026-01-02, received last on 2026-01-01";
        assert_eq!(told, [words], "{text:?}");
        // Looked at again it is still so, until it comes, or somebody says that it is right.
        publish(&home, day(3), &files(text, Some(NAMES)), false)?;
        assert_eq!(held(&home, "openssl")?.0.shrunk.len(), 1);
        let accepted = publish(&home, day(4), &files(text, Some(NAMES)), true)?;
        assert_eq!(accepted.sources[0].1.removed, 3);
        assert_eq!((held(&home, "openssl")?.0.shrunk, held(&home, "openssl")?.1), (vec![], vec![]));
        let again = publish(&home, day(5), &files(Some(&whole), Some(NAMES)), false)?;
        assert_eq!((again.sources[0].1.added, held(&home, "openssl")?.1.len()), (3, 3));
        publish(&home, day(6), &files(text, Some(NAMES)), false)?;
        let (source, _) = held(&home, "openssl")?;
        assert_eq!(source.shrunk[0].last_came, Some(day(5)));
        publish(&home, day(7), &files(Some(&whole), Some(NAMES)), false)?;
        assert_eq!(held(&home, "openssl")?.0.shrunk, []);
    }
    Ok(())
}

#[test]
fn a_product_that_was_given_up_and_came_again_is_missed_again() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let whole = lines(&["3.0", "1.1.1"]);
    // No list of names knows it.
    let steps =
        [(true, false, 0), (false, false, 1), (false, true, 0), (true, false, 0), (false, false, 1), (true, false, 0)];
    for (on, (comes, accept, told)) in (1..).zip(steps) {
        let text = comes.then_some(whole.as_str());
        publish(&home, day(on), &files(text, None), accept)?;
        let held = home.current()?.ok_or("nothing there")?;
        assert_eq!(held.description().sources[0].shrunk.len(), told, "on day {on}");
    }
    Ok(())
}

#[test]
fn a_line_that_cannot_be_read_or_is_left_out_stays_where_it_was() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    publish(&home, day(1), &files(Some(&lines(&["3.0", "1.1.1", "1.0.2"])), Some(NAMES)), false)?;
    let odd =
        r#"[{"cycle":"3.1"},{"cycle":"3.0","eol":"2026-01-01"},{"cycle":"1.1.1","eol":"soon"},{"cycle":"1.0.2"}]"#;
    let published = publish(&home, day(2), &files(Some(odd), Some(NAMES)), false)?;
    let changes = &published.sources[0].1;
    // A list that says no release is not known to be later: the earlier ends hold.
    assert_eq!((changes.added, changes.changed, changes.removed, changes.absent), (1, 0, 0, 1));
    assert_eq!(held(&home, "openssl")?.1, ["3.1", "3.0", "1.1.1", "1.0.2"]);
    assert_eq!(gone(&home)?, [""; 0], "nobody knows of what could not be read");
    let published = publish(&home, day(3), &files(Some(&lines(&["3.0", "1.1.1"])), Some(NAMES)), false)?;
    assert_eq!((published.sources[0].1.removed, published.sources[0].1.absent), (0, 2));
    let (source, lines) = held(&home, "openssl")?;
    assert_eq!(lines, ["3.1", "3.0", "1.1.1", "1.0.2"]);
    assert_eq!(source.shrunk.len(), 1);
    Ok(())
}

/// The lines of OpenSSL that its source names no more.
fn gone(home: &Home) -> Any<Vec<String>> {
    let held = home.current()?.ok_or("nothing there")?;
    let key = ward_model::cpe::Cpe::parse("cpe:2.3:a:openssl:openssl")?.product_key().ok_or("no key")?;
    let lines = held.support_cycles(&SubjectKey::Product(key))?;
    Ok(lines.into_iter().filter(|line| line.said_no_longer).map(|line| line.cycle).collect())
}

/// A handful of lines is cut short where any lacks: it stays as it was said last, marked, until it comes again or somebody accepts it.
#[test]
fn a_product_of_which_some_lines_are_left_out_keeps_them_as_said_no_longer() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let all = ["3.5", "3.0", "1.1.1", "1.1.0", "1.0.2", "1.0.1", "1.0.0", "0.9.8"];
    let publish = |on: i8, cycles: &[&str], accept: bool| -> Any<Vec<String>> {
        publish(&home, day(on), &files(Some(&lines(cycles)), Some(NAMES)), accept)?;
        Ok(held(&home, "openssl")?.0.shrunk.iter().map(ToString::to_string).collect())
    };
    let whole = publish(1, &all, false)?;
    let identity = home.current()?.ok_or("nothing there")?.description().generation;
    assert_eq!((whole, gone(&home)?), (vec![], vec![]));
    let words = "openssl: 5 records came where there were 8, since 2026-01-02, received last on 2026-01-02";
    assert!(publish(2, &all[..5], false)?[0].starts_with(words.split(", received").next().ok_or("")?));
    assert_eq!(held(&home, "openssl")?.1, all);
    assert_eq!(gone(&home)?, all[5..]);
    // Whoever looks again still lacks them; some of them come again, others go.
    assert_eq!(publish(3, &all[..5], false)?.len(), 1);
    assert_eq!(publish(4, &all[1..7], false)?.len(), 1);
    assert_eq!(gone(&home)?, ["3.5", "0.9.8"]);
    assert_eq!((publish(5, &all, false)?, gone(&home)?), (vec![], vec![]));
    assert_eq!(
        home.current()?.ok_or("nothing there")?.description().generation,
        identity,
        "a mark is nothing that was said"
    );
    // One that is called otherwise is missed, however many there are.
    let renamed = ["3.5", "3.0", "1.1.1", "1.1.0", "1.0.2", "1.0.1", "1.0.0", "0.9.8zh"];
    assert!(
        publish(6, &renamed, false)?[0].starts_with("openssl: 8 records came where there were 9, since 2026-01-06")
    );
    assert_eq!((publish(7, &renamed, true)?, held(&home, "openssl")?.1), (vec![], renamed.map(str::to_owned).to_vec()));
    assert_eq!((publish(8, &renamed, false)?, gone(&home)?), (vec![], vec![]));
    let then = home.as_of(day(4))?.ok_or("nothing there")?;
    let key = ward_model::cpe::Cpe::parse("cpe:2.3:a:openssl:openssl")?.product_key().ok_or("no key")?;
    let marked = then.support_cycles(&SubjectKey::Product(key))?.into_iter().filter(|line| line.said_no_longer).count();
    assert_eq!(marked, 2, "as it was on that day");
    Ok(())
}

#[test]
fn names_are_kept_where_their_list_does_not_come() -> TestResult {
    let whole = lines(&["3.0"]);
    for names in [None, Some("{"), Some("<html>"), Some("{}")] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        publish(&home, day(1), &files(Some(&whole), Some(NAMES)), false)?;
        publish(&home, day(2), &files(Some(&whole), names), false)?;
        let (source, lines) = held(&home, "openssl")?;
        assert_eq!(lines, ["3.0"], "{names:?}");
        let told: Vec<String> = source.shrunk.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["identifiers: none came of 2 records, since 2026-01-02, received last on 2026-01-01"]);
        // What it says of a product is all that counts of it, where somebody says that it is right.
        let other = NAMES.replace("openssl:openssl", "openssl:other");
        publish(&home, day(3), &files(Some(&whole), Some(&other)), false)?;
        assert_eq!(held(&home, "openssl")?.1, ["3.0"], "{names:?}");
        publish(&home, day(4), &files(Some(&whole), Some(&other)), true)?;
        let (source, lines) = held(&home, "openssl")?;
        assert_eq!((source.shrunk, lines), (vec![], vec![]));
    }
    Ok(())
}

#[test]
fn a_list_of_which_much_is_missing_is_told_as_one() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let whole = lines(&["3.0", "1.1.1"]);
    publish(&home, day(1), &files(Some(&whole), Some(NAMES)), false)?;
    let few = [("zlib", lines(&["1"])), ("identifiers", NAMES.to_owned())];
    let published = publish(&home, day(2), &few, false)?;
    assert_eq!((published.sources[0].1.absent, published.sources[0].1.far_fewer), (202, true));
    let (source, lines) = held(&home, "openssl")?;
    assert_eq!((source.records, lines.len()), (203, 2), "a product that only the list of names knows is not emptied");
    let told: Vec<_> = source.shrunk.iter().map(|part| (part.part.clone(), part.most, part.now)).collect();
    assert_eq!(told, [(None, 203, 1)]);
    publish(&home, day(3), &files(Some(&whole), Some(NAMES)), false)?;
    assert_eq!(held(&home, "openssl")?.0.shrunk, []);
    Ok(())
}

/// A line: its name, its newest version with the day, and its end, as it stands in a file.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

fn product(lines: &[Line<'_>]) -> String {
    let line = |(cycle, latest, day, end): &Line<'_>| {
        format!(r#"{{"cycle":"{cycle}","latest":"{latest}","latestReleaseDate":"{day}"{end}}}"#)
    };
    format!("[{}]", lines.iter().map(line).collect::<Vec<_>>().join(","))
}

/// The ends of the lines of OpenSSL.
fn ends(home: &Home) -> Any<Vec<String>> {
    let held = home.current()?.ok_or("nothing there")?;
    held.verify()?;
    let key = ward_model::cpe::Cpe::parse("cpe:2.3:a:openssl:openssl")?.product_key().ok_or("no key")?;
    let word = |line: ward_model::support::SupportCycle| format!("{} {:?}", line.cycle, line.security_until);
    Ok(held.support_cycles(&SubjectKey::Product(key))?.into_iter().map(word).collect())
}

const ON_1: &str = r#","eol":"2026-01-01""#;
const ON_2: &str = r#","eol":"2026-02-01""#;

/// Two lists of one product, what holds of them, and whether it is told that they differ.
type Two<'a> = (&'a [Line<'a>], &'a [Line<'a>], &'a [&'a str], bool);

/// What holds of two lists of one product, in either order, and whether it is told that they differ.
#[test]
fn a_product_is_replaced_by_a_later_release_of_its_own_alone() -> TestResult {
    let table: [Two<'_>; 7] = [
        // A later release: what it says is what holds.
        (&[("3", "3.1", "2025-12-01", ON_1)], &[("3", "3.2", "2025-12-02", ON_2)], &["3 On(2026-02-01)"], false),
        // Unless it does not say an end any more.
        (&[("3", "3.1", "2025-12-01", ON_1)], &[("3", "3.2", "2025-12-02", "")], &["3 On(2026-01-01)"], true),
        // Of the same release the earlier end holds.
        (&[("3", "3.1", "2025-12-01", ON_1)], &[("3", "3.1", "2025-12-01", ON_2)], &["3 On(2026-01-01)"], true),
        (&[("3", "3.1", "2025-12-01", ON_1)], &[("3", "3.1", "2025-12-01", r#","eol":true"#)], &["3 Ended"], true),
        (
            &[("3", "3.1", "2025-12-01", ON_1)],
            &[("3", "3.1", "2025-12-01", r#","eol":null"#)],
            &["3 On(2026-01-01)"],
            true,
        ),
        // A day that was corrected holds nothing up.
        (
            &[("3", "3.1", "2025-12-01", ON_2), ("1", "1.9", "2015-12-03", ON_1)],
            &[("3", "3.1", "2025-11-30", ON_1), ("1", "1.9", "2015-12-02", ON_1)],
            &["3 On(2026-01-01)", "1 On(2026-01-01)"],
            true,
        ),
        // A line that is new is a later release.
        (
            &[("3", "3.1", "2025-12-01", ON_1)],
            &[("4", "4.0", "2025-12-03", ON_2), ("3", "3.1", "2025-12-01", ON_2)],
            &["4 On(2026-02-01)", "3 On(2026-02-01)"],
            false,
        ),
    ];
    for (one, other, wanted, told) in table {
        let mut identities = Vec::new();
        for order in [[one, other], [other, one]] {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            let mut last = Vec::new();
            for (on, lines) in (20..).zip(order) {
                last = publish(&home, day(on), &files(Some(&product(lines)), Some(NAMES)), false)?.set_aside;
            }
            assert_eq!(ends(&home)?, wanted, "{order:?}");
            let differs = |aside: &&crate::SetAsideRecord| aside.reason.contains("the earlier end holds");
            assert_eq!(last.iter().any(|aside| differs(&aside)), told, "{order:?}");
            identities.push(home.current()?.ok_or("nothing there")?.description().generation);
        }
        // A line that the last list lacks is marked.
        assert!(one.len() != other.len() || identities[0] == identities[1], "{one:?}");
    }
    Ok(())
}

#[test]
fn a_release_of_one_product_says_nothing_of_others() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let zlib = |day: &str| ("zlib", product(&[("1", day, day, ON_2)]));
    let openssl = |end: &str| ("openssl", product(&[("3", "3.1", "2025-12-01", end)]));
    let with = |zlib: (&'static str, String), openssl: (&'static str, String)| {
        let mut all = others();
        all.extend([zlib, openssl, ("identifiers", NAMES.to_owned())]);
        all
    };
    publish(&home, day(20), &with(zlib("2025-12-01"), openssl(ON_1)), false)?;
    publish(&home, day(21), &with(zlib("2025-12-05"), openssl(ON_2)), false)?;
    assert_eq!(ends(&home)?, ["3 On(2026-01-01)"]);
    // An earlier state of one does not keep away what is worse of another.
    publish(&home, day(22), &with(zlib("2025-12-02"), openssl(r#","eol":"2025-12-31""#)), false)?;
    assert_eq!(ends(&home)?, ["3 On(2025-12-31)"]);
    // Somebody may say that what comes is right.
    publish(&home, day(23), &with(zlib("2025-12-05"), openssl(ON_2)), true)?;
    assert_eq!(ends(&home)?, ["3 On(2026-02-01)"]);
    Ok(())
}

/// A name that is not said any more, as where it is misspelt, takes no component out of what is known of its support.
#[test]
fn a_name_that_is_not_said_any_more_is_kept_until_something_later_is() -> TestResult {
    const MISSPELT: &str = r#"{"openssl":[{"cpe":"cpe:2.3:a:opensl:openssl"}],"zlib":[{"cpe":"cpe:2.3:a:zlib:zlib"}]}"#;
    let (now, later) = (("3", "3.1", "2025-12-01", ON_1), ("3", "3.2", "2025-12-02", ON_1));
    for (line, wanted, told) in [(now, vec!["3 On(2026-01-01)"], true), (later, vec![], false)] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        publish(&home, day(20), &files(Some(&product(&[now])), Some(NAMES)), false)?;
        for on in 21..23 {
            let last = publish(&home, day(on), &files(Some(&product(&[line])), Some(MISSPELT)), false)?;
            assert_eq!(ends(&home)?, wanted, "{line:?}");
            assert_eq!(last.set_aside.iter().any(|aside| aside.reason.contains("it is kept")), told, "{line:?}");
        }
        // Somebody may say that what comes is right.
        publish(&home, day(24), &files(Some(&product(&[line])), Some(MISSPELT)), true)?;
        assert_eq!(ends(&home)?, [""; 0]);
    }
    Ok(())
}

/// What is a list of old releases is told as one, whenever it was received.
#[test]
fn the_newest_release_tells_how_old_a_list_is() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let lines = [("3", "3.1", "2025-12-01", ON_1), ("2", "2.9", "2099-12-01", ON_1)];
    publish(&home, day(20), &files(Some(&product(&lines)), Some(NAMES)), false)?;
    assert_eq!(held(&home, "openssl")?.0.newest, Some(date(2025, 12, 1)));
    Ok(())
}

/// A line that is added within one that is held, or as the same one in another spelling, ends no later: only what is later takes back.
#[test]
fn a_line_that_is_added_takes_back_no_end_of_the_line_around_it() -> TestResult {
    let held = ("1.1.1", "1.1.1w", "2023-09-11", r#","eol":"2023-09-11""#);
    let older = "2020-09-11";
    let newest = ("3.5", "3.5.1", "2025-12-01", ON_2);
    let later = ("3.5", "3.5.2", "2025-12-02", ON_2);
    let table: [(&str, Line<'_>, &str, bool); 4] = [
        ("1.1.1w", newest, "On(2023-09-11)", true),
        ("v1.1.1", newest, "On(2023-09-11)", true),
        // It is of no line that is held.
        ("1.1.2", newest, "On(2035-01-01)", false),
        // Whoever names a later release may say so.
        ("1.1.1w", later, "On(2035-01-01)", false),
    ];
    for (added, newest_now, end, told) in table {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let line = (added, "1.1.1f", older, r#","eol":"2035-01-01""#);
        publish(&home, day(20), &files(Some(&product(&[newest, held])), Some(NAMES)), false)?;
        for on in 21..24 {
            let text = product(&[newest_now, line, held]);
            let last = publish(&home, day(on), &files(Some(&text), Some(NAMES)), false)?;
            assert!(ends(&home)?.contains(&format!("{added} {end}")), "{added} {:?}", ends(&home)?);
            let differs = last.set_aside.iter().any(|aside| aside.reason.contains("the earlier end holds"));
            assert_eq!(differs, told, "{added}");
        }
        // A later release settles it.
        let latest = ("3.5", "3.5.9", "2025-12-31", ON_2);
        publish(&home, day(25), &files(Some(&product(&[latest, line, held])), Some(NAMES)), false)?;
        assert!(ends(&home)?.contains(&format!("{added} On(2035-01-01)")), "{added} {:?}", ends(&home)?);
    }
    Ok(())
}
