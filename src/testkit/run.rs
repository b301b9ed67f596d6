//! Running a machine from one of its starts, with a panic as a value.

use statig::blocking::IntoStateMachine;

use crate::machine::{Explorable, Panic, Step, StepKind, catch, note, step};

/// Storage and state.
pub(super) type Configuration<M> = (M, <M as IntoStateMachine>::State);

/// A configuration in which a machine starts, its entry actions run.
pub(super) struct Start<M: Explorable> {
    /// The name of its state; with a number where several starts have that one.
    pub(super) name: String,
    pub(super) configuration: Configuration<M>,
}

impl<M: Explorable> Clone for Start<M> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            configuration: self.configuration.clone(),
        }
    }
}

/// The starts of a machine, in the order in which it gives them.
pub(super) fn starts<M: Explorable>() -> Result<Vec<Start<M>>, Panic> {
    let configurations: Vec<Configuration<M>> = catch(|| {
        let entered = |(mut storage, mut state)| {
            M::with_context(|context| M::enter_in_place(&mut storage, &mut state, context));
            (storage, state)
        };
        M::starts().into_iter().map(entered).collect()
    })?;
    let names: Vec<String> = configurations
        .iter()
        .map(|(_, state)| M::state_name(state))
        .collect();
    let name_of = |index: usize| {
        let name = &names[index];
        let alike = |names: &[String]| names.iter().filter(|other| *other == name).count();
        match alike(&names) {
            1 => name.clone(),
            _ => format!("{name} #{}", alike(&names[..=index])),
        }
    };
    Ok(configurations
        .into_iter()
        .enumerate()
        .map(|(index, configuration)| Start {
            name: name_of(index),
            configuration,
        })
        .collect())
}

/// What an event did.
pub(super) struct Taken<M: Explorable> {
    pub(super) step: Step<M::State>,
    pub(super) after: Configuration<M>,
}

impl<M: Explorable> Taken<M> {
    pub(super) fn is_refused(&self) -> bool {
        self.step.kind == StepKind::Refused
    }

    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.step == other.step && self.after == other.after
    }
}

/// Takes a step on a copy.
pub(super) fn take<M: Explorable>(
    (storage, state): &Configuration<M>,
    event: &M::Event<'static>,
) -> Result<Taken<M>, Panic> {
    catch(|| {
        let (step, storage) = step::<M>(storage, state, event);
        let after = (storage, step.to.clone());
        Taken { step, after }
    })
}

/// Whether the event is accepted; `None` when a handler panics.
pub(super) fn accepts<M: Explorable>(
    configuration: &Configuration<M>,
    event: &M::Event<'static>,
) -> Option<bool> {
    take::<M>(configuration, event)
        .ok()
        .map(|taken| !taken.is_refused())
}

/// A configuration in words: its state, and its data where it has any.
pub(super) fn described<M: Explorable>(configuration: &Configuration<M>) -> String {
    let name = M::state_name(&configuration.1);
    let note = note::<M>(configuration);
    if note == name {
        format!("`{name}`")
    } else {
        format!("`{name}` ({note})")
    }
}

/// The first declared invariant that does not hold, in words.
pub(super) fn broken_invariant<M: Explorable>(configuration: &Configuration<M>) -> Option<String> {
    let (storage, state) = configuration;
    M::invariants().into_iter().find_map(|invariant| {
        let name = invariant.name;
        match catch(|| (invariant.holds)(storage, state)) {
            Ok(true) => None,
            Ok(false) => Some(format!(
                "the invariant \"{name}\" does not hold in {}",
                described::<M>(configuration)
            )),
            Err(panic) => Some(format!("the invariant \"{name}\" panics: {panic}")),
        }
    })
}
