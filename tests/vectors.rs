//! Golden data recorded from the original implementation: one test for each
//! file, named after it. `FSMCHECK_VECTORS=DIR cargo test --test vectors`
//! reads the same files from another folder.

#[path = "vectors/reader.rs"]
mod reader;

#[path = "vectors/labels.rs"]
mod labels;

use reader::{Pinned, run};

#[test]
fn label_strings() {
    let pinned = Pinned {
        lines: 152,
        exceptions: &[(labels::NON_UTF8, 2)],
    };
    run("label_strings", &pinned, labels::label_string);
}

#[test]
fn label_sets() {
    let pinned = Pinned {
        lines: 14,
        exceptions: &[(labels::NON_UTF8, 1)],
    };
    run("label_sets", &pinned, labels::label_set);
}

#[test]
fn selectors() {
    let pinned = Pinned {
        lines: 548,
        exceptions: &[(labels::NON_UTF8, 10)],
    };
    run("selectors", &pinned, labels::selector);
}
