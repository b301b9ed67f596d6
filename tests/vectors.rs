//! Golden data recorded from the original implementation: one test for each
//! file, named after it. `FSMCHECK_VECTORS=DIR cargo test --test vectors`
//! reads the same files from another folder.

#[path = "vectors/reader.rs"]
mod reader;

#[path = "vectors/behaviour.rs"]
mod behaviour;
#[path = "vectors/labels.rs"]
mod labels;
#[path = "vectors/manager.rs"]
mod manager;
#[path = "vectors/wire.rs"]
mod wire;

use reader::{Pinned, run};

/// One test for each file: its name, the function that holds one line against
/// the library, and what the bundled file holds.
macro_rules! files {
    ($($module:ident::$name:ident: $lines:literal lines, exceptions $exceptions:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let pinned = Pinned {
                    lines: $lines,
                    exceptions: &$exceptions,
                };
                run(stringify!($name), &pinned, $module::$name);
            }
        )*
    };
}

files! {
    behaviour::worker_entry: 24 lines, exceptions [];
    behaviour::worker_entry_seq: 131 lines, exceptions [];
    labels::label_sets: 14 lines, exceptions [("non-utf8 value", 1)];
    labels::label_strings: 152 lines, exceptions [("non-utf8 value", 2)];
    labels::selectors: 548 lines, exceptions [("non-utf8 value", 10)];
    manager::worker_manager: 2619 lines, exceptions [];
    manager::worker_manager_full_queue: 2 lines, exceptions [];
    manager::hazards_worker_manager: 14 lines, exceptions [];
    wire::clock: 61 lines, exceptions [];
    wire::ext_scan: 113 lines, exceptions [];
    wire::orm_columns: 2 lines, exceptions [];
    wire::orm_maps: 105 lines, exceptions [("non-utf8 value", 39)];
    wire::significant_change: 91 lines, exceptions [("non-utf8 value", 19)];
    wire::states: 151 lines, exceptions [];
    wire::topics: 75 lines, exceptions [("non-utf8 value", 8)];
    wire::wire_decode: 2199 lines, exceptions [];
    wire::wire_encode: 1005 lines, exceptions [("non-utf8 value", 203)];
    wire::worker_type_string: 24 lines, exceptions [];
}
