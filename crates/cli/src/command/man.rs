//! `ward man`.

use clap::{Args, CommandFactory as _};

use crate::Ending;
use crate::arguments::{Cli, Global};
use crate::failure::Failure;
use crate::ui::Ui;

/// Print the manual page of `ward`, or of one of its commands
#[derive(Debug, Args)]
pub struct Arguments {
    /// The command, for example `feeds sync`
    command: Vec<String>,
}

/// Prints the page.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let mut page_of = Cli::command();
    page_of.build();
    for name in &arguments.command {
        let Some(next) = page_of.find_subcommand(name) else {
            let known: Vec<&str> = page_of.get_subcommands().map(clap::Command::get_name).collect();
            return Err(Failure::input("arguments", format!("there is no command `{name}`"))
                .hint(format!("commands here: {}", known.join(", "))));
        };
        page_of = next.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(page_of)
        .date("")
        .render(&mut page)
        .map_err(|error| Failure::environment("output", "the manual page cannot be written").because(&error))?;
    ui.print(&String::from_utf8_lossy(&page))?;
    Ok(Ending::Done)
}
