//! How far the five groups of considerations have been gone through: pure.

use std::collections::BTreeSet;

use ward_model::device::{Consideration, ConsiderationAnswer, ConsiderationGroup};
use ward_policy::considerations::Topic;

/// How far one group has been gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupProgress<'a> {
    /// The group.
    pub group: ConsiderationGroup,
    /// How many topics have an answer, the maker's own included.
    pub answered: usize,
    /// How many are said not to apply.
    pub not_applicable: usize,
    /// How many of the answers show something for themselves.
    pub with_evidence: usize,
    /// The topics of the catalogue that are open, in its order.
    pub open: Vec<&'a Topic>,
}

impl GroupProgress<'_> {
    /// Whether nothing at all is said of the group. Such a group keeps a report from being complete.
    pub fn is_empty(&self) -> bool {
        self.answered + self.not_applicable == 0
    }
}

/// Every group, in order.
pub fn progress<'a>(considerations: &[Consideration], topics: &'a [Topic]) -> Vec<GroupProgress<'a>> {
    let of_group = |group: ConsiderationGroup| {
        let mine: Vec<&Consideration> = considerations.iter().filter(|one| one.group == group).collect();
        let said: BTreeSet<&str> = mine.iter().map(|one| one.topic.as_str()).collect();
        let answered = mine.iter().filter(|one| matches!(one.answer, ConsiderationAnswer::Answered(_))).count();
        GroupProgress {
            group,
            answered,
            not_applicable: mine.len() - answered,
            with_evidence: mine.iter().filter(|one| one.evidence.is_some()).count(),
            open: topics.iter().filter(|topic| topic.group == group && !said.contains(topic.id.as_str())).collect(),
        }
    };
    ConsiderationGroup::ALL.iter().copied().map(of_group).collect()
}

#[cfg(test)]
mod tests {
    use ward_model::device::{Consideration, ConsiderationAnswer, ConsiderationGroup};
    use ward_policy::considerations::topics;

    use super::progress;

    #[test]
    fn what_is_open_is_what_nobody_spoke_of() {
        let topics = topics().unwrap();
        let one = |group, topic: &str, answer| Consideration { group, topic: topic.to_owned(), answer, evidence: None };
        let said = [
            one(ConsiderationGroup::Physical, "ports", ConsiderationAnswer::Answered("none".to_owned())),
            one(ConsiderationGroup::Physical, "power", ConsiderationAnswer::NotApplicable("mains".to_owned())),
            one(ConsiderationGroup::Physical, "own", ConsiderationAnswer::Answered("ours".to_owned())),
        ];
        let progress = progress(&said, &topics);
        assert_eq!(progress.len(), 5);
        let physical = progress.iter().find(|group| group.group == ConsiderationGroup::Physical).unwrap();
        assert_eq!((physical.answered, physical.not_applicable, physical.with_evidence), (2, 1, 0));
        let open: Vec<&str> = physical.open.iter().map(|topic| topic.id.as_str()).collect();
        assert_eq!(open, ["access", "theft-and-loss", "location-of-implant"]);
        assert!(!physical.is_empty());
        assert_eq!(progress.iter().filter(|group| group.is_empty()).count(), 4);
    }
}
