//! Other people's words within our files: as a TOML string, or behind a `#`.

/// As a TOML string. The folder takes no blank one: what has no name there is told so.
pub(super) fn quoted(text: &str) -> String {
    let text = comment(text);
    // On one line: it may stand behind a mark itself.
    toml_edit::Value::from(if text.is_empty() { "(without a name)" } else { &text }).to_string()
}

/// On one line, without what no TOML comment may hold.
pub(super) fn comment(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
