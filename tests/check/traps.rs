//! Tiny graphs on which other checkers gave a wrong answer, or the right one by luck,
//! each with its right verdict.

use fsmcheck::check::{Ending, Fairness, Property, Report, check};

use crate::graph_model::{Arrow, GraphModel, State, any_of, named};

fn eventually(arrows: &[(State, &str, State)], goal: &[State]) -> Report<GraphModel> {
    let goal = goal.to_vec();
    let model = GraphModel::new(arrows.iter().copied());
    check(&model.with(move || vec![Property::eventually("goal", any_of(&goal))]))
}

/// The only counterexample: its states, and how it goes on.
fn run_of(report: &Report<GraphModel>) -> (Vec<State>, Ending) {
    let all: Vec<_> = report.violations().collect();
    assert_eq!(all.len(), 1, "{report:?}");
    let states = all[0].walk().states().copied().collect();
    (states, all[0].ending())
}

// Five graphs on which `eventually` of stateright 0.31 misses the counterexample in
// four, or finds it only breadth first or only depth first, as its comments in
// src/checker/bfs.rs and the discussion of stateright/stateright#3 admit.

#[test]
fn a_run_ends_without_the_goal() {
    let report = eventually(&[(0, "go", 1)], &[9]);
    assert_eq!(run_of(&report), (vec![0, 1], Ending::Stops));
}

#[test]
fn two_states_repeat_without_the_goal() {
    let report = eventually(&[(0, "there", 1), (1, "back", 0)], &[9]);
    assert_eq!(run_of(&report), (vec![0, 1, 0], Ending::RepeatsFrom(0)));
}

#[test]
fn a_cycle_lies_beside_the_way_to_the_goal() {
    let report = eventually(&[(0, "out", 2), (0, "there", 1), (1, "back", 0)], &[2]);
    assert_eq!(run_of(&report), (vec![0, 1, 0], Ending::RepeatsFrom(0)));
}

#[test]
fn ways_join_the_first_of_which_came_through_the_goal() {
    let arrows = [
        (0, "through", 1),
        (0, "past", 2),
        (1, "on", 3),
        (2, "on", 3),
        (3, "on", 4),
    ];
    let report = eventually(&arrows, &[1]);
    assert_eq!(run_of(&report), (vec![0, 2, 3, 4], Ending::Stops));
}

#[test]
fn ways_join_the_last_of_which_came_through_the_goal() {
    let arrows = [
        (0, "past", 2),
        (0, "through", 1),
        (2, "on", 3),
        (1, "on", 3),
        (3, "on", 4),
    ];
    let report = eventually(&arrows, &[1]);
    assert_eq!(run_of(&report), (vec![0, 2, 3, 4], Ending::Stops));
}

// fabracht/tla-rs#59: a cycle that fairness leaves out was reported, and fairness was
// asked of a whole component where the cycle that breaks the property is a part of it.

#[test]
fn an_unfair_cycle_is_no_counterexample() {
    let model = GraphModel::new([(0, "wait", 0), (0, "free", 1), (1, "rest", 1)])
        .with(|| vec![Property::leads_to("freed", any_of(&[0]), any_of(&[1]))]);
    let report = check(
        &model
            .clone()
            .under(|| Fairness::progress().weak("free", named("free"))),
    );
    assert!(report.holds(), "{report:?}");
    let report = check(&model);
    assert_eq!(run_of(&report), (vec![0, 0], Ending::RepeatsFrom(0)));
}

#[test]
fn fairness_is_asked_of_the_cycle_and_not_of_the_component_around_it() {
    // A seat that is held (0, 1) can be freed (2) and held again: one component, in
    // which freeing happens. The cycle that never frees it is unfair all the same.
    let arrows = [
        (0, "renew", 1),
        (1, "renew", 0),
        (0, "free", 2),
        (1, "free", 2),
        (2, "hold", 0),
    ];
    let model = GraphModel::new(arrows)
        .with(|| vec![Property::leads_to("freed", any_of(&[0, 1]), any_of(&[2]))])
        .under(|| Fairness::progress().weak("free", named("free")));
    assert!(check(&model).holds());
}

// fabracht/tla-rs#62: runs that stop for good were not looked at, and "from some point
// on always" was not judged at all.

#[test]
fn without_an_assumption_a_run_may_stop() {
    let model =
        GraphModel::new([(0, "step", 1)]).with(|| vec![Property::eventually("goal", any_of(&[1]))]);
    let report = check(&model.clone().under(Fairness::none));
    assert_eq!(run_of(&report), (vec![0], Ending::Stops));
    assert!(check(&model).holds());
}

#[test]
fn a_run_may_stop_where_only_actions_without_an_assumption_can_happen() {
    let model = GraphModel::new([(0, "produce", 1), (1, "consume", 0)]).with(|| {
        vec![
            Property::leads_to("consumed", any_of(&[1]), any_of(&[0])),
            Property::leads_to("produced", any_of(&[0]), any_of(&[1])),
        ]
    });
    let report = check(&model.under(|| Fairness::none().weak("consume", named("consume"))));
    assert!(report.verdict("consumed").unwrap().holds());
    assert_eq!(run_of(&report), (vec![0], Ending::Stops));
    let fairness = report.verdict("produced").unwrap().fairness();
    assert_eq!(fairness, Some("none, weak(consume)"));
}

#[test]
fn what_holds_from_some_point_on_is_not_lost_again() {
    // "From some point on always 1" is broken where 0 comes again and again: as a
    // livelock of steps that do not go on from 1 to 1.
    let arrows = [(0, "up", 1), (1, "stay", 1), (1, "down", 0)];
    let steady = |_: &GraphModel, _: &State, arrow: &Arrow| arrow.name == "down";
    let model = GraphModel::new(arrows).with(move || {
        vec![
            Property::no_livelock("down again and again", steady),
            Property::always_eventually("up again and again", any_of(&[1])),
        ]
    });
    let report = check(&model);
    assert!(report.verdict("up again and again").unwrap().holds());
    assert_eq!(run_of(&report), (vec![0, 1, 1], Ending::RepeatsFrom(1)));
}

// fabracht/tla-rs#64: a component was printed in the order of Tarjan's algorithm as if
// that were a cycle.

#[test]
fn a_cycle_is_made_of_steps_and_no_longer_than_need_be() {
    let arrows = [(0, "a", 1), (1, "b", 2), (2, "c", 0), (0, "stay", 0)];
    let report = eventually(&arrows, &[9]);
    assert_eq!(run_of(&report), (vec![0, 0], Ending::RepeatsFrom(0)));

    let report = eventually(&arrows[..3], &[9]);
    assert_eq!(run_of(&report), (vec![0, 1, 2, 0], Ending::RepeatsFrom(0)));
}

// fabracht/tla-rs#63 and #65: the same formula in two ways got two verdicts. Here they
// are two models: an action that leaves the state as it is has happened.

#[test]
fn an_action_that_changes_nothing_has_happened() {
    let grow = [
        (0, "grow", 0),
        (0, "grow", 1),
        (1, "grow", 1),
        (1, "grow", 2),
    ];
    let increment_or_idle = [
        (0, "idle", 0),
        (0, "grow", 1),
        (1, "idle", 1),
        (1, "grow", 2),
    ];
    let model = |arrows: &[(State, &'static str, State)]| {
        GraphModel::new(arrows.iter().copied())
            .with(|| vec![Property::eventually("grown", any_of(&[2]))])
    };
    let weak = || Fairness::progress().weak("grow", named("grow"));
    let report = check(&model(&grow).under(weak));
    assert_eq!(run_of(&report), (vec![0, 0], Ending::RepeatsFrom(0)));
    assert!(check(&model(&increment_or_idle).under(weak)).holds());

    // As TLA+ has it: only what changes the state counts.
    let changes = |_: &GraphModel, _: &State, arrow: &Arrow| arrow.from != arrow.to;
    let report = check(&model(&grow).under(move || Fairness::progress().weak("grow", changes)));
    assert!(report.holds());
}

// tlaplus/tlaplus#201: a component as a set of states takes in edges between them that
// are not in it.

#[test]
fn a_component_is_a_set_of_edges() {
    let mut arrows = Vec::new();
    for from in 0..3 {
        arrows.push((from, "a", (from + 1) % 3));
        arrows.extend((0..3).map(|to| (from, "b", to)));
    }
    let model = GraphModel::new(arrows).with(|| vec![Property::no_livelock("a", named("a"))]);
    let report = check(
        &model
            .clone()
            .under(|| Fairness::progress().weak("a", named("a"))),
    );
    assert!(report.holds(), "{report:?}");
    let report = check(&model);
    assert_eq!(run_of(&report), (vec![0, 0], Ending::RepeatsFrom(0)));
    assert_eq!(
        report.violations().next().unwrap().steps()[0].action.name,
        "b"
    );

    // Between the states of the cycle 0, 1 there is an edge that is progress, and
    // without it no cycle.
    let model = GraphModel::new([(0, "work", 1), (1, "b", 0)])
        .with(|| vec![Property::no_livelock("work", named("work"))]);
    assert!(check(&model).holds());
}

// tlaplus/tlaplus#1251: 26 strong constraints were written out as 2^25 cases.

/// A ring of as many states as there are actions, in each of which one action more
/// than the step round the ring can happen: a way into the middle and back.
fn ring(size: usize) -> (Vec<String>, Vec<(State, usize, State)>) {
    let names = (0..size + 2)
        .map(|action| format!("action{action}"))
        .collect();
    let mut arrows = Vec::new();
    for state in 0..size {
        arrows.push((state, size, (state + 1) % size));
        arrows.push((state, state, size + 1 + state));
        arrows.push((size + 1 + state, size + 1, state));
    }
    (names, arrows)
}

#[test]
fn many_strong_constraints_cost_no_more_than_their_number() {
    for size in [2, 26, 40, 100, 200] {
        let (names, arrows) = ring(size);
        let arrows = arrows
            .iter()
            .map(|(from, name, to)| (*from, names[*name].as_str(), *to));
        let model = GraphModel::new(arrows).under({
            let names = names.clone();
            move || {
                let constrained = names.iter();
                constrained.fold(Fairness::progress(), |fairness, name| {
                    fairness.strong(name.clone(), named(name))
                })
            }
        });
        // Every fair run takes each action again and again, the last too.
        let last = 2 * size;
        let holds = model
            .clone()
            .with(move || vec![Property::always_eventually("the last", any_of(&[last]))]);
        assert!(check(&holds).holds(), "{size}");

        // The cycle of a counterexample has to take them all.
        let broken = model.with(|| vec![Property::eventually("nowhere", |_, _| false)]);
        let report = check(&broken);
        let counterexample = report.violations().next().unwrap();
        let Ending::RepeatsFrom(begin) = counterexample.ending() else {
            panic!("{counterexample:?}");
        };
        let cycle = &counterexample.steps()[begin..];
        for name in &names {
            assert!(cycle.iter().any(|step| step.action.name == *name), "{name}");
        }
        // Once round the ring and once into each state's middle and back.
        assert_eq!(cycle.len(), 3 * size);
    }
}
