//! The small pieces of a pattern: characters, escapes and counts.

use super::PatternError;

/// Reads the escape that `rest` begins with and gives the code point it
/// stands for, which may be a surrogate.
pub(super) fn escape(rest: &mut &str) -> Result<u32, PatternError> {
    let before = *rest;
    *rest = &before[1..];
    let Some(c) = next(rest) else {
        return Err(PatternError::TrailingBackslash);
    };
    let code = match c {
        'a' => Some(0x07),
        'f' => Some(0x0C),
        'n' => Some(0x0A),
        'r' => Some(0x0D),
        't' => Some(0x09),
        'v' => Some(0x0B),
        'x' => hexadecimal(rest),
        '0' => Some(octal(0, rest)),
        // A digit alone would refer back to a group.
        '1'..='7' if rest.starts_with(|c| matches!(c, '0'..='7')) => {
            Some(octal(u32::from(c) - u32::from('0'), rest))
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
        _ => None,
    };
    code.ok_or_else(|| PatternError::InvalidEscape {
        fragment: up_to(before, rest),
    })
}

/// Reads up to two more octal digits.
fn octal(first: u32, rest: &mut &str) -> u32 {
    let mut code = first;
    for _ in 0..2 {
        let Some(digit) = rest.chars().next().and_then(|c| c.to_digit(8)) else {
            break;
        };
        code = code * 8 + digit;
        *rest = &rest[1..];
    }
    code
}

/// Reads two hexadecimal digits, or any number of them in braces.
fn hexadecimal(rest: &mut &str) -> Option<u32> {
    let first = next(rest)?;
    if first != '{' {
        let second = next(rest)?;
        return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
    }
    let mut code = None;
    loop {
        match next(rest)? {
            '}' => return code,
            c => {
                let longer = code.unwrap_or(0) * 16 + c.to_digit(16)?;
                if longer > u32::from(char::MAX) {
                    return None;
                }
                code = Some(longer);
            }
        }
    }
}

/// Reads `{2}`, `{2,}` or `{2,5}`: least and most, and what follows. Anything
/// else makes the brace a character. A number too large to be read is given
/// as the largest.
pub(super) fn counts(text: &str) -> Option<(u32, Option<u32>, &str)> {
    let (min, rest) = count(text.strip_prefix('{')?)?;
    let (max, rest) = match rest.strip_prefix(',') {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => count(rest).map(|(max, rest)| (Some(max), rest))?,
    };
    Some((min, max, rest.strip_prefix('}')?))
}

fn count(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() || (number.len() > 1 && number.starts_with('0')) {
        return None;
    }
    Some((number.parse().unwrap_or(u32::MAX), rest))
}

/// Takes the next character off `rest`.
pub(super) fn next(rest: &mut &str) -> Option<char> {
    let mut chars = rest.chars();
    let c = chars.next()?;
    *rest = chars.as_str();
    Some(c)
}

/// The part of `before` that lies in front of `after`, its own end.
pub(super) fn up_to(before: &str, after: &str) -> String {
    before[..before.len() - after.len()].to_owned()
}
