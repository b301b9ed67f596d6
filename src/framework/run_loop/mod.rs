//! The loop that runs a worker or a job master, from its start to its end.
//!
//! | the original's rule | here | shown by |
//! |---|---|---|
//! | not run, init, poll again and again | [`RunLoopState`] | `tables::run_loop` |
//! | run twice: the process ends | refused: [`RunLoopError::RunTwice`] | `tables::run_loop`, `assertions_are_named` |
//! | a loop that ends without an error: the process ends | refused: [`RunLoopError::EndedWithoutError`] | `tables::run_loop`, `assertions_are_named` |
//! | canceled, failed before the start, given up: close at once | [`LoopError::is_abrupt`] | `the_error_decides_the_finaliser` |
//! | ended as a worker ends: say goodbye, then stop | [`LoopError::is_terminated`] | `the_error_decides_the_finaliser` |
//! | any other error: say goodbye, then close | | `the_error_decides_the_finaliser` |
//! | a job master that has ended does not say goodbye; its master has to miss it | [`Role::JobMaster`] | `the_error_decides_the_finaliser` |
//! | goodbye: close the business logic, once, then wait for the master | [`Rule::CloseBeforeFinishHandshake`] | `the_business_closes_before_the_goodbye` |
//! | the goodbye takes 30 s at most | [`Timeouts::graceful_exit`] | `the_goodbye_is_bounded` |
//! | an exit with an error ends by that error, without one as a finished worker | [`RunLoopEvent::Exited`] | `an_exit_ends_by_its_error` |
//! | an exit ends the loop though the round returns no error | [`Rule::ExitEndsLoop`] | `an_exit_ends_the_loop` |
//! | of several errors the first one counts | [`RunLoopEvent::Fail`] | `the_first_error_counts` |
//! | the closing of a job master that gives up has no bound | [`RunLoopEffect::CallCloseImpl`] | `only_a_job_master_closes_without_a_bound` |
//! | a job master answers pings until it is closed | [`Rule::HandlersRemovedBeforeClose`] | `a_job_master_stops_answering` |

mod event;
mod exploration;
mod machine;

pub use self::event::{LoopError, Role, RunLoopEffect, RunLoopError, RunLoopEvent};
pub use self::machine::{RunLoop, RunLoopState};

#[cfg(doc)]
use super::{Rule, Timeouts};
