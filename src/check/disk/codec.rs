//! Pieces of states as bytes.

use std::hash::Hash;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::check::store::hash_of;

/// How many bytes a hash takes.
pub(super) const HASH: usize = size_of::<u64>();

/// A piece as bytes: a hash of its states, and the states.
pub(super) fn encode<S: Hash + Serialize>(piece: &[S]) -> io::Result<Vec<u8>> {
    let bytes = hash_of(&piece).to_le_bytes().to_vec();
    postcard::to_extend(piece, bytes).map_err(invalid)
}

/// The piece of these bytes.
pub(super) fn decode<S: Hash + DeserializeOwned>(bytes: &[u8]) -> io::Result<Vec<S>> {
    let (hash, states) = split_hash(bytes).ok_or_else(|| invalid("there are no states"))?;
    let (piece, rest): (Vec<S>, _) = postcard::take_from_bytes(states).map_err(invalid)?;
    if !rest.is_empty() {
        return Err(invalid("there is something behind the states"));
    }
    if hash_of(&piece.as_slice()) != hash {
        return Err(invalid("a state is not what it was when it was written"));
    }
    Ok(piece)
}

/// The hash before some bytes, and the bytes.
pub(super) fn split_hash(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (hash, rest) = bytes.split_first_chunk::<HASH>()?;
    Some((u64::from_le_bytes(*hash), rest))
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
