//! Reading what is named on the command line, and writing what was asked for.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// An input that was named: a file, or `-` for stdin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What to call it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads a file, or stdin for `-`.
pub fn read(path: &Path) -> Result<Input, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::environment("stdin", "stdin cannot be read").because(&error))?;
        return Ok(Input { name: "stdin".to_owned(), bytes });
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(Input { name: path.display().to_string(), bytes })
}

/// Why a named file cannot be read. What is not there, or is a folder, is a wrong argument; anything else is the environment.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let wrong =
        matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput);
    let message = format!("{} cannot be read", path.display());
    if error.kind() == io::ErrorKind::IsADirectory {
        let failure = Failure::input("file", format!("{} is a folder; a file is expected", path.display()));
        return failure.hint("`ward assess` and `ward lint` read device folders");
    }
    if wrong { Failure::input("file", message) } else { Failure::environment("file", message) }.because(error)
}

/// Refuses `-` named more than once: stdin can be read only once.
pub fn stdin_once(paths: &[PathBuf]) -> Result<(), Failure> {
    if paths.iter().filter(|path| path.as_path() == Path::new("-")).count() > 1 {
        return Err(Failure::input("arguments", "`-` is named more than once; stdin can be read only once"));
    }
    Ok(())
}
