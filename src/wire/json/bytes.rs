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
                let mut items = self.take().unwrap_or_default();
                items.append(&mut reader.take_tail());
                let length = list(&mut items, reader)?;
                let tail = items.split_off(length);
                if length > 0 && !tail.is_empty() {
                    let path = reader.full_path();
                    reader.tails.bytes.push((path, tail));
                }
                *self = Some(items);
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
                let mut items = self.take().unwrap_or_default();
                items.append(&mut reader.tails.selectors);
                let length = list(&mut items, reader)?;
                let tail = items.split_off(length);
                if length > 0 {
                    reader.tails.selectors = tail;
                }
                *self = Some(items);
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

/// Reads a list over `items` and says how long it is; `items` may be longer.
fn list<T: Decode + Default>(items: &mut Vec<T>, reader: &mut Reader<'_>) -> Result<usize, Stop> {
    reader.open()?;
    let mut length = 0;
    if reader.closes(b']') {
        return Ok(length);
    }
    loop {
        if length == items.len() {
            items.push(T::default());
        }
        items[length].decode(reader)?;
        length += 1;
        if !reader.another(b']')? {
            return Ok(length);
        }
    }
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
