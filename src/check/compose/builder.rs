//! How components are put together.

use std::fmt;
use std::rc::Rc;

use super::channel::Channel;
use super::formula::Formula;
use super::handle::{Component, Link, Part, Takes};
use super::machine::{After, Erased, MachineComponent, Message, Occurrence, register};
use super::rule::Rule;
use super::{ComposeError, Composition};
use crate::check::{Participants, PropertyKind};
use crate::machine::Explorable;

/// How many configurations a part may have, unless given.
const LIMIT: usize = 1 << 16;

/// How many they may have whatever is given: numbers of configurations are small.
const MOST: usize = 1 << 24;

/// Machines side by side, to be put together and [closed](Compose::close).
///
/// | they meet by | |
/// |---|---|
/// | events that happen by themselves: a timer, an operator | [`spontaneous`](Compose::spontaneous) |
/// | events that several of them take together, or none does | [`together`](Compose::together) |
/// | messages | [`link`](Compose::link), [`sends`](Compose::sends), [`Channel`] |
/// | crashes and restarts | [`crashes`](Compose::crashes) |
///
/// Where several things can happen, any of them does: every interleaving is one that is
/// looked at. An event that a machine refuses does not happen.
///
/// # Examples
///
/// Two doors that know nothing of each other are no airlock:
///
/// ```
/// # use fsmcheck::doctest::door::{Door, Event, State};
/// use fsmcheck::check::check;
/// use fsmcheck::check::compose::Compose;
///
/// let mut compose = Compose::new();
/// let doors = ["inner", "outer"].map(|name| compose.machine::<Door>(name));
/// for door in doors {
///     compose.spontaneous(door, Event::Open);
///     compose.spontaneous(door, Event::Close);
/// }
/// let [inner, outer] = doors.map(|door| door.is(|_, state| *state == State::Opened {}));
/// compose.never("both are open", inner & outer);
///
/// let report = check(&compose.close()?);
/// let names: Vec<_> = report.violations().next().unwrap().names().collect();
/// assert_eq!(names, ["Open by inner", "Open by outer"]);
/// # Ok::<(), fsmcheck::check::compose::ComposeError>(())
/// ```
#[derive(Default)]
pub struct Compose {
    pub(super) components: Vec<Box<dyn Erased>>,
    pub(super) links: Vec<Declared>,
    pub(super) rules: Vec<Rule>,
    pub(super) claims: Vec<Claimed>,
    pub(super) end: Option<Formula>,
    pub(super) interchangeable: Vec<Vec<Vec<Part>>>,
    /// Those that may crash.
    pub(super) crashing: Vec<usize>,
    /// What was wrong first.
    pub(super) wrong: Option<ComposeError>,
    limit: Option<usize>,
}

/// A link as it was declared.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) channel: Channel,
    pub(super) receiver: usize,
    pub(super) senders: Vec<usize>,
}

/// A property as it was declared.
pub(super) struct Claimed {
    pub(super) name: String,
    pub(super) kind: PropertyKind,
    pub(super) formulas: Vec<Formula>,
}

impl Compose {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many configurations a component, and how many contents a channel, may have at
    /// most; 65,536 unless given, and 16,777,216 at most.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self {
            limit: Some(limit.min(MOST)),
            ..self
        }
    }

    /// Adds a machine that begins as it [says](crate::Machine::starts).
    pub fn machine<M>(&mut self, name: impl Into<String>) -> Component<M>
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        self.machine_at(name, M::starts())
    }

    /// Adds a machine with this storage, which begins in statig's initial state.
    pub fn machine_with<M>(&mut self, name: impl Into<String>, storage: M) -> Component<M>
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        self.machine_at(name, [(storage, M::initial())])
    }

    /// Adds a machine that begins in one of these configurations. Entry actions of the
    /// starting state run as in statig.
    pub fn machine_at<M>(
        &mut self,
        name: impl Into<String>,
        starts: impl IntoIterator<Item = (M, M::State)>,
    ) -> Component<M>
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        let starts = starts.into_iter().collect();
        let component = MachineComponent::new(name.into(), starts);
        self.components.push(Box::new(component));
        Component::new(self.components.len() - 1)
    }

    /// Adds a channel to a machine.
    pub fn link<R>(
        &mut self,
        name: impl Into<String>,
        to: Component<R>,
        channel: Channel,
    ) -> Link<R> {
        self.links.push(Declared {
            name: name.into(),
            channel,
            receiver: to.index,
            senders: Vec::new(),
        });
        Link::new(self.links.len() - 1)
    }

    /// Says what a machine sends over a link: after each of its steps, and when it starts
    /// and restarts, `what` is asked which messages there are, in their order.
    pub fn sends<M, R>(
        &mut self,
        from: Component<M>,
        over: Link<R>,
        what: impl Fn(&After<'_, '_, M>) -> Vec<R::Event<'static>> + 'static,
    ) where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
        R: Explorable + Send + Sync + 'static,
        R::State: Send + Sync,
    {
        let Some(link) = self.links.get_mut(over.index) else {
            return self.is_wrong(ComposeError::Foreign);
        };
        let known = link.senders.iter().position(|sender| *sender == from.index);
        let sender = known.unwrap_or_else(|| {
            link.senders.push(from.index);
            link.senders.len() - 1
        });
        let receiver = Component::<R>::new(link.receiver);
        let Some(receiver) = self.component(receiver) else {
            return;
        };
        let alphabet = Rc::clone(&receiver.alphabet);
        let outlet = move |after: &After<'_, '_, M>| {
            let messages = what(after).into_iter().map(|event| Message {
                sender: sender as u32,
                event: register::<R>(&alphabet, event) as u32,
            });
            messages.collect()
        };
        if let Some(from) = self.component(from) {
            from.add_outlet(over.index, Box::new(outlet));
        }
    }

    /// Lets an event happen to a machine at any time, by itself.
    pub fn spontaneous<M>(&mut self, component: Component<M>, event: M::Event<'static>)
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        let (event_name, name) = (M::name_of_event(&event), self.name(component.index));
        let participants = Participants::alone(&name).label(&event_name);
        let takes = [component.takes(event)];
        self.add(format!("{event_name} by {name}"), participants, takes);
    }

    /// Lets an event happen that several machines take together, at any time: none of
    /// them may refuse it. A sequence diagram shows it from the first to the last.
    pub fn together(&mut self, name: impl Into<String>, takes: impl IntoIterator<Item = Takes>) {
        let name = name.into();
        let takes: Vec<_> = takes.into_iter().collect();
        let (Some(first), Some(last)) = (takes.first(), takes.last()) else {
            return self.is_wrong(ComposeError::NobodyTakes { event: name });
        };
        let (from, to) = (self.name(first.component), self.name(last.component));
        let participants = Participants::between(from, to).label(&name);
        self.add(name, participants, takes);
    }

    /// Lets a machine crash, at any time but so many times at most, and restart later. In
    /// between it takes no event. `restart` says, from the configuration in which it
    /// crashes, in which one it restarts; entry actions of that state run then.
    pub fn crashes<M>(
        &mut self,
        component: Component<M>,
        at_most: u32,
        restart: impl Fn(&M, &M::State) -> (M, M::State) + 'static,
    ) where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        if let Some(machine) = self.component(component) {
            machine.set_crash(at_most, Box::new(restart));
            self.crashing.push(component.index);
        }
    }

    /// Claims that every reachable state has this.
    pub fn always(&mut self, name: impl Into<String>, formula: Formula) {
        self.claim(name, PropertyKind::Always, [formula]);
    }

    /// Claims that no reachable state has this.
    pub fn never(&mut self, name: impl Into<String>, formula: Formula) {
        self.claim(name, PropertyKind::Never, [formula]);
    }

    /// Claims that some reachable state has this.
    pub fn sometimes(&mut self, name: impl Into<String>, formula: Formula) {
        self.claim(name, PropertyKind::Sometimes, [formula]);
    }

    /// Claims that something can happen in every state in which not
    /// [all may end](Self::may_end_when).
    pub fn no_deadlock(&mut self) {
        self.claim("no deadlock", PropertyKind::NoDeadlock, []);
    }

    /// Claims that every run comes to a state that has this.
    pub fn eventually(&mut self, name: impl Into<String>, formula: Formula) {
        self.claim(name, PropertyKind::Eventually, [formula]);
    }

    /// Claims that every run comes to states that have this again and again.
    pub fn always_eventually(&mut self, name: impl Into<String>, formula: Formula) {
        self.claim(name, PropertyKind::AlwaysEventually, [formula]);
    }

    /// Claims that after each state that has the first, every run comes to one that has
    /// the second.
    pub fn leads_to(&mut self, name: impl Into<String>, first: Formula, second: Formula) {
        self.claim(name, PropertyKind::LeadsTo, [first, second]);
    }

    /// Claims that every run comes to a state that has the second, and has the first in
    /// each state before.
    pub fn until(&mut self, name: impl Into<String>, first: Formula, second: Formula) {
        self.claim(name, PropertyKind::Until, [first, second]);
    }

    /// Says where the composition may end. Unless given it may where every machine is in
    /// one of its own [terminal states](crate::Machine::terminal_states) or
    /// [at its end](crate::Machine::is_end).
    pub fn may_end_when(&mut self, formula: Formula) {
        self.end = Some(formula);
    }

    /// Says that blocks of components and links can take each other's places, the first
    /// part of one that of the first part of another, and so on. That is proved when the
    /// composition is [closed](Self::close), and used where
    /// [asked for](crate::check::Check::symmetric).
    pub fn interchangeable(&mut self, blocks: impl IntoIterator<Item = Vec<Part>>) {
        self.interchangeable.push(blocks.into_iter().collect());
    }

    /// Runs each machine by itself in every configuration with every event, and lays all
    /// of them out side by side.
    ///
    /// # Errors
    ///
    /// What cannot be composed, [`ComposeError::TooWide`] if a state takes more than 64
    /// bits.
    pub fn close(self) -> Result<Composition, ComposeError> {
        self.close_in()
    }

    /// As [`close`](Self::close), with so many words of 64 bits for a state.
    ///
    /// # Errors
    ///
    /// What cannot be composed.
    pub fn close_in<const WORDS: usize>(self) -> Result<Composition<WORDS>, ComposeError> {
        let limit = self.limit.unwrap_or(LIMIT);
        Composition::new(self, limit)
    }

    fn claim<const FORMULAS: usize>(
        &mut self,
        name: impl Into<String>,
        kind: PropertyKind,
        formulas: [Formula; FORMULAS],
    ) {
        self.claims.push(Claimed {
            name: name.into(),
            kind,
            formulas: formulas.into(),
        });
    }

    fn name(&self, component: usize) -> String {
        let component = self.components.get(component);
        component.map_or_else(String::new, |component| component.name().to_owned())
    }

    /// A machine by its handle, which may be one of another composition.
    fn component<M>(&mut self, component: Component<M>) -> Option<&mut MachineComponent<M>>
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        let known = self.components.get_mut(component.index);
        let known = known.and_then(|known| known.as_any().downcast_mut());
        if known.is_none() {
            self.wrong.get_or_insert(ComposeError::Foreign);
        }
        known
    }

    /// What is wrong comes to light when the composition is closed.
    fn is_wrong(&mut self, error: ComposeError) {
        self.wrong.get_or_insert(error);
    }

    fn add(
        &mut self,
        name: String,
        participants: Participants,
        takes: impl IntoIterator<Item = Takes>,
    ) {
        let mut components: Vec<(usize, Occurrence)> = Vec::new();
        for takes in takes {
            let component = self.components.get_mut(takes.component);
            let event = component.and_then(|component| (takes.register)(component.as_any()));
            let Some(event) = event else {
                return self.is_wrong(ComposeError::Foreign);
            };
            if components
                .iter()
                .any(|(known, _)| *known == takes.component)
            {
                let component = self.name(takes.component);
                return self.is_wrong(ComposeError::TakesTwice {
                    component,
                    event: name,
                });
            }
            components.push((takes.component, Occurrence::Takes(event)));
        }
        self.rules.push(Rule {
            name,
            participants,
            components,
            channels: Vec::new(),
        });
    }
}

impl fmt::Debug for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |(component, links): (&[Box<dyn Erased>], &[Declared])| {
            let components = component
                .iter()
                .map(|component| component.name().to_owned());
            let links = links.iter().map(|link| link.name.clone());
            components.chain(links).collect::<Vec<_>>()
        };
        f.debug_struct("Compose")
            .field("parts", &names((&self.components, &self.links)))
            .finish_non_exhaustive()
    }
}
