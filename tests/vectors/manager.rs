//! The recorded behaviour of the worker manager.

use std::collections::HashMap;

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{
    Effect, Handle, ManagerError, Receipt, TickInput, Ticked, WorkerManager,
};
use fsmcheck::wire::{
    Epoch, HeartbeatPing, MonotonicTime, WorkerStateCode, WorkerStatus, WorkerStatusMessage,
};
use serde_json::{Map, Value, json};

use crate::reader::Line;

/// A trace under way: the manager and what stands around it.
struct Run {
    manager: WorkerManager,
    now: i64,
    /// The handles that offline callbacks were given: the last one for each worker.
    offline: HashMap<String, Handle>,
}

/// What an operation was seen to do, with the names of the recording.
type Seen = Map<String, Value>;

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

fn flag(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_bool().expect("true or false"))
}

fn code(value: &Value) -> WorkerStateCode {
    WorkerStateCode(number(value).try_into().expect("a state"))
}

fn status(value: &Value) -> Option<WorkerStatus> {
    value.as_array().map(|pair| WorkerStatus {
        state: code(&pair[0]),
        epoch: number(&pair[1]),
        ..WorkerStatus::default()
    })
}

fn recorded(status: Option<&WorkerStatus>) -> Value {
    status.map_or(Value::Null, |status| json!([status.state.0, status.epoch]))
}

/// An error by its code; one without a code by its text.
fn error(code: Option<&str>, message: &str) -> Value {
    match code {
        Some(code) => json!({ "code": code }),
        None => json!({ "msg": message }),
    }
}

fn manager_error(seen: &ManagerError) -> Value {
    error(seen.code(), &seen.to_string())
}

/// A recorded error without what is not compared.
fn trimmed(recorded: &Value) -> Value {
    match recorded.get("code") {
        Some(code) => json!({ "code": code }),
        None => recorded.clone(),
    }
}

impl Run {
    /// Does one operation. An error is one that the original returns or panics by.
    fn operate(&mut self, op: &Value, seen: &mut Seen) -> Result<(), ManagerError> {
        let now = MonotonicTime(self.now);
        let mut effects = Vec::new();
        let result = match text(&op["t"]) {
            "before_start" => self.manager.before_start(
                text(&op["w"]),
                text(&op["ex"]),
                number(&op["epoch"]),
                now,
            ),
            "heartbeat" => return self.heartbeat(op, seen),
            "status" => {
                let message = WorkerStatusMessage {
                    worker: text(&op["w"]).to_owned(),
                    master_epoch: number(&op["me"]),
                    status: status(&op["status"]),
                };
                let received = self.manager.status_message(message, &mut effects);
                received.map(|receipt| assert_ne!(receipt, Receipt::Kept))
            }
            "abort" => {
                self.manager
                    .abort(text(&op["w"]), "dispatch failed", &mut effects);
                Ok(())
            }
            "advance" => {
                self.now += number(&op["ns"]);
                self.manager.wake(MonotonicTime(self.now), &mut effects);
                Ok(())
            }
            "check" => self.manager.check(now, &mut effects),
            "tick" => return self.tick(op, seen),
            "init" => self.init(op, &mut effects),
            "cancel_init" => self.manager.cancel_recovery(&mut effects),
            "clean" => return self.clean(op, seen),
            other => panic!("unknown operation {other}"),
        };
        if text(&op["t"]) == "init" && result.is_ok() && self.manager.wakes_at().is_some() {
            seen.insert("init_blocked".into(), true.into());
        }
        note_recovery(&effects, seen);
        result
    }

    fn heartbeat(&mut self, op: &Value, seen: &mut Seen) -> Result<(), ManagerError> {
        let ping = HeartbeatPing {
            send_time: MonotonicTime(self.now),
            from_worker_id: text(&op["w"]).to_owned(),
            epoch: number(&op["me"]),
            worker_epoch: number(&op["we"]),
            is_finished: flag(op.get("fin")),
        };
        let mut effects = Vec::new();
        let result = self.manager.heartbeat(
            &ping,
            text(&op["node"]),
            MonotonicTime(self.now),
            &mut effects,
        );
        let Effect::Pong(pong) = &effects[0] else {
            panic!("the original answers before all else: {effects:?}");
        };
        assert_eq!(
            (pong.worker, pong.node),
            (text(&op["w"]), text(&op["node"]))
        );
        assert_eq!(pong.is_finished, ping.is_finished);
        assert_eq!(pong.epoch, self.manager.epoch());
        note_recovery(&effects[1..], seen);
        result.map(|_| ())
    }

    fn init(&mut self, op: &Value, effects: &mut Vec<Effect<'_>>) -> Result<(), ManagerError> {
        self.manager.recover(effects)?;
        assert_eq!(effects.pop(), Some(Effect::LoadRows));
        if flag(op.get("load_err")) {
            return self.manager.load_failed("injected load error", effects);
        }
        let rows = op["workers"].as_array().expect("a list of workers");
        let rows = rows
            .iter()
            .map(|row| WorkerStatus {
                id: text(&row[0]).to_owned(),
                state: code(&row[1]),
                epoch: number(&row[2]),
                ..WorkerStatus::default()
            })
            .collect();
        self.manager
            .rows_loaded(rows, MonotonicTime(self.now), effects)
    }

    fn tick(&mut self, op: &Value, seen: &mut Seen) -> Result<(), ManagerError> {
        let mut callbacks = Vec::new();
        let result = self.deliver(op, &mut callbacks);
        for run in callbacks.chunk_by_mut(|a, b| a["k"] == "offline" && b["k"] == "offline") {
            run.sort_by_key(|callback| text(&callback["w"]).to_owned());
        }
        if !callbacks.is_empty() {
            seen.insert("cb".into(), callbacks.into());
        }
        result
    }

    fn deliver(&mut self, op: &Value, callbacks: &mut Vec<Value>) -> Result<(), ManagerError> {
        let mut input = if flag(op.get("canceled")) {
            TickInput::Canceled
        } else {
            TickInput::Start
        };
        loop {
            let mut effects = Vec::new();
            match self.manager.tick(input, &mut effects)? {
                Ticked::Done => return Ok(()),
                Ticked::Row => panic!("the original reads no record here"),
                Ticked::Callback => {}
            }
            let callback = effects.pop().expect("the callback");
            assert_eq!(effects, []);
            let (kind, seen) = self.callback(callback, flag(op.get("clean")));
            callbacks.push(seen);
            input = if op.get("fail").is_some_and(|fail| fail == kind) {
                TickInput::CallbackFailed("injected callback error")
            } else {
                TickInput::CallbackDone
            };
        }
    }

    /// What a callback was given, and what asking its handle gave.
    fn callback(&mut self, callback: Effect<'_>, clean: bool) -> (&'static str, Value) {
        let (kind, handle, why) = match callback {
            Effect::Online { handle } => ("online", handle, None),
            Effect::StatusUpdated { handle } => ("status_updated", handle, None),
            Effect::Offline { handle, reason } => {
                self.offline
                    .insert(handle.worker().to_owned(), handle.clone());
                let why = reason.map(|reason| error(Some(reason.code()), ""));
                ("offline", handle, Some(why.unwrap_or(Value::Null)))
            }
            Effect::DispatchFailed {
                handle,
                error: message,
            } => ("dispatched", handle, Some(error(None, &message))),
            other => panic!("no callback: {other:?}"),
        };
        let mut seen = Seen::new();
        seen.insert("k".into(), kind.into());
        seen.insert("w".into(), handle.worker().into());
        match &handle {
            Handle::Running { executor, .. } => {
                seen.insert("h".into(), "running".into());
                seen.insert("ex".into(), executor.to_string().into());
            }
            Handle::Tombstone { .. } => {
                seen.insert("h".into(), "tombstone".into());
            }
        }
        if let Some(why) = why {
            seen.insert("err".into(), why);
        }
        match self.manager.status(&handle) {
            Ok(status) => seen.insert("status".into(), recorded(status)),
            Err(stale) => seen.insert("status_panic".into(), stale.assertion().into()),
        };
        if clean && kind == "offline" {
            self.delete(&handle, false).expect("a tombstone");
            seen.insert("clean".into(), "cleaned".into());
        }
        (kind, seen.into())
    }

    fn clean(&mut self, op: &Value, seen: &mut Seen) -> Result<(), ManagerError> {
        let worker = text(&op["w"]);
        let handle = match text(&op["via"]) {
            "get_workers" => self
                .manager
                .workers()
                .find(|handle| handle.worker() == worker),
            "offline_handle" => self.offline.get(worker).cloned(),
            other => panic!("unknown way {other}"),
        };
        let result = match handle {
            None => "no_handle",
            Some(Handle::Running { .. }) => "not_tombstone",
            Some(handle) => {
                self.delete(&handle, flag(op.get("del_err")))?;
                "cleaned"
            }
        };
        seen.insert("res".into(), result.into());
        Ok(())
    }

    fn delete(&mut self, handle: &Handle, fails: bool) -> Result<(), ManagerError> {
        let mut effects = Vec::new();
        self.manager.clean(handle.worker(), &mut effects)?;
        assert!(matches!(effects[..], [Effect::DeleteRow { .. }]));
        let deleted = if fails {
            Err("injected delete error")
        } else {
            Ok(())
        };
        self.manager.cleaned(handle.worker(), deleted)
    }

    fn state(&self) -> Value {
        let entries: Map<String, Value> = self
            .manager
            .workers()
            .map(|handle| {
                let (entry, state) = self.manager.entry(handle.worker()).expect("is listed");
                let shown = json!([
                    state.name().to_lowercase(),
                    entry.is_finished(),
                    entry.expires_at(),
                    recorded(entry.status().map(|status| &**status)),
                ]);
                (handle.worker().to_owned(), shown)
            })
            .collect();
        let state = match self.manager.state().name() {
            "LoadingMeta" => "loading_meta",
            "WaitingHeartbeat" => "waiting_heartbeat",
            other => &*other.to_lowercase(),
        };
        json!({
            "mgr": state,
            "q": self.manager.pending_events(),
            "now": self.now,
            "e": entries,
        })
    }
}

/// Notes how recovery ended, if it did.
fn note_recovery(effects: &[Effect<'_>], seen: &mut Seen) {
    for effect in effects {
        match effect {
            Effect::RecoveryEnded { error } => {
                let error = error.as_ref().map(manager_error);
                seen.insert("init_returned".into(), json!({ "err": error }));
            }
            Effect::Failed { .. } => {}
            other => panic!("unexpected effect {other:?}"),
        }
    }
}

/// What the recording says came of a step, as far as it is compared.
fn results(step: &Value) -> Seen {
    let mut results = Seen::new();
    for name in ["err", "panic", "res", "init_blocked", "init_returned", "cb"] {
        let Some(value) = step.get(name) else {
            continue;
        };
        let mut value = value.clone();
        match name {
            "err" => value = trimmed(&value),
            "init_returned" if !value["err"].is_null() => value["err"] = trimmed(&value["err"]),
            "cb" => {
                for callback in value.as_array_mut().expect("a list of callbacks") {
                    if let Some(error) = callback.get_mut("err").filter(|error| !error.is_null()) {
                        *error = trimmed(error);
                    }
                }
            }
            _ => {}
        }
        results.insert(name.to_owned(), value);
    }
    results
}

/// Does a step and holds it against the recording.
fn step(run: &mut Run, at: usize, expected: &Value) -> Line {
    let mut seen = Seen::new();
    let mut before = run.manager.clone();
    for repetition in 1..=expected.get("repeat").map_or(1, number) {
        seen = Seen::new();
        before = run.manager.clone();
        let result = run.operate(&expected["op"], &mut seen);
        if let Err(error) = result {
            match error.assertion() {
                Some(assertion) => seen.insert("panic".into(), assertion.into()),
                // A recovery hands its error on in `init_returned`.
                None => seen.insert("err".into(), manager_error(&error)),
            };
        }
        assert!(repetition == 1 || !seen.contains_key("panic"));
    }
    let what = format!("step {at} {}", expected["op"]);
    let state = run.state();
    let panicked = expected.get("panic").is_some();
    let unchanged = || match panicked {
        true => Line::compare(&format!("{what} unchanged"), &before, &run.manager),
        false => Line::Agrees,
    };
    Line::compare(&what, &results(expected), &seen)
        .and(unchanged)
        .and(|| {
            let members = ["mgr", "q", "now", "e"];
            let recorded: Map<String, Value> = members
                .iter()
                .map(|name| ((*name).to_owned(), expected[*name].clone()))
                .collect();
            match Line::compare(&what, &Value::from(recorded), &state) {
                // What a dying process left behind is not what a refusal leaves.
                Line::Differs(_) if panicked => Line::Excepted("state beside a panic"),
                other => other,
            }
        })
}

/// A line of `worker_manager.jsonl`: a trace.
pub(crate) fn worker_manager(line: &Value) -> Line {
    let epoch: Epoch = number(&line["epoch"]);
    let manager = if flag(line.get("is_init")) {
        WorkerManager::new(epoch, Policy::original())
    } else {
        WorkerManager::after_failover(epoch, Policy::original())
    };
    let mut run = Run {
        manager,
        now: 0,
        offline: HashMap::new(),
    };
    let steps = line["steps"].as_array().expect("a list of steps");
    steps
        .iter()
        .enumerate()
        .fold(Line::Agrees, |so_far, (at, expected)| {
            so_far.and(|| step(&mut run, at, expected))
        })
}

/// A line of `worker_manager_full_queue.jsonl`: a trace in which steps repeat.
pub(crate) fn worker_manager_full_queue(line: &Value) -> Line {
    worker_manager(line)
}

/// A line of `hazards/worker_manager.jsonl`: a trace that shows a hazard.
pub(crate) fn hazards_worker_manager(line: &Value) -> Line {
    worker_manager(line)
}
