//! Models whose types are left out, so that what is done with them is compiled once and not
//! again for each model.
//!
//! The checker is compiled anew for each type of model, down to every table and every
//! search: that is what makes it fast, and it takes the compiler as long as all else that
//! there is of a model. A program of many models whose steps take microseconds (a handler
//! that is called, a list that is copied) is better served with a pointer to each state and
//! each action: the catalogue of outages takes 7 % more CPU time by it, a check of runs alone
//! up to half as much again.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, PoisonError, RwLock};

use super::store::wide_hash_of;
use super::{Fairness, Model, Number, Participants, Property};

/// A model, whatever its types.
pub(crate) struct AnyModel {
    model: Box<dyn DynModel>,
    /// Which states are within bounds, of those that are within the model's own.
    within: Option<Box<Within>>,
}

/// Whether a state is within bounds.
type Within = dyn Fn(&AnyState) -> bool + Send + Sync;

/// A state of such a model.
#[derive(Clone)]
pub(crate) struct AnyState {
    /// As much of it as the widest fingerprint has.
    hash: [u64; 2],
    state: Arc<dyn DynState>,
}

/// An action of such a model.
#[derive(Clone)]
pub(crate) struct AnyAction {
    kind: usize,
    action: Arc<dyn DynAction>,
}

impl AnyModel {
    pub(crate) fn new<M: Model + 'static>(model: M) -> Self {
        Self {
            model: Box::new(Typed {
                model,
                variants: RwLock::default(),
            }),
            within: None,
        }
    }

    /// The model within narrower bounds.
    pub(crate) fn within(self, within: impl Fn(&AnyState) -> bool + Send + Sync + 'static) -> Self {
        Self {
            within: Some(Box::new(within)),
            ..self
        }
    }

    /// The model. It is the caller who knows of what type it is.
    pub(crate) fn of_type<M: Model + 'static>(&self) -> &M {
        let typed: &dyn Any = &*self.model;
        let typed: Option<&Typed<M>> = typed.downcast_ref();
        typed.map_or_else(|| of_another(), |typed| &typed.model)
    }
}

impl AnyState {
    fn new<S: Eq + Hash + fmt::Debug + Send + Sync + 'static>(state: S) -> Self {
        Self {
            hash: wide_hash_of(&state),
            state: Arc::new(state),
        }
    }

    /// The state. It is the caller who knows of what type it is.
    pub(crate) fn of_type<S: 'static>(&self) -> &S {
        let state: &dyn Any = &*self.state;
        state.downcast_ref().unwrap_or_else(|| of_another())
    }
}

impl AnyAction {
    /// The action. It is the caller who knows of what type it is.
    pub(crate) fn of_type<A: 'static>(&self) -> &A {
        let action: &dyn Any = &*self.action;
        action.downcast_ref().unwrap_or_else(|| of_another())
    }
}

#[cold]
fn of_another() -> ! {
    unreachable!("a model is given back its own states and actions")
}

impl Model for AnyModel {
    type State = AnyState;
    type Action = AnyAction;

    fn initial_states(&self) -> Vec<AnyState> {
        self.model.initial_states()
    }

    fn actions(&self, state: &AnyState, actions: &mut Vec<AnyAction>) {
        self.model.actions(state, actions);
    }

    fn next(&self, state: &AnyState, action: &AnyAction) -> Option<AnyState> {
        self.model.next(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        self.model.properties()
    }

    fn is_end(&self, state: &AnyState) -> bool {
        self.model.is_end(state)
    }

    fn is_within_bounds(&self, state: &AnyState) -> bool {
        let is_within = |within: &Within| within(state);
        self.model.is_within_bounds(state) && self.within.as_deref().is_none_or(is_within)
    }

    fn fairness(&self) -> Fairness<Self> {
        self.model.fairness()
    }

    fn canonical(&self, state: &AnyState) -> Option<AnyState> {
        self.model.canonical(state)
    }

    fn number(&self, state: &AnyState) -> Option<Number> {
        self.model.number(state)
    }

    fn is_reduced(&self) -> bool {
        self.model.is_reduced()
    }

    fn action_name(&self, action: &AnyAction) -> String {
        self.model.action_name(action)
    }

    fn action_kind(&self, action: &AnyAction) -> Option<usize> {
        Some(action.kind)
    }

    fn kind_name(&self, action: &AnyAction) -> String {
        self.model.kind_name(action)
    }

    fn state_form(&self, state: &AnyState) -> String {
        self.model.state_form(state)
    }

    fn participants(&self, action: &AnyAction) -> Option<Participants> {
        self.model.participants(action)
    }

    fn declared_actions(&self) -> Vec<String> {
        self.model.declared_actions()
    }
}

impl PartialEq for AnyState {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
            || self.hash == other.hash && self.state.is(&*other.state)
    }
}

impl Eq for AnyState {}

impl Hash for AnyState {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.hash.hash(hasher);
    }
}

impl fmt::Debug for AnyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}

impl fmt::Debug for AnyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.action.fmt(f)
    }
}

/// What is asked of a state whose type is left out.
trait DynState: Any + fmt::Debug + Send + Sync {
    fn is(&self, other: &dyn DynState) -> bool;
}

impl<S: Eq + fmt::Debug + Send + Sync + 'static> DynState for S {
    fn is(&self, other: &dyn DynState) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }
}

/// What is asked of an action whose type is left out.
trait DynAction: Any + fmt::Debug + Send + Sync {}

impl<A: fmt::Debug + Send + Sync + 'static> DynAction for A {}

/// What is asked of a model whose types are left out: what [`Model`] has.
trait DynModel: Any + Sync {
    fn initial_states(&self) -> Vec<AnyState>;
    fn actions(&self, state: &AnyState, actions: &mut Vec<AnyAction>);
    fn next(&self, state: &AnyState, action: &AnyAction) -> Option<AnyState>;
    fn properties(&self) -> Vec<Property<AnyModel>>;
    fn is_end(&self, state: &AnyState) -> bool;
    fn is_within_bounds(&self, state: &AnyState) -> bool;
    fn fairness(&self) -> Fairness<AnyModel>;
    fn canonical(&self, state: &AnyState) -> Option<AnyState>;
    fn number(&self, state: &AnyState) -> Option<Number>;
    fn is_reduced(&self) -> bool;
    fn action_name(&self, action: &AnyAction) -> String;
    fn kind_name(&self, action: &AnyAction) -> String;
    fn state_form(&self, state: &AnyState) -> String;
    fn participants(&self, action: &AnyAction) -> Option<Participants>;
    fn declared_actions(&self) -> Vec<String>;
}

/// A model behind [`DynModel`].
struct Typed<M: Model> {
    model: M,
    /// The variants of its type of actions that were come across: the position of one
    /// here is its kind, where the model has no kinds of its own.
    variants: RwLock<Vec<Discriminant<M::Action>>>,
}

impl<M: Model> Typed<M> {
    /// The kind of an action.
    fn kind(&self, action: &M::Action) -> usize {
        if let Some(kind) = self.model.action_kind(action) {
            return kind;
        }
        let variant = discriminant(action);
        let place = |variants: &[_]| variants.iter().position(|known| *known == variant);
        let known = self.variants.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = place(&known) {
            return kind;
        }
        drop(known);
        let mut known = self
            .variants
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Another thread may have come across it in between.
        place(&known).unwrap_or_else(|| {
            known.push(variant);
            known.len() - 1
        })
    }
}

impl<M: Model + 'static> DynModel for Typed<M> {
    fn initial_states(&self) -> Vec<AnyState> {
        let states = self.model.initial_states().into_iter();
        states.map(AnyState::new).collect()
    }

    fn actions(&self, state: &AnyState, actions: &mut Vec<AnyAction>) {
        let mut offered = Vec::with_capacity(actions.capacity());
        self.model.actions(state.of_type(), &mut offered);
        actions.extend(offered.into_iter().map(|action| AnyAction {
            kind: self.kind(&action),
            action: Arc::new(action),
        }));
    }

    fn next(&self, state: &AnyState, action: &AnyAction) -> Option<AnyState> {
        let next = self.model.next(state.of_type(), action.of_type());
        next.map(AnyState::new)
    }

    fn properties(&self) -> Vec<Property<AnyModel>> {
        let properties = self.model.properties().into_iter();
        properties.map(Property::of_any_model).collect()
    }

    fn is_end(&self, state: &AnyState) -> bool {
        self.model.is_end(state.of_type())
    }

    fn is_within_bounds(&self, state: &AnyState) -> bool {
        self.model.is_within_bounds(state.of_type())
    }

    fn fairness(&self) -> Fairness<AnyModel> {
        self.model.fairness().of_any_model()
    }

    fn canonical(&self, state: &AnyState) -> Option<AnyState> {
        self.model.canonical(state.of_type()).map(AnyState::new)
    }

    fn number(&self, state: &AnyState) -> Option<Number> {
        self.model.number(state.of_type())
    }

    fn is_reduced(&self) -> bool {
        self.model.is_reduced()
    }

    fn action_name(&self, action: &AnyAction) -> String {
        self.model.action_name(action.of_type())
    }

    fn kind_name(&self, action: &AnyAction) -> String {
        self.model.kind_name(action.of_type())
    }

    fn state_form(&self, state: &AnyState) -> String {
        self.model.state_form(state.of_type())
    }

    fn participants(&self, action: &AnyAction) -> Option<Participants> {
        self.model.participants(action.of_type())
    }

    fn declared_actions(&self) -> Vec<String> {
        self.model.declared_actions()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Check, Report, Store};

    /// Two counters up to three that are alike, of which one may be set back.
    struct Counters;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Tick {
        Up(usize),
        Back,
        Never,
    }

    impl Model for Counters {
        type State = [u8; 2];
        type Action = Tick;

        fn initial_states(&self) -> Vec<[u8; 2]> {
            vec![[0, 0], [1, 0]]
        }

        fn actions(&self, _: &[u8; 2], actions: &mut Vec<Tick>) {
            actions.extend([Tick::Up(0), Tick::Up(1), Tick::Back, Tick::Never]);
        }

        fn next(&self, state: &[u8; 2], tick: &Tick) -> Option<[u8; 2]> {
            let mut next = *state;
            match *tick {
                Tick::Up(counter) => next[counter] += 1,
                Tick::Back if state[0] == state[1] => next = [0, 0],
                Tick::Back | Tick::Never => return None,
            }
            Some(next)
        }

        fn properties(&self) -> Vec<Property<Self>> {
            let is = |wanted: [u8; 2]| move |_: &Self, state: &[u8; 2]| *state == wanted;
            let is_back = |_: &Self, _: &[u8; 2], tick: &Tick| *tick == Tick::Back;
            vec![
                Property::always("small", |_, state: &[u8; 2]| state[0] < 3),
                Property::never("full", is([3, 3])),
                Property::sometimes("even", is([2, 2])),
                Property::no_deadlock(),
                Property::eventually("up", is([1, 1])),
                Property::always_eventually("at the start", is([0, 0])),
                Property::leads_to("back", is([2, 2]), is([0, 0])),
                Property::leads_to("back if that is fair", is([2, 2]), is([0, 0]))
                    .under(Fairness::progress().strong("back", is_back)),
                Property::until("low", is([0, 0]), is([0, 1])),
                Property::no_livelock("back again and again", is_back),
            ]
        }

        fn is_end(&self, state: &[u8; 2]) -> bool {
            *state == [3, 3]
        }

        fn is_within_bounds(&self, state: &[u8; 2]) -> bool {
            state.iter().all(|counter| *counter <= 3)
        }

        fn fairness(&self) -> Fairness<Self> {
            Fairness::none().weak("back", |_, _, tick| *tick == Tick::Back)
        }

        fn canonical(&self, state: &[u8; 2]) -> Option<[u8; 2]> {
            let mut sorted = *state;
            sorted.sort_unstable();
            Some(sorted)
        }

        fn number(&self, state: &[u8; 2]) -> Option<Number> {
            let number = Number::new().digit(state[0].into(), 5);
            Some(number.digit(state[1].into(), 5))
        }

        fn action_name(&self, tick: &Tick) -> String {
            format!("it goes {tick:?}")
        }

        fn state_form(&self, state: &[u8; 2]) -> String {
            format!("Counters({}, {})", state[0], state[1])
        }

        fn participants(&self, _: &Tick) -> Option<Participants> {
            Some(Participants::alone("counters"))
        }

        fn declared_actions(&self) -> Vec<String> {
            vec!["Down".to_owned()]
        }
    }

    /// A report without what the run took.
    fn told<M: Model>(report: &Report<M>) -> serde_json::Value {
        let mut told = serde_json::to_value(report).unwrap();
        told.as_object_mut().unwrap().remove("costs").unwrap();
        told
    }

    fn check<M: Model>(model: &M, store: Store, is_symmetric: bool, are_live: bool) -> Report<M> {
        let mut check = Check::new(model).store(store).all_violations().threads(1);
        if is_symmetric {
            check = check.symmetric();
        }
        let mut properties = model.properties();
        properties.retain(|property| property.kind().is_liveness() == are_live);
        check.run_for(&properties)
    }

    #[test]
    fn nothing_is_lost_with_the_types() {
        let any = AnyModel::new(Counters);
        for store in [Store::Numbers, Store::Exact, Store::WideFingerprint] {
            for is_symmetric in [false, true] {
                for are_live in [false, true] {
                    let typed = told(&check(&Counters, store, is_symmetric, are_live));
                    let untyped = told(&check(&any, store, is_symmetric, are_live));
                    assert_eq!(untyped, typed);
                }
            }
        }
        assert!(!any.is_reduced());
    }

    #[test]
    fn bounds_can_be_narrowed() {
        let narrow = AnyModel::new(Counters).within(|state| state.of_type::<[u8; 2]>()[1] < 2);
        // Two columns of the four are left.
        assert_eq!(check(&narrow, Store::Exact, false, false).unique(), 8);
        assert_eq!(check(&narrow, Store::Exact, false, true).unique(), 8);
        let all = check(&AnyModel::new(Counters), Store::Exact, false, false);
        assert_eq!(all.unique(), 16);
    }

    #[test]
    fn a_counterexample_gets_its_types_back() {
        let any = AnyModel::new(Counters);
        let found = check(&any, Store::Exact, false, true);
        let found = found.violations().next().unwrap();
        let typed = found.of_type::<Counters>();
        assert_eq!(typed.to_string(), found.to_string());
        assert_eq!(typed.line(), found.line());
        assert_eq!(typed.walk().initial(), &[0, 0]);
    }
}
