//! SBOMs that look like real ones, any number of them, always the same.
//!
//! Components are those of the real CycloneDX files as they stand there, with all that tools write about them: licences, digests,
//! addresses. Only their versions are moved. Beside them stand components known by CPE names that NVD knows, which the real files
//! hardly have and devices do. An SBOM belongs to a line of products: most of it is what the release before had, some versions
//! moved, and a few components are the line's own. What is popular in one line is so in others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::Value;

/// How many releases a line of products has.
const RELEASES: usize = 50;
/// How many components an SBOM has at least; the mean is 500.
const FEWEST: usize = 60;
const MEAN: usize = 500;
/// Of a hundred components of a release, so many have another version than in the release before.
const MOVED: usize = 3;
/// Of a hundred components of a line, so many are its own.
const OWN: usize = 4;
/// How many versions of one component there are; the first ones are the popular ones.
const VERSIONS: usize = 12;

/// Numbers that look drawn and are always the same.
#[derive(Clone)]
pub struct Draw(u64);

impl Draw {
    pub fn new(parts: [usize; 3]) -> Self {
        let mut draw = Self(0x5EED);
        for part in parts {
            draw.0 ^= part as u64;
            draw.next();
        }
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.0 ^= mixed >> 7;
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Below the bound, and more often among the first.
    fn popular(&mut self, bound: usize) -> usize {
        let part = self.below(1 << 20);
        (((part * part) >> 20) * bound) >> 20
    }
}

/// A component as it is written, cut where its version stands.
struct Template {
    pieces: Vec<String>,
    version: String,
}

impl Template {
    fn of(component: &Value) -> Option<Self> {
        let version = component.get("version")?.as_str().filter(|version| version.len() > 1)?.to_owned();
        let mut component = component.clone();
        let object = component.as_object_mut()?;
        object.remove("components");
        // Each has a reference of its own, which generators mostly make from the package URL.
        let purl = object.get("purl").and_then(Value::as_str).map(str::to_owned);
        let name = object.get("name")?.as_str()?.to_owned();
        object.insert("bom-ref".to_owned(), purl.unwrap_or_else(|| format!("{name}@{version}")).into());
        let text = serde_json::to_string_pretty(&component).ok()?;
        let pieces = text.split(&*version).map(str::to_owned).collect();
        Some(Self { pieces, version })
    }

    /// The version with its last number moved.
    fn write(&self, moved: usize, out: &mut Vec<u8>) {
        let digits = self.version.rfind(|c: char| c.is_ascii_digit()).map_or(0, |place| place + 1);
        let start = self.version[..digits].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |place| place + 1);
        let number: Option<u32> = self.version[start..digits].parse().ok();
        let version = match number {
            Some(number) if moved > 0 => {
                format!("{}{}{}", &self.version[..start], u64::from(number) + moved as u64, &self.version[digits..])
            }
            _ if moved > 0 => format!("{}.{moved}", self.version),
            _ => self.version.clone(),
        };
        for (place, piece) in self.pieces.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(version.as_bytes());
            }
            out.extend_from_slice(piece.as_bytes());
        }
    }
}

/// What SBOMs are made of.
pub struct Shapes {
    /// Components by what kind of package they are.
    kinds: Vec<Vec<Template>>,
    kernels: Vec<Template>,
}

/// A component of a line: kind, which one, version; or one of its own, with its version.
type Pick = (usize, usize, usize);

/// The kind that stands for a line's own.
const OWN_KIND: usize = usize::MAX;

impl Shapes {
    /// Takes the real files of a mirror for models.
    pub fn read(data: &Path) -> io::Result<Self> {
        let mut by_kind: BTreeMap<String, Vec<Template>> = BTreeMap::new();
        let file = File::open(data.join("sbom/sboms.tar.zst"))?;
        let unpacked = ruzstd::decoding::StreamingDecoder::new(file).map_err(io::Error::other)?;
        let mut seen = std::collections::BTreeSet::new();
        for entry in tar::Archive::new(unpacked).entries()? {
            let mut bytes = Vec::new();
            entry?.read_to_end(&mut bytes)?;
            let Ok(whole) = serde_json::from_slice::<Value>(&bytes) else { continue };
            for component in whole.get("components").and_then(Value::as_array).into_iter().flatten() {
                let purl = component.get("purl").and_then(Value::as_str);
                let kind = purl.and_then(|purl| purl.strip_prefix("pkg:")?.split('/').next()).unwrap_or("none");
                let key = (component.get("name").map(Value::to_string), component.get("version").map(Value::to_string));
                if seen.insert(key)
                    && let Some(template) = Template::of(component)
                {
                    by_kind.entry(kind.to_owned()).or_default().push(template);
                }
            }
        }
        let (mut named, mut kernels) = (Vec::new(), Vec::new());
        let file = File::open(data.join("conformance/cpe23_unique_names.txt.zst"))?;
        let mut unpacked = ruzstd::decoding::StreamingDecoder::new(file).map_err(io::Error::other)?;
        let mut text = String::new();
        unpacked.read_to_string(&mut text)?;
        let mut last = String::new();
        for (number, line) in text.lines().enumerate() {
            let parts: Vec<&str> = line.trim().split(':').collect();
            let [_, _, part @ ("a" | "o"), vendor, product, version, ..] = parts[..] else { continue };
            if !version.starts_with(|c: char| c.is_ascii_digit()) || line.contains('\\') {
                continue;
            }
            let kind = if part == "o" { "firmware" } else { "application" };
            let component = serde_json::json!({ "type": kind, "name": product, "version": version, "cpe": line.trim(),
                "supplier": { "name": vendor } });
            if product == "linux_kernel" {
                if number % 37 == 0 && kernels.len() < 40 {
                    kernels.extend(Template::of(&component));
                }
            } else if last != product && number % 5 == 0 {
                last = product.to_owned();
                named.extend(Template::of(&component));
            }
        }
        // The order of the list is that of its letters, and no measure of how common a thing is.
        let mut draw = Draw::new([1, 2, 3]);
        let mut kinds: Vec<Vec<Template>> = ["npm", "maven", "deb", "golang", "composer", "none"]
            .iter()
            .filter_map(|kind| by_kind.remove(*kind))
            .collect();
        kinds.push(named);
        for kind in &mut kinds {
            for place in (1..kind.len()).rev() {
                kind.swap(place, draw.below(place + 1));
            }
        }
        Ok(Self { kinds, kernels })
    }

    /// How many different components there are, versions apart.
    pub fn components(&self) -> usize {
        self.kinds.iter().map(Vec::len).sum::<usize>() + self.kernels.len()
    }

    /// What a release of a line lists.
    fn picks(&self, line: usize, release: usize) -> Vec<Pick> {
        let mut draw = Draw::new([7, line, 0]);
        // Few are large: the mean of a difference of logarithms is one.
        let part = 1.0 - draw.below(1 << 20) as f64 / f64::from(1 << 20);
        let count = FEWEST + (-(part.ln()) * (MEAN - FEWEST) as f64) as usize;
        let main = draw.below(self.kinds.len() - 2);
        let mut picks: Vec<Pick> = (0..count.min(6000))
            .map(|place| match draw.below(100) {
                below if below < OWN => (OWN_KIND, place, 0),
                below => {
                    let last = self.kinds.len() - 1;
                    let kind = match below {
                        4..14 => last,
                        14..20 => last - 1,
                        20..35 => draw.below(last - 1),
                        _ => main,
                    };
                    (kind, draw.popular(self.kinds[kind].len()), draw.popular(VERSIONS / 2))
                }
            })
            .collect();
        for release in 1..=release {
            let mut draw = Draw::new([8, line, release]);
            for _ in 0..picks.len() * MOVED / 100 {
                let place = draw.below(picks.len());
                let (kind, _, version) = &mut picks[place];
                *version = if *kind == OWN_KIND { release } else { (*version + 1).min(VERSIONS) };
            }
        }
        picks
    }

    /// The SBOM with this number.
    pub fn sbom(&self, number: usize) -> Vec<u8> {
        let (line, release) = (number / RELEASES, number % RELEASES);
        let mut out = Vec::with_capacity(1 << 20);
        out.extend_from_slice(
            format!(
                "{{\n\"bomFormat\": \"CycloneDX\",\n\"specVersion\": \"1.5\",\n\"version\": 1,\n\"metadata\": {{ \"component\": {{ \
                 \"type\": \"firmware\", \"name\": \"product-{line}\", \"version\": \"1.{release}\" }} }},\n\"components\": [\n"
            )
            .as_bytes(),
        );
        if line % 3 == 0 && !self.kernels.is_empty() {
            self.kernels[(line / 3 + release / 10) % self.kernels.len()].write(0, &mut out);
            out.extend_from_slice(b",\n");
        }
        for (place, (kind, which, version)) in self.picks(line, release).into_iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(b",\n");
            }
            if kind == OWN_KIND {
                let purl = format!("pkg:npm/%40line{line}/part{which}@0.{version}.1");
                out.extend_from_slice(
                    format!(
                        "{{ \"type\": \"library\", \"name\": \"part{which}\", \"version\": \"0.{version}.1\", \"purl\": \"{purl}\", \
                         \"bom-ref\": \"{purl}\" }}"
                    )
                    .as_bytes(),
                );
            } else {
                self.kinds[kind][which].write(version, &mut out);
            }
        }
        out.extend_from_slice(b"\n]\n}\n");
        out
    }
}
