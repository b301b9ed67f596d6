//! The shape of a value, read from its `Debug` form.

use std::borrow::Cow;

/// How deeply forms are read: what is nested deeper is one piece.
const MAX_DEPTH: usize = 64;

/// A value as its `Debug` form shows it.
///
/// Forms that are not like derived ones are no error: what cannot be read is a
/// [leaf](Kind::Leaf).
#[derive(Debug)]
pub(super) struct Form<'t> {
    /// The whole text of the value.
    pub(super) text: &'t str,
    pub(super) kind: Kind<'t>,
}

/// What a value is made of. Names may be empty.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// A number, a string, a variant without fields, or what could not be read.
    Leaf,
    /// `Name { field: value }`.
    Struct(&'t str, Vec<(&'t str, Form<'t>)>),
    /// `Name(value, value)`.
    Tuple(&'t str, Vec<Form<'t>>),
    /// `[value, value]`.
    List(&'t str, Vec<Form<'t>>),
    /// `{value, value}`; an empty map looks the same.
    Set(Vec<Form<'t>>),
    /// `{key: value, key: value}`.
    Map(Vec<(Form<'t>, Form<'t>)>),
}

impl<'t> Form<'t> {
    /// Reads a `Debug` form, compact or pretty. Takes time and room in proportion to
    /// the text.
    pub(super) fn read(text: &'t str) -> Self {
        let mut reader = Reader {
            text,
            at: 0,
            has_strings: true,
        };
        let form = reader.value(0, false);
        form.filter(|_| reader.at == text.len())
            .unwrap_or_else(|| Self::leaf(text.trim()))
    }

    const fn leaf(text: &'t str) -> Self {
        Self {
            text,
            kind: Kind::Leaf,
        }
    }

    /// Whether it is not made of anything.
    pub(super) const fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::Leaf)
    }
}

/// The beginning of a text, of at most this many characters, with a mark if it goes on.
pub(super) fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// One of the things between brackets. Only in braces there are keys.
struct Entry<'t> {
    key: Option<Form<'t>>,
    value: Form<'t>,
}

/// Reads a text from its beginning. `None` means everywhere that brackets do not
/// match, which makes the text as a whole unreadable.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Whether a quotation mark may still begin a string: not behind one that was
    /// never closed.
    has_strings: bool,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Reads up to what ends a value. All delimiters are ASCII, so that no character
    /// is cut in two.
    fn value(&mut self, depth: usize, has_keys: bool) -> Option<Form<'t>> {
        self.skip_space();
        let start = self.at;
        let mut groups = 0;
        let mut kind = Kind::Leaf;
        let mut group_end = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' | b'[' | b'{' => {
                    let name = self.text[start..self.at].trim_end();
                    groups += 1;
                    kind = self.group(name, depth)?;
                    group_end = self.at;
                }
                b')' | b']' | b'}' | b',' => break,
                b':' if has_keys && self.ends_key() => break,
                _ => self.piece(),
            }
        }
        let text = self.text[start..self.at].trim_end();
        let is_group = groups == 1 && group_end == start + text.len();
        Some(Form {
            text,
            kind: if is_group { kind } else { Kind::Leaf },
        })
    }

    /// Whether the colon here is one between a key and its value, not one of a path
    /// or of a time of day.
    fn ends_key(&self) -> bool {
        let next = self.text.as_bytes().get(self.at + 1);
        next.is_some_and(u8::is_ascii_whitespace)
    }

    /// Passes over one byte, or over a whole string or character.
    fn piece(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest[0] {
            b'"' if self.has_strings => {
                let length = string_length(rest);
                self.has_strings = length.is_some();
                length
            }
            b'\'' => char_length(&self.text[self.at..]),
            _ => None,
        };
        self.at += length.unwrap_or(1);
    }

    /// Reads what is between the bracket here and its counterpart.
    fn group(&mut self, name: &'t str, depth: usize) -> Option<Kind<'t>> {
        let open = self.peek()?;
        if depth == MAX_DEPTH {
            self.skip_group()?;
            return Some(Kind::Leaf);
        }
        let close = counterpart(open);
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == close {
                self.at += 1;
                return Some(kind_of(open, name, entries));
            }
            let mut value = self.value(depth + 1, open == b'{')?;
            let mut key = None;
            if self.peek()? == b':' {
                self.at += 1;
                key = Some(value);
                value = self.value(depth + 1, false)?;
            }
            entries.push(Entry { key, value });
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => {}
                _ => return None,
            }
        }
    }

    /// Passes over the bracket here and all up to its counterpart.
    fn skip_group(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            match self.peek()? {
                byte @ (b'(' | b'[' | b'{') => {
                    open.push(counterpart(byte));
                    self.at += 1;
                }
                byte @ (b')' | b']' | b'}') => {
                    if open.pop() != Some(byte) {
                        return None;
                    }
                    self.at += 1;
                    if open.is_empty() {
                        return Some(());
                    }
                }
                _ => self.piece(),
            }
        }
    }
}

const fn counterpart(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// What the entries between brackets make.
fn kind_of<'t>(open: u8, name: &'t str, entries: Vec<Entry<'t>>) -> Kind<'t> {
    let values = |entries: Vec<Entry<'t>>| entries.into_iter().map(|entry| entry.value).collect();
    if open == b'(' {
        return Kind::Tuple(name, values(entries));
    }
    if open == b'[' {
        return Kind::List(name, values(entries));
    }
    let mut entries = entries;
    // `..` says that fields were left out.
    if !name.is_empty() && entries.last().is_some_and(|last| last.value.text == "..") {
        entries.pop();
    }
    let keyed = entries.iter().filter(|entry| entry.key.is_some()).count();
    if keyed == 0 && name.is_empty() {
        return Kind::Set(values(entries));
    }
    if keyed < entries.len() {
        return Kind::Leaf;
    }
    let pairs = entries
        .into_iter()
        .filter_map(|entry| Some((entry.key?, entry.value)));
    if name.is_empty() {
        Kind::Map(pairs.collect())
    } else {
        Kind::Struct(name, pairs.map(|(key, value)| (key.text, value)).collect())
    }
}

/// How many bytes the string takes that begins here; `None` if it does not end.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// How many bytes the character in quotation marks takes that begins here; `None` if
/// it is none, but perhaps an apostrophe.
fn char_length(text: &str) -> Option<usize> {
    /// `'\u{10ffff}'`.
    const LONGEST: usize = 12;
    let inside = text.get(1..)?;
    let length = match inside.strip_prefix('\\') {
        // The character behind the backslash may be a quotation mark itself.
        Some(escape) => {
            let escaped = escape.chars().next()?.len_utf8();
            let end = escape.as_bytes().iter().take(LONGEST).skip(escaped);
            1 + escaped + end.take_while(|byte| **byte != b'\'').count()
        }
        None => inside.chars().next().filter(|c| *c != '\'')?.len_utf8(),
    };
    (inside.as_bytes().get(length) == Some(&b'\'')).then_some(length + 2)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt;

    use proptest::prelude::*;

    use super::*;

    /// Any value, with a `Debug` form as a derived one is.
    #[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
    pub(in crate::check) enum Value {
        Unit(String),
        Number(i64),
        Text(String),
        Character(char),
        Struct(String, Vec<(String, Self)>),
        Tuple(String, Vec<Self>),
        List(Vec<Self>),
        Set(BTreeSet<Self>),
        Map(BTreeMap<Self, Self>),
    }

    impl fmt::Debug for Value {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Unit(name) => f.write_str(name),
                Self::Number(number) => number.fmt(f),
                Self::Text(text) => text.fmt(f),
                Self::Character(character) => character.fmt(f),
                Self::Struct(name, fields) => {
                    let mut form = f.debug_struct(name);
                    for (name, value) in fields {
                        form.field(name, value);
                    }
                    form.finish()
                }
                Self::Tuple(name, values) => {
                    let mut form = f.debug_tuple(name);
                    for value in values {
                        form.field(value);
                    }
                    form.finish()
                }
                Self::List(values) => f.debug_list().entries(values).finish(),
                Self::Set(values) => f.debug_set().entries(values).finish(),
                Self::Map(values) => f.debug_map().entries(values).finish(),
            }
        }
    }

    impl Value {
        /// Whether a form has the shape of this value.
        fn is_read_as(&self, form: &Form<'_>) -> bool {
            let all = |values: Vec<&Self>, forms: &[Form<'_>]| {
                values.len() == forms.len()
                    && values
                        .iter()
                        .zip(forms)
                        .all(|(value, form)| value.is_read_as(form))
            };
            match (self, &form.kind) {
                (Self::Struct(name, fields), Kind::Struct(read, forms)) => {
                    let names = fields.iter().map(|field| field.0.as_str());
                    name == read
                        && names.eq(forms.iter().map(|field| field.0))
                        && fields
                            .iter()
                            .zip(forms)
                            .all(|(field, form)| field.1.is_read_as(&form.1))
                }
                (Self::Tuple(name, values), Kind::Tuple(read, forms)) => {
                    name == read && all(values.iter().collect(), forms)
                }
                (Self::List(values), Kind::List(_, forms)) => all(values.iter().collect(), forms),
                (Self::Set(values), Kind::Set(forms)) => all(values.iter().collect(), forms),
                (Self::Map(values), Kind::Set(forms)) => values.is_empty() && forms.is_empty(),
                (Self::Map(values), Kind::Map(forms)) => {
                    values.len() == forms.len()
                        && values.iter().zip(forms).all(|(pair, form)| {
                            pair.0.is_read_as(&form.0) && pair.1.is_read_as(&form.1)
                        })
                }
                (
                    Self::Unit(_) | Self::Number(_) | Self::Text(_) | Self::Character(_),
                    Kind::Leaf,
                ) => form.text == format!("{self:?}"),
                _ => false,
            }
        }
    }

    /// A map has each key once: of keys that look alike, the first one stays.
    fn map(mut entries: BTreeMap<Value, Value>) -> Value {
        let mut keys = BTreeSet::new();
        entries.retain(|key, _| keys.insert(format!("{key:?}")));
        Value::Map(entries)
    }

    fn name() -> impl Strategy<Value = String> {
        "[A-Z][a-z]{0,3}"
    }

    pub(in crate::check) fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            name().prop_map(Value::Unit),
            any::<i64>().prop_map(Value::Number),
            any::<String>().prop_map(Value::Text),
            any::<char>().prop_map(Value::Character),
            prop::sample::select(vec!['\'', '"', '\\', '{', ')', '\n', ':'])
                .prop_map(Value::Character),
            r#"[a"\\{}()\[\],: ']{0,6}"#.prop_map(Value::Text),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            let fields = prop::collection::vec(("[a-z]{1,3}", inner.clone()), 1..4);
            prop_oneof![
                (name(), fields).prop_map(|(name, fields)| Value::Struct(name, fields)),
                (
                    prop_oneof![name(), Just(String::new())],
                    prop::collection::vec(inner.clone(), 1..4)
                )
                    .prop_map(|(name, values)| Value::Tuple(name, values)),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_set(inner.clone(), 0..4).prop_map(Value::Set),
                prop::collection::btree_map(inner.clone(), inner, 0..4).prop_map(map),
            ]
        })
    }

    proptest! {
        #[test]
        fn derived_forms_are_read_as_they_are(value in value()) {
            let text = format!("{value:?}");
            prop_assert!(value.is_read_as(&Form::read(&text)), "{text}");
        }

        #[test]
        fn pretty_forms_have_the_same_shape(value in value()) {
            // A pretty leaf is the same leaf; only the texts of groups differ.
            let text = format!("{value:#?}");
            prop_assert!(value.is_read_as(&Form::read(&text)), "{text}");
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            Form::read(&text);
        }

        #[test]
        fn any_mess_of_brackets_is_read(text in r#"[a{}()\[\],: '"\\é]{0,60}"#) {
            Form::read(&text);
        }

        #[test]
        fn what_was_cut_off_is_a_leaf(value in value(), cut in any::<prop::sample::Index>()) {
            let mut text = format!("{value:?}");
            let is_open = text.ends_with([')', ']', '}']);
            let cut = cut.index(text.len());
            prop_assume!(is_open && cut > 0 && text.is_char_boundary(cut));
            text.truncate(cut);
            prop_assert!(Form::read(&text).is_leaf() || !text.ends_with(char::is_alphanumeric));
        }
    }

    #[test]
    fn what_is_no_derived_form_is_a_leaf() {
        for text in [
            "",
            "0..5",
            "a::b",
            "12:30:00",
            "don't (ever) stop",
            "a)",
            "(a",
            "(a]",
            "{a: 1, b}",
            "S { a, b }",
            "[1][2]",
            "1, 2",
        ] {
            assert!(Form::read(text).is_leaf(), "{text}");
        }
    }

    #[test]
    fn odd_parts_do_not_hide_the_rest() {
        let form = Form::read("S { at: 12:30:00, path: a::b<c>, it: don't, range: 0..5, .. }");
        let Kind::Struct("S", fields) = form.kind else {
            panic!("not a struct: {form:?}");
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, form)| (*name, form.text))
            .collect();
        assert_eq!(
            fields,
            [
                ("at", "12:30:00"),
                ("path", "a::b<c>"),
                ("it", "don't"),
                ("range", "0..5"),
            ]
        );
    }

    #[test]
    fn colons_of_paths_and_times_end_no_key() {
        let map = Form::read("{a::b: 1, 12:30:00: c::d}");
        let Kind::Map(entries) = map.kind else {
            panic!("not a map: {map:?}");
        };
        let entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| (key.text, value.text))
            .collect();
        assert_eq!(entries, [("a::b", "1"), ("12:30:00", "c::d")]);
        let set = Form::read("{a::b, 12:30:00}");
        assert!(
            matches!(&set.kind, Kind::Set(values) if values.len() == 2),
            "{set:?}"
        );
    }

    #[test]
    fn a_deep_form_takes_little_stack() {
        for text in [
            "(".repeat(1_000_000),
            format!("{}{}", "[".repeat(500_000), "]".repeat(500_000)),
            "\"\\".repeat(500_000),
            "'\\".repeat(500_000),
        ] {
            Form::read(&text);
        }
        let nested = format!("{}1{}", "(".repeat(500), ")".repeat(500));
        assert!(!Form::read(&nested).is_leaf());
    }
}
