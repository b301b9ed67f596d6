//! Taking a walk again.

use super::failure::{Failure, Trouble};
use super::notation;
use super::run::{Configuration, Start, broken_invariant, described, starts, take};
use crate::machine::{Explorable, StepKind, catch};

/// Takes a walk again and prints each step.
///
/// A walk is written as failures print it: names of events with commas between
/// them, before them the name of the start and a colon where there are several
/// starts (`Wait: mark as online, mark as offline`). A name that contains a comma,
/// a colon or a quote is written as a string of JSON: `Open, "set 1, 2"`. An event
/// that is refused leaves the machine as it is.
///
/// Returns what it sees, so it can be kept as a test of its own until the machine
/// is mended, and after that.
///
/// # Errors
///
/// When the text is not a walk: it names an event or a start that the machine does
/// not have. When a step of it panics, gives another result the second time,
/// changes data and is then refused, leaves a terminal state, or breaks an
/// invariant.
///
/// # Examples
///
/// ```
/// # use fsmcheck::doctest::door::Door;
/// use fsmcheck::testkit;
///
/// testkit::rerun::<Door>("Open, Close, Open")?;
///
/// let failure = testkit::rerun::<Door>("Open, Shut").unwrap_err();
/// assert_eq!(
///     failure.troubles()[0].message(),
///     "step 2: there is no event `Shut`; the events are Open, Close"
/// );
/// # Ok::<(), testkit::Failure>(())
/// ```
#[expect(
    clippy::print_stdout,
    reason = "the output of a test, where it is wanted"
)]
pub fn rerun<M: Explorable>(walk: &str) -> Result<(), Failure> {
    run::<M>(walk, |line| println!("{line}"))
}

/// Takes a walk again and shows each step.
fn run<M: Explorable>(walk: &str, mut show: impl FnMut(&str)) -> Result<(), Failure> {
    let fails =
        |message: String| Failure::new::<M>("a walk taken again", vec![Trouble::new(message)]);
    let alphabet = catch(M::alphabet).map_err(|panic| fails(panic.to_string()))?;
    let (start, picks) = read::<M>(walk, &alphabet).map_err(fails)?;

    let mut configuration = start.configuration;
    show(&described::<M>(&configuration));
    if let Some(broken) = broken_invariant::<M>(&configuration) {
        return Err(fails(format!("at the start {broken}")));
    }
    for (index, pick) in picks.into_iter().enumerate() {
        let event = &alphabet[pick];
        let (number, name) = (index + 1, M::name_of_event(event));
        match step::<M>(&configuration, event, &mut |what| {
            show(&format!("  {number}. {name}: {what}"));
        }) {
            Ok(after) => configuration = after,
            Err(trouble) => {
                show(&format!("  {number}. {name}: {trouble}"));
                return Err(fails(format!("step {number} (`{name}`): {trouble}")));
            }
        }
    }
    Ok(())
}

/// The start and the events of a walk, each by its place in the alphabet.
fn read<M: Explorable>(
    walk: &str,
    alphabet: &[M::Event<'static>],
) -> Result<(Start<M>, Vec<usize>), String> {
    let parsed = notation::parse(walk)?;
    let starts =
        starts::<M>().map_err(|panic| format!("the machine panics at its start: {panic}"))?;
    let listed = |names: &[String]| names.join(", ");
    let start_names: Vec<String> = starts.iter().map(|start| start.name.clone()).collect();
    let wanted = |start: &Start<M>| match &parsed.start {
        Some(name) => {
            // Where starts share a name, a walk through states does not tell which.
            start.name == *name || start.name.strip_suffix(" #1") == Some(name)
        }
        None => true,
    };
    let start = starts.into_iter().find(wanted).ok_or_else(|| {
        let name = parsed.start.as_deref().unwrap_or_default();
        format!(
            "there is no start `{name}`; the starts are {}",
            listed(&start_names)
        )
    })?;
    let names: Vec<String> = alphabet.iter().map(M::name_of_event).collect();
    let place = |(index, name): (usize, &String)| {
        names.iter().position(|known| known == name).ok_or_else(|| {
            format!(
                "step {}: there is no event `{name}`; the events are {}",
                index + 1,
                listed(&names)
            )
        })
    };
    let events = parsed.events.iter().enumerate().map(place);
    Ok((start, events.collect::<Result<_, _>>()?))
}

/// Takes a step and shows what came of it; the error says what is wrong with it.
fn step<M: Explorable>(
    before: &Configuration<M>,
    event: &M::Event<'static>,
    show: &mut impl FnMut(&str),
) -> Result<Configuration<M>, String> {
    let taken = take::<M>(before, event).map_err(|panic| format!("panics: {panic}"))?;
    let again = take::<M>(before, event).map_err(|panic| format!("panics at times: {panic}"))?;
    let after = &taken.after;
    if !taken.is_same_as(&again) {
        let (one, other) = (described::<M>(after), described::<M>(&again.after));
        return Err(format!(
            "is not the same twice: {} {one}, then {} {other}",
            verb(taken.step.kind),
            verb(again.step.kind)
        ));
    }
    if taken.is_refused() {
        if after != before {
            return Err(format!(
                "is refused, but {} became {}",
                described::<M>(before),
                described::<M>(after)
            ));
        }
        show("refused");
        return Ok(taken.after);
    }
    show(&format!(
        "{} {}",
        verb(taken.step.kind),
        described::<M>(after)
    ));
    let (from, to) = (M::state_name(&before.1), M::state_name(&after.1));
    if from != to && M::terminal_states().contains(&&from[..]) {
        return Err(format!("leaves the terminal state `{from}` for `{to}`"));
    }
    match broken_invariant::<M>(after) {
        Some(broken) => Err(broken),
        None => Ok(taken.after),
    }
}

fn verb(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Moved => "moves to",
        StepKind::Stayed => "stays in",
        StepKind::Refused => "is refused in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctest::door::Door;

    #[test]
    fn every_step_is_shown() {
        let mut shown = Vec::new();
        run::<Door>("Open, Open, Close", |line| shown.push(line.to_owned())).unwrap();
        assert_eq!(
            shown,
            [
                "`Closed`",
                "  1. Open: moves to `Opened`",
                "  2. Open: refused",
                "  3. Close: moves to `Closed`"
            ]
        );
    }
}
