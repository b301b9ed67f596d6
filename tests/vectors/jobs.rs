//! Readers of the golden data about the job manager's table of jobs.

use std::collections::BTreeMap;

use fsmcheck::framework::{DispatchAnswer, JobTable, JobTableError, Policy, RegisteredJob};
use fsmcheck::wire::MasterMeta;
use serde_json::{Value, json};

use crate::reader::Line;

/// A line of `job_fsm.jsonl`: a trace of operations on one table.
pub(crate) fn job_fsm(line: &Value) -> Line {
    let mut jobs = JobTable::new(Policy::original());
    let steps = line["steps"].as_array().expect("a list of steps");
    assert!(!steps.is_empty(), "a trace without steps");
    steps.iter().fold(Line::Agrees, |so_far, step| {
        so_far.and(|| check(&mut jobs, step))
    })
}

/// A line of `job_fsm_walk_order.jsonl`: the last walk goes in the order in
/// which the original went.
pub(crate) fn job_fsm_walk_order(line: &Value) -> Line {
    let steps = line["steps"].as_array().expect("a list of steps");
    let last = steps.last().expect("a trace has steps");
    assert_eq!(last["op"]["ordered"], true, "the last walk has an order");
    job_fsm(line)
}

/// A line of `hazards/job_fsm.jsonl`.
pub(crate) fn hazards_job_fsm(line: &Value) -> Line {
    job_fsm(line)
}

/// What an operation has given back.
#[derive(Default)]
struct Results {
    error: Option<JobTableError>,
    visited: Option<Vec<String>>,
    queries: Option<(Value, Value)>,
}

fn check(jobs: &mut JobTable, step: &Value) -> Line {
    let before = jobs.clone();
    let results = apply(jobs, step);
    let seen = json!({
        "pending": members(jobs.pending(), |job| json!([job.meta().id, job.meta().seq_id])),
        "wait_ack": members(jobs.wait_ack(), holder),
        "online": members(jobs.online_jobs(), holder),
        "created": jobs.n_created(),
        "running": jobs.n_running(),
        "err": error_of(results.error.as_ref()),
        "visited": results.visited,
        "query_job": results.queries.as_ref().map(|(job, _)| job),
        "query_online_job": results.queries.as_ref().map(|(_, job)| job),
    });
    let mut expected =
        json!({ "err": null, "visited": null, "query_job": null, "query_online_job": null });
    for (member, value) in step.as_object().expect("a step is an object") {
        match member.as_str() {
            "op" => {}
            "err" => expected["err"] = expected_error(value),
            known => {
                assert!(seen.get(known).is_some(), "unknown member {known}");
                expected[known] = value.clone();
            }
        }
    }
    let walk = results.visited.is_some();
    let refused = results.error.is_some() && !walk;
    Line::compare(&format!("after {}", step["op"]), &expected, &seen)
        .and(|| Line::compare("unchanged", &true, &(!refused || *jobs == before)))
}

fn apply(jobs: &mut JobTable, step: &Value) -> Results {
    let op = &step["op"];
    let job = op["job"].as_str().unwrap_or_default();
    let failover = op["failover"].as_bool();
    let mut results = Results::default();
    match text(&op["t"]) {
        "dispatched" => {
            let meta = MasterMeta {
                id: job.to_owned(),
                seq_id: op["tag"].as_u64().expect("a tag"),
                ..MasterMeta::default()
            };
            let from_failover = failover.expect("failover is given");
            results.error = jobs.dispatched(meta, from_failover).err();
        }
        "online" => results.error = jobs.online(job, true).err(),
        "dispatch_failed" => results.error = jobs.dispatch_failed(job).err(),
        "offline" => {
            jobs.offline(job, failover.expect("failover is given"));
        }
        "query" => {
            let described = |job: Option<&RegisteredJob>| job.map_or(Value::Null, holder);
            results.queries = Some((
                described(jobs.query(job)),
                described(jobs.query_online(job)),
            ));
        }
        walk @ ("iter_pending" | "iter_wait_ack") => {
            let mut visited = Vec::new();
            let mut dispatch = |meta: &MasterMeta| {
                visited.push(meta.id.clone());
                answer(op["out"].get(&meta.id))
            };
            let recorded = op["ordered"].as_bool().unwrap_or(false);
            let walked = match (walk, recorded) {
                ("iter_pending", false) => jobs.dispatch_pending(&mut dispatch),
                (_, false) => jobs.dispatch_awaited(&mut dispatch),
                (walk, true) => in_order(jobs, walk, &step["visited"], &mut dispatch),
            };
            results.error = walked.err();
            if !recorded {
                visited.sort();
            }
            results.visited = Some(visited);
        }
        other => panic!("unknown operation {other}"),
    }
    results
}

/// Walks in the recorded order. What that leaves out is visited at the end: a
/// walk that ended without an error has left out nothing.
fn in_order(
    jobs: &mut JobTable,
    walk: &str,
    recorded: &Value,
    dispatch: &mut impl FnMut(&MasterMeta) -> DispatchAnswer,
) -> Result<(), JobTableError> {
    let recorded = recorded.as_array().expect("a list of ids");
    for job in recorded.iter().map(text) {
        match walk {
            "iter_pending" => jobs.dispatch_one_pending(job, dispatch)?,
            _ => jobs.dispatch_one_awaited(job, dispatch)?,
        }
    }
    match walk {
        "iter_pending" => {
            let left = jobs.pending().map(|(id, _)| id.to_owned());
            let left: Vec<_> = left.filter(|id| !recorded.contains(&json!(id))).collect();
            left.iter()
                .try_for_each(|job| jobs.dispatch_one_pending(job, dispatch))
        }
        _ => jobs.dispatch_awaited(dispatch),
    }
}

fn answer(out: Option<&Value>) -> DispatchAnswer {
    match out.map(text) {
        None | Some("ok") => DispatchAnswer::Dispatched,
        Some("backoff") => DispatchAnswer::BackOff,
        Some("terminate") => DispatchAnswer::GiveUp,
        Some("error") => DispatchAnswer::Failed("injected dispatch error".to_owned()),
        Some(other) => match other.strip_prefix("ok:") {
            Some(id) => DispatchAnswer::DispatchedAs(id.to_owned()),
            None => panic!("unknown answer {other}"),
        },
    }
}

fn members<'a>(
    jobs: impl Iterator<Item = (&'a str, &'a RegisteredJob)>,
    describe: impl Fn(&RegisteredJob) -> Value,
) -> BTreeMap<String, Value> {
    jobs.map(|(id, job)| (id.to_owned(), describe(job)))
        .collect()
}

fn holder(job: &RegisteredJob) -> Value {
    json!([
        job.meta().id,
        job.meta().seq_id,
        job.is_from_failover(),
        job.has_handle()
    ])
}

/// Errors match by their code, those without one by what was injected.
fn error_of(error: Option<&JobTableError>) -> Value {
    match error {
        None => Value::Null,
        Some(JobTableError::DispatchFailed { error, .. }) => json!(error),
        Some(error) => json!(error.code().expect("the original registered it")),
    }
}

fn expected_error(error: &Value) -> Value {
    error.get("code").unwrap_or(&error["msg"]).clone()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
