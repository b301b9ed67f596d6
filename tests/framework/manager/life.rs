//! The life of a worker in the table of a master.

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{Effect, Handle, ManagerError, OfflineReason, WorkerManager};
use fsmcheck::wire::{MonotonicTime, WorkerStateCode};

use super::{Rig, SECOND, called, called_for};

fn rig() -> Rig {
    Rig::fresh(Policy::original())
}

const LOST: &str = "DFLOW:ErrWorkerOffline";

#[test]
fn a_worker_lives_and_is_lost() {
    let mut rig = rig();
    assert_eq!(rig.state(), "Ready");
    rig.start("a", 1);
    assert_eq!(rig.entry("a"), "Created");
    assert_eq!(rig.status("a"), (WorkerStateCode::CREATED, 1));
    let (entry, _) = rig.manager.entry("a").unwrap();
    assert_eq!(entry.expires_at(), Some(20 * SECOND));
    assert_eq!(entry.executor(), "executor");

    rig.now = 3 * SECOND;
    rig.ping("a", 1);
    assert_eq!(rig.entry("a"), "Normal");
    assert_eq!(rig.tick(), Ok(vec![called("online", "a")]));
    rig.ping("a", 1);
    assert_eq!(rig.tick(), Ok(vec![]));
    assert_eq!(
        rig.handle("a"),
        Some(Handle::Running {
            worker: "a".into(),
            executor: "node".into()
        })
    );

    rig.now = 24 * SECOND;
    rig.check().unwrap();
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
    assert_eq!(rig.manager.pending_events(), 1);
    let tombstone = |manager: &mut WorkerManager, _: &Effect<'static>| {
        assert_eq!(manager.entry("a").unwrap().1.name(), "Tombstone");
        Ok(())
    };
    assert_eq!(
        rig.tick_with(tombstone),
        Ok(vec![called_for("offline", "a", LOST)])
    );
    assert_eq!(
        rig.handle("a"),
        Some(Handle::Tombstone { worker: "a".into() })
    );
}

#[test]
fn who_never_pings_goes_offline_without_having_been_online() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.now = 20 * SECOND + 1;
    rig.check().unwrap();
    assert_eq!(rig.tick(), Ok(vec![called_for("offline", "a", LOST)]));
}

#[test]
fn expiry_is_strict() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.now = 20 * SECOND;
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Created");
    rig.now += 1;
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
}

#[test]
fn a_ping_puts_the_expiry_off() {
    let mut rig = rig();
    rig.start("a", 1);
    for second in 1..=100 {
        rig.now = second * 15 * SECOND;
        rig.ping("a", 1);
        rig.now += 14 * SECOND;
        rig.check().unwrap();
        assert_eq!(rig.entry("a"), "Normal");
    }
    rig.now += 7 * SECOND;
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
}

#[test]
fn a_clock_that_goes_back_is_believed() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.ping("a", 1);
    rig.now = -100 * SECOND;
    rig.ping("a", 1);
    rig.now = -80 * SECOND + 1;
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
}

#[test]
fn another_expiry_can_be_set() {
    let mut rig = rig();
    let expiry = std::time::Duration::from_secs(2);
    rig.manager = rig.manager.with_worker_expiry(expiry);
    rig.start("a", 1);
    rig.now = 2 * SECOND + 1;
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
}

#[test]
fn a_finished_worker_goes_at_the_next_check() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.fin("a", 1);
    assert_eq!(rig.tick(), Ok(vec![called("online", "a")]));
    rig.check().unwrap();
    assert_eq!(rig.entry("a"), "Offline");
}

#[test]
fn the_last_status_gives_the_reason() {
    for (state, reason) in [
        (WorkerStateCode::FINISHED, OfflineReason::Finished),
        (WorkerStateCode::STOPPED, OfflineReason::Canceled),
        (WorkerStateCode::ERROR, OfflineReason::Failed),
        (WorkerStateCode::NORMAL, OfflineReason::Lost),
        (WorkerStateCode(99), OfflineReason::Lost),
    ] {
        let mut rig = rig();
        rig.start("a", 1);
        rig.report("a", state, 1).unwrap();
        assert_eq!(rig.tick(), Ok(vec![called("status", "a")]));
        assert_eq!(rig.status("a"), (state, 1));
        rig.fin("a", 1);
        rig.check().unwrap();
        assert_eq!(
            rig.tick(),
            Ok(vec![
                called("online", "a"),
                called_for("offline", "a", reason.code())
            ])
        );
    }
}

#[test]
fn several_go_in_the_order_of_their_ids() {
    let mut rig = rig();
    for worker in ["d", "a", "c", "b"] {
        rig.start(worker, 1);
    }
    rig.fin("c", 1);
    rig.now = 30 * SECOND;
    rig.check().unwrap();
    let workers: Vec<_> = rig
        .tick()
        .unwrap()
        .into_iter()
        .filter(|(kind, ..)| *kind == "offline")
        .map(|(_, worker, _)| worker)
        .collect();
    assert_eq!(workers, ["a", "b", "c", "d"]);
}

#[test]
fn a_tombstone_stays_one() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    rig.tick().unwrap();
    rig.fin("a", 1);
    assert_eq!(rig.entry("a"), "Tombstone");
    let (entry, _) = rig.manager.entry("a").unwrap();
    assert_eq!(entry.expires_at(), Some(41 * SECOND));
    assert!(entry.is_finished());
    rig.now = 50 * SECOND;
    rig.check().unwrap();
    assert_eq!(rig.tick(), Ok(vec![]));
}

#[test]
fn a_tombstone_hears_of_no_status() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    rig.report("a", WorkerStateCode::NORMAL, 1).unwrap();
    assert_eq!(rig.manager.pending_events(), 2);
    assert_eq!(rig.tick(), Ok(vec![called_for("offline", "a", LOST)]));
    assert_eq!(rig.status("a"), (WorkerStateCode::CREATED, 1));
}

#[test]
fn an_id_is_free_only_after_cleaning() {
    let mut rig = rig();
    rig.start("a", 1);
    let taken = rig
        .manager
        .before_start("a", "executor", 2, MonotonicTime(0))
        .unwrap_err();
    assert_eq!(
        taken.to_string(),
        "worker `a` of worker epoch 2 cannot start: its id has an entry that is Created, of \
         worker epoch 1; legal: after that entry is cleaned"
    );
    assert_eq!(taken.assertion(), Some("worker already exists"));
    let alive = rig.clean("a").unwrap_err();
    assert_eq!(alive.assertion(), Some("Unreachable: not a tombstone"));
    assert_eq!(
        alive.to_string(),
        "worker_entry of worker `a` cannot be cleaned: it is Created, of worker epoch 1; legal: \
         a tombstone"
    );

    rig.now = 21 * SECOND;
    rig.check().unwrap();
    rig.tick().unwrap();
    let failed = rig.manager.cleaned("a", Err("the store is away"));
    assert_eq!(
        failed,
        Err(ManagerError::Store {
            message: "the store is away".into()
        })
    );
    assert_eq!(rig.entry("a"), "Tombstone");
    rig.clean("a").unwrap();
    // Nothing is left of it.
    assert_eq!(rig.manager, super::Rig::fresh(Policy::original()).manager);
    rig.start("a", 2);
    assert_eq!(rig.status("a"), (WorkerStateCode::CREATED, 2));
    // Who is not there is clean.
    rig.clean("b").unwrap();
}

#[test]
fn an_abort_takes_the_entry_out_when_it_is_delivered() {
    let mut rig = rig();
    rig.start("a", 1);
    let handle = rig.handle("a").unwrap();
    rig.manager.abort("a", "no room", &mut Vec::new());
    // It pings all the same.
    rig.ping("a", 1);
    assert_eq!(
        rig.tick(),
        Ok(vec![
            called_for("dispatch failed", "a", "no room"),
            called("online", "a")
        ])
    );
    assert_eq!(rig.entry("a"), "gone");
    let stale = rig.manager.status(&handle).unwrap_err();
    assert_eq!(stale, ManagerError::StaleHandle { worker: "a".into() });
    assert_eq!(stale.assertion(), Some("Using a stale handle"));
}

#[test]
fn events_belong_to_the_entry_that_they_were_made_for() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.manager.abort("a", "no room", &mut Vec::new());
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    rig.report("a", WorkerStateCode::NORMAL, 1).unwrap();
    let recreate = |manager: &mut WorkerManager, effect: &Effect<'static>| {
        if super::seen(effect).0 == "dispatch failed" {
            manager
                .before_start("a", "executor", 2, MonotonicTime(21 * SECOND))
                .unwrap();
        }
        Ok(())
    };
    // The status is that of the old entry, which is a tombstone by then.
    assert_eq!(
        rig.tick_with(recreate),
        Ok(vec![
            called_for("dispatch failed", "a", "no room"),
            called_for("offline", "a", LOST),
        ])
    );
    assert_eq!(rig.entry("a"), "Created");
    assert_eq!(rig.status("a"), (WorkerStateCode::CREATED, 2));
    rig.manager.abort("a", "no room", &mut Vec::new());
    rig.tick().unwrap();
    assert_eq!(rig.manager, super::Rig::fresh(Policy::original()).manager);
}

#[test]
fn a_failed_callback_ends_the_tick_and_uses_its_event_up() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.ping("a", 1);
    rig.report("a", WorkerStateCode::NORMAL, 1).unwrap();
    let failed = rig.tick_with(|_, _| Err("no".to_owned()));
    assert_eq!(
        failed,
        Err(ManagerError::Callback {
            message: "no".into()
        })
    );
    assert_eq!(rig.tick(), Ok(vec![called("status", "a")]));
}

#[test]
fn a_callback_may_clean_its_tombstone_at_once() {
    let mut rig = rig();
    rig.start("a", 1);
    rig.now = 21 * SECOND;
    rig.check().unwrap();
    let ticked =
        rig.tick_with(|manager, _| super::clean(manager, "a").map_err(|error| error.to_string()));
    assert_eq!(ticked, Ok(vec![called_for("offline", "a", LOST)]));
    assert_eq!(rig.entry("a"), "gone");
}
