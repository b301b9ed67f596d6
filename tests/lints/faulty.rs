//! The machines with their mistakes.

const FAULTY: bool = true;

#[path = "machines.rs"]
mod machines;

pub(crate) use self::machines::*;
