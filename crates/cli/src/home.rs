//! Where knowledge is kept.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The folder's name inside the platform's data folder.
const NAME: &str = "wardround";

/// The home folder: as given with `--home` or `WARD_HOME`, else the platform's. Nothing is created here.
///
/// # Errors
/// Nothing was given, and the platform does not say where data belongs.
pub fn folder(given: Option<&OsString>) -> Result<PathBuf, Failure> {
    // `--home` without a folder means the home that is meant without it.
    let variable = std::env::var_os("WARD_HOME");
    if let Some(given) = given.into_iter().chain(&variable).find(|given| !given.is_empty()) {
        return Ok(PathBuf::from(given));
    }
    data_folder(|name| std::env::var_os(name)).map(|folder| folder.join(NAME)).ok_or_else(|| {
        Failure::environment("no-home", "the platform does not say where data belongs")
            .hint("name a folder with --home DIR or WARD_HOME")
    })
}

/// The platform's folder for the data of one user. A relative path in a variable is not followed: it would depend on where the
/// command is run.
fn data_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| Path::is_absolute(path));
    if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library").join("Application Support"))
    } else {
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local").join("share")))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::data_folder;

    #[test]
    fn the_data_folder_follows_the_platform() {
        let with = |variables: &'static [(&str, &str)]| {
            data_folder(|name| {
                variables.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(with(&[("HOME", "/home/a")]), Some(PathBuf::from("/home/a/.local/share")));
        assert_eq!(with(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "/data")]), Some(PathBuf::from("/data")));
        assert_eq!(
            with(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "data")]),
            Some(PathBuf::from("/home/a/.local/share"))
        );
        assert_eq!(with(&[]), None);
    }
}
