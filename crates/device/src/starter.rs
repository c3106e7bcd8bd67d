//! A folder to start from: reads without errors, explains itself, claims nothing.

use jiff::civil::Date;

/// The files of a new folder. `name` is the device's name; `today` the day since which its model is kept.
pub fn new_folder(name: &str, today: Date) -> Vec<(&'static str, String)> {
    let shown = if name.trim().is_empty() { "New device" } else { name };
    let fill = |template: &str| {
        template
            .replace("@ID@", &identifier(shown))
            .replace("@NAME@", &quoted(shown))
            .replace("@TODAY@", &today.to_string())
    };
    [
        ("device.toml", include_str!("starter/device.toml")),
        ("system.toml", include_str!("starter/system.toml")),
        ("fielded.toml", include_str!("starter/fielded.toml")),
        ("considerations.toml", include_str!("starter/considerations.toml")),
        ("vulnerabilities.toml", include_str!("starter/vulnerabilities.toml")),
        ("decisions.toml", include_str!("starter/decisions.toml")),
    ]
    .into_iter()
    .map(|(path, template)| (path, fill(template)))
    .collect()
}

/// The name as an identifier.
pub(crate) fn identifier(name: &str) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            _ if id.ends_with('-') || id.is_empty() => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "device".to_owned() } else { id.to_owned() }
}

/// The name as a TOML string.
fn quoted(name: &str) -> String {
    toml_edit::Value::from(name).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::new_folder;
    use crate::files::MemoryFiles;
    use crate::read::read;

    #[test]
    fn the_starter_reads_without_errors() {
        let files: MemoryFiles = new_folder("LVP-200 pump", date(2026, 11, 22)).into_iter().collect();
        let reading = read(&files).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(reading.device.id.as_str(), "lvp-200-pump");
        assert_eq!(reading.device.model_since, date(2026, 11, 22));
        assert_eq!(reading.warnings, Vec::new());
        assert!(reading.device.claims.is_empty());
        assert!(!reading.device.harms.is_empty());
    }

    proptest! {
        #[test]
        fn any_name_gives_a_folder_that_reads(name in ".*") {
            let files: MemoryFiles = new_folder(&name, date(2026, 1, 1)).into_iter().collect();
            let reading = read(&files);
            prop_assert!(reading.is_ok(), "{}", reading.err().map(|wrong| wrong.to_string()).unwrap_or_default());
        }
    }
}
