//! What cannot be put together, and what is said of it.

use fsmcheck::check::compose::{Channel, Component, Compose, ComposeError, NotReducible, WhenFull};

use super::table_machine::{Count, Counter, Event, Said, TableMachine};

/// Takes its first event again and again.
fn machine() -> TableMachine {
    let mut machine = TableMachine::default();
    machine.table[0][0] = Some((0, Some(0)));
    machine
}

fn two() -> (Compose, Component<TableMachine>, Component<TableMachine>) {
    let mut compose = Compose::new();
    let one = compose.machine_with("one", machine());
    let other = compose.machine_with("other", machine());
    (compose, one, other)
}

fn said(said: &Said) -> Vec<Event> {
    said.0.iter().copied().map(Event).collect()
}

fn refused(compose: Compose) -> String {
    compose.close().unwrap_err().to_string()
}

#[test]
fn nothing_is_no_composition() {
    assert_eq!(Compose::new().close().unwrap_err(), ComposeError::Empty);
}

#[test]
fn a_name_is_used_once() {
    let (mut compose, one, _) = two();
    let _ = compose.link("one", one, Channel::in_order(1));
    assert_eq!(
        refused(compose),
        "two components or channels are called `one`"
    );
}

#[test]
fn a_machine_begins_somewhere() {
    let mut compose = Compose::new();
    let _ = compose.machine_at::<TableMachine>("lost", []);
    assert_eq!(
        refused(compose),
        "component `lost` has no starting configuration"
    );
}

#[test]
fn a_component_of_another_composition_is_none_of_this_one() {
    let (_, _, other) = two();
    let mut compose = Compose::new();
    let _ = compose.machine_with("one", machine());
    compose.spontaneous(other, Event(0));
    assert_eq!(compose.close().unwrap_err(), ComposeError::Foreign);
}

#[test]
fn a_component_takes_one_event_at_a_time() {
    let (mut compose, one, other) = two();
    compose.together(
        "twice",
        [
            one.takes(Event(0)),
            other.takes(Event(0)),
            one.takes(Event(1)),
        ],
    );
    assert_eq!(
        refused(compose),
        "component `one` takes the shared event `twice` twice: it can take one event at a time"
    );
    let (mut compose, _, _) = two();
    compose.together("nobody", []);
    assert_eq!(
        refused(compose),
        "no component takes the shared event `nobody`"
    );
}

#[test]
fn a_panic_is_told_with_its_place() {
    let (mut compose, one, _) = two();
    // The table has three columns.
    compose.spontaneous(one, Event(7));
    let refused = refused(compose);
    assert!(
        refused.starts_with(
            "component `one` panics in `Only` when it takes `Event(7)`: index out of bounds"
        ),
        "{refused}"
    );
}

#[test]
fn too_many_configurations_are_refused_with_what_can_be_done() {
    let (mut compose, one, _) = two();
    compose.spontaneous(one, Event(0));
    compose.crashes(one, u32::MAX, |machine, state| {
        (machine.clone(), state.clone())
    });
    let refused = refused(compose.limit(1_000));
    assert_eq!(
        refused,
        "component `one` has more than 1000 configurations, taken by itself: cut off its data \
         (`Machine::abstracted`), let fewer different messages reach it, or raise the limit"
    );
}

#[test]
fn a_channel_may_hold_too_much() {
    let (mut compose, one, other) = two();
    compose.spontaneous(one, Event(0));
    let link = compose.link("wire", other, Channel::unordered(5_000));
    compose.sends(one, link, |after| said(after.context));
    let refused = refused(compose.limit(1_000));
    assert_eq!(
        refused,
        "channel `wire` may hold its 1 messages in more than 1000 ways: give it less capacity, \
         fewer different messages, an order that matters less, or raise the limit"
    );
}

#[test]
fn what_is_sent_at_the_start_has_to_fit() {
    let mut compose = Compose::new();
    let greets = TableMachine {
        greeting: Some(1),
        ..machine()
    };
    let one = compose.machine_with("one", greets);
    let link = compose.link("wire", one, Channel::in_order(1));
    compose.sends(one, link, |after| said(after.context));
    compose.sends(one, link, |after| said(after.context));
    assert_eq!(
        refused(compose),
        "channel `wire` cannot hold what is sent at the start: its capacity is 1"
    );
}

#[test]
fn a_state_that_is_too_wide_is_told_how_wide_it_is() {
    let wide = || {
        let mut compose = Compose::new();
        for number in 0..40 {
            let mut machine = machine();
            machine.table[0][1] = Some((1, None));
            machine.table[1][1] = Some((2, None));
            let component = compose.machine_with(format!("machine_{number}"), machine);
            compose.spontaneous(component, Event(1));
        }
        compose
    };
    let refused = refused(wide());
    assert_eq!(
        refused,
        "a state of this composition takes 2 words of 64 bits, not 1: close it as `Composition::<2>`"
    );
    assert!(wide().close_in::<2>().is_ok());
}

#[test]
fn only_what_is_known_can_be_reduced() {
    let linked = |channel: Channel| {
        let (mut compose, one, other) = two();
        let link = compose.link("wire", other, channel);
        compose.sends(one, link, |after| said(after.context));
        compose
    };
    let refused = |compose: Compose| compose.close().unwrap().reduced().unwrap_err();
    assert_eq!(
        refused(linked(Channel::in_order(1).prompt())).to_string(),
        "link `wire` is prompt: everything depends on what it holds"
    );
    let bounded = {
        let mut compose = linked(Channel::in_order(1).when_full(WhenFull::LeavesBounds));
        let third = compose.machine_with("third", machine());
        compose.spontaneous(third, Event(0));
        compose
    };
    // Nothing makes it overflow.
    assert!(bounded.close().unwrap().reduced().is_ok());
    let (mut compose, one, _) = two();
    compose.eventually("moves", one.is(|machine, _| machine.at == 1));
    assert!(matches!(refused(compose), NotReducible::Liveness { .. }));
}

#[test]
fn messages_that_grow_are_refused() {
    let mut compose = Compose::new();
    // Both take anything and say nothing by themselves.
    let [ping, pong] = ["ping", "pong"].map(|name| {
        let counter = Counter;
        compose.machine_with(name, counter)
    });
    for (from, to, name) in [(ping, pong, "there"), (pong, ping, "back")] {
        let link = compose.link(name, to, Channel::in_order(1));
        compose.sends(from, link, |after| {
            let last = after.context.0.iter();
            last.map(|count| Count(count + 1)).collect()
        });
    }
    compose.spontaneous(ping, Count(0));
    assert_eq!(
        refused(compose.limit(500)),
        "component `ping` may be given more than 500 different events: do messages carry what grows, \
         such as a count? Cut it off, or raise the limit"
    );
}

#[test]
fn too_many_ways_are_refused() {
    // Each says one of three things when all of them move.
    let mut compose = Compose::new();
    let mut machine = TableMachine::default();
    for state in 0..3 {
        machine.table[state][0] = Some(((state as u8 + 1) % 3, Some(state as u8)));
    }
    let machines: Vec<_> = (0..8)
        .map(|number| compose.machine_with(format!("machine_{number}"), machine.clone()))
        .collect();
    let link = compose.link("all", machines[0], Channel::board());
    for machine in &machines {
        compose.sends(*machine, link, |after| said(after.context));
    }
    let takes = machines.iter().map(|machine| machine.takes(Event(0)));
    compose.together("all move", takes.collect::<Vec<_>>());
    assert_eq!(
        refused(compose.limit(6_000)),
        "`all move` can happen in more than 6000 ways: its components may send too many different things \
         at once; let fewer of them send, or raise the limit"
    );
}

#[test]
fn too_many_starts_are_refused() {
    let mut compose = Compose::new();
    for number in 0..8 {
        let starts = (0..3).map(|at| (TableMachine { at, ..machine() }, TableMachine::begin()));
        let _ = compose.machine_at(format!("machine_{number}"), starts);
    }
    assert_eq!(
        refused(compose.limit(6_000)),
        "the components can begin in more than 6000 ways: let them begin in fewer, or raise the limit"
    );
}
