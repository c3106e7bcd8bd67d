//! Rules that find weaknesses in a model, without any vulnerability record.

use std::collections::BTreeSet;

use jiff::civil::Date;
use ward_model::design::{DesignKind, Feature, Property};
use ward_model::device::{Carries, ElementKind, Medium};
use ward_model::ids::RuleId;
use ward_model::scale::{Exploitability, Position, Reach};

/// A weakness that a model can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeaknessRule {
    /// Its identifier.
    pub id: RuleId,
    /// What the weakness is.
    pub title: String,
    /// Since when the rule is applied.
    pub in_force_from: Date,
    /// The things that it speaks of.
    pub finds: Condition,
    /// The good property that these lack: it is stated that they do, or nobody answers for it.
    pub lacks: Option<Property>,
    /// How an attacker comes to take the step, each way for itself. A rule about a sender check has the way of that check.
    pub ways: BTreeSet<Way>,
    /// How many instances are reached at once from a position; what the position reaches where nothing is said.
    pub reach: Option<Reach>,
    /// The kind of step it allows; controls name it in their cuts.
    pub step: String,
    /// What is gained.
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

impl WeaknessRule {
    /// Whether another rule under another name is the same: it finds the same, by the same ways, and gives the same.
    pub fn is_twin_of(&self, other: &Self) -> bool {
        self.id != other.id
            && (&self.finds, self.lacks, &self.ways, self.gives)
                == (&other.finds, other.lacks, &other.ways, other.gives)
    }

    /// Where the rule looks at nothing but the sender check of a link that carries something: of such rules one takes the place of
    /// another, for a link that verifies nobody has no captured messages to speak of.
    pub fn sender_check_of(&self) -> Option<Carries> {
        match &self.finds {
            Condition::Link(link) if self.lacks.is_none() && link.is_plain() => {
                link.carries.filter(|_| link.sender.is_some())
            }
            _ => None,
        }
    }
}

/// The things that a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Elements.
    Element(ElementCondition),
    /// Links.
    Link(LinkCondition),
    /// Secrets, at each of their holders.
    Secret(SecretCondition),
    /// Functions, at each of the elements that realise them.
    Function(FunctionCondition),
}

impl Condition {
    /// What kind of thing it speaks of.
    pub const fn kind(&self) -> DesignKind {
        match self {
            Self::Element(_) => DesignKind::Element,
            Self::Link(_) => DesignKind::Link,
            Self::Secret(_) => DesignKind::Secret,
            Self::Function(_) => DesignKind::Function,
        }
    }

    /// The features that the thing must have, all of them.
    pub const fn has(&self) -> &BTreeSet<Feature> {
        match self {
            Self::Element(condition) => &condition.has,
            Self::Link(condition) => &condition.has,
            Self::Secret(condition) => &condition.has,
            Self::Function(condition) => &condition.has,
        }
    }
}

/// What an element must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElementCondition {
    /// One of these kinds; any where none is listed.
    pub kinds: BTreeSet<ElementKind>,
    /// It runs on a battery.
    pub battery: bool,
    /// It takes part in an essential function, or in one that harms people when it degrades.
    pub essential: bool,
    /// It has all of these.
    pub has: BTreeSet<Feature>,
}

/// What a link must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkCondition {
    /// What the link must carry, or may carry where nobody has said.
    pub carries: Option<Carries>,
    /// What the receiver must fail to do.
    pub sender: Option<SenderCheck>,
    /// What it runs over: one of these; any where none is listed.
    pub media: BTreeSet<Medium>,
    /// It has all of these.
    pub has: BTreeSet<Feature>,
    /// What sends on it.
    pub from: ElementCondition,
    /// What receives on it.
    pub to: ElementCondition,
}

impl LinkCondition {
    fn is_plain(&self) -> bool {
        let any = ElementCondition::default();
        self.media.is_empty() && self.has.is_empty() && self.from == any && self.to == any
    }
}

/// What a secret must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretCondition {
    /// It has all of these.
    pub has: BTreeSet<Feature>,
    /// What holds it.
    pub held_by: ElementCondition,
}

/// What a function must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionCondition {
    /// It has all of these.
    pub has: BTreeSet<Feature>,
    /// What realises it.
    pub realised_by: ElementCondition,
}

/// How an attacker comes to take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// By putting messages on the link, from anywhere; of an element, on any of its links.
    Message,
    /// By putting messages there from nearby.
    NearMessage,
    /// By being taken for the rightful sender; where nobody answers for any check, by putting messages there.
    Believed,
    /// By nothing that its sender says arriving any more, for whatever reason.
    Quiet,
    /// By what is plugged in at the receiver.
    Plugged,
    /// By touching the element.
    Touch,
    /// By false data with which the element works.
    Misinformed,
    /// From where the attacker stands.
    At(Position),
}

impl Way {
    /// Every way that a rule can name.
    pub const ALL: &'static [Self] = &[
        Self::Message,
        Self::NearMessage,
        Self::Believed,
        Self::Quiet,
        Self::Plugged,
        Self::Touch,
        Self::Misinformed,
        Self::At(Position::Radio),
        Self::At(Position::Physical),
        Self::At(Position::SupplyChain),
        Self::At(Position::Insider),
        Self::At(Position::Deception),
        Self::At(Position::Specimen),
    ];

    /// The word used in rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::NearMessage => "near-message",
            Self::Believed => "believed",
            Self::Quiet => "quiet",
            Self::Plugged => "plugged",
            Self::Touch => "touch",
            Self::Misinformed => "misinformed",
            Self::At(position) => position.word(),
        }
    }

    /// Whether things of a kind can be come by in this way.
    pub const fn leads_to(self, kind: DesignKind) -> bool {
        matches!(
            (self, kind),
            (Self::Message | Self::NearMessage | Self::Believed | Self::Quiet | Self::Plugged, DesignKind::Link)
                | (Self::Message | Self::NearMessage | Self::Touch, DesignKind::Element)
                | (Self::Touch, DesignKind::Secret)
                | (Self::NearMessage | Self::Believed | Self::Misinformed, DesignKind::Function)
                | (Self::At(_), DesignKind::Link | DesignKind::Element | DesignKind::Secret)
        )
    }
}

/// What an attacker has after the step of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gives {
    /// A privilege at the element, or at the receiver of the link. What is read as it passes is read of both ends.
    Privilege(Privilege),
    /// The element, or the receiver by this link, takes false data for true: what it shows or decides by them is wrong, and nothing
    /// of it can be read or run.
    FalseData,
    /// Nothing that the rightful sender says arrives by the link.
    Silence,
    /// The attacker's messages on the link are taken for the rightful sender's.
    Belief,
    /// The secret.
    Secret,
    /// The attacker stands at the element and can touch it.
    Presence,
    /// The function stops.
    Loss,
    /// The function does something else.
    Alteration,
}

impl Gives {
    /// Everything that a rule can give.
    pub const ALL: &'static [Self] = &[
        Self::Privilege(Privilege::Read),
        Self::Privilege(Privilege::Stop),
        Self::Privilege(Privilege::Alter),
        Self::Privilege(Privilege::Execute),
        Self::Privilege(Privilege::Look),
        Self::FalseData,
        Self::Silence,
        Self::Belief,
        Self::Secret,
        Self::Presence,
        Self::Loss,
        Self::Alteration,
    ];

    /// The word used in rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Privilege(privilege) => privilege.word(),
            Self::FalseData => "false-data",
            Self::Silence => "silence",
            Self::Belief => "belief",
            Self::Secret => "secret",
            Self::Presence => "presence",
            Self::Loss => "loss",
            Self::Alteration => "alteration",
        }
    }

    /// Whether a weakness of things of a kind can give it.
    pub const fn comes_of(self, kind: DesignKind) -> bool {
        matches!(
            (self, kind),
            (Self::Privilege(_) | Self::FalseData, DesignKind::Element | DesignKind::Link)
                | (Self::Presence, DesignKind::Element)
                | (Self::Silence | Self::Belief, DesignKind::Link)
                | (Self::Secret, DesignKind::Secret)
                | (Self::Loss | Self::Alteration, DesignKind::Function)
        )
    }
}

/// How a receiver fails to know who sends. Only a claim in effect says that it does know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderCheck {
    /// It does not verify the sender, or nobody answers for it.
    Missing,
    /// It is said to verify the sender and takes a captured message again, or nobody answers for its not doing so.
    WithoutAntiReplay,
    /// It is said to verify the sender with a secret that other units hold too, or nobody answers for its not being so.
    SharedSecret,
}

impl SenderCheck {
    /// Every failure.
    pub const ALL: &'static [Self] = &[Self::Missing, Self::WithoutAntiReplay, Self::SharedSecret];

    /// The word used in rules.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "none",
            Self::WithoutAntiReplay => "without-anti-replay",
            Self::SharedSecret => "shared-secret",
        }
    }
}

/// The names of the attack steps that rules speak of and controls can cut.
pub const STEPS: [&str; 23] = [
    SEND_COMMAND,
    INSTALL_CODE,
    REPLAY_COMMAND,
    ACCEPT_DATA,
    REPLAY_DATA,
    REPLAY_CODE,
    "drain-battery",
    "overload",
    "silence",
    "change-mode",
    "break-off",
    "read-data",
    "join-link",
    "use-port",
    "use-media",
    "take-apart",
    "swap-part",
    "log-in",
    "deceive",
    "use-hidden-function",
    "supply",
    "find-secret",
    "use-lost-unit",
];
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
