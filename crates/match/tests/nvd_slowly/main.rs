//! An evaluator of NVD's applicability that is slow, straightforward and independent, against the matcher: host elements are drawn
//! from what the real records name, and both must find the same vulnerabilities in the same states.
//!
//! The evaluator reads the JSON itself, compares versions token by token without keys, relates attributes by the table of
//! NISTIR 7696 and knows neither indexes nor stages. What it does not judge (odd ways to write a version) is counted and bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use jiff::civil::date;
use ward_formats::feed::nvd::{Item, Reader};
use ward_knowledge::{Generation, Home};
use ward_match::{Inventory, match_inventory};
use ward_model::alias::Aliases;
use ward_model::component::Component;
use ward_model::cpe::{Attribute as Theirs, Cpe, Part};
use ward_model::finding::State;
use ward_model::ids::ComponentRef;

mod draw;
mod evaluate;
mod feed;
mod order;

use draw::{Draw, element, versions};
use evaluate::{Host, Said, Truth, evaluate};
use feed::{Attribute, Feed, Name};

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Which yearly files are read, and how many elements are drawn.
fn size() -> (std::ops::RangeInclusive<u16>, usize) {
    if ward_samples::large() { (1999..=2026, 1000) } else { (2014..=2014, 30) }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let years = size().0;
    years.map(|year| folder.join(format!("nvdcve-2.0-{year}.json.gz"))).filter(|path| path.is_file()).collect()
}

/// A home that holds these files.
fn held(files: &[PathBuf], folder: &Path) -> TestResult<Generation> {
    let home = Home::open(folder);
    let mut builder = home.builder(date(2026, 8, 22))?;
    for path in files {
        let mut batch = builder.batch()?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        batch.file("nvd", &name);
        for item in Reader::new(BufReader::new(MultiGzDecoder::new(File::open(path)?))) {
            match item? {
                Item::Record(dated) => batch.record(&dated.record, &dated.last_modified)?,
                Item::SetAside(aside) => return Err(format!("{name}: {aside:?}").into()),
            }
        }
        builder.add(batch);
    }
    builder.publish(&mut |_| {})?;
    Ok(home.current()?.ok_or("nothing is held")?)
}

/// The name as the product has it.
fn as_cpe(name: &Name) -> Cpe {
    let attribute = |place: usize| match &name.0[place] {
        Attribute::Any => Theirs::Any,
        Attribute::Na => Theirs::Na,
        Attribute::Text(text) => Theirs::Value(text.clone()),
    };
    Cpe {
        part: match name.text(feed::PART) {
            Some("a") => Part::Application,
            Some("o") => Part::OperatingSystem,
            Some("h") => Part::Hardware,
            _ => Part::Any,
        },
        vendor: attribute(1),
        product: attribute(2),
        version: attribute(3),
        update: attribute(4),
        edition: attribute(5),
        language: attribute(6),
        sw_edition: attribute(7),
        target_sw: attribute(8),
        target_hw: attribute(9),
        other: attribute(10),
    }
}

/// For each thing and vulnerability a state, and the things that could not be assessed.
type Answers = (BTreeMap<(String, String), Truth>, BTreeSet<String>);

fn fast(names: &[Name], complete: bool, knowledge: &Generation) -> TestResult<Answers> {
    let components: Vec<Component> = names
        .iter()
        .enumerate()
        .map(|(number, name)| Component {
            reference: ComponentRef::new(number.to_string()),
            ..Component::beside_sbom(&as_cpe(name))
        })
        .collect();
    let inventory = Inventory { components: &components, hardware: &[], complete };
    let report = match_inventory(&inventory, &Aliases::default(), knowledge)?;
    let states = report.findings.iter().map(|finding| {
        let state = match finding.state {
            State::Affected => Truth::True,
            State::Unknown => Truth::Unknown,
            State::NotAffected => Truth::False,
        };
        ((finding.component.reference.to_string(), finding.vulnerability.id.to_string()), state)
    });
    let open = report.unassessed.iter().map(|open| open.component.reference.to_string());
    Ok((states.collect(), open.collect()))
}

#[test]
fn the_matcher_agrees_with_a_slow_evaluator_on_elements_drawn_from_the_records() -> TestResult {
    let Some(folder) = ward_samples::path("nvd") else { return Ok(()) };
    let files = files(&folder);
    assert!(!files.is_empty(), "no yearly file lies in {}", folder.display());
    let mut feed = Feed::default();
    for path in &files {
        feed.take(path)?;
    }
    let home = tempfile::tempdir()?;
    let knowledge = held(&files, home.path())?;
    let versions = versions(&feed);
    let mut draw = Draw::new(20_260_822);
    let (mut judged, mut not_judged, mut disagreements) = (0_usize, BTreeMap::<&str, usize>::new(), Vec::new());
    let mut counts: BTreeMap<Truth, usize> = BTreeMap::new();
    let wanted = size().1;
    let mut elements = 0;
    while elements < wanted {
        let drawn = element(&feed, &versions, &mut draw);
        if drawn.names.is_empty() {
            continue;
        }
        elements += 1;
        let (states, open) = fast(&drawn.names, drawn.complete, &knowledge)?;
        let host = Host { names: &drawn.names, complete: drawn.complete };
        for (number, name) in drawn.names.iter().enumerate() {
            let reference = number.to_string();
            let (mut blocked, mut all_judged) = (false, true);
            for place in feed.by_product.get(&name.product()).into_iter().flatten() {
                let record = &feed.records[*place];
                let outcome = evaluate(record, name, &host);
                all_judged &= outcome.not_judged.is_none();
                if let Some(how) = outcome.not_judged {
                    *not_judged.entry(how).or_default() += 1;
                    continue;
                }
                judged += 1;
                blocked |= outcome.blocked;
                let found = states.get(&(reference.clone(), record.id.clone())).copied();
                let expected = match outcome.said {
                    Said::Nothing => None,
                    Said::State(truth) => Some(truth),
                };
                *counts.entry(found.unwrap_or(Truth::False)).or_default() += usize::from(found.is_some());
                if found != expected {
                    disagreements.push(format!("{} {name:?}: {found:?}, slowly {expected:?}", record.id));
                }
            }
            if all_judged && blocked != open.contains(&reference) {
                disagreements.push(format!("{name:?}: assessed {}, slowly {}", !open.contains(&reference), !blocked));
            }
        }
        // Nothing is found that the records do not name.
        for (reference, vulnerability) in states.keys() {
            let name = &drawn.names[reference.parse::<usize>()?];
            let named = feed.by_product.get(&name.product()).into_iter().flatten();
            if !named.into_iter().any(|place| feed.records[*place].id == *vulnerability) {
                disagreements.push(format!("{vulnerability} {name:?}: found, and not named"));
            }
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{elements} elements: {judged} pairs of a thing and a record judged, not judged are versions {not_judged:#?}; found {counts:?}"
    );
    assert!(disagreements.is_empty(), "{} disagree, of them: {:#?}", disagreements.len(), {
        disagreements.truncate(20);
        disagreements
    });
    // The comparison says something only where there is something to compare.
    let not_judged: usize = not_judged.values().sum();
    assert!(not_judged * 10 < judged, "{not_judged} of {judged} are not judged");
    for state in [Truth::True, Truth::Unknown, Truth::False] {
        assert!(counts.get(&state).is_some_and(|count| *count >= elements / 20), "{counts:?}");
    }
    Ok(())
}
