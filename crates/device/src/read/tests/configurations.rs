//! Variants of a family and the surroundings of sites: what comes out for each, and what is refused.

use ward_model::claim::{ClaimId, EvidenceReading};
use ward_model::device::{Configuration, Configurations};

use super::{FIELDED, SYSTEM, must, whole, with};
use crate::files::{Files, MemoryFiles, WithSites};
use crate::read::read;

pub(super) const VARIANTS: &str = r#"
[[variant]]
id = "lite"
without = { links = ["service"], controls = ["isolate"] }
[[variant.harm]]
id = "interrupted"
axis = "person"
severity = "minor"
[[variant]]
id = "max"
[[variant.link]]
id = "radio"
from = "server"
to = "pump"
medium = "radio"
"#;

pub(super) const SITE: &str = r#"
cohorts = ["site-017"]
staff = [{ function = "infuse", staff_per_site = 3 }]
instances = [{ element = "pump", per_site = 400 }]
confirmed = [{ control = "isolate", evidence = "evidence/isolation.md" }]
[[element]]
id = "firewall"
kind = "network"
owner = "hospital"
zone = "ward-network"
claims = { software_listed = "evidence/acceptance.md" }
[[link]]
id = "backup"
from = "firewall"
to = "server"
medium = "ip"
[[control]]
id = "deny-all"
category = "compensating"
cuts = { link = "library", from = ["hospital-network"] }
enforcer = { element = "firewall" }
performed_by = "site"
claimed = { effective = true, evidence = "evidence/acceptance.md#rules" }
"#;

fn at_north() -> MemoryFiles {
    let files = with(whole(), "sites/north/site.toml", SITE);
    let files = with(files, "sites/north/evidence/isolation.md", "seen");
    with(files, "sites/north/evidence/acceptance.md", "seen")
}

fn of<'c>(all: &'c Configurations, variant: Option<&str>, site: Option<&str>) -> &'c Configuration {
    let same = |one: &&Configuration| {
        one.variant.as_ref().map(|id| id.as_str()) == variant && one.site.as_ref().map(|id| id.as_str()) == site
    };
    all.each.iter().find(same).unwrap()
}

fn wrong(files: &MemoryFiles) -> String {
    read(files).unwrap_err().to_string()
}

#[test]
fn a_variant_is_the_family_with_its_differences() {
    let reading = must(&with(whole(), "variants.toml", VARIANTS));
    let family = must(&whole()).device;
    let all = &reading.configurations;
    assert_eq!(all.each.len(), 3);
    let common = &of(all, None, None).device;
    assert_eq!((&common.links, &common.harms, &common.claims), (&family.links, &family.harms, &family.claims));
    let (lite, max) = (&of(all, Some("lite"), None).device, &of(all, Some("max"), None).device);
    assert_eq!(lite.links.keys().map(|id| id.as_str()).collect::<Vec<_>>(), ["library"]);
    assert_eq!(lite.harms[&"interrupted".into()].severity.word(), "minor");
    // What it does not have is confirmed nowhere.
    assert!(!lite.controls.contains_key(&"isolate".into()));
    assert!(lite.versions[1].cohorts[0].confirmed.is_empty());
    assert_eq!(max.links.len(), 3);
    // What was said of the family is not said of what differs from it, and holds for what does not.
    let premise = |device: &ward_model::Device, claim: &str| {
        device.claims.values().find(|one| one.id.to_string() == claim).unwrap().premise
    };
    for (claim, same_in_lite, same_in_max) in [
        ("element:pump.interfaces_listed", false, false),
        ("element:pump.software_listed", true, true),
        ("link:library.exposed_to", true, true),
        ("secret:service-key.per_unit", false, true),
    ] {
        assert_eq!(premise(lite, claim) == premise(&family, claim), same_in_lite, "{claim}");
        assert_eq!(premise(max, claim) == premise(&family, claim), same_in_max, "{claim}");
    }
    assert!(!lite.claims.contains_key(&ClaimId::Link("service".into(), ward_model::claim::LinkClaim::Authentication)));
    assert_eq!(must(&whole()).configurations, Configurations::default());
}

#[test]
fn which_units_a_configuration_speaks_for() {
    let fielded = FIELDED
        .replace("id = \"4.1\"", "id = \"4.1\"\nvariants = [\"lite\"]")
        .replace("id = \"site-017\"", "id = \"site-017\"\nvariant = \"max\"");
    let all = must(&with(with(whole(), "variants.toml", VARIANTS), "fielded.toml", &fielded)).configurations;
    let speaks = |variant: Option<&str>| -> Vec<(String, String, bool)> {
        let all = of(&all, variant, None).speaks_for.iter();
        all.map(|((version, cohort), sure)| (version.to_string(), cohort.to_string(), *sure)).collect()
    };
    let row = |version: &str, cohort: &str, sure: bool| (version.to_owned(), cohort.to_owned(), sure);
    assert_eq!(speaks(None), []);
    assert_eq!(speaks(Some("lite")), [row("4.1", "all units", true), row("4.2", "unconfirmed units", false)]);
    assert_eq!(speaks(Some("max")), [row("4.2", "site-017", true), row("4.2", "unconfirmed units", false)]);
    let open: Vec<String> =
        all.undescribed[&None].iter().map(|(version, cohort)| format!("{version} {cohort}")).collect();
    assert_eq!(open, ["4.2 unconfirmed units"]);
    // A version that a variant does not exist in is not judged for it.
    assert_eq!(of(&all, Some("max"), None).device.versions.len(), 1);
}

#[test]
fn what_a_variant_cannot_be_is_refused() {
    let variants = |text: &str| wrong(&with(whole(), "variants.toml", text));
    for (text, part) in [
        ("[[variant]]\nid = \"a\"\nwithout = { links = [\"servise\"] }", "no link is called `servise`"),
        ("[[variant]]\nid = \"a\"\n[[variant]]\nid = \"a\"", "a second variant is called `a`"),
        (
            "[[variant]]\nid = \"a\"\nwithout = { elements = [\"server\"] }",
            "in the variant `a`: no element is called `server`",
        ),
        ("[[variant]]\nid = \"a\"\nwithout = { harms = [\"x\"] }", "what a variant does not have has no key `harms`"),
        (
            "[[variant]]\nid = \"a\"\nwithout = { links = [\"library\"] }\n[[variant.link]]\nid = \"library\"\nfrom = \"pump\"\nto = \"server\"\nmedium = \"ip\"",
            "is said to be without",
        ),
        (
            "[[variant]]\nid = \"a\"\n[[variant.link]]\nid = \"x\"\nfrom = \"pump\"\nto = \"nowhere\"\nmedium = \"ip\"",
            "in the variant `a`: no element is called `nowhere`",
        ),
    ] {
        let said = variants(text);
        assert!(said.contains(part), "{text}: {said}");
    }
    let fielded = |from: &str, to: &str| {
        wrong(&with(with(whole(), "variants.toml", VARIANTS), "fielded.toml", &FIELDED.replace(from, to)))
    };
    assert!(fielded("id = \"4.1\"", "id = \"4.1\"\nvariants = [\"light\"]").contains("no variant is called `light`"));
    let other = "id = \"4.2\"\nvariants = [\"lite\"]\nunits = 18400\nupdate_path = \"technician\"\n[[version.cohort]]\nid = \"site-017\"\nvariant = \"max\"";
    let from = "id = \"4.2\"\nunits = 18400\nupdate_path = \"technician\"\n[[version.cohort]]\nid = \"site-017\"";
    assert!(fielded(from, other).contains("this version does not exist of the variant `max`"));
    // What is common is at fault: it is said once, and not for every variant.
    let broken =
        with(with(whole(), "variants.toml", VARIANTS), "system.toml", &SYSTEM.replacen("ward-network", "x", 1));
    assert!(!wrong(&broken).contains("in the variant"));
}

#[test]
fn a_site_adds_and_confirms() {
    let reading = must(&at_north());
    let all = &reading.configurations;
    assert_eq!(all.each.len(), 2);
    let (common, north) = (of(all, None, None), of(all, None, Some("north")));
    assert_eq!(common.device.links, must(&whole()).device.links);
    assert_eq!(common.device.versions, must(&whole()).device.versions);
    let speaks = |one: &Configuration| {
        one.speaks_for.keys().map(|(version, cohort)| format!("{version} {cohort}")).collect::<Vec<_>>()
    };
    assert_eq!(speaks(common), ["4.1 all units", "4.2 unconfirmed units"]);
    assert_eq!(speaks(north), ["4.2 site-017"]);
    let device = &north.device;
    assert!(device.links.contains_key(&"library".into()) && device.links.contains_key(&"backup".into()));
    assert_eq!(device.elements[&"pump".into()].instances_per_site, Some(400));
    let fallback = device.functions[&"infuse".into()].effects[0].fallback.as_ref().unwrap();
    assert_eq!(fallback.staff_per_site, 3);
    // Its own controls hold for its units, and the maker's that it confirms are its claim.
    let confirmed: Vec<&str> = device.versions[0].cohorts[0].confirmed.iter().map(|id| id.as_str()).collect();
    assert_eq!(confirmed, ["deny-all", "isolate"]);
    for (claim, evidence) in [("isolate", "isolation.md"), ("deny-all", "acceptance.md")] {
        let claim = &device.claims[&ClaimId::Control(claim.into())];
        assert_eq!(claim.file, "sites/north/site.toml");
        assert_eq!(claim.evidence.as_ref().unwrap().path, format!("sites/north/evidence/{evidence}"));
        assert!(claim.evidence.as_ref().unwrap().digest.is_some());
    }
    // Who has more staff, or fewer pumps, than the maker counts on has not made anything better.
    let more = SITE.replace("staff_per_site = 3", "staff_per_site = 30").replace("per_site = 400", "per_site = 4");
    let more = must(&with(at_north(), "sites/north/site.toml", &more)).configurations;
    let device = &of(&more, None, Some("north")).device;
    assert_eq!(device.elements[&"pump".into()].instances_per_site, Some(300));
    assert_eq!(device.functions[&"infuse".into()].effects[0].fallback.as_ref().unwrap().staff_per_site, 12);
}

/// Whoever takes over is named by what is lost, or by what they do: fewer of them are fewer either way.
#[test]
fn a_site_counts_its_staff_by_either_function() {
    let staff = |function: &str| {
        let site = SITE.replace("function = \"infuse\"", &format!("function = \"{function}\""));
        with(at_north(), "sites/north/site.toml", &site)
    };
    let reading = must(&staff("by-hand"));
    let north = &of(&reading.configurations, None, Some("north")).device;
    assert_eq!(north.functions[&"infuse".into()].effects[0].fallback.as_ref().unwrap().staff_per_site, 3);
    // A number that counts for nothing is no number that is heard.
    let said = wrong(&staff("alarm"));
    assert!(said.contains("no-fallback") && said.contains("`alarm`"), "{said}");
    // What only a variant has is counted there.
    let lone = format!(
        "{VARIANTS}[[variant.function]]\nid = \"alarm\"\nessential = false\nrealised_by = {{ any = [\"pump\"] }}\n\
         [[variant.function.effect]]\non = \"loss\"\nhazardous_situation = \"h\"\nharm = \"interrupted\"\nonset_seconds = 60\n\
         fallback = {{ function = \"by-hand\", detection = \"infuse\", detection_seconds = 5, switch_over_seconds = 30, staff_per_site = 12 }}\n"
    );
    let reading = must(&with(staff("alarm"), "variants.toml", &lone));
    let max = &of(&reading.configurations, Some("max"), Some("north")).device;
    assert_eq!(max.functions[&"alarm".into()].effects[0].fallback.as_ref().unwrap().staff_per_site, 3);
}

/// What a site shows stands in the site's folder: a file of the maker's of the same name says nothing of it.
#[test]
fn the_evidence_of_a_site_is_the_sites_own() {
    let shown = "\"evidence/test.xml#t\"";
    let site = SITE
        .replacen(
            "zone = \"ward-network\"",
            &format!("zone = \"ward-network\"\nhas = [\"user-accounts\"]\ndesign = {{ guessing_limited = {shown} }}"),
            1,
        )
        .replacen(
            "medium = \"ip\"",
            &format!("medium = \"ip\"\nhas = [\"listening\"]\ndesign = {{ load_limited = {shown} }}"),
            1,
        );
    let secret = format!(
        "[[secret]]\nid = \"gate\"\nheld_by = [\"firewall\"]\nhas = [\"printed\"]\ndesign = {{ paper_guarded = {shown} }}\n"
    );
    let junit = |result: &str| format!("<testsuite><testcase name=\"t\">{result}</testcase></testsuite>");
    let files = with(at_north(), "sites/north/site.toml", &format!("{site}{secret}"));
    let files = with(files, "evidence/test.xml", &junit(""));
    let files = with(files, "sites/north/evidence/test.xml", &junit("<failure/>"));
    let reading = must(&files);
    let north = &of(&reading.configurations, None, Some("north")).device;
    let designs: Vec<_> = north.claims.values().filter(|claim| matches!(claim.id, ClaimId::Design(..))).collect();
    assert_eq!(designs.len(), 3);
    for claim in designs {
        let evidence = claim.evidence.as_ref().unwrap();
        assert_eq!(evidence.path, "sites/north/evidence/test.xml", "{}", claim.id);
        assert!(evidence.digest.is_some() && matches!(evidence.reading, EvidenceReading::Against(_)), "{}", claim.id);
    }
}

/// Since when a weakness is known can be said of whatever a rule finds one at.
#[test]
fn a_weakness_that_is_known_earlier_is_named_by_where_it_is() {
    let vulnerabilities = super::VULNERABILITIES;
    for place in ["library", "pump", "service-key", "infuse"] {
        let known = vulnerabilities.replacen("unauthenticated-command@library", &format!("WR-047@{place}"), 1);
        must(&with(whole(), "vulnerabilities.toml", &known));
    }
    let known = vulnerabilities.replacen("unauthenticated-command@library", "WR-047@service-kay", 1);
    let said = wrong(&with(whole(), "vulnerabilities.toml", &known));
    assert!(said.contains("nothing is called `service-kay`") && said.contains("service-key"), "{said}");
}

/// An empty list would make a group of units that nobody judges, or a decision that is made for all.
#[test]
fn an_empty_list_of_variants_is_refused() {
    let files = with(whole(), "variants.toml", VARIANTS);
    let fielded = FIELDED.replacen("id = \"4.1\"", "id = \"4.1\"\nvariants = []", 1);
    assert!(wrong(&with(files.clone(), "fielded.toml", &fielded)).contains("this list is empty"));
    for scope in ["variants = []", "sites = []"] {
        let decision = format!(
            "[[decision]]\nclaims = [\"control:signed-firmware\"]\n{scope}\noutcome = \"accepted\"\nby = \"a\"\non = 2026-04-02\nexpires = 2027-04-02\nrationale = \"r\"\n"
        );
        assert!(wrong(&with(files.clone(), "decisions.toml", &decision)).contains("this list is empty"), "{scope}");
    }
}

/// Whatever is written of variants and sites, every group of units is spoken for by a configuration, or counts as of none.
#[test]
fn every_group_of_units_is_spoken_for() {
    for fielded in [
        FIELDED.to_owned(),
        FIELDED.replacen("id = \"4.1\"", "id = \"4.1\"\nvariants = [\"lite\"]", 1),
        FIELDED.replacen("id = \"4.2\"", "id = \"4.2\"\nvariants = [\"lite\", \"max\"]", 1),
        FIELDED.replacen("id = \"site-017\"", "id = \"site-017\"\nvariant = \"max\"", 1),
    ] {
        let files = with(with(at_north(), "variants.toml", VARIANTS), "fielded.toml", &fielded);
        let reading = must(&files);
        let all = &reading.configurations;
        let mut groups: std::collections::BTreeSet<String> = all
            .each
            .iter()
            .flat_map(|one| one.speaks_for.keys())
            .chain(all.undescribed.values().flatten())
            .map(|(version, cohort)| format!("{version} {cohort}"))
            .collect();
        for expected in ["4.1 all units", "4.2 site-017", "4.2 unconfirmed units"] {
            assert!(groups.remove(expected), "{expected} in {fielded}");
        }
        assert!(groups.is_empty(), "{groups:?}");
    }
}

#[test]
fn a_site_that_is_kept_elsewhere_is_the_same() {
    let within = must(&at_north());
    let elsewhere = MemoryFiles::from_iter([
        ("site.toml", SITE),
        ("evidence/acceptance.md", "seen"),
        ("evidence/isolation.md", "seen"),
    ]);
    let folder = whole();
    let both = WithSites::new(&folder, [("north".to_owned(), &elsewhere as &dyn Files)].into());
    assert_eq!(read(&both).unwrap().configurations, within.configurations);
}

#[test]
fn a_site_that_counts_its_units_itself_adds_them() {
    let counted = SITE.replace("cohorts = [\"site-017\"]", "units = [{ version = \"4.1\", units = 40 }]");
    let reading = must(&with(at_north(), "sites/north/site.toml", &counted));
    let north = of(&reading.configurations, None, Some("north"));
    assert_eq!(north.device.versions.len(), 1);
    assert_eq!(north.device.versions[0].units, Some(40));
    assert_eq!(reading.device.versions, must(&whole()).device.versions);
}

#[test]
fn what_a_site_cannot_do_is_refused() {
    let site = |from: &str, to: &str| {
        assert!(SITE.contains(from), "{from}");
        wrong(&with(at_north(), "sites/north/site.toml", &SITE.replacen(from, to, 1)))
    };
    // It replaces nothing of the maker's, takes nothing away, and its controls are its own to perform.
    assert!(site("id = \"backup\"", "id = \"library\"").contains("a second link is called `library`"));
    assert!(site("id = \"firewall\"\nkind", "id = \"pump\"\nkind").contains("a second element is called `pump`"));
    assert!(
        site("cohorts =", "without = { links = [\"library\"] }\ncohorts =").contains("site.toml has no key `without`")
    );
    assert!(
        site("performed_by = \"site\"", "performed_by = \"design\"").contains("performed by the site or its users")
    );
    assert!(site("control = \"isolate\"", "control = \"signed-firmware\"").contains("is not performed by a site"));
    assert!(site("[\"site-017\"]", "[\"site-018\"]").contains("no cohort is called `site-018`"));
    assert!(site("cohorts = [\"site-017\"]", "").contains("nothing says which units stand at the site"));
    assert!(site("function = \"infuse\"", "function = \"infusion\"").contains("no function is called `infusion`"));
    let none = with(whole(), "sites/south/notes.txt", "x");
    assert!(wrong(&none).contains("there is no site.toml here"));
    // Two sites cannot have the same units.
    let twice = with(at_north(), "sites/south/site.toml", "cohorts = [\"site-017\"]\n");
    assert!(wrong(&twice).contains("stands at the site `north` too"));
    // It answers for what it claims, and for nothing that the maker claims.
    let decided = |claim: &str| {
        format!(
            "[[decision]]\nclaims = [\"{claim}\"]\noutcome = \"accepted\"\nby = \"hospital IT\"\non = 2026-04-02\nexpires = 2027-04-02\nrationale = \"seen\"\n"
        )
    };
    let files = with(at_north(), "sites/north/decisions.toml", &decided("control:signed-firmware"));
    assert!(wrong(&files).contains("the site does not claim `control:signed-firmware`"));
    let files = with(at_north(), "sites/north/decisions.toml", &decided("control:deny-all"));
    let all = must(&files).configurations;
    let entered = |one: &Configuration| {
        one.decisions.entered.iter().map(|one| (one.number, one.claims.concat())).collect::<Vec<_>>()
    };
    assert_eq!(entered(of(&all, None, None)), [(1, "control:signed-firmware".to_owned())]);
    assert_eq!(entered(of(&all, None, Some("north")))[1], (2, "control:deny-all".to_owned()));
    // Nor does the maker answer for the site.
    let maker = with(at_north(), "decisions.toml", &decided("control:isolate"));
    let all = must(&maker).configurations;
    assert_eq!((entered(of(&all, None, None)).len(), entered(of(&all, None, Some("north"))).len()), (1, 0));
}

#[test]
fn a_decision_may_be_for_a_variant_or_a_site_alone() {
    let decision = |scope: &str| {
        format!(
            "[[decision]]\nclaims = [\"control:signed-firmware\"]\n{scope}\noutcome = \"rejected\"\nby = \"a\"\non = 2026-04-02\nexpires = 2027-04-02\nrationale = \"r\"\n"
        )
    };
    let counts = |scope: &str| {
        let files = with(with(at_north(), "variants.toml", VARIANTS), "decisions.toml", &decision(scope));
        let all = must(&files).configurations;
        let places = [
            (None, None),
            (None, Some("north")),
            (Some("lite"), None),
            (Some("lite"), Some("north")),
            (Some("max"), None),
        ];
        places.map(|(variant, site)| of(&all, variant, site).decisions.entered.len())
    };
    assert_eq!(counts(""), [1, 1, 1, 1, 1]);
    assert_eq!(counts("variants = [\"lite\"]"), [0, 0, 1, 1, 0]);
    assert_eq!(counts("sites = [\"north\"]"), [0, 1, 0, 1, 0]);
    assert_eq!(counts("variants = [\"lite\"]\nsites = [\"north\"]"), [0, 0, 0, 1, 0]);
    let files = with(with(whole(), "variants.toml", VARIANTS), "decisions.toml", &decision("variants = [\"light\"]"));
    assert!(wrong(&files).contains("no variant is called `light`"));
}
