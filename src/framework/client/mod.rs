//! A worker's view of its master.
//!
//! | the original's rule | here | shown by |
//! |---|---|---|
//! | Normal, wait → Closing; pings say that the worker has finished | [`ClientEvent::WaitClosed`] | `tables::master_client`, `a_ping_says_finished_only_while_closing` |
//! | Closing or Closed, wait again | waits again; ends at once | `tables::master_client`, vector `scenario:wait-canceled-then-wait-again` |
//! | Closing, finish acknowledged → Closed; Closed: nothing more | [`ClientEvent::Pong`] | `tables::master_client`, hazard `H-04:two-fin-pongs-same-incarnation(control)` |
//! | Normal, finish acknowledged: the process ends | refused: [`ClientError::FinishNotAnnounced`]; ignored under [`Rule::PongWorkerEpoch`] | hazard `H-04:min`, `a_finish_for_a_predecessor` |
//! | Closing, 15 s or canceled: gives up and stays | [`WaitEnd`] | `tables::master_client`, `the_wait_ends_when_its_time_is_up` |
//! | a pong of an older master is ignored, of a newer one is turned to | [`ClientEvent::Pong`] | `the_epoch_known_never_goes_back` (property) |
//! | the time of the last acknowledgement never goes back | [`Rule::AckTimeMonotone`] | hazard `A2:stale-pong`, `an_old_pong_moves_nothing_back` |
//! | silence up to 6 s is fine, up to 15 s a reason to read anew, then the end | [`ClientEvent::CheckMaster`] | vector `scenario:timeout-bounds`, `the_verdict_on_a_silent_master` |
//! | the last acknowledgement begins at the submission of the task | [`Rule::AckBaselineAtSubmit`] | `time_counts_from_the_submission` |
//! | a new master does not start the time anew (lost with mc#374) | no rule: the original's behaviour is kept, which is safe | hazard `A22-191:new-master-epoch-does-not-reset-ack` |
//!
//! The vectors are replayed by the tests `master_client` and
//! `hazards_master_client`.

mod event;
mod exploration;
mod machine;

pub use self::event::{ClientEffect, ClientError, ClientEvent, MasterInfo, ReadFor, WaitEnd};
pub use self::machine::{ClientStart, ClientState, MasterClient};

#[cfg(doc)]
use super::Rule;
