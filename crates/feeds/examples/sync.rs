//! Brings a mirror into a home and says what it did: `sync MIRROR HOME DAY [SOURCE...]`. For measuring and for tests.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use ward_feeds::{Progress, Silent, Source, Step, sync};
use ward_knowledge::Home;

#[expect(clippy::disallowed_methods, reason = "an example that measures; nothing that it makes depends on the time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mirror, home, day, only @ ..] = arguments.as_slice() else {
        return Err("usage: sync MIRROR HOME DAY [SOURCE...]".into());
    };
    let only: Vec<Source> = only.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let mut progress: Box<dyn Progress> =
        if std::env::var_os("QUIET").is_some() { Box::new(Silent) } else { Box::new(Steps(Instant::now())) };
    let report = sync(Path::new(mirror), &only, &Home::open(home), day.parse::<jiff::civil::Date>()?, &mut *progress)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "generation {} (root {}), new: {}", report.knowledge.generation, report.root, report.new)?;
    for source in &report.sources {
        writeln!(
            out,
            "{}: {} records, {} without product, {} set aside, newest {:?}; {:?}",
            source.state.name,
            source.state.records,
            source.state.without_product,
            source.state.set_aside,
            source.state.newest,
            source.changes
        )?;
        for aside in &source.set_aside {
            writeln!(out, "  set aside: {} #{} {:?}: {}", aside.file, aside.place, aside.id, aside.reason)?;
        }
    }
    writeln!(out, "not read: {}", report.not_read.join(", "))?;
    Ok(())
}

/// Writes when each step began.
struct Steps(Instant);

impl Progress for Steps {
    fn step(&mut self, step: Step) {
        // A test may have closed the other end.
        let _ = writeln!(std::io::stderr(), "{:>8.2?} {step:?}", self.0.elapsed());
    }

    fn bytes(&mut self, _: Source, _: u64) {}

    fn records(&mut self, _: u64) {}
}
