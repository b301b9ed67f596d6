//! A walk that shows that a property does not hold.

use derive_where::derive_where;

use super::walk::{Step, Walk};
use super::{AnyModel, Model, Participants, Property, PropertyKind};

/// A walk that shows that a property does not hold: for a property of single
/// states one to a state that breaks it, for liveness a run that never does what it
/// should and that [fairness](super::Fairness) lets pass.
///
/// What is found breadth first or by iterative deepening is
/// [one of the shortest](Self::is_shortest); what a run repeats is short. What other searches
/// find is made shorter by leaving out steps.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::counter::Stairs;
/// use fsmcheck::check::check;
///
/// let report = check(&Stairs { top: 2 });
/// let counterexample = report.violations().next().unwrap();
/// assert_eq!(
///     counterexample.to_string(),
///     "\
/// always \"the top is out of reach\" does not hold
///   found: one of the shortest ways to break it, 2 steps
///   0  0
///   1  Tick
///        0 → 1
///   2  Tick
///        1 → 2
/// "
/// );
/// ```
#[derive_where(Clone, Debug)]
pub struct Counterexample<M: Model + ?Sized> {
    pub(super) property: String,
    pub(super) kind: PropertyKind,
    pub(super) walk: Walk<M>,
    pub(super) fairness: Option<String>,
    pub(super) is_shortest: bool,
    pub(super) ending: Ending,
    start: Option<usize>,
    /// How its states are [shown](Model::state_form), from the initial one on.
    forms: Vec<String>,
    labels: Vec<Label>,
}

/// What there is to say of a step.
#[derive(Clone, Debug)]
pub(super) struct Label {
    /// The action's position among those that the model offers; `None` if the model
    /// does not offer it a second time.
    pub(super) choice: Option<usize>,
    pub(super) name: String,
    pub(super) participants: Option<Participants>,
}

/// How a counterexample goes on behind its last step.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// The last state breaks the property, whatever comes next.
    Broken,
    /// The run stops in the last state for good.
    Stops,
    /// The run repeats, for ever, the steps from the state that has this number (0
    /// is the initial one). The last state is that state again.
    RepeatsFrom(usize),
}

impl<M: Model + ?Sized> Counterexample<M> {
    /// A walk that shows that a property does not hold.
    pub(super) fn new(model: &M, property: &Property<M>, walk: Walk<M>, ending: Ending) -> Self {
        let starts = model.initial_states();
        let labels = walk.states().zip(walk.steps());
        let kind = property.kind();
        let fairness = || match property.own_fairness() {
            Some(own) => own.to_string(),
            None => model.fairness().to_string(),
        };
        Self {
            property: property.name().to_owned(),
            kind,
            fairness: kind.is_liveness().then(fairness),
            is_shortest: false,
            ending,
            forms: walk.states().map(|state| model.state_form(state)).collect(),
            start: starts.iter().position(|state| state == walk.initial()),
            labels: labels
                .map(|(state, step)| Label::new(model, state, step))
                .collect(),
            walk,
        }
    }

    /// This one, of which a search knows that it is one of the shortest.
    pub(super) fn shortest(self) -> Self {
        Self {
            is_shortest: true,
            ..self
        }
    }

    /// The name of the property.
    #[must_use]
    pub fn property(&self) -> &str {
        &self.property
    }

    /// What kind of property it is.
    #[must_use]
    pub fn kind(&self) -> PropertyKind {
        self.kind
    }

    /// What was assumed of the runs; `None` where single states decide.
    #[must_use]
    pub fn fairness(&self) -> Option<&str> {
        self.fairness.as_deref()
    }

    /// Whether no other way leads to a violation in fewer steps; for a run that stops or
    /// repeats itself: no other way to where it does. That is so for what was
    /// searched for breadth first, and not known of others.
    #[must_use]
    pub fn is_shortest(&self) -> bool {
        self.is_shortest
    }

    /// The walk itself.
    #[must_use]
    pub fn walk(&self) -> &Walk<M> {
        &self.walk
    }

    /// Its steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step<M>] {
        self.walk.steps()
    }

    /// What its steps are called: the [names](Model::action_name) of the actions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }

    /// The position of the initial state among the model's.
    pub(super) fn start(&self) -> Option<usize> {
        self.start
    }

    /// How its states are shown, from the initial one on.
    pub(super) fn forms(&self) -> &[String] {
        &self.forms
    }

    /// What there is to say of each step.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// How it goes on behind the last step.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.ending
    }
}

impl Counterexample<AnyModel> {
    /// The counterexample to the model whose types were left out. It is the caller who
    /// knows of what type it is.
    pub(crate) fn of_type<M: Model + 'static>(&self) -> Counterexample<M> {
        Counterexample {
            property: self.property.clone(),
            kind: self.kind,
            walk: self.walk.of_type(),
            fairness: self.fairness.clone(),
            is_shortest: self.is_shortest,
            ending: self.ending,
            start: self.start,
            forms: self.forms.clone(),
            labels: self.labels.clone(),
        }
    }
}

impl Label {
    fn new<M: Model + ?Sized>(model: &M, state: &M::State, step: &Step<M>) -> Self {
        let mut offered = Vec::new();
        model.actions(state, &mut offered);
        // Actions need not be comparable, but they can be shown.
        let wanted = format!("{:?}", step.action);
        let choice = offered.iter().position(|action| {
            format!("{action:?}") == wanted
                && model.next(state, action).as_ref() == Some(&step.state)
        });
        Self {
            choice,
            name: model.action_name(&step.action),
            participants: model.participants(&step.action),
        }
    }
}
