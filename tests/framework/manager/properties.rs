//! What holds for every sequence of inputs.

use std::collections::{BTreeMap, BTreeSet};

use fsmcheck::framework::manager::{
    Effect, ManagerError, Receipt, TickInput, Ticked, WorkerManager,
};
use fsmcheck::framework::{Policy, Rule, WorkerEntry, WorkerEntryEvent, WorkerEntryState};
use fsmcheck::machine::{Explorable as _, StepKind};
use fsmcheck::wire::{
    Epoch, HeartbeatPing, MonotonicTime, WorkerStateCode, WorkerStatus, WorkerStatusMessage,
};
use proptest::prelude::*;

use super::{OWN, SECOND, row};

const WORKERS: [&str; 3] = [
    "a",
    "b",
    "0f8fad5b-d9cb-469f-a165-70867728950e-with-a-long-tail",
];

#[derive(Clone, Debug)]
enum Op {
    Start(usize, Epoch),
    Ping(usize, Epoch, Epoch, bool),
    Status(usize, Epoch, Option<(i8, Epoch)>),
    Abort(usize),
    Advance(i64),
    Check,
    Tick(TickStep),
    Recover,
    Rows(Vec<(usize, i8, Epoch)>),
    LoadFailed,
    CancelRecovery,
    Clean(usize),
    Cleaned(usize, bool),
}

#[derive(Clone, Debug)]
enum TickStep {
    Start,
    Canceled,
    Done,
    Failed,
    Row(Option<(i8, Epoch)>),
    NoRow,
    ToTheEnd,
}

fn op() -> impl Strategy<Value = Op> {
    let worker = || 0..WORKERS.len();
    let epoch = || prop_oneof![8 => 1_i64..4, 1 => any::<i64>()];
    let own = || prop_oneof![8 => Just(OWN), 1 => OWN - 1..OWN + 2];
    let state = || prop_oneof![8 => 1_i8..7, 1 => any::<i8>()];
    let status = || (state(), epoch());
    let tick = prop_oneof![
        6 => Just(TickStep::ToTheEnd),
        2 => Just(TickStep::Start),
        1 => Just(TickStep::Canceled),
        2 => Just(TickStep::Done),
        1 => Just(TickStep::Failed),
        1 => prop::option::of(status()).prop_map(TickStep::Row),
        1 => Just(TickStep::NoRow),
    ];
    let seconds = prop_oneof![
        6 => (0_i64..25).prop_map(|seconds| seconds * SECOND + seconds % 2),
        1 => (-50_i64..0).prop_map(|seconds| seconds * SECOND),
        1 => any::<i64>(),
    ];
    prop_oneof![
        3 => (worker(), epoch()).prop_map(|(worker, epoch)| Op::Start(worker, epoch)),
        6 => (worker(), own(), epoch(), prop::bool::weighted(0.3))
            .prop_map(|(worker, own, epoch, fin)| Op::Ping(worker, own, epoch, fin)),
        4 => (worker(), own(), prop::option::weighted(0.9, status()))
            .prop_map(|(worker, own, status)| Op::Status(worker, own, status)),
        1 => worker().prop_map(Op::Abort),
        3 => seconds.prop_map(Op::Advance),
        3 => Just(Op::Check),
        5 => tick.prop_map(Op::Tick),
        1 => Just(Op::Recover),
        1 => prop::collection::vec((worker(), state(), epoch()), 0..4).prop_map(Op::Rows),
        1 => prop_oneof![9 => Just(Op::Check), 1 => Just(Op::LoadFailed), 1 => Just(Op::CancelRecovery)],
        2 => worker().prop_map(Op::Clean),
        2 => (worker(), prop::bool::weighted(0.9)).prop_map(|(worker, ok)| Op::Cleaned(worker, ok)),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let rules = prop::sample::subsequence(Rule::ALL, 0..Rule::ALL.len());
    prop_oneof![
        Just(Policy::original()),
        Just(Policy::hardened()),
        prop::sample::select(Rule::ALL).prop_map(Policy::before),
        rules.prop_map(|rules| rules
            .into_iter()
            .fold(Policy::hardened(), |p, r| p.without(r))),
    ]
}

fn manager() -> impl Strategy<Value = (WorkerManager, bool)> {
    (policy(), any::<bool>()).prop_map(|(policy, fresh)| {
        let manager = if fresh {
            WorkerManager::new(OWN, policy)
        } else {
            WorkerManager::after_failover(OWN, policy)
        };
        (manager, fresh)
    })
}

/// A manager with a clock; keeps the effects of what it is told.
#[derive(Clone)]
struct World {
    manager: WorkerManager,
    now: i64,
    callbacks: Vec<Effect<'static>>,
}

impl World {
    fn new(manager: WorkerManager) -> Self {
        Self {
            manager,
            now: 0,
            callbacks: Vec::new(),
        }
    }

    /// Carries an operation out; its effects, printed.
    fn run(&mut self, op: &Op) -> (Result<Option<Receipt>, ManagerError>, Vec<String>) {
        let mut effects = Vec::new();
        let now = MonotonicTime(self.now);
        let status = |worker: usize, (state, epoch): (i8, Epoch)| {
            row(WORKERS[worker], WorkerStateCode(state), epoch)
        };
        let result = match op.clone() {
            Op::Start(worker, epoch) => {
                let started = self
                    .manager
                    .before_start(WORKERS[worker], "executor", epoch, now);
                started.map(|()| None)
            }
            Op::Ping(worker, own, epoch, is_finished) => {
                let ping = HeartbeatPing {
                    from_worker_id: WORKERS[worker].to_owned(),
                    epoch: own,
                    worker_epoch: epoch,
                    is_finished,
                    ..HeartbeatPing::default()
                };
                let mut of_ping = Vec::new();
                let result = self.manager.heartbeat(&ping, "node", now, &mut of_ping);
                let shown = of_ping.iter().map(|effect| format!("{effect:?}")).collect();
                return (result.map(Some), shown);
            }
            Op::Status(worker, own, body) => {
                let message = WorkerStatusMessage {
                    worker: WORKERS[worker].to_owned(),
                    master_epoch: own,
                    status: body.map(|body| status(worker, body)),
                };
                self.manager.status_message(message, &mut effects).map(Some)
            }
            Op::Abort(worker) => {
                self.manager.abort(WORKERS[worker], "no room", &mut effects);
                Ok(None)
            }
            Op::Advance(nanos) => {
                self.now = self.now.wrapping_add(nanos);
                self.manager.wake(MonotonicTime(self.now), &mut effects);
                Ok(None)
            }
            Op::Check => self.manager.check(now, &mut effects).map(|()| None),
            Op::Tick(TickStep::ToTheEnd) => self.tick_to_the_end(&mut effects).map(|()| None),
            Op::Tick(step) => {
                let input = match step {
                    TickStep::Start | TickStep::ToTheEnd => TickInput::Start,
                    TickStep::Canceled => TickInput::Canceled,
                    TickStep::Done => TickInput::CallbackDone,
                    TickStep::Failed => TickInput::CallbackFailed("no"),
                    TickStep::Row(body) => TickInput::Row(Ok(body.map(|body| status(0, body)))),
                    TickStep::NoRow => TickInput::Row(Err("away")),
                };
                self.manager.tick(input, &mut effects).map(|_| None)
            }
            Op::Recover => self.manager.recover(&mut effects).map(|()| None),
            Op::Rows(rows) => {
                let rows: Vec<WorkerStatus> = rows
                    .into_iter()
                    .map(|(worker, state, epoch)| status(worker, (state, epoch)))
                    .collect();
                let loaded = self.manager.rows_loaded(rows, now, &mut effects);
                loaded.map(|()| None)
            }
            Op::LoadFailed => {
                let failed = self.manager.load_failed("away", &mut effects);
                failed.map(|()| None)
            }
            Op::CancelRecovery => {
                let canceled = self.manager.cancel_recovery(&mut effects);
                canceled.map(|()| None)
            }
            Op::Clean(worker) => {
                let cleaned = self.manager.clean(WORKERS[worker], &mut effects);
                cleaned.map(|()| None)
            }
            Op::Cleaned(worker, ok) => {
                let deleted = if ok { Ok(()) } else { Err("away") };
                let cleaned = self.manager.cleaned(WORKERS[worker], deleted);
                cleaned.map(|()| None)
            }
        };
        let shown = effects.iter().map(|effect| format!("{effect:?}")).collect();
        self.callbacks
            .extend(effects.into_iter().filter(is_callback));
        (result, shown)
    }

    fn tick_to_the_end(&mut self, effects: &mut Vec<Effect<'static>>) -> Result<(), ManagerError> {
        let mut input = TickInput::Start;
        loop {
            input = match self.manager.tick(input, effects)? {
                Ticked::Done => return Ok(()),
                Ticked::Callback => TickInput::CallbackDone,
                Ticked::Row => TickInput::Row(Ok(None)),
            };
        }
    }

    fn states(&self) -> BTreeMap<&'static str, (WorkerEntry, WorkerEntryState)> {
        let entry = |worker| {
            let (entry, state) = self.manager.entry(worker)?;
            Some((worker, (entry.clone(), state)))
        };
        WORKERS.into_iter().filter_map(entry).collect()
    }
}

fn is_callback(effect: &Effect<'_>) -> bool {
    matches!(
        effect,
        Effect::Online { .. }
            | Effect::Offline { .. }
            | Effect::StatusUpdated { .. }
            | Effect::DispatchFailed { .. }
    )
}

fn is_gone(op: &Op, worker: &str) -> bool {
    match op {
        Op::Cleaned(cleaned, _) => WORKERS[*cleaned] == worker,
        // Events that were put in the queue earlier take entries out.
        Op::Tick(_) => true,
        _ => false,
    }
}

proptest! {
    /// Nothing panics, a broken rule changes nothing, the same inputs have the same
    /// effects, and equal managers stay equal.
    #[test]
    fn inputs_decide_everything(
        (manager, _) in manager(),
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut world = World::new(manager.clone());
        let mut twin = World::new(manager);
        for op in &ops {
            let before = world.manager.clone();
            let (result, effects) = world.run(op);
            let again = twin.run(op);
            prop_assert_eq!(&(result.clone(), effects.clone()), &again);
            prop_assert_eq!(&world.manager, &twin.manager);
            prop_assert_eq!(hash(&world.manager), hash(&twin.manager));
            if let Err(error) = &result && error.assertion().is_some() {
                let pongs = effects.iter().all(|effect| effect.starts_with("Pong"));
                prop_assert!(pongs || matches!(op, Op::Tick(_)), "{:?}", effects);
                prop_assert_eq!(&world.manager, &before);
            }
            // A copy knows all there is to know.
            twin.manager = world.manager.clone();
        }
    }

    /// A check finds whom a look at every entry finds.
    #[test]
    fn a_check_misses_nobody(
        (manager, _) in manager(),
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut world = World::new(manager);
        for op in &ops {
            if matches!(op, Op::Check) && world.manager.state().is_ready() {
                let due: BTreeSet<_> = world
                    .states()
                    .into_iter()
                    .filter(|(_, (entry, state))| {
                        let expired = entry.expires_at().is_none_or(|at| at < world.now);
                        let watched = matches!(
                            state,
                            WorkerEntryState::Created | WorkerEntryState::Normal
                        );
                        watched && (expired || entry.is_finished())
                    })
                    .map(|(worker, _)| worker)
                    .collect();
                let before = world.states();
                world.run(op).0.unwrap();
                let offline: BTreeSet<_> = world
                    .states()
                    .into_iter()
                    .filter(|(worker, (_, state))| {
                        *state == WorkerEntryState::Offline
                            && before[worker].1 != WorkerEntryState::Offline
                    })
                    .map(|(worker, _)| worker)
                    .collect();
                prop_assert_eq!(offline, due);
            } else {
                let _ = world.run(op);
            }
        }
    }

    /// A tombstone stays one until it is taken out; what is offline becomes nothing
    /// else; with every rule in force the epoch of an entry never changes.
    #[test]
    fn entries_only_go_forward(
        (manager, _) in manager(),
        ops in prop::collection::vec(op(), 0..80),
        hardened in any::<bool>(),
    ) {
        let manager = if hardened {
            WorkerManager::after_failover(OWN, Policy::hardened())
        } else {
            manager
        };
        let mut world = World::new(manager);
        for op in &ops {
            let before = world.states();
            let _ = world.run(op);
            let after = world.states();
            for (worker, (entry, state)) in &before {
                let Some((now, now_in)) = after.get(worker) else {
                    prop_assert!(is_gone(op, worker));
                    continue;
                };
                // A record that is loaded takes the place of an entry.
                if !matches!(op, Op::Rows(_)) {
                    match state {
                        WorkerEntryState::Tombstone => prop_assert!(now_in.is_tombstone()),
                        WorkerEntryState::Offline => prop_assert!(
                            now_in.is_tombstone() || *now_in == WorkerEntryState::Offline
                        ),
                        _ => {}
                    }
                    prop_assert!(now.is_finished() || !entry.is_finished());
                    if hardened {
                        prop_assert_eq!(now.epoch(), entry.epoch());
                    }
                }
            }
        }
    }

    /// Of each worker that was not aborted: at most one online, at most one offline,
    /// and nothing after it.
    #[test]
    fn callbacks_come_in_order(
        (manager, _) in manager(),
        ops in prop::collection::vec(op(), 0..120),
    ) {
        let mut world = World::new(manager);
        let mut seen: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        for op in ops.iter().filter(|op| !matches!(op, Op::Abort(_))) {
            // A record that is loaded would take the place of the entry: there would
            // be two of one id, each with callbacks of its own.
            if matches!(op, Op::Start(..)) && world.manager.state().name() == "LoadingMeta" {
                continue;
            }
            let before = world.states();
            let _ = world.run(op);
            for effect in std::mem::take(&mut world.callbacks) {
                match effect {
                    Effect::Online { handle } => {
                        let (online, offline) = seen.entry(handle.worker().to_owned()).or_default();
                        prop_assert!(!*online && !*offline);
                        *online = true;
                    }
                    Effect::StatusUpdated { handle } => {
                        prop_assert!(!seen.get(handle.worker()).is_some_and(|seen| seen.1));
                    }
                    Effect::Offline { handle, .. } => {
                        let (_, offline) = seen.entry(handle.worker().to_owned()).or_default();
                        prop_assert!(!*offline);
                        *offline = true;
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            for worker in WORKERS {
                if before.contains_key(worker) && !world.states().contains_key(worker) {
                    seen.remove(worker);
                }
            }
        }
    }

    /// Entries are stepped in place: no handler changes anything before it refuses.
    #[test]
    fn a_refusing_entry_is_unchanged(
        expires_at in prop::option::of(any::<i64>()),
        status in prop::option::of((any::<i8>(), any::<Epoch>())),
        finished in any::<bool>(),
        event in 0_usize..6,
    ) {
        let mut entry = WorkerEntry::new("w", "executor-0", expires_at);
        if let Some((state, epoch)) = status {
            entry = entry.with_status(row("w", WorkerStateCode(state), epoch));
        }
        let events = [
            WorkerEntryEvent::MarkAsOnline { executor: "executor-1".into(), expires_at: 77 },
            WorkerEntryEvent::MarkAsOffline,
            WorkerEntryEvent::MarkAsTombstone,
            WorkerEntryEvent::SetFinished,
            WorkerEntryEvent::RefreshExpiry { expires_at: 78 },
            WorkerEntryEvent::UpdateStatus {
                status: Some(row("w", WorkerStateCode(1), 79).into()),
            },
        ];
        for state in WorkerEntryState::ALL {
            let (mut entry, mut in_state) = (entry.clone(), state);
            if finished {
                let set = WorkerEntryEvent::SetFinished;
                WorkerEntry::step_in_place(&mut entry, &mut in_state, &set, &mut ());
            }
            let before = (entry.clone(), in_state);
            let (kind, _) =
                WorkerEntry::step_in_place(&mut entry, &mut in_state, &events[event], &mut ());
            if kind == StepKind::Refused {
                prop_assert_eq!((entry, in_state), before);
            }
        }
    }
}

fn hash(manager: &WorkerManager) -> u64 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(manager)
}
