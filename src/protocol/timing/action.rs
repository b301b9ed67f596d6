//! What happens in time.

use std::time::Duration;

use super::{Event, Scenario, Who};
use crate::check::Participants;

/// What happens in time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the model's own, all of them")]
pub enum Action {
    /// The run begins.
    Begin(Scenario),
    /// Time passes, up to so many nanoseconds after the beginning.
    Wait(i64),
    /// Something happens at this time.
    Happen(Event, i64),
}

/// A time since the beginning: `18.05s`.
fn since_start(nanos: i64) -> String {
    format!("{:?}", Duration::from_nanos(nanos.unsigned_abs()))
}

impl Action {
    /// In plain words, with the time.
    pub(super) fn tells(self) -> String {
        match self {
            Self::Begin(scenario) => begin_in_words(scenario).to_owned(),
            Self::Wait(until) => format!("time passes until {}", since_start(until)),
            Self::Happen(event, now) => {
                format!("at {}: {}", since_start(now), event_in_words(event))
            }
        }
    }

    pub(super) fn participants(self) -> Participants {
        let Self::Happen(event, _) = self else {
            return Participants::alone("clock");
        };
        Participants::alone(match event {
            Event::Start | Event::End | Event::WaitOver => "w",
            Event::Look(who) | Event::Round(who) | Event::Close(who) => who.name(),
            Event::Check(who) => who.master(),
            Event::Wake => "j2",
            Event::Answer | Event::Beat => "x",
            Event::Sweep => "server",
        })
    }
}

const fn begin_in_words(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::CutOff => "j has just acknowledged a ping of w, and no other one reaches it",
        Scenario::LateStart => "j has just dispatched w, which waits to be launched",
        Scenario::Goodbye => "w has ended, and j gets no ping of it any more",
        Scenario::LateGoodbye => {
            "j has just acknowledged a ping of w, which soon ends; no other one reaches it"
        }
        Scenario::Failover => "j has just failed over to j2, to which w does not turn",
        Scenario::Held => "jm has just acknowledged a ping of j, and no other one reaches it",
        Scenario::ExecutorCutOff => "the server gets a heartbeat of x, and no other one",
    }
}

fn event_in_words(event: Event) -> String {
    match event {
        Event::Start => "w starts".to_owned(),
        Event::Look(who) => format!(
            "{} looks how long {} has been silent",
            who.name(),
            who.master()
        ),
        Event::Round(who) => format!("the loop of {} does a round", who.name()),
        Event::Close(Who::Worker) => "w has let go of what it held".to_owned(),
        Event::Close(Who::JobMaster) => "j has closed".to_owned(),
        Event::End => "the loop of w ends by an error".to_owned(),
        Event::WaitOver => "w waits for j no longer".to_owned(),
        Event::Check(who) => format!("{} checks whether {} is silent", who.master(), who.name()),
        Event::Wake => "j2 has waited for w long enough".to_owned(),
        Event::Answer => "x has its heartbeat answered".to_owned(),
        Event::Beat => "x looks how long it has had no answer".to_owned(),
        Event::Sweep => "the server looks for executors that are silent".to_owned(),
    }
}
