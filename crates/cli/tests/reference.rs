//! The reference of all commands equals their help.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use std::fmt::Write as _;

use support::{checked_in, ward};

#[test]
fn the_reference_is_the_help() {
    let mut out = String::from(
        "# The commands of `ward`\n\nThis page is the help of every command, written by a test (`WARD_BLESS=1 cargo test -p ward --test reference`).\n",
    );
    section(&mut Vec::new(), &mut out);
    checked_in("docs/cli-reference.md", &out);
}

fn section(path: &mut Vec<String>, out: &mut String) {
    let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let help = ward(&arguments).ends(0).stdout;
    // What every command takes stands once, at the top.
    let shown = if path.is_empty() { help.as_str() } else { help.split("\nEverywhere:").next().unwrap_or_default() };
    let name = path.iter().fold("ward".to_owned(), |name, part| format!("{name} {part}"));
    let lines: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
    let _ = write!(out, "\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n"));
    for command in commands(&help) {
        path.push(command);
        section(path, out);
        path.pop();
    }
}

/// The names under "Commands:".
fn commands(help: &str) -> Vec<String> {
    let after = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = after.take_while(|line| !line.is_empty());
    let named = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    named.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn every_command_has_help_completions_and_a_manual_page() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(ward(&["completions", shell]).ends(0).stdout.contains("assess"), "{shell}");
    }
    assert!(ward(&["man"]).ends(0).stdout.contains(".TH ward 1"));
    assert!(ward(&["man", "feeds", "sync"]).ends(0).stdout.contains("ward\\-feeds\\-sync"));
    let wrong = ward(&["man", "feed"]).ends(2);
    assert!(wrong.stderr.contains("there is no command `feed`"), "{}", wrong.stderr);
}

#[test]
fn the_version_is_the_package_s() {
    assert_eq!(ward(&["--version"]).ends(0).stdout, concat!("ward ", env!("CARGO_PKG_VERSION"), "\n"));
}
