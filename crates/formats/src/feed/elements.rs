//! The elements of one array inside a JSON object, one by one, without the rest of the file in memory.
//!
//! `serde_json` reads a stream element by element only from the top level, and stops for good at the first element that it cannot
//! read. Here the text is cut at its commas, so that each element is parsed alone and a bad one harms no other. Cutting needs no
//! more than strings and brackets; whoever parses the pieces finds what else is wrong inside them.

use std::io::{self, Read};

use super::FeedError;

/// A file without end inside one value is refused and not collected.
const LONGEST_VALUE: usize = super::LONGEST_RECORD;
/// How much is read at once.
const CHUNK: usize = 128 << 10;

/// What stands in the object, in the order of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A member other than the array; its value is in [`Elements::value`].
    Member(String),
    /// An element of the array; it is in [`Elements::value`].
    Element,
    /// The object is closed and nothing follows.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Members { first: bool },
    Array { first: bool },
    End,
}

/// Cuts one JSON object into its members and the elements of one of its arrays.
pub(super) struct Elements<R> {
    source: R,
    array: &'static str,
    state: State,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// Bytes before the buffer.
    before: u64,
    value: Vec<u8>,
    arrays: u32,
}

impl<R: Read> Elements<R> {
    /// Reads the object in `source`, of which the member `array` is the array to be taken apart.
    pub(super) fn new(source: R, array: &'static str) -> Self {
        Self {
            source,
            array,
            state: State::Start,
            buffer: vec![0; CHUNK],
            at: 0,
            filled: 0,
            before: 0,
            value: Vec::new(),
            arrays: 0,
        }
    }

    /// The text of the member or element that was handed over last.
    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }

    /// How often the array was there.
    pub(super) fn arrays(&self) -> u32 {
        self.arrays
    }

    /// The next piece.
    pub(super) fn advance(&mut self) -> Result<Piece, FeedError> {
        loop {
            match self.state {
                State::Start => {
                    self.skip_byte_order_mark()?;
                    self.expect(b'{', "an object")?;
                    self.state = State::Members { first: true };
                }
                State::Members { first } => {
                    match self.peek_solid()? {
                        Some(b'}') => {
                            self.at += 1;
                            self.state = State::End;
                            if self.peek_solid()?.is_some() {
                                return Err(self.wrong("text after the end of the object"));
                            }
                            return Ok(Piece::End);
                        }
                        Some(b',') if !first => {
                            self.at += 1;
                            self.peek_solid()?;
                        }
                        _ if first => {}
                        _ => return Err(self.unexpected("a comma or the end of the object")),
                    }
                    let name = self.name()?;
                    self.expect(b':', "a colon")?;
                    self.peek_solid()?;
                    if name == self.array {
                        self.expect(b'[', "an array")?;
                        self.arrays += 1;
                        self.state = State::Array { first: true };
                        continue;
                    }
                    self.take_value()?;
                    self.state = State::Members { first: false };
                    return Ok(Piece::Member(name));
                }
                State::Array { first } => {
                    match self.peek_solid()? {
                        Some(b']') => {
                            self.at += 1;
                            self.state = State::Members { first: false };
                            continue;
                        }
                        Some(b',') if !first => {
                            self.at += 1;
                            self.peek_solid()?;
                        }
                        _ if first => {}
                        _ => return Err(self.unexpected("a comma or the end of the array")),
                    }
                    self.take_value()?;
                    self.state = State::Array { first: false };
                    return Ok(Piece::Element);
                }
                State::End => return Ok(Piece::End),
            }
        }
    }

    /// An error at the present place.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> FeedError {
        FeedError::Syntax { offset: self.before + self.at as u64, reason: reason.into() }
    }

    fn unexpected(&mut self, wanted: &str) -> FeedError {
        match self.peek() {
            Ok(Some(byte)) => self.wrong(format!("expected {wanted}, found `{}`", byte.escape_ascii())),
            Ok(None) => self.wrong(format!("expected {wanted}, found the end of the file")),
            Err(error) => error,
        }
    }

    /// The next byte, not taken.
    fn peek(&mut self) -> Result<Option<u8>, FeedError> {
        if self.at == self.filled {
            self.before += self.filled as u64;
            self.at = 0;
            self.filled = 0;
            self.filled = loop {
                match self.source.read(&mut self.buffer) {
                    Ok(count) => break count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error.into()),
                }
            };
            if self.filled == 0 {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.at]))
    }

    /// The next byte that is no white space, not taken.
    fn peek_solid(&mut self) -> Result<Option<u8>, FeedError> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                other => return Ok(other),
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), FeedError> {
        if self.peek()? == Some(0xEF) {
            for wanted in [0xEF, 0xBB, 0xBF] {
                if self.peek()? != Some(wanted) {
                    return Err(self.unexpected("an object"));
                }
                self.at += 1;
            }
        }
        Ok(())
    }

    fn expect(&mut self, wanted: u8, words: &str) -> Result<(), FeedError> {
        if self.peek_solid()? != Some(wanted) {
            return Err(self.unexpected(words));
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self) -> Result<String, FeedError> {
        if self.peek()? != Some(b'"') {
            return Err(self.unexpected("a member's name"));
        }
        self.take_value()?;
        serde_json::from_slice(&self.value).map_err(|error| self.wrong(error.to_string()))
    }

    /// Moves one whole value into `self.value`.
    fn take_value(&mut self) -> Result<(), FeedError> {
        self.value.clear();
        let Some(first) = self.peek()? else { return Err(self.unexpected("a value")) };
        match first {
            b'{' | b'[' | b'"' => self.take_balanced(),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.take_scalar(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn take_balanced(&mut self) -> Result<(), FeedError> {
        let mut depth = 0_usize;
        let mut in_string = false;
        let mut escaped = false;
        loop {
            if self.peek()?.is_none() {
                return Err(self.wrong("the file ends inside a value"));
            }
            let start = self.at;
            let mut closed = false;
            while self.at < self.filled {
                let byte = self.buffer[self.at];
                self.at += 1;
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            in_string = false;
                            closed = depth == 0;
                        }
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth = depth.saturating_sub(1);
                            closed = depth == 0;
                        }
                        _ => {}
                    }
                }
                if closed {
                    break;
                }
            }
            self.value.extend_from_slice(&self.buffer[start..self.at]);
            if closed {
                return Ok(());
            }
            if self.value.len() > LONGEST_VALUE {
                return Err(self.wrong("a single value of more than 64 MiB"));
            }
        }
    }

    fn take_scalar(&mut self) -> Result<(), FeedError> {
        while let Some(byte) = self.peek()? {
            if matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') || self.value.len() > 64 {
                break;
            }
            self.value.push(byte);
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
