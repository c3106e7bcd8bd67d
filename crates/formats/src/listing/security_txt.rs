//! `security.txt` (RFC 9116): where a publisher keeps its CSAF metadata.

/// The addresses of the `CSAF` fields, in their order, which is the publisher's preference.
pub fn csaf(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("csaf"))
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
        .collect()
}
