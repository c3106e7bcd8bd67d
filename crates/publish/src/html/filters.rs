//! Filters of the templates.

use std::fmt::Write as _;

use askama::filters::{Html, Safe, escape};

/// What stands between backquotes, as in a command, is shown as code; an odd one stays as it is.
#[askama::filter_fn]
pub(super) fn marked(text: impl std::fmt::Display, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let text = text.to_string();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once('`') {
        let Some((code, after)) = behind.split_once('`') else { break };
        write!(out, "{}<code>{}</code>", escape(before, Html)?, escape(code, Html)?)?;
        rest = after;
    }
    write!(out, "{}", escape(rest, Html)?)?;
    Ok(Safe(out))
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::super::filters;

    #[derive(Template)]
    #[template(source = "{{ text|marked }}", ext = "html")]
    struct Line {
        text: &'static str,
    }

    #[test]
    fn what_is_marked_is_code_and_nothing_is_markup() {
        for (text, shown) in [
            ("plain & <b>", "plain &#38; &#60;b&#62;"),
            ("`ward lint` and `<b>`", "<code>ward lint</code> and <code>&#60;b&#62;</code>"),
            ("an odd ` one", "an odd ` one"),
            ("``", "<code></code>"),
        ] {
            assert_eq!(Line { text }.render().ok().as_deref(), Some(shown));
        }
    }
}
