//! What a user sees of a check: texts, JSON, diagrams, lines, reruns, warnings.

#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "check/graph_model.rs"]
mod graph_model;
#[path = "check_output/lines.rs"]
mod lines;
#[path = "check_output/models.rs"]
mod models;
#[path = "check_output/reports.rs"]
mod reports;
#[path = "check_output/reruns.rs"]
mod reruns;
#[path = "check_output/state_graphs.rs"]
mod state_graphs;
#[path = "check_output/stories.rs"]
mod stories;
