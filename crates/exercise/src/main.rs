//! Every reader over bytes of any kind, for long: see `docs/fuzzing.md`.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, thread};

use clap::Parser;
use ward_exercise::readers::{self, Kind, Reader};
use ward_exercise::run::{Plan, run, said, said_of, table};
use ward_exercise::seeds::{Seeds, real, repository};
use ward_exercise::worker::work;

/// How often the long run tries each reader of a feed, and each file of our own.
const EACH: u64 = 1_000_000;
/// How often it tries all readers of SBOMs, versions and names together.
const TOGETHER: u64 = 10_000_000;

/// Tries every reader with bytes of any kind, in processes that may take 256 MiB, and says what fell over. Without arguments: a million
/// inputs for each reader of a feed and each file of our own, and ten million for those of SBOMs and versions together.
#[derive(Parser)]
struct Arguments {
    /// The readers; without any all of them.
    readers: Vec<String>,
    /// How many inputs each reader is handed.
    #[arg(long)]
    inputs: Option<u64>,
    /// How many processes at a time; as many as there are processors.
    #[arg(long)]
    workers: Option<usize>,
    /// Where inputs that fail are kept.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// A folder of real files, laid out as a mirror: the small ones become seeds too.
    #[arg(long)]
    real: Option<PathBuf>,
    /// Hands one file to the reader that is named, and nothing else.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Says the names of the readers.
    #[arg(long)]
    list: bool,
    #[arg(long, hide = true)]
    more: Option<PathBuf>,
    #[arg(long, hide = true)]
    numbers: Option<String>,
    #[arg(long, hide = true, requires = "numbers")]
    state: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match answer(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn answer(arguments: &Arguments) -> io::Result<bool> {
    let chosen = chosen(&arguments.readers)?;
    let seeds = Seeds { more: arguments.more.clone() };
    let mut out = io::stdout();
    if arguments.list {
        chosen.iter().try_for_each(|reader| writeln!(out, "{}", reader.name))?;
        return Ok(true);
    }
    if let Some(file) = &arguments.file {
        let bytes = fs::read(file)?;
        chosen.iter().for_each(|reader| (reader.read)(&bytes));
        return Ok(true);
    }
    if let (Some(numbers), Some(state), [reader]) = (&arguments.numbers, &arguments.state, &chosen[..]) {
        let numbers = range(numbers)?;
        let mut lines = Vec::new();
        let ran = work(reader, seeds.of(reader)?, numbers, state, &mut |failure| lines.push(said_of(&failure)))?;
        lines.push(said(&ran));
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        return Ok(true);
    }
    let scratch = tempfile::tempdir()?;
    let mut seeds = seeds;
    if let Some(real) = &arguments.real {
        real::prepare(&chosen, real, scratch.path())?;
        seeds.more = Some(scratch.path().to_owned());
    }
    let plan = Plan {
        readers: counts(chosen, arguments.inputs),
        workers: arguments.workers.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)),
        keep: arguments.keep.clone().unwrap_or_else(|| repository().join("target/exercise")),
        seeds,
    };
    let tallies = run(&plan, &|line| drop(writeln!(io::stderr(), "{line}")))?;
    write!(out, "{}", table(&tallies))?;
    Ok(tallies.values().all(|tally| tally.failures.is_empty()))
}

fn chosen(names: &[String]) -> io::Result<Vec<Reader>> {
    if names.is_empty() {
        return Ok(readers::all());
    }
    let unknown = |name: &str| io::Error::other(format!("there is no reader `{name}`; --list says which there are"));
    names.iter().map(|name| readers::named(name).ok_or_else(|| unknown(name))).collect()
}

/// How many inputs each is handed.
fn counts(readers: Vec<Reader>, inputs: Option<u64>) -> Vec<(Reader, u64)> {
    let together = readers::all().iter().filter(|reader| reader.kind == Kind::Sbom).count() as u64;
    let usual = |reader: &Reader| match reader.kind {
        Kind::Feed | Kind::Own => EACH,
        Kind::Sbom => TOGETHER.div_ceil(together.max(1)),
    };
    readers.into_iter().map(|reader| (reader, inputs.unwrap_or_else(|| usual(&reader)))).collect()
}

fn range(text: &str) -> io::Result<Range<u64>> {
    let ends = text.split_once("..").and_then(|(start, end)| Some(start.parse().ok()?..end.parse().ok()?));
    ends.ok_or_else(|| io::Error::other("expected numbers as FROM..TO"))
}
