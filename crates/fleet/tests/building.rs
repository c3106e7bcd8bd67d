//! Portfolios are the same for the same files, and say what they could not read.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fs;
use std::io;

use ward_fleet::{FleetError, Portfolio, Source, build, build_unnamed};

fn sbom(number: usize) -> Vec<u8> {
    let components: Vec<String> = (0..number % 7)
        .map(|place| format!("{{\"type\":\"library\",\"name\":\"c{}\",\"version\":\"1\"}}", (number + place) % 5))
        .collect();
    format!("{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[{}]}}", components.join(","))
        .into_bytes()
}

fn sources(count: usize, broken: &[usize]) -> impl Iterator<Item = Source> + Send + use<> {
    let broken = broken.to_vec();
    (0..count).map(move |number| match broken.contains(&number) {
        true if number % 2 == 0 => Source::of(number.to_string(), b"{".to_vec()),
        true => Source { name: number.to_string(), read: Box::new(|| Err(io::Error::other("gone"))) },
        false => Source::of(number.to_string(), sbom(number)),
    })
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<Vec<u8>> = ["a", "b", "c"]
        .map(|name| {
            let path = folder.path().join(name);
            build(&path, sources(300, &[]), true).unwrap();
            fs::read(path).unwrap()
        })
        .into();
    assert!(written[0] == written[1] && written[1] == written[2]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left");
    let portfolio = Portfolio::open(&folder.path().join("a")).unwrap();
    portfolio.verify().unwrap();
    assert_eq!((portfolio.sboms(), portfolio.pairs()), (300, 5));
    assert_eq!(portfolio.entry(8).unwrap().source, "8");
    assert_eq!(portfolio.holders(0).unwrap().iter().filter(|sbom| **sbom >= 300).count(), 0);
    assert!(portfolio.component(5).is_err() && portfolio.entry(300).is_err() && portfolio.holders(5).is_err());
}

#[test]
fn what_cannot_be_read_is_kept_with_its_reason_or_refuses_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portfolio");
    let built = build(&path, sources(200, &[10, 151]), false).unwrap();
    assert_eq!(built.sboms, 198);
    let aside = Portfolio::open(&path).unwrap().set_aside().unwrap();
    assert_eq!(aside, built.set_aside);
    assert_eq!(aside.iter().map(|aside| &*aside.source).collect::<Vec<_>>(), ["10", "151"]);
    assert_eq!(aside[1].reason, "cannot be read: gone");

    let before = fs::read(&path).unwrap();
    // Of several the first one, however many threads there are.
    for _ in 0..20 {
        let refused = build(&path, sources(200, &[10, 12, 151]), true).unwrap_err();
        assert!(matches!(&refused, FleetError::Sbom { name, .. } if name == "10"), "{refused}");
    }
    assert!(build_unnamed(sources(9, &[3])).is_err());
    assert_eq!(fs::read(&path).unwrap(), before, "what was there stays");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn what_is_no_portfolio_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert!(matches!(Portfolio::open(&path), Err(FleetError::Io { .. })));
    for bytes in [&b""[..], b"text", &[0; 400]] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Portfolio::open(&path), Err(FleetError::NotOfForm { .. })));
    }
    build(&path, sources(0, &[]), true).unwrap();
    let empty = Portfolio::open(&path).unwrap();
    assert_eq!((empty.sboms(), empty.pairs(), empty.rows()), (0, 0, 0));
    empty.verify().unwrap();
}
