//! How the states of a model are gone through.

mod breadth;
mod depth;
mod expand;
mod kind;
mod random;
mod trace;
mod walker;
mod watch;

pub(super) use self::breadth::{Searched, Task, breadth_first};
pub(super) use self::depth::depth_first;
pub(super) use self::expand::{Decisive, Space, judge, judge_end};
pub use self::kind::Search;
pub(super) use self::random::random_walks;
pub(super) use self::trace::walk_to;
pub(super) use self::watch::{OnProgress, Teller, Watch};
