//! Why nothing came of a command: the exit code, the words, and the places, in one table for every room's errors.

use std::error::Error;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

pub mod render;
mod table;

pub use table::DAMAGED;

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The input or the arguments: exit code 2.
    Input,
    /// The disk, the network, a lock: exit code 3.
    Environment,
}

/// Why nothing came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    /// A short stable name.
    code: &'static str,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    places: Vec<Placed>,
}

/// Something that is wrong at one place of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// The file, as a path that can be opened from here.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// A short stable name of the kind of problem.
    pub code: String,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What to do, often the nearest valid name.
    pub help: Option<String>,
    /// The bytes of the file that it is about.
    #[serde(skip)]
    pub span: Range<usize>,
    /// The text of the file, for showing the place.
    #[serde(skip)]
    pub source: Option<Arc<str>>,
}

impl Placed {
    /// The place as editors and terminals take it.
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The failure as JSON.
#[derive(Debug, Serialize)]
pub struct Object<'a> {
    schema: &'static str,
    error: Body<'a>,
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    exit: u8,
    code: &'a str,
    message: &'a str,
    causes: &'a [String],
    hints: &'a [String],
    places: &'a [Placed],
}

impl Failure {
    /// The input or the arguments are wrong.
    pub fn input(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Input, code, message.into())
    }

    /// The environment failed.
    pub fn environment(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Environment, code, message.into())
    }

    fn new(kind: Kind, code: &'static str, message: String) -> Self {
        Self { kind, code, message, causes: Vec::new(), hints: Vec::new(), places: Vec::new() }
    }

    /// Adds an error and what it came from.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = error.to_string();
            // Errors that pass another one through repeat its text, and so do many that have one cause.
            if !self.causes.contains(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Says what of several it is about.
    #[must_use]
    pub fn of(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// What lies in this folder is called by where it comes from.
    #[must_use]
    pub fn calling(mut self, folder: &str, name: &str) -> Self {
        let mut texts: Vec<&mut String> = std::iter::once(&mut self.message).chain(&mut self.causes).collect();
        if texts.iter().any(|text| text.contains(folder)) {
            texts.iter_mut().for_each(|text| **text = text.replace(folder, name.trim_end_matches('/')));
            self.hints.push(format!("what comes from {name} lies in {folder}"));
        }
        self
    }

    /// Together with another one: everything that either says, once.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.message = format!("{}; {}", self.message, other.message);
        let new = |held: &[String], more: Vec<String>| -> Vec<String> {
            more.into_iter().filter(|text| !held.contains(text)).collect()
        };
        let (causes, hints) = (new(&self.causes, other.causes), new(&self.hints, other.hints));
        self.causes.extend(causes);
        self.hints.extend(hints);
        self.places.extend(other.places);
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Adds what is wrong and where.
    #[must_use]
    pub fn at(mut self, places: impl IntoIterator<Item = Placed>) -> Self {
        self.places.extend(places);
        self
    }

    /// The exit code as a number.
    const fn exit(&self) -> u8 {
        match self.kind {
            Kind::Input => 2,
            Kind::Environment => 3,
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit())
    }

    /// The failure as JSON.
    pub fn object(&self) -> Object<'_> {
        Object {
            schema: "wardround/error/1",
            error: Body {
                exit: self.exit(),
                code: self.code,
                message: &self.message,
                causes: &self.causes,
                hints: &self.hints,
                places: &self.places,
            },
        }
    }
}
