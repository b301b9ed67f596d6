//! The times for which everybody waits.

use std::time::Duration;

use fsmcheck::check::{Completeness, Counterexample, Model as _, Property, audit};
use fsmcheck::framework::{Inequality, Policy, Rule, Timeouts};
use fsmcheck::protocol::timing::{Constant, Scenario, State, Timing, thresholds};
use fsmcheck::protocol::{Configuration, Promise, ProtocolModel as _};

use crate::{broken, broken_for_lack_of, holds, never_needed, property, report};

fn under(policy: Policy) -> Configuration {
    Configuration {
        policy,
        ..Configuration::default()
    }
}

/// Of these beginnings: how a promise is broken, if it is.
fn broken_in(model: &Timing, promise: Promise) -> Option<Counterexample<Timing>> {
    let report = report(model, &[property(model, promise)]);
    let found = report.violations().next().cloned();
    assert!(found.is_some() || report.completeness() == Completeness::Exhaustive);
    found
}

/// With the original's times nobody runs beside a successor; but what a worker holds may be
/// held twice, and a goodbye may last until the successor has started.
#[test]
fn the_originals_times_keep_one_promise_of_three() {
    let hardened = Configuration::default();
    assert!(broken::<Timing>(hardened, Promise::S2).is_none());
    let held_twice = broken::<Timing>(hardened, Promise::S3).unwrap();
    assert_eq!(held_twice.steps().len(), 7, "{held_twice}");
    let late = broken::<Timing>(hardened, Promise::S16).unwrap();
    assert_eq!(late.steps().len(), 7, "{late}");
    let scenario = late.walk().last().scenario;
    assert_eq!(scenario, Some(Scenario::LateGoodbye));
}

/// 3 s of heartbeat, 50 ms of a round and 3 s of closing are less than this grace; so are
/// 3 s of heartbeat, 3 s of closing and 15 s of goodbye together with the time-out of 15 s.
#[test]
fn a_longer_grace_keeps_them_all() {
    let timeouts = Timeouts {
        grace: Duration::from_millis(6_051),
        ..Timeouts::default()
    };
    assert_eq!(timeouts.validate(), Ok(Vec::new()));
    let configuration = Configuration {
        timeouts,
        ..Configuration::default()
    };
    assert_eq!(holds::<Timing>(configuration), 702);
}

#[test]
fn a_late_start_is_cut_short_from_the_dispatch_on() {
    let rule = Rule::AckBaselineAtSubmit;
    for policy in [Policy::before(rule), Policy::hardened().without(rule)] {
        let found = broken_for_lack_of::<Timing>(under(policy), rule, Promise::S2).unwrap();
        assert_eq!(found.steps().len(), 5, "{found}");
    }
    never_needed::<Timing>(under(Policy::original()), &[rule]);
}

#[test]
fn a_job_master_that_answers_while_it_closes_keeps_its_workers() {
    let rule = Rule::HandlersRemovedBeforeClose;
    for policy in [Policy::original(), Policy::hardened().without(rule)] {
        let found = broken_for_lack_of::<Timing>(under(policy), rule, Promise::S2).unwrap();
        assert_eq!(found.steps().len(), 8, "{found}");
    }
    // It is the only way under the original's rules.
    let others = Scenario::ALL.map(|scenario| match scenario {
        Scenario::Held => Scenario::CutOff,
        other => other,
    });
    let model = Timing::of(under(Policy::original()), &others);
    assert!(broken_in(&model, Promise::S2).is_none());
}

/// A task that has waited so long that its successor is there runs for a heartbeat all the
/// same: nobody looks at how old it is before. No rule prevents that.
#[test]
fn a_task_that_starts_too_late_runs_beside_its_successor() {
    for policy in [Policy::original(), Policy::hardened()] {
        let starting_within = |seconds| {
            let model = Timing::of(under(policy), &[Scenario::LateStart]);
            model.starting_within(Duration::from_secs(seconds))
        };
        assert!(broken_in(&starting_within(16), Promise::S2).is_none());
        assert!(broken_in(&starting_within(17), Promise::S2).is_some());
    }
}

#[test]
fn a_heartbeat_of_an_executor_may_take_two_and_a_half_seconds() {
    let with_call = |nanos| {
        let model = Timing::of(Configuration::default(), &[Scenario::ExecutorCutOff]);
        model.with_call(Duration::from_nanos(nanos))
    };
    let slack = Timeouts::default().checks()[4].slack();
    assert_eq!(slack, 2_500_000_000);
    assert!(broken_in(&with_call(2_500_000_000), Promise::S2).is_none());
    assert!(broken_in(&with_call(2_500_000_001), Promise::S2).is_some());
}

/// What the inequalities say is what the machines do, but for a nanosecond or two that the
/// strict ones are too strict by; and but for I4, which forgets that a loop ends at its next
/// round.
#[test]
fn the_inequalities_agree_with_the_machines() {
    let round = Timeouts::default().poll.as_nanos() as i128;
    let all = thresholds(&Configuration::default());
    assert_eq!(all.len(), 13);
    for threshold in all {
        let (said, found) = match (threshold.said, threshold.found) {
            (Some(said), Some(found)) => (said.as_nanos() as i128, found.as_nanos() as i128),
            neither => {
                // A shorter round alone does not mend what the closing breaks.
                assert_eq!(neither, (None, None));
                let is = (threshold.inequality, threshold.constant);
                assert_eq!(is, (Inequality::I2, Constant::Poll));
                continue;
            }
        };
        let is_too_lax_by = match threshold.constant {
            Constant::Grace | Constant::ExecutorGrace => found - said,
            _ => said - found,
        };
        let expected = match threshold.inequality {
            Inequality::I1 | Inequality::I2 => -2,
            Inequality::I3 | Inequality::I5 => -1,
            Inequality::I4 => round,
        };
        assert_eq!(is_too_lax_by, expected, "{threshold:?}");
    }
}

/// What is planned happens: nothing is overdue for ever, and holds time up with it.
#[test]
fn a_run_goes_on_as_long_as_something_is_planned() {
    let is_stuck = |model: &Timing, state: &State| {
        let mut actions = Vec::new();
        model.actions(state, &mut actions);
        let mut successors = actions.iter().filter_map(|it| model.next(state, it));
        !state.plans.is_empty() && successors.next().is_none()
    };
    for policy in [Policy::hardened(), Policy::original()] {
        let model = Timing::new(under(policy));
        let stuck = Property::never("a run is stuck", is_stuck);
        report(&model, &[stuck]).assert_holds();
    }
}

#[test]
fn equal_states_have_equal_successors() {
    let model = Timing::new(Configuration::default());
    assert!(audit(&model, usize::MAX).unwrap().is_exhaustive);
}
