//! Random machines, put together at random, against the same written down naively.

use fsmcheck::check::compose::{Channel, Component, Compose, Composition, Formula, WhenFull};
use fsmcheck::check::{Check, Limits, Model, Report, Search, Store};
use proptest::prelude::*;

use super::naive::{Full, Line, Naive, Order};
use super::table_machine::{EVENTS, Event, STATES, TableMachine};

pub(crate) fn composition_of(naive: &Naive) -> Composition<2> {
    let mut compose = Compose::new();
    let machines: Vec<_> = naive
        .machines
        .iter()
        .enumerate()
        .map(|(number, machine)| {
            compose.machine_at(
                format!("machine_{number}"),
                [(machine.clone(), TableMachine::begin())],
            )
        })
        .collect();
    for (machine, event) in &naive.spontaneous {
        compose.spontaneous(machines[*machine], Event(*event));
    }
    for both in &naive.together {
        let takes = both.map(|(machine, event)| machines[machine].takes(Event(event)));
        compose.together("together", takes);
    }
    for (machine, at_most, keeps) in &naive.crashes {
        let (keeps, begin) = (*keeps, naive.machines[*machine].at);
        compose.crashes(machines[*machine], *at_most, move |machine, state| {
            let at = if keeps { machine.at } else { begin };
            (
                TableMachine {
                    at,
                    ..machine.clone()
                },
                state.clone(),
            )
        });
    }
    for (number, line) in naive.lines.iter().enumerate() {
        let link = compose.link(format!("line_{number}"), machines[line.to], channel(line));
        for from in &line.from {
            compose.sends(machines[*from], link, |after| {
                let said = after.context.0.iter();
                said.map(|event| Event(event % EVENTS as u8)).collect()
            });
        }
    }
    let is = |component: &Component<TableMachine>, at: u8| {
        component.is(move |machine, _| machine.at == at)
    };
    let (first, last) = (&machines[0], &machines[machines.len() - 1]);
    compose.sometimes("both", is(first, 1) & is(last, 2));
    let is_down = Formula::any(machines.iter().map(|machine| machine.is_down()));
    compose.never("neither", !is(first, 1) & !is(last, 2) & is_down);
    compose.no_deadlock();
    compose.close_in().unwrap()
}

fn channel(line: &Line) -> Channel {
    let mut channel = match line.order {
        Order::Whole => Channel::in_order(line.capacity),
        Order::OfEachSender => Channel::in_order_of_each_sender(line.capacity),
        Order::None => Channel::unordered(line.capacity),
        Order::Board => Channel::board(),
    };
    channel = channel.when_full(match line.full {
        Full::Waits => WhenFull::Waits,
        Full::Loses => WhenFull::Loses,
        Full::LeavesBounds => WhenFull::LeavesBounds,
    });
    type Change = fn(Channel) -> Channel;
    let changes: [(bool, Change); 5] = [
        (line.is_lossy, Channel::lossy),
        (line.is_duplicating, Channel::duplicating),
        (line.is_prompt, Channel::prompt),
        (line.drops_refused, Channel::drops_refused),
        (line.is_lost_with_crash, Channel::lost_with_crash),
    ];
    for (_, change) in changes.iter().filter(|(is_so, _)| *is_so) {
        channel = change(channel);
    }
    channel
}

/// What two models that are the same have in common.
pub(crate) fn figures<M: Model>(report: &Report<M>) -> String {
    let coverage = report.coverage();
    let verdicts = report.verdicts().iter().map(|verdict| {
        let steps = verdict
            .counterexample()
            .map(|counterexample| counterexample.steps().len());
        (verdict.property().to_owned(), verdict.holds(), steps)
    });
    format!(
        "{:?}, {} steps, {:?}, {} ends, {} beyond, {:?}",
        coverage.levels,
        report.generated(),
        coverage.out_degrees,
        coverage.ends,
        coverage.beyond_bounds,
        verdicts.collect::<Vec<_>>(),
    )
}

/// Which properties hold.
fn held<M: Model>(report: &Report<M>) -> Vec<bool> {
    report
        .verdicts()
        .iter()
        .map(|verdict| verdict.holds())
        .collect()
}

fn machine() -> impl Strategy<Value = TableMachine> {
    let says = prop::option::weighted(0.6, 0..EVENTS as u8);
    let entry = prop::option::weighted(0.7, (0..STATES as u8, says.clone()));
    let table = prop::array::uniform3(prop::array::uniform3(entry));
    (0..STATES as u8, table, says).prop_map(|(at, table, greeting)| TableMachine {
        at,
        table,
        greeting,
    })
}

fn line(machines: usize) -> impl Strategy<Value = Line> {
    let order = prop::sample::select(vec![
        Order::Whole,
        Order::OfEachSender,
        Order::None,
        Order::Board,
    ]);
    let full = prop::sample::select(vec![Full::Waits, Full::Loses, Full::LeavesBounds]);
    let from = prop::sample::subsequence((0..machines).collect::<Vec<_>>(), 1..=machines);
    let is = prop::bool::weighted(0.3);
    let flags = (is, is, prop::bool::weighted(0.15), is, is);
    (from, 0..machines, order, 1..=3_usize, full, flags).prop_map(
        move |(from, to, order, capacity, full, flags)| Line {
            // There has to be room for what is said at the start.
            capacity: match order {
                Order::Board => usize::MAX,
                _ => capacity.max(from.len()),
            },
            from,
            to,
            order,
            full,
            is_lossy: flags.0,
            is_duplicating: flags.1,
            is_prompt: flags.2,
            drops_refused: flags.3,
            is_lost_with_crash: flags.4,
        },
    )
}

pub(crate) fn naive() -> impl Strategy<Value = Naive> {
    (1..=3_usize).prop_flat_map(|machines| {
        let one = move || (0..machines, 0..EVENTS as u8);
        let apart = |both: &[(usize, u8); 2]| both[0].0 != both[1].0;
        let together = prop::array::uniform2(one()).prop_filter("two machines", apart);
        let together = prop::collection::vec(together, 0..=if machines > 1 { 2 } else { 0 });
        let crash = (0..machines, 1..=2_u32, any::<bool>());
        (
            prop::collection::vec(machine(), machines),
            prop::collection::vec(line(machines), 0..=2),
            prop::collection::vec(one(), 1..=3),
            together,
            prop::collection::vec(crash, 0..=1),
        )
            .prop_map(|(machines, lines, spontaneous, together, crashes)| Naive {
                machines,
                lines,
                spontaneous,
                together,
                crashes,
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_composition_has_the_states_that_its_machines_have(naive in naive()) {
        let limits = Limits::default().states(2_000);
        let composition = composition_of(&naive);
        let expected = Check::new(&naive)
            .store(Store::Exact)
            .limits(limits)
            .threads(1)
            .all_violations()
            .run();
        for (store, threads) in [(Store::Numbers, 1), (Store::Exact, 2), (Store::Fingerprint, 1)] {
            let report = Check::new(&composition)
                .store(store)
                .limits(limits)
                .threads(threads)
                .all_violations()
                .run();
            prop_assert_eq!(figures(&report), figures(&expected));
        }
        if expected.completeness().is_exhaustive() {
            let most = composition.states_at_most();
            prop_assert!(most.is_none_or(|most| most >= expected.unique() as u64));
        }
        // Interleavings that make no difference make none.
        if let Ok(reduced) = composition_of(&naive).reduced() {
            let report = Check::new(&reduced).limits(limits).all_violations().run();
            if expected.completeness().is_exhaustive() {
                prop_assert!(report.unique() <= expected.unique());
                prop_assert_eq!(report.coverage().ends, expected.coverage().ends);
                prop_assert_eq!(held(&report), held(&expected));
            }
        }
        // A step that is asked for by itself is the one that is taken with all others.
        let deep = Check::new(&composition)
            .search(Search::DepthFirst)
            .limits(limits)
            .all_violations()
            .run();
        if deep.completeness().is_exhaustive() {
            prop_assert_eq!(deep.unique(), expected.unique());
        }
    }
}
