//! One small model of each format, and what none of them is.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Authentication, Format, PartKind, ThreatModel, ThreatModelError, Transport, read};

const THREAGILE: &str = "
threagile_version: 1.0.0
title: Pump cloud
business_criticality: important
data_assets:
  Doses: { id: doses, usage: business }
technical_assets:
  Portal:
    id: portal
    type: process
    technology: web-server
    internet: true
    communication_links:
      Reports: { target: store, protocol: https, authentication: token }
      Local log: { target: log, protocol: local-file-access, authentication: none }
  Store:
    id: store
    type: datastore
    technology: database
  Clinician: { id: clinician, type: external-entity, technology: browser, out_of_scope: true }
trust_boundaries:
  Cloud: { id: cloud, type: network-cloud-provider, technical_assets_inside: [portal, store] }
individual_risk_categories:
  Replayed doses:
    id: replay
    cwe: 294
    mitigation: number them
    risks_identified:
      Doses at the portal: { severity: high, most_relevant_technical_asset: portal }
risk_tracking:
  xss@portal: { status: mitigated }
";

const OTM: &str = r#"{"otmVersion":"0.2.0","project":{"name":"Pump","id":"p","owner":"A"},
 "trustZones":[{"id":"z","name":"Ward","risk":{"trustRating":10}}],
 "components":[{"id":"a","name":"Pump","type":"device","parent":{"trustZone":"z"},"threats":[{"threat":"t","state":"exposed"}]},
   {"id":"b","name":"Motor","type":"process","parent":{"component":"a"}}],
 "dataflows":[{"id":"f","name":"speed","source":"a","destination":"b","bidirectional":true}],
 "threats":[{"id":"t","name":"Stalled","categories":["Denial"],"cwes":["CWE-400"],"risk":{"impact":100}}],
 "mitigations":[{"id":"m","name":"Watchdog"}],"assets":[{"id":"x","name":"Doses"}]}"#;

const DRAGON: &str = r#"{"version":"2.0","summary":{"title":"Pump","owner":"A"},"detail":{"contributors":[],"diagrams":[{"title":"one","cells":[
 {"id":"a","shape":"actor","data":{"type":"tm.Actor","name":"Nurse","threats":[]}},
 {"id":"b","shape":"process","data":{"type":"tm.Process","name":"Pump","isWebApplication":true,
   "threats":[{"id":"t","title":"Faked","type":"Spoofing","status":"Open","mitigation":"log in"}]}},
 {"id":"f","shape":"flow","source":{"cell":"a"},"target":{"cell":"b"},
   "data":{"type":"tm.Flow","name":"dose","isEncrypted":false,"isPublicNetwork":true,"protocol":"HTTP"}},
 {"id":"g","shape":"flow","source":{"cell":"a"},"target":{"x":1,"y":2},"data":{"type":"tm.Flow","name":"loose"}},
 {"id":"c","shape":"trust-boundary-box","data":{"type":"tm.BoundaryBox","name":"Ward"}}]}]}}"#;

const DRAGON_ONE: &str = r#"{"summary":{"title":"Pump"},"detail":{"diagrams":[{"title":"one","diagramJson":{"cells":[
 {"type":"tm.Store","id":"s","attrs":{"text":{"text":"Dose\nlog"}},"storesCredentials":true,"threats":[{"title":"Read","status":"Open"}]},
 {"type":"tm.Process","id":"p","attrs":{"text":{"text":"Pump"}}},
 {"type":"tm.Flow","id":"f","source":{"id":"p"},"target":{"id":"s"},"labels":[{"attrs":{"text":{"text":"entries"}}}]}]}}]}}"#;

const TM_BOM: &str = r#"{"version":"1","scope":{"title":"Pump","exposure":"internal"},
 "trust_zones":[{"symbolic_name":"ward","title":"Ward"}],
 "actors":[{"symbolic_name":"nurse","title":"Nurse","type":"user"}],
 "components":[{"symbolic_name":"pump","title":"Pump","trust_zone":"ward"}],
 "data_flows":[{"symbolic_name":"dose","title":"dose","source":{"type":"actor","object":"nurse"},
   "destination":{"type":"component","object":"pump"},"encrypted":false}],
 "threats":[{"symbolic_name":"t","title":"Faked","weaknesses":[{"cwe_id":306}]}],
 "controls":[{"symbolic_name":"c","title":"Log in"}],"trust_boundaries":[{"trust_zone_a":"ward","trust_zone_b":"public"}]}"#;

const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Pump"}},
 "components":[{"type":"threat-model","bom-ref":"d","name":"diagram","components":[
  {"type":"threat-model","bom-ref":"z","name":"Ward","properties":[{"name":"cdx:model:type","value":"boundary"}]},
  {"type":"threat-model","bom-ref":"a","name":"Pump","properties":[{"name":"cdx:model:type","value":"server"},
    {"name":"cdx:model:inBoundary","value":"z"},{"name":"cdx:model:isHardened","value":"true"}]},
  {"type":"threat-model","bom-ref":"b","name":"Log","properties":[{"name":"cdx:model:type","value":"datastore"}]},
  {"type":"threat-model","bom-ref":"f","name":"entries","properties":[{"name":"cdx:model:type","value":"dataflow"},
    {"name":"cdx:model:dataflow:source","value":"a"},{"name":"cdx:model:dataflow:destination","value":"b"},
    {"name":"cdx:model:dataflow:port:destination","value":"3306"}]}]}]}"#;

fn model(text: &str) -> ThreatModel {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn left_out(model: &ThreatModel) -> Vec<String> {
    model.left_out.iter().map(|(what, names)| format!("{what}: {}", names.join(", "))).collect()
}

#[test]
fn threagile() {
    let model = model(THREAGILE);
    assert_eq!((model.format, model.title.as_str()), (Format::Threagile, "Pump cloud"));
    let part = |key: &str| model.parts.iter().find(|part| part.key == key).unwrap();
    assert_eq!((part("portal").kind, part("portal").zone.as_deref()), (PartKind::Server, Some("cloud")));
    assert_eq!((part("clinician").kind, part("clinician").out_of_scope), (PartKind::Outside, true));
    assert_eq!(part("clinician").zone, None);
    let reports = model.flows.iter().find(|flow| flow.name == "Reports").unwrap();
    assert_eq!((reports.from.as_str(), reports.to.as_str(), reports.both_ways), ("portal", "store", true));
    assert_eq!((reports.transport, reports.encrypted), (Transport::Network, Some(true)));
    assert_eq!(reports.authentication, Authentication::By("token".to_owned()));
    let log = model.flows.iter().find(|flow| flow.name == "Local log").unwrap();
    assert_eq!((log.transport, &log.authentication), (Transport::Machine, &Authentication::None));
    let threat = &model.threats[0];
    assert_eq!((threat.cwes.as_slice(), threat.of.as_slice()), (&[294][..], &["portal".to_owned()][..]));
    let told = left_out(&model);
    for what in ["data assets: Doses", "risk tracking: xss@portal (mitigated)", "technical asset: internet: Portal"] {
        assert!(told.iter().any(|line| line == what), "{what}: {told:#?}");
    }
}

#[test]
fn open_threat_model() {
    let model = model(OTM);
    assert_eq!(model.format, Format::Otm);
    assert_eq!(model.parts[1].zone.as_deref(), Some("z"), "the motor stands where the pump stands");
    assert!(model.flows[0].both_ways);
    assert_eq!((model.threats[0].of.as_slice(), model.threats[0].cwes.as_slice()), (&["a".to_owned()][..], &[400][..]));
    let told = left_out(&model);
    for what in ["assets: Doses", "mitigations: Watchdog", "threat: risk: Stalled", "trust zone: risk: Ward"] {
        assert!(told.iter().any(|line| line == what), "{what}: {told:#?}");
    }
}

#[test]
fn threat_dragon() {
    let second = model(DRAGON);
    assert_eq!((second.format, second.parts.len(), second.flows.len()), (Format::ThreatDragon2, 2, 1));
    assert_eq!((second.parts[0].kind, second.parts[1].kind), (PartKind::Outside, PartKind::Unknown));
    let flow = &second.flows[0];
    assert_eq!(
        (flow.protocol.as_deref(), flow.encrypted, flow.transport),
        (Some("HTTP"), Some(false), Transport::Network)
    );
    assert_eq!(second.threats[0].of, ["b"]);
    let told = left_out(&second);
    for what in [
        "data flow with a loose end: loose",
        "trust boundary: which parts are inside is only drawn: Ward",
        "Process: isWebApplication: Pump",
    ] {
        assert!(told.iter().any(|line| line == what), "{what}: {told:#?}");
    }
    let first = model(DRAGON_ONE);
    assert_eq!((first.format, first.parts[0].name.as_str()), (Format::ThreatDragon1, "Dose log"));
    assert_eq!((first.flows[0].name.as_str(), first.flows[0].to.as_str()), ("entries", "s"));
    assert!(left_out(&first).contains(&"Store: storesCredentials: Dose log".to_owned()));
}

#[test]
fn tm_bom() {
    let model = model(TM_BOM);
    assert_eq!((model.format, model.parts.len()), (Format::TmBom, 2));
    assert_eq!((model.flows[0].from.as_str(), model.flows[0].encrypted), ("nurse", Some(false)));
    assert_eq!(model.threats[0].cwes, [306]);
    let told = left_out(&model);
    for what in ["controls: Log in", "trust boundaries: ward | public", "scope: exposure: Pump"] {
        assert!(told.iter().any(|line| line == what), "{what}: {told:#?}");
    }
}

#[test]
fn cyclonedx() {
    let model = model(CYCLONEDX);
    assert_eq!((model.format, model.zones.len(), model.parts.len()), (Format::CycloneDx, 1, 2));
    assert_eq!((model.parts[0].kind, model.parts[0].zone.as_deref()), (PartKind::Server, Some("z")));
    assert_eq!((model.flows[0].port, model.flows[0].transport), (Some(3306), Transport::Network));
    assert!(left_out(&model).contains(&"property isHardened: Pump".to_owned()), "{:?}", left_out(&model));
}

#[test]
fn what_is_none_is_told() {
    for (text, told) in [
        ("", "it is not a table of keys"),
        ("[1]", "it is not a table of keys"),
        ("{", "expected a threat model in JSON or YAML"),
        ("a: [", "expected a threat model in JSON or YAML"),
        ("{\"a\":1}", "none of their first keys is there"),
        (r#"{"$schema":"x","properties":{"technical_assets":{}}}"#, "it is a JSON Schema"),
        (r#"{"version":"2","summary":{"titled":"x"},"details":{}}"#, "Threat Dragon 2: `summary.title`: it is missing"),
        (r#"{"version":"2","summary":{"title":"x"},"details":{}}"#, "Threat Dragon 2: `detail`: it is missing"),
        (
            r#"{"bomFormat":"CycloneDX","metadata":{"component":{"name":"x"}},"components":[{"type":"library","name":"y"}]}"#,
            "is it an SBOM?",
        ),
        ("threagile_version: 1\ntitle: x\ntechnical_assets: [a]", "`technical_assets`: expected a table of names"),
        (
            "threagile_version: 1\ntitle: x\ntechnical_assets: {A: {type: process}}",
            "`technical_assets.A.id`: it is missing",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
    assert!(matches!(read(b"\xff\xfe"), Err(ThreatModelError::Text(_))));
}

/// Aliases that double each time: a small text that would become a large one.
#[test]
fn aliases_do_not_grow_without_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let before = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    assert!(matches!(read(text.as_bytes()), Err(ThreatModelError::Text(_))));
}

proptest! {
    /// Whatever is cut out of a model or put into it, an answer comes.
    #[test]
    fn changed_models_are_answered(which in 0_usize..6, at in 0_usize..4000, cut in 0_usize..40, put in ".{0,6}") {
        let text = [THREAGILE, OTM, DRAGON, DRAGON_ONE, TM_BOM, CYCLONEDX][which];
        let mut bytes = text.as_bytes().to_vec();
        let at = at % bytes.len();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        let _ = read(&bytes);
    }
}
