//! Rules that find weaknesses in a model, without any vulnerability record.

use jiff::civil::Date;
use ward_model::device::Carries;
use ward_model::ids::RuleId;
use ward_model::scale::Exploitability;

/// A weakness that a model can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeaknessRule {
    /// Its identifier.
    pub id: RuleId,
    /// What the weakness is.
    pub title: String,
    /// Since when the rule is applied.
    pub in_force_from: Date,
    /// The links that it speaks of.
    pub link: LinkCondition,
    /// The kind of step it allows; controls name it in their cuts.
    pub step: String,
    /// What is gained at the receiving element.
    pub gives: Gives,
    /// The class of the step.
    pub class: Exploitability,
    /// CWE numbers.
    pub weaknesses: Vec<u32>,
    /// Identifiers of the same in other catalogues.
    pub references: Vec<String>,
    /// What removes it.
    pub mitigation: String,
}

/// What an attacker has after the step of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gives {
    /// A privilege at the receiver.
    Privilege(Privilege),
    /// The receiver takes false data for true: what it shows or decides by them is wrong, and nothing of it can be read or run.
    FalseData,
}

/// The links that a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCondition {
    /// What the link must carry, or may carry where nobody has said.
    pub carries: Carries,
    /// What the receiver must fail to do.
    pub sender: SenderCheck,
}

/// How a receiver fails to know who sends. Only a claim in effect says that it does know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderCheck {
    /// It does not verify the sender, or nobody answers for it.
    Missing,
    /// It verifies the sender and takes a captured message again, or nobody answers for it.
    WithoutAntiReplay,
    /// It verifies the sender with a secret that other units hold too, or nobody answers for it.
    SharedSecret,
}

/// The names of the attack steps that rules speak of and controls can cut.
pub const STEPS: [&str; 6] = [SEND_COMMAND, INSTALL_CODE, REPLAY_COMMAND, ACCEPT_DATA, REPLAY_DATA, REPLAY_CODE];
/// The step of sending a command.
pub const SEND_COMMAND: &str = "send-command";
/// The step of installing code.
pub const INSTALL_CODE: &str = "install-code";
/// The step of sending a captured command again.
pub const REPLAY_COMMAND: &str = "replay-command";
/// The step of taking false data for true.
pub const ACCEPT_DATA: &str = "accept-data";
/// The step of taking captured data for new.
pub const REPLAY_DATA: &str = "replay-data";
/// The step of installing captured code again: an older program with the weaknesses that it had.
pub const REPLAY_CODE: &str = "replay-code";

/// CWE numbers that stand for code execution, whatever the impacts of a vector say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeExecution {
    /// Always.
    pub always: std::collections::BTreeSet<u32>,
    /// Unless a vector says that nothing but reading comes of it.
    pub unless_only_read: std::collections::BTreeSet<u32>,
}

impl CodeExecution {
    /// Whether weaknesses of these numbers let an attacker run code, where a vector says that only reading comes of it, or not.
    pub fn follows_from(&self, weaknesses: &[u32], only_read: bool) -> bool {
        weaknesses.iter().any(|cwe| self.always.contains(cwe) || (!only_read && self.unless_only_read.contains(cwe)))
    }
}

/// What an attacker can do at an element. Execute implies read and alter; alter implies stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privilege {
    /// Learn what it keeps, its secrets included.
    Read,
    /// Keep it from working.
    Stop,
    /// Change what it does or keeps, and send anything on its links.
    Alter,
    /// Run programs on it.
    Execute,
    /// Learn what it keeps, but for its secrets: somebody answers for their not being among it.
    Look,
}

impl Privilege {
    /// Every privilege.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Stop, Self::Alter, Self::Execute, Self::Look];

    /// The word used in rules and text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Stop => "stop",
            Self::Alter => "alter",
            Self::Execute => "execute",
            Self::Look => "look",
        }
    }

    /// What comes with it at once.
    pub const fn implies(self) -> &'static [Self] {
        match self {
            Self::Execute => &[Self::Read, Self::Alter],
            Self::Alter => &[Self::Stop],
            // Who reads everything sees this too; that is derived where it can matter.
            Self::Read | Self::Stop | Self::Look => &[],
        }
    }
}
