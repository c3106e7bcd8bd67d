//! What an SBOM says of the support of a component.
//!
//! CycloneDX has no field for it; its property taxonomy names the milestones (`cdx:lifecycle:milestone:endOfSupport`), and makers use
//! names of their own that end alike. SPDX has `validUntilDate`, and since 3.0 `supportLevel`.

use jiff::civil::Date;
use ward_model::component::SupportStatement;

use super::collect::meaningful;

/// Ends of property names, letters and digits only, that give the end of support.
const ENDS: &[&str] = &[
    "endofsupport",
    "endofsupportdate",
    "endofguaranteedsupport",
    "endofsecuritysupport",
    "endofsecurityupdates",
    "supportend",
    "supportenddate",
    "supportends",
    "supporteduntil",
    "validuntildate",
];
/// The same for the end of life, which is taken where no end of support is given.
const END_OF_LIFE: &[&str] = &["endoflife", "endoflifedate", "eol", "eoldate"];
/// The same for the level of support.
const LEVELS: &[&str] = &["supportlevel", "levelofsupport", "supportstatus", "softwaresupportlevel"];

/// Collects what is said in several places.
#[derive(Default)]
pub(super) struct SupportNotes {
    level: Option<String>,
    ends: Vec<String>,
    end_of_life: Option<String>,
}

impl SupportNotes {
    /// Takes a named value, if its name is one that speaks of support.
    pub(super) fn note(&mut self, name: &str, value: &str) {
        let key: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let is = |ends: &[&str]| ends.iter().any(|end| key.ends_with(end));
        if is(LEVELS) {
            self.level(value);
        } else if is(ENDS) {
            self.end(value);
        } else if is(END_OF_LIFE)
            && let Some(value) = meaningful(value)
        {
            self.end_of_life.get_or_insert_with(|| value.to_owned());
        }
    }

    /// Takes a level of support.
    pub(super) fn level(&mut self, value: &str) {
        if let Some(value) = meaningful(value) {
            self.level.get_or_insert_with(|| value.to_owned());
        }
    }

    /// Takes an end of support.
    pub(super) fn end(&mut self, value: &str) {
        self.ends.extend(meaningful(value).map(str::to_owned));
    }

    /// Of several ends the earliest: nobody is told of more support than there is.
    pub(super) fn into_statement(self) -> SupportStatement {
        let ends = if self.ends.is_empty() { self.end_of_life.into_iter().collect() } else { self.ends };
        let earliest = ends.iter().filter_map(|text| Some((day(text)?, text.clone()))).min();
        let (ends_on, ends) = match earliest {
            Some((day, text)) => (Some(day), Some(text)),
            None => (None, ends.into_iter().next()),
        };
        SupportStatement { level: self.level, ends, ends_on }
    }
}

/// The day of a date or of a point in time as ISO 8601 writes them.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let whole = rest.is_empty() || rest.starts_with(['T', 't', ' ']);
    whole.then(|| date.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::SupportNotes;

    #[test]
    fn the_earliest_end_of_support_counts() {
        let statement = |properties: &[(&str, &str)]| {
            let mut notes = SupportNotes::default();
            for (name, value) in properties {
                notes.note(name, value);
            }
            let statement = notes.into_statement();
            (
                statement.level.unwrap_or_default(),
                statement.ends.unwrap_or_default(),
                statement.ends_on.map_or_else(String::new, |day| day.to_string()),
            )
        };
        type Properties = &'static [(&'static str, &'static str)];
        let table: &[(Properties, (&str, &str, &str))] = &[
            (&[], ("", "", "")),
            (&[("cdx:lifecycle:milestone:endOfSupport", "2030-01-31")], ("", "2030-01-31", "2030-01-31")),
            (
                &[("acme:end-of-support", "2031-01-01T00:00:00Z"), ("acme:endOfGuaranteedSupport", "2029-05-01")],
                ("", "2029-05-01", "2029-05-01"),
            ),
            (&[("x:eol", "2028-01-01"), ("x:end_of_support", "2029-01-01")], ("", "2029-01-01", "2029-01-01")),
            (&[("x:eol", "2028-01-01")], ("", "2028-01-01", "2028-01-01")),
            (
                &[("x:supportLevel", "actively maintained"), ("x:EndOfSupport", "soon")],
                ("actively maintained", "soon", ""),
            ),
            (&[("x:endOfSupport", "2030-02-31")], ("", "2030-02-31", "")),
            (&[("x:endOfSupport", "NOASSERTION"), ("other", "2020-01-01")], ("", "", "")),
        ];
        for (properties, (level, ends, on)) in table {
            assert_eq!(
                statement(properties),
                ((*level).to_owned(), (*ends).to_owned(), (*on).to_owned()),
                "{properties:?}"
            );
        }
    }
}
