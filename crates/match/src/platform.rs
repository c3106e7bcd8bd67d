//! Whether a host is the platform that a statement is limited to.

use std::collections::BTreeSet;

use ward_model::affected::AffectedProduct;
use ward_model::component::Component;
use ward_model::cpe::{Part, ProductKey};
use ward_version::Truth;

use crate::host::Host;
use crate::version::is_distribution;

/// A kind of operating system, as records name platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Windows,
    Linux,
    MacOs,
    Android,
    Ios,
}

/// The words that name a family. The first that a text holds decides.
const WORDS: [(&str, Family); 9] = [
    ("windows", Family::Windows),
    ("android", Family::Android),
    ("macos", Family::MacOs),
    ("mac os", Family::MacOs),
    ("os x", Family::MacOs),
    ("ipados", Family::Ios),
    ("iphone os", Family::Ios),
    ("ios", Family::Ios),
    ("linux", Family::Linux),
];

/// The family that a platform names and nothing besides; `None` where it names a processor, an edition, or several things.
fn family(platform: &str) -> Option<Family> {
    let text = platform.trim().to_lowercase();
    let (word, family) = WORDS.iter().find(|(word, _)| text == *word)?;
    (!word.is_empty()).then_some(*family)
}

/// The families that an inventory shows.
pub(crate) fn families<'a>(
    products: impl IntoIterator<Item = &'a ProductKey>,
    components: &[Component],
) -> BTreeSet<Family> {
    let mut found: BTreeSet<Family> = products
        .into_iter()
        .filter(|product| product.part == Part::OperatingSystem)
        .filter_map(|product| match (&*product.vendor, &*product.product) {
            ("microsoft", product) if product.starts_with("windows") => Some(Family::Windows),
            ("linux", "linux_kernel") => Some(Family::Linux),
            ("google", "android") => Some(Family::Android),
            ("apple", "macos" | "mac_os_x" | "mac_os") => Some(Family::MacOs),
            ("apple", "iphone_os" | "ipados" | "ios") => Some(Family::Ios),
            _ => None,
        })
        .collect();
    if components.iter().filter_map(|component| component.purl.as_ref()).any(|purl| is_distribution(&purl.kind)) {
        found.insert(Family::Linux);
    }
    found
}

/// Whether the host is a platform of the statement, and why that is not known or not so.
pub(crate) fn fits(product: &AffectedProduct, host: &Host) -> (Truth, Option<String>) {
    // What is said of a release of a distribution names it here once more.
    let platforms: Vec<&String> =
        product.platforms.iter().filter(|platform| Some(*platform) != product.release.as_ref()).collect();
    // Where nobody filled it in, nothing is limited.
    let filled =
        |platform: &&String| !matches!(&*platform.trim().to_lowercase(), "" | "-" | "*" | "n/a" | "unknown" | "all");
    if !platforms.iter().all(filled) {
        return (Truth::True, None);
    }
    if platforms.is_empty() {
        return (Truth::True, None);
    }
    let truth = Truth::any(platforms.iter().map(|platform| match family(platform) {
        Some(family) => host.is_of(family),
        None => Truth::Unknown,
    }));
    let listed = platforms.iter().map(|platform| platform.as_str()).collect::<Vec<_>>().join(", ");
    let note = match truth {
        Truth::True => format!("the record means {listed}, and the host is such a one"),
        Truth::False => {
            format!("the record means {listed} alone, and the host, which is claimed complete, is another one")
        }
        Truth::Unknown => {
            format!("the record means {listed} alone, and nothing says whether the host is such a one: unknown")
        }
    };
    (truth, Some(note))
}
