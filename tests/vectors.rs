//! Golden data recorded from the original implementation: one test for each
//! file, named after it. `FSMCHECK_VECTORS=DIR cargo test --test vectors`
//! reads the same files from another folder.

#[path = "vectors/reader.rs"]
mod reader;
