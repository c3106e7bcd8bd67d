//! The catalogue of what every maker goes through, in five groups.

use std::collections::BTreeSet;

use serde::Deserialize;
use ward_model::device::ConsiderationGroup;

use crate::error::PolicyError;
use crate::file::parse;

/// One question of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its group.
    pub group: ConsiderationGroup,
    /// Its name.
    pub id: String,
    /// What is asked.
    pub question: String,
    /// What it is there to bring out.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<TopicTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicTable {
    group: String,
    id: String,
    question: String,
    why: String,
}

const NAME: &str = "rules/considerations.toml";
const TEXT: &str = include_str!("../../../rules/considerations.toml");

/// The catalogue that ships with the program, in its order.
///
/// # Errors
/// It is malformed; a test keeps that from being shipped.
pub fn topics() -> Result<Vec<Topic>, PolicyError> {
    let file: File = parse(NAME, TEXT)?;
    let wrong = |reason: String| PolicyError::Malformed { file: NAME.to_owned(), message: reason };
    let mut seen = BTreeSet::new();
    let mut topics = Vec::with_capacity(file.topic.len());
    for table in file.topic {
        let group = ConsiderationGroup::from_word(&table.group);
        let group = group.ok_or_else(|| wrong(format!("`{}` is no group of considerations", table.group)))?;
        if !seen.insert((group, table.id.clone())) {
            return Err(wrong(format!("`{}` stands twice in `{}`", table.id, table.group)));
        }
        topics.push(Topic { group, id: table.id, question: table.question, why: table.why });
    }
    Ok(topics)
}

#[cfg(test)]
mod tests {
    use ward_model::device::ConsiderationGroup;

    use super::topics;

    #[test]
    fn every_group_has_topics() {
        let topics = topics().unwrap();
        for group in ConsiderationGroup::ALL {
            assert!(topics.iter().filter(|topic| topic.group == *group).count() >= 4, "{group}");
        }
    }
}
