//! Validation by pairs of states: is there an event that does it, and for
//! observers who miss steps, is there a walk.

use super::{Graph, NamedWalk, StateId, Transition, Walk};

/// A change from a state to a state that the machine does not make.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{machine} never goes from `{from}` to `{to}`{}; legal from `{from}`: {}", way(.walk), listed(.legal))]
#[non_exhaustive]
pub struct IllegalChange {
    /// The machine.
    pub machine: String,
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// The states that one event can lead to.
    pub legal: Vec<String>,
    /// The shortest legal way to the state after, if there is one.
    pub walk: Option<Box<NamedWalk>>,
}

impl Graph {
    /// The transitions that lead from a state to a state with one event: what an
    /// observer who sees every step may see.
    ///
    /// # Errors
    ///
    /// When there is none: the error names the legal states and the shortest
    /// walk.
    ///
    /// # Panics
    ///
    /// When an id is not of this graph.
    pub fn check_change(
        &self,
        from: StateId,
        to: StateId,
    ) -> Result<Vec<&Transition>, IllegalChange> {
        let transitions: Vec<_> = self
            .transitions_from(from)
            .filter(|(_, target)| *target == to)
            .map(|(transition, _)| transition)
            .collect();
        if transitions.is_empty() {
            Err(self.illegal_change(from, to))
        } else {
            Ok(transitions)
        }
    }

    /// A shortest walk from a state to a state, of no steps when they are the
    /// same: what an observer who misses steps may see.
    ///
    /// # Errors
    ///
    /// When there is none: the error names the states that one event leads to.
    ///
    /// # Panics
    ///
    /// When an id is not of this graph.
    pub fn check_observed_change(&self, from: StateId, to: StateId) -> Result<Walk, IllegalChange> {
        self.shortest_walk(from, to)
            .ok_or_else(|| self.illegal_change(from, to))
    }

    fn illegal_change(&self, from: StateId, to: StateId) -> IllegalChange {
        // To the same state the walk of no steps says nothing.
        let walk = (from != to).then(|| self.shortest_walk(from, to)).flatten();
        IllegalChange {
            walk: walk.map(|walk| Box::new(walk.named(self))),
            ..self.illegal_change_to(from, self.state(to).name.clone())
        }
    }

    /// A change to something that is not a state of the machine.
    pub(crate) fn illegal_change_to(&self, from: StateId, to: String) -> IllegalChange {
        let legal = self
            .targets(from)
            .into_iter()
            .map(|state| self.state(state).name.clone());
        IllegalChange {
            machine: self.machine().to_owned(),
            from: self.state(from).name.clone(),
            to,
            legal: legal.collect(),
            walk: None,
        }
    }

    /// The states that one event can lead to from a state, in the order of their
    /// ids.
    ///
    /// # Panics
    ///
    /// When the id is not of this graph.
    #[must_use]
    pub fn targets(&self, from: StateId) -> Vec<StateId> {
        let mut targets: Vec<_> = self
            .transitions_from(from)
            .map(|(_, target)| target)
            .collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}

fn way(walk: &Option<Box<NamedWalk>>) -> String {
    walk.as_ref().map_or_else(
        || " by any events".to_owned(),
        |walk| format!(" with one event (it takes {walk})"),
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    fn order() -> Graph {
        let mut order = GraphBuilder::new("order", ["pay", "ship", "look"]);
        let new = order.state("new", None);
        let paid = order.state("paid", None);
        let shipped = order.state("shipped", None);
        order
            .start(new)
            .moved(new, "pay", paid)
            .moved(paid, "ship", shipped)
            .stayed(paid, "look");
        order.build().unwrap()
    }

    fn id(graph: &Graph, name: &str) -> StateId {
        graph.state_named(name).unwrap()
    }

    #[test]
    fn a_change_by_one_event_names_the_event() {
        let order = order();
        let found = order
            .check_change(id(&order, "new"), id(&order, "paid"))
            .unwrap();
        assert_eq!(
            found
                .iter()
                .map(|transition| order.event(transition.event))
                .collect::<Vec<_>>(),
            ["pay"]
        );
        assert!(
            order
                .check_change(id(&order, "paid"), id(&order, "paid"))
                .is_ok()
        );
    }

    #[test]
    fn an_illegal_change_says_what_is_legal_and_the_way() {
        let order = order();
        let error = order
            .check_change(id(&order, "new"), id(&order, "shipped"))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "order never goes from `new` to `shipped` with one event \
             (it takes new --pay--> paid --ship--> shipped); legal from `new`: paid"
        );
        let error = order
            .check_change(id(&order, "shipped"), id(&order, "new"))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "order never goes from `shipped` to `new` by any events; legal from `shipped`: nothing"
        );
    }

    #[test]
    fn an_observer_may_miss_steps_but_not_go_back() {
        let order = order();
        let walk = order
            .check_observed_change(id(&order, "new"), id(&order, "shipped"))
            .unwrap();
        assert_eq!(walk.steps.len(), 2);
        assert!(
            order
                .check_observed_change(id(&order, "shipped"), id(&order, "paid"))
                .is_err()
        );
        assert!(
            order
                .check_observed_change(id(&order, "new"), id(&order, "new"))
                .unwrap()
                .steps
                .is_empty()
        );
    }
}
