//! A composition as a model.

use std::any::Any;
use std::fmt::{self, Write as _};

use super::ComposeError;
use super::builder::Compose;
use super::close::{self, Closed};
use super::formula::{Answered, Truth};
use super::handle::Component;
use super::machine::Local;
use super::network::{Event, Joint, Network, Table};
use super::partial_order::{NotReducible, PartialOrder};
use super::rule::Rule;
use crate::check::{Fairness, Model, Number, Participants, Property, PropertyKind};
use crate::machine::Explorable;

/// Machines side by side, as a [`Model`]: what [`Compose`] makes.
///
/// No machine runs any more when it is checked. Each has been run in every configuration
/// with every event, so a step is a few additions, whatever the machines do.
pub struct Composition<const WORDS: usize = 1> {
    pub(super) network: Network<WORDS>,
    /// What can happen: the rule of which each event is one.
    pub(super) rule_of: Vec<u32>,
    pub(super) rules: Vec<Rule>,
    initial: Vec<Joint<WORDS>>,
    /// The names of the parts, with the forms of their configurations.
    parts: Vec<Part>,
    /// The configurations of each component: a `Vec<Local<M>>`.
    locals: Vec<Box<dyn Any + Send + Sync>>,
    claims: Vec<Claim>,
    extra: Vec<Property<Self>>,
    fairness: Option<Fairness<Self>>,
    end: Truth,
    /// The channels that can be overflown, with the configuration in which they are.
    overflown: Vec<(usize, usize)>,
    /// What everything was made of, for [`reduced`](Self::reduced).
    tables: Vec<Table>,
    events: Vec<Event>,
    answered: Vec<Answered>,
    partial_order: Option<PartialOrder>,
    /// The links that are prompt.
    prompt: Vec<usize>,
    /// The blocks of parts that can take each other's places.
    pub(super) blocks: Vec<Vec<Vec<usize>>>,
}

/// A property of components.
struct Claim {
    name: String,
    kind: PropertyKind,
    truths: Vec<Truth>,
}

/// A component or channel, as people read it.
pub(super) struct Part {
    pub(super) name: String,
    /// For each configuration the fields that are shown of it, each with the end of its
    /// name.
    pub(super) forms: Vec<Vec<(&'static str, String)>>,
}

/// Something that happens in a composition.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Happening(pub(super) u32);

impl<const WORDS: usize> Composition<WORDS> {
    pub(super) fn new(compose: Compose, limit: usize) -> Result<Self, ComposeError> {
        let closed = close::close(compose, limit)?;
        let Closed {
            components,
            contents,
            links,
            rules,
            rule_of,
            tables,
            events,
            initial,
            claims,
            end,
            interchangeable,
        } = closed;
        let network =
            Network::new(&tables, &events, &initial).map_err(|words| ComposeError::TooWide {
                words,
                given: WORDS,
            })?;
        let locals: Vec<_> = components.iter().map(|one| one.locals()).collect();
        let answered = |formula: &super::Formula| {
            close::answered(formula, &components, &locals, &contents, &links)
        };
        let mut all_answered = Vec::new();
        let mut compiled = Vec::new();
        for claim in claims {
            let of_claim: Vec<Answered> = claim.formulas.iter().map(&answered).collect();
            compiled.push(Claim {
                name: claim.name,
                kind: claim.kind,
                truths: of_claim
                    .iter()
                    .map(|one| Truth::new(one, &network))
                    .collect(),
            });
            all_answered.extend(of_claim);
        }
        let end = match end {
            Some(formula) => answered(&formula),
            None => close::all_at_end(&components),
        };
        let blocks = super::symmetry::blocks(
            &interchangeable,
            &components,
            &contents,
            &tables,
            &events,
            &initial,
            all_answered.iter().chain([&end]),
        )?;
        let overflown = contents.iter().zip(components.len()..);
        Ok(Self {
            rule_of,
            rules,
            initial: initial.iter().map(|locals| network.joint(locals)).collect(),
            parts: close::forms(&components, &contents, &links),
            locals,
            claims: compiled,
            extra: Vec::new(),
            fairness: None,
            end: Truth::new(&end, &network),
            overflown: overflown
                .filter_map(|(contents, part)| Some((part, contents.overflown()?)))
                .collect(),
            prompt: (components.len()..)
                .zip(&contents)
                .filter(|(_, contents)| contents.channel.is_prompt)
                .map(|(part, _)| part)
                .collect(),
            blocks,
            network,
            tables,
            events,
            answered: all_answered,
            partial_order: None,
        })
    }

    /// Adds a property that is not one of single components. It may be slower, for it is
    /// asked in every state, and it may tell apart components that are
    /// [interchangeable](Compose::interchangeable): none is taken for another one then.
    #[must_use]
    pub fn with_property(mut self, property: Property<Self>) -> Self {
        self.extra.push(property);
        self.blocks.clear();
        self
    }

    /// What is assumed of the runs when liveness is checked; that something happens as
    /// long as it can, unless given.
    #[must_use]
    pub fn with_fairness(self, fairness: Fairness<Self>) -> Self {
        Self {
            fairness: Some(fairness),
            ..self
        }
    }

    /// The configuration of a component; `None` for a component of another composition.
    #[must_use]
    pub fn configuration<M>(
        &self,
        component: Component<M>,
        state: &Joint<WORDS>,
    ) -> Option<(&M, &M::State)>
    where
        M: Explorable + Send + Sync + 'static,
        M::State: Send + Sync,
    {
        let locals = self.locals.get(component.index)?;
        let locals = locals.downcast_ref::<Vec<Local<M>>>()?;
        let local = locals.get(self.network.places[component.index].of(state))?;
        Some((&local.storage, &local.state))
    }

    /// The same composition without the interleavings that make no difference to its
    /// properties: of steps that do not depend on each other not every order is looked at
    /// (partial-order reduction). Invariants, reachability and deadlocks stay what they
    /// are, with fewer states. Components that are interchangeable are not used then.
    ///
    /// # Errors
    ///
    /// What depends on the interleavings.
    pub fn reduced(self) -> Result<Self, NotReducible> {
        let link = |part: usize| self.parts[part].name.clone();
        if let Some(claim) = self.claims.iter().find(|claim| claim.kind.is_liveness()) {
            return Err(NotReducible::Liveness {
                property: claim.name.clone(),
                kind: claim.kind,
            });
        }
        if let Some(property) = self.extra.first() {
            return Err(NotReducible::Unknown {
                property: property.name().to_owned(),
            });
        }
        if let Some(part) = self.prompt.first() {
            return Err(NotReducible::Prompt { link: link(*part) });
        }
        if let Some((part, _)) = self.overflown.first() {
            return Err(NotReducible::Bounds { link: link(*part) });
        }
        let order = PartialOrder::new(
            &self.tables,
            &self.events,
            &self.network.places,
            &self.answered,
        );
        Ok(Self {
            partial_order: Some(order),
            blocks: Vec::new(),
            ..self
        })
    }

    /// Calls `take` with each event that is looked at in a state.
    fn for_each_chosen(&self, order: &PartialOrder, state: &Joint<WORDS>, take: impl FnMut(u32)) {
        let mut events = Vec::new();
        self.network
            .for_each_event(state, |event| events.push(event));
        let is_idle = |event| self.network.after(state, event) == *state;
        order.choose(state, &mut events, is_idle);
        events.into_iter().for_each(take);
    }

    /// Whether a component takes part in something that happens.
    #[must_use]
    pub fn takes_part<M>(&self, component: Component<M>, happening: Happening) -> bool {
        let rule = self.rule(happening);
        rule.is_some_and(|rule| {
            rule.components
                .iter()
                .any(|(one, _)| *one == component.index)
        })
    }

    /// How many configurations each component has, and each link contents, by itself.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        let parts = self.parts.iter();
        parts.map(|part| (part.name.as_str(), part.forms.len()))
    }

    /// How many states there are at most, as far as neighbours among the parts can tell;
    /// never more than the product of the [sizes](Self::sizes). `None` when it takes more
    /// than 64 bits.
    #[must_use]
    pub fn states_at_most(&self) -> Option<u64> {
        self.network.size
    }

    fn rule(&self, happening: Happening) -> Option<&Rule> {
        let rule = *self.rule_of.get(happening.0 as usize)?;
        self.rules.get(rule as usize)
    }
}

impl<const WORDS: usize> Model for Composition<WORDS> {
    type State = Joint<WORDS>;
    type Action = Happening;

    fn initial_states(&self) -> Vec<Joint<WORDS>> {
        self.initial.clone()
    }

    fn actions(&self, state: &Joint<WORDS>, actions: &mut Vec<Happening>) {
        let push = |event| actions.push(Happening(event));
        match &self.partial_order {
            None => self.network.for_each_event(state, push),
            Some(order) => self.for_each_chosen(order, state, push),
        }
    }

    fn next(&self, state: &Joint<WORDS>, action: &Happening) -> Option<Joint<WORDS>> {
        let can_happen = self.network.is_enabled(state, action.0);
        can_happen.then(|| self.network.after(state, action.0))
    }

    #[inline]
    fn steps(
        &self,
        state: &Joint<WORDS>,
        _: &mut Vec<Happening>,
        mut take: impl FnMut(&Happening, Option<Joint<WORDS>>),
    ) {
        let take = |event| take(&Happening(event), Some(self.network.after(state, event)));
        match &self.partial_order {
            None => self.network.for_each_event(state, take),
            Some(order) => self.for_each_chosen(order, state, take),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let of_components = self.claims.iter().map(Claim::property);
        of_components.chain(self.extra.iter().cloned()).collect()
    }

    fn is_reduced(&self) -> bool {
        self.partial_order.is_some()
    }

    fn is_end(&self, state: &Joint<WORDS>) -> bool {
        self.end.of(state)
    }

    #[inline]
    fn is_within_bounds(&self, state: &Joint<WORDS>) -> bool {
        let places = &self.network.places;
        let mut overflown = self.overflown.iter();
        !overflown.any(|(part, local)| places[*part].of(state) == *local)
    }

    fn fairness(&self) -> Fairness<Self> {
        self.fairness.clone().unwrap_or_else(Fairness::progress)
    }

    fn canonical(&self, state: &Joint<WORDS>) -> Option<Joint<WORDS>> {
        (!self.blocks.is_empty()).then(|| self.sorted(state))
    }

    #[inline]
    fn number(&self, state: &Joint<WORDS>) -> Option<Number> {
        let size = self.network.size?;
        Some(Number::of(self.network.number(state), size))
    }

    fn action_name(&self, action: &Happening) -> String {
        self.rule(*action)
            .map_or_else(String::new, |rule| rule.name.clone())
    }

    fn kind_name(&self, action: &Happening) -> String {
        self.rule(*action)
            .map_or_else(String::new, |rule| rule.kind().to_owned())
    }

    #[inline]
    fn action_kind(&self, action: &Happening) -> Option<usize> {
        Some(action.0 as usize)
    }

    fn participants(&self, action: &Happening) -> Option<Participants> {
        self.rule(*action).map(|rule| rule.participants.clone())
    }

    fn declared_actions(&self) -> Vec<String> {
        let names = self.rules.iter().map(|rule| rule.kind().to_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.dedup();
        names
    }

    fn state_form(&self, state: &Joint<WORDS>) -> String {
        let mut form = String::from("State {");
        let mut separator = " ";
        for (part, place) in self.parts.iter().zip(&self.network.places) {
            let Some(fields) = part.forms.get(place.of(state)) else {
                continue;
            };
            for (end, value) in fields {
                let _ = write!(form, "{separator}{}{end}: {value}", part.name);
                separator = ", ";
            }
        }
        form.push_str(" }");
        form
    }
}

impl Claim {
    fn property<const WORDS: usize>(&self) -> Property<Composition<WORDS>> {
        let name = self.name.clone();
        let holds = |index: usize| holds(self.truths[index].clone());
        match self.kind {
            PropertyKind::Always => Property::always(name, holds(0)),
            PropertyKind::Never => Property::never(name, holds(0)),
            PropertyKind::Sometimes => Property::sometimes(name, holds(0)),
            PropertyKind::Eventually => Property::eventually(name, holds(0)),
            PropertyKind::AlwaysEventually => Property::always_eventually(name, holds(0)),
            PropertyKind::LeadsTo => Property::leads_to(name, holds(0), holds(1)),
            PropertyKind::Until => Property::until(name, holds(0), holds(1)),
            PropertyKind::NoDeadlock | PropertyKind::NoLivelock => Property::no_deadlock(),
        }
    }
}

/// A formula as a property asks it.
fn holds<const WORDS: usize>(
    truth: Truth,
) -> impl Fn(&Composition<WORDS>, &Joint<WORDS>) -> bool + Send + Sync + 'static {
    move |_, state| truth.of(state)
}

impl<const WORDS: usize> fmt::Debug for Composition<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composition")
            .field("sizes", &self.sizes().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
