//! How the states of a model are gone through.

mod breadth;
mod deepening;
mod depth;
mod expand;
mod kind;
mod level;
mod moment;
mod random;
mod searched;
mod spill;
mod task;
mod teller;
mod trace;
mod waiting;
mod walker;
mod watch;

pub(super) use self::breadth::{Outside, breadth_first};
pub(super) use self::deepening::iterative_deepening;
pub(super) use self::depth::depth_first;
pub(super) use self::expand::{Decisive, Space, judge, judge_end};
pub use self::kind::Search;
pub(super) use self::moment::{Begin, Initially, Keeper};
#[cfg(feature = "disk")]
pub(super) use self::moment::{Distance, Moment, Resumed, TakeBack};
pub(super) use self::random::random_walks;
pub(super) use self::searched::Searched;
pub(super) use self::spill::{Disk, Spill};
pub(super) use self::task::Task;
pub(super) use self::teller::{Measure, OnProgress, Teller};
pub(super) use self::trace::walk_to;
pub(super) use self::watch::Watch;
