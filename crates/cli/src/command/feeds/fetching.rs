//! A bar for what is fetched, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ward_feeds::network::{FetchError, FetchProgress};

/// One line that says what is being fetched and how far it is.
pub struct FetchBar {
    bar: ProgressBar,
    source: String,
}

impl FetchBar {
    /// Nothing is drawn before the first source.
    pub fn new() -> Self {
        Self { bar: ProgressBar::hidden(), source: String::new() }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

impl FetchProgress for FetchBar {
    fn source(&mut self, name: &str) {
        self.clear();
        self.source = name.to_owned();
        self.bar = ProgressBar::new_spinner();
        self.style("{spinner} {msg} {bytes}");
        self.bar.set_message(format!("fetching {name}"));
        // Also while nothing comes.
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn file(&mut self, name: &str) {
        let shown: String = name.chars().filter(|c| !c.is_control()).collect();
        self.bar.set_message(format!("fetching {}: {shown}", self.source));
        self.style("{spinner} {wide_msg} {bytes}");
        self.bar.unset_length();
        self.bar.set_position(0);
    }

    fn size(&mut self, bytes: Option<u64>, held: u64) {
        if let Some(bytes) = bytes {
            self.bar.set_length(bytes);
            self.style("{wide_msg} {bar:20} {bytes}/{total_bytes}");
        }
        self.bar.set_position(held);
    }

    fn bytes(&mut self, more: u64) {
        self.bar.inc(more);
    }

    fn waiting(&mut self, time: Duration, reason: &FetchError) {
        let shown: String = reason.to_string().chars().filter(|c| !c.is_control()).collect();
        self.bar.set_message(format!("waiting {} s: {shown}", time.as_secs()));
    }
}
