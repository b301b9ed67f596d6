//! The entries of the catalogue.

use super::Outage;
use crate::framework::Rule;
use crate::protocol::{Configuration, Fault, Faults, ModelName, Promise};

/// As the model usually is.
fn as_usual(usual: Configuration) -> Configuration {
    usual
}

/// With crashes alone.
fn crashes(usual: Configuration) -> Configuration {
    Configuration {
        faults: Faults::NONE.with(Fault::Crash),
        ..usual
    }
}

/// With one worker more: who pings twice does so while another one is waited for.
fn two_workers(usual: Configuration) -> Configuration {
    Configuration {
        workers: 2,
        ..crashes(usual)
    }
}

/// Why a model without lost and late messages is enough for the recovery of a master.
const LOST_MESSAGES: &str = "crashes alone: a message that is lost or late is one of a worker that \
    pings later or not at all, which it may do at any time";

const fn entry(
    id: &'static str,
    title: &'static str,
    source: &'static str,
    users: &'static str,
    rule: Rule,
    promise: Promise,
    model: ModelName,
) -> Outage {
    Outage {
        id,
        title,
        source,
        users,
        rule,
        promise,
        model,
        set_up: as_usual,
        less: None,
    }
}

impl Outage {
    const fn set_up(self, set_up: fn(Configuration) -> Configuration) -> Self {
        Self { set_up, ..self }
    }

    const fn less(self, less: &'static str) -> Self {
        Self {
            less: Some(less),
            ..self
        }
    }
}

/// Every entry, in the order of the numbers.
pub(super) const ENTRIES: &[Outage] = &[
    entry(
        "A1",
        "a dying job master's goodbye ends its successor",
        "#6239, #6497; mended by #6569",
        "A job whose master had failed was started anew and ended again at once, over and over, though nothing was wrong with the new one.",
        Rule::PingWorkerEpochChecked,
        Promise::S10,
        ModelName::Heartbeat,
    ),
    entry(
        "A2",
        "an old pong makes a new worker give up at birth",
        "#5969; mended by #5972",
        "A worker that was created again on the node where its predecessor had run gave up right after its launch.",
        Rule::AckTimeMonotone,
        Promise::S14,
        ModelName::Heartbeat,
    ),
    entry(
        "A3",
        "a check runs before the workers are known",
        "mc#323",
        "A master that had been restarted died as soon as it looked for silent workers.",
        Rule::CheckerGatedByReady,
        Promise::S8,
        ModelName::Recovery,
    ).set_up(crashes).less(LOST_MESSAGES),
    entry(
        "A4",
        "a second ping during recovery",
        "mc#373",
        "A master that had been restarted died when one of its workers pinged twice before another one pinged at all.",
        Rule::RepeatedPingWhileWaiting,
        Promise::S8,
        ModelName::Recovery,
    ).set_up(two_workers).less(LOST_MESSAGES),
    entry(
        "A5.1",
        "a callback cleans what is no tombstone yet",
        "mc#343",
        "The leader died when a job master was lost.",
        Rule::TombstoneBeforeCallback,
        Promise::S8,
        ModelName::Jobs,
    ),
    entry(
        "A5.2",
        "a tombstone is cleaned and stays",
        "mc#342",
        "The leader died when it created a lost job master again.",
        Rule::CleanForgetsEntry,
        Promise::S8,
        ModelName::Jobs,
    ),
    entry(
        "A6",
        "a new job manager keeps tombstones",
        "mc#375",
        "After a failover one leader after the other died when a job master had not come back in time.",
        Rule::RecoveryCleansTombstones,
        Promise::S8,
        ModelName::Jobs,
    ),
    entry(
        "A7",
        "a job ends before it was seen online",
        "mc#231",
        "A job that had finished was run once more.",
        Rule::OfflineBeforeOnlineHandled,
        Promise::S18,
        ModelName::Jobs,
    ),
    entry(
        "A8",
        "a job is dispatched again while it is known",
        "mc#273",
        "The leader died when it dispatched a job whose first incarnation was still in its table.",
        Rule::RedispatchOnlyAfterFailover,
        Promise::S8,
        ModelName::Jobs,
    ),
    entry(
        "A9",
        "a dispatch that fails early is never reported",
        "#5589; mended by #5603",
        "A master waited for ever for a worker that nobody had started.",
        Rule::AbortOnPredispatchError,
        Promise::L8,
        ModelName::Dispatch,
    ),
    entry(
        "A10",
        "a worker exits and goes on",
        "#5523; mended by #5561",
        "A worker that had said that it exits kept running, and reported that it runs.",
        Rule::ExitEndsLoop,
        Promise::L9,
        ModelName::Exit,
    ),
    entry(
        "A11",
        "a goodbye before letting go",
        "#5764; mended by #5768",
        "A load unit started while the dump unit before it still held what only one may hold.",
        Rule::CloseBeforeFinishHandshake,
        Promise::S16,
        ModelName::Exit,
    ),
    entry(
        "A12",
        "a live worker that said nothing is not adopted",
        "#5692; mended by #5693",
        "After a failover two workers worked on one task.",
        Rule::AdoptSilentWorkers,
        Promise::S1,
        ModelName::Recovery,
    ).set_up(crashes).less(LOST_MESSAGES),
    entry(
        "A13",
        "a failed leader stays in office",
        "#5874; mended by #5922",
        "The leader answered pings and did nothing else, and nobody took its place.",
        Rule::LeaderResignsOnError,
        Promise::L7,
        ModelName::Leader,
    ),
    entry(
        "A14",
        "a stream goes on after its buffer overflowed",
        "#5880; mended by #5923",
        "A gap in a stream of messages took a whole executor down.",
        Rule::StreamDroppedAfterOverflow,
        Promise::S19,
        ModelName::Channel,
    ),
    entry(
        "A15",
        "cancel runs in a context that has ended",
        "#7440; mended by #7443",
        "A job could not be canceled: it stayed as it was for ever.",
        Rule::CancelOnLiveContext,
        Promise::L4,
        ModelName::Cancel,
    ),
    entry(
        "A16",
        "a job to be canceled is created again and again",
        "#6749; mended by #7266",
        "Canceling a job that never came up did not end it.",
        Rule::CancelingStopsRedispatch,
        Promise::L4,
        ModelName::Cancel,
    ),
    entry(
        "A17",
        "an id of a deleted job is used again",
        "#7322; mended by #7327",
        "A job was created and ran, and no query found it.",
        Rule::CreateIsInsert,
        Promise::S20,
        ModelName::Jobs,
    ),
    entry(
        "A18",
        "a task that starts late runs beside its successor",
        "mc#317",
        "A task that had waited in a queue ran beside the one that was created in its place.",
        Rule::AckBaselineAtSubmit,
        Promise::S2,
        ModelName::Timing,
    ),
    entry(
        "A19",
        "a message before there is a table",
        "mc#238",
        "A master that had been restarted died by the first ping.",
        Rule::HandlersAfterManager,
        Promise::S8,
        ModelName::Recovery,
    ).set_up(crashes).less(LOST_MESSAGES),
    entry(
        "A20",
        "an error that would go away is stored for good",
        "#10701; mended by #10702",
        "A lost connection while a job was created made the job fail for good.",
        Rule::TransientDispatchErrorRetried,
        Promise::S21,
        ModelName::Jobs,
    ),
    entry(
        "A21",
        "canceling waits without a bound",
        "#7694",
        "Canceling never ended when one worker did not go offline.",
        Rule::CancelBounded,
        Promise::L4,
        ModelName::Cancel,
    ),
    entry(
        "H-01.1",
        "a pong for a worker that nobody knows",
        "not mended",
        "After a failover a worker that its master does not know is acknowledged for ever, beside the one that was created in its place.",
        Rule::PongAfterAcceptance,
        Promise::S1,
        ModelName::Heartbeat,
    ),
    entry(
        "H-01.2",
        "the record of a worker is written too late",
        "not mended",
        "A master that fails between a dispatch and the end of the worker's start leaves a worker that its successor does not know.",
        Rule::RowBeforeConfirm,
        Promise::S1,
        ModelName::Heartbeat,
    ),
    entry(
        "H-02",
        "a status of a dead incarnation",
        "not mended",
        "An old status moves an entry back to a dead incarnation; the next ping of the live one ends the leader.",
        Rule::StatusEpochChecked,
        Promise::S8,
        ModelName::Heartbeat,
    ),
    entry(
        "H-03",
        "an ended job is started again",
        "see also #7439; not mended",
        "A job that is stored as finished runs again, and can be deleted while it does.",
        Rule::StoredStateRechecked,
        Promise::S5,
        ModelName::Terminal,
    ),
    entry(
        "H-04",
        "a pong of a dead incarnation",
        "not mended",
        "A finish that was acknowledged too late ends an executor with every task on it.",
        Rule::PongWorkerEpoch,
        Promise::S8,
        ModelName::Heartbeat,
    ),
    entry(
        "H-05",
        "a state is written over whatever is there",
        "not mended",
        "A job that was stopped is shown as running, by a master that had been given up.",
        Rule::StateWritesConditional,
        Promise::S4,
        ModelName::Terminal,
    ),
    entry(
        "H-06",
        "a job that was only ordered counts as online",
        "not mended",
        "The leader resigns when it hears of a job for the first time.",
        Rule::OnlineOnlyIfHeard,
        Promise::S17,
        ModelName::Jobs,
    ),
    entry(
        "H-07",
        "a job is dispatched before it is registered",
        "not mended",
        "The leader resigns when a dispatch fails at once, and the job waits for its successor.",
        Rule::RegisteredBeforeDispatch,
        Promise::S17,
        ModelName::Jobs,
    ),
    entry(
        "H-08",
        "the reason for going offline is fixed too early",
        "not mended",
        "A worker that has finished is taken for lost and is created again.",
        Rule::OfflineReasonAtDelivery,
        Promise::S13,
        ModelName::Exit,
    ),
    entry(
        "H-09",
        "a cancel that fails is never tried again",
        "perhaps #6856; not mended",
        "A job cannot be canceled any more once its master failed to do so.",
        Rule::CancelRetriedAfterFailure,
        Promise::L4,
        ModelName::Cancel,
    ),
    entry(
        "H-10",
        "a first start that fails leaves its workers behind",
        "not mended",
        "A job master that fails in its first start creates its workers twice.",
        Rule::WorkersLoadedOnEveryStart,
        Promise::S1,
        ModelName::Recovery,
    ).set_up(crashes).less(LOST_MESSAGES),
    entry(
        "H-14",
        "a duplicate task is only logged",
        "residue of #6239; not mended",
        "A job waits 20 s for a task that the executor has refused.",
        Rule::DuplicateTaskReported,
        Promise::L8,
        ModelName::Dispatch,
    ),
    entry(
        "H-16",
        "a reported end is replaced by another one",
        "not mended",
        "A job that has finished is shown as stopped, or the other way round.",
        Rule::TerminalStatusLatched,
        Promise::S6,
        ModelName::Exit,
    ),
    entry(
        "H-17",
        "a status is lost while a master recovers",
        "not mended",
        "A worker that has finished becomes a tombstone of which nobody is told.",
        Rule::StatusesKeptWhileRecovering,
        Promise::S13,
        ModelName::Recovery,
    ).set_up(crashes).less(LOST_MESSAGES),
    entry(
        "H-18",
        "pings are answered while a master closes down",
        "not mended",
        "Workers stay with a master that is closing while its successor creates them again.",
        Rule::HandlersRemovedBeforeClose,
        Promise::S2,
        ModelName::Timing,
    ),
    entry(
        "H-20",
        "a status without a body",
        "not mended",
        "A message that holds no status ends a master at the next ping.",
        Rule::StatusBodyRequired,
        Promise::S8,
        ModelName::Heartbeat,
    ),
];
