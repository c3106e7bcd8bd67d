//! What is said of the hazards that controls add, and what cannot be.

use ward_model::claim::{ClaimId, HazardClaim};
use ward_model::device::{AddedHazards, Device, HazardStands, HowDegraded, HowOften};

use super::{SYSTEM, must, whole, with};
use crate::files::MemoryFiles;
use crate::read::read;

const NONE: &str = "hazard_added = \"none\"\n";
const SLOW: &str = "[[control.hazard]]\nid = \"slow\"\nfunction = \"infuse\"\non = \"loss\"\n";

/// The whole folder with this said of the hazards of its first control.
fn saying(lines: &str) -> MemoryFiles {
    // Tables of a control stand after its keys.
    let system = SYSTEM.replacen(&format!("{NONE}cost = 0\n"), &format!("cost = 0\n{lines}"), 1);
    with(whole(), "system.toml", &system)
}

fn device(lines: &str) -> Device {
    must(&saying(lines)).device
}

fn of(device: &Device) -> AddedHazards {
    device.controls[&"signed-firmware".into()].hazards.clone()
}

fn claims(device: &Device) -> Vec<String> {
    let of_hazard = |id: &&ClaimId| matches!(id, ClaimId::ControlHazard(..));
    device.claims.keys().filter(of_hazard).map(ToString::to_string).collect()
}

#[test]
fn nothing_words_none_and_hazards_are_told_apart() {
    assert_eq!(of(&device("")), AddedHazards::Unsaid);
    let words = device("hazard_added = \"slower\"\n");
    assert_eq!(of(&words), AddedHazards::Unsaid);
    assert_eq!(words.controls[&"signed-firmware".into()].hazard_added.as_deref(), Some("slower"));
    assert_eq!(of(&device(NONE)), AddedHazards::None);
    let listed = device(&format!("hazard_added = \"slower\"\n{SLOW}"));
    let all = of(&listed);
    let [slow] = all.listed() else { panic!("one hazard: {all:?}") };
    assert_eq!((slow.id.as_str(), slow.function.as_str(), slow.on), ("slow", "infuse", HowDegraded::Loss));
    assert_eq!((slow.how_often, slow.for_seconds, slow.stands), (None, None, HazardStands::Always));
    assert_eq!(claims(&listed), [""; 0], "nothing is stated that makes it milder");
}

#[test]
fn what_makes_it_milder_is_a_claim_and_so_is_that_it_is_accepted() {
    for milder in
        ["how_often = \"remote\"", "how_often = \"occasional\"", "for_seconds = 4", "stands = \"while-acting\""]
    {
        assert_eq!(
            claims(&device(&format!("{SLOW}{milder}\n"))),
            ["control-hazard:signed-firmware/slow.estimate"],
            "{milder}"
        );
    }
    assert_eq!(claims(&device(&format!("{SLOW}how_often = \"certain\"\nstands = \"always\"\n"))), [""; 0]);
    let both = device(&format!(
        "{SLOW}how_often = \"remote\"\nfor_seconds = 4\nclaims = {{ estimate = \"evidence/list.csv#1\", residual = \"evidence/list.csv#2\" }}\n"
    ));
    let claim = |claim| &both.claims[&ClaimId::ControlHazard("signed-firmware".into(), "slow".into(), claim)];
    let (estimate, residual) = (claim(HazardClaim::Estimate), claim(HazardClaim::Residual));
    assert_eq!(
        estimate.statement,
        "the hazard slow that signed-firmware adds is no worse than this: loss of infuse, remote, for 4 s at most, as long as it is in force"
    );
    assert!(residual.statement.contains("outweighs"), "{}", residual.statement);
    assert_eq!(estimate.evidence.as_ref().and_then(|cited| cited.place.as_deref()), Some("1"));
    assert_eq!(of(&both).listed()[0].how_often, Some(HowOften::Remote));
}

#[test]
fn a_change_of_what_it_does_or_whom_it_harms_lapses_what_was_decided() {
    let lines = format!("{SLOW}how_often = \"remote\"\nclaims = {{ residual = \"evidence/list.csv\" }}\n");
    let before = device(&lines);
    let lapsed = |after: &Device| -> Vec<String> {
        let same = |id: &ClaimId| after.claims.get(id).is_some_and(|now| now.premise == before.claims[id].premise);
        before.claims.keys().filter(|id| !same(id)).map(ToString::to_string).collect()
    };
    let whole = [
        "control:signed-firmware",
        "control-hazard:signed-firmware/slow.estimate",
        "control-hazard:signed-firmware/slow.residual",
    ];
    for (from, to) in
        [("\"remote\"", "\"occasional\""), ("on = \"loss\"", "on = \"alteration\""), ("\"infuse\"", "\"alarm\"")]
    {
        assert_eq!(lapsed(&device(&lines.replacen(from, to, 1))), whole, "{from}");
    }
    let system = |from: &str, to: &str| {
        let text = String::from_utf8(saying(&lines).0["system.toml"].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        must(&with(saying(&lines), "system.toml", &text.replacen(from, to, 1))).device
    };
    for (from, to) in [
        ("axis = \"person\"\n", "axis = \"person\"\nseverity = \"minor\"\n"),
        ("instances_per_site = 300", "instances_per_site = 3"),
        ("role = \"patient\"", "role = \"user\""),
        ("onset_seconds = 60", "onset_seconds = 61"),
    ] {
        let lapsed = lapsed(&system(from, to));
        assert!(whole[1..].iter().all(|claim| lapsed.iter().any(|one| one == claim)), "{from}: {lapsed:?}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let wrong = |lines: &str| read(&saying(lines)).unwrap_err().to_string();
    for (lines, said) in [
        (format!("{NONE}{SLOW}"), "this control adds no hazard, and lists hazards that it adds"),
        ("hazard = []\n".to_owned(), "this control lists no hazard"),
        (format!("{SLOW}{SLOW}"), "`slow` stands here twice"),
        (SLOW.replace("infuse", "infus"), "no function is called `infus`"),
        (SLOW.replace("loss", "delay"), "delay"),
        (format!("{SLOW}how_often = \"seldom\"\n"), "seldom"),
        (format!("{SLOW}often = \"remote\"\n"), "often"),
        (SLOW.replace("on = \"loss\"\n", ""), "on"),
        (format!("{SLOW}for_seconds = -1\n"), "-1"),
    ] {
        let found = wrong(&lines);
        assert!(found.contains(said), "{lines}: {found}");
    }
}

#[test]
fn a_variant_without_the_function_has_no_such_hazard_and_one_of_a_site_cites_its_own_files() {
    let system = |lines: &str| String::from_utf8(saying(lines).0["system.toml"].clone()).unwrap();
    let text = system(&format!("hazard_added = \"slower\"\n{}", SLOW.replace("infuse", "alarm")));
    let text = text.replace("detection = \"alarm\"", "detection = \"by-hand\"");
    let files = with(whole(), "system.toml", &text);
    let variants = "[[variant]]\nid = \"mute\"\nwithout = { functions = [\"alarm\"] }\n";
    let reading = must(&with(files, "variants.toml", variants));
    let mute = &reading.configurations.each.iter().find(|one| one.variant.is_some()).unwrap().device;
    assert_eq!(of(mute), AddedHazards::Unsaid, "that none is left is not that none is added");
    let site = format!(
        "cohorts = [\"site-017\"]\n[[control]]\nid = \"deny-all\"\ncategory = \"compensating\"\ncuts = {{ link = \"library\" }}\nperformed_by = \"site\"\n\
         {SLOW}how_often = \"remote\"\nclaims = {{ estimate = \"evidence/seen.md\" }}\n"
    );
    let files = with(with(whole(), "sites/north/site.toml", &site), "sites/north/evidence/seen.md", "seen");
    let reading = must(&files);
    let north = &reading.configurations.each.iter().find(|one| one.site.is_some()).unwrap().device;
    let claim = ClaimId::ControlHazard("deny-all".into(), "slow".into(), HazardClaim::Estimate);
    let cited = north.claims[&claim].evidence.as_ref().unwrap();
    assert_eq!(cited.path, "sites/north/evidence/seen.md");
    assert!(cited.digest.is_some());
}
