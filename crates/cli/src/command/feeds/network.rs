//! The part of `ward feeds sync` that goes out to the network: what is asked for, and what came of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use ward_feeds::network::{FetchError, FetchPlan, FetchReport, MirrorFolder, NoProgress, Nvd, Outcome, Route, fetch};
use ward_feeds::{Contents, Source};
use ward_model::Digest;

use super::fetching::FetchBar;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::ui::Ui;

mod answer;

pub use answer::{NetworkAnswer, text};

/// The folder of what was fetched, inside the home.
const MIRROR: &str = "mirror";
/// The folder of those that are fetched from one of several addresses.
const MIRRORS: &str = "mirrors";
/// The key for the interface of NVD.
const KEY: &str = "WARD_NVD_API_KEY";

/// What only matters for feeds from the network.
#[derive(Debug, Args)]
#[command(next_help_heading = "From the network")]
pub struct Network {
    /// Take a source from another address than the public one: nvd, nvd-api, kev, epss, osv, csaf, cve5, eol, cwe
    #[arg(long, value_name = "SOURCE=URL", conflicts_with = "from")]
    at: Vec<String>,
    /// Fetch the CSAF documents of this provider too: its domain, or the address of its provider-metadata.json
    #[arg(long, value_name = "DOMAIN|URL", conflicts_with = "from")]
    csaf: Vec<String>,
    /// The ecosystems of OSV; default: what runs on devices and what their software is built from
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    ecosystems: Vec<String>,
    /// How NVD is asked; a key for its interface is taken from WARD_NVD_API_KEY
    #[arg(long, value_enum, value_name = "HOW", default_value = "files", conflicts_with = "from")]
    nvd: How,
    /// Trust the authorities in this PEM file, and no others
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Go through this proxy; default: HTTPS_PROXY, but for the hosts in NO_PROXY
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    /// For its feed files: a file of every year, and one of what changed
    Files,
    /// For the pages of its interface (API 2.0): everything once, then what changed since
    Api,
}

/// What came, and where it lies.
pub struct Fetched {
    /// The folder that a sync reads.
    folder: PathBuf,
    /// The files in it that are named no more by whoever they came from.
    unlisted: Vec<String>,
    /// The files in it that did not come now, and of which it is not known whether they have changed.
    from_before: Vec<String>,
    /// Up to when what changed stands in the yearly files of NVD, by comparison with its own.
    compared: Option<Timestamp>,
    /// The sources that it holds, by name.
    pub held: Vec<&'static str>,
    /// What to say of it.
    pub answer: NetworkAnswer,
    /// That not everything came.
    pub stale: Option<Failure>,
}

impl Fetched {
    /// What a sync reads.
    pub fn contents(&self) -> Contents {
        let contents = Contents::of_folder(&self.folder).unlisted(self.unlisted.iter().cloned());
        let contents = contents.from_before(self.from_before.iter().cloned());
        match self.compared {
            Some(moment) => contents.compared_on(Source::Nvd, moment),
            None => contents,
        }
    }
}

/// Whether what is named as a mirror is an address.
pub fn is_address(from: &Path) -> bool {
    from.to_str().is_some_and(|text| text.contains("://"))
}

/// Where what is fetched lies in a home: what comes from several addresses is kept apart.
pub fn place(home: &Path, from: Option<&str>, alone: bool) -> PathBuf {
    match from.filter(|_| !alone) {
        None => home.join(MIRROR),
        Some(address) => {
            let digest = Digest::of(address.as_bytes()).to_string();
            home.join(MIRRORS).join(digest.get(..16).unwrap_or(&digest))
        }
    }
}

/// Fetches into a mirror of the home. `from` is a mirror at an address; without it the public sources are asked. Of `several` mirrors
/// one need not hold what was named.
pub fn bring(
    network: &Network,
    from: Option<&str>,
    only: &[String],
    place: &Path,
    several: bool,
    ui: &Ui,
) -> Result<Fetched, Failure> {
    let plan = plan(network, from, only)?;
    let plan = if several { plan.one_of_several() } else { plan };
    let mut folder = MirrorFolder::open(place.to_owned())?;
    let clock = SystemClock::new();
    let report = if ui.draws_progress() {
        let mut bar = FetchBar::new();
        let report = fetch(&plan, &mut folder, &clock, &mut bar);
        bar.clear();
        report?
    } else {
        fetch(&plan, &mut folder, &clock, &mut NoProgress)?
    };
    // What a mirror has nothing of is left as it is, whatever came of it from elsewhere before.
    let absent = |name: &&str| report.sources.iter().any(|of| of.name == *name && of.outcome == Outcome::Absent);
    let held = plan.wanted().filter(|name| folder.has(name) && !absent(name)).collect();
    // Of a source that did not come whole, what did not come is no older or newer than it was.
    let from_before = report.stale().flat_map(|source| folder.from_before(source.name)).map(str::to_owned).collect();
    // Whoever is asked in place of NVD may be behind it.
    let is_its_own =
        from.is_none() && !network.at.iter().any(|at| at.split('=').next().unwrap_or(at).trim() == Source::Nvd.name());
    Ok(Fetched {
        from_before,
        compared: folder.compared().filter(|_| is_its_own),
        stale: stale(&report, several),
        held,
        answer: NetworkAnswer::new(from, folder.path(), report),
        unlisted: folder.unlisted().map(str::to_owned).collect(),
        folder: folder.path().to_owned(),
    })
}

fn plan(network: &Network, from: Option<&str>, only: &[String]) -> Result<FetchPlan, Failure> {
    let wrong = |message: String| Failure::input("arguments", message);
    let plan = match from {
        Some(address) => FetchPlan::mirror(address)?,
        None => FetchPlan::public(),
    };
    let mut plan = plan.only(only).map_err(|error| wrong(format!("--only: {error}")))?;
    for given in &network.at {
        let (name, address) =
            given.split_once('=').ok_or_else(|| wrong(format!("--at {given}: expected SOURCE=URL")))?;
        plan = plan.at(name.trim(), address).map_err(|error| wrong(format!("--at: {error}")))?;
    }
    for place in &network.csaf {
        plan = plan.provider(place).map_err(|error| wrong(format!("--csaf: {error}")))?;
    }
    if !network.ecosystems.is_empty() {
        plan.ecosystems = network.ecosystems.iter().map(|name| name.trim().to_owned()).collect();
    }
    plan.nvd = match network.nvd {
        How::Files => Nvd::Files,
        How::Api => Nvd::Api,
    };
    if let Ok(key) = std::env::var(KEY) {
        plan = plan.key(&key);
    }
    plan.route = route(network)?;
    Ok(plan)
}

/// The proxy of the arguments, else that of the environment; and the authorities.
fn route(network: &Network) -> Result<Route, Failure> {
    let variable = |names: [&'static str; 2]| {
        names.into_iter().find_map(|name| Some((name, std::env::var(name).ok().filter(|value| !value.is_empty())?)))
    };
    let given = network.proxy.clone().map(|proxy| ("--proxy", proxy));
    let mut route = Route::default();
    if let Some((name, proxy)) = given.or_else(|| variable(["HTTPS_PROXY", "https_proxy"])) {
        let except = variable(["NO_PROXY", "no_proxy"]).map(|(_, except)| except).unwrap_or_default();
        route =
            route.through(&proxy, &except).map_err(|error| Failure::input("arguments", format!("{name}: {error}")))?;
    }
    if let Some(path) = &network.ca {
        let pem = std::fs::read(path).map_err(|error| crate::files::unreadable(path, &error))?;
        let wrong = |error| Failure::input("ca", format!("{} cannot be used", path.display())).because(&error);
        route = route.trusting(&pem).map_err(wrong)?;
    }
    Ok(route)
}

/// Which sources are not as new as they could be, and since when.
fn stale(report: &FetchReport, several: bool) -> Option<Failure> {
    let names: Vec<String> = report
        .stale()
        .map(|source| {
            let since = source.whole.map_or_else(
                || if several { "never whole from there" } else { "never whole" }.to_owned(),
                |time| format!("last whole {}", jiff::tz::Offset::UTC.to_datetime(time).date()),
            );
            format!("{} ({since})", source.name)
        })
        .collect();
    if names.is_empty() {
        return None;
    }
    let message = format!("could not be brought up to date: {}", names.join(", "));
    let mut failure = Failure::environment("stale", message);
    // What hangs on something that did not come has no cause of its own.
    let own = report.stale().filter(|source| !source.was_not_asked());
    for first in own.filter_map(|source| source.failed.first()) {
        failure = failure.because(&first.error);
    }
    let untrusted = report.stale().flat_map(|source| &source.failed);
    if untrusted.into_iter().any(|failed| matches!(failed.error, FetchError::Untrusted { .. })) {
        failure = failure.hint("an authority of your own is trusted with --ca FILE");
    }
    for hint in hints(report.stale().flat_map(|source| &source.failed).map(|failed| &failed.error)) {
        failure = failure.hint(hint);
    }
    Some(failure.hint("what could be fetched was taken, and what was held before is kept"))
}

/// What to do where servers refuse, each once.
fn hints<'a>(errors: impl Iterator<Item = &'a FetchError>) -> BTreeSet<&'static str> {
    let hint = |error: &FetchError| match error {
        FetchError::Busy { .. } | FetchError::Status { status: 429 | 503, .. } => Some(
            "a server asks for patience: run the same again later, when it goes on where it was; NVD is more patient with a key in WARD_NVD_API_KEY",
        ),
        FetchError::Status { status: 401 | 403 | 407 | 451, .. } => Some(
            "a server refuses: it may be a proxy on the way (--proxy), or the address moved (--at SOURCE=URL, or a mirror with --from)",
        ),
        FetchError::Status { status: 404 | 410, .. } => {
            Some("an address may have moved: --at SOURCE=URL names another, --only leaves the source out")
        }
        FetchError::Status { status: 500.., .. } => Some("a server is in trouble: run the same again later"),
        _ => None,
    };
    errors.filter_map(hint).collect()
}

#[cfg(test)]
mod tests {
    use ward_feeds::network::FetchError;

    use super::hints;

    #[test]
    fn whoever_is_refused_is_told_what_to_do() {
        let status = |status| FetchError::Status { address: "https://a.example/".to_owned(), status };
        for (code, word) in
            [(429, "patience"), (503, "patience"), (500, "again later"), (403, "--proxy"), (404, "--at")]
        {
            let errors = [status(code), status(code)];
            let found: Vec<&str> = hints(errors.iter()).into_iter().collect();
            assert!(found.len() == 1 && found[0].contains(word), "{code}: {found:?}");
        }
        assert!(hints([status(302)].iter()).is_empty());
    }
}
