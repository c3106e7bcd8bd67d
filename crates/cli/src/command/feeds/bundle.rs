//! `ward feeds key`, `ward feeds export` and `ward feeds import`: knowledge for plants without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ward_feeds::bundle::head::Head;
use ward_feeds::bundle::key::{Signatory, Trusted};
use ward_feeds::bundle::{BundleError, pack, unpack};
use ward_feeds::{Silent, SyncReport};
use ward_knowledge::Home;
use ward_model::Digest;

use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// Where the home keeps whom it trusts.
const TRUSTED: &str = "trusted";
/// Where the home keeps which bundle it took last.
const LAST: &str = "bundle.json";

/// Make a key that signs bundles, and beside it the public key by which others trust them
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// The file of the key, which must not be there yet; the public key gets the same name and `.pub`
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Write a signed bundle of a mirror, whole or what is new since another bundle
///
/// Without --from it is the mirror that `ward feeds sync` fetched into the home.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The bundle to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key that signs: an Ed25519 private key in PEM, as `ward feeds key` makes it
    #[arg(long, value_name = "KEY")]
    key: PathBuf,
    /// The mirror's folder; default: `mirror` in the home
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Only what is new since this bundle, which the same key must have signed
    #[arg(long, value_name = "BUNDLE")]
    since: Option<PathBuf>,
}

/// Take a signed bundle: what it holds is received now
///
/// Refused is a bundle that nobody trusted has signed, that was altered, that is no newer than the one taken last, or that stands on
/// one that was not taken. Then the home holds what it held before.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A public key that is trusted, beside those in `trusted/*.pub` of the home; may be given several times
    #[arg(long, value_name = "KEY.pub")]
    trust: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct KeyAnswer {
    schema: &'static str,
    key: String,
    public: String,
    fingerprint: String,
}

#[derive(Debug, Serialize)]
struct ExportAnswer {
    schema: &'static str,
    file: String,
    made: Timestamp,
    listing: Digest,
    base: Option<Digest>,
    files: usize,
    included: usize,
    signed_by: String,
}

#[derive(Debug, Serialize)]
struct ImportAnswer {
    schema: &'static str,
    home: String,
    made: Timestamp,
    listing: Digest,
    signed_by: String,
    new: bool,
    generation: Digest,
    sources: Vec<ImportedSource>,
}

#[derive(Debug, Serialize)]
struct ImportedSource {
    name: String,
    records: u64,
    added: u64,
    changed: u64,
    set_aside: u64,
}

/// The bundle that a home took last.
#[derive(Debug, Serialize, Deserialize)]
struct Last {
    made: Timestamp,
    listing: Digest,
}

/// Makes a key.
pub fn key(arguments: KeyArguments, ui: &Ui) -> Result<Ending, Failure> {
    let mut public = arguments.file.clone().into_os_string();
    public.push(".pub");
    let public = PathBuf::from(public);
    for path in [&arguments.file, &public] {
        if path.exists() {
            return Err(Failure::input("key", format!("{} is there already", path.display()))
                .hint("a key is never overwritten: bundles that it signed could not be followed any more"));
        }
    }
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::environment("random", "no random numbers can be had").because(&error))?;
    let signatory = Signatory::from_random(random);
    let pem = |text: Result<String, String>| text.map_err(|reason| Failure::environment("key", reason));
    let (private, shown) = (pem(signatory.to_pem())?, pem(signatory.trusted().to_pem())?);
    write_private(&arguments.file, &private).map_err(|error| unwritable(&arguments.file, &error))?;
    fs::write(&public, shown).map_err(|error| unwritable(&public, &error))?;
    let answer = KeyAnswer {
        schema: "wardround/key/1",
        key: arguments.file.display().to_string(),
        public: public.display().to_string(),
        fingerprint: signatory.trusted().fingerprint(),
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        ui.print(&format!(
            "key         {}\npublic key  {}\nfingerprint {}\n\nKeep the key; give the public key to those who shall trust your bundles.\n",
            answer.key, answer.public, answer.fingerprint
        ))?;
    }
    Ok(Ending::Done)
}

/// Writes a bundle.
pub fn export(arguments: ExportArguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let signatory = Signatory::from_pem(&text(&arguments.key)?, &arguments.key)?;
    let mirror = match arguments.from {
        Some(mirror) => mirror,
        None => home::folder(global.home.as_ref())?.join("mirror"),
    };
    if !mirror.is_dir() {
        return Err(Failure::input("mirror", format!("{} is no folder", mirror.display()))
            .hint("name a mirror with --from, or fetch one: ward feeds sync"));
    }
    let since = match &arguments.since {
        Some(path) => Some(unpack::head(path, &[signatory.trusted()]).map_err(|error| of(path, error))?.0),
        None => None,
    };
    let head = pack::pack(&mirror, &arguments.file, &signatory, clock::now(), since.as_ref())
        .map_err(|error| of(&arguments.file, error))?;
    let answer = ExportAnswer {
        schema: "wardround/export/1",
        file: arguments.file.display().to_string(),
        made: head.made,
        listing: head.listing(),
        base: head.base,
        files: head.files.len(),
        included: head.files.iter().filter(|file| file.included).count(),
        signed_by: signatory.trusted().fingerprint(),
    };
    if ui.json {
        ui.print_json(&answer)?;
    } else {
        let what = if answer.base.is_some() { "a delta: it stands on the bundle that was named" } else { "whole" };
        ui.print(&format!(
            "written   {}\nmade      {}\nholds     {} of {} files; {what}\nsigned by {}\n",
            answer.file, answer.made, answer.included, answer.files, answer.signed_by
        ))?;
    }
    Ok(Ending::Done)
}

/// Takes a bundle, or nothing.
pub fn import(arguments: ImportArguments, global: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let folder = home::folder(global.home.as_ref())?;
    let trusted = trusted(&folder, &arguments.trust)?;
    let (head, by) = unpack::head(&arguments.file, &trusted).map_err(|error| of(&arguments.file, error))?;
    let last = last(&folder)?;
    fits(&head, last.as_ref())?;
    fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
    let inside =
        tempfile::Builder::new().prefix("bundle-").tempdir_in(&folder).map_err(|error| unwritable(&folder, &error))?;
    let head = unpack::unpack(&arguments.file, &trusted, inside.path()).map_err(|error| of(&arguments.file, error))?;
    let report = if head.files.iter().any(|file| file.included) {
        Some(ward_feeds::sync(inside.path(), &[], &Home::open(&folder), clock::now(), &mut Silent)?)
    } else {
        None
    };
    remember(&folder, &head)?;
    answer(&folder, &head, &by, report, ui)
}

/// Refuses what is no newer than the bundle taken last, and a delta that stands on another one.
fn fits(head: &Head, last: Option<&Last>) -> Result<(), Failure> {
    if let Some(last) = last
        && head.made <= last.made
    {
        let words = format!("this bundle was made at {}, and one of {} was taken already", head.made, last.made);
        return Err(Failure::input("older", words).hint("what the home holds is unchanged"));
    }
    match (head.base, last) {
        (Some(base), Some(last)) if base == last.listing => Ok(()),
        (Some(_), _) => {
            let words = "this bundle is a delta, and the one that it stands on is not the one taken last here";
            Err(Failure::input("delta", words).hint("take the whole bundle, or the deltas in their order"))
        }
        (None, _) => Ok(()),
    }
}

fn answer(folder: &Path, head: &Head, by: &Trusted, report: Option<SyncReport>, ui: &Ui) -> Result<Ending, Failure> {
    let Some(report) = report else {
        ui.print("nothing is new in this bundle\n")?;
        return Ok(Ending::Done);
    };
    let answer = ImportAnswer {
        schema: "wardround/import/1",
        home: folder.display().to_string(),
        made: head.made,
        listing: head.listing(),
        signed_by: by.fingerprint(),
        new: report.new,
        generation: report.knowledge.generation,
        sources: report
            .sources
            .iter()
            .map(|source| ImportedSource {
                name: source.state.name.clone(),
                records: source.state.records,
                added: source.changes.added,
                changed: source.changes.changed,
                set_aside: source.state.set_aside,
            })
            .collect(),
    };
    if ui.json {
        ui.print_json(&answer)?;
        return Ok(Ending::Done);
    }
    let rows: Vec<Vec<String>> = answer
        .sources
        .iter()
        .map(|source| {
            let numbers =
                [source.records, source.added, source.changed, source.set_aside].map(|count| count.to_string());
            [source.name.clone()].into_iter().chain(numbers).collect()
        })
        .collect();
    let table = crate::table::table(&["source", "records", "added", "changed", "set aside"], &rows);
    ui.print(&format!(
        "taken     the bundle of {}\nsigned by {}\nhome      {}\ngeneration {}\n\n{table}",
        answer.made, answer.signed_by, answer.home, answer.generation
    ))?;
    Ok(Ending::Done)
}

/// The keys named and those that the home keeps.
fn trusted(folder: &Path, named: &[PathBuf]) -> Result<Vec<Trusted>, Failure> {
    let mut paths = named.to_vec();
    let kept = folder.join(TRUSTED);
    match fs::read_dir(&kept) {
        Ok(entries) => {
            let mut found = Vec::new();
            for entry in entries {
                let path = entry.map_err(|error| crate::files::unreadable(&kept, &error))?.path();
                if path.extension().is_some_and(|ending| ending == "pub") {
                    found.push(path);
                }
            }
            found.sort();
            paths.extend(found);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(crate::files::unreadable(&kept, &error)),
    }
    if paths.is_empty() {
        return Err(Failure::input("trust", "nobody is trusted here")
            .hint(format!("name a public key with --trust, or put it into {}", kept.display())));
    }
    paths.iter().map(|path| Ok(Trusted::from_pem(&text(path)?, path)?)).collect()
}

fn last(folder: &Path) -> Result<Option<Last>, Failure> {
    let path = folder.join(LAST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(crate::files::unreadable(&path, &error)),
    };
    let unclear = |error: serde_json::Error| {
        Failure::environment("home", format!("{} does not say which bundle was taken last", path.display()))
            .because(&error)
    };
    serde_json::from_slice(&bytes).map(Some).map_err(unclear)
}

fn remember(folder: &Path, head: &Head) -> Result<(), Failure> {
    let path = folder.join(LAST);
    let text = crate::ui::json(&Last { made: head.made, listing: head.listing() })?;
    ward_device::replace_file(&path, text.as_bytes())
        .map_err(|error| Failure::environment("home", format!("{} cannot be written", path.display())).because(&error))
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| crate::files::unreadable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::environment("output", format!("{} cannot be written", path.display())).because(error)
}

/// A key is for nobody else's eyes.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn of(path: &Path, error: BundleError) -> Failure {
    match error {
        BundleError::Io(error) => crate::files::unreadable(path, &error),
        error => Failure::from(error),
    }
}
