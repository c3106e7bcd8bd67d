//! The answer of `ward treat`: the cheapest changes by which nothing confirmed is uncontrolled any more, or why there are none.

use jiff::civil::Date;
use serde::Serialize;

use crate::assessment::{DeviceSummary, Inputs, Summary};
use crate::claim::ClaimId;
use crate::hypothesis::Change;
use crate::ids::{ElementId, FieldedVersionId, HarmId, SiteId, VariantId};
use crate::verdict::PresumedBecause;

/// The schema number of [`Treatment`].
pub const TREATMENT_SCHEMA: &str = "wardround/treatment/1";

/// What to do about every fielded version. Nothing of it is done or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Treatment {
    /// [`TREATMENT_SCHEMA`].
    pub schema: &'static str,
    /// The device.
    pub device: DeviceSummary,
    /// What went in.
    pub inputs: Inputs,
    /// Whether what is presumed had to be controlled, too.
    pub presumed_too: bool,
    /// The fielded versions, in the order of the folder.
    pub versions: Vec<VersionTreatment>,
}

/// What to do about one fielded version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionTreatment {
    /// The version.
    pub fielded_version: FieldedVersionId,
    /// The variant that its units are of, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantId>,
    /// The site at which they stand, where one has added its surroundings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// What came out.
    pub outcome: TreatmentOutcome,
    /// The changes of the cheapest treatment, by kind and name; none where there is none, or where none is needed. Where what is presumed had to
    /// be controlled, too, and nothing does that, those that treat what is confirmed.
    pub changes: Vec<Proposed>,
    /// What they cost together.
    pub cost: u64,
    /// No treatment costs less than this: what was shown before the search ended.
    pub at_least: u64,
    /// What no change that is at hand controls.
    pub untreated: Vec<Untreated>,
    /// Where there is no treatment: what to do instead, in one sentence. It says whether none exists, or none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// Where there is no treatment: whether taking elements off their links would control what is confirmed, at the loss of what then stops.
    pub off_the_network: bool,
    /// What remains to do instead, or besides.
    pub advice: Vec<String>,
    /// Changes that were not among the candidates, and why.
    pub not_offered: Vec<NotOffered>,
    /// The claims that have effect by decisions that hold no more once the changes stand in the folder: the verdicts with the changes are as if
    /// somebody had decided again.
    pub decide_again: Vec<ClaimId>,
    /// What would be left to do if first somebody answered for what is claimed, shown and not decided; none where that makes nothing better.
    pub answer_first: Option<AnswerFirst>,
    /// Where there is no treatment: what would be left to do if properties that nobody has stated, or shown, were stated, shown and decided;
    /// none where that opens none, or where an answer to what is shown does.
    pub state_first: Option<StateFirst>,
    /// The verdicts before, and with the changes: re-assessed whole.
    pub before: Summary,
    /// The same with the changes.
    pub after: Summary,
    /// The single actions that are uncontrolled. A treatment is one of verdicts, and does not look at what one action does to people of several
    /// groups together.
    pub single_actions: ActionsLeft,
    /// What stays presumed with the changes.
    pub left_presumed: Vec<LeftPresumed>,
    /// How many changes were weighed, and how many sets of them were assessed.
    pub candidates: usize,
    /// How many sets of changes were assessed.
    pub assessed: usize,
}

/// What would be left to do if first somebody answered for what is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnswerFirst {
    /// The claims that cite evidence, that no decision rejects, and that have no effect; controls are not among them.
    pub claims: Vec<ClaimId>,
    /// The last day of the last decision that ran out.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub ran_out: Option<Date>,
    /// What would come out then.
    pub outcome: TreatmentOutcome,
    /// The changes of the cheapest treatment then.
    pub changes: Vec<Change>,
    /// What they cost together.
    pub cost: u64,
    /// How many confirmed verdicts would be uncontrolled if somebody answered for these claims, before any change.
    pub uncontrolled: usize,
}

/// What would be left to do if what nobody has stated were so, and somebody showed it and answered for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateFirst {
    /// The claims to be stated and shown: good properties of the design of which the folder says nothing, or says them without evidence.
    pub claims: Vec<ClaimId>,
    /// Whether there is no treatment without any one of them; otherwise fewer may do.
    pub all_needed: bool,
    /// What is claimed and shown already and has to be decided besides.
    pub answers: Vec<ClaimId>,
    /// What would come out then.
    pub outcome: TreatmentOutcome,
    /// The changes of the cheapest treatment then.
    pub changes: Vec<Change>,
    /// What they cost together.
    pub cost: u64,
}

/// What came of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TreatmentOutcome {
    /// Nothing needs treatment.
    NotNeeded,
    /// There is a treatment, and none is cheaper.
    Treated,
    /// Nothing that is at hand treats it.
    NoTreatment,
    /// The search ended at its limit.
    LimitReached,
}

impl TreatmentOutcome {
    /// Whether nothing is left that has to be treated once the changes are made, if there are any.
    pub fn is_treated(self) -> bool {
        matches!(self, Self::NotNeeded | Self::Treated)
    }
}

/// A change that is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proposed {
    /// The change, as `--what-if` takes it.
    pub change: Change,
    /// In words.
    pub title: String,
    /// What it costs.
    pub cost: u64,
    /// Where that number is from.
    pub cost_source: String,
    /// What must be done for it to hold, and what it trades.
    pub remarks: Vec<String>,
}

/// A change that was not among the candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotOffered {
    /// What it is about.
    pub what: String,
    /// Why not.
    pub reason: String,
}

/// A subject that nothing at hand controls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Untreated {
    /// The subject.
    pub subject: String,
    /// Where.
    pub element: ElementId,
    /// What is not known, where it is presumed.
    pub presumed_because: Option<PresumedBecause>,
    /// The worst harm that it reaches.
    pub harm: Option<HarmId>,
    /// Whether it is not so now and a change that was weighed would bring it: a function that stops for good, or what a control adds.
    pub by_change: bool,
}

/// How many single actions of an attacker are uncontrolled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionsLeft {
    /// As things stand.
    pub uncontrolled_before: usize,
    /// With the changes.
    pub uncontrolled_after: usize,
}

/// What stays presumed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftPresumed {
    /// The element.
    pub element: ElementId,
    /// What is not known of it.
    pub because: PresumedBecause,
    /// For how many vulnerabilities and weaknesses it speaks.
    pub covers: usize,
    /// What to do about it.
    pub advice: String,
}
