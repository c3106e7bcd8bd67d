//! A device of a few elements, assessed by records that a test makes.

use jiff::civil::{Date, date};
use ward_assess::{Inputs, assess};
use ward_knowledge::{Contents, Memory};
use ward_model::Assessment;
use ward_model::device::{Decisions, Device};
use ward_policy::Library;

pub const TODAY: Date = date(2026, 11, 22);

pub const DEVICE: &str = r#"
id = "d"
name = "D"
maker = "M"
intended_use = "x"
environments = ["hospital"]
policies = ["fda-postmarket-2016"]
model_since = 2026-01-01
lifecycle = { stage = "support" }
"#;

/// What comes of a device where this is known.
pub fn assessed_with(device: &Device, decisions: &Decisions, contents: Contents) -> Assessment {
    let knowledge = Memory::new(contents).expect("knowledge");
    let rulebook = Library::built_in().expect("built in").select(&device.policies, TODAY).expect("a policy");
    assess(&Inputs {
        device,
        decisions,
        knowledge: &knowledge,
        rulebook: &rulebook,
        as_of: TODAY,
        engine: "wardround test",
    })
    .expect("knowledge in memory can be read")
}
