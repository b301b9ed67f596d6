//! Taking a counterexample's actions once more.

use std::fmt::Write as _;

use super::form::shortened;
use super::property::{Claim, StatePredicate};
use super::{
    Check, Counterexample, Ending, Fairness, Limits, Model, Property, PropertyKind, Step, Walk,
};

/// Why a model does not follow a counterexample, or why it is none any more.
///
/// States are numbered from 0, the initial one; a step has the number of the state
/// that it leads to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RerunError {
    /// The model has no property of this name and kind.
    #[error("the model has no property `{property}` ({kind}); it has {}", listed(.known))]
    NoSuchProperty {
        /// The name of the property.
        property: String,
        /// Its kind.
        kind: PropertyKind,
        /// What the model has, as `name (kind)`.
        known: Vec<String>,
    },
    /// The model does not begin in the walk's first state.
    #[error("the model does not begin in `{state}`; its initial states are {}", listed(.initial))]
    NotInitial {
        /// How the state's form begins.
        state: String,
        /// How those of the initial states begin.
        initial: Vec<String>,
    },
    /// An action is not offered.
    #[error("step {step}: `{action}` is not offered; offered are {}", listed(.offered))]
    NotOffered {
        /// The number of the step.
        step: usize,
        /// The action's name.
        action: String,
        /// The names of the actions that are.
        offered: Vec<String>,
    },
    /// An action is offered but does not happen.
    #[error("step {step}: `{action}` cannot happen: the model has no next state for it")]
    CannotHappen {
        /// The number of the step.
        step: usize,
        /// The action's name.
        action: String,
    },
    /// A state is beyond the model's own bounds.
    #[error("state {state} is beyond the bounds of the model")]
    BeyondBounds {
        /// The number of the state.
        state: usize,
    },
    /// What was repeated for ever does not come back to where it began.
    #[error("the cycle does not close: state {last} is not state {from} again")]
    CycleOpen {
        /// The number of the state at which the cycle begins.
        from: usize,
        /// The number of the last state.
        last: usize,
    },
    /// The run cannot stop where it did.
    #[error("the run does not stop in state {state}: `{action}` can happen and has to")]
    GoesOn {
        /// The number of the state.
        state: usize,
        /// The name of an action that can happen there.
        action: String,
    },
    /// The run is one that an assumption leaves out.
    #[error("the run is left out by {assumption}: such an action can happen and never does")]
    Unfair {
        /// The assumption, as `weak(name)` or `strong(name)`.
        assumption: String,
    },
    /// The walk does not break the property.
    #[error("`{property}` is not broken by this walk of {steps} steps")]
    NotBroken {
        /// The name of the property.
        property: String,
        /// How many steps the walk has.
        steps: usize,
    },
}

/// How many characters of a state a message quotes.
const QUOTED: usize = 100;

/// How many of what is allowed are listed.
const LISTED: usize = 10;

/// What is allowed, as a list.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut list = String::new();
    for (index, name) in names.iter().take(LISTED).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(list, "{comma}`{name}`");
    }
    if names.len() > LISTED {
        let _ = write!(list, " and {} more", names.len() - LISTED);
    }
    list
}

impl<M: Model> Counterexample<M> {
    /// Takes the same actions once more, from the same initial state: for a model
    /// that was changed, whether the counterexample is still one.
    ///
    /// An action is the same if it has the same `Debug` form. States may differ from
    /// those that were seen before; what comes out is the counterexample as it is
    /// now.
    ///
    /// # Errors
    ///
    /// [`RerunError`] says where the model does not follow, that the cycle does not
    /// close, that the run is not one that counts, or that the property is not broken
    /// any more.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Stairs;
    /// use fsmcheck::check::check;
    ///
    /// // Goes up three stairs, and says that nobody comes to the top.
    /// let report = check(&Stairs { top: 3 });
    /// let counterexample = report.violations().next().unwrap();
    /// assert!(counterexample.rerun(&Stairs { top: 3 }).is_ok());
    ///
    /// // With a stair more it is out of reach of this walk.
    /// let error = counterexample.rerun(&Stairs { top: 4 }).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`the top is out of reach` is not broken by this walk of 3 steps"
    /// );
    /// # Ok::<(), fsmcheck::check::RerunError>(())
    /// ```
    pub fn rerun(&self, model: &M) -> Result<Self, RerunError> {
        let mut properties = model.properties();
        let known = |property: &Property<M>| format!("{} ({})", property.name(), property.kind());
        let known = properties.iter().map(known).collect();
        properties
            .retain(|property| property.name() == self.property && property.kind() == self.kind);
        if properties.is_empty() {
            return Err(RerunError::NoSuchProperty {
                property: self.property.clone(),
                kind: self.kind,
                known,
            });
        }
        confirm(model, &properties, &self.walk_in(model)?, self.ending)
    }

    /// One of the shortest walks that break the same property, for a counterexample
    /// that was not found breadth first but by hand or by chance: by such a search as
    /// far as this walk goes, within limits.
    ///
    /// `None` if the limits do not suffice, if the model does not break the property
    /// within as many steps, and for liveness, of which runs are not made shorter.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fsmcheck::doctest::counter::Stairs;
    /// use fsmcheck::check::{Counterexample, Limits};
    ///
    /// let line = "counterexample/1 0 0,0,0 broken \"the top is out of reach\"";
    /// let found = Counterexample::from_line(&Stairs { top: 3 }, line)?;
    /// let shortest = found.minimised(&Stairs { top: 2 }, Limits::default()).unwrap();
    /// assert_eq!(shortest.steps().len(), 2);
    /// # Ok::<(), fsmcheck::check::LineError>(())
    /// ```
    #[must_use]
    pub fn minimised(&self, model: &M, limits: Limits) -> Option<Self> {
        let mut properties = model.properties();
        properties
            .retain(|property| property.name() == self.property && property.kind() == self.kind);
        if self.kind.is_liveness() {
            return None;
        }
        let depth = limits.depth.min(self.steps().len());
        let report = Check::new(model)
            .limits(limits.depth(depth))
            .run_for(&properties);
        report.violations().next().cloned()
    }
}

impl<M: Model> Counterexample<M> {
    /// The walk that the same actions make in a model.
    fn walk_in(&self, model: &M) -> Result<Walk<M>, RerunError> {
        let starts = model.initial_states();
        let initial = self.walk.initial();
        if !starts.contains(initial) {
            let beginning =
                |state: &M::State| shortened(&model.state_form(state), QUOTED).into_owned();
            return Err(RerunError::NotInitial {
                state: beginning(initial),
                initial: starts.iter().map(beginning).collect(),
            });
        }
        let mut walk = Walk {
            initial: initial.clone(),
            steps: Vec::new(),
        };
        for (step, label) in self.steps().iter().zip(self.labels()) {
            let wanted = format!("{:?}", step.action);
            let mut offered = walk.offered(model);
            let is_wanted = |action: &M::Action| format!("{action:?}") == wanted;
            // Of several that look alike, the one at the same place.
            let same_place = label
                .choice
                .filter(|choice| offered.get(*choice).is_some_and(is_wanted));
            let choice = same_place.or_else(|| offered.iter().position(is_wanted));
            let Some(choice) = choice else {
                return Err(RerunError::NotOffered {
                    step: walk.steps.len() + 1,
                    action: label.name.clone(),
                    offered: offered
                        .iter()
                        .map(|action| model.action_name(action))
                        .collect(),
                });
            };
            walk.take(model, offered.swap_remove(choice))?;
        }
        Ok(walk)
    }
}

impl<M: Model> Walk<M> {
    /// What the model offers in the last state.
    pub(super) fn offered(&self, model: &M) -> Vec<M::Action> {
        let mut actions = Vec::new();
        model.actions(self.last(), &mut actions);
        actions
    }

    /// Takes one step more.
    pub(super) fn take(&mut self, model: &M, action: M::Action) -> Result<(), RerunError> {
        let step = self.steps.len() + 1;
        let Some(state) = model.next(self.last(), &action) else {
            return Err(RerunError::CannotHappen {
                step,
                action: model.action_name(&action),
            });
        };
        self.steps.push(Step { action, state });
        Ok(())
    }
}

/// The counterexample that a walk is to the first of the properties that it breaks;
/// why it does not break the first, if it breaks none.
pub(super) fn confirm<M: Model>(
    model: &M,
    properties: &[Property<M>],
    walk: &Walk<M>,
    ending: Ending,
) -> Result<Counterexample<M>, RerunError> {
    let mut first_error = None;
    for property in properties {
        match shown(model, property, walk, ending) {
            Ok(counterexample) => return Ok(counterexample),
            Err(error) => _ = first_error.get_or_insert(error),
        }
    }
    Err(first_error.unwrap_or_else(|| unreachable!("a property is given")))
}

fn shown<M: Model>(
    model: &M,
    property: &Property<M>,
    walk: &Walk<M>,
    ending: Ending,
) -> Result<Counterexample<M>, RerunError> {
    if let Some(state) = walk
        .states()
        .position(|state| !model.is_within_bounds(state))
    {
        return Err(RerunError::BeyondBounds { state });
    }
    let of_model = model.fairness();
    let fairness = property.own_fairness().unwrap_or(&of_model);
    let run = Run {
        model,
        walk,
        states: walk.states().collect(),
    };
    let is_broken = match ending {
        Ending::Broken => run.ends_broken(property),
        Ending::Stops => {
            run.may_stop(fairness)?;
            !matches!(property.claim, Claim::NoLivelock(_))
                && run.never_fulfils(property, walk.steps.len())
        }
        Ending::RepeatsFrom(from) => {
            run.repeats(from)?;
            run.is_fair(fairness, from)?;
            run.never_fulfils(property, from)
        }
    };
    if !is_broken {
        return Err(RerunError::NotBroken {
            property: property.name().to_owned(),
            steps: walk.steps.len(),
        });
    }
    Ok(Counterexample::new(model, property, walk.clone(), ending))
}

/// A walk whose ending is judged.
struct Run<'r, M: Model> {
    model: &'r M,
    walk: &'r Walk<M>,
    states: Vec<&'r M::State>,
}

impl<M: Model> Run<'_, M> {
    /// The actions that can happen in a state.
    fn possible(&self, state: &M::State) -> Vec<M::Action> {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        actions.retain(|action| self.model.next(state, action).is_some());
        actions
    }

    /// Whether the last state breaks the property, whatever comes next.
    fn ends_broken(&self, property: &Property<M>) -> bool {
        let (model, last) = (self.model, self.walk.last());
        match &property.claim {
            Claim::Always(holds) => !holds(model, last),
            Claim::Never(holds) => holds(model, last),
            Claim::NoDeadlock => !model.is_end(last) && self.possible(last).is_empty(),
            Claim::Until(first, second) => {
                !first(model, last) && !self.states.iter().any(|state| second(model, state))
            }
            _ => false,
        }
    }

    /// Whether the run never does what it should if it repeats for ever the states
    /// from this one on.
    fn never_fulfils(&self, property: &Property<M>, from: usize) -> bool {
        let has = |holds: &StatePredicate<M>, states: &[&M::State]| {
            states.iter().any(|state| holds(self.model, state))
        };
        match &property.claim {
            Claim::Eventually(holds) => !has(&**holds, &self.states),
            Claim::AlwaysEventually(holds) => !has(&**holds, &self.states[from..]),
            Claim::LeadsTo(first, second) => {
                let answer = self
                    .states
                    .iter()
                    .rposition(|state| second(self.model, state));
                // What comes behind the last answer is never answered.
                let unanswered = answer.map_or(0, |answer| answer + 1);
                unanswered <= from && has(&**first, &self.states[unanswered..])
            }
            Claim::Until(_, second) => !has(&**second, &self.states),
            Claim::NoLivelock(is_progress) => {
                let steps = self.states[from..].iter().zip(&self.walk.steps[from..]);
                !steps
                    .clone()
                    .any(|(state, step)| is_progress(self.model, state, &step.action))
            }
            _ => false,
        }
    }

    fn repeats(&self, from: usize) -> Result<(), RerunError> {
        let last = self.states.len() - 1;
        if from < last && self.states[from] == self.states[last] {
            Ok(())
        } else {
            Err(RerunError::CycleOpen { from, last })
        }
    }

    /// Whether fairness lets the run stop in its last state.
    fn may_stop(&self, fairness: &Fairness<M>) -> Result<(), RerunError> {
        let last = self.walk.last();
        let has_to_happen = |action: &&M::Action| {
            !fairness.may_stop
                || fairness
                    .constraints
                    .iter()
                    .any(|constraint| (constraint.concerns)(self.model, last, action))
        };
        match self.possible(last).iter().find(has_to_happen) {
            Some(action) => Err(RerunError::GoesOn {
                state: self.states.len() - 1,
                action: self.model.action_name(action),
            }),
            None => Ok(()),
        }
    }

    /// Whether fairness lets the run repeat for ever the states from this one on.
    fn is_fair(&self, fairness: &Fairness<M>, from: usize) -> Result<(), RerunError> {
        let cycle = self.states[from..].iter().zip(&self.walk.steps[from..]);
        for constraint in &fairness.constraints {
            let concerns = |state: &M::State, action: &M::Action| {
                (constraint.concerns)(self.model, state, action)
            };
            let can_happen = |state: &M::State| {
                let possible = self.possible(state);
                possible.iter().any(|action| concerns(state, action))
            };
            let mut states = cycle.clone().map(|(state, _)| *state);
            let is_due = if constraint.is_strong {
                states.any(can_happen)
            } else {
                states.all(can_happen)
            };
            let mut steps = cycle.clone();
            if is_due && !steps.any(|(state, step)| concerns(state, &step.action)) {
                return Err(RerunError::Unfair {
                    assumption: constraint.to_string(),
                });
            }
        }
        Ok(())
    }
}
