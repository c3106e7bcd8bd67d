//! What is known to be exploited and described by no record.

use proptest::prelude::*;
use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::finding::{State, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::Undescribed;

use crate::{Inventory, explain};

use super::world::{World, about, exact, plain, record, scan, with_purl, with_supplier};

fn entry(id: &str, vendor: &str, product: &str) -> Undescribed {
    let words = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Undescribed { id: id.into(), vendor: words(vendor), product: words(product), recorded: false }
}

/// The vulnerabilities for which the component is listed.
fn listed(world: &World, component: Component) -> Vec<VulnerabilityId> {
    scan(world, &[component], false).unassessed.into_iter().flat_map(|one| one.undescribed).collect()
}

fn named(name: &str, supplier: &str) -> Component {
    let component = Component { kind: ComponentKind::Application, ..plain(name, "1.0") };
    if supplier.is_empty() { component } else { with_supplier(component, supplier) }
}

#[test]
fn components_fit_by_whole_names_or_by_their_vendor_and_a_word() {
    let table = [
        ("Microsoft", "Windows", named("Windows 10 Enterprise", ""), true),
        ("Microsoft", "Windows", exact("o:microsoft:windows_10_1809", "10.0"), true),
        ("Microsoft", "Windows", named("Visual Studio", "Microsoft"), false),
        ("Microsoft", "Multiple Products", named("Visual Studio", "Microsoft Corporation"), true),
        ("Microsoft", "Multiple Products", named("Visual Studio", "Acme"), false),
        ("Linux", "Kernel", exact("o:linux:linux_kernel", "5.10"), true),
        ("Linux", "Kernel", with_purl(plain("linux-image", "5.10"), "pkg:deb/debian/linux-image@5.10"), true),
        ("Linux", "Kernel", with_purl(plain("openssl", "3.0"), "pkg:deb/debian/openssl@3.0"), false),
        ("Android", "Framework", named("framework", "Acme"), false),
        ("Android", "Framework", named("media", "Android"), true),
        (
            "Apache",
            "Log4j2",
            with_purl(plain("log4j-core", "2.14"), "pkg:maven/org.apache.logging.log4j/log4j-core@2.14"),
            true,
        ),
        ("Apache", "Log4j2", with_purl(plain("tomcat", "9"), "pkg:maven/org.apache.tomcat/tomcat@9"), false),
        ("Apache", "Tomcat", with_purl(plain("tomcat9", "9.0.1"), "pkg:deb/debian/tomcat9@9.0.1"), true),
        ("Google", "Chromium V8", named("Chromium", ""), true),
        ("Google", "Chromium V8", named("Protocol Buffers", "Google"), false),
        ("Adobe", "Reader and Acrobat", named("Acrobat", ""), true),
        ("SaltStack", "Salt", with_purl(plain("salt", "3000"), "pkg:pypi/salt@3000"), true),
        ("SaltStack", "Salt", with_purl(plain("salt-lint", "1"), "pkg:pypi/salt-lint@1"), false),
        ("7-Zip", "7-Zip", named("7zip", ""), true),
        ("Progress", "LoadMaster", named("Load Master", ""), true),
        ("Palo Alto Networks", "PAN-OS", named("panos", ""), true),
        ("OpenSSL", "OpenSSL", exact("a:openssl:openssl", "1.0.1"), true),
        ("OpenSSL", "OpenSSL", named("libressl", "OpenBSD"), false),
        ("Ivanti", "Core", named("core", ""), false),
        ("", "", named("anything", ""), true),
    ];
    for (vendor, product, component, fits) in table {
        let mut world = World::new(Vec::new());
        world.undescribed = vec![entry("CVE-2026-1", vendor, product)];
        let name = format!("{vendor} {product}: {}", component.name);
        let expected: &[VulnerabilityId] = if fits { &["CVE-2026-1".into()] } else { &[] };
        assert_eq!(listed(&world, component), expected, "{name}");
    }
}

#[test]
fn a_component_that_fits_is_not_assessed_although_records_name_its_product() {
    let mut world = World::new(vec![about("CVE-2020-1", "a:acme:pump", &["<1.0"]), record("CVE-2026-2", Vec::new())]);
    let pump = || exact("a:acme:pump", "2.0");
    assert!(scan(&world, &[pump()], false).unassessed.is_empty());
    world.undescribed = vec![entry("CVE-2026-2", "Acme", "Pump"), entry("CVE-2026-1", "Acme", "Pump, Monitor")];
    let report = scan(&world, &[pump(), exact("a:other:thing", "1.0")], false);
    assert_eq!(report.findings, []);
    let of_pump = report.unassessed.iter().find(|one| one.component.name == "pump").expect("it is listed");
    assert_eq!(of_pump.reason, UnassessedReason::ExploitedWithoutRecord);
    assert_eq!(of_pump.undescribed, ["CVE-2026-1".into(), "CVE-2026-2".into()]);
    let other = report.unassessed.iter().find(|one| one.component.name == "thing").expect("it is listed");
    assert_eq!((other.reason, &*other.undescribed), (UnassessedReason::ProductNotInAnyFeed, &[][..]));
}

#[test]
fn asked_why_it_says_what_the_list_says() {
    let mut world = World::new(Vec::new());
    world.undescribed = vec![entry("CVE-2026-1", "Acme", "Pump")];
    let components = [named("Pump", "Acme"), named("Monitor", "Acme")];
    let inventory = Inventory { components: &components, hardware: &[], complete: true };
    let why = |component: &str, id: &str| {
        explain(&inventory, &Aliases::default(), &world, &component.into(), &VulnerabilityId::from(id))
    };
    let pump = why("Pump", "CVE-2026-1").expect("it is explained");
    assert_eq!((pump.state, pump.unassessed), (State::Unknown, Some(UnassessedReason::ExploitedWithoutRecord)));
    assert!(pump.reasons.iter().any(|reason| reason.contains("`Pump` of `Acme`")), "{:?}", pump.reasons);
    let monitor = why("Monitor", "CVE-2026-1").expect("it is explained");
    assert_eq!((monitor.state, monitor.unassessed), (State::Unknown, None));
    assert!(why("Pump", "CVE-2026-2").is_err());
}

#[test]
fn what_speaks_of_the_component_under_another_name_describes_it() {
    let mut advisory = about("GHSA-1", "a:acme:pump", &["<1.0"]);
    advisory.aliases = vec!["CVE-2026-1".into()];
    let mut world = World::new(vec![advisory.clone()]);
    world.undescribed = vec![entry("CVE-2026-1", "Acme", "Pump")];
    // It is affected, and that is said.
    let report = scan(&world, &[exact("a:acme:pump", "0.9")], false);
    assert_eq!((report.findings.len(), report.unassessed.len()), (1, 0));
    // Somebody else's record does not speak of it.
    assert_eq!(listed(&world, named("Pump", "Acme")), ["CVE-2026-1".into()]);
    // And whoever has withdrawn a record says nothing.
    advisory.withdrawn = true;
    let mut world = World::new(vec![advisory]);
    world.undescribed = vec![entry("CVE-2026-1", "Acme", "Pump")];
    assert_eq!(listed(&world, exact("a:acme:pump", "0.9")), ["CVE-2026-1".into()]);
}

proptest! {
    #[test]
    fn what_is_undescribed_hides_no_finding_and_clears_no_component(
        entries in prop::collection::vec(
            (prop::sample::select(&["", "Acme", "Other"][..]), prop::sample::select(&["", "Pump", "Monitor, Pump", "Multiple Products"][..])),
            0..4,
        ),
    ) {
        let mut world = World::new(vec![about("CVE-2020-1", "a:acme:pump", &["<1.0"])]);
        let components = [exact("a:acme:pump", "0.9"), exact("a:acme:monitor", "2"), named("Pump", ""), named("valve", "Acme")];
        let before = scan(&world, &components, false);
        world.undescribed = entries.iter().map(|(vendor, product)| entry("CVE-2026-1", vendor, product)).collect();
        let after = scan(&world, &components, false);
        prop_assert_eq!(&before.findings, &after.findings);
        for one in &before.unassessed {
            let still = after.unassessed.iter().find(|other| other.component == one.component);
            prop_assert_eq!(still.map(|other| other.reason), Some(one.reason));
        }
        prop_assert!(after.unassessed.iter().all(|one| !one.undescribed.is_empty() || before.unassessed.contains(one)));
    }
}
