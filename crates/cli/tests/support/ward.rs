//! Runs the program as a person or a pipeline would.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a run ended and what it said.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The answer as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The error object.
    pub fn error(&self) -> Value {
        serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}\n{}", self.stderr))
    }

    /// The same run, which must have ended so.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// The program with a home of its own and nothing of this machine.
pub fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ward"));
    command.env_clear().env("WARD_HOME", home).env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// Runs the program with a home.
pub fn at(home: &Path, arguments: &[&str]) -> Run {
    finish(command(home).args(arguments), b"")
}

/// Runs the program with an empty home.
pub fn ward(arguments: &[&str]) -> Run {
    let home = tempfile::tempdir().unwrap();
    at(&home.path().join("empty"), arguments)
}

/// Runs the program with an empty home and something on stdin.
pub fn fed(arguments: &[&str], stdin: &[u8]) -> Run {
    let home = tempfile::tempdir().unwrap();
    finish(command(home.path()).args(arguments), stdin)
}

fn finish(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    // Written beside reading, so that neither side waits for the other.
    let writer = std::thread::spawn(move || {
        let _ = pipe.write_all(&bytes);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A path in the repository, as an argument.
pub fn example(path: &str) -> String {
    repository("examples").join(path).display().to_string()
}

/// A copy of the smallest example that a test may spoil.
pub fn copy_of_first_pump() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&repository("examples/first-pump"), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Replaces text in a file, which must be there.
pub fn spoil(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds no `{from}`");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Compares a checked-in file with what it should hold now; `WARD_BLESS=1` rewrites it.
pub fn checked_in(path: &str, now: &str) {
    let file = repository(path);
    if std::env::var_os("WARD_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, now).unwrap();
        return;
    }
    let then = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(then == now, "{path} is not what the program says now; WARD_BLESS=1 rewrites it");
}

/// Whether an object has these keys, and names those that are missing.
#[track_caller]
pub fn has_keys(value: &Value, keys: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    let missing: Vec<_> = keys.iter().filter(|key| !object.contains_key(**key)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {:?}", object.keys().collect::<Vec<_>>());
}
