//! Pings and statuses: what is looked at, in which order.

use fsmcheck::framework::Policy;
use fsmcheck::framework::manager::{
    Dropped, Effect, ManagerError, Receipt, TickInput, WorkerManager,
};
use fsmcheck::wire::{
    HeartbeatPing, HeartbeatPong, MonotonicTime, Timestamp, WorkerStateCode, WorkerStatusMessage,
};

use super::{OWN, Rig, SECOND};

fn dropped(why: Dropped) -> Result<Receipt, ManagerError> {
    Ok(Receipt::Dropped(why))
}

#[test]
fn a_ping_is_dropped_for_the_first_reason() {
    let mut rig = Rig::failed_over(Policy::original());
    // Later master epochs are not even seen while the workers are loaded.
    assert_eq!(
        rig.try_ping("a", OWN + 1, 1, false).0,
        dropped(Dropped::Loading)
    );
    rig.load(&[]);
    assert_eq!(
        rig.try_ping("nobody", OWN - 1, 1, false).0,
        dropped(Dropped::OldMasterEpoch)
    );
    assert_eq!(
        rig.try_ping("nobody", OWN, 1, false).0,
        dropped(Dropped::UnknownWorker)
    );
    rig.start("a", 7);
    let before = rig.manager.clone();
    assert_eq!(
        rig.try_ping("a", OWN, 6, true).0,
        dropped(Dropped::OtherWorkerEpoch)
    );
    assert_eq!(rig.manager, before);
}

#[test]
fn a_master_that_should_have_stopped_is_told() {
    let mut rig = Rig::fresh(Policy::original());
    rig.start("a", 7);
    let before = rig.manager.clone();
    let stale = rig.try_ping("a", OWN + 1, 7, true).0.unwrap_err();
    assert_eq!(
        stale.to_string(),
        "worker_manager of master epoch 5: worker `a` speaks to master epoch 6, so this master is \
         stale and must stop; legal: 5 or less"
    );
    let unknown = rig.try_ping("b", OWN + 1, 7, true).0.unwrap_err();
    let later = rig.try_ping("a", OWN, 8, true).0.unwrap_err();
    assert_eq!(
        later.to_string(),
        "worker_manager of master epoch 5: worker `a` pings in worker epoch 8, but its entry is of \
         7, so this master is stale and must stop; legal: 7 or less"
    );
    let message = WorkerStatusMessage {
        worker: "a".to_owned(),
        master_epoch: OWN + 1,
        status: None,
    };
    let status = rig.manager.status_message(message, &mut Vec::new());
    for error in [stale, unknown, later, status.unwrap_err()] {
        assert_eq!(
            error.assertion(),
            Some("We are a stale master still running")
        );
        assert_eq!(error.code(), None);
    }
    assert_eq!(rig.manager, before);
}

#[test]
fn the_original_answers_every_ping() {
    let mut rig = Rig::failed_over(Policy::original());
    assert_eq!(
        rig.try_ping("a", 0, 0, true),
        (dropped(Dropped::Loading), true)
    );
    rig.load(&[]);
    rig.start("a", 7);
    for (worker, master, epoch) in [
        ("nobody", OWN, 1),
        ("a", OWN - 1, 7),
        ("a", OWN + 1, 7),
        ("a", OWN, 6),
        ("a", OWN, 8),
        ("a", OWN, 7),
    ] {
        assert!(rig.try_ping(worker, master, epoch, false).1);
    }
}

#[test]
fn a_pong_echoes_the_ping() {
    let mut manager = WorkerManager::new(OWN, Policy::original());
    let ping = HeartbeatPing {
        send_time: MonotonicTime(77),
        from_worker_id: "a".to_owned(),
        epoch: 1,
        worker_epoch: 2,
        is_finished: true,
    };
    let mut effects = Vec::new();
    let received = manager.heartbeat(&ping, "n", MonotonicTime(0), &mut effects);
    assert_eq!(received, dropped(Dropped::OldMasterEpoch));
    let [Effect::Pong(pong)] = effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((pong.node, pong.worker_epoch), ("n", None));
    assert_eq!(
        pong.message(Timestamp::default()),
        HeartbeatPong {
            send_time: MonotonicTime(77),
            reply_time: Timestamp::default(),
            to_worker_id: "a".to_owned(),
            epoch: OWN,
            is_finished: true,
        }
    );
}

#[test]
fn a_status_of_an_old_incarnation() {
    let mut rig = Rig::fresh(Policy::original());
    rig.start("a", 2);
    assert_eq!(
        rig.report("a", WorkerStateCode::INIT, 1),
        Ok(Receipt::Accepted)
    );
    rig.tick().unwrap();
    assert_eq!(rig.status("a"), (WorkerStateCode::INIT, 1));
    assert_eq!(
        rig.report("nobody", WorkerStateCode::INIT, 1),
        dropped(Dropped::UnknownWorker)
    );
    let old = WorkerStatusMessage {
        worker: "a".to_owned(),
        master_epoch: OWN - 1,
        status: None,
    };
    assert_eq!(
        rig.manager.status_message(old, &mut Vec::new()),
        dropped(Dropped::OldMasterEpoch)
    );
}

#[test]
fn a_full_queue_fails_the_master() {
    let full = ManagerError::TooManyPendingEvents { capacity: 1024 };
    let mut rig = Rig::fresh(Policy::original());
    rig.start("a", 1);
    rig.start("b", 1);
    for _ in 0..1024 {
        rig.report("a", WorkerStateCode::NORMAL, 1).unwrap();
    }
    assert_eq!(rig.manager.failure(), None);
    let mut effects = Vec::new();
    rig.manager.abort("b", "no room", &mut effects);
    assert_eq!(
        effects,
        [Effect::Failed {
            error: full.clone()
        }]
    );
    assert_eq!(full.code(), Some("DFLOW:ErrMasterTooManyPendingEvents"));
    assert_eq!(rig.manager.pending_events(), 1024);
    assert_eq!(rig.tick(), Err(full.clone()));
    assert_eq!(
        rig.manager.tick(TickInput::Canceled, &mut Vec::new()),
        Err(full.clone())
    );

    rig.now = 21 * SECOND;
    assert_eq!(rig.check(), Err(full));
    // The first one that was due is offline and nobody will be told.
    assert_eq!((rig.entry("a"), rig.entry("b")), ("Offline", "Created"));
    rig.start("c", 1);
    rig.now = 50 * SECOND;
    assert_eq!(rig.check(), Ok(()));
    assert_eq!((rig.entry("b"), rig.entry("c")), ("Created", "Created"));
}

#[test]
fn a_full_queue_ends_a_recovery() {
    let mut rig = Rig::waiting(Policy::original(), &[("a", WorkerStateCode::NORMAL, 1)]);
    for _ in 0..1024 {
        rig.report("a", WorkerStateCode::NORMAL, 1).unwrap();
    }
    let message = WorkerStatusMessage {
        worker: "a".to_owned(),
        master_epoch: OWN,
        status: None,
    };
    let mut effects = Vec::new();
    let received = rig.manager.status_message(message, &mut effects);
    assert_eq!(received, Ok(Receipt::Accepted));
    assert!(matches!(
        effects[..],
        [
            Effect::Failed {
                error: ManagerError::TooManyPendingEvents { .. }
            },
            Effect::RecoveryEnded {
                error: Some(ManagerError::Canceled)
            }
        ]
    ));
    rig.now = 20 * SECOND;
    assert_eq!(rig.wake(), []);
}

#[test]
fn a_tick_takes_only_what_it_asked_for() {
    let mut rig = Rig::fresh(Policy::original());
    rig.start("a", 1);
    rig.ping("a", 1);
    for input in [
        TickInput::CallbackDone,
        TickInput::CallbackFailed("no"),
        TickInput::Row(Ok(None)),
    ] {
        let before = rig.manager.clone();
        let error = rig.manager.tick(input, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, ManagerError::OutOfTurn { .. }), "{error}");
        assert_eq!(rig.manager, before);
    }
    assert_eq!(
        rig.manager.tick(TickInput::Canceled, &mut Vec::new()),
        Err(ManagerError::Canceled)
    );
    assert_eq!(rig.manager.pending_events(), 1);
}

#[test]
fn many_pings_are_as_one_after_the_other() {
    let mut rig = Rig::fresh(Policy::hardened());
    rig.load(&[]);
    let workers: Vec<String> = (0..100).map(|number| format!("w{number}")).collect();
    for worker in workers.iter().step_by(2) {
        rig.start(worker, 1);
    }
    let ping = |worker: &String, epoch| HeartbeatPing {
        from_worker_id: worker.clone(),
        epoch: OWN,
        worker_epoch: epoch,
        is_finished: worker.ends_with('4'),
        ..HeartbeatPing::default()
    };
    for length in 0..=100 {
        for last_epoch in [1, 2] {
            let mut pings: Vec<_> = workers[..length].iter().map(|w| ping(w, 1)).collect();
            pings.push(ping(&workers[0], last_epoch));
            pings.push(ping(&workers[2], 1));
            let (mut one, mut many) = (rig.manager.clone(), rig.manager.clone());
            let (mut one_effects, mut many_effects) = (Vec::new(), Vec::new());
            let now = MonotonicTime(SECOND);
            let mut expected = Ok(0);
            for ping in &pings {
                match one.heartbeat(ping, "n", now, &mut one_effects) {
                    Ok(Receipt::Accepted) => expected = expected.map(|accepted| accepted + 1),
                    Ok(_) => {}
                    Err(error) => {
                        expected = Err(error);
                        break;
                    }
                }
            }
            let batch = pings.iter().map(|ping| (ping, "n"));
            let accepted = many.heartbeats(batch, now, &mut many_effects);
            assert_eq!(accepted, expected);
            assert_eq!(accepted.is_err(), last_epoch == 2);
            assert_eq!(many_effects, one_effects);
            assert_eq!(many, one);
        }
    }
}
