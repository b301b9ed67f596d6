//! How a worker's status gets into the store and to its master.
//!
//! | the original's rule | here | shown by |
//! |---|---|---|
//! | a status is stored when its state or message differs from the last one stored, then told | [`StatusWriterEvent::Update`] | `tables::status_writer`, `only_what_matters_is_stored` |
//! | storing is tried without end | [`StatusWriterEvent::NotWritten`] | `tables::status_writer` |
//! | telling takes 15 s at most | [`Timeouts::notify`] | `tables::status_writer` |
//! | an exit is stored and told as the end that fits its reason, then it ends the loop | [`StatusWriterEvent::Exit`], [`StatusWriterEffect::Exited`] | `an_exit_is_written_in_order` |
//! | a job master that exits writes its own record first, and stays if that fails | [`WriteEnd::NotStored`] | `an_exit_that_is_not_stored_ends_nothing` |
//! | an end may be followed by another end | [`Rule::TerminalStatusLatched`] | `a_second_end` |

mod event;
mod machine;

pub use self::event::{StatusWriterEffect, StatusWriterError, StatusWriterEvent, WriteEnd};
pub use self::machine::{StatusWriter, StatusWriterState};

#[cfg(doc)]
use super::{Rule, Timeouts};
