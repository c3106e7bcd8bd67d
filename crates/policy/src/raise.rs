//! What evidence of exploitation does to the class of a step. It raises or does nothing; nothing lowers a class, and what is not
//! known raises nothing.

use ward_model::affected::SsvcStatement;
use ward_model::scale::Exploitability;

use crate::period::Period;
use crate::ssvc;

/// A kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// It is in the list of known exploited vulnerabilities.
    KnownExploited,
    /// Somebody states that it is exploited (SSVC exploitation `active`).
    ActiveExploitation,
    /// An exploit that works as it stands is public.
    WeaponisedExploit,
    /// A proof of concept is public, or a record marks a reference as an exploit.
    PublicExploit,
    /// Somebody has carried it out in a test.
    Demonstrated,
    /// Its EPSS score or percentile is at a bound or above.
    Epss,
    /// The device is not on the market yet, and no life-cycle justification is signed.
    BeforeMarket,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::KnownExploited,
        Self::ActiveExploitation,
        Self::WeaponisedExploit,
        Self::PublicExploit,
        Self::Demonstrated,
        Self::Epss,
        Self::BeforeMarket,
    ];

    /// The word used in policy files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::KnownExploited => "known-exploited",
            Self::ActiveExploitation => "active-exploitation",
            Self::WeaponisedExploit => "weaponised-exploit",
            Self::PublicExploit => "public-exploit",
            Self::Demonstrated => "demonstrated",
            Self::Epss => "epss",
            Self::BeforeMarket => "before-market",
        }
    }
}

/// What one kind of evidence does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiseRule {
    /// The kind of evidence.
    pub evidence: EvidenceKind,
    /// The class that a step then has at least.
    pub at_least: Option<Exploitability>,
    /// By how many classes the step is raised.
    pub by: u8,
    /// For EPSS: the score from which it counts, in hundred-thousandths …
    pub score: Option<u32>,
    /// … or the percentile.
    pub percentile: Option<u32>,
    /// When the rule is in force.
    pub period: Period,
    /// The clause it rests on, or that it is a default of the product.
    pub source: String,
}

/// What is known of the exploitation of one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether it is in the list of known exploited vulnerabilities, or the maker knows that it is exploited.
    pub known_exploited: bool,
    /// What people state in SSVC.
    pub statements: Vec<SsvcStatement>,
    /// References that a record marks as an exploit.
    pub exploit_references: Vec<String>,
    /// Whether an exploit that works as it stands is known to be public. No feed says so: somebody must.
    pub weaponised: bool,
    /// Whether somebody has carried it out in a test.
    pub demonstrated: bool,
    /// EPSS score and percentile, in hundred-thousandths.
    pub epss: Option<(u32, u32)>,
    /// Whether the device is not on the market yet, without a signed life-cycle justification.
    pub before_market: bool,
}

/// What the evidence comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// By how many classes a step is raised.
    pub by: u8,
    /// The class that it has at least.
    pub at_least: Exploitability,
    /// What raised it, and how.
    pub reasons: Vec<Reason>,
}

/// Something that raised a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The evidence, in words.
    pub evidence: String,
    /// What it does, in words.
    pub effect: String,
    /// The clause it rests on, or that it is a default of the product.
    pub source: String,
}

impl Raised {
    /// The class of a step with so many demands left.
    pub fn class(&self, demands: u8) -> Exploitability {
        Exploitability::after_demands(demands).raised_by(self.by).max(self.at_least)
    }
}

/// What the evidence of one vulnerability does under these rules. Each rule counts once, and they add up.
pub(crate) fn raised(rules: &[RaiseRule], evidence: &Evidence) -> Raised {
    let mut raised = Raised { by: 0, at_least: Exploitability::Low, reasons: Vec::new() };
    for rule in rules {
        let Some(words) = evidence.speaks_for(rule) else { continue };
        raised.by = raised.by.saturating_add(rule.by);
        raised.at_least = raised.at_least.max(rule.at_least.unwrap_or(Exploitability::Low));
        let effect = match (rule.at_least, rule.by) {
            (Some(class), 0) => format!("the class is at least {class}"),
            (Some(class), by) => format!("the class is raised by {by}, and is at least {class}"),
            (None, by) => format!("the class is raised by {by}"),
        };
        raised.reasons.push(Reason { evidence: words, effect, source: rule.source.clone() });
    }
    raised
}

impl Evidence {
    /// The evidence in words, where there is any of the kind that a rule speaks of.
    fn speaks_for(&self, rule: &RaiseRule) -> Option<String> {
        let stated = || ssvc::exploitation(false, &self.statements, &self.exploit_references);
        let words = |holds: bool, words: &str| holds.then(|| words.to_owned());
        match rule.evidence {
            EvidenceKind::KnownExploited => words(self.known_exploited, "it is known to be exploited"),
            EvidenceKind::ActiveExploitation => {
                let active = stated().filter(|fact| fact.value == "active")?;
                Some(format!("it is stated to be exploited: {}", active.because))
            }
            EvidenceKind::WeaponisedExploit => words(self.weaponised, "an exploit that works as it stands is public"),
            EvidenceKind::PublicExploit => {
                let public = stated().filter(|fact| fact.value != "none")?;
                Some(format!("an exploit is public: {}", public.because))
            }
            EvidenceKind::Demonstrated => words(self.demonstrated, "somebody has carried it out in a test"),
            EvidenceKind::Epss => {
                let (score, percentile) = self.epss?;
                let by_score = rule.score.is_some_and(|bound| score >= bound);
                let by_percentile = rule.percentile.is_some_and(|bound| percentile >= bound);
                (by_score || by_percentile)
                    .then(|| format!("EPSS score {}, percentile {}", share(score), share(percentile)))
            }
            EvidenceKind::BeforeMarket => words(self.before_market, "the device is not on the market yet"),
        }
    }
}

/// Hundred-thousandths as a decimal.
fn share(value: u32) -> String {
    let text = format!("{}.{:05}", value / 100_000, value % 100_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
