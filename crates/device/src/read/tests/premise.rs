//! What a claim's premise changes with, and what it does not.

use ward_model::claim::joint_premise;
use ward_model::digest::Digest;

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
        ("hmac-sha256", "crc32", &["link:service.authentication"]),
        // Exposure and what is carried, of one link.
        (
            "medium = \"ip\"",
            "medium = \"wifi\"",
            &["link:library.exposed_to", "link:library.carries", "link:library.anti_replay"],
        ),
        // Where the ends of a link stand decides who reaches it, and what else stands there is part of the element.
        (
            "kind = \"server\"\nowner = \"hospital\"\nzone = \"ward-network\"",
            "kind = \"server\"\nowner = \"hospital\"",
            &["link:library.exposed_to"],
        ),
        // A new link at an element is one more interface.
        (
            "[[secret]]",
            "[[link]]\nid = \"new\"\nfrom = \"server\"\nto = \"pump\"\nmedium = \"ip\"\n[[secret]]",
            &["element:pump.interfaces_listed", "element:pump.software_listed"],
        ),
        (
            "switch_over_seconds = 30",
            "switch_over_seconds = 31",
            &["function:infuse.redundancy", "function:infuse.fallback"],
        ),
        (
            "id = \"alarm\"\nessential = false\nrealised_by = { any = [\"pump\"] }",
            "id = \"alarm\"\nessential = false\nrealised_by = { any = [\"server\"] }",
            &[
                "element:pump.interfaces_listed",
                "element:pump.software_listed",
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

#[test]
fn other_software_lapses_what_was_said_of_it() {
    let before = must(&whole()).device;
    let zlib = must(&with(whole(), "sbom/pump.json", &SBOM.replace("1.2.11", "1.2.12"))).device;
    assert_eq!(lapsed(&before, &zlib), ["element:pump.interfaces_listed", "element:pump.software_listed"]);
    let motor = must(&with(whole(), "sbom/pump.json", &SBOM.replace("\"version\":\"3\"", "\"version\":\"4\""))).device;
    assert_eq!(
        lapsed(&before, &motor),
        ["element:pump.interfaces_listed", "element:pump.software_listed", "component:pump/motor"]
    );
    // A new version has not been looked at, even with the same file.
    let version = format!("{FIELDED}\n[[version]]\nid = \"4.3\"\n");
    let system =
        SYSTEM.replace("\"4.2\" = \"sbom/pump.json\"", "\"4.2\" = \"sbom/pump.json\", \"4.3\" = \"sbom/pump.json\"");
    let after = must(&with(with(whole(), "fielded.toml", &version), "system.toml", &system)).device;
    assert_eq!(
        lapsed(&before, &after),
        ["element:pump.interfaces_listed", "element:pump.software_listed", "component:pump/motor"]
    );
}

#[test]
fn a_joint_premise_ignores_order_and_notices_every_claim() {
    let device = must(&whole()).device;
    let claims: Vec<_> = device.claims.values().collect();
    let forward = joint_premise(claims.iter().copied());
    assert_eq!(forward, joint_premise(claims.iter().rev().copied()));
    assert_ne!(forward, joint_premise(claims.iter().skip(1).copied()));
}
