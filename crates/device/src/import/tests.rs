//! What a model becomes, and that it always reads.
#![allow(clippy::unwrap_used)]

use jiff::civil::date;
use proptest::prelude::*;
use ward_formats::threat_model::{
    Authentication, Flow, Format, LeftOut, Part, PartKind, Threat, ThreatModel, Transport, Zone,
};

use super::{LeftOpen, imported_folder};
use crate::Severity;
use crate::files::MemoryFiles;
use crate::lint::lint;
use crate::read::{Reading, read};

fn part(key: &str, name: &str) -> Part {
    Part { key: key.into(), name: name.into(), called: None, kind: PartKind::Unknown, zone: None, out_of_scope: false }
}

fn flow(key: &str, from: &str, to: &str) -> Flow {
    Flow {
        key: key.into(),
        name: key.into(),
        from: from.into(),
        to: to.into(),
        both_ways: false,
        transport: Transport::Unknown,
        protocol: None,
        port: None,
        authentication: Authentication::Unknown,
        encrypted: None,
    }
}

fn model(parts: Vec<Part>, flows: Vec<Flow>) -> ThreatModel {
    ThreatModel {
        format: Format::Otm,
        title: "Pump".into(),
        description: None,
        zones: vec![Zone { key: "z".into(), name: "Ward".into() }],
        parts,
        flows,
        threats: Vec::new(),
        left_out: LeftOut::default(),
    }
}

fn reading(model: &ThreatModel) -> Reading {
    let (files, _) = imported_folder(model, date(2026, 11, 28));
    let files: MemoryFiles = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    read(&files).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn what_is_not_said_is_at_its_worst() {
    let reading = reading(&model(vec![part("a", "Pump"), part("b", "Portal")], vec![flow("f", "a", "b")]));
    let device = &reading.device;
    let link = device.links.values().next().unwrap();
    assert!(link.authentication.is_none() && link.carries.is_none() && link.exposed_to.is_none());
    // The medium is the one with the most positions.
    let most = ward_model::device::Medium::ALL.iter().map(|medium| medium.positions().len()).max();
    assert_eq!(Some(link.medium.positions().len()), most);
    assert!(device.claims.is_empty(), "nothing that lowers a verdict is made up");
    assert_eq!(device.environments.len(), 4);
}

#[test]
fn a_mechanism_is_a_claim_in_the_direction_of_who_asks() {
    let mut asked = flow("f", "a", "b");
    asked.both_ways = true;
    asked.authentication = Authentication::By("token".into());
    let (files, imported) =
        imported_folder(&model(vec![part("a", "A"), part("b", "B")], vec![asked]), date(2026, 11, 28));
    assert_eq!(imported.links, 2);
    assert_eq!(imported.left_open[&LeftOpen::Evidence], ["f"]);
    assert_eq!(imported.left_open[&LeftOpen::Authentication], ["f back"]);
    let files: MemoryFiles = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let device = read(&files).unwrap().device;
    let with: Vec<&str> =
        device.links.values().filter(|link| link.authentication.is_some()).map(|link| link.from.as_str()).collect();
    assert_eq!(with, ["a"]);
}

#[test]
fn what_does_not_fit_is_listed_and_nothing_is_guessed() {
    let mut lost = part("c", "Lost");
    lost.zone = Some("nowhere".into());
    let parts = vec![part("a", "Pump"), part("b", "Pump"), lost];
    let (_, imported) = imported_folder(&model(parts, vec![flow("f", "a", "missing")]), date(2026, 11, 28));
    assert_eq!((imported.elements, imported.links), (3, 0));
    assert_eq!(imported.left_open[&LeftOpen::LooseEnd], ["f: missing"]);
    assert_eq!(imported.left_open[&LeftOpen::UnknownZone], ["Lost: nowhere"]);
}

proptest! {
    /// Any names and texts give a folder that reads and lints without errors.
    #[test]
    fn any_model_reads(names in prop::collection::vec(".{0,30}", 1..6), title in ".{0,30}", told in "(?s).{0,60}",
        ends in prop::collection::vec((0_usize..7, 0_usize..7, any::<bool>()), 0..6)) {
        let parts: Vec<Part> = names.iter().enumerate().map(|(at, name)| Part {
            zone: (at % 2 == 0).then(|| "z".into()), called: Some(told.clone()), ..part(&format!("k{at}"), name) }).collect();
        let flows: Vec<Flow> = ends.iter().enumerate().map(|(at, (from, to, both_ways))| Flow {
            name: told.clone(), both_ways: *both_ways, protocol: Some(told.clone()), authentication: Authentication::By(told.clone()),
            ..flow(&format!("f{at}"), &format!("k{from}"), &format!("k{to}")) }).collect();
        let mut model = model(parts, flows);
        model.title = title;
        model.description = Some(told.clone());
        model.threats = vec![Threat { key: "t".into(), title: told.clone(), told: vec![("status", told)], cwes: vec![79], of: vec!["k0".into()] }];
        let (files, _) = imported_folder(&model, date(2026, 11, 28));
        let files: MemoryFiles = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        match read(&files) {
            Ok(reading) => {
                let findings = lint(&reading);
                let errors: Vec<_> = findings.iter().filter(|found| found.severity == Severity::Error).collect();
                prop_assert!(errors.is_empty(), "{:?}", errors);
            }
            Err(wrong) => prop_assert!(false, "{wrong}"),
        }
    }
}

const HAZARDS: &str = "\
No.,Function,Failure,Hazardous situation,Harm,S,Cause,P1
1,Deliver infusion,too fast,over-infusion,death,5,corrupt limits,2
2,,stops,infusion stops,injury,3,lost power,3
3,Show dose,,wrong dose is read,injury,4,,
4,Show dose,stops,nothing is shown,,2,,
5,Keep history,read by others,history known,distress,?,,
";

const MAPPING: &str = r#"
device = "LVP"
repeat_above = ["function"]
[columns]
function = "function"
hazardous_situation = "Hazardous situation"
harm = "Harm"
severity = "S"
on = "Failure"
[severity]
"5" = "catastrophic"
"4" = "critical"
"3" = "serious"
[on]
"too fast" = "alteration"
stops = "loss"
"read by others" = "disclosure"
"#;

fn table(text: &str) -> Vec<ward_formats::evidence::Table> {
    match ward_formats::evidence::read("hazards.csv", text.as_bytes()) {
        Some(Ok(ward_formats::evidence::Contents::Tables(tables))) => tables,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_of_hazards_becomes_functions_and_harms() {
    let mapping = super::Mapping::read(MAPPING).unwrap();
    let (files, imported) = super::hazard_folder(&table(HAZARDS), &mapping, "folder", date(2026, 11, 28)).unwrap();
    assert_eq!((imported.functions, imported.harms, imported.elements), (3, 3, 1));
    assert_eq!(imported.left_open[&LeftOpen::Row], ["line 5: no harm"]);
    assert_eq!(imported.left_open[&LeftOpen::Severity], ["line 6: ?"]);
    assert_eq!(imported.left_open[&LeftOpen::Severities], ["line 4: injury"]);
    assert_eq!(imported.left_open[&LeftOpen::HowDegraded], ["line 4: blank"]);
    let columns: Vec<&str> = imported.left_out.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(columns, ["column No.", "column Cause", "column P1"]);
    let files: MemoryFiles = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let reading = read(&files).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(lint(&reading).iter().all(|found| found.severity != Severity::Error), "{:?}", lint(&reading));
    let device = &reading.device;
    assert_eq!(device.name, "LVP");
    let severity = |text: &str| device.harms.values().find(|harm| harm.text == text).unwrap().severity;
    // The worst of two rows; and of what nobody mapped the worst there is.
    assert_eq!(severity("injury").word(), "critical");
    assert_eq!(severity("distress").word(), "catastrophic");
    let deliver = device.functions.values().find(|function| function.name == "Deliver infusion").unwrap();
    assert_eq!(deliver.effects.len(), 2, "the blank cell means the one above, because the mapping says so");
    let show = device.functions.values().find(|function| function.name == "Show dose").unwrap();
    assert_eq!(show.effects.len(), 2, "nobody says how it fails: as loss and as alteration");
}

#[test]
fn a_mapping_that_does_not_fit_is_told_with_the_nearest_name() {
    let text = MAPPING.replace("harm = \"Harm\"", "harm = \"Hram\"");
    let error = super::hazard_folder(&table(HAZARDS), &super::Mapping::read(&text).unwrap(), "x", date(2026, 1, 1));
    assert!(error.unwrap_err().to_string().contains("did you mean `Harm`?"));
    for (was, is, told) in [
        ("catastrophic", "dreadful", "expected negligible, minor, serious, critical, catastrophic"),
        ("\"loss\"", "\"broken\"", "expected loss, alteration, disclosure"),
        ("[\"function\"]", "[\"severity\"]", "expected function"),
        ("device =", "devise =", "unknown field `devise`"),
    ] {
        let error = super::Mapping::read(&MAPPING.replace(was, is)).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
