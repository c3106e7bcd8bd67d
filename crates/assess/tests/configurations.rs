//! Variants of a family and the surroundings of sites, assessed: what a site adds never makes better, and never elsewhere.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_assess::{
    Inputs, SupposeError, Treating, assess_configurations, treat_configurations, what_if_configurations,
};
use ward_device::{Answer, DirFiles, Files, MemoryFiles, Scope, WithSites, decide, read};
use ward_knowledge::{Memory, seed};
use ward_model::Assessment;
use ward_model::assessment::Summary;
use ward_model::claim::Claim;
use ward_model::device::Configurations;
use ward_model::hypothesis::Change;
use ward_model::treatment::{TreatmentOutcome, VersionTreatment};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Verdict};
use ward_policy::Library;

const TODAY: Date = date(2026, 11, 22);

static SEED: LazyLock<Memory> = LazyLock::new(|| seed::load().expect("the seed makes sense"));
static PUMP: LazyLock<Assessment> = LazyLock::new(|| assessed(&example("infusion-pump")));

fn example(name: &str) -> MemoryFiles {
    let folder = DirFiles::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)).expect("there");
    let mut files = MemoryFiles::default();
    let mut folders = vec![String::new()];
    while let Some(inside) = folders.pop() {
        for name in folder.list(&inside).expect("a folder") {
            let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            match path.strip_suffix('/') {
                Some(deeper) => folders.push(deeper.to_owned()),
                None => drop(files.0.insert(path.clone(), folder.read(&path).expect("readable").expect("there"))),
            }
        }
    }
    files
}

fn assessed(files: &dyn Files) -> Assessment {
    supposing(files, &[]).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn supposing(files: &dyn Files, changes: &[&str]) -> Result<Assessment, SupposeError> {
    let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).expect("a change")).collect();
    asked(files, |inputs, configurations| match changes.as_slice() {
        [] => Ok(assess_configurations(inputs, configurations).expect("the seed can be read")),
        changes => what_if_configurations(inputs, configurations, changes),
    })
}

fn asked<T>(files: &dyn Files, ask: impl FnOnce(&Inputs<'_>, &Configurations) -> T) -> T {
    asked_on(files, TODAY, ask)
}

fn asked_on<T>(files: &dyn Files, day: Date, ask: impl FnOnce(&Inputs<'_>, &Configurations) -> T) -> T {
    let read = read(files).unwrap_or_else(|wrong| panic!("{wrong}"));
    let library = Library::built_in().expect("built in");
    let rulebook = library.select(&read.device.policies, day).expect("the policies are built in");
    let inputs = Inputs {
        device: &read.device,
        decisions: &read.decisions,
        knowledge: &*SEED,
        rulebook: &rulebook,
        as_of: day,
        engine: "wardround test",
        rest_on: ward_device::rest_on,
    };
    ask(&inputs, &read.configurations)
}

fn at<'a>(assessment: &'a Assessment, cohort: &str, site: Option<&str>) -> Vec<&'a Verdict> {
    let fits = |verdict: &&Verdict| {
        verdict.units.cohort.as_str() == cohort && verdict.units.site.as_ref().map(|site| site.as_str()) == site
    };
    assessment.verdicts.iter().filter(fits).collect()
}

/// What a verdict speaks of, whatever comes out.
fn about(verdict: &Verdict) -> String {
    let because = verdict.presumed_because.map_or("", |because| because.word());
    format!("{} {} {} {} {because}", verdict.policy, verdict.subject.id, verdict.element, verdict.fielded_version)
}

/// The pump with a site laid over it, whose folder is kept elsewhere.
fn with_site(files: &MemoryFiles, site: &MemoryFiles) -> Assessment {
    assessed(&WithSites::new(files, [("north".to_owned(), site as &dyn Files)].into()))
}

/// What was uncontrolled stays so, or what is not known of where it would be says so in its place.
fn never_better(before: &[&Verdict], after: &[&Verdict]) {
    let bad = |verdict: &&&Verdict| verdict.verdict == Outcome::Uncontrolled;
    for was in before.iter().filter(bad) {
        let now: Vec<&&Verdict> = after.iter().filter(|now| about(now) == about(was)).collect();
        match now.first() {
            Some(now) => assert_eq!(now.verdict, Outcome::Uncontrolled, "{}", about(was)),
            None => assert!(
                after
                    .iter()
                    .filter(bad)
                    .any(|now| now.basis == Basis::Presumed && now.covers.contains(&was.subject.id)),
                "{} is gone",
                about(was)
            ),
        }
    }
}

/// What is common to all is no device of the units of a site, so that nothing that an attacker does to it is done to these.
#[test]
fn actions_are_told_of_units_that_there_are() {
    let before = assessed(&example("infusion-pump")).single_actions;
    let there =
        |action: &&ward_model::many::SingleAction| action.cohorts.iter().any(|cohort| cohort.as_str() == "site-017");
    assert!(before.iter().any(|action| there(&action)), "the units of that site are asked about");
    let more = Added { from: 4, to: 0, medium: "ip", claims: false };
    let laid = with_site(&example("infusion-pump"), &site_of(&[more])).single_actions;
    assert!(laid.iter().any(|action| there(&action)));
    for action in laid.iter().filter(there) {
        assert!(!action.text.contains("in what is common"), "{action:?}");
    }
}

#[derive(Debug, Clone)]
struct Added {
    from: usize,
    to: usize,
    medium: &'static str,
    claims: bool,
}

const ENDS: [&str; 6] =
    ["pump-controller", "drug-library-server", "hospital-firewall", "record-gateway", "added", "other"];

fn added() -> impl Strategy<Value = Vec<Added>> {
    let one = (0..ENDS.len(), 0..ENDS.len(), prop_oneof![Just("ip"), Just("usb"), Just("radio")], any::<bool>());
    proptest::collection::vec(one.prop_map(|(from, to, medium, claims)| Added { from, to, medium, claims }), 0..4)
}

fn site_of(added: &[Added]) -> MemoryFiles {
    let mut text = "cohorts = [\"site-017\"]\n".to_owned();
    for id in ["added", "other"] {
        text.push_str(&format!("[[element]]\nid = \"{id}\"\nkind = \"server\"\nowner = \"hospital\"\nzone = \"ward-network\"\nclaims = {{ interfaces_listed = true }}\n"));
    }
    for (number, one) in added.iter().enumerate() {
        let narrow = if one.claims { "carries = [\"data\"]\nanti_replay = true\n" } else { "" };
        let (from, to) = (ENDS[one.from], ENDS[one.to]);
        text.push_str(&format!(
            "[[link]]\nid = \"added-{number}\"\nfrom = \"{from}\"\nto = \"{to}\"\nmedium = \"{}\"\n{narrow}",
            one.medium
        ));
    }
    MemoryFiles::from_iter([("site.toml", text)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// A site that only adds elements and links makes nothing better for its own units, and changes nothing for the others.
    #[test]
    fn what_a_site_adds_makes_nothing_better(added in added()) {
        let laid = with_site(&example("infusion-pump"), &site_of(&added));
        never_better(&at(&PUMP, "site-017", None), &at(&laid, "site-017", Some("north")));
        for cohort in ["all units", "unconfirmed units"] {
            prop_assert_eq!(at(&PUMP, cohort, None), at(&laid, cohort, None));
        }
        prop_assert!(at(&laid, "site-017", None).is_empty());
        let rest = |assessment: &Assessment| assessment.verdicts.iter().filter(|one| one.units.cohort.as_str() != "site-017").count();
        prop_assert_eq!(rest(&PUMP), rest(&laid));
    }
}

/// A rule of the site's firewall cuts by the site's own decision, for the site's units, and by nothing else.
#[test]
fn a_site_cuts_only_by_its_own_decision_and_for_its_own_units() {
    let site = |decisions: &str| {
        let text = r#"
cohorts = ["site-017"]
confirmed = [{ control = "isolate-ward-vlan", evidence = "acceptance.csv#isolation" }]
"#;
        MemoryFiles::from_iter([
            ("site.toml", text.to_owned()),
            ("acceptance.csv", "id,result\nisolation,passed\n".to_owned()),
            ("decisions.toml", decisions.to_owned()),
        ])
    };
    let maker = example("infusion-pump");
    let undecided = site("");
    let reading =
        read(&WithSites::new(&maker, [("north".to_owned(), &undecided as &dyn Files)].into())).expect("reads");
    let claims: Vec<&Claim> = reading.configurations.each[1].device.claims.values().collect();
    let claims: Vec<&Claim> =
        claims.into_iter().filter(|claim| claim.id.to_string() == "control:isolate-ward-vlan").collect();
    let answer = Answer {
        by: "hospital network",
        on: TODAY,
        expires: date(2027, 11, 21),
        rationale: "tested here",
        accepted: true,
        scope: Scope::default(),
    };
    let decided = site(&decide("", &claims, &answer).expect("it can be decided"));
    let subject = |assessment: &Assessment, cohort: &str, site: Option<&str>| {
        let found = at(assessment, cohort, site).into_iter().find(|one| {
            one.subject.id == "WR-001@library-download"
                && one.element.as_str() == "pump-controller"
                && one.fielded_version.as_str() == "4.2"
        });
        found.map(|one| (one.verdict, one.if_claims_hold))
    };
    use Outcome::{Controlled, Uncontrolled};
    let before = with_site(&maker, &undecided);
    assert_eq!(subject(&before, "site-017", Some("north")), Some((Uncontrolled, Controlled)));
    let after = with_site(&maker, &decided);
    assert_eq!(subject(&after, "site-017", Some("north")), Some((Controlled, Controlled)));
    assert_eq!(subject(&after, "unconfirmed units", None), subject(&PUMP, "unconfirmed units", None));
    assert_eq!(at(&after, "all units", None), at(&PUMP, "all units", None));
    // Evidence that does not say so any more takes the effect away.
    let mut failed = decided.clone();
    failed.0.insert("acceptance.csv".to_owned(), b"id,result\nisolation,failed\n".to_vec());
    let failed = with_site(&maker, &failed);
    assert_eq!(subject(&failed, "site-017", Some("north")), Some((Uncontrolled, Controlled)));
    let why = |one: &&ward_model::assessment::DecisionWithoutEffect| one.claim == "control:isolate-ward-vlan";
    assert!(failed.decisions_without_effect.iter().find(why).is_some());
}

/// Two variants of one family, and units of which nobody knows the variant.
#[test]
fn a_fix_of_one_variant_says_nothing_of_another() {
    let mut files = example("infusion-pump");
    let variants = r#"
[[variant]]
id = "cabled"
without = { links = ["wifi-access"] }
[[variant]]
id = "plain"
"#;
    files.0.insert("variants.toml".to_owned(), variants.as_bytes().to_vec());
    let both = assessed(&files);
    let of = |assessment: &Assessment, variant: Option<&str>| -> Vec<Verdict> {
        let fits = |one: &&Verdict| one.units.variant.as_ref().map(|id| id.as_str()) == variant;
        assessment.verdicts.iter().filter(fits).cloned().collect()
    };
    let plain = |mut verdict: Verdict| {
        (verdict.id, verdict.units.variant, verdict.units.count) = Default::default();
        verdict
    };
    // A variant that differs in nothing is judged as the family.
    let same: Vec<Verdict> = of(&both, Some("plain")).into_iter().map(plain).collect();
    let family: Vec<Verdict> = PUMP.verdicts.iter().cloned().map(plain).collect();
    assert_eq!(same, family);
    // One that lacks an interface has lost what was decided of its interfaces, and what came in by it.
    let cabled = of(&both, Some("cabled"));
    assert!(!cabled.iter().any(|one| one.subject.id.ends_with("@wifi-access")));
    let open = |verdicts: &[Verdict]| {
        verdicts.iter().any(|one| {
            one.presumed_because == Some(PresumedBecause::Unmodelled)
                && one.verdict == Outcome::Uncontrolled
                && one.element.as_str() == "pump-controller"
        })
    };
    assert!(open(&cabled) && !open(&PUMP.verdicts));
    // Nobody has said that there are no other variants: of those the worst counts.
    let others = of(&both, Some("a variant not described"));
    for one in cabled.iter().chain(&family).filter(|one| one.verdict == Outcome::Uncontrolled) {
        let cohort = &one.units.cohort;
        let found = others.iter().find(|other| about(other) == about(one) && other.units.cohort == *cohort);
        assert_eq!(found.map(|found| found.verdict), Some(Outcome::Uncontrolled), "{}", about(one));
    }
    assert!(of(&both, None).is_empty());
    let ids: std::collections::BTreeSet<&str> = both.verdicts.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), both.verdicts.len());
    for clock in &both.clocks {
        assert!(clock.verdicts.iter().all(|id| ids.contains(id.as_str())), "{}", clock.subject);
    }
}

/// The example of a family says of each of its units what its page promises.
#[test]
fn the_example_of_a_family_tells_its_units_apart() {
    let family = assessed(&example("monitor-family"));
    let of = |cohort: &str, site: Option<&str>| -> BTreeSet<String> {
        at(&family, cohort, site).iter().map(|verdict| verdict.subject.id.clone()).collect()
    };
    let (cabled, wireless, rest) = (of("ward-7", Some("north")), of("ward-9", None), of("unconfirmed units", None));
    for radio in ["WR-001@ward-radio", "WR-001@radio-to-monitor", "radio-module"] {
        assert!(!cabled.contains(radio), "{radio} of units without a radio");
        assert!(wireless.contains(radio) && rest.contains(radio), "{radio}");
    }
    let pagers = "WR-001@alarms-to-pagers";
    assert!(cabled.contains(pagers) && !wireless.contains(pagers) && !rest.contains(pagers));
    assert!(cabled.contains("CVE-2014-0160") && wireless.contains("CVE-2014-0160"));
    assert!(of("ward-7", None).is_empty(), "units of a site are told once");
}

/// What a change names need not be in every variant: what it comes to is told of those that have it, and nothing else is touched.
#[test]
fn what_is_supposed_is_supposed_of_every_variant_that_has_it() {
    let family = example("monitor-family");
    let as_it_is = assessed(&family);
    let supposed = supposing(&family, &["isolate:radio-module", "-separate-ward"]).expect("names that are known");
    let [dropped, isolated] = supposed.supposed.as_slice() else { panic!("{:?}", supposed.supposed) };
    assert_eq!(dropped.change.to_string(), "-separate-ward");
    assert!(isolated.effective);
    assert!(
        !isolated.effects.is_empty() && isolated.effects.iter().all(|text| !text.contains("cabled")),
        "{isolated:?}"
    );
    assert!(isolated.effects.iter().any(|text| text.ends_with(')') && text.contains("the variant wireless")));

    // Of a variant without the radio module nothing else is said than with the other change alone.
    let of = |assessment: &Assessment, variant: &str| -> Vec<Verdict> {
        let is = |verdict: &&Verdict| verdict.units.variant.as_ref().is_some_and(|id| id.as_str() == variant);
        assessment.verdicts.iter().filter(is).cloned().collect()
    };
    let alone = supposing(&family, &["-separate-ward"]).expect("a name that is known");
    assert!(!of(&alone, "cabled").is_empty());
    assert_eq!(of(&supposed, "cabled"), of(&alone, "cabled"));
    assert_ne!(of(&supposed, "wireless"), of(&as_it_is, "wireless"));
    // What nothing has is refused.
    assert!(matches!(supposing(&family, &["isolate:radio"]), Err(SupposeError::Unknown(_))));
}

/// What stops by an isolation is a verdict of every variant, whatever groups its units stand in.
#[test]
fn what_stops_stops_for_every_variant() {
    let supposed = supposing(&example("monitor-family"), &["isolate:monitor"]).expect("a name that is known");
    let stops = |verdict: &&Verdict| verdict.reasons.iter().any(|reason| reason.contains("has no links any more"));
    let stops: Vec<&Verdict> = supposed.verdicts.iter().filter(stops).collect();
    let of: BTreeSet<String> =
        stops.iter().map(|one| format!("{:?} {:?}", one.units.variant, one.units.site)).collect();
    assert_eq!(of.len(), 3, "{of:?}");
    assert!(stops.iter().all(|one| one.verdict == Outcome::Uncontrolled && one.basis == Basis::Confirmed));
}

/// Every configuration that units are of has a treatment of its own, of just the verdicts that are told of them.
#[test]
fn every_variant_and_site_is_treated_by_itself() {
    let family = example("monitor-family");
    let treating = |inputs: &Inputs<'_>, configurations: &Configurations| {
        treat_configurations(inputs, configurations, Treating::default(), &mut |_| ()).expect("the seed can be read")
    };
    let treatment = asked(&family, treating);
    let confirmed = |assessment: &Assessment, of: &dyn Fn(&Verdict) -> bool| {
        let bad = |verdict: &&Verdict| {
            verdict.verdict == Outcome::Uncontrolled && verdict.basis == Basis::Confirmed && of(verdict)
        };
        assessment.verdicts.iter().filter(bad).count()
    };
    let as_it_is = assessed(&family);
    let before: usize = treatment.versions.iter().map(|one| one.before.uncontrolled.confirmed).sum();
    assert_eq!(before, confirmed(&as_it_is, &|_| true));
    let mut names = BTreeSet::new();
    for one in &treatment.versions {
        let name = |id: Option<String>| id.unwrap_or_default();
        let site = one.site.as_ref().map(ToString::to_string);
        names.insert(
            format!("{} {}", name(one.variant.as_ref().map(ToString::to_string)), name(site)).trim().to_owned(),
        );
        let of = |verdict: &Verdict| {
            let units = &verdict.units;
            verdict.fielded_version == one.fielded_version && units.variant == one.variant && units.site == one.site
        };
        assert_eq!(one.before.uncontrolled.confirmed, confirmed(&as_it_is, &of));
        assert_eq!(one.outcome, TreatmentOutcome::Treated);
        let changes: Vec<String> = one.changes.iter().map(|change| change.change.to_string()).collect();
        let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        let supposed = supposing(&family, &changes).expect("names that are known");
        assert_eq!(confirmed(&supposed, &of), 0, "{changes:?}");
    }
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["cabled", "cabled north", "wireless"]);
}

/// What is counted of each version, variant and site.
type Counted = BTreeMap<(String, Option<String>, Option<String>), Summary>;

fn counted(assessment: &Assessment) -> Counted {
    let mut counted = Counted::new();
    for verdict in &assessment.verdicts {
        let name = |id: Option<&str>| id.map(str::to_owned);
        let (variant, site) = (verdict.units.variant.as_ref(), verdict.units.site.as_ref());
        let of = (name(variant.map(|id| id.as_str())), name(site.map(|id| id.as_str())));
        let summary = counted.entry((verdict.fielded_version.to_string(), of.0, of.1)).or_default();
        *match (verdict.verdict, verdict.basis, verdict.provisional) {
            (Outcome::Uncontrolled, Basis::Confirmed, _) => &mut summary.uncontrolled.confirmed,
            (Outcome::Uncontrolled, Basis::Presumed, _) => &mut summary.uncontrolled.presumed,
            (Outcome::Controlled, _, true) => &mut summary.controlled.provisional,
            (Outcome::Controlled, _, false) => &mut summary.controlled.confirmed,
        } += 1;
        summary.undetermined += usize::from(verdict.undetermined);
    }
    counted
}

/// That the treatments of a folder count as its assessment does, before and with what they propose.
fn treated_as_assessed(name: &str, files: &dyn Files, day: Date, presumed_too: bool) {
    let treating = Treating { presumed_too, ..Treating::default() };
    let treat = |inputs: &Inputs<'_>, configurations: &Configurations| {
        let treatment = treat_configurations(inputs, configurations, treating, &mut |_| ()).expect("can be read");
        let now = assess_configurations(inputs, configurations).expect("can be read");
        let then = treatment.versions.iter().map(|one| {
            let changes: Vec<Change> = one.changes.iter().map(|change| change.change.clone()).collect();
            let treated = one.outcome == TreatmentOutcome::Treated;
            treated.then(|| what_if_configurations(inputs, configurations, &changes).expect("names that are known"))
        });
        let then: Vec<Option<Assessment>> = then.collect();
        (treatment, now, then)
    };
    let (treatment, now, then) = asked_on(files, day, treat);
    let key = |one: &VersionTreatment| {
        let (variant, site) = (one.variant.as_ref(), one.site.as_ref());
        (one.fielded_version.to_string(), variant.map(ToString::to_string), site.map(ToString::to_string))
    };
    let before: Counted = treatment.versions.iter().map(|one| (key(one), one.before.clone())).collect();
    let mut now = counted(&now);
    for of in before.keys() {
        now.entry(of.clone()).or_default();
    }
    assert_eq!(before, now, "{name}");
    for (one, then) in treatment.versions.iter().zip(&then) {
        if let Some(then) = then {
            let then = counted(then).remove(&key(one)).unwrap_or_default();
            assert_eq!(one.after, then, "{name} {:?}", key(one));
            assert!(one.after.uncontrolled.confirmed == 0, "{name}");
            assert!(!presumed_too || one.after.uncontrolled.presumed == 0, "{name}");
        }
        let open = one.before.uncontrolled.confirmed + if presumed_too { one.before.uncontrolled.presumed } else { 0 };
        assert_eq!(one.outcome == TreatmentOutcome::NotNeeded, open == 0, "{name} {:?}", key(one));
    }
}

/// The examples, and the public cases each on the first day that it speaks of.
fn examples() -> Vec<(String, Date)> {
    let mut named: Vec<(String, Date)> = ["first-pump", "infusion-pump", "insulin-pump", "monitor-family"]
        .iter()
        .map(|name| ((*name).to_owned(), TODAY))
        .collect();
    let history = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/history");
    for entry in std::fs::read_dir(&history).expect("there are cases") {
        let entry = entry.expect("readable");
        let Ok(expected) = std::fs::read_to_string(entry.path().join("expected.toml")) else { continue };
        let expected: toml::Table = expected.parse().expect("it is read");
        let days = expected["as_of"].as_array().expect("days");
        let day =
            days[0].as_datetime().map_or_else(|| days[0].as_str().expect("a day").to_owned(), ToString::to_string);
        named.push((format!("history/{}", entry.file_name().display()), day.parse().expect("a day")));
    }
    named.sort();
    named
}

/// Treating says of every group of units what assessing says of it: as the folder stands, with variants of which some units may be, and
/// with units of which nobody has said the variant.
#[test]
fn a_treatment_counts_what_an_assessment_counts() {
    for (name, day) in examples() {
        let files = example(&name);
        treated_as_assessed(&name, &files, day, false);
        if files.0.contains_key("variants.toml") {
            continue;
        }
        let system = String::from_utf8(files.0["system.toml"].clone()).expect("text");
        let system: toml::Table = system.parse().expect("a table");
        let ids = |kind: &str| -> Vec<String> {
            let all = system.get(kind).and_then(toml::Value::as_array).cloned().unwrap_or_default();
            all.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
        };
        if ids("element").len() > 4 {
            continue;
        }
        let without =
            |kind: &str, id: &str| format!("[[variant]]\nid = \"lite\"\nwithout = {{ {kind} = [\"{id}\"] }}\n");
        let links = ids("link").into_iter().take(1).map(|id| without("links", &id));
        let controls = ids("control").into_iter().take(1).map(|id| without("controls", &id));
        for variants in links.chain(controls) {
            let mut with_variants = files.clone();
            with_variants.0.insert("variants.toml".to_owned(), variants.clone().into_bytes());
            for presumed_too in [false, true] {
                treated_as_assessed(&format!("{name}, {variants}"), &with_variants, day, presumed_too);
            }
        }
    }
}
