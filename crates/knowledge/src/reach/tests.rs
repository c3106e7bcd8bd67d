use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, date};
use ward_formats::feed::nvd::Extent;

use super::{Came, Page, Reach, Receipt};

const YEARS: [i16; 3] = [2024, 2025, 2026];
const CHANGES: &str = "nvdcve-2.0-modified.json.gz";

fn at(day: Date, hour: i8) -> DateTime {
    day.at(hour, 0, 0, 0)
}

/// What is known besides the files, of these years that were held before and are now.
fn receipt<'a>(known: &'a BTreeSet<i16>, years: &'a BTreeSet<i16>, received: DateTime) -> Receipt<'a> {
    Receipt { known, years, received, days_apart: 14, compared: &NOTHING_COMPARED }
}

static NOTHING_COMPARED: BTreeMap<i16, DateTime> = BTreeMap::new();

/// A page of an answer that was made at a moment.
fn page(made: DateTime, start: u64, held: u64, total: u64) -> Page {
    Page { made, extent: Extent { start, held, total: Some(total) } }
}

/// After files of NVD that were made at these moments, each whole by itself.
fn after(reach: &Reach, files: &[(&str, DateTime)]) -> Reach {
    of_years(reach, files, &YEARS)
}

fn of_years(reach: &Reach, files: &[(&str, DateTime)], years: &[i16]) -> Reach {
    let files: Vec<(&str, Page)> = files.iter().map(|(file, made)| (*file, page(*made, 0, 1, 1))).collect();
    pages(reach, &files, years)
}

fn pages(reach: &Reach, files: &[(&str, Page)], years: &[i16]) -> Reach {
    let files = files.iter().map(|(file, page)| Came { file, page: Some(*page) });
    let years: BTreeSet<i16> = years.iter().copied().collect();
    reach.after("nvd", files, &receipt(&years, &years, DateTime::MAX))
}

/// After files of the CVE list, received at a moment.
fn listed(reach: &Reach, files: &[&str], received: DateTime) -> Reach {
    let years = BTreeSet::new();
    reach.after("cve5", files.iter().map(|file| Came { file, page: None }), &receipt(&years, &years, received))
}

fn year(year: i16) -> String {
    format!("nvdcve-2.0-{year}.json.gz")
}

fn told(reach: &Reach) -> Option<String> {
    reach.unseen().map(|unseen| unseen.to_string())
}

fn midnight(month: i8, day: i8) -> DateTime {
    at(date(2026, month, day), 0)
}

#[test]
fn what_nobody_looked_at_is_told_until_it_came() {
    let first = after(&Reach::default(), &[(&year(2024), midnight(1, 1)), (&year(2026), midnight(1, 2))]);
    // Eight days back is enough, and nine are not.
    let daily = after(&first, &[(CHANGES, midnight(1, 10))]);
    assert_eq!((told(&daily), daily.until), (None, Some(midnight(1, 10))));
    let late = after(&first, &[(CHANGES, midnight(1, 11))]);
    // What was made as the second day began saw the first.
    let words = "what changed after 2026-01-01 and before 2026-01-03 was never seen, of 2024 to 2026";
    assert_eq!(told(&late).as_deref(), Some(words));
    // What follows closely closes nothing; a second gap widens it.
    let next = after(&late, &[(CHANGES, midnight(1, 12))]);
    assert_eq!(told(&next).as_deref(), Some(words));
    let wider = after(&next, &[(CHANGES, midnight(4, 12))]);
    let words = "what changed after 2026-01-01 and before 2026-04-04 was never seen, of ";
    assert_eq!(told(&wider), Some(format!("{words}2024 to 2026")));
    // Years close it one by one, if they were made after it.
    let some = after(&wider, &[(&year(2025), midnight(4, 4)), (&year(2026), midnight(4, 3))]);
    assert_eq!(told(&some), Some(format!("{words}2024, 2026")));
    let all = after(&some, &[(&year(2024), midnight(4, 20)), (&year(2026), midnight(4, 20))]);
    assert_eq!(told(&all), None);
    let mut accepted = some;
    accepted.accept();
    assert_eq!(told(&accepted), None);
}

#[test]
fn hours_that_nobody_saw_are_told() {
    let first = after(&Reach::default(), &[(&year(2026), at(date(2026, 1, 2), 1))]);
    let late = after(&first, &[(CHANGES, at(date(2026, 1, 10), 23))]);
    let words = "what changed after 2026-01-02T01:00:00Z and before 2026-01-02T23:00:00Z was never seen";
    assert_eq!(told(&late), Some(format!("{words}, of 2024 to 2026")));
    assert_eq!(told(&after(&first, &[(CHANGES, at(date(2026, 1, 10), 1))])), None);
    // Whatever names all that changed meanwhile closes it.
    let window = "nvdcve-2.0-api-20260102T010000Z-20260103T000000Z-000000.json";
    assert_eq!(told(&after(&late, &[(window, at(date(2026, 1, 11), 0))])), None);
    let part = "nvdcve-2.0-api-20260102T000000Z-20260102T120000Z-000000.json";
    let part = after(&late, &[(part, at(date(2026, 1, 11), 0))]);
    assert!(told(&part).is_some_and(|told| told.contains("after 2026-01-02T12:00:00Z and before 2026-01-02T23")));
}

/// These years, and no others.
const TWO: [i16; 2] = [2024, 2026];

#[test]
fn years_and_changes_that_come_together_are_no_gap() {
    let together = |before: &Reach, old| {
        let (first, last) = (year(2024), year(2026));
        let files = [(CHANGES, midnight(4, 12)), (&*first, old), (&*last, midnight(4, 12))];
        told(&of_years(before, &files, &TWO))
    };
    let old = of_years(&Reach::default(), &[(&year(2024), midnight(1, 1))], &TWO[..1]);
    for before in [Reach::default(), old] {
        assert_eq!(together(&before, midnight(4, 12)), None);
        // A year in which nothing changed is not made anew: it may lie behind, as far as changes are likely.
        assert_eq!(together(&before, midnight(3, 29)), None);
        let words = "what changed after 2026-03-27 and before 2026-04-04 was never seen, of 2024";
        assert_eq!(together(&before, midnight(3, 28)).as_deref(), Some(words), "and not of 2026, which came");
    }
    assert_eq!(told(&after(&Reach::default(), &[(CHANGES, midnight(4, 12))])), None, "the missing years tell");
}

#[test]
fn a_year_that_stays_behind_the_others_is_told() {
    let words = |after: &str, before: &str| {
        format!("what changed after 2026-{after} and before 2026-{before} was never seen, of 2024")
    };
    let next = |before: &Reach, files: &[(&str, DateTime)]| of_years(before, files, &TWO);
    let years = |old, new| next(&Reach::default(), &[(&year(2024), old), (&year(2026), new)]);
    // At once.
    assert_eq!(told(&years(midnight(2, 1), midnight(2, 15))), None);
    assert_eq!(told(&years(midnight(2, 1), midnight(2, 16))), Some(words("01-31", "02-16")));
    // In a home whose mirror is refreshed every day but for that year: left as it is, or packed anew.
    for again in [false, true] {
        let mut daily = years(midnight(2, 1), midnight(2, 1));
        for day in 2..=16_i8 {
            assert_eq!(told(&daily), None, "{day}");
            let (old, new) = (year(2024), year(2026));
            let files = [(new.as_str(), midnight(2, day)), (old.as_str(), midnight(2, 1))];
            daily = next(&daily, &files[..if again { 2 } else { 1 }]);
        }
        assert_eq!(told(&daily), Some(words("01-31", "02-16")));
        // It goes on for as long as the year lies behind, and ends with its file.
        let open = next(&daily, &[(&year(2026), midnight(2, 17))]);
        assert_eq!(told(&open), Some(words("01-31", "02-17")));
        assert_eq!(told(&next(&open, &[(&year(2024), midnight(2, 10))])), Some(words("01-31", "02-17")));
        assert_eq!(told(&next(&open, &[(&year(2024), midnight(2, 17))])), None);
        let mut accepted = open.clone();
        accepted.accept();
        assert_eq!(told(&next(&accepted, &[(&year(2026), midnight(3, 3))])), None);
        assert_eq!(told(&next(&accepted, &[(&year(2026), midnight(3, 4))])), Some(words("02-16", "03-04")));
    }
    // Changes that follow one another look after it.
    let mut daily = years(midnight(2, 1), midnight(2, 1));
    for day in 2..=28_i8 {
        daily = next(&daily, &[(&year(2026), midnight(2, day)), (CHANGES, midnight(2, day))]);
    }
    assert_eq!(told(&daily), None);
}

#[test]
fn a_year_that_comes_later_was_not_seen_before() {
    let (nothing, before, all) = (BTreeSet::new(), BTreeSet::from([2025, 2026]), BTreeSet::from(YEARS));
    let files = [(year(2025), midnight(2, 1)), (year(2026), midnight(2, 1))];
    let came = |reach: &Reach, files: &[(String, DateTime)], known, years| {
        let files = files.iter().map(|(file, made)| Came { file, page: Some(page(*made, 0, 1, 1)) });
        reach.after("nvd", files, &receipt(known, years, DateTime::MAX))
    };
    let known = came(&Reach::default(), &files, &nothing, &before);
    let later = |old| told(&came(&known, &[(year(2024), old)], &before, &all));
    assert_eq!(later(midnight(1, 20)), None);
    let words = "what changed after 2025-12-31 and before 2026-02-01 was never seen, of 2024";
    assert_eq!(later(midnight(1, 1)).as_deref(), Some(words));
    // So it is of a home that has one moment for all that it held.
    let earlier = Reach::until(Some(midnight(2, 1)));
    let later = came(&earlier, &[(year(2024), midnight(1, 1))], &before, &all);
    assert_eq!(told(&later).as_deref(), Some(words));
}

#[test]
fn what_was_compared_with_its_publisher_is_as_new_as_that() {
    let years = BTreeSet::from(YEARS);
    let old = after(&Reach::default(), &[(&year(2024), midnight(2, 1)), (&year(2026), midnight(4, 1))]);
    assert!(told(&old).is_some());
    let of = |years: &[i16], compared: DateTime| {
        let all = BTreeSet::from(YEARS);
        let compared = years.iter().map(|year| (*year, compared)).collect();
        let receipt = Receipt { compared: &compared, ..receipt(&all, &all, midnight(4, 2)) };
        old.after("nvd", [].into_iter(), &receipt)
    };
    assert_eq!(told(&of(&years.iter().copied().collect::<Vec<_>>(), midnight(4, 1))), None);
    assert!(told(&of(&YEARS, midnight(3, 30))).is_some(), "before the newest");
    let ahead = of(&YEARS, midnight(9, 9));
    assert_eq!((told(&ahead), ahead.until), (None, Some(midnight(4, 2))), "not after it came");
    // Each year by itself.
    assert_eq!(told(&of(&[2024], midnight(4, 1))), None);
    assert!(told(&of(&[2025, 2026], midnight(4, 1))).is_some_and(|told| told.ends_with("of 2024")));
}

/// One that was taken for one that rests is not taken for it again from there: what lags is told when it lags for 14 days.
#[test]
fn a_year_that_lies_behind_is_told_after_as_many_days_as_years_may_lie_apart() {
    let mut reach = after(&Reach::default(), &[(&year(2024), midnight(3, 1)), (&year(2026), midnight(3, 14))]);
    assert_eq!(told(&reach), None);
    reach = after(&reach, &[(&year(2026), midnight(3, 15))]);
    assert_eq!(told(&reach), None);
    let late = after(&reach, &[(&year(2026), midnight(3, 16))]);
    assert!(
        told(&late).is_some_and(|told| told.contains("after 2026-02-28 and before 2026-03-16")),
        "{:?}",
        told(&late)
    );
    // So it is of one that is kept, and what reaches it shows that it rests.
    let kept = Reach::from_fact(&reach.to_fact("nvd").unwrap()).unwrap().1;
    assert!(told(&after(&kept, &[(&year(2026), midnight(3, 16))])).is_some());
    let reached = after(&kept, &[(CHANGES, midnight(3, 16)), (&year(2026), midnight(3, 16))]);
    assert_eq!(told(&after(&reached, &[(&year(2026), midnight(3, 30))])), None);
    assert!(told(&after(&reached, &[(&year(2026), midnight(3, 31))])).is_some());
}

#[test]
fn pages_say_by_their_names_what_they_cover() {
    let whole = after(&Reach::default(), &[("nvdcve-2.0-api-00000000.json", midnight(1, 2))]);
    let window = |from: &str, until: &str| format!("nvdcve-2.0-api-{from}T000000-{until}T120000-000000.json");
    let close = after(&whole, &[(&window("20260102", "20260201"), midnight(9, 9))]);
    assert_eq!((told(&close), close.until), (None, Some(at(date(2026, 2, 1), 12))));
    let open = after(&close, &[(&window("20260301", "20260302"), midnight(9, 9))]);
    assert!(told(&open).is_some_and(|told| told.contains("after 2026-02-01T12:00:00Z and before 2026-03-01")));
    // A name sees no farther than the day on which its file was made, or came.
    let far = after(&whole, &[(&window("20260102", "20990101"), midnight(1, 3))]);
    assert_eq!((told(&far), far.until), (None, Some(midnight(1, 3))));
    let name = window("20260102", "20990101");
    let came = [Came { file: &name, page: Some(page(midnight(1, 5), 0, 1, 1)) }];
    let years = BTreeSet::from(YEARS);
    let far = whole.after("nvd", came.into_iter(), &receipt(&years, &years, midnight(1, 4)));
    assert_eq!((told(&far), far.until), (None, Some(midnight(1, 4))));
    assert_eq!(pages(&open, &[], &YEARS), open);
    // Where no year is known, all of them close it.
    let mut open = pages(&Reach::default(), &[("nvdcve-2.0-api-00000000.json", page(midnight(1, 2), 0, 1, 1))], &[]);
    for (from, until) in [("20260301", "20260302"), ("20260401", "20260402")] {
        open = pages(&open, &[(&window(from, until), page(midnight(9, 9), 0, 1, 1))], &[]);
    }
    assert!(told(&open).is_some_and(|told| told.ends_with("before 2026-04-01 was never seen")));
    assert_eq!(pages(&open, &[], &[]), open);
    let again = after(&open, &[("nvdcve-2.0-api-00000000.json", midnight(4, 5))]);
    assert_eq!(told(&again), None);
    assert_eq!(after(&whole, &[("x", midnight(9, 9))]), whole);
}

/// What is new says up to when somebody looked, and nothing of what changed in the years.
#[test]
fn years_that_stay_behind_what_is_new_are_told() {
    let years: Vec<(String, _)> = YEARS.iter().map(|one| (year(*one), midnight(1, 10))).collect();
    let came: Vec<(&str, _)> = years.iter().map(|(file, made)| (file.as_str(), *made)).collect();
    let base = after(&Reach::default(), &came);
    let near = after(&base, &[("nvdcve-2.0-recent.json", at(date(2026, 1, 20), 2))]);
    assert_eq!((told(&near), near.until), (None, base.until));
    let far = after(&base, &[("nvdcve-2.0-recent.json", at(date(2026, 11, 28), 2))]);
    assert!(told(&far).is_some_and(|told| told.contains("after 2026-01-09") && told.contains("before 2026-11-28")));
    assert_eq!(far.until, base.until);
    // The years of that day close it, and so do changes that reach the years.
    let fresh: Vec<(&str, _)> = came.iter().map(|(file, _)| (*file, midnight(11, 28))).collect();
    assert_eq!(told(&after(&far, &fresh)), None);
    let changes =
        after(&near, &[("nvdcve-2.0-modified.json", midnight(1, 17)), ("nvdcve-2.0-recent.json", midnight(1, 20))]);
    assert_eq!(told(&changes), None);
}

#[test]
fn pages_count_where_they_add_up() {
    let base = after(&Reach::default(), &[(&year(2026), midnight(1, 2))]);
    let window = |start: u64| format!("nvdcve-2.0-api-20260102T000000Z-20260412T000000Z-{start:06}.json");
    let (first, second) = (window(0), window(2000));
    let made = midnight(4, 12);
    let part = pages(&base, &[(&first, page(made, 0, 2000, 3000))], &YEARS);
    assert!(told(&part).is_some_and(|told| told.contains("after 2026-01-01 and before 2026-04-12")), "{part:?}");
    // It comes in a later run, or does not follow.
    assert_eq!(told(&pages(&part, &[(&second, page(made, 2000, 1000, 3000))], &YEARS)), None);
    let apart = pages(&part, &[(&second, page(made, 2001, 999, 3000))], &YEARS);
    assert!(told(&apart).is_some());
    let silent = Page { made, extent: Extent { start: 0, held: 1, total: None } };
    assert!(told(&pages(&base, &[(&first, silent)], &YEARS)).is_some(), "how many there are is not said");
    // One page of everything closes nothing, and nothing shows what came before it.
    let everything = |start: u64| format!("nvdcve-2.0-api-{start:08}.json");
    let one = pages(&part, &[(&everything(0), page(midnight(4, 13), 0, 1, 300_000))], &YEARS);
    assert!(told(&one).is_some_and(|told| told.contains("before 2026-04-13")));
    let nothing = pages(&Reach::default(), &[(&everything(0), page(made, 0, 2, 3))], &[]);
    assert_eq!(told(&nothing).as_deref(), Some("no file shows that what changed before 2026-04-12 was seen"));
    let rest = pages(&nothing, &[(&everything(2), page(midnight(4, 13), 2, 1, 3))], &[]);
    assert_eq!((told(&rest), rest.until), (None, Some(made)), "as of when the first page was made");
}

#[test]
fn the_changes_of_the_cve_list_follow_one_another() {
    let (all, delta) = (
        |day: &str| format!("2026-{day}_all_CVEs_at_midnight.zip.zip"),
        |day: &str, until: &str| format!("2026-{day}_delta_CVEs_at_{until}.zip"),
    );
    let late = at(date(2026, 12, 31), 12);
    let base = listed(&Reach::default(), &[&all("01-02")], late);
    assert_eq!((told(&base), base.until), (None, Some(midnight(1, 2))));
    // The same day, its hours, its end, and the day after that.
    let day = listed(&base, &[&delta("01-02", "1200Z")], late);
    assert_eq!((told(&day), day.until), (None, Some(at(date(2026, 1, 2), 12))));
    let next = listed(&day, &[&delta("01-02", "end_of_day"), &delta("01-03", "0600Z")], late);
    assert_eq!((told(&next), next.until), (None, Some(at(date(2026, 1, 3), 6))));
    // Hours of one day, and then of the next.
    let hours = listed(&day, &[&delta("01-03", "1200Z")], late);
    let words = "what changed after 2026-01-02T12:00:00Z and before 2026-01-03 was never seen";
    assert_eq!(told(&hours).as_deref(), Some(words));
    // A tree, a list or an archive without a day shows nothing, and closes nothing.
    let gap = listed(&base, &[&delta("04-12", "1200Z")], late);
    let words = "what changed after 2026-01-01 and before 2026-04-12 was never seen";
    let others = ["cves/2024/1xxx/CVE-2024-1001.json", "all.jsonl.zst", "all_CVEs_at_midnight.zip"];
    assert_eq!(told(&listed(&gap, &others, late)).as_deref(), Some(words));
    assert_eq!(told(&listed(&gap, &[&all("04-11")], late)).as_deref(), Some(words));
    assert_eq!(told(&listed(&gap, &[&all("04-12")], late)), None);
    assert_eq!(told(&listed(&gap, &[&all("05-01")], midnight(4, 1))).as_deref(), Some(words), "it has not come");
    // So do the changes of every day between, in whatever order they come.
    let days: Vec<String> = (0..100_i64)
        .filter_map(|more| date(2026, 1, 2).checked_add(jiff::Span::new().days(more)).ok())
        .map(|day| format!("{day}_delta_CVEs_at_end_of_day.zip"))
        .collect();
    let between: Vec<&str> = days.iter().rev().map(String::as_str).collect();
    assert_eq!(told(&listed(&gap, &between, late)), None);
    assert!(told(&listed(&gap, &between[1..], late)).is_some_and(|told| told.contains("after 2026-04-10")));
    // Nothing shows what came before the first.
    let alone = listed(&Reach::default(), &[others[0], &*delta("04-12", "end_of_day")], late);
    assert_eq!(told(&alone).as_deref(), Some("no file shows that what changed before 2026-04-12 was seen"));
    assert_eq!(told(&listed(&alone, &[&all("04-12")], late)), None);
    assert_eq!(listed(&Reach::default(), &others, late), Reach::default());
}

#[test]
fn what_was_kept_with_days_is_read() -> Result<(), Box<dyn std::error::Error>> {
    let open = after(&after(&Reach::default(), &[(&year(2026), midnight(1, 2))]), &[(CHANGES, midnight(4, 12))]);
    let fact = open.to_fact("nvd")?;
    assert_eq!(Reach::from_fact(&fact)?, ("nvd".to_owned(), open));
    let days = (Some(date(2026, 4, 12)), Some((date(2026, 1, 2), date(2026, 4, 4), BTreeSet::from([2026_i16]))));
    let earlier = Reach::from_fact(&(fact.0, postcard::to_stdvec(&days)?.into()))?.1;
    assert_eq!(earlier.until, Some(midnight(4, 12)));
    let words = "what changed after 2026-01-01 and before 2026-04-04 was never seen, of 2026";
    assert_eq!(told(&earlier).as_deref(), Some(words));
    // One moment stands for all years, and each goes on from there.
    let next = after(&earlier, &[(&year(2026), midnight(4, 13))]);
    assert_eq!((told(&next), next.years[&2024].until), (None, Some(midnight(4, 12))));
    let late = after(&earlier, &[(&year(2026), midnight(5, 13))]);
    let words = "what changed after 2026-04-11 and before 2026-05-13 was never seen, of 2024 to 2025";
    assert_eq!(told(&late).as_deref(), Some(words));
    // And so of a home that knows of pages and not of years.
    let (until, unseen) = (Some(midnight(4, 12)), None::<Vec<u8>>);
    let pages = std::collections::BTreeMap::<String, Vec<u8>>::new();
    let middle = postcard::to_stdvec(&(until, unseen, pages))?;
    let key = crate::fact::key(crate::fact::Kind::Reach, b"nvd");
    assert_eq!(Reach::from_fact(&(key, middle.into()))?.1, Reach::until(until));
    Ok(())
}
