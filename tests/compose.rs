//! Machines put together, through the public API.

#[cfg(feature = "disk")]
#[path = "compose/disk.rs"]
mod disk;
#[path = "compose/naive.rs"]
mod naive;
#[path = "compose/random.rs"]
mod random;
#[path = "compose/table_machine.rs"]
mod table_machine;
