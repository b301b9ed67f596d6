//! Each broken twin fails in the way that is known of it, by a shortest walk.

use std::fmt::Debug;

use fsmcheck::check::{Counterexample, Ending, Model, Report};

use crate::alternating_bit::AlternatingBit;
use crate::dining_philosophers::{Philosopher, Philosophers};
use crate::lock::{Lock, Next};
use crate::paxos::{Paxos, Progress};
use crate::two_phase_commit::{Manager, TwoPhaseCommit};
use crate::{
    alternating_bit, heartbeat_machines, lock, paxos, philosophers, report, two_phase_commit,
    two_phase_commit_machines,
};

/// The counterexample of a property, after taking its steps once more.
fn counterexample<M>(model: &M, report: &Report<M>, property: &str) -> Counterexample<M>
where
    M: Model<Action: PartialEq>,
{
    let verdict = report.verdict(property).unwrap();
    let counterexample = verdict.counterexample().unwrap();
    let walk = counterexample.walk();
    assert!(model.initial_states().contains(walk.initial()));
    for (before, step) in walk.states().zip(counterexample.steps()) {
        let mut actions = Vec::new();
        model.actions(before, &mut actions);
        assert!(actions.contains(&step.action), "{:?}", step.action);
        let after = model.next(before, &step.action);
        assert_eq!(after.as_ref(), Some(&step.state));
    }
    counterexample.clone()
}

/// The only property that is broken.
fn only_violation<M: Model<Action: Debug>>(report: &Report<M>) -> &str {
    let mut violated = report
        .violations()
        .filter(|violation| !violation.kind().is_liveness());
    let first = violated.next().unwrap();
    assert!(violated.next().is_none());
    assert_eq!(first.ending(), Ending::Broken);
    first.property()
}

#[test]
fn a_resource_manager_that_breaks_its_word_aborts_what_others_commit() {
    let model = TwoPhaseCommit {
        breaks_its_word: true,
        ..two_phase_commit(3)
    };
    let report = report(&model);
    assert_eq!(only_violation(&report), "consistent");
    let found = counterexample(&model, &report, "consistent");
    // Everybody says that it is prepared and is heard, and then it takes three steps:
    // one decides, one aborts, another one commits.
    assert_eq!(found.steps().len(), 3 + 3 + 3);
    let managers = found.walk().last().managers;
    assert!(managers.contains(&Manager::Aborted));
    assert!(managers.contains(&Manager::Committed));
}

#[test]
fn a_machine_that_breaks_its_word_is_found_as_fast() {
    let composition = two_phase_commit_machines::two_phase_commit(3, true).unwrap();
    let report = report(&composition);
    assert_eq!(only_violation(&report), "consistent");
    let counterexample = counterexample(&composition, &report, "consistent");
    assert_eq!(counterexample.steps().len(), 9);
    let names: Vec<_> = counterexample.names().collect();
    let broken = names
        .iter()
        .position(|name| name.starts_with("ChooseToAbort"));
    let decided = names.iter().position(|name| *name == "DecideCommit");
    assert!(broken.unwrap() < decided.unwrap(), "{names:?}");
    // People read which machine does what, and not bits.
    let story = counterexample.to_string();
    assert!(story.contains("manager: Waiting → Committed"), "{story}");
    assert!(
        counterexample
            .mermaid()
            .contains("participant p_resource_0 as resource_0")
    );
}

#[test]
fn an_answer_to_nobody_in_particular_surprises_a_successor() {
    let composition = heartbeat_machines::heartbeat(1, true).unwrap();
    let report = report(&composition);
    assert_eq!(only_violation(&report), "a finish comes as a surprise");
    let counterexample = counterexample(&composition, &report, "a finish comes as a surprise");
    let names: Vec<_> = counterexample.names().collect();
    // It says goodbye, crashes and starts again before the answer arrives.
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(names.contains(&"restart worker_1"), "{names:?}");
}

#[test]
fn a_leader_that_forgets_lets_two_clients_read_different_values() {
    let model = Paxos {
        forgets: true,
        ..paxos(2)
    };
    let report = report(&model);
    assert_eq!(only_violation(&report), "linearizable");
    let found = counterexample(&model, &report, "linearizable");
    assert_eq!(found.steps().len(), 17);
    let values = found.walk().last().clients.map(Progress::value_read);
    // Each reads what the other one wrote, after its own write was over.
    assert_eq!(values, [Some(1), Some(0), None]);
}

#[test]
fn writes_that_are_swapped_let_two_in() {
    let model = Lock {
        swaps_writes: true,
        ..lock(2)
    };
    let report = report(&model);
    assert_eq!(only_violation(&report), "two are inside");
    let found = counterexample(&model, &report, "two are inside");
    // Both try and write twice; one gets in by one look, the other one by two.
    assert_eq!(found.steps().len(), 2 + 4 + 1 + 2);
    assert_eq!(found.walk().last().next[..2], [Next::Leave; 2]);
}

#[test]
fn philosophers_that_all_take_the_left_fork_starve() {
    let model = Philosophers {
        is_left_first: true,
        ..philosophers(5)
    };
    let report = report(&model);
    assert_eq!(only_violation(&report), "no deadlock");
    let found = counterexample(&model, &report, "no deadlock");
    assert_eq!(found.steps().len(), 5 + 5);
    let last = found.walk().last();
    assert_eq!(last.philosophers[..5], [Philosopher::HasFirst; 5]);
    assert_eq!(last.taken, 0b11111);
}

#[test]
fn a_sender_that_takes_any_confirmation_leaves_a_message_out() {
    let model = AlternatingBit {
        takes_any: true,
        ..alternating_bit(2)
    };
    let report = report(&model);
    assert_eq!(only_violation(&report), "confirmed is taken");
    let found = counterexample(&model, &report, "confirmed is taken");
    // A message, its confirmation, and the same confirmation again.
    assert_eq!(found.steps().len(), 4);
    let last = found.walk().last();
    assert_eq!((last.confirmed, last.taken), (2, 1));
}

#[test]
fn a_message_left_out_comes_to_light_at_the_receiver_later() {
    let model = AlternatingBit {
        takes_any: true,
        ..alternating_bit(2)
    };
    let report = fsmcheck::check::Check::new(&model).all_violations().run();
    let found = counterexample(&model, &report, "in order, each once");
    assert_eq!(found.steps().len(), 7);
    let last = found.walk().last();
    assert!(!last.is_in_order);
    assert_eq!((last.confirmed, last.taken), (3, 2));
}
