//! What the liveness properties ask of actions: which constraint each belongs to,
//! and whether it is progress.

use std::sync::Arc;

use super::sets;
use crate::check::fairness::ActionPredicate;
use crate::check::property::Claim;
use crate::check::{Fairness, Model, Property};

/// The label that every action has, so that a state in which nothing can happen is
/// one that offers no label.
pub(super) const ANY: usize = 0;

/// The different predicates on actions, of all properties together. The label of
/// each is its position, counted from 1 on.
pub(super) struct Labels<M: Model> {
    predicates: Vec<Arc<ActionPredicate<M>>>,
    assumptions: Vec<Option<Assumption>>,
}

/// What a property assumes of the runs, in labels.
pub(super) struct Assumption {
    pub(super) may_stop: bool,
    pub(super) weak: Vec<usize>,
    pub(super) strong: Vec<usize>,
    /// The label of an action that is progress, for freedom from livelocks.
    pub(super) progress: Option<usize>,
    /// In words.
    pub(super) text: String,
}

impl<M: Model> Labels<M> {
    pub(super) fn new(model: &M, properties: &[Property<M>]) -> Self {
        let mut labels = Self {
            predicates: Vec::new(),
            assumptions: Vec::new(),
        };
        // Asked for once, since each answer has predicates of its own.
        let of_model = model.fairness();
        for property in properties {
            let assumption = property.kind().is_liveness().then(|| {
                let fairness = property.own_fairness().unwrap_or(&of_model);
                labels.assumption(property, fairness)
            });
            labels.assumptions.push(assumption);
        }
        labels
    }

    fn assumption(&mut self, property: &Property<M>, fairness: &Fairness<M>) -> Assumption {
        let (mut weak, mut strong) = (Vec::new(), Vec::new());
        for constraint in &fairness.constraints {
            let label = self.label_of(&constraint.concerns);
            let labels = if constraint.is_strong {
                &mut strong
            } else {
                &mut weak
            };
            labels.push(label);
        }
        let progress = match &property.claim {
            Claim::NoLivelock(is_progress) => Some(self.label_of(is_progress)),
            _ => None,
        };
        Assumption {
            may_stop: fairness.may_stop,
            weak,
            strong,
            progress,
            text: fairness.to_string(),
        }
    }

    /// The label of a predicate: the same one where an assumption is shared.
    fn label_of(&mut self, predicate: &Arc<ActionPredicate<M>>) -> usize {
        let known = self
            .predicates
            .iter()
            .position(|known| Arc::ptr_eq(known, predicate));
        let position = known.unwrap_or_else(|| {
            self.predicates.push(Arc::clone(predicate));
            self.predicates.len() - 1
        });
        position + 1
    }

    /// How many labels there are.
    pub(super) fn len(&self) -> usize {
        self.predicates.len() + 1
    }

    /// What the property at this position assumes, if it is a liveness property.
    pub(super) fn assumption_of(&self, property: usize) -> Option<&Assumption> {
        self.assumptions.get(property)?.as_ref()
    }

    /// Writes the labels of an action into a set.
    #[inline]
    pub(super) fn write(&self, model: &M, state: &M::State, action: &M::Action, set: &mut [u64]) {
        set.fill(0);
        sets::insert(set, ANY);
        for (index, predicate) in self.predicates.iter().enumerate() {
            if predicate(model, state, action) {
                sets::insert(set, index + 1);
            }
        }
    }
}
