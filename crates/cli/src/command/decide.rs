//! `ward decide`.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use ward_device::{Answer as DecisionAnswer, DECISIONS, Diagnostics, DirFiles, Files, Reading, Scope};
use ward_model::Digest;
use ward_model::claim::{Claim, joint_evidence};
use ward_model::device::{Decisions, Device};

use crate::Ending;
use crate::arguments::Global;
use crate::clock::{self, AsOf};
use crate::failure::Failure;
use crate::folder::{self, Sites};
use crate::nearest::nearest;
use crate::ui::Ui;

mod list;

/// Answer for claims of a device folder, or list them with what has been decided
///
/// A claim has no effect on a verdict until somebody answers for it. The decision is written into decisions.toml, bound to what
/// is claimed and to the evidence as they are now, and lapses when either changes or when it expires.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The device folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// List every claim with its state; nothing is written
    #[arg(long, conflicts_with_all = ["claim", "accept_model", "by", "rationale", "expires", "on", "reject", "evidence_seen"])]
    list: bool,
    /// The claim, as `--list` names it; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "accept_model")]
    claim: Vec<String>,
    /// Answer for every claim that a file of the folder makes, at its present content
    #[arg(long, value_name = "FILE")]
    accept_model: Option<String>,
    /// Who answers: a name or role
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    rationale: Option<String>,
    /// The last day on which the decision has effect
    #[arg(long, value_name = "DATE", value_parser = clock::date)]
    expires: Option<Date>,
    /// The day of the decision; default: today in UTC
    #[arg(long, value_name = "DATE", value_parser = clock::date)]
    on: Option<Date>,
    /// Reject instead of accept: outweighs every acceptance of the same claim
    #[arg(long, conflicts_with = "accept_model")]
    reject: bool,
    /// Decide for this variant alone, on what is claimed of it
    #[arg(long, value_name = "VARIANT")]
    variant: Option<String>,
    /// Decide for a site alone: a folder with site.toml, or that file. What the site claims is decided in its own folder
    #[arg(long, value_name = "SITE")]
    site: Option<PathBuf>,
    /// The digest of the evidence that was looked at; refused if the evidence is another one now
    #[arg(long, value_name = "SHA256")]
    evidence_seen: Option<Digest>,
    /// With --list: the day that the question is about; default: today in UTC
    #[arg(long, value_name = "DATE|TIME", requires = "list")]
    as_of: Option<AsOf>,
}

/// Lists, or enters one decision.
pub fn run(arguments: Arguments, _: &Global, ui: &Ui) -> Result<Ending, Failure> {
    let path = &arguments.folder;
    let elsewhere = arguments.site.iter().filter(|site| !site.starts_with(path)).cloned().collect::<Vec<_>>();
    let sites = Sites::open(&elsewhere)?;
    let site = arguments.site.as_deref().map(site_name).transpose()?;
    let place = (arguments.variant.as_deref(), site.as_deref());
    let files = folder::open(path)?;
    if arguments.list {
        let as_of = arguments.as_of.map_or_else(clock::today, |as_of| as_of.day);
        let reading = folder::read_at(path, &elsewhere)?;
        list::print(configuration(&reading, place)?, as_of, None, ui)?;
        return Ok(Ending::Done);
    }
    let by = required(&arguments.by, "--by WHO")?;
    let rationale = required(&arguments.rationale, "--rationale TEXT")?;
    let expires = *required(&arguments.expires, "--expires DATE")?;
    let on = arguments.on.unwrap_or_else(clock::today);
    let _lock = lock(&files)?;
    let all = sites.over(&files);
    let wrong = |found: Diagnostics| folder::wrong(path, &sites.placed(found.0));
    let reading = ward_device::read(&all).map_err(wrong)?;
    let (device, _) = configuration(&reading, place)?;
    let claims = claims(device, &arguments)?;
    evidence_is_as_seen(&claims, arguments.evidence_seen)?;
    let own = site.as_ref().map(|site| format!("sites/{site}/"));
    let of_site = |claim: &&&Claim| own.as_ref().is_some_and(|own| claim.file.starts_with(own));
    let (decisions, scope) = match claims.iter().filter(of_site).count() {
        0 => (DECISIONS.to_owned(), Scope { variant: place.0, site: place.1 }),
        count if count == claims.len() => {
            (format!("{}{DECISIONS}", own.as_deref().unwrap_or_default()), Scope { variant: place.0, site: None })
        }
        _ => {
            return Err(Failure::input(
                "arguments",
                "some of these claims are the site's and some are not: decide them apart",
            ));
        }
    };
    let target = sites.path(&decisions).unwrap_or_else(|| path.join(&decisions));
    let answer = DecisionAnswer { by, on, expires, rationale, accepted: !arguments.reject, scope };
    let before = all.read(&decisions).map_err(|error| crate::files::unreadable(&target, &error))?;
    let before = String::from_utf8(before.unwrap_or_default())
        .map_err(|error| Failure::input("decide", format!("{} is not UTF-8", target.display())).because(&error))?;
    let after = match &arguments.accept_model {
        Some(file) => {
            let digest = device.files.get(file).copied().ok_or_else(|| no_such_file(device, file))?;
            let named = own.as_ref().and_then(|own| file.strip_prefix(own.as_str())).unwrap_or(file);
            ward_device::accept_file(&before, (file, named), digest, &claims, &answer)?
        }
        None => ward_device::decide(&before, &claims, &answer)?,
    };
    // What would not read again must not replace what does.
    let edited = Edited { files: &all, path: &decisions, decisions: after.as_bytes() };
    let decided = ward_device::read(&edited).map_err(|found| {
        Failure::environment("decide", "the edited decisions would not read; nothing was written").because(&found)
    })?;
    ward_device::replace_file(&target, after.as_bytes()).map_err(|error| {
        Failure::environment("output", format!("{} cannot be written", target.display())).because(&error)
    })?;
    ui.note(format!("entered in {}", target.display()));
    let named: Vec<String> = claims.iter().map(|claim| claim.id.to_string()).collect();
    list::print(configuration(&decided, place)?, on, Some(&named), ui)?;
    Ok(Ending::Done)
}

/// The name of a site: that of its folder.
fn site_name(path: &Path) -> Result<String, Failure> {
    let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    let folder = folder.canonicalize().map_err(|error| crate::files::unreadable(folder, &error))?;
    Ok(folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// What is claimed and decided of a variant at a site; of the device as its folder describes it, where neither is named.
fn configuration<'r>(
    reading: &'r Reading,
    (variant, site): (Option<&str>, Option<&str>),
) -> Result<(&'r Device, &'r Decisions), Failure> {
    if variant.is_none() && site.is_none() {
        return Ok((&reading.device, &reading.decisions));
    }
    let each = &reading.configurations.each;
    let found = each.iter().find(|one| {
        one.variant.as_ref().map(|id| id.as_str()) == variant && one.site.as_ref().map(|id| id.as_str()) == site
    });
    found.map(|one| (&one.device, &one.decisions)).ok_or_else(|| {
        let known: Vec<&str> = each.iter().filter_map(|one| one.variant.as_ref()).map(|id| id.as_str()).collect();
        let known: std::collections::BTreeSet<&str> = known.into_iter().collect();
        let known: Vec<&str> = known.into_iter().collect();
        Failure::input("arguments", "the folder has no such variant or site").hint(match known.is_empty() {
            true => "variants stand in variants.toml".to_owned(),
            false => format!("the variants are {}", known.join(", ")),
        })
    })
}

fn required<'a, T>(value: &'a Option<T>, what: &str) -> Result<&'a T, Failure> {
    value.as_ref().ok_or_else(|| {
        Failure::input("arguments", format!("a decision needs {what}"))
            .hint("ward decide DIR --claim ID --by WHO --rationale TEXT --expires DATE; or ward decide DIR --list")
    })
}

/// The claims that the decision is about.
fn claims<'a>(device: &'a Device, arguments: &Arguments) -> Result<Vec<&'a Claim>, Failure> {
    let all = &device.claims;
    if let Some(file) = &arguments.accept_model {
        if !device.files.contains_key(file) {
            return Err(no_such_file(device, file));
        }
        return Ok(all.values().filter(|claim| claim.file == *file).collect());
    }
    if arguments.claim.is_empty() {
        return Err(Failure::input("arguments", "no claim is named")
            .hint("--claim ID answers for one claim, --accept-model FILE for a file; --list shows the claims"));
    }
    let names: Vec<String> = all.keys().map(ToString::to_string).collect();
    arguments
        .claim
        .iter()
        .map(|named| {
            all.values().find(|claim| claim.id.to_string() == *named).ok_or_else(|| {
                let failure = Failure::input("claim", format!("nothing in the folder claims `{named}`"));
                match nearest(named, names.iter().map(String::as_str)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint("ward decide DIR --list shows the claims"),
                }
            })
        })
        .collect()
}

fn no_such_file(device: &Device, file: &str) -> Failure {
    let failure = Failure::input("file", format!("the folder does not use a file `{file}`"));
    match nearest(file, device.files.keys().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

fn evidence_is_as_seen(claims: &[&Claim], seen: Option<Digest>) -> Result<(), Failure> {
    let Some(seen) = seen else { return Ok(()) };
    match joint_evidence(claims.iter().copied()) {
        Some(now) if now == seen => Ok(()),
        Some(now) => Err(Failure::input("evidence", "the evidence is not the one that was looked at")
            .hint(format!("it has digest {now} now"))),
        None => Err(Failure::input("evidence", "the claim cites no evidence that is there, and one was looked at")),
    }
}

/// Keeps a second `ward decide` on the same folder from writing over what this one writes.
fn lock(files: &DirFiles) -> Result<Option<File>, Failure> {
    if !cfg!(unix) {
        // Folders cannot be opened as files there; the last writer wins.
        return Ok(None);
    }
    let path: &Path = files.root();
    let failed = |error: &std::io::Error| {
        Failure::environment("lock", format!("{} cannot be locked", path.display())).because(error)
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Failure::environment("lock", format!("another program is deciding in {}", path.display()))
                .hint("try again when it is done"))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// The folder as it will be.
struct Edited<'a> {
    files: &'a dyn Files,
    path: &'a str,
    decisions: &'a [u8],
}

impl Files for Edited<'_> {
    fn read(&self, path: &str) -> std::io::Result<Option<Vec<u8>>> {
        if path == self.path { Ok(Some(self.decisions.to_vec())) } else { self.files.read(path) }
    }

    fn list(&self, folder: &str) -> std::io::Result<Vec<String>> {
        self.files.list(folder)
    }
}
