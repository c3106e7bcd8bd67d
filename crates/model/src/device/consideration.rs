//! What a maker has considered, in five groups, beside what the model itself shows.

/// A group of considerations. A device is only understood when each of them has been gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsiderationGroup {
    /// What it is for, how long it serves, who supports it.
    General,
    /// Interfaces, cryptography, updates, what it rests on.
    Technical,
    /// Where it stands, and what else is there.
    Environmental,
    /// Who can touch it, open it, take it away.
    Physical,
    /// The people around it: what they know, do, and can be made to do.
    Social,
}
crate::scale::words!(ConsiderationGroup: General = "general", Technical = "technical", Environmental = "environmental", Physical = "physical", Social = "social");

/// One thing that was considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consideration {
    /// Its group.
    pub group: ConsiderationGroup,
    /// What it is about: a topic of the catalogue, or one of the maker's own.
    pub topic: String,
    /// What came of it.
    pub answer: ConsiderationAnswer,
    /// What shows it: a file of the folder, with a place in it.
    pub evidence: Option<String>,
}

/// What came of a consideration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsiderationAnswer {
    /// It applies, and this is the answer.
    Answered(String),
    /// It does not apply, for this reason.
    NotApplicable(String),
}
