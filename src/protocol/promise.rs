//! What the protocol promises.

use std::fmt;
use std::str::FromStr;

use super::{ProtocolModel, Trailed as _};
use crate::check::Property;

macro_rules! promises {
    ($($(#[doc = $docs:literal])* $id:ident = $says:literal;)*) => {
        /// What the protocol promises: `S…` speaks of every state or step, `L…` of what
        /// comes in the end.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Promise {
            $($(#[doc = $docs])* $id,)*
        }

        impl Promise {
            /// Every promise.
            pub const ALL: &'static [Self] = &[$(Self::$id),*];

            /// Its number: `S1`, `L4`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$id => stringify!($id),)*
                }
            }

            /// What it says, in few words.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self {
                    $(Self::$id => $says,)*
                }
            }
        }
    };
}

promises! {
    /// Of each worker id at most one incarnation has a loop that starts or runs, and of
    /// each task at most one worker.
    S1 = "one worker at a time";
    /// When a worker's work is given away, its loop has ended.
    S2 = "given away when ended";
    /// When a worker's work is given away, it has let go of what it held.
    S3 = "given away when let go";
    /// A job that is stored as ended keeps that state until it is deleted.
    S4 = "stored end stays";
    /// No master starts for a job that is stored as ended.
    S5 = "ended job stays down";
    /// A worker that has reported its end reports no other state in that epoch.
    S6 = "reported end stays";
    /// An entry that is offline only becomes a tombstone, and a tombstone stays one.
    S7 = "tombstone stays";
    /// No process ends by an assertion.
    S8 = "no assertion fails";
    /// An entry keeps the worker epoch that it was made with, and takes a status of that
    /// epoch only.
    S9 = "entry keeps its epoch";
    /// A master accepts a ping of its own epoch and of the entry's worker epoch only.
    S10 = "ping of both epochs";
    /// Who gets a pong was accepted, and who gets a finish acknowledged is noted as
    /// finished.
    S11 = "pong means accepted";
    /// The business logic hears at most once that a worker went offline, after it went
    /// online if it did, and nothing of it afterwards.
    S12 = "callbacks in order";
    /// The reason for going offline is that of the last status that the worker has
    /// persisted before.
    S13 = "offline for the last reason";
    /// What a worker knows of its master's epoch and of the last acknowledgement never
    /// goes back.
    S14 = "knowledge never goes back";
    /// The stored epoch of a master never goes back.
    S15 = "stored epoch never goes back";
    /// A worker lets go of what it held before it says that it has finished, and its
    /// successor starts after that.
    S16 = "let go before goodbye";
    /// A job is in one set of the job manager's table at most, and online only if it was
    /// heard of.
    S17 = "online means heard";
    /// A job whose master has gone is neither awaited nor online.
    S18 = "gone means gone";
    /// What is delivered of a stream has no gap and is in order.
    S19 = "stream without gap";
    /// A job whose creation was accepted can be seen.
    S20 = "created means visible";
    /// A job that is stored as failed has failed for good.
    S21 = "failed for good";
    /// An entry that was not heard of is heard of in the end, or becomes a tombstone.
    L1 = "unheard is heard or gone";
    /// A worker that was dispatched is known to a live master in the end, or ends.
    L2 = "worker is known or ends";
    /// A worker whose master never answers ends.
    L3 = "worker without master ends";
    /// A job that is to be canceled comes to its end.
    L4 = "canceling ends";
    /// A worker whose work is done exits.
    L5 = "done means exit";
    /// A job that has not ended is online again in the end, once faults stop.
    L6 = "job comes back";
    /// The service of a leader that has failed ends, and another leader is elected.
    L7 = "failed leader is replaced";
    /// Who orders a worker gets an entry for it, or is told that it failed.
    L8 = "order is answered";
    /// A worker that has said that it exits is closed in the end.
    L9 = "exit closes";
}

impl Promise {
    /// Whether it speaks of what comes in the end.
    #[must_use]
    pub const fn is_liveness(self) -> bool {
        self as u8 >= Self::L1 as u8
    }

    /// The promise as a property of single states: broken where `is_broken`, or where the
    /// last step has [noted](super::Trail::broke) so.
    pub(super) fn never<M: ProtocolModel>(
        self,
        is_broken: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Property<M> {
        Property::never(self.to_string(), move |model: &M, state: &M::State| {
            let trail = state.trail();
            trail.counts(model.configuration())
                && (trail.is_broken(self) || is_broken(model, state))
        })
    }

    /// The promise as a property of single steps: broken where one has noted so.
    pub(super) fn never_broken<M: ProtocolModel>(self) -> Property<M> {
        self.never(|_, _| false)
    }

    /// The promise as a property of runs: from each state that has the first, every run
    /// comes to one that has the second.
    pub(super) fn leads_to<M: ProtocolModel>(
        self,
        first: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
        second: impl Fn(&M, &M::State) -> bool + Send + Sync + 'static,
    ) -> Property<M> {
        let counted = move |model: &M, state: &M::State| {
            state.trail().counts(model.configuration()) && first(model, state)
        };
        Property::leads_to(self.to_string(), counted, second)
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.id(), self.says()))
    }
}

/// A promise that does not exist.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no promise `{given}`; they are S1 to S21 and L1 to L9")]
#[non_exhaustive]
pub struct UnknownPromise {
    /// What was given.
    pub given: String,
}

impl FromStr for Promise {
    type Err = UnknownPromise;

    /// The promise of this number, in any case; words behind it are passed over.
    fn from_str(given: &str) -> Result<Self, UnknownPromise> {
        let id = given.split_whitespace().next().unwrap_or_default();
        let found = Self::ALL
            .iter()
            .find(|promise| promise.id().eq_ignore_ascii_case(id));
        found.copied().ok_or_else(|| UnknownPromise {
            given: given.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_21_of_states_and_9_of_runs() {
        let runs = Promise::ALL.iter().filter(|promise| promise.is_liveness());
        assert_eq!((Promise::ALL.len(), runs.count()), (30, 9));
        for promise in Promise::ALL {
            assert_eq!(promise.to_string().parse(), Ok(*promise));
        }
        let error = "S22".parse::<Promise>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no promise `S22`; they are S1 to S21 and L1 to L9"
        );
    }
}
