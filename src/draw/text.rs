//! Names as they are shown.

use std::borrow::Cow;

/// The text that stands for a name in every drawing, before a format quotes it.
///
/// A name is shown as it is where it can be seen. What cannot be seen is written
/// as in a Rust literal: control characters and line breaks, characters that turn
/// the direction of the text around them, and characters that no font shows and
/// XML forbids. A name that is empty or only white space is shown in quotes.
/// Spaces that HTML would swallow become no-break spaces.
pub(super) fn visible(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        return Cow::Borrowed(name);
    }
    let quote = if name.trim().is_empty() { "\"" } else { "" };
    let mut text = String::with_capacity(name.len() + 8);
    text.push_str(quote);
    for c in name.chars() {
        match c {
            ' ' if text.is_empty() || text.ends_with([' ', '\u{a0}']) => text.push('\u{a0}'),
            c if is_invisible(c) => text.extend(c.escape_default()),
            c => text.push(c),
        }
    }
    text.push_str(quote);
    if text.ends_with(' ') {
        text.pop();
        text.push('\u{a0}');
    }
    Cow::Owned(text)
}

/// A line of text for a terminal or a file: as it is, but what cannot be seen or
/// would break the line is written as in a Rust literal.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_invisible(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    Cow::Owned(line)
}

/// The visible text of a name in which every character that is not harmless is
/// written as a code.
///
/// An underscore within a word is harmless everywhere: only at the edge of a word,
/// or doubled, does it mark text up.
pub(super) fn coded(
    name: &str,
    is_harmless: impl Fn(char) -> bool,
    code: impl Fn(u32) -> String,
) -> String {
    let mut text = String::with_capacity(name.len());
    let mut is_in_word = false;
    let visible = visible(name);
    let mut chars = visible.chars().peekable();
    while let Some(c) = chars.next() {
        let goes_on = chars.peek().is_some_and(|next| next.is_alphanumeric());
        if is_harmless(c) || (c == '_' && is_in_word && goes_on) {
            text.push(c);
        } else {
            text += &code(u32::from(c));
        }
        is_in_word = c.is_alphanumeric();
    }
    text
}

/// How long a name may be to be part of an id, which is written many times.
const MAX_IN_ID: usize = 64;

/// Whether a name can be part of an id in every format: it is short, consists of
/// ASCII letters, digits and underscores, and begins with a letter.
pub(super) fn is_identifier(name: &str) -> bool {
    name.len() <= MAX_IN_ID
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_plain(name: &str) -> bool {
    !name.trim().is_empty()
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && !name.contains("  ")
        && !name.chars().any(is_invisible)
}

fn is_invisible(c: char) -> bool {
    let point = u32::from(c);
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}')
        || point & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_seen_is_shown_as_it_is() {
        for name in [
            "Closed",
            "a::b",
            "Größe",
            "日本語",
            "שלום",
            "👩‍🚀",
            "\\N",
            "a b",
        ] {
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(visible("a\nb\tc\u{1b}"), "a\\nb\\tc\\u{1b}");
        assert_eq!(visible("a\u{202e}b\u{feff}"), "a\\u{202e}b\\u{feff}");
        assert_eq!(visible("\u{ffff}\u{1fffe}"), "\\u{ffff}\\u{1fffe}");
        assert_eq!(visible(""), "\"\"");
        assert_eq!(visible(" "), "\" \"");
        assert_eq!(visible("\u{3000}"), "\"\u{3000}\"");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(visible_line(" a  b "), " a  b ");
        assert_eq!(visible_line("a\n\u{1b}[31m b"), "a\\n\\u{1b}[31m b");
    }

    #[test]
    fn no_space_is_lost() {
        assert_eq!(visible(" a  b "), "\u{a0}a \u{a0}b\u{a0}");
        assert_eq!(visible("   "), "\" \u{a0}\u{a0}\"");
    }

    #[test]
    fn an_identifier_is_short_and_plain() {
        assert!(is_identifier("Closed_2") && is_identifier(&"a".repeat(64)));
        for name in ["", "2nd", "_a", "a-b", "Größe", &"a".repeat(65)] {
            assert!(!is_identifier(name), "{name}");
        }
    }

    #[test]
    fn underscores_are_harmless_within_words() {
        let coded = |name| coded(name, char::is_alphanumeric, |code| format!("<{code}>"));
        assert_eq!(coded("worker_entry_2"), "worker_entry_2");
        assert_eq!(coded("_a__b_"), "<95>a<95><95>b<95>");
    }
}
