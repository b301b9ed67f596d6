//! A dense table of a graph's transitions, for look-ups in a hot path.

use super::{EventId, Graph, StateId};

/// What each event does in each state, as arrays.
///
/// A table is computed from a [`Graph`], so it cannot disagree with the machine
/// that the graph was got from. A look-up by id is one index into an array;
/// ids are those of the graph.
///
/// # Examples
///
/// ```
/// use fsmcheck::graph::{GraphBuilder, Table};
///
/// let mut door = GraphBuilder::new("door", ["open", "close"]);
/// let closed = door.state("closed", None);
/// let opened = door.state("opened", None);
/// door.start(closed).moved(closed, "open", opened).moved(opened, "close", closed);
/// let door = door.build()?;
///
/// let table = Table::new(&door);
/// let open = door.event_named("open").unwrap_or_else(|| unreachable!());
/// assert!(table.may(closed, open));
/// assert!(!table.may(opened, open));
/// assert!(table.may_become(closed, opened));
/// assert_eq!(table.next(closed, open), [opened]);
/// # Ok::<(), fsmcheck::graph::BuildError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Table {
    n_states: usize,
    n_events: usize,
    /// For each state and event, where its targets begin in `targets`; one more
    /// entry at the end.
    offsets: Box<[u32]>,
    targets: Box<[StateId]>,
    may: Box<[bool]>,
    /// For each pair of states, one bit; empty when it would not fit.
    may_become: Box<[u64]>,
    words_per_state: usize,
}

/// Pairs of states up to which a bit for each is kept (32 MiB); a larger table
/// answers [`Table::may_become`] from the list of targets.
const MAX_PAIR_BITS: usize = 1 << 28;

impl Table {
    /// The table of a graph.
    ///
    /// # Complexity
    ///
    /// O(states × events + transitions) time and space, and one bit for each
    /// pair of states while there are at most 16 384 states.
    #[must_use]
    pub fn new(graph: &Graph) -> Self {
        let n_states = graph.states().len();
        let n_events = graph.events().len();
        let mut may = vec![false; n_states * n_events];
        let mut offsets = Vec::with_capacity(may.len() + 1);
        let mut targets: Vec<StateId> = Vec::new();
        // Transitions come ordered by state and event, so each cell's targets
        // are neighbours.
        for (from, transition, to) in graph.transitions() {
            let cell = from.index() * n_events + transition.event.index();
            if !may[cell] {
                offsets.resize(cell + 1, targets.len() as u32);
                may[cell] = true;
                targets.push(to);
            } else if !targets[offsets[cell] as usize..].contains(&to) {
                targets.push(to);
            }
        }
        offsets.resize(may.len() + 1, targets.len() as u32);

        let words_per_state = n_states.div_ceil(64);
        let keep_pairs = n_states.saturating_mul(n_states) <= MAX_PAIR_BITS;
        let mut may_become = vec![
            0;
            if keep_pairs {
                n_states * words_per_state
            } else {
                0
            }
        ];
        if keep_pairs {
            for (from, _, to) in graph.transitions() {
                may_become[from.index() * words_per_state + to.index() / 64] |=
                    1 << (to.index() % 64);
            }
        }
        Self {
            n_states,
            n_events,
            offsets: offsets.into(),
            targets: targets.into(),
            may: may.into(),
            may_become: may_become.into(),
            words_per_state,
        }
    }

    /// Whether the event is legal in the state, under at least some data.
    ///
    /// False for ids that are not of the graph.
    #[inline]
    #[must_use]
    pub fn may(&self, state: StateId, event: EventId) -> bool {
        event.index() < self.n_events
            && self
                .may
                .get(state.index() * self.n_events + event.index())
                .copied()
                .unwrap_or(false)
    }

    /// Whether one event leads from a state to a state, under at least some data.
    ///
    /// A state may become itself when an event is handled in it without leaving
    /// it. False for ids that are not of the graph.
    #[inline]
    #[must_use]
    pub fn may_become(&self, from: StateId, to: StateId) -> bool {
        if to.index() >= self.n_states || from.index() >= self.n_states {
            return false;
        }
        match self
            .may_become
            .get(from.index() * self.words_per_state + to.index() / 64)
        {
            Some(word) => word >> (to.index() % 64) & 1 == 1,
            None => self.row(from).contains(&to),
        }
    }

    /// Where the event leads from the state: nowhere when it is refused, to
    /// several states when data decides. Empty for ids that are not of the graph.
    #[inline]
    #[must_use]
    pub fn next(&self, state: StateId, event: EventId) -> &[StateId] {
        if state.index() >= self.n_states || event.index() >= self.n_events {
            return &[];
        }
        let cell = state.index() * self.n_events + event.index();
        &self.targets[self.offsets[cell] as usize..self.offsets[cell + 1] as usize]
    }

    /// The events that are legal in the state under at least some data, in the
    /// order of the alphabet.
    pub fn legal_events(&self, state: StateId) -> impl Iterator<Item = EventId> + '_ {
        (0..self.n_events)
            .map(EventId::at)
            .filter(move |event| self.may(state, *event))
    }

    fn row(&self, from: StateId) -> &[StateId] {
        let cells = from.index() * self.n_events;
        &self.targets[self.offsets[cells] as usize..self.offsets[cells + self.n_events] as usize]
    }
}
