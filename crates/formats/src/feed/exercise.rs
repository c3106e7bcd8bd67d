//! Every reader of a feed as a function of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts
//! is that something comes out.

use std::hint::black_box;

use super::{FeedError, cve5, cwe, eol, epss, kev, nvd};
use super::{csaf, osv};

/// A reader that is handed bytes of any kind.
pub type Exercise = fn(&[u8]);

/// The readers by name.
pub const READERS: [(&str, Exercise); 9] = [
    ("nvd", read_nvd),
    ("kev", read_kev),
    ("epss", read_epss),
    ("cve5", read_cve5),
    ("cve5-lines", read_cve5_lines),
    ("osv", read_osv),
    ("csaf", read_csaf),
    ("eol", read_eol),
    ("cwe", read_cwe),
];

/// A file of NVD.
pub fn read_nvd(bytes: &[u8]) {
    for item in nvd::Reader::new(bytes) {
        let _ = black_box(item);
    }
}

/// A catalogue of exploited vulnerabilities.
pub fn read_kev(bytes: &[u8]) {
    let _ = black_box(kev::read(bytes));
}

/// A file of EPSS scores, uncompressed.
pub fn read_epss(bytes: &[u8]) {
    let _ = black_box(epss::read(bytes));
}

/// A record of the CVE list.
pub fn read_cve5(bytes: &[u8]) {
    let _ = black_box(cve5::record(bytes, 1));
}

/// Records of the CVE list, one a line.
pub fn read_cve5_lines(bytes: &[u8]) {
    let _ = black_box(cve5::lines(bytes, |item| -> Result<(), FeedError> {
        black_box(item);
        Ok(())
    }));
}

/// A record of OSV.
pub fn read_osv(bytes: &[u8]) {
    let _ = black_box(osv::record("osv/pypi", bytes, 1));
}

/// A CSAF advisory.
pub fn read_csaf(bytes: &[u8]) {
    black_box(csaf::is_catalogue(bytes));
    let _ = black_box(csaf::advisory(bytes, 1));
}

/// Support dates of one product, and the names of products.
pub fn read_eol(bytes: &[u8]) {
    let mut catalogue = eol::SupportCatalogue::default();
    catalogue.add_product("product", bytes, 1);
    catalogue.add_identifiers(bytes, 2);
    black_box(catalogue);
}

/// The CWE list, uncompressed.
pub fn read_cwe(bytes: &[u8]) {
    let _ = black_box(cwe::read(bytes));
}
