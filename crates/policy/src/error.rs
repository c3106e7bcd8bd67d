//! Why a data file, or a choice of policies, was refused.

/// A data file or a choice was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The file is not what it should be.
    #[error("{file}: {message}")]
    Malformed {
        /// Which file.
        file: String,
        /// What is wrong, with the place.
        message: String,
    },
    /// A matrix is better for a worse input.
    #[error("{file}: the matrix is not monotone: {worse} is controlled while {better} is not")]
    NotMonotone {
        /// Which file.
        file: String,
        /// The better cell, which is uncontrolled.
        better: String,
        /// The worse cell, which is controlled.
        worse: String,
    },
    /// There is no such policy.
    #[error("there is no policy `{name}`; known: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
        /// The nearest name, if one is near.
        nearest: Option<String>,
    },
    /// The policy is not in force on that day.
    #[error("policy `{name}` is not in force on {on}: {in_force}")]
    NotInForce {
        /// Which policy.
        name: String,
        /// The day asked about.
        on: jiff::civil::Date,
        /// When it is in force.
        in_force: String,
    },
    /// No policy was named.
    #[error("no policy is named: name at least one, for example `fda-postmarket-2016`")]
    NoneNamed,
}
