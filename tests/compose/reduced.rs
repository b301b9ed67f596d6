//! Fewer states: interleavings that make no difference, and components that are like each
//! other.

use fsmcheck::check::compose::{Component, Compose, ComposeError, Composition, Part};
use fsmcheck::check::{Check, Property, Symmetry};

use super::table_machine::{Event, TableMachine};

/// Goes from 0 over 1 to 2 and stays there.
fn chain() -> TableMachine {
    let mut machine = TableMachine::default();
    machine.table[0][0] = Some((1, None));
    machine.table[1][0] = Some((2, None));
    machine
}

fn chains(number: usize) -> (Compose, Vec<Component<TableMachine>>) {
    let mut compose = Compose::new();
    let chains = (0..number).map(|number| {
        let component = compose.machine_with(format!("chain_{number}"), chain());
        compose.spontaneous(component, Event(0));
        component
    });
    let chains = chains.collect();
    (compose, chains)
}

#[test]
fn steps_that_do_not_meet_are_taken_in_one_order() {
    let model = |is_reduced: bool| {
        let (mut compose, chains) = chains(7);
        compose.sometimes("it arrives", chains[6].is(|machine, _| machine.at == 2));
        compose.never("it is lost", chains[6].is(|machine, _| machine.at > 2));
        compose.may_end_when(chains[0].is(|machine, _| machine.at == 2));
        compose.no_deadlock();
        let composition = compose.close().unwrap();
        if is_reduced {
            composition.reduced().unwrap()
        } else {
            composition
        }
    };
    let (full, reduced) = (model(false), model(true));
    let run = |model| Check::new(model).all_violations().run();
    let (full, reduced) = (run(&full), run(&reduced));
    assert_eq!(full.unique(), 3_usize.pow(7));
    // All others one after the other, 13 states; then the last one.
    assert_eq!(reduced.unique(), 15);
    assert!(!full.is_reduced() && reduced.is_reduced());
    assert!(
        reduced
            .to_string()
            .contains("interleavings that make no difference")
    );
    for report in [full, reduced] {
        assert!(report.holds());
        assert!(report.completeness().is_exhaustive());
        assert_eq!(report.coverage().ends, 1);
    }
}

#[test]
fn a_step_that_matters_is_taken_in_every_order() {
    let (mut compose, chains) = chains(2);
    // Whoever is first can be told.
    let (one, other) = (chains[0], chains[1]);
    compose.sometimes(
        "one first",
        one.is(|m, _| m.at == 2) & other.is(|m, _| m.at == 0),
    );
    compose.sometimes(
        "other first",
        one.is(|m, _| m.at == 0) & other.is(|m, _| m.at == 2),
    );
    let reduced = compose.close().unwrap().reduced().unwrap();
    assert!(Check::new(&reduced).run().holds());
}

fn interchangeable(compose: &mut Compose, chains: &[Component<TableMachine>]) {
    let block = |chain: &Component<TableMachine>| vec![Part::from(*chain)];
    compose.interchangeable(chains.iter().map(block));
}

#[test]
fn components_that_are_alike_are_counted_and_not_told_apart() {
    let (mut compose, chains) = chains(5);
    interchangeable(&mut compose, &chains);
    let composition = compose.close().unwrap();
    let report = Check::new(&composition).symmetric().run();
    // Five chains in three places: how many are where.
    assert_eq!(report.unique(), 21);
    assert_eq!(report.symmetry(), Symmetry::Used);
    assert_eq!(Check::new(&composition).run().unique(), 243);

    // What this asks nobody knows: it may tell them apart.
    let first = chains[0];
    let never = Property::<Composition>::never("the first is lost", move |model, state| {
        let configuration = model.configuration(first, state);
        configuration.is_none_or(|(machine, _)| machine.at > 2)
    });
    let composition = composition.with_property(never);
    let report = Check::new(&composition).symmetric().run();
    assert_eq!(report.unique(), 243);
    assert!(report.holds());
    assert!(composition.reduced().is_err());
}

#[test]
fn components_that_are_told_apart_are_not_alike() {
    let refused = |change: fn(&mut Compose, &[Component<TableMachine>])| {
        let (mut compose, chains) = chains(3);
        change(&mut compose, &chains);
        interchangeable(&mut compose, &chains);
        match compose.close().unwrap_err() {
            ComposeError::NotInterchangeable { first, second, why } => {
                format!("{first}, {second}: {why}")
            }
            other => panic!("{other}"),
        }
    };
    assert_eq!(
        refused(|compose, chains| {
            compose.together(
                "both",
                [chains[0].takes(Event(0)), chains[1].takes(Event(0))],
            );
        }),
        "chain_1, chain_2: something that happens to chain_0, chain_1 does not happen so with the other"
    );
    assert_eq!(
        refused(|compose, chains| {
            compose.never("the first", chains[0].is(|machine, _| machine.at == 2));
        }),
        "chain_0, chain_1: a property or the end tells them apart"
    );
}

#[test]
fn components_that_begin_elsewhere_are_not_alike() {
    let (mut compose, mut all) = chains(1);
    let later = TableMachine { at: 1, ..chain() };
    let later = compose.machine_with("later", later);
    compose.spontaneous(later, Event(0));
    all.push(later);
    interchangeable(&mut compose, &all);
    assert_eq!(
        compose.close().unwrap_err().to_string(),
        "`chain_0` and `later` are not interchangeable: `chain_0` has 3 configurations, and \
         `later` has 2"
    );
}
