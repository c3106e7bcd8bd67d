//! `ward feeds sync`.

use std::path::{Path, PathBuf};

use clap::Args;
use ward_feeds::{Contents, Fewer, Silent, Source, SyncReport, UnknownSource};
use ward_knowledge::Home;
use ward_policy::Library;

use super::network::{self, Fetched, Network};
use super::progress::Bars;
use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

pub mod answer;

/// Bring the home's knowledge up to date, from the public sources or from a mirror
///
/// Without --from the public sources are fetched into the folder `mirror` of the home, which is then read like any mirror; what did
/// not change is not fetched again. A source that does not come is named, exit code 3; what came is taken all the same.
///
/// A mirror is a folder with some of: nvd/nvdcve-2.0-*.json.gz, kev/known_exploited_vulnerabilities.json,
/// epss/epss_scores-*.csv.gz, cve5/ (the tree cves/YYYY/Nxxx/CVE-*.json, a zip of it, or *.jsonl.zst), osv/ECOSYSTEM/all.zip,
/// csaf/ (advisories in folders), eol/PRODUCT.json and cwe/cwec-*.xml.zip. Other folders are named and ignored. What comes is
/// received today. A record that cannot be read is set aside and named; a broken file changes nothing. A source that is older than
/// what is held of it is not taken and named, exit code 3.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A mirror: its folder, or the address of one that is laid out so. May be given several times: they are read as if they were
    /// one, and a file that two of them hold must be the same
    #[arg(long, value_name = "DIR|URL")]
    from: Vec<PathBuf>,
    /// Only these sources: nvd, kev, epss, cve5, osv, csaf, eol, cwe
    #[arg(long, value_name = "SOURCE,...", value_delimiter = ',')]
    only: Vec<String>,
    /// These sources rightly hold fewer records than before: tell them as shrunk no longer, and give up what was kept against
    /// lists that seemed cut short. A name as `ward feeds status` shows it, or `osv` for all below it. Of kev, epss, eol and cwe the
    /// list that is right has to come with it
    #[arg(long, value_name = "SOURCE,...", value_delimiter = ',')]
    accept_shrunk: Vec<String>,
    /// Receipts of this home were lost, and what came with them has come again or is not missed: tell it no longer
    #[arg(long)]
    accept_lost: bool,
    #[command(flatten)]
    network: Network,
}

/// Syncs whole, or not at all.
pub fn run(arguments: Arguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let (contents, only, fetched) = mirrors(&arguments, global, &folder, ui)?;
    let accepted = Accepted { shrunk: &arguments.accept_shrunk, lost: arguments.accept_lost };
    let report = into_home(&contents, &only, accepted, &Home::open(&folder), ui).map_err(|failure| {
        let places = fetched.iter().map(|fetched| fetched.answer.place());
        let named = places.filter_map(|(folder, address)| Some((folder, address?)));
        named.fold(failure, |failure, (folder, address)| failure.calling(folder, address))
    })?;
    let (mut networks, mut stale) = (Vec::new(), None::<Failure>);
    for fetched in fetched {
        networks.push(fetched.answer);
        stale = match (stale, fetched.stale) {
            (Some(before), Some(now)) => Some(before.and(now)),
            (before, now) => before.or(now),
        };
    }
    let answer = answer::of(folder.display().to_string(), networks, report)?;
    answer::warn(&answer, ui);
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        let networks = answer.network.iter().chain(&answer.further_networks);
        let before: String = networks.map(|network| network::text(network, ui.verbose)).collect();
        ui.print(&(before + &answer::text(&answer, ui.verbose)))?;
    }
    match (stale, answer::behind(&answer)) {
        (Some(stale), Some(behind)) => Err(stale.and(behind)),
        (stale, behind) => stale.or(behind).map_or(Ok(Ending::Done), Err),
    }
}

/// What somebody says is right as it is.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    /// Sources that hold fewer records than before.
    pub shrunk: &'a [String],
    /// Receipts that were lost.
    pub lost: bool,
}

/// Brings what there is into a home, now.
pub fn into_home(
    contents: &Contents,
    only: &[Source],
    accepted: Accepted<'_>,
    home: &Home,
    ui: &Ui,
) -> Result<SyncReport, Failure> {
    let (library, today, now) = (Library::built_in()?, clock::today(), clock::now());
    let (far, days_apart) = (library.expectations().far_fewer(today), library.expectations().days_apart(today));
    let fewer = Fewer { far, days_apart, accepted: accepted.shrunk, accept_lost: accepted.lost };
    if !ui.draws_progress() {
        return Ok(ward_feeds::sync_contents(contents, only, fewer, home, now, &mut Silent)?);
    }
    let mut bars = Bars::new();
    let report = ward_feeds::sync_contents(contents, only, fewer, home, now, &mut bars);
    bars.clear();
    Ok(report?)
}

/// What is to be read, which sources of it, and what was fetched before.
fn mirrors(
    arguments: &Arguments,
    global: &Global,
    home: &Path,
    ui: &Ui,
) -> Result<(Contents, Vec<Source>, Vec<Fetched>), Failure> {
    let addresses = arguments.from.iter().filter(|from| network::is_address(from)).count();
    if global.offline && (addresses > 0 || arguments.from.is_empty()) {
        return Err(Failure::input("network", "--offline refuses the network").hint("ward feeds sync --from DIR"));
    }
    let bring = |from: Option<&str>, alone: bool| {
        let several = arguments.from.len() > 1;
        network::bring(&arguments.network, from, &arguments.only, &network::place(home, from, alone), several, ui)
    };
    // One address alone, or the public sources.
    if let [] | [_] = arguments.from.as_slice()
        && addresses == arguments.from.len()
    {
        let fetched = bring(arguments.from.first().and_then(|from| from.to_str()), true)?;
        return Ok((fetched.contents(), held(&fetched)?, vec![fetched]));
    }
    let (mut parts, mut all) = (Vec::new(), Vec::new());
    for from in &arguments.from {
        match from.to_str().filter(|_| network::is_address(from)) {
            Some(address) => {
                let mut fetched = bring(Some(address), addresses == 1)?;
                fetched.stale = fetched.stale.map(|stale| stale.of(address));
                parts.push(fetched.contents().only(fetched.held.iter().copied()));
                all.push(fetched);
            }
            None => {
                with_scheme(from)?;
                parts.push(Contents::of_folder(from));
            }
        }
    }
    let nothing = || Failure::input("mirror", "nothing was named");
    Ok((Contents::together(parts).ok_or_else(nothing)?, sources(&arguments.only)?, all))
}

/// Asks for the beginning of an address, where what is named is no folder and looks like one.
fn with_scheme(from: &Path) -> Result<(), Failure> {
    let Some(text) = from.to_str().filter(|_| !from.exists()) else { return Ok(()) };
    let host = text.split('/').next().unwrap_or(text);
    let port =
        host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let domain = host.contains('.') && !host.starts_with('.') && text.len() > host.len();
    if !port && !domain {
        return Ok(());
    }
    let words = format!("`{text}` is no folder, and no address either: one begins with `http://` or `https://`");
    Err(Failure::input("mirror", words).hint(format!("--from https://{text}")))
}

/// The sources that are there to be read, of those that were to be fetched. Without any, nothing is read.
fn held(fetched: &Fetched) -> Result<Vec<Source>, Failure> {
    let held: Vec<Source> = fetched.held.iter().filter_map(|name| name.parse().ok()).collect();
    match &fetched.stale {
        _ if !held.is_empty() => Ok(held),
        Some(stale) => Err(stale.clone()),
        None => Err(Failure::input("mirror", "nothing that was fetched can be read")),
    }
}

fn sources(named: &[String]) -> Result<Vec<Source>, Failure> {
    let read = |name: &String| {
        name.parse().map_err(|error: UnknownSource| Failure::input("arguments", format!("--only: {error}")))
    };
    named.iter().map(read).collect()
}
