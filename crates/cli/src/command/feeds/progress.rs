//! Bars for what takes long, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ward_feeds::{Progress, Step};

/// One line that says what is being done and how far it is.
pub struct Bars {
    bar: ProgressBar,
}

impl Bars {
    /// Nothing is drawn before the first step.
    pub fn new() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn begin(&mut self, bar: ProgressBar, template: &str, what: String) {
        self.bar.finish_and_clear();
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        // Also while a step reports nothing.
        bar.enable_steady_tick(Duration::from_millis(200));
        self.bar = bar;
    }
}

impl Progress for Bars {
    fn step(&mut self, step: Step) {
        match step {
            Step::Checking => {
                self.begin(ProgressBar::new_spinner(), "{spinner} {msg}", "checking what is held".to_owned())
            }
            Step::Reading { source, files, bytes } => {
                let noun = if files == 1 { "file" } else { "files" };
                self.begin(
                    ProgressBar::new(bytes),
                    "{msg} {wide_bar} {bytes}/{total_bytes}",
                    format!("reading {source} ({files} {noun})"),
                );
            }
            Step::Writing => {
                self.begin(
                    ProgressBar::new_spinner(),
                    "{spinner} {msg} {pos} records",
                    "writing the generation".to_owned(),
                );
            }
        }
    }

    fn bytes(&mut self, more: u64) {
        self.bar.inc(more);
    }

    fn records(&mut self, more: u64) {
        // While files are read their bytes say how far it is.
        if self.bar.length().is_none() {
            self.bar.inc(more);
        }
    }
}
