//! Every reader of this room as a function of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts
//! is that something comes out.

use std::hint::black_box;
use std::io::{Cursor, Write};

use ward_version::exercise::Exercise;

use crate::feed::{FeedError, csaf, cve5, cwe, eol, epss, kev, nvd, osv};
use crate::vex::VexFormat;
use crate::{evidence, listing, openpgp, sbom, threat_model, vex};

/// The readers of feeds, and of what publishers say about their files, by name.
pub const FEEDS: [(&str, Exercise); 21] = [
    ("nvd", read_nvd),
    ("kev", read_kev),
    ("epss", read_epss),
    ("cve5", read_cve5),
    ("cve5-lines", read_cve5_lines),
    ("osv", read_osv),
    ("csaf", read_csaf),
    ("eol", read_eol),
    ("cwe", read_cwe),
    ("nvd-meta", |bytes| drop(black_box(listing::nvd::meta(bytes)))),
    ("nvd-page", |bytes| drop(black_box(listing::nvd::page(bytes)))),
    ("csaf-provider", |bytes| drop(black_box(listing::csaf::provider(bytes)))),
    ("csaf-rolie", |bytes| drop(black_box(listing::csaf::rolie(bytes)))),
    ("csaf-index", |bytes| drop(black_box(listing::csaf::index(bytes)))),
    ("csaf-changes", |bytes| drop(black_box(listing::csaf::changes(bytes)))),
    ("security-txt", read_security_txt),
    ("cvelist-release", read_release),
    ("eol-listing", read_eol_listing),
    ("checksums", |bytes| drop(black_box(listing::checksums::read(bytes)))),
    ("openpgp-key", |bytes| drop(black_box(openpgp::certificates(bytes)))),
    ("openpgp-signature", |bytes| drop(black_box(openpgp::signatures(bytes)))),
];

/// The readers of SBOMs and of statements on vulnerabilities. Which format it is, the bytes say: the names tell the seeds apart.
pub const SBOMS: [(&str, Exercise); 9] = [
    ("cyclonedx-json", read_sbom),
    ("cyclonedx-xml", read_sbom),
    ("spdx-json", read_sbom),
    ("spdx-tag-value", read_sbom),
    ("spdx3", read_sbom),
    ("openvex", read_vex),
    ("csaf-vex", read_vex),
    ("cyclonedx-vex", read_vex),
    ("threat-model", |bytes| drop(black_box(threat_model::read(bytes)))),
];

/// The readers of what is cited as evidence, by name.
pub const EVIDENCE: [(&str, Exercise); 3] = [
    ("evidence-junit", |bytes| drop(black_box(evidence::read("tests.xml", bytes)))),
    ("evidence-csv", |bytes| drop(black_box(evidence::read("list.csv", bytes)))),
    ("evidence-xlsx", |bytes| drop(black_box(evidence::read("book.xlsx", bytes)))),
];

/// The seeds of evidence that are no files, because their format is binary.
pub fn evidence_seeds(name: &str) -> Vec<Vec<u8>> {
    if name == "evidence-xlsx" { workbook().into_iter().collect() } else { Vec::new() }
}

/// A workbook of one sheet, its parts unpacked so that a change of a byte is a change of what it says.
fn workbook() -> Result<Vec<u8>, zip::result::ZipError> {
    let parts = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        ),
        ("xl/workbook.xml", "<workbook xmlns:r='r'><sheets><sheet name='S' sheetId='1' r:id='a'/></sheets></workbook>"),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id='a' Type='x/worksheet' Target='s.xml'/><Relationship Id='b' Type='x/sharedStrings' Target='t.xml'/></Relationships>",
        ),
        ("xl/t.xml", "<sst><si><t>id</t></si></sst>"),
        (
            "xl/s.xml",
            "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c></row><row r='2'><c r='A2'><v>4</v></c></row></sheetData></worksheet>",
        ),
    ];
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, stored)?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn read_nvd(bytes: &[u8]) {
    for item in nvd::Reader::new(bytes) {
        let _ = black_box(item);
    }
}

fn read_kev(bytes: &[u8]) {
    let _ = black_box(kev::read(bytes));
}

fn read_epss(bytes: &[u8]) {
    let _ = black_box(epss::read(bytes));
}

fn read_cve5(bytes: &[u8]) {
    let _ = black_box(cve5::record(bytes, 1));
}

fn read_cve5_lines(bytes: &[u8]) {
    let _ = black_box(cve5::lines(bytes, |item| -> Result<(), FeedError> {
        black_box(item);
        Ok(())
    }));
}

fn read_osv(bytes: &[u8]) {
    let _ = black_box(osv::record("osv/pypi", bytes, 1));
}

fn read_csaf(bytes: &[u8]) {
    black_box(csaf::is_catalogue(bytes));
    let _ = black_box(csaf::advisory(bytes, 1));
}

/// Support dates of one product, and the names of products.
fn read_eol(bytes: &[u8]) {
    let mut catalogue = eol::SupportCatalogue::default();
    catalogue.add_product("product", bytes, 1);
    catalogue.add_identifiers(bytes, 2);
    black_box(catalogue);
}

fn read_cwe(bytes: &[u8]) {
    let _ = black_box(cwe::read(bytes));
}

fn read_security_txt(bytes: &[u8]) {
    black_box(listing::security_txt::csaf(&String::from_utf8_lossy(bytes)));
}

fn read_release(bytes: &[u8]) {
    for asset in listing::cvelist::release(bytes).into_iter().flat_map(|release| release.assets) {
        black_box(asset.kind());
    }
}

fn read_eol_listing(bytes: &[u8]) {
    let _ = black_box(listing::endoflife::products(bytes));
    let _ = black_box(listing::endoflife::identifiers(bytes));
}

/// Read, checked strictly, turned into JSON, and its statements read.
fn read_sbom(bytes: &[u8]) {
    let _ = black_box(sbom::read(bytes));
    let _ = black_box(sbom::check(bytes));
    let _ = black_box(sbom::as_json(bytes));
    let _ = black_box(vex::read(bytes));
}

/// Read, and written in every format.
fn read_vex(bytes: &[u8]) {
    if let Ok(document) = vex::read(bytes) {
        for format in [VexFormat::OpenVex, VexFormat::Csaf, VexFormat::CycloneDx] {
            let _ = black_box(vex::write(&document, format));
        }
    }
}
