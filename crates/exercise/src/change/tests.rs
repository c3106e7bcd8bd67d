//! The changes are the same every time, and are changes.

use std::collections::BTreeSet;

use super::{LONGEST, input};

#[test]
fn the_same_number_gives_the_same_bytes_and_another_one_others() {
    let seeds = vec![br#"{"version": "1.2.3", "list": [{"a": 1}, {"b": null}]}"#.to_vec(), b"a,b\n1,2\n".to_vec()];
    assert_eq!(input("x", &seeds, 0), seeds[0]);
    assert_eq!(input("x", &seeds, 1), seeds[1]);
    assert!(input("x", &seeds, 2).is_empty());
    let all: Vec<Vec<u8>> = (3..3000).map(|number| input("x", &seeds, number)).collect();
    assert_eq!(all, (3..3000).map(|number| input("x", &seeds, number)).collect::<Vec<_>>());
    assert!(all.iter().all(|bytes| bytes.len() <= LONGEST));
    // Of seeds as short as these many changes give the same.
    let different: BTreeSet<&Vec<u8>> = all.iter().collect();
    assert!(different.len() > 2000, "{}", different.len());
    assert!(all.iter().any(|bytes| bytes.len() > 3000), "none is long");
    assert_ne!(input("x", &seeds, 100), input("y", &seeds, 100));
}

#[test]
fn nothing_comes_of_nothing_without_a_fall() {
    (0..2000).for_each(|number| drop(input("x", &[], number)));
    (0..2000).for_each(|number| drop(input("x", &[Vec::new(), vec![7]], number)));
}
