use jiff::Timestamp;
use proptest::prelude::*;
use ward_formats::feed::Dated;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

use crate::testing::{TestResult, plain};
use crate::{Home, Published};

/// What a version says that names no product, and one that withdraws the record.
const NAMELESS: &str = "nameless";
const REJECTED: &str = "rejected";

/// A version: its name, its stamp and what it says.
type Version<'a> = (&'a str, &'a str, &'a str);

fn sync(home: &Home, on: &str, source: &str, version: Version<'_>) -> Result<Published, Box<dyn std::error::Error>> {
    let (id, stamp, text) = version;
    sync_all(home, on, source, &[(id, stamp.to_owned(), text)])
}

fn sync_all(
    home: &Home,
    on: &str,
    source: &str,
    versions: &[(&str, String, &str)],
) -> Result<Published, Box<dyn std::error::Error>> {
    let mut builder = home.builder(on.parse::<Timestamp>()?)?;
    let mut batch = builder.batch()?;
    batch.file(source, "f");
    for (id, stamp, text) in versions {
        let mut record = plain(id, jiff::civil::date(2026, 1, 1), text);
        if text.starts_with(NAMELESS) {
            record.configurations.clear();
        }
        // Each version has a product of its own.
        let vendor = format!("cpe:2.3:a:{text}:pump");
        let criteria =
            record.configurations.iter_mut().flat_map(|one| &mut one.nodes).flat_map(|node| &mut node.criteria);
        for criterion in criteria {
            criterion.cpe = ward_model::cpe::Cpe::parse(&vendor.replace(' ', "_"))?;
        }
        record.withdrawn = *text == REJECTED;
        record.modified = None;
        source.clone_into(&mut record.source);
        batch.dated(&Dated { record, last_modified: stamp.clone(), withdrawn_on: None })?;
    }
    builder.add(batch);
    let published = builder.publish(&mut |_| {})?;
    home.current()?.ok_or("nothing there")?.verify()?;
    Ok(published)
}

/// All that is held and not withdrawn, with its names.
fn held(home: &Home) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let held = home.current()?.ok_or("nothing there")?;
    let mut all = Vec::new();
    for number in 0..held.record_count() {
        let record = held.record(ward_model::knowledge::RecordNumber(number))?;
        if !record.withdrawn {
            let names: Vec<&str> = record.aliases.iter().map(VulnerabilityId::as_str).collect();
            let names = if names.is_empty() { String::new() } else { format!(" as {}", names.join(" ")) };
            let keys = crate::memory::criteria(&record).filter_map(|criterion| criterion.cpe.product_key());
            let products: Vec<String> = keys.map(|key| key.vendor.replace('_', " ")).collect();
            all.push(format!("{} [{}]{names}: {}", record.id, products.join(" "), record.description));
        }
    }
    Ok(all)
}

const ID: &str = "CVE-2020-1";
const DATED: Version<'_> = (ID, "2026-08-01T10:00:00", "dated");

#[test]
fn what_says_no_moment_that_can_be_believed_replaces_none_that_does() -> TestResult {
    for source in ["nvd", "cve5", "osv/pypi"] {
        for stamp in ["", "2206-01-01T00:00:00"] {
            let mut seen = Vec::new();
            let beside = (ID, stamp, "beside");
            for order in [[DATED, beside], [beside, DATED]] {
                let folder = tempfile::tempdir()?;
                let home = Home::open(folder.path());
                let mut told = 0;
                for version in order {
                    told = sync(&home, "2026-08-02T10:00:00Z", source, version)?.set_aside.len();
                }
                assert_eq!(told, 1, "{source} {stamp}");
                assert_eq!(
                    held(&home)?,
                    ["CVE-2020-1 [dated]: dated", "CVE-2020-1~undated [beside] as CVE-2020-1: beside"],
                    "{source} {stamp}"
                );
                let identity = home.current()?.ok_or("nothing there")?.description().generation;
                // The same once more is nothing new.
                sync(&home, "2026-08-02T10:00:00Z", source, beside)?;
                assert_eq!(home.current()?.ok_or("nothing there")?.description().generation, identity);
                seen.push(identity);
                // What was changed before it came does not replace it, and what was changed since does.
                let before = (ID, "2026-08-01T20:00:00", "before it came");
                sync(&home, "2026-08-03T10:00:00Z", source, before)?;
                assert_eq!(held(&home)?.len(), 2);
                let last = sync(&home, "2026-08-04T10:00:00Z", source, (ID, "2026-08-03T20:00:00", "since"))?;
                let wanted = (vec!["CVE-2020-1 [since]: since".to_owned()], 0);
                assert_eq!((held(&home)?, last.set_aside.len()), wanted, "{source} {stamp} {order:?}");
            }
            assert_eq!(seen[0], seen[1], "{source} {stamp}");
        }
    }
    Ok(())
}

#[test]
fn what_came_in_part_is_replaced_by_what_is_whole_and_no_older() -> TestResult {
    let part = |stamp| (("X-1~in-part"), stamp, "in part");
    let whole = |stamp| ("X-1", stamp, "whole");
    for (one, other, wanted) in [
        (
            whole("2026-08-01T10:00:00"),
            part("2026-08-01T11:00:00"),
            vec!["X-1 [whole]: whole", "X-1~in-part [in part]: in part"],
        ),
        (whole("2026-08-01T10:00:00"), part("2026-08-01T10:00:00"), vec!["X-1 [whole]: whole"]),
        (whole("2026-08-01T10:00:00"), part("2026-08-01T09:00:00"), vec!["X-1 [whole]: whole"]),
    ] {
        let mut seen = Vec::new();
        for order in [[one, other], [other, one]] {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            for version in order {
                sync(&home, "2026-08-02T10:00:00Z", "osv/pypi", version)?;
            }
            assert_eq!(held(&home)?, wanted, "{order:?}");
            seen.push(home.current()?.ok_or("nothing there")?.description().generation);
        }
        assert_eq!(seen[0], seen[1], "{one:?} {other:?}");
    }
    Ok(())
}

#[test]
fn a_source_that_never_says_a_moment_is_taken_as_it_comes() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    for text in ["one", "two"] {
        let published = sync(&home, "2026-08-02T10:00:00Z", "osv/go", ("GO-1", "", text))?;
        assert_eq!((held(&home)?, published.set_aside.len()), (vec![format!("GO-1 [{text}]: {text}")], 0));
    }
    // The same with a moment says no more.
    let published = sync(&home, "2026-08-02T10:00:00Z", "osv/go", ("GO-1", "2026-08-01T10:00:00", "two"))?;
    assert_eq!((held(&home)?, published.set_aside.len()), (vec!["GO-1 [two]: two".to_owned()], 0));
    sync(&home, "2026-08-02T10:00:00Z", "osv/go", ("GO-1", "", "two"))?;
    assert_eq!(held(&home)?, ["GO-1 [two]: two"]);
    Ok(())
}

/// What names products counts, whichever is later, until it is withdrawn or a later version names some: a record that lost them says nothing
/// of those.
#[test]
fn a_version_that_names_no_product_takes_none_back() -> TestResult {
    let at = |hour: u8, text: &'static str| -> (String, &'static str) { (format!("2026-08-01T{hour:02}:00:00"), text) };
    let undated = |text: &'static str| (String::new(), text);
    // What the last says, with whose products; and how many are told.
    type Row<'a> = (&'a [(String, &'a str)], &'a [&'a str], usize);
    let table: [Row<'_>; 10] = [
        (&[at(1, "one"), at(2, NAMELESS)], &["CVE-2020-1 [one]: nameless"], 1),
        (&[at(1, "one"), at(2, NAMELESS), at(3, "nameless again")], &["CVE-2020-1 [one]: nameless again"], 1),
        (&[at(1, "one"), at(2, NAMELESS), at(3, "three")], &["CVE-2020-1 [three]: three"], 0),
        (&[at(1, "one"), at(2, "two"), at(3, NAMELESS)], &["CVE-2020-1 [two]: nameless"], 1),
        (&[at(1, NAMELESS), at(2, "two")], &["CVE-2020-1 [two]: two"], 0),
        (&[at(1, "nameless at first"), at(2, NAMELESS)], &["CVE-2020-1 []: nameless"], 0),
        (&[at(1, "one"), at(2, REJECTED)], &[], 0),
        (&[at(1, "one"), at(2, NAMELESS), at(3, REJECTED)], &[], 0),
        // What was rejected and stands again is no more of the products of before.
        (&[at(1, "one"), at(2, REJECTED), at(3, NAMELESS)], &["CVE-2020-1 []: nameless"], 1),
        (
            &[undated("undated"), at(2, NAMELESS)],
            &["CVE-2020-1 []: nameless", "CVE-2020-1~undated [undated] as CVE-2020-1: undated"],
            1,
        ),
    ];
    for (versions, wanted, told) in table {
        let mut seen = Vec::new();
        for order in orders(versions) {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            let mut last = 0;
            // The last comes a second time, on a later day.
            for (on, (stamp, text)) in order.iter().chain(order.last()).enumerate() {
                let on = format!("2026-08-02T{on:02}:00:00Z");
                last = sync(&home, &on, "nvd", (ID, stamp, text))?.set_aside.len();
            }
            assert_eq!((held(&home)?, last), (wanted.iter().map(|&one| one.to_owned()).collect(), told), "{order:?}");
            seen.push(home.current()?.ok_or("nothing there")?.description().generation);
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{versions:?}");
    }
    Ok(())
}

/// Of versions of which none says a moment the one that is received last counts: for products, if it names some.
#[test]
fn an_undated_version_that_names_no_product_takes_none_back() -> TestResult {
    type Row<'a> = (&'a [&'a str], &'a [&'a str], usize);
    let table: [Row<'_>; 5] = [
        (&["one", NAMELESS], &["CVE-2020-1 [one]: nameless"], 1),
        (&["one", NAMELESS, "nameless again"], &["CVE-2020-1 [one]: nameless again"], 1),
        (&["one", NAMELESS, "three"], &["CVE-2020-1 [three]: three"], 0),
        (&["one", REJECTED, NAMELESS], &["CVE-2020-1 []: nameless"], 1),
        (&["one", NAMELESS, REJECTED], &[], 0),
    ];
    for (versions, wanted, told) in table {
        // Without a moment, and with one that lies after the day of receipt.
        for stamp in ["", "2026-10-01T00:00:00"] {
            let folder = tempfile::tempdir()?;
            let home = Home::open(folder.path());
            let mut last = 0;
            // The last comes a second time, on a later day.
            for (on, text) in versions.iter().chain(versions.last()).enumerate() {
                let published = sync(&home, &format!("2026-08-02T{on:02}:00:00Z"), "nvd", (ID, stamp, text))?;
                // What lies ahead is told of every version.
                let beyond = |one: &&crate::SetAsideRecord| !super::super::is_beyond(one);
                last = published.set_aside.iter().filter(beyond).count();
            }
            assert_eq!(
                (held(&home)?, last),
                (wanted.iter().map(|&one| one.to_owned()).collect(), told),
                "{versions:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Versions of a record of any kind, that came on one day: together, one after the other, in any order. What says no moment says
    /// nothing that one with a moment says, for whether that has been replaced is not known any more.
    #[test]
    fn versions_of_a_record_say_the_same_in_any_order(
        (in_order, shuffled) in prop::collection::btree_map(
            prop::option::weighted(0.7, 1_u8..5),
            prop::sample::select(vec!["one", "two", "nameless", "nameless too", "rejected"]),
            1..5,
        ).prop_map(|versions| versions.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|versions| (Just(versions.clone()), Just(versions).prop_shuffle())),
        cuts in prop::collection::vec(1_usize..3, 4),
    ) {
        let check = || -> Result<_, Box<dyn std::error::Error>> {
            let mut seen = Vec::new();
            for (versions, cuts) in [(&in_order, &[usize::MAX][..]), (&shuffled, &cuts)] {
                let folder = tempfile::tempdir()?;
                let home = Home::open(folder.path());
                let mut rest = versions.as_slice();
                for (minute, cut) in cuts.iter().enumerate() {
                    let (now, later) = rest.split_at((*cut).min(rest.len()));
                    let of = |(hour, text): &(Option<u8>, &'static str)| {
                        let stamp = hour.map(|hour| format!("2026-08-01T{hour:02}:00:00")).unwrap_or_default();
                        let text = match (hour, *text) {
                            (None, "one") => "three",
                            (None, "two") => "four",
                            (None, "nameless" | "nameless too") => "nameless three",
                            (_, text) => text,
                        };
                        (ID, stamp, text)
                    };
                    let now: Vec<_> = now.iter().map(of).collect();
                    sync_all(&home, &format!("2026-08-02T10:{minute:02}:00Z"), "nvd", &now)?;
                    rest = later;
                }
                let now = home.current()?.ok_or("nothing there")?;
                seen.push((held(&home)?, now.set_aside()?, now.description().generation));
            }
            Ok(seen)
        };
        let seen = check().map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&seen[0], &seen[1]);
    }
}

/// All orders of a few.
fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = of.split_first() else { return vec![Vec::new()] };
    let places = |order: Vec<T>| {
        (0..=order.len()).map(move |place| {
            let mut order = order.clone();
            order.insert(place, first.clone());
            order
        })
    };
    orders(rest).into_iter().flat_map(places).collect()
}
