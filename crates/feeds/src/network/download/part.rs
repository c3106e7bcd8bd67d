//! The beginning of a file, on the disk, with what is needed to go on with it.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;
use ward_model::digest::Digest;

use crate::network::error::{FetchError, at};
use crate::network::state::Validators;

/// How much of a file is looked at to tell what it is.
const FIRST_BYTES: u64 = 512;

/// The beginning of a file, with what is needed to go on with it, perhaps in another run.
pub(super) struct Part {
    pub(super) path: PathBuf,
    side_path: PathBuf,
    pub(super) side: Side,
    pub(super) bytes: u64,
    file: Option<File>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Side {
    address: String,
    #[serde(flatten)]
    pub(super) validators: Validators,
    pub(super) total: Option<u64>,
}

impl Part {
    pub(super) fn open(parts: &Path, address: &Url) -> Result<Self, FetchError> {
        let name: String = Digest::of(address.as_str().as_bytes()).to_string().chars().take(32).collect();
        let (path, side_path) = (parts.join(format!("{name}.part")), parts.join(format!("{name}.json")));
        let side: Option<Side> = fs::read(&side_path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let bytes = fs::metadata(&path).map_or(0, |data| data.len());
        let mut part = Self { path, side_path, side: side.unwrap_or_default(), bytes, file: None };
        if part.side.address != address.as_str() || !part.is_resumable() {
            part.remove();
            part.side = Side { address: address.to_string(), ..Side::default() };
            part.bytes = 0;
        }
        Ok(part)
    }

    pub(super) fn is_resumable(&self) -> bool {
        let short = self.side.total.is_none_or(|total| self.bytes < total);
        self.bytes > 0 && short && self.side.validators.strong().is_some()
    }

    /// By what the rest may be asked for.
    pub(super) fn resume(&self) -> Option<String> {
        self.is_resumable().then(|| self.side.validators.strong().map(str::to_owned)).flatten()
    }

    pub(super) fn fits(&self, total: Option<u64>) -> bool {
        self.side.total.is_none() || total.is_none() || self.side.total == total
    }

    pub(super) fn begin(&mut self, validators: Validators, total: Option<u64>) -> Result<(), FetchError> {
        self.discard()?;
        self.side.validators = validators;
        self.side.total = total;
        // Only a part that can be asked for the rest of is worth remembering.
        if self.side.validators.strong().is_some() {
            let bytes = serde_json::to_vec(&self.side).unwrap_or_default();
            fs::write(&self.side_path, bytes).map_err(at(&self.side_path))?;
        }
        Ok(())
    }

    pub(super) fn append(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = File::options();
                let mut file =
                    options.create(true).truncate(false).write(true).open(&self.path).map_err(at(&self.path))?;
                file.seek(SeekFrom::Start(self.bytes)).map_err(at(&self.path))?;
                self.file.insert(file)
            }
        };
        file.write_all(piece).map_err(at(&self.path))?;
        self.bytes += piece.len() as u64;
        Ok(())
    }

    pub(super) fn first(&self) -> Result<Vec<u8>, FetchError> {
        let mut first = Vec::new();
        match File::open(&self.path) {
            Ok(file) => file.take(FIRST_BYTES).read_to_end(&mut first).map(|_| ()).map_err(at(&self.path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&self.path)(error)),
        }
        Ok(first)
    }

    /// Brings it to the disk; nobody goes on with it any more.
    pub(super) fn finish(&mut self) -> Result<(), FetchError> {
        if let Some(file) = self.file.take() {
            file.sync_data().map_err(at(&self.path))?;
        }
        let _ = fs::remove_file(&self.side_path);
        Ok(())
    }

    pub(super) fn discard(&mut self) -> Result<(), FetchError> {
        self.remove();
        self.bytes = 0;
        self.side.validators = Validators::default();
        self.side.total = None;
        Ok(())
    }

    /// Left-overs are swept up here; where that fails the next attempt overwrites them.
    pub(super) fn remove(&mut self) {
        self.file = None;
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.side_path);
    }
}
