//! Bytes read from the front. Every reader gives `None` where there are too few.

/// What is left to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        Some(*self.take(1)?.first()?)
    }

    pub(super) fn two(&mut self) -> Option<usize> {
        Some(usize::from(u16::from_be_bytes(self.take(2)?.try_into().ok()?)))
    }

    pub(super) fn four(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A count of bytes in four bytes.
    pub(super) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.four()?).ok()
    }

    /// A number of any size: the count of its bits, then its bytes. Zeros in front are left out.
    pub(super) fn number(&mut self) -> Option<&'a [u8]> {
        let bits = self.two()?;
        let bytes = self.take(bits.div_ceil(8))?;
        Some(&bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len())..])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
