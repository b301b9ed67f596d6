//! Runs the body of every fuzz target over its corpus, which also holds what
//! once made a target fail, and over random bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fsmcheck::fuzzing::{SITUATIONS, TARGETS, situations};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// How many random inputs each target is run over.
const RANDOM: usize = 3000;

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut inputs: Vec<_> = fs::read_dir(folder(&format!("corpus/{target}")))
        .expect("there is a corpus")
        .map(|entry| entry.expect("the corpus can be listed").path())
        .map(|path| {
            let input = fs::read(&path).expect("the input can be read");
            (path.display().to_string(), input)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "the corpus of {target} is empty");
    inputs
}

#[test]
fn every_target_holds_over_its_corpus() {
    for (name, body) in TARGETS {
        for (path, input) in corpus(name) {
            let held = std::panic::catch_unwind(|| body(&input)).is_ok();
            assert!(held, "{path} breaks the promise");
        }
    }
}

/// Half of the inputs are made of nothing but chance; the others are inputs of the
/// corpus in which some bytes are changed.
#[test]
fn every_target_holds_over_random_bytes() {
    for (name, body) in TARGETS {
        let corpus: Vec<_> = corpus(name).into_iter().map(|(_, input)| input).collect();
        let bytes = prop::collection::vec(any::<u8>(), 0..160);
        let change = (any::<prop::sample::Index>(), any::<u8>());
        let changes = prop::collection::vec(change, 1..6);
        let changed = (prop::sample::select(corpus), changes).prop_map(|(mut input, changes)| {
            for (place, byte) in changes {
                if !input.is_empty() {
                    *place.get_mut(&mut input) = byte;
                }
            }
            input
        });
        let input = prop_oneof![bytes, changed];
        let mut chance = TestRunner::deterministic();
        for _ in 0..RANDOM {
            let input = input
                .new_tree(&mut chance)
                .expect("it can be made")
                .current();
            let held = std::panic::catch_unwind(|| body(&input)).is_ok();
            assert!(held, "{name} breaks the promise over {input:?}");
        }
    }
}

#[test]
fn the_corpus_of_the_network_leads_everywhere() {
    let met: BTreeSet<_> = corpus("network")
        .iter()
        .flat_map(|(_, input)| situations(input))
        .collect();
    assert_eq!(met, SITUATIONS.iter().copied().collect());
}

#[test]
fn the_corpus_of_the_events_begins_with_each_machine() {
    fn machine<M: fsmcheck::Machine>() {}
    let machines = fsmcheck::bundled_machines!(machine).len();
    let begun: BTreeSet<_> = corpus("events")
        .iter()
        .filter(|(_, input)| input.len() > 4)
        .map(|(_, input)| usize::from(input[0]) % machines)
        .collect();
    assert_eq!(begun, (0..machines).collect());
}

#[test]
fn every_target_has_its_program_and_the_other_way_round() {
    let programs: BTreeSet<_> = fs::read_dir(folder("fuzz_targets"))
        .expect("there are programs")
        .map(|entry| entry.expect("they can be listed").path())
        .map(|path| path.file_stem().expect("they have names").to_owned())
        .collect();
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).into()).collect();
    assert_eq!(programs, targets);
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}
