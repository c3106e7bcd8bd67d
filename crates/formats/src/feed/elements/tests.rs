use std::io::Read;

use proptest::prelude::*;
use serde_json::Value;

use super::{Elements, Piece};
use crate::feed::FeedError;

/// Gives a few bytes at a time, so that every cut falls somewhere once.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

type Cut = (Vec<(String, Value)>, Vec<Value>);

fn cut(text: &str, at_once: usize) -> Result<Cut, FeedError> {
    let mut elements = Elements::new(Drip(text.as_bytes(), at_once), "list");
    let (mut members, mut items) = (Vec::new(), Vec::new());
    loop {
        let piece = elements.advance()?;
        let value = || serde_json::from_slice(elements.value()).map_err(|error| elements.wrong(error.to_string()));
        match piece {
            Piece::Member(name) => members.push((name, value()?)),
            Piece::Element => items.push(value()?),
            Piece::End => return Ok((members, items)),
        }
    }
}

#[test]
fn broken_texts_are_refused() {
    for text in [
        "",
        " ",
        "[]",
        "{",
        r#"{"list""#,
        r#"{"list":"#,
        r#"{"list":{}}"#,
        r#"{"list":["#,
        r#"{"list":[1"#,
        r#"{"list":[1,"#,
        r#"{"list":[1,]}"#,
        r#"{"list":[,1]}"#,
        r#"{"list":[1 2]}"#,
        r#"{"list":[1],}"#,
        r#"{"list":[1]"#,
        r#"{"list":[1]}}"#,
        r#"{"list":[1]} {}"#,
        r#"{"list":["a]}"#,
        r#"{"list":[{"a":"\"}]}"#,
        r#"{"a":1 "list":[]}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{"list":[{"a":[}]]}"#,
        r#"{"list":[tru]}"#,
    ] {
        for at_once in [1, 7, 1000] {
            assert!(matches!(cut(text, at_once), Err(FeedError::Syntax { .. })), "{text}");
        }
    }
}

#[test]
fn odd_texts_are_read() -> Result<(), FeedError> {
    let (members, items) =
        cut("\u{feff} { \"\\u0061\" : -1.5e3 , \"list\" : [ \"]}\\\\\\\"\" , [ ] , null ]\n, \"z\" : { } } \n", 1)?;
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].0, "a");
    assert_eq!(items.len(), 3);
    assert_eq!(items[0], "]}\\\"");
    Ok(())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        r#"[\[\]{}",:\\ a-c\n]{0,6}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(r#"[a-c"\]}]{0,3}"#, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn cutting_gives_what_parsing_whole_gives(items in prop::collection::vec(json(), 0..6), other in json(), at_once in 1_usize..40, pretty: bool) {
        let whole = serde_json::json!({ "before": other, "list": items, "zzz": 1 });
        let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) }.unwrap_or_default();
        let (members, found) = cut(&text, at_once).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(found, items);
        prop_assert_eq!(members, vec![("before".to_owned(), other), ("zzz".to_owned(), Value::from(1))]);
    }

    #[test]
    fn no_part_of_a_text_passes_for_the_whole(items in prop::collection::vec(json(), 0..4), at in any::<prop::sample::Index>()) {
        let text = serde_json::json!({ "list": items }).to_string();
        let end = text.char_indices().map(|(index, _)| index).nth(at.index(text.chars().count())).unwrap_or(0);
        prop_assert!(cut(&text[..end], 1000).is_err());
    }
}
