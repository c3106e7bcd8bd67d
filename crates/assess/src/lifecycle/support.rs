//! Until when each component is supported, and who says so.

use jiff::civil::Date;
use ward_match::support::{Line, Shelf, lines};
use ward_model::claim::{ClaimId, ElementClaim};
use ward_model::component::{Component, ComponentKind};
use ward_model::device::{Device, FieldedVersion, Owner};
use ward_model::ids::{ComponentRef, ElementId};
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::lifecycle::{SupportSource, SupportState};
use ward_model::support::SupportEnd;
use ward_risk::Effects;

/// Until when something is supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Until {
    /// It has ended, on a day that may not be known.
    Ended(Option<Date>),
    /// It ends on this day, or has ended on it: from that day on there is none.
    On(Date),
    /// It goes on, and no end is announced.
    Open,
    /// Nobody says, or what is said is not enough to rely on.
    Unknown(String),
}

impl Until {
    /// Whether there is support on a day.
    pub fn state(&self, day: Date) -> SupportState {
        match self {
            Self::Ended(_) => SupportState::Ended,
            Self::On(end) if *end <= day => SupportState::Ended,
            Self::On(_) | Self::Open => SupportState::Supported,
            Self::Unknown(_) => SupportState::Unknown,
        }
    }

    /// The day of the end, where one is said.
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Ended(day) => *day,
            Self::On(day) => Some(*day),
            Self::Open | Self::Unknown(_) => None,
        }
    }

    /// Of two answers the one with less support; an answer counts before none.
    fn worse(self, other: Self) -> Self {
        let rank = |until: &Self| match until {
            Self::Ended(day) => (0, day.unwrap_or(Date::MIN)),
            Self::On(day) => (1, *day),
            Self::Open => (2, Date::MAX),
            Self::Unknown(_) => (3, Date::MAX),
        };
        if rank(&other) < rank(&self) { other } else { self }
    }
}

/// A component, with its support.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub element: ElementId,
    pub owner: Owner,
    /// `None`: it is what nobody has listed.
    pub component: Option<ComponentRef>,
    pub name: String,
    pub version: Option<String>,
    pub until: Until,
    pub sources: Vec<SupportSource>,
    /// Supported releases of the same product: their name, and until when.
    pub newer: Vec<(String, Option<Date>)>,
}

impl Part {
    /// Its name and version.
    pub fn title(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{} {version}", self.name))
    }
}

/// Everything that runs in a version, with its support. What an SBOM calls the whole, files and data have none of their own. What
/// nobody has listed, or of what is listed nobody answers for being all, is a part of which nothing is known.
pub(super) fn parts(
    device: &Device,
    version: &FieldedVersion,
    effects: &Effects,
    knowledge: &dyn Knowledge,
    as_of: Date,
    shelf: &mut Shelf,
) -> Result<Vec<Part>, KnowledgeError> {
    let mut parts = Vec::new();
    for element in device.elements.values().filter(|element| !element.without_software) {
        let sbom = version.inventories.get(&element.id);
        let beside: Vec<Component> = super::beside_software(&element.hardware);
        let listed = || sbom.iter().flat_map(|sbom| &sbom.components).filter(|component| counts(component));
        let complete = ClaimId::Element(element.id.clone(), ElementClaim::SoftwareListed);
        let not_listed = if listed().next().is_none() {
            let why = match sbom {
                None => "no SBOM lists what runs on it",
                Some(_) => "its SBOM lists no software: files and data have no support of their own",
            };
            Some(("what runs on", why.to_owned()))
        } else if !effects.holds(&complete) {
            Some(("what else runs on", format!("nobody answers for its software being listed completely ({complete})")))
        } else {
            None
        };
        parts.extend(not_listed.map(|(what, why)| Part {
            element: element.id.clone(),
            owner: element.owner,
            component: None,
            name: format!("{what} {}", element.id),
            version: None,
            until: Until::Unknown(why),
            sources: Vec::new(),
            newer: Vec::new(),
        }));
        for component in listed().chain(beside.iter().filter(|component| counts(component))) {
            parts.push(part(&element.id, element.owner, component, knowledge, as_of, shelf)?);
        }
    }
    Ok(parts)
}

fn counts(component: &Component) -> bool {
    !component.whole && !matches!(component.kind, ComponentKind::Asset | ComponentKind::File)
}

fn part(
    element: &ElementId,
    owner: Owner,
    component: &Component,
    knowledge: &dyn Knowledge,
    as_of: Date,
    shelf: &mut Shelf,
) -> Result<Part, KnowledgeError> {
    let lines = lines(component, knowledge, shelf)?;
    let mut sources = Vec::new();
    let mut until = Until::Unknown("neither its SBOM nor the feed of support dates says".to_owned());
    if let Some((said, says)) = stated(component) {
        sources.push(SupportSource { source: "sbom".to_owned(), says });
        until = until.worse(said.clone());
        if let (Until::Unknown(why), Until::Unknown(_)) = (said, &until) {
            until = Until::Unknown(why);
        }
    }
    for line in &lines {
        let (said, says) = of_line(line, as_of);
        sources.push(SupportSource { source: "eol".to_owned(), says });
        match said {
            Until::Unknown(why) if matches!(until, Until::Unknown(_)) => until = Until::Unknown(why),
            said => until = until.worse(said),
        }
    }
    let newer = lines.iter().filter(|line| !line.by_name).flat_map(|line| newer(line, as_of)).collect();
    Ok(Part {
        element: element.clone(),
        owner,
        component: Some(component.reference.clone()),
        name: component.name.clone(),
        version: component.version.clone(),
        until,
        sources,
        newer,
    })
}

/// What its SBOM says, with that in words.
fn stated(component: &Component) -> Option<(Until, String)> {
    let support = &component.support;
    let level = support.level.as_deref();
    let gone = level.is_some_and(|level| {
        let level: String =
            level.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
        let level = format!(" {} ", level.split_whitespace().collect::<Vec<_>>().join(" "));
        [
            " no longer ",
            " abandoned ",
            " unsupported ",
            " not supported ",
            " nosupport ",
            " no support ",
            " unmaintained ",
            " not maintained ",
            " end of life ",
            " eol ",
            " endofsupport ",
            " end of support ",
        ]
        .iter()
        .any(|word| level.contains(word))
    });
    let says = match (level, support.ends.as_deref()) {
        (None, None) => return None,
        (Some(level), Some(ends)) => format!("{level}, support ends {ends}"),
        (Some(level), None) => level.to_owned(),
        (None, Some(ends)) => format!("support ends {ends}"),
    };
    let until = match (gone, support.ends_on) {
        (true, day) => Until::Ended(day),
        (false, Some(day)) => Until::On(day),
        (false, None) => Until::Unknown(format!("its SBOM says `{says}`, which is no day")),
    };
    Some((until, says))
}

/// What the feed of support dates says of a release line: the end of security fixes. What is sold beyond that is told, and does not
/// count, for nobody says that it was bought.
fn of_line(line: &Line, as_of: Date) -> (Until, String) {
    let cycle = &line.cycle;
    let words = |end: SupportEnd| match end {
        SupportEnd::Unknown => "no end is said".to_owned(),
        SupportEnd::Ended => "ended".to_owned(),
        SupportEnd::On(day) => format!("until {day}"),
        SupportEnd::NotAnnounced => "goes on, no end announced".to_owned(),
    };
    let mut says = format!("{} {}: security fixes {}", cycle.product, cycle.cycle, words(cycle.security_until));
    if !matches!(cycle.extended_until, SupportEnd::Unknown) {
        says.push_str(&format!("; extended support, where bought, {}", words(cycle.extended_until)));
    }
    if cycle.said_no_longer {
        says.push_str("; as it was said last, for the feed names this line no more");
    }
    says.push_str(&format!(" ({})", line.by));
    let until = match cycle.security_until {
        SupportEnd::Unknown => Until::Unknown(format!("the feed has {} {} and no end", cycle.product, cycle.cycle)),
        SupportEnd::Ended => Until::Ended(None),
        SupportEnd::On(day) => Until::On(day),
        SupportEnd::NotAnnounced => Until::Open,
    };
    if line.by_name && until.state(as_of) != SupportState::Ended {
        // A namesake would give it support that it has not.
        let why = format!("{}; by its name alone that is no proof", words(cycle.security_until));
        return (Until::Unknown(format!("a product called {} is supported: {why}", cycle.product)), says);
    }
    (until, says)
}

/// Release lines of the same product that are supported on the day, longest first.
fn newer(line: &Line, as_of: Date) -> Vec<(String, Option<Date>)> {
    let mut newer: Vec<(String, Option<Date>)> = line
        .others
        .iter()
        // Where to go is asked of what is said now.
        .filter(|other| other.released >= line.cycle.released && !other.said_no_longer)
        .filter_map(|other| {
            let name = || format!("{} {}", other.product, other.cycle);
            match other.security_until {
                SupportEnd::On(day) if day > as_of => Some((name(), Some(day))),
                SupportEnd::NotAnnounced => Some((name(), None)),
                _ => None,
            }
        })
        .collect();
    newer.sort_by_key(|(name, day)| (std::cmp::Reverse(day.unwrap_or(Date::MAX)), name.clone()));
    newer
}
