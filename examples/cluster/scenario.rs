//! What happens to the cluster, step by step. Each step waits until what it is about
//! has been seen; no step counts on how long anything takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fsmcheck::framework::read_record;
use fsmcheck::replay::{Place, Replay};
use fsmcheck::wire::{WorkerStateCode, WorkerStatus};

use crate::Result;
use crate::node::{EXECUTOR, MASTER, MASTER_ID, WORKERS, timeouts};
use crate::store::{Call, Store};

/// How long a step may take before the whole is given up.
const PATIENCE: Duration = Duration::from_secs(60);

struct Cluster {
    directory: PathBuf,
    store: Store,
    processes: BTreeMap<String, Child>,
}

pub(crate) fn run(directory: &Path) -> Result {
    if let Some(broken) = timeouts().validate()?.first() {
        return Err(format!("the times of the cluster do not fit together: {broken}").into());
    }
    fs::create_dir_all(directory)?;
    let store = Store::create(&directory.join("store.db"))?;
    let mut cluster = Cluster {
        directory: directory.to_owned(),
        store,
        processes: BTreeMap::new(),
    };
    say(&format!("logs and store are in {}", directory.display()));
    let [first, second, third] = WORKERS;

    cluster.start(EXECUTOR, "executor-1")?;
    cluster.start(EXECUTOR, "executor-2")?;
    cluster.wait("both executors are there", |cluster| {
        Ok(cluster.store.executors()?.len() == 2)
    })?;
    cluster.start(MASTER, "master-1")?;
    for worker in WORKERS {
        cluster.wait_for_call(worker, "online", 1)?;
    }
    say("all workers are online");

    // A crash: the worker is lost without a word, and created anew under its id.
    let executor = cluster.executor_of(second)?;
    say(&format!("{executor} is killed, and with it {second}"));
    cluster.kill(&executor)?;
    cluster.start(EXECUTOR, "executor-3")?;
    cluster.wait_for_call(second, "offline", 1)?;
    cluster.wait_for_call(second, "online", 2)?;
    say(&format!("{second} is online in a new incarnation"));

    // A slow network: the master gives the worker up, which gives itself up before.
    let executor = cluster.executor_of(third)?;
    let seen = cluster.count(third, "offline")?;
    say(&format!("what {third} sends is held back"));
    cluster.tell(&executor, &format!("hold {third}"))?;
    cluster.wait_for_call(third, "offline", seen + 1)?;
    cluster.wait_for_call(third, "online", seen + 2)?;
    say(&format!(
        "{third} is online in a new incarnation, and what was held back arrives"
    ));
    cluster.tell(&executor, &format!("release {third}"))?;
    cluster.wait("a late ping is dropped", |cluster| {
        let log = cluster.log("master-1")?;
        Ok(log.contains("Message from small worker epoch dropped"))
    })?;

    // A dropped connection.
    let executor = cluster.executor_of(first)?;
    say(&format!(
        "the connections of {executor} are cut for a moment"
    ));
    cluster.tell(&executor, "cut")?;
    std::thread::sleep(timeouts().heartbeat);
    cluster.tell(&executor, "heal")?;
    cluster.wait("a pong arrives again", |cluster| {
        let log = cluster.log(&executor)?;
        let healed = log.split_once("connection healed");
        Ok(healed.is_some_and(|(_, after)| after.contains("heartbeat pong received")))
    })?;

    // A failover: a new incarnation of the master finds its workers again.
    say("the master is killed, and started anew");
    cluster.kill("master-1")?;
    cluster.start(MASTER, "master-2")?;
    cluster.wait_for_call("", "recovered", 2)?;

    say("the work is done");
    cluster.store.finish_work()?;
    cluster.end("master-2")?;
    let executors: Vec<_> = cluster.processes.keys().cloned().collect();
    for executor in executors {
        cluster.tell(&executor, "quit")?;
        cluster.end(&executor)?;
    }
    cluster.judge()
}

impl Cluster {
    fn start(&mut self, role: &str, name: &str) -> Result {
        let child = Command::new(std::env::current_exe()?)
            .args([role.as_ref(), self.directory.as_os_str(), name.as_ref()])
            .stdin(Stdio::piped())
            .spawn()?;
        self.processes.insert(name.to_owned(), child);
        Ok(())
    }

    /// Ends a process at once: it has no time for a goodbye.
    fn kill(&mut self, name: &str) -> Result {
        if let Some(mut child) = self.processes.remove(name) {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn tell(&mut self, name: &str, command: &str) -> Result {
        let child = self
            .processes
            .get_mut(name)
            .and_then(|child| child.stdin.as_mut());
        let input = child.ok_or_else(|| format!("{name} is not there"))?;
        writeln!(input, "{command}")?;
        Ok(input.flush()?)
    }

    /// Waits for a process to end by itself, and well.
    fn end(&mut self, name: &str) -> Result {
        self.wait(&format!("{name} ends"), |cluster| {
            let child = cluster.processes.get_mut(name);
            let child = child.ok_or_else(|| format!("{name} is not there"))?;
            match child.try_wait()? {
                Some(status) if status.success() => Ok(true),
                Some(status) => Err(format!("{name} has failed: {status}").into()),
                None => Ok(false),
            }
        })?;
        self.processes.remove(name);
        Ok(())
    }

    fn wait(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> Result<bool>) -> Result {
        let started = Instant::now();
        while !is_so(self)? {
            if started.elapsed() > PATIENCE {
                return Err(format!("waited for {PATIENCE:?} in vain: {what}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn wait_for_call(&mut self, worker: &str, what: &str, times: usize) -> Result {
        let condition = format!("{worker} {what} for the {times}. time");
        self.wait(&condition, |cluster| {
            Ok(cluster.count(worker, what)? >= times)
        })
    }

    fn count(&self, worker: &str, what: &str) -> Result<usize> {
        let is_it = |call: &&Call| call.worker == worker && call.what == what;
        Ok(self.store.calls()?.iter().filter(is_it).count())
    }

    /// The executor on which a worker was heard of last.
    fn executor_of(&self, worker: &str) -> Result<String> {
        let calls = self.store.calls()?.into_iter().rev();
        let mut online = calls.filter(|call| call.worker == worker && call.what == "online");
        let call = online
            .next()
            .ok_or_else(|| format!("{worker} was never online"))?;
        Ok(call.executor)
    }

    fn log(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(
            self.directory.join(format!("{name}.log")),
        )?)
    }

    /// Holds everything that was stored against the rules.
    fn judge(&self) -> Result {
        let file: Arc<str> = "history".into();
        let mut replay = Replay::new();
        let mut last = BTreeMap::new();
        for (json, number) in self.store.history()?.iter().zip(1..) {
            let record = read_record(json.as_bytes())?;
            let sighting = record.sighting(Place::new(Arc::clone(&file), number));
            if let Some(finding) = sighting.and_then(|sighting| replay.see(sighting)) {
                return Err(finding.to_string().into());
            }
            let status = WorkerStatus::from_json(json.as_bytes())?;
            last.insert(status.id.clone(), status);
        }
        for worker in WORKERS {
            let state = last.get(worker).map(|status| status.state);
            if state != Some(WorkerStateCode::FINISHED) {
                return Err(format!("{worker} has not finished, but is in {state:?}").into());
            }
        }
        let mut gone = BTreeSet::new();
        for call in self
            .store
            .calls()?
            .into_iter()
            .filter(|call| call.what == "offline")
        {
            if !gone.insert((call.master_epoch, call.worker.clone(), call.epoch)) {
                return Err(format!("{} went offline twice: {call:?}", call.worker).into());
            }
        }
        let statuses = self.store.statuses(MASTER_ID)?;
        if !statuses.is_empty() {
            return Err(format!("rows were left behind: {statuses:?}").into());
        }
        let records = self.store.history()?.len();
        say(&format!(
            "all workers have finished; {records} stored statuses, none illegal"
        ));
        Ok(())
    }
}

/// A cluster that is given up leaves nobody behind.
impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.processes.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[expect(clippy::print_stdout, reason = "the program tells its story")]
fn say(what: &str) {
    println!("{what}");
}
