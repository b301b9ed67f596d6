//! Walks as text that can be written into a program and read back.
//!
//! The events stand in order with commas between them. Before them stands the
//! start and a colon, where the machine has several. A name that contains one of
//! these signs, that is empty or that cannot be seen is written as a string of
//! JSON.

use std::borrow::Cow;

/// The name as it stands in a walk or snapshot.
pub(super) fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = !name.is_empty()
        && name.trim() == name
        && !name.contains(['"', ',', ':'])
        && !name.contains("--")
        && name.chars().all(is_shown_as_it_is);
    if is_plain {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if is_shown_as_it_is(c) => text.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    text.push('"');
    Cow::Owned(text)
}

/// A walk in this notation.
pub(super) fn written<'a>(
    start: Option<&str>,
    events: impl IntoIterator<Item = &'a str>,
) -> String {
    let events: Vec<_> = events.into_iter().map(quoted).collect();
    let events = events.join(", ");
    match start {
        Some(start) if events.is_empty() => format!("{}:", quoted(start)),
        Some(start) => format!("{}: {events}", quoted(start)),
        None => events,
    }
}

/// The same as a literal of Rust.
pub(super) fn literal(walk: &str) -> String {
    if !walk.contains(['"', '\\']) {
        return format!("\"{walk}\"");
    }
    // As many signs as are needed for none of its quotes to end the literal.
    let longest = walk
        .split('"')
        .skip(1)
        .map(|after| after.len() - after.trim_start_matches('#').len())
        .max()
        .unwrap_or(0);
    let signs = "#".repeat(longest + 1);
    format!("r{signs}\"{walk}\"{signs}")
}

/// A walk read from text.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Parsed {
    pub(super) start: Option<String>,
    pub(super) events: Vec<String>,
}

/// Reads a walk. The error says what is wrong and at which byte.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let name = match rest.strip_prefix('"') {
            Some(_) => {
                let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let name = match strings.next() {
                    Some(Ok(name)) => name,
                    _ => return Err(format!("the quoted name at byte {at} has no proper end")),
                };
                rest = rest[strings.byte_offset()..].trim_start();
                name
            }
            None => {
                let end = rest.find(['"', ',', ':']).unwrap_or(rest.len());
                let name = rest[..end].trim_end().to_owned();
                if name.is_empty() {
                    return Err(format!("there is no name at byte {at}"));
                }
                rest = &rest[end..];
                name
            }
        };
        let at = text.len() - rest.len();
        match rest.chars().next() {
            None => parsed.events.push(name),
            Some(',') => {
                parsed.events.push(name);
                rest = rest[1..].trim_start();
                if rest.is_empty() {
                    return Err(format!("no event follows the comma at byte {at}"));
                }
            }
            Some(':') if parsed.start.is_none() && parsed.events.is_empty() => {
                parsed.start = Some(name);
                rest = rest[1..].trim_start();
            }
            Some(_) => {
                return Err(format!(
                    "there is a `{}` at byte {at} where a comma or the end should be",
                    rest.chars().next().unwrap_or_default()
                ));
            }
        }
    }
    Ok(parsed)
}

fn is_shown_as_it_is(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || c.escape_debug().count() == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(start: Option<&str>, events: &[&str]) -> Parsed {
        Parsed {
            start: start.map(str::to_owned),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
        }
    }

    #[test]
    fn plain_names_stand_as_they_are() {
        let walk = written(None, ["Open", "exit failed", "Insert(5)", "Größe"]);
        assert_eq!(walk, "Open, exit failed, Insert(5), Größe");
        assert_eq!(
            parse(&walk),
            Ok(parsed(None, &["Open", "exit failed", "Insert(5)", "Größe"]))
        );
        assert_eq!(parse(""), Ok(parsed(None, &[])));
        assert_eq!(
            parse("  Open ,Close "),
            Ok(parsed(None, &["Open", "Close"]))
        );
    }

    #[test]
    fn a_start_stands_before_a_colon() {
        assert_eq!(written(Some("Wait"), ["a", "b"]), "Wait: a, b");
        assert_eq!(written(Some("Wait #2"), []), "Wait #2:");
        assert_eq!(parse("Wait #2:"), Ok(parsed(Some("Wait #2"), &[])));
    }

    #[test]
    fn other_names_are_quoted() {
        assert_eq!(
            written(None, ["Set { a: 1, b: 2 }", "", " x", "a\n\u{202e}"]),
            r#""Set { a: 1, b: 2 }", "", " x", "a\u000a\u202e""#
        );
        assert_eq!(literal("Open"), r#""Open""#);
        assert_eq!(literal("\"a\""), "r#\"\"a\"\"#");
        assert_eq!(literal("\"a\"#, b"), "r##\"\"a\"#, b\"##");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = |text| parse(text).unwrap_err();
        assert_eq!(error("Open,, Close"), "there is no name at byte 5");
        assert_eq!(error("Open, "), "no event follows the comma at byte 4");
        assert_eq!(
            error("Open, \"x"),
            "the quoted name at byte 6 has no proper end"
        );
        assert_eq!(
            error("a: b: c"),
            "there is a `:` at byte 4 where a comma or the end should be"
        );
        assert_eq!(
            error("\"a\" b"),
            "there is a `b` at byte 4 where a comma or the end should be"
        );
        assert_eq!(
            error("a \"b\""),
            "there is a `\"` at byte 2 where a comma or the end should be"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            start in proptest::option::of(any::<String>()),
            events in proptest::collection::vec(any::<String>(), 0..6),
        ) {
            let walk = written(start.as_deref(), events.iter().map(String::as_str));
            prop_assert_eq!(parse(&walk), Ok(Parsed { start, events }));
            prop_assert!(!walk.chars().any(char::is_control));
        }

        #[test]
        fn no_text_is_too_odd_to_be_read(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
