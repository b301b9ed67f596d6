//! What the README shows is what the library does.

use fsmcheck::draw;
use fsmcheck::framework::Worker;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The text of the fenced block after a mark.
fn block<'a>(text: &'a str, mark: &str) -> (usize, &'a str) {
    let mark = format!("<!-- {mark} -->\n```");
    let start = text
        .find(&mark)
        .unwrap_or_else(|| panic!("README.md has no {mark}"))
        + mark.len();
    let start = start + text[start..].find('\n').unwrap() + 1;
    let end = start + text[start..].find("```").unwrap();
    (start, &text[start..end])
}

#[test]
fn the_picture_is_drawn_from_the_machine() {
    let readme = readme();
    let drawn = draw::mermaid(Worker::graph());
    let (start, shown) = block(&readme, "drawn: worker");
    if shown != drawn && std::env::var_os("FSMCHECK_ACCEPT").is_some() {
        let accepted = format!(
            "{}{drawn}{}",
            &readme[..start],
            &readme[start + shown.len()..]
        );
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"), accepted).unwrap();
        return;
    }
    assert_eq!(
        shown, drawn,
        "FSMCHECK_ACCEPT=1 cargo test --test readme writes the new picture"
    );
}

#[test]
fn the_two_commands_are_single_lines_of_cargo() {
    for mark in ["main", "test"] {
        let readme = readme();
        let (_, command) = block(&readme, mark);
        assert_eq!(command.lines().count(), 1);
        assert!(command.starts_with("cargo "), "{command}");
    }
}
