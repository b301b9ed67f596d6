//! How a worker's status gets into the store and to its master.

mod event;
mod machine;

pub use self::event::{StatusWriterEffect, StatusWriterError, StatusWriterEvent, WriteEnd};
pub use self::machine::{StatusWriter, StatusWriterState};
