//! JSON as the original's language reads and writes it.
//!
//! The reader is tolerant where the original is: names match without regard
//! to case, unknown members are skipped, `null` leaves most members as they
//! are, and a repeated member is read over what the earlier one left. The
//! writer is exact to the byte. Neither goes through a tree of values, and
//! neither recurses over its input: records nest only as deep as their types.

mod bytes;
mod decode;
mod encode;
mod error;
mod reader;
mod record;
mod refuse;
mod text;

pub(crate) use self::bytes::as_base64;
pub(crate) use self::decode::Decode;
pub(crate) use self::encode::Encode;
pub use self::error::{DecodeError, DecodeErrorKind, EncodeError, Found};
pub(crate) use self::reader::{Reader, Stop};
pub(crate) use self::record::{Members, decode_members, record};

/// How deep lists and objects may be nested in a text, the outermost included.
pub const MAX_DEPTH: usize = 10_000;

/// Reads one value that makes up the whole of `input`.
pub(crate) fn from_json<T: Decode + Default>(input: &[u8]) -> Result<T, DecodeError> {
    match decode(input) {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(error),
    }
}

/// Like [`from_json`], with what had been read when an error was found.
pub(crate) fn decode<T: Decode + Default>(input: &[u8]) -> (T, Option<DecodeError>) {
    let mut value = T::default();
    let mut reader = Reader::new(input);
    let ended = value.decode(&mut reader).and_then(|()| reader.end());
    match (ended, reader.into_error()) {
        (_, None) => (value, None),
        // Broken JSON further on comes before what ended the reading here.
        // It is also reported of a text that the original never looks into,
        // so nothing that was read counts.
        (Err(Stop), Some(error)) => match Reader::new(input).check() {
            Some(broken) => (T::default(), Some(broken)),
            None => (value, Some(error)),
        },
        (Ok(()), Some(error)) => (value, Some(error)),
    }
}

/// Writes one value.
pub(crate) fn to_json<T: Encode>(value: &T) -> Result<String, EncodeError> {
    let mut out = String::with_capacity(T::USUAL_LENGTH);
    value.encode(&mut out)?;
    Ok(out)
}
