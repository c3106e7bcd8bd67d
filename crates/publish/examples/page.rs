//! Writes the page of the pump that the tests use, or its picture, to stdout: `cargo run --example page -- html|svg|path|text`; the
//! sheets of a hospital of 200 elements into a folder: `-- hospital FOLDER`.
#![allow(clippy::print_stdout, reason = "an example that prints")]

#[path = "../tests/support/hospital.rs"]
mod hospital;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/support/lvp.rs"]
mod lvp;

use ward_model::device::Configurations;
use ward_publish::pictures::{self, Subject};
use ward_publish::{html, svg, text};

fn main() -> std::io::Result<()> {
    let (assessment, device, configurations) = (lvp::assessment(), lvp::device(), Configurations::default());
    let subject = Subject { assessment: &assessment, device: &device, configurations: &configurations, matrices: &[] };
    let what = std::env::args().nth(1);
    let out = match what.as_deref() {
        Some("html") => html::assessment(&subject),
        Some("svg") => svg::architecture(&device, None),
        Some("path") => svg::architecture(&device, Some(&assessment.verdicts[2].witness)),
        Some("hospital") => {
            let folder = std::path::PathBuf::from(std::env::args().nth(2).unwrap_or_default());
            let device = hospital::device(200);
            for picture in pictures::all(&Subject { device: &device, ..subject }) {
                std::fs::write(folder.join(format!("{}.svg", picture.name)), picture.svg)?;
            }
            String::new()
        }
        _ => text::assessment(&assessment, &device, &text::TextOptions { width: 100, colour: true, verbose: false }),
    };
    print!("{out}");
    Ok(())
}
