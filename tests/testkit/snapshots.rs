//! Snapshots: missing, written, and unlike the machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use expect_test::expect;
use fsmcheck::doctest::door::Door;
use fsmcheck::testkit;

/// An empty folder that stands for a package.
fn package(name: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if package.exists() {
        fs::remove_dir_all(&package).unwrap();
    }
    fs::create_dir_all(package.join("tests/snapshots")).unwrap();
    package
}

fn check(package: &Path) -> Result<(), testkit::Failure> {
    testkit::check_snapshot::<Door>(package.to_str().unwrap(), "suites::door")
}

const DOOR: &str = "\
machine Door
event Open
event Close
state Closed (start)
state Opened
Closed --Open--> Opened
Opened --Close--> Closed
";

fn put(package: &Path, text: &str) {
    fs::write(package.join("tests/snapshots/suites__door.txt"), text).unwrap();
}

#[test]
fn a_missing_snapshot_says_how_to_get_one() {
    let failure = check(&package("missing")).unwrap_err();
    expect![[r#"
        Door fails the check "the graph is the one that is checked in"
        - there is no snapshot tests/snapshots/suites__door.txt yet; write it with `FSMCHECK_ACCEPT=1 cargo test`, read it, and check it in"#]].assert_eq(&failure.to_string());
}

#[test]
fn the_graph_that_was_accepted_passes() {
    let package = package("accepted");
    put(&package, DOOR);
    check(&package).unwrap();
}

#[test]
fn a_changed_machine_is_told_by_states_and_transitions() {
    let package = package("changed");
    put(
        &package,
        "\
machine Door
event Open
event Close
event Lock
state Closed (start)
state Opened (terminal)
state Locked
Closed --Open--> Closed (stays)
Closed --Lock--> Locked
",
    );
    let failure = check(&package).unwrap_err();
    expect![[r#"
        Door fails the check "the graph is the one that is checked in"
        - the graph differs from tests/snapshots/suites__door.txt:
            ~ state Opened [was: (terminal)]
            ~ Closed --Open--> Opened [was: Closed (stays)]
            + Opened --Close--> Closed
            - event Lock
            - state Locked
            - Closed --Lock--> Locked
          if this is meant, accept it with `FSMCHECK_ACCEPT=1 cargo test`
          walk: Closed --Open--> Opened
          rerun: fsmcheck::testkit::rerun::<Door>("Open")?;"#]]
    .assert_eq(&failure.to_string());
}

#[test]
fn a_transition_that_has_gone_is_shown_where_it_was() {
    let package = package("gone");
    put(&package, &format!("{DOOR}Opened --Open--> Closed\n"));
    let failure = check(&package).unwrap_err();
    expect![[r#"
        Door fails the check "the graph is the one that is checked in"
        - the graph differs from tests/snapshots/suites__door.txt:
            - Opened --Open--> Closed
          if this is meant, accept it with `FSMCHECK_ACCEPT=1 cargo test`
          walk: Closed --Open--> Opened, and then Open
          rerun: fsmcheck::testkit::rerun::<Door>("Open, Open")?;"#]]
    .assert_eq(&failure.to_string());
}

#[test]
fn a_snapshot_that_cannot_be_read_is_no_snapshot() {
    let package = package("unreadable");
    fs::create_dir(package.join("tests/snapshots/suites__door.txt")).unwrap();
    let failure = check(&package).unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("suites__door.txt cannot be read: "),
        "{failure}"
    );
}

/// Runs itself once more with the variables set, because they cannot be set safely
/// while other threads read them.
#[test]
fn accepting_writes_the_snapshot() {
    const PACKAGE: &str = "FSMCHECK_TESTED_PACKAGE";
    if let Some(package) = env::var_os(PACKAGE) {
        check(Path::new(&package)).unwrap();
        return;
    }
    let package = package("accepting");
    fs::remove_dir(package.join("tests/snapshots")).unwrap();
    let run = |accept: &str| {
        Command::new(env::current_exe().unwrap())
            .args(["--exact", "snapshots::accepting_writes_the_snapshot"])
            .env(PACKAGE, &package)
            .env("FSMCHECK_ACCEPT", accept)
            .output()
            .unwrap()
    };
    assert!(!run("0").status.success(), "nothing is accepted");
    let output = run("1");
    assert!(output.status.success(), "{output:?}");
    let written = fs::read_to_string(package.join("tests/snapshots/suites__door.txt")).unwrap();
    assert_eq!(written, DOOR);
    check(&package).unwrap();

    put(&package, "machine Door\n");
    assert!(!run("").status.success(), "nothing is accepted");
    assert!(run("1").status.success());
    check(&package).unwrap();
}
