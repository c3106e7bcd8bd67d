//! The search against trying every set, on small random folders: controls, patches that bring new findings, links that are secured,
//! and elements that are taken off them with what then stops.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_device::{MemoryFiles, Reading, read};
use ward_knowledge::{Contents, Memory};
use ward_model::claim::ClaimId;
use ward_model::cpe::Cpe;
use ward_model::device::{Decisions, Device};
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};
use ward_policy::{Library, Rulebook};
use ward_version::{Bound, Interval};

use ward_model::hazard::HazardOutcome;
use ward_model::hypothesis::Change;
use ward_risk::hazards::{Supposed, hazards};

use super::{
    Arc, Clause, Effects, Ended, Inputs, Known, Limits, Open, Part, Progress, Search, Treating, UpdateOf, reports_of,
};

#[allow(dead_code, reason = "the bench asks for more of it")]
#[path = "../../benches/treatment/treatable.rs"]
mod treatable;

const TODAY: Date = date(2026, 11, 22);
/// How many candidates are tried in every combination.
const MOST: usize = 12;

const DEVICE: &str = r#"
id = "d"
name = "D"
maker = "M"
intended_use = "x"
environments = ["hospital"]
policies = ["fda-postmarket-2016"]
model_since = 2026-01-01
lifecycle = { stage = "support" }
"#;

fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), ..ProptestConfig::default() }
}

fn sbom(version: &str) -> String {
    format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{{"type":"library","bom-ref":"lib","name":"lib","version":"{version}","cpe":"cpe:2.3:a:acme:lib:{version}:*:*:*:*:*:*:*"}}]}}"#
    )
}

/// A record about versions of the library from one on and before another, with no score: everything is taken at its worst.
fn record(id: &str, from: Option<&str>, before: &str) -> VulnerabilityRecord {
    let criterion = Criterion {
        vulnerable: true,
        cpe: Cpe::parse("cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*").unwrap(),
        range: Some(Interval {
            lower: from.map(|version| Bound { version: version.to_owned(), inclusive: true }),
            upper: Some(Bound { version: before.to_owned(), inclusive: false }),
        }),
    };
    let node = Node { operator: Operator::Or, negate: false, criteria: vec![criterion] };
    VulnerabilityRecord {
        configurations: vec![Configuration { operator: Operator::Or, negate: false, nodes: vec![node] }],
        received: Some(date(2026, 3, 1)),
        ..VulnerabilityRecord::new(VulnerabilityId::from(id), "nvd")
    }
}

fn knowledge(records: &[(Option<&str>, &str)]) -> Memory {
    let records = records.iter().enumerate();
    let records = records.map(|(at, (from, before))| record(&format!("CVE-2026-000{at}"), *from, before)).collect();
    Memory::new(Contents { records, years: (1999..=2026).collect(), ..Contents::empty(TODAY) }).unwrap()
}

fn rulebook() -> Rulebook {
    Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap()
}

fn folder(system: &str) -> Reading {
    let (old, new) = (sbom("1.0"), sbom("1.1"));
    let files = MemoryFiles::from_iter([
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("sbom/old.cdx.json", old.as_str()),
        ("sbom/new.cdx.json", new.as_str()),
        ("evidence/e.md", "looked at"),
    ]);
    match read(&files) {
        Ok(reading) => reading,
        Err(error) => panic!("{error:#?}\n{system}"),
    }
}

/// What an answer about a device follows from here.
fn inputs<'a>(
    (device, decisions): (&'a Device, &'a Decisions),
    knowledge: &'a Memory,
    rulebook: &'a Rulebook,
    as_of: Date,
) -> Inputs<'a> {
    Inputs { device, decisions, knowledge, rulebook, as_of, engine: "test", rest_on: ward_device::rest_on }
}

const ELEMENTS: [&str; 3] = ["a", "b", "c"];

fn an_element() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["bedside-device", "bedside-device", "server", "implant"]);
    (0..3_usize, any::<bool>(), kind).prop_map(|(sbom, zoned, kind)| {
        let sbom = ["none", "sbom/old.cdx.json", "sbom/new.cdx.json"][sbom];
        let zone = if zoned { "zone = \"z\"\n" } else { "" };
        format!(
            "kind = \"{kind}\"\nowner = \"maker\"\n{zone}sbom = \"{sbom}\"\ninstances_per_site = 1\n\
             claims = {{ interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }}\n"
        )
    })
}

fn a_link() -> impl Strategy<Value = String> {
    let exposed = prop::sample::subsequence(vec!["hospital-network", "physical", "radio"], 1..3);
    let carries = prop::sample::subsequence(vec!["data", "command", "code"], 1..3);
    let medium = prop::sample::select(vec!["ip", "bluetooth", "usb"]);
    // What comes by the first link, or by none: where that does not end at the sender, nobody has said what feeds it.
    let fed_by = prop::sample::select(vec![None, None, None, Some("[]"), Some("[\"l0\"]")]);
    (0..3_usize, 1..3_usize, medium, exposed, carries, 0..6_u8, fed_by).prop_map(
        |(from, step, medium, exposed, carries, authentication, fed_by)| {
            let (from, to) = (ELEMENTS[from], ELEMENTS[(from + step) % 3]);
            let authentication = match authentication {
                0 => "authentication = { mechanism = \"key\", secret = \"k\", evidence = \"evidence/e.md\" }\n",
                1 => "authentication = { mechanism = \"key\", evidence = \"evidence/e.md\" }\n",
                2 => "authentication = { mechanism = \"key\", secret = \"k\", evidence = \"evidence/e.md\" }\nanti_replay = true\n",
                _ => "authentication = \"none\"\n",
            };
            let (fed_by, fed) = match fed_by {
                Some(links) => (format!("fed_by = {links}\n"), ", fed_by = \"evidence/e.md\""),
                None => (String::new(), ""),
            };
            let replay = if authentication.contains("anti_replay") { ", anti_replay = \"evidence/e.md\"" } else { "" };
            format!(
                "from = \"{from}\"\nto = \"{to}\"\nmedium = \"{medium}\"\nexposed_to = {exposed:?}\ncarries = {carries:?}\n{authentication}{fed_by}\
                 claims = {{ exposed_to = \"evidence/e.md\", carries = \"evidence/e.md\"{fed}{replay} }}\n"
            )
        },
    )
}

fn a_function() -> impl Strategy<Value = String> {
    let elements = prop::sample::subsequence(ELEMENTS.to_vec(), 1..3);
    let severity = prop::sample::select(vec!["minor", "serious", "catastrophic"]);
    let fed_by = prop::sample::select(vec![None, None, Some("[\"l0\"]"), Some("[]")]);
    let on = prop::sample::select(vec!["loss", "alteration", "disclosure"]);
    (elements, on, severity, 0..6_u8, fed_by).prop_map(|(elements, on, harm, realised, fed_by)| {
        let realised = match realised {
            0 => "\"people\"".to_owned(),
            1 => format!("{{ any = {elements:?} }}"),
            _ => format!("{{ all = {elements:?} }}"),
        };
        let redundancy = if realised.contains("any") { "redundancy = \"evidence/e.md\"" } else { "" };
        let (fed_by, fed) = match fed_by {
            Some(links) => (format!("fed_by = {links}\n"), "fed_by = \"evidence/e.md\""),
            None => (String::new(), ""),
        };
        let claims: Vec<&str> = [redundancy, fed].into_iter().filter(|claim| !claim.is_empty()).collect();
        let claims = if claims.is_empty() { String::new() } else { format!("claims = {{ {} }}\n", claims.join(", ")) };
        format!(
            "essential = true\nrealised_by = {realised}\n{fed_by}{claims}persons = {{ group = \"p\", at_once_per_instance = 1 }}\n\
             [[function.effect]]\non = \"{on}\"\nhazardous_situation = \"x\"\nharm = \"{harm}\"\n"
        )
    })
}

/// What is said of the hazards of a control: none, words, or a loss, which may be over in time, bridged by a fallback, or accepted.
fn some_hazards() -> impl Strategy<Value = String> {
    let often = prop::sample::select(vec!["", "how_often = \"remote\"\n", "how_often = \"certain\"\n"]);
    let lasts = prop::sample::select(vec!["", "for_seconds = 5\n", "for_seconds = 600\nstands = \"while-acting\"\n"]);
    let function = prop::sample::select(vec!["f0", "kept"]);
    (0..6_u8, function, often, lasts, any::<bool>()).prop_map(|(kind, function, often, lasts, accepted)| match kind {
        0 | 1 => "hazard_added = \"none\"\n".to_owned(),
        2 => "hazard_added = \"it takes longer\"\n".to_owned(),
        _ => {
            let residual = if accepted { ", residual = \"evidence/e.md\"" } else { "" };
            let estimate = if often.contains("remote") || !lasts.is_empty() { "estimate = \"evidence/e.md\"" } else { "" };
            let claims = format!("{estimate}{residual}");
            format!(
                "[[control.hazard]]\nid = \"x\"\nfunction = \"{function}\"\non = \"loss\"\n{often}{lasts}claims = {{ {} }}\n",
                claims.trim_start_matches(", ")
            )
        }
    })
}

fn a_control() -> impl Strategy<Value = String> {
    (0..4_usize, 0..3_usize, 0..3_usize, 0..6_u64, any::<bool>(), some_hazards()).prop_map(|(cut, at, enforcer, cost, by_secret, hazards)| {
        let secret = if by_secret { ", secret = \"k\"" } else { "" };
        let at = ELEMENTS[at];
        let cut = match cut {
            0 => format!("{{ step = \"send-command\", at = \"{at}\" }}"),
            1 => "{ links_into_zone = \"z\", from = [\"hospital-network\"] }".to_owned(),
            2 => format!("{{ vulnerability = \"CVE-2026-0000\", at = \"{at}\" }}"),
            _ => "{ link = \"l0\" }".to_owned(),
        };
        format!(
            "category = \"compensating\"\ncuts = [{cut}]\nenforcer = {{ element = \"{}\"{secret} }}\nperformed_by = \"site\"\n\
             claimed = {{ effective = true, evidence = \"evidence/e.md\" }}\ncost = {cost}\n{hazards}",
            ELEMENTS[enforcer]
        )
    })
}

/// A function whose loss a fallback takes over: an element is needed to notice it, so that taking that one off its links stops both.
const KEPT: &str = "[[function]]\nid = \"kept\"\nessential = true\nrealised_by = { all = [\"a\"] }\nfed_by = []\n\
    persons = { group = \"p\", at_once_per_instance = 1 }\nclaims = { fallback = \"evidence/e.md\", fed_by = \"evidence/e.md\" }\n\
    [[function.effect]]\non = \"loss\"\nhazardous_situation = \"x\"\nharm = \"serious\"\nonset_seconds = 60\n\
    fallback = { function = \"by-hand\", detection = \"noticed\", detection_seconds = 1, switch_over_seconds = 1, staff_per_site = 9 }\n\
    [[function]]\nid = \"noticed\"\nessential = false\nrealised_by = { all = [\"c\"] }\n\
    [[function]]\nid = \"by-hand\"\nessential = false\nrealised_by = \"people\"\n";

fn a_system() -> impl Strategy<Value = String> {
    let parts = (
        prop::collection::vec(an_element(), 3),
        prop::collection::vec(a_link(), 1..4),
        prop::collection::vec(a_function(), 1..3),
        prop::collection::vec(a_control(), 0..6),
        (any::<bool>(), prop::sample::select(vec!["", "per_unit = true\n", "public = true\n"])),
    );
    parts.prop_map(|(elements, links, functions, controls, (held, secret))| {
        let mut text =
            "[[zone]]\nid = \"z\"\nowner = \"hospital\"\n\n[[person_group]]\nid = \"p\"\nrole = \"patient\"\n"
                .to_owned();
        text += KEPT;
        let held = if held { "[\"a\"]" } else { "[]" };
        text += &format!("[[secret]]\nid = \"k\"\nheld_by = {held}\n{secret}");
        if !secret.is_empty() {
            text += "evidence = \"evidence/e.md\"\n";
        }
        for harm in ["minor", "serious", "catastrophic"] {
            text += &format!("[[harm]]\nid = \"{harm}\"\naxis = \"person\"\nseverity = \"{harm}\"\ntext = \"x\"\n");
        }
        let named = |kind: &str, prefix: &str, all: &[String]| -> String {
            let one = |(at, body): (usize, &String)| format!("[[{kind}]]\nid = \"{prefix}{at}\"\n{body}\n");
            all.iter().enumerate().map(one).collect()
        };
        for (id, body) in ELEMENTS.iter().zip(&elements) {
            text += &format!("[[element]]\nid = \"{id}\"\n{body}\n");
        }
        text + &named("link", "l", &links) + &named("function", "f", &functions) + &named("control", "c", &controls)
    })
}

/// Which records there are: what ends with the first patch, what the patch brings, and what only a later one ends.
fn some_records() -> impl Strategy<Value = Vec<(Option<&'static str>, &'static str)>> {
    prop::sample::subsequence(vec![(None, "1.1"), (Some("1.1"), "1.2"), (None, "1.2"), (Some("1.2"), "1.3")], 0..=4)
}

proptest! {
    // Trying every one of four thousand sets takes its time: few cases by default, more by PROPTEST_CASES.
    #![proptest_config(cases(6))]

    #[test]
    fn the_cheapest_treatment_is_what_trying_every_set_finds(
        system in a_system(),
        records in some_records(),
        costs in prop::collection::vec(0..5_u64, MOST),
        undecided in 0..4_usize,
        presumed_too in any::<bool>(),
    ) {
        let reading = folder(&system);
        let knowledge = knowledge(&records);
        let rulebook = rulebook();
        let inputs = inputs((&reading.device, &reading.decisions), &knowledge, &rulebook, TODAY);
        // Everything but controls is decided; in some cases an element is not known to be described completely.
        let claims: Vec<&ClaimId> = reading.device.claims.keys().collect();
        let claims = claims.into_iter().filter(|claim| !matches!(claim, ClaimId::Control(_)));
        let claims = claims.filter(|claim| !matches!((claim, undecided), (ClaimId::Element(id, _), 0) if id.as_str() == "b"));
        let effects = Effects::none().supposing(claims);
        // Of what is presumed nothing is told beforehand: set after set is tried, and each is looked for among all that were.
        let nodes = if presumed_too { 100_000_000 } else { Limits::default().nodes };
        let treating = Treating { presumed_too, limits: Limits { assessed: 4_096, nodes, ..Limits::default() } };
        let mut silent = |_: Progress<'_>| ();
        let looked_up = Known::default();
        let found = Arc::new(reports_of(&inputs, &looked_up, None).unwrap());
        let of = UpdateOf::Person;
        let part = Part { inputs, effects: &effects, looked_up: &looked_up, found, of };
        let mut search = Search::new(&part, treating, &mut silent).unwrap();
        search.candidates.truncate(MOST);
        search.hazardous.retain(|one, _| *one < MOST);
        for (candidate, cost) in search.candidates.iter_mut().zip(&costs) {
            candidate.cost = *cost;
        }
        // What is told of sets beforehand: of none, and of each version by what it brings.
        let mut needs = search.needs(&[]).unwrap();
        for one in 0..search.candidates.len() {
            if matches!(search.candidates[one].change, Change::Update(..)) {
                needs.extend(search.needs_beside(&[one], &[one]).unwrap());
            }
        }
        let (ended, at_least) = search.search(false).unwrap();
        let mut best: Option<(u64, usize, Vec<usize>)> = None;
        for bits in 0..1_usize << search.candidates.len() {
            let set: Vec<usize> = (0..search.candidates.len()).filter(|at| bits >> at & 1 == 1).collect();
            let remaining = search.remaining(&set).unwrap();
            let met = |clause: &Clause| {
                clause.any.iter().any(|one| set.contains(one)) || clause.none_of.iter().any(|one| !set.contains(one))
            };
            for (clause, subject) in needs.iter().filter(|(clause, _)| !met(clause)) {
                let named = |open: &Open| open.subject.id == subject.subject && open.element == subject.element;
                prop_assert!(remaining.open.iter().any(named), "{:?} not in {:?}: {:?}\n{}", subject, set, clause, system);
            }
            // What a control itself does is looked up one by one, as the whole assessment lists it.
            let changes = search.changes(&set);
            let supposition = search.supposition(&changes);
            let supposed = Supposed { dropped: None, lost: Some(&supposition.lost) };
            let hazards = hazards(&supposition.device, &rulebook, &supposition.effects, supposed);
            let adds_open = hazards.iter().any(|hazard| {
                let counts = hazard.outcome == HazardOutcome::Uncontrolled
                    || (presumed_too && hazard.outcome == HazardOutcome::Presumed);
                counts && changes.contains(&Change::Rely(hazard.control.clone()))
            });
            prop_assert_eq!(adds_open, !remaining.hazards.is_empty(), "{}", system);
            if remaining.open.is_empty() && remaining.losses.is_empty() && !adds_open {
                let cost = set.iter().map(|one| search.candidates[*one].cost).sum();
                let key = (cost, set.len(), set);
                best = Some(best.map_or(key.clone(), |best| best.min(key)));
            }
        }
        match ended {
            Ended::Treated(set) => {
                prop_assert_eq!(Some((at_least, set.len(), set)), best, "{}", system);
            }
            Ended::Impossible(..) => prop_assert_eq!(None, best, "{}", system),
            Ended::Limit(_) => prop_assert!(false, "so small a search ends"),
        }
    }
}

/// A version that brings what no change at hand ends is ruled out by what it brings, and not one set after the other.
#[test]
fn a_version_that_brings_what_nothing_ends_is_ruled_out_at_once() {
    let element = |id: &str, sbom: &str| {
        format!(
            "[[element]]\nid = \"{id}\"\nkind = \"bedside-device\"\nowner = \"maker\"\nsbom = \"{sbom}\"\ninstances_per_site = 1\n\
             claims = {{ interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }}\n"
        )
    };
    let link = |id: &str, from: &str| {
        format!(
            "[[link]]\nid = \"{id}\"\nfrom = \"{from}\"\nto = \"a\"\nmedium = \"ip\"\nexposed_to = [\"hospital-network\"]\n\
             carries = [\"command\"]\nauthentication = \"none\"\n\
             claims = {{ exposed_to = \"evidence/e.md\", carries = \"evidence/e.md\" }}\n"
        )
    };
    let control = |number: usize, at: &str| {
        format!(
            "[[control]]\nid = \"c{number}\"\ncategory = \"compensating\"\ncuts = [{{ step = \"send-command\", at = \"{at}\" }}]\n\
             enforcer = {{ element = \"{at}\" }}\nperformed_by = \"site\"\nhazard_added = \"none\"\n\
             claimed = {{ effective = true, evidence = \"evidence/e.md\" }}\ncost = 1\n"
        )
    };
    let system = [
        "[[person_group]]\nid = \"p\"\nrole = \"patient\"\n".to_owned(),
        "[[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\ntext = \"x\"\n".to_owned(),
        element("a", "sbom/old.cdx.json"),
        element("b", "sbom/old.cdx.json"),
        element("c", "none"),
        link("l0", "b"),
        link("l1", "c"),
        "[[function]]\nid = \"f\"\nessential = true\nrealised_by = { all = [\"a\"] }\nfed_by = []\n\
         claims = { fed_by = \"evidence/e.md\" }\npersons = { group = \"p\", at_once_per_instance = 1 }\n\
         [[function.effect]]\non = \"loss\"\nhazardous_situation = \"x\"\nharm = \"death\"\n"
            .to_owned(),
        (0..6).map(|number| control(number, ["a", "b"][number % 2])).collect(),
    ];
    let reading = folder(&system.concat());
    // Until 1.1, until 1.2, and what comes with 1.2.
    let knowledge = knowledge(&[(None, "1.1"), (None, "1.2"), (Some("1.2"), "1.3")]);
    let rulebook = rulebook();
    let inputs = inputs((&reading.device, &reading.decisions), &knowledge, &rulebook, TODAY);
    let claims = reading.device.claims.keys().filter(|claim| !matches!(claim, ClaimId::Control(_)));
    let effects = Effects::none().supposing(claims);
    let looked_up = Known::default();
    let found = Arc::new(reports_of(&inputs, &looked_up, None).unwrap());
    let mut silent = |_: Progress<'_>| ();
    let of = UpdateOf::Person;
    let part = Part { inputs, effects: &effects, looked_up: &looked_up, found, of };
    let mut search = Search::new(&part, Treating::default(), &mut silent).unwrap();
    let (ended, _) = search.search(false).unwrap();
    assert!(matches!(ended, Ended::Impossible(..)));
    assert!(search.candidates.len() >= 12, "{:?}", search.changes(&(0..search.candidates.len()).collect::<Vec<_>>()));
    assert!(search.assessed <= 20, "{} sets", search.assessed);
}

/// The hospital of the bench at a small size: what is found there is a treatment, and no set that costs less is one. All of those are
/// tried.
#[test]
fn a_small_hospital_is_treated_at_the_least_cost() {
    let (device, decisions) = treatable::treatable(53, 2);
    let rulebook = rulebook();
    let knowledge = knowledge(&[]);
    let inputs = inputs((&device, &decisions), &knowledge, &rulebook, treatable::TODAY);
    let (effects, _) = Effects::decided(&device, &decisions, treatable::TODAY);
    let looked_up = Known::default();
    let found = Arc::new(reports_of(&inputs, &looked_up, None).unwrap());
    let mut silent = |_: Progress<'_>| ();
    let of = UpdateOf::Person;
    let part = Part { inputs, effects: &effects, looked_up: &looked_up, found, of };
    let mut search = Search::new(&part, Treating::default(), &mut silent).unwrap();
    assert!(!search.remaining(&[]).unwrap().open.is_empty());
    let (ended, cost) = search.search(false).unwrap();
    let Ended::Treated(treatment) = ended else { panic!("there is a treatment") };
    let remaining = search.remaining(&treatment).unwrap();
    assert!(remaining.open.is_empty() && remaining.losses.is_empty());
    let mut cheaper: Vec<(u64, Vec<usize>)> = vec![(0, Vec::new())];
    for one in 0..search.candidates.len() {
        let with = |(before, set): &(u64, Vec<usize>)| {
            (before + search.candidates[one].cost, set.iter().copied().chain([one]).collect())
        };
        let longer: Vec<(u64, Vec<usize>)> = cheaper.iter().map(with).filter(|(sum, _)| *sum < cost).collect();
        cheaper.extend(longer);
    }
    assert!(cheaper.len() > 1);
    for (_, set) in cheaper {
        let remaining = search.remaining(&set).unwrap();
        assert!(!remaining.open.is_empty() || !remaining.losses.is_empty(), "{:?}", search.changes(&set));
    }
}
