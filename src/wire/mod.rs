//! The records of the master/worker framework as they travel and are stored.

pub mod label;
