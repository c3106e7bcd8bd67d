use std::fs;

use jiff::civil::date;
use ward_model::knowledge::Knowledge;

use super::Home;
use crate::HomeError;
use crate::testing::{TestResult, plain, sync};

fn names(home: &Home) -> Result<Vec<String>, HomeError> {
    home.names()
}

#[test]
fn an_empty_home_holds_nothing_and_is_not_made_by_looking() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path().join("not there"));
    assert!(home.current()?.is_none());
    assert!(!home.folder().exists());
    Ok(())
}

#[test]
fn there_is_one_writer_and_readers_do_not_wait() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, date(2026, 1, 1), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let builder = home.builder(date(2026, 1, 2))?;
    assert!(matches!(home.builder(date(2026, 1, 2)), Err(HomeError::Locked { .. })));
    assert_eq!(home.current()?.map(|generation| generation.record_count()), Some(1));
    drop(builder);
    home.builder(date(2026, 1, 2))?;
    Ok(())
}

#[test]
fn half_written_files_are_no_obstacle_and_are_swept_up() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, date(2026, 1, 1), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    fs::write(home.folder().join("part-xyz"), [0; 5000])?;
    assert!(home.current()?.is_some());
    sync(&home, date(2026, 1, 2), &[plain("CVE-2020-2", date(2020, 1, 1), "two")])?;
    assert!(names(&home)?.iter().all(|name| !name.starts_with("part-")));
    Ok(())
}

#[test]
fn the_generation_before_is_kept_and_no_more() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let mut roots = Vec::new();
    for number in 1..=4 {
        let record = plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), "one of several");
        let held = home.current()?;
        roots.push(sync(&home, date(2026, 1, 1), &[record])?.root);
        // Whoever has the one before open goes on reading it.
        if let Some(held) = held {
            held.verify()?;
            assert_eq!(held.description().sources[0].records, number - 1);
        }
    }
    let mut kept: Vec<_> = roots[2..].iter().map(|root| super::name_of(*root)).collect();
    kept.sort();
    assert_eq!(names(&home)?, [vec!["current".to_owned()], kept, vec!["lock".to_owned()]].concat());
    Ok(())
}

#[test]
fn nothing_new_makes_no_new_file() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let record = plain("CVE-2020-1", date(2020, 1, 1), "one");
    let first = sync(&home, date(2026, 1, 1), std::slice::from_ref(&record))?;
    let second = sync(&home, date(2026, 1, 1), std::slice::from_ref(&record))?;
    assert!(first.new && !second.new);
    assert_eq!(first.root, second.root);
    assert_eq!(names(&home)?.len(), 3);
    Ok(())
}

#[test]
fn a_damaged_generation_is_never_built_upon() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let damage = || -> TestResult {
        let path = home.current()?.ok_or("nothing there")?.path().to_owned();
        let mut bytes = fs::read(&path)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes)?;
        Ok(())
    };
    let (one, two) = (plain("CVE-2020-1", date(2020, 1, 1), "one"), plain("CVE-2020-2", date(2020, 1, 1), "two"));
    sync(&home, date(2026, 1, 1), std::slice::from_ref(&one))?;
    damage()?;
    let refused = sync(&home, date(2026, 1, 2), std::slice::from_ref(&one));
    assert!(matches!(refused, Err(HomeError::NoBase { .. })));

    fs::remove_dir_all(home.folder())?;
    sync(&home, date(2026, 1, 1), std::slice::from_ref(&one))?;
    sync(&home, date(2026, 1, 2), std::slice::from_ref(&two))?;
    damage()?;
    let repaired = sync(&home, date(2026, 1, 3), std::slice::from_ref(&two))?;
    assert!(repaired.repaired && repaired.new);
    let generation = home.current()?.ok_or("nothing there")?;
    generation.verify()?;
    let first = generation.find(&one.id)?.ok_or("not found")?;
    assert_eq!(generation.record(first)?.received, Some(date(2026, 1, 1)));
    assert!(!sync(&home, date(2026, 1, 3), &[two])?.repaired);
    Ok(())
}

#[test]
fn a_pointer_to_elsewhere_is_refused() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    fs::create_dir_all(home.folder())?;
    for text in ["", "../secret", "generation-0123.ward", "generation-0123456789ABCDEF.ward", "/etc/passwd\n"] {
        fs::write(home.folder().join("current"), text)?;
        assert!(matches!(home.current(), Err(HomeError::Pointer { .. })), "{text}");
    }
    fs::write(home.folder().join("current"), "generation-0123456789abcdef.ward\n")?;
    assert!(matches!(home.current(), Err(HomeError::Open(_))));
    Ok(())
}
