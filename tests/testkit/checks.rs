//! What a check says of a machine with the fault that it is there to find.

use expect_test::{Expect, expect};
use fsmcheck::testkit::{self, Failure};

use crate::broken::dice::Dice;
use crate::broken::maze::Maze;
use crate::broken::meter::{Meter, hidden::Tank};
use crate::broken::parcel::Parcel;
use crate::broken::stone::Stone;
use crate::broken::task::Task;

#[track_caller]
fn fails(result: Result<(), Failure>, text: &Expect) -> Failure {
    let failure = result.unwrap_err();
    assert_eq!(format!("{failure:?}"), failure.to_string());
    // The place of a panic has a line number.
    text.assert_eq(&failure.to_string());
    failure
}

#[test]
fn a_step_that_differs_the_second_time() {
    let failure = testkit::check_steps_are_repeatable::<Dice>().unwrap_err();
    let trouble = &failure.troubles()[0];
    assert!(
        trouble.message().starts_with(
            "error[nondeterministic]: `InHand` does not always answer alike on `Roll`"
        ),
        "{trouble}"
    );
    assert_eq!(
        trouble.walk(),
        Some("Resting --Pick--> InHand, and then Roll")
    );
    assert_eq!(
        trouble.rerun(),
        Some("fsmcheck::testkit::rerun::<Dice>(\"Pick, Roll\")?;")
    );
    let again = testkit::rerun::<Dice>("Pick, Roll").unwrap_err();
    assert!(
        again
            .to_string()
            .contains("step 2 (`Roll`): is not the same twice"),
        "{again}"
    );
    testkit::check_no_handler_panics::<Dice>().unwrap();
}

#[test]
fn a_handler_that_panics() {
    let failure = testkit::check_no_handler_panics::<Parcel>().unwrap_err();
    assert_eq!(failure.troubles().len(), 1);
    let trouble = &failure.troubles()[0];
    assert!(
        trouble
            .message()
            .contains("`Sent` panics on `Recall`: too late"),
        "{trouble}"
    );
    assert_eq!(
        trouble.walk(),
        Some("Packed --Send--> Sent, and then Recall")
    );
    assert_eq!(
        trouble.rerun(),
        Some("fsmcheck::testkit::rerun::<Parcel>(\"Send, Recall\")?;")
    );
    let again = testkit::rerun::<Parcel>("Send, Recall").unwrap_err();
    assert!(
        again
            .to_string()
            .contains("step 2 (`Recall`): panics: too late"),
        "{again}"
    );
    testkit::check_steps_are_repeatable::<Parcel>().unwrap();
}

#[test]
fn a_refusal_that_leaves_a_trace() {
    fails(
        testkit::check_refusals_leave_no_trace::<Parcel>(&[]),
        &expect![[r#"
            Parcel fails the check "a refusal leaves no trace"
            - warning[refused-but-changed]: `Sent` changes data on `Weigh` and then refuses it: Parcel { weighed: false } became Parcel { weighed: true }; change nothing before it is sure that the event is handled
              walk: Packed --Send--> Sent, and then Weigh
              rerun: fsmcheck::testkit::rerun::<Parcel>("Send, Weigh")?;"#]],
    );
    fails(
        testkit::rerun::<Parcel>("Send, Weigh"),
        &expect![[r#"
        Parcel fails the check "a walk taken again"
        - step 2 (`Weigh`): is refused, but `Sent` (Parcel { weighed: false }) became `Sent` (Parcel { weighed: true })"#]],
    );
    testkit::check_refusals_leave_no_trace::<Parcel>(&[(
        "refused-but-changed",
        "the mark is only for looking at",
    )])
    .unwrap();
    testkit::check_refusals_leave_no_trace::<Dice>(&[]).unwrap();
}

#[test]
fn a_lint_that_finds_something() {
    fails(
        testkit::check_lints::<Task>(&[]),
        &expect![[r##"
        Task fails the check "the lints find nothing"
        - error[terminal-left]: `Done` is declared terminal but can be left by `Set { retries: 1 }`; refuse this there, or do not declare it terminal
          walk: Running --End--> Done --Set { retries: 1 }--> Running
          rerun: fsmcheck::testkit::rerun::<Task>(r#"Running #2: End, "Set { retries: 1 }""#)?;"##]],
    );
    let failure = testkit::check_lints::<Parcel>(&[
        ("trap-state", "a parcel that was sent is out of our hands"),
        ("refused-but-changed", "the mark is only for looking at"),
    ])
    .unwrap_err();
    let text = failure.to_string();
    assert!(
        !text.contains("trap-state") && !text.contains("refused-but-changed"),
        "{text}"
    );
    assert!(
        text.contains("error[handler-panics]") && text.contains("warning[unreachable-state]"),
        "{text}"
    );
}

#[test]
fn an_allowance_that_cannot_be() {
    fails(
        testkit::check_lints::<Task>(&[
            ("trap-sate", "a slip of the pen"),
            ("terminal-left", "it is rare"),
            ("livelock", ""),
        ]),
        &expect![[r#"
            Task fails the check "the lints find nothing"
            - there is no code `trap-sate`, did you mean `trap-state`?; the codes are handler-panics, nondeterministic, invariant-broken, property-broken, terminal-left, no-way-back, illegal-transition, epoch-went-back, unknown-code, unreachable-state, trap-state, livelock, event-never-handled, refused-but-changed, not-exhaustive, entry-not-repeatable, superstate-candidate, duplicate-state, skipped-steps, unused-allowance
            - `terminal-left` is an error and cannot be allowed: mend the machine or what is declared of it
            - `livelock` is allowed without a reason: say why it is meant to be so"#]],
    );
}

#[test]
fn a_declared_state_that_is_never_reached() {
    fails(
        testkit::check_declared_states_are_reached::<Parcel>(&[]),
        &expect![[r#"
            Parcel fails the check "declared states are all reached"
            - warning[unreachable-state]: no sequence of events leads to `Lost`; add a way to it, or take it out"#]],
    );
    testkit::check_declared_states_are_reached::<Parcel>(&[(
        "unreachable-state",
        "older parcels are lost",
    )])
    .unwrap();
    testkit::check_declared_states_are_reached::<Task>(&[]).unwrap();
}

#[test]
fn a_search_that_was_cut_off_does_not_say_that_all_is_reached() {
    let failure = testkit::check_declared_states_are_reached::<Maze>(&[]).unwrap_err();
    assert!(
        failure.to_string().contains("warning[not-exhaustive]"),
        "{failure}"
    );
}

#[test]
fn a_terminal_state_that_can_be_left() {
    let failure = fails(
        testkit::check_terminal_states_absorb::<Task>(),
        &expect![[r##"
            Task fails the check "terminal states absorb"
            - error[terminal-left]: `Done` is declared terminal but can be left by `Set { retries: 1 }`; refuse this there, or do not declare it terminal
              walk: Running --End--> Done --Set { retries: 1 }--> Running
              rerun: fsmcheck::testkit::rerun::<Task>(r#"Running #2: End, "Set { retries: 1 }""#)?;"##]],
    );
    assert_eq!(failure.machine(), "Task");
    assert_eq!(failure.check(), "terminal states absorb");
    fails(
        testkit::rerun::<Task>(r#"Running #2: End, "Set { retries: 1 }""#),
        &expect![[r#"
            Task fails the check "a walk taken again"
            - step 2 (`Set { retries: 1 }`): leaves the terminal state `Done` for `Running`"#]],
    );
    // From the other start the state is not left.
    testkit::rerun::<Task>(r#"Running: End, "Set { retries: 1 }""#).unwrap();
    testkit::rerun::<Task>(r#"End, "Set { retries: 1 }""#).unwrap();
    testkit::check_terminal_states_absorb::<Parcel>().unwrap();
}

#[test]
fn a_property_that_does_not_hold() {
    fails(
        testkit::check_properties::<Task>(),
        &expect![[r##"
        Task fails the check "the declared properties hold"
        - T1 (done is done) does not hold
          walk: Running --End--> Done --Set { retries: 1 }--> Running
          rerun: fsmcheck::testkit::rerun::<Task>(r#"Running #2: End, "Set { retries: 1 }""#)?;
        - Task has no state `Lost`, of which T2 (nothing is lost) speaks"##]],
    );
    testkit::check_properties::<Parcel>().unwrap();
}

#[test]
fn an_invariant_that_only_a_walk_breaks() {
    // Exploring sees counts up to 2 only.
    testkit::check_lints::<Meter>(&[("event-never-handled", "it cannot count down")]).unwrap();
    fails(
        testkit::check_random_walks::<Meter>(),
        &expect![[r#"
        Meter fails the check "random walks keep the invariants and agree with the graph"
        - the invariant "the count has one digit" does not hold in `Counting` (Meter { count: 5 })
          walk: Counting --Up--> Counting --Up--> Counting --Up--> Counting --Up--> Counting, and then Up
          rerun: fsmcheck::testkit::rerun::<Meter>("Up, Up, Up, Up, Up")?;"#]],
    );
    fails(
        testkit::rerun::<Meter>("Up, Up, Up, Up, Up"),
        &expect![[r#"
            Meter fails the check "a walk taken again"
            - step 5 (`Up`): the invariant "the count has one digit" does not hold in `Counting` (Meter { count: 5 })"#]],
    );
}

#[test]
fn an_abstraction_that_hides_what_matters() {
    fails(
        testkit::check_random_walks::<Tank>(),
        &expect![[r#"
        Tank fails the check "random walks keep the invariants and agree with the graph"
        - on `Up` `Filling` (Tank { level: 4 }) moves to `Full` (Tank { level: 2 }), in the graph it stays in `Filling` (Tank { level: 2 }): what a step does depends on more than the configuration, or on what `abstracted` leaves out
          walk: Filling --Up--> Filling --Up--> Filling --Up--> Filling --Up--> Filling, and then Up
          rerun: fsmcheck::testkit::rerun::<Tank>("Up, Up, Up, Up, Up")?;"#]],
    );
}

#[test]
fn a_walk_goes_deeper_than_the_limit_of_a_search() {
    let failure = testkit::check_random_walks::<Maze>().unwrap_err();
    let trouble = &failure.troubles()[0];
    assert!(
        trouble
            .message()
            .starts_with("the invariant \"a way is short\" does not hold"),
        "{trouble}"
    );
    assert_eq!(
        trouble.rerun(),
        Some(
            &format!(
                "fsmcheck::testkit::rerun::<Maze>(\"{}\")?;",
                ["false"; 20].join(", ")
            )[..]
        )
    );
}

#[test]
fn a_panic_on_a_random_walk() {
    let failure = testkit::check_random_walks::<Parcel>().unwrap_err();
    let trouble = &failure.troubles()[0];
    assert!(
        trouble
            .message()
            .starts_with("`Sent` (Parcel { weighed: false }) panics on `Recall`: too late"),
        "{trouble}"
    );
    assert_eq!(
        trouble.walk(),
        Some("Packed --Send--> Sent, and then Recall")
    );
}

#[test]
fn a_machine_that_cannot_be_explored_fails_every_check() {
    let results = [
        testkit::check_steps_are_repeatable::<Stone>(),
        testkit::check_no_handler_panics::<Stone>(),
        testkit::check_refusals_leave_no_trace::<Stone>(&[]),
        testkit::check_lints::<Stone>(&[]),
        testkit::check_declared_states_are_reached::<Stone>(&[]),
        testkit::check_terminal_states_absorb::<Stone>(),
        testkit::check_properties::<Stone>(),
        testkit::check_snapshot::<Stone>(env!("CARGO_TARGET_TMPDIR"), "stone"),
        testkit::check_random_walks::<Stone>(),
    ];
    for result in results {
        let failure = result.unwrap_err();
        assert!(
            failure
                .to_string()
                .ends_with("machine `Stone` has an empty alphabet: list at least one event"),
            "{failure}"
        );
    }
}

#[test]
fn a_walk_that_is_none() {
    let message = |walk| {
        let failure = testkit::rerun::<Task>(walk).unwrap_err();
        failure.troubles()[0].message().to_owned()
    };
    assert_eq!(
        message("Running: End, Begin"),
        "step 2: there is no event `Begin`; the events are End, Set { retries: 1 }"
    );
    assert_eq!(
        message("Walking: End"),
        "there is no start `Walking`; the starts are Running #1, Running #2"
    );
    assert_eq!(message("End,, End"), "there is no name at byte 4");
}
