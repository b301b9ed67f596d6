//! The loop that runs a worker or a job master, from its start to its end.

mod event;
mod exploration;
mod machine;

pub use self::event::{LoopError, Role, RunLoopEffect, RunLoopError, RunLoopEvent};
pub use self::machine::{RunLoop, RunLoopState};
