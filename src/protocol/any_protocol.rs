//! A model of the protocol, whichever it is.

use super::{Configuration, Emitted, ModelName, ProtocolModel, Trail, Trailed as _, Visitor, emit};
use crate::check::{AnyModel, AnyState, Counterexample};

/// A model of the protocol, with its types left out: what is done with all of them is
/// compiled once.
pub(crate) struct AnyProtocol {
    pub(crate) name: ModelName,
    pub(crate) model: AnyModel,
    trail: fn(&AnyState) -> &Trail,
    emit: fn(&AnyModel, &Counterexample<AnyModel>) -> Emitted,
}

impl AnyProtocol {
    /// The model of this name as it is set up.
    pub(crate) fn new(name: ModelName, configuration: Configuration) -> Self {
        name.visit(SetUp(configuration))
    }

    /// How to find what the last step has left behind.
    pub(crate) fn trail(&self) -> fn(&AnyState) -> &Trail {
        self.trail
    }

    /// A counterexample for other readers.
    pub(crate) fn emit(&self, counterexample: &Counterexample<AnyModel>) -> Emitted {
        (self.emit)(&self.model, counterexample)
    }
}

struct SetUp(Configuration);

impl Visitor for SetUp {
    type Answer = AnyProtocol;

    fn visit<M: ProtocolModel>(self) -> AnyProtocol {
        AnyProtocol {
            name: M::NAME,
            model: AnyModel::new(M::new(self.0)),
            trail: |state| state.of_type::<M::State>().trail(),
            emit: |model, counterexample| {
                emit(model.of_type::<M>(), &counterexample.of_type::<M>())
            },
        }
    }
}
