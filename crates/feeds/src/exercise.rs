//! Bundles and packed files as functions of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is
//! that something comes out.

use std::hint::black_box;
use std::io::{Cursor, Write};

use jiff::Timestamp;
use ward_model::digest::Digest;
use ward_model::exercise::Exercise;

use crate::bundle::BundleError;
use crate::bundle::frames::{FramesWriter, Item, read_all};
use crate::bundle::head::{Head, HeadFile, HeadSource};
use crate::bundle::key::{Signatory, Trusted};
use crate::file::{MirrorFile, Standing};

/// By name. `bundle-signed` puts the signature right first, as somebody could who is trusted.
pub const READERS: [(&str, Exercise); 6] = [
    ("bundle", read_bundle),
    ("bundle-signed", |bytes| read_bundle(&signed(bytes))),
    ("bundle-key", read_key),
    ("zip", |bytes| read_packed("all.zip", bytes)),
    ("gz", |bytes| read_packed("one.json.gz", bytes)),
    ("zst", |bytes| read_packed("one.json.zst", bytes)),
];

/// The bytes that inputs of this name are made of.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let text = br#"{"id": "CVE-2020-1", "text": "a text that says the same, a text that says the same"}"#;
    let made = match name {
        "bundle" | "bundle-signed" => bundle().ok(),
        "bundle-key" => {
            let keys = (signatory().to_pem(), signatory().trusted().to_pem());
            return [keys.0, keys.1].into_iter().flatten().map(String::into_bytes).collect();
        }
        "zip" => zipped(&[("one.json", text), ("deep/two.json", text), ("empty", b"")])
            .and_then(|inner| zipped(&[("inner.zip", &inner), ("three.json", text)]))
            .ok(),
        "gz" => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packed.write_all(text).and_then(|()| packed.finish()).ok()
        }
        "zst" => {
            let level = ruzstd::encoding::CompressionLevel::Fastest;
            Some(ruzstd::encoding::compress_to_vec(&text.repeat(3)[..], level))
        }
        _ => None,
    };
    made.into_iter().collect()
}

fn signatory() -> Signatory {
    Signatory::from_random([7; 32])
}

fn bundle() -> Result<Vec<u8>, BundleError> {
    let mut frames = Vec::new();
    let mut writer = FramesWriter::new(&mut frames);
    let text = b"{\"id\": 1}".repeat(20);
    for part in text.chunks(100) {
        writer.push(&Item { file: 0, bytes: part.to_vec() })?;
    }
    writer.push(&Item { file: 1, bytes: b"2".to_vec() })?;
    let written = writer.finish()?;
    let file = |path: &str, bytes: &[u8], included| HeadFile {
        path: path.to_owned(),
        bytes: bytes.len() as u64,
        sha256: Digest::of(bytes),
        included,
    };
    let head = Head {
        made: Timestamp::UNIX_EPOCH,
        base: Some(Digest::of(b"base")),
        files: vec![file("nvd/one.json", &text, true), file("kev/two.json", b"2", true), file("osv/3", b"3", false)],
        items: written.items,
        length: written.length,
        sha256: written.sha256,
        sources: vec![HeadSource {
            name: "nvd".to_owned(),
            whole: Some(Timestamp::UNIX_EPOCH),
            compared: [("2014".to_owned(), Timestamp::UNIX_EPOCH)].into(),
        }],
    };
    let mut whole = Vec::new();
    head.write(&signatory(), &mut whole)?;
    whole.extend_from_slice(&frames);
    Ok(whole)
}

/// The same with the signature that belongs to it, where it begins as a bundle does.
fn signed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = bytes.get(12..16).and_then(|length| <[u8; 4]>::try_from(length).ok()).map(u32::from_le_bytes);
    let end = length.and_then(|length| 16_usize.checked_add(length as usize));
    if let Some((end, text)) = end.and_then(|end| Some((end, bytes.get(..end)?))) {
        let by = signatory();
        let seal: Vec<u8> = by.trusted().bytes().iter().copied().chain(by.sign(text)).collect();
        if let Some(place) = bytes.get_mut(end..end + seal.len()) {
            place.copy_from_slice(&seal);
        }
    }
    bytes
}

fn read_bundle(mut bytes: &[u8]) {
    let Ok((head, _)) = Head::read(&mut bytes, &[signatory().trusted()]) else { return };
    black_box(head.listing());
    let _ = black_box(read_all(&head, bytes, |item: Item| {
        black_box(item);
        Ok::<(), BundleError>(())
    }));
    if let Ok(folder) = tempfile::tempdir() {
        let _ = black_box(unpacked(&head, bytes, folder.path()));
    }
}

/// Files are written as they come, so that their paths are looked at too.
fn unpacked(head: &Head, frames: &[u8], folder: &std::path::Path) -> Result<Head, BundleError> {
    let path = folder.join("bundle");
    let mut whole = Vec::new();
    head.write(&signatory(), &mut whole)?;
    whole.extend_from_slice(frames);
    std::fs::write(&path, whole)?;
    crate::bundle::unpack::unpack(&path, &[signatory().trusted()], &folder.join("into"))
}

fn read_key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let path = std::path::Path::new("key.pem");
    let _ = black_box((Signatory::from_pem(&text, path).is_ok(), Trusted::from_pem(&text, path).is_ok()));
}

fn zipped(files: &[(&str, &[u8])]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(text)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn read_packed(name: &str, bytes: &[u8]) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if file.write_all(bytes).is_err() {
        return;
    }
    let packed = MirrorFile {
        path: file.path().to_owned(),
        name: name.to_owned(),
        bytes: bytes.len() as u64,
        digest: None,
        standing: Standing::Here,
    };
    if name.ends_with(".zip") {
        let _ = black_box(packed.entries(|_| {}, &|_| true, &mut |name, place, _| {
            black_box((name.len(), place));
            Ok(())
        }));
        let _ = black_box(packed.entry(|_| {}, ".json", |stream| Ok(std::io::copy(stream, &mut std::io::sink())?)));
    } else {
        let _ = black_box(packed.text(|_| {}, &mut Vec::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::{bundle, read_bundle, seeds, signatory, signed};
    use crate::bundle::head::Head;

    #[test]
    fn the_seeds_are_whole() {
        for name in ["bundle", "zip", "gz", "zst"] {
            assert_eq!(seeds(name).len(), 1, "{name}");
        }
        let mut altered = bundle().unwrap();
        altered[20] ^= 1;
        let trusted = [signatory().trusted()];
        assert!(Head::read(&altered[..], &trusted).is_err());
        assert!(Head::read(&signed(&altered)[..], &trusted).is_ok(), "the signature is put right");
        read_bundle(&altered);
    }
}
