//! The order in which a person writes keys and tables means nothing.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{SYSTEM, must, whole, with};

/// A system whose top-level tables, and the keys in each, stand in another order.
fn shuffled(tables: &[Index], keys: &[Index]) -> String {
    let mut blocks: Vec<String> = SYSTEM.trim().split("\n\n").map(|block| shuffled_block(block, keys)).collect();
    for (place, index) in tables.iter().enumerate().take(blocks.len()) {
        let other = index.index(blocks.len());
        blocks.swap(place, other);
    }
    blocks.join("\n\n")
}

/// Keys change places within their own header.
fn shuffled_block(block: &str, keys: &[Index]) -> String {
    let mut parts: Vec<Vec<&str>> = Vec::new();
    for line in block.lines() {
        if line.starts_with("[[") {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    for part in &mut parts {
        let (_, lines) = part.split_first_mut().unwrap();
        for (place, index) in keys.iter().enumerate().take(lines.len()) {
            let other = index.index(lines.len());
            lines.swap(place, other);
        }
    }
    parts.concat().join("\n")
}

proptest! {
    #[test]
    fn order_means_nothing(
        tables in proptest::collection::vec(any::<Index>(), 0..20),
        keys in proptest::collection::vec(any::<Index>(), 0..10),
    ) {
        let before = must(&whole()).device;
        let mut after = must(&with(whole(), "system.toml", &shuffled(&tables, &keys))).device;
        // Only the digests of the bytes differ.
        after.digest = before.digest;
        after.files = before.files.clone();
        prop_assert_eq!(after, before);
    }
}
