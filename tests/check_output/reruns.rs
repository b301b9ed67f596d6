//! Counterexamples taken once more, in the same model and in changed ones.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use fsmcheck::check::{
    Check, Counterexample, Ending, Fairness, Limits, LineError, Model, Property, PropertyKind,
    RerunError, Search,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::graph_model::{Arrow, GraphModel, State, any_of};
use crate::models::counterexample;

/// A graph with properties of all kinds, under some fairness.
#[derive(Clone, Debug)]
struct Case {
    starts: Vec<State>,
    arrows: Vec<(State, char, State)>,
    beyond: Vec<State>,
    first: Vec<State>,
    second: Vec<State>,
    may_stop: bool,
    weak: bool,
    strong: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    (2..=5_usize).prop_flat_map(|states| {
        let some = move |most| vec(0..states, 0..=most);
        let letter = prop::sample::select(vec!['w', 's', 'p', 'x']);
        (
            vec(0..states, 1..=2),
            vec((0..states, letter, 0..states), 1..=9),
            prop_oneof![4 => Just(Vec::new()), 1 => some(1)],
            (some(2), some(2)),
            any::<[bool; 3]>(),
        )
            .prop_map(
                |(starts, arrows, beyond, (first, second), [may_stop, weak, strong])| Case {
                    starts,
                    arrows,
                    beyond,
                    first,
                    second,
                    may_stop,
                    weak,
                    strong,
                },
            )
    })
}

impl Case {
    fn model(&self) -> GraphModel {
        let (first, second) = (any_of(&self.first), any_of(&self.second));
        let case = self.clone();
        let arrows = self
            .arrows
            .iter()
            .map(|(from, letter, to)| (*from, *letter, *to));
        let arrows: Vec<_> = arrows
            .map(|(from, letter, to)| (from, letter.to_string(), to))
            .collect();
        GraphModel::new(
            arrows
                .iter()
                .map(|(from, name, to)| (*from, name.as_str(), *to)),
        )
        .starting_in(&self.starts)
        .with_beyond(&self.beyond)
        .with(move || {
            let (first, second) = (first.clone(), second.clone());
            vec![
                Property::always("always", first.clone()),
                Property::never("never", first.clone()),
                Property::no_deadlock(),
                Property::eventually("eventually", first.clone()),
                Property::always_eventually("again and again", first.clone()),
                Property::leads_to("leads to", first.clone(), second.clone()),
                Property::until("until", first, second),
                Property::no_livelock("no livelock", |_, _, arrow: &Arrow| arrow.name == "p"),
            ]
        })
        .under(move || {
            let mut fairness = if case.may_stop {
                Fairness::none()
            } else {
                Fairness::progress()
            };
            if case.weak {
                fairness = fairness.weak("w", |_, _, arrow: &Arrow| arrow.name == "w");
            }
            if case.strong {
                fairness = fairness.strong("s", |_, _, arrow: &Arrow| arrow.name == "s");
            }
            fairness
        })
    }
}

/// The line of a walk that takes any steps and claims to break a property.
fn any_line(model: &GraphModel, property: &str, choices: &[Index], ends: Index) -> String {
    let start = choices[0].index(model.starts.len());
    let mut states = vec![model.starts[start]];
    let mut steps = Vec::new();
    for choice in &choices[1..] {
        let mut actions = Vec::new();
        model.actions(states.last().unwrap(), &mut actions);
        if actions.is_empty() {
            break;
        }
        let choice = choice.index(actions.len());
        states.push(actions[choice].to);
        steps.push(choice.to_string());
    }
    let last = states.last().unwrap();
    let same = states[..steps.len()].iter().position(|state| state == last);
    let ending = match (ends.index(4), same) {
        (0, _) => "broken".to_owned(),
        (1, _) => "stops".to_owned(),
        (_, Some(from)) => format!("repeats-from-{from}"),
        (_, None) => format!("repeats-from-{}", ends.index(choices.len())),
    };
    let steps = if steps.is_empty() {
        "-".to_owned()
    } else {
        steps.join(",")
    };
    format!("counterexample/1 {start} {steps} {ending} {property:?}")
}

/// What is to be the same of two counterexamples.
fn shown(counterexample: &Counterexample<GraphModel>) -> String {
    let (kind, ending) = (counterexample.kind(), counterexample.ending());
    format!("{kind} {ending:?} {}", counterexample.walk())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_was_found_is_confirmed(case in cases()) {
        let model = case.model();
        let report = Check::new(&model).all_violations().threads(1).run();
        for found in report.violations() {
            let again = found.rerun(&model);
            prop_assert!(again.is_ok(), "{found}{}", again.unwrap_err());
            let again = again.unwrap();
            prop_assert_eq!(shown(&again), shown(found));
            prop_assert!(found.is_shortest() && !again.is_shortest());

            let line = found.line();
            let read = Counterexample::from_line(&model, &line);
            prop_assert!(read.is_ok(), "{found}{line}: {}", read.unwrap_err());
            let read = read.unwrap();
            prop_assert_eq!(read.line(), line);
            prop_assert_eq!(shown(&read), shown(found));
            prop_assert_eq!(read.fairness(), found.fairness());
        }
    }

    #[test]
    fn what_is_confirmed_is_broken(
        case in cases(),
        walks in vec((vec(any::<Index>(), 1..8), any::<Index>()), 8),
    ) {
        let model = case.model();
        let report = Check::new(&model).all_violations().threads(1).run();
        for verdict in report.verdicts() {
            for (choices, ends) in &walks {
                let line = any_line(&model, verdict.property(), choices, *ends);
                match Counterexample::from_line(&model, &line) {
                    Ok(read) => {
                        prop_assert!(verdict.is_violated(), "{line}: {read}");
                        // Of two actions that are the same, the line has the first.
                        let again = Counterexample::from_line(&model, &read.line());
                        prop_assert_eq!(shown(&again.unwrap()), shown(&read));
                    }
                    Err(LineError::Rerun(_)) => {}
                    Err(error) => prop_assert!(false, "{line}: {error}"),
                }
            }
        }
    }
}

#[test]
fn random_walks_are_often_confirmed_and_often_not() {
    // Otherwise the property above says little.
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (cases(), vec(any::<Index>(), 1..8), any::<Index>());
    let mut confirmed = std::collections::BTreeMap::new();
    let mut refused = std::collections::BTreeMap::new();
    for _ in 0..3_000 {
        let (case, choices, ends) = strategy.new_tree(&mut runner).unwrap().current();
        let model = case.model();
        for property in model.properties() {
            let line = any_line(&model, property.name(), &choices, ends);
            match Counterexample::from_line(&model, &line) {
                Ok(read) => {
                    let ending = match read.ending() {
                        Ending::Broken => "broken",
                        Ending::Stops => "stops",
                        _ => "repeats",
                    };
                    *confirmed.entry((property.kind(), ending)).or_insert(0) += 1;
                }
                Err(LineError::Rerun(error)) => {
                    let variant = format!("{error:?}");
                    let variant = variant.split(' ').next().unwrap().to_owned();
                    *refused.entry(variant).or_insert(0) += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    use PropertyKind::{
        Always, AlwaysEventually, Eventually, LeadsTo, Never, NoDeadlock, NoLivelock, Until,
    };
    let broken = [Always, Never, NoDeadlock, Until].map(|kind| (kind, "broken"));
    let liveness = [Eventually, AlwaysEventually, LeadsTo, Until];
    let stops = liveness.map(|kind| (kind, "stops"));
    let repeats = liveness.map(|kind| (kind, "repeats"));
    let all = broken.into_iter().chain(stops).chain(repeats);
    let all: Vec<_> = all.chain([(NoLivelock, "repeats")]).collect();
    for way in &all {
        assert!(confirmed.get(way) >= Some(&5), "{way:?}: {confirmed:?}");
    }
    assert_eq!(confirmed.len(), all.len(), "{confirmed:?}");
    for variant in ["BeyondBounds", "CycleOpen", "GoesOn", "Unfair", "NotBroken"] {
        assert!(refused.get(variant) >= Some(&20), "{variant}: {refused:?}");
    }
}

/// 0 → 1 → 2, where 2 is broken.
fn path() -> GraphModel {
    GraphModel::new([(0, "a", 1), (1, "b", 2), (1, "c", 0)])
        .with(|| vec![Property::never("two", any_of(&[2]))])
}

fn error(found: &Counterexample<GraphModel>, changed: &GraphModel) -> RerunError {
    found.rerun(changed).expect_err("the model was changed")
}

#[test]
fn a_model_that_does_not_follow_is_told_where() {
    let found = counterexample(&path());

    let changed = path().starting_in(&[1, 2]);
    let message = error(&found, &changed).to_string();
    assert_eq!(
        message,
        "the model does not begin in `0`; its initial states are `1`, `2`"
    );

    let mut changed = path();
    changed.arrows.remove(1);
    let message = error(&found, &changed).to_string();
    assert_eq!(message, "step 2: `b` is not offered; offered are `c`");

    let mut changed = path();
    changed.arrows.drain(1..);
    let message = error(&found, &changed).to_string();
    assert_eq!(message, "step 2: `b` is not offered; offered are none");

    let message = error(&found, &path().with_beyond(&[1])).to_string();
    assert_eq!(message, "state 1 is beyond the bounds of the model");

    let other = path().with(|| vec![Property::never("three", any_of(&[3]))]);
    let message = error(&found, &other).to_string();
    assert_eq!(
        message,
        "the model has no property `two` (never); it has `three (never)`"
    );
    let other = path().with(|| vec![Property::always("two", any_of(&[2]))]);
    assert!(matches!(
        error(&found, &other),
        RerunError::NoSuchProperty { .. }
    ));

    let other = path().with(|| vec![Property::never("two", any_of(&[3]))]);
    let message = error(&found, &other).to_string();
    assert_eq!(message, "`two` is not broken by this walk of 2 steps");
}

#[test]
fn long_lists_of_what_is_allowed_are_cut() {
    let found = counterexample(&path());
    let starts: Vec<_> = (100..150).collect();
    let message = error(&found, &path().starting_in(&starts)).to_string();
    assert!(message.ends_with("`108`, `109` and 40 more"), "{message}");
}

#[test]
fn actions_are_found_wherever_they_are_offered() {
    let found = counterexample(&path());
    let mut changed = path();
    changed.arrows.reverse();
    changed.starts = vec![5, 0];
    let again = found.rerun(&changed).unwrap();
    assert_eq!(found.line(), "counterexample/1 0 0,0 broken \"two\"");
    assert_eq!(again.line(), "counterexample/1 1 0,1 broken \"two\"");
}

#[test]
fn of_properties_with_one_name_the_one_that_is_broken_counts() {
    let two = || {
        vec![
            Property::never("two", any_of(&[7])),
            Property::never("two", any_of(&[2])),
        ]
    };
    let model = path().with(two);
    let found = counterexample(&model);
    assert!(found.rerun(&model).is_ok());
    assert!(Counterexample::from_line(&model, &found.line()).is_ok());
}

#[test]
fn a_run_that_does_not_count_any_more_says_why() {
    let repeated = || GraphModel::new([(0, "a", 1), (1, "b", 0), (0, "c", 2)]);
    let eventually = || vec![Property::eventually("two", any_of(&[2]))];
    let found = counterexample(&repeated().with(eventually));
    assert_eq!(found.ending(), Ending::RepeatsFrom(0));

    let named_c = |_: &GraphModel, _: &State, arrow: &Arrow| arrow.name == "c";
    let weak = repeated()
        .with(eventually)
        .under(move || Fairness::progress().weak("c", named_c));
    assert!(found.rerun(&weak).is_ok());
    let strong = repeated()
        .with(eventually)
        .under(move || Fairness::progress().strong("c", named_c));
    let message = error(&found, &strong).to_string();
    assert_eq!(
        message,
        "the run is left out by strong(c): such an action can happen and never does"
    );

    let stopped = GraphModel::new([(0, "a", 1)]).with(eventually);
    let found = counterexample(&stopped);
    assert_eq!(found.ending(), Ending::Stops);
    let longer = GraphModel::new([(0, "a", 1), (1, "b", 0)]).with(eventually);
    let message = error(&found, &longer).to_string();
    assert_eq!(
        message,
        "the run does not stop in state 1: `b` can happen and has to"
    );
}

/// Goes round, as far as an option says.
struct Round {
    back_to: u8,
    is_possible: bool,
}

impl Model for Round {
    type State = u8;
    type Action = ();

    fn initial_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next(&self, state: &u8, (): &()) -> Option<u8> {
        match state {
            0 | 1 => Some(state + 1),
            _ => self.is_possible.then_some(self.back_to),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::eventually("nine", |_, state| *state == 9)]
    }
}

#[test]
fn states_may_differ_as_long_as_the_cycle_closes() {
    let round = |back_to, is_possible| Round {
        back_to,
        is_possible,
    };
    let found = counterexample(&round(1, true));
    assert_eq!(found.ending(), Ending::RepeatsFrom(1));
    let error = found.rerun(&round(3, true)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the cycle does not close: state 3 is not state 1 again"
    );
    let error = found.rerun(&round(1, false)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "step 3: `()` cannot happen: the model has no next state for it"
    );
}

#[test]
fn a_detour_is_made_shorter() {
    let model = path();
    let line = "counterexample/1 0 0,1,0,1,0,0 broken \"two\"";
    let long = Counterexample::from_line(&model, line).unwrap();
    assert_eq!(long.steps().len(), 6);
    assert!(
        long.to_string()
            .contains("\n  found: a way to break it, 6 steps\n")
    );
    let short = long.minimised(&model, Limits::default()).unwrap();
    assert_eq!(short.line(), "counterexample/1 0 0,0 broken \"two\"");
    assert!(short.is_shortest());
    assert!(short.minimised(&model, Limits::default()).is_some());

    assert!(long.minimised(&model, Limits::default().depth(1)).is_none());
    assert!(
        long.minimised(&model, Limits::default().states(1))
            .is_none()
    );
    let mut longer = path();
    longer.arrows = (0..9).map(|from| arrow(from, from + 1)).collect();
    let longer = longer.with(|| vec![Property::never("two", any_of(&[7]))]);
    assert!(long.minimised(&longer, Limits::default()).is_none());

    let eventually = || vec![Property::eventually("nine", any_of(&[9]))];
    let lasso = counterexample(&path().with(eventually));
    assert!(
        lasso
            .minimised(&path().with(eventually), Limits::default())
            .is_none()
    );
}

fn arrow(from: State, to: State) -> Arrow {
    Arrow {
        from,
        name: "go".to_owned(),
        to,
    }
}

#[test]
fn what_another_search_found_is_not_called_shortest() {
    let arrows = [(0, "a", 1), (1, "b", 2), (2, "c", 9), (0, "d", 9)];
    let model = GraphModel::new(arrows).with(|| vec![Property::never("nine", any_of(&[9]))]);
    let report = Check::new(&model).search(Search::DepthFirst).run();
    let found = report.violations().next().unwrap();
    assert_eq!(found.names().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(!found.is_shortest());
    let text = found.to_string();
    assert!(
        text.contains("\n  found: a way to break it, 3 steps\n"),
        "{text}"
    );
    let shortest = found.minimised(&model, Limits::default()).unwrap();
    assert_eq!(shortest.line(), "counterexample/1 0 1 broken \"nine\"");
    assert!(shortest.is_shortest());
}

/// Offers other actions each time, and begins elsewhere each time.
struct Moody(AtomicU32);

impl Model for Moody {
    type State = u32;
    type Action = u32;

    fn initial_states(&self) -> Vec<u32> {
        vec![self.0.fetch_add(1, Relaxed)]
    }

    fn actions(&self, _: &u32, actions: &mut Vec<u32>) {
        actions.push(self.0.fetch_add(1, Relaxed));
    }

    fn next(&self, _: &u32, action: &u32) -> Option<u32> {
        Some(*action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::<Self>::never("later", |_, state| *state > 3)]
    }
}

#[test]
fn a_model_that_answers_differently_each_time_has_no_line_to_be_read() {
    let model = Moody(AtomicU32::new(0));
    let report = Check::new(&model).search(Search::DepthFirst).run();
    let found = report.violations().next().unwrap();
    let line = found.line();
    assert!(line.starts_with("counterexample/1 ? ?"), "{line}");
    let error = Counterexample::from_line(&model, &line).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the initial state is a number from 0 on, not `?`"
    );
    assert!(matches!(
        found.rerun(&model),
        Err(RerunError::NotInitial { .. })
    ));
}
