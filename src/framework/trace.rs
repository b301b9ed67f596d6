//! The framework's records as a trace: which record a line holds, and what is
//! seen in it.

use std::sync::LazyLock;

use super::{Master, MasterState, Worker};
use crate::graph::{BuildError, Graph, GraphBuilder, StateId};
use crate::machine::Machine as _;
use crate::replay::{Epochs, Place, Seen, Sighting};
use crate::wire::{
    DecodeError, MasterMeta, MasterStateCode, Outline, WorkerId, WorkerStatus, WorkerStatusMessage,
    WorkerType,
};

/// A record of a trace.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// What is stored about a worker.
    Worker(WorkerStatus),
    /// What is stored about a job master, or about the job manager.
    Master(MasterMeta),
    /// A worker's report of its status to its master.
    Message(WorkerStatusMessage),
}

/// Why a line holds no record of a trace.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The text is not JSON, or a member does not hold what it should.
    #[error(transparent)]
    Json(#[from] DecodeError),
    /// None of the members by which records are told apart is there.
    #[error(
        "no record of a trace: expected a worker's status message (members `worker` and \
         `status`), a worker (`job-id`) or a master (`node-id` or `addr`)"
    )]
    NoRecord,
    /// A message speaks for another worker than its status.
    #[error("the message is of worker `{worker}`, its status of worker `{status}`")]
    OtherWorker {
        /// The worker that the message names.
        worker: WorkerId,
        /// The worker that its status names.
        status: WorkerId,
    },
}

/// Reads a line of a trace: a record as the original writes it in JSON.
///
/// Records are told apart by their members, whose names may be in any case: a
/// [`WorkerStatusMessage`] has `worker` and `status`, a [`WorkerStatus`] has
/// `job-id`, a [`MasterMeta`] has `node-id` or `addr`. Where several are there,
/// the first of these decides.
///
/// # Errors
///
/// When the line is not JSON, or none of these records, when a member does not
/// hold what it should, or when a message speaks for another worker than its
/// status.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use fsmcheck::framework::read_record;
/// use fsmcheck::replay::{Place, Replay};
///
/// let trace = r#"
/// {"job-id":"j","id":"w","epoch":7,"state":5}
/// {"job-id":"j","id":"w","epoch":7,"state":1}
/// "#;
/// let file: Arc<str> = "trace".into();
/// let mut replay = Replay::new();
/// let mut findings = Vec::new();
/// for (line, number) in trace.trim().lines().zip(1..) {
///     let record = read_record(line.as_bytes())?;
///     let sighting = record.sighting(Place::new(file.clone(), number));
///     findings.extend(sighting.and_then(|sighting| replay.see(sighting)));
/// }
/// assert_eq!(
///     findings[0].to_string(),
///     "error[illegal-transition] trace:2: worker j/w: worker never goes from `Finished` to `Normal` \
///      by any events; legal from `Finished`: Finished (seen before at trace:1)"
/// );
/// # Ok::<(), fsmcheck::framework::RecordError>(())
/// ```
pub fn read_record(line: &[u8]) -> Result<Record, RecordError> {
    let outline = Outline::of(line)?;
    if outline.has("worker") && outline.has("status") {
        let message = WorkerStatusMessage::from_json(line)?;
        return match &message.status {
            Some(status) if status.id != message.worker => Err(RecordError::OtherWorker {
                worker: message.worker,
                status: status.id.clone(),
            }),
            _ => Ok(Record::Message(message)),
        };
    }
    if outline.has("job-id") {
        return Ok(Record::Worker(WorkerStatus::from_json(line)?));
    }
    if outline.has("node-id") || outline.has("addr") {
        return Ok(Record::Master(MasterMeta::from_json(line)?));
    }
    Err(RecordError::NoRecord)
}

impl Record {
    /// What is seen here of a key; nothing in a message without a status.
    ///
    /// | record | key | machine | epochs |
    /// |---|---|---|---|
    /// | a worker | `worker JOB/ID` | [`Worker`] | a larger one restarts |
    /// | a message | `message of worker JOB/ID` | [`Worker`] | a larger one restarts |
    /// | a job master | `job ID` | [`Master`], with the mark of the deleted | a larger one goes on |
    /// | the job manager | `job-manager ID` | one that is always initialised | mean nothing |
    ///
    /// What is stored and what is sent are two channels, of which either may be
    /// late, so they are not judged together. What of an id could be mistaken
    /// for something else is escaped in the key.
    #[must_use]
    pub fn sighting(&self, place: Place) -> Option<Sighting<'static>> {
        Some(match self {
            Self::Worker(status) => worker("worker ", status, place),
            Self::Message(message) => worker("message of worker ", message.status.as_ref()?, place),
            Self::Master(meta) if meta.kind == WorkerType::JOB_MANAGER => Sighting {
                key: key("job-manager ", &[&meta.id]),
                machine: &JOB_MANAGER,
                epochs: Epochs::Ignored,
                epoch: meta.epoch,
                seen: Seen::code(&JOB_MANAGER, meta.state.0.into()),
                place,
            },
            Self::Master(meta) => Sighting {
                key: key("job ", &[&meta.id]),
                machine: &JOB.graph,
                epochs: Epochs::Continue,
                epoch: meta.epoch,
                seen: JOB.seen(meta),
                place,
            },
        })
    }
}

fn worker(prefix: &str, status: &WorkerStatus, place: Place) -> Sighting<'static> {
    Sighting {
        key: key(prefix, &[&status.job_id, &status.id]),
        machine: Worker::graph(),
        epochs: Epochs::Restart,
        epoch: status.epoch,
        seen: Worker::seen(status.state.0),
        place,
    }
}

/// Different ids make different keys, and keys can be printed.
fn key(prefix: &str, ids: &[&str]) -> String {
    let plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '/' | '\\');
    let mut key = String::with_capacity(prefix.len() + 80);
    key.push_str(prefix);
    for (position, id) in ids.iter().enumerate() {
        if position > 0 {
            key.push('/');
        }
        if id.chars().all(plain) {
            key.push_str(id);
            continue;
        }
        for c in id.chars() {
            match c {
                '/' => key.push_str("\\/"),
                c if plain(c) => key.push(c),
                c => key.extend(c.escape_debug()),
            }
        }
    }
    key
}

/// The machine of stored job masters with a state for each pair of state and
/// mark of deletion, and which of its states are which pairs.
struct Job {
    graph: Graph,
    /// By the position in [`MasterState::ALL`] and whether it is deleted.
    ids: [[StateId; 2]; MasterState::ALL.len()],
}

impl Job {
    /// The graph of the machine's configurations, with those added that the
    /// machine never comes to: a record may show them all the same.
    fn new() -> Result<Self, BuildError> {
        let graph = Master::graph();
        let reached = graph.expanded().map_or(graph, |expanded| expanded.graph());
        let events = reached.events().map(|(_, event)| event);
        let mut builder = GraphBuilder::new(reached.machine(), events);
        for (_, superstate) in reached.superstates() {
            builder.superstate(superstate.name.clone(), superstate.parent);
        }
        for (_, state) in reached.states() {
            let id = builder.state(state.name.clone(), state.superstate);
            *builder.state_mut(id) = state.clone();
        }
        for (from, transition, to) in reached.transitions() {
            builder.transition(from, transition.clone(), to);
        }
        builder.declare_terminal(reached.terminal_states().iter().cloned());
        let ids = MasterState::ALL.map(|state| {
            [false, true].map(|deleted| {
                let name = Master::configuration_name(&Master::new(deleted), &state)
                    .unwrap_or_else(|| state.to_string());
                reached
                    .state_named(&name)
                    .unwrap_or_else(|| builder.state(name, None))
            })
        });
        Ok(Self {
            graph: builder.build()?,
            ids,
        })
    }

    fn seen(&self, meta: &MasterMeta) -> Seen {
        let deleted = usize::from(meta.deleted.is_some());
        MasterState::ALL
            .iter()
            .position(|state| state.code() == meta.state.0)
            .map_or(Seen::Unknown(meta.state.0.into()), |position| {
                Seen::State(self.ids[position][deleted])
            })
    }
}

static JOB: LazyLock<Job> = LazyLock::new(|| Job::new().unwrap_or_else(|error| panic!("{error}")));

/// The job manager is written as initialised whenever one takes over, with an
/// epoch of 0 for a moment.
static JOB_MANAGER: LazyLock<Graph> = LazyLock::new(|| {
    let code = MasterStateCode::INIT;
    let mut builder = GraphBuilder::new("job_manager", ["takes over"]);
    let init = builder.state(code.to_string(), None);
    builder.state_mut(init).code = Some(code.0.into());
    builder.start(init).stayed(init, "takes over");
    builder.build().unwrap_or_else(|error| panic!("{error}"))
});
