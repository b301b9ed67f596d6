//! The shape of a pattern, as far as Go's limits ask for it: how high its
//! tree is and how often a part of it is repeated.

use super::PatternError;

/// How deeply the parts of a pattern may nest. Go's limit.
pub(super) const MAX_HEIGHT: u32 = 1000;
/// How often a part may be repeated by all its counted repetitions together.
/// Go's limit.
pub(super) const MAX_COUNT: u32 = 1000;

/// What a part of the pattern looks like in Go's tree.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) height: u32,
    /// The largest product of counted repetitions inside one another.
    pub(super) count: u32,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Literal,
    Sequence,
    Choice,
    Other,
}

impl Part {
    pub(super) fn leaf(kind: Kind) -> Self {
        Self {
            kind,
            height: 1,
            count: 1,
        }
    }
}

/// Parts that will become one sequence or one choice.
#[derive(Default)]
pub(super) struct Parts {
    number: usize,
    last: Option<Part>,
    height: u32,
    count: u32,
}

impl Parts {
    /// Adds a part to what is becoming a part of kind `kind`. As in Go,
    /// neighbouring literals are one part, and a sequence in a sequence or a
    /// choice in a choice counts as its parts.
    pub(super) fn add(&mut self, part: Part, kind: Kind) {
        let last = self.last.replace(part).map(|last| last.kind);
        if kind == Kind::Sequence && part.kind == Kind::Literal && last == Some(Kind::Literal) {
            return;
        }
        let inner = if part.kind == kind {
            part.height - 1
        } else {
            part.height
        };
        self.number += 1;
        self.height = self.height.max(inner);
        self.count = self.count.max(part.count);
    }

    pub(super) fn join(self, kind: Kind) -> Result<Part, PatternError> {
        match (self.number, self.last) {
            (0, _) | (_, None) => Ok(Part::leaf(Kind::Other)),
            (1, Some(only)) => Ok(only),
            _ => higher(kind, self.height, self.count),
        }
    }
}

/// A part one higher than what it holds.
pub(super) fn higher(kind: Kind, height: u32, count: u32) -> Result<Part, PatternError> {
    if height >= MAX_HEIGHT {
        return Err(PatternError::TooDeep);
    }
    Ok(Part {
        kind,
        height: height + 1,
        count,
    })
}
