//! What each code means, for people.

use std::fmt;

use serde::Serialize;

use super::{Code, Level};

/// What a code means, why it matters, an example, and what to do about it.
///
/// Its `Display` form is a page of plain text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// How much its findings matter.
    pub level: Level,
    /// When it is reported, and when it is silent.
    pub meaning: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// A machine that has it.
    pub example: &'static str,
    /// How to mend it, or when to allow it.
    pub remedy: &'static str,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            level,
            meaning,
            why,
            example,
            remedy,
        } = self;
        write!(
            f,
            "{code} ({level})\n\n{meaning}\n\nWhy it matters: {why}\n\nExample: {example}\n\n\
             What to do: {remedy}\n"
        )
    }
}

impl Code {
    /// What the code means and what to do about it.
    ///
    /// # Examples
    ///
    /// ```
    /// use fsmcheck::graph::lint::Code;
    ///
    /// println!("{}", Code::TrapState.explanation());
    /// ```
    #[must_use]
    pub fn explanation(self) -> Explanation {
        let [meaning, why, example, remedy] = texts(self);
        Explanation {
            code: self,
            level: self.level(),
            meaning,
            why,
            example,
            remedy,
        }
    }
}

/// Meaning, why, example and remedy.
fn texts(code: Code) -> [&'static str; 4] {
    match code {
        Code::HandlerPanics => [
            "A handler, an entry or exit action, or a hook panics when an event of the alphabet \
             arrives in a configuration that can be reached.",
            "The panic unwinds through the running machine: what the handler had changed so far \
             stays changed, and where panics abort, the process is gone.",
            "A shipped order answers `Cancel` with `panic!(\"too late\")`.",
            "Return `Super` to refuse the event, or move to a state that stands for what went \
             wrong. If the event cannot arrive there, let the types say so or take it out of the \
             alphabet.",
        ],
        Code::Nondeterministic => [
            "The same event in the same configuration gives two different results: each step is \
             taken twice to see it. In a graph that was not got by running a machine: one event \
             has two results and nothing says when.",
            "What was tested is not what will run. No table, no drawing and no replay of such a \
             machine can be trusted.",
            "A session compares `Instant::now()` with its deadline inside a handler.",
            "Put what decides into the event (`Tick { now }`) or into the storage. Storage that \
             copies share (`Rc`, `Arc`, a static) shows up here as well: let the machine own it.",
        ],
        Code::InvariantBroken => [
            "A configuration that can be reached breaks an invariant that the machine declares.",
            "The invariant is what the rest of the program relies on.",
            "A turnstile promises never to be open with an unpaid fare, and a sequence of events \
             opens it unpaid.",
            "Follow the walk to the first step that should not have been possible and mend its \
             handler. If the configuration is fine, the invariant says too much.",
        ],
        Code::PropertyBroken => [
            "A property that the machine declares does not hold of its graph: a step that can be \
             taken breaks it, or what it speaks of is not there.",
            "Whoever declared the property builds on it.",
            "A worker entry that is a tombstone goes online again.",
            "Follow the walk: its last step breaks the property. Mend the handler that takes it, \
             or the property, if it says too much.",
        ],
        Code::TerminalLeft => [
            "A state that is declared terminal has an event that leads to another state. Events \
             that are handled inside it, and transitions back to itself, are fine.",
            "Whoever sees the terminal state takes the machine for finished: it is stored as \
             such, cleaned up, reported. A late event brings it back to life.",
            "A finished order goes back to `Paid` when the payment is reported a second time.",
            "Refuse the event in the terminal state (`Super`, and no superstate that handles it), \
             or do not declare the state terminal.",
        ],
        Code::NoWayBack => [
            "The machine declares that it can return to a start from everywhere, and there is a \
             configuration from which no walk leads to a starting state. States that are declared \
             terminal are exempt. Silent when the exploration was cut short.",
            "A device or service that must recover by itself needs someone to restart it.",
            "A controller that fails three times moves to `Locked`, where `Reset` is refused.",
            "Add a way back, declare the state terminal if that is meant, or do not declare that \
             the machine returns.",
        ],
        Code::IllegalTransition => [
            "A replay has seen a key in a state that the machine cannot reach from the state seen \
             before, not even with steps that were missed.",
            "Somebody wrote a state over another that must not follow it: a process that should \
             be dead, a message that came late, a writer without a guard.",
            "A job is stored as `Finished` and later as `Init`: an old job master has come back.",
            "The finding names the places of both records. Find out who wrote the second one; \
             what was legal instead is in the message.",
        ],
        Code::EpochWentBack => [
            "A replay has seen a record whose epoch is smaller than one seen before for the same \
             key.",
            "Epochs order the incarnations of a master or worker and only grow. An old \
             incarnation is still writing, or records have changed their order.",
            "A worker reports with worker epoch 4 after another of the same id reported with 7.",
            "Look at both places. If the order of the input is not that of the events, sort it.",
        ],
        Code::UnknownCode => [
            "A replay has seen a record whose code stands for no state of the machine.",
            "Records keep whatever number was written; nobody knows what this one means.",
            "A worker's record holds state 9.",
            "Look for the writer: a newer version with more states, or a damaged record. In a \
             worker's record 0 is not unknown: the record was written before the worker had a \
             state.",
        ],
        Code::UnreachableState => [
            "A state is declared (or named as terminal, or listed in a file) and no sequence of \
             events leads to it. Silent when the exploration was cut short, and about states that \
             are not declared: what is never reached cannot be seen by running.",
            "It is dead code, or the transition that should lead there is missing. Often the \
             latter.",
            "`Refunded` has a handler, but `Refund` was never wired to it.",
            "Add the transition or take the state out. If the alphabet lacks the event that leads \
             there (or the sample of its data), add that. A state that only older stored data can \
             be in may be allowed, or be given as a start.",
        ],
        Code::TrapState => [
            "A state that is not declared terminal cannot be left: every event is refused, stays, \
             or leads back to it. Where terminal states are declared, a state is also reported \
             that some data makes a trap. What goes round several states is a livelock instead. \
             Silent for a machine of one state and when the exploration was cut short.",
            "The machine hangs there for ever, and nothing tells that from an end that is meant.",
            "`Failed` has no handler for `Retry`.",
            "If the machine's life may end there, declare the state terminal; then the opposite \
             is checked too. Otherwise handle an event that leaves it.",
        ],
        Code::Livelock => [
            "The machine can get to a cycle of several states from which no walk leads to a state \
             that is declared terminal. Silent without terminal states, when the exploration was \
             cut short, and about cycles that can be left towards an end.",
            "The machine looks busy and never finishes: jobs that retry for ever, orders that are \
             never closed.",
            "A download alternates between `Waiting` and `Trying` once its file is gone, and no \
             event leads to `Failed` any more.",
            "Add a way out: give up after some tries, or take `Cancel` everywhere. If going on for \
             ever is the purpose of the machine, do not declare terminal states.",
        ],
        Code::EventNeverHandled => [
            "An event of the alphabet is refused in every state and under all data that can be \
             reached. Silent when the exploration was cut short.",
            "Someone sends the event and relies on it; the machine drops it always.",
            "`Resume` is in the alphabet of a player that has `Pause` but no handler for `Resume`.",
            "Handle it, or take it out of the alphabet. If it carries data, the alphabet may lack \
             the sample that is not refused.",
        ],
        Code::RefusedButChanged => [
            "A handler writes to the storage or to the state's data and then answers `Super`, and \
             nobody above handles the event either.",
            "A refusal should mean that nothing happened. Here a sequence of illegal events \
             changes what legal ones do later. (`Guarded` undoes it; statig's own machine does \
             not.)",
            "A lock counts `self.tries += 1` before it looks whether the key is one it knows.",
            "Decide first, change afterwards. If the change is meant, the event is handled: answer \
             `Handled`.",
        ],
        Code::NotExhaustive => [
            "The exploration reached a limit on configurations, depth or time before it had seen \
             everything.",
            "What was found is true, but what was not found may still be there: lints about \
             something missing are silent, and a clean result says less.",
            "A machine counts all bytes that it has ever received.",
            "Raise the limit, or give the machine an abstraction that cuts data off where it makes \
             no difference any more. Allow it where a bounded check is what you want.",
        ],
        Code::EntryNotRepeatable => [
            "Running the entry actions of a state once more in a configuration that can be \
             reached changes data, or panics.",
            "statig runs the entry actions of the current state when a saved machine is restored. \
             After that such a machine is not the one that was saved.",
            "Entering `Alarm` does `self.alarms += 1`.",
            "Set values instead of adding to them, count in the transition that leads there, or \
             restore without entry actions (`Guarded::at`). Nothing to do if the machine is never \
             restored.",
        ],
        Code::SuperstateCandidate => [
            "Every state in a superstate answers an event in the same way under all data, each by \
             itself; or every state of the machine does that is not terminal, if there are at \
             least three. Silent when the exploration was cut short.",
            "The next state that is added will miss the answer.",
            "`Playing` and `Paused` in `Active` both answer `Eject` with a transition to `Empty`.",
            "Handle the event in the superstate and pass it up from the states. Nothing to do if \
             the states happen to agree for different reasons.",
        ],
        Code::DuplicateState => [
            "No sequence of events tells some states apart: what is refused, what stays and what \
             moves is the same from each of them, for ever (they are bisimilar). States that are \
             declared terminal differ by name. Silent when the exploration was cut short.",
            "Either the states are one, and the machine is larger than it needs to be, or a \
             difference that was meant is not there.",
            "`PaidByCard` and `PaidInCash` both only answer `Ship`.",
            "Make them one state with data, or give them the answers in which they should differ. \
             Nothing to do where the name of the state is itself what others look at, as in a \
             traffic light with one event.",
        ],
        Code::SkippedSteps => [
            "A replay has seen two states of a key that the machine connects only by several \
             steps: those between were not seen. No violation.",
            "Stores and logs miss steps, so this is expected; many of them may show a lost \
             channel.",
            "A worker is seen as `Created` and then as `Normal`: its `Init` was not reported.",
            "Nothing, unless the steps should have been seen.",
        ],
        Code::UnusedAllowance => [
            "A code is allowed and there is no such finding. Silent when the exploration was cut \
             short.",
            "The allowance would hide the next finding of that code, which nobody has looked at.",
            "`trap-state` is allowed because of `Failed`, which has since learnt to `Retry`.",
            "Take the allowance out.",
        ],
    }
}
