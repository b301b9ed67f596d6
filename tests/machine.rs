//! Running a machine step by step does what statig's own `StateMachine` does.

#[path = "machine/machines.rs"]
mod machines;

use std::fmt::Debug;

use fsmcheck::check::{OfMachine, ShareableMachine, check};
use fsmcheck::machine::{Explorable, Limits, StepKind, step};
use fsmcheck::{Guarded, Machine, explore};
use machines::{flat, hierarchy, local, turnstile};
use proptest::prelude::*;
use statig::blocking::{IntoStateMachine, IntoStateMachineExt as _, Superstate};

/// Drives statig's machine and ours with the same events and compares state and
/// storage (which holds a log of every handler, action and hook) after each.
fn side_by_side<M>(picks: &[usize])
where
    M: Explorable,
    for<'ctx> M: IntoStateMachine<Context<'ctx> = ()>,
    for<'sub> M::Superstate<'sub>: Superstate<M>,
{
    let alphabet = M::alphabet();
    let mut theirs = M::default().state_machine();
    theirs.init();
    let mut storage;
    let mut state;
    let guarded = Guarded::new(M::default());
    (storage, state) = guarded.clone().into_parts();
    let mut guarded = guarded;
    assert_eq!(
        (theirs.inner(), theirs.state()),
        (&storage, &state),
        "after init"
    );

    for pick in picks {
        let event = &alphabet[pick % alphabet.len()];
        theirs.handle(event);
        let (taken, after) = step(&storage, &state, event);
        assert_eq!(
            (theirs.inner(), theirs.state()),
            (&after, &taken.to),
            "after {taken:?}"
        );

        let before = guarded.clone();
        let accepted = guarded.handle(event);
        assert_eq!(accepted.is_ok(), taken.kind != StepKind::Refused);
        if taken.kind == StepKind::Refused {
            assert!(guarded == before, "a refusal leaves no trace");
            // statig's machine keeps what the handlers wrote before they refused.
            guarded = Guarded::at(after.clone(), taken.to.clone());
        }
        assert_eq!((guarded.storage(), guarded.state()), (&after, &taken.to));
        (storage, state) = (after, taken.to);
    }
}

proptest! {
    #[test]
    fn flat_machine_agrees_with_statig(picks in prop::collection::vec(any::<usize>(), 0..24)) {
        side_by_side::<flat::Order>(&picks);
    }

    #[test]
    fn two_levels_of_superstates_agree_with_statig(picks in prop::collection::vec(any::<usize>(), 0..24)) {
        side_by_side::<hierarchy::Player>(&picks);
    }

    #[test]
    fn local_storage_agrees_with_statig(picks in prop::collection::vec(any::<usize>(), 0..24)) {
        side_by_side::<local::Oven>(&picks);
    }

    #[test]
    fn shared_counter_agrees_with_statig(picks in prop::collection::vec(any::<usize>(), 0..24)) {
        side_by_side::<turnstile::Turnstile>(&picks);
    }
}

#[test]
fn a_step_says_which_level_answered() {
    use hierarchy::{Event, Player, State};
    let answered_by = |state: State, event: Event| {
        let (step, _) = step(&Player::default(), &state, &event);
        (step.kind, step.answered_by::<Player>())
    };
    assert_eq!(
        answered_by(State::Playing {}, Event::Pause),
        (StepKind::Moved, Some("Playing".into()))
    );
    assert_eq!(
        answered_by(State::Playing {}, Event::Eject),
        (StepKind::Stayed, Some("Active".into()))
    );
    assert_eq!(
        answered_by(State::Playing {}, Event::Power),
        (StepKind::Moved, Some("On".into()))
    );
    assert_eq!(
        answered_by(State::Off {}, Event::Pause),
        (StepKind::Refused, None)
    );
}

#[test]
fn exploring_finds_states_hierarchy_and_transitions() {
    let player = explore::<hierarchy::Player>(Limits::default()).unwrap();
    let graph = player.graph();
    let paths: Vec<_> = graph
        .states()
        .map(|(id, state)| {
            let outer: Vec<_> = graph
                .superstates_of(id)
                .map(|superstate| graph.superstate(superstate).name.as_str())
                .collect();
            (state.name.as_str(), outer)
        })
        .collect();
    assert_eq!(
        paths,
        [
            ("Off", vec![]),
            ("Stopped", vec!["On"]),
            ("Playing", vec!["Active", "On"]),
            ("Paused", vec!["Active", "On"])
        ]
    );
    let off = graph.state_named("Off").unwrap();
    let paused = graph.state_named("Paused").unwrap();
    let power = graph
        .transitions_from(paused)
        .find(|(_, to)| *to == off)
        .unwrap()
        .0;
    assert_eq!(graph.event(power.event), "Power");
    assert_eq!(
        power.by.map(|by| graph.superstate(by).name.as_str()),
        Some("On")
    );
}

#[test]
fn data_makes_several_configurations_of_a_state() {
    let turnstile = explore::<turnstile::Turnstile>(Limits::default()).unwrap();
    let graph = turnstile.graph();
    let locked = graph.state_named("Locked").unwrap();
    assert_eq!(graph.state(locked).configurations, 3);
    let alarm = graph.state_named("Alarm").unwrap();
    let (kick, _) = graph
        .transitions_from(locked)
        .find(|(_, to)| *to == alarm)
        .unwrap();
    let condition = kick.condition.as_ref().unwrap();
    assert_eq!((condition.holds_in, condition.of), (1, 3));
    assert_eq!(condition.example, "Turnstile { kicks: 2 }");

    let expanded = graph.expanded().unwrap();
    assert_eq!(
        expanded.graph().states().len(),
        turnstile.configurations().len()
    );
    let walk = graph.shortest_walk_from_start(alarm).unwrap();
    assert_eq!(
        walk.named(graph).to_string(),
        "Locked --Kick--> Locked --Kick--> Locked --Kick--> Alarm",
        "the shortest walk counts the kicks that data asks for"
    );
}

#[test]
fn a_limit_that_is_reached_shows() {
    use fsmcheck::graph::Completeness;
    let whole = explore::<turnstile::Turnstile>(Limits::default()).unwrap();
    assert_eq!(whole.graph().completeness(), Completeness::Exhaustive);
    let few = explore::<turnstile::Turnstile>(Limits::default().configurations(2)).unwrap();
    assert_eq!(few.graph().completeness(), Completeness::ConfigurationLimit);
    let shallow = explore::<turnstile::Turnstile>(Limits::default().depth(1)).unwrap();
    assert_eq!(shallow.graph().completeness(), Completeness::DepthLimit);
    let brief =
        explore::<turnstile::Turnstile>(Limits::default().time(std::time::Duration::ZERO)).unwrap();
    assert_eq!(brief.graph().completeness(), Completeness::TimeLimit);
    let deep_enough = explore::<turnstile::Turnstile>(Limits::default().depth(1_000)).unwrap();
    assert_eq!(deep_enough.graph().completeness(), Completeness::Exhaustive);
}

#[test]
fn a_guarded_machine_can_start_anywhere_without_entry_actions() {
    use hierarchy::{Event, Player, State};
    let mut player = Guarded::at(Player::default(), State::Paused {});
    assert!(player.storage().log.is_empty());
    assert!(player.can(&Event::Play) && player.can(&Event::Power) && !player.can(&Event::Pause));
    player.handle(&Event::Play).unwrap();
    assert_eq!(player.state(), &State::Playing {});
}

#[test]
fn a_refusal_names_machine_state_event_and_what_is_legal() {
    let mut order = Guarded::new(flat::Order::default());
    let refused = order.handle(&flat::Event::Ship).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Order refuses `Ship` in state `Placed`; legal there: Pay, Cancel, Note"
    );
    assert_eq!(refused.machine, flat::Order::name());
}

/// What the explored graph says of each reachable configuration is what the
/// machine does there, and what the table says is what the graph says.
fn graph_and_table_are_the_machine<M: Explorable<State: Debug>>() {
    let explored = explore::<M>(Limits::default()).unwrap();
    let graph = explored.graph();
    let table = explored.table();
    for (storage, state) in explored.configurations() {
        let from = explored.state_id(state).unwrap();
        for (event, name) in graph.events() {
            let (taken, _) = step(storage, state, &explored.events()[event.index()]);
            let accepted = taken.kind != StepKind::Refused;
            let to = explored.state_id(&taken.to).unwrap();
            let edge = graph
                .transitions_from(from)
                .any(|(transition, target)| transition.event == event && target == to);
            assert!(!accepted || edge, "{state:?} {name}");
            assert!(!accepted || (table.may(from, event) && table.next(from, event).contains(&to)));
            assert!(!accepted || table.may_become(from, to));
        }
    }
    for (from, state) in graph.states() {
        for (event, _) in graph.events() {
            let targets: Vec<_> = graph
                .transitions_from(from)
                .filter(|(transition, _)| transition.event == event)
                .map(|(_, target)| target)
                .collect();
            assert_eq!(table.next(from, event), targets, "{}", state.name);
            assert_eq!(table.may(from, event), !targets.is_empty());
            assert_eq!(
                table.legal_events(from).any(|legal| legal == event),
                !targets.is_empty()
            );
        }
        for (to, _) in graph.states() {
            assert_eq!(
                table.may_become(from, to),
                graph.check_change(from, to).is_ok()
            );
        }
    }
}

#[test]
fn graph_and_table_agree_with_every_machine() {
    graph_and_table_are_the_machine::<flat::Order>();
    graph_and_table_are_the_machine::<hierarchy::Player>();
    graph_and_table_are_the_machine::<local::Oven>();
    graph_and_table_are_the_machine::<turnstile::Turnstile>();
}

/// A machine as a model has the states and the steps that exploring it finds.
fn the_model_is_the_machine<M: ShareableMachine>() {
    let explored = explore::<M>(Limits::default()).unwrap();
    let report = check(&OfMachine::<M>::new().unwrap());
    assert!(report.completeness().is_exhaustive(), "{}", M::name());
    assert_eq!(
        report.unique(),
        explored.configurations().len(),
        "{}",
        M::name()
    );
    let steps = explored.configurations().flat_map(|(storage, state)| {
        let events = explored.events().iter();
        events.map(move |event| step(storage, state, event).0.kind)
    });
    let steps = steps.filter(|kind| *kind != StepKind::Refused).count();
    assert_eq!(
        report.generated(),
        (steps + M::starts().len()) as u64,
        "{}",
        M::name()
    );
}

#[test]
fn a_machine_is_a_model_without_writing_one() {
    the_model_is_the_machine::<flat::Order>();
    the_model_is_the_machine::<hierarchy::Player>();
    the_model_is_the_machine::<local::Oven>();
    the_model_is_the_machine::<turnstile::Turnstile>();
    for bundled in fsmcheck::bundled_machines!(the_model_is_the_machine) {
        bundled();
    }
}

#[test]
fn an_abstraction_makes_endless_data_finite() {
    // Its log grows for ever and is left out of the abstraction.
    let order = explore::<flat::Order>(Limits::default()).unwrap();
    assert_eq!(order.configurations().len(), 4);
    assert_eq!(
        order.graph().completeness(),
        fsmcheck::graph::Completeness::Exhaustive
    );
}
