//! Where the tails of the runs that break a property can be.

use super::breach::Breach;
use crate::check::Stop;
use crate::check::search::Watch;

/// Marks a state to which no tail comes.
const NOT_REACHED: u32 = u32::MAX;

/// The states to which tails come.
pub(super) struct Tails {
    /// Those states, the nearest to an initial state first: the way before the tail
    /// counts, too.
    pub(super) states: Vec<u32>,
    /// For each state of the graph the one before it in a tail; itself where a tail
    /// begins.
    before: Vec<u32>,
    /// A nearest state that breaks the property by itself.
    pub(super) broken: Option<u32>,
}

impl Tails {
    /// Goes through all tails, breadth first. `levels` says how many states of the
    /// graph there are at each distance.
    pub(super) fn new<S: Eq>(
        breach: &Breach<'_, S>,
        levels: &[usize],
        watch: &mut Watch<'_, '_>,
    ) -> Result<Self, Stop> {
        let mut tails = Self {
            states: Vec::new(),
            before: vec![NOT_REACHED; breach.graph.len()],
            broken: None,
        };
        let mut level = 0_u32;
        let mut done = 0;
        for depth in 0.. {
            // Besides what is come to from tails, what begins one at this distance.
            let size = levels.get(depth).map_or(0, |states| *states as u32);
            if depth == 0 || !breach.from_the_start {
                for state in level..level + size {
                    watch.tick()?;
                    if breach.begins(state) {
                        tails.add(state, state);
                    } else if depth == 0 && breach.breaks(state) {
                        tails.before[state as usize] = state;
                        tails.broken.get_or_insert(state);
                    }
                }
            }
            level += size;
            let end = tails.states.len();
            if tails.broken.is_some() || done == end && depth >= levels.len() {
                break;
            }
            for index in done..end {
                watch.tick()?;
                tails.go_on(breach, tails.states[index]);
            }
            done = end;
        }
        Ok(tails)
    }

    fn add(&mut self, state: u32, before: u32) {
        if self.before[state as usize] == NOT_REACHED {
            self.before[state as usize] = before;
            self.states.push(state);
        }
    }

    /// Adds what tails come to from a state.
    fn go_on<S: Eq>(&mut self, breach: &Breach<'_, S>, state: u32) {
        for edge in breach.graph.edges(state) {
            if !breach.takes(*edge) {
                continue;
            }
            if breach.stays(edge.target) {
                self.add(edge.target, state);
            } else if self.broken.is_none() && breach.breaks(edge.target) {
                self.before[edge.target as usize] = state;
                self.broken = Some(edge.target);
            }
        }
    }

    /// The states on a shortest way to one that tails come to, from an initial state
    /// on, and that one the last.
    pub(super) fn way_to<S: Eq>(&self, breach: &Breach<'_, S>, state: u32) -> Vec<u32> {
        let mut tail = Vec::new();
        let mut first = state;
        while self.before[first as usize] != first {
            tail.push(first);
            first = self.before[first as usize];
        }
        let mut way = breach.graph.way_to(first);
        way.extend(tail.into_iter().rev());
        way
    }
}
