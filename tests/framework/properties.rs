//! The properties of single machines hold, and can fail.

use fsmcheck::Machine;
use fsmcheck::framework::{Master, MasterClient, RunLoop, Worker, WorkerEntry};
use fsmcheck::graph::{Graph, Property, PropertyBroken};
use statig::prelude::*;

fn of_all() -> [(Property, &'static Graph); 5] {
    [
        (only(Master::properties()), Master::graph()),
        (only(Worker::properties()), Worker::graph()),
        (only(WorkerEntry::properties()), WorkerEntry::graph()),
        (only(MasterClient::properties()), MasterClient::graph()),
        (only(RunLoop::properties()), RunLoop::graph()),
    ]
}

fn only(properties: Vec<Property>) -> Property {
    assert_eq!(properties.len(), 1);
    properties[0]
}

#[test]
fn they_hold() {
    let ids = of_all().map(|(property, graph)| {
        property.check(graph).unwrap();
        property.id
    });
    assert_eq!(ids, ["S4", "S6", "S7", "closed-stays", "run-once"]);
}

/// The graph of a machine, configurations folded, with one more transition.
fn with_transition(graph: &Graph, from: &str, event: &str, to: &str, kind: &str) -> Graph {
    let mut document = serde_json::to_value(graph).unwrap();
    document.as_object_mut().unwrap().remove("expanded");
    let transitions = document["transitions"].as_array_mut().unwrap();
    transitions.push(serde_json::json!({
        "from": from, "event": event, "to": to, "kind": kind,
    }));
    serde_json::from_value(document).unwrap()
}

#[track_caller]
fn broken_by(property: &Property, graph: &Graph) -> String {
    match property.check(graph).unwrap_err() {
        PropertyBroken::Step {
            property: id, walk, ..
        } => {
            assert_eq!(id, property.id);
            walk.to_string()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_terminated_master_that_comes_back_breaks_s4() {
    let [(s4, master), ..] = of_all();
    let twin = with_transition(master, "Stopped", "initialised", "Init", "moved");
    assert_eq!(
        broken_by(&s4, &twin),
        "Uninit --exit canceled--> Stopped --initialised--> Init"
    );
    let twin = with_transition(master, "Finished", "exit failed", "Failed", "moved");
    assert_eq!(
        s4.check(&twin).unwrap_err().to_string(),
        "master breaks S4 (a terminated job master keeps its state until it is deleted): \
         Uninit --exit finished--> Finished --exit failed--> Failed"
    );
    let twin = with_transition(master, "Finished", "recovered", "Finished", "stayed");
    assert_eq!(s4.check(&twin), Ok(()));
}

#[test]
fn a_worker_that_changes_its_end_breaks_s6() {
    let [_, (s6, worker), ..] = of_all();
    let twin = with_transition(worker, "Finished", "exit canceled", "Stopped", "moved");
    assert_eq!(
        broken_by(&s6, &twin),
        "Created --exit finished--> Finished --exit canceled--> Stopped"
    );
}

#[test]
fn an_entry_that_rises_again_breaks_s7() {
    let [_, _, (s7, entry), ..] = of_all();
    let twin = with_transition(entry, "Tombstone", "mark as online", "Normal", "moved");
    assert_eq!(
        broken_by(&s7, &twin),
        "Wait --mark as tombstone--> Tombstone --mark as online--> Normal"
    );
    let twin = with_transition(entry, "Offline", "mark as online", "Normal", "moved");
    assert_eq!(
        broken_by(&s7, &twin),
        "Created --mark as offline--> Offline --mark as online--> Normal"
    );
    let twin = with_transition(entry, "Offline", "mark as online", "Offline", "moved");
    assert_eq!(
        broken_by(&s7, &twin),
        "Created --mark as offline--> Offline --mark as online--> Offline"
    );
}

#[test]
fn a_client_or_a_loop_that_begins_anew_breaks_its_property() {
    let [.., (closed_stays, client), (run_once, run_loop)] = of_all();
    let twin = with_transition(client, "Closed", "cancel wait", "Normal", "moved");
    assert_eq!(
        broken_by(&closed_stays, &twin),
        "Normal --wait closed--> Closing --finish pong of master 1--> Closed \
         --cancel wait--> Normal"
    );
    let twin = with_transition(run_loop, "Returned", "run", "Init", "moved");
    assert!(broken_by(&run_once, &twin).ends_with("--released--> Returned --run--> Init"));
}

#[test]
fn a_machine_without_what_a_property_speaks_of_breaks_it() {
    let [(s4, master), (_, worker), (s7, _), ..] = of_all();
    assert!(matches!(
        s7.check(worker),
        Err(PropertyBroken::Missing { missing, .. }) if missing == "state `Offline`"
    ));
    let mut document = serde_json::to_value(master).unwrap();
    document["terminal-states"] = serde_json::json!([]);
    for state in document["states"].as_array_mut().unwrap() {
        state["terminal"] = false.into();
    }
    document.as_object_mut().unwrap().remove("expanded");
    let endless: Graph = serde_json::from_value(document).unwrap();
    assert_eq!(
        s4.check(&endless).unwrap_err().to_string(),
        "master has no terminal state, of which S4 \
         (a terminated job master keeps its state until it is deleted) speaks"
    );
}

/// A machine that leaves its end only if it was poked before.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Poked(bool);

#[derive(Clone, Debug)]
enum Event {
    Finish,
    Poke,
    Revive,
}

#[state_machine(
    initial = "State::running()",
    state(derive(Clone, Debug, Eq, Hash, PartialEq)),
    superstate(derive(Debug))
)]
impl Poked {
    #[state]
    fn running(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Finish => Transition(State::finished()),
            Event::Poke => {
                self.0 = true;
                Handled
            }
            Event::Revive => Super,
        }
    }

    #[state]
    fn finished(&self, event: &Event) -> Outcome<State> {
        match event {
            Event::Revive if self.0 => Transition(State::running()),
            _ => Super,
        }
    }
}

impl Machine for Poked {
    fn alphabet() -> Vec<Event> {
        vec![Event::Finish, Event::Poke, Event::Revive]
    }

    fn terminal_states() -> &'static [&'static str] {
        &["Finished"]
    }
}

#[test]
fn the_walk_brings_about_the_data_that_the_breach_needs() {
    let poked = fsmcheck::explore::<Poked>(Default::default()).unwrap();
    assert_eq!(
        broken_by(&only(Master::properties()), poked.graph()),
        "Running --Poke--> Running --Finish--> Finished --Revive--> Running"
    );
}
