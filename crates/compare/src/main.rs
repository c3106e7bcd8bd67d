//! What the matcher answers beside what people say: see `docs/comparison.md`.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::civil::{Date, date};
use ruzstd::decoding::StreamingDecoder;
use ward_compare::labels::{self, Asker, Packages, Reading, Tally, report};
use ward_feeds::{Silent, Source, sync};
use ward_knowledge::Home;
use ward_policy::Library;

/// The day on which the records are received; no answer depends on it.
const RECEIVED: Date = date(2026, 8, 22);

/// Compares the matcher's answers with those of people.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Precision and recall on labels of people, with the cause of every disagreement.
    Labels {
        /// The folder with the labels (`conformance/`) and with NVD (`nvd/`).
        #[arg(long, default_value = "../shared/data")]
        data: PathBuf,
        /// A home with records of NVD; without it NVD is read from the data, and forgotten afterwards.
        #[arg(long)]
        home: Option<PathBuf>,
        /// Lists every disagreement with the words of its proof, and nothing else.
        #[arg(long)]
        list: bool,
        /// Only what a label says, without the table of packages.
        #[arg(long)]
        as_labelled: bool,
    },
}

fn main() -> ExitCode {
    let What::Labels { data, home, list, as_labelled } = Arguments::parse().what;
    let reading = if as_labelled { Reading::AsLabelled } else { Reading::AsPackaged };
    match of_labels(&data, home, reading, list) {
        Ok(text) => match io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(3),
        },
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn of_labels(
    data: &Path,
    home: Option<PathBuf>,
    reading: Reading,
    list: bool,
) -> Result<String, Box<dyn std::error::Error>> {
    let scratch = tempfile::tempdir()?;
    let home = match home {
        Some(folder) => Home::open(folder),
        None => {
            let home = Home::open(scratch.path());
            sync(data, &[Source::Nvd], &home, RECEIVED, &mut Silent)?;
            home
        }
    };
    let knowledge = home.current()?.ok_or("the home holds nothing")?;
    let (library, packages) = (Library::built_in()?, Packages::built_in()?);
    let packed = BufReader::new(File::open(data.join(labels::FILE))?);
    let subset = labels::read(StreamingDecoder::new(packed)?, &knowledge)?;
    let asker = Asker { aliases: library.aliases(), knowledge: &knowledge, packages: &packages };
    let judged = asker.judge(&subset.questions, reading)?;
    if list {
        return Ok(report::disagreements(&judged));
    }
    let tally = Tally::of(&judged);
    Ok(report::subset(&subset) + &report::tally(&tally))
}
