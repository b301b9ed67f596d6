//! Verify, test and draw finite state machines written with
//! [statig](https://docs.rs/statig).

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod draw;
pub mod graph;
