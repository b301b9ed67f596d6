//! Byte strings and lists, the two kinds of value that keep a distinction
//! between none and empty.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::decode::Decode;
use super::encode::Encode;
use super::error::EncodeError;
use super::reader::{Reader, Stop};
use super::text::Token;
use crate::wire::selector::Selector;

/// Padding is asked for, but as in the original the bits that it leaves over
/// need not be zero.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

impl Decode for Option<Vec<u8>> {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        match reader.begin()? {
            b'"' => {
                let token = reader.string()?;
                match from_base64(token) {
                    Some(bytes) => {
                        reader.take_tail();
                        *self = Some(bytes);
                    }
                    None => reader.not_base64(),
                }
                Ok(())
            }
            b'n' => {
                reader.take_tail();
                *self = None;
                reader.null()
            }
            b'[' => {
                let items = self.get_or_insert_default();
                let mut tail = reader.take_tail();
                list(items, &mut tail, reader)?;
                if !tail.is_empty() {
                    let path = reader.full_path();
                    reader.tails.bytes.push((path, tail));
                }
                Ok(())
            }
            _ => reader.mismatch("base64 in a string, or a list of bytes"),
        }
    }
}

impl Decode for Option<Vec<Option<Selector>>> {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        match reader.begin()? {
            b'n' => {
                reader.tails.selectors.clear();
                *self = None;
                reader.null()
            }
            b'[' => {
                let items = self.get_or_insert_default();
                let mut tail = std::mem::take(&mut reader.tails.selectors);
                list(items, &mut tail, reader)?;
                reader.tails.selectors = tail;
                Ok(())
            }
            _ => reader.mismatch("a list"),
        }
    }
}

impl Encode for Option<Vec<u8>> {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        match self {
            None => out.push_str("null"),
            Some(bytes) => {
                out.push('"');
                BASE64.encode_string(bytes, out);
                out.push('"');
            }
        }
        Ok(())
    }
}

impl Encode for Option<Vec<Option<Selector>>> {
    fn encode(&self, out: &mut String) -> Result<(), EncodeError> {
        let Some(items) = self else {
            out.push_str("null");
            return Ok(());
        };
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.encode(out)?;
        }
        out.push(']');
        Ok(())
    }
}

impl Reader<'_> {
    /// What earlier lists of bytes left behind at this member.
    fn take_tail(&mut self) -> Vec<u8> {
        if self.tails.bytes.is_empty() {
            return Vec::new();
        }
        let path = self.full_path();
        let place = self.tails.bytes.iter().position(|(at, _)| *at == path);
        place.map_or_else(Vec::new, |place| self.tails.bytes.swap_remove(place).1)
    }

    /// A new value takes this member's place: nothing is left of the old one.
    pub(super) fn forget_tails(&mut self) {
        if !self.tails.bytes.is_empty() {
            let path = self.full_path();
            self.tails.bytes.retain(|(at, _)| !at.starts_with(&path));
        }
    }
}

/// Reads a list over `items`, and then over those of `tail`, whose last is
/// the first. What is left over becomes the tail.
fn list<T: Decode + Default>(
    items: &mut Vec<T>,
    tail: &mut Vec<T>,
    reader: &mut Reader<'_>,
) -> Result<(), Stop> {
    reader.open()?;
    if reader.closes(b']') {
        // An empty list is a new one, with no room to spare.
        items.clear();
        tail.clear();
        return Ok(());
    }
    let mut length = 0;
    loop {
        if length == items.len() {
            items.push(tail.pop().unwrap_or_default());
        }
        items[length].decode(reader)?;
        length += 1;
        if !reader.another(b']')? {
            break;
        }
    }
    tail.extend(items.drain(length..).rev());
    Ok(())
}

/// The bytes, or none if this is not base64. Line breaks are passed over
/// wherever they stand.
fn from_base64(token: Token<'_>) -> Option<Vec<u8>> {
    if !token.escaped {
        return BASE64.decode(token.raw).ok();
    }
    let text = token.text();
    let text = if text.contains(['\r', '\n']) {
        Cow::Owned(text.replace(['\r', '\n'], ""))
    } else {
        text
    };
    BASE64.decode(text.as_bytes()).ok()
}

/// For serde: base64 in a string, `null` for none.
pub(crate) mod as_base64 {
    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::BASE64;

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = bytes.as_ref().map(|bytes| BASE64.encode(bytes));
        text.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| BASE64.decode(text))
            .transpose()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use crate::wire::{MasterMeta, WorkerStatusMessage};

    /// The bytes of `config` after reading `members`.
    #[track_caller]
    fn config(members: &str) -> Option<Vec<u8>> {
        let text = format!("{{{members}}}");
        MasterMeta::from_json(text.as_bytes()).unwrap().config
    }

    #[test]
    fn bytes_come_as_base64_or_as_a_list() {
        assert_eq!(config(r#""config":null"#), None);
        assert_eq!(config(r#""config":"""#), Some(vec![]));
        assert_eq!(config(r#""config":[]"#), Some(vec![]));
        assert_eq!(config(r#""config":"YWJj""#), Some(b"abc".to_vec()));
        assert_eq!(
            config(r#""config":"Y\u0057\r\nJj\n""#),
            Some(b"abc".to_vec())
        );
        assert_eq!(config(r#""config":"YR=\n=""#), Some(b"a".to_vec()));
        assert_eq!(config(r#""config":[97,98,null]"#), Some(b"ab\0".to_vec()));
    }

    #[test]
    fn what_a_shorter_list_of_bytes_cut_off_comes_back_in_a_longer_one() {
        assert_eq!(
            config(r#""config":"YWJj","config":[1],"config":[null,null,null,null]"#),
            Some(vec![1, b'b', b'c', 0])
        );
        for gone in ["null", "[]", r#""""#] {
            let members = format!(r#""config":"YWJj","config":{gone},"config":[null]"#);
            assert_eq!(config(&members), Some(vec![0]), "{gone}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_record_that_null_took_away() {
        let status = |between: &str| {
            let text = format!(
                r#"{{"status":{{"extend-bytes":[1,2,3],"extend-bytes":[4]}},{between}"status":{{"extend-bytes":[null,null]}}}}"#
            );
            let message = WorkerStatusMessage::from_json(text.as_bytes()).unwrap();
            message.status.unwrap().extend_bytes.unwrap()
        };
        assert_eq!(status(""), [4, 2]);
        assert_eq!(status(r#""status":null,"#), [0, 0]);
    }
}
