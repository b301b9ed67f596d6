//! What can happen to the jobs, and what it is called.

use std::fmt;

use super::state::name;
use crate::check::Participants;
use crate::framework::{DispatchError, ExitReason};
use crate::wire::Epoch;

/// An incarnation of the job manager: `jm1`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Jm(pub(in crate::protocol) u8);

/// A job: `j`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct JobName(pub(super) u8);

/// An incarnation of a job's master: `j (epoch 2)`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Incarnation {
    pub(super) job: u8,
    pub(super) epoch: Epoch,
}

/// A dispatch of a job's master that is under way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Ordered {
    pub(in crate::protocol) job: u8,
    /// Its place among all that are under way.
    pub(super) place: u8,
}

/// What can happen in the model [`Jobs`](super::Jobs).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// A user creates a job.
    Create(Jm, JobName),
    /// The one who has created a job registers it.
    Register(Jm, JobName),
    /// A user asks for a job to be canceled.
    Cancel(Jm, JobName),
    /// A user deletes a job that has ended.
    Delete(Jm, JobName),
    /// An executor accepts a job's master, which gets an entry.
    PreDispatch(Jm, Ordered),
    /// The same, but its record cannot be stored.
    LoseRow(Jm, Ordered),
    /// An executor cannot make a job's master.
    Refuse(Jm, Ordered, DispatchError),
    /// An executor launches a job's master.
    Confirm(Jm, Ordered),
    /// A job's master is not launched.
    LoseConfirm(Jm, Ordered, DispatchError),
    /// A job's master has started.
    Start(Incarnation),
    /// The start of a job's master goes on to its next write.
    GoOn(Incarnation),
    /// A job's master stores the end of its job.
    StoreEnd(Incarnation, ExitReason),
    /// A job's master stores its own end.
    StoreOwnEnd(Incarnation),
    /// A job's master ends, and its last status arrives.
    ReportEnd(Jm, Incarnation),
    /// The same, but its last status does not arrive.
    EndUnheard(Incarnation),
    /// The last write of a job's master arrives after its end.
    WriteLate(Incarnation, ExitReason),
    /// The job manager takes a ping.
    Ping(Jm, Incarnation),
    /// A job's master ends for a reason, and its status arrives.
    Exit(Jm, Incarnation, ExitReason),
    /// The same, but its status does not arrive.
    ExitUnheard(Incarnation, ExitReason),
    /// A job's master ends by an error, and says goodbye.
    Leave(Jm, Incarnation),
    /// A job's master crashes.
    Crash(Incarnation),
    /// The job manager delivers what waits, and looks after its jobs.
    Poll(Jm),
    /// The job manager looks for job masters that have gone silent.
    Check(Jm),
    /// The job manager's operator looks after the jobs that are to be canceled.
    Operate(Jm),
    /// A new job manager gives up the job masters that it has not heard of.
    EndWait(Jm),
    /// A job has waited for long enough to be dispatched again.
    EndBackOff(Jm, JobName),
    /// An age ends.
    EndAge,
    /// The job manager crashes.
    CrashManager(Jm),
    /// A new job manager is elected.
    Elect(Jm),
}

impl fmt::Display for Jm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "jm{}", self.0)
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name(self.0))
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (epoch {})", name(self.job), self.epoch)
    }
}

impl fmt::Display for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name(self.job))
    }
}

/// What is wrong with a dispatch.
struct Why(DispatchError);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            DispatchError::Business { transient: true } => "a connection is lost",
            DispatchError::Business { transient: false } => "its configuration is bad",
            DispatchError::RequestNotFound => "the executor has forgotten it",
            _ => "the executor cannot be reached",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(jm, job) => write!(f, "user creates {job} with {jm}"),
            Self::Register(jm, job) => write!(f, "{jm} registers {job} after its creation"),
            Self::Cancel(_, job) => write!(f, "user asks for {job} to be canceled"),
            Self::Delete(_, job) => write!(f, "user deletes {job}"),
            Self::PreDispatch(jm, job) => write!(f, "{jm} makes an entry for {job}"),
            Self::LoseRow(jm, job) => write!(f, "{jm} cannot store the record of {job}"),
            Self::Refuse(_, job, error) => {
                write!(f, "x cannot make {job}: {}", Why(*error))
            }
            Self::Confirm(_, job) => write!(f, "x launches {job}"),
            Self::LoseConfirm(_, job, error) => {
                write!(f, "x does not launch {job}: {}", Why(*error))
            }
            Self::Start(who) => write!(f, "{who} starts"),
            Self::GoOn(who) => write!(f, "{who} goes on with its start, to the next write"),
            Self::StoreEnd(who, reason) => write!(f, "{who} stores its job as {reason}"),
            Self::StoreOwnEnd(who) => write!(f, "{who} stores its own end"),
            Self::ReportEnd(jm, who) => write!(f, "{who} tells {jm} of its end"),
            Self::EndUnheard(who) => write!(f, "{who} ends, and its status is lost"),
            Self::WriteLate(who, reason) => {
                write!(
                    f,
                    "{who} is gone, and what it wrote last arrives ({reason})"
                )
            }
            Self::Ping(jm, who) => write!(f, "{jm} takes the ping of {who}"),
            Self::Exit(_, who, reason) => write!(f, "{who} exits as {reason}"),
            Self::ExitUnheard(who, reason) => {
                write!(f, "{who} exits as {reason}, and its status is lost")
            }
            Self::Leave(jm, who) => write!(f, "{who} ends by an error and tells {jm}"),
            Self::Crash(who) => write!(f, "{who} crashes"),
            Self::Poll(jm) => write!(f, "{jm} looks after its jobs"),
            Self::Check(jm) => write!(f, "{jm} looks for who is silent"),
            Self::Operate(jm) => write!(f, "{jm} tells who is to be canceled"),
            Self::EndWait(jm) => write!(f, "{jm} has waited for its workers"),
            Self::EndBackOff(_, job) => write!(f, "the back-off of {job} is over"),
            Self::EndAge => f.write_str("an age ends"),
            Self::CrashManager(jm) => write!(f, "{jm} crashes"),
            Self::Elect(jm) => write!(f, "{jm} is elected"),
        }
    }
}

impl Action {
    /// Between whom it happens.
    pub(in crate::protocol) fn participants(&self) -> Participants {
        let between = |from: &dyn fmt::Display, to: &dyn fmt::Display| {
            Participants::between(from.to_string(), to.to_string())
        };
        match self {
            Self::Create(jm, _) | Self::Cancel(jm, _) | Self::Delete(jm, _) => between(&"user", jm),
            Self::PreDispatch(jm, _) | Self::Confirm(jm, _) => between(jm, &"x"),
            Self::Refuse(jm, ..) | Self::LoseConfirm(jm, ..) => between(&"x", jm),
            Self::LoseRow(jm, _) => between(jm, &"store"),
            Self::Start(who)
            | Self::GoOn(who)
            | Self::StoreEnd(who, _)
            | Self::StoreOwnEnd(who)
            | Self::EndUnheard(who)
            | Self::WriteLate(who, _)
            | Self::ExitUnheard(who, _) => between(&name(who.job), &"store"),
            Self::Ping(jm, who)
            | Self::ReportEnd(jm, who)
            | Self::Exit(jm, who, _)
            | Self::Leave(jm, who) => between(&name(who.job), jm),
            Self::Crash(who) => Participants::alone(name(who.job)),
            Self::EndAge => Participants::alone("clock"),
            Self::Register(jm, _)
            | Self::Poll(jm)
            | Self::Check(jm)
            | Self::Operate(jm)
            | Self::EndWait(jm)
            | Self::EndBackOff(jm, _)
            | Self::CrashManager(jm)
            | Self::Elect(jm) => Participants::alone(jm.to_string()),
        }
    }
}
