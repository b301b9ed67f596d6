//! The machines without their mistakes.

const FAULTY: bool = false;

#[path = "machines.rs"]
mod machines;

pub(crate) use self::machines::*;
