//! The example program `cluster`: a master, executors and workers as processes of
//! their own, over TCP, with a SQLite store, some of which are killed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// Where `cargo test` puts the example.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let name = format!("cluster{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not there: a test of its own needs `cargo build --example cluster` first",
        program.display()
    );
    program
}

/// The messages of a log, each line of which must be one in the unified format.
fn messages(log: &Path) -> BTreeSet<String> {
    let quoted = r#""(?:[^"\\]|\\.)*""#;
    let bare = r#"[^\s"=\[\]]+"#;
    let part = format!("(?:{bare}|{quoted})");
    let line = format!(
        r"^\[\d{{4}}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{{3}} [+-]\d\d:\d\d\] \[(?:INFO|WARN)\] \[\w+\.rs:\d+\] \[({part})\](?: \[{part}={part}\])*$"
    );
    let line = Regex::new(&line).unwrap();
    let text = std::fs::read_to_string(log).unwrap();
    assert!(
        text.ends_with('\n'),
        "{} ends in half a line",
        log.display()
    );
    text.lines()
        .map(|text| {
            let parts = line.captures(text);
            let parts = parts.unwrap_or_else(|| panic!("{}: no log line: {text}", log.display()));
            let message = &parts[1];
            serde_json::from_str(message).unwrap_or_else(|_| message.to_owned())
        })
        .collect()
}

#[test]
fn a_cluster_survives_crashes_failover_and_a_bad_network() {
    let directory = std::env::temp_dir().join(format!("fsmcheck-cluster-{}", std::process::id()));
    let output = Command::new(program()).arg(&directory).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("none illegal"), "{said}");

    let of = |name: &str| messages(&directory.join(name));
    let (first, second) = (of("master-1.log"), of("master-2.log"));
    for message in [
        "Heartbeat Ping received",
        "Worker discovered",
        "Dispatch Worker succeeded",
        "on worker online",
        "on worker offline",
        "on worker status updated",
        "Worker tombstone is cleaned",
        "Message from small worker epoch dropped",
    ] {
        assert!(
            first.contains(message),
            "the first master never says: {message}"
        );
    }
    for message in [
        "All workers have sent heartbeats after master failover. Resuming right now.",
        "on worker offline",
    ] {
        assert!(
            second.contains(message),
            "the second master never says: {message}"
        );
    }
    let executor = of("executor-1.log");
    for message in [
        "Launching task",
        "sending heartbeat success",
        "heartbeat pong received",
        "worker start exiting",
        "worker finished exiting",
        "Task Closed",
    ] {
        assert!(
            executor.contains(message),
            "the executor never says: {message}"
        );
    }
    std::fs::remove_dir_all(directory).unwrap();
}
