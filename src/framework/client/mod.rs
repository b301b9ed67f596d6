//! A worker's view of its master.

mod event;
mod exploration;
mod machine;

pub use self::event::{ClientEffect, ClientError, ClientEvent, MasterInfo, ReadFor, WaitEnd};
pub use self::machine::{ClientStart, ClientState, MasterClient};
