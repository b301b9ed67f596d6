//! The machines of the master/worker framework through the public API.

#[path = "framework/client.rs"]
mod client;
#[path = "framework/documentation.rs"]
mod documentation;
#[path = "framework/edges.rs"]
mod edges;
#[path = "framework/effects.rs"]
mod effects;
#[path = "framework/jobs.rs"]
mod jobs;
#[path = "framework/jobs_properties.rs"]
mod jobs_properties;
#[path = "framework/look_ups.rs"]
mod look_ups;
#[path = "framework/manager/mod.rs"]
mod manager;
#[path = "framework/observer.rs"]
mod observer;
#[path = "framework/properties.rs"]
mod properties;
#[path = "framework/run_loop.rs"]
mod run_loop;
#[path = "framework/source.rs"]
mod source;
#[path = "framework/stories.rs"]
mod stories;
#[path = "framework/tables.rs"]
mod tables;
#[path = "framework/walks.rs"]
mod walks;
