use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::affected::SsvcStatement;
use ward_model::scale::{Persons, Severity};

use super::table::DecisionTable;
use super::{Fact, Facts, Ssvc, exploitation, facts};
use crate::error::PolicyError;

const TODAY: Date = date(2026, 11, 27);
const SUPPLIER: &str = include_str!("../../../../policies/ssvc/supplier.toml");

fn known(pairs: &[(&str, &str)]) -> Facts {
    pairs.iter().map(|(input, value)| ((*input).to_owned(), Fact::new(*value, "a test"))).collect()
}

fn outcome(table: &str, pairs: &[(&str, &str)]) -> String {
    Ssvc::built_in().unwrap().decide(table, &known(pairs), TODAY).unwrap().outcome
}

/// With a serious harm possible, the maker's tree never puts a fix off (domain: supplier tree).
#[test]
fn a_significant_impact_on_safety_is_never_deferred() {
    let rows = [
        ("none", "laborious", "partial", "scheduled"),
        ("none", "laborious", "total", "out-of-cycle"),
        ("none", "efficient", "partial", "out-of-cycle"),
        ("poc", "laborious", "partial", "out-of-cycle"),
        ("poc", "laborious", "total", "immediate"),
        ("poc", "efficient", "partial", "immediate"),
        ("active", "laborious", "partial", "immediate"),
        ("active", "super-effective", "total", "immediate"),
    ];
    for (exploitation, utility, technical, expected) in rows {
        let facts = [
            ("exploitation", exploitation),
            ("utility", utility),
            ("technical-impact", technical),
            ("safety-impact", "marginal"),
        ];
        assert_eq!(outcome("supplier", &facts), expected, "{facts:?}");
    }
    let mild = [
        ("exploitation", "none"),
        ("utility", "laborious"),
        ("technical-impact", "partial"),
        ("safety-impact", "negligible"),
    ];
    assert_eq!(outcome("supplier", &mild), "defer");
}

/// The published table of human impact and the words that define its values disagree: the worse of the two is used.
#[test]
fn human_impact_is_the_worse_of_table_and_words() {
    let rows = [
        ("marginal", "degraded", "low", "medium"),
        ("marginal", "support-crippled", "low", "medium"),
        ("marginal", "function-failure", "medium", "high"),
        ("critical", "degraded", "medium", "high"),
    ];
    let ssvc = Ssvc::built_in().unwrap();
    let table = ssvc.tables().iter().find(|table| table.name == "human-impact").unwrap();
    let differing: Vec<_> = table.rows().filter(|(_, published, used)| published != used).collect();
    assert_eq!(differing.len(), rows.len());
    for (safety, mission, published, used) in rows {
        assert!(differing.contains(&(vec![safety, mission], published, used)), "{safety}/{mission}");
        let decided = ssvc
            .decide("human-impact", &known(&[("safety-impact", safety), ("mission-impact", mission)]), TODAY)
            .unwrap();
        assert_eq!(decided.outcome, used);
        let why = &decided.path.last().unwrap().because;
        assert!(why.starts_with(&format!("raised from {published}: ")), "{why}");
    }
    // The words leave this one open; the table does not.
    assert_eq!(
        outcome("human-impact", &[("safety-impact", "critical"), ("mission-impact", "function-failure")]),
        "high"
    );
}

#[test]
fn what_nobody_has_said_is_read_at_its_worst_and_said() {
    let ssvc = Ssvc::built_in().unwrap();
    let decided =
        ssvc.decide("supplier", &known(&[("automatable", "no"), ("safety-impact", "critical")]), TODAY).unwrap();
    assert_eq!((decided.outcome.as_str(), decided.at_best.as_str()), ("immediate", "scheduled"));
    let path: Vec<_> =
        decided.path.iter().map(|step| (step.input.as_str(), step.value.as_str(), step.at_best.as_str())).collect();
    assert_eq!(
        path,
        [
            ("exploitation", "active", "none"),
            ("automatable", "no", "no"),
            ("value-density", "concentrated", "diffuse"),
            ("utility", "efficient", "laborious"),
            ("technical-impact", "total", "partial"),
            ("safety-impact", "critical", "critical"),
            ("public-safety-impact", "significant", "significant"),
        ]
    );
    assert_eq!(decided.path[0].because, "nobody has said: read at its worst");
    assert!(decided.path[3].because.contains("utility@1.0.0"));
}

#[test]
fn an_input_or_a_value_that_there_is_not_is_refused() {
    let ssvc = Ssvc::built_in().unwrap();
    let refused =
        |table: &str, pairs: &[(&str, &str)]| ssvc.decide(table, &known(pairs), TODAY).unwrap_err().to_string();
    assert!(
        refused("supplier", &[("exploit", "none")])
            .contains("there is no input `exploit`; this table asks for exploitation, automatable")
    );
    assert!(refused("supplier", &[("exploitation", "weaponised")]).contains("its values are none, poc, active"));
    assert!(refused("suplier", &[]).contains("known: bod-26-04"));
    let before = ssvc.decide("supplier", &Facts::new(), date(2020, 1, 1));
    assert!(matches!(before, Err(PolicyError::NotInForce { .. })));
}

#[test]
fn a_table_that_is_not_whole_or_not_monotone_is_refused() {
    let refused = |text: &str| DecisionTable::read("t.toml", text).unwrap_err();
    let without = SUPPLIER.replace("\"none laborious total\" = [\"scheduled\", \"out-of-cycle\"]\n", "");
    assert_ne!(without, SUPPLIER);
    assert!(refused(&without).to_string().contains("the row `none laborious total` is missing"));
    assert!(
        refused(&SUPPLIER.replace("none laborious total", "none laborious all")).to_string().contains("is missing")
    );
    assert!(
        refused(&SUPPLIER.replace("[\"defer\", \"scheduled\"]", "[\"defer\"]"))
            .to_string()
            .contains("needs 2 outcomes")
    );
    assert!(
        refused(&SUPPLIER.replace("[\"defer\", \"scheduled\"]", "[\"defer\", \"soon\"]"))
            .to_string()
            .contains("no value of priority")
    );
    let Err(PolicyError::NotMonotone { better, worse, .. }) =
        DecisionTable::read("t.toml", &SUPPLIER.replace("[\"defer\", \"scheduled\"]", "[\"scheduled\", \"defer\"]"))
    else {
        panic!("accepted")
    };
    assert_eq!(
        (better.as_str(), worse.as_str()),
        ("none/laborious/partial/minimal (scheduled)", "none/laborious/partial/significant (defer)")
    );
    let lowered = format!(
        "{}\n[[raise]]\nrow = \"none laborious total\"\ncolumn = \"minimal\"\nto = \"defer\"\nsource = \"x\"\n",
        SUPPLIER
    );
    assert!(refused(&lowered).to_string().contains("can only be raised"));
}

/// Severity and persons at once (domain: severity cross-map).
#[test]
fn several_people_seriously_hurt_are_a_catastrophe() {
    let ssvc = Ssvc::built_in().unwrap();
    let of = |severity, persons| ssvc.safety_impact(severity, persons).value;
    let one = Persons::Count(1);
    let alone = ["negligible", "negligible", "marginal", "critical", "critical"];
    for (&severity, expected) in Severity::ALL.iter().zip(alone) {
        assert_eq!(of(severity, one), expected, "{severity}");
    }
    for severity in [Severity::Serious, Severity::Critical, Severity::Catastrophic] {
        assert_eq!(of(severity, Persons::Count(2)), "catastrophic");
        assert_eq!(of(severity, Persons::Many), "catastrophic");
    }
    assert_eq!(of(Severity::Minor, Persons::Many), "negligible");
}

fn statement(asserter: &str, exploitation: Option<&str>) -> SsvcStatement {
    SsvcStatement {
        asserter: asserter.to_owned(),
        role: "CISA Coordinator".to_owned(),
        exploitation: exploitation.map(str::to_owned),
        automatable: Some("Yes".to_owned()),
        technical_impact: None,
        timestamp: None,
    }
}

#[test]
fn exploitation_is_the_worst_that_anybody_says() {
    assert_eq!(exploitation(false, &[], &[]), None);
    assert_eq!(exploitation(false, &[statement("a", None), statement("b", Some("maybe"))], &[]), None);
    let said = [statement("a", Some("none")), statement("b", Some("PoC"))];
    assert_eq!(exploitation(false, &said[..1], &[]).unwrap().value, "none");
    assert_eq!(exploitation(false, &said, &[]).unwrap(), Fact::new("poc", "b says so"));
    assert_eq!(exploitation(false, &said[..1], &["https://example.org/x".to_owned()]).unwrap().value, "poc");
    assert_eq!(exploitation(true, &said, &[]).unwrap().value, "active");
    let facts = facts(Some(false), &said, &[]);
    assert_eq!((facts["known-exploited"].value.as_str(), facts["automatable"].value.as_str()), ("no", "yes"));
    assert!(!facts.contains_key("technical-impact"));
}

/// Every table, row by row, against the ones that CERT/CC publishes.
#[test]
fn the_tables_are_the_published_ones() {
    let Some(published) = published() else { return };
    let ssvc = Ssvc::built_in().unwrap();
    for (name, file) in [
        ("supplier", "ssvc/supplier_patch_development_priority_1_0_0.csv"),
        ("deployer", "ssvc/deployer_patch_application_priority_1_0_0.csv"),
        ("cisa-coordinator", "cisa/cisa_coordinator_2_0_3.csv"),
        ("bod-26-04", "cisa/cisa_bod_26_04_1_0_0.csv"),
        ("utility", "ssvc/utility_1_0_0.csv"),
        ("public-safety-impact", "ssvc/public_safety_impact_1_0_0.csv"),
        ("human-impact", "ssvc/human_impact_1_0_0.csv"),
    ] {
        let table = ssvc.tables().iter().find(|table| table.name == name).unwrap();
        let text = published.get(file).unwrap_or_else(|| panic!("{file} is not published"));
        let mut theirs: Vec<Vec<String>> =
            text.lines().skip(1).map(|line| line.split(',').skip(1).map(ours).collect()).collect();
        let mut rows: Vec<Vec<String>> = table
            .rows()
            .map(|(values, published, _)| values.into_iter().chain([published]).map(str::to_owned).collect())
            .collect();
        theirs.sort();
        rows.sort();
        assert_eq!(rows, theirs, "{name}");
    }
}

/// Our spelling of a published value.
fn ours(word: &str) -> String {
    match word {
        "public poc" => "poc",
        "mef support crippled" => "support-crippled",
        "mef failure" => "function-failure",
        "fix on system upgrade" => "on-upgrade",
        "3 days & forensic investigation" => "3-days-and-forensics",
        "track*" => "track-closely",
        word => return word.replace(' ', "-"),
    }
    .to_owned()
}

/// The published tables by path, where the conformance data are at hand.
fn published() -> Option<BTreeMap<String, String>> {
    let files = ward_samples::archive("conformance/certcc-ssvc-decision-tables.tar.zst")?;
    let tables: BTreeMap<String, String> = files
        .into_iter()
        .filter_map(|(name, bytes)| {
            name.strip_prefix("ssvc/data/csv/").map(|name| (name.to_owned(), String::from_utf8(bytes).unwrap()))
        })
        .collect();
    assert!(!tables.is_empty());
    Some(tables)
}

fn any_facts() -> impl Strategy<Value = Vec<(usize, usize)>> {
    proptest::collection::vec((0_usize..12, 0_usize..4), 0..10)
}

proptest! {
    /// Saying nothing about an input is never better than any value of it, and never worse than its best and worst.
    #[test]
    fn leaving_an_input_out_never_lowers(picks in any_facts(), tree in 0_usize..7, dropped in 0_usize..12) {
        static SSVC: LazyLock<Ssvc> = LazyLock::new(|| Ssvc::built_in().unwrap());
        let ssvc = &*SSVC;
        let table = &ssvc.tables()[tree];
        let asked = ssvc.inputs(&table.name, TODAY).unwrap();
        let scale = |input: &str| {
            ssvc.tables().iter().flat_map(|table| &table.inputs).find(|scale| scale.name == input).unwrap().clone()
        };
        let mut facts = Facts::new();
        for (input, value) in picks {
            let input = asked[input % asked.len()];
            let values = scale(input).values;
            facts.insert(input.to_owned(), Fact::new(values[value % values.len()].clone(), "a test"));
        }
        let place = |word: &str| table.outcome.values.iter().position(|value| value == word).unwrap();
        let with = ssvc.decide(&table.name, &facts, TODAY).unwrap();
        prop_assert!(place(&with.at_best) <= place(&with.outcome));
        // An input that another table gives may be stated outright: leaving that out falls back on what it is worked out from.
        let dropped = asked[dropped % asked.len()];
        if ssvc.tables().iter().all(|table| table.name != dropped) {
            facts.remove(dropped);
            let without = ssvc.decide(&table.name, &facts, TODAY).unwrap();
            prop_assert!(place(&without.outcome) >= place(&with.outcome));
            prop_assert!(place(&without.at_best) <= place(&with.at_best));
        }
    }
}
