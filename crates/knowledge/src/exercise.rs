//! The files of a home as functions of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is
//! that something comes out.
//!
//! A byte that changed is found by its digest before anything is made of it. So that what stands behind the digests is reached too,
//! some of these [seal](sealed) the bytes first: as somebody would who makes such a file on purpose.

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::date;
use tempfile::{NamedTempFile, TempDir};
use ward_formats::feed::nvd::Extent;
use ward_formats::feed::{Item, cve5, cwe, eol, epss, kev, nvd, osv};
use ward_model::affected::{PackageKey, SubjectKey};
use ward_model::cpe::{Part, ProductKey};
use ward_model::ids::VulnerabilityId;
use ward_model::knowledge::{Knowledge, RecordNumber};
use ward_version::exercise::Exercise;

use crate::generation::Generation;
use crate::home::Home;

mod seal;

pub use seal::{directory_start, laid_open, laid_open_by, sealed, sealed_by};

/// By name: the base as it is, sealed, and a sealed delta on a base; and the file that says which are current.
pub const READERS: [(&str, Exercise); 4] = [
    ("generation", |bytes| read_generation(bytes, None)),
    ("generation-sealed", |bytes| read_generation(&sealed(bytes), None)),
    ("delta-sealed", read_delta),
    ("home", read_home),
];

/// The bytes that inputs of this name are made of.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let Some(made) = made() else { return Vec::new() };
    match name {
        "generation" => vec![made.base.clone()],
        // What is packed breaks at the first change, and what is not packed is read.
        "generation-sealed" => vec![laid_open(&made.base), made.base.clone()],
        "delta-sealed" => vec![laid_open(&made.delta), made.delta.clone()],
        "home" => vec![made.current.clone(), made.anchor.clone()],
        _ => Vec::new(),
    }
}

/// A small home after two receipts, of which the second was lost, and a third.
struct Made {
    names: [String; 2],
    base: Vec<u8>,
    delta: Vec<u8>,
    current: Vec<u8>,
    anchor: Vec<u8>,
}

fn made() -> Option<&'static Made> {
    static MADE: OnceLock<Option<Made>> = OnceLock::new();
    MADE.get_or_init(|| make().ok()).as_ref()
}

type MakeResult<T> = Result<T, Box<dyn std::error::Error>>;

fn make() -> MakeResult<Made> {
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path());
    receive(&home, 1)?;
    receive(&home, 2)?;
    damage(&home)?;
    receive(&home, 3)?;
    let generation = home.current()?.ok_or("nothing was received")?;
    let [base, delta] = generation.files()[..] else { return Err("there is no delta".into()) };
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Made {
        names: [name(base), name(delta)],
        base: std::fs::read(base)?,
        delta: std::fs::read(delta)?,
        current: std::fs::read(home.folder().join("current"))?,
        anchor: std::fs::read(home.folder().join("anchor"))?,
    })
}

/// Changes a byte of the file that was written last.
fn damage(home: &Home) -> MakeResult<()> {
    let path = home.current()?.ok_or("nothing was received")?.path().to_owned();
    let mut bytes = std::fs::read(&path)?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    // Not in place: it may be mapped.
    std::fs::remove_file(&path)?;
    Ok(std::fs::write(&path, bytes)?)
}

/// What the seeds of the feeds hold; after the first time with something new and something gone. Of NVD's changes a file, and one of
/// two pages of all that there is.
fn receive(home: &Home, time: i8) -> MakeResult<()> {
    let nvd = include_str!("../../../fuzz/seeds/nvd/one.json");
    let nvd = if time == 1 { nvd.to_owned() } else { nvd.replace("2020-", "2021-") };
    let mut builder = home.builder(date(2026, 1, time))?;
    let mut batch = builder.batch()?;
    let items = nvd::Reader::new(nvd.as_bytes()).filter_map(Result::ok).map(|item| ("nvd", item));
    let cve5 =
        cve5::record(include_bytes!("../../../fuzz/seeds/cve5/one.json"), 1).into_iter().map(|item| ("cve5", item));
    let osv = osv::record("osv/pypi", include_bytes!("../../../fuzz/seeds/osv/one.json"), 1);
    let osv = osv.into_iter().map(|item| ("osv/pypi", item));
    for (source, item) in items.chain(cve5).chain(osv) {
        batch.file(source, "one");
        match item {
            Item::Record(dated) => batch.record(&dated.record, &dated.last_modified)?,
            Item::SetAside(aside) => batch.set_aside(crate::SetAsideRecord::new(source, "one", aside)),
        }
    }
    batch.ecosystem("osv/pypi", "pypi");
    let none = Extent { start: 0, held: 0, total: None };
    let page = Extent { start: 0, held: 1, total: Some(2) };
    for (file, extent) in [("nvdcve-2.0-modified.json", none), ("nvdcve-2.0-api-00000000.json", page)] {
        batch.file("nvd", file);
        batch.made("nvd", file, &format!("2026-01-0{time}T00:00:00"), extent);
    }
    builder.add(batch);
    builder.exploited("kev.json", kev::read(&include_bytes!("../../../fuzz/seeds/kev/one.json")[..])?);
    builder.epss("epss.csv", epss::read(&include_bytes!("../../../fuzz/seeds/epss/one.csv")[..])?);
    if time == 1 {
        let mut support = eol::SupportCatalogue::default();
        support.add_product("thing", include_bytes!("../../../fuzz/seeds/eol/lines.json"), 1);
        support.add_identifiers(include_bytes!("../../../fuzz/seeds/eol/names.json"), 2);
        builder.support("eol", support);
        builder.weakness_names("cwe.xml", cwe::read(&include_bytes!("../../../fuzz/seeds/cwe/one.xml")[..])?);
    }
    builder.publish(&mut |_| {})?;
    Ok(())
}

/// A file with these bytes.
fn file(bytes: &[u8]) -> Option<NamedTempFile> {
    let mut file = NamedTempFile::new().ok()?;
    file.write_all(bytes).ok()?;
    Some(file)
}

fn read_generation(bytes: &[u8], delta: Option<&[u8]>) {
    let (Some(base), delta) = (file(bytes), delta.and_then(file)) else { return };
    let open = || Generation::open(base.path(), delta.as_ref().map(NamedTempFile::path));
    let Ok(generation) = open() else { return };
    look(&generation);
    for day in [1, 2, 3] {
        let earlier = open().ok().and_then(|generation| generation.at(date(2026, 1, day).into()).ok());
        if let Some(Ok(earlier)) = earlier {
            look(&earlier);
        }
    }
}

fn read_delta(bytes: &[u8]) {
    if let Some(made) = made() {
        read_generation(&made.base, Some(&sealed(bytes)));
    }
}

/// The files that say which are current, and what was published last.
fn read_home(bytes: &[u8]) {
    let Some(made) = made() else { return };
    let look = |folder: &TempDir| -> std::io::Result<()> {
        let home = Home::open(folder.path());
        std::fs::create_dir(home.folder())?;
        for (name, bytes) in [(&made.names[0], &made.base), (&made.names[1], &made.delta)] {
            std::fs::write(home.folder().join(name), bytes)?;
        }
        for (changed, whole, kept) in [("current", "anchor", &made.anchor), ("anchor", "current", &made.current)] {
            std::fs::write(home.folder().join(changed), bytes)?;
            std::fs::write(home.folder().join(whole), kept)?;
            let _ = black_box((home.current(), home.as_of(date(2026, 1, 1))));
        }
        Ok(())
    };
    if let Ok(folder) = tempfile::tempdir() {
        let _ = black_box(look(&folder));
    }
}

/// Asks a generation all that it can be asked.
fn look(generation: &Generation) {
    let _ = black_box((generation.verify(), generation.set_aside(), generation.root(), generation.sources()));
    let _ = black_box(generation.has_chain(ward_model::Digest::of(b"another")));
    for number in (0..generation.record_count().min(12)).map(RecordNumber) {
        let _ = black_box((generation.version_received(number), generation.record(number)));
    }
    // What the seeds speak of.
    for id in ["CVE-2020-0001", "CVE-2020-0002", "GHSA-xxxx", "OSV-1", ""].map(VulnerabilityId::from) {
        let _ = black_box((generation.find(&id), generation.find_all(&id), generation.exploited(&id)));
        let _ = black_box((generation.epss(&id), generation.alias_group(&id)));
    }
    for (part, vendor, product) in
        [(Part::Application, "acme", "tool"), (Part::Hardware, "acme", "pump"), (Part::OperatingSystem, "", "")]
    {
        let key = ProductKey { part, vendor: vendor.into(), product: product.into() };
        let _ =
            black_box((generation.candidates(&key), generation.names_product(&key), generation.set_aside_for(&key)));
        let _ = black_box(generation.products_named(product));
        let named = SubjectKey::Named { vendor: vendor.into(), product: product.into() };
        let package = SubjectKey::Package(PackageKey { ecosystem: "pypi".into(), name: "project".into() });
        for subject in [SubjectKey::Product(key), named, package] {
            let _ = black_box((generation.statements(&subject), generation.support_cycles(&subject)));
        }
    }
    let _ = black_box((generation.covers("pypi", None), generation.covers("debian", Some("11"))));
    let _ = black_box((generation.weakness_name(79), generation.weakness_name(u32::MAX)));
}

#[cfg(test)]
mod tests {
    use ward_model::ids::VulnerabilityId;
    use ward_model::knowledge::{Knowledge, RecordNumber};

    use super::seal::begins;
    use super::{READERS, file, laid_open, made, sealed, seeds};
    use crate::file::Section;
    use crate::generation::Generation;

    /// These lengths were believed: gigabytes were asked for before anybody looked whether they are there.
    #[test]
    fn a_length_is_no_reason_to_take_memory() {
        let made = made().unwrap();
        let changed = |bytes: &[u8], section, behind: usize| {
            let mut bytes = laid_open(bytes);
            let at = begins(&bytes, section).unwrap() + behind;
            bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            file(&sealed(&bytes)).unwrap()
        };
        // How many versions of the base a record of the delta stands for.
        let (base, delta) = (file(&made.base).unwrap(), changed(&made.delta, Section::Positions, 4));
        assert!(Generation::open(base.path(), Some(delta.path())).is_err());
        // How long a record is, and where an identifier ends.
        let base = changed(&made.base, Section::RecordTable, 12);
        assert!(Generation::open(base.path(), None).unwrap().record(RecordNumber(0)).is_err());
        let base = changed(&made.base, Section::IdEnds, 0);
        let generation = Generation::open(base.path(), None).unwrap();
        assert!(generation.find(&VulnerabilityId::from("")).is_err());
    }

    #[test]
    fn every_reader_has_seeds_that_are_whole() {
        for (name, read) in READERS {
            let seeds = seeds(name);
            assert!(!seeds.is_empty(), "{name}");
            seeds.iter().for_each(|seed| read(seed));
        }
        let made = made().unwrap();
        for base in seeds("generation-sealed") {
            let base = file(&base).unwrap();
            let alone = Generation::open(base.path(), None).unwrap();
            assert!(alone.record_count() > 1 && alone.weakness_name(79).unwrap().is_some());
            alone.verify().unwrap();
        }
        for delta in seeds("delta-sealed").iter().take(2) {
            // Laid open, the base has another root, so that the delta must lie on the one that it was made for.
            let (base, delta) = (file(&made.base).unwrap(), file(delta).unwrap());
            let generation = Generation::open(base.path(), Some(delta.path())).unwrap();
            generation.verify().unwrap();
            // What is read besides records when a generation is opened.
            assert_eq!(generation.lost().len(), 1);
            assert!(generation.reaches().unwrap().contains_key("nvd"));
        }
    }
}
