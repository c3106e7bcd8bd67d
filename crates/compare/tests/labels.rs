//! How far the matcher agrees with people, held: on all labels that NVD can answer, where the data are at hand.

use std::fs::File;
use std::io::{BufReader, Write};

use jiff::civil::date;
use ruzstd::decoding::StreamingDecoder;
use ward_compare::labels::{self, Asker, Counts, Packages, Reading, Tally};
use ward_feeds::{Silent, Source, sync};
use ward_knowledge::Home;
use ward_policy::Library;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What may not get worse: found as affected and as unknown where people say that the package is touched, alarms where they say that
/// it is not, and what is said to be not affected although people say that it is touched.
struct Bounds {
    found: usize,
    found_or_unknown: usize,
    alarms: usize,
    denied: usize,
}

impl Bounds {
    fn hold(&self, counts: &Counts) {
        let ((found, raised), (_, touched)) = counts.strict();
        let (_, (found_or_unknown, _)) = counts.cautious();
        let (denied, _) = counts.denied();
        assert_eq!((counts.asked(), touched), (3_685, 566), "the questions are what they were");
        assert!(found >= self.found, "{found} found, {} before: {counts:?}", self.found);
        assert!(found_or_unknown >= self.found_or_unknown, "{found_or_unknown}: {counts:?}");
        assert!(raised - found <= self.alarms, "{} alarms, {} before: {counts:?}", raised - found, self.alarms);
        assert!(denied <= self.denied, "{denied} denied, {} before: {counts:?}", self.denied);
    }
}

#[test]
fn precision_and_recall_do_not_get_worse() -> TestResult {
    let (Some(data), Some(file)) = (ward_samples::path(""), ward_samples::path(labels::FILE)) else { return Ok(()) };
    if !ward_samples::large() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "WARD_LARGE is not set, and the labels are there");
        let _ = writeln!(std::io::stderr(), "skipped: WARD_LARGE is not set");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    sync(&data, &[Source::Nvd], &home, date(2026, 8, 22), &mut Silent)?;
    let knowledge = home.current()?.ok_or("nothing is held")?;
    let (library, packages) = (Library::built_in()?, Packages::built_in()?);
    let subset = labels::read(StreamingDecoder::new(BufReader::new(File::open(file)?))?, &knowledge)?;
    assert_eq!(subset.labels, 14_331);
    assert_eq!(subset.questions.len() + subset.excluded.values().sum::<usize>(), subset.labels, "none is lost");
    let asker = Asker { aliases: library.aliases(), knowledge: &knowledge, packages: &packages };
    let tally = |reading| -> TestResult<Tally> { Ok(Tally::of(&asker.judge(&subset.questions, reading)?)) };
    let packaged = tally(Reading::AsPackaged)?;
    Bounds { found: 374, found_or_unknown: 412, alarms: 238, denied: 122 }.hold(&packaged.upstream);
    let labelled = tally(Reading::AsLabelled)?;
    Bounds { found: 131, found_or_unknown: 294, alarms: 1_589, denied: 39 }.hold(&labelled.upstream);
    // What a distribution built may hold its fix: never is it said to be affected by NVD's word alone.
    assert_eq!(packaged.distribution.strict().0, (0, 0));
    Ok(())
}
