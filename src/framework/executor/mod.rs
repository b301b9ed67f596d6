//! Whether an executor is alive, as it sees itself and as the leader sees it.
//!
//! | of the executor's own view | shown by |
//! |---|---|
//! | every 500 ms it sends a heartbeat | [`ExecutorEffect::SendHeartbeat`] |
//! | it stops when its last success is more than 20 s ago | [`ExecutorEvent::Ticked`] |
//! | a leader that is not ready counts as a success, one that does not know the executor does not | [`HeartbeatAnswer`] |
//! | it stops when the leader has given it up | [`HeartbeatAnswer::Tombstone`] |
//!
//! | of the leader's view | shown by |
//! |---|---|
//! | an executor is registered, and is alive for 20 s | [`Executors::register`], `Initing` |
//! | a heartbeat says for how long it counts | [`Executors::heartbeat`], `Running` |
//! | an executor that is silent for longer is given up for good | `Tombstone` |
//! | at most one of them at each sweep, every 500 ms | [`Executors::sweep`] |
//! | a new leader registers the stored executors anew | [`Executors::register`] |
//!
//! The original also names a state for an executor that is disconnected; nothing
//! leads there, so it is not here. The edges are held by the tests
//! `framework::jobs::executor` and `framework::jobs::registered_executor`, the
//! table by the tests of this file.

mod own;
mod registered;

pub use self::own::{
    EXECUTOR_TIMEOUT, Executor, ExecutorEffect, ExecutorEvent, ExecutorState, HeartbeatAnswer,
};
pub use self::registered::{
    Executors, ExecutorsEffect, HeartbeatRefused, RegisteredExecutor, RegisteredExecutorEvent,
    RegisteredExecutorState,
};
