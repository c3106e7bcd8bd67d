//! `ward inspect`.

use std::io::{self, BufRead as _};

use clap::{Args, Subcommand};

use crate::Ending;
use crate::arguments::Global;
use crate::failure::Failure;
use crate::ui::Ui;

mod answer;

use answer::Answer;

/// Show how a value is read: its parts, score or order; one JSON object a value
///
/// `-` instead of the values reads them from stdin, one a line, and prints one object a line. A value that cannot be read
/// gives `{"error": ...}`; alone on the command line it also gives exit code 2.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A CVSS vector of version 2.0, 3.0, 3.1 or 4.0: its scores
    Cvss {
        /// The vector, or `-`
        vector: String,
    },
    /// Answers to the rubric for medical devices: the metrics and the threats that follow
    Rubric {
        /// The answers, for example `XAVN:Y/XAVT:N/XCS:N/XIT:H`, or `-`; what is not answered is read at its worst
        answers: String,
    },
    /// What a tree of SSVC decides, and by which inputs
    Ssvc {
        /// The tree: supplier, deployer, cisa-coordinator, bod-26-04, human-impact, utility or public-safety-impact; or `-` for
        /// lines of tree, tab, facts
        tree: String,
        /// What is known, for example `exploitation:poc/automatable:no/safety-impact:critical`; what is not is read at its worst
        facts: Option<String>,
    },
    /// A package URL: its parts and canonical form
    Purl {
        /// The package URL, or `-`
        purl: String,
    },
    /// A CPE name, as a 2.3 formatted string or a 2.2 URI: its parts and canonical form
    Cpe {
        /// The name, or `-`
        cpe: String,
    },
    /// A range in `vers` notation: whether it contains a version
    Range {
        /// The range, for example `vers:npm/>=1.2|<2.0`; or `-` for lines of range, tab, version
        range: String,
        /// The version
        #[arg(allow_hyphen_values = true)]
        version: Option<String>,
    },
    /// Two versions: which is earlier
    Versions {
        /// The scheme: generic, semver, npm, pep440, deb, rpm, openssl, maven, gem, nuget, composer, go, conan, apk, gentoo, alpm, kernel, datetime or lexicographic; or `-` for lines of scheme, tab, version, tab, version
        scheme: String,
        /// The first version
        #[arg(allow_hyphen_values = true)]
        a: Option<String>,
        /// The second version
        #[arg(allow_hyphen_values = true)]
        b: Option<String>,
    },
}

/// From values to an answer.
type Question = fn(&[&str]) -> Answer;

impl What {
    /// The function that answers, and the values; no values: they come from stdin.
    fn question(self) -> Result<(Question, Vec<String>), Failure> {
        let (answer, values): (Question, Vec<Option<String>>) = match self {
            Self::Cvss { vector } => (answer::cvss, vec![Some(vector)]),
            Self::Rubric { answers } => (answer::rubric, vec![Some(answers)]),
            Self::Ssvc { tree, facts } => (answer::ssvc, vec![Some(tree), facts]),
            Self::Purl { purl } => (answer::purl, vec![Some(purl)]),
            Self::Cpe { cpe } => (answer::cpe, vec![Some(cpe)]),
            Self::Range { range, version } => (answer::range, vec![Some(range), version]),
            Self::Versions { scheme, a, b } => (answer::versions, vec![Some(scheme), a, b]),
        };
        let (wanted, given) = (values.len(), values.iter().flatten().count());
        let values: Vec<String> = values.into_iter().flatten().collect();
        match values.first() {
            Some(first) if first == "-" && given == 1 => Ok((answer, Vec::new())),
            _ if given == wanted => Ok((answer, values)),
            _ => Err(Failure::input("arguments", format!("expected {wanted} values, got {given}"))
                .hint("`-` alone reads the values from stdin, separated by tabs")),
        }
    }
}

/// Answers for the values, or for every line of stdin.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let (answer, values) = arguments.what.question()?;
    if values.is_empty() {
        return lines(answer, ui);
    }
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let answer = answer(&values);
    ui.print(&line(&answer)?)?;
    match answer {
        Answer::Error { error } => Err(Failure::input("value", error)),
        _ => Ok(Ending::Done),
    }
}

/// One answer a line: as much at a time as fits a buffer, so that a pipe can be long.
fn lines(answer: Question, ui: &Ui) -> Result<Ending, Failure> {
    let mut stdin = io::stdin().lock();
    let mut bytes = Vec::new();
    let mut out = String::new();
    loop {
        bytes.clear();
        let read = stdin
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Failure::environment("stdin", "stdin cannot be read").because(&error))?;
        if read == 0 {
            break;
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let answer = match std::str::from_utf8(text) {
            Ok(text) => answer(&text.split('\t').collect::<Vec<_>>()),
            Err(_) => Answer::error("not UTF-8"),
        };
        out.push_str(&line(&answer)?);
        if out.len() > 1 << 16 {
            ui.print(&out)?;
            out.clear();
        }
    }
    ui.print(&out)?;
    Ok(Ending::Done)
}

fn line(answer: &Answer) -> Result<String, Failure> {
    let mut text = serde_json::to_string(answer)
        .map_err(|error| Failure::environment("output", "the answer cannot be written as JSON").because(&error))?;
    text.push('\n');
    Ok(text)
}
