//! `ward completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::Ending;
use crate::arguments::{Cli, Global};
use crate::failure::Failure;
use crate::ui::Ui;

/// Print a script that lets a shell complete commands and options
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "ward", &mut script);
    ui.print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Done)
}
