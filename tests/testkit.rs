//! Each check of a suite fails for a machine that has the fault, and what it says
//! then; the strategies and what they shrink to.

#[path = "testkit/broken.rs"]
mod broken;
#[path = "testkit/checks.rs"]
mod checks;
#[path = "testkit/gate.rs"]
mod gate;
#[path = "testkit/snapshots.rs"]
mod snapshots;
#[path = "testkit/strategies.rs"]
mod strategies;
