use std::fs;

use jiff::civil::date;
use ward_model::coverage::LostReceipts;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;

use super::Home;
use crate::HomeError;
use crate::testing::{TestResult, plain, sync};

pub(super) fn names(home: &Home) -> Result<Vec<String>, HomeError> {
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
fn the_files_before_are_kept_and_no_more() -> TestResult {
    let folder = tempfile::tempdir()?;
    // Every publication writes a new base, then every one a new delta.
    for home in [Home::open(folder.path().join("a")).folding_at(0), Home::open(folder.path().join("b"))] {
        let mut kept: Vec<std::collections::BTreeSet<String>> = Vec::new();
        for number in 1..=5 {
            let record = plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), "one of several");
            let held = home.current()?;
            sync(&home, date(2026, 1, 1), &[record])?;
            // Whoever has the one before open goes on reading it.
            if let Some(held) = held {
                held.verify()?;
                assert_eq!(held.description().sources[0].records, number - 1);
            }
            let current = home.current()?.ok_or("nothing there")?;
            let name = |path: &std::path::Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
            kept.push(current.files().into_iter().filter_map(name).collect());
        }
        let mut wanted: Vec<String> = kept[3].union(&kept[4]).cloned().collect();
        wanted.extend(["anchor", "current", "lock"].map(str::to_owned));
        wanted.sort();
        assert_eq!(names(&home)?, wanted);
    }
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
    assert_eq!(names(&home)?.len(), 4);
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
fn receipts_that_were_lost_are_told_until_somebody_accepts_it() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let day = |day| date(2026, 1, day);
    let one = |number: i8| [plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), "one")];
    for number in 1..=3 {
        sync(&home, day(number), &one(number))?;
    }
    // The first block of a file holds records; who they were received with can still be read.
    let path = home.current()?.ok_or("nothing there")?.path().to_owned();
    let mut bytes = fs::read(&path)?;
    bytes[110] ^= 1;
    fs::write(&path, bytes)?;
    let published = sync(&home, day(11), &one(11))?;
    let expected =
        LostReceipts { after: day(2), receipts: Some(1), days: vec![day(3)], found: day(11), accepted: None };
    assert_eq!((published.repaired, &published.description.lost), (true, &vec![expected.clone()]));
    sync(&home, day(12), &one(12))?;
    let told = |on: i8| -> Result<Vec<LostReceipts>, Box<dyn std::error::Error>> {
        let then = home.as_of(day(on))?.ok_or("nothing there")?;
        then.verify()?;
        Ok(then.description().lost.clone())
    };
    // Whoever asks for a day on which it was held hears it too.
    for (on, times) in [(2, 0), (3, 1), (10, 1), (11, 1), (12, 1)] {
        assert_eq!(told(on)?, vec![expected.clone(); times], "on {on}");
    }
    let mut builder = home.builder(day(13))?;
    assert_eq!(builder.lost(), std::slice::from_ref(&expected));
    builder.accept_lost();
    builder.publish(&mut |_| {})?;
    assert!(home.current()?.ok_or("nothing there")?.description().lost.is_empty());
    assert!(home.builder(day(13))?.lost().is_empty());
    // That it was lost stays true.
    for (on, times) in [(2, 0), (3, 1), (12, 1), (13, 0)] {
        assert_eq!(told(on)?.len(), times, "on {on}");
    }
    Ok(())
}

#[test]
fn what_was_lost_before_is_not_forgotten_when_more_is_lost() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let day = |day| date(2026, 1, day);
    let one = |number: i8| [plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), "one")];
    let damage = |at: usize| -> TestResult {
        let path = home.current()?.ok_or("nothing there")?.path().to_owned();
        let mut bytes = fs::read(&path)?;
        bytes[at] ^= 1;
        Ok(fs::write(&path, bytes)?)
    };
    for number in 1..=3 {
        sync(&home, day(number), &one(number))?;
    }
    damage(110)?;
    sync(&home, day(11), &one(11))?;
    damage(110)?;
    let published = sync(&home, day(12), &one(12))?;
    let expected =
        LostReceipts { after: day(2), receipts: Some(2), days: vec![day(3), day(11)], found: day(12), accepted: None };
    assert_eq!(published.description.lost, std::slice::from_ref(&expected));
    for (on, times) in [(2, 0), (3, 1), (11, 1)] {
        let then = home.as_of(day(on))?.ok_or("nothing there")?;
        assert_eq!(then.description().lost, vec![expected.clone(); times], "on {on}");
    }
    Ok(())
}

#[test]
fn what_was_published_last_says_how_many_receipts_were_lost() -> TestResult {
    let one = |number: i8| [plain(&format!("CVE-2020-{number}"), date(2020, 1, 1), "one")];
    // Of a file that is gone nobody knows the days; without what was published last not even how many they were.
    for (gone, receipts) in [(false, Some(1)), (true, None)] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        for number in 1..=3 {
            sync(&home, date(2026, 1, number), &one(number))?;
        }
        fs::remove_file(home.current()?.ok_or("nothing there")?.path())?;
        if gone {
            fs::remove_file(home.folder().join("anchor"))?;
        }
        let published = sync(&home, date(2026, 1, 11), &one(11))?;
        let lost: Vec<_> = published.description.lost.iter().map(|lost| (lost.receipts, lost.days.len())).collect();
        assert_eq!(lost, [(receipts, 0)]);
    }
    Ok(())
}

#[test]
fn a_pointer_to_elsewhere_is_refused() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    fs::create_dir_all(home.folder())?;
    let sealed = |text: &str| format!("{text}sha256 {}\n", ward_model::Digest::of(text.as_bytes()));
    let base = "base generation-0123456789abcdef.ward\n";
    for text in [
        String::new(),
        "../secret".to_owned(),
        base.to_owned(),
        sealed("base ../secret\n"),
        sealed("base generation-0123.ward\n"),
        sealed("base generation-0123456789ABCDEF.ward\n"),
        sealed(&format!("{base}delta /etc/passwd\n")),
        sealed(&format!("{base}{base}")),
    ] {
        fs::write(home.folder().join("current"), &text)?;
        assert!(matches!(home.current(), Err(HomeError::Pointer { .. })), "{text}");
    }
    fs::write(home.folder().join("current"), sealed(base))?;
    assert!(matches!(home.current(), Err(HomeError::Open(_))));
    Ok(())
}

#[test]
fn a_home_of_an_earlier_format_is_refused_with_advice() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    fs::create_dir_all(home.folder())?;
    let mut bytes = b"WARDKNOW".to_vec();
    bytes.extend_from_slice(&3_u32.to_le_bytes());
    bytes.resize(500, 0);
    fs::write(home.folder().join("generation-0123456789abcdef.ward"), bytes)?;
    fs::write(home.folder().join("current"), "generation-0123456789abcdef.ward\n")?;
    let Err(read) = home.current() else { return Err("it was opened".into()) };
    let Err(written) = sync(&home, date(2026, 1, 1), &[]) else { return Err("it was written over".into()) };
    for error in [read, written] {
        assert!(error.to_string().contains("has format 3") && error.to_string().contains("move the folder"), "{error}");
    }
    assert_eq!(names(&home)?.len(), 3, "nothing was removed");
    Ok(())
}

#[test]
fn an_earlier_state_that_is_put_back_is_found() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let path = |name: &str| home.folder().join(name);
    sync(&home, date(2026, 1, 1), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let (current, anchor) = (fs::read(path("current"))?, fs::read(path("anchor"))?);
    sync(&home, date(2026, 1, 2), &[plain("CVE-2020-2", date(2020, 1, 1), "two")])?;
    let after = (fs::read(path("current"))?, fs::read(path("anchor"))?);
    fs::write(path("current"), &current)?;
    assert!(matches!(home.current(), Err(HomeError::RolledBack { held: 1, published: 2, .. })));
    // The next sync finds the later state again, and says that something was wrong.
    let repaired = sync(&home, date(2026, 1, 3), &[plain("CVE-2020-3", date(2020, 1, 1), "three")])?;
    assert!(repaired.repaired && repaired.description.lost.is_empty(), "nothing was lost");
    assert_eq!(home.current()?.map(|held| (held.transactions(), held.record_count())), Some((3, 3)));

    // An anchor that was taken back, or away, is found once it is too old to be that of an interrupted publication.
    fs::write(path("anchor"), anchor)?;
    assert!(matches!(home.current(), Err(HomeError::Anchor { .. })));
    fs::write(path("anchor"), &after.1)?;
    assert!(home.current()?.is_some());
    fs::remove_file(path("anchor"))?;
    assert!(matches!(home.current(), Err(HomeError::Anchor { .. })));
    fs::write(path("anchor"), after.1)?;
    fs::remove_file(path("current"))?;
    assert!(matches!(home.current(), Err(HomeError::Pointer { .. })), "a home that has lost its pointer is not empty");
    Ok(())
}

#[test]
fn a_home_that_lost_the_names_of_its_files_is_not_empty() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let lose = || ["current", "anchor"].iter().try_for_each(|name| fs::remove_file(home.folder().join(name)));
    for day in 1..=3 {
        let id = format!("CVE-2020-{day}");
        sync(&home, date(2026, 1, day), &[plain(&id, date(2020, 1, 1), "one")])?;
    }
    lose()?;
    assert!(matches!(home.current(), Err(HomeError::Pointer { .. })));
    assert!(home.as_of(date(2026, 1, 2)).is_err());
    // What is left is built upon, and told.
    let next = sync(&home, date(2026, 1, 4), &[plain("CVE-2020-4", date(2020, 1, 1), "four")])?;
    assert!(next.repaired && next.description.lost.len() == 1, "{next:?}");
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!((held.transactions(), held.record_count()), (4, 4));
    // A damaged one is neither taken for nothing nor removed.
    let base = held.files()[0].to_owned();
    drop(held);
    lose()?;
    for name in names(&home)?.into_iter().filter(|name| name.starts_with("delta-")) {
        fs::remove_file(home.folder().join(name))?;
    }
    fs::write(&base, "no generation")?;
    assert!(matches!(home.builder(date(2026, 1, 5)), Err(HomeError::NoBase { .. })));
    assert!(base.exists());
    Ok(())
}

#[test]
fn a_first_publication_that_was_interrupted_leaves_an_empty_home() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, date(2026, 1, 1), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    let first = home.current()?.ok_or("nothing there")?.path().to_owned();
    ["current", "anchor"].iter().try_for_each(|name| fs::remove_file(home.folder().join(name)))?;
    assert!(home.current()?.is_none());
    let next = sync(&home, date(2026, 1, 2), &[plain("CVE-2020-2", date(2020, 1, 1), "two")])?;
    assert!(!next.repaired && first.exists(), "what was not built upon is not removed");
    assert_eq!(home.current()?.map(|held| held.record_count()), Some(1));
    Ok(())
}

#[test]
fn a_file_that_is_gone_is_an_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&home, date(2026, 1, 1), &[plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    sync(&home, date(2026, 1, 2), &[plain("CVE-2020-2", date(2020, 1, 1), "two")])?;
    let files: Vec<_> =
        home.current()?.ok_or("nothing there")?.files().into_iter().map(std::path::Path::to_owned).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        let bytes = fs::read(&file)?;
        fs::remove_file(&file)?;
        assert!(matches!(home.current(), Err(HomeError::Open(_))), "{}", file.display());
        fs::write(&file, bytes)?;
    }
    assert!(home.current()?.is_some());
    Ok(())
}

#[test]
fn who_withdraws_a_record_does_not_take_back_the_names_it_was_received_under() -> TestResult {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let duplicate = |withdrawn: bool, day: i8, aliases: &[&str]| {
        let mut record = plain("PYSEC-1", date(2020, 1, 1), "duplicate");
        (record.withdrawn, record.modified) = (withdrawn, Some(date(2020, 1, day)));
        record.aliases = aliases.iter().map(|name| (*name).into()).collect();
        record
    };
    let former = |on: i8, name: &str| -> Result<Vec<VulnerabilityId>, Box<dyn std::error::Error>> {
        Ok(home.as_of(date(2026, 1, on))?.ok_or("nothing there")?.alias_group(&name.into())?.former)
    };
    sync(&home, date(2026, 1, 1), &[duplicate(false, 1, &["CVE-2020-1"])])?;
    // First the names, then the record.
    sync(&home, date(2026, 1, 2), &[duplicate(false, 2, &[])])?;
    sync(&home, date(2026, 1, 3), &[duplicate(true, 3, &[]), plain("CVE-2020-1", date(2020, 1, 1), "one")])?;
    assert_eq!((former(1, "CVE-2020-1")?, former(2, "CVE-2020-1")?), (vec![], vec![]));
    assert_eq!(former(3, "CVE-2020-1")?, ["PYSEC-1".into()]);
    // Neither files that are folded nor another name in its place make a difference.
    sync(&home.folding_at(0), date(2026, 1, 4), &[duplicate(true, 4, &["CVE-2020-9"])])?;
    assert_eq!(home.current()?.map(|held| held.files().len()), Some(1));
    assert_eq!(former(4, "CVE-2020-1")?, ["CVE-2020-9".into(), "PYSEC-1".into()]);
    // Who takes the withdrawal back says again what is meant.
    sync(&home, date(2026, 1, 5), &[duplicate(false, 5, &[])])?;
    assert_eq!((former(5, "CVE-2020-1")?, former(3, "CVE-2020-1")?.len()), (vec![], 1));
    Ok(())
}

#[test]
fn rows_of_other_rules_are_compiled_again() -> TestResult {
    use crate::file::Section;
    use crate::file::reader::Reader;
    use crate::file::writer::Writer;
    use crate::generation::tests::answers;
    use crate::layer::Meta;

    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let mut duplicate = plain("PYSEC-1", date(2020, 1, 1), "withdrawn");
    (duplicate.withdrawn, duplicate.aliases) = (true, vec!["CVE-2020-1".into()]);
    let records =
        [plain("CVE-2020-1", date(2020, 1, 1), "one"), plain("CVE-2020-2", date(2020, 1, 1), "two"), duplicate];
    sync(&home, date(2026, 1, 1), &records)?;
    let held = home.current()?.ok_or("nothing there")?;
    assert_eq!(held.alias_group(&"CVE-2020-1".into())?.former, ["PYSEC-1".into()]);
    let right = answers(&held, &records, &[])?;

    // The same file as another version of the program would have left it: with rows that this one cannot use.
    let reader = Reader::open(held.path())?;
    let temporary = home.disk().temporary(home.folder())?;
    let mut writer = Writer::new(temporary.reopen()?, home.disk().clone());
    for section in Section::ALL {
        let mut bytes = reader.whole(*section)?;
        if (Section::ProductEnds..=Section::AliasRows).contains(section) {
            bytes.clear();
        }
        if *section == Section::Meta {
            let meta: Meta = postcard::from_bytes(&bytes)?;
            bytes = postcard::to_stdvec(&Meta { compiled_by: (0, 0), ..meta })?;
        }
        writer.section(*section, &bytes)?;
    }
    let root = writer.finish()?;
    home.publish(temporary, root, None, None, (1, held.chain()), false)?;
    drop(held);

    let old = home.current()?.ok_or("nothing there")?;
    assert!(old.rows_are_old());
    old.verify()?;
    assert_eq!(answers(&old, &records, &[])?, right);
    // The next publication writes them anew, even if nothing came; until then nothing is lost.
    let published = sync(&home, date(2026, 1, 1), &records)?;
    assert!(!published.new && published.root != root);
    let new = home.current()?.ok_or("nothing there")?;
    assert!(!new.rows_are_old() && new.files().len() == 1);
    new.verify()?;
    assert_eq!(answers(&new, &records, &[])?, right);
    Ok(())
}

#[test]
fn the_state_before_is_missed_where_it_is_gone_or_another_lies_in_its_place() -> TestResult {
    for folds in [false, true] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let home = if folds { home.folding_at(0) } else { home };
        for on in 1..5 {
            let records = [plain(&format!("CVE-2020-{on}"), date(2020, 1, 1), "one")];
            sync(&home, date(2026, 1, on), &records)?;
            let held = home.current()?.ok_or("nothing there")?;
            let kept = home.verify_kept(&held)??;
            let Some(path) = kept.first() else { continue };
            let bytes = fs::read(path)?;
            fs::remove_file(path)?;
            let damage = home
                .verify_kept(&held)?
                .err()
                .ok_or_else(|| format!("not missed: {folds} {on} {kept:?} {:?}", held.files()))?;
            assert!(
                damage.to_string().contains("no file holds it")
                    || damage.source.to_string().contains("no file holds it")
            );
            // Whole, and of this home.
            fs::copy(held.path(), path)?;
            let damage = home.verify_kept(&held)?.err().ok_or("taken for it")?;
            assert_eq!(damage.path, *path);
            fs::write(path, &bytes)?;
            home.verify_kept(&held)??;
        }
    }
    Ok(())
}
