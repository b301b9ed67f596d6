//! A worker's view of its master as it was recorded.

use fsmcheck::Guarded;
use fsmcheck::framework::{
    ClientEffect, ClientError, ClientEvent, ClientStart, MasterClient, MasterInfo, Policy, ReadFor,
    Timeouts, WaitEnd,
};
use fsmcheck::wire::{HeartbeatPong, MonotonicTime};
use serde_json::{Value, json};

use crate::reader::Line;

/// What was left beside a panic is what a dying process had half changed; ours
/// refuses and is as before.
const BESIDE_A_PANIC: &str = "state beside a panic";

/// A line of `master_client.jsonl`: a trace of one client.
pub(crate) fn master_client(line: &Value) -> Line {
    let mut run = Run::start(line);
    let steps = line["steps"].as_array().expect("a list of steps");
    let mut so_far = Line::Agrees;
    for (index, expected) in steps.iter().enumerate() {
        so_far = so_far.and(|| match run.step(expected) {
            Line::Differs(how) => Line::Differs(format!("{} step {index}: {how}", line["id"])),
            other => other,
        });
    }
    so_far
}

/// A line of `hazards/master_client.jsonl`, of the same format.
pub(crate) fn hazards_master_client(line: &Value) -> Line {
    master_client(line)
}

/// A client with what surrounds it: a clock, a sender and a store.
struct Run {
    client: Guarded<MasterClient>,
    now: MonotonicTime,
}

/// What a step was seen to do, in the members of the format.
#[derive(Default)]
struct Seen {
    reloads: u64,
    sent: Vec<Value>,
    timed_out: bool,
    err: Option<Value>,
    wait_ended: Option<Value>,
    refused: Option<ClientError>,
}

impl Run {
    fn start(line: &Value) -> Self {
        let start = ClientStart {
            master: text(&line["master_id"]).into(),
            worker: text(&line["worker_id"]).into(),
            worker_epoch: number(&line["worker_epoch"]),
            submitted: MonotonicTime(number(&line["init_time"])),
            started: MonotonicTime(number(&line["start"])),
        };
        let client = MasterClient::new(&start, Policy::original(), Timeouts::default());
        Self {
            client: Guarded::new(client),
            now: start.started,
        }
    }

    fn step(&mut self, expected: &Value) -> Line {
        let op = &expected["op"];
        let before = self.client.clone();
        let mut seen = Seen::default();
        let now = self.now;
        let kind = text(&op["t"]);
        match kind {
            "send" => {
                self.apply(ClientEvent::SendPing { now }, op, &mut seen);
                match text(&op["mode"]) {
                    "ok" => {}
                    "would_block" => self.apply(ClientEvent::PingNotSent, op, &mut seen),
                    // The sender's own error goes past the client to the worker.
                    "error" => seen.err = Some(json!({"msg": "injected send error"})),
                    other => panic!("unknown mode {other}"),
                }
            }
            "pong" => {
                let pong = HeartbeatPong {
                    send_time: MonotonicTime(number(&op["send"])),
                    to_worker_id: text(&op["to"]).to_owned(),
                    epoch: number(&op["epoch"]),
                    is_finished: op["fin"].as_bool().expect("true or false"),
                    ..HeartbeatPong::default()
                };
                let from = text(&op["from"]).into();
                let event = ClientEvent::Pong {
                    from,
                    pong,
                    worker_epoch: None,
                };
                self.apply(event, op, &mut seen);
            }
            "check" => self.apply(ClientEvent::CheckMaster { now }, op, &mut seen),
            "advance" => {
                self.now = MonotonicTime(now.0 + number(&op["ns"]));
                self.apply(ClientEvent::Timer { now: self.now }, op, &mut seen);
            }
            "init_info" | "sync_refresh" => self.apply(ClientEvent::ReadMasterInfo, op, &mut seen),
            "wait_closed" => self.apply(ClientEvent::WaitClosed { now }, op, &mut seen),
            "cancel_wait" => self.apply(ClientEvent::CancelWait, op, &mut seen),
            other => panic!("unknown operation {other}"),
        }
        self.compare(expected, kind, &before, seen)
    }

    /// Applies an event and does what the client asks for, the answer of the
    /// store being that of the step.
    fn apply(&mut self, event: ClientEvent, op: &Value, seen: &mut Seen) {
        let mut effects = Vec::new();
        if let Err(error) = self.client.apply(&event, &mut effects) {
            assert!(effects.is_empty(), "a refusal has effects");
            seen.refused = Some(error);
        }
        for effect in effects {
            match effect {
                ClientEffect::Send { node, topic, ping } => seen.sent.push(json!({
                    "node": node,
                    "topic": topic,
                    "send_time": ping.send_time.0,
                    "from": ping.from_worker_id,
                    "epoch": ping.epoch,
                    "worker_epoch": ping.worker_epoch,
                    "fin": ping.is_finished,
                })),
                ClientEffect::ReadMasterInfo { purpose } => {
                    seen.reloads += 1;
                    self.apply(answer(&op["meta"], purpose), op, seen);
                }
                ClientEffect::MasterInfoUnread { error } => seen.err = Some(json!({"msg": error})),
                ClientEffect::MasterTimedOut => seen.timed_out = true,
                ClientEffect::WaitEnded { end } => {
                    seen.wait_ended = Some(match end {
                        WaitEnd::Acknowledged => json!({}),
                        WaitEnd::TimedOut => json!({"err": {"msg": "context deadline exceeded"}}),
                        WaitEnd::Canceled => json!({"err": {"msg": "context canceled"}}),
                    });
                }
            }
        }
    }

    fn compare(
        &self,
        expected: &Value,
        kind: &str,
        before: &Guarded<MasterClient>,
        seen: Seen,
    ) -> Line {
        let client = self.client.storage();
        let mut step = json!({
            "op": expected["op"],
            "now": self.now.0,
            "close": self.client.state().name().to_lowercase(),
            "node": client.master_node(),
            "mepoch": client.master_epoch(),
            "acked": client.acknowledged().0,
        });
        if seen.reloads > 0 {
            step["reloads"] = json!(seen.reloads);
        }
        if !seen.sent.is_empty() {
            step["sent"] = json!(seen.sent);
        }
        if kind == "check" {
            step["res"] = json!(!seen.timed_out);
        }
        if let Some(err) = seen.err {
            step["err"] = err;
        }
        match seen.wait_ended {
            Some(ended) => step["wait_returned"] = ended,
            None if kind == "wait_closed" => step["wait_blocked"] = json!(true),
            None => {}
        }
        let Some(error) = seen.refused else {
            return Line::compare("step", expected, &step);
        };
        step["panic"] = match error {
            ClientError::FinishNotAnnounced(_) => json!("unexpected master client close state"),
            other => json!(other.to_string()),
        };
        let mut left_behind = expected.clone();
        let mut excepted = false;
        for member in ["close", "node", "mepoch", "acked"] {
            excepted |= left_behind[member] != step[member];
            left_behind[member] = step[member].clone();
        }
        Line::compare("refusal", &left_behind, &step)
            .and(|| Line::compare("unchanged", &true, &(*before == self.client)))
            .and(|| match excepted {
                true => Line::Excepted(BESIDE_A_PANIC),
                false => Line::Agrees,
            })
    }
}

/// What the store answers.
fn answer(meta: &Value, purpose: ReadFor) -> ClientEvent {
    match meta {
        Value::String(text) if text == "not_found" => ClientEvent::MasterInfoRead { info: None },
        Value::String(text) if text == "error" => ClientEvent::MasterInfoUnread {
            purpose,
            error: "injected meta error".to_owned(),
        },
        Value::Array(pair) => ClientEvent::MasterInfoRead {
            info: Some(MasterInfo {
                node: text(&pair[0]).into(),
                epoch: number(&pair[1]),
            }),
        },
        other => panic!("unknown answer {other}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}
