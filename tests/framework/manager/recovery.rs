//! Recovery of the table after a failover.

use std::time::Duration;

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{Effect, Handle, ManagerError, WorkerManager};
use fsmcheck::wire::{MonotonicTime, WorkerStateCode, WorkerStatus};

use super::{Rig, SECOND, called, called_for};

const NORMAL: WorkerStateCode = WorkerStateCode::NORMAL;

fn waiting(rows: &[(&str, WorkerStateCode, i64)]) -> Rig {
    Rig::waiting(Policy::original(), rows)
}

#[test]
fn nothing_to_recover_is_ready_at_once() {
    for rows in [&[][..], &[("a", WorkerStateCode::FINISHED, 1)]] {
        let mut rig = Rig::failed_over(Policy::original());
        assert_eq!(rig.state(), "LoadingMeta");
        assert_eq!(rig.load(rows), [Effect::RecoveryEnded { error: None }]);
        assert_eq!(rig.state(), "Ready");
        assert!(rig.manager.is_empty());
    }
}

#[test]
fn who_is_loaded_is_waited_for() {
    let rig = waiting(&[
        ("a", NORMAL, 1),
        ("b", WorkerStateCode::FINISHED, 1),
        ("c", WorkerStateCode::STOPPED, 1),
    ]);
    assert_eq!(rig.state(), "WaitingHeartbeat");
    assert_eq!(rig.manager.wakes_at(), Some(MonotonicTime(20 * SECOND)));
    assert_eq!(
        ["a", "b", "c"].map(|worker| rig.entry(worker)),
        ["Wait", "gone", "Wait"]
    );
    let (entry, _) = rig.manager.entry("a").unwrap();
    assert_eq!((entry.expires_at(), entry.executor()), (None, ""));
}

#[test]
fn the_last_one_heard_ends_the_wait() {
    let mut rig = waiting(&[("a", NORMAL, 1), ("b", NORMAL, 2)]);
    rig.ping("a", 1);
    rig.ping("a", 1);
    assert_eq!(rig.state(), "WaitingHeartbeat");
    rig.fin("b", 2);
    assert_eq!(rig.state(), "Ready");
    assert_eq!(rig.entry("a"), "Normal");
    assert_eq!(rig.entry("b"), "Tombstone");
    assert_eq!(rig.manager.wakes_at(), None);
    // Nobody is told, neither of who is there nor of who is gone.
    assert_eq!(rig.tick(), Ok(vec![]));
}

#[test]
fn silence_ends_the_wait_after_20_s() {
    let mut rig = waiting(&[("a", NORMAL, 1), ("b", NORMAL, 2)]);
    rig.ping("b", 2);
    rig.now = 20 * SECOND - 1;
    assert_eq!(rig.wake(), []);
    rig.now += 1;
    assert_eq!(rig.wake(), [Effect::RecoveryEnded { error: None }]);
    assert_eq!(rig.wake(), []);
    assert_eq!((rig.entry("a"), rig.entry("b")), ("Tombstone", "Normal"));
    assert_eq!(rig.tick(), Ok(vec![]));
    assert_eq!(
        rig.handle("a"),
        Some(Handle::Tombstone { worker: "a".into() })
    );
    // It is an entry like others from then on.
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    assert_eq!(
        rig.tick(),
        Ok(vec![called_for("offline", "b", "DFLOW:ErrWorkerOffline")])
    );
}

#[test]
fn nobody_is_checked_while_others_are_waited_for() {
    let mut rig = waiting(&[("a", NORMAL, 1), ("b", NORMAL, 2)]);
    rig.fin("a", 1);
    rig.now = 100 * SECOND;
    rig.check().unwrap();
    assert_eq!((rig.entry("a"), rig.entry("b")), ("Normal", "Wait"));
}

#[test]
fn a_worker_that_is_created_meanwhile_is_online_only_when_ready() {
    let mut rig = waiting(&[("a", NORMAL, 1)]);
    rig.start("b", 2);
    rig.ping("b", 2);
    assert_eq!(rig.entry("b"), "Created");
    rig.ping("a", 1);
    assert_eq!(rig.state(), "Ready");
    assert_eq!(rig.entry("b"), "Created");
    rig.ping("b", 2);
    assert_eq!(rig.tick(), Ok(vec![called("online", "b")]));
}

#[test]
fn a_stored_worker_takes_the_place_of_one_that_was_created_while_loading() {
    let mut rig = Rig::failed_over(Policy::original());
    rig.start("a", 7);
    rig.report("a", NORMAL, 7).unwrap();
    rig.load(&[("a", WorkerStateCode::INIT, 3)]);
    assert_eq!(rig.entry("a"), "Wait");
    assert_eq!(rig.tick(), Ok(vec![called("status", "a")]));
    assert_eq!(rig.status("a"), (WorkerStateCode::INIT, 3));
}

#[test]
fn a_failed_recovery_fails_every_tick() {
    let error = ManagerError::Store {
        message: "away".into(),
    };
    let mut rig = Rig::failed_over(Policy::original());
    let mut effects = Vec::new();
    rig.manager.recover(&mut effects).unwrap();
    effects.clear();
    rig.manager.load_failed("away", &mut effects).unwrap();
    assert_eq!(
        effects,
        [
            Effect::Failed {
                error: error.clone()
            },
            Effect::RecoveryEnded {
                error: Some(error.clone())
            }
        ]
    );
    assert_eq!(rig.state(), "LoadingMeta");
    assert_eq!(rig.tick(), Err(error.clone()));
    assert_eq!(rig.tick(), Err(error.clone()));
    assert_eq!(rig.manager.recover(&mut Vec::new()), Err(error));

    let mut rig = waiting(&[("a", NORMAL, 1)]);
    rig.manager.cancel_recovery(&mut Vec::new()).unwrap();
    assert_eq!(rig.tick(), Err(ManagerError::Canceled));
    assert_eq!(rig.manager.failure(), Some(&ManagerError::Canceled));
    // The wait is over for everyone, and so it never ends.
    rig.ping("a", 1);
    rig.now = 100 * SECOND;
    assert_eq!(rig.wake(), []);
    assert_eq!(rig.state(), "WaitingHeartbeat");
}

#[test]
fn recovery_happens_once_and_only_where_it_is_due() {
    let mut ready = Rig::fresh(Policy::original());
    let mut waiting = waiting(&[("a", NORMAL, 1)]);
    let mut loading = Rig::failed_over(Policy::original());
    loading.manager.recover(&mut Vec::new()).unwrap();
    for rig in [&mut ready, &mut waiting, &mut loading] {
        let before = rig.manager.clone();
        let error = rig.manager.recover(&mut Vec::new()).unwrap_err();
        assert_eq!(error.assertion(), Some("Unreachable"));
        assert_eq!(rig.manager, before);
    }
    let error = ready.manager.recover(&mut Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "worker_manager refuses `recovery begins` in state `Ready`; legal there: ping, check \
         (master epoch 5; recovery is legal once, after a failover)"
    );
    let now = MonotonicTime(0);
    let mut effects = Vec::new();
    assert!(
        ready
            .manager
            .rows_loaded(vec![], now, &mut effects)
            .is_err()
    );
    assert!(ready.manager.load_failed("away", &mut effects).is_err());
    assert!(ready.manager.cancel_recovery(&mut effects).is_err());
    assert_eq!(effects, []);
}

#[test]
fn a_clock_that_is_set_back_changes_nothing_but_the_times() {
    let by = Duration::from_secs(15);
    let now = MonotonicTime(0);
    let mut manager = WorkerManager::new(5, Policy::original());
    manager.before_start("a", "x", 7, now).unwrap();
    let mut effects = Vec::new();
    manager.set_back(by, now);
    manager.check(now, &mut effects).unwrap();
    assert_eq!(manager.pending_events(), 0, "5 s are left");
    manager.set_back(by, now);
    let held = manager.clone();
    manager.set_back(by, now);
    assert_eq!(manager, held, "how long ago it was makes no difference");
    manager.check(now, &mut effects).unwrap();
    assert_eq!(manager.pending_events(), 1);

    let mut manager = WorkerManager::after_failover(5, Policy::original());
    manager.recover(&mut effects).unwrap();
    let row = WorkerStatus {
        id: "a".to_owned(),
        ..WorkerStatus::default()
    };
    manager.rows_loaded(vec![row], now, &mut effects).unwrap();
    manager.set_back(by, now);
    assert_eq!(manager.wakes_at(), Some(MonotonicTime(5 * SECOND)));
    manager.set_back(by, now);
    assert_eq!(manager.wakes_at(), Some(now));
    manager.wake(now, &mut effects);
    assert!(manager.state().is_ready());
}
