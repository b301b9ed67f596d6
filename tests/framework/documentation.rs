//! What the documentation says of the machines is drawn from the machines, and
//! the page of names is the tables of the library's reference.
//! `FSMCHECK_ACCEPT=1 cargo test --test framework` writes them anew.

use std::path::{Path, PathBuf};

use fsmcheck::draw;
use fsmcheck::framework::{
    BackOff, Cancellation, DispatchRequest, Dispatcher, Executor, Job, JobMasterBusiness,
    JobOperation, Leader, ManagerRecovery, Master, MasterClient, RegisteredExecutor, RunLoop,
    StartUp, StatusWriter, Stream, Task, Worker, WorkerBusiness, WorkerEntry,
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
fn bundled() -> [&'static Graph; 21] {
    [
        Master::graph(),
        Worker::graph(),
        WorkerEntry::graph(),
        ManagerRecovery::graph(),
        MasterClient::graph(),
        RunLoop::graph(),
        StartUp::graph(),
        StatusWriter::graph(),
        Cancellation::graph(),
        WorkerBusiness::graph(),
        JobMasterBusiness::graph(),
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

/// The text of every file under a folder with one of the extensions.
fn texts(folder: &Path, extensions: &[&str], all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, extensions, all);
        } else if extensions
            .iter()
            .any(|wanted| path.extension().is_some_and(|given| given == *wanted))
        {
            *all += &std::fs::read_to_string(&path).unwrap();
        }
    }
}

#[test]
fn a_test_that_the_documentation_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut documentation, mut code) = (String::new(), String::new());
    texts(&root.join("src/framework"), &["md"], &mut documentation);
    documentation += &std::fs::read_to_string(root.join("src/framework/mod.rs")).unwrap();
    texts(&root.join("src/framework"), &["rs"], &mut code);
    texts(&root.join("tests"), &["rs"], &mut code);
    let is_name = |text: &&str| {
        text.contains('_')
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let pieces: Vec<_> = documentation.split('`').collect();
    // What stands in brackets is a link, which rustdoc checks.
    let named: Vec<_> = pieces
        .windows(2)
        .step_by(2)
        .filter(|pair| !pair[0].ends_with('['))
        .filter_map(|pair| pair[1].rsplit("::").next())
        .filter(is_name)
        .collect();
    assert!(named.len() > 50, "only {} names were found", named.len());
    for name in named {
        let is_test = code.contains(&format!("fn {name}("));
        assert!(is_test, "the documentation names `{name}`");
    }
}
