//! What each event does in each configuration of the machines that carry data,
//! written by hand: a line says how to get there, and what is answered there.
//! Everything that a line does not name is refused. Together the lines hold
//! every edge of the machine's graph.

use std::collections::BTreeSet;

use fsmcheck::framework::{
    Cancellation, JobMasterBusiness, MasterClient, RunLoop, StartUp, StatusWriter, WorkerBusiness,
};
use fsmcheck::graph::{Graph, TransitionKind};
use fsmcheck::machine::{Explorable, Guarded, StepKind};

/// A start of the machine by its index, the events from there, the state that
/// they lead to, and the answers: `event =` stays, `event -> State` moves.
type Line<'a> = (usize, &'a str, &'a str, &'a str);

fn events<M: Explorable>(names: &str) -> Vec<M::Event<'static>> {
    let find = |name: &str| {
        M::alphabet()
            .into_iter()
            .find(|event| M::event_name(event).as_deref() == Some(name))
            .unwrap_or_else(|| panic!("no event `{name}`"))
    };
    let names = names.split(", ").filter(|name| !name.is_empty());
    names.map(find).collect()
}

#[track_caller]
fn check<M>(graph: &Graph, table: &[Line<'_>])
where
    M: Explorable<State: Copy>,
{
    let mut edges = BTreeSet::new();
    for (start, way, state, answers) in table {
        let (storage, initial) = M::starts()[*start].clone();
        let mut there = Guarded::at(storage, initial);
        for event in events::<M>(way) {
            there.handle(&event).unwrap();
        }
        let place = format!("{} start {start}, {way}", M::name());
        assert_eq!(M::state_name(there.state()), *state, "{place}");

        let mut answered = BTreeSet::new();
        for answer in answers.split(", ").filter(|answer| !answer.is_empty()) {
            let (event, to) = match answer.split_once(" -> ") {
                Some((event, to)) => (event, Some(to)),
                None => (answer.strip_suffix(" =").expect(answer), None),
            };
            let [typed] = &events::<M>(event)[..] else {
                panic!("{answer} names one event");
            };
            let mut machine = there.clone();
            let step = machine
                .handle(typed)
                .unwrap_or_else(|refused| panic!("{place}: {refused}"));
            let moved = step.kind == StepKind::Moved;
            assert_eq!(moved, to.is_some(), "{place}: {answer}");
            let target = to.unwrap_or(state);
            assert_eq!(M::state_name(machine.state()), target, "{place}: {answer}");
            assert!(answered.insert(event), "{place}: {event} twice");
            edges.insert((*state, event.to_owned(), moved, target.to_owned()));
        }
        for event in M::alphabet() {
            let name = M::event_name(&event).unwrap();
            if !answered.contains(&*name) {
                let mut machine = there.clone();
                let refused = machine.handle(&event);
                assert!(refused.is_err(), "{place}: {name} is {refused:?}");
                assert_eq!(machine, there, "a refusal leaves no trace");
            }
        }
    }
    for (id, node) in graph.states() {
        assert!(
            table.iter().any(|(_, _, state, _)| *state == node.name),
            "no line about {}",
            node.name
        );
        for (transition, to) in graph.transitions_from(id) {
            let edge = (
                &*node.name,
                graph.event(transition.event).to_owned(),
                transition.kind == TransitionKind::Moved,
                graph.state(to).name.clone(),
            );
            assert!(edges.contains(&edge), "no line has {edge:?}");
        }
    }
}

#[test]
fn master_client() {
    const ALWAYS: &str = "send ping =, ping not sent =, pong of master 1 =, pong of master 2 =, \
        check at 6 s =, check at 10 s =, check at 17 s =, read master info =, master 1 read =, \
        master 2 read =, no master read =, master info unread =, reload failed =, \
        timer at 10 s =, timer at 18 s =";
    let always = |more: &str| format!("{ALWAYS}, {more}");
    let announced = always("wait closed -> Closing");
    let outdated = always("wait closed -> Closing, finish pong of master 1 =");
    let ignored = always(
        "wait closed -> Closing, finish pong of master 1 =, finish pong of master 2 =, \
         finish pong of master 2 to epoch 1 =, finish pong of master 2 to epoch 2 =",
    );
    let acknowledged = |waits: &str| {
        always(&format!(
            "{waits}, finish pong of master 1 -> Closed, finish pong of master 2 -> Closed, \
             finish pong of master 2 to epoch 1 -> Closed, \
             finish pong of master 2 to epoch 2 -> Closed"
        ))
    };
    let for_this_epoch = always(
        "cancel wait =, finish pong of master 1 -> Closed, finish pong of master 2 -> Closed, \
         finish pong of master 2 to epoch 1 =, finish pong of master 2 to epoch 2 -> Closed",
    );
    let of_the_newest = always(
        "cancel wait =, finish pong of master 1 =, finish pong of master 2 -> Closed, \
         finish pong of master 2 to epoch 1 -> Closed, \
         finish pong of master 2 to epoch 2 -> Closed",
    );
    let closed = always(
        "wait closed =, finish pong of master 1 =, finish pong of master 2 =, \
         finish pong of master 2 to epoch 1 =, finish pong of master 2 to epoch 2 =",
    );
    #[rustfmt::skip]
    check::<MasterClient>(MasterClient::graph(), &[
        (0, "",                                           "Normal",  &announced),
        (0, "master 2 read",                              "Normal",  &outdated),
        (0, "pong of master 2",                           "Normal",  &outdated),
        (1, "",                                           "Normal",  &ignored),
        (0, "wait closed",                                "Closing", &acknowledged("cancel wait =")),
        (0, "wait closed, cancel wait",                   "Closing", &acknowledged("wait closed =")),
        (0, "wait closed, timer at 10 s",                 "Closing", &acknowledged("cancel wait =")),
        (0, "wait closed, timer at 18 s",                 "Closing", &acknowledged("wait closed =")),
        (0, "wait closed, cancel wait, wait closed",      "Closing", &acknowledged("cancel wait =")),
        (0, "wait closed, master 2 read",                 "Closing", &of_the_newest),
        (1, "wait closed",                                "Closing", &for_this_epoch),
        (0, "wait closed, finish pong of master 1",       "Closed",  &closed),
        (1, "wait closed, finish pong of master 2",       "Closed",  &closed),
    ]);
}

#[test]
fn run_loop() {
    const NOTED: &str =
        "fail: suicide =, exited =, exited with error =, timer at 0 s =, timer at 30 s =";
    const IN_TIME: &str = "fail: suicide =, exited =, exited with error =, timer at 0 s =";
    const ABRUPT: &str =
        "ended by canceled -> Close, ended by failed fast -> Close, ended by suicide -> Close";
    let noted = |more: &str| format!("{NOTED}, {more}");
    let ended = |terminated: &str, first: &str| {
        format!(
            "{NOTED}, {ABRUPT}, ended by worker finish -> {terminated}, \
             ended by worker cancel -> {terminated}, ended by worker failed -> {terminated}, \
             ended by another error -> ClosingBusiness, {first}"
        )
    };
    let failed_before = |to: &str, by: &str| {
        let all = [
            "canceled",
            "failed fast",
            "suicide",
            "worker finish",
            "worker cancel",
            "worker failed",
            "another error",
        ];
        let ended = all.map(|error| format!("ended by {error} -> {to}"));
        format!("{NOTED}, {}, {by} -> {to}", ended.join(", "))
    };
    let goodbye = |on: &str, then: &str| format!("{IN_TIME}, {on}, timer at 30 s -> {then}");
    #[rustfmt::skip]
    check::<RunLoop>(RunLoop::graph(), &[
        // A worker.
        (0, "",                                                       "NotRun",          "run -> Init"),
        (0, "run",                                                    "Init",            &ended("ClosingBusiness", "initialised -> Poll")),
        (0, "run, fail: suicide",                                     "Init",            &failed_before("Close", "initialised")),
        (0, "run, exited",                                            "Init",            &failed_before("ClosingBusiness", "initialised")),
        (0, "run, fail: suicide, exited",                             "Init",            &failed_before("Close", "initialised")),
        (0, "run, initialised",                                       "Poll",            &ended("ClosingBusiness", "tick =")),
        (1, "run, initialised, tick",                                 "Poll",            &ended("ClosingBusiness", "tick =")),
        (0, "run, initialised, fail: suicide",                        "Poll",            &failed_before("Close", "tick")),
        (0, "run, initialised, exited",                               "Poll",            &failed_before("ClosingBusiness", "tick")),
        (0, "run, initialised, exited with error",                    "Poll",            &failed_before("ClosingBusiness", "tick")),
        (0, "run, ended by another error",                            "ClosingBusiness", &goodbye("business closed -> Handshake", "Close")),
        (0, "run, ended by worker finish",                            "ClosingBusiness", &goodbye("business closed -> Handshake", "Stop")),
        (0, "run, ended by another error, business closed",           "Handshake",       &goodbye("handshake ended -> Close", "Close")),
        (0, "run, ended by worker failed, business closed",           "Handshake",       &goodbye("handshake ended -> Stop", "Stop")),
        (0, "run, ended by another error, business closed, handshake ended", "Close",    &noted("released -> Returned")),
        (0, "run, ended by worker cancel, business closed, handshake ended", "Stop",     &noted("released -> Returned")),
        (0, "run, ended by worker finish, timer at 30 s",             "Stop",            &noted("business closed =")),
        (0, "run, ended by worker finish, timer at 30 s, business closed", "Stop",       &noted("released -> Returned")),
        (0, "run, ended by suicide",                                  "Close",           &noted("business closed =")),
        (0, "run, ended by suicide, business closed",                 "Close",           &noted("released -> Returned")),
        (0, "run, ended by suicide, business closed, released",       "Returned",        ""),
        // A job master.
        (2, "run",                                                    "Init",            &ended("Stop", "initialised -> Poll")),
        (2, "run, exited",                                            "Init",            &failed_before("Stop", "initialised")),
        (2, "run, exited with error",                                 "Init",            &failed_before("ClosingBusiness", "initialised")),
        (3, "run, initialised",                                       "Poll",            &ended("Stop", "tick =")),
        (2, "run, initialised, exited",                               "Poll",            &failed_before("Stop", "tick")),
        (2, "run, ended by another error",                            "ClosingBusiness", &goodbye("business closed -> Handshake", "Close")),
        (2, "run, ended by worker finish",                            "Stop",            &noted("business stopped =")),
        (2, "run, ended by worker finish, business stopped",          "Stop",            &noted("released -> Returned")),
        (2, "run, ended by failed fast",                              "Close",           &noted("business closed =")),
        (2, "run, ended by worker finish, business stopped, released", "Returned",       ""),
    ]);
}

#[test]
fn start_up() {
    let or_failed = |more: &str| format!("failed -> Failed, {more}");
    #[rustfmt::skip]
    check::<StartUp>(StartUp::graph(), &[
        // A worker.
        (0, "",                                                            "NotStarted",    "start -> WorkerPreInit"),
        (0, "start",                                                       "WorkerPreInit", &or_failed("master info read -> BusinessInit")),
        (0, "start, master info read",                                     "BusinessInit",  &or_failed("business initialised -> PostInit")),
        (0, "start, master info read, business initialised",               "PostInit",      &or_failed("row written =")),
        (0, "start, master info read, business initialised, row written",  "PostInit",      &or_failed("reported -> Started")),
        (0, "start, master info read, business initialised, row written, reported", "Started", ""),
        (0, "start, failed",                                               "Failed",        ""),
        // A job master.
        (2, "start",                                                       "WorkerPreInit", &or_failed("master info read -> MasterInit")),
        (2, "start, master info read",                                     "MasterInit",    &or_failed("metadata refreshed in 1 -> BusinessInit, metadata refreshed in 2 =, metadata refreshed in 3 =")),
        (3, "start, master info read",                                     "MasterInit",    &or_failed("metadata refreshed in 1 =, metadata refreshed in 2 =, metadata refreshed in 3 -> Failed")),
        (2, "start, master info read, metadata refreshed in 2",            "MasterInit",    &or_failed("workers recovered -> BusinessInit")),
        (2, "start, master info read, metadata refreshed in 3",            "MasterInit",    &or_failed("workers recovered -> BusinessInit")),
        (2, "start, master info read, metadata refreshed in 1",            "BusinessInit",  &or_failed("business initialised -> MarkInit")),
        (3, "start, master info read, metadata refreshed in 1, workers recovered", "BusinessInit", &or_failed("business initialised -> MarkInit")),
        (2, "start, master info read, metadata refreshed in 2, workers recovered", "BusinessInit", &or_failed("business initialised -> PostInit")),
        (2, "start, master info read, metadata refreshed in 1, business initialised", "MarkInit", &or_failed("marked -> PostInit")),
        (2, "start, master info read, metadata refreshed in 1, business initialised, marked", "PostInit", &or_failed("row written =")),
        (3, "start, master info read, metadata refreshed in 3",            "Failed",        ""),
    ]);
}

#[test]
fn status_writer() {
    const IDLE: &str = "canceled =, timer at 0 s =, timer at 15 s =";
    let idle = |more: &str| format!("{IDLE}, {more}");
    let all_to = |to: &str| {
        let events = [
            "update 1",
            "update 5",
            "update 6",
            "exit finished",
            "exit canceled",
            "exit failed",
        ];
        events.map(|event| format!("{event} -> {to}")).join(", ")
    };
    let exits_to_master = idle(
        "update 1 -> Persisting, update 5 -> Persisting, update 6 -> Persisting, \
         exit finished -> WritingMaster, exit canceled -> WritingMaster, \
         exit failed -> WritingMaster",
    );
    const PERSISTING: &str =
        "written -> Notifying, not written =, canceled -> Idle, timer at 0 s =, timer at 15 s =";
    const NOTIFYING: &str = "notified -> Idle, not notified -> Idle, canceled -> Idle, \
        timer at 0 s =, timer at 15 s -> Idle";
    let writing_master = |then: &str| {
        format!(
            "written -> {then}, not written -> Idle, canceled -> Idle, timer at 0 s =, \
             timer at 15 s ="
        )
    };
    let after_normal = idle(
        "update 1 -> Notifying, update 5 -> Persisting, update 6 -> Persisting, \
         exit finished -> Persisting, exit canceled -> Persisting, exit failed -> Persisting",
    );
    let after_finished = idle(
        "update 1 -> Persisting, update 5 -> Notifying, update 6 -> Persisting, \
         exit finished -> Notifying, exit canceled -> Persisting, exit failed -> Persisting",
    );
    let latched_finished =
        idle("update 5 -> Notifying, exit finished -> Notifying, exit canceled =, exit failed =");
    let latched_stopped =
        idle("update 6 -> Notifying, exit canceled -> Notifying, exit finished =, exit failed =");
    let latched_failed = idle("exit failed -> Notifying, exit finished =, exit canceled =");
    let latched_job = idle(
        "update 5 -> Notifying, exit finished -> WritingMaster, exit canceled =, exit failed =",
    );
    #[rustfmt::skip]
    check::<StatusWriter>(StatusWriter::graph(), &[
        // A worker.
        (0, "",                                  "Idle",          &idle(&all_to("Persisting"))),
        (0, "update 1",                          "Persisting",    PERSISTING),
        (0, "update 1, not written",             "Persisting",    PERSISTING),
        (0, "exit failed",                       "Persisting",    PERSISTING),
        (0, "update 1, written",                 "Notifying",     NOTIFYING),
        (0, "exit finished, written",            "Notifying",     NOTIFYING),
        (0, "update 1, written, notified",       "Idle",          &after_normal),
        (0, "update 1, written, not notified",   "Idle",          &after_normal),
        (0, "update 1, written, timer at 15 s",  "Idle",          &after_normal),
        (0, "update 1, canceled",                "Idle",          &idle(&all_to("Persisting"))),
        (0, "update 5, written, notified",       "Idle",          &after_finished),
        (1, "update 5, written, notified",       "Idle",          &latched_finished),
        (1, "exit canceled, written, notified",  "Idle",          &latched_stopped),
        (1, "exit failed, written, notified",    "Idle",          &latched_failed),
        (1, "update 5, written, notified, exit canceled", "Idle", &latched_finished),
        // A job master.
        (2, "",                                  "Idle",          &exits_to_master),
        (2, "exit finished",                     "WritingMaster", &writing_master("Persisting")),
        (2, "exit finished, not written",        "Idle",          &exits_to_master),
        (2, "update 5, written, notified, exit finished", "WritingMaster", &writing_master("Notifying")),
        (3, "update 5, written, notified",       "Idle",          &latched_job),
    ]);
}

#[test]
fn cancellation() {
    const ALWAYS: &str = "request to stop =, another request =, timer at 0 s =, timer at 30 s =";
    let listening =
        "request to stop -> Calling, another request =, timer at 0 s =, timer at 30 s =";
    let calling = |failed: &str| {
        format!(
            "request to stop =, another request =, succeeded -> Called, failed -> {failed}, \
             timer at 0 s =, timer at 30 s -> Called"
        )
    };
    #[rustfmt::skip]
    check::<Cancellation>(Cancellation::graph(), &[
        (0, "",                                            "Listening", listening),
        (0, "another request",                             "Listening", listening),
        (0, "request to stop",                             "Calling",   &calling("Called")),
        (1, "request to stop",                             "Calling",   &calling("Listening")),
        (1, "request to stop, failed",                     "Listening", listening),
        (0, "request to stop, succeeded",                  "Called",    ALWAYS),
        (0, "request to stop, failed",                     "Called",    ALWAYS),
        (0, "request to stop, timer at 30 s",              "Called",    &format!("{ALWAYS}, succeeded =, failed =")),
        (0, "request to stop, timer at 30 s, failed",      "Called",    ALWAYS),
    ]);
}

const STARTED: &str = "tick publishes Normal =, tick publishes Error =, \
    tick publishes Finished =, tick publishes Stopped =, tick ends -> Broken, \
    tick exits finished -> Exited, tick exits canceled -> Exited, tick exits failed -> Exited, \
    cancel succeeds -> Exited, cancel fails =, close -> Closed";

#[test]
fn worker_business() {
    let absent = "create -> Made, creation fails for now =, creation fails for good -> Refused";
    let made = "init succeeds -> Working, init fails -> Broken, init exits finished -> Exited, \
        init exits canceled -> Exited, init exits failed -> Exited, close -> Closed";
    let started = format!("{STARTED}, cancel hangs -> Hanging");
    #[rustfmt::skip]
    check::<WorkerBusiness>(WorkerBusiness::graph(), &[
        (0, "",                                           "Absent",  absent),
        (1, "creation fails for now",                     "Absent",  absent),
        (0, "creation fails for good",                    "Refused", ""),
        (0, "create",                                     "Made",    made),
        (0, "create, init succeeds",                      "Working", &started),
        (0, "create, init exits failed",                  "Exited",  &started),
        (0, "create, init succeeds, tick exits finished", "Exited",  &started),
        (0, "create, init succeeds, cancel hangs",        "Hanging", "close -> Closed"),
        (0, "create, init fails",                         "Broken",  "close -> Closed"),
        (0, "create, init fails, close",                  "Closed",  ""),
    ]);
}

#[test]
fn job_master_business() {
    let absent = "create -> Made, creation fails for now =, creation fails for good -> Refused";
    let open = "close -> Closed, stop -> Closed";
    let inits = |with: &str| {
        format!(
            "init{with} succeeds -> Working, init{with} fails -> Broken, \
             init{with} exits finished -> Exited, init{with} exits canceled -> Exited, \
             init{with} exits failed -> Exited"
        )
    };
    let made = format!(
        "{open}, {}, {}, recovered with nobody -> Working, \
         recovered with silent worker -> Working, recovered with reporting worker -> Working",
        inits(""),
        inits(" with worker")
    );
    let started = format!(
        "{STARTED}, stop -> Closed, cancel hangs -> Canceling, cancel fails on dead context ="
    );
    let with_worker = |answers: &str| format!("{answers}, worker gone =");
    #[rustfmt::skip]
    check::<JobMasterBusiness>(JobMasterBusiness::graph(), &[
        (0, "",                                                       "Absent",    absent),
        (1, "creation fails for now",                                 "Absent",    absent),
        (0, "creation fails for good",                                "Refused",   ""),
        (0, "create",                                                 "Made",      &made),
        (0, "create, init succeeds",                                  "Working",   &started),
        (0, "create, init with worker succeeds",                      "Working",   &with_worker(&started)),
        (0, "create, recovered with silent worker",                   "Working",   &with_worker(&started)),
        (0, "create, recovered with nobody",                          "Working",   &started),
        (0, "create, init succeeds, tick publishes Normal",           "Working",   &with_worker(&started)),
        (0, "create, init succeeds, tick publishes Normal, worker gone", "Working", &started),
        (0, "create, init exits finished",                            "Exited",    &started),
        (0, "create, init with worker exits finished",                "Exited",    &with_worker(&started)),
        (0, "create, init succeeds, cancel hangs",                    "Canceling", open),
        (0, "create, init with worker succeeds, cancel hangs",        "Canceling", &format!("{open}, worker gone -> Exited")),
        (0, "create, init fails",                                     "Broken",    open),
        (0, "create, init with worker fails",                         "Broken",    &with_worker(open)),
        (0, "create, init fails, close",                              "Closed",    ""),
    ]);
}
