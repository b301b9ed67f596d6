//! Strings: finding their end, taking out escapes, putting them in.

use std::borrow::Cow;

/// A string as it stands in the text, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(super) raw: &'a [u8],
    /// Whether there is a backslash in it.
    pub(super) escaped: bool,
}

impl<'a> Token<'a> {
    /// The text, with U+FFFD for every byte that is not UTF-8 and for every
    /// lone surrogate.
    pub(crate) fn text(self) -> Cow<'a, str> {
        if self.escaped {
            return Cow::Owned(unescape(self.raw));
        }
        match std::str::from_utf8(self.raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                let mut text = String::with_capacity(self.raw.len());
                push_lossy(&mut text, self.raw);
                Cow::Owned(text)
            }
        }
    }
}

/// How many bytes precede the first quote, backslash or control character;
/// all of them if there is none. Eight bytes are looked at in one go.
#[inline]
pub(super) fn special_byte(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The high bit of each byte that is zero; bytes above the first such one
    // may be wrong.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut count = 0;
    let (chunks, rest) = text.as_chunks::<8>();
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let quote = zero(word ^ (ONES * b'"' as u64));
        let backslash = zero(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | backslash | control) & HIGHS;
        if found != 0 {
            return count + (found.trailing_zeros() / 8) as usize;
        }
        count += 8;
    }
    count
        + rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
            .unwrap_or(rest.len())
}

/// Takes out the escapes of a string that the reader has accepted.
fn unescape(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        push_lossy(&mut text, &rest[..backslash]);
        rest = &rest[backslash + 1..];
        let Some((letter, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        text.push(match letter {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => unit_escape(&mut rest),
            other => char::from(*other),
        });
    }
    push_lossy(&mut text, rest);
    text
}

/// The character of a `\u` escape; two of them if they are a surrogate pair.
fn unit_escape(rest: &mut &[u8]) -> char {
    let first = unit(rest);
    *rest = rest.get(4..).unwrap_or_default();
    if let Some(second) = rest.strip_prefix(b"\\u")
        && let Some(Ok(pair)) = char::decode_utf16([first, unit(second)]).next()
        && pair > '\u{ffff}'
    {
        *rest = &rest[6..];
        return pair;
    }
    char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The UTF-16 unit that four hexadecimal digits stand for.
fn unit(digits: &[u8]) -> u16 {
    digits.iter().take(4).fold(0, |unit, digit| {
        let value = char::from(*digit).to_digit(16).unwrap_or_default();
        unit << 4 | value as u16
    })
}

/// Appends bytes, with one U+FFFD for *each* byte that is not UTF-8. (The
/// standard library's lossy conversion puts one for a whole cut-off sequence.)
fn push_lossy(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Appends `text` as a JSON string, with every escape that the original makes.
pub(super) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        if !ESCAPED[usize::from(byte)] {
            continue;
        }
        let after = if byte == FIRST_OF_SEPARATORS {
            match text.as_bytes()[index..] {
                [_, 0x80, 0xa8 | 0xa9, ..] => index + 3,
                _ => continue,
            }
        } else {
            index + 1
        };
        out.push_str(&text[plain..index]);
        plain = after;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            FIRST_OF_SEPARATORS if text[index..after] == *"\u{2028}" => out.push_str("\\u2028"),
            FIRST_OF_SEPARATORS => out.push_str("\\u2029"),
            other => {
                out.push_str("\\u00");
                for digit in [other >> 4, other & 15] {
                    out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
                }
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// With this byte the line and paragraph separators begin, and many others.
const FIRST_OF_SEPARATORS: u8 = 0xe2;

/// The bytes at which writing a string may have to do more than copy.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        escaped[control] = true;
        control += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    // So that the text can stand inside HTML.
    escaped[b'<' as usize] = true;
    escaped[b'>' as usize] = true;
    escaped[b'&' as usize] = true;
    escaped[FIRST_OF_SEPARATORS as usize] = true;
    escaped
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn unescaped(raw: &[u8], expected: &str) {
        let escaped = raw.contains(&b'\\');
        assert_eq!(Token { raw, escaped }.text(), expected);
    }

    #[test]
    fn escapes_are_taken_out() {
        unescaped(br#"a\"\\\/\b\f\n\r\tz"#, "a\"\\/\u{8}\u{c}\n\r\tz");
        unescaped(br"\u0041\u00e9\uFFFD", "A\u{e9}\u{fffd}");
        unescaped(br"\ud83d\ude00", "\u{1f600}");
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        unescaped(br"\ud83d", "\u{fffd}");
        unescaped(br"\ude00\ud83d", "\u{fffd}\u{fffd}");
        unescaped(br"\ud83dx", "\u{fffd}x");
        unescaped(br"\ud83d\n", "\u{fffd}\n");
        unescaped(br"\ud83d\u0041", "\u{fffd}A");
        unescaped(br"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}");
    }

    #[test]
    fn every_bad_byte_is_replaced_by_itself() {
        unescaped(b"a\xf0\x9f\x98z", "a\u{fffd}\u{fffd}\u{fffd}z");
        unescaped(b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}");
        unescaped(b"\xff\\n\xc3", "\u{fffd}\n\u{fffd}");
    }

    #[test]
    fn strings_are_written_with_the_originals_escapes() {
        let mut out = String::new();
        push_string(
            &mut out,
            "<a>&\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{2028}\u{2029}\u{2027}\u{fffd}\u{1f600}",
        );
        assert_eq!(
            out,
            "\"\\u003ca\\u003e\\u0026\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\\u2028\\u2029\u{2027}\u{fffd}\u{1f600}\""
        );
    }

    proptest! {
        #[test]
        fn the_special_byte_is_found_as_by_a_plain_search(
            text in prop::collection::vec(
                prop_oneof![
                    8 => any::<u8>(),
                    1 => prop::sample::select(vec![b'"', b'\\', 0, 0x1f, 0x20, 0x21, 0x7f, 0x80, 0xa2, 0xff]),
                ],
                0..40,
            ),
        ) {
            let expected = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(special_byte(&text), expected.unwrap_or(text.len()));
        }

        #[test]
        fn what_is_written_is_read_back(text in any::<String>()) {
            let mut out = String::new();
            push_string(&mut out, &text);
            let raw = &out.as_bytes()[1..out.len() - 1];
            prop_assert_eq!(special_byte(raw) == raw.len() || raw.contains(&b'\\'), true);
            unescaped(raw, &text);
        }
    }
}
