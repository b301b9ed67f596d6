//! What stands for the components and links of a composition while it is put together.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use indexmap::IndexMap;

use super::channel::Content;
use super::formula::{Formula, Locals, Slot};
use super::machine::{Local, MachineComponent};
use crate::machine::Explorable;

/// A machine in a composition.
pub struct Component<M> {
    pub(super) index: usize,
    machine: PhantomData<fn() -> M>,
}

/// A channel to a machine `M` in a composition.
pub struct Link<M> {
    pub(super) index: usize,
    receiver: PhantomData<fn() -> M>,
}

/// A component or a link, whatever its type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part(pub(super) Slot);

/// A component that takes an event, for [`together`](super::Compose::together).
pub struct Takes {
    pub(super) component: usize,
    pub(super) register: Register,
}

/// Tells the number of an event, to which the component is made ready; `None` if the
/// component is not of the event's machine.
type Register = Box<dyn FnOnce(&mut dyn Any) -> Option<usize>>;

impl<M> Component<M> {
    pub(super) const fn new(index: usize) -> Self {
        Self {
            index,
            machine: PhantomData,
        }
    }
}

impl<M> Component<M>
where
    M: Explorable + Send + Sync + 'static,
    M::State: Send + Sync,
{
    /// This component takes an event.
    pub fn takes(self, event: M::Event<'static>) -> Takes {
        Takes {
            component: self.index,
            register: Box::new(move |component| {
                let component = component.downcast_mut::<MachineComponent<M>>()?;
                Some(component.register(event))
            }),
        }
    }

    /// It is up, and its configuration has this.
    #[must_use]
    pub fn is(self, holds: impl Fn(&M, &M::State) -> bool + 'static) -> Formula {
        self.says(move |local| !local.is_down && holds(&local.storage, &local.state))
    }

    /// It has crashed, and has not restarted.
    #[must_use]
    pub fn is_down(self) -> Formula {
        self.says(|local| local.is_down)
    }

    fn says(self, holds: impl Fn(&Local<M>) -> bool + 'static) -> Formula {
        let test = move |locals: &Locals<'_>, number: usize| {
            let locals = locals.of_part.downcast_ref::<Vec<Local<M>>>();
            locals
                .and_then(|locals| locals.get(number))
                .is_some_and(&holds)
        };
        Formula::own(Slot::Component(self.index), Rc::new(test))
    }
}

impl<M> Link<M> {
    pub(super) const fn new(index: usize) -> Self {
        Self {
            index,
            receiver: PhantomData,
        }
    }
}

impl<M: Explorable + 'static> Link<M> {
    /// Nothing is under way.
    #[must_use]
    pub fn is_empty(self) -> Formula {
        self.says(|messages, _| messages.is_empty())
    }

    /// At least so many messages are under way.
    #[must_use]
    pub fn holds_at_least(self, messages: usize) -> Formula {
        self.says(move |under_way, _| under_way.len() >= messages)
    }

    /// A message of this kind is under way.
    #[must_use]
    pub fn holds(self, is_it: impl Fn(&M::Event<'static>) -> bool + 'static) -> Formula {
        self.says(move |messages, alphabet| {
            let mut events = messages
                .iter()
                .filter_map(|event| alphabet.get_index(*event));
            events.any(|(_, event)| is_it(event))
        })
    }

    fn says(
        self,
        holds: impl Fn(&[usize], &IndexMap<String, M::Event<'static>>) -> bool + 'static,
    ) -> Formula {
        let test = move |locals: &Locals<'_>, number: usize| {
            let contents = locals.of_part.downcast_ref::<Vec<Content>>();
            let content = contents.and_then(|contents| contents.get(number));
            let alphabet = locals.alphabet.downcast_ref();
            let (Some(Content::Messages(messages)), Some(alphabet)) = (content, alphabet) else {
                return false;
            };
            let events = messages.iter().map(|message| message.event as usize);
            holds(&events.collect::<Vec<_>>(), alphabet)
        };
        Formula::own(Slot::Channel(self.index), Rc::new(test))
    }
}

// Derived ones would ask the same of the machine.

impl<M> Clone for Component<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Component<M> {}

impl<M> Clone for Link<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Link<M> {}

impl<M> From<Component<M>> for Part {
    fn from(component: Component<M>) -> Self {
        Self(Slot::Component(component.index))
    }
}

impl<M> From<Link<M>> for Part {
    fn from(link: Link<M>) -> Self {
        Self(Slot::Channel(link.index))
    }
}

impl<M> fmt::Debug for Component<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Component({})", self.index)
    }
}

impl<M> fmt::Debug for Link<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.index)
    }
}

impl fmt::Debug for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Takes({})", self.component)
    }
}
