//! Plain names: how a product could be spelled, and whether a vendor fits what a component says about its origin.

/// The ways in which the feeds may spell a product of this name.
pub(crate) fn spellings(name: &str) -> Vec<String> {
    let base: String = name.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase();
    let mut spellings = vec![base.clone(), base.replace('-', "_"), base.replace('_', "-")];
    // `dedup` would leave the first and third where the second differs.
    let mut seen = std::collections::BTreeSet::new();
    spellings.retain(|spelling| !spelling.is_empty() && seen.insert(spelling.clone()));
    spellings
}

/// Group and name of a component that writes both into one field: `org.example:thing`, `@scope/thing`, a Go path.
pub(crate) fn split_name(name: &str) -> (Option<&str>, &str) {
    let name = name.trim();
    let name_end = name.trim_end_matches(['/', ':']);
    match name_end.rsplit_once([':', '/']) {
        Some((group, last)) if !group.is_empty() && !last.is_empty() && !name_end.contains(' ') => {
            match last.strip_prefix('v').filter(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())) {
                // The last part of a Go path may be the major version of the module.
                Some(_) => group.rsplit_once('/').map_or((None, group), |(group, last)| (Some(group), last)),
                None => (Some(group), last),
            }
        }
        _ => (None, name_end),
    }
}

/// Letters and digits in lower case: `Wind River` and `wind_river` are `windriver`.
pub(crate) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the vendor is the product itself: `zlib:zlib`, and the `libexpat_project:libexpat` that NVD writes for
/// projects without a vendor of their own.
pub(crate) fn is_own_vendor(vendor: &str, product: &str) -> bool {
    let (vendor, product) = (squeeze(vendor), squeeze(product));
    vendor == product || vendor.strip_suffix("project") == Some(&product)
}

/// Whether the vendor stands in a text about the origin: a supplier, a namespace, a group.
pub(crate) fn origin_names(origin: &str, vendor: &str) -> bool {
    origin_names_squeezed(origin, &squeeze(vendor))
}

/// The same of a vendor that is squeezed already.
pub(crate) fn origin_names_squeezed(origin: &str, vendor: &str) -> bool {
    let vendor = vendor.strip_suffix("project").filter(|rest| !rest.is_empty()).unwrap_or(vendor);
    // Parts of addresses and company names that name nobody.
    if vendor.is_empty() || ["com", "org", "net", "io", "the", "inc", "github", "gitlab", "software"].contains(&vendor)
    {
        return false;
    }
    let mut words = origin.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    loop {
        // Up to five words that follow one another may be the vendor together.
        let mut left = vendor;
        for word in words.clone().take(5) {
            match behind(left, word) {
                Some("") => return true,
                Some(rest) => left = rest,
                None => break,
            }
        }
        if words.next().is_none() {
            return false;
        }
    }
}

/// What is left of a squeezed text behind a word that it begins with.
fn behind<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    word.chars().flat_map(char::to_lowercase).try_fold(text, |text, c| text.strip_prefix(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_own_vendor, origin_names, origin_names_squeezed, spellings, split_name, squeeze};

    #[test]
    fn names_are_split_where_a_group_is_written_into_them() {
        let table = [
            ("openssl", (None, "openssl")),
            ("org.apache.logging.log4j:log4j-core", (Some("org.apache.logging.log4j"), "log4j-core")),
            ("@angular/core", (Some("@angular"), "core")),
            ("github.com/golang-jwt/jwt/v5", (Some("github.com/golang-jwt"), "jwt")),
            ("github.com/gorilla/websocket", (Some("github.com/gorilla"), "websocket")),
            ("PuTTY Link (plink.exe) / x", (None, "PuTTY Link (plink.exe) / x")),
            ("", (None, "")),
            ("/", (None, "")),
        ];
        for (name, expected) in table {
            assert_eq!(split_name(name), expected, "{name}");
        }
    }

    #[test]
    fn vendors_fit_by_themselves_or_by_their_origin() {
        assert!(is_own_vendor("zlib", "zlib") && is_own_vendor("libexpat_project", "libexpat"));
        assert!(is_own_vendor("djangoproject", "django") && !is_own_vendor("gnu", "zlib"));
        let table = [
            ("Wind River Systems, Inc.", "windriver", true),
            ("The Apache Software Foundation", "apache", true),
            ("com.fasterxml.jackson.core", "fasterxml", true),
            ("github.com/gin-gonic", "gin-gonic", true),
            ("Acme Medical", "apache", false),
            ("com.example", "com", false),
            ("Pineapache", "apache", false),
        ];
        for (origin, vendor, expected) in table {
            assert_eq!(origin_names(origin, vendor), expected, "{origin} {vendor}");
        }
    }

    proptest! {
        #[test]
        fn a_vendor_is_up_to_five_words_of_an_origin(origin in "[aA.bİ ]{0,14}", vendor in "[aA.bİ]{0,4}") {
            let words: Vec<String> =
                origin.split(|c: char| !c.is_alphanumeric()).map(squeeze).filter(|word| !word.is_empty()).collect();
            let vendor = squeeze(&vendor);
            let expected = (0..words.len())
                .any(|start| (start + 1..=words.len().min(start + 5)).any(|end| words[start..end].concat() == vendor));
            prop_assert_eq!(origin_names_squeezed(&origin, &vendor), !vendor.is_empty() && expected);
        }
    }

    #[test]
    fn spellings_do_not_repeat() {
        assert_eq!(spellings("Windows  Server 2016"), ["windows_server_2016", "windows-server-2016"]);
        assert_eq!(spellings("zlib"), ["zlib"]);
        assert_eq!(spellings("a-b_c"), ["a-b_c", "a_b_c", "a-b-c"]);
        assert!(spellings(" ").is_empty());
    }
}
