//! How long the cheapest treatment of a hospital takes, by its size.
//!
//! `cargo bench -p ward-assess --bench treatment -- 100 1000 4000 10000` makes the hospitals of `ward_risk`'s bench, decides all that is
//! claimed, locks every door and closes every port, and then leaves some wards open to the network: each may be isolated, or, for less, guarded against
//! the network of the hospital alone, which is enough only if the core is guarded, too. Besides, whatever is near may be taken off its
//! links, and links may be secured. `--wards N` says how many wards are open; as many as give some two hundred changes are usual.

#![expect(clippy::unwrap_used, reason = "what is measured is made here")]

use std::time::Instant;

use ward_assess::{Inputs, Treating, treat_telling};
use ward_knowledge::{Contents, Memory};
use ward_policy::Library;

#[path = "treatment/treatable.rs"]
mod treatable;

use treatable::{TODAY, WARDS, treatable};

/// The processor time of this process up to now in seconds, over all of its threads, where the system tells it: on a busy machine elapsed
/// times say little.
fn processor_time() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes before, in brackets; a hundred ticks are a second.
    let mut fields = told.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement is what this program is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut sizes, mut wards) = (Vec::new(), WARDS);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--wards" => wards = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(WARDS),
            size => sizes.extend(size.parse::<usize>().ok()),
        }
    }
    let sizes = if sizes.is_empty() { vec![100] } else { sizes };
    let rulebook = Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap();
    let knowledge = Memory::new(Contents { years: (1999..=2026).collect(), ..Contents::empty(TODAY) }).unwrap();
    println!(
        "elements   links wards uncontrolled candidates assessed outcome      cost changes    as-is   search      last processor"
    );
    for size in sizes {
        let (device, decisions) = treatable(size, wards);
        let inputs = Inputs {
            device: &device,
            decisions: &decisions,
            knowledge: &knowledge,
            rulebook: &rulebook,
            as_of: TODAY,
            engine: "bench",
            rest_on: ward_device::rest_on,
        };
        let (begun, before) = (Instant::now(), processor_time());
        let mut told: Vec<f64> = Vec::new();
        let found = treat_telling(&inputs, Treating::default(), &mut |_| told.push(begun.elapsed().as_secs_f64()));
        let version = &found.unwrap().versions[0];
        let whole = begun.elapsed().as_secs_f64();
        let spent =
            processor_time().zip(before).map_or_else(|| "-".to_owned(), |(now, before)| format!("{:.2}", now - before));
        // The search begins when the device as it is has been assessed whole, and ends before the proposal is.
        let (first, last) = (told.first().copied().unwrap_or(whole), told.last().copied().unwrap_or(whole));
        println!(
            "{:8} {:7} {wards:5} {:12} {:10} {:8} {:12} {:4} {:7} {first:8.2} {:8.2} {:9.2} {spent:>9}",
            device.elements.len(),
            device.links.len(),
            version.before.uncontrolled.confirmed,
            version.candidates,
            version.assessed,
            format!("{:?}", version.outcome),
            version.at_least,
            version.changes.len(),
            last - first,
            whole - last,
        );
        for left in version.untreated.iter().take(5) {
            println!("  untreated: {} at {}", left.subject, left.element);
        }
    }
}
