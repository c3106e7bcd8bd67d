//! The two small files of a home: which files are current, and what was published last. Each ends with a digest of itself.

use ward_model::digest::Digest;

use super::{is_base, is_delta};

/// Which files are the current ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Current {
    pub(super) base: String,
    pub(super) delta: Option<String>,
}

impl Current {
    /// As it stands in its file.
    pub(super) fn write(&self) -> String {
        let delta = self.delta.as_ref().map_or_else(String::new, |delta| format!("delta {delta}\n"));
        sealed(format!("base {}\n{delta}", self.base))
    }

    /// What [`Current::write`] wrote, and nothing else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = unsealed(text)?.lines();
        let base = lines.next()?.strip_prefix("base ").filter(|name| is_base(name))?.to_owned();
        let delta = match lines.next() {
            Some(line) => Some(line.strip_prefix("delta ").filter(|name| is_delta(name))?.to_owned()),
            None => None,
        };
        let current = Self { base, delta };
        (current.write() == text).then_some(current)
    }
}

/// What was published last. It is written after everything else, and is never later than what is current: where it is, somebody has
/// put an earlier state back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) transactions: u32,
    pub(super) chain: Digest,
}

impl Anchor {
    /// As it stands in its file.
    pub(super) fn write(&self) -> String {
        sealed(format!("transactions {}\nchain {}\n", self.transactions, self.chain))
    }

    /// What [`Anchor::write`] wrote, and nothing else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut lines = unsealed(text)?.lines();
        let transactions = lines.next()?.strip_prefix("transactions ")?.parse().ok()?;
        let chain = lines.next()?.strip_prefix("chain ")?.parse().ok()?;
        let anchor = Self { transactions, chain };
        (anchor.write() == text).then_some(anchor)
    }
}

fn sealed(text: String) -> String {
    let digest = Digest::of(text.as_bytes());
    text + &format!("sha256 {digest}\n")
}

fn unsealed(text: &str) -> Option<&str> {
    let (body, _) = text.split_at_checked(text.rfind("sha256 ")?)?;
    (sealed(body.to_owned()) == text).then_some(body)
}

#[cfg(test)]
mod tests {
    use ward_model::digest::Digest;

    use super::{Anchor, Current};

    #[test]
    fn they_come_back_and_no_change_passes() {
        let base = "generation-0123456789abcdef.ward".to_owned();
        let alone = Current { base: base.clone(), delta: None };
        let both = Current { base, delta: Some("delta-0123456789abcdef.ward".to_owned()) };
        for current in [&alone, &both] {
            let text = current.write();
            assert_eq!(Current::read(&text).as_ref(), Some(current));
            for end in 0..text.len() {
                assert_eq!(Current::read(&text[..end]), None);
            }
        }
        let anchor = Anchor { transactions: 7, chain: Digest::of(b"7") };
        assert_eq!(Anchor::read(&anchor.write()), Some(anchor));
        for text in
            ["", "transactions 7\n", &alone.write(), &anchor.write().replace('7', "8"), &(anchor.write() + "\n")]
        {
            assert_eq!(Anchor::read(text), None, "{text}");
        }
    }
}
