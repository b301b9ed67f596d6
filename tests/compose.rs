//! Machines put together, through the public API.

#[cfg(feature = "disk")]
#[path = "compose/disk.rs"]
mod disk;
#[path = "compose/naive.rs"]
mod naive;
#[path = "compose/random.rs"]
mod random;
#[path = "compose/reduced.rs"]
mod reduced;
#[path = "compose/refused.rs"]
mod refused;
#[path = "compose/table_machine.rs"]
mod table_machine;
