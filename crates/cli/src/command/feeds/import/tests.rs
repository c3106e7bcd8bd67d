#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::Path;

use jiff::Timestamp;
use ward_feeds::bundle::head::{Head, HeadFile};
use ward_knowledge::BundleTaken;
use ward_model::Digest;

use super::{Last, fits, latest};

const NOW: i64 = 1_795_810_500;
const HOUR: i64 = 60 * 60;

/// The head of a bundle of one file, made so many hours from now.
fn head(hours: i64, text: &str, base: Option<Digest>) -> Head {
    let path = "kev/known_exploited_vulnerabilities.json".to_owned();
    let file = HeadFile { path, bytes: 1, sha256: Digest::of(text.as_bytes()), included: true };
    Head { made: at(hours), base, files: vec![file], items: 1, length: 1, sha256: Digest::of(b""), sources: Vec::new() }
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(NOW + hours * HOUR).unwrap()
}

fn said(head: &Head, last: Option<&Head>) -> Option<String> {
    said_by(head, last, true)
}

fn said_by(head: &Head, last: Option<&Head>, is_held: bool) -> Option<String> {
    let last = last.map(|head| Last { made: head.made, listing: head.listing(), chain: None, is_held });
    let refused = fits(head, last.as_ref(), at(0), Path::new("home/bundle.json")).err()?;
    Some(serde_json::to_string(&refused.object()).unwrap())
}

#[test]
fn bundles_are_taken_in_their_order_and_not_before_their_time() {
    let (whole, later) = (head(-30, "a", None), head(-20, "b", None));
    let delta = head(-10, "c", Some(later.listing()));
    // One whose clock is a little ahead is taken; one of next year would hinder all that come after it.
    let (soon, ahead) = (head(20, "d", None), head(24 * 365, "e", None));
    let table: [(&Head, Option<&Head>, Option<&str>); 12] = [
        (&whole, None, None),
        (&later, Some(&whole), None),
        (&whole, Some(&whole), None),
        (&whole, Some(&later), Some("was taken already")),
        (&head(-30, "x", None), Some(&whole), Some("was taken already")),
        (&delta, Some(&later), None),
        (&delta, Some(&delta), None),
        (&delta, Some(&whole), Some("not the one taken last")),
        (&delta, None, Some("no bundle was taken here")),
        (&soon, Some(&later), None),
        (&ahead, Some(&later), Some("by the clock of this machine")),
        // A home that took one before that was refused is told the way out.
        (&later, Some(&ahead), Some("remove home/bundle.json and take a whole bundle")),
    ];
    for (index, (head, last, expected)) in table.into_iter().enumerate() {
        let said = said(head, last);
        match expected {
            None => assert_eq!(said, None, "{index}"),
            Some(words) => assert!(said.as_ref().is_some_and(|said| said.contains(words)), "{index}: {said:?}"),
        }
    }
}

#[test]
fn a_delta_is_taken_where_what_it_stands_on_is_part_of_what_is_held() {
    let whole = head(-20, "b", None);
    let delta = head(-10, "c", Some(whole.listing()));
    let refused = |head: &Head, last: &Head| said_by(head, Some(last), false).unwrap_or_default();
    assert!(refused(&delta, &whole).contains("does not go back to the one that it stands on"));
    assert!(
        refused(&delta, &delta).contains("is not the one taken last") || refused(&delta, &delta).contains("go back")
    );
    // A whole one stands by itself, also the one taken last; an older one stays an older one.
    assert_eq!(said_by(&whole, Some(&whole), false), None);
    assert_eq!(said_by(&head(-5, "d", None), Some(&delta), false), None);
    assert!(refused(&head(-30, "a", None), &whole).contains("was taken already"));
}

#[test]
fn the_later_counts_of_what_the_file_says_and_what_is_held() {
    let (first, second) = (head(-30, "a", None), head(-20, "b", None));
    let kept = |head: &Head| Some(Last { made: head.made, listing: head.listing(), chain: None, is_held: false });
    let held = |head: &Head| Some(BundleTaken { made: head.made, listing: head.listing() });
    let told = |kept, held| latest(kept, held, at(0)).map(|last| (last.listing, last.is_held));
    assert_eq!(told(None, None), None);
    assert_eq!(told(kept(&first), None), Some((first.listing(), false)));
    // The import was ended before the file was written: the first one, and any.
    assert_eq!(told(kept(&first), held(&second)), Some((second.listing(), true)));
    assert_eq!(told(None, held(&second)), Some((second.listing(), true)));
    // Receipts were lost.
    assert_eq!(told(kept(&second), held(&first)), Some((second.listing(), false)));
    // Removing the file is the way out where a clock was ahead, and there alone.
    let ahead = head(24 * 365, "e", None);
    assert_eq!(told(None, held(&ahead)), None);
    assert_eq!(told(kept(&first), held(&ahead)), Some((ahead.listing(), true)));
}
