//! Reads classes of characters: those that an escape names, and those in
//! brackets.

use regex_syntax::hir::ClassUnicodeRange;

use super::super::PatternError;
use super::super::class::{self, Chars};
use super::super::token::{escape, next, up_to};
use super::Translator;

impl Translator<'_> {
    /// Reads `\d`, `\pL`, `\P{Greek}` and their like, if `rest` begins so.
    pub(super) fn escaped_class(&mut self) -> Result<Option<Chars>, PatternError> {
        let before = self.rest;
        let Some(mut rest) = before.strip_prefix('\\') else {
            return Ok(None);
        };
        let Some(letter) = next(&mut rest) else {
            return Ok(None);
        };
        let mut negate = letter.is_ascii_uppercase();
        let chars = match letter.to_ascii_lowercase() {
            'p' => {
                let mut name = match next(&mut rest) {
                    Some('{') => {
                        let Some((name, after)) = rest.split_once('}') else {
                            return Err(PatternError::InvalidClass {
                                fragment: before.to_owned(),
                            });
                        };
                        rest = after;
                        name
                    }
                    _ => &before[2..before.len() - rest.len()],
                };
                if let Some(negated) = name.strip_prefix('^') {
                    name = negated;
                    negate = !negate;
                }
                class::unicode(name).ok_or_else(|| PatternError::InvalidClass {
                    fragment: up_to(before, rest),
                })?
            }
            letter => match class::perl(letter) {
                Some(chars) => chars,
                None => return Ok(None),
            },
        };
        self.rest = rest;
        self.named(chars, negate).map(Some)
    }

    /// A class known by name, with the flags applied: case is folded first,
    /// then the class is turned round.
    fn named(&mut self, mut chars: Chars, negate: bool) -> Result<Chars, PatternError> {
        self.spend(&chars)?;
        if self.flags.fold_case {
            chars = class::folded(&chars);
        }
        Ok(if negate { class::negated(chars) } else { chars })
    }

    /// Reads a class in brackets.
    pub(super) fn bracketed(&mut self) -> Result<(), PatternError> {
        let whole = self.rest;
        self.rest = &whole[1..];
        let negate = self.rest.starts_with('^');
        if negate {
            self.rest = &self.rest[1..];
        }
        let mut named: Vec<ClassUnicodeRange> = Vec::new();
        let mut single: Vec<ClassUnicodeRange> = Vec::new();
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(chars) = self.posix_class()? {
                named.extend(chars.ranges());
            } else if let Some(chars) = self.escaped_class()? {
                named.extend(chars.ranges());
            } else {
                single.extend(self.bracketed_range(whole)?);
            }
        }
        self.rest = &self.rest[1..];

        let mut chars = Chars::new(single);
        if self.flags.fold_case {
            chars = class::folded(&chars);
        }
        chars.union(&Chars::new(named));
        if negate {
            chars.negate();
        }
        self.class(&chars)
    }

    /// Reads `[:alpha:]`, if `rest` begins so.
    fn posix_class(&mut self) -> Result<Option<Chars>, PatternError> {
        let before = self.rest;
        let Some((name, rest)) = before
            .strip_prefix("[:")
            .and_then(|rest| rest.split_once(":]"))
        else {
            return Ok(None);
        };
        let negated = name.strip_prefix('^');
        let Some(chars) = class::posix(negated.unwrap_or(name)) else {
            return Err(PatternError::InvalidClass {
                fragment: up_to(before, rest),
            });
        };
        self.rest = rest;
        self.named(chars, negated.is_some()).map(Some)
    }

    /// Reads a character or a range of them in the brackets that begin
    /// `whole`.
    fn bracketed_range(&mut self, whole: &str) -> Result<Option<ClassUnicodeRange>, PatternError> {
        let before = self.rest;
        let low = self.bracketed_char(whole)?;
        let mut high = low;
        if self.rest.len() > 1 && self.rest.starts_with('-') && !self.rest.starts_with("-]") {
            self.rest = &self.rest[1..];
            high = self.bracketed_char(whole)?;
            if high < low {
                return Err(PatternError::InvalidClass {
                    fragment: up_to(before, self.rest),
                });
            }
        }
        Ok(class::between(low, high))
    }

    fn bracketed_char(&mut self, whole: &str) -> Result<u32, PatternError> {
        if self.rest.starts_with('\\') {
            return escape(&mut self.rest);
        }
        next(&mut self.rest)
            .map(u32::from)
            .ok_or_else(|| PatternError::MissingBracket {
                fragment: whole.to_owned(),
            })
    }
}
