//! `ward feeds key` and `ward feeds export`: knowledge for plants without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use ward_feeds::Silent;
use ward_feeds::bundle::check::{self, Checked};
use ward_feeds::bundle::key::Signatory;
use ward_feeds::bundle::{BundleError, pack, unpack};
use ward_model::Digest;

use super::progress::Bars;
use crate::Ending;
use crate::arguments::Global;
use crate::clock;
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// Make a key that signs bundles, and beside it the public key by which others trust them
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// The file of the key, which must not be there yet; the public key gets the same name and `.pub`
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Write a signed bundle of a mirror, whole or what is new since another bundle
///
/// Without --from it is the mirror that `ward feeds sync` fetched into the home. What is signed is what a sync would read; other files
/// are named and left out. All of it is read before: of a mirror with a broken file nothing is signed.
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
    /// Files of the mirror that no reader is for, and that are not in the bundle.
    left_out: Vec<String>,
    /// How many records cannot be read; they are handed over.
    could_not_be_read: usize,
    signed_by: String,
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
    let folder = arguments.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(unwritable(&arguments.file, &io::Error::from(io::ErrorKind::NotFound)));
    }
    let checked = checked(&mirror, folder, ui)?;
    let head = pack::pack(&mirror, &arguments.file, &signatory, clock::now(), since.as_ref())
        // What could not be read was a file of the mirror.
        .map_err(|error| of(&mirror, error))?;
    let answer = ExportAnswer {
        schema: "wardround/export/1",
        file: arguments.file.display().to_string(),
        made: head.made,
        listing: head.listing(),
        base: head.base,
        files: head.files.len(),
        included: head.files.iter().filter(|file| file.included).count(),
        left_out: checked.left_out,
        could_not_be_read: checked.set_aside.len(),
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

/// Reads all that is to be signed, and tells what of it is left out or cannot be read.
fn checked(mirror: &Path, folder: &Path, ui: &Ui) -> Result<Checked, Failure> {
    let now = clock::now();
    let found = if ui.draws_progress() {
        let mut bars = Bars::new();
        let found = check::check(mirror, folder, now, &mut bars);
        bars.clear();
        found
    } else {
        check::check(mirror, folder, now, &mut Silent)
    };
    let checked = found.map_err(|error| {
        of(mirror, error).hint("nothing was signed: fetch or copy that file again, or take it out of the mirror")
    })?;
    for name in &checked.left_out {
        ui.note(format!("left out, for no reader is for it: {name}"));
    }
    for record in checked.set_aside.iter().filter(|_| ui.verbose) {
        ui.note(format!("{}: {} in {} cannot be read: {}", record.source, record.label(), record.file, record.reason));
    }
    let unread = checked.set_aside.len();
    if unread > 0 && !ui.verbose {
        let words = if unread == 1 { "1 record".to_owned() } else { format!("{unread} records") };
        ui.note(format!("{words} cannot be read; who takes the bundle is told of them too; -v names them"));
    }
    Ok(checked)
}

/// The text of a key.
pub fn text(path: &Path) -> Result<String, Failure> {
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

/// Names the file in what the disk said.
pub fn of(path: &Path, error: BundleError) -> Failure {
    match error {
        BundleError::Io(error) => crate::files::unreadable(path, &error),
        BundleError::Write { path, source } => unwritable(&path, &source),
        BundleError::Mirror(error) => Failure::from(*error),
        error => Failure::from(error),
    }
}
