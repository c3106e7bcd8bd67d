//! `ward`: the command line of Wardround.
//!
//! One file per command under [`command`]: its arguments, whose documentation is the help, and one function that calls one use
//! case. What is shared stands beside them: where things are kept ([`home`]), what is known ([`held`]), what day it is ([`clock`]),
//! how to speak ([`ui`]), and what every error means to the caller ([`failure`]).
//!
//! Deliberately absent: any conclusion about a device, and any word of a document; those are made in the rooms below.

mod arguments;
mod clock;
mod command;
mod failure;
mod files;
mod folder;
mod held;
mod home;
mod nearest;
mod pictures;
mod places;
mod table;
mod ui;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::arguments::Cli;
use crate::failure::Failure;
use crate::ui::Ui;

/// A third of a scan was the management of memory (decision 52).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Done.
    Done,
    /// Done, and a condition of `--fail-on` holds.
    ConditionHolds,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let ui = Ui::new(&cli.global);
    let result = cli.command.run(&cli.global, &ui);
    match result {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::ConditionHolds) => ExitCode::from(1),
        Err(failure) => {
            ui.failure(&failure);
            failure.exit_code()
        }
    }
}

/// Help and version go to stdout; what the parser does not understand goes to stderr with exit code 2.
fn not_understood(error: &clap::Error) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && !asked {
        let message = error.to_string();
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        let failure = Failure::input("arguments", message.trim_end().to_owned());
        ui::error_object(&failure);
    } else {
        // A closed pipe is no reason to complain about help that nobody reads.
        let _ = error.print();
    }
    if asked { ExitCode::SUCCESS } else { ExitCode::from(2) }
}
