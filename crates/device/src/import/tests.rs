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

const SUBSYSTEMS: &str = "\
Function,Failure,Hazardous situation,Harm,S,Subsystem
Alarm,stops,nobody hears it,Death,5,\"Pump, Server\"
Show dose,stops,nothing is shown,death ,5,Pump
Sound,stops,silence,injury,3,Server and Speaker
";

/// A cell that names two subsystems is two elements where the mapping says how, and otherwise told; and one harm is one, however
/// its name is written.
#[test]
fn a_cell_may_name_several_elements_and_a_harm_be_written_twice() {
    let columns = "on = \"Failure\"\nelement = \"Subsystem\"";
    let text = MAPPING.replace("on = \"Failure\"", columns).replace("repeat_above = [\"function\"]\n", "");
    let made = |text: &str| {
        let mapping = super::Mapping::read(text).unwrap();
        let (files, imported) = super::hazard_folder(&table(SUBSYSTEMS), &mapping, "x", date(2026, 11, 28)).unwrap();
        let files: MemoryFiles = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        (read(&files).unwrap_or_else(|wrong| panic!("{wrong}")).device, imported)
    };
    let elements = |device: &ward_model::device::Device| -> Vec<String> {
        device.elements.values().map(|element| element.name.clone()).collect()
    };
    let (device, imported) = made(&text);
    assert_eq!(elements(&device), ["Pump", "Pump, Server", "Server and Speaker"]);
    assert_eq!(imported.left_open[&LeftOpen::Elements], ["line 2: Pump, Server", "line 4: Server and Speaker"]);
    let (device, imported) = made(&format!("element_separator = \",\"\n{text}"));
    assert_eq!(elements(&device), ["Pump", "Server", "Server and Speaker"]);
    assert!(!imported.left_open.contains_key(&LeftOpen::Elements));
    let alarm = device.functions.values().find(|function| function.name == "Alarm").unwrap();
    assert_eq!(alarm.realised_by.elements().len(), 2);
    // Death and death are one harm, with one severity.
    let harms: Vec<(&str, &str)> =
        device.harms.values().map(|harm| (harm.text.as_str(), harm.severity.word())).collect();
    assert_eq!(harms, [("Death", "catastrophic"), ("injury", "serious")]);
    assert_eq!(imported.left_open[&LeftOpen::HarmsAlike], ["line 3: death as Death"]);
    let error = super::Mapping::read(&format!("element_separator = \" \"\n{text}")).unwrap_err().to_string();
    assert!(error.contains("element_separator"), "{error}");
}

/// A medium that is told by a protocol alone is told as such.
#[test]
fn a_medium_that_is_not_said_is_listed() {
    let over = |key: &str, transport| Flow { transport, protocol: Some("http".into()), ..flow(key, "a", "b") };
    let flows =
        vec![over("net", Transport::Network), over("local", Transport::Machine), over("any", Transport::Unknown)];
    let (_, imported) = imported_folder(&model(vec![part("a", "A"), part("b", "B")], flows), date(2026, 11, 28));
    assert_eq!(imported.left_open[&LeftOpen::MediumOfProtocol], ["net", "local"]);
    assert_eq!(imported.left_open[&LeftOpen::Medium], ["any"]);
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
