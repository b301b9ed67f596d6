//! Which of the members that tell records apart are in a JSON text.

use crate::wire::json::{self, Decode, DecodeError, Members, Reader, Stop, decode_members};

/// Whether each of [`Outline::MEMBERS`] is a member of an object, under any of
/// the names that the records' own reader takes for it, and with any value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Outline([bool; Self::MEMBERS.len()]);

impl Outline {
    const MEMBERS: [&'static str; 5] = ["worker", "status", "job-id", "node-id", "addr"];

    /// Looks at the members of the object that makes up the whole of `input`;
    /// `null` has none.
    pub(crate) fn of(input: &[u8]) -> Result<Self, DecodeError> {
        json::from_json(input)
    }

    pub(crate) fn has(self, member: &str) -> bool {
        let position = Self::MEMBERS.iter().position(|name| *name == member);
        position.is_some_and(|position| self.0[position])
    }
}

impl Members for Outline {
    const NAMES: &'static [&'static str] = &Self::MEMBERS;

    fn decode_member(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), Stop> {
        self.0[index] = true;
        reader.skip()
    }
}

impl Decode for Outline {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        decode_members(self, reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::DecodeErrorKind;

    fn seen(input: &str) -> Vec<&'static str> {
        let outline = Outline::of(input.as_bytes()).unwrap();
        let has = |member: &&str| outline.has(member);
        Outline::MEMBERS.into_iter().filter(has).collect()
    }

    #[test]
    fn members_are_seen_by_any_of_their_names_and_with_any_value() {
        assert_eq!(seen("{}"), [""; 0]);
        assert_eq!(seen("null"), [""; 0]);
        assert_eq!(
            seen(r#"{"WORKER":null,"\u0073tatus":{"addr":1}}"#),
            ["worker", "status"]
        );
        assert_eq!(seen(r#"{"Job-ID":[[[]]],"job_id":1}"#), ["job-id"]);
        assert_eq!(seen("{\"\u{17f}tatu\u{17f}\":0}"), ["status"]);
        assert!(!Outline::default().has("epoch"));
    }

    #[test]
    fn depth_is_limited_as_for_every_record_and_broken_text_is_an_error() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            Outline::of(format!(r#"{{"addr":{open}{close}}}"#).as_bytes())
        };
        assert!(nested(crate::wire::MAX_DEPTH - 1).unwrap().has("addr"));
        assert_eq!(
            nested(crate::wire::MAX_DEPTH).unwrap_err().kind(),
            DecodeErrorKind::Syntax
        );
        assert!(Outline::of(br#"{"addr":1"#).is_err());
        assert!(Outline::of(br#"{"addr":1} x"#).is_err());
        assert!(Outline::of(b"[]").is_err());
    }
}
