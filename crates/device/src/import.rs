//! Other people's models as a device folder: what they say is carried over, what they leave open is left open, and what has no place here
//! is listed in a file of the folder.
//!
//! Where the folder needs a word that the model does not say, it is the one that assumes most: unknown owners are somebody else, an unknown
//! medium is the one that is reached from most positions, environments are all of them.

mod hazards;
mod mapping;
mod names;
mod report;
#[cfg(test)]
mod tests;
mod text;

use jiff::civil::Date;
use ward_formats::threat_model::{Authentication, Flow, Part, PartKind, ThreatModel, Transport};

use crate::starter;
use names::Names;
use text::{comment, quoted};

pub use hazards::hazard_folder;
pub use mapping::{Mapping, MappingError};
pub use report::{Imported, LeftOpen};

/// The files of a folder made of a threat model, by path, and what was carried over. `today` is the day since which it is kept.
#[must_use]
pub fn imported_folder(model: &ThreatModel, today: Date) -> (Vec<(String, String)>, Imported) {
    let mut zones = Names::default();
    for zone in &model.zones {
        zones.add(&zone.key, &zone.name);
    }
    let mut parts = Names::default();
    for part in &model.parts {
        parts.add(&part.key, &part.name);
    }
    let mut imported = Imported::empty(format!("a model of {}", model.format));
    imported.zones = model.zones.len();
    imported.threats = model.threats.len();
    imported.left_out = model.left_out.iter().map(|(what, names)| (what.to_owned(), names.to_vec())).collect();
    let mut system = format!(
        "# From a model of {}: {}\n# What it leaves open is left open here, and assumed at its worst. `imported.md` lists what has no place in this folder.\n\
         # Still to be said: what the system does for people ([[function]]), and which harm follows ([[harm]]).\n",
        model.format,
        comment(&model.title),
    );
    for zone in &model.zones {
        let (Some(id), name) = (zones.id(&zone.key), &zone.name) else { continue };
        system.push_str(&format!(
            "\n[[zone]]\nid = {}\nname = {}\nowner = \"third-party\"          # not said\n",
            quoted(id),
            quoted(name)
        ));
    }
    for part in &model.parts {
        element(part, &parts, &zones, &mut system, &mut imported);
    }
    let mut links = Names::default();
    for flow in &model.flows {
        link(flow, &parts, &mut links, &mut system, &mut imported);
    }
    let mut files: Vec<(String, String)> = starter::new_folder(&model.title, today)
        .into_iter()
        .map(|(path, text)| {
            let text = match path {
                "device.toml" => device(model, today),
                "system.toml" => std::mem::take(&mut system),
                "vulnerabilities.toml" => format!("{text}{}", threats(model, &parts)),
                _ => text,
            };
            (path.to_owned(), text)
        })
        .collect();
    files.push(("imported.md".to_owned(), imported.page(&model.title)));
    (files, imported)
}

fn device(model: &ThreatModel, today: Date) -> String {
    let use_of = model.description.as_deref().unwrap_or("Not said in the model that was imported");
    format!(
        "# From a model of {}. What it does not say stands here at its worst, or is still to be said.\n\n\
         id = {}\nname = {}\nmaker = \"Not said in the model that was imported\"\nintended_use = {}\n\n\
         # Not said: all of them, until you know better.\nenvironments = [\"hospital\", \"home\", \"ambulance\", \"public\"]\n\
         policies = [\"fda-postmarket-2016\"]\n\n\
         # The day since which this model has been kept here.\nmodel_since = {today}\nlifecycle = {{ stage = \"development\" }}\n",
        model.format,
        quoted(&starter::identifier(&model.title)),
        quoted(&model.title),
        quoted(use_of),
    )
}

fn element(part: &Part, parts: &Names, zones: &Names, out: &mut String, imported: &mut Imported) {
    let Some(id) = parts.id(&part.key) else {
        imported.open(LeftOpen::SecondOfItsKey, &part.name);
        return;
    };
    let kind = match part.kind {
        PartKind::PhoneApp => "phone-app",
        PartKind::Gateway => "gateway",
        PartKind::Server => "server",
        PartKind::Cloud => "cloud-service",
        PartKind::Outside | PartKind::Unknown => "other",
    };
    out.push_str("\n[[element]]\n");
    out.push_str(&format!("id = {}\nname = {}\n", quoted(id), quoted(&part.name)));
    let called = part.called.as_deref().map(|called| format!("there: {}", comment(called)));
    let outside = (part.kind == PartKind::Outside).then(|| "somebody, or another system, outside".to_owned());
    let told: Vec<String> = called.into_iter().chain(outside).collect();
    let told = if told.is_empty() { String::new() } else { format!("     # {}", told.join("; ")) };
    out.push_str(&format!("kind = \"{kind}\"{told}\nowner = \"third-party\"          # not said\n"));
    imported.open(LeftOpen::Owner, &part.name);
    match part.zone.as_deref().map(|zone| (zone, zones.id(zone))) {
        Some((_, Some(zone))) => out.push_str(&format!("zone = {}\n", quoted(zone))),
        Some((zone, None)) => imported.open(LeftOpen::UnknownZone, &format!("{}: {zone}", part.name)),
        None => imported.open(LeftOpen::Zone, &part.name),
    }
    if part.out_of_scope {
        // Whoever holds it is on the way all the same.
        out.push_str("# There it is out of scope. Here it is a part like any other: it may be the way in.\n");
        imported.open(LeftOpen::OutOfScope, &part.name);
    }
    out.push_str("# sbom = \"sbom/...\"              # what it runs is unknown\n");
    imported.elements += 1;
}

fn link(flow: &Flow, parts: &Names, links: &mut Names, out: &mut String, imported: &mut Imported) {
    let (Some(from), Some(to)) = (parts.id(&flow.from), parts.id(&flow.to)) else {
        let ends = [&flow.from, &flow.to].into_iter().find(|key| parts.id(key).is_none());
        imported.open(LeftOpen::LooseEnd, &format!("{}: {}", flow.name, ends.map_or("", String::as_str)));
        return;
    };
    let ways = if flow.both_ways { &[(from, to, ""), (to, from, " back")][..] } else { &[(from, to, "")] };
    for (from, to, back) in ways {
        let name = format!("{}{back}", flow.name);
        let id = links.add(&format!("{}{back}", flow.key), &name).to_owned();
        out.push_str(&format!(
            "\n[[link]]\nid = {}\nname = {}\nfrom = {}\nto = {}\n",
            quoted(&id),
            quoted(&name),
            quoted(from),
            quoted(to)
        ));
        out.push_str(match flow.transport {
            Transport::Network => {
                "medium = \"ip\"                  # by its protocol alone: say so if it runs over a radio\n"
            }
            Transport::Machine => "medium = \"internal-bus\"        # within one machine, by its protocol alone\n",
            Transport::Unknown => {
                "medium = \"wifi\"                # not said: the one that is reached from most positions\n"
            }
        });
        let medium = if flow.transport == Transport::Unknown { LeftOpen::Medium } else { LeftOpen::MediumOfProtocol };
        imported.open(medium, &name);
        match (&flow.protocol, flow.port) {
            (Some(protocol), Some(port)) => {
                out.push_str(&format!("protocol = {{ name = {}, port = {port} }}\n", quoted(protocol)));
            }
            (Some(protocol), None) => out.push_str(&format!("protocol = {}\n", quoted(protocol))),
            (None, _) => {}
        }
        match &flow.authentication {
            Authentication::None => out.push_str("authentication = \"none\"\n"),
            Authentication::By(by) if back.is_empty() => {
                let by = quoted(by);
                out.push_str(&format!("authentication = {{ mechanism = {by} }} # a claim: show that it is verified\n"));
                imported.open(LeftOpen::Evidence, &name);
            }
            // Who asks shows who he is; of whoever answers nothing is said.
            Authentication::By(_) | Authentication::Unknown => imported.open(LeftOpen::Authentication, &name),
        }
        match flow.encrypted {
            Some(false) => out.push_str("encryption = \"none\"\n"),
            Some(true) => out.push_str("# encryption = \"...\"            # there: encrypted; say by what\n"),
            None => {}
        }
        imported.links += 1;
    }
}

/// Threats are thoughts, not findings: each stands ready to be made one by whoever knows that it is true.
fn threats(model: &ThreatModel, parts: &Names) -> String {
    if model.threats.is_empty() {
        return String::new();
    }
    let mut ids = Names::default();
    let mut out = "\n# --- Threats of the imported model. Whoever finds one to be true takes the marks away and says since when. ---\n"
        .to_owned();
    for threat in &model.threats {
        let id = ids.add(&threat.key, &format!("threat {}", threat.title)).to_owned();
        out.push_str(&format!("\n# [[finding]]\n# id = {}\n# title = {}\n", quoted(&id), quoted(&threat.title)));
        match threat.of.iter().find_map(|key| parts.id(key)) {
            Some(element) => out.push_str(&format!("# element = {}\n", quoted(element))),
            None => out.push_str("# element = \"...\"\n"),
        }
        if let [cwe] = threat.cwes.as_slice() {
            out.push_str(&format!("# cwe = {cwe}\n"));
        }
        out.push_str("# known_since = ...\n");
        for (what, text) in &threat.told {
            out.push_str(&format!("# {what}: {}\n", comment(text)));
        }
    }
    out
}
