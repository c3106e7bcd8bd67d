//! Every name and vector that is read here as a function of bytes, for runs that try bytes of any kind. What comes out is thrown
//! away: what counts is that something comes out.

use std::hint::black_box;

pub use ward_version::exercise::Exercise;

use crate::cpe::{Cpe, ProductKey};
use crate::cvss::{Setting, Vector};
use crate::device::UpdatePath;
use crate::digest::Digest;
use crate::purl::Purl;
use crate::scale::{Persons, Severity};

/// By name.
pub const READERS: [(&str, Exercise); 3] = [("purl", read_purl), ("cpe", read_cpe), ("cvss", read_cvss)];

/// How many lines of an input are looked at: what many of them take is nobody's question.
const LINES: usize = 12;

/// Package URLs, one a line.
fn read_purl(bytes: &[u8]) {
    for purl in String::from_utf8_lossy(bytes).lines().take(LINES).filter_map(|line| Purl::parse(line).ok()) {
        let _ = black_box(Purl::parse(&purl.to_string()));
        let _ = black_box(purl.build());
    }
}

/// CPE names, one a line.
fn read_cpe(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines().take(LINES) {
        let _ = black_box((line.parse::<ProductKey>(), line.parse::<Digest>()));
        if let Ok(cpe) = Cpe::parse(line) {
            let key = cpe.product_key();
            black_box((cpe.to_string(), key.map(|key| key.to_string())));
        }
    }
}

/// CVSS vectors of any version, one a line.
fn read_cvss(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let setting = Setting {
        altered: Some(Severity::Catastrophic),
        stopped: Some(Severity::Serious),
        persons: Persons::Many,
        update_path: Some(UpdatePath::Surgery),
    };
    let read: Vec<Vector> = text.lines().take(LINES).filter_map(|line| Vector::parse(line).ok()).collect();
    for (before, vector) in read.iter().zip(read.iter().skip(1)).chain(read.first().map(|first| (first, first))) {
        black_box((vector.scores(), vector.worst_severity(), vector.demands(), vector.impacts()));
        black_box((vector.environment(), vector.supplemental(), vector.in_setting(&setting), vector.cmp(before)));
    }
}
