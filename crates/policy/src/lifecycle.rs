//! What follows from the loss of a component's support, how updates are spoken of, and what people are told: as dated data.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use ward_model::device::{GivenUp, PersonRole, Stage, UpdatePath, UpdateRisk};
use ward_model::lifecycle::{Setting, UpdateOf};

use crate::error::PolicyError;
use crate::file::parse;
use crate::period::{InForce, Period};

/// What stands against the weakness of a part without support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mitigation {
    /// Nothing.
    None,
    /// Controls, beside which the part stays.
    WithUnsupportedParts,
    /// A supported part in its place.
    WithoutUnsupportedParts,
}

impl Mitigation {
    /// Every value, the worst first.
    pub const ALL: [Self; 3] = [Self::None, Self::WithUnsupportedParts, Self::WithoutUnsupportedParts];

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "with-unsupported-parts" => Some(Self::WithUnsupportedParts),
            "without-unsupported-parts" => Some(Self::WithoutUnsupportedParts),
            _ => None,
        }
    }
}

/// Everything that the life of a device is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleRules {
    losses: Vec<LossRule>,
    paths: Vec<PathRule>,
    risks: BTreeMap<UpdateRisk, String>,
    given_up: BTreeMap<GivenUp, String>,
    advice: Vec<AdviceRule>,
}

/// What follows from a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossRule {
    /// Its name.
    pub name: String,
    period: Period,
    stages: Vec<Stage>,
    reaches: Vec<bool>,
    mitigations: Vec<Mitigation>,
    /// The stage that follows; `None`: the same.
    to: Option<Stage>,
    /// Whether users are to be told.
    pub tell_users: bool,
    /// Whether the public is to be told.
    pub public_notice: bool,
    /// What to do.
    pub action: String,
    /// What it rests on.
    pub source: String,
}

impl LossRule {
    /// The stage after.
    pub fn to(&self, from: Stage) -> Stage {
        self.to.unwrap_or(from)
    }
}

/// How units are updated, and what that brings with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRule {
    path: UpdatePath,
    settings: Vec<Setting>,
    /// In words.
    pub text: String,
    /// What it risks by itself.
    pub risks: Vec<UpdateRisk>,
    /// What is given up by itself.
    pub given_up: Vec<GivenUp>,
}

/// What people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviceRule {
    /// Its name.
    pub name: String,
    period: Period,
    settings: Vec<Setting>,
    roles: Vec<PersonRole>,
    /// `None` among them: nobody says how it is updated.
    paths: Vec<Option<UpdatePath>>,
    stages: Vec<Stage>,
    given_up: Vec<GivenUp>,
    uncontrolled: Option<bool>,
    of: Vec<UpdateOf>,
    update_known: Option<bool>,
    mends_all: Option<bool>,
    treatments: Vec<KnownTreatment>,
    radio_off: Option<bool>,
    /// Whether it is told to the clinic, of what that has, and not to groups of people.
    to_clinic: bool,
    /// What to do.
    pub text: String,
    /// What it rests on.
    pub source: String,
}

/// What advice turns on.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// How the device stands to the body.
    pub setting: Setting,
    /// The role of the people.
    pub role: PersonRole,
    /// How it is updated.
    pub path: Option<UpdatePath>,
    /// The stage that is known.
    pub stage: Stage,
    /// What is given up without an update.
    pub given_up: &'a [GivenUp],
    /// Whether a confirmed verdict is uncontrolled.
    pub uncontrolled: bool,
    /// Of what the path speaks.
    pub of: UpdateOf,
    /// Whether an update is known that would end something uncontrolled; where nothing is, there may always be updates.
    pub update_known: bool,
    /// Whether the updates that are known end everything that is uncontrolled.
    pub mends_all: bool,
    /// Whether something else than an update treats what is uncontrolled.
    pub treatment: KnownTreatment,
    /// Whether the folder has a control that switches off the radio of what people have.
    pub radio_off: bool,
    /// Whether the clinic is told, of what it has.
    pub to_clinic: bool,
}

/// What is known of treatments of a version that cannot be updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownTreatment {
    /// Nobody asked: nothing is uncontrolled, or there are updates.
    NotAsked,
    /// There is one.
    Exists,
    /// It is certain that there is none.
    None,
    /// None is known, and there may be one.
    NotKnown,
}

impl KnownTreatment {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "exists" => Some(Self::Exists),
            "none" => Some(Self::None),
            "not-known" => Some(Self::NotKnown),
            _ => None,
        }
    }
}

impl AdviceRule {
    /// Whether it speaks of a treatment that there is, so that whoever tells it names that.
    pub fn names_treatment(&self) -> bool {
        self.treatments == [KnownTreatment::Exists]
    }

    /// Whether it is for some roles alone.
    pub fn is_for_some_roles(&self) -> bool {
        !self.roles.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    loss: Vec<LossTable>,
    path: Vec<PathTable>,
    risk: Vec<WordTable>,
    given_up: Vec<WordTable>,
    advice: Vec<AdviceTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LossTable {
    name: String,
    in_force: InForce,
    stages: Vec<String>,
    reaches: Vec<bool>,
    mitigations: Vec<String>,
    to: String,
    tell_users: bool,
    public_notice: bool,
    action: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathTable {
    name: String,
    text: String,
    #[serde(default)]
    settings: Vec<String>,
    #[serde(default)]
    risks: Vec<String>,
    #[serde(default)]
    given_up: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordTable {
    name: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdviceTable {
    name: String,
    in_force: InForce,
    #[serde(default)]
    settings: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    stages: Vec<String>,
    #[serde(default)]
    given_up: Vec<String>,
    uncontrolled: Option<bool>,
    #[serde(default)]
    of: Vec<String>,
    update_known: Option<bool>,
    mends_all: Option<bool>,
    #[serde(default)]
    treatments: Vec<String>,
    radio_off: Option<bool>,
    #[serde(default)]
    to_clinic: bool,
    text: String,
    source: String,
}

/// Reads the file.
pub(crate) fn lifecycle(file: &str, text: &str) -> Result<LifecycleRules, PolicyError> {
    let table: File = parse(file, text)?;
    let mut losses = Vec::with_capacity(table.loss.len());
    for loss in table.loss {
        said(file, &loss.name, &[&loss.action, &loss.source])?;
        losses.push(LossRule {
            period: loss.in_force.period(file)?,
            stages: words(file, &loss.stages, Stage::from_word)?,
            reaches: loss.reaches,
            mitigations: words(file, &loss.mitigations, Mitigation::from_word)?,
            to: if loss.to == "stay" { None } else { Some(word(file, &loss.to, Stage::from_word)?) },
            tell_users: loss.tell_users,
            public_notice: loss.public_notice,
            name: loss.name,
            action: loss.action,
            source: loss.source,
        });
    }
    let mut paths = Vec::with_capacity(table.path.len());
    for path in table.path {
        said(file, &path.name, &[&path.text])?;
        paths.push(PathRule {
            path: word(file, &path.name, UpdatePath::from_word)?,
            settings: words(file, &path.settings, Setting::from_word)?,
            risks: words(file, &path.risks, UpdateRisk::from_word)?,
            given_up: words(file, &path.given_up, GivenUp::from_word)?,
            text: path.text,
        });
    }
    let mut advice = Vec::with_capacity(table.advice.len());
    for entry in table.advice {
        said(file, &entry.name, &[&entry.text, &entry.source])?;
        advice.push(AdviceRule {
            period: entry.in_force.period(file)?,
            settings: words(file, &entry.settings, Setting::from_word)?,
            roles: words(file, &entry.roles, PersonRole::from_word)?,
            paths: words(file, &entry.paths, |word| match word {
                "unknown" => Some(None),
                word => UpdatePath::from_word(word).map(Some),
            })?,
            stages: words(file, &entry.stages, Stage::from_word)?,
            given_up: words(file, &entry.given_up, GivenUp::from_word)?,
            uncontrolled: entry.uncontrolled,
            of: words(file, &entry.of, UpdateOf::from_word)?,
            update_known: entry.update_known,
            mends_all: entry.mends_all,
            treatments: words(file, &entry.treatments, KnownTreatment::from_word)?,
            radio_off: entry.radio_off,
            to_clinic: entry.to_clinic,
            name: entry.name,
            text: entry.text,
            source: entry.source,
        });
    }
    let risks = meanings(file, table.risk, UpdateRisk::ALL, UpdateRisk::word)?;
    let given_up = meanings(file, table.given_up, GivenUp::ALL, GivenUp::word)?;
    let rules = LifecycleRules { losses, paths, risks, given_up, advice };
    rules.check(file)?;
    Ok(rules)
}

fn said(file: &str, name: &str, texts: &[&str]) -> Result<(), PolicyError> {
    if texts.iter().any(|text| text.trim().is_empty()) {
        return Err(PolicyError::malformed(file, format!("`{name}` needs its words and what they rest on")));
    }
    Ok(())
}

fn word<T>(file: &str, word: &str, of: impl Fn(&str) -> Option<T>) -> Result<T, PolicyError> {
    of(word).ok_or_else(|| PolicyError::malformed(file, format!("`{word}` is not known here")))
}

fn words<T>(file: &str, words: &[String], of: impl Fn(&str) -> Option<T> + Copy) -> Result<Vec<T>, PolicyError> {
    words.iter().map(|one| word(file, one, of)).collect()
}

/// What every word means: each once, and none left out.
fn meanings<T: Copy + Ord>(
    file: &str,
    entries: Vec<WordTable>,
    all: &[T],
    spelt: impl Fn(T) -> &'static str,
) -> Result<BTreeMap<T, String>, PolicyError> {
    let mut meanings = BTreeMap::new();
    for entry in entries {
        said(file, &entry.name, &[&entry.text])?;
        let known = all.iter().copied().find(|one| spelt(*one) == entry.name);
        let Some(known) = known else {
            return Err(PolicyError::malformed(file, format!("`{}` is not known here", entry.name)));
        };
        if meanings.insert(known, entry.text).is_some() {
            return Err(PolicyError::malformed(file, format!("`{}` is given twice", entry.name)));
        }
    }
    match all.iter().find(|one| !meanings.contains_key(one)) {
        Some(missing) => Err(PolicyError::malformed(file, format!("nothing says what `{}` means", spelt(*missing)))),
        None => Ok(meanings),
    }
}

impl LifecycleRules {
    /// Every case of a loss has exactly one entry on every day since the first, none leads to a better stage, more mitigation never
    /// to a worse one, and every path has its words in every setting.
    fn check(&self, file: &str) -> Result<(), PolicyError> {
        let malformed = |message: String| Err(PolicyError::malformed(file, message));
        let mut days: Vec<Date> = self.losses.iter().flat_map(|rule| rule.period.edges()).collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            for stage in Stage::ALL.iter().copied() {
                for reaches in [false, true] {
                    let mut before: Option<Stage> = None;
                    for mitigation in Mitigation::ALL {
                        let fitting: Vec<&LossRule> = self
                            .losses
                            .iter()
                            .filter(|rule| rule.fits(stage, reaches, mitigation) && rule.period.holds(day))
                            .collect();
                        let [rule] = fitting[..] else {
                            let count = fitting.len();
                            return malformed(format!(
                                "{count} entries hold for a loss in {stage} on {day} (reaches: {reaches}, {mitigation:?}); expected one"
                            ));
                        };
                        let to = rule.to(stage);
                        if to < stage || before.is_some_and(|before| to > before) {
                            return malformed(format!("`{}` leads to a better stage than it may", rule.name));
                        }
                        before = Some(to);
                    }
                }
            }
        }
        for path in UpdatePath::ALL.iter().copied() {
            for setting in Setting::ALL.iter().copied() {
                let count = self.paths.iter().filter(|rule| rule.fits(path, setting)).count();
                if count != 1 {
                    return malformed(format!("{count} entries hold for the path {path} ({setting}); expected one"));
                }
            }
        }
        Ok(())
    }

    /// What follows from a loss on a day; nothing where no entry is in force then.
    pub fn loss(&self, stage: Stage, reaches: bool, mitigation: Mitigation, day: Date) -> Option<&LossRule> {
        self.losses.iter().find(|rule| rule.fits(stage, reaches, mitigation) && rule.period.holds(day))
    }

    /// What is said of an update path.
    pub fn path(&self, path: UpdatePath, setting: Setting) -> Option<&PathRule> {
        self.paths.iter().find(|rule| rule.fits(path, setting))
    }

    /// What a risk means.
    pub fn risk(&self, risk: UpdateRisk) -> &str {
        self.risks.get(&risk).map_or("", String::as_str)
    }

    /// What giving this up means.
    pub fn given_up(&self, given_up: GivenUp) -> &str {
        self.given_up.get(&given_up).map_or("", String::as_str)
    }

    /// What people are told on a day, in the order of the file.
    pub fn advice<'a>(&'a self, told: &'a Told<'a>, day: Date) -> impl Iterator<Item = &'a AdviceRule> {
        self.advice.iter().filter(move |rule| rule.period.holds(day) && rule.fits(told))
    }
}

impl LossRule {
    fn fits(&self, stage: Stage, reaches: bool, mitigation: Mitigation) -> bool {
        self.stages.contains(&stage) && self.reaches.contains(&reaches) && self.mitigations.contains(&mitigation)
    }
}

impl PathRule {
    fn fits(&self, path: UpdatePath, setting: Setting) -> bool {
        self.path == path && (self.settings.is_empty() || self.settings.contains(&setting))
    }
}

impl AdviceRule {
    fn fits(&self, told: &Told<'_>) -> bool {
        let in_list = |empty: bool, found: bool| empty || found;
        in_list(self.settings.is_empty(), self.settings.contains(&told.setting))
            && in_list(self.roles.is_empty(), self.roles.contains(&told.role))
            && in_list(self.paths.is_empty(), self.paths.contains(&told.path))
            && in_list(self.stages.is_empty(), self.stages.contains(&told.stage))
            && in_list(self.given_up.is_empty(), self.given_up.iter().any(|one| told.given_up.contains(one)))
            && self.uncontrolled.is_none_or(|uncontrolled| uncontrolled == told.uncontrolled)
            && in_list(self.of.is_empty(), self.of.contains(&told.of))
            && self.update_known.is_none_or(|known| known == told.update_known)
            && self.mends_all.is_none_or(|all| all == told.mends_all)
            && in_list(self.treatments.is_empty(), self.treatments.contains(&told.treatment))
            && self.radio_off.is_none_or(|off| off == told.radio_off)
            && self.to_clinic == told.to_clinic
    }
}

#[cfg(test)]
mod tests;
