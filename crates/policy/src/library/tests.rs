use jiff::civil::date;
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::Outcome;

use super::Library;
use crate::error::PolicyError;

#[test]
fn scans_go_by_the_names_and_expectations_of_the_library() {
    let library = Library::built_in().unwrap();
    let (aliases, expectations) = Library::for_scans().unwrap();
    assert_eq!((&aliases, &expectations), (library.aliases(), library.expectations()));
}

#[test]
fn the_shipped_files_are_sound() {
    let library = Library::built_in().unwrap();
    assert!(library.policy_names().any(|name| name == "fda-postmarket-2016"));
    assert!(library.code_execution.follows_from(&[787], true));
    assert!(library.rules.iter().any(|rule| rule.step == "send-command"));
}

#[test]
fn a_policy_is_chosen_by_name_and_day() {
    let library = Library::built_in().unwrap();
    let choose = |name: &str, on| library.select(&[name.to_owned()], on);
    let today = date(2026, 11, 22);
    assert_eq!(choose("fda-postmarket-2016", today).unwrap().policies.len(), 1);
    assert_eq!(choose("fda-postmarket-2016@1", today).unwrap().policies.len(), 1);
    assert!(matches!(choose("fda-postmarket-2016", date(2016, 1, 1)), Err(PolicyError::NotInForce { .. })));
    let Err(PolicyError::Unknown { nearest, .. }) = choose("fda-postmarket", today) else {
        panic!("should be unknown")
    };
    assert_eq!(nearest.as_deref(), Some("fda-postmarket-2016"));
    assert_eq!(library.select(&[], today), Err(PolicyError::NoneNamed));
}

/// Cells of the default matrix (domain reference 1.3) and escalation for several people.
#[test]
fn the_fda_matrix_has_its_cells() {
    let library = Library::built_in().unwrap();
    let rulebook = library.select(&["fda-postmarket-2016".to_owned()], date(2026, 11, 22)).unwrap();
    let fda = &rulebook.policies[0];
    let one = Persons::Count(1);
    let rows = [(Exploitability::Low, "CCCCU"), (Exploitability::Medium, "CCUUU"), (Exploitability::High, "CUUUU")];
    for (class, row) in rows {
        for (&severity, cell) in Severity::ALL.iter().zip(row.chars()) {
            let expected = if cell == 'C' { Outcome::Controlled } else { Outcome::Uncontrolled };
            assert_eq!(fda.cell(class, severity, one), expected, "{class}/{severity}");
        }
    }
    assert_eq!(fda.cell(Exploitability::Low, Severity::Serious, Persons::Count(2)), Outcome::Uncontrolled);
    assert_eq!(fda.cell(Exploitability::Low, Severity::Minor, Persons::Many), Outcome::Controlled);
    assert_eq!(fda.escalate(Severity::Critical, Persons::Many), Severity::Catastrophic);
}

/// MDCG 2019-16: users and others count, and nothing that an event starts is started by a verdict.
#[test]
fn the_eu_policy_asks_its_own_question_and_says_what_is_from_memory() {
    use crate::policy::{ClockWhen, Event};
    let library = Library::built_in().unwrap();
    let choose = |day| library.select(&["eu-mdr-mdcg-2019-16".to_owned()], day);
    assert!(matches!(choose(date(2021, 5, 25)), Err(PolicyError::NotInForce { .. })));
    let eu = choose(date(2026, 11, 27)).unwrap().policies.remove(0);
    assert_eq!(eu.counts.len(), 3);
    assert!(eu.question.as_deref().is_some_and(|question| question.contains("serious")));
    assert_eq!(eu.word(Outcome::Uncontrolled), "might lead to a serious incident");
    let terms: Vec<_> = eu
        .clocks
        .iter()
        .filter_map(|clock| match clock.when {
            ClockWhen::Event(event) => {
                Some((event, clock.days, clock.source.ends_with("(not compared with the text yet)")))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        terms,
        [
            (Event::SeriousIncident, 15, true),
            (Event::DeathOrDeterioration, 10, true),
            (Event::PublicHealthThreat, 2, true)
        ]
    );
    assert!(eu.remarks()[0].contains("not been compared with the text"));
    // An injury that heals by itself is watched for a trend; one that needs help may be a serious incident.
    let one = Persons::Count(1);
    assert_eq!(eu.cell(Exploitability::High, Severity::Minor, one), Outcome::Controlled);
    assert_eq!(eu.cell(Exploitability::Medium, Severity::Serious, one), Outcome::Uncontrolled);
    assert_eq!(eu.cell(Exploitability::Low, Severity::Serious, Persons::Many), Outcome::Uncontrolled);
}

#[test]
fn every_policy_of_authorities_in_force_today_can_be_chosen_together() {
    let library = Library::built_in().unwrap();
    let names: Vec<String> = library.policy_names().map(str::to_owned).collect();
    assert_eq!(library.select(&names, date(2026, 11, 27)).unwrap().policies.len(), names.len());
    assert!(names.iter().any(|name| name == "tga-cyber-security"));
}

#[test]
fn the_shipped_families_know_the_systems_that_records_name_by_their_kind() {
    let library = Library::built_in().unwrap();
    let families = library.aliases().families();
    let holds = |name: &str, product: &str| {
        let family = families.list().iter().find(|family| family.name == name).unwrap();
        family.holds(&product.parse().unwrap())
    };
    let table = [
        ("Windows", "o:microsoft:windows_10_21h2", true),
        ("Windows", "o:microsoft:windows", true),
        ("Windows", "o:microsoft:windows_ce", false),
        ("Windows", "a:microsoft:windows_defender", false),
        ("Linux", "o:debian:debian_linux", true),
        ("Linux", "o:redhat:enterprise_linux_server_eus", true),
        ("Linux", "o:google:android", false),
        ("macOS", "o:apple:mac_os_x", true),
        ("iOS", "o:cisco:ios", false),
    ];
    for (name, product, expected) in table {
        assert_eq!(holds(name, product), expected, "{name} {product}");
    }
    for general in
        ["o:microsoft:windows", "o:linux:linux_kernel", "o:apple:mac_os_x", "o:google:android", "o:apple:iphone_os"]
    {
        assert!(families.of_general(&general.parse().unwrap()).is_some(), "{general}");
    }
}

#[test]
fn a_family_that_cannot_be_meant_is_refused() {
    let read = |text: &str| crate::file::families("rules/families.toml", text);
    let family = |rest: &str| format!("reviewed = 2026-11-27\n[[family]]\nname = \"F\"\nreason = \"so\"\n{rest}\n");
    assert!(read(&family("general = [\"o:a:b\"]\nmembers = [\"o:a:c*\"]")).is_ok());
    let table = [
        ("general = []", "needs a name"),
        ("general = [\"o:a\"]", "part:vendor:product"),
        ("general = [\"o:a:b\"]\nmembers = [\"o:a:*\"]", "product is"),
        ("general = [\"o:a:b\", \"o:a:b\"]", "already stands"),
        ("general = [\"o:a:b\"]\nwords = [\"Big\"]", "lower case"),
        ("general = [\"o:a:b\"]\nincludes = [\"G\"]", "no family above it"),
        ("general = [\"o:a:b\"]\nmember = []", "unknown field"),
    ];
    for (rest, part) in table {
        let error = read(&family(rest)).unwrap_err().to_string();
        assert!(error.contains(part), "{rest}: {error}");
    }
    assert!(read("reviewed = 10:00:00\nfamily = []").is_err());
}

#[test]
fn the_shipped_renames_hold_both_ways() {
    let library = Library::built_in().unwrap();
    let renames = library.aliases().renames();
    let knows = |product: &str, other: &str| {
        let (product, other) = (product.parse().unwrap(), other.parse().unwrap());
        renames.of(&product).any(|rename| rename.also.as_ref() == Some(&other) || rename.product == other)
    };
    let pairs = [
        ("o:microsoft:windows_10", "o:microsoft:windows_10_1809"),
        ("o:microsoft:windows_2003_server", "o:microsoft:windows_server_2003"),
        ("o:microsoft:windows_server_2016", "o:microsoft:windows_server_1803"),
        ("o:apple:mac_os_x", "o:apple:macos"),
    ];
    for (one, other) in pairs {
        assert!(knows(one, other) && knows(other, one), "{one} {other}");
    }
}

#[test]
fn a_rename_that_says_nothing_is_refused() {
    let read = |text: &str| crate::file::renamed("rules/renamed.toml", text);
    let renamed =
        |rest: &str| format!("reviewed = 2026-11-27\n[[renamed]]\nproduct = \"o:a:b\"\nreason = \"so\"\n{rest}\n");
    assert!(read(&renamed("also = \"o:a:c\"\nversions = \"10\"")).is_ok());
    assert!(read(&renamed("releases = [{ version = \"r2\", also = \"o:a:b_r2\", builds = \"6.1\" }]")).is_ok());
    let table = [
        ("", "either another name or releases"),
        ("also = \"o:a:b\"", "no other name"),
        ("also = \"o:a\"", "part:vendor:product"),
        ("versions = \"1\"\nreleases = [{ builds = \"1\" }]", "versions limit another name"),
        ("releases = [{ version = \"R2\", builds = \"1\" }]", "lower case"),
        ("releases = [{ version = \"r2\", builds = \"\" }]", "needs its builds"),
    ];
    for (rest, part) in table {
        let error = read(&renamed(rest)).unwrap_err().to_string();
        assert!(error.contains(part), "{rest}: {error}");
    }
}
