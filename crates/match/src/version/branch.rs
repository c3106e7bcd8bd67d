//! Builds of the Linux kernel that name their branch and not their version.
//!
//! Distributions call a build `5.15.0-76-generic`, `5.10.0-23-amd64`, `4.18.0-477.el8` or `2.6.32-431.el6`, as `uname -r` shows it. The
//! last number of the version stays what it was when the branch began, whatever was put into the build since: the first of these is made
//! from 5.15.99. So what holds for any version of the branch may hold for it.

use std::fmt;

use ward_model::cpe::ProductKey;
use ward_version::Truth;

use crate::names::squeeze;

/// A branch of the kernel: `5.15`, and `2.6.32` of old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Branch(String);

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the product is the Linux kernel, by the names that it has in records.
pub(super) fn is_kernel(product: &ProductKey) -> bool {
    let vendors = ["", "linux", "kernel", "linuxkernel"];
    let products = ["linux", "kernel", "linuxkernel"];
    vendors.contains(&&*squeeze(&product.vendor)) && products.contains(&&*squeeze(&product.product))
}

impl Branch {
    /// The branch of a build that names no more than that.
    pub(super) fn of(written: &str) -> Option<Self> {
        let text = written.trim().trim_start_matches(['v', 'V']);
        let (version, build) = text.split_once('-')?;
        if build.is_empty() || build.to_ascii_lowercase().starts_with("rc") {
            return None;
        }
        let number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = version.split('.').filter(number).collect();
        match (parts.as_slice(), version.split('.').count()) {
            (["2", "6", _], 3) => Some(Self(version.to_owned())),
            ([first, second, "0"], 3) => Some(Self(format!("{first}.{second}"))),
            _ => None,
        }
    }

    /// The version with which it began.
    pub(super) fn first(&self) -> String {
        format!("{}.0", self.0)
    }

    /// Whether a version is one of the branch. Candidates for its first release are none.
    pub(super) fn holds(&self, version: &str) -> bool {
        let rest = version.trim().trim_start_matches(['v', 'V']).strip_prefix(&*self.0);
        rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with(['.', '-'])) && !rest.contains("rc"))
    }

    /// Versions that stand for the whole branch as far as these bounds tell its versions apart: what holds at each of them and
    /// right behind it holds for all.
    pub(super) fn samples<'a>(&self, bounds: impl Iterator<Item = &'a str>) -> Vec<String> {
        let first = self.first();
        let mut samples = vec![first.clone(), format!("{first}.1")];
        for bound in bounds.map(str::trim).filter(|bound| self.holds(bound)) {
            let bound = if *bound == self.0 { first.as_str() } else { bound };
            for sample in [bound.to_owned(), format!("{bound}.1")] {
                if !samples.contains(&sample) {
                    samples.push(sample);
                }
            }
        }
        samples
    }
}

/// What holds for all of several, and otherwise unknown.
pub(super) fn agreed(mut truths: impl Iterator<Item = Truth>) -> Truth {
    let Some(first) = truths.next() else { return Truth::Unknown };
    if truths.all(|truth| truth == first) { first } else { Truth::Unknown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::cpe::Attribute;
    use ward_version::{Bound, Interval, Truth};

    use super::Branch;
    use crate::version::Held;

    fn kernel(version: &str) -> Held {
        let product = "o:linux:linux_kernel".parse().expect("a product");
        Held::of(&product, Some(version), None, None)
    }

    #[test]
    fn builds_name_their_branch() {
        let table = [
            ("5.15.0-76-generic", Some("5.15")),
            ("5.10.0-23-amd64", Some("5.10")),
            ("4.18.0-477.el8", Some("4.18")),
            ("4.18.0-477.10.1.el8_8.x86_64", Some("4.18")),
            ("v6.1.0-rpi7", Some("6.1")),
            ("5.15.0-76.83", Some("5.15")),
            ("2.6.32-431.el6", Some("2.6.32")),
            ("5.15.0", None),
            ("5.15.99", None),
            ("5.3.18-150300.59-default", None),
            ("5.15.0-rc3", None),
            ("5.15.0-", None),
            ("5.15-76", None),
            ("5.x.0-1", None),
            ("", None),
        ];
        for (written, branch) in table {
            assert_eq!(Branch::of(written).map(|branch| branch.to_string()).as_deref(), branch, "{written}");
        }
        let other = "a:openssl:openssl".parse().expect("a product");
        assert_eq!(Held::of(&other, Some("3.0.0-76"), None, None).samples(std::iter::empty()), None);
    }

    #[test]
    fn one_version_of_the_branch_may_be_it() {
        let held = kernel("5.15.0-76-generic");
        let table = [
            ("5.15.60", Attribute::Any, Truth::Unknown),
            ("5.15", Attribute::Na, Truth::Unknown),
            ("5.15", Attribute::Value("rc3".into()), Truth::False),
            ("5.15.0-rc3", Attribute::Any, Truth::False),
            ("5.16", Attribute::Any, Truth::False),
            ("5.1.5", Attribute::Any, Truth::False),
            ("2.6.30.y", Attribute::Any, Truth::Unknown),
            ("2021-05-18", Attribute::Any, Truth::Unknown),
        ];
        for (version, update, expected) in table {
            assert_eq!(held.is(version, &update), expected, "{version} {update:?}");
        }
        assert!(!held.contradicts(&kernel("5.15.99")) && !kernel("5.15.99").contradicts(&held));
        assert!(held.contradicts(&kernel("5.16.2")));
        assert!(kernel("6.1.0-rpi7-rpi-v8").has_key(), "whatever its words mean, its branch is known");
    }

    proptest! {
        /// A branch is outside a range only if each of its versions is, and inside only if each is.
        #[test]
        fn a_branch_stands_for_each_of_its_versions(
            patch in 0u32..30,
            lower in "5\\.(1[456]|9)(\\.[0-9]{1,2})?",
            upper in "5\\.(1[456]|9)(\\.[0-9]{1,2})?",
            (low, high) in any::<(Option<bool>, Option<bool>)>(),
        ) {
            let range = Interval {
                lower: low.map(|inclusive| Bound { version: lower, inclusive }),
                upper: high.map(|inclusive| Bound { version: upper, inclusive }),
            };
            let one = kernel(&format!("5.15.{patch}")).within(&range, None);
            let branch = kernel("5.15.0-76-generic").within(&range, None);
            prop_assert!(branch == one || branch.is_unknown(), "{} {} {:?} {:?}", patch, range, one, branch);
        }
    }
}
