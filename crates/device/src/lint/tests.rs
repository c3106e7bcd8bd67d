//! Every finding of lint: a folder of which nothing is to be said, and for each finding the one change that brings it about.

use crate::files::MemoryFiles;
use crate::read::read;
use crate::{Severity, lint};

pub(crate) const DEVICE: &str = r#"
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
[[zone]]
id = "ward"
owner = "hospital"
[[element]]
id = "pump"
name = "Bedside pump"
kind = "bedside-device"
owner = "maker"
zone = "ward"
sbom = "sbom/pump.json"
claims = { interfaces_listed = "evidence/list.csv", software_listed = "evidence/tests.xml#inventory", functions_listed = "evidence/functions.csv" }
[[element]]
id = "server"
kind = "server"
owner = "hospital"
zone = "ward"
sbom = "none"
claims = { interfaces_listed = "evidence/list.csv", software_listed = "evidence/tests.xml#inventory", functions_listed = "evidence/functions.csv" }
[[element]]
id = "lock"
kind = "other"
owner = "maker"
zone = "ward"
sbom = "none"
claims = { interfaces_listed = "evidence/list.csv", software_listed = "evidence/tests.xml#inventory", functions_listed = "evidence/functions.csv" }
[[link]]
id = "orders"
from = "server"
to = "pump"
medium = "ip"
protocol = { name = "HTTP", port = 80 }
exposed_to = ["internet", "hospital-network", "physical", "supply-chain"]
carries = ["data", "command", "code"]
authentication = { mechanism = "mutual TLS", secret = "key", evidence = "evidence/tests.xml#authentication" }
encryption = "tls"
integrity = "tls"
anti_replay = true
claims = { anti_replay = "evidence/tests.xml#replay" }
[[secret]]
id = "key"
held_by = ["server", "pump"]
[[function]]
id = "infuse"
essential = true
realised_by = { all = ["pump"] }
persons = { group = "patient", at_once_per_instance = 1 }
[[function.effect]]
on = "alteration"
hazardous_situation = "it runs at another rate"
harm = "interrupted"
[[function.effect]]
on = "loss"
hazardous_situation = "infusion stops"
harm = "interrupted"
[[person_group]]
id = "patient"
role = "patient"
[[harm]]
id = "interrupted"
axis = "person"
severity = "critical"
[[control]]
id = "locked"
category = "compensating"
cuts = { presence_at = "pump" }
enforcer = { element = "lock" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/tests.xml#lock" }
hazard_added = "none"
"#;

const TESTS: &str = r#"<testsuite tests="4" failures="0">
<testcase classname="lint" name="inventory"/><testcase name="authentication"/><testcase name="replay"/><testcase name="lock"/>
</testsuite>"#;

const LIST: &str = "link,from,to\norders,server,pump\n";

/// A folder of which nothing is to be said.
fn clean() -> MemoryFiles {
    let decided = "[[decision]]\nfiles = [{ path = \"system.toml\", sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\" }]\noutcome = \"accepted\"\nby = \"a\"\non = 2026-04-02\nexpires = 2027-04-02\nrationale = \"r\"\n";
    let considered: String = ["general", "technical", "environmental", "physical", "social"]
        .iter()
        .map(|group| format!("[[consideration]]\ngroup = \"{group}\"\ntopic = \"t\"\nanswer = \"a\"\n"))
        .collect();
    MemoryFiles::from_iter([
        ("device.toml", DEVICE.to_owned()),
        ("system.toml", SYSTEM.to_owned()),
        ("considerations.toml", considered),
        ("decisions.toml", decided.to_owned()),
        (
            "sbom/pump.json",
            r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","bom-ref":"z","name":"zlib","version":"1.3"}]}"#.to_owned(),
        ),
        ("evidence/tests.xml", TESTS.to_owned()),
        ("evidence/list.csv", LIST.to_owned()),
        ("evidence/functions.csv", "element,function\npump,infuse\n".to_owned()),
    ])
}

/// What lint says after one change, by its codes.
fn codes(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = clean();
    let text = String::from_utf8(files.0[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    files.0.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    let reading = read(&files).unwrap_or_else(|wrong| panic!("{from} -> {to}: {wrong}"));
    let mut found: Vec<String> = lint(&reading).iter().map(|found| found.code.to_owned()).collect();
    found.dedup();
    found
}

#[test]
fn nothing_is_said_of_a_folder_without_a_fault() {
    let reading = read(&clean()).unwrap();
    let found: Vec<String> = lint(&reading).iter().map(ToString::to_string).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_finding_comes_about_by_its_fault_alone() {
    let elsewhere = "[[zone]]\nid = \"far\"\nowner = \"maker\"\n[[control]]\nid = \"c\"\ncategory = \"compensating\"\ncuts = [{ presence_at = \"pump\" }, { links_into_zone = \"far\" }]\nenforcer = { element = \"lock\" }\nperformed_by = \"design\"\nclaimed = { effective = true, evidence = \"evidence/tests.xml#lock\" }\nhazard_added = \"none\"\n[[control]]";
    let signed = |held_by: &str| {
        format!(
            "[[element]]\nid = \"updates\"\nkind = \"update-server\"\nowner = \"maker\"\nsbom = \"none\"\n\
             claims = {{ interfaces_listed = \"evidence/list.csv\", software_listed = \"evidence/tests.xml#inventory\", functions_listed = \"evidence/functions.csv\" }}\n\
             [[secret]]\nid = \"signing\"\npublic = true\nevidence = \"evidence/tests.xml#lock\"\nheld_by = {held_by}\n\
             [[control]]\nid = \"signed\"\ncategory = \"code\"\ncuts = {{ step = \"install-code\", at = \"pump\" }}\n\
             enforcer = {{ element = \"pump\", secret = \"signing\" }}\nperformed_by = \"design\"\n\
             claimed = {{ effective = true, evidence = \"evidence/tests.xml#lock\" }}\nhazard_added = \"none\"\n[[control]]"
        )
    };
    let table: &[(&str, &str, &[&str])] = &[
        ("protocol = { name = \"HTTP\", port = 80 }\n", "", &["link-incomplete"]),
        (
            ", functions_listed = \"evidence/functions.csv\" }\n[[element]]",
            " }\n[[element]]",
            &["not-claimed-complete"],
        ),
        ("zone = \"ward\"\nsbom = \"none\"", "sbom = \"none\"", &["no-zone"]),
        ("sbom = \"none\"\n", "", &["no-sbom"]),
        // A function that nothing follows from; the list of functions does not have it either.
        (
            "[[harm]]",
            "[[function]]\nid = \"f\"\nessential = false\nrealised_by = { all = [\"lock\"] }\n[[harm]]",
            &["evidence-against", "no-effect"],
        ),
        ("realised_by = { all = [\"pump\"] }", "realised_by = \"people\"", &["evidence-against", "never-reached"]),
        (
            "realised_by = { all = [\"pump\"] }",
            "realised_by = \"people\"\nfed_by = [\"orders\"]",
            &["evidence-against", "never-reached"],
        ),
        ("on = \"alteration\"", "on = \"disclosure\"", &["undescribed-degradation"]),
        ("group = \"patient\", ", "", &["no-persons", "unused"]),
        ("anti_replay = true", "fed_by = [\"orders\"]\nanti_replay = true", &["feeds-nothing"]),
        ("severity = \"critical\"\n", "", &["no-severity"]),
        ("[[harm]]", "[[harm]]\nid = \"h\"\naxis = \"privacy\"\n[[harm]]", &["unused"]),
        ("[[zone]]", "[[zone]]\nid = \"z\"\nowner = \"maker\"\n[[zone]]", &["unused"]),
        ("[[secret]]", "[[secret]]\nid = \"s\"\nheld_by = [\"pump\"]\n[[secret]]", &["unused"]),
        ("[[person_group]]", "[[person_group]]\nid = \"g\"\nrole = \"user\"\n[[person_group]]", &["unused"]),
        // An element that only enforces a control is used by it, and by nothing else.
        ("enforcer = { element = \"lock\" }", "enforcer = { element = \"pump\" }", &["unused"]),
        ("enforcer = { element = \"lock\" }\n", "", &["unused", "no-enforcer"]),
        ("performed_by = \"design\"", "performed_by = \"site\"", &["not-confirmed"]),
        ("[[control]]", elsewhere, &["unused"]),
        (
            "{ all = [\"pump\"] }",
            "{ any = [\"pump\"] }\nclaims = { redundancy = \"evidence/tests.xml#lock\" }",
            &["no-redundancy"],
        ),
        ("claims = { anti_replay = \"evidence/tests.xml#replay\" }\n", "", &["no-evidence"]),
        ("[[control]]", &signed("[]"), &["no-zone", "unused", "no-signer"]),
        ("[[control]]", &signed("[\"pump\"]"), &["no-zone", "unused", "no-signer"]),
        ("[[control]]", &signed("[\"pump\", \"server\"]"), &["no-zone", "unused"]),
        ("evidence/tests.xml#lock", "evidence/tests.xml#door", &["evidence-against"]),
    ];
    for (from, to, expected) in table {
        assert_eq!(codes("system.toml", from, to), *expected, "{from} -> {to}");
    }
    assert_eq!(
        codes("considerations.toml", "group = \"social\"\ntopic = \"t\"", "group = \"general\"\ntopic = \"u\""),
        ["not-considered"]
    );
    assert_eq!(codes("decisions.toml", "path = \"system.toml\"", "path = \"device.toml\""), ["not-decided"]);
    // What is worn outlives its parts.
    assert_eq!(
        codes("system.toml", "kind = \"bedside-device\"", "kind = \"implant\""),
        ["no-service-life", "no-support-date"]
    );
    let partial = "\"components\":[";
    let said = "\"compositions\":[{\"aggregate\":\"incomplete\",\"assemblies\":[\"z\"]}],\"components\":[";
    assert_eq!(codes("sbom/pump.json", partial, said), ["contradicted"]);
    // Evidence of another kind, in place of one that is read.
    let mut files = clean();
    let system = SYSTEM.replace("evidence/tests.xml#lock", "evidence/lock.md");
    files.0.insert("system.toml".to_owned(), system.into_bytes());
    files.0.insert("evidence/lock.md".to_owned(), b"locked".to_vec());
    let found = lint(&read(&files).unwrap());
    let said: Vec<_> = found.iter().map(|found| (found.file.as_str(), found.code, found.severity)).collect();
    assert_eq!(said, [("evidence/lock.md", "evidence-not-read", Severity::Warning)]);
}

/// What is to notice that something is silent must hear it.
#[test]
fn a_detection_to_which_nothing_leads_is_told() {
    let helpers = |watch: &str, link: &str| {
        format!(
            "onset_seconds = 60\nfallback = {{ function = \"by-hand\", detection = \"watch\", detection_seconds = 1, switch_over_seconds = 1, staff_per_site = 9 }}\n\
             [[function]]\nid = \"watch\"\nessential = false\nrealised_by = {watch}\n\
             [[function]]\nid = \"by-hand\"\nessential = false\nrealised_by = \"people\"\n{link}\n[[person_group]]"
        )
    };
    let back = "[[link]]\nid = \"vitals\"\nfrom = \"pump\"\nto = \"server\"\nmedium = \"serial\"";
    let by_way = "[[link]]\nid = \"a\"\nfrom = \"pump\"\nto = \"lock\"\nmedium = \"serial\"\n[[link]]\nid = \"b\"\nfrom = \"lock\"\nto = \"server\"\nmedium = \"serial\"";
    for (watch, link, told) in [
        ("{ all = [\"server\"] }", "", true),
        ("{ all = [\"server\"] }", back, false),
        ("{ all = [\"server\"] }", by_way, false),
        ("{ any = [\"pump\", \"server\"] }", "", false),
        ("\"people\"", "", false),
    ] {
        let found = codes("system.toml", "\n[[person_group]]", &format!("\n{}", helpers(watch, link)));
        assert_eq!(found.iter().any(|code| code == "hears-nothing"), told, "{watch} {link}: {found:?}");
    }
}

/// What an evidence file says of a claim, by what lint says against it.
#[test]
fn evidence_that_says_otherwise_is_told_with_its_place() {
    let table = [
        (
            "evidence/tests.xml",
            "<testcase name=\"lock\"/>",
            "<testcase name=\"lock\"><failure/></testcase>",
            "line 2: `lock` failed",
        ),
        (
            "evidence/tests.xml",
            "<testcase name=\"lock\"/>",
            "<testcase name=\"lock\"><skipped/></testcase>",
            "`lock` was not run",
        ),
        (
            "evidence/tests.xml",
            "<testcase name=\"lock\"/>",
            "<testcase name=\"lock\"/><testcase name=\"lock\"><error/></testcase>",
            "could not be carried out",
        ),
        ("evidence/tests.xml", "failures=\"0\"", "failures=\"1\"", "counts 1 test cases that did not pass and holds 0"),
        ("evidence/tests.xml", "name=\"lock\"", "name=\"door\"", "no test case, class or suite in it is called `lock`"),
        ("evidence/tests.xml", "</testsuite>", "", "it cannot be read: line"),
        (
            "evidence/list.csv",
            "orders,server,pump\n",
            "orders,server,pump\nservice,pump,tablet\n",
            "line 3: no link models `service`",
        ),
        ("evidence/list.csv", "orders,server,pump\n", "", "it does not list the link `orders`"),
        (
            "evidence/list.csv",
            "orders,server,pump\n",
            "orders,lock,pump\n",
            "`orders` is modelled from `server` to `pump`",
        ),
        ("evidence/list.csv", "link,from,to", "path,from,to", "none of its columns is headed"),
        ("evidence/list.csv", "orders,server,pump\n", "orders,server\n", "this row has 2 cells"),
        (
            "evidence/functions.csv",
            "pump,infuse\n",
            "pump,infuse\nlock,alarm\n",
            "no function `alarm` is modelled of it",
        ),
        ("evidence/functions.csv", "pump,infuse\n", "", "it does not list the function `infuse`"),
        // An element by its name, or by none that is known.
        (
            "evidence/functions.csv",
            "pump,infuse\n",
            "pump,infuse\nBedside pump,alarm\n",
            "line 3: no function `alarm` is modelled of it",
        ),
        (
            "evidence/functions.csv",
            "pump,infuse\n",
            "pump,infuse\npmup,alarm\n",
            "line 3: no function `alarm` is modelled of it",
        ),
        // Rows that name nothing.
        ("evidence/functions.csv", "pump,infuse\n", "pump,infuse\npump,;\n", "no function `;` is modelled of it"),
        (
            "evidence/list.csv",
            "orders,server,pump\n",
            "orders,server,pump\n;,server,pump\n",
            "a row that names nothing",
        ),
        // Rows that say themselves that it is not so.
        (
            "evidence/list.csv",
            "link,from,to\norders,server,pump\n",
            "link,from,to,result\norders,server,pump,failed\n",
            "line 2 says `failed`, which is not known to mean that it passed",
        ),
        // Whatever the heading, and in whichever of the columns.
        (
            "evidence/list.csv",
            "link,from,to\norders,server,pump\n",
            "link,from,to,status\norders,server,pump,FAIL\n",
            "line 2 says `FAIL`",
        ),
        (
            "evidence/list.csv",
            "link,from,to\norders,server,pump\n",
            "link,from,to,result,outcome\norders,server,pump,pass,fail\n",
            "line 2 says `fail`, which is not known to mean that it passed",
        ),
        (
            "evidence/functions.csv",
            "element,function\npump,infuse\n",
            "element,function,outcome\npump,infuse,\n",
            "line 2 says `nothing`, which is not known to mean that it passed",
        ),
    ];
    for (file, from, to, part) in table {
        let mut files = clean();
        let text = String::from_utf8(files.0[file].clone()).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        files.0.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
        let found = lint(&read(&files).unwrap());
        let against: Vec<_> = found.iter().filter(|found| found.code == "evidence-against").collect();
        assert!(against.iter().any(|found| found.message.contains(part)), "{from} -> {to}: {against:?}");
        assert!(against.iter().all(|found| found.file == "system.toml" && found.line > 1), "{against:?}");
    }
    // An interface may be listed by its port, and a row may say how what it names came out.
    for (list, good) in [
        ("interface,port,from,to\nRJ45,80,server,pump\n", true),
        ("interface,port,from,to\nRJ45,81,server,pump\n", false),
        ("interface\norders\n", false),
        ("element,interface\npump,orders\nserver,orders\n", true),
    ] {
        let mut files = clean();
        files.0.insert("evidence/list.csv".to_owned(), list.as_bytes().to_vec());
        let found = lint(&read(&files).unwrap());
        assert_eq!(found.iter().all(|found| found.code != "evidence-against"), good, "{list}: {found:?}");
    }
    for (row, good) in [("lock,passed", true), ("lock,open", false), ("lock,", false), ("door,passed", false)] {
        let mut files = clean();
        let system = SYSTEM.replace("evidence/tests.xml#lock", "evidence/results.csv#lock");
        files.0.insert("system.toml".to_owned(), system.into_bytes());
        files.0.insert("evidence/results.csv".to_owned(), format!("id,result\n{row}\n").into_bytes());
        let found = lint(&read(&files).unwrap());
        assert_eq!(found.is_empty(), good, "{row}: {found:?}");
    }
}

#[test]
fn what_a_control_does_to_people_is_said_and_leads_somewhere() {
    let said = |lines: &str| codes("system.toml", "hazard_added = \"none\"\n", lines);
    let listing = |lines: &str| said(&format!("[[control.hazard]]\nid = \"slow\"\nfunction = \"infuse\"\n{lines}"));
    assert_eq!(said(""), ["no-hazard-said"]);
    assert_eq!(said("hazard_added = \"it takes longer\"\n"), ["hazard-in-words"]);
    assert_eq!(listing("on = \"loss\"\nhow_often = \"certain\"\n"), [""; 0]);
    assert_eq!(listing("on = \"loss\"\n"), ["no-how-often"]);
    assert_eq!(listing("on = \"disclosure\"\nhow_often = \"certain\"\n"), ["hazard-without-harm"]);
    assert_eq!(listing("on = \"loss\"\nhow_often = \"remote\"\n"), ["no-evidence"]);
}
