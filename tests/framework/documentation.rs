//! What the documentation says of the machines is drawn from the machines, and
//! the page of names is the tables of the library's reference.
//! `FSMCHECK_ACCEPT=1 cargo test --test framework` writes them anew.

use std::path::{Path, PathBuf};

use fsmcheck::draw;
use fsmcheck::framework::{
    BackOff, DispatchRequest, Dispatcher, Executor, Job, JobOperation, Leader, ManagerRecovery,
    Master, MasterClient, RegisteredExecutor, Stream, Task, Worker, WorkerEntry,
};
use fsmcheck::graph::Graph;

#[test]
fn drawings_are_up_to_date() {
    for graph in bundled() {
        let machine = graph.machine();
        let drawings = format!("{}\n{}", draw::table(graph), picture(graph));
        let file = root().join(format!("src/framework/{machine}.md"));
        up_to_date(&file, &[(machine, drawings)]);
    }
    let page = bundled().map(|graph| (graph.machine(), picture(graph)));
    up_to_date(&root().join("docs/framework.md"), &page);
}

#[test]
fn names_are_up_to_date() {
    let tables = ["wire", "framework"]
        .map(|module| (module, names(&root().join(format!("src/{module}/mod.rs")))));
    up_to_date(&root().join("docs/names.md"), &tables);
}

/// The machines in the order of the command line.
fn bundled() -> [&'static Graph; 15] {
    [
        Master::graph(),
        Worker::graph(),
        WorkerEntry::graph(),
        ManagerRecovery::graph(),
        MasterClient::graph(),
        Job::graph(),
        JobOperation::graph(),
        BackOff::graph(),
        Leader::graph(),
        Dispatcher::graph(),
        DispatchRequest::graph(),
        Task::graph(),
        Executor::graph(),
        RegisteredExecutor::graph(),
        Stream::graph(),
    ]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn picture(graph: &Graph) -> String {
    format!("```mermaid\n{}```\n", draw::mermaid(graph))
}

/// The table under the heading `Names` in the documentation of a module: the
/// links between its items lead nowhere outside of the reference.
fn names(module: &Path) -> String {
    let source = std::fs::read_to_string(module).unwrap();
    let table: String = source
        .lines()
        .skip_while(|line| *line != "//! # Names")
        .filter_map(|line| line.strip_prefix("//! |"))
        .map(|row| format!("|{row}\n").replace("[`", "`").replace("`]", "`"))
        .collect();
    assert!(
        table.lines().count() > 5,
        "{} has no table",
        module.display()
    );
    table
}

/// Holds what stands between the markers of each name in a file against what
/// should stand there, or writes it.
#[track_caller]
fn up_to_date(file: &Path, parts: &[(&str, String)]) {
    let written = std::fs::read_to_string(file).unwrap();
    let mut expected = written.clone();
    for (name, text) in parts {
        let begin = format!(
            "<!-- BEGIN {name}, written by `FSMCHECK_ACCEPT=1 cargo test --test framework` -->"
        );
        let end = format!("<!-- END {name} -->");
        let (before, rest) = expected.split_once(&begin).expect("has a begin marker");
        let (_, after) = rest.split_once(&end).expect("has an end marker");
        expected = format!("{before}{begin}\n\n{text}\n{end}{after}");
    }
    if std::env::var_os("FSMCHECK_ACCEPT").is_some() {
        std::fs::write(file, expected).unwrap();
    } else {
        assert!(
            written == expected,
            "{} is out of date; it should read:\n{expected}",
            file.display()
        );
    }
}
