//! Regular expressions in Go's dialect.

mod class;
mod shape;
mod syntax;
mod token;

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};

/// A regular expression in the dialect of Go's `regexp` package (RE2's),
/// which matches what it matches there.
///
/// The search itself is done by the `regex` crate, in time linear in the
/// text. Its own dialect is close to Go's but not the same, so a pattern is
/// read by Go's rules and rewritten first. The differences that matter:
///
/// | pattern | in Go, and here | in the `regex` crate |
/// |---|---|---|
/// | `\d` `\s` `\w` `\b` | ASCII, and `\s` has no vertical tab | Unicode |
/// | `a**`, `a++`, `a{2}{3}` | refused | repeated twice |
/// | `a{1001}`, also by nesting | refused | allowed |
/// | `a{,2}`, `{`, `a{x}` | the characters themselves | a repetition, or refused |
/// | `[a&&b]`, `[a[b]` | the characters themselves | intersection, nested class |
/// | `(?x)`, `(?u)`, `(?R)`, `\u0041`, `\<` | refused, or a character | flags, escapes |
/// | `\Q…\E`, `\012`, `(?P<n>a)(?P<n>b)` | allowed | refused |
/// | `\p{…}` | categories and scripts of one word, Unicode 15.0 | many properties, newer Unicode |
///
/// Go's own limits are kept (parts nested 1,000 deep, counted repetitions of
/// 1,000 in all). Beyond them a pattern may have at most 65,536 bytes and
/// must compile into a few dozen megabytes; a larger one is an error
/// ([`PatternError::TooLarge`]) even where Go would take it.
///
/// # Examples
///
/// ```
/// use fsmcheck::wire::label::{Pattern, PatternError};
///
/// let zone = Pattern::new(r"^us-(east|west)-\d+$")?;
/// assert!(zone.is_match("us-east-1"));
/// assert!(!zone.is_match("us-east-١"));
///
/// assert!(Pattern::new("[a&&b]")?.is_match("&"));
/// assert_eq!(
///     Pattern::new("a**"),
///     Err(PatternError::NestedRepetition { fragment: "**".into() }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

/// How much the compiled form of a pattern may take, in bytes.
const MAX_COMPILED: usize = 64 << 20;
/// Groups are written out even where they change nothing, so the `regex`
/// crate may see three levels for one of Go's.
const MAX_NESTING: u32 = 4096;
/// The `regex` crate compiles by recursion, up to 10 KiB for a level in a
/// build without optimisation. Patterns higher than this get a stack of
/// their own, which holds the highest that Go takes.
const MAX_INLINE_HEIGHT: u32 = 32;
const DEEP_STACK: usize = 64 << 20;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError`] if Go refuses the pattern, or if it is too large.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let translated = syntax::translate(source)?;
        let regex = if translated.height <= MAX_INLINE_HEIGHT {
            compile(&translated.text)
        } else {
            std::thread::Builder::new()
                .stack_size(DEEP_STACK)
                .spawn(move || compile(&translated.text))
                .map_err(|_| PatternError::TooLarge)?
                .join()
                .unwrap_or(Err(PatternError::TooLarge))
        }?;
        Ok(Self {
            source: source.to_owned(),
            regex,
        })
    }

    /// Whether the pattern matches anywhere in `text`.
    ///
    /// ```
    /// # use fsmcheck::wire::label::Pattern;
    /// assert!(Pattern::new("(?i)EAST")?.is_match("us-east-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The pattern as it was given.
    ///
    /// ```
    /// # use fsmcheck::wire::label::Pattern;
    /// assert_eq!(Pattern::new(r"\d")?.as_str(), r"\d");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

fn compile(translated: &str) -> Result<Regex, PatternError> {
    // What the translation writes is always a pattern of the crate, so all
    // that can go wrong is its size.
    RegexBuilder::new(translated)
        .size_limit(MAX_COMPILED)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|_| PatternError::TooLarge)
}

/// Two patterns are equal if they are written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(source: &str) -> Result<Self, Self::Err> {
        Self::new(source)
    }
}

/// Why a text is not a [`Pattern`]. `fragment` is the offending part of it,
/// the same that Go reports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// An escape that Go does not know.
    #[error(
        "`{fragment}` is no escape: allowed are \\A \\b \\B \\z \\Q...\\E, the classes \\d \\D \\s \\S \\w \\W \\p \\P, \
         \\a \\f \\n \\r \\t \\v, \\x41, \\x{{1F680}}, \\101 and escaped punctuation"
    )]
    InvalidEscape {
        /// The escape.
        fragment: String,
    },
    /// A range that runs backwards or a class that Go does not know.
    #[error(
        "`{fragment}` is no class: a range runs upwards, [:...:] takes a POSIX name, \
         \\p a category or a script"
    )]
    InvalidClass {
        /// The range, or the class.
        fragment: String,
    },
    /// A named group whose name is not made of letters, digits and `_`.
    #[error("`{fragment}` is no named group: (?P<name>...) takes letters, digits and `_`")]
    InvalidName {
        /// The beginning of the group.
        fragment: String,
    },
    /// What follows `(?` is neither flags nor a group.
    #[error(
        "`{fragment}` begins no group: allowed are (?:...), (?P<name>...), (?<name>...) \
         and the flags i, m, s, U"
    )]
    InvalidGroup {
        /// The beginning of the group.
        fragment: String,
    },
    /// A repetition right behind another.
    #[error("`{fragment}` repeats a repetition: put the inner one in (?:...)")]
    NestedRepetition {
        /// Both repetitions.
        fragment: String,
    },
    /// A count over 1,000, also by nesting, or a least over a most.
    #[error(
        "`{fragment}` is no count: at most {{1000}}, together with the counts nested in it, \
         and the least before the most"
    )]
    InvalidCount {
        /// The repetition.
        fragment: String,
    },
    /// A repetition with nothing before it.
    #[error("`{fragment}` has nothing to repeat: put an expression before it, or escape it")]
    MissingOperand {
        /// The repetition.
        fragment: String,
    },
    /// A class without its end.
    #[error("`{fragment}` has no closing `]`")]
    MissingBracket {
        /// The pattern from the class on.
        fragment: String,
    },
    /// A group without its end.
    #[error("`{fragment}` has no closing `)` for each `(`")]
    MissingParenthesis {
        /// The whole pattern.
        fragment: String,
    },
    /// A `)` without a group.
    #[error("`{fragment}` has a `)` without its `(`: write \\) for the character")]
    UnexpectedParenthesis {
        /// The whole pattern.
        fragment: String,
    },
    /// A backslash at the end.
    #[error("the pattern ends in a single backslash: write \\\\ for the character")]
    TrailingBackslash,
    /// Parts nest too deeply.
    #[error("the pattern nests too deeply: at most 1000 levels")]
    TooDeep,
    /// The pattern is too long, or too large when compiled. Go may take it.
    #[error(
        "the pattern is too large: at most {} bytes, and {} MiB when compiled",
        syntax::MAX_LENGTH,
        MAX_COMPILED >> 20
    )]
    TooLarge,
}

#[cfg(test)]
mod tests;
