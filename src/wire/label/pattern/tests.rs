//! What Go accepts, refuses and matches, row by row.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Pattern, PatternError, compile, syntax};

#[track_caller]
fn check(pattern: &str, matching: &[&str], other: &[&str]) {
    let compiled = Pattern::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    for text in matching {
        assert!(
            compiled.is_match(text),
            "{pattern} should match {text:?}: {}",
            compiled.regex
        );
    }
    for text in other {
        assert!(
            !compiled.is_match(text),
            "{pattern} should not match {text:?}: {}",
            compiled.regex
        );
    }
}

#[test]
fn perl_classes_and_word_boundaries_are_ascii() {
    check(r"^\d$", &["7"], &["١", "a", "²"]);
    check(r"^\D$", &["a", "١", "\n"], &["7"]);
    check(
        r"^\s$",
        &["\t", "\n", "\x0C", "\r", " "],
        &["\x0B", "\u{A0}", "\u{85}"],
    );
    check(r"^\S$", &["\x0B", "\u{A0}"], &["\t"]);
    check(r"^\w$", &["a", "Z", "0", "_"], &["é", "-", "\u{17F}"]);
    check(r"^\W$", &["é", "-", "\u{212A}"], &["a"]);
    check(r"^[\d_]$", &["5", "_"], &["١", "d"]);
    check(r"^[^\d]$", &["a", "١"], &["5"]);
    check(r"^[^\D]$", &["5"], &["a", "١"]);
    check(r"\bé", &["aé"], &["é", " é"]);
    check(r"é\B", &["é", "éé"], &["éa"]);
    check(r"\B", &["", "é", "-"], &["a"]);
    check(r"\b", &["a"], &["", "é", "-"]);
}

#[test]
fn posix_classes() {
    check(
        "^[[:space:]]$",
        &["\x0B", "\t", " ", "\r"],
        &["\u{A0}", "s"],
    );
    check("^[[:word:]]$", &["_", "a", "0"], &["é", "-"]);
    check("^[[:^word:]]$", &["é", "-", "\n"], &["_"]);
    check("^[[:alpha:][:digit:]-]$", &["a", "1", "-"], &["[", ":"]);
    check("^[^[:upper:]]$", &["a", "É"], &["A"]);
    check(
        "^[[:punct:]]$",
        &["!", "/", ":", "@", "[", "`", "{", "~"],
        &["a", " ", "§"],
    );
    check("^[[:xdigit:]]$", &["f", "F", "9"], &["g"]);
    check("^[[:cntrl:]]$", &["\0", "\x7F"], &[" ", "\u{80}"]);
    check("^[[:graph:]]$", &["!"], &[" "]);
    check("^[[:print:]]$", &[" "], &["\n"]);
    check("^[[:blank:]]$", &[" ", "\t"], &["\n"]);
    check("^[[:ascii:]]$", &["\0", "\x7F"], &["\u{80}"]);
    check("^[[:alnum:]]$", &["a", "A", "0"], &["_"]);
    check("^[[:lower:]]$", &["a"], &["A"]);
    // Without its end it is a class of these very characters.
    check("^[[:alpha]$", &["[", ":", "a", "l", "p", "h"], &["b", "]"]);
    check("^[[:]$", &["[", ":"], &["a"]);
    // Outside brackets it is a class of characters, too.
    check("^[:alpha:]$", &[":", "a"], &["b"]);
}

#[test]
fn case_folding_is_gos() {
    check("(?i)^k$", &["k", "K", "\u{212A}"], &["j"]);
    check("(?i)^\u{17F}$", &["s", "S", "\u{17F}"], &["f"]);
    check(r"(?i)^\w$", &["a", "\u{17F}", "\u{212A}"], &["é"]);
    check(r"(?i)^\W$", &["é"], &["a", "\u{17F}", "\u{212A}"]);
    check(
        "(?i)^[^k]$",
        &["j", "s", "\u{17F}"],
        &["k", "K", "\u{212A}"],
    );
    check("(?i)^[[:^lower:]]$", &["1"], &["A", "a", "\u{212A}"]);
    check("(?i)^[j-l]$", &["K", "\u{212A}"], &["m"]);
    check(r"(?i)^\p{Lu}$", &["a", "É", "é", "ß"], &["1", "ª"]);
    check(r"(?i)^\P{Lu}$", &["1"], &["a", "A"]);
    check(r"(?i)^\p{Greek}$", &["µ", "\u{345}", "Ω", "Ω"], &["a"]);
    check(r"^\p{Greek}$", &["Ω", "μ"], &["\u{2126}x", "µ"]);
    check("(?i)ÅNGSTRÖM", &["ångström", "\u{212B}ngström"], &[]);
    check("(?i)σ", &["Σ", "ς"], &["s"]);
    check("(?i)\u{FB05}", &["\u{FB05}"], &["\u{FB06}", "st"]);
    check("(?i)ß", &["\u{1E9E}"], &["ss"]);
    check("(?i)i", &["I"], &["\u{130}", "\u{131}"]);
    // A word boundary has no case.
    check("(?i)a\\b\u{17F}", &["a\u{17F}"], &[]);
}

#[test]
fn flags_hold_to_the_end_of_their_group() {
    check("^a(?i)b|c$", &["aB", "ab", "C"], &["Ab"]);
    check("^(a(?i)b)c$", &["aBc"], &["aBC", "ABc"]);
    check("^(?i:a)b$", &["Ab", "ab"], &["aB"]);
    check("^(?i)a(?-i)b$", &["Ab"], &["AB"]);
    check("^(?i)a(?-i:b)c$", &["AbC"], &["ABC"]);
    check("(?i-s)^.$", &["a"], &["\n"]);
    check("(?is-m)^a.$", &["A\n"], &["A\nb"]);
    check("(?)a", &["a"], &["b"]);
    check("(?ii)A", &["a"], &[]);
    check("(?i-i)A", &["A"], &["a"]);
    check("^a$", &["a"], &["a\n", "\na"]);
    check("(?m)^a$", &["a", "b\na\nc", "a\n"], &["a\r", "ba"]);
    check("(?m)^$", &["", "\n", "a\n", "a\n\nb"], &["a"]);
    check(r"(?m)\Aa\z", &["a"], &["b\na", "a\n"]);
    check("^.$", &["a", "é", "\r", "\u{2028}"], &["\n", "", "ab"]);
    check("(?s)^.$", &["\n", "🚀"], &[""]);
    check("^[^a]$", &["\n", "b"], &["a"]);
    check("(?U)^a+?b*$", &["aab"], &["b"]);
}

#[test]
fn brackets_hold_plain_characters() {
    check("^[a&&b]$", &["a", "&", "b"], &["c"]);
    check("^[a~~b]$", &["a", "~", "b"], &["c"]);
    check("^[!--b]$", &["!", "-", "+", "b"], &["a", "."]);
    check("^[a[b]$", &["a", "[", "b"], &["]"]);
    check("^[a[b]]$", &["a]", "[]"], &["a", "]"]);
    check("^[[a]$", &["[", "a"], &["]"]);
    check("^[]a]$", &["]", "a"], &["["]);
    check("^[^]a]$", &["[", "b"], &["]", "a"]);
    check("^[]-a]$", &["]", "^", "_", "`", "a"], &["b", "-"]);
    check("^[a-]$", &["a", "-"], &["b"]);
    check("^[-a]$", &["a", "-"], &["b"]);
    check("^[a-c-e]$", &["b", "-", "e"], &["d"]);
    check(r"^[\d-z]$", &["5", "-", "z"], &["y"]);
    check(r"^[\d-\w]$", &["5", "-", "z"], &["."]);
    check(r"^[[:digit:]-z]$", &["5", "-", "z"], &["y"]);
    check(r"^[\pL-z]$", &["é", "-"], &["5"]);
    check("^[A-[:alpha:]]$", &["A]", ":]", "[]"], &["b", "a"]);
    check("^[#]$", &["#"], &[" "]);
    check("^[ab^]$", &["^"], &["c"]);
    check(r"^[\^a]$", &["^", "a"], &["b"]);
    check(r"^[\]\\]$", &["]", "\\"], &["["]);
    check(r"^[\x41-\x{43}]$", &["A", "B", "C"], &["D"]);
    check(r"^[\101\a\n]$", &["A", "\x07", "\n"], &["a", "n"]);
    check(r"[^\x00-\x{10FFFF}]", &[], &["", "a", "\u{10FFFF}"]);
    check(
        r"^[\x{D000}-\x{E000}]$",
        &["\u{D000}", "\u{D7FF}", "\u{E000}"],
        &["\u{E001}"],
    );
    check("^[.*+?(){}|$]$", &[".", "{", "|", "$", ")"], &["a"]);
}

#[test]
fn escapes() {
    check(r"^\a\f\n\r\t\v$", &["\x07\x0C\n\r\t\x0B"], &[]);
    check(r"^\x41\x{1F680}\x{41}$", &["A🚀A"], &[]);
    check(r"^\x{0000041}$", &["A"], &[]);
    check(r"^\101\0\07\0101$", &["A\0\x07\x081"], &[]);
    check(r"^\377$", &["ÿ"], &[]);
    check(r"^\12a$", &["\na"], &[]);
    check(r"^\x{10FFFF}$", &["\u{10FFFF}"], &[]);
    check(r"\x{D800}", &[], &["\u{FFFD}", ""]);
    check(r"x\x{DFFF}|y", &["y"], &["x"]);
    check(
        r##"^\_\-\/\#\ \~\&\%\@\!\<\>\'\"\,\:\;\=\`\.\{\}\$"##,
        &[r##"_-/# ~&%@!<>'",:;=`.{}$"##],
        &[],
    );
    check("^\\\n$", &["\n"], &["n"]);
    check(r"^\Qa.b*\E+$", &["a.b*", "a.b**"], &["aab"]);
    check(r"^\Qa.b", &["a.b"], &["aab"]);
    check(r"^\Q\\E$", &["\\"], &[]);
    check(r"^\Q\\\E$", &[r"\\"], &["\\"]);
    check(r"(?i)^\Qk\E$", &["K", "\u{212A}"], &[]);
    check(r"a\Q\E*", &["", "a"], &[]);
    check(r"\Q", &["", "a"], &[]);
    check(r"\QE\E\Q.\E", &["E."], &["Ex"]);
}

#[test]
fn unicode_classes() {
    check(r"^\pL$", &["a", "é", "中"], &["1"]);
    check(r"^\pl$", &["a"], &["1"]);
    check(r"^\PL$", &["1", "\n"], &["a"]);
    check(r"^\p{^L}$", &["1"], &["a"]);
    check(r"^\P{^L}$", &["a"], &["1"]);
    check(r"^[\pN\p{^L}]$", &["1", "-"], &["a"]);
    check(r"^[^\pL]$", &["1"], &["a"]);
    check(r"^\p{Greek}$", &["α"], &["a"]);
    check(r"^\p{greek}$", &["α"], &["a"]);
    check(r"^\p{Letter}$", &["a"], &["1"]);
    check(r"^\p{ upper case-letter_}$", &["A"], &["a"]);
    check(r"^\p{Any}$", &["a", "\n"], &[]);
    check(r"\p{^Any}", &[], &["a", ""]);
    check(r"^\p{ASCII}$", &["a"], &["é"]);
    check(r"(?i)^\p{ascii}$", &["\u{17F}", "\u{212A}"], &["é"]);
    check(r"^\p{LC}$", &["a", "A", "ǅ"], &["ª", "1"]);
    check(r"^\p{Zl}$", &["\u{2028}"], &["\u{2029}"]);
    check(r"\p{Cs}", &[], &["a", "\u{FFFD}"]);
    check(r"^\P{Cs}$", &["a"], &[]);
    check(r"^\p{Cn}$", &["\u{378}", "\u{A7CB}"], &["a"]);
    check(r"^\p{Assigned}$", &["a"], &["\u{378}", "\u{A7CB}"]);
    check(r"^\p{Han}+$", &["中文"], &["a"]);
}

#[test]
fn repetitions() {
    check("^a{2}$", &["aa"], &["a", "aaa"]);
    check("^a{2,}$", &["aa", "aaaa"], &["a"]);
    check("^a{2,3}$", &["aa", "aaa"], &["a", "aaaa"]);
    check("^a{0}$", &[""], &["a"]);
    check("^a{0,0}b$", &["b"], &["ab"]);
    check("^a{1000}$", &[], &["a"]);
    check("^(?:a{100}){10}$", &[], &["a"]);
    check("^(?:a{4}){0,250}$", &["", "aaaa"], &["a"]);
    check("^(?:(?:a{1000}){0}){1000}$", &[""], &["a"]);
    check("^(?:a{500}){1}b$", &[], &["b"]);
    check("^(?:a{1000}){0,}$", &[""], &["a"]);
    check("^(a*)*$", &["", "aaa"], &["b"]);
    check("^(?:a*)*?$", &["aaa"], &["b"]);
    check("^a??b+?c*?$", &["b", "abcc"], &["c"]);
    check("^a{2}?$", &["aa"], &["a", ""]);
    check("^*a$+", &["a"], &["b"]);
    check(r"^\b*a$", &["a"], &["b"]);
    check(r"^\b+-", &[], &["-"]);
    check("^()*$", &[""], &["a"]);
    check("^(?:){3}$", &[""], &["a"]);
    // What cannot be a count is a character.
    check("^{$", &["{"], &[]);
    check("^}$", &["}"], &[]);
    check("^a{$", &["a{"], &["a"]);
    check("^a{,2}$", &["a{,2}"], &["aa", "a"]);
    check("^a{x}$", &["a{x}"], &["a"]);
    check("^a{1$", &["a{1"], &["a"]);
    check("^a{1,$", &["a{1,"], &["a"]);
    check("^a{1,x}$", &["a{1,x}"], &["a"]);
    check("^a{01}$", &["a{01}"], &["a"]);
    check("^a{1,02}$", &["a{1,02}"], &["a"]);
    check("^a{ 1}$", &["a{ 1}"], &["a"]);
    check("^a{-1}$", &["a{-1}"], &["a"]);
    check("^a{9876543210$", &["a{9876543210"], &["a"]);
    check("^a{}$", &["a{}"], &["a"]);
    check("^a*{$", &["{", "aa{"], &["a"]);
    check("^{*$", &["", "{{"], &["a"]);
    check("^{,2}*$", &["{,2", "{,2}}"], &["{,2x"]);
    // Something that matches nothing by itself lies between the two.
    check("^a(?i)*$", &["", "aa"], &["A"]);
    check("^a*(?i)?$", &["", "aa"], &["A"]);
    check("^a+(?i)?$", &["", "aa"], &[]);
    check(r"^a+\Q\E?$", &["", "aa"], &[]);
    check("^a{2}(?i){3}$", &["aaaaaa"], &["aaaaa", "aa"]);
}

#[test]
fn groups_and_alternatives() {
    check("^(?P<n>a)(?P<n>b)$", &["ab"], &["a"]);
    check("^(?<n>a)(?P<_1>b)(?P<9>c)$", &["abc"], &["a"]);
    check("^(?:a|b)c$", &["ac", "bc"], &["a"]);
    check("a||b", &["", "x"], &[]);
    check("^(|a)$", &["", "a"], &["b"]);
    check("^(a|)+$", &["", "aa"], &["b"]);
    check("^ab|cd$", &["abx", "xcd"], &["xab"]);
    check("()", &[""], &[]);
    check("|", &[""], &[]);
    check("", &["", "a"], &[]);
    check("a]b", &["a]b"], &["a"]);
    check("# x", &["# x"], &["#x"]);
    check("中", &["中文"], &["文"]);
    check("$a|^$", &[""], &["a"]);
}

#[test]
fn what_go_refuses_is_refused_with_the_same_fragment() {
    let text = str::to_owned;
    for (pattern, fragment) in [
        (r"\Z", r"\Z"),
        (r"\C", r"\C"),
        (r"\h", r"\h"),
        (r"\E", r"\E"),
        (r"\G", r"\G"),
        (r"\K", r"\K"),
        (r"\R", r"\R"),
        (r"\X", r"\X"),
        (r"\e", r"\e"),
        (r"\cA", r"\c"),
        (r"\u0041", r"\u"),
        (r"\U00000041", r"\U"),
        (r"\N{x}", r"\N"),
        (r"\q", r"\q"),
        (r"\é", r"\é"),
        (r"\1", r"\1"),
        (r"(a)\1", r"\1"),
        (r"\19", r"\1"),
        (r"\8", r"\8"),
        (r"\x", r"\x"),
        (r"\x4", r"\x4"),
        (r"\xg1", r"\xg1"),
        (r"\x1g", r"\x1g"),
        (r"\x{}", r"\x{}"),
        (r"\x{41", r"\x{41"),
        (r"\x{4g}", r"\x{4g"),
        (r"\x{110000}", r"\x{110000"),
        (r"[\b]", r"\b"),
        (r"[\A]", r"\A"),
        (r"[\z]", r"\z"),
        (r"[\Qa\E]", r"\Q"),
        (r"[a-\d]", r"\d"),
        (r"[a-\pL]", r"\p"),
        (r"[\x{41]", r"\x{41]"),
        (r"\b{start}\<\y", r"\y"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::InvalidEscape { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("[b-a]", "b-a"),
        ("[a-Z]", "a-Z"),
        ("(?i)[a-Z]", "a-Z"),
        ("[a--b]", "a--"),
        ("[a-[:digit:]]", "a-["),
        (r"[\x42-\x41]", r"\x42-\x41"),
        ("[[:nope:]]", "[:nope:]"),
        ("[[::]]", "[::]"),
        ("[[:Alpha:]]", "[:Alpha:]"),
        ("[[:^^alpha:]]", "[:^^alpha:]"),
        ("[[:a]x[b:]]", "[:a]x[b:]"),
        (r"\p", r"\p"),
        (r"\p{Nope}", r"\p{Nope}"),
        (r"\p{}", r"\p{}"),
        (r"\pX", r"\pX"),
        (r"\pé", r"\pé"),
        (r"\p^L", r"\p^"),
        (r"\p{L", r"\p{L"),
        (r"[\p{L]", r"\p{L]"),
        (r"\p{^^L}", r"\p{^^L}"),
        (r"\p{sc=Greek}", r"\p{sc=Greek}"),
        (r"\p{Alphabetic}", r"\p{Alphabetic}"),
        (r"\p{Grek}", r"\p{Grek}"),
        (r"\p{IsGreek}", r"\p{IsGreek}"),
        (r"\P{Old_Italic}", r"\P{Old_Italic}"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::InvalidClass { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("(?P<>a)", "(?P<>"),
        ("(?<>a)", "(?<>"),
        ("(?P<n", "(?P<n"),
        ("(?<n", "(?<n"),
        ("(?P<x y>a)", "(?P<x y>"),
        ("(?P<é>a)", "(?P<é>"),
        ("(?<=a)b", "(?<=a)b"),
        ("(?<!a)b>", "(?<!a)b>"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::InvalidName { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("(?", "(?"),
        ("(?i", "(?i"),
        ("(?=a)", "(?="),
        ("(?!a)", "(?!"),
        ("(?>a)", "(?>"),
        ("(?#a)", "(?#"),
        ("(?|a)", "(?|"),
        ("(?'n'a)", "(?'"),
        ("(?P=n)", "(?P"),
        ("(?P>n)", "(?P"),
        ("(?P<", "(?P"),
        ("(?x)a b", "(?x"),
        ("(?u)a", "(?u"),
        ("(?R)a", "(?R"),
        ("(?z)a", "(?z"),
        ("(?ix:a)", "(?ix"),
        ("(?i-x:a)", "(?i-x"),
        ("(?-)a", "(?-)"),
        ("(?i-)a", "(?i-)"),
        ("(?-:a)", "(?-:"),
        ("(?i--s)a", "(?i--"),
        ("(?^i)a", "(?^"),
        ("(?é", "(?é"),
        ("(?<", "(?<"),
        ("(?1)", "(?1"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::InvalidGroup { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("a**", "**"),
        ("a++", "++"),
        ("a?*", "?*"),
        ("a+*", "+*"),
        ("a*?*", "*?*"),
        ("a???", "???"),
        ("a*+?b", "*+?"),
        ("a{2}{3}", "{2}{3}"),
        ("a{1}*", "{1}*"),
        ("a{2}*?", "{2}*?"),
        ("^$+*-", "+*"),
        ("(a)*{2}", "*{2}"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::NestedRepetition { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("a{1001}", "{1001}"),
        ("a{1001,}", "{1001,}"),
        ("a{0,1001}", "{0,1001}"),
        ("a{2,1}", "{2,1}"),
        ("a{1,0}", "{1,0}"),
        ("a{100000000000000000000}", "{100000000000000000000}"),
        ("a{1,9876543210}", "{1,9876543210}"),
        ("{1001}", "{1001}"),
        ("a*{1001}", "{1001}"),
        ("(a{100}){11}", "{11}"),
        ("(a{100}){11}?b", "{11}?"),
        ("(((a{100}){100}){100})", "{100}"),
        ("(?:(?:a{2}b)+c{600}){2,}", "{2,}"),
        ("(?:(?:[a-z]{4})?){0,251}", "{0,251}"),
        ("(?:b|(?:a{3,}){10}){0,34}", "{0,34}"),
        ("((((((((((x{2}){2}){2}){2}){2}){2}){2}){2}){2}){2})", "{2}"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::InvalidCount { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("*", "*"),
        ("+a", "+"),
        ("*?$", "*?"),
        ("a|*", "*"),
        ("(*)", "*"),
        ("(?:+)", "+"),
        ("(?i)*", "*"),
        ("{2}", "{2}"),
        ("a|{2}?b", "{2}?"),
        (r"\Q\E*", "*"),
        ("**", "*"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::MissingOperand { fragment }),
            "{pattern}"
        );
    }
    for (pattern, fragment) in [
        ("[a", "[a"),
        ("[", "["),
        ("[]", "[]"),
        ("[^]", "[^]"),
        ("x[a-", "[a-"),
        ("([a-z)", "[a-z)"),
        (r"[\]", r"[\]"),
    ] {
        let fragment = text(fragment);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::MissingBracket { fragment }),
            "{pattern}"
        );
    }
    for pattern in ["(", "(a", "((a)", "(a|b|", "a(b", "(?:a", "(?P<n>a", "(?i:"] {
        let fragment = text(pattern);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::MissingParenthesis { fragment }),
            "{pattern}"
        );
    }
    for pattern in [")", "a)", "(a))", "a|b)", ")(", "(?i))"] {
        let fragment = text(pattern);
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::UnexpectedParenthesis { fragment }),
            "{pattern}"
        );
    }
    for pattern in ["\\", "a\\", "[a\\", "[a-\\", "(\\"] {
        assert_eq!(
            Pattern::new(pattern),
            Err(PatternError::TrailingBackslash),
            "{pattern}"
        );
    }
}

#[test]
fn nesting_goes_as_deep_as_gos() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let too_deep = Some(PatternError::TooDeep);
    for (open, inner, close, most) in [
        ("(", "", ")", 999),
        ("(", "ab", ")", 999),
        ("(?:", "", ")*", 999),
        ("(?:", "a", ")*", 999),
        ("(?:a", "b", ")*", 500),
        ("(?:cc|aa", "b", "b)*", 333),
    ] {
        let refused = Pattern::new(&nested(open, inner, close, most + 1)).err();
        assert_eq!(refused, too_deep, "{open}{inner}{close}");
        let taken = Pattern::new(&nested(open, inner, close, most));
        assert_eq!(
            taken.map(|pattern| pattern.is_match("abbbb")),
            Ok(true),
            "{open}{inner}{close}"
        );
    }
    // A group that only groups adds no height.
    check(&nested("(?:", "a", ")", 2000), &["a"], &["b"]);
    check(&nested("(?:a", "b", ")", 2000), &[], &["b"]);
    check(&nested("(?:aa|", "b", ")", 2000), &["b"], &["a"]);
    check(&format!("({})", "|".repeat(12345)), &[""], &[]);
    // Repetitions that nest without a group.
    check(&format!("a{}", "(?i)*".repeat(999)), &[""], &[]);
    assert_eq!(
        Pattern::new(&format!("a{}", "(?i)*".repeat(1000))).err(),
        too_deep
    );
}

#[test]
fn large_patterns_are_taken_or_refused_not_endured() {
    check(r"^\pL{1000}$", &[], &["a"]);
    check(&r".{1000}".repeat(20), &[], &["a"]);
    check(&"a".repeat(syntax::MAX_LENGTH), &[], &["a"]);
    for pattern in [
        "a".repeat(syntax::MAX_LENGTH + 1),
        r"\pL".repeat(2000),
        r"[\pL]".repeat(2000),
        format!("[{}]", r"\pL".repeat(2000)),
        "(xx?){1000}".repeat(1000),
        format!("({}){{1000}}", "(xx?)".repeat(1000)),
    ] {
        assert_eq!(Pattern::new(&pattern), Err(PatternError::TooLarge));
    }
}

#[test]
fn messages_name_the_fragment_and_what_is_allowed() {
    for (pattern, message) in [
        (
            "a**",
            "`**` repeats a repetition: put the inner one in (?:...)",
        ),
        (
            "a{1001}",
            "`{1001}` is no count: at most {1000}, together with the counts nested in it, \
             and the least before the most",
        ),
        ("[a", "`[a` has no closing `]`"),
        (
            "(?x)",
            "`(?x` begins no group: allowed are (?:...), (?P<name>...), (?<name>...) \
             and the flags i, m, s, U",
        ),
    ] {
        assert_eq!(Pattern::new(pattern).unwrap_err().to_string(), message);
    }
    assert_eq!(
        PatternError::TooLarge.to_string(),
        "the pattern is too large: at most 65536 bytes, and 64 MiB when compiled"
    );
}

/// A pattern as a tree, for a matcher that is too slow to be wrong.
#[derive(Clone, Debug)]
enum Node {
    Text(&'static str, Want),
    Start,
    End,
    Sequence(Vec<Self>),
    Choice(Vec<Self>),
    Repeat(Box<Self>, &'static str, usize, Option<usize>),
    Fold(bool, Box<Self>),
}

/// Which one character a piece of pattern takes, without and with `(?i)`.
type Want = (fn(char) -> bool, fn(char) -> bool);

const PIECES: &[(&str, Want)] = &[
    ("a", (|c| c == 'a', |c| matches!(c, 'a' | 'A'))),
    ("k", (|c| c == 'k', |c| matches!(c, 'k' | 'K' | '\u{212A}'))),
    (".", (|c| c != '\n', |c| c != '\n')),
    ("(?s:.)", (|_| true, |_| true)),
    (
        r"\w",
        (
            |c| c.is_ascii_alphanumeric(),
            |c| c.is_ascii_alphanumeric() || c == '\u{212A}',
        ),
    ),
    (
        r"\W",
        (
            |c| !c.is_ascii_alphanumeric(),
            |c| !c.is_ascii_alphanumeric() && c != '\u{212A}',
        ),
    ),
    (
        "[^k]",
        (|c| c != 'k', |c| !matches!(c, 'k' | 'K' | '\u{212A}')),
    ),
    (
        "[a&&k]",
        (
            |c| matches!(c, 'a' | '&' | 'k'),
            |c| matches!(c, 'a' | 'A' | '&' | 'k' | 'K' | '\u{212A}'),
        ),
    ),
    (r"[^\s\S]", (|_| false, |_| false)),
];

impl Node {
    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text, _) => out.push_str(text),
            Self::Start => out.push('^'),
            Self::End => out.push('$'),
            Self::Sequence(nodes) => {
                out.push_str("(?:");
                nodes.iter().for_each(|node| node.write(out));
                out.push(')');
            }
            Self::Choice(nodes) => {
                out.push('(');
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        out.push('|');
                    }
                    node.write(out);
                }
                out.push(')');
            }
            Self::Repeat(node, operator, ..) => {
                out.push_str("(?:");
                node.write(out);
                out.push(')');
                out.push_str(operator);
            }
            Self::Fold(on, node) => {
                out.push_str(if *on { "(?i:" } else { "(?-i:" });
                node.write(out);
                out.push(')');
            }
        }
    }

    /// Where a match that begins at `start` may end.
    fn ends(&self, text: &[char], start: usize, fold: bool) -> BTreeSet<usize> {
        match self {
            Self::Text(_, want) => {
                let want = if fold { want.1 } else { want.0 };
                let taken = text.get(start).is_some_and(|&c| want(c));
                taken.then_some(start + 1).into_iter().collect()
            }
            Self::Start => (start == 0).then_some(start).into_iter().collect(),
            Self::End => (start == text.len()).then_some(start).into_iter().collect(),
            Self::Sequence(nodes) => nodes.iter().fold(BTreeSet::from([start]), |from, node| {
                step(node, text, &from, fold)
            }),
            Self::Choice(nodes) => nodes
                .iter()
                .flat_map(|node| node.ends(text, start, fold))
                .collect(),
            Self::Repeat(node, _, least, most) => {
                let mut at = BTreeSet::from([start]);
                for _ in 0..*least {
                    at = step(node, text, &at, fold);
                }
                let mut all = at.clone();
                for _ in *least..most.unwrap_or(least + text.len()) {
                    at = step(node, text, &at, fold);
                    all.extend(&at);
                }
                all
            }
            Self::Fold(on, node) => node.ends(text, start, *on),
        }
    }
}

fn step(node: &Node, text: &[char], from: &BTreeSet<usize>, fold: bool) -> BTreeSet<usize> {
    from.iter()
        .flat_map(|&start| node.ends(text, start, fold))
        .collect()
}

fn nodes() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(|(text, want)| Node::Text(text, want)),
        1 => Just(Node::Start),
        1 => Just(Node::End),
    ];
    let operators: &[(&str, usize, Option<usize>)] = &[
        ("*", 0, None),
        ("+", 1, None),
        ("?", 0, Some(1)),
        ("*?", 0, None),
        ("{2}", 2, Some(2)),
        ("{2,}", 2, None),
        ("{1,3}?", 1, Some(3)),
        ("{0}", 0, Some(0)),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Node::Sequence),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Node::Choice),
            (inner.clone(), prop::sample::select(operators)).prop_map(
                |(node, (operator, least, most))| {
                    Node::Repeat(Box::new(node), operator, least, most)
                }
            ),
            (any::<bool>(), inner).prop_map(|(on, node)| Node::Fold(on, Box::new(node))),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_a_slow_matcher(node in nodes(), text in "[akAK\u{212A}&é\n]{0,6}") {
        let mut pattern = String::new();
        node.write(&mut pattern);
        let chars: Vec<char> = text.chars().collect();
        let expected = (0..=chars.len()).any(|start| !node.ends(&chars, start, false).is_empty());
        let seen = Pattern::new(&pattern).map(|pattern| pattern.is_match(&text));
        prop_assert_eq!(seen, Ok(expected), "{} on {:?}", pattern, text);
    }

    #[test]
    fn any_text_is_read_or_refused(pattern in any::<String>(), text in any::<String>()) {
        if let Ok(pattern) = Pattern::new(&pattern) {
            pattern.is_match(&text);
        }
    }

    #[test]
    fn what_is_written_is_a_pattern_of_the_crate(
        pattern in r#"([ab01,é\n]|[\[\]{}()*+?|^$.&~:-]|\\[AbBCdDsSwWpPQEzxn0-9]|\(\?[imsUP<:-]|\[:[a-z^]*:\]|\\p\{[A-Z][a-z]?\}){0,12}"#
    ) {
        if let Ok(translated) = syntax::translate(&pattern) {
            prop_assert!(compile(&translated.text).is_ok(), "{} became {}", pattern, translated.text);
        }
    }

    #[test]
    fn a_quoted_text_matches_itself(text in r"[^\\]{0,8}", around in any::<String>()) {
        let pattern = Pattern::new(&format!(r"\Q{text}\E"));
        prop_assert_eq!(pattern.map(|p| p.is_match(&format!("{around}{text}"))), Ok(true));
    }
}
