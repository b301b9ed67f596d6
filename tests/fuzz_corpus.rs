//! Runs the body of every fuzz target over its corpus, which also holds what
//! once made a target fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fsmcheck::fuzzing::TARGETS;

#[test]
fn every_target_holds_over_its_corpus() {
    for (name, body) in TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(folder(&format!("corpus/{name}"))).expect("there is a corpus") {
            let path = entry.expect("the corpus can be listed").path();
            let input = fs::read(&path).expect("the input can be read");
            let held = std::panic::catch_unwind(|| body(&input)).is_ok();
            assert!(held, "{} breaks the promise", path.display());
            inputs += 1;
        }
        assert!(inputs > 0, "the corpus of {name} is empty");
    }
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
