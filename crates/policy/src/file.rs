//! The data files as they are written, and how they become values.

use serde::Deserialize;

use crate::error::PolicyError;

mod aliases;
mod families;
mod policy;
mod renamed;
mod rules;

pub(crate) use aliases::aliases;
pub(crate) use families::families;
pub(crate) use policy::{UNVERIFIED, policy};
pub(crate) use renamed::renamed;
pub(crate) use rules::{code_execution, weaknesses};

/// Reads a file into its tables.
pub(crate) fn parse<'a, T: Deserialize<'a>>(file: &str, text: &'a str) -> Result<T, PolicyError> {
    toml::from_str(text).map_err(|error| PolicyError::malformed(file, error.to_string()))
}

/// A share between 0 and 1, written as a decimal, in hundred-thousandths: never a float.
pub(crate) fn share(file: &str, text: &str) -> Result<u32, PolicyError> {
    let malformed = || PolicyError::Malformed {
        file: file.to_owned(),
        message: format!("`{text}` is no share between 0 and 1 with at most five decimals, written as \"0.1\""),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 5 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let whole: u32 = whole.parse().map_err(|_| malformed())?;
    let decimals: u32 = format!("{decimals:0<5}").parse().map_err(|_| malformed())?;
    let value = whole.checked_mul(100_000).and_then(|whole| whole.checked_add(decimals)).ok_or_else(malformed)?;
    if value > 100_000 { Err(malformed()) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
