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
    /// A table is better for a worse input.
    #[error("{file}: the table is not monotone: {worse} is milder than {better}")]
    NotMonotone {
        /// Which file.
        file: String,
        /// The cell with the better input, which has the worse outcome.
        better: String,
        /// The cell with the worse input, which has the better outcome.
        worse: String,
    },
    /// A policy is weaker than the one it extends.
    #[error("{file}: {what} is weaker than in `{base}`: {needs}")]
    Weakened {
        /// Which file.
        file: String,
        /// What is weaker.
        what: String,
        /// The policy that it extends.
        base: String,
        /// What would allow it, or that nothing does.
        needs: String,
    },
    /// Something that was handed to a table does not fit it.
    #[error("{table}: {message}")]
    Input {
        /// Which table.
        table: String,
        /// What does not fit.
        message: String,
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
    /// There is no such table, document or topic.
    #[error("there is no {kind} `{name}`; known: {known}")]
    NoSuch {
        /// What kind of thing.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// It is not in force on that day.
    #[error("`{name}` is not in force on {on}: {in_force}")]
    NotInForce {
        /// What was asked for.
        name: String,
        /// The day asked about.
        on: jiff::civil::Date,
        /// When it is in force.
        in_force: String,
    },
    /// A policy of the device folder was refused.
    #[error("{0}")]
    InFolder(Box<PolicyError>),
    /// No policy was named.
    #[error("no policy is named: name at least one, for example `fda-postmarket-2016`")]
    NoneNamed,
}

impl PolicyError {
    pub(crate) fn malformed(file: &str, message: impl Into<String>) -> Self {
        Self::Malformed { file: file.to_owned(), message: message.into() }
    }
}
