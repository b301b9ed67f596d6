//! The times for which everybody waits.

use std::time::Duration;

use fsmcheck::check::Property;
use fsmcheck::framework::{
    ExecutorState, Policy, RegisteredExecutorState, Rule, RunLoopState, Timeouts, WorkerEntryState,
};
use fsmcheck::protocol::timing::{Constant, Scenario, State, Timing, thresholds};
use fsmcheck::protocol::{Configuration, ProtocolModel as _};
use fsmcheck_peers::Found;
use fsmcheck_peers::protocol::timing as theirs;
use proptest::prelude::*;

use crate::{configurations, never_needed, not_needed, same, sometimes};

/// The rules by which it goes otherwise; the first two are noted to be needed.
const RULES: [Rule; 3] = [
    Rule::AckBaselineAtSubmit,
    Rule::HandlersRemovedBeforeClose,
    Rule::CloseBeforeFinishHandshake,
];

fn twin(configuration: &Configuration, scenarios: &[Scenario]) -> theirs::Timing {
    let has = |rule| configuration.policy.has(rule);
    let timeouts = &configuration.timeouts;
    let scenario = |scenario: &Scenario| match scenario {
        Scenario::CutOff => theirs::Scenario::CutOff,
        Scenario::LateStart => theirs::Scenario::LateStart,
        Scenario::Goodbye => theirs::Scenario::Goodbye,
        Scenario::LateGoodbye => theirs::Scenario::LateGoodbye,
        Scenario::Failover => theirs::Scenario::Failover,
        Scenario::Held => theirs::Scenario::Held,
        Scenario::ExecutorCutOff => theirs::Scenario::ExecutorCutOff,
    };
    theirs::Timing {
        rules: theirs::Rules {
            ack_baseline_at_submit: has(Rule::AckBaselineAtSubmit),
            handlers_removed_before_close: has(Rule::HandlersRemovedBeforeClose),
            close_before_finish_handshake: has(Rule::CloseBeforeFinishHandshake),
        },
        times: theirs::Times {
            heartbeat: timeouts.heartbeat,
            worker: timeouts.worker,
            grace: timeouts.grace,
            check: timeouts.check,
            close: timeouts.close,
            wait_closed: timeouts.wait_closed,
            poll: timeouts.poll,
            executor: timeouts.executor,
            executor_grace: timeouts.executor_grace,
            executor_heartbeat: timeouts.executor_heartbeat,
            call: Duration::ZERO,
            latest_start: timeouts.worker,
        },
        scenarios: scenarios.iter().map(scenario).collect(),
        watched: configuration.watched.map(Rule::as_str),
    }
}

fn facts() -> Vec<Property<Timing>> {
    let noted = RULES[..2].iter();
    let mut facts: Vec<_> = noted.map(|rule| not_needed(rule.as_str(), *rule)).collect();
    facts.extend([
        never_needed("the rule was not needed"),
        sometimes("a worker outlives its job master", |state: &State| {
            let (Some(worker), Some(job_master)) = (&state.worker, &state.job_master) else {
                return false;
            };
            job_master.run_loop.storage().is_business_closed()
                && *worker.run_loop.state() == RunLoopState::Poll
                && worker.run_loop.storage().failed().is_none()
        }),
        sometimes("a worker still has to let go", |state: &State| {
            let entry = state.manager.entry("w").map(|(_, entry)| entry);
            entry == Some(WorkerEntryState::Tombstone)
                && state.worker.as_ref().is_some_and(|worker| worker.holds)
        }),
        sometimes("an executor outlives its entry", |state: &State| {
            state.node.as_ref().is_some_and(|node| {
                *node.own.state() == ExecutorState::Alive
                    && *node.registered.state() == RegisteredExecutorState::Tombstone
            })
        }),
        sometimes("it takes more than a minute", |state: &State| {
            state.now.0 > 60_000_000_000
        }),
    ]);
    facts
}

/// Compares them in these scenarios; how many states there are, and what does not hold.
#[track_caller]
fn compare(configuration: Configuration, scenarios: &[Scenario]) -> Found {
    let model = Timing::of(configuration, scenarios);
    same(&model, facts(), twin(&configuration, scenarios))
}

/// What may go wrong makes no difference, so that it may be anything.
#[test]
fn the_times_are_the_same() {
    let mut pinned = Vec::new();
    for timeouts in [Timeouts::default(), Timing::usual().timeouts] {
        let mut counts = Vec::new();
        for configuration in configurations(&RULES, &["none"]) {
            let configuration = Configuration {
                timeouts,
                ..configuration
            };
            let alone = Scenario::ALL.map(|it| compare(configuration, &[it]).unique);
            let all = compare(configuration, &Scenario::ALL).unique;
            // They have the state before the beginning in common.
            assert_eq!(all, alone.iter().sum::<u64>() - 6);
            counts.push(all);
        }
        pinned.push((counts[0], counts[1]));
    }
    assert_eq!(pinned, [(736, 1_124), (702, 1_062)]);
}

/// A value that is still good is so here, too, and so is the first that is not.
#[test]
fn the_thresholds_are_the_same() {
    for (policy, timeouts) in [
        (Policy::hardened(), Timeouts::default()),
        (Policy::original(), Timeouts::default()),
        (Policy::hardened(), Timing::usual().timeouts),
    ] {
        let configuration = Configuration {
            policy,
            timeouts,
            ..Timing::usual()
        };
        for threshold in thresholds(&configuration) {
            let (scenario, promise) = Scenario::of(threshold.inequality);
            let is_kept = |value: Duration| {
                let mut configuration = configuration;
                *threshold.constant.of_timeouts(&mut configuration.timeouts) = value;
                let found = compare(configuration, &[scenario]);
                !found.violated.contains(&promise.to_string())
            };
            let nanosecond = Duration::from_nanos(1);
            let is_to_be_long = matches!(
                threshold.constant,
                Constant::Grace | Constant::ExecutorGrace
            );
            match threshold.found {
                // It is broken by the shortest time, too.
                None => assert!(!is_to_be_long && !is_kept(Duration::ZERO), "{threshold:?}"),
                Some(last) => {
                    let next = if is_to_be_long {
                        last.checked_sub(nanosecond)
                    } else {
                        last.checked_add(nanosecond)
                    };
                    assert!(is_kept(last), "{threshold:?}");
                    assert!(next.is_none_or(|next| !is_kept(next)), "{threshold:?}");
                }
            }
        }
    }
}

/// Times of few nanoseconds, so that many things may happen at the same time.
fn small_timeouts() -> impl Strategy<Value = Timeouts> {
    proptest::array::uniform10(0_u64..6).prop_map(|nanos| {
        let [
            heartbeat,
            worker,
            grace,
            check,
            close,
            wait_closed,
            poll,
            rest @ ..,
        ] = nanos.map(Duration::from_nanos);
        let [executor, executor_heartbeat, executor_grace] = rest;
        Timeouts {
            heartbeat,
            worker,
            grace,
            check,
            close,
            wait_closed,
            poll,
            executor,
            executor_heartbeat,
            executor_grace,
            ..Timeouts::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn other_times_are_the_same(
        timeouts in small_timeouts(),
        policy in any::<u64>().prop_map(Policy::from_bits),
        call in 0_u64..9,
        latest_start in 0_u64..15,
    ) {
        let configuration = Configuration { policy, timeouts, ..Timing::usual() };
        let [call, latest_start] = [call, latest_start].map(Duration::from_nanos);
        let mut twin = twin(&configuration, &Scenario::ALL);
        twin.times.call = call;
        twin.times.latest_start = latest_start;
        let model = Timing::new(configuration).with_call(call).starting_within(latest_start);
        same(&model, facts(), twin);
    }
}
