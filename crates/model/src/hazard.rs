//! The hazards that controls add, judged apart from what attackers do (ISO 14971, 7.5): whatever is concluded here changes no verdict.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::claim::ClaimId;
use crate::device::{HazardStands, HowDegraded, HowOften};
use crate::ids::{ControlId, FieldedVersionId, FunctionId, HazardId, PolicyId};
use crate::scale::Exploitability;
use crate::verdict::ReachedHarm;

/// A hazard that a control adds, judged by one policy; or that a control says nothing of it that could be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ControlHazard {
    // The order of the first fields is the order in which hazards are told.
    /// The policy that it was judged by.
    pub policy: PolicyId,
    /// The control that adds it.
    pub control: ControlId,
    /// Its identifier within the control; none where the control lists none.
    pub hazard: Option<HazardId>,
    /// What came out.
    pub outcome: HazardOutcome,
    /// The same if everything that the folder claims were true.
    pub if_claims_hold: HazardOutcome,
    /// What is not known, where it is presumed.
    pub presumed_because: Option<HazardUnknown>,
    /// The words of the folder, for people.
    pub words: Option<String>,
    /// What it does to which function.
    pub degrades: Option<Degrades>,
    /// The class that how often it comes about was read as.
    pub class: Exploitability,
    /// The harms that follow from it, each at its worst; the worst first.
    pub harms: Vec<ReachedHarm>,
    /// Whether it is controlled only because somebody has accepted what remains of it.
    pub accepted: bool,
    /// The fielded versions in which the control has effect; in the others it is claimed, and nobody answers for it.
    pub in_effect_in: Vec<FieldedVersionId>,
    /// What it rests on where it is controlled, by claim.
    pub relies_on: Vec<ClaimId>,
    /// The last day on which the decisions that it rests on all have effect.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub valid_until: Option<Date>,
    /// In words, why.
    pub reasons: Vec<String>,
}

/// What a hazard does, as the folder states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Degrades {
    /// The function.
    pub function: FunctionId,
    /// How it degrades.
    pub on: HowDegraded,
    /// How often; none where nobody has said.
    pub how_often: Option<HowOften>,
    /// How long it lasts when it comes about; none: for as long as it takes to do harm.
    pub for_seconds: Option<u64>,
    /// When it is there.
    pub stands: HazardStands,
}

/// What came of judging a hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HazardOutcome {
    /// The folder states that there is none; nobody judges that.
    NoneStated,
    /// The policy finds it acceptable, or somebody has accepted it.
    Controlled,
    /// Too little is known or answered for to say so.
    Presumed,
    /// It is not.
    Uncontrolled,
}
crate::scale::words!(HazardOutcome: NoneStated = "none-stated", Controlled = "controlled", Presumed = "presumed", Uncontrolled = "uncontrolled");

impl HazardOutcome {
    /// Whether somebody has to do something about it: unknown is never taken for good.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Presumed | Self::Uncontrolled)
    }

    /// Whether it stands against a treatment, of which what is presumed is asked only where somebody wants that.
    pub fn is_against(self, presumed_too: bool) -> bool {
        self == Self::Uncontrolled || (presumed_too && self.is_open())
    }
}

/// What is not known of a hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HazardUnknown {
    /// Whether the control adds one at all.
    Unsaid,
    /// What it does: it stands in words alone.
    WordsOnly,
    /// Which harm follows: the function has no such effect.
    Harm,
    /// How often it comes about.
    HowOften,
    /// Whether it is as stated: nobody answers for that, or shows it.
    Unanswered,
}
crate::scale::words!(HazardUnknown: Unsaid = "unsaid", WordsOnly = "words-only", Harm = "harm", HowOften = "how-often", Unanswered = "unanswered");
