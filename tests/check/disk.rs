//! Long checks: states that wait on disk, and checks that go on another time.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fsmcheck::check::{
    Check, CheckpointError, Completeness, Limits, Model, Number, Property, Report, Search, Stop,
    Store, Warning,
};
use serde::{Deserialize, Serialize};

use crate::STORES;
use crate::search::graph;

/// A tree in which each node leads to its neighbour, too: most states are in the last
/// levels, so that many wait.
#[derive(Clone, Copy)]
struct Tree {
    nodes: u32,
    /// What must not be reached.
    trap: u32,
    /// Which child comes first.
    turned: bool,
    /// How many numbers there are for nodes.
    numbers: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
struct Node {
    number: u32,
    ballast: [u64; 25],
}

#[derive(Clone, Debug)]
enum Action {
    Child(u32),
    Neighbour,
}

impl Model for Tree {
    type State = Node;
    type Action = Action;

    fn initial_states(&self) -> Vec<Node> {
        vec![Node {
            number: 1,
            ballast: [7; 25],
        }]
    }

    fn actions(&self, _: &Node, actions: &mut Vec<Action>) {
        let first = u32::from(self.turned);
        actions.extend([
            Action::Child(first),
            Action::Child(1 - first),
            Action::Neighbour,
        ]);
    }

    fn next(&self, state: &Node, action: &Action) -> Option<Node> {
        let number = match action {
            Action::Child(child) => 2 * state.number + child,
            Action::Neighbour => state.number ^ 1,
        };
        (1..self.nodes)
            .contains(&number)
            .then_some(Node { number, ..*state })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::never("trap", |model, state| state.number == model.trap),
            Property::<Self>::sometimes("17", |_, state| state.number == 17),
            Property::no_deadlock(),
        ]
    }

    fn number(&self, state: &Node) -> Option<Number> {
        Some(Number::new().digit(state.number.into(), self.numbers))
    }

    /// Neighbours are like each other.
    fn canonical(&self, state: &Node) -> Option<Node> {
        let number = (state.number & !1).max(1);
        Some(Node { number, ..*state })
    }
}

const SMALL: Tree = Tree {
    nodes: 5_000,
    trap: 0,
    turned: false,
    numbers: 1 << 17,
};

/// All stores, with how many numbers there are: so many that they are kept in tables, and
/// so few that they are kept as bits.
fn stores() -> impl Iterator<Item = (Store, u64)> {
    let few = STORES.map(|store| (store, SMALL.numbers));
    [(Store::Numbers, 1 << 40)].into_iter().chain(few)
}

/// All that a report says, but for what it took.
fn said<M: Model>(report: &Report<M>) -> String {
    format!(
        "{:?} {:?} {:?} {} {:?} {:?}",
        report.verdicts(),
        report.completeness(),
        report.store(),
        report.generated(),
        report.coverage(),
        report.warnings(),
    )
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// A place for a checkpoint.
struct Place {
    folder: tempfile::TempDir,
    file: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("check");
        Self { folder, file }
    }
}

const NEVER: Duration = Duration::MAX;

#[test]
fn states_that_wait_on_disk_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for trap in [0, 100_000] {
        for (store, numbers) in stores() {
            let model = Tree {
                nodes: 1 << 17,
                trap,
                numbers,
                ..SMALL
            };
            // Whole states need a limit that is too little without the disk and hardly
            // enough with it: how much several threads have at once is chance.
            let (memory, threads): (_, &[usize]) = match store {
                Store::Exact => (48_000_000, &[1]),
                _ => (8_000_000, &[1, 3]),
            };
            let check = || Check::new(&model).store(store);
            let all = check().run();
            let limits = Limits::default().memory(memory);
            let without = check().threads(1).limits(limits).run();
            let too_little = Completeness::Bounded(Stop::Memory(memory));
            assert_eq!(without.completeness(), too_little);
            for threads in threads {
                let spilled = check()
                    .threads(*threads)
                    .limits(limits)
                    .spill(folder.path())
                    .run();
                assert_eq!(said(&spilled), said(&all));
                let peak = spilled.costs().peak;
                assert!(peak <= memory, "{peak} of {memory}");
            }
        }
    }
    assert_eq!(files_in(folder.path()), 0);
}

#[test]
fn a_disk_that_fails_leaves_everything_undecided() {
    let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
    let model = Tree {
        nodes: 1 << 17,
        ..SMALL
    };
    let report = Check::new(&model)
        .store(Store::Fingerprint)
        .limits(Limits::default().memory(8_000_000))
        .spill(&nowhere)
        .run();
    let stop = Stop::Disk(ErrorKind::NotFound);
    assert_eq!(report.completeness(), Completeness::Bounded(stop));
    assert!(!report.holds() && report.exit_code() == 3);
    let warnings = report.warnings();
    let told = warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Disk { failure } if failure.contains("nowhere")));
    assert!(told, "{warnings:?}");
}

/// A state that is not written whole.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
struct Leaky {
    number: u32,
    #[serde(skip)]
    parity: u8,
    ballast: [u64; 25],
}

struct Leak;

impl Model for Leak {
    type State = Leaky;
    type Action = u32;

    fn initial_states(&self) -> Vec<Leaky> {
        vec![Leaky {
            number: 1,
            parity: 1,
            ballast: [0; 25],
        }]
    }

    fn actions(&self, _: &Leaky, actions: &mut Vec<u32>) {
        actions.extend([0, 1]);
    }

    fn next(&self, state: &Leaky, child: &u32) -> Option<Leaky> {
        let number = 2 * state.number + child;
        (number < 1 << 17).then_some(Leaky {
            number,
            parity: (number % 2) as u8,
            ..*state
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::never("nothing", |_, _| false)]
    }
}

#[test]
fn a_state_that_is_not_written_whole_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let check = || Check::new(&Leak).store(Store::Fingerprint);
    let report = check()
        .limits(Limits::default().memory(8_000_000))
        .spill(folder.path())
        .run();
    let stop = Stop::Disk(ErrorKind::InvalidData);
    assert_eq!(report.completeness(), Completeness::Bounded(stop));

    let place = Place::new();
    let limits = Limits::default().depth(5);
    let _ = check().limits(limits).checkpoint(&place.file, NEVER).run();
    let error = check().resume(&place.file).unwrap_err();
    assert!(matches!(error, CheckpointError::Changed { .. }), "{error}");
}

#[test]
fn a_check_goes_on_from_any_level() {
    for (trap, is_symmetric) in [(0, false), (4_000, false), (0, true), (4_000, true)] {
        for (store, numbers) in stores() {
            let model = Tree {
                trap,
                numbers,
                ..SMALL
            };
            let check = |threads| {
                let check = Check::new(&model).store(store).threads(threads);
                if is_symmetric {
                    check.symmetric()
                } else {
                    check
                }
            };
            let all = check(1).run();
            for depth in 0..all.depth() {
                let place = Place::new();
                let limits = Limits::default().depth(depth);
                let cut_off = check(1).limits(limits).checkpoint(&place.file, NEVER).run();
                assert_eq!(cut_off.depth(), depth);
                let again = check(2).limits(limits).resume(&place.file).unwrap();
                assert_eq!(said(&again), said(&cut_off));
                let resumed = check(2)
                    .checkpoint(&place.file, NEVER)
                    .resume(&place.file)
                    .unwrap();
                assert_eq!(said(&resumed), said(&all));
                assert_eq!(files_in(place.folder.path()), 0);
            }
        }
    }
}

#[test]
fn a_check_of_some_properties_goes_on_with_them() {
    let place = Place::new();
    let properties = SMALL.properties();
    let some = properties.get(1..).unwrap();
    let limits = Limits::default().depth(3);
    let check = Check::new(&SMALL).limits(limits);
    let _ = check.checkpoint(&place.file, NEVER).run_for(some);
    let error = Check::new(&SMALL).resume(&place.file).unwrap_err();
    assert!(
        matches!(error, CheckpointError::OtherCheck { what, .. } if what.contains("properties")),
        "{error}"
    );
    let resumed = Check::new(&SMALL).resume_for(&place.file, some).unwrap();
    assert_eq!(said(&resumed), said(&Check::new(&SMALL).run_for(some)));
}

#[test]
fn a_check_of_any_model_goes_on_from_any_level() {
    let place = Place::new();
    let mut cuts = 0;
    for seed in 0..100 {
        let model = graph(seed);
        let check = || Check::new(&model).all_violations().threads(1);
        let all = check().run();
        for depth in 0..all.depth() {
            let cut_off = check()
                .limits(Limits::default().depth(depth))
                .checkpoint(&place.file, NEVER)
                .run();
            // What is decided before needs no more.
            if cut_off.completeness() == Completeness::Bounded(Stop::Depth(depth)) {
                cuts += 1;
                let resumed = check().resume(&place.file).unwrap();
                assert_eq!(said(&resumed), said(&all), "seed {seed}, depth {depth}");
                std::fs::remove_file(&place.file).unwrap();
            }
        }
    }
    assert!(cuts > 100, "{cuts} cuts");
}

#[test]
fn a_check_goes_on_from_amid_a_level() {
    for (store, numbers) in stores() {
        let model = Tree {
            trap: 4_900,
            numbers,
            ..SMALL
        };
        let check = |threads| Check::new(&model).store(store).threads(threads);
        let all = check(1).run();
        for states in (0..4_800).step_by(300) {
            let place = Place::new();
            let limits = Limits::default().states(states);
            let cut_off = check(2).limits(limits).checkpoint(&place.file, NEVER).run();
            let stop = Completeness::Bounded(Stop::States(states));
            assert_eq!(cut_off.completeness(), stop);
            let again = check(2).limits(limits).resume(&place.file).unwrap();
            assert_eq!(said(&again), said(&cut_off));
            let resumed = check(1).resume(&place.file).unwrap();
            assert_eq!(said(&resumed), said(&all));
        }
    }
}

#[test]
fn a_check_may_be_ended_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let every = [NEVER, Duration::ZERO].into_iter().cycle();
    // With the fewest numbers there are states that have none.
    for ((store, numbers), every) in stores().chain([(Store::Numbers, 4_000)]).zip(every) {
        let model = Tree { numbers, ..SMALL };
        let check = || Check::new(&model).store(store).threads(2);
        let all = check().run();
        let place = Place::new();
        let in_no_time = || {
            // Everything that waits is on disk.
            check()
                .limits(Limits::default().time(Duration::ZERO).memory(5_000_000))
                .spill(folder.path())
                .checkpoint(&place.file, every)
        };
        let mut report = in_no_time().run();
        let (mut runs, mut last) = (1, Instant::now());
        while report.completeness() == Completeness::Bounded(Stop::Time(Duration::ZERO)) {
            last = Instant::now();
            report = in_no_time().resume(&place.file).unwrap();
            runs += 1;
        }
        assert!(runs > 10, "{runs} runs");
        assert!(report.costs().search > last.elapsed());
        assert_eq!(said(&report), said(&all));
        assert_eq!(files_in(place.folder.path()), 0);
    }
    assert_eq!(files_in(folder.path()), 0);
}

#[test]
fn checkpoints_in_between_change_nothing() {
    let all = Check::new(&SMALL).run();
    for threads in [1, 3] {
        let place = Place::new();
        let kept = Check::new(&SMALL)
            .threads(threads)
            .checkpoint(&place.file, Duration::ZERO)
            .run();
        assert_eq!(said(&kept), said(&all));
        assert_eq!(files_in(place.folder.path()), 0);
    }
}

#[test]
fn a_checkpoint_that_fails_later_on_is_told_and_ends_nothing() {
    struct Vandal {
        folder: PathBuf,
    }

    impl Model for Vandal {
        type State = u32;
        type Action = u32;

        fn initial_states(&self) -> Vec<u32> {
            vec![0]
        }

        fn actions(&self, state: &u32, actions: &mut Vec<u32>) {
            actions.push(state + 1);
        }

        fn next(&self, _: &u32, action: &u32) -> Option<u32> {
            if *action == 50 {
                // The second time it is there no more.
                let _ = std::fs::remove_dir_all(&self.folder);
            }
            (*action < 100).then_some(*action)
        }

        fn properties(&self) -> Vec<Property<Self>> {
            vec![Property::never("200", |_, state| *state == 200)]
        }
    }

    let place = Place::new();
    let model = Vandal {
        folder: place.folder.path().to_owned(),
    };
    let report = Check::new(&model)
        .checkpoint(&place.file, Duration::ZERO)
        .run();
    assert!(report.holds() && report.unique() == 100);
    let warnings = report.warnings();
    assert!(
        matches!(&warnings[..], [Warning::Disk { failure }] if failure.contains("check")),
        "{warnings:?}"
    );
}

/// A small checkpoint.
fn small(store: Store) -> Place {
    let place = Place::new();
    let limits = Limits::default().depth(2);
    let report = Check::new(&SMALL)
        .store(store)
        .limits(limits)
        .checkpoint(&place.file, NEVER)
        .run();
    assert!(report.unique() > 5);
    place
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    for store in STORES {
        let place = small(store);
        let whole = std::fs::read(&place.file).unwrap();
        let refuse = |bytes: &[u8]| {
            std::fs::write(&place.file, bytes).unwrap();
            let resumed = Check::new(&SMALL).store(store).resume(&place.file);
            let error = resumed.unwrap_err();
            assert!(
                matches!(
                    error,
                    CheckpointError::Damaged { .. }
                        | CheckpointError::NotACheckpoint { .. }
                        | CheckpointError::Format { .. }
                ),
                "{error}"
            );
        };
        for length in 0..whole.len() {
            refuse(&whole[..length]);
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1 << (place % 8);
            refuse(&changed);
        }
        refuse(&[whole.as_slice(), b"x"].concat());
        std::fs::write(&place.file, whole).unwrap();
        assert!(Check::new(&SMALL).store(store).resume(&place.file).is_ok());
    }
}

#[test]
fn a_checkpoint_of_another_check_is_refused() {
    let place = small(Store::Numbers);
    let what = |check: Check<'_, Tree>| match check.resume(&place.file).unwrap_err() {
        CheckpointError::OtherCheck { what, .. } => what,
        error => panic!("{error}"),
    };
    assert_eq!(
        what(Check::new(&SMALL).store(Store::Fingerprint)),
        "the store"
    );
    let more = Tree {
        numbers: SMALL.numbers + 1,
        ..SMALL
    };
    assert_eq!(what(Check::new(&more)), "the store");
    assert_eq!(what(Check::new(&SMALL).symmetric()), "symmetry");
    let error = Check::new(&Leak).resume(&place.file).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("Tree") && told.contains("Leak"), "{told}");

    let turned = Tree {
        turned: true,
        ..SMALL
    };
    let error = Check::new(&turned).resume(&place.file).unwrap_err();
    assert!(matches!(error, CheckpointError::Changed { .. }), "{error}");
    // The initial state leads to the same ones, but one of those that wait does not.
    let cut = Tree { nodes: 9, ..SMALL };
    let error = Check::new(&cut).resume(&place.file).unwrap_err();
    assert!(matches!(error, CheckpointError::Changed { .. }), "{error}");

    let limits = Limits::default().memory(1_000);
    let error = Check::new(&SMALL)
        .limits(limits)
        .resume(&place.file)
        .unwrap_err();
    assert!(matches!(error, CheckpointError::Memory { .. }), "{error}");
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let place = Place::new();
    let resume = || Check::new(&SMALL).resume(&place.file).unwrap_err();
    let error = resume();
    assert!(matches!(error, CheckpointError::Io { .. }), "{error}");
    std::fs::write(&place.file, "something else").unwrap();
    let error = resume();
    assert!(
        matches!(error, CheckpointError::NotACheckpoint { .. }),
        "{error}"
    );
    std::fs::write(&place.file, b"fsmcheck checkpoint\n\xff\0\0\0").unwrap();
    let error = resume();
    assert!(
        matches!(error, CheckpointError::Format { found: 255, .. }),
        "{error}"
    );
}

#[test]
fn a_check_that_cannot_be_kept_does_not_begin() {
    let stop = |check: Check<'_, Tree>| {
        let report = check.run();
        assert_eq!((report.unique(), report.exit_code()), (0, 3));
        match report.completeness() {
            Completeness::Bounded(Stop::Disk(kind)) => kind,
            completeness => panic!("{completeness}"),
        }
    };
    // The checkpoint of another run may be the work of days.
    let place = small(Store::Exact);
    let before = std::fs::read(&place.file).unwrap();
    let check = Check::new(&SMALL).checkpoint(&place.file, NEVER);
    assert_eq!(stop(check), ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&place.file).unwrap(), before);

    let nowhere = place.folder.path().join("nowhere/check");
    let check = Check::new(&SMALL).checkpoint(&nowhere, NEVER);
    assert_eq!(stop(check), ErrorKind::NotFound);

    let depth_first = || Check::new(&SMALL).search(Search::DepthFirst);
    let elsewhere = place.folder.path().join("other");
    let check = depth_first().checkpoint(elsewhere, NEVER);
    assert_eq!(stop(check), ErrorKind::Unsupported);
    let error = depth_first().resume(&place.file).unwrap_err();
    assert!(matches!(error, CheckpointError::Unsupported), "{error}");
}
