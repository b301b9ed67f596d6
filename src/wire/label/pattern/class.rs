//! Sets of characters: the named classes of Go's dialect, its case folding,
//! and how a set is written for the `regex` crate.
//!
//! Sets are written out range by range, so that nothing is left to the
//! crate's own idea of `\d`, `\w` or a category. The Unicode data come from
//! `regex-syntax`, cut back to the characters that Go knows; the few that
//! have changed their category or script since stay where they are now.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters.
pub(super) type Chars = ClassUnicode;

/// The set of the given ranges, in any order.
pub(super) fn of(ranges: &[(char, char)]) -> Chars {
    Chars::new(
        ranges
            .iter()
            .map(|&(first, last)| ClassUnicodeRange::new(first, last)),
    )
}

/// The range between two code points, without the surrogates, which no text
/// holds.
pub(super) fn between(first: u32, last: u32) -> Option<ClassUnicodeRange> {
    let first = char::from_u32(first).unwrap_or('\u{E000}');
    let last = char::from_u32(last).unwrap_or('\u{D7FF}');
    (first <= last).then(|| ClassUnicodeRange::new(first, last))
}

/// Whatever is not in `chars`.
pub(super) fn negated(mut chars: Chars) -> Chars {
    chars.negate();
    chars
}

/// The class of `\d`, `\s` or `\w`: ASCII only, and `\s` has no vertical tab.
pub(super) fn perl(letter: char) -> Option<Chars> {
    match letter {
        'd' => posix("digit"),
        's' => Some(of(&[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')])),
        'w' => posix("word"),
        _ => None,
    }
}

/// The class of `[:name:]`.
pub(super) fn posix(name: &str) -> Option<Chars> {
    let ranges: &[_] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7F')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(of(ranges))
}

/// The class of `\p{name}`: a category, by its short or long name, or a
/// script. Case, spaces, hyphens and underscores do not count.
///
/// Go 1.25 drops the underscores from the name it is given, but not from the
/// names of its scripts, so scripts of more than one word are unknown to it.
pub(super) fn unicode(name: &str) -> Option<Chars> {
    let name: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match name.as_str() {
        "any" => Some(of(&[('\0', char::MAX)])),
        "ascii" => posix("ascii"),
        "assigned" => unicode("Cn").map(negated),
        "" => None,
        "cs" | "surrogate" => Some(Chars::empty()),
        "c" | "other" | "cn" | "unassigned" => {
            let mut chars = property("gc", &name)?;
            chars.union(&NEWER);
            Some(chars)
        }
        // The crate also takes names with this prefix, Go does not.
        _ if name.starts_with("is") => None,
        _ => {
            let property_name = match SCRIPTS.binary_search(&name.as_str()) {
                Ok(_) => "sc",
                Err(_) => "gc",
            };
            let mut chars = property(property_name, &name)?;
            chars.difference(&NEWER);
            Some(chars)
        }
    }
}

/// Adds to `chars` whatever differs from one of them by case alone, in Go's
/// sense: `k`, `K` and the Kelvin sign are one letter.
pub(super) fn folded(chars: &Chars) -> Chars {
    let mut folded = chars.clone();
    // The crate folds a set character by character.
    folded.intersect(&CASED);
    folded.case_fold_simple();
    folded.difference(&CASELESS);
    folded.union(chars);
    folded
}

/// Writes `chars` as a class of the `regex` crate.
pub(super) fn write_class(chars: &Chars, out: &mut String) {
    out.push('[');
    if chars.ranges().is_empty() {
        out.push_str(r"^\x{0}-\x{10FFFF}");
    }
    for range in chars.ranges() {
        write_char(range.start(), out);
        if range.start() < range.end() {
            out.push('-');
            write_char(range.end(), out);
        }
    }
    out.push(']');
}

/// Writes `c` so that the `regex` crate takes it for nothing but itself.
pub(super) fn write_char(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
    }
}

/// The characters that Unicode has gained since version 15.0, Go's.
static NEWER: LazyLock<Chars> = LazyLock::new(|| {
    let mut newer = property("gc", "cn").map_or_else(Chars::empty, negated);
    if let Some(known) = property("age", "15.0") {
        newer.difference(&known);
    }
    newer
});

/// The characters that have no other case in Go: the newer ones, and three
/// pairs that were recognised only after version 15.0.
static CASELESS: LazyLock<Chars> = LazyLock::new(|| {
    let mut caseless = NEWER.clone();
    for c in [
        '\u{390}', '\u{1FD3}', '\u{3B0}', '\u{1FE3}', '\u{FB05}', '\u{FB06}',
    ] {
        caseless.push(ClassUnicodeRange::new(c, c));
    }
    caseless
});

/// The characters that have another case in Go, and a few more.
static CASED: LazyLock<Chars> = LazyLock::new(|| {
    let mut cased = Chars::empty();
    for name in ["CWCM", "CWCF"] {
        if let Some(changing) = property(name, "") {
            cased.union(&changing);
        }
    }
    cased.difference(&CASELESS);
    cased
});

/// The scripts that Go finds by name, in lower case and sorted.
const SCRIPTS: &[&str] = &[
    "adlam",
    "ahom",
    "arabic",
    "armenian",
    "avestan",
    "balinese",
    "bamum",
    "batak",
    "bengali",
    "bhaiksuki",
    "bopomofo",
    "brahmi",
    "braille",
    "buginese",
    "buhid",
    "carian",
    "chakma",
    "cham",
    "cherokee",
    "chorasmian",
    "common",
    "coptic",
    "cuneiform",
    "cypriot",
    "cyrillic",
    "deseret",
    "devanagari",
    "dogra",
    "duployan",
    "elbasan",
    "elymaic",
    "ethiopic",
    "georgian",
    "glagolitic",
    "gothic",
    "grantha",
    "greek",
    "gujarati",
    "gurmukhi",
    "han",
    "hangul",
    "hanunoo",
    "hatran",
    "hebrew",
    "hiragana",
    "inherited",
    "javanese",
    "kaithi",
    "kannada",
    "katakana",
    "kawi",
    "kharoshthi",
    "khmer",
    "khojki",
    "khudawadi",
    "lao",
    "latin",
    "lepcha",
    "limbu",
    "lisu",
    "lycian",
    "lydian",
    "mahajani",
    "makasar",
    "malayalam",
    "mandaic",
    "manichaean",
    "marchen",
    "medefaidrin",
    "miao",
    "modi",
    "mongolian",
    "mro",
    "multani",
    "myanmar",
    "nabataean",
    "nandinagari",
    "newa",
    "nko",
    "nushu",
    "ogham",
    "oriya",
    "osage",
    "osmanya",
    "palmyrene",
    "phoenician",
    "rejang",
    "runic",
    "samaritan",
    "saurashtra",
    "sharada",
    "shavian",
    "siddham",
    "sinhala",
    "sogdian",
    "soyombo",
    "sundanese",
    "syriac",
    "tagalog",
    "tagbanwa",
    "takri",
    "tamil",
    "tangsa",
    "tangut",
    "telugu",
    "thaana",
    "thai",
    "tibetan",
    "tifinagh",
    "tirhuta",
    "toto",
    "ugaritic",
    "vai",
    "vithkuqi",
    "wancho",
    "yezidi",
    "yi",
];

/// Looks a property up in the tables of `regex-syntax`, which are open only
/// to patterns. An empty value asks for a property that is there or not.
fn property(property: &str, value: &str) -> Option<Chars> {
    if !value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'.')
    {
        return None;
    }
    let pattern = if value.is_empty() {
        format!(r"\p{{{property}}}")
    } else {
        format!(r"\p{{{property}={value}}}")
    };
    match regex_syntax::parse(&pattern).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(chars)) => Some(chars),
        // A class of one character comes back as a literal.
        HirKind::Literal(literal) => {
            let only = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(of(&[(only, only)]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(chars: &Chars, c: char) -> bool {
        chars
            .ranges()
            .iter()
            .any(|range| range.start() <= c && c <= range.end())
    }

    #[test]
    fn every_script_is_found_and_the_list_is_sorted() {
        assert!(SCRIPTS.is_sorted());
        for script in SCRIPTS {
            let chars = unicode(script).unwrap_or_else(|| panic!("{script}"));
            assert!(!chars.ranges().is_empty(), "{script}");
        }
    }

    #[test]
    fn a_category_has_its_short_and_its_long_name() {
        for (short, long) in [
            ("C", "Other"),
            ("Cc", "Control"),
            ("Cc", "cntrl"),
            ("Cf", "Format"),
            ("Cn", "Unassigned"),
            ("Co", "Private_Use"),
            ("Cs", "Surrogate"),
            ("L", "Letter"),
            ("LC", "Cased_Letter"),
            ("Ll", "Lowercase_Letter"),
            ("Lm", "Modifier_Letter"),
            ("Lo", "Other_Letter"),
            ("Lt", "Titlecase_Letter"),
            ("Lu", "Uppercase_Letter"),
            ("M", "Mark"),
            ("M", "Combining_Mark"),
            ("Mc", "Spacing_Mark"),
            ("Me", "Enclosing_Mark"),
            ("Mn", "Nonspacing_Mark"),
            ("N", "Number"),
            ("Nd", "Decimal_Number"),
            ("Nd", "digit"),
            ("Nl", "Letter_Number"),
            ("No", "Other_Number"),
            ("P", "Punctuation"),
            ("P", "punct"),
            ("Pc", "Connector_Punctuation"),
            ("Pd", "Dash_Punctuation"),
            ("Pe", "Close_Punctuation"),
            ("Pf", "Final_Punctuation"),
            ("Pi", "Initial_Punctuation"),
            ("Po", "Other_Punctuation"),
            ("Ps", "Open_Punctuation"),
            ("S", "Symbol"),
            ("Sc", "Currency_Symbol"),
            ("Sk", "Modifier_Symbol"),
            ("Sm", "Math_Symbol"),
            ("So", "Other_Symbol"),
            ("Z", "Separator"),
            ("Zl", "Line_Separator"),
            ("Zp", "Paragraph_Separator"),
            ("Zs", "Space_Separator"),
        ] {
            let chars = unicode(short).unwrap_or_else(|| panic!("{short}"));
            assert_eq!(Some(&chars), unicode(long).as_ref(), "{long}");
            assert_eq!(
                Some(&chars),
                unicode(&short.to_lowercase()).as_ref(),
                "{short}"
            );
        }
    }

    #[test]
    fn names_that_only_the_crate_knows_are_unknown() {
        for name in [
            "",
            "Alphabetic",
            "Grek",
            "Latn",
            "IsGreek",
            "isL",
            "sc=Greek",
            "gc=L",
            "Garay",
            "Sunuwar",
            "Todhri",
            "Old_Italic",
            "SignWriting",
            "White_Space",
            "Emoji",
            "XX",
            "Unknown",
            "^L",
            "é",
        ] {
            assert_eq!(unicode(name), None, "{name}");
        }
    }

    #[test]
    fn characters_newer_than_go_are_unassigned() {
        // Added in Unicode 16.0: a capital whose small letter is old, and a
        // letter of the Garay script.
        for newer in ['\u{A7CB}', '\u{10D50}'] {
            assert!(contains(&unicode("Cn").unwrap(), newer));
            assert!(contains(&unicode("C").unwrap(), newer));
            assert!(!contains(&unicode("Lu").unwrap(), newer));
            assert!(!contains(&unicode("Assigned").unwrap(), newer));
        }
        assert!(contains(&unicode("Assigned").unwrap(), 'a'));
        assert!(!contains(&unicode("Assigned").unwrap(), '\u{FFFE}'));
        assert!(contains(&unicode("Any").unwrap(), '\u{FFFE}'));
        // Added in Unicode 15.0 itself.
        assert!(contains(&unicode("Lo").unwrap(), '\u{11F04}'));
        assert!(contains(&unicode("Kawi").unwrap(), '\u{11F04}'));
    }

    #[test]
    fn folding_joins_what_go_joins() {
        for (c, others) in [
            ('k', "Kk\u{212A}"),
            ('\u{17F}', "Ss\u{17F}"),
            ('µ', "\u{B5}\u{39C}\u{3BC}"),
            ('ß', "ß\u{1E9E}"),
            ('1', "1"),
            ('\u{130}', "\u{130}"),
            ('\u{131}', "\u{131}"),
            ('\u{264}', "\u{264}"),
            ('\u{A7CB}', "\u{A7CB}"),
            ('\u{FB05}', "\u{FB05}"),
            ('\u{390}', "\u{390}"),
            ('ǆ', "Ǆǅǆ"),
        ] {
            let expected: Vec<_> = others.chars().map(|c| (c, c)).collect();
            assert_eq!(folded(&of(&[(c, c)])), of(&expected), "{c}");
        }
    }

    #[test]
    fn nothing_outside_the_cased_characters_has_another_case() {
        let rest = negated(CASED.clone());
        let mut all = rest.clone();
        all.difference(&CASELESS);
        all.case_fold_simple();
        all.difference(&CASELESS);
        all.difference(&rest);
        assert_eq!(all, Chars::empty());
    }

    #[test]
    fn surrogates_are_left_out_of_ranges() {
        assert_eq!(between(0xD800, 0xDFFF), None);
        assert_eq!(
            between(0xD000, 0xE000),
            Some(ClassUnicodeRange::new('\u{D000}', '\u{E000}'))
        );
        assert_eq!(
            between(0xDC00, 0xE001),
            Some(ClassUnicodeRange::new('\u{E000}', '\u{E001}'))
        );
        assert_eq!(
            between(0x41, 0xDC00),
            Some(ClassUnicodeRange::new('A', '\u{D7FF}'))
        );
    }
}
