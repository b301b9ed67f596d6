//! What each rule that concerns the manager changes: the shortest sequence in which
//! its absence shows.

use fsmcheck::framework::manager::{
    Dropped, Effect, ManagerError, Receipt, TickInput, Ticked, WorkerManager,
};
use fsmcheck::framework::{Policy, Rule};
use fsmcheck::wire::{HeartbeatPing, MonotonicTime, WorkerStateCode, WorkerStatusMessage};

use super::{OWN, Rig, SECOND, called, called_for, row};

const NORMAL: WorkerStateCode = WorkerStateCode::NORMAL;
const FINISHED: WorkerStateCode = WorkerStateCode::FINISHED;
const LOST: &str = "DFLOW:ErrWorkerOffline";

/// The original and one rule that it lacks.
fn original_with(rule: Rule) -> Policy {
    assert!(!rule.is_original());
    Policy::original().with(rule)
}

/// A manager in which `a` of worker epoch 2 has taken the place of epoch 1.
fn re_created(policy: Policy) -> Rig {
    let mut rig = Rig::fresh(policy);
    rig.start("a", 1);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    rig.tick().unwrap();
    rig.clean("a").unwrap();
    rig.start("a", 2);
    rig
}

#[test]
fn ping_worker_epoch_checked() {
    let mut rig = re_created(Policy::original());
    assert_eq!(
        rig.try_ping("a", OWN, 1, true).0,
        Ok(Receipt::Dropped(Dropped::OtherWorkerEpoch))
    );
    rig.check().unwrap();
    assert_eq!(rig.tick(), Ok(vec![]));

    // The last ping of the dead incarnation ends the new one.
    let mut rig = re_created(Policy::before(Rule::PingWorkerEpochChecked));
    rig.fin("a", 1);
    rig.check().unwrap();
    assert_eq!(
        rig.tick(),
        Ok(vec![
            called("online", "a"),
            called_for("offline", "a", LOST)
        ])
    );
}

#[test]
fn checker_gated_by_ready() {
    let rows = [("b", NORMAL, 1), ("a", NORMAL, 1)];
    let mut rig = Rig::waiting(Policy::original(), &rows);
    assert_eq!(rig.check(), Ok(()));

    let mut rig = Rig::waiting(Policy::before(Rule::CheckerGatedByReady), &rows);
    let before = rig.manager.clone();
    let error = rig.check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "worker `a` of worker epoch 1: worker_entry refuses `mark as offline` in state `Wait`; \
         legal there: mark as online, mark as tombstone, set finished, refresh expiry, update \
         status"
    );
    assert_eq!(error.assertion(), Some("Unreachable"));
    assert_eq!(rig.manager, before);
}

#[test]
fn repeated_ping_while_waiting() {
    let rows = [("a", NORMAL, 1), ("b", NORMAL, 1)];
    let mut rig = Rig::waiting(Policy::original(), &rows);
    rig.ping("a", 1);
    rig.ping("a", 1);

    let mut rig = Rig::waiting(Policy::before(Rule::RepeatedPingWhileWaiting), &rows);
    rig.ping("a", 1);
    let before = rig.manager.clone();
    let error = rig.try_ping("a", OWN, 1, true).0.unwrap_err();
    assert_eq!(
        error.to_string(),
        "worker_entry of worker `a` is Normal at a ping in worker epoch 1 while workers are waited \
         for; legal: one that is waited for"
    );
    assert_eq!(error.assertion(), Some("Unexpected worker entry state"));
    assert_eq!(rig.manager, before);
}

#[test]
fn tombstone_before_callback() {
    let clean_at_once = |policy| {
        let mut rig = Rig::fresh(policy);
        rig.start("a", 1);
        rig.now = 21 * SECOND;
        rig.check().unwrap();
        let mut cleaned = None;
        let ticked = rig.tick_with(|manager, _| {
            cleaned = Some(super::clean(manager, "a"));
            Ok(())
        });
        assert_eq!(ticked, Ok(vec![called_for("offline", "a", LOST)]));
        (cleaned.unwrap(), rig)
    };
    let (cleaned, rig) = clean_at_once(Policy::original());
    assert_eq!((cleaned, rig.entry("a")), (Ok(()), "gone"));

    let (cleaned, mut rig) = clean_at_once(Policy::before(Rule::TombstoneBeforeCallback));
    let error = cleaned.unwrap_err();
    assert!(error.to_string().contains("it is Offline"), "{error}");
    assert_eq!(error.assertion(), Some("Unreachable: not a tombstone"));
    // The tombstone comes when the callback has ended, and can be cleaned then.
    assert_eq!(rig.entry("a"), "Tombstone");
    rig.clean("a").unwrap();
    assert_eq!(rig.entry("a"), "gone");
}

#[test]
fn clean_forgets_entry() {
    let cleaned = |policy| {
        let mut rig = Rig::fresh(policy);
        rig.start("a", 1);
        rig.now = 21 * SECOND;
        rig.check().unwrap();
        rig.tick().unwrap();
        rig.clean("a").unwrap();
        rig
    };
    cleaned(Policy::original()).start("a", 2);

    let mut rig = cleaned(Policy::before(Rule::CleanForgetsEntry));
    let error = rig
        .manager
        .before_start("a", "executor", 2, MonotonicTime(rig.now))
        .unwrap_err();
    assert_eq!(error.assertion(), Some("worker already exists"));
}

#[test]
fn handlers_after_manager() {
    assert_eq!(
        WorkerManager::message_before_start(Policy::original(), "a"),
        Ok(Receipt::Dropped(Dropped::NoManager))
    );
    let policy = Policy::before(Rule::HandlersAfterManager);
    let error = WorkerManager::message_before_start(policy, "a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a message of worker `a` has come before the master has a worker_manager"
    );
}

#[test]
fn pong_after_acceptance() {
    let pongs = |policy| {
        let mut rig = re_created(policy);
        [
            ("nobody", OWN, 1),
            ("a", OWN - 1, 2),
            ("a", OWN, 1),
            ("a", OWN, 3),
            ("a", OWN, 2),
        ]
        .map(|(worker, master, epoch)| rig.try_ping(worker, master, epoch, true).1)
    };
    assert_eq!(pongs(Policy::original()), [true; 5]);
    assert_eq!(
        pongs(original_with(Rule::PongAfterAcceptance)),
        [false, false, false, false, true]
    );
    let mut loading = Rig::failed_over(original_with(Rule::PongAfterAcceptance));
    assert!(!loading.try_ping("a", OWN, 1, false).1);
}

#[test]
fn pong_worker_epoch() {
    for (policy, expected) in [
        (Policy::original(), None),
        (original_with(Rule::PongWorkerEpoch), Some(7)),
    ] {
        let mut manager = WorkerManager::new(OWN, policy);
        let ping = HeartbeatPing {
            worker_epoch: 7,
            ..HeartbeatPing::default()
        };
        let mut effects = Vec::new();
        let _ = manager.heartbeat(&ping, "n", MonotonicTime(0), &mut effects);
        let [Effect::Pong(pong)] = effects[..] else {
            panic!("{effects:?}");
        };
        assert_eq!(pong.worker_epoch, expected);
    }
}

#[test]
fn status_epoch_checked() {
    let mut rig = re_created(Policy::original());
    assert_eq!(rig.report("a", FINISHED, 1), Ok(Receipt::Accepted));
    rig.tick().unwrap();
    let error = rig.try_ping("a", OWN, 2, false).0.unwrap_err();
    assert!(matches!(
        error,
        ManagerError::StaleEntry {
            seen: 2,
            known: 1,
            own: OWN,
            ..
        }
    ));

    let mut rig = re_created(original_with(Rule::StatusEpochChecked));
    for epoch in [1, 3] {
        assert_eq!(
            rig.report("a", FINISHED, epoch),
            Ok(Receipt::Dropped(Dropped::OtherWorkerEpoch))
        );
    }
    rig.tick().unwrap();
    rig.ping("a", 2);
}

#[test]
fn status_body_required() {
    let empty = |rig: &mut Rig| {
        let message = WorkerStatusMessage {
            worker: "a".to_owned(),
            master_epoch: OWN,
            status: None,
        };
        rig.manager.status_message(message, &mut Vec::new())
    };
    let mut rig = Rig::fresh(Policy::original());
    rig.start("a", 1);
    assert_eq!(empty(&mut rig), Ok(Receipt::Accepted));
    assert_eq!(rig.tick(), Ok(vec![called("status", "a")]));
    let before = rig.manager.clone();
    let error = rig.try_ping("a", OWN, 1, false).0.unwrap_err();
    assert_eq!(
        error.assertion(),
        Some("runtime error: invalid memory address or nil pointer dereference")
    );
    assert_eq!(rig.manager, before);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    assert_eq!(rig.tick(), Ok(vec![called_for("offline", "a", "nothing")]));

    let mut rig = Rig::fresh(original_with(Rule::StatusBodyRequired));
    rig.start("a", 1);
    assert_eq!(empty(&mut rig), Ok(Receipt::Dropped(Dropped::NoStatus)));
    rig.tick().unwrap();
    rig.ping("a", 1);
}

#[test]
fn offline_reason_at_delivery() {
    /// The finish ping is handled and checked before the status is.
    fn ends(policy: Policy, stored: &[(WorkerStateCode, i64)], reports: bool) -> Rig {
        let mut rig = Rig::fresh(policy);
        rig.start("a", 2);
        rig.ping("a", 2);
        rig.tick().unwrap();
        if reports {
            rig.report("a", FINISHED, 2).unwrap();
        }
        rig.fin("a", 2);
        rig.check().unwrap();
        rig.report("a", FINISHED, 2).unwrap();
        rig.rows = stored
            .iter()
            .map(|(state, epoch)| row("a", *state, *epoch))
            .collect();
        rig
    }
    let hardened = original_with(Rule::OfflineReasonAtDelivery);
    let finish = "DFLOW:ErrWorkerFinish";
    // The status comes first, but is delivered after the reason was fixed.
    let status = called("status", "a");
    assert_eq!(
        ends(Policy::original(), &[], true).tick(),
        Ok(vec![status.clone(), called_for("offline", "a", LOST)])
    );
    assert_eq!(
        ends(hardened, &[], true).tick(),
        Ok(vec![status, called_for("offline", "a", finish)])
    );
    // It comes too late, and only the store knows.
    for (policy, stored, reason) in [
        (Policy::original(), &[(FINISHED, 2)][..], LOST),
        (hardened, &[], LOST),
        (hardened, &[(NORMAL, 2)], LOST),
        (hardened, &[(FINISHED, 1)], LOST),
        (hardened, &[(FINISHED, 2)], finish),
    ] {
        let mut rig = ends(policy, stored, false);
        assert_eq!(rig.tick(), Ok(vec![called_for("offline", "a", reason)]));
        assert_eq!(rig.status("a").0 == FINISHED, reason == finish);
    }
}

#[test]
fn a_record_that_cannot_be_read_is_read_again() {
    let mut rig = Rig::fresh(original_with(Rule::OfflineReasonAtDelivery));
    rig.start("a", 1);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    let mut effects = Vec::new();
    let ticked = rig.manager.tick(TickInput::Start, &mut effects);
    assert_eq!(ticked, Ok(Ticked::Row));
    let failed = rig
        .manager
        .tick(TickInput::Row(Err("away")), &mut Vec::new());
    assert_eq!(
        failed,
        Err(ManagerError::Store {
            message: "away".into()
        })
    );
    assert_eq!(rig.entry("a"), "Offline");
    rig.rows = vec![row("a", WorkerStateCode::STOPPED, 1)];
    assert_eq!(
        rig.tick(),
        Ok(vec![called_for("offline", "a", "DFLOW:ErrWorkerCancel")])
    );
}

#[test]
fn statuses_kept_while_recovering() {
    let hardened = original_with(Rule::StatusesKeptWhileRecovering);
    // Sent while the workers are loaded.
    for (policy, receipt, state) in [
        (
            Policy::original(),
            Receipt::Dropped(Dropped::UnknownWorker),
            NORMAL,
        ),
        (hardened, Receipt::Kept, FINISHED),
    ] {
        let mut rig = Rig::failed_over(policy);
        assert_eq!(rig.report("a", FINISHED, 1), Ok(receipt));
        rig.load(&[("a", NORMAL, 1)]);
        rig.fin("a", 1);
        assert_eq!((rig.state(), rig.entry("a")), ("Ready", "Tombstone"));
        assert_eq!(rig.status("a"), (state, 1));
        assert_eq!(rig.tick(), Ok(vec![]));
    }
    // Sent while they are waited for, when nobody ticks.
    for (policy, state) in [(Policy::original(), NORMAL), (hardened, FINISHED)] {
        let mut rig = Rig::waiting(policy, &[("a", NORMAL, 1)]);
        rig.report("a", FINISHED, 1).unwrap();
        rig.fin("a", 1);
        assert_eq!(rig.entry("a"), "Tombstone");
        assert_eq!(rig.status("a"), (state, 1));
        assert_eq!(rig.tick(), Ok(vec![]));
    }
    // Of another incarnation than the one that is stored, or of nobody.
    let mut rig = Rig::failed_over(hardened);
    rig.report("a", FINISHED, 1).unwrap();
    rig.report("b", FINISHED, 1).unwrap();
    rig.load(&[("a", NORMAL, 2)]);
    assert_eq!(rig.status("a"), (NORMAL, 2));
    assert_eq!(rig.entry("b"), "gone");
    let without = Rig::waiting(hardened, &[("a", NORMAL, 2)]);
    assert_eq!(rig.manager, without.manager);
    // Of one that lives, which is told in its turn.
    let mut rig = Rig::waiting(hardened, &[("a", NORMAL, 1), ("b", NORMAL, 1)]);
    rig.ping("a", 1);
    rig.report("a", FINISHED, 1).unwrap();
    rig.ping("b", 1);
    assert_eq!((rig.state(), rig.status("a")), ("Ready", (NORMAL, 1)));
    assert_eq!(rig.tick(), Ok(vec![called("status", "a")]));
    assert_eq!(rig.status("a"), (FINISHED, 1));
}

#[test]
fn workers_loaded_on_every_start() {
    assert_eq!(Rig::fresh(Policy::original()).state(), "Ready");
    let mut rig = Rig::fresh(original_with(Rule::WorkersLoadedOnEveryStart));
    assert_eq!(rig.state(), "LoadingMeta");
    rig.load(&[("left over", NORMAL, 1)]);
    assert_eq!(rig.entry("left over"), "Wait");
}

#[test]
fn terminal_status_latched() {
    let ends_twice = |policy| {
        let mut rig = Rig::fresh(policy);
        rig.start("a", 1);
        rig.report("a", FINISHED, 1).unwrap();
        rig.report("a", WorkerStateCode::STOPPED, 1).unwrap();
        rig.report("a", FINISHED, 1).unwrap();
        rig.report("a", WorkerStateCode::STOPPED, 1).unwrap();
        let n_callbacks = rig.tick().unwrap().len();
        (n_callbacks, rig.status("a").0)
    };
    assert_eq!(
        ends_twice(Policy::original()),
        (4, WorkerStateCode::STOPPED)
    );
    assert_eq!(
        ends_twice(original_with(Rule::TerminalStatusLatched)),
        (2, FINISHED)
    );
    // An end is one of its incarnation only.
    let mut rig = Rig::fresh(original_with(Rule::TerminalStatusLatched));
    rig.start("a", 1);
    rig.report("a", FINISHED, 1).unwrap();
    rig.report("a", NORMAL, 2).unwrap();
    rig.tick().unwrap();
    assert_eq!(rig.status("a"), (NORMAL, 2));
}
