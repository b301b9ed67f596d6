//! The stable codes of findings.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the three levels are documented")]
pub enum Level {
    /// The machine does what it is declared not to do. Cannot be allowed.
    Error,
    /// Most likely a mistake. Can be [allowed](super::Allowance) with a reason.
    Warning,
    /// Worth knowing; never makes a machine unclean.
    Note,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// The one list of codes: the enum, its names and its levels come from it.
macro_rules! codes {
    ($($(#[$docs:meta])* $variant:ident = $name:literal, $level:ident;)*) => {
        /// What a finding is about, as a code that does not change.
        ///
        /// [`Code::explanation`] says what each means and what to do about it.
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$docs])* #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code, in the order in which findings are listed.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as it is written, such as `trap-state`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// How much its findings matter.
            #[must_use]
            pub const fn level(self) -> Level {
                match self {
                    $(Self::$variant => Level::$level,)*
                }
            }
        }
    };
}

codes! {
    /// A handler, action or hook panics.
    HandlerPanics = "handler-panics", Error;
    /// The same event in the same configuration has different results.
    Nondeterministic = "nondeterministic", Error;
    /// A declared invariant does not hold.
    InvariantBroken = "invariant-broken", Error;
    /// A declared property of the machine does not hold.
    PropertyBroken = "property-broken", Error;
    /// A declared terminal state can be left.
    TerminalLeft = "terminal-left", Error;
    /// The machine is declared to return to its start and cannot.
    NoWayBack = "no-way-back", Error;
    /// Records show a change of state that the machine cannot make.
    IllegalTransition = "illegal-transition", Error;
    /// Records show an epoch smaller than one before.
    EpochWentBack = "epoch-went-back", Error;
    /// A record holds a code that stands for no state.
    UnknownCode = "unknown-code", Error;
    /// A state is never reached.
    UnreachableState = "unreachable-state", Warning;
    /// A state that is not declared terminal cannot be left.
    TrapState = "trap-state", Warning;
    /// The machine can go round without ever coming to an end.
    Livelock = "livelock", Warning;
    /// An event is refused everywhere.
    EventNeverHandled = "event-never-handled", Warning;
    /// A refused event changes data first.
    RefusedButChanged = "refused-but-changed", Warning;
    /// A limit was reached before all of the machine was seen.
    NotExhaustive = "not-exhaustive", Warning;
    /// Entry actions change data when they are repeated.
    EntryNotRepeatable = "entry-not-repeatable", Note;
    /// States answer an event alike, each by itself.
    SuperstateCandidate = "superstate-candidate", Note;
    /// No sequence of events tells some states apart.
    DuplicateState = "duplicate-state", Note;
    /// Records show two states with steps between them that were not seen.
    SkippedSteps = "skipped-steps", Note;
    /// A finding is allowed that is not there.
    UnusedAllowance = "unused-allowance", Note;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A code that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "there is no code `{given}`{}; the codes are {}",
    .nearest.map_or_else(String::new, |code| format!(", did you mean `{code}`?")),
    list()
)]
#[non_exhaustive]
pub struct UnknownCode {
    /// What was given.
    pub given: String,
    /// The code that is most like it, if one is.
    pub nearest: Option<Code>,
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// The code of this name, in any case, with `-` or `_`.
    fn from_str(given: &str) -> Result<Self, UnknownCode> {
        let name = given.trim().to_lowercase().replace('_', "-");
        let is_named = |code: &&Self| code.as_str() == name;
        Self::ALL
            .iter()
            .find(is_named)
            .copied()
            .ok_or_else(|| UnknownCode {
                given: given.to_owned(),
                nearest: nearest(&name),
            })
    }
}

fn list() -> String {
    let names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    names.join(", ")
}

/// The code that takes the fewest changes of a letter, if they are few.
fn nearest(name: &str) -> Option<Code> {
    // Nothing as long as this is a slip of the pen.
    if name.len() > 64 {
        return None;
    }
    Code::ALL
        .iter()
        .map(|code| (edit_distance(name, code.as_str()), *code))
        .filter(|(distance, code)| *distance * 2 <= code.as_str().len())
        .min()
        .map(|(_, code)| code)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_serialises_as_its_name() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), *code);
        }
    }

    #[test]
    fn codes_are_listed_from_error_to_note() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.level()));
        assert!(Code::ALL.is_sorted());
    }

    #[test]
    fn case_and_underscores_do_not_matter() {
        assert_eq!("Trap_State".parse(), Ok(Code::TrapState));
    }

    #[test]
    fn an_unknown_code_suggests_the_nearest_and_lists_all() {
        let error = "trap-sate".parse::<Code>().unwrap_err();
        assert_eq!(error.nearest, Some(Code::TrapState));
        let text = error.to_string();
        assert!(text.starts_with(
            "there is no code `trap-sate`, did you mean `trap-state`?; the codes are handler-panics, "
        ));
        assert_eq!("xyzzy".parse::<Code>().unwrap_err().nearest, None);
    }

    #[test]
    fn edit_distance_counts_changes() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("abc", "abc"), 0);
    }
}
