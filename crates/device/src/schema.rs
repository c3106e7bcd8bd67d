//! JSON Schemas of the folder's files, for editors: made from the same definitions that read them.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::raw::considerations::ConsiderationsFile;
use crate::raw::decisions::DecisionsFile;
use crate::raw::device::DeviceFile;
use crate::raw::fielded::FieldedFile;
use crate::raw::site::SiteFile;
use crate::raw::system::SystemFile;
use crate::raw::trust::TrustFile;
use crate::raw::use_cases::UseCasesFile;
use crate::raw::variants::VariantsFile;
use crate::raw::vulnerabilities::VulnerabilitiesFile;

/// The schema of every folder file, with the file's name without `.toml`.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("considerations", schema::<ConsiderationsFile>()),
        ("decisions", schema::<DecisionsFile>()),
        ("device", schema::<DeviceFile>()),
        ("fielded", schema::<FieldedFile>()),
        ("site", schema::<SiteFile>()),
        ("system", schema::<SystemFile>()),
        ("trust", schema::<TrustFile>()),
        ("use-cases", schema::<UseCasesFile>()),
        ("variants", schema::<VariantsFile>()),
        ("vulnerabilities", schema::<VulnerabilitiesFile>()),
    ]
}

fn schema<T: schemars::JsonSchema>() -> Value {
    sorted(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value())
}

/// Keys in order, whichever kind of map the JSON library is built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted_map: BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            sorted_map.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
