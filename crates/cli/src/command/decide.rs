//! `ward decide`.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use ward_device::{Answer as DecisionAnswer, DECISIONS, DirFiles, Files, Reading};
use ward_model::Digest;
use ward_model::claim::{Claim, joint_evidence};

use crate::Ending;
use crate::arguments::Global;
use crate::clock::{self, AsOf};
use crate::failure::Failure;
use crate::folder;
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
    if arguments.list {
        let as_of = arguments.as_of.map_or_else(clock::today, |as_of| as_of.day);
        list::print(&folder::read(path)?, as_of, None, ui)?;
        return Ok(Ending::Done);
    }
    let by = required(&arguments.by, "--by WHO")?;
    let rationale = required(&arguments.rationale, "--rationale TEXT")?;
    let expires = *required(&arguments.expires, "--expires DATE")?;
    let on = arguments.on.unwrap_or_else(clock::today);
    let files = folder::open(path)?;
    let _lock = lock(&files)?;
    let reading = ward_device::read(&files).map_err(|found| folder::wrong(path, &found.0))?;
    let claims = claims(&reading, &arguments)?;
    evidence_is_as_seen(&claims, arguments.evidence_seen)?;
    let answer = DecisionAnswer { by, on, expires, rationale, accepted: !arguments.reject };
    let before = files.read(DECISIONS).map_err(|error| crate::files::unreadable(&path.join(DECISIONS), &error))?;
    let before = String::from_utf8(before.unwrap_or_default())
        .map_err(|error| Failure::input("decide", format!("{DECISIONS} is not UTF-8")).because(&error))?;
    let after = match &arguments.accept_model {
        Some(file) => {
            let digest = reading.device.files.get(file).copied().ok_or_else(|| no_such_file(&reading, file))?;
            ward_device::accept_file(&before, file, digest, &claims, &answer)?
        }
        None => ward_device::decide(&before, &claims, &answer)?,
    };
    // What would not read again must not replace what does.
    let decided = ward_device::read(&Edited { files: &files, decisions: after.as_bytes() }).map_err(|found| {
        Failure::environment("decide", "the edited decisions would not read; nothing was written").because(&found)
    })?;
    let target = path.join(DECISIONS);
    ward_device::replace_file(&target, after.as_bytes()).map_err(|error| {
        Failure::environment("output", format!("{} cannot be written", target.display())).because(&error)
    })?;
    ui.note(format!("entered in {}", target.display()));
    let named: Vec<String> = claims.iter().map(|claim| claim.id.to_string()).collect();
    list::print(&decided, on, Some(&named), ui)?;
    Ok(Ending::Done)
}

fn required<'a, T>(value: &'a Option<T>, what: &str) -> Result<&'a T, Failure> {
    value.as_ref().ok_or_else(|| {
        Failure::input("arguments", format!("a decision needs {what}"))
            .hint("ward decide DIR --claim ID --by WHO --rationale TEXT --expires DATE; or ward decide DIR --list")
    })
}

/// The claims that the decision is about.
fn claims<'a>(reading: &'a Reading, arguments: &Arguments) -> Result<Vec<&'a Claim>, Failure> {
    let all = &reading.device.claims;
    if let Some(file) = &arguments.accept_model {
        if !reading.device.files.contains_key(file) {
            return Err(no_such_file(reading, file));
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

fn no_such_file(reading: &Reading, file: &str) -> Failure {
    let failure = Failure::input("file", format!("the folder does not use a file `{file}`"));
    match nearest(file, reading.device.files.keys().map(String::as_str)) {
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
    files: &'a DirFiles,
    decisions: &'a [u8],
}

impl Files for Edited<'_> {
    fn read(&self, path: &str) -> std::io::Result<Option<Vec<u8>>> {
        if path == DECISIONS { Ok(Some(self.decisions.to_vec())) } else { self.files.read(path) }
    }

    fn list(&self, folder: &str) -> std::io::Result<Vec<String>> {
        self.files.list(folder)
    }
}
