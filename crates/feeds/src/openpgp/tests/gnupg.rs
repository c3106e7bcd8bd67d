//! GnuPG in a folder of its own, without which these tests end early; where everything must be there, that is a failure.

#![allow(clippy::print_stderr)]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub struct Gnupg {
    home: TempDir,
}

impl Gnupg {
    pub fn start() -> Option<Self> {
        // In the short folder that sockets need.
        let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").or_else(|_| tempfile::tempdir()).unwrap();
        let found = Command::new("gpg").arg("--version").output().is_ok_and(|output| output.status.success());
        assert!(found || std::env::var_os("CI").is_none(), "gpg is missing");
        if !found {
            eprintln!("skipped: gpg is not here");
        }
        found.then_some(Self { home })
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.home.path());
        command.args(["--batch", "--quiet", "--yes", "--passphrase", "", "--pinentry-mode", "loopback"]);
        command.args(["--allow-weak-key-signatures", "--allow-weak-digest-algos"]);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command().args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn fingerprint(&self, name: &str) -> String {
        let listed = self.run(&["--with-colons", "--list-keys", name]);
        let listed = String::from_utf8(listed).unwrap();
        listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':').to_owned()
    }

    /// Makes a key and gives its fingerprint.
    pub fn key(&self, name: &str, algorithm: &str, usage: &str, expires: &str) -> String {
        self.run(&["--quick-generate-key", name, algorithm, usage, expires]);
        self.fingerprint(name)
    }

    /// The same, made on a day that is past.
    pub fn key_at(&self, name: &str, algorithm: &str, usage: &str, day: &str, expires: &str) -> String {
        let day = format!("{day}!");
        self.run(&["--faked-system-time", &day, "--quick-generate-key", name, algorithm, usage, expires]);
        self.fingerprint(name)
    }

    pub fn certificate(&self, key: &str) -> Vec<u8> {
        self.run(&["--export", key])
    }

    pub fn sign(&self, key: &str, document: &[u8], options: &[&str]) -> Vec<u8> {
        self.try_sign(key, document, options).unwrap_or_else(|told| panic!("{key} {options:?}: {told}"))
    }

    /// GnuPG itself does not sign with a key that has expired: its end is put off, and then set again.
    pub fn sign_after_its_end(&self, key: &str, document: &[u8], day: &str) -> Result<Vec<u8>, String> {
        self.run(&["--faked-system-time", "20200501T000000!", "--quick-set-expire", key, "20300101T000000"]);
        let signature = self.try_sign(key, document, &["--faked-system-time", day]);
        // The newest signature by itself is the one that counts, so the older end is set again.
        self.run(&["--faked-system-time", "20200502T000000!", "--quick-set-expire", key, "20200601T000000"]);
        signature
    }

    /// What GnuPG signs, or what it says against it.
    pub fn try_sign(&self, key: &str, document: &[u8], options: &[&str]) -> Result<Vec<u8>, String> {
        let mut child = self
            .command()
            .args(options)
            .args(["--local-user", key, "--detach-sign"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(document).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    pub fn revoke(&self, key: &str) {
        // It was written beside the key when that was made, with a colon in front so that nobody takes it by mistake.
        let path = self.home.path().join("openpgp-revocs.d").join(format!("{key}.rev"));
        let text = fs::read_to_string(&path).unwrap().replace(":-----BEGIN", "-----BEGIN");
        fs::write(&path, text).unwrap();
        self.run(&["--import", path.to_str().unwrap()]);
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // The agent that was started for this folder, and no other.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

/// The lengths of the packets, headers included, as GnuPG writes them.
pub fn packet_lengths(bytes: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] & 3 {
            0 => 2 + usize::from(bytes[at + 1]),
            1 => 3 + usize::from(u16::from_be_bytes([bytes[at + 1], bytes[at + 2]])),
            _ => panic!("a longer packet than these tests make"),
        };
        lengths.push(length);
        at += length;
    }
    lengths
}

/// The bytes of an armored block.
pub fn dearmored(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    let body = text.split_once("\n\n").unwrap().1;
    let body: String = body.lines().take_while(|line| !line.starts_with(['=', '-'])).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}
