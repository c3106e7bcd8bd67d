//! A column of scores every day: what it answers, and how much room it takes.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use ward_formats::feed::epss::Scores;
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::Knowledge;
use ward_model::vulnerability::Epss;

use super::Home;
use crate::testing::TestResult;
use crate::{Generation, HomeError, Published};

/// Scores with more digits than are published, which percentiles rank.
struct World {
    scores: BTreeMap<String, u64>,
    seed: u64,
}

/// Score and percentile by identifier.
type Column = BTreeMap<String, (u32, u32)>;

impl World {
    fn new(count: u64) -> Self {
        let mut world = Self { scores: BTreeMap::new(), seed: 1 };
        for number in 0..count {
            world.add(number);
        }
        world
    }

    fn chance(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn add(&mut self, number: u64) {
        // Most are low, as they are.
        let (one, two, three) = (self.chance(1000), self.chance(1000), self.chance(1000));
        self.scores.insert(format!("CVE-2020-{number:04}"), one * two * three);
    }

    /// One score of fifty changes, and percentiles follow.
    fn next(&mut self, new: u64) {
        let ids: Vec<String> = self.scores.keys().cloned().collect();
        for id in &ids {
            if self.chance(50) == 0 {
                let by = 80 + self.chance(45);
                self.scores.entry(id.clone()).and_modify(|score| *score = (*score * by / 100).min(999_999_999));
            }
        }
        let count = ids.len() as u64;
        (0..new).for_each(|number| self.add(count + number));
    }

    fn column(&self) -> Column {
        let mut order: Vec<(&u64, &String)> = self.scores.iter().map(|(id, score)| (score, id)).collect();
        order.sort_unstable();
        let count = order.len() as u64;
        let percentile = |rank: u64| u32::try_from(rank * 100_000 / count).unwrap_or(0);
        let published = |score: u64| u32::try_from(score / 10_000).unwrap_or(0);
        (1..).zip(order).map(|(rank, (score, id))| (id.clone(), (published(*score), percentile(rank)))).collect()
    }
}

fn publish(home: &Home, day: Date, column: &Column, as_before: bool) -> Result<Published, HomeError> {
    let mut builder = home.builder(day)?;
    builder.writes_single_scores = as_before;
    let scores = column.iter().map(|(id, (score, percentile))| {
        (VulnerabilityId::from(id.as_str()), Epss { score: *score, percentile: *percentile, date: day })
    });
    let scores = Scores {
        model_version: "1".to_owned(),
        date: day,
        moment: String::new(),
        scores: scores.collect(),
        set_aside: Vec::new(),
    };
    // Some days have fewer, and rightly.
    builder.accept_shrunk("epss");
    builder.epss("epss.csv", scores);
    builder.publish(&mut |_| {})
}

fn day(number: usize) -> Result<Date, jiff::Error> {
    date(2026, 1, 1).checked_add(jiff::Span::new().days(i64::try_from(number).unwrap_or(0)))
}

fn answers(held: &Generation, column: &Column, day: Date) -> TestResult {
    for (id, (score, percentile)) in column {
        let wanted = Some(Epss { score: *score, percentile: *percentile, date: day });
        assert_eq!(held.epss(&VulnerabilityId::from(id.as_str()))?, wanted, "{id} on {day}");
    }
    assert_eq!(held.epss(&VulnerabilityId::from("CVE-2020-9999"))?, None);
    Ok(())
}

/// How many facts each receipt brought.
fn facts(held: &Generation) -> Result<BTreeMap<u32, u64>, HomeError> {
    let mut facts = BTreeMap::new();
    for layer in [Some(held.base()), held.delta()].into_iter().flatten() {
        layer.each_fact(|row| {
            *facts.entry(row.transaction).or_default() += 1;
            Ok(())
        })?;
    }
    Ok(facts)
}

#[test]
fn every_day_of_scores_is_answered_as_its_file_said() -> TestResult {
    // From the beginning, and in a home that has days from before scores were packed.
    for before in [0, 2] {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path());
        let mut world = World::new(200);
        let mut columns: Vec<Column> = Vec::new();
        for number in 0..36 {
            columns.push(world.column());
            let folds = [5, 6, 20, 35].contains(&number);
            let home = if folds { home.folding_at(0) } else { home.folding_at(u64::MAX) };
            let published = publish(&home, day(number)?, &world.column(), number < before)?;
            // Alone it is the same knowledge.
            if number % 13 == 2 {
                let alone = tempfile::tempdir()?;
                let alone = publish(&Home::open(alone.path()), day(number)?, &world.column(), number % 2 == 0)?;
                assert_eq!(published.description.generation, alone.description.generation);
                assert_eq!(published.sources[0].0.records, alone.sources[0].0.records);
            }
            world.next(number as u64 % 3);
            if number % 10 == 0 {
                world.scores.pop_first();
            }
        }
        home.current()?.ok_or("nothing there")?.verify()?;
        for (number, column) in columns.iter().enumerate() {
            let then = home.as_of(day(number)?)?.ok_or("nothing there")?;
            answers(&then, column, day(number)?)?;
            assert_eq!(then.sources()[0].records, column.len() as u64);
            if number % 12 == 0 {
                then.verify()?;
            }
        }
    }
    Ok(())
}

#[test]
fn a_month_of_scores_takes_little_room() -> TestResult {
    const SCORES: u64 = 4000;
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    let mut world = World::new(SCORES);
    let size = |held: &Generation| -> std::io::Result<u64> {
        held.files().iter().map(|path| std::fs::metadata(path).map(|file| file.len())).sum()
    };
    let mut first = 0;
    for number in 0..30 {
        publish(&home, day(number)?, &world.column(), false)?;
        if number == 0 {
            first = size(&home.current()?.ok_or("nothing there")?)?;
        }
        world.next(2);
    }
    // In one file, so that what every file has is counted once.
    publish(&home.folding_at(0), day(30)?, &world.column(), false)?;
    let held = home.current()?.ok_or("nothing there")?;
    let (last, scores) = (size(&held)?, 30 * SCORES);
    assert!(first < 9 * SCORES, "{first} bytes for the first day of {SCORES} scores");
    let more = last - first;
    assert!(more * 10 < scores * 14, "{more} bytes more for {scores} scores");
    // Forty pieces of a hundred, and what is known of the source: not a fact for each score.
    for (receipt, facts) in facts(&held)? {
        assert!(facts < SCORES / 100 + 10, "{facts} facts of receipt {receipt}");
    }
    Ok(())
}
