//! A bundle is taken as it was signed, or not at all.

use jiff::Timestamp;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

use super::BundleError;
use super::frames::{FramesWriter, read_all};
use super::head::Head;
use super::key::{Signatory, Trusted};
use super::pack::pack;
use super::place::Place;
use super::unpack::unpack;

fn key(number: u8) -> Signatory {
    Signatory::from_random([number; 32])
}

/// A whole bundle of texts.
fn bundle(items: &[String], signatory: &Signatory) -> Vec<u8> {
    let mut frames = Vec::new();
    let mut writer = FramesWriter::new(&mut frames);
    items.iter().for_each(|item| writer.push(item).unwrap());
    let written = writer.finish().unwrap();
    let head = Head {
        made: Timestamp::from_second(1_795_000_000).unwrap(),
        base: None,
        files: Vec::new(),
        items: written.items,
        length: written.length,
        sha256: written.sha256,
        sources: Vec::new(),
    };
    let mut whole = Vec::new();
    head.write(signatory, &mut whole).unwrap();
    whole.extend_from_slice(&frames);
    whole
}

fn taken(mut bytes: &[u8], trusted: &[Trusted]) -> Result<Vec<String>, BundleError> {
    let (head, _) = Head::read(&mut bytes, trusted)?;
    let mut items = Vec::new();
    read_all(&head, bytes, |item: String| {
        items.push(item);
        Ok::<(), BundleError>(())
    })?;
    Ok(items)
}

#[test]
fn bundles_of_the_formats_before_are_read_and_say_nothing_of_sources() {
    let whole = bundle(&["a".to_owned()], &key(1));
    let (now, _) = Head::read(&whole[..], &[key(1).trusted()]).unwrap();
    // Its head ends with an empty list of sources, which did not stand there.
    let length = u32::from_le_bytes(whole[12..16].try_into().unwrap()) as usize;
    let mut earlier = [&whole[..8], &1_u32.to_le_bytes(), &(length as u32 - 1).to_le_bytes()].concat();
    earlier.extend_from_slice(&whole[16..16 + length - 1]);
    let signature = key(1).sign(&earlier);
    earlier.extend_from_slice(key(1).trusted().bytes());
    earlier.extend_from_slice(&signature);
    earlier.extend_from_slice(&whole[16 + length + 96..]);
    let (before, _) = Head::read(&earlier[..], &[key(1).trusted()]).unwrap();
    assert_eq!(before, now);
    assert_eq!(taken(&earlier, &[key(1).trusted()]).unwrap(), ["a"]);
    // Nobody knows when its sources came, and it was not after it was made.
    assert_eq!(before.last_came("nvd"), at(1_795_000_000));
    for other in [0, 4] {
        earlier[8] = other;
        let refused = Head::read(&earlier[..], &[key(1).trusted()]).unwrap_err().to_string();
        assert!(refused.contains(&format!("format {other}")), "{refused}");
    }
}

#[test]
fn a_bundle_of_the_format_before_says_nothing_of_parts() {
    #[derive(serde::Serialize)]
    struct Second(
        Timestamp,
        Option<()>,
        Vec<()>,
        u64,
        u64,
        ward_model::digest::Digest,
        Vec<(String, Option<Timestamp>)>,
    );
    let sources = vec![("nvd".to_owned(), Some(at(1))), ("kev".to_owned(), None)];
    let head = Second(at(9), None, vec![], 0, 0, ward_model::digest::Digest::of(b""), sources);
    let head = postcard::to_stdvec(&head).unwrap();
    let mut whole = [&b"WARDBNDL"[..], &2_u32.to_le_bytes(), &(head.len() as u32).to_le_bytes(), &head].concat();
    let signature = key(1).sign(&whole);
    whole.extend_from_slice(key(1).trusted().bytes());
    whole.extend_from_slice(&signature);
    let (read, _) = Head::read(&whole[..], &[key(1).trusted()]).unwrap();
    assert_eq!((read.last_came("nvd"), read.compared("nvd").count()), (at(1), 0));
}

#[test]
fn a_bundle_says_what_was_compared_with_nvd_itself() {
    let (mirror, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut files = Vec::new();
    let names = ["2020", "2021", "2022", "modified"];
    for name in names {
        let path = format!("nvd/nvdcve-2.0-{name}.json.gz");
        write(mirror.path(), &path, name.as_bytes());
        let address = match name {
            "2021" => format!("https://mirror.example/{path}"),
            _ => format!("https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-{name}.json.gz"),
        };
        let bytes = if name == "2022" { &b"another"[..] } else { name.as_bytes() };
        let sha256 = ward_model::digest::Digest::of(bytes);
        files.push(format!(
            r#""{path}":{{"address":"{address}","sha256":"{sha256}","bytes":{},"fetched":"2026-01-01T00:00:00Z"}}"#,
            bytes.len()
        ));
    }
    let state = format!(
        r#"{{"schema":"wardround/mirror-state/1","files":{{{}}},"sources":{{"nvd":{{"complete":"2026-01-10T00:00:00Z"}}}}}}"#,
        files.join(",")
    );
    write(mirror.path(), "fetched.json", state.as_bytes());
    let bundle = out.path().join("b.ward");
    let made = "2026-01-12T00:00:00Z".parse().unwrap();
    pack(mirror.path(), &bundle, &key(1), made, None).unwrap();
    let (head, _) = Head::read(&fs::read(&bundle).unwrap()[..], &[key(1).trusted()]).unwrap();
    // A mirror may be behind, and a file that somebody changed is not the one that was compared.
    let compared: Vec<_> = head.compared("nvd").map(|(part, moment)| (part.to_owned(), moment.to_string())).collect();
    assert_eq!(compared, [("2020".to_owned(), "2026-01-09T00:00:00Z".to_owned())]);
}

#[test]
fn keys_are_read_as_other_tools_write_them() {
    // Made by OpenSSL: `openssl genpkey -algorithm ed25519`, `openssl pkey -pubout`.
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n";
    let read = Signatory::from_pem(private, Path::new("key.pem")).unwrap();
    assert_eq!(read.trusted(), key(7).trusted());
    let written = key(7).to_pem().unwrap();
    assert_eq!(Signatory::from_pem(&written, Path::new("key.pem")).unwrap().trusted(), key(7).trusted());
    let public = read.trusted().to_pem().unwrap();
    assert_eq!(Trusted::from_pem(&public, Path::new("key.pub")).unwrap(), key(7).trusted());
    let wrong = Trusted::from_pem(private, Path::new("key.pub")).unwrap_err().to_string();
    assert!(wrong.starts_with("key.pub holds no Ed25519 public key in PEM"), "{wrong}");
    assert!(!format!("{read:?}").contains("BwcH"));
}

#[test]
fn only_who_is_trusted_is_believed() {
    let whole = bundle(&["a".to_owned()], &key(1));
    assert!(matches!(taken(&whole, &[]), Err(BundleError::Untrusted { .. })));
    assert!(matches!(taken(&whole, &[key(2).trusted()]), Err(BundleError::Untrusted { .. })));
    assert_eq!(taken(&whole, &[key(2).trusted(), key(1).trusted()]).unwrap(), ["a"]);
    // Somebody puts the name of a trusted key on his own bundle.
    let mut forged = bundle(&["b".to_owned()], &key(2));
    let place = forged.windows(32).position(|window| window == key(2).trusted().bytes()).unwrap();
    forged[place..place + 32].copy_from_slice(key(1).trusted().bytes());
    assert!(matches!(taken(&forged, &[key(1).trusted()]), Err(BundleError::Signature)));
}

proptest! {
    #[test]
    fn what_is_signed_comes_back(items in prop::collection::vec(".{0,300}", 0..60)) {
        prop_assert_eq!(taken(&bundle(&items, &key(1)), &[key(1).trusted()]).unwrap(), items);
    }

    #[test]
    fn no_byte_can_be_changed_cut_off_or_added(
        items in prop::collection::vec(".{0,60}", 1..20),
        place in any::<prop::sample::Index>(),
        change in 1_u8..,
        more in prop::collection::vec(any::<u8>(), 1..5),
    ) {
        let trusted = [key(1).trusted()];
        let whole = bundle(&items, &key(1));
        let mut changed = whole.clone();
        changed[place.index(whole.len())] ^= change;
        prop_assert!(taken(&changed, &trusted).is_err());
        prop_assert!(taken(&whole[..place.index(whole.len())], &trusted).is_err());
        prop_assert!(taken(&[whole, more].concat(), &trusted).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_no_bundle(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(taken(&bytes, &[key(1).trusted()]).is_err());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_mirror_comes_out_as_it_went_in() {
    let (mirror, out, into) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let long: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    write(mirror.path(), "nvd/nvdcve-2.0-2014.json.gz", &long);
    write(mirror.path(), "kev/known_exploited_vulnerabilities.json", b"{}");
    write(mirror.path(), "csaf/host/2024/a.json", b"");
    write(mirror.path(), "csaf/host/.hidden", b"no");
    // What nobody reads is not for others, wherever it lies; what describes a file goes with it.
    for path in ["notes.txt", "private/kev.json", "nvd/notes.json", "csaf/host/notes.docx", "kev/2024.json"] {
        write(mirror.path(), path, b"no");
    }
    write(mirror.path(), "nvd/nvdcve-2.0-2014.meta", b"sha256:0");
    write(mirror.path(), "fetched.json", b"no");
    let bundle = out.path().join("b.ward");
    let packed = pack(mirror.path(), &bundle, &key(1), at(10), None).unwrap();
    let names: Vec<&str> = packed.files.iter().map(|file| file.path.as_str()).collect();
    let wanted = [
        "nvd/nvdcve-2.0-2014.json.gz",
        "nvd/nvdcve-2.0-2014.meta",
        "kev/known_exploited_vulnerabilities.json",
        "csaf/host/2024/a.json",
    ];
    assert_eq!(names, wanted);
    let taken = unpack(&bundle, &[key(1).trusted()], into.path()).unwrap();
    assert_eq!(taken, packed);
    assert_eq!(fs::read(into.path().join("nvd/nvdcve-2.0-2014.json.gz")).unwrap(), long);
    assert_eq!(fs::read(into.path().join("csaf/host/2024/a.json")).unwrap(), b"");
    assert!(!into.path().join("fetched.json").exists() && !into.path().join("csaf/host/.hidden").exists());

    // A delta holds what is new, and names what it stands on.
    write(mirror.path(), "kev/known_exploited_vulnerabilities.json", b"{ }");
    let delta = pack(mirror.path(), &bundle, &key(1), at(20), Some(&packed)).unwrap();
    assert_eq!(delta.base, Some(packed.listing()));
    let included: Vec<&str> = delta.files.iter().filter(|file| file.included).map(|file| file.path.as_str()).collect();
    assert_eq!(included, ["kev/known_exploited_vulnerabilities.json"]);
    let second = tempfile::tempdir().unwrap();
    unpack(&bundle, &[key(1).trusted()], second.path()).unwrap();
    assert!(!second.path().join("nvd").exists());
}

#[test]
fn a_bundle_writes_to_no_other_place() {
    for path in ["../nvd/x", "nvd/../../x", "/etc/x", "nvd", "other/x", "nvd/.x", "nvd//x", "nvd/a\\b"] {
        let into = tempfile::tempdir().unwrap();
        let bytes = b"x".to_vec();
        let mut frames = Vec::new();
        let mut writer = FramesWriter::new(&mut frames);
        writer.push(&super::frames::Item { file: 0, bytes: bytes.clone() }).unwrap();
        let written = writer.finish().unwrap();
        let sha256 = ward_model::digest::Digest::of(&bytes);
        let head = Head {
            made: at(1),
            base: None,
            files: vec![super::head::HeadFile { path: path.to_owned(), bytes: 1, sha256, included: true }],
            items: written.items,
            length: written.length,
            sha256: written.sha256,
            sources: Vec::new(),
        };
        let mut whole = Vec::new();
        head.write(&key(1), &mut whole).unwrap();
        whole.extend_from_slice(&frames);
        let bundle = into.path().join("b.ward");
        fs::write(&bundle, whole).unwrap();
        let error = unpack(&bundle, &[key(1).trusted()], &into.path().join("in")).unwrap_err();
        assert!(matches!(error, BundleError::Altered { .. }), "{path}: {error}");
    }
}

#[test]
fn a_delta_holds_together_what_counts_together() {
    let (mirror, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kev = "kev/known_exploited_vulnerabilities.json";
    let of_csaf = ["csaf/p/1.json", "csaf/p/2.json", "csaf/p/index.txt"];
    for path in ["eol/a.json", "eol/b.json", "eol/identifiers.json", kev].into_iter().chain(of_csaf) {
        write(mirror.path(), path, b"{}");
    }
    let bundle = out.path().join("b.ward");
    let delta = |second: i64, since: &Head| {
        let head = pack(mirror.path(), &bundle, &key(1), at(second), Some(since)).unwrap();
        let included = head.files.iter().filter(|file| file.included).map(|file| file.path.clone());
        (included.collect::<Vec<String>>(), head)
    };
    let whole = pack(mirror.path(), &bundle, &key(1), at(1), None).unwrap();
    assert_eq!(delta(2, &whole).0, [""; 0]);
    write(mirror.path(), "eol/b.json", b"[]");
    let (included, head) = delta(3, &whole);
    assert_eq!(included, ["eol/a.json", "eol/b.json", "eol/identifiers.json"]);
    fs::remove_file(mirror.path().join("eol/b.json")).unwrap();
    let (included, head) = delta(4, &head);
    assert_eq!(included, ["eol/a.json", "eol/identifiers.json"], "what is gone is seen by what is left");
    // A list of what should be there speaks of documents that come and go.
    fs::remove_file(mirror.path().join("csaf/p/1.json")).unwrap();
    assert_eq!(delta(5, &head).0, ["csaf/p/index.txt"]);
}

#[test]
fn what_a_killed_import_left_is_removed_by_the_next_and_there_is_one_at_a_time() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "bundle-Xy12/nvd/nvdcve-2.0-2014.json.gz", b"left");
    write(home.path(), "bundle.json", b"{}");
    write(home.path(), "mirror/kev/k.json", b"{}");
    let place = Place::new(home.path()).unwrap();
    assert!(place.path().is_dir() && !home.path().join("bundle-Xy12").exists());
    assert!(home.path().join("bundle.json").exists() && home.path().join("mirror/kev/k.json").exists());
    assert!(matches!(Place::new(home.path()), Err(BundleError::Locked { .. })));
    let held = place.path().to_owned();
    assert!(held.is_dir(), "the one that is held is not swept");
    drop(place);
    assert!(!held.exists());
}
