//! What differs between two states.

use std::collections::HashMap;
use std::fmt::{self, Debug, Write as _};

use indexmap::IndexMap;
use serde::Serialize;

use super::form::{Form, Kind, shortened};

/// A tuple of at most this many values that are not made of others is shown whole.
const SMALL_TUPLE: usize = 3;

/// At most this many characters of a key or a field's name are shown in a path.
const LONGEST_IN_PATH: usize = 60;

/// One thing that differs between two states.
///
/// Its `Display` form is a line: `processes[1]: Idle → Inside`,
/// `messages: + Commit`, `messages: - Prepared(2)`.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Where: fields, `[index]` in lists, `[key]` in maps, `.0` in tuples. Empty for
    /// the whole state.
    pub path: String,
    /// What was there; `None` if something was added.
    pub before: Option<String>,
    /// What is there now; `None` if something was removed.
    pub after: Option<String>,
}

/// What differs between two values, as their `Debug` forms show it.
///
/// Forms like the derived ones are compared part by part; of others only the whole
/// is. A variant with another name is another value, whatever it holds. Where lists
/// are of different lengths, what they have in common at the beginning and the end
/// is taken to be the same. What two values do not show is not seen: a type with
/// secrets in its `Debug` form may differ without a change.
///
/// # Examples
///
/// ```
/// use fsmcheck::check::difference;
///
/// #[derive(Debug)]
/// struct State { epoch: u32, inbox: Vec<&'static str> }
///
/// let before = State { epoch: 1, inbox: vec!["ping"] };
/// let after = State { epoch: 2, inbox: vec![] };
/// let lines: Vec<_> = difference(&before, &after).iter().map(ToString::to_string).collect();
/// assert_eq!(lines, ["epoch: 1 → 2", "inbox[0]: - \"ping\""]);
/// ```
#[must_use]
pub fn difference<T: Debug + ?Sized>(before: &T, after: &T) -> Vec<Change> {
    of_texts(&format!("{before:?}"), &format!("{after:?}"))
}

/// What differs between two `Debug` forms.
pub(super) fn of_texts(before: &str, after: &str) -> Vec<Change> {
    let mut comparison = Comparison {
        path: String::new(),
        changes: Vec::new(),
    };
    if before != after {
        comparison.compare(&Form::read(before), &Form::read(after));
    }
    comparison.changes
}

/// What was found so far, and where the comparison is.
struct Comparison {
    path: String,
    changes: Vec<Change>,
}

impl Comparison {
    fn compare(&mut self, before: &Form<'_>, after: &Form<'_>) {
        if before.text == after.text {
            return;
        }
        match (&before.kind, &after.kind) {
            (Kind::Struct(old, before), Kind::Struct(new, after))
                if old == new && names(before).eq(names(after)) =>
            {
                for ((name, before), (_, after)) in before.iter().zip(after) {
                    self.within(Part::Field(name), |inner| inner.compare(before, after));
                }
            }
            (Kind::Tuple(old, olds), Kind::Tuple(new, news))
                if old == new && olds.len() == news.len() && !is_small(olds, news) =>
            {
                for (index, (before, after)) in olds.iter().zip(news).enumerate() {
                    self.within(Part::Position(index), |inner| inner.compare(before, after));
                }
            }
            (Kind::List(old, before), Kind::List(new, after)) if old == new => {
                self.compare_lists(before, after);
            }
            (Kind::Set(before), Kind::Set(after)) => {
                for gone in without(before, after) {
                    self.note(Some(gone), None);
                }
                for come in without(after, before) {
                    self.note(None, Some(come));
                }
            }
            // An empty map looks like an empty set.
            (Kind::Map(_), Kind::Map(_) | Kind::Set(_)) | (Kind::Set(_), Kind::Map(_)) => {
                self.compare_maps(before, after);
            }
            _ => self.note(Some(before), Some(after)),
        }
    }

    /// What is between the common beginning and the common end differs: value by
    /// value, if it is as many, or else as a whole.
    fn compare_lists(&mut self, before: &[Form<'_>], after: &[Form<'_>]) {
        let same = |(before, after): &(&Form<'_>, &Form<'_>)| before.text == after.text;
        let start = before.iter().zip(after).take_while(same).count();
        let (before, after) = (&before[start..], &after[start..]);
        let ends = before.iter().rev().zip(after.iter().rev());
        let end = ends.take_while(same).count();
        let before = &before[..before.len() - end];
        let after = &after[..after.len() - end];
        if before.len() == after.len() {
            for (index, (before, after)) in (start..).zip(before.iter().zip(after)) {
                self.within(Part::Index(index), |inner| inner.compare(before, after));
            }
            return;
        }
        for (index, gone) in (start..).zip(before) {
            self.within(Part::Index(index), |inner| inner.note(Some(gone), None));
        }
        for (index, come) in (start..).zip(after) {
            self.within(Part::Index(index), |inner| inner.note(None, Some(come)));
        }
    }

    /// Key by key; as a whole if keys cannot be told apart.
    fn compare_maps(&mut self, before: &Form<'_>, after: &Form<'_>) {
        let (Some(olds), Some(news)) = (values_by_key(before), values_by_key(after)) else {
            return self.note(Some(before), Some(after));
        };
        for (key, old) in &olds {
            self.within(Part::Key(key), |inner| match news.get(key) {
                Some(new) => inner.compare(old, new),
                None => inner.note(Some(old), None),
            });
        }
        for (key, new) in &news {
            if !olds.contains_key(key) {
                self.within(Part::Key(key), |inner| inner.note(None, Some(new)));
            }
        }
    }

    fn within(&mut self, part: Part<'_>, compare: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        part.add_to(&mut self.path);
        compare(self);
        self.path.truncate(length);
    }

    fn note(&mut self, before: Option<&Form<'_>>, after: Option<&Form<'_>>) {
        self.changes.push(Change {
            path: self.path.clone(),
            before: before.map(|form| form.text.to_owned()),
            after: after.map(|form| form.text.to_owned()),
        });
    }
}

/// The values of a map, or of what may be an empty one, in the order of the map;
/// `None` if there are values that are no map's, or keys that look alike.
fn values_by_key<'f, 't>(form: &'f Form<'t>) -> Option<IndexMap<&'t str, &'f Form<'t>>> {
    match &form.kind {
        Kind::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| (key.text, value));
            let values: IndexMap<_, _> = pairs.collect();
            (values.len() == entries.len()).then_some(values)
        }
        Kind::Set(values) if values.is_empty() => Some(IndexMap::new()),
        _ => None,
    }
}

fn names<'f>(fields: &'f [(&'f str, Form<'f>)]) -> impl Iterator<Item = &'f str> {
    fields.iter().map(|field| field.0)
}

/// Whether tuples say more as a whole than by their parts.
fn is_small(before: &[Form<'_>], after: &[Form<'_>]) -> bool {
    before.len() <= SMALL_TUPLE && before.iter().chain(after).all(Form::is_leaf)
}

/// The values that are there more often than among others.
fn without<'f, 't>(values: &'f [Form<'t>], others: &[Form<'t>]) -> Vec<&'f Form<'t>> {
    let mut left = HashMap::<_, usize>::new();
    for other in others {
        *left.entry(other.text).or_default() += 1;
    }
    let is_extra = |value: &&Form<'t>| match left.get_mut(value.text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    values.iter().filter(is_extra).collect()
}

/// Part of a path.
#[derive(Clone, Copy)]
enum Part<'t> {
    Field(&'t str),
    Position(usize),
    Index(usize),
    Key(&'t str),
}

impl Part<'_> {
    fn add_to(self, path: &mut String) {
        match self {
            Self::Field(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&shortened(name, LONGEST_IN_PATH));
            }
            Self::Position(index) => {
                let _ = write!(path, ".{index}");
            }
            Self::Index(index) => {
                let _ = write!(path, "[{index}]");
            }
            Self::Key(key) => {
                path.push('[');
                path.push_str(&shortened(key, LONGEST_IN_PATH));
                path.push(']');
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{before} → {after}"),
            (Some(before), None) => write!(f, "- {before}"),
            (None, after) => write!(f, "+ {}", after.as_deref().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::check::form::tests::{Value, value};

    fn lines(before: &str, after: &str) -> Vec<String> {
        let changes = of_texts(before, after);
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn fields_and_lists_have_paths() {
        assert_eq!(
            lines(
                "State { taken: false, processes: [Idle, Idle, Done] }",
                "State { taken: true, processes: [Idle, Inside, Done] }",
            ),
            ["taken: false → true", "processes[1]: Idle → Inside"]
        );
        assert_eq!(
            lines("S { a: [S { b: 1 }] }", "S { a: [S { b: 2 }] }"),
            ["a[0].b: 1 → 2"]
        );
        assert_eq!(lines("[1, 2]", "[1, 3]"), ["[1]: 2 → 3"]);
        assert_eq!(lines("1", "2"), ["1 → 2"]);
    }

    #[test]
    fn what_comes_and_goes_is_marked() {
        assert_eq!(
            lines("S { m: {Abort, Prepared(2)} }", "S { m: {Abort, Commit} }"),
            ["m: - Prepared(2)", "m: + Commit"]
        );
        assert_eq!(lines("{1, 1, 2}", "{1, 2, 2}"), ["- 1", "+ 2"]);
        assert_eq!(
            lines(
                r#"{"a": 1, "b": S { c: 2 }, "d": 4}"#,
                r#"{"b": S { c: 3 }, "d": 4, "e": 5}"#
            ),
            [r#"["a"]: - 1"#, r#"["b"].c: 2 → 3"#, r#"["e"]: + 5"#]
        );
        assert_eq!(lines("{}", "{1: 2}"), ["[1]: + 2"]);
        assert_eq!(lines("{1: 2}", "{}"), ["[1]: - 2"]);
    }

    #[test]
    fn lists_differ_between_what_they_have_in_common() {
        assert_eq!(lines("[a, b, c]", "[b, c]"), ["[0]: - a"]);
        assert_eq!(lines("[a, b]", "[a, b, c]"), ["[2]: + c"]);
        assert_eq!(lines("[a, c]", "[a, b, c]"), ["[1]: + b"]);
        assert_eq!(lines("[a, a]", "[a]"), ["[1]: - a"]);
        assert_eq!(
            lines("[a, b, z]", "[a, x, y, w, z]"),
            ["[1]: - b", "[1]: + x", "[2]: + y", "[3]: + w"]
        );
    }

    #[test]
    fn small_tuples_and_other_variants_are_shown_whole() {
        assert_eq!(lines("W(3)", "W(2)"), ["W(3) → W(2)"]);
        assert_eq!(lines("(1, 2, 3)", "(1, 2, 4)"), ["(1, 2, 3) → (1, 2, 4)"]);
        assert_eq!(lines("(1, 2, 3, 4)", "(1, 2, 3, 5)"), [".3: 4 → 5"]);
        assert_eq!(
            lines("S { o: Some(T { a: 1 }) }", "S { o: Some(T { a: 2 }) }"),
            ["o.0.a: 1 → 2"]
        );
        assert_eq!(
            lines("A { x: 1 }", "B { x: 2 }"),
            ["A { x: 1 } → B { x: 2 }"]
        );
        assert_eq!(lines("(1, 2)", "(1, 2, 3)"), ["(1, 2) → (1, 2, 3)"]);
        assert_eq!(
            lines("A { x: 1 }", "A { y: 1 }"),
            ["A { x: 1 } → A { y: 1 }"]
        );
    }

    #[test]
    fn paths_are_short() {
        let key = "k".repeat(1_000);
        let path = format!("[{}…]", "k".repeat(LONGEST_IN_PATH));
        assert_eq!(
            lines(&format!("{{{key}: 1}}"), &format!("{{{key}: 2}}")),
            [format!("{path}: 1 → 2")]
        );
    }

    #[test]
    fn keys_that_look_alike_are_not_told_apart() {
        assert_eq!(
            lines("{k: 2, k: 2}", "{k: 1, k: 2}"),
            ["{k: 2, k: 2} → {k: 1, k: 2}"]
        );
    }

    /// What is nowhere in a generated value.
    const NEW: &str = "Replaced";

    /// Replaces something in a value, and says how that has to be shown: the path, and
    /// what was there.
    fn replace(value: &mut Value, choices: &[Index], path: String) -> (String, Vec<Change>) {
        let text = format!("{value:?}");
        let choice = |length: usize| choices.first().map_or(0, |choice| choice.index(length));
        let rest = choices.get(1..).unwrap_or_default();
        let is_leaf = |value: &Value| {
            !matches!(
                value,
                Value::Struct(..)
                    | Value::Tuple(..)
                    | Value::List(_)
                    | Value::Set(_)
                    | Value::Map(_)
            )
        };
        let dot = if path.is_empty() { "" } else { "." };
        match value {
            Value::Struct(_, fields) => {
                // A field's name may occur twice, which no compiler lets pass.
                let position = choice(fields.len());
                let (name, field) = &mut fields[position];
                return replace(field, rest, format!("{path}{dot}{name}"));
            }
            Value::Tuple(_, values) => {
                let position = choice(values.len());
                if values.len() > SMALL_TUPLE || !values.iter().all(is_leaf) {
                    return replace(&mut values[position], rest, format!("{path}.{position}"));
                }
                values[position] = Value::Unit(NEW.to_owned());
            }
            Value::List(values) if !values.is_empty() => {
                let position = choice(values.len());
                return replace(&mut values[position], rest, format!("{path}[{position}]"));
            }
            Value::Map(values) if !values.is_empty() => {
                let position = choice(values.len());
                let (key, value) = values.iter_mut().nth(position).unwrap();
                let key = shortened(&format!("{key:?}"), LONGEST_IN_PATH).into_owned();
                return replace(value, rest, format!("{path}[{key}]"));
            }
            Value::Set(values) if !values.is_empty() => {
                let gone = values.iter().nth(choice(values.len())).unwrap().clone();
                values.remove(&gone);
                values.insert(Value::Unit(NEW.to_owned()));
                let change = |before, after| Change {
                    path: path.clone(),
                    before,
                    after,
                };
                return (
                    path.clone(),
                    vec![
                        change(Some(format!("{gone:?}")), None),
                        change(None, Some(NEW.to_owned())),
                    ],
                );
            }
            _ => *value = Value::Unit(NEW.to_owned()),
        }
        let change = Change {
            path: path.clone(),
            before: Some(text),
            after: Some(format!("{value:?}")),
        };
        (path, vec![change])
    }

    proptest! {
        #[test]
        fn equal_values_do_not_differ(value in value()) {
            prop_assert_eq!(difference(&value, &value.clone()), []);
        }

        #[test]
        fn values_that_show_a_difference_differ(before in value(), after in value()) {
            let is_same = format!("{before:?}") == format!("{after:?}");
            prop_assert_eq!(difference(&before, &after).is_empty(), is_same);
        }

        #[test]
        fn one_replacement_is_one_change_at_its_place(
            before in value(),
            choices in prop::collection::vec(any::<Index>(), 6),
        ) {
            let mut after = before.clone();
            let (_, changes) = replace(&mut after, &choices, String::new());
            prop_assert_eq!(difference(&before, &after), changes, "{:?}\n{:?}", before, after);
        }

        #[test]
        fn lists_can_be_made_from_each_other(
            before in prop::collection::vec(0..4_u8, 0..8),
            after in prop::collection::vec(0..4_u8, 0..8),
        ) {
            let mut list: Vec<_> = before.iter().map(ToString::to_string).map(Some).collect();
            let changes = difference(&before, &after);
            let index = |change: &Change| {
                change.path.trim_matches(['[', ']']).parse::<usize>().unwrap()
            };
            for change in &changes {
                if let Some(old) = &change.before {
                    prop_assert_eq!(list[index(change)].as_ref(), Some(old));
                    list[index(change)] = change.after.clone();
                }
            }
            let mut list: Vec<_> = list.into_iter().flatten().collect();
            for change in changes.iter().filter(|change| change.before.is_none()) {
                list.insert(index(change), change.after.clone().unwrap());
            }
            prop_assert_eq!(list, after.iter().map(ToString::to_string).collect::<Vec<_>>());
        }

        #[test]
        fn no_text_is_too_odd(
            before in r#"[a{}()\[\],: '"\\é]{0,40}"#,
            after in r#"[a{}()\[\],: '"\\é]{0,40}"#,
        ) {
            of_texts(&before, &after);
            of_texts(&before, &before);
        }
    }

    #[test]
    fn size_and_depth_are_no_trouble() {
        let wide = |last| format!("[{}{last}]", "1, ".repeat(300_000));
        assert_eq!(lines(&wide(1), &wide(2)), ["[300000]: 1 → 2"]);
        let deep = |inner| format!("{}{inner}{}", "S { a: ".repeat(20_000), " }".repeat(20_000));
        let changes = of_texts(&deep(1), &deep(2));
        assert_eq!(changes.len(), 1);
        assert!(changes[0].path.starts_with("a.a.a"));
    }
}
