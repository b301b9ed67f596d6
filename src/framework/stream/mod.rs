//! The messages of one sender on one topic.
//!
//! | of the transport | shown by |
//! |---|---|
//! | messages of one sender on one topic arrive in order; there is no order across topics | one [`Outbox`] and one [`Inbox`] for each |
//! | what was not acknowledged is sent again after a reconnect | [`Outbox::unacked`], [`StreamEvent::Reconnected`] |
//! | what was acknowledged is passed over | [`StreamEffect::Skip`] |
//! | without a handler messages are kept, and replayed when one is registered, whoever that is | `Keeping`, [`StreamEffect::Replay`], [`KEPT_MESSAGES`] |
//! | when there are too many the kept ones are dropped, and the sender is cut off | [`StreamEffect::DropKept`], [`StreamEffect::Disconnect`] |
//! | from then on nothing of the old stream is accepted ([`Rule::StreamDroppedAfterOverflow`]) | `Dropped` |
//! | a gap ends the handler, and whoever registered it | `Broken`, [`DataLost`] |
//! | a sender that begins anew under the same name is passed over until it has caught up | the test `a_sender_that_begins_anew_is_swallowed` |
//! | at most 128 messages wait to be sent | [`Outbox::send`], [`SEND_QUEUE_CAPACITY`] |
//!
//! The edges are held by the test `framework::jobs::stream`, the order of what is
//! delivered by the test `framework::jobs_properties::streams_have_no_gaps`, the
//! rest by the tests of the files here.

mod inbox;
mod outbox;
mod receiver;

pub use self::inbox::{DataLost, Inbox};
pub use self::outbox::{Outbox, OutboxFull, SEND_QUEUE_CAPACITY};
pub use self::receiver::{KEPT_MESSAGES, Stream, StreamEffect, StreamEvent, StreamState};
