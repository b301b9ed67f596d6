//! Strongly connected components of a part of a graph, without recursion.

use super::breach::Breach;
use crate::check::Stop;
use crate::check::search::Watch;

/// The region of a state that is in none.
pub(super) const NOWHERE: u32 = 0;

/// Marks a state that has not been come to yet.
const UNSEEN: u32 = 0;

/// A graph's states divided into regions, which are then divided further into
/// components.
pub(super) struct Regions {
    /// For each state the region in which it is.
    region: Vec<u32>,
    /// How many regions there have been, and the numbers of those that are no more.
    /// There are never more at once than states, so numbers suffice.
    regions: u32,
    free: Vec<u32>,
    // Tarjan's algorithm: when a state was come to, counted from 1 on, and the
    // earliest that can be come to from it and leads back to it.
    index: Vec<u32>,
    low: Vec<u32>,
    counter: u32,
    /// The states that are in no component yet.
    open: Vec<u32>,
    /// The way to the state that is looked at, with the position of the next edge of
    /// each. It takes the place of recursion, which a long chain of states would
    /// let overflow.
    way: Vec<(u32, u32)>,
}

impl Regions {
    /// All states in no region.
    pub(super) fn new(states: usize) -> Self {
        Self {
            region: vec![NOWHERE; states],
            regions: NOWHERE,
            free: Vec::new(),
            index: vec![UNSEEN; states],
            low: vec![UNSEEN; states],
            counter: UNSEEN,
            open: Vec::new(),
            way: Vec::new(),
        }
    }

    /// The region of a state.
    #[inline]
    pub(super) fn of(&self, state: u32) -> u32 {
        self.region[state as usize]
    }

    /// Makes states a region of their own.
    pub(super) fn unite(&mut self, states: &[u32]) -> u32 {
        let region = self.free.pop().unwrap_or_else(|| {
            self.regions += 1;
            self.regions
        });
        for state in states {
            self.region[*state as usize] = region;
            self.index[*state as usize] = UNSEEN;
        }
        region
    }

    /// Takes states out of their region, which is no more.
    pub(super) fn dissolve(&mut self, states: &[u32], region: u32) {
        for state in states {
            self.region[*state as usize] = NOWHERE;
        }
        self.free.push(region);
    }

    /// Divides a region into its strongly connected components, of which each that
    /// has an edge becomes a region and is handed over with its states.
    pub(super) fn divide<S: Eq>(
        &mut self,
        breach: &Breach<'_, S>,
        states: &[u32],
        region: u32,
        watch: &mut Watch<'_, '_>,
        mut hand_over: impl FnMut(&mut Self, &[u32], u32),
    ) -> Result<(), Stop> {
        self.counter = UNSEEN;
        for root in states {
            // A state that is in a component already is in the region no more.
            if self.of(*root) != region {
                continue;
            }
            self.enter(breach, *root);
            while let Some((state, position)) = self.way.last_mut() {
                let state = *state;
                if *position < breach.graph.edge_range(state).1 {
                    let edge = breach.graph.edge(*position);
                    *position += 1;
                    if !breach.takes(edge) || self.of(edge.target) != region {
                        continue;
                    }
                    let index = self.index[edge.target as usize];
                    if index == UNSEEN {
                        self.enter(breach, edge.target);
                    } else {
                        self.lower(state, index);
                    }
                    continue;
                }
                watch.tick()?;
                self.way.pop();
                let low = self.low[state as usize];
                if let Some((before, _)) = self.way.last() {
                    let before = *before;
                    self.lower(before, low);
                }
                if low == self.index[state as usize] {
                    self.close(breach, state, &mut hand_over);
                }
            }
        }
        self.free.push(region);
        Ok(())
    }

    fn enter<S: Eq>(&mut self, breach: &Breach<'_, S>, state: u32) {
        self.counter += 1;
        self.index[state as usize] = self.counter;
        self.low[state as usize] = self.counter;
        self.open.push(state);
        self.way.push((state, breach.graph.edge_range(state).0));
    }

    fn lower(&mut self, state: u32, low: u32) {
        let kept = &mut self.low[state as usize];
        *kept = low.min(*kept);
    }

    /// Takes the component out whose earliest state this is.
    fn close<S: Eq>(
        &mut self,
        breach: &Breach<'_, S>,
        earliest: u32,
        hand_over: &mut impl FnMut(&mut Self, &[u32], u32),
    ) {
        if self.open.last() == Some(&earliest) {
            self.open.pop();
            let mut edges = breach.graph.edges(earliest).iter();
            if edges.any(|edge| edge.target == earliest && breach.takes(*edge)) {
                let region = self.unite(&[earliest]);
                hand_over(self, &[earliest], region);
            } else {
                self.region[earliest as usize] = NOWHERE;
            }
            return;
        }
        let begin = self.open.iter().rposition(|state| *state == earliest);
        let component = self.open.split_off(begin.unwrap_or_default());
        let region = self.unite(&component);
        hand_over(self, &component, region);
    }
}
