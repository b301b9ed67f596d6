//! The models of the protocol as the command line knows them.

use std::time::Duration;

use super::{Entry, Parameter, check, number, switch, word};
use crate::framework::{Policy, Timeouts};
use crate::protocol::{AnyProtocol, Configuration, Faults, ModelName};

/// An entry for each model of the master/worker protocol.
#[must_use]
pub fn protocol_models() -> Vec<Entry> {
    ModelName::ALL.iter().map(|name| entry(*name)).collect()
}

fn entry(name: ModelName) -> Entry {
    let usual = name.usual();
    let policy = |text: &str| text.parse().map(Policy::bits).map_err(told);
    let faults = |text: &str| {
        let faults = text.parse::<Faults>().map_err(told)?;
        Ok(faults.bits().into())
    };
    Entry {
        name: name.to_string(),
        about: name.about().to_owned(),
        machine: None,
        parameters: [
            number("workers", 1..=3, usual.workers.into(), "workers, or jobs"),
            word(
                "policy",
                usual.policy.bits(),
                "hardened or original, with -RULE and +RULE behind",
                policy,
                |bits| Policy::from_bits(bits).to_string(),
                "the rules in force",
            ),
            word(
                "faults",
                usual.faults.bits().into(),
                format!("all, none, or some of {}", Faults::ALL),
                faults,
                |bits| Faults::from_bits(low_byte(bits)).to_string(),
                "what may go wrong",
            ),
            switch("new_ids", "a worker that is created again gets a new id"),
        ]
        .into_iter()
        .chain(times(name).iter().map(|time| time.parameter(&usual)))
        .collect(),
        check: Box::new(move |values, request, out| {
            let [workers, policy, faults, new_ids, millis @ ..] = values else {
                unreachable!("there is a value for each parameter")
            };
            let mut timeouts = usual.timeouts;
            for (time, millis) in times(name).iter().zip(millis) {
                *(time.of)(&mut timeouts) = Duration::from_millis(*millis);
            }
            let protocol = AnyProtocol::new(
                name,
                Configuration {
                    timeouts,
                    workers: low_byte(*workers),
                    policy: Policy::from_bits(*policy),
                    faults: Faults::from_bits(low_byte(*faults)),
                    same_id: *new_ids == 0,
                    ..usual
                },
            );
            let extras = check::Extras {
                emit: Some(&|found| protocol.emit(found)),
                on_disk: None,
            };
            check::run(&protocol.model, request, extras, out)
        }),
    }
}

/// A time that a model can be given.
struct Time {
    name: &'static str,
    about: &'static str,
    of: fn(&mut Timeouts) -> &mut Duration,
}

/// The times that decide whether the inequalities between them hold.
const TIMES: [Time; 7] = [
    Time {
        name: "heartbeat",
        about: "between two pings, in ms",
        of: |timeouts| &mut timeouts.heartbeat,
    },
    Time {
        name: "worker",
        about: "a worker gives up without an answer, in ms",
        of: |timeouts| &mut timeouts.worker,
    },
    Time {
        name: "grace",
        about: "how much longer a master waits for it, in ms",
        of: |timeouts| &mut timeouts.grace,
    },
    Time {
        name: "close",
        about: "to let go of what is held, in ms",
        of: |timeouts| &mut timeouts.close,
    },
    Time {
        name: "wait_closed",
        about: "for a goodbye to be acknowledged, in ms",
        of: |timeouts| &mut timeouts.wait_closed,
    },
    Time {
        name: "executor_heartbeat",
        about: "between two heartbeats of an executor, in ms",
        of: |timeouts| &mut timeouts.executor_heartbeat,
    },
    Time {
        name: "executor_grace",
        about: "how much longer the server waits for an executor, in ms",
        of: |timeouts| &mut timeouts.executor_grace,
    },
];

/// The times that a model can be given: those of the model that is about them.
fn times(name: ModelName) -> &'static [Time] {
    match name {
        ModelName::Timing => &TIMES,
        _ => &[],
    }
}

impl Time {
    fn parameter(&self, usual: &Configuration) -> Parameter {
        let millis = (self.of)(&mut usual.timeouts.clone()).as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        number(self.name, 1..=3_600_000, millis, self.about)
    }
}

fn told(error: impl std::error::Error) -> String {
    error.to_string()
}

/// Parameters are numbers of 64 bits, and these are small ones.
fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0]
}
