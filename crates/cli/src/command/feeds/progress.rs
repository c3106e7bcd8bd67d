//! Bars for what takes long, on a terminal only.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ward_feeds::{Progress, Source, Step};

/// One line for each thing that is being done, which says how far it is.
pub struct Bars {
    lines: MultiProgress,
    /// What has no length: checking and writing.
    spinner: Option<ProgressBar>,
    reading: BTreeMap<Source, ProgressBar>,
}

impl Bars {
    /// Nothing is drawn before the first step.
    pub fn new() -> Self {
        Self { lines: MultiProgress::new(), spinner: None, reading: BTreeMap::new() }
    }

    /// Takes the lines away.
    pub fn clear(&mut self) {
        for bar in self.spinner.take().into_iter().chain(std::mem::take(&mut self.reading).into_values()) {
            bar.finish_and_clear();
        }
    }

    fn begin(&self, bar: ProgressBar, template: &str, what: String) -> ProgressBar {
        let bar = self.lines.add(bar);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        // Also while a step reports nothing.
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

impl Progress for Bars {
    fn step(&mut self, step: Step) {
        match step {
            Step::Checking => {
                let template = "{spinner} {msg}";
                self.spinner =
                    Some(self.begin(ProgressBar::new_spinner(), template, "checking what is held".to_owned()));
            }
            Step::Reading { source, files, bytes } => {
                if let Some(spinner) = self.spinner.take() {
                    spinner.finish_and_clear();
                }
                let noun = if files == 1 { "file" } else { "files" };
                let bar = self.begin(
                    ProgressBar::new(bytes),
                    "{msg:28} {wide_bar} {bytes}/{total_bytes}",
                    format!("reading {source} ({files} {noun})"),
                );
                self.reading.insert(source, bar);
            }
            Step::Writing => {
                self.clear();
                let template = "{spinner} {msg} {pos} records";
                let what = "writing the generation".to_owned();
                self.spinner = Some(self.begin(ProgressBar::new_spinner(), template, what));
            }
        }
    }

    fn bytes(&mut self, source: Source, more: u64) {
        if let Some(bar) = self.reading.get(&source) {
            bar.inc(more);
        }
    }

    fn records(&mut self, more: u64) {
        // While files are read their bytes say how far it is.
        if let Some(spinner) = self.spinner.as_ref().filter(|_| self.reading.is_empty()) {
            spinner.inc(more);
        }
    }
}
