//! Writes the page of the pump that the tests use, or its picture, to stdout: `cargo run --example page -- html|svg|path|text`.
#![allow(clippy::print_stdout, reason = "an example that prints")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/support/lvp.rs"]
mod lvp;

use ward_publish::{html, svg, text};

fn main() {
    let (assessment, device) = (lvp::assessment(), lvp::device());
    let what = std::env::args().nth(1);
    let out = match what.as_deref() {
        Some("html") => html::assessment(&assessment, &device),
        Some("svg") => svg::architecture(&device, None),
        Some("path") => svg::architecture(&device, Some(&assessment.verdicts[2].witness)),
        _ => text::assessment(&assessment, &device, &text::TextOptions { width: 100, colour: true, verbose: false }),
    };
    print!("{out}");
}
