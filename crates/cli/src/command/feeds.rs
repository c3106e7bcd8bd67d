//! `ward feeds`.

use clap::{Args, Subcommand};

use crate::Ending;
use crate::arguments::Global;
use crate::failure::Failure;
use crate::ui::Ui;

mod bundle;
mod fetching;
mod import;
mod network;
mod progress;
mod status;
mod sync;

/// Bring knowledge into the home, and say how fresh and complete it is
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Sync(sync::Arguments),
    Status(status::Arguments),
    Key(bundle::KeyArguments),
    Export(bundle::ExportArguments),
    Import(import::ImportArguments),
}

/// Runs one of them.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    match arguments.what {
        What::Sync(arguments) => sync::run(arguments, global, ui),
        What::Status(arguments) => status::run(arguments, global, ui),
        What::Key(arguments) => bundle::key(arguments, ui),
        What::Export(arguments) => bundle::export(arguments, global, ui),
        What::Import(arguments) => import::run(arguments, global, ui),
    }
}
