//! How the program speaks: answers on stdout, talk on stderr, colour only where a person looks.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer as _};

use crate::arguments::Global;
use crate::failure::{Failure, render};
use crate::ui::list::Identity;

mod list;

/// Columns where nothing tells how wide the terminal is.
const DEFAULT_WIDTH: usize = 100;

/// What was asked of the output, and what the terminal can show.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    /// Columns of the terminal that the answer goes to.
    pub width: usize,
    /// Whether the answer may be coloured.
    pub colour: bool,
    /// Whether everything was asked for.
    pub verbose: bool,
    /// Whether answers are JSON.
    pub json: bool,
    quiet: bool,
    talk: render::Style,
}

impl Ui {
    /// Looks at the arguments, the environment and the terminal once.
    pub fn new(global: &Global) -> Self {
        let coloured = |choice| matches!(choice, ColorChoice::Always | ColorChoice::AlwaysAnsi);
        Self {
            width: width(),
            colour: coloured(AutoStream::choice(&io::stdout())),
            verbose: global.verbose,
            json: global.json,
            quiet: global.quiet,
            talk: render::Style {
                colour: coloured(AutoStream::choice(&io::stderr())),
                drawn: io::stderr().is_terminal(),
                width: width(),
            },
        }
    }

    /// Says something on stderr, unless asked to be quiet.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            talk(&format!("{}\n", render::clean(text.as_ref())));
        }
    }

    /// Writes an answer to stdout. A reader that has gone away is no failure.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let written = if self.colour {
            write(AutoStream::auto(io::stdout().lock()), text)
        } else {
            write(io::stdout().lock(), text)
        };
        printed(written)
    }

    /// Writes an answer to stdout as indented JSON, as it is made: an answer may be large. No answer fails but for stdout: what is
    /// written holds nothing but texts, numbers and lists.
    pub fn print_json(&self, answer: &impl Serialize) -> Result<(), Failure> {
        let mut to = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = serde_json::to_writer_pretty(&mut to, answer).map_err(io::Error::from);
        printed(written.and_then(|()| to.write_all(b"\n")).and_then(|()| to.flush()))
    }

    /// Writes a list of answers to stdout as indented JSON, each as it comes: all of them may be more than memory holds. An answer that
    /// fails ends the list in its middle, so that nobody takes it for whole.
    pub fn print_json_list<T: Serialize>(
        &self,
        answers: impl Iterator<Item = Result<T, Failure>>,
    ) -> Result<(), Failure> {
        let mut to = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut writer = serde_json::Serializer::pretty(&mut to);
        let mut list = match writer.serialize_seq(None) {
            Ok(list) => list,
            Err(error) => return printed(Err(error.into())),
        };
        for answer in answers {
            if let Err(error) = list.serialize_element(&answer?) {
                return printed(Err(error.into()));
            }
        }
        let written = SerializeSeq::end(list).map_err(io::Error::from);
        printed(written.and_then(|()| to.write_all(b"\n")).and_then(|()| to.flush()))
    }

    /// The same of an answer with one long list, which `answer` holds empty under this name, and of which items share what `identity` says.
    pub fn print_json_with<T: Serialize + Sync>(
        &self,
        answer: &impl Serialize,
        name: &str,
        list: &[T],
        identity: Identity<T>,
    ) -> Result<(), Failure> {
        let mut to = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = list::write(&mut to, answer, name, list, identity);
        printed(written.and_then(|()| to.write_all(b"\n")).and_then(|()| to.flush()))
    }

    /// Writes an answer to a file, whole or not at all, or to stdout where none is named.
    pub fn deliver(&self, answer: &str, to: Option<&Path>) -> Result<(), Failure> {
        let Some(path) = to else { return self.print(answer) };
        ward_device::replace_file(path, answer.as_bytes()).map_err(|error| {
            Failure::environment("output", format!("{} cannot be written", path.display())).because(&error)
        })?;
        self.note(format!("written to {}", path.display()));
        Ok(())
    }

    /// Whether progress may be drawn.
    pub fn draws_progress(&self) -> bool {
        !self.quiet && self.talk.drawn
    }

    /// Says why nothing came of it.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            error_object(failure);
        } else {
            talk(&render::text(failure, self.talk));
        }
    }
}

/// A reader that has gone away is no failure.
fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::environment("output", "stdout cannot be written").because(&error))
        }
        _ => Ok(()),
    }
}

/// An answer as indented JSON with a line end.
pub fn json(answer: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(answer)
        .map_err(|error| Failure::environment("output", "the answer cannot be written as JSON").because(&error))?;
    text.push('\n');
    Ok(text)
}

/// Writes a failure to stderr as JSON.
pub fn error_object(failure: &Failure) {
    if let Ok(text) = json(&failure.object()) {
        talk(&text);
    }
}

/// Talk that cannot be written has nobody to tell.
fn talk(text: &str) {
    let _ = AutoStream::auto(io::stderr().lock()).write_all(text.as_bytes());
}

fn write(mut to: impl io::Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// Columns of the terminal, if the answer goes to one.
fn width() -> usize {
    let seen = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    seen.filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH)
}
