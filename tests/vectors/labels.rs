//! Labels, sets of them, and selectors.

use std::collections::BTreeMap;

use fsmcheck::wire::Selector;
use fsmcheck::wire::label::{Key, LabelError, PatternError, Set, Value as LabelValue};
use serde_json::Value;

use crate::reader::{Line, holds_non_utf8};

pub(crate) const NON_UTF8: &str = "non-utf8 value";

pub(crate) fn label_strings(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return Line::Excepted(NON_UTF8);
    }
    let input = text(&line["input"]);
    let key = Key::new(input).map(String::from);
    let value = LabelValue::new(input).map(String::from);
    Line::compare("key", &expected(line, "key", "new key: "), &outcome(&key)).and(|| {
        Line::compare(
            "value",
            &expected(line, "value", "new value: "),
            &outcome(&value),
        )
    })
}

pub(crate) fn label_sets(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return Line::Excepted(NON_UTF8);
    }
    match text(&line["op"]) {
        "NewSetFromMap" => new_set(line),
        "Add/Get" => add_and_get(line),
        op => Line::Differs(format!("operation {op} is unknown")),
    }
}

pub(crate) fn selectors(line: &Value) -> Line {
    if holds_non_utf8(line) {
        return Line::Excepted(NON_UTF8);
    }
    let selector = Selector {
        key: text(&line["key"]).to_owned(),
        target: text(&line["target"]).to_owned(),
        op: text(&line["op"]).to_owned(),
    };
    let labels: Set = line["set"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key, text(value)))
        .collect();

    let checked = selector.validate();
    let valid = match line.get("validate_err") {
        None => Ok(()),
        Some(error) => Err(text(error).to_owned()),
    };
    let seen = checked.as_ref().map(|_| ()).map_err(selector_text);
    // Where the original panics, ours refuses.
    let matches = line.get("matches").map(|matches| matches == true);
    Line::compare("validate", &valid, &seen)
        .and(|| {
            let seen = selector.matches(&labels).ok();
            Line::compare("matches", &matches, &seen)
        })
        .and(|| match &checked {
            Ok(checked) => Line::compare("checked", &matches, &Some(checked.matches(&labels))),
            Err(_) => Line::Agrees,
        })
}

fn new_set(line: &Value) -> Line {
    let pairs: Vec<_> = line["pairs"]
        .as_array()
        .expect("pairs are a list")
        .iter()
        .map(|pair| (text(&pair[0]), text(&pair[1])))
        .collect();
    let seen = Set::from_map(pairs.iter().copied());
    let Some(error) = line.get("err") else {
        let expected: BTreeMap<_, _> = line["to_map"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), text(value)))
            .collect();
        let seen = seen.as_ref().map(|set| set.iter().collect());
        return Line::compare("set", &Ok(expected), &seen.map_err(set_text));
    };
    // The original walks a hash map: any of the wrong labels may be named.
    let wrong: Vec<_> = pairs
        .iter()
        .filter_map(|&pair| Set::from_map([pair]).err())
        .map(|error| set_text(&error))
        .collect();
    Line::compare("refused", &true, &seen.is_err()).and(|| {
        if wrong.iter().any(|wrong| wrong == text(error)) {
            Line::Agrees
        } else {
            Line::Differs(format!("expected {error}, seen {wrong:?}"))
        }
    })
}

fn add_and_get(line: &Value) -> Line {
    let mut set = Set::new();
    for add in line["adds"].as_array().expect("adds are a list") {
        let expected = add["result"].as_bool();
        let seen = set.add(text(&add["key"]), text(&add["value"])).ok();
        if expected != seen {
            return Line::compare(&format!("add {add}"), &expected, &seen);
        }
    }
    for get in line["gets"].as_array().expect("gets are a list") {
        let expected = get
            .get("exists")
            .map(|exists| (exists == true).then(|| text(&get["value"])));
        let seen = set.get(text(&get["key"])).ok();
        if expected != seen {
            return Line::compare(&format!("get {get}"), &expected, &seen);
        }
    }
    Line::Agrees
}

/// What a line says of a text as key or value: the text, or what is wrong.
fn expected(line: &Value, part: &str, prefix: &str) -> Result<String, String> {
    match line.get(format!("{part}_err")) {
        None => Ok(text(&line[part]).to_owned()),
        Some(error) => Err(text(error)
            .strip_prefix(prefix)
            .expect("the error says what was made")
            .to_owned()),
    }
}

fn outcome(result: &Result<String, LabelError>) -> Result<String, String> {
    result.clone().map_err(|error| label_text(&error))
}

/// The original's words for an error of ours: so that the kind and the text
/// that it names are compared, not only that there is one.
fn label_text(error: &LabelError) -> String {
    match error {
        LabelError::Empty { .. } => "empty label string".to_owned(),
        LabelError::TooLong { text, .. } => format!("label string too long: {text}"),
        LabelError::WrongFormat { text, .. } => format!("label string has wrong format: {text}"),
        other => format!("unexpected: {other:?}"),
    }
}

fn set_text(error: &LabelError) -> String {
    let part = match error {
        LabelError::Empty { part }
        | LabelError::TooLong { part, .. }
        | LabelError::WrongFormat { part, .. } => part,
        other => return format!("unexpected: {other:?}"),
    };
    format!("new {part}: {}", label_text(error))
}

fn selector_text(error: &LabelError) -> String {
    match error {
        LabelError::UnknownOp { key, op } => format!("invalid selector op: key: {key}, op: {op}"),
        LabelError::Pattern { key, source, .. } => format!(
            "validating selector key: {key}: error parsing regexp: {}",
            pattern_text(source)
        ),
        other => format!("validate selector key: {}", label_text(other)),
    }
}

fn pattern_text(error: &PatternError) -> String {
    let (what, fragment) = match error {
        PatternError::InvalidEscape { fragment } => ("invalid escape sequence", fragment.as_str()),
        PatternError::InvalidClass { fragment } => {
            ("invalid character class range", fragment.as_str())
        }
        PatternError::InvalidName { fragment } => ("invalid named capture", fragment.as_str()),
        PatternError::InvalidGroup { fragment } => {
            ("invalid or unsupported Perl syntax", fragment.as_str())
        }
        PatternError::NestedRepetition { fragment } => {
            ("invalid nested repetition operator", fragment.as_str())
        }
        PatternError::InvalidCount { fragment } => ("invalid repeat count", fragment.as_str()),
        PatternError::MissingOperand { fragment } => {
            ("missing argument to repetition operator", fragment.as_str())
        }
        PatternError::MissingBracket { fragment } => ("missing closing ]", fragment.as_str()),
        PatternError::MissingParenthesis { fragment } => ("missing closing )", fragment.as_str()),
        PatternError::UnexpectedParenthesis { fragment } => ("unexpected )", fragment.as_str()),
        PatternError::TrailingBackslash => ("trailing backslash at end of expression", ""),
        PatternError::TooDeep => return "expression nests too deeply".to_owned(),
        other => return format!("unexpected: {other:?}"),
    };
    format!("{what}: `{fragment}`")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
