//! What portfolios take, by their size.
//!
//! `cargo bench -p ward-fleet --bench portfolio -- HOME DATA 100 1000 10000` makes so many SBOMs, always the same ones, modelled on the
//! real ones of a mirror, builds a portfolio of them, matches all of it with what the home holds, and brings the answers up to a
//! delta of 300 changed records. Each step is a process of its own, so that its memory can be told.
//!
//! `... -- generate DATA DIR 100` writes the SBOMs as files instead.

#![expect(clippy::unwrap_used, reason = "what is measured is made here")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::{Date, date};
use ward_fleet::{Answers, Changed, Kept, Portfolio, Source, build};
use ward_formats::sbom;
use ward_knowledge::{Generation, Home};
use ward_model::cpe::Attribute;
use ward_model::digest::Digest;
use ward_model::knowledge::{Knowledge, RecordNumber};
use ward_policy::Library;
use ward_version::{Bound, Interval};

mod shaped;

use shaped::{Draw, Shapes};

/// The one of the program: what is measured is what it would take.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TODAY: Date = date(2026, 12, 1);
/// How many records a delta changes.
const CHANGED: usize = 300;
/// How many SBOMs are compared with other ways of doing the same.
const COMPARED: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["generate", data, folder, count] => generate(Path::new(data), Path::new(folder), count.parse().unwrap()),
        ["build", data, path, count] => measured_build(Path::new(data), Path::new(path), count.parse().unwrap()),
        ["match", home, path] => measured_match(Path::new(home), Path::new(path)),
        ["delta", home, path] => measured_delta(Path::new(home), Path::new(path)),
        ["alone", data, home] => measured_alone(Path::new(data), Path::new(home)),
        [home, data, ref counts @ ..] if !counts.is_empty() => all(home, data, counts),
        // Run without anything it compiles, and does nothing more: what it needs is not everywhere.
        _ => println!("expected HOME DATA COUNT..."),
    }
}

/// Each step for each size, as a process of its own.
fn all(home: &str, data: &str, counts: &[&str]) {
    let program = std::env::current_exe().unwrap();
    let step = |arguments: &[&str]| assert!(Command::new(&program).args(arguments).status().unwrap().success());
    step(&["alone", data, home]);
    for count in counts {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portfolio.ward");
        let path = path.to_str().unwrap();
        step(&["build", data, path, count]);
        step(&["match", home, path]);
        step(&["delta", home, path]);
    }
}

/// A stop watch that knows the time of the processors, too.
struct Watch(Instant, f64);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), processor_seconds())
    }

    fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    fn shown(&self) -> String {
        format!(
            "{:.3} s elapsed, {:.2} s of processor time, peak {} MiB",
            self.seconds(),
            processor_seconds() - self.1,
            peak_mebibytes()
        )
    }
}

/// The time of all threads in the program itself and in the system for it.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mebibytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn generate(data: &Path, folder: &Path, count: usize) {
    let shapes = Shapes::read(data).unwrap();
    fs::create_dir_all(folder).unwrap();
    for number in 0..count {
        fs::write(folder.join(format!("{number:06}.cdx.json")), shapes.sbom(number)).unwrap();
    }
}

fn measured_build(data: &Path, path: &Path, count: usize) {
    let shapes = Arc::new(Shapes::read(data).unwrap());
    // What is made while it is read takes time, too: that is measured by itself.
    let sample = count.min(200);
    let watch = Watch::start();
    let made: usize = (0..sample).map(|number| shapes.sbom(number * (count / sample)).len()).sum();
    let making = watch.seconds() / made as f64;
    let watch = Watch::start();
    let sources = (0..count).map(|number| {
        let shapes = Arc::clone(&shapes);
        Source { name: format!("{number}"), read: Box::new(move || Ok(shapes.sbom(number))) }
    });
    let built = build(path, sources, true).unwrap();
    let processor = processor_seconds() - watch.1;
    let megabytes = built.bytes as f64 / 1e6;
    println!(
        "build {count}: {} rows, {} pairs, {megabytes:.0} MB of JSON from {} models; {}; {:.0} MB/s elapsed, {:.0} MB for a second of processor \
         time, {:.0} without making the SBOMs; file {:.0} MB",
        built.rows,
        built.pairs,
        shapes.components(),
        watch.shown(),
        megabytes / watch.seconds(),
        megabytes / processor,
        megabytes / (processor - making * built.bytes as f64),
        fs::metadata(path).unwrap().len() as f64 / 1e6
    );
}

fn held(home: &Path) -> Generation {
    Home::open(home).current().unwrap().unwrap()
}

fn measured_match(home: &Path, path: &Path) {
    let (portfolio, library, knowledge) = (Portfolio::open(path).unwrap(), Library::built_in().unwrap(), held(home));
    let watch = Watch::start();
    let answers = Answers::new(&portfolio, library.aliases(), &knowledge).unwrap();
    let found: usize =
        (0..portfolio.pairs()).filter_map(|pair| answers.of_pair(pair)).map(|said| said.found.len()).sum();
    let (among, cases) = answers.among_others();
    println!(
        "match {}: {} pairs, {found} findings of pairs, {among} rows among others in {cases} cases; {}",
        portfolio.sboms(),
        portfolio.pairs(),
        watch.shown()
    );
}

/// Changes records of a copy of the home, then brings the answers up to it.
fn measured_delta(home: &Path, path: &Path) {
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join("knowledge");
    fs::create_dir(&to).unwrap();
    for file in fs::read_dir(home.join("knowledge")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    let (portfolio, library, before) =
        (Portfolio::open(path).unwrap(), Library::built_in().unwrap(), held(copy.path()));
    let mut answers = Answers::new(&portfolio, library.aliases(), &before).unwrap();
    publish_changes(copy.path(), &before);
    let after = held(copy.path());
    let kept = copy.path().join("answers");
    let program = Digest::of(b"bench");
    let watch = Watch::start();
    answers.keep(&kept, before.chain(), program).unwrap();
    println!(
        "keep {}: {:.0} MB; {}",
        portfolio.sboms(),
        fs::metadata(&kept).unwrap().len() as f64 / 1e6,
        watch.shown()
    );
    drop(answers);
    let watch = Watch::start();
    let mut answers = Kept::open(&kept, &portfolio, program).unwrap().unwrap().answers;
    println!("kept {}: read again: {}", portfolio.sboms(), watch.shown());
    let watch = Watch::start();
    let difference = after.difference_from(&before).unwrap().unwrap();
    let changed = Changed::between(&before, &after, &difference.records, &difference.set_aside).unwrap();
    let told = watch.seconds();
    let updated = answers.update(&portfolio, library.aliases(), &after, &changed).unwrap();
    println!(
        "delta {}: {} records; {} pairs matched again, {} of them whole ({} as what they are made out by changed), {} otherwise, {} SBOMs looked through; {told:.3} s for what changed; {}",
        portfolio.sboms(),
        difference.records.len(),
        updated.matched.len(),
        updated.whole,
        updated.made_out,
        updated.changed.len(),
        updated.sboms.len(),
        watch.shown()
    );
    let watch = Watch::start();
    let again = Answers::new(&portfolio, library.aliases(), &after).unwrap();
    let differing = (0..portfolio.pairs()).filter(|pair| {
        let found = |answers: &Answers| {
            let said = answers.of_pair(*pair).unwrap();
            let of = |found: &ward_fleet::Found| {
                (answers.vulnerability(found.vulnerability).cloned(), found.state, found.confidence)
            };
            (said.reason, said.found.iter().map(of).collect::<Vec<_>>())
        };
        found(&answers) != found(&again)
    });
    println!(
        "delta {}: {} pairs are answered otherwise by matching all again; {}",
        portfolio.sboms(),
        differing.count(),
        watch.shown()
    );
}

/// Ranges moved, products that get other names, words changed: records of all years, drawn. A later record that names no product would
/// take none back.
fn publish_changes(home: &Path, before: &Generation) {
    let mut draw = Draw::new([9, 9, 9]);
    let mut builder = Home::open(home).builder(TODAY).unwrap();
    let mut batch = builder.batch().unwrap();
    batch.file("nvd", "nvdcve-2.0-modified.json");
    let mut left = CHANGED;
    while left > 0 {
        let number = RecordNumber(draw.below(before.record_count() as usize) as u32);
        let mut record = before.record(number).unwrap();
        if record.source != "nvd" {
            continue;
        }
        left -= 1;
        record.description.push_str(" (changed)");
        record.modified = Some(TODAY);
        let nodes = record.configurations.iter_mut().flat_map(|configuration| &mut configuration.nodes);
        let mut criteria = nodes.flat_map(|node| &mut node.criteria).filter(|criterion| criterion.vulnerable);
        match (criteria.next(), left % 30) {
            (Some(criterion), 0) => criterion.cpe.product = Attribute::Value("renamed_by_the_bench".into()),
            (Some(criterion), number) if number % 3 == 0 => {
                criterion.cpe.version = Attribute::Any;
                let bound = Bound { version: format!("{number}.5"), inclusive: false };
                criterion.range = Some(Interval { lower: None, upper: Some(bound) });
            }
            _ => {}
        }
        batch.record(&record, "2026-12-01T00:00:00.000").unwrap();
    }
    builder.add(batch);
    builder.publish(&mut |_| {}).unwrap();
}

/// The same done one by one: SBOMs read by the reader of JSON alone and by ours, and scanned each by itself.
fn measured_alone(data: &Path, home: &Path) {
    let (shapes, library, knowledge) = (Shapes::read(data).unwrap(), Library::built_in().unwrap(), held(home));
    let files: Vec<Vec<u8>> = (0..COMPARED).map(|number| shapes.sbom(number * 51)).collect();
    let megabytes = files.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
    let per_second = |watch: &Watch| megabytes / watch.seconds();
    let watch = Watch::start();
    for bytes in &files {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes).unwrap();
    }
    let skipped = per_second(&watch);
    let watch = Watch::start();
    for bytes in &files {
        serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    }
    let values = per_second(&watch);
    let watch = Watch::start();
    let sboms: Vec<_> = files.iter().map(|bytes| sbom::read(bytes).unwrap()).collect();
    let ours = per_second(&watch);
    println!(
        "alone: {COMPARED} SBOMs, {megabytes:.0} MB, one thread: JSON passed over {skipped:.0} MB/s, as values {values:.0} MB/s, SBOMs {ours:.0} MB/s"
    );
    let watch = Watch::start();
    let rows: usize = sboms.iter().map(|sbom| sbom.components.len()).sum();
    for sbom in &sboms {
        ward_assess::scan(sbom, library.aliases(), &knowledge, library.expectations(), TODAY, &Default::default())
            .unwrap();
    }
    println!(
        "alone: scans of {COMPARED} SBOMs, {rows} rows, {:.0} rows/s: {}",
        rows as f64 / watch.seconds(),
        watch.shown()
    );
}
