//! The machines of the master/worker framework through the public API.

#[path = "framework/documentation.rs"]
mod documentation;
#[path = "framework/edges.rs"]
mod edges;
#[path = "framework/look_ups.rs"]
mod look_ups;
#[path = "framework/manager/mod.rs"]
mod manager;
#[path = "framework/observer.rs"]
mod observer;
#[path = "framework/properties.rs"]
mod properties;
#[path = "framework/source.rs"]
mod source;
#[path = "framework/walks.rs"]
mod walks;
