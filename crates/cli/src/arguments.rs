//! The arguments that every command shares, and the table of commands.

use std::ffi::OsString;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::Ending;
use crate::command;
use crate::failure::Failure;
use crate::ui::Ui;

/// See every device again, every day, against everything that was learned since: known vulnerabilities, the paths from them
/// to patient harm, and whether the risk is controlled.
///
/// Answers go to stdout, everything else to stderr. Exit codes: 0 done; 1 done, and a condition of --fail-on holds; 2 the input
/// or the arguments are wrong; 3 the environment failed (disk, network, lock).
#[derive(Debug, Parser)]
#[command(name = "ward", version, max_term_width = 100, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder that holds knowledge; default: `wardround` in the platform's data folder
    #[arg(long, env = "WARD_HOME", hide_env_values = true, value_name = "DIR", global = true, help_heading = "Everywhere",
        num_args = 0..=1, default_missing_value = "")]
    pub home: Option<OsString>,
    /// Answer as JSON; errors too, on stderr
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// Refuse the network
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub offline: bool,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true, help_heading = "Everywhere", conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show everything instead of the worst and counts
    #[arg(long, short, global = true, help_heading = "Everywhere", action = ArgAction::SetTrue)]
    pub verbose: bool,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident($module:ident);)+) => {
        /// The commands.
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $($(#[$doc])* $variant(command::$module::Arguments),)+
        }

        impl Command {
            /// Runs the command.
            pub fn run(self, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
                match self {
                    $(Self::$variant(arguments) => command::$module::run(arguments, global, ui),)+
                }
            }
        }
    };
}

commands! {
    New(new);
    Lint(lint);
    Assess(assess);
    Paths(paths);
    Treat(treat);
    Lifecycle(lifecycle);
    Decide(decide);
    Scan(scan);
    Why(why);
    Portfolio(portfolio);
    Inspect(inspect);
    Feeds(feeds);
    Verify(verify);
    Completions(completions);
    Man(man);
}
