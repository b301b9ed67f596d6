//! Lines that are no counterexamples.

use fsmcheck::check::{Counterexample, Property};
use proptest::prelude::*;

use crate::graph_model::{GraphModel, any_of};
use crate::models::{Lock, counterexample};

fn message(line: &str) -> String {
    Counterexample::from_line(&Lock, line)
        .expect_err("the line is wrong")
        .to_string()
}

#[test]
fn what_is_wrong_with_a_line_is_told() {
    let right = counterexample(&Lock).line();
    assert_eq!(
        right,
        "counterexample/1 0 0,1,0,1 broken \"both are inside\""
    );
    let spaced = format!("  {right}\n");
    assert!(Counterexample::from_line(&Lock, &spaced).is_ok());
    for (from, to, expected) in [
        (
            right.as_str(),
            "",
            "a counterexample begins with `counterexample/1`, this begins with ``",
        ),
        (
            "counterexample/1",
            "walk",
            "a counterexample begins with `counterexample/1`, this begins with `walk`",
        ),
        (
            "/1",
            "/2",
            "`counterexample/2` is a form of another version; this one reads `counterexample/1`",
        ),
        (
            " broken \"both are inside\"",
            "",
            "the line ends where the ending should be; its form is \
             `counterexample/1 INITIAL ACTION,ACTION,… ENDING \"PROPERTY\"`",
        ),
        (
            "1 0 0",
            "1 first 0",
            "the initial state is a number from 0 on, not `first`",
        ),
        (
            "1 0 0",
            "1 +0 0",
            "the initial state is a number from 0 on, not `+0`",
        ),
        (
            "1 0 0",
            "1 00 0",
            "the initial state is a number from 0 on, not `00`",
        ),
        (
            "1 0 0",
            "1 3 0",
            "there is no initial state 3: the model has 1, counted from 0",
        ),
        (
            ",1,0",
            ",,0",
            "the action of step 2 is a number from 0 on, not ``",
        ),
        (
            ",1,0",
            ",2,0",
            "step 2: there is no action 2: the model offers 2, counted from 0",
        ),
        (
            "broken",
            "breaks",
            "an ending is `broken`, `stops` or `repeats-from-N`, not `breaks`",
        ),
        (
            "broken",
            "repeats-from-",
            "where the cycle begins is a number from 0 on, not ``",
        ),
        (
            "broken",
            "repeats-from-18446744073709551615",
            "the cycle does not close: state 4 is not state 18446744073709551615 again",
        ),
        (
            "\"both",
            "\"all",
            "the model has no property `all are inside`; it has `both are inside`, \
             `one is inside`",
        ),
        (
            "0,1,0,1",
            "0,1,0",
            "`both are inside` is not broken by this walk of 3 steps",
        ),
        (
            "0,1,0,1",
            "-",
            "`both are inside` is not broken by this walk of 0 steps",
        ),
    ] {
        let line = right.replacen(from, to, 1);
        assert_ne!(line, right, "{from}");
        assert_eq!(message(&line), expected, "{line}");
    }
    assert!(
        message("counterexample/1 0 0 broken both")
            .starts_with("the name of the property is a JSON string, not `both`: ")
    );
    // One looks when the other one is inside.
    assert_eq!(
        message("counterexample/1 0 0,0,1 broken \"both are inside\""),
        "step 3: `Look(1)` cannot happen: the model has no next state for it"
    );
}

#[test]
fn messages_quote_no_more_than_the_beginning() {
    let message = message(&format!("counterexample/1 0 0 {} \"x\"", "é".repeat(1_000)));
    assert!(
        message.ends_with(&format!("not `{}…`", "é".repeat(40))),
        "{message}"
    );
}

proptest! {
    #[test]
    fn any_name_of_a_property_is_kept(name in any::<String>()) {
        let named = name.clone();
        let model = GraphModel::new([(0, "a", 1)])
            .with(move || vec![Property::never(named.clone(), any_of(&[1]))]);
        let found = counterexample(&model);
        let line = found.line();
        prop_assert_eq!(line.lines().count(), 1);
        let read = Counterexample::from_line(&model, &line).unwrap();
        prop_assert_eq!(read.property(), name);
    }

    #[test]
    fn any_text_is_refused_or_read(text in any::<String>()) {
        let _ = Counterexample::from_line(&Lock, &text);
    }

    #[test]
    fn any_line_is_refused_or_read(
        text in "counterexample/1 [0-9]{0,25} ([0-3],){0,6}[0-3] (broken|stops|repeats-from-[0-9]{1,25}) \"both are inside\"?.{0,3}"
    ) {
        let _ = Counterexample::from_line(&Lock, &text);
    }

    #[test]
    fn a_line_with_one_character_changed_is_no_trouble(at in 0..60_usize, to in any::<char>()) {
        let mut line: Vec<_> = counterexample(&Lock).line().chars().collect();
        let at = at % line.len();
        line[at] = to;
        let line: String = line.into_iter().collect();
        if let Ok(read) = Counterexample::from_line(&Lock, &line) {
            prop_assert_eq!(read.line(), line.trim());
        }
    }
}
