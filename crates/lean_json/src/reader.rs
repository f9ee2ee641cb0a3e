//! What stands in the text? All that is not about a type, and so is there once.

use crate::{Read, Unreadable};
use std::borrow::Cow;

/// Values within each other, at most: deeper ones are refused before the stack ends.
const DEPTH_MAX: u8 = 127;
/// The largest power of ten that a float holds exactly.
const POWER_MAX: i32 = 22;

/// A text, and how far it is read.
pub(crate) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
}

pub(crate) enum Number {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

impl<'de> Reader<'de> {
    /// At the beginning of a text.
    pub(crate) const fn of(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte at hand.
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The byte at hand, which is then behind.
    fn next(&mut self) -> Read<u8> {
        let byte = self.byte().ok_or(Unreadable)?;
        self.at += 1;
        Ok(byte)
    }

    /// The first byte of what comes next.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    pub(crate) fn take(&mut self, byte: u8) -> Read<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    pub(crate) fn word(&mut self, word: &str) -> Read<()> {
        let rest = self.text.get(self.at..).ok_or(Unreadable)?;
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    pub(crate) fn end(&mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(Unreadable) }
    }

    pub(crate) fn open(&mut self, byte: u8) -> Read<()> {
        self.take(byte)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unreadable) } else { Ok(()) }
    }

    pub(crate) fn close(&mut self, byte: u8) -> Read<()> {
        self.depth -= 1;
        self.take(byte)
    }

    /// Is there another one before the end? Steps over the comma between them.
    pub(crate) fn another(&mut self, first: &mut bool, end: u8) -> Read<bool> {
        let is_first = std::mem::replace(first, false);
        match self.peek() {
            Some(byte) if byte == end => Ok(false),
            Some(_) if is_first => Ok(true),
            Some(b',') => {
                self.at += 1;
                if self.peek() == Some(end) { Err(Unreadable) } else { Ok(true) }
            }
            _ => Err(Unreadable),
        }
    }

    /// What has been read since.
    fn since(&self, start: usize) -> Read<&'de str> {
        self.text.get(start..self.at).ok_or(Unreadable)
    }

    pub(crate) fn string(&mut self) -> Read<Cow<'de, str>> {
        self.take(b'"')?;
        let mut start = self.at;
        let mut made = String::new();
        loop {
            match self.next()? {
                b'"' => {
                    self.at -= 1;
                    let rest = self.since(start)?;
                    self.at += 1;
                    return Ok(if made.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(made + rest) });
                }
                b'\\' => {
                    self.at -= 1;
                    made.push_str(self.since(start)?);
                    self.at += 1;
                    made.push(self.escaped()?);
                    start = self.at;
                }
                0..=0x1f => return Err(Unreadable),
                _ => {}
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        Ok(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) {
                    // The second half of a character beyond the first 65,536.
                    self.word("\\u")?;
                    let low = self.hex()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(Unreadable);
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                return char::from_u32(code).ok_or(Unreadable);
            }
            _ => return Err(Unreadable),
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.next()?).to_digit(16).ok_or(Unreadable)?;
        }
        Ok(code)
    }

    /// Reads digits into `digits`, which holds as many as fit; how many there were, and how many did not fit.
    fn digits(&mut self, digits: &mut u64) -> (usize, i32) {
        let (start, mut left) = (self.at, 0);
        while let Some(byte @ b'0'..=b'9') = self.byte() {
            self.at += 1;
            let more = digits.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(byte - b'0')));
            match more {
                Some(more) if left == 0 => *digits = more,
                _ => left += 1,
            }
        }
        (self.at - start, left)
    }

    #[allow(clippy::cast_precision_loss, reason = "a float holds 53 digits, as everywhere")]
    pub(crate) fn number(&mut self) -> Read<Number> {
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let leads = self.byte() == Some(b'0');
        let mut digits = 0;
        let (count, mut power) = self.digits(&mut digits);
        if count == 0 || (leads && count > 1) {
            return Err(Unreadable);
        }
        let mut whole = power == 0;
        if self.byte() == Some(b'.') {
            self.at += 1;
            whole = false;
            let (count, left) = self.digits(&mut digits);
            if count == 0 {
                return Err(Unreadable);
            }
            power -= i32::try_from(count).map_err(|_| Unreadable)? - left;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            whole = false;
            let below = self.byte() == Some(b'-');
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            let mut exponent = 0;
            let (count, _) = self.digits(&mut exponent);
            if count == 0 {
                return Err(Unreadable);
            }
            // Beyond these, every float is zero or too large.
            let exponent = i32::try_from(exponent.min(100_000)).map_err(|_| Unreadable)?;
            power += if below { -exponent } else { exponent };
        }
        match (whole, negative) {
            (true, false) => return Ok(Number::Positive(digits)),
            (true, true) if digits > 0 && digits <= i64::MIN.unsigned_abs() => {
                return Ok(Number::Negative(0_i64.wrapping_sub_unsigned(digits)));
            }
            _ => {}
        }
        let mut float = digits as f64;
        while power != 0 && float != 0.0 && float.is_finite() {
            let step = power.clamp(-POWER_MAX, POWER_MAX);
            let ten = 10_f64.powi(step.abs());
            float = if step < 0 { float / ten } else { float * ten };
            power -= step;
        }
        if float.is_finite() {
            Ok(Number::Float(if negative { -float } else { float }))
        } else {
            Err(Unreadable)
        }
    }

    /// Reads over a value, whatever it is.
    pub(crate) fn skip(&mut self) -> Read<()> {
        match self.peek().ok_or(Unreadable)? {
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'"' => self.string().map(drop),
            b'[' => {
                self.open(b'[')?;
                let mut first = true;
                while self.another(&mut first, b']')? {
                    self.skip()?;
                }
                self.close(b']')
            }
            b'{' => {
                self.open(b'{')?;
                let mut first = true;
                while self.another(&mut first, b'}')? {
                    self.string()?;
                    self.take(b':')?;
                    self.skip()?;
                }
                self.close(b'}')
            }
            _ => self.number().map(drop),
        }
    }

    /// A value's text as it is.
    pub(crate) fn raw(&mut self) -> Read<&'de str> {
        self.peek();
        let start = self.at;
        self.skip()?;
        self.since(start)
    }
}
