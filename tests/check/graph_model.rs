//! A model from a list of arrows between numbered states.

use std::sync::Arc;

use fsmcheck::check::{Fairness, Model, Number, Property};

/// The number of a state.
pub(crate) type State = usize;

/// A step that a model has.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Arrow {
    pub(crate) from: State,
    pub(crate) name: String,
    pub(crate) to: State,
}

/// What a model is to hold, made anew for each check.
type Properties = dyn Fn() -> Vec<Property<GraphModel>> + Send + Sync;

/// A model that is a graph.
#[derive(Clone)]
pub(crate) struct GraphModel {
    pub(crate) starts: Vec<State>,
    pub(crate) arrows: Vec<Arrow>,
    /// States beyond the model's bounds.
    pub(crate) beyond: Vec<State>,
    /// How many numbers there are for states, if they have numbers.
    numbers: Option<u64>,
    properties: Arc<Properties>,
    fairness: Arc<dyn Fn() -> Fairness<Self> + Send + Sync>,
}

impl GraphModel {
    /// A graph that begins in state 0, with arrows as `(from, name, to)`.
    pub(crate) fn new<'a>(arrows: impl IntoIterator<Item = (State, &'a str, State)>) -> Self {
        let arrows = arrows.into_iter().map(|(from, name, to)| Arrow {
            from,
            name: name.to_owned(),
            to,
        });
        Self {
            starts: vec![0],
            arrows: arrows.collect(),
            beyond: Vec::new(),
            numbers: None,
            properties: Arc::new(Vec::new),
            fairness: Arc::new(Fairness::progress),
        }
    }

    pub(crate) fn starting_in(self, starts: &[State]) -> Self {
        Self {
            starts: starts.to_vec(),
            ..self
        }
    }

    pub(crate) fn with_beyond(self, beyond: &[State]) -> Self {
        Self {
            beyond: beyond.to_vec(),
            ..self
        }
    }

    /// A state is its own number, below this one.
    pub(crate) fn numbered(self, size: u64) -> Self {
        Self {
            numbers: Some(size),
            ..self
        }
    }

    pub(crate) fn with(
        self,
        properties: impl Fn() -> Vec<Property<Self>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            properties: Arc::new(properties),
            ..self
        }
    }

    pub(crate) fn under(
        self,
        fairness: impl Fn() -> Fairness<Self> + Send + Sync + 'static,
    ) -> Self {
        Self {
            fairness: Arc::new(fairness),
            ..self
        }
    }
}

impl Model for GraphModel {
    type State = State;
    type Action = Arrow;

    fn initial_states(&self) -> Vec<State> {
        self.starts.clone()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Arrow>) {
        let own = self.arrows.iter().filter(|arrow| arrow.from == *state);
        actions.extend(own.cloned());
    }

    fn next(&self, _: &State, arrow: &Arrow) -> Option<State> {
        Some(arrow.to)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        (self.properties)()
    }

    fn is_within_bounds(&self, state: &State) -> bool {
        !self.beyond.contains(state)
    }

    fn fairness(&self) -> Fairness<Self> {
        (self.fairness)()
    }

    fn number(&self, state: &State) -> Option<Number> {
        self.numbers.map(|size| Number::of(*state as u64, size))
    }

    fn action_name(&self, arrow: &Arrow) -> String {
        arrow.name.clone()
    }

    fn kind_name(&self, arrow: &Arrow) -> String {
        arrow.name.clone()
    }
}

/// Whether a state is one of these.
pub(crate) fn any_of(
    states: &[State],
) -> impl Fn(&GraphModel, &State) -> bool + Clone + Send + Sync + 'static {
    let states = states.to_vec();
    move |_, state| states.contains(state)
}

/// Whether an action has this name.
pub(crate) fn named(
    name: &str,
) -> impl Fn(&GraphModel, &State, &Arrow) -> bool + Clone + Send + Sync + 'static {
    let name = name.to_owned();
    move |_, _, arrow| arrow.name == name
}
