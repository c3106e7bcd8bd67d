//! Documents of statements that are named beside an SBOM, and whom of their issuers to believe.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use ward_formats::vex;
use ward_model::digest::Digest;
use ward_model::vex::{TrustScope, TrustedIssuer, VexFile, supersede};

use crate::failure::Failure;
use crate::files;
use crate::ui::Ui;

/// What others say of the components, and who of them is believed.
#[derive(Debug, Args)]
pub struct Statements {
    /// A document of statements (OpenVEX, CSAF, CycloneDX); may be given several times
    #[arg(long = "vex", value_name = "FILE", help_heading = "Statements of others")]
    files: Vec<PathBuf>,
    /// An issuer whose statements are believed, by the name that its documents give; those of others are only shown
    #[arg(long = "trust", value_name = "ISSUER", requires = "files", help_heading = "Statements of others")]
    issuers: Vec<String>,
}

impl Statements {
    /// Whether any document is named.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads the documents. Says whose statements nobody believes.
    pub fn read(&self, ui: &Ui) -> Result<Vec<VexFile>, Failure> {
        let mut read = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let input = files::read(path)?;
            let document = vex::read(&input.bytes).map_err(|error| {
                Failure::input("vex", format!("{} cannot be read as statements", path.display())).because(&error)
            })?;
            let trusted = self.issuers.iter().map(|name| believed(name)).find(|by| by.has_issued(&document.issuer));
            if trusted.is_none() {
                let issuer = document.issuer.name.as_deref().unwrap_or("nobody who is named");
                ui.note(format!(
                    "{}: `{issuer}` is not among those to trust: its statements are only shown",
                    path.display()
                ));
            }
            read.push(VexFile {
                path: path.display().to_string(),
                digest: Digest::of(&input.bytes),
                document: Arc::new(document),
                trusted,
                superseded: None,
            });
        }
        supersede(&mut read);
        Ok(read)
    }
}

/// An issuer that is believed of everything, because whoever asks says so.
fn believed(name: &str) -> TrustedIssuer {
    TrustedIssuer {
        id: name.to_owned(),
        name: name.to_owned(),
        namespace: None,
        scope: TrustScope::Everything,
        from: None,
        until: None,
        why: "named by whoever asks".to_owned(),
    }
}
