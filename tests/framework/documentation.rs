//! What the documentation says of the machines is drawn from the machines, and
//! the page of names is the tables of the library's reference.
//! `FSMCHECK_ACCEPT=1 cargo test --test framework` writes them anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fsmcheck::draw;
use fsmcheck::graph::Graph;
use fsmcheck::machine::{Explorable, Limits, explore};

#[test]
fn drawings_are_up_to_date() {
    let machines = bundled();
    for graph in &machines {
        let machine = graph.machine();
        let drawings = format!("{}\n{}", draw::table(graph), picture(graph));
        let file = root().join(format!("src/framework/{machine}.md"));
        up_to_date(&file, &[(machine, drawings)]);
    }
    let pictures = |graph| (Graph::machine(graph), picture(graph));
    let page: Vec<_> = machines.iter().map(pictures).collect();
    up_to_date(&root().join("docs/framework.md"), &page);
}

#[test]
fn names_are_up_to_date() {
    let tables = ["wire", "framework"]
        .map(|module| (module, names(&root().join(format!("src/{module}/mod.rs")))));
    up_to_date(&root().join("docs/names.md"), &tables);
}

/// The machines in the order of the command line.
fn bundled() -> Vec<Graph> {
    fn graph<M: Explorable>() -> Graph {
        explore::<M>(Limits::default()).unwrap().into_graph()
    }
    let machines = fsmcheck::bundled_machines!(graph);
    machines.iter().map(|graph| graph()).collect()
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

/// The tests of a file: what follows the attribute, with others in between.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    source.split("#[test]").skip(1).filter_map(|rest| {
        let (attributes, function) = rest.split_once("fn ")?;
        let nothing_else = attributes.lines().all(|line| {
            let line = line.trim();
            line.is_empty() || line.starts_with("#[") || line.starts_with("//")
        });
        nothing_else.then(|| function.split('(').next().unwrap())
    })
}

/// Each test of the crate as `module::test`, where a file is the module of its
/// name; a recording of the original is a test of `vectors`.
fn all_tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = path.file_stem().unwrap().to_str().unwrap();
            let source = std::fs::read_to_string(&path).unwrap();
            found.extend(tests(&source).map(|test| format!("{module}::{test}")));
            if module == "vectors" {
                let recordings = source.lines().filter(|line| line.contains(" lines, "));
                let names = recordings.filter_map(|line| line.trim().split_once("::"));
                let names = names.filter_map(|(_, rest)| rest.split([' ', ':']).next());
                found.extend(names.map(|name| format!("{module}::{name}")));
            }
        }
    }
}

#[test]
fn each_rule_of_the_page_has_a_test_that_exists() {
    let mut tests = BTreeSet::new();
    all_tests(&root().join("src"), &mut tests);
    all_tests(&root().join("tests"), &mut tests);
    let page = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let (shown, _) = page.split_once("## What is in no machine").unwrap();
    let rows: Vec<Vec<_>> = shown
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| rule |"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 100, "only {} rows were found", rows.len());
    for row in rows {
        let [rule, machine, shown_by] = row[..] else {
            panic!("{row:?} has other columns");
        };
        assert!(machine.contains('`'), "{rule}: nothing is named");
        let named: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{rule}: no test is named");
        for test in named {
            assert!(tests.contains(test), "{rule}: there is no test `{test}`");
        }
    }
}

/// What the page names beside tests is in the library under that name.
#[test]
fn each_item_of_the_page_of_rules_exists() {
    let mut code = String::new();
    texts(&root().join("src/framework"), &["rs"], &mut code);
    texts(&root().join("src/wire"), &["rs"], &mut code);
    let page = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let mut n_items = 0;
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let Some(machine) = line.split(" | ").nth(1) else {
            continue;
        };
        for item in machine.split('`').skip(1).step_by(2) {
            n_items += 1;
            for part in item.split("::") {
                let declared = ["struct ", "enum ", "fn ", "const ", "pub "]
                    .iter()
                    .any(|kind| {
                        code.match_indices(&format!("{kind}{part}"))
                            .any(|(at, found)| {
                                !code[at + found.len()..]
                                    .starts_with(|c: char| c.is_alphanumeric() || c == '_')
                            })
                    });
                let variant = code.lines().any(|line| {
                    let line = line.trim_start();
                    line.strip_prefix(part)
                        .is_some_and(|rest| rest.starts_with([',', '(', ' ']))
                });
                assert!(declared || variant, "the page names `{item}`");
            }
        }
    }
    assert!(n_items > 100, "only {n_items} items were found");
}
