//! A device with two operational and two clinical states, and what is said of them.

use ward_model::device::HowDegraded;

use super::{progress, words};
use crate::files::MemoryFiles;
use crate::read::{Reading, read};
use crate::{Diagnostics, lint};

const DEVICE: &str = r#"
id = "d"
name = "D"
maker = "Example Medical"
intended_use = "a test"
environments = ["hospital"]
policies = ["fda-postmarket-2016"]
model_since = 2026-03-01
lifecycle = { stage = "support" }
"#;

const SYSTEM: &str = r#"
[[element]]
id = "pump"
kind = "bedside-device"
owner = "maker"
[[function]]
id = "infuse"
essential = true
realised_by = { all = ["pump"] }
[[function.effect]]
on = "alteration"
hazardous_situation = "too much"
harm = "over"
[[function.effect]]
on = "loss"
hazardous_situation = "nothing"
harm = "under"
[[function]]
id = "history"
essential = false
realised_by = { all = ["pump"] }
[[function.effect]]
on = "disclosure"
hazardous_situation = "others read"
harm = "told"
[[harm]]
id = "over"
axis = "person"
[[harm]]
id = "under"
axis = "person"
[[harm]]
id = "told"
axis = "privacy"
"#;

const STATES: &str = r#"
[[state]]
id = "standby"
kind = "operational"
[[state]]
id = "running"
kind = "operational"
[[state]]
id = "programming"
kind = "clinical"
[[state]]
id = "delivering"
kind = "clinical"
"#;

fn folder(cases: &str) -> Result<Reading, Diagnostics> {
    let files = [("device.toml", DEVICE), ("system.toml", SYSTEM), ("use-cases.toml", cases)];
    read(&MemoryFiles::from_iter(files))
}

/// Function, way, with harm, without, open, unplaced.
fn told(reading: &Reading) -> Vec<String> {
    let of = |way: super::CaseProgress| {
        let open: Vec<String> = way.open.iter().map(words).collect();
        let (function, on) = (way.function, way.on.word());
        format!("{function} {on} {} {} [{}] [{}]", way.harmful, way.harmless, open.join(", "), way.unplaced.join(", "))
    };
    progress(&reading.device, &reading.use_cases).into_iter().map(of).collect()
}

fn case(rest: &str) -> String {
    format!("[[use_case]]\nfunction = \"infuse\"\n{rest}\n")
}

#[test]
fn what_nobody_spoke_of_is_open() {
    let none = folder("").unwrap();
    assert_eq!(told(&none), [""; 0]);
    let states = folder(STATES).unwrap();
    let all = "standby and programming, standby and delivering, running and programming, running and delivering";
    let expected = [
        format!("history disclosure 0 0 [{all}] [told]"),
        format!("infuse loss 0 0 [{all}] [under]"),
        format!("infuse alteration 0 0 [{all}] [over]"),
    ];
    assert_eq!(told(&states), expected);
    let some = folder(
        &(STATES.to_owned()
            + &case("on = \"alteration\"\nstates = [\"running\", \"delivering\"]\nharm = \"over\"")
            + &case("on = \"alteration\"\nstates = [\"standby\"]\nharmless = \"the motor has no power\"")
            + &case("on = \"loss\"\nharm = \"under\"")),
    )
    .unwrap();
    let expected = [
        format!("history disclosure 0 0 [{all}] [told]"),
        "infuse loss 4 0 [] []".to_owned(),
        "infuse alteration 1 2 [running and programming] []".to_owned(),
    ];
    assert_eq!(told(&some), expected);
    let codes = |code: &str| lint(&some).iter().filter(|found| found.code == code).count();
    assert_eq!((codes("state-open"), codes("harm-without-state")), (2, 1));
}

#[test]
fn states_of_one_kind_stand_alone() {
    let clinical = STATES.split("[[state]]").skip(3).map(|state| format!("[[state]]{state}")).collect::<String>();
    let reading =
        folder(&(clinical + &case("on = \"alteration\"\nstates = [\"delivering\"]\nharm = \"over\""))).unwrap();
    assert_eq!(told(&reading)[2], "infuse alteration 1 0 [programming] []");
}

#[test]
fn nothing_is_reasoned_from_states() {
    let said = STATES.to_owned() + &case("on = \"alteration\"\nharmless = \"we think so\"");
    let (with, without) = (folder(&said).unwrap(), folder("").unwrap());
    assert_eq!(with.device.functions, without.device.functions);
    assert_eq!(with.device.claims, without.device.claims);
    assert_ne!(with.device.digest, without.device.digest, "but it belongs to what was assessed");
    assert_eq!(with.use_cases.cases[0].on, HowDegraded::Alteration);
}

#[test]
fn what_contradicts_the_system_or_itself_is_an_error() {
    let harm = case("on = \"alteration\"\nstates = [\"running\"]\nharm = \"over\"");
    let table = [
        (case("on = \"loss\"\nharm = \"over\""), "no-such-effect"),
        (case("on = \"alteration\"\nharm = \"ovr\""), "dangling-name"),
        (case("on = \"alteration\"\nstates = [\"runing\"]\nharm = \"over\""), "dangling-name"),
        (case("on = \"alteration\""), "missing-key"),
        (case("on = \"alteration\"\nharm = \"over\"\nharmless = \"no\""), "contradiction"),
        (harm.clone() + &case("on = \"alteration\"\nstates = [\"delivering\"]\nharmless = \"no\""), "contradiction"),
        ("[[state]]\nid = \"running\"\nkind = \"clinical\"\n".to_owned(), "duplicate-name"),
    ];
    for (cases, code) in table {
        let found = folder(&(STATES.to_owned() + &cases)).unwrap_err();
        assert!(found.0.iter().any(|one| one.code == code), "{cases}: {found:?}");
    }
    let apart = harm + &case("on = \"alteration\"\nstates = [\"standby\"]\nharmless = \"no\"");
    assert!(folder(&(STATES.to_owned() + &apart)).is_ok());
    let many: String = (0..51).map(|number| format!("[[state]]\nid = \"s{number}\"\nkind = \"clinical\"\n")).collect();
    assert!(folder(&many).unwrap_err().0.iter().any(|one| one.code == "out-of-range"));
}
