//! What a claim's premise changes with, and what it does not.

use ward_model::claim::{ClaimId, ElementClaim, joint_premise};
use ward_model::digest::Digest;

use crate::claims::{Around, premise};
use crate::raw::scalar::Citation;
use crate::record::Records;

use super::{DEVICE, FIELDED, SBOM, SYSTEM, changed, must, whole, with};

fn premises(device: &ward_model::Device) -> Vec<(String, Digest)> {
    device.claims.values().map(|claim| (claim.id.to_string(), claim.premise)).collect()
}

/// The claims whose premise differs between two devices.
fn lapsed(before: &ward_model::Device, after: &ward_model::Device) -> Vec<String> {
    let after: std::collections::BTreeMap<_, _> = premises(after).into_iter().collect();
    premises(before).into_iter().filter(|(id, premise)| after.get(id) != Some(premise)).map(|(id, _)| id).collect()
}

#[test]
fn comments_spaces_and_order_change_no_premise() {
    let before = must(&whole()).device;
    let blocks: Vec<&str> = SYSTEM.split("\n\n").collect();
    let reversed: String = blocks.iter().rev().map(|block| format!("# a note\n{block}\n\n")).collect();
    let spaced = SYSTEM
        .replace(" = ", "   =  ")
        .replace("carries = [\"data\", \"command\"]", "carries = [\n\"command\",\n\"data\" ]");
    let keys = SYSTEM.replace(
        "id = \"server\"\nkind = \"server\"\nowner = \"hospital\"\n",
        "owner = \"hospital\"\nkind = \"server\"\nid = \"server\"\n",
    );
    for system in [reversed, spaced, keys] {
        let after = must(&with(whole(), "system.toml", &system)).device;
        assert_eq!(lapsed(&before, &after), [""; 0], "{system}");
        assert_ne!(before.digest, after.digest);
    }
    let device = format!("# a note\n{DEVICE}");
    assert_eq!(lapsed(&before, &must(&with(whole(), "device.toml", &device)).device), [""; 0]);
}

#[test]
fn a_change_of_meaning_lapses_what_rests_on_it_and_nothing_else() {
    let before = must(&whole()).device;
    let table: &[(&str, &str, &[&str])] = &[
        // The control's own words.
        ("step = \"install-code\"", "step = \"send-command\"", &["control:signed-firmware"]),
        ("cost = 0", "cost = 1", &["control:signed-firmware"]),
        ("list.csv#VT-118", "list.csv#VT-119", &["control:signed-firmware"]),
        // What the control rests on.
        (
            "held_by = [\"server\", \"pump\"]",
            "held_by = [\"server\"]",
            &["control:signed-firmware", "link:service.authentication", "secret:service-key.per_unit"],
        ),
        (
            "hmac-sha256",
            "crc32",
            &[
                "control:signed-firmware",
                "element:pump.interfaces_listed",
                "element:pump.local_login",
                "link:service.authentication",
                "secret:service-key.per_unit",
                "function:infuse.fallback",
            ],
        ),
        // Exposure and what is carried, of one link.
        (
            "medium = \"ip\"",
            "medium = \"wifi\"",
            &[
                "control:signed-firmware",
                "element:pump.interfaces_listed",
                "element:pump.local_login",
                "link:library.exposed_to",
                "link:library.carries",
                "link:library.anti_replay",
                "function:infuse.fallback",
            ],
        ),
        // Where the ends of a link stand decides who reaches it, and what else stands there is part of the element.
        (
            "kind = \"server\"\nowner = \"hospital\"\nzone = \"ward-network\"",
            "kind = \"server\"\nowner = \"hospital\"",
            &[
                "link:library.exposed_to",
                "link:library.carries",
                "secret:service-key.per_unit",
                "function:infuse.redundancy",
                "function:infuse.fallback",
            ],
        ),
        // A new link at an element is one more interface.
        (
            "[[secret]]",
            "[[link]]\nid = \"new\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"ip\"\n[[secret]]",
            &[
                "control:signed-firmware",
                "element:pump.interfaces_listed",
                "element:pump.local_login",
                "function:infuse.fallback",
            ],
        ),
        (
            "switch_over_seconds = 30",
            "switch_over_seconds = 31",
            &["element:pump.interfaces_listed", "function:infuse.redundancy", "function:infuse.fallback"],
        ),
        (
            "id = \"alarm\"\nessential = false\nrealised_by = { any = [\"pump\"] }",
            "id = \"alarm\"\nessential = false\nrealised_by = { any = [\"server\"] }",
            &[
                "control:signed-firmware",
                "element:pump.interfaces_listed",
                "function:alarm.redundancy",
                "function:infuse.fallback",
            ],
        ),
    ];
    for (from, to, expected) in table {
        let after = changed(from, to);
        assert_eq!(lapsed(&before, &after), *expected, "{from} -> {to}");
    }
}

/// What a control or a list answers for is all that stood there when it was accepted: a feature, a secret, a way in or a function that
/// is added was not looked at, though the same words cover it.
#[test]
fn what_is_added_where_a_control_cuts_lapses_it() {
    let cuts = |cuts: &str| SYSTEM.replace("cuts = { step = \"install-code\", at = \"pump\" }", cuts);
    for cut in [
        "cuts = { step = \"install-code\", at = \"pump\" }",
        "cuts = { vulnerability = \"CVE-2014-4883\", at = \"pump\" }",
        "cuts = { presence_at = \"pump\" }",
    ] {
        let system = cuts(cut);
        let before = must(&with(whole(), "system.toml", &system)).device;
        for (from, to) in [
            ("local_login = true", "local_login = true\nhas = [\"user-accounts\"]"),
            ("medium = \"usb\"", "medium = \"usb\"\nhas = [\"updates\"]"),
            ("per_unit = true", "per_unit = true\nhas = [\"printed\"]"),
            ("id = \"alarm\"", "id = \"alarm\"\nhas = [\"alarm\"]"),
            ("[[secret]]", "[[secret]]\nid = \"new\"\nheld_by = [\"pump\"]\n[[secret]]"),
            ("[[secret]]", "[[link]]\nid = \"new\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"ip\"\n[[secret]]"),
            ("[[secret]]", "[[link]]\nid = \"new\"\nfrom = \"pump\"\nto = \"server\"\nmedium = \"ip\"\n[[secret]]"),
        ] {
            assert!(system.contains(from), "{from}");
            let after = must(&with(whole(), "system.toml", &system.replacen(from, to, 1))).device;
            let lapsed = lapsed(&before, &after);
            assert!(lapsed.iter().any(|claim| claim == "control:signed-firmware"), "{cut}: {to}: {lapsed:?}");
            assert!(lapsed.iter().any(|claim| claim == "element:pump.interfaces_listed"), "{cut}: {to}: {lapsed:?}");
        }
    }
    // What a login is like on the ways in that there were says nothing of one that is added.
    let design = SYSTEM.replacen(
        "local_login = true",
        "local_login = true\ndesign = { sessions_end = \"evidence/list.csv\" }",
        1,
    );
    let link = "[[link]]\nid = \"new\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"ip\"\n[[secret]]";
    let device = |system: &str| must(&with(whole(), "system.toml", system)).device;
    let lapsed = lapsed(&device(&design), &device(&design.replacen("[[secret]]", link, 1)));
    assert!(lapsed.iter().any(|claim| claim == "element:pump.sessions_end"), "{lapsed:?}");
}

/// A feature of a secret that is left out is answered for by whoever says that all is listed at its holders.
#[test]
fn a_feature_of_a_secret_that_is_taken_out_lapses_the_lists_of_its_holders() {
    let has = SYSTEM.replacen("per_unit = true", "per_unit = true\nhas = [\"signing\"]", 1);
    let device = |system: &str| must(&with(whole(), "system.toml", system)).device;
    let lapsed = lapsed(&device(&has), &device(SYSTEM));
    for claim in ["element:pump.interfaces_listed", "secret:service-key.per_unit"] {
        assert!(lapsed.iter().any(|one| one == claim), "{lapsed:?}");
    }
}

#[test]
fn other_software_lapses_what_was_said_of_it() {
    let before = must(&whole()).device;
    let zlib = must(&with(whole(), "sbom/pump.json", &SBOM.replace("1.2.11", "1.2.12"))).device;
    let on_software = [
        "control:signed-firmware",
        "element:pump.interfaces_listed",
        "element:pump.software_listed",
        "element:pump.local_login",
        "link:library.exposed_to",
        "link:library.carries",
        "link:library.anti_replay",
        "link:service.authentication",
        "secret:service-key.per_unit",
        "function:alarm.redundancy",
        "function:infuse.redundancy",
        "function:infuse.fallback",
    ];
    let and_motor: Vec<&str> = on_software.into_iter().chain(["component:pump/motor"]).collect();
    assert_eq!(lapsed(&before, &zlib), on_software);
    let motor = must(&with(whole(), "sbom/pump.json", &SBOM.replace("\"version\":\"3\"", "\"version\":\"4\""))).device;
    assert_eq!(lapsed(&before, &motor), and_motor);
    // A new version has not been looked at, even with the same file.
    let version = format!("{FIELDED}\n[[version]]\nid = \"4.3\"\n");
    let system =
        SYSTEM.replace("\"4.2\" = \"sbom/pump.json\"", "\"4.2\" = \"sbom/pump.json\", \"4.3\" = \"sbom/pump.json\"");
    let after = must(&with(with(whole(), "fielded.toml", &version), "system.toml", &system)).device;
    assert_eq!(lapsed(&before, &after), and_motor);
}

#[test]
fn a_joint_premise_ignores_order_and_notices_every_claim() {
    let device = must(&whole()).device;
    let claims: Vec<_> = device.claims.values().collect();
    let forward = joint_premise(claims.iter().copied());
    assert_eq!(forward, joint_premise(claims.iter().rev().copied()));
    assert_ne!(forward, joint_premise(claims.iter().skip(1).copied()));
}

/// What an element was said to have, all of it: a link or an effect that is bent until it says nothing lapses it as well as one
/// that is removed.
#[test]
fn completeness_lapses_with_what_is_described() {
    let described = SYSTEM.replace("software_listed = true,", "software_listed = true, functions_listed = true,");
    let change = |from: &str, to: &str| {
        assert!(described.contains(from), "{from}");
        must(&with(whole(), "system.toml", &described.replacen(from, to, 1))).device
    };
    let before = change("", "");
    let effect_start = described.find("[[function.effect]]").unwrap();
    let effect_end = effect_start + described[effect_start..].find("\n\n").unwrap();
    let both = ["element:pump.interfaces_listed", "element:pump.functions_listed"];
    for (from, to) in [
        (&described[effect_start..effect_end], ""),
        ("id = \"library\"\nfrom = \"server\"\nto = \"pump\"", "id = \"library\"\nfrom = \"pump\"\nto = \"server\""),
        ("axis = \"person\"", "axis = \"person\"\nseverity = \"minor\""),
        ("axis = \"person\"", "axis = \"privacy\""),
        ("role = \"patient\"", "role = \"bystander\""),
        ("id = \"ward-network\"\nowner = \"hospital\"", "id = \"ward-network\"\nowner = \"maker\""),
        ("onset_seconds = 60", "onset_seconds = 6000"),
        ("medium = \"ip\"", "medium = \"serial\""),
        ("authentication = \"none\"", "authentication = { mechanism = \"mutual TLS\", secret = \"service-key\" }"),
    ] {
        let lapsed = lapsed(&before, &change(from, to));
        for claim in both {
            assert!(lapsed.iter().any(|lapsed| lapsed == claim), "{from} -> {to}: {lapsed:?}");
        }
        assert!(!lapsed.iter().any(|lapsed| lapsed == "element:pump.software_listed"), "{from} -> {to}: {lapsed:?}");
    }
    let device = DEVICE.replace("[\"hospital\"]", "[\"hospital\", \"home\"]");
    let moved = must(&with(with(whole(), "system.toml", &described), "device.toml", &device)).device;
    assert!(lapsed(&before, &moved).iter().any(|claim| claim == both[1]));
}

#[test]
fn that_an_element_runs_nothing_is_part_of_what_was_said_of_it() {
    let unknown = SYSTEM.replace("sbom = \"sbom/pump.json\"\n", "claims = { software_listed = true }\n");
    let none = SYSTEM.replace("sbom = \"sbom/pump.json\"\n", "sbom = \"none\"\nclaims = { software_listed = true }\n");
    let device = |system: &str| must(&with(whole(), "system.toml", system)).device;
    let (unknown, none) = (device(&unknown), device(&none));
    let server = |device: &ward_model::Device| device.elements[&"server".into()].without_software;
    assert_eq!((server(&unknown), server(&none)), (false, true));
    assert!(lapsed(&unknown, &none).iter().any(|claim| claim == "element:server.software_listed"));
    let claim = none.claims.values().find(|claim| claim.id.to_string() == "element:server.software_listed").unwrap();
    assert!(claim.statement.contains("runs no software at all"), "{}", claim.statement);
}

/// A site's or user's control was accepted for those who had confirmed it.
#[test]
fn whoever_confirms_later_was_not_looked_at() {
    let claimed = SYSTEM.replace("performed_by = \"site\"", "performed_by = \"site\"\nclaimed = { effective = true }");
    let device = |fielded: &str| must(&with(with(whole(), "system.toml", &claimed), "fielded.toml", fielded)).device;
    let before = device(FIELDED);
    let site = |id: &str, confirmed: &str| {
        format!("{FIELDED}\n[[version.cohort]]\nid = \"{id}\"\nunits = 5\nconfirmed = [{confirmed}]\n")
    };
    for fielded in [
        site("site-018", "\"isolate\""),
        FIELDED.replace("units = 310", "units = 311"),
        FIELDED.replace("units = 310", "units = 310\nsites = 1"),
        FIELDED.replace("site-017", "site-019"),
        FIELDED.replace("confirmed = [\"isolate\"]", "confirmed = []"),
        FIELDED.replace(
            "[[version]]\nid = \"4.2\"",
            "[[version.cohort]]\nid = \"site-017\"\nconfirmed = [\"isolate\"]\n[[version]]\nid = \"4.2\"",
        ),
    ] {
        assert_eq!(lapsed(&before, &device(&fielded)), ["control:isolate"], "{fielded}");
    }
    assert_eq!(lapsed(&before, &device(&site("site-018", ""))), [""; 0]);
}

/// Who answered for every interface being listed "as a link" was not asked about features. Of this the words alone say what it is, so
/// what was decided in other words is not decided; of every other claim the structure says it, and better words lapse nothing.
#[test]
fn that_nothing_is_left_out_is_bound_to_its_words() {
    let functions_too = SYSTEM.replace(
        "interfaces_listed = \"evidence/list.csv\", software",
        "interfaces_listed = \"evidence/list.csv\", functions_listed = \"evidence/list.csv\", software",
    );
    let device = must(&with(whole(), "system.toml", &functions_too)).device;
    let bound = |claim: ElementClaim, words: Option<&str>| {
        let claim = &device.claims[&ClaimId::Element("pump".into(), claim)];
        let cited =
            claim.evidence.as_ref().map(|cited| Citation { path: cited.path.clone(), place: cited.place.clone() });
        let words = words.unwrap_or(&claim.statement);
        premise(&claim.id, words, cited.as_ref(), &Around::of(&device), &Records::default()) == claim.premise
    };
    for (claim, before) in [
        (ElementClaim::InterfacesListed, "every interface of pump is listed as a link"),
        (ElementClaim::FunctionsListed, "every function that pump takes part in is listed"),
    ] {
        assert!(bound(claim, None), "{claim:?}");
        assert!(!bound(claim, Some(before)), "{claim:?}");
    }
    assert!(bound(ElementClaim::SoftwareListed, Some("everything that runs on pump stands in its inventory")));
    assert!(bound(ElementClaim::LocalLogin, Some("pump asks for a login")));
}

/// Who notices, takes over or stands in for another does so with what runs there, and with what it hears.
#[test]
fn a_fallback_and_a_redundancy_lapse_with_whoever_carries_them() {
    const HELPED: &str = r#"
[[zone]]
id = "ward"
owner = "hospital"
[[element]]
id = "monitor"
kind = "bedside-device"
owner = "maker"
sbom = "sbom/pump.json"
[[element]]
id = "station"
kind = "server"
owner = "maker"
sbom = "sbom/station.json"
[[link]]
id = "vitals"
from = "monitor"
to = "station"
medium = "ip"
fed_by = ["probe"]
claims = { fed_by = "evidence/list.csv", carries = "evidence/list.csv", exposed_to = "evidence/list.csv" }
exposed_to = ["physical"]
carries = ["data"]
[[link]]
id = "probe"
from = "station"
to = "monitor"
medium = "serial"
[[link]]
id = "time"
from = "monitor"
to = "station"
medium = "serial"
[[link]]
id = "clock"
from = "station"
to = "monitor"
medium = "serial"
[[function]]
id = "alarm"
essential = true
realised_by = { any = ["monitor"] }
claims = { fallback = "evidence/list.csv", redundancy = "evidence/list.csv" }
[[function.effect]]
on = "loss"
hazardous_situation = "no alarm"
harm = "missed"
onset_seconds = 300
fallback = { function = "nurse", detection = "watch", detection_seconds = 10, switch_over_seconds = 60, staff_per_site = 30 }
[[function]]
id = "watch"
essential = true
realised_by = { all = ["station"] }
fed_by = ["vitals"]
claims = { fed_by = "evidence/list.csv" }
[[function]]
id = "nurse"
essential = true
realised_by = "people"
[[harm]]
id = "missed"
axis = "person"
"#;
    let files = with(with(whole(), "system.toml", HELPED), "sbom/station.json", SBOM);
    let plain = ["vulnerabilities.toml", "fielded.toml", "considerations.toml", "decisions.toml"];
    let files = plain.into_iter().fold(files, |mut files, path| {
        files.0.remove(path);
        files
    });
    let files = with(files, "fielded.toml", "[[version]]\nid = \"1\"\nunits = 1\n");
    let before = must(&files).device;
    let changed = |path: &str, from: &str, to: &str| {
        let text = String::from_utf8(files.0[path].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        lapsed(&before, &must(&with(files.clone(), path, &text.replacen(from, to, 1))).device)
    };
    let (fallback, fed_by) = ("function:alarm.fallback", "function:watch.fed_by");
    let [carries, exposed, passed_on] = ["link:vitals.carries", "link:vitals.exposed_to", "link:vitals.fed_by"];
    let reversed = ("from = \"monitor\"\nto = \"station\"", "from = \"station\"\nto = \"monitor\"");
    for (path, (from, to), expected) in [
        // What notices runs other software: whoever answered for the fallback has not seen it.
        ("sbom/station.json", ("1.2.11", "1.2.12"), vec![fallback, fed_by, carries, exposed]),
        // So has what is watched, and what stands in for another of its kind.
        (
            "sbom/pump.json",
            ("1.2.11", "1.2.12"),
            vec![fallback, "function:alarm.redundancy", carries, exposed, passed_on],
        ),
        // It hears nothing any more, or otherwise.
        ("system.toml", reversed, vec![fallback, fed_by, passed_on]),
        ("system.toml", ("medium = \"ip\"", "medium = \"wifi\""), vec![fallback, fed_by]),
    ] {
        let lapsed = changed(path, from, to);
        for claim in expected {
            assert!(lapsed.iter().any(|one| one == claim), "{from} -> {to}: {claim} in {lapsed:?}");
        }
    }
}

/// Who must log in where he stands was looked at with the ways in that there were.
#[test]
fn a_login_at_the_element_lapses_with_a_way_in_that_is_added() {
    let before = must(&whole()).device;
    for (from, to) in [
        ("[[secret]]", "[[link]]\nid = \"new\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"usb\"\n[[secret]]"),
        ("local_login = true", "local_login = true\nhas = [\"user-accounts\"]"),
    ] {
        let lapsed = lapsed(&before, &changed(from, to));
        assert!(lapsed.iter().any(|claim| claim == "element:pump.local_login"), "{to}: {lapsed:?}");
    }
}

/// What people do belongs to no element; what shows them what they act on is where it stands.
#[test]
fn what_people_do_is_part_of_what_shows_them_what_they_act_on() {
    let nursing = |fed_by: &str, severity: &str| {
        format!(
            "{SYSTEM}\n\n[[function]]\nid = \"nurse\"\nessential = true\nrealised_by = \"people\"\n{fed_by}\
             [[function.effect]]\non = \"loss\"\nhazardous_situation = \"nobody comes\"\nharm = \"late\"\n\n\
             [[harm]]\nid = \"late\"\naxis = \"person\"\nseverity = \"{severity}\"\ntext = \"Too late\"\n"
        )
    };
    let device = |system: &str| must(&with(whole(), "system.toml", system)).device;
    let without = device(SYSTEM);
    for fed_by in ["", "fed_by = [\"service\"]\n"] {
        let before = device(&nursing(fed_by, "critical"));
        let milder = lapsed(&before, &device(&nursing(fed_by, "negligible")));
        assert!(milder.contains(&"element:pump.interfaces_listed".to_owned()), "{fed_by}: {milder:?}");
        let gone = lapsed(&before, &without);
        assert!(gone.contains(&"element:pump.interfaces_listed".to_owned()), "{fed_by}: {gone:?}");
    }
}
