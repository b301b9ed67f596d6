//! A statig machine as one component of a composition: every configuration that it
//! can come to by the events that others may send it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

use super::ComposeError;
use crate::machine::{Explorable, Panic, StepKind, catch};

/// What one step of a machine has left: from this it follows what the machine sends.
#[non_exhaustive]
pub struct After<'a, 'c, M: Explorable> {
    /// The storage after the step.
    pub storage: &'a M,
    /// The state after it.
    pub state: &'a M::State,
    /// The context that the step was given, new and [default](Default) before it.
    pub context: &'a M::Context<'c>,
}

/// The events that a machine may be given in a composition, by their names. Those who
/// send to it add to them.
pub(super) type Alphabet<M> =
    Rc<RefCell<IndexMap<String, <M as statig::blocking::IntoStateMachine>::Event<'static>>>>;

/// The number of an event in an alphabet, to which it is added if it is new.
pub(super) fn register<M: Explorable>(alphabet: &Alphabet<M>, event: M::Event<'static>) -> usize {
    let name = M::name_of_event(&event);
    let mut alphabet = alphabet.borrow_mut();
    let entry = alphabet.entry(name);
    let number = entry.index();
    entry.or_insert(event);
    number
}

/// A message: who of the senders of a channel has sent it, and which event of the
/// receiver it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Message {
    pub(super) sender: u32,
    pub(super) event: u32,
}

/// What a step sends: for each channel that it sends on, in the order of the channels,
/// the messages.
pub(super) type Sent = Vec<(usize, Vec<Message>)>;

/// The number of what is sent where nothing is.
pub(super) const NOTHING: u32 = 0;

/// A configuration of a machine in a composition.
pub(super) struct Local<M: Explorable> {
    pub(super) storage: M,
    pub(super) state: M::State,
    pub(super) is_down: bool,
    /// How often it has crashed.
    pub(super) crashes: u32,
}

// Derived ones would not ask the same of the state.

impl<M: Explorable> Clone for Local<M> {
    fn clone(&self) -> Self {
        Self {
            storage: self.storage.clone(),
            state: self.state.clone(),
            ..*self
        }
    }
}

impl<M: Explorable> PartialEq for Local<M> {
    fn eq(&self, other: &Self) -> bool {
        (self.is_down, self.crashes, &self.state, &self.storage)
            == (other.is_down, other.crashes, &other.state, &other.storage)
    }
}

impl<M: Explorable> Eq for Local<M> {}

impl<M: Explorable> Hash for Local<M> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.is_down, self.crashes, &self.state, &self.storage).hash(hasher);
    }
}

/// What can happen to a machine.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Occurrence {
    /// It takes the event of this number.
    Takes(usize),
    /// It would refuse the event of this number, and stays as it is.
    Refuses(usize),
    Crashes,
    Restarts,
}

/// What an occurrence makes of a configuration: the number of the next one, and that of
/// what is sent. `None` where it cannot happen.
pub(super) type Outcome = Option<(u32, u32)>;

/// A machine whose type is forgotten.
pub(super) trait Erased {
    fn name(&self) -> &str;

    /// Takes every step that has not been taken yet. Whether there was one.
    fn grow(&mut self, limit: usize) -> Result<bool, ComposeError>;

    /// How many configurations there are.
    fn len(&self) -> usize;

    /// The configurations in which it may begin, each with the number of what is sent.
    fn starts(&self) -> &[(u32, u32)];

    /// What an occurrence does in each configuration.
    fn outcomes(&self, occurrence: Occurrence) -> Vec<Outcome>;

    /// What is sent, by its numbers.
    fn sent(&self, number: u32) -> &Sent;

    /// Everything that its steps send.
    fn all_sent(&self) -> Box<dyn Iterator<Item = &Sent> + '_>;

    /// The name of an event.
    fn event_name(&self, event: usize) -> String;

    /// A configuration as people read it.
    fn text(&self, local: usize) -> Text;

    /// Whether the machine's life may end in a configuration.
    fn is_end(&self, local: usize) -> bool;

    /// The configurations themselves: a `Vec<Local<M>>`.
    fn locals(&self) -> Box<dyn Any + Send + Sync>;

    /// Calls `look` with its alphabet: an `IndexMap<String, M::Event<'static>>`.
    fn with_alphabet(&self, look: &mut dyn FnMut(&dyn Any));

    fn as_any(&mut self) -> &mut dyn Any;
}

/// A configuration as people read it: the state, and the data if there is any.
pub(super) struct Text {
    pub(super) state: String,
    pub(super) storage: String,
}

type Outlet<M> = Box<dyn Fn(&After<'_, '_, M>) -> Vec<Message>>;
type Restart<M> = Box<
    dyn Fn(
        &M,
        &<M as statig::blocking::IntoStateMachine>::State,
    ) -> (M, <M as statig::blocking::IntoStateMachine>::State),
>;

/// How a machine crashes.
struct Crash<M: Explorable> {
    at_most: u32,
    restart: Restart<M>,
}

/// A statig machine in a composition.
pub(super) struct MachineComponent<M: Explorable> {
    name: String,
    begins: Vec<(M, M::State)>,
    pub(super) alphabet: Alphabet<M>,
    /// What it sends, each on a channel of this number.
    outlets: Vec<(usize, Outlet<M>)>,
    crash: Option<Crash<M>>,
    locals: IndexSet<Local<M>, FxBuildHasher>,
    starts: Vec<(u32, u32)>,
    /// For each event what it does in each configuration.
    events: Vec<Vec<Outcome>>,
    crashes: Vec<Outcome>,
    restarts: Vec<Outcome>,
    sent: IndexSet<Sent, FxBuildHasher>,
}

impl<M> MachineComponent<M>
where
    M: Explorable + Send + Sync + 'static,
    M::State: Send + Sync,
{
    pub(super) fn new(name: String, begins: Vec<(M, M::State)>) -> Self {
        Self {
            name,
            begins,
            alphabet: Alphabet::<M>::default(),
            outlets: Vec::new(),
            crash: None,
            locals: IndexSet::default(),
            starts: Vec::new(),
            events: Vec::new(),
            crashes: Vec::new(),
            restarts: Vec::new(),
            sent: IndexSet::from_iter([Sent::new()]),
        }
    }

    /// The number of an event among those that it may be given.
    pub(super) fn register(&mut self, event: M::Event<'static>) -> usize {
        register::<M>(&self.alphabet, event)
    }

    pub(super) fn add_outlet(&mut self, channel: usize, outlet: Outlet<M>) {
        self.outlets.push((channel, outlet));
    }

    pub(super) fn set_crash(&mut self, at_most: u32, restart: Restart<M>) {
        self.crash = Some(Crash { at_most, restart });
    }

    fn panicked(&self, what: &str, local: &Local<M>, panic: &Panic) -> ComposeError {
        ComposeError::Panicked {
            component: self.name.clone(),
            state: format!("{:?}", local.state),
            what: what.to_owned(),
            panic: panic.to_string(),
        }
    }

    /// Gives a configuration its number.
    fn number(&mut self, local: Local<M>, limit: usize) -> Result<u32, ComposeError> {
        let (number, _) = self.locals.insert_full(local);
        if number >= limit {
            return Err(ComposeError::TooManyConfigurations {
                component: self.name.clone(),
                limit,
            });
        }
        Ok(number as u32)
    }

    /// What a step has sent, by its number.
    fn send(&mut self, sent: Sent) -> u32 {
        self.sent.insert_full(sent).0 as u32
    }

    fn collect(&self, storage: &M, state: &M::State, context: &M::Context<'_>) -> Sent {
        let after = After {
            storage,
            state,
            context,
        };
        let mut sent = Sent::new();
        for (channel, outlet) in &self.outlets {
            let messages = outlet(&after);
            if messages.is_empty() {
                continue;
            }
            match sent.iter_mut().find(|(known, _)| known == channel) {
                Some((_, all)) => all.extend(messages),
                None => sent.push((*channel, messages)),
            }
        }
        sent.sort_by_key(|(channel, _)| *channel);
        sent
    }

    /// Runs entry actions, and says what they send.
    fn enter(&self, local: &Local<M>, what: &str) -> Result<(Local<M>, Sent), ComposeError> {
        catch(|| {
            let Local {
                mut storage,
                mut state,
                ..
            } = local.clone();
            let sent = M::with_context(|context| {
                M::enter_in_place(&mut storage, &mut state, context);
                self.collect(&storage, &state, context)
            });
            let (storage, state) = M::abstracted(storage, state);
            let entered = Local {
                storage,
                state,
                is_down: false,
                crashes: local.crashes,
            };
            (entered, sent)
        })
        .map_err(|panic| self.panicked(what, local, &panic))
    }

    fn begin(&mut self, limit: usize) -> Result<bool, ComposeError> {
        if !self.starts.is_empty() {
            return Ok(false);
        }
        for (storage, state) in self.begins.clone() {
            let start = Local {
                storage,
                state,
                is_down: false,
                crashes: 0,
            };
            let (local, sent) = self.enter(&start, "it starts")?;
            let start = (self.number(local, limit)?, self.send(sent));
            self.starts.push(start);
        }
        if self.starts.is_empty() {
            return Err(ComposeError::NoStart {
                component: self.name.clone(),
            });
        }
        Ok(true)
    }

    fn take(&mut self, local: usize, event: usize, limit: usize) -> Result<Outcome, ComposeError> {
        let before = &self.locals[local];
        if before.is_down {
            return Ok(None);
        }
        let alphabet = Rc::clone(&self.alphabet);
        let (name, event) = {
            let alphabet = alphabet.borrow();
            let (name, event) = &alphabet.get_index(event).expect("events are numbered");
            ((*name).clone(), M::clone_event(event))
        };
        let taken = catch(|| {
            let Local {
                mut storage,
                mut state,
                ..
            } = before.clone();
            M::with_context(|context| {
                let (kind, _) = M::step_in_place(&mut storage, &mut state, &event, context);
                (kind != StepKind::Refused).then(|| {
                    let sent = self.collect(&storage, &state, context);
                    (M::abstracted(storage, state), sent)
                })
            })
        });
        let taken =
            taken.map_err(|panic| self.panicked(&format!("it takes `{name}`"), before, &panic))?;
        let Some(((storage, state), sent)) = taken else {
            return Ok(None);
        };
        let after = Local {
            storage,
            state,
            is_down: false,
            crashes: before.crashes,
        };
        Ok(Some((self.number(after, limit)?, self.send(sent))))
    }

    fn crash(&mut self, local: usize, limit: usize) -> Result<Outcome, ComposeError> {
        let before = &self.locals[local];
        let Some(crash) = &self.crash else {
            return Ok(None);
        };
        if before.is_down || before.crashes >= crash.at_most {
            return Ok(None);
        }
        let kept = catch(|| (crash.restart)(&before.storage, &before.state));
        let (storage, state) = kept.map_err(|panic| self.panicked("it crashes", before, &panic))?;
        let after = Local {
            storage,
            state,
            is_down: true,
            crashes: before.crashes + 1,
        };
        Ok(Some((self.number(after, limit)?, NOTHING)))
    }

    fn restart(&mut self, local: usize, limit: usize) -> Result<Outcome, ComposeError> {
        let before = &self.locals[local];
        if !before.is_down {
            return Ok(None);
        }
        let (after, sent) = self.enter(before, "it restarts")?;
        Ok(Some((self.number(after, limit)?, self.send(sent))))
    }
}

impl<M> Erased for MachineComponent<M>
where
    M: Explorable + Send + Sync + 'static,
    M::State: Send + Sync,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn grow(&mut self, limit: usize) -> Result<bool, ComposeError> {
        let mut has_grown = self.begin(limit)?;
        loop {
            let events = self.alphabet.borrow().len();
            if events > limit {
                return Err(ComposeError::TooManyEvents {
                    component: self.name.clone(),
                    limit,
                });
            }
            self.events.resize_with(events, Vec::new);
            let mut is_done = true;
            for event in 0..events {
                while self.events[event].len() < self.locals.len() {
                    let local = self.events[event].len();
                    let outcome = self.take(local, event, limit)?;
                    self.events[event].push(outcome);
                    is_done = false;
                }
            }
            while self.crashes.len() < self.locals.len() {
                let crashed = self.crash(self.crashes.len(), limit)?;
                self.crashes.push(crashed);
                let restarted = self.restart(self.restarts.len(), limit)?;
                self.restarts.push(restarted);
                is_done = false;
            }
            if is_done {
                return Ok(has_grown);
            }
            has_grown = true;
        }
    }

    fn len(&self) -> usize {
        self.locals.len()
    }

    fn starts(&self) -> &[(u32, u32)] {
        &self.starts
    }

    fn outcomes(&self, occurrence: Occurrence) -> Vec<Outcome> {
        match occurrence {
            Occurrence::Takes(event) => self.events[event].clone(),
            Occurrence::Refuses(event) => {
                let outcomes = self.events[event].iter().zip(0..);
                outcomes
                    .map(|(outcome, local)| outcome.is_none().then_some((local, NOTHING)))
                    .collect()
            }
            Occurrence::Crashes => self.crashes.clone(),
            Occurrence::Restarts => self.restarts.clone(),
        }
    }

    fn sent(&self, number: u32) -> &Sent {
        &self.sent[number as usize]
    }

    fn all_sent(&self) -> Box<dyn Iterator<Item = &Sent> + '_> {
        Box::new(self.sent.iter())
    }

    fn event_name(&self, event: usize) -> String {
        let alphabet = self.alphabet.borrow();
        alphabet
            .get_index(event)
            .map_or_else(String::new, |(name, _)| name.clone())
    }

    fn text(&self, local: usize) -> Text {
        let local = &self.locals[local];
        if local.is_down {
            return Text {
                state: "Down".to_owned(),
                storage: format!("{:?}", local.storage),
            };
        }
        Text {
            state: format!("{:?}", local.state),
            storage: format!("{:?}", local.storage),
        }
    }

    fn is_end(&self, local: usize) -> bool {
        let local = &self.locals[local];
        let is_terminal = || {
            let name = M::state_name(&local.state);
            M::terminal_states().contains(&name.as_str())
        };
        !local.is_down && (M::is_end(&local.storage, &local.state) || is_terminal())
    }

    fn locals(&self) -> Box<dyn Any + Send + Sync> {
        Box::new(self.locals.iter().cloned().collect::<Vec<_>>())
    }

    fn with_alphabet(&self, look: &mut dyn FnMut(&dyn Any)) {
        look(&*self.alphabet.borrow());
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl<M: Explorable> fmt::Debug for After<'_, '_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("After")
            .field("storage", self.storage)
            .field("state", self.state)
            .finish_non_exhaustive()
    }
}
